/*
 * `prepare: auto`: what is done to a column when nobody says. The rules are the
 * constants below; they were found on the valid parts of several public tables.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "prep/fit.h"
#include "prep/stats.h"

#define QUANTILES 1000        /* knots of the map to the normal distribution */
#define MIN_SIZE 0.3          /* least deviation that mapped numbers are divided by: rare flags stay small */
#define MIN_MISSING 10        /* rows; an indicator needs so many that miss the value, and so many that have it */
#define SENTINELS_MAX 8       /* codes that are looked for in one column */
#define RARE_MIN 10           /* rows; categories with fewer are merged, and unknown ones go with them */
#define CATEGORIES_MAX 1000   /* most levels of a category, the most frequent ones */
#define LEVELS_MAX 16         /* numbers with at most so many different values are categories, too; not for embedding */
#define LEVELS_ROWS 10000     /* a linear model of fewer training rows loses by them */
#define UNIQUE_MIN 50         /* a text column with more different values than this, */
#define UNIQUE_SHARE 0.5      /* and than this share of its cells, says who, not what: it is left out */
#define PIECES 4096           /* byte pairs of a language model's texts */
#define NAME_SHOWN 40         /* bytes of a name in a note */

static const lj_scale_options to_normal = {
    .method = LJ_SCALE_QUANTILE_NORMAL, .quantiles = QUANTILES, .ranks = LJ_RANKS_MIDDLE, .limit = (double)NAN};
static const lj_scale_options to_standard = {
    .method = LJ_SCALE_STANDARD, .limit = (double)NAN, .min_size = MIN_SIZE};
static const lj_scale_options to_limited = {.method = LJ_SCALE_STANDARD, .limit = 5};

static lj_prep_style style_of(const lj_fit *fit)
{
    return fit->style;
}

/* Codes that stand for something else, by the training values alone. */
static lj_status find_sentinels(const lj_fit_column *column, double *codes, int64_t *count)
{
    lj_frame *frame;
    const lj_column *copy;
    lj_status status;
    *count = 0;
    LJ_TRY(lj_frame_create(column->n, &frame));
    LJ_TRY_DONE(lj_frame_add_number(frame, column->name, column->values));
    LJ_TRY_DONE(lj_frame_need(frame, column->name, &copy));
    LJ_TRY_DONE(lj_profile_sentinels(copy, codes, SENTINELS_MAX, count));
done:
    lj_frame_destroy(frame);
    return status;
}

/* ---- scorecards ---- */

/* The live column, a number or a category, as its weights of evidence; codes that say something else stand apart. */
static lj_status weigh(lj_fit *fit, lj_fit_feature *feature, int64_t live)
{
    const lj_transform *transform = lj_transform_of(LJ_TRANSFORM_WOE);
    double codes[SENTINELS_MAX];
    lj_woe_options options = {0}; /* the list of codes is not read */
    lj_fit_column column;
    LJ_TRY(lj_declare_read("auto", NULL, transform->options, transform->option_count, NULL, &options));
    LJ_TRY(lj_fit_look(fit, feature, live, NULL, &column));
    if (column.reg.kind == LJ_REGISTER_NUMBER) {
        options.special.values = codes;
        LJ_TRY(find_sentinels(&column, codes, &options.special.count));
    }
    return lj_fit_step(fit, feature, live, &column, LJ_TRANSFORM_WOE, &options, 0);
}

/* ---- categories ---- */

/*
 * The category in `live` to what models read: codes, of which they make 0/1 inputs or embeddings, so that a row does
 * not carry hundreds of zeros; two levels make one 0/1 number where numbers are not embedded.
 */
