#include "model/evidence.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "lianjin/math.h"
#include "lianjin/memory.h"

/* Found on the valid parts of five sets of texts, in two languages. */
#define FLOOR          0.3
#define PRIOR(classes) (0.5 * (3.0 + (double)(classes))) /* texts */

typedef struct columns {
    int64_t *end;      /* [width] of each column's entries, once filled */
    int32_t *class_of; /* [entries] of the rows, by column */
    double *rows;      /* [classes] rows of each class */
    int32_t *seen;     /* [classes] entries of the column at hand */
} columns;

static void fill(const lj_sparse *x, const double *class_of, columns *c)
{
    for (int64_t k = 0; k < x->begin[x->n]; k++)
        c->end[x->column[k]]++;
    for (int64_t j = 0, sum = 0; j < x->width; j++) {
        const int64_t count = c->end[j];
        c->end[j] = sum;
        sum += count;
    }
    for (int64_t i = 0; i < x->n; i++) {
        c->rows[(int64_t)class_of[i]] += 1.0;
        for (int64_t k = x->begin[i]; k < x->begin[i + 1]; k++)
            c->class_of[c->end[x->column[k]]++] = (int32_t)class_of[i];
    }
}

/* 1 less the entropy of the classes of the entries begin .. end - 1, of at most 1. */
static double concentration(columns *c, int64_t begin, int64_t end, int64_t classes, double n)
{
    const double least = PRIOR(classes) / n;
    double sum = 0.0, weighted = 0.0;
    int64_t distinct = 0;
    for (int64_t k = begin; k < end; k++)
        c->seen[c->class_of[k]]++;
    for (int64_t k = begin; k < end; k++) {
        const int32_t own = c->class_of[k];
        if (c->seen[own] == 0)
            continue;
        const double p = (double)c->seen[own] / c->rows[own] + least;
        c->seen[own] = 0;
        distinct++;
        sum += p;
        weighted += p * lj_log_d(p);
    }
    const double others = (double)(classes - distinct) * least;
    sum += others;
    weighted += others * lj_log_d(least);
    return 1.0 - (lj_log_d(sum) - weighted / sum) / lj_log_d((double)classes);
}

/* The mean square of the entries of the columns stays what it was. */
static void keep_size(const lj_sparse *x, int64_t terms, float *factor)
{
    double before = 0.0, after = 0.0;
    for (int64_t k = 0; k < x->begin[x->n]; k++) {
        if (x->column[k] >= terms)
            continue;
        const double v = (double)x->value[k], f = (double)factor[x->column[k]];
        before += v * v;
        after += v * v * f * f;
    }
    const float by = after > 0.0 ? (float)sqrt(before / after) : 1.0F;
    for (int64_t j = 0; j < terms; j++)
        factor[j] *= by;
}

lj_status lj_term_evidence(const lj_sparse *x, const double *class_of, int64_t classes, int64_t terms, float *factor)
{
    columns c = {.end = lj_new_array(x->width, sizeof(*c.end)),
                 .class_of = lj_new_array(lj_sparse_entries(x), sizeof(*c.class_of)),
                 .rows = lj_new_array(classes, sizeof(*c.rows)),
                 .seen = lj_new_array(classes, sizeof(*c.seen))};
    const int failed = c.end == NULL || c.class_of == NULL || c.rows == NULL || c.seen == NULL;
    for (int64_t j = 0; j < x->width; j++)
        factor[j] = 1.0F;
    if (!failed && terms > 0 && x->n > 0) {
        fill(x, class_of, &c);
        for (int64_t j = 0; j < terms; j++) {
            const int64_t begin = j > 0 ? c.end[j - 1] : 0;
            if (c.end[j] > begin)
                factor[j] = (float)(FLOOR + concentration(&c, begin, c.end[j], classes, (double)x->n));
        }
        keep_size(x, terms, factor);
    }
    lj_free(c.end);
    lj_free(c.class_of);
    lj_free(c.rows);
    lj_free(c.seen);
    return failed ? lj_fail(LJ_ENOMEM, "no memory to weigh %" PRId64 " terms", terms) : LJ_OK;
}
