#include "model/text_network.h"

lj_value lj_text_embedding(lj_graph *g, const lj_network *network, const lj_text_options *options, int has_padding)
{
    const lj_value vectors =
        lj_token_embedding_with(g, network->tokens, network->spec->token_size, options->dimension,
                                (lj_token_embedding_options){.name = "embedding", .has_padding = has_padding});
    return lj_dropout_with(g, vectors, (float)options->embedding_dropout, "embedding.dropout");
}

lj_value lj_text_answer(lj_graph *g, const lj_network *network, const lj_text_options *options, lj_value text,
                        lj_value numbers, lj_value codes)
{
    const lj_value parts[] = {text, numbers};
    return lj_network_answer(g, network, (lj_answer_options){options->hidden, options->dropout, "text.dropout"}, parts,
                             network->spec->number_count > 0 ? 2 : 1, codes);
}

void lj_text_train_defaults(const void *options, int64_t n, lj_train_values *train)
{
    const int64_t batch = lj_train_batch_rule(n);
    lj_default_integer(&train->epochs, 40);
    lj_default_integer(&train->batch, batch < 64 ? batch : 64);
    lj_network_train_defaults(options, n, train); /* what is left */
}
