/* Probabilities of two classes made to be what they say: `model: {calibrate:}`. */
#ifndef LIANJIN_MODEL_CALIBRATOR_H
#define LIANJIN_MODEL_CALIBRATOR_H

#include "lianjin/document.h"
#include "lianjin/status.h"

/* X(code, name, doc) */
#define LJ_CALIBRATOR_LIST(X)                                                                             \
    X(NONE, "none", "probabilities are as the model gives them")                                          \
    X(PLATT, "platt", "sigmoid(a * log-odds + b) (Platt 1999)")                                           \
    X(BETA, "beta", "sigmoid(a * ln p - b * ln(1 - p) + c), a and b not below 0 (Kull, Silva Filho and "   \
                    "Flach, AISTATS 2017)")                                                               \
    X(ISOTONIC, "isotonic", "the closest line that never falls (Zadrozny and Elkan, KDD 2002)")

typedef enum lj_calibrator_kind {
#define X(code, name, doc) LJ_CALIBRATOR_##code,
    LJ_CALIBRATOR_LIST(X)
#undef X
        LJ_CALIBRATOR_COUNT
} lj_calibrator_kind;

extern const char *const lj_calibrator_names[]; /* ended by NULL */

/* Start with {0}. */
typedef struct lj_calibrator {
    lj_calibrator_kind kind;
    double a, b, c;       /* PLATT (a, b), BETA */
    int64_t count;        /* ISOTONIC: knots, between which the line is straight */
    double *from, *to;    /* [count] ascending */
} lj_calibrator;

void lj_calibrator_free(lj_calibrator *calibrator);
/* Fits on probabilities [n] and targets 0 and 1 [n] that the model did not learn from. LJ_EDATA: one class only. */
LJ_CHECKED lj_status lj_calibrator_fit(lj_calibrator_kind kind, const float *probability, const double *target,
                                       int64_t n, lj_calibrator *out);
/* Probabilities [n], in place. */
void lj_calibrator_apply(const lj_calibrator *calibrator, int64_t n, float *probability);
/* "calibration" of model.json, if there is one. */
void lj_calibrator_save(const lj_calibrator *calibrator, lj_json *json);
LJ_CHECKED lj_status lj_calibrator_load(const lj_doc *doc, const lj_item *model, lj_calibrator *out);

#endif
