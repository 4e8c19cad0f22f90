/* Inside of bundle/: names of the files and of what is signed. */
#ifndef LJ_BUNDLE_BUNDLE_H
#define LJ_BUNDLE_BUNDLE_H

#include "lianjin/bundle.h"

#define LJ_MODEL_FILE "model.json"
#define LJ_WEIGHTS_FILE "weights.safetensors"
#define LJ_TREES_FILE "trees.json"
#define LJ_PREP_FILE "prep.json"
#define LJ_CARD_FILE "card.md"
#define LJ_REPORT_FILE "report.html"
#define LJ_HISTORY_FILE "history.csv"
#define LJ_TRIALS_FILE "trials.jsonl"
#define LJ_SCORECARD_FILE "scorecard.csv"
#define LJ_REFERENCES_FILE "references.json"
#define LJ_SIGNATURE_FILE "signature.json"

#define LJ_SIGNATURE_FORMAT 1
#define LJ_SIGNATURE_SUITE "ed25519-sha256"
#define LJ_SIGNATURE_HEAD "lianjin-bundle 1\n"

/* Path of `name` under $LIANJIN_HOME (default ~/.lianjin), to free with lj_free; NULL without memory. */
char *lj_home_path(const char *name);

/*
 * What follows the check of signature and digests, from memory: the parts are
 * checked against each other and the kept cases are scored. Takes `model` and
 * `learned` over, also on failure. For lj_bundle_open and the fuzz target.
 */
LJ_CHECKED lj_status lj_bundle_assemble(const char *path, lj_doc *model, const lj_doc *prep, lj_learned *learned,
                                        const char *weights_sha256, lj_bundle **out);

#endif
