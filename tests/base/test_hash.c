/* SHA-256. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lianjin/file.h"
#include "lianjin/hash.h"
#include "lianjin/memory.h"

/* FIPS 180-4 examples. */
#define OF_ABC "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define OF_NOTHING "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define OF_A_MILLION "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"

static void blocks_have_the_digests_of_the_standard(void **state)
{
    (void)state;
    char hex[LJ_SHA256_HEX];
    assert_int_equal(lj_sha256_bytes("abc", 3, hex), LJ_OK);
    assert_string_equal(hex, OF_ABC);
    assert_int_equal(lj_sha256_bytes(NULL, 0, hex), LJ_OK);
    assert_string_equal(hex, OF_NOTHING);
}

static void pieces_have_the_digest_of_the_whole(void **state)
{
    (void)state;
    char hex[LJ_SHA256_HEX];
    char piece[1000];
    lj_sha256 *hash = NULL;
    memset(piece, 'a', sizeof(piece));
    assert_int_equal(lj_sha256_create(&hash), LJ_OK);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(lj_sha256_update(hash, piece, sizeof(piece)), LJ_OK);
    assert_int_equal(lj_sha256_finish(hash, hex), LJ_OK);
    assert_string_equal(hex, OF_A_MILLION);
    lj_sha256_destroy(hash);
    lj_sha256_destroy(NULL);
}

static void a_file_has_the_digest_of_its_bytes(void **state)
{
    (void)state;
    char path[] = "test_hash_XXXXXX";
    const int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    char piece[1000];
    memset(piece, 'a', sizeof(piece));
    for (int i = 0; i < 1000; i++)
        assert_int_equal(write(descriptor, piece, sizeof(piece)), (ssize_t)sizeof(piece));
    close(descriptor);
    char hex[LJ_SHA256_HEX];
    assert_int_equal(lj_sha256_file(path, hex), LJ_OK);
    assert_string_equal(hex, OF_A_MILLION);
    unlink(path);
}

static void a_missing_file_and_a_folder_are_refused(void **state)
{
    (void)state;
    char hex[LJ_SHA256_HEX];
    assert_int_equal(lj_sha256_file("no/such/file", hex), LJ_ENOTFOUND);
    assert_int_equal(lj_sha256_file("/", hex), LJ_EIO);
}

static void any_allocation_may_fail(void **state)
{
    (void)state;
    lj_status status = LJ_ENOMEM;
    for (int64_t n = 0; status != LJ_OK; n++) {
        char hex[LJ_SHA256_HEX];
        lj_test_fail_allocation(n);
        status = lj_sha256_file("/proc/self/status", hex);
        lj_test_fail_allocation(-1);
        assert_true(status == LJ_OK || status == LJ_ENOMEM);
        assert_int_equal(lj_test_live_allocations(), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_have_the_digests_of_the_standard),
        cmocka_unit_test(pieces_have_the_digest_of_the_whole),
        cmocka_unit_test(a_file_has_the_digest_of_its_bytes),
        cmocka_unit_test(a_missing_file_and_a_folder_are_refused),
        cmocka_unit_test(any_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