static lj_status encode(lj_fit *fit, lj_fit_feature *feature, int64_t live, int tell_missing)
{
    if (style_of(fit) == LJ_PREP_WOE)
        return weigh(fit, feature, live);
    const lj_rare_options rare = {.min_count = RARE_MIN, .max = CATEGORIES_MAX};
    LJ_TRY(lj_fit_look_and_step(fit, feature, live, LJ_TRANSFORM_RARE, &rare, 0));
    lj_fit_column column;
    LJ_TRY(lj_fit_look(fit, feature, live, NULL, &column));
    const int has_missing = tell_missing && column.n - column.present >= MIN_MISSING;
    const int takes_codes = style_of(fit) == LJ_PREP_EMBEDDING || style_of(fit) == LJ_PREP_TREES;
    if (column.reg.size + has_missing == 2 && !takes_codes) {
        const lj_one_hot_options one_hot = {.leave_out = LJ_LEAVE_BINARY, .min_missing = MIN_MISSING};
        return lj_fit_step(fit, feature, live, &column, LJ_TRANSFORM_ONE_HOT, &one_hot, 0);
    }
    const lj_ordinal_options ordinal = {.missing = has_missing};
    return lj_fit_step(fit, feature, live, &column, LJ_TRANSFORM_ORDINAL, &ordinal, 0);
}

/* A 0/1 column becomes a code where the network embeds its numbers. */
static lj_status encode_flag(lj_fit *fit, lj_fit_feature *feature, int64_t live)
{
    if (style_of(fit) != LJ_PREP_EMBEDDING)
        return LJ_OK;
    const lj_levels_options levels = {.max = 2};
    const lj_ordinal_options ordinal = {.missing = 0};
    LJ_TRY(lj_fit_look_and_step(fit, feature, live, LJ_TRANSFORM_LEVELS, &levels, 0));
    return lj_fit_look_and_step(fit, feature, live, LJ_TRANSFORM_ORDINAL, &ordinal, 0);
}

/* Texts with so many different values are read, not told apart, by a family that reads terms or tokens. */
static lj_status auto_terms(lj_fit *fit, lj_fit_feature *feature)
{
    const lj_transform *transform = lj_transform_of(LJ_TRANSFORM_TFIDF);
    lj_tfidf_options defaults;
    LJ_TRY(lj_declare_read("auto", NULL, transform->options, transform->option_count, NULL, &defaults));
    return lj_fit_terms(fit, feature, &defaults, NULL);
}

static lj_status auto_tokens(lj_fit *fit, lj_fit_feature *feature)
{
    const lj_transform *transform = lj_transform_of(LJ_TRANSFORM_TOKENISE);
    lj_tokenise_options defaults;
    LJ_TRY(lj_declare_read("auto", NULL, transform->options, transform->option_count, NULL, &defaults));
    if (style_of(fit) == LJ_PREP_TEXTS) {
        defaults.unit = LJ_TOKEN_BPE;
        defaults.size = PIECES;
        defaults.min_count = 2;
    }
    return lj_fit_tokens(fit, feature, &defaults, NULL);
}

static lj_status auto_text(lj_fit *fit, lj_fit_feature *feature)
{
    const int32_t count = feature->feature.words.count;
    const int64_t present = fit->n - feature->missing;
    if (count == 1 && feature->missing == 0) {
        feature->dropped = "constant";
        return LJ_OK;
    }
    if (count > UNIQUE_MIN && style_of(fit) == LJ_PREP_TERMS)
        return auto_terms(fit, feature);
    if (style_of(fit) == LJ_PREP_TEXTS || (count > UNIQUE_MIN && style_of(fit) == LJ_PREP_TOKENS))
        return auto_tokens(fit, feature);
    if (count > UNIQUE_MIN && (double)count > UNIQUE_SHARE * (double)present) {
        feature->dropped = lj_arena_printf(fit->prep->arena, "nearly unique text: %d different values in %" PRId64
                                           " cells", count, present);
        return feature->dropped != NULL ? LJ_OK : lj_fail(LJ_ENOMEM, "no memory to prepare a column");
    }
    return encode(fit, feature, 0, 1);
}

/* ---- numbers ---- */

/*
 * Codes keep their place among the numbers, where each is a knot of its own (found to be as good as treating them as
 * missing), and get a 0/1 column beside, but where the network embeds numbers: its bins tell the codes apart.
 */
static lj_status mark_sentinels(lj_fit *fit, lj_fit_feature *feature, const lj_fit_column *column)
{
    double codes[SENTINELS_MAX];
    int64_t count;
    LJ_TRY(find_sentinels(column, codes, &count));
    if (count == 0 || style_of(fit) == LJ_PREP_EMBEDDING)
        return LJ_OK;
    const lj_sentinel_options sentinel = {.codes = {.values = codes, .count = count}, .indicator = 1, .replace = 0};
    return lj_fit_step(fit, feature, 0, column, LJ_TRANSFORM_SENTINEL, &sentinel, 0);
}

