/*
 * A team of threads, made by the program and passed down; the library starts
 * none on its own. Workers spin briefly, then sleep. One run at a time.
 */
#ifndef LIANJIN_TEAM_H
#define LIANJIN_TEAM_H

#include <stdint.h>

#include "lianjin/status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct lj_team lj_team;

/* n_threads 1 to LJ_THREADS_MAX with the caller's; 0: LIANJIN_THREADS, or else the cores this process may use. */
LJ_CHECKED lj_status lj_team_create(int n_threads, lj_team **out);
void lj_team_destroy(lj_team *team);
int lj_team_size(const lj_team *team); /* 1 for NULL */

/*
 * Calls work(context, i, thread) for i in 0 .. n_tasks-1, each once, on any of
 * the threads (thread < lj_team_size), and returns when all are done. Tasks are
 * handed out in ascending order. team NULL or one task: on the caller's thread.
 */
typedef void lj_work(void *context, int64_t index, int thread);
void lj_team_run(lj_team *team, lj_work *work, void *context, int64_t n_tasks);

/* As above for tasks that can fail: the first failure by index is returned with its message, tasks after it may not run. */
typedef lj_status lj_failing_work(void *context, int64_t index, int thread);
LJ_CHECKED lj_status lj_team_try(lj_team *team, lj_failing_work *work, void *context, int64_t n_tasks);

/*
 * What workers do while no run is open: pieces of `work`, each one call, until
 * one answers 0 because nothing is left. A run does not wait for a worker that
 * is at a piece, its other threads do the tasks; the caller does no pieces, so
 * a team of one thread does none. One work at a time; work NULL: none from
 * here on. Returns when no worker is at a piece of the work before.
 */
typedef int lj_idle_work(void *context);
void lj_team_set_idle(lj_team *team, lj_idle_work *work, void *context);

#ifdef __cplusplus
}
#endif
#endif
