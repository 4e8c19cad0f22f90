/*
 * The steps of `prepare:` in the pipeline file. A step names one transform; its
 * value is its main option or a map of options; options may also stand beside:
 *
 *     - {impute: median, columns: [a, "X*"], indicator: true}
 *     - {one_hot: {max: 20}, columns: [SEX]}
 *     - {scale: quantile_normal}
 *     - {drop: [ID]}
 */
#include <stdio.h>
#include <string.h>

#include "prep/fit.h"

#define MEMBERS_MAX 32   /* keys of a step and of its map together */
#define OPTIONS_BYTES 256 /* of the largest options struct */
#define NAMES_MAX 64     /* names that a message can search for the nearest */

/* What every step can have beside its transform. */
typedef struct step_common {
    const lj_item *columns;
    int keep;
} step_common;

static const lj_declaration common_declared[] = {
    {.key = "columns", .kind = LJ_DECLARED_STRINGS, .offset = offsetof(step_common, columns),
     .doc = "Names of columns or patterns with * and ?; left out: all that fit."},
    {.key = "keep", .kind = LJ_DECLARED_BOOL, .offset = offsetof(step_common, keep), .fallback = "false",
     .doc = "Keeps the column beside what the step makes of it."},
};
#define COMMON_COUNT ((int64_t)(sizeof(common_declared) / sizeof(common_declared[0])))

const lj_declaration *lj_prep_step_declarations(int64_t *count)
{
    *count = COMMON_COUNT;
    return common_declared;
}

typedef struct step {
    const lj_item *item;
    const lj_transform *transform;
    lj_transform_code code;
    step_common common;
    lj_item main_copy; /* the step's value under the name of its main option; options point at it */
    union {
        unsigned char bytes[OPTIONS_BYTES];
        double align;
        void *pointer;
    } options;
    int64_t n_fitted;
} step;

/* ---- reading ---- */

static lj_status fail_transform(const lj_fit *fit, const lj_item *item, const char *name)
{
    const char *names[LJ_TRANSFORM_COUNT];
    char list[512] = "";
    size_t used = 0;
    for (int i = 0; i < LJ_TRANSFORM_COUNT; i++) {
        names[i] = lj_transform_of((lj_transform_code)i)->name;
        if (used < sizeof(list))
            used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%s", i > 0 ? ", " : "", names[i]);
    }
    if (name == NULL)
        return lj_declare_fail(fit->options->file, item, "a step must name one of: %s", list);
    const char *near = lj_nearest(name, names, LJ_TRANSFORM_COUNT);
    return lj_declare_fail(fit->options->file, item, "unknown step '%.100s'%s%s%s (known: %s)", name,
                           near != NULL ? "; did you mean '" : "", near != NULL ? near : "", near != NULL ? "'?" : "",
                           list);
}

static lj_status find_transform(const lj_fit *fit, const lj_item *item, step *out, const lj_item **value)
{
    *value = NULL;
    for (int64_t i = 0; i < item->count; i++) {
        for (int code = 0; code < LJ_TRANSFORM_COUNT; code++) {
            if (strcmp(item->items[i]->key, lj_transform_of((lj_transform_code)code)->name) != 0)
                continue;
            if (*value != NULL)
                return lj_declare_fail(fit->options->file, item, "a step names one transform, found '%s' and '%s'",
                                       out->transform->name, item->items[i]->key);
            out->code = (lj_transform_code)code;
            out->transform = lj_transform_of(out->code);
            *value = item->items[i];
        }
    }
    if (*value == NULL) /* the first key is most likely meant as one */
        return fail_transform(fit, item, item->count > 0 ? item->items[0]->key : NULL);
    return LJ_OK;
}

/* `one_hot: true` says no more than `one_hot`. */
static int is_bare(const step *s, const lj_item *value)
{
    return value->kind == LJ_BOOL && value->number != 0 && s->code != LJ_TRANSFORM_ORDINAL;
}

/* One map out of what stands beside the transform and in its value. */
static lj_status join_members(const lj_fit *fit, step *s, const lj_item *value, lj_item **members, int64_t *count)
{
    int64_t n = 0;
    for (int64_t i = 0; i < s->item->count && n < MEMBERS_MAX; i++) {
        if (s->item->items[i] != value)
            members[n++] = s->item->items[i];
    }
    if (value->kind == LJ_MAP) {
        for (int64_t i = 0; i < value->count && n < MEMBERS_MAX; i++)
            members[n++] = value->items[i];
    } else if (value->kind != LJ_NULL && !is_bare(s, value)) {
        s->main_copy = *value;
        s->main_copy.key = s->transform->main != NULL ? s->transform->main : "columns";
        if (n < MEMBERS_MAX)
            members[n++] = &s->main_copy;
    }
    if (n >= MEMBERS_MAX)
        return lj_declare_fail(fit->options->file, s->item, "a step has at most %d keys", MEMBERS_MAX - 1);
    for (int64_t i = 0; i < n; i++) {
        for (int64_t j = 0; j < i; j++) {
            if (strcmp(members[i]->key, members[j]->key) == 0)
                return lj_declare_fail(fit->options->file, members[i], "'%s' is given twice", members[i]->key);
        }
    }
    *count = n;
    return LJ_OK;
}

