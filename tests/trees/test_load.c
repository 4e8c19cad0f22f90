/* trees.json: what is written comes back with its bits, what lies is refused with its place. */
#include "trees/trees_test.h"

static lj_status load(const char *text, lj_trees **out)
{
    lj_doc *doc = NULL;
    *out = NULL;
    lj_status status = lj_json_parse("trees.json", text, strlen(text), &doc);
    if (status == LJ_OK)
        status = lj_trees_load(doc, lj_doc_root(doc), out);
    lj_doc_destroy(doc);
    return status;
}

static void trees_come_back(void **state)
{
    (void)state;
    static float one[N * 3], two[N * 3];
    table *t = make_table(3, 'm');
    const lj_tree_options options = options_of(LJ_TREE_SOFTMAX, LJ_TREE_SYMMETRIC);
    lj_trees *trees = fit_trees(&options, t, 2), *loaded = NULL;
    lj_text text = {0}, again = {0};
    text_of(trees, &text);
    MUST(load(text.data, &loaded));
    text_of(loaded, &again);
    assert_string_equal(text.data, again.data);
    answers_of(trees, t, one);
    answers_of(loaded, t, two);
    assert_memory_equal(one, two, sizeof(one));
    assert_int_equal(lj_trees_leaves(trees), lj_trees_leaves(loaded));
    lj_text_free(&text);
    lj_text_free(&again);
    lj_trees_destroy(trees);
    lj_trees_destroy(loaded);
    lj_free(t);
}

static const char good[] = "{\"format\": 1, \"loss\": \"logistic\", \"is_forest\": false, \"numbers\": 1, "
                           "\"category_sizes\": [3], \"base\": [0.5], \"trees\": [{\"feature\": [0, 1, -1, -1, -1], "
                           "\"value\": [0.25, 0, 1, 2, 3], \"left\": [1, 3, 0, 0, 0], "
                           "\"missing_left\": [1, 0, 0, 0, 0], \"gain\": [9, 8, 0, 0, 0], "
                           "\"weight\": [5, 4, 1, 2, 2], \"sets\": [[0, 2]]}]}";

static void trees_are_walked_as_the_file_says(void **state)
{
    (void)state;
    static const struct {
        float x;
        int32_t code;
        float raw;
    } rows[] = {{0.25F, 0, 2.5F}, {0.2F, 1, 3.5F}, {0.2F, 2, 2.5F}, {0.3F, 0, 1.5F},
                {NAN, 1, 3.5F},   {NAN, 7, 2.5F},  {-9.0F, -1, 2.5F}};
    static const char *const names[] = {"age", "job"};
    lj_trees *trees = NULL;
    lj_text text = {0};
    MUST(load(good, &trees));
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        float raw = 0.0F;
        const lj_tree_rows row = {.n = 1, .numbers = &rows[i].x, .number_count = 1, .codes = &rows[i].code,
                                  .category_count = 1};
        lj_trees_raw(trees, &row, NULL, &raw);
        assert_true(raw == rows[i].raw);
    }
    MUST(lj_trees_describe(trees, names, &text));
    assert_string_equal(text.data, "tree 1: yes is the first line below a question\n"
                                   "  age <= 0.25 or missing?  (gain 9, weight 5)\n"
                                   "    job in {0, 2}?  (gain 8, weight 4)\n"
                                   "      +2  (weight 2)\n"
                                   "      +3  (weight 2)\n"
                                   "    +1  (weight 1)\n");
    lj_text_free(&text);
    lj_trees_destroy(trees);
}

static void what_lies_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to;
    } lies[] = {
        {"\"format\": 1", "\"format\": 2"},
        {"logistic", "logistik"},
        {"[0.5]", "[0.5, 1]"},
        {"[0.5]", "[]"},
        {"\"category_sizes\": [3]", "\"category_sizes\": [0]"},
        {"[0, 1, -1, -1, -1]", "[0, 1, -1, -1, -2]"},
        {"[0, 1, -1, -1, -1]", "[0, 2, -1, -1, -1]"},
        {"[0, 1, -1, -1, -1]", "[0, 1, -1, -1]"},
        {"[1, 3, 0, 0, 0]", "[0, 3, 0, 0, 0]"},
        {"[1, 3, 0, 0, 0]", "[1, 4, 0, 0, 0]"},
        {"[1, 3, 0, 0, 0]", "[1, 2, 0, 0, 0]"},
        {"[1, 0, 0, 0, 0]", "[2, 0, 0, 0, 0]"},
        {"[0.25, 0, 1, 2, 3]", "[0.25, 0, 1, null, 3]"},
        {"[0.25, 0, 1, 2, 3]", "[0.25, 0, 1, 1e99, 3]"},
        {"[[0, 2]]", "[[0, 3]]"},
        {"[[0, 2]]", "[]"},
        {"[[0, 2]]", "[0]"},
    };
    for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
        lj_trees *trees = NULL;
        char text[1024];
        const char *at = strstr(good, lies[i].from);
        assert_non_null(at);
        (void)snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - good), good, lies[i].to, at + strlen(lies[i].from));
        if (load(text, &trees) != LJ_ECORRUPT || strncmp(lj_error_message(), "trees.json:1:", 13) != 0)
            fail_msg("%s for %s: %s", lies[i].to, lies[i].from, lj_error_message());
        assert_null(trees);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(trees_come_back),
        cmocka_unit_test(trees_are_walked_as_the_file_says),
        cmocka_unit_test(what_lies_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
