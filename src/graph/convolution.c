#include "graph/convolution.h"

/* The taps of one axis that reach the places of a phase, ascending, and where they are read from those places. */
typedef struct axis_taps {
    int64_t n;
    int64_t *tap, *offset;
} axis_taps;

static void *array(lj_lowering *l, int64_t count, size_t size)
{
    void *made = lj_arena_array(l->arena, count, size);
    if (made == NULL)
        l->status = lj_fail(LJ_ENOMEM, "program: no memory for the taps of a convolution");
    return made;
}

/*
 * Place i of a convolution reads i * stride - before + tap * dilation. So pixel
 * `residue` + i * stride of its input is read by place i + (residue + before -
 * tap * dilation) / stride, where that is a whole number.
 */
static int reaches(const lj_window *w, int axis, int64_t tap, int transposed, int64_t residue, int64_t *offset)
{
    const int64_t at = tap * w->dilation[axis] - w->before[axis];
    *offset = transposed ? (residue - at) / w->stride[axis] : at;
    return !transposed || (residue - at) % w->stride[axis] == 0;
}

static int64_t count_taps(const lj_window *w, int axis, int transposed, int64_t residue)
{
    int64_t n = 0, offset;
    for (int64_t t = 0; t < w->kernel[axis]; t++)
        n += reaches(w, axis, t, transposed, residue, &offset);
    return n;
}

static axis_taps taps_of(lj_lowering *l, const lj_window *w, int axis, int transposed, int64_t residue)
{
    axis_taps taps = {.tap = array(l, w->kernel[axis], sizeof(int64_t)),
                      .offset = array(l, w->kernel[axis], sizeof(int64_t))};
    int64_t offset;
    for (int64_t t = 0; l->status == LJ_OK && t < w->kernel[axis]; t++) {
        if (!reaches(w, axis, t, transposed, residue, &offset))
            continue;
        taps.tap[taps.n] = t;
        taps.offset[taps.n++] = offset;
    }
    return taps;
}

/* The runs of a patch of `depth` channels: taps side by side in the image are one, where they take whole pixels. */
static void make_runs(const axis_taps *h, const axis_taps *w, int64_t depth, int64_t channels, lj_patch_run *runs,
                      lj_patches *patches)
{
    for (int64_t i = 0; i < h->n; i++) {
        for (int64_t j = 0; j < w->n; j++) {
            if (j > 0 && depth == channels && w->offset[j] == w->offset[j - 1] + 1) {
                runs[patches->n_runs - 1].count += depth;
                continue;
            }
            runs[patches->n_runs++] = (lj_patch_run){.h = h->offset[i], .w = w->offset[j], .count = depth};
        }
    }
    patches->runs = runs;
    patches->k = h->n * w->n * depth;
}

static int64_t places_from(int64_t size, int64_t residue, int64_t stride)
{
    return residue < size ? (size - residue + stride - 1) / stride : 0;
}

/* The phase of the residues (rh, rw), for both directions. */
static lj_phase make_phase(lj_lowering *l, const lj_window *w, const lj_shape *in, const lj_shape *out, int transposed,
                           int64_t rh, int64_t rw)
{
    const int64_t grid_h = transposed ? w->stride[0] : 1, grid_w = transposed ? w->stride[1] : 1;
    const int64_t channels = in->dim[3], width = out->dim[2], n = out->dim[3];
    const axis_taps h = taps_of(l, w, 0, transposed, rh), v = taps_of(l, w, 1, transposed, rw);
    lj_phase phase = {.out_at = (rh * width + rw) * n, .n_taps = h.n * v.n};
    int64_t *taps = array(l, phase.n_taps, sizeof(*taps));
    lj_patch_run *runs = array(l, phase.n_taps, sizeof(*runs));
    if (l->status != LJ_OK)
        return phase;
    for (int64_t t = 0; t < phase.n_taps; t++)
        taps[t] = h.tap[t / v.n] * w->kernel[1] + v.tap[t % v.n];
    phase.taps = taps;
    phase.call = (lj_convolve_args){.patches = {.height = in->dim[1],
                                                .width = in->dim[2],
                                                .channels = channels,
                                                .places_h = places_from(out->dim[1], rh, grid_h),
                                                .places_w = places_from(width, rw, grid_w),
                                                .step_h = transposed ? 1 : w->stride[0],
                                                .step_w = transposed ? 1 : w->stride[1]},
                                    .n = n / w->groups,
                                    .c_image = out->dim[1] * width * n,
                                    .c_line = grid_h * width * n,
                                    .c_place = grid_w * n};
    make_runs(&h, &v, channels / w->groups, channels, runs, &phase.call.patches);
    return phase;
}

