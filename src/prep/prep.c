/* What others ask a preparation. */
#include "prep/prep.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "prep/woe_bins.h"

void lj_prep_destroy(lj_prep *prep)
{
    if (prep == NULL)
        return;
    lj_schema_destroy(prep->schema);
    lj_arena_destroy(prep->arena);
    lj_free(prep);
}

int64_t lj_prep_number_count(const lj_prep *prep)
{
    return prep->number_count;
}

const char *lj_prep_number_name(const lj_prep *prep, int64_t index)
{
    assert(index >= 0 && index < prep->number_count);
    return prep->numbers[index].name;
}

int64_t lj_prep_number_feature(const lj_prep *prep, int64_t index)
{
    assert(index >= 0 && index < prep->number_count);
    return prep->numbers[index].feature;
}

const lj_prep_op *lj_feature_woe(const lj_prep_feature *feature, int32_t reg)
{
    for (int32_t i = 0; i < feature->op_count; i++)
        if (feature->ops[i].out == reg && feature->ops[i].transform == lj_transform_of(LJ_TRANSFORM_WOE))
            return &feature->ops[i];
    return NULL;
}

int lj_prep_number_bins(const lj_prep *prep, int64_t index, lj_prep_bins *out)
{
    assert(index >= 0 && index < prep->number_count);
    const lj_prep_feature *feature = &prep->features[prep->numbers[index].feature];
    const lj_prep_op *op = lj_feature_woe(feature, prep->numbers[index].reg);
    if (op == NULL)
        return 0;
    *out = ((const lj_woe_bins *)op->values)->table;
    out->is_first = op->in == 0 && !feature->is_converted && feature->type != LJ_COLUMN_TIME;
    out->levels = out->is_first && !out->is_number ? feature->words.words : NULL;
    return 1;
}

int64_t lj_prep_category_count(const lj_prep *prep)
{
    return prep->category_count;
}

const char *lj_prep_category_name(const lj_prep *prep, int64_t index)
{
    assert(index >= 0 && index < prep->category_count);
    return prep->categories[index].name;
}

lj_prep_view lj_prep_number_view(const lj_prep *prep, int64_t index)
{
    assert(index >= 0 && index < prep->number_count);
    return prep->numbers[index].view;
}

lj_prep_view lj_prep_category_view(const lj_prep *prep, int64_t index)
{
    assert(index >= 0 && index < prep->category_count);
    return prep->categories[index].view;
}

int64_t lj_prep_category_feature(const lj_prep *prep, int64_t index)
{
    assert(index >= 0 && index < prep->category_count);
    return prep->categories[index].feature;
}

int32_t lj_prep_category_size(const lj_prep *prep, int64_t index)
{
    assert(index >= 0 && index < prep->category_count);
    return prep->categories[index].size;
}

int64_t lj_prep_term_count(const lj_prep *prep)
{
    return prep->term_count;
}

int64_t lj_prep_token_count(const lj_prep *prep)
{
    return prep->text != NULL ? prep->text->tokens->length : 0;
}

int32_t lj_prep_token_size(const lj_prep *prep)
{
    return prep->text != NULL ? lj_tokeniser_size(prep->text->tokens) : 0;
}

int64_t lj_prep_token_feature(const lj_prep *prep)
{
    return prep->text != NULL ? prep->text - prep->features : -1;
}

int64_t lj_prep_term_begin(const lj_prep *prep, int64_t feature)
{
    assert(feature >= 0 && feature <= prep->feature_count);
    return feature < prep->feature_count ? prep->features[feature].term_begin : prep->term_count;
}

int64_t lj_prep_feature_count(const lj_prep *prep)
{
    return prep->feature_count;
}

const char *lj_prep_feature_name(const lj_prep *prep, int64_t index)
{
    assert(index >= 0 && index < prep->feature_count);
    return prep->features[index].name;
}

const lj_pixels *lj_prep_image(const lj_prep *prep)
{
    return lj_pixels_size(&prep->image) > 0 ? &prep->image : NULL;
}

const lj_series_options *lj_prep_series(const lj_prep *prep)
{
    return prep->series.window > 0 ? &prep->series : NULL;
}

int64_t lj_prep_series_columns(const lj_prep *prep, const char **names)
{
    const lj_series_options *series = &prep->series;
    const char *const all[LJ_PREP_SERIES_COLUMNS] = {
        series->time, series->group, series->target_as != LJ_TARGET_VALUE ? series->target : NULL};
    int64_t count = 0;
    for (int i = 0; i < LJ_PREP_SERIES_COLUMNS && series->window > 0; i++) {
        int is_feature = all[i] == NULL;
        for (int64_t f = 0; f < prep->feature_count && !is_feature; f++)
            is_feature = strcmp(prep->features[f].name, all[i]) == 0;
        for (int64_t k = 0; k < count && !is_feature; k++)
            is_feature = strcmp(names[k], all[i]) == 0;
        if (!is_feature)
            names[count++] = all[i];
    }
    return count;
}

const lj_schema *lj_prep_schema(const lj_prep *prep)
{
    return prep->schema;
}

int64_t lj_prep_dropped_count(const lj_prep *prep)
{
    return prep->dropped_count;
}

const char *lj_prep_dropped_name(const lj_prep *prep, int64_t index)
{
    assert(index >= 0 && index < prep->dropped_count);
    return prep->dropped[index].name;
}

const char *lj_prep_dropped_reason(const lj_prep *prep, int64_t index)
{
    assert(index >= 0 && index < prep->dropped_count);
    return prep->dropped[index].why;
}

