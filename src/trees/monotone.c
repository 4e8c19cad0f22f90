/* The proof that scores are monotone in a number: pairs of leaves. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "trees/trees.h"

/* The way to a leaf: nodes, and which side was taken. */
typedef struct way {
    int32_t leaf;
    int32_t length;
    int32_t node[LJ_TREE_DEPTH_MAX];
    uint8_t is_left[LJ_TREE_DEPTH_MAX];
} way;

/* Of one feature on a way: the numbers (low, high], and whether a missing one may come. */
typedef struct range {
    double low, high;
    int may_miss;
} range;

static range range_on(const lj_tree_node *root, const way *w, int32_t feature)
{
    range r = {-INFINITY, INFINITY, 1};
    for (int32_t i = 0; i < w->length; i++) {
        const lj_tree_node *node = root + w->node[i];
        if (node->feature != feature)
            continue;
        if (w->is_left[i] && (double)node->threshold < r.high)
            r.high = (double)node->threshold;
        if (!w->is_left[i] && (double)node->threshold > r.low)
            r.low = (double)node->threshold;
        r.may_miss = r.may_miss && (w->is_left[i] ? node->missing_left : !node->missing_left);
    }
    return r;
}

/* Is there a level that goes both ways? */
static int share_level(const lj_trees *trees, const lj_tree_node *root, const way *a, const way *b, int32_t feature)
{
    const int32_t size = trees->category_sizes[feature - trees->number_count];
    for (int32_t code = 0; code < size; code++) {
        int fits = 1;
        for (int side = 0; fits && side < 2; side++) {
            const way *w = side == 0 ? a : b;
            for (int32_t i = 0; fits && i < w->length; i++) {
                const lj_tree_node *node = root + w->node[i];
                if (node->feature == feature)
                    fits = (int)((trees->sets[node->set + code / 64] >> (code % 64)) & 1) == w->is_left[i];
            }
        }
        if (fits)
            return 1;
    }
    return 0;
}

/* Can rows reach a and b that are equal but for the number, which is smaller on the way to a? */
static int can_differ(const lj_trees *trees, const lj_tree_node *root, const way *a, const way *b, int32_t number)
{
    const range own = range_on(root, a, number), other = range_on(root, b, number);
    if (!(own.low < other.high))
        return 0;
    for (int side = 0; side < 2; side++) {
        const way *w = side == 0 ? a : b;
        for (int32_t i = 0; i < w->length; i++) {
            const int32_t feature = root[w->node[i]].feature;
            if (feature == number)
                continue;
            if (feature >= trees->number_count) {
                if (!share_level(trees, root, a, b, feature))
                    return 0;
                continue;
            }
            const range x = range_on(root, a, feature), y = range_on(root, b, feature);
            const double low = x.low > y.low ? x.low : y.low, high = x.high < y.high ? x.high : y.high;
            if (!(low < high) && !(x.may_miss && y.may_miss))
                return 0;
        }
    }
    return 1;
}

static void find_ways(const lj_tree_node *root, way *now, way *ways, int64_t *count)
{
    const lj_tree_node *node = root + now->leaf;
    if (node->feature < 0) {
        ways[(*count)++] = *now;
        return;
    }
    const int32_t here = now->leaf;
    for (int right = 0; right < 2; right++) {
        now->node[now->length] = here;
        now->is_left[now->length] = (uint8_t)!right;
        now->length++;
        now->leaf = node->left + right;
        find_ways(root, now, ways, count);
        now->length--;
    }
    now->leaf = here;
}

static int is_monotone(const lj_trees *trees, const lj_tree_node *root, const way *ways, int64_t count,
                       int32_t number, int sign)
{
    for (int64_t a = 0; a < count; a++) {
        for (int64_t b = 0; b < count; b++) {
            const double rise = (double)root[ways[b].leaf].threshold - (double)root[ways[a].leaf].threshold;
            if (sign * rise < 0.0 && can_differ(trees, root, &ways[a], &ways[b], number))
                return 0;
        }
    }
    return 1;
}

lj_status lj_trees_prove_monotone(const lj_trees *trees, int64_t number, int sign)
{
    for (int64_t t = 0; t < trees->tree_count; t++) {
        const lj_tree_node *root = trees->nodes + trees->begin[t];
        const int64_t nodes = trees->begin[t + 1] - trees->begin[t];
        way *ways = lj_new_array((nodes + 1) / 2, sizeof(*ways)), *now = lj_new_array(1, sizeof(*now));
        int64_t count = 0;
        int holds = 0;
        if (ways != NULL && now != NULL) {
            find_ways(root, now, ways, &count);
            holds = is_monotone(trees, root, ways, count, (int32_t)number, sign);
        }
        const int failed = ways == NULL || now == NULL;
        lj_free(ways);
        lj_free(now);
        if (failed)
            return lj_fail(LJ_ENOMEM, "trees: no memory for the proof of a constraint");
        if (!holds)
            return lj_fail(LJ_EDATA, "trees: tree %" PRId64 " is not monotone in number %" PRId64, t + 1, number + 1);
    }
    return LJ_OK;
}
