/*
 * vae: a variational autoencoder. Kingma and Welling 2014, "Auto-encoding variational Bayes"; Rezende, Mohamed and
 * Wierstra 2014. The loss of a row is minus the evidence lower bound in nats: what the decoder says of the row, given a
 * latent vector that is drawn by the reparameterisation, and beta times the divergence from the standard normal
 * distribution (beta: Higgins and others 2017).
 *
 * Pixels in [0, 1] are Bernoulli (the usual cross-entropy, also between 0 and 1), numbers normal with a variance that
 * is learned for each (Rybkin, Daniilidis and Levine 2021), categories categorical.
 *
 * The score uses beta 1 and the mean over SCORE_DRAWS fixed latent draws, the same for every row: so it is the same
 * for a row alone and in any batch.
 */
#include <math.h>
#include <stddef.h>

#include "lianjin/math.h"
#include "lianjin/random.h"
#include "model/coder.h"

#define SCORE_DRAWS        4     /* in pairs of opposite sign */
#define LOG_2_PI           1.8378770664093453F
#define LEAST_LOG_VARIANCE (-6.0F) /* of a standardised number: deviation 0.05 */

typedef struct options {
    lj_coder_options coder;
    double beta;
} options;

static const lj_declaration declarations[] = {
    LJ_CODER_DECLARATIONS(options, "32", "relu"),
    {.key = "beta",
     .kind = LJ_DECLARED_NUMBER,
     .offset = offsetof(options, beta),
     .min = 0,
     .max = 1e6,
     .fallback = "1",
     .doc = "Weight of the divergence of the latent vectors from the normal distribution while training."},
};

static lj_value times(lj_graph *g, lj_value x, float factor)
{
    return lj_multiply(g, x, lj_scalar(g, factor));
}

/* Log variances of the numbers [F], bounded from below. */
static lj_value number_log_variance(lj_graph *g, int64_t count)
{
    const lj_value free =
        lj_parameter(g, "output.log_variance", lj_shape_of(count), (lj_parameter_options){.no_decay = 1});
    return lj_maximum(g, free, lj_scalar(g, LEAST_LOG_VARIANCE));
}

/* Nats of the numbers x [B, F] under normal distributions around `mean`: [B]. */
static lj_value number_nats(lj_graph *g, lj_value x, lj_value mean, int64_t count)
{
    const lj_value log_variance = number_log_variance(g, count);
    const lj_value precision = lj_exp(g, lj_negate(g, log_variance));
    const lj_value distance = lj_multiply(g, lj_square(g, lj_subtract(g, x, mean)), precision);
    const lj_value constant = lj_add(g, log_variance, lj_scalar(g, LOG_2_PI));
    return times(g, lj_sum(g, lj_add(g, distance, constant), 1, 0), 0.5F);
}

/* Nats of the row given what the decoder answers, raw [B, W]: [B]. */
static lj_value row_nats(lj_graph *g, const lj_network *network, lj_value row, lj_value codes, lj_value raw)
{
    const lj_model_spec *spec = network->spec;
    if (lj_pixels_size(&spec->image) > 0)
        return lj_sum(g, lj_bce_logits(g, raw, row, 0.0F), 1, 0);
    lj_value nats = LJ_NONE;
    int64_t at = spec->number_count;
    if (at > 0)
        nats = number_nats(g, lj_slice(g, row, 1, 0, at), lj_slice(g, raw, 1, 0, at), at);
    for (int64_t k = 0; k < spec->category_count; k++) {
        const lj_value code = lj_reshape(g, lj_slice(g, codes, 1, k, k + 1), lj_shape_of(LJ_BATCH));
        const lj_value logits = lj_slice(g, raw, 1, at, at + spec->category_sizes[k]);
        const lj_value more = lj_softmax_cross_entropy(g, logits, code, 0.0F);
        nats = nats == LJ_NONE ? more : lj_add(g, nats, more);
        at += spec->category_sizes[k];
    }
    return nats;
}

/* Of N(mean, exp(log_variance)) from the standard normal distribution, in nats: [B]. */
static lj_value divergence(lj_graph *g, lj_value mean, lj_value log_variance)
{
    const lj_value spread = lj_subtract(g, lj_exp(g, log_variance), log_variance);
    const lj_value terms = lj_subtract(g, lj_add(g, lj_square(g, mean), spread), lj_scalar(g, 1.0F));
    return times(g, lj_sum(g, terms, 1, 0), 0.5F);
}

