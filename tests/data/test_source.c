#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <sqlite3.h>
#include <zlib.h>

#include "data/temporary.h"

static void expect(const lj_source *source, const char *name, lj_column_type type, lj_number_rule rule,
                   const char *extra)
{
    const lj_field *field = field_of(source, name);
    if (field->type != type || (type == LJ_COLUMN_NUMBER && field->rule != rule))
        fail_msg("column '%s' is %s, %s (%s)", name, lj_column_type_name(field->type), lj_number_rule_name(field->rule),
                 field->reason);
    const char *found = type == LJ_COLUMN_TIME ? field->time_format : field->unit;
    if (extra != NULL && (found == NULL || strcmp(found, extra) != 0))
        fail_msg("column '%s': expected %s, found %s", name, extra, found != NULL ? found : "nothing");
}

static const char loans[] =
    "id,term,length,zip,util,issued,income,joint,code,state,when\n"
    "1,36 months,10+ years,860xx,83.70%,2018/5/1,\"24,000\",Missing,007,A11,2018-05-01 10:00:00\n"
    "2,60 months,< 1 year,309xx,9.40%,2018/12/1,\"30,000\",12.5,012,A12,2018-05-02T11:30:00Z\n"
    "3,36 months,3 years,606xx,0%,2018/1/31,950,Missing,100,A13,2018-05-03\n"
    "4,36 months,n/a,,NA,2018/2/1,\"1,049,200\",7,,A14,\n";

static void columns_are_typed_by_their_content(void **state)
{
    (void)state;
    lj_source *source = NULL;
    const lj_source_options options = {.source = write_text("loans.csv", loans)};
    lj_frame *frame = read_table(&options, &source);
    expect(source, "id", LJ_COLUMN_NUMBER, LJ_RULE_PLAIN, NULL);
    assert_true(field_of(source, "id")->is_integer);
    assert_string_equal(field_of(source, "id")->reason, "all 4 values are whole numbers");
    expect(source, "term", LJ_COLUMN_NUMBER, LJ_RULE_UNIT, "months");
    expect(source, "length", LJ_COLUMN_NUMBER, LJ_RULE_RANGE, "years");
    expect(source, "zip", LJ_COLUMN_TEXT, 0, NULL);
    expect(source, "util", LJ_COLUMN_NUMBER, LJ_RULE_PERCENT, NULL);
    expect(source, "issued", LJ_COLUMN_TIME, 0, "%Y/%m/%d");
    expect(source, "income", LJ_COLUMN_NUMBER, LJ_RULE_THOUSANDS, NULL);
    expect(source, "joint", LJ_COLUMN_NUMBER, LJ_RULE_PLAIN, NULL);
    expect(source, "code", LJ_COLUMN_TEXT, 0, NULL);
    expect(source, "state", LJ_COLUMN_TEXT, 0, NULL);
    expect(source, "when", LJ_COLUMN_TIME, 0, "%Y-%m-%d");
    assert_int_equal(lj_frame_row_count(frame), 4);
    assert_true(column_of(frame, "util")->number[0] == 83.70 / 100);
    assert_true(column_of(frame, "length")->number[1] == 0);
    assert_false(lj_column_has(column_of(frame, "length"), 3));
    assert_true(column_of(frame, "income")->number[3] == 1049200);
    assert_int_equal(column_of(frame, "joint")->missing_count, 2);
    assert_true(isnan(column_of(frame, "joint")->number[0]));
    assert_string_equal(lj_column_word(column_of(frame, "code"), 0), "007");
    assert_null(lj_column_word(column_of(frame, "zip"), 3));
    assert_int_equal(column_of(frame, "issued")->time[0], 17652 * INT64_C(86400000000));
    lj_frame_destroy(frame);
    lj_source_close(source);
}

