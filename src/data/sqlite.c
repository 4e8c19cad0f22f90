/* A table of a SQLite file, copied row by row: DuckDB's own reader for them would have to be downloaded. */
#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "data/tables.h"

typedef struct copying {
    sqlite3 *db;
    sqlite3_stmt *rows;
    const char *path;
    duckdb_type *types; /* [n]: BIGINT, DOUBLE or VARCHAR */
    int n;
} copying;

static lj_status fail(const copying *c)
{
    return lj_fail(LJ_EDATA, "%s: SQLite says: %s", c->path, c->db != NULL ? sqlite3_errmsg(c->db) : "no memory");
}

/* The only table, or a message that lists them. */
static lj_status find_table(const copying *c, lj_text *name)
{
    sqlite3_stmt *list = NULL;
    lj_text names = {0};
    int64_t count = 0;
    int rc = sqlite3_prepare_v2(c->db,
                                "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE "
                                "'sqlite_%' ORDER BY name",
                                -1, &list, NULL);
    while (rc == SQLITE_OK && (rc = sqlite3_step(list)) == SQLITE_ROW) {
        const char *text = (const char *)sqlite3_column_text(list, 0);
        lj_text_printf(&names, "%s%s", count > 0 ? ", " : "", text);
        if (count++ == 0)
            lj_text_puts(name, text);
        rc = SQLITE_OK;
    }
    sqlite3_finalize(list);
    lj_status status = lj_text_finish(&names);
    if (status == LJ_OK && rc != SQLITE_DONE)
        status = fail(c);
    else if (status == LJ_OK && count != 1)
        status = lj_fail(LJ_EDATA, count == 0 ? "%s: no tables%s" : "%s: several tables: say which with 'table' (%s)",
                         c->path, names.data);
    lj_text_free(&names);
    return status == LJ_OK ? lj_text_finish(name) : status;
}

/* Integers if all values are, numbers if all are, else text: SQLite types cells, not columns. */
static lj_status find_types(copying *c)
{
    int rc = SQLITE_ROW;
    for (int i = 0; i < c->n; i++)
        c->types[i] = DUCKDB_TYPE_INVALID;
    while ((rc = sqlite3_step(c->rows)) == SQLITE_ROW)
        for (int i = 0; i < c->n; i++) {
            const int cell = sqlite3_column_type(c->rows, i);
            const duckdb_type type = c->types[i];
            if (cell == SQLITE_INTEGER)
                c->types[i] = type == DUCKDB_TYPE_INVALID ? DUCKDB_TYPE_BIGINT : type;
            else if (cell == SQLITE_FLOAT)
                c->types[i] = type == DUCKDB_TYPE_VARCHAR ? type : DUCKDB_TYPE_DOUBLE;
            else if (cell != SQLITE_NULL)
                c->types[i] = DUCKDB_TYPE_VARCHAR;
        }
    sqlite3_reset(c->rows);
    return rc == SQLITE_DONE ? LJ_OK : fail(c);
}

static lj_status make_table(lj_duck *duck, const copying *c, const char *name)
{
    lj_text sql = {0};
    lj_text_puts(&sql, "CREATE TABLE ");
    lj_sql_name(&sql, name);
    for (int i = 0; i < c->n; i++) {
        lj_text_puts(&sql, i == 0 ? " (" : ", ");
        lj_sql_name(&sql, sqlite3_column_name(c->rows, i));
        lj_text_puts(&sql, c->types[i] == DUCKDB_TYPE_BIGINT   ? " BIGINT"
                           : c->types[i] == DUCKDB_TYPE_DOUBLE ? " DOUBLE"
                                                               : " VARCHAR");
    }
    lj_text_puts(&sql, ")");
    lj_status status = lj_text_finish(&sql);
    if (status == LJ_OK)
        status = lj_duck_run(duck, sql.data);
    lj_text_free(&sql);
    return status;
}

static lj_status append_row(const copying *c, duckdb_appender appender)
{
    char number[40];
    duckdb_state state = DuckDBSuccess;
    for (int i = 0; i < c->n && state == DuckDBSuccess; i++) {
        const int cell = sqlite3_column_type(c->rows, i);
        if (cell == SQLITE_NULL) {
            state = duckdb_append_null(appender);
        } else if (c->types[i] == DUCKDB_TYPE_BIGINT) {
            state = duckdb_append_int64(appender, sqlite3_column_int64(c->rows, i));
        } else if (c->types[i] == DUCKDB_TYPE_DOUBLE) {
            state = duckdb_append_double(appender, sqlite3_column_double(c->rows, i));
        } else if (cell == SQLITE_FLOAT) {
            const int size = snprintf(number, sizeof(number), "%.17g", sqlite3_column_double(c->rows, i));
            state = duckdb_append_varchar_length(appender, number, (idx_t)size);
        } else {
            const char *text = (const char *)sqlite3_column_text(c->rows, i);
            state = duckdb_append_varchar_length(appender, text != NULL ? text : "",
                                                 (idx_t)sqlite3_column_bytes(c->rows, i));
        }
    }
    if (state == DuckDBSuccess)
        state = duckdb_appender_end_row(appender);
    return state == DuckDBSuccess ? LJ_OK : lj_duck_fail(LJ_EDATA, duckdb_appender_error(appender));
}

static lj_status copy_rows(lj_duck *duck, const copying *c, const char *name)
{
    duckdb_appender appender = NULL;
    lj_status status = LJ_OK;
    int rc = SQLITE_ROW;
    if (duckdb_appender_create(lj_duck_connection(duck), NULL, name, &appender) != DuckDBSuccess)
        status = lj_duck_fail(LJ_EDATA, duckdb_appender_error(appender));
    while (status == LJ_OK && (rc = sqlite3_step(c->rows)) == SQLITE_ROW)
        status = append_row(c, appender);
    if (status == LJ_OK && rc != SQLITE_DONE)
        status = fail(c);
    if (status == LJ_OK && duckdb_appender_close(appender) != DuckDBSuccess)
        status = lj_duck_fail(LJ_EDATA, duckdb_appender_error(appender));
    duckdb_appender_destroy(&appender);
    return status;
}

static lj_status copy(lj_duck *duck, copying *c, const char *table, const char *name)
{
    lj_text sql = {0};
    lj_text_puts(&sql, "SELECT * FROM ");
    lj_sql_name(&sql, table);
    lj_status status = lj_text_finish(&sql);
    if (status == LJ_OK && sqlite3_prepare_v2(c->db, sql.data, -1, &c->rows, NULL) != SQLITE_OK)
        status = fail(c);
    lj_text_free(&sql);
    LJ_TRY(status);
    c->n = sqlite3_column_count(c->rows);
    c->types = lj_new_array(c->n, sizeof(*c->types));
    if (c->types == NULL)
        return lj_fail(LJ_ENOMEM, "%s: no memory for its columns", c->path);
    LJ_TRY(find_types(c));
    LJ_TRY(make_table(duck, c, name));
    return copy_rows(duck, c, name);
}

lj_status lj_sqlite_copy(lj_duck *duck, const char *path, const char *table, const char *name)
{
    lj_status status = LJ_OK;
    copying c = {.path = path};
    lj_text found = {0};
    if (sqlite3_open_v2(path, &c.db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK) {
        status = fail(&c);
        goto done;
    }
    if (table == NULL)
        LJ_TRY_DONE(find_table(&c, &found));
    status = copy(duck, &c, table != NULL ? table : found.data, name);
done:
    sqlite3_finalize(c.rows);
    sqlite3_close(c.db);
    lj_free(c.types);
    lj_text_free(&found);
    return status;
}
