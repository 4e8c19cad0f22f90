#include <ctype.h>
#include <string.h>

#include "data/cell.h"

/*
 * Formats of dates, the day part only: each may be followed by a time of day
 * (14:05, 14:05:09.5, T14:05:09Z, +08:00, 2:05 PM). Where several fit all
 * cells, the first in this list is taken. A saved column keeps the text of its format.
 */
static const char *const formats[] = {
    "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%m/%d/%Y", "%d/%m/%Y", "%m-%d-%Y", "%d-%m-%Y", "%d.%m.%Y",
    "%d %b %Y", "%d-%b-%Y", "%d-%b-%y", "%b %d, %Y", "%b %d %Y", "%b-%Y",  "%b %Y",   "%b-%y",    "%Y-%m",
    "%Y/%m",    "%m/%Y",    "%Y\u5e74%m\u6708%d\u65e5", "%Y\u5e74%m\u6708", "%m/%d/%y", "%d/%m/%y",
};

enum { FORMAT_COUNT = sizeof(formats) / sizeof(formats[0]), PIVOT = 69 /* two digits up to it are 20xx */ };

int lj_time_format_count(void)
{
    return FORMAT_COUNT;
}

const char *lj_time_format(int index)
{
    return formats[index];
}

typedef struct cursor {
    const char *at, *end;
} cursor;

/* Between `least` and `most` digits. */
static int take_digits(cursor *c, int least, int most, int *out)
{
    int n = 0;
    *out = 0;
    while (n < most && c->at < c->end && *c->at >= '0' && *c->at <= '9') {
        *out = *out * 10 + (*c->at - '0');
        c->at++;
        n++;
    }
    return n >= least;
}

static int take_month_name(cursor *c, int *month)
{
    static const char names[12][10] = {"january", "february", "march",     "april",   "may",      "june",
                                       "july",    "august",   "september", "october", "november", "december"};
    for (int m = 0; m < 12; m++) {
        size_t n = 0;
        while (names[m][n] != '\0' && c->at + n < c->end && tolower((unsigned char)c->at[n]) == names[m][n])
            n++;
        const int whole = names[m][n] == '\0';
        const int cut = n == 3 || (m == 8 && n == 4); /* Sep, Sept */
        if ((whole || cut) && (c->at + n == c->end || !isalpha((unsigned char)c->at[n]))) {
            c->at += n;
            *month = m + 1;
            return 1;
        }
    }
    return 0;
}

/* Days since 1970-01-01 of a date of the proleptic Gregorian calendar (H. Hinnant, "chrono-compatible algorithms"). */
static int64_t days_from_civil(int64_t y, int m, int d)
{
    y -= m <= 2;
    const int64_t era = (y >= 0 ? y : y - 399) / 400;
    const int64_t of_era = y - era * 400;
    const int64_t of_year = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static int date_is_real(int y, int m, int d)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (y < 1000 || m < 1 || m > 12 || d < 1)
        return 0;
    const int leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
    return d <= lengths[m - 1] + (m == 2 && leap);
}

static int take_date(const char *format, cursor *c, int64_t *days)
{
    int y = 0;
    int m = 0;
    int d = 1;
    const int dense = strcmp(format, "%Y%m%d") == 0; /* no separators: two digits each */
    for (const char *f = format; *f != '\0'; f++) {
        int ok = 1;
        if (*f != '%') {
            ok = c->at < c->end && *c->at == *f;
            c->at += ok;
        } else if (*++f == 'Y') {
            ok = take_digits(c, 4, 4, &y);
        } else if (*f == 'y') {
            ok = take_digits(c, 2, 2, &y);
            y += y <= PIVOT ? 2000 : 1900;
        } else if (*f == 'm') {
            ok = take_digits(c, dense ? 2 : 1, 2, &m);
        } else if (*f == 'd') {
            ok = take_digits(c, dense ? 2 : 1, 2, &d);
        } else {
            ok = take_month_name(c, &m);
        }
        if (!ok)
            return 0;
    }
    *days = date_is_real(y, m, d) ? days_from_civil(y, m, d) : 0;
    return date_is_real(y, m, d);
}

static int take_char(cursor *c, char wanted)
{
    const int ok = c->at < c->end && *c->at == wanted;
    c->at += ok;
    return ok;
}

