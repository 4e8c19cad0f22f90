/* The inside of a program: segments of steps, and where values lie. */
#ifndef LIANJIN_GRAPH_PROGRAM_H
#define LIANJIN_GRAPH_PROGRAM_H

#include "graph/op.h"
#include "graph/plan.h"
#include "graph/update.h"

/*
 * A row segment: a thread takes some rows of the batch through all its steps.
 * A wave: steps that do not depend on each other, each cut in parts.
 */
typedef struct lj_segment {
    int is_row;
    lj_step *steps;
    int64_t step_count;
    int64_t task_rows;   /* row segment: most rows of a task */
    int64_t least_rows;  /* row segment: fewer are not worth a task of their own */
    int64_t parts;       /* wave: of all steps */
    double cost;         /* about nanoseconds: a row of a row segment; a wave at a full batch */
    int64_t local_bytes; /* row segment: of a thread's own values */
} lj_segment;

typedef struct lj_port {
    const char *name;
    lj_slot *slot;
    char *own; /* of inputs: the program's memory */
} lj_port;

struct lj_program {
    lj_arena *arena;
    const lj_kernels *kernels;
    int64_t batch, n_threads;
    lj_segment *segments;
    int64_t segment_count;
    lj_slot *slots; /* one for each value */
    lj_port *inputs, *outputs;
    int64_t input_count, output_count;
    char *memory; /* values of the batch, then each thread's own, then each thread's scratch */
    int64_t shared_bytes, local_bytes, scratch_bytes;
    lj_block *blocks; /* of the shared memory: for the check of the plan */
    int64_t block_count;
    lj_clip clip;
    double alone; /* nanoseconds of work of a segment that are not worth waking anybody; tests set 0 */
};

/* ---- the stages of compiling, each a file ---- */

/* Values of the graph, by handle. */
typedef struct lj_value_plan {
    lj_value root;       /* itself, or what it is a view of */
    int live;
    int uses;            /* by units and by the program's ends */
    int kept;            /* an output, gradient or value to assign */
    int is_local;        /* lives in a thread's own memory within one row segment */
    int has_memory;      /* produced by a unit and stored */
    int64_t first, last; /* segments */
    int64_t first_step, last_step; /* within a row segment */
    int64_t block;       /* -1: none */
} lj_value_plan;

typedef struct lj_gradient_of {
    lj_value parameter, gradient; /* LJ_NONE: the loss does not depend on it */
    lj_tensor *tensor;
    int is_fused;                 /* moved by the step that computes it */
} lj_gradient_of;

typedef struct lj_compile {
    lj_graph *graph;
    lj_weights *weights;
    const lj_program_options *options;
    lj_program *program;
    lj_arena *arena;        /* of the compilation */
    lj_value_plan *values;  /* [graph->count] */
    int64_t value_count;
    lj_unit *units;
    int64_t unit_count;
    lj_unit **order;        /* units by segment and position */
    int64_t *segment_begin; /* [segment_count + 1] in order */
    int64_t segment_count;
    lj_gradient_of *gradients;
    int64_t gradient_count;
} lj_compile;

/* Marks what the program needs, makes units, fuses. fuse.c */
LJ_CHECKED lj_status lj_compile_units(lj_compile *c);
/* Orders units in segments. schedule.c */
LJ_CHECKED lj_status lj_compile_schedule(lj_compile *c);
/* Lives and places of all values; makes the memory and the slots. layout.c */
LJ_CHECKED lj_status lj_compile_layout(lj_compile *c);
/* Makes the steps; *scratch is the most floats that one needs. lower.c */
LJ_CHECKED lj_status lj_compile_lower(lj_compile *c, int64_t *scratch);

/* Zeroed memory of the compilation or program, or a failure. */
LJ_CHECKED lj_status lj_compile_array(lj_arena *arena, int64_t count, size_t size, void *out);

static inline int lj_is_leaf(const lj_node *node)
{
    return node->op == LJ_OP_INPUT || node->op == LJ_OP_PARAMETER || node->op == LJ_OP_CONSTANT;
}

#endif
