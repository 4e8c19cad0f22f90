/* prep.json: everything that the fit found, with all digits. */
#include "lianjin/images.h"
#include "prep/prep.h"

static void save_outputs(lj_json *json, const char *key, const lj_prep_output *outputs, int64_t count)
{
    lj_json_list(json, key);
    for (int64_t i = 0; i < count; i++) {
        lj_json_map(json, NULL);
        lj_json_string(json, "name", outputs[i].name);
        lj_json_integer(json, "from", outputs[i].reg);
        if (outputs[i].keeps_missing)
            lj_json_bool(json, "keeps_missing", 1);
        lj_json_end_map(json);
    }
    lj_json_end_list(json);
}

static void save_field(lj_json *json, const lj_field *field)
{
    lj_json_string(json, "name", field->name);
    lj_json_string(json, "type", lj_column_type_name(field->type));
    lj_json_bool(json, "is_integer", field->is_integer);
    lj_json_integer(json, "read_by", field->rule);
    lj_json_string(json, "read_unit", field->unit);
    lj_json_string(json, "time_format", field->time_format);
    lj_json_string(json, "reason", field->reason);
    lj_json_string(json, "null_words", field->null_words);
}

static void save_feature(const lj_prep *prep, int64_t index, lj_json *json)
{
    const lj_prep_feature *feature = &prep->features[index];
    lj_json_map(json, NULL);
    save_field(json, lj_schema_field(prep->schema, index));
    if (feature->terms != NULL) {
        lj_json_map(json, "tfidf");
        lj_vectoriser_save(feature->terms, json);
        lj_json_end_map(json);
    } else if (feature->tokens != NULL) {
        lj_json_map(json, "tokenise");
        lj_tokeniser_save(feature->tokens, json);
        lj_json_end_map(json);
    } else if (feature->type == LJ_COLUMN_TEXT && !feature->is_converted) {
        lj_json_list(json, "words");
        for (int32_t i = 0; i < feature->words.count; i++)
            lj_json_string(json, NULL, feature->words.words[i]);
        lj_json_end_list(json);
    } else {
        lj_json_double(json, "low", feature->low);
        lj_json_double(json, "high", feature->high);
    }
    if (feature->group_mean != NULL) {
        lj_save_numbers(json, "group_mean", feature->group_mean, prep->group_words.count + 1);
        lj_save_numbers(json, "group_scale", feature->group_scale, prep->group_words.count + 1);
    }
    if (feature->is_converted) {
        lj_json_map(json, "number_from_text");
        lj_json_integer(json, "rule", feature->rule);
        lj_json_string(json, "unit", feature->unit);
        lj_json_end_map(json);
    }
    lj_json_list(json, "steps");
    for (int32_t i = 0; i < feature->op_count; i++) {
        const lj_prep_op *op = &feature->ops[i];
        lj_json_map(json, NULL);
        lj_json_string(json, "step", op->transform->name);
        lj_json_integer(json, "from", op->in);
        lj_json_string(json, "why", op->why);
        op->transform->save(op->values, json);
        lj_json_end_map(json);
    }
    lj_json_end_list(json);
    save_outputs(json, "numbers", prep->numbers + feature->number_begin, feature->number_count);
    save_outputs(json, "categories", prep->categories + feature->category_begin, feature->category_count);
    lj_json_end_map(json);
}

/* Before the features, which have numbers for each. */
static void save_groups(const lj_prep *prep, lj_json *json)
{
    if (!prep->series.scale_by_group)
        return;
    lj_json_map(json, "groups");
    lj_json_list(json, "words");
    for (int32_t i = 0; i < prep->group_words.count; i++)
        lj_json_string(json, NULL, prep->group_words.words[i]);
    lj_json_end_list(json);
    if (prep->target_mean != NULL) {
        lj_save_numbers(json, "target_mean", prep->target_mean, prep->group_words.count + 1);
        lj_save_numbers(json, "target_scale", prep->target_scale, prep->group_words.count + 1);
    }
    lj_json_end_map(json);
}

static void save_series(const lj_prep *prep, lj_json *json)
{
    const lj_series_options *series = &prep->series;
    if (series->window == 0)
        return;
    lj_json_map(json, "series");
    lj_json_string(json, "time", series->time);
    lj_json_string(json, "group", series->group);
    lj_json_string(json, "target", series->target);
    lj_json_integer(json, "window", series->window);
    lj_json_integer(json, "horizon", series->horizon);
    lj_json_string(json, "target_as", lj_target_as_name(series->target_as));
    lj_json_bool(json, "pad", series->pad);
    lj_json_double(json, "gap", series->gap);
    lj_json_list(json, "columns");
    for (int64_t i = prep->feature_count; i < lj_schema_count(prep->schema); i++) {
        lj_json_map(json, NULL);
        save_field(json, lj_schema_field(prep->schema, i));
        lj_json_end_map(json);
    }
    lj_json_end_list(json);
    lj_json_end_map(json);
}

lj_status lj_prep_save(const lj_prep *prep, lj_json *json)
{
    lj_json_map(json, NULL);
    lj_json_integer(json, "format", LJ_PREP_FORMAT);
    lj_json_bool(json, "auto", prep->is_auto);
    lj_image_shape_write(&prep->image, json);
    save_groups(prep, json);
    save_series(prep, json);
    lj_json_list(json, "features");
    for (int64_t i = 0; i < prep->feature_count; i++)
        save_feature(prep, i, json);
    lj_json_end_list(json);
    lj_json_list(json, "dropped");
    for (int64_t i = 0; i < prep->dropped_count; i++) {
        lj_json_map(json, NULL);
        lj_json_string(json, "name", prep->dropped[i].name);
        lj_json_string(json, "why", prep->dropped[i].why);
        lj_json_end_map(json);
    }
    lj_json_end_list(json);
    lj_json_end_map(json);
    return json->text->failed ? lj_fail(LJ_ENOMEM, "no memory to save a preparation") : LJ_OK;
}
