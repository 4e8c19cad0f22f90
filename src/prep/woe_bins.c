#include "prep/woe_bins.h"

#include <inttypes.h>
#include <math.h>

#include "prep/prep.h"
#include "prep/stats.h"

#define ROWS_MAX INT64_C(1000000000000) /* so that sums stay whole */

int64_t lj_woe_bin_of(const lj_woe_bins *bins, double x)
{
    if (isnan(x))
        return bins->table.count - 1;
    if (!bins->is_number)
        return x < 0 ? bins->other : bins->bin_of[(int32_t)x];
    const int64_t code = lj_search_sorted(bins->codes, bins->code_count, x);
    if (code >= 0 && bins->codes[code] == x)
        return bins->table.regular + code;
    return lj_search_sorted(bins->edges, bins->edge_count, x) + 1;
}

void lj_woe_bins_save(const lj_woe_bins *bins, lj_json *json)
{
    if (bins->is_number) {
        lj_save_numbers(json, "edges", bins->edges, bins->edge_count);
        lj_save_numbers(json, "special", bins->codes, bins->code_count);
    } else {
        lj_save_integers(json, "bin_of", bins->bin_of, bins->level_count);
        lj_json_integer(json, "other", bins->other);
    }
    const lj_prep_bins *table = &bins->table;
    lj_json_list(json, "bins");
    for (int64_t i = 0; i < table->count; i++) {
        lj_json_map(json, NULL);
        lj_json_string(json, "name", table->names[i]);
        lj_json_integer(json, "rows", table->rows[i]);
        lj_json_integer(json, "events", table->events[i]);
        lj_json_double(json, "woe", table->woe[i]);
        lj_json_end_map(json);
    }
    lj_json_end_list(json);
}

lj_status lj_woe_bins_fill(lj_woe_bins *bins, lj_arena *arena, const char *const *names, const lj_tally *tallies,
                           const double *woe)
{
    lj_prep_bins *table = &bins->table;
    int64_t *rows = lj_arena_array(arena, table->count, sizeof(*rows));
    int64_t *events = lj_arena_array(arena, table->count, sizeof(*events));
    double *iv = lj_arena_array(arena, table->count, sizeof(*iv));
    if (rows == NULL || events == NULL || iv == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for a table of bins");
    for (int64_t i = 0; i < table->count; i++) {
        table->all_rows += rows[i] = tallies[i].rows;
        table->all_events += events[i] = tallies[i].events;
    }
    for (int64_t i = 0; i < table->count; i++) {
        iv[i] = lj_tally_iv(tallies[i], (lj_tally){table->all_rows, table->all_events}, woe[i]);
        table->all_iv += iv[i];
    }
    table->is_number = bins->is_number;
    table->edges = bins->edges;
    table->codes = bins->codes;
    table->bin_of = bins->bin_of;
    table->level_count = bins->level_count;
    table->other = bins->other;
    table->names = names;
    table->rows = rows;
    table->events = events;
    table->woe = woe;
    table->iv = iv;
    return LJ_OK;
}

static lj_status load_bin(const lj_doc *doc, const lj_item *map, lj_arena *arena, const char **name, lj_tally *tally,
                          double *woe)
{
    const char *text;
    if (map->kind != LJ_MAP)
        return lj_fail(LJ_ECORRUPT, "%s:%d:%d: expected a bin", lj_doc_name(doc), map->line, map->column);
    LJ_TRY(lj_item_need_string(doc, map, "name", &text));
    LJ_TRY(lj_item_need_integer(doc, map, "rows", 0, ROWS_MAX, &tally->rows));
    LJ_TRY(lj_item_need_integer(doc, map, "events", 0, tally->rows, &tally->events));
    LJ_TRY(lj_load_number(doc, map, "woe", woe));
    *name = lj_arena_strdup(arena, text);
    return *name != NULL ? LJ_OK : lj_fail(LJ_ENOMEM, "no memory for a step");
}

static lj_status load_table(const lj_doc *doc, const lj_item *list, lj_arena *arena, lj_woe_bins *bins)
{
    lj_prep_bins *table = &bins->table;
    lj_tally all = {0, 0};
    const char **names = lj_arena_array(arena, table->count, sizeof(*names));
    lj_tally *tallies = lj_arena_array(arena, table->count, sizeof(*tallies));
    double *woe = lj_arena_array(arena, table->count, sizeof(*woe));
    if (names == NULL || tallies == NULL || woe == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for a step");
    for (int64_t i = 0; i < table->count; i++) {
        LJ_TRY(load_bin(doc, list->items[i], arena, &names[i], &tallies[i], &woe[i]));
        all.rows += tallies[i].rows;
        all.events += tallies[i].events;
    }
    if (all.events < 1 || all.events >= all.rows)
        return lj_fail(LJ_ECORRUPT, "%s:%d:%d: expected rows of two classes", lj_doc_name(doc), list->line,
                       list->column);
    return lj_woe_bins_fill(bins, arena, names, tallies, woe);
}

/* In which bin values are. */
static lj_status load_places(const lj_doc *doc, const lj_item *item, lj_register in, lj_arena *arena,
                             lj_woe_bins *bins, int64_t bin_count)
{
    bins->other = -1;
    bins->is_number = in.kind == LJ_REGISTER_NUMBER;
    if (bins->is_number) {
        LJ_TRY(lj_load_numbers(doc, item, "edges", 0, 2 * LJ_PREBINS_MAX, 2, arena, &bins->edges, &bins->edge_count));
        LJ_TRY(lj_load_numbers(doc, item, "special", 0, LJ_WOE_CODES_MAX, 2, arena, &bins->codes, &bins->code_count));
        bins->table.regular = bins->edge_count + 1;
        return LJ_OK;
    }
    int64_t other = 0;
    bins->table.regular = bin_count - 1;
    LJ_TRY(lj_load_integers(doc, item, "bin_of", in.size, in.size, -1, (int32_t)bins->table.regular - 1, arena,
                            &bins->bin_of, &bins->level_count));
    LJ_TRY(lj_item_need_integer(doc, item, "other", -1, bins->table.regular - 1, &other));
    bins->other = (int32_t)other;
    return LJ_OK;
}

lj_status lj_woe_bins_load(const lj_doc *doc, const lj_item *item, lj_register in, lj_arena *arena, lj_woe_bins **out)
{
    const lj_item *list;
    lj_woe_bins *bins = lj_arena_array(arena, 1, sizeof(*bins));
    LJ_TRY(lj_item_need(doc, item, "bins", LJ_LIST, &list));
    if (list->count < 2 || list->count > 2 * LJ_PREBINS_MAX + LJ_WOE_CODES_MAX + 2)
        return lj_fail(LJ_ECORRUPT, "%s:%d:%d: expected bins and one for missing values", lj_doc_name(doc), list->line,
                       list->column);
    if (bins == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for a step");
    LJ_TRY(load_places(doc, item, in, arena, bins, list->count));
    bins->table.count = bins->table.regular + bins->code_count + 1;
    if (bins->table.count != list->count)
        return lj_fail(LJ_ECORRUPT, "%s:%d:%d: expected %" PRId64 " bins, found %" PRId64, lj_doc_name(doc),
                       list->line, list->column, bins->table.count, list->count);
    LJ_TRY(load_table(doc, list, arena, bins));
    *out = bins;
    return LJ_OK;
}
