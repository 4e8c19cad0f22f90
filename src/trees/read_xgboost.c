/*
 * XGBoost's model as JSON (its doc/model.schema), gbtree and dart. A row goes left where x < threshold in float32, so ours
 * is the float32 below; a listed category goes right.
 */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/system.h"
#include "lianjin/limits.h"
#include "lianjin/math.h"
#include "trees/import.h"

/* How a base score, which is in the unit of the answer, becomes a raw one. */
typedef enum score_unit { AS_IT_IS, BY_LOGIT, BY_LOG } score_unit;

/* Objectives; rank:ndcg and the like come by their beginning. */
static const struct {
    const char *name;
    lj_tree_link_code link;
    score_unit unit;
    int classes; /* 0: a value, 2, -1: as many as the file says */
} objectives[] = {
    {"binary:logistic", LJ_TREE_LINK_SIGMOID, BY_LOGIT, 2},
    {"binary:logitraw", LJ_TREE_LINK_IDENTITY, AS_IT_IS, 0},
    {"reg:logistic", LJ_TREE_LINK_SIGMOID, BY_LOGIT, 0},
    {"reg:squarederror", LJ_TREE_LINK_IDENTITY, AS_IT_IS, 0},
    {"reg:linear", LJ_TREE_LINK_IDENTITY, AS_IT_IS, 0},
    {"reg:squaredlogerror", LJ_TREE_LINK_IDENTITY, AS_IT_IS, 0},
    {"reg:pseudohubererror", LJ_TREE_LINK_IDENTITY, AS_IT_IS, 0},
    {"reg:absoluteerror", LJ_TREE_LINK_IDENTITY, AS_IT_IS, 0},
    {"reg:quantileerror", LJ_TREE_LINK_IDENTITY, AS_IT_IS, 0},
    {"reg:gamma", LJ_TREE_LINK_EXP, BY_LOG, 0},
    {"reg:tweedie", LJ_TREE_LINK_EXP, BY_LOG, 0},
    {"count:poisson", LJ_TREE_LINK_EXP, BY_LOG, 0},
    {"multi:softprob", LJ_TREE_LINK_SOFTMAX, AS_IT_IS, -1},
    {"multi:softmax", LJ_TREE_LINK_SOFTMAX, AS_IT_IS, -1},
    {"rank:", LJ_TREE_LINK_IDENTITY, AS_IT_IS, 0},
};

typedef struct reader {
    lj_importing *in;
    const lj_doc *doc;
    const lj_item *learner, *model, *weights; /* weights: of dart's trees, else NULL */
    score_unit unit;
} reader;

static lj_status bad(const reader *r, const lj_item *item, const char *expected)
{
    return lj_fail(LJ_ECORRUPT, "%s:%d:%d: expected %s", lj_doc_name(r->doc), item->line, item->column, expected);
}

/* ---- numbers as XGBoost writes them: some in quotes ---- */

static lj_status need_count(const reader *r, const lj_item *map, const char *key, int64_t high, int64_t *out)
{
    const char *text = NULL;
    char *end = NULL;
    LJ_TRY(lj_item_need_string(r->doc, map, key, &text));
    const long long value = strtoll(text, &end, 10);
    if (end == text || *end != '\0' || value < 0 || value > high)
        return lj_fail(LJ_ECORRUPT, "%s:%d:%d: expected a whole number from 0 to %" PRId64 " for '%s', found '%.40s'",
                       lj_doc_name(r->doc), map->line, map->column, high, key, text);
    *out = value;
    return LJ_OK;
}

static lj_status need_float(const reader *r, const lj_item *item, float *out)
{
    *out = item->kind == LJ_NUMBER ? (float)item->number : NAN;
    return isfinite(*out) ? LJ_OK : bad(r, item, "a number of float32");
}

static lj_status need_whole(const reader *r, const lj_item *item, int64_t low, int64_t high, int32_t *out)
{
    if (item->kind != LJ_NUMBER || !item->is_integer || item->number < (double)low || item->number > (double)high)
        return lj_fail(LJ_ECORRUPT, "%s:%d:%d: expected a whole number from %" PRId64 " to %" PRId64,
                       lj_doc_name(r->doc), item->line, item->column, low, high);
    *out = (int32_t)item->number;
    return LJ_OK;
}

