/*
 * The bundle: a folder that holds a model with all it takes to score and to
 * prove it: model.json, weights.safetensors, prep.json, card.md, report.html,
 * signature.json (docs/bundle.md). It is written as a whole or not at all, and
 * read only after every file has the digest that the signature names.
 */
#ifndef LIANJIN_BUNDLE_H
#define LIANJIN_BUNDLE_H

#include <stdint.h>

#include "lianjin/explain.h"
#include "lianjin/hash.h"
#include "lianjin/model.h"
#include "lianjin/prep.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What the model answers, in the words of the table. */
typedef struct lj_target {
    const char *column;             /* NULL: learned without one */
    lj_task task;
    int64_t classes;                /* 0 for regression; unsupervised: those that the model is told */
    const char *const *class_names; /* [classes] in the order of their numbers; binary: [1] is the positive class */
    const char *reason;             /* how task and positive class were found, for people */
} lj_target;

/* A finished run, as the bundle keeps it. Everything is borrowed for the call. */
typedef struct lj_bundle_parts {
    const char *name;
    const lj_target *target;
    const lj_prep *prep;
    const lj_model *model;
    double threshold;          /* of the positive class, chosen on valid; 0.5 else */
    uint64_t seed;
    const char *data_sha256;
    const char *scores_sha256; /* of all scored parts, in row order */
    const char *pipeline;      /* text of the pipeline file */
    const char *metrics;       /* JSON map: {"train": {...}, "valid": ..., "test": ...} */
    const char *card;          /* Markdown */
    const char *report;        /* path of the finished report.html, moved into the bundle; NULL: none */
    const char *history;       /* folder with history.csv and trials.jsonl, which are moved too; NULL: none */
    /* Rows of the table and the scores they got: a loaded bundle has to give the same bits. */
    const lj_frame *cases;
    const float *case_scores;  /* [case_count, width] of the last rows of cases */
    int64_t case_count;
    const lj_references *references; /* what rows are compared with when they are explained; NULL: nothing is kept */
} lj_bundle_parts;

/* Writes `path` (replaced if it is a bundle; any other folder is refused) and signs it. */
LJ_CHECKED lj_status lj_bundle_write(const char *path, const lj_bundle_parts *parts);

/* LJ_EUSAGE if something other than a bundle is in the way: asked before the work, not after. */
LJ_CHECKED lj_status lj_bundle_check_place(const char *path);

typedef struct lj_bundle lj_bundle;

/*
 * Opens, checks digests and signature, and scores the kept cases: LJ_ECORRUPT
 * names the file that was cut or altered, or the case that scores otherwise;
 * LJ_EVERSION a bundle of a newer format or arithmetic.
 */
LJ_CHECKED lj_status lj_bundle_open(const char *path, lj_bundle **out);
void lj_bundle_close(lj_bundle *bundle);

const char *lj_bundle_name(const lj_bundle *bundle);
const lj_target *lj_bundle_target(const lj_bundle *bundle);
const lj_prep *lj_bundle_prep(const lj_bundle *bundle);
lj_model *lj_bundle_model(const lj_bundle *bundle); /* one thread at a time (lj_model_share) */
double lj_bundle_threshold(const lj_bundle *bundle);
const lj_references *lj_bundle_references(const lj_bundle *bundle); /* NULL: it keeps none */
const lj_item *lj_bundle_root(const lj_bundle *bundle); /* of model.json */
const char *lj_bundle_weights_sha256(const lj_bundle *bundle);

/*
 * Scores the rows of a frame with the bundle's columns (further columns are
 * ignored): scores [rows, width]. counts may be NULL. Of a series, the rows are
 * in order (lj_series_order) and those that are no samples score NaN.
 */
LJ_CHECKED lj_status lj_bundle_score(lj_bundle *bundle, const lj_frame *frame, lj_team *team, lj_prep_counts *counts,
                                     float *scores);
/* The same with a prep and model that are not in a bundle yet. */
LJ_CHECKED lj_status lj_score_frame(const lj_prep *prep, lj_model *model, const lj_frame *frame, lj_team *team,
                                    lj_prep_counts *counts, float *scores);
/* The points [rows] of a scorecard (lianjin/scorecard.h). LJ_EUNSUPPORTED: the family gives none. */
LJ_CHECKED lj_status lj_bundle_points(lj_bundle *bundle, const lj_frame *frame, int64_t *points);

/*
 * Signature. Ed25519 over the SHA-256 of every file; the key is
 * $LIANJIN_HOME/keys/signing.pem, made (readable by its owner alone) when it is
 * not there. The public key stands in signature.json.
 */
LJ_CHECKED lj_status lj_signature_write(const char *folder);
LJ_CHECKED lj_status lj_signature_verify(const char *folder);

#ifdef __cplusplus
}
#endif
#endif
