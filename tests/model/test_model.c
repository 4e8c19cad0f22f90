/* Every family does every task: it learns, scores one row as it scores many, and comes back from its file the same. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "compute/kernels.h"
#include "lianjin/file.h"
#include "lianjin/model.h"
#include "lianjin/random.h"

#define MUST(expr)                                                                                                     \
    do {                                                                                                               \
        if ((expr) != LJ_OK)                                                                                           \
            fail_msg("%s: %s", #expr, lj_error_message());                                                             \
    } while (0)

#include "model/reload.h"

#define NUMBERS    4
#define CATEGORIES 2
#define TRAIN      600
#define VALID      300
#define CLASSES    3
#define EPOCHS     60 /* at most */
#define SIDE       64 /* of the largest image */
#define LEVELS     6  /* of a number as a token */
#define TOKENS     (NUMBERS + CATEGORIES + 10)
#define TOKEN_SIZE (2 + NUMBERS * LEVELS + CATEGORIES * 4)

static const int32_t sizes[CATEGORIES] = {4, 3};

typedef struct table {
    float numbers[TRAIN * NUMBERS];
    int32_t codes[TRAIN * CATEGORIES];
    uint8_t pixels[TRAIN * SIDE * SIDE];
    int32_t tokens[TRAIN * TOKENS];
    int32_t step_codes[TRAIN * NUMBERS * CATEGORIES];
    int64_t last[TRAIN];
    double target[TRAIN];
    lj_rows rows;
    lj_rows images; /* the same rows as images alone */
    lj_rows texts;  /* and as texts */
    lj_rows windows; /* and as windows of NUMBERS steps of one number */
} table;

static double truth(const float *x, const int32_t *c)
{
    return (double)(1.5F * x[0] * (x[1] > 0.0F ? 1.0F : -0.5F) + x[2]) + (c[0] == 2 ? 1.0 : -0.3) +
           (c[1] == 1 ? 0.5 : 0.0);
}

/* Quarters as bright as the numbers say; the last one tells the categories. */
static void paint(const float *x, const int32_t *c, int side, uint8_t *out)
{
    for (int y = 0; y < side; y++) {
        for (int i = 0; i < side; i++) {
            const int quarter = y / (side / 2) * 2 + i / (side / 2);
            const int flag = y < side * 3 / 4 ? c[0] == 2 : c[1] == 1;
            out[y * side + i] = quarter < 3 ? (uint8_t)(127.0F + 80.0F * x[quarter]) : flag ? 220 : 30;
        }
    }
}

/* A word for each number and category, after some that say nothing: most texts are short, some long. */
static void write_words(const float *x, const int32_t *c, int64_t row, int32_t *out)
{
    int n = 0;
    for (int64_t i = 0; i < row % 3 + (row % 8 == 0 ? 8 : 0); i++)
        out[n++] = 1;
    for (int f = 0; f < NUMBERS; f++)
        out[n++] = 2 + f * LEVELS + (int32_t)((x[f] + 1.5F) / 3.0F * (float)LEVELS * 0.999F);
    for (int k = 0; k < CATEGORIES; k++)
        out[n++] = 2 + NUMBERS * LEVELS + k * 4 + c[k];
}

