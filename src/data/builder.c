#include "data/builder.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "data/dictionary.h"
#include "data/frame_inside.h"

enum { SHOWN_BYTES = 60 /* of a cell in a message */ };

static const char *const usual_nulls[] = {"", "NA", "N/A", "NaN", "null", "NULL", "None", "?", "missing", "Missing"};

typedef struct filling {
    const lj_field *field;
    lj_cell_from from;
    union {
        double *number;
        int32_t *code;
        int64_t *time;
    };
    uint8_t *valid;
    lj_dictionary *dictionary;
} filling;

struct lj_builder {
    lj_frame *frame;
    filling *columns;
    int64_t column_count;
    const lj_null_words *nulls;
    int64_t count, capacity;
};

void lj_null_words_set(lj_null_words *nulls, const char *const *words, int64_t count)
{
    *nulls = (lj_null_words){words, count, 0, {0}};
    if (words == NULL) {
        nulls->words = usual_nulls;
        nulls->count = sizeof(usual_nulls) / sizeof(usual_nulls[0]);
    }
    for (int64_t i = 0; i < nulls->count; i++) {
        const size_t n = strlen(nulls->words[i]);
        nulls->longest = n > nulls->longest ? n : nulls->longest;
        nulls->begins[(unsigned char)nulls->words[i][0]] = 1;
    }
}

int lj_null_words_have(const lj_null_words *nulls, lj_slice cell)
{
    if (cell.size == 0)
        return 1;
    if (cell.size > nulls->longest || !nulls->begins[(unsigned char)cell.at[0]])
        return 0;
    for (int64_t i = 0; i < nulls->count; i++)
        if (lj_slice_is(cell, nulls->words[i]))
            return 1;
    return 0;
}

int lj_chunk_text(duckdb_vector vector, idx_t row, lj_slice *cell)
{
    uint64_t *validity = duckdb_vector_get_validity(vector);
    if (validity != NULL && (validity[row / 64] >> (row % 64) & 1) == 0)
        return 0;
    duckdb_string_t *text = (duckdb_string_t *)duckdb_vector_get_data(vector) + row;
    const uint32_t size = text->value.inlined.length;
    const char *bytes = size <= 12 ? text->value.inlined.inlined : text->value.pointer.ptr;
    *cell = lj_slice_trim(bytes, size);
    return 1;
}

static size_t value_size(lj_column_type type)
{
    return type == LJ_COLUMN_TEXT ? sizeof(int32_t) : sizeof(double);
}

static lj_status reserve(lj_builder *b, int64_t rows)
{
    if (rows <= b->capacity)
        return LJ_OK;
    int64_t capacity = b->capacity < 1024 ? 1024 : b->capacity * 2;
    if (capacity < rows || b->capacity == 0)
        capacity = rows;
    for (int64_t c = 0; c < b->column_count; c++) {
        filling *f = &b->columns[c];
        void *values = lj_resize_array(f->number, b->count, capacity, value_size(f->field->type));
        if (values != NULL)
            f->number = values;
        const int64_t old = lj_bit_bytes(b->capacity);
        uint8_t *valid = lj_resize_array(f->valid, old, lj_bit_bytes(capacity), 1);
        if (valid != NULL)
            f->valid = valid;
        if (values == NULL || valid == NULL)
            return lj_fail(LJ_ENOMEM, "no memory for %" PRId64 " rows", capacity);
        memset(valid + old, 0, (size_t)(lj_bit_bytes(capacity) - old));
    }
    b->capacity = capacity;
    return LJ_OK;
}

