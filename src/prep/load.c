/* prep.json back. The text may be anything: every count, index and order is checked before use. */
#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "lianjin/images.h"
#include "lianjin/limits.h"
#include "prep/prep.h"

typedef struct loader {
    const lj_doc *doc;
    lj_prep *prep;
    lj_field *fields; /* [feature_count + further] of the schema */
    int has_groups;   /* numbers are scaled by group */
    int64_t further;  /* columns of a series that are no features */
    int64_t number_capacity, category_capacity;
} loader;

static lj_status fail_at(const loader *l, const lj_item *item, const char *want)
{
    return lj_fail(LJ_ECORRUPT, "%s:%d:%d: expected %s", lj_doc_name(l->doc), item->line, item->column, want);
}

static lj_status no_memory(void)
{
    return lj_fail(LJ_ENOMEM, "no memory to load a preparation");
}

/* A text or null, copied; NULL for null. */
static lj_status optional_text(const loader *l, const lj_item *map, const char *key, const char **out)
{
    const lj_item *item = lj_item_get(map, key);
    *out = NULL;
    if (item == NULL || item->kind == LJ_NULL)
        return LJ_OK;
    if (item->kind != LJ_STRING)
        return fail_at(l, item, "a text");
    *out = lj_arena_strdup(l->prep->arena, item->text);
    return *out != NULL ? LJ_OK : no_memory();
}

static lj_status need_text(const loader *l, const lj_item *map, const char *key, const char **out)
{
    const char *text;
    LJ_TRY(lj_item_need_string(l->doc, map, key, &text));
    *out = lj_arena_strdup(l->prep->arena, text);
    return *out != NULL ? LJ_OK : no_memory();
}

static lj_status need_list(const loader *l, const lj_item *map, const char *key, int64_t most, const lj_item **out)
{
    LJ_TRY(lj_item_need(l->doc, map, key, LJ_LIST, out));
    if ((*out)->count > most)
        return lj_fail(LJ_ECORRUPT, "%s:%d:%d: expected at most %" PRId64 " entries of '%s', found %" PRId64,
                       lj_doc_name(l->doc), (*out)->line, (*out)->column, most, key, (*out)->count);
    return LJ_OK;
}

static lj_status load_words(const loader *l, const lj_item *map, lj_words *out)
{
    const lj_item *list;
    LJ_TRY(need_list(l, map, "words", LJ_PREP_WORDS_MAX, &list));
    if (list->count == 0)
        return fail_at(l, list, "at least one word");
    const char **words = lj_arena_array(l->prep->arena, list->count, sizeof(*words));
    if (words == NULL)
        return no_memory();
    for (int64_t i = 0; i < list->count; i++) {
        const lj_item *entry = list->items[i];
        if (entry->kind != LJ_STRING)
            return fail_at(l, entry, "a text");
        words[i] = lj_arena_strdup(l->prep->arena, entry->text);
        if (words[i] == NULL)
            return no_memory();
        if (i > 0 && strcmp(words[i - 1], words[i]) >= 0)
            return fail_at(l, entry, "different words in ascending order");
    }
    return lj_words_make(l->prep->arena, words, (int32_t)list->count, out);
}

/* Mean and deviation of each group, and of all. */
static lj_status load_scales(const loader *l, const lj_item *map, const char *mean_key, const char *scale_key,
                             const double **mean, const double **scale)
{
    const int64_t n = l->prep->group_words.count + 1;
    double *m = NULL, *s = NULL;
    int64_t count = 0;
    LJ_TRY(lj_load_numbers(l->doc, map, mean_key, n, n, 0, l->prep->arena, &m, &count));
    LJ_TRY(lj_load_numbers(l->doc, map, scale_key, n, n, 0, l->prep->arena, &s, &count));
    for (int64_t i = 0; i < n; i++)
        if (!(s[i] > 0))
            return fail_at(l, lj_item_get(map, scale_key), "deviations above 0");
    *mean = m;
    *scale = s;
    return LJ_OK;
}

