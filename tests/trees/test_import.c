/* Model files of other libraries that are damaged, hostile or of a kind that is not read: each refusal names its place. */
#include "lianjin/file.h"
#include "lianjin/limits.h"
#include "lianjin/tree_import.h"
#include "trees/trees_test.h"

#define MODELS LJ_SOURCE_DIR "/tests/golden/import/"
#define JSON "xgb-logistic.json"
#define UBJ "xgb-logistic-b.ubj"
#define TEXT "lgb-binary.txt"

typedef struct damage {
    const char *from, *to; /* the first `from` in the file becomes `to` */
    lj_status status;
    const char *says;
} damage;

static const damage of_xgboost[] = {
    {"\"left_children\":[1,", "\"left_children\":[99,", LJ_ECORRUPT, "tree 0, node 0: a child that there is not"},
    {"\"left_children\":[1,", "\"left_children\":[0,", LJ_ECORRUPT, "node 0: a child that another node has, too"},
    {"\"left_children\":[1,3,", "\"left_children\":[1,2,", LJ_ECORRUPT, "node 1: a child that another node has, too"},
    {"\"left_children\":[1,", "\"left_children\":[-2,", LJ_ECORRUPT, "model:1:"},
    {"\"left_children\":[1,", "\"left_children\":[1.5,", LJ_ECORRUPT, "expected a whole number from -1 to"},
    {"\"left_children\":[1,", "\"left_children\":[", LJ_ECORRUPT, "expected 29 entries in 'left_children', found 28"},
    {"\"num_nodes\":\"29\"", "\"num_nodes\":\"999999999999\"", LJ_ECORRUPT, "whole number from 0 to 2147483647"},
    {"\"num_nodes\":\"29\"", "\"num_nodes\":\"2000000000\"", LJ_ECORRUPT, "expected 2000000000 entries"},
    {"\"num_nodes\":\"29\"", "\"num_nodes\":\"-1\"", LJ_ECORRUPT, "for 'num_nodes', found '-1'"},
    {"\"split_indices\":[0,", "\"split_indices\":[6,", LJ_ECORRUPT, "expected a whole number from 0 to 5"},
    {"\"split_conditions\":[6.3302755E6,", "\"split_conditions\":[1e60,", LJ_ECORRUPT, "expected a number of float32"},
    {"\"split_type\":[0", "\"split_type\":[1", LJ_EUNSUPPORTED, "column 'a' is a category and is asked"},
    {"\"categories\":[2,3,", "\"categories\":[2,2,", LJ_ECORRUPT, "expected a whole number from 3 to"},
    {"\"categories\":[2,", "\"categories\":[99999999,", LJ_ECORRUPT, "expected a whole number from 0 to 16777216"},
    {"\"categories_nodes\":[4,", "\"categories_nodes\":[29,", LJ_ECORRUPT, "expected a whole number from 0 to 28"},
    {"\"categories_nodes\":[4,11,", "\"categories_nodes\":[4,4,", LJ_ECORRUPT, "expected each node once"},
    {"\"categories_segments\":[0,7,", "\"categories_segments\":[0,10,", LJ_ECORRUPT, "whole number from 0 to 9"},
    {"\"categories_sizes\":[7,", "\"categories_sizes\":[10,", LJ_ECORRUPT, "expected a whole number from 0 to 9"},
    {"\"base_score\":\"[4.7875E-1]\"", "\"base_score\":\"[1]\"", LJ_ECORRUPT, "expected a base score"},
    {"\"base_score\":\"[4.7875E-1]\"", "\"base_score\":\"[0.4,0.4]\"", LJ_ECORRUPT, "expected a base score"},
    {"\"base_score\":\"[4.7875E-1]\"", "\"base_score\":\"0.4x\"", LJ_ECORRUPT, "expected a base score"},
    {"\"tree_info\":[0,", "\"tree_info\":[1,", LJ_ECORRUPT, "expected a whole number from 0 to 0"},
    {"\"tree_info\":[0,", "\"tree_info\":[", LJ_ECORRUPT, "expected 4 entries in 'tree_info', found 3"},
    {"\"size_leaf_vector\":\"1\"", "\"size_leaf_vector\":\"3\"", LJ_EUNSUPPORTED, "leaves of several values"},
    {"\"num_target\":\"1\"", "\"num_target\":\"2\"", LJ_EUNSUPPORTED, "several targets at once"},
    {"\"num_class\":\"0\"", "\"num_class\":\"4097\"", LJ_ECORRUPT, "from 0 to 4096 for 'num_class'"},
    {"\"num_feature\":\"6\",\"num_t", "\"num_feature\":\"7\",\"num_t", LJ_ECORRUPT, "expected a name of each feature"},
    {"\"binary:logistic\"", "\"binary:hinge\"", LJ_EUNSUPPORTED, "the objective 'binary:hinge' is not known"},
    {"\"name\":\"gbtree\"", "\"name\":\"gblinear\"", LJ_EUNSUPPORTED, "expected the booster gbtree or dart"},
    {"\"learner\":", "\"teacher\":", LJ_ECORRUPT, "'learner'"},
};

