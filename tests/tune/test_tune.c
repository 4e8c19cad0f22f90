/* The search: what it draws depends on seed, trial and losses alone; it finds what is there; spaces that lie are refused. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lianjin/tune.h"

enum { DIMENSIONS = 3, TRIALS = 50, SEEDS = 40 };

static lj_dimension dimensions[DIMENSIONS] = {
    {.key = "a", .low = 0.01, .high = 1.0, .is_log = 1},
    {.key = "b", .low = -2.0, .high = 2.0},
    {.key = "c", .choices = {"1", "2", "3", "4", "5"}, .choice_count = 5},
};
static const lj_space space = {dimensions, DIMENSIONS};

/* Least, 0, at a = 0.1 (the middle of its logarithms), b = 1, c = "4". */
static double truth(const double *point)
{
    const double b = -2.0 + 4.0 * point[1];
    return 4.0 * (point[0] - 0.5) * (point[0] - 0.5) + (b - 1.0) * (b - 1.0) + (point[2] == 3.0 ? 0.0 : 0.5);
}

static double best_by(lj_tune_method method, uint64_t seed)
{
    lj_trial trials[TRIALS];
    double points[TRIALS][DIMENSIONS], best = INFINITY;
    for (int64_t i = 0; i < TRIALS; i++) {
        lj_tune_draw(&space, method, seed, trials, i, points[i]);
        for (int k = 0; k < 2; k++)
            assert_true(points[i][k] >= 0.0 && points[i][k] <= 1.0);
        assert_true(points[i][2] >= 0.0 && points[i][2] < 5.0 && floor(points[i][2]) == points[i][2]);
        trials[i] = (lj_trial){points[i], i % 7 == 3 ? (double)NAN : truth(points[i])}; /* some fail */
        best = fmin(best, truth(points[i]));
    }
    return best;
}

static void tpe_finds_better_points_than_chance(void **state)
{
    (void)state;
    double by_tpe = 0.0, by_chance = 0.0;
    int64_t wins = 0;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        const double t = best_by(LJ_TUNE_TPE, seed), r = best_by(LJ_TUNE_RANDOM, seed);
        by_tpe += t / SEEDS;
        by_chance += r / SEEDS;
        wins += t < r;
    }
    if (!(by_tpe < 0.8 * by_chance) || wins < SEEDS * 6 / 10)
        fail_msg("mean of the best: tpe %.4f, random %.4f, better for %d of %d seeds", by_tpe, by_chance, (int)wins,
                 SEEDS);
}

static void a_draw_depends_on_seed_trial_and_losses_alone(void **state)
{
    (void)state;
    lj_trial trials[TRIALS];
    double points[TRIALS][DIMENSIONS], again[DIMENSIONS], other[DIMENSIONS];
    for (int64_t i = 0; i < TRIALS; i++) {
        lj_tune_draw(&space, LJ_TUNE_TPE, 5, trials, i, points[i]);
        trials[i] = (lj_trial){points[i], truth(points[i])};
    }
    for (int64_t i = TRIALS - 1; i >= 0; i -= 7) { /* in any order, as after an interruption */
        lj_tune_draw(&space, LJ_TUNE_TPE, 5, trials, i, again);
        assert_memory_equal(again, points[i], sizeof(again));
    }
    lj_tune_draw(&space, LJ_TUNE_TPE, 6, trials, 20, other);
    assert_memory_not_equal(other, points[20], sizeof(other));
    trials[3].loss = -100.0;
    lj_tune_draw(&space, LJ_TUNE_TPE, 5, trials, 20, other);
    assert_memory_not_equal(other, points[20], sizeof(other));
}

static void print(const lj_dimension *dimension, double coordinate, const char *expected)
{
    lj_text text = {0};
    lj_dimension_print(dimension, coordinate, &text);
    assert_string_equal(text.data, expected);
    lj_text_free(&text);
}

static void coordinates_are_printed_as_options(void **state)
{
    (void)state;
    print(&dimensions[0], 0.0, "0.01");
    print(&dimensions[0], 0.5, "0.1");
    print(&dimensions[0], 1.0, "1");
    print(&dimensions[1], 0.25, "-1");
    print(&dimensions[2], 4.0, "5");
    const lj_dimension whole = {.key = "w", .low = 3, .high = 8, .is_integer = 1};
    print(&whole, 0.0, "3");
    print(&whole, 0.5, "6");
    print(&whole, 1.0, "8");
}

