/* Scores: every row walks every tree. Raw scores are additions of the leaves in the order of the trees. */
#include <math.h>

#include "lianjin/limits.h"
#include "lianjin/math.h"
#include "trees/trees.h"

#define TASK_ROWS 256

/* A row's leaf in tree t, node by node. */
static const lj_tree_node *walk_nodes(const lj_trees *trees, int64_t t, const float *numbers, const int32_t *codes)
{
    const lj_tree_node *root = trees->nodes + trees->begin[t], *node = root;
    while (node->feature >= 0) {
        const lj_tree_step step = lj_tree_step_of(node);
        node = root + node->left + lj_tree_step_right(trees, &step, numbers, codes);
    }
    return node;
}

/* Its value. */
static float walk_tree(const lj_trees *trees, int64_t t, const float *numbers, const int32_t *codes)
{
    const lj_tree_walk *walk = &trees->walks[t];
    return walk->kind == LJ_TREE_BY_LEVEL ? lj_tree_walk_levels(trees, walk, numbers, codes) :
                                            walk_nodes(trees, t, numbers, codes)->threshold;
}

typedef struct scoring {
    const lj_trees *trees;
    const lj_tree_rows *rows;
    float *raw;
    int answers; /* of sums in double */
} scoring;

/* Adds tree t to the rows begin .. end - 1. */
static void add_tree(const scoring *s, int64_t t, int64_t begin, int64_t end)
{
    const lj_trees *trees = s->trees;
    const lj_tree_walk *walk = &trees->walks[t];
    const int64_t groups = trees->groups, n_numbers = s->rows->number_count, n_codes = s->rows->category_count;
    float *raw = s->raw + t % groups;
    int64_t i = begin;
    for (; walk->kind == LJ_TREE_BY_STEP && i + LJ_TREE_TOGETHER <= end; i += LJ_TREE_TOGETHER) {
        const lj_tree_step *roots[LJ_TREE_TOGETHER], *leaves[LJ_TREE_TOGETHER];
        const float *numbers[LJ_TREE_TOGETHER];
        for (int k = 0; k < LJ_TREE_TOGETHER; k++) {
            roots[k] = walk->steps;
            numbers[k] = s->rows->numbers + (i + k) * n_numbers;
        }
        lj_tree_walk_steps(roots, numbers, leaves);
        for (int k = 0; k < LJ_TREE_TOGETHER; k++)
            raw[(i + k) * groups] += leaves[k]->threshold;
    }
    for (; i < end; i++)
        raw[i * groups] += walk_tree(trees, t, s->rows->numbers + i * n_numbers, s->rows->codes + i * n_codes);
}

/* Leaves of a row in trees t .. t + LJ_TREE_TOGETHER - 1 at once; 0: one of them is not walked by steps. */
static int walk_together(const lj_trees *trees, int64_t t, const float *numbers,
                         const lj_tree_step *roots[LJ_TREE_TOGETHER], const lj_tree_step *leaves[LJ_TREE_TOGETHER])
{
    const float *same[LJ_TREE_TOGETHER];
    if (t + LJ_TREE_TOGETHER > trees->tree_count)
        return 0;
    for (int k = 0; k < LJ_TREE_TOGETHER; k++) {
        if (trees->walks[t + k].kind != LJ_TREE_BY_STEP)
            return 0;
        roots[k] = trees->walks[t + k].steps;
        same[k] = numbers;
    }
    lj_tree_walk_steps(roots, same, leaves);
    return 1;
}

/* One row: several trees at once. */
static void score_row(const lj_trees *trees, const float *numbers, const int32_t *codes, float *raw)
{
    const lj_tree_step *roots[LJ_TREE_TOGETHER], *leaves[LJ_TREE_TOGETHER];
    int64_t t = 0;
    while (t < trees->tree_count) {
        const int together = walk_together(trees, t, numbers, roots, leaves);
        for (int k = 0; together && k < LJ_TREE_TOGETHER; k++)
            raw[(t + k) % trees->groups] += leaves[k]->threshold;
        if (!together)
            raw[t % trees->groups] += walk_tree(trees, t, numbers, codes);
        t += together ? LJ_TREE_TOGETHER : 1;
    }
}

