/*
 * The words of Chinese text, which has no blanks between them: of all ways to cut a run into words of the dictionary
 * the most probable one is taken, and characters that it leaves single are joined to unknown words by a hidden Markov
 * model (begin, end, middle, single; Viterbi 1967). It is jieba's cut: same dictionary, same words. The dictionary is
 * jieba's with a list of finance words (finance_words.txt), made a part of the program at build.
 */
#ifndef LIANJIN_PREP_TEXT_SEGMENT_H
#define LIANJIN_PREP_TEXT_SEGMENT_H

#include "prep/text/characters.h"

/* The words of a text, and room for finding them. Start with {0}; free with lj_segments_free. */
typedef struct lj_segments {
    int64_t *ends; /* [count] ascending: word i is the characters from ends[i - 1] (0 for the first) to ends[i] */
    int64_t count;
    double *best;           /* [capacity] logarithm of the best cut from here to the end of the run */
    int64_t *next;          /* [capacity] where its first word ends */
    uint8_t (*before)[4];   /* [capacity] by state, the best state of the character before */
    int64_t capacity;
} lj_segments;

void lj_segments_free(lj_segments *segments);

/*
 * Cuts the whole text: a blank and a character that is neither Chinese nor a letter or digit of ASCII nor one of
 * + # & . _ % - is a segment by itself. `out` is overwritten. The dictionary knows capitals from small letters.
 * LJ_ENOMEM.
 */
LJ_CHECKED lj_status lj_segment(const lj_characters *text, lj_segments *out);

/* Whether the dictionary's words are made of such characters: those of Unicode 8's first block of them. */
int lj_is_han(int32_t character);

/* Digest of the dictionary: where it is the same, so are the words. */
const char *lj_segment_dictionary(void);

#endif
