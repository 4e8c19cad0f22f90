#include "model/series_network.h"

const char *const lj_pool_choices[] = {"last", "mean", "max", NULL};

/* The step before each row's end: what the mask has there and not one step later. */
static lj_value last_step(lj_graph *g, lj_value x, lj_value lengths)
{
    const lj_shape shape = lj_value_shape(g, x);
    const int64_t steps = shape.dim[1];
    if (lengths == LJ_NONE || steps == 1)
        return lj_reshape(g, lj_slice(g, x, 1, steps - 1, steps), lj_shape_of(LJ_BATCH, shape.dim[2]));
    const lj_value mask = lj_sequence_mask(g, lengths, steps);
    const lj_value nothing = lj_multiply(g, lj_slice(g, mask, 1, 0, 1), lj_scalar(g, 0.0F));
    const lj_value later[] = {lj_slice(g, mask, 1, 1, steps), nothing};
    const lj_value last = lj_subtract(g, mask, lj_concat(g, later, 2, 1));
    return lj_sum(g, lj_multiply(g, x, lj_reshape(g, last, lj_shape_of(LJ_BATCH, steps, 1))), 1, 0);
}

lj_value lj_series_pool(lj_graph *g, lj_value x, lj_value lengths, int pool)
{
    if (x == LJ_NONE || pool == LJ_POOL_MEAN)
        return x == LJ_NONE ? LJ_NONE : lj_mean_over_steps(g, x, lengths);
    return pool == LJ_POOL_MAX ? lj_max_over_steps(g, x, lengths) : last_step(g, x, lengths);
}

lj_value lj_series_answer(lj_graph *g, const lj_network *network, const lj_series_network_options *options, lj_value x,
                          lj_value codes)
{
    const lj_answer_options how = {options->hidden, options->dropout, "series.dropout"};
    return lj_network_answer(g, network, how, &x, 1, codes);
}

void lj_series_train_defaults(const void *options, int64_t n, lj_train_values *train)
{
    lj_default_integer(&train->epochs, 50);
    lj_network_train_defaults(options, n, train); /* what is left */
}
