/* lianjin words train|nearest|similarity|analogy|evaluate|convert */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "lianjin/document.h"
#include "lianjin/file.h"
#include "lianjin/words.h"

/* X(function, name, arguments, what it does) */
#define ACTION_LIST(X)                                                                                             \
    X(train, "train", "CORPUS", "vectors of the words of a text (UTF-8, words between blanks; also .gz)")          \
    X(nearest, "nearest", "VECTORS WORD", "the words nearest to one")                                              \
    X(analogy, "analogy", "VECTORS A B C", "what is to C as B is to A: man king woman gives queen")                \
    X(evaluate, "evaluate", "VECTORS LIST", "measure against pairs that people scored, or against analogies")      \
    X(convert, "convert", "VECTORS", "write vectors in another format")

#define X(function, name, arguments, summary) \
    static lj_status words_##function(const lj_verb *verb, int argc, char **argv);
ACTION_LIST(X)
#undef X

static const lj_verb actions[] = {
#define X(function, name, arguments, summary) {"words " name, arguments, summary, words_##function},
    ACTION_LIST(X)
#undef X
};

/* One JSON document, printed and freed. */
static lj_status print_json(lj_text *text)
{
    const lj_status status = lj_text_finish(text);
    if (status == LJ_OK)
        (void)puts(text->data);
    lj_text_free(text);
    return status;
}

/* Before any work is done: --out is there, and its folder too. */
static lj_status check_out(const char *out)
{
    if (out == NULL)
        return lj_fail(LJ_EUSAGE, "--out FILE: where do the vectors go?");
    char *folder = lj_path_folder(out);
    const int is_there = folder != NULL && lj_file_is_folder(folder);
    lj_free(folder);
    return is_there ? LJ_OK : lj_fail(LJ_EIO, "%s: cannot write: its folder does not exist", out);
}

static lj_status pick_format(const char *name, lj_word_format *out)
{
    const int found = lj_word_format_find(name);
    if (found < 0)
        return lj_fail(LJ_EUSAGE, "--format: expected text, binary or glove, found '%s'", name);
    *out = (lj_word_format)found;
    return LJ_OK;
}

/* ---- train ---- */

static void print_training(const lj_common *common, const lj_word_options *options, const lj_word_training *t,
                           const char *out, lj_text *text)
{
    if (!common->json) {
        lj_text_printf(text, "%s: %" PRId64 " vectors, trained by %s in %.1f s\n", out, t->vocabulary,
                       lj_word_method_name(options->method), t->seconds);
        return;
    }
    lj_json json;
    lj_json_start(&json, text, 0);
    lj_json_map(&json, NULL);
    lj_json_string(&json, "vectors", out);
    lj_json_string(&json, "method", lj_word_method_name(options->method));
    lj_json_integer(&json, "words", t->words);
    lj_json_integer(&json, "different", t->different);
    lj_json_integer(&json, "kept_words", t->kept_words);
    lj_json_integer(&json, "vocabulary", t->vocabulary);
    if (t->pairs > 0)
        lj_json_integer(&json, "pairs", t->pairs);
    if (!isnan(t->loss))
        lj_json_double(&json, "loss", t->loss);
    lj_json_double(&json, "seconds", t->seconds);
    lj_json_end_map(&json);
    lj_text_puts(text, "\n");
}

