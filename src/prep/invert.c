/*
 * The way back from what models read to the cells of a table. A number is found by bisection within the range of the
 * training part, through the operations of its feature, whichever they are, as long as none of them ever falls; a text
 * is the word of the vocabulary whose prepared values are nearest.
 */
#include <inttypes.h>
#include <math.h>

#include "prep/prep.h"

enum { HALVINGS = 64, INDEX_NONE = -1 };

/* The operation whose first result the register is, NULL if it is none. */
static const lj_prep_op *maker_of(const lj_prep_feature *feature, int32_t reg)
{
    for (int32_t i = 0; i < feature->op_count; i++)
        if (feature->ops[i].out == reg)
            return &feature->ops[i];
    return NULL;
}

/* Does the register never fall as the cell grows? */
static int grows(const lj_prep_feature *feature, int32_t reg)
{
    while (reg != 0) {
        const lj_prep_op *op = maker_of(feature, reg);
        if (op == NULL || !op->transform->is_monotone)
            return 0;
        reg = op->in;
    }
    return 1;
}

static int is_number(const lj_prep_feature *feature)
{
    return feature->type == LJ_COLUMN_NUMBER || feature->is_converted;
}

/* The number that tells the cell of a feature, INDEX_NONE if none does. */
static int64_t telling_number(const lj_prep *prep, const lj_prep_feature *feature)
{
    for (int64_t k = 0; k < feature->number_count; k++)
        if (grows(feature, prep->numbers[feature->number_begin + k].reg))
            return feature->number_begin + k;
    return INDEX_NONE;
}

lj_status lj_prep_check_invertible(const lj_prep *prep)
{
    for (int64_t f = 0; f < prep->feature_count; f++) {
        const lj_prep_feature *feature = &prep->features[f];
        if (feature->type == LJ_COLUMN_TIME)
            return lj_fail(LJ_EUNSUPPORTED,
                           "column '%s': a time that was taken apart cannot be put together: exclude it from the "
                           "features", feature->name);
        if (lj_prep_reads_whole(feature))
            return lj_fail(LJ_EUNSUPPORTED,
                           "column '%s': a text that was read word by word cannot be written: exclude it from the "
                           "features", feature->name);
        if (is_number(feature) && telling_number(prep, feature) == INDEX_NONE)
            return lj_fail(LJ_EUNSUPPORTED, "column '%s': its steps leave no number that tells the value",
                           feature->name);
    }
    return LJ_OK;
}

/* values [n] of the feature whose number `column` of the prepared rows is nearest. registers as lj_prep_run has them. */
static void find_numbers(const lj_prep *prep, const lj_prep_feature *feature, const float *numbers, int64_t n,
                         double *registers, double *values)
{
    double low[LJ_PREP_BLOCK], high[LJ_PREP_BLOCK];
    const int64_t column = telling_number(prep, feature);
    const double *result = registers + prep->numbers[column].reg * LJ_PREP_BLOCK;
    for (int64_t begin = 0; begin < n; begin += LJ_PREP_BLOCK) {
        const int64_t count = n - begin < LJ_PREP_BLOCK ? n - begin : LJ_PREP_BLOCK;
        for (int64_t i = 0; i < count; i++) {
            low[i] = feature->low;
            high[i] = feature->high;
        }
        for (int halving = 0; halving < HALVINGS; halving++) {
            for (int64_t i = 0; i < count; i++)
                registers[i] = low[i] + 0.5 * (high[i] - low[i]);
            for (int64_t i = 0; i < count; i++)
                values[begin + i] = registers[i];
            lj_prep_run(feature, registers, count, LJ_PREP_BLOCK);
            for (int64_t i = 0; i < count; i++) {
                const double wanted = (double)numbers[(begin + i) * prep->number_count + column];
                if (result[i] < wanted)
                    low[i] = values[begin + i];
                else
                    high[i] = values[begin + i];
            }
        }
        for (int64_t i = 0; i < count; i++)
            values[begin + i] = high[i];
    }
}

