/*
 * Declared options. Each option of the pipeline file, a model family, the
 * training or a transform is declared once, as a row of a table; the check of
 * the config, the documentation and the console's forms come from that row.
 *
 *     typedef struct options {
 *         double rate;
 *         int64_t epochs;
 *         int kind;
 *         const lj_item *hidden;
 *     } options;
 *
 *     static const char *const kinds[] = {"plain", "fancy", NULL};
 *     static const lj_declaration declarations[] = {
 *         {.key = "rate", .kind = LJ_DECLARED_NUMBER, .offset = offsetof(options, rate), .min = 0, .max = 1,
 *          .fallback = "0.1", .doc = "Learning rate."},
 *         {.key = "epochs", .kind = LJ_DECLARED_INTEGER, .offset = offsetof(options, epochs), .min = 1, .max = 10000,
 *          .fallback = "200", .doc = "Most passes over the training rows."},
 *         {.key = "kind", .kind = LJ_DECLARED_CHOICE, .offset = offsetof(options, kind), .choices = kinds,
 *          .fallback = "plain", .doc = "Which kind."},
 *         {.key = "hidden", .kind = LJ_DECLARED_INTEGERS, .offset = offsetof(options, hidden), .min = 1, .max = 65536,
 *          .doc = "Units of the hidden layers; left out: chosen from the data."},
 *     };
 *
 *     options values;
 *     LJ_TRY(lj_declare_read(file, map, declarations, 4, NULL, &values));
 */
#ifndef LIANJIN_DECLARE_H
#define LIANJIN_DECLARE_H

#include <stddef.h>
#include <stdint.h>

#include "lianjin/document.h"
#include "lianjin/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* X(code, name for people, type of the value) */
#define LJ_DECLARED_KIND_LIST(X)                                     \
    X(BOOL, "true or false")      /* int */                          \
    X(INTEGER, "a whole number")  /* int64_t */                      \
    X(NUMBER, "a number")         /* double */                       \
    X(STRING, "a text")           /* const char *, borrowed */       \
    X(CHOICE, "one of")           /* int: index into choices */      \
    X(STRINGS, "a list of texts") /* const lj_item *; one text alone counts as a list of one */          \
    X(INTEGERS, "a list of whole numbers") /* const lj_item *; one number alone counts as a list of one */ \
    X(NUMBERS, "a list of numbers")        /* const lj_item *, likewise */                                 \
    X(MAP, "a map")               /* const lj_item * */              \
    X(LIST, "a list")             /* const lj_item *, of anything */ \
    X(ANY, "a value")             /* const lj_item *, of any kind */

typedef enum lj_declared_kind {
#define X(code, name) LJ_DECLARED_##code,
    LJ_DECLARED_KIND_LIST(X)
#undef X
        LJ_DECLARED_KIND_COUNT
} lj_declared_kind;

/* What an INTEGER holds that is not in the map and has no fallback. (NUMBER: NaN; BOOL, CHOICE: -1; else NULL.) */
#define LJ_UNSET INT64_MIN

typedef struct lj_declaration {
    const char *key;
    lj_declared_kind kind;
    size_t offset;              /* of the value in the caller's struct */
    double min, max;            /* numbers and each number of a list, both included; min == max: no bounds */
    const char *fallback;       /* the default as it would be written; NULL: none. Not for lists, MAP and ANY. */
    const char *const *choices; /* CHOICE, and STRINGS whose texts are restricted: ended by NULL */
    int required;               /* 1: must be in the map */
    const char *doc;            /* one line in English, a sentence */
} lj_declaration;

/*
 * Reads the members of `map` (NULL: none, so all defaults) into the struct at
 * `values`. Keys in `also` (ended by NULL; NULL: none) are the caller's own
 * business and are passed over. Texts and items are borrowed from the
 * document; `file` is what messages call it.
 *
 * LJ_ECONFIG "file:line:column: ...": an unknown key (with the nearest name), a
 * wrong kind, a number out of range, an unknown choice, a missing required key.
 * A value of null counts as left out.
 */
LJ_CHECKED lj_status lj_declare_read(const char *file, const lj_item *map, const lj_declaration *declarations,
                                     int64_t count, const char *const *also, void *values);

/*
 * Writes the members again, in the order of the table, with the defaults that
 * were filled in; what is unset is left out. Reading them back gives the same
 * values. The map itself is the caller's.
 */
void lj_declare_write(lj_json *json, const lj_declaration *declarations, int64_t count, const void *values);

/* For documents and forms: "a whole number from 1 to 10000, default 200". */
void lj_declare_describe(const lj_declaration *declaration, lj_text *out);

/* Entries of a value of kind STRINGS, INTEGERS or NUMBERS; NULL has none. */
int64_t lj_declared_count(const lj_item *item);
const lj_item *lj_declared_at(const lj_item *item, int64_t index);

/* LJ_ECONFIG "file:line:column: ..." at an item, for checks that a table cannot express. */
LJ_CHECKED lj_status lj_declare_fail(const char *file, const lj_item *item, const char *format, ...) LJ_PRINTF(3, 4);

#ifdef __cplusplus
}
#endif
#endif
