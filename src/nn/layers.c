#include "nn/layers.h"

static const lj_layer *const layers[] = {
#define X(name) &lj_layer_##name,
    LJ_LAYER_LIST(X)
#undef X
};

const lj_layer *lj_layer_at(int64_t index)
{
    return index >= 0 && index < (int64_t)(sizeof(layers) / sizeof(layers[0])) ? layers[index] : NULL;
}
