/*
 * safetensors, read. The file is hostile: every number of the header is checked
 * against the file before it sizes or places anything. As the format demands,
 * the tensors cover the bytes after the header without gaps or overlaps.
 */
#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lianjin/file.h"
#include "lianjin/nn.h"

#define PREFIX 8 /* bytes before the header: its size */

/* X(name in the file, bytes of an element) */
#define STORED_LIST(X)                                                                                                 \
    X(F32, 4)                                                                                                          \
    X(I32, 4)                                                                                                          \
    X(F16, 2)                                                                                                          \
    X(BF16, 2)

typedef enum stored {
#define X(name, bytes) STORED_##name,
    STORED_LIST(X)
#undef X
        STORED_COUNT
} stored;

static const char *const stored_names[] = {
#define X(name, bytes) #name,
    STORED_LIST(X)
#undef X
};

static const int stored_bytes[] = {
#define X(name, bytes) bytes,
    STORED_LIST(X)
#undef X
};

typedef struct entry {
    const lj_item *item;
    stored type;
    lj_shape shape;
    int64_t count;
    int64_t begin, end; /* bytes after the header */
} entry;

static int64_t load_u64(const unsigned char *bytes)
{
    uint64_t value = 0;
    for (int i = 7; i >= 0; i--)
        value = value << 8 | bytes[i];
    return value > (uint64_t)INT64_MAX ? INT64_MAX : (int64_t)value;
}

static lj_status lies(const char *file, const lj_item *item, const char *what)
{
    return lj_fail(LJ_ECORRUPT, "%s: tensor '%s': %s", file, item->key, what);
}

static lj_status read_type(const char *file, const lj_item *item, stored *out)
{
    const lj_item *type = lj_item_get(item, "dtype");
    if (type == NULL || type->kind != LJ_STRING)
        return lies(file, item, "expected a string 'dtype'");
    for (int i = 0; i < STORED_COUNT; i++) {
        if (strcmp(type->text, stored_names[i]) == 0) {
            *out = (stored)i;
            return LJ_OK;
        }
    }
    return lj_fail(LJ_EUNSUPPORTED, "%s: tensor '%s': expected dtype F32, I32, F16 or BF16, found '%s'", file,
                   item->key, type->text);
}

static lj_status read_shape(const char *file, const lj_item *item, entry *out)
{
    const lj_item *shape = lj_item_get(item, "shape");
    if (shape == NULL || shape->kind != LJ_LIST)
        return lies(file, item, "expected a list 'shape'");
    if (shape->count > LJ_RANK_MAX)
        return lj_fail(LJ_EUNSUPPORTED, "%s: tensor '%s': expected at most %d dimensions, found %" PRId64, file,
                       item->key, LJ_RANK_MAX, shape->count);
    out->shape.rank = (int)shape->count;
    out->count = 1;
    for (int d = 0; d < out->shape.rank; d++) {
        const lj_item *size = shape->items[d];
        if (size->kind != LJ_NUMBER || !size->is_integer || size->number < 0.0)
            return lies(file, item, "a dimension is no whole number of at least 0");
        if (size->number == 0.0)
            return lj_fail(LJ_EUNSUPPORTED, "%s: tensor '%s' has no elements", file, item->key);
        out->shape.dim[d] = (int64_t)size->number;
        if (__builtin_mul_overflow(out->count, out->shape.dim[d], &out->count))
            return lies(file, item, "the number of elements overflows");
    }
    return LJ_OK;
}

