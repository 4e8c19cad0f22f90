/* Files of vectors are hostile input: every count is looked at before it is used. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>
#include <zlib.h>

#include "base/system.h"
#include "base/utf8.h"
#include "lianjin/file.h"
#include "lianjin/limits.h"
#include "words/vectors.h"

enum { BLOCK_BYTES = 1 << 20, CAPACITY_FIRST = 1024 };

/* The bytes of a file, or of memory: then all are there from the start. */
typedef struct stream {
    const char *name;
    gzFile file; /* NULL: memory */
    char *room;  /* [BLOCK_BYTES] */
    const char *bytes;
    size_t at, end;
    int64_t before; /* bytes before `bytes` */
    int is_last;
} stream;

typedef struct reading {
    stream s;
    lj_console *console;
    lj_word_vectors *vectors;
    lj_word_format format;
    int64_t count;  /* of the header; -1: none */
    int64_t size, limit;
    int64_t line;   /* of the line that is read, from 1 */
    int64_t taken;  /* words so far */
    int64_t twice;
} reading;

/* Makes `size` bytes there from `at` on, or all that are left. */
static lj_status need(stream *s, size_t size)
{
    if (s->end - s->at >= size || s->is_last)
        return LJ_OK;
    memmove(s->room, s->room + s->at, s->end - s->at);
    s->before += (int64_t)s->at;
    s->end -= s->at;
    s->at = 0;
    while (s->end < size && !s->is_last) {
        const int n = gzread(s->file, s->room + s->end, (unsigned)(BLOCK_BYTES - s->end));
        int code = Z_OK;
        if (n <= 0)
            (void)gzerror(s->file, &code);
        if (n < 0 || code == Z_BUF_ERROR)
            return lj_fail(LJ_ECORRUPT, "%s: the gzip file is damaged or cut short", s->name);
        s->end += (size_t)n;
        s->is_last = n == 0;
    }
    return LJ_OK;
}

/* The line at `at`, without its end, which is passed over; *found is 0 at the end of the file. */
static lj_status next_line(reading *r, const char **line, size_t *size, int *found)
{
    stream *s = &r->s;
    size_t wanted = 1 << 12;
    const char *end = NULL;
    for (;; wanted *= 4) {
        LJ_TRY(need(s, wanted < BLOCK_BYTES ? wanted : BLOCK_BYTES));
        end = memchr(s->bytes + s->at, '\n', s->end - s->at);
        if (end != NULL || s->is_last)
            break;
        if (wanted >= BLOCK_BYTES)
            return lj_fail(LJ_ECORRUPT, "%s: line %" PRId64 " is longer than %d bytes: these are no vectors of words",
                           s->name, r->line + 1, BLOCK_BYTES);
    }
    *line = s->bytes + s->at;
    *size = (size_t)((end != NULL ? end : s->bytes + s->end) - *line);
    *found = s->at < s->end;
    s->at += *size + (end != NULL);
    r->line++;
    while (*size > 0 && ((*line)[*size - 1] == '\r' || (*line)[*size - 1] == ' '))
        --*size;
    return LJ_OK;
}

/* ---- which format ---- */

static int64_t fields_of(const char *line, size_t size)
{
    int64_t n = 0;
    for (size_t i = 0; i < size; i++)
        n += line[i] != ' ' && line[i] != '\t' && (i == 0 || line[i - 1] == ' ' || line[i - 1] == '\t');
    return n;
}

/* A whole number of at most 18 digits, -1 if it is none. */
static int64_t take_whole(const char **at, const char *end)
{
    int64_t value = 0;
    int digits = 0;
    while (*at < end && (**at == ' ' || **at == '\t'))
        ++*at;
    for (; *at < end && **at >= '0' && **at <= '9' && digits < 18; ++*at, digits++)
        value = 10 * value + (**at - '0');
    return digits == 0 ? -1 : value;
}

/* Whether what follows the first word up to the end of its line are numbers as text. */
static int looks_like_text(const stream *s)
{
    const char *at = s->bytes + s->at, *end = s->bytes + s->end;
    while (at < end && *at == '\n')
        at++;
    while (at < end && *at != ' ' && *at != '\t' && *at != '\n')
        at++;
    for (; at < end && *at != '\n'; at++)
        if (*at == 0 || strchr("0123456789+-.eE \t\rnaifNAIF", *at) == NULL)
            return 0;
    return 1;
}