static lj_status load_groups(loader *l, const lj_item *item)
{
    const lj_item *map = lj_item_get(item, "groups");
    lj_prep *prep = l->prep;
    l->has_groups = map != NULL;
    if (map == NULL)
        return LJ_OK;
    if (map->kind != LJ_MAP)
        return fail_at(l, map, "a map");
    LJ_TRY(load_words(l, map, &prep->group_words));
    if (lj_item_get(map, "target_mean") == NULL)
        return LJ_OK;
    return load_scales(l, map, "target_mean", "target_scale", &prep->target_mean, &prep->target_scale);
}

static lj_status load_type(const loader *l, const lj_item *map, lj_column_type *out)
{
    const char *text;
    LJ_TRY(lj_item_need_string(l->doc, map, "type", &text));
    for (int type = 0; type < LJ_COLUMN_TYPE_COUNT; type++) {
        if (strcmp(text, lj_column_type_name((lj_column_type)type)) == 0) {
            *out = (lj_column_type)type;
            return LJ_OK;
        }
    }
    return fail_at(l, lj_item_get(map, "type"), "a type of column");
}

static lj_status load_field(const loader *l, const lj_item *map, lj_field *field)
{
    int64_t rule;
    *field = (lj_field){0};
    LJ_TRY(need_text(l, map, "name", &field->name));
    LJ_TRY(load_type(l, map, &field->type));
    LJ_TRY(lj_load_flag(l->doc, map, "is_integer", &field->is_integer));
    LJ_TRY(lj_item_need_integer(l->doc, map, "read_by", 0, LJ_RULE_COUNT - 1, &rule));
    field->rule = (lj_number_rule)rule;
    LJ_TRY(optional_text(l, map, "read_unit", &field->unit));
    LJ_TRY(optional_text(l, map, "time_format", &field->time_format));
    LJ_TRY(optional_text(l, map, "reason", &field->reason));
    return optional_text(l, map, "null_words", &field->null_words);
}

static lj_status load_cell(const loader *l, const lj_item *map, lj_prep_feature *feature, lj_field *field)
{
    int64_t rule;
    LJ_TRY(load_field(l, map, field));
    feature->name = field->name;
    feature->type = field->type;

    const lj_item *converted = lj_item_get(map, "number_from_text");
    if (converted != NULL) {
        if (feature->type != LJ_COLUMN_TEXT)
            return fail_at(l, converted, "number_from_text of a text only");
        LJ_TRY(lj_item_need_integer(l->doc, converted, "rule", 0, LJ_RULE_COUNT - 1, &rule));
        LJ_TRY(optional_text(l, converted, "unit", &feature->unit));
        feature->rule = (lj_number_rule)rule;
        feature->is_converted = 1;
    }
    const lj_item *terms = lj_item_get(map, "tfidf");
    if (terms != NULL) {
        if (feature->type != LJ_COLUMN_TEXT || feature->is_converted)
            return fail_at(l, terms, "tfidf of a text only");
        feature->terms = lj_arena_array(l->prep->arena, 1, sizeof(*feature->terms));
        return feature->terms != NULL ? lj_vectoriser_load(l->doc, terms, l->prep->arena, feature->terms) : no_memory();
    }
    const lj_item *tokens = lj_item_get(map, "tokenise");
    if (tokens != NULL) {
        if (feature->type != LJ_COLUMN_TEXT || feature->is_converted || l->prep->text != NULL)
            return fail_at(l, tokens, "tokenise of one text only");
        feature->tokens = lj_arena_array(l->prep->arena, 1, sizeof(*feature->tokens));
        l->prep->text = feature;
        return feature->tokens != NULL ? lj_tokeniser_load(l->doc, tokens, l->prep->arena, feature->tokens) :
                                         no_memory();
    }
    if (feature->type == LJ_COLUMN_TEXT && !feature->is_converted)
        return load_words(l, map, &feature->words);
    if (feature->type == LJ_COLUMN_NUMBER && l->has_groups)
        LJ_TRY(load_scales(l, map, "group_mean", "group_scale", &feature->group_mean, &feature->group_scale));
    LJ_TRY(lj_load_number(l->doc, map, "low", &feature->low));
    return lj_load_number(l->doc, map, "high", &feature->high);
}

static lj_register first_register(const lj_prep_feature *feature)
{
    if (lj_prep_reads_whole(feature))
        return (lj_register){LJ_REGISTER_CATEGORY, 1};
    if (feature->type == LJ_COLUMN_TEXT && !feature->is_converted)
        return (lj_register){LJ_REGISTER_CATEGORY, feature->words.count};
    if (feature->type == LJ_COLUMN_TIME)
        return (lj_register){LJ_REGISTER_TIME, 0};
    return (lj_register){LJ_REGISTER_NUMBER, 0};
}

