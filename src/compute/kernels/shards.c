/*
 * Weight gradients over a whole batch: for each tile of C the shards' products
 * are made one after the other and joined by the tree of compute/tree.h at
 * once, so that no shard's product is ever stored as a whole.
 *
 * Rows are taken in chunks of at most LJ_CHAIN_BLOCK. A chunk is either some
 * whole shards, or a block of the chain of one long shard. The sums that wait
 * in the tree between chunks are kept for a macro tile of C in scratch, which
 * stays in L2.
 */
#include <assert.h>
#include <stddef.h>

#include "compute/tile.h"
#include "compute/tree.h"

#define BLOCK LJ_CHAIN_BLOCK
#define MACRO_M 192      /* a multiple of every LJ_TILE_M */
#define MACRO_N 128      /* where sums wait between chunks */
#define MACRO_N_LONG 256 /* where shards are long, so that few sums wait: A is packed less often */
#define MACRO_N_ONCE 1024 /* where one chunk holds all rows: B is packed once for all rows of C */
#define PACKED_ROWS 8 /* rows of B that are packed for all panels in turn */
#define SLOT (LJ_TILE_M * LJ_TILE_N) /* floats of a tile in the tree, row by row */

/* The state of one macro tile. */
typedef struct macro_tile {
    const lj_shards_args *g;
    int64_t i, m, j, n; /* the part of C */
    int64_t shard;      /* shards that are complete */
    int64_t levels;     /* sums that wait in the tree */
    int64_t tiles;      /* slots of a level: one for each tile, or 1 where nothing waits between chunks */
    float *packed_a, *packed_b, *tree;
    int b_is_packed; /* by the macro tile above */
    int swapped;     /* C is narrow: A and B change places */
} macro_tile;

static int64_t shards_of(int64_t rows, int64_t shard_rows)
{
    return (rows + shard_rows - 1) / shard_rows;
}

/* Rows of a chunk: whole shards, or a block of a long one. */
static int64_t chunk_of(int64_t shard_rows)
{
    return shard_rows >= BLOCK ? BLOCK : BLOCK / shard_rows * shard_rows;
}

static int64_t round_up(int64_t x, int64_t to)
{
    return (x + to - 1) / to * to;
}

static int is_narrow(int64_t m, int64_t n)
{
    return n < LJ_W && m > n;
}

static int64_t macro_columns(int64_t rows, int64_t shard_rows, int64_t n)
{
    const int64_t most = rows <= chunk_of(shard_rows) ? MACRO_N_ONCE : shard_rows > BLOCK ? MACRO_N_LONG : MACRO_N;
    return lj_min(round_up(n, LJ_TILE_N), most);
}

static int64_t count_tiles(int64_t m, int64_t n)
{
    int64_t tiles = 0;
    for (int64_t i = 0; i < m; i += tile_rows(m - i))
        tiles++;
    return tiles * ((n + LJ_TILE_N - 1) / LJ_TILE_N);
}

static int64_t scratch_of(int64_t rows, int64_t shard_rows, int64_t m, int64_t n)
{
    const int64_t height = lj_min(m, MACRO_M);
    const int64_t width = macro_columns(rows, shard_rows, n);
    const int64_t tiles = rows <= chunk_of(shard_rows) ? 1 : count_tiles(height, width);
    const int64_t levels = lj_tree_depth(shards_of(rows, shard_rows)) + 1;
    return lj_min(rows, BLOCK) * (round_up(height, 16) + width) + levels * tiles * SLOT;
}

int64_t LJ_NAME(shards_scratch)(int64_t rows, int64_t shard_rows, int64_t m, int64_t n)
{
    if (rows <= 0 || m <= 0 || n <= 0)
        return 0;
    /* A part of C may be narrow where C is not, so both ways must fit. A part never has more tiles. */
    const int64_t straight = scratch_of(rows, shard_rows, m, n);
    const int64_t swapped = scratch_of(rows, shard_rows, lj_min(n, LJ_W), m);
    return straight > swapped ? straight : swapped;
}

/* A's columns as panels of tile rows, B's as panels of LJ_TILE_N; or as they lie, where that is fast. */
typedef struct operand {
    const float *x; /* element (p, l) of the chunk at x[p * step + l] */
    int64_t step;   /* 0: packed */
} operand;

static int is_fast_as_it_lies(int64_t rows, int64_t stride, int64_t width)
{
    /* Rows of one set of the L1 cache push each other out; a short walk does not matter. */
    return rows <= 32 ? rows * width <= 8192 || stride % 256 != 0 : rows * stride <= 16384;
}

/* Columns [column, column + columns) of the patches of a chunk of rows. */
static operand gather(const macro_tile *t, int64_t row, int64_t rows, int64_t column, int64_t columns, float *out)
{
    const int64_t step = round_up(columns, LJ_W);
    LJ_NAME(patches)(t->g->patches, row, rows, column, columns, out, step);
    return (operand){out, step};
}

