/* Files that are not UTF-8 and say so. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "data/temporary.h"

static void latin_1_is_read_where_it_is_told(void **state)
{
    (void)state;
    const char *path = write_text("latin.csv", "\xE9t\xE9,b\n1,S\xE3o\n2,x\n");
    lj_source *source = NULL;
    lj_frame *frame = NULL;
    assert_int_equal(lj_source_open(&(lj_source_options){.source = path, .is_latin1 = 1}, NULL, &source), LJ_OK);
    assert_int_equal(lj_source_read(source, &frame), LJ_OK);
    assert_string_equal(lj_frame_column(frame, 0)->name, "\xC3\xA9t\xC3\xA9");
    assert_string_equal(lj_column_word(lj_frame_column(frame, 1), 0), "S\xC3\xA3o");
    lj_frame_destroy(frame);
    lj_source_close(source);
    path = write_text("ragged.csv", "a,b\n1,\xE9\n2,x,y\n");
    source = NULL;
    assert_int_equal(lj_source_open(&(lj_source_options){.source = path, .is_latin1 = 1}, NULL, &source), LJ_EDATA);
    assert_non_null(strstr(lj_error_message(), "ragged.csv: line 3: expected 2 columns, found 3"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(latin_1_is_read_where_it_is_told),
    };
    return cmocka_run_group_tests_name("data/encoding", tests, make_folder, remove_folder);
}
