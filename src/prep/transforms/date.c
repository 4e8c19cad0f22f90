/*
 * date: an instant becomes numbers: parts of its date in UTC (Gregorian), its age in days before a reference, and
 * the days elapsed since the first one of the training part. Missing stays missing in all of them.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "prep/transforms.h"

#define DAY 86400000000.0 /* microseconds */
#define HOUR 3600000000.0

/* X(code, name) */
#define PART_LIST(X)              \
    X(YEAR, "year")               \
    X(MONTH, "month")             \
    X(DAY_OF_MONTH, "day")        \
    X(WEEKDAY, "weekday")         \
    X(DAY_OF_YEAR, "day_of_year") \
    X(HOUR, "hour")               \
    X(AGE, "age")                 \
    X(ELAPSED, "elapsed")

typedef enum part {
#define X(code, name) PART_##code,
    PART_LIST(X)
#undef X
        PART_COUNT
} part;

static const char *const part_names[] = {
#define X(code, name) name,
    PART_LIST(X)
#undef X
        NULL};

typedef struct date {
    int32_t *parts; /* [count] */
    int64_t count;
    double reference, start; /* microseconds */
} date;

static const lj_declaration options_declared[] = {
    {.key = "parts", .kind = LJ_DECLARED_STRINGS, .offset = offsetof(lj_date_options, parts), .choices = part_names,
     .doc = "Which numbers: year, month, day, weekday (0: Monday), day_of_year, hour, age and elapsed (both in days). "
            "Left out: all but elapsed that differ in the training part."},
    {.key = "reference", .kind = LJ_DECLARED_STRING, .offset = offsetof(lj_date_options, reference),
     .doc = "Date that ages are counted to, such as 2018-12-31; left out: the last one of the training part."},
};

/*
 * Days since 1970 of a Gregorian date; its inverse is below. Method: Howard Hinnant, "chrono-compatible low-level date
 * algorithms".
 */
static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
    year -= month <= 2;
    const int64_t era = (year >= 0 ? year : year - 399) / 400;
    const int64_t year_of_era = year - era * 400;
    const int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

static void date_of(int64_t days, int64_t *year, int64_t *month, int64_t *day)
{
    days += 719468;
    const int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    const int64_t day_of_era = days - era * 146097;
    const int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    const int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const int64_t shifted = (5 * day_of_year + 2) / 153;
    *day = day_of_year - (153 * shifted + 2) / 5 + 1;
    *month = shifted < 10 ? shifted + 3 : shifted - 9;
    *year = year_of_era + era * 400 + (*month <= 2);
}

static double part_of(const date *fitted, part which, double time)
{
    const double whole_days = floor(time / DAY);
    const int64_t days = (int64_t)whole_days;
    int64_t year;
    int64_t month;
    int64_t day;
    switch (which) {
    case PART_WEEKDAY:
        return (double)(((days + 3) % 7 + 7) % 7); /* 1970-01-01 was a Thursday */
    case PART_HOUR:
        return floor((time - whole_days * DAY) / HOUR);
    case PART_AGE:
        return (fitted->reference - time) / DAY;
    case PART_ELAPSED:
        return (time - fitted->start) / DAY;
    case PART_YEAR:
    case PART_MONTH:
    case PART_DAY_OF_MONTH:
    case PART_DAY_OF_YEAR:
    case PART_COUNT:
        break;
    }
    date_of(days, &year, &month, &day);
    if (which == PART_YEAR)
        return (double)year;
    if (which == PART_MONTH)
        return (double)month;
    return (double)(which == PART_DAY_OF_MONTH ? day : days - days_of(year, 1, 1) + 1);
}

/* "2018-12-31" or "2018/12/31" */
static int parse_date(const char *text, double *out)
{
    int year;
    int month;
    int day;
    int end = 0;
    if (sscanf(text, "%4d-%2d-%2d%n", &year, &month, &day, &end) != 3 || text[end] != '\0') {
        end = 0;
        if (sscanf(text, "%4d/%2d/%2d%n", &year, &month, &day, &end) != 3 || text[end] != '\0')
            return 0;
    }
    if (month < 1 || month > 12 || day < 1 || day > 31)
        return 0;
    const int64_t days = days_of(year, month, day);
    int64_t y;
    int64_t m;
    int64_t d;
    date_of(days, &y, &m, &d);
    *out = (double)days * DAY;
    return y == year && m == month && d == day; /* 30 February is no date */
}

static int differs(const lj_fit_column *column, const date *fitted, part which)
{
    const double first = part_of(fitted, which, column->given[0]);
    for (int64_t i = 1; i < column->present; i++) {
        if (part_of(fitted, which, column->given[i]) != first)
            return 1;
    }
    return 0;
}

