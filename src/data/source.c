/* Sources: opened with types found or given, read in chunks in the order of the file. */
#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "data/guess.h"
#include "data/layout.h"
#include "data/tables.h"
#include "lianjin/document.h"
#include "lianjin/hash.h"

enum { HASH_BLOCK = 1 << 20 };

/* All rows as they are in the source, while types are found. */
#define ROWS "lj_rows"

struct lj_source {
    lj_arena *arena;
    lj_duck *duck; /* NULL when all rows were read */
    lj_source_table *tables;
    int64_t table_count;
    const char *sql;
    lj_null_words nulls;
    lj_column_type *wanted; /* [layout.count]; LJ_COLUMN_TYPE_COUNT: as found */
    lj_layout layout;
    lj_schema *schema;
    lj_cell_from *from; /* of the columns of the schema */
    lj_text query;      /* gives the columns of the schema */
    lj_stream *stream;
    duckdb_data_chunk chunk;
    idx_t chunk_at; /* rows of the chunk that were given */
    int64_t row_count, rows_given;
    char sha256[LJ_SHA256_HEX];
};

void lj_source_close(lj_source *s)
{
    if (s == NULL)
        return;
    lj_stream_close(s->stream);
    lj_duck_close(s->duck);
    lj_text_free(&s->query);
    lj_schema_destroy(s->schema);
    lj_arena_destroy(s->arena);
    lj_free(s);
}

int64_t lj_source_row_count(const lj_source *s)
{
    return s->row_count;
}

const lj_schema *lj_source_schema(const lj_source *s)
{
    return s->schema;
}

/* ---- tables ---- */

static const char *main_path(const lj_source *s)
{
    return s->tables[0].files.paths[0];
}

/* When DuckDB refuses: what is wrong with the text files, in words for people; else what it said. */
static lj_status explain(const lj_source *s, lj_status status)
{
    for (int64_t t = 0; t < s->table_count; t++) {
        const lj_source_table *table = &s->tables[t];
        for (int64_t i = 0; table->files.kind == LJ_KIND_CSV && i < table->files.count; i++)
            LJ_TRY(lj_csv_diagnose(table->files.paths[i], &table->csv));
    }
    return lj_fail_context(status, "%s", main_path(s));
}