static const damage of_lightgbm[] = {
    {"left_child=2 ", "left_child=99 ", LJ_ECORRUPT, "expected whole numbers in their range for 'left_child'"},
    {"left_child=2 ", "left_child=0 ", LJ_ECORRUPT, "model: tree 0, node 0: a child that another node has, too"},
    {"left_child=2 ", "left_child=1 ", LJ_ECORRUPT, "tree 0, node 0: a child that another node has, too"},
    {"left_child=2 ", "left_child=", LJ_ECORRUPT, "model:19: expected more numbers for 'left_child'"},
    {"left_child=2 ", "left_child=2 3 ", LJ_ECORRUPT, "expected fewer numbers for 'left_child'"},
    {"left_child=2 ", "left_children=2 ", LJ_ECORRUPT, "expected a line for 'left_child'"},
    {"num_leaves=12", "num_leaves=0", LJ_ECORRUPT, "model:13: expected a whole number in its range for 'num_leaves'"},
    {"num_leaves=12", "num_leaves=400000", LJ_ECORRUPT, "expected more numbers"},
    {"num_leaves=12", "num_leaves=99999999999999999999", LJ_ECORRUPT, "expected a whole number in its range"},
    {"num_leaves=12", "num_leaves=12\nnum_leaves=12", LJ_ECORRUPT, "model:14: expected one line for 'num_leaves'"},
    {"num_cat=1", "num_cat=9999", LJ_ECORRUPT, "expected a whole number in its range for 'num_cat'"},
    {"num_cat=1", "num_cat=0", LJ_ECORRUPT, "expected the number of a set of categories for 'threshold'"},
    {"cat_boundaries=0 1", "cat_boundaries=0 9999999", LJ_ECORRUPT, "expected whole numbers in their range"},
    {"cat_boundaries=0 1", "cat_boundaries=1 0", LJ_ECORRUPT, "expected whole numbers in their range"},
    {"cat_threshold=", "cat_threshold=-", LJ_ECORRUPT, "expected whole numbers in their range for 'cat_threshold'"},
    {"split_feature=0 ", "split_feature=7 ", LJ_ECORRUPT, "for 'split_feature'"},
    {"decision_type=10 ", "decision_type=14 ", LJ_ECORRUPT, "for 'decision_type'"},
    {"decision_type=10 8 8 10", "decision_type=10 8 8 6", LJ_EUNSUPPORTED,
     "column 'a': 0 is a missing value for some trees, not for others"},
    {"decision_type=10 8 ", "decision_type=10 9 ", LJ_ECORRUPT, "the number of a set of categories"},
    {"threshold=6323490", "threshold=x6323490", LJ_ECORRUPT, "expected more numbers for 'threshold'"},
    {"threshold=6323490", "threshold=nan 6323490", LJ_ECORRUPT, "for 'threshold'"},
    {"leaf_value=-0.36930846904482412", "leaf_value=nan", LJ_ECORRUPT, "tree 0, node 11: expected a finite leaf"},
    {"leaf_value=-0.36930846904482412", "leaf_value=1e300", LJ_ECORRUPT, "tree 0, node 11: expected a finite leaf"},
    {"is_linear=0", "is_linear=1", LJ_EUNSUPPORTED, "linear leaves (linear_tree) are not read"},
    {"objective=binary", "objective=custom", LJ_EUNSUPPORTED, "model:7: the objective 'custom' is not known"},
    {"objective=binary", "purpose=binary", LJ_EUNSUPPORTED, "the file names no objective"},
    {"sigmoid:0.7", "sigmoid:-1", LJ_ECORRUPT, "expected a sigmoid above 0"},
    {"num_tree_per_iteration=1", "num_tree_per_iteration=2", LJ_ECORRUPT, "for 'num_tree_per_iteration'"},
    {"max_feature_idx=6", "max_feature_idx=9999999", LJ_ECORRUPT, "for 'max_feature_idx'"},
    {"max_feature_idx=6", "max_feature_idx=7", LJ_ECORRUPT, "expected a name of each feature"},
    {"feature_names=a b", "feature_names=a b b", LJ_ECORRUPT, "expected fewer numbers for 'feature_names'"},
    {"[false, true]]", "[false]]]", LJ_ECORRUPT, "model: pandas_categorical:1:"},
    {", [false, true]]", "]", LJ_EUNSUPPORTED, "which list is whose is not known"},
    {"[\"red\", \"green\"", "[\"red\", \"red\"", LJ_ECORRUPT, "column 4 has a category twice"},
    {"[\"red\", \"green\"", "[\"red\", 3", LJ_ECORRUPT, "expected texts or numbers of column 'color'"},
    {"tree\n", "true\n", LJ_EUNSUPPORTED, "expected a model of XGBoost"},
};

