/* Units become steps; behind them come the waves that move the parameters. */
#include <string.h>

#include "graph/program.h"

static lj_slot *slot_of(const lj_compile *c, lj_value value)
{
    return &c->program->slots[c->values[value].root];
}

static const lj_gradient_of *fused_gradient(const lj_compile *c, lj_value value)
{
    for (int64_t i = 0; i < c->gradient_count; i++) {
        const lj_gradient_of *gradient = &c->gradients[i];
        if (gradient->is_fused && c->values[gradient->gradient].root == c->values[value].root)
            return gradient;
    }
    return NULL;
}

/* A name of a slot of the optimiser: "<parameter>/<slot>". */
static lj_status state_of(lj_compile *c, const lj_tensor *parameter, const char *slot, float **out)
{
    const char *name = lj_arena_printf(c->arena, "%s/%s", parameter->name, slot);
    if (name == NULL)
        return lj_fail(LJ_ENOMEM, "program: no memory for the state of '%s'", parameter->name);
    lj_tensor *tensor = lj_weights_find(c->options->state, name);
    if (tensor == NULL)
        LJ_TRY(lj_weights_new(c->options->state, name, LJ_F32, parameter->shape, &tensor));
    if (tensor->dtype != LJ_F32 || tensor->count != parameter->count)
        return lj_fail(LJ_ESHAPE, "program: the state '%s' is %s, its parameter %s", name,
                       lj_shape_print(&tensor->shape).text, lj_shape_print(&parameter->shape).text);
    *out = tensor->data;
    return LJ_OK;
}

static lj_status make_update(lj_compile *c, const lj_gradient_of *gradient, lj_update **out)
{
    lj_program *p = c->program;
    const lj_update_rule *rule = c->options->update;
    lj_update *u = NULL;
    LJ_TRY(lj_compile_array(p->arena, 1, sizeof(*u), &u));
    u->rule = rule;
    u->clip = &p->clip;
    u->parameter = gradient->tensor->data;
    u->count = gradient->tensor->count;
    u->decay = gradient->tensor->no_decay ? 0.0F : rule->decay;
    u->gradient = slot_of(c, gradient->gradient);
    for (int i = 0; i < rule->n_slots; i++)
        LJ_TRY(state_of(c, gradient->tensor, rule->slot_names[i], &u->state[i]));
    if (c->options->accumulates)
        LJ_TRY(state_of(c, gradient->tensor, "gradient_sum", &u->sum));
    *out = u;
    return LJ_OK;
}

static lj_status lower_unit(lj_compile *c, lj_lowering *l, const lj_unit *unit, lj_step *step)
{
    lj_program *p = c->program;
    const lj_op *op = lj_op_at(unit->node->op);
    const lj_slot **in = NULL;
    LJ_TRY(lj_compile_array(p->arena, unit->n_in, sizeof(*in), &in));
    for (int k = 0; k < unit->n_in; k++)
        in[k] = slot_of(c, unit->in[k]);
    *step = (lj_step){.kernels = p->kernels,
                      .in = in,
                      .parts = 1,
                      .name = op->name,
                      .shape = lj_node_at(c->graph, unit->out[0])->shape,
                      .has_bias = unit->has_bias,
                      .activation = unit->activation,
                      .is_packed = unit->is_packed};
    for (int k = 0; k < LJ_OUTPUTS_MAX; k++)
        step->out[k] = unit->out[k] == LJ_NONE ? NULL : slot_of(c, unit->out[k]);
    op->lower(l, unit, step);
    const lj_gradient_of *gradient = fused_gradient(c, unit->out[0]);
    if (gradient != NULL) {
        lj_update *update = NULL;
        LJ_TRY(make_update(c, gradient, &update));
        step->update = update;
        step->cost += 1.0 * (double)update->count;
    }
    return l->status;
}

static void finish_segment(lj_segment *segment)
{
    for (int64_t i = 0; i < segment->step_count; i++) {
        segment->parts += segment->steps[i].parts;
        segment->cost += segment->steps[i].cost;
    }
}

/* ---- the waves of the optimiser ---- */

/* A wave with one step for each update. */
static lj_status add_update_wave(lj_compile *c, lj_update **updates, int64_t n, lj_step_run *run, const char *name)
{
    lj_program *p = c->program;
    lj_segment *segment = &p->segments[p->segment_count++];
    LJ_TRY(lj_compile_array(p->arena, n, sizeof(*segment->steps), &segment->steps));
    segment->step_count = n;
    for (int64_t i = 0; i < n; i++) {
        const int64_t count = updates[i]->count;
        segment->steps[i] = (lj_step){.run = run,
                                      .kernels = p->kernels,
                                      .args = updates[i],
                                      .parts = (count + LJ_NORM_CHUNK - 1) / LJ_NORM_CHUNK,
                                      .cost = (run == lj_update_run_move ? 1.0 : 0.2) * (double)count,
                                      .name = name,
                                      .shape = lj_shape_of(count)};
    }
    finish_segment(segment);
    return LJ_OK;
}