static lj_status words_train(const lj_verb *verb, int argc, char **argv)
{
    lj_word_options options = {.seed = 1};
    const char *method = "ppmi", *format = "text", *out = NULL;
    int64_t seed = 1;
    int no_sample = 0;
    const lj_flag flags[] = {
        {"out", 'o', LJ_FLAG_TEXT, &out, "FILE", "where the vectors go; needed"},
        {"method", 'm', LJ_FLAG_TEXT, &method, "NAME",
         "ppmi (best on small texts, so the default), skip_gram, cbow or glove"},
        {"size", 0, LJ_FLAG_INTEGER, &options.size, "N", "numbers of a vector (100)"},
        {"window", 0, LJ_FLAG_INTEGER, &options.window, "N", "words on each side (5; ppmi and glove 10)"},
        {"min-count", 0, LJ_FLAG_INTEGER, &options.min_count, "N", "leave out words that come less often (5)"},
        {"max-words", 0, LJ_FLAG_INTEGER, &options.max_words, "N", "only so many of the most frequent words (all)"},
        {"epochs", 0, LJ_FLAG_INTEGER, &options.epochs, "N", "passes over the text (5; glove 25)"},
        {"negative", 0, LJ_FLAG_INTEGER, &options.negative, "N", "skip_gram, cbow: words drawn against each (5)"},
        {"hierarchical", 0, LJ_FLAG_SWITCH, &options.hierarchical, NULL,
         "skip_gram, cbow: hierarchical softmax in their place"},
        {"sample", 0, LJ_FLAG_NUMBER, &options.sample, "X", "skip_gram, cbow: thin out words above this share (0.001)"},
        {"keep-frequent", 0, LJ_FLAG_SWITCH, &no_sample, NULL, "skip_gram, cbow: thin out none"},
        {"rate", 0, LJ_FLAG_NUMBER, &options.rate, "X", "learning rate (0.025; glove 0.05)"},
        {"memory", 0, LJ_FLAG_INTEGER, &options.memory_mb, "MIB",
         "ppmi, glove: sort counts on disk beyond this (1024)"},
        {"seed", 's', LJ_FLAG_INTEGER, &seed, "N", "of all random numbers (1)"},
        {"format", 'f', LJ_FLAG_TEXT, &format, "NAME", "text, binary (both of word2vec) or glove"}};
    lj_common common;
    lj_word_format as = LJ_WORD_FORMAT_TEXT;
    lj_word_training training;
    lj_word_vectors *vectors = NULL;
    lj_text text = {0};
    lj_status status =
        lj_cli_begin(verb, flags, sizeof(flags) / sizeof(flags[0]), argc, argv, 1, &options.corpus, &common);
    if (status != LJ_OK || common.help)
        goto done;
    const int found = lj_word_method_find(method);
    if (found < 0) {
        status = lj_fail(LJ_EUSAGE, "--method: expected ppmi, skip_gram, cbow or glove, found '%s'", method);
        goto done;
    }
    LJ_TRY_DONE(check_out(out));
    LJ_TRY_DONE(pick_format(format, &as));
    options.method = (lj_word_method)found;
    options.seed = (uint64_t)seed;
    if (no_sample)
        options.sample = -1;
    lj_interrupt_install();
    LJ_TRY_DONE(lj_word_vectors_train(&options, common.team, common.console, &training, &vectors));
    LJ_TRY_DONE(lj_word_vectors_write(vectors, as, out));
    print_training(&common, &options, &training, out, &text);
    LJ_TRY_DONE(lj_text_finish(&text));
    (void)fputs(text.data, stdout);
done:
    lj_text_free(&text);
    lj_word_vectors_destroy(vectors);
    lj_cli_end(&common);
    return status;
}

/* ---- questions ---- */

enum { NEAR_MAX = 1000 };

static lj_status print_near(const lj_word_vectors *vectors, const lj_word_near *near, int64_t n, int as_json)
{
    lj_text text = {0};
    lj_json json;
    lj_json_start(&json, &text, 0);
    lj_json_list(&json, NULL);
    for (int64_t i = 0; i < n; i++) {
        const char *word = lj_word_vectors_word(vectors, near[i].index);
        if (!as_json) {
            printf("%.4f  %s\n", near[i].similarity, word);
            continue;
        }
        lj_json_map(&json, NULL);
        lj_json_string(&json, "word", word);
        lj_json_double(&json, "similarity", near[i].similarity);
        lj_json_end_map(&json);
    }
    lj_json_end_list(&json);
    if (as_json)
        return print_json(&text);
    lj_text_free(&text);
    return LJ_OK;
}

/* Both questions: `n_words` words after the vectors; three of them are a, b, c. */
static lj_status ask(const lj_verb *verb, int argc, char **argv, int n_words)
{
    int64_t count = 10, limit = 0;
    const lj_flag flags[] = {{"count", 'n', LJ_FLAG_INTEGER, &count, "N", "how many words (10)"},
                             {"limit", 0, LJ_FLAG_INTEGER, &limit, "N", "read only the first so many vectors (all)"}};
    const char *arguments[4] = {NULL};
    lj_common common;
    lj_word_vectors *vectors = NULL;
    lj_word_near near[NEAR_MAX];
    int64_t found = 0;
    lj_status status =
        lj_cli_begin(verb, flags, sizeof(flags) / sizeof(flags[0]), argc, argv, 1 + n_words, arguments, &common);
    if (status != LJ_OK || common.help)
        goto done;
    LJ_TRY_DONE(count <= NEAR_MAX ? LJ_OK : lj_fail(LJ_EUSAGE, "--count: expected at most %d", NEAR_MAX));
    LJ_TRY_DONE(lj_word_vectors_read(arguments[0], limit, common.console, &vectors));
    const char *const plus[] = {n_words == 3 ? arguments[2] : arguments[1], arguments[3]};
    LJ_TRY_DONE(lj_word_vectors_nearest(vectors, plus, n_words == 3 ? 2 : 1, &arguments[1], n_words == 3 ? 1 : 0, count,
                                        near, &found));
    status = print_near(vectors, near, found, common.json);
done:
    lj_word_vectors_destroy(vectors);
    lj_cli_end(&common);
    return status;
}

static lj_status words_nearest(const lj_verb *verb, int argc, char **argv)
{
    return ask(verb, argc, argv, 1);
}

static lj_status words_analogy(const lj_verb *verb, int argc, char **argv)
{
    return ask(verb, argc, argv, 3);
}

/* ---- evaluate ---- */