static void the_order_of_rows_and_threads_change_no_type(void **state)
{
    (void)state;
    char turned[2048] = "id,term,length,zip,util,issued,income,joint,code,state,when\n";
    const char *lines[4];
    const char *at = strchr(loans, '\n') + 1;
    for (int i = 0; i < 4; i++) {
        lines[i] = at;
        at = strchr(at, '\n') + 1;
    }
    for (int i = 3; i >= 0; i--)
        strncat(turned, lines[i], (size_t)(strchr(lines[i], '\n') + 1 - lines[i]));
    lj_source *a = NULL;
    lj_source *b = NULL;
    const lj_source_options one = {.source = write_text("a.csv", loans), .n_threads = 1};
    const lj_source_options two = {.source = write_text("b.csv", turned), .n_threads = 4};
    lj_frame_destroy(read_table(&one, &a));
    lj_frame_destroy(read_table(&two, &b));
    for (int64_t c = 0; c < lj_schema_count(lj_source_schema(a)); c++) {
        const lj_field *x = lj_schema_field(lj_source_schema(a), c);
        const lj_field *y = lj_schema_field(lj_source_schema(b), c);
        assert_int_equal(x->type, y->type);
        assert_int_equal(x->rule, y->rule);
        assert_string_equal(x->reason, y->reason);
    }
    lj_source_close(a);
    lj_source_close(b);
}

static void a_file_without_header_gets_names(void **state)
{
    (void)state;
    lj_source *source = NULL;
    const lj_source_options options = {
        .source = write_text("german.data", "A11 6 A34 1169 1\nA12 48 A32 5951 2\nA14 12 A34 2096 1\n")};
    lj_frame *frame = read_table(&options, &source);
    assert_int_equal(lj_frame_row_count(frame), 3);
    assert_int_equal(lj_frame_column_count(frame), 5);
    assert_string_equal(lj_frame_column(frame, 0)->name, "c1");
    expect(source, "c1", LJ_COLUMN_TEXT, 0, NULL);
    expect(source, "c4", LJ_COLUMN_NUMBER, LJ_RULE_PLAIN, NULL);
    lj_frame_destroy(frame);
    lj_source_close(source);
}

static void headers_of_words_alone_are_found(void **state)
{
    (void)state;
    lj_source *source = NULL;
    const lj_source_options options = {.source =
                                           write_text("words.csv", "\xEF\xBB\xBF"
                                                                   "sex;town\r\nm;Rome\r\nf;Oslo\r\nm;Bern\r\n\r\n")};
    lj_frame *frame = read_table(&options, &source);
    assert_int_equal(lj_frame_row_count(frame), 3);
    assert_string_equal(lj_column_word(column_of(frame, "town"), 2), "Bern");
    assert_int_equal(column_of(frame, "sex")->word_count, 2);
    lj_frame_destroy(frame);
    lj_source_close(source);
}

static void a_column_of_sentences_is_one_column(void **state)
{
    (void)state;
    lj_source *source = NULL;
    const lj_source_options options = {.source = write_text("texts.csv", "text\na few words\nand others\ntwo words\n")};
    lj_frame *frame = read_table(&options, &source);
    assert_int_equal(lj_frame_column_count(frame), 1);
    assert_string_equal(lj_column_word(column_of(frame, "text"), 0), "a few words");
    lj_frame_destroy(frame);
    lj_source_close(source);
}

static void quotes_commas_and_line_ends_within_cells_are_kept(void **state)
{
    (void)state;
    lj_source *source = NULL;
    const lj_source_options options = {.source =
                                           write_text("quoted.csv", "id,text\n1,\"a, \"\"b\"\"\"\n2,\"two\nlines\"\n")};
    lj_frame *frame = read_table(&options, &source);
    assert_string_equal(lj_column_word(column_of(frame, "text"), 0), "a, \"b\"");
    assert_string_equal(lj_column_word(column_of(frame, "text"), 1), "two\nlines");
    lj_frame_destroy(frame);
    lj_source_close(source);
}

