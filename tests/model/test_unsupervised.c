/* Families that learn without a target: what they say of a row, that odd rows score more, bits, files and refusals. */
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

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

enum { ROWS = 400, NUMBERS = 3, CATEGORIES = 2, SIDE = 6, CLASSES = 3 };

static const int32_t sizes[CATEGORIES] = {3, 4};

/* Rows of two dimensions in three, with categories that follow, and the same as images; row i is of class i mod 3. */
typedef struct table {
    float numbers[ROWS * NUMBERS];
    int32_t codes[ROWS * CATEGORIES];
    uint8_t pixels[ROWS * SIDE * SIDE];
    double target[ROWS];
    lj_rows rows, images;
} table;

static void fill(table *t, const char *name)
{
    const uint64_t stream = lj_random_stream(name);
    for (int64_t i = 0; i < ROWS; i++) {
        float *x = t->numbers + i * NUMBERS;
        x[0] = 2.0F * lj_random_uniform(4, stream, (uint64_t)i) - 1.0F;
        x[1] = (float)(i % CLASSES) - 1.0F;
        x[2] = x[0] - x[1];
        t->target[i] = (double)(i % CLASSES);
        t->codes[i * CATEGORIES] = x[0] > 0.0F ? 1 : 2;
        t->codes[i * CATEGORIES + 1] = 1 + (int32_t)(i % CLASSES);
        for (int p = 0; p < SIDE * SIDE; p++)
            t->pixels[i * SIDE * SIDE + p] = p / 12 == i % CLASSES ? (uint8_t)(150.0F + 80.0F * x[0]) : 20;
    }
    t->rows = (lj_rows){.n = ROWS, .numbers = t->numbers, .number_count = NUMBERS, .codes = t->codes,
                        .category_count = CATEGORIES};
    t->images = (lj_rows){.n = ROWS, .pixels = t->pixels, .pixel_count = SIDE * SIDE};
}

static table *make_table(const char *name)
{
    table *t = lj_new_array(1, sizeof(*t));
    assert_non_null(t);
    fill(t, name);
    return t;
}

static lj_model_spec spec_of(const lj_rows *rows, int64_t side)
{
    lj_model_spec spec = {.task = LJ_UNSUPERVISED, .number_count = rows->number_count,
                          .category_count = rows->category_count, .category_sizes = sizes};
    if (rows->pixel_count > 0)
        spec.image = (lj_pixels){.height = side, .width = side, .channels = 1};
    return spec;
}

/* Families and the documents of small models of them. */
static const struct {
    const char *family, *text;
    int images;
} cases[] = {
    {"autoencoder", "{model: {layers: [16], latent: 2}, train: {epochs: 60, batch: 32, rate: 0.01}}", 0},
    {"autoencoder", "{model: {channels: [4, 8], layers: [], latent: 3},"
                    " train: {epochs: 60, batch: 32, rate: 0.01}}", 1},
    {"vae", "{model: {layers: [16], latent: 2}, train: {epochs: 60, batch: 32, rate: 0.01}}", 0},
    {"vae", "{model: {channels: [4], layers: [16], latent: 2}, train: {epochs: 60, batch: 32, rate: 0.01}}", 1},
    {"gan", "{model: {layers: [32, 16], latent: 4}, train: {epochs: 150, batch: 32, rate: 0.002, average: 0.99}}", 0},
    {"gan", "{model: {layers: [32, 16], latent: 4, loss: least_squares},"
            " train: {epochs: 150, batch: 32, rate: 0.002, average: 0.99}}", 0},
    {"gan", "{model: {layers: [32, 16], latent: 4, loss: wasserstein, critic_steps: 2},"
            " train: {epochs: 200, batch: 32, rate: 0.002, average: 0.99}}", 0},
    {"gan", "{model: {channels: [4], layers: [], latent: 4, loss: wasserstein, penalty: 1},"
            " train: {epochs: 20, batch: 32, rate: 0.002}}", 1},
};
enum { CASES = sizeof(cases) / sizeof(cases[0]) };

typedef struct fit_how {
    int threads;
    const char *checkpoint, *history; /* goes on from the checkpoint */
    int64_t classes;                  /* that the model is told */
} fit_how;