static lj_status load_step(const loader *l, const lj_item *map, lj_prep_feature *feature, lj_register *registers)
{
    const char *name;
    int64_t from;
    LJ_TRY(lj_item_need_string(l->doc, map, "step", &name));
    LJ_TRY(lj_item_need_integer(l->doc, map, "from", 0, feature->register_count - 1, &from));
    const lj_transform *transform = lj_transform_find(name);
    if (transform == NULL || transform->load == NULL)
        return fail_at(l, lj_item_get(map, "step"), "a step that this version knows");
    const lj_register in = registers[from];
    if ((transform->takes & LJ_TAKES(in.kind)) == 0)
        return fail_at(l, map, "a step that takes what is before it");
    lj_prep_op *op = &feature->ops[feature->op_count];
    LJ_TRY(optional_text(l, map, "why", &op->why));
    lj_fitted fitted = {0};
    LJ_TRY(transform->load(l->doc, map, in, l->prep->arena, &fitted));
    if (feature->register_count + fitted.n_out > LJ_PREP_REGISTERS_MAX)
        return fail_at(l, map, "fewer prepared columns");
    op->transform = transform;
    op->values = fitted.values;
    op->in = (int32_t)from;
    op->out = feature->register_count;
    op->n_out = fitted.n_out;
    for (int32_t i = 0; i < fitted.n_out; i++)
        registers[feature->register_count++] = fitted.out[i].reg;
    feature->op_count++;
    return LJ_OK;
}

static lj_status load_steps(const loader *l, const lj_item *map, lj_prep_feature *feature)
{
    const lj_item *list;
    lj_register registers[LJ_PREP_REGISTERS_MAX];
    LJ_TRY(need_list(l, map, "steps", LJ_PREP_OPS_MAX, &list));
    if (lj_prep_reads_whole(feature) && list->count > 0)
        return fail_at(l, list, "no step beside tfidf or tokenise");
    feature->ops = lj_arena_array(l->prep->arena, list->count, sizeof(*feature->ops));
    if (feature->ops == NULL)
        return no_memory();
    registers[0] = first_register(feature);
    feature->register_count = 1;
    for (int64_t i = 0; i < list->count; i++) {
        if (list->items[i]->kind != LJ_MAP)
            return fail_at(l, list->items[i], "a step");
        LJ_TRY(load_step(l, list->items[i], feature, registers));
    }
    feature->registers = lj_arena_array(l->prep->arena, feature->register_count, sizeof(*registers));
    if (feature->registers == NULL)
        return no_memory();
    memcpy(feature->registers, registers, (size_t)feature->register_count * sizeof(*registers));
    return LJ_OK;
}

/* Outputs of one kind: NUMBER registers as numbers, CODE registers as categories. */
static lj_status load_outputs(const loader *l, const lj_item *map, const char *key, lj_register_kind kind,
                              int64_t feature_index, int64_t capacity, lj_prep_output *outputs, int64_t *count)
{
    const lj_prep_feature *feature = &l->prep->features[feature_index];
    const lj_item *list;
    LJ_TRY(need_list(l, map, key, capacity - *count, &list));
    for (int64_t i = 0; i < list->count; i++) {
        const lj_item *entry = list->items[i];
        int64_t from;
        lj_prep_output *output = &outputs[*count];
        if (entry->kind != LJ_MAP)
            return fail_at(l, entry, "a column");
        LJ_TRY(need_text(l, entry, "name", &output->name));
        LJ_TRY(lj_item_need_integer(l->doc, entry, "from", 0, feature->register_count - 1, &from));
        if (feature->registers[from].kind != kind)
            return fail_at(l, entry, kind == LJ_REGISTER_CODE ? "a code" : "a number");
        if (lj_item_get(entry, "keeps_missing") != NULL)
            LJ_TRY(lj_load_flag(l->doc, entry, "keeps_missing", &output->keeps_missing));
        output->feature = feature_index;
        output->reg = (int32_t)from;
        output->size = feature->registers[from].size;
        (*count)++;
    }
    return LJ_OK;
}

