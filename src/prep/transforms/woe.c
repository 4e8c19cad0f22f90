/*
 * woe: a value becomes the weight of evidence of its bin, ln of the share of the others over the share of the events:
 * above 0 where the positive class is rarer than among all training rows (Siddiqi, "Credit Risk Scorecards", 2006).
 * Bins are those with the largest information value (prep/binning.h) or given by `breaks`; missing values and special
 * codes have bins of their own. Levels of a category stand in the order of their share of events, the rare ones
 * together; a level that the training part does not have goes with the rare ones, or is neutral: 0.
 */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "prep/stats.h"
#include "prep/transforms.h"
#include "prep/woe_bins.h"

#define LEVELS_NAMED 12 /* of a bin */
/* What a peak or valley must add for auto, in units of what chance adds to a bin; found on the valid parts of tables. */
#define TURN 30.0

static const char *const trends[] = {
#define X(code, name) name,
    LJ_TREND_LIST(X)
#undef X
    NULL};

static const lj_declaration options_declared[] = {
    {.key = "monotone", .kind = LJ_DECLARED_CHOICE, .offset = offsetof(lj_woe_options, monotone), .choices = trends,
     .fallback = "auto",
     .doc = "How the share of events goes from bin to bin of a number; auto: up or down, or peak or valley where that "
            "tells much more."},
    {.key = "max_bins", .kind = LJ_DECLARED_INTEGER, .offset = offsetof(lj_woe_options, max_bins), .min = 1, .max = 50,
     .fallback = "10", .doc = "Most bins, without those of missing values and special codes."},
    {.key = "min_size", .kind = LJ_DECLARED_NUMBER, .offset = offsetof(lj_woe_options, min_size), .min = 0, .max = 0.5,
     .fallback = "0.01", .doc = "Least share of the rows in a bin."},
    {.key = "min_events", .kind = LJ_DECLARED_INTEGER, .offset = offsetof(lj_woe_options, min_events), .min = 1,
     .max = 1e9, .fallback = "5", .doc = "Fewest rows of the positive class in a bin."},
    {.key = "min_others", .kind = LJ_DECLARED_INTEGER, .offset = offsetof(lj_woe_options, min_others), .min = 1,
     .max = 1e9, .fallback = "5", .doc = "Fewest rows of the other class in a bin."},
    {.key = "prebins", .kind = LJ_DECLARED_INTEGER, .offset = offsetof(lj_woe_options, prebins), .min = 2,
     .max = LJ_PREBINS_MAX, .fallback = "50",
     .doc = "Intervals of about equally many rows, which bins are put together from."},
    {.key = "min_level", .kind = LJ_DECLARED_NUMBER, .offset = offsetof(lj_woe_options, min_level), .min = 0,
     .max = 0.5, .fallback = "0.01", .doc = "Levels of a category with a smaller share of the rows go together."},
    {.key = "special", .kind = LJ_DECLARED_NUMBERS, .offset = offsetof(lj_woe_options, special.item),
     .min = -LJ_PREP_NUMBER_MAX, .max = LJ_PREP_NUMBER_MAX,
     .doc = "Codes of a number that are no amounts, such as [-1, 999]: a bin each."},
    {.key = "breaks", .kind = LJ_DECLARED_LIST, .offset = offsetof(lj_woe_options, breaks),
     .doc = "Bins by hand: edges of a number such as [25, 40], or lists of levels such as [[A, B], [C]]; left out: the "
            "best there are."},
};

/* What the functions of one fit share. */
typedef struct fit {
    const lj_fit_column *column;
    const lj_woe_options *o;
    lj_binning rules;
    lj_tally all;
    lj_tally missing;
    lj_tally *codes; /* [code_count] */
    lj_woe_bins *bins;
} fit;

static lj_status fail(const fit *f, const lj_item *item, const char *what)
{
    return lj_declare_fail(f->column->file, item != NULL ? item : f->column->step, "woe: column '%s': %s",
                           f->column->name, what);
}

static void count_row(lj_tally *tally, double target)
{
    tally->rows++;
    tally->events += target > 0.5;
}

static void add(lj_tally *sum, lj_tally more)
{
    sum->rows += more.rows;
    sum->events += more.events;
}

/* ---- numbers ---- */

