/*
 * The order of the sums and the choice between equals are jieba's: of two cuts the one whose first word is longer, of
 * two states the later one of begin, end, middle, single.
 */
#include "prep/text/segment.h"

#include <string.h>

/* A place of the double array: child c of a node stands at its base + c. */
typedef struct unit {
    int32_t base;   /* 0: no children */
    uint16_t code;  /* of the character by which it is reached; 0: nothing stands here */
    uint16_t value; /* which logarithm; 0: no word ends here */
} unit;

#define NEVER (-3.14e100) /* the logarithm of 0 */

enum { BEGIN, END, MIDDLE, SINGLE, STATES };

/* What tools/make-segment-table.py writes. */
extern const struct table_file {
    char digest[24];
    int32_t logarithms, codes, units, characters; /* how many of each */
    double parts[];                               /* those of `table` in their order, of other types too */
} lj_segment_table;

typedef struct table {
    const double *logarithm;            /* by value: of the probability of a word; 0: of a single unknown character */
    const double *start;                /* by state of the first character */
    const double (*move)[STATES];       /* from, to */
    const double (*emission)[STATES];   /* by code - 1 */
    const unit *units;
    const uint16_t *code;               /* by character; 0: it is in no word */
    int64_t unit_count, character_count;
} table;

static table read_table(void)
{
    const struct table_file *file = &lj_segment_table;
    table t = {.unit_count = file->units, .character_count = file->characters, .logarithm = file->parts};
    t.start = t.logarithm + file->logarithms;
    t.move = (const double (*)[STATES])(t.start + STATES);
    t.emission = t.move + STATES;
    t.units = (const unit *)(t.emission + file->codes);
    t.code = (const uint16_t *)(t.units + file->units);
    return t;
}

const char *lj_segment_dictionary(void)
{
    return lj_segment_table.digest;
}

void lj_segments_free(lj_segments *segments)
{
    lj_free(segments->ends);
    lj_free(segments->best);
    lj_free(segments->next);
    lj_free(segments->before);
    *segments = (lj_segments){0};
}

static lj_status reserve(lj_segments *s, int64_t capacity)
{
    if (capacity <= s->capacity)
        return LJ_OK;
    lj_segments_free(s);
    s->ends = lj_new_array(capacity, sizeof(*s->ends));
    s->best = lj_new_array(capacity, sizeof(*s->best));
    s->next = lj_new_array(capacity, sizeof(*s->next));
    s->before = lj_new_array(capacity, sizeof(*s->before));
    if (s->ends == NULL || s->best == NULL || s->next == NULL || s->before == NULL) {
        lj_segments_free(s);
        return lj_fail(LJ_ENOMEM, "no memory for the words of a text of %lld characters", (long long)capacity);
    }
    s->capacity = capacity;
    return LJ_OK;
}

int lj_is_han(int32_t character)
{
    return character >= 0x4E00 && character <= 0x9FD5;
}

static int is_digit(int32_t c)
{
    return c >= '0' && c <= '9';
}

