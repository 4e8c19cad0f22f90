/*
 * tokenise: a text column becomes a row of codes for a network that reads sequences (see prep/text/tokens.h). It
 * changes how the cell is read, so it must be the only step of its column, and there is no operation.
 */
#include "lianjin/limits.h"
#include "prep/text/tokens.h"
#include "prep/transforms.h"

static const lj_declaration options_declared[] = {
    {.key = "unit", .kind = LJ_DECLARED_CHOICE, .offset = offsetof(lj_tokenise_options, unit),
     .choices = lj_token_unit_names, .fallback = "words",
     .doc = "What a token is: a word (Chinese text is cut into its words), a character, or a piece of a word "
            "(byte pairs that are learned, or those of a given vocabulary)."},
    {.key = "vocabulary", .kind = LJ_DECLARED_STRING, .offset = offsetof(lj_tokenise_options, vocabulary),
     .doc = "wordpiece: the vocab.txt of a BERT, beside the pipeline's file; with fold_case its text is stripped of "
            "accents, too."},
    {.key = "length", .kind = LJ_DECLARED_INTEGER, .offset = offsetof(lj_tokenise_options, length), .min = 1,
     .max = LJ_TOKENS_MAX,
     .doc = "Tokens of a row (maxlen of Keras); left out: 98 of 100 training texts are not cut off, at "
            "most 512. A language model sees so many at once: 128."},
    {.key = "size", .kind = LJ_DECLARED_INTEGER, .offset = offsetof(lj_tokenise_options, size), .min = 1,
     .max = LJ_TERMS_MAX / 2, .fallback = "50000",
     .doc = "Most tokens of the vocabulary: those that most texts have."},
    {.key = "min_count", .kind = LJ_DECLARED_INTEGER, .offset = offsetof(lj_tokenise_options, min_count), .min = 1,
     .max = 1e9, .fallback = "1", .doc = "Tokens that fewer training texts have are not in the vocabulary."},
    {.key = "unknown", .kind = LJ_DECLARED_BOOL, .offset = offsetof(lj_tokenise_options, unknown), .fallback = "true",
     .doc = "Tokens that are not in the vocabulary have a code of their own (oov_token of Keras); else they are left "
            "out."},
    {.key = "pad", .kind = LJ_DECLARED_CHOICE, .offset = offsetof(lj_tokenise_options, pad),
     .choices = lj_text_side_names, .fallback = "post",
     .doc = "Where short texts are filled up. Networks do not see zeros behind a text; before it they do (Keras "
            "without mask_zero)."},
    {.key = "truncate", .kind = LJ_DECLARED_CHOICE, .offset = offsetof(lj_tokenise_options, truncate),
     .choices = lj_text_side_names, .fallback = "post", .doc = "Where long texts are cut off."},
    {.key = "normalise", .kind = LJ_DECLARED_BOOL, .offset = offsetof(lj_tokenise_options, normalise),
     .doc = "Unicode's NFKC: full-width letters are half-width ones, and so on. Left out: yes, but not of bpe."},
    {.key = "fold_case", .kind = LJ_DECLARED_BOOL, .offset = offsetof(lj_tokenise_options, fold_case),
     .doc = "Capitals and small letters are the same. Left out: yes, but not of bpe."},
};

const lj_transform lj_transform_tokenise = {
    .name = "tokenise",
    .doc = "Cuts a text into tokens and numbers them; for text_rnn, text_cnn and transformer.",
    .main = "unit",
    .takes = LJ_TAKES_CATEGORY,
    .options = options_declared,
    .option_count = sizeof(options_declared) / sizeof(options_declared[0]),
    .options_size = sizeof(lj_tokenise_options),
};