/* A list of `count` entries; *out stays NULL where it may be left out. */
static lj_status find_list(const reader *r, const lj_item *map, const char *key, int64_t count, int is_needed,
                           const lj_item **out)
{
    *out = NULL;
    if (!is_needed && lj_item_get(map, key) == NULL)
        return LJ_OK;
    LJ_TRY(lj_item_need(r->doc, map, key, LJ_LIST, out));
    return (*out)->count == count ?
               LJ_OK :
               lj_fail(LJ_ECORRUPT, "%s:%d:%d: expected %" PRId64 " entries in '%s', found %" PRId64,
                       lj_doc_name(r->doc), (*out)->line, (*out)->column, count, key, (*out)->count);
}

/* ---- what the whole is ---- */

static lj_status read_objective(reader *r, int64_t num_class)
{
    const lj_item *map = NULL;
    const char *name = NULL;
    lj_tree_import *out = r->in->out;
    LJ_TRY(lj_item_need(r->doc, r->learner, "objective", LJ_MAP, &map));
    LJ_TRY(lj_item_need_string(r->doc, map, "name", &name));
    out->objective = lj_arena_strdup(out->arena, name);
    if (out->objective == NULL)
        return lj_import_no_memory(r->in);
    for (size_t i = 0; i < sizeof(objectives) / sizeof(objectives[0]); i++) {
        const char *known = objectives[i].name;
        const size_t size = strlen(known);
        if (known[size - 1] == ':' ? strncmp(name, known, size) != 0 : strcmp(name, known) != 0)
            continue;
        r->in->link = (lj_tree_link){.code = objectives[i].link, .scale = 1.0};
        r->unit = objectives[i].unit;
        out->classes = objectives[i].classes < 0 ? num_class : objectives[i].classes;
        r->in->groups = objectives[i].classes < 0 ? num_class : 1;
        if (objectives[i].classes < 0 && num_class < 2)
            return bad(r, map, "at least two classes");
        return LJ_OK;
    }
    return lj_fail(LJ_EUNSUPPORTED, "%s:%d:%d: the objective '%.60s' is not known", lj_doc_name(r->doc), map->line,
                   map->column, name);
}

/* Its logit and logarithm as XGBoost has them, in float32 but for the logarithm itself, which is rounded correctly. */
static float raw_of(score_unit unit, float score)
{
    if (unit == BY_LOGIT)
        return -(float)lj_log_d((double)(1.0F / score - 1.0F));
    return unit == BY_LOG ? (float)lj_log_d((double)score) : score;
}

/* "5E-1", or since 3.1 "[5E-1]", or a score of each group. */
static lj_status read_base(reader *r, const lj_item *param)
{
    const char *text = NULL, *what = "a base score, or one of each class";
    int64_t count = 0;
    LJ_TRY(lj_item_need_string(r->doc, param, "base_score", &text));
    const int is_list = *text == '[';
    const char *at = text + is_list;
    for (;; at++) {
        char *end = NULL;
        const float score = (float)lj_parse_double(at, &end), raw = raw_of(r->unit, score);
        if (end == at || !isfinite(raw) || count == r->in->groups)
            return bad(r, param, what);
        r->in->base[count++] = raw;
        at = end;
        if (*at != ',')
            break;
    }
    if (strcmp(at, is_list ? "]" : "") != 0)
        return bad(r, param, what);
    if (count != 1 && count != r->in->groups)
        return bad(r, param, what);
    for (int64_t c = 1; count == 1 && c < r->in->groups; c++)
        r->in->base[c] = r->in->base[0];
    return LJ_OK;
}

static lj_status read_version(const reader *r, const lj_item *root)
{
    const lj_item *version = lj_item_get(root, "version");
    lj_tree_import *out = r->in->out;
    if (version != NULL && version->kind == LJ_LIST && version->count == 3 && version->items[0]->kind == LJ_NUMBER)
        out->library = lj_arena_printf(out->arena, "XGBoost %.0f.%.0f.%.0f", version->items[0]->number,
                                       version->items[1]->number, version->items[2]->number);
    else
        out->library = "XGBoost";
    return out->library != NULL ? LJ_OK : lj_import_no_memory(r->in);
}

