/* The image families give the scores of their definitions in PyTorch; what is too small for them is refused. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lianjin/model.h"

#define MUST(expr)                                                                                                     \
    do {                                                                                                               \
        if ((expr) != LJ_OK)                                                                                           \
            fail_msg("%s: %s", #expr, lj_error_message());                                                             \
    } while (0)

enum { IMAGES = 3, CLASSES = 3 };

static int ends_with(const char *name, const char *end)
{
    const size_t n = strlen(name), k = strlen(end);
    return n >= k && strcmp(name + n - k, end) == 0;
}

/* The rule of tests/golden/image_families.py. */
static void draw(lj_tensor *tensor)
{
    float *values = tensor->data;
    uint32_t start = 2166136261U;
    for (const char *c = tensor->name; *c != '\0'; c++)
        start = (start ^ (uint8_t)*c) * 16777619U;
    const int is_weight = ends_with(tensor->name, ".weight");
    const int is_gain = ends_with(tensor->name, ".gain") || ends_with(tensor->name, ".running_variance");
    const double fan = (double)tensor->count / (double)tensor->shape.dim[tensor->shape.rank - 1];
    for (int64_t i = 0; i < tensor->count; i++) {
        uint32_t word = (uint32_t)i * 2654435761U + start;
        word = (word ^ word >> 15) * 2246822519U;
        const double u = (double)(word >> 8) / 16777216.0 - 0.5;
        values[i] = (float)(is_weight ? u * sqrt(24.0 / fan) : is_gain ? 1.0 + u : u);
    }
}

static lj_status fit(const char *family, const lj_item *model, const lj_pixels *shape, lj_rows *rows,
                     lj_model **out)
{
    static const double target[IMAGES] = {0, 1, 2};
    const lj_model_spec spec = {.task = LJ_MULTICLASS, .classes = CLASSES, .image = *shape};
    const char *once = "{\"epochs\": 1}";
    lj_doc *train = NULL;
    lj_train_result result = {0};
    MUST(lj_json_parse("train", once, strlen(once), &train));
    const int64_t size = lj_pixels_size(shape);
    uint8_t *pixels = lj_new_array(IMAGES * size, 1);
    for (int64_t i = 0; i < IMAGES * size; i++)
        pixels[i] = (uint8_t)(i * 37 % 251);
    *rows = (lj_rows){.n = IMAGES, .pixels = pixels, .pixel_count = size, .image = *shape, .target = target};
    const lj_fit_options options = {
        .family = family, .model = model, .train = lj_doc_root(train), .seed = 1};
    const lj_status status = lj_model_fit(&options, &spec, rows, NULL, NULL, NULL, &result, out);
    lj_free(result.epochs);
    lj_doc_destroy(train);
    return status;
}

static void the_scores_are_those_of_pytorch(void **state)
{
    (void)state;
    lj_doc *doc = NULL;
    MUST(lj_json_read(LJ_SOURCE_DIR "/tests/golden/image_families.json", &doc));
    for (int64_t k = 0; k < lj_doc_root(doc)->count; k++) {
        const lj_item *c = lj_doc_root(doc)->items[k], *s = lj_item_get(c, "shape"), *scores = lj_item_get(c, "scores");
        const char *family = lj_item_get(c, "family")->text;
        const lj_pixels shape = {.height = (int64_t)s->items[0]->number,
                                 .width = (int64_t)s->items[1]->number,
                                 .channels = (int64_t)s->items[2]->number};
        lj_model *model = NULL;
        lj_rows rows;
        float found[IMAGES * CLASSES];
        MUST(fit(family, lj_item_get(c, "model"), &shape, &rows, &model));
        lj_weights *weights = (lj_weights *)lj_model_weights(model);
        for (int64_t t = 0; t < lj_weights_count(weights); t++)
            draw(lj_weights_at(weights, t));
        MUST(lj_model_predict(model, &rows, NULL, found));
        for (int64_t i = 0; i < IMAGES * CLASSES; i++) {
            if (!(fabs((double)found[i] - scores->items[i]->number) <= 2e-6))
                fail_msg("%s, case %d: score %d is %.8g, expected %.8g", family, (int)k, (int)i, (double)found[i],
                         scores->items[i]->number);
        }
        lj_model_destroy(model);
        lj_free((void *)rows.pixels);
    }
    lj_doc_destroy(doc);
}

static void images_that_are_too_small_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *family, *message;
    } rows_of[] = {
        {"alexnet", "alexnet: expected images of at least 63 x 63, found 40 x 30: data.images.size"},
        {"vgg", "vgg: expected images of at least 32 x 32, found 40 x 30: data.images.size"},
    };
    const lj_pixels shape = {.height = 40, .width = 30, .channels = 1};
    for (size_t i = 0; i < sizeof(rows_of) / sizeof(rows_of[0]); i++) {
        lj_model *model = NULL;
        lj_rows rows;
        assert_int_equal(fit(rows_of[i].family, NULL, &shape, &rows, &model), LJ_ESHAPE);
        assert_string_equal(lj_error_message(), rows_of[i].message);
        assert_null(model);
        lj_free((void *)rows.pixels);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_scores_are_those_of_pytorch),
        cmocka_unit_test(images_that_are_too_small_are_refused),
    };
    return cmocka_run_group_tests_name("model/image_families", tests, NULL, NULL);
}
