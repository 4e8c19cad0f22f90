/*
 * Wide recurrent layers: the states have the bits of the contract written out
 * in plain C, the gradient of the weight those of a sum by shards over (row,
 * step); on every instruction set, with 1, 2 and 4 threads, and for rows alone.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../compute/reference.h"
#include "graph/program.h"
#include "lianjin/random.h"

#define ROWS 70 /* three shards, the last one short */
#define STEPS 5
#define UNITS 260 /* the chain of the product has two blocks */
#define GATES (4 * UNITS)
#define STATE (2 * UNITS)

typedef struct net {
    lj_weights *weights;
    lj_program *program;
} net;

static net make(int reverse, int n_threads)
{
    net n = {0};
    lj_graph *g = NULL;
    assert_int_equal(lj_graph_create(1, &g), LJ_OK);
    const lj_value x = lj_input(g, "x", LJ_F32, lj_shape_of(LJ_BATCH, STEPS, GATES));
    const lj_value dy = lj_input(g, "dy", LJ_F32, lj_shape_of(LJ_BATCH, STEPS, STATE));
    const lj_value lengths = lj_input(g, "lengths", LJ_I32, lj_shape_of(LJ_BATCH));
    const lj_value first = lj_input(g, "first", LJ_F32, lj_shape_of(LJ_BATCH, STATE));
    const lj_value w = lj_parameter(g, "w", lj_shape_of(UNITS, GATES),
                                    (lj_parameter_options){.init = {.kind = LJ_INIT_NORMAL, .b = 0.1F}});
    const lj_value y = lj_lstm(g, x, w, lengths, first, (lj_recurrence_options){.reverse = reverse});
    const lj_value loss =
        lj_sum(g, lj_sum(g, lj_reshape(g, lj_multiply(g, y, dy), lj_shape_of(LJ_BATCH, STEPS * STATE)), 1, 0), 0, 0);
    lj_value grads[2];
    assert_int_equal(lj_gradient(g, loss, (lj_value[]){x, w}, 2, grads), LJ_OK);
    lj_output(g, "y", y);
    lj_output(g, "dx", grads[0]);
    lj_output(g, "dw", grads[1]);
    assert_int_equal(lj_weights_create(&n.weights), LJ_OK);
    assert_int_equal(lj_weights_add(n.weights, g, 3), LJ_OK);
    const lj_program_options options = {.batch = ROWS, .n_threads = n_threads};
    assert_int_equal(lj_program_compile(g, n.weights, &options, &n.program), LJ_OK);
    n.program->alone = 0.0; /* threads also where the work is not worth them */
    lj_graph_destroy(g);
    float *to[3] = {lj_program_input(n.program, "x"), lj_program_input(n.program, "dy"),
                    lj_program_input(n.program, "first")};
    const int64_t count[3] = {ROWS * STEPS * GATES, ROWS * STEPS * STATE, ROWS * STATE};
    for (int k = 0; k < 3; k++) {
        for (int64_t i = 0; i < count[k]; i++)
            to[k][i] = 2.0F * lj_random_uniform(9, (uint64_t)k, (uint64_t)i) - 1.0F;
    }
    int32_t *length = lj_program_input(n.program, "lengths");
    for (int64_t r = 0; r < ROWS; r++)
        length[r] = (int32_t)((r + 3) % (STEPS + 2));
    return n;
}

static void destroy(net *n)
{
    lj_program_destroy(n->program);
    lj_weights_destroy(n->weights);
}

/* h before step t of row r. */
static const float *before_of(lj_program *p, const float *y, int reverse, int64_t r, int64_t t)
{
    const int64_t last = reverse ? t + 1 : t - 1;
    if (last < 0 || last >= STEPS)
        return (const float *)lj_program_input(p, "first") + r * STATE;
    return y + (r * STEPS + last) * STATE;
}