static void choose_parts(const lj_fit_column *column, const lj_date_options *o, date *fitted)
{
    if (o->parts != NULL) {
        for (int64_t i = 0; i < lj_declared_count(o->parts) && fitted->count < PART_COUNT; i++) {
            for (int32_t which = 0; which < PART_COUNT; which++) {
                if (strcmp(lj_declared_at(o->parts, i)->text, part_names[which]) == 0)
                    fitted->parts[fitted->count++] = which;
            }
        }
        return;
    }
    for (int32_t which = 0; which < PART_ELAPSED; which++) {
        if (which == PART_AGE || differs(column, fitted, (part)which))
            fitted->parts[fitted->count++] = which;
    }
}

static lj_status date_fit(const lj_fit_column *column, const void *options, lj_fitted *out)
{
    const lj_date_options *o = options;
    date *fitted = lj_arena_array(column->arena, 1, sizeof(*fitted));
    if (fitted == NULL)
        return lj_fit_no_memory(column);
    fitted->parts = lj_arena_array(column->arena, PART_COUNT, sizeof(int32_t));
    if (fitted->parts == NULL)
        return lj_fit_no_memory(column);
    fitted->start = lj_fit_sorted(column)[0];
    fitted->reference = lj_fit_sorted(column)[column->present - 1];
    if (o->reference != NULL && !parse_date(o->reference, &fitted->reference))
        return lj_declare_fail(column->file, column->step,
                               "date: 'reference' must be a date such as 2018-12-31, found '%.50s'", o->reference);
    choose_parts(column, o, fitted);
    if (fitted->count == 0)
        return lj_declare_fail(column->file, column->step, "date: 'parts' names none");
    LJ_TRY(lj_fitted_outputs(column->arena, fitted->count, out));
    const char *names = "";
    for (int64_t i = 0; i < fitted->count; i++) {
        out->out[i].reg.kind = LJ_REGISTER_NUMBER;
        out->out[i].name = lj_arena_printf(column->arena, "%s %s", column->name, part_names[fitted->parts[i]]);
        names = lj_arena_printf(column->arena, "%s%s%s", names, i > 0 ? ", " : "", part_names[fitted->parts[i]]);
        if (out->out[i].name == NULL || names == NULL)
            return lj_fit_no_memory(column);
    }
    out->values = fitted;
    out->why = names;
    return LJ_OK;
}

static void date_apply(const void *values, int64_t n, const double *in, double *out, int64_t stride)
{
    const date *fitted = values;
    for (int64_t k = 0; k < fitted->count; k++) {
        for (int64_t i = 0; i < n; i++)
            out[k * stride + i] = isnan(in[i]) ? in[i] : part_of(fitted, (part)fitted->parts[k], in[i]);
    }
}

static void date_save(const void *values, lj_json *json)
{
    const date *fitted = values;
    lj_json_list(json, "parts");
    for (int64_t i = 0; i < fitted->count; i++)
        lj_json_string(json, NULL, part_names[fitted->parts[i]]);
    lj_json_end_list(json);
    lj_json_double(json, "reference", fitted->reference);
    lj_json_double(json, "start", fitted->start);
}

static lj_status date_load(const lj_doc *doc, const lj_item *item, lj_register in, lj_arena *arena, lj_fitted *out)
{
    (void)in;
    date *fitted = lj_arena_array(arena, 1, sizeof(*fitted));
    const lj_item *list;
    LJ_TRY(lj_item_need(doc, item, "parts", LJ_LIST, &list));
    if (list->count < 1 || list->count > PART_COUNT)
        return lj_fail(LJ_ECORRUPT, "%s:%d:%d: expected 1 to %d 'parts'", lj_doc_name(doc), list->line, list->column,
                       PART_COUNT);
    if (fitted == NULL || (fitted->parts = lj_arena_array(arena, PART_COUNT, sizeof(int32_t))) == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for a step");
    for (int64_t i = 0; i < list->count; i++) {
        int32_t which = 0;
        const lj_item *entry = list->items[i];
        while (which < PART_COUNT && (entry->kind != LJ_STRING || strcmp(entry->text, part_names[which]) != 0))
            which++;
        if (which == PART_COUNT)
            return lj_fail(LJ_ECORRUPT, "%s:%d:%d: expected a part of a date", lj_doc_name(doc), entry->line,
                           entry->column);
        fitted->parts[fitted->count++] = which;
    }
    LJ_TRY(lj_load_number(doc, item, "reference", &fitted->reference));
    LJ_TRY(lj_load_number(doc, item, "start", &fitted->start));
    LJ_TRY(lj_fitted_outputs(arena, fitted->count, out));
    for (int32_t i = 0; i < out->n_out; i++)
        out->out[i].reg.kind = LJ_REGISTER_NUMBER;
    out->values = fitted;
    return LJ_OK;
}

const lj_transform lj_transform_date = {
    .name = "date",
    .doc = "Turns dates into numbers.",
    .main = "parts",
    .takes = LJ_TAKES_TIME,
    .options = options_declared,
    .option_count = sizeof(options_declared) / sizeof(options_declared[0]),
    .options_size = sizeof(lj_date_options),
    .fit = date_fit,
    .apply = date_apply,
    .save = date_save,
    .load = date_load,
};
