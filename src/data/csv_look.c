/*
 * The dialect of a text file from its first part. DuckDB has a sniffer of its
 * own, but it takes 10 ms for ten rows and chooses types; here only delimiter,
 * header and names are wanted, and reasons when there is something wrong.
 */
#include <inttypes.h>
#include <string.h>
#include <strings.h>
#include <zlib.h>

#include "data/cell.h"
#include "data/csv.h"
#include "lianjin/limits.h"

enum { LOOK_BYTES = 1 << 18, LOOK_ROWS = 200, COLUMNS_SEEN = 4096 };

/* One record: slices of its cells without quotes (doubled quotes stay doubled). */
typedef struct record {
    lj_slice *cells; /* [COLUMNS_SEEN] */
    int64_t count;   /* may be more than are kept */
} record;

/* The record at `at`; where the next begins. *whole 0: the text ends within it. */
static const char *read_record(const char *at, const char *end, char delimiter, record *r, int *whole)
{
    r->count = 0;
    *whole = 0;
    for (;;) {
        const char *start = at;
        const char *stop = NULL;
        if (at < end && *at == '"') {
            start = ++at;
            while (at < end && !(*at == '"' && (at + 1 == end || at[1] != '"')))
                at += *at == '"' ? 2 : 1;
            stop = at < end ? at++ : end;
        }
        while (at < end && *at != delimiter && *at != '\n' && *at != '\r')
            at++;
        if (r->count < COLUMNS_SEEN)
            r->cells[r->count] = (lj_slice){start, (size_t)((stop != NULL && stop >= start ? stop : at) - start)};
        r->count++;
        if (at >= end)
            return end;
        if (*at == delimiter) {
            at++;
            continue;
        }
        at += *at == '\r' && at + 1 < end && at[1] == '\n' ? 2 : 1;
        *whole = 1;
        return at;
    }
}

static const char *skip_empty_lines(const char *at, const char *end)
{
    while (at < end && (*at == '\n' || *at == '\r'))
        at++;
    return at;
}

typedef struct look {
    const char *text, *end;
    int is_all; /* the text is the whole file */
    lj_slice *first, *other; /* cells of two records */
    int64_t rows;            /* records seen with this delimiter */
    int64_t columns;         /* of most records */
    int64_t first_columns;   /* of the first */
    int64_t agree;           /* records with so many */
} look;

/* How even the records are with this delimiter. */
static void count_columns(look *l, char delimiter)
{
    int64_t counts[LOOK_ROWS];
    record r = {.cells = l->other};
    l->rows = 0;
    l->columns = 0;
    l->agree = 0;
    for (const char *at = skip_empty_lines(l->text, l->end); at < l->end && l->rows < LOOK_ROWS;
         at = skip_empty_lines(at, l->end)) {
        int whole = 0;
        at = read_record(at, l->end, delimiter, &r, &whole);
        if (whole || l->is_all || l->rows == 0)
            counts[l->rows++] = r.count;
    }
    l->first_columns = l->rows > 0 ? counts[0] : 0;
    for (int64_t i = 0; i < l->rows; i++) {
        int64_t same = 0;
        for (int64_t k = 0; k < l->rows; k++)
            same += counts[k] == counts[i];
        if (same > l->agree || (same == l->agree && counts[i] > l->columns)) {
            l->agree = same;
            l->columns = counts[i];
        }
    }
}

/* What the first record does not have does not part columns: blanks in texts below a one-word header, say. */
static char find_delimiter(look *l)
{
    static const char candidates[] = {',', '\t', ';', '|', ' '};
    char best = ',';
    int64_t best_agree = -1;
    for (size_t i = 0; i < sizeof(candidates); i++) {
        count_columns(l, candidates[i]);
        if (l->columns > 1 && l->first_columns > 1 && l->agree > best_agree) {
            best_agree = l->agree;
            best = candidates[i];
        }
    }
    return best;
}

