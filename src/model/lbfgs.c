#include "model/lbfgs.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "lianjin/memory.h"

#define MEMORY 10
#define ARMIJO 1e-4
#define TRIALS 30

typedef struct state {
    const lj_lbfgs_problem *problem;
    double *w, *gradient;         /* here */
    double *next, *next_gradient; /* where the line search looks */
    double *pseudo, *direction;
    double *s[MEMORY], *y[MEMORY], rho[MEMORY]; /* steps, changes of the gradient, 1 / (s y), oldest first */
    int count;
    double value; /* with the L1 part */
} state;

static double dot(const double *a, const double *b, int64_t n)
{
    double sum = 0.0;
    for (int64_t i = 0; i < n; i++)
        sum += a[i] * b[i];
    return sum;
}

static double l1_of(const lj_lbfgs_problem *problem, const double *w)
{
    double sum = 0.0;
    for (int64_t i = 0; problem->l1 != NULL && i < problem->n; i++)
        sum += problem->l1[i] * fabs(w[i]);
    return sum;
}

/* The steepest of the one-sided derivatives; answers its largest number. */
static double pseudo_gradient(state *st)
{
    const lj_lbfgs_problem *p = st->problem;
    double largest = 0.0;
    for (int64_t i = 0; i < p->n; i++) {
        const double g = st->gradient[i], l1 = p->l1 == NULL ? 0.0 : p->l1[i];
        double d = 0.0;
        if (st->w[i] > 0.0 || (st->w[i] == 0.0 && g + l1 < 0.0))
            d = g + l1;
        else if (st->w[i] < 0.0 || g - l1 > 0.0)
            d = g - l1;
        st->pseudo[i] = d;
        if (fabs(d) > largest)
            largest = fabs(d);
    }
    return largest;
}

/* The two-loop recursion on the pseudo-gradient; what would not go down is left out. */
static void find_direction(state *st)
{
    const lj_lbfgs_problem *p = st->problem;
    double alpha[MEMORY];
    double *d = st->direction;
    memcpy(d, st->pseudo, (size_t)p->n * sizeof(*d));
    for (int k = st->count - 1; k >= 0; k--) {
        alpha[k] = st->rho[k] * dot(st->s[k], d, p->n);
        for (int64_t i = 0; i < p->n; i++)
            d[i] -= alpha[k] * st->y[k][i];
    }
    for (int64_t i = 0; p->scale != NULL && i < p->n; i++)
        d[i] *= p->scale[i];
    for (int k = 0; k < st->count; k++) {
        const double beta = st->rho[k] * dot(st->y[k], d, p->n);
        for (int64_t i = 0; i < p->n; i++)
            d[i] += (alpha[k] - beta) * st->s[k][i];
    }
    for (int64_t i = 0; i < p->n; i++)
        d[i] = p->l1 != NULL && p->l1[i] > 0.0 && d[i] * st->pseudo[i] <= 0.0 ? 0.0 : -d[i];
}

/* Backtracking; 1 if a lower place was found in next, next_gradient, *value. */
static int search_line(state *st, double *value)
{
    const lj_lbfgs_problem *p = st->problem;
    double length = 1.0;
    for (int trial = 0; trial < TRIALS; trial++, length *= 0.5) {
        double slope = 0.0;
        for (int64_t i = 0; i < p->n; i++) {
            double to = st->w[i] + length * st->direction[i];
            if (p->l1 != NULL && p->l1[i] > 0.0) {
                const double side = st->w[i] != 0.0 ? st->w[i] : -st->pseudo[i];
                if (to * side <= 0.0)
                    to = 0.0;
            }
            st->next[i] = to;
            slope += st->pseudo[i] * (to - st->w[i]);
        }
        if (!(slope < 0.0))
            return 0;
        *value = p->evaluate(p->context, st->next, st->next_gradient) + l1_of(p, st->next);
        if (*value <= st->value + ARMIJO * slope)
            return 1;
    }
    return 0;
}

/* Keeps the step if the curvature along it is positive, dropping the oldest when full. */
static void remember(state *st)
{
    const int64_t n = st->problem->n;
    const int last = st->count < MEMORY ? st->count : MEMORY - 1;
    double *s = st->s[last], *y = st->y[last];
    if (st->count == MEMORY) {
        s = st->s[0];
        y = st->y[0];
        for (int k = 0; k + 1 < MEMORY; k++) {
            st->s[k] = st->s[k + 1];
            st->y[k] = st->y[k + 1];
            st->rho[k] = st->rho[k + 1];
        }
        st->s[last] = s;
        st->y[last] = y;
    }
    for (int64_t i = 0; i < n; i++) {
        s[i] = st->next[i] - st->w[i];
        y[i] = st->next_gradient[i] - st->gradient[i];
    }
    const double sy = dot(s, y, n);
    st->count = last;
    if (sy > 1e-14 * dot(y, y, n)) {
        st->rho[last] = 1.0 / sy;
        st->count = last + 1;
    }
}

static void iterate(state *st)
{
    const lj_lbfgs_problem *p = st->problem;
    st->value = p->evaluate(p->context, st->w, st->gradient) + l1_of(p, st->w);
    for (int64_t k = 0; k < p->iterations && pseudo_gradient(st) > p->tolerance; k++) {
        double value = 0.0;
        find_direction(st);
        if (!search_line(st, &value)) {
            if (st->count == 0)
                return;
            st->count = 0; /* the memory misled: once more along the scaled gradient */
            continue;
        }
        remember(st);
        memcpy(st->w, st->next, (size_t)p->n * sizeof(double));
        memcpy(st->gradient, st->next_gradient, (size_t)p->n * sizeof(double));
        st->value = value;
    }
}

lj_status lj_lbfgs(const lj_lbfgs_problem *problem, double *w, double *value)
{
    const int64_t n = problem->n;
    double *block = lj_new_array((5 + 2 * MEMORY) * n, sizeof(*block));
    if (block == NULL)
        return lj_fail(LJ_ENOMEM, "no memory to minimise over %" PRId64 " numbers", n);
    state st = {.problem = problem, .w = w};
    double *at = block;
    double **const arrays[] = {&st.gradient, &st.next, &st.next_gradient, &st.pseudo, &st.direction};
    for (int k = 0; k < 5; k++, at += n)
        *arrays[k] = at;
    for (int k = 0; k < MEMORY; k++, at += 2 * n) {
        st.s[k] = at;
        st.y[k] = at + n;
    }
    iterate(&st);
    *value = st.value - l1_of(problem, w);
    lj_free(block);
    return LJ_OK;
}
