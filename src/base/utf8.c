/* Characters in bytes. */
#include "base/utf8.h"

void lj_utf8_locate(const char *text, size_t offset, int *line, int *column)
{
    *line = 1;
    *column = 1;
    for (size_t i = 0; i < offset; i++) {
        if (text[i] == '\n') {
            ++*line;
            *column = 1;
        } else if (((unsigned char)text[i] & 0xC0) != 0x80) { /* not inside a character */
            ++*column;
        }
    }
}

/* The Unicode Standard, table 3-7: well-formed UTF-8. */
size_t lj_utf8_valid(const char *text, size_t size)
{
    size_t i = 0;
    while (i < size) {
        const unsigned char c = (unsigned char)text[i];
        const size_t left = size - i;
        if (c < 0x80) {
            i++;
            continue;
        }
        const size_t more = c >= 0xC2 && c <= 0xDF ? 1 : c >= 0xE0 && c <= 0xEF ? 2 : c >= 0xF0 && c <= 0xF4 ? 3 : 0;
        if (more == 0 || left <= more)
            return i;
        const unsigned char second = (unsigned char)text[i + 1];
        const unsigned char low = c == 0xE0 ? 0xA0 : c == 0xF0 ? 0x90 : 0x80;
        const unsigned char high = c == 0xED ? 0x9F : c == 0xF4 ? 0x8F : 0xBF;
        if (second < low || second > high)
            return i;
        for (size_t k = 2; k <= more; k++) {
            if (((unsigned char)text[i + k] & 0xC0) != 0x80)
                return i;
        }
        i += more + 1;
    }
    return i;
}