static operand pack_a(const macro_tile *t, int64_t row, int64_t rows)
{
    if (t->g->patches != NULL && !t->swapped)
        return gather(t, row, rows, t->i, t->m, t->packed_a);
    const float *x = t->g->a + row * t->g->a_row + t->i;
    if (is_fast_as_it_lies(rows, t->g->a_row, t->m))
        return (operand){x, t->g->a_row};
    for (int64_t i = 0; i < t->m;) {
        const int64_t lines = tile_rows(t->m - i);
        LJ_NAME(pack)(lines, rows, x + i, 1, t->g->a_row, t->packed_a + i * rows, lines);
        i += lines;
    }
    return (operand){t->packed_a, 0};
}

static operand pack_b(const macro_tile *t, int64_t row, int64_t rows)
{
    if (t->g->patches != NULL && t->swapped)
        return gather(t, row, rows, t->j, t->n, t->packed_b);
    const float *x = t->g->b + row * t->g->b_row + t->j;
    if (t->b_is_packed)
        return (operand){t->packed_b, 0};
    if (is_fast_as_it_lies(rows, t->g->b_row, t->n))
        return (operand){x, t->g->b_row};
    /* A few rows of all panels at a time, so that memory is read in order. */
    for (int64_t r = 0; r < rows; r += PACKED_ROWS) {
        const int64_t now = lj_min(rows - r, PACKED_ROWS);
        for (int64_t j = 0; j < t->n; j += LJ_TILE_N)
            LJ_NAME(pack)(lj_min(t->n - j, LJ_TILE_N), now, x + r * t->g->b_row + j, 1, t->g->b_row,
                          t->packed_b + j * rows + r * LJ_TILE_N, LJ_TILE_N);
    }
    return (operand){t->packed_b, 0};
}

/* One tile's walk through a chunk. */
typedef struct walk {
    int64_t lines, columns;
    const float *a;
    int64_t a_step;
    const float *b;
    int64_t b_step;
    float *slots; /* level l of the tree at slots + l * level_step */
    int64_t level_step;
    int64_t levels, shard;
    tile_function *run;
    int64_t last;
} walk;

static void add_slot(float *to, const float *from, int64_t lines)
{
    for (int64_t x = 0; x < lines * LJ_TILE_N; x += LJ_W)
        vstore(to + x, vload(to + x) + vload(from + x));
}

/* The chain over `rows` rows becomes the newest sum; `add`: it is a later block of the newest sum's chain. */
static void push_rows(walk *w, int64_t rows, int add)
{
    static const tile_ending store = {0}, increase = {.add = 1};
    if (!add)
        w->levels++;
    w->run(rows, w->a, 1, w->a_step, w->b, w->b_step, w->slots + (w->levels - 1) * w->level_step, LJ_TILE_N, w->last,
           add ? &increase : &store);
    w->a += rows * w->a_step;
    w->b += rows * w->b_step;
}

static void merge(walk *w, int64_t merges)
{
    for (; merges > 0; merges--) {
        w->levels--;
        add_slot(w->slots + (w->levels - 1) * w->level_step, w->slots + w->levels * w->level_step, w->lines);
    }
}

/* Whole shards, a shard that ends, or a block in the middle of one (ends = 0). */
static void walk_chunk(walk *w, int64_t rows, int64_t shard_rows, int continues, int ends)
{
    while (rows > 0) {
        const int64_t now = lj_min(rows, shard_rows);
        const int merges = ends ? lj_tree_merges(w->shard) : 0;
        if (!continues && merges > 0) {
            push_rows(w, now, 1); /* older + newer, without storing the newer */
            merge(w, merges - 1);
        } else {
            push_rows(w, now, continues);
            merge(w, merges);
        }
        w->shard += ends;
        rows -= now;
    }
}

/* A tile of C from the slot where the tree ended. */
static void store_tile(const macro_tile *t, int64_t i, int64_t lines, int64_t j, int64_t columns, const float *slot)
{
    const lj_shards_args *g = t->g;
    for (int64_t r = 0; r < lines; r++) {
        const float *from = slot + r * LJ_TILE_N;
        if (t->swapped) {
            for (int64_t x = 0; x < columns; x++)
                g->c[(t->j + j + x) * g->c_row + t->i + i + r] = from[x];
        } else if (columns == LJ_TILE_N) {
            float *to = g->c + (t->i + i + r) * g->c_row + t->j + j;
            for (int64_t x = 0; x < LJ_TILE_N; x += LJ_W)
                vstore(to + x, vload(from + x));
        } else {
            memcpy(g->c + (t->i + i + r) * g->c_row + t->j + j, from, (size_t)columns * sizeof(float));
        }
    }
}

/* The tile's chains, straight into C: there is one shard of one block. */
static void run_only_shard(const macro_tile *t, const walk *w, int64_t rows, int64_t i, int64_t j)
{
    static const tile_ending store = {0};
    w->run(rows, w->a, 1, w->a_step, w->b, w->b_step, t->g->c + (t->i + i) * t->g->c_row + t->j + j, t->g->c_row,
           w->last, &store);
}

/* A chunk of rows, and how it lies to the shards: see walk_chunk. is_end: no rows follow. */
typedef struct chunk {
    int64_t row, rows;
    int continues, ends, is_end;
} chunk;

