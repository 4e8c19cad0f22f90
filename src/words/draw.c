#include "words/draw.h"

#include <string.h>

#include "lianjin/memory.h"

void lj_draw_free(lj_draw *draw)
{
    lj_free(draw->threshold);
    lj_free(draw->other);
    *draw = (lj_draw){0};
}

static uint32_t as_threshold(double share)
{
    return share >= 1.0 ? UINT32_MAX : (uint32_t)(share * 0x1p32);
}

/* share [count] is used up; order [count] is room: columns below 1 grow from the front, the others from the back. */
static void pair_columns(double *share, int32_t *order, lj_draw *out)
{
    int32_t small = 0, large = out->count;
    for (int32_t i = 0; i < out->count; i++) {
        if (share[i] < 1.0)
            order[small++] = i;
        else
            order[--large] = i;
    }
    int32_t next = 0; /* of the small ones, which are order[next .. small - 1]; large ones are order[large ..] */
    while (next < small && large < out->count) {
        const int32_t low = order[next++], high = order[large];
        out->threshold[low] = as_threshold(share[low]);
        out->other[low] = high;
        share[high] -= 1.0 - share[low];
        if (share[high] < 1.0) {
            large++;
            order[--next] = high; /* into the place that became free */
        }
    }
}

lj_status lj_draw_make(const double *weights, int32_t count, lj_draw *out)
{
    *out = (lj_draw){.count = count};
    double *share = lj_new_array(count, sizeof(*share));
    int32_t *order = lj_new_array(count, sizeof(*order));
    out->threshold = lj_new_array(count, sizeof(*out->threshold));
    out->other = lj_new_array(count, sizeof(*out->other));
    lj_status status = LJ_OK;
    if (share == NULL || order == NULL || out->threshold == NULL || out->other == NULL) {
        lj_draw_free(out);
        status = lj_fail(LJ_ENOMEM, "no memory to draw from %d words", count);
        goto done;
    }
    double sum = 0;
    for (int32_t i = 0; i < count; i++)
        sum += weights[i];
    for (int32_t i = 0; i < count; i++) {
        share[i] = weights[i] / sum * count;
        out->threshold[i] = UINT32_MAX; /* what rounding leaves over has a column of its own */
        out->other[i] = i;
    }
    pair_columns(share, order, out);
done:
    lj_free(share);
    lj_free(order);
    return status;
}

void lj_huffman_free(lj_huffman *tree)
{
    lj_free(tree->begin);
    lj_free(tree->node);
    lj_free(tree->label);
    *tree = (lj_huffman){0};
}

/*
 * weight [2 count - 1], of which the first `count` are there and descend; inner node n is weight[count + n]. Leaves are
 * taken from the back, inner nodes from the front: both ascend, so the two lightest are always there. A leaf before an
 * inner node of the same weight.
 */
static void join(int64_t *weight, int32_t count, int32_t *parent, unsigned char *bit)
{
    int64_t leaf = count - 1, inner = count;
    for (int64_t made = count; made < 2 * (int64_t)count - 1; made++) {
        weight[made] = 0;
        for (unsigned char side = 0; side < 2; side++) {
            const int is_leaf = leaf >= 0 && (inner >= made || weight[leaf] <= weight[inner]);
            const int64_t taken = is_leaf ? leaf-- : inner++;
            weight[made] += weight[taken];
            parent[taken] = (int32_t)(made - count);
            bit[taken] = side;
        }
    }
}

static int64_t depth_of(const int32_t *parent, int32_t count, int64_t leaf)
{
    int64_t depth = 0;
    for (int64_t at = leaf; at != 2 * (int64_t)count - 2; at = count + (int64_t)parent[at])
        depth++;
    return depth;
}

lj_status lj_huffman_make(const int64_t *counts, int32_t count, lj_huffman *out)
{
    *out = (lj_huffman){0};
    lj_status status = LJ_OK;
    const int64_t nodes = 2 * (int64_t)count;
    int64_t *weight = lj_new_array(nodes, sizeof(*weight));
    int32_t *parent = lj_new_array(nodes, sizeof(*parent));
    unsigned char *bit = lj_new_array(nodes, 1);
    out->begin = lj_new_array((int64_t)count + 1, sizeof(*out->begin));
    if (weight == NULL || parent == NULL || bit == NULL || out->begin == NULL) {
        status = lj_fail(LJ_ENOMEM, "no memory for a tree of %d words", count);
        goto done;
    }
    memcpy(weight, counts, (size_t)count * sizeof(*weight));
    join(weight, count, parent, bit);
    for (int32_t i = 0; i < count; i++) {
        const int64_t depth = depth_of(parent, count, i);
        out->begin[i + 1] = out->begin[i] + depth;
        out->depth = depth > out->depth ? depth : out->depth;
    }
    out->node = lj_new_array(out->begin[count], sizeof(*out->node));
    out->label = lj_new_array(out->begin[count], sizeof(*out->label));
    if (out->node == NULL || out->label == NULL) {
        status = lj_fail(LJ_ENOMEM, "no memory for a tree of %d words", count);
        goto done;
    }
    for (int32_t i = 0; i < count; i++) {
        int64_t at = i;
        for (int64_t k = out->begin[i + 1] - 1; k >= out->begin[i]; k--) {
            out->node[k] = parent[at];
            out->label[k] = bit[at] ? 0.0F : 1.0F; /* 1 - code, as in word2vec */
            at = count + (int64_t)parent[at];
        }
    }
done:
    lj_free(weight);
    lj_free(parent);
    lj_free(bit);
    if (status != LJ_OK)
        lj_huffman_free(out);
    return status;
}