static lj_status load_feature(const loader *l, const lj_item *map, int64_t index)
{
    lj_prep *prep = l->prep;
    lj_prep_feature *feature = &prep->features[index];
    if (map->kind != LJ_MAP)
        return fail_at(l, map, "a feature");
    LJ_TRY(load_cell(l, map, feature, &l->fields[index]));
    LJ_TRY(load_steps(l, map, feature));
    feature->number_begin = prep->number_count;
    feature->category_begin = prep->category_count;
    LJ_TRY(load_outputs(l, map, "numbers", LJ_REGISTER_NUMBER, index, l->number_capacity, prep->numbers,
                        &prep->number_count));
    LJ_TRY(load_outputs(l, map, "categories", LJ_REGISTER_CODE, index, l->category_capacity, prep->categories,
                        &prep->category_count));
    feature->number_count = prep->number_count - feature->number_begin;
    feature->category_count = prep->category_count - feature->category_begin;
    if (feature->register_count > prep->registers_most)
        prep->registers_most = feature->register_count;
    return LJ_OK;
}

/* Room for all outputs: counted first, without trust. */
static lj_status size_outputs(loader *l, const lj_item *features)
{
    for (int64_t i = 0; i < features->count; i++) {
        const lj_item *numbers = lj_item_get(features->items[i], "numbers");
        const lj_item *categories = lj_item_get(features->items[i], "categories");
        l->number_capacity += numbers != NULL && numbers->kind == LJ_LIST ? numbers->count : 0;
        l->category_capacity += categories != NULL && categories->kind == LJ_LIST ? categories->count : 0;
    }
    if (l->number_capacity > LJ_PREP_COLUMNS_MAX || l->category_capacity > LJ_PREP_COLUMNS_MAX)
        return fail_at(l, features, "fewer prepared columns");
    lj_prep *prep = l->prep;
    prep->numbers = lj_arena_array(prep->arena, l->number_capacity, sizeof(*prep->numbers));
    prep->categories = lj_arena_array(prep->arena, l->category_capacity, sizeof(*prep->categories));
    return prep->numbers != NULL && prep->categories != NULL ? LJ_OK : no_memory();
}

static lj_status load_features(loader *l, const lj_item *map)
{
    lj_prep *prep = l->prep;
    const lj_item *list;
    LJ_TRY(need_list(l, map, "features", LJ_COLUMNS_MAX, &list));
    if (list->count == 0 && lj_prep_image(prep) == NULL)
        return fail_at(l, list, "at least one feature");
    prep->features = lj_arena_array(prep->arena, list->count, sizeof(*prep->features));
    l->fields = lj_arena_array(prep->arena, list->count + LJ_PREP_SERIES_COLUMNS, sizeof(*l->fields));
    if (prep->features == NULL || l->fields == NULL)
        return no_memory();
    LJ_TRY(size_outputs(l, list));
    for (int64_t i = 0; i < list->count; i++) {
        LJ_TRY(load_feature(l, list->items[i], i));
        const lj_vectoriser *terms = prep->features[i].terms;
        prep->features[i].term_begin = prep->term_count;
        prep->term_count += terms != NULL ? terms->width : 0;
        if (prep->term_count > LJ_TERMS_MAX)
            return fail_at(l, list->items[i], "fewer terms");
        prep->feature_count++;
    }
    return LJ_OK;
}

static lj_status load_target_as(const loader *l, const lj_item *map, lj_target_as *out)
{
    const char *text;
    LJ_TRY(lj_item_need_string(l->doc, map, "target_as", &text));
    for (int as = 0; as < LJ_TARGET_AS_COUNT; as++)
        if (strcmp(text, lj_target_as_name((lj_target_as)as)) == 0) {
            *out = (lj_target_as)as;
            return LJ_OK;
        }
    return fail_at(l, lj_item_get(map, "target_as"), "what a target is predicted as");
}

