/* Near words, analogies and measures: what gensim and SciPy say (tests/golden/words.py). */
#include "lianjin/document.h"
#include "words/rank.h"
#include "words/words_test.h"

static lj_doc *golden;
static lj_word_vectors *asked;

static const lj_item *item(const char *key)
{
    const lj_item *found = lj_item_get(lj_doc_root(golden), key);
    assert_non_null(found);
    return found;
}

static void same_list(const char *key, const lj_word_near *near, int64_t found)
{
    const lj_item *list = item(key);
    assert_int_equal(found, list->count);
    for (int64_t i = 0; i < found; i++) {
        assert_string_equal(lj_word_vectors_word(asked, near[i].index), list->items[i]->items[0]->text);
        assert_true(fabs(near[i].similarity - list->items[i]->items[1]->number) < 2e-6);
    }
}

static void near_words_and_analogies(void **state)
{
    (void)state;
    lj_word_near near[20];
    int64_t found = 0;
    double similarity = 0;
    assert_ok(lj_word_vectors_nearest(asked, (const char *const[]){"king"}, 1, NULL, 0, 5, near, &found));
    same_list("nearest", near, found);
    assert_ok(lj_word_vectors_nearest(asked, (const char *const[]){"king", "woman"}, 2, (const char *const[]){"man"}, 1,
                                      5, near, &found));
    same_list("analogy", near, found);
    assert_ok(lj_word_vectors_nearest(asked, (const char *const[]){"king"}, 1, NULL, 0, 20, near, &found));
    assert_int_equal(found, 15); /* all others */
    assert_ok(lj_word_vectors_similarity(asked, "paris", "银行", &similarity));
    assert_true(fabs(similarity - item("similarity")->number) < 2e-6);
    refused(lj_word_vectors_nearest(asked, (const char *const[]){"kinh"}, 1, NULL, 0, 5, near, &found), LJ_ENOTFOUND,
            "no vector for the word 'kinh'; did you mean 'king'?");
    refused(lj_word_vectors_similarity(asked, "king", "xyzzy-plugh", &similarity), LJ_ENOTFOUND, "'xyzzy-plugh'");
}

static void pairs_that_people_scored(void **state)
{
    (void)state;
    lj_word_similarity_result r;
    assert_ok(lj_word_vectors_rate_pairs(asked, GOLDEN("words-pairs.tsv"), &r));
    assert_int_equal(r.pairs, 25);
    assert_int_equal(r.known, 24);
    assert_true(fabs(r.spearman - lj_item_get(item("pairs"), "spearman")->number) < 1e-6);
    assert_true(fabs(r.pearson - lj_item_get(item("pairs"), "pearson")->number) < 1e-6);
    assert_ok(lj_word_vectors_rate_pairs(asked, write_text("p.csv", "a,b,score\nking,queen,1\nman,woman,2\n"), &r));
    assert_int_equal(r.known, 2);
    assert_true(fabs(fabs(r.spearman) - 1.0) < 1e-12);
    assert_ok(lj_word_vectors_rate_pairs(asked, write_text("one", "king queen 3\n"), &r));
    assert_true(isnan(r.spearman));
    refused(lj_word_vectors_rate_pairs(asked, write_text("bad", "king queen 3\nman woman\n"), &r), LJ_EDATA,
            "line 2: expected two words and a number");
    refused(lj_word_vectors_rate_pairs(asked, write_text("bad", "king queen 3\nman woman many\n"), &r), LJ_EDATA,
            "found many");
    refused(lj_word_vectors_rate_pairs(asked, write_text("prose", "a text of words\nand so on\n"), &r), LJ_EDATA,
            "line 2: expected two words and a number");
    refused(lj_word_vectors_rate_pairs(asked, write_text("none", "# only this\n"), &r), LJ_EDATA, "found none");
    refused(lj_word_vectors_rate_pairs(asked, write_text("gbk", "king queen 3\n\xD2\xF8\xD0\xD0 bank 4\n"), &r),
            LJ_EDATA, "it looks like GBK");
    refused(lj_word_vectors_rate_pairs(asked, path_of("nowhere"), &r), LJ_ENOTFOUND, "nowhere");
}

static void analogies_of_sections(void **state)
{
    (void)state;
    const lj_item *sections = item("analogies");
    lj_team *team = NULL;
    lj_word_analogies_result r;
    assert_ok(lj_team_create(2, &team));
    assert_ok(lj_word_vectors_rate_analogies(asked, GOLDEN("words-analogies.txt"), 0, team, NULL, &r));
    assert_int_equal(r.count, 2);
    for (int64_t s = 0; s <= r.count; s++) {
        const lj_word_section *section = s < r.count ? &r.sections[s] : &r.all;
        const lj_item *want = sections->items[s];
        if (s < r.count)
            assert_string_equal(section->name, want->items[0]->text);
        assert_true((double)section->right == want->items[1]->number);
        assert_true((double)section->known == want->items[2]->number);
    }
    assert_int_equal(r.all.questions, 6);
    lj_word_analogies_result_free(&r);
    assert_ok(lj_word_vectors_rate_analogies(asked, GOLDEN("words-analogies.txt"), 4, NULL, NULL, &r));
    assert_int_equal(r.all.known, 2); /* man king woman queen, king man queen woman */
    lj_word_analogies_result_free(&r);
    refused(lj_word_vectors_rate_analogies(asked, write_text("three", ": s\na b c\n"), 0, NULL, NULL, &r), LJ_EDATA,
            "line 2: expected four words or ': section', found 3 fields");
    lj_team_destroy(team);
}

static void ranks_share_their_mean(void **state)
{
    (void)state;
    const lj_item *ranks = item("ranks"), *list_x = lj_item_get(ranks, "x"), *list_y = lj_item_get(ranks, "y");
    double x[64], y[64], found = 0;
    for (int64_t i = 0; i < list_x->count; i++) {
        x[i] = list_x->items[i]->number;
        y[i] = list_y->items[i]->number;
    }
    assert_ok(lj_spearman(x, y, list_x->count, &found));
    assert_true(fabs(found - lj_item_get(ranks, "spearman")->number) < 1e-12);
    assert_ok(lj_spearman(x, (double[64]){0}, list_x->count, &found));
    assert_true(isnan(found));
}

static int open_golden(void **state)
{
    if (make_folder(state) != 0)
        return -1;
    return lj_json_read(GOLDEN("words.json"), &golden) == LJ_OK &&
                   lj_word_vectors_read(GOLDEN("words-asked.txt"), 0, NULL, &asked) == LJ_OK
               ? 0
               : -1;
}

static int close_golden(void **state)
{
    lj_doc_destroy(golden);
    lj_word_vectors_destroy(asked);
    return remove_folder(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(near_words_and_analogies),
        cmocka_unit_test(pairs_that_people_scored),
        cmocka_unit_test(analogies_of_sections),
        cmocka_unit_test(ranks_share_their_mean),
    };
    return cmocka_run_group_tests(tests, open_golden, close_golden);
}
