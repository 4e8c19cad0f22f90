/* The training loop: it learns, stops, resumes to the same bits, and says when it diverges. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lianjin/file.h"
#include "lianjin/random.h"
#include "lianjin/train.h"

#define MUST(expr)                                                                                                     \
    do {                                                                                                               \
        if ((expr) != LJ_OK)                                                                                           \
            fail_msg("%s: %s", #expr, lj_error_message());                                                             \
    } while (0)

#define FEATURES 5
#define ROWS     333
#define VALID    128
#define FOLDER   "test_train.checkpoint"
#define HISTORY  "test_train.history.csv"

/* A table whose target bends with the first two numbers. */
typedef struct table {
    float numbers[ROWS * FEATURES];
    double target[ROWS];
    lj_rows rows;
} table;

static table *make_table(const char *name, int64_t n)
{
    table *t = lj_new_array(1, sizeof(*t));
    assert_non_null(t);
    const uint64_t stream = lj_random_stream(name);
    for (int64_t i = 0; i < n * FEATURES; i++)
        t->numbers[i] = 2.0F * lj_random_uniform(1, stream, (uint64_t)i) - 1.0F;
    for (int64_t i = 0; i < n; i++) {
        const float *x = t->numbers + i * FEATURES;
        const float noise = lj_random_uniform(2, stream, (uint64_t)i) - 0.5F;
        t->target[i] = x[0] * x[1] + 0.5F * x[2] + 0.3F * noise > 0.0F ? 1.0 : 0.0;
    }
    t->rows = (lj_rows){.n = n, .numbers = t->numbers, .number_count = FEATURES, .target = t->target};
    return t;
}

static lj_value net(lj_graph *g)
{
    const lj_value x = lj_input(g, "numbers", LJ_F32, lj_shape_of(LJ_BATCH, FEATURES));
    lj_value y = lj_dense(g, x, 16, .activation = LJ_RELU);
    y = lj_batch_norm_with(g, y, (lj_norm_options){0});
    y = lj_dropout_with(g, y, 0.1F, NULL);
    return lj_dense(g, y, 1);
}

static lj_train_job make_job(void)
{
    lj_train_job job = {.task = LJ_BINARY, .classes = 2, .target_scale = 1.0};
    MUST(lj_graph_create(1, &job.training));
    MUST(lj_graph_create(0, &job.scoring));
    const lj_value target = lj_input(job.training, "target", LJ_F32, lj_shape_of(LJ_BATCH));
    const lj_value weight = lj_input(job.training, "weight", LJ_F32, lj_shape_of(LJ_BATCH));
    job.loss = lj_loss_build(job.training, net(job.training), target, weight, (lj_loss_options){0});
    const lj_value score = lj_activate(job.scoring, net(job.scoring), LJ_SIGMOID);
    lj_output(job.scoring, "score", lj_reshape(job.scoring, score, lj_shape_of(LJ_BATCH)));
    MUST(lj_graph_check(job.training));
    MUST(lj_graph_check(job.scoring));
    MUST(lj_weights_create(&job.weights));
    MUST(lj_weights_add(job.weights, job.training, 11));
    return job;
}

static void free_job(lj_train_job *job)
{
    lj_graph_destroy(job->training);
    lj_graph_destroy(job->scoring);
    lj_weights_destroy(job->weights);
}

static lj_train_options base_options(void)
{
    return (lj_train_options){
        .epochs = 6,
        .batch = 64,
        .schedule = {.schedule = LJ_SCHEDULE_PLATEAU, .rate = 0.01, .patience = 1},
        .optimiser = {.weight_decay = 0.01, .clip_norm = 1.0},
        .average = 0.9,
        .seed = 5,
    };
}

/* Trains from the start with `options` and answers the hash of the weights. */
static lj_status train(const lj_train_options *options, const lj_rows *rows, const lj_rows *valid, int threads,
                       lj_train_result *result, char hex[65])
{
    lj_train_job job = make_job();
    lj_team *team = NULL;
    MUST(lj_team_create(threads, &team));
    const lj_status status = lj_train(&job, options, rows, valid, team, NULL, result);
    if (hex != NULL)
        MUST(lj_weights_sha256(job.weights, hex));
    lj_team_destroy(team);
    free_job(&job);
    return status;
}

