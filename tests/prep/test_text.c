/* Texts: their characters, n-grams and TF-IDF against Python and scikit-learn, the same bits everywhere, hostile files. */
#include "prep/prep_test.h"

#include "prep/text/terms.h"

#define MUST(expr)                                                                                                     \
    do {                                                                                                               \
        if ((expr) != LJ_OK)                                                                                           \
            fail_msg("%s: %s", #expr, lj_error_message());                                                             \
    } while (0)

static lj_doc *golden;

static const lj_item *golden_list(const char *key)
{
    return lj_item_get(lj_doc_root(golden), key);
}

static lj_frame *text_frame(const lj_item *texts)
{
    lj_frame *frame = NULL;
    const char *cells[ALL_ROWS_MAX];
    for (int64_t i = 0; i < texts->count; i++)
        cells[i] = texts->items[i]->text;
    MUST(lj_frame_create(texts->count, &frame));
    MUST(lj_frame_add_text(frame, "text", cells));
    return frame;
}

/* The options as a step for the column `text`. */
static const char *step_of(const char *options)
{
    static char step[512];
    (void)snprintf(step, sizeof(step), "[{tfidf: {%s}, columns: [text]}]", options);
    return step;
}

static lj_prep *fit_step(const lj_frame *frame, const char *options)
{
    lj_prep *prep = NULL;
    MUST(fit_one(frame, "text", step_of(options), lj_frame_row_count(frame), &prep));
    return prep;
}

static void characters_are_those_of_python(void **state)
{
    (void)state;
    const lj_item *texts = golden_list("texts"), *forms = golden_list("forms");
    const lj_text_rules rules = {.normalise = 1, .fold_case = 1};
    for (int64_t i = 0; i < texts->count; i++) {
        lj_characters characters = {0};
        lj_text back = {0};
        MUST(lj_text_characters(texts->items[i]->text, &rules, &characters));
        lj_text_put_characters(&back, characters.at, characters.count);
        MUST(lj_text_finish(&back));
        assert_string_equal(back.data, forms->items[i]->text);
        lj_characters_free(&characters);
        lj_text_free(&back);
    }
}

static void bytes_that_are_no_text_are_replaced(void **state)
{
    (void)state;
    const lj_text_rules as_is = {0}, all = {.normalise = 1, .fold_case = 1};
    lj_characters characters = {0};
    MUST(lj_text_characters("a\xFF" "B\xE4\xB8", &as_is, &characters));
    const int32_t kept[] = {'a', 0xFFFD, 'B', 0xFFFD, 0xFFFD};
    assert_int_equal(characters.count, 5);
    assert_memory_equal(characters.at, kept, sizeof(kept));
    MUST(lj_text_characters("\xC3\x84" "B", &all, &characters));
    assert_int_equal(characters.count, 2);
    assert_int_equal(characters.at[0], 0xE4);
    assert_int_equal(characters.at[1], 'b');
    lj_characters_free(&characters);
}

/* The terms of a preparation in order, as its file names them. */
static void check_terms(const lj_prep *prep, const lj_item *terms)
{
    lj_text text = {0};
    lj_doc *doc = NULL;
    save_text(prep, &text);
    MUST(lj_json_parse("prep.json", text.data, text.size, &doc));
    const lj_item *feature = lj_item_get(lj_doc_root(doc), "features")->items[0];
    const lj_item *block = lj_item_get(lj_item_get(feature, "tfidf"), "vocabularies")->items[0];
    const char *at = lj_item_get(block, "terms")->text;
    for (int64_t i = 0; i < terms->count; i++) {
        const char *term = strchr(at, ' ') + 1, *end = strchr(term, '\n');
        assert_int_equal(strlen(terms->items[i]->text), end - term);
        assert_memory_equal(terms->items[i]->text, term, (size_t)(end - term));
        at = end + 1;
    }
    assert_string_equal(at, "");
    lj_doc_destroy(doc);
    lj_text_free(&text);
}

static void terms_and_weights_are_those_of_scikit_learn(void **state)
{
    (void)state;
    const lj_item *cases = golden_list("vectorised");
    lj_frame *frame = text_frame(golden_list("texts"));
    for (int64_t c = 0; c < cases->count; c++) {
        const lj_item *terms = lj_item_get(cases->items[c], "terms"), *rows = lj_item_get(cases->items[c], "rows");
        lj_prep *prep = fit_step(frame, lj_item_get(cases->items[c], "options")->text);
        lj_sparse out = {0};
        assert_int_equal(lj_prep_term_count(prep), terms->count);
        check_terms(prep, terms);
        MUST(lj_prep_apply_terms(prep, frame, 0, rows->count, &out, NULL));
        assert_int_equal(out.n, rows->count);
        for (int64_t i = 0; i < rows->count; i++) {
            const lj_item *columns = rows->items[i]->items[0], *values = rows->items[i]->items[1];
            assert_int_equal(out.begin[i + 1] - out.begin[i], columns->count);
            for (int64_t k = 0; k < columns->count; k++) {
                assert_int_equal(out.column[out.begin[i] + k], columns->items[k]->number);
                assert_true(fabs((double)out.value[out.begin[i] + k] - values->items[k]->number) < 1e-6);
            }
        }
        lj_sparse_free(&out);
        lj_prep_destroy(prep);
    }
    lj_frame_destroy(frame);
}

static void same_rows(const lj_sparse *a, const lj_sparse *b)
{
    assert_int_equal(a->n, b->n);
    assert_int_equal(a->width, b->width);
    assert_memory_equal(a->begin, b->begin, (size_t)(a->n + 1) * sizeof(*a->begin));
    assert_memory_equal(a->column, b->column, (size_t)a->begin[a->n] * sizeof(*a->column));
    assert_memory_equal(a->value, b->value, (size_t)a->begin[a->n] * sizeof(*a->value));
}

/* Two texts and a number; rows alone, in a table, and after saving and loading. */
static void one_record_has_the_bits_of_the_table(void **state)
{
    (void)state;
    static const char *const features[] = {"text", "size", "title"};
    static const char *const titles[] = {"up", NULL, "down down", "ＵＰ", "Down", "up and down"};
    const lj_item *texts = golden_list("texts");
    lj_frame *frame = text_frame(texts);
    const char *cells[64];
    double sizes[64];
    for (int64_t i = 0; i < texts->count; i++) {
        cells[i] = titles[i % 6];
        sizes[i] = (double)(i * 7 % 11);
    }
    MUST(lj_frame_add_text(frame, "title", cells));
    MUST(lj_frame_add_number(frame, "size", sizes));
    lj_prep *prep = NULL, *loaded = NULL;
    MUST(fit_features(frame, features, 3, "[{tfidf: {min_count: 1}}]", LJ_PREP_TERMS, texts->count, NULL, &prep));
    same_bits_everywhere(prep, frame);
    assert_int_equal(lj_prep_number_count(prep), 1);
    assert_true(lj_prep_term_begin(prep, 0) == 0 && lj_prep_term_begin(prep, 1) == lj_prep_term_begin(prep, 2));
    assert_int_equal(lj_prep_term_begin(prep, 3), lj_prep_term_count(prep));
    lj_text text = {0};
    save_text(prep, &text);
    MUST(load_text(text.data, text.size, &loaded));
    lj_sparse table = {0}, alone = {0};
    MUST(lj_prep_apply_terms(prep, frame, 0, texts->count, &table, NULL));
    for (int64_t i = 0; i < texts->count; i++) {
        const lj_cell record[] = {{.text = texts->items[i]->text}, {.number = sizes[i]}, {.text = cells[i]}};
        MUST(lj_prep_apply_record_terms(loaded, record, &alone));
    }
    same_rows(&table, &alone);
    lj_sparse_free(&table);
    lj_sparse_free(&alone);
    lj_text_free(&text);
    lj_prep_destroy(loaded);
    lj_prep_destroy(prep);
    lj_frame_destroy(frame);
}

static void the_most_frequent_terms_are_kept(void **state)
{
    (void)state;
    static const char *const cells[] = {"b a", "c b", "c b a", "d"};
    lj_frame *frame = NULL;
    MUST(lj_frame_create(4, &frame));
    MUST(lj_frame_add_text(frame, "text", cells));
    lj_prep *prep = fit_step(frame, "words: 1, characters: 0, min_count: 1, max_terms: 2");
    lj_text text = {0};
    save_text(prep, &text);
    assert_non_null(strstr(text.data, "\"terms\": \"2 a\\n3 b\\n\"")); /* c is in as many texts as a, and behind it */
    lj_text_free(&text);
    lj_prep_destroy(prep);
    lj_frame_destroy(frame);
}

/* The same runs of a text share a column, whatever the training texts were; loading keeps that. */
static void hashed_terms_need_no_vocabulary(void **state)
{
    (void)state;
    static const char *const cells[] = {"up up down", "down"};
    lj_frame *frame = NULL;
    MUST(lj_frame_create(2, &frame));
    MUST(lj_frame_add_text(frame, "text", cells));
    lj_prep *prep = fit_step(frame, "words: 1, characters: 0, buckets: 1000, sublinear: false"), *loaded = NULL;
    assert_int_equal(lj_prep_term_count(prep), 1000);
    lj_text text = {0};
    save_text(prep, &text);
    assert_null(strstr(text.data, "\"terms\""));
    MUST(load_text(text.data, text.size, &loaded));
    lj_sparse rows = {0};
    const lj_cell record[] = {{.text = "down never seen"}};
    MUST(lj_prep_apply_terms(prep, frame, 0, 2, &rows, NULL));
    MUST(lj_prep_apply_record_terms(loaded, record, &rows));
    assert_int_equal(rows.begin[1] - rows.begin[0], 2);
    assert_int_equal(rows.begin[2] - rows.begin[1], 1);
    assert_int_equal(rows.begin[3] - rows.begin[2], 3);
    const int32_t down = rows.column[rows.begin[1]];
    const int first_is_down = rows.column[0] == down;
    assert_true(first_is_down || rows.column[1] == down);
    assert_true(fabsf(rows.value[first_is_down ? 1 : 0] - 2.0F * rows.value[first_is_down ? 0 : 1]) < 1e-6F);
    int found = 0;
    for (int64_t k = rows.begin[2]; k < rows.begin[3]; k++)
        found += rows.column[k] == down;
    assert_int_equal(found, 1);
    lj_sparse_free(&rows);
    lj_text_free(&text);
    lj_prep_destroy(loaded);
    lj_prep_destroy(prep);
    lj_frame_destroy(frame);
}

/* Beside Chinese characters only: other scripts keep the words that blanks and signs make. */
static void chinese_is_cut_into_words(void **state)
{
    (void)state;
    static const char *const cells[] = {"央行下调存款准备金率3次", "K线与x_y, naïve банк"};
    static const char terms[] = "\"terms\": \"1 3\\n1 k线\\n1 naïve\\n1 x_y\\n1 банк\\n1 下调\\n1 与\\n1 央行\\n1 "
                                "存款准备金率\\n1 次\\n\"";
    lj_frame *frame = NULL;
    MUST(lj_frame_create(2, &frame));
    MUST(lj_frame_add_text(frame, "text", cells));
    lj_prep *prep = fit_step(frame, "words: 1, segment: true, characters: 0, min_count: 1"), *loaded = NULL;
    lj_text text = {0};
    save_text(prep, &text);
    if (strstr(text.data, terms) == NULL)
        fail_msg("expected %s in %s", terms, text.data);
    MUST(load_text(text.data, text.size, &loaded));
    lj_sparse table = {0}, again = {0};
    MUST(lj_prep_apply_terms(prep, frame, 0, 2, &table, NULL));
    MUST(lj_prep_apply_terms(loaded, frame, 0, 2, &again, NULL));
    same_rows(&table, &again);
    lj_prep_destroy(loaded);

    char *digest = strstr(text.data, lj_segment_dictionary());
    assert_non_null(digest);
    digest[0] = digest[0] == '0' ? '1' : '0';
    assert_int_equal(load_text(text.data, text.size, &loaded), LJ_EVERSION);
    assert_non_null(strstr(lj_error_message(), "Chinese words were cut by the dictionary"));
    lj_sparse_free(&table);
    lj_sparse_free(&again);
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
        {"[{tfidf: {words: 0, characters: 0}, columns: [text]}]", LJ_ECONFIG, "tfidf counts nothing"},
        {"[{tfidf: {characters: 2, characters_from: 3}, columns: [text]}]", LJ_ECONFIG, "characters_from 3 is more"},
        {"[{tfidf: {words: 17}, columns: [text]}]", LJ_ECONFIG, "test.yaml:1:18"},
        {"[{rare: 5}, {tfidf: 1, columns: [text]}]", LJ_ECONFIG, "this must be its only step"},
        {"[{tfidf: {min_count: 100}, columns: [text]}]", LJ_EDATA, "column 'text'"},
    };
    lj_frame *frame = text_frame(golden_list("texts"));
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        lj_prep *prep = NULL;
        assert_int_equal(fit_one(frame, "text", cases[i].steps, 16, &prep), cases[i].status);
        if (strstr(lj_error_message(), cases[i].message) == NULL)
            fail_msg("expected '%s', found '%s'", cases[i].message, lj_error_message());
        assert_null(prep);
    }
    lj_frame_destroy(frame);
}

