/*
 * Bins. Cuts come from at most CUT_ROWS rows at a fixed stride: values that fill a bin alone get one, the rest is shared
 * out evenly (as LightGBM does). A cut lies halfway between two values that were seen.
 */
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "trees/trees.h"

#define CUT_ROWS 200000
#define TASK_ROWS 4096 /* rows that a thread bins at once */

void lj_tree_bins_free(lj_tree_bins *bins)
{
    for (int64_t f = 0; bins->owns_cuts && bins->cuts != NULL && f < bins->features; f++) {
        lj_free(bins->cuts[f].cuts);
        lj_free(bins->cuts[f].code_of_bin);
        lj_free(bins->cuts[f].bin_of_code);
        lj_free(bins->cuts[f].value_of_code);
    }
    if (bins->owns_cuts) {
        lj_free(bins->cuts);
        lj_free(bins->offset);
    }
    for (int64_t b = 0; b < bins->block_count; b++)
        lj_free(bins->blocks[b].bins);
    lj_free(bins->blocks);
    lj_free(bins->columns);
    memset(bins, 0, sizeof(*bins));
}

/* ---- cuts of numbers ---- */

/* Floats in ascending order as whole numbers, and back. */
static uint32_t key_of(float x)
{
    uint32_t bits = 0;
    x += 0.0F; /* -0 is 0 */
    memcpy(&bits, &x, sizeof(bits));
    return bits & 0x80000000U ? ~bits : bits | 0x80000000U;
}

static float value_of(uint32_t key)
{
    const uint32_t bits = key & 0x80000000U ? key & 0x7fffffffU : ~key;
    float x = 0;
    memcpy(&x, &bits, sizeof(x));
    return x;
}

/* Three passes of 11 bits; `other` [n] is room. */
static void sort_keys(uint32_t *keys, uint32_t *other, int64_t n)
{
    static const int shifts[] = {0, 11, 22};
    uint32_t *from = keys, *to = other;
    for (int pass = 0; pass < 3; pass++) {
        int64_t count[2049] = {0};
        for (int64_t i = 0; i < n; i++)
            count[((from[i] >> shifts[pass]) & 2047U) + 1]++;
        for (int k = 0; k < 2048; k++)
            count[k + 1] += count[k];
        for (int64_t i = 0; i < n; i++)
            to[count[(from[i] >> shifts[pass]) & 2047U]++] = from[i];
        uint32_t *swap = from;
        from = to;
        to = swap;
    }
    memcpy(keys, other, (size_t)n * sizeof(*keys)); /* three passes end in the other one */
}

static float between(float a, float b)
{
    const float middle = (float)(((double)a + (double)b) / 2.0);
    return middle >= b ? a : middle;
}

/* Distinct keys and how often each is there, in place; answers how many. */
static int64_t count_distinct(uint32_t *keys, int64_t *counts, int64_t n)
{
    int64_t distinct = 0;
    for (int64_t i = 0; i < n; i++) {
        if (distinct == 0 || keys[distinct - 1] != keys[i]) {
            keys[distinct] = keys[i];
            counts[distinct++] = 0;
        }
        counts[distinct - 1]++;
    }
    return distinct;
}

/* Shares the distinct values out over at most `most` bins; cuts [most - 1]. Answers the number of cuts. */
static int32_t share_out(const uint32_t *keys, const int64_t *counts, int64_t distinct, int64_t n, int64_t most,
                         float *cuts)
{
    int32_t made = 0;
    int64_t alone = 0, rest_rows = n;
    for (int64_t i = 0; i < distinct; i++) {
        if (counts[i] * most >= n) { /* fills a bin alone */
            alone++;
            rest_rows -= counts[i];
        }
    }
    int64_t rest_bins = most > alone ? most - alone : 1;
    int64_t filled = 0;
    for (int64_t i = 0; i + 1 < distinct && made + 1 < most; i++) {
        const int is_alone = counts[i] * most >= n, next_alone = counts[i + 1] * most >= n;
        filled += is_alone ? 0 : counts[i];
        const int full = distinct <= most || is_alone || filled * rest_bins >= rest_rows ||
                         (next_alone && 2 * filled * rest_bins >= rest_rows);
        if (!full)
            continue;
        cuts[made++] = between(value_of(keys[i]), value_of(keys[i + 1]));
        if (!is_alone && distinct > most) {
            rest_rows -= filled;
            rest_bins = rest_bins > 1 ? rest_bins - 1 : 1;
        }
        filled = 0;
    }
    return made;
}

