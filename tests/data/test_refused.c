/* Sources that are refused: what is wrong with them is told with its place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>

#include "data/temporary.h"

static void fails(const char *path, lj_status status, const char *message)
{
    lj_source *source = NULL;
    const lj_source_options options = {.source = path};
    const lj_status found = lj_source_open(&options, NULL, &source);
    if (found != status)
        fail_msg("%s: expected %s, found %s: %s", path, lj_status_name(status), lj_status_name(found),
                 lj_error_message());
    assert_null(source);
    assert_message_has(message);
}

static void a_missing_file_is_told_with_the_nearest_name(void **state)
{
    (void)state;
    write_text("customers.csv", "a\n1\n");
    fails(path_of("custmers.csv"), LJ_ENOTFOUND, "custmers.csv: no such file; did you mean 'customers.csv'?");
    fails(path_of("nofolder/x.csv"), LJ_ENOTFOUND, "no folder");
    fails(path_of("none-*.csv"), LJ_ENOTFOUND, "no file matches");
    fails(folder, LJ_ENOTFOUND, "is a folder");
}

static void ragged_rows_are_told_with_their_line(void **state)
{
    (void)state;
    fails(write_text("short.csv", "a,b,c\n1,2,3\n\"x\ny\",5\n6,7,8\n"), LJ_EDATA,
          "short.csv: line 3: expected 3 columns, found 2");
    fails(write_text("long.csv", "a,b\n1,2\n3,4\n5,6,7\n"), LJ_EDATA, "long.csv: line 4: expected 2 columns, found 3");
}

static void other_encodings_are_named(void **state)
{
    (void)state;
    fails(
        write_text("latin.csv", "a,b\n1,\xE9t\xE9\n2,S\xE3o\n"), LJ_EDATA,
        "line 2, byte 7 of the file (0xE9): the text is not UTF-8, it looks like LATIN1; convert it: iconv -f LATIN1");
    fails(write_text("gbk.csv", "a,b\n1,\xD2\xF8\xD0\xD0\n2,\xB4\xFB\xBF\xEE\n"), LJ_EDATA, "it looks like GBK");
    fails(write_bytes("utf16.csv", "\xFF\xFE" "a\0,\0b\0\n\0", 10), LJ_EDATA, "it looks like UTF-16");
    fails(write_bytes("utf16le.csv", "a\0,\0b\0\n\0" "1\0,\0" "2\0\n\0", 16), LJ_EDATA, "it looks like UTF-16");
    fails(write_bytes("nul.csv", "a,b\n1,x\0y\n", 10), LJ_EDATA, "line 2, byte 8 of the file (0x00): a NUL byte");
}

static void a_fault_far_into_the_file_is_found(void **state)
{
    (void)state;
    const char *path = path_of("far.csv");
    const int n = 60000;
    for (int kind = 0; kind < 3; kind++) {
        FILE *file = fopen(path, "wb");
        fputs("number,word\n", file);
        for (int i = 0; i < n; i++)
            fprintf(file, "%d,some words of text\n", i);
        fputs(kind == 0 ? "1,\xE9\n" : kind == 1 ? "1\n" : "1,\"open\n", file);
        fclose(file);
        fails(path, LJ_EDATA, "line 60002");
    }
    FILE *file = fopen(path, "wb");
    fputs("number,word\n", file);
    for (int i = 0; i < n; i++)
        fprintf(file, "%d,some words of text\n", i);
    fwrite("1,x\0y\n", 1, 6, file);
    fclose(file);
    lj_source *source = NULL;
    lj_frame *frame = NULL;
    const lj_source_options options = {.source = path};
    assert_ok(lj_source_open(&options, NULL, &source));
    assert_int_equal(lj_source_read(source, &frame), LJ_EDATA);
    assert_message_has("row 60001, column 'word': a NUL byte");
    assert_null(frame);
    lj_source_close(source);
}

static void quotes_that_are_not_closed_are_told(void **state)
{
    (void)state;
    fails(write_text("open.csv", "a,b\n1,2\n3,\"four\n5,6\n"), LJ_EDATA,
          "open.csv: line 3: a quote is opened and never closed");
    fails(write_text("after.csv", "a,b\n1,\"x\"y\n"), LJ_EDATA, "after.csv: line 2");
}

static void empty_tables_and_names_that_repeat_are_refused(void **state)
{
    (void)state;
    fails(write_text("empty.csv", ""), LJ_EDATA, "the file is empty");
    fails(write_text("blank.csv", "\n\n"), LJ_EDATA, "the file is empty");
    fails(write_text("header.csv", "a,b,c\n"), LJ_EDATA, "only a header of 3 columns, no rows");
    fails(write_text("twice.csv", "id,x,id\n1,2,3\n"), LJ_EDATA, "columns 1 and 3 are both called 'id'");
    fails(write_text("book.xlsx", "PK\003\004rest"), LJ_EUNSUPPORTED, "Excel");
    fails(write_text("infinite.csv", "a,x\n1,2\n2,inf\n3,5\n"), LJ_EDATA,
          "column 'x': 1 cells are infinite, such as 'inf'");
    lj_source *source = NULL;
    const lj_source_options options = {.source = write_text("f.csv", "a\n1\n"),
                                       .sql = "SELECT * FROM source WHERE CAST(a AS INTEGER) > 5"};
    assert_int_equal(lj_source_open(&options, NULL, &source), LJ_EDATA);
    assert_message_has("no rows are left by the SQL");
}

static void damaged_files_are_refused(void **state)
{
    (void)state;
    fails(write_text("bad.parquet", "PAR1 this is no parquet file"), LJ_EDATA, "bad.parquet");
    fails(write_text("bad.sqlite", "SQLite format 3 and then nothing"), LJ_EDATA, "SQLite says");
    fails(write_text("bad.json", "{\"a\": "), LJ_EDATA, "bad.json");
    gzFile file = gzopen(path_of("cut.csv.gz"), "wb");
    gzputs(file, "number,word\n");
    for (int i = 0; i < 100000; i++)
        gzprintf(file, "%d,%d\n", i, i * 7919 % 10007);
    gzclose(file);
    char *bytes = NULL;
    size_t size = 0;
    assert_ok(lj_file_read(path_of("cut.csv.gz"), 1 << 24, &bytes, &size));
    lj_source *source = NULL;
    const lj_source_options options = {.source = write_bytes("cut2.csv.gz", bytes, size / 2)};
    lj_free(bytes);
    assert_int_equal(lj_source_open(&options, NULL, &source), LJ_ECORRUPT);
    assert_message_has("the gzip file is damaged or cut short");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_missing_file_is_told_with_the_nearest_name),
        cmocka_unit_test(ragged_rows_are_told_with_their_line),
        cmocka_unit_test(other_encodings_are_named),
        cmocka_unit_test(a_fault_far_into_the_file_is_found),
        cmocka_unit_test(quotes_that_are_not_closed_are_told),
        cmocka_unit_test(empty_tables_and_names_that_repeat_are_refused),
        cmocka_unit_test(damaged_files_are_refused),
    };
    return cmocka_run_group_tests_name("data/refused", tests, make_folder, remove_folder);
}
