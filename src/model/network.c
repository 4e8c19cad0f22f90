#include "model/network.h"

#include <assert.h>

const char *const lj_numbers_choices[] = {"plain", "piecewise", "periodic", NULL};
const char *const lj_cell_choices[] = {"lstm", "gru", NULL};
const char *const lj_categories_choices[] = {"one_hot", "embedding", NULL};

int64_t lj_network_bins(const void *options)
{
    const lj_input_options *input = options;
    return input->numbers == LJ_NUMBERS_PIECEWISE ? input->bins : 0;
}

void lj_network_train_defaults(const void *options, int64_t n, lj_train_values *train)
{
    (void)options;
    const int64_t batch = lj_train_batch_rule(n);
    lj_default_integer(&train->epochs, 100);
    lj_default_integer(&train->batch, batch < 256 ? batch : 256);
    lj_default_number(&train->rate, 1e-3);
    lj_default_number(&train->weight_decay, 1e-2);
    lj_default_integer(&train->patience, 5);
    lj_default_number(&train->clip_norm, 1.0);
    lj_default_number(&train->average, 0.99);
}

void lj_network_image_defaults(const void *options, int64_t n, lj_train_values *train)
{
    const int64_t batch = lj_train_batch_rule(n);
    lj_default_integer(&train->epochs, 20);
    lj_default_integer(&train->batch, batch < 64 ? batch : 64);
    lj_default_number(&train->rate, 2e-3);
    lj_network_train_defaults(options, n, train); /* what is left */
}

const char *lj_network_file(const lj_network *network)
{
    return network->file != NULL ? network->file : "options";
}

int64_t lj_network_outputs(const lj_model_spec *spec)
{
    return spec->task == LJ_MULTICLASS ? spec->classes : 1;
}

/* [B, F] -> [B, W] */
static lj_value number_part(lj_graph *g, const lj_network *network, const lj_input_options *options, lj_value numbers)
{
    const int64_t features = network->spec->number_count;
    const lj_number_embedding_options how = {
        .name = "numbers",
        .activation = options->embedding_relu ? LJ_RELU : LJ_LINEAR,
        .linear_term = 1,
        .frequency_scale = (float)options->frequency_scale,
    };
    lj_value embedded = LJ_NONE;
    if (options->numbers == LJ_NUMBERS_PLAIN)
        return numbers;
    if (options->numbers == LJ_NUMBERS_PIECEWISE)
        embedded = lj_piecewise_embedding_with(g, numbers, network->edges, network->bins, options->dimension, how);
    else
        embedded = lj_periodic_embedding_with(g, numbers, options->bins, options->dimension, how);
    return lj_reshape(g, embedded, lj_shape_of(LJ_BATCH, features * options->dimension));
}

/* i32 [B, K] -> [B, W] */
static lj_value category_part(lj_graph *g, const lj_network *network, const lj_input_options *options, lj_value codes)
{
    const lj_model_spec *spec = network->spec;
    if (options->categories == LJ_CATEGORIES_ONE_HOT)
        return lj_one_hot(g, codes, spec->category_sizes);
    const lj_value embedded = lj_embedding_with(g, codes, spec->category_sizes, options->category_dimension,
                                                (lj_embedding_options){.name = "categories"});
    return lj_reshape(g, embedded, lj_shape_of(LJ_BATCH, spec->category_count * options->category_dimension));
}

lj_value lj_network_input(lj_graph *g, const lj_network *network, const lj_input_options *options, lj_value numbers,
                          lj_value codes)
{
    lj_value parts[3];
    int n = 0;
    if (network->pixels != LJ_NONE)
        parts[n++] = lj_reshape(g, network->pixels, lj_shape_of(LJ_BATCH, lj_pixels_size(&network->spec->image)));
    if (network->spec->number_count > 0)
        parts[n++] = number_part(g, network, options, numbers);
    if (network->spec->category_count > 0)
        parts[n++] = category_part(g, network, options, codes);
    assert(n > 0);
    const lj_value row = n == 1 ? parts[0] : lj_concat(g, parts, n, 1);
    return lj_dropout_with(g, row, (float)options->input_dropout, "input.dropout");
}