static int is_letter_or_digit(int32_t c)
{
    return is_digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* Signs that do not end a run. */
static int is_sign(int32_t c)
{
    return c == '+' || c == '#' || c == '&' || c == '.' || c == '_' || c == '%' || c == '-';
}

static int is_of_run(int32_t c)
{
    return lj_is_han(c) || is_letter_or_digit(c) || is_sign(c);
}

/* The node to which the character leads from `node`, NULL if there is none. */
static const unit *walk(const table *t, const unit *node, int32_t c)
{
    if (c >= t->character_count || t->code[c] == 0 || node->base == 0)
        return NULL;
    const int64_t at = (int64_t)node->base + t->code[c];
    return at < t->unit_count && t->units[at].code == t->code[c] ? &t->units[at] : NULL;
}

static int is_word(const table *t, const int32_t *at, int64_t n)
{
    const unit *node = t->units;
    for (int64_t i = 0; i < n && node != NULL; i++)
        node = walk(t, node, at[i]);
    return node != NULL && node->value != 0;
}

/* best and next of the run [begin, end), from its end to its begin. */
static void find_path(const table *t, const int32_t *at, int64_t begin, int64_t end, double *best, int64_t *next)
{
    best[end] = 0.0;
    for (int64_t i = end - 1; i >= begin; i--) {
        const unit *node = walk(t, t->units, at[i]);
        next[i] = 0;
        for (int64_t stop = i + 1; node != NULL; stop++) {
            const double sum = t->logarithm[node->value] + best[stop];
            if (node->value != 0 && (next[i] == 0 || sum >= best[i])) {
                best[i] = sum;
                next[i] = stop;
            }
            node = stop < end ? walk(t, node, at[stop]) : NULL;
        }
        if (next[i] == 0) {
            best[i] = t->logarithm[0] + best[i + 1];
            next[i] = i + 1;
        }
    }
}

static const double *emission_of(const table *t, int32_t c)
{
    static const double never[STATES] = {NEVER, NEVER, NEVER, NEVER};
    return c < t->character_count && t->code[c] != 0 ? t->emission[t->code[c] - 1] : never;
}

/* Words of Chinese characters [begin, end) by the hidden Markov model. */
static void cut_by_states(const table *t, const int32_t *at, int64_t begin, int64_t end, lj_segments *out)
{
    static const uint8_t from[STATES][2] = {{END, SINGLE}, {BEGIN, MIDDLE}, {BEGIN, MIDDLE}, {END, SINGLE}};
    double score[STATES], now[STATES];
    const double *emission = emission_of(t, at[begin]);
    for (int y = 0; y < STATES; y++)
        score[y] = t->start[y] + emission[y];
    for (int64_t i = begin + 1; i < end; i++) {
        emission = emission_of(t, at[i]);
        for (int y = 0; y < STATES; y++) {
            const uint8_t early = from[y][0], late = from[y][1];
            const double a = score[early] + t->move[early][y] + emission[y];
            const double b = score[late] + t->move[late][y] + emission[y];
            now[y] = b >= a ? b : a;
            out->before[i][y] = b >= a ? late : early;
        }
        memcpy(score, now, sizeof(score));
    }
    /* The path was passed here, so `next` is free: it takes the ends, the last one first. */
    int state = score[SINGLE] >= score[END] ? SINGLE : END;
    int64_t *ends = out->next + begin;
    int64_t words = 0;
    for (int64_t i = end - 1; i >= begin; i--) {
        if (state == SINGLE || state == END)
            ends[words++] = i + 1;
        state = i > begin ? out->before[i][state] : state;
    }
    while (words > 0)
        out->ends[out->count++] = ends[--words];
}

static int64_t end_of_run(const int32_t *at, int64_t begin, int64_t end, int (*is)(int32_t character))
{
    while (begin < end && is(at[begin]))
        begin++;
    return begin;
}

/* A word of letters and digits with decimals and a per cent sign: [a-zA-Z0-9]+(\.[0-9]+)?%? */
static int64_t end_of_number(const int32_t *at, int64_t begin, int64_t end)
{
    int64_t i = end_of_run(at, begin, end, is_letter_or_digit);
    if (i < end && at[i] == '.') {
        const int64_t decimals = end_of_run(at, i + 1, end, is_digit);
        i = decimals > i + 1 ? decimals : i;
    }
    return i < end && at[i] == '%' ? i + 1 : i;
}

/* Characters [begin, end) that the best path left single. */
static void cut_singles(const table *t, const int32_t *at, int64_t begin, int64_t end, lj_segments *out)
{
    const int stay_single = end - begin == 1 || is_word(t, at + begin, end - begin);
    while (begin < end) {
        int64_t stop = begin + 1;
        if (!stay_single && lj_is_han(at[begin])) {
            stop = end_of_run(at, begin, end, lj_is_han);
            cut_by_states(t, at, begin, stop, out);
        } else {
            if (!stay_single)
                stop = is_letter_or_digit(at[begin]) ? end_of_number(at, begin, end) :
                                                       end_of_run(at, begin, end, is_sign);
            out->ends[out->count++] = stop;
        }
        begin = stop;
    }
}

static void cut_run(const table *t, const int32_t *at, int64_t begin, int64_t end, lj_segments *out)
{
    find_path(t, at, begin, end, out->best, out->next);
    int64_t single = begin; /* characters from here to i are words of one */
    for (int64_t i = begin; i < end;) {
        const int64_t stop = out->next[i];
        if (stop > i + 1) {
            cut_singles(t, at, single, i, out);
            out->ends[out->count++] = stop;
            single = stop;
        }
        i = stop;
    }
    cut_singles(t, at, single, end, out);
}

lj_status lj_segment(const lj_characters *text, lj_segments *out)
{
    const table t = read_table();
    const int32_t *at = text->at;
    LJ_TRY(reserve(out, text->count + 1));
    out->count = 0;
    for (int64_t i = 0; i < text->count;) {
        int64_t end = end_of_run(at, i, text->count, is_of_run);
        if (end > i) {
            cut_run(&t, at, i, end, out);
        } else {
            end += at[i] == '\r' && i + 1 < text->count && at[i + 1] == '\n' ? 2 : 1;
            out->ends[out->count++] = end;
        }
        i = end;
    }
    return LJ_OK;
}
