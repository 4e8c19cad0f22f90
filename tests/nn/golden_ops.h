/* Operations by the names of the golden cases, built from what a case says. */
#ifndef TESTS_NN_GOLDEN_OPS_H
#define TESTS_NN_GOLDEN_OPS_H

#include "nn/golden.h"

#include "nn/layers.h"

#define INPUTS_MAX 32

/* One case being rebuilt. */
typedef struct rebuilt {
    lj_graph *g;
    const lj_item *args;
    lj_value in[INPUTS_MAX];
    int64_t n;
} rebuilt;

static int number(const rebuilt *c, const char *key)
{
    return (int)golden_number(c->args, key, 0.0);
}

static float real(const rebuilt *c, const char *key)
{
    return (float)golden_number(c->args, key, 0.0);
}

static lj_activation activation_of(const rebuilt *c)
{
    const lj_item *name = lj_item_get(c->args, "activation");
    lj_activation activation = LJ_LINEAR;
    if (name != NULL)
        MUST(lj_activation_find(name->text, &activation));
    return activation;
}

/* args.shape with the batch written as -1. */
static lj_shape shape_of(const rebuilt *c)
{
    const lj_item *list = lj_item_get(c->args, "shape");
    return golden_shape(list, 1);
}

static void sizes_of(const rebuilt *c, int32_t *sizes)
{
    const lj_item *list = lj_item_get(c->args, "sizes");
    for (int64_t i = 0; list != NULL && i < list->count; i++)
        sizes[i] = (int32_t)list->items[i]->number;
}

#define UNARY(name)                                                                                                    \
    static lj_value build_##name(const rebuilt *c)                                                                     \
    {                                                                                                                  \
        return lj_##name(c->g, c->in[0]);                                                                              \
    }
#define BINARY(name)                                                                                                   \
    static lj_value build_##name(const rebuilt *c)                                                                     \
    {                                                                                                                  \
        return lj_##name(c->g, c->in[0], c->in[1]);                                                                    \
    }
#define REDUCTION(name)                                                                                                \
    static lj_value build_##name(const rebuilt *c)                                                                     \
    {                                                                                                                  \
        return lj_##name(c->g, c->in[0], number(c, "axis"), number(c, "keep"));                                        \
    }

UNARY(negate)
UNARY(exp)
UNARY(log)
UNARY(sqrt)
UNARY(square)
UNARY(absolute)
UNARY(sin)
UNARY(cos)
UNARY(erf)
UNARY(softmax)
UNARY(log_softmax)
BINARY(add)
BINARY(subtract)
BINARY(multiply)
BINARY(divide)
BINARY(maximum)
BINARY(minimum)
BINARY(product_heads)
BINARY(gather)
BINARY(piecewise_linear)
REDUCTION(sum)
REDUCTION(mean)
REDUCTION(max)

static lj_value build_product(const rebuilt *c)
{
    return lj_product(c->g, c->in[0], c->in[1], number(c, "transpose_a"), number(c, "transpose_b"));
}

static lj_value build_activate(const rebuilt *c)
{
    return lj_activate(c->g, c->in[0], activation_of(c));
}

static lj_value build_reshape(const rebuilt *c)
{
    return lj_reshape(c->g, c->in[0], shape_of(c));
}

static lj_value build_broadcast(const rebuilt *c)
{
    return lj_broadcast(c->g, c->in[0], shape_of(c));
}

static lj_value build_concat(const rebuilt *c)
{
    return lj_concat(c->g, c->in, (int)c->n, number(c, "axis"));
}

static lj_value build_slice(const rebuilt *c)
{
    return lj_slice(c->g, c->in[0], number(c, "axis"), number(c, "begin"), number(c, "end"));
}

static lj_value build_transpose(const rebuilt *c)
{
    const lj_item *list = lj_item_get(c->args, "permutation");
    int permutation[LJ_RANK_MAX] = {0};
    for (int64_t i = 0; i < list->count; i++)
        permutation[i] = (int)list->items[i]->number;
    return lj_transpose(c->g, c->in[0], permutation);
}

static lj_value build_one_hot(const rebuilt *c)
{
    int32_t sizes[INPUTS_MAX] = {0};
    sizes_of(c, sizes);
    return lj_one_hot(c->g, c->in[0], sizes);
}

static lj_value build_layer_norm(const rebuilt *c)
{
    const int affine = c->n == 3;
    return lj_layer_norm(c->g, c->in[0], affine ? c->in[1] : LJ_NONE, affine ? c->in[2] : LJ_NONE, real(c, "epsilon"));
}

static lj_value build_rms_norm(const rebuilt *c)
{
    return lj_rms_norm(c->g, c->in[0], c->n == 2 ? c->in[1] : LJ_NONE, real(c, "epsilon"));
}

static lj_value build_rotary(const rebuilt *c)
{
    return lj_rotary(c->g, c->in[0], number(c, "heads"), real(c, "base"));
}

static lj_value build_reverse_gradient(const rebuilt *c)
{
    return lj_reverse_gradient(c->g, c->in[0], real(c, "factor"));
}

