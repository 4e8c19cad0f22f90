/*
 * Shapley values of a tree for rows side by side. A leaf's part in the value of a set S of players is its value times
 * the product, over the players above it, of `on` for those in S and of z for the others. Its multilinear extension
 * (Owen, "Multilinear extensions of games", Management Science 18, 1972) makes the Shapley value of a player the
 * integral over t in [0, 1] of (on - z) times the product of the others' t on + (1 - t) z: a polynomial, which a
 * Gauss-Legendre rule of half as many points as players integrates exactly. Products are made on the way down, sums of
 * leaves on the way up: the work is nodes times points (as in Yu, Xu, Rinaldo and others, "Linear TreeShap", NeurIPS 2022).
 */
#include "compute/kernel.h"

#define W_D (LJ_W / 2) /* doubles of a vector */
#define V (LJ_TREE_ROWS / W_D)

typedef double vd __attribute__((vector_size(LJ_W * 4), may_alias));
typedef int64_t vl __attribute__((vector_size(LJ_W * 4), may_alias));
typedef double vd_unaligned __attribute__((vector_size(LJ_W * 4), aligned(8), may_alias));
typedef int64_t vl_unaligned __attribute__((vector_size(LJ_W * 4), aligned(8), may_alias));

LJ_INLINE vd pick(vl on, double yes, double no)
{
    const vd a = yes - (vd){0}, b = no - (vd){0};
    return (vd)((on & (vl)a) | (~on & (vl)b));
}

/* Down: room[i] = room[parent] times the factor of the edge, in place of that of the player's edge above. */
LJ_INLINE void go_down(const lj_tree_ways_args *a, int64_t i)
{
    const int64_t m = a->points, twin = a->ways[i].twin;
    const double *from = a->room + a->ways[i].parent * m * LJ_TREE_ROWS;
    double *to = a->room + i * m * LJ_TREE_ROWS;
    const vl_unaligned *on = (const vl_unaligned *)(a->on + i * LJ_TREE_ROWS);
    const vl_unaligned *was = (const vl_unaligned *)(a->on + (twin < 0 ? 0 : twin) * LJ_TREE_ROWS);
    for (int64_t q = 0; q < m; q++) {
        const double t = a->at[q], off = a->off[i * m + q];
        for (int v = 0; v < V; v++) {
            const vd factor = (vd)(on[v] & (vl)(t - (vd){0})) + off;
            vd product = ((const vd_unaligned *)from)[q * V + v] * factor;
            if (twin >= 0)
                product *= pick(was[v], a->back_on[twin * m + q], a->back_off[twin * m + q]);
            ((vd_unaligned *)to)[q * V + v] = product;
        }
    }
}

/* Up: room[i] is the sum over the leaves below of value times product; it is added to the parent's. */
LJ_INLINE void go_up(const lj_tree_ways_args *a, int64_t i, int is_first)
{
    const lj_tree_way *way = &a->ways[i];
    const int64_t m = a->points, twin = way->twin;
    const double *sum = a->room + i * m * LJ_TREE_ROWS, *slope = a->slope_on + i * m;
    const double *slope_was = a->slope_on + (twin < 0 ? 0 : twin) * m;
    double *up = a->room + way->parent * m * LJ_TREE_ROWS, *phi = a->phi + way->player * LJ_TREE_ROWS;
    const vl_unaligned *on = (const vl_unaligned *)(a->on + i * LJ_TREE_ROWS);
    const vl_unaligned *was = (const vl_unaligned *)(a->on + (twin < 0 ? 0 : twin) * LJ_TREE_ROWS);
    vd total[V];
    for (int v = 0; v < V; v++)
        total[v] = (vd){0};
    for (int64_t q = 0; q < m; q++) {
        for (int v = 0; v < V; v++) {
            vd s = ((const vd_unaligned *)sum)[q * V + v];
            if (way->is_leaf)
                s *= way->value;
            vd part = pick(on[v], slope[q], a->slope_off[q]);
            if (twin >= 0)
                part -= pick(was[v], slope_was[q], a->slope_off[q]);
            total[v] += s * part;
            vd_unaligned *p = (vd_unaligned *)up + q * V + v;
            if (!is_first)
                s += *p;
            *p = s;
        }
    }
    for (int v = 0; v < V; v++)
        ((vd_unaligned *)phi)[v] += total[v];
}

void LJ_NAME(tree_ways)(const lj_tree_ways_args *a)
{
    for (int64_t k = 0; k < a->points * LJ_TREE_ROWS; k++)
        a->room[k] = 1.0;
    for (int64_t i = 1; i < a->count; i++)
        go_down(a, i);
    for (int64_t i = a->count - 1; i > 0; i--) /* of two children, which lie side by side, the right one is first */
        go_up(a, i, i + 1 < a->count ? a->ways[i + 1].parent != a->ways[i].parent : 1);
}
