/*
 * Where values lie. A value that only one row segment sees lives in the memory
 * of the thread that computes it, for a few rows; all others for the whole
 * batch. Both memories are planned by lifetime.
 */
#include <inttypes.h>
#include <string.h>

#include "graph/program.h"

#define ALWAYS INT64_MAX
#define LOCAL_TARGET (512 << 10) /* bytes of a thread's values that stay near its core */
#define LARGE_TARGET (64 << 20)  /* bytes that a task writes, where rows are large: few, but enough for full products */
#define LEAST_ROWS 8             /* of a task, where rows are not large */

static lj_value_plan *root_of(lj_compile *c, lj_value value)
{
    return &c->values[c->values[value].root];
}

static void keep(lj_compile *c, lj_value value)
{
    if (value == LJ_NONE)
        return;
    lj_value_plan *plan = root_of(c, value);
    plan->kept = 1;
    plan->last = ALWAYS;
}

static void see_use(lj_compile *c, const lj_unit *unit, lj_value value)
{
    lj_value_plan *plan = root_of(c, value);
    if (unit->segment > plan->last)
        plan->last = unit->segment;
    if (unit->domain != LJ_ROW || unit->segment != plan->first)
        plan->is_local = 0;
    else if (unit->position > plan->last_step)
        plan->last_step = unit->position;
}

static void find_lives(lj_compile *c)
{
    for (int64_t i = 0; i < c->unit_count; i++) {
        const lj_unit *unit = c->order[i];
        for (int k = 0; k < LJ_OUTPUTS_MAX; k++) {
            if (unit->out[k] == LJ_NONE)
                continue;
            lj_value_plan *plan = root_of(c, unit->out[k]);
            plan->has_memory = 1;
            plan->is_local = unit->domain == LJ_ROW;
            plan->first = plan->last = unit->segment;
            plan->first_step = plan->last_step = unit->position;
        }
        for (int k = 0; k < unit->n_in; k++)
            see_use(c, unit, unit->in[k]);
    }
    const lj_graph *g = c->graph;
    for (int64_t i = 0; i < g->output_count; i++)
        keep(c, g->outputs[i].value);
    for (int64_t i = 0; i < g->assignment_count; i++)
        keep(c, g->assignments[i].value);
    for (int64_t i = 0; i < c->gradient_count; i++) {
        if (c->gradients[i].is_fused)
            root_of(c, c->gradients[i].gradient)->has_memory = 0;
        else
            keep(c, c->gradients[i].gradient);
    }
    for (lj_value v = 0; v < c->value_count; v++) {
        lj_value_plan *plan = &c->values[v];
        plan->is_local = plan->is_local && !plan->kept;
        if (plan->live && lj_node_at(g, v)->op == LJ_OP_INPUT) {
            plan->has_memory = 1;
            plan->last = ALWAYS;
        }
    }
}

/* Bytes of a value for so many rows, or a failure. */
static lj_status bytes_of(const lj_graph *g, lj_value value, int64_t rows, int64_t *bytes)
{
    const lj_shape *shape = &lj_node_at(g, value)->shape;
    int64_t n = lj_shape_inner(shape);
    if (lj_shape_has_batch(shape) && __builtin_mul_overflow(n, rows, &n))
        n = INT64_MAX;
    if (n > INT64_MAX / 16)
        return lj_fail(LJ_ENOMEM, "program: %s is too large for %" PRId64 " rows", lj_shape_print(shape).text, rows);
    *bytes = n * 4;
    return LJ_OK;
}

static lj_status place_shared(lj_compile *c)
{
    lj_program *p = c->program;
    int64_t n = 0;
    LJ_TRY(lj_compile_array(p->arena, c->value_count, sizeof(*p->blocks), &p->blocks));
    for (lj_value v = 0; v < c->value_count; v++) {
        lj_value_plan *plan = &c->values[v];
        if (plan->root != v || !plan->has_memory || plan->is_local)
            continue;
        lj_block *block = &p->blocks[n];
        const int is_input = lj_node_at(c->graph, v)->op == LJ_OP_INPUT;
        *block = (lj_block){.first = is_input ? 0 : plan->first, .last = plan->last};
        LJ_TRY(bytes_of(c->graph, v, p->batch, &block->bytes));
        plan->block = n++;
    }
    p->block_count = n;
    return lj_plan_place(p->blocks, n, &p->shared_bytes);
}

/* The input whose memory the output of an in-place unit may take: local, of its shape, and seen for the last time. */
static lj_value_plan *heir_of(lj_compile *c, const lj_unit *unit)
{
    const lj_node *node = unit->node;
    if (!lj_op_at(node->op)->in_place || !root_of(c, unit->out[0])->is_local)
        return NULL;
    for (int k = 0; k < unit->n_in; k++) {
        lj_value_plan *plan = root_of(c, unit->in[k]);
        if (plan->is_local && plan->has_memory && plan->last_step == unit->position &&
            lj_shape_equal(lj_in_shape(c->graph, node, k), &node->shape))
            return plan;
    }
    return NULL;
}

