#include "graph/strided.h"

typedef struct args {
    lj_copy_args copy; /* the innermost four loops */
    int64_t outer[2], outer_stride[2];
    int64_t out_step[2];
    int64_t row_stride, out_row; /* between rows of the batch that are not part of copy.dim[0] */
    int rows;                    /* copy.dim[merged_at] is multiplied by the rows of the call */
    int merged_at;
} args;

static void run_row(const args *a, lj_copy_args *call, const float *x, float *y, const lj_step *step)
{
    for (int64_t i = 0; i < a->outer[0]; i++) {
        for (int64_t j = 0; j < a->outer[1]; j++) {
            call->x = x + i * a->outer_stride[0] + j * a->outer_stride[1];
            call->y = y + i * a->out_step[0] + j * a->out_step[1];
            step->kernels->copy(call);
        }
    }
}

static void run(const lj_step *step, const lj_span *span)
{
    const args *a = step->args;
    lj_copy_args call = a->copy;
    const float *x = lj_in(step, 0, span);
    float *y = lj_out(step, span);
    if (a->rows) {
        call.dim[a->merged_at] *= span->rows;
        run_row(a, &call, x, y, step);
        return;
    }
    for (int64_t r = 0; r < span->rows; r++)
        run_row(a, &call, x + r * a->row_stride, y + r * a->out_row, step);
}

/* Loops from the innermost, merged where x goes on. Returns how many. */
static int collapse(const lj_shape *out, const int64_t *strides, int64_t *dims, int64_t *steps, int *rows_in)
{
    int n = 0;
    *rows_in = -1;
    for (int i = out->rank - 1; i >= 0; i--) {
        const int is_batch = out->dim[i] == LJ_BATCH;
        const int64_t dim = is_batch ? 1 : out->dim[i];
        if (dim == 1 && !is_batch)
            continue;
        if (n > 0 && strides[i] == steps[n - 1] * dims[n - 1]) {
            dims[n - 1] *= dim;
        } else {
            dims[n] = dim;
            steps[n++] = strides[i];
        }
        if (is_batch)
            *rows_in = n - 1;
    }
    return n;
}

void lj_lower_strided(lj_lowering *l, lj_step *step, const lj_shape *out, const int64_t *strides)
{
    args *a = lj_lower_args(l, sizeof(*a));
    int64_t dims[LJ_RANK_MAX], steps[LJ_RANK_MAX];
    int rows_in;
    const int n = collapse(out, strides, dims, steps, &rows_in);
    for (int i = 0; i < 4; i++) {
        a->copy.dim[3 - i] = i < n ? dims[i] : 1;
        a->copy.stride[3 - i] = i < n ? steps[i] : 0;
    }
    int64_t size = a->copy.dim[0] * a->copy.dim[1] * a->copy.dim[2] * a->copy.dim[3];
    for (int i = 0; i < 2; i++) { /* loops 4 and 5, of which 5 is the outer */
        a->outer[1 - i] = 4 + i < n ? dims[4 + i] : 1;
        a->outer_stride[1 - i] = 4 + i < n ? steps[4 + i] : 0;
        a->out_step[1 - i] = size;
        size *= a->outer[1 - i];
    }
    a->rows = rows_in >= 0 && rows_in < 4;
    a->merged_at = a->rows ? 3 - rows_in : 0;
    a->row_stride = rows_in >= 0 ? strides[0] : 0;
    a->out_row = lj_shape_inner(out);
    step->args = a;
    step->run = run;
    step->cost = 0.4 * (double)lj_shape_inner(out);
}
