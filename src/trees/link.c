/*
 * What raw scores are. Answers of imported trees, in the steps of the library that grew them: XGBoost's in float32, LightGBM's in double.
 * Exponentials are ours (lj_exp_d, rounded to float32 for XGBoost), never those of libm.
 */
#include <stddef.h>

#include "lianjin/limits.h"
#include "lianjin/math.h"
#include "trees/trees.h"

#define EXPONENT_MAX 88.7F /* XGBoost: beyond it the sigmoid would leave float32 */

const char *const lj_tree_link_names[] = {
#define X(code, name) name,
    LJ_TREE_LINK_LIST(X)
#undef X
    NULL};

static void softmax_double(int64_t n, double *x)
{
    double most = x[0], sum = 0.0;
    for (int64_t c = 1; c < n; c++)
        most = x[c] > most ? x[c] : most;
    for (int64_t c = 0; c < n; c++) {
        x[c] = lj_exp_d(x[c] - most);
        sum += x[c];
    }
    for (int64_t c = 0; c < n; c++)
        x[c] /= sum;
}

/* A forest's answer is of the mean of its trees. */
void lj_tree_link_double(const lj_trees *trees, double *x)
{
    const int64_t rounds = lj_trees_rounds(trees);
    const double scale = trees->link.scale;
    for (int64_t c = 0; trees->is_forest && rounds > 0 && c < trees->groups; c++)
        x[c] /= (double)rounds;
    if (trees->link.code == LJ_TREE_LINK_SOFTMAX)
        softmax_double(trees->groups, x);
    for (int64_t c = 0; c < trees->groups; c++) {
        if (trees->link.code == LJ_TREE_LINK_SIGMOID)
            x[c] = 1.0 / (1.0 + lj_exp_d(-scale * x[c]));
        else if (trees->link.code == LJ_TREE_LINK_EXP)
            x[c] = lj_exp_d(x[c]);
        else if (trees->link.code == LJ_TREE_LINK_SIGNED_SQUARE)
            x[c] *= x[c] < 0.0 ? -x[c] : x[c];
    }
}

static float exp_float(float x)
{
    return (float)lj_exp_d((double)x);
}

/* XGBoost adds up the exponentials in double. */
static void softmax_float(int64_t n, float *x)
{
    float most = x[0];
    double sum = 0.0;
    for (int64_t c = 1; c < n; c++)
        most = x[c] > most ? x[c] : most;
    for (int64_t c = 0; c < n; c++) {
        x[c] = exp_float(x[c] - most);
        sum += (double)x[c];
    }
    for (int64_t c = 0; c < n; c++)
        x[c] /= (float)sum;
}

void lj_tree_link_float(const lj_trees *trees, float *x)
{
    if (trees->link.is_double) {
        double wide[LJ_CLASSES_MAX];
        for (int64_t c = 0; c < trees->groups; c++)
            wide[c] = (double)x[c];
        lj_tree_link_double(trees, wide);
        for (int64_t c = 0; c < trees->groups; c++)
            x[c] = (float)wide[c];
        return;
    }
    if (trees->link.code == LJ_TREE_LINK_SOFTMAX)
        softmax_float(trees->groups, x);
    for (int64_t c = 0; c < trees->groups; c++) {
        if (trees->link.code == LJ_TREE_LINK_SIGMOID)
            x[c] = 1.0F / (exp_float(-x[c] < EXPONENT_MAX ? -x[c] : EXPONENT_MAX) + 1.0F);
        else if (trees->link.code == LJ_TREE_LINK_EXP)
            x[c] = exp_float(x[c]);
    }
}

/* Of trees that another library grew. */
static const char *unit_of_link(const lj_tree_link *link, double *factor)
{
    switch (link->code) {
    case LJ_TREE_LINK_SIGMOID:
        *factor *= link->scale;
        return "log-odds";
    case LJ_TREE_LINK_SOFTMAX:
        return "log-probability";
    case LJ_TREE_LINK_EXP:
        return "log of the mean";
    case LJ_TREE_LINK_SIGNED_SQUARE:
        return "root of the target";
    default:
        return "target";
    }
}

const char *lj_trees_unit(const lj_trees *trees, double *factor)
{
    const int64_t rounds = lj_trees_rounds(trees);
    const int is_of_classes = trees->loss == LJ_TREE_LOGISTIC || trees->loss == LJ_TREE_SOFTMAX;
    *factor = trees->is_forest && rounds > 0 ? 1.0 / (double)rounds : 1.0;
    if (trees->loss == LJ_TREE_IMPORTED)
        return unit_of_link(&trees->link, factor);
    if (trees->loss == LJ_TREE_ISOLATION) {
        *factor = -*factor;
        return "log2 of the score";
    }
    if (trees->is_forest)
        return is_of_classes ? "share" : "target";
    if (trees->loss == LJ_TREE_POISSON || trees->loss == LJ_TREE_TWEEDIE)
        return "log of the mean";
    return trees->loss == LJ_TREE_LOGISTIC ? "log-odds" :
           trees->loss == LJ_TREE_SOFTMAX  ? "log-probability" :
                                             "target";
}
