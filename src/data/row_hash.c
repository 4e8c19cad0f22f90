#include "data/row_hash.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lianjin/images.h"
#include "lianjin/random.h"

enum { ROWS_AT_ONCE = 512 };

static const uint64_t missing_hash = 0x6D697373696E6721u;

static int by_hash(const void *a, const void *b)
{
    const lj_row_hash *x = a;
    const lj_row_hash *y = b;
    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    return (x->row > y->row) - (x->row < y->row);
}

void lj_row_hash_sort(lj_row_hash *hashes, int64_t n)
{
    qsort(hashes, (size_t)n, sizeof(*hashes), by_hash);
}

static uint64_t number_hash(double x, uint64_t seed)
{
    const double value = x == 0 ? 0 : x; /* -0 is 0 */
    return lj_hash64(seed, &value, sizeof(value));
}

lj_status lj_cell_hashes(const lj_column *column, int64_t n, uint64_t seed, uint64_t *hashes)
{
    uint64_t *words = NULL;
    if (column->type == LJ_COLUMN_TEXT) {
        words = lj_new_array(column->word_count, sizeof(*words));
        if (words == NULL)
            return lj_fail(LJ_ENOMEM, "no memory for %d words", column->word_count);
        for (int32_t w = 0; w < column->word_count; w++)
            words[w] = lj_hash64(seed, column->words[w], (int64_t)strlen(column->words[w]));
    }
    for (int64_t row = 0; row < n; row++) {
        if (!lj_column_has(column, row))
            hashes[row] = missing_hash;
        else if (words != NULL)
            hashes[row] = words[column->code[row]];
        else if (column->type == LJ_COLUMN_NUMBER)
            hashes[row] = number_hash(column->number[row], seed);
        else
            hashes[row] = lj_hash64(seed, &column->time[row], sizeof(column->time[row]));
    }
    lj_free(words);
    return LJ_OK;
}

lj_status lj_row_cell_hashes(const lj_frame *frame, const char *without, uint64_t seed, uint64_t *hashes)
{
    const int64_t n = lj_frame_row_count(frame);
    uint64_t *cells = lj_new_array(n, sizeof(*cells));
    if (cells == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for the hashes of %" PRId64 " rows", n);
    lj_status status = LJ_OK;
    for (int64_t row = 0; row < n; row++)
        hashes[row] = seed;
    for (int64_t c = 0; c < lj_frame_column_count(frame) && status == LJ_OK; c++) {
        const lj_column *column = lj_frame_column(frame, c);
        if (without != NULL && strcmp(column->name, without) == 0)
            continue;
        status = lj_cell_hashes(column, n, 0, cells);
        for (int64_t row = 0; row < n; row++)
            hashes[row] = lj_hash64(hashes[row], &cells[row], sizeof(cells[row]));
    }
    lj_free(cells);
    return status;
}

lj_status lj_row_hashes(const lj_frame *frame, const char *without, uint64_t seed, uint64_t *hashes)
{
    const int64_t n = lj_frame_row_count(frame);
    LJ_TRY(lj_row_cell_hashes(frame, without, seed, hashes));
    LJ_TRY(lj_decoder_need(lj_frame_decoder(frame), NULL, n, NULL));
    const lj_pixels *pixels = lj_frame_pixels(frame);
    const int64_t size = lj_pixels_size(pixels);
    for (int64_t row = 0; size > 0 && row < n; row++)
        hashes[row] = lj_hash64(hashes[row], pixels->bytes + row * size, size);
    return LJ_OK;
}

lj_status lj_hashes_tell_apart(uint64_t *hashes, int64_t n)
{
    lj_row_hash *order = lj_new_array(n, sizeof(*order));
    if (order == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for the order of %" PRId64 " rows", n);
    for (int64_t row = 0; row < n; row++)
        order[row] = (lj_row_hash){hashes[row], row};
    lj_row_hash_sort(order, n);
    int64_t before = 0;
    for (int64_t i = 1; i < n; i++) {
        before = order[i].hash == order[i - 1].hash ? before + 1 : 0;
        if (before > 0)
            hashes[order[i].row] = lj_hash64(order[i].hash, &before, sizeof(before));
    }
    lj_free(order);
    return LJ_OK;
}

int lj_cells_equal(const lj_column *column, int64_t a, int64_t b)
{
    const int has = lj_column_has(column, a);
    if (has != lj_column_has(column, b))
        return 0;
    if (!has)
        return 1;
    if (column->type == LJ_COLUMN_TEXT)
        return column->code[a] == column->code[b];
    return column->type == LJ_COLUMN_NUMBER ? column->number[a] == column->number[b]
                                            : column->time[a] == column->time[b];
}

int lj_rows_equal(const lj_frame *frame, int64_t a, int64_t b)
{
    for (int64_t c = 0; c < lj_frame_column_count(frame); c++)
        if (!lj_cells_equal(lj_frame_column(frame, c), a, b))
            return 0;
    const lj_pixels *pixels = lj_frame_pixels(frame);
    const int64_t size = lj_pixels_size(pixels);
    if (size == 0 || lj_frame_decoder(frame) != NULL)
        return 1;
    return memcmp(pixels->bytes + a * size, pixels->bytes + b * size, (size_t)size) == 0;
}
