/*
 * text_cnn: convolutions of several widths over the vectors of the tokens, the greatest value of each filter, the
 * answer. Kim 2014, "Convolutional neural networks for sentence classification".
 */
#include <stddef.h>
#include <stdio.h>

#include "model/text_network.h"

enum { WIDTHS_MAX = 16 };

typedef struct options {
    lj_text_options text;
    const lj_item *widths;
    int64_t filters;
    int activation;
} options;

static const lj_declaration declarations[] = {
    LJ_TEXT_DECLARATIONS(options, "128", "0.3", "0.5"),
    {.key = "widths",
     .kind = LJ_DECLARED_INTEGERS,
     .offset = offsetof(options, widths),
     .min = 1,
     .max = 64,
     .doc = "Tokens that the filters of each group see at once. Left out: [2, 3, 4]."},
    {.key = "filters",
     .kind = LJ_DECLARED_INTEGER,
     .offset = offsetof(options, filters),
     .min = 1,
     .max = 65536,
     .fallback = "128",
     .doc = "Filters of each width."},
    {.key = "activation",
     .kind = LJ_DECLARED_CHOICE,
     .offset = offsetof(options, activation),
     .choices = lj_activation_choices,
     .fallback = "relu",
     .doc = "Activation of the convolutions."},
};

static lj_value build(lj_graph *g, const lj_network *network, lj_value numbers, lj_value codes)
{
    static const int64_t usual[] = {2, 3, 4};
    const options *o = network->options;
    const int64_t given = lj_declared_count(o->widths), n = given > 0 ? given : 3;
    lj_value parts[WIDTHS_MAX];
    if (n > WIDTHS_MAX)
        return lj_graph_refuse(g, lj_fail(LJ_ECONFIG, "text_cnn: expected at most %d widths", WIDTHS_MAX));
    const lj_value x = lj_text_embedding(g, network, &o->text, 1);
    for (int64_t i = 0; i < n; i++) {
        const int64_t width = given > 0 ? (int64_t)lj_declared_at(o->widths, i)->number : usual[i];
        char name[32];
        (void)snprintf(name, sizeof(name), "conv%d", (int)i);
        const lj_value steps =
            lj_conv1d_with(g, x, o->filters, width,
                           (lj_conv_options){.name = name, .activation = (lj_activation)o->activation, .same = 1});
        parts[i] = lj_max_over_steps(g, steps, network->lengths);
    }
    const lj_value text = n == 1 ? parts[0] : lj_concat(g, parts, (int)n, 1);
    return lj_text_answer(g, network, &o->text, text, numbers, codes);
}

const lj_family lj_family_text_cnn = {
    .info = {.name = "text_cnn",
             .summary = "convolutions of several widths over the tokens of a text",
             .options = declarations,
             .option_count = (int64_t)(sizeof(declarations) / sizeof(declarations[0])),
             .style = LJ_PREP_TOKENS,
             .reads_tokens = LJ_READS_ONLY},
    .options_size = sizeof(options),
    .train_defaults = lj_text_train_defaults,
    .build = build,
};