static lj_status read_step(const lj_fit *fit, const lj_item *item, step *out)
{
    *out = (step){.item = item};
    lj_item named = *item;
    lj_item *only[1];
    lj_item empty = {.kind = LJ_NULL, .line = item->line, .column = item->column, .key = item->text};
    if (item->kind == LJ_STRING) { /* `- one_hot` */
        only[0] = &empty;
        named.kind = LJ_MAP;
        named.count = 1;
        named.items = only;
        out->item = &named;
    } else if (item->kind != LJ_MAP || item->count == 0) {
        return fail_transform(fit, item, NULL);
    }
    const lj_item *value;
    LJ_TRY(find_transform(fit, out->item, out, &value));
    lj_item *members[MEMBERS_MAX];
    lj_item map = *out->item;
    LJ_TRY(join_members(fit, out, value, members, &map.count));
    map.items = members;
    out->item = item;

    const lj_transform *transform = out->transform;
    const char *own[MEMBERS_MAX] = {NULL};
    for (int64_t i = 0; i < transform->option_count; i++)
        own[i] = transform->options[i].key;
    static const char *const shared[] = {"columns", "keep", NULL};
    const char *file = fit->options->file;
    LJ_TRY(lj_declare_read(file, &map, transform->options, transform->option_count, shared, &out->options));
    return lj_declare_read(file, &map, common_declared, COMMON_COUNT, own, &out->common);
}

/* ---- which columns ---- */

static int is_pattern(const char *name)
{
    return strpbrk(name, "*?") != NULL;
}

/* `*` any bytes, `?` one byte; all else is itself. */
static int matches(const char *pattern, const char *name)
{
    const char *star = NULL;
    const char *resume = NULL;
    while (*name != '\0') {
        if (*pattern == '*') {
            star = pattern++;
            resume = name;
        } else if (*pattern == '?' || *pattern == *name) {
            pattern++;
            name++;
        } else if (star != NULL) {
            pattern = star + 1;
            name = ++resume;
        } else {
            return 0;
        }
    }
    while (*pattern == '*')
        pattern++;
    return *pattern == '\0';
}

/* A name means the column of that name, or else all that came from the feature but its flags. */
static int selects(const char *pattern, const lj_fit_feature *feature, const lj_live *live)
{
    if (matches(pattern, live->name))
        return 1;
    return !live->is_whole && matches(pattern, feature->feature.name);
}

static lj_status fail_column(const lj_fit *fit, const lj_item *entry)
{
    const char *file = fit->options->file;
    const char *target = fit->options->target;
    if (target != NULL && strcmp(entry->text, target) == 0)
        return lj_declare_fail(file, entry, "a step must not use the target '%s': what it learns would leak the answer",
                               target);
    const char *names[NAMES_MAX];
    int64_t n = 0;
    char list[512] = "";
    size_t used = 0;
    for (int64_t i = 0; i < fit->feature_count && n < NAMES_MAX; i++)
        names[n++] = fit->features[i].feature.name;
    for (int64_t i = 0; i < n && used < sizeof(list); i++)
        used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%s", i > 0 ? ", " : "", names[i]);
    const char *near = n > 0 ? lj_nearest(entry->text, names, n) : NULL;
    return lj_declare_fail(file, entry, "no column %s '%.100s'%s%s%s (columns: %s)",
                           is_pattern(entry->text) ? "matches" : "is named", entry->text,
                           near != NULL ? "; did you mean '" : "", near != NULL ? near : "", near != NULL ? "'?" : "",
                           list);
}

static void select_all(lj_fit *fit, const step *s)
{
    for (int64_t i = 0; i < fit->feature_count; i++) {
        lj_fit_feature *feature = &fit->features[i];
        for (int64_t k = 0; k < feature->live_count; k++) {
            const lj_register reg = feature->feature.registers[feature->live[k].reg];
            feature->live[k].is_selected = s->common.columns == NULL && s->code != LJ_TRANSFORM_DROP &&
                                           !feature->live[k].is_whole &&
                                           (s->transform->takes & LJ_TAKES(reg.kind)) != 0;
        }
    }
}

