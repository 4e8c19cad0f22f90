/* Tables whose truth is known, and fits of them. */
#ifndef LIANJIN_TESTS_TREES_H
#define LIANJIN_TESTS_TREES_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lianjin/hash.h"
#include "lianjin/memory.h"
#include "lianjin/random.h"
#include "lianjin/trees.h"

#define MUST(expr)                                                \
    do {                                                          \
        if ((expr) != LJ_OK)                                      \
            fail_msg("%s: %s", #expr, lj_error_message());        \
    } while (0)

enum { N = 3000, NUMBERS = 5, CATEGORIES = 2, LEVELS = 40 };

typedef struct table {
    float numbers[N * NUMBERS];
    int32_t codes[N * CATEGORIES];
    double target[N];
    float weight[N];
    lj_tree_rows rows;
} table;

static const int32_t table_sizes[CATEGORIES] = {LEVELS, 3};

static inline double uniform(uint64_t seed, const char *what, int64_t i)
{
    return (double)lj_random_uniform(seed, lj_random_stream(what), (uint64_t)i);
}

/* What the truth says of a level: a third of the levels is high. */
static inline double level_effect(int32_t code)
{
    return code % 3 == 1 ? 1.5 : -0.5;
}

/*
 * The truth: rises with number 0, turns at 0.5 of number 1, number 2 counts only where it is missing (a fifth of the
 * rows), numbers 3 and 4 together; the levels of category 0; category 1 is noise.
 */
static inline double truth(const table *t, int64_t i)
{
    const float *x = t->numbers + i * NUMBERS;
    return 2.0 * ((double)x[0] - 0.5) + (x[1] > 0.5F ? 1.0 : -1.0) + (isnan(x[2]) ? 1.2 : -0.3) +
           ((x[3] > 0.5F) == (x[4] > 0.5F) ? 0.8 : -0.8) + level_effect(t->codes[i * CATEGORIES]);
}

/* kind: 'b' classes 0 and 1, 'm' three classes, 'r' values, 'c' counts. */
static inline table *make_table(uint64_t seed, char kind)
{
    table *t = lj_new_array(1, sizeof(*t));
    assert_non_null(t);
    for (int64_t i = 0; i < N; i++) {
        for (int64_t f = 0; f < NUMBERS; f++)
            t->numbers[i * NUMBERS + f] = (float)uniform(seed, "numbers", i * NUMBERS + f);
        if (uniform(seed, "missing", i) < 0.2)
            t->numbers[i * NUMBERS + 2] = NAN;
        t->codes[i * CATEGORIES] = (int32_t)(uniform(seed, "level", i) * LEVELS);
        t->codes[i * CATEGORIES + 1] = (int32_t)(uniform(seed, "noise", i) * 3.0);
        t->weight[i] = 1.0F;
        const double z = truth(t, i), u = uniform(seed, "draw", i);
        if (kind == 'b')
            t->target[i] = u < 1.0 / (1.0 + exp(-2.0 * z));
        else if (kind == 'm')
            t->target[i] = z + 0.3 * (u - 0.5) < -1.0 ? 0.0 : z + 0.3 * (u - 0.5) < 1.0 ? 1.0 : 2.0;
        else if (kind == 'c')
            t->target[i] = floor(exp(0.5 * z) * 2.0 * u + 0.5);
        else
            t->target[i] = z + 0.5 * (u - 0.5);
    }
    t->rows = (lj_tree_rows){.n = N, .numbers = t->numbers, .number_count = NUMBERS, .codes = t->codes,
                             .category_count = CATEGORIES, .category_sizes = table_sizes, .target = t->target};
    return t;
}

static inline lj_tree_options options_of(lj_tree_loss loss, lj_tree_growth growth)
{
    return (lj_tree_options){.loss = loss, .classes = loss == LJ_TREE_SOFTMAX ? 3 : 2, .loss_parameter = 1.0,
                             .rounds = 60, .rate = 0.15, .growth = growth,
                             .leaves = growth == LJ_TREE_LEAF_WISE ? 15 : 0,
                             .depth = growth == LJ_TREE_LEAF_WISE ? 0 : 4,
                             .least_weight = 1.0, .l2 = 1.0, .row_share = 1.0, .tree_share = 1.0, .node_share = 1.0,
                             .bins = 64, .smoothing = 10.0, .category_l2 = 10.0, .seed = 7};
}

static inline lj_trees *fit_trees(const lj_tree_options *options, const table *t, int threads)
{
    lj_trees *trees = NULL;
    lj_team *team = NULL;
    MUST(lj_team_create(threads, &team));
    MUST(lj_trees_fit(options, &t->rows, NULL, team, NULL, &trees));
    lj_team_destroy(team);
    return trees;
}

/* Answers [N, groups] for the rows of a table. */
static inline void answers_of(const lj_trees *trees, const table *t, float *answers)
{
    lj_trees_raw(trees, &t->rows, NULL, answers);
    lj_trees_answer(trees, N, answers);
}

static inline void text_of(const lj_trees *trees, lj_text *text)
{
    lj_json json;
    lj_json_start(&json, text, 0);
    lj_trees_save(trees, &json);
    MUST(lj_text_finish(text));
}

static inline void hash_of(const lj_trees *trees, char hex[LJ_SHA256_HEX])
{
    lj_text text = {0};
    text_of(trees, &text);
    MUST(lj_sha256_bytes(text.data, text.size, hex));
    lj_text_free(&text);
}

#endif
