#include "data/guess.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/*
 * A few words that are no numbers do not make a column text: at most this
 * share of its cells, and only if there are numbers enough to tell.
 */
enum { ODD_ONE_IN = 100, ODD_KINDS_MAX = 2, NUMBERS_TO_TELL = 20 };

static const lj_number_rule marked_rules[] = {LJ_RULE_PERCENT, LJ_RULE_THOUSANDS, LJ_RULE_CURRENCY, LJ_RULE_RANGE,
                                              LJ_RULE_UNIT};
enum { DENSE_FORMAT = 3 /* %Y%m%d in the list of formats */ };
enum { MARKED_RULES = sizeof(marked_rules) / sizeof(marked_rules[0]) };

void lj_guess_start(lj_guess *guess)
{
    memset(guess, 0, sizeof(*guess));
    guess->formats = UINT32_MAX;
}

/* Keeps the smaller of two texts in byte order, cut to fit and never within a character. */
static void keep_low(char *kept, lj_slice cell)
{
    size_t n = cell.size < LJ_ODD_BYTES - 1 ? cell.size : LJ_ODD_BYTES - 1;
    while (n > 0 && n < cell.size && ((unsigned char)cell.at[n] & 0xC0) == 0x80)
        n--;
    if (kept[0] != '\0') {
        const int order = strncmp(cell.at, kept, n);
        if (order > 0 || (order == 0 && kept[n] == '\0'))
            return;
    }
    memcpy(kept, cell.at, n);
    kept[n] = '\0';
}

static void count_odd(lj_guess *g, lj_slice cell)
{
    g->odd_cells++;
    if (g->is_wordy)
        return;
    for (int i = 0; i < g->odd_count; i++)
        if (g->odd[i].size == cell.size && memcmp(g->odd[i].text, cell.at, cell.size) == 0) {
            g->odd[i].count++;
            return;
        }
    if (g->odd_count == LJ_ODD_WORDS || cell.size >= LJ_ODD_BYTES) {
        g->is_wordy = 1;
        return;
    }
    lj_odd_word *word = &g->odd[g->odd_count++];
    memcpy(word->text, cell.at, cell.size);
    word->text[cell.size] = '\0';
    word->size = cell.size;
    word->count = 1;
}

static void count_unit(lj_guess *g, lj_number_rule rule, lj_slice unit)
{
    char *kept = g->unit[rule];
    const size_t n = strlen(kept);
    if (unit.size == 0)
        return;
    if (unit.size >= LJ_ODD_BYTES || (n > 0 && !lj_unit_same(unit, (lj_slice){kept, n}))) {
        g->mixed_units[rule] = 1;
        return;
    }
    if (unit.size > n || (unit.size == n && memcmp(unit.at, kept, n) < 0)) {
        memcpy(kept, unit.at, unit.size);
        kept[unit.size] = '\0';
    }
}

/* Whether a cell that is no plain number fits one of the other rules. */
static int count_rules(lj_guess *g, lj_slice cell)
{
    int any = 0;
    lj_cell_number number;
    for (int i = 0; i < MARKED_RULES; i++) {
        const lj_number_rule rule = marked_rules[i];
        if (!lj_cell_number_read(rule, cell, &number))
            continue;
        any = 1;
        g->fits[rule]++;
        g->marked[rule] += number.marked;
        g->codes += number.is_code;
        count_unit(g, rule, number.unit);
    }
    return any;
}

static int count_times(lj_guess *g, lj_slice cell)
{
    const uint32_t fits = lj_time_formats_of(cell, g->formats);
    if (fits != 0) {
        g->formats = fits;
        g->times++;
        return 1;
    }
    if (lj_time_formats_of(cell, ~g->formats) == 0)
        return 0;
    g->formats = 0; /* a time, but not like the others */
    g->times++;
    return 1;
}

static int has_digit(lj_slice cell)
{
    for (size_t i = 0; i < cell.size; i++)
        if (cell.at[i] >= '0' && cell.at[i] <= '9')
            return 1;
    return 0;
}

void lj_guess_cell(lj_guess *g, lj_slice cell)
{
    lj_cell_number number;
    g->cells++;
    if (g->is_wordy) { /* text whatever follows */
        g->odd_cells++;
        if (cell.at[0] > '9' || !lj_cell_number_read(LJ_RULE_PLAIN, cell, &number))
            keep_low(g->example, cell);
        return;
    }
    if (lj_cell_number_read(LJ_RULE_PLAIN, cell, &number)) {
        g->plain++;
        g->whole += number.value == floor(number.value);
        g->codes += number.is_code;
        g->long_wholes += number.is_long;
        g->zeros += number.value == 0;
        if (cell.size == 8 && cell.at[0] >= '1' && cell.at[0] <= '2') {
            int64_t micros = 0;
            const int year = (cell.at[0] - '0') * 10 + (cell.at[1] - '0');
            g->days += (year == 19 || year == 20) && lj_time_read("%Y%m%d", cell, &micros);
        }
        return;
    }
    keep_low(g->example, cell);
    if (lj_cell_is_infinite(cell)) {
        g->infinite++;
        return;
    }
    int known = 0;
    if (has_digit(cell)) {
        known = count_rules(g, cell);
        known |= count_times(g, cell);
    }
    if (!known)
        count_odd(g, cell);
}

