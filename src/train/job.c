/* A job from the function that builds its network: the training graph with its loss, the scoring graph, the weights. */
#include <string.h>

#include "lianjin/train.h"

lj_value lj_task_score(lj_graph *g, lj_task task, lj_value raw)
{
    if (raw == LJ_NONE || task == LJ_UNSUPERVISED)
        return raw;
    const lj_shape shape = lj_value_shape(g, raw);
    const int has_heads = shape.rank == 3;
    lj_value y = raw;
    if (task == LJ_MULTICLASS) {
        y = lj_softmax(g, y);
        return has_heads ? lj_mean(g, y, 1, 0) : y;
    }
    if (task == LJ_BINARY)
        y = lj_activate(g, y, LJ_SIGMOID);
    if (has_heads)
        return lj_mean(g, lj_reshape(g, y, lj_shape_of(LJ_BATCH, shape.dim[1])), 1, 0);
    return lj_reshape(g, y, lj_shape_of(LJ_BATCH));
}

lj_status lj_train_job_build(lj_train_job *job, lj_value (*network)(lj_graph *g), uint64_t seed)
{
    static const lj_loss losses[] = {[LJ_BINARY] = LJ_LOSS_BINARY_CROSS_ENTROPY,
                                     [LJ_MULTICLASS] = LJ_LOSS_CROSS_ENTROPY,
                                     [LJ_REGRESSION] = LJ_LOSS_MSE};
    LJ_TRY(lj_graph_create(1, &job->training));
    LJ_TRY(lj_graph_create(0, &job->scoring));
    LJ_TRY(lj_weights_create(&job->weights));
    lj_graph *g = job->training;
    const lj_value raw = network(g);
    const lj_value weight = lj_input(g, "weight", LJ_F32, lj_shape_of(LJ_BATCH));
    if (job->task == LJ_UNSUPERVISED) {
        job->loss = lj_sum(g, lj_multiply(g, raw, weight), 0, 0);
    } else {
        const lj_value target =
            lj_input(g, "target", job->task == LJ_MULTICLASS ? LJ_I32 : LJ_F32, lj_shape_of(LJ_BATCH));
        job->loss = lj_loss_build(g, raw, target, weight, (lj_loss_options){.loss = losses[job->task]});
    }
    lj_output(job->scoring, "score", lj_task_score(job->scoring, job->task, network(job->scoring)));
    if (job->target_scale == 0.0)
        job->target_scale = 1.0;
    LJ_TRY(lj_graph_check(job->training));
    LJ_TRY(lj_graph_check(job->scoring));
    return lj_weights_add(job->weights, job->training, seed);
}

lj_status lj_train_job_add_rival(lj_train_job *job, lj_value (*network)(lj_graph *g), int64_t steps, uint64_t seed)
{
    LJ_TRY(lj_graph_create(1, &job->rival));
    lj_graph *g = job->rival;
    const lj_value weight = lj_input(g, "weight", LJ_F32, lj_shape_of(LJ_BATCH));
    job->rival_loss = lj_sum(g, lj_multiply(g, network(g), weight), 0, 0);
    job->rival_steps = steps;
    return lj_weights_add(job->weights, g, seed);
}

void lj_train_job_release(lj_train_job *job)
{
    lj_graph_destroy(job->rival);
    lj_graph_destroy(job->training);
    lj_graph_destroy(job->scoring);
    lj_weights_destroy(job->weights);
    memset(job, 0, sizeof(*job));
}