static void describe_feature(const lj_prep *prep, const lj_prep_feature *feature, lj_text *out)
{
    const char *separator = ": ";
    lj_text_printf(out, "%s (%s)", feature->name, lj_column_type_name(feature->type));
    if (feature->is_converted) {
        lj_text_printf(out, "%snumber_from_text", separator);
        separator = "; ";
    }
    if (feature->terms != NULL)
        lj_text_printf(out, "%stfidf -> %lld terms", separator, (long long)feature->terms->width);
    if (feature->tokens != NULL)
        lj_text_printf(out, "%stokenise -> %lld %s of %d", separator, (long long)feature->tokens->length,
                       lj_token_unit_names[feature->tokens->unit], lj_tokeniser_size(feature->tokens));
    for (int32_t i = 0; i < feature->op_count; i++) {
        const lj_prep_op *op = &feature->ops[i];
        lj_text_printf(out, "%s%s", separator, op->transform->name);
        if (op->why != NULL && op->why[0] != '\0')
            lj_text_printf(out, " (%s)", op->why);
        separator = "; ";
    }
    if (feature->op_count == 0 && !feature->is_converted && !lj_prep_reads_whole(feature))
        lj_text_puts(out, ": as it is");
    if (feature->number_count > 0)
        lj_text_printf(out, " -> %lld number%s", (long long)feature->number_count,
                       feature->number_count == 1 ? "" : "s");
    for (int64_t i = 0; i < feature->category_count; i++)
        lj_text_printf(out, "%s%d codes", i == 0 && feature->number_count == 0 ? " -> " : ", ",
                       prep->categories[feature->category_begin + i].size);
    lj_text_puts(out, "\n");
}

lj_status lj_prep_describe(const lj_prep *prep, lj_text *out)
{
    if (lj_prep_image(prep) != NULL)
        lj_text_printf(out, "images of %" PRId64 " x %" PRId64 " x %" PRId64 ", bytes / 255%s\n", prep->image.height,
                       prep->image.width, prep->image.channels,
                       prep->image.normalise ? ", less the mean of the channel, over its deviation" : "");
    if (prep->series.window > 0)
        lj_text_printf(out, "windows of %" PRId64 " rows in the order of %s%s%s; %s of %s %" PRId64 " rows later\n",
                       prep->series.window, prep->series.group != NULL ? prep->series.group : "",
                       prep->series.group != NULL ? " and " : "", prep->series.time,
                       lj_target_as_name(prep->series.target_as), prep->series.target, prep->series.horizon);
    for (int64_t i = 0; i < prep->feature_count; i++)
        describe_feature(prep, &prep->features[i], out);
    for (int64_t i = 0; i < prep->dropped_count; i++)
        lj_text_printf(out, "%s: not used: %s\n", prep->dropped[i].name, prep->dropped[i].why);
    return lj_text_finish(out);
}

static void write_step(lj_json *json, const char *name, const char *why)
{
    lj_json_map(json, NULL);
    lj_json_string(json, "name", name);
    lj_json_string(json, "why", why);
    lj_json_end_map(json);
}

static void write_feature(const lj_prep *prep, const lj_prep_feature *feature, lj_json *json)
{
    lj_json_map(json, NULL);
    lj_json_string(json, "feature", feature->name);
    lj_json_string(json, "type", lj_column_type_name(feature->type));
    lj_json_list(json, "steps");
    if (feature->is_converted)
        write_step(json, "number_from_text", NULL);
    if (feature->terms != NULL) {
        char why[32];
        (void)snprintf(why, sizeof(why), "%lld terms", (long long)feature->terms->width);
        write_step(json, "tfidf", why);
    }
    if (feature->tokens != NULL) {
        char why[64];
        (void)snprintf(why, sizeof(why), "%lld %s of %d", (long long)feature->tokens->length,
                       lj_token_unit_names[feature->tokens->unit], lj_tokeniser_size(feature->tokens));
        write_step(json, "tokenise", why);
    }
    for (int32_t i = 0; i < feature->op_count; i++)
        write_step(json, feature->ops[i].transform->name, feature->ops[i].why);
    lj_json_end_list(json);
    lj_json_integer(json, "numbers", feature->number_count);
    lj_json_list(json, "codes");
    for (int64_t i = 0; i < feature->category_count; i++)
        lj_json_integer(json, NULL, prep->categories[feature->category_begin + i].size);
    lj_json_end_list(json);
    lj_json_end_map(json);
}

lj_status lj_prep_json(const lj_prep *prep, lj_text *out)
{
    lj_json json;
    lj_json_start(&json, out, 1);
    lj_json_map(&json, NULL);
    if (lj_prep_image(prep) != NULL) {
        lj_json_list(&json, "image");
        lj_json_integer(&json, NULL, prep->image.height);
        lj_json_integer(&json, NULL, prep->image.width);
        lj_json_integer(&json, NULL, prep->image.channels);
        lj_json_end_list(&json);
    }
    lj_json_list(&json, "features");
    for (int64_t i = 0; i < prep->feature_count; i++)
        write_feature(prep, &prep->features[i], &json);
    lj_json_end_list(&json);
    lj_json_list(&json, "dropped");
    for (int64_t i = 0; i < prep->dropped_count; i++) {
        lj_json_map(&json, NULL);
        lj_json_string(&json, "feature", prep->dropped[i].name);
        lj_json_string(&json, "why", prep->dropped[i].why);
        lj_json_end_map(&json);
    }
    lj_json_end_list(&json);
    lj_json_end_map(&json);
    return lj_text_finish(out);
}
