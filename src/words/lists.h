/* Inside of words/: lists that people made, line by line. */
#ifndef LIANJIN_WORDS_LISTS_H
#define LIANJIN_WORDS_LISTS_H

#include <stddef.h>
#include <stdint.h>

#include "lianjin/memory.h"
#include "lianjin/status.h"

#define LJ_LIST_FIELDS_MAX 8

typedef struct lj_list {
    const char *path;
    char *text; /* to free with lj_free */
    char *next;
    int64_t line; /* from 1 */
} lj_list;

/* Reads the whole file, plain or gzipped. LJ_ENOTFOUND, LJ_EIO, LJ_EDATA (not UTF-8, too large), LJ_ECORRUPT. */
LJ_CHECKED lj_status lj_list_open(const char *path, lj_list *out);
void lj_list_close(lj_list *list);

/*
 * The next line that is not empty and no comment, cut at tabs, else at commas, else at blanks; fields beyond the last
 * are left out. Answers how many fields there are, 0 at the end. The fields live as long as the list.
 */
int64_t lj_list_next(lj_list *list, const char *fields[LJ_LIST_FIELDS_MAX]);

#endif
