/*
 * Every operation is a row of one table: its value against a plain reference in
 * double, its gradients against central differences of that reference, with a
 * tolerance of its own; and the same bits for all instruction sets, numbers of
 * threads and splits of the rows.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "compute/kernels.h"
#include "graph/program.h"
#include "lianjin/graph.h"
#include "lianjin/random.h"
#include "op_cases.h"

/* ---- the harness ---- */

static int64_t count_of(const lj_shape *shape)
{
    int64_t n = 1;
    for (int i = 0; i < shape->rank; i++)
        n *= shape->dim[i] == LJ_BATCH ? ROWS : shape->dim[i];
    return n;
}

static int has_batch(const lj_shape *shape)
{
    return shape->rank > 0 && shape->dim[0] == LJ_BATCH;
}

static void fill(const op_case *c, data *d)
{
    for (int k = 0; k < c->n_in; k++) {
        const in_spec *in = &c->in[k];
        d->count[k] = count_of(&in->shape);
        d->x[k] = malloc((size_t)d->count[k] * sizeof(double));
        for (int i = 0; i < in->shape.rank; i++)
            d->dim[k][i] = in->shape.dim[i] == LJ_BATCH ? ROWS : in->shape.dim[i];
        for (int64_t i = 0; i < d->count[k]; i++) {
            const double u = (double)lj_random_uniform(5, (uint64_t)k, (uint64_t)i);
            const double x = in->low + (in->high - in->low) * u;
            d->x[k][i] = in->dtype == LJ_I32 ? floor(x) : (double)(float)x;
        }
    }
}

/* The value, a loss that weighs its elements, and the gradients of that, as outputs. */
typedef struct built {
    lj_weights *weights;
    lj_program *program;
    lj_shape shape; /* of the value */
} built;

static lj_value weighed_sum(lj_graph *g, lj_value y)
{
    const lj_shape shape = lj_value_shape(g, y);
    lj_value sum = lj_multiply(g, y, lj_input(g, "coefficients", LJ_F32, shape));
    while (lj_value_shape(g, sum).rank > 0)
        sum = lj_sum(g, sum, -1, 0);
    return sum;
}

static int is_differentiable(const op_case *c)
{
    for (int k = 0; k < c->n_in; k++) {
        if (!c->in[k].constant)
            return 1;
    }
    return 0;
}

static built build(const op_case *c, int64_t n_threads)
{
    built out = {0};
    lj_graph *g = NULL;
    lj_value x[IN_MAX], grads[IN_MAX], wrt[IN_MAX];
    char name[32];
    int n = 0;
    assert_int_equal(lj_graph_create(1, &g), LJ_OK);
    for (int k = 0; k < c->n_in; k++) {
        (void)snprintf(name, sizeof(name), "x%d", k);
        x[k] = lj_input(g, name, c->in[k].dtype, c->in[k].shape);
        if (!c->in[k].constant)
            wrt[n++] = x[k];
    }
    const lj_value y = c->build(g, x);
    if (lj_graph_check(g) != LJ_OK)
        fail_msg("%s: %s", c->name, lj_error_message());
    out.shape = lj_value_shape(g, y);
    lj_output(g, "y", y);
    const lj_value loss = weighed_sum(g, y);
    lj_output(g, "loss", loss);
    if (n > 0 && lj_gradient(g, loss, wrt, n, grads) != LJ_OK)
        fail_msg("%s: %s", c->name, lj_error_message());
    for (int k = 0, i = 0; k < c->n_in; k++) {
        if (c->in[k].constant)
            continue;
        (void)snprintf(name, sizeof(name), "g%d", k);
        lj_output(g, name, grads[i++]);
    }
    assert_int_equal(lj_weights_create(&out.weights), LJ_OK);
    assert_int_equal(lj_weights_add(out.weights, g, 1), LJ_OK);
    const lj_program_options options = {.batch = ROWS, .seed = 11, .n_threads = n_threads};
    if (lj_program_compile(g, out.weights, &options, &out.program) != LJ_OK)
        fail_msg("%s: %s", c->name, lj_error_message());
    out.program->alone = 0.0; /* threads also where the work is not worth them */
    lj_graph_destroy(g);
    return out;
}