/* Marks what an entry of `columns` names. Names must fit; patterns pass over what does not. */
static lj_status select_entry(lj_fit *fit, const step *s, const lj_item *entry)
{
    int64_t n_found = 0;
    for (int64_t i = 0; i < fit->feature_count; i++) {
        lj_fit_feature *feature = &fit->features[i];
        for (int64_t k = 0; k < feature->live_count; k++) {
            lj_live *live = &feature->live[k];
            if (!selects(entry->text, feature, live))
                continue;
            n_found++;
            const lj_register reg = feature->feature.registers[live->reg];
            const int takes = (s->transform->takes & LJ_TAKES(reg.kind)) != 0;
            if (!takes && !is_pattern(entry->text) && strcmp(live->name, entry->text) == 0)
                return lj_declare_fail(fit->options->file, entry, "%s does not take column '%s': it is a %s by now",
                                       s->transform->name, live->name, lj_register_kind_name(reg.kind));
            live->is_selected = live->is_selected || takes;
        }
    }
    return n_found > 0 ? LJ_OK : fail_column(fit, entry);
}

static lj_status select_columns(lj_fit *fit, const step *s)
{
    select_all(fit, s);
    if (s->common.columns == NULL && (s->code == LJ_TRANSFORM_DROP || s->code == LJ_TRANSFORM_NUMBER_FROM_TEXT))
        return lj_declare_fail(fit->options->file, s->item, "%s needs 'columns'", s->transform->name);
    for (int64_t i = 0; i < lj_declared_count(s->common.columns); i++)
        LJ_TRY(select_entry(fit, s, lj_declared_at(s->common.columns, i)));
    return LJ_OK;
}

/* Was the column named itself, so that its not fitting is an error? */
static int is_named(const step *s, const char *name)
{
    for (int64_t i = 0; i < lj_declared_count(s->common.columns); i++) {
        if (strcmp(lj_declared_at(s->common.columns, i)->text, name) == 0)
            return 1;
    }
    return 0;
}

/* ---- running ---- */

static lj_status run_on(lj_fit *fit, lj_fit_feature *feature, int64_t live, step *s)
{
    if (s->code == LJ_TRANSFORM_NUMBER_FROM_TEXT) {
        s->n_fitted++;
        return lj_fit_convert(fit, feature, (const lj_number_from_text_options *)(const void *)&s->options, s->item);
    }
    if (s->code == LJ_TRANSFORM_TFIDF) {
        s->n_fitted++;
        return lj_fit_terms(fit, feature, (const lj_tfidf_options *)(const void *)&s->options, s->item);
    }
    if (s->code == LJ_TRANSFORM_TOKENISE) {
        s->n_fitted++;
        return lj_fit_tokens(fit, feature, (const lj_tokenise_options *)(const void *)&s->options, s->item);
    }
    lj_fit_column column;
    LJ_TRY(lj_fit_look(fit, feature, live, s->item, &column));
    const lj_transform *transform = s->transform;
    if (transform->fits != NULL && !is_named(s, column.name) && !transform->fits(&column, &s->options))
        return LJ_OK;
    s->n_fitted++;
    return lj_fit_step(fit, feature, live, &column, s->code, &s->options, s->common.keep);
}

static lj_status run_step(lj_fit *fit, step *s)
{
    LJ_TRY(select_columns(fit, s));
    for (int64_t i = 0; i < fit->feature_count; i++) {
        lj_fit_feature *feature = &fit->features[i];
        int64_t k = 0;
        while (k < feature->live_count) {
            if (!feature->live[k].is_selected) {
                k++;
                continue;
            }
            feature->live[k].is_selected = 0;
            if (s->code == LJ_TRANSFORM_DROP) {
                lj_fit_drop(feature, k);
                s->n_fitted++;
            } else {
                LJ_TRY(run_on(fit, feature, k, s)); /* its results are not selected: the loop passes them */
            }
        }
    }
    if (s->n_fitted == 0)
        lj_warn(fit->console, "%s:%d: the step %s fits no column",
                fit->options->file != NULL ? fit->options->file : "prepare", s->item->line, s->transform->name);
    return LJ_OK;
}

lj_status lj_fit_steps(lj_fit *fit, const lj_item *steps)
{
    if (steps->kind != LJ_LIST)
        return lj_declare_fail(fit->options->file, steps, "'prepare' must be auto or a list of steps");
    for (int64_t i = 0; i < steps->count; i++) {
        step s;
        LJ_TRY(read_step(fit, steps->items[i], &s));
        LJ_TRY(run_step(fit, &s));
    }
    return LJ_OK;
}