static lj_model *fit(int k, const lj_rows *train, const lj_rows *valid, const fit_how *how)
{
    lj_doc *doc = NULL;
    lj_team *team = NULL;
    lj_train_result result;
    lj_model *model = NULL;
    lj_model_spec spec = spec_of(train, SIDE);
    spec.classes = how->classes;
    MUST(lj_yaml_parse("options", cases[k].text, strlen(cases[k].text), &doc));
    const lj_fit_options options = {.family = cases[k].family,
                                    .file = lj_doc_name(doc),
                                    .model = lj_item_get(lj_doc_root(doc), "model"),
                                    .train = lj_item_get(lj_doc_root(doc), "train"),
                                    .seed = 7,
                                    .checkpoint = how->checkpoint,
                                    .history = how->history,
                                    .resume = how->checkpoint != NULL};
    MUST(lj_team_create(how->threads, &team));
    if (lj_model_fit(&options, &spec, train, valid, team, NULL, &result, &model) != LJ_OK)
        fail_msg("%s: %s", cases[k].family, lj_error_message());
    lj_free(result.epochs);
    lj_team_destroy(team);
    lj_doc_destroy(doc);
    return model;
}

static const lj_rows *rows_of(int k, const table *t)
{
    return cases[k].images ? &t->images : &t->rows;
}

static int is_gan(int k)
{
    return strcmp(cases[k].family, "gan") == 0;
}

static double mean_score(lj_model *model, const lj_rows *rows)
{
    float scores[ROWS];
    double sum = 0.0;
    MUST(lj_model_predict(model, rows, NULL, scores));
    for (int64_t i = 0; i < rows->n; i++) {
        assert_true(isfinite(scores[i]));
        sum += (double)scores[i];
    }
    return sum / (double)rows->n;
}

static void rows_unlike_those_of_training_score_more(void **state)
{
    (void)state;
    table *t = make_table("train"), *v = make_table("valid"), *odd = make_table("odd");
    for (int64_t i = 0; i < ROWS; i++) { /* the third number does not follow, the stripes are upright */
        odd->numbers[i * NUMBERS + 2] = odd->numbers[i * NUMBERS] + odd->numbers[i * NUMBERS + 1];
        odd->codes[i * CATEGORIES] = odd->codes[i * CATEGORIES] == 1 ? 2 : 1;
        for (int p = 0; p < SIDE * SIDE; p++)
            odd->pixels[i * SIDE * SIDE + p] = p % SIDE / 2 == i % CLASSES ? 200 : 20;
    }
    for (int k = 0; k < CASES; k++) {
        if (is_gan(k)) /* its critic knows drawn rows from real ones, not odd ones */
            continue;
        lj_model *model = fit(k, rows_of(k, t), rows_of(k, v), &(fit_how){.threads = 1});
        const double usual = mean_score(model, rows_of(k, v)), strange = mean_score(model, rows_of(k, odd));
        if (!(strange > usual + (lj_model_nats(model) > 0 ? 2.0 : usual)))
            fail_msg("%s: usual rows score %g, odd ones %g", cases[k].family, usual, strange);
        lj_model_destroy(model);
    }
    lj_free(t);
    lj_free(v);
    lj_free(odd);
}