static void load(const op_case *c, const data *d, lj_program *p)
{
    char name[32];
    for (int k = 0; k < c->n_in; k++) {
        (void)snprintf(name, sizeof(name), "x%d", k);
        float *to = lj_program_input(p, name);
        for (int64_t i = 0; to != NULL && i < d->count[k]; i++) {
            if (c->in[k].dtype == LJ_I32)
                ((int32_t *)(void *)to)[i] = (int32_t)d->x[k][i];
            else
                to[i] = (float)d->x[k][i];
        }
    }
}

static double coefficient(int64_t i)
{
    return (double)lj_random_uniform(6, 0, (uint64_t)i) + 0.25;
}

static void load_coefficients(const lj_shape *shape, lj_program *p)
{
    float *to = lj_program_input(p, "coefficients");
    for (int64_t i = 0; i < count_of(shape); i++)
        to[i] = (float)coefficient(i);
}

static void run(lj_program *p, lj_team *team, int64_t n_rows)
{
    const lj_run_options options = {.n_rows = n_rows, .step = 3};
    lj_program_run(p, team, &options);
}

static void expect_near(const op_case *c, const char *what, int64_t i, double found, double expected, double tolerance)
{
    if (!(fabs(found - expected) <= tolerance * (1.0 + fabs(expected))))
        fail_msg("%s: %s of element %lld is %.9g, expected %.9g", c->name, what, (long long)i, found, expected);
}

static double loss_of(const op_case *c, const data *d, double *y, int64_t n)
{
    double loss = 0;
    c->reference(d, y);
    for (int64_t i = 0; i < n; i++)
        loss += y[i] * (double)(float)coefficient(i);
    return loss;
}

/* Central differences of the reference, at elements spread over each input. */
static void check_gradients(const op_case *c, const data *d, const built *b, double *y)
{
    char name[32];
    const int64_t n = count_of(&b->shape);
    const double h = 1e-5;
    for (int k = 0; k < c->n_in; k++) {
        if (c->in[k].constant)
            continue;
        (void)snprintf(name, sizeof(name), "g%d", k);
        const float *gradient = lj_program_output(b->program, name);
        const int64_t step = d->count[k] > 150 ? (d->count[k] / 50) | 1 : 1; /* odd: all places of a row */
        for (int64_t i = 0; i < d->count[k]; i += step) {
            const double at = d->x[k][i];
            d->x[k][i] = at + h;
            const double above = loss_of(c, d, y, n);
            d->x[k][i] = at - h;
            const double below = loss_of(c, d, y, n);
            d->x[k][i] = at;
            expect_near(c, name, i, (double)gradient[i], (above - below) / (2 * h), c->gradient_tolerance + 1e-8);
        }
    }
}

static void every_operation_has_the_value_and_gradient_of_its_reference(void **state)
{
    (void)state;
    for (int t = 0; t < CASES; t++) {
        const op_case *c = &cases[t];
        data d = {0};
        fill(c, &d);
        const built b = build(c, 1);
        load(c, &d, b.program);
        load_coefficients(&b.shape, b.program);
        run(b.program, NULL, ROWS);
        const int64_t n = count_of(&b.shape);
        double *y = malloc((size_t)n * sizeof(*y));
        c->reference(&d, y);
        const float *found = lj_program_output(b.program, "y");
        for (int64_t i = 0; i < n; i++)
            expect_near(c, "value", i, (double)found[i], y[i], c->value_tolerance);
        if (is_differentiable(c))
            check_gradients(c, &d, &b, y);
        free(y);
        lj_program_destroy(b.program);
        lj_weights_destroy(b.weights);
        for (int k = 0; k < c->n_in; k++)
            free(d.x[k]);
    }
}

/* The bits of the value, the loss and all gradients. */
static uint64_t bits_of(const op_case *c, const built *b)
{
    char name[32];
    uint64_t hash = lj_hash64(1, lj_program_output(b->program, "y"), count_of(&b->shape) * 4);
    hash = lj_hash64(hash, lj_program_output(b->program, "loss"), 4);
    for (int k = 0; k < c->n_in; k++) {
        if (c->in[k].constant)
            continue;
        (void)snprintf(name, sizeof(name), "g%d", k);
        hash = lj_hash64(hash, lj_program_output(b->program, name), count_of(&c->in[k].shape) * 4);
    }
    return hash;
}

