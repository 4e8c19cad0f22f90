#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "graph/op.h"

#define ELEMENTS_MAX ((int64_t)1 << 40) /* of a value, or of one row of it */

static const lj_op *const ops[LJ_OP_COUNT] = {
#define X(code, name) [LJ_OP_##code] = &lj_op_##name,
    LJ_OP_LIST(X)
#undef X
};

const lj_op *lj_op_at(lj_op_code code)
{
    return ops[code];
}

lj_status lj_graph_create(int training, lj_graph **out)
{
    *out = NULL;
    lj_graph *g = lj_new_array(1, sizeof(*g));
    if (g == NULL)
        return lj_fail(LJ_ENOMEM, "graph: no memory");
    const lj_status status = lj_arena_create(&g->arena);
    if (status != LJ_OK) {
        lj_free(g);
        return status;
    }
    g->training = training;
    *out = g;
    return LJ_OK;
}

void lj_graph_destroy(lj_graph *graph)
{
    if (graph == NULL)
        return;
    lj_arena_destroy(graph->arena);
    lj_free(graph->nodes);
    lj_free(graph->outputs);
    lj_free(graph->assignments);
    lj_free(graph->kinds);
    lj_free(graph);
}

int lj_graph_is_training(const lj_graph *graph)
{
    return graph->training;
}

lj_value lj_graph_refuse(lj_graph *graph, lj_status status)
{
    if (graph->status == LJ_OK) {
        graph->status = status;
        (void)snprintf(graph->message, sizeof(graph->message), "%s", lj_error_message());
    }
    return LJ_NONE;
}

void lj_graph_context(lj_graph *graph, const char *format, ...)
{
    char words[sizeof(graph->message)];
    va_list arguments;
    if (graph->status == LJ_OK)
        return;
    va_start(arguments, format);
    (void)vsnprintf(words, sizeof(words), format, arguments);
    va_end(arguments);
    const size_t n = strlen(words);
    (void)snprintf(words + n, sizeof(words) - n, ": %.*s", (int)(sizeof(words) - n), graph->message);
    memcpy(graph->message, words, sizeof(words));
}

int64_t lj_graph_parameters(const lj_graph *graph)
{
    int64_t numbers = 0;
    for (int64_t i = 0; i < graph->count; i++) {
        const lj_node *node = graph->nodes[i];
        int64_t count = node->op == LJ_OP_PARAMETER;
        for (int d = 0; d < node->shape.rank; d++)
            count *= node->shape.dim[d];
        numbers += count;
    }
    return numbers;
}

lj_status lj_graph_check(const lj_graph *graph)
{
    return graph->status == LJ_OK ? LJ_OK : lj_fail(graph->status, "%s", graph->message);
}

static lj_value refuse_memory(lj_graph *g)
{
    return lj_graph_refuse(g, lj_fail(LJ_ENOMEM, "graph: no memory for node %" PRId64, g->count));
}

void *lj_graph_keep(lj_graph *g, const void *bytes, int64_t count, size_t size)
{
    void *copy = lj_arena_array(g->arena, count, size);
    if (copy == NULL) {
        (void)refuse_memory(g);
        return NULL;
    }
    if (count > 0)
        memcpy(copy, bytes, (size_t)count * size);
    return copy;
}

/* Room for one more in a growing array; 0 after refusing. Short arrays keep no capacity: theirs is their count. */
static int grow(lj_graph *g, void *array, int64_t count, int64_t *capacity, size_t size)
{
    void **at = array;
    if (count < *capacity)
        return 1;
    const int64_t wanted = *capacity == 0 ? 16 : 2 * *capacity;
    void *bigger = lj_resize_array(*at, count, wanted, size);
    if (bigger == NULL) {
        (void)refuse_memory(g);
        return 0;
    }
    *at = bigger;
    *capacity = wanted;
    return 1;
}

