/* "Did you mean": the nearest of some names to a word. */
#include <assert.h>
#include <ctype.h>
#include <stddef.h>
#include <string.h>

#include "lianjin/document.h"

#define LENGTH_MAX 64 /* bytes; longer words are compared for equality of letters only */

static int folded(char c)
{
    return tolower((unsigned char)c);
}

static int least(int a, int b)
{
    return a < b ? a : b;
}

/*
 * Optimal string alignment distance without regard to case: insertions,
 * deletions, substitutions and swaps of neighbours. Boytsov, "Indexing methods
 * for approximate dictionary searching", JEA 16 (2011), section 2.2.
 */
static int distance(const char *a, size_t n_a, const char *b, size_t n_b)
{
    int rows[3][LENGTH_MAX + 1];
    int *before = rows[0];
    int *above = rows[1];
    int *row = rows[2];
    for (size_t j = 0; j <= n_b; j++)
        above[j] = (int)j;
    for (size_t i = 1; i <= n_a; i++) {
        row[0] = (int)i;
        for (size_t j = 1; j <= n_b; j++) {
            const int differ = folded(a[i - 1]) != folded(b[j - 1]);
            row[j] = least(least(above[j] + 1, row[j - 1] + 1), above[j - 1] + differ);
            if (i > 1 && j > 1 && folded(a[i - 1]) == folded(b[j - 2]) && folded(a[i - 2]) == folded(b[j - 1]))
                row[j] = least(row[j], before[j - 2] + 1);
        }
        int *oldest = before;
        before = above;
        above = row;
        row = oldest;
    }
    return above[n_b];
}

const char *lj_nearest(const char *word, const char *const *names, int64_t count)
{
    assert(word != NULL && (names != NULL || count == 0));
    const size_t length = strlen(word);
    if (length == 0 || length > LENGTH_MAX)
        return NULL;
    const char *best = NULL;
    int best_distance = (int)(length / 3 < 1 ? 1 : length / 3) + 1;
    for (int64_t i = 0; i < count; i++) {
        const size_t n = strlen(names[i]);
        if (n > LENGTH_MAX)
            continue;
        const int d = distance(word, length, names[i], n);
        if (d < best_distance && d < (int)n) { /* not: all letters replaced */
            best = names[i];
            best_distance = d;
        }
    }
    return best;
}
