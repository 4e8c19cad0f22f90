#include "data/duck.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MEMORY_DEFAULT_MB = 256, MESSAGE_LINES = 3 };

struct lj_duck {
    duckdb_database database;
    duckdb_connection connection;
};

lj_status lj_duck_fail(lj_status status, const char *message)
{
    size_t size = 0;
    int lines = 0;
    if (message == NULL)
        message = "no message";
    for (; message[size] != '\0'; size++)
        if (message[size] == '\n' && (++lines == MESSAGE_LINES || message[size + 1] == '\n'))
            break;
    return lj_fail(status, "%.*s", (int)size, message);
}

static lj_status configure(duckdb_config config, int n_threads, int64_t memory_limit_mb)
{
    static atomic_int opened;
    char threads[16];
    char memory[32];
    char folder[4096];
    const char *temporary = getenv("TMPDIR");
    snprintf(threads, sizeof(threads), "%d", n_threads < 1 ? 1 : n_threads);
    snprintf(memory, sizeof(memory), "%" PRId64 "MB", memory_limit_mb > 0 ? memory_limit_mb : MEMORY_DEFAULT_MB);
    /* a folder of its own: two databases must not share the names of their spilled blocks */
    snprintf(folder, sizeof(folder), "%s/lianjin-%ld-%d",
             temporary != NULL && temporary[0] != '\0' ? temporary : "/tmp", (long)getpid(),
             atomic_fetch_add(&opened, 1));
    const char *const settings[][2] = {{"threads", threads},
                                       {"memory_limit", memory},
                                       {"temp_directory", folder},
                                       {"autoinstall_known_extensions", "false"},
                                       {"autoload_known_extensions", "false"},
                                       {"allow_community_extensions", "false"},
                                       {"allow_unsigned_extensions", "false"},
                                       {"preserve_insertion_order", "true"}};
    for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
        if (duckdb_set_config(config, settings[i][0], settings[i][1]) != DuckDBSuccess)
            return lj_fail(LJ_EUNSUPPORTED, "this DuckDB has no setting '%s'", settings[i][0]);
    return LJ_OK;
}

lj_status lj_duck_open(int n_threads, int64_t memory_limit_mb, lj_duck **out)
{
    *out = NULL;
    lj_status status = LJ_OK;
    duckdb_config config = NULL;
    char *message = NULL;
    lj_duck *duck = lj_new_array(1, sizeof(*duck));
    if (duck == NULL || duckdb_create_config(&config) != DuckDBSuccess) {
        status = lj_fail(LJ_ENOMEM, "no memory for DuckDB");
        goto done;
    }
    LJ_TRY_DONE(configure(config, n_threads, memory_limit_mb));
    if (duckdb_open_ext(NULL, &duck->database, config, &message) != DuckDBSuccess) {
        status = lj_duck_fail(LJ_EIO, message);
        goto done;
    }
    if (duckdb_connect(duck->database, &duck->connection) != DuckDBSuccess) {
        status = lj_fail(LJ_EIO, "DuckDB gave no connection");
        goto done;
    }
    *out = duck;
    duck = NULL;
done:
    if (message != NULL)
        duckdb_free(message);
    duckdb_destroy_config(&config);
    lj_duck_close(duck);
    return status;
}

void lj_duck_close(lj_duck *duck)
{
    if (duck == NULL)
        return;
    if (duck->connection != NULL)
        duckdb_disconnect(&duck->connection);
    if (duck->database != NULL)
        duckdb_close(&duck->database);
    lj_free(duck);
}

duckdb_connection lj_duck_connection(const lj_duck *duck)
{
    return duck->connection;
}

lj_status lj_duck_run(lj_duck *duck, const char *sql)
{
    duckdb_result result;
    lj_status status = LJ_OK;
    if (duckdb_query(duck->connection, sql, &result) != DuckDBSuccess)
        status = lj_duck_fail(LJ_EDATA, duckdb_result_error(&result));
    duckdb_destroy_result(&result);
    return status;
}

lj_status lj_duck_integer(lj_duck *duck, const char *sql, int64_t *out)
{
    duckdb_result result;
    lj_status status = LJ_OK;
    if (duckdb_query(duck->connection, sql, &result) != DuckDBSuccess)
        status = lj_duck_fail(LJ_EDATA, duckdb_result_error(&result));
    else
        *out = duckdb_value_int64(&result, 0, 0);
    duckdb_destroy_result(&result);
    return status;
}

