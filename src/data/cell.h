/*
 * One cell of text as a number or a time. The same functions decide what a
 * column is and read it, so what was found to fit always converts.
 */
#ifndef LIANJIN_DATA_CELL_H
#define LIANJIN_DATA_CELL_H

#include <stddef.h>
#include <stdint.h>

#include "lianjin/data.h"

typedef struct lj_slice {
    const char *at;
    size_t size;
} lj_slice;

/* Without blanks (space, tab, CR, LF, no-break space) at both ends. */
lj_slice lj_slice_trim(const char *bytes, size_t size);
int lj_slice_is(lj_slice slice, const char *text);
/* Without regard to the case of ASCII letters. */
int lj_slice_is_word(lj_slice slice, const char *text);

typedef struct lj_cell_number {
    double value;
    int marked;   /* has what its rule is named after (%, a comma, a currency, <): a plain number has not */
    int is_code;  /* a leading zero, such as 007: more likely a code */
    int is_long;  /* a whole number that a double cannot hold */
    lj_slice unit; /* UNIT, RANGE, CURRENCY: as written, empty if there is none */
} lj_cell_number;

/* 1 if the whole slice (trimmed) fits the rule, whatever its unit. Never a NaN or an infinity. */
int lj_cell_number_read(lj_number_rule rule, lj_slice cell, lj_cell_number *out);
/* "month" = "months" = "Months". Empty is like anything. */
int lj_unit_same(lj_slice a, lj_slice b);

/* Words that always mean "no value" in columns of numbers and times: missing, unknown, n/a, -, #REF! ... */
int lj_cell_is_missing_word(lj_slice cell);
/* inf, -Infinity and the like. */
int lj_cell_is_infinite(lj_slice cell);

/* Known formats of times; index into them, and masks of indices. */
int lj_time_format_count(void);
const char *lj_time_format(int index);
/* Bit f: the cell fits format f; only those in `among` are tried. */
uint32_t lj_time_formats_of(lj_slice cell, uint32_t among);
/* 1 if the cell fits. Microseconds since 1970 in UTC. */
int lj_time_read(const char *format, lj_slice cell, int64_t *out);

#endif
