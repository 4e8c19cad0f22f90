/* The cases of texts of lianjin-bench. They read the file that $BENCH_TEXT names, outside the time. */
#ifndef LIANJIN_BENCH_TEXTS_H
#define LIANJIN_BENCH_TEXTS_H

#include "lianjin/status.h"
#include "lianjin/team.h"

/* Trains vectors of words, words-skip-gram-* or words-cbow-*, with the defaults. LJ_EUSAGE: it is none of them. */
LJ_CHECKED lj_status run_words_case(const char *name, lj_team *team, double *seconds);

/* Runs the case, one of segment-*, bpe-fit-* and bpe-apply-*. LJ_EUSAGE: it is none of them. */
LJ_CHECKED lj_status run_text_case(const char *name, double *seconds);

#endif
