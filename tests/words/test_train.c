/* Training: the same vectors everywhere, what the definitions say, what is refused. */
#include <signal.h>

#include "compute/kernels.h"
#include "lianjin/hash.h"
#include "lianjin/limits.h"
#include "words/words_test.h"

/* The vectors of a training of write_corpus: a change of them is another arithmetic. */
typedef struct training_case {
    const char *name;
    lj_word_options options;
    uint64_t hash;
} training_case;

static const training_case cases[] = {
    {"skip_gram",
     {.method = LJ_WORD_METHOD_SKIP_GRAM, .size = 20, .epochs = 2, .seed = 7},
     UINT64_C(0xbd794b23bc1d731f)},
    {"skip_gram hierarchical",
     {.method = LJ_WORD_METHOD_SKIP_GRAM, .size = 20, .epochs = 2, .hierarchical = 1, .seed = 7},
     UINT64_C(0x470753fca602eb3d)},
    {"cbow",
     {.method = LJ_WORD_METHOD_CBOW, .size = 20, .epochs = 2, .negative = 8, .window = 3, .seed = 7},
     UINT64_C(0xbd3dc6b59f5aa368)},
    {"cbow hierarchical",
     {.method = LJ_WORD_METHOD_CBOW, .size = 20, .epochs = 2, .hierarchical = 1, .seed = 7},
     UINT64_C(0xe49eaec54e386281)},
    {"glove",
     {.method = LJ_WORD_METHOD_GLOVE, .size = 20, .epochs = 3, .seed = 7},
     UINT64_C(0x85956269e3ae67ea)},
    {"ppmi", {.method = LJ_WORD_METHOD_PPMI, .size = 20, .seed = 7}, UINT64_C(0xb0d12ee78d8321b0)},
};
enum { CASES = sizeof(cases) / sizeof(cases[0]) };

static const char *corpus; /* of 60000 words: more than a chunk */

static uint64_t hash_of(const lj_word_vectors *v)
{
    return lj_hash64(1, lj_word_vectors_row(v, 0),
                     lj_word_vectors_count(v) * lj_word_vectors_size(v) * (int64_t)sizeof(float));
}

static uint64_t train(lj_word_options options, int threads)
{
    lj_team *team = NULL;
    lj_word_training training;
    lj_word_vectors *v = NULL;
    options.corpus = options.corpus != NULL ? options.corpus : corpus;
    assert_ok(lj_team_create(threads, &team));
    assert_ok(lj_word_vectors_train(&options, team, NULL, &training, &v));
    const uint64_t hash = hash_of(v);
    lj_word_vectors_destroy(v);
    lj_team_destroy(team);
    return hash;
}

static void the_same_vectors_with_any_threads_and_instructions(void **state)
{
    (void)state;
    for (int c = 0; c < CASES; c++) {
        for (int threads = 1; threads <= 4; threads *= 2) {
            const uint64_t hash = train(cases[c].options, threads);
            if (hash != cases[c].hash)
                fail_msg("%s, %d threads: expected %016llx, found %016llx", cases[c].name, threads,
                         (unsigned long long)cases[c].hash, (unsigned long long)hash);
        }
        for (const char *const *name = lj_kernels_names(); *name != NULL; name++) {
            if (lj_kernels_named(*name) == NULL)
                continue;
            assert_ok(lj_kernels_select(*name));
            const uint64_t hash = train(cases[c].options, 2);
            if (hash != cases[c].hash)
                fail_msg("%s, %s: expected %016llx, found %016llx", cases[c].name, *name,
                         (unsigned long long)cases[c].hash, (unsigned long long)hash);
        }
        assert_ok(lj_kernels_select(NULL));
    }
}

/* How much nearer words of one topic are than words of two: means of cosines. */
static double contrast(const lj_word_vectors *v)
{
    double within = 0, between = 0, one = 0;
    for (int topic = 0; topic < 40; topic++)
        for (int k = 0; k < 9; k++) {
            char a[16], b[16], c[16];
            (void)snprintf(a, sizeof(a), "w%d%c", topic, 'a' + k);
            (void)snprintf(b, sizeof(b), "w%d%c", topic, 'b' + k);
            (void)snprintf(c, sizeof(c), "w%d%c", (topic + 1) % 40, 'b' + k);
            assert_ok(lj_word_vectors_similarity(v, a, b, &one));
            within += one / 360;
            assert_ok(lj_word_vectors_similarity(v, a, c, &one));
            between += one / 360;
        }
    return within - between;
}