lj_status lj_duck_lock(lj_duck *duck, const char *const *paths, int64_t count)
{
    lj_text sql = {0};
    lj_text_puts(&sql, "SET allowed_paths=[");
    for (int64_t i = 0; i < count; i++) {
        lj_text_puts(&sql, i > 0 ? "," : "");
        lj_sql_string(&sql, paths[i]);
    }
    lj_text_puts(&sql, "]; SET enable_external_access=false; SET lock_configuration=true");
    lj_status status = lj_text_finish(&sql);
    if (status == LJ_OK)
        status = lj_duck_run(duck, sql.data);
    lj_text_free(&sql);
    return status;
}

lj_status lj_duck_check_select(lj_duck *duck, const char *sql)
{
    duckdb_extracted_statements statements = NULL;
    duckdb_prepared_statement prepared = NULL;
    lj_status status = LJ_OK;
    const idx_t n = duckdb_extract_statements(duck->connection, sql, &statements);
    if (n == 0)
        status = lj_duck_fail(LJ_ECONFIG, duckdb_extract_statements_error(statements));
    else if (n != 1)
        status = lj_fail(LJ_ECONFIG, "expected one SELECT, found %" PRIu64 " statements", (uint64_t)n);
    else if (duckdb_prepare_extracted_statement(duck->connection, statements, 0, &prepared) != DuckDBSuccess)
        status = lj_duck_fail(LJ_ECONFIG, duckdb_prepare_error(prepared));
    else if (duckdb_prepared_statement_type(prepared) != DUCKDB_STATEMENT_TYPE_SELECT)
        status = lj_fail(LJ_ECONFIG, "expected a SELECT, found another kind of statement");
    duckdb_destroy_prepare(&prepared);
    duckdb_destroy_extracted(&statements);
    return status == LJ_OK ? LJ_OK : lj_fail_context(status, "sql");
}

static void quoted(lj_text *sql, const char *text, char quote)
{
    const char doubled[2] = {quote, quote};
    lj_text_append(sql, &quote, 1);
    for (; *text != '\0'; text++)
        lj_text_append(sql, *text == quote ? doubled : text, *text == quote ? 2 : 1);
    lj_text_append(sql, &quote, 1);
}

void lj_sql_string(lj_text *sql, const char *text)
{
    quoted(sql, text, '\'');
}

void lj_sql_name(lj_text *sql, const char *name)
{
    quoted(sql, name, '"');
}

struct lj_stream {
    duckdb_prepared_statement prepared;
    duckdb_pending_result pending;
    duckdb_result result;
    int has_result;
    duckdb_data_chunk chunk;
};

static lj_status start(lj_duck *duck, const char *sql, lj_stream *stream)
{
    if (duckdb_prepare(duck->connection, sql, &stream->prepared) != DuckDBSuccess)
        return lj_duck_fail(LJ_EDATA, duckdb_prepare_error(stream->prepared));
    if (duckdb_pending_prepared_streaming(stream->prepared, &stream->pending) != DuckDBSuccess)
        return lj_duck_fail(LJ_EDATA, duckdb_pending_error(stream->pending));
    stream->has_result = 1; /* on failure it holds the message */
    if (duckdb_execute_pending(stream->pending, &stream->result) != DuckDBSuccess)
        return lj_duck_fail(LJ_EDATA, duckdb_result_error(&stream->result));
    return LJ_OK;
}

lj_status lj_stream_open(lj_duck *duck, const char *sql, lj_stream **out)
{
    *out = NULL;
    lj_stream *stream = lj_new_array(1, sizeof(*stream));
    if (stream == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for a query");
    const lj_status status = start(duck, sql, stream);
    if (status != LJ_OK) {
        lj_stream_close(stream);
        return status;
    }
    *out = stream;
    return LJ_OK;
}

lj_status lj_stream_next(lj_stream *stream, duckdb_data_chunk *chunk)
{
    *chunk = NULL;
    do { /* some chunks are empty */
        if (stream->chunk != NULL)
            duckdb_destroy_data_chunk(&stream->chunk);
        stream->chunk = duckdb_fetch_chunk(stream->result);
    } while (stream->chunk != NULL && duckdb_data_chunk_get_size(stream->chunk) == 0);
    if (stream->chunk == NULL) {
        const char *message = duckdb_result_error(&stream->result);
        return message != NULL && message[0] != '\0' ? lj_duck_fail(LJ_EDATA, message) : LJ_OK;
    }
    *chunk = stream->chunk;
    return LJ_OK;
}

void lj_stream_close(lj_stream *stream)
{
    if (stream == NULL)
        return;
    if (stream->chunk != NULL)
        duckdb_destroy_data_chunk(&stream->chunk);
    if (stream->has_result)
        duckdb_destroy_result(&stream->result);
    duckdb_destroy_pending(&stream->pending);
    duckdb_destroy_prepare(&stream->prepared);
    lj_free(stream);
}
