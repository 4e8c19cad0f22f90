/* Every task runs once, and all are done when the run returns. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lianjin/limits.h"
#include "lianjin/memory.h"
#include "lianjin/team.h"

#define TASKS_MAX 1000

typedef struct counts {
    int done[TASKS_MAX]; /* plain, so that the thread sanitizer sees a task that is still running */
    int threads;
    atomic_int strange;
} counts;

static void count(void *context, int64_t index, int thread)
{
    counts *c = context;
    c->done[index]++;
    if (thread < 0 || thread >= c->threads)
        atomic_fetch_add(&c->strange, 1);
}

static void pause_a_moment(void)
{
    nanosleep(&(struct timespec){0, 200000}, NULL);
}

static void count_slowly(void *context, int64_t index, int thread)
{
    if (index % 3 == 0)
        pause_a_moment();
    count(context, index, thread);
}

static void assert_each_once(counts *c, int64_t n, int times)
{
    for (int64_t i = 0; i < TASKS_MAX; i++)
        assert_int_equal(c->done[i], i < n ? times : 0);
    assert_int_equal(atomic_load(&c->strange), 0);
}

static void each_task_runs_once(void **state)
{
    (void)state;
    for (int threads = 1; threads <= 9; threads += 2) {
        lj_team *team = NULL;
        assert_int_equal(lj_team_create(threads, &team), LJ_OK);
        assert_int_equal(lj_team_size(team), threads);
        for (int64_t n = 0; n <= TASKS_MAX; n = n * 3 + 1) {
            counts c = {.threads = threads};
            lj_team_run(team, count, &c, n);
            assert_each_once(&c, n, 1);
        }
        lj_team_destroy(team);
    }
    assert_int_equal(lj_test_live_allocations(), 0);
}

static void no_team_is_the_callers_thread(void **state)
{
    (void)state;
    counts c = {.threads = 1};
    lj_team_run(NULL, count, &c, 10);
    assert_each_once(&c, 10, 1);
    assert_int_equal(lj_team_size(NULL), 1);
    lj_team_destroy(NULL);
}

static void many_runs_in_a_row_are_each_complete(void **state)
{
    (void)state;
    lj_team *team = NULL;
    counts c = {.threads = 3};
    assert_int_equal(lj_team_create(3, &team), LJ_OK);
    for (int run = 0; run < 20000; run++) {
        lj_team_run(team, count, &c, 4);
        if (run % 5000 == 0)
            pause_a_moment(); /* so that workers fall asleep and are woken */
    }
    assert_each_once(&c, 4, 20000);
    lj_team_destroy(team);
}

static void slow_tasks_are_waited_for(void **state)
{
    (void)state;
    lj_team *team = NULL;
    counts c = {.threads = 4};
    assert_int_equal(lj_team_create(4, &team), LJ_OK);
    for (int run = 0; run < 20; run++)
        lj_team_run(team, count_slowly, &c, 7);
    assert_each_once(&c, 7, 20);
    lj_team_destroy(team);
}

/* Pieces of idle work, numbered as they are taken. */
typedef struct pieces {
    int done[TASKS_MAX]; /* plain, as above */
    int count;
    atomic_int next, inside, over;
} pieces;

static int do_piece(void *context)
{
    pieces *p = context;
    const int piece = atomic_fetch_add(&p->next, 1);
    if (piece >= p->count)
        return 0;
    atomic_fetch_add(&p->inside, 1);
    if (piece % 50 == 0)
        pause_a_moment();
    p->done[piece]++;
    atomic_fetch_sub(&p->inside, 1);
    atomic_fetch_add(&p->over, 1);
    return 1;
}

static void idle_workers_do_pieces_between_runs(void **state)
{
    (void)state;
    for (int threads = 2; threads <= 4; threads++) {
        lj_team *team = NULL;
        assert_int_equal(lj_team_create(threads, &team), LJ_OK);
        for (int i = 0; i < 20; i++)
            pause_a_moment(); /* workers fall asleep */
        pieces p = {.count = TASKS_MAX};
        counts c = {.threads = threads};
        lj_team_set_idle(team, do_piece, &p);
        for (int run = 0; run < 50; run++)
            lj_team_run(team, count, &c, 20);
        assert_each_once(&c, 20, 50);
        for (int i = 0; atomic_load(&p.over) < TASKS_MAX && i < 300000; i++)
            pause_a_moment();
        assert_int_equal(atomic_load(&p.over), TASKS_MAX);
        lj_team_set_idle(team, NULL, NULL);
        for (int i = 0; i < TASKS_MAX; i++)
            assert_int_equal(p.done[i], 1);
        lj_team_destroy(team);
    }
}

