/* Which columns a letter names. */
#include <ctype.h>
#include <string.h>

#include "lianjin/explain.h"

int64_t lj_reasons_pick(const lj_reason_options *options, const double *phi, int64_t features, int64_t *picked)
{
    const double sign = options->is_down ? -1.0 : 1.0;
    int64_t count = 0, has_inquiries = 0;
    while (count < options->most) {
        int64_t best = -1;
        for (int64_t f = 0; f < features; f++) {
            int is_taken = options->is_protected != NULL && options->is_protected[f];
            for (int64_t k = 0; k < count; k++)
                is_taken |= picked[k] == f;
            if (!is_taken && sign * phi[f] > 0.0 && (best < 0 || sign * phi[f] > sign * phi[best]))
                best = f;
        }
        if (best < 0)
            break;
        has_inquiries |= best == options->inquiries;
        picked[count++] = best;
    }
    if (options->inquiries >= 0 && !has_inquiries && count == options->most && sign * phi[options->inquiries] > 0.0)
        picked[count++] = options->inquiries;
    return count;
}

int lj_reason_name_is_protected(const char *name)
{
    static const char *const names[] = {"sex",     "gender",         "race",        "ethnicity",   "religion",
                                        "creed",   "color",          "colour",      "nationality", "national_origin",
                                        "marital", "marital_status", "marriage",    "disability",  "pregnancy",
                                        "性别",    "民族",           "种族",        "宗教",        "婚姻状况"};
    char low[64];
    size_t n = 0;
    for (; name[n] != '\0' && n < sizeof(low) - 1; n++)
        low[n] = (char)(name[n] == ' ' || name[n] == '-' ? '_' : tolower((unsigned char)name[n]));
    low[n] = '\0';
    for (size_t k = 0; name[n] == '\0' && k < sizeof(names) / sizeof(names[0]); k++)
        if (strcmp(low, names[k]) == 0)
            return 1;
    return 0;
}