static int64_t take_fraction(cursor *c)
{
    int64_t micros = 0;
    int64_t unit = 100000;
    while (c->at < c->end && *c->at >= '0' && *c->at <= '9') {
        micros += (*c->at - '0') * unit; /* beyond a microsecond: cut */
        unit /= 10;
        c->at++;
    }
    return micros;
}

static void skip_blanks(cursor *c)
{
    while (c->at < c->end && *c->at == ' ')
        c->at++;
}

/* Z, UTC, +08:00, -0500 or nothing. */
static int take_zone(cursor *c, int *minutes)
{
    *minutes = 0;
    skip_blanks(c);
    if (c->at == c->end || take_char(c, 'Z'))
        return 1;
    if (c->end - c->at == 3 && memcmp(c->at, "UTC", 3) == 0) {
        c->at = c->end;
        return 1;
    }
    const int sign = *c->at == '-' ? -1 : 1;
    int hours = 0;
    int rest = 0;
    if (!take_char(c, '+') && !take_char(c, '-'))
        return 0;
    if (!take_digits(c, 2, 2, &hours))
        return 0;
    const int colon = take_char(c, ':');
    if ((colon || c->at < c->end) && !take_digits(c, 2, 2, &rest))
        return 0;
    *minutes = sign * (hours * 60 + rest);
    return hours <= 18 && rest < 60;
}

/* The time of day after a date, with its zone. */
static int take_clock(cursor *c, int64_t *micros)
{
    int hour = 0;
    int minute = 0;
    int second = 0;
    int zone = 0;
    *micros = 0;
    if (c->at == c->end)
        return 1;
    if (!take_char(c, 'T') && !take_char(c, ' '))
        return 0;
    skip_blanks(c);
    if (!take_digits(c, 1, 2, &hour) || !take_char(c, ':') || !take_digits(c, 2, 2, &minute))
        return 0;
    if (take_char(c, ':')) {
        if (!take_digits(c, 2, 2, &second))
            return 0;
        if (take_char(c, '.'))
            *micros = take_fraction(c);
    }
    skip_blanks(c);
    if (c->end - c->at >= 2 && tolower((unsigned char)c->at[1]) == 'm') {
        const int half = tolower((unsigned char)c->at[0]);
        if ((half != 'a' && half != 'p') || hour < 1 || hour > 12)
            return 0;
        hour = hour % 12 + (half == 'p' ? 12 : 0);
        c->at += 2;
    }
    if (!take_zone(c, &zone) || c->at != c->end || hour > 24 || minute > 59 || second > 60)
        return 0;
    *micros += (((int64_t)hour * 60 + minute - zone) * 60 + second) * 1000000;
    return 1;
}

int lj_time_read(const char *format, lj_slice cell, int64_t *out)
{
    cursor c = {cell.at, cell.at + cell.size};
    int64_t days = 0;
    int64_t micros = 0;
    if (!take_date(format, &c, &days) || !take_clock(&c, &micros))
        return 0;
    *out = days * 86400000000 + micros;
    return 1;
}

uint32_t lj_time_formats_of(lj_slice cell, uint32_t among)
{
    uint32_t fits = 0;
    int64_t micros = 0;
    if (cell.size < 6 || cell.size > 48)
        return 0;
    for (int f = 0; f < FORMAT_COUNT; f++)
        if ((among >> f & 1) != 0 && lj_time_read(formats[f], cell, &micros))
            fits |= 1u << f;
    return fits;
}

lj_status lj_time_parse(const char *format, const char *text, int64_t *out)
{
    const lj_slice cell = lj_slice_trim(text, strlen(text));
    if (format != NULL)
        return lj_time_read(format, cell, out) ? LJ_OK :
                                                 lj_fail(LJ_EDATA, "'%s' is not a time like %s", text, format);
    const uint32_t fits = lj_time_formats_of(cell, UINT32_MAX);
    if (fits == 0)
        return lj_fail(LJ_EDATA, "'%s' is not a time; expected one such as 2018-07-01", text);
    return lj_time_read(formats[__builtin_ctz(fits)], cell, out) ? LJ_OK : lj_fail(LJ_EDATA, "'%s' is no time", text);
}
