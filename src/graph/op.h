/*
 * An operation, and a step of a program. To add an operation, read
 * ops/softmax.c: infer says the shape, grad adds nodes, lower picks a kernel.
 */
#ifndef LIANJIN_GRAPH_OP_H
#define LIANJIN_GRAPH_OP_H

#include "compute/kernels.h"
#include "graph/node.h"

#define LJ_PACK_ROWS 48 /* rows of A that make packing B worth it */

typedef enum lj_domain { LJ_ROW, LJ_REDUCE, LJ_PLAIN } lj_domain;

/* Where a value lies. A row of a batch: base + row * row_bytes; of one thread's shard: base + thread * thread_bytes. */
typedef struct lj_slot {
    char *base;
    int64_t row_bytes, thread_bytes;
} lj_slot;

/* The work of one call of a step. */
typedef struct lj_span {
    int64_t row, rows;   /* row steps: these rows; reduce steps: 0 and all; plain steps: 0 and 1 */
    int64_t n_rows;      /* of the run */
    int64_t part;        /* reduce and plain steps: 0 .. parts - 1 */
    int thread;
    float *scratch;      /* of the thread */
    const lj_run_options *run;
} lj_span;

typedef struct lj_step lj_step;
typedef void lj_step_run(const lj_step *step, const lj_span *span);

/* An optimiser's move that follows a gradient while it is in the cache (update.c). */
typedef struct lj_update lj_update;

struct lj_step {
    lj_step_run *run;
    const lj_kernels *kernels;
    const void *args;                     /* of the operation's own type */
    const lj_slot *const *in;
    const lj_slot *out[LJ_OUTPUTS_MAX];   /* NULL: nobody needs it */
    int64_t parts;                        /* reduce and plain steps may be cut; 1 if not */
    int64_t scratch;                      /* floats a call needs */
    double cost;                          /* about nanoseconds: a row (row steps), or the whole */
    const lj_update *update;              /* the output is not stored but moves a parameter */
    const char *name;                     /* for people */
    lj_shape shape;                       /* of the output, for people */
    int has_bias;
    lj_activation activation;
    int is_packed;
};

/* One or several nodes that become one step. */
typedef struct lj_unit {
    const lj_node *node;
    lj_domain domain;
    int n_in;
    lj_value *in;                  /* of the node, then bias and packed weight */
    lj_value out[LJ_OUTPUTS_MAX];
    int has_bias, is_packed;       /* product: in[2] is a bias; the last input is packed */
    lj_activation activation;
    lj_value before;               /* product: the value before the activation that somebody needs */
    int64_t segment, position;     /* set by the schedule */
} lj_unit;

typedef struct lj_lowering {
    const lj_graph *graph;
    const lj_kernels *kernels;
    lj_arena *arena; /* of the program */
    int64_t batch;   /* most rows of a run */
    int64_t task_rows; /* most rows of a call of a row step */
    int64_t n_threads;
    uint64_t seed;
    lj_status status;
} lj_lowering;

/* Zeroed arguments of a step in the program's arena; a static dummy after a failure, so lower need not check. */
void *lj_lower_args(lj_lowering *l, size_t size);
/* `count` elements copied to the program's arena; NULL after a failure. */
const void *lj_lower_copy(lj_lowering *l, const void *from, int64_t count, size_t size);

typedef struct lj_op {
    const char *name;
    int n_in;        /* -1: any number */
    int may_reduce;  /* inputs with a batch may give an output without */
    int is_view;     /* the output is the memory of the input: never a step */
    int in_place;    /* the output may take the memory of an input of the same size */
    int large_rows;  /* a row is work enough for a task: images */
    /* Shape and type of the output, or LJ_ESHAPE. */
    lj_status (*infer)(const lj_graph *g, const lj_node *node, lj_shape *out, lj_dtype *dtype);
    /* Adds the nodes of d(loss)/d(in[i]) and sets dx[i] (LJ_NONE stays: none). NULL: no gradient, by design. */
    void (*grad)(lj_graph *g, const lj_node *node, lj_value y, lj_value dy, lj_value *dx);
    /* Sets run, args, parts, scratch, cost. NULL: never a step (leaves, views, part). */
    void (*lower)(lj_lowering *l, const lj_unit *unit, lj_step *step);
} lj_op;

#define X(code, name) extern const lj_op lj_op_##name;
LJ_OP_LIST(X)
#undef X

const lj_op *lj_op_at(lj_op_code code);