static uint64_t bits_with(const op_case *c, const data *d, lj_team *team)
{
    const built b = build(c, lj_team_size(team));
    load(c, d, b.program);
    load_coefficients(&b.shape, b.program);
    run(b.program, team, ROWS);
    const uint64_t bits = bits_of(c, &b);
    lj_program_destroy(b.program);
    lj_weights_destroy(b.weights);
    return bits;
}

static void every_operation_has_one_hash(void **state)
{
    (void)state;
    lj_team *teams[3] = {NULL};
    assert_int_equal(lj_team_create(2, &teams[1]), LJ_OK);
    assert_int_equal(lj_team_create(4, &teams[2]), LJ_OK);
    for (int t = 0; t < CASES; t++) {
        data d = {0};
        fill(&cases[t], &d);
        assert_int_equal(lj_kernels_select("generic"), LJ_OK);
        const uint64_t expected = bits_with(&cases[t], &d, NULL);
        for (const char *const *isa = lj_kernels_names(); *isa != NULL; isa++) {
            if (lj_kernels_named(*isa) == NULL)
                continue;
            assert_int_equal(lj_kernels_select(*isa), LJ_OK);
            for (int k = 0; k < 3; k++) {
                if (bits_with(&cases[t], &d, teams[k]) != expected)
                    fail_msg("%s: other bits with %s and %d threads", cases[t].name, *isa, lj_team_size(teams[k]));
            }
        }
        for (int k = 0; k < cases[t].n_in; k++)
            free(d.x[k]);
    }
    assert_int_equal(lj_kernels_select(NULL), LJ_OK);
    lj_team_destroy(teams[1]);
    lj_team_destroy(teams[2]);
}

/* Binds the batched inputs to the rows from `row`. */
static void bind_rows(const op_case *c, lj_program *p, const built *b, int64_t row)
{
    char name[32];
    for (int k = 0; k < c->n_in; k++) {
        (void)snprintf(name, sizeof(name), "x%d", k);
        const float *from = lj_program_input(p, name);
        if (has_batch(&c->in[k].shape) && from != NULL)
            lj_program_bind(p, name, from + row * (count_of(&c->in[k].shape) / ROWS));
    }
    const float *from = lj_program_input(p, "coefficients");
    lj_program_bind(p, "coefficients", from + row * (count_of(&b->shape) / ROWS));
}

static void a_row_alone_has_the_bits_it_has_in_a_batch(void **state)
{
    (void)state;
    for (int t = 0; t < CASES; t++) {
        const op_case *c = &cases[t];
        data d = {0};
        fill(c, &d);
        const built b = build(c, 1);
        if (has_batch(&b.shape) && !c->by_position) {
            const int64_t inner = count_of(&b.shape) / ROWS;
            float *whole = malloc((size_t)count_of(&b.shape) * sizeof(*whole));
            load(c, &d, b.program);
            load_coefficients(&b.shape, b.program);
            run(b.program, NULL, ROWS);
            memcpy(whole, lj_program_output(b.program, "y"), (size_t)count_of(&b.shape) * sizeof(*whole));
            for (int64_t row = 0; row < ROWS; row += 23) {
                for (int64_t n = 1; n <= 3 && row + n <= ROWS; n += 2) {
                    bind_rows(c, b.program, &b, row);
                    run(b.program, NULL, n);
                    if (memcmp(lj_program_output(b.program, "y"), whole + row * inner,
                               (size_t)(n * inner) * sizeof(*whole)) != 0)
                        fail_msg("%s: %lld rows from %lld have other bits alone", c->name, (long long)n,
                                 (long long)row);
                }
            }
            free(whole);
        }
        lj_program_destroy(b.program);
        lj_weights_destroy(b.weights);
        for (int k = 0; k < c->n_in; k++)
            free(d.x[k]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_operation_has_the_value_and_gradient_of_its_reference),
        cmocka_unit_test(every_operation_has_one_hash),
        cmocka_unit_test(a_row_alone_has_the_bits_it_has_in_a_batch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
