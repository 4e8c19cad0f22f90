/*
 * The pipeline file and what runs it: from a raw table to a proved bundle.
 * Every key of the file is declared once (src/pipeline/declarations.c); the
 * check, docs/pipeline.md and later the console's forms come from there.
 */
#ifndef LIANJIN_PIPELINE_H
#define LIANJIN_PIPELINE_H

#include <stdint.h>

#include "lianjin/bundle.h"
#include "lianjin/data.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct lj_pipeline lj_pipeline;

/* Reads and checks a file. LJ_ECONFIG "file:line:column: ..." with the nearest key or word. */
LJ_CHECKED lj_status lj_pipeline_read(const char *path, lj_pipeline **out);
LJ_CHECKED lj_status lj_pipeline_parse(const char *name, const char *text, size_t size, lj_pipeline **out);
void lj_pipeline_destroy(lj_pipeline *pipeline);
const char *lj_pipeline_name(const lj_pipeline *pipeline);

/* Every key of the file with type, default and meaning, as Markdown: docs/pipeline.md. */
LJ_CHECKED lj_status lj_pipeline_document(lj_text *out);
/* docs/layers.md likewise: the layers of `family: layers`. */
LJ_CHECKED lj_status lj_layers_document(lj_text *out);

typedef struct lj_pipeline_options {
    const char *bundle; /* where the bundle goes; NULL: "bundles/<name>" */
    int resume;         /* go on from the checkpoint of an interrupted run */
    const uint64_t *seed; /* instead of the pipeline's */
    int tune;           /* search for options first, also without `tune:` */
    int64_t trials;     /* of the search, instead of the pipeline's; 0: those */
    lj_team *team;
    lj_console *console;
} lj_pipeline_options;

/* What a run tells: the one document of --json. */
typedef struct lj_run_result {
    lj_text json;     /* {"bundle", "weights_sha256", "scores_sha256", "metrics", "seconds", "warnings"} */
    lj_text summary;  /* the table for people */
} lj_run_result;

/* Runs it. `result` is the caller's (lj_run_result_free), also after a failure. */
LJ_CHECKED lj_status lj_pipeline_run(const lj_pipeline *pipeline, const lj_pipeline_options *options,
                                     lj_run_result *result);
void lj_run_result_free(lj_run_result *result);

/*
 * Evaluates a bundle on a table with the target: the metrics map, and the page
 * for people when report is not NULL.
 */
typedef struct lj_evaluate_options {
    const lj_source_options *source;
    const char *by;      /* metrics by group of this column; NULL: none */
    const char *report;  /* path of an HTML report; NULL: none */
    lj_team *team;
    lj_console *console;
} lj_evaluate_options;
LJ_CHECKED lj_status lj_bundle_evaluate(lj_bundle *bundle, const lj_evaluate_options *options, lj_run_result *result);

/* Scores a table of any size into a .csv or .parquet file, in order, by chunks. */
typedef struct lj_predict_options {
    const lj_source_options *source;
    const char *out;              /* .csv or .parquet; NULL: CSV on standard output */
    const char *const *keep;      /* columns of the table to repeat before the scores, also such as the model does not read */
    int64_t keep_count;
    lj_team *team;
    lj_console *console;
} lj_predict_options;
typedef struct lj_predict_result {
    int64_t rows;
    char scores_sha256[LJ_SHA256_HEX]; /* of the float32 bits, little-endian, in row order */
    double seconds;
} lj_predict_result;
LJ_CHECKED lj_status lj_bundle_predict(lj_bundle *bundle, const lj_predict_options *options, lj_predict_result *out);

/*
 * Why each row of a table has its score: columns kept, scores, the contribution of each column of the model (of several
 * classes: to the one that is said, or to `class_name`), and reasons, to `out`. What is left out is as `explain:` of the
 * pipeline says. LJ_EUNSUPPORTED: the model, method and reference do not go together.
 */
typedef struct lj_bundle_explain_options {
    const lj_source_options *source;
    const char *out;              /* .csv or .parquet; NULL: CSV on standard output */
    const char *const *keep;
    int64_t keep_count;
    const char *method, *reference; /* names of lj_explain_method and lj_reference */
    const char *class_name;
    const char *language;         /* "en" or "zh": a column of text beside each reason; NULL: ids only */
    int64_t reasons;              /* -1: as the pipeline says */
    lj_team *team;
    lj_console *console;
} lj_bundle_explain_options;
typedef struct lj_explain_result {
    lj_text json;    /* {"rows", "unit", "method", "reference", "columns": [{"column", "mean_size", "low", "high", ...}]} */
    lj_text summary; /* the columns that matter most, for people */
} lj_explain_result;
/* `result` is the caller's (lj_explain_result_free), also after a failure. */
LJ_CHECKED lj_status lj_bundle_explain(lj_bundle *bundle, const lj_bundle_explain_options *options,
                                       lj_explain_result *result);
void lj_explain_result_free(lj_explain_result *result);

/*
 * A bundle from trees that XGBoost or LightGBM grew (lianjin/tree_import.h). Its columns are those that the trees ask about,
 * by the names of the file. LJ_EUSAGE: something other than a bundle is at `out`.
 */
typedef struct lj_import_options {
    const char *model;  /* the model file */
    const char *out;    /* folder of the bundle */
    const char *target; /* what the model predicts */
    lj_console *console;
} lj_import_options;
LJ_CHECKED lj_status lj_bundle_import(const lj_import_options *options);

/*
 * A scorecard in another language: sql, c, json, pmml. The text is run or read anew over all rows of the table, which must
 * have the columns of the model, and is refused unless every row has the points of the scorer. LJ_EUNSUPPORTED: the model
 * is no scorecard, or a column has steps before woe. *rows: how many proved it.
 */
typedef struct lj_export_options {
    const char *to;
    const lj_source_options *source;
    lj_console *console;
} lj_export_options;
LJ_CHECKED lj_status lj_bundle_export(lj_bundle *bundle, const lj_export_options *options, lj_text *out, int64_t *rows);

/*
 * New rows or texts of a model that draws them, to `out`: .csv or .parquet for a table (NULL: CSV on standard output), for images
 * a .png with all of them side by side, or a folder that is not there yet and gets a PNG for each; texts, a row each,
 * as a table, or on standard output as they are. A row is a function of (seed, its number).
 */
typedef struct lj_generate_options {
    int64_t rows;
    uint64_t seed;
    const char *class_name; /* of a model that was told classes; NULL: each class in turn */
    const char *prompt;     /* texts begin with it; NULL: with nothing */
    int64_t tokens;         /* most tokens of a text behind the prompt; 0: 200 */
    lj_sampling sampling;   /* of texts; its seed is not read */
    const char *out;
    lj_team *team;
    lj_console *console;
} lj_generate_options;
typedef struct lj_generate_result {
    int64_t rows;
    char rows_sha256[LJ_SHA256_HEX]; /* of what the model drew: numbers, codes, pixels, row chunk by row chunk; texts with a NUL */
    double seconds;
} lj_generate_result;
LJ_CHECKED lj_status lj_bundle_generate(lj_bundle *bundle, const lj_generate_options *options,
                                        lj_generate_result *out);

#ifdef __cplusplus
}
#endif
#endif
