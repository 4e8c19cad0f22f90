#include "words/vectors.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "compute/kernels.h"
#include "lianjin/limits.h"

static const char *const format_names[] = {
#define X(code, name, doc) name,
    LJ_WORD_FORMAT_LIST(X)
#undef X
};

static const char *const method_names[] = {
#define X(code, name, doc) name,
    LJ_WORD_METHOD_LIST(X)
#undef X
};

static int find_name(const char *name, const char *const *names, int count)
{
    for (int i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    return -1;
}

int lj_word_format_find(const char *name)
{
    return find_name(name, format_names, LJ_WORD_FORMAT_COUNT);
}

const char *lj_word_format_name(lj_word_format format)
{
    return format_names[format];
}

int lj_word_method_find(const char *name)
{
    return find_name(name, method_names, LJ_WORD_METHOD_COUNT);
}

const char *lj_word_method_name(lj_word_method method)
{
    return method_names[method];
}

void lj_word_vectors_destroy(lj_word_vectors *v)
{
    if (v == NULL)
        return;
    lj_dictionary_destroy(v->index);
    lj_arena_destroy(v->arena);
    lj_free(v->rows);
    lj_free(v);
}

int64_t lj_word_vectors_count(const lj_word_vectors *v)
{
    return lj_dictionary_count(v->index);
}

int64_t lj_word_vectors_size(const lj_word_vectors *v)
{
    return v->size;
}

const char *lj_word_vectors_word(const lj_word_vectors *v, int64_t index)
{
    assert(index >= 0 && index < lj_word_vectors_count(v));
    return lj_dictionary_word(v->index, (int32_t)index);
}

const float *lj_word_vectors_row(const lj_word_vectors *v, int64_t index)
{
    assert(index >= 0 && index < lj_word_vectors_count(v));
    return v->rows + index * v->size;
}

int64_t lj_word_vectors_find(const lj_word_vectors *v, const char *word)
{
    return lj_dictionary_find(v->index, word, strlen(word));
}

int64_t lj_word_vectors_find_any(const lj_word_vectors *v, const char *word)
{
    char lower[LJ_WORD_BYTES_MAX + 1];
    const size_t size = strlen(word);
    const int64_t as_written = lj_word_vectors_find(v, word);
    if (as_written >= 0 || size > LJ_WORD_BYTES_MAX)
        return as_written;
    for (size_t i = 0; i <= size; i++)
        lower[i] = word[i] >= 'A' && word[i] <= 'Z' ? (char)(word[i] - 'A' + 'a') : word[i];
    return lj_word_vectors_find(v, lower);
}

lj_status lj_word_vectors_create(int64_t size, int64_t capacity, lj_word_vectors **out)
{
    *out = NULL;
    lj_word_vectors *v = lj_new_array(1, sizeof(*v));
    if (v == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for vectors of words");
    *v = (lj_word_vectors){.size = size, .capacity = capacity};
    lj_status status = LJ_OK;
    LJ_TRY_DONE(lj_arena_create(&v->arena));
    LJ_TRY_DONE(lj_dictionary_create(v->arena, &v->index));
    v->rows = lj_new_array(capacity, (size_t)size * sizeof(*v->rows));
    if (v->rows == NULL)
        status = lj_fail(LJ_ENOMEM, "no memory for %" PRId64 " vectors of %" PRId64 " numbers", capacity, size);
done:
    if (status == LJ_OK)
        *out = v;
    else
        lj_word_vectors_destroy(v);
    return status;
}

lj_status lj_word_vectors_add(lj_word_vectors *v, const char *word, size_t bytes, float **row)
{
    const int64_t count = lj_word_vectors_count(v);
    int32_t id = 0;
    *row = NULL;
    LJ_TRY(lj_dictionary_add(v->index, word, bytes, &id));
    if (id < count)
        return LJ_OK;
    if (count == v->capacity) {
        const int64_t capacity = 2 * v->capacity;
        float *rows = lj_resize_array(v->rows, count, capacity, (size_t)v->size * sizeof(*rows));
        if (rows == NULL)
            return lj_fail(LJ_ENOMEM, "no memory for %" PRId64 " vectors of %" PRId64 " numbers", capacity, v->size);
        v->rows = rows;
        v->capacity = capacity;
    }
    *row = v->rows + count * v->size;
    return LJ_OK;
}

lj_status lj_word_vectors_make(const lj_vocabulary *vocabulary, const float *rows, int64_t stride, int64_t size,
                               lj_word_vectors **out)
{
    lj_word_vectors *v = NULL;
    lj_status status = lj_word_vectors_create(size, vocabulary->count, &v);
    for (int32_t i = 0; status == LJ_OK && i < vocabulary->count; i++) {
        const char *word = lj_dictionary_word(vocabulary->index, i);
        float *row = NULL;
        status = lj_word_vectors_add(v, word, strlen(word), &row);
        if (status == LJ_OK)
            memcpy(row, rows + i * stride, (size_t)size * sizeof(*row));
    }
    if (status != LJ_OK) {
        lj_word_vectors_destroy(v);
        v = NULL;
    }
    *out = v;
    return status;
}

lj_status lj_word_vectors_units(const lj_word_vectors *v, int64_t count, int64_t *stride, float **out)
{
    const lj_kernels *kernels = lj_kernels_get();
    *stride = (v->size + LJ_LANES - 1) / LJ_LANES * LJ_LANES;
    float *units = lj_new_array(count, (size_t)*stride * sizeof(*units));
    if (units == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for %" PRId64 " unit vectors", count);
    for (int64_t i = 0; i < count; i++) {
        const float *row = v->rows + i * v->size;
        const float length = sqrtf(kernels->sum_squares(v->size, row));
        if (length > 0.0F && length < INFINITY)
            kernels->scale(v->size, row, 1.0F / length, units + i * *stride);
    }
    *out = units;
    return LJ_OK;
}
