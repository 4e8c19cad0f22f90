/* From the source to a frame, with what was found in it told to people. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "pipeline/pipeline.h"

enum { DUPLICATES_SHOWN = 3 };

static const char data_variable[] = "LIANJIN_DATA";

lj_status lj_source_path(lj_arena *arena, const char *written, const char **out)
{
    const size_t plain = sizeof(data_variable) - 1;
    const char *rest = NULL;
    if (written[0] == '$' && strncmp(written + 1, data_variable, plain) == 0)
        rest = written + 1 + plain;
    else if (strncmp(written, "${", 2) == 0 && strncmp(written + 2, data_variable, plain) == 0 &&
             written[2 + plain] == '}')
        rest = written + 3 + plain;
    if (rest == NULL) {
        *out = lj_arena_strdup(arena, written);
    } else {
        const char *folder = getenv(data_variable);
        char *here = realpath(folder != NULL && folder[0] != '\0' ? folder : "../shared/data", NULL);
        if (here == NULL)
            return lj_fail(LJ_ENOTFOUND, "%s: no such folder; set LIANJIN_DATA to where the data are", written);
        *out = lj_arena_printf(arena, "%s%s", here, rest);
        free(here); /* from realpath */
    }
    return *out != NULL ? LJ_OK : lj_fail(LJ_ENOMEM, "no memory for the path of the source");
}

