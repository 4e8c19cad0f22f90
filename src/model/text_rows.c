#include <inttypes.h>
#include <string.h>

#include "model/evidence.h"
#include "model/text_linear.h"

int64_t lj_text_inputs(const lj_model_spec *spec)
{
    int64_t inputs = spec->term_count + spec->number_count;
    for (int64_t k = 0; k < spec->category_count; k++)
        inputs += spec->category_sizes[k];
    return inputs;
}

void lj_text_row_add(const lj_model_spec *spec, const lj_rows *rows, int64_t row, const float *weight, int64_t width,
                     const lj_kernels *kernels, float *z)
{
    int64_t offset = spec->term_count;
    for (int64_t k = rows->terms != NULL ? rows->terms->begin[row] : 0;
         rows->terms != NULL && k < rows->terms->begin[row + 1]; k++)
        kernels->add_scaled(width, weight + rows->terms->column[k] * width, rows->terms->value[k], z);
    for (int64_t f = 0; f < spec->number_count; f++)
        kernels->add_scaled(width, weight + (offset + f) * width, rows->numbers[row * spec->number_count + f], z);
    offset += spec->number_count;
    for (int64_t k = 0; k < spec->category_count; k++) {
        const int64_t at = lj_text_level(spec, k, offset, rows->codes[row * spec->category_count + k]);
        if (at >= 0)
            kernels->add_scaled(width, weight + at * width, 1.0F, z);
        offset += spec->category_sizes[k];
    }
}

static void put(lj_sparse *x, int64_t *count, int64_t column, float value)
{
    const int64_t at = lj_sparse_entries(x) + (*count)++;
    x->column[at] = (int32_t)column;
    x->value[at] = value;
}

static lj_status add_row(const lj_model_spec *spec, const lj_rows *rows, int64_t row, lj_sparse *x)
{
    const int64_t begin = rows->terms != NULL ? rows->terms->begin[row] : 0;
    const int64_t terms = rows->terms != NULL ? rows->terms->begin[row + 1] - begin : 0;
    int64_t count = 0, offset = spec->term_count;
    LJ_TRY(lj_sparse_reserve(x, terms + spec->number_count + spec->category_count));
    for (int64_t k = 0; k < terms; k++)
        put(x, &count, rows->terms->column[begin + k], rows->terms->value[begin + k]);
    for (int64_t f = 0; f < spec->number_count; f++)
        put(x, &count, offset + f, rows->numbers[row * spec->number_count + f]);
    offset += spec->number_count;
    for (int64_t k = 0; k < spec->category_count; k++) {
        const int64_t at = lj_text_level(spec, k, offset, rows->codes[row * spec->category_count + k]);
        if (at >= 0)
            put(x, &count, at, 1.0F);
        offset += spec->category_sizes[k];
    }
    return lj_sparse_add_row(x, count);
}

static lj_status append(const lj_fit_call *call, const lj_rows *rows, lj_text_rows *out)
{
    const lj_model_spec *spec = call->network->spec;
    const lj_train_job *job = call->job;
    const int by_value = spec->task == LJ_REGRESSION;
    const float *by_class = by_value ? NULL : call->training->class_weight;
    for (int64_t i = 0; i < rows->n; i++) {
        const int64_t at = out->x.n;
        LJ_TRY(add_row(spec, rows, i, &out->x));
        out->target[at] = by_value ? (rows->target[i] - job->target_mean) / job->target_scale : rows->target[i];
        out->weight[at] = rows->weight != NULL ? rows->weight[i] : 1.0F;
        if (by_class != NULL)
            out->weight[at] *= by_class[(int64_t)rows->target[i]];
    }
    return LJ_OK;
}

static void multiply(lj_text_rows *rows)
{
    lj_sparse *x = &rows->x;
    for (int64_t i = 0; i < x->n; i++) {
        double squares = 1.0;
        for (int64_t k = x->begin[i]; k < x->begin[i + 1]; k++) {
            x->value[k] *= rows->factor[x->column[k]];
            squares += (double)x->value[k] * (double)x->value[k];
        }
        rows->squares[i] = (float)squares;
    }
}

lj_status lj_text_rows_make(const lj_fit_call *call, const lj_rows *a, const lj_rows *b, const float *factor,
                            lj_text_rows *out)
{
    const lj_model_spec *spec = call->network->spec;
    const int64_t n = a->n + (b != NULL ? b->n : 0);
    out->x.width = lj_text_inputs(spec);
    out->target = lj_new_array(n, sizeof(*out->target));
    out->weight = lj_new_array(n, sizeof(*out->weight));
    out->squares = lj_new_array(n, sizeof(*out->squares));
    out->factor = lj_new_array(out->x.width, sizeof(*out->factor));
    if (out->target == NULL || out->weight == NULL || out->squares == NULL || out->factor == NULL)
        return lj_fail(LJ_ENOMEM, "text_linear: no memory for %" PRId64 " rows", n);
    LJ_TRY(append(call, a, out));
    if (b != NULL)
        LJ_TRY(append(call, b, out));
    const int64_t terms = spec->task == LJ_REGRESSION ? 0 : spec->term_count;
    if (factor != NULL)
        memcpy(out->factor, factor, (size_t)out->x.width * sizeof(*factor));
    else
        LJ_TRY(lj_term_evidence(&out->x, out->target, spec->classes, terms, out->factor));
    multiply(out);
    return LJ_OK;
}

void lj_text_rows_free(lj_text_rows *rows)
{
    lj_sparse_free(&rows->x);
    lj_free(rows->target);
    lj_free(rows->weight);
    lj_free(rows->squares);
    lj_free(rows->factor);
}