/* One chunk for all tiles of the macro tile. */
static void run_chunk(macro_tile *t, const chunk *k)
{
    const operand a = pack_a(t, k->row, k->rows);
    const operand b = pack_b(t, k->row, k->rows);
    const int64_t shard_rows = lj_min(t->g->shard_rows, BLOCK);
    const int is_only = k->is_end && k->row == 0 && k->rows <= shard_rows && !t->swapped;
    walk w = {.levels = t->levels, .shard = t->shard};
    float *slots = t->tree;
    for (int64_t j = 0; j < t->n; j += LJ_TILE_N) {
        for (int64_t i = 0; i < t->m; i += w.lines) {
            w = (walk){.lines = tile_rows(t->m - i), .columns = lj_min(t->n - j, LJ_TILE_N), .slots = slots,
                       .level_step = t->tiles * SLOT, .levels = t->levels, .shard = t->shard};
            w.a = a.step == 0 ? a.x + i * k->rows : a.x + i;
            w.a_step = a.step == 0 ? w.lines : a.step;
            w.b = b.step == 0 ? b.x + j * k->rows : b.x + j;
            w.b_step = b.step == 0 ? LJ_TILE_N : b.step;
            w.run = tile_find(w.lines, w.columns, 1, &w.last);
            if (is_only) {
                run_only_shard(t, &w, k->rows, i, j);
                continue;
            }
            walk_chunk(&w, k->rows, shard_rows, k->continues, k->ends);
            if (k->is_end) {
                merge(&w, w.levels - 1);
                store_tile(t, i, w.lines, j, w.columns, w.slots);
            }
            if (t->tiles > 1)
                slots += SLOT;
        }
    }
    t->levels = w.levels;
    t->shard = w.shard;
}

/* All rows for one macro tile. */
static void run_macro_tile(macro_tile *t)
{
    const lj_shards_args *g = t->g;
    t->levels = 0;
    t->shard = 0;
    for (int64_t row = 0; row < g->rows;) {
        chunk k = {.row = row, .ends = 1};
        if (g->shard_rows <= BLOCK) {
            k.rows = lj_min(g->rows - row, chunk_of(g->shard_rows));
        } else {
            const int64_t begin = row / g->shard_rows * g->shard_rows;
            const int64_t end = lj_min(begin + g->shard_rows, g->rows);
            k.rows = lj_min(end - row, BLOCK);
            k.continues = row > begin;
            k.ends = row + k.rows == end;
        }
        k.is_end = row + k.rows == g->rows;
        run_chunk(t, &k);
        row += k.rows;
    }
}

/* m x n of C from (i, j) by macro tiles; g may be swapped. */
static void run_macro_tiles(const lj_shards_args *g, int swapped)
{
    const int64_t m = g->m_end - g->m_begin, n = g->n_end - g->n_begin;
    const int once = g->rows <= chunk_of(g->shard_rows);
    const int64_t width = macro_columns(g->rows, g->shard_rows, n);
    const int64_t height = lj_min(m, MACRO_M);
    const int64_t depth = lj_min(g->rows, BLOCK);
    macro_tile t = {.g = g, .swapped = swapped, .packed_a = g->scratch};
    t.packed_b = t.packed_a + depth * round_up(height, 16);
    t.tree = t.packed_b + depth * width;
    for (int64_t j = 0; j < n; j += width) {
        t.j = g->n_begin + j;
        t.n = lj_min(n - j, width);
        t.b_is_packed = 0;
        for (int64_t i = 0; i < m; i += height) {
            t.i = g->m_begin + i;
            t.m = lj_min(m - i, height);
            t.tiles = once ? 1 : count_tiles(t.m, t.n);
            run_macro_tile(&t);
            t.b_is_packed = once && !(swapped && g->patches != NULL) && !is_fast_as_it_lies(g->rows, g->b_row, t.n);
        }
    }
}

void LJ_NAME(product_shards)(const lj_shards_args *args)
{
    const lj_shards_args *g = args;
    const int64_t m = g->m_end - g->m_begin, n = g->n_end - g->n_begin;
    assert(m >= 0 && n >= 0 && g->rows >= 0 && g->shard_rows > 0);
    if (m == 0 || n == 0)
        return;
    if (g->rows == 0) {
        for (int64_t i = g->m_begin; i < g->m_end; i++)
            memset(g->c + i * g->c_row + g->n_begin, 0, (size_t)n * sizeof(float));
        return;
    }
    assert(g->scratch != NULL);
    if (!is_narrow(m, n)) {
        run_macro_tiles(g, 0);
        return;
    }
    lj_shards_args swapped = *g;
    swapped.m = g->n, swapped.n = g->m;
    swapped.a = g->b, swapped.b = g->a;
    swapped.a_row = g->b_row, swapped.b_row = g->a_row;
    swapped.m_begin = g->n_begin, swapped.m_end = g->n_end;
    swapped.n_begin = g->m_begin, swapped.n_end = g->m_end;
    run_macro_tiles(&swapped, 1);
}
