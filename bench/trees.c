#include "trees.h"

#include <stdlib.h>
#include <string.h>

#include "lianjin/file.h"
#include "lianjin/memory.h"
#include "lianjin/progress.h"
#include "lianjin/trees.h"

enum { ROUNDS = 200, SCORED = 2000, PLAYERS_MAX = 64 };

/* Rows, columns (int64), numbers [rows, columns] (float32), target [rows] (float64). */
static lj_status read_table(char **bytes, lj_tree_rows *rows)
{
    size_t size = 0;
    const char *path = getenv("BENCH_TEXT");
    if (path == NULL)
        return lj_fail(LJ_EUSAGE, "$BENCH_TEXT names no table");
    LJ_TRY(lj_file_read(path, (size_t)1 << 31, bytes, &size));
    int64_t head[2] = {0, 0};
    if (size >= sizeof(head))
        memcpy(head, *bytes, sizeof(head));
    if (head[0] < 1 || head[1] < 1 || size != sizeof(head) + (size_t)head[0] * ((size_t)head[1] * 4 + 8))
        return lj_fail(LJ_EDATA, "%s: no table of numbers", path);
    *rows = (lj_tree_rows){.n = head[0],
                           .number_count = head[1],
                           .numbers = (const float *)(const void *)(*bytes + sizeof(head)),
                           .target = (const double *)(const void *)(*bytes + sizeof(head) + head[0] * head[1] * 4)};
    return LJ_OK;
}

static lj_tree_options options_of(const char *name)
{
    const int is_leaf_wise = strstr(name, "63-leaves") != NULL;
    return (lj_tree_options){.loss = LJ_TREE_LOGISTIC,
                             .rounds = ROUNDS,
                             .rate = 0.1,
                             .growth = is_leaf_wise                          ? LJ_TREE_LEAF_WISE
                                       : strstr(name, "symmetric") != NULL ? LJ_TREE_SYMMETRIC
                                                                             : LJ_TREE_DEPTH_WISE,
                             .leaves = is_leaf_wise ? 63 : 0,
                             .depth = is_leaf_wise ? 0 : 6,
                             .least_weight = 1.0,
                             .l2 = 1.0,
                             .row_share = 1.0,
                             .tree_share = 1.0,
                             .node_share = 1.0,
                             .bins = 255,
                             .smoothing = 10.0,
                             .seed = 7};
}

static void score_rows(const lj_trees *trees, const lj_tree_rows *rows, double *seconds)
{
    const double begin = lj_seconds();
    for (int64_t i = 0; i < SCORED; i++) {
        lj_tree_rows row = *rows;
        float raw = 0.0F;
        row.n = 1;
        row.numbers += i % rows->n * rows->number_count;
        lj_trees_raw(trees, &row, NULL, &raw);
        lj_trees_answer(trees, 1, &raw);
    }
    *seconds = (lj_seconds() - begin) / SCORED;
}

/* Shapley values of many rows by the ways of the training rows, or of one row after the other against one reference. */
static lj_status explain_rows(const lj_trees *trees, const lj_tree_rows *rows, int is_against, lj_team *team,
                              double *seconds)
{
    int32_t player[PLAYERS_MAX];
    const int64_t players = rows->number_count;
    lj_tree_explainer *explainer = NULL;
    lj_tree_rows some = *rows, reference = *rows;
    if (players > PLAYERS_MAX)
        return lj_fail(LJ_EUSAGE, "at most %d columns are explained here", PLAYERS_MAX);
    for (int32_t f = 0; f < (int32_t)players; f++)
        player[f] = f;
    double *phi = lj_new_array(SCORED * players, sizeof(*phi));
    if (phi == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for the values");
    lj_status status = lj_tree_explainer_create(trees, player, players, &explainer);
    const double begin = lj_seconds();
    some.n = is_against ? 1 : SCORED;
    reference.n = 1;
    if (status == LJ_OK && !is_against)
        status = lj_tree_explain(explainer, &some, team, phi);
    for (int64_t i = 0; status == LJ_OK && is_against && i < SCORED; i++) {
        some.numbers = rows->numbers + i * players;
        status = lj_tree_explain_against(explainer, &some, &reference, NULL, phi);
    }
    *seconds = (lj_seconds() - begin) / SCORED;
    lj_tree_explainer_destroy(explainer);
    lj_free(phi);
    return status;
}

lj_status run_trees_case(const char *name, lj_team *team, double *seconds)
{
    const int scores = strncmp(name, "score-trees-", 12) == 0, explains = strncmp(name, "explain-", 8) == 0;
    char *bytes = NULL;
    lj_tree_rows rows = {0};
    lj_trees *trees = NULL;
    if (!scores && !explains && strncmp(name, "trees-", 6) != 0)
        return lj_fail(LJ_EUSAGE, "no case '%s'", name);
    lj_status status = read_table(&bytes, &rows);
    if (status == LJ_OK) {
        const lj_tree_options options = options_of(name);
        const double begin = lj_seconds();
        status = lj_trees_fit(&options, &rows, NULL, team, NULL, &trees);
        *seconds = lj_seconds() - begin;
    }
    if (status == LJ_OK && scores)
        score_rows(trees, &rows, seconds);
    if (status == LJ_OK && explains)
        status = explain_rows(trees, &rows, strncmp(name, "explain-against-", 16) == 0, team, seconds);
    lj_trees_destroy(trees);
    lj_free(bytes);
    return status;
}
