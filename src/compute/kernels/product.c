/*
 * C = A B by tiles. Blocks of LJ_CHAIN_BLOCK summed indices are the outermost
 * of the loops that touch an element of C, so the order of the contract is the
 * order of the loops; what is packed, and where rows and columns are cut,
 * changes speed only.
 *
 * Structure after Goto and van de Geijn, "Anatomy of high-performance matrix
 * multiplication", ACM TOMS 34 (2008): a packed block of A stays in L2, a packed
 * panel of B in L1.
 */
#include <assert.h>
#include <stddef.h>

#include "compute/tile.h"

#define BLOCK LJ_CHAIN_BLOCK
#define ROWS_OF_A 192                     /* rows of a packed block of A: a multiple of every LJ_TILE_M */
#define COLUMNS_OF_B 4096                 /* columns of a packed block of B */
#define NARROW_V (LJ_WIDE_V > 4 ? LJ_WIDE_V / 2 : LJ_WIDE_V)
#define NARROW_LINES (NARROW_V * LJ_W)    /* rows of C that lie in the lanes when C is narrow */

static int64_t round_up(int64_t x, int64_t to)
{
    return (x + to - 1) / to * to;
}

/* C is too narrow for lanes over its columns, so they go over its rows. */
static int is_narrow(int64_t m, int64_t n)
{
    return n < LJ_W && m > n;
}

/* B of this many rows above it is worth packing. */
static int is_worth_packing_b(const lj_product_args *g)
{
    return g->b_col != 1 || (g->m >= 48 && g->n * lj_min(g->k, BLOCK) > 8192);
}
static int is_worth_packing_a(int64_t m, int64_t n)
{
    return n >= 192 && m > 1;
}

int64_t LJ_NAME(pack_b_size)(int64_t k, int64_t n)
{
    return k * round_up(n, LJ_TILE_N);
}

/* Panels of LJ_TILE_N columns, one below the other; the last is filled with zeros. */
static void pack_panels(int64_t k, int64_t n, const float *b, int64_t b_row, int64_t b_col, float *packed)
{
    for (int64_t j = 0; j < n; j += LJ_TILE_N) {
        const int64_t columns = lj_min(n - j, LJ_TILE_N);
        float *panel = packed + j * k;
        if (columns < LJ_TILE_N)
            memset(panel, 0, (size_t)(k * LJ_TILE_N) * sizeof(float));
        LJ_NAME(pack)(columns, k, b + j * b_col, b_col, b_row, panel, LJ_TILE_N);
    }
}

void LJ_NAME(pack_b)(int64_t k, int64_t n, const float *b, int64_t b_row, int64_t b_col, float *packed)
{
    const int64_t width = round_up(n, LJ_TILE_N);
    for (int64_t p = 0; p < k; p += BLOCK)
        pack_panels(lj_min(k - p, BLOCK), n, b + p * b_row, b_row, b_col, packed + p * width);
}

/* Rows [first, first + k) of the B of pack_taps as panels. */
static void pack_block_of_taps(int64_t first, int64_t k, const int64_t *taps, int64_t depth, int64_t n, const float *b,
                               int64_t b_row, int64_t b_col, float *packed)
{
    for (int64_t j = 0; j < n; j += LJ_TILE_N) {
        const int64_t columns = lj_min(n - j, LJ_TILE_N);
        float *panel = packed + j * k;
        if (columns < LJ_TILE_N)
            memset(panel, 0, (size_t)(k * LJ_TILE_N) * sizeof(float));
        for (int64_t p = 0; p < k;) {
            const int64_t tap = (first + p) / depth, at = (first + p) % depth;
            const int64_t rows = lj_min(k - p, depth - at);
            LJ_NAME(pack)(columns, rows, b + taps[tap] + at * b_row + j * b_col, b_col, b_row, panel + p * LJ_TILE_N,
                          LJ_TILE_N);
            p += rows;
        }
    }
}

void LJ_NAME(pack_taps)(int64_t n_taps, const int64_t *taps, int64_t depth, int64_t n, const float *b, int64_t b_row,
                        int64_t b_col, float *packed)
{
    const int64_t k = n_taps * depth, width = round_up(n, LJ_TILE_N);
    for (int64_t p = 0; p < k; p += BLOCK)
        pack_block_of_taps(p, lj_min(k - p, BLOCK), taps, depth, n, b, b_row, b_col, packed + p * width);
}

