/*
 * Which nodes a program needs, and which of them become one step:
 *   product, product_heads or a convolution + bias + activation
 * and a pack step for a weight that the kernel wants packed, once a run.
 */
#include "graph/program.h"

/* Users of a value among the live nodes, before fusion. */
typedef struct users {
    int count;           /* with the program's ends */
    lj_value last;       /* the last node that uses it */
    lj_value activation; /* an ACTIVATE that uses it, LJ_NONE: none */
} users;

static void mark_ends(lj_compile *c, char *live, users *use)
{
    const lj_graph *g = c->graph;
    for (int64_t i = 0; i < g->output_count; i++) {
        live[g->outputs[i].value] = 1;
        use[g->outputs[i].value].count++;
    }
    for (int64_t i = 0; i < g->assignment_count; i++) {
        live[g->assignments[i].value] = 1;
        use[g->assignments[i].value].count++;
        live[g->assignments[i].parameter] = 1;
    }
    for (int64_t i = 0; i < c->gradient_count; i++) {
        if (c->gradients[i].gradient == LJ_NONE)
            continue;
        live[c->gradients[i].gradient] = 1;
        use[c->gradients[i].gradient].count++;
    }
}

static void mark_live(lj_compile *c, int64_t count, char *live, users *use)
{
    for (int64_t v = 0; v < count; v++)
        use[v] = (users){.last = LJ_NONE, .activation = LJ_NONE};
    mark_ends(c, live, use);
    for (lj_value v = (lj_value)count - 1; v >= 0; v--) {
        const lj_node *node = lj_node_at(c->graph, v);
        if (!live[v])
            continue;
        for (int k = 0; k < node->n_in; k++) {
            live[node->in[k]] = 1;
            if (node->op == LJ_OP_PART)
                continue;
            use[node->in[k]].count++;
            use[node->in[k]].last = v;
            if (node->op == LJ_OP_ACTIVATE)
                use[node->in[k]].activation = v;
        }
    }
}

static lj_domain domain_of(const lj_graph *g, const lj_node *node)
{
    if (lj_shape_has_batch(&node->shape))
        return LJ_ROW;
    for (int k = 0; k < node->n_in; k++) {
        if (lj_shape_has_batch(lj_in_shape(g, node, k)))
            return LJ_REDUCE;
    }
    return LJ_PLAIN;
}

/* The bias that an ADD, the only user of a product's value, puts on it. LJ_NONE: not one that the kernel knows. */
static lj_value bias_of(const lj_graph *g, const lj_node *product, lj_value value, const lj_node *add)
{
    const lj_value bias = add->in[0] == value ? add->in[1] : add->in[0];
    const lj_shape *b = &lj_node_at(g, bias)->shape, *y = &product->shape;
    const int rank = product->op == LJ_OP_PRODUCT_HEADS ? 2 : 1;
    if (add->in[0] == add->in[1] || b->rank != rank || !lj_shape_equal(&add->shape, y))
        return LJ_NONE;
    for (int i = 0; i < rank; i++) {
        if (b->dim[i] == LJ_BATCH || b->dim[i] != y->dim[y->rank - rank + i])
            return LJ_NONE;
    }
    return bias;
}

/* A weight read with its rows as columns, or too large for the kernel to read as it lies, is packed. */
static int wants_pack(const lj_graph *g, const lj_node *product)
{
    const lj_shape *b = lj_in_shape(g, product, 1);
    const int64_t k = b->dim[product->a.transpose_b ? 1 : 0], n = b->dim[product->a.transpose_b ? 0 : 1];
    const int64_t depth = k < LJ_CHAIN_BLOCK ? k : LJ_CHAIN_BLOCK;
    if (product->op != LJ_OP_PRODUCT || product->a.transpose_a || !lj_shape_has_batch(&product->shape))
        return 0;
    return product->a.transpose_b ? n >= 8 && k >= 8 : n * depth > 8192;
}

static int is_convolution(const lj_node *node)
{
    return node->op == LJ_OP_CONV2D || node->op == LJ_OP_CONV2D_TRANSPOSE;
}

static int is_product(const lj_node *node)
{
    return node->op == LJ_OP_PRODUCT || node->op == LJ_OP_PRODUCT_HEADS || is_convolution(node);
}

static lj_unit *new_unit(lj_compile *c, const lj_node *node, lj_value value)
{
    lj_unit *unit = &c->units[c->unit_count++];
    *unit = (lj_unit){.node = node, .domain = domain_of(c->graph, node), .out = {value, LJ_NONE, LJ_NONE, LJ_NONE},
                      .n_in = node->n_in, .before = LJ_NONE};
    return unit;
}

