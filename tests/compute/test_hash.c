/* One hash of all kernels, the same on every table, compiler and machine. */
#include <inttypes.h>

#include "compute/hash.h"
#include "compute/tables.h"

static void all_tables_have_the_hash_of_the_arithmetic(void **state)
{
    (void)state;
    const lj_kernels *table[TABLES_MAX];
    const int n_tables = tables_of_test(table);
    for (int t = 0; t < n_tables; t++) {
        const uint64_t hash = hash_of_kernels(table[t]);
        print_message("%-8s %016" PRIx64 "\n", table[t]->name, hash);
        assert_true(hash == HASH_OF_ARITHMETIC_1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(all_tables_have_the_hash_of_the_arithmetic)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
