/*
 * LightGBM's model as text: lines `key=value`, of the whole, then of each tree. Nodes of a tree are its inner ones; a child
 * below 0 is the leaf ~child. Bits of decision_type: 0 a category, 1 missing goes left, 2 and 3 what is missing.
 */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/system.h"
#include "lianjin/limits.h"
#include "trees/import.h"

/* X(code, key) */
#define TREE_KEYS(X)                       \
    X(NUM_LEAVES, "num_leaves")            \
    X(NUM_CAT, "num_cat")                  \
    X(FEATURE, "split_feature")            \
    X(GAIN, "split_gain")                  \
    X(THRESHOLD, "threshold")              \
    X(DECISION, "decision_type")           \
    X(LEFT, "left_child")                  \
    X(RIGHT, "right_child")                \
    X(LEAF_VALUE, "leaf_value")            \
    X(LEAF_COUNT, "leaf_count")            \
    X(INNER_COUNT, "internal_count")       \
    X(CAT_BOUNDARIES, "cat_boundaries")    \
    X(CAT_WORDS, "cat_threshold")          \
    X(IS_LINEAR, "is_linear")

#define HEAD_KEYS(X)                       \
    X(VERSION, "version")                  \
    X(NUM_CLASS, "num_class")              \
    X(GROUPS, "num_tree_per_iteration")    \
    X(MAX_FEATURE, "max_feature_idx")      \
    X(OBJECTIVE, "objective")              \
    X(NAMES, "feature_names")              \
    X(INFOS, "feature_infos")              \
    X(AVERAGE, "average_output")

enum {
#define X(code, key) T_##code,
    TREE_KEYS(X)
#undef X
    T_COUNT
};
enum {
#define X(code, key) H_##code,
    HEAD_KEYS(X)
#undef X
    H_COUNT
};
#define X(code, key) key,
static const char *const tree_keys[] = {TREE_KEYS(X)};
static const char *const head_keys[] = {HEAD_KEYS(X)};
#undef X

enum { IS_CATEGORY = 1, MISSING_LEFT = 2 };
enum { MISSING_NONE, MISSING_ZERO, MISSING_NAN };
enum { WORD_BITS = 32, FIELDS_MAX = 16 };

/* Objectives; the answer of LightGBM's own predict. */
static const struct {
    const char *name;
    lj_tree_link_code link;
    int classes; /* 0: a value, 2, -1: as many as the file says */
} objectives[] = {
    {"binary", LJ_TREE_LINK_SIGMOID, 2},
    {"cross_entropy", LJ_TREE_LINK_SIGMOID, 0},
    {"multiclass", LJ_TREE_LINK_SOFTMAX, -1},
    {"multiclassova", LJ_TREE_LINK_SIGMOID, -1},
    {"regression", LJ_TREE_LINK_IDENTITY, 0},
    {"regression_l1", LJ_TREE_LINK_IDENTITY, 0},
    {"huber", LJ_TREE_LINK_IDENTITY, 0},
    {"fair", LJ_TREE_LINK_IDENTITY, 0},
    {"quantile", LJ_TREE_LINK_IDENTITY, 0},
    {"mape", LJ_TREE_LINK_IDENTITY, 0},
    {"poisson", LJ_TREE_LINK_EXP, 0},
    {"gamma", LJ_TREE_LINK_EXP, 0},
    {"tweedie", LJ_TREE_LINK_EXP, 0},
    {"lambdarank", LJ_TREE_LINK_IDENTITY, 0},
    {"rank_xendcg", LJ_TREE_LINK_IDENTITY, 0},
};

/* The value behind a key, up to the end of its line; text NULL: there is none. */
typedef struct field {
    const char *text;
    int line;
} field;

typedef struct reader {
    lj_importing *in;
    const char *at; /* the next line */
    int line;
    field values[FIELDS_MAX];
    const char *const *keys;
    int key_count;
} reader;

static lj_status bad_line(const reader *r, int line, const char *key, const char *expected)
{
    return lj_fail(LJ_ECORRUPT, "%s:%d: expected %s for '%s'", r->in->name, line, expected, key);
}

