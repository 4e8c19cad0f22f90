/* Declared options: one reader, one writer and one describer over the same rows. */
#include "lianjin/declare.h"

#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lianjin/limits.h"

#define NAMES_MAX 256 /* keys or choices that a message can search for the nearest one */

#define WHOLE_MAX 9007199254740992.0 /* 2^53: beyond, doubles leave whole numbers out */

static const char *const kind_names[] = {
#define X(code, name) [LJ_DECLARED_##code] = name,
    LJ_DECLARED_KIND_LIST(X)
#undef X
};

lj_status lj_declare_fail(const char *file, const lj_item *item, const char *format, ...)
{
    char message[LJ_MESSAGE_MAX / 2];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof(message), format, arguments);
    va_end(arguments);
    const char *name = file != NULL ? file : "config";
    if (item == NULL || item->line < 1)
        return lj_fail(LJ_ECONFIG, "%s: %s", name, message);
    return lj_fail(LJ_ECONFIG, "%s:%d:%d: %s", name, item->line, item->column, message);
}

static lj_status fail_at_key(const char *file, const lj_item *item, const char *message)
{
    if (item->key_line < 1)
        return lj_declare_fail(file, item, "%s", message);
    return lj_fail(LJ_ECONFIG, "%s:%d:%d: %s", file != NULL ? file : "config", item->key_line, item->key_column,
                   message);
}

static int is_in(const char *const *names, const char *name)
{
    for (; names != NULL && *names != NULL; names++) {
        if (strcmp(*names, name) == 0)
            return 1;
    }
    return 0;
}

static int is_list_kind(lj_declared_kind kind)
{
    return kind == LJ_DECLARED_STRINGS || kind == LJ_DECLARED_INTEGERS || kind == LJ_DECLARED_NUMBERS;
}

static int is_item_kind(lj_declared_kind kind)
{
    return is_list_kind(kind) || kind == LJ_DECLARED_MAP || kind == LJ_DECLARED_LIST || kind == LJ_DECLARED_ANY;
}

static int has_bounds(const lj_declaration *declaration)
{
    return declaration->min < declaration->max;
}

/* "1", "0.001", "1e-08": whole numbers without an exponent. */
static void print_number(double value, char *out, size_t size)
{
    if (value == floor(value) && fabs(value) < 1e15)
        snprintf(out, size, "%.0f", value);
    else
        snprintf(out, size, "%.12g", value);
}

/* "a whole number from 1 to 10", "one of plain, fancy". */
static void expected(const lj_declaration *declaration, char *out, size_t size)
{
    size_t used = (size_t)snprintf(out, size, "%s", kind_names[declaration->kind]);
    const char *separator = declaration->kind == LJ_DECLARED_CHOICE ? " " : " out of ";
    for (const char *const *choice = declaration->choices; choice != NULL && *choice != NULL && used < size; choice++) {
        used += (size_t)snprintf(out + used, size - used, "%s%s", separator, *choice);
        separator = ", ";
    }
    if (has_bounds(declaration) && used < size) {
        char low[32];
        char high[32];
        print_number(declaration->min, low, sizeof(low));
        print_number(declaration->max, high, sizeof(high));
        if (isinf(declaration->max))
            snprintf(out + used, size - used, ", at least %s", low);
        else
            snprintf(out + used, size - used, " from %s to %s", low, high);
    }
}

/* What was found, for a message. */
static void found(const lj_item *item, char *out, size_t size)
{
    switch (item->kind) {
    case LJ_NULL:
        snprintf(out, size, "nothing");
        break;
    case LJ_LIST:
        snprintf(out, size, "a list");
        break;
    case LJ_MAP:
        snprintf(out, size, "a map");
        break;
    case LJ_BOOL:
    case LJ_NUMBER:
    case LJ_STRING:
        snprintf(out, size, "'%.100s'", item->text != NULL ? item->text : "");
        break;
    }
}

static lj_status fail_value(const char *file, const lj_declaration *declaration, const lj_item *item)
{
    char want[512];
    char have[128];
    expected(declaration, want, sizeof(want));
    found(item, have, sizeof(have));
    if (declaration->choices != NULL && item->kind == LJ_STRING && item->text != NULL) {
        int64_t count = 0;
        while (declaration->choices[count] != NULL)
            count++;
        const char *near = lj_nearest(item->text, declaration->choices, count);
        if (near != NULL)
            return lj_declare_fail(file, item, "'%s' must be %s, found %s; did you mean '%s'?", declaration->key, want,
                                   have, near);
    }
    return lj_declare_fail(file, item, "'%s' must be %s, found %s", declaration->key, want, have);
}

