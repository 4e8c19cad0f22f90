/* Tiles of a product, one function for each shape. */
#include "compute/tile.h"

LJ_INLINE void tile(const int rows, const int vectors, const int partial, const int unit, int64_t k, const float *a,
                    int64_t a_row, int64_t a_step, const float *b, int64_t b_step, float *c, int64_t c_row,
                    int64_t last, const tile_ending *ending)
{
    vf sum[LJ_TILE_M][LJ_WIDE_V]; /* fixed sizes: otherwise the sums live in memory */
    const int64_t row = unit ? 1 : a_row;
    LJ_UNROLL
    for (int r = 0; r < rows; r++) {
        LJ_UNROLL
        for (int v = 0; v < vectors; v++)
            sum[r][v] = vzero();
        __builtin_prefetch(c + r * c_row, 1); /* it arrives while the chains run */
    }
    for (int64_t p = 0; p < k; p++) {
        vf right[LJ_WIDE_V];
        LJ_UNROLL
        for (int v = 0; v < vectors; v++)
            right[v] = partial && v == vectors - 1 ? vload_n(b + v * LJ_W, last) : vload(b + v * LJ_W);
        LJ_UNROLL
        for (int r = 0; r < rows; r++) {
            const vf left = vset1(a[r * row]);
            LJ_UNROLL
            for (int v = 0; v < vectors; v++)
                sum[r][v] = vfma(left, right[v], sum[r][v]);
        }
        a += a_step;
        b += b_step;
    }
    if (ending->add) {
        LJ_UNROLL
        for (int r = 0; r < rows; r++) {
            LJ_UNROLL
            for (int v = 0; v < vectors; v++) {
                const float *old = c + r * c_row + v * LJ_W;
                sum[r][v] = (partial && v == vectors - 1 ? vload_n(old, last) : vload(old)) + sum[r][v];
            }
        }
    }
    if (ending->bias != NULL) {
        LJ_UNROLL
        for (int v = 0; v < vectors; v++) {
            const float *from = ending->bias + v * LJ_W;
            const vf bias = partial && v == vectors - 1 ? vload_n(from, last) : vload(from);
            LJ_UNROLL
            for (int r = 0; r < rows; r++)
                sum[r][v] = sum[r][v] + bias;
        }
    }
    if (ending->relu) {
        LJ_UNROLL
        for (int r = 0; r < rows; r++) {
            LJ_UNROLL
            for (int v = 0; v < vectors; v++)
                sum[r][v] = vrelu(sum[r][v]);
        }
    }
    LJ_UNROLL
    for (int r = 0; r < rows; r++) {
        LJ_UNROLL
        for (int v = 0; v < vectors; v++) {
            if (partial && v == vectors - 1)
                vstore_n(c + r * c_row + v * LJ_W, sum[r][v], last);
            else
                vstore(c + r * c_row + v * LJ_W, sum[r][v]);
        }
    }
}

#define TILE_NAME(rows, vectors, partial, unit) tile_##rows##_##vectors##_##partial##_##unit
#define TILE(rows, vectors, partial, unit)                                                                           \
    static void TILE_NAME(rows, vectors, partial, unit)(int64_t k, const float *a, int64_t a_row, int64_t a_step,    \
                                                        const float *b, int64_t b_step, float *c, int64_t c_row,     \
                                                        int64_t last, const tile_ending *ending)                     \
    {                                                                                                                \
        tile(rows, vectors, partial, unit, k, a, a_row, a_step, b, b_step, c, c_row, last, ending);                  \
    }

/* X(rows) for all heights of a tile. */
#if LJ_TILE_M == 4
#define TILE_ROWS(X) X(1) X(2) X(3) X(4)
#elif LJ_TILE_M == 6
#define TILE_ROWS(X) X(1) X(2) X(3) X(4) X(5) X(6)
#elif LJ_TILE_M == 12
#define TILE_ROWS(X) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12)
#endif
/* X(rows, vectors) for all widths. */
#if LJ_TILE_V == 2
#define TILE_WIDTHS(X, rows) X(rows, 1) X(rows, 2)
#elif LJ_TILE_V == 4
#define TILE_WIDTHS(X, rows) X(rows, 1) X(rows, 2) X(rows, 3) X(rows, 4)
#endif
/* One row: the widths above LJ_TILE_V. */
#if LJ_WIDE_V == 8
#define TILE_WIDE(X) X(1, 3) X(1, 4) X(1, 5) X(1, 6) X(1, 7) X(1, 8)
#elif LJ_WIDE_V == 16
#define TILE_WIDE(X) X(1, 5) X(1, 6) X(1, 7) X(1, 8) X(1, 9) X(1, 10) \
    X(1, 11) X(1, 12) X(1, 13) X(1, 14) X(1, 15) X(1, 16)
#else
#define TILE_WIDE(X)
#endif

#define FOUR_TILES(rows, vectors) \
    TILE(rows, vectors, 0, 0) TILE(rows, vectors, 0, 1) TILE(rows, vectors, 1, 0) TILE(rows, vectors, 1, 1)
#define TILES_OF(rows) TILE_WIDTHS(FOUR_TILES, rows)
TILE_ROWS(TILES_OF)
TILE_WIDE(FOUR_TILES)

#define ROW_OF_TABLE(rows, vectors)                                                         \
    [rows - 1][vectors - 1] = {{TILE_NAME(rows, vectors, 0, 0), TILE_NAME(rows, vectors, 0, 1)}, \
                               {TILE_NAME(rows, vectors, 1, 0), TILE_NAME(rows, vectors, 1, 1)}},
#define ROWS_OF_TABLE(rows) TILE_WIDTHS(ROW_OF_TABLE, rows)

tile_function *LJ_NAME(tile_find)(int64_t rows, int64_t vectors, int partial, int unit)
{
    static tile_function *const table[LJ_TILE_M][LJ_TILE_V][2][2] = {TILE_ROWS(ROWS_OF_TABLE)};
#if LJ_WIDE_V > LJ_TILE_V
    static tile_function *const wide[1][LJ_WIDE_V][2][2] = {TILE_WIDE(ROW_OF_TABLE)};
    if (vectors > LJ_TILE_V)
        return wide[0][vectors - 1][partial][unit];
#endif
    return table[rows - 1][vectors - 1][partial][unit];
}