/* Odd words that may stand for missing cells; *words is their list, NULL if all are words that always do. */
static int odd_words_are_nulls(const lj_guess *g, int64_t good, lj_arena *arena, const char **words, lj_status *status)
{
    int kinds = 0;
    int64_t cells = 0;
    *words = NULL;
    if (g->is_wordy || good == 0)
        return 0;
    for (int i = 0; i < g->odd_count; i++) {
        const lj_odd_word *word = &g->odd[i];
        const lj_slice slice = {word->text, word->size};
        if (lj_cell_is_missing_word(slice))
            continue;
        if (has_digit(slice) || memchr(slice.at, '\t', slice.size) != NULL || ++kinds > ODD_KINDS_MAX)
            return 0;
        cells += word->count;
        /* in byte order, so that the order of rows does not matter */
        const int after = *words != NULL && strcmp(*words, word->text) < 0;
        *words = *words == NULL
                     ? lj_arena_strdup(arena, word->text)
                     : lj_arena_printf(arena, "%s\t%s", after ? *words : word->text, after ? word->text : *words);
        if (*words == NULL) {
            *status = lj_fail(LJ_ENOMEM, "no memory for the words of a column");
            return 0;
        }
    }
    return kinds == 0 || (good >= NUMBERS_TO_TELL && cells * ODD_ONE_IN <= good);
}

/* "; 'Missing' (27 cells) stands for no value" */
static const char *odd_note(const lj_guess *g, lj_arena *arena)
{
    const lj_odd_word *first = NULL;
    for (int i = 0; i < g->odd_count; i++)
        if (first == NULL || strcmp(g->odd[i].text, first->text) < 0)
            first = &g->odd[i];
    if (first == NULL)
        return "";
    return g->odd_count == 1 ?
               lj_arena_printf(arena, "; '%s' (%" PRId64 " cells) stands for no value", first->text, first->count) :
               lj_arena_printf(arena, "; '%s' and %d more words (%" PRId64 " cells) stand for no value", first->text,
                               g->odd_count - 1, g->odd_cells);
}

static void set_number(const lj_guess *g, lj_arena *arena, lj_number_rule rule, lj_field *field)
{
    static const char *const likes[] = {[LJ_RULE_PERCENT] = "percentages", [LJ_RULE_THOUSANDS] = "numbers with commas",
                                        [LJ_RULE_CURRENCY] = "amounts",    [LJ_RULE_UNIT] = "numbers with a unit",
                                        [LJ_RULE_RANGE] = "ranges"};
    field->type = LJ_COLUMN_NUMBER;
    field->rule = rule;
    const char *note = odd_note(g, arena);
    const int64_t n = g->cells - g->odd_cells;
    if (rule == LJ_RULE_PLAIN) {
        field->is_integer = g->whole == g->plain;
        field->reason = note == NULL ? NULL :
                                       lj_arena_printf(arena, "all %" PRId64 " values are %snumbers%s", n,
                                                       field->is_integer ? "whole " : "", note);
        return;
    }
    if (g->unit[rule][0] != '\0')
        field->unit = lj_arena_strdup(arena, g->unit[rule]);
    field->reason = note == NULL ? NULL
                                 : lj_arena_printf(arena, "all %" PRId64 " values are %s such as '%s'%s", n,
                                                   likes[rule], g->example, note);
}

static void set_time(const lj_guess *g, lj_arena *arena, int format, lj_field *field)
{
    const char *note = odd_note(g, arena);
    const int unsure = g->times > 0 && (g->formats & (g->formats - 1)) != 0;
    field->type = LJ_COLUMN_TIME;
    field->time_format = lj_time_format(format);
    field->reason =
        note == NULL
            ? NULL
            : lj_arena_printf(arena, "all %" PRId64 " values are times like %s%s%s%s", g->cells - g->odd_cells,
                              lj_time_format(format), unsure ? ", and also like " : "",
                              unsure ? lj_time_format(__builtin_ctz(g->formats & (g->formats - 1))) : "", note);
}

static void set_text(const lj_guess *g, lj_arena *arena, lj_field *field)
{
    field->type = LJ_COLUMN_TEXT;
    if (g->plain == g->cells && g->codes > 0)
        field->reason = lj_arena_printf(
            arena, "%" PRId64 " of %" PRId64 " whole numbers begin with 0, so they are codes", g->codes, g->cells);
    else if (g->plain == g->cells && g->long_wholes > 0)
        field->reason =
            lj_arena_printf(arena, "%" PRId64 " of %" PRId64 " whole numbers are too long to be exact as numbers",
                            g->long_wholes, g->cells);
    else
        field->reason = lj_arena_printf(arena, "words or codes such as '%s'", g->example);
}