lj_value lj_network_answer(lj_graph *g, const lj_network *network, lj_answer_options options, const lj_value *parts,
                           int n, lj_value codes)
{
    const lj_model_spec *spec = network->spec;
    lj_value all[3];
    assert(n >= 1 && n <= 2);
    for (int i = 0; i < n; i++)
        all[i] = parts[i];
    if (spec->category_count > 0)
        all[n++] = lj_one_hot(g, codes, spec->category_sizes);
    lj_value x = n == 1 ? all[0] : lj_concat(g, all, n, 1);
    if (options.hidden > 0) {
        x = lj_dropout_with(g, x, (float)options.dropout, options.name);
        x = lj_dense(g, x, options.hidden, .name = "hidden", .activation = LJ_RELU);
    }
    x = lj_dropout_with(g, x, (float)options.dropout, "hidden.dropout");
    return lj_dense(g, x, lj_network_outputs(spec), .name = "output");
}

int64_t lj_network_chunks(const lj_network *network, const lj_input_options *options, int64_t *widths)
{
    const lj_model_spec *spec = network->spec;
    int64_t n = 0;
    for (int64_t f = 0; f < spec->number_count; f++)
        widths[n++] = options->numbers == LJ_NUMBERS_PLAIN ? 1 : options->dimension;
    for (int64_t k = 0; k < spec->category_count; k++)
        widths[n++] =
            options->categories == LJ_CATEGORIES_ONE_HOT ? spec->category_sizes[k] : options->category_dimension;
    return n;
}

static lj_value normalise(lj_graph *g, const lj_pixels *image, lj_value pixels)
{
    float minus[3], times[3];
    if (!image->normalise)
        return pixels;
    for (int64_t c = 0; c < image->channels; c++) {
        minus[c] = (float)image->mean[c];
        times[c] = (float)(1.0 / image->deviation[c]);
    }
    const lj_shape shape = lj_shape_of(image->channels);
    return lj_multiply(g, lj_subtract(g, pixels, lj_constant(g, shape, minus)), lj_constant(g, shape, times));
}

/* The inputs and what a builder of the family makes of them. */
static lj_value build_by(lj_value (*builder)(lj_graph *, const lj_network *, lj_value, lj_value),
                         const lj_family *family, const lj_network *given, lj_graph *g)
{
    lj_network network = *given;
    const lj_model_spec *spec = network.spec;
    const lj_pixels *image = &spec->image;
    lj_value numbers = LJ_NONE, codes = LJ_NONE;
    network.pixels = network.tokens = network.lengths = network.labels = LJ_NONE;
    if (spec->task == LJ_UNSUPERVISED && spec->classes > 0 && lj_graph_is_training(g))
        network.labels = lj_input(g, "target", LJ_I32, lj_shape_of(LJ_BATCH));
    if (spec->token_count > 0) {
        network.tokens = lj_input(g, "tokens", LJ_I32, lj_shape_of(LJ_BATCH, spec->token_count));
        if (!family->info.reads_texts)
            network.lengths = lj_input(g, "lengths", LJ_I32, lj_shape_of(LJ_BATCH));
    }
    if (lj_pixels_size(image) > 0)
        network.pixels = normalise(
            g, image,
            lj_input(g, "pixels", LJ_F32, lj_shape_of(LJ_BATCH, image->height, image->width, image->channels)));
    if (spec->steps > 0 && spec->padded)
        network.lengths = lj_input(g, "lengths", LJ_I32, lj_shape_of(LJ_BATCH));
    if (spec->number_count > 0)
        numbers = lj_input(g, "numbers", LJ_F32,
                           spec->steps > 0 ? lj_shape_of(LJ_BATCH, spec->steps, spec->number_count) :
                                             lj_shape_of(LJ_BATCH, spec->number_count));
    if (spec->category_count > 0)
        codes = lj_input(g, "codes", LJ_I32, lj_shape_of(LJ_BATCH, spec->category_count));
    return builder(g, &network, numbers, codes);
}

