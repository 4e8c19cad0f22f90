/* A safetensors file is hostile input: any bytes end in weights or a refusal. */
#include <stddef.h>
#include <stdint.h>

#include "lianjin/nn.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    lj_weights *weights = NULL;
    if (lj_safetensors_parse("fuzz", data, size, &weights) == LJ_OK)
        lj_weights_destroy(weights);
    return 0;
}
