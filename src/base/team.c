/*
 * A team of threads.
 *
 * `round` is odd while a run is open and even between runs. A worker joins a
 * run by adding itself to `inside` and then seeing an odd round; the caller
 * closes the run by making the round even and then waits until nobody is
 * inside. Both are sequentially consistent, so either the worker sees the run
 * closed and leaves without touching it, or the caller sees the worker inside
 * and waits. A worker that wakes late finds the run closed: nobody waits for
 * sleepers.
 *
 * Whoever waits spins for SPIN_PAUSES, then gives its core to others between
 * looks for SPIN_YIELDS, so that a busy machine runs those who have work, and
 * then sleeps on a futex. A worker does pieces of the idle work before it sleeps.
 */
#include "lianjin/team.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lianjin/limits.h"
#include "lianjin/memory.h"

#define SPIN_PAUSES 400 /* about 10 us */
#define SPIN_YIELDS 60  /* about 20 us when nobody else wants the core */

typedef struct worker {
    lj_team *team;
    pthread_t thread;
    int index; /* 1 to size - 1; the caller is 0 */
} worker;

struct lj_team {
    int size;
    int spins;   /* 0: more threads than cores, so nobody spins */
    int started; /* workers that run, for a clean end after a half-way failure */
    worker *workers;
    _Alignas(64) atomic_uint round;
    atomic_int sleepers;
    atomic_int stop;
    lj_work *work;
    void *context;
    int64_t n_tasks;
    _Alignas(64) atomic_llong next;
    _Alignas(64) atomic_uint inside;
    atomic_int caller_sleeps;
    _Atomic(lj_idle_work *) idle; /* NULL: none; seen by a worker only after it has joined the idlers */
    void *idle_context;
    atomic_uint idlers; /* workers that may be at a piece */
};

static void pause_briefly(void)
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

static void futex_wait(atomic_uint *word, unsigned value)
{
    syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, NULL, NULL, 0);
}

static void futex_wake(atomic_uint *word, int count)
{
    syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, count, NULL, NULL, 0);
}

/* Waits until *word is not `value`, awake; 0 when it still is after the spin. */
static int spin_while(const lj_team *team, atomic_uint *word, unsigned value)
{
    for (int i = 0; i < (team->spins ? SPIN_PAUSES + SPIN_YIELDS : 1); i++) {
        if (atomic_load_explicit(word, memory_order_acquire) != value)
            return 1;
        if (i < SPIN_PAUSES && team->spins)
            pause_briefly();
        else
            sched_yield();
    }
    return atomic_load_explicit(word, memory_order_acquire) != value;
}

static void do_tasks(lj_team *team, int thread)
{
    for (;;) {
        const int64_t index = atomic_fetch_add_explicit(&team->next, 1, memory_order_relaxed);
        if (index >= team->n_tasks)
            return;
        team->work(team->context, index, thread);
    }
}

static void join_run(lj_team *team, int thread)
{
    atomic_fetch_add(&team->inside, 1);
    if (atomic_load(&team->round) % 2 == 1)
        do_tasks(team, thread);
    if (atomic_fetch_sub(&team->inside, 1) == 1 && atomic_load(&team->caller_sleeps))
        futex_wake(&team->inside, 1);
}

/* One piece of what is done between runs; 0: there is none. */
static int do_idle(lj_team *team)
{
    if (atomic_load(&team->idle) == NULL)
        return 0;
    atomic_fetch_add(&team->idlers, 1);
    lj_idle_work *work = atomic_load(&team->idle);
    const int done = work != NULL && work(team->idle_context);
    if (work != NULL && !done)
        atomic_store(&team->idle, NULL);
    if (atomic_fetch_sub(&team->idlers, 1) == 1)
        futex_wake(&team->idlers, 1);
    return done;
}

static void *worker_main(void *context)
{
    worker *self = context;
    lj_team *team = self->team;
    unsigned seen = 0;
    for (;;) {
        if (!spin_while(team, &team->round, seen)) {
            if (do_idle(team))
                continue;
            atomic_fetch_add(&team->sleepers, 1);
            while (atomic_load(&team->round) == seen)
                futex_wait(&team->round, seen);
            atomic_fetch_sub(&team->sleepers, 1);
        }
        seen = atomic_load(&team->round);
        if (atomic_load(&team->stop))
            return NULL;
        if (seen % 2 == 1)
            join_run(team, self->index);
    }
}

/* Whole cores that a control group grants, 0 when it sets no limit. */
static int cores_of_group(void)
{
    FILE *file = fopen("/sys/fs/cgroup/cpu.max", "re");
    if (file == NULL)
        return 0;
    long long quota = 0;
    long long period = 0;
    const int n = fscanf(file, "%lld %lld", &quota, &period); /* "max 100000" gives none */
    fclose(file);
    if (n != 2 || quota <= 0 || period <= 0)
        return 0;
    return quota < period ? 1 : (int)(quota / period > LJ_THREADS_MAX ? LJ_THREADS_MAX : quota / period);
}

static int cores(void)
{
    cpu_set_t set;
    int n = sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : (int)sysconf(_SC_NPROCESSORS_ONLN);
    const int group = cores_of_group();
    if (group > 0 && group < n)
        n = group;
    return n < 1 ? 1 : n > LJ_THREADS_MAX ? LJ_THREADS_MAX : n;
}

static lj_status threads_wanted(int *out)
{
    const char *text = getenv("LIANJIN_THREADS");
    if (text == NULL || *text == '\0') {
        *out = cores();
        return LJ_OK;
    }
    char *end = NULL;
    errno = 0;
    const long n = strtol(text, &end, 10);
    if (errno != 0 || *end != '\0' || n < 1 || n > LJ_THREADS_MAX)
        return lj_fail(LJ_EUSAGE, "LIANJIN_THREADS: expected 1 to %d, found '%.32s'", LJ_THREADS_MAX, text);
    *out = (int)n;
    return LJ_OK;
}