static lj_status copy_codes(fit *f)
{
    double scratch[LJ_WOE_CODES_MAX];
    lj_woe_bins *bins = f->bins;
    const int64_t count = lj_number_list_count(&f->o->special);
    if (count > LJ_WOE_CODES_MAX)
        return fail(f, f->o->special.item, "too many special codes");
    bins->codes = lj_arena_array(f->column->arena, count, sizeof(double));
    f->codes = lj_arena_array(f->column->arena, count, sizeof(lj_tally));
    if (bins->codes == NULL || f->codes == NULL)
        return lj_fit_no_memory(f->column);
    for (int64_t i = 0; i < count; i++)
        bins->codes[i] = lj_number_list_at(&f->o->special, i) + 0.0;
    lj_sort_doubles(bins->codes, scratch, count);
    for (int64_t i = 1; i < count; i++)
        if (bins->codes[i] == bins->codes[i - 1])
            return fail(f, f->o->special.item, "a special code is given twice");
    bins->code_count = count;
    return LJ_OK;
}

static int is_code(const lj_woe_bins *bins, double x)
{
    for (int64_t i = 0; i < bins->code_count; i++)
        if (bins->codes[i] == x)
            return 1;
    return 0;
}

/* Edges by hand. */
static lj_status copy_breaks(fit *f)
{
    const lj_item *breaks = f->o->breaks;
    lj_woe_bins *bins = f->bins;
    if (breaks->count >= 2 * LJ_PREBINS_MAX)
        return fail(f, breaks, "too many breaks");
    bins->edges = lj_arena_array(f->column->arena, breaks->count, sizeof(double));
    if (bins->edges == NULL)
        return lj_fit_no_memory(f->column);
    for (int64_t i = 0; i < breaks->count; i++) {
        const lj_item *entry = breaks->items[i];
        if (entry->kind != LJ_NUMBER || !(fabs(entry->number) <= LJ_PREP_NUMBER_MAX))
            return fail(f, entry, "breaks of a number are numbers");
        if (i > 0 && entry->number <= bins->edges[i - 1])
            return fail(f, entry, "breaks must ascend");
        bins->edges[i] = entry->number + 0.0;
    }
    bins->edge_count = breaks->count;
    return LJ_OK;
}

/* Edges of the pre-bins, each the smallest value above it. `values` [n] ascending. */
static lj_status cut_prebins(fit *f, const double *values, int64_t n)
{
    int32_t cuts[2 * LJ_PREBINS_MAX + 2];
    const int64_t distinct = lj_distinct_sorted(values, n);
    int64_t *rows = lj_new_array(distinct + 1, sizeof(*rows));
    double *of = lj_new_array(distinct + 1, sizeof(*of));
    f->bins->edges = lj_arena_array(f->column->arena, 2 * LJ_PREBINS_MAX, sizeof(double));
    const int failed = rows == NULL || of == NULL || f->bins->edges == NULL;
    int64_t at = -1;
    for (int64_t i = 0; i < n && !failed; i++) {
        if (i == 0 || values[i] != values[i - 1])
            of[++at] = values[i];
        rows[at]++;
    }
    const int64_t parts = failed ? 0 : lj_binning_prebins(rows, distinct, f->o->prebins, cuts);
    for (int64_t i = 1; i < parts; i++)
        f->bins->edges[f->bins->edge_count++] = of[cuts[i]];
    lj_free(rows);
    lj_free(of);
    return failed ? lj_fit_no_memory(f->column) : LJ_OK;
}

/* The rows of each interval between the edges, of the codes and without a value. */
static void count_intervals(fit *f, lj_tally *intervals)
{
    const lj_fit_column *c = f->column;
    lj_woe_bins *bins = f->bins;
    bins->table.regular = bins->edge_count + 1;
    bins->table.count = bins->table.regular + bins->code_count + 1;
    for (int64_t i = 0; i < c->n; i++) {
        const int64_t bin = lj_woe_bin_of(bins, c->values[i]);
        lj_tally *to = bin < bins->table.regular ? &intervals[bin] :
                       bin < bins->table.count - 1 ? &f->codes[bin - bins->table.regular] : &f->missing;
        count_row(to, c->target[i]);
    }
}

/* Leaves only the edges where a bin begins; tallies [regular] of the bins. */
static lj_status join_intervals(fit *f, lj_tally *tallies)
{
    int32_t cuts[2 * LJ_PREBINS_MAX + 2];
    int64_t count = 0;
    lj_woe_bins *bins = f->bins;
    LJ_TRY(lj_binning_solve(&f->rules, tallies, bins->table.regular, f->all, cuts, &count));
    for (int64_t b = 0; b < count; b++) {
        lj_tally sum = {0, 0};
        for (int32_t i = cuts[b]; i < cuts[b + 1]; i++)
            add(&sum, tallies[i]);
        tallies[b] = sum;
        if (b > 0)
            bins->edges[b - 1] = bins->edges[cuts[b] - 1];
    }
    bins->table.regular = count;
    bins->edge_count = count - 1;
    return LJ_OK;
}