static lj_status add_number(const lj_prep *prep, int64_t index, const float *numbers, int64_t n, double *registers,
                            lj_frame *out)
{
    const lj_prep_feature *feature = &prep->features[index];
    const lj_field *field = lj_schema_field(prep->schema, lj_schema_find(prep->schema, feature->name));
    double *values = lj_new_array(n, sizeof(*values));
    if (values == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for %" PRId64 " cells", n);
    find_numbers(prep, feature, numbers, n, registers, values);
    for (int64_t i = 0; field->is_integer && i < n; i++)
        values[i] = floor(values[i] + 0.5);
    const lj_status status = lj_frame_add_number(out, feature->name, values);
    lj_free(values);
    return status;
}

/* Squared distance of the numbers; a category that differs is further than any number. */
static double distance(const lj_prep *prep, const lj_prep_feature *feature, const double *registers, int64_t stride,
                       const float *numbers, const int32_t *codes)
{
    static const double other = 1e12;
    double sum = 0.0;
    for (int64_t k = 0; k < feature->number_count; k++) {
        const int64_t column = feature->number_begin + k;
        const double x = registers[prep->numbers[column].reg * stride];
        const double d = (isnan(x) ? 0.0 : x) - (double)numbers[column];
        sum += d * d;
    }
    for (int64_t k = 0; k < feature->category_count; k++) {
        const int64_t column = feature->category_begin + k;
        sum += registers[prep->categories[column].reg * stride] != (double)codes[column] ? other : 0.0;
    }
    return sum;
}

/* Of equally near words the first; that there is none comes last. */
static lj_status add_text(const lj_prep *prep, int64_t index, const float *numbers, const int32_t *codes, int64_t n,
                          lj_frame *out)
{
    const lj_prep_feature *feature = &prep->features[index];
    const int64_t words = feature->words.count, stride = words + 1;
    const char **texts = lj_new_array(n, sizeof(*texts));
    double *registers = lj_new_array(feature->register_count * stride, sizeof(*registers));
    lj_status status = texts == NULL || registers == NULL ? lj_fail(LJ_ENOMEM, "no memory for %" PRId64 " cells", n) :
                                                            LJ_OK;
    for (int64_t w = 0; status == LJ_OK && w < stride; w++)
        registers[w] = w < words ? (double)w : (double)NAN;
    if (status == LJ_OK)
        lj_prep_run(feature, registers, stride, stride);
    for (int64_t i = 0; status == LJ_OK && i < n; i++) {
        int64_t best = 0;
        double least = INFINITY;
        for (int64_t w = 0; w < stride; w++) {
            const double d = distance(prep, feature, registers + w, stride, numbers + i * prep->number_count,
                                      codes + i * prep->category_count);
            if (d < least) {
                least = d;
                best = w;
            }
        }
        texts[i] = best < words ? feature->words.words[best] : NULL;
    }
    if (status == LJ_OK)
        status = lj_frame_add_text(out, feature->name, texts);
    lj_free(registers);
    lj_free(texts);
    return status;
}

lj_status lj_prep_invert(const lj_prep *prep, const float *numbers, const int32_t *codes, int64_t n, lj_frame **out)
{
    lj_status status = LJ_OK;
    lj_frame *frame = NULL;
    double *registers = lj_new_array((int64_t)prep->registers_most * LJ_PREP_BLOCK, sizeof(*registers));
    *out = NULL;
    if (registers == NULL)
        return lj_fail(LJ_ENOMEM, "no memory to make rows");
    LJ_TRY_DONE(lj_prep_check_invertible(prep));
    LJ_TRY_DONE(lj_frame_create(n, &frame));
    for (int64_t f = 0; f < prep->feature_count; f++) {
        if (is_number(&prep->features[f]))
            LJ_TRY_DONE(add_number(prep, f, numbers, n, registers, frame));
        else
            LJ_TRY_DONE(add_text(prep, f, numbers, codes, n, frame));
    }
    *out = frame;
    frame = NULL;
done:
    lj_frame_destroy(frame);
    lj_free(registers);
    return status;
}
