/* Analogies: many questions at once are one product of matrices. */
#include <inttypes.h>
#include <string.h>

#include "compute/kernels.h"
#include "words/lists.h"
#include "words/vectors.h"

enum { QUESTIONS = 64, COLUMNS = 1024 }; /* of one task; words of one product */

typedef struct question {
    int32_t word[4]; /* a, b, c, d */
    int32_t section;
    int32_t is_right;
} question;

typedef struct asking {
    const lj_kernels *kernels;
    int64_t words, stride;
    const float *units;
    question *questions;
    int64_t count, capacity;
    float *room; /* [threads, room_size] */
    int64_t room_size;
} asking;

/* The best answers of QUESTIONS questions. */
static lj_status answer(void *context, int64_t index, int thread)
{
    const asking *a = context;
    question *questions = a->questions + index * QUESTIONS;
    const int64_t left = a->count - index * QUESTIONS, n = left < QUESTIONS ? left : QUESTIONS;
    float *asked = a->room + thread * a->room_size, *scores = asked + QUESTIONS * a->stride;
    float best[QUESTIONS];
    int64_t at[QUESTIONS];
    if (lj_interrupted())
        return lj_fail(LJ_EINTERRUPTED, "interrupted while answering analogies");
    memset(asked, 0, (size_t)(n * a->stride) * sizeof(float));
    for (int64_t q = 0; q < n; q++) {
        static const float signs[] = {-1.0F, 1.0F, 1.0F};
        for (int k = 0; k < 3; k++)
            a->kernels->add_scaled(a->stride, a->units + questions[q].word[k] * a->stride, signs[k],
                                   asked + q * a->stride);
        best[q] = 0.0F;
        at[q] = -1;
    }
    for (int64_t first = 0; first < a->words; first += COLUMNS) {
        const int64_t columns = a->words - first < COLUMNS ? a->words - first : COLUMNS;
        const lj_product_args product = {.m = n, .n = columns, .k = a->stride, .a = asked, .a_row = a->stride,
                                         .a_col = 1, .b = a->units + first * a->stride, .b_row = 1, .b_col = a->stride,
                                         .c = scores, .c_row = COLUMNS, .scratch = scores + QUESTIONS * COLUMNS};
        a->kernels->product(&product);
        for (int64_t q = 0; q < n; q++) {
            const int32_t *w = questions[q].word;
            for (int64_t j = 0; j < columns; j++)
                if ((at[q] < 0 || scores[q * COLUMNS + j] > best[q]) && first + j != w[0] && first + j != w[1] &&
                    first + j != w[2]) {
                    best[q] = scores[q * COLUMNS + j];
                    at[q] = first + j;
                }
        }
    }
    for (int64_t q = 0; q < n; q++)
        questions[q].is_right = at[q] == questions[q].word[3];
    return LJ_OK;
}

static lj_status answer_all(asking *a, lj_team *team)
{
    const int64_t scratch = a->kernels->product_scratch(QUESTIONS, COLUMNS, a->stride);
    a->room_size = (QUESTIONS * (a->stride + COLUMNS) + scratch + 15) / 16 * 16; /* each begins at 64 bytes */
    a->room = lj_new_array(lj_team_size(team), (size_t)a->room_size * sizeof(float));
    if (a->room == NULL)
        return lj_fail(LJ_ENOMEM, "no memory to answer analogies");
    return lj_team_try(team, answer, a, (a->count + QUESTIONS - 1) / QUESTIONS);
}

static lj_status add_section(const char *name, lj_word_analogies_result *out)
{
    lj_word_section *sections =
        lj_resize_array(out->sections, out->count, out->count + 1, sizeof(*sections));
    if (sections == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for a section");
    out->sections = sections;
    sections[out->count] = (lj_word_section){.name = lj_arena_strdup(out->arena, name)};
    return sections[out->count++].name != NULL ? LJ_OK : lj_fail(LJ_ENOMEM, "no memory for a section");
}

static lj_status add_question(const lj_word_vectors *v, const char *const *fields, asking *a,
                              lj_word_analogies_result *out)
{
    question q = {.section = (int32_t)out->count - 1};
    out->sections[q.section].questions++;
    for (int k = 0; k < 4; k++) {
        const int64_t word = lj_word_vectors_find_any(v, fields[k]);
        if (word < 0 || word >= a->words)
            return LJ_OK;
        q.word[k] = (int32_t)word;
    }
    out->sections[q.section].known++;
    if (a->count == a->capacity) {
        const int64_t capacity = a->capacity == 0 ? 1024 : 2 * a->capacity;
        question *questions = lj_resize_array(a->questions, a->capacity, capacity, sizeof(*questions));
        if (questions == NULL)
            return lj_fail(LJ_ENOMEM, "no memory for %" PRId64 " questions", capacity);
        a->questions = questions;
        a->capacity = capacity;
    }
    a->questions[a->count++] = q;
    return LJ_OK;
}

static lj_status read_questions(const lj_word_vectors *v, const char *path, asking *a, lj_word_analogies_result *out)
{
    lj_list list;
    const char *fields[LJ_LIST_FIELDS_MAX];
    LJ_TRY(lj_list_open(path, &list));
    lj_status status = LJ_OK;
    for (int64_t n = lj_list_next(&list, fields); n > 0 && status == LJ_OK; n = lj_list_next(&list, fields)) {
        if (fields[0][0] == ':') {
            status = add_section(fields[0][1] != '\0' ? fields[0] + 1 : n > 1 ? fields[1] : "", out);
            continue;
        }
        if (n != 4)
            status = lj_fail(LJ_EDATA, "%s: line %" PRId64 ": expected four words or ': section', found %" PRId64
                             " fields", path, list.line, n);
        else if (out->count == 0)
            status = add_section("", out);
        if (status == LJ_OK)
            status = add_question(v, fields, a, out);
    }
    lj_list_close(&list);
    return status;
}

lj_status lj_word_vectors_rate_analogies(const lj_word_vectors *v, const char *path, int64_t limit, lj_team *team,
                                         lj_console *console, lj_word_analogies_result *out)
{
    const int64_t all = lj_word_vectors_count(v);
    asking a = {.kernels = lj_kernels_get(), .words = limit > 0 && limit < all ? limit : all};
    float *units = NULL;
    *out = (lj_word_analogies_result){0};
    lj_status status = lj_arena_create(&out->arena);
    if (status == LJ_OK)
        status = read_questions(v, path, &a, out);
    if (status == LJ_OK)
        status = lj_word_vectors_units(v, a.words, &a.stride, &units);
    a.units = units;
    lj_progress_begin(console, "analogies", a.count);
    if (status == LJ_OK)
        status = answer_all(&a, team);
    lj_progress_update(console, a.count, NULL);
    lj_progress_end(console);
    for (int64_t i = 0; status == LJ_OK && i < a.count; i++)
        out->sections[a.questions[i].section].right += a.questions[i].is_right;
    out->all.name = "all";
    for (int64_t s = 0; s < out->count; s++) {
        out->all.questions += out->sections[s].questions;
        out->all.known += out->sections[s].known;
        out->all.right += out->sections[s].right;
    }
    if (status != LJ_OK)
        lj_word_analogies_result_free(out);
    lj_free(a.room);
    lj_free(a.questions);
    lj_free(units);
    return status;
}

void lj_word_analogies_result_free(lj_word_analogies_result *result)
{
    lj_free(result->sections);
    lj_arena_destroy(result->arena);
    *result = (lj_word_analogies_result){0};
}
