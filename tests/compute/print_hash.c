/* Prints the hash of each table's kernels: for emulators, where the test framework is not built. tools/hash-elsewhere */
#include <inttypes.h>
#include <stdio.h>

#include "compute/hash.h"

int main(void)
{
    int status = 0;
    for (const char *const *name = lj_kernels_names(); *name != NULL; name++) {
        const lj_kernels *table = lj_kernels_named(*name);
        if (table == NULL)
            continue;
        const uint64_t hash = hash_of_kernels(table);
        printf("%s %016" PRIx64 "\n", *name, hash);
        status |= hash != HASH_OF_ARITHMETIC_1;
    }
    return status;
}
