/* What a column of text is, from all of its cells in any order. */
#ifndef LIANJIN_DATA_GUESS_H
#define LIANJIN_DATA_GUESS_H

#include "data/cell.h"
#include "lianjin/memory.h"

enum { LJ_ODD_WORDS = 4, LJ_ODD_BYTES = 48 };

typedef struct lj_odd_word {
    char text[LJ_ODD_BYTES];
    size_t size;
    int64_t count;
} lj_odd_word;

typedef struct lj_guess {
    int64_t cells;    /* with a value */
    int64_t missing;  /* null words and empty cells */
    int64_t plain, whole, codes, long_wholes, zeros, infinite;
    int64_t days;     /* plain cells that are dates like 20180501 */
    int64_t fits[LJ_RULE_COUNT];   /* cells that are not plain, by rule */
    int64_t marked[LJ_RULE_COUNT];
    char unit[LJ_RULE_COUNT][LJ_ODD_BYTES]; /* the longest spelling, then the first in byte order */
    int mixed_units[LJ_RULE_COUNT];
    int64_t times;         /* cells that fit some format */
    uint32_t formats;      /* those that all of them fit */
    lj_odd_word odd[LJ_ODD_WORDS]; /* cells that fit nothing */
    int odd_count, is_wordy; /* wordy: more different ones than that */
    int64_t odd_cells;
    char example[LJ_ODD_BYTES]; /* of the cells that are no plain numbers the first in byte order */
} lj_guess;

void lj_guess_start(lj_guess *guess);
/* A trimmed cell that is neither empty nor one of the source's null words. */
void lj_guess_cell(lj_guess *guess, lj_slice cell);
/* Type, rule, unit, format and reason, in the arena. LJ_EDATA: infinities. */
LJ_CHECKED lj_status lj_guess_finish(const lj_guess *guess, lj_arena *arena, const char *name, lj_field *field);
/* For a column that has to be of a type: the rule or format that fits most cells. The reason is the caller's. */
LJ_CHECKED lj_status lj_guess_finish_as(const lj_guess *guess, lj_column_type type, lj_arena *arena, const char *name,
                                        lj_field *field);

#endif
