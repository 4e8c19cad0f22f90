#include "words/corpus.h"

#include <errno.h>
#include <string.h>
#include <zlib.h>

#include "base/system.h"
#include "base/utf8.h"
#include "data/csv.h"
#include "lianjin/file.h"
#include "lianjin/limits.h"
#include "lianjin/words.h"

enum { BLOCK_BYTES = 1 << 18 };

struct lj_corpus {
    const char *path; /* the caller's */
    gzFile file;
    char *block;      /* [BLOCK_BYTES] */
    size_t at, end;   /* bytes at .. end - 1 are not read yet; those before `valid` are UTF-8 */
    size_t valid;
    int is_last;      /* nothing comes after them */
    int64_t line;     /* of byte `at`, from 1 */
    int64_t before;   /* bytes of the text before the block */
    int64_t in_sentence; /* words of it so far */
};

lj_status lj_corpus_open(const char *path, lj_corpus **out)
{
    *out = NULL;
    if (lj_file_is_folder(path))
        return lj_fail(LJ_EIO, "%s: expected a text, found a folder", path);
    lj_corpus *c = lj_new_array(1, sizeof(*c));
    char *block = lj_new_array(BLOCK_BYTES, 1);
    if (c == NULL || block == NULL) {
        lj_free(c);
        lj_free(block);
        return lj_fail(LJ_ENOMEM, "%s: no memory to read it", path);
    }
    errno = 0;
    *c = (lj_corpus){.path = path, .block = block, .line = 1, .file = gzopen(path, "rb")};
    if (c->file == NULL) {
        const int error = errno;
        lj_corpus_close(c);
        return lj_system_fail(error != 0 ? error : ENOMEM, "cannot be opened for reading", path);
    }
    (void)gzbuffer(c->file, BLOCK_BYTES);
    *out = c;
    return LJ_OK;
}

void lj_corpus_close(lj_corpus *c)
{
    if (c == NULL)
        return;
    if (c->file != NULL)
        gzclose(c->file);
    lj_free(c->block);
    lj_free(c);
}

int64_t lj_corpus_offset(const lj_corpus *c)
{
    const int64_t offset = gzoffset(c->file);
    return offset > 0 ? offset : 0;
}

/* Line of the byte `to`, which is not before `at`. */
static int64_t line_of(const lj_corpus *c, size_t to)
{
    int64_t line = c->line;
    for (size_t i = c->at; i < to; i++)
        line += c->block[i] == '\n';
    return line;
}

/* What was added is UTF-8 without NUL, but for a character that the end of the block cuts. */
static lj_status check(lj_corpus *c)
{
    const char *from = c->block + c->valid;
    const size_t size = c->end - c->valid;
    const char *nul = memchr(from, 0, size);
    size_t good = lj_utf8_valid(from, size);
    if (nul != NULL && (size_t)(nul - from) < good)
        good = (size_t)(nul - from);
    c->valid += good;
    const unsigned char *rest = (const unsigned char *)c->block + c->valid;
    if (good < size && (c->is_last || lj_utf8_length(rest, size - good) >= 0))
        return lj_encoding_fail(c->path, line_of(c, c->valid), c->before + (int64_t)c->valid, rest, size - good);
    return LJ_OK;
}

/* Moves what is left to the front and reads behind it. */
static lj_status fill(lj_corpus *c)
{
    memmove(c->block, c->block + c->at, c->end - c->at);
    c->before += (int64_t)c->at;
    c->end -= c->at;
    c->valid -= c->at;
    c->at = 0;
    const int n = gzread(c->file, c->block + c->end, (unsigned)(BLOCK_BYTES - c->end));
    int code = Z_OK;
    if (n <= 0)
        (void)gzerror(c->file, &code); /* Z_BUF_ERROR: a gzip file without its end */
    if (n < 0 || code == Z_BUF_ERROR)
        return lj_fail(LJ_ECORRUPT, "%s: the gzip file is damaged or cut short", c->path);
    if (c->before == 0 && c->end == 0 && n >= 3 && memcmp(c->block, "\xEF\xBB\xBF", 3) == 0)
        c->at = c->valid = 3; /* a byte order mark */
    c->end += (size_t)n;
    c->is_last = n == 0;
    return check(c);
}

static int is_blank(char byte)
{
    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

lj_status lj_corpus_next(lj_corpus *c, lj_corpus_word *word, int *found)
{
    *found = 0;
    size_t size = 0; /* of the word, whose first byte is at `at` */
    int is_long = 0;
    for (;;) {
        if (c->at + size == c->valid) {
            if (c->is_last)
                break;
            if (size > LJ_WORD_BYTES_MAX) {
                is_long = 1;
                c->at += size;
                size = 0;
            }
            LJ_TRY(fill(c));
            continue;
        }
        const char byte = c->block[c->at + size];
        if (!is_blank(byte)) {
            size++;
            continue;
        }
        if (size > 0 || is_long)
            break;
        if (byte == '\n') {
            c->line++;
            c->in_sentence = 0;
        }
        c->at++;
    }
    if (size == 0 && !is_long)
        return LJ_OK;
    is_long = is_long || size > LJ_WORD_BYTES_MAX;
    *word = (lj_corpus_word){is_long ? NULL : c->block + c->at, size, c->in_sentence == 0};
    c->at += size;
    c->in_sentence = (c->in_sentence + 1) % LJ_SENTENCE_WORDS_MAX;
    *found = 1;
    return LJ_OK;
}
