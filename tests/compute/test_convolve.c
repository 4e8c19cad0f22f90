/* Convolutions are products with patches, bit by bit, and pooling is its definition. */
#include "compute/reference.h"
#include "compute/tables.h"

#define RUNS_MAX 32

/* A kernel of taps_h x taps_w over images, its patches written out. */
typedef struct geometry {
    int64_t images, height, width, channels, depth, taps_h, taps_w, stride_h, stride_w, top, left, places_h, places_w;
} geometry;

static lj_patches patches_of(const geometry *g, const float *image, lj_patch_run *runs)
{
    lj_patches p = {.image = image, .height = g->height, .width = g->width, .channels = g->channels,
                    .places_h = g->places_h, .places_w = g->places_w, .step_h = g->stride_h, .step_w = g->stride_w,
                    .runs = runs};
    for (int64_t t = 0; t < g->taps_h * g->taps_w; t++) {
        if (t % g->taps_w > 0 && g->depth == g->channels)
            runs[p.n_runs - 1].count += g->depth;
        else
            runs[p.n_runs++] = (lj_patch_run){t / g->taps_w - g->top, t % g->taps_w - g->left, g->depth};
    }
    p.k = g->taps_h * g->taps_w * g->depth;
    return p;
}

static void write_out(const geometry *g, const float *image, float *matrix)
{
    for (int64_t r = 0; r < g->images * g->places_h * g->places_w; r++) {
        const int64_t j = r % g->places_w, i = r / g->places_w % g->places_h, n = r / g->places_w / g->places_h;
        for (int64_t t = 0; t < g->taps_h * g->taps_w; t++) {
            const int64_t h = i * g->stride_h - g->top + t / g->taps_w, w = j * g->stride_w - g->left + t % g->taps_w;
            const int is_inside = h >= 0 && h < g->height && w >= 0 && w < g->width;
            const float *from = image + ((n * g->height + h) * g->width + w) * g->channels;
            for (int64_t c = 0; c < g->depth; c++)
                *matrix++ = is_inside ? from[c] : 0.0F;
        }
    }
}

static const geometry geometries[] = {
    {3, 5, 7, 3, 3, 3, 3, 1, 1, 1, 1, 5, 7},     /* same */
    {2, 9, 20, 4, 4, 3, 5, 2, 3, 0, 1, 4, 6},    /* strides, an edge at the left */
    {2, 6, 6, 40, 40, 3, 3, 1, 1, 2, 2, 8, 8},   /* more than a block, two rings of zeros */
    {4, 14, 15, 3, 3, 1, 1, 1, 1, 0, 0, 14, 15}, /* more places than are made at a time */
    {2, 5, 5, 12, 4, 2, 2, 1, 1, 1, 0, 5, 4},    /* a group of channels */
    {5, 2, 2, 70, 70, 2, 2, 1, 1, 0, 0, 1, 1},   /* one place */
};

static void a_convolution_is_the_product_of_its_patches(void **state)
{
    (void)state;
    static const int64_t widths[] = {1, 5, 32, 70, 200};
    const lj_kernels *table[TABLES_MAX];
    const int n_tables = tables_of_test(table);
    for (size_t s = 0; s < sizeof(geometries) / sizeof(geometries[0]); s++) {
        const geometry *g = &geometries[s];
        lj_patch_run runs[RUNS_MAX];
        const int64_t rows = g->images * g->places_h * g->places_w;
        float *image = numbers(g->images * g->height * g->width * g->channels, 1);
        const lj_patches patches = patches_of(g, image, runs);
        float *matrix = aligned_numbers(rows * patches.k);
        write_out(g, image, matrix);
        for (size_t v = 0; v < sizeof(widths) / sizeof(widths[0]); v++) {
            const int64_t n = widths[v], c_place = n + 3, line = g->places_w * c_place + (s % 2 == 0 ? 0 : 5);
            float *b = numbers(patches.k * n, 2), *bias = numbers(n, 3);
            float *c = numbers(g->images * g->places_h * line, 4);
            float *expected = numbers(g->images * g->places_h * line, 4);
            float *rows_of_c = aligned_numbers(rows * n);
            reference_product(&(lj_product_args){.m = rows, .n = n, .k = patches.k, .a = matrix, .a_row = patches.k,
                                                 .a_col = 1, .b = b, .b_row = n, .b_col = 1, .c = rows_of_c,
                                                 .c_row = n, .bias = bias, .activation = LJ_RELU});
            for (int64_t r = 0; r < rows; r++)
                memcpy(expected + r / g->places_w * line + r % g->places_w * c_place, rows_of_c + r * n,
                       (size_t)n * sizeof(float));
            for (int t = 0; t < n_tables; t++) {
                float *packed = aligned_numbers(table[t]->pack_b_size(patches.k, n));
                float *scratch = aligned_numbers(table[t]->convolve_scratch(n));
                table[t]->pack_b(patches.k, n, b, n, 1, packed);
                table[t]->convolve(&(lj_convolve_args){.patches = patches, .images = g->images, .n = n,
                                                       .b_packed = packed, .c = c, .c_image = g->places_h * line,
                                                       .c_line = line, .c_place = c_place, .bias = bias,
                                                       .activation = LJ_RELU, .scratch = scratch});
                assert_same(table[t], g->images * g->places_h * line, c, expected, "geometry %zu, %lld wide", s,
                            (long long)n);
                lj_free(packed), lj_free(scratch);
            }
            lj_free(rows_of_c);
            numbers_free(b), numbers_free(bias), numbers_free(c), numbers_free(expected);
        }
        lj_free(matrix), numbers_free(image);
    }
}