static lj_status bin_numbers(fit *f, lj_tally *tallies)
{
    const lj_fit_column *c = f->column;
    lj_woe_bins *bins = f->bins;
    LJ_TRY(copy_codes(f));
    if (f->o->breaks != NULL) {
        LJ_TRY(copy_breaks(f));
        count_intervals(f, tallies);
        return LJ_OK;
    }
    const double *sorted = lj_fit_sorted(c);
    double *regular = lj_new_array(c->present, sizeof(*regular));
    if (regular == NULL)
        return lj_fit_no_memory(c);
    int64_t n = 0;
    for (int64_t i = 0; i < c->present; i++)
        if (!is_code(bins, sorted[i]))
            regular[n++] = sorted[i];
    const lj_status status = cut_prebins(f, regular, n);
    lj_free(regular);
    if (status != LJ_OK)
        return status;
    count_intervals(f, tallies);
    return join_intervals(f, tallies);
}

/* ---- categories ---- */

/* Levels that go together: one, or all the rare ones. */
typedef struct group {
    lj_tally tally;
    int32_t level; /* -1: the rare ones */
} group;

static int by_rate(const void *a, const void *b)
{
    const group *x = a, *y = b;
    const double p = (double)x->tally.events / (double)x->tally.rows;
    const double q = (double)y->tally.events / (double)y->tally.rows;
    if (p != q)
        return p < q ? -1 : 1;
    return x->level < y->level ? -1 : x->level > y->level;
}

/* The groups in the order of their share of events. */
static int64_t group_levels(const fit *f, const lj_tally *levels, group *groups)
{
    group rare = {.level = -1};
    int64_t count = 0;
    for (int32_t i = 0; i < f->column->reg.size; i++) {
        if ((double)levels[i].rows < f->o->min_level * (double)f->column->n)
            add(&rare.tally, levels[i]);
        else if (levels[i].rows > 0)
            groups[count++] = (group){levels[i], i};
    }
    if (rare.tally.rows > 0)
        groups[count++] = rare;
    qsort(groups, (size_t)count, sizeof(*groups), by_rate);
    return count;
}

static lj_status join_groups(fit *f, const group *groups, int64_t count, const int64_t *rows, lj_tally *tallies)
{
    int32_t starts[2 * LJ_PREBINS_MAX + 2], cuts[2 * LJ_PREBINS_MAX + 2];
    lj_woe_bins *bins = f->bins;
    lj_tally pre[2 * LJ_PREBINS_MAX + 1] = {{0, 0}};
    const int64_t parts = lj_binning_prebins(rows, count, f->o->prebins, starts);
    for (int64_t p = 0; p < parts; p++)
        for (int32_t i = starts[p]; i < starts[p + 1]; i++)
            add(&pre[p], groups[i].tally);
    LJ_TRY(lj_binning_solve(&f->rules, pre, parts, f->all, cuts, &bins->table.regular));
    for (int64_t b = 0; b < bins->table.regular; b++) {
        for (int32_t i = starts[cuts[b]]; i < starts[cuts[b + 1]]; i++) {
            add(&tallies[b], groups[i].tally);
            if (groups[i].level >= 0)
                bins->bin_of[groups[i].level] = (int32_t)b;
            else
                bins->other = (int32_t)b;
        }
    }
    return LJ_OK;
}

static lj_status choose_groups(fit *f, const lj_tally *levels, lj_tally *tallies)
{
    const int32_t size = f->column->reg.size;
    group *groups = lj_new_array((int64_t)size + 1, sizeof(*groups));
    int64_t *rows = lj_new_array((int64_t)size + 1, sizeof(*rows));
    lj_status status = groups == NULL || rows == NULL ? lj_fit_no_memory(f->column) : LJ_OK;
    if (status == LJ_OK) {
        const int64_t count = group_levels(f, levels, groups);
        for (int64_t i = 0; i < count; i++)
            rows[i] = groups[i].tally.rows;
        status = join_groups(f, groups, count, rows, tallies);
    }
    for (int32_t i = 0; i < size && status == LJ_OK; i++)
        if (f->bins->bin_of[i] < 0)
            f->bins->bin_of[i] = f->bins->other;
    lj_free(groups);
    lj_free(rows);
    return status;
}

