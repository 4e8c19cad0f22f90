/* Shapley values of trees: those of the definition, which sums over all sets of players. */
#include "compute/kernels.h"
#include "trees/trees.h"
#include "trees/trees_test.h"

enum { PLAYERS = 6, ROWS = 21, REFERENCES = 5 };

/* Numbers 3 and 4 come from one feature. */
static const int32_t players[NUMBERS + CATEGORIES] = {0, 1, 2, 3, 3, 4, 5};

/* What a tree says of a row of which only the players of the set are known. */
static double known(const lj_trees *trees, const lj_tree_node *nodes, int64_t i, const table *t, int64_t row,
                    unsigned set)
{
    const lj_tree_node *node = &nodes[i];
    if (node->feature < 0)
        return (double)node->threshold;
    const lj_tree_step step = lj_tree_step_of(node);
    const float *numbers = t->numbers + row * NUMBERS;
    if (set & (1U << players[node->feature]))
        return known(trees, nodes, node->left + lj_tree_step_right(trees, &step, numbers, t->codes + row * CATEGORIES),
                     t, row, set);
    const double left = (double)nodes[node->left].weight, right = (double)nodes[node->left + 1].weight;
    return (left * known(trees, nodes, node->left, t, row, set) +
            right * known(trees, nodes, node->left + 1, t, row, set)) / (left + right);
}

static double by_ways(const lj_trees *trees, int64_t group, const table *t, int64_t row, unsigned set)
{
    double sum = (double)trees->base[group];
    for (int64_t k = group; k < trees->tree_count; k += trees->groups)
        sum += known(trees, trees->nodes + trees->begin[k], 0, t, row, set);
    return sum;
}

/* The mean over the references of what the trees say of a row with the values of the set alone. */
static double by_references(const lj_trees *trees, int64_t group, const table *t, int64_t row, unsigned set)
{
    double sum = 0.0;
    for (int64_t k = 0; k < REFERENCES; k++) {
        float numbers[NUMBERS], raw[3];
        int32_t codes[CATEGORIES];
        for (int f = 0; f < NUMBERS; f++)
            numbers[f] = t->numbers[(set & (1U << players[f]) ? row : 1000 + k) * NUMBERS + f];
        for (int f = 0; f < CATEGORIES; f++)
            codes[f] = t->codes[(set & (1U << players[NUMBERS + f]) ? row : 1000 + k) * CATEGORIES + f];
        const lj_tree_rows one = {.n = 1, .numbers = numbers, .number_count = NUMBERS, .codes = codes,
                                  .category_count = CATEGORIES, .category_sizes = table_sizes};
        lj_trees_raw(trees, &one, NULL, raw);
        sum += (double)raw[group];
    }
    return sum / REFERENCES;
}

typedef double game(const lj_trees *trees, int64_t group, const table *t, int64_t row, unsigned set);

static double factorial(int n)
{
    return n < 2 ? 1.0 : n * factorial(n - 1);
}

static double shapley(game *value, const lj_trees *trees, int64_t group, const table *t, int64_t row, int player)
{
    double sum = 0.0;
    for (unsigned set = 0; set < 1U << PLAYERS; set++) {
        if (set & (1U << player))
            continue;
        const int size = __builtin_popcount(set);
        sum += factorial(size) * factorial(PLAYERS - 1 - size) / factorial(PLAYERS) *
               (value(trees, group, t, row, set | (1U << player)) - value(trees, group, t, row, set));
    }
    return sum;
}

static void check(const char *what, game *value, const lj_trees *trees, const table *t, const double *phi)
{
    for (int64_t row = 0; row < ROWS; row += 4)
        for (int64_t c = 0; c < trees->groups; c++)
            for (int p = 0; p < PLAYERS; p++) {
                const double found = phi[(row * trees->groups + c) * PLAYERS + p];
                const double expected = shapley(value, trees, c, t, row, p);
                if (!(fabs(found - expected) < 3e-6))
                    fail_msg("%s: row %d, group %d, player %d: %.9g, by definition %.9g", what, (int)row, (int)c, p,
                             found, expected);
            }
}

