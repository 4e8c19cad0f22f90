/* Series: from a table of prices to a proved bundle, without a look at the future, and what is refused. */
#include <math.h>

#include "pipeline/fixture.h"

enum { STOCKS = 3, DAYS = 160 };

/*
 * Prices of stocks by day in the order of days: returns that follow those of two days before, a volume, a sector. What
 * comes after `known` days depends on `future`.
 */
static void put_prices(const fixture *f, const char *name, int known, uint64_t future)
{
    lj_text text = {0};
    double price[STOCKS] = {10, 50, 200}, last[STOCKS][2] = {{0}};
    lj_text_puts(&text, "day,stock,price,change,volume,sector\n");
    for (int day = 0; day < DAYS; day++) {
        for (int s = 0; s < STOCKS; s++) {
            const uint64_t cell = (uint64_t)(day * STOCKS + s) + (day < known ? 0 : 100000 * future);
            const double noise = lj_random_uniform(11, 1, cell) - 0.5;
            const double change = 0.8 * last[s][1] + 0.02 * noise;
            last[s][1] = last[s][0];
            last[s][0] = change;
            price[s] *= exp(change);
            lj_text_printf(&text, "2020-%02d-%02d,S%d,%.4f,%.5f,%d,%s\n", 1 + day / 28, 1 + day % 28, s, price[s],
                           change, (int)(1000 * lj_random_uniform(11, 2, cell)), s == 2 ? "bank" : "oil");
        }
    }
    assert_int_equal(lj_text_finish(&text), LJ_OK);
    assert_int_equal(lj_file_replace(path_of(f, name), text.data, text.size), LJ_OK);
    lj_text_free(&text);
}

#define SERIES "time: day, group: stock, window: 6"
#define REST                                                                                                           \
    "target: price\nsplit: {valid_from: 2020-04-01, test_from: 2020-05-01}\n"                                          \
    "features: {include: [price, change, volume, sector]}\nmodel: {family: series_rnn, units: 8}\n"                    \
    "train: {epochs: 8, batch: 32, rate: 0.02}\n"

static const lj_column *column_of(const lj_frame *frame, const char *name)
{
    const lj_column *column = NULL;
    if (lj_frame_need(frame, name, &column) != LJ_OK)
        fail_msg("%s", lj_error_message());
    return column;
}

static lj_frame *read_csv(const fixture *f, const char *name)
{
    lj_source *source = NULL;
    lj_frame *frame = NULL;
    const lj_source_options options = {.source = path_of(f, name)};
    if (lj_source_open(&options, NULL, &source) != LJ_OK || lj_source_read(source, &frame) != LJ_OK)
        fail_msg("%s", lj_error_message());
    lj_source_close(source);
    return frame;
}

/* Scores a table by the bundle into a frame. */
static lj_frame *predict(const fixture *f, lj_bundle *bundle, const char *table, int64_t rows)
{
    lj_predict_result scored;
    const lj_source_options source = {.source = path_of(f, table)};
    const lj_predict_options options = {
        .source = &source, .out = path_of(f, "scored.csv"), .team = f->team, .console = f->console};
    if (lj_bundle_predict(bundle, &options, &scored) != LJ_OK)
        fail_msg("%s", lj_error_message());
    assert_int_equal(scored.rows, rows);
    return read_csv(f, "scored.csv");
}

static lj_bundle *open_bundle(const fixture *f, const char *name)
{
    lj_bundle *bundle = NULL;
    if (lj_bundle_open(path_of(f, name), &bundle) != LJ_OK)
        fail_msg("%s", lj_error_message());
    return bundle;
}