static table *make_table(lj_task task, const char *name, int64_t n)
{
    table *t = lj_new_array(1, sizeof(*t));
    assert_non_null(t);
    const uint64_t stream = lj_random_stream(name);
    for (int64_t i = 0; i < n * NUMBERS; i++)
        t->numbers[i] = 3.0F * lj_random_uniform(1, stream, (uint64_t)i) - 1.5F;
    for (int64_t i = 0; i < n * CATEGORIES; i++)
        t->codes[i] = (int32_t)(lj_random_u32(2, stream, (uint64_t)i) % (uint32_t)sizes[i % CATEGORIES]);
    for (int64_t i = 0; i < n; i++) {
        t->last[i] = i * NUMBERS + NUMBERS - 1;
        memcpy(t->step_codes + t->last[i] * CATEGORIES, t->codes + i * CATEGORIES, CATEGORIES * sizeof(int32_t));
        write_words(t->numbers + i * NUMBERS, t->codes + i * CATEGORIES, i, t->tokens + i * TOKENS);
        const double y = truth(t->numbers + i * NUMBERS, t->codes + i * CATEGORIES) +
                         0.4 * (double)(lj_random_uniform(3, stream, (uint64_t)i) - 0.5F);
        t->target[i] = task == LJ_REGRESSION ? 1000.0 + 50.0 * y
                       : task == LJ_BINARY   ? (double)(y > 0.2)
                                             : (double)(y > -0.5) + (double)(y > 0.7);
    }
    t->rows = (lj_rows){.n = n,
                        .numbers = t->numbers,
                        .number_count = NUMBERS,
                        .codes = t->codes,
                        .category_count = CATEGORIES,
                        .target = t->target};
    t->texts = (lj_rows){.n = n, .tokens = t->tokens, .token_count = TOKENS, .target = t->target};
    t->windows = (lj_rows){.n = n,
                           .numbers = t->numbers,
                           .number_count = 1,
                           .codes = t->step_codes,
                           .category_count = CATEGORIES,
                           .steps = NUMBERS,
                           .last = t->last,
                           .stored = n * NUMBERS,
                           .target = t->target};
    return t;
}

/* The same rows as images, no larger than the family asks for. */
static const lj_rows *paint_images(const char *family, table *t)
{
    const int side = strcmp(family, "alexnet") == 0 ? SIDE : strcmp(family, "vgg") == 0 ? 32 : 12;
    for (int64_t i = 0; i < t->rows.n; i++)
        paint(t->numbers + i * NUMBERS, t->codes + i * CATEGORIES, side, t->pixels + i * side * side);
    t->images = (lj_rows){.n = t->rows.n,
                          .pixels = t->pixels,
                          .pixel_count = side * side,
                          .image = {.height = side, .width = side, .channels = 1},
                          .target = t->target};
    return &t->images;
}

/* The rows as the family reads them. */
static const lj_rows *rows_for(const char *family, table *t)
{
    const lj_family_info *info = NULL;
    MUST(lj_family_find(family, &info));
    if (info->images == LJ_IMAGES_ONLY)
        return paint_images(family, t);
    return info->reads_tokens == LJ_READS_ONLY ? &t->texts :
           info->reads_series == LJ_READS_ONLY ? &t->windows :
                                                 &t->rows;
}

static lj_model_spec spec_of(lj_task task, const lj_rows *rows)
{
    lj_model_spec spec = {.task = task, .classes = task == LJ_BINARY ? 2 : task == LJ_MULTICLASS ? CLASSES : 0};
    if (rows->pixel_count > 0)
        spec.image = rows->image;
    if (rows->token_count > 0) {
        spec.token_count = TOKENS;
        spec.token_size = TOKEN_SIZE;
    }
    if (rows->number_count > 0) {
        spec.number_count = rows->number_count;
        spec.steps = rows->steps;
        spec.category_count = CATEGORIES;
        spec.category_sizes = sizes;
    }
    return spec;
}