static lj_status read_header(reading *r)
{
    const char *line = NULL;
    size_t size = 0;
    int found = 0;
    LJ_TRY(need(&r->s, 3));
    if (r->s.end >= 3 && memcmp(r->s.bytes, "\xEF\xBB\xBF", 3) == 0)
        r->s.at = 3;
    LJ_TRY(next_line(r, &line, &size, &found));
    if (!found || size == 0)
        return lj_fail(LJ_ECORRUPT, "%s: expected vectors of words, found %s", r->s.name,
                       found ? "an empty first line" : "an empty file");
    const char *at = line, *end = line + size;
    const int64_t fields = fields_of(line, size);
    r->count = take_whole(&at, end);
    const int64_t width = take_whole(&at, end);
    if (fields != 2 || at != end || r->count < 0 || width < 0) {
        r->format = LJ_WORD_FORMAT_GLOVE;
        r->count = -1;
        r->size = fields - 1;
        r->s.at = (size_t)(line - r->s.bytes); /* it is the first word's */
        r->line--;
    } else {
        r->size = width;
        LJ_TRY(need(&r->s, BLOCK_BYTES));
        r->format = looks_like_text(&r->s) ? LJ_WORD_FORMAT_TEXT : LJ_WORD_FORMAT_BINARY;
    }
    if (r->count == 0)
        return lj_fail(LJ_ECORRUPT, "%s: line 1: a header of 0 words", r->s.name);
    if (r->size < 1 || r->size > LJ_WORD_SIZE_MAX)
        return lj_fail(LJ_ECORRUPT, "%s: line 1: expected a word and 1 to %d numbers, or the count of words and of "
                       "numbers; found %" PRId64 " numbers", r->s.name, LJ_WORD_SIZE_MAX, r->size);
    return LJ_OK;
}

/* ---- words ---- */

static lj_status add_word(reading *r, const char *word, size_t bytes, float **row)
{
    *row = NULL;
    r->taken++;
    if (bytes == 0 || bytes > LJ_WORD_BYTES_MAX || memchr(word, 0, bytes) != NULL ||
        lj_utf8_valid(word, bytes) != bytes)
        return lj_fail(LJ_ECORRUPT, "%s: word %" PRId64 ": expected 1 to %d bytes of UTF-8, found %s", r->s.name,
                       r->taken, LJ_WORD_BYTES_MAX,
                       bytes == 0 ? "none" : bytes > LJ_WORD_BYTES_MAX ? "more" : "another encoding or other bytes");
    LJ_TRY(lj_word_vectors_add(r->vectors, word, bytes, row));
    r->twice += *row == NULL;
    return LJ_OK;
}

static lj_status not_finite(const reading *r, const char *word, size_t bytes, int64_t number)
{
    return lj_fail(LJ_ECORRUPT, "%s: word %" PRId64 " ('%.*s'): number %" PRId64 " is not finite", r->s.name, r->taken,
                   (int)(bytes < 64 ? bytes : 64), word, number + 1);
}

/* Where the last `fields` fields of the line begin: NULL if there are not so many behind a word. */
static const char *last_fields(const char *line, size_t size, int64_t fields)
{
    const char *at = line + size;
    for (int64_t k = 0; k < fields; k++) {
        while (at > line && (at[-1] == ' ' || at[-1] == '\t'))
            at--;
        while (at > line && at[-1] != ' ' && at[-1] != '\t')
            at--;
    }
    return at > line ? at : NULL;
}

static lj_status read_numbers(reading *r, const char *at, const char *end, float *row)
{
    for (int64_t k = 0; k < r->size; k++) {
        char number[64];
        while (at < end && (*at == ' ' || *at == '\t'))
            at++;
        size_t n = 0;
        while (at + n < end && at[n] != ' ' && at[n] != '\t')
            n++;
        char *stop = number;
        double value = 0;
        if (n < sizeof(number)) {
            memcpy(number, at, n);
            number[n] = '\0';
            value = lj_parse_double(number, &stop);
        }
        if (n == 0 || n >= sizeof(number) || *stop != '\0')
            return lj_fail(LJ_ECORRUPT, "%s: line %" PRId64 ": expected a number in field %" PRId64 ", found '%.*s'",
                           r->s.name, r->line, k + 2, (int)(n < 32 ? n : 32), at);
        row[k] = (float)value;
        if (!isfinite(row[k]))
            return lj_fail(LJ_ECORRUPT, "%s: line %" PRId64 ": the number '%s' is not a finite float32", r->s.name,
                           r->line, number);
        at += n;
    }
    return LJ_OK;
}

static lj_status read_text(reading *r)
{
    float *unused = lj_new_array(r->size, sizeof(*unused)); /* of words that come twice */
    lj_status status = unused != NULL ? LJ_OK : lj_fail(LJ_ENOMEM, "%s: no memory for a vector", r->s.name);
    while (status == LJ_OK && r->taken != r->limit) {
        const char *line = NULL;
        size_t size = 0;
        int found = 0;
        LJ_TRY_DONE(next_line(r, &line, &size, &found));
        if (!found)
            break;
        if (size == 0)
            continue;
        const char *numbers = last_fields(line, size, r->size);
        size_t bytes = numbers != NULL ? (size_t)(numbers - line) : 0;
        while (bytes > 0 && (line[bytes - 1] == ' ' || line[bytes - 1] == '\t'))
            bytes--;
        if (bytes == 0) {
            status = lj_fail(LJ_ECORRUPT, "%s: line %" PRId64 ": expected a word and %" PRId64 " numbers, found %"
                             PRId64 " fields%s", r->s.name, r->line, r->size, fields_of(line, size),
                             r->s.at == r->s.end ? "; the file is cut short" : "");
            goto done;
        }
        float *row = NULL;
        if (r->taken == r->count) {
            status = lj_fail(LJ_ECORRUPT, "%s: line %" PRId64 ": more than the %" PRId64 " words of its header",
                             r->s.name, r->line, r->count);
            goto done;
        }
        LJ_TRY_DONE(add_word(r, line, bytes, &row));
        LJ_TRY_DONE(read_numbers(r, numbers, line + size, row != NULL ? row : unused));
    }
done:
    lj_free(unused);
    return status;
}

