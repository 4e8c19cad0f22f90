/* Writes frames as CSV or Parquet, whole or not at all. */
#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "data/duck.h"
#include "data/profile.h"
#include "lianjin/data.h"
#include "lianjin/document.h"
#include "lianjin/file.h"

enum { FLUSH_BYTES = 1 << 16 };

struct lj_sink {
    lj_file *file;      /* NULL: standard output */
    lj_arena *arena;
    char *path;
    int is_parquet;
    const char **names; /* of the first frame */
    lj_column_type *types;
    int64_t column_count;
    lj_text text;       /* CSV: what is not written yet */
    lj_duck *duck;      /* Parquet: the rows so far, which DuckDB spills if it must */
    duckdb_appender appender;
};

static void sink_free(lj_sink *sink)
{
    if (sink->appender != NULL)
        duckdb_appender_destroy(&sink->appender);
    lj_duck_close(sink->duck);
    lj_text_free(&sink->text);
    lj_arena_destroy(sink->arena);
    lj_free(sink->path);
    lj_free(sink);
}

void lj_sink_abandon(lj_sink *sink)
{
    if (sink == NULL)
        return;
    lj_file_abandon(sink->file);
    sink_free(sink);
}

lj_status lj_sink_open(const char *path, lj_sink **out)
{
    *out = NULL;
    const char *dot = path != NULL ? strrchr(path, '.') : NULL;
    const int is_parquet = dot != NULL && strcmp(dot, ".parquet") == 0;
    const int is_stdout = path == NULL;
    if (is_stdout)
        path = "standard output";
    else if (dot == NULL || (!is_parquet && strcmp(dot, ".csv") != 0))
        return lj_fail(LJ_EUSAGE, "%s: expected a name that ends in .csv or .parquet", path);
    lj_sink *sink = lj_new_array(1, sizeof(*sink));
    if (sink == NULL)
        return lj_fail(LJ_ENOMEM, "%s: no memory", path);
    lj_status status = lj_arena_create(&sink->arena);
    sink->is_parquet = is_parquet;
    sink->path = lj_strdup(path);
    if (status == LJ_OK && sink->path == NULL)
        status = lj_fail(LJ_ENOMEM, "%s: no memory", path);
    if (status == LJ_OK && !is_stdout)
        status = lj_file_create(path, &sink->file);
    if (status == LJ_OK && is_parquet)
        status = lj_duck_open(1, 0, &sink->duck);
    if (status != LJ_OK) {
        lj_sink_abandon(sink);
        return status;
    }
    *out = sink;
    return LJ_OK;
}

/* ---- the same columns in every frame ---- */

static lj_status keep_columns(lj_sink *sink, const lj_frame *frame)
{
    const int64_t n = lj_frame_column_count(frame);
    sink->names = lj_arena_array(sink->arena, n, sizeof(*sink->names));
    sink->types = lj_arena_array(sink->arena, n, sizeof(*sink->types));
    for (int64_t c = 0; sink->names != NULL && sink->types != NULL && c < n; c++) {
        sink->names[c] = lj_arena_strdup(sink->arena, lj_frame_column(frame, c)->name);
        sink->types[c] = lj_frame_column(frame, c)->type;
        if (sink->names[c] == NULL)
            sink->names = NULL;
    }
    sink->column_count = n;
    return sink->names != NULL && sink->types != NULL ? LJ_OK : lj_fail(LJ_ENOMEM, "%s: no memory", sink->path);
}

static lj_status check_columns(const lj_sink *sink, const lj_frame *frame)
{
    int same = lj_frame_column_count(frame) == sink->column_count;
    for (int64_t c = 0; same && c < sink->column_count; c++) {
        const lj_column *column = lj_frame_column(frame, c);
        same = column->type == sink->types[c] && strcmp(column->name, sink->names[c]) == 0;
    }
    return same ? LJ_OK : lj_fail(LJ_EINVAL, "%s: a frame has other columns than the first one", sink->path);
}

/* ---- CSV ---- */

static void put_quoted(lj_text *text, const char *word)
{
    if (word[0] != '\0' && strpbrk(word, ",\"\r\n") == NULL && word[0] != ' ' && word[strlen(word) - 1] != ' ') {
        lj_text_puts(text, word);
        return;
    }
    lj_text_puts(text, "\"");
    for (; *word != '\0'; word++)
        lj_text_append(text, *word == '"' ? "\"\"" : word, *word == '"' ? 2 : 1);
    lj_text_puts(text, "\"");
}

/* With the fewest digits that read back as the same value: as a float32 if it is one, such as a score. */
static void put_number(lj_text *text, double x, int is_float)
{
    lj_json json;
    if (x == floor(x) && fabs(x) < 1e15) {
        lj_text_printf(text, "%" PRId64, (int64_t)x);
        return;
    }
    lj_json_start(&json, text, 1);
    if (is_float)
        lj_json_float(&json, NULL, (float)x);
    else
        lj_json_double(&json, NULL, x);
}

static lj_status write_text(lj_sink *sink)
{
    LJ_TRY(lj_text_finish(&sink->text));
    lj_status status = LJ_OK;
    if (sink->file != NULL)
        status = lj_file_write(sink->file, sink->text.data, sink->text.size);
    else if (fwrite(sink->text.data, 1, sink->text.size, stdout) != sink->text.size)
        status = lj_fail(LJ_EIO, "%s: the rows cannot be written", sink->path);
    sink->text.size = 0;
    return status;
}