static lj_value build_attention(const rebuilt *c)
{
    return lj_attention(c->g, c->in[0], c->in[1], c->in[2], c->n == 4 ? c->in[3] : LJ_NONE,
                        (lj_attention_options){.heads = number(c, "heads"),
                                               .kv_heads = number(c, "kv_heads"),
                                               .causal = number(c, "causal"),
                                               .window = number(c, "window")});
}

static lj_value build_batch_norm(const rebuilt *c)
{
    const lj_shape shape = lj_value_shape(c->g, c->in[1]);
    const lj_parameter_options frozen = {.frozen = 1};
    const lj_value mean = lj_parameter(c->g, "running_mean", shape, frozen);
    const lj_value variance = lj_parameter(c->g, "running_variance", shape, frozen);
    return lj_batch_norm(c->g, c->in[0], c->in[1], c->in[2], mean, variance, 0.9F, real(c, "epsilon"));
}

static lj_padding padding_of(const rebuilt *c)
{
    const lj_item *list = lj_item_get(c->args, "padding");
    int64_t p[4] = {0};
    for (int64_t i = 0; list != NULL && i < list->count; i++)
        p[i] = (int64_t)list->items[i]->number;
    return (lj_padding){.top = p[0], .bottom = p[1], .left = p[2], .right = p[3]};
}

static lj_conv2d_options conv_options_of(const rebuilt *c)
{
    return (lj_conv2d_options){.stride_h = number(c, "stride_h"),
                               .stride_w = number(c, "stride_w"),
                               .dilation_h = number(c, "dilation_h"),
                               .dilation_w = number(c, "dilation_w"),
                               .groups = number(c, "groups"),
                               .padding = padding_of(c)};
}

static lj_value build_conv2d(const rebuilt *c)
{
    return lj_conv2d(c->g, c->in[0], c->in[1], conv_options_of(c));
}

static lj_value build_conv2d_transpose(const rebuilt *c)
{
    return lj_conv2d_transpose(c->g, c->in[0], c->in[1], number(c, "height"), number(c, "width"), conv_options_of(c));
}

static lj_pool2d_options pool_options_of(const rebuilt *c)
{
    return (lj_pool2d_options){.kernel_h = number(c, "kernel_h"),
                               .kernel_w = number(c, "kernel_w"),
                               .stride_h = number(c, "stride_h"),
                               .stride_w = number(c, "stride_w"),
                               .padding = padding_of(c)};
}

static lj_value build_max_pool2d(const rebuilt *c)
{
    return lj_max_pool2d(c->g, c->in[0], pool_options_of(c));
}

static lj_value build_average_pool2d(const rebuilt *c)
{
    return lj_average_pool2d(c->g, c->in[0], pool_options_of(c));
}

static lj_value build_resize_bilinear(const rebuilt *c)
{
    return lj_resize_bilinear(c->g, c->in[0], number(c, "height"), number(c, "width"));
}

static lj_value build_zero_pad2d(const rebuilt *c)
{
    return lj_zero_pad2d(c->g, c->in[0], padding_of(c));
}

static lj_value build_bce_logits(const rebuilt *c)
{
    return lj_bce_logits(c->g, c->in[0], c->in[1], real(c, "smoothing"));
}

static lj_value build_softmax_cross_entropy(const rebuilt *c)
{
    return lj_softmax_cross_entropy(c->g, c->in[0], c->in[1], real(c, "smoothing"));
}

static lj_value build_huber(const rebuilt *c)
{
    return lj_huber(c->g, c->in[0], c->in[1], real(c, "delta"));
}

typedef lj_value builder(const rebuilt *c);

struct named_builder {
    const char *name;
    builder *build;
};
#define ROW(name)                                                                                                      \
    {                                                                                                                  \
#name, build_##name                                                                                            \
    }

static const struct named_builder builders[] = {
    ROW(negate),
    ROW(exp),
    ROW(log),
    ROW(sqrt),
    ROW(square),
    ROW(absolute),
    ROW(sin),
    ROW(cos),
    ROW(erf),
    ROW(softmax),
    ROW(log_softmax),
    ROW(add),
    ROW(subtract),
    ROW(multiply),
    ROW(divide),
    ROW(maximum),
    ROW(minimum),
    ROW(product),
    ROW(product_heads),
    ROW(gather),
    ROW(one_hot),
    ROW(piecewise_linear),
    ROW(sum),
    ROW(mean),
    ROW(max),
    ROW(activate),
    ROW(reshape),
    ROW(broadcast),
    ROW(concat),
    ROW(slice),
    ROW(transpose),
    ROW(attention),
    ROW(rms_norm),
    ROW(rotary),
    ROW(reverse_gradient),
    ROW(layer_norm),
    ROW(batch_norm),
    ROW(conv2d),
    ROW(conv2d_transpose),
    ROW(max_pool2d),
    ROW(average_pool2d),
    ROW(resize_bilinear),
    ROW(zero_pad2d),
    ROW(bce_logits),
    ROW(softmax_cross_entropy),
    ROW(huber),
};

static lj_value build_op(const rebuilt *c, const char *op)
{
    for (size_t i = 0; i < sizeof(builders) / sizeof(builders[0]); i++) {
        if (strcmp(builders[i].name, op) == 0)
            return builders[i].build(c);
    }
    fail_msg("no builder of '%s'", op);
    return LJ_NONE;
}

#endif
