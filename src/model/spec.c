/* The part "model" of model.json: family, resolved options, spec; and a model from it with hostile input in mind. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lianjin/images.h"
#include "model/model.h"
#include "model/network.h"

static void save_core(const lj_model_core *core, lj_json *json, const char *key)
{
    const lj_family_info *info = &core->family->info;
    lj_json_map(json, key);
    lj_json_string(json, "family", info->name);
    lj_json_map(json, "options");
    lj_declare_write(json, info->options, info->option_count, core->options);
    lj_json_end_map(json);
    lj_json_string(json, "task", lj_task_name(core->spec.task));
    lj_json_integer(json, "classes", core->spec.classes);
    lj_json_integer(json, "numbers", core->spec.number_count);
    lj_json_list(json, "category_sizes");
    for (int64_t k = 0; k < core->spec.category_count; k++)
        lj_json_integer(json, NULL, core->spec.category_sizes[k]);
    lj_json_end_list(json);
    lj_json_integer(json, "terms", core->spec.term_count);
    lj_json_integer(json, "tokens", core->spec.token_count);
    lj_json_integer(json, "token_size", core->spec.token_size);
    lj_json_integer(json, "steps", core->spec.steps);
    lj_json_bool(json, "padded", core->spec.padded);
    lj_image_shape_write(&core->spec.image, json);
    lj_json_integer(json, "bins", core->bins);
    lj_json_double(json, "target_mean", core->target_mean);
    lj_json_double(json, "target_scale", core->target_scale);
    lj_calibrator_save(&core->calibrator, json);
    if (core->spec.views != NULL) {
        lj_json_list(json, "views");
        for (int64_t i = 0; i < core->spec.number_count + core->spec.category_count; i++)
            lj_json_integer(json, NULL, core->spec.views[i]);
        lj_json_end_list(json);
    }
    if (core->members.count > 0)
        lj_json_list(json, "members");
    for (int64_t k = 0; k < core->members.count; k++)
        save_core(core->members.core[k], json, NULL);
    if (core->members.count > 0)
        lj_json_end_list(json);
    lj_json_end_map(json);
}

lj_status lj_model_save_spec(const lj_model *model, lj_json *json, const char *key)
{
    save_core(model->core, json, key);
    return LJ_OK;
}

static lj_status read_task(const lj_doc *doc, const lj_item *item, lj_task *out)
{
    const char *name = NULL;
    LJ_TRY(lj_item_need_string(doc, item, "task", &name));
    for (int t = 0; t < LJ_TASK_COUNT; t++) {
        if (strcmp(name, lj_task_name((lj_task)t)) == 0) {
            *out = (lj_task)t;
            return LJ_OK;
        }
    }
    return lj_fail(LJ_ECORRUPT, "%s:%d:%d: no task '%s'", lj_doc_name(doc), item->line, item->column, name);
}

/* spec->category_sizes is the caller's to free. */
static lj_status read_spec(const lj_doc *doc, const lj_item *item, lj_model_spec *spec, int32_t **sizes)
{
    const lj_item *list = NULL;
    LJ_TRY(read_task(doc, item, &spec->task));
    LJ_TRY(lj_item_need_integer(doc, item, "classes", 0, LJ_CLASSES_MAX, &spec->classes));
    LJ_TRY(lj_item_need_integer(doc, item, "numbers", 0, LJ_COLUMNS_MAX, &spec->number_count));
    if (lj_item_get(item, "terms") != NULL) /* older bundles have none */
        LJ_TRY(lj_item_need_integer(doc, item, "terms", 0, LJ_TERMS_MAX, &spec->term_count));
    if (lj_item_get(item, "tokens") != NULL) {
        LJ_TRY(lj_item_need_integer(doc, item, "tokens", 0, LJ_TOKENS_MAX, &spec->token_count));
        LJ_TRY(lj_item_need_integer(doc, item, "token_size", 0, INT32_MAX, &spec->token_size));
    }
    if (lj_item_get(item, "steps") != NULL) {
        const lj_item *padded = NULL;
        LJ_TRY(lj_item_need_integer(doc, item, "steps", 0, LJ_WINDOW_MAX, &spec->steps));
        LJ_TRY(lj_item_need(doc, item, "padded", LJ_BOOL, &padded));
        spec->padded = padded->number != 0.0;
    }
    LJ_TRY(lj_image_shape_read(doc, item, &spec->image));
    LJ_TRY(lj_item_need(doc, item, "category_sizes", LJ_LIST, &list));
    if (list->count > LJ_COLUMNS_MAX)
        return lj_fail(LJ_ECORRUPT, "%s:%d:%d: expected at most %d categories", lj_doc_name(doc), list->line,
                       list->column, LJ_COLUMNS_MAX);
    *sizes = lj_new_array(list->count, sizeof(**sizes));
    if (*sizes == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for the sizes of %" PRId64 " categories", list->count);
    for (int64_t k = 0; k < list->count; k++) {
        const lj_item *size = list->items[k];
        if (size->kind != LJ_NUMBER || !size->is_integer || size->number < 1.0 || size->number > 1e8)
            return lj_fail(LJ_ECORRUPT, "%s:%d:%d: expected the size of a category", lj_doc_name(doc), size->line,
                           size->column);
        (*sizes)[k] = (int32_t)size->number;
    }
    spec->category_count = list->count;
    spec->category_sizes = *sizes;
    return LJ_OK;
}

/* Who reads which number and category; *views is the caller's to free. */
static lj_status read_views(const lj_doc *doc, const lj_item *item, lj_model_spec *spec, uint8_t **views)
{
    const lj_item *list = lj_item_get(item, "views");
    const int64_t n = spec->number_count + spec->category_count;
    if (list == NULL)
        return LJ_OK;
    if (list->kind != LJ_LIST || list->count != n)
        return lj_fail(LJ_ECORRUPT, "%s:%d:%d: expected a view of each input", lj_doc_name(doc), list->line,
                       list->column);
    *views = lj_new_array(n, 1);
    if (*views == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for the views of %" PRId64 " inputs", n);
    for (int64_t i = 0; i < n; i++) {
        const lj_item *view = list->items[i];
        if (view->kind != LJ_NUMBER || !view->is_integer || view->number < 0.0 || view->number >= LJ_VIEW_COUNT)
            return lj_fail(LJ_ECORRUPT, "%s:%d:%d: expected a view", lj_doc_name(doc), view->line, view->column);
        (*views)[i] = (uint8_t)view->number;
    }
    spec->views = *views;
    return LJ_OK;
}

static lj_status read_rest(const lj_doc *doc, const lj_item *item, lj_model_core *core)
{
    LJ_TRY(lj_item_need_integer(doc, item, "bins", 0, 1024, &core->bins));
    LJ_TRY(lj_calibrator_load(doc, item, &core->calibrator));
    if (core->calibrator.kind != LJ_CALIBRATOR_NONE && core->spec.task != LJ_BINARY)
        return lj_fail(LJ_ECORRUPT, "%s:%d:%d: only two classes are calibrated", lj_doc_name(doc), item->line,
                       item->column);
    LJ_TRY(lj_item_need_number(doc, item, "target_mean", &core->target_mean));
    LJ_TRY(lj_item_need_number(doc, item, "target_scale", &core->target_scale));
    const int wants_bins =
        core->family->bins != NULL && core->family->bins(core->options) > 0 && core->spec.number_count > 0;
    if (wants_bins != (core->bins > 0) || !(core->target_scale > 0.0) || !isfinite(core->target_mean))
        return lj_fail(LJ_ECORRUPT, "%s:%d:%d: the model's numbers do not fit its options", lj_doc_name(doc),
                       item->line, item->column);
    return LJ_OK;
}

/* The weights must be those that the scoring graph reads, with finite numbers. */
static lj_status check_weights(const lj_doc *doc, const lj_model_core *core, lj_weights *weights)
{
    const lj_network network = lj_model_network(core);
    lj_graph *graph = NULL;
    lj_status status = lj_network_scoring(core->family, &network, &graph);
    if (status == LJ_OK)
        status = lj_weights_check(weights, graph);
    lj_graph_destroy(graph);
    if (status != LJ_OK)
        return lj_fail_context(status == LJ_ENOMEM ? status : LJ_ECORRUPT, "%s", lj_doc_name(doc));
    for (int64_t t = 0; t < lj_weights_count(weights); t++) {
        const lj_tensor *tensor = lj_weights_at(weights, t);
        const float *values = tensor->data;
        for (int64_t i = 0; tensor->dtype == LJ_F32 && i < tensor->count; i++) {
            if (!isfinite(values[i]))
                return lj_fail(LJ_ECORRUPT, "%s: a number of the weight '%s' is not finite", lj_doc_name(doc),
                               tensor->name);
        }
    }
    return LJ_OK;
}

static lj_status load_core(const lj_doc *doc, const lj_item *item, lj_model_core **out)
{
    const char *name = NULL;
    const lj_family *family = NULL;
    const lj_item *options = NULL;
    lj_model_spec spec = {0};
    int32_t *sizes = NULL;
    LJ_TRY(lj_item_need_string(doc, item, "family", &name));
    if (lj_family_row(name, &family) != LJ_OK)
        return lj_fail(LJ_EVERSION, "%s: this version has no family '%s'", lj_doc_name(doc), name);
    LJ_TRY(lj_item_need(doc, item, "options", LJ_MAP, &options));
    uint8_t *views = NULL;
    lj_status status = read_spec(doc, item, &spec, &sizes);
    if (status == LJ_OK)
        status = read_views(doc, item, &spec, &views);
    if (status == LJ_OK)
        status = lj_model_core_create(family, &spec, lj_doc_name(doc), options, NULL, out);
    if (status == LJ_ECONFIG || status == LJ_EDATA) /* our own file lies, not the user's config */
        status = lj_fail_context(LJ_ECORRUPT, "the model's description");
    lj_free(sizes);
    lj_free(views);
    return status;
}

/* The trees must read what the model reads and answer as it does. */
static lj_status check_trees(const lj_doc *doc, const lj_model_core *core, const lj_trees *trees)
{
    const lj_model_spec *spec = &core->spec;
    if (lj_trees_fit_rows(trees, spec->number_count, spec->category_count, spec->category_sizes) &&
        lj_trees_groups(trees) == lj_network_outputs(spec))
        return LJ_OK;
    return lj_fail(LJ_ECORRUPT, "%s: the trees do not fit the model", lj_doc_name(doc));
}

/* A member with its part of what was learned: the tensors "k.name", and the trees if its family grows them. */
static lj_status load_member(const lj_doc *doc, const lj_item *item, lj_model_core *core, lj_learned *learned)
{
    const int64_t k = core->members.count;
    lj_learned part = {0};
    lj_model *member = NULL;
    const char *name = NULL;
    const lj_family *family = NULL;
    LJ_TRY(lj_item_need_string(doc, item, "family", &name));
    if (lj_family_row(name, &family) != LJ_OK || family->info.has_members || k >= LJ_MEMBERS_MAX)
        return lj_fail(LJ_ECORRUPT, "%s:%d:%d: '%s' is no member", lj_doc_name(doc), item->line, item->column, name);
    LJ_TRY(lj_members_part(learned->weights, k, &part.weights));
    if (family->info.grows_trees) {
        part.trees = learned->trees;
        learned->trees = NULL;
    }
    LJ_TRY(lj_model_load(doc, item, &part, &member));
    lj_model_core *loaded = member->core;
    atomic_fetch_add(&loaded->users, 1);
    lj_model_destroy(member);
    core->members.core[k] = loaded;
    LJ_TRY(lj_members_add(&core->members, &core->spec, family));
    lj_model_spec reads = {0};
    LJ_TRY(lj_members_spec(&core->members, k, &core->spec, &reads));
    const lj_model_spec *spec = &loaded->spec;
    int fits = spec->task == reads.task && spec->classes == reads.classes &&
               spec->number_count == reads.number_count && spec->category_count == reads.category_count;
    for (int64_t i = 0; fits && i < spec->category_count; i++)
        fits = spec->category_sizes[i] == reads.category_sizes[i];
    lj_members_spec_free(&reads);
    return fits ? LJ_OK : lj_fail(LJ_ECORRUPT, "%s:%d:%d: the member reads other columns than the model",
                                  lj_doc_name(doc), item->line, item->column);
}

static lj_status load_members(const lj_doc *doc, const lj_item *item, lj_model_core *core, lj_learned *learned)
{
    const lj_item *list = NULL;
    LJ_TRY(lj_item_need(doc, item, "members", LJ_LIST, &list));
    if (list->count < 1 || learned->weights == NULL)
        return lj_fail(LJ_ECORRUPT, "%s:%d:%d: expected members and their weights", lj_doc_name(doc), list->line,
                       list->column);
    for (int64_t k = 0; k < list->count; k++)
        LJ_TRY(load_member(doc, list->items[k], core, learned));
    if (learned->trees != NULL)
        return lj_fail(LJ_ECORRUPT, "%s: no member grows trees", lj_doc_name(doc));
    core->weights = learned->weights;
    *learned = (lj_learned){0};
    return LJ_OK;
}

static lj_status take_learned(const lj_doc *doc, lj_model_core *core, lj_learned *learned)
{
    if (core->family->info.grows_trees != (learned->trees != NULL))
        return lj_fail(LJ_ECORRUPT, "%s: expected %s for the family '%s'", lj_doc_name(doc),
                       core->family->info.grows_trees ? "trees" : "weights", core->family->info.name);
    if (learned->trees == NULL)
        LJ_TRY(check_weights(doc, core, learned->weights));
    else
        LJ_TRY(check_trees(doc, core, learned->trees));
    if (learned->weights == NULL)
        LJ_TRY(lj_weights_create(&learned->weights));
    core->weights = learned->weights;
    core->trees = learned->trees;
    *learned = (lj_learned){0};
    return LJ_OK;
}

lj_status lj_model_load(const lj_doc *doc, const lj_item *item, lj_learned *learned, lj_model **out)
{
    *out = NULL;
    lj_model_core *core = NULL;
    lj_status status = load_core(doc, item, &core);
    if (status == LJ_OK)
        status = read_rest(doc, item, core);
    if (status == LJ_OK)
        status = core->family->info.has_members ? load_members(doc, item, core, learned) :
                                                  take_learned(doc, core, learned);
    if (status != LJ_OK) {
        lj_learned_destroy(learned);
        lj_model_core_release(core);
        return status;
    }
    return lj_model_of_core(core, out);
}

/* The layers of a list; none of other families. */
static lj_status trace_layers(const lj_model_core *core, lj_layer_trace *trace)
{
    lj_network network = lj_model_network(core);
    lj_graph *graph = NULL;
    trace->count = 0;
    if (core->family->info.grows_trees || core->family->info.has_members)
        return LJ_OK;
    network.trace = trace;
    LJ_TRY(lj_network_scoring(core->family, &network, &graph));
    lj_graph_destroy(graph);
    return LJ_OK;
}

static lj_status describe_layers(const lj_model_core *core, lj_text *out)
{
    lj_layer_trace trace;
    LJ_TRY(trace_layers(core, &trace));
    if (trace.count > 0)
        lj_text_printf(out, "  %-32s %-24s %s\n", "layer", "gives", "weights");
    for (int64_t i = 0; i < trace.count; i++) {
        const lj_traced_layer *layer = &trace.rows[i];
        char name[LJ_NAME_MAX];
        if (i + 1 < trace.count)
            (void)snprintf(name, sizeof(name), "%" PRId64 " %s", i + 1, layer->name);
        else
            (void)snprintf(name, sizeof(name), "%s", layer->name);
        lj_text_printf(out, "  %-32s %-24s %" PRId64 "\n", name, lj_shape_print(&layer->shape).text, layer->weights);
    }
    return LJ_OK;
}

/* "layers" of lj_model_json: the shape of what a row becomes, the batch left out. */
static void write_layers(const lj_layer_trace *trace, lj_json *json)
{
    if (trace->count == 0)
        return;
    lj_json_list(json, "layers");
    for (int64_t i = 0; i < trace->count; i++) {
        const lj_traced_layer *layer = &trace->rows[i];
        lj_json_map(json, NULL);
        lj_json_string(json, "name", layer->name);
        lj_json_list(json, "gives");
        for (int d = 1; d < layer->shape.rank; d++)
            lj_json_integer(json, NULL, layer->shape.dim[d]);
        lj_json_end_list(json);
        lj_json_integer(json, "weights", layer->weights);
        lj_json_end_map(json);
    }
    lj_json_end_list(json);
}

lj_status lj_model_describe(const lj_model *model, lj_text *out)
{
    const lj_model_core *core = model->core;
    const lj_family_info *info = &core->family->info;
    lj_json json;
    lj_text options = {0};
    lj_text_printf(out, "%s: %s\n", info->name, info->summary);
    lj_text_printf(out, "%s, %" PRId64 " numbers, %" PRId64 " categories, ", lj_task_name(core->spec.task),
                   core->spec.number_count, core->spec.category_count);
    if (core->spec.term_count > 0)
        lj_text_printf(out, "%" PRId64 " terms, ", core->spec.term_count);
    if (core->spec.token_count > 0)
        lj_text_printf(out, "%" PRId64 " tokens of a vocabulary of %" PRId64 ", ", core->spec.token_count,
                       core->spec.token_size);
    const lj_learned learned = lj_model_learned(model);
    if (learned.trees != NULL)
        lj_text_printf(out, "%" PRId64 " rounds of trees, %" PRId64 " leaves%s", lj_trees_rounds(learned.trees),
                       lj_trees_leaves(learned.trees), core->trees == NULL ? ", " : "\n");
    if (core->trees == NULL)
        lj_text_printf(out, "%" PRId64 " weights\n", lj_weights_elements(core->weights));
    lj_json_start(&json, &options, 1);
    lj_json_map(&json, NULL);
    lj_declare_write(&json, info->options, info->option_count, core->options);
    lj_json_end_map(&json);
    lj_status status = lj_text_finish(&options);
    if (status == LJ_OK)
        lj_text_printf(out, "options: %s\n", options.data);
    lj_text_free(&options);
    LJ_TRY(status);
    LJ_TRY(describe_layers(core, out));
    for (int64_t t = 0; t < lj_weights_count(core->weights); t++) {
        const lj_tensor *tensor = lj_weights_at(core->weights, t);
        lj_text_printf(out, "  %-32s", tensor->name);
        for (int d = 0; d < tensor->shape.rank; d++)
            lj_text_printf(out, "%s%" PRId64, d == 0 ? " " : " x ", tensor->shape.dim[d]);
        lj_text_puts(out, "\n");
    }
    return lj_text_finish(out);
}

lj_status lj_model_json(const lj_model *model, lj_text *out)
{
    const lj_model_core *core = model->core;
    const lj_family_info *info = &core->family->info;
    lj_layer_trace trace;
    lj_json json;
    LJ_TRY(trace_layers(core, &trace));
    lj_json_start(&json, out, 1);
    lj_json_map(&json, NULL);
    lj_json_string(&json, "summary", info->summary);
    lj_json_integer(&json, "numbers", core->spec.number_count);
    lj_json_integer(&json, "categories", core->spec.category_count);
    lj_json_integer(&json, "terms", core->spec.term_count);
    lj_json_integer(&json, "tokens", core->spec.token_count);
    lj_json_map(&json, "options");
    lj_declare_write(&json, info->options, info->option_count, core->options);
    lj_json_end_map(&json);
    const lj_learned learned = lj_model_learned(model);
    if (learned.trees != NULL) {
        lj_json_integer(&json, "rounds", lj_trees_rounds(learned.trees));
        lj_json_integer(&json, "leaves", lj_trees_leaves(learned.trees));
    }
    write_layers(&trace, &json);
    lj_json_list(&json, "tensors");
    for (int64_t t = 0; t < lj_weights_count(core->weights); t++) {
        const lj_tensor *tensor = lj_weights_at(core->weights, t);
        lj_json_map(&json, NULL);
        lj_json_string(&json, "name", tensor->name);
        lj_json_list(&json, "shape");
        for (int d = 0; d < tensor->shape.rank; d++)
            lj_json_integer(&json, NULL, tensor->shape.dim[d]);
        lj_json_end_list(&json);
        lj_json_end_map(&json);
    }
    lj_json_end_list(&json);
    lj_json_end_map(&json);
    return lj_text_finish(out);
}