static lj_status write_csv(lj_sink *sink, const lj_frame *frame)
{
    for (int64_t row = 0; row < lj_frame_row_count(frame); row++) {
        for (int64_t c = 0; c < sink->column_count; c++) {
            const lj_column *column = lj_frame_column(frame, c);
            if (c > 0)
                lj_text_append(&sink->text, ",", 1);
            if (!lj_column_has(column, row))
                continue;
            if (column->type == LJ_COLUMN_TEXT)
                put_quoted(&sink->text, lj_column_word(column, row));
            else if (column->type == LJ_COLUMN_NUMBER)
                put_number(&sink->text, column->number[row], column->is_float);
            else
                lj_time_text(column->time[row], &sink->text);
        }
        lj_text_append(&sink->text, "\n", 1);
        if (sink->text.size >= FLUSH_BYTES)
            LJ_TRY(write_text(sink));
    }
    return write_text(sink);
}

static lj_status write_header(lj_sink *sink)
{
    for (int64_t c = 0; c < sink->column_count; c++) {
        lj_text_puts(&sink->text, c > 0 ? "," : "");
        put_quoted(&sink->text, sink->names[c]);
    }
    lj_text_puts(&sink->text, "\n");
    return write_text(sink);
}

/* ---- Parquet ---- */

static lj_status make_rows(lj_sink *sink)
{
    static const char *const types[] = {"DOUBLE", "VARCHAR", "TIMESTAMP"};
    lj_text sql = {0};
    lj_text_puts(&sql, "CREATE TABLE rows (");
    for (int64_t c = 0; c < sink->column_count; c++) {
        lj_text_puts(&sql, c > 0 ? ", " : "");
        lj_sql_name(&sql, sink->names[c]);
        lj_text_printf(&sql, " %s", types[sink->types[c]]);
    }
    lj_text_puts(&sql, ")");
    lj_status status = lj_text_finish(&sql);
    if (status == LJ_OK)
        status = lj_duck_run(sink->duck, sql.data);
    lj_text_free(&sql);
    LJ_TRY(status);
    if (duckdb_appender_create(lj_duck_connection(sink->duck), NULL, "rows", &sink->appender) != DuckDBSuccess)
        return lj_duck_fail(LJ_EIO, duckdb_appender_error(sink->appender));
    return LJ_OK;
}

static duckdb_state append_cell(duckdb_appender appender, const lj_column *column, int64_t row)
{
    if (!lj_column_has(column, row))
        return duckdb_append_null(appender);
    if (column->type == LJ_COLUMN_TEXT)
        return duckdb_append_varchar(appender, lj_column_word(column, row));
    if (column->type == LJ_COLUMN_NUMBER)
        return duckdb_append_double(appender, column->number[row]);
    return duckdb_append_timestamp(appender, (duckdb_timestamp){column->time[row]});
}

static lj_status append_rows(lj_sink *sink, const lj_frame *frame)
{
    duckdb_state state = DuckDBSuccess;
    for (int64_t row = 0; row < lj_frame_row_count(frame) && state == DuckDBSuccess; row++) {
        for (int64_t c = 0; c < sink->column_count && state == DuckDBSuccess; c++)
            state = append_cell(sink->appender, lj_frame_column(frame, c), row);
        if (state == DuckDBSuccess)
            state = duckdb_appender_end_row(sink->appender);
    }
    return state == DuckDBSuccess ? LJ_OK : lj_duck_fail(LJ_EIO, duckdb_appender_error(sink->appender));
}

static lj_status copy_rows(lj_sink *sink)
{
    if (sink->appender == NULL)
        return lj_fail(LJ_EDATA, "%s: nothing was written", sink->path);
    if (duckdb_appender_close(sink->appender) != DuckDBSuccess)
        return lj_duck_fail(LJ_EIO, duckdb_appender_error(sink->appender));
    lj_text sql = {0};
    lj_text_puts(&sql, "COPY rows TO ");
    lj_sql_string(&sql, lj_file_temporary(sink->file));
    lj_text_puts(&sql, " (FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false)");
    lj_status status = lj_text_finish(&sql);
    if (status == LJ_OK)
        status = lj_duck_run(sink->duck, sql.data);
    lj_text_free(&sql);
    return status;
}

/* ---- both ---- */

lj_status lj_sink_write(lj_sink *sink, const lj_frame *frame)
{
    assert(sink != NULL && frame != NULL);
    if (sink->names == NULL) {
        LJ_TRY(keep_columns(sink, frame));
        LJ_TRY(sink->is_parquet ? make_rows(sink) : write_header(sink));
    }
    LJ_TRY(check_columns(sink, frame));
    return sink->is_parquet ? append_rows(sink, frame) : write_csv(sink, frame);
}

lj_status lj_sink_close(lj_sink *sink)
{
    assert(sink != NULL);
    const lj_status status = sink->is_parquet ? copy_rows(sink) : LJ_OK;
    if (status != LJ_OK) {
        lj_sink_abandon(sink);
        return status;
    }
    lj_file *file = sink->file;
    sink_free(sink);
    return file != NULL ? lj_file_commit(file) : LJ_OK;
}
