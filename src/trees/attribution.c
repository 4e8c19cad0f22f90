/*
 * Shapley values of features, exactly: by the ways of the training rows through the trees (Lundberg, Erion and others,
 * "From local explanations to global understanding with explainable AI for trees", Nature Machine Intelligence 2, 2020,
 * "path-dependent"), and against reference rows ("interventional", there). What the first takes is in
 * compute/kernels/tree_ways.c.
 */
#include "trees/attribution.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "lianjin/math.h"

#define TASK_ROWS 64
#define SHARE_MIN 1e-12 /* of a child that no training row reached */

static lj_status no_memory(void)
{
    return lj_fail(LJ_ENOMEM, "trees: no memory to explain the model");
}

/* ---- what is known of the trees before any row ---- */

static double share_of(const lj_tree_node *nodes, int64_t parent, int64_t child)
{
    const int64_t left = nodes[parent].left;
    const double all = (double)nodes[left].weight + (double)nodes[left + 1].weight;
    const double share = all > 0.0 ? (double)nodes[child].weight / all : 0.5;
    return share > SHARE_MIN ? share : SHARE_MIN;
}

static int64_t twin_of(const lj_tree_way *ways, int64_t parent, int32_t player)
{
    int64_t i = parent;
    while (i > 0 && ways[i].player != player)
        i = ways[i].parent;
    return i > 0 ? i : -1;
}

/* Ways of one tree; answers the most players above a leaf. Children lie behind their parents. */
static int64_t make_ways(const lj_tree_explainer *e, int64_t t, int32_t *above, lj_tree_way *ways)
{
    const int64_t begin = e->trees->begin[t], count = e->trees->begin[t + 1] - begin;
    const lj_tree_node *nodes = e->trees->nodes + begin;
    int64_t most = 1;
    ways[0] = (lj_tree_way){.parent = -1, .player = -1, .twin = -1, .share = 1.0};
    above[0] = 0;
    for (int64_t i = 0; i < count; i++) {
        ways[i].is_leaf = nodes[i].feature < 0;
        ways[i].value = ways[i].is_leaf ? lj_tree_leaf(e->trees, begin + i) : 0.0;
        for (int64_t child = nodes[i].left; !ways[i].is_leaf && child <= nodes[i].left + 1; child++) {
            const int32_t player = e->player[nodes[i].feature];
            const int64_t twin = twin_of(ways, i, player);
            ways[child] = (lj_tree_way){.parent = (int32_t)i, .player = player, .twin = (int32_t)twin};
            ways[child].share = share_of(nodes, i, child) * (twin >= 0 ? ways[twin].share : 1.0);
            above[child] = above[i] + (twin < 0);
            most = above[child] > most ? above[child] : most;
        }
    }
    return most;
}

/* What all trees say on average over the training rows: raw scores [groups]. */
static void add_expected(const lj_trees *trees, double *reach, double *expected)
{
    for (int64_t c = 0; c < trees->groups; c++)
        expected[c] = (double)trees->base[c];
    for (int64_t t = 0; t < trees->tree_count; t++) {
        const lj_tree_node *nodes = trees->nodes + trees->begin[t];
        const int64_t count = trees->begin[t + 1] - trees->begin[t];
        double sum = 0.0;
        reach[0] = 1.0;
        for (int64_t i = 0; i < count; i++) {
            if (nodes[i].feature < 0) {
                sum += reach[i] * lj_tree_leaf(trees, trees->begin[t] + i);
                continue;
            }
            for (int64_t child = nodes[i].left; child <= nodes[i].left + 1; child++)
                reach[child] = reach[i] * share_of(nodes, i, child);
        }
        expected[t % trees->groups] += sum;
    }
}

/* Points and weights of the Gauss-Legendre rule on [0, 1], by Newton's steps on the polynomial. */
static void make_rule(int64_t n, double *at, double *weight)
{
    for (int64_t k = 0; k < n; k++) {
        double x = -(double)lj_cosf(3.14159265F * ((float)k + 0.75F) / ((float)n + 0.5F)), slope = 1.0;
        for (int step = 0; step < 8; step++) {
            double p = 1.0, before = 0.0;
            for (int64_t j = 1; j <= n; j++) {
                const double next = ((double)(2 * j - 1) * x * p - (double)(j - 1) * before) / (double)j;
                before = p;
                p = next;
            }
            slope = (double)n * (x * p - before) / (x * x - 1.0);
            x -= p / slope;
        }
        at[k] = 0.5 * (1.0 + x);
        weight[k] = 1.0 / ((1.0 - x * x) * slope * slope);
    }
}

/* weights[a * (n + 1) + b] = a! b! / (a + b + 1)! */
static void make_orders(int64_t n, double *orders)
{
    for (int64_t a = 0; a <= n; a++) {
        orders[a * (n + 1)] = 1.0 / (double)(a + 1);
        for (int64_t b = 1; b <= n; b++)
            orders[a * (n + 1) + b] = orders[a * (n + 1) + b - 1] * (double)b / (double)(a + b + 1);
    }
}

