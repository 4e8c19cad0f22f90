/* Reading the pipeline file: every key is checked before any data is touched. */
#include <assert.h>
#include <ctype.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

#include "lianjin/file.h"
#include "lianjin/tune.h"
#include "pipeline/pipeline.h"

/* Keys of the design that a later version fills: named, so that nobody takes them for a typing error. */
static const char *const later_keys[] = {"register", NULL};

static lj_status read_section(const lj_pipeline *p, lj_section_index index, const lj_item *map,
                              const char *const *also, void *values)
{
    const lj_pipeline_section *section = lj_pipeline_section_at(index);
    return lj_declare_read(p->file, map, section->rows, section->count, also, values);
}

static lj_status refuse_later_keys(const lj_pipeline *p)
{
    for (const char *const *key = later_keys; *key != NULL; key++) {
        const lj_item *item = lj_item_get(lj_doc_root(p->doc), *key);
        if (item != NULL)
            return lj_declare_fail(p->file, item, "'%s' is not in this version yet: leave it out", *key);
    }
    return LJ_OK;
}

static lj_status check_name(lj_pipeline *p)
{
    const lj_item *item = lj_item_get(lj_doc_root(p->doc), "name");
    if (p->top.name == NULL)
        return LJ_OK;
    const char *name = p->top.name;
    size_t n = 0;
    while (isalnum((unsigned char)name[n]) || (name[n] != '\0' && strchr("-_.", name[n]) != NULL))
        n++;
    if (name[0] == '\0' || name[0] == '.' || name[n] != '\0' || n >= LJ_NAME_MAX)
        return lj_declare_fail(p->file, item, "expected a name of letters, digits, '-', '_' and '.', found '%s'", name);
    return LJ_OK;
}

static int is_image_set(const lj_item *item)
{
    return item->kind == LJ_STRING || (item->kind == LJ_LIST && item->count == 2 &&
                                       item->items[0]->kind == LJ_STRING && item->items[1]->kind == LJ_STRING);
}

static lj_status read_images(lj_pipeline *p, const lj_item *data)
{
    LJ_TRY(read_section(p, LJ_SECTION_IMAGES, p->data.images, NULL, &p->images));
    const lj_item *sets[] = {p->images.train, p->images.valid, p->images.test};
    for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++)
        if (sets[i] != NULL && !is_image_set(sets[i]))
            return lj_declare_fail(p->file, sets[i], "images: expected a folder or [images, labels]");
    if (p->images.size != NULL && lj_declared_count(p->images.size) != 2)
        return lj_declare_fail(p->file, p->images.size, "size: expected [height, width]");
    return data->count == 1 ? LJ_OK : lj_declare_fail(p->file, data, "data: 'images' goes with no other key");
}

static lj_status read_series(lj_pipeline *p)
{
    const lj_item *map = p->data.series;
    if (map == NULL)
        return LJ_OK;
    LJ_TRY(read_section(p, LJ_SECTION_SERIES, map, NULL, &p->series));
    if (p->series.scale_by_group && p->series.group == NULL)
        return lj_declare_fail(p->file, lj_item_get(map, "scale_by_group"), "series: 'scale_by_group' wants 'group'");
    if (p->series.horizon == 0 && p->series.target_as != LJ_TARGET_VALUE)
        return lj_declare_fail(p->file, lj_item_get(map, "target_as"),
                               "series: 'target_as: %s' wants a horizon of 1 at least",
                               lj_target_as_name((lj_target_as)p->series.target_as));
    return LJ_OK;
}

static lj_status read_data(lj_pipeline *p)
{
    const lj_item *item = p->top.data;
    if (item->kind == LJ_STRING) {
        LJ_TRY(read_section(p, LJ_SECTION_DATA, NULL, NULL, &p->data));
        p->data.source = item->text;
        return LJ_OK;
    }
    if (item->kind != LJ_MAP)
        return lj_declare_fail(p->file, item, "data: expected a file name or a map");
    LJ_TRY(read_section(p, LJ_SECTION_DATA, item, NULL, &p->data));
    if (p->data.images != NULL)
        return read_images(p, item);
    LJ_TRY(read_series(p));
    if ((p->data.source == NULL) == (p->data.sources == NULL))
        return lj_declare_fail(p->file, item, "data: expected one of 'source' and 'sources'");
    if (p->data.sources == NULL)
        return LJ_OK;
    for (int64_t i = 0; i < p->data.sources->count; i++)
        if (p->data.sources->items[i]->kind != LJ_STRING)
            return lj_declare_fail(p->file, p->data.sources->items[i], "sources: expected name: file");
    if (lj_item_get(item, "sql") == NULL)
        return lj_declare_fail(p->file, item, "data: 'sources' wants 'sql' that joins them");
    return LJ_OK;
}

