/* Windows of a series: consecutive rows of the stored ones, copied when a batch is made. */
#include <assert.h>
#include <string.h>

#include "train/trainer.h"

void lj_windows_load(const lj_rows *rows, const int64_t *samples, int64_t begin, int64_t n, float *numbers,
                     int32_t *codes, int32_t *lengths)
{
    const int64_t width = rows->number_count, categories = rows->category_count, size = rows->steps * width;
    for (int64_t i = 0; i < n; i++) {
        const int64_t sample = samples != NULL ? samples[i] : begin + i;
        const int64_t last = rows->last[sample];
        const int64_t length = rows->lengths != NULL ? rows->lengths[sample] : rows->steps;
        const int64_t first = last + 1 - length;
        assert(length >= 1 && length <= rows->steps && first >= 0 && last < rows->stored);
        if (numbers != NULL) {
            memcpy(numbers + i * size, rows->numbers + first * width, (size_t)(length * width) * sizeof(float));
            memset(numbers + i * size + length * width, 0, (size_t)(size - length * width) * sizeof(float));
        }
        if (codes != NULL)
            memcpy(codes + i * categories, rows->codes + last * categories, (size_t)categories * sizeof(int32_t));
        if (lengths != NULL)
            lengths[i] = (int32_t)length;
    }
}
