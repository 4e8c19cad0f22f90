/* prep.json from anywhere: it must be refused or usable, never trusted. Built with -fsanitize=fuzzer. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "lianjin/document.h"
#include "lianjin/memory.h"
#include "lianjin/prep.h"

#define CELLS_MAX 64

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void apply(const lj_prep *prep)
{
    lj_cell cells[CELLS_MAX] = {0};
    float *numbers = lj_new_array(lj_prep_number_count(prep), sizeof(float));
    int32_t *codes = lj_new_array(lj_prep_category_count(prep), sizeof(int32_t));
    for (int i = 0; i < CELLS_MAX; i++)
        cells[i] = (lj_cell){.text = i % 2 == 0 ? "a" : "zz", .number = i - 9.5, .time = INT64_C(1) << (i % 62)};
    lj_sparse terms = {0};
    if (numbers != NULL && codes != NULL && lj_prep_feature_count(prep) <= CELLS_MAX) {
        lj_prep_apply_record(prep, cells, numbers, codes, NULL);
        if (lj_prep_apply_record_terms(prep, cells, &terms) != LJ_OK)
            abort();
    }
    for (int64_t k = 0; k < lj_sparse_entries(&terms); k++) {
        if (terms.column[k] < 0 || terms.column[k] >= lj_prep_term_count(prep))
            abort();
    }
    lj_sparse_free(&terms);
    for (int64_t i = 0; codes != NULL && i < lj_prep_category_count(prep); i++) {
        if (codes[i] < 0 || codes[i] >= lj_prep_category_size(prep, i))
            abort();
    }
    lj_free(numbers);
    lj_free(codes);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    lj_doc *doc = NULL;
    lj_prep *prep = NULL;
    if (lj_json_parse("prep.json", (const char *)bytes, size, &doc) == LJ_OK &&
        lj_prep_load(doc, lj_doc_root(doc), &prep) == LJ_OK) {
        lj_text text = {0};
        apply(prep);
        if (lj_prep_describe(prep, &text) != LJ_OK)
            abort();
        lj_text_free(&text);
    }
    lj_prep_destroy(prep);
    lj_doc_destroy(doc);
    return 0;
}
