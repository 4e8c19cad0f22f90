/*
 * Convolutions as products with patches of the image. Patches are made for
 * PLACES places and one block of the chain at a time, so that they stay in L2;
 * the product then runs as if they had been a matrix all along. Chellapilla,
 * Puri and Simard, "High performance convolutional neural networks for document
 * processing" (2006), without the matrix of all patches.
 */
#include <assert.h>

#include "compute/tile.h"

#define BLOCK LJ_CHAIN_BLOCK
#define PLACES 384 /* a multiple of every LJ_TILE_M */
#define PATCH_ROW (BLOCK + 16) /* rows of a full power of two would meet in few sets of the L1 cache */

/* ---- patches ---- */

LJ_INLINE void copy_row(int64_t n, const float *from, float *to)
{
    int64_t i = 0;
    for (; i + LJ_W <= n; i += LJ_W)
        vstore(to + i, vload(from + i));
    if (i < n)
        vstore_n(to + i, vload_n(from + i, n - i), n - i);
}

static void zero_row(int64_t n, float *to)
{
    memset(to, 0, (size_t)n * sizeof(float));
}

/* Numbers [at, at + n) of a line of `size` numbers, +0 where it ends. */
static void copy_clipped(int64_t n, const float *line, int64_t size, int64_t at, float *to)
{
    for (int64_t i = 0; i < n; i++)
        to[i] = at + i >= 0 && at + i < size ? line[at + i] : 0.0F;
}

/* Numbers [at + p * step, + n) of the line for the places p, as rows of `out`. line NULL: above or below the image. */
static void copy_places(int64_t places, int64_t n, const float *line, int64_t size, int64_t at, int64_t step,
                        float *out, int64_t out_row)
{
    int64_t p = 0;
    if (line == NULL) {
        for (; p < places; p++)
            zero_row(n, out + p * out_row);
        return;
    }
    for (; p < places && at + p * step < 0; p++)
        copy_clipped(n, line, size, at + p * step, out + p * out_row);
    for (; p < places && at + p * step + n <= size; p++)
        copy_row(n, line + at + p * step, out + p * out_row);
    for (; p < places; p++)
        copy_clipped(n, line, size, at + p * step, out + p * out_row);
}

/* Numbers [first, first + n) of one run for rows [row, row + rows) of the patches. */
static void copy_run(const lj_patches *g, const lj_patch_run *run, int64_t first, int64_t n, int64_t row, int64_t rows,
                     float *out, int64_t out_row)
{
    const int64_t size = g->width * g->channels;
    while (rows > 0) {
        const int64_t j = row % g->places_w, i = row / g->places_w % g->places_h;
        const int64_t image = row / g->places_w / g->places_h;
        const int64_t places = lj_min(rows, g->places_w - j);
        const int64_t h = i * g->step_h + run->h;
        const float *line = h < 0 || h >= g->height ? NULL : g->image + (image * g->height + h) * size;
        copy_places(places, n, line, size, (j * g->step_w + run->w) * g->channels + first, g->step_w * g->channels,
                    out, out_row);
        row += places;
        rows -= places;
        out += places * out_row;
    }
}

void LJ_NAME(patches)(const lj_patches *patches, int64_t row, int64_t rows, int64_t column, int64_t columns, float *out,
                      int64_t out_row)
{
    const int64_t end = column + columns;
    int64_t begin_of_run = 0;
    for (int64_t r = 0; r < patches->n_runs && begin_of_run < end; r++) {
        const lj_patch_run *run = &patches->runs[r];
        const int64_t from = begin_of_run > column ? begin_of_run : column;
        const int64_t to = lj_min(begin_of_run + run->count, end);
        if (from < to)
            copy_run(patches, run, from - begin_of_run, to - from, row, rows, out + from - column, out_row);
        begin_of_run += run->count;
    }
}

/* ---- the product ---- */

static int64_t round_up(int64_t x, int64_t to)
{
    return (x + to - 1) / to * to;
}

int64_t LJ_NAME(convolve_scratch)(int64_t n)
{
    return PLACES * (PATCH_ROW + n);
}

/* All blocks of the chains of the places [row, row + m), at c with rows of c_row. */
static void run_places(const lj_convolve_args *g, int64_t row, int64_t m, float *c, int64_t c_row, float *before,
                       lj_activation activation)
{
    const int64_t k = g->patches.k, width = round_up(g->n, LJ_TILE_N);
    float *const patch = g->scratch;
    int64_t p = 0;
    do {
        lj_product_args block = {.m = m, .n = g->n, .k = lj_min(k - p, BLOCK), .a = patch, .a_row = PATCH_ROW,
                                 .a_col = 1, .b_packed = g->b_packed + p * width, .c = c, .c_row = c_row,
                                 .accumulate = p > 0};
        LJ_NAME(patches)(&g->patches, row, m, p, block.k, patch, PATCH_ROW);
        p += block.k;
        if (p == k) {
            block.bias = g->bias;
            block.activation = activation;
            block.before = before;
        }
        LJ_NAME(product_near)(&block);
    } while (p < k);
}

/* Rows of places from `rows` to where their numbers belong in c or before. */
static void scatter(const lj_convolve_args *g, int64_t row, int64_t m, const float *rows, float *to)
{
    const lj_patches *p = &g->patches;
    for (int64_t r = 0; r < m; r++) {
        const int64_t j = (row + r) % p->places_w, i = (row + r) / p->places_w % p->places_h;
        const int64_t image = (row + r) / p->places_w / p->places_h;
        copy_row(g->n, rows + r * g->n, to + image * g->c_image + i * g->c_line + j * g->c_place);
    }
}

void LJ_NAME(convolve)(const lj_convolve_args *args)
{
    const lj_convolve_args *g = args;
    const lj_patches *p = &g->patches;
    const int64_t rows = g->images * p->places_h * p->places_w;
    const int in_order = g->c_line == p->places_w * g->c_place && g->c_image == p->places_h * g->c_line;
    float *const apart = g->scratch + PLACES * PATCH_ROW;
    assert(g->b_packed != NULL && g->scratch != NULL);
    for (int64_t row = 0; row < rows; row += PLACES) {
        const int64_t m = lj_min(rows - row, PLACES);
        if (in_order) {
            const int64_t at = row * g->c_place;
            run_places(g, row, m, g->c + at, g->c_place, g->before == NULL ? NULL : g->before + at, g->activation);
            continue;
        }
        run_places(g, row, m, apart, g->n, NULL, g->before == NULL ? g->activation : LJ_LINEAR);
        if (g->before != NULL) {
            scatter(g, row, m, apart, g->before);
            LJ_NAME(kernels).activate[g->activation](m * g->n, apart, apart);
        }
        scatter(g, row, m, apart, g->c);
    }
}