static char *read_model(const char *name, size_t *size)
{
    char path[512], *bytes = NULL;
    (void)snprintf(path, sizeof(path), MODELS "%s", name);
    MUST(lj_file_read(path, LJ_JSON_BYTES_MAX, &bytes, size));
    return bytes;
}

static void check_damage(const char *model, const damage *d)
{
    size_t size = 0;
    lj_text text = {0};
    lj_tree_import *import = NULL;
    char *bytes = read_model(model, &size), *at = strstr(bytes, d->from);
    if (at == NULL)
        fail_msg("%s: no '%s'", model, d->from);
    lj_text_append(&text, bytes, (size_t)(at - bytes));
    lj_text_puts(&text, d->to);
    lj_text_puts(&text, at + strlen(d->from));
    MUST(lj_text_finish(&text));
    const lj_status status = lj_trees_import("model", text.data, text.size, &import);
    if (status != d->status || import != NULL || strstr(lj_error_message(), d->says) == NULL)
        fail_msg("'%s' gives %d '%s'", d->to, status, status == LJ_OK ? "" : lj_error_message());
    lj_text_free(&text);
    lj_free(bytes);
}

static const damage of_classes[] = {
    {"Tree=0", "T?ee=0", LJ_ECORRUPT, "model: expected as many trees of each of 3 groups"},
};

static void damaged_models_are_refused_with_the_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(of_xgboost) / sizeof(of_xgboost[0]); i++)
        check_damage(JSON, &of_xgboost[i]);
    for (size_t i = 0; i < sizeof(of_lightgbm) / sizeof(of_lightgbm[0]); i++)
        check_damage(TEXT, &of_lightgbm[i]);
    check_damage("lgb-multiclass.txt", &of_classes[0]);
}

