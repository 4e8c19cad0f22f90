/* Texts as codes of tokens against Python and Keras' pad_sequences, the same alone and in a table, hostile files. */
#include "prep/prep_test.h"

#include "lianjin/limits.h"
#include "prep/text/tokens.h"

#define MUST(expr)                                                                                                     \
    do {                                                                                                               \
        if ((expr) != LJ_OK)                                                                                           \
            fail_msg("%s: %s", #expr, lj_error_message());                                                             \
    } while (0)

static lj_doc *golden;

static const lj_item *texts(void)
{
    return lj_item_get(lj_doc_root(golden), "texts");
}

static lj_frame *text_frame(void)
{
    lj_frame *frame = NULL;
    const char *cells[ALL_ROWS_MAX];
    for (int64_t i = 0; i < texts()->count; i++)
        cells[i] = texts()->items[i]->text;
    MUST(lj_frame_create(texts()->count, &frame));
    MUST(lj_frame_add_text(frame, "text", cells));
    return frame;
}

static lj_prep *fit_step(const lj_frame *frame, const char *options)
{
    lj_prep *prep = NULL;
    char step[512];
    (void)snprintf(step, sizeof(step), "[{tokenise: {%s}, columns: [text]}]", options);
    MUST(fit_one(frame, "text", step, lj_frame_row_count(frame), &prep));
    return prep;
}

static void codes_are_those_of_keras(void **state)
{
    (void)state;
    const lj_item *cases = lj_item_get(lj_doc_root(golden), "cases");
    lj_frame *frame = text_frame();
    for (int64_t c = 0; c < cases->count; c++) {
        const lj_item *rows = lj_item_get(cases->items[c], "codes");
        lj_prep *prep = fit_step(frame, lj_item_get(cases->items[c], "options")->text);
        const int64_t length = lj_prep_token_count(prep);
        int32_t codes[64 * 16];
        assert_int_equal(length, rows->items[0]->count);
        assert_int_equal(lj_prep_token_size(prep), lj_item_get(cases->items[c], "size")->number);
        assert_int_equal(lj_prep_number_count(prep) + lj_prep_category_count(prep), 0);
        MUST(lj_prep_apply_tokens(prep, frame, 0, rows->count, codes, NULL));
        for (int64_t i = 0; i < rows->count; i++) {
            for (int64_t t = 0; t < length; t++)
                assert_int_equal(codes[i * length + t], rows->items[i]->items[t]->number);
        }
        lj_prep_destroy(prep);
    }
    lj_frame_destroy(frame);
}

/* Beside a number; rows alone, and after saving and loading. */
static void one_record_has_the_codes_of_the_table(void **state)
{
    (void)state;
    static const char *const features[] = {"size", "text"};
    const int64_t n = texts()->count;
    lj_frame *frame = text_frame();
    double size[64];
    int32_t table[64 * 16], alone[16];
    for (int64_t i = 0; i < n; i++)
        size[i] = (double)(i * 7 % 11);
    MUST(lj_frame_add_number(frame, "size", size));
    lj_prep *prep = NULL, *loaded = NULL;
    MUST(fit_features(frame, features, 2, "[{tokenise: {unit: words, length: 6, min_count: 2}}]", LJ_PREP_TOKENS, n,
                      NULL, &prep));
    assert_int_equal(lj_prep_number_count(prep), 1);
    assert_int_equal(lj_prep_token_feature(prep), 1);
    lj_text text = {0};
    save_text(prep, &text);
    MUST(load_text(text.data, text.size, &loaded));
    MUST(lj_prep_apply_tokens(prep, frame, 0, n, table, NULL));
    for (int64_t i = 0; i < n; i++) {
        const lj_cell record[] = {{.number = size[i]}, {.text = texts()->items[i]->text}};
        MUST(lj_prep_apply_record_tokens(loaded, record, alone));
        assert_memory_equal(alone, table + i * 6, 6 * sizeof(*alone));
    }
    int64_t unseen[2] = {0};
    MUST(lj_prep_apply_tokens(prep, frame, 0, n, table, &(lj_prep_counts){.unseen = unseen}));
    int64_t expected = 0;
    for (int64_t i = 0; i < n; i++) {
        int known = 0;
        for (int t = 0; t < 6; t++)
            known += table[i * 6 + t] > 1;
        expected += known == 0 && texts()->items[i]->text[0] != '\0';
    }
    assert_true(expected > 0);
    assert_int_equal(unseen[1], expected);
    const lj_cell nothing[] = {{.number = 1}, {.missing = 1}};
    static const int32_t padding[6] = {0};
    MUST(lj_prep_apply_record_tokens(loaded, nothing, alone));
    assert_memory_equal(alone, padding, sizeof(padding));
    lj_text_free(&text);
    lj_prep_destroy(loaded);
    lj_prep_destroy(prep);
    lj_frame_destroy(frame);
}

static void chinese_text_is_cut_into_its_words(void **state)
{
    (void)state;
    static const char *const cells[] = {"央行下调存款准备金率", "存款 央行", "下调准备金率"};
    lj_frame *frame = NULL;
    int32_t codes[9];
    MUST(lj_frame_create(3, &frame));
    MUST(lj_frame_add_text(frame, "text", cells));
    lj_prep *prep = fit_step(frame, "unit: words, length: 3");
    MUST(lj_prep_apply_tokens(prep, frame, 0, 3, codes, NULL));
    assert_int_equal(codes[0], codes[4]); /* the central bank */
    assert_int_equal(codes[1], codes[6]); /* lowers */
    assert_int_not_equal(codes[0], codes[1]);
    lj_prep_destroy(prep);
    lj_frame_destroy(frame);
}

/* Byte pairs: any text comes back from its tokens, and is as it was after saving and loading. */
static void byte_pairs_give_texts_back(void **state)
{
    (void)state;
    static const char *const any[] = {"", "The BANK’s rates", "never seen 银行\n\ttwice", "\xFF\x80 bytes"};
    const int64_t n = texts()->count;
    lj_frame *frame = text_frame();
    lj_prep *prep = fit_step(frame, "unit: bpe, size: 300, length: 8"), *loaded = NULL;
    assert_int_equal(lj_prep_token_size(prep), 302);
    lj_text text = {0};
    save_text(prep, &text);
    MUST(load_text(text.data, text.size, &loaded));
    lj_texts all = {0}, again = {0};
    MUST(lj_prep_apply_texts(prep, frame, 0, n, &all, NULL));
    for (size_t i = 0; i < sizeof(any) / sizeof(any[0]); i++)
        MUST(lj_prep_encode_text(loaded, any[i], &all));
    int32_t padded[64 * 8];
    MUST(lj_prep_apply_tokens(loaded, frame, 0, n, padded, NULL));
    for (int64_t i = 0; i < all.n; i++) {
        lj_text back = {0};
        const int64_t begin = all.begin[i], count = all.begin[i + 1] - begin;
        assert_int_equal(all.code[begin], 0);
        MUST(lj_prep_decode_text(loaded, all.code + begin, count, &back));
        MUST(lj_text_finish(&back));
        assert_string_equal(back.data, i < n ? texts()->items[i]->text : any[i - n]);
        for (int64_t t = 0; i < n && t < 8; t++)
            assert_int_equal(padded[i * 8 + t], t < count - 1 ? all.code[begin + 1 + t] : 0);
        lj_text_free(&back);
    }
    assert_int_equal(all.code[all.begin[all.n]], 0);
    lj_texts_free(&all);
    lj_texts_free(&again);
    lj_text_free(&text);
    lj_prep_destroy(loaded);
    lj_prep_destroy(prep);
    lj_frame_destroy(frame);
}

static void a_given_vocabulary_is_read_and_kept(void **state)
{
    (void)state;
    static const char *const cells[] = {"Banking café", "bank xyz", "the banks"};
    static const int32_t wanted[] = {4, 5, 6, 4, 1, 0, 7, 4, 8};
    lj_frame *frame = NULL;
    lj_prep *prep = NULL, *loaded = NULL;
    lj_text text = {0};
    int32_t codes[9];
    FILE *file = fopen("test_tokens.vocab.txt", "w");
    assert_non_null(file);
    assert_true(fputs("[PAD]\n[UNK]\nbank\n##ing\ncafe\nthe\n##s\n", file) >= 0);
    assert_int_equal(fclose(file), 0);
    MUST(lj_frame_create(3, &frame));
    MUST(lj_frame_add_text(frame, "text", cells));
    prep = fit_step(frame, "unit: wordpiece, vocabulary: test_tokens.vocab.txt, length: 3");
    remove("test_tokens.vocab.txt");
    save_text(prep, &text);
    MUST(load_text(text.data, text.size, &loaded));
    MUST(lj_prep_apply_tokens(loaded, frame, 0, 3, codes, NULL));
    assert_memory_equal(codes, wanted, sizeof(wanted));
    lj_text_free(&text);
    lj_prep_destroy(loaded);
    lj_prep_destroy(prep);
    lj_frame_destroy(frame);
}

static void auto_reads_the_text_with_many_values(void **state)
{
    (void)state;
    static const char *const features[] = {"text"};
    char words[100][64];
    const char *cells[100];
    lj_frame *frame = NULL;
    for (int i = 0; i < 100; i++) {
        int used = snprintf(words[i], sizeof(words[i]), "word%d", i);
        for (int k = 0; k < (i == 99 ? 12 : i % 4); k++) /* one text is much longer than all others */
            used += snprintf(words[i] + used, sizeof(words[i]) - (size_t)used, " w%d", k);
        cells[i] = words[i];
    }
    MUST(lj_frame_create(100, &frame));
    MUST(lj_frame_add_text(frame, "text", cells));
    lj_prep *prep = NULL;
    MUST(fit_features(frame, features, 1, NULL, LJ_PREP_TOKENS, 100, NULL, &prep));
    assert_int_equal(lj_prep_token_count(prep), 4);
    lj_text text = {0};
    MUST(lj_prep_describe(prep, &text));
    assert_non_null(strstr(text.data, "text (text): tokenise -> 4 words of "));
    lj_text_free(&text);
    lj_prep_destroy(prep);
    lj_frame_destroy(frame);
}

static void wrong_steps_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *steps;
        lj_status status;
        const char *message;
    } cases[] = {
        {"[{tokenise: {unit: word}, columns: [text]}]", LJ_ECONFIG, "words"},
        {"[{tokenise: {length: 0}, columns: [text]}]", LJ_ECONFIG, "test.yaml:1:22"},
        {"[{rare: 5}, {tokenise: words, columns: [text]}]", LJ_ECONFIG, "this must be its only step"},
        {"[{tokenise: {min_count: 100}, columns: [text]}]", LJ_EDATA, "column 'text': no token is left"},
        {"[{tokenise: {unit: wordpiece}, columns: [text]}]", LJ_ECONFIG, "which needs it"},
        {"[{tokenise: {vocabulary: a.txt}, columns: [text]}]", LJ_ECONFIG, "is of the unit wordpiece"},
        {"[{tokenise: {unit: wordpiece, vocabulary: none.txt}, columns: [text]}]", LJ_ENOTFOUND, "none.txt"},
        {"[{tokenise: words}]", LJ_ECONFIG, "column 'text' is one already"},
    };
    static const char *const features[] = {"text", "more"};
    lj_frame *frame = text_frame();
    const char *more[ALL_ROWS_MAX];
    for (int64_t i = 0; i < texts()->count; i++)
        more[i] = i % 2 ? "yes it is" : "no it is not";
    MUST(lj_frame_add_text(frame, "more", more));
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        lj_prep *prep = NULL;
        const lj_status status = fit_features(frame, features, 2, cases[i].steps, LJ_PREP_TOKENS, texts()->count, NULL,
                                              &prep);
        if (status != cases[i].status || strstr(lj_error_message(), cases[i].message) == NULL)
            fail_msg("%s: expected '%s', found '%s'", cases[i].steps, cases[i].message, lj_error_message());
        assert_null(prep);
    }
    lj_frame_destroy(frame);
}