static lj_status bad(const reader *r, int key, const char *expected)
{
    return bad_line(r, r->values[key].text != NULL ? r->values[key].line : r->line, r->keys[key], expected);
}

/* ---- lines ---- */

static const char *end_of_line(const char *p)
{
    return p + strcspn(p, "\r\n");
}

static void next_line(reader *r)
{
    r->at = end_of_line(r->at);
    r->at += *r->at == '\r';
    r->at += *r->at == '\n';
    r->line++;
}

static int starts(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* Keys of a block, which ends before the line that begins a tree or ends them all. */
static lj_status read_block(reader *r, const char *const *keys, int count)
{
    memset(r->values, 0, sizeof(r->values));
    r->keys = keys;
    r->key_count = count;
    for (; *r->at != '\0' && !starts(r->at, "Tree=") && !starts(r->at, "end of trees"); next_line(r)) {
        for (int k = 0; k < count; k++) {
            const size_t size = strlen(keys[k]);
            if (!starts(r->at, keys[k]) || (r->at[size] != '=' && strchr("\r\n", r->at[size]) == NULL))
                continue;
            if (r->values[k].text != NULL)
                return bad_line(r, r->line, keys[k], "one line");
            r->values[k] = (field){r->at + size + (r->at[size] == '='), r->line};
        }
    }
    return *r->at != '\0' ? LJ_OK : lj_fail(LJ_ECORRUPT, "%s:%d: expected 'Tree=' or 'end of trees': it is cut short",
                                            r->in->name, r->line);
}

static lj_status need(const reader *r, int key)
{
    return r->values[key].text != NULL ? LJ_OK : bad(r, key, "a line");
}

static lj_status read_whole(const reader *r, int key, int64_t low, int64_t high, int64_t *out)
{
    LJ_TRY(need(r, key));
    char *end = NULL;
    *out = strtoll(r->values[key].text, &end, 10);
    return end != r->values[key].text && end == end_of_line(end) && *out >= low && *out <= high ?
               LJ_OK :
               bad(r, key, "a whole number in its range");
}

/* Numbers between blanks, one after the other. */
static lj_status next_number(const reader *r, int key, const char **at, double *out)
{
    char *end = NULL;
    *at += strspn(*at, " ");
    *out = lj_parse_double(*at, &end);
    if (**at == '\r' || **at == '\n' || end == *at || strchr(" \r\n", *end) == NULL)
        return bad(r, key, "more numbers");
    *at = end;
    return LJ_OK;
}

static lj_status next_whole(const reader *r, int key, const char **at, int64_t low, int64_t high, int64_t *out)
{
    double value = 0.0;
    LJ_TRY(next_number(r, key, at, &value));
    if (!(value >= (double)low && value <= (double)high) || value != floor(value))
        return bad(r, key, "whole numbers in their range");
    *out = (int64_t)value;
    return LJ_OK;
}

static lj_status check_end(const reader *r, int key, const char *at)
{
    at += strspn(at, " ");
    return at == end_of_line(at) ? LJ_OK : bad(r, key, "fewer numbers");
}

/* ---- the whole ---- */

static int is_word(const char *text, size_t size, const char *word)
{
    return strlen(word) == size && memcmp(text, word, size) == 0;
}

/* Words behind the objective: "sigmoid:1", "sqrt". */
static lj_status read_parameters(const reader *r, const char *at)
{
    for (size_t size = 0; *(at += strspn(at, " ")) != '\0' && strchr("\r\n", *at) == NULL; at += size) {
        size = strcspn(at, " \r\n");
        if (starts(at, "sigmoid:")) {
            char *end = NULL;
            r->in->link.scale = lj_parse_double(at + strlen("sigmoid:"), &end);
            if (end != at + size || !(r->in->link.scale > 0.0) || !isfinite(r->in->link.scale))
                return bad(r, H_OBJECTIVE, "a sigmoid above 0");
        } else if (is_word(at, size, "sqrt")) {
            r->in->link.code = LJ_TREE_LINK_SIGNED_SQUARE;
        }
    }
    return LJ_OK;
}

static lj_status read_objective(const reader *r)
{
    lj_tree_import *out = r->in->out;
    if (r->values[H_OBJECTIVE].text == NULL)
        return lj_fail(LJ_EUNSUPPORTED, "%s:%d: the file names no objective: what its answers are is not known",
                       r->in->name, r->line);
    const char *text = r->values[H_OBJECTIVE].text;
    const size_t size = strcspn(text, " \r\n");
    int64_t num_class = 0;
    LJ_TRY(read_whole(r, H_NUM_CLASS, 1, LJ_CLASSES_MAX, &num_class));
    LJ_TRY(read_whole(r, H_GROUPS, 1, LJ_CLASSES_MAX, &r->in->groups));
    out->objective = lj_arena_printf(out->arena, "%.*s", (int)(end_of_line(text) - text), text);
    if (out->objective == NULL)
        return lj_import_no_memory(r->in);
    for (size_t i = 0; i < sizeof(objectives) / sizeof(objectives[0]); i++) {
        if (!is_word(text, size, objectives[i].name))
            continue;
        out->classes = objectives[i].classes < 0 ? num_class : objectives[i].classes;
        if (r->in->groups != (objectives[i].classes < 0 ? num_class : 1) || out->classes == 1)
            return bad(r, H_GROUPS, "one, or of several classes one each");
        r->in->link = (lj_tree_link){.code = objectives[i].link, .scale = 1.0, .is_double = 1};
        return read_parameters(r, text + size);
    }
    return lj_fail(LJ_EUNSUPPORTED, "%s:%d: the objective '%.*s' is not known", r->in->name,
                   r->values[H_OBJECTIVE].line, (int)(size < 60 ? size : 60), text);
}

/* "[low:high]" of a number. */
static void read_info(const char *text, size_t size, lj_tree_column *column)
{
    char *end = NULL;
    if (size == 0 || *text != '[')
        return;
    const double low = lj_parse_double(text + 1, &end);
    if (*end != ':')
        return;
    const char *from = end + 1;
    const double high = lj_parse_double(from, &end);
    if (end != from && *end == ']' && fabs(low) <= LJ_IMPORT_CELL_MAX && fabs(high) <= LJ_IMPORT_CELL_MAX) {
        column->low = low;
        column->high = high;
    }
}

static lj_status read_columns(const reader *r)
{
    lj_tree_import *out = r->in->out;
    int64_t last = 0;
    LJ_TRY(read_whole(r, H_MAX_FEATURE, 0, LJ_COLUMNS_MAX - 1, &last));
    LJ_TRY(need(r, H_NAMES));
    LJ_TRY(lj_import_columns(r->in, last + 1));
    const char *name = r->values[H_NAMES].text, *info = r->values[H_INFOS].text;
    for (int64_t f = 0; f <= last; f++) {
        const size_t size = strcspn(name, " \r\n"), info_size = info != NULL ? strcspn(info, " \r\n") : 0;
        if (size == 0)
            return bad(r, H_NAMES, "a name of each feature, between single blanks");
        out->columns[f].name = lj_arena_printf(out->arena, "%.*s", (int)size, name);
        if (out->columns[f].name == NULL)
            return lj_import_no_memory(r->in);
        if (info != NULL)
            read_info(info, info_size, &out->columns[f]);
        name += size + (name[size] == ' ');
        info = info != NULL && info[info_size] == ' ' ? info + info_size + 1 : NULL;
    }
    return check_end(r, H_NAMES, name);
}

static lj_status read_head(reader *r)
{
    lj_tree_import *out = r->in->out;
    LJ_TRY(read_block(r, head_keys, H_COUNT));
    LJ_TRY(need(r, H_VERSION));
    const char *version = r->values[H_VERSION].text;
    out->library = lj_arena_printf(out->arena, "LightGBM (model version %.*s)",
                                   (int)(end_of_line(version) - version), version);
    if (out->library == NULL)
        return lj_import_no_memory(r->in);
    r->in->listed_left = 1;
    r->in->is_forest = r->values[H_AVERAGE].text != NULL;
    LJ_TRY(read_objective(r));
    return read_columns(r);
}

/* ---- trees ---- */

/* The categories that question `cat` lists: bits of the words boundaries[cat] .. boundaries[cat + 1] - 1. */
static lj_status read_ids(const reader *r, const int64_t *boundaries, const int64_t *words, int64_t cat,
                          lj_import_node *node)
{
    node->ids = r->in->id_count;
    for (int64_t w = boundaries[cat]; w < boundaries[cat + 1]; w++)
        for (int64_t bit = 0; bit < WORD_BITS; bit++) {
            const int64_t id = (w - boundaries[cat]) * WORD_BITS + bit;
            if (((words[w] >> bit) & 1) == 0)
                continue;
            if (id > LJ_IMPORT_ID_MAX)
                return bad(r, T_CAT_WORDS, "categories up to 2^24");
            LJ_TRY(lj_import_add_id(r->in, (int32_t)id));
        }
    node->id_count = r->in->id_count - node->ids;
    return LJ_OK;
}

/* What a question does with zero and missing values. */
static void set_missing(lj_import_node *node, int64_t decision)
{
    const int64_t missing = decision >> 2;
    node->missing_left = (decision & MISSING_LEFT) != 0;
    if (missing == MISSING_ZERO)
        node->zero = LJ_IMPORT_ZERO_IS_MISSING;
    if (missing == MISSING_NONE) {
        node->zero = LJ_IMPORT_MISSING_IS_ZERO;
        node->missing_left = node->value >= 0.0;
    }
}

static lj_status read_questions(const reader *r, int64_t inner, int64_t cats, const int64_t *boundaries,
                                const int64_t *words, lj_import_node *nodes)
{
    const char *at[T_COUNT];
    for (int k = 0; k < T_COUNT; k++)
        at[k] = r->values[k].text;
    for (int64_t i = 0; i < inner; i++) {
        lj_import_node *node = &nodes[i];
        int64_t feature = 0, decision = 0, left = 0, right = 0;
        double gain = 0.0, count = 0.0;
        LJ_TRY(next_whole(r, T_FEATURE, &at[T_FEATURE], 0, r->in->out->column_count - 1, &feature));
        LJ_TRY(next_number(r, T_THRESHOLD, &at[T_THRESHOLD], &node->value));
        LJ_TRY(next_whole(r, T_DECISION, &at[T_DECISION], 0, 11, &decision));
        LJ_TRY(next_whole(r, T_LEFT, &at[T_LEFT], -inner - 1, inner - 1, &left));
        LJ_TRY(next_whole(r, T_RIGHT, &at[T_RIGHT], -inner - 1, inner - 1, &right));
        LJ_TRY(next_number(r, T_GAIN, &at[T_GAIN], &gain));
        LJ_TRY(next_number(r, T_INNER_COUNT, &at[T_INNER_COUNT], &count));
        node->feature = (int32_t)feature;
        node->left = (int32_t)(left >= 0 ? left : inner + ~left);
        node->right = (int32_t)(right >= 0 ? right : inner + ~right);
        node->gain = isfinite((float)gain) ? (float)gain : 0.0F;
        node->weight = isfinite((float)count) ? (float)count : 0.0F;
        node->is_category = (decision & IS_CATEGORY) != 0;
        if (!node->is_category)
            set_missing(node, decision);
        else if (!(node->value >= 0.0 && node->value < (double)cats))
            return bad(r, T_THRESHOLD, "the number of a set of categories");
        else
            LJ_TRY(read_ids(r, boundaries, words, (int64_t)node->value, node));
    }
    const int lists[] = {T_FEATURE, T_THRESHOLD, T_DECISION, T_LEFT, T_RIGHT, T_GAIN, T_INNER_COUNT};
    for (size_t k = 0; inner > 0 && k < sizeof(lists) / sizeof(lists[0]); k++)
        LJ_TRY(check_end(r, lists[k], at[lists[k]]));
    return LJ_OK;
}

static lj_status read_leaves(const reader *r, int64_t leaves, lj_import_node *nodes)
{
    const char *value = r->values[T_LEAF_VALUE].text, *count = r->values[T_LEAF_COUNT].text;
    for (int64_t i = 0; i < leaves; i++) {
        double weight = 0.0;
        nodes[i].feature = -1;
        LJ_TRY(next_number(r, T_LEAF_VALUE, &value, &nodes[i].value));
        if (leaves > 1)
            LJ_TRY(next_number(r, T_LEAF_COUNT, &count, &weight));
        nodes[i].weight = isfinite((float)weight) ? (float)weight : 0.0F;
    }
    return check_end(r, T_LEAF_VALUE, value);
}

/* cat_boundaries [cats + 1] ascending, cat_threshold as many words as the last of them says; to free with lj_free. */
static lj_status read_sets(const reader *r, int64_t cats, int64_t **boundaries, int64_t **words)
{
    LJ_TRY(need(r, T_CAT_BOUNDARIES));
    LJ_TRY(need(r, T_CAT_WORDS));
    const char *text = r->values[T_CAT_WORDS].text, *at = r->values[T_CAT_BOUNDARIES].text;
    const int64_t most = end_of_line(text) - text; /* each takes a byte at least */
    if (cats > end_of_line(at) - at)
        return bad(r, T_CAT_BOUNDARIES, "more numbers");
    *boundaries = lj_new_array(cats + 1, sizeof(**boundaries));
    *words = lj_new_array(most, sizeof(**words));
    if (*boundaries == NULL || *words == NULL)
        return lj_import_no_memory(r->in);
    for (int64_t k = 0; k <= cats; k++)
        LJ_TRY(next_whole(r, T_CAT_BOUNDARIES, &at, k > 0 ? (*boundaries)[k - 1] : 0, most, &(*boundaries)[k]));
    for (int64_t w = 0; w < (*boundaries)[cats]; w++)
        LJ_TRY(next_whole(r, T_CAT_WORDS, &text, 0, UINT32_MAX, &(*words)[w]));
    return check_end(r, T_CAT_WORDS, text);
}

static lj_status read_tree(reader *r)
{
    int64_t leaves = 0, cats = 0, is_linear = 0, *boundaries = NULL, *words = NULL;
    lj_import_node *nodes = NULL;
    const int32_t group = (int32_t)(r->in->tree_count % r->in->groups);
    next_line(r);
    LJ_TRY(read_block(r, tree_keys, T_COUNT));
    LJ_TRY(read_whole(r, T_NUM_LEAVES, 1, LJ_TREE_NODES_MAX / 2, &leaves));
    LJ_TRY(read_whole(r, T_NUM_CAT, 0, leaves, &cats));
    if (r->values[T_IS_LINEAR].text != NULL)
        LJ_TRY(read_whole(r, T_IS_LINEAR, 0, 1, &is_linear));
    if (is_linear)
        return lj_fail(LJ_EUNSUPPORTED, "%s:%d: linear leaves (linear_tree) are not read", r->in->name,
                       r->values[T_IS_LINEAR].line);
    LJ_TRY(need(r, T_LEAF_VALUE));
    for (int k = T_FEATURE; leaves > 1 && k <= T_INNER_COUNT; k++)
        LJ_TRY(need(r, k));
    LJ_TRY(lj_import_add_tree(r->in, 2 * leaves - 1, group, &nodes));
    lj_status status = cats > 0 ? read_sets(r, cats, &boundaries, &words) : LJ_OK;
    if (status == LJ_OK)
        status = read_questions(r, leaves - 1, cats, boundaries, words, nodes);
    if (status == LJ_OK)
        status = read_leaves(r, leaves, nodes + leaves - 1);
    lj_free(boundaries);
    lj_free(words);
    return status;
}

/* ---- the categories of a pandas data frame, which the file's last line lists ---- */

/* "[categorical_feature: 5,6]": flags of the columns, which `is_category` [columns] gets; answers how many. */
static int64_t find_categories(const reader *r, const char *text, uint8_t *is_category)
{
    static const char key[] = "\n[categorical_feature: ";
    const char *at = strstr(text, key);
    int64_t count = 0;
    for (at = at != NULL ? at + sizeof(key) - 1 : ""; *at >= '0' && *at <= '9'; at += *at == ',') {
        char *end = NULL;
        const long long column = strtoll(at, &end, 10);
        if (column >= r->in->out->column_count)
            return -1;
        count += !is_category[column];
        is_category[column] = 1;
        at = end;
    }
    return count;
}

/* One column's list: all texts, all numbers, or true and false, which tables write as words. */
static lj_status read_category_list(const reader *r, int64_t column, const lj_item *list)
{
    static const char *const truth[] = {"False", "True"};
    const int is_number = list->kind == LJ_LIST && list->count > 0 && list->items[0]->kind == LJ_NUMBER;
    const int64_t count = list->kind == LJ_LIST ? list->count : 0;
    const char **words = lj_new_array(count, sizeof(*words));
    double *values = lj_new_array(count, sizeof(*values));
    lj_status status = words == NULL || values == NULL ? lj_import_no_memory(r->in) : LJ_OK;
    for (int64_t k = 0; status == LJ_OK && k < count; k++) {
        const lj_item *item = list->items[k];
        words[k] = item->kind == LJ_BOOL ? truth[item->number != 0.0] : item->text;
        values[k] = item->number;
        if ((item->kind == LJ_NUMBER) != is_number || (!is_number && item->kind != LJ_STRING && item->kind != LJ_BOOL))
            status = lj_fail(LJ_ECORRUPT, "%s: pandas_categorical: expected texts or numbers of column '%s'",
                             r->in->name, r->in->out->columns[column].name);
    }
    if (status == LJ_OK && count > 0)
        status = is_number ? lj_import_values(r->in, column, values, count) :
                             lj_import_words(r->in, column, words, count);
    lj_free(words);
    lj_free(values);
    return status;
}

static lj_status read_category_lists(const reader *r, const char *text, const lj_item *lists)
{
    const int64_t columns = r->in->out->column_count;
    uint8_t *is_category = lj_new_array(columns, sizeof(*is_category));
    if (is_category == NULL)
        return lj_import_no_memory(r->in);
    lj_status status = LJ_OK;
    if (lists->count > 0 && find_categories(r, text, is_category) != lists->count)
        status = lj_fail(LJ_EUNSUPPORTED,
                         "%s: pandas_categorical has %" PRId64 " lists, and categorical_feature names another number "
                         "of columns: which list is whose is not known", r->in->name, lists->count);
    for (int64_t c = 0, k = 0; status == LJ_OK && lists->count > 0 && c < columns; c++)
        if (is_category[c])
            status = read_category_list(r, c, lists->items[k++]);
    lj_free(is_category);
    return status;
}

static lj_status read_pandas(const reader *r)
{
    static const char key[] = "\npandas_categorical:";
    const char *at = strstr(r->at, key);
    lj_doc *doc = NULL;
    if (at == NULL)
        return LJ_OK;
    at += sizeof(key) - 1;
    lj_status status = lj_json_parse("pandas_categorical", at, (size_t)(end_of_line(at) - at), &doc);
    if (status != LJ_OK)
        return lj_fail_context(status, "%s", r->in->name);
    if (lj_doc_root(doc)->kind == LJ_LIST)
        status = read_category_lists(r, r->at, lj_doc_root(doc));
    lj_doc_destroy(doc);
    return status;
}

lj_status lj_import_lightgbm(lj_importing *in, const char *text)
{
    reader r = {.in = in, .at = text, .line = 1};
    LJ_TRY(read_head(&r));
    while (starts(r.at, "Tree="))
        LJ_TRY(read_tree(&r));
    return read_pandas(&r);
}
