/* Calibration: values of scikit-learn 1.9 (LogisticRegression without penalty, IsotonicRegression, Platt), and files. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lianjin/math.h"
#include "model/calibrator.h"

enum { N = 400, ASKED = 5 };

static const float asked[ASKED] = {0.02F, 0.3F, 0.5F, 0.77F, 0.99F};
static const struct {
    lj_calibrator_kind kind;
    double expected[ASKED];
} golden[] = {
    {LJ_CALIBRATOR_PLATT, {0.05961049, 0.29332496, 0.41185271, 0.59616115, 0.92272333}},
    {LJ_CALIBRATOR_BETA, {0.11006273, 0.27670584, 0.38016185, 0.59314014, 0.9685279}},
    {LJ_CALIBRATOR_ISOTONIC, {0.04545455, 0.2745098, 0.33333333, 0.66666667, 1.0}},
};

/* Probabilities whose true log-odds are 0.6 of theirs, less 0.4. */
static void make_rows(float *p, double *y)
{
    for (int i = 0; i < N; i++) {
        p[i] = (float)(((i * 37) % 401 + 0.5) / 401.0);
        const double odds = log((double)p[i] / (1.0 - (double)p[i]));
        y[i] = ((i * 73) % 409 + 0.5) / 409.0 < 1.0 / (1.0 + exp(-(0.6 * odds - 0.4)));
    }
}

static double log_loss(const float *p, const double *y)
{
    double sum = 0.0;
    for (int i = 0; i < N; i++)
        sum -= log(fmax(1e-9, y[i] > 0.5 ? (double)p[i] : 1.0 - (double)p[i]));
    return sum / N;
}

static void values_are_those_of_scikit_learn(void **state)
{
    (void)state;
    float p[N], after[N], some[ASKED];
    double y[N];
    make_rows(p, y);
    for (size_t g = 0; g < sizeof(golden) / sizeof(golden[0]); g++) {
        lj_calibrator calibrator = {0};
        assert_int_equal(lj_calibrator_fit(golden[g].kind, p, y, N, &calibrator), LJ_OK);
        memcpy(some, asked, sizeof(some));
        lj_calibrator_apply(&calibrator, ASKED, some);
        for (int k = 0; k < ASKED; k++)
            if (!(fabs((double)some[k] - golden[g].expected[k]) < 2e-3))
                fail_msg("%s of %g: %.6f, expected %.6f", lj_calibrator_names[golden[g].kind], (double)asked[k],
                         (double)some[k], golden[g].expected[k]);
        memcpy(after, p, sizeof(after));
        lj_calibrator_apply(&calibrator, N, after);
        assert_true(log_loss(after, y) < log_loss(p, y) - 0.02);
        lj_calibrator_free(&calibrator);
    }
}

/* Probabilities that say the contrary: nothing that rises with them is better than the rate of all rows. */
static void beta_never_falls(void **state)
{
    (void)state;
    float p[N], some[ASKED];
    double y[N], rate = 0.0;
    lj_calibrator calibrator = {0};
    make_rows(p, y);
    for (int i = 0; i < N; i++) {
        y[i] = (double)p[i] < 0.3 + 0.4 * (i % 2);
        rate += y[i] / N;
    }
    assert_int_equal(lj_calibrator_fit(LJ_CALIBRATOR_BETA, p, y, N, &calibrator), LJ_OK);
    memcpy(some, asked, sizeof(some));
    lj_calibrator_apply(&calibrator, ASKED, some);
    for (int k = 0; k < ASKED; k++)
        assert_true(fabs((double)some[k] - rate) < 1e-4);
    lj_calibrator_free(&calibrator);
}

static void what_is_saved_comes_back(void **state)
{
    (void)state;
    float p[N], before[N], after[N];
    double y[N];
    make_rows(p, y);
    for (int kind = 1; kind < LJ_CALIBRATOR_COUNT; kind++) {
        lj_calibrator calibrator = {0}, loaded = {0};
        lj_text text = {0};
        lj_json json;
        lj_doc *doc = NULL;
        assert_int_equal(lj_calibrator_fit((lj_calibrator_kind)kind, p, y, N, &calibrator), LJ_OK);
        lj_json_start(&json, &text, 0);
        lj_json_map(&json, NULL);
        lj_calibrator_save(&calibrator, &json);
        lj_json_end_map(&json);
        assert_int_equal(lj_text_finish(&text), LJ_OK);
        assert_int_equal(lj_json_parse("model.json", text.data, text.size, &doc), LJ_OK);
        assert_int_equal(lj_calibrator_load(doc, lj_doc_root(doc), &loaded), LJ_OK);
        memcpy(before, p, sizeof(p));
        memcpy(after, p, sizeof(p));
        lj_calibrator_apply(&calibrator, N, before);
        lj_calibrator_apply(&loaded, N, after);
        assert_memory_equal(before, after, sizeof(before));
        lj_calibrator_free(&calibrator);
        lj_calibrator_free(&loaded);
        lj_doc_destroy(doc);
        lj_text_free(&text);
    }
}

#define ISOTONIC "{\"calibration\": {\"method\": \"isotonic\", \"a\": 1, \"b\": 0, \"c\": 0, "

static void files_that_lie_are_refused(void **state)
{
    (void)state;
    static const char *const lies[] = {
        "{\"calibration\": 3}",
        "{\"calibration\": {\"method\": \"plat\", \"a\": 1, \"b\": 0, \"c\": 0, \"from\": [], \"to\": []}}",
        "{\"calibration\": {\"method\": \"platt\", \"a\": 1, \"c\": 0, \"from\": [], \"to\": []}}",
        "{\"calibration\": {\"method\": \"platt\", \"a\": 1, \"b\": 0, \"c\": 0, \"from\": [0.1], \"to\": [0.1]}}",
        ISOTONIC "\"from\": [], \"to\": []}}",
        ISOTONIC "\"from\": [0.2, 0.1], \"to\": [0, 1]}}",
        ISOTONIC "\"from\": [0.1, 0.2], \"to\": [1, 0]}}",
        ISOTONIC "\"from\": [0.1, 2], \"to\": [0, 1]}}",
    };
    for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
        lj_calibrator loaded = {0};
        lj_doc *doc = NULL;
        assert_int_equal(lj_json_parse("model.json", lies[i], strlen(lies[i]), &doc), LJ_OK);
        if (lj_calibrator_load(doc, lj_doc_root(doc), &loaded) != LJ_ECORRUPT ||
            strncmp(lj_error_message(), "model.json:1:", 13) != 0)
            fail_msg("%s: %s", lies[i], lj_error_message());
        assert_null(loaded.from);
        lj_doc_destroy(doc);
    }
    const float p[2] = {0.1F, 0.2F};
    const double y[2] = {1.0, 1.0};
    lj_calibrator one = {0};
    assert_int_equal(lj_calibrator_fit(LJ_CALIBRATOR_BETA, p, y, 2, &one), LJ_EDATA);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_those_of_scikit_learn),
        cmocka_unit_test(beta_never_falls),
        cmocka_unit_test(what_is_saved_comes_back),
        cmocka_unit_test(files_that_lie_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