static int64_t size_of_packed_a(int64_t m)
{
    return lj_min(m, ROWS_OF_A) * BLOCK;
}

int64_t LJ_NAME(product_scratch)(int64_t m, int64_t n, int64_t k)
{
    if (m <= 0 || n <= 0 || k <= 0)
        return 0;
    const int64_t depth = lj_min(k, BLOCK);
    const int64_t narrow = NARROW_LINES * depth;
    const int64_t wide = size_of_packed_a(m) + round_up(lj_min(n, COLUMNS_OF_B), LJ_TILE_N) * depth;
    const int64_t rows = k > BLOCK ? LJ_TILE_M * n : 0; /* accumulating: a strip of the product */
    return round_up(narrow > wide ? narrow : wide, 16) + rows;
}

/* Panels of tile_rows() rows, each contiguous; A's element (i, p) at a[i * a_row + p * a_col]. */
static void pack_a(int64_t m, int64_t k, const float *a, int64_t a_row, int64_t a_col, float *packed)
{
    for (int64_t i = 0; i < m;) {
        const int64_t rows = tile_rows(m - i);
        LJ_NAME(pack)(rows, k, a + i * a_row, a_row, a_col, packed + i * k, rows);
        i += rows;
    }
}

/* One block of the chain for a strip of columns: A as it lies, or packed. */
typedef struct strip {
    int64_t m, columns, k;
    const float *a;
    int64_t a_row, a_col; /* a_row 0: packed */
    const float *b;
    int64_t b_step;
    float *c;
    int64_t c_row;
    tile_ending ending;
} strip;

static void run_strip(const strip *s)
{
    for (int64_t i = 0; i < s->m;) {
        const int64_t rows = tile_rows(s->m - i);
        const int packed = s->a_row == 0;
        const int64_t a_row = packed ? 1 : s->a_row;
        int64_t last;
        tile_function *const run = tile_find(rows, s->columns, a_row, &last);
        const float *a = s->a + i * (packed ? s->k : a_row);
        run(s->k, a, a_row, packed ? rows : s->a_col, s->b, s->b_step, s->c + i * s->c_row, s->c_row, last,
            &s->ending);
        i += rows;
    }
}

static const float *bias_at(const lj_product_args *g, int64_t j)
{
    return g->bias == NULL ? NULL : g->bias + j;
}

/* What a tile does after the block of the chain that starts at p. */
static tile_ending ending_of(const lj_product_args *g, int64_t p, int64_t j)
{
    const int is_last = p + BLOCK >= g->k;
    return (tile_ending){.add = p > 0 || g->accumulate,
                         .relu = is_last && g->activation == LJ_RELU && g->before == NULL,
                         .bias = is_last ? bias_at(g, j) : NULL};
}

/* Rows [i, i + m) and columns [j, j + n) of one block of the chain; b panels as `b` and `panel` say. */
static void run_strips(const lj_product_args *g, int64_t p, int64_t i, int64_t m, int64_t j, int64_t n, const float *b,
                       float *packed_a)
{
    const int64_t k = lj_min(g->k - p, BLOCK);
    strip s = {.m = m, .k = k, .a = g->a + i * g->a_row + p * g->a_col, .a_row = g->a_row, .a_col = g->a_col};
    if (packed_a != NULL) {
        pack_a(m, k, s.a, g->a_row, g->a_col, packed_a);
        s.a = packed_a;
        s.a_row = 0;
    }
    for (int64_t at = 0; at < n; at += LJ_TILE_N) {
        s.columns = lj_min(n - at, LJ_TILE_N);
        s.b = b != NULL ? b + at * k : g->b + p * g->b_row + (j + at);
        s.b_step = b != NULL ? LJ_TILE_N : g->b_row;
        s.c = g->c + i * g->c_row + j + at;
        s.c_row = g->c_row;
        s.ending = ending_of(g, p, j + at);
        run_strip(&s);
    }
}