static void a_table_of_prices_becomes_a_bundle_that_forecasts(void **state)
{
    const fixture *f = *state;
    lj_run_result result, judged;
    put_prices(f, "prices.csv", DAYS, 0);
    if (run_text(f, "data: {source: prices.csv, series: {" SERIES ", target_as: log_return}}\n" REST, "prices",
                 &result) != LJ_OK)
        fail_msg("%s", lj_error_message());
    assert_true(number_of(&result.json, "metrics.test.r2") > 0.2);
    char *page = NULL;
    size_t size = 0;
    assert_int_equal(lj_file_read(path_of(f, "prices/report.html"), 64 << 20, &page, &size), LJ_OK);
    assert_non_null(strstr(page, "\"forecast\": {\"part\": \"test\", \"group\": \"S0\", \"time\": [\"2020-05-01\","));
    lj_free(page);
    lj_bundle *bundle = open_bundle(f, "prices"); /* proves the kept cases */
    assert_int_equal(lj_prep_series(lj_bundle_prep(bundle))->window, 6);

    const lj_source_options source = {.source = path_of(f, "prices.csv")};
    const lj_evaluate_options options = {.source = &source, .by = "stock", .team = f->team, .console = f->console};
    memset(&judged, 0, sizeof(judged));
    if (lj_bundle_evaluate(bundle, &options, &judged) != LJ_OK)
        fail_msg("%s", lj_error_message());
    assert_int_equal((int64_t)number_of(&judged.json, "rows"), STOCKS * (DAYS - 6));

    lj_frame *scored = predict(f, bundle, "prices.csv", STOCKS * (DAYS - 5));
    lj_frame *table = read_csv(f, "prices.csv");
    const lj_series_options order = {.time = "day", .group = "stock"};
    assert_int_equal(lj_series_order(&order, &table), LJ_OK);
    for (int64_t s = 0, i = 0; s < STOCKS; s++)
        for (int64_t day = 5; day < DAYS; day++, i++) { /* in the unit of the prices */
            const double today = column_of(table, "price")->number[s * DAYS + day];
            assert_string_equal(lj_column_word(column_of(scored, "stock"), i),
                                lj_column_word(column_of(table, "stock"), s * DAYS + day));
            assert_int_equal(column_of(scored, "day")->time[i], column_of(table, "day")->time[s * DAYS + day]);
            const double forecast = today * exp(column_of(scored, "prediction")->number[i]);
            assert_true(fabs(column_of(scored, "forecast")->number[i] - forecast) < 1e-9 * forecast);
        }
    lj_frame_destroy(table);
    lj_frame_destroy(scored);
    lj_run_result_free(&judged);
    lj_run_result_free(&result);
    lj_bundle_close(bundle);
}

static void a_sample_alone_with_its_window_has_the_bits_of_the_table(void **state)
{
    const fixture *f = *state;
    lj_run_result result;
    put_prices(f, "prices.csv", DAYS, 0);
    for (int pad = 0; pad < 2; pad++) {
        if (run_text(f, pad ? "data: {source: prices.csv, series: {" SERIES ", pad: true}}\n" REST :
                              "data: {source: prices.csv, series: {" SERIES "}}\n" REST, "prices", &result) != LJ_OK)
            fail_msg("%s", lj_error_message());
        lj_bundle *bundle = open_bundle(f, "prices");
        lj_frame *table = read_csv(f, "prices.csv"), *window = NULL;
        assert_int_equal(lj_series_order(lj_prep_series(lj_bundle_prep(bundle)), &table), LJ_OK);
        float *scores = lj_new_array(STOCKS * DAYS, sizeof(*scores)), alone[6];
        assert_int_equal(lj_bundle_score(bundle, table, f->team, NULL, scores), LJ_OK);
        for (int64_t row = 0; row < STOCKS * DAYS; row += 7) {
            const int64_t history = row % DAYS + 1 < 6 ? row % DAYS + 1 : 6;
            int64_t rows[6];
            for (int64_t k = 0; k < history; k++)
                rows[k] = row + 1 - history + k;
            assert_int_equal(lj_frame_take(table, rows, history, &window), LJ_OK);
            assert_int_equal(lj_bundle_score(bundle, window, NULL, NULL, alone), LJ_OK);
            if (history == 6 || pad)
                assert_memory_equal(&alone[history - 1], &scores[row], sizeof(float));
            else
                assert_true(isnan(scores[row]) && isnan(alone[history - 1]));
            lj_frame_destroy(window);
        }
        lj_free(scores);
        lj_frame_destroy(table);
        lj_bundle_close(bundle);
        lj_run_result_free(&result);
    }
}

/* Tables that are equal up to a day: what is learnt and said of the days before has the same bits. */
static void what_comes_later_changes_nothing_before(void **state)
{
    const fixture *f = *state;
    lj_run_result first, second;
    char one[LJ_SHA256_HEX], two[LJ_SHA256_HEX];
    const int known = 28 * 4; /* test begins there; one day of valid more has its target in it */
    put_prices(f, "prices.csv", known, 1);
    put_prices(f, "other.csv", known, 2);
    for (int kind = 0; kind < 2; kind++) {
        const char *texts[2][2] = {
            {"data: {source: prices.csv, series: {" SERIES ", target_as: direction}}\n" REST,
             "data: {source: other.csv, series: {" SERIES ", target_as: direction}}\n" REST},
            {"data: {source: prices.csv, series: {" SERIES ", horizon: 3, pad: true, scale_by_group: true}}\n" REST,
             "data: {source: other.csv, series: {" SERIES ", horizon: 3, pad: true, scale_by_group: true}}\n" REST}};
        if (run_text(f, texts[kind][0], "first", &first) != LJ_OK ||
            run_text(f, texts[kind][1], "second", &second) != LJ_OK)
            fail_msg("%s", lj_error_message());
        text_of(&first.json, "weights_sha256", one, sizeof(one));
        text_of(&second.json, "weights_sha256", two, sizeof(two));
        assert_string_equal(one, two);
        text_of(&first.json, "scores_sha256", one, sizeof(one));
        text_of(&second.json, "scores_sha256", two, sizeof(two));
        assert_string_not_equal(one, two); /* the tables do differ */

        lj_bundle *bundle = open_bundle(f, "first");
        const int64_t rows = STOCKS * (kind == 0 ? DAYS - 5 : DAYS);
        lj_frame *a = predict(f, bundle, "prices.csv", rows), *b = predict(f, bundle, "other.csv", rows);
        const char *score = kind == 0 ? "score" : "prediction";
        int64_t changed = 0;
        for (int64_t i = 0; i < rows; i++) {
            const int same = column_of(a, score)->number[i] == column_of(b, score)->number[i];
            const int64_t day = i % (rows / STOCKS) + (kind == 0 ? 5 : 0);
            assert_true(same || day >= known);
            changed += !same;
        }
        assert_true(changed > STOCKS * (DAYS - known) / 2);
        lj_frame_destroy(a);
        lj_frame_destroy(b);
        lj_bundle_close(bundle);
        lj_run_result_free(&first);
        lj_run_result_free(&second);
    }
}