static void packed_taps_are_a_packed_matrix(void **state)
{
    (void)state;
    static const int64_t taps[] = {900, 0, 300}, depths[] = {1, 100, 300}, widths[] = {3, 33};
    const lj_kernels *table[TABLES_MAX];
    const int n_tables = tables_of_test(table);
    for (int shape = 0; shape < 12; shape++) {
        const int64_t depth = depths[shape % 3], n = widths[shape / 3 % 2], k = 3 * depth;
        const int64_t b_row = shape < 6 ? n : 1, b_col = shape < 6 ? 1 : depth;
        float *b = numbers(900 + depth * n, 1), *matrix = aligned_numbers(k * n);
        for (int64_t p = 0; p < k; p++) {
            for (int64_t j = 0; j < n; j++)
                matrix[p * n + j] = b[taps[p / depth] + p % depth * b_row + j * b_col];
        }
        for (int t = 0; t < n_tables; t++) {
            const int64_t size = table[t]->pack_b_size(k, n);
            float *packed = aligned_numbers(size), *expected = aligned_numbers(size);
            table[t]->pack_b(k, n, matrix, n, 1, expected);
            table[t]->pack_taps(3, taps, depth, n, b, b_row, b_col, packed);
            assert_same(table[t], size, packed, expected, "shape %d", shape);
            lj_free(packed), lj_free(expected);
        }
        lj_free(matrix), numbers_free(b);
    }
}

static void the_gradient_of_a_weight_is_the_shards_of_its_patches(void **state)
{
    (void)state;
    static const int64_t widths[] = {1, 4, 40};
    const lj_kernels *table[TABLES_MAX];
    const int n_tables = tables_of_test(table);
    for (size_t s = 0; s < sizeof(geometries) / sizeof(geometries[0]); s++) {
        const geometry *g = &geometries[s];
        lj_patch_run runs[RUNS_MAX];
        const int64_t rows = g->images * g->places_h * g->places_w, shard_rows = 2 * g->places_h * g->places_w;
        float *image = numbers(g->images * g->height * g->width * g->channels, 1);
        const lj_patches patches = patches_of(g, image, runs);
        const int64_t m = patches.k;
        float *matrix = aligned_numbers(rows * m);
        write_out(g, image, matrix);
        for (size_t v = 0; v < sizeof(widths) / sizeof(widths[0]); v++) {
            const int64_t n = widths[v];
            float *dy = numbers(rows * n, 2), *c = numbers(m * n, 3), *expected = numbers(m * n, 3);
            for (int t = 0; t < n_tables; t++) {
                float *scratch = aligned_numbers(table[t]->shards_scratch(rows, shard_rows, m, n));
                lj_shards_args a = {.rows = rows, .shard_rows = shard_rows, .m = m, .n = n, .a = matrix, .a_row = m,
                                    .b = dy, .b_row = n, .c = expected, .c_row = n, .m_end = m, .n_end = n,
                                    .scratch = scratch};
                table[t]->product_shards(&a); /* test_shards.c proves it */
                a.a = NULL, a.patches = &patches, a.c = c;
                for (a.m_begin = 0; a.m_begin < m; a.m_begin += 25) {
                    a.m_end = a.m_begin + 25 < m ? a.m_begin + 25 : m;
                    table[t]->product_shards(&a);
                }
                assert_same(table[t], m * n, c, expected, "geometry %zu, %lld wide", s, (long long)n);
                lj_free(scratch);
            }
            numbers_free(dy), numbers_free(c), numbers_free(expected);
        }
        lj_free(matrix), numbers_free(image);
    }
}

