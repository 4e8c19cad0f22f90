/* Packing: lines side by side, so that a tile reads memory in order. */
#include "compute/tile.h"

typedef float block_row __attribute__((vector_size(LJ_BLOCK * 4)));
typedef float block_row_unaligned __attribute__((vector_size(LJ_BLOCK * 4), aligned(4), may_alias));

#if LJ_BLOCK == 8
LJ_INLINE void transpose(block_row *x)
{
    block_row y[8];
    LJ_UNROLL
    for (int i = 0; i < 4; i++) { /* pairs within quarters */
        y[2 * i] = __builtin_shufflevector(x[2 * i], x[2 * i + 1], 0, 8, 1, 9, 4, 12, 5, 13);
        y[2 * i + 1] = __builtin_shufflevector(x[2 * i], x[2 * i + 1], 2, 10, 3, 11, 6, 14, 7, 15);
    }
    block_row z[8];
    LJ_UNROLL
    for (int i = 0; i < 2; i++) {
        z[4 * i] = __builtin_shufflevector(y[4 * i], y[4 * i + 2], 0, 1, 8, 9, 4, 5, 12, 13);
        z[4 * i + 1] = __builtin_shufflevector(y[4 * i], y[4 * i + 2], 2, 3, 10, 11, 6, 7, 14, 15);
        z[4 * i + 2] = __builtin_shufflevector(y[4 * i + 1], y[4 * i + 3], 0, 1, 8, 9, 4, 5, 12, 13);
        z[4 * i + 3] = __builtin_shufflevector(y[4 * i + 1], y[4 * i + 3], 2, 3, 10, 11, 6, 7, 14, 15);
    }
    LJ_UNROLL
    for (int i = 0; i < 4; i++) {
        x[i] = __builtin_shufflevector(z[i], z[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
        x[i + 4] = __builtin_shufflevector(z[i], z[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
    }
}
#else
LJ_INLINE void transpose(block_row *x)
{
    const block_row a = __builtin_shufflevector(x[0], x[1], 0, 4, 1, 5);
    const block_row b = __builtin_shufflevector(x[0], x[1], 2, 6, 3, 7);
    const block_row c = __builtin_shufflevector(x[2], x[3], 0, 4, 1, 5);
    const block_row d = __builtin_shufflevector(x[2], x[3], 2, 6, 3, 7);
    x[0] = __builtin_shufflevector(a, c, 0, 1, 4, 5);
    x[1] = __builtin_shufflevector(a, c, 2, 3, 6, 7);
    x[2] = __builtin_shufflevector(b, d, 0, 1, 4, 5);
    x[3] = __builtin_shufflevector(b, d, 2, 3, 6, 7);
}
#endif

/* LJ_BLOCK summed indices of `lines` lines; whole blocks are stored, what they overrun is written later. */
LJ_INLINE void transpose_lines(const int blocks, int64_t lines, const float *x, int64_t line, float *out,
                               int64_t out_step)
{
    block_row rows[2][LJ_BLOCK];
    LJ_UNROLL
    for (int g = 0; g < blocks; g++) {
        LJ_UNROLL
        for (int l = 0; l < LJ_BLOCK; l++) {
            const int64_t at = g * LJ_BLOCK + l;
            rows[g][l] = (block_row){0.0F};
            if (at < lines)
                rows[g][l] = *(const block_row_unaligned *)(x + at * line);
        }
        transpose(rows[g]);
    }
    LJ_UNROLL
    for (int p = 0; p < LJ_BLOCK; p++) {
        LJ_UNROLL
        for (int g = 0; g < blocks; g++)
            *(block_row_unaligned *)(out + p * out_step + g * LJ_BLOCK) = rows[g][p];
    }
}

/* Up to two blocks of lines that are contiguous along k. */
static void pack_across(int64_t lines, int64_t k, const float *x, int64_t line, float *out, int64_t out_step)
{
    int64_t p = 0;
    if (lines == LJ_BLOCK) {
        for (; p + LJ_BLOCK < k; p += LJ_BLOCK)
            transpose_lines(1, LJ_BLOCK, x + p, line, out + p * out_step, out_step);
    } else if (lines == 2 * LJ_BLOCK) {
        for (; p + LJ_BLOCK < k; p += LJ_BLOCK)
            transpose_lines(2, 2 * LJ_BLOCK, x + p, line, out + p * out_step, out_step);
    } else if (lines < LJ_BLOCK) {
        for (; p + 2 * LJ_BLOCK < k; p += LJ_BLOCK)
            transpose_lines(1, lines, x + p, line, out + p * out_step, out_step);
    } else {
        for (; p + 2 * LJ_BLOCK < k; p += LJ_BLOCK)
            transpose_lines(2, lines, x + p, line, out + p * out_step, out_step);
    }
    for (; p < k; p++) {
        for (int64_t l = 0; l < lines; l++)
            out[p * out_step + l] = x[l * line + p];
    }
}

/* Lines that lie side by side. Whole vectors are stored, what they overrun is written later. */
static void copy_lines(int64_t lines, int64_t k, const float *x, int64_t line, int64_t step, float *out,
                       int64_t out_step)
{
    int64_t p = 0;
    if (line == 1 && lines < LJ_W) {
        for (; (k - 1 - p) * out_step >= LJ_W; p++)
            vstore(out + p * out_step, vload_n(x + p * step, lines));
    }
    for (; p < k; p++) {
        const float *from = x + p * step;
        float *to = out + p * out_step;
        int64_t l = 0;
        for (; line == 1 && l + LJ_W <= lines; l += LJ_W)
            vstore(to + l, vload(from + l));
        for (; l < lines; l++)
            to[l] = from[l * line];
    }
}

void LJ_NAME(pack)(int64_t lines, int64_t k, const float *x, int64_t line, int64_t step, float *out, int64_t out_step)
{
    if (step == 1 && line != 1) {
        int64_t l = 0;
        if (out_step > 2 * LJ_BLOCK || lines > 2 * LJ_BLOCK) {
            /* Whole blocks do not overrun, and the rest goes line by line. */
            for (; l + LJ_BLOCK <= lines; l += LJ_BLOCK)
                pack_across(LJ_BLOCK, k, x + l * line, line, out + l, out_step);
            for (; l < lines; l++) {
                for (int64_t p = 0; p < k; p++)
                    out[p * out_step + l] = x[l * line + p];
            }
        } else if (lines > 0) {
            pack_across(lines, k, x, line, out, out_step);
        }
        return;
    }
    copy_lines(lines, k, x, line, step, out, out_step);
}
