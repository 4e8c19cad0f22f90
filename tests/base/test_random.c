/* Random numbers are the same everywhere, for ever. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "lianjin/memory.h"
#include "lianjin/random.h"

static void philox_gives_the_known_answers(void **state)
{
    (void)state;
    /* Random123, tests/kat_vectors: philox4x32, 10 rounds. */
    static const struct {
        uint64_t seed, stream, block;
        uint32_t out[4];
    } cases[] = {
        {0, 0, 0, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {UINT64_MAX, UINT64_MAX, UINT64_MAX, {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        {0x299f31d0a4093822,
         0x0370734413198a2e,
         0x85a308d3243f6a88,
         {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint32_t out[4];
        lj_philox(cases[i].seed, cases[i].stream, cases[i].block, out);
        assert_memory_equal(out, cases[i].out, sizeof(out));
    }
}

static void a_word_is_that_of_its_block(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < 40; i++) {
        uint32_t words[4];
        lj_philox(7, 9, i / 4, words);
        assert_int_equal(lj_random_u32(7, 9, i), words[i % 4]);
    }
}

static void uniforms_are_in_the_unit_interval_and_even(void **state)
{
    (void)state;
    const uint64_t stream = lj_random_stream("test");
    double sum = 0;
    int bins[10] = {0};
    for (uint64_t i = 0; i < 100000; i++) {
        const float u = lj_random_uniform(1, stream, i);
        assert_true(u >= 0.0F && u < 1.0F);
        sum += (double)u;
        bins[(int)(u * 10.0F)]++;
    }
    assert_true(sum / 100000 > 0.497 && sum / 100000 < 0.503); /* 3 standard errors */
    for (int i = 0; i < 10; i++)
        assert_in_range(bins[i], 9600, 10400);
}

static void a_permutation_holds_every_number_once(void **state)
{
    (void)state;
    for (int64_t n = 0; n < 300; n++) {
        int64_t out[300];
        unsigned char seen[300] = {0};
        lj_random_permutation(5, 6, n, out);
        for (int64_t i = 0; i < n; i++) {
            assert_in_range(out[i], 0, n - 1);
            assert_false(seen[out[i]]);
            seen[out[i]] = 1;
        }
    }
}

static void a_permutation_never_changes(void **state)
{
    (void)state;
    static const int64_t expected[10] = {6, 8, 2, 4, 7, 5, 3, 9, 0, 1};
    int64_t out[10];
    lj_random_permutation(7, lj_random_stream("train/shuffle"), 10, out);
    assert_memory_equal(out, expected, sizeof(out));
    lj_random_permutation(8, lj_random_stream("train/shuffle"), 10, out);
    assert_memory_not_equal(out, expected, sizeof(out));
}

static void permutations_of_three_are_equally_likely(void **state)
{
    (void)state;
    int counts[27] = {0};
    for (uint64_t seed = 0; seed < 6000; seed++) {
        int64_t out[3];
        lj_random_permutation(seed, 1, 3, out);
        counts[out[0] * 9 + out[1] * 3 + out[2]]++;
    }
    int kinds = 0;
    for (int i = 0; i < 27; i++) {
        if (counts[i] == 0)
            continue;
        kinds++;
        assert_in_range(counts[i], 870, 1130);
    }
    assert_int_equal(kinds, 6);
}

static void streams_are_named_by_fnv_1a(void **state)
{
    (void)state;
    assert_true(lj_random_stream("") == UINT64_C(0xcbf29ce484222325));
    assert_true(lj_random_stream("a") == UINT64_C(0xaf63dc4c8601ec8c));
    assert_true(lj_random_stream("foobar") == UINT64_C(0x85944171f73967e8));
}

static void a_hash_depends_on_seed_bytes_and_size(void **state)
{
    (void)state;
    assert_true(lj_hash64(1, "abc", 3) == UINT64_C(0x06544cc1830ec23b));
    assert_true(lj_hash64(1, "abc", 3) != lj_hash64(2, "abc", 3));
    assert_true(lj_hash64(1, "abc", 3) != lj_hash64(1, "abd", 3));
    assert_true(lj_hash64(1, "abc", 3) != lj_hash64(1, "abc\0", 4));
    assert_true(lj_hash64(1, "", 0) != lj_hash64(2, "", 0));
}

static void one_bit_of_the_input_changes_half_of_the_hash(void **state)
{
    (void)state;
    int64_t changed = 0;
    for (int i = 0; i < 1000; i++) {
        unsigned char key[20] = {(unsigned char)i, (unsigned char)(i >> 8)};
        const uint64_t before = lj_hash64(3, key, sizeof(key));
        key[i % 20] ^= (unsigned char)(1 << i % 8);
        changed += __builtin_popcountll(before ^ lj_hash64(3, key, sizeof(key)));
    }
    assert_in_range(changed, 31500, 32500);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(philox_gives_the_known_answers),
        cmocka_unit_test(a_word_is_that_of_its_block),
        cmocka_unit_test(uniforms_are_in_the_unit_interval_and_even),
        cmocka_unit_test(a_permutation_holds_every_number_once),
        cmocka_unit_test(a_permutation_never_changes),
        cmocka_unit_test(permutations_of_three_are_equally_likely),
        cmocka_unit_test(streams_are_named_by_fnv_1a),
        cmocka_unit_test(a_hash_depends_on_seed_bytes_and_size),
        cmocka_unit_test(one_bit_of_the_input_changes_half_of_the_hash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
