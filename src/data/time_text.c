#include <inttypes.h>

#include "data/profile.h"

void lj_time_text(int64_t micros, lj_text *text)
{
    const int64_t day_micros = 86400000000;
    int64_t days = micros / day_micros;
    int64_t rest = micros % day_micros;
    if (rest < 0) {
        rest += day_micros;
        days--;
    }
    /* civil date of a day (H. Hinnant, "chrono-compatible algorithms") */
    const int64_t z = days + 719468;
    const int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    const int64_t of_era = z - era * 146097;
    const int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    const int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
    const int64_t m = (5 * of_year + 2) / 153;
    const int64_t day = of_year - (153 * m + 2) / 5 + 1;
    const int64_t month = m < 10 ? m + 3 : m - 9;
    lj_text_printf(text, "%04" PRId64 "-%02" PRId64 "-%02" PRId64, year + era * 400 + (month <= 2), month, day);
    if (rest == 0)
        return;
    const int64_t seconds = rest / 1000000;
    lj_text_printf(text, " %02" PRId64 ":%02" PRId64 ":%02" PRId64, seconds / 3600, seconds / 60 % 60, seconds % 60);
    if (rest % 1000000 != 0)
        lj_text_printf(text, ".%06" PRId64, rest % 1000000);
}
