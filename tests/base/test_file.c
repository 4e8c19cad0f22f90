/* Files and folders that are there whole or not at all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lianjin/file.h"

#define FOLDER_BYTES 64

static int enter_folder(void **state)
{
    static char folder[FOLDER_BYTES];
    snprintf(folder, sizeof(folder), "test_file_XXXXXX");
    *state = mkdtemp(folder);
    return *state == NULL ? -1 : 0;
}

static int leave_folder(void **state)
{
    return lj_folder_remove(*state) == LJ_OK && lj_test_live_allocations() == 0 ? 0 : -1;
}

static const char *in(void *const *state, const char *name)
{
    static char path[4][4 * FOLDER_BYTES];
    static int next;
    char *out = path[next++ % 4];
    snprintf(out, sizeof(path[0]), "%s/%s", (const char *)*state, name);
    return out;
}

static int entries(const char *folder)
{
    int n = 0;
    DIR *directory = opendir(folder);
    for (const struct dirent *entry = NULL; (entry = readdir(directory)) != NULL;)
        n += entry->d_name[0] != '.';
    closedir(directory);
    return n;
}

static void assert_content(const char *path, const char *expected)
{
    char *bytes = NULL;
    size_t size = 0;
    assert_int_equal(lj_file_read(path, 1 << 20, &bytes, &size), LJ_OK);
    assert_int_equal(size, strlen(expected));
    assert_string_equal(bytes, expected);
    lj_free(bytes);
}

static void a_file_appears_with_commit_and_not_before(void **state)
{
    const char *path = in(state, "a.txt");
    lj_file *file = NULL;
    assert_int_equal(lj_file_create(path, &file), LJ_OK);
    assert_int_equal(lj_file_write(file, "hel", 3), LJ_OK);
    assert_int_equal(lj_file_write(file, "lo", 2), LJ_OK);
    assert_false(lj_file_exists(path));
    assert_int_equal(lj_file_commit(file), LJ_OK);
    assert_content(path, "hello");
    assert_int_equal(entries(*state), 1);
    assert_int_equal(lj_file_size(path), 5);
}

static void an_abandoned_file_leaves_the_old_one(void **state)
{
    const char *path = in(state, "a.txt");
    lj_file *file = NULL;
    assert_int_equal(lj_file_replace(path, "old", 3), LJ_OK);
    assert_int_equal(lj_file_create(path, &file), LJ_OK);
    assert_int_equal(lj_file_write(file, "new", 3), LJ_OK);
    lj_file_abandon(file);
    lj_file_abandon(NULL);
    assert_content(path, "old");
    assert_int_equal(entries(*state), 1);
}

static void pieces_of_any_size_arrive_in_order(void **state)
{
    const char *path = in(state, "big.bin");
    lj_file *file = NULL;
    unsigned char *sent = lj_new_array(400000, 1);
    for (int i = 0; i < 400000; i++)
        sent[i] = (unsigned char)(i * 7 + i / 256);
    assert_int_equal(lj_file_create(path, &file), LJ_OK);
    size_t at = 0;
    for (size_t piece = 1; at < 400000; piece = piece * 3 % 100003) {
        const size_t n = piece < 400000 - at ? piece : 400000 - at;
        assert_int_equal(lj_file_write(file, sent + at, n), LJ_OK);
        at += n;
    }
    assert_int_equal(lj_file_commit(file), LJ_OK);
    char *bytes = NULL;
    size_t size = 0;
    assert_int_equal(lj_file_read(path, 400000, &bytes, &size), LJ_OK);
    assert_int_equal(size, 400000);
    assert_memory_equal(bytes, sent, size);
    lj_free(bytes);
    lj_free(sent);
}

static void a_library_may_write_under_the_temporary_name(void **state)
{
    const char *path = in(state, "a.parquet");
    lj_file *file = NULL;
    assert_int_equal(lj_file_create(path, &file), LJ_OK);
    unlink(lj_file_temporary(file)); /* as one that makes a file of its own */
    FILE *other = fopen(lj_file_temporary(file), "w");
    fputs("by name", other);
    fclose(other);
    assert_int_equal(lj_file_commit(file), LJ_OK);
    assert_content(path, "by name");
}

static void a_missing_folder_and_a_folder_are_refused(void **state)
{
    lj_file *file = NULL;
    assert_int_equal(lj_file_create(in(state, "no/a.txt"), &file), LJ_EIO);
    assert_null(file);
    assert_non_null(strstr(lj_error_message(), "its folder does not exist"));
    assert_int_equal(lj_file_create(*state, &file), LJ_EIO);
    assert_non_null(strstr(lj_error_message(), "it is a folder"));
}

