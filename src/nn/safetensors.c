/*
 * safetensors, written: eight bytes (size of the header, little-endian), a JSON
 * header {"name": {"dtype", "shape", "data_offsets"}, "__metadata__": {...}},
 * padded with blanks to a multiple of eight, and the tensors without gaps.
 * Format: https://github.com/huggingface/safetensors, "Format".
 */
#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lianjin/file.h"
#include "lianjin/nn.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "tensors are written as they lie in memory");

static int by_name(const void *a, const void *b)
{
    const lj_tensor *const *x = a, *const *y = b;
    return strcmp((*x)->name, (*y)->name);
}

static void header_json(lj_text *text, lj_tensor *const *tensors, int64_t n, const char *const *metadata,
                        int64_t metadata_pairs)
{
    lj_json json;
    lj_json_start(&json, text, 1);
    lj_json_map(&json, NULL);
    if (metadata_pairs > 0) {
        lj_json_map(&json, "__metadata__");
        for (int64_t i = 0; i < metadata_pairs; i++)
            lj_json_string(&json, metadata[2 * i], metadata[2 * i + 1]);
        lj_json_end_map(&json);
    }
    int64_t offset = 0;
    for (int64_t i = 0; i < n; i++) {
        const lj_tensor *tensor = tensors[i];
        lj_json_map(&json, tensor->name);
        lj_json_string(&json, "dtype", tensor->dtype == LJ_F32 ? "F32" : "I32");
        lj_json_list(&json, "shape");
        for (int d = 0; d < tensor->shape.rank; d++)
            lj_json_integer(&json, NULL, tensor->shape.dim[d]);
        lj_json_end_list(&json);
        lj_json_list(&json, "data_offsets");
        lj_json_integer(&json, NULL, offset);
        offset += 4 * tensor->count;
        lj_json_integer(&json, NULL, offset);
        lj_json_end_list(&json);
        lj_json_end_map(&json);
    }
    lj_json_end_map(&json);
    while (text->size % 8 != 0 && !text->failed)
        lj_text_append(text, " ", 1);
}

static lj_status write_file(lj_file *file, const lj_text *header, lj_tensor *const *tensors, int64_t n)
{
    const uint64_t size = header->size;
    LJ_TRY(lj_file_write(file, &size, sizeof(size)));
    LJ_TRY(lj_file_write(file, header->data, header->size));
    for (int64_t i = 0; i < n; i++)
        LJ_TRY(lj_file_write(file, tensors[i]->data, (size_t)tensors[i]->count * 4));
    return LJ_OK;
}

lj_status lj_safetensors_write(const char *path, const lj_weights *weights, const char *const *metadata,
                               int64_t metadata_pairs)
{
    assert(path != NULL && weights != NULL && metadata_pairs >= 0);
    lj_weights *set = (lj_weights *)weights; /* only read */
    const int64_t n = lj_weights_count(weights);
    lj_status status = LJ_OK;
    lj_file *file = NULL;
    lj_text header = {0};
    lj_tensor **tensors = lj_new_array(n, sizeof(lj_tensor *));
    if (tensors == NULL)
        return lj_fail(LJ_ENOMEM, "%s: no memory for the header of %" PRId64 " tensors", path, n);
    for (int64_t i = 0; i < n; i++)
        tensors[i] = lj_weights_at(set, i);
    qsort(tensors, (size_t)n, sizeof(lj_tensor *), by_name); /* names are unique: a total order */

    header_json(&header, tensors, n, metadata, metadata_pairs);
    LJ_TRY_DONE(lj_text_finish(&header));
    LJ_TRY_DONE(lj_file_create(path, &file));
    LJ_TRY_DONE(write_file(file, &header, tensors, n));
    status = lj_file_commit(file);
    file = NULL; /* freed by the commit whatever happened */
done:
    lj_file_abandon(file);
    lj_text_free(&header);
    lj_free(tensors);
    return status;
}
