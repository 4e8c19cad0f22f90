/*
 * The report: one HTML file that opens offline, with its charts, in English and
 * Chinese; the page of a profile; and the model card. This part has no numbers
 * of its own: it shows what evaluation, profile and training computed.
 *
 * The page is a template (console/charts, built by Vite, kept in the program)
 * into which one JSON document is written: its keys are described in
 * docs/report.md. Texts of the caller are data: the page never reads them as
 * HTML.
 */
#ifndef LIANJIN_REPORT_H
#define LIANJIN_REPORT_H

#include <stdint.h>

#include "lianjin/eval.h"
#include "lianjin/memory.h"
#include "lianjin/status.h"
#include "lianjin/train.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One part of the split. */
typedef struct lj_report_part {
    const char *name;  /* train, valid, test, out of fold (these names are translated), or another */
    int64_t rows;
    double rate;       /* binary: share of the positive class; regression: mean of the target; NaN: none */
    double psi;        /* of its scores against those of train; NaN: none */
    const lj_evaluation *evaluation; /* NULL: not evaluated */
} lj_report_part;

/* Permutation importance of one feature: loss of the metric when its values are shuffled. */
typedef struct lj_report_importance {
    const char *feature;
    double mean;
    double spread; /* standard deviation over the repeats; NaN: none */
} lj_report_importance;

/* Metrics by the values of one column. */
typedef struct lj_report_groups {
    const char *column;
    const char *json; /* the value that lj_evaluate_groups wrote (its JSON text without the key) */
} lj_report_groups;

/* What a series said over time and what came: of one group of it, [count] each, in order. */
typedef struct lj_report_forecast {
    const char *part;        /* test */
    const char *group;       /* the word of the group; NULL: the table is one series */
    const char *const *times; /* of the rows that were forecast from */
    const double *target;
    const float *prediction;
    int64_t count;
} lj_report_forecast;

/* One line of "how to reproduce" or of the model's facts beyond those named below. */
typedef struct lj_report_fact {
    const char *name;  /* translated if the page knows it */
    const char *value;
} lj_report_fact;

/*
 * All that a report shows. Everything is borrowed for the call. Strings may be
 * NULL, counts 0, numbers NaN: what is not there is left out of the page.
 */
typedef struct lj_report {
    /* what was asked */
    const char *name;
    const char *created;        /* "2026-01-31 12:00 UTC"; NULL keeps the file the same from run to run */
    lj_task task;
    const char *target;         /* its column */
    const char *target_reason;  /* how task and positive class were found */
    int64_t classes;            /* 0 for regression */
    const char *const *class_names; /* [classes]; binary: [1] is the positive class */
    const char *pipeline;       /* text of the pipeline file */
    const char *purpose;        /* for the card; NULL: a sentence about the target */

    /* data */
    const char *profile;        /* JSON text of lj_profile_json */
    const char *source;         /* path or glob, as the pipeline names it */
    const char *split;          /* for people: "by column part", "random, seed 7" */
    const char *const *warnings; /* [warning_count], for people */
    int64_t warning_count;
    const lj_report_part *parts; /* [part_count], in the order train, valid, test */
    int64_t part_count;

    /* preparation and model */
    const char *preparation;    /* JSON text of lj_prep_json */
    const char *family;
    const char *model;          /* JSON text of lj_model_json */
    const char *scorecard;      /* JSON text of lj_scorecard_json */
    int64_t feature_count;      /* columns that the model reads */
    int64_t weight_count;       /* numbers in the weights */

    /* training */
    const lj_epoch *epochs;     /* [epoch_count] */
    int64_t epoch_count;
    int64_t best_epoch;
    const char *monitor;        /* name of the metric of lj_epoch.monitor */
    double train_seconds, rows_per_second;

    /* what it can do */
    double threshold;           /* of the positive class; NaN: 0.5 */
    const char *threshold_reason; /* "largest F1 on valid" */
    const lj_report_forecast *forecast; /* NULL: no series of numbers */
    const lj_report_importance *importance; /* [importance_count], largest first */
    int64_t importance_count;
    const char *importance_metric; /* "auc" */
    const char *importance_part;   /* "valid" */
    const char *search;            /* JSON text: docs/report.md; NULL: there was none */
    const char *explanation;       /* JSON text: docs/report.md; NULL: none */
    const lj_report_groups *groups; /* [group_count] */
    int64_t group_count;
    const char *groups_part;    /* "test" */
    double microseconds_per_score;
    int64_t model_bytes;        /* of the bundle's weights; 0: not known */

    /* how to reproduce */
    uint64_t seed;
    const char *data_sha256, *weights_sha256, *scores_sha256, *pipeline_sha256;
    const lj_report_fact *facts; /* [fact_count]: versions, instruction set, ... */
    int64_t fact_count;
    const char *const *commands; /* [command_count], to be typed in a shell */
    int64_t command_count;
} lj_report;

/* The JSON document that the page shows. LJ_ECORRUPT: what must be JSON text is not. */
LJ_CHECKED lj_status lj_report_json(const lj_report *report, lj_text *out);

/* Writes report.html, whole or not at all. LJ_EIO. */
LJ_CHECKED lj_status lj_report_write(const char *path, const lj_report *report);

/* The model card as Markdown: purpose, data, metrics with intervals, groups, limits, hashes. */
LJ_CHECKED lj_status lj_report_card(const lj_report *report, lj_text *out);

/*
 * The page of a profile: `profile` is the JSON text of lj_profile_json, `title`
 * what was profiled (the file's name). Written whole or not at all.
 */
LJ_CHECKED lj_status lj_report_profile(const char *path, const char *title, const char *profile);

#ifdef __cplusplus
}
#endif
#endif
