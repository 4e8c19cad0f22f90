/* Weights: tensors by name, in the order of adding, and how parameters start. */
#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "graph/op.h"
#include "lianjin/hash.h"
#include "lianjin/random.h"

struct lj_weights {
    lj_tensor **tensors;
    int64_t count, capacity;
};

lj_status lj_weights_create(lj_weights **out)
{
    *out = lj_new_array(1, sizeof(**out));
    return *out == NULL ? lj_fail(LJ_ENOMEM, "weights: no memory") : LJ_OK;
}

static void tensor_destroy(lj_tensor *tensor)
{
    if (tensor == NULL)
        return;
    lj_free((char *)(uintptr_t)tensor->name);
    lj_free(tensor->data);
    lj_free(tensor);
}

void lj_weights_destroy(lj_weights *weights)
{
    if (weights == NULL)
        return;
    for (int64_t i = 0; i < weights->count; i++)
        tensor_destroy(weights->tensors[i]);
    lj_free(weights->tensors);
    lj_free(weights);
}

int64_t lj_weights_count(const lj_weights *weights)
{
    return weights->count;
}

lj_tensor *lj_weights_at(lj_weights *weights, int64_t index)
{
    assert(index >= 0 && index < weights->count);
    return weights->tensors[index];
}

lj_tensor *lj_weights_find(lj_weights *weights, const char *name)
{
    for (int64_t i = 0; i < weights->count; i++) {
        if (strcmp(weights->tensors[i]->name, name) == 0)
            return weights->tensors[i];
    }
    return NULL;
}

int64_t lj_weights_elements(const lj_weights *weights)
{
    int64_t elements = 0;
    for (int64_t i = 0; i < weights->count; i++)
        elements += weights->tensors[i]->count;
    return elements;
}

/* Elements of a shape without a batch, -1 if it is none or too large. */
static int64_t count_of(const lj_shape *shape)
{
    int64_t count = 1;
    for (int i = 0; i < shape->rank; i++) {
        if (shape->dim[i] < 1 || __builtin_mul_overflow(count, shape->dim[i], &count))
            return -1;
    }
    return count;
}

lj_status lj_weights_new(lj_weights *weights, const char *name, lj_dtype dtype, lj_shape shape, lj_tensor **out)
{
    *out = NULL;
    if (lj_weights_find(weights, name) != NULL)
        return lj_fail(LJ_EINVAL, "weights: there is a tensor '%s' already", name);
    const int64_t count = count_of(&shape);
    if (count < 0)
        return lj_fail(LJ_ESHAPE, "weights: '%s' cannot have the shape %s", name, lj_shape_print(&shape).text);
    if (weights->count == weights->capacity) {
        const int64_t wanted = weights->capacity == 0 ? 16 : 2 * weights->capacity;
        lj_tensor **bigger = lj_resize_array(weights->tensors, weights->count, wanted, sizeof(*bigger));
        if (bigger == NULL)
            return lj_fail(LJ_ENOMEM, "weights: no memory for '%s'", name);
        weights->tensors = bigger;
        weights->capacity = wanted;
    }
    lj_tensor *tensor = lj_new_array(1, sizeof(*tensor));
    if (tensor != NULL) {
        tensor->name = lj_strdup(name);
        tensor->data = lj_new_array(count, 4);
    }
    if (tensor == NULL || tensor->name == NULL || tensor->data == NULL) {
        tensor_destroy(tensor);
        return lj_fail(LJ_ENOMEM, "weights: no memory for '%s' %s", name, lj_shape_print(&shape).text);
    }
    tensor->dtype = dtype;
    tensor->shape = shape;
    tensor->count = count;
    weights->tensors[weights->count++] = tensor;
    *out = tensor;
    return LJ_OK;
}

/* ---- how parameters start ---- */

/* Draws of one element after the first come from streams of their own. */
static float truncated_normal(const lj_init *init, uint64_t seed, uint64_t stream, uint64_t i)
{
    for (uint64_t draw = 0;; draw++) {
        const double z = lj_normal_of(lj_random_u32(seed, stream + draw * 0x9E3779B97F4A7C15U, i));
        if (z >= -2.0 && z <= 2.0)
            return (float)((double)init->a + (double)init->b * z);
    }
}

static float start_of(const lj_init *init, uint64_t seed, uint64_t stream, uint64_t i)
{
    switch (init->kind) {
    case LJ_INIT_ZEROS:
        return 0.0F;
    case LJ_INIT_CONSTANT:
        return init->a;
    case LJ_INIT_UNIFORM:
        return init->a + (init->b - init->a) * lj_random_uniform(seed, stream, i);
    case LJ_INIT_NORMAL:
        return (float)((double)init->a + (double)init->b * lj_normal_of(lj_random_u32(seed, stream, i)));
    case LJ_INIT_TRUNCATED_NORMAL:
        return truncated_normal(init, seed, stream, i);
    case LJ_INIT_RANDOM_SIGN:
        return lj_random_u32(seed, stream, i) >> 31 ? 1.0F : -1.0F;
    case LJ_INIT_VALUES:
        return init->values[i];
    }
    return 0.0F;
}

static lj_status conflict(const lj_tensor *tensor, const lj_node *node)
{
    if (tensor->dtype == node->dtype && lj_shape_equal(&tensor->shape, &node->shape))
        return LJ_OK;
    return lj_fail(LJ_ESHAPE, "weights: '%s' is %s%s, expected %s", tensor->name, lj_shape_print(&tensor->shape).text,
                   tensor->dtype == LJ_I32 ? " i32" : "", lj_shape_print(&node->shape).text);
}