/* Adds the step that packs the weight, if the unit wants one. */
static lj_status add_pack(lj_compile *c, lj_unit *unit)
{
    lj_graph *g = c->graph;
    const lj_node *node = unit->node;
    const lj_shape *a = lj_in_shape(g, node, 0);
    lj_attributes how = {.transpose_b = node->a.transpose_b, .begin = lj_shape_product(a, 0, a->rank - 1)};
    if (is_convolution(node))
        how = (lj_attributes){.transpose_b = node->op == LJ_OP_CONV2D_TRANSPOSE, .window = node->a.window};
    else if (!wants_pack(g, node))
        return LJ_OK;
    const lj_value packed =
        lj_graph_add(g, is_convolution(node) ? LJ_OP_CONV2D_PACK : LJ_OP_PACK, &node->in[1], 1, &how);
    LJ_TRY(lj_graph_check(g));
    unit->in[unit->n_in++] = packed;
    unit->is_packed = 1;
    lj_unit *pack = new_unit(c, lj_node_at(g, packed), packed);
    pack->in = (lj_value *)(uintptr_t)pack->node->in;
    return LJ_OK;
}

static lj_status fuse_product(lj_compile *c, lj_unit *unit, lj_value value, const users *use, char *taken)
{
    lj_graph *g = c->graph;
    const lj_node *node = unit->node;
    unit->in = lj_arena_array(c->arena, 4, sizeof(*unit->in));
    if (unit->in == NULL)
        return lj_fail(LJ_ENOMEM, "program: no memory for its units");
    unit->in[0] = node->in[0];
    unit->in[1] = node->in[1];
    lj_value out = value;
    if (use[out].count == 1 && use[out].last != LJ_NONE && lj_node_at(g, use[out].last)->op == LJ_OP_ADD) {
        const lj_value bias = bias_of(g, node, out, lj_node_at(g, use[out].last));
        if (bias != LJ_NONE) {
            unit->in[unit->n_in++] = bias;
            unit->has_bias = 1;
            out = use[out].last;
            taken[out] = 1;
        }
    }
    const lj_value active = use[out].activation;
    if (active != LJ_NONE) {
        unit->activation = lj_node_at(g, active)->a.activation;
        unit->out[1] = use[out].count > 1 ? out : LJ_NONE;
        out = active;
        taken[out] = 1;
    }
    unit->out[0] = out;
    return add_pack(c, unit);
}

static lj_status make_units(lj_compile *c, int64_t count, const char *live, const users *use, char *taken)
{
    const lj_graph *g = c->graph;
    for (lj_value v = 0; v < count; v++) {
        const lj_node *node = lj_node_at(g, v);
        if (!live[v] || taken[v] || lj_is_leaf(node) || lj_op_at(node->op)->is_view || node->op == LJ_OP_PART)
            continue;
        lj_unit *unit = new_unit(c, node, v);
        unit->in = (lj_value *)(uintptr_t)node->in; /* read only, as node's */
        if (is_product(node))
            LJ_TRY(fuse_product(c, unit, v, use, taken));
        for (lj_value p = v + 1; p < count && lj_node_at(g, p)->op == LJ_OP_PART && lj_node_at(g, p)->in[0] == v; p++) {
            if (use[p].count > 0)
                unit->out[lj_node_at(g, p)->a.axis] = p;
        }
    }
    return LJ_OK;
}

/* Which values exist in the program, with the units' view of uses. */
static lj_status describe_values(lj_compile *c, const char *live, int64_t count)
{
    const lj_graph *g = c->graph;
    c->value_count = g->count;
    LJ_TRY(lj_compile_array(c->arena, g->count, sizeof(*c->values), &c->values));
    for (lj_value v = 0; v < c->value_count; v++) {
        lj_value_plan *plan = &c->values[v];
        const lj_node *node = lj_node_at(g, v);
        *plan = (lj_value_plan){.root = v, .block = -1, .live = v >= count || live[v]};
        if (lj_op_at(node->op)->is_view)
            plan->root = c->values[node->in[0]].root;
    }
    return LJ_OK;
}

lj_status lj_compile_units(lj_compile *c)
{
    const int64_t count = c->graph->count;
    char *live = NULL, *taken = NULL;
    users *use = NULL;
    LJ_TRY(lj_compile_array(c->arena, count, 1, &live));
    LJ_TRY(lj_compile_array(c->arena, count, 1, &taken));
    LJ_TRY(lj_compile_array(c->arena, count, sizeof(*use), &use));
    LJ_TRY(lj_compile_array(c->arena, 2 * count, sizeof(*c->units), &c->units));
    mark_live(c, count, live, use);
    LJ_TRY(make_units(c, count, live, use, taken));
    return describe_values(c, live, count);
}
