/* A model as its files would give it back. Include it behind MUST. */
#ifndef LIANJIN_TESTS_MODEL_RELOAD_H
#define LIANJIN_TESTS_MODEL_RELOAD_H

#include <string.h>

#include "lianjin/model.h"

/* A copy of what a model learned: trees by their file. */
static lj_status copy_learned(const lj_model *model, lj_learned *out)
{
    lj_text text = {0};
    lj_json json;
    lj_doc *doc = NULL;
    const lj_learned learned = lj_model_learned(model);
    *out = (lj_learned){0};
    if (lj_weights_count(learned.weights) > 0)
        MUST(lj_weights_clone(learned.weights, &out->weights));
    if (learned.trees == NULL)
        return LJ_OK;
    lj_json_start(&json, &text, 0);
    lj_trees_save(learned.trees, &json);
    MUST(lj_text_finish(&text));
    MUST(lj_json_parse("trees.json", text.data, text.size, &doc));
    const lj_status status = lj_trees_load(doc, lj_doc_root(doc), &out->trees);
    lj_doc_destroy(doc);
    lj_text_free(&text);
    return status;
}

/* Saved to JSON and read with its weights, it gives the same scores. */
static lj_status reload(const lj_model *model, const char *from, const char *to, lj_model **out)
{
    lj_text text = {0};
    lj_json json;
    lj_doc *doc = NULL;
    lj_learned learned;
    lj_json_start(&json, &text, 0);
    lj_json_map(&json, NULL);
    MUST(lj_model_save_spec(model, &json, "model"));
    lj_json_end_map(&json);
    MUST(lj_text_finish(&text));
    if (from != NULL) {
        char *at = strstr(text.data, from);
        if (at == NULL)
            fail_msg("no '%s' in %s", from, text.data);
        assert_int_equal(strlen(from), strlen(to));
        memcpy(at, to, strlen(to));
    }
    MUST(lj_json_parse("model.json", text.data, text.size, &doc));
    MUST(copy_learned(model, &learned));
    const lj_status status = lj_model_load(doc, lj_item_get(lj_doc_root(doc), "model"), &learned, out);
    lj_doc_destroy(doc);
    lj_text_free(&text);
    return status;
}

#endif
