/*
 * gan: a generator makes rows of noise and a critic tells them from real ones; each learns from the other. Goodfellow
 * and others 2014, "Generative adversarial nets"; with least squares, Mao and others 2017; with the Wasserstein distance
 * and a gradient penalty, Gulrajani and others 2017. Told classes, the critic has an answer for each (the projection of
 * Miyato and Koyama 2018) and the generator reads the class beside the noise.
 *
 * A critic that ends in one number a row is trained on real and drawn rows with opposite aims, and the generator, which
 * ends in a whole row, on drawn rows alone with the critic held still.
 */
#include <stddef.h>

#include "model/coder.h"

typedef struct options {
    lj_coder_options coder;
    int loss;
    double penalty;
    int64_t critic_steps;
} options;

enum { LOSS_NON_SATURATING, LOSS_LEAST_SQUARES, LOSS_WASSERSTEIN };

static const char *const losses[] = {"non_saturating", "least_squares", "wasserstein", NULL};

static const lj_declaration declarations[] = {
    LJ_CODER_DECLARATIONS(options, "100", "leaky_relu"),
    {.key = "loss",
     .kind = LJ_DECLARED_CHOICE,
     .offset = offsetof(options, loss),
     .choices = losses,
     .fallback = "non_saturating",
     .doc = "What generator and critic play for."},
    {.key = "penalty",
     .kind = LJ_DECLARED_NUMBER,
     .offset = offsetof(options, penalty),
     .min = 0,
     .max = 1e6,
     .fallback = "10",
     .doc = "wasserstein: weight of the gradient penalty."},
    {.key = "critic_steps",
     .kind = LJ_DECLARED_INTEGER,
     .offset = offsetof(options, critic_steps),
     .min = 1,
     .max = 1000,
     .fallback = "1",
     .doc = "Batches from which the critic learns for each from which the generator does; 5 is usual with "
            "wasserstein."},
};

/* labels i32 [B] -> [B, classes] */
static lj_value one_hot(lj_graph *g, const lj_network *network)
{
    const int64_t n = network->spec->classes;
    float *identity = lj_new_array(n * n, sizeof(*identity));
    if (identity == NULL)
        return lj_graph_refuse(g, lj_fail(LJ_ENOMEM, "gan: no memory for %lld classes", (long long)n));
    for (int64_t i = 0; i < n; i++)
        identity[i * n + i] = 1.0F;
    const lj_value y = lj_gather(g, lj_constant(g, lj_shape_of(n, n), identity), network->labels);
    lj_free(identity);
    return y;
}

/* Rows [B, W] of noise [B, latent], and of the labels if there are any. */
static lj_value generate(lj_graph *g, const lj_network *network, lj_value noise)
{
    const options *o = network->options;
    if (network->labels != LJ_NONE)
        noise = lj_concat(g, (lj_value[]){noise, one_hot(g, network)}, 2, 1);
    return lj_coder_answer(g, network, lj_decode(g, network, &o->coder, "generator", noise));
}

/* What the critic says of rows [B, W]: [B], large for real ones. Without labels that of the class that fits best. */
static lj_value judge(lj_graph *g, const lj_network *network, lj_value row)
{
    const options *o = network->options;
    const int64_t classes = network->spec->classes;
    const lj_value said = lj_encode(g, network, &o->coder, "critic", row, classes > 0 ? classes : 1);
    if (classes == 0)
        return lj_reshape(g, said, lj_shape_of(LJ_BATCH));
    if (network->labels == LJ_NONE)
        return lj_max(g, said, 1, 0);
    return lj_sum(g, lj_multiply(g, said, one_hot(g, network)), 1, 0);
}

/* [B]: what it costs that the critic says `said` of a row that is to be taken for real, or not. */
static lj_value cost(lj_graph *g, const options *o, lj_value said, int real)
{
    const lj_value half = lj_scalar(g, 0.5F);
    switch (o->loss) {
    case LOSS_NON_SATURATING:
        return lj_activate(g, real ? lj_negate(g, said) : said, LJ_SOFTPLUS);
    case LOSS_LEAST_SQUARES:
        return lj_multiply(g, lj_square(g, real ? lj_subtract(g, said, lj_scalar(g, 1.0F)) : said), half);
    default:
        return real ? lj_negate(g, said) : said;
    }
}