/* Are numbers with few different values categories, too? */
static int wants_levels(const lj_fit *fit)
{
    switch (style_of(fit)) {
    case LJ_PREP_LINEAR:
    case LJ_PREP_TERMS:
        return fit->n >= LEVELS_ROWS;
    case LJ_PREP_DENSE:
        return 1;
    default: /* bins tell the values apart */
        return 0;
    }
}

/* Behind `live` the same number standardised: with the one that is mapped to normal, a linear model can bend. */
static lj_status add_standard(lj_fit *fit, lj_fit_feature *feature, int64_t live)
{
    const lj_impute_options impute = {.method = LJ_IMPUTE_MEDIAN, .indicator = 0};
    LJ_TRY(lj_fit_look_and_step(fit, feature, live, LJ_TRANSFORM_IMPUTE, &impute, 1));
    return lj_fit_look_and_step(fit, feature, live + 1, LJ_TRANSFORM_SCALE, &to_limited, 0);
}

static int can_tell_missing(const lj_fit *fit, const lj_fit_feature *feature)
{
    return feature->missing >= MIN_MISSING && fit->n - feature->missing >= MIN_MISSING;
}

/* Fills the number in `live`; an indicator, if asked for, comes behind it. */
static lj_status fill(lj_fit *fit, lj_fit_feature *feature, int64_t live, int indicator)
{
    const lj_impute_options impute = {.method = LJ_IMPUTE_MEDIAN, .indicator = indicator};
    const int64_t before = feature->live_count;
    LJ_TRY(lj_fit_look_and_step(fit, feature, live, LJ_TRANSFORM_IMPUTE, &impute, 0));
    return feature->live_count > before ? encode_flag(fit, feature, live + 1) : LJ_OK;
}

/*
 * The number in `live`: normal, filled (an indicator tells of missing cells, codes have their own), standard. `seen`
 * is the column if it was the last one looked at, else NULL.
 */
static lj_status normalise(lj_fit *fit, lj_fit_feature *feature, int64_t live, int indicator,
                           const lj_fit_column *seen)
{
    if (style_of(fit) == LJ_PREP_WOE)
        return weigh(fit, feature, live);
    if (seen != NULL)
        LJ_TRY(lj_fit_step(fit, feature, live, seen, LJ_TRANSFORM_SCALE, &to_normal, 0));
    else
        LJ_TRY(lj_fit_look_and_step(fit, feature, live, LJ_TRANSFORM_SCALE, &to_normal, 0));
    LJ_TRY(fill(fit, feature, live, indicator && can_tell_missing(fit, feature)));
    return lj_fit_look_and_step(fit, feature, live, LJ_TRANSFORM_SCALE, &to_standard, 0);
}

/* The same number again as a category, behind `live`. */
static lj_status add_levels(lj_fit *fit, lj_fit_feature *feature, int64_t live)
{
    const lj_levels_options levels = {.max = LEVELS_MAX};
    LJ_TRY(lj_fit_look_and_step(fit, feature, live, LJ_TRANSFORM_LEVELS, &levels, 1));
    return encode(fit, feature, live + 1, 0); /* the indicator of the number tells what is missing */
}

/* Whether it is there is all that a column with one value can tell. */
static lj_status auto_one_value(lj_fit *fit, lj_fit_feature *feature)
{
    if (!can_tell_missing(fit, feature)) {
        feature->dropped = "constant";
        return LJ_OK;
    }
    if (style_of(fit) == LJ_PREP_WOE)
        return weigh(fit, feature, 0);
    LJ_TRY(fill(fit, feature, 0, 1));
    lj_fit_drop(feature, 0);
    return LJ_OK;
}