typedef struct making {
    const lj_tree_options *options;
    const lj_tree_rows *rows;
    const int64_t *order; /* [n] in which rows are seen, for categories of many levels */
    lj_tree_bins *bins;
} making;

/* Cuts of x[i * stride], i < n. */
static lj_status cut_values(const float *x, int64_t n_rows, int64_t stride, int64_t most, lj_tree_cuts *cuts)
{
    const int64_t step = (n_rows + CUT_ROWS - 1) / CUT_ROWS;
    const int64_t room = (n_rows + step - 1) / step;
    uint32_t *keys = lj_new_array(room, sizeof(*keys)), *other = lj_new_array(room, sizeof(*other));
    int64_t *counts = lj_new_array(room, sizeof(*counts));
    cuts->cuts = lj_new_array(most, sizeof(*cuts->cuts));
    lj_status status = LJ_OK;
    if (keys == NULL || other == NULL || counts == NULL || cuts->cuts == NULL) {
        status = lj_fail(LJ_ENOMEM, "trees: no memory for the cuts of %" PRId64 " rows", room);
    } else {
        int64_t n = 0;
        for (int64_t i = 0; i < n_rows; i += step) {
            if (!isnan(x[i * stride]))
                keys[n++] = key_of(x[i * stride]);
        }
        sort_keys(keys, other, n);
        const int64_t distinct = count_distinct(keys, counts, n);
        cuts->bins = 2 + share_out(keys, counts, distinct, n, most - 1, cuts->cuts);
        cuts->cuts[cuts->bins - 2] = FLT_MAX; /* all that is there goes left, what is missing right */
    }
    lj_free(keys);
    lj_free(other);
    lj_free(counts);
    return status;
}

/* ---- levels of categories ---- */

typedef struct level {
    int64_t count;
    int32_t code;
} level;

static int compare_levels(const void *x, const void *y)
{
    const level *a = x, *b = y;
    if (a->count != b->count)
        return a->count < b->count ? 1 : -1;
    return a->code < b->code ? -1 : a->code > b->code;
}

/* The most frequent levels get a bin each. */
static lj_status cut_category(const making *m, int64_t f)
{
    const lj_tree_rows *rows = m->rows;
    const int64_t k = f - rows->number_count, size = rows->category_sizes[k];
    const int64_t most = m->options->bins;
    lj_tree_cuts *cuts = &m->bins->cuts[f];
    cuts->is_grouped = 1;
    level *levels = lj_new_array(size, sizeof(*levels));
    cuts->bin_of_code = lj_new_array(size, 1);
    cuts->code_of_bin = lj_new_array(LJ_TREE_BINS, sizeof(*cuts->code_of_bin));
    if (levels == NULL || cuts->bin_of_code == NULL || cuts->code_of_bin == NULL) {
        lj_free(levels);
        return lj_fail(LJ_ENOMEM, "trees: no memory for %" PRId64 " levels", size);
    }
    for (int64_t c = 0; c < size; c++)
        levels[c].code = (int32_t)c;
    for (int64_t i = 0; i < rows->n; i++) {
        const int32_t code = rows->codes[i * rows->category_count + k];
        levels[code > 0 && code < size ? code : 0].count++;
    }
    if (size > most)
        qsort(levels + 1, (size_t)size - 1, sizeof(*levels), compare_levels);
    cuts->bins = (int32_t)(size < most ? size : most);
    for (int32_t b = 1; b < cuts->bins; b++) {
        cuts->code_of_bin[b] = levels[b].code;
        cuts->bin_of_code[levels[b].code] = (uint8_t)b;
    }
    lj_free(levels);
    return LJ_OK;
}