static int looks_like_value(lj_slice cell)
{
    lj_cell_number number;
    cell = lj_slice_trim(cell.at, cell.size);
    return cell.size > 0 &&
           (lj_cell_number_read(LJ_RULE_PLAIN, cell, &number) || lj_time_formats_of(cell, UINT32_MAX) != 0);
}

/*
 * A first record with a number or a date is no header. One above numbers is.
 * Among words only, it is a header unless one of its words comes again below.
 */
static int find_header(const look *l, char delimiter)
{
    record first = {.cells = l->first};
    record other = {.cells = l->other};
    int whole = 0;
    int repeats = 0;
    const char *at = read_record(skip_empty_lines(l->text, l->end), l->end, delimiter, &first, &whole);
    const int64_t n = first.count < COLUMNS_SEEN ? first.count : COLUMNS_SEEN;
    for (int64_t c = 0; c < n; c++)
        if (looks_like_value(first.cells[c]))
            return 0;
    for (int64_t row = 0; row < LOOK_ROWS && at < l->end; row++) {
        at = read_record(skip_empty_lines(at, l->end), l->end, delimiter, &other, &whole);
        for (int64_t c = 0; c < n && c < other.count; c++) {
            if (looks_like_value(other.cells[c]))
                return 1;
            repeats |= other.cells[c].size > 0 && other.cells[c].size == first.cells[c].size &&
                       memcmp(other.cells[c].at, first.cells[c].at, other.cells[c].size) == 0;
        }
    }
    return !repeats;
}

/* Words of the header, unquoted, in the arena. */
static const char *name_of(lj_arena *arena, lj_slice cell, int64_t index)
{
    cell = lj_slice_trim(cell.at, cell.size);
    if (cell.size == 0)
        return lj_arena_printf(arena, "column%" PRId64, index);
    char *name = lj_arena_array(arena, (int64_t)cell.size + 1, 1);
    size_t n = 0;
    for (size_t i = 0; name != NULL && i < cell.size; i++) {
        name[n++] = cell.at[i];
        i += cell.at[i] == '"' && i + 1 < cell.size && cell.at[i + 1] == '"';
    }
    return name;
}

static lj_status check_names(const char *path, const lj_csv *csv)
{
    for (int64_t i = 0; i < csv->count; i++) {
        if (strlen(csv->names[i]) >= LJ_NAME_MAX)
            return lj_fail(LJ_EDATA, "%s: line 1: the name of column %" PRId64 " is longer than %d bytes", path, i + 1,
                           LJ_NAME_MAX - 1);
        for (int64_t k = 0; k < i; k++)
            if (strcasecmp(csv->names[i], csv->names[k]) == 0)
                return lj_fail(LJ_EDATA, "%s: line 1: columns %" PRId64 " and %" PRId64 " are both called '%s'", path,
                               k + 1, i + 1, csv->names[i]);
    }
    return LJ_OK;
}

static lj_status fill_names(lj_arena *arena, const char *path, const look *l, lj_csv *csv)
{
    record first = {.cells = l->first};
    int whole = 0;
    const char *rest = read_record(skip_empty_lines(l->text, l->end), l->end, csv->delimiter, &first, &whole);
    csv->count = csv->has_header ? first.count : l->columns;
    if (csv->count > COLUMNS_SEEN)
        return lj_fail(LJ_EDATA, "%s: %" PRId64 " columns: a text file may have at most %d", path, csv->count,
                       COLUMNS_SEEN);
    csv->names = lj_arena_array(arena, csv->count, sizeof(*csv->names));
    for (int64_t c = 0; csv->names != NULL && c < csv->count; c++) {
        csv->names[c] =
            csv->has_header ? name_of(arena, first.cells[c], c) : lj_arena_printf(arena, "c%" PRId64, c + 1);
        if (csv->names[c] == NULL)
            csv->names = NULL;
    }
    if (csv->names == NULL)
        return lj_fail(LJ_ENOMEM, "%s: no memory for the names of its columns", path);
    if (csv->has_header && l->is_all && skip_empty_lines(rest, l->end) == l->end)
        return lj_fail(LJ_EDATA, "%s: only a header of %" PRId64 " columns, no rows", path, csv->count);
    return check_names(path, csv);
}