/* ---- pooling ---- */

static const lj_pool_args pools[] = {
    {2, 6, 8, 19, 3, 4, 2, 2, 2, 2, 0, 0}, /* tiles */
    {2, 7, 9, 5, 3, 4, 2, 2, 2, 2, 0, 0},  /* the last line and column are left out */
    {1, 5, 6, 33, 5, 6, 3, 3, 1, 1, 1, 1}, /* overlapping, with edges */
    {3, 9, 4, 1, 3, 2, 2, 3, 3, 2, 0, 1},
};

/* Pixel t of the window of place (i, j), or -1 outside of the image. */
static int64_t pixel_of(const lj_pool_args *g, int64_t i, int64_t j, int64_t t)
{
    const int64_t h = i * g->stride_h - g->top + t / g->kernel_w, w = j * g->stride_w - g->left + t % g->kernel_w;
    return h < 0 || h >= g->height || w < 0 || w >= g->width ? -1 : h * g->width + w;
}

/* One channel of one place: the greatest and where, the mean, and how many pixels. */
static void reference_pool(const lj_pool_args *g, const float *x, int64_t i, int64_t j, float *best, int32_t *at,
                           float *sum, int *n)
{
    *at = -1, *sum = 0.0F, *n = 0;
    for (int32_t t = 0; t < g->kernel_h * g->kernel_w; t++) {
        const int64_t pixel = pixel_of(g, i, j, t);
        if (pixel < 0)
            continue;
        const float now = x[pixel * g->channels];
        if (*at < 0 || now > *best || (isnan(now) && !isnan(*best))) {
            *best = now;
            *at = t;
        }
        *sum += now;
        ++*n;
    }
}

static void pooling_is_its_definition(void **state)
{
    (void)state;
    const lj_kernels *table[TABLES_MAX];
    const int n_tables = tables_of_test(table);
    for (size_t s = 0; s < sizeof(pools) / sizeof(pools[0]); s++) {
        const lj_pool_args *g = &pools[s];
        const int64_t size = g->images * g->height * g->width * g->channels;
        const int64_t count = g->images * g->places_h * g->places_w * g->channels;
        float *x = numbers(size, 1), *dy = numbers(count, 2), *y = numbers(count, 3), *dx = numbers(size, 3);
        float *best = numbers(count, 4), *mean = numbers(count, 4);
        float *dx_of_max = aligned_numbers(size), *dx_of_mean = aligned_numbers(size);
        int32_t *index = lj_new_array(count, sizeof(*index)), *at = lj_new_array(count, sizeof(*at));
        sprinkle(size, x, 7);
        for (int64_t i = 0; i < size; i += 3)
            x[i] = x[i] > 0.0F ? 1.0F : x[i]; /* equal ones */
        memset(dx_of_max, 0, (size_t)size * sizeof(float)), memset(dx_of_mean, 0, (size_t)size * sizeof(float));
        for (int64_t r = 0; r < count; r++) {
            const int64_t c = r % g->channels, place = r / g->channels, j = place % g->places_w;
            const int64_t i = place / g->places_w % g->places_h;
            const int64_t from = place / g->places_w / g->places_h * g->height * g->width * g->channels + c;
            int n;
            reference_pool(g, x + from, i, j, &best[r], &at[r], &mean[r], &n);
            mean[r] /= (float)n;
            dx_of_max[from + pixel_of(g, i, j, at[r]) * g->channels] += dy[r];
            for (int32_t t = 0; t < g->kernel_h * g->kernel_w; t++) {
                if (pixel_of(g, i, j, t) >= 0)
                    dx_of_mean[from + pixel_of(g, i, j, t) * g->channels] += dy[r] / (float)n;
            }
        }
        for (int t = 0; t < n_tables; t++) {
            table[t]->max_pool(g, x, y, index);
            assert_same(table[t], count, y, best, "the greatest of pool %zu", s);
            assert_memory_equal(index, at, (size_t)count * sizeof(*at));
            table[t]->max_pool(g, x, y, NULL);
            assert_same(table[t], count, y, best, "the greatest of pool %zu, without places", s);
            table[t]->max_pool_grad(g, index, dy, dx);
            assert_same(table[t], size, dx, dx_of_max, "the gradient of the greatest of pool %zu", s);
            table[t]->average_pool(g, x, y);
            assert_same(table[t], count, y, mean, "the mean of pool %zu", s);
            table[t]->average_pool_grad(g, dy, dx);
            assert_same(table[t], size, dx, dx_of_mean, "the gradient of the mean of pool %zu", s);
        }
        numbers_free(x), numbers_free(dy), numbers_free(y), numbers_free(dx), numbers_free(best), numbers_free(mean);
        lj_free(dx_of_max), lj_free(dx_of_mean), lj_free(index), lj_free(at);
    }
}