static void gzip_tsv_json_and_globs_are_read(void **state)
{
    (void)state;
    lj_source *source = NULL;
    const char *path = path_of("t.tsv.gz");
    gzFile file = gzopen(path, "wb");
    gzputs(file, "a\tb\n1\tx y\n2\tz\n");
    gzclose(file);
    lj_source_options options = {.source = path};
    lj_frame *frame = read_table(&options, &source);
    assert_string_equal(lj_column_word(column_of(frame, "b"), 0), "x y");
    lj_frame_destroy(frame);
    lj_source_close(source);

    options.source = write_text("t.jsonl", "{\"a\": 1.5, \"b\": \"x\"}\n{\"a\": null, \"b\": \"y\"}\n");
    frame = read_table(&options, &source);
    assert_true(column_of(frame, "a")->number[0] == 1.5);
    assert_int_equal(column_of(frame, "a")->missing_count, 1);
    lj_frame_destroy(frame);
    lj_source_close(source);

    write_text("part-2.csv", "a,b\n3,z\n");
    write_text("part-10.csv", "a,b\n2,y\n");
    options = (lj_source_options){.source = "part-*.csv", .base = folder};
    frame = read_table(&options, &source);
    assert_int_equal(lj_frame_row_count(frame), 2);
    assert_true(column_of(frame, "a")->number[0] == 2); /* in the order of the names */
    lj_frame_destroy(frame);
    lj_source_close(source);
}