static lj_status read_binary(reading *r)
{
    stream *s = &r->s;
    const size_t row_bytes = (size_t)r->size * sizeof(float);
    while (r->taken != r->limit && r->taken < r->count) {
        LJ_TRY(need(s, LJ_WORD_BYTES_MAX + 2 + row_bytes));
        while (s->at < s->end && s->bytes[s->at] == '\n')
            s->at++;
        const char *word = s->bytes + s->at;
        const size_t left = s->end - s->at;
        const char *blank = memchr(word, ' ', left);
        const size_t bytes = blank != NULL ? (size_t)(blank - word) : left;
        if (bytes <= LJ_WORD_BYTES_MAX && left < bytes + 1 + row_bytes)
            return lj_fail(LJ_ECORRUPT, "%s: word %" PRId64 " of %" PRId64 ": the file ends at byte %" PRId64
                           ": it is cut short", s->name, r->taken + 1, r->count, s->before + (int64_t)s->end);
        float *row = NULL;
        LJ_TRY(add_word(r, word, bytes, &row));
        for (int64_t k = 0; k < r->size; k++) {
            float value;
            memcpy(&value, word + bytes + 1 + (size_t)k * sizeof(value), sizeof(value));
            if (!isfinite(value))
                return not_finite(r, word, bytes, k);
            if (row != NULL)
                row[k] = value;
        }
        s->at += bytes + 1 + row_bytes;
    }
    LJ_TRY(need(s, 2));
    while (s->at < s->end && s->bytes[s->at] == '\n')
        s->at++;
    if (r->taken == r->count && s->at < s->end)
        return lj_fail(LJ_ECORRUPT, "%s: byte %" PRId64 ": more than the %" PRId64 " words of its header", s->name,
                       s->before + (int64_t)s->at + 1, r->count);
    return LJ_OK;
}

static lj_status read_all(reading *r, lj_word_vectors **out)
{
    lj_status status = read_header(r);
    if (status == LJ_OK)
        status = lj_word_vectors_create(r->size, CAPACITY_FIRST, &r->vectors);
    if (status == LJ_OK)
        status = r->format == LJ_WORD_FORMAT_BINARY ? read_binary(r) : read_text(r);
    if (status == LJ_OK && r->taken < r->count && r->taken != r->limit)
        status = lj_fail(LJ_ECORRUPT, "%s: expected the %" PRId64 " words of its header, found %" PRId64
                         ": the file is cut short", r->s.name, r->count, r->taken);
    if (status == LJ_OK && r->twice > 0)
        lj_warn(r->console, "%s: %" PRId64 " words come more than once; the first vector of each is kept", r->s.name,
                r->twice);
    if (status == LJ_OK) {
        *out = r->vectors;
        r->vectors = NULL;
    }
    lj_word_vectors_destroy(r->vectors);
    return status;
}

lj_status lj_word_vectors_parse(const char *name, const void *bytes, size_t size, int64_t limit, lj_console *console,
                                lj_word_vectors **out)
{
    reading r = {.s = {.name = name, .bytes = bytes, .end = size, .is_last = 1}, .console = console,
                 .limit = limit > 0 ? limit : -1};
    *out = NULL;
    return read_all(&r, out);
}

lj_status lj_word_vectors_read(const char *path, int64_t limit, lj_console *console, lj_word_vectors **out)
{
    *out = NULL;
    if (lj_file_is_folder(path))
        return lj_fail(LJ_EIO, "%s: expected vectors of words, found a folder", path);
    char *room = lj_new_array(BLOCK_BYTES, 1);
    if (room == NULL)
        return lj_fail(LJ_ENOMEM, "%s: no memory to read it", path);
    errno = 0;
    reading r = {.s = {.name = path, .file = gzopen(path, "rb"), .room = room, .bytes = room}, .console = console,
                 .limit = limit > 0 ? limit : -1};
    lj_status status = LJ_OK;
    if (r.s.file == NULL)
        status = lj_system_fail(errno != 0 ? errno : ENOMEM, "cannot be opened for reading", path);
    else
        status = read_all(&r, out);
    if (r.s.file != NULL)
        gzclose(r.s.file);
    lj_free(room);
    return status;
}
