/* text_linear: its minimiser against scikit-learn, its calibration, sparse rows, and what it refuses. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lianjin/math.h"
#include "lianjin/model.h"
#include "lianjin/random.h"
#include "model/calibrate.h"
#include "model/dual.h"
#include "model/evidence.h"

#define MUST(expr)                                                                                                     \
    do {                                                                                                               \
        if ((expr) != LJ_OK)                                                                                           \
            fail_msg("%s: %s", #expr, lj_error_message());                                                             \
    } while (0)

#define ROWS_MAX 128

typedef struct machines {
    lj_sparse x;
    double class_of[ROWS_MAX], value[ROWS_MAX];
    float weight[ROWS_MAX], squares[ROWS_MAX];
} machines;

static void read_machines(const lj_item *item, machines *m)
{
    const lj_item *x = lj_item_get(item, "x");
    m->x.width = x->items[0]->count;
    for (int64_t i = 0; i < x->count; i++) {
        int64_t count = 0;
        double squares = 1.0;
        MUST(lj_sparse_reserve(&m->x, m->x.width));
        for (int64_t k = 0; k < m->x.width; k++) {
            const double v = x->items[i]->items[k]->number;
            if (v == 0.0)
                continue;
            const int64_t at = lj_sparse_entries(&m->x) + count++;
            m->x.column[at] = (int32_t)k;
            m->x.value[at] = (float)v;
            squares += v * v;
        }
        MUST(lj_sparse_add_row(&m->x, count));
        m->squares[i] = (float)squares;
        m->class_of[i] = lj_item_get(item, "class")->items[i]->number;
        m->value[i] = lj_item_get(item, "value")->items[i]->number;
        m->weight[i] = (float)lj_item_get(item, "weight")->items[i]->number;
    }
}

static void coefficients_are_those_of_scikit_learn(void **state)
{
    (void)state;
    lj_doc *doc = NULL;
    MUST(lj_json_read(LJ_SOURCE_DIR "/tests/golden/text.json", &doc));
    const lj_item *item = lj_item_get(lj_doc_root(doc), "machines"), *fits = lj_item_get(item, "fits");
    machines m = {0};
    read_machines(item, &m);
    float *w = lj_new_array((m.x.width + 1) * LJ_DUAL_LANES, sizeof(*w));
    for (int64_t f = 0; f < fits->count; f++) {
        const lj_item *rows = lj_item_get(fits->items[f], "coefficients");
        const int is_regression = lj_item_get(fits->items[f], "is_regression")->number != 0;
        lj_dual_lane lanes[LJ_DUAL_LANES];
        for (int32_t c = 0; c < rows->count; c++)
            lanes[c] = (lj_dual_lane){.own = c, .cost = lj_item_get(fits->items[f], "cost")->number};
        const lj_dual_rows data = {
            .x = &m.x, .target = is_regression ? m.value : m.class_of, .weight = m.weight, .squares = m.squares};
        const lj_dual_options options = {.is_regression = is_regression, .tolerance = 1e-5, .passes = 5000, .seed = 1};
        MUST(lj_dual_solve(&data, lanes, rows->count, &options, w));
        for (int64_t c = 0; c < rows->count; c++) {
            for (int64_t k = 0; k < m.x.width; k++)
                assert_true(fabs(rows->items[c]->items[k]->number - (double)w[k * LJ_DUAL_LANES + c]) < 2e-4);
            const double bias = lj_item_get(fits->items[f], "bias")->items[c]->number;
            assert_true(fabs(bias - (double)w[m.x.width * LJ_DUAL_LANES + c]) < 2e-4);
        }
        assert_true(w[rows->count] == 0.0F); /* lanes that are not asked for */
    }
    lj_free(w);
    lj_sparse_free(&m.x);
    lj_doc_destroy(doc);
}

/* A problem gives the same bits in any lane and beside any others. */
static void a_lane_depends_on_no_other(void **state)
{
    (void)state;
    lj_doc *doc = NULL;
    machines m = {0};
    MUST(lj_json_read(LJ_SOURCE_DIR "/tests/golden/text.json", &doc));
    read_machines(lj_item_get(lj_doc_root(doc), "machines"), &m);
    const lj_dual_rows data = {.x = &m.x, .target = m.class_of, .weight = m.weight, .squares = m.squares};
    const lj_dual_options options = {.tolerance = 0.01, .passes = 50, .seed = 3};
    lj_dual_lane lanes[LJ_DUAL_LANES];
    float *all = lj_new_array((m.x.width + 1) * LJ_DUAL_LANES, sizeof(*all));
    float *one = lj_new_array((m.x.width + 1) * LJ_DUAL_LANES, sizeof(*one));
    for (int32_t l = 0; l < LJ_DUAL_LANES; l++)
        lanes[l] = (lj_dual_lane){.own = l % 3, .cost = l < 8 ? 0.2 : 5.0};
    MUST(lj_dual_solve(&data, lanes, LJ_DUAL_LANES, &options, all));
    for (int64_t l = 0; l < LJ_DUAL_LANES; l++) {
        MUST(lj_dual_solve(&data, lanes + l, 1, &options, one));
        for (int64_t k = 0; k <= m.x.width; k++)
            assert_true(one[k * LJ_DUAL_LANES] == all[k * LJ_DUAL_LANES + l]);
    }
    lj_free(one);
    lj_free(all);
    lj_sparse_free(&m.x);
    lj_doc_destroy(doc);
}