static lj_status find_model(reader *r)
{
    const lj_item *booster = NULL;
    const char *name = NULL;
    LJ_TRY(lj_item_need(r->doc, r->learner, "gradient_booster", LJ_MAP, &booster));
    LJ_TRY(lj_item_need_string(r->doc, booster, "name", &name));
    if (strcmp(name, "dart") == 0) {
        LJ_TRY(lj_item_need(r->doc, booster, "weight_drop", LJ_LIST, &r->weights));
        LJ_TRY(lj_item_need(r->doc, booster, "gbtree", LJ_MAP, &booster));
    } else if (strcmp(name, "gbtree") != 0) {
        return lj_fail(LJ_EUNSUPPORTED, "%s:%d:%d: expected the booster gbtree or dart, found '%.40s'",
                       lj_doc_name(r->doc), booster->line, booster->column, name);
    }
    return lj_item_need(r->doc, booster, "model", LJ_MAP, &r->model);
}

/* ---- columns ---- */

static lj_status read_names(const reader *r)
{
    lj_tree_import *out = r->in->out;
    const lj_item *names = lj_item_get(r->learner, "feature_names");
    const int is_named = names != NULL && names->kind == LJ_LIST && names->count > 0;
    if (is_named && names->count != out->column_count)
        return bad(r, names, "a name of each feature");
    for (int64_t f = 0; f < out->column_count; f++) {
        if (is_named && names->items[f]->kind != LJ_STRING)
            return bad(r, names->items[f], "the name of a feature");
        out->columns[f].name = is_named ? lj_arena_strdup(out->arena, names->items[f]->text) :
                                          lj_arena_printf(out->arena, "f%" PRId64, f);
        if (out->columns[f].name == NULL)
            return lj_import_no_memory(r->in);
    }
    return LJ_OK;
}

/* Texts are kept as bytes: those of word k are offsets[k] .. offsets[k + 1] - 1. */
static lj_status read_words(const reader *r, int64_t column, const lj_item *offsets, const lj_item *bytes)
{
    const int64_t count = offsets->count - 1;
    int32_t begin = 0, end = 0;
    lj_status status = LJ_OK;
    const char **words = lj_new_array(count, sizeof(*words));
    char *text = lj_new_array(bytes->count + count, 1);
    if (words == NULL || text == NULL)
        status = lj_import_no_memory(r->in);
    for (int64_t k = 0, at = 0; status == LJ_OK && k < count; k++) {
        words[k] = text + at;
        status = need_whole(r, offsets->items[k + 1], begin, bytes->count, &end);
        for (; status == LJ_OK && begin < end; begin++) {
            int32_t byte = 0;
            status = need_whole(r, bytes->items[begin], -128, 255, &byte);
            text[at++] = (char)byte;
        }
        at++;
    }
    if (status == LJ_OK)
        status = lj_import_words(r->in, column, words, count);
    lj_free(words);
    lj_free(text);
    return status;
}

static lj_status read_values(const reader *r, int64_t column, const lj_item *list)
{
    double *values = lj_new_array(list->count, sizeof(*values));
    lj_status status = values == NULL ? lj_import_no_memory(r->in) : LJ_OK;
    for (int64_t k = 0; status == LJ_OK && k < list->count; k++) {
        values[k] = list->items[k]->number;
        if (list->items[k]->kind != LJ_NUMBER)
            status = bad(r, list->items[k], "a number");
    }
    if (status == LJ_OK)
        status = lj_import_values(r->in, column, values, list->count);
    lj_free(values);
    return status;
}

/* Since 3.1 a model knows the categories of a data frame. */
static lj_status read_categories(const reader *r)
{
    const lj_item *map = lj_item_get(r->model, "cats"), *list = NULL;
    if (lj_item_get(map, "enc") == NULL)
        return LJ_OK;
    LJ_TRY(lj_item_need(r->doc, map, "enc", LJ_LIST, &list));
    if (list->count > r->in->out->column_count)
        return bad(r, list, "the categories of each feature");
    for (int64_t f = 0; f < list->count; f++) {
        const lj_item *offsets = lj_item_get(list->items[f], "offsets"), *values = NULL;
        LJ_TRY(lj_item_need(r->doc, list->items[f], "values", LJ_LIST, &values));
        if (offsets != NULL && offsets->kind != LJ_LIST)
            return bad(r, offsets, "a list");
        if (offsets != NULL && offsets->count > 1)
            LJ_TRY(read_words(r, f, offsets, values));
        else if (offsets == NULL && values->count > 0)
            LJ_TRY(read_values(r, f, values));
    }
    return LJ_OK;
}

