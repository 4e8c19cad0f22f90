#include "texts.h"

#include <stdlib.h>
#include <string.h>

#include "lianjin/file.h"
#include "lianjin/memory.h"
#include "lianjin/progress.h"
#include "lianjin/words.h"
#include "prep/text/bpe.h"
#include "prep/text/segment.h"

enum { BYTES_MAX = 1 << 28, TOKENS = 8000 };

/* Words of each line: characters and segments. */
static lj_status segment_lines(char *text, double *seconds)
{
    const lj_text_rules as_is = {0};
    lj_characters characters = {0};
    lj_segments segments = {0};
    lj_status status = LJ_OK;
    int64_t words = 0;
    const double begin = lj_seconds();
    for (char *line = text, *end = NULL; line != NULL && status == LJ_OK; line = end) {
        end = strchr(line, '\n');
        if (end != NULL)
            *end++ = '\0';
        status = lj_text_characters(line, &as_is, &characters);
        if (status == LJ_OK)
            status = lj_segment(&characters, &segments);
        words += segments.count;
    }
    *seconds = lj_seconds() - begin;
    lj_characters_free(&characters);
    lj_segments_free(&segments);
    return status == LJ_OK && words == 0 ? lj_fail(LJ_EDATA, "no word in $BENCH_TEXT") : status;
}

/* Fits 8000 tokens on a text, and applies them to it; one of both is timed. */
static lj_status run_bpe(const char *text, size_t size, int times_fit, lj_arena *arena, double *seconds)
{
    lj_bpe bpe;
    lj_bpe_counts counts = {0};
    lj_bpe_tokens tokens = {0};
    const double begin = lj_seconds();
    lj_bpe_count(&counts, text, size);
    lj_status status = lj_bpe_fit(&counts, TOKENS, 2, arena, &bpe);
    const double middle = lj_seconds();
    if (status == LJ_OK)
        status = lj_bpe_encode(&bpe, text, size, &tokens);
    *seconds = times_fit ? middle - begin : lj_seconds() - middle;
    lj_bpe_counts_free(&counts);
    lj_bpe_tokens_free(&tokens);
    return status;
}

lj_status run_words_case(const char *name, lj_team *team, double *seconds)
{
    const int is_cbow = strncmp(name, "words-cbow-", 11) == 0;
    const lj_word_options options = {.corpus = getenv("BENCH_TEXT"), .seed = 1,
                                     .method = is_cbow ? LJ_WORD_METHOD_CBOW : LJ_WORD_METHOD_SKIP_GRAM};
    lj_word_training training;
    lj_word_vectors *vectors = NULL;
    if (options.corpus == NULL || (!is_cbow && strncmp(name, "words-skip-gram-", 16) != 0))
        return lj_fail(LJ_EUSAGE, "unknown case '%s', or $BENCH_TEXT names no file", name);
    const double begin = lj_seconds();
    LJ_TRY(lj_word_vectors_train(&options, team, NULL, &training, &vectors));
    *seconds = lj_seconds() - begin;
    lj_word_vectors_destroy(vectors);
    return LJ_OK;
}

lj_status run_text_case(const char *name, double *seconds)
{
    const int segments = strncmp(name, "segment-", 8) == 0, fits = strncmp(name, "bpe-fit-", 8) == 0;
    const char *path = getenv("BENCH_TEXT");
    char *text = NULL;
    size_t size = 0;
    lj_arena *arena = NULL;
    if (!segments && !fits && strncmp(name, "bpe-apply-", 10) != 0)
        return lj_fail(LJ_EUSAGE, "unknown case '%s'", name);
    if (path == NULL)
        return lj_fail(LJ_EUSAGE, "%s: $BENCH_TEXT names no file", name);
    LJ_TRY(lj_file_read(path, BYTES_MAX, &text, &size));
    lj_status status = lj_arena_create(&arena);
    if (status == LJ_OK)
        status = segments ? segment_lines(text, seconds) : run_bpe(text, size, fits, arena, seconds);
    lj_arena_destroy(arena);
    lj_free(text);
    return status;
}