/* Every family's own space is one that its options take. */
static void spaces_of_families_fit_their_options(void **state)
{
    (void)state;
    int64_t with = 0;
    for (int64_t f = 0; f < lj_family_count(); f++) {
        const lj_family_info *family = lj_family_at(f);
        lj_arena *arena = NULL;
        lj_space own;
        assert_int_equal(lj_arena_create(&arena), LJ_OK);
        if (lj_space_read("p.yaml", NULL, NULL, family, arena, &own) != LJ_OK) {
            assert_non_null(strstr(lj_error_message(), "has no space of its own"));
            lj_arena_destroy(arena);
            continue;
        }
        with++;
        for (int end = 0; end < 2; end++) {
            lj_text text = {0};
            lj_doc *doc = NULL;
            lj_text_puts(&text, "{\"model\": {");
            for (int part = 0, first = 1; part < 2; part++, first = 1) {
                for (int64_t k = 0; k < own.count; k++) {
                    const lj_dimension *d = &own.dimensions[k];
                    const int is_train = strncmp(d->key, "train.", 6) == 0;
                    if (is_train != part)
                        continue;
                    lj_text_printf(&text, "%s\"%s\": ", first ? "" : ", ", d->key + (is_train ? 6 : 0));
                    const double last = d->choice_count > 0 ? (double)(d->choice_count - 1) : 1.0;
                    lj_dimension_print(d, end == 0 ? 0.0 : last, &text);
                    first = 0;
                }
                lj_text_puts(&text, part == 0 ? "}, \"train\": {" : "}}");
            }
            assert_int_equal(lj_json_parse("options", text.data, text.size, &doc), LJ_OK);
            const lj_fit_options options = {.family = family->name,
                                            .model = lj_item_get(lj_doc_root(doc), "model"),
                                            .train = lj_item_get(lj_doc_root(doc), "train")};
            if (lj_model_check(&options) != LJ_OK)
                fail_msg("%s: %s in %s", family->name, lj_error_message(), text.data);
            lj_doc_destroy(doc);
            lj_text_free(&text);
        }
        lj_arena_destroy(arena);
    }
    assert_true(with >= 15);
}

static void refuse(const char *text, const char *message)
{
    const lj_family_info *family = NULL;
    lj_doc *doc = NULL;
    lj_arena *arena = NULL;
    lj_space read;
    assert_int_equal(lj_family_find("boosted_trees", &family), LJ_OK);
    assert_int_equal(lj_yaml_parse("p.yaml", text, strlen(text), &doc), LJ_OK);
    assert_int_equal(lj_arena_create(&arena), LJ_OK);
    if (lj_space_read("p.yaml", lj_doc_root(doc), lj_doc_root(doc), family, arena, &read) != LJ_ECONFIG ||
        strstr(lj_error_message(), message) == NULL || strncmp(lj_error_message(), "p.yaml:", 7) != 0)
        fail_msg("%s: expected '%s', found '%s'", text, message, lj_error_message());
    lj_arena_destroy(arena);
    lj_doc_destroy(doc);
}

static void spaces_that_lie_are_refused_with_their_place(void **state)
{
    (void)state;
    refuse("learning_rat: [0.1, 0.2]", "p.yaml:1:15: space: boosted_trees has no option 'learning_rat'; did you mean "
           "'learning_rate'");
    refuse("train.rat: [0.1, 0.2]", "train has no option 'rat'; did you mean 'rate'");
    refuse("learning_rate: [0.2, 0.1]", "'learning_rate' has no value");
    refuse("learning_rate: [0.1, 99]", "'learning_rate' takes values from");
    refuse("max_depth: [2.5, 4]", "whole numbers");
    refuse("grow_policy: [1, 2]", "expected {values: [...]}");
    refuse("learning_rate: 0.1", "expected [low, high]");
    refuse("learning_rate: {values: []}", "expected 1 to 64 values");
    refuse("learning_rate: {low: 0.1, values: [1]}", "not both");
    refuse("grow_policy: {values: [symmetric, symetric]}", "p.yaml:1:35: ");
    refuse("max_depth: {values: [3, deep]}", "p.yaml:1:25: ");
    refuse("learning_rate: {values: [0.1, 7]}", "p.yaml:1:31: ");
    refuse("reg_lambda: {low: 0, high: 1, log: true}", "wants low above 0");
    refuse("{}", "expected 1 to 64 options");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tpe_finds_better_points_than_chance),
        cmocka_unit_test(a_draw_depends_on_seed_trial_and_losses_alone),
        cmocka_unit_test(coordinates_are_printed_as_options),
        cmocka_unit_test(spaces_of_families_fit_their_options),
        cmocka_unit_test(spaces_that_lie_are_refused_with_their_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