static void a_write_that_fails_leaves_the_old_file_and_no_temporary(void **state)
{
    const char *path = in(state, "a.txt");
    assert_int_equal(lj_file_replace(path, "old", 3), LJ_OK);
    char *bytes = lj_new_array(300000, 1);
    struct rlimit old;
    getrlimit(RLIMIT_FSIZE, &old);
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &(struct rlimit){100000, old.rlim_max});
    const lj_status status = lj_file_replace(path, bytes, 300000);
    char message[200];
    snprintf(message, sizeof(message), "%s", lj_error_message());
    setrlimit(RLIMIT_FSIZE, &old);
    lj_free(bytes);
    assert_int_equal(status, LJ_EIO);
    assert_non_null(strstr(message, "cannot write: File too large"));
    assert_content(path, "old");
    assert_int_equal(entries(*state), 1);
}

static void a_full_disk_is_told_and_leaves_nothing(void **state)
{
    const char *disk = in(state, "disk");
    assert_int_equal(mkdir(disk, 0700), 0);
    if (mount("none", disk, "tmpfs", 0, "size=64k") != 0) {
        print_message("skipped: only root may mount a small disk\n");
        skip();
    }
    const char *path = in(state, "disk/a.bin");
    char *bytes = lj_new_array(300000, 1);
    const lj_status status = lj_file_replace(path, bytes, 300000);
    char message[200];
    snprintf(message, sizeof(message), "%s", lj_error_message());
    const int left = entries(disk);
    lj_free(bytes);
    umount(disk);
    assert_int_equal(status, LJ_EIO);
    assert_non_null(strstr(message, "No space left on device"));
    assert_int_equal(left, 0);
}

static void reading_tells_what_is_missing_or_too_large(void **state)
{
    char *bytes = NULL;
    size_t size = 0;
    assert_int_equal(lj_file_replace(in(state, "cards.csv"), "12345", 5), LJ_OK);
    assert_int_equal(lj_file_read(in(state, "card.csv"), 100, &bytes, &size), LJ_ENOTFOUND);
    assert_non_null(strstr(lj_error_message(), "no such file; did you mean 'cards.csv'?"));
    assert_int_equal(lj_file_read(in(state, "xyz"), 100, &bytes, &size), LJ_ENOTFOUND);
    assert_null(strstr(lj_error_message(), "did you mean"));
    assert_int_equal(lj_file_read(in(state, "cards.csv"), 4, &bytes, &size), LJ_EDATA);
    assert_int_equal(lj_file_read(*state, 100, &bytes, &size), LJ_EIO);
    assert_non_null(strstr(lj_error_message(), "Is a directory"));
    assert_null(bytes);
    assert_int_equal(lj_file_read(in(state, "cards.csv"), 5, &bytes, &size), LJ_OK);
    lj_free(bytes);
}

static void a_stream_without_a_size_is_read_to_its_end(void **state)
{
    (void)state;
    char *bytes = NULL;
    size_t size = 0;
    assert_int_equal(lj_file_read("/proc/self/maps", 1 << 20, &bytes, &size), LJ_OK);
    assert_true(size > 100);
    assert_int_equal(bytes[size - 1], '\n');
    lj_free(bytes);
    assert_int_equal(lj_file_read("/proc/self/maps", 10, &bytes, &size), LJ_EDATA);
    assert_int_equal(lj_file_read("/dev/zero", 100000, &bytes, &size), LJ_EDATA);
}

static void folders_are_made_with_their_parents_and_removed_whole(void **state)
{
    assert_int_equal(lj_folder_create(in(state, "a/b/c")), LJ_OK);
    assert_int_equal(lj_folder_create(in(state, "a/b/c/")), LJ_OK);
    assert_true(lj_file_is_folder(in(state, "a/b/c")));
    assert_int_equal(lj_file_replace(in(state, "a/f"), "x", 1), LJ_OK);
    assert_int_equal(lj_folder_create(in(state, "a/f/g")), LJ_EIO);
    assert_int_equal(lj_folder_remove(in(state, "a")), LJ_OK);
    assert_false(lj_file_exists(in(state, "a")));
    assert_int_equal(lj_folder_remove(in(state, "a")), LJ_OK);
    assert_int_equal(lj_file_size(in(state, "a")), -1);
}