static void idle_work_ends_when_it_is_taken_back(void **state)
{
    (void)state;
    lj_team *team = NULL;
    assert_int_equal(lj_team_create(3, &team), LJ_OK);
    for (int i = 0; i < 50; i++) {
        pieces p = {.count = TASKS_MAX};
        lj_team_set_idle(team, do_piece, &p);
        if (i % 2 == 0)
            pause_a_moment();
        lj_team_set_idle(team, NULL, NULL);
        assert_int_equal(atomic_load(&p.inside), 0);
        const int begun = atomic_load(&p.next);
        pause_a_moment();
        assert_int_equal(atomic_load(&p.next), begun);
    }
    lj_team_destroy(team);
    pieces none = {.count = TASKS_MAX};
    assert_int_equal(lj_team_create(1, &team), LJ_OK);
    lj_team_set_idle(NULL, do_piece, &none);
    lj_team_set_idle(team, do_piece, &none); /* the caller does no pieces */
    lj_team_destroy(team);
    assert_int_equal(atomic_load(&none.next), 0);
}

typedef struct failing {
    int64_t first, second;
} failing;

static lj_status fail_at(void *context, int64_t index, int thread)
{
    (void)thread;
    const failing *f = context;
    if (index % 8 == 0)
        pause_a_moment();
    if (index == f->first || index == f->second)
        return lj_fail(index == f->first ? LJ_EDATA : LJ_EIO, "task %d failed", (int)index);
    return LJ_OK;
}

static void the_first_failure_by_index_is_returned(void **state)
{
    (void)state;
    for (int threads = 1; threads <= 4; threads++) {
        lj_team *team = NULL;
        assert_int_equal(lj_team_create(threads, &team), LJ_OK);
        for (int64_t i = 0; i < 16; i++) {
            failing f = {i, i + 1};
            assert_int_equal(lj_team_try(team, fail_at, &f, 20), LJ_EDATA);
            char expected[40];
            snprintf(expected, sizeof(expected), "task %d failed", (int)i);
            assert_string_equal(lj_error_message(), expected);
        }
        failing none = {-1, -1};
        assert_int_equal(lj_team_try(team, fail_at, &none, 20), LJ_OK);
        lj_team_destroy(team);
    }
}

static void the_number_of_threads_comes_from_the_environment(void **state)
{
    (void)state;
    lj_team *team = NULL;
    setenv("LIANJIN_THREADS", "3", 1);
    assert_int_equal(lj_team_create(0, &team), LJ_OK);
    assert_int_equal(lj_team_size(team), 3);
    lj_team_destroy(team);
    static const char *const bad[] = {"0", "-1", "two", "2x", "257", "99999999999999999999"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        setenv("LIANJIN_THREADS", bad[i], 1);
        assert_int_equal(lj_team_create(0, &team), LJ_EUSAGE);
        assert_null(team);
        assert_non_null(strstr(lj_error_message(), bad[i]));
    }
    unsetenv("LIANJIN_THREADS");
    assert_int_equal(lj_team_create(0, &team), LJ_OK);
    assert_in_range(lj_team_size(team), 1, LJ_THREADS_MAX);
    lj_team_destroy(team);
}

static void impossible_sizes_are_refused(void **state)
{
    (void)state;
    lj_team *team = NULL;
    assert_int_equal(lj_team_create(-1, &team), LJ_EINVAL);
    assert_int_equal(lj_team_create(LJ_THREADS_MAX + 1, &team), LJ_EINVAL);
    assert_null(team);
}

static void any_allocation_may_fail(void **state)
{
    (void)state;
    lj_status status = LJ_ENOMEM;
    for (int64_t n = 0; status != LJ_OK; n++) {
        lj_team *team = NULL;
        lj_test_fail_allocation(n);
        status = lj_team_create(2, &team);
        lj_test_fail_allocation(-1);
        assert_true(status == LJ_OK || (status == LJ_ENOMEM && team == NULL));
        lj_team_destroy(team);
        assert_int_equal(lj_test_live_allocations(), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_task_runs_once),
        cmocka_unit_test(no_team_is_the_callers_thread),
        cmocka_unit_test(many_runs_in_a_row_are_each_complete),
        cmocka_unit_test(slow_tasks_are_waited_for),
        cmocka_unit_test(idle_workers_do_pieces_between_runs),
        cmocka_unit_test(idle_work_ends_when_it_is_taken_back),
        cmocka_unit_test(the_first_failure_by_index_is_returned),
        cmocka_unit_test(the_number_of_threads_comes_from_the_environment),
        cmocka_unit_test(impossible_sizes_are_refused),
        cmocka_unit_test(any_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
