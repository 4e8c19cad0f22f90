/* What people see, on a terminal and elsewhere. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lianjin/memory.h"
#include "lianjin/progress.h"
#include "lianjin/team.h"

#define OUTPUT_BYTES 16384

/* Runs `act` with its standard error at `to`, which is then closed here. */
static void child_writes(int to, void (*act)(void))
{
    fflush(NULL);
    const pid_t child = fork();
    if (child == 0) {
        setenv("TERM", "xterm", 1);
        unsetenv("NO_COLOR");
        dup2(to, STDERR_FILENO);
        act();
        fflush(stderr);
        _exit(0);
    }
    assert_true(child > 0);
}

static void read_rest(int from, char *out)
{
    size_t used = 0;
    for (ssize_t n = 0; (n = read(from, out + used, OUTPUT_BYTES - 1 - used)) > 0;)
        used += (size_t)n;
    out[used] = '\0';
    close(from);
    wait(NULL);
}

static void output_in_a_file(void (*act)(void), char *out)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    child_writes(ends[1], act);
    close(ends[1]);
    read_rest(ends[0], out);
}

static void output_on_a_terminal(void (*act)(void), char *out)
{
    int ours = -1;
    int theirs = -1;
    if (openpty(&ours, &theirs, NULL, NULL, NULL) != 0)
        skip(); /* a root without /dev/pts */
    child_writes(theirs, act);
    close(theirs);
    read_rest(ours, out);
}

static void a_bar(void)
{
    lj_console *console = NULL;
    if (lj_console_create(0, &console) != LJ_OK)
        return;
    lj_note(console, "reading %d files", 3);
    lj_progress_begin(console, "train", 10);
    for (int i = 1; i <= 10; i++) {
        nanosleep(&(struct timespec){0, 80000000}, NULL);
        lj_progress_update(console, i, "loss 0.5");
        if (i == 8)
            lj_warn(console, "column '%s' is constant", "x");
    }
    lj_progress_end(console);
    lj_console_destroy(console);
}

static void a_terminal_gets_a_bar_with_rate_and_time_left(void **state)
{
    (void)state;
    char out[OUTPUT_BYTES];
    output_on_a_terminal(a_bar, out);
    assert_non_null(strstr(out, "reading 3 files"));
    assert_non_null(strstr(out, "\u2588"));
    assert_non_null(strstr(out, " left"));
    assert_non_null(strstr(out, "/s"));
    assert_non_null(strstr(out, "loss 0.5"));
    assert_non_null(strstr(out, "\033[33mwarning:\033[0m column 'x' is constant"));
    assert_non_null(strstr(out, "train: 10 in "));
}

static void a_file_gets_one_line_without_colour(void **state)
{
    (void)state;
    char out[OUTPUT_BYTES];
    output_in_a_file(a_bar, out);
    assert_null(strchr(out, '\033'));
    assert_null(strchr(out, '\r'));
    assert_non_null(strstr(out, "reading 3 files\nwarning: column 'x' is constant\ntrain: 10 in "));
    assert_non_null(strstr(out, "  loss 0.5\n"));
}

static void quiet_writes_nothing(void)
{
    lj_console *console = NULL;
    if (lj_console_create(1, &console) != LJ_OK)
        return;
    lj_note(console, "note");
    lj_progress_begin(console, "train", 10);
    lj_progress_update(console, 5, NULL);
    lj_progress_end(console);
    lj_warn(console, "kept");
    if (lj_console_warning_count(console) != 1 || strcmp(lj_console_warning(console, 0), "kept") != 0)
        fputs("the warning was lost", stderr);
    lj_console_destroy(console);
}

static void a_quiet_console_keeps_warnings_and_is_silent(void **state)
{
    (void)state;
    char out[OUTPUT_BYTES];
    output_on_a_terminal(quiet_writes_nothing, out);
    assert_string_equal(out, "");
}

static void no_console_is_silent(void **state)
{
    (void)state;
    lj_note(NULL, "x");
    lj_warn(NULL, "x");
    lj_progress_begin(NULL, "x", 1);
    lj_progress_update(NULL, 1, NULL);
    lj_progress_end(NULL);
    lj_console_destroy(NULL);
    assert_int_equal(lj_console_warning_count(NULL), 0);
    assert_false(lj_console_is_terminal(NULL));
}

static void warn(void *context, int64_t index, int thread)
{
    (void)thread;
    lj_warn(context, "warning %d", (int)index);
}

static void warnings_may_come_from_any_thread(void **state)
{
    (void)state;
    lj_console *console = NULL;
    lj_team *team = NULL;
    assert_int_equal(lj_console_create(1, &console), LJ_OK);
    assert_int_equal(lj_team_create(4, &team), LJ_OK);
    lj_team_run(team, warn, console, 100);
    assert_int_equal(lj_console_warning_count(console), 100);
    lj_team_destroy(team);
    lj_console_destroy(console);
    assert_int_equal(lj_test_live_allocations(), 0);
}

static void the_first_signal_is_noted_and_the_second_ends(void **state)
{
    (void)state;
    fflush(NULL);
    const pid_t child = fork();
    if (child == 0) {
        lj_interrupt_install();
        if (lj_interrupted())
            _exit(1);
        raise(SIGINT);
        if (!lj_interrupted())
            _exit(2);
        raise(SIGTERM);
        _exit(3);
    }
    int status = 0;
    waitpid(child, &status, 0);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGTERM);
}

static void the_clock_goes_forward(void **state)
{
    (void)state;
    const double began = lj_seconds();
    nanosleep(&(struct timespec){0, 2000000}, NULL);
    assert_true(lj_seconds() - began >= 0.002);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_terminal_gets_a_bar_with_rate_and_time_left),
        cmocka_unit_test(a_file_gets_one_line_without_colour),
        cmocka_unit_test(a_quiet_console_keeps_warnings_and_is_silent),
        cmocka_unit_test(no_console_is_silent),
        cmocka_unit_test(warnings_may_come_from_any_thread),
        cmocka_unit_test(the_first_signal_is_noted_and_the_second_ends),
        cmocka_unit_test(the_clock_goes_forward),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