int64_t lj_graph_count_name(lj_graph *graph, const char *kind)
{
    for (int64_t i = 0; i < graph->kind_count; i++) {
        if (strcmp(graph->kinds[i].kind, kind) == 0)
            return ++graph->kinds[i].count;
    }
    int64_t capacity = graph->kind_count;
    char *copy = lj_arena_strdup(graph->arena, kind);
    if (copy == NULL || !grow(graph, &graph->kinds, graph->kind_count, &capacity, sizeof(*graph->kinds))) {
        (void)refuse_memory(graph);
        return 0;
    }
    graph->kinds[graph->kind_count++] = (struct lj_kind_count){.kind = copy};
    return 0;
}

lj_shape lj_value_shape(const lj_graph *graph, lj_value value)
{
    assert(value >= 0 && value < graph->count);
    return graph->nodes[value]->shape;
}

lj_dtype lj_value_dtype(const lj_graph *graph, lj_value value)
{
    assert(value >= 0 && value < graph->count);
    return graph->nodes[value]->dtype;
}

int lj_graph_has(lj_graph *g, const char *op, lj_value x)
{
    if (g->status != LJ_OK)
        return 0;
    if (x >= 0 && x < g->count)
        return 1;
    (void)lj_graph_refuse(g, lj_fail(LJ_EINVAL, "%s: expected a value of this graph, found %d", op, (int)x));
    return 0;
}

/* Appends a zeroed node. NULL after refusing. */
static lj_node *append(lj_graph *g, lj_value *out)
{
    *out = LJ_NONE;
    lj_node *node = lj_arena_array(g->arena, 1, sizeof(*node));
    if (node == NULL || g->count >= INT32_MAX) {
        (void)refuse_memory(g);
        return NULL;
    }
    if (!grow(g, &g->nodes, g->count, &g->capacity, sizeof(lj_node *)))
        return NULL;
    g->nodes[g->count] = node;
    *out = (lj_value)g->count++;
    return node;
}

static lj_status check_shape(const char *op, const lj_shape *shape)
{
    int64_t elements = 1;
    for (int i = 0; i < shape->rank; i++) {
        const int64_t dim = shape->dim[i];
        if (dim == LJ_BATCH && i == 0)
            continue;
        if (dim < 1 || elements > ELEMENTS_MAX / dim)
            return lj_fail(LJ_ESHAPE, "%s: %s is not a shape: dimensions are at least 1 and the batch is the first", op,
                           lj_shape_print(shape).text);
        elements *= dim;
    }
    return LJ_OK;
}

lj_node *lj_graph_add_leaf(lj_graph *g, lj_op_code op, const char *name, lj_dtype dtype, lj_shape shape, lj_value *out)
{
    *out = LJ_NONE;
    if (g->status != LJ_OK)
        return NULL;
    const lj_status status = check_shape(name != NULL ? name : ops[op]->name, &shape);
    if (status != LJ_OK) {
        (void)lj_graph_refuse(g, status);
        return NULL;
    }
    char *copy = NULL;
    if (name != NULL && (copy = lj_arena_strdup(g->arena, name)) == NULL) {
        (void)refuse_memory(g);
        return NULL;
    }
    lj_node *node = append(g, out);
    if (node == NULL)
        return NULL;
    *node = (lj_node){.op = op, .shape = shape, .dtype = dtype, .name = copy};
    return node;
}

/* An operation that reduces over the batch says so; all others keep it. */
static lj_status check_batch(const lj_graph *g, const lj_node *node, const lj_op *op)
{
    int has_batch = 0;
    for (int i = 0; i < node->n_in; i++)
        has_batch |= lj_shape_has_batch(lj_in_shape(g, node, i));
    if (has_batch && !lj_shape_has_batch(&node->shape) && !op->may_reduce)
        return lj_fail(LJ_ESHAPE, "%s: %s loses the batch", op->name, lj_shape_print(&node->shape).text);
    return check_shape(op->name, &node->shape);
}