/* On the line between each real row and a drawn one, at a place that is drawn evenly. */
static lj_value penalty(lj_graph *g, const lj_network *network, lj_value real, lj_value drawn)
{
    const lj_shape shape = lj_value_shape(g, real);
    const lj_value z = lj_multiply(g, lj_normal(g, lj_shape_of(LJ_BATCH, 1), "between"), lj_scalar(g, 0.70710678F));
    const lj_value even = lj_multiply(g, lj_add(g, lj_erf(g, z), lj_scalar(g, 1.0F)), lj_scalar(g, 0.5F));
    const lj_value step = lj_multiply(g, lj_subtract(g, drawn, real), lj_broadcast(g, even, shape));
    const lj_value between = lj_add(g, real, step);
    return lj_gradient_penalty(g, judge(g, network, between), between, 1.0F);
}

static lj_value noise_of(lj_graph *g, const lj_network *network, const char *name)
{
    const options *o = network->options;
    return lj_normal(g, lj_shape_of(LJ_BATCH, o->coder.latent), name);
}

/* The critic's loss of each row: of the real one, and of one that the generator, held still, draws. */
static lj_value rival(lj_graph *g, const lj_network *network, lj_value numbers, lj_value codes)
{
    const options *o = network->options;
    const lj_value real = lj_coder_row(g, network, numbers, codes);
    lj_graph_freeze(g, 1);
    const lj_value drawn = generate(g, network, noise_of(g, network, "critic.noise"));
    lj_graph_freeze(g, 0);
    const lj_value loss = lj_add(g, cost(g, o, judge(g, network, real), 1), cost(g, o, judge(g, network, drawn), 0));
    if (o->loss != LOSS_WASSERSTEIN || o->penalty == 0.0)
        return loss;
    const lj_value steep = lj_multiply(g, penalty(g, network, real, drawn), lj_scalar(g, (float)o->penalty));
    return lj_add(g, loss, steep);
}

/* The generator's loss of each row that it draws, the critic held still; the score: that of the row itself. */
static lj_value build(lj_graph *g, const lj_network *network, lj_value numbers, lj_value codes)
{
    const options *o = network->options;
    if (lj_graph_is_training(g)) {
        const lj_value drawn = generate(g, network, noise_of(g, network, "noise"));
        lj_graph_freeze(g, 1);
        const lj_value said = judge(g, network, drawn);
        lj_graph_freeze(g, 0);
        return cost(g, o, said, 1);
    }
    lj_network labelled = *network; /* the weights of the generator are the model's, too, though no score needs them */
    if (network->spec->classes > 0)
        labelled.labels = lj_input(g, "labels", LJ_I32, lj_shape_of(LJ_BATCH));
    (void)generate(g, &labelled, noise_of(g, network, "noise"));
    return cost(g, o, judge(g, network, lj_coder_row(g, network, numbers, codes)), 1);
}

static int64_t noise(const lj_network *network)
{
    const options *o = network->options;
    return o->coder.latent;
}

static int64_t rival_steps(const void *values)
{
    return ((const options *)values)->critic_steps;
}

static void train_defaults(const void *values, int64_t n, lj_train_values *train)
{
    lj_default_integer(&train->epochs, 50);
    lj_default_integer(&train->batch, 64);
    lj_default_number(&train->rate, 2e-4);
    lj_default_number(&train->beta1, 0.5);
    lj_default_number(&train->weight_decay, 0.0);
    lj_default_number(&train->clip_norm, 0.0);
    lj_default_number(&train->average, 0.999);
    lj_network_train_defaults(values, n, train); /* what is left */
}

const lj_family lj_family_gan = {
    .info = {.name = "gan",
             .summary = "a generator of rows and a critic that tells them from real ones, told classes or not",
             .options = declarations,
             .option_count = (int64_t)(sizeof(declarations) / sizeof(declarations[0])),
             .style = LJ_PREP_DENSE,
             .images = LJ_IMAGES_TOO,
             .target = LJ_TARGET_CLASSES,
             .draws_rows = 1},
    .options_size = sizeof(options),
    .train_defaults = train_defaults,
    .build = build,
    .rival = rival,
    .rival_steps = rival_steps,
    .noise = noise,
    .generate = generate,
};