static lj_status read_target(lj_pipeline *p)
{
    const lj_item *item = p->top.target;
    const lj_family_info *family = NULL;
    LJ_TRY(lj_family_find(p->family, &family));
    const lj_item *task = lj_item_get(lj_doc_root(p->doc), "task");
    if (task != NULL && (p->top.task == LJ_UNSUPERVISED) != (family->target != LJ_TARGET_NEEDED))
        return lj_declare_fail(p->file, task, "task: '%s' is not what the family '%s' does", task->text, p->family);
    if (p->data.series != NULL && family->target != LJ_TARGET_NEEDED)
        return lj_declare_fail(p->file, p->data.series, "series: the family '%s' reads no windows", p->family);
    if (item == NULL && family->target != LJ_TARGET_NEEDED)
        return LJ_OK;
    if (item != NULL && family->target == LJ_TARGET_NONE)
        return lj_declare_fail(p->file, item, "target: the family '%s' learns without one: leave it out", p->family);
    if (item == NULL && p->data.images != NULL) {
        p->target.column = "label";
        return LJ_OK;
    }
    if (item == NULL)
        return lj_declare_fail(p->file, lj_doc_root(p->doc), "missing key 'target': the family '%s' learns from one",
                               p->family);
    if (item->kind == LJ_MAP)
        LJ_TRY(read_section(p, LJ_SECTION_TARGET, item, NULL, &p->target));
    else if (item->kind == LJ_STRING || item->kind == LJ_NUMBER)
        p->target.column = item->text;
    else
        return lj_declare_fail(p->file, item, "target: expected the name of a column or a map");
    const lj_item *positive = p->target.positive;
    if (positive != NULL && (positive->kind == LJ_LIST || positive->kind == LJ_MAP))
        return lj_declare_fail(p->file, positive, "positive: expected one value");
    return LJ_OK;
}

static lj_status read_split(lj_pipeline *p)
{
    const lj_item *map = p->top.split;
    LJ_TRY(read_section(p, LJ_SECTION_SPLIT, map, NULL, &p->split));
    if (p->data.series != NULL) {
        if (p->split.by < 0)
            p->split.by = LJ_SPLIT_TIME;
        if (p->split.by == LJ_SPLIT_TIME && p->split.column == NULL)
            p->split.column = p->series.time;
        if (p->split.by != LJ_SPLIT_TIME && p->split.by != LJ_SPLIT_COLUMN)
            return lj_declare_fail(p->file, lj_item_get(map, "by"), "split: a series is split by time or column: "
                                   "windows of other parts would hold the answers");
    }
    const int wants_column = p->split.by == LJ_SPLIT_GROUP || p->split.by == LJ_SPLIT_TIME ||
                             p->split.by == LJ_SPLIT_COLUMN;
    if (wants_column && p->split.column == NULL)
        return lj_declare_fail(p->file, map, "split: 'by: %s' wants 'column'",
                               lj_item_get(map, "by")->text);
    if (p->split.valid + p->split.test >= 0.95)
        return lj_declare_fail(p->file, map, "split: valid and test leave less than 5 %% of the rows for training");
    if ((p->split.valid_from == NULL) != (p->split.test_from == NULL))
        return lj_declare_fail(p->file, map, "split: 'valid_from' and 'test_from' go together");
    return LJ_OK;
}

static lj_status read_features(lj_pipeline *p)
{
#define X(code, name) name,
    static const char *const words[] = {LJ_COLUMN_TYPE_LIST(X)};
#undef X
    LJ_TRY(read_section(p, LJ_SECTION_FEATURES, p->top.features, NULL, &p->features));
    const lj_item *types = p->features.types;
    for (int64_t i = 0; types != NULL && i < types->count; i++) {
        const lj_item *item = types->items[i];
        int known = 0;
        for (int type = 0; item->kind == LJ_STRING && type < LJ_COLUMN_TYPE_COUNT; type++)
            known |= strcmp(item->text, words[type]) == 0;
        if (!known)
            return lj_declare_fail(p->file, item, "types: '%s': expected number, text or time%s%s%s", item->key,
                                   item->kind == LJ_STRING ? ", found '" : "",
                                   item->kind == LJ_STRING ? item->text : "", item->kind == LJ_STRING ? "'" : "");
    }
    return LJ_OK;
}

lj_fit_options lj_pipeline_fit_options(const lj_pipeline *p)
{
    const lj_item *model = p->top.model;
    return (lj_fit_options){.family = p->family,
                            .file = p->file,
                            .model = model != NULL && model->kind == LJ_MAP ? model : NULL,
                            .train = p->top.train};
}

