/* Boosting, and forests: round after round, until the judge has seen nothing better for long enough. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "trees/trees.h"

typedef struct boosting {
    const lj_tree_options *options;
    const lj_tree_rows *train, *valid;
    lj_team *team;
    lj_tree_bins bins, valid_bins;
    lj_tree_grower *grower;
    lj_trees *trees;
    float *raw;        /* [groups, n] */
    float *g, *h;      /* [groups, n] */
    float *valid_raw;  /* [valid n, groups] */
    float *answers;    /* the same */
    lj_tree_residual *scratch;
    double best;
    int64_t best_rounds;
} boosting;

static lj_status allocate(boosting *b)
{
    const int64_t cells = b->trees->groups * b->train->n;
    const int64_t valid_cells = b->valid != NULL ? b->trees->groups * b->valid->n : 0;
    b->raw = lj_new_array(cells, sizeof(*b->raw));
    b->g = lj_new_array(cells, sizeof(*b->g));
    b->h = lj_new_array(cells, sizeof(*b->h));
    b->valid_raw = lj_new_array(valid_cells, sizeof(*b->valid_raw));
    b->answers = lj_new_array(valid_cells, sizeof(*b->answers));
    b->scratch = lj_new_array(lj_tree_loss_renews(b->options->loss) ? b->train->n : 0, sizeof(*b->scratch));
    if (b->raw == NULL || b->g == NULL || b->h == NULL || b->valid_raw == NULL || b->answers == NULL ||
        b->scratch == NULL)
        return lj_fail(LJ_ENOMEM, "trees: no memory for the scores of %" PRId64 " rows", b->train->n);
    for (int64_t i = 0; i < cells; i++)
        b->raw[i] = b->trees->base[i / b->train->n];
    for (int64_t i = 0; i < valid_cells; i++)
        b->valid_raw[i] = b->trees->base[i % b->trees->groups];
    return LJ_OK;
}

static lj_status begin(boosting *b)
{
    LJ_TRY(lj_trees_create(b->options, b->train, &b->trees));
    lj_tree_base(b->options, b->train, b->trees->base);
    LJ_TRY(lj_tree_bins_make(b->options, b->train, b->team, &b->bins));
    if (b->valid != NULL)
        LJ_TRY(lj_tree_bins_apply(&b->bins, b->valid, b->team, &b->valid_bins));
    LJ_TRY(lj_tree_grower_create(b->options, &b->bins, b->team, &b->grower));
    return allocate(b);
}

static void release(boosting *b)
{
    lj_tree_grower_destroy(b->grower);
    lj_tree_bins_free(&b->valid_bins);
    lj_tree_bins_free(&b->bins);
    lj_free(b->raw);
    lj_free(b->g);
    lj_free(b->h);
    lj_free(b->valid_raw);
    lj_free(b->answers);
    lj_free(b->scratch);
    lj_trees_destroy(b->trees);
}

static lj_status add_valid(boosting *b, int64_t tree, int64_t group)
{
    if (b->valid == NULL)
        return LJ_OK;
    return lj_tree_add_binned(b->options, b->trees, tree, &b->valid_bins, b->team, 0, b->valid_raw + group,
                              b->trees->groups);
}

/* One tree of each group. */
static lj_status make_round(boosting *b, int64_t round)
{
    const int64_t n = b->train->n, groups = b->trees->groups;
    lj_tree_gradients(b->options, b->train, b->raw, b->team, b->g, b->h);
    for (int64_t c = 0; c < groups; c++) {
        const int64_t tree = round * groups + c;
        const float *g = b->g + c * n, *h = b->h + c * n;
        float *raw = b->raw + c * n;
        LJ_TRY(lj_tree_grow(b->grower, tree, g, h));
        LJ_TRY(lj_tree_keep(b->grower, b->train, g, h, b->scratch, raw, b->trees));
        if (b->options->row_share < 1.0 && !b->options->is_forest)
            LJ_TRY(lj_tree_add_binned(b->options, b->trees, tree, &b->bins, b->team, 1, raw, 1));
        LJ_TRY(add_valid(b, tree, c));
    }
    return LJ_OK;
}

/* A round of the trees that were there before, as it was made then. */
static lj_status repeat_round(boosting *b, int64_t round)
{
    const lj_trees *start = b->options->start;
    const int64_t groups = b->trees->groups;
    for (int64_t c = 0; c < groups; c++) {
        const int64_t tree = round * groups + c;
        LJ_TRY(lj_trees_copy(b->trees, start, tree));
        LJ_TRY(lj_tree_add_binned(b->options, b->trees, tree, &b->bins, b->team, 0, b->raw + c * b->train->n, 1));
        LJ_TRY(add_valid(b, tree, c));
    }
    return LJ_OK;
}

/* Answers whether this is the end. */
static lj_status judge(boosting *b, int64_t rounds, int *is_over)
{
    char detail[64];
    double value = 0.0;
    if (b->options->judge == NULL || b->valid == NULL) {
        b->best_rounds = rounds;
        lj_progress_update(b->options->console, rounds, NULL);
        return LJ_OK;
    }
    memcpy(b->answers, b->valid_raw, (size_t)(b->valid->n * b->trees->groups) * sizeof(*b->answers));
    lj_tree_answers(b->trees, rounds, b->valid->n, b->answers);
    LJ_TRY(b->options->judge(b->options->judge_context, rounds, b->answers, &value));
    if (b->best_rounds == 0 || value < b->best || b->options->is_forest) { /* more trees only steady a mean */
        b->best = value;
        b->best_rounds = rounds;
    }
    (void)snprintf(detail, sizeof(detail), "valid %.5f, best %.5f", value, b->best);
    lj_progress_update(b->options->console, rounds, detail);
    *is_over = b->options->patience > 0 && rounds - b->best_rounds >= b->options->patience;
    return LJ_OK;
}

static lj_status run(boosting *b, int *interrupted)
{
    const int64_t before = b->options->start != NULL ? lj_trees_rounds(b->options->start) : 0;
    int is_over = 0;
    for (int64_t round = 0; round < b->options->rounds && !is_over; round++) {
        if (lj_interrupted()) {
            if (interrupted != NULL)
                *interrupted = 1;
            return LJ_OK;
        }
        if (round < before)
            LJ_TRY(repeat_round(b, round));
        else
            LJ_TRY(make_round(b, round));
        LJ_TRY(judge(b, round + 1, &is_over));
    }
    lj_trees_cut(b->trees, b->best_rounds * b->trees->groups);
    return LJ_OK;
}

lj_status lj_trees_fit(const lj_tree_options *options, const lj_tree_rows *train, const lj_tree_rows *valid,
                       lj_team *team, int *interrupted, lj_trees **out)
{
    boosting b = {.options = options, .train = train, .valid = valid, .team = team};
    *out = NULL;
    if (train->n > INT32_MAX / 2)
        return lj_fail(LJ_EDATA, "trees: expected at most %d training rows", INT32_MAX / 2);
    lj_status status = begin(&b);
    if (status == LJ_OK) {
        lj_progress_begin(options->console, options->is_forest ? "forest" : "boosting", options->rounds);
        status = run(&b, interrupted);
        lj_progress_end(options->console);
    }
    if (status == LJ_OK)
        status = lj_trees_ready(b.trees);
    if (status == LJ_OK) {
        *out = b.trees;
        b.trees = NULL;
    }
    release(&b);
    return status;
}