static lj_status open_tables(lj_source *s, const lj_source_options *o)
{
    const int64_t n = o->source != NULL ? 1 : o->source_count;
    if (n < 1)
        return lj_fail(LJ_ECONFIG, "expected a source, found none");
    if (n > 1 && o->sql == NULL)
        return lj_fail(LJ_ECONFIG, "%" PRId64 " sources need 'sql' that joins them", n);
    s->tables = lj_arena_array(s->arena, n, sizeof(*s->tables));
    if (s->tables == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for %" PRId64 " sources", n);
    int64_t path_count = 0;
    for (int64_t t = 0; t < n; t++) {
        lj_source_table *table = &s->tables[t];
        table->name = o->source != NULL ? "source" : lj_arena_strdup(s->arena, o->names[t]);
        if (table->name == NULL)
            return lj_fail(LJ_ENOMEM, "no memory for the name of a source");
        LJ_TRY(lj_source_table_make(s->duck, s->arena, o, o->source != NULL ? o->source : o->sources[t], table));
        s->table_count = t + 1;
        path_count += table->files.count;
    }
    const char **paths = lj_arena_array(s->arena, path_count, sizeof(*paths));
    if (paths == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for %" PRId64 " paths", path_count);
    path_count = 0;
    for (int64_t t = 0; t < n; t++)
        for (int64_t i = 0; i < s->tables[t].files.count; i++)
            paths[path_count++] = s->tables[t].files.paths[i];
    return lj_duck_lock(s->duck, paths, path_count);
}

/* The text of the SQL without what ends it, so that it can stand in parentheses. */
static const char *bare_sql(lj_arena *arena, const char *sql)
{
    size_t n = strlen(sql);
    while (n > 0 && (sql[n - 1] == ';' || sql[n - 1] == ' ' || sql[n - 1] == '\n' || sql[n - 1] == '\t'))
        n--;
    return lj_arena_printf(arena, "%.*s", (int)n, sql);
}

static lj_status start(const lj_source_options *o, lj_source **out)
{
    *out = NULL;
    lj_source *s = lj_new_array(1, sizeof(*s));
    if (s == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for a source");
    s->row_count = -1;
    lj_status status = lj_arena_create(&s->arena);
    if (status != LJ_OK)
        goto done;
    /* What SQL adds up depends on the order of its threads: one thread. */
    LJ_TRY_DONE(lj_duck_open(o->sql != NULL ? 1 : o->n_threads < 2 ? 1 : 2, o->memory_limit_mb, &s->duck));
    const char **words = lj_arena_array(s->arena, o->null_word_count, sizeof(*words));
    for (int64_t i = 0; words != NULL && i < o->null_word_count; i++)
        words[i] = lj_arena_strdup(s->arena, o->null_words[i]);
    lj_null_words_set(&s->nulls, o->null_words != NULL ? words : NULL, o->null_word_count);
    if (o->sql != NULL)
        s->sql = bare_sql(s->arena, o->sql);
    if (words == NULL || (o->sql != NULL && s->sql == NULL)) {
        status = lj_fail(LJ_ENOMEM, "no memory for a source");
        goto done;
    }
    LJ_TRY_DONE(open_tables(s, o));
    if (s->sql != NULL)
        LJ_TRY_DONE(lj_duck_check_select(s->duck, s->sql));
    *out = s;
    s = NULL;
done:
    lj_source_close(s);
    return status;
}

/* ---- digest ---- */

static lj_status hash_file(lj_sha256 *hash, const char *path, char *block)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return lj_fail(LJ_EIO, "%s: cannot be opened for reading", path);
    lj_status status = LJ_OK;
    size_t n = 0;
    while (status == LJ_OK && (n = fread(block, 1, HASH_BLOCK, file)) > 0)
        status = lj_sha256_update(hash, block, n);
    if (status == LJ_OK && ferror(file))
        status = lj_fail(LJ_EIO, "%s: cannot be read", path);
    fclose(file);
    return status;
}

static lj_status digest(lj_source *s)
{
    lj_sha256 *hash = NULL;
    lj_status status = LJ_OK;
    char *block = lj_new_array(HASH_BLOCK, 1);
    if (block == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for a digest");
    LJ_TRY_DONE(lj_sha256_create(&hash));
    for (int64_t t = 0; t < s->table_count; t++)
        for (int64_t i = 0; i < s->tables[t].files.count; i++)
            LJ_TRY_DONE(hash_file(hash, s->tables[t].files.paths[i], block));
    if (s->sql != NULL)
        LJ_TRY_DONE(lj_sha256_update(hash, s->sql, strlen(s->sql)));
    status = lj_sha256_finish(hash, s->sha256);
done:
    lj_sha256_destroy(hash);
    lj_free(block);
    return status;
}

const char *lj_source_sha256(const lj_source *source)
{
    lj_source *s = (lj_source *)(uintptr_t)source; /* found when it is first asked for */
    if (s->sha256[0] == '\0' && digest(s) != LJ_OK)
        return "";
    return s->sha256;
}

/* ---- what the columns are ---- */

typedef struct native {
    int64_t cells, whole;
} native;

/* Whole numbers that a double does not hold are fetched as text. */
static lj_status check_wide(lj_source *s)
{
    for (int64_t c = 0; c < s->layout.count; c++) {
        lj_layout_column *column = &s->layout.columns[c];
        lj_text sql = {0};
        int64_t beyond = 0;
        if (!column->is_wide)
            continue;
        lj_text_puts(&sql, "SELECT count(*) FROM " ROWS " WHERE ");
        lj_sql_name(&sql, column->name);
        lj_text_puts(&sql, " NOT BETWEEN -9007199254740992 AND 9007199254740992");
        lj_status status = lj_text_finish(&sql);
        if (status == LJ_OK)
            status = lj_duck_integer(s->duck, sql.data, &beyond);
        lj_text_free(&sql);
        LJ_TRY(status);
        if (beyond > 0)
            column->from = LJ_FROM_TEXT;
    }
    return LJ_OK;
}

static lj_status see_chunk(const lj_source *s, duckdb_data_chunk chunk, lj_guess *guesses, native *natives)
{
    const idx_t n = duckdb_data_chunk_get_size(chunk);
    for (int64_t c = 0; c < s->layout.count; c++) {
        duckdb_vector vector = duckdb_data_chunk_get_vector(chunk, (idx_t)c);
        const uint64_t *validity = duckdb_vector_get_validity(vector);
        const double *numbers = duckdb_vector_get_data(vector);
        for (idx_t i = 0; i < n; i++) {
            lj_slice cell;
            if (s->layout.columns[c].from == LJ_FROM_TEXT) {
                if (lj_chunk_text(vector, i, &cell) && !lj_null_words_have(&s->nulls, cell))
                    lj_guess_cell(&guesses[c], cell);
                else
                    guesses[c].missing++;
            } else if (validity == NULL || (validity[i / 64] >> (i % 64) & 1) != 0) {
                natives[c].cells++;
                natives[c].whole += s->layout.columns[c].from == LJ_FROM_NUMBER && numbers[i] == floor(numbers[i]);
            }
        }
    }
    return LJ_OK;
}

static lj_status native_field(lj_arena *arena, const lj_layout_column *column, const native *seen, lj_field *field)
{
    *field = (lj_field){.name = column->name,
                        .type = column->from == LJ_FROM_TIME ? LJ_COLUMN_TIME : LJ_COLUMN_NUMBER,
                        .is_integer = column->from == LJ_FROM_NUMBER &&
                                      (column->is_whole || (seen->whole == seen->cells && seen->cells > 0))};
    field->reason = lj_arena_printf(arena, "the source's type is %s", column->type);
    return field->reason != NULL ? LJ_OK : lj_fail(LJ_ENOMEM, "no memory for a reason");
}

static lj_status find_fields(lj_source *s, lj_guess *guesses, native *natives, lj_field *fields)
{
    lj_stream *stream = NULL;
    duckdb_data_chunk chunk = NULL;
    LJ_TRY(lj_stream_open(s->duck, s->query.data, &stream));
    lj_status status = LJ_OK;
    for (int64_t c = 0; c < s->layout.count; c++)
        lj_guess_start(&guesses[c]);
    while (status == LJ_OK && (status = lj_stream_next(stream, &chunk)) == LJ_OK && chunk != NULL)
        status = see_chunk(s, chunk, guesses, natives);
    lj_stream_close(stream);
    for (int64_t c = 0; status == LJ_OK && c < s->layout.count; c++) {
        const lj_layout_column *column = &s->layout.columns[c];
        const lj_column_type wanted = s->wanted[c];
        if (column->from != LJ_FROM_TEXT)
            status = native_field(s->arena, column, &natives[c], &fields[c]);
        else if (wanted == LJ_COLUMN_TYPE_COUNT)
            status = lj_guess_finish(&guesses[c], s->arena, column->name, &fields[c]);
        else
            status = lj_guess_finish_as(&guesses[c], wanted, s->arena, column->name, &fields[c]);
        if (wanted != LJ_COLUMN_TYPE_COUNT)
            fields[c].reason = "as the pipeline says";
    }
    return status == LJ_OK ? lj_schema_create(fields, s->layout.count, &s->schema) : status;
}

static lj_status find_schema(lj_source *s)
{
    const int64_t n = s->layout.count;
    lj_guess *guesses = lj_new_array(n, sizeof(*guesses));
    native *natives = lj_new_array(n, sizeof(*natives));
    lj_field *fields = lj_new_array(n, sizeof(*fields));
    lj_status status = guesses != NULL && natives != NULL && fields != NULL ?
                           find_fields(s, guesses, natives, fields) :
                           lj_fail(LJ_ENOMEM, "no memory for %" PRId64 " columns", n);
    lj_free(fields);
    lj_free(natives);
    lj_free(guesses);
    return status;
}

static lj_status no_column(const lj_source *s, lj_status status, const char *name)
{
    const char **names = lj_arena_array(s->arena, s->layout.count, sizeof(*names));
    for (int64_t i = 0; names != NULL && i < s->layout.count; i++)
        names[i] = s->layout.columns[i].name;
    const char *near = names != NULL ? lj_nearest(name, names, s->layout.count) : NULL;
    return lj_fail(status, "%s: no column '%s'%s%s%s", main_path(s), name, near != NULL ? "; did you mean '" : "",
                   near != NULL ? near : "", near != NULL ? "'?" : "");
}

/* How a column must be fetched so that it becomes what the field says. */
static lj_status fit_column(const lj_source *s, const lj_field *field, lj_layout_column *column)
{
    const lj_cell_from given = column->from;
    if (field->type == LJ_COLUMN_TEXT)
        column->from = LJ_FROM_TEXT;
    const int fits = field->type == LJ_COLUMN_TEXT || given == LJ_FROM_TEXT ||
                     (field->type == LJ_COLUMN_NUMBER && given == LJ_FROM_NUMBER) ||
                     (field->type == LJ_COLUMN_TIME && given == LJ_FROM_TIME);
    return fits ? LJ_OK :
                  lj_fail(LJ_EDATA, "%s: column '%s': expected %s, found %s", main_path(s), field->name,
                          lj_column_type_name(field->type), column->type);
}

/* The types that the caller wants, by column. */
static lj_status want_types(lj_source *s, const lj_source_options *o)
{
    s->wanted = lj_arena_array(s->arena, s->layout.count, sizeof(*s->wanted));
    if (s->wanted == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for %" PRId64 " columns", s->layout.count);
    for (int64_t c = 0; c < s->layout.count; c++)
        s->wanted[c] = LJ_COLUMN_TYPE_COUNT;
    for (int64_t i = 0; i < o->type_count; i++) {
        int64_t c = 0;
        while (c < s->layout.count && strcmp(s->layout.columns[c].name, o->type_names[i]) != 0)
            c++;
        if (c == s->layout.count)
            return no_column(s, LJ_ENOTFOUND, o->type_names[i]);
        const lj_field field = {.name = o->type_names[i], .type = o->types[i]};
        LJ_TRY(fit_column(s, &field, &s->layout.columns[c]));
        s->wanted[c] = o->types[i];
    }
    return LJ_OK;
}

/* The query for the columns of the layout that are picked, out of `from`. */
static lj_status make_query(lj_source *s, const char *from, const int64_t *picks, int64_t count)
{
    lj_text_free(&s->query);
    s->query = (lj_text){0};
    s->from = lj_arena_array(s->arena, count, sizeof(*s->from));
    if (s->from == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for %" PRId64 " columns", count);
    lj_text_puts(&s->query, "SELECT ");
    for (int64_t i = 0; i < count; i++) {
        const lj_layout_column *column = &s->layout.columns[picks != NULL ? picks[i] : i];
        lj_text_puts(&s->query, i > 0 ? "," : "");
        lj_layout_put(&s->query, column);
        s->from[i] = column->from;
    }
    lj_text_printf(&s->query, " FROM %s", from);
    return lj_text_finish(&s->query);
}

/* All rows into a table of DuckDB, which spills to disk if it must. */
static lj_status collect(lj_source *s)
{
    lj_text sql = {0};
    lj_text_puts(&sql, "CREATE TEMP TABLE " ROWS " AS ");
    if (s->sql != NULL) {
        lj_text_puts(&sql, s->sql);
    } else {
        lj_text_puts(&sql, "SELECT * FROM ");
        lj_sql_name(&sql, s->tables[0].name);
    }
    lj_status status = lj_text_finish(&sql);
    if (status == LJ_OK) {
        status = lj_duck_run(s->duck, sql.data);
        if (status != LJ_OK)
            status = explain(s, status);
    }
    lj_text_free(&sql);
    LJ_TRY(status);
    LJ_TRY(lj_duck_integer(s->duck, "SELECT count(*) FROM " ROWS, &s->row_count));
    if (s->row_count == 0)
        return lj_fail(LJ_EDATA, "%s: no rows%s", main_path(s), s->sql != NULL ? " are left by the SQL" : "");
    return LJ_OK;
}

lj_status lj_source_open(const lj_source_options *options, lj_console *console, lj_source **out)
{
    assert(options != NULL && out != NULL);
    (void)console;
    *out = NULL;
    lj_source *s = NULL;
    LJ_TRY(start(options, &s));
    lj_status status = LJ_OK;
    LJ_TRY_DONE(collect(s));
    LJ_TRY_DONE(lj_layout_find(s->duck, s->arena, ROWS, &s->layout));
    LJ_TRY_DONE(check_wide(s));
    LJ_TRY_DONE(want_types(s, options));
    LJ_TRY_DONE(make_query(s, ROWS, NULL, s->layout.count));
    LJ_TRY_DONE(find_schema(s));
    LJ_TRY_DONE(digest(s));
    *out = s;
    s = NULL;
done:
    lj_source_close(s);
    return status;
}

/* ---- types given ---- */

static lj_status pick(lj_source *s, const lj_schema *schema, const char *from)
{
    const int64_t n = lj_schema_count(schema);
    lj_field *fields = lj_arena_array(s->arena, n, sizeof(*fields));
    int64_t *picks = lj_arena_array(s->arena, n, sizeof(*picks));
    if (fields == NULL || picks == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for %" PRId64 " columns", n);
    for (int64_t i = 0; i < n; i++) {
        fields[i] = *lj_schema_field(schema, i);
        int64_t c = 0;
        while (c < s->layout.count && strcmp(s->layout.columns[c].name, fields[i].name) != 0)
            c++;
        if (c == s->layout.count)
            return no_column(s, LJ_EDATA, fields[i].name);
        picks[i] = c;
        LJ_TRY(fit_column(s, &fields[i], &s->layout.columns[c]));
    }
    LJ_TRY(lj_schema_create(fields, n, &s->schema));
    return make_query(s, from, picks, n);
}

lj_status lj_source_open_as(const lj_source_options *options, const lj_schema *schema, lj_console *console,
                            lj_source **out)
{
    assert(options != NULL && schema != NULL && out != NULL);
    (void)console;
    *out = NULL;
    lj_source *s = NULL;
    LJ_TRY(start(options, &s));
    lj_status status = LJ_OK;
    lj_text from = {0};
    if (s->sql != NULL)
        lj_text_printf(&from, "(%s\n)", s->sql);
    else
        lj_sql_name(&from, s->tables[0].name);
    LJ_TRY_DONE(lj_text_finish(&from));
    status = lj_layout_find(s->duck, s->arena, from.data, &s->layout);
    if (status != LJ_OK) {
        status = explain(s, status);
        goto done;
    }
    LJ_TRY_DONE(pick(s, schema, from.data));
    *out = s;
    s = NULL;
done:
    lj_text_free(&from);
    lj_source_close(s);
    return status;
}

/* ---- reading ---- */

/* The next chunk with rows that were not given, or NULL at the end, when DuckDB is closed. */
static lj_status next_chunk(lj_source *s)
{
    if (s->chunk != NULL && s->chunk_at < duckdb_data_chunk_get_size(s->chunk))
        return LJ_OK;
    s->chunk = NULL;
    s->chunk_at = 0;
    if (s->duck == NULL)
        return LJ_OK;
    lj_status status = s->stream == NULL ? lj_stream_open(s->duck, s->query.data, &s->stream) : LJ_OK;
    if (status == LJ_OK)
        status = lj_stream_next(s->stream, &s->chunk);
    if (status != LJ_OK)
        return explain(s, status);
    if (s->chunk == NULL) {
        lj_stream_close(s->stream);
        lj_duck_close(s->duck);
        s->stream = NULL;
        s->duck = NULL;
        s->row_count = s->rows_given;
    }
    return LJ_OK;
}

static lj_status fill(lj_source *s, int64_t max_rows, lj_builder *builder)
{
    while (lj_builder_row_count(builder) < max_rows) {
        LJ_TRY(next_chunk(s));
        if (s->chunk == NULL)
            return LJ_OK;
        const int64_t want = max_rows - lj_builder_row_count(builder);
        const idx_t here = duckdb_data_chunk_get_size(s->chunk) - s->chunk_at;
        const idx_t take = want < (int64_t)here ? (idx_t)want : here;
        const lj_status status =
            lj_builder_append(builder, s->chunk, s->chunk_at, s->chunk_at + take, s->rows_given);
        if (status != LJ_OK)
            return lj_fail_context(status, "%s", main_path(s));
        s->chunk_at += take;
        s->rows_given += (int64_t)take;
    }
    return LJ_OK;
}

static lj_status next(lj_source *s, int64_t max_rows, int64_t expected, lj_frame **out)
{
    *out = NULL;
    lj_builder *builder = NULL;
    LJ_TRY(lj_builder_create(s->schema, s->from, &s->nulls, expected, &builder));
    lj_status status = fill(s, max_rows, builder);
    if (status == LJ_OK && lj_builder_row_count(builder) > 0)
        status = lj_builder_finish(builder, out);
    lj_builder_destroy(builder);
    return status;
}

lj_status lj_source_next(lj_source *s, int64_t max_rows, lj_frame **out)
{
    assert(s != NULL && max_rows > 0 && out != NULL);
    return next(s, max_rows, max_rows < 4096 ? max_rows : 4096, out);
}

lj_status lj_source_read(lj_source *s, lj_frame **out)
{
    assert(s != NULL && out != NULL);
    const int64_t left = s->row_count >= 0 ? s->row_count - s->rows_given : 0;
    LJ_TRY(next(s, INT64_MAX, left, out));
    LJ_TRY(next_chunk(s)); /* closes DuckDB */
    if (*out == NULL)
        return lj_fail(LJ_EDATA, "%s: no rows", main_path(s));
    return LJ_OK;
}