lj_value lj_graph_add(lj_graph *g, lj_op_code code, const lj_value *in, int n_in, const lj_attributes *a)
{
    const lj_op *op = ops[code];
    assert(op->n_in < 0 || op->n_in == n_in);
    for (int i = 0; i < n_in; i++) {
        if (!lj_graph_has(g, op->name, in[i]))
            return LJ_NONE;
    }
    if (g->status != LJ_OK)
        return LJ_NONE;
    lj_node made = {.op = code, .n_in = n_in, .in = in, .dtype = LJ_F32, .a = *a};
    lj_status status = op->infer(g, &made, &made.shape, &made.dtype);
    if (status == LJ_OK)
        status = check_batch(g, &made, op);
    if (status != LJ_OK)
        return lj_graph_refuse(g, status);
    made.in = lj_graph_keep(g, in, n_in, sizeof(*in));
    if (made.in == NULL)
        return LJ_NONE;
    lj_value value;
    lj_node *node = append(g, &value);
    if (node != NULL)
        *node = made;
    return value;
}

lj_value lj_graph_add_part(lj_graph *g, lj_value parent, int index, lj_shape shape, lj_dtype dtype)
{
    if (parent == LJ_NONE || g->status != LJ_OK)
        return LJ_NONE;
    assert(g->count == parent + index);
    lj_value value;
    const lj_value *in = lj_graph_keep(g, &parent, 1, sizeof(parent));
    lj_node *node = in == NULL ? NULL : append(g, &value);
    if (node == NULL)
        return LJ_NONE;
    *node = (lj_node){.op = LJ_OP_PART, .n_in = 1, .in = in, .shape = shape, .dtype = dtype, .a = {.axis = index}};
    return value;
}

void lj_output(lj_graph *g, const char *name, lj_value value)
{
    if (!lj_graph_has(g, "output", value))
        return;
    for (int64_t i = 0; i < g->output_count; i++) {
        if (strcmp(g->outputs[i].name, name) == 0) {
            g->outputs[i].value = value;
            return;
        }
    }
    int64_t capacity = g->output_count;
    char *copy = lj_arena_strdup(g->arena, name);
    if (copy == NULL) {
        (void)refuse_memory(g);
        return;
    }
    if (grow(g, &g->outputs, g->output_count, &capacity, sizeof(*g->outputs)))
        g->outputs[g->output_count++] = (lj_named){.name = copy, .value = value};
}

void lj_assign(lj_graph *g, lj_value parameter, lj_value value)
{
    if (!lj_graph_has(g, "assign", parameter) || !lj_graph_has(g, "assign", value))
        return;
    const lj_node *to = lj_node_at(g, parameter), *from = lj_node_at(g, value);
    if (to->op != LJ_OP_PARAMETER || !lj_shape_equal(&to->shape, &from->shape)) {
        (void)lj_graph_refuse(
            g, lj_fail(LJ_ESHAPE, "assign: expected a parameter and a value of its shape, found %s and %s",
                       lj_shape_print(&to->shape).text, lj_shape_print(&from->shape).text));
        return;
    }
    int64_t capacity = g->assignment_count;
    if (grow(g, &g->assignments, g->assignment_count, &capacity, sizeof(*g->assignments)))
        g->assignments[g->assignment_count++] = (lj_assignment){.parameter = parameter, .value = value};
}

lj_status lj_graph_describe(const lj_graph *graph, lj_text *out)
{
    for (int64_t i = 0; i < graph->count; i++) {
        const lj_node *node = graph->nodes[i];
        lj_text_printf(out, "%" PRId64 " %s", i, ops[node->op]->name);
        if (node->name != NULL)
            lj_text_printf(out, " '%s'", node->name);
        for (int k = 0; k < node->n_in; k++)
            lj_text_printf(out, "%s%d", k == 0 ? " (" : ", ", (int)node->in[k]);
        lj_text_printf(out, "%s %s%s\n", node->n_in > 0 ? ")" : "", lj_shape_print(&node->shape).text,
                       node->dtype == LJ_I32 ? " i32" : "");
    }
    for (int64_t i = 0; i < graph->output_count; i++)
        lj_text_printf(out, "output '%s' = %d\n", graph->outputs[i].name, (int)graph->outputs[i].value);
    return lj_text_finish(out);
}
