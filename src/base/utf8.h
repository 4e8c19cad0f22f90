/* Inside of base/: characters in bytes. */
#ifndef LJ_BASE_UTF8_H
#define LJ_BASE_UTF8_H

#include <stddef.h>

/* Line and column (in characters, both from 1) of a byte of a text. */
void lj_utf8_locate(const char *text, size_t offset, int *line, int *column);

/* Bytes of the text that are valid UTF-8 from its start: `size` when all are. */
size_t lj_utf8_valid(const char *text, size_t size);

#endif