/* Small models, so that the test is quick. */
static const struct {
    const char *family;
    int epochs;
    const char *train, *model;
} small[] = {
    {"tabm", 30, "\"rate\": 0.01", "\"heads\": 4, \"units\": 16, \"dimension\": 4, \"bins\": 8"},
    {"dense", 30, "\"rate\": 0.01", "\"layers\": [32, 16]"},
    {"gam", 1, "\"batch\": 32", "\"n_estimators\": 300, \"learning_rate\": 0.1"},
    {"average", 30, "\"rate\": 0.01",
     "\"members\": [{\"family\": \"boosted_trees\", \"n_estimators\": 80, \"learning_rate\": 0.1},"
     " {\"family\": \"dense\", \"layers\": [32, 16]}]"},
    {"resnet", 30, "\"rate\": 0.01", "\"units\": 24, \"blocks\": 1, \"dropout\": 0.1"},
    {"lenet", 20, "\"batch\": 32", "\"dropout\": 0.1"},
    {"cnn", 30, "\"batch\": 32, \"rate\": 0.005",
     "\"blocks\": [8], \"convolutions\": 1, \"flatten\": true, \"dense\": [16], \"dropout\": 0"},
    {"alexnet", 12, "\"batch\": 32, \"rate\": 0.003", "\"width\": 4, \"hidden\": 16, \"dropout\": 0"},
    {"vgg", 6, "\"batch\": 32, \"rate\": 0.005", "\"width\": 4, \"hidden\": 16, \"dropout\": 0"},
    {"image_resnet", 7, "\"batch\": 32, \"rate\": 0.01", "\"blocks\": [1, 1], \"width\": 8"},
    {"layers", 30, "\"rate\": 0.01",
     "\"layers\": [{\"dense\": {\"units\": 32, \"activation\": \"relu\"}},"
     " {\"dense\": {\"units\": 16, \"activation\": \"relu\"}}, {\"dropout\": 0.1}]"},
    {"fasttext", 60, "\"rate\": 0.3, \"patience\": 60", "\"dimension\": 8, \"loss\": \"hierarchical_softmax\""},
    {"text_rnn", 60, "\"batch\": 32, \"rate\": 0.01, \"patience\": 20",
     "\"dimension\": 8, \"units\": 24, \"cell\": \"gru\", \"pool\": \"mean\","
     " \"embedding_dropout\": 0.1, \"dropout\": 0.1"},
    {"text_cnn", 40, "\"batch\": 32, \"rate\": 0.005",
     "\"dimension\": 16, \"filters\": 32, \"embedding_dropout\": 0, \"dropout\": 0.1"},
    {"transformer", 60, "\"batch\": 32, \"rate\": 0.003, \"patience\": 20",
     "\"dimension\": 16, \"layers\": 1, \"heads\": 2, \"hidden\": 16, \"pool\": \"max\", \"embedding_dropout\": 0,"
     " \"dropout\": 0.1"},
    {"series_rnn", 60, "\"batch\": 32, \"rate\": 0.01, \"patience\": 20", "\"units\": 24"},
    {"series_tcn", 40, "\"batch\": 32, \"rate\": 0.005", "\"channels\": 24, \"kernel\": 2"},
    {"series_transformer", 60, "\"batch\": 32, \"rate\": 0.005, \"patience\": 20",
     "\"dimension\": 16, \"layers\": 1, \"heads\": 2, \"hidden\": 16, \"dropout\": 0"},
};

/* Their documents; a family without a row has its defaults. */
static lj_doc *options_doc(const char *family, int epochs_max)
{
    char text[512] = "{\"model\": {}, \"train\": {}}";
    lj_doc *doc = NULL;
    for (size_t i = 0; i < sizeof(small) / sizeof(small[0]); i++) {
        if (strcmp(family, small[i].family) == 0)
            (void)snprintf(text, sizeof(text), "{\"model\": {%s}, \"train\": {\"epochs\": %d, %s}}", small[i].model,
                           small[i].epochs < epochs_max ? small[i].epochs : epochs_max, small[i].train);
    }
    MUST(lj_json_parse("options", text, strlen(text), &doc));
    return doc;
}

static lj_model *fit(const char *family, lj_task task, const lj_rows *train, const lj_rows *valid, int threads,
                     int epochs_max)
{
    lj_doc *doc = options_doc(family, epochs_max);
    lj_team *team = NULL;
    lj_train_result result;
    lj_model *model = NULL;
    const lj_model_spec spec = spec_of(task, train);
    const lj_fit_options options = {.family = family,
                                    .file = lj_doc_name(doc),
                                    .model = lj_item_get(lj_doc_root(doc), "model"),
                                    .train = lj_item_get(lj_doc_root(doc), "train"),
                                    .seed = 7};
    MUST(lj_team_create(threads, &team));
    if (lj_model_fit(&options, &spec, train, valid, team, NULL, &result, &model) != LJ_OK)
        fail_msg("%s, %s: %s", family, lj_task_name(task), lj_error_message());
    assert_true(result.epoch_count >= 1);
    lj_free(result.epochs);
    lj_free(result.valid_scores);
    lj_team_destroy(team);
    lj_doc_destroy(doc); /* the model keeps its options itself */
    return model;
}