/* Of the text, all behind the trees may be missing. */
static void models_that_are_cut_short_are_refused(void **state)
{
    (void)state;
    static const char *const models[] = {JSON, UBJ, TEXT};
    for (size_t m = 0; m < 3; m++) {
        size_t size = 0;
        char *bytes = read_model(models[m], &size);
        const char *end = m == 2 ? strstr(bytes, "end of trees") : bytes + size;
        for (size_t cut = 0; bytes + cut < end; cut += 37) {
            lj_tree_import *import = NULL;
            const char kept = bytes[cut];
            bytes[cut] = '\0';
            if (lj_trees_import("model", bytes, cut, &import) == LJ_OK)
                fail_msg("%s is read from %zu of %zu bytes", models[m], cut, size);
            bytes[cut] = kept;
        }
        lj_free(bytes);
    }
}

static void ubjson_names_the_byte(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t size;
        const char *says;
    } cases[] = {
        {"{i\x01" "aX}", 6, "model: byte 5: expected a type that UBJSON has"},
        {"{i\xff" "a", 4, "byte 3: expected a length within the file"},
        {"{L\x7f\0\0\0\0\0\0\0" "a", 11, "byte 10: expected a length within the file"},
        {"{i\x01" "a[$Z#L\x7f\xff\xff\xff\xff\xff\xff\xff", 17, "byte 7: expected a list of numbers behind '$'"},
        {"{i\x01" "a[$d#i\x02\0\0\0\0", 14, "byte 14: expected more bytes"},
        {"{i\x01" "a[$d]", 8, "byte 7: expected the count of a list that says its type"},
        {"{i\x01" "aZ}Z", 7, "byte 6: expected the end of the file"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        lj_tree_import *import = NULL;
        assert_int_equal(lj_trees_import("model", cases[i].bytes, cases[i].size, &import), LJ_ECORRUPT);
        if (strstr(lj_error_message(), cases[i].says) == NULL)
            fail_msg("case %zu: %s", i, lj_error_message());
    }
}

/* What the file says comes out: names, libraries, levels in order. */
static void columns_are_those_of_the_file(void **state)
{
    (void)state;
    size_t size = 0;
    lj_tree_import *import = NULL;
    char *bytes = read_model(TEXT, &size);
    MUST(lj_trees_import("model", bytes, size, &import));
    assert_string_equal(import->library, "LightGBM (model version v4)");
    assert_string_equal(import->objective, "binary sigmoid:0.7");
    assert_int_equal(import->column_count, 7);
    assert_int_equal(import->columns[4].kind, LJ_TREE_COLUMN_UNUSED);
    assert_string_equal(import->columns[6].name, "flag");
    assert_int_equal(import->columns[6].kind, LJ_TREE_COLUMN_WORDS);
    assert_string_equal(import->columns[6].words[0], "False");
    assert_int_equal(import->columns[0].kind, LJ_TREE_COLUMN_RANK);
    assert_true(import->columns[0].low == 344056.64 && import->columns[0].high == 112327533.77);
    lj_tree_import_destroy(import);
    lj_free(bytes);
}

static void any_allocation_may_fail(void **state)
{
    (void)state;
    static const char *const models[] = {UBJ, TEXT};
    for (size_t m = 0; m < 2; m++) {
        size_t size = 0;
        char *bytes = read_model(models[m], &size);
        const int64_t before = lj_test_live_allocations();
        lj_status status = LJ_ENOMEM;
        for (int64_t n = 0; status != LJ_OK; n++) {
            lj_tree_import *import = NULL;
            lj_test_fail_allocation(n);
            status = lj_trees_import("model", bytes, size, &import);
            lj_test_fail_allocation(-1);
            assert_true(status == LJ_OK || (status == LJ_ENOMEM && import == NULL));
            lj_tree_import_destroy(import);
            assert_int_equal(lj_test_live_allocations(), before);
        }
        lj_free(bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(damaged_models_are_refused_with_the_place),
        cmocka_unit_test(models_that_are_cut_short_are_refused),
        cmocka_unit_test(ubjson_names_the_byte),
        cmocka_unit_test(columns_are_those_of_the_file),
        cmocka_unit_test(any_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