/* Names and paths of a map of sources. */
static lj_status fill_sources(const lj_pipeline *p, lj_arena *arena, lj_source_options *options)
{
    const lj_item *map = p->data.sources;
    const char **names = lj_arena_array(arena, map->count, sizeof(*names));
    const char **paths = lj_arena_array(arena, map->count, sizeof(*paths));
    if (names == NULL || paths == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for %" PRId64 " sources", map->count);
    for (int64_t i = 0; i < map->count; i++) {
        names[i] = map->items[i]->key;
        LJ_TRY(lj_source_path(arena, map->items[i]->text, &paths[i]));
    }
    options->names = names;
    options->sources = paths;
    options->source_count = map->count;
    return LJ_OK;
}

static lj_status fill_words(lj_arena *arena, const lj_item *list, const char *const **out, int64_t *count)
{
    const int64_t n = lj_declared_count(list);
    const char **words = lj_arena_array(arena, n, sizeof(*words));
    if (words == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for %" PRId64 " words", n);
    for (int64_t i = 0; i < n; i++)
        words[i] = lj_declared_at(list, i)->text;
    *out = words;
    *count = n;
    return LJ_OK;
}

/* features: types, checked when the file was read. */
static lj_status fill_types(const lj_pipeline *p, lj_arena *arena, lj_source_options *options)
{
    const lj_item *map = p->features.types;
    if (map == NULL)
        return LJ_OK;
    const char **names = lj_arena_array(arena, map->count, sizeof(*names));
    lj_column_type *types = lj_arena_array(arena, map->count, sizeof(*types));
    if (names == NULL || types == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for %" PRId64 " types", map->count);
    for (int64_t i = 0; i < map->count; i++) {
        int type = 0;
        while (type < LJ_COLUMN_TYPE_COUNT - 1 &&
               strcmp(map->items[i]->text, lj_column_type_name((lj_column_type)type)) != 0)
            type++;
        names[i] = map->items[i]->key;
        types[i] = (lj_column_type)type;
    }
    options->type_names = names;
    options->types = types;
    options->type_count = map->count;
    return LJ_OK;
}

static lj_status open_source(const lj_pipeline *p, lj_team *team, lj_console *console, lj_table *table)
{
    static const int headers[] = {0, 1, -1}; /* auto, yes, no */
    lj_source_options options = {.sql = p->data.sql,
                                 .base = p->folder,
                                 .delimiter = p->data.delimiter,
                                 .header = headers[p->data.header],
                                 .is_latin1 = p->data.encoding == 1,
                                 .table = p->data.table,
                                 .n_threads = lj_team_size(team)};
    if (p->data.source != NULL)
        LJ_TRY(lj_source_path(table->arena, p->data.source, &options.source));
    else
        LJ_TRY(fill_sources(p, table->arena, &options));
    if (p->data.missing != NULL)
        LJ_TRY(fill_words(table->arena, p->data.missing, &options.null_words, &options.null_word_count));
    LJ_TRY(fill_types(p, table->arena, &options));
    table->home_source = options.source != NULL ? options.source : "sources";
    return lj_source_open(&options, console, &table->source);
}

/* Every value of the file that is the name of a column is one of the table: before anything is trained. */
static lj_status check_names(const lj_pipeline *p, const lj_table *table)
{
    if (p->data.series != NULL) {
        LJ_TRY(lj_table_check_names(p, table, lj_item_get(p->data.series, "time")));
        LJ_TRY(lj_table_check_names(p, table, lj_item_get(p->data.series, "group")));
    }
    static const char *const keys[][2] = {{"data", "key"}, {"target", "column"}, {"split", "column"},
                                          {"evaluate", "by"}, {"explain", "protected"}, {"explain", "inquiries"}};
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        const lj_item *section = lj_item_get(lj_doc_root(p->doc), keys[i][0]);
        const lj_item *names = section != NULL && section->kind == LJ_MAP ? lj_item_get(section, keys[i][1]) : NULL;
        if (section != NULL && section->kind == LJ_STRING && strcmp(keys[i][0], "target") == 0)
            names = section;
        LJ_TRY(lj_table_check_names(p, table, names));
    }
    const lj_item *texts = p->explain.texts;
    const lj_column *column = NULL;
    for (int64_t i = 0; texts != NULL && i < texts->count; i++)
        if (lj_frame_need(table->frame, texts->items[i]->key, &column) != LJ_OK)
            return lj_declare_fail(p->file, texts->items[i], "%s", lj_error_message());
    return LJ_OK;
}

static lj_status check_duplicates(const lj_pipeline *p, const lj_table *table, lj_console *console)
{
    int64_t count = 0;
    int64_t shown = 0;
    int64_t first[DUPLICATES_SHOWN];
    if (p->data.key != NULL) {
        const lj_column *key = NULL;
        LJ_TRY(lj_frame_need(table->frame, p->data.key, &key));
        LJ_TRY(lj_frame_duplicates(table->frame, p->data.key, &count, first, DUPLICATES_SHOWN, &shown));
        if (count > 0)
            return lj_fail(LJ_EDATA,
                           "%s: key '%s' is not unique: %" PRId64 " rows repeat one, the first is row %" PRId64,
                           table->home_source, p->data.key, count, first[0] + 1);
    }
    LJ_TRY(lj_frame_duplicates(table->frame, NULL, &count, first, DUPLICATES_SHOWN, &shown));
    if (count > 0)
        lj_warn(console, "%" PRId64 " rows repeat an earlier row in every column (the first is row %" PRId64 ")", count,
                first[0] + 1);
    return LJ_OK;
}

/* Types that are not what the text looks like at first sight are worth a line each. */
static void tell_rules(const lj_schema *schema, lj_console *console)
{
    for (int64_t i = 0; i < lj_schema_count(schema); i++) {
        const lj_field *field = lj_schema_field(schema, i);
        if (field->type == LJ_COLUMN_NUMBER && field->rule != LJ_RULE_PLAIN)
            lj_note(console, "  %s: %s", field->name, field->reason);
    }
}

lj_status lj_table_read(const lj_pipeline *p, uint64_t seed, lj_team *team, lj_console *console, lj_table *table)
{
    memset(table, 0, sizeof(*table));
    LJ_TRY(lj_arena_create(&table->arena));
    if (p->data.images != NULL) {
        LJ_TRY(lj_table_read_images(p, seed, team, console, table));
        LJ_TRY(check_names(p, table));
        return lj_target_find(p, console, table);
    }
    LJ_TRY(open_source(p, team, console, table));
    LJ_TRY(lj_source_read(table->source, &table->frame));
    table->schema = lj_source_schema(table->source);
    memcpy(table->sha256, lj_source_sha256(table->source), LJ_SHA256_HEX);
    lj_note(console, "%s: %" PRId64 " rows, %" PRId64 " columns", table->home_source,
            lj_frame_row_count(table->frame), lj_frame_column_count(table->frame));
    tell_rules(table->schema, console);
    LJ_TRY(check_names(p, table));
    LJ_TRY(check_duplicates(p, table, console));
    LJ_TRY(lj_table_make_series(p, console, table));
    LJ_TRY(lj_target_find(p, console, table));
    LJ_TRY(lj_table_series_targets(table));
    return lj_features_choose(p, console, table);
}

void lj_table_free(lj_table *table)
{
    lj_free(table->values);
    lj_frame_destroy(table->frame);
    lj_series_free(&table->series);
    lj_free(table->naive);
    lj_source_close(table->source);
    lj_schema_destroy(table->no_schema);
    lj_arena_destroy(table->arena);
    memset(table, 0, sizeof(*table));
}