static lj_status read_offsets(const char *file, const lj_item *item, int64_t data_size, entry *out)
{
    const lj_item *offsets = lj_item_get(item, "data_offsets");
    if (offsets == NULL || offsets->kind != LJ_LIST || offsets->count != 2)
        return lies(file, item, "expected a list 'data_offsets' of two numbers");
    int64_t at[2];
    for (int i = 0; i < 2; i++) {
        const lj_item *offset = offsets->items[i];
        if (offset->kind != LJ_NUMBER || !offset->is_integer || offset->number < 0.0 ||
            offset->number > (double)data_size)
            return lies(file, item, "an offset is outside the file");
        at[i] = (int64_t)offset->number;
    }
    int64_t bytes = 0;
    if (__builtin_mul_overflow(out->count, (int64_t)stored_bytes[out->type], &bytes) || at[1] - at[0] != bytes)
        return lies(file, item, "the shape does not fit the offsets");
    out->begin = at[0];
    out->end = at[1];
    return LJ_OK;
}

static lj_status read_entry(const char *file, const lj_item *item, int64_t data_size, entry *out)
{
    out->item = item;
    if (item->kind != LJ_MAP)
        return lies(file, item, "expected a map");
    if (item->key[0] == '\0' || strlen(item->key) >= LJ_NAME_MAX)
        return lj_fail(LJ_EUNSUPPORTED, "%s: expected names of tensors of 1 to %d bytes", file, LJ_NAME_MAX - 1);
    LJ_TRY(read_type(file, item, &out->type));
    LJ_TRY(read_shape(file, item, out));
    return read_offsets(file, item, data_size, out);
}

static lj_status check_metadata(const char *file, const lj_item *metadata)
{
    if (metadata->kind != LJ_MAP)
        return lj_fail(LJ_ECORRUPT, "%s: expected a map '__metadata__'", file);
    for (int64_t i = 0; i < metadata->count; i++) {
        if (metadata->items[i]->kind != LJ_STRING)
            return lj_fail(LJ_ECORRUPT, "%s: metadata '%s': expected a string", file, metadata->items[i]->key);
    }
    return LJ_OK;
}

static int by_begin(const void *a, const void *b)
{
    const entry *x = a, *y = b;
    return x->begin != y->begin ? (x->begin < y->begin ? -1 : 1) : (x->end > y->end) - (x->end < y->end);
}

/* Sorts the entries by place and checks that they cover the data exactly. */
static lj_status check_cover(const char *file, entry *entries, int64_t n, int64_t data_size)
{
    qsort(entries, (size_t)n, sizeof(*entries), by_begin);
    int64_t at = 0;
    for (int64_t i = 0; i < n; i++) {
        if (entries[i].begin != at)
            return lies(file, entries[i].item,
                        entries[i].begin < at ? "it overlaps another tensor" : "there is a gap before it");
        at = entries[i].end;
    }
    if (at != data_size)
        return lj_fail(LJ_ECORRUPT, "%s: expected %" PRId64 " bytes after the header, found %" PRId64, file, at,
                       data_size);
    return LJ_OK;
}

static uint32_t widen_half(uint16_t half)
{
    const uint32_t sign = (uint32_t)(half >> 15) << 31;
    uint32_t exponent = (half >> 10) & 0x1FU;
    uint32_t fraction = half & 0x3FFU;
    if (exponent == 0x1F)
        return sign | 0x7F800000U | fraction << 13;
    if (exponent == 0) {
        if (fraction == 0)
            return sign;
        exponent = 1;
        while ((fraction & 0x400U) == 0) { /* a subnormal half is a normal float */
            fraction <<= 1;
            exponent--;
        }
        fraction &= 0x3FFU;
    }
    return sign | (exponent + 112U) << 23 | fraction << 13;
}

static void fill(const entry *from, const unsigned char *data, lj_tensor *to)
{
    const unsigned char *bytes = data + from->begin;
    if (stored_bytes[from->type] == 4) {
        memcpy(to->data, bytes, (size_t)from->count * 4);
        return;
    }
    uint32_t *out = to->data;
    for (int64_t i = 0; i < from->count; i++) {
        uint16_t word;
        memcpy(&word, bytes + 2 * i, sizeof(word));
        out[i] = from->type == STORED_F16 ? widen_half(word) : (uint32_t)word << 16;
    }
}

