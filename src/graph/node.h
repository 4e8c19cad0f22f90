/* The inside of a graph: its nodes, and what operations use to build them. */
#ifndef LIANJIN_GRAPH_NODE_H
#define LIANJIN_GRAPH_NODE_H

#include <stddef.h>

#include "graph/ops.h"
#include "graph/window.h"
#include "lianjin/graph.h"

#define LJ_OUTPUTS_MAX 4 /* values of one operation: its own and its parts */

/* What an operation is told beside its inputs; each uses the few that its file names. */
typedef struct lj_attributes {
    int axis, keep;
    int transpose_a, transpose_b;
    int has_gain, has_bias, has_lengths, has_state, has_padding;
    int is_reversed;
    lj_activation activation;
    int64_t begin, end;
    float number[2];
    int permutation[LJ_RANK_MAX];
    lj_shape shape;
    const int32_t *sizes; /* in the graph's arena */
    uint64_t stream;
    lj_window window;
    lj_attention_options attention;
} lj_attributes;

typedef struct lj_node {
    lj_op_code op;
    int n_in;
    const lj_value *in;
    lj_shape shape; /* dim[0] may be LJ_BATCH, no other */
    lj_dtype dtype;
    lj_attributes a;
    const char *name;                /* of inputs and parameters */
    lj_parameter_options parameter;  /* init.values in the graph's arena */
    const float *data;               /* of constants */
    int is_uniform;                  /* all elements are `uniform`, known while building */
    float uniform;
} lj_node;

typedef struct lj_named {
    const char *name;
    lj_value value;
} lj_named;

typedef struct lj_assignment {
    lj_value parameter, value;
} lj_assignment;

struct lj_graph {
    lj_arena *arena;
    int training;
    int freezing;         /* of lj_graph_freeze */
    int differentiating;  /* zero times anything is zero */
    lj_node **nodes;      /* in the arena each, so their addresses stay */
    int64_t count, capacity;
    lj_named *outputs;
    int64_t output_count;
    lj_assignment *assignments;
    int64_t assignment_count;
    struct lj_kind_count {
        const char *kind;
        int64_t count;
    } *kinds;
    int64_t kind_count;
    lj_status status;     /* the first mistake */
    char message[LJ_MESSAGE_MAX];
};

static inline const lj_node *lj_node_at(const lj_graph *g, lj_value value)
{
    return g->nodes[value];
}

/* ---- shapes ---- */

int lj_shape_has_batch(const lj_shape *shape);
/* Elements of one row, or all of a value without a batch. */
int64_t lj_shape_inner(const lj_shape *shape);
int lj_shape_equal(const lj_shape *a, const lj_shape *b);
/* The shape that both broadcast to; 0 if there is none. */
int lj_shape_broadcast(const lj_shape *a, const lj_shape *b, lj_shape *out);
/* The product of the dimensions [from, to), the batch counting as 1. */
int64_t lj_shape_product(const lj_shape *shape, int from, int to);
/* axis, counted from the end if negative; -1 if out of range. */
int lj_shape_axis(const lj_shape *shape, int axis);
/* x without the dimension, or with 1 in its place. */
lj_shape lj_shape_drop(const lj_shape *shape, int axis, int keep);

/* ---- building ---- */

/* Adds a node if its operation's `infer` agrees. LJ_NONE on a mistake, which the graph keeps. */
lj_value lj_graph_add(lj_graph *g, lj_op_code op, const lj_value *in, int n_in, const lj_attributes *a);
/* The index-th further value (from 1) of the node added just before: its handle is parent + index. */
lj_value lj_graph_add_part(lj_graph *g, lj_value parent, int index, lj_shape shape, lj_dtype dtype);
/* A leaf of that shape. */
lj_node *lj_graph_add_leaf(lj_graph *g, lj_op_code op, const char *name, lj_dtype dtype, lj_shape shape, lj_value *out);
/* A copy in the graph's arena; NULL after refusing. */
void *lj_graph_keep(lj_graph *g, const void *bytes, int64_t count, size_t size);
/* 1 if x is a value of the graph; else the graph refuses. */
int lj_graph_has(lj_graph *g, const char *op, lj_value x);

/* Helpers of gradients. */
lj_value lj_scale(lj_graph *g, lj_value x, float factor);
lj_value lj_sign(lj_graph *g, lj_value x);
lj_value lj_reciprocal(lj_graph *g, lj_value x);
lj_value lj_greater_equal(lj_graph *g, lj_value a, lj_value b);
lj_value lj_greater(lj_graph *g, lj_value a, lj_value b);
/* The adjoint of broadcasting: sums dy to `shape`. */
lj_value lj_sum_to(lj_graph *g, lj_value dy, lj_shape shape);
/* Sums over the first n dimensions. */
lj_value lj_sum_leading(lj_graph *g, lj_value x, int n);
/* Sum over all dimensions but the last of a^T b: a [..., M], b [..., N] -> [M, N]. */
lj_value lj_product_over(lj_graph *g, lj_value a, lj_value b);
/* The number of rows of a run, as one float. */
lj_value lj_rows_of_run(lj_graph *g);

#endif