/* The metric of a task and what a model must reach on valid. */
static void check_quality(const char *family, lj_task task, const lj_predictions *predictions)
{
    const char *name = task == LJ_REGRESSION ? "r2" : task == LJ_BINARY ? "auc" : "accuracy";
    const lj_family_info *info = NULL;
    MUST(lj_family_find(family, &info));
    /* Linear models do not see all of the truth, means of trees are flat, and words tell numbers coarsely. */
    const int less = strcmp(family, "logistic") == 0 || strcmp(family, "random_forest") == 0 || info->reads_terms ||
                     info->reads_tokens == LJ_READS_ONLY;
    const double least = task == LJ_REGRESSION ? (less ? 0.5 : 0.8)
                         : task == LJ_BINARY   ? (less ? 0.84 : 0.93)
                                               : (less ? 0.6 : 0.75);
    double value = 0.0;
    MUST(lj_metric_compute(name, predictions, &value));
    if (!(value >= least))
        fail_msg("%s, %s: expected %s of %g at least, found %g", family, lj_task_name(task), name, least, value);
}

static void check_scores(const lj_model *model, const float *scores, int64_t n)
{
    const lj_model_spec *spec = lj_model_spec_of(model);
    const int64_t width = lj_model_width(model);
    for (int64_t i = 0; i < n && spec->task != LJ_REGRESSION; i++) {
        double sum = 0.0;
        for (int64_t c = 0; c < width; c++) {
            assert_true(scores[i * width + c] >= 0.0F && scores[i * width + c] <= 1.0F);
            sum += (double)scores[i * width + c];
        }
        if (width > 1)
            assert_true(fabs(sum - 1.0) < 1e-5);
    }
}

/* Rows alone, in odd lots and shared give the bits of the whole. */
static void check_same_bits(lj_model *model, const lj_rows *rows, const float *scores)
{
    const int64_t width = lj_model_width(model);
    float some[64 * CLASSES];
    lj_model *shared = NULL;
    MUST(lj_model_share(model, &shared));
    for (int64_t i = 0; i < 40; i++) {
        const int64_t n = i % 2 == 0 ? 1 : 37;
        lj_rows part = *rows;
        part.n = n;
        part.last = rows->steps > 0 ? rows->last + i : NULL;
        if (rows->steps == 0) {
            part.numbers = rows->number_count > 0 ? rows->numbers + i * rows->number_count : NULL;
            part.codes = rows->category_count > 0 ? rows->codes + i * rows->category_count : NULL;
        }
        part.tokens = rows->token_count > 0 ? rows->tokens + i * rows->token_count : NULL;
        part.pixels = rows->pixel_count > 0 ? rows->pixels + i * rows->pixel_count : NULL;
        MUST(lj_model_predict(i % 4 < 2 ? model : shared, &part, NULL, some));
        assert_memory_equal(some, scores + i * width, (size_t)(n * width) * sizeof(float));
    }
    lj_model_destroy(shared);
}

/* What a report says of it: every option and the shape of every weight. */
static void check_description(const lj_model *model)
{
    lj_text text = {0};
    lj_doc *doc = NULL;
    MUST(lj_model_json(model, &text));
    MUST(lj_json_parse("description", text.data, text.size, &doc));
    const lj_item *root = lj_doc_root(doc);
    const lj_item *tensors = lj_item_get(root, "tensors");
    assert_string_equal(lj_item_get(root, "summary")->text, lj_model_family(model)->summary);
    assert_true(lj_item_get(root, "options")->count > 0 || lj_model_family(model)->has_members);
    assert_int_equal(tensors->count, lj_weights_count(lj_model_weights(model)));
    if (lj_model_trees(model) == NULL)
        assert_in_range(lj_item_get(tensors->items[0], "shape")->count, 1, LJ_RANK_MAX);
    else
        assert_int_equal(lj_item_get(root, "leaves")->number, lj_trees_leaves(lj_model_trees(model)));
    lj_doc_destroy(doc);
    lj_text_free(&text);
}

/* The others have tests of their own: test_gpt.c, test_unsupervised.c. */
static int reads_a_target(int64_t family)
{
    const lj_family_info *info = lj_family_at(family);
    return !info->reads_texts && !info->gives_points && !info->is_imported && info->target == LJ_TARGET_NEEDED; /* these have tests of their own */
}