static void training_lowers_the_loss_and_keeps_the_best_epoch(void **state)
{
    (void)state;
    table *t = make_table("train", ROWS), *v = make_table("valid", VALID);
    lj_train_options options = base_options();
    lj_train_result result;
    lj_train_job job = make_job();
    options.epochs = 40;
    options.patience = -1;
    MUST(lj_train(&job, &options, &t->rows, &v->rows, NULL, NULL, &result));
    assert_int_equal(result.epoch_count, 40);
    assert_int_equal(result.steps, 40 * 5);
    assert_true(result.epochs[39].loss < 0.8 * result.epochs[0].loss);

    /* The weights that stay are those of the best epoch. */
    lj_program *scoring = NULL;
    float scores[VALID];
    double value = 0.0;
    MUST(lj_program_compile(job.scoring, job.weights, &(lj_program_options){.batch = 100}, &scoring));
    MUST(lj_score_rows(scoring, 100, &v->rows, 1, NULL, scores));
    const lj_predictions predictions = {
        .task = LJ_BINARY, .n = VALID, .classes = 2, .score = scores, .target = v->target};
    MUST(lj_metric_compute("log_loss", &predictions, &value));
    assert_true(value == result.epochs[result.best_epoch - 1].monitor);
    for (int64_t i = 0; i < result.epoch_count; i++)
        assert_true(value <= result.epochs[i].monitor);
    lj_program_destroy(scoring);
    lj_free(result.epochs);
    free_job(&job);
    lj_free(t);
    lj_free(v);
}

static void patience_ends_training(void **state)
{
    (void)state;
    table *t = make_table("train", ROWS), *v = make_table("valid", VALID);
    lj_train_options options = base_options();
    lj_train_result result;
    options.epochs = 500;
    options.patience = 3;
    options.schedule.rate = 0.05;
    MUST(train(&options, &t->rows, &v->rows, 1, &result, NULL));
    assert_true(result.epoch_count < 500);
    assert_int_equal(result.epoch_count, result.best_epoch + 3);
    lj_free(result.epochs);
    lj_free(t);
    lj_free(v);
}

static void threads_never_change_a_bit(void **state)
{
    (void)state;
    table *t = make_table("train", ROWS), *v = make_table("valid", VALID);
    const lj_train_options options = base_options();
    char first[65] = "";
    for (int threads = 1; threads <= 4; threads *= 2) {
        lj_train_result result;
        char hex[65];
        MUST(train(&options, &t->rows, &v->rows, threads, &result, hex));
        lj_free(result.epochs);
        if (threads == 1)
            memcpy(first, hex, sizeof(first));
        assert_string_equal(first, hex);
    }
    lj_free(t);
    lj_free(v);
}

/* SWA over the last two of four epochs: the mean of the weights after the third and the fourth. */
static void the_last_epochs_are_averaged_evenly(void **state)
{
    (void)state;
    table *t = make_table("train", ROWS);
    lj_weights *weights[3]; /* after 3 epochs, after 4, the average */
    lj_train_job jobs[3];
    for (int k = 0; k < 3; k++) {
        lj_train_options options = base_options();
        lj_train_result result;
        jobs[k] = make_job();
        options.schedule.schedule = LJ_SCHEDULE_CONSTANT;
        options.average = 0.0;
        options.epochs = k == 0 ? 3 : 4;
        options.swa = k == 2 ? 0.5 : 0.0;
        MUST(lj_train(&jobs[k], &options, &t->rows, NULL, NULL, NULL, &result));
        weights[k] = jobs[k].weights;
        lj_free(result.epochs);
    }
    for (int64_t n = 0; n < lj_weights_count(weights[2]); n++) {
        const lj_tensor *average = lj_weights_at(weights[2], n);
        const float *a = lj_weights_at(weights[0], n)->data, *b = lj_weights_at(weights[1], n)->data;
        for (int64_t i = 0; i < average->count; i++) {
            const double expected = average->frozen ? (double)b[i] : ((double)a[i] + (double)b[i]) / 2.0;
            assert_true(fabs((double)((const float *)average->data)[i] - expected) < 1e-6);
        }
    }
    for (int k = 0; k < 3; k++)
        free_job(&jobs[k]);
    lj_free(t);
}