static lj_status read_model(lj_pipeline *p)
{
    const lj_item *item = p->top.model;
    const lj_family_info *info = NULL;
    p->family = "tabm";
    if (item != NULL && item->kind == LJ_STRING) {
        p->family = item->text;
    } else if (item != NULL && item->kind == LJ_MAP) {
        const lj_item *family = lj_item_get(item, "family");
        if (family != NULL && family->kind != LJ_STRING)
            return lj_declare_fail(p->file, family, "family: expected a name");
        if (family != NULL)
            p->family = family->text;
    } else if (item != NULL) {
        return lj_declare_fail(p->file, item, "model: expected the name of a family or a map");
    }
    if (strcmp(p->family, "auto") == 0) {
        if (p->data.images != NULL || p->data.series != NULL)
            return lj_declare_fail(p->file, item, "model: auto is for tables: name a family for %s",
                                   p->data.images != NULL ? "images" : "series");
        p->family = "average";
    }
    if (lj_family_find(p->family, &info) != LJ_OK)
        return lj_declare_fail(p->file, item, "model: %s", lj_error_message());
    if (info->reads_series == (p->data.series != NULL ? LJ_READS_NOT : LJ_READS_ONLY))
        return lj_declare_fail(p->file, item != NULL ? item : p->data.series, p->data.series == NULL ?
                               "model: the family '%s' reads windows of a series: say which in data: {series: ...}" :
                               "model: the family '%s' does not read series: series_rnn, series_tcn and "
                               "series_transformer do", p->family);
    const lj_fit_options options = lj_pipeline_fit_options(p);
    return lj_model_check(&options);
}

static lj_status read_prepare(lj_pipeline *p)
{
    const lj_item *item = p->top.prepare;
    if (item == NULL || item->kind == LJ_LIST)
        return LJ_OK;
    if (item->kind == LJ_STRING && strcmp(item->text, "auto") == 0) {
        p->top.prepare = NULL;
        return LJ_OK;
    }
    return lj_declare_fail(p->file, item, "prepare: expected auto or a list of steps");
}