static void every_family_does_every_task(void **state)
{
    (void)state;
    float scores[VALID * CLASSES], again[VALID * CLASSES];
    for (int64_t f = 0; f < lj_family_count(); f++) {
        const char *family = lj_family_at(f)->name;
        if (!reads_a_target(f))
            continue;
        for (int task = 0; task <= LJ_REGRESSION; task++) {
            table *t = make_table((lj_task)task, "train", TRAIN), *v = make_table((lj_task)task, "valid", VALID);
            const lj_rows *rows = rows_for(family, v);
            lj_model *model = fit(family, (lj_task)task, rows_for(family, t), rows, 1, EPOCHS), *loaded = NULL;
            assert_string_equal(lj_model_family(model)->name, family);
            MUST(lj_model_predict(model, rows, NULL, scores));
            const lj_predictions predictions = {.task = (lj_task)task,
                                                .n = VALID,
                                                .classes = lj_model_spec_of(model)->classes,
                                                .score = scores,
                                                .target = v->target};
            check_quality(family, (lj_task)task, &predictions);
            check_scores(model, scores, VALID);
            check_same_bits(model, rows, scores);
            check_description(model);
            MUST(reload(model, NULL, NULL, &loaded));
            MUST(lj_model_predict(loaded, rows, NULL, again));
            assert_memory_equal(scores, again, (size_t)(VALID * lj_model_width(model)) * sizeof(float));
            lj_model_destroy(loaded);
            lj_model_destroy(model);
            lj_free(t);
            lj_free(v);
        }
    }
}

static void every_family_gives_the_same_bits_on_any_instruction_set_and_threads(void **state)
{
    (void)state;
    table *t = make_table(LJ_BINARY, "train", 150), *v = make_table(LJ_BINARY, "valid", 50);
    for (int64_t f = 0; f < lj_family_count(); f++) {
        char first[65] = "";
        if (!reads_a_target(f))
            continue;
        for (const char *const *isa = lj_kernels_names(); *isa != NULL; isa++) {
            if (lj_kernels_named(*isa) == NULL)
                continue;
            MUST(lj_kernels_select(*isa));
            for (int threads = 1; threads <= 4; threads *= 2) {
                char hex[65];
                const char *family = lj_family_at(f)->name;
                lj_model *model = fit(family, LJ_BINARY, rows_for(family, t), rows_for(family, v), threads, 1);
                MUST(lj_model_sha256(model, hex));
                lj_model_destroy(model);
                if (first[0] == '\0')
                    memcpy(first, hex, sizeof(first));
                if (strcmp(first, hex) != 0)
                    fail_msg("%s: other bits with %s and %d threads", family, *isa, threads);
            }
        }
    }
    MUST(lj_kernels_select(NULL));
    lj_free(t);
    lj_free(v);
}

static void a_spec_that_lies_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to;
        lj_status status;
    } lies[] = {
        {"\"family\": \"dense\"", "\"family\": \"dence\"", LJ_EVERSION},
        {"\"family\"", "\"famili\"", LJ_ECORRUPT},
        {"\"task\": \"binary\"", "\"task\": \"bynary\"", LJ_ECORRUPT},
        {"\"numbers\": 4", "\"numbers\": 5", LJ_ECORRUPT},
        {"\"classes\": 2", "\"classes\": 7", LJ_ECORRUPT},
        {"\"bins\": 0", "\"bins\": 9", LJ_ECORRUPT},
        {"\"activation\": \"relu\"", "\"activation\": \"rely\"", LJ_ECORRUPT},
        {"\"target_scale\": 1", "\"target_scale\": 0", LJ_ECORRUPT},
    };
    table *t = make_table(LJ_BINARY, "train", TRAIN);
    lj_model *model = fit("dense", LJ_BINARY, &t->rows, NULL, 1, EPOCHS);
    for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
        lj_model *loaded = NULL;
        const lj_status status = reload(model, lies[i].from, lies[i].to, &loaded);
        if (status != lies[i].status)
            fail_msg("%s: expected %s, found %s (%s)", lies[i].to, lj_status_name(lies[i].status),
                     lj_status_name(status), lj_error_message());
        assert_null(loaded);
    }
    lj_tensor *bias = lj_weights_find((lj_weights *)lj_model_weights(model), "output.bias");
    assert_non_null(bias);
    ((float *)bias->data)[0] = NAN;
    lj_model *loaded = NULL;
    assert_int_equal(reload(model, NULL, NULL, &loaded), LJ_ECORRUPT);
    assert_non_null(strstr(lj_error_message(), "'output.bias' is not finite"));
    lj_model_destroy(model);
    lj_free(t);
}

