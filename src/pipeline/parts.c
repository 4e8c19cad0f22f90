/* The split, and whether each part can do its work. */
#include <inttypes.h>

#include "pipeline/pipeline.h"

static lj_split_options split_options(const lj_pipeline *p, const lj_table *table, uint64_t seed)
{
    lj_split_options options = {.column = p->split.column,
                                .valid = p->split.valid,
                                .test = p->split.test,
                                .valid_from = p->split.valid_from,
                                .test_from = p->split.test_from,
                                .folds = p->split.folds,
                                .key = p->data.key,
                                .target = table->target.column,
                                .seed = seed};
    if (p->data.images != NULL) {
        options.by = LJ_SPLIT_COLUMN;
        options.column = "part";
    } else if (p->split.by >= 0)
        options.by = (lj_split_by)p->split.by;
    else
        options.by = table->target.classes == 0 ? LJ_SPLIT_RANDOM : LJ_SPLIT_STRATIFIED;
    return options;
}

lj_status lj_parts_make(const lj_pipeline *p, const lj_table *table, uint64_t seed, lj_console *console,
                        uint8_t *parts)
{
    const lj_split_options options = split_options(p, table, seed);
    LJ_TRY(lj_split_parts(table->frame, &options, parts));
    lj_parts_of_series(p, table, console, parts);
    lj_series_naive_class(table, parts);
    return LJ_OK;
}

lj_status lj_folds_make(const lj_pipeline *p, const lj_table *table, uint64_t seed, int32_t *fold)
{
    const lj_split_options options = split_options(p, table, seed);
    return lj_split_folds(table->frame, &options, fold);
}

lj_status lj_parts_check(const lj_table *table, const uint8_t *parts)
{
    const int64_t n = lj_frame_row_count(table->frame);
    const int64_t classes = table->target.classes > 0 ? table->target.classes : 1;
    int64_t *counts = lj_new_array(classes * LJ_PART_COUNT, sizeof(*counts));
    if (counts == NULL)
        return lj_fail(LJ_ENOMEM, "no memory to count the parts");
    for (int64_t row = 0; row < n; row++) {
        if (parts[row] == LJ_PART_NONE)
            continue;
        const int64_t k = table->target.task == LJ_REGRESSION ? 0 : (int64_t)table->values[row];
        counts[parts[row] * classes + k]++;
    }
    lj_status status = LJ_OK;
    for (int part = LJ_PART_TRAIN; status == LJ_OK && part <= LJ_PART_TEST; part++) {
        int64_t rows = 0;
        int64_t absent = -1;
        for (int64_t k = 0; k < classes; k++) {
            rows += counts[part * classes + k];
            if (counts[part * classes + k] == 0 && absent < 0)
                absent = k;
        }
        if (rows == 0)
            status = lj_fail(LJ_EDATA, "the %s part has no rows: see 'split'", lj_part_name((lj_part)part));
        else if (absent >= 0 && (table->target.task == LJ_BINARY || part == LJ_PART_TRAIN))
            status = lj_fail(LJ_EDATA, "the %s part (%" PRId64 " rows) has no row of class '%s': see 'split'",
                             lj_part_name((lj_part)part), rows, table->target.class_names[absent]);
    }
    lj_free(counts);
    return status;
}

lj_status lj_parts_rows(const uint8_t *parts, int64_t n, lj_part part, int64_t **rows, int64_t *count)
{
    int64_t k = 0;
    for (int64_t row = 0; row < n; row++)
        k += parts[row] == part;
    *rows = lj_new_array(k, sizeof(**rows));
    if (*rows == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for %" PRId64 " row numbers", k);
    *count = 0;
    for (int64_t row = 0; row < n; row++)
        if (parts[row] == part)
            (*rows)[(*count)++] = row;
    return LJ_OK;
}
