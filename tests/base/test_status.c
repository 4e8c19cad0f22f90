/* Failures of a thread. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <pthread.h>
#include <string.h>

#include "lianjin/limits.h"
#include "lianjin/status.h"

static void a_failure_returns_its_code_and_keeps_its_message(void **state)
{
    (void)state;
    assert_int_equal(lj_fail(LJ_EDATA, "column '%s': %d", "age", 7), LJ_EDATA);
    assert_string_equal(lj_error_message(), "column 'age': 7");
}

static void context_goes_before_the_message(void **state)
{
    (void)state;
    const lj_status status = lj_fail(LJ_EIO, "no such column");
    assert_int_equal(lj_fail_context(status, "%s:%d", "a.yaml", 3), LJ_EIO);
    assert_string_equal(lj_error_message(), "a.yaml:3: no such column");
}

static void the_message_itself_may_be_an_argument(void **state)
{
    (void)state;
    assert_int_equal(lj_fail(LJ_EIO, "first"), LJ_EIO);
    assert_int_equal(lj_fail(LJ_EDATA, "again: %s", lj_error_message()), LJ_EDATA);
    assert_string_equal(lj_error_message(), "again: first");
}

static void a_long_message_is_cut_not_overrun(void **state)
{
    (void)state;
    char text[2 * LJ_MESSAGE_MAX];
    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    assert_int_equal(lj_fail(LJ_EIO, "%s", text), LJ_EIO);
    assert_int_equal(strlen(lj_error_message()), LJ_MESSAGE_MAX - 1);
    assert_int_equal(lj_fail_context(LJ_EIO, "%s", text), LJ_EIO);
    assert_int_equal(strlen(lj_error_message()), LJ_MESSAGE_MAX - 1);
}

static void *fail_elsewhere(void *context)
{
    (void)context;
    const lj_status status = lj_fail(LJ_EIO, "of another thread");
    return status == LJ_EIO ? NULL : context;
}

static void a_message_belongs_to_its_thread(void **state)
{
    (void)state;
    pthread_t thread;
    assert_int_equal(lj_fail(LJ_EIO, "mine"), LJ_EIO);
    assert_int_equal(pthread_create(&thread, NULL, fail_elsewhere, NULL), 0);
    pthread_join(thread, NULL);
    assert_string_equal(lj_error_message(), "mine");
}

static void every_code_has_a_name_an_exit_code_and_an_http_status(void **state)
{
    (void)state;
    for (int code = 0; code < LJ_STATUS_COUNT; code++) {
        assert_true(strlen(lj_status_name((lj_status)code)) > 0);
        assert_in_range(lj_status_exit_code((lj_status)code), code == LJ_OK ? 0 : 1, 2);
        assert_in_range(lj_status_http((lj_status)code), 200, 599);
    }
    assert_int_equal(lj_status_exit_code(LJ_ECONFIG), 2);
    assert_string_equal(lj_status_name((lj_status)99), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_failure_returns_its_code_and_keeps_its_message),
        cmocka_unit_test(context_goes_before_the_message),
        cmocka_unit_test(the_message_itself_may_be_an_argument),
        cmocka_unit_test(a_long_message_is_cut_not_overrun),
        cmocka_unit_test(a_message_belongs_to_its_thread),
        cmocka_unit_test(every_code_has_a_name_an_exit_code_and_an_http_status),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