static int number_fits(const lj_declaration *declaration, const lj_item *item, int whole)
{
    if (item->kind != LJ_NUMBER || !isfinite(item->number))
        return 0;
    const int is_whole = item->number == floor(item->number) && fabs(item->number) <= WHOLE_MAX; /* 1e3 is */
    if (whole && !item->is_integer && !is_whole)
        return 0;
    return !has_bounds(declaration) || (item->number >= declaration->min && item->number <= declaration->max);
}

static int choice_of(const char *const *choices, const char *text)
{
    for (int i = 0; choices != NULL && choices[i] != NULL; i++) {
        if (strcmp(choices[i], text) == 0)
            return i;
    }
    return -1;
}

/* Scalars where a text is wanted: `max: 5` and `unit: 5` are told apart by the declaration, not by quotes. */
static int is_scalar(const lj_item *item)
{
    return item->kind == LJ_STRING || item->kind == LJ_NUMBER || item->kind == LJ_BOOL;
}

static lj_status check_list(const char *file, const lj_declaration *declaration, const lj_item *item)
{
    if (item->kind == LJ_MAP)
        return fail_value(file, declaration, item);
    for (int64_t i = 0; i < lj_declared_count(item); i++) {
        const lj_item *entry = lj_declared_at(item, i);
        int fits = 0;
        if (declaration->kind == LJ_DECLARED_STRINGS)
            fits = is_scalar(entry) &&
                   (declaration->choices == NULL || choice_of(declaration->choices, entry->text) >= 0);
        else
            fits = number_fits(declaration, entry, declaration->kind == LJ_DECLARED_INTEGERS);
        if (!fits)
            return fail_value(file, declaration, entry);
    }
    return LJ_OK;
}

static lj_status read_value(const char *file, const lj_declaration *declaration, const lj_item *item, void *value)
{
    int fits = 1;
    switch (declaration->kind) {
    case LJ_DECLARED_BOOL:
        fits = item->kind == LJ_BOOL;
        if (fits)
            *(int *)value = item->number != 0;
        break;
    case LJ_DECLARED_INTEGER:
        fits = number_fits(declaration, item, 1);
        if (fits)
            *(int64_t *)value = (int64_t)item->number;
        break;
    case LJ_DECLARED_NUMBER:
        fits = number_fits(declaration, item, 0);
        if (fits)
            *(double *)value = item->number;
        break;
    case LJ_DECLARED_STRING:
        fits = is_scalar(item);
        if (fits)
            *(const char **)value = item->text;
        break;
    case LJ_DECLARED_CHOICE:
        fits = is_scalar(item) && choice_of(declaration->choices, item->text) >= 0;
        if (fits)
            *(int *)value = choice_of(declaration->choices, item->text);
        break;
    case LJ_DECLARED_STRINGS:
    case LJ_DECLARED_INTEGERS:
    case LJ_DECLARED_NUMBERS:
        *(const lj_item **)value = item;
        return check_list(file, declaration, item);
    case LJ_DECLARED_MAP:
    case LJ_DECLARED_LIST:
        fits = item->kind == (declaration->kind == LJ_DECLARED_MAP ? LJ_MAP : LJ_LIST);
        *(const lj_item **)value = item;
        break;
    case LJ_DECLARED_ANY:
        *(const lj_item **)value = item;
        break;
    case LJ_DECLARED_KIND_COUNT:
        assert(0);
    }
    return fits ? LJ_OK : fail_value(file, declaration, item);
}

/* The default. A fallback that does not fit its own kind is a bug of the table. */
static void set_fallback(const lj_declaration *declaration, void *value)
{
    const char *text = declaration->fallback;
    switch (declaration->kind) {
    case LJ_DECLARED_BOOL:
        *(int *)value = text == NULL ? -1 : strcmp(text, "true") == 0;
        break;
    case LJ_DECLARED_INTEGER:
        *(int64_t *)value = text == NULL ? LJ_UNSET : strtoll(text, NULL, 10);
        break;
    case LJ_DECLARED_NUMBER:
        *(double *)value = text == NULL ? (double)NAN : strtod(text, NULL);
        break;
    case LJ_DECLARED_STRING:
        *(const char **)value = text;
        break;
    case LJ_DECLARED_CHOICE:
        *(int *)value = text == NULL ? -1 : choice_of(declaration->choices, text);
        assert(text == NULL || *(int *)value >= 0);
        break;
    case LJ_DECLARED_STRINGS:
    case LJ_DECLARED_INTEGERS:
    case LJ_DECLARED_NUMBERS:
    case LJ_DECLARED_MAP:
    case LJ_DECLARED_LIST:
    case LJ_DECLARED_ANY:
        assert(text == NULL);
        *(const lj_item **)value = NULL;
        break;
    case LJ_DECLARED_KIND_COUNT:
        assert(0);
    }
}

static const lj_declaration *find(const lj_declaration *declarations, int64_t count, const char *key)
{
    for (int64_t i = 0; i < count; i++) {
        if (strcmp(declarations[i].key, key) == 0)
            return &declarations[i];
    }
    return NULL;
}

