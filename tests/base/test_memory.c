/* Arrays, arenas and texts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lianjin/memory.h"

#if defined(__SANITIZE_ADDRESS__)
#define HAS_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_ASAN 1
#endif
#endif
#ifndef HAS_ASAN
#define HAS_ASAN 0
#endif

static int is_aligned(const void *block)
{
    return (uintptr_t)block % 64 == 0;
}

static int is_zero(const unsigned char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] != 0)
            return 0;
    }
    return 1;
}

static void arrays_are_aligned_and_zeroed(void **state)
{
    (void)state;
    for (int64_t n = 0; n < 3000; n = n * 3 + 1) {
        unsigned char *block = lj_new_array(n, 3);
        assert_non_null(block);
        assert_true(is_aligned(block));
        assert_true(is_zero(block, (size_t)(n == 0 ? 3 : 3 * n)));
        memset(block, 0xAB, (size_t)(3 * n));
        lj_free(block);
    }
    assert_int_equal(lj_test_live_allocations(), 0);
}

static void sizes_that_cannot_be_give_null(void **state)
{
    (void)state;
    assert_null(lj_new_array(-1, 1));
    assert_null(lj_new_array(INT64_MAX, 8));
    assert_null(lj_new_array(INT64_MAX, 1));
    assert_null(lj_resize_array(NULL, 0, INT64_MAX, 16));
    assert_int_equal(lj_test_live_allocations(), 0);
}

static void growth_keeps_content_and_alignment(void **state)
{
    (void)state;
    int64_t *block = NULL;
    int64_t count = 0;
    for (int64_t more = 1; more < 200000; more = more * 2 + 5) {
        int64_t *larger = lj_resize_array(block, count, more, sizeof(*block));
        assert_non_null(larger);
        assert_true(is_aligned(larger));
        for (int64_t i = 0; i < count; i++)
            assert_int_equal(larger[i], i);
        for (int64_t i = count; i < more; i++)
            larger[i] = i;
        block = larger;
        count = more;
    }
    block = lj_resize_array(block, count, 10, sizeof(*block));
    assert_int_equal(block[9], 9);
    lj_free(block);
    assert_int_equal(lj_test_live_allocations(), 0);
}

static void the_chosen_allocation_fails_and_only_that(void **state)
{
    (void)state;
    lj_test_fail_allocation(1);
    char *a = lj_strdup("a");
    char *b = lj_strdup("b");
    char *c = lj_strdup("c");
    lj_test_fail_allocation(-1);
    assert_string_equal(a, "a");
    assert_null(b);
    assert_string_equal(c, "c");
    lj_free(a);
    lj_free(c);
}

static void a_failed_growth_keeps_the_old_block(void **state)
{
    (void)state;
    char *block = lj_strdup("kept");
    lj_test_fail_allocation(0);
    assert_null(lj_resize_array(block, 5, 500, 1));
    lj_test_fail_allocation(-1);
    assert_string_equal(block, "kept");
    lj_free(block);
}

static void arena_blocks_are_aligned_zeroed_and_apart(void **state)
{
    (void)state;
    lj_arena *arena = NULL;
    assert_int_equal(lj_arena_create(&arena), LJ_OK);
    unsigned char *before = NULL;
    size_t size_before = 0;
    for (int64_t n = 0; n < 400; n++) {
        const size_t size = (size_t)(n % 7 == 0 ? n * 100 + 1 : n + 1);
        unsigned char *block = lj_arena_array(arena, (int64_t)size, 1);
        assert_non_null(block);
        assert_true(is_aligned(block));
        assert_true(is_zero(block, size));
        memset(block, 0xFF, size);
        assert_true(before == NULL || block >= before + size_before || block + size <= before);
        before = block;
        size_before = size;
    }
    assert_true(lj_arena_size(arena) >= 400 * 64);
    lj_arena_destroy(arena);
    lj_arena_destroy(NULL);
    assert_int_equal(lj_test_live_allocations(), 0);
}

static void arena_refuses_sizes_that_cannot_be(void **state)
{
    (void)state;
    lj_arena *arena = NULL;
    assert_int_equal(lj_arena_create(&arena), LJ_OK);
    assert_null(lj_arena_array(arena, -1, 1));
    assert_null(lj_arena_array(arena, INT64_MAX, 3));
    assert_non_null(lj_arena_array(arena, 0, 0));
    lj_arena_destroy(arena);
}

static void arena_texts_are_copies(void **state)
{
    (void)state;
    lj_arena *arena = NULL;
    assert_int_equal(lj_arena_create(&arena), LJ_OK);
    char text[] = "abc";
    char *copy = lj_arena_strdup(arena, text);
    text[0] = 'x';
    assert_string_equal(copy, "abc");
    assert_string_equal(lj_arena_printf(arena, "%s-%05d", text, 42), "xbc-00042");
    lj_arena_destroy(arena);
}

static void any_allocation_of_an_arena_may_fail(void **state)
{
    (void)state;
    int done = 0;
    for (int64_t n = 0; !done; n++) {
        lj_arena *arena = NULL;
        lj_test_fail_allocation(n);
        const lj_status status = lj_arena_create(&arena);
        done = status == LJ_OK && lj_arena_array(arena, 10, 8) != NULL && lj_arena_array(arena, 90000, 8) != NULL &&
               lj_arena_strdup(arena, "x") != NULL;
        lj_test_fail_allocation(-1);
        assert_true(status == LJ_OK || (status == LJ_ENOMEM && arena == NULL));
        lj_arena_destroy(arena);
        assert_int_equal(lj_test_live_allocations(), 0);
    }
}

static void an_overrun_in_an_arena_is_caught_by_the_sanitizer(void **state)
{
    (void)state;
    if (!HAS_ASAN)
        skip();
    const pid_t child = fork();
    if (child == 0) {
        close(STDERR_FILENO);
        lj_arena *arena = NULL;
        if (lj_arena_create(&arena) != LJ_OK)
            _exit(0);
        volatile char *block = lj_arena_array(arena, 70, 1);
        block[70] = 1; /* inside the chunk, behind the block */
        _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) != 0);
}

