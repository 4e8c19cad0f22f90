/* Inside of base/: how the readers build documents. */
#ifndef LJ_BASE_DOC_H
#define LJ_BASE_DOC_H

#include "lianjin/document.h"

struct lj_doc {
    lj_arena *arena;
    const char *name;
    lj_item *root;
    /* JSON, whose size is known before it is read, takes three blocks instead of the arena: */
    lj_item *values;
    lj_item **children; /* what the lists and maps point into */
    char *texts;        /* of all scalars and keys, each ended by NUL */
};

/* An empty document; LJ_ENOMEM. */
LJ_CHECKED lj_status lj_doc_create(const char *name, lj_doc **out);
/* A child list that grows: room for one more item of `parent`. */
LJ_CHECKED lj_status lj_doc_add(lj_doc *doc, lj_item *parent, lj_item *child);
/* LJ_OK, or `status` "name:line:column: key 'x' stands twice (first in line ...)". */
LJ_CHECKED lj_status lj_doc_check_keys(const lj_doc *doc, const lj_item *map, lj_status status);

#endif
