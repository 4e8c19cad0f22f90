#include <inttypes.h>
#include <string.h>

#include "data/row_hash.h"
#include "lianjin/data.h"

/* Marks rows that repeat an earlier one. Equal hashes are only a hint: cells decide. */
static void mark_repeats(const lj_frame *frame, const lj_column *key, const lj_row_hash *order, int64_t n,
                         uint8_t *repeats)
{
    for (int64_t begin = 0; begin < n;) {
        int64_t end = begin + 1;
        while (end < n && order[end].hash == order[begin].hash)
            end++;
        for (int64_t i = begin + 1; i < end; i++)
            for (int64_t k = begin; k < i && !repeats[order[i].row]; k++) {
                if (repeats[order[k].row])
                    continue;
                repeats[order[i].row] = (uint8_t)(key != NULL ? lj_cells_equal(key, order[k].row, order[i].row) :
                                                                lj_rows_equal(frame, order[k].row, order[i].row));
            }
        begin = end;
    }
}

lj_status lj_frame_duplicates(const lj_frame *frame, const char *key, int64_t *count, int64_t *first, int64_t first_max,
                              int64_t *first_count)
{
    *count = 0;
    *first_count = 0;
    const lj_column *column = NULL;
    if (key != NULL)
        LJ_TRY(lj_frame_need(frame, key, &column));
    const int64_t n = lj_frame_row_count(frame);
    lj_status status = LJ_OK;
    uint64_t *hashes = lj_new_array(n, sizeof(*hashes));
    lj_row_hash *order = lj_new_array(n, sizeof(*order));
    uint8_t *repeats = lj_new_array(n, 1);
    if (hashes == NULL || order == NULL || repeats == NULL) {
        status = lj_fail(LJ_ENOMEM, "no memory to find duplicates among %" PRId64 " rows", n);
        goto done;
    }
    if (key != NULL)
        LJ_TRY_DONE(lj_cell_hashes(column, n, 0, hashes));
    else if (lj_frame_decoder(frame) != NULL) /* files tell rows apart: no image has to be there */
        LJ_TRY_DONE(lj_row_cell_hashes(frame, NULL, 0, hashes));
    else
        LJ_TRY_DONE(lj_row_hashes(frame, NULL, 0, hashes));
    for (int64_t row = 0; row < n; row++)
        order[row] = (lj_row_hash){hashes[row], row};
    lj_row_hash_sort(order, n);
    mark_repeats(frame, column, order, n, repeats);
    for (int64_t row = 0; row < n; row++) {
        *count += repeats[row];
        if (repeats[row] && *first_count < first_max)
            first[(*first_count)++] = row;
    }
done:
    lj_free(repeats);
    lj_free(order);
    lj_free(hashes);
    return status;
}
