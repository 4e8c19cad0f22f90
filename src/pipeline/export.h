/*
 * A scorecard in other languages. It is a list of rules for each column, of which the first that fits gives the points;
 * a language writes them, and proves its text: whoever runs or reads it anew gives the points of the scorer, row by row.
 */
#ifndef LIANJIN_PIPELINE_EXPORT_H
#define LIANJIN_PIPELINE_EXPORT_H

#include "lianjin/frame.h"
#include "lianjin/memory.h"
#include "lianjin/status.h"

typedef enum lj_when {
    LJ_WHEN_MISSING, /* there is no value */
    LJ_WHEN_EQUAL,   /* the value is `number`, or `text` */
    LJ_WHEN_BELOW,   /* the value is less than `number` */
    LJ_WHEN_ELSE
} lj_when;

typedef struct lj_rule {
    lj_when kind;
    double number;
    const char *text;
    int64_t points;
} lj_rule;

/* Missing values have the first rule, and the last one is for all that no other fits. */
typedef struct lj_rules {
    const char *column;
    int is_number;   /* else a text */
    lj_rule *rules;  /* [count] */
    int64_t count;
} lj_rules;

typedef struct lj_rule_card {
    const char *name;
    lj_arena *arena;
    lj_rules *columns; /* [count] */
    int64_t count;
} lj_rule_card;

typedef struct lj_language {
    const char *name;    /* of --to */
    const char *doc;
    lj_status (*write)(const lj_rule_card *card, lj_text *out);
    /* The points of the rows of a frame by the text alone; scratch is a folder of its own. */
    lj_status (*run)(const lj_rule_card *card, const char *text, const lj_frame *frame, const char *scratch,
                     int64_t *points);
} lj_language;

/* All languages: a file src/pipeline/export_<name>.c and a line here. */
#define LJ_LANGUAGE_LIST(X) X(sql) X(c) X(json) X(pmml)
#define X(name) extern const lj_language lj_language_##name;
LJ_LANGUAGE_LIST(X)
#undef X

/* The points of the rows by rules that were read from a text. LJ_EDATA: a column is missing. */
LJ_CHECKED lj_status lj_rules_apply(const lj_rules *columns, int64_t count, const lj_frame *frame, int64_t *points);

/* A number as every language reads it, with all digits: "20000.0", "0.041113799999999999", "1e+20". */
void lj_rule_number(lj_text *out, double number);

#endif
