/* Tokens, Embedding 16, LSTM 32 and a dense layer, in C: the weights of examples/notices/lstm.yaml. */
#include <lianjin/prep.h>
#include <lianjin/train.h>
#include <stdio.h>
#define TRY(expr) do { if ((expr) != LJ_OK) return fprintf(stderr, "%s\n", lj_error_message()), 1; } while (0)
enum { TRAIN = 1200, ROWS = 1600, LENGTH = 12, EPOCHS = 10 };
static const char steps[] = "[{tokenise: {unit: words, length: 12, unknown: false, pad: pre, truncate: pre}}]";
static int64_t size, rows[TRAIN]; /* of the vocabulary; of the table */
static int32_t tokens[ROWS * LENGTH];

static lj_value network(lj_graph *g)
{
    lj_value x = lj_input(g, "tokens", LJ_I32, lj_shape_of(LJ_BATCH, LENGTH));
    const lj_value lengths = lj_input(g, "lengths", LJ_I32, lj_shape_of(LJ_BATCH));
    x = lj_token_embedding_with(g, x, size, 16, (lj_token_embedding_options){.has_padding = 1});
    x = lj_lstm_with(g, x, 32, lengths, (lj_recurrent_options){.last = 1});
    return lj_dense(g, x, 1, .name = "output");
}

int main(int argc, char **argv) /* notices.csv: text, late; the train rows, then the valid rows */
{
    lj_source *source; lj_frame *frame; lj_doc *doc; lj_prep *prep; lj_train_result result; char sha256[65];
    lj_train_job job = {.task = LJ_BINARY, .classes = 2};
    TRY(lj_source_open(&(lj_source_options){.source = argc > 1 ? argv[1] : "notices.csv"}, NULL, &source));
    TRY(lj_source_read(source, &frame));
    TRY(lj_yaml_parse("steps", steps, sizeof(steps) - 1, &doc));
    for (int i = 0; i < TRAIN; i++) rows[i] = i;
    const lj_prep_options with = {.features = (const char *[]){"text"}, .feature_count = 1, .steps = lj_doc_root(doc)};
    TRY(lj_prep_fit(frame, NULL, rows, TRAIN, &with, NULL, &prep));
    TRY(lj_prep_apply_tokens(prep, frame, 0, ROWS, tokens, NULL));
    const double *y = lj_frame_column(frame, 1)->number;
    lj_rows train = {.n = TRAIN, .tokens = tokens, .token_count = LENGTH, .target = y}, valid = train;
    valid.n = ROWS - TRAIN, valid.tokens += TRAIN * LENGTH, valid.target += TRAIN, size = lj_prep_token_size(prep);
    TRY(lj_train_job_build(&job, network, 7));
    const lj_train_options how = {.epochs = EPOCHS, .patience = EPOCHS, .batch = 32, .schedule = {.rate = 1e-3},
                                  .optimiser = {.optimiser = LJ_OPTIMISER_ADAM}, .seed = 7};
    TRY(lj_train(&job, &how, &train, &valid, NULL, NULL, &result));
    TRY(lj_weights_sha256(job.weights, sha256));
    return puts(sha256) < 0;
}
