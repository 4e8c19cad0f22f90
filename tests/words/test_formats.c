/* Files of vectors: gensim's are read, ours come back bit for bit, damaged ones are refused with the place. */
#include "words/words_test.h"

static lj_status parse(const char *bytes, size_t size, lj_word_vectors **out)
{
    return lj_word_vectors_parse("v", bytes, size, 0, NULL, out);
}

static void refuse(const char *bytes, size_t size, const char *why)
{
    lj_word_vectors *v = NULL;
    refused(parse(bytes, size, &v), LJ_ECORRUPT, why);
    assert_null(v);
}

static void refuse_text(const char *text, const char *why)
{
    refuse(text, strlen(text), why);
}

static void files_of_gensim_are_read(void **state)
{
    (void)state;
    lj_word_vectors *text = read_vectors(GOLDEN("words-gensim.txt"));
    lj_word_vectors *binary = read_vectors(GOLDEN("words-gensim.bin"));
    lj_word_vectors *glove = read_vectors(GOLDEN("words-glove.txt"));
    assert_int_equal(lj_word_vectors_count(text), 16);
    assert_int_equal(lj_word_vectors_size(text), 7);
    same_vectors(text, binary);
    same_vectors(text, glove);
    assert_int_equal(lj_word_vectors_find(text, "银行"), 8);
    assert_int_equal(lj_word_vectors_find(text, "nobody"), -1);
    lj_word_vectors_destroy(text), lj_word_vectors_destroy(binary), lj_word_vectors_destroy(glove);
}

static void every_format_comes_back_bit_for_bit(void **state)
{
    (void)state;
    lj_text text = {0};
    lj_word_vectors *v = NULL;
    lj_text_puts(&text, "300 3\n");
    for (uint32_t i = 0; i < 300; i++) {
        lj_text_printf(&text, "word%u", i);
        for (uint32_t k = 0; k < 3; k++) {
            uint32_t bits = lj_random_u32(5, 1, 3 * i + k) & 0xBFFFFFFF; /* finite, of all magnitudes */
            float value;
            memcpy(&value, &bits, sizeof(value));
            lj_text_printf(&text, " %.9g", (double)value);
        }
        lj_text_puts(&text, "\n");
    }
    assert_ok(lj_text_finish(&text));
    assert_ok(parse(text.data, text.size, &v));
    for (int format = 0; format < LJ_WORD_FORMAT_COUNT; format++) {
        const char *path = path_of(lj_word_format_name((lj_word_format)format));
        assert_int_equal(lj_word_format_find(lj_word_format_name((lj_word_format)format)), format);
        assert_ok(lj_word_vectors_write(v, (lj_word_format)format, path));
        lj_word_vectors *again = read_vectors(path);
        same_vectors(v, again);
        lj_word_vectors_destroy(again);
    }
    lj_word_vectors_destroy(v);
    lj_text_free(&text);
}

static void odd_but_right_files_are_read(void **state)
{
    (void)state;
    static const char *const files[] = {
        "2 2\na 1 2\nb 3 4\n",      "2 2\r\na 1 2 \r\nb\t3  4",  "\xEF\xBB\xBF" "2 2\na 1 2\n\nb 3 4\n",
        "a 1 2\nb 3 4\n",           "\xEF\xBB\xBF" "a 1 2\nb 3 4", "3 2\na 1 2\nb 3 4\na 9 9\n",
        "2 2\na 1.0e0 +2\nb 3 4.\n"};
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        lj_word_vectors *v = NULL;
        assert_ok(parse(files[i], strlen(files[i]), &v));
        assert_int_equal(lj_word_vectors_count(v), 2);
        const float a[] = {1, 2}, b[] = {3, 4};
        assert_memory_equal(lj_word_vectors_row(v, lj_word_vectors_find(v, "a")), a, sizeof(a));
        assert_memory_equal(lj_word_vectors_row(v, lj_word_vectors_find(v, "b")), b, sizeof(b));
        lj_word_vectors_destroy(v);
    }
    lj_word_vectors *v = NULL;
    const char *words = ". . . 1 2\nb 3 4\n"; /* a word with blanks in it, as in some published files */
    assert_ok(parse("x 0 0\n", 6, &v));
    lj_word_vectors_destroy(v);
    assert_ok(lj_word_vectors_parse("v", "x 0 0\n. . . 1 2\n", 16, 0, NULL, &v));
    assert_int_equal(lj_word_vectors_find(v, ". . ."), 1);
    lj_word_vectors_destroy(v);
    assert_ok(lj_word_vectors_parse("v", words + 10, 6, 1, NULL, &v));
    lj_word_vectors_destroy(v);
    assert_ok(lj_word_vectors_parse("v", "9 2\na 1 2\nb 3 4\n", 16, 2, NULL, &v)); /* no more than was asked for */
    assert_int_equal(lj_word_vectors_count(v), 2);
    lj_word_vectors_destroy(v);
}