lj_status lj_builder_create(const lj_schema *schema, const lj_cell_from *from, const lj_null_words *nulls,
                            int64_t expected, lj_builder **out)
{
    *out = NULL;
    lj_status status = LJ_OK;
    const int64_t n = lj_schema_count(schema);
    lj_builder *b = lj_new_array(1, sizeof(*b));
    if (b == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for a table");
    b->nulls = nulls;
    b->columns = lj_new_array(n, sizeof(*b->columns));
    if (b->columns == NULL) {
        status = lj_fail(LJ_ENOMEM, "no memory for %" PRId64 " columns", n);
        goto done;
    }
    b->column_count = n;
    LJ_TRY_DONE(lj_frame_create(0, &b->frame));
    for (int64_t c = 0; c < n; c++) {
        filling *f = &b->columns[c];
        f->field = lj_schema_field(schema, c);
        f->from = from[c];
        if (f->field->type == LJ_COLUMN_TEXT)
            LJ_TRY_DONE(lj_dictionary_create(lj_frame_arena(b->frame), &f->dictionary));
    }
    LJ_TRY_DONE(reserve(b, expected > 0 ? expected : 1));
    *out = b;
    b = NULL;
done:
    lj_builder_destroy(b);
    return status;
}

void lj_builder_destroy(lj_builder *b)
{
    if (b == NULL)
        return;
    for (int64_t c = 0; c < b->column_count; c++) {
        lj_free(b->columns[c].number);
        lj_free(b->columns[c].valid);
        lj_dictionary_destroy(b->columns[c].dictionary);
    }
    lj_free(b->columns);
    lj_frame_destroy(b->frame);
    lj_free(b);
}

int64_t lj_builder_row_count(const lj_builder *b)
{
    return b->count;
}

/* Whether the cell is one of the tab-separated words. */
static int is_listed(const char *words, lj_slice cell)
{
    while (words != NULL && *words != '\0') {
        const size_t n = strcspn(words, "\t");
        if (n == cell.size && memcmp(words, cell.at, n) == 0)
            return 1;
        words += n + (words[n] == '\t');
    }
    return 0;
}

static lj_status refuse(const lj_field *field, lj_slice cell, int64_t row)
{
    const int shown = (int)(cell.size < SHOWN_BYTES ? cell.size : SHOWN_BYTES);
    if (field->type == LJ_COLUMN_TIME)
        return lj_fail(LJ_EDATA, "row %" PRId64 ", column '%s': '%.*s' is not a time%s%s", row + 1, field->name, shown,
                       cell.at, field->time_format != NULL ? " like " : "",
                       field->time_format != NULL ? field->time_format : "");
    return lj_fail(LJ_EDATA, "row %" PRId64 ", column '%s': '%.*s' is not a number%s%s%s%s", row + 1, field->name,
                   shown, cell.at, field->rule != LJ_RULE_PLAIN ? " of the kind " : "",
                   field->rule != LJ_RULE_PLAIN ? lj_number_rule_name(field->rule) : "",
                   field->unit != NULL ? " in " : "", field->unit != NULL ? field->unit : "");
}

static lj_status number_cell(const filling *f, lj_slice cell, int64_t row, double *out)
{
    lj_cell_number number;
    const char *unit = f->field->unit;
    *out = NAN;
    if (lj_cell_number_read(f->field->rule, cell, &number) &&
        (unit == NULL || lj_unit_same(number.unit, (lj_slice){unit, strlen(unit)}))) {
        *out = number.value;
        return LJ_OK;
    }
    return lj_cell_is_missing_word(cell) || is_listed(f->field->null_words, cell) ? LJ_OK : refuse(f->field, cell, row);
}

static lj_status time_cell(const filling *f, lj_slice cell, int64_t row, int64_t *out, int *is_missing)
{
    *is_missing = 0;
    if (f->field->time_format != NULL && lj_time_read(f->field->time_format, cell, out))
        return LJ_OK;
    if (f->field->time_format == NULL) {
        const uint32_t fits = lj_time_formats_of(cell, UINT32_MAX);
        if (fits != 0 && lj_time_read(lj_time_format(__builtin_ctz(fits)), cell, out))
            return LJ_OK;
    }
    *out = 0;
    *is_missing = lj_cell_is_missing_word(cell) || is_listed(f->field->null_words, cell);
    return *is_missing ? LJ_OK : refuse(f->field, cell, row);
}

static lj_status text_cell(filling *f, lj_slice cell, int64_t row, int32_t *code)
{
    if (memchr(cell.at, '\0', cell.size) != NULL)
        return lj_fail(LJ_EDATA, "row %" PRId64 ", column '%s': a NUL byte within the text", row + 1, f->field->name);
    return lj_dictionary_add(f->dictionary, cell.at, cell.size, code);
}

/* Rows of a column that is text in the source. */
static lj_status append_text(lj_builder *b, filling *f, duckdb_vector vector, idx_t begin, idx_t end, int64_t row)
{
    int64_t at = b->count;
    for (idx_t i = begin; i < end; i++, at++, row++) {
        lj_slice cell = {0};
        int is_missing = !lj_chunk_text(vector, i, &cell) || lj_null_words_have(b->nulls, cell);
        if (f->field->type == LJ_COLUMN_NUMBER) {
            f->number[at] = NAN;
            if (!is_missing)
                LJ_TRY(number_cell(f, cell, row, &f->number[at]));
            is_missing = isnan(f->number[at]);
        } else if (f->field->type == LJ_COLUMN_TIME) {
            f->time[at] = 0;
            if (!is_missing)
                LJ_TRY(time_cell(f, cell, row, &f->time[at], &is_missing));
        } else {
            f->code[at] = -1;
            if (!is_missing)
                LJ_TRY(text_cell(f, cell, row, &f->code[at]));
        }
        if (!is_missing)
            lj_bit_set(f->valid, at);
    }
    return LJ_OK;
}

/* Rows of a column that has a type in the source. */
static lj_status append_native(lj_builder *b, filling *f, duckdb_vector vector, idx_t begin, idx_t end, int64_t row)
{
    const uint64_t *validity = duckdb_vector_get_validity(vector);
    const double *numbers = duckdb_vector_get_data(vector);
    const int64_t *times = duckdb_vector_get_data(vector);
    int64_t at = b->count;
    for (idx_t i = begin; i < end; i++, at++, row++) {
        int has = validity == NULL || (validity[i / 64] >> (i % 64) & 1) != 0;
        if (f->from == LJ_FROM_TIME) {
            f->time[at] = has ? times[i] : 0;
        } else {
            has = has && !isnan(numbers[i]);
            f->number[at] = has ? numbers[i] : (double)NAN;
            if (has && isinf(numbers[i]))
                return lj_fail(LJ_EDATA, "row %" PRId64 ", column '%s': expected finite numbers, found an infinite one",
                               row + 1, f->field->name);
        }
        if (has)
            lj_bit_set(f->valid, at);
    }
    return LJ_OK;
}

lj_status lj_builder_append(lj_builder *b, duckdb_data_chunk chunk, idx_t begin, idx_t end, int64_t row)
{
    LJ_TRY(reserve(b, b->count + (int64_t)(end - begin)));
    for (int64_t c = 0; c < b->column_count; c++) {
        filling *f = &b->columns[c];
        duckdb_vector vector = duckdb_data_chunk_get_vector(chunk, (idx_t)c);
        LJ_TRY(f->from == LJ_FROM_TEXT ? append_text(b, f, vector, begin, end, row) :
                                         append_native(b, f, vector, begin, end, row));
    }
    b->count += (int64_t)(end - begin);
    return LJ_OK;
}

lj_status lj_builder_finish(lj_builder *b, lj_frame **out)
{
    *out = NULL;
    lj_frame_set_row_count(b->frame, b->count);
    for (int64_t c = 0; c < b->column_count; c++) {
        filling *f = &b->columns[c];
        lj_column column = {.name = f->field->name, .type = f->field->type, .is_integer = f->field->is_integer};
        if (f->dictionary != NULL) {
            LJ_TRY(lj_dictionary_finish(f->dictionary, f->code, b->count, &column.words));
            column.word_count = lj_dictionary_count(f->dictionary);
        }
        column.number = f->number;
        column.valid = f->valid;
        f->number = NULL;
        f->valid = NULL;
        LJ_TRY(lj_frame_adopt(b->frame, &column));
    }
    *out = b->frame;
    b->frame = NULL;
    return LJ_OK;
}