/* The family's raw answer. */
static lj_value build(const lj_family *family, const lj_network *network, lj_graph *g)
{
    return build_by(family->build, family, network, g);
}

/* Values of a row, or of texts the tokens behind those of a piece. */
static lj_value target_of(const lj_family *family, const lj_network *network, lj_graph *g, lj_loss loss)
{
    if (family->info.reads_texts)
        return lj_input(g, "target", LJ_I32, lj_shape_of(LJ_BATCH, network->spec->token_count));
    return lj_input(g, "target", loss == LJ_LOSS_CROSS_ENTROPY ? LJ_I32 : LJ_F32, lj_shape_of(LJ_BATCH));
}

/* The loss of the target, and with mix-up that of the other one. */
static lj_value loss_of(lj_graph *g, const lj_network *network, lj_value raw, lj_value target, lj_value weight,
                        const lj_loss_options *loss)
{
    const lj_value own = lj_loss_build(g, raw, target, weight, *loss);
    if (!network->mixes || own == LJ_NONE)
        return own;
    const lj_value other = lj_input(g, "other", lj_value_dtype(g, target), lj_shape_of(LJ_BATCH));
    const lj_value other_weight = lj_input(g, "other_weight", LJ_F32, lj_shape_of(LJ_BATCH));
    return lj_add(g, own, lj_loss_build(g, raw, other, other_weight, *loss));
}

lj_status lj_network_training(const lj_family *family, const lj_network *network, const lj_loss_options *loss,
                              lj_graph **out, lj_value *loss_value)
{
    *out = NULL;
    lj_graph *g = NULL;
    LJ_TRY(lj_graph_create(1, &g));
    const lj_value raw = build(family, network, g);
    const lj_value weight = lj_input(g, "weight", LJ_F32, lj_shape_of(LJ_BATCH));
    *loss_value = network->spec->task == LJ_UNSUPERVISED && !family->info.reads_texts
                      ? lj_sum(g, lj_multiply(g, raw, weight), 0, 0)
                      : loss_of(g, network, raw, target_of(family, network, g, loss->loss), weight, loss);
    const lj_status status = lj_graph_check(g);
    if (status != LJ_OK) {
        lj_graph_destroy(g);
        return status;
    }
    *out = g;
    return LJ_OK;
}

lj_status lj_network_rival(const lj_family *family, const lj_network *network, lj_graph **out, lj_value *loss)
{
    lj_graph *g = NULL;
    *out = NULL;
    LJ_TRY(lj_graph_create(1, &g));
    const lj_value rows = build_by(family->rival, family, network, g);
    *loss = lj_sum(g, lj_multiply(g, rows, lj_input(g, "weight", LJ_F32, lj_shape_of(LJ_BATCH))), 0, 0);
    const lj_status status = lj_graph_check(g);
    if (status != LJ_OK) {
        lj_graph_destroy(g);
        return status;
    }
    *out = g;
    return LJ_OK;
}

lj_status lj_network_scoring(const lj_family *family, const lj_network *network, lj_graph **out)
{
    *out = NULL;
    lj_graph *g = NULL;
    LJ_TRY(lj_graph_create(0, &g));
    const lj_value raw = build(family, network, g);
    if (family->info.reads_texts && raw != LJ_NONE) {
        const lj_value target = target_of(family, network, g, LJ_LOSS_CROSS_ENTROPY);
        lj_output(g, "score", lj_softmax_cross_entropy(g, raw, target, 0));
    } else {
        lj_output(g, "score", lj_task_score(g, network->spec->task, raw));
    }
    const lj_status status = lj_graph_check(g);
    if (status != LJ_OK) {
        lj_graph_destroy(g);
        return status;
    }
    *out = g;
    return LJ_OK;
}

lj_status lj_network_logits(const lj_family *family, const lj_network *network, lj_graph **out)
{
    *out = NULL;
    lj_graph *g = NULL;
    LJ_TRY(lj_graph_create(0, &g));
    lj_output(g, "logits", build(family, network, g));
    const lj_status status = lj_graph_check(g);
    if (status != LJ_OK) {
        lj_graph_destroy(g);
        return status;
    }
    *out = g;
    return LJ_OK;
}