/* Values stand for the levels; the training rows are binned by their own. */
static lj_status order_category(const making *m, int64_t f)
{
    const lj_tree_rows *rows = m->rows;
    lj_tree_cuts *cuts = &m->bins->cuts[f];
    float *of_row = lj_new_array(rows->n, sizeof(*of_row));
    cuts->value_of_code = lj_new_array(cuts->size, sizeof(*cuts->value_of_code));
    lj_status status = LJ_OK;
    if (of_row == NULL || cuts->value_of_code == NULL)
        status = lj_fail(LJ_ENOMEM, "trees: no memory for %" PRId64 " levels", cuts->size);
    if (status == LJ_OK)
        status = lj_tree_value_levels(m->options, rows, f - rows->number_count, m->order, of_row,
                                      cuts->value_of_code);
    if (status == LJ_OK)
        status = cut_values(of_row, rows->n, 1, m->options->bins, cuts);
    if (status == LJ_OK)
        lj_kernels_get()->tree_bins(rows->n, of_row, 1, cuts->cuts, cuts->bins - 2, m->bins->columns + f * rows->n);
    lj_free(of_row);
    return status;
}

static lj_status cut_feature(void *context, int64_t f, int thread)
{
    (void)thread;
    const making *m = context;
    const lj_tree_rows *rows = m->rows;
    lj_tree_cuts *cuts = &m->bins->cuts[f];
    if (f < rows->number_count)
        return cut_values(rows->numbers + f, rows->n, rows->number_count, m->options->bins, cuts);
    cuts->size = rows->category_sizes[f - rows->number_count];
    return lj_tree_is_ordered(m->options, cuts->size) ? order_category(m, f) : cut_category(m, f);
}

/* ---- rows to bins ---- */

/* Levels by their bins, or by the bins of the values that stand for them. */
static void bin_category(const lj_tree_bins *bins, const lj_tree_rows *rows, int64_t f, int64_t begin, int64_t end)
{
    const lj_tree_cuts *cuts = &bins->cuts[f];
    const lj_kernels *kernels = lj_kernels_get();
    const int64_t stride = rows->category_count;
    const int32_t *codes = rows->codes + (f - rows->number_count);
    uint8_t *out = bins->columns + f * bins->n;
    for (int64_t i = begin; i < end; i++) {
        const int32_t code = codes[i * stride] > 0 && codes[i * stride] < cuts->size ? codes[i * stride] : 0;
        if (cuts->is_grouped)
            out[i] = cuts->bin_of_code[code];
        else
            kernels->tree_bins(1, cuts->value_of_code + code, 1, cuts->cuts, cuts->bins - 2, out + i);
    }
}

static void bin_column(const lj_tree_bins *bins, const lj_tree_rows *rows, int64_t f, int64_t begin, int64_t end)
{
    const lj_tree_cuts *cuts = &bins->cuts[f];
    uint8_t *out = bins->columns + f * bins->n;
    if (f >= rows->number_count) {
        if (cuts->is_grouped || !bins->owns_cuts) /* of many levels, training rows are binned already */
            bin_category(bins, rows, f, begin, end);
        return;
    }
    const int64_t stride = rows->number_count;
    lj_kernels_get()->tree_bins(end - begin, rows->numbers + begin * stride + f, stride, cuts->cuts, cuts->bins - 2,
                                out + begin);
}

