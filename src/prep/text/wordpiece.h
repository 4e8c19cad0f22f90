/*
 * WordPiece applied: texts as the tokens of a vocabulary that came with a model of the BERT family (Devlin et al., "BERT:
 * Pre-training of Deep Bidirectional Transformers for Language Understanding", NAACL 2019). Words are what stands
 * between blanks, each Chinese character and each sign; of a word, the longest token that it begins with is taken
 * again and again (those inside a word are written ##so), and a word that cannot be made of tokens is [UNK].
 */
#ifndef LIANJIN_PREP_TEXT_WORDPIECE_H
#define LIANJIN_PREP_TEXT_WORDPIECE_H

#include "lianjin/document.h"
#include "prep/text/characters.h"

#define LJ_WORDPIECE_TOKENS_MAX (1 << 22)
#define LJ_WORDPIECE_LONGEST 100 /* characters of a word; a longer one is [UNK] */

typedef struct lj_wordpiece_rules {
    int lower_case;
    int strip_accents; /* é becomes e (BERT's "uncased" does both) */
} lj_wordpiece_rules;

/* Never changes after reading, so threads may share it. Lives in an arena. */
typedef struct lj_wordpiece {
    lj_wordpiece_rules rules;
    int32_t size;
    const char **tokens; /* [size] by number */
    int32_t unknown;     /* of [UNK] */
    struct lj_term_slot *slots; /* [mask + 1] by the hash of the token */
    uint64_t mask;
} lj_wordpiece;

/*
 * Reads the vocabulary at `path`, a token a line, numbered from 0; `rules` of `out` are set before. An end of a line
 * may be that of Windows.
 *
 * LJ_EDATA  with the line: no UTF-8, an empty or a second token, none named [UNK], none at all, too many
 * LJ_EIO, LJ_ENOTFOUND, LJ_ENOMEM
 */
LJ_CHECKED lj_status lj_wordpiece_read(const char *path, lj_arena *arena, lj_wordpiece *out);
/* The same of a text [size] in memory; `name` is for messages. */
LJ_CHECKED lj_status lj_wordpiece_parse(const char *name, const char *text, size_t size, lj_arena *arena,
                                        lj_wordpiece *out);

/* The number of a token, -1 if there is none. */
int32_t lj_wordpiece_find(const lj_wordpiece *wordpiece, const char *token);

/* What applying needs beside. Start with {0}; free with lj_wordpiece_scratch_free. */
typedef struct lj_wordpiece_scratch {
    lj_characters characters, clean;
} lj_wordpiece_scratch;

void lj_wordpiece_scratch_free(lj_wordpiece_scratch *scratch);

/* Called for each token of a text, in order. */
typedef void lj_wordpiece_take(void *context, int32_t token);

/* Visits the tokens of a text. LJ_ENOMEM. */
LJ_CHECKED lj_status lj_wordpiece_apply(const lj_wordpiece *wordpiece, const char *text,
                                        lj_wordpiece_scratch *scratch, lj_wordpiece_take *take, void *context);

/* Members of the open map; and back from anything: LJ_ECORRUPT. */
void lj_wordpiece_save(const lj_wordpiece *wordpiece, lj_json *json);
LJ_CHECKED lj_status lj_wordpiece_load(const lj_doc *doc, const lj_item *map, lj_arena *arena, lj_wordpiece *out);

#endif