static void a_row_alone_scores_as_in_a_batch_and_after_loading(void **state)
{
    (void)state;
    table *t = make_table("train");
    for (int k = 0; k < CASES; k++) {
        const lj_rows *rows = rows_of(k, t);
        float scores[ROWS], again[ROWS], one;
        lj_text text = {0};
        lj_json json;
        lj_doc *doc = NULL;
        lj_weights *weights = NULL;
        lj_model *model = fit(k, rows, NULL, &(fit_how){.threads = 1}), *loaded = NULL;
        MUST(lj_model_predict(model, rows, NULL, scores));
        for (int64_t i = 0; i < 20; i++) {
            lj_rows part = *rows;
            part.n = 1;
            part.numbers = rows->numbers + i * rows->number_count;
            part.codes = rows->codes + i * rows->category_count;
            part.pixels = rows->pixels + i * rows->pixel_count;
            MUST(lj_model_predict(model, &part, NULL, &one));
            assert_memory_equal(&one, &scores[i], sizeof(one));
        }
        lj_json_start(&json, &text, 0);
        lj_json_map(&json, NULL);
        MUST(lj_model_save_spec(model, &json, "model"));
        lj_json_end_map(&json);
        MUST(lj_text_finish(&text));
        MUST(lj_json_parse("model.json", text.data, text.size, &doc));
        MUST(lj_weights_clone(lj_model_weights(model), &weights));
        lj_learned learned = {.weights = weights};
        MUST(lj_model_load(doc, lj_item_get(lj_doc_root(doc), "model"), &learned, &loaded));
        MUST(lj_model_predict(loaded, rows, NULL, again));
        assert_memory_equal(scores, again, sizeof(scores));
        lj_doc_destroy(doc);
        lj_text_free(&text);
        lj_model_destroy(loaded);
        lj_model_destroy(model);
    }
    lj_free(t);
}

static void weights_are_the_same_bits_on_any_instruction_set_and_threads(void **state)
{
    (void)state;
    table *t = make_table("train"), *v = make_table("valid");
    for (int k = 0; k < CASES; k++) {
        lj_rows train = *rows_of(k, t), valid = *rows_of(k, v);
        char first[65] = "";
        train.n = 40;
        valid.n = 20;
        for (const char *const *isa = lj_kernels_names(); *isa != NULL; isa++) {
            if (lj_kernels_named(*isa) == NULL)
                continue;
            MUST(lj_kernels_select(*isa));
            for (int threads = 1; threads <= 4; threads *= 2) {
                char hex[65];
                lj_model *model = fit(k, &train, &valid, &(fit_how){.threads = threads});
                MUST(lj_weights_sha256(lj_model_weights(model), hex));
                lj_model_destroy(model);
                if (first[0] == '\0')
                    memcpy(first, hex, sizeof(first));
                if (strcmp(first, hex) != 0)
                    fail_msg("%s: other bits with %s and %d threads", cases[k].family, *isa, threads);
            }
        }
    }
    MUST(lj_kernels_select(NULL));
    lj_free(t);
    lj_free(v);
}

/* Rows alone, from the middle and with more threads are those of the whole; another seed gives others. */
static void drawn_rows_depend_on_seed_and_number_alone(void **state)
{
    (void)state;
    enum { DRAWN = 300 };
    static float numbers[DRAWN * NUMBERS], some[DRAWN * NUMBERS];
    static int32_t codes[DRAWN * CATEGORIES], some_codes[DRAWN * CATEGORIES];
    static uint8_t pixels[DRAWN * SIDE * SIDE], some_pixels[DRAWN * SIDE * SIDE];
    table *t = make_table("train");
    for (int k = 0; k < CASES; k++) {
        const lj_rows *rows = rows_of(k, t);
        const size_t number_bytes = (size_t)rows->number_count * sizeof(float);
        const size_t code_bytes = (size_t)rows->category_count * sizeof(int32_t);
        const size_t pixel_bytes = (size_t)rows->pixel_count;
        const lj_drawn all = {numbers, codes, pixels}, part = {some, some_codes, some_pixels};
        lj_team *team = NULL;
        lj_model *model = fit(k, rows, NULL, &(fit_how){.threads = 1});
        lj_draw_options how = {.seed = 3, .n = DRAWN, .class_index = -1};
        if (!lj_model_family(model)->draws_rows) {
            assert_int_equal(lj_model_draw(model, &how, NULL, &all), LJ_EUNSUPPORTED);
            lj_model_destroy(model);
            continue;
        }
        MUST(lj_team_create(4, &team));
        MUST(lj_model_draw(model, &how, NULL, &all));
        for (int64_t first = 0; first < DRAWN; first += 97) {
            how = (lj_draw_options){.seed = 3, .first = first, .n = first == 97 ? 200 : 1, .class_index = -1};
            MUST(lj_model_draw(model, &how, first == 194 ? team : NULL, &part));
            const size_t n = (size_t)how.n, at = (size_t)first;
            assert_memory_equal(some, numbers + at * (size_t)rows->number_count, n * number_bytes);
            assert_memory_equal(some_codes, codes + at * (size_t)rows->category_count, n * code_bytes);
            assert_memory_equal(some_pixels, pixels + at * pixel_bytes, n * pixel_bytes);
        }
        how = (lj_draw_options){.seed = 4, .n = DRAWN, .class_index = -1};
        MUST(lj_model_draw(model, &how, team, &part));
        assert_true(rows->pixel_count > 0 ? memcmp(some_pixels, pixels, sizeof(pixels)) != 0
                                          : memcmp(some, numbers, sizeof(numbers)) != 0);
        lj_team_destroy(team);
        lj_model_destroy(model);
    }
    lj_free(t);
}