static lj_status fail_unknown(const char *file, const lj_item *member, const lj_declaration *declarations,
                              int64_t count, const char *const *also)
{
    const char *names[NAMES_MAX] = {NULL};
    int64_t n = 0;
    char list[LJ_MESSAGE_MAX / 4] = "";
    size_t used = 0;
    for (; also != NULL && *also != NULL && n < NAMES_MAX; also++)
        names[n++] = *also;
    for (int64_t i = 0; i < count && n < NAMES_MAX; i++)
        names[n++] = declarations[i].key;
    for (int64_t i = 0; i < n && used < sizeof(list); i++)
        used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%s", i > 0 ? ", " : "", names[i]);

    char message[LJ_MESSAGE_MAX / 2];
    const char *near = lj_nearest(member->key, names, n);
    if (near != NULL)
        snprintf(message, sizeof(message), "unknown key '%.100s'; did you mean '%s'? (known: %s)", member->key, near,
                 list);
    else if (n > 0)
        snprintf(message, sizeof(message), "unknown key '%.100s' (known: %s)", member->key, list);
    else
        snprintf(message, sizeof(message), "unknown key '%.100s': there are no options here", member->key);
    return fail_at_key(file, member, message);
}

lj_status lj_declare_read(const char *file, const lj_item *map, const lj_declaration *declarations, int64_t count,
                          const char *const *also, void *values)
{
    assert(count == 0 || (declarations != NULL && values != NULL));
    for (int64_t i = 0; i < count; i++)
        set_fallback(&declarations[i], (char *)values + declarations[i].offset);
    if (map != NULL && map->kind == LJ_NULL)
        map = NULL;
    if (map != NULL && map->kind != LJ_MAP) {
        char have[128];
        found(map, have, sizeof(have));
        return lj_declare_fail(file, map, "expected a map of options, found %s", have);
    }
    for (int64_t i = 0; map != NULL && i < map->count; i++) {
        const lj_item *member = map->items[i];
        if (is_in(also, member->key))
            continue;
        const lj_declaration *declaration = find(declarations, count, member->key);
        if (declaration == NULL)
            return fail_unknown(file, member, declarations, count, also);
        if (member->kind != LJ_NULL)
            LJ_TRY(read_value(file, declaration, member, (char *)values + declaration->offset));
    }
    for (int64_t i = 0; i < count; i++) {
        const lj_item *member = lj_item_get(map, declarations[i].key);
        if (declarations[i].required && (member == NULL || member->kind == LJ_NULL))
            return lj_declare_fail(file, map, "the key '%s' is missing: %s", declarations[i].key, declarations[i].doc);
    }
    return LJ_OK;
}

void lj_declare_write(lj_json *json, const lj_declaration *declarations, int64_t count, const void *values)
{
    for (int64_t i = 0; i < count; i++) {
        const lj_declaration *declaration = &declarations[i];
        const void *value = (const char *)values + declaration->offset;
        const char *key = declaration->key;
        if (is_item_kind(declaration->kind)) {
            const lj_item *item = *(const lj_item *const *)value;
            if (item != NULL)
                lj_json_item(json, key, item);
        } else if (declaration->kind == LJ_DECLARED_BOOL) {
            if (*(const int *)value >= 0)
                lj_json_bool(json, key, *(const int *)value);
        } else if (declaration->kind == LJ_DECLARED_INTEGER) {
            if (*(const int64_t *)value != LJ_UNSET)
                lj_json_integer(json, key, *(const int64_t *)value);
        } else if (declaration->kind == LJ_DECLARED_NUMBER) {
            if (!isnan(*(const double *)value))
                lj_json_double(json, key, *(const double *)value);
        } else if (declaration->kind == LJ_DECLARED_STRING) {
            if (*(const char *const *)value != NULL)
                lj_json_string(json, key, *(const char *const *)value);
        } else if (*(const int *)value >= 0) {
            lj_json_string(json, key, declaration->choices[*(const int *)value]);
        }
    }
}

void lj_declare_describe(const lj_declaration *declaration, lj_text *out)
{
    char text[512];
    expected(declaration, text, sizeof(text));
    lj_text_puts(out, text);
    if (declaration->required)
        lj_text_puts(out, ", required");
    else if (declaration->fallback != NULL)
        lj_text_printf(out, ", default %s", declaration->fallback);
}

int64_t lj_declared_count(const lj_item *item)
{
    if (item == NULL || item->kind == LJ_NULL)
        return 0;
    return item->kind == LJ_LIST ? item->count : 1;
}

const lj_item *lj_declared_at(const lj_item *item, int64_t index)
{
    assert(index >= 0 && index < lj_declared_count(item));
    return item->kind == LJ_LIST ? item->items[index] : item;
}
