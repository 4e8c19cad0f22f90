#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "graph/program.h"

#define ALONE_NANOSECONDS 10000.0

lj_status lj_compile_array(lj_arena *arena, int64_t count, size_t size, void *out)
{
    void *array = lj_arena_array(arena, count, size);
    if (array == NULL)
        return lj_fail(LJ_ENOMEM, "program: no memory to compile it");
    memcpy(out, &array, sizeof(array));
    return LJ_OK;
}

static lj_status check_parameters(lj_compile *c)
{
    const lj_graph *g = c->graph;
    for (int64_t v = 0; v < g->count; v++) {
        const lj_node *node = g->nodes[v];
        if (node->op != LJ_OP_PARAMETER)
            continue;
        const lj_tensor *tensor = lj_weights_find(c->weights, node->name);
        if (tensor == NULL)
            return lj_fail(LJ_ENOTFOUND, "program: the weights hold no '%s'", node->name);
        if (tensor->dtype != node->dtype || !lj_shape_equal(&tensor->shape, &node->shape))
            return lj_fail(LJ_ESHAPE, "program: the weights hold '%s' as %s, expected %s", node->name,
                           lj_shape_print(&tensor->shape).text, lj_shape_print(&node->shape).text);
    }
    return LJ_OK;
}

/* The gradients of all parameters that move. */
static lj_status differentiate(lj_compile *c)
{
    lj_graph *g = c->graph;
    const int64_t count = g->count;
    int64_t n = 0;
    if (c->options->update == NULL)
        return LJ_OK;
    lj_value *wrt = NULL, *grads = NULL;
    LJ_TRY(lj_compile_array(c->arena, count, sizeof(*wrt), &wrt));
    LJ_TRY(lj_compile_array(c->arena, count, sizeof(*grads), &grads));
    for (lj_value v = 0; v < count; v++) {
        const lj_node *node = lj_node_at(g, v);
        if (node->op == LJ_OP_PARAMETER && !node->parameter.frozen && node->dtype == LJ_F32)
            wrt[n++] = v;
    }
    LJ_TRY(lj_gradient(g, c->options->loss, wrt, (int)n, grads));
    LJ_TRY(lj_compile_array(c->arena, n, sizeof(*c->gradients), &c->gradients));
    c->gradient_count = n;
    for (int64_t i = 0; i < n; i++) {
        c->gradients[i] = (lj_gradient_of){.parameter = wrt[i],
                                           .gradient = grads[i],
                                           .tensor = lj_weights_find(c->weights, lj_node_at(g, wrt[i])->name)};
    }
    return LJ_OK;
}

/* ---- which moves follow their gradient at once ---- */

static int writes_parts(lj_op_code op)
{
    return op == LJ_OP_PRODUCT_OVER_BATCH || op == LJ_OP_PRODUCT_HEADS_OVER_BATCH || op == LJ_OP_SUM_LEADING ||
           op == LJ_OP_GATHER_GRAD || op == LJ_OP_CONV2D_OVER_BATCH;
}

static const lj_unit *producer_of(const lj_compile *c, lj_value root)
{
    for (int64_t i = 0; i < c->unit_count; i++) {
        if (c->values[c->units[i].out[0]].root == root)
            return &c->units[i];
    }
    return NULL;
}

/* A use of the value by a unit of that segment or a later one. */
static int is_used_from(const lj_compile *c, lj_value root, int64_t segment)
{
    for (int64_t i = 0; i < c->unit_count; i++) {
        const lj_unit *unit = &c->units[i];
        for (int k = 0; k < unit->n_in && unit->segment >= segment; k++) {
            if (c->values[unit->in[k]].root == root)
                return 1;
        }
    }
    return 0;
}

static int is_end(const lj_compile *c, lj_value root)
{
    const lj_graph *g = c->graph;
    int ends = 0;
    for (int64_t i = 0; i < g->output_count; i++)
        ends += c->values[g->outputs[i].value].root == root;
    for (int64_t i = 0; i < g->assignment_count; i++)
        ends += c->values[g->assignments[i].value].root == root;
    for (int64_t i = 0; i < c->gradient_count; i++)
        ends += c->gradients[i].gradient != LJ_NONE && c->values[c->gradients[i].gradient].root == root;
    return ends > 1; /* its own gradient is one */
}

static void fuse_updates(lj_compile *c)
{
    if (c->gradient_count == 0 || c->options->update->clip_norm > 0.0F)
        return;
    for (int64_t i = 0; i < c->gradient_count; i++) {
        lj_gradient_of *gradient = &c->gradients[i];
        if (gradient->gradient == LJ_NONE)
            continue;
        const lj_value root = c->values[gradient->gradient].root;
        const lj_unit *unit = producer_of(c, root);
        gradient->is_fused = unit != NULL && writes_parts(unit->node->op) && !is_end(c, root) &&
                             !is_used_from(c, root, 0) && !is_used_from(c, gradient->parameter, unit->segment);
    }
}

/* ---- memory ---- */

static int64_t aligned(int64_t bytes)
{
    return (bytes + 63) / 64 * 64;
}

static lj_status allocate(lj_program *p, int64_t scratch)
{
    p->local_bytes = aligned(p->local_bytes);
    p->scratch_bytes = aligned(scratch * (int64_t)sizeof(float));
    int64_t threads, total;
    if (__builtin_mul_overflow(p->n_threads, p->local_bytes + p->scratch_bytes, &threads) ||
        __builtin_add_overflow(threads, p->shared_bytes, &total))
        total = -1;
    p->memory = lj_new_array(total, 1);
    if (p->memory == NULL)
        return lj_fail(LJ_ENOMEM, "program: no memory for %" PRId64 " bytes of values", total);
    return LJ_OK;
}

