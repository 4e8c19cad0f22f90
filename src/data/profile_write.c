/* A profile as JSON and as a table for a terminal. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "data/profile.h"
#include "lianjin/document.h"

enum { NAME_WIDTH = 30, BARS_WIDTH = LJ_PROFILE_BARS };

/* ---- JSON ---- */

static double rate(double positive, int64_t judged)
{
    return judged > 0 ? positive / (double)judged : (double)NAN;
}

static void put_some(lj_json *json, const char *key, double value)
{
    if (!isnan(value))
        lj_json_double(json, key, value);
}

static void put_quantiles(lj_json *json, const lj_profile_column *c)
{
    lj_json_map(json, "quantiles");
    for (int q = 0; q < LJ_PROFILE_QUANTILES && c->present > 0 && c->type == LJ_COLUMN_NUMBER; q++)
        lj_json_double(json, lj_profile_share_names[q], c->quantiles[q]);
    lj_json_end_map(json);
    if (c->type == LJ_COLUMN_NUMBER && c->present > 0) {
        lj_json_double(json, "mean", c->mean);
        lj_json_double(json, "deviation", c->deviation);
    }
    if (c->type == LJ_COLUMN_TIME && c->present > 0) {
        lj_text from = {0};
        lj_text to = {0};
        lj_time_text((int64_t)c->quantiles[0], &from);
        lj_time_text((int64_t)c->quantiles[LJ_PROFILE_QUANTILES - 1], &to);
        lj_json_string(json, "from", from.data);
        lj_json_string(json, "to", to.data);
        lj_text_free(&from);
        lj_text_free(&to);
    }
}

static void put_bars(lj_json *json, const lj_profile *profile, const lj_profile_column *c)
{
    const int judged = profile->target.kind == LJ_RELATION_BINARY;
    lj_json_list(json, "histogram");
    for (int i = 0; i < c->bar_count && c->type == LJ_COLUMN_NUMBER; i++) {
        lj_json_map(json, NULL);
        lj_json_double(json, "low", c->bars[i].low);
        lj_json_double(json, "high", c->bars[i].high);
        lj_json_integer(json, "count", c->bars[i].count);
        if (judged)
            lj_json_double(json, "rate", rate(c->bars[i].positive, c->bars[i].judged));
        lj_json_end_map(json);
    }
    lj_json_end_list(json);
    lj_json_list(json, "top");
    for (int i = 0; i < c->top_count; i++) {
        lj_json_map(json, NULL);
        lj_json_string(json, "value", c->top[i].text);
        lj_json_integer(json, "count", c->top[i].count);
        if (judged)
            lj_json_double(json, "rate", rate(c->top[i].positive, c->top[i].judged));
        lj_json_end_map(json);
    }
    lj_json_end_list(json);
}

static void put_column(lj_json *json, const lj_profile *profile, const lj_profile_column *c)
{
    lj_json_map(json, NULL);
    lj_json_string(json, "name", c->name);
    lj_json_string(json, "type", lj_column_type_name(c->type));
    lj_json_bool(json, "integer", c->is_integer);
    lj_json_string(json, "reason", c->reason);
    lj_json_integer(json, "missing", c->missing);
    lj_json_integer(json, "unique", c->unique);
    put_quantiles(json, c);
    put_bars(json, profile, c);
    lj_json_map(json, "target");
    put_some(json, "IV", c->iv);
    put_some(json, "AUC", c->auc);
    put_some(json, "KS", c->ks);
    put_some(json, "correlation", c->correlation);
    put_some(json, "Cramer's V", c->cramers_v);
    put_some(json, "correlation ratio", c->eta);
    lj_json_end_map(json);
    lj_json_double(json, "psi", c->psi);
    lj_json_list(json, "sentinels");
    for (int64_t i = 0; i < c->sentinel_count; i++)
        lj_json_double(json, NULL, c->sentinels[i]);
    lj_json_end_list(json);
    lj_json_list(json, "warnings");
    for (int i = 0; i < c->warning_count; i++)
        lj_json_string(json, NULL, c->warnings[i]);
    lj_json_end_list(json);
    lj_json_end_map(json);
}

/* "column 'x': ..." for each, and what concerns whole rows. */
static lj_status each_warning(const lj_profile *profile, void (*take)(void *context, const char *text), void *context)
{
    lj_text line = {0};
    lj_status status = LJ_OK;
    if (profile->duplicates > 0) {
        lj_text_printf(&line, "%" PRId64 " rows repeat an earlier row in every column", profile->duplicates);
        status = lj_text_finish(&line);
        if (status == LJ_OK)
            take(context, line.data);
    }
    for (int64_t i = 0; i < profile->column_count; i++)
        for (int w = 0; w < profile->columns[i].warning_count && status == LJ_OK; w++) {
            line.size = 0;
            lj_text_printf(&line, "%s: %s", profile->columns[i].name, profile->columns[i].warnings[w]);
            status = lj_text_finish(&line);
            if (status == LJ_OK)
                take(context, line.data);
        }
    lj_text_free(&line);
    return status;
}

static void take_json(void *context, const char *text)
{
    lj_json_string(context, NULL, text);
}

