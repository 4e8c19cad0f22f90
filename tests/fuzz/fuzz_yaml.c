/* A pipeline file from anywhere: a tree that can be written as JSON and read again, or a refusal with its place. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lianjin/document.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    lj_doc *doc = NULL;
    lj_doc *again = NULL;
    lj_text text = {0};
    lj_json json;
    if (lj_yaml_parse("fuzz.yaml", (const char *)bytes, size, &doc) != LJ_OK) {
        if (doc != NULL || strncmp(lj_error_message(), "fuzz.yaml", 9) != 0)
            abort();
        return 0;
    }
    lj_json_start(&json, &text, (int)(size % 2));
    lj_json_item(&json, NULL, lj_doc_root(doc));
    if (lj_text_finish(&text) != LJ_OK || lj_json_parse("fuzz.json", text.data, text.size, &again) != LJ_OK)
        abort();
    lj_doc_destroy(again);
    lj_text_free(&text);
    lj_doc_destroy(doc);
    return 0;
}
