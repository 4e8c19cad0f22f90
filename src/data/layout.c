#include "data/layout.h"

#include <inttypes.h>
#include <string.h>

#include "lianjin/limits.h"

static const struct {
    duckdb_type type;
    const char *name;
    lj_cell_from from;
    int is_whole, is_wide;
} kinds[] = {
    {DUCKDB_TYPE_VARCHAR, "VARCHAR", LJ_FROM_TEXT, 0, 0},
    {DUCKDB_TYPE_TINYINT, "TINYINT", LJ_FROM_NUMBER, 1, 0},
    {DUCKDB_TYPE_SMALLINT, "SMALLINT", LJ_FROM_NUMBER, 1, 0},
    {DUCKDB_TYPE_INTEGER, "INTEGER", LJ_FROM_NUMBER, 1, 0},
    {DUCKDB_TYPE_BIGINT, "BIGINT", LJ_FROM_NUMBER, 1, 1},
    {DUCKDB_TYPE_UTINYINT, "UTINYINT", LJ_FROM_NUMBER, 1, 0},
    {DUCKDB_TYPE_USMALLINT, "USMALLINT", LJ_FROM_NUMBER, 1, 0},
    {DUCKDB_TYPE_UINTEGER, "UINTEGER", LJ_FROM_NUMBER, 1, 0},
    {DUCKDB_TYPE_UBIGINT, "UBIGINT", LJ_FROM_NUMBER, 1, 1},
    {DUCKDB_TYPE_HUGEINT, "HUGEINT", LJ_FROM_NUMBER, 1, 1},
    {DUCKDB_TYPE_UHUGEINT, "UHUGEINT", LJ_FROM_NUMBER, 1, 1},
    {DUCKDB_TYPE_FLOAT, "FLOAT", LJ_FROM_NUMBER, 0, 0},
    {DUCKDB_TYPE_DOUBLE, "DOUBLE", LJ_FROM_NUMBER, 0, 0},
    {DUCKDB_TYPE_DECIMAL, "DECIMAL", LJ_FROM_NUMBER, 0, 0},
    {DUCKDB_TYPE_DATE, "DATE", LJ_FROM_TIME, 0, 0},
    {DUCKDB_TYPE_TIMESTAMP, "TIMESTAMP", LJ_FROM_TIME, 0, 0},
    {DUCKDB_TYPE_TIMESTAMP_S, "TIMESTAMP_S", LJ_FROM_TIME, 0, 0},
    {DUCKDB_TYPE_TIMESTAMP_MS, "TIMESTAMP_MS", LJ_FROM_TIME, 0, 0},
    {DUCKDB_TYPE_TIMESTAMP_NS, "TIMESTAMP_NS", LJ_FROM_TIME, 0, 0},
    {DUCKDB_TYPE_TIMESTAMP_TZ, "TIMESTAMP WITH TIME ZONE", LJ_FROM_TIME, 0, 0},
};

static void set_kind(duckdb_type type, lj_layout_column *column)
{
    column->from = LJ_FROM_TEXT; /* all other types are read as DuckDB writes them */
    column->type = "another type";
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (kinds[i].type == type) {
            column->from = kinds[i].from;
            column->is_text = type == DUCKDB_TYPE_VARCHAR;
            column->is_whole = kinds[i].is_whole;
            column->is_wide = kinds[i].is_wide;
            column->type = kinds[i].name;
        }
}

static lj_status fill(duckdb_prepared_statement prepared, lj_arena *arena, lj_layout *out)
{
    out->count = (int64_t)duckdb_prepared_statement_column_count(prepared);
    if (out->count > LJ_COLUMNS_MAX)
        return lj_fail(LJ_EDATA, "%" PRId64 " columns: a table has at most %d", out->count, LJ_COLUMNS_MAX);
    out->columns = lj_arena_array(arena, out->count, sizeof(*out->columns));
    if (out->columns == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for %" PRId64 " columns", out->count);
    for (int64_t c = 0; c < out->count; c++) {
        const char *name = duckdb_prepared_statement_column_name(prepared, (idx_t)c);
        out->columns[c].name = name != NULL ? lj_arena_strdup(arena, name) : NULL;
        duckdb_free((void *)(uintptr_t)name);
        if (out->columns[c].name == NULL)
            return lj_fail(LJ_ENOMEM, "no memory for the name of a column");
        set_kind(duckdb_prepared_statement_column_type(prepared, (idx_t)c), &out->columns[c]);
    }
    return LJ_OK;
}

lj_status lj_layout_find(lj_duck *duck, lj_arena *arena, const char *from, lj_layout *out)
{
    *out = (lj_layout){0};
    lj_text sql = {0};
    duckdb_prepared_statement prepared = NULL;
    lj_text_printf(&sql, "SELECT * FROM %s", from);
    lj_status status = lj_text_finish(&sql);
    if (status == LJ_OK && duckdb_prepare(lj_duck_connection(duck), sql.data, &prepared) != DuckDBSuccess)
        status = lj_duck_fail(LJ_EDATA, duckdb_prepare_error(prepared));
    if (status == LJ_OK)
        status = fill(prepared, arena, out);
    duckdb_destroy_prepare(&prepared);
    lj_text_free(&sql);
    return status;
}

void lj_layout_put(lj_text *sql, const lj_layout_column *column)
{
    if (column->from == LJ_FROM_TEXT && column->is_text) {
        lj_sql_name(sql, column->name);
        return;
    }
    /* TIMESTAMPTZ is an instant: epoch_us needs no time zone */
    lj_text_puts(sql, column->from == LJ_FROM_TIME ? "epoch_us(" : "CAST(");
    lj_sql_name(sql, column->name);
    lj_text_puts(sql, column->from == LJ_FROM_TIME     ? ")"
                      : column->from == LJ_FROM_NUMBER ? " AS DOUBLE)"
                                                       : " AS VARCHAR)");
}