/* ---- for the run functions ---- */

static inline void *lj_at(const lj_slot *slot, const lj_span *span)
{
    return slot->base + span->row * slot->row_bytes + span->thread * slot->thread_bytes;
}
static inline const float *lj_in(const lj_step *step, int i, const lj_span *span)
{
    return lj_at(step->in[i], span);
}
static inline float *lj_out(const lj_step *step, const lj_span *span)
{
    return lj_at(step->out[0], span);
}
/* NULL if nobody needs that output. */
static inline float *lj_out_or_null(const lj_step *step, int i, const lj_span *span)
{
    return step->out[i] == NULL ? NULL : lj_at(step->out[i], span);
}

/*
 * A part of a reduce step writes the contiguous elements [begin, begin + count)
 * of its output: to lj_part_begin's pointer, followed by lj_part_end, which
 * moves the parameter if the step carries an update. `scratch` [count] is
 * where the gradient then lives.
 */
float *lj_part_begin(const lj_step *step, const lj_span *span, int64_t begin, float *scratch);
void lj_part_end(const lj_step *step, const lj_span *span, int64_t begin, int64_t count, float *gradient);

/* ---- for infer ---- */

static inline const lj_shape *lj_in_shape(const lj_graph *g, const lj_node *node, int i)
{
    return &g->nodes[node->in[i]]->shape;
}
/* The shape of the first input. */
lj_status lj_infer_same(const lj_graph *g, const lj_node *node, lj_shape *out, lj_dtype *dtype);
/* Elements of a row of input i (all if it has no batch). */
static inline int64_t lj_inner(const lj_lowering *l, lj_value value)
{
    return lj_shape_inner(&l->graph->nodes[value]->shape);
}

/* ---- for operations that draw ---- */

/* The stream of a name in one step of training. */
static inline uint64_t lj_stream_of_step(uint64_t stream, int64_t step)
{
    return stream + (uint64_t)step * 0x9E3779B97F4A7C15U;
}
/* A standard normal number: the quantile of a 32-bit word in the middle of its 2^32 equal parts. */
double lj_normal_of(uint32_t word);

/* ---- for the functions that add a node ---- */

/* x in another shape, its elements unchanged: x itself if it has that shape, else a node of `op` with the same uniform
 * value. */
lj_value lj_build_shaped(lj_graph *g, lj_op_code op, lj_value x, lj_shape shape);

/* ---- element-wise operations share these ---- */

lj_status lj_infer_binary(const lj_graph *g, const lj_node *node, lj_shape *out, lj_dtype *dtype);
void lj_lower_unary(lj_lowering *l, const lj_unit *unit, lj_step *step, lj_unary kernel, double cost);
void lj_lower_binary(lj_lowering *l, const lj_unit *unit, lj_step *step, lj_binary kernel);
lj_value lj_build_binary(lj_graph *g, lj_op_code op, lj_value a, lj_value b);

/* The file of an element-wise operation of one input: its static `grad`, then this. `cost` ns an element. */
#define LJ_UNARY_OP(function, op_name, code, gradient, cost)                                \
    static void lower(lj_lowering *l, const lj_unit *unit, lj_step *step)                   \
    {                                                                                       \
        lj_lower_unary(l, unit, step, LJ_UNARY_##code, cost);                               \
    }                                                                                       \
    const lj_op lj_op_##op_name = {.name = #op_name,                                        \
                                   .n_in = 1,                                               \
                                   .in_place = 1,                                           \
                                   .infer = lj_infer_same,                                  \
                                   .grad = gradient,                                        \
                                   .lower = lower};                                         \
    lj_value function(lj_graph *g, lj_value x)                                              \
    {                                                                                       \
        return lj_graph_add(g, LJ_OP_##code, &x, 1, &(lj_attributes){0});                   \
    }

/* The same for two inputs that broadcast. */
#define LJ_BINARY_OP(op_name, code, gradient)                                               \
    static void lower(lj_lowering *l, const lj_unit *unit, lj_step *step)                   \
    {                                                                                       \
        lj_lower_binary(l, unit, step, LJ_BINARY_##code);                                   \
    }                                                                                       \
    const lj_op lj_op_##op_name = {.name = #op_name,                                        \
                                   .n_in = 2,                                               \
                                   .in_place = 1,                                           \
                                   .infer = lj_infer_binary,                                \
                                   .grad = gradient,                                        \
                                   .lower = lower};

#endif