static lj_status evaluate_pairs(const lj_word_vectors *vectors, const char *list, int as_json)
{
    lj_word_similarity_result r;
    lj_text text = {0};
    LJ_TRY(lj_word_vectors_rate_pairs(vectors, list, &r));
    if (!as_json) {
        printf("pairs %" PRId64 ", known %" PRId64 ", Spearman %.4f, Pearson %.4f\n", r.pairs, r.known, r.spearman,
               r.pearson);
        return LJ_OK;
    }
    lj_json json;
    lj_json_start(&json, &text, 0);
    lj_json_map(&json, NULL);
    lj_json_integer(&json, "pairs", r.pairs);
    lj_json_integer(&json, "known", r.known);
    lj_json_double(&json, "spearman", r.spearman);
    lj_json_double(&json, "pearson", r.pearson);
    lj_json_end_map(&json);
    return print_json(&text);
}

static void write_section(lj_json *json, const lj_word_section *s)
{
    lj_json_map(json, NULL);
    lj_json_string(json, "section", s->name);
    lj_json_integer(json, "questions", s->questions);
    lj_json_integer(json, "known", s->known);
    lj_json_integer(json, "right", s->right);
    lj_json_end_map(json);
}

static void print_section(const lj_word_section *s)
{
    printf("%-30s %6" PRId64 " of %6" PRId64 " known of %6" PRId64 "  %6.2f %%\n", s->name, s->right, s->known,
           s->questions, s->known > 0 ? 100.0 * (double)s->right / (double)s->known : 0.0);
}

static lj_status evaluate_analogies(const lj_word_vectors *vectors, const char *list, int64_t limit,
                                    const lj_common *common)
{
    lj_word_analogies_result r;
    lj_text text = {0};
    LJ_TRY(lj_word_vectors_rate_analogies(vectors, list, limit, common->team, common->console, &r));
    lj_json json;
    lj_json_start(&json, &text, 0);
    lj_json_list(&json, NULL);
    for (int64_t s = 0; s <= r.count; s++) {
        const lj_word_section *section = s < r.count ? &r.sections[s] : &r.all;
        if (common->json)
            write_section(&json, section);
        else
            print_section(section);
    }
    lj_json_end_list(&json);
    lj_word_analogies_result_free(&r);
    if (common->json)
        return print_json(&text);
    lj_text_free(&text);
    return LJ_OK;
}

static lj_status words_evaluate(const lj_verb *verb, int argc, char **argv)
{
    int64_t limit = 0;
    int analogies = 0;
    const lj_flag flags[] = {
        {"analogies", 'a', LJ_FLAG_SWITCH, &analogies, NULL, "LIST holds analogies: ': section', four words a line"},
        {"limit", 0, LJ_FLAG_INTEGER, &limit, "N", "only the first so many words (all)"}};
    const char *arguments[2] = {NULL};
    lj_common common;
    lj_word_vectors *vectors = NULL;
    lj_status status = lj_cli_begin(verb, flags, sizeof(flags) / sizeof(flags[0]), argc, argv, 2, arguments, &common);
    if (status != LJ_OK || common.help)
        goto done;
    lj_interrupt_install();
    LJ_TRY_DONE(lj_word_vectors_read(arguments[0], limit, common.console, &vectors));
    status = analogies ? evaluate_analogies(vectors, arguments[1], limit, &common)
                       : evaluate_pairs(vectors, arguments[1], common.json);
done:
    lj_word_vectors_destroy(vectors);
    lj_cli_end(&common);
    return status;
}

/* ---- convert ---- */

static lj_status words_convert(const lj_verb *verb, int argc, char **argv)
{
    const char *format = "text", *out = NULL, *arguments[1] = {NULL};
    int64_t limit = 0;
    const lj_flag flags[] = {{"out", 'o', LJ_FLAG_TEXT, &out, "FILE", "where the vectors go; needed"},
                             {"format", 'f', LJ_FLAG_TEXT, &format, "NAME", "text, binary (both of word2vec) or glove"},
                             {"limit", 0, LJ_FLAG_INTEGER, &limit, "N", "only the first so many words (all)"}};
    lj_common common;
    lj_word_format as = LJ_WORD_FORMAT_TEXT;
    lj_word_vectors *vectors = NULL;
    lj_status status = lj_cli_begin(verb, flags, sizeof(flags) / sizeof(flags[0]), argc, argv, 1, arguments, &common);
    if (status != LJ_OK || common.help)
        goto done;
    LJ_TRY_DONE(check_out(out));
    LJ_TRY_DONE(pick_format(format, &as));
    LJ_TRY_DONE(lj_word_vectors_read(arguments[0], limit, common.console, &vectors));
    LJ_TRY_DONE(lj_word_vectors_write(vectors, as, out));
    if (!common.json)
        printf("%s: %" PRId64 " vectors of %" PRId64 " numbers\n", out, lj_word_vectors_count(vectors),
               lj_word_vectors_size(vectors));
    else
        printf("{\"vectors\": %" PRId64 ", \"size\": %" PRId64 "}\n", lj_word_vectors_count(vectors),
               lj_word_vectors_size(vectors));
done:
    lj_word_vectors_destroy(vectors);
    lj_cli_end(&common);
    return status;
}

/* ---- the verb ---- */

lj_status lj_verb_words(const lj_verb *verb, int argc, char **argv)
{
    return lj_cli_action(verb, actions, sizeof(actions) / sizeof(actions[0]),
                         "docs/words.md has an example on real data.", argc, argv);
}
