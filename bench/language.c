#include "language.h"

#include <stdlib.h>
#include <string.h>

#include "lianjin/file.h"
#include "lianjin/model.h"

enum { CONTEXT = 64, BATCH = 16, STEPS = 100, BYTES = STEPS * BATCH * CONTEXT };

static const char options_text[] = "{model: {layers: 4, dimension: 128, heads: 4, dropout: 0}, "
                                   "train: {epochs: 1, batch: 16, rate: 0.002}}";

static lj_status read_codes(lj_texts *texts)
{
    char *bytes = NULL;
    size_t size = 0;
    const char *path = getenv("BENCH_TEXT");
    if (path == NULL)
        return lj_fail(LJ_EUSAGE, "$BENCH_TEXT names no text");
    LJ_TRY(lj_file_read(path, (size_t)1 << 28, &bytes, &size));
    int32_t *codes = lj_new_array(BYTES, sizeof(*codes));
    lj_status status = LJ_OK;
    if (codes == NULL || size < BYTES)
        status = lj_fail(LJ_EDATA, "%s: expected %d bytes at least", path, BYTES);
    for (int64_t i = 0; status == LJ_OK && i < BYTES; i++)
        codes[i] = 1 + (uint8_t)bytes[i];
    if (status == LJ_OK)
        status = lj_texts_add(texts, codes, BYTES);
    lj_free(codes);
    lj_free(bytes);
    return status;
}

lj_status run_language_case(lj_team *team, double *seconds)
{
    lj_texts texts = {0};
    lj_doc *doc = NULL;
    lj_model *model = NULL;
    lj_train_result result = {0};
    lj_status status = read_codes(&texts);
    if (status == LJ_OK)
        status = lj_yaml_parse("options", options_text, strlen(options_text), &doc);
    if (status == LJ_OK) {
        const lj_model_spec spec = {.task = LJ_UNSUPERVISED, .token_count = CONTEXT, .token_size = 257};
        const lj_rows rows = {.n = 1, .texts = &texts, .token_count = CONTEXT};
        const lj_fit_options options = {.family = "gpt",
                                        .file = lj_doc_name(doc),
                                        .model = lj_item_get(lj_doc_root(doc), "model"),
                                        .train = lj_item_get(lj_doc_root(doc), "train"),
                                        .seed = 7};
        status = lj_model_fit(&options, &spec, &rows, NULL, team, NULL, &result, &model);
    }
    if (status == LJ_OK)
        *seconds = result.seconds / (double)result.steps;
    lj_free(result.epochs);
    lj_model_destroy(model);
    lj_doc_destroy(doc);
    lj_texts_free(&texts);
    return status;
}
