/* New texts of a language model, token by token. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lianjin/file.h"
#include "lianjin/random.h"
#include "pipeline/pipeline.h"

enum { TOKENS = 200 };

static int64_t most_tokens(const lj_generate_options *options)
{
    return options->tokens > 0 ? options->tokens : TOKENS;
}

/* Adds tokens to the prompt's up to the mark of a text's end. tokens has room for *n + most_tokens. */
static lj_status go_on(const lj_drawer *drawer, const lj_generate_options *options, int64_t row, int32_t *tokens,
                       int64_t *n)
{
    const int64_t most = most_tokens(options), end = *n + most;
    lj_sampling how = options->sampling;
    how.seed = lj_hash64(options->seed, &row, (int64_t)sizeof(row));
    for (int64_t made = 0; *n < end; made++) {
        if (lj_interrupted())
            return lj_fail(LJ_EINTERRUPTED, "interrupted in text %" PRId64 "; nothing was written", row + 1);
        LJ_TRY(lj_model_next_token(drawer->model, tokens, *n, &how, &tokens[*n]));
        if (tokens[*n] == 0)
            break;
        (*n)++;
        lj_progress_update(options->console, row * most + made, NULL);
    }
    return LJ_OK;
}

static lj_status write_text(const lj_drawer *drawer, const lj_generate_options *options, int64_t row, lj_text *out)
{
    const lj_prep *prep = drawer->prep;
    lj_texts prompt = {0};
    lj_status status = LJ_OK;
    int32_t *tokens = NULL;
    LJ_TRY_DONE(lj_prep_encode_text(prep, options->prompt != NULL ? options->prompt : "", &prompt));
    int64_t n = prompt.begin[1];
    tokens = lj_new_array(n + most_tokens(options), sizeof(*tokens));
    LJ_TRY_DONE(tokens != NULL ? LJ_OK : lj_fail(LJ_ENOMEM, "no memory for a text"));
    memcpy(tokens, prompt.code, (size_t)n * sizeof(*tokens));
    LJ_TRY_DONE(go_on(drawer, options, row, tokens, &n));
    LJ_TRY_DONE(lj_prep_decode_text(prep, tokens, n, out));
    status = lj_text_finish(out);
done:
    lj_free(tokens);
    lj_texts_free(&prompt);
    return status;
}

static lj_status write_table(const lj_drawer *drawer, const char *path, const lj_text *texts, int64_t n)
{
    const lj_prep *prep = drawer->prep;
    const char **cells = lj_new_array(n, sizeof(*cells));
    lj_frame *frame = NULL;
    lj_sink *sink = NULL;
    lj_status status = LJ_OK;
    for (int64_t i = 0; cells != NULL && i < n; i++)
        cells[i] = texts[i].data;
    LJ_TRY_DONE(cells != NULL ? LJ_OK : lj_fail(LJ_ENOMEM, "no memory for %" PRId64 " texts", n));
    LJ_TRY_DONE(lj_frame_create(n, &frame));
    LJ_TRY_DONE(lj_frame_add_text(frame, lj_prep_feature_name(prep, lj_prep_token_feature(prep)), cells));
    LJ_TRY_DONE(lj_sink_open(path, &sink));
    status = lj_sink_write(sink, frame);
    if (status == LJ_OK)
        status = lj_sink_close(sink);
    else
        lj_sink_abandon(sink);
done:
    lj_frame_destroy(frame);
    lj_free(cells);
    return status;
}

/* All texts, and their digest. */
static lj_status write_texts(const lj_drawer *drawer, const lj_generate_options *options, lj_text *texts,
                             char sha256[LJ_SHA256_HEX])
{
    lj_sha256 *hash = NULL;
    lj_status status = lj_sha256_create(&hash);
    lj_progress_begin(options->console, "tokens", options->rows * most_tokens(options));
    for (int64_t i = 0; status == LJ_OK && i < options->rows; i++) {
        status = write_text(drawer, options, i, &texts[i]);
        if (status == LJ_OK)
            status = lj_sha256_update(hash, texts[i].data, texts[i].size + 1);
    }
    lj_progress_end(options->console);
    if (status == LJ_OK)
        status = lj_sha256_finish(hash, sha256);
    lj_sha256_destroy(hash);
    return status;
}

lj_status lj_generate_texts(const lj_drawer *drawer, const lj_generate_options *options, char sha256[LJ_SHA256_HEX])
{
    const int64_t n = options->rows;
    lj_text *texts = lj_new_array(n, sizeof(*texts));
    if (texts == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for %" PRId64 " texts", n);
    lj_status status = write_texts(drawer, options, texts, sha256);
    if (status == LJ_OK && options->out != NULL)
        status = write_table(drawer, options->out, texts, n);
    for (int64_t i = 0; status == LJ_OK && options->out == NULL && i < n; i++)
        (void)printf("%s%s\n", i > 0 ? "\n" : "", texts[i].data);
    for (int64_t i = 0; i < n; i++)
        lj_text_free(&texts[i]);
    lj_free(texts);
    return status;
}
