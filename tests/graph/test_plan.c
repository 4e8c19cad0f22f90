#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "graph/plan.h"
#include "lianjin/memory.h"
#include "lianjin/random.h"

#define BLOCKS 120

static void blocks_that_live_together_do_not_overlap(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 40; seed++) {
        lj_block blocks[BLOCKS];
        int64_t sum = 0, total = 0;
        for (uint64_t i = 0; i < BLOCKS; i++) {
            const int64_t first = lj_random_u32(seed, 0, 3 * i) % 30;
            blocks[i] = (lj_block){.bytes = 1 + lj_random_u32(seed, 0, 3 * i + 1) % 5000,
                                   .first = first,
                                   .last = first + lj_random_u32(seed, 0, 3 * i + 2) % 6};
            sum += blocks[i].bytes;
        }
        assert_int_equal(lj_plan_place(blocks, BLOCKS, &total), LJ_OK);
        assert_int_equal(lj_plan_conflict(blocks, BLOCKS), -1);
        for (int i = 0; i < BLOCKS; i++) {
            assert_int_equal(blocks[i].offset % LJ_BLOCK_ALIGNMENT, 0);
            assert_true(blocks[i].offset + blocks[i].bytes <= total);
        }
        assert_true(total < sum / 2); /* lives of 30 times are short: memory is shared */
    }
}

static void a_chain_of_values_needs_two_places(void **state)
{
    (void)state;
    lj_block blocks[10];
    int64_t total = 0;
    for (int i = 0; i < 10; i++)
        blocks[i] = (lj_block){.bytes = 640, .first = i, .last = i + 1};
    assert_int_equal(lj_plan_place(blocks, 10, &total), LJ_OK);
    assert_int_equal(total, 1280);
}

static void the_check_finds_an_overlap(void **state)
{
    (void)state;
    lj_block blocks[2] = {{.bytes = 100, .first = 0, .last = 1, .offset = 0},
                          {.bytes = 10, .first = 1, .last = 2, .offset = 64}};
    assert_int_equal(lj_plan_conflict(blocks, 2), 1);
    blocks[1].offset = 128;
    assert_int_equal(lj_plan_conflict(blocks, 2), -1);
}

static void no_memory_is_an_error(void **state)
{
    (void)state;
    lj_block block = {.bytes = 1};
    int64_t total = 0;
    lj_test_fail_allocation(0);
    assert_int_equal(lj_plan_place(&block, 1, &total), LJ_ENOMEM);
    lj_test_fail_allocation(-1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_that_live_together_do_not_overlap),
        cmocka_unit_test(a_chain_of_values_needs_two_places),
        cmocka_unit_test(the_check_finds_an_overlap),
        cmocka_unit_test(no_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
