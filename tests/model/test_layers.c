/* family: layers: every layer may stand in a list; what does not fit is refused with the place and the fix. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "compute/kernels.h"
#include "lianjin/model.h"
#include "lianjin/random.h"
#include "nn/layers.h"

#define MUST(expr)                                                                                                     \
    do {                                                                                                               \
        if ((expr) != LJ_OK)                                                                                           \
            fail_msg("%s: %s", #expr, lj_error_message());                                                             \
    } while (0)

#define ROWS  70
#define SIDE  6
#define STEPS 7
#define WORDS 9

static uint8_t pixels[ROWS * SIDE * SIDE];
static int32_t tokens[ROWS * STEPS];
static float numbers[ROWS * 4];
static double target[ROWS];
static int64_t last[ROWS]; /* where a window ends */
static int32_t lengths[ROWS];

static const lj_rows images = {.n = ROWS, .pixels = pixels, .pixel_count = SIDE * SIDE, .target = target};
static const lj_rows texts = {.n = ROWS, .tokens = tokens, .token_count = STEPS, .target = target};
static const lj_rows windows = {.n = ROWS, .numbers = numbers, .number_count = 4, .steps = 3, .last = last,
                                .lengths = lengths, .stored = ROWS, .target = target};
static const lj_rows table = {.n = ROWS, .numbers = numbers, .number_count = 4, .target = target};

static int fill(void **state)
{
    (void)state;
    for (int64_t i = 0; i < ROWS * SIDE * SIDE; i++)
        pixels[i] = (uint8_t)lj_random_u32(1, 0, (uint64_t)i);
    for (int64_t i = 0; i < ROWS * STEPS; i++) /* texts end after 3 to STEPS words */
        tokens[i] = i % STEPS >= 3 + i / STEPS % (STEPS - 2)
                        ? 0
                        : 1 + (int32_t)(lj_random_u32(2, 0, (uint64_t)i) % (WORDS - 1));
    for (int64_t i = 0; i < ROWS * 4; i++)
        numbers[i] = lj_random_uniform(3, 0, (uint64_t)i) - 0.5F;
    for (int64_t i = 0; i < ROWS; i++)
        target[i] = (double)(i % 2), last[i] = i, lengths[i] = i < 2 ? (int32_t)i + 1 : 3;
    return 0;
}

static lj_pixels image = {.height = SIDE, .width = SIDE, .channels = 1};

/* Fits a list written as YAML after "model: "; one epoch of two batches. */
static lj_status fit(const lj_rows *rows, const char *list, lj_team *team, lj_model **out)
{
    char text[1024];
    lj_doc *doc = NULL;
    lj_train_result result = {0};
    lj_model_spec spec = {.task = LJ_BINARY, .classes = 2, .number_count = rows->number_count};
    if (rows->pixel_count > 0)
        spec.image = image;
    spec.steps = rows->steps;
    spec.padded = rows->lengths != NULL;
    spec.token_count = rows->token_count;
    spec.token_size = rows->token_count > 0 ? WORDS : 0;
    (void)snprintf(text, sizeof(text), "train: {epochs: 1, batch: 35}\nmodel:\n  layers: %s\n", list);
    MUST(lj_yaml_parse("p.yaml", text, strlen(text), &doc));
    const lj_fit_options options = {.family = "layers",
                                    .file = lj_doc_name(doc),
                                    .model = lj_item_get(lj_doc_root(doc), "model"),
                                    .train = lj_item_get(lj_doc_root(doc), "train"),
                                    .seed = 7};
    const lj_status status = lj_model_fit(&options, &spec, rows, NULL, team, NULL, &result, out);
    lj_free(result.epochs);
    lj_doc_destroy(doc);
    return status;
}

