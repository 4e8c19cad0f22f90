/* docs/pipeline.md is what the declarations say. LIANJIN_UPDATE=1 writes it anew. */
#include "pipeline/fixture.h"

static void the_page_is_what_the_declarations_say(void **state)
{
    (void)state;
    static const char path[] = LJ_SOURCE_DIR "/docs/pipeline.md";
    lj_text text = {0};
    char *written = NULL;
    size_t size = 0;
    assert_int_equal(lj_pipeline_document(&text), LJ_OK);
    if (getenv("LIANJIN_UPDATE") != NULL)
        assert_int_equal(lj_file_replace(path, text.data, text.size), LJ_OK);
    assert_int_equal(lj_file_read(path, 1 << 20, &written, &size), LJ_OK);
    assert_string_equal(written, text.data);
    lj_free(written);
    lj_text_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_page_is_what_the_declarations_say)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
