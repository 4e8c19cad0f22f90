/*
 * multi_head_attention: x [B, T, C], memory [B, S, M] -> [B, T, C].
 * <name>.query, .key, .value, .output: dense layers around lj_attention.
 */
#include "nn/layer.h"

lj_value lj_multi_head_attention_with(lj_graph *g, lj_value x, lj_value memory, lj_value lengths,
                                      lj_multi_head_attention_options options)
{
    lj_layer_name name;
    char buffer[LJ_NAME_MAX];
    if (!lj_layer_expect_rank(g, "multi_head_attention", x, 3) ||
        !lj_layer_begin(g, "multi_head_attention", options.name, &name))
        return LJ_NONE;
    const int64_t width = lj_layer_width(g, x);
    const int64_t heads = options.heads > 0 ? options.heads : 1;
    const int64_t kv_heads = options.kv_heads > 0 ? options.kv_heads : heads;
    const int64_t depth = options.depth > 0 ? options.depth : width / heads;
    if (options.depth <= 0 && width % heads != 0)
        return lj_graph_refuse(g, lj_fail(LJ_ESHAPE, "multi_head_attention: a width of %lld is not %lld equal heads",
                                          (long long)width, (long long)heads));
    const lj_value from = memory == LJ_NONE ? x : memory;
    lj_dense_options dense = {.weight = options.weight, .no_bias = options.no_bias};
    dense.name = lj_layer_child(&name, "query", buffer);
    lj_value q = lj_dense_with(g, x, heads * depth, dense);
    dense.name = lj_layer_child(&name, "key", buffer);
    lj_value k = lj_dense_with(g, from, kv_heads * depth, dense);
    dense.name = lj_layer_child(&name, "value", buffer);
    const lj_value v = lj_dense_with(g, from, kv_heads * depth, dense);
    if (options.rotary != 0.0F) {
        q = lj_rotary(g, q, heads, options.rotary);
        k = lj_rotary(g, k, kv_heads, options.rotary);
    }
    const lj_value y = lj_attention(g, q, k, v, lengths,
                                    (lj_attention_options){.heads = heads,
                                                           .kv_heads = kv_heads,
                                                           .causal = options.causal,
                                                           .window = options.window});
    dense.name = lj_layer_child(&name, "output", buffer);
    return lj_dense_with(g, y, width, dense);
}

static const lj_declaration options[] = {
    LJ_LAYER_HEADS_OPTIONS,
};

static lj_value build(lj_graph *g, lj_value x, const lj_layer_args *args)
{
    return lj_multi_head_attention_with(g, x, LJ_NONE, lj_layer_lengths(args),
                                        (lj_multi_head_attention_options){.name = args->name,
                                                                          .heads = args->heads,
                                                                          .kv_heads = args->kv_heads,
                                                                          .window = args->window,
                                                                          .causal = args->causal});
}

const lj_layer lj_layer_multi_head_attention = {
    .name = "multi_head_attention",
    .summary = "each position reads all others by several heads of attention",
    .input = LJ_LAYER_STEPS,
    LJ_LAYER_OPTIONS(options),
    .main = "heads",
    .build = build,
};