static void lies_in_a_file_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to, *message;
    } cases[] = {
        {"\"unit\": \"words\"", "\"unit\": \"wards\"", "expected a known name"},
        {"\"pad\": \"post\"", "\"pad\": \"past\"", "expected a known name"},
        {"\"length\": 5", "\"length\": 0", "'length'"},
        {"\"vocabulary\": {", "\"vocabulary\": [], \"x\": {", "vocabulary"},
        {"\"steps\": [", "\"steps\": [{\"step\": \"rare\", \"from\": 0}", "no step beside tfidf or tokenise"},
        {"\"type\": \"text\"", "\"type\": \"time\"", "tokenise of one text only"},
    };
    lj_frame *frame = text_frame();
    lj_prep *prep = fit_step(frame, "unit: words, length: 5");
    lj_text text = {0};
    save_text(prep, &text);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        lj_prep *loaded = NULL;
        lj_text changed = {0};
        const char *at = strstr(text.data, cases[i].from);
        assert_non_null(at);
        lj_text_append(&changed, text.data, (size_t)(at - text.data));
        lj_text_puts(&changed, cases[i].to);
        lj_text_puts(&changed, at + strlen(cases[i].from));
        MUST(lj_text_finish(&changed));
        assert_int_equal(load_text(changed.data, changed.size, &loaded), LJ_ECORRUPT);
        if (strstr(lj_error_message(), cases[i].message) == NULL)
            fail_msg("expected '%s', found '%s'", cases[i].message, lj_error_message());
        lj_text_free(&changed);
    }
    lj_text_free(&text);
    lj_prep_destroy(prep);
    lj_frame_destroy(frame);
}

static int open_golden(void **state)
{
    (void)state;
    return lj_json_read(LJ_SOURCE_DIR "/tests/golden/tokens.json", &golden) != LJ_OK;
}

static int close_golden(void **state)
{
    (void)state;
    lj_doc_destroy(golden);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_are_those_of_keras),
        cmocka_unit_test(one_record_has_the_codes_of_the_table),
        cmocka_unit_test(chinese_text_is_cut_into_its_words),
        cmocka_unit_test(byte_pairs_give_texts_back),
        cmocka_unit_test(a_given_vocabulary_is_read_and_kept),
        cmocka_unit_test(auto_reads_the_text_with_many_values),
        cmocka_unit_test(wrong_steps_are_refused),
        cmocka_unit_test(lies_in_a_file_are_refused),
    };
    return cmocka_run_group_tests(tests, open_golden, close_golden);
}