void lj_tree_explainer_destroy(lj_tree_explainer *e)
{
    if (e == NULL)
        return;
    lj_free(e->player);
    lj_free(e->ways);
    lj_free(e->steps);
    lj_free(e->points);
    lj_free(e->expected);
    lj_free(e->rules);
    lj_free(e->orders);
    lj_free(e);
}

static lj_status prepare(lj_tree_explainer *e)
{
    const lj_trees *trees = e->trees;
    const int64_t nodes = trees->begin[trees->tree_count];
    e->ways = lj_new_array(nodes, sizeof(*e->ways));
    e->steps = lj_new_array(nodes, sizeof(*e->steps));
    e->points = lj_new_array(trees->tree_count, sizeof(*e->points));
    e->expected = lj_new_array(trees->groups, sizeof(*e->expected));
    for (int64_t t = 0; t < trees->tree_count; t++) {
        const int64_t count = trees->begin[t + 1] - trees->begin[t];
        e->most_nodes = count > e->most_nodes ? count : e->most_nodes;
    }
    int32_t *above = lj_new_array(e->most_nodes, sizeof(*above));
    double *reach = lj_new_array(e->most_nodes, sizeof(*reach));
    const int has_room = e->ways != NULL && e->steps != NULL && e->points != NULL && e->expected != NULL;
    lj_status status = !has_room || above == NULL || reach == NULL ? no_memory() : LJ_OK;
    for (int64_t i = 0; status == LJ_OK && i < nodes; i++)
        e->steps[i] = lj_tree_step_of(&trees->nodes[i]);
    for (int64_t t = 0; status == LJ_OK && t < trees->tree_count; t++) {
        const int64_t most = make_ways(e, t, above, e->ways + trees->begin[t]);
        e->most_players = most > e->most_players ? most : e->most_players;
        e->points[t] = (most + 1) / 2;
    }
    if (status == LJ_OK)
        add_expected(trees, reach, e->expected);
    lj_free(above);
    lj_free(reach);
    return status;
}

lj_status lj_tree_explainer_create(const lj_trees *trees, const int32_t *player, int64_t players,
                                   lj_tree_explainer **out)
{
    *out = NULL;
    const int64_t features = trees->number_count + trees->category_count;
    lj_tree_explainer *e = lj_new_array(1, sizeof(*e));
    if (e == NULL)
        return no_memory();
    e->trees = trees;
    e->players = players;
    e->player = lj_new_array(features, sizeof(*e->player));
    lj_status status = e->player == NULL ? no_memory() : LJ_OK;
    if (status == LJ_OK) {
        memcpy(e->player, player, (size_t)features * sizeof(*e->player));
        status = prepare(e);
    }
    const int64_t most = e->most_players, most_points = (most + 1) / 2;
    if (status == LJ_OK) {
        e->rules = lj_new_array((most_points + 1) * (most_points + 2), sizeof(*e->rules));
        e->orders = lj_new_array((most + 1) * (most + 1), sizeof(*e->orders));
        status = e->rules == NULL || e->orders == NULL ? no_memory() : LJ_OK;
    }
    if (status != LJ_OK) {
        lj_tree_explainer_destroy(e);
        return status;
    }
    for (int64_t m = 1; m <= most_points; m++)
        make_rule(m, lj_tree_rule(e, m), lj_tree_rule(e, m) + m);
    make_orders(most, e->orders);
    *out = e;
    return LJ_OK;
}

const double *lj_tree_explainer_expected(const lj_tree_explainer *e)
{
    return e->expected;
}

/* ---- by the ways of the training rows ---- */

/* Room of one thread. */
typedef struct ways_room {
    double *tables, *room, *phi; /* phi [groups, players, LJ_TREE_ROWS] of each block of rows */
    int64_t *on;
} ways_room;

typedef struct ways_run {
    const lj_tree_explainer *e;
    const lj_tree_rows *rows;
    ways_room *room; /* [threads] */
    double *phi;
} ways_run;

static void fill_tables(const lj_tree_way *ways, int64_t count, int64_t m, const double *rule, double *tables)
{
    double *off = tables, *back_on = off + count * m, *back_off = back_on + count * m;
    double *slope_on = back_off + count * m, *slope_off = slope_on + count * m;
    for (int64_t q = 0; q < m; q++)
        slope_off[q] = -rule[m + q] / (1.0 - rule[q]);
    for (int64_t i = 0; i < count; i++)
        for (int64_t q = 0; q < m; q++) {
            const double t = rule[q], z = ways[i].share, f = (1.0 - t) * z;
            off[i * m + q] = f;
            back_on[i * m + q] = 1.0 / (t + f);
            back_off[i * m + q] = 1.0 / f;
            slope_on[i * m + q] = rule[m + q] * (1.0 - z) / (t + f);
        }
}