/* The search leaves nothing behind but the rate, which makes the loss fall. */
static void the_rate_is_found_and_training_starts_afresh_with_it(void **state)
{
    (void)state;
    table *t = make_table("train", ROWS), *v = make_table("valid", VALID);
    lj_train_options options = base_options();
    lj_train_result result;
    char found[65], given[65], threads[65];
    options.schedule.schedule = LJ_SCHEDULE_CONSTANT;
    options.find_rate = 1;
    MUST(train(&options, &t->rows, &v->rows, 1, &result, found));
    assert_true(result.epochs[0].rate > 1e-4 && result.epochs[0].rate < 0.2);
    assert_true(result.epochs[5].loss < result.epochs[0].loss);
    assert_int_equal(result.steps, 6 * 5);
    lj_free(result.epochs);
    MUST(train(&options, &t->rows, &v->rows, 4, &result, threads));
    assert_string_equal(threads, found);
    options.find_rate = 0;
    options.schedule.rate = 1e-6;
    while ((float)(options.schedule.rate / 10.0) != (float)result.epochs[0].rate && options.schedule.rate < 1.0)
        options.schedule.rate *= 1.1489;
    options.schedule.rate /= 10.0;
    lj_free(result.epochs);
    MUST(train(&options, &t->rows, &v->rows, 1, &result, given));
    assert_string_equal(given, found);
    lj_free(result.epochs);
    lj_free(t);
    lj_free(v);
}

static lj_value plain_net(lj_graph *g)
{
    const lj_value x = lj_input(g, "numbers", LJ_F32, lj_shape_of(LJ_BATCH, FEATURES));
    return lj_dense(g, lj_dense(g, x, 8, .activation = LJ_TANH), 1);
}

/* Two batches of half the size, gathered, move the weights as the whole one does; clipped or not, by any optimiser. */
static void gathered_gradients_are_those_of_the_whole_batch(void **state)
{
    (void)state;
    enum { WHOLE = 128 };
    table *t = make_table("train", ROWS);
    lj_rows rows = t->rows;
    rows.n = 2 * WHOLE;
    for (int clip = 0; clip < 3; clip++) {
        lj_train_job jobs[2] = {{.task = LJ_BINARY, .classes = 2}, {.task = LJ_BINARY, .classes = 2}};
        for (int k = 0; k < 2; k++) {
            lj_train_result result;
            const lj_train_options options = {
                .epochs = 3, .batch = WHOLE >> k, .accumulate = 1 + k, .seed = 5, .schedule = {.rate = 0.05},
                .optimiser = {.optimiser = LJ_OPTIMISER_ADAM, .epsilon = 1e-3, .clip_norm = clip == 1 ? 0.1 : 0.0,
                              .clip_value = clip == 2 ? 0.01 : 0.0}};
            MUST(lj_train_job_build(&jobs[k], plain_net, 3));
            MUST(lj_train(&jobs[k], &options, &rows, NULL, NULL, NULL, &result));
            assert_int_equal(result.steps, 6 << k);
            lj_free(result.epochs);
        }
        for (int64_t n = 0; n < lj_weights_count(jobs[0].weights); n++) {
            const lj_tensor *whole = lj_weights_at(jobs[0].weights, n);
            const float *a = whole->data, *b = lj_weights_at(jobs[1].weights, n)->data;
            for (int64_t i = 0; i < whole->count; i++) {
                if (!(fabs((double)a[i] - (double)b[i]) < 2e-5))
                    fail_msg("clip %d, %s[%d]: %g and %g", clip, whole->name, (int)i, (double)a[i], (double)b[i]);
            }
        }
        lj_train_job_release(&jobs[0]);
        lj_train_job_release(&jobs[1]);
    }
    lj_free(t);
}