static void sqlite_tables_are_copied(void **state)
{
    (void)state;
    sqlite3 *db = NULL;
    const char *path = path_of("t.sqlite");
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db,
                                  "CREATE TABLE t (n, x, s); INSERT INTO t VALUES (1, 0.1, 'a'), (2, 3, NULL), "
                                  "(NULL, 0.30000000000000004, 'c')",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    lj_source *source = NULL;
    lj_source_options options = {.source = path};
    lj_frame *frame = read_table(&options, &source);
    assert_true(column_of(frame, "n")->is_integer);
    assert_true(column_of(frame, "x")->number[2] == 0.30000000000000004);
    assert_int_equal(column_of(frame, "s")->missing_count, 1);
    lj_frame_destroy(frame);
    lj_source_close(source);
    assert_int_equal(sqlite3_exec(db, "CREATE TABLE u (a)", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    assert_int_equal(lj_source_open(&options, NULL, &source), LJ_EDATA);
    assert_message_has("several tables: say which with 'table' (t, u)");
    options.table = "t";
    frame = read_table(&options, &source);
    assert_int_equal(lj_frame_row_count(frame), 3);
    lj_frame_destroy(frame);
    lj_source_close(source);
}

static void sql_sees_the_cells_and_joins_named_sources(void **state)
{
    (void)state;
    const char *const names[] = {"a", "b"};
    const char *const paths[] = {write_text("ja.csv", "id,x\n1,10\n2,20\n3,NA\n"),
                                 write_text("jb.csv", "id,y\n3,c\n1,a\n2,b\n")};
    lj_source *source = NULL;
    lj_source_options options = {
        .names = names,
        .sources = paths,
        .source_count = 2,
        .sql = "SELECT a.id, x, y, row_number() OVER () AS n FROM a JOIN b USING (id) ORDER BY id DESC;\n"};
    lj_frame *frame = read_table(&options, &source);
    assert_int_equal(lj_frame_row_count(frame), 3);
    assert_true(column_of(frame, "id")->number[0] == 3);
    assert_string_equal(lj_column_word(column_of(frame, "y"), 0), "c");
    assert_false(lj_column_has(column_of(frame, "x"), 0));
    lj_frame_destroy(frame);
    lj_source_close(source);
    options.sql = NULL;
    assert_int_equal(lj_source_open(&options, NULL, &source), LJ_ECONFIG);
    assert_message_has("2 sources need 'sql'");
}

static void sql_may_only_select_and_read_its_sources(void **state)
{
    (void)state;
    const char *secret = write_text("secret.csv", "p\n1\n");
    char sql[700];
    lj_source *source = NULL;
    lj_source_options options = {.source = write_text("s.csv", "a\n1\n2\n")};
    static const char *const refused[] = {"SELECT 1; SELECT 2", "DROP VIEW source", "INSTALL httpfs", "SELEC", "",
                                          "COPY (SELECT 1) TO '/tmp/x.csv'", "SELECT nothing FROM source",
                                          "ATTACH '/tmp/x.db'", "SET threads=8"};
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        options.sql = refused[i];
        assert_int_equal(lj_source_open(&options, NULL, &source), LJ_ECONFIG);
        assert_null(source);
    }
    snprintf(sql, sizeof(sql), "SELECT * FROM read_csv('%s')", secret);
    options.sql = sql;
    assert_int_not_equal(lj_source_open(&options, NULL, &source), LJ_OK);
    snprintf(sql, sizeof(sql), "SELECT content FROM read_text('%s')", secret);
    assert_int_not_equal(lj_source_open(&options, NULL, &source), LJ_OK);
}

/* ---- scoring ---- */

static void a_schema_reads_new_rows_in_chunks_with_the_same_values(void **state)
{
    (void)state;
    lj_source *source = NULL;
    const lj_source_options options = {.source = write_text("train.csv", loans)};
    lj_frame *whole = read_table(&options, &source);
    char wide[4096] = "";
    const char *at = loans;
    for (int line = 0; *at != '\0'; line++) {
        const char *end = strchr(at, '\n') + 1;
        strcat(wide, line == 0 ? "extra," : "9,");
        strncat(wide, at, (size_t)(end - at));
        at = end;
    }
    const lj_source_options new_options = {.source = write_text("new.csv", wide)};
    lj_source *scoring = NULL;
    assert_ok(lj_source_open_as(&new_options, lj_source_schema(source), NULL, &scoring));
    int64_t row = 0;
    for (;;) {
        lj_frame *part = NULL;
        assert_ok(lj_source_next(scoring, 3, &part));
        if (part == NULL)
            break;
        assert_int_equal(lj_frame_column_count(part), lj_frame_column_count(whole));
        for (int64_t r = 0; r < lj_frame_row_count(part); r++, row++)
            for (int64_t c = 0; c < lj_frame_column_count(part); c++) {
                const lj_column *x = lj_frame_column(whole, c);
                const lj_column *y = lj_frame_column(part, c);
                assert_int_equal(lj_column_has(x, row), lj_column_has(y, r));
                if (!lj_column_has(x, row))
                    continue;
                if (x->type == LJ_COLUMN_TEXT)
                    assert_string_equal(lj_column_word(x, row), lj_column_word(y, r));
                else if (x->type == LJ_COLUMN_NUMBER)
                    assert_true(x->number[row] == y->number[r]);
                else
                    assert_true(x->time[row] == y->time[r]);
            }
        lj_frame_destroy(part);
    }
    assert_int_equal(row, 4);
    assert_int_equal(lj_source_row_count(scoring), 4);
    lj_source_close(scoring);
    lj_source_close(source);
    lj_frame_destroy(whole);
}

static void wanted_types_come_before_what_is_found(void **state)
{
    (void)state;
    static const char *const names[] = {"zip", "day", "code", "term"};
    static const lj_column_type types[] = {LJ_COLUMN_TEXT, LJ_COLUMN_TIME, LJ_COLUMN_NUMBER, LJ_COLUMN_TEXT};
    lj_source *source = NULL;
    const lj_source_options options = {
        .source = write_text("w.csv", "zip,day,code,term,n\n12,20180501,007,36 months,1\n7,20180502,,60 months,2\n"),
        .type_names = names, .types = types, .type_count = 4};
    lj_frame *frame = read_table(&options, &source);
    expect(source, "zip", LJ_COLUMN_TEXT, 0, NULL);
    expect(source, "day", LJ_COLUMN_TIME, 0, "%Y%m%d");
    expect(source, "code", LJ_COLUMN_NUMBER, LJ_RULE_PLAIN, NULL);
    expect(source, "term", LJ_COLUMN_TEXT, 0, NULL);
    expect(source, "n", LJ_COLUMN_NUMBER, LJ_RULE_PLAIN, NULL);
    assert_string_equal(field_of(source, "zip")->reason, "as the pipeline says");
    assert_string_equal(lj_column_word(column_of(frame, "zip"), 1), "7");
    assert_string_equal(lj_column_word(column_of(frame, "term"), 0), "36 months");
    assert_true(column_of(frame, "code")->number[0] == 7);
    assert_int_equal(column_of(frame, "code")->missing_count, 1);

    const lj_source_options again = {.source = write_text("x.csv", "n,term,code,day,zip\n1,x,1,20190101,007\n")};
    lj_source *scoring = NULL;
    lj_frame *rows = NULL;
    assert_ok(lj_source_open_as(&again, lj_source_schema(source), NULL, &scoring));
    assert_ok(lj_source_read(scoring, &rows));
    assert_string_equal(lj_column_word(column_of(rows, "zip"), 0), "007");
    lj_frame_destroy(rows);
    lj_source_close(scoring);
    lj_frame_destroy(frame);
    lj_source_close(source);
}

static void read_as(const char *cells, lj_column_type type, const char *message)
{
    static const char *const name[] = {"x"};
    lj_source *source = NULL;
    lj_frame *frame = NULL;
    const lj_source_options options = {
        .source = write_text("f.csv", cells), .type_names = name, .types = &type, .type_count = 1};
    assert_ok(lj_source_open(&options, NULL, &source));
    assert_int_equal(lj_source_read(source, &frame), LJ_EDATA);
    assert_message_has(message);
    lj_source_close(source);
}

static void cells_that_do_not_fit_a_wanted_type_are_told_with_their_row(void **state)
{
    (void)state;
    static const char *const name[] = {"zpi"};
    const lj_column_type type = LJ_COLUMN_TEXT;
    lj_source *source = NULL;
    read_as("x,y\n1,1\n2,1\nred,2\n", LJ_COLUMN_NUMBER, "row 3, column 'x': 'red' is not a number");
    read_as("x,y\n36 months,1\n60 months,1\n5 apples,2\n", LJ_COLUMN_NUMBER, "row 3, column 'x': '5 apples' is not a");
    read_as("x,y\n1,1\ninf,1\n", LJ_COLUMN_NUMBER, "row 2, column 'x': 'inf' is not a number");
    read_as("x,y\n2018-05-01,1\n2018-05-02,1\nsoon,2\n", LJ_COLUMN_TIME, "row 3, column 'x': 'soon' is not a time");
    read_as("x,y\n17,1\n18,1\n", LJ_COLUMN_TIME, "row 1, column 'x': '17' is not a time");
    const lj_source_options options = {
        .source = write_text("z.csv", "zip,y\n1,2\n"), .type_names = name, .types = &type, .type_count = 1};
    assert_int_equal(lj_source_open(&options, NULL, &source), LJ_ENOTFOUND);
    assert_message_has("no column 'zpi'; did you mean 'zip'?");
}

static void tables_that_do_not_fit_a_schema_are_refused(void **state)
{
    (void)state;
    const lj_field fields[] = {{.name = "income", .type = LJ_COLUMN_NUMBER, .null_words = "none given\tprivate"},
                               {.name = "since", .type = LJ_COLUMN_TIME, .time_format = "%Y-%m-%d"},
                               {.name = "town", .type = LJ_COLUMN_TEXT}};
    lj_schema *schema = NULL;
    lj_source *source = NULL;
    lj_frame *frame = NULL;
    assert_ok(lj_schema_create(fields, 3, &schema));
    lj_source_options options = {.source = write_text("n1.csv", "incom,since,town\n1,2018-01-01,x\n")};
    assert_int_equal(lj_source_open_as(&options, schema, NULL, &source), LJ_EDATA);
    assert_message_has("no column 'income'; did you mean 'incom'?");

    options.source = write_text("n2.csv", "town,since,income\nx,2018-01-01,1\ny,2018-01-02,lots\n");
    assert_ok(lj_source_open_as(&options, schema, NULL, &source));
    assert_int_equal(lj_source_next(source, 100, &frame), LJ_EDATA);
    assert_message_has("row 2, column 'income': 'lots' is not a number");
    lj_source_close(source);

    options.source = write_text("n3.csv", "town,since,income\nx,1/2/2018,1\n");
    assert_ok(lj_source_open_as(&options, schema, NULL, &source));
    assert_int_equal(lj_source_next(source, 100, &frame), LJ_EDATA);
    assert_message_has("row 1, column 'since': '1/2/2018' is not a time like %Y-%m-%d");
    lj_source_close(source);

    options.source = write_text("n4.csv", "town,since,income\n7,2018-01-01,private\n8,,none given\n9,2018-01-03,2\n");
    assert_ok(lj_source_open_as(&options, schema, NULL, &source));
    assert_ok(lj_source_next(source, 100, &frame));
    assert_int_equal(column_of(frame, "income")->missing_count, 2);
    assert_string_equal(lj_column_word(column_of(frame, "town"), 0), "7");
    lj_frame_destroy(frame);
    lj_source_close(source);
    lj_schema_destroy(schema);
}

static void few_odd_words_among_numbers_stand_for_missing(void **state)
{
    (void)state;
    const char *path = path_of("odd.csv");
    FILE *file = fopen(path, "wb");
    fputs("few,many\n", file);
    for (int i = 0; i < 300; i++)
        fprintf(file, "%s,%s\n", i == 7 ? "private" : "12.5", i % 10 == 0 ? "private" : "3");
    fclose(file);
    lj_source *source = NULL;
    const lj_source_options options = {.source = path};
    lj_frame *frame = read_table(&options, &source);
    expect(source, "few", LJ_COLUMN_NUMBER, LJ_RULE_PLAIN, NULL);
    assert_string_equal(field_of(source, "few")->null_words, "private");
    assert_string_equal(field_of(source, "few")->reason,
                        "all 299 values are numbers; 'private' (1 cells) stands for no value");
    assert_int_equal(column_of(frame, "few")->missing_count, 1);
    expect(source, "many", LJ_COLUMN_TEXT, 0, NULL);
    lj_frame_destroy(frame);
    lj_source_close(source);
}

static void long_whole_numbers_stay_text(void **state)
{
    (void)state;
    lj_source *source = NULL;
    const lj_source_options options = {
        .source = write_text("card.csv", "card,n\n6222021234567890123,1\n6222021234567890124,2\n")};
    lj_frame *frame = read_table(&options, &source);
    assert_string_equal(lj_column_word(column_of(frame, "card"), 1), "6222021234567890124");
    lj_frame_destroy(frame);
    lj_source_close(source);
}

static void the_digest_is_of_files_and_sql(void **state)
{
    (void)state;
    lj_source *a = NULL;
    lj_source *b = NULL;
    lj_source_options options = {.source = write_text("d.csv", "a\n1\n")};
    lj_frame_destroy(read_table(&options, &a));
    /* sha256 of "a\n1\n" */
    assert_string_equal(lj_source_sha256(a), "309b0e45a73d3fc5325e2b6ed0a01ef8b9cde6b05a5633c1f893f970d52bfddc");
    options.sql = "SELECT * FROM source";
    lj_frame_destroy(read_table(&options, &b));
    assert_string_not_equal(lj_source_sha256(a), lj_source_sha256(b));
    lj_source_close(a);
    lj_source_close(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_typed_by_their_content),
        cmocka_unit_test(the_order_of_rows_and_threads_change_no_type),
        cmocka_unit_test(a_file_without_header_gets_names),
        cmocka_unit_test(headers_of_words_alone_are_found),
        cmocka_unit_test(a_column_of_sentences_is_one_column),
        cmocka_unit_test(quotes_commas_and_line_ends_within_cells_are_kept),
        cmocka_unit_test(gzip_tsv_json_and_globs_are_read),
        cmocka_unit_test(sqlite_tables_are_copied),
        cmocka_unit_test(sql_sees_the_cells_and_joins_named_sources),
        cmocka_unit_test(sql_may_only_select_and_read_its_sources),
        cmocka_unit_test(a_schema_reads_new_rows_in_chunks_with_the_same_values),
        cmocka_unit_test(wanted_types_come_before_what_is_found),
        cmocka_unit_test(cells_that_do_not_fit_a_wanted_type_are_told_with_their_row),
        cmocka_unit_test(tables_that_do_not_fit_a_schema_are_refused),
        cmocka_unit_test(few_odd_words_among_numbers_stand_for_missing),
        cmocka_unit_test(long_whole_numbers_stay_text),
        cmocka_unit_test(the_digest_is_of_files_and_sql),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