static void run_tiles(const lj_product_args *g)
{
    const int pack_b = g->b_packed == NULL && is_worth_packing_b(g);
    const int pack_a_too = is_worth_packing_a(g->m, g->n);
    float *packed_a = pack_a_too ? g->scratch : NULL;
    float *packed_b = pack_b ? g->scratch + size_of_packed_a(g->m) : NULL;
    const int64_t width = round_up(g->n, LJ_TILE_N);
    assert(g->scratch != NULL || (!pack_b && !pack_a_too));

    for (int64_t j = 0; j < g->n; j += COLUMNS_OF_B) {
        const int64_t n = lj_min(g->n - j, COLUMNS_OF_B);
        for (int64_t p = 0; p < g->k; p += BLOCK) {
            const int64_t k = lj_min(g->k - p, BLOCK);
            const float *b = g->b_packed == NULL ? NULL : g->b_packed + p * width + j * k;
            if (pack_b) {
                pack_panels(k, n, g->b + p * g->b_row + j * g->b_col, g->b_row, g->b_col, packed_b);
                b = packed_b;
            }
            for (int64_t i = 0; i < g->m; i += ROWS_OF_A)
                run_strips(g, p, i, lj_min(g->m - i, ROWS_OF_A), j, n, b, packed_a);
        }
    }
}

/* m == 1 and rows of B are contiguous: as many chains side by side as hide the latency of fma. */
static void run_row(const lj_product_args *g)
{
    for (int64_t p = 0; p < g->k; p += BLOCK) {
        const int64_t k = lj_min(g->k - p, BLOCK);
        for (int64_t j = 0; j < g->n; j += LJ_WIDE_V * LJ_W) {
            const tile_ending ending = ending_of(g, p, j);
            int64_t last;
            tile_function *const run = tile_find(1, lj_min(g->n - j, LJ_WIDE_V * LJ_W), 0, &last);
            run(k, g->a + p * g->a_col, 0, g->a_col, g->b + p * g->b_row + j, g->b_row, g->c + j, g->c_row, last,
                &ending);
        }
    }
}

/* Writes a transposed panel: lanes are rows of C. */
static void store_narrow(const lj_product_args *g, int64_t i, int64_t m, int64_t j, int64_t columns,
                         const float *panel)
{
    for (int64_t at = 0; at < columns; at++) {
        const float *from = panel + at * NARROW_LINES;
        float *to = g->c + i * g->c_row + j + at;
        for (int64_t l = 0; l < m; l++) {
            float x = from[l];
            if (g->accumulate)
                x = to[l * g->c_row] + x;
            if (g->bias != NULL)
                x = x + g->bias[j + at];
            if (g->activation == LJ_RELU && g->before == NULL)
                x = x < 0.0F ? 0.0F : x;
            to[l * g->c_row] = x;
        }
    }
}

/* The transposed product: rows of C in the lanes, columns of B broadcast. */
static void run_narrow(const lj_product_args *g)
{
    float panel[LJ_TILE_M * NARROW_LINES] __attribute__((aligned(64)));
    const int64_t width = g->n == 1 ? NARROW_LINES : LJ_TILE_N;
    for (int64_t i = 0; i < g->m; i += width) {
        const int64_t m = lj_min(g->m - i, width);
        for (int64_t j = 0; j < g->n; j += LJ_TILE_M) {
            const int64_t columns = lj_min(g->n - j, LJ_TILE_M);
            for (int64_t p = 0; p < g->k; p += BLOCK) {
                const int64_t k = lj_min(g->k - p, BLOCK);
                const float *a = g->a + i * g->a_row + p * g->a_col;
                int64_t a_step = g->a_col;
                if (g->a_row != 1) {
                    LJ_NAME(pack)(m, k, a, g->a_row, g->a_col, g->scratch, width);
                    a = g->scratch;
                    a_step = width;
                }
                const tile_ending ending = {.add = p > 0};
                strip s = {.m = columns, .k = k, .a = g->b + p * g->b_row + j * g->b_col, .a_row = g->b_col,
                           .a_col = g->b_row, .b_step = a_step, .c_row = NARROW_LINES, .ending = ending};
                const int64_t step = g->n == 1 ? NARROW_LINES : LJ_TILE_N;
                for (int64_t at = 0; at < m; at += step) {
                    s.columns = lj_min(m - at, step);
                    s.b = a + at;
                    s.c = panel + at;
                    run_strip(&s);
                }
            }
            store_narrow(g, i, m, j, columns, panel);
        }
    }
}

