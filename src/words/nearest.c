/* Near words: all cosines with one question. */
#include <math.h>
#include <string.h>

#include "compute/kernels.h"
#include "lianjin/document.h"
#include "lianjin/limits.h"
#include "words/vectors.h"

/* The row of a word, or a failure that names a word like it. */
static lj_status row_of(const lj_word_vectors *v, const char *word, int64_t *row)
{
    *row = lj_word_vectors_find(v, word);
    if (*row >= 0)
        return LJ_OK;
    const int64_t count = lj_word_vectors_count(v);
    const char **words = lj_new_array(count, sizeof(*words));
    if (words == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for %lld words", (long long)count);
    for (int64_t i = 0; i < count; i++)
        words[i] = lj_word_vectors_word(v, i);
    const char *near = lj_nearest(word, words, count);
    lj_free(words);
    return lj_fail(LJ_ENOTFOUND, "no vector for the word '%.64s'%s%.64s%s", word,
                   near != NULL ? "; did you mean '" : "", near != NULL ? near : "", near != NULL ? "'?" : "");
}

/* question += sign * unit vector of the word; *row is its row. */
static lj_status add_word(const lj_word_vectors *v, const char *word, float sign, float *question, int64_t *row)
{
    const lj_kernels *kernels = lj_kernels_get();
    LJ_TRY(row_of(v, word, row));
    const float *x = lj_word_vectors_row(v, *row);
    const float length = sqrtf(kernels->sum_squares(v->size, x));
    if (length > 0.0F)
        kernels->add_scaled(v->size, x, sign / length, question);
    return LJ_OK;
}

/* Into a list that descends, of at most `count`; earlier ones stay before equal ones. */
static void insert(lj_word_near *near, int64_t count, int64_t *found, lj_word_near one)
{
    if (*found == count && !(one.similarity > near[count - 1].similarity))
        return;
    int64_t at = *found < count ? (*found)++ : count - 1;
    for (; at > 0 && one.similarity > near[at - 1].similarity; at--)
        near[at] = near[at - 1];
    near[at] = one;
}

static double cosine_of(const lj_word_vectors *v, const float *a, const float *b)
{
    const lj_kernels *kernels = lj_kernels_get();
    const double a_squares = (double)kernels->sum_squares(v->size, a);
    const double b_squares = (double)kernels->sum_squares(v->size, b);
    const double lengths = sqrt(a_squares) * sqrt(b_squares);
    const double cosine = (double)kernels->dot(v->size, a, b) / lengths;
    return isfinite(cosine) ? cosine : 0; /* no length, or one that no float32 holds */
}

lj_status lj_word_vectors_nearest(const lj_word_vectors *v, const char *const *plus, int64_t n_plus,
                                  const char *const *minus, int64_t n_minus, int64_t count, lj_word_near *near,
                                  int64_t *found)
{
    lj_status status = LJ_OK;
    *found = 0;
    const int64_t given = n_plus + n_minus;
    float *question = lj_new_array(v->size, sizeof(*question));
    int64_t *rows = lj_new_array(given, sizeof(*rows));
    if (question == NULL || rows == NULL) {
        status = lj_fail(LJ_ENOMEM, "no memory for a question");
        goto done;
    }
    for (int64_t i = 0; i < given; i++)
        LJ_TRY_DONE(i < n_plus ? add_word(v, plus[i], 1.0F, question, &rows[i])
                               : add_word(v, minus[i - n_plus], -1.0F, question, &rows[i]));
    for (int64_t i = 0; count > 0 && i < lj_word_vectors_count(v); i++) {
        int is_given = 0;
        for (int64_t k = 0; k < given; k++)
            is_given |= rows[k] == i;
        if (!is_given)
            insert(near, count, found, (lj_word_near){i, cosine_of(v, question, lj_word_vectors_row(v, i))});
    }
done:
    lj_free(question);
    lj_free(rows);
    return status;
}

lj_status lj_word_vectors_similarity(const lj_word_vectors *v, const char *a, const char *b, double *out)
{
    int64_t x = 0, y = 0;
    LJ_TRY(row_of(v, a, &x));
    LJ_TRY(row_of(v, b, &y));
    *out = cosine_of(v, lj_word_vectors_row(v, x), lj_word_vectors_row(v, y));
    return LJ_OK;
}
