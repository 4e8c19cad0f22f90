/* Families of series with weights of given numbers against PyTorch (tests/golden/series.py), and what they warn of. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lianjin/file.h"
#include "lianjin/memory.h"
#include "lianjin/model.h"

#define MUST(expr)                                                                                                     \
    do {                                                                                                               \
        if ((expr) != LJ_OK)                                                                                           \
            fail_msg("%s: %s", #expr, lj_error_message());                                                             \
    } while (0)

enum { BATCH = 6, STEPS = 8, NUMBERS = 3, LEVELS = 4, CLASSES = 3 };

static const int32_t sizes[] = {LEVELS};

/* Samples as stored rows: windows side by side, short ones at the end of their place, as a table would have them. */
typedef struct samples {
    float numbers[BATCH * STEPS * NUMBERS];
    int32_t codes[BATCH * STEPS], lengths[BATCH];
    int64_t last[BATCH];
    double target[BATCH];
    lj_rows rows;
} samples;

static void make_samples(const lj_item *item, lj_task task, samples *s)
{
    const lj_item *numbers = lj_item_get(item, "numbers"), *lengths = lj_item_get(item, "lengths");
    memset(s, 0, sizeof(*s));
    for (int64_t i = 0; i < BATCH; i++) {
        s->lengths[i] = (int32_t)lengths->items[i]->number;
        s->last[i] = (i + 1) * STEPS - 1;
        s->codes[s->last[i]] = (int32_t)lj_item_get(item, "codes")->items[i]->number;
        s->target[i] = task == LJ_REGRESSION ? (i % 2 ? 1 : -1) : task == LJ_BINARY ? (double)(i % 2) : (double)(i % 3);
        for (int64_t k = 0; k < s->lengths[i] * NUMBERS; k++)
            s->numbers[((i + 1) * STEPS - s->lengths[i]) * NUMBERS + k] =
                (float)numbers->items[i * STEPS * NUMBERS + k]->number;
    }
    s->rows = (lj_rows){.n = BATCH,
                        .numbers = s->numbers,
                        .number_count = NUMBERS,
                        .codes = s->codes,
                        .category_count = 1,
                        .steps = STEPS,
                        .last = s->last,
                        .lengths = lj_item_get(item, "padded")->number > 0 ? s->lengths : NULL,
                        .stored = BATCH * STEPS,
                        .target = s->target};
}

static lj_model *fit(const lj_doc *doc, const char *family, const lj_item *options, lj_task task, const lj_rows *rows)
{
    static const char text[] = "{\"epochs\": 1, \"average\": 0}";
    lj_doc *train = NULL;
    lj_train_result result;
    lj_model *model = NULL;
    const lj_model_spec spec = {.task = task,
                                .classes = task == LJ_BINARY ? 2 : task == LJ_MULTICLASS ? CLASSES : 0,
                                .number_count = NUMBERS,
                                .category_count = 1,
                                .category_sizes = sizes,
                                .steps = STEPS,
                                .padded = rows->lengths != NULL};
    MUST(lj_json_parse("train", text, strlen(text), &train));
    const lj_fit_options how = {
        .family = family, .file = lj_doc_name(doc), .model = options, .train = lj_doc_root(train), .seed = 7};
    MUST(lj_model_fit(&how, &spec, rows, NULL, NULL, NULL, &result, &model));
    lj_free(result.epochs);
    lj_doc_destroy(train);
    return model;
}

/* Puts the numbers of the file in the place of what was learnt. */
static void set_weights(lj_model *model, const lj_item *weights)
{
    lj_weights *own = (lj_weights *)(uintptr_t)lj_model_weights(model);
    assert_int_equal(lj_weights_count(own), weights->count);
    for (int64_t w = 0; w < weights->count; w++) {
        lj_tensor *tensor = lj_weights_find(own, weights->items[w]->key);
        if (tensor == NULL || tensor->count != weights->items[w]->count)
            fail_msg("the model has no weight '%s' of %d numbers", weights->items[w]->key,
                     (int)weights->items[w]->count);
        for (int64_t i = 0; i < tensor->count; i++)
            ((float *)tensor->data)[i] = (float)weights->items[w]->items[i]->number;
    }
}