/* How rows become samples, and the columns that it takes beside the features, in the order of their names' function. */
static lj_status load_series(loader *l, const lj_item *item)
{
    lj_prep *prep = l->prep;
    lj_series_options *series = &prep->series;
    const lj_item *map = lj_item_get(item, "series"), *list = NULL;
    const char *names[LJ_PREP_SERIES_COLUMNS];
    if (map == NULL)
        return l->has_groups ? fail_at(l, item, "a series") : LJ_OK;
    if (map->kind != LJ_MAP)
        return fail_at(l, map, "a map");
    LJ_TRY(need_text(l, map, "time", &series->time));
    LJ_TRY(optional_text(l, map, "group", &series->group));
    LJ_TRY(need_text(l, map, "target", &series->target));
    series->scale_by_group = l->has_groups;
    if (series->scale_by_group && series->group == NULL)
        return fail_at(l, map, "the column of the group");
    LJ_TRY(lj_item_need_integer(l->doc, map, "window", 1, LJ_WINDOW_MAX, &series->window));
    LJ_TRY(lj_item_need_integer(l->doc, map, "horizon", 0, LJ_HORIZON_MAX, &series->horizon));
    LJ_TRY(load_target_as(l, map, &series->target_as));
    LJ_TRY(lj_load_flag(l->doc, map, "pad", &series->pad));
    LJ_TRY(lj_load_number(l->doc, map, "gap", &series->gap));
    LJ_TRY(need_list(l, map, "columns", LJ_PREP_SERIES_COLUMNS, &list));
    if (list->count != lj_prep_series_columns(prep, names) || !(series->gap >= 0))
        return fail_at(l, list, "the columns of the series that are no features");
    for (int64_t i = 0; i < list->count; i++) {
        lj_field *field = &l->fields[prep->feature_count + i];
        if (list->items[i]->kind != LJ_MAP)
            return fail_at(l, list->items[i], "a column");
        LJ_TRY(load_field(l, list->items[i], field));
        if (strcmp(field->name, names[i]) != 0)
            return fail_at(l, list->items[i], "the columns of the series in their order");
    }
    l->further = list->count;
    return LJ_OK;
}

static lj_status load_dropped(const loader *l, const lj_item *map)
{
    lj_prep *prep = l->prep;
    const lj_item *list;
    LJ_TRY(need_list(l, map, "dropped", LJ_COLUMNS_MAX, &list));
    prep->dropped = lj_arena_array(prep->arena, list->count, sizeof(*prep->dropped));
    if (prep->dropped == NULL)
        return no_memory();
    for (int64_t i = 0; i < list->count; i++) {
        if (list->items[i]->kind != LJ_MAP)
            return fail_at(l, list->items[i], "a dropped feature");
        LJ_TRY(need_text(l, list->items[i], "name", &prep->dropped[i].name));
        LJ_TRY(need_text(l, list->items[i], "why", &prep->dropped[i].why));
        prep->dropped_count++;
    }
    return LJ_OK;
}

static lj_status load_all(loader *l, const lj_item *item)
{
    int64_t format;
    if (item == NULL || item->kind != LJ_MAP)
        return lj_fail(LJ_ECORRUPT, "%s: expected a preparation", lj_doc_name(l->doc));
    LJ_TRY(lj_item_need_integer(l->doc, item, "format", 0, INT32_MAX, &format));
    if (format != LJ_PREP_FORMAT)
        return lj_fail(LJ_EVERSION, "%s: expected format %d of a preparation, found %" PRId64
                       ": it was made by another version", lj_doc_name(l->doc), LJ_PREP_FORMAT, format);
    LJ_TRY(lj_load_flag(l->doc, item, "auto", &l->prep->is_auto));
    LJ_TRY(lj_image_shape_read(l->doc, item, &l->prep->image));
    LJ_TRY(load_groups(l, item));
    LJ_TRY(load_features(l, item));
    LJ_TRY(load_series(l, item));
    LJ_TRY(lj_schema_create(l->fields, l->prep->feature_count + l->further, &l->prep->schema));
    return load_dropped(l, item);
}

lj_status lj_prep_load(const lj_doc *doc, const lj_item *item, lj_prep **out)
{
    assert(doc != NULL && out != NULL);
    *out = NULL;
    lj_status status = LJ_OK;
    loader l = {.doc = doc, .prep = lj_new_array(1, sizeof(lj_prep))};
    if (l.prep == NULL)
        return no_memory();
    LJ_TRY_DONE(lj_arena_create(&l.prep->arena));
    LJ_TRY_DONE(load_all(&l, item));
    *out = l.prep;
    l.prep = NULL;
done:
    lj_prep_destroy(l.prep);
    return status;
}
