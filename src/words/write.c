/* Files of vectors: text and binary of word2vec, text of GloVe. */
#include <inttypes.h>
#include <string.h>

#include "lianjin/document.h"
#include "lianjin/file.h"
#include "words/vectors.h"

static lj_status write_text(const lj_word_vectors *v, lj_file *file, lj_text *line)
{
    for (int64_t i = 0; i < lj_word_vectors_count(v); i++) {
        const float *row = lj_word_vectors_row(v, i);
        line->size = 0;
        lj_text_puts(line, lj_word_vectors_word(v, i));
        for (int64_t k = 0; k < v->size; k++) {
            lj_json number;
            lj_text_puts(line, " ");
            lj_json_start(&number, line, 1);
            lj_json_float(&number, NULL, row[k]);
        }
        lj_text_puts(line, "\n");
        LJ_TRY(lj_text_finish(line));
        LJ_TRY(lj_file_write(file, line->data, line->size));
    }
    return LJ_OK;
}

/* Bytes of float32 in little-endian order, as on every machine that we run on. */
static lj_status write_binary(const lj_word_vectors *v, lj_file *file)
{
    for (int64_t i = 0; i < lj_word_vectors_count(v); i++) {
        const char *word = lj_word_vectors_word(v, i);
        LJ_TRY(lj_file_write(file, word, strlen(word)));
        LJ_TRY(lj_file_write(file, " ", 1));
        LJ_TRY(lj_file_write(file, lj_word_vectors_row(v, i), (size_t)v->size * sizeof(float)));
        LJ_TRY(lj_file_write(file, "\n", 1));
    }
    return LJ_OK;
}

lj_status lj_word_vectors_write(const lj_word_vectors *v, lj_word_format format, const char *path)
{
    lj_text line = {0};
    lj_file *file = NULL;
    lj_status status = lj_file_create(path, &file);
    if (status == LJ_OK && format != LJ_WORD_FORMAT_GLOVE) {
        lj_text_printf(&line, "%" PRId64 " %" PRId64 "\n", lj_word_vectors_count(v), v->size);
        status = lj_text_finish(&line);
        if (status == LJ_OK)
            status = lj_file_write(file, line.data, line.size);
    }
    if (status == LJ_OK)
        status = format == LJ_WORD_FORMAT_BINARY ? write_binary(v, file) : write_text(v, file, &line);
    if (status == LJ_OK)
        status = lj_file_commit(file);
    else
        lj_file_abandon(file);
    lj_text_free(&line);
    return status;
}
