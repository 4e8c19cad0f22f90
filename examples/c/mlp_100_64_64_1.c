/* Two hidden layers, 100-64-64-1, by Adam on batches of 32, in C: the weights of examples/uci-default-credit/mlp-100-64-64-1.yaml. */
#include <lianjin/data.h>
#include <lianjin/train.h>
#include <stdio.h>
#define TRY(expr) do { if ((expr) != LJ_OK) return fprintf(stderr, "%s\n", lj_error_message()), 1; } while (0)
enum { INPUTS = 100, TRAIN = 18000, VALID = 6000, EPOCHS = 3 };

static lj_value network(lj_graph *g)
{
    lj_value x = lj_input(g, "numbers", LJ_F32, lj_shape_of(LJ_BATCH, INPUTS));
    x = lj_dense(g, x, 64, .activation = LJ_RELU);
    x = lj_dense(g, x, 64, .activation = LJ_RELU);
    return lj_dense(g, x, 1, .name = "output");
}

int main(int argc, char **argv) /* UCI_Credit_Card.csv.gz, the SQL of the pipeline */
{
    static float x[(TRAIN + VALID) * INPUTS];
    lj_source *source = NULL;
    lj_frame *frame = NULL;
    TRY(argc == 3 ? LJ_OK : lj_fail(LJ_EUSAGE, "expected a file and SQL"));
    TRY(lj_source_open(&(lj_source_options){.source = argv[1], .sql = argv[2]}, NULL, &source));
    TRY(lj_source_read(source, &frame));
    for (int i = 0; i < (TRAIN + VALID) * INPUTS; i++)
        x[i] = (float)lj_frame_column(frame, i % INPUTS)->number[i / INPUTS];
    const double *y = lj_frame_column(frame, INPUTS)->number;
    const lj_rows train = {.n = TRAIN, .numbers = x, .number_count = INPUTS, .target = y};
    const lj_rows valid = {.n = VALID, .numbers = x + TRAIN * INPUTS, .number_count = INPUTS, .target = y + TRAIN};
    const lj_train_options how = {.epochs = EPOCHS, .patience = EPOCHS, .batch = 32, .schedule = {.rate = 1e-3},
                                  .optimiser = {.optimiser = LJ_OPTIMISER_ADAM}, .seed = 7};
    lj_train_job job = {.task = LJ_BINARY, .classes = 2};
    lj_train_result result;
    char sha256[65];
    TRY(lj_train_job_build(&job, network, how.seed));
    TRY(lj_train(&job, &how, &train, &valid, NULL, NULL, &result));
    TRY(lj_weights_sha256(job.weights, sha256));
    lj_train_job_release(&job);
    lj_frame_destroy(frame);
    return puts(sha256) < 0;
}