/* The third number follows the first two and the categories follow them, in new rows too; a gan may leave some out. */
static void drawn_rows_are_like_those_of_training(void **state)
{
    (void)state;
    static float numbers[ROWS * NUMBERS];
    static int32_t codes[ROWS * CATEGORIES];
    static uint8_t pixels[ROWS * SIDE * SIDE];
    table *t = make_table("train");
    for (int k = 0; k < CASES; k++) {
        lj_model *model = fit(k, rows_of(k, t), NULL, &(fit_how){.threads = 1});
        const lj_draw_options how = {.seed = 3, .n = ROWS, .class_index = -1};
        if (!lj_model_family(model)->draws_rows || cases[k].images) {
            lj_model_destroy(model);
            continue;
        }
        MUST(lj_model_draw(model, &how, NULL, &(lj_drawn){numbers, codes, pixels}));
        double error = 0.0;
        int follow = 0, seen[CLASSES + 1] = {0};
        for (int64_t i = 0; i < ROWS; i++) {
            const float *x = numbers + i * NUMBERS;
            error += fabs((double)(x[2] - x[0] + x[1])) / ROWS;
            follow += codes[i * CATEGORIES + 1] == 2 + (x[1] > 0.5F) - (x[1] < -0.5F);
            seen[codes[i * CATEGORIES + 1]]++;
        }
        const int all = seen[1] > 40 && seen[2] > 40 && seen[3] > 40;
        if (!(error < (is_gan(k) ? 0.7 : 0.4) && follow > ROWS * 8 / 10 && (all || is_gan(k))))
            fail_msg("%s: error %g, %d follow, classes %d %d %d", cases[k].family, error, follow, seen[1], seen[2],
                     seen[3]);
        lj_model_destroy(model);
    }
    lj_free(t);
}

/* Told classes, a gan draws rows of the class that is asked for, and each in turn if none is. */
static void a_class_that_is_asked_for_is_drawn(void **state)
{
    (void)state;
    enum { DRAWN = 90 };
    static float numbers[DRAWN * NUMBERS];
    static int32_t codes[DRAWN * CATEGORIES];
    table *t = make_table("train");
    lj_rows rows = t->rows;
    int k = 0;
    while (!is_gan(k))
        k++;
    rows.target = t->target;
    lj_model *model = fit(k, &rows, NULL, &(fit_how){.threads = 1, .classes = CLASSES});
    for (int64_t wanted = -1; wanted < CLASSES; wanted++) {
        const lj_draw_options how = {.seed = 3, .n = DRAWN, .class_index = wanted};
        int right = 0;
        MUST(lj_model_draw(model, &how, NULL, &(lj_drawn){numbers, codes, NULL}));
        for (int64_t i = 0; i < DRAWN; i++)
            right += codes[i * CATEGORIES + 1] == 1 + (wanted >= 0 ? wanted : i % CLASSES);
        if (right < DRAWN * 8 / 10)
            fail_msg("class %d: %d of %d rows are of it", (int)wanted, right, (int)DRAWN);
    }
    const lj_draw_options how = {.n = 1, .class_index = CLASSES};
    assert_int_equal(lj_model_draw(model, &how, NULL, &(lj_drawn){numbers, codes, NULL}), LJ_EINVAL);
    assert_true(isfinite(mean_score(model, &t->rows))); /* needs no labels */
    lj_model_destroy(model);
    lj_free(t);
}

