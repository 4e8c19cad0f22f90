#include "words/huffman.h"

#include <inttypes.h>
#include <stdlib.h>

#include "lianjin/memory.h"

typedef struct leaf {
    double share;
    int64_t class;
} leaf;

static int by_share(const void *a, const void *b)
{
    const leaf *x = a, *y = b;
    if (x->share != y->share)
        return x->share < y->share ? -1 : 1;
    return (x->class > y->class) - (x->class < y->class);
}

/* Members 0 .. C - 1 are classes, C + k is node k; joined two by two, always the least first: two ascending queues. */
static void join(const leaf *leaves, int64_t classes, double *share, int64_t *parent, uint8_t *is_right)
{
    int64_t next_leaf = 0, next_node = 0;
    for (int64_t made = 0; made < classes - 1; made++) {
        double sum = 0.0;
        for (int side = 0; side < 2; side++) {
            const int takes_leaf =
                next_leaf < classes && (next_node == made || leaves[next_leaf].share <= share[next_node]);
            const int64_t member = takes_leaf ? leaves[next_leaf].class : classes + next_node;
            sum += takes_leaf ? leaves[next_leaf++].share : share[next_node++];
            parent[member] = made;
            is_right[member] = side == 1;
        }
        share[made] = sum;
    }
}

lj_status lj_huffman_make(const float *share, int64_t classes, lj_huffman *out)
{
    const int64_t members = 2 * classes - 1, root = classes - 2;
    int64_t length = 0;
    lj_status status = LJ_OK;
    leaf *leaves = lj_new_array(classes, sizeof(*leaves));
    double *sums = lj_new_array(classes, sizeof(*sums));
    int64_t *parent = lj_new_array(members, sizeof(*parent));
    uint8_t *is_right = lj_new_array(members, sizeof(*is_right));
    *out = (lj_huffman){.classes = classes, .begin = lj_new_array(classes + 1, sizeof(*out->begin))};
    if (leaves == NULL || sums == NULL || parent == NULL || is_right == NULL || out->begin == NULL)
        LJ_TRY_DONE(lj_fail(LJ_ENOMEM, "no memory for a tree of %" PRId64 " classes", classes));
    for (int64_t c = 0; c < classes; c++)
        leaves[c] = (leaf){(double)share[c], c};
    qsort(leaves, (size_t)classes, sizeof(*leaves), by_share);
    join(leaves, classes, sums, parent, is_right);
    for (int64_t c = 0; c < classes; c++) {
        out->begin[c] = length;
        for (int64_t at = c; at != classes + root; at = classes + parent[at])
            length++;
    }
    out->begin[classes] = length;
    out->node = lj_new_array(length, sizeof(*out->node));
    out->is_right = lj_new_array(length, sizeof(*out->is_right));
    if (out->node == NULL || out->is_right == NULL)
        LJ_TRY_DONE(lj_fail(LJ_ENOMEM, "no memory for a tree of %" PRId64 " classes", classes));
    for (int64_t c = 0; c < classes; c++) {
        int64_t to = out->begin[c + 1];
        for (int64_t at = c; at != classes + root; at = classes + parent[at]) {
            out->node[--to] = (int32_t)parent[at];
            out->is_right[to] = is_right[at];
        }
    }
done:
    lj_free(leaves);
    lj_free(sums);
    lj_free(parent);
    lj_free(is_right);
    if (status != LJ_OK)
        lj_huffman_free(out);
    return status;
}

void lj_huffman_free(lj_huffman *tree)
{
    lj_free(tree->begin);
    lj_free(tree->node);
    lj_free(tree->is_right);
    *tree = (lj_huffman){0};
}
