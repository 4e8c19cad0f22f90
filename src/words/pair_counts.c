#include "words/pair_counts.h"

#include <inttypes.h>

#include "words/chunk.h"
#include "words/pair_runs.h"

void lj_pair_counts_free(lj_pair_counts *counts)
{
    lj_free(counts->begin);
    lj_free(counts->column);
    lj_free(counts->count);
    *counts = (lj_pair_counts){0};
}

/* The lower word first: each pair has one key. */
static lj_status add_chunk(const lj_word_chunk *chunk, int64_t words, int64_t window, const uint32_t *weight,
                           lj_pair_runs *runs)
{
    for (int64_t i = 0; i < chunk->n; i++) {
        const int64_t end = i + window + 1 < chunk->end[i] ? i + window + 1 : chunk->end[i];
        for (int64_t j = i + 1; j < end; j++) {
            const int64_t a = chunk->word[i], b = chunk->word[j];
            const int64_t low = a < b ? a : b, high = a < b ? b : a;
            LJ_TRY(lj_pair_runs_add(runs, (uint64_t)(low * words + high), weight[j - i - 1]));
        }
    }
    return LJ_OK;
}

static lj_status count_all(const lj_word_job *job, const uint32_t *weight, lj_pair_runs *runs)
{
    const lj_vocabulary *v = job->vocabulary;
    lj_chunk_reader reader = {.path = job->options->corpus, .vocabulary = v, .epochs = 1};
    lj_word_chunk chunk;
    LJ_TRY(lj_word_chunk_create(&chunk));
    lj_progress_begin(job->console, "counting pairs", v->kept);
    lj_status status = lj_chunk_read(&reader, &chunk);
    while (status == LJ_OK && chunk.n > 0) {
        status = add_chunk(&chunk, v->count, job->options->window, weight, runs);
        if (status == LJ_OK && lj_interrupted())
            status = lj_fail(LJ_EINTERRUPTED, "interrupted while counting pairs; nothing was written");
        if (status == LJ_OK)
            status = lj_chunk_read(&reader, &chunk);
        lj_progress_update(job->console, reader.done, NULL);
    }
    lj_progress_end(job->console);
    lj_chunk_reader_close(&reader);
    lj_word_chunk_free(&chunk);
    return status;
}

/* Both ways. Keys ascend, so the columns of a row do: first those below it, as second words, then those above. */
static lj_status spread(const lj_keyed *sums, int64_t n, int64_t words, lj_pair_counts *out)
{
    out->begin = lj_new_array(words + 2, sizeof(*out->begin));
    if (out->begin == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for %" PRId64 " pairs", n);
    int64_t *next = out->begin + 1; /* where row r goes on: at its begin first, at its end last */
    for (int64_t k = 0; k < n; k++) {
        const int64_t low = (int64_t)sums[k].key / words, high = (int64_t)sums[k].key % words;
        next[low + 1]++;
        if (high != low)
            next[high + 1]++;
    }
    for (int64_t r = 0; r < words; r++)
        next[r + 1] += next[r];
    out->entries = next[words];
    out->column = lj_new_array(out->entries, sizeof(*out->column));
    out->count = lj_new_array(out->entries, sizeof(*out->count));
    if (out->column == NULL || out->count == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for %" PRId64 " pairs", out->entries);
    for (int64_t k = 0; k < n; k++) {
        const int64_t low = (int64_t)sums[k].key / words, high = (int64_t)sums[k].key % words;
        out->column[next[low]] = (int32_t)high;
        out->count[next[low]++] = high != low ? sums[k].sum : 2 * sums[k].sum;
        if (high != low) {
            out->column[next[high]] = (int32_t)low;
            out->count[next[high]++] = sums[k].sum;
        }
    }
    return LJ_OK;
}

lj_status lj_pair_counts_make(const lj_word_job *job, const uint32_t *weight, lj_pair_counts *out)
{
    const int64_t words = job->vocabulary->count;
    lj_pair_runs *runs = NULL;
    lj_keyed *sums = NULL;
    int64_t n = 0;
    *out = (lj_pair_counts){0};
    const int64_t limit = job->options->memory_mb * (1 << 20) / (int64_t)(2 * sizeof(lj_keyed));
    lj_status status = lj_pair_runs_create((uint64_t)words * (uint64_t)words, limit, &runs);
    if (status == LJ_OK)
        status = count_all(job, weight, runs);
    if (status == LJ_OK)
        status = lj_pair_runs_finish(runs, &sums, &n);
    if (status == LJ_OK && n == 0)
        status = lj_fail(LJ_EDATA, "%s: no two words of the vocabulary stand in one sentence", job->options->corpus);
    if (status == LJ_OK)
        status = spread(sums, n, words, out);
    if (status != LJ_OK)
        lj_pair_counts_free(out);
    job->training->pairs = n;
    lj_free(sums);
    lj_pair_runs_destroy(runs);
    return status;
}
