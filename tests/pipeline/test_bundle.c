/* A bundle is whole, unaltered and of a known version, or it does not open. */
#include "pipeline/fixture.h"

static void make_bundle(const fixture *f)
{
    lj_run_result run;
    put_loans(f, "loans.csv", 300);
    const lj_status status = run_text(f, "data: {source: loans.csv, key: id}\ntarget: bad\nmodel: dense\n"
                                         "train: {epochs: 2}\nevaluate: {by: [grade, age]}\n",
                                      "model", &run);
    if (status != LJ_OK)
        print_error("%s\n", lj_error_message());
    assert_int_equal(status, LJ_OK);
    lj_run_result_free(&run);
}

static void expect_refusal(const fixture *f, lj_status status, const char *message)
{
    lj_bundle *bundle = NULL;
    assert_int_equal(lj_bundle_open(path_of(f, "model"), &bundle), status);
    assert_null(bundle);
    if (strstr(lj_error_message(), message) == NULL)
        print_error("expected '%s' in '%s'\n", message, lj_error_message());
    assert_non_null(strstr(lj_error_message(), message));
}

static void a_byte_that_is_changed_is_found(void **state)
{
    static const char *const files[] = {"model.json", "weights.safetensors", "prep.json", "card.md", "report.html"};
    const fixture *f = *state;
    make_bundle(f);
    for (int i = 0; i < 5; i++) {
        char name[64];
        char *bytes = NULL;
        size_t size = 0;
        (void)snprintf(name, sizeof(name), "model/%s", files[i]);
        assert_int_equal(lj_file_read(path_of(f, name), 1 << 26, &bytes, &size), LJ_OK);
        bytes[size / 2] ^= 1;
        assert_int_equal(lj_file_replace(path_of(f, name), bytes, size), LJ_OK);
        expect_refusal(f, LJ_ECORRUPT, files[i]);
        bytes[size / 2] ^= 1;
        assert_int_equal(lj_file_replace(path_of(f, name), bytes, size / 2), LJ_OK);
        expect_refusal(f, LJ_ECORRUPT, files[i]);
        assert_int_equal(lj_file_replace(path_of(f, name), bytes, size), LJ_OK);
        lj_free(bytes);
    }
    lj_bundle *bundle = NULL;
    assert_int_equal(lj_bundle_open(path_of(f, "model"), &bundle), LJ_OK);
    lj_bundle_close(bundle);
}

static void a_file_that_is_added_or_gone_is_found(void **state)
{
    const fixture *f = *state;
    make_bundle(f);
    put(f, "model/extra.txt", "hello");
    expect_refusal(f, LJ_ECORRUPT, "extra.txt");
    assert_int_equal(unlink(path_of(f, "model/extra.txt")), 0);
    assert_int_equal(unlink(path_of(f, "model/card.md")), 0);
    expect_refusal(f, LJ_ECORRUPT, "card.md");
}

/* Changes a text in model.json and signs again: what an honest but newer program would write. */
static void edit_and_sign(const fixture *f, const char *from, const char *to)
{
    char *bytes = NULL;
    size_t size = 0;
    lj_text text = {0};
    assert_int_equal(lj_file_read(path_of(f, "model/model.json"), 1 << 26, &bytes, &size), LJ_OK);
    const char *place = strstr(bytes, from);
    assert_non_null(place);
    lj_text_append(&text, bytes, (size_t)(place - bytes));
    lj_text_puts(&text, to);
    lj_text_puts(&text, place + strlen(from));
    assert_int_equal(lj_text_finish(&text), LJ_OK);
    assert_int_equal(lj_file_replace(path_of(f, "model/model.json"), text.data, text.size), LJ_OK);
    assert_int_equal(lj_signature_write(path_of(f, "model")), LJ_OK);
    lj_text_free(&text);
    lj_free(bytes);
}

static void newer_versions_are_refused(void **state)
{
    const fixture *f = *state;
    make_bundle(f);
    edit_and_sign(f, "\"format\": 1", "\"format\": 2");
    expect_refusal(f, LJ_EVERSION, "format 2 is newer");
    make_bundle(f);
    edit_and_sign(f, "\"arithmetic\": 1", "\"arithmetic\": 9");
    expect_refusal(f, LJ_EVERSION, "arithmetic 9 is newer");
}

static void a_case_that_scores_otherwise_is_found(void **state)
{
    const fixture *f = *state;
    make_bundle(f);
    edit_and_sign(f, "\"score_bits\": [\n      1", "\"score_bits\": [\n      2");
    expect_refusal(f, LJ_ECORRUPT, "case 0 scores");
}

static void what_is_no_bundle_is_named(void **state)
{
    const fixture *f = *state;
    lj_bundle *bundle = NULL;
    assert_int_equal(lj_bundle_open(path_of(f, "nowhere"), &bundle), LJ_ENOTFOUND);
    assert_int_equal(lj_folder_create(path_of(f, "plain")), LJ_OK);
    assert_int_equal(lj_bundle_open(path_of(f, "plain"), &bundle), LJ_ECORRUPT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_byte_that_is_changed_is_found),
        cmocka_unit_test(a_file_that_is_added_or_gone_is_found),
        cmocka_unit_test(newer_versions_are_refused),
        cmocka_unit_test(a_case_that_scores_otherwise_is_found),
        cmocka_unit_test(what_is_no_bundle_is_named),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
