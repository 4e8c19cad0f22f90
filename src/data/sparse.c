/* Sparse rows that grow at their end. */
#include "lianjin/sparse.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "lianjin/memory.h"

#define FIRST_ROWS    64
#define FIRST_ENTRIES 1024

void lj_sparse_free(lj_sparse *sparse)
{
    lj_free(sparse->begin);
    lj_free(sparse->column);
    lj_free(sparse->value);
    *sparse = (lj_sparse){.width = sparse->width};
}

void lj_sparse_clear(lj_sparse *sparse)
{
    sparse->n = 0;
}

int64_t lj_sparse_entries(const lj_sparse *sparse)
{
    return sparse->n > 0 ? sparse->begin[sparse->n] : 0;
}

static lj_status no_memory(int64_t entries)
{
    return lj_fail(LJ_ENOMEM, "no memory for %" PRId64 " entries of sparse rows", entries);
}

lj_status lj_sparse_reserve(lj_sparse *sparse, int64_t count)
{
    const int64_t used = lj_sparse_entries(sparse);
    if (used + count <= sparse->entry_capacity)
        return LJ_OK;
    int64_t capacity = sparse->entry_capacity > 0 ? 2 * sparse->entry_capacity : FIRST_ENTRIES;
    if (capacity < used + count)
        capacity = used + count;
    /* All that was there is kept: entries of the open row are not counted yet. */
    int32_t *column = lj_resize_array(sparse->column, sparse->entry_capacity, capacity, sizeof(*column));
    if (column == NULL)
        return no_memory(capacity);
    sparse->column = column;
    float *value = lj_resize_array(sparse->value, sparse->entry_capacity, capacity, sizeof(*value));
    if (value == NULL)
        return no_memory(capacity);
    sparse->value = value;
    sparse->entry_capacity = capacity;
    return LJ_OK;
}

lj_status lj_sparse_add_row(lj_sparse *sparse, int64_t count)
{
    if (sparse->n + 1 >= sparse->row_capacity) {
        const int64_t capacity = sparse->row_capacity > 0 ? 2 * sparse->row_capacity : FIRST_ROWS;
        int64_t *begin = lj_resize_array(sparse->begin, sparse->row_capacity, capacity, sizeof(*begin));
        if (begin == NULL)
            return no_memory(capacity);
        sparse->begin = begin;
        sparse->row_capacity = capacity;
    }
    const int64_t used = lj_sparse_entries(sparse);
    sparse->begin[sparse->n] = used;
    sparse->begin[++sparse->n] = used + count;
    return LJ_OK;
}

static void copy_entries(const lj_sparse *from, int64_t begin, int64_t count, lj_sparse *to, int64_t at)
{
    memcpy(to->column + at, from->column + begin, (size_t)count * sizeof(*to->column));
    memcpy(to->value + at, from->value + begin, (size_t)count * sizeof(*to->value));
}

lj_status lj_sparse_take(const lj_sparse *from, const int64_t *rows, int64_t n, lj_sparse *out)
{
    assert(out->width == from->width);
    for (int64_t i = 0; i < n; i++) {
        const int64_t begin = from->begin[rows[i]], count = from->begin[rows[i] + 1] - begin;
        LJ_TRY(lj_sparse_reserve(out, count));
        if (count > 0)
            copy_entries(from, begin, count, out, lj_sparse_entries(out));
        LJ_TRY(lj_sparse_add_row(out, count));
    }
    return LJ_OK;
}

/* The entries of the row whose columns are in low .. high - 1: *begin and their number. */
static int64_t entries_between(const lj_sparse *from, int64_t row, int64_t low, int64_t high, int64_t *begin)
{
    int64_t at = from->begin[row], end = from->begin[row + 1];
    while (at < end && from->column[at] < low)
        at++;
    *begin = at;
    while (at < end && from->column[at] < high)
        at++;
    return at - *begin;
}

lj_status lj_sparse_shuffle(const lj_sparse *from, const int64_t *order, int64_t low, int64_t high, lj_sparse *out)
{
    assert(out->width == from->width);
    lj_sparse_clear(out);
    for (int64_t i = 0; i < from->n; i++) {
        int64_t own = 0, other = 0;
        const int64_t own_count = entries_between(from, i, low, high, &own);
        const int64_t count = entries_between(from, order[i], low, high, &other);
        const int64_t before = own - from->begin[i], after = from->begin[i + 1] - own - own_count;
        LJ_TRY(lj_sparse_reserve(out, before + count + after));
        const int64_t at = lj_sparse_entries(out);
        if (before + count + after > 0) {
            copy_entries(from, from->begin[i], before, out, at);
            copy_entries(from, other, count, out, at + before);
            copy_entries(from, own + own_count, after, out, at + before + count);
        }
        LJ_TRY(lj_sparse_add_row(out, before + count + after));
    }
    return LJ_OK;
}