/* One row in double, rounded at the end. */
static void score_row_double(const scoring *s, const float *numbers, const int32_t *codes, float *out)
{
    const lj_trees *trees = s->trees;
    const lj_tree_step *roots[LJ_TREE_TOGETHER], *leaves[LJ_TREE_TOGETHER];
    double sums[LJ_CLASSES_MAX];
    int64_t t = 0;
    for (int64_t c = 0; c < trees->groups; c++)
        sums[c] = (double)trees->base[c];
    while (t < trees->tree_count) {
        const int together = walk_together(trees, t, numbers, roots, leaves);
        for (int k = 0; together && k < LJ_TREE_TOGETHER; k++)
            sums[(t + k) % trees->groups] += trees->values[trees->begin[t + k] + (leaves[k] - roots[k])];
        if (!together)
            sums[t % trees->groups] += trees->values[walk_nodes(trees, t, numbers, codes) - trees->nodes];
        t += together ? LJ_TREE_TOGETHER : 1;
    }
    if (s->answers)
        lj_tree_link_double(trees, sums);
    for (int64_t c = 0; c < trees->groups; c++)
        out[c] = (float)sums[c];
}

static void score_rows(void *context, int64_t task, int thread)
{
    (void)thread;
    const scoring *s = context;
    const int64_t n = s->rows->n, begin = task * TASK_ROWS, end = begin + TASK_ROWS < n ? begin + TASK_ROWS : n;
    const int64_t groups = s->trees->groups;
    for (int64_t i = begin; s->trees->values != NULL && i < end; i++)
        score_row_double(s, s->rows->numbers + i * s->rows->number_count, s->rows->codes + i * s->rows->category_count,
                         s->raw + i * groups);
    if (s->trees->values != NULL)
        return;
    for (int64_t i = begin; i < end; i++)
        for (int64_t c = 0; c < groups; c++)
            s->raw[i * groups + c] = s->trees->base[c];
    if (n == 1) {
        score_row(s->trees, s->rows->numbers, s->rows->codes, s->raw);
        return;
    }
    for (int64_t t = 0; t < s->trees->tree_count; t++)
        add_tree(s, t, begin, end);
}

void lj_trees_raw(const lj_trees *trees, const lj_tree_rows *rows, lj_team *team, float *raw)
{
    scoring s = {.trees = trees, .rows = rows, .raw = raw};
    lj_team_run(team, score_rows, &s, (rows->n + TASK_ROWS - 1) / TASK_ROWS);
}

/* Means of the trees; of several classes, whose trees know nothing of each other, made to add up to 1. */
static void average(const lj_trees *trees, int64_t rounds, int64_t n, float *raw)
{
    for (int64_t i = 0; i < n; i++) {
        float *row = raw + i * trees->groups, sum = trees->groups == 1 ? (float)(rounds > 0 ? rounds : 1) : 0.0F;
        for (int64_t c = 0; trees->groups > 1 && c < trees->groups; c++)
            sum += row[c];
        for (int64_t c = 0; c < trees->groups; c++)
            row[c] = sum > 0.0F ? row[c] / sum : 1.0F / (float)trees->groups;
    }
}

void lj_tree_answers(const lj_trees *trees, int64_t rounds, int64_t n, float *raw)
{
    const lj_kernels *kernels = lj_kernels_get();
    if (trees->loss == LJ_TREE_IMPORTED) {
        for (int64_t i = 0; i < n; i++)
            lj_tree_link_float(trees, raw + i * trees->groups);
        return;
    }
    if (trees->is_forest)
        average(trees, rounds, n, raw);
    if (trees->loss == LJ_TREE_ISOLATION) { /* 2^-length */
        kernels->scale(n, raw, -0.693147180559945F, raw);
        kernels->unary[LJ_UNARY_EXP](n, raw, raw);
    }
    if (trees->is_forest)
        return;
    switch (trees->loss) {
    case LJ_TREE_LOGISTIC:
        kernels->activate[LJ_SIGMOID](n, raw, raw);
        break;
    case LJ_TREE_SOFTMAX:
        kernels->softmax(n, trees->groups, raw, raw);
        break;
    case LJ_TREE_POISSON:
    case LJ_TREE_TWEEDIE:
        kernels->unary[LJ_UNARY_EXP](n, raw, raw);
        break;
    default:
        break;
    }
}

void lj_trees_answer(const lj_trees *trees, int64_t n, float *raw)
{
    lj_tree_answers(trees, lj_trees_rounds(trees), n, raw);
}

void lj_trees_score(const lj_trees *trees, const lj_tree_rows *rows, lj_team *team, float *answers)
{
    scoring s = {.trees = trees, .rows = rows, .raw = answers, .answers = 1};
    lj_team_run(team, score_rows, &s, (rows->n + TASK_ROWS - 1) / TASK_ROWS);
    if (trees->values == NULL)
        lj_trees_answer(trees, rows->n, answers);
}
