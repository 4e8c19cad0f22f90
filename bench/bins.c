#include "bins.h"

#include <stdlib.h>
#include <string.h>

#include "lianjin/data.h"
#include "lianjin/memory.h"
#include "lianjin/prep.h"
#include "lianjin/progress.h"

/* As the peer is asked for (peers.py): pre-bins, bins, least share of the rows. */
static const char steps_text[] = "- {woe: {prebins: 20, max_bins: 8, min_size: 0.05, min_events: 1, min_others: 1}}\n";

static lj_status read_table(lj_frame **frame)
{
    lj_source *source = NULL;
    const lj_source_options options = {.source = getenv("BENCH_TEXT"), .n_threads = 1};
    if (options.source == NULL)
        return lj_fail(LJ_EUSAGE, "$BENCH_TEXT names no file");
    LJ_TRY(lj_source_open(&options, NULL, &source));
    const lj_status status = lj_source_read(source, frame);
    lj_source_close(source);
    return status;
}

static lj_status fit(const lj_frame *frame, const lj_item *steps, double *seconds)
{
    const int64_t n = lj_frame_row_count(frame), columns = lj_frame_column_count(frame);
    const lj_column *target = NULL;
    lj_prep *prep = NULL;
    int64_t count = 0;
    LJ_TRY(lj_frame_need(frame, "y", &target));
    int64_t *rows = lj_new_array(n, sizeof(*rows));
    const char **features = lj_new_array(columns, sizeof(*features));
    lj_status status = rows == NULL || features == NULL ? lj_fail(LJ_ENOMEM, "no memory") : LJ_OK;
    for (int64_t i = 0; i < n && status == LJ_OK; i++)
        rows[i] = i;
    for (int64_t c = 0; c < columns && status == LJ_OK; c++)
        if (lj_frame_column(frame, c) != target)
            features[count++] = lj_frame_column(frame, c)->name;
    const lj_prep_options options = {.features = features, .feature_count = count, .steps = steps, .file = "bench",
                                     .style = LJ_PREP_WOE, .binary_target = target->number};
    const double begin = lj_seconds();
    if (status == LJ_OK)
        status = lj_prep_fit(frame, NULL, rows, n, &options, NULL, &prep);
    *seconds = lj_seconds() - begin;
    lj_prep_destroy(prep);
    lj_free(features);
    lj_free(rows);
    return status;
}

lj_status run_bins(double *seconds)
{
    lj_frame *frame = NULL;
    lj_doc *doc = NULL;
    lj_status status = read_table(&frame);
    if (status == LJ_OK)
        status = lj_yaml_parse("bench", steps_text, strlen(steps_text), &doc);
    if (status == LJ_OK)
        status = fit(frame, lj_doc_root(doc), seconds);
    lj_doc_destroy(doc);
    lj_frame_destroy(frame);
    return status;
}