static const struct {
    const lj_rows *rows;
    const char *list;
} lists[] = {
    {&table, "[]"},
    {&table, "[{dense: {units: 8, activation: relu, initialiser: he_normal}}, {batch_norm: 0.8}, layer_norm, rms_norm,"
             " residual, {feed_forward: 5}, {activation: tanh}, {dropout: 0.2}, softmax, {dense: 3}]"},
    {&images, "[{zero_padding2d: 1}, {conv2d: {filters: 4, kernel: [2, 3], same: true}}, batch_norm, {max_pool2d: 2},"
              " {conv2d_transpose: {filters: 3, kernel: 2, stride: [2, 1]}}, up_sample2d, {average_pool2d: [2, 1]},"
              " {conv2d: {filters: 6, kernel: 1, groups: 3, padding: [1, 0, 1, 0], no_bias: true}}, flatten,"
              " {dense: 4}]"},
    {&images, "[{conv2d: {filters: 4, kernel: 3, dilation: 2, activation: relu}}, global_average_pool]"},
    {&images, "[{conv2d: {filters: 4, kernel: 3, stride: 2}}, {residual2d: 4}, {residual2d: {filters: 6, stride: 2}},"
              " global_max_pool]"},
    {&texts, "[{token_embedding: 6}, {lstm: {units: 5, bidirectional: true, layers: 2, dropout: 0.1}},"
             " {gru: {units: 4, last: true}}]"},
    {&texts, "[{token_embedding: 6}, sinusoidal_positions, {encoder_block: {heads: 2, pre_norm: true, dropout: 0.1}},"
             " {multi_head_attention: {heads: 3, kv_heads: 1, causal: true, window: 3}}, mean_over_steps]"},
    {&texts, "[{token_embedding: 6}, learned_positions, {simple_rnn: 5},"
             " {conv1d: {filters: 4, kernel: 3, causal: true}},"
             " {conv1d: {filters: 4, kernel: 2, padding: [1, 0]}}, max_over_steps]"},
    {&texts, "[{token_embedding: 6}, {conv1d: {filters: 4, kernel: 2, stride: 2}}, flatten]"},
    {&windows, "[{gru: 5}, {lstm: {units: 4, last: true}}, {dense: 3}]"},
    {&windows, "[{conv1d: {filters: 4, kernel: 2}}, flatten]"},
};

#define LISTS (sizeof(lists) / sizeof(lists[0]))

static void every_layer_stands_in_a_list_of_this_test(void **state)
{
    (void)state;
    const lj_layer *layer = NULL;
    for (int64_t i = 0; (layer = lj_layer_at(i)) != NULL; i++) {
        int found = layer->needs_more;
        for (size_t k = 0; k < LISTS; k++)
            found |= strstr(lists[k].list, layer->name) != NULL;
        if (!found)
            fail_msg("no list has the layer '%s'", layer->name);
    }
}

static void lists_train_to_the_same_bits_on_any_instruction_set_and_threads(void **state)
{
    (void)state;
    for (size_t k = 0; k < LISTS; k++) {
        char first[65] = "";
        for (const char *const *isa = lj_kernels_names(); *isa != NULL; isa++) {
            if (lj_kernels_named(*isa) == NULL)
                continue;
            MUST(lj_kernels_select(*isa));
            for (int threads = 1; threads <= 4; threads *= 2) {
                char hex[65];
                lj_team *team = NULL;
                lj_model *model = NULL;
                MUST(lj_team_create(threads, &team));
                if (fit(lists[k].rows, lists[k].list, team, &model) != LJ_OK)
                    fail_msg("%s: %s", lists[k].list, lj_error_message());
                MUST(lj_weights_sha256(lj_model_weights(model), hex));
                lj_model_destroy(model);
                lj_team_destroy(team);
                if (first[0] == '\0')
                    memcpy(first, hex, sizeof(first));
                if (strcmp(first, hex) != 0)
                    fail_msg("%s: other bits with %s and %d threads", lists[k].list, *isa, threads);
            }
        }
    }
    MUST(lj_kernels_select(NULL));
}

static void what_follows_a_text_does_not_change_its_score(void **state)
{
    (void)state;
    lj_model *model = NULL;
    int32_t longer[STEPS];
    float score[2];
    MUST(fit(&texts, "[{token_embedding: 6}, {lstm: {units: 5, last: true}}]", NULL, &model));
    lj_rows one = texts;
    one.n = 1;
    MUST(lj_model_predict(model, &one, NULL, &score[0])); /* three words */
    memcpy(longer, tokens, sizeof(longer));
    longer[STEPS - 1] = 1;
    one.tokens = longer;
    MUST(lj_model_predict(model, &one, NULL, &score[1]));
    assert_true(score[0] != score[1]);
    lj_tensor *padding = lj_weights_find((lj_weights *)lj_model_weights(model), "token_embedding.weight");
    for (int i = 0; i < 6; i++)
        ((float *)padding->data)[i] = 100.0F;
    one.tokens = tokens;
    MUST(lj_model_predict(model, &one, NULL, &score[1]));
    assert_true(score[0] == score[1]);
    lj_model_destroy(model);
}

