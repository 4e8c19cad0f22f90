/* Spaces: those of the families, and those of a file. */
#include <inttypes.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

#include "lianjin/declare.h"
#include "lianjin/math.h"
#include "lianjin/tune.h"
#include "tune/spaces.h"

#define X(code, name, doc) name,
const char *const lj_tune_method_names[] = {LJ_TUNE_METHOD_LIST(X) NULL};
#undef X

#define LOG_FROM 20.0 /* ranges whose ends are so many times apart are searched by their logarithm */

typedef struct row {
    const char *family, *key;
    double low, high;
    int is_log;
    const char *choices;
} row;

#define X(family, key, low, high, is_log, choices) {family, key, low, high, is_log, choices},
static const row rows[] = {LJ_SPACE_LIST(X)};
#undef X
enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

/* The declaration of an option of the family or, behind "train.", of the training; NULL: there is none. */
static const lj_declaration *find(const lj_family_info *family, const char *key)
{
    const lj_declaration *declarations = family->options;
    int64_t count = family->option_count;
    if (strncmp(key, "train.", 6) == 0) {
        declarations = lj_train_declarations(&count);
        key += 6;
    }
    for (int64_t i = 0; i < count; i++)
        if (strcmp(declarations[i].key, key) == 0)
            return &declarations[i];
    return NULL;
}

/* ---- of the families ---- */

static lj_status add_row(const row *r, const lj_family_info *family, lj_arena *arena, lj_dimension *out)
{
    const lj_declaration *declared = find(family, r->key);
    *out = (lj_dimension){.key = r->key, .low = r->low, .high = r->high, .is_log = r->is_log};
    out->is_integer = declared != NULL && declared->kind == LJ_DECLARED_INTEGER;
    if (r->choices == NULL)
        return LJ_OK;
    char *text = lj_arena_strdup(arena, r->choices);
    for (char *save = NULL, *word = text != NULL ? strtok_r(text, "|", &save) : NULL; word != NULL;
         word = strtok_r(NULL, "|", &save))
        out->choices[out->choice_count++] = word;
    return text != NULL ? LJ_OK : lj_fail(LJ_ENOMEM, "tune: no memory for a space");
}

static lj_status use_default(const char *file, const lj_item *place, const lj_family_info *family, lj_arena *arena,
                             lj_space *out)
{
    for (int64_t i = 0; i < ROWS; i++)
        if (strcmp(rows[i].family, family->name) == 0)
            LJ_TRY(add_row(&rows[i], family, arena, &out->dimensions[out->count++]));
    if (out->count > 0)
        return LJ_OK;
    return lj_declare_fail(file, place, "tune: the family '%s' has no space of its own: say what to search under "
                           "`space`", family->name);
}

/* ---- of a file ---- */

typedef struct range {
    double low, high;
    int log; /* -1: by the range */
    const lj_item *values;
} range;

static const lj_declaration range_rows[] = {
    {.key = "low", .kind = LJ_DECLARED_NUMBER, .offset = offsetof(range, low)},
    {.key = "high", .kind = LJ_DECLARED_NUMBER, .offset = offsetof(range, high)},
    {.key = "log", .kind = LJ_DECLARED_BOOL, .offset = offsetof(range, log)},
    {.key = "values", .kind = LJ_DECLARED_LIST, .offset = offsetof(range, values)},
};

static lj_status fail_key(const char *file, const lj_item *item, const lj_family_info *family)
{
    int64_t train_count = 0;
    const lj_declaration *train = lj_train_declarations(&train_count);
    const int is_train = strncmp(item->key, "train.", 6) == 0;
    const lj_declaration *declarations = is_train ? train : family->options;
    const int64_t count = is_train ? train_count : family->option_count;
    const char *names[LJ_DIMENSIONS_MAX];
    const int64_t shown = count < LJ_DIMENSIONS_MAX ? count : LJ_DIMENSIONS_MAX;
    for (int64_t i = 0; i < shown; i++)
        names[i] = declarations[i].key;
    const char *near = lj_nearest(item->key + (is_train ? 6 : 0), names, shown);
    return lj_declare_fail(file, item, "space: %s has no option '%s'%s%s%s (options of `train:` are called train.KEY)",
                           is_train ? "train" : family->name, item->key + (is_train ? 6 : 0),
                           near != NULL ? "; did you mean '" : "", near != NULL ? near : "", near != NULL ? "'" : "");
}

/* Is the value one that the option takes? */
static lj_status check_value(const char *file, const lj_item *value, const lj_declaration *declared)
{
    lj_declaration only = *declared;
    lj_item named = *value, *members[1] = {&named};
    const lj_item map = {.kind = LJ_MAP, .count = 1, .items = members, .line = value->line, .column = value->column};
    union {
        int a_choice;
        int64_t whole;
        double number;
        const void *text;
    } read;
    only.offset = 0;
    named.key = declared->key;
    named.key_line = value->line;
    named.key_column = value->column;
    return lj_declare_read(file, &map, &only, 1, NULL, &read);
}