/* ---- bilinear interpolation ---- */

/* Pixels before and behind place `at` of `out`, and the share of the second. */
static float neighbours(int64_t at, int64_t in, int64_t out, int64_t pixel[2])
{
    const double place = ((double)at + 0.5) * (double)in / (double)out - 0.5;
    pixel[0] = place < 0.0 ? 0 : (int64_t)place;
    pixel[1] = pixel[0] + 1 < in ? pixel[0] + 1 : in - 1;
    return place < 0.0 ? 0.0F : (float)(place - (double)pixel[0]);
}

static void a_pixel_between_four_is_a_chain_over_them(void **state)
{
    (void)state;
    static const lj_resize_args sizes[] = {{2, 3, 4, 19, 7, 8}, {1, 5, 5, 1, 2, 3}, {3, 1, 2, 33, 1, 4}};
    const lj_kernels *table[TABLES_MAX];
    const int n_tables = tables_of_test(table);
    for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
        const lj_resize_args *g = &sizes[s];
        const int64_t size = g->images * g->height * g->width * g->channels;
        const int64_t count = g->images * g->out_height * g->out_width * g->channels;
        float *x = numbers(size, 1), *dy = numbers(count, 2), *y = numbers(count, 3), *dx = numbers(size, 3);
        float *expected = numbers(count, 4), *expected_dx = aligned_numbers(size);
        memset(expected_dx, 0, (size_t)size * sizeof(float));
        for (int64_t r = 0; r < count; r++) {
            const int64_t c = r % g->channels, place = r / g->channels;
            int64_t h[2], w[2];
            const float down = neighbours(place / g->out_width % g->out_height, g->height, g->out_height, h);
            const float right = neighbours(place % g->out_width, g->width, g->out_width, w);
            const float share_h[2] = {1.0F - down, down}, share_w[2] = {1.0F - right, right};
            expected[r] = 0.0F;
            for (int k = 0; k < 4; k++) {
                const int64_t image = place / g->out_width / g->out_height;
                const int64_t at = ((image * g->height + h[k / 2]) * g->width + w[k % 2]) * g->channels + c;
                const float share = share_h[k / 2] * share_w[k % 2];
                expected[r] = fmaf(x[at], share, expected[r]);
                expected_dx[at] = fmaf(dy[r], share, expected_dx[at]);
            }
        }
        for (int t = 0; t < n_tables; t++) {
            table[t]->resize(g, x, y);
            assert_same(table[t], count, y, expected, "size %zu", s);
            table[t]->resize_grad(g, dy, dx);
            assert_same(table[t], size, dx, expected_dx, "the gradient of size %zu", s);
        }
        numbers_free(x), numbers_free(dy), numbers_free(y), numbers_free(dx), numbers_free(expected);
        lj_free(expected_dx);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_convolution_is_the_product_of_its_patches),
        cmocka_unit_test(packed_taps_are_a_packed_matrix),
        cmocka_unit_test(the_gradient_of_a_weight_is_the_shards_of_its_patches),
        cmocka_unit_test(pooling_is_its_definition),
        cmocka_unit_test(a_pixel_between_four_is_a_chain_over_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
