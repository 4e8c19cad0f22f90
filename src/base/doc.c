/* The tree of a document, and what readers of our own files ask of it. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/doc.h"

#define FEW_KEYS 16 /* up to here comparing all pairs is faster than sorting */

static const char *const kind_names[] = {"null", "true or false", "a number", "a text", "a list", "a map"};

lj_status lj_doc_create(const char *name, lj_doc **out)
{
    *out = lj_new_array(1, sizeof(**out));
    if (*out == NULL)
        return lj_fail(LJ_ENOMEM, "%s: no memory to read it", name);
    lj_status status = lj_arena_create(&(*out)->arena);
    if (status == LJ_OK) {
        (*out)->name = lj_arena_strdup((*out)->arena, name);
        if ((*out)->name == NULL)
            status = lj_fail(LJ_ENOMEM, "%s: no memory to read it", name);
    }
    if (status != LJ_OK) {
        lj_doc_destroy(*out);
        *out = NULL;
    }
    return status;
}

void lj_doc_destroy(lj_doc *doc)
{
    if (doc == NULL)
        return;
    lj_arena_destroy(doc->arena);
    lj_free(doc->values);
    lj_free(doc->children);
    lj_free(doc->texts);
    lj_free(doc);
}

lj_status lj_doc_add(lj_doc *doc, lj_item *parent, lj_item *child)
{
    const int64_t n = parent->count;
    if (n == 0 || (n >= 4 && (n & (n - 1)) == 0)) { /* full at 0, 4, 8, 16, ... */
        lj_item **grown = lj_arena_array(doc->arena, n == 0 ? 4 : 2 * n, sizeof(lj_item *));
        if (grown == NULL)
            return lj_fail(LJ_ENOMEM, "%s: no memory to read it", doc->name);
        if (n > 0)
            memcpy(grown, parent->items, (size_t)n * sizeof(lj_item *));
        parent->items = grown;
    }
    /* The array is ours; const in the struct is for readers. */
    memcpy((void *)(uintptr_t)&parent->items[n], &child, sizeof(lj_item *));
    parent->count = n + 1;
    return LJ_OK;
}

static int by_key(const void *a, const void *b)
{
    const lj_item *x = *(lj_item *const *)a;
    const lj_item *y = *(lj_item *const *)b;
    const int order = strcmp(x->key, y->key);
    if (order != 0)
        return order;
    if (x->key_line != y->key_line)
        return x->key_line < y->key_line ? -1 : 1;
    return (x->key_column > y->key_column) - (x->key_column < y->key_column);
}

static lj_status fail_duplicate(const lj_doc *doc, const lj_item *first, const lj_item *second, lj_status status)
{
    return lj_fail(status, "%s:%d:%d: key '%.200s' stands twice; the first is in line %d", doc->name, second->key_line,
                   second->key_column, second->key, first->key_line);
}

lj_status lj_doc_check_keys(const lj_doc *doc, const lj_item *map, lj_status status)
{
    if (map->count <= FEW_KEYS) {
        for (int64_t i = 1; i < map->count; i++) {
            for (int64_t j = 0; j < i; j++) {
                if (strcmp(map->items[i]->key, map->items[j]->key) == 0)
                    return fail_duplicate(doc, map->items[j], map->items[i], status);
            }
        }
        return LJ_OK;
    }
    lj_item **sorted = lj_new_array(map->count, sizeof(lj_item *));
    if (sorted == NULL)
        return lj_fail(LJ_ENOMEM, "%s: no memory to read it", doc->name);
    memcpy(sorted, map->items, (size_t)map->count * sizeof(lj_item *));
    qsort(sorted, (size_t)map->count, sizeof(lj_item *), by_key);
    lj_status found = LJ_OK;
    for (int64_t i = 1; i < map->count && found == LJ_OK; i++) {
        if (strcmp(sorted[i]->key, sorted[i - 1]->key) == 0)
            found = fail_duplicate(doc, sorted[i - 1], sorted[i], status);
    }
    lj_free(sorted);
    return found;
}

const lj_item *lj_doc_root(const lj_doc *doc)
{
    return doc->root;
}

const char *lj_doc_name(const lj_doc *doc)
{
    return doc->name;
}

const lj_item *lj_item_get(const lj_item *map, const char *key)
{
    if (map == NULL || map->kind != LJ_MAP)
        return NULL;
    for (int64_t i = 0; i < map->count; i++) {
        if (strcmp(map->items[i]->key, key) == 0)
            return map->items[i];
    }
    return NULL;
}

lj_status lj_item_need(const lj_doc *doc, const lj_item *map, const char *key, lj_kind kind, const lj_item **out)
{
    const lj_item *item = lj_item_get(map, key);
    *out = NULL;
    if (item == NULL)
        return lj_fail(LJ_ECORRUPT, "%s:%d:%d: expected a map with '%s'", doc->name, map != NULL ? map->line : 1,
                       map != NULL ? map->column : 1, key);
    if (item->kind != kind)
        return lj_fail(LJ_ECORRUPT, "%s:%d:%d: '%s': expected %s, found %s", doc->name, item->line, item->column, key,
                       kind_names[kind], kind_names[item->kind]);
    *out = item;
    return LJ_OK;
}

lj_status lj_item_need_string(const lj_doc *doc, const lj_item *map, const char *key, const char **out)
{
    const lj_item *item = NULL;
    LJ_TRY(lj_item_need(doc, map, key, LJ_STRING, &item));
    *out = item->text;
    return LJ_OK;
}

lj_status lj_item_need_number(const lj_doc *doc, const lj_item *map, const char *key, double *out)
{
    const lj_item *item = NULL;
    LJ_TRY(lj_item_need(doc, map, key, LJ_NUMBER, &item));
    *out = item->number;
    return LJ_OK;
}

lj_status lj_item_need_integer(const lj_doc *doc, const lj_item *map, const char *key, int64_t low, int64_t high,
                               int64_t *out)
{
    const lj_item *item = NULL;
    LJ_TRY(lj_item_need(doc, map, key, LJ_NUMBER, &item));
    if (!item->is_integer || item->number < (double)low || item->number > (double)high)
        return lj_fail(LJ_ECORRUPT, "%s:%d:%d: '%s': expected a whole number from %" PRId64 " to %" PRId64 ", found %s",
                       doc->name, item->line, item->column, key, low, high, item->text);
    *out = (int64_t)item->number;
    return LJ_OK;
}