/* The bits of a group that training did not see, whatever its name: it is scaled by all of them. */
static void check_unseen_groups(lj_bundle *bundle, const lj_frame *table)
{
    float scores[2][DAYS];
    const char *names[DAYS];
    for (int k = 0; k < 2; k++) {
        int64_t rows[DAYS];
        lj_frame *stock = NULL, *other = NULL;
        for (int64_t day = 0; day < DAYS; day++) {
            rows[day] = DAYS + day;
            names[day] = k == 0 ? "nobody" : "nobody else";
        }
        assert_int_equal(lj_frame_take(table, rows, DAYS, &stock), LJ_OK);
        assert_int_equal(lj_frame_create(DAYS, &other), LJ_OK);
        assert_int_equal(lj_frame_add_text(other, "stock", names), LJ_OK);
        for (int64_t c = 0; c < lj_frame_column_count(stock); c++)
            if (strcmp(lj_frame_column(stock, c)->name, "stock") != 0)
                assert_int_equal(lj_frame_add_copy(other, stock, lj_frame_column(stock, c)->name), LJ_OK);
        assert_int_equal(lj_bundle_score(bundle, other, NULL, NULL, scores[k]), LJ_OK);
        lj_frame_destroy(stock);
        lj_frame_destroy(other);
    }
    assert_memory_equal(scores[0] + 5, scores[1] + 5, (DAYS - 5) * sizeof(float));
}

/* Stocks of very different prices: within its own scale each is learnt, and forecasts are prices. */
static void groups_are_scaled_by_their_own_training_rows(void **state)
{
    const fixture *f = *state;
    lj_run_result result;
    put_prices(f, "prices.csv", DAYS, 0);
    double skill[2];
    for (int by_group = 0; by_group < 2; by_group++) {
        char text[1024];
        (void)snprintf(text, sizeof(text),
                       "data: {source: prices.csv, series: {" SERIES ", scale_by_group: %s}}\n" REST,
                       by_group ? "true" : "false");
        if (run_text(f, text, "prices", &result) != LJ_OK)
            fail_msg("%s", lj_error_message());
        skill[by_group] = number_of(&result.json, "metrics.test.skill");
        lj_run_result_free(&result);
    }
    assert_true(skill[1] > skill[0]);

    lj_bundle *bundle = open_bundle(f, "prices");
    const lj_prep *prep = lj_bundle_prep(bundle);
    assert_int_equal(lj_prep_series(prep)->scale_by_group, 1);
    lj_frame *table = read_csv(f, "prices.csv");
    assert_int_equal(lj_series_order(lj_prep_series(prep), &table), LJ_OK);
    int32_t *groups = NULL;
    assert_int_equal(lj_prep_groups(prep, table, &groups), LJ_OK);
    const double *price = column_of(table, "price")->number;
    for (int64_t s = 0; s < STOCKS; s++) { /* training targets: rows 6 to day 84 of 28-day months, written out */
        const int64_t first = 6, last = 28 * 3 - 1;
        double sum = 0, squares = 0;
        for (int64_t day = first; day <= last; day++)
            sum += price[s * DAYS + day];
        const double mean = sum / (double)(last - first + 1);
        for (int64_t day = first; day <= last; day++)
            squares += (price[s * DAYS + day] - mean) * (price[s * DAYS + day] - mean);
        const double scaled = (price[s * DAYS + 40] - mean) / sqrt(squares / (double)(last - first + 1));
        assert_true(fabs(lj_prep_scale_target(prep, groups, s * DAYS + 40, price[s * DAYS + 40]) - scaled) < 1e-9);
        const float back = lj_prep_unscale_target(prep, groups, s * DAYS + 40, (float)scaled);
        assert_true(fabs((double)back - price[s * DAYS + 40]) < 1e-4 * price[s * DAYS + 40]);
    }
    lj_free(groups);

    check_unseen_groups(bundle, table);
    lj_frame_destroy(table);
    lj_bundle_close(bundle);
    expect_failure(f, "data: {source: prices.csv, series: {time: day, window: 6, scale_by_group: true}}\n" REST,
                   LJ_ECONFIG, "'scale_by_group' wants 'group'");
}

