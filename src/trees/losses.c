/* Losses of boosted trees: where scores begin, gradients and hessians, and what scores mean. */
#include <math.h>
#include <stdlib.h>

#include "lianjin/math.h"
#include "trees/trees.h"

#define TASK_ROWS 4096
#define LEAST_PROBABILITY 1e-9
#define POISSON_STEP 0.7 /* hessians are exp(0.7) times larger, so that a step is bounded, as in LightGBM and XGBoost */

const char *const lj_tree_loss_names[] = {
#define X(code, name, doc) name,
    LJ_TREE_LOSS_LIST(X)
#undef X
        NULL};

const char *const lj_tree_growth_names[] = {
#define X(code, name) name,
    LJ_TREE_GROWTH_LIST(X)
#undef X
        NULL};

int lj_tree_loss_renews(lj_tree_loss loss)
{
    return loss == LJ_TREE_ABSOLUTE || loss == LJ_TREE_QUANTILE;
}

static double weight_of(const lj_tree_rows *rows, int64_t i)
{
    return rows->weight != NULL ? (double)rows->weight[i] : 1.0;
}

/* ---- quantiles of residuals ---- */

static int compare_residuals(const void *x, const void *y)
{
    const lj_tree_residual *a = x, *b = y;
    if (a->value != b->value)
        return a->value < b->value ? -1 : 1;
    return a->weight < b->weight ? -1 : a->weight > b->weight;
}

static double quantile_of(const lj_tree_options *options)
{
    return options->loss == LJ_TREE_QUANTILE ? options->loss_parameter : 0.5;
}

/* The least value that so much of the weight does not exceed. */
static double quantile(lj_tree_residual *sorted, int64_t n, double share)
{
    double all = 0.0, so_far = 0.0;
    qsort(sorted, (size_t)n, sizeof(*sorted), compare_residuals);
    for (int64_t i = 0; i < n; i++)
        all += sorted[i].weight;
    for (int64_t i = 0; i < n; i++) {
        so_far += sorted[i].weight;
        if (so_far >= share * all)
            return sorted[i].value;
    }
    return n > 0 ? sorted[n - 1].value : 0.0;
}

double lj_tree_renewed(const lj_tree_options *options, const lj_tree_rows *train, const float *raw,
                       const int32_t *rows, int64_t n, lj_tree_residual *scratch)
{
    for (int64_t i = 0; i < n; i++) {
        const int64_t row = rows != NULL ? rows[i] : i;
        scratch[i] = (lj_tree_residual){.value = train->target[row] - (double)(raw != NULL ? raw[row] : 0.0F),
                                        .weight = weight_of(train, row)};
    }
    return quantile(scratch, n, quantile_of(options));
}

/* ---- where scores begin ---- */

static double mean_target(const lj_tree_rows *train)
{
    double sum = 0.0, all = 0.0;
    for (int64_t i = 0; i < train->n; i++) {
        sum += weight_of(train, i) * train->target[i];
        all += weight_of(train, i);
    }
    return all > 0.0 ? sum / all : 0.0;
}

static double bounded(double p)
{
    return p < LEAST_PROBABILITY ? LEAST_PROBABILITY : p > 1.0 - LEAST_PROBABILITY ? 1.0 - LEAST_PROBABILITY : p;
}

static void base_of_classes(const lj_tree_options *options, const lj_tree_rows *train, float *base)
{
    for (int64_t c = 0; c < options->classes; c++) {
        double own = 0.0, all = 0.0;
        for (int64_t i = 0; i < train->n; i++) {
            own += train->target[i] == (double)c ? weight_of(train, i) : 0.0;
            all += weight_of(train, i);
        }
        base[c] = (float)lj_log_d(bounded(all > 0.0 ? own / all : 0.0));
    }
}

void lj_tree_base(const lj_tree_options *options, const lj_tree_rows *train, float *base)
{
    if (options->loss == LJ_TREE_SOFTMAX && !options->is_forest) {
        base_of_classes(options, train, base);
        return;
    }
    for (int64_t c = 0; c < (options->loss == LJ_TREE_SOFTMAX ? options->classes : 1); c++)
        base[c] = 0.0F;
    if (options->is_forest || lj_tree_loss_renews(options->loss)) /* the first leaves are quantiles themselves */
        return;
    const double mean = mean_target(train);
    switch (options->loss) {
    case LJ_TREE_LOGISTIC:
        base[0] = (float)(lj_log_d(bounded(mean)) - lj_log_d(bounded(1.0 - mean)));
        break;
    case LJ_TREE_POISSON:
    case LJ_TREE_TWEEDIE:
        base[0] = (float)lj_log_d(mean > LEAST_PROBABILITY ? mean : LEAST_PROBABILITY);
        break;
    default:
        base[0] = (float)mean;
        break;
    }
}

/* ---- gradients ---- */

typedef struct gradients {
    const lj_tree_options *options;
    const lj_tree_rows *train;
    const lj_kernels *kernels;
    const float *raw;
    float *g, *h;
} gradients;

static void weigh(const lj_tree_rows *train, int64_t first, int64_t n, float *g, float *h)
{
    if (train->weight == NULL)
        return;
    for (int64_t i = 0; i < n; i++) {
        g[i] *= train->weight[first + i];
        h[i] *= train->weight[first + i];
    }
}

