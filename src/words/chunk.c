#include "words/chunk.h"

#include <inttypes.h>
#include <stdio.h>

#include "lianjin/random.h"

lj_status lj_word_chunk_create(lj_word_chunk *out)
{
    int32_t *const room = lj_new_array(4 * (int64_t)LJ_CHUNK_WORDS_MAX, sizeof(*room));
    *out = (lj_word_chunk){0};
    if (room == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for a chunk of the corpus");
    out->word = room;
    out->place = room + LJ_CHUNK_WORDS_MAX;
    out->begin = room + 2 * (int64_t)LJ_CHUNK_WORDS_MAX;
    out->end = room + 3 * (int64_t)LJ_CHUNK_WORDS_MAX;
    return LJ_OK;
}

void lj_word_chunk_free(lj_word_chunk *chunk)
{
    lj_free(chunk->word);
    *chunk = (lj_word_chunk){0};
}

void lj_chunk_reader_close(lj_chunk_reader *r)
{
    lj_corpus_close(r->corpus);
    r->corpus = NULL;
}

static lj_status open_epoch(lj_chunk_reader *r)
{
    char name[64];
    (void)snprintf(name, sizeof(name), "words.keep.%" PRId64, r->epoch);
    r->stream = lj_random_stream(name);
    return lj_corpus_open(r->path, &r->corpus);
}

static lj_status close_epoch(lj_chunk_reader *r)
{
    lj_chunk_reader_close(r);
    r->epoch++;
    if (r->done != r->epoch * r->vocabulary->kept)
        return lj_fail(LJ_EDATA,
                       "%s: expected %" PRId64 " words of the vocabulary as at the first reading, found %" PRId64
                       "; the file changed while it was read",
                       r->path, r->vocabulary->kept, r->done - (r->epoch - 1) * r->vocabulary->kept);
    return LJ_OK;
}

static void close_sentence(lj_word_chunk *chunk, int64_t *first)
{
    for (int64_t i = *first; i < chunk->n; i++) {
        chunk->begin[i] = (int32_t)*first;
        chunk->end[i] = (int32_t)chunk->n;
    }
    *first = chunk->n;
}

static void add(lj_chunk_reader *r, int32_t id, lj_word_chunk *chunk)
{
    const int64_t at = r->done++;
    if (r->keep != NULL && r->keep[id] != UINT32_MAX) {
        uint32_t bits[4];
        lj_philox(r->seed, r->stream, (uint64_t)at, bits);
        if (bits[0] > r->keep[id])
            return;
    }
    chunk->word[chunk->n] = id;
    chunk->place[chunk->n++] = (int32_t)(at - chunk->before);
}

/* Reads sentences until there are enough words, or the epoch ends. */
static lj_status read_sentences(lj_chunk_reader *r, lj_word_chunk *chunk, int *is_end)
{
    int64_t first = 0; /* of the sentence */
    *is_end = 0;
    for (;;) {
        lj_corpus_word word = r->pending;
        int found = 1;
        if (!r->has_pending)
            LJ_TRY(lj_corpus_next(r->corpus, &word, &found));
        r->has_pending = 0;
        if (!found) {
            *is_end = 1;
            break;
        }
        if (word.begins_sentence) {
            if (r->done - chunk->before >= LJ_CHUNK_WORDS) {
                r->pending = word; /* its bytes stay until the next call */
                r->has_pending = 1;
                break;
            }
            close_sentence(chunk, &first);
        }
        const int32_t id = word.bytes != NULL ? lj_dictionary_find(r->vocabulary->index, word.bytes, word.size) : -1;
        if (id >= 0)
            add(r, id, chunk);
    }
    close_sentence(chunk, &first);
    return LJ_OK;
}

lj_status lj_chunk_read(lj_chunk_reader *r, lj_word_chunk *chunk)
{
    chunk->n = 0;
    while (chunk->n == 0 && r->epoch < r->epochs) {
        int is_end = 0;
        if (r->corpus == NULL)
            LJ_TRY(open_epoch(r));
        chunk->epoch = r->epoch;
        chunk->before = r->done;
        LJ_TRY(read_sentences(r, chunk, &is_end));
        if (is_end)
            LJ_TRY(close_epoch(r));
    }
    return LJ_OK;
}