static void check_row(lj_program *p, const float *w, int reverse, int64_t r)
{
    const lj_kernels *k = lj_kernels_get();
    const float *x = lj_program_input(p, "x"), *y = lj_program_output(p, "y");
    const int32_t *lengths = lj_program_input(p, "lengths");
    for (int64_t t = 0; t < STEPS; t++) {
        const float *before = before_of(p, y, reverse, r, t), *after = y + (r * STEPS + t) * STATE;
        if (t >= lengths[r]) {
            assert_memory_equal(after, before, STATE * sizeof(float));
            continue;
        }
        for (int64_t i = 0; i < UNITS; i++) {
            float z[4];
            for (int gate = 0; gate < 4; gate++) {
                const int64_t j = gate * UNITS + i;
                z[gate] = x[(r * STEPS + t) * GATES + j] + reference_chain(UNITS, before, 1, w + j, GATES);
            }
            const float c = fmaf(k->sigmoidf(z[1]), before[UNITS + i], k->sigmoidf(z[0]) * k->tanhf(z[2]));
            const float h = k->sigmoidf(z[3]) * k->tanhf(c);
            assert_memory_equal(&after[UNITS + i], &c, sizeof(c));
            assert_memory_equal(&after[i], &h, sizeof(h));
        }
    }
}

static void check_weight_gradient(lj_program *p, int reverse)
{
    const float *y = lj_program_output(p, "y"), *dx = lj_program_output(p, "dx"), *dw = lj_program_output(p, "dw");
    float *before = lj_new_array(ROWS * STEPS * UNITS, sizeof(*before));
    assert_non_null(before);
    for (int64_t r = 0; r < ROWS; r++) {
        for (int64_t t = 0; t < STEPS; t++)
            memcpy(before + (r * STEPS + t) * UNITS, before_of(p, y, reverse, r, t), UNITS * sizeof(float));
    }
    for (int64_t at = 0; at < UNITS * GATES; at += 977) {
        const reference_pair pair = {ROWS * STEPS, LJ_SHARD_ROWS * STEPS, before + at / GATES, UNITS, dx + at % GATES,
                                     GATES};
        const float expected = reference_shards(&pair);
        assert_memory_equal(&dw[at], &expected, sizeof(expected));
    }
    lj_free(before);
}

static void a_wide_layer_has_the_bits_of_the_contract(void **state)
{
    (void)state;
    for (int reverse = 0; reverse < 2; reverse++) {
        net n = make(reverse, 1);
        lj_program_run(n.program, NULL, &(lj_run_options){.n_rows = ROWS, .step = 1});
        for (int64_t r = 0; r < ROWS; r += 13)
            check_row(n.program, lj_weights_find(n.weights, "w")->data, reverse, r);
        check_weight_gradient(n.program, reverse);
        destroy(&n);
    }
}

static void it_has_them_on_every_instruction_set_with_any_threads_and_for_rows_alone(void **state)
{
    (void)state;
    static const char *const names[] = {"y", "dx", "dw"};
    static const int64_t count[] = {ROWS * STEPS * STATE, ROWS * STEPS * GATES, UNITS *GATES};
    uint64_t expected = 0;
    for (const char *const *isa = lj_kernels_names(); *isa != NULL; isa++) {
        if (lj_kernels_named(*isa) == NULL)
            continue;
        assert_int_equal(lj_kernels_select(*isa), LJ_OK);
        for (int threads = 1; threads <= 4; threads *= 2) {
            lj_team *team = NULL;
            uint64_t hash = 1;
            assert_int_equal(lj_team_create(threads, &team), LJ_OK);
            net n = make(0, threads);
            lj_program_run(n.program, team, &(lj_run_options){.n_rows = ROWS, .step = 1});
            for (int k = 0; k < 3; k++)
                hash = lj_hash64(hash, lj_program_output(n.program, names[k]), count[k] * 4);
            expected = expected == 0 ? hash : expected;
            assert_int_equal(hash, expected);
            float *row = malloc(STEPS * STATE * sizeof(*row));
            memcpy(row, lj_program_output(n.program, "y"), STEPS * STATE * sizeof(*row));
            lj_program_run(n.program, team, &(lj_run_options){.n_rows = 1, .step = 1});
            assert_memory_equal(lj_program_output(n.program, "y"), row, STEPS * STATE * sizeof(*row));
            free(row);
            destroy(&n);
            lj_team_destroy(team);
        }
    }
    assert_int_equal(lj_kernels_select(NULL), LJ_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wide_layer_has_the_bits_of_the_contract),
        cmocka_unit_test(it_has_them_on_every_instruction_set_with_any_threads_and_for_rows_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