lj_status lj_profile_json(const lj_profile *profile, lj_text *out)
{
    lj_json json;
    lj_json_start(&json, out, 0);
    lj_json_map(&json, NULL);
    lj_json_integer(&json, "rows", profile->rows);
    lj_json_integer(&json, "duplicates", profile->duplicates);
    lj_json_string(&json, "target", profile->target.name);
    lj_json_string(&json, "positive", profile->target.positive);
    lj_json_string(&json, "time", profile->time);
    lj_json_list(&json, "columns");
    for (int64_t c = 0; c < profile->column_count; c++)
        put_column(&json, profile, &profile->columns[c]);
    lj_json_end_list(&json);
    lj_json_list(&json, "warnings");
    LJ_TRY(each_warning(profile, take_json, &json));
    lj_json_end_list(&json);
    lj_json_end_map(&json);
    lj_text_puts(out, "\n");
    return lj_text_finish(out);
}

/* ---- terminal ---- */

/* Columns on a terminal: East Asian characters take two. */
static int width_of(const char *text, size_t *bytes, int most)
{
    int width = 0;
    size_t i = 0;
    while (text[i] != '\0') {
        const unsigned char c = (unsigned char)text[i];
        const size_t n = c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
        const int wide = c >= 0xE3 && c <= 0xED ? 2 : c >= 0xF0 ? 2 : 1;
        if (width + wide > most)
            break;
        width += wide;
        for (size_t k = 0; k < n && text[i] != '\0'; k++)
            i++;
    }
    *bytes = i;
    return width;
}

static void put_padded(lj_text *out, const char *text, int width)
{
    size_t bytes = 0;
    const int used = width_of(text, &bytes, width);
    lj_text_append(out, text, bytes);
    lj_text_printf(out, "%*s", width - used, "");
}

static void put_blocks(lj_text *out, const lj_profile_column *c)
{
    static const char *const blocks[] = {" ",      "\u2581", "\u2582", "\u2583", "\u2584",
                                         "\u2585", "\u2586", "\u2587", "\u2588"};
    int64_t most = 1;
    const int n = c->bar_count > 0 ? c->bar_count : c->top_count;
    for (int i = 0; i < n; i++) {
        const int64_t count = c->bar_count > 0 ? c->bars[i].count : c->top[i].count;
        most = count > most ? count : most;
    }
    for (int i = 0; i < n; i++) {
        const int64_t count = c->bar_count > 0 ? c->bars[i].count : c->top[i].count;
        lj_text_puts(out, blocks[count == 0 ? 0 : 1 + count * 7 / most]);
    }
    lj_text_printf(out, "%*s", BARS_WIDTH - n, "");
}

static void put_range(lj_text *out, const lj_profile_column *c)
{
    lj_text range = {0};
    if (c->type == LJ_COLUMN_NUMBER && c->present > 0) {
        lj_text_printf(&range, "%.5g .. %.5g .. %.5g", c->quantiles[0], c->quantiles[4],
                       c->quantiles[LJ_PROFILE_QUANTILES - 1]);
    } else if (c->type == LJ_COLUMN_TIME && c->present > 0) {
        lj_time_text((int64_t)c->quantiles[0], &range);
        lj_text_puts(&range, " .. ");
        lj_time_text((int64_t)c->quantiles[LJ_PROFILE_QUANTILES - 1], &range);
    } else if (c->top_count > 0) {
        for (int i = 0; i < c->top_count && i < 3; i++)
            lj_text_printf(&range, "%s%s", i > 0 ? ", " : "", c->top[i].text);
    }
    put_padded(out, range.data != NULL ? range.data : "", NAME_WIDTH);
    lj_text_free(&range);
}

static void put_relation(lj_text *out, const lj_profile_column *c)
{
    if (!isnan(c->auc))
        lj_text_printf(out, " AUC %.3f IV %.3f", c->auc, c->iv);
    else if (!isnan(c->correlation))
        lj_text_printf(out, " r %+.3f", c->correlation);
    else if (!isnan(c->cramers_v))
        lj_text_printf(out, " V %.3f", c->cramers_v);
    else if (!isnan(c->eta))
        lj_text_printf(out, " eta %.3f", c->eta);
}

static void take_line(void *context, const char *text)
{
    lj_text_printf(context, "  ! %s\n", text);
}

lj_status lj_profile_print(const lj_profile *profile, lj_text *out)
{
    lj_text_printf(out, "%" PRId64 " rows, %" PRId64 " columns", profile->rows, profile->column_count);
    if (profile->target.positive != NULL)
        lj_text_printf(out, ", target %s (positive: %s)", profile->target.name, profile->target.positive);
    else if (profile->target.name != NULL)
        lj_text_printf(out, ", target %s", profile->target.name);
    lj_text_puts(out, "\n\n");
    put_padded(out, "column", NAME_WIDTH);
    lj_text_printf(out, " type   missing   unique  %-*s %-*s%s\n", BARS_WIDTH, "values", NAME_WIDTH,
                   "min .. median .. max, top words", profile->target.name != NULL ? " with the target" : "");
    for (int64_t i = 0; i < profile->column_count; i++) {
        const lj_profile_column *c = &profile->columns[i];
        put_padded(out, c->name, NAME_WIDTH);
        lj_text_printf(out, " %-6s %6.1f%% %8" PRId64 "  ", lj_column_type_name(c->type),
                       profile->rows > 0 ? 100.0 * (double)c->missing / (double)profile->rows : 0, c->unique);
        put_blocks(out, c);
        lj_text_puts(out, " ");
        put_range(out, c);
        put_relation(out, c);
        lj_text_puts(out, "\n");
    }
    lj_text_puts(out, "\n");
    LJ_TRY(each_warning(profile, take_line, out));
    return lj_text_finish(out);
}