static lj_status add_scale(lj_compile *c, lj_update *any)
{
    lj_program *p = c->program;
    lj_segment *segment = &p->segments[p->segment_count++];
    LJ_TRY(lj_compile_array(p->arena, 1, sizeof(*segment->steps), &segment->steps));
    segment->step_count = 1;
    segment->steps[0] = (lj_step){.run = lj_update_run_scale, .kernels = p->kernels, .args = any, .parts = 1,
                                  .name = "clip_scale", .shape = lj_shape_of(1)};
    finish_segment(segment);
    return LJ_OK;
}

static lj_status add_updates(lj_compile *c)
{
    lj_program *p = c->program;
    lj_update **updates = NULL;
    int64_t n = 0, chunks = 0;
    LJ_TRY(lj_compile_array(c->arena, c->gradient_count, sizeof(*updates), &updates));
    for (int64_t i = 0; i < c->gradient_count; i++) {
        if (c->gradients[i].gradient == LJ_NONE || c->gradients[i].is_fused)
            continue;
        LJ_TRY(make_update(c, &c->gradients[i], &updates[n]));
        chunks += (updates[n++]->count + LJ_NORM_CHUNK - 1) / LJ_NORM_CHUNK;
    }
    if (n == 0)
        return LJ_OK;
    if (c->options->accumulates)
        LJ_TRY(add_update_wave(c, updates, n, lj_update_run_join, "join"));
    if (p->clip.value > 0.0F)
        LJ_TRY(add_update_wave(c, updates, n, lj_update_run_clip, "clip_value"));
    if (p->clip.norm > 0.0F) {
        LJ_TRY(lj_compile_array(p->arena, chunks, sizeof(float), &p->clip.squares));
        p->clip.count = chunks;
        int64_t at = 0;
        for (int64_t i = 0; i < n; i++) {
            updates[i]->squares = p->clip.squares + at;
            at += (updates[i]->count + LJ_NORM_CHUNK - 1) / LJ_NORM_CHUNK;
        }
        LJ_TRY(add_update_wave(c, updates, n, lj_update_run_squares, "squares"));
        LJ_TRY(add_scale(c, updates[0]));
    }
    return add_update_wave(c, updates, n, lj_update_run_move, "update");
}

/* ---- assignments ---- */

static void run_assign(const lj_step *step, const lj_span *span)
{
    const int64_t *count = step->args;
    memcpy(lj_out(step, span), lj_in(step, 0, span), (size_t)*count * sizeof(float));
}

static lj_status add_assignments(lj_compile *c)
{
    lj_program *p = c->program;
    const lj_graph *g = c->graph;
    if (g->assignment_count == 0)
        return LJ_OK;
    lj_segment *segment = &p->segments[p->segment_count++];
    LJ_TRY(lj_compile_array(p->arena, g->assignment_count, sizeof(*segment->steps), &segment->steps));
    segment->step_count = g->assignment_count;
    for (int64_t i = 0; i < g->assignment_count; i++) {
        const lj_assignment *a = &g->assignments[i];
        const lj_slot **in = NULL;
        int64_t *count = NULL;
        LJ_TRY(lj_compile_array(p->arena, 1, sizeof(*in), &in));
        LJ_TRY(lj_compile_array(p->arena, 1, sizeof(*count), &count));
        in[0] = slot_of(c, a->value);
        *count = lj_shape_inner(&lj_node_at(g, a->value)->shape);
        segment->steps[i] = (lj_step){.run = run_assign,
                                      .kernels = p->kernels,
                                      .args = count,
                                      .in = in,
                                      .out = {slot_of(c, a->parameter)},
                                      .parts = 1,
                                      .name = "assign",
                                      .shape = lj_node_at(g, a->value)->shape};
    }
    finish_segment(segment);
    return LJ_OK;
}

lj_status lj_compile_lower(lj_compile *c, int64_t *scratch)
{
    lj_program *p = c->program;
    lj_lowering l = {.graph = c->graph,
                     .kernels = p->kernels,
                     .arena = p->arena,
                     .batch = p->batch,
                     .task_rows = p->batch < LJ_SHARD_ROWS ? p->batch : LJ_SHARD_ROWS,
                     .n_threads = p->n_threads,
                     .seed = c->options->seed};
    *scratch = 0;
    for (int64_t s = 0; s < c->segment_count; s++) {
        lj_segment *segment = &p->segments[s];
        segment->step_count = c->segment_begin[s + 1] - c->segment_begin[s];
        LJ_TRY(lj_compile_array(p->arena, segment->step_count, sizeof(*segment->steps), &segment->steps));
        for (int64_t i = 0; i < segment->step_count; i++) {
            lj_step *step = &segment->steps[i];
            LJ_TRY(lower_unit(c, &l, c->order[c->segment_begin[s] + i], step));
            *scratch = step->scratch > *scratch ? step->scratch : *scratch;
        }
        finish_segment(segment);
    }
    LJ_TRY(add_updates(c));
    return add_assignments(c);
}
