#include <assert.h>
#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "data/cell.h"

enum {
    EXACT_DIGITS = 15,   /* so many decimal digits are below 2^53 */
    EXACT_POWER = 22,    /* 10^22 is the last power of ten that a double holds */
    PLAIN_MAX = 64,      /* bytes of a number */
    UNIT_MAX = 32        /* bytes of a unit */
};

static const double powers[EXACT_POWER + 1] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                               1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

static int is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static int is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static int is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static size_t no_break(const char *at, size_t size) /* U+00A0 is two bytes */
{
    return size >= 2 && (unsigned char)at[0] == 0xC2 && (unsigned char)at[1] == 0xA0 ? 2 : 0;
}

lj_slice lj_slice_trim(const char *bytes, size_t size)
{
    for (;;) {
        const size_t wide = no_break(bytes, size);
        const size_t step = size > 0 && is_blank(bytes[0]) ? 1 : wide;
        if (step == 0)
            break;
        bytes += step;
        size -= step;
    }
    for (;;) {
        if (size > 0 && is_blank(bytes[size - 1]))
            size--;
        else if (size >= 2 && no_break(bytes + size - 2, 2) != 0)
            size -= 2;
        else
            break;
    }
    return (lj_slice){bytes, size};
}

int lj_slice_is(lj_slice slice, const char *text)
{
    const size_t n = strlen(text); /* the slice may hold NUL bytes */
    return n == slice.size && memcmp(text, slice.at, n) == 0;
}

int lj_slice_is_word(lj_slice slice, const char *text)
{
    size_t i = 0;
    while (i < slice.size && text[i] != '\0' && lower(slice.at[i]) == lower(text[i]))
        i++;
    return i == slice.size && text[i] == '\0';
}

static locale_t c_locale;

static void make_locale(void)
{
    c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
}

/* Correctly rounded, whatever the program's locale. */
static double slow_number(const char *at, size_t size)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    char copy[PLAIN_MAX + 1];
    pthread_once(&once, make_locale);
    memcpy(copy, at, size);
    copy[size] = '\0';
    return c_locale != (locale_t)0 ? strtod_l(copy, NULL, c_locale) : strtod(copy, NULL);
}

typedef struct scan {
    double value;
    size_t used; /* bytes; 0: no number here */
    int leading_zero, is_long;
} scan;

/* Digits with at most one point and an exponent: the longest number at the start of the slice. */
static scan scan_number(lj_slice s)
{
    scan r = {0};
    size_t i = s.size > 0 && (s.at[0] == '-' || s.at[0] == '+') ? 1 : 0;
    const int negative = i == 1 && s.at[0] == '-';
    const size_t first = i;
    uint64_t digits = 0;
    int significant = 0;
    int power = 0;
    while (i < s.size && is_digit(s.at[i])) {
        significant += digits != 0 || s.at[i] != '0';
        digits = digits * 10 + (uint64_t)(s.at[i] - '0');
        i++;
    }
    const size_t whole = i - first;
    size_t fraction = 0;
    if (i < s.size && s.at[i] == '.') {
        size_t k = i + 1;
        while (k < s.size && is_digit(s.at[k])) {
            significant += digits != 0 || s.at[k] != '0';
            digits = digits * 10 + (uint64_t)(s.at[k] - '0');
            k++;
        }
        fraction = k - i - 1;
        if (whole + fraction > 0)
            i = k;
    }
    if (whole + fraction == 0)
        return r;
    r.leading_zero = whole > 1 && s.at[first] == '0';
    const size_t mantissa_end = i;
    if (i + 1 < s.size && lower(s.at[i]) == 'e') {
        size_t k = i + 1;
        const int sign = s.at[k] == '-' ? -1 : 1;
        k += s.at[k] == '-' || s.at[k] == '+';
        const size_t start = k;
        while (k < s.size && is_digit(s.at[k])) {
            power = power < 10000 ? power * 10 + (s.at[k] - '0') : power;
            k++;
        }
        if (k > start)
            i = k;
        power = k > start ? power * sign : 0;
    }
    if (i > PLAIN_MAX)
        return r;
    power -= (int)fraction;
    if (significant <= EXACT_DIGITS && power >= -EXACT_POWER && power <= EXACT_POWER) {
        /* Clinger 1990: both exact, so one rounding gives the nearest double */
        const double d = (double)digits;
        r.value = power < 0 ? d / powers[-power] : d * powers[power];
        r.value = negative ? -r.value : r.value;
    } else {
        r.value = slow_number(s.at, i);
        r.is_long = fraction == 0 && mantissa_end == i && fabs(r.value) > 9007199254740992.0;
    }
    r.used = isfinite(r.value) ? i : 0;
    return r;
}

