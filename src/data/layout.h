/* The columns that a query gives, and how each is fetched. */
#ifndef LIANJIN_DATA_LAYOUT_H
#define LIANJIN_DATA_LAYOUT_H

#include "data/builder.h"
#include "data/duck.h"

typedef struct lj_layout_column {
    const char *name;
    lj_cell_from from;
    int is_text;      /* VARCHAR in the source */
    int is_whole;     /* an integer type */
    int is_wide;      /* whole numbers that may be beyond 2^53 */
    const char *type; /* of the source, as DuckDB calls it */
} lj_layout_column;

typedef struct lj_layout {
    lj_layout_column *columns; /* [count], in the arena */
    int64_t count;
} lj_layout;

/* Columns of SELECT * FROM `from` (a name or a query in parentheses). LJ_EDATA: no columns. */
LJ_CHECKED lj_status lj_layout_find(lj_duck *duck, lj_arena *arena, const char *from, lj_layout *out);
/* Appends the expression that gives column `column` as its `from` says. */
void lj_layout_put(lj_text *sql, const lj_layout_column *column);

#endif