/* The local values of a segment as blocks, for so many rows. */
static lj_status local_blocks(lj_compile *c, int64_t segment, int64_t rows, lj_block *blocks, int64_t *n)
{
    *n = 0;
    for (int64_t i = c->segment_begin[segment]; i < c->segment_begin[segment + 1]; i++) {
        const lj_unit *unit = c->order[i];
        for (int k = 0; k < LJ_OUTPUTS_MAX; k++) {
            if (unit->out[k] == LJ_NONE || !root_of(c, unit->out[k])->is_local)
                continue;
            lj_value_plan *plan = root_of(c, unit->out[k]);
            lj_value_plan *heir = k == 0 ? heir_of(c, unit) : NULL;
            if (heir != NULL) {
                plan->block = heir->block;
                if (plan->last_step > blocks[heir->block].last)
                    blocks[heir->block].last = plan->last_step;
                continue;
            }
            lj_block *block = &blocks[*n];
            *block = (lj_block){.first = plan->first_step, .last = plan->last_step};
            LJ_TRY(bytes_of(c->graph, plan->root, rows, &block->bytes));
            plan->block = (*n)++;
        }
    }
    return LJ_OK;
}

/* Bytes that the segment writes for a row, if its rows are large, else 0. */
static lj_status large_row_bytes(lj_compile *c, int64_t segment, int64_t *out)
{
    int64_t sum = 0, bytes;
    int is_large = 0;
    for (int64_t i = c->segment_begin[segment]; i < c->segment_begin[segment + 1]; i++) {
        const lj_unit *unit = c->order[i];
        is_large |= lj_op_at(unit->node->op)->large_rows;
        for (int k = 0; k < LJ_OUTPUTS_MAX; k++) {
            if (unit->out[k] == LJ_NONE)
                continue;
            LJ_TRY(bytes_of(c->graph, unit->out[k], 1, &bytes));
            sum += bytes;
        }
    }
    *out = is_large ? sum : 0;
    return LJ_OK;
}

static lj_status place_local(lj_compile *c, int64_t s, lj_block *blocks)
{
    lj_program *p = c->program;
    lj_segment *segment = &p->segments[s];
    const int64_t begin = c->segment_begin[s], end = c->segment_begin[s + 1];
    int64_t n, total, large;
    segment->is_row = c->order[begin]->domain == LJ_ROW;
    segment->task_rows = p->batch < LJ_SHARD_ROWS ? p->batch : LJ_SHARD_ROWS;
    if (!segment->is_row)
        return LJ_OK;
    LJ_TRY(large_row_bytes(c, s, &large));
    segment->least_rows = large > 0 ? 1 : LEAST_ROWS;
    while (segment->task_rows > 1 && large * segment->task_rows > LARGE_TARGET)
        segment->task_rows /= 2;
    for (;;) {
        LJ_TRY(local_blocks(c, s, segment->task_rows, blocks, &n));
        LJ_TRY(lj_plan_place(blocks, n, &total));
        if (total <= LOCAL_TARGET || large > 0 || segment->task_rows <= LEAST_ROWS)
            break;
        segment->task_rows /= 2;
    }
    segment->local_bytes = total;
    p->local_bytes = total > p->local_bytes ? total : p->local_bytes;
    for (int64_t i = begin; i < end; i++) {
        for (int k = 0; k < LJ_OUTPUTS_MAX; k++) {
            const lj_value out = c->order[i]->out[k];
            if (out != LJ_NONE && root_of(c, out)->is_local)
                p->slots[c->values[out].root] = (lj_slot){.row_bytes = blocks[root_of(c, out)->block].offset};
        }
    }
    return LJ_OK;
}

lj_status lj_compile_layout(lj_compile *c)
{
    lj_program *p = c->program;
    lj_block *blocks = NULL;
    find_lives(c);
    LJ_TRY(lj_compile_array(p->arena, c->value_count, sizeof(*p->slots), &p->slots));
    LJ_TRY(lj_compile_array(c->arena, c->value_count, sizeof(*blocks), &blocks));
    LJ_TRY(place_shared(c));
    p->segment_count = c->segment_count;
    LJ_TRY(lj_compile_array(p->arena, c->segment_count + 8, sizeof(*p->segments), &p->segments));
    for (int64_t s = 0; s < c->segment_count; s++)
        LJ_TRY(place_local(c, s, blocks));
    return LJ_OK;
}