#define VALUE(name)                                                                                          \
    {.key = #name, .kind = LJ_DECLARED_NUMBER, .offset = offsetof(lj_threshold_options, name), .fallback = "0"}

/* The threshold as eval/ takes it: an alert budget is a share of rows, an approval rate what it leaves. */
static lj_status read_threshold(lj_pipeline *p)
{
    static const lj_declaration values[] = {VALUE(true_positive), VALUE(false_positive), VALUE(false_negative),
                                            VALUE(true_negative)};
    const lj_item *map = p->top.evaluate;
    const char *word = lj_threshold_words[p->evaluate.threshold];
    const int by_value = strcmp(word, "value") == 0, by_budget = strcmp(word, "alert_budget") == 0;
    const int by_approval = strcmp(word, "approval_rate") == 0;
    LJ_TRY(lj_declare_read(p->file, p->evaluate.values, values, 4, NULL, &p->threshold));
    if (by_value && p->evaluate.values == NULL)
        return lj_declare_fail(p->file, lj_item_get(map, "threshold"), "threshold 'value' wants `values`");
    if (!by_value && p->evaluate.values != NULL)
        return lj_declare_fail(p->file, p->evaluate.values, "`values` are for the threshold 'value'");
    if ((by_budget || by_approval) && isnan(p->evaluate.rate))
        return lj_declare_fail(p->file, lj_item_get(map, "threshold"), "threshold '%s' wants `rate`", word);
    if (!by_budget && !by_approval && !isnan(p->evaluate.rate))
        return lj_declare_fail(p->file, lj_item_get(map, "rate"),
                               "`rate` is for the thresholds 'alert_budget' and 'approval_rate'");
    p->threshold.budget = by_approval ? 1.0 - p->evaluate.rate : p->evaluate.rate;
    p->threshold.criterion = by_budget || by_approval ? "budget" : strcmp(word, "half") == 0 ? NULL : word;
    return LJ_OK;
}

static lj_status read_explain(lj_pipeline *p)
{
    const lj_item *texts = NULL, *map = p->top.explain;
    const lj_family_info *family = NULL;
    lj_explain_method method = LJ_EXPLAIN_PATHS;
    lj_reason_text text;
    LJ_TRY(read_section(p, LJ_SECTION_EXPLAIN, map, NULL, &p->explain));
    texts = p->explain.texts;
    for (int64_t i = 0; texts != NULL && i < texts->count; i++)
        LJ_TRY(lj_reason_text_read(p->file, texts->items[i], &text));
    const lj_explain_options options = {.method = p->explain.method, .reference = (lj_reference)p->explain.reference};
    LJ_TRY(lj_family_find(p->family, &family));
    if (lj_explain_check(family, &options, &method) != LJ_OK)
        return lj_declare_fail(p->file, lj_item_get(map, p->explain.method >= 0 ? "method" : "reference"), "%s",
                               lj_error_message());
    return LJ_OK;
}

static lj_status read_tune(lj_pipeline *p)
{
    const lj_family_info *family = NULL;
    lj_arena *arena = NULL;
    lj_space space;
    LJ_TRY(read_section(p, LJ_SECTION_TUNE, p->top.tune, NULL, &p->tune));
    if (p->top.tune == NULL)
        return LJ_OK;
    LJ_TRY(lj_family_find(p->family, &family));
    LJ_TRY(lj_arena_create(&arena));
    const lj_status status = lj_space_read(p->file, p->tune.space, p->top.tune, family, arena, &space);
    lj_arena_destroy(arena);
    return status;
}

static lj_status check(lj_pipeline *p)
{
    const lj_item *root = lj_doc_root(p->doc);
    if (root->kind != LJ_MAP)
        return lj_declare_fail(p->file, root, "expected a map with the keys data and target");
    LJ_TRY(refuse_later_keys(p));
    LJ_TRY(read_section(p, LJ_SECTION_TOP, root, NULL, &p->top));
    LJ_TRY(check_name(p));
    LJ_TRY(read_data(p));
    LJ_TRY(read_split(p));
    LJ_TRY(read_features(p));
    LJ_TRY(read_section(p, LJ_SECTION_EVALUATE, p->top.evaluate, NULL, &p->evaluate));
    LJ_TRY(read_threshold(p));
    LJ_TRY(read_prepare(p));
    LJ_TRY(read_model(p));
    LJ_TRY(read_explain(p));
    LJ_TRY(read_tune(p));
    return read_target(p);
}

/* The file's name without folder and ending. */
static lj_status default_name(lj_pipeline *p, const char *name)
{
    const char *slash = strrchr(name, '/');
    const char *base = slash != NULL ? slash + 1 : name;
    const char *dot = strrchr(base, '.');
    const size_t size = dot != NULL && dot != base ? (size_t)(dot - base) : strlen(base);
    if (p->top.name != NULL)
        return LJ_OK;
    char *copy = lj_new_array((int64_t)size + 1, 1);
    if (copy == NULL)
        return lj_fail(LJ_ENOMEM, "%s: no memory for the pipeline", name);
    memcpy(copy, base, size);
    p->default_name = copy;
    p->top.name = copy;
    return LJ_OK;
}

lj_status lj_pipeline_parse(const char *name, const char *text, size_t size, lj_pipeline **out)
{
    assert(name != NULL && text != NULL && out != NULL);
    *out = NULL;
    lj_status status = LJ_OK;
    lj_pipeline *p = lj_new_array(1, sizeof(*p));
    if (p == NULL)
        return lj_fail(LJ_ENOMEM, "%s: no memory for the pipeline", name);
    p->file = lj_strdup(name);
    p->folder = lj_path_folder(name);
    p->text = lj_new_array((int64_t)size + 1, 1);
    if (p->file == NULL || p->folder == NULL || p->text == NULL) {
        status = lj_fail(LJ_ENOMEM, "%s: no memory for the pipeline", name);
        goto done;
    }
    memcpy(p->text, text, size);
    LJ_TRY_DONE(lj_yaml_parse(name, p->text, size, &p->doc));
    LJ_TRY_DONE(check(p));
    LJ_TRY_DONE(default_name(p, name));
    *out = p;
    p = NULL;
done:
    lj_pipeline_destroy(p);
    return status;
}

lj_status lj_pipeline_read(const char *path, lj_pipeline **out)
{
    char *text = NULL;
    size_t size = 0;
    *out = NULL;
    LJ_TRY(lj_file_read(path, LJ_YAML_BYTES_MAX, &text, &size));
    const lj_status status = lj_pipeline_parse(path, text, size, out);
    lj_free(text);
    return status;
}

void lj_pipeline_destroy(lj_pipeline *p)
{
    if (p == NULL)
        return;
    lj_doc_destroy(p->doc);
    lj_free(p->default_name);
    lj_free(p->text);
    lj_free(p->folder);
    lj_free(p->file);
    lj_free(p);
}

const char *lj_pipeline_name(const lj_pipeline *p)
{
    return p->top.name;
}