static lj_status attach_value(lj_compile *c, lj_value v)
{
    lj_program *p = c->program;
    const lj_value_plan *plan = &c->values[v];
    const lj_node *node = lj_node_at(c->graph, v);
    lj_slot *slot = &p->slots[v];
    if (node->op == LJ_OP_PARAMETER) {
        *slot = (lj_slot){.base = lj_weights_find(c->weights, node->name)->data};
    } else if (node->op == LJ_OP_CONSTANT) {
        const int64_t n = lj_shape_inner(&node->shape);
        LJ_TRY(lj_compile_array(p->arena, n, sizeof(float), &slot->base));
        memcpy(slot->base, node->data, (size_t)n * sizeof(float));
    } else if (plan->is_local) {
        *slot = (lj_slot){.base = p->memory + p->shared_bytes + slot->row_bytes, .thread_bytes = p->local_bytes};
    } else if (plan->has_memory) {
        const int has_batch = lj_shape_has_batch(&node->shape);
        *slot = (lj_slot){.base = p->memory + p->blocks[plan->block].offset,
                          .row_bytes = has_batch ? lj_shape_inner(&node->shape) * 4 : 0};
    }
    return LJ_OK;
}

static lj_status add_port(lj_compile *c, lj_port *port, const char *name, lj_value value)
{
    port->name = lj_arena_strdup(c->program->arena, name);
    port->slot = &c->program->slots[c->values[value].root];
    port->own = port->slot->base;
    return port->name == NULL ? lj_fail(LJ_ENOMEM, "program: no memory for the name '%s'", name) : LJ_OK;
}

static lj_status attach(lj_compile *c)
{
    lj_program *p = c->program;
    const lj_graph *g = c->graph;
    LJ_TRY(lj_compile_array(p->arena, c->value_count, sizeof(*p->inputs), &p->inputs));
    LJ_TRY(lj_compile_array(p->arena, g->output_count, sizeof(*p->outputs), &p->outputs));
    for (lj_value v = 0; v < c->value_count; v++) {
        if (c->values[v].root == v && c->values[v].live)
            LJ_TRY(attach_value(c, v));
        if (c->values[v].live && lj_node_at(g, v)->op == LJ_OP_INPUT)
            LJ_TRY(add_port(c, &p->inputs[p->input_count++], lj_node_at(g, v)->name, v));
    }
    for (int64_t i = 0; i < g->output_count; i++)
        LJ_TRY(add_port(c, &p->outputs[p->output_count++], g->outputs[i].name, g->outputs[i].value));
    return LJ_OK;
}

static lj_status compile(lj_compile *c)
{
    int64_t scratch;
    LJ_TRY(lj_graph_check(c->graph));
    LJ_TRY(check_parameters(c));
    LJ_TRY(differentiate(c));
    LJ_TRY(lj_compile_units(c));
    LJ_TRY(lj_compile_schedule(c));
    fuse_updates(c);
    LJ_TRY(lj_compile_layout(c));
    LJ_TRY(lj_compile_lower(c, &scratch));
    LJ_TRY(allocate(c->program, scratch));
    return attach(c);
}

static lj_status create(const lj_program_options *options, lj_program **out)
{
    lj_program *p = lj_new_array(1, sizeof(*p));
    if (p == NULL)
        return lj_fail(LJ_ENOMEM, "program: no memory");
    const lj_status status = lj_arena_create(&p->arena);
    if (status != LJ_OK) {
        lj_free(p);
        return status;
    }
    p->kernels = lj_kernels_get();
    p->batch = options->batch;
    p->n_threads = options->n_threads > 0 ? options->n_threads : 1;
    p->alone = ALONE_NANOSECONDS;
    p->clip.scale = 1.0F;
    if (options->update != NULL) {
        p->clip.norm = options->update->clip_norm;
        p->clip.value = options->update->clip_value;
    }
    *out = p;
    return LJ_OK;
}

lj_status lj_program_compile(lj_graph *graph, lj_weights *weights, const lj_program_options *options, lj_program **out)
{
    assert(graph != NULL && weights != NULL && options != NULL && out != NULL);
    *out = NULL;
    if (options->batch < 1 || options->n_threads < 0 || options->n_threads > LJ_THREADS_MAX)
        return lj_fail(LJ_EINVAL, "program: expected a batch of at least 1 and at most %d threads, found %" PRId64
                                  " and %" PRId64, LJ_THREADS_MAX, options->batch, options->n_threads);
    if (options->update != NULL && options->state == NULL &&
        (options->update->n_slots > 0 || options->accumulates))
        return lj_fail(LJ_EINVAL, "program: the optimiser needs a set of weights for its state");
    lj_compile c = {.graph = graph, .weights = weights, .options = options};
    LJ_TRY(lj_arena_create(&c.arena));
    lj_status status = create(options, &c.program);
    if (status == LJ_OK)
        status = compile(&c);
    lj_arena_destroy(c.arena);
    if (status != LJ_OK) {
        lj_program_destroy(c.program);
        return status;
    }
    *out = c.program;
    return LJ_OK;
}

void lj_program_destroy(lj_program *program)
{
    if (program == NULL)
        return;
    lj_free(program->memory);
    lj_arena_destroy(program->arena);
    lj_free(program);
}