/* Activations that tiles do not apply, row by row. */
static void finish(const lj_product_args *g)
{
    const int done = g->activation == LJ_LINEAR || (g->activation == LJ_RELU && g->before == NULL);
    if (done && g->before == NULL)
        return;
    for (int64_t i = 0; i < g->m; i++) {
        float *row = g->c + i * g->c_row;
        if (g->before != NULL)
            memcpy(g->before + i * g->c_row, row, (size_t)g->n * sizeof(float));
        if (g->activation != LJ_LINEAR)
            LJ_NAME(kernels).activate[g->activation](g->n, row, row);
    }
}

static void multiply(const lj_product_args *g)
{
    if (is_narrow(g->m, g->n) && g->b_packed == NULL)
        run_narrow(g);
    else if (g->m == 1 && g->b != NULL && g->b_col == 1)
        run_row(g);
    else
        run_tiles(g);
}

/* C + the whole product, where the product has several blocks: strips of it are made apart, then added. */
static void accumulate_strips(const lj_product_args *g)
{
    float *rows = g->scratch + LJ_NAME(product_scratch)(g->m, g->n, g->k) - LJ_TILE_M * g->n;
    for (int64_t i = 0; i < g->m; i += LJ_TILE_M) {
        lj_product_args strip_args = *g;
        strip_args.m = lj_min(g->m - i, LJ_TILE_M);
        strip_args.a = g->a + i * g->a_row;
        strip_args.c = rows;
        strip_args.c_row = g->n;
        strip_args.bias = NULL;
        strip_args.activation = LJ_LINEAR;
        strip_args.before = NULL;
        strip_args.accumulate = 0;
        multiply(&strip_args);
        for (int64_t r = 0; r < strip_args.m; r++) {
            float *to = g->c + (i + r) * g->c_row;
            const float *from = rows + r * g->n;
            for (int64_t j = 0; j < g->n; j++) {
                float x = to[j] + from[j];
                if (g->bias != NULL)
                    x = x + g->bias[j];
                if (g->activation == LJ_RELU && g->before == NULL)
                    x = x < 0.0F ? 0.0F : x;
                to[j] = x;
            }
        }
    }
}

/* No summed index: +0, and then as ever. */
static void empty_chains(const lj_product_args *g)
{
    for (int64_t i = 0; i < g->m; i++) {
        float *row = g->c + i * g->c_row;
        for (int64_t j = 0; j < g->n; j++) {
            float x = g->accumulate ? row[j] + 0.0F : 0.0F;
            if (g->bias != NULL)
                x = x + g->bias[j];
            row[j] = g->activation == LJ_RELU && g->before == NULL && x < 0.0F ? 0.0F : x;
        }
    }
}

void LJ_NAME(product)(const lj_product_args *args)
{
    assert(args->m >= 0 && args->n >= 0 && args->k >= 0);
    assert(args->a_row == 1 || args->a_col == 1);
    assert(args->b_packed != NULL || args->b_row == 1 || args->b_col == 1);
    if (args->m == 0 || args->n == 0)
        return;
    if (args->k == 0)
        empty_chains(args);
    else if (args->accumulate && args->k > BLOCK)
        accumulate_strips(args);
    else
        multiply(args);
    finish(args);
}

void LJ_NAME(product_near)(const lj_product_args *args)
{
    assert(args->k <= BLOCK && args->a_col == 1 && args->b_packed != NULL);
    if (args->k == 0)
        empty_chains(args);
    else
        run_strips(args, 0, 0, args->m, 0, args->n, args->b_packed, NULL);
    finish(args);
}

void LJ_NAME(product_heads)(const lj_heads_args *args)
{
    lj_product_args one = args->product;
    for (int64_t h = 0; h < args->heads; h++) {
        LJ_NAME(product)(&one);
        one.a += args->a_head;
        one.b += args->b_head;
        one.c += args->c_head;
        if (one.bias != NULL)
            one.bias += args->bias_head;
        if (one.before != NULL)
            one.before += args->c_head;
    }
}
