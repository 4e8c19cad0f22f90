/* docs/pipeline.md and docs/layers.md are what the declarations say. LIANJIN_UPDATE=1 writes it anew. */
#include "pipeline/fixture.h"

static void check_page(const char *path, lj_status (*document)(lj_text *out))
{
    lj_text text = {0};
    char *written = NULL;
    size_t size = 0;
    assert_int_equal(document(&text), LJ_OK);
    if (getenv("LIANJIN_UPDATE") != NULL)
        assert_int_equal(lj_file_replace(path, text.data, text.size), LJ_OK);
    assert_int_equal(lj_file_read(path, 1 << 20, &written, &size), LJ_OK);
    assert_string_equal(written, text.data);
    lj_free(written);
    lj_text_free(&text);
}

static void the_pages_are_what_the_declarations_say(void **state)
{
    (void)state;
    check_page(LJ_SOURCE_DIR "/docs/pipeline.md", lj_pipeline_document);
    check_page(LJ_SOURCE_DIR "/docs/layers.md", lj_layers_document);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_pages_are_what_the_declarations_say)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