static lj_status check_options(const char *family, const char *text)
{
    lj_doc *doc = NULL;
    MUST(lj_yaml_parse("p.yaml", text, strlen(text), &doc));
    const lj_fit_options options = {.family = family,
                                    .file = lj_doc_name(doc),
                                    .model = lj_item_get(lj_doc_root(doc), "model"),
                                    .train = lj_item_get(lj_doc_root(doc), "train")};
    const lj_status status = lj_model_check(&options);
    lj_doc_destroy(doc);
    return status;
}

static void an_unknown_category_is_like_one_out_of_range_and_adds_nothing(void **state)
{
    (void)state;
    static const int32_t codes[] = {0, 0, -1, 99};
    const float numbers[2 * NUMBERS] = {0.0F};
    const lj_rows rows = {
        .n = 2, .numbers = numbers, .number_count = NUMBERS, .codes = codes, .category_count = CATEGORIES};
    table *train = make_table(LJ_REGRESSION, "train", 200);
    table *valid = make_table(LJ_REGRESSION, "valid", 100);
    for (int64_t f = 0; f < lj_family_count(); f++) {
        const char *family = lj_family_at(f)->name;
        float scores[2];
        if (!reads_a_target(f) || rows_for(family, train) != &train->rows)
            continue;
        lj_model *model = fit(family, LJ_REGRESSION, &train->rows, &valid->rows, 1, EPOCHS);
        MUST(lj_model_predict(model, &rows, NULL, scores));
        assert_true(scores[0] == scores[1]);
        if (strcmp(family, "logistic") == 0) { /* numbers are 0, categories unknown: the bias alone is left */
            const float *w = lj_weights_find((lj_weights *)lj_model_weights(model), "linear.weight")->data;
            assert_true(w[NUMBERS] == 0.0F && w[NUMBERS + sizes[0]] == 0.0F);
            assert_true(w[NUMBERS + 1] != 0.0F);
        }
        lj_model_destroy(model);
    }
    lj_free(valid);
    lj_free(train);
}

static void wrong_options_are_refused_before_any_data(void **state)
{
    (void)state;
    MUST(check_options("dense", "model:\n  family: dense\n  layers: [8, 8]\ntrain:\n  epochs: 3\n"));
    assert_int_equal(check_options("dense", "model:\n  family: dense\n  layer: [8, 8]\n"), LJ_ECONFIG);
    assert_non_null(strstr(lj_error_message(), "p.yaml:3:3"));
    assert_non_null(strstr(lj_error_message(), "layers"));
    assert_int_equal(check_options("dense", "train:\n  epochs: none\n"), LJ_ECONFIG);
    assert_int_equal(check_options("tabm", "model:\n  heads: 0\n"), LJ_ECONFIG);
    assert_int_equal(check_options("dense", "train: {samples: 2}\n"), LJ_ECONFIG);
    assert_non_null(strstr(lj_error_message(), "the family 'dense' draws nothing"));
    assert_int_equal(check_options("tabn", "train: {}\n"), LJ_ENOTFOUND);
    assert_non_null(strstr(lj_error_message(), "no family 'tabn'; did you mean 'tabm'?"));
}

static void bad_targets_and_numbers_are_refused(void **state)
{
    (void)state;
    table *t = make_table(LJ_BINARY, "train", 50);
    const lj_model_spec spec = spec_of(LJ_BINARY, &t->rows);
    const lj_fit_options options = {.family = "dense"};
    lj_train_result result;
    lj_model *model = NULL;
    t->target[3] = 2.0;
    assert_int_equal(lj_model_fit(&options, &spec, &t->rows, NULL, NULL, NULL, &result, &model), LJ_EDATA);
    assert_string_equal(lj_error_message(), "model: the target of training row 4 is 2");
    t->target[3] = 1.0;
    t->numbers[5] = INFINITY;
    assert_int_equal(lj_model_fit(&options, &spec, &t->rows, NULL, NULL, NULL, &result, &model), LJ_EDATA);
    assert_string_equal(lj_error_message(), "model: number 2 of training row 2 is not finite");
    assert_null(model);
    lj_free(t);
}

