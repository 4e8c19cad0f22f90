/* Rotary positions: pairs of numbers turn by the angle of their position. */
#include "compute/lanes.h"

void LJ_NAME(rotary)(int64_t rows, int64_t heads, int64_t pairs, const float *x, const float *cosine,
                     const float *sine, float *y)
{
    for (int64_t r = 0; r < rows; r++, cosine += pairs, sine += pairs) {
        for (int64_t h = 0; h < heads; h++, x += 2 * pairs, y += 2 * pairs) {
            for (int64_t i = 0; i < pairs; i += LJ_W) {
                const int64_t count = lj_min(pairs - i, LJ_W);
                const vf a = vload_up_to(x + i, count), b = vload_up_to(x + pairs + i, count);
                const vf c = vload_up_to(cosine + i, count), s = vload_up_to(sine + i, count);
                vstore_up_to(y + i, vfma(a, c, -(b * s)), count);
                vstore_up_to(y + pairs + i, vfma(b, c, a * s), count);
            }
        }
    }
}