static void words_that_keep_company_are_near(void **state)
{
    (void)state;
    for (int c = 0; c < CASES; c++) {
        lj_word_options options = cases[c].options;
        lj_word_training training;
        lj_word_vectors *v = NULL;
        options.corpus = corpus;
        options.epochs = 15;
        options.size = 40;
        options.rate = options.method == LJ_WORD_METHOD_CBOW ? 0.05 : 0;
        assert_ok(lj_word_vectors_train(&options, NULL, NULL, &training, &v));
        assert_int_equal(training.vocabulary, 401);
        assert_int_equal(training.words, training.kept_words);
        assert_string_equal(lj_word_vectors_word(v, 0), "the");
        if (!(contrast(v) > 0.4))
            fail_msg("%s: words of a topic are nearer by %.3f only", cases[c].name, contrast(v));
        lj_word_vectors_destroy(v);
    }
}

static void counts_on_disk_give_the_same_vectors(void **state)
{
    (void)state;
    const char *large = write_corpus("large", 40000); /* over 3 million pairs, 16 MiB hold half a million */
    const lj_word_options options = {.corpus = large, .window = 8, .size = 8, .memory_mb = 16};
    lj_word_options plain = options;
    plain.memory_mb = 0;
    assert_true(train(options, 1) == train(plain, 1));
}

static void gzipped_and_plain_are_one(void **state)
{
    (void)state;
    char command[1200];
    (void)snprintf(command, sizeof(command), "gzip -kf %s", corpus);
    assert_int_equal(system(command), 0);
    (void)snprintf(command, sizeof(command), "%s.gz", corpus);
    lj_word_options options = cases[0].options;
    options.corpus = command;
    assert_true(train(options, 1) == cases[0].hash);
}

/* ---- what is refused ---- */

static void refuse(lj_word_options options, lj_status status, const char *why)
{
    lj_word_training training;
    lj_word_vectors *v = NULL;
    refused(lj_word_vectors_train(&options, NULL, NULL, &training, &v), status, why);
    assert_null(v);
}

static void bad_options_are_refused(void **state)
{
    (void)state;
    refuse((lj_word_options){.corpus = corpus, .size = 10000}, LJ_EINVAL, "size: expected 1 to 8192, found 10000");
    refuse((lj_word_options){.corpus = corpus, .window = 101}, LJ_EINVAL, "window: expected 1 to 100");
    refuse((lj_word_options){.corpus = corpus, .min_count = -3}, LJ_EINVAL, "min-count");
    refuse((lj_word_options){.corpus = corpus, .negative = 2000}, LJ_EINVAL, "negative");
    refuse((lj_word_options){.corpus = corpus, .rate = -1}, LJ_EINVAL, "rate: expected a number above 0");
    refuse((lj_word_options){.corpus = corpus, .rate = (double)NAN}, LJ_EINVAL, "rate");
    refuse((lj_word_options){.corpus = corpus, .sample = 2}, LJ_EINVAL, "sample: expected at most 1");
    refuse((lj_word_options){.corpus = corpus, .memory_mb = 1}, LJ_EINVAL, "memory");
}

static void bad_texts_are_refused(void **state)
{
    (void)state;
    refuse((lj_word_options){.corpus = path_of("nowhere")}, LJ_ENOTFOUND, "nowhere");
    refuse((lj_word_options){.corpus = folder}, LJ_EIO, "found a folder");
    refuse((lj_word_options){.corpus = write_text("empty", "")}, LJ_EDATA, "found no word in it");
    refuse((lj_word_options){.corpus = write_text("rare", "a b b c")}, LJ_EDATA,
           "no word comes 5 times (the most frequent of 3, 'b', comes 2)");
    refuse((lj_word_options){.corpus = write_text("alone", "a\na\na\n"), .min_count = 1}, LJ_EDATA,
           "no two words of the vocabulary stand in one sentence");
    refuse((lj_word_options){.corpus = write_text("gbk", "a b\nc \xD2\xF8\xD0\xD0 d\n"), .min_count = 1}, LJ_EDATA,
           "line 2, byte 7 of the file (0xD2): the text is not UTF-8, it looks like GBK");
    refuse((lj_word_options){.corpus = write_bytes("utf16", "\xFF\xFE" "a\0b\0", 6), .min_count = 1}, LJ_EDATA,
           "UTF-16");
    refuse((lj_word_options){.corpus = write_bytes("nul", "a b c\0 d e f", 12), .min_count = 1}, LJ_EDATA,
           "a NUL byte");
    refuse((lj_word_options){.corpus = write_text("half", "a b \xE9\x93"), .min_count = 1}, LJ_EDATA, "not UTF-8");
    static const unsigned char gzip[] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0x4b, 0x54};
    refuse((lj_word_options){.corpus = write_bytes("cut.gz", gzip, sizeof(gzip))}, LJ_ECORRUPT, "gzip");
    lj_word_options wild = {.corpus = corpus, .method = LJ_WORD_METHOD_SKIP_GRAM, .rate = 10, .epochs = 50, .size = 4};
    lj_word_training training;
    lj_word_vectors *v = NULL;
    const lj_status status = lj_word_vectors_train(&wild, NULL, NULL, &training, &v); /* wild, but never without an end */
    assert_true(status == LJ_OK || status == LJ_EDIVERGED);
    lj_word_vectors_destroy(v);
}