/* Fixed standard normal numbers [L] of one draw; draws 2 i and 2 i + 1 have opposite signs. */
static lj_value fixed_noise(lj_graph *g, int64_t latent, int64_t draw)
{
    const uint64_t stream = lj_random_stream("vae/score");
    float *values = lj_new_array(latent, sizeof(*values));
    if (values == NULL)
        return lj_graph_refuse(g, lj_fail(LJ_ENOMEM, "vae: no memory for %lld numbers", (long long)latent));
    for (int64_t i = 0; i < latent; i++) {
        const uint32_t word = lj_random_u32(0, stream, (uint64_t)(draw / 2 * latent + i));
        const float z = (float)lj_normal_quantile(((double)word + 0.5) / 4294967296.0);
        values[i] = draw % 2 == 0 ? z : -z;
    }
    const lj_value noise = lj_constant(g, lj_shape_of(latent), values);
    lj_free(values);
    return noise;
}

static lj_value score(lj_graph *g, const lj_network *network, lj_value row, lj_value codes, lj_value mean,
                      lj_value deviation)
{
    const options *o = network->options;
    lj_value sum = LJ_NONE;
    for (int64_t draw = 0; draw < SCORE_DRAWS; draw++) {
        const lj_value noise = fixed_noise(g, o->coder.latent, draw);
        const lj_value latent = lj_add(g, mean, lj_multiply(g, deviation, noise));
        const lj_value nats = row_nats(g, network, row, codes, lj_decode(g, network, &o->coder, "decoder", latent));
        sum = draw == 0 ? nats : lj_add(g, sum, nats);
    }
    return times(g, sum, 1.0F / SCORE_DRAWS);
}

static lj_value build(lj_graph *g, const lj_network *network, lj_value numbers, lj_value codes)
{
    const options *o = network->options;
    const int64_t latent = o->coder.latent;
    const lj_value row = lj_coder_row(g, network, numbers, codes);
    const lj_value code = lj_encode(g, network, &o->coder, "encoder", row, 2 * latent);
    const lj_value mean = lj_slice(g, code, 1, 0, latent), log_variance = lj_slice(g, code, 1, latent, 2 * latent);
    const lj_value far = divergence(g, mean, log_variance);
    if (!lj_graph_is_training(g)) {
        const lj_value deviation = lj_exp(g, times(g, log_variance, 0.5F));
        return lj_add(g, score(g, network, row, codes, mean, deviation), far);
    }
    const lj_value drawn = lj_sample_normal(g, mean, log_variance, "latent");
    const lj_value nats = row_nats(g, network, row, codes, lj_decode(g, network, &o->coder, "decoder", drawn));
    return lj_add(g, nats, times(g, far, (float)o->beta));
}

/* A latent vector, and a number for the noise of each of the numbers. */
static int64_t noise(const lj_network *network)
{
    const options *o = network->options;
    return o->coder.latent + network->spec->number_count;
}

static lj_value generate(lj_graph *g, const lj_network *network, lj_value drawn)
{
    const options *o = network->options;
    const int64_t latent = o->coder.latent, numbers = network->spec->number_count;
    const int64_t width = lj_coder_width(network->spec);
    const lj_value raw = lj_decode(g, network, &o->coder, "decoder", lj_slice(g, drawn, 1, 0, latent));
    const lj_value answer = lj_coder_answer(g, network, raw);
    if (numbers == 0)
        return answer;
    const lj_value deviation = lj_exp(g, times(g, number_log_variance(g, numbers), 0.5F));
    const lj_value spread = lj_multiply(g, lj_slice(g, drawn, 1, latent, latent + numbers), deviation);
    const lj_value drawn_numbers = lj_add(g, lj_slice(g, answer, 1, 0, numbers), spread);
    if (width == numbers)
        return drawn_numbers;
    return lj_concat(g, (lj_value[]){drawn_numbers, lj_slice(g, answer, 1, numbers, width)}, 2, 1);
}

static void train_defaults(const void *values, int64_t n, lj_train_values *train)
{
    lj_default_number(&train->weight_decay, 0.0);
    lj_default_number(&train->clip_norm, 0.0); /* the loss is a sum over the row: its gradient is large */
    lj_network_train_defaults(values, n, train); /* what is left */
}

const lj_family lj_family_vae = {
    .info = {.name = "vae",
             .summary = "a variational autoencoder: learns the distribution of rows and draws new ones; the score is "
                        "in nats",
             .options = declarations,
             .option_count = (int64_t)(sizeof(declarations) / sizeof(declarations[0])),
             .style = LJ_PREP_DENSE,
             .images = LJ_IMAGES_TOO,
             .target = LJ_TARGET_NONE,
             .draws_rows = 1,
             .in_nats = 1},
    .options_size = sizeof(options),
    .train_defaults = train_defaults,
    .build = build,
    .noise = noise,
    .generate = generate,
};