static lj_status auto_number(lj_fit *fit, lj_fit_feature *feature)
{
    lj_fit_column column;
    LJ_TRY(lj_fit_look(fit, feature, 0, NULL, &column));
    const int64_t distinct = lj_distinct_sorted(lj_fit_sorted(&column), column.present);
    if (style_of(fit) == LJ_PREP_TREES) {
        feature->dropped = distinct == 1 && !can_tell_missing(fit, feature) ? "constant" : NULL;
        return LJ_OK;
    }
    if (distinct == 1)
        return auto_one_value(fit, feature);
    if (distinct > 2 && style_of(fit) == LJ_PREP_SERIES) {
        LJ_TRY(fill(fit, feature, 0, can_tell_missing(fit, feature)));
        return lj_fit_look_and_step(fit, feature, 0, LJ_TRANSFORM_SCALE, &to_limited, 0);
    }
    if (distinct > 2 && distinct <= LEVELS_MAX && wants_levels(fit))
        LJ_TRY(add_levels(fit, feature, 0));
    else if (distinct > 2 && style_of(fit) != LJ_PREP_WOE)
        LJ_TRY(mark_sentinels(fit, feature, &column));
    if (distinct > 2 && (style_of(fit) == LJ_PREP_LINEAR || style_of(fit) == LJ_PREP_TERMS))
        LJ_TRY(add_standard(fit, feature, 0));
    return normalise(fit, feature, 0, 1, feature->feature.op_count == 0 ? &column : NULL);
}

/* ---- dates ---- */

static lj_status auto_time(lj_fit *fit, lj_fit_feature *feature, int64_t live)
{
    const lj_date_options date = {.parts = NULL};
    const int64_t behind = feature->live_count - live - 1;
    LJ_TRY(lj_fit_look_and_step(fit, feature, live, LJ_TRANSFORM_DATE, &date, 0));
    const int64_t end = feature->live_count - behind;
    if (style_of(fit) == LJ_PREP_TREES)
        return LJ_OK;
    for (int64_t i = end - 1; i >= live; i--)
        LJ_TRY(normalise(fit, feature, i, i == live, NULL)); /* one indicator tells of all parts */
    return LJ_OK;
}

static lj_status auto_by_type(lj_fit *fit, lj_fit_feature *feature)
{
    switch (feature->feature.type) {
    case LJ_COLUMN_NUMBER:
        return auto_number(fit, feature);
    case LJ_COLUMN_TEXT:
        return auto_text(fit, feature);
    case LJ_COLUMN_TIME:
        if (!(feature->feature.low < feature->feature.high) && feature->missing == 0) {
            feature->dropped = "constant";
            return LJ_OK;
        }
        return auto_time(fit, feature, 0);
    case LJ_COLUMN_TYPE_COUNT:
        break;
    }
    return LJ_OK;
}

/* The feature as trees read it, and then, from its cell again, as networks do. Texts are codes for both. */
static lj_status auto_both(lj_fit *fit, lj_fit_feature *feature)
{
    const lj_live cell = feature->live[0];
    fit->style = LJ_PREP_TREES;
    LJ_TRY(auto_by_type(fit, feature));
    if (feature->dropped != NULL || feature->feature.type == LJ_COLUMN_TEXT)
        return LJ_OK;
    const int64_t count = feature->live_count;
    lj_live *trees = lj_arena_array(fit->prep->arena, count, sizeof(*trees));
    if (trees == NULL)
        return lj_fail(LJ_ENOMEM, "no memory to prepare column '%s'", feature->feature.name);
    memcpy(trees, feature->live, (size_t)count * sizeof(*trees));
    feature->live[0] = cell;
    feature->live_count = 1;
    fit->style = LJ_PREP_EMBEDDING;
    LJ_TRY(auto_by_type(fit, feature));
    for (int64_t i = 0; i < feature->live_count; i++)
        feature->live[i].view = LJ_VIEW_NETWORKS;
    for (int64_t i = 0; i < count; i++)
        trees[i].view = LJ_VIEW_TREES;
    return lj_fit_add_live(fit, feature, trees, count);
}

lj_status lj_fit_auto(lj_fit *fit, lj_fit_feature *feature)
{
    if (fit->options->style != LJ_PREP_BOTH)
        return auto_by_type(fit, feature);
    return auto_both(fit, feature);
}

/* ---- after the steps of a file ---- */