static void logistic(const gradients *a, int64_t first, int64_t n)
{
    float *g = a->g + first, *h = a->h + first;
    const double *y = a->train->target + first;
    a->kernels->activate[LJ_SIGMOID](n, a->raw + first, h);
    for (int64_t i = 0; i < n; i++) {
        const float p = h[i];
        g[i] = p - (float)y[i];
        h[i] = p * (1.0F - p);
    }
}

/* raw, g and h are [groups, n]. */
static void softmax(const gradients *a, int64_t first, int64_t n)
{
    enum { AT_ONCE = 64 };
    float p[AT_ONCE * 64];
    const int64_t groups = a->options->classes, all = a->train->n;
    const int64_t step = groups <= 64 ? AT_ONCE : AT_ONCE * 64 / groups;
    for (int64_t i = first; i < first + n; i += step) {
        const int64_t end = i + step < first + n ? i + step : first + n;
        for (int64_t row = i; row < end; row++)
            for (int64_t c = 0; c < groups; c++)
                p[(row - i) * groups + c] = a->raw[c * all + row];
        a->kernels->softmax(end - i, groups, p, p);
        for (int64_t c = 0; c < groups; c++) {
            for (int64_t row = i; row < end; row++) {
                const float q = p[(row - i) * groups + c];
                a->g[c * all + row] = q - (a->train->target[row] == (double)c ? 1.0F : 0.0F);
                a->h[c * all + row] = 2.0F * q * (1.0F - q);
            }
        }
    }
}

static void by_difference(const gradients *a, int64_t first, int64_t n)
{
    const float delta = (float)a->options->loss_parameter;
    for (int64_t i = first; i < first + n; i++) {
        const float d = (float)((double)a->raw[i] - a->train->target[i]);
        switch (a->options->loss) {
        case LJ_TREE_ABSOLUTE:
            a->g[i] = d > 0.0F ? 1.0F : d < 0.0F ? -1.0F : 0.0F;
            break;
        case LJ_TREE_QUANTILE:
            a->g[i] = d >= 0.0F ? 1.0F - delta : -delta;
            break;
        case LJ_TREE_HUBER:
            a->g[i] = d > delta ? delta : d < -delta ? -delta : d;
            break;
        default:
            a->g[i] = d;
            break;
        }
        a->h[i] = 1.0F;
    }
}

static void poisson(const gradients *a, int64_t first, int64_t n)
{
    const float step = (float)lj_exp_d(POISSON_STEP);
    a->kernels->unary[LJ_UNARY_EXP](n, a->raw + first, a->h + first);
    for (int64_t i = first; i < first + n; i++) {
        a->g[i] = a->h[i] - (float)a->train->target[i];
        a->h[i] *= step;
    }
}

static void tweedie(const gradients *a, int64_t first, int64_t n)
{
    const float near = (float)(1.0 - a->options->loss_parameter), far = (float)(2.0 - a->options->loss_parameter);
    for (int64_t i = first; i < first + n; i++) {
        const float y = (float)a->train->target[i];
        const float small = y * lj_expf(near * a->raw[i]), large = lj_expf(far * a->raw[i]);
        a->g[i] = large - small;
        a->h[i] = far * large - near * small;
    }
}

static void gradient_rows(void *context, int64_t task, int thread)
{
    (void)thread;
    const gradients *a = context;
    const int64_t all = a->train->n, first = task * TASK_ROWS;
    const int64_t n = first + TASK_ROWS < all ? TASK_ROWS : all - first;
    switch (a->options->loss) {
    case LJ_TREE_LOGISTIC:
        logistic(a, first, n);
        break;
    case LJ_TREE_SOFTMAX:
        softmax(a, first, n);
        break;
    case LJ_TREE_POISSON:
        poisson(a, first, n);
        break;
    case LJ_TREE_TWEEDIE:
        tweedie(a, first, n);
        break;
    default:
        by_difference(a, first, n);
        break;
    }
    const int64_t groups = a->options->loss == LJ_TREE_SOFTMAX ? a->options->classes : 1;
    for (int64_t c = 0; c < groups; c++)
        weigh(a->train, first, n, a->g + c * all + first, a->h + c * all + first);
}

/* Trees of a forest learn the target itself: its mean in a leaf is what squared error makes of it. */
static void forest_rows(void *context, int64_t task, int thread)
{
    (void)thread;
    const gradients *a = context;
    const int64_t all = a->train->n, first = task * TASK_ROWS;
    const int64_t n = first + TASK_ROWS < all ? TASK_ROWS : all - first;
    const int64_t groups = a->options->loss == LJ_TREE_SOFTMAX ? a->options->classes : 1;
    for (int64_t c = 0; c < groups; c++) {
        float *g = a->g + c * all + first, *h = a->h + c * all + first;
        for (int64_t i = 0; i < n; i++) {
            const double y = a->train->target[first + i];
            g[i] = -(float)(groups > 1 ? (double)(y == (double)c) : y);
            h[i] = 1.0F;
        }
        weigh(a->train, first, n, g, h);
    }
}

void lj_tree_gradients(const lj_tree_options *options, const lj_tree_rows *train, const float *raw, lj_team *team,
                       float *g, float *h)
{
    gradients a = {
        .options = options, .train = train, .kernels = lj_kernels_get(), .raw = raw, .g = g, .h = h};
    lj_team_run(team, options->is_forest ? forest_rows : gradient_rows, &a, (train->n + TASK_ROWS - 1) / TASK_ROWS);
}