static lj_status read_entries(const char *file, const lj_item *root, const unsigned char *data, int64_t data_size,
                              entry *entries, lj_weights *weights)
{
    int64_t n = 0;
    for (int64_t i = 0; i < root->count; i++) {
        const lj_item *item = root->items[i];
        if (strcmp(item->key, "__metadata__") == 0)
            LJ_TRY(check_metadata(file, item));
        else
            LJ_TRY(read_entry(file, item, data_size, &entries[n++]));
    }
    LJ_TRY(check_cover(file, entries, n, data_size));
    for (int64_t i = 0; i < n; i++) {
        lj_tensor *tensor = NULL;
        LJ_TRY(lj_weights_new(weights, entries[i].item->key, entries[i].type == STORED_I32 ? LJ_I32 : LJ_F32,
                              entries[i].shape, &tensor));
        fill(&entries[i], data, tensor);
    }
    return LJ_OK;
}

static lj_status parse(const char *name, const unsigned char *bytes, size_t size, lj_weights **out, lj_doc **header)
{
    *out = NULL;
    *header = NULL;
    if (size < PREFIX)
        return lj_fail(LJ_ECORRUPT, "%s: expected a safetensors file, found %zu bytes", name, size);
    const int64_t header_size = load_u64(bytes);
    if (header_size < 2 || header_size > LJ_SAFETENSORS_HEADER_MAX || header_size > (int64_t)(size - PREFIX))
        return lj_fail(LJ_ECORRUPT, "%s: the header claims %" PRId64 " bytes, the file has %zu", name, header_size,
                       size);
    const unsigned char *data = bytes + PREFIX + header_size;
    const int64_t data_size = (int64_t)size - PREFIX - header_size;

    lj_status status = LJ_OK;
    lj_doc *doc = NULL;
    lj_weights *weights = NULL;
    entry *entries = NULL;
    LJ_TRY_DONE(lj_json_parse(name, (const char *)bytes + PREFIX, (size_t)header_size, &doc));
    const lj_item *root = lj_doc_root(doc);
    if (root->kind != LJ_MAP) {
        status = lj_fail(LJ_ECORRUPT, "%s: expected a map as the header", name);
        goto done;
    }
    entries = lj_new_array(root->count, sizeof(*entries));
    if (entries == NULL) {
        status = lj_fail(LJ_ENOMEM, "%s: no memory for %" PRId64 " tensors", name, root->count);
        goto done;
    }
    LJ_TRY_DONE(lj_weights_create(&weights));
    LJ_TRY_DONE(read_entries(name, root, data, data_size, entries, weights));
    *out = weights;
    *header = doc;
    weights = NULL;
    doc = NULL;
done:
    lj_weights_destroy(weights);
    lj_free(entries);
    lj_doc_destroy(doc);
    return status;
}

lj_status lj_safetensors_parse(const char *name, const void *bytes, size_t size, lj_weights **out)
{
    assert(name != NULL && (bytes != NULL || size == 0) && out != NULL);
    lj_doc *header = NULL;
    LJ_TRY(parse(name, bytes, size, out, &header));
    lj_doc_destroy(header);
    return LJ_OK;
}

lj_status lj_safetensors_open(const char *path, lj_weights **out, lj_doc **header)
{
    assert(path != NULL && out != NULL && header != NULL);
    *out = NULL;
    *header = NULL;
    char *bytes = NULL;
    size_t size = 0;
    LJ_TRY(lj_file_read(path, (size_t)INT64_MAX, &bytes, &size));
    const lj_status status = parse(path, (const unsigned char *)bytes, size, out, header);
    lj_free(bytes);
    return status;
}

lj_status lj_safetensors_read(const char *path, lj_weights **out)
{
    lj_doc *header = NULL;
    LJ_TRY(lj_safetensors_open(path, out, &header));
    lj_doc_destroy(header);
    return LJ_OK;
}