static lj_status take_level(fit *f, const lj_item *entry, int32_t bin)
{
    for (int32_t i = 0; entry->text != NULL && i < f->column->reg.size; i++) {
        if (strcmp(f->column->words[i], entry->text) != 0)
            continue;
        if (f->bins->bin_of[i] >= 0)
            return fail(f, entry, "a level is in two bins");
        f->bins->bin_of[i] = bin;
        return LJ_OK;
    }
    return fail(f, entry, "no level of the training part has this name");
}

/* Bins by hand; levels that are not named make one more, which unknown levels are in, too. */
static lj_status take_breaks(fit *f, const lj_tally *levels, lj_tally *tallies)
{
    const lj_item *breaks = f->o->breaks;
    lj_woe_bins *bins = f->bins;
    if (breaks->count > LJ_PREBINS_MAX)
        return fail(f, breaks, "too many breaks");
    for (int64_t b = 0; b < breaks->count; b++) {
        const lj_item *list = breaks->items[b];
        if (list->kind != LJ_LIST || list->count == 0)
            return fail(f, list, "breaks of a category are lists of levels");
        for (int64_t i = 0; i < list->count; i++)
            LJ_TRY(take_level(f, list->items[i], (int32_t)b));
    }
    bins->table.regular = breaks->count;
    for (int32_t i = 0; i < f->column->reg.size; i++) {
        if (bins->bin_of[i] < 0) {
            bins->other = (int32_t)breaks->count;
            bins->table.regular = breaks->count + 1;
            bins->bin_of[i] = bins->other;
        }
        add(&tallies[bins->bin_of[i]], levels[i]);
    }
    return LJ_OK;
}

static lj_status bin_levels(fit *f, lj_tally *tallies)
{
    const lj_fit_column *c = f->column;
    lj_woe_bins *bins = f->bins;
    if (lj_number_list_count(&f->o->special) > 0)
        return fail(f, f->o->special.item, "special codes are numbers, and this is a category: each code is a level");
    if (f->o->monotone != LJ_TREND_NONE && f->o->monotone != LJ_TREND_AUTO)
        return fail(f, NULL, "'monotone' is for numbers: the levels of a category stand in the order of their share of "
                             "events");
    f->rules.trend = LJ_TREND_NONE;
    bins->level_count = c->reg.size;
    bins->bin_of = lj_arena_array(c->arena, c->reg.size, sizeof(int32_t));
    lj_tally *levels = lj_new_array(c->reg.size, sizeof(*levels));
    if (bins->bin_of == NULL || levels == NULL) {
        lj_free(levels);
        return lj_fit_no_memory(c);
    }
    for (int32_t i = 0; i < c->reg.size; i++)
        bins->bin_of[i] = -1;
    for (int64_t i = 0; i < c->n; i++)
        count_row(isnan(c->values[i]) || c->values[i] < 0 ? &f->missing : &levels[(int32_t)c->values[i]], c->target[i]);
    const lj_status status = f->o->breaks != NULL ? take_breaks(f, levels, tallies) : choose_groups(f, levels, tallies);
    lj_free(levels);
    return status;
}

/* ---- the table ---- */

static const char *level_names(const fit *f, int64_t bin)
{
    lj_text text = {0};
    int64_t seen = 0;
    for (int32_t i = 0; i < f->column->reg.size; i++) {
        if (f->bins->bin_of[i] == bin && ++seen <= LEVELS_NAMED)
            lj_text_printf(&text, "%s%s", seen > 1 ? ", " : "", f->column->words[i]);
    }
    if (seen > LEVELS_NAMED)
        lj_text_printf(&text, " and %" PRId64 " more", seen - LEVELS_NAMED);
    const char *name = lj_text_finish(&text) == LJ_OK ? lj_arena_strdup(f->column->arena, text.data) : NULL;
    lj_text_free(&text);
    return name;
}

static const char *name_of(const fit *f, int64_t bin)
{
    const lj_woe_bins *bins = f->bins;
    if (bin == bins->table.count - 1)
        return "missing";
    if (bin >= bins->table.regular)
        return lj_arena_number(f->column->arena, bins->codes[bin - bins->table.regular]);
    return bins->is_number ? lj_arena_interval(f->column->arena, bins->edges, bins->edge_count, bin)
                           : level_names(f, bin);
}

