#include "nn/layers.h"

#include <string.h>

static const lj_layer *const layers[] = {
#define X(name) &lj_layer_##name,
    LJ_LAYER_LIST(X)
#undef X
};

enum { LAYERS = sizeof(layers) / sizeof(layers[0]) };

const lj_layer *lj_layer_at(int64_t index)
{
    return index >= 0 && index < LAYERS ? layers[index] : NULL;
}

lj_layer_input lj_layer_kind(const lj_graph *g, lj_value x)
{
    const int rank = lj_value_shape(g, x).rank;
    if (lj_value_dtype(g, x) == LJ_I32)
        return LJ_LAYER_CODES;
    return rank == 4 ? LJ_LAYER_IMAGES : rank == 3 ? LJ_LAYER_STEPS : LJ_LAYER_ROWS;
}

void lj_layer_kinds_say(unsigned kinds, lj_text *out)
{
    static const struct {
        unsigned kind;
        const char *form;
    } forms[] = {{LJ_LAYER_ROWS, "[batch, n]"},
                 {LJ_LAYER_STEPS, "[batch, steps, n]"},
                 {LJ_LAYER_IMAGES, "[batch, height, width, n]"},
                 {LJ_LAYER_CODES, "codes [batch, steps]"}};
    const char *separator = "";
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        if (kinds & forms[i].kind) {
            lj_text_printf(out, "%s%s", separator, forms[i].form);
            separator = " or ";
        }
    }
}

/* Names of the layers that may stand in a list. */
static int64_t listed_names(const char *names[LAYERS])
{
    int64_t n = 0;
    for (int64_t i = 0; i < LAYERS; i++) {
        if (!layers[i]->needs_more)
            names[n++] = layers[i]->name;
    }
    return n;
}

static lj_status fail_unknown(const char *file, const lj_item *item, const char *name)
{
    const char *names[LAYERS];
    const int64_t n = listed_names(names);
    const char *near = lj_nearest(name, names, n);
    lj_text list = {0};
    for (int64_t i = 0; i < n; i++)
        lj_text_printf(&list, "%s%s", i == 0 ? "" : ", ", names[i]);
    lj_status status = lj_text_finish(&list);
    if (status == LJ_OK)
        status = lj_declare_fail(file, item, "no layer '%.100s'%s%s%s (layers: %s)", name,
                                 near != NULL ? "; did you mean '" : "", near != NULL ? near : "",
                                 near != NULL ? "'?" : "", list.data);
    lj_text_free(&list);
    return status;
}

static const lj_layer *find(const char *name)
{
    for (int64_t i = 0; i < LAYERS; i++) {
        if (!layers[i]->needs_more && strcmp(layers[i]->name, name) == 0)
            return layers[i];
    }
    return NULL;
}

/* Lists of sides are one number, two, or four of padding. */
static lj_status check_sides(const char *file, const lj_layer_args *args)
{
    const lj_item *const sides[] = {args->kernel, args->stride, args->dilation, args->padding};
    for (int i = 0; i < 4; i++) {
        const int64_t n = lj_declared_count(sides[i]);
        const int fits = sides[i] == NULL || n == 1 || n == 2 || (n == 4 && sides[i] == args->padding);
        if (!fits)
            return lj_declare_fail(file, sides[i], "expected one number or two%s",
                                   sides[i] == args->padding ? ", or four" : "");
    }
    return LJ_OK;
}

lj_status lj_layer_read(const char *file, const lj_item *item, const lj_layer **layer, lj_layer_args *args)
{
    memset(args, 0, sizeof(*args));
    if (item->kind == LJ_STRING) { /* `- flatten` */
        *layer = find(item->text);
        if (*layer == NULL)
            return fail_unknown(file, item, item->text);
        const lj_item empty = {.kind = LJ_MAP, .line = item->line, .column = item->column};
        return lj_declare_read(file, &empty, (*layer)->options, (*layer)->option_count, NULL, args);
    }
    if (item->kind != LJ_MAP || item->count != 1)
        return lj_declare_fail(file, item, "a layer is its name, or one name with its options: {dense: 128}");
    lj_item *value = item->items[0];
    *layer = find(value->key);
    if (*layer == NULL)
        return fail_unknown(file, value, value->key);
    const lj_layer *l = *layer;
    if (value->kind == LJ_MAP || value->kind == LJ_NULL) {
        LJ_TRY(lj_declare_read(file, value, l->options, l->option_count, NULL, args));
        return check_sides(file, args);
    }
    if (l->main == NULL)
        return lj_declare_fail(file, value, "%s: expected a map of options", l->name);
    /* Options borrow the value itself, never the copy under the name of the main option. */
    lj_item main = *value;
    lj_item *only[] = {&main};
    main.key = l->main;
    const lj_item map = {.kind = LJ_MAP, .line = value->line, .column = value->column, .count = 1, .items = only};
    LJ_TRY(lj_declare_read(file, &map, l->options, l->option_count, NULL, args));
    const lj_item **const lists[] = {&args->kernel, &args->stride, &args->dilation, &args->padding};
    for (int i = 0; i < 4; i++) {
        if (*lists[i] == &main)
            *lists[i] = value;
    }
    return check_sides(file, args);
}