static void what_does_not_fit_is_refused_with_its_place_and_the_fix(void **state)
{
    (void)state;
    static const struct {
        const lj_rows *rows;
        const char *list, *message;
    } wrong[] = {
        {&images, "[{conv2d: {filters: 4, kernel: 3}}, max_pool2d, {dense: 3}]",
         "p.yaml:3:59: layer 3 dense takes [batch, n], layer 2 max_pool2d gives [batch, 2, 2, 4]: put one of "
         "global_average_pool, global_max_pool, flatten between"},
        {&images, "[{lstm: 3}]",
         "p.yaml:3:12: layer 1 lstm takes [batch, steps, n], the images are [batch, 6, 6, 1]"},
        {&table, "[{conv2d: {filters: 4, kernel: 3}}]",
         "p.yaml:3:12: layer 1 conv2d takes [batch, height, width, n], the rows are [batch, 4]"},
        {&windows, "[{dense: 3}]",
         "p.yaml:3:12: layer 1 dense takes [batch, n], the windows are [batch, 3, 4]: put one of mean_over_steps, "},
        {&texts, "[{lstm: 3}]",
         "p.yaml:3:12: layer 1 lstm takes [batch, steps, n], the tokens are codes [batch, 7]: put token_embedding "
         "between"},
        {&texts, "[{token_embedding: 2}, {lstm: 3}]",
         "p.yaml:3:34: the answer takes [batch, n], layer 2 lstm gives [batch, 7, 3]: put one of mean_over_steps, "
         "max_over_steps, global_average_pool, global_max_pool, flatten between, or give layer 2 `last: true`"},
        {&texts, "[]", "p.yaml:3:11: the answer takes [batch, n], the tokens are codes [batch, 7]: put token_embedding "
                       "between"},
        {&images, "[{conv2d: {filters: 4, kernel: 9}}]",
         "p.yaml:3:12: layer 1 conv2d of [batch, 6, 6, 1]: conv2d: [batch, 6, 6, 1] and [9, 9, 1, 4] do not fit"},
        {&images, "[flatten, {dense: {units: 1, activation: sigmoid}}]",
         "p.yaml:3:21: layer 2 dense looks like the answer, which comes by itself: leave it out"},
        {&images, "[flatten, softmax]", "p.yaml:3:21: layer 2 softmax looks like the answer"},
        {&images, "[flaten]", "p.yaml:3:12: no layer 'flaten'; did you mean 'flatten'? (layers: dense, "},
        {&images, "[dense_tied]", "p.yaml:3:12: no layer 'dense_tied'"},
        {&images, "[{flatten: 2}]", "p.yaml:3:22: flatten: expected a map of options"},
        {&images, "[{flatten: , dense: 2}]", "p.yaml:3:12: a layer is its name, or one name with its options"},
        {&images, "[{dense: {unit: 2}}]", "p.yaml:3:21: unknown key 'unit'; did you mean 'units'?"},
        {&images, "[dense]", "p.yaml:3:12: the key 'units' is missing"},
        {&images, "[{dense: 0}]", "p.yaml:3:20: 'units' must be a whole number from 1 to 65536, found '0'"},
        {&images, "[{max_pool2d: [1, 2, 3]}]", "p.yaml:3:25: expected one number or two"},
        {&images, "[{conv2d: {filters: 1, kernel: 1, padding: [1, 2, 3]}}]", "expected one number or two, or four"},
        {&images, "{dense: 3}", "p.yaml:3:11: 'layers' must be a list, found a map"},
    };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        lj_model *model = NULL;
        assert_int_equal(fit(wrong[i].rows, wrong[i].list, NULL, &model), i == 7 ? LJ_ESHAPE : LJ_ECONFIG);
        assert_null(model);
        if (strstr(lj_error_message(), wrong[i].message) == NULL)
            fail_msg("%s: expected '%s', found '%s'", wrong[i].list, wrong[i].message, lj_error_message());
    }
}

