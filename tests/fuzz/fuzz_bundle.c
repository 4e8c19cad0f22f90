/*
 * A bundle from anywhere whose signature is right: model.json, prep.json and
 * weights.safetensors in one input, parted by bytes of 0 (JSON has none). It is
 * refused, or it scores a row.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bundle/bundle.h"
#include "lianjin/document.h"
#include "lianjin/memory.h"
#include "lianjin/nn.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void score_a_row(lj_bundle *bundle)
{
    const lj_prep *prep = lj_bundle_prep(bundle);
    lj_model *model = lj_bundle_model(bundle);
    float *numbers = lj_new_array(lj_prep_number_count(prep), sizeof(*numbers));
    int32_t *codes = lj_new_array(lj_prep_category_count(prep), sizeof(*codes));
    float *scores = lj_new_array(lj_model_width(model), sizeof(*scores));
    const lj_rows row = {.n = 1,
                         .numbers = numbers,
                         .number_count = lj_prep_number_count(prep),
                         .codes = codes,
                         .category_count = lj_prep_category_count(prep)};
    if (numbers != NULL && codes != NULL && scores != NULL && lj_model_predict(model, &row, NULL, scores) != LJ_OK)
        abort();
    lj_free(scores);
    lj_free(codes);
    lj_free(numbers);
}

/* The bytes up to the next 0, which ends them; NULL if there is none. */
static const uint8_t *cut(const uint8_t **at, const uint8_t *end, size_t *size)
{
    const uint8_t *begin = *at;
    const uint8_t *stop = begin < end ? memchr(begin, 0, (size_t)(end - begin)) : NULL;
    if (stop == NULL)
        return NULL;
    *size = (size_t)(stop - begin);
    *at = stop + 1;
    return begin;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    size_t model_size = 0;
    size_t prep_size = 0;
    lj_doc *model = NULL;
    lj_doc *prep = NULL;
    lj_learned learned = {0};
    lj_bundle *bundle = NULL;
    const uint8_t *at = bytes;
    const uint8_t *end = bytes + size;
    const uint8_t *model_bytes = cut(&at, end, &model_size);
    const uint8_t *prep_bytes = model_bytes != NULL ? cut(&at, end, &prep_size) : NULL;
    if (prep_bytes == NULL)
        return 0;
    if (lj_json_parse("model.json", (const char *)model_bytes, model_size, &model) == LJ_OK &&
        lj_json_parse("prep.json", (const char *)prep_bytes, prep_size, &prep) == LJ_OK &&
        lj_safetensors_parse("weights.safetensors", at, (size_t)(end - at), &learned.weights) == LJ_OK) {
        const lj_status status = lj_bundle_assemble("fuzz", model, prep, &learned, "", &bundle);
        model = NULL;
        if (status == LJ_OK)
            score_a_row(bundle);
    }
    lj_bundle_close(bundle);
    lj_learned_destroy(&learned);
    lj_doc_destroy(prep);
    lj_doc_destroy(model);
    return 0;
}