/* Another process is interrupted after its first step and leaves the checkpoint. */
static void stop_after_a_step(int k, const lj_rows *train, const lj_rows *valid, const char *checkpoint)
{
    int status = 1;
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        lj_interrupt_install();
        (void)raise(SIGINT);
        lj_model_destroy(fit(k, train, valid, &(fit_how){.threads = 1, .checkpoint = checkpoint}));
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_true(lj_file_exists(checkpoint));
}

/* Two sets of weights and two losses: all of it is in the checkpoint and in history.csv. */
static void an_interrupted_fit_goes_on_to_the_same_weights(void **state)
{
    (void)state;
    table *t = make_table("train"), *v = make_table("valid");
    for (int k = 0; k < CASES; k++) {
        char hex[2][65];
        for (int twice = 0; twice < 2; twice++) {
            const fit_how how = {.threads = 1 + twice, .checkpoint = twice ? "test_unsupervised.checkpoint" : NULL,
                                 .history = "test_unsupervised.csv"};
            if (twice)
                stop_after_a_step(k, rows_of(k, t), rows_of(k, v), how.checkpoint);
            lj_model *model = fit(k, rows_of(k, t), rows_of(k, v), &how);
            MUST(lj_weights_sha256(lj_model_weights(model), hex[twice]));
            lj_model_destroy(model);
        }
        assert_string_equal(hex[0], hex[1]);
        char *text = NULL;
        size_t size = 0;
        MUST(lj_file_read("test_unsupervised.csv", 1 << 20, &text, &size));
        assert_true((strncmp(text, "epoch,loss,rival_loss,", 22) == 0) == is_gan(k));
        lj_free(text);
        MUST(lj_folder_remove("test_unsupervised.checkpoint"));
        (void)remove("test_unsupervised.csv");
    }
    lj_free(t);
    lj_free(v);
}

/* ---- values of PyTorch ---- */

static lj_doc *golden;

static int open_golden(void **state)
{
    (void)state;
    return lj_json_read(LJ_SOURCE_DIR "/tests/golden/unsupervised.json", &golden) != LJ_OK;
}

static int close_golden(void **state)
{
    (void)state;
    lj_doc_destroy(golden);
    return 0;
}

/* The sines of tests/golden/unsupervised.py. */
static void set_weights(lj_model *model)
{
    lj_weights *weights = (lj_weights *)lj_model_weights(model);
    for (int64_t t = 0; t < lj_weights_count(weights); t++) {
        const lj_tensor *tensor = lj_weights_at(weights, t);
        for (int64_t i = 0; i < tensor->count; i++)
            ((float *)tensor->data)[i] = (float)(0.4 * sin(0.7 * (double)i + (double)(t + 1)));
    }
}

/* `loss`: of a gan, else NULL. */
static void check_golden(const char *family, const char *loss, const char *what, const lj_rows *rows, int64_t side)
{
    char text[128], key[64];
    (void)snprintf(key, sizeof(key), "%s%s%s", family, loss != NULL ? " " : "", loss != NULL ? loss : "");
    (void)snprintf(text, sizeof(text), "{model: {layers: [5], latent: 2%s%s}, train: {epochs: 1}}",
                   loss != NULL ? ", loss: " : "", loss != NULL ? loss : "");
    const lj_item *expected = lj_item_get(lj_item_get(lj_doc_root(golden), key), what);
    lj_doc *doc = NULL;
    lj_train_result result;
    lj_model *model = NULL;
    float scores[8];
    const lj_model_spec spec = spec_of(rows, side);
    MUST(lj_yaml_parse("options", text, strlen(text), &doc));
    const lj_fit_options options = {.family = family,
                                    .file = lj_doc_name(doc),
                                    .model = lj_item_get(lj_doc_root(doc), "model"),
                                    .train = lj_item_get(lj_doc_root(doc), "train")};
    MUST(lj_model_fit(&options, &spec, rows, NULL, NULL, NULL, &result, &model));
    set_weights(model);
    MUST(lj_model_predict(model, rows, NULL, scores));
    assert_int_equal(expected->count, rows->n);
    for (int64_t i = 0; i < rows->n; i++)
        if (!(fabs((double)scores[i] - expected->items[i]->number) <=
              2e-6 * fmax(1.0, fabs(expected->items[i]->number))))
            fail_msg("%s, %s: row %d scores %.9g, expected %.9g", family, what, (int)i, (double)scores[i],
                     expected->items[i]->number);
    lj_free(result.epochs);
    lj_model_destroy(model);
    lj_doc_destroy(doc);
}