static void auto_reads_texts_with_many_values(void **state)
{
    (void)state;
    static const char *const features[] = {"text"};
    char texts[80][48];
    const char *cells[80];
    lj_frame *frame = NULL;
    for (int i = 0; i < 80; i++) {
        (void)snprintf(texts[i], sizeof(texts[i]), "word%d and word%d", i, i / 2);
        cells[i] = texts[i];
    }
    MUST(lj_frame_create(80, &frame));
    MUST(lj_frame_add_text(frame, "text", cells));
    lj_prep *prep = NULL;
    MUST(fit_features(frame, features, 1, NULL, LJ_PREP_TERMS, 80, NULL, &prep));
    lj_text text = {0};
    MUST(lj_prep_describe(prep, &text));
    assert_non_null(strstr(text.data, "text (text): tfidf -> "));
    lj_text_free(&text);
    lj_prep_destroy(prep);
    assert_int_equal(fit_features(frame, features, 1, NULL, LJ_PREP_LINEAR, 80, NULL, &prep), LJ_EDATA);
    lj_frame_destroy(frame);
}

static void lies_in_a_file_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to, *message;
    } cases[] = {
        {"\"of\": \"words\"", "\"of\": \"wards\"", "expected a known name"},
        {"\"from\": 1", "\"from\": 0", "'from'"},
        {"\"to\": 2", "\"to\": 0", "'to'"},
        {"\"texts\": 16", "\"texts\": 1", "line 1"},
        {"\"3 a\\n", "\"3 z\\n", "line 2: expected a number of texts"},
        {"\"3 a\\n", "\"3a\\n", "line 1"},
        {"\"3 a\\n", "\"0 a\\n", "line 1"},
        {"\"3 a\\n", "\"99999999999999999999 a\\n", "line 1"},
        {"\"3 a\\n", "\"3 \\n", "line 1"},
        {"\"vocabularies\": [", "\"vocabularies\": [], \"x\": [", "expected 1 to 2 vocabularies"},
        {"\"vocabularies\": [", "\"vocabularies\": [7, ", "expected a vocabulary"},
        {"\"steps\": [", "\"steps\": [{\"step\": \"rare\", \"from\": 0}", "no step beside tfidf"},
        {"\"type\": \"text\"", "\"type\": \"time\"", "tfidf of a text only"},
    };
    lj_frame *frame = text_frame(golden_list("texts"));
    lj_prep *prep = fit_step(frame, "characters: 0, min_count: 2");
    lj_text text = {0};
    save_text(prep, &text);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *at = strstr(text.data, cases[i].from);
        if (at == NULL)
            fail_msg("no '%s' in %s", cases[i].from, text.data);
        lj_text changed = {0};
        lj_prep *loaded = NULL;
        lj_text_append(&changed, text.data, (size_t)(at - text.data));
        lj_text_puts(&changed, cases[i].to);
        lj_text_puts(&changed, at + strlen(cases[i].from));
        MUST(lj_text_finish(&changed));
        assert_int_equal(load_text(changed.data, changed.size, &loaded), LJ_ECORRUPT);
        if (strstr(lj_error_message(), cases[i].message) == NULL)
            fail_msg("%s: expected '%s', found '%s'", cases[i].to, cases[i].message, lj_error_message());
        lj_text_free(&changed);
    }
    lj_text_free(&text);
    lj_prep_destroy(prep);
    lj_frame_destroy(frame);
}