static void class_weights_are_read_and_checked(void **state)
{
    (void)state;
    table *t = make_table(LJ_BINARY, "train", TRAIN);
    const lj_model_spec spec = spec_of(LJ_BINARY, &t->rows);
    lj_train_result result;
    double mean[2];
    float scores[TRAIN];
    for (int k = 0; k < 2; k++) {
        const char *text = k == 0 ? "train: {class_weight: balanced}" : "train: {class_weight: [1, 20]}";
        lj_doc *doc = NULL;
        lj_model *model = NULL;
        MUST(lj_yaml_parse("p.yaml", text, strlen(text), &doc));
        const lj_fit_options options = {
            .family = "logistic", .file = lj_doc_name(doc), .train = lj_item_get(lj_doc_root(doc), "train")};
        MUST(lj_model_fit(&options, &spec, &t->rows, NULL, NULL, NULL, &result, &model));
        MUST(lj_model_predict(model, &t->rows, NULL, scores));
        mean[k] = 0.0;
        for (int64_t i = 0; i < TRAIN; i++)
            mean[k] += (double)scores[i] / TRAIN;
        lj_free(result.epochs);
        lj_free(result.valid_scores);
        lj_model_destroy(model);
        lj_doc_destroy(doc);
    }
    assert_true(mean[1] > mean[0] + 0.1);

    const char *text = "train: {class_weight: [1, 2, 3]}";
    lj_doc *doc = NULL;
    lj_model *model = NULL;
    MUST(lj_yaml_parse("p.yaml", text, strlen(text), &doc));
    const lj_fit_options options = {.family = "dense", .file = lj_doc_name(doc),
        .train = lj_item_get(lj_doc_root(doc), "train")};
    assert_int_equal(lj_model_fit(&options, &spec, &t->rows, NULL, NULL, NULL, &result, &model), LJ_ECONFIG);
    lj_doc_destroy(doc);
    lj_free(t);
}

static void an_interrupted_model_goes_on_to_the_same_weights(void **state)
{
    (void)state;
    table *t = make_table(LJ_BINARY, "train", TRAIN), *v = make_table(LJ_BINARY, "valid", VALID);
    const lj_model_spec spec = spec_of(LJ_BINARY, &t->rows);
    const char *text = "{\"epochs\": 3}";
    lj_doc *doc = NULL;
    char hex[2][65];
    MUST(lj_json_parse("options", text, strlen(text), &doc));
    for (int k = 0; k < 2; k++) {
        lj_train_result result;
        lj_model *model = NULL;
        lj_fit_options options = {.family = "dense", .train = lj_doc_root(doc), .seed = 3};
        if (k == 1) {
            options.checkpoint = "test_model.checkpoint";
            options.resume = 1;
        }
        MUST(lj_model_fit(&options, &spec, &t->rows, &v->rows, NULL, NULL, &result, &model));
        MUST(lj_weights_sha256(lj_model_weights(model), hex[k]));
        lj_free(result.epochs);
        lj_free(result.valid_scores);
        lj_model_destroy(model);
    }
    assert_string_equal(hex[0], hex[1]);
    MUST(lj_folder_remove("test_model.checkpoint"));
    lj_doc_destroy(doc);
    lj_free(t);
    lj_free(v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_family_does_every_task),
        cmocka_unit_test(every_family_gives_the_same_bits_on_any_instruction_set_and_threads),
        cmocka_unit_test(a_spec_that_lies_is_refused),
        cmocka_unit_test(an_unknown_category_is_like_one_out_of_range_and_adds_nothing),
        cmocka_unit_test(wrong_options_are_refused_before_any_data),
        cmocka_unit_test(bad_targets_and_numbers_are_refused),
        cmocka_unit_test(class_weights_are_read_and_checked),
        cmocka_unit_test(an_interrupted_model_goes_on_to_the_same_weights),
    };
    return cmocka_run_group_tests_name("model/model", tests, NULL, NULL);
}