static void scores_are_those_of_pytorch(void **state)
{
    (void)state;
    float numbers[6 * NUMBERS];
    int32_t codes[6 * CATEGORIES];
    uint8_t pixels[5 * 9];
    const lj_item *root = lj_doc_root(golden);
    for (int i = 0; i < 6 * NUMBERS; i++)
        numbers[i] = (float)lj_item_get(root, "numbers")->items[i]->number;
    for (int i = 0; i < 6 * CATEGORIES; i++)
        codes[i] = (int32_t)lj_item_get(root, "codes")->items[i]->number;
    for (int i = 0; i < 5 * 9; i++)
        pixels[i] = (uint8_t)lj_item_get(root, "pixels")->items[i]->number;
    const lj_rows rows = {.n = 6, .numbers = numbers, .number_count = NUMBERS, .codes = codes,
                          .category_count = CATEGORIES};
    const lj_rows images = {.n = 5, .pixels = pixels, .pixel_count = 9};
    check_golden("autoencoder", NULL, "table", &rows, 0);
    check_golden("autoencoder", NULL, "images", &images, 3);
    check_golden("vae", NULL, "table", &rows, 0);
    check_golden("vae", NULL, "images", &images, 3);
    static const char *const losses[] = {"non_saturating", "least_squares", "wasserstein"};
    for (int i = 0; i < 3; i++) {
        check_golden("gan", losses[i], "table", &rows, 0);
        check_golden("gan", losses[i], "images", &images, 3);
    }
}

static void what_does_not_fit_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *family, *model, *message;
        lj_task task;
        int64_t classes;
    } wrong[] = {
        {"dense", "{}", "model: the family 'dense' learns from a target, and there is none", LJ_UNSUPERVISED, 0},
        {"vae", "{}", "model: the family 'vae' learns without a target", LJ_REGRESSION, 0},
        {"vae", "{}", "model: the family 'vae' learns without a target", LJ_UNSUPERVISED, 3},
        {"vae", "{channels: [4]}", "channels: convolutions read images, and there are none", LJ_UNSUPERVISED, 0},
    };
    table *t = make_table("train");
    for (size_t k = 0; k < sizeof(wrong) / sizeof(wrong[0]); k++) {
        lj_doc *doc = NULL;
        lj_train_result result;
        lj_model *model = NULL;
        lj_model_spec spec = spec_of(&t->rows, 0);
        lj_rows rows = t->rows;
        spec.task = wrong[k].task;
        spec.classes = wrong[k].classes;
        rows.target = t->target;
        MUST(lj_yaml_parse("options", wrong[k].model, strlen(wrong[k].model), &doc));
        const lj_fit_options options = {.family = wrong[k].family, .file = lj_doc_name(doc), .model = lj_doc_root(doc)};
        assert_int_not_equal(lj_model_fit(&options, &spec, &rows, NULL, NULL, NULL, &result, &model), LJ_OK);
        assert_string_equal(lj_error_message(), wrong[k].message);
        assert_null(model);
        lj_doc_destroy(doc);
    }
    lj_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_unlike_those_of_training_score_more),
        cmocka_unit_test(a_row_alone_scores_as_in_a_batch_and_after_loading),
        cmocka_unit_test(weights_are_the_same_bits_on_any_instruction_set_and_threads),
        cmocka_unit_test(drawn_rows_depend_on_seed_and_number_alone),
        cmocka_unit_test(drawn_rows_are_like_those_of_training),
        cmocka_unit_test(a_class_that_is_asked_for_is_drawn),
        cmocka_unit_test(an_interrupted_fit_goes_on_to_the_same_weights),
        cmocka_unit_test(scores_are_those_of_pytorch),
        cmocka_unit_test(what_does_not_fit_is_refused),
    };
    return cmocka_run_group_tests_name("model/unsupervised", tests, open_golden, close_golden);
}