/* Margins that were made from known probabilities: calibration finds the way back. */
static void calibration_finds_the_scale(void **state)
{
    (void)state;
    enum { N = 20000, K = 3 };
    float *margins = lj_new_array(N * K, sizeof(*margins));
    double *target = lj_new_array(N, sizeof(*target));
    const uint64_t stream = lj_random_stream("test");
    for (int64_t i = 0; i < N; i++) {
        margins[i] = 4.0F * lj_random_uniform(1, stream, (uint64_t)i) - 2.0F;
        const double p = lj_sigmoid_value(3.0 * (double)margins[i] - 1.0);
        target[i] = (double)lj_random_uniform(2, stream, (uint64_t)i) < p;
    }
    const lj_calibration two = lj_calibrate_sigmoid(margins, 1, target, N);
    assert_true(fabs(two.scale - 3.0) < 0.15 && fabs(two.shift + 1.0) < 0.1);
    for (int64_t i = 0; i < N; i++) {
        double z[K];
        for (int64_t c = 0; c < K; c++) {
            margins[i * K + c] = lj_random_uniform(3, stream, (uint64_t)(i * K + c));
            z[c] = 5.0 * (double)margins[i * K + c];
        }
        lj_softmax_row(z, K);
        const double u = (double)lj_random_uniform(4, stream, (uint64_t)i);
        target[i] = u < z[0] ? 0.0 : u < z[0] + z[1] ? 1.0 : 2.0;
    }
    const lj_calibration more = lj_calibrate_softmax(margins, K, target, N, K);
    assert_true(fabs(more.scale - 5.0) < 0.25 && more.shift == 0.0);
    for (int64_t i = 0; i < N; i++) { /* nothing to be learnt, and everything known */
        target[i] = 0.0;
        margins[i * K] = 1.0F;
        margins[i * K + 1] = margins[i * K + 2] = 0.0F;
    }
    const lj_calibration sure = lj_calibrate_softmax(margins, K, target, N, K);
    assert_true(sure.scale >= 1.0 && sure.scale <= 1e3);
    const lj_calibration one = lj_calibrate_sigmoid(margins, K, target, N);
    assert_true(one.scale > 0.0 && isfinite(one.shift));
    lj_free(margins);
    lj_free(target);
}

/* By hand: column 0 stands in rows of one class, 1 in all alike, 2 is rare, 3 is no term, 4 is empty. */
static void terms_of_one_class_weigh_more(void **state)
{
    (void)state;
    enum { N = 40, K = 2 };
    lj_sparse x = {.width = 5};
    double class_of[N], squares[2] = {0.0};
    float factor[5];
    for (int64_t i = 0; i < N; i++) {
        int64_t count = 0;
        class_of[i] = (double)(i % K);
        MUST(lj_sparse_reserve(&x, x.width));
        for (int32_t c = 0; c < 4; c++) {
            if ((c == 0 && i % K != 0) || (c == 2 && i != 0))
                continue;
            const int64_t at = lj_sparse_entries(&x) + count++;
            x.column[at] = c;
            x.value[at] = 0.5F;
        }
        MUST(lj_sparse_add_row(&x, count));
    }
    MUST(lj_term_evidence(&x, class_of, K, 3, factor));
    assert_true(factor[0] > factor[2] && factor[2] > factor[1] && factor[3] == 1.0F && isfinite(factor[4]));
    /* p of the classes with the prior: (1 + 2.5/40, 2.5/40) of column 0 */
    const double p = 1.0625 / 1.125, entropy = -(p * lj_log_d(p) + (1 - p) * lj_log_d(1 - p)) / lj_log_d(2);
    assert_true(fabs((double)(factor[0] / factor[1]) - (1.3 - entropy) / 0.3) < 1e-5);
    for (int64_t k = 0; k < x.begin[N]; k++) {
        if (x.column[k] < 3) {
            squares[0] += 0.25;
            squares[1] += 0.25 * (double)factor[x.column[k]] * (double)factor[x.column[k]];
        }
    }
    assert_true(fabs(squares[0] - squares[1]) < 1e-5 * squares[0]);
    lj_sparse_free(&x);
}