static void no_memory_is_an_error(void **state)
{
    (void)state;
    lj_frame *frame = text_frame(golden_list("texts"));
    lj_prep *prep = NULL;
    lj_status status = LJ_ENOMEM;
    for (int64_t n = 0; status == LJ_ENOMEM; n++) {
        const int64_t live = lj_test_live_allocations();
        lj_sparse out = {0};
        prep = NULL;
        lj_doc *doc = NULL;
        static const char steps[] = "[{tfidf: {min_count: 1, segment: true}}]";
        MUST(lj_yaml_parse("t.yaml", steps, sizeof(steps) - 1, &doc));
        const int64_t rows[] = {0, 1, 2, 3, 4, 5, 6, 7};
        const char *const features[] = {"text"};
        const lj_prep_options options = {.features = features, .feature_count = 1, .steps = lj_doc_root(doc)};
        lj_test_fail_allocation(n);
        status = lj_prep_fit(frame, NULL, rows, 8, &options, NULL, &prep);
        if (status == LJ_OK)
            status = lj_prep_apply_terms(prep, frame, 0, 16, &out, NULL);
        lj_test_fail_allocation(-1);
        lj_sparse_free(&out);
        lj_prep_destroy(prep);
        lj_doc_destroy(doc);
        assert_int_equal(lj_test_live_allocations(), live);
    }
    assert_int_equal(status, LJ_OK);
    lj_frame_destroy(frame);
}

static int open_golden(void **state)
{
    (void)state;
    return lj_json_read(LJ_SOURCE_DIR "/tests/golden/text.json", &golden) != LJ_OK;
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
        cmocka_unit_test(characters_are_those_of_python),
        cmocka_unit_test(bytes_that_are_no_text_are_replaced),
        cmocka_unit_test(terms_and_weights_are_those_of_scikit_learn),
        cmocka_unit_test(one_record_has_the_bits_of_the_table),
        cmocka_unit_test(the_most_frequent_terms_are_kept),
        cmocka_unit_test(hashed_terms_need_no_vocabulary),
        cmocka_unit_test(chinese_is_cut_into_words),
        cmocka_unit_test(wrong_steps_are_refused),
        cmocka_unit_test(auto_reads_texts_with_many_values),
        cmocka_unit_test(lies_in_a_file_are_refused),
        cmocka_unit_test(no_memory_is_an_error),
    };
    return cmocka_run_group_tests_name("prep/text", tests, open_golden, close_golden);
}
