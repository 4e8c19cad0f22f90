#include "lianjin/frame.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/spill.h"
#include "data/frame_inside.h"
#include "data/images_inside.h"
#include "lianjin/document.h"
#include "lianjin/limits.h"

struct lj_frame {
    lj_arena *arena;
    int64_t n_rows;
    lj_column *columns;
    int64_t count, capacity;
    lj_pixels pixels;    /* bytes NULL: none */
    lj_decoder *decoder; /* of the pixels; NULL: they are there */
};

enum { NAMES_SHOWN = 12 }; /* of the columns, in a message */

static const char *const type_names[] = {
#define X(code, name) [LJ_COLUMN_##code] = name,
    LJ_COLUMN_TYPE_LIST(X)
#undef X
};

const char *lj_column_type_name(lj_column_type type)
{
    return (unsigned)type < LJ_COLUMN_TYPE_COUNT ? type_names[type] : "unknown";
}

lj_status lj_frame_create(int64_t n_rows, lj_frame **out)
{
    assert(n_rows >= 0 && out != NULL);
    *out = NULL;
    lj_frame *frame = lj_new_array(1, sizeof(*frame));
    if (frame == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for a table");
    frame->n_rows = n_rows;
    const lj_status status = lj_arena_create(&frame->arena);
    if (status != LJ_OK) {
        lj_free(frame);
        return status;
    }
    *out = frame;
    return LJ_OK;
}

static void free_blocks(lj_column *column)
{
    lj_free(column->number); /* the union: values of any type */
    lj_free(column->valid);
    lj_free(column->words);
}

void lj_frame_destroy(lj_frame *frame)
{
    if (frame == NULL)
        return;
    for (int64_t i = 0; i < frame->count; i++)
        free_blocks(&frame->columns[i]);
    lj_free(frame->columns);
    lj_decoder_destroy(frame->decoder);
    lj_pixels_free(&frame->pixels);
    lj_arena_destroy(frame->arena);
    lj_free(frame);
}

int64_t lj_frame_row_count(const lj_frame *frame)
{
    return frame->n_rows;
}

int64_t lj_frame_column_count(const lj_frame *frame)
{
    return frame->count;
}

const lj_column *lj_frame_column(const lj_frame *frame, int64_t index)
{
    assert(index >= 0 && index < frame->count);
    return &frame->columns[index];
}

lj_arena *lj_frame_arena(lj_frame *frame)
{
    return frame->arena;
}

void lj_frame_set_row_count(lj_frame *frame, int64_t n_rows)
{
    assert(frame->count == 0);
    frame->n_rows = n_rows;
}

int64_t lj_frame_find(const lj_frame *frame, const char *name)
{
    for (int64_t i = 0; i < frame->count; i++)
        if (strcmp(frame->columns[i].name, name) == 0)
            return i;
    return -1;
}

static lj_status no_column(const lj_frame *frame, const char *name)
{
    const char **names = lj_new_array(frame->count, sizeof(*names));
    if (names == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for the names of %" PRId64 " columns", frame->count);
    lj_text list = {0};
    for (int64_t i = 0; i < frame->count; i++) {
        names[i] = frame->columns[i].name;
        if (i < NAMES_SHOWN)
            lj_text_printf(&list, "%s%s", i > 0 ? ", " : "", names[i]);
    }
    if (frame->count > NAMES_SHOWN)
        lj_text_puts(&list, ", ...");
    const char *near = lj_nearest(name, names, frame->count);
    lj_status status = lj_text_finish(&list);
    if (status == LJ_OK)
        status = near != NULL ? lj_fail(LJ_ENOTFOUND, "no column '%s'; did you mean '%s'? (columns: %s)", name, near,
                                        list.data) :
                                lj_fail(LJ_ENOTFOUND, "no column '%s' (columns: %s)", name, list.data);
    lj_text_free(&list);
    lj_free(names);
    return status;
}

lj_status lj_frame_need(const lj_frame *frame, const char *name, const lj_column **out)
{
    const int64_t i = lj_frame_find(frame, name);
    if (i < 0)
        return no_column(frame, name);
    *out = &frame->columns[i];
    return LJ_OK;
}

/* Counts what is missing; a bitmap without a clear bit is given back. */
static void settle_valid(lj_column *column, int64_t n)
{
    if (column->valid == NULL)
        return;
    int64_t present = 0;
    for (int64_t byte = 0; byte < n / 8; byte++)
        present += __builtin_popcount(column->valid[byte]);
    for (int64_t row = n / 8 * 8; row < n; row++)
        present += lj_bit(column->valid, row);
    column->missing_count = n - present;
    if (column->missing_count == 0) {
        lj_free(column->valid);
        column->valid = NULL;
    }
}

static lj_status reserve(lj_frame *frame)
{
    if (frame->count >= LJ_COLUMNS_MAX)
        return lj_fail(LJ_EDATA, "a table has at most %d columns", LJ_COLUMNS_MAX);
    if (frame->count < frame->capacity)
        return LJ_OK;
    const int64_t capacity = frame->capacity == 0 ? 32 : frame->capacity * 2;
    lj_column *columns = lj_resize_array(frame->columns, frame->count, capacity, sizeof(*columns));
    if (columns == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for %" PRId64 " columns", capacity);
    frame->columns = columns;
    frame->capacity = capacity;
    return LJ_OK;
}

lj_status lj_frame_adopt(lj_frame *frame, lj_column *column)
{
    lj_status status = LJ_OK;
    if (lj_frame_find(frame, column->name) >= 0)
        status = lj_fail(LJ_EINVAL, "there is a column '%s' already", column->name);
    if (status == LJ_OK)
        status = reserve(frame);
    const char *name = status == LJ_OK ? lj_arena_strdup(frame->arena, column->name) : NULL;
    if (status == LJ_OK && name == NULL)
        status = lj_fail(LJ_ENOMEM, "no memory for the column '%s'", column->name);
    if (status != LJ_OK) {
        free_blocks(column);
        return status;
    }
    column->name = name;
    column->row_count = frame->n_rows;
    settle_valid(column, frame->n_rows);
    frame->columns[frame->count++] = *column;
    return LJ_OK;
}

/* Values and bitmap of a new column, all missing. */
static lj_status new_column(const lj_frame *frame, const char *name, lj_column_type type, lj_column *column)
{
    static const size_t sizes[] = {sizeof(double), sizeof(int32_t), sizeof(int64_t)};
    *column = (lj_column){.name = name, .type = type};
    column->number = lj_new_array(frame->n_rows, sizes[type]);
    column->valid = lj_new_array(lj_bit_bytes(frame->n_rows), 1);
    if (column->number != NULL && column->valid != NULL)
        return LJ_OK;
    free_blocks(column);
    return lj_fail(LJ_ENOMEM, "no memory for the column '%s' of %" PRId64 " rows", name, frame->n_rows);
}

lj_status lj_frame_add_number(lj_frame *frame, const char *name, const double *values)
{
    lj_column column;
    LJ_TRY(new_column(frame, name, LJ_COLUMN_NUMBER, &column));
    column.is_integer = 1;
    for (int64_t row = 0; row < frame->n_rows; row++) {
        const double x = values[row];
        column.number[row] = x;
        if (!isnan(x)) {
            lj_bit_set(column.valid, row);
            column.is_integer &= x == floor(x) && !isinf(x);
        }
    }
    return lj_frame_adopt(frame, &column);
}

lj_status lj_frame_add_float(lj_frame *frame, const char *name, const float *values)
{
    lj_column column;
    LJ_TRY(new_column(frame, name, LJ_COLUMN_NUMBER, &column));
    column.is_float = 1;
    for (int64_t row = 0; row < frame->n_rows; row++) {
        column.number[row] = (double)values[row];
        if (!isnan(values[row]))
            lj_bit_set(column.valid, row);
    }
    return lj_frame_adopt(frame, &column);
}

lj_status lj_frame_add_time(lj_frame *frame, const char *name, const int64_t *values, const uint8_t *valid)
{
    lj_column column;
    LJ_TRY(new_column(frame, name, LJ_COLUMN_TIME, &column));
    for (int64_t row = 0; row < frame->n_rows; row++)
        if (valid == NULL || lj_bit(valid, row)) {
            column.time[row] = values[row];
            lj_bit_set(column.valid, row);
        }
    return lj_frame_adopt(frame, &column);
}

static lj_status fill_text(lj_frame *frame, const char *const *texts, lj_column *column, lj_dictionary *dictionary)
{
    for (int64_t row = 0; row < frame->n_rows; row++) {
        column->code[row] = -1;
        if (texts[row] == NULL)
            continue;
        LJ_TRY(lj_dictionary_add(dictionary, texts[row], strlen(texts[row]), &column->code[row]));
        lj_bit_set(column->valid, row);
    }
    column->word_count = lj_dictionary_count(dictionary);
    return lj_dictionary_finish(dictionary, column->code, frame->n_rows, &column->words);
}

lj_status lj_frame_add_text(lj_frame *frame, const char *name, const char *const *texts)
{
    lj_column column;
    lj_dictionary *dictionary = NULL;
    LJ_TRY(new_column(frame, name, LJ_COLUMN_TEXT, &column));
    lj_status status = lj_dictionary_create(frame->arena, &dictionary);
    if (status == LJ_OK)
        status = fill_text(frame, texts, &column, dictionary);
    lj_dictionary_destroy(dictionary);
    if (status != LJ_OK) {
        free_blocks(&column);
        return status;
    }
    return lj_frame_adopt(frame, &column);
}

void lj_pixels_free(lj_pixels *pixels)
{
    if (pixels->mapped > 0)
        lj_spill_unmap(pixels->bytes, pixels->mapped);
    else
        lj_free(pixels->bytes);
    pixels->bytes = NULL;
}

int64_t lj_pixels_size(const lj_pixels *pixels)
{
    return pixels == NULL ? 0 : pixels->height * pixels->width * pixels->channels;
}

lj_status lj_frame_set_pixels(lj_frame *frame, const lj_pixels *pixels)
{
    assert(frame->pixels.bytes == NULL && pixels->bytes != NULL);
    frame->pixels = *pixels;
    if (pixels->height < 1 || pixels->width < 1 || (pixels->channels != 1 && pixels->channels != 3))
        return lj_fail(LJ_EINVAL, "no image is %" PRId64 " x %" PRId64 " with %" PRId64 " channels", pixels->height,
                       pixels->width, pixels->channels);
    return LJ_OK;
}

const lj_pixels *lj_frame_pixels(const lj_frame *frame)
{
    return frame->pixels.bytes != NULL ? &frame->pixels : NULL;
}

lj_decoder *lj_frame_decoder(const lj_frame *frame)
{
    return frame->decoder;
}

void lj_frame_set_decoder(lj_frame *frame, lj_decoder *decoder)
{
    assert(frame->pixels.bytes != NULL && frame->decoder == NULL);
    frame->decoder = decoder;
}

static lj_status take_pixels(lj_frame *to, const lj_frame *from, const int64_t *rows)
{
    const lj_pixels *source = lj_frame_pixels(from);
    const int64_t size = lj_pixels_size(source);
    if (source == NULL)
        return LJ_OK;
    LJ_TRY(lj_decoder_need(from->decoder, rows, to->n_rows, NULL));
    lj_pixels taken = *source;
    taken.mapped = 0;
    taken.bytes = lj_new_array(to->n_rows * size, 1);
    if (taken.bytes == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for %" PRId64 " images", to->n_rows);
    for (int64_t row = 0; row < to->n_rows; row++)
        memcpy(taken.bytes + row * size, source->bytes + rows[row] * size, (size_t)size);
    return lj_frame_set_pixels(to, &taken);
}

/* The words that the rows use, and codes for them. */
static lj_status take_words(lj_frame *to, const lj_column *source, lj_column *column)
{
    int32_t *place = lj_new_array(source->word_count, sizeof(*place));
    column->words = lj_new_array(source->word_count, sizeof(*column->words));
    if (place == NULL || column->words == NULL) {
        lj_free(place);
        return lj_fail(LJ_ENOMEM, "no memory for %d words", source->word_count);
    }
    for (int64_t row = 0; row < to->n_rows; row++)
        if (column->code[row] >= 0)
            place[column->code[row]] = 1;
    lj_status status = LJ_OK;
    for (int32_t w = 0; w < source->word_count && status == LJ_OK; w++)
        if (place[w] != 0) {
            place[w] = column->word_count;
            const char *word = lj_arena_strdup(to->arena, source->words[w]);
            if (word == NULL)
                status = lj_fail(LJ_ENOMEM, "no memory for the words of '%s'", source->name);
            column->words[column->word_count++] = word;
        }
    for (int64_t row = 0; row < to->n_rows && status == LJ_OK; row++)
        if (column->code[row] >= 0)
            column->code[row] = place[column->code[row]];
    lj_free(place);
    return status;
}

static lj_status take_column(lj_frame *to, const lj_column *source, const int64_t *rows)
{
    lj_column column;
    LJ_TRY(new_column(to, source->name, source->type, &column));
    column.is_integer = source->is_integer;
    column.is_float = source->is_float;
    for (int64_t row = 0; row < to->n_rows; row++) {
        const int64_t from = rows[row];
        if (lj_column_has(source, from))
            lj_bit_set(column.valid, row);
        if (source->type == LJ_COLUMN_TEXT)
            column.code[row] = source->code[from];
        else if (source->type == LJ_COLUMN_NUMBER)
            column.number[row] = source->number[from];
        else
            column.time[row] = source->time[from];
    }
    const lj_status status = source->type == LJ_COLUMN_TEXT ? take_words(to, source, &column) : LJ_OK;
    if (status != LJ_OK) {
        free_blocks(&column);
        return status;
    }
    return lj_frame_adopt(to, &column);
}

lj_status lj_frame_take(const lj_frame *frame, const int64_t *rows, int64_t n, lj_frame **out)
{
    *out = NULL;
    for (int64_t i = 0; i < n; i++)
        assert(rows[i] >= 0 && rows[i] < frame->n_rows);
    lj_frame *taken = NULL;
    LJ_TRY(lj_frame_create(n, &taken));
    lj_status status = LJ_OK;
    for (int64_t c = 0; c < frame->count && status == LJ_OK; c++)
        status = take_column(taken, &frame->columns[c], rows);
    if (status == LJ_OK)
        status = take_pixels(taken, frame, rows);
    if (status != LJ_OK) {
        lj_frame_destroy(taken);
        return status;
    }
    *out = taken;
    return LJ_OK;
}

lj_status lj_frame_add_copy(lj_frame *frame, const lj_frame *from, const char *name)
{
    const lj_column *column = NULL;
    assert(frame->n_rows == from->n_rows);
    LJ_TRY(lj_frame_need(from, name, &column));
    int64_t *rows = lj_new_array(from->n_rows, sizeof(*rows));
    if (rows == NULL)
        return lj_fail(LJ_ENOMEM, "column '%s': no memory for %" PRId64 " rows", name, from->n_rows);
    for (int64_t row = 0; row < from->n_rows; row++)
        rows[row] = row;
    const lj_status status = take_column(frame, column, rows);
    lj_free(rows);
    return status;
}

int lj_column_has(const lj_column *column, int64_t row)
{
    return column->valid == NULL || lj_bit(column->valid, row);
}

const char *lj_column_word(const lj_column *column, int64_t row)
{
    assert(column->type == LJ_COLUMN_TEXT);
    return column->code[row] >= 0 ? column->words[column->code[row]] : NULL;
}