/* The encoding of the first part: whatever is wrong there would spoil the names. */
static lj_status check_text(const char *path, const char *text, size_t size)
{
    const unsigned char *bytes = (const unsigned char *)text;
    int64_t line = 1;
    if (size >= 2 && ((bytes[0] == 0xFF && bytes[1] == 0xFE) || (bytes[0] == 0xFE && bytes[1] == 0xFF)))
        return lj_encoding_fail(path, 1, 0, bytes, size);
    for (size_t i = 0; i < size;) {
        const int n = bytes[i] == 0 ? 0 : lj_utf8_length(bytes + i, size - i);
        if (n < 0)
            break;
        if (n == 0)
            return lj_encoding_fail(path, line, (int64_t)i, bytes + i, size - i);
        line += bytes[i] == '\n';
        i += (size_t)n;
    }
    return LJ_OK;
}

static lj_status read_start(const char *path, char *text, int64_t *size)
{
    gzFile file = gzopen(path, "rb"); /* reads what is not gzipped as it is */
    if (file == NULL)
        return lj_fail(LJ_EIO, "%s: cannot be opened for reading", path);
    *size = gzread(file, text, LOOK_BYTES);
    gzclose(file);
    return *size >= 0 ? LJ_OK : lj_fail(LJ_ECORRUPT, "%s: the gzip file is damaged", path);
}

/* ISO 8859-1 to UTF-8, in place: text has room for twice its bytes. */
static int64_t to_utf8(char *text, int64_t size)
{
    int64_t more = 0;
    for (int64_t i = 0; i < size; i++)
        more += (unsigned char)text[i] >= 0x80;
    for (int64_t i = size - 1, to = size + more - 1; i >= 0; i--) {
        const unsigned char c = (unsigned char)text[i];
        if (c >= 0x80)
            text[to--] = (char)(0x80 | (c & 0x3F));
        text[to--] = (char)(c >= 0x80 ? 0xC0 | c >> 6 : c);
    }
    return size + more;
}

lj_status lj_csv_look(lj_arena *arena, const char *path, const char *delimiter, int header, int is_latin1, lj_csv *out)
{
    *out = (lj_csv){.is_latin1 = is_latin1};
    int64_t size = 0;
    char *text = lj_new_array(2 * LOOK_BYTES, 1);
    lj_slice *cells = lj_new_array(2 * COLUMNS_SEEN, sizeof(*cells));
    lj_status status = LJ_OK;
    if (text == NULL || cells == NULL) {
        status = lj_fail(LJ_ENOMEM, "%s: no memory to look at it", path);
        goto done;
    }
    LJ_TRY_DONE(read_start(path, text, &size));
    const int is_all = size < LOOK_BYTES;
    if (is_latin1)
        size = to_utf8(text, size);
    LJ_TRY_DONE(check_text(path, text, (size_t)size));
    const int mark = size >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    look l = {.text = text + mark, .end = text + size, .is_all = is_all, .first = cells,
              .other = cells + COLUMNS_SEEN};
    if (skip_empty_lines(l.text, l.end) == l.end) {
        status = lj_fail(LJ_EDATA, "%s: the file is empty", path);
        goto done;
    }
    if (delimiter != NULL && strcmp(delimiter, "\\t") == 0)
        delimiter = "\t";
    if (delimiter != NULL && strlen(delimiter) != 1) {
        status = lj_fail(LJ_ECONFIG, "delimiter: expected one character, found '%s'", delimiter);
        goto done;
    }
    out->delimiter = delimiter != NULL ? delimiter[0] : find_delimiter(&l);
    count_columns(&l, out->delimiter);
    out->has_header = header != 0 ? header > 0 : find_header(&l, out->delimiter);
    status = fill_names(arena, path, &l, out);
done:
    lj_free(cells);
    lj_free(text);
    return status;
}