static void words_of_all_kinds_are_cut_at_blanks(void **state)
{
    (void)state;
    lj_text text = {0};
    lj_word_training training;
    lj_word_vectors *v = NULL;
    lj_text_puts(&text, "\xEF\xBB\xBF" "银行 \t贷款\r\n银行\v贷款 \f");
    for (int i = 0; i < 300000; i++) /* a word that no block holds */
        lj_text_puts(&text, "x");
    lj_text_puts(&text, " 贷款");
    assert_ok(lj_text_finish(&text));
    const lj_word_options options = {.corpus = write_bytes("kinds", text.data, text.size), .min_count = 1, .size = 4};
    assert_ok(lj_word_vectors_train(&options, NULL, NULL, &training, &v));
    assert_int_equal(training.words, 6);
    assert_int_equal(training.vocabulary, 2);
    assert_string_equal(lj_word_vectors_word(v, 0), "贷款");
    assert_int_equal(training.pairs, 2); /* one of a word with itself */
    lj_word_vectors_destroy(v);
    lj_text_free(&text);
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    const char *small = write_corpus("small", 40);
    for (int c = 0; c < CASES; c++) {
        lj_word_options options = cases[c].options;
        options.corpus = small;
        options.min_count = 1;
        options.size = 4;
        options.epochs = 1;
        const int64_t before = lj_test_live_allocations();
        lj_status status = LJ_ENOMEM;
        /* Hundreds of allocations are alike (a word, a batch): larger and larger steps. */
        for (int64_t n = 0; status != LJ_OK; n += 1 + n / 16) {
            lj_word_training training;
            lj_word_vectors *v = NULL;
            lj_test_fail_allocation(n);
            status = lj_word_vectors_train(&options, NULL, NULL, &training, &v);
            lj_test_fail_allocation(-1);
            lj_word_vectors_destroy(v);
            assert_int_equal(lj_test_live_allocations(), before);
            assert_true(status == LJ_OK || status == LJ_ENOMEM);
        }
    }
}

/* The last test: a signal is not forgotten. */
static void ctrl_c_ends_each_method(void **state)
{
    (void)state;
    lj_interrupt_install();
    assert_int_equal(raise(SIGINT), 0);
    for (int c = 0; c < CASES; c++) {
        lj_word_options options = cases[c].options;
        options.corpus = corpus;
        refuse(options, LJ_EINTERRUPTED, "nothing was written");
    }
}

static int make_corpus(void **state)
{
    static char path[512];
    if (make_folder(state) != 0)
        return -1;
    (void)snprintf(path, sizeof(path), "%s", write_corpus("corpus", 4000));
    corpus = path;
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_vectors_with_any_threads_and_instructions),
        cmocka_unit_test(words_that_keep_company_are_near),
        cmocka_unit_test(counts_on_disk_give_the_same_vectors),
        cmocka_unit_test(gzipped_and_plain_are_one),
        cmocka_unit_test(bad_options_are_refused),
        cmocka_unit_test(bad_texts_are_refused),
        cmocka_unit_test(words_of_all_kinds_are_cut_at_blanks),
        cmocka_unit_test(every_allocation_may_fail),
        cmocka_unit_test(ctrl_c_ends_each_method),
    };
    return cmocka_run_group_tests(tests, make_corpus, remove_folder);
}