static void check_resume(int64_t stop, int64_t accumulate)
{
    table *t = make_table("train", ROWS), *v = make_table("valid", VALID);
    lj_train_options options = base_options();
    lj_train_result whole, part;
    char expected[65], found[65];
    char *text = NULL;
    size_t size = 0;
    options.accumulate = accumulate;
    MUST(train(&options, &t->rows, &v->rows, 1, &whole, expected));

    options.checkpoint = FOLDER;
    options.history = HISTORY;
    options.stop_after_steps = stop;
    options.resume = 1;
    int rounds = 0;
    do {
        MUST(train(&options, &t->rows, &v->rows, 2, &part, found));
        rounds++;
        if (part.interrupted)
            lj_free(part.epochs);
    } while (part.interrupted && rounds < 100);
    assert_true(rounds > 1);
    assert_string_equal(expected, found);
    assert_int_equal(part.epoch_count, whole.epoch_count);
    assert_int_equal(part.best_epoch, whole.best_epoch);
    assert_int_equal(part.steps, whole.steps);
    for (int64_t i = 0; i < whole.epoch_count; i++) {
        assert_true(part.epochs[i].loss == whole.epochs[i].loss);
        assert_true(part.epochs[i].monitor == whole.epochs[i].monitor);
        assert_true(part.epochs[i].rate == whole.epochs[i].rate);
    }
    MUST(lj_file_read(HISTORY, 1 << 20, &text, &size));
    int lines = 0;
    for (size_t i = 0; i < size; i++)
        lines += text[i] == '\n';
    assert_int_equal(lines, 1 + whole.epoch_count);
    assert_memory_equal(text, "epoch,loss,valid_loss,log_loss,rate,seconds\n1,", 46);

    /* A finished training resumed is finished: the same weights at once. */
    lj_free(part.epochs);
    options.stop_after_steps = 0;
    MUST(train(&options, &t->rows, &v->rows, 1, &part, found));
    assert_string_equal(expected, found);
    lj_free(text);
    lj_free(part.epochs);
    lj_free(whole.epochs);
    MUST(lj_folder_remove(FOLDER));
    (void)remove(HISTORY);
    lj_free(t);
    lj_free(v);
}

static void resumed_in_the_middle_of_an_epoch_it_ends_with_the_same_weights(void **state)
{
    (void)state;
    check_resume(8, 1);
    check_resume(1, 1);
}

static void resumed_between_gathered_batches_it_ends_with_the_same_weights(void **state)
{
    (void)state;
    check_resume(3, 2);
}

static void resumed_at_the_end_of_an_epoch_it_ends_with_the_same_weights(void **state)
{
    (void)state;
    check_resume(10, 1);
}

static void a_checkpoint_of_other_options_is_refused(void **state)
{
    (void)state;
    table *t = make_table("train", ROWS), *v = make_table("valid", VALID);
    lj_train_options options = base_options();
    lj_train_result result;
    options.checkpoint = FOLDER;
    options.resume = 1;
    options.stop_after_steps = 3;
    MUST(train(&options, &t->rows, &v->rows, 1, &result, NULL));
    assert_true(result.interrupted);
    lj_free(result.epochs);
    options.seed++;
    assert_int_equal(train(&options, &t->rows, &v->rows, 1, &result, NULL), LJ_ECONFIG);
    assert_non_null(strstr(lj_error_message(), "other data, options or another seed"));
    options.seed--;
    t->numbers[7] += 1.0F;
    assert_int_equal(train(&options, &t->rows, &v->rows, 1, &result, NULL), LJ_ECONFIG);
    MUST(lj_folder_remove(FOLDER));
    lj_free(t);
    lj_free(v);
}

static void a_checkpoint_cut_short_is_refused(void **state)
{
    (void)state;
    table *t = make_table("train", ROWS);
    lj_train_options options = base_options();
    lj_train_result result;
    char *bytes = NULL;
    size_t size = 0;
    options.checkpoint = FOLDER;
    options.resume = 1;
    options.stop_after_steps = 3;
    MUST(train(&options, &t->rows, NULL, 1, &result, NULL));
    lj_free(result.epochs);
    MUST(lj_file_read(FOLDER "/checkpoint.safetensors", 1 << 24, &bytes, &size));
    MUST(lj_file_replace(FOLDER "/checkpoint.safetensors", bytes, size - 5));
    assert_int_equal(train(&options, &t->rows, NULL, 1, &result, NULL), LJ_ECORRUPT);
    lj_free(bytes);
    MUST(lj_folder_remove(FOLDER));
    lj_free(t);
}

