/*
 * Applying a preparation. A block of rows or one record goes feature by feature
 * through the same operations over the same registers, so the bits are the same.
 */
#include <assert.h>
#include <float.h>
#include <inttypes.h>
#include <math.h>

#include "prep/prep.h"

double lj_prep_text_cell(const lj_prep_feature *feature, const char *text, int *unseen)
{
    if (lj_prep_reads_whole(feature)) {
        *unseen = 0;
        return 0;
    }
    if (feature->is_converted) {
        double number;
        if (lj_number_parse(feature->rule, feature->unit, text, &number) != LJ_OK)
            number = NAN;
        *unseen = isnan(number); /* a word for nothing, too */
        return number;
    }
    const int32_t level = lj_words_find(&feature->words, text);
    *unseen = level < 0;
    return level;
}

/* A number as register 0, counted. */
static double number_cell(const lj_prep_feature *feature, double x, int64_t *missing, int64_t *out_of_range)
{
    if (isnan(x)) {
        (*missing)++;
        return x;
    }
    if (x < feature->low || x > feature->high)
        (*out_of_range)++;
    if (x > LJ_PREP_NUMBER_MAX)
        return LJ_PREP_NUMBER_MAX;
    if (x < -LJ_PREP_NUMBER_MAX)
        return -LJ_PREP_NUMBER_MAX;
    return x + 0.0; /* -0 becomes 0 */
}

typedef struct cell_counts {
    int64_t unseen, out_of_range, missing;
} cell_counts;

static double text_cell(const lj_prep_feature *feature, const lj_bound *bound, int64_t row, cell_counts *counts)
{
    const int32_t code = bound->column->code[row];
    if (code < 0) {
        counts->missing++;
        return NAN;
    }
    int unseen = 0;
    double x;
    if (bound->of_word != NULL) {
        x = bound->of_word[code];
        unseen = feature->is_converted ? isnan(x) : x < 0;
    } else {
        x = lj_prep_text_cell(feature, bound->column->words[code], &unseen);
    }
    counts->unseen += unseen;
    int64_t ignored = 0;
    return feature->is_converted ? number_cell(feature, x, &ignored, &counts->out_of_range) : x;
}

static void add_counts(lj_prep_counts *counts, int64_t feature, const cell_counts *seen)
{
    if (counts == NULL)
        return;
    if (counts->unseen != NULL)
        counts->unseen[feature] += seen->unseen;
    if (counts->out_of_range != NULL)
        counts->out_of_range[feature] += seen->out_of_range;
    if (counts->missing != NULL)
        counts->missing[feature] += seen->missing;
}

void lj_prep_load_cells(const lj_prep_feature *feature, const lj_bound *bound, const int64_t *rows, int64_t begin,
                        int64_t n, double *out, int64_t feature_index, lj_prep_counts *counts)
{
    cell_counts seen = {0};
    const lj_column *column = bound->column;
    for (int64_t i = 0; i < n; i++) {
        const int64_t row = rows != NULL ? rows[i] : begin + i;
        switch (feature->type) {
        case LJ_COLUMN_NUMBER:
            out[i] = number_cell(feature, lj_prep_number(feature, bound, row), &seen.missing, &seen.out_of_range);
            break;
        case LJ_COLUMN_TIME:
            out[i] = number_cell(feature, lj_column_has(column, row) ? (double)column->time[row] : (double)NAN,
                                 &seen.missing, &seen.out_of_range);
            break;
        case LJ_COLUMN_TEXT:
            out[i] = text_cell(feature, bound, row, &seen);
            break;
        case LJ_COLUMN_TYPE_COUNT:
            assert(0);
        }
    }
    add_counts(counts, feature_index, &seen);
}

/* A finite float: no model sees infinity, and none but trees NaN. */
static float finite_float(double x, int keeps_missing)
{
    if (isnan(x))
        return keeps_missing ? NAN : 0.0F;
    if (x > (double)FLT_MAX)
        return FLT_MAX;
    if (x < -(double)FLT_MAX)
        return -FLT_MAX;
    return (float)x;
}

void lj_prep_run(const lj_prep_feature *feature, double *registers, int64_t n, int64_t stride)
{
    for (int32_t i = 0; i < feature->op_count; i++) {
        const lj_prep_op *op = &feature->ops[i];
        op->transform->apply(op->values, n, registers + op->in * stride, registers + op->out * stride, stride);
    }
}

/* Register 0 [stride] is filled; writes the feature's outputs of n rows. numbers and codes begin at the first row. */
static void run_feature(const lj_prep *prep, const lj_prep_feature *feature, double *registers, int64_t n,
                        int64_t stride, float *numbers, int32_t *codes)
{
    lj_prep_run(feature, registers, n, stride);
    for (int64_t k = 0; k < feature->number_count; k++) {
        const int64_t column = feature->number_begin + k;
        const double *from = registers + prep->numbers[column].reg * stride;
        for (int64_t i = 0; i < n; i++)
            numbers[i * prep->number_count + column] = finite_float(from[i], prep->numbers[column].keeps_missing);
    }
    for (int64_t k = 0; k < feature->category_count; k++) {
        const int64_t column = feature->category_begin + k;
        const double *from = registers + prep->categories[column].reg * stride;
        for (int64_t i = 0; i < n; i++)
            codes[i * prep->category_count + column] = (int32_t)from[i];
    }
}

