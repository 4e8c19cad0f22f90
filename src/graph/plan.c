#include "graph/plan.h"

#include <assert.h>
#include <stdlib.h>

#include "lianjin/memory.h"

static int64_t padded(int64_t bytes)
{
    return (bytes + LJ_BLOCK_ALIGNMENT - 1) / LJ_BLOCK_ALIGNMENT * LJ_BLOCK_ALIGNMENT;
}

static int live_together(const lj_block *a, const lj_block *b)
{
    return a->first <= b->last && b->first <= a->last;
}

static int overlap(const lj_block *a, const lj_block *b)
{
    return a->offset < b->offset + padded(b->bytes) && b->offset < a->offset + padded(a->bytes);
}

int64_t lj_plan_conflict(const lj_block *blocks, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        for (int64_t j = 0; j < i; j++) {
            if (live_together(&blocks[i], &blocks[j]) && overlap(&blocks[i], &blocks[j]))
                return i;
        }
    }
    return -1;
}

/* Largest first; equal ones in their order. */
static int by_size(const void *a, const void *b)
{
    const lj_block *x = *(const lj_block *const *)a, *y = *(const lj_block *const *)b;
    if (x->bytes != y->bytes)
        return x->bytes < y->bytes ? 1 : -1;
    return x < y ? -1 : x > y;
}

/* Inserts into the placed blocks, ascending by offset. */
static void insert(lj_block **placed, int64_t n, lj_block *block)
{
    int64_t at = n;
    for (; at > 0 && placed[at - 1]->offset > block->offset; at--)
        placed[at] = placed[at - 1];
    placed[at] = block;
}

lj_status lj_plan_place(lj_block *blocks, int64_t n, int64_t *total)
{
    *total = 0;
    lj_block **order = lj_new_array(2 * n, sizeof(*order));
    if (order == NULL)
        return lj_fail(LJ_ENOMEM, "program: no memory for its plan");
    lj_block **placed = order + n;
    for (int64_t i = 0; i < n; i++)
        order[i] = &blocks[i];
    qsort(order, (size_t)n, sizeof(*order), by_size);
    for (int64_t i = 0; i < n; i++) {
        lj_block *block = order[i];
        block->offset = 0;
        for (int64_t j = 0; j < i; j++) { /* ascending, so the first gap is the lowest */
            if (!live_together(block, placed[j]))
                continue;
            if (block->offset + padded(block->bytes) <= placed[j]->offset)
                break;
            if (overlap(block, placed[j]))
                block->offset = placed[j]->offset + padded(placed[j]->bytes);
        }
        insert(placed, i, block);
        const int64_t end = block->offset + padded(block->bytes);
        *total = end > *total ? end : *total;
    }
    lj_free(order);
    assert(lj_plan_conflict(blocks, n) < 0);
    return LJ_OK;
}