static lj_status finish(fit *f, const lj_tally *regular)
{
    lj_woe_bins *bins = f->bins;
    lj_arena *arena = f->column->arena;
    const lj_binning counts = {.min_events = f->rules.min_events, .min_others = f->rules.min_others};
    const int64_t count = bins->table.regular + bins->code_count + 1;
    bins->table.count = count;
    const char **names = lj_arena_array(arena, count, sizeof(*names));
    lj_tally *tallies = lj_arena_array(arena, count, sizeof(*tallies));
    double *woe = lj_arena_array(arena, count, sizeof(*woe));
    if (names == NULL || tallies == NULL || woe == NULL)
        return lj_fit_no_memory(f->column);
    for (int64_t b = 0; b < count; b++) {
        names[b] = name_of(f, b);
        if (names[b] == NULL)
            return lj_fit_no_memory(f->column);
        const int64_t code = b - bins->table.regular;
        tallies[b] = code < 0 ? regular[b] : code < bins->code_count ? f->codes[code] : f->missing;
        if (f->o->breaks != NULL && code < 0 && (tallies[b].events == 0 || tallies[b].events == tallies[b].rows))
            return lj_declare_fail(f->column->file, f->o->breaks, "woe: column '%s': the bin '%s' has %" PRId64
                                   " rows, all of one class: join it to a neighbour", f->column->name, names[b],
                                   tallies[b].rows);
        woe[b] = lj_binning_allows(&counts, tallies[b]) ? lj_tally_woe(tallies[b], f->all) : 0.0;
    }
    return lj_woe_bins_fill(bins, arena, names, tallies, woe);
}

static lj_status woe_fit(const lj_fit_column *column, const void *options, lj_fitted *out)
{
    const lj_woe_options *o = options;
    fit f = {.column = column,
             .o = o,
             .rules = {.trend = (lj_trend)o->monotone,
                       .max_bins = o->max_bins,
                       .min_rows = (int64_t)ceil(o->min_size * (double)column->n),
                       .min_events = o->min_events,
                       .min_others = o->min_others}};
    if (column->target == NULL)
        return fail(&f, NULL, "weights of evidence need a target of two classes");
    for (int64_t i = 0; i < column->n; i++)
        count_row(&f.all, column->target[i]);
    if (f.all.events == 0 || f.all.events == f.all.rows)
        return fail(&f, NULL, "the rows of the training part are all of one class");
    f.rules.turn = TURN * (1.0 / (double)f.all.events + 1.0 / (double)(f.all.rows - f.all.events));
    lj_tally *tallies = lj_new_array(2 * LJ_PREBINS_MAX + 1, sizeof(*tallies));
    f.bins = lj_arena_array(column->arena, 1, sizeof(*f.bins));
    lj_status status = tallies == NULL || f.bins == NULL ? lj_fit_no_memory(column) : LJ_OK;
    if (status == LJ_OK) {
        f.bins->is_number = column->reg.kind == LJ_REGISTER_NUMBER;
        f.bins->other = -1;
        status = f.bins->is_number ? bin_numbers(&f, tallies) : bin_levels(&f, tallies);
    }
    if (status == LJ_OK)
        status = finish(&f, tallies);
    lj_free(tallies);
    if (status == LJ_OK)
        status = lj_fitted_number(column->arena, out);
    if (status != LJ_OK)
        return status;
    out->out[0].is_whole = 1;
    out->values = f.bins;
    out->why = lj_arena_printf(column->arena, "%" PRId64 " bins, information value %.4f", f.bins->table.regular,
                               f.bins->table.all_iv);
    return out->why != NULL ? LJ_OK : lj_fit_no_memory(column);
}

static void woe_apply(const void *values, int64_t n, const double *in, double *out, int64_t stride)
{
    (void)stride;
    const lj_woe_bins *bins = values;
    for (int64_t i = 0; i < n; i++) {
        const int64_t bin = lj_woe_bin_of(bins, in[i]);
        out[i] = bin >= 0 ? bins->table.woe[bin] : 0.0;
    }
}

static void woe_save(const void *values, lj_json *json)
{
    lj_woe_bins_save(values, json);
}

static lj_status woe_load(const lj_doc *doc, const lj_item *item, lj_register in, lj_arena *arena, lj_fitted *out)
{
    lj_woe_bins *bins = NULL;
    LJ_TRY(lj_woe_bins_load(doc, item, in, arena, &bins));
    LJ_TRY(lj_fitted_number(arena, out));
    out->values = bins;
    return LJ_OK;
}

const lj_transform lj_transform_woe = {
    .name = "woe",
    .doc = "Turns values into the weight of evidence of their bin, by the target of two classes.",
    .main = "monotone",
    .takes = LJ_TAKES_NUMBER | LJ_TAKES_CATEGORY,
    .options = options_declared,
    .option_count = sizeof(options_declared) / sizeof(options_declared[0]),
    .options_size = sizeof(lj_woe_options),
    .fit = woe_fit,
    .apply = woe_apply,
    .save = woe_save,
    .load = woe_load,
};