static void a_removal_does_not_follow_links(void **state)
{
    assert_int_equal(lj_folder_create(in(state, "kept")), LJ_OK);
    assert_int_equal(lj_file_replace(in(state, "kept/f"), "x", 1), LJ_OK);
    assert_int_equal(lj_folder_create(in(state, "gone")), LJ_OK);
    assert_int_equal(symlink("../kept", in(state, "gone/link")), 0);
    assert_int_equal(lj_folder_remove(in(state, "gone")), LJ_OK);
    assert_content(in(state, "kept/f"), "x");
}

static void a_folder_takes_the_place_of_another(void **state)
{
    assert_int_equal(lj_folder_create(in(state, "new")), LJ_OK);
    assert_int_equal(lj_file_replace(in(state, "new/f"), "1", 1), LJ_OK);
    assert_int_equal(lj_folder_replace(in(state, "new"), in(state, "to")), LJ_OK);
    assert_content(in(state, "to/f"), "1");
    assert_int_equal(lj_folder_create(in(state, "new")), LJ_OK);
    assert_int_equal(lj_file_replace(in(state, "new/g"), "2", 1), LJ_OK);
    assert_int_equal(lj_folder_replace(in(state, "new"), in(state, "to")), LJ_OK);
    assert_content(in(state, "to/g"), "2");
    assert_false(lj_file_exists(in(state, "to/f")));
    assert_int_equal(entries(*state), 1);
}

static void a_file_is_not_replaced_by_a_folder(void **state)
{
    assert_int_equal(lj_folder_create(in(state, "new")), LJ_OK);
    assert_int_equal(lj_file_replace(in(state, "to"), "1", 1), LJ_OK);
    assert_int_equal(lj_folder_replace(in(state, "new"), in(state, "to")), LJ_EIO);
    assert_content(in(state, "to"), "1");
    assert_int_equal(lj_folder_replace(in(state, "none"), in(state, "other")), LJ_ENOTFOUND);
}

static void paths_are_joined_and_cut(void **state)
{
    (void)state;
    static const char *const joins[][3] = {
        {"a", "b", "a/b"}, {"a/", "b", "a/b"}, {"", "b", "b"}, {"a", "/b", "/b"}, {"/", "b", "/b"},
    };
    static const char *const folders[][2] = {
        {"a/b/c", "a/b"}, {"c", "."}, {"/c", "/"}, {"/", "/"}, {"a/b/", "a"}, {"a//b", "a"}, {"", "."},
    };
    for (size_t i = 0; i < sizeof(joins) / sizeof(joins[0]); i++) {
        char *path = lj_path_join(joins[i][0], joins[i][1]);
        assert_string_equal(path, joins[i][2]);
        lj_free(path);
    }
    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
        char *path = lj_path_folder(folders[i][0]);
        assert_string_equal(path, folders[i][1]);
        lj_free(path);
    }
}

static void any_allocation_may_fail(void **state)
{
    const char *path = in(state, "a.txt");
    lj_status status = LJ_ENOMEM;
    for (int64_t n = 0; status != LJ_OK; n++) {
        char *bytes = NULL;
        size_t size = 0;
        lj_test_fail_allocation(n);
        status = lj_file_replace(path, "new", 3);
        if (status == LJ_OK)
            status = lj_file_read(path, 10, &bytes, &size);
        lj_test_fail_allocation(-1);
        assert_true(status == LJ_OK || status == LJ_ENOMEM);
        assert_true(entries(*state) <= 1);
        lj_free(bytes);
        assert_int_equal(lj_test_live_allocations(), 0);
    }
}

#define in_a_folder(test) cmocka_unit_test_setup_teardown(test, enter_folder, leave_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_a_folder(a_file_appears_with_commit_and_not_before),
        in_a_folder(an_abandoned_file_leaves_the_old_one),
        in_a_folder(pieces_of_any_size_arrive_in_order),
        in_a_folder(a_library_may_write_under_the_temporary_name),
        in_a_folder(a_missing_folder_and_a_folder_are_refused),
        in_a_folder(a_write_that_fails_leaves_the_old_file_and_no_temporary),
        in_a_folder(a_full_disk_is_told_and_leaves_nothing),
        in_a_folder(reading_tells_what_is_missing_or_too_large),
        in_a_folder(a_stream_without_a_size_is_read_to_its_end),
        in_a_folder(folders_are_made_with_their_parents_and_removed_whole),
        in_a_folder(a_removal_does_not_follow_links),
        in_a_folder(a_folder_takes_the_place_of_another),
        in_a_folder(a_file_is_not_replaced_by_a_folder),
        cmocka_unit_test(paths_are_joined_and_cut),
        in_a_folder(any_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
