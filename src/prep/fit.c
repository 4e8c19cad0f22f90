/* The fit: from the frame's training rows to a preparation. */
#include "prep/fit.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "lianjin/images.h"
#include "lianjin/limits.h"

/* ---- arrays that grow in the arena ---- */

static void *grown(lj_arena *arena, const void *old, int64_t count, int64_t capacity, size_t size)
{
    void *block = lj_arena_array(arena, capacity, size);
    if (block != NULL && count > 0)
        memcpy(block, old, (size_t)count * size);
    return block;
}

static lj_status no_memory(const char *name)
{
    return lj_fail(LJ_ENOMEM, "no memory to prepare column '%s'", name);
}

/* ---- values of a column on the training rows ---- */

static lj_status need_block(lj_fit *fit, int32_t registers)
{
    if (registers <= fit->block_registers)
        return LJ_OK;
    double *block = lj_new_array((int64_t)registers * LJ_PREP_BLOCK, sizeof(double));
    if (block == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for %d registers", registers);
    lj_free(fit->block);
    fit->block = block;
    fit->block_registers = registers;
    return LJ_OK;
}

/* Runs only the operations that lead to `reg`. */
static lj_status training_values(lj_fit *fit, const lj_fit_feature *feature, int32_t reg, double *out)
{
    const lj_prep_feature *f = &feature->feature;
    const lj_prep_op *path[LJ_PREP_OPS_MAX];
    int32_t length = 0;
    int32_t wanted = reg;
    for (int32_t i = f->op_count - 1; i >= 0; i--) {
        const lj_prep_op *op = &f->ops[i];
        if (wanted >= op->out && wanted < op->out + op->n_out) {
            path[length++] = op;
            wanted = op->in;
        }
    }
    LJ_TRY(need_block(fit, f->register_count));
    for (int64_t begin = 0; begin < fit->n; begin += LJ_PREP_BLOCK) {
        const int64_t n = fit->n - begin < LJ_PREP_BLOCK ? fit->n - begin : LJ_PREP_BLOCK;
        lj_prep_load_cells(f, &feature->bound, fit->rows + begin, 0, n, fit->block, 0, NULL);
        for (int32_t i = length - 1; i >= 0; i--)
            path[i]->transform->apply(path[i]->values, n, fit->block + (int64_t)path[i]->in * LJ_PREP_BLOCK,
                                      fit->block + (int64_t)path[i]->out * LJ_PREP_BLOCK, LJ_PREP_BLOCK);
        memcpy(out + begin, fit->block + (int64_t)reg * LJ_PREP_BLOCK, (size_t)n * sizeof(*out));
    }
    return LJ_OK;
}

lj_status lj_fit_look(lj_fit *fit, lj_fit_feature *feature, int64_t live, const lj_item *step, lj_fit_column *column)
{
    const lj_live *at = &feature->live[live];
    const lj_register reg = feature->feature.registers[at->reg];
    LJ_TRY(training_values(fit, feature, at->reg, fit->values));
    int64_t present = 0;
    for (int64_t i = 0; i < fit->n; i++) {
        if (!isnan(fit->values[i]))
            fit->given[present++] = fit->values[i];
    }
    if (present == 0)
        return lj_fail(LJ_EDATA, "column '%s' has no value in the training part that is not missing", at->name);
    fit->sort.is_sorted = 0;
    *column = (lj_fit_column){.name = at->name,
                              .reg = reg,
                              .words = at->words,
                              .values = fit->values,
                              .n = fit->n,
                              .target = fit->target,
                              .given = fit->given,
                              .present = present,
                              .sort = &fit->sort,
                              .arena = fit->prep->arena,
                              .file = fit->options->file,
                              .step = step};
    return LJ_OK;
}

/* ---- steps ---- */

static lj_status make_live_room(lj_fit *fit, lj_fit_feature *feature, int64_t more)
{
    if (feature->live_count + more <= feature->live_capacity)
        return LJ_OK;
    const int64_t capacity = 2 * (feature->live_count + more);
    feature->live = grown(fit->prep->arena, feature->live, feature->live_count, capacity, sizeof(*feature->live));
    if (feature->live == NULL)
        return no_memory(feature->feature.name);
    feature->live_capacity = capacity;
    return LJ_OK;
}

/* Room for one more operation with `n_out` registers and live columns. */
static lj_status make_room(lj_fit *fit, lj_fit_feature *feature, int32_t n_out)
{
    lj_prep_feature *f = &feature->feature;
    lj_arena *arena = fit->prep->arena;
    if (f->op_count >= LJ_PREP_OPS_MAX || f->register_count + n_out > LJ_PREP_REGISTERS_MAX)
        return lj_fail(LJ_EDATA, "column '%s' would become more than %d prepared columns: merge its categories with "
                       "rare", f->name, LJ_PREP_REGISTERS_MAX);
    /* Capacities are powers of two, so they need no fields: a full one is doubled. */
    if ((f->op_count & (f->op_count - 1)) == 0) {
        f->ops = grown(arena, f->ops, f->op_count, f->op_count > 0 ? 2 * f->op_count : 1, sizeof(*f->ops));
        if (f->ops == NULL)
            return no_memory(f->name);
    }
    f->registers = grown(arena, f->registers, f->register_count, f->register_count + n_out, sizeof(*f->registers));
    if (f->registers == NULL)
        return no_memory(f->name);
    return make_live_room(fit, feature, n_out);
}

lj_status lj_fit_add_live(lj_fit *fit, lj_fit_feature *feature, const lj_live *live, int64_t count)
{
    LJ_TRY(make_live_room(fit, feature, count));
    memcpy(feature->live + feature->live_count, live, (size_t)count * sizeof(*live));
    feature->live_count += count;
    return LJ_OK;
}

/* The live columns of an operation, at `place`. */
static lj_status place_outputs(lj_fit *fit, lj_fit_feature *feature, int64_t place, const lj_fit_column *column,
                               const lj_transform *transform, const lj_fitted *fitted, int keep)
{
    lj_prep_feature *f = &feature->feature;
    for (int32_t i = 0; i < fitted->n_out; i++) {
        const lj_fit_output *out = &fitted->out[i];
        const char *name = out->name != NULL ? out->name : column->name;
        if (keep && out->name == NULL)
            name = lj_arena_printf(fit->prep->arena, "%s (%s)", column->name, transform->name);
        if (name == NULL)
            return no_memory(f->name);
        f->registers[f->register_count + i] = out->reg;
        feature->live[place + i] = (lj_live){.reg = f->register_count + i,
                                             .name = name,
                                             .words = out->words,
                                             .is_whole = out->is_whole};
    }
    return LJ_OK;
}

lj_status lj_fit_step(lj_fit *fit, lj_fit_feature *feature, int64_t live, const lj_fit_column *column,
                      lj_transform_code code, const void *options, int keep)
{
    const lj_transform *transform = lj_transform_of(code);
    assert((transform->takes & LJ_TAKES(column->reg.kind)) != 0 && transform->fit != NULL);
    lj_fitted fitted = {0};
    LJ_TRY(transform->fit(column, options, &fitted));
    if (fitted.n_out == 0)
        return LJ_OK;
    LJ_TRY(make_room(fit, feature, fitted.n_out));

    lj_prep_feature *f = &feature->feature;
    const int32_t in = feature->live[live].reg;
    const int64_t place = live + (keep != 0);
    const int64_t rest = feature->live_count - live - 1;
    memmove(&feature->live[place + fitted.n_out], &feature->live[live + 1], (size_t)rest * sizeof(*feature->live));
    feature->live_count += fitted.n_out - (keep == 0);
    LJ_TRY(place_outputs(fit, feature, place, column, transform, &fitted, keep));
    f->ops[f->op_count++] = (lj_prep_op){.transform = transform,
                                         .values = fitted.values,
                                         .in = in,
                                         .out = f->register_count,
                                         .n_out = fitted.n_out,
                                         .why = fitted.why};
    f->register_count += fitted.n_out;
    return LJ_OK;
}

lj_status lj_fit_look_and_step(lj_fit *fit, lj_fit_feature *feature, int64_t live, lj_transform_code code,
                               const void *options, int keep)
{
    lj_fit_column column;
    LJ_TRY(lj_fit_look(fit, feature, live, NULL, &column));
    return lj_fit_step(fit, feature, live, &column, code, options, keep);
}

void lj_fit_drop(lj_fit_feature *feature, int64_t live)
{
    assert(live >= 0 && live < feature->live_count);
    feature->live_count--;
    memmove(&feature->live[live], &feature->live[live + 1],
            (size_t)(feature->live_count - live) * sizeof(*feature->live));
}

/* ---- features ---- */

/* Range, missing values and wholeness; refuses what is no number. */
static lj_status measure(lj_fit *fit, lj_fit_feature *feature)
{
    lj_prep_feature *f = &feature->feature;
    const lj_column *column = feature->bound.column;
    f->low = INFINITY;
    f->high = -INFINITY;
    feature->missing = 0;
    feature->is_integer = f->type == LJ_COLUMN_NUMBER;
    for (int64_t i = 0; i < fit->n; i++) {
        const int64_t row = fit->rows[i];
        double x = NAN;
        if (f->type == LJ_COLUMN_NUMBER)
            x = lj_prep_number(f, &feature->bound, row);
        else if (f->type == LJ_COLUMN_TIME)
            x = lj_column_has(column, row) ? (double)column->time[row] : (double)NAN;
        else if (column->code[row] >= 0)
            x = f->is_converted ? feature->of_word[column->code[row]] : 0;
        if (isnan(x)) {
            feature->missing++;
            continue;
        }
        if (f->type == LJ_COLUMN_NUMBER && !(fabs(x) <= LJ_PREP_NUMBER_MAX))
            return lj_fail(LJ_EDATA, "column '%s' has the value %g in row %" PRId64 " of the table (from 1): numbers "
                           "must be finite and at most %g", f->name, x, row + 1, LJ_PREP_NUMBER_MAX);
        feature->is_integer = feature->is_integer && x == floor(x);
        f->low = x < f->low ? x : f->low;
        f->high = x > f->high ? x : f->high;
    }
    if (feature->missing == fit->n)
        return lj_fail(LJ_EDATA, "column '%s' has no value in the training part that is not missing (%" PRId64
                       " rows); leave it out with features: {exclude: ['%s']}", f->name, fit->n, f->name);
    return LJ_OK;
}

/* The words that the training rows have, and the map from the frame's words to them. */
static lj_status make_vocabulary(lj_fit *fit, lj_fit_feature *feature)
{
    lj_prep_feature *f = &feature->feature;
    const lj_column *column = feature->bound.column;
    feature->of_word = lj_new_array(column->word_count, sizeof(double));
    if (feature->of_word == NULL)
        return no_memory(f->name);
    for (int64_t i = 0; i < fit->n; i++) {
        if (column->code[fit->rows[i]] >= 0)
            feature->of_word[column->code[fit->rows[i]]] = 1;
    }
    int32_t count = 0;
    for (int32_t i = 0; i < column->word_count; i++)
        count += feature->of_word[i] > 0;
    if (count > LJ_PREP_WORDS_MAX)
        return lj_fail(LJ_EDATA, "column '%s' has %d different texts, expected at most %d", f->name, count,
                       LJ_PREP_WORDS_MAX);
    const char **words = lj_arena_array(fit->prep->arena, count, sizeof(*words));
    if (words == NULL)
        return no_memory(f->name);
    count = 0;
    for (int32_t i = 0; i < column->word_count; i++) {
        if (!(feature->of_word[i] > 0)) {
            feature->of_word[i] = -1;
            continue;
        }
        words[count] = lj_arena_strdup(fit->prep->arena, column->words[i]);
        if (words[count] == NULL)
            return no_memory(f->name);
        feature->of_word[i] = count++;
    }
    feature->bound.of_word = feature->of_word;
    return lj_words_make(fit->prep->arena, words, count, &f->words);
}

static lj_status start_feature(lj_fit *fit, lj_fit_feature *feature, const char *name)
{
    lj_prep_feature *f = &feature->feature;
    const lj_column *column;
    LJ_TRY(lj_frame_need(fit->frame, name, &column));
    feature->bound.column = column;
    f->name = lj_arena_strdup(fit->prep->arena, name);
    f->type = column->type;
    f->registers = lj_arena_array(fit->prep->arena, 1, sizeof(*f->registers));
    feature->live = lj_arena_array(fit->prep->arena, 4, sizeof(*feature->live));
    if (f->name == NULL || f->registers == NULL || feature->live == NULL)
        return no_memory(name);
    feature->live_capacity = 4;
    feature->live_count = 1;
    feature->live[0].name = f->name;
    f->register_count = 1;
    feature->bound.groups = fit->groups;
    if (f->type == LJ_COLUMN_NUMBER && fit->groups != NULL)
        LJ_TRY(lj_groups_measure(fit->prep, fit->groups, fit->rows, fit->n, column->number, &f->group_mean,
                                 &f->group_scale));
    if (f->type == LJ_COLUMN_TEXT) {
        LJ_TRY(make_vocabulary(fit, feature));
        f->registers[0] = (lj_register){LJ_REGISTER_CATEGORY, f->words.count};
        feature->live[0].words = f->words.words;
    } else {
        f->registers[0].kind = f->type == LJ_COLUMN_TIME ? LJ_REGISTER_TIME : LJ_REGISTER_NUMBER;
    }
    return measure(fit, feature);
}

lj_status lj_fit_convert(lj_fit *fit, lj_fit_feature *feature, const lj_number_from_text_options *options,
                         const lj_item *step)
{
    lj_prep_feature *f = &feature->feature;
    const lj_column *column = feature->bound.column;
    if (f->type != LJ_COLUMN_TEXT || f->is_converted || f->op_count > 0)
        return lj_declare_fail(fit->options->file, step,
                               "number_from_text: column '%s' is not a text as it was read: this must be its first "
                               "step", f->name);
    if (options->unit != NULL) {
        f->unit = lj_arena_strdup(fit->prep->arena, options->unit);
        if (f->unit == NULL)
            return no_memory(f->name);
    }
    f->rule = (lj_number_rule)options->rule;
    f->is_converted = 1;
    f->words = (lj_words){0};
    for (int32_t i = 0; i < column->word_count; i++) {
        int unseen = 0;
        feature->of_word[i] = lj_prep_text_cell(f, column->words[i], &unseen);
    }
    f->registers[0] = (lj_register){LJ_REGISTER_NUMBER, 0};
    feature->live[0].words = NULL;
    return measure(fit, feature);
}

static lj_status start(lj_fit *fit)
{
    const lj_prep_options *options = fit->options;
    if (fit->n < 1)
        return lj_fail(LJ_EDATA, "there are no training rows to prepare from");
    for (int64_t i = 0; i < options->feature_count; i++) {
        /* what is known of a target that lies in the future may be read */
        if (options->target != NULL && (options->series == NULL || options->series->horizon == 0) &&
            strcmp(options->features[i], options->target) == 0)
            return lj_fail(LJ_EDATA, "the target '%s' is among the features: it would tell the model the answer",
                           options->target);
        for (int64_t j = 0; j < i; j++) {
            if (strcmp(options->features[i], options->features[j]) == 0)
                return lj_fail(LJ_EDATA, "the feature '%s' is named twice", options->features[i]);
        }
    }
    if (options->binary_target != NULL) {
        fit->target = lj_new_array(fit->n, sizeof(double));
        if (fit->target == NULL)
            return lj_fail(LJ_ENOMEM, "no memory for the target of %" PRId64 " rows", fit->n);
        for (int64_t i = 0; i < fit->n; i++)
            fit->target[i] = options->binary_target[fit->rows[i]];
    }
    fit->values = lj_new_array(fit->n, sizeof(double));
    fit->given = lj_new_array(fit->n, sizeof(double));
    fit->sort.sorted = lj_new_array(fit->n, sizeof(double));
    fit->sort.scratch = lj_new_array(fit->n, sizeof(double));
    fit->features = lj_new_array(options->feature_count, sizeof(*fit->features));
    if (fit->values == NULL || fit->given == NULL || fit->sort.sorted == NULL || fit->sort.scratch == NULL ||
        fit->features == NULL)
        return lj_fail(LJ_ENOMEM, "no memory to prepare %" PRId64 " rows", fit->n);
    fit->feature_count = options->feature_count;
    for (int64_t i = 0; i < options->feature_count; i++)
        LJ_TRY(start_feature(fit, &fit->features[i], options->features[i]));
    return LJ_OK;
}

/* ---- the end: what is live becomes the outputs ---- */

static lj_status count_outputs(lj_fit *fit)
{
    lj_prep *prep = fit->prep;
    int64_t n_used = 0;
    for (int64_t i = 0; i < fit->feature_count; i++) {
        lj_fit_feature *feature = &fit->features[i];
        if (feature->live_count == 0 && !lj_prep_reads_whole(&feature->feature) && feature->dropped == NULL)
            feature->dropped = "dropped by a step";
        if (feature->dropped != NULL)
            continue;
        n_used++;
        prep->term_count += feature->feature.terms != NULL ? feature->feature.terms->width : 0;
        for (int64_t j = 0; j < feature->live_count; j++) {
            if (feature->feature.registers[feature->live[j].reg].kind == LJ_REGISTER_CODE)
                prep->category_count++;
            else
                prep->number_count++;
        }
    }
    if (n_used == 0 && lj_prep_image(prep) == NULL)
        return lj_fail(LJ_EDATA, "no feature is left: all %" PRId64 " are constant, nearly unique or dropped",
                       fit->feature_count);
    if (prep->number_count > LJ_PREP_COLUMNS_MAX || prep->category_count > LJ_PREP_COLUMNS_MAX)
        return lj_fail(LJ_EDATA, "more than %d prepared columns: merge categories with rare", LJ_PREP_COLUMNS_MAX);
    if (prep->term_count > LJ_TERMS_MAX)
        return lj_fail(LJ_EDATA, "more than %d terms: set max_terms of tfidf", LJ_TERMS_MAX);
    prep->feature_count = n_used;
    prep->dropped_count = fit->feature_count - n_used;
    return LJ_OK;
}

static void collect_feature(lj_prep *prep, lj_prep_style style, int64_t index, const lj_fit_feature *feature,
                            int64_t *number, int64_t *category, int64_t *term)
{
    lj_prep_feature *f = &prep->features[index];
    *f = feature->feature;
    f->number_begin = *number;
    f->category_begin = *category;
    f->term_begin = *term;
    *term += f->terms != NULL ? f->terms->width : 0;
    if (f->tokens != NULL)
        prep->text = f;
    for (int64_t j = 0; j < feature->live_count; j++) {
        const lj_live *live = &feature->live[j];
        const lj_register reg = f->registers[live->reg];
        const lj_prep_output output = {
            .name = live->name, .feature = index, .reg = live->reg, .size = reg.size, .view = live->view,
            .keeps_missing = style == LJ_PREP_TREES || live->view == LJ_VIEW_TREES};
        if (reg.kind == LJ_REGISTER_CODE)
            prep->categories[(*category)++] = output;
        else
            prep->numbers[(*number)++] = output;
    }
    f->number_count = *number - f->number_begin;
    f->category_count = *category - f->category_begin;
    if (f->register_count > prep->registers_most)
        prep->registers_most = f->register_count;
}

static lj_status collect(lj_fit *fit)
{
    lj_prep *prep = fit->prep;
    LJ_TRY(count_outputs(fit));
    prep->features = lj_arena_array(prep->arena, prep->feature_count, sizeof(*prep->features));
    prep->numbers = lj_arena_array(prep->arena, prep->number_count, sizeof(*prep->numbers));
    prep->categories = lj_arena_array(prep->arena, prep->category_count, sizeof(*prep->categories));
    prep->dropped = lj_arena_array(prep->arena, prep->dropped_count, sizeof(*prep->dropped));
    if (prep->features == NULL || prep->numbers == NULL || prep->categories == NULL || prep->dropped == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for %" PRId64 " prepared columns", prep->number_count);
    int64_t used = 0;
    int64_t dropped = 0;
    int64_t number = 0;
    int64_t category = 0;
    int64_t term = 0;
    for (int64_t i = 0; i < fit->feature_count; i++) {
        const lj_fit_feature *feature = &fit->features[i];
        if (feature->dropped != NULL)
            prep->dropped[dropped++] = (lj_prep_dropped){feature->feature.name, feature->dropped};
        else
            collect_feature(prep, fit->options->style, used++, feature, &number, &category, &term);
    }
    return LJ_OK;
}

static lj_status make_schema(lj_fit *fit)
{
    lj_prep *prep = fit->prep;
    const char *further[LJ_PREP_SERIES_COLUMNS];
    const int64_t n_further = lj_prep_series_columns(prep, further), count = prep->feature_count + n_further;
    lj_field *fields = lj_new_array(count, sizeof(*fields));
    if (fields == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for a schema");
    for (int64_t i = 0; i < count; i++) {
        const char *name = i < prep->feature_count ? prep->features[i].name : further[i - prep->feature_count];
        const int64_t at = fit->schema != NULL ? lj_schema_find(fit->schema, name) : -1;
        const lj_column *column = lj_frame_column(fit->frame, lj_frame_find(fit->frame, name));
        if (at >= 0)
            fields[i] = *lj_schema_field(fit->schema, at);
        fields[i].name = name;
        fields[i].type = column->type;
        if (at < 0)
            fields[i].is_integer = column->is_integer;
    }
    const lj_status status = lj_schema_create(fields, count, &prep->schema);
    lj_free(fields);
    return status;
}

static lj_status keep_name(lj_arena *arena, const char **name)
{
    if (*name == NULL)
        return LJ_OK;
    *name = lj_arena_strdup(arena, *name);
    return *name != NULL ? LJ_OK : lj_fail(LJ_ENOMEM, "no memory for the name of a column");
}

static lj_status keep_series(lj_fit *fit)
{
    lj_series_options *series = &fit->prep->series;
    const lj_column *column = NULL;
    if (fit->options->series == NULL)
        return LJ_OK;
    *series = *fit->options->series;
    LJ_TRY(keep_name(fit->prep->arena, &series->time));
    LJ_TRY(keep_name(fit->prep->arena, &series->group));
    LJ_TRY(keep_name(fit->prep->arena, &series->target));
    LJ_TRY(lj_frame_need(fit->frame, series->time, &column));
    if (series->group != NULL)
        LJ_TRY(lj_frame_need(fit->frame, series->group, &column));
    LJ_TRY(lj_frame_need(fit->frame, series->target, &column));
    if (!series->scale_by_group)
        return LJ_OK;
    LJ_TRY(lj_groups_fit(fit->prep, fit->frame, fit->rows, fit->n));
    LJ_TRY(lj_prep_groups(fit->prep, fit->frame, &fit->groups));
    if (fit->options->target_values == NULL)
        return LJ_OK;
    return lj_groups_measure(fit->prep, fit->groups, fit->rows, fit->n, fit->options->target_values,
                             &fit->prep->target_mean, &fit->prep->target_scale);
}

static lj_status run_steps(lj_fit *fit)
{
    fit->prep->is_auto = fit->options->steps == NULL;
    if (!fit->prep->is_auto)
        LJ_TRY(lj_fit_steps(fit, fit->options->steps));
    for (int64_t i = 0; i < fit->feature_count; i++) {
        lj_fit_feature *feature = &fit->features[i];
        if (fit->prep->is_auto)
            LJ_TRY(lj_fit_auto(fit, feature));
        else
            LJ_TRY(lj_fit_finish(fit, feature));
    }
    return LJ_OK;
}

/* Mean and deviation of each channel of bytes / 255 over the rows: sums of whole numbers, the same in any order. */
static void measure_pixels(const lj_pixels *pixels, const int64_t *rows, int64_t n, lj_pixels *out)
{
    const int64_t size = lj_pixels_size(pixels), places = size / pixels->channels;
    for (int64_t c = 0; pixels->normalise && c < pixels->channels; c++) {
        uint64_t sum = 0, squares = 0;
        for (int64_t i = 0; i < n; i++) {
            const uint8_t *image = pixels->bytes + rows[i] * size + c;
            for (int64_t p = 0; p < places; p++) {
                const uint64_t byte = image[p * pixels->channels];
                sum += byte;
                squares += byte * byte;
            }
        }
        const double count = (double)n * (double)places, mean = (double)sum / count;
        const double variance = (double)squares / count - mean * mean;
        out->mean[c] = mean / 255.0;
        out->deviation[c] = variance > 0.0 ? sqrt(variance) / 255.0 : 1.0;
    }
}

lj_status lj_prep_fit(const lj_frame *frame, const lj_schema *schema, const int64_t *rows, int64_t n,
                      const lj_prep_options *options, lj_console *console, lj_prep **out)
{
    assert(frame != NULL && options != NULL && out != NULL && (rows != NULL || n == 0));
    *out = NULL;
    lj_fit fit = {.frame = frame,
                  .schema = schema,
                  .rows = rows,
                  .n = n,
                  .options = options,
                  .style = options->style == LJ_PREP_BOTH ? LJ_PREP_EMBEDDING : options->style,
                  .console = console};
    lj_status status = LJ_OK;
    fit.prep = lj_new_array(1, sizeof(*fit.prep));
    if (fit.prep == NULL) {
        status = lj_fail(LJ_ENOMEM, "no memory for a preparation");
        goto done;
    }
    LJ_TRY_DONE(lj_arena_create(&fit.prep->arena));
    if (lj_frame_pixels(frame) != NULL) {
        fit.prep->image = *lj_frame_pixels(frame);
        fit.prep->image.bytes = NULL;
        if (fit.prep->image.normalise)
            LJ_TRY_DONE(lj_decoder_need(lj_frame_decoder(frame), rows, n, NULL));
        measure_pixels(lj_frame_pixels(frame), rows, n, &fit.prep->image);
    }
    LJ_TRY_DONE(keep_series(&fit));
    LJ_TRY_DONE(start(&fit));
    LJ_TRY_DONE(run_steps(&fit));
    LJ_TRY_DONE(collect(&fit));
    LJ_TRY_DONE(make_schema(&fit));
    lj_fit_tell(&fit);
    *out = fit.prep;
    fit.prep = NULL;
done:
    for (int64_t i = 0; i < fit.feature_count; i++)
        lj_free(fit.features[i].of_word);
    lj_free(fit.features);
    lj_free(fit.target);
    lj_free(fit.values);
    lj_free(fit.given);
    lj_free(fit.sort.sorted);
    lj_free(fit.sort.scratch);
    lj_free(fit.block);
    lj_free(fit.groups);
    lj_prep_destroy(fit.prep);
    return status;
}