/* Texts of three sorts: terms 10 k .. 10 k + 9 belong to class k, the others to all. */
static lj_sparse make_terms(double *target, int64_t n, const char *name)
{
    lj_sparse x = {.width = 50};
    const uint64_t stream = lj_random_stream(name);
    for (int64_t i = 0; i < n; i++) {
        int64_t count = 0;
        target[i] = (double)(lj_random_u32(1, stream, (uint64_t)i) % 3);
        MUST(lj_sparse_reserve(&x, x.width));
        for (int32_t t = 0; t < x.width; t++) {
            const float u = lj_random_uniform(2, stream, (uint64_t)(i * x.width + t));
            if (u < (t / 10 == (int32_t)target[i] ? 0.4F : 0.1F)) {
                const int64_t at = lj_sparse_entries(&x) + count++;
                x.column[at] = t;
                x.value[at] = 0.3F;
            }
        }
        MUST(lj_sparse_add_row(&x, count));
    }
    return x;
}

static lj_status fit_family(const char *family, const lj_rows *train, const lj_rows *valid, int threads, lj_model **out)
{
    const lj_model_spec spec = {.task = LJ_MULTICLASS, .classes = 3, .term_count = train->terms->width};
    const lj_fit_options options = {.family = family, .seed = 7};
    lj_train_result result;
    lj_team *team = NULL;
    MUST(lj_team_create(threads, &team));
    const lj_status status = lj_model_fit(&options, &spec, train, valid, team, NULL, &result, out);
    lj_free(result.epochs);
    lj_team_destroy(team);
    return status;
}

static void terms_are_learnt_and_scored_alone_as_together(void **state)
{
    (void)state;
    double target[600], again[200];
    lj_sparse terms = make_terms(target, 600, "train"), others = make_terms(again, 200, "valid");
    const lj_rows train = {.n = 600, .terms = &terms, .target = target};
    const lj_rows valid = {.n = 200, .terms = &others, .target = again};
    float scores[600], single[3];
    char first[65] = "", hex[65];
    lj_model *model = NULL;
    for (int threads = 1; threads <= 4; threads *= 2) {
        lj_model_destroy(model);
        MUST(fit_family("text_linear", &train, &valid, threads, &model));
        MUST(lj_weights_sha256(lj_model_weights(model), hex));
        if (threads == 1)
            memcpy(first, hex, sizeof(hex));
        assert_string_equal(first, hex);
    }
    MUST(lj_model_predict(model, &valid, NULL, scores));
    double right = 0.0;
    for (int64_t i = 0; i < 200; i++) {
        int best = 0;
        for (int c = 1; c < 3; c++)
            best = scores[i * 3 + c] > scores[i * 3 + best] ? c : best;
        right += best == (int)again[i];
        lj_sparse view = others;
        view.n = 1;
        view.begin += i;
        MUST(lj_model_predict(model, &(lj_rows){.n = 1, .terms = &view}, NULL, single));
        assert_memory_equal(single, scores + i * 3, sizeof(single));
    }
    assert_true(right > 170);
    lj_model_destroy(model);
    lj_sparse_free(&terms);
    lj_sparse_free(&others);
}

static void rows_without_their_terms_are_refused(void **state)
{
    (void)state;
    double target[60];
    lj_sparse terms = make_terms(target, 60, "train");
    const lj_rows train = {.n = 60, .terms = &terms, .target = target};
    lj_model *model = NULL;
    float scores[180];
    assert_int_equal(fit_family("logistic", &train, NULL, 1, &model), LJ_EDATA);
    assert_non_null(strstr(lj_error_message(), "'logistic' does not read the terms of texts"));
    MUST(fit_family("text_linear", &train, NULL, 1, &model));
    lj_sparse narrow = terms;
    narrow.width = 49;
    assert_int_equal(lj_model_predict(model, &(lj_rows){.n = 60, .terms = &narrow}, NULL, scores), LJ_ESHAPE);
    assert_int_equal(lj_model_predict(model, &(lj_rows){.n = 60}, NULL, scores), LJ_ESHAPE);
    assert_int_equal(lj_model_predict(model, &(lj_rows){.n = 61, .terms = &terms}, NULL, scores), LJ_ESHAPE);
    lj_model_destroy(model);
    lj_sparse_free(&terms);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(coefficients_are_those_of_scikit_learn),
        cmocka_unit_test(a_lane_depends_on_no_other),
        cmocka_unit_test(calibration_finds_the_scale),
        cmocka_unit_test(terms_of_one_class_weigh_more),
        cmocka_unit_test(terms_are_learnt_and_scored_alone_as_together),
        cmocka_unit_test(rows_without_their_terms_are_refused),
    };
    return cmocka_run_group_tests_name("model/text_linear", tests, NULL, NULL);
}