static void a_text_grows_and_ends_with_nul(void **state)
{
    (void)state;
    lj_text text = {0};
    for (int i = 0; i < 1000; i++)
        lj_text_printf(&text, "%d,", i);
    lj_text_append(&text, "a\0b", 3);
    lj_text_printf(&text, "%0500d", 1);
    assert_int_equal(lj_text_finish(&text), LJ_OK);
    assert_int_equal(text.size, 10 * 2 + 90 * 3 + 900 * 4 + 3 + 500);
    assert_memory_equal(text.data, "0,1,2,", 6);
    assert_int_equal(text.data[text.size], 0);
    lj_text_free(&text);
    assert_null(text.data);
    assert_int_equal(lj_test_live_allocations(), 0);
}

static void an_empty_text_is_not_null(void **state)
{
    (void)state;
    lj_text text = {0};
    assert_int_equal(lj_text_finish(&text), LJ_OK);
    assert_string_equal(text.data, "");
    lj_text_free(&text);
}

static void a_failed_text_says_so_at_its_end(void **state)
{
    (void)state;
    lj_text text = {0};
    lj_test_fail_allocation(1);
    lj_text_puts(&text, "some");
    for (int i = 0; i < 100; i++)
        lj_text_puts(&text, "more and more");
    lj_test_fail_allocation(-1);
    lj_text_puts(&text, "nothing comes after a failure");
    assert_int_equal(lj_text_finish(&text), LJ_ENOMEM);
    assert_memory_equal(text.data, "some", 4);
    lj_text_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arrays_are_aligned_and_zeroed),
        cmocka_unit_test(sizes_that_cannot_be_give_null),
        cmocka_unit_test(growth_keeps_content_and_alignment),
        cmocka_unit_test(the_chosen_allocation_fails_and_only_that),
        cmocka_unit_test(a_failed_growth_keeps_the_old_block),
        cmocka_unit_test(arena_blocks_are_aligned_zeroed_and_apart),
        cmocka_unit_test(arena_refuses_sizes_that_cannot_be),
        cmocka_unit_test(arena_texts_are_copies),
        cmocka_unit_test(any_allocation_of_an_arena_may_fail),
        cmocka_unit_test(an_overrun_in_an_arena_is_caught_by_the_sanitizer),
        cmocka_unit_test(a_text_grows_and_ends_with_nul),
        cmocka_unit_test(an_empty_text_is_not_null),
        cmocka_unit_test(a_failed_text_says_so_at_its_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
