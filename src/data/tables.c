#include "data/tables.h"

#include <inttypes.h>
#include <string.h>

#include "data/builder.h"

static void put_paths(lj_text *sql, const lj_files *files)
{
    lj_text_puts(sql, "[");
    for (int64_t i = 0; i < files->count; i++) {
        lj_text_puts(sql, i > 0 ? "," : "");
        lj_sql_string(sql, files->paths[i]);
    }
    lj_text_puts(sql, "]");
}

static void put_csv(lj_text *sql, const lj_source_table *table, const lj_null_words *nulls)
{
    const char delimiter[2] = {table->csv.delimiter, '\0'};
    lj_text_puts(sql, "SELECT * FROM read_csv(");
    put_paths(sql, &table->files);
    lj_text_printf(sql, ",auto_detect=false,strict_mode=true,quote='\"',escape='\"',header=%s,delim=",
                   table->csv.has_header ? "true" : "false");
    lj_sql_string(sql, delimiter);
    lj_text_puts(sql, table->csv.is_latin1 ? ",encoding='latin-1'" : "");
    lj_text_puts(sql, table->files.is_gzip ? ",compression='gzip',nullstr=[''" : ",compression='none',nullstr=[''");
    for (int64_t i = 0; i < nulls->count; i++)
        if (nulls->words[i][0] != '\0') {
            lj_text_puts(sql, ",");
            lj_sql_string(sql, nulls->words[i]);
        }
    lj_text_puts(sql, "],columns={");
    for (int64_t c = 0; c < table->csv.count; c++) {
        lj_text_puts(sql, c > 0 ? "," : "");
        lj_sql_string(sql, table->csv.names[c]);
        lj_text_puts(sql, ":'VARCHAR'");
    }
    lj_text_puts(sql, "})");
}

/* The same columns in every file. */
static lj_status look_at_csv(lj_arena *arena, const lj_source_options *options, lj_source_table *table)
{
    const lj_files *files = &table->files;
    for (int64_t i = 0; i < files->count; i++) {
        lj_csv csv;
        const size_t n = strlen(files->paths[i]);
        const char *path = files->paths[i];
        const int is_tsv =
            (n > 4 && strcmp(path + n - 4, ".tsv") == 0) || (n > 7 && strcmp(path + n - 7, ".tsv.gz") == 0);
        const char *delimiter = options->delimiter != NULL ? options->delimiter : is_tsv ? "\t" : NULL;
        LJ_TRY(lj_csv_look(arena, path, delimiter, options->header, options->is_latin1,
                           &csv));
        if (i == 0)
            table->csv = csv;
        const lj_csv *first = &table->csv;
        if (csv.count != first->count || csv.delimiter != first->delimiter || csv.has_header != first->has_header)
            return lj_fail(LJ_EDATA, "%s has %" PRId64 " columns by '%c'%s, %s has %" PRId64 " by '%c'%s", path,
                           csv.count, csv.delimiter, csv.has_header ? "" : " without a header", files->paths[0],
                           first->count, first->delimiter, first->has_header ? "" : " without a header");
        for (int64_t c = 0; c < csv.count; c++)
            if (strcmp(csv.names[c], first->names[c]) != 0)
                return lj_fail(LJ_EDATA, "%s: line 1: column %" PRId64 " is '%s', in %s it is '%s'", path, c + 1,
                               csv.names[c], files->paths[0], first->names[c]);
    }
    return LJ_OK;
}

lj_status lj_source_table_make(lj_duck *duck, lj_arena *arena, const lj_source_options *options, const char *source,
                        lj_source_table *table)
{
    LJ_TRY(lj_files_find(arena, options->base, source, &table->files));
    for (int64_t i = 0; table->files.is_gzip && i < table->files.count; i++)
        LJ_TRY(lj_gzip_check(table->files.paths[i]));
    if (table->files.kind == LJ_KIND_SQLITE) {
        if (table->files.count > 1)
            return lj_fail(LJ_EUNSUPPORTED, "%s: expected one SQLite file, found %" PRId64, source, table->files.count);
        return lj_sqlite_copy(duck, table->files.paths[0], options->table, table->name);
    }
    lj_null_words nulls;
    lj_null_words_set(&nulls, options->null_words, options->null_word_count);
    if (table->files.kind == LJ_KIND_CSV)
        LJ_TRY(look_at_csv(arena, options, table));
    lj_text sql = {0};
    lj_text_puts(&sql, "CREATE VIEW ");
    lj_sql_name(&sql, table->name);
    lj_text_puts(&sql, " AS ");
    if (table->files.kind == LJ_KIND_CSV) {
        put_csv(&sql, table, &nulls);
    } else {
        lj_text_puts(&sql,
                     table->files.kind == LJ_KIND_PARQUET ? "SELECT * FROM read_parquet(" : "SELECT * FROM read_json(");
        put_paths(&sql, &table->files);
        lj_text_puts(&sql, ")");
    }
    lj_status status = lj_text_finish(&sql);
    if (status == LJ_OK) {
        status = lj_duck_run(duck, sql.data);
        if (status != LJ_OK)
            status = lj_fail_context(status, "%s", table->files.paths[0]);
    }
    lj_text_free(&sql);
    return status;
}
