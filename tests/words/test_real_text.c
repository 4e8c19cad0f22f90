/* Vectors of a real text against what people say of pairs of words, where the data are. */
#include "words/words_test.h"

static const char *data_file(const char *name)
{
    static char paths[2][1024];
    static int next;
    const char *data = getenv("LIANJIN_DATA");
    char *path = paths[next++ % 2];
    (void)snprintf(path, sizeof(paths[0]), "%s/%s",
                   data != NULL && data[0] != '\0' ? data : LJ_SOURCE_DIR "/../shared/data", name);
    if (!lj_file_exists(path)) {
        print_message("%s is not here: skipped\n", name);
        skip();
    }
    return path;
}

static void reaches(lj_word_method method, double asked)
{
    const lj_word_options options = {.corpus = data_file("text8-prefix/text8_first_6877825_bytes.txt.gz"),
                                     .method = method, .seed = 1};
    const char *pairs = data_file("word-vectors-eval/EN-WS-353-ALL.txt.gz");
    lj_team *team = NULL;
    lj_word_training training;
    lj_word_vectors *v = NULL;
    lj_word_similarity_result found;
    assert_ok(lj_team_create(0, &team));
    assert_ok(lj_word_vectors_train(&options, team, NULL, &training, &v));
    assert_int_equal(training.words, 1171946);
    assert_int_equal(training.vocabulary, 15440);
    assert_ok(lj_word_vectors_rate_pairs(v, pairs, &found));
    assert_int_equal(found.known, 279);
    if (!(found.spearman >= asked))
        fail_msg("%s: Spearman %.4f, asked %.2f", lj_word_method_name(method), found.spearman, asked);
    lj_word_vectors_destroy(v);
    lj_team_destroy(team);
}

static void factorised_counts_follow_people(void **state)
{
    (void)state;
    reaches(LJ_WORD_METHOD_PPMI, 0.57);
}

static void word2vec_follows_people_as_gensim_does(void **state)
{
    (void)state;
    reaches(LJ_WORD_METHOD_SKIP_GRAM, 0.40);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(factorised_counts_follow_people),
        cmocka_unit_test(word2vec_follows_people_as_gensim_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