lj_convolution lj_convolution_make(lj_lowering *l, const lj_window *window, const lj_shape *in, const lj_shape *out,
                                   int transposed)
{
    lj_convolution c = {.groups = window->groups,
                        .depth = in->dim[3] / window->groups,
                        .n = out->dim[3] / window->groups,
                        .images = lj_shape_product(in, 0, 1)};
    const int64_t rows = transposed ? window->stride[0] : 1, columns = transposed ? window->stride[1] : 1;
    lj_phase *phases = array(l, rows * columns, sizeof(*phases));
    for (int64_t i = 0; i < rows && l->status == LJ_OK; i++) {
        for (int64_t j = 0; j < columns && l->status == LJ_OK; j++) {
            lj_phase *phase = &phases[c.n_phases++];
            *phase = make_phase(l, window, in, out, transposed, i, j);
            phase->packed_at = c.packed_group;
            c.packed_group += l->kernels->pack_b_size(phase->call.patches.k, c.n);
        }
    }
    c.phases = phases;
    return c;
}

lj_status lj_convolution_check(const char *name, const lj_graph *g, const lj_value *in, const lj_window *window,
                               int64_t channels, int64_t weight_channels)
{
    const lj_node *x = lj_node_at(g, in[0]), *w = lj_node_at(g, in[1]);
    if (!lj_window_is_valid(window))
        return lj_fail(LJ_EINVAL, "%s: a stride, dilation, padding or number of groups is out of range", name);
    if (x->dtype != LJ_F32 || w->dtype != LJ_F32 || lj_shape_has_batch(&w->shape) ||
        channels % window->groups != 0 || weight_channels % window->groups != 0)
        return lj_fail(LJ_ESHAPE, "%s: %s and %s do not fit in %d groups", name, lj_shape_print(&x->shape).text,
                       lj_shape_print(&w->shape).text, (int)window->groups);
    return LJ_OK;
}

/* ---- the step ---- */

typedef struct args {
    lj_convolution convolution;
    lj_activation activation;
} args;

static void run(const lj_step *step, const lj_span *span)
{
    const args *a = step->args;
    const lj_convolution *c = &a->convolution;
    const float *image = lj_in(step, 0, span), *packed = lj_in(step, 2 + step->has_bias, span);
    const float *bias = step->has_bias ? lj_in(step, 2, span) : NULL;
    float *out = lj_out(step, span), *before = lj_out_or_null(step, 1, span);
    for (int64_t i = 0; i < c->groups; i++) {
        for (int64_t p = 0; p < c->n_phases; p++) {
            const lj_phase *phase = &c->phases[p];
            const int64_t at = phase->out_at + i * c->n;
            lj_convolve_args call = phase->call;
            call.patches.image = image + i * c->depth;
            call.images = c->images * span->rows;
            call.b_packed = packed + i * c->packed_group + phase->packed_at;
            call.bias = bias == NULL ? NULL : bias + i * c->n;
            call.c = out + at;
            call.before = before == NULL ? NULL : before + at;
            call.activation = a->activation;
            call.scratch = span->scratch;
            step->kernels->convolve(&call);
        }
    }
}

void lj_lower_convolution(lj_lowering *l, const lj_unit *unit, lj_step *step, int transposed)
{
    args *made = lj_lower_args(l, sizeof(*made));
    const lj_shape *in = lj_in_shape(l->graph, unit->node, 0);
    const lj_convolution c = lj_convolution_make(l, &unit->node->a.window, in, &unit->node->shape, transposed);
    made->convolution = c;
    made->activation = unit->activation;
    step->args = made;
    step->run = run;
    step->scratch = l->kernels->convolve_scratch(c.n);
    for (int64_t p = 0; p < c.n_phases; p++) {
        const lj_patches *patches = &c.phases[p].call.patches;
        step->cost += 0.025 * (double)(c.images * c.groups * c.n) * (double)(patches->places_h * patches->places_w) *
                      (double)patches->k;
    }
}

