#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "data/temporary.h"

static lj_frame *example(void)
{
    const double x[] = {0.1, -3, NAN, 1.0 / 3.0, (double)0.3F, 1e300};
    const float scores[] = {0.1F, 0.5F, NAN, 1.0F / 3.0F, 1, 1e-7F};
    const int64_t times[] = {0, 1525132800000000, 1525140309250000, 0, 0, -86400000000};
    const uint8_t valid = 0x27;
    const char *const words[] = {"plain", "a,b", "say \"hi\"", NULL, "two\nlines", "\u94f6\u884c"};
    lj_frame *frame = NULL;
    assert_ok(lj_frame_create(6, &frame));
    assert_ok(lj_frame_add_number(frame, "x", x));
    assert_ok(lj_frame_add_time(frame, "when, exactly", times, &valid));
    assert_ok(lj_frame_add_text(frame, "word", words));
    assert_ok(lj_frame_add_float(frame, "score", scores));
    return frame;
}

static void csv_is_written_with_few_digits_and_quotes(void **state)
{
    (void)state;
    lj_sink *sink = NULL;
    lj_frame *frame = example();
    char *text = NULL;
    size_t size = 0;
    assert_ok(lj_sink_open(path_of("o.csv"), &sink));
    assert_false(lj_file_exists(path_of("o.csv"))); /* not before it is whole */
    assert_ok(lj_sink_write(sink, frame));
    assert_ok(lj_sink_close(sink));
    assert_ok(lj_file_read(path_of("o.csv"), 4096, &text, &size));
    assert_string_equal(text, "x,\"when, exactly\",word,score\n"
                              "0.1,1970-01-01,plain,0.1\n"
                              "-3,2018-05-01,\"a,b\",0.5\n"
                              ",2018-05-01 02:05:09.250000,\"say \"\"hi\"\"\",\n"
                              "0.3333333333333333,,,0.33333334\n"
                              "0.30000001192092896,,\"two\nlines\",1\n"
                              "1e300,1969-12-31,\u94f6\u884c,1e-7\n");
    lj_free(text);
    lj_frame_destroy(frame);
}

static void what_is_written_reads_back_the_same(void **state)
{
    (void)state;
    static const char *const names[] = {"b.parquet", "b.csv"};
    lj_frame *frame = example();
    for (size_t k = 0; k < 2; k++) {
        lj_sink *sink = NULL;
        lj_source *source = NULL;
        assert_ok(lj_sink_open(path_of(names[k]), &sink));
        for (int i = 0; i < 3; i++)
            assert_ok(lj_sink_write(sink, frame));
        assert_ok(lj_sink_close(sink));
        const lj_source_options options = {.source = path_of(names[k])};
        lj_frame *back = read_table(&options, &source);
        assert_int_equal(lj_frame_row_count(back), 18);
        for (int64_t c = 0; c < 4; c++) {
            const lj_column *a = lj_frame_column(frame, c);
            const lj_column *b = lj_frame_column(back, c);
            assert_string_equal(a->name, b->name);
            assert_int_equal(a->type, b->type);
            for (int64_t r = 0; r < 18; r++) {
                assert_int_equal(lj_column_has(a, r % 6), lj_column_has(b, r));
                if (!lj_column_has(b, r))
                    continue;
                if (a->type == LJ_COLUMN_TEXT)
                    assert_string_equal(lj_column_word(a, r % 6), lj_column_word(b, r));
                else if (a->type == LJ_COLUMN_TIME)
                    assert_true(a->time[r % 6] == b->time[r]);
                else
                    assert_true(a->is_float ? (float)a->number[r % 6] == (float)b->number[r] :
                                              a->number[r % 6] == b->number[r]);
            }
        }
        lj_frame_destroy(back);
        lj_source_close(source);
    }
    lj_frame_destroy(frame);
}

static void what_is_abandoned_leaves_the_old_file(void **state)
{
    (void)state;
    lj_sink *sink = NULL;
    lj_frame *frame = example();
    char *text = NULL;
    size_t size = 0;
    write_text("old.csv", "old");
    assert_ok(lj_sink_open(path_of("old.csv"), &sink));
    assert_ok(lj_sink_write(sink, frame));
    lj_sink_abandon(sink);
    assert_ok(lj_file_read(path_of("old.csv"), 100, &text, &size));
    assert_string_equal(text, "old");
    lj_free(text);
    lj_frame_destroy(frame);
}

static void wrong_names_folders_and_columns_are_refused(void **state)
{
    (void)state;
    const double x[] = {1};
    lj_sink *sink = NULL;
    lj_frame *frame = example();
    lj_frame *other = NULL;
    assert_int_equal(lj_sink_open(path_of("o.xlsx"), &sink), LJ_EUSAGE);
    assert_int_equal(lj_sink_open(path_of("nowhere/o.csv"), &sink), LJ_EIO);
    assert_null(sink);
    assert_ok(lj_frame_create(1, &other));
    assert_ok(lj_frame_add_number(other, "y", x));
    assert_ok(lj_sink_open(path_of("c.csv"), &sink));
    assert_ok(lj_sink_write(sink, frame));
    assert_int_equal(lj_sink_write(sink, other), LJ_EINVAL);
    lj_sink_abandon(sink);
    lj_frame_destroy(other);
    lj_frame_destroy(frame);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(csv_is_written_with_few_digits_and_quotes),
        cmocka_unit_test(what_is_written_reads_back_the_same),
        cmocka_unit_test(what_is_abandoned_leaves_the_old_file),
        cmocka_unit_test(wrong_names_folders_and_columns_are_refused),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
