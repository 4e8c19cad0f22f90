/*
 * autoencoder: a row goes through a short vector and comes back; what comes back wrong is its score, which finds rows
 * that are unlike those of training. Hinton and Salakhutdinov 2006, "Reducing the dimensionality of data with neural
 * networks"; as a detector of anomalies, Hawkins, He, Williams and Baxter 2002, "Outlier detection using replicator
 * neural networks".
 */
#include <stddef.h>

#include "model/coder.h"

typedef struct options {
    lj_coder_options coder;
} options;

static const lj_declaration declarations[] = {
    LJ_CODER_DECLARATIONS(options, "32", "relu"),
};

/* The mean squared error of each row [B]: over its numbers and the 0/1 of its categories, or its pixels in [0, 1]. */
static lj_value build(lj_graph *g, const lj_network *network, lj_value numbers, lj_value codes)
{
    const options *o = network->options;
    const lj_value row = lj_coder_row(g, network, numbers, codes);
    const lj_value latent = lj_encode(g, network, &o->coder, "encoder", row, o->coder.latent);
    const lj_value back = lj_coder_answer(g, network, lj_decode(g, network, &o->coder, "decoder", latent));
    return lj_mean(g, lj_square(g, lj_subtract(g, back, row)), 1, 0);
}

const lj_family lj_family_autoencoder = {
    .info = {.name = "autoencoder",
             .summary = "learns rows by heart through a short vector; the score is the squared error of a row",
             .options = declarations,
             .option_count = (int64_t)(sizeof(declarations) / sizeof(declarations[0])),
             .style = LJ_PREP_DENSE,
             .images = LJ_IMAGES_TOO,
             .target = LJ_TARGET_NONE},
    .options_size = sizeof(options),
    .train_defaults = lj_network_train_defaults,
    .build = build,
};