static lj_status bind(const lj_prep *prep, const lj_frame *frame, int64_t n, lj_bound *bounds, double **of_word,
                      int32_t **groups)
{
    LJ_TRY(lj_prep_groups(prep, frame, groups));
    for (int64_t i = 0; i < prep->feature_count; i++) {
        const lj_prep_feature *feature = &prep->features[i];
        const lj_column *column;
        const lj_status status = lj_frame_need(frame, feature->name, &column);
        if (status != LJ_OK)
            return lj_fail_context(status == LJ_ENOTFOUND ? LJ_EDATA : status, "the table lacks a column of the model");
        if (column->type != feature->type)
            return lj_fail(LJ_EDATA, "column '%s': expected %s as in training, found %s", feature->name,
                           lj_column_type_name(feature->type), lj_column_type_name(column->type));
        bounds[i].column = column;
        bounds[i].groups = *groups;
        if (column->type != LJ_COLUMN_TEXT || lj_prep_reads_whole(feature) || column->word_count > n)
            continue;
        of_word[i] = lj_new_array(column->word_count, sizeof(double));
        if (of_word[i] == NULL)
            return lj_fail(LJ_ENOMEM, "no memory to prepare column '%s'", feature->name);
        for (int32_t k = 0; k < column->word_count; k++) {
            int unseen;
            of_word[i][k] = lj_prep_text_cell(feature, column->words[k], &unseen);
        }
        bounds[i].of_word = of_word[i];
    }
    return LJ_OK;
}

lj_status lj_prep_apply(const lj_prep *prep, const lj_frame *frame, int64_t begin, int64_t end, float *numbers,
                        int32_t *codes, lj_prep_counts *counts)
{
    assert(begin >= 0 && begin <= end && end <= lj_frame_row_count(frame));
    assert((numbers != NULL || prep->number_count == 0) && (codes != NULL || prep->category_count == 0));
    lj_status status = LJ_OK;
    int32_t *groups = NULL;
    lj_bound *bounds = lj_new_array(prep->feature_count, sizeof(*bounds));
    double **of_word = lj_new_array(prep->feature_count, sizeof(*of_word));
    double *registers = lj_new_array((int64_t)prep->registers_most * LJ_PREP_BLOCK, sizeof(*registers));
    if (bounds == NULL || of_word == NULL || registers == NULL) {
        status = lj_fail(LJ_ENOMEM, "no memory to prepare rows");
        goto done;
    }
    LJ_TRY_DONE(bind(prep, frame, end - begin, bounds, of_word, &groups));
    for (int64_t row = begin; row < end; row += LJ_PREP_BLOCK) {
        const int64_t n = end - row < LJ_PREP_BLOCK ? end - row : LJ_PREP_BLOCK;
        float *to = prep->number_count > 0 ? numbers + (row - begin) * prep->number_count : NULL;
        int32_t *codes_to = prep->category_count > 0 ? codes + (row - begin) * prep->category_count : NULL;
        for (int64_t i = 0; i < prep->feature_count; i++) {
            lj_prep_load_cells(&prep->features[i], &bounds[i], NULL, row, n, registers, i, counts);
            run_feature(prep, &prep->features[i], registers, n, LJ_PREP_BLOCK, to, codes_to);
        }
    }
done:
    for (int64_t i = 0; of_word != NULL && i < prep->feature_count; i++)
        lj_free(of_word[i]);
    lj_free(of_word);
    lj_free(groups);
    lj_free(bounds);
    lj_free(registers);
    return status;
}

/* A record names no group: its numbers are scaled as those of a group that training did not see. */
static double record_cell(const lj_prep *prep, const lj_prep_feature *feature, const lj_cell *cell, cell_counts *seen)
{
    if (feature->type != LJ_COLUMN_TEXT) {
        double x = NAN;
        if (!cell->missing)
            x = feature->type == LJ_COLUMN_NUMBER ?
                    lj_prep_group_scaled(feature, prep->group_words.count, cell->number) :
                    (double)cell->time;
        return number_cell(feature, x, &seen->missing, &seen->out_of_range);
    }
    if (cell->missing || cell->text == NULL) {
        seen->missing++;
        return NAN;
    }
    int unseen = 0;
    const double x = lj_prep_text_cell(feature, cell->text, &unseen);
    seen->unseen += unseen;
    int64_t ignored = 0;
    return feature->is_converted ? number_cell(feature, x, &ignored, &seen->out_of_range) : x;
}

void lj_prep_apply_record(const lj_prep *prep, const lj_cell *cells, float *numbers, int32_t *codes,
                          lj_prep_counts *counts)
{
    double registers[LJ_PREP_REGISTERS_MAX]; /* not cleared: a record needs the first few */
    for (int64_t i = 0; i < prep->feature_count; i++) {
        cell_counts seen = {0};
        registers[0] = record_cell(prep, &prep->features[i], &cells[i], &seen);
        add_counts(counts, i, &seen);
        run_feature(prep, &prep->features[i], registers, 1, 1, numbers, codes);
    }
}
