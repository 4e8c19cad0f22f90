/* What a fit leaves, tensors or trees. */
#include "lianjin/hash.h"
#include "lianjin/model.h"

void lj_learned_destroy(lj_learned *learned)
{
    lj_weights_destroy(learned->weights);
    lj_trees_destroy(learned->trees);
    *learned = (lj_learned){0};
}

lj_status lj_learned_sha256(const lj_learned *learned, char hex[65])
{
    if (learned->trees == NULL)
        return lj_weights_sha256(learned->weights, hex);
    lj_text text = {0};
    lj_json json;
    lj_json_start(&json, &text, 1);
    lj_trees_save(learned->trees, &json);
    lj_status status = lj_text_finish(&text);
    if (status == LJ_OK)
        status = lj_sha256_bytes(text.data, text.size, hex);
    lj_text_free(&text);
    return status;
}
