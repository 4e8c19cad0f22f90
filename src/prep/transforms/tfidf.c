/*
 * tfidf: a text column becomes sparse rows, one column a word, a run of words or a run of characters (see
 * prep/text/terms.h). It changes how the cell is read, so it must be the only step of its column, and there is no
 * operation.
 */
#include "lianjin/limits.h"
#include "prep/text/grams.h"
#include "prep/transforms.h"

static const lj_declaration options_declared[] = {
    {.key = "words", .kind = LJ_DECLARED_INTEGER, .offset = offsetof(lj_tfidf_options, words), .min = 0,
     .max = LJ_GRAM_MAX, .fallback = "2", .doc = "Longest run of words that is counted; 0: none."},
    {.key = "shortest_word", .kind = LJ_DECLARED_INTEGER, .offset = offsetof(lj_tfidf_options, shortest_word),
     .min = 1, .max = LJ_GRAM_MAX, .fallback = "1",
     .doc = "Words of fewer letters and digits are passed over (scikit-learn: 2)."},
    {.key = "segment", .kind = LJ_DECLARED_BOOL, .offset = offsetof(lj_tfidf_options, segment), .fallback = "false",
     .doc = "Chinese, which has no blanks, is cut into words by a dictionary."},
    {.key = "characters", .kind = LJ_DECLARED_INTEGER, .offset = offsetof(lj_tfidf_options, characters), .min = 0,
     .max = LJ_GRAM_MAX, .fallback = "4",
     .doc = "Longest run of characters that is counted; 0: none."},
    {.key = "characters_from", .kind = LJ_DECLARED_INTEGER, .offset = offsetof(lj_tfidf_options, characters_from),
     .min = 1, .max = LJ_GRAM_MAX, .fallback = "1", .doc = "Shortest run of characters that is counted."},
    {.key = "across_words", .kind = LJ_DECLARED_BOOL, .offset = offsetof(lj_tfidf_options, across_words),
     .fallback = "false", .doc = "Runs of characters go on over blanks (analyzer char of scikit-learn, not char_wb)."},
    {.key = "min_count", .kind = LJ_DECLARED_INTEGER, .offset = offsetof(lj_tfidf_options, min_count), .min = 1,
     .max = 1e9, .fallback = "2", .doc = "Terms that fewer training texts have are left out."},
    {.key = "max_share", .kind = LJ_DECLARED_NUMBER, .offset = offsetof(lj_tfidf_options, max_share), .min = 0,
     .max = 1, .fallback = "1", .doc = "Terms that a larger share of the training texts has are left out."},
    {.key = "max_terms", .kind = LJ_DECLARED_INTEGER, .offset = offsetof(lj_tfidf_options, max_terms), .min = 1,
     .max = LJ_TERMS_MAX / 2, .fallback = "1000000",
     .doc = "Most terms of words, and of characters: those that most texts have."},
    {.key = "buckets", .kind = LJ_DECLARED_INTEGER, .offset = offsetof(lj_tfidf_options, buckets), .min = 0,
     .max = LJ_TERMS_MAX / 2, .fallback = "0",
     .doc = "Terms are hashed into so many columns of words, and of characters, all weighted alike, instead of being "
            "kept in a vocabulary; 0: not."},
    {.key = "sublinear", .kind = LJ_DECLARED_BOOL, .offset = offsetof(lj_tfidf_options, sublinear),
     .fallback = "true", .doc = "A term counts 1 + ln(count) instead of its count."},
    {.key = "normalise", .kind = LJ_DECLARED_BOOL, .offset = offsetof(lj_tfidf_options, normalise),
     .fallback = "true", .doc = "Unicode's NFKC: full-width letters are half-width ones, and so on."},
    {.key = "fold_case", .kind = LJ_DECLARED_BOOL, .offset = offsetof(lj_tfidf_options, fold_case),
     .fallback = "true", .doc = "Capitals and small letters are the same."},
};

const lj_transform lj_transform_tfidf = {
    .name = "tfidf",
    .doc = "Counts words and runs of characters of a text, weighted by how few texts have them; for text_linear.",
    .main = "words",
    .takes = LJ_TAKES_CATEGORY,
    .options = options_declared,
    .option_count = sizeof(options_declared) / sizeof(options_declared[0]),
    .options_size = sizeof(lj_tfidf_options),
};
