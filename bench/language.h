/* The language model of lianjin-bench. It reads the text that $BENCH_TEXT names, outside the time. */
#ifndef LIANJIN_BENCH_LANGUAGE_H
#define LIANJIN_BENCH_LANGUAGE_H

#include "lianjin/status.h"
#include "lianjin/team.h"

/* Seconds of a step of 4 layers of 128 on 16 pieces of 64 bytes, with AdamW, all costs of training in it. */
LJ_CHECKED lj_status run_language_case(lj_team *team, double *seconds);

#endif
