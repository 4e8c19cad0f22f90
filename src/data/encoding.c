/* Encodings other than UTF-8: named, so that a person can convert the file. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "data/csv.h"

int lj_utf8_length(const unsigned char *at, size_t size)
{
    const unsigned c = at[0];
    int n = 0;
    unsigned low = 0x80;
    unsigned high = 0xBF;
    if (c < 0x80)
        return 1;
    if (c >= 0xC2 && c <= 0xDF)
        n = 2;
    else if (c >= 0xE0 && c <= 0xEF)
        n = 3;
    else if (c >= 0xF0 && c <= 0xF4)
        n = 4;
    else
        return 0;
    if (c == 0xE0)
        low = 0xA0; /* no over-long forms */
    if (c == 0xED)
        high = 0x9F; /* no surrogates */
    if (c == 0xF0)
        low = 0x90;
    if (c == 0xF4)
        high = 0x8F;
    for (int i = 1; i < n; i++) {
        if ((size_t)i >= size)
            return -1;
        if (at[i] < low || at[i] > high)
            return 0;
        low = 0x80;
        high = 0xBF;
    }
    return n;
}

/* GBK if every high byte begins a pair and most pairs are of the common characters (both bytes high). */
static const char *guess_encoding(const unsigned char *at, size_t size)
{
    int64_t pairs = 0;
    int64_t common = 0;
    int64_t controls = 0;
    int fits = 1;
    for (size_t i = 0; i < size; i++) {
        if (at[i] < 0x80)
            continue;
        controls += at[i] < 0xA0;
        if (!fits)
            continue;
        if (i + 1 == size)
            break;
        const unsigned trail = at[i + 1];
        fits = at[i] != 0x80 && at[i] != 0xFF && trail >= 0x40 && trail != 0x7F && trail != 0xFF;
        pairs++;
        common += trail >= 0xA1;
        i++;
    }
    if (fits && pairs > 0 && 2 * common >= pairs)
        return "GBK";
    return controls > 0 ? "WINDOWS-1252" : "LATIN1";
}

static lj_status convert_hint(const char *path, const char *encoding, const char *where)
{
    const size_t n = strlen(path);
    const int gz = n > 3 && strcmp(path + n - 3, ".gz") == 0;
    return gz ? lj_fail(LJ_EDATA,
                        "%s: %sthe text is not UTF-8, it looks like %s; convert it: zcat %s | iconv -f %s -t UTF-8 > "
                        "new.csv",
                        path, where, encoding, path, encoding)
              : lj_fail(LJ_EDATA,
                        "%s: %sthe text is not UTF-8, it looks like %s; convert it: iconv -f %s -t UTF-8 %s > new.csv",
                        path, where, encoding, encoding, path);
}

lj_status lj_encoding_fail(const char *path, int64_t line, int64_t byte, const unsigned char *bytes, size_t size)
{
    char where[96];
    if (byte == 0 && size >= 2 && ((bytes[0] == 0xFF && bytes[1] == 0xFE) || (bytes[0] == 0xFE && bytes[1] == 0xFF)))
        return convert_hint(path, "UTF-16", "");
    snprintf(where, sizeof(where), "line %" PRId64 ", byte %" PRId64 " of the file (0x%02X): ", line, byte + 1,
             bytes[0]);
    if (size >= 2 && (bytes[0] == 0) != (bytes[1] == 0)) {
        int64_t nuls = 0;
        for (size_t i = 0; i < size; i++)
            nuls += bytes[i] == 0;
        if (3 * (size_t)nuls > size)
            return convert_hint(path, "UTF-16", where);
    }
    if (bytes[0] == 0)
        return lj_fail(LJ_EDATA, "%s: %sa NUL byte: the file is damaged or not a text", path, where);
    return convert_hint(path, guess_encoding(bytes, size), where);
}