static void check_growth(lj_tree_loss loss, lj_tree_growth growth)
{
    table *t = make_table(3, loss == LJ_TREE_SOFTMAX ? 'm' : 'b');
    lj_tree_options options = options_of(loss, growth);
    options.rounds = 8;
    options.leaves = growth == LJ_TREE_LEAF_WISE ? 40 : 0; /* deep: players come again on a way */
    lj_trees *trees = fit_trees(&options, t, 1);
    lj_tree_explainer *explainer = NULL;
    static double phi[ROWS * 3 * PLAYERS];
    MUST(lj_tree_explainer_create(trees, players, PLAYERS, &explainer));
    lj_tree_rows rows = t->rows, references = t->rows;
    rows.n = ROWS;
    references.n = REFERENCES;
    references.numbers += 1000 * NUMBERS;
    references.codes += 1000 * CATEGORIES;
    MUST(lj_tree_explain(explainer, &rows, NULL, phi));
    check("ways", by_ways, trees, t, phi);
    for (int64_t c = 0; c < trees->groups; c++)
        assert_true(fabs(lj_tree_explainer_expected(explainer)[c] - by_ways(trees, c, t, 0, 0)) < 1e-9);
    MUST(lj_tree_explain_against(explainer, &rows, &references, NULL, phi));
    check("references", by_references, trees, t, phi);
    lj_tree_explainer_destroy(explainer);
    lj_trees_destroy(trees);
    lj_free(t);
}

static void values_are_those_of_the_definition(void **state)
{
    (void)state;
    check_growth(LJ_TREE_LOGISTIC, LJ_TREE_LEAF_WISE);
    check_growth(LJ_TREE_LOGISTIC, LJ_TREE_SYMMETRIC);
    check_growth(LJ_TREE_SOFTMAX, LJ_TREE_DEPTH_WISE);
}

/* All of them, and a row alone, for every instruction set and number of threads. */
static void bits_are_the_same_everywhere(void **state)
{
    (void)state;
    enum { SOME = 150 };
    static const int threads[] = {1, 2, 4};
    static double first[SOME * PLAYERS], phi[SOME * PLAYERS], alone[PLAYERS];
    table *t = make_table(3, 'b');
    lj_tree_options options = options_of(LJ_TREE_LOGISTIC, LJ_TREE_LEAF_WISE);
    lj_trees *trees = fit_trees(&options, t, 1);
    lj_tree_explainer *explainer = NULL;
    lj_tree_rows rows = t->rows;
    int has_first = 0;
    rows.n = SOME;
    for (const char *const *isa = lj_kernels_names(); *isa != NULL; isa++) {
        if (lj_kernels_named(*isa) == NULL)
            continue;
        MUST(lj_kernels_select(*isa));
        MUST(lj_tree_explainer_create(trees, players, PLAYERS, &explainer));
        for (size_t k = 0; k < sizeof(threads) / sizeof(threads[0]); k++) {
            lj_team *team = NULL;
            MUST(lj_team_create(threads[k], &team));
            MUST(lj_tree_explain(explainer, &rows, team, phi));
            lj_team_destroy(team);
            if (has_first)
                assert_memory_equal(phi, first, sizeof(phi));
            memcpy(first, phi, sizeof(first));
            has_first = 1;
        }
        for (int64_t i = 0; i < SOME; i += 7) {
            const lj_tree_rows one = {.n = 1, .numbers = t->numbers + i * NUMBERS, .number_count = NUMBERS,
                                      .codes = t->codes + i * CATEGORIES, .category_count = CATEGORIES,
                                      .category_sizes = table_sizes};
            MUST(lj_tree_explain(explainer, &one, NULL, alone));
            assert_memory_equal(alone, first + i * PLAYERS, sizeof(alone));
        }
        lj_tree_explainer_destroy(explainer);
    }
    MUST(lj_kernels_select(NULL));
    lj_trees_destroy(trees);
    lj_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_those_of_the_definition),
        cmocka_unit_test(bits_are_the_same_everywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
