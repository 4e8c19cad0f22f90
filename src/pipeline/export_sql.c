/*
 * sql: one SELECT of CASE expressions, as every SQL since SQL-92 reads it, over the table `source`; proved by DuckDB. Numbers
 * have an exponent, so that they are of the type DOUBLE PRECISION in every dialect.
 */
#include <inttypes.h>
#include <string.h>

#include "data/duck.h"
#include "lianjin/data.h"
#include "lianjin/file.h"
#include "pipeline/export.h"

static void write_when(lj_text *out, const lj_rules *column, int64_t *at)
{
    const lj_rule *rule = &column->rules[*at];
    lj_text_puts(out, rule->kind == LJ_WHEN_ELSE ? " ELSE" : "\n    WHEN ");
    if (rule->kind != LJ_WHEN_ELSE)
        lj_sql_name(out, column->column);
    if (rule->kind == LJ_WHEN_MISSING)
        lj_text_puts(out, " IS NULL");
    else if (rule->kind != LJ_WHEN_ELSE && column->is_number)
        lj_text_printf(out, " %c %.16e", rule->kind == LJ_WHEN_EQUAL ? '=' : '<', rule->number);
    else if (rule->kind == LJ_WHEN_EQUAL) {
        lj_text_puts(out, " IN (");
        lj_sql_string(out, rule->text);
        for (; rule[1].kind == LJ_WHEN_EQUAL && rule[1].points == rule->points; rule++, ++*at) {
            lj_text_puts(out, ", ");
            lj_sql_string(out, rule[1].text);
        }
        lj_text_puts(out, ")");
    }
    lj_text_printf(out, rule->kind == LJ_WHEN_ELSE ? " %" PRId64 " END" : " THEN %" PRId64, rule->points);
    ++*at;
}

static lj_status sql_write(const lj_rule_card *card, lj_text *out)
{
    lj_text_puts(out, "SELECT *,");
    for (int64_t c = 0; c < card->count; c++) {
        lj_text_puts(out, c == 0 ? "\n    CASE" : "\n  + CASE");
        for (int64_t at = 0; at < card->columns[c].count;)
            write_when(out, &card->columns[c], &at);
    }
    lj_text_puts(out, card->count == 0 ? " 0 AS points\nFROM source\n" : "\n  AS points\nFROM source\n");
    return LJ_OK;
}

/* The rows as a file, so that whatever reads it knows nothing of the frame. */
static lj_status write_rows(const lj_rule_card *card, const lj_frame *frame, const char *path)
{
    lj_frame *part = NULL;
    lj_sink *sink = NULL;
    lj_status status = lj_frame_create(lj_frame_row_count(frame), &part);
    for (int64_t c = 0; status == LJ_OK && c < card->count; c++)
        status = lj_frame_add_copy(part, frame, card->columns[c].column);
    if (status == LJ_OK)
        status = lj_sink_open(path, &sink);
    if (status == LJ_OK) {
        status = lj_sink_write(sink, part);
        if (status == LJ_OK)
            status = lj_sink_close(sink);
        else
            lj_sink_abandon(sink);
    }
    lj_frame_destroy(part);
    return status;
}

static lj_status read_points(const char *path, const char *sql, int64_t n, int64_t *points)
{
    const lj_source_options options = {.source = path, .sql = sql, .n_threads = 1};
    lj_source *source = NULL;
    lj_frame *frame = NULL;
    const lj_column *column = NULL;
    lj_status status = lj_source_open(&options, NULL, &source);
    if (status == LJ_OK)
        status = lj_source_read(source, &frame);
    if (status == LJ_OK)
        status = lj_frame_need(frame, "points", &column);
    if (status == LJ_OK && (column->type != LJ_COLUMN_NUMBER || lj_frame_row_count(frame) != n))
        status = lj_fail(LJ_EDATA, "export: the SQL gives %" PRId64 " rows, expected %" PRId64,
                         lj_frame_row_count(frame), n);
    for (int64_t i = 0; status == LJ_OK && i < n; i++)
        points[i] = (int64_t)column->number[i];
    lj_frame_destroy(frame);
    lj_source_close(source);
    return status;
}

static lj_status sql_run(const lj_rule_card *card, const char *text, const lj_frame *frame, const char *scratch,
                         int64_t *points)
{
    char *path = lj_path_join(scratch, "rows.parquet");
    lj_status status = path == NULL ? lj_fail(LJ_ENOMEM, "no memory for a path") : write_rows(card, frame, path);
    if (status == LJ_OK)
        status = read_points(path, text, lj_frame_row_count(frame), points);
    lj_free(path);
    return status;
}

const lj_language lj_language_sql = {
    .name = "sql",
    .doc = "a SELECT that every database reads, proved by DuckDB",
    .write = sql_write,
    .run = sql_run,
};