/* A number that may have commas between its thousands. */
static scan scan_grouped(lj_slice s, int *has_commas)
{
    char plain[PLAIN_MAX];
    size_t n = 0;
    size_t i = 0;
    *has_commas = 0;
    if (i < s.size && (s.at[i] == '-' || s.at[i] == '+'))
        plain[n++] = s.at[i++];
    const size_t first = i;
    while (i < s.size && is_digit(s.at[i]))
        i++;
    const size_t head = i - first;
    if (head < 1 || head > 3 || i >= s.size || s.at[i] != ',')
        return scan_number(s);
    memcpy(plain + n, s.at + first, head);
    n += head;
    while (i + 3 < s.size && s.at[i] == ',' && is_digit(s.at[i + 1]) && is_digit(s.at[i + 2]) &&
           is_digit(s.at[i + 3]) && n + 3 < sizeof(plain)) {
        memcpy(plain + n, s.at + i + 1, 3);
        n += 3;
        i += 4;
    }
    if (i < s.size && (is_digit(s.at[i]) || s.at[i] == ','))
        return (scan){0};
    if (i < s.size && s.at[i] == '.')
        do {
            if (n == sizeof(plain))
                return (scan){0};
            plain[n++] = s.at[i++];
        } while (i < s.size && is_digit(s.at[i]));
    scan r = scan_number((lj_slice){plain, n});
    *has_commas = 1;
    r.used = r.used == n ? i : 0;
    return r;
}

static lj_slice after(lj_slice s, size_t used)
{
    return (lj_slice){s.at + used, s.size - used};
}

static int starts_with(lj_slice s, const char *text)
{
    const size_t n = strlen(text);
    return s.size >= n && memcmp(s.at, text, n) == 0;
}

static int ends_with(lj_slice s, const char *text)
{
    const size_t n = strlen(text);
    return s.size >= n && memcmp(s.at + s.size - n, text, n) == 0;
}

static int read_plain(lj_slice cell, lj_cell_number *out)
{
    const scan r = scan_number(cell);
    out->value = r.value;
    out->is_code = r.leading_zero;
    out->is_long = r.is_long;
    return r.used > 0 && r.used == cell.size;
}

static int read_percent(lj_slice cell, lj_cell_number *out)
{
    int commas = 0;
    const scan r = scan_grouped(cell, &commas);
    lj_slice rest = after(cell, r.used);
    rest = lj_slice_trim(rest.at, rest.size);
    out->value = r.value / 100.0;
    out->marked = rest.size > 0;
    return r.used > 0 && (lj_slice_is(rest, "%") || (rest.size == 0 && r.value == 0)); /* a bare 0 is 0 % */
}

static int read_thousands(lj_slice cell, lj_cell_number *out)
{
    const scan r = scan_grouped(cell, &out->marked);
    out->value = r.value;
    out->is_code = r.leading_zero;
    return r.used > 0 && r.used == cell.size;
}

static const char *const currencies[] = {"US$",    "HK$", "$",   "\u20ac", "\u00a3", "\u00a5", "\uffe5", "\u20b9",
                                         "\u5143", "USD", "EUR", "GBP",    "CNY",    "RMB",    "JPY",    "CHF",
                                         "HKD",    "AUD", "CAD", "INR",    "SGD",    NULL};

typedef struct multiple {
    const char *word;
    double factor;
} multiple;

static const multiple multiples[] = {{"bn", 1e9}, {"mn", 1e6}, {"k", 1e3},           {"K", 1e3},           {"M", 1e6},
                                     {"m", 1e6},  {"B", 1e9},  {"\u4e07", 1e4},      {"\u4ebf", 1e8},      {NULL, 0}};

/* $5k, -1.2M, EUR 3, 3 EUR, ($1,200) */
static int read_currency(lj_slice cell, lj_cell_number *out)
{
    int commas = 0;
    int negative = 0;
    if (cell.size > 2 && cell.at[0] == '(' && cell.at[cell.size - 1] == ')') {
        negative = 1;
        cell = lj_slice_trim(cell.at + 1, cell.size - 2);
    } else if (cell.size > 1 && cell.at[0] == '-' && !is_digit(cell.at[1]) && cell.at[1] != '.') {
        negative = 1;
        cell = after(cell, 1);
    }
    for (const char *const *c = currencies; *c != NULL && out->unit.size == 0; c++) {
        const size_t n = strlen(*c);
        if (starts_with(cell, *c)) {
            out->unit = (lj_slice){cell.at, n};
            cell = after(cell, n);
        } else if (ends_with(cell, *c)) {
            out->unit = (lj_slice){cell.at + cell.size - n, n};
            cell.size -= n;
        }
    }
    cell = lj_slice_trim(cell.at, cell.size);
    const scan r = scan_grouped(cell, &commas);
    lj_slice rest = after(cell, r.used);
    rest = lj_slice_trim(rest.at, rest.size);
    double factor = 1;
    for (const multiple *m = multiples; m->word != NULL; m++)
        if (lj_slice_is(rest, m->word)) {
            factor = m->factor;
            rest.size = 0;
        }
    out->value = (negative ? -r.value : r.value) * factor;
    /* "5K" alone may be a code: a currency, a point or a comma makes it an amount */
    out->marked = out->unit.size > 0 || (factor != 1 && (commas || memchr(cell.at, '.', r.used) != NULL));
    return r.used > 0 && rest.size == 0 && isfinite(out->value);
}