/* Which ways the rows first .. first + n - 1 go, n <= LJ_TREE_ROWS; the others go as the last one. */
static void find_ways(const ways_run *run, int64_t t, int64_t first, int64_t n, int64_t *on)
{
    const lj_trees *trees = run->e->trees;
    const lj_tree_step *steps = run->e->steps + trees->begin[t];
    const lj_tree_way *ways = run->e->ways + trees->begin[t];
    const int64_t count = trees->begin[t + 1] - trees->begin[t];
    for (int64_t r = 0; r < LJ_TREE_ROWS; r++) {
        const int64_t row = first + (r < n ? r : n - 1);
        const float *numbers = run->rows->numbers + row * trees->number_count;
        const int32_t *codes = run->rows->codes + row * trees->category_count;
        on[r] = -1;
        for (int64_t i = 0; i < count; i++) {
            const int64_t left = steps[i].left;
            if (left == 0)
                continue;
            const int64_t twin = ways[left].twin, is_on = twin >= 0 ? on[twin * LJ_TREE_ROWS + r] : -1;
            const int64_t is_right = -(int64_t)lj_tree_step_right(trees, &steps[i], numbers, codes);
            on[left * LJ_TREE_ROWS + r] = is_on & ~is_right;
            on[(left + 1) * LJ_TREE_ROWS + r] = is_on & is_right;
        }
    }
}

static void explain_task(void *context, int64_t task, int thread)
{
    const ways_run *run = context;
    const lj_tree_explainer *e = run->e;
    const lj_trees *trees = e->trees;
    const ways_room *room = &run->room[thread];
    const int64_t begin = task * TASK_ROWS, end = begin + TASK_ROWS < run->rows->n ? begin + TASK_ROWS : run->rows->n;
    const int64_t cells = trees->groups * e->players;
    memset(room->phi, 0, (size_t)(cells * TASK_ROWS) * sizeof(double));
    for (int64_t t = 0; t < trees->tree_count; t++) {
        const int64_t first = trees->begin[t], count = trees->begin[t + 1] - first, m = e->points[t];
        lj_tree_ways_args args = {.count = count, .points = m, .ways = e->ways + first, .on = room->on,
                                  .at = lj_tree_rule(e, m), .room = room->room};
        fill_tables(args.ways, count, m, args.at, room->tables);
        args.off = room->tables;
        args.back_on = args.off + count * m;
        args.back_off = args.back_on + count * m;
        args.slope_on = args.back_off + count * m;
        args.slope_off = args.slope_on + count * m;
        for (int64_t row = begin; row < end; row += LJ_TREE_ROWS) {
            find_ways(run, t, row, end - row < LJ_TREE_ROWS ? end - row : LJ_TREE_ROWS, room->on);
            args.phi = room->phi + ((row - begin) * trees->groups + LJ_TREE_ROWS * (t % trees->groups)) * e->players;
            lj_kernels_get()->tree_ways(&args);
        }
    }
    for (int64_t row = begin; row < end; row++) {
        const int64_t r = (row - begin) % LJ_TREE_ROWS;
        const double *from = room->phi + (row - begin - r) * cells;
        for (int64_t k = 0; k < cells; k++)
            run->phi[row * cells + k] = from[k * LJ_TREE_ROWS + r];
    }
}

lj_status lj_tree_explain(const lj_tree_explainer *e, const lj_tree_rows *rows, lj_team *team, double *phi)
{
    const int64_t threads = lj_team_size(team), nodes = e->most_nodes, m = (e->most_players + 1) / 2;
    ways_room *room = lj_new_array(threads, sizeof(*room));
    lj_status status = room == NULL ? no_memory() : LJ_OK;
    for (int64_t k = 0; status == LJ_OK && k < threads; k++) {
        room[k].tables = lj_new_array(nodes * m * 4 + m, sizeof(double));
        room[k].room = lj_new_array(nodes * m * LJ_TREE_ROWS, sizeof(double));
        room[k].on = lj_new_array(nodes * LJ_TREE_ROWS, sizeof(int64_t));
        room[k].phi = lj_new_array(e->trees->groups * e->players * TASK_ROWS, sizeof(double));
        if (room[k].tables == NULL || room[k].room == NULL || room[k].on == NULL || room[k].phi == NULL)
            status = no_memory();
    }
    ways_run run = {.e = e, .rows = rows, .room = room, .phi = phi};
    if (status == LJ_OK)
        lj_team_run(team, explain_task, &run, (rows->n + TASK_ROWS - 1) / TASK_ROWS);
    for (int64_t k = 0; room != NULL && k < threads; k++) {
        lj_free(room[k].tables);
        lj_free(room[k].room);
        lj_free(room[k].on);
        lj_free(room[k].phi);
    }
    lj_free(room);
    return status;
}
