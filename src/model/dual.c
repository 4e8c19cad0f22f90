#include "model/dual.h"

#include <inttypes.h>
#include <string.h>

#include "lianjin/memory.h"
#include "lianjin/progress.h"
#include "lianjin/random.h"

/* Elementwise on every instruction set, so the bits are the same on all of them. */
typedef float lanes __attribute__((vector_size(LJ_DUAL_LANES * sizeof(float))));
typedef int32_t masks __attribute__((vector_size(LJ_DUAL_LANES * sizeof(int32_t))));

#define SIGN INT32_MIN

typedef struct solver {
    const lj_dual_rows *rows;
    const lj_dual_options *options;
    lanes *w;              /* [width + 1] */
    lanes *dual;           /* [n] of the rows, times their +-1 */
    lanes half_cost;       /* 1 / (2 cost) */
    lanes worst;           /* violation of this pass */
    masks own, active;
} solver;

static int any(const masks *m)
{
    int32_t all = 0;
    for (int l = 0; l < LJ_DUAL_LANES; l++)
        all |= (*m)[l];
    return all != 0;
}

/* The targets of a row: +-1 by class, or its value. */
static void targets(const solver *s, int64_t row, lanes *y)
{
    const double target = s->rows->target[row];
    const lanes zero = {0};
    if (s->options->is_regression) {
        *y = zero + (float)target;
        return;
    }
    const masks other = s->own != (int32_t)target;
    *y = (lanes)((masks)(zero + 1.0F) | (other & SIGN));
}

/* One coordinate of each lane: the exact minimum over the dual number of this row. */
static void visit(solver *s, int64_t row)
{
    const lj_sparse *x = s->rows->x;
    const int64_t n = x->begin[row + 1] - x->begin[row];
    const int32_t *column = x->column + x->begin[row];
    const float *value = x->value + x->begin[row];
    lanes z = s->w[x->width], y;
    for (int64_t k = 0; k < n; k++)
        z += s->w[column[k]] * value[k];
    targets(s, row, &y);
    const lanes dual = s->dual[row], extra = s->half_cost / s->rows->weight[row];
    const lanes rest = y - z - extra * dual;
    lanes next = dual + rest / (s->rows->squares[row] + extra);
    lanes violation = (lanes)((masks)rest & ~SIGN);
    if (!s->options->is_regression) {
        next = (lanes)((masks)next & (y * next > 0.0F));
        violation = (lanes)((masks)violation & ~((dual == 0.0F) & (y * rest < 0.0F)));
    }
    const masks larger = violation > s->worst;
    s->worst = (lanes)(((masks)violation & larger) | ((masks)s->worst & ~larger));
    const lanes change = (lanes)((masks)(next - dual) & s->active);
    const masks changed = change != 0.0F;
    if (!any(&changed))
        return;
    s->dual[row] = dual + change;
    for (int64_t k = 0; k < n; k++)
        s->w[column[k]] += change * value[k];
    s->w[x->width] += change;
}

static void run_passes(solver *s, int64_t *order)
{
    const int64_t n = s->rows->x->n;
    const uint64_t stream = lj_random_stream("dual/rows");
    for (int64_t pass = 0; pass < s->options->passes && any(&s->active) && !lj_interrupted(); pass++) {
        const lanes zero = {0};
        s->worst = zero;
        lj_random_permutation(s->options->seed, stream + (uint64_t)pass, n, order);
        for (int64_t i = 0; i < n; i++) {
            if (s->rows->weight[order[i]] > 0.0F)
                visit(s, order[i]);
        }
        s->active &= s->worst > (float)s->options->tolerance;
    }
}

lj_status lj_dual_solve(const lj_dual_rows *rows, const lj_dual_lane *lane, int64_t count,
                        const lj_dual_options *options, float *w)
{
    const int64_t n = rows->x->n, width = rows->x->width;
    solver *s = lj_new_array(1, sizeof(*s));
    lanes *dual = lj_new_array(n, sizeof(*dual));
    lanes *weights = lj_new_array(width + 1, sizeof(*weights));
    int64_t *order = lj_new_array(n, sizeof(*order));
    if (s == NULL || dual == NULL || weights == NULL || order == NULL) {
        lj_free(s);
        lj_free(dual);
        lj_free(weights);
        lj_free(order);
        return lj_fail(LJ_ENOMEM, "no memory to fit %" PRId64 " inputs on %" PRId64 " rows", width, n);
    }
    *s = (solver){.rows = rows, .options = options, .w = weights, .dual = dual};
    for (int l = 0; l < LJ_DUAL_LANES; l++) {
        s->own[l] = l < count ? lane[l].own : 0;
        s->half_cost[l] = l < count ? (float)(0.5 / lane[l].cost) : 1.0F;
        s->active[l] = l < count ? -1 : 0;
    }
    run_passes(s, order);
    memcpy(w, weights, (size_t)(width + 1) * sizeof(*weights));
    lj_free(s);
    lj_free(dual);
    lj_free(weights);
    lj_free(order);
    return LJ_OK;
}