/* Starts the workers with all signals blocked: they are the business of the program's own thread. */
static int start_workers(lj_team *team)
{
    sigset_t all;
    sigset_t old;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    int error = 0;
    for (int i = 1; i < team->size && error == 0; i++) {
        worker *w = &team->workers[i - 1];
        w->team = team;
        w->index = i;
        error = pthread_create(&w->thread, NULL, worker_main, w);
        if (error == 0)
            team->started++;
    }
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    return error;
}

lj_status lj_team_create(int n_threads, lj_team **out)
{
    assert(out != NULL);
    *out = NULL;
    if (n_threads < 0 || n_threads > LJ_THREADS_MAX)
        return lj_fail(LJ_EINVAL, "threads: expected 1 to %d, found %d", LJ_THREADS_MAX, n_threads);
    if (n_threads == 0)
        LJ_TRY(threads_wanted(&n_threads));
    lj_team *team = lj_new_array(1, sizeof(*team));
    worker *workers = lj_new_array(n_threads, sizeof(*workers));
    if (team == NULL || workers == NULL) {
        lj_free(team);
        lj_free(workers);
        return lj_fail(LJ_ENOMEM, "no memory for a team of %d threads", n_threads);
    }
    team->size = n_threads;
    team->spins = n_threads <= cores();
    team->workers = workers;
    const int error = start_workers(team);
    if (error != 0) {
        char cause[128];
        lj_team_destroy(team);
        return lj_fail(LJ_EIO, "cannot start %d threads: %s", n_threads, strerror_r(error, cause, sizeof(cause)));
    }
    *out = team;
    return LJ_OK;
}

void lj_team_destroy(lj_team *team)
{
    if (team == NULL)
        return;
    atomic_store(&team->stop, 1);
    atomic_fetch_add(&team->round, 2);
    futex_wake(&team->round, INT_MAX);
    for (int i = 0; i < team->started; i++)
        pthread_join(team->workers[i].thread, NULL);
    lj_free(team->workers);
    lj_free(team);
}

int lj_team_size(const lj_team *team)
{
    return team == NULL ? 1 : team->size;
}

/* Waits until no worker is inside the run that was just closed. */
static void wait_until_empty(lj_team *team)
{
    for (;;) {
        const unsigned n = atomic_load(&team->inside);
        if (n == 0)
            return;
        if (spin_while(team, &team->inside, n))
            continue;
        atomic_store(&team->caller_sleeps, 1);
        for (unsigned left = atomic_load(&team->inside); left != 0; left = atomic_load(&team->inside))
            futex_wait(&team->inside, left);
        atomic_store(&team->caller_sleeps, 0);
        return;
    }
}

void lj_team_run(lj_team *team, lj_work *work, void *context, int64_t n_tasks)
{
    assert(work != NULL && n_tasks >= 0);
    if (team == NULL || team->size == 1 || n_tasks <= 1) {
        for (int64_t i = 0; i < n_tasks; i++)
            work(context, i, 0);
        return;
    }
    assert(atomic_load(&team->round) % 2 == 0); /* one run at a time */
    team->work = work;
    team->context = context;
    team->n_tasks = n_tasks;
    atomic_store_explicit(&team->next, 0, memory_order_relaxed);
    atomic_fetch_add(&team->round, 1);
    if (atomic_load(&team->sleepers) > 0)
        futex_wake(&team->round, n_tasks < team->size ? (int)n_tasks - 1 : team->size - 1);
    do_tasks(team, 0);
    atomic_fetch_add(&team->round, 1);
    wait_until_empty(team);
}

static void do_nothing(void *context, int64_t index, int thread)
{
    (void)context;
    (void)index;
    (void)thread;
}

void lj_team_set_idle(lj_team *team, lj_idle_work *work, void *context)
{
    if (team == NULL || team->size == 1)
        return;
    atomic_store(&team->idle, NULL);
    for (unsigned n = atomic_load(&team->idlers); n != 0; n = atomic_load(&team->idlers))
        futex_wait(&team->idlers, n);
    team->idle_context = context;
    atomic_store(&team->idle, work);
    if (work != NULL)
        lj_team_run(team, do_nothing, NULL, team->size); /* those who sleep look up */
}

typedef struct attempt {
    lj_failing_work *work;
    void *context;
    pthread_mutex_t lock;
    atomic_llong failed; /* the lowest index that failed so far, or n_tasks */
    lj_status status;
    char message[LJ_MESSAGE_MAX];
} attempt;

static void try_one(void *context, int64_t index, int thread)
{
    attempt *a = context;
    if (index > atomic_load(&a->failed))
        return;
    const lj_status status = a->work(a->context, index, thread);
    if (status == LJ_OK)
        return;
    pthread_mutex_lock(&a->lock);
    if (index < atomic_load(&a->failed)) {
        atomic_store(&a->failed, index);
        a->status = status;
        snprintf(a->message, sizeof(a->message), "%s", lj_error_message());
    }
    pthread_mutex_unlock(&a->lock);
}

lj_status lj_team_try(lj_team *team, lj_failing_work *work, void *context, int64_t n_tasks)
{
    assert(work != NULL && n_tasks >= 0);
    attempt a = {.work = work, .context = context, .failed = n_tasks, .status = LJ_OK};
    pthread_mutex_init(&a.lock, NULL);
    lj_team_run(team, try_one, &a, n_tasks);
    pthread_mutex_destroy(&a.lock);
    return a.status == LJ_OK ? LJ_OK : lj_fail(a.status, "%s", a.message);
}