static void a_loss_that_is_not_finite_is_said_with_its_step(void **state)
{
    (void)state;
    table *t = make_table("train", ROWS), *v = make_table("valid", VALID);
    lj_train_options options = base_options();
    lj_train_result result;
    lj_train_job job = make_job();
    options.optimiser = (lj_optimiser_options){.optimiser = LJ_OPTIMISER_SGD};
    options.schedule.rate = 1e30;
    assert_int_equal(lj_train(&job, &options, &t->rows, &v->rows, NULL, NULL, &result), LJ_EDIVERGED);
    assert_non_null(strstr(lj_error_message(), "at step "));
    for (int64_t i = 0; i < lj_weights_count(job.weights); i++) {
        const lj_tensor *tensor = lj_weights_at(job.weights, i);
        for (int64_t k = 0; k < tensor->count; k++)
            assert_true(isfinite(((const float *)tensor->data)[k]));
    }
    lj_free(result.epochs);
    free_job(&job);
    lj_free(t);
    lj_free(v);
}

/* Rows of weight zero are as good as absent: labels turned round there change nothing. */
static void weights_and_class_weights_count(void **state)
{
    (void)state;
    table *t = make_table("train", ROWS);
    float weight[ROWS], by_class[2] = {1.0F, 0.0F};
    lj_train_options options = base_options();
    lj_train_result result;
    char first[65], second[65];
    for (int64_t i = 0; i < ROWS; i++)
        weight[i] = i % 3 == 0 ? 0.0F : 1.0F + (float)(i % 2);
    t->rows.weight = weight;
    MUST(train(&options, &t->rows, NULL, 1, &result, first));
    lj_free(result.epochs);
    for (int64_t i = 0; i < ROWS; i += 3)
        t->target[i] = 1.0 - t->target[i];
    MUST(train(&options, &t->rows, NULL, 1, &result, second));
    lj_free(result.epochs);
    assert_string_equal(first, second);

    /* With the positive class worth nothing, nearly all is taken for negative. */
    lj_train_job job = make_job();
    lj_program *scoring = NULL;
    float scores[ROWS];
    options.class_weight = by_class;
    options.epochs = 150;
    MUST(lj_train(&job, &options, &t->rows, NULL, NULL, NULL, &result));
    lj_free(result.epochs);
    MUST(lj_program_compile(job.scoring, job.weights, &(lj_program_options){.batch = 64}, &scoring));
    MUST(lj_score_rows(scoring, 64, &t->rows, 1, NULL, scores));
    double mean = 0.0;
    for (int64_t i = 0; i < ROWS; i++) {
        mean += (double)scores[i] / ROWS;
        assert_true(t->target[i] > 0.0 || weight[i] == 0.0F || scores[i] < 0.1F);
    }
    assert_true(mean < 0.15);
    lj_program_destroy(scoring);
    free_job(&job);
    lj_free(t);
}

static void an_unknown_metric_is_refused(void **state)
{
    (void)state;
    table *t = make_table("train", ROWS), *v = make_table("valid", VALID);
    lj_train_options options = base_options();
    lj_train_result result;
    options.monitor = "aucc";
    assert_int_equal(train(&options, &t->rows, &v->rows, 1, &result, NULL), LJ_ENOTFOUND);
    lj_free(result.epochs);
    lj_free(t);
    lj_free(v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(training_lowers_the_loss_and_keeps_the_best_epoch),
        cmocka_unit_test(patience_ends_training),
        cmocka_unit_test(threads_never_change_a_bit),
        cmocka_unit_test(gathered_gradients_are_those_of_the_whole_batch),
        cmocka_unit_test(the_last_epochs_are_averaged_evenly),
        cmocka_unit_test(the_rate_is_found_and_training_starts_afresh_with_it),
        cmocka_unit_test(resumed_in_the_middle_of_an_epoch_it_ends_with_the_same_weights),
        cmocka_unit_test(resumed_between_gathered_batches_it_ends_with_the_same_weights),
        cmocka_unit_test(resumed_at_the_end_of_an_epoch_it_ends_with_the_same_weights),
        cmocka_unit_test(a_checkpoint_of_other_options_is_refused),
        cmocka_unit_test(a_checkpoint_cut_short_is_refused),
        cmocka_unit_test(a_loss_that_is_not_finite_is_said_with_its_step),
        cmocka_unit_test(weights_and_class_weights_count),
        cmocka_unit_test(an_unknown_metric_is_refused),
    };
    return cmocka_run_group_tests_name("train/train", tests, NULL, NULL);
}
