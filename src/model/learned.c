/* What a fit leaves, tensors and trees. */
#include "lianjin/hash.h"
#include "lianjin/model.h"

void lj_learned_destroy(lj_learned *learned)
{
    lj_weights_destroy(learned->weights);
    lj_trees_destroy(learned->trees);
    *learned = (lj_learned){0};
}

static lj_status trees_sha256(const lj_trees *trees, char hex[65])
{
    lj_text text = {0};
    lj_json json;
    lj_json_start(&json, &text, 1);
    lj_trees_save(trees, &json);
    lj_status status = lj_text_finish(&text);
    if (status == LJ_OK)
        status = lj_sha256_bytes(text.data, text.size, hex);
    lj_text_free(&text);
    return status;
}

lj_status lj_learned_sha256(const lj_learned *learned, char hex[65])
{
    char both[2 * 64 + 1];
    if (learned->trees == NULL)
        return lj_weights_sha256(learned->weights, hex);
    if (learned->weights == NULL || lj_weights_count(learned->weights) == 0)
        return trees_sha256(learned->trees, hex);
    LJ_TRY(lj_weights_sha256(learned->weights, both));
    LJ_TRY(trees_sha256(learned->trees, both + 64));
    return lj_sha256_bytes(both, 2 * 64, hex);
}
