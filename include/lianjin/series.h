/*
 * Series: rows in the order of group and time, windows of them, and what comes
 * `horizon` rows later. A window holds rows up to its last one only, so nothing
 * of the future reaches a sample.
 */
#ifndef LIANJIN_SERIES_H
#define LIANJIN_SERIES_H

#include <stdint.h>

#include "lianjin/frame.h"
#include "lianjin/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* X(code, name) What of the later value y is predicted; x is the value of today. Saved in the bundle. */
#define LJ_TARGET_AS_LIST(X)                             \
    X(VALUE, "value")           /* y */                  \
    X(DIFFERENCE, "difference") /* y - x */              \
    X(LOG_RETURN, "log_return") /* log(y / x) */         \
    X(DIRECTION, "direction")   /* 1 if y > x, else 0 */

typedef enum lj_target_as {
#define X(code, name) LJ_TARGET_##code,
    LJ_TARGET_AS_LIST(X)
#undef X
        LJ_TARGET_AS_COUNT
} lj_target_as;
const char *lj_target_as_name(lj_target_as as);

typedef struct lj_series_options {
    const char *time;   /* column: times, or numbers in order */
    const char *group;  /* column of the series that a row belongs to; NULL: the table is one series */
    const char *target; /* column whose value is predicted */
    int64_t window;     /* rows that a sample reads, the last one its own; 1 to LJ_WINDOW_MAX */
    int64_t horizon;    /* rows from a sample's own to its target; 0: the target stands in the sample's own row */
    lj_target_as target_as; /* VALUE if horizon is 0 */
    int pad;            /* rows with less history than the window are samples, too */
    int scale_by_group; /* numbers and the target of a regression enter standardised within their group (see prep.h) */
    double gap;         /* a longer step of time begins a new series: seconds, of numbers their unit; 0: never */
} lj_series_options;

/*
 * Puts the rows of *frame in the order of (group, time), a new frame in its
 * place if they are not. LJ_EDATA: time or group are missing somewhere or of
 * another type, or a time comes twice in a group.
 */
LJ_CHECKED lj_status lj_series_order(const lj_series_options *options, lj_frame **frame);

/* Which rows of a frame are samples. */
typedef struct lj_series {
    int64_t row_count;
    int64_t *first;   /* [row_count]: the first row of the series that a row belongs to */
    int64_t n;        /* samples */
    int64_t *last;    /* [n] their own rows, ascending: where the window ends */
    int32_t *lengths; /* [n] rows of the window that there are; NULL without pad: all */
} lj_series;

/* Of a frame in order, else LJ_EDATA. The caller frees it. */
LJ_CHECKED lj_status lj_series_make(const lj_frame *frame, const lj_series_options *options, lj_series *out);
void lj_series_free(lj_series *series);

/* The row `steps` after `row` in its series; -1: it ends before. */
int64_t lj_series_ahead(const lj_series *series, int64_t row, int64_t steps);

/*
 * values [row_count] of the column `target` become what is predicted from each
 * row, NaN where the series ends before; naive [row_count] (NULL: not wanted)
 * what one would say without a model: the value of today (horizon 0: that of
 * the row before), no change. LJ_EDATA: the logarithm of a number that is not
 * above 0.
 */
LJ_CHECKED lj_status lj_series_targets(const lj_frame *frame, const lj_series *series,
                                       const lj_series_options *options, double *values, double *naive);

/*
 * parts [row_count]: a row has to have the next `reach` rows, as far as its
 * series goes, in its own part, or it is in none. Answers how many are so.
 */
int64_t lj_series_purge(const lj_series *series, int64_t reach, uint8_t *parts);

#ifdef __cplusplus
}
#endif
#endif
