/* Building: the first mistake is kept, with the operation and the shapes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lianjin/graph.h"

#define B LJ_BATCH

static lj_value x23(lj_graph *g) { return lj_input(g, "a", LJ_F32, lj_shape_of(2, 3)); }
static lj_value xb3(lj_graph *g) { return lj_input(g, "b", LJ_F32, lj_shape_of(B, 3)); }
static lj_value codes(lj_graph *g) { return lj_input(g, "c", LJ_I32, lj_shape_of(B, 3)); }

static void product_inner(lj_graph *g) { lj_product(g, xb3(g), x23(g), 0, 0); }
static void product_rank(lj_graph *g)
{
    const lj_value a = lj_input(g, "v", LJ_F32, lj_shape_of(3));
    lj_product(g, a, x23(g), 0, 1);
}
static void product_heads(lj_graph *g) { lj_product_heads(g, xb3(g), x23(g)); }
static void add_shapes(lj_graph *g) { lj_add(g, x23(g), lj_input(g, "d", LJ_F32, lj_shape_of(4))); }
static void add_batch(lj_graph *g) { lj_add(g, xb3(g), x23(g)); }
static void add_codes(lj_graph *g) { lj_add(g, xb3(g), codes(g)); }
static void reshape_count(lj_graph *g) { lj_reshape(g, xb3(g), lj_shape_of(B, 4)); }
static void reshape_batch(lj_graph *g) { lj_reshape(g, xb3(g), lj_shape_of(3)); }
static void sum_axis(lj_graph *g) { lj_sum(g, xb3(g), 2, 0); }
static void concat_batch(lj_graph *g) { lj_concat(g, (lj_value[]){xb3(g)}, 1, 0); }
static void concat_shapes(lj_graph *g)
{
    const lj_value x[2] = {x23(g), lj_input(g, "d", LJ_F32, lj_shape_of(3, 3))};
    lj_concat(g, x, 2, 1);
}
static void slice_range(lj_graph *g) { lj_slice(g, xb3(g), 1, 2, 4); }
static void slice_batch(lj_graph *g) { lj_slice(g, xb3(g), 0, 0, 1); }
static void transpose_batch(lj_graph *g) { lj_transpose(g, xb3(g), (int[]){1, 0}); }
static void broadcast_down(lj_graph *g) { lj_broadcast(g, xb3(g), lj_shape_of(B, 1)); }
static void gather_numbers(lj_graph *g) { lj_gather(g, x23(g), xb3(g)); }
static void gather_padding(lj_graph *g) { lj_gather_padded(g, x23(g), codes(g), -1); }
static void one_hot_numbers(lj_graph *g) { lj_one_hot(g, xb3(g), (int32_t[]){1, 1, 1}); }
static void one_hot_levels(lj_graph *g) { lj_one_hot(g, codes(g), (int32_t[]){1, 0, 1}); }
static void edges(lj_graph *g) { lj_piecewise_linear(g, xb3(g), x23(g)); }
static void layer_norm(lj_graph *g)
{
    lj_layer_norm(g, xb3(g), lj_input(g, "d", LJ_F32, lj_shape_of(4)), LJ_NONE, 1e-5F);
}
static void rms_norm(lj_graph *g) { lj_rms_norm(g, xb3(g), lj_input(g, "d", LJ_F32, lj_shape_of(4)), 1e-5F); }
static void batch_norm(lj_graph *g)
{
    const lj_value x = x23(g);
    lj_batch_norm(g, x, LJ_NONE, LJ_NONE, x, x, 0.9F, 1e-5F);
}
static lj_value sequence(lj_graph *g, const char *name, int64_t length, int64_t width)
{
    return lj_input(g, name, LJ_F32, lj_shape_of(B, length, width));
}
static void rotary(lj_graph *g) { lj_rotary(g, sequence(g, "q", 4, 6), 2, 10.0F); }
static void attention_heads(lj_graph *g)
{
    const lj_value q = sequence(g, "q", 4, 6), k = sequence(g, "k", 5, 6);
    lj_attention(g, q, k, k, LJ_NONE, (lj_attention_options){.heads = 4});
}
static void attention_values(lj_graph *g)
{
    const lj_value q = sequence(g, "q", 4, 6), k = sequence(g, "k", 5, 6), v = sequence(g, "v", 4, 6);
    lj_attention(g, q, k, v, LJ_NONE, (lj_attention_options){0});
}
static void attention_lengths(lj_graph *g)
{
    const lj_value q = sequence(g, "q", 4, 6);
    lj_attention(g, q, q, q, codes(g), (lj_attention_options){0});
}
static void attention_window(lj_graph *g)
{
    const lj_value q = sequence(g, "q", 4, 6);
    lj_attention(g, q, q, q, LJ_NONE, (lj_attention_options){.window = -1, .scale = 2.0F});
}
static void dropout(lj_graph *g) { lj_dropout(g, xb3(g), 1.0F, "drop"); }
static void bce(lj_graph *g) { lj_bce_logits(g, xb3(g), lj_input(g, "t", LJ_F32, lj_shape_of(B)), 0.0F); }
static void cross_entropy(lj_graph *g)
{
    lj_softmax_cross_entropy(g, xb3(g), lj_input(g, "t", LJ_F32, lj_shape_of(B)), 0.0F);
}
static void huber(lj_graph *g) { lj_huber(g, xb3(g), lj_input(g, "t", LJ_F32, lj_shape_of(B)), 1.0F); }
static lj_value gates(lj_graph *g) { return lj_input(g, "z", LJ_F32, lj_shape_of(B, 5, 8)); }
static lj_value recurrent(lj_graph *g) { return lj_parameter(g, "w", lj_shape_of(2, 8), (lj_parameter_options){0}); }
static void lstm_weight(lj_graph *g)
{
    lj_lstm(g, gates(g), x23(g), LJ_NONE, LJ_NONE, (lj_recurrence_options){0});
}
static void lstm_rank(lj_graph *g)
{
    lj_lstm(g, gates(g), lj_scalar(g, 1), LJ_NONE, LJ_NONE, (lj_recurrence_options){0});
}
static void lstm_lengths(lj_graph *g)
{
    lj_lstm(g, gates(g), recurrent(g), codes(g), LJ_NONE, (lj_recurrence_options){0});
}
static void lstm_state(lj_graph *g)
{
    lj_lstm(g, gates(g), recurrent(g), LJ_NONE, xb3(g), (lj_recurrence_options){0});
}
static void gru_bias(lj_graph *g)
{
    const lj_value x = lj_input(g, "z", LJ_F32, lj_shape_of(B, 5, 6)), w = lj_input(g, "w", LJ_F32, lj_shape_of(2, 6));
    lj_gru(g, x, w, lj_input(g, "b", LJ_F32, lj_shape_of(2)), LJ_NONE, LJ_NONE, (lj_recurrence_options){0});
}
static void simple_rnn_activation(lj_graph *g)
{
    const lj_recurrence_options gelu = {.activation = LJ_GELU};
    lj_simple_rnn(g, lj_input(g, "z", LJ_F32, lj_shape_of(B, 5, 2)), x23(g), LJ_NONE, LJ_NONE, gelu);
}
static void sequence_mask(lj_graph *g) { lj_sequence_mask(g, xb3(g), 4); }
static lj_value images(lj_graph *g, int64_t channels)
{
    return lj_input(g, "images", LJ_F32, lj_shape_of(B, 5, 4, channels));
}
static lj_value kernel(lj_graph *g, int64_t channels)
{
    return lj_input(g, "kernel", LJ_F32, lj_shape_of(3, 3, channels, 6));
}
static void conv2d_rank(lj_graph *g) { lj_conv2d(g, xb3(g), kernel(g, 2), (lj_conv2d_options){0}); }
static void conv2d_channels(lj_graph *g) { lj_conv2d(g, images(g, 3), kernel(g, 2), (lj_conv2d_options){0}); }
static void conv2d_size(lj_graph *g)
{
    lj_conv2d(g, images(g, 2), kernel(g, 2), (lj_conv2d_options){.dilation_w = 2});
}
static void conv2d_groups(lj_graph *g)
{
    lj_conv2d(g, images(g, 8), kernel(g, 2), (lj_conv2d_options){.groups = 4});
}
static void conv2d_stride(lj_graph *g)
{
    lj_conv2d(g, images(g, 2), kernel(g, 2), (lj_conv2d_options){.stride_h = -1});
}
static void conv2d_transpose_size(lj_graph *g)
{
    lj_conv2d_transpose(g, images(g, 6), kernel(g, 2), 7, 7, (lj_conv2d_options){0});
}
static void pool_padding(lj_graph *g)
{
    lj_max_pool2d(g, images(g, 2), (lj_pool2d_options){.padding = {.left = 2}});
}
static void pool_rank(lj_graph *g) { lj_average_pool2d(g, xb3(g), (lj_pool2d_options){0}); }
static void resize_rank(lj_graph *g) { lj_resize_bilinear(g, xb3(g), 2, 2); }
static void resize_size(lj_graph *g) { lj_resize_bilinear(g, images(g, 2), 0, 2); }
static void zero_pad2d(lj_graph *g) { lj_zero_pad2d(g, images(g, 2), (lj_padding){.top = -1}); }
static void twice(lj_graph *g) { (void)xb3(g), xb3(g); }
static void two_shapes(lj_graph *g)
{
    lj_parameter(g, "w", lj_shape_of(2), (lj_parameter_options){0});
    lj_parameter(g, "w", lj_shape_of(3), (lj_parameter_options){0});
}
static void batch_parameter(lj_graph *g) { lj_parameter(g, "w", lj_shape_of(B), (lj_parameter_options){0}); }
static void zero_size(lj_graph *g) { lj_input(g, "z", LJ_F32, lj_shape_of(B, 0)); }
static void batch_second(lj_graph *g) { lj_input(g, "z", LJ_F32, lj_shape_of(3, B)); }
static void none(lj_graph *g) { lj_exp(g, LJ_NONE); }
static void assign(lj_graph *g)
{
    lj_assign(g, lj_parameter(g, "w", lj_shape_of(2), (lj_parameter_options){0}), x23(g));
}

static const struct {
    void (*build)(lj_graph *g);
    const char *message;
} refusals[] = {
    {product_inner, "product: [batch, 3] and [2, 3] do not fit"},
    {product_rank, "product: expected [..., M, K] and [K, N], found [3] and [2, 3]"},
    {product_heads, "product_heads: expected [B, H, K] and [H, K, N], found [batch, 3] and [2, 3]"},
    {add_shapes, "add: [2, 3] and [4] do not broadcast"},
    {add_batch, "add: [batch, 3] and [2, 3] do not broadcast"},
    {add_codes, "add: expected numbers, found codes"},
    {reshape_count, "reshape: [batch, 3] does not become [batch, 4]"},
    {reshape_batch, "reshape: [batch, 3] does not become [3]"},
    {sum_axis, "sum: [batch, 3] has no dimension 2"},
    {concat_batch, "concat: [batch, 3] has no dimension 0 beside the batch"},
    {concat_shapes, "concat: [3, 3] does not fit to [2, 3] along dimension 1"},
    {slice_range, "slice: [batch, 3] has no [2, 4) in dimension 1"},
    {slice_batch, "slice: [batch, 3] has no [0, 1) in dimension 0"},
    {transpose_batch, "transpose: not an order of the dimensions of [batch, 3] with the batch first"},
    {broadcast_down, "broadcast: [batch, 3] does not become [batch, 1]"},
    {gather_numbers, "gather: expected [V, D] and codes i32, found [2, 3] and [batch, 3]"},
    {gather_padding, "gather: expected a padding code from 0, found -1"},
    {one_hot_numbers, "one_hot: expected codes [B, F] i32, found [batch, 3]"},
    {one_hot_levels, "one_hot: feature 1 has 0 levels"},
    {edges, "piecewise_linear: expected [B, F] and [F, T+1], found [batch, 3] and [2, 3]"},
    {layer_norm, "layer_norm: gain and bias of [batch, 3] have its width, found [4]"},
    {batch_norm, "batch_norm: expected [batch, ..., C], found [2, 3]"},
    {attention_heads, "attention: expected [B, T, heads * D], [B, S, kv_heads * D] and the same, found [batch, 4, 6], "
                      "[batch, 5, 6] and [batch, 5, 6] with 4 and 4 heads"},
    {attention_values, "attention: expected [B, T, heads * D], [B, S, kv_heads * D] and the same, found [batch, 4, 6], "
                       "[batch, 5, 6] and [batch, 4, 6] with 1 and 1 heads"},
    {attention_lengths, "attention: expected lengths i32 of the rows of [batch, 4, 6], found [batch, 3] i32"},
    {attention_window, "attention: expected a window of at least 0 and a scale above 0, found -1 and 2"},
    {dropout, "dropout 'drop': expected a rate of 0 to below 1, found 1"},
    {bce, "bce_logits: expected a prediction and a target of one shape, found [batch, 3] and [batch]"},
    {cross_entropy,
     "softmax_cross_entropy: expected [B, C] or [B, H, C] and labels i32 [B] or [B, H], found [batch, 3] and [batch]"},
    {rms_norm, "rms_norm: the gain of [batch, 3] has its width, found [4]"},
    {rotary,
     "rotary: expected [B, T, heads * D] with an even D and a base above 0, found [batch, 4, 6], 2 heads and 10"},
    {huber, "huber: expected a prediction and a target of one shape, found [batch, 3] and [batch]"},
    {lstm_weight, "lstm: expected [batch, T, 4 H] and [H, 4 H], found [batch, 5, 8] and [2, 3]"},
    {lstm_rank, "lstm: expected a recurrent weight [H, 4 H], found []"},
    {lstm_lengths, "lstm: expected lengths [batch] i32, found [batch, 3] i32"},
    {lstm_state, "lstm: expected a first state [batch, 4], found [batch, 3]"},
    {gru_bias, "gru: expected a bias of 3 H, found [2]"},
    {simple_rnn_activation, "simple_rnn: expected tanh or relu, found activation 5"},
    {sequence_mask, "sequence_mask: expected lengths [B] i32 and steps, found [batch, 3] and 4"},
    {conv2d_rank, "conv2d: expected [B, H, W, C] and [KH, KW, C / groups, OC], found [batch, 3] and [3, 3, 2, 6]"},
    {conv2d_channels, "conv2d: [batch, 5, 4, 3] and [3, 3, 2, 6] do not fit"},
    {conv2d_size, "conv2d: [batch, 5, 4, 2] and [3, 3, 2, 6] do not fit"},
    {conv2d_groups, "conv2d: [batch, 5, 4, 8] and [3, 3, 2, 6] do not fit in 4 groups"},
    {conv2d_stride, "conv2d: a stride, dilation, padding or number of groups is out of range"},
    {conv2d_transpose_size, "conv2d_transpose: [batch, 5, 4, 6] and [3, 3, 2, 6] do not give 7 x 7"},
    {pool_padding, "max_pool2d: the window or its padding does not fit to [batch, 5, 4, 2]"},
    {pool_rank, "average_pool2d: expected [B, H, W, C], found [batch, 3]"},
    {resize_rank, "resize_bilinear: expected [B, H, W, C], found [batch, 3]"},
    {resize_size,
     "resize_bilinear: [batch, 0, 2, 2] is not a shape: dimensions are at least 1 and the batch is the first"},
    {zero_pad2d, "zero_pad2d: expected [B, H, W, C] and no negative padding, found [batch, 5, 4, 2]"},
    {twice, "input: there is an input 'b' already"},
    {two_shapes, "parameter 'w': asked for as [2] and as [3]"},
    {batch_parameter, "parameter 'w': [batch] has a batch"},
    {zero_size, "z: [batch, 0] is not a shape: dimensions are at least 1 and the batch is the first"},
    {batch_second, "z: [3, batch] is not a shape: dimensions are at least 1 and the batch is the first"},
    {none, "exp: expected a value of this graph, found -1"},
    {assign, "assign: expected a parameter and a value of its shape, found [2] and [2, 3]"},
};

static void a_mistake_is_refused_with_its_operation_and_shapes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        lj_graph *g = NULL;
        assert_int_equal(lj_graph_create(1, &g), LJ_OK);
        refusals[i].build(g);
        assert_true(lj_graph_check(g) != LJ_OK);
        assert_string_equal(lj_error_message(), refusals[i].message);
        lj_graph_destroy(g);
    }
}

static void the_first_mistake_is_kept_and_later_calls_do_nothing(void **state)
{
    (void)state;
    lj_graph *g = NULL;
    lj_weights *weights = NULL;
    lj_program *program = NULL;
    assert_int_equal(lj_graph_create(0, &g), LJ_OK);
    const lj_value bad = lj_reshape(g, xb3(g), lj_shape_of(B, 4));
    assert_int_equal(bad, LJ_NONE);
    assert_int_equal(lj_add(g, bad, bad), LJ_NONE);
    assert_int_equal(lj_input(g, "late", LJ_F32, lj_shape_of(B)), LJ_NONE);
    lj_output(g, "y", bad);
    assert_int_equal(lj_graph_check(g), LJ_ESHAPE);
    assert_string_equal(lj_error_message(), "reshape: [batch, 3] does not become [batch, 4]");
    assert_int_equal(lj_weights_create(&weights), LJ_OK);
    assert_int_equal(lj_weights_add(weights, g, 1), LJ_ESHAPE);
    assert_int_equal(lj_program_compile(g, weights, &(lj_program_options){.batch = 1}, &program), LJ_ESHAPE);
    assert_null(program);
    lj_weights_destroy(weights);
    lj_graph_destroy(g);
}

static void a_gradient_needs_one_number_and_operations_that_have_one(void **state)
{
    (void)state;
    lj_graph *g = NULL;
    lj_value grad;
    assert_int_equal(lj_graph_create(1, &g), LJ_OK);
    const lj_value x = xb3(g);
    assert_int_equal(lj_gradient(g, x, &x, 1, &grad), LJ_ESHAPE);
    assert_string_equal(lj_error_message(), "gradient: expected a loss of one element, found [batch, 3]");
    const lj_value loss = lj_sum(g, lj_sum(g, lj_square(g, x), 1, 0), 0, 0);
    const lj_value other = x23(g);
    assert_int_equal(lj_gradient(g, loss, &other, 1, &grad), LJ_OK);
    assert_int_equal(grad, LJ_NONE); /* the loss does not depend on it */
    assert_int_equal(lj_gradient(g, loss, &x, 1, &grad), LJ_OK);
    assert_true(grad != LJ_NONE);
    lj_graph_destroy(g);
}

