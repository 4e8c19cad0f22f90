/* JSON from anywhere: a tree whose places lie in the text and which is written as it was, or a refusal. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lianjin/document.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check_places(const lj_item *item, int lines)
{
    if (item->line < 1 || item->line > lines || item->column < 1)
        abort();
    for (int64_t i = 0; i < item->count; i++)
        check_places(item->items[i], lines);
}

static void write_all(const lj_doc *doc, lj_text *text)
{
    lj_json json;
    lj_json_start(&json, text, 0);
    lj_json_item(&json, NULL, lj_doc_root(doc));
    if (lj_text_finish(text) != LJ_OK)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    lj_doc *doc = NULL;
    lj_doc *again = NULL;
    lj_text first = {0};
    lj_text second = {0};
    int lines = 1;
    if (lj_json_parse("fuzz.json", (const char *)bytes, size, &doc) != LJ_OK)
        return 0;
    for (size_t i = 0; i < size; i++)
        lines += bytes[i] == '\n';
    check_places(lj_doc_root(doc), lines);
    write_all(doc, &first);
    if (lj_json_parse("again.json", first.data, first.size, &again) != LJ_OK)
        abort();
    write_all(again, &second);
    if (strcmp(first.data, second.data) != 0)
        abort();
    lj_text_free(&first);
    lj_text_free(&second);
    lj_doc_destroy(again);
    lj_doc_destroy(doc);
    return 0;
}