lj_status lj_weights_add(lj_weights *weights, const lj_graph *graph, uint64_t seed)
{
    LJ_TRY(lj_graph_check(graph));
    for (int64_t v = 0; v < graph->count; v++) {
        const lj_node *node = graph->nodes[v];
        if (node->op != LJ_OP_PARAMETER)
            continue;
        lj_tensor *tensor = lj_weights_find(weights, node->name);
        if (tensor != NULL) {
            LJ_TRY(conflict(tensor, node));
            tensor->frozen &= node->parameter.frozen; /* one graph that trains it is enough */
            continue;
        }
        LJ_TRY(lj_weights_new(weights, node->name, node->dtype, node->shape, &tensor));
        tensor->frozen = node->parameter.frozen;
        tensor->no_decay = node->parameter.no_decay;
        const uint64_t stream = lj_random_stream(node->name);
        float *data = tensor->data;
        for (int64_t i = 0; i < tensor->count; i++)
            data[i] = start_of(&node->parameter.init, seed, stream, (uint64_t)i);
    }
    return LJ_OK;
}

lj_status lj_weights_check(lj_weights *weights, const lj_graph *graph)
{
    LJ_TRY(lj_graph_check(graph));
    int64_t parameters = 0;
    for (int64_t v = 0; v < graph->count; v++) {
        const lj_node *node = graph->nodes[v];
        if (node->op != LJ_OP_PARAMETER)
            continue;
        parameters++;
        lj_tensor *tensor = lj_weights_find(weights, node->name);
        if (tensor == NULL)
            return lj_fail(LJ_ESHAPE, "weights: '%s' %s is missing", node->name, lj_shape_print(&node->shape).text);
        LJ_TRY(conflict(tensor, node));
        tensor->frozen = node->parameter.frozen;
        tensor->no_decay = node->parameter.no_decay;
    }
    if (parameters != weights->count)
        return lj_fail(LJ_ESHAPE, "weights: expected %" PRId64 " tensors, found %" PRId64, parameters, weights->count);
    return LJ_OK;
}

void lj_weights_copy(lj_weights *to, const lj_weights *from)
{
    assert(to->count == from->count);
    for (int64_t i = 0; i < to->count; i++) {
        assert(to->tensors[i]->count == from->tensors[i]->count);
        memcpy(to->tensors[i]->data, from->tensors[i]->data, (size_t)to->tensors[i]->count * 4);
    }
}

lj_status lj_weights_clone(const lj_weights *weights, lj_weights **out)
{
    *out = NULL;
    lj_weights *clone = NULL;
    LJ_TRY(lj_weights_create(&clone));
    for (int64_t i = 0; i < weights->count; i++) {
        const lj_tensor *from = weights->tensors[i];
        lj_tensor *to = NULL;
        const lj_status status = lj_weights_new(clone, from->name, from->dtype, from->shape, &to);
        if (status != LJ_OK) {
            lj_weights_destroy(clone);
            return status;
        }
        to->frozen = from->frozen;
        to->no_decay = from->no_decay;
    }
    lj_weights_copy(clone, weights);
    *out = clone;
    return LJ_OK;
}

/* ---- digest ---- */

static lj_status digest_word(lj_sha256 *hash, uint64_t word, int bytes)
{
    unsigned char little[8];
    for (int i = 0; i < bytes; i++)
        little[i] = (unsigned char)(word >> (8 * i));
    return lj_sha256_update(hash, little, (size_t)bytes);
}

/* Name with its end, type, rank, dimensions, then the bits of the elements. */
static lj_status digest_tensor(lj_sha256 *hash, const lj_tensor *tensor)
{
    LJ_TRY(lj_sha256_update(hash, tensor->name, strlen(tensor->name) + 1));
    LJ_TRY(digest_word(hash, (uint64_t)tensor->dtype, 4));
    LJ_TRY(digest_word(hash, (uint64_t)tensor->shape.rank, 4));
    for (int i = 0; i < tensor->shape.rank; i++)
        LJ_TRY(digest_word(hash, (uint64_t)tensor->shape.dim[i], 8));
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    return lj_sha256_update(hash, tensor->data, (size_t)tensor->count * 4);
#else
    for (int64_t i = 0; i < tensor->count; i++)
        LJ_TRY(digest_word(hash, ((const uint32_t *)tensor->data)[i], 4));
    return LJ_OK;
#endif
}

/* The tensor whose name follows `after` in the order of bytes, NULL at the end. */
static const lj_tensor *next_by_name(const lj_weights *weights, const char *after)
{
    const lj_tensor *next = NULL;
    for (int64_t i = 0; i < weights->count; i++) {
        const lj_tensor *t = weights->tensors[i];
        if ((after == NULL || strcmp(t->name, after) > 0) && (next == NULL || strcmp(t->name, next->name) < 0))
            next = t;
    }
    return next;
}

lj_status lj_weights_sha256(const lj_weights *weights, char hex[65])
{
    lj_sha256 *hash = NULL;
    LJ_TRY(lj_sha256_create(&hash));
    lj_status status = LJ_OK;
    const lj_tensor *tensor = next_by_name(weights, NULL);
    for (; tensor != NULL && status == LJ_OK; tensor = next_by_name(weights, tensor->name))
        status = digest_tensor(hash, tensor);
    if (status == LJ_OK)
        status = lj_sha256_finish(hash, hex);
    lj_sha256_destroy(hash);
    return status;
}