/* The rule that all cells which are not odd fit, or -1. */
static int find_rule(const lj_guess *g, int64_t good)
{
    if (g->plain == good)
        return g->codes == 0 && g->long_wholes == 0 ? (int)LJ_RULE_PLAIN : -1;
    for (int i = 0; i < MARKED_RULES; i++) {
        const lj_number_rule rule = marked_rules[i];
        int64_t bare = g->plain; /* plain numbers that the rule reads as well */
        if (rule == LJ_RULE_PERCENT)
            bare = g->zeros;
        if (rule == LJ_RULE_UNIT)
            bare = 0;
        if ((g->plain > 0 && bare != g->plain) || g->fits[rule] + g->plain != good || g->marked[rule] == 0)
            continue;
        if (g->mixed_units[rule] || (rule == LJ_RULE_RANGE && g->codes > 0) || g->long_wholes > 0)
            continue;
        return (int)rule;
    }
    return -1;
}

lj_status lj_guess_finish(const lj_guess *g, lj_arena *arena, const char *name, lj_field *field)
{
    lj_status status = LJ_OK;
    const char *words = NULL;
    const int64_t good = g->cells - g->odd_cells;
    const int only_good = odd_words_are_nulls(g, good, arena, &words, &status);
    LJ_TRY(status);
    if (g->infinite > 0 && g->plain > 0 && only_good && g->plain + g->infinite == good)
        return lj_fail(LJ_EDATA, "column '%s': %" PRId64 " cells are infinite, such as '%s': expected finite numbers",
                       name, g->infinite, g->example);
    *field = (lj_field){.name = name};
    const int rule = g->infinite == 0 && only_good ? find_rule(g, good) : -1;
    if (g->cells == 0) {
        field->type = LJ_COLUMN_NUMBER;
        field->reason = "no cell has a value";
    } else if (only_good && g->plain == good && g->days == good && good >= 3) {
        set_time(g, arena, DENSE_FORMAT, field);
    } else if (rule >= 0) {
        set_number(g, arena, (lj_number_rule)rule, field);
    } else if (only_good && g->times == good && g->formats != 0) {
        set_time(g, arena, __builtin_ctz(g->formats), field);
    } else {
        set_text(g, arena, field);
    }
    field->null_words = field->type != LJ_COLUMN_TEXT ? words : NULL;
    return field->reason != NULL ? LJ_OK : lj_fail(LJ_ENOMEM, "no memory for the reason of column '%s'", name);
}

/* The rule that most cells fit; ties go to the first. */
static lj_number_rule likeliest_rule(const lj_guess *g)
{
    lj_number_rule best = LJ_RULE_PLAIN;
    int64_t most = g->plain;
    for (int i = 0; i < MARKED_RULES; i++) {
        const lj_number_rule rule = marked_rules[i];
        const int64_t bare = rule == LJ_RULE_PERCENT ? g->zeros : rule == LJ_RULE_UNIT ? 0 : g->plain;
        if (g->marked[rule] > 0 && g->fits[rule] + bare > most) {
            best = rule;
            most = g->fits[rule] + bare;
        }
    }
    return best;
}

lj_status lj_guess_finish_as(const lj_guess *g, lj_column_type type, lj_arena *arena, const char *name, lj_field *field)
{
    *field = (lj_field){.name = name, .type = type};
    lj_field found;
    if (type == LJ_COLUMN_TEXT)
        return LJ_OK;
    if (g->infinite == 0) { /* infinite cells are told with their row when they are read */
        LJ_TRY(lj_guess_finish(g, arena, name, &found));
        if (found.type == type) {
            *field = found;
            return LJ_OK;
        }
    }
    if (type == LJ_COLUMN_TIME) {
        if (g->times == 0 && g->plain > 0)
            field->time_format = lj_time_format(DENSE_FORMAT);
        else if (g->times > 0 && g->formats != 0 && g->formats != UINT32_MAX)
            field->time_format = lj_time_format(__builtin_ctz(g->formats));
        return LJ_OK;
    }
    field->rule = likeliest_rule(g);
    field->is_integer = field->rule == LJ_RULE_PLAIN && g->whole == g->plain && g->plain == g->cells;
    if (field->rule == LJ_RULE_PLAIN || g->unit[field->rule][0] == '\0')
        return LJ_OK;
    field->unit = lj_arena_strdup(arena, g->unit[field->rule]);
    return field->unit != NULL ? LJ_OK : lj_fail(LJ_ENOMEM, "no memory for the unit of column '%s'", name);
}
