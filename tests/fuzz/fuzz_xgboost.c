/* Models of XGBoost from anywhere, JSON and UBJSON. */
#include "fuzz/import_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    import("", bytes, size);
    return 0;
}
