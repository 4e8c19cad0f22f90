/*
 * What a person sees while it runs: progress bars, notes and warnings, on
 * standard error. A bar appears only on a terminal and after half a second;
 * elsewhere one line at the end. The library writes nothing unless the program
 * made a console and passed it down.
 */
#ifndef LIANJIN_PROGRESS_H
#define LIANJIN_PROGRESS_H

#include <stdint.h>

#include "lianjin/memory.h"
#include "lianjin/status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct lj_console lj_console; /* NULL everywhere means: silent */

/* quiet: no bars and notes, warnings are still collected. */
LJ_CHECKED lj_status lj_console_create(int quiet, lj_console **out);
void lj_console_destroy(lj_console *console);
int lj_console_is_terminal(const lj_console *console);

/* A line for people. */
void lj_note(lj_console *console, const char *format, ...) LJ_PRINTF(2, 3);
/* A warning: shown, kept for the report and --json. Safe from any thread. */
void lj_warn(lj_console *console, const char *format, ...) LJ_PRINTF(2, 3);
int64_t lj_console_warning_count(const lj_console *console);
const char *lj_console_warning(const lj_console *console, int64_t index); /* borrowed */

/* One bar at a time. total 0: unknown. `detail` is text behind the bar (loss, metrics), may be NULL. */
void lj_progress_begin(lj_console *console, const char *label, int64_t total);
void lj_progress_update(lj_console *console, int64_t done, const char *detail);
void lj_progress_end(lj_console *console);

/* Seconds of a monotonic clock. */
double lj_seconds(void);

/* Ctrl-C: after lj_interrupt_install, the first SIGINT or SIGTERM sets the flag, the second ends the process. */
void lj_interrupt_install(void);
int lj_interrupted(void);

#ifdef __cplusplus
}
#endif
#endif