/* Rows that name their images learn and score as rows that hold them. */
static void images_may_lie_in_any_order(void **state)
{
    (void)state;
    uint8_t turned[ROWS * SIDE * SIDE];
    int64_t row[ROWS];
    char hex[2][65];
    float scores[2][ROWS];
    for (int64_t i = 0; i < ROWS; i++) {
        row[i] = ROWS - 1 - i;
        memcpy(turned + row[i] * SIDE * SIDE, pixels + i * SIDE * SIDE, SIDE * SIDE);
    }
    lj_rows other = images;
    other.pixels = turned;
    other.pixel_row = row;
    const lj_rows *const both[] = {&images, &other};
    for (int k = 0; k < 2; k++) {
        lj_model *model = NULL;
        MUST(fit(both[k], "[flatten, {dense: 3}]", NULL, &model));
        MUST(lj_weights_sha256(lj_model_weights(model), hex[k]));
        MUST(lj_model_predict(model, both[k], NULL, scores[k]));
        lj_model_destroy(model);
    }
    assert_string_equal(hex[0], hex[1]);
    assert_memory_equal(scores[0], scores[1], sizeof(scores[0]));
}

static void a_list_reads_one_kind_of_input(void **state)
{
    (void)state;
    lj_model *model = NULL;
    lj_rows both = table;
    both.tokens = tokens;
    both.token_count = STEPS;
    assert_int_equal(fit(&both, "[{dense: 3}]", NULL, &model), LJ_EDATA);
    assert_string_equal(lj_error_message(), "layers: a list reads one of images, tokens, and numbers with categories; "
                                            "found tokens numbers or categories: features: exclude");
    assert_null(model);
}

static void normalised_pixels_are_what_the_first_layer_reads(void **state)
{
    (void)state;
    lj_model *model = NULL;
    float score = 0.0F;
    image.normalise = 1, image.mean[0] = 0.25, image.deviation[0] = 0.125;
    MUST(fit(&images, "[flatten]", NULL, &model));
    image.normalise = 0;
    lj_rows one = images;
    one.n = 1;
    MUST(lj_model_predict(model, &one, NULL, &score));
    lj_weights *weights = (lj_weights *)lj_model_weights(model);
    const float *w = lj_weights_find(weights, "output.weight")->data;
    const float *b = lj_weights_find(weights, "output.bias")->data;
    double raw = (double)b[0];
    for (int i = 0; i < SIDE * SIDE; i++)
        raw += (double)w[i] * ((double)pixels[i] / 255.0 - 0.25) * 8.0;
    assert_true(fabs((double)score - 1.0 / (1.0 + exp(-raw))) < 1e-5);
    lj_model_destroy(model);
}

static void the_description_is_a_table_of_layers(void **state)
{
    (void)state;
    lj_model *model = NULL;
    lj_text text = {0};
    MUST(fit(&images, "[{conv2d: {filters: 4, kernel: 3}}, max_pool2d, flatten]", NULL, &model));
    MUST(lj_model_describe(model, &text));
    static const char *const lines[] = {
        "  layer                            gives                    weights\n",
        "  1 conv2d                         [batch, 4, 4, 4]         40\n",
        "  2 max_pool2d                     [batch, 2, 2, 4]         0\n",
        "  3 flatten                        [batch, 16]              0\n",
        "  output                           [batch, 1]               17\n",
    };
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        if (strstr(text.data, lines[i]) == NULL)
            fail_msg("no '%s' in %s", lines[i], text.data);
    }
    lj_text_free(&text);
    MUST(lj_model_json(model, &text));
    assert_non_null(strstr(text.data, "\"layers\": [{\"name\": \"conv2d\", \"gives\": [4, 4, 4], \"weights\": 40}"));
    lj_text_free(&text);
    lj_model_destroy(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_layer_stands_in_a_list_of_this_test),
        cmocka_unit_test(lists_train_to_the_same_bits_on_any_instruction_set_and_threads),
        cmocka_unit_test(what_follows_a_text_does_not_change_its_score),
        cmocka_unit_test(what_does_not_fit_is_refused_with_its_place_and_the_fix),
        cmocka_unit_test(images_may_lie_in_any_order),
        cmocka_unit_test(a_list_reads_one_kind_of_input),
        cmocka_unit_test(normalised_pixels_are_what_the_first_layer_reads),
        cmocka_unit_test(the_description_is_a_table_of_layers),
    };
    return cmocka_run_group_tests_name("model/layers", tests, fill, NULL);
}
