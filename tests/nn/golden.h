/* Reading the golden files of tests/golden/. */
#ifndef LIANJIN_TESTS_NN_GOLDEN_H
#define LIANJIN_TESTS_NN_GOLDEN_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lianjin/document.h"
#include "lianjin/nn.h"

#define GOLDEN(name) LJ_SOURCE_DIR "/tests/golden/" name

/* Ends the test with the message of the failure. */
#define MUST(expr)                                                                                                     \
    do {                                                                                                               \
        if ((expr) != LJ_OK)                                                                                           \
            fail_msg("%s: %s", #expr, lj_error_message());                                                             \
    } while (0)

static inline double golden_number(const lj_item *map, const char *key, double fallback)
{
    const lj_item *item = lj_item_get(map, key);
    return item == NULL ? fallback : item->number;
}

/* Members of a list as floats in a block to free with lj_free. */
static inline float *golden_floats(const lj_item *list)
{
    float *out = lj_new_array(list->count, sizeof(*out));
    assert_non_null(out);
    for (int64_t i = 0; i < list->count; i++)
        out[i] = (float)list->items[i]->number;
    return out;
}

/* A shape; `batch`: its first dimension is the batch. */
static inline lj_shape golden_shape(const lj_item *list, int batch)
{
    lj_shape shape = {.rank = (int)list->count};
    for (int d = 0; d < shape.rank; d++)
        shape.dim[d] = batch && d == 0 ? LJ_BATCH : (int64_t)list->items[d]->number;
    return shape;
}

/* Every number within tolerance * max(1, |expected|). */
static inline void golden_compare(const char *what, const char *which, const float *found, const lj_item *expected,
                                  double tolerance)
{
    for (int64_t i = 0; i < expected->count; i++) {
        const double want = (double)(float)expected->items[i]->number; /* tolerance 0: the same float */
        const double have = (double)found[i];
        const double limit = tolerance * (fabs(want) > 1.0 ? fabs(want) : 1.0);
        if (!(fabs(have - want) <= limit))
            fail_msg("%s: %s[%d]: expected %.9g within %.1e, found %.9g", what, which, (int)i, want, limit, have);
    }
}

#endif