static void a_pass_forward_is_that_of_pytorch(void **state)
{
    (void)state;
    lj_doc *doc = NULL;
    MUST(lj_json_read(LJ_SOURCE_DIR "/tests/golden/series.json", &doc));
    const lj_item *cases = lj_item_get(lj_doc_root(doc), "cases");
    assert_int_equal(cases->count, 9);
    for (int64_t c = 0; c < cases->count; c++) {
        const lj_item *item = cases->items[c], *expected = lj_item_get(item, "score");
        const char *family = lj_item_get(item, "family")->text, *word = lj_item_get(item, "task")->text;
        const lj_task task = word[0] == 'b' ? LJ_BINARY : word[0] == 'm' ? LJ_MULTICLASS : LJ_REGRESSION;
        float scores[BATCH * CLASSES];
        samples s;
        make_samples(item, task, &s);
        lj_model *model = fit(doc, family, lj_item_get(item, "options"), task, &s.rows);
        set_weights(model, lj_item_get(item, "weights"));
        assert_int_equal(expected->count, BATCH * lj_model_width(model));
        MUST(lj_model_predict(model, &s.rows, NULL, scores));
        for (int64_t i = 0; i < expected->count; i++)
            if (!(fabs((double)scores[i] - expected->items[i]->number) < 2e-6))
                fail_msg("case %d, %s: score %d is %.9g, expected %.9g", (int)c, family, (int)i, (double)scores[i],
                         expected->items[i]->number);
        lj_model_destroy(model);
    }
    lj_doc_destroy(doc);
}

static void a_field_that_is_smaller_than_the_window_is_warned_of(void **state)
{
    (void)state;
    static const char *const texts[] = {"{\"kernel\": 2, \"blocks\": 1}", "{\"kernel\": 2, \"blocks\": 3}",
                                        "{\"kernel\": 2}"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        lj_doc *doc = NULL;
        lj_console *console = NULL;
        lj_train_result result;
        lj_model *model = NULL;
        float numbers[2 * STEPS] = {1};
        const int64_t last[] = {STEPS - 1, 2 * STEPS - 1};
        const double target[] = {0, 1};
        const lj_rows rows = {.n = 2, .numbers = numbers, .number_count = 1, .steps = STEPS, .last = last,
                              .stored = 2 * STEPS, .target = target};
        const lj_model_spec spec = {.task = LJ_BINARY, .classes = 2, .number_count = 1, .steps = STEPS};
        MUST(lj_json_parse("model", texts[i], strlen(texts[i]), &doc));
        MUST(lj_console_create(1, &console));
        const lj_fit_options how = {.family = "series_tcn", .file = lj_doc_name(doc), .model = lj_doc_root(doc),
            .seed = 7};
        MUST(lj_model_fit(&how, &spec, &rows, NULL, NULL, console, &result, &model));
        assert_int_equal(lj_console_warning_count(console), i == 0);
        if (i == 0)
            assert_non_null(strstr(lj_console_warning(console, 0), "see 3 steps of the window of 8"));
        lj_free(result.epochs);
        lj_model_destroy(model);
        lj_console_destroy(console);
        lj_doc_destroy(doc);
    }
}

/* What is gone on with must be a training on the same windows. */
static void a_checkpoint_is_of_its_windows(void **state)
{
    (void)state;
    static const char text[] = "{\"train\": {\"epochs\": 2}}";
    lj_doc *doc = NULL, *golden = NULL;
    samples s;
    char first[65] = "";
    MUST(lj_json_parse("options", text, strlen(text), &doc));
    MUST(lj_json_read(LJ_SOURCE_DIR "/tests/golden/series.json", &golden));
    make_samples(lj_item_get(lj_doc_root(golden), "cases")->items[1], LJ_REGRESSION, &s);
    const lj_model_spec spec = {.task = LJ_REGRESSION, .number_count = NUMBERS, .category_count = 1,
                                .category_sizes = sizes, .steps = STEPS, .padded = 1};
    const lj_fit_options options = {.family = "series_rnn", .file = lj_doc_name(doc),
        .train = lj_item_get(lj_doc_root(doc), "train"),
                                    .seed = 3, .checkpoint = "test_series.checkpoint", .resume = 1};
    for (int change = 0; change < 5; change++) {
        lj_train_result result;
        lj_model *model = NULL;
        char hex[65];
        if (change == 2)
            s.numbers[s.last[0] * NUMBERS] += 1.0F;
        if (change == 3) {
            s.numbers[s.last[0] * NUMBERS] -= 1.0F;
            s.lengths[0]--;
        }
        if (change == 4) {
            s.lengths[0]++;
            s.last[0]--;
            s.lengths[0]--; /* the window stays within the stored rows */
        }
        const lj_status status = lj_model_fit(&options, &spec, &s.rows, NULL, NULL, NULL, &result, &model);
        assert_int_equal(status, change < 2 ? LJ_OK : LJ_ECONFIG);
        lj_free(result.epochs);
        if (change >= 2)
            continue;
        MUST(lj_weights_sha256(lj_model_weights(model), hex));
        if (change == 0)
            memcpy(first, hex, sizeof(first));
        assert_string_equal(first, hex);
        lj_model_destroy(model);
    }
    MUST(lj_folder_remove("test_series.checkpoint"));
    lj_doc_destroy(golden);
    lj_doc_destroy(doc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pass_forward_is_that_of_pytorch),
        cmocka_unit_test(a_checkpoint_is_of_its_windows),
        cmocka_unit_test(a_field_that_is_smaller_than_the_window_is_warned_of),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
