/* Scores: every row walks every tree. Raw scores are additions of the leaves in the order of the trees. */
#include <math.h>

#include "lianjin/math.h"
#include "trees/trees.h"

#define TASK_ROWS 256

static int goes_left(const lj_trees *trees, const lj_tree_node *node, const float *numbers, const int32_t *codes)
{
    if (node->set_words == 0) {
        const float x = numbers[node->feature];
        return isnan(x) ? node->missing_left : x <= node->threshold;
    }
    const int64_t k = node->feature - trees->number_count;
    const int32_t code = codes[k] > 0 && codes[k] < trees->category_sizes[k] ? codes[k] : 0;
    return (int)(trees->sets[node->set + code / 64] >> (code % 64)) & 1;
}

/* raw[i * stride] += the value of the leaf of row i in tree t, begin <= i < end. */
static void add_tree(const lj_trees *trees, int64_t tree, const lj_tree_rows *rows, int64_t begin, int64_t end,
                     float *raw, int64_t stride)
{
    const lj_tree_node *root = trees->nodes + trees->begin[tree];
    for (int64_t i = begin; i < end; i++) {
        const float *numbers = rows->numbers + i * rows->number_count;
        const int32_t *codes = rows->codes + i * rows->category_count;
        const lj_tree_node *node = root;
        while (node->feature >= 0)
            node = root + node->left + !goes_left(trees, node, numbers, codes);
        raw[i * stride] += node->threshold;
    }
}

typedef struct scoring {
    const lj_trees *trees;
    const lj_tree_rows *rows;
    float *raw;
} scoring;

static void score_rows(void *context, int64_t task, int thread)
{
    (void)thread;
    const scoring *s = context;
    const int64_t n = s->rows->n, begin = task * TASK_ROWS, end = begin + TASK_ROWS < n ? begin + TASK_ROWS : n;
    const int64_t groups = s->trees->groups;
    for (int64_t i = begin; i < end; i++)
        for (int64_t c = 0; c < groups; c++)
            s->raw[i * groups + c] = s->trees->base[c];
    for (int64_t t = 0; t < s->trees->tree_count; t++)
        add_tree(s->trees, t, s->rows, begin, end, s->raw + t % groups, groups);
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
    if (trees->is_forest) {
        average(trees, rounds, n, raw);
        return;
    }
    const lj_kernels *kernels = lj_kernels_get();
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
