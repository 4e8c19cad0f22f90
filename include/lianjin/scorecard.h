/*
 * Scorecards: the points of the family `scorecard`. A row's score is the sum of the points of the bins it is in, a whole
 * number; the more points, the rarer the positive class. Points scale the odds as Siddiqi, "Credit Risk Scorecards"
 * (2006), chapter 6, does: `base_score` points at `base_odds` others to one positive row, and `pdo` more double the odds.
 */
#ifndef LIANJIN_SCORECARD_H
#define LIANJIN_SCORECARD_H

#include <stdint.h>

#include "lianjin/model.h"
#include "lianjin/prep.h"

#ifdef __cplusplus
extern "C" {
#endif

/* How points are made of weights of evidence. Copy it as you like; the weights are the model's. */
typedef struct lj_scorecard {
    int64_t count;        /* numbers that the model reads */
    int64_t used;         /* those that have points */
    const float *weights; /* [count] 0: not used */
    double base;          /* points of the intercept, in equal shares in those of the numbers used */
    double factor;        /* points that multiply the odds by e */
    double base_score, base_odds, pdo;
} lj_scorecard;

/* LJ_EUNSUPPORTED: the model is of another family. */
LJ_CHECKED lj_status lj_scorecard_of(const lj_model *model, lj_scorecard *out);

/* Points of a number with this weight of evidence; 0 if it is not used. */
int64_t lj_scorecard_points(const lj_scorecard *card, int64_t index, float woe);

/* Points of a row: the sum over its numbers [count]. */
int64_t lj_scorecard_score(const lj_scorecard *card, const float *numbers);

/* The card as a table of bins and points: CSV for people, JSON for pages (docs/report.md, `scorecard`). */
LJ_CHECKED lj_status lj_scorecard_csv(const lj_model *model, const lj_prep *prep, lj_text *out);
LJ_CHECKED lj_status lj_scorecard_json(const lj_model *model, const lj_prep *prep, lj_text *out);

#ifdef __cplusplus
}
#endif
#endif