/* ---- trees ---- */

typedef struct lists {
    const lj_item *left, *right, *feature, *value, *missing_left, *type, *weight, *gain;
} lists;

static lj_status read_node(const reader *r, const lists *l, int64_t i, float weight, lj_import_node *node)
{
    float value = 0.0F;
    LJ_TRY(need_whole(r, l->left->items[i], -1, INT32_MAX, &node->left));
    LJ_TRY(need_whole(r, l->right->items[i], -1, INT32_MAX, &node->right));
    LJ_TRY(need_float(r, l->value->items[i], &value));
    LJ_TRY(need_float(r, l->weight->items[i], &node->weight));
    LJ_TRY(need_float(r, l->gain->items[i], &node->gain));
    node->feature = -1;
    node->value = (double)(value * weight);
    if (node->left < 0)
        return LJ_OK;
    int32_t type = 0;
    LJ_TRY(need_whole(r, l->feature->items[i], 0, r->in->out->column_count - 1, &node->feature));
    if (l->type != NULL)
        LJ_TRY(need_whole(r, l->type->items[i], 0, 1, &type));
    const lj_item *missing = l->missing_left->items[i];
    if (missing->kind != LJ_BOOL && missing->kind != LJ_NUMBER)
        return bad(r, missing, "0 or 1");
    node->missing_left = missing->number != 0.0;
    node->is_category = type;
    node->value = (double)nextafterf(value, -INFINITY);
    return LJ_OK;
}

/* The categories that each node lists. */
static lj_status read_ids(const reader *r, const lj_item *tree, lj_import_node *nodes, int64_t n)
{
    const lj_item *of_node = lj_item_get(tree, "categories_nodes"), *begins = NULL, *sizes = NULL, *ids = NULL;
    if (of_node == NULL)
        return LJ_OK;
    LJ_TRY(lj_item_need(r->doc, tree, "categories_nodes", LJ_LIST, &of_node));
    LJ_TRY(find_list(r, tree, "categories_segments", of_node->count, 1, &begins));
    LJ_TRY(find_list(r, tree, "categories_sizes", of_node->count, 1, &sizes));
    LJ_TRY(lj_item_need(r->doc, tree, "categories", LJ_LIST, &ids));
    for (int64_t k = 0; k < of_node->count; k++) {
        int32_t node = 0, begin = 0, size = 0, last = -1;
        LJ_TRY(need_whole(r, of_node->items[k], 0, n - 1, &node));
        LJ_TRY(need_whole(r, begins->items[k], 0, ids->count, &begin));
        LJ_TRY(need_whole(r, sizes->items[k], 0, ids->count - begin, &size));
        if (nodes[node].id_count > 0)
            return bad(r, of_node->items[k], "each node once");
        nodes[node].ids = r->in->id_count;
        nodes[node].id_count = size;
        for (int32_t i = begin; i < begin + size; i++) {
            LJ_TRY(need_whole(r, ids->items[i], last + 1, LJ_IMPORT_ID_MAX, &last));
            LJ_TRY(lj_import_add_id(r->in, last));
        }
    }
    return LJ_OK;
}

