/* Models of LightGBM from anywhere, behind the word that they begin with. */
#include "fuzz/import_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    import("tree\n", bytes, size);
    return 0;
}