static void bin_rows(void *context, int64_t task, int thread)
{
    (void)thread;
    const making *m = context;
    const lj_tree_bins *bins = m->bins;
    const int64_t begin = task * TASK_ROWS;
    const int64_t end = begin + TASK_ROWS < bins->n ? begin + TASK_ROWS : bins->n;
    for (int64_t f = 0; f < bins->features; f++)
        bin_column(bins, m->rows, f, begin, end);
    for (int64_t b = 0; b < bins->block_count; b++) {
        const lj_tree_block *block = &bins->blocks[b];
        for (int64_t k = 0; k < block->width; k++) {
            const uint8_t *column = bins->columns + (block->first + k) * bins->n;
            for (int64_t i = begin; i < end; i++)
                block->bins[i * block->width + k] = column[i];
        }
    }
}

static lj_status no_memory(const lj_tree_bins *bins)
{
    return lj_fail(LJ_ENOMEM, "trees: no memory for the bins of %" PRId64 " rows and %" PRId64 " features", bins->n,
                   bins->features);
}

/* Blocks of nearly the same width. */
static lj_status make_blocks(lj_tree_bins *bins)
{
    const int64_t count = (bins->features + LJ_TREE_WIDTH - 1) / LJ_TREE_WIDTH;
    bins->blocks = lj_new_array(count, sizeof(*bins->blocks));
    if (bins->blocks == NULL)
        return no_memory(bins);
    for (int64_t b = 0; b < count; b++) {
        lj_tree_block *block = &bins->blocks[bins->block_count++];
        block->first = b * bins->features / count;
        block->width = (b + 1) * bins->features / count - block->first;
        block->bins = lj_new_array(bins->n * block->width, 1);
        if (block->bins == NULL)
            return no_memory(bins);
    }
    return LJ_OK;
}

lj_status lj_tree_bins_make(const lj_tree_options *options, const lj_tree_rows *rows, lj_team *team,
                            lj_tree_bins *out)
{
    lj_status status = LJ_OK;
    int64_t *order = lj_new_array(rows->category_count > 0 ? rows->n : 0, sizeof(*order));
    *out = (lj_tree_bins){.n = rows->n,
                          .features = rows->number_count + rows->category_count,
                          .number_count = rows->number_count,
                          .owns_cuts = 1};
    making m = {.options = options, .rows = rows, .order = order, .bins = out};
    out->cuts = lj_new_array(out->features, sizeof(*out->cuts));
    out->offset = lj_new_array(out->features + 1, sizeof(*out->offset));
    out->columns = lj_new_array(out->features * out->n, 1);
    if (out->cuts == NULL || out->offset == NULL || out->columns == NULL || order == NULL)
        LJ_TRY_DONE(no_memory(out));
    if (rows->category_count > 0)
        lj_tree_see(options, rows->n, order);
    LJ_TRY_DONE(lj_team_try(team, cut_feature, &m, out->features));
    for (int64_t f = 0; f < out->features; f++)
        out->offset[f + 1] = out->offset[f] + out->cuts[f].bins;
    LJ_TRY_DONE(make_blocks(out));
    lj_team_run(team, bin_rows, &m, (out->n + TASK_ROWS - 1) / TASK_ROWS);
done:
    lj_free(order);
    if (status != LJ_OK)
        lj_tree_bins_free(out);
    return status;
}

lj_status lj_tree_bins_apply(const lj_tree_bins *by, const lj_tree_rows *rows, lj_team *team, lj_tree_bins *out)
{
    *out = (lj_tree_bins){.n = rows->n,
                          .features = by->features,
                          .number_count = by->number_count,
                          .cuts = by->cuts,
                          .offset = by->offset};
    making m = {.rows = rows, .bins = out};
    out->columns = lj_new_array(out->features * out->n, 1);
    if (out->columns == NULL)
        return no_memory(out);
    lj_team_run(team, bin_rows, &m, (out->n + TASK_ROWS - 1) / TASK_ROWS);
    return LJ_OK;
}
