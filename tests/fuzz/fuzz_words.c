/* Files of vectors of words come from anywhere: any bytes end in vectors, which every format gives back, or a refusal. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lianjin/words.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    lj_word_vectors *vectors = NULL;
    if (lj_word_vectors_parse("fuzz", data, size, size % 3 == 0 ? 2 : 0, NULL, &vectors) != LJ_OK)
        return 0;
    for (int64_t i = 0; i < lj_word_vectors_count(vectors); i++)
        if (lj_word_vectors_find(vectors, lj_word_vectors_word(vectors, i)) != i)
            abort();
    lj_word_near near[3];
    int64_t found = 0;
    const char *word = lj_word_vectors_word(vectors, 0);
    if (lj_word_vectors_nearest(vectors, &word, 1, NULL, 0, 3, near, &found) != LJ_OK)
        abort();
    lj_word_vectors_destroy(vectors);
    return 0;
}