/* ---- the packed weight ---- */

/*
 * conv2d_pack: w [KH, KW, C / groups, OC] as the kernel reads it, for each group
 * and phase, once a run. Added by fuse.c; its elements are nobody else's business.
 */
typedef struct pack_args {
    lj_convolution convolution;
    const int64_t **offsets; /* of the taps of each phase, in w */
    int64_t b_row, b_col, group;
} pack_args;

/* Of a phase, how many channels are summed and how many made, in a group. */
static void sizes_of(const lj_node *node, const lj_shape *w, int64_t *depth, int64_t *n)
{
    const int64_t out = w->dim[3] / node->a.window.groups;
    *depth = node->a.transpose_b ? out : w->dim[2];
    *n = node->a.transpose_b ? w->dim[2] : out;
}

static lj_status infer_pack(const lj_graph *g, const lj_node *node, lj_shape *out, lj_dtype *dtype)
{
    const lj_window *w = &node->a.window;
    const int transposed = node->a.transpose_b;
    int64_t depth, n, size = 0;
    sizes_of(node, lj_in_shape(g, node, 0), &depth, &n);
    for (int64_t i = 0; i < (transposed ? w->stride[0] : 1); i++) {
        for (int64_t j = 0; j < (transposed ? w->stride[1] : 1); j++)
            size += lj_kernels_get()->pack_b_size(
                count_taps(w, 0, transposed, i) * count_taps(w, 1, transposed, j) * depth, n);
    }
    *out = lj_shape_of(size * w->groups);
    *dtype = LJ_F32;
    return LJ_OK;
}

/* A part is a phase of a group. */
static void run_pack(const lj_step *step, const lj_span *span)
{
    const pack_args *a = step->args;
    const lj_convolution *c = &a->convolution;
    const int64_t group = span->part / c->n_phases, p = span->part % c->n_phases;
    step->kernels->pack_taps(c->phases[p].n_taps, a->offsets[p], c->depth, c->n,
                             lj_in(step, 0, span) + group * a->group, a->b_row, a->b_col,
                             lj_out(step, span) + group * c->packed_group + c->phases[p].packed_at);
}

static void lower_pack(lj_lowering *l, const lj_unit *unit, lj_step *step)
{
    pack_args *made = lj_lower_args(l, sizeof(*made));
    const lj_node *node = unit->node;
    const lj_window *window = &node->a.window;
    const lj_shape *w = lj_in_shape(l->graph, node, 0);
    int64_t depth, n;
    sizes_of(node, w, &depth, &n);
    /* Where the taps go does not depend on the size of the images. */
    const lj_shape in = lj_shape_of(1, 1, 1, depth * window->groups), out = lj_shape_of(1, 1, 1, n * window->groups);
    lj_convolution c = lj_convolution_make(l, window, &in, &out, node->a.transpose_b);
    const int64_t **offsets = array(l, c.n_phases, sizeof(*offsets));
    for (int64_t p = 0; p < c.n_phases && l->status == LJ_OK; p++) {
        int64_t *of_phase = array(l, c.phases[p].n_taps, sizeof(*of_phase));
        for (int64_t t = 0; t < c.phases[p].n_taps && l->status == LJ_OK; t++)
            of_phase[t] = c.phases[p].taps[t] * w->dim[2] * w->dim[3];
        offsets[p] = of_phase;
    }
    *made = (pack_args){.convolution = c,
                        .offsets = offsets,
                        .b_row = node->a.transpose_b ? 1 : w->dim[3],
                        .b_col = node->a.transpose_b ? w->dim[3] : 1,
                        .group = w->dim[3] / window->groups};
    step->args = made;
    step->run = run_pack;
    step->parts = c.n_phases * c.groups;
    step->cost = 0.4 * (double)lj_shape_inner(&node->shape);
}

const lj_op lj_op_conv2d_pack = {.name = "conv2d_pack", .n_in = 1, .infer = infer_pack, .lower = lower_pack};
