/* What the tests of preparation share. */
#ifndef LIANJIN_TESTS_PREP_TEST_H
#define LIANJIN_TESTS_PREP_TEST_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lianjin/document.h"
#include "lianjin/frame.h"
#include "lianjin/memory.h"
#include "lianjin/prep.h"

#define ALL_ROWS_MAX 4096

/* Fits `steps` (YAML, NULL: auto) on the first n rows; a number Y of the frame is the target of two classes. */
static inline lj_status fit_features(const lj_frame *frame, const char *const *features, int64_t feature_count,
                                     const char *steps, lj_prep_style style, int64_t n, lj_console *console,
                                     lj_prep **out)
{
    int64_t rows[ALL_ROWS_MAX];
    assert_true(n <= ALL_ROWS_MAX);
    for (int64_t i = 0; i < n; i++)
        rows[i] = i;
    lj_doc *doc = NULL;
    if (steps != NULL)
        assert_int_equal(lj_yaml_parse("test.yaml", steps, strlen(steps), &doc), LJ_OK);
    const int64_t target = lj_frame_find(frame, "Y");
    const lj_prep_options options = {.features = features,
                                     .feature_count = feature_count,
                                     .target = "Y",
                                     .binary_target = target >= 0 ? lj_frame_column(frame, target)->number : NULL,
                                     .steps = doc != NULL ? lj_doc_root(doc) : NULL,
                                     .file = "test.yaml",
                                     .style = style,
                                     .seed = 7};
    const lj_status status = lj_prep_fit(frame, NULL, rows, n, &options, console, out);
    lj_doc_destroy(doc);
    return status;
}

static inline lj_status fit_one(const lj_frame *frame, const char *feature, const char *steps, int64_t n, lj_prep **out)
{
    const char *const features[] = {feature};
    return fit_features(frame, features, 1, steps, LJ_PREP_DENSE, n, NULL, out);
}

static inline void save_text(const lj_prep *prep, lj_text *text)
{
    lj_json json;
    lj_json_start(&json, text, 0);
    assert_int_equal(lj_prep_save(prep, &json), LJ_OK);
    assert_int_equal(lj_text_finish(text), LJ_OK);
}

static inline lj_status load_text(const char *text, size_t size, lj_prep **out)
{
    lj_doc *doc = NULL;
    *out = NULL;
    lj_status status = lj_json_parse("prep.json", text, size, &doc);
    if (status == LJ_OK)
        status = lj_prep_load(doc, lj_doc_root(doc), out);
    lj_doc_destroy(doc);
    return status;
}

/* Prepared values of a whole frame. */
typedef struct prepared {
    float *numbers;
    int32_t *codes;
    int64_t *unseen, *out_of_range, *missing;
} prepared;

static inline void prepared_make(const lj_prep *prep, int64_t n, prepared *out)
{
    out->numbers = lj_new_array(n * lj_prep_number_count(prep), sizeof(float));
    out->codes = lj_new_array(n * lj_prep_category_count(prep), sizeof(int32_t));
    out->unseen = lj_new_array(lj_prep_feature_count(prep), sizeof(int64_t));
    out->out_of_range = lj_new_array(lj_prep_feature_count(prep), sizeof(int64_t));
    out->missing = lj_new_array(lj_prep_feature_count(prep), sizeof(int64_t));
}

static inline void prepared_free(prepared *p)
{
    lj_free(p->numbers);
    lj_free(p->codes);
    lj_free(p->unseen);
    lj_free(p->out_of_range);
    lj_free(p->missing);
}

static inline lj_prep_counts counts_of(const prepared *p)
{
    return (lj_prep_counts){.unseen = p->unseen, .out_of_range = p->out_of_range, .missing = p->missing};
}

static inline void apply_range(const lj_prep *prep, const lj_frame *frame, int64_t begin, int64_t end, prepared *p)
{
    lj_prep_counts counts = counts_of(p);
    assert_int_equal(lj_prep_apply(prep, frame, begin, end, p->numbers + begin * lj_prep_number_count(prep),
                                   p->codes + begin * lj_prep_category_count(prep), &counts), LJ_OK);
}

static inline void apply_records(const lj_prep *prep, const lj_frame *frame, prepared *p)
{
    lj_prep_counts counts = counts_of(p);
    lj_cell cells[64];
    assert_true(lj_prep_feature_count(prep) <= 64);
    for (int64_t row = 0; row < lj_frame_row_count(frame); row++) {
        for (int64_t i = 0; i < lj_prep_feature_count(prep); i++) {
            const lj_column *column = lj_frame_column(frame, lj_frame_find(frame, lj_prep_feature_name(prep, i)));
            cells[i] = (lj_cell){.missing = !lj_column_has(column, row)};
            if (column->type == LJ_COLUMN_NUMBER)
                cells[i].number = column->number[row];
            else if (column->type == LJ_COLUMN_TIME)
                cells[i].time = column->time[row];
            else
                cells[i].text = lj_column_word(column, row);
        }
        lj_prep_apply_record(prep, cells, p->numbers + row * lj_prep_number_count(prep),
                             p->codes + row * lj_prep_category_count(prep), &counts);
    }
}

static inline void same_prepared(const lj_prep *prep, int64_t n, const prepared *a, const prepared *b)
{
    const size_t features = (size_t)lj_prep_feature_count(prep) * sizeof(int64_t);
    assert_memory_equal(a->numbers, b->numbers, (size_t)(n * lj_prep_number_count(prep)) * sizeof(float));
    assert_memory_equal(a->codes, b->codes, (size_t)(n * lj_prep_category_count(prep)) * sizeof(int32_t));
    assert_memory_equal(a->unseen, b->unseen, features);
    assert_memory_equal(a->out_of_range, b->out_of_range, features);
    assert_memory_equal(a->missing, b->missing, features);
}

/* Whole table = chunks = one record at a time = the same after saving and loading: all bits and all counts. */
static inline void same_bits_everywhere(const lj_prep *prep, const lj_frame *frame)
{
    const int64_t n = lj_frame_row_count(frame);
    prepared whole;
    prepared other;
    prepared_make(prep, n, &whole);
    apply_range(prep, frame, 0, n, &whole);

    prepared_make(prep, n, &other);
    for (int64_t begin = 0, size = 1; begin < n; begin += size, size = size * 3 + 1)
        apply_range(prep, frame, begin, begin + size < n ? begin + size : n, &other);
    same_prepared(prep, n, &whole, &other);
    prepared_free(&other);

    prepared_make(prep, n, &other);
    apply_records(prep, frame, &other);
    same_prepared(prep, n, &whole, &other);
    prepared_free(&other);

    lj_text text = {0};
    lj_text again = {0};
    lj_prep *loaded = NULL;
    save_text(prep, &text);
    if (load_text(text.data, text.size, &loaded) != LJ_OK)
        fail_msg("%s", lj_error_message());
    save_text(loaded, &again);
    assert_string_equal(text.data, again.data);
    prepared_make(loaded, n, &other);
    apply_records(loaded, frame, &other);
    same_prepared(loaded, n, &whole, &other);
    prepared_free(&other);
    prepared_make(loaded, n, &other);
    apply_range(loaded, frame, 0, n, &other);
    same_prepared(loaded, n, &whole, &other);
    prepared_free(&other);
    prepared_free(&whole);
    lj_prep_destroy(loaded);
    lj_text_free(&text);
    lj_text_free(&again);
}

#endif
