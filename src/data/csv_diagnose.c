/* What is wrong with a text file that DuckDB refused: the first fault, with its line. */
#include <inttypes.h>
#include <string.h>
#include <zlib.h>

#include "data/csv.h"

enum { BLOCK_BYTES = 1 << 18, SAMPLE_BYTES = 4096 };

typedef enum place { FIELD_START, PLAIN, QUOTED, QUOTE_ENDED } place;

typedef struct reading {
    const char *path;
    const lj_csv *csv;
    place place;
    int64_t line, record_line, quote_line;
    int64_t fields; /* finished in this record */
    int is_empty;   /* nothing yet in this record */
    int64_t offset; /* of the block in the file */
} reading;

static lj_status end_record(reading *r)
{
    const int64_t found = r->fields + 1;
    const int blank = r->is_empty;
    r->fields = 0;
    r->place = FIELD_START;
    r->is_empty = 1;
    if (blank || found == r->csv->count)
        return LJ_OK;
    return lj_fail(LJ_EDATA, "%s: line %" PRId64 ": expected %" PRId64 " columns, found %" PRId64, r->path,
                   r->record_line, r->csv->count, found);
}

static lj_status step(reading *r, char c)
{
    if (r->is_empty && c != '\n' && c != '\r') {
        r->record_line = r->line;
        r->is_empty = 0;
    }
    const int ends = (c == '\n') && r->place != QUOTED;
    if (ends) {
        const lj_status status = end_record(r);
        r->line++;
        return status;
    }
    r->line += c == '\n';
    if (r->place == QUOTED) {
        if (c == '"')
            r->place = QUOTE_ENDED;
        return LJ_OK;
    }
    if (c == r->csv->delimiter) {
        r->fields++;
        r->place = FIELD_START;
    } else if (c == '"' && r->place != PLAIN) {
        if (r->place == FIELD_START)
            r->quote_line = r->line;
        r->place = QUOTED; /* it begins, or was doubled */
    } else if (r->place == QUOTE_ENDED && c != '\r') {
        return lj_fail(LJ_EDATA, "%s: line %" PRId64 ": text follows a closing quote; a quote within quotes is doubled",
                       r->path, r->line);
    } else if (c != '\r') {
        r->place = PLAIN;
    }
    return LJ_OK;
}

/* The bytes of one block; *left: how many at its end are the beginning of a character. */
static lj_status read_block(reading *r, const unsigned char *block, size_t size, int is_last, size_t *left)
{
    *left = 0;
    for (size_t i = 0; i < size;) {
        int n = block[i] == 0 ? 0 : r->csv->is_latin1 ? 1 : lj_utf8_length(block + i, size - i);
        if (n < 0 && !is_last) {
            *left = size - i;
            return LJ_OK;
        }
        if (n <= 0) {
            const size_t rest = size - i < SAMPLE_BYTES ? size - i : SAMPLE_BYTES;
            return lj_encoding_fail(r->path, r->line, r->offset + (int64_t)i, block + i, rest);
        }
        LJ_TRY(step(r, (char)block[i]));
        i += (size_t)n;
    }
    return LJ_OK;
}

static lj_status finish(reading *r)
{
    if (r->place == QUOTED)
        return lj_fail(LJ_EDATA, "%s: line %" PRId64 ": a quote is opened and never closed", r->path, r->quote_line);
    return end_record(r);
}

lj_status lj_gzip_check(const char *path)
{
    lj_status status = LJ_OK;
    char *block = lj_new_array(BLOCK_BYTES, 1);
    gzFile file = gzopen(path, "rb");
    int n = 1;
    if (block == NULL || file == NULL) {
        status = lj_fail(LJ_EIO, "%s: cannot be opened for reading", path);
        goto done;
    }
    while (n > 0)
        n = gzread(file, block, BLOCK_BYTES);
    const int closed = gzclose(file); /* Z_BUF_ERROR: the stream has no end */
    file = NULL;
    if (n < 0 || closed != Z_OK)
        status = lj_fail(LJ_ECORRUPT, "%s: the gzip file is damaged or cut short", path);
done:
    if (file != NULL)
        gzclose(file);
    lj_free(block);
    return status;
}

lj_status lj_csv_diagnose(const char *path, const lj_csv *csv)
{
    lj_status status = LJ_OK;
    reading r = {.path = path, .csv = csv, .line = 1, .is_empty = 1};
    unsigned char *block = lj_new_array(BLOCK_BYTES, 1);
    gzFile file = gzopen(path, "rb");
    size_t kept = 0;
    if (block == NULL || file == NULL) {
        status = lj_fail(LJ_EIO, "%s: cannot be opened for reading", path);
        goto done;
    }
    for (int is_last = 0; !is_last && status == LJ_OK;) {
        const int n = gzread(file, block + kept, (unsigned)(BLOCK_BYTES - kept));
        if (n < 0) {
            status = lj_fail(LJ_ECORRUPT, "%s: the gzip file is damaged or cut short", path);
            goto done;
        }
        is_last = n == 0;
        const size_t size = kept + (size_t)n;
        const size_t mark = r.offset == 0 && size >= 3 && memcmp(block, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
        r.offset += (int64_t)mark;
        status = read_block(&r, block + mark, size - mark, is_last, &kept);
        r.offset += (int64_t)(size - mark - kept);
        memmove(block, block + size - kept, kept);
    }
    if (status == LJ_OK)
        status = finish(&r);
done:
    if (file != NULL)
        gzclose(file);
    lj_free(block);
    return status;
}