static lj_status fill_number(lj_fit *fit, lj_fit_feature *feature, int64_t live)
{
    if (style_of(fit) == LJ_PREP_WOE)
        return lj_feature_woe(&feature->feature, feature->live[live].reg) != NULL ? LJ_OK : weigh(fit, feature, live);
    if (feature->live[live].is_whole || style_of(fit) == LJ_PREP_TREES)
        return LJ_OK;
    lj_fit_column column;
    LJ_TRY(lj_fit_look(fit, feature, live, NULL, &column));
    const lj_impute_options impute = {.method = LJ_IMPUTE_MEDIAN, .indicator = 0};
    if (column.present < column.n)
        lj_note(fit->console, "prepare: no step fills column '%s': missing values become its median", column.name);
    return lj_fit_step(fit, feature, live, &column, LJ_TRANSFORM_IMPUTE, &impute, 0);
}

lj_status lj_fit_finish(lj_fit *fit, lj_fit_feature *feature)
{
    for (int64_t i = feature->live_count - 1; i >= 0; i--) {
        const lj_live *live = &feature->live[i];
        switch (feature->feature.registers[live->reg].kind) {
        case LJ_REGISTER_NUMBER:
            LJ_TRY(fill_number(fit, feature, i));
            break;
        case LJ_REGISTER_CATEGORY:
            lj_note(fit->console, "prepare: no step encodes column '%s': done as auto does", live->name);
            LJ_TRY(encode(fit, feature, i, 1));
            break;
        case LJ_REGISTER_TIME:
            lj_note(fit->console, "prepare: no step takes the date '%s' apart: done as auto does", live->name);
            LJ_TRY(auto_time(fit, feature, i));
            break;
        case LJ_REGISTER_CODE:
        case LJ_REGISTER_KIND_COUNT:
            break;
        }
    }
    return LJ_OK;
}

/* ---- notes ---- */

/* "a, b and 3 more" of the features for which `is` holds; 0 if there are none. */
static int64_t list_features(const lj_fit *fit, int (*is)(const lj_fit_feature *feature), char *out, size_t size)
{
    size_t used = 0;
    int64_t count = 0;
    out[0] = '\0';
    for (int64_t i = 0; i < fit->feature_count; i++) {
        if (!is(&fit->features[i]))
            continue;
        count++;
        if (used + 2 * NAME_SHOWN < size)
            used += (size_t)snprintf(out + used, size - used, "%s%.*s", used > 0 ? ", " : "", NAME_SHOWN,
                                     fit->features[i].feature.name);
    }
    return count;
}

static int has_sentinel(const lj_fit_feature *feature)
{
    return feature->feature.op_count > 0 &&
           feature->feature.ops[0].transform == lj_transform_of(LJ_TRANSFORM_SENTINEL);
}

static int has_missing(const lj_fit_feature *feature)
{
    return feature->dropped == NULL && feature->missing > 0;
}

void lj_fit_tell(const lj_fit *fit)
{
    char names[512];
    for (int64_t i = 0; i < fit->feature_count; i++) {
        if (fit->features[i].dropped != NULL)
            lj_note(fit->console, "prepare: '%s' is not used: %s", fit->features[i].feature.name,
                    fit->features[i].dropped);
        else if (fit->prep->is_auto && has_sentinel(&fit->features[i]))
            lj_note(fit->console, "prepare: '%s': %s", fit->features[i].feature.name,
                    fit->features[i].feature.ops[0].why);
    }
    const int64_t n_missing = list_features(fit, has_missing, names, sizeof(names));
    if (fit->prep->is_auto && n_missing > 0)
        lj_note(fit->console, "prepare: %" PRId64 " columns miss values: %s", n_missing, names);
    if (fit->prep->term_count > 0)
        lj_note(fit->console, "prepare: %" PRId64 " terms of texts", fit->prep->term_count);
    if (lj_prep_token_count(fit->prep) > 0)
        lj_note(fit->console, "prepare: texts of '%s' become %" PRId64 " %s of a vocabulary of %d",
                fit->prep->text->name, lj_prep_token_count(fit->prep),
                lj_token_unit_names[fit->prep->text->tokens->unit], lj_prep_token_size(fit->prep));
    lj_note(fit->console, "prepare: %" PRId64 " columns become %" PRId64 " numbers and %" PRId64 " categories",
            fit->prep->feature_count, fit->prep->number_count, fit->prep->category_count);
}