static void damaged_texts_are_refused(void **state)
{
    (void)state;
    refuse_text("", "an empty file");
    refuse_text("\na 1\n", "an empty first line");
    refuse_text("0 3\n", "a header of 0 words");
    refuse_text("2 0\na\nb\n", "line 1");
    refuse_text("1 9000\na 1\n", "1 to 8192 numbers");
    refuse_text("word\n", "found 0 numbers");
    refuse_text("3 2\na 1 2\nb 3 4\n", "expected the 3 words of its header, found 2: the file is cut short");
    refuse_text("1 2\na 1 2\nb 3 4\n", "line 3: more than the 1 words of its header");
    refuse_text("2 2\na 1 2\nb 3", "line 3: expected a word and 2 numbers, found 2 fields; the file is cut short");
    refuse_text("2 2\na 1 2\nb 3 x\n", "line 3: expected a number in field 3, found 'x'");
    refuse_text("a 1 2\nb nan 4\n", "line 2: the number 'nan' is not a finite float32");
    refuse_text("a 1 2\nb 1e39 4\n", "line 2: the number '1e39' is not a finite float32");
    refuse_text("a 1 2\n\xB0\xA1 3 4\n", "word 2: expected 1 to 1000 bytes of UTF-8, found another encoding");
}

static void damaged_binaries_are_refused(void **state)
{
    (void)state;
    lj_word_vectors *v = read_vectors(GOLDEN("words-gensim.bin"));
    const char *path = path_of("whole.bin");
    assert_ok(lj_word_vectors_write(v, LJ_WORD_FORMAT_BINARY, path));
    lj_word_vectors_destroy(v);
    char *bytes = NULL, why[64];
    size_t size = 0;
    assert_ok(lj_file_read(path, 1 << 20, &bytes, &size));
    for (size_t cut = 1; cut < size - 1; cut++) { /* the last byte is a line's end that may be missing */
        v = NULL;
        assert_int_equal(parse(bytes, cut, &v), LJ_ECORRUPT);
        assert_null(v);
    }
    (void)snprintf(why, sizeof(why), "word 16 of 16: the file ends at byte %zu: it is cut short", size - 2);
    refuse(bytes, size - 2, why);
    bytes[1] = '5'; /* 15 words */
    refuse(bytes, size, "more than the 15 words of its header");
    bytes[1] = '7';
    refuse(bytes, size, "word 17 of 17: the file ends");
    bytes[1] = '6';
    memset(bytes + 10, 0xFF, 4); /* the first number of king */
    refuse(bytes, size, "word 1 ('king'): number 1 is not finite");
    lj_free(bytes);
}

static void files_that_are_none(void **state)
{
    (void)state;
    lj_word_vectors *v = NULL;
    refused(lj_word_vectors_read(path_of("nowhere"), 0, NULL, &v), LJ_ENOTFOUND, "nowhere");
    refused(lj_word_vectors_read(folder, 0, NULL, &v), LJ_EIO, "found a folder");
    static const unsigned char gzip[] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0x4b, 0x54};
    refused(lj_word_vectors_read(write_bytes("cut.gz", gzip, sizeof(gzip)), 0, NULL, &v), LJ_ECORRUPT, "gzip");
    refused(lj_word_vectors_write(NULL, LJ_WORD_FORMAT_TEXT, folder), LJ_EIO, "it is a folder");
}

static void words_that_come_twice_are_told(void **state)
{
    (void)state;
    lj_console *console = NULL;
    lj_word_vectors *v = NULL;
    assert_ok(lj_console_create(1, &console));
    assert_ok(lj_word_vectors_parse("v", "a 1\nb 2\na 3\n", 12, 0, console, &v));
    assert_int_equal(lj_console_warning_count(console), 1);
    assert_true(lj_word_vectors_row(v, 0)[0] == 1.0F);
    lj_word_vectors_destroy(v);
    lj_console_destroy(console);
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    const int64_t before = lj_test_live_allocations();
    for (int64_t n = 0;; n++) {
        lj_word_vectors *v = NULL;
        lj_test_fail_allocation(n);
        const lj_status status = lj_word_vectors_read(GOLDEN("words-gensim.txt"), 0, NULL, &v);
        lj_test_fail_allocation(-1);
        lj_word_vectors_destroy(v);
        assert_int_equal(lj_test_live_allocations(), before);
        if (status == LJ_OK)
            break;
        assert_int_equal(status, LJ_ENOMEM);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_of_gensim_are_read),
        cmocka_unit_test(every_format_comes_back_bit_for_bit),
        cmocka_unit_test(odd_but_right_files_are_read),
        cmocka_unit_test(damaged_texts_are_refused),
        cmocka_unit_test(damaged_binaries_are_refused),
        cmocka_unit_test(files_that_are_none),
        cmocka_unit_test(words_that_come_twice_are_told),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