static void every_family_of_series_runs_with_short_windows(void **state)
{
    const fixture *f = *state;
    static const char *const models[] = {"series_rnn, cell: gru, layers: 2, pool: mean", "series_tcn, channels: 8",
                                         "series_transformer, dimension: 8, heads: 2, layers: 1",
                                         "series_transformer, dimension: 8, heads: 2, positions: rotary, causal: true",
                                         "series_tcn, channels: 8, pool: max, hidden: 4"};
    put_prices(f, "prices.csv", DAYS, 0);
    for (size_t i = 0; i < sizeof(models) / sizeof(models[0]); i++) {
        char text[1024];
        lj_run_result result;
        (void)snprintf(text, sizeof(text),
                       "data: {source: prices.csv, series: {" SERIES
                       ", pad: true, gap: 100000, target_as: difference}}\n"
                       "target: price\nsplit: {valid_from: 2020-04-01, test_from: 2020-05-01}\n"
                       "features: {include: [price, volume, stock, day]}\nmodel: {family: %s}\ntrain: {epochs: 2}\n",
                       models[i]);
        if (run_text(f, text, "any", &result) != LJ_OK)
            fail_msg("%s: %s", models[i], lj_error_message());
        lj_bundle_close(open_bundle(f, "any"));
        lj_run_result_free(&result);
    }
}

static void what_does_not_fit_series_is_refused(void **state)
{
    const fixture *f = *state;
    put_prices(f, "prices.csv", DAYS, 0);
#define DATA(rest) "data: {source: prices.csv, series: {" rest "}}\ntarget: price\n"
    expect_failure(f, DATA("time: day, group: stock, window: 6") "model: tabm\n", LJ_ECONFIG,
                   "the family 'tabm' does not read series");
    expect_failure(f, "data: prices.csv\ntarget: price\nmodel: series_rnn\n", LJ_ECONFIG,
                   "pipeline.yaml:3:8: model: the family 'series_rnn' reads windows of a series");
    expect_failure(f, DATA("time: day, window: 6") "model: series_rnn\n", LJ_EDATA, "a time comes twice: name");
    expect_failure(f, DATA("time: dai, window: 6") "model: series_rnn\n", LJ_ECONFIG, "did you mean 'day'");
    expect_failure(f, DATA("time: day, grupp: stock, window: 6") "model: series_rnn\n", LJ_ECONFIG,
                   "unknown key 'grupp'");
    expect_failure(f,
                   DATA("time: day, group: stock, window: 6, horizon: 0, target_as: direction") "model: series_rnn\n",
                   LJ_ECONFIG, "wants a horizon of 1 at least");
    expect_failure(f, DATA("time: day, group: stock, window: 6") "model: series_rnn\nsplit: {by: random}\n", LJ_ECONFIG,
                   "pipeline.yaml:4:13: split: a series is split by time or column");
    expect_failure(f, DATA("time: day, group: stock, window: 6, target_as: direction") "model: series_rnn\n"
                   "task: regression\n", LJ_ECONFIG, "target_as direction is a task of binary");
    expect_failure(f, DATA("time: day, group: stock, window: 500") "model: series_rnn\n", LJ_EDATA,
                   "no series has 500 rows");
    expect_failure(f, DATA("time: day, group: stock, window: 60, horizon: 60") "model: series_rnn\n", LJ_EDATA,
                   "part has no rows");
    expect_failure(f, DATA("time: day, group: stock, window: 7") "model: {family: series_transformer, patch: 3}\n",
                   LJ_ECONFIG, "patches of 3 steps do not divide a window of 7 rows");
    expect_failure(f, DATA("time: day, group: stock, window: 6, horizon: 0") "features: {include: [price, volume]}\n"
                   "model: series_rnn\n", LJ_ECONFIG, "the target 'price' cannot be a feature");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_table_of_prices_becomes_a_bundle_that_forecasts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_sample_alone_with_its_window_has_the_bits_of_the_table, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_comes_later_changes_nothing_before, set_up, tear_down),
        cmocka_unit_test_setup_teardown(groups_are_scaled_by_their_own_training_rows, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_family_of_series_runs_with_short_windows, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_does_not_fit_series_is_refused, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
