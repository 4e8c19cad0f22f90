/*
 * Shapley values against reference rows: a player that is not in the set has the reference's value. Of a leaf, `a` players
 * of the row's and `b` of the reference's alone lead there; each of the first gets its value times (a - 1)! b! / (a + b)!,
 * each of the others loses a! (b - 1)! / (a + b)! of it (Lundberg and others, 2020, algorithm 3). Only ways that the row
 * or the reference goes are walked.
 */
#include <math.h>
#include <string.h>

#include "trees/attribution.h"

typedef struct pair {
    double row, reference;
} pair;

typedef struct walk {
    const lj_tree_explainer *e;
    const lj_tree_step *root;
    const float *numbers, *reference_numbers;
    const int32_t *codes, *reference_codes;
    int8_t *side; /* [players] 1: the row's, -1: the reference's, 0: not told yet */
    double *phi;
} walk;

static pair walk_from(walk *w, const lj_tree_step *step, int64_t a, int64_t b)
{
    const lj_trees *trees = w->e->trees;
    const lj_tree_step *row = NULL, *other = NULL;
    int32_t player = 0;
    for (; step->left > 0; step = w->side[player] < 0 ? other : row) {
        const lj_tree_step *left = w->root + step->left;
        player = w->e->player[step->feature];
        row = left + lj_tree_step_right(trees, step, w->numbers, w->codes);
        other = left + lj_tree_step_right(trees, step, w->reference_numbers, w->reference_codes);
        if (row != other && w->side[player] == 0)
            break;
    }
    if (step->left == 0) {
        const double value = lj_tree_leaf(trees, step - w->e->steps), *orders = w->e->orders;
        const int64_t width = w->e->most_players + 1;
        return (pair){a > 0 ? value * orders[(a - 1) * width + b] : 0.0,
                      b > 0 ? value * orders[a * width + b - 1] : 0.0};
    }
    w->side[player] = 1;
    const pair by_row = walk_from(w, row, a + 1, b);
    w->side[player] = -1;
    const pair by_reference = walk_from(w, other, a, b + 1);
    w->side[player] = 0;
    w->phi[player] += by_row.row - by_reference.reference;
    return (pair){by_row.row + by_reference.row, by_row.reference + by_reference.reference};
}

typedef struct reference_run {
    const lj_tree_explainer *e;
    const lj_tree_rows *rows, *references;
    int8_t *side; /* [threads, players] */
    double *phi;
} reference_run;

static void explain_row(void *context, int64_t row, int thread)
{
    const reference_run *run = context;
    const lj_tree_explainer *e = run->e;
    const lj_trees *trees = e->trees;
    const int64_t cells = trees->groups * e->players;
    double *phi = run->phi + row * cells;
    walk w = {.e = e,
              .numbers = run->rows->numbers + row * trees->number_count,
              .codes = run->rows->codes + row * trees->category_count,
              .side = run->side + thread * e->players};
    memset(phi, 0, (size_t)cells * sizeof(*phi));
    for (int64_t k = 0; k < run->references->n; k++) {
        w.reference_numbers = run->references->numbers + k * trees->number_count;
        w.reference_codes = run->references->codes + k * trees->category_count;
        for (int64_t t = 0; t < trees->tree_count; t++) {
            w.root = e->steps + trees->begin[t];
            w.phi = phi + t % trees->groups * e->players;
            (void)walk_from(&w, w.root, 0, 0);
        }
    }
    for (int64_t k = 0; k < cells; k++)
        phi[k] /= (double)run->references->n;
}

lj_status lj_tree_explain_against(const lj_tree_explainer *e, const lj_tree_rows *rows, const lj_tree_rows *references,
                                  lj_team *team, double *phi)
{
    reference_run run = {.e = e, .rows = rows, .references = references, .phi = phi};
    run.side = lj_new_array(lj_team_size(team) * e->players, sizeof(*run.side));
    if (run.side == NULL)
        return lj_fail(LJ_ENOMEM, "trees: no memory to explain the model");
    lj_team_run(team, explain_row, &run, rows->n);
    lj_free(run.side);
    return LJ_OK;
}