static void the_gradient_of_a_batch_sum_folds_away(void **state)
{
    (void)state;
    lj_graph *g = NULL;
    lj_text text = {0};
    lj_value grad;
    assert_int_equal(lj_graph_create(1, &g), LJ_OK);
    const lj_value x = lj_input(g, "x", LJ_F32, lj_shape_of(B)), w = lj_input(g, "w", LJ_F32, lj_shape_of(B));
    assert_int_equal(lj_gradient(g, lj_sum(g, lj_multiply(g, x, w), 0, 0), &x, 1, &grad), LJ_OK);
    assert_int_equal(grad, w);
    assert_int_equal(lj_graph_describe(g, &text), LJ_OK);
    assert_non_null(strstr(text.data, "0 input 'x' [batch]\n"));
    assert_non_null(strstr(text.data, "2 multiply (0, 1) [batch]\n"));
    lj_text_free(&text);
    lj_graph_destroy(g);
}

static void names_of_a_kind_are_counted(void **state)
{
    (void)state;
    lj_graph *g = NULL;
    assert_int_equal(lj_graph_create(1, &g), LJ_OK);
    for (int64_t i = 0; i < 40; i++) {
        char kind[8];
        (void)snprintf(kind, sizeof(kind), "k%d", (int)i);
        assert_int_equal(lj_graph_count_name(g, kind), 0);
        assert_int_equal(lj_graph_count_name(g, "k0"), i + 1);
    }
    lj_graph_destroy(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mistake_is_refused_with_its_operation_and_shapes),
        cmocka_unit_test(the_first_mistake_is_kept_and_later_calls_do_nothing),
        cmocka_unit_test(a_gradient_needs_one_number_and_operations_that_have_one),
        cmocka_unit_test(the_gradient_of_a_batch_sum_folds_away),
        cmocka_unit_test(names_of_a_kind_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
