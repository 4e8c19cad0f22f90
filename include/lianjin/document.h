/*
 * Documents that come from outside: JSON (yyjson) and YAML (libfyaml), read
 * into one tree in which every value knows its line and column. Duplicate keys
 * are refused. JSON is written with yyjson's own writer through lj_json_*.
 */
#ifndef LIANJIN_DOCUMENT_H
#define LIANJIN_DOCUMENT_H

#include <stdint.h>

#include "lianjin/memory.h"
#include "lianjin/status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum lj_kind { LJ_NULL, LJ_BOOL, LJ_NUMBER, LJ_STRING, LJ_LIST, LJ_MAP } lj_kind;

typedef struct lj_doc lj_doc; /* owns a tree and its text */

/* A value of a document; borrowed from it. */
typedef struct lj_item {
    lj_kind kind;
    int line;   /* from 1 */
    int column; /* from 1 */
    const char *key;     /* of a member of a map, else NULL */
    int key_line, key_column;
    const char *text;    /* scalars: as written (strings without their quotes, escapes resolved) */
    double number;       /* LJ_NUMBER, LJ_BOOL (0 or 1) */
    int is_integer;      /* LJ_NUMBER written without point or exponent, within +-2^53 */
    int is_quoted;       /* YAML and JSON strings in quotes */
    int64_t count;       /* of a list or map */
    struct lj_item *const *items; /* [count], in the order of the text */
} lj_item;

/*
 * `name` is what messages call the text (the file's name). Failures are
 * LJ_ECONFIG (YAML) or LJ_ECORRUPT (JSON) "name:line:column: ...".
 * YAML 1.2 core schema; plain `yes` is a string; one document, no aliases and
 * no tags. Columns count characters. Both must be UTF-8.
 */
LJ_CHECKED lj_status lj_yaml_parse(const char *name, const char *text, size_t size, lj_doc **out);
LJ_CHECKED lj_status lj_yaml_read(const char *path, lj_doc **out);
LJ_CHECKED lj_status lj_json_parse(const char *name, const char *text, size_t size, lj_doc **out);
LJ_CHECKED lj_status lj_json_read(const char *path, lj_doc **out);
void lj_doc_destroy(lj_doc *doc);

const lj_item *lj_doc_root(const lj_doc *doc); /* never NULL */
const char *lj_doc_name(const lj_doc *doc);

/* Member of a map, NULL if there is none or `map` is NULL or no map. */
const lj_item *lj_item_get(const lj_item *map, const char *key);

/*
 * Members that must be there, for readers of our own files: LJ_ECORRUPT
 * "name:line:column: expected ... 'key', found ...".
 */
LJ_CHECKED lj_status lj_item_need(const lj_doc *doc, const lj_item *map, const char *key, lj_kind kind,
                                  const lj_item **out);
LJ_CHECKED lj_status lj_item_need_string(const lj_doc *doc, const lj_item *map, const char *key, const char **out);
LJ_CHECKED lj_status lj_item_need_number(const lj_doc *doc, const lj_item *map, const char *key, double *out);
LJ_CHECKED lj_status lj_item_need_integer(const lj_doc *doc, const lj_item *map, const char *key, int64_t low,
                                          int64_t high, int64_t *out);

/*
 * A JSON writer that streams into an lj_text: the commas and the indent of two
 * blanks are its own. `key` is NULL inside a list and for the root. Numbers are
 * written with the fewest digits that read back as the same value (float32 as
 * float32); NaN and infinities as null.
 */
typedef struct lj_json {
    lj_text *text;
    int depth;
    int compact;                /* 1: on one line */
    unsigned char first[64];    /* nothing written yet at this depth */
} lj_json;

void lj_json_start(lj_json *json, lj_text *text, int compact);
void lj_json_map(lj_json *json, const char *key);
void lj_json_end_map(lj_json *json);
void lj_json_list(lj_json *json, const char *key);
void lj_json_end_list(lj_json *json);
void lj_json_string(lj_json *json, const char *key, const char *value); /* NULL: null */
void lj_json_double(lj_json *json, const char *key, double value);
void lj_json_float(lj_json *json, const char *key, float value);
void lj_json_integer(lj_json *json, const char *key, int64_t value);
void lj_json_bool(lj_json *json, const char *key, int value);
void lj_json_null(lj_json *json, const char *key);
/* Writes a value of another document as it is. */
void lj_json_item(lj_json *json, const char *key, const lj_item *item);

/* The nearest of `names` to `word` by edit distance, NULL if none is near: for "did you mean". */
const char *lj_nearest(const char *word, const char *const *names, int64_t count);

#ifdef __cplusplus
}
#endif
#endif
