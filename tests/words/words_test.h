/* What the tests of words/ share: files of their own, and vectors to ask. */
#ifndef LIANJIN_TESTS_WORDS_WORDS_TEST_H
#define LIANJIN_TESTS_WORDS_WORDS_TEST_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "data/temporary.h"
#include "lianjin/random.h"
#include "lianjin/words.h"

#define GOLDEN(name) LJ_SOURCE_DIR "/tests/golden/" name

static inline void refused(lj_status found, lj_status expected, const char *why)
{
    if (found != expected)
        fail_msg("expected %s, found %s: %s", lj_status_name(expected), lj_status_name(found), lj_error_message());
    assert_message_has(why);
}

static inline lj_word_vectors *read_vectors(const char *path)
{
    lj_word_vectors *v = NULL;
    assert_ok(lj_word_vectors_read(path, 0, NULL, &v));
    return v;
}

static inline void same_vectors(const lj_word_vectors *a, const lj_word_vectors *b)
{
    assert_int_equal(lj_word_vectors_count(a), lj_word_vectors_count(b));
    assert_int_equal(lj_word_vectors_size(a), lj_word_vectors_size(b));
    for (int64_t i = 0; i < lj_word_vectors_count(a); i++) {
        assert_string_equal(lj_word_vectors_word(a, i), lj_word_vectors_word(b, i));
        assert_memory_equal(lj_word_vectors_row(a, i), lj_word_vectors_row(b, i),
                            (size_t)lj_word_vectors_size(a) * sizeof(float));
    }
}

/* A text in which words keep company: 40 topics of ten words each, a sentence stays with one. */
static inline const char *write_corpus(const char *name, int sentences)
{
    lj_text text = {0};
    for (int s = 0; s < sentences; s++) {
        const unsigned topic = lj_random_u32(3, 1, (uint64_t)s) % 40;
        const unsigned words = 1 + lj_random_u32(3, 2, (uint64_t)s) % 30;
        for (unsigned w = 0; w < words; w++) {
            const unsigned roll = lj_random_u32(3, 3, (uint64_t)(s * 32 + (int)w));
            if (roll % 4 == 0)
                lj_text_puts(&text, "the ");
            else
                lj_text_printf(&text, "w%u%c%s", topic, 'a' + (int)(roll / 4 % 10), w % 2 ? " " : "  ");
        }
        lj_text_puts(&text, "\n");
    }
    assert_ok(lj_text_finish(&text));
    const char *path = write_bytes(name, text.data, text.size);
    lj_text_free(&text);
    return path;
}

#endif