static lj_status read_values(const char *file, const lj_item *list, const lj_declaration *declared, lj_arena *arena,
                             lj_dimension *out)
{
    if (list->count < 1 || list->count > LJ_TUNE_CHOICES_MAX)
        return lj_declare_fail(file, list, "space: expected 1 to %d values", LJ_TUNE_CHOICES_MAX);
    for (int64_t i = 0; i < list->count; i++) {
        lj_text text = {0};
        lj_json json;
        LJ_TRY(check_value(file, list->items[i], declared));
        lj_json_start(&json, &text, 1);
        lj_json_item(&json, NULL, list->items[i]);
        lj_status status = lj_text_finish(&text);
        char *copy = status == LJ_OK ? lj_arena_strdup(arena, text.data) : NULL;
        lj_text_free(&text);
        LJ_TRY(status);
        if (copy == NULL)
            return lj_fail(LJ_ENOMEM, "tune: no memory for a space");
        out->choices[out->choice_count++] = copy;
    }
    return LJ_OK;
}

static lj_status check_range(const char *file, const lj_item *item, const lj_declaration *declared, const range *r)
{
    const int is_number = declared->kind == LJ_DECLARED_NUMBER || declared->kind == LJ_DECLARED_INTEGER;
    if (!is_number)
        return lj_declare_fail(file, item, "space: '%s' is no number: expected {values: [...]}", item->key);
    if (isnan(r->low) || isnan(r->high) || !(r->low <= r->high))
        return lj_declare_fail(file, item, "space: '%s' has no value: expected [low, high] with low at most high",
                               item->key);
    if (declared->min < declared->max && (r->low < declared->min || r->high > declared->max))
        return lj_declare_fail(file, item, "space: '%s' takes values from %g to %g", item->key, declared->min,
                               declared->max);
    if (declared->kind == LJ_DECLARED_INTEGER && (floor(r->low) != r->low || floor(r->high) != r->high))
        return lj_declare_fail(file, item, "space: '%s' takes whole numbers", item->key);
    if (r->log == 1 && !(r->low > 0.0))
        return lj_declare_fail(file, item, "space: a logarithm wants low above 0");
    return LJ_OK;
}

static lj_status read_dimension(const char *file, const lj_item *item, const lj_family_info *family, lj_arena *arena,
                                lj_dimension *out)
{
    const lj_declaration *declared = find(family, item->key);
    range r = {.low = (double)NAN, .high = (double)NAN, .log = -1};
    *out = (lj_dimension){.key = lj_arena_strdup(arena, item->key)};
    if (out->key == NULL)
        return lj_fail(LJ_ENOMEM, "tune: no memory for a space");
    if (declared == NULL)
        return fail_key(file, item, family);
    if (item->kind == LJ_MAP)
        LJ_TRY(lj_declare_read(file, item, range_rows, 4, NULL, &r));
    if (r.values != NULL && (!isnan(r.low) || !isnan(r.high)))
        return lj_declare_fail(file, item, "space: '%s' has values, or low and high, not both", item->key);
    if (item->kind == LJ_LIST && item->count == 2 && item->items[0]->kind == LJ_NUMBER &&
        item->items[1]->kind == LJ_NUMBER) {
        r.low = item->items[0]->number;
        r.high = item->items[1]->number;
    } else if (item->kind == LJ_LIST || item->kind != LJ_MAP) {
        return lj_declare_fail(file, item, "space: '%s': expected [low, high], {low:, high:, log:} or {values: [...]}",
                               item->key);
    }
    if (r.values != NULL)
        return read_values(file, r.values, declared, arena, out);
    LJ_TRY(check_range(file, item, declared, &r));
    out->low = r.low;
    out->high = r.high;
    out->is_integer = declared->kind == LJ_DECLARED_INTEGER;
    out->is_log = r.log >= 0 ? r.log : r.low > 0.0 && r.high / r.low >= LOG_FROM;
    return LJ_OK;
}

lj_status lj_space_read(const char *file, const lj_item *map, const lj_item *place, const lj_family_info *family,
                        lj_arena *arena, lj_space *out)
{
    *out = (lj_space){.dimensions = lj_arena_array(arena, LJ_DIMENSIONS_MAX, sizeof(lj_dimension))};
    if (out->dimensions == NULL)
        return lj_fail(LJ_ENOMEM, "tune: no memory for a space");
    if (map == NULL)
        return use_default(file, place, family, arena, out);
    if (map->count < 1 || map->count > LJ_DIMENSIONS_MAX)
        return lj_declare_fail(file, map, "space: expected 1 to %d options to search", LJ_DIMENSIONS_MAX);
    for (int64_t i = 0; i < map->count; i++)
        LJ_TRY(read_dimension(file, map->items[i], family, arena, &out->dimensions[out->count++]));
    return LJ_OK;
}

/* ---- values ---- */

void lj_dimension_print(const lj_dimension *d, double coordinate, lj_text *out)
{
    if (d->choice_count > 0) {
        lj_text_puts(out, d->choices[(int64_t)coordinate]);
        return;
    }
    double value = d->is_log ? lj_exp_d(lj_log_d(d->low) + coordinate * (lj_log_d(d->high) - lj_log_d(d->low))) :
                               d->low + coordinate * (d->high - d->low);
    if (d->is_integer)
        value = floor(value + 0.5);
    value = value < d->low ? d->low : value > d->high ? d->high : value;
    lj_text_printf(out, d->is_integer ? "%.0f" : "%.4g", value);
}
