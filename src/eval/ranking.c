#include "eval/ranking.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "lianjin/memory.h"

#define DIGIT_BITS 11
#define DIGITS (1 << DIGIT_BITS)

/* An unsigned number that sorts as the float does; +0 and -0 are one. */
static uint32_t key_of(float value)
{
    const float plain = value + 0.0F;
    uint32_t bits;
    memcpy(&bits, &plain, sizeof(bits));
    return (bits & 0x80000000U) != 0 ? ~bits : bits | 0x80000000U;
}

static float value_of(uint32_t key)
{
    const uint32_t bits = (key & 0x80000000U) != 0 ? key & 0x7FFFFFFFU : ~key;
    float value;
    memcpy(&value, &bits, sizeof(value));
    return value;
}

/* One stable pass by the digit at `shift`; pairs are (key << 32 | row). */
static void sort_digit(const uint64_t *from, uint64_t *to, int64_t n, int shift)
{
    int64_t starts[DIGITS] = {0};
    for (int64_t i = 0; i < n; i++)
        starts[(from[i] >> shift) & (DIGITS - 1)]++;
    int64_t sum = 0;
    for (int d = 0; d < DIGITS; d++) {
        const int64_t count = starts[d];
        starts[d] = sum;
        sum += count;
    }
    for (int64_t i = 0; i < n; i++)
        to[starts[(from[i] >> shift) & (DIGITS - 1)]++] = from[i];
}

/* Sorts pairs [n] ascending by key; room [n] is scratch. The result is in `room`. */
static void sort_pairs(uint64_t *pairs, uint64_t *room, int64_t n)
{
    sort_digit(pairs, room, n, 32);
    sort_digit(room, pairs, n, 32 + DIGIT_BITS);
    sort_digit(pairs, room, n, 32 + 2 * DIGIT_BITS);
}

static lj_status new_pairs(int64_t n, uint64_t **pairs, uint64_t **room)
{
    if (n > (int64_t)UINT32_MAX)
        return lj_fail(LJ_EINVAL, "evaluation: expected at most %" PRIu32 " scores, found %" PRId64, UINT32_MAX, n);
    *pairs = lj_new_array(n, sizeof(**pairs));
    *room = lj_new_array(n, sizeof(**room));
    if (*pairs == NULL || *room == NULL)
        return lj_fail(LJ_ENOMEM, "evaluation: no memory to sort %" PRId64 " scores", n);
    return LJ_OK;
}

/* Is row `i` of the sorted list positive, and what does it weigh? */
typedef struct row_reader {
    const double *target, *weight;
    double class_of_interest;
    int64_t classes; /* > 0: rows are (row, class) pairs of the micro average */
} row_reader;

static void read_row(const row_reader *reader, int64_t index, int *is_positive, double *weight)
{
    int64_t row = index;
    double of_interest = reader->class_of_interest;
    if (reader->classes > 0) {
        row = index / reader->classes;
        of_interest = (double)(index % reader->classes);
    }
    *is_positive = reader->target[row] == of_interest;
    *weight = reader->weight == NULL ? 1.0 : reader->weight[row];
}

/* `sorted` is ascending by score; ties come out descending, rows within a tie in row order. */
static lj_status join_ties(const uint64_t *sorted, int64_t n, const row_reader *reader, lj_ranking *out)
{
    int64_t distinct = n > 0;
    for (int64_t i = 1; i < n; i++)
        distinct += sorted[i] >> 32 != sorted[i - 1] >> 32;
    out->ties = lj_new_array(distinct, sizeof(*out->ties));
    if (out->ties == NULL)
        return lj_fail(LJ_ENOMEM, "evaluation: no memory for %" PRId64 " distinct scores", distinct);
    out->count = distinct;
    int64_t tie = distinct;
    for (int64_t i = 0; i < n; i++) {
        if (i == 0 || sorted[i] >> 32 != sorted[i - 1] >> 32)
            out->ties[--tie].score = value_of((uint32_t)(sorted[i] >> 32));
        int is_positive;
        double weight;
        read_row(reader, (int64_t)(sorted[i] & UINT32_MAX), &is_positive, &weight);
        if (is_positive)
            out->ties[tie].positive += weight;
        else
            out->ties[tie].negative += weight;
    }
    return LJ_OK;
}

/* Totals run in row order, whatever the scores are. */
static void add_totals(int64_t n, const row_reader *reader, lj_ranking *out)
{
    for (int64_t i = 0; i < n; i++) {
        int is_positive;
        double weight;
        read_row(reader, i, &is_positive, &weight);
        *(is_positive ? &out->positive : &out->negative) += weight;
        *(is_positive ? &out->positive_squares : &out->negative_squares) += weight * weight;
    }
}

static lj_status make(const float *score, int64_t step, int64_t n, const row_reader *reader, lj_ranking *out)
{
    memset(out, 0, sizeof(*out));
    lj_status status;
    uint64_t *pairs = NULL;
    uint64_t *room = NULL;
    LJ_TRY_DONE(new_pairs(n, &pairs, &room));
    for (int64_t i = 0; i < n; i++)
        pairs[i] = (uint64_t)key_of(score[i * step]) << 32 | (uint64_t)i;
    sort_pairs(pairs, room, n);
    LJ_TRY_DONE(join_ties(room, n, reader, out));
    add_totals(n, reader, out);
done:
    lj_free(pairs);
    lj_free(room);
    return status;
}

lj_status lj_ranking_make(const lj_ranked *what, lj_ranking *out)
{
    const row_reader reader = {
        .target = what->target, .weight = what->weight, .class_of_interest = what->class_of_interest};
    return make(what->score, what->step, what->n, &reader, out);
}

lj_status lj_ranking_make_micro(const float *score, const double *target, const double *weight, int64_t n,
                                int64_t classes, lj_ranking *out)
{
    assert(classes > 0);
    const row_reader reader = {.target = target, .weight = weight, .classes = classes};
    return make(score, 1, n * classes, &reader, out);
}

void lj_ranking_clear(lj_ranking *ranking)
{
    lj_free(ranking->ties);
    memset(ranking, 0, sizeof(*ranking));
}

double lj_ranking_positive_rows(const lj_ranking *ranking)
{
    return ranking->positive_squares > 0 ? ranking->positive * ranking->positive / ranking->positive_squares : 0;
}

double lj_ranking_negative_rows(const lj_ranking *ranking)
{
    return ranking->negative_squares > 0 ? ranking->negative * ranking->negative / ranking->negative_squares : 0;
}

lj_status lj_sorted_floats(const float *values, int64_t n, float **out)
{
    *out = NULL;
    lj_status status;
    uint64_t *pairs = NULL;
    uint64_t *room = NULL;
    LJ_TRY_DONE(new_pairs(n, &pairs, &room));
    float *sorted = lj_new_array(n, sizeof(*sorted));
    if (sorted == NULL) {
        status = lj_fail(LJ_ENOMEM, "evaluation: no memory to sort %" PRId64 " scores", n);
        goto done;
    }
    for (int64_t i = 0; i < n; i++)
        pairs[i] = (uint64_t)key_of(values[i]) << 32 | (uint64_t)i;
    sort_pairs(pairs, room, n);
    for (int64_t i = 0; i < n; i++)
        sorted[i] = value_of((uint32_t)(room[i] >> 32));
    *out = sorted;
done:
    lj_free(pairs);
    lj_free(room);
    return status;
}