static lj_status read_tree(const reader *r, const lj_item *tree, int32_t group, float weight)
{
    const lj_item *param = NULL;
    lists l = {0};
    lj_import_node *nodes = NULL;
    int64_t n = 0, width = 0;
    LJ_TRY(lj_item_need(r->doc, tree, "tree_param", LJ_MAP, &param));
    LJ_TRY(need_count(r, param, "num_nodes", INT32_MAX, &n));
    LJ_TRY(need_count(r, param, "size_leaf_vector", INT32_MAX, &width));
    if (width > 1)
        return lj_fail(LJ_EUNSUPPORTED, "%s:%d:%d: leaves of several values (multi_output_tree) are not read",
                       lj_doc_name(r->doc), param->line, param->column);
    if (n < 1)
        return bad(r, param, "a tree of at least one node");
    LJ_TRY(find_list(r, tree, "left_children", n, 1, &l.left));
    LJ_TRY(find_list(r, tree, "right_children", n, 1, &l.right));
    LJ_TRY(find_list(r, tree, "split_indices", n, 1, &l.feature));
    LJ_TRY(find_list(r, tree, "split_conditions", n, 1, &l.value));
    LJ_TRY(find_list(r, tree, "default_left", n, 1, &l.missing_left));
    LJ_TRY(find_list(r, tree, "split_type", n, 0, &l.type));
    LJ_TRY(find_list(r, tree, "sum_hessian", n, 1, &l.weight));
    LJ_TRY(find_list(r, tree, "loss_changes", n, 1, &l.gain));
    LJ_TRY(lj_import_add_tree(r->in, n, group, &nodes));
    for (int64_t i = 0; i < n; i++)
        LJ_TRY(read_node(r, &l, i, weight, &nodes[i]));
    return read_ids(r, tree, nodes, n);
}

static lj_status read_trees(const reader *r)
{
    const lj_item *trees = NULL, *groups = NULL;
    LJ_TRY(lj_item_need(r->doc, r->model, "trees", LJ_LIST, &trees));
    LJ_TRY(find_list(r, r->model, "tree_info", trees->count, 1, &groups));
    if (r->weights != NULL && r->weights->count != trees->count)
        return bad(r, r->weights, "a weight of each tree");
    for (int64_t t = 0; t < trees->count; t++) {
        int32_t group = 0;
        float weight = 1.0F;
        LJ_TRY(need_whole(r, groups->items[t], 0, r->in->groups - 1, &group));
        if (r->weights != NULL)
            LJ_TRY(need_float(r, r->weights->items[t], &weight));
        LJ_TRY(read_tree(r, trees->items[t], group, weight));
    }
    return LJ_OK;
}

/* "best_iteration", from 0, of early stopping. */
static lj_status read_best(const reader *r)
{
    const lj_item *attributes = lj_item_get(r->learner, "attributes"), *param = NULL;
    int64_t best = 0, parallel = 1, *rounds = &r->in->out->best_rounds;
    if (lj_item_get(attributes, "best_iteration") == NULL)
        return LJ_OK;
    LJ_TRY(need_count(r, attributes, "best_iteration", INT32_MAX, &best));
    LJ_TRY(lj_item_need(r->doc, r->model, "gbtree_model_param", LJ_MAP, &param));
    LJ_TRY(need_count(r, param, "num_parallel_tree", INT32_MAX, &parallel));
    if (parallel > 0 && best + 1 < r->in->tree_count / (r->in->groups * parallel))
        *rounds = best + 1;
    return LJ_OK;
}

lj_status lj_import_xgboost(lj_importing *in, const lj_doc *doc)
{
    reader r = {.in = in, .doc = doc};
    const lj_item *root = lj_doc_root(doc), *param = NULL;
    int64_t features = 0, num_class = 0, targets = 1;
    LJ_TRY(lj_item_need(doc, root, "learner", LJ_MAP, &r.learner));
    LJ_TRY(lj_item_need(doc, r.learner, "learner_model_param", LJ_MAP, &param));
    LJ_TRY(need_count(&r, param, "num_feature", LJ_COLUMNS_MAX, &features));
    LJ_TRY(need_count(&r, param, "num_class", LJ_CLASSES_MAX, &num_class));
    if (lj_item_get(param, "num_target") != NULL)
        LJ_TRY(need_count(&r, param, "num_target", INT32_MAX, &targets));
    LJ_TRY(read_version(&r, root));
    LJ_TRY(read_objective(&r, num_class));
    if (targets > 1 || (in->groups == 1 && num_class > 1))
        return lj_fail(LJ_EUNSUPPORTED, "%s:%d:%d: several targets at once are not read", lj_doc_name(doc), param->line,
                       param->column);
    LJ_TRY(find_model(&r));
    LJ_TRY(lj_import_columns(in, features));
    LJ_TRY(read_names(&r));
    LJ_TRY(read_categories(&r));
    LJ_TRY(read_base(&r, param));
    LJ_TRY(read_trees(&r));
    return read_best(&r);
}