/* One word of letters (also m2, km/h); a blank before it unless it is not of ASCII letters. */
static int read_word(lj_slice rest, lj_slice *unit)
{
    const lj_slice word = lj_slice_trim(rest.at, rest.size);
    if (word.size == 0 || word.size > UNIT_MAX || !is_letter(word.at[0]))
        return 0;
    if (word.at == rest.at && (unsigned char)word.at[0] < 0x80)
        return 0; /* 860xx is a code */
    for (size_t i = 0; i < word.size; i++)
        if (!is_letter(word.at[i]) && word.at[i] != '/' && !(i > 0 && is_digit(word.at[i])))
            return 0;
    *unit = word;
    return 1;
}

static int read_unit(lj_slice cell, lj_cell_number *out)
{
    int commas = 0;
    const scan r = scan_grouped(cell, &commas);
    out->value = r.value;
    out->marked = 1;
    return r.used > 0 && read_word(after(cell, r.used), &out->unit);
}

/* < 1 year is 0 years, 10+ years is 10, > 5 is 6: a whole step beside what it excludes. */
static int read_range(lj_slice cell, lj_cell_number *out)
{
    int commas = 0;
    double step = 0;
    lj_slice s = cell;
    if (s.size > 0 && (s.at[0] == '<' || s.at[0] == '>')) {
        step = s.at[0] == '<' ? -1 : 1;
        out->marked = 1;
        s = after(s, 1);
        if (s.size > 0 && s.at[0] == '=') {
            step = 0;
            s = after(s, 1);
        }
    } else if (starts_with(s, "\u2264") || starts_with(s, "\u2265")) { /* at most, at least */
        out->marked = 1;
        s = after(s, 3);
    }
    s = lj_slice_trim(s.at, s.size);
    const scan r = scan_grouped(s, &commas);
    if (r.used == 0)
        return 0;
    s = after(s, r.used);
    if (s.size > 0 && s.at[0] == '+') {
        if (out->marked)
            return 0;
        out->marked = 1;
        s = after(s, 1);
    }
    out->value = r.value == floor(r.value) ? r.value + step : r.value;
    out->is_code = r.leading_zero;
    return s.size == 0 || read_word(s, &out->unit);
}

int lj_cell_number_read(lj_number_rule rule, lj_slice cell, lj_cell_number *out)
{
    static int (*const readers[])(lj_slice, lj_cell_number *) = {
        [LJ_RULE_PLAIN] = read_plain,       [LJ_RULE_PERCENT] = read_percent, [LJ_RULE_THOUSANDS] = read_thousands,
        [LJ_RULE_CURRENCY] = read_currency, [LJ_RULE_UNIT] = read_unit,       [LJ_RULE_RANGE] = read_range};
    assert((unsigned)rule < LJ_RULE_COUNT);
    *out = (lj_cell_number){0};
    return readers[rule](cell, out);
}

static size_t stem(lj_slice unit)
{
    return unit.size > 1 && lower(unit.at[unit.size - 1]) == 's' ? unit.size - 1 : unit.size;
}

int lj_unit_same(lj_slice a, lj_slice b)
{
    const size_t n = stem(a);
    if (a.size == 0 || b.size == 0)
        return 1;
    if (n != stem(b))
        return 0;
    for (size_t i = 0; i < n; i++)
        if (lower(a.at[i]) != lower(b.at[i]))
            return 0;
    return 1;
}

int lj_cell_is_missing_word(lj_slice cell)
{
    static const char *const words[] = {"missing", "unknown", "unk",    "n/a",     "na",      "n.a.",    "nan",  "null",
                                        "none",    "nil",     "not available",     "not applicable",     "not given",
                                        "-",       "--",      "---",    ".",       "..",      "?",       "??",   "#n/a",
                                        "#na",     "#null!",  "#div/0!", "#value!", "#ref!",  "#num!",   "#name?",
                                        "\u65e0",  "\u672a\u77e5", "\u7f3a\u5931", NULL};
    for (const char *const *w = words; *w != NULL; w++)
        if (lj_slice_is_word(cell, *w))
            return 1;
    return 0;
}

int lj_cell_is_infinite(lj_slice cell)
{
    if (cell.size > 0 && (cell.at[0] == '-' || cell.at[0] == '+'))
        cell = after(cell, 1);
    return lj_slice_is_word(cell, "inf") || lj_slice_is_word(cell, "infinity");
}

lj_status lj_number_parse(lj_number_rule rule, const char *unit, const char *text, double *out)
{
    const lj_slice cell = lj_slice_trim(text, strlen(text));
    lj_cell_number number;
    *out = NAN;
    if (cell.size == 0 || lj_cell_is_missing_word(cell))
        return LJ_OK;
    if (!lj_cell_number_read(rule, cell, &number) ||
        (unit != NULL && !lj_unit_same(number.unit, (lj_slice){unit, strlen(unit)})))
        return lj_fail(LJ_EDATA, "'%s' is not a number by the rule '%s'%s%s", text, lj_number_rule_name(rule),
                       unit != NULL ? " in " : "", unit != NULL ? unit : "");
    *out = number.value;
    return LJ_OK;
}
