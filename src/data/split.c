/* Train, valid, test and folds: a function of the seed and of what each row is, not of where it stands. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "data/row_hash.h"
#include "lianjin/data.h"

enum { FOLDS_DEFAULT = 5, CLASSES_MAX = 20 /* values of a number that still are classes */ };
static const double default_share = 0.2;

const char *lj_part_name(lj_part part)
{
    static const char *const names[] = {"train", "valid", "test", "none"};
    return (unsigned)part < LJ_PART_COUNT ? names[part] : "unknown";
}

static double share(double wanted)
{
    return wanted > 0 ? wanted : default_share;
}

static lj_status no_memory(int64_t n)
{
    return lj_fail(LJ_ENOMEM, "split: no memory for %" PRId64 " rows", n);
}

/* Rows ordered by the hash of their key, or of their cells without the target: to free with lj_free. */
static lj_status hash_rows(const lj_frame *frame, const lj_split_options *o, lj_row_hash **out)
{
    *out = NULL;
    const int64_t n = lj_frame_row_count(frame);
    const lj_column *key = NULL;
    if (o->key != NULL)
        LJ_TRY(lj_frame_need(frame, o->key, &key));
    uint64_t *hashes = lj_new_array(n, sizeof(*hashes));
    lj_row_hash *order = lj_new_array(n, sizeof(*order));
    lj_status status = hashes != NULL && order != NULL ? LJ_OK : no_memory(n);
    if (status == LJ_OK)
        status =
            key != NULL ? lj_cell_hashes(key, n, o->seed, hashes) : lj_row_hashes(frame, o->target, o->seed, hashes);
    if (status == LJ_OK)
        status = lj_hashes_tell_apart(hashes, n);
    for (int64_t row = 0; row < n && status == LJ_OK; row++)
        order[row] = (lj_row_hash){hashes[row], row};
    lj_free(hashes);
    if (status != LJ_OK) {
        lj_free(order);
        return status;
    }
    *out = order;
    return LJ_OK;
}

static lj_status split_random(const lj_frame *frame, const lj_split_options *o, uint8_t *parts)
{
    lj_row_hash *order = NULL;
    LJ_TRY(hash_rows(frame, o, &order));
    for (int64_t i = 0; i < lj_frame_row_count(frame); i++) {
        const double u = (double)(order[i].hash >> 11) * 0x1p-53;
        parts[order[i].row] = u < share(o->test)                   ? LJ_PART_TEST :
                              u < share(o->test) + share(o->valid) ? LJ_PART_VALID :
                                                                     LJ_PART_TRAIN;
    }
    lj_free(order);
    return LJ_OK;
}

/* ---- classes ---- */

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Different values, ascending, at most `max`; *count is max + 1 if there are more. */
static lj_status distinct(const lj_column *column, int64_t n, int64_t max, double *values, int64_t *count)
{
    *count = 0;
    for (int64_t row = 0; row < n; row++) {
        if (!lj_column_has(column, row))
            continue;
        const double x = column->number[row];
        if (bsearch(&x, values, (size_t)*count, sizeof(x), by_value) != NULL)
            continue;
        if (*count == max) {
            *count = max + 1;
            return LJ_OK;
        }
        values[(*count)++] = x;
        qsort(values, (size_t)*count, sizeof(x), by_value);
    }
    return LJ_OK;
}

/* Class of each row, 0 .. count-1; missing ones are a class of their own. *count 0: the column has no classes. */
static lj_status find_classes(const lj_frame *frame, const char *name, int32_t *classes, int64_t *count)
{
    const lj_column *column = NULL;
    const int64_t n = lj_frame_row_count(frame);
    double values[CLASSES_MAX + 1];
    *count = 0;
    LJ_TRY(lj_frame_need(frame, name, &column));
    if (column->type == LJ_COLUMN_TEXT) {
        for (int64_t row = 0; row < n; row++)
            classes[row] = column->code[row] < 0 ? column->word_count : column->code[row];
        *count = column->word_count + 1;
        return LJ_OK;
    }
    if (column->type == LJ_COLUMN_TIME)
        return LJ_OK;
    LJ_TRY(distinct(column, n, CLASSES_MAX, values, count));
    if (*count > CLASSES_MAX) {
        *count = 0;
        return LJ_OK;
    }
    for (int64_t row = 0; row < n; row++) {
        const double *found = lj_column_has(column, row) ?
                                  bsearch(&column->number[row], values, (size_t)*count, sizeof(double), by_value) :
                                  NULL;
        classes[row] = found != NULL ? (int32_t)(found - values) : (int32_t)*count;
    }
    *count += 1;
    return LJ_OK;
}

/* Rows of each class, how many were seen, in the order of the hash. */
typedef struct ranking {
    lj_row_hash *order;
    int32_t *classes;
    int64_t class_count;
    int64_t *sizes; /* [class_count] */
    int64_t *seen;  /* [class_count] */
} ranking;

static void ranking_free(ranking *r)
{
    lj_free(r->order);
    lj_free(r->classes);
    lj_free(r->sizes);
    lj_free(r->seen);
}

static lj_status rank_rows(const lj_frame *frame, const lj_split_options *o, int must_have_classes, ranking *r)
{
    *r = (ranking){0};
    const int64_t n = lj_frame_row_count(frame);
    r->classes = lj_new_array(n, sizeof(*r->classes));
    if (r->classes == NULL)
        return no_memory(n);
    if (o->target != NULL)
        LJ_TRY(find_classes(frame, o->target, r->classes, &r->class_count));
    if (r->class_count == 0 && must_have_classes)
        return lj_fail(LJ_EDATA,
                       "split: stratified needs a target with classes, '%s' has more than %d different values",
                       o->target != NULL ? o->target : "(none)", CLASSES_MAX);
    if (r->class_count == 0) {
        memset(r->classes, 0, (size_t)n * sizeof(*r->classes));
        r->class_count = 1;
    }
    r->sizes = lj_new_array(r->class_count, sizeof(*r->sizes));
    r->seen = lj_new_array(r->class_count, sizeof(*r->seen));
    if (r->sizes == NULL || r->seen == NULL)
        return no_memory(r->class_count);
    for (int64_t row = 0; row < n; row++)
        r->sizes[r->classes[row]]++;
    LJ_TRY(hash_rows(frame, o, &r->order));
    lj_row_hash_sort(r->order, n);
    return LJ_OK;
}

static lj_status split_stratified(const lj_frame *frame, const lj_split_options *o, uint8_t *parts)
{
    ranking r;
    const lj_status status = rank_rows(frame, o, 1, &r);
    for (int64_t i = 0; status == LJ_OK && i < lj_frame_row_count(frame); i++) {
        const int64_t row = r.order[i].row;
        const int32_t k = r.classes[row];
        const double size = (double)r.sizes[k];
        const double rank = (double)r.seen[k]++;
        const double test = floor(share(o->test) * size + 0.5);
        const double valid = floor(share(o->valid) * size + 0.5);
        parts[row] = rank < test ? LJ_PART_TEST : rank < test + valid ? LJ_PART_VALID : LJ_PART_TRAIN;
    }
    ranking_free(&r);
    return status;
}

/* ---- groups ---- */

static lj_status need_whole(const lj_frame *frame, const lj_split_options *o, const char *kind, const lj_column **out)
{
    if (o->column == NULL)
        return lj_fail(LJ_ECONFIG, "split: by %s needs a column", kind);
    LJ_TRY(lj_frame_need(frame, o->column, out));
    if ((*out)->missing_count > 0)
        return lj_fail(LJ_EDATA, "split: column '%s' has no value in %" PRId64 " rows", o->column,
                       (*out)->missing_count);
    return LJ_OK;
}

/* Groups in the order of their hashes go to test until it has its share of the rows, then to valid, then to train. */
static lj_status split_group(const lj_frame *frame, const lj_split_options *o, uint8_t *parts)
{
    const lj_column *column = NULL;
    const int64_t n = lj_frame_row_count(frame);
    LJ_TRY(need_whole(frame, o, "group", &column));
    uint64_t *hashes = lj_new_array(n, sizeof(*hashes));
    lj_row_hash *order = lj_new_array(n, sizeof(*order));
    lj_status status = hashes != NULL && order != NULL ? lj_cell_hashes(column, n, o->seed, hashes) : no_memory(n);
    for (int64_t row = 0; row < n && status == LJ_OK; row++)
        order[row] = (lj_row_hash){hashes[row], row};
    if (status == LJ_OK)
        lj_row_hash_sort(order, n);
    const double test = share(o->test) * (double)n;
    const double valid = test + share(o->valid) * (double)n;
    lj_part part = LJ_PART_TEST;
    for (int64_t i = 0; i < n && status == LJ_OK; i++) {
        if (i > 0 && order[i].hash != order[i - 1].hash) { /* a new group: is the part full? */
            if (part == LJ_PART_TEST && (double)i >= test)
                part = LJ_PART_VALID;
            else if (part == LJ_PART_VALID && (double)i >= valid)
                part = LJ_PART_TRAIN;
        }
        parts[order[i].row] = (uint8_t)part;
    }
    lj_free(order);
    lj_free(hashes);
    return status;
}

/* ---- time ---- */

static double instant(const lj_column *column, int64_t row)
{
    return column->type == LJ_COLUMN_TIME ? (double)column->time[row] : column->number[row];
}

static lj_status parse_from(const lj_column *column, const char *key, const char *text, double *out)
{
    int64_t micros = 0;
    lj_status status = LJ_OK;
    if (column->type == LJ_COLUMN_NUMBER)
        status = lj_number_parse(LJ_RULE_PLAIN, NULL, text, out);
    else
        status = lj_time_parse(NULL, text, &micros);
    if (column->type == LJ_COLUMN_TIME)
        *out = (double)micros;
    return status == LJ_OK ? LJ_OK : lj_fail_context(status, "split: %s", key);
}

/* The instant from which the last `part` of the first `n` ascending instants begin. */
static double cut(const double *sorted, int64_t n, double part)
{
    const int64_t begin = n - (int64_t)floor(part + 0.5);
    return sorted[begin < 0 ? 0 : begin >= n ? n - 1 : begin];
}

static lj_status split_time(const lj_frame *frame, const lj_split_options *o, uint8_t *parts)
{
    const lj_column *column = NULL;
    const int64_t n = lj_frame_row_count(frame);
    double test_from = 0;
    double valid_from = 0;
    LJ_TRY(need_whole(frame, o, "time", &column));
    if (column->type == LJ_COLUMN_TEXT)
        return lj_fail(LJ_EDATA, "split: column '%s' is text, expected times or numbers", o->column);
    if (o->test_from != NULL)
        LJ_TRY(parse_from(column, "test_from", o->test_from, &test_from));
    if (o->valid_from != NULL)
        LJ_TRY(parse_from(column, "valid_from", o->valid_from, &valid_from));
    if (o->test_from != NULL && o->valid_from != NULL && valid_from >= test_from)
        return lj_fail(LJ_ECONFIG, "split: valid_from %s is not before test_from %s", o->valid_from, o->test_from);
    double *sorted = lj_new_array(n, sizeof(*sorted));
    if (sorted == NULL)
        return no_memory(n);
    for (int64_t row = 0; row < n; row++)
        sorted[row] = instant(column, row);
    qsort(sorted, (size_t)n, sizeof(*sorted), by_value);
    if (o->test_from == NULL)
        test_from = cut(sorted, n, share(o->test) * (double)n);
    int64_t before = 0;
    while (before < n && sorted[before] < test_from)
        before++;
    if (o->valid_from == NULL && before > 0)
        valid_from = cut(sorted, before, share(o->valid) * (double)n);
    for (int64_t row = 0; row < n; row++) {
        const double t = instant(column, row);
        parts[row] = t >= test_from ? LJ_PART_TEST : t >= valid_from ? LJ_PART_VALID : LJ_PART_TRAIN;
    }
    lj_free(sorted);
    return LJ_OK;
}

/* ---- a column of the data ---- */

static int part_of_word(const char *word)
{
    static const struct {
        const char *word;
        lj_part part;
    } words[] = {{"train", LJ_PART_TRAIN}, {"training", LJ_PART_TRAIN},   {"valid", LJ_PART_VALID},
                 {"val", LJ_PART_VALID},   {"validation", LJ_PART_VALID}, {"dev", LJ_PART_VALID},
                 {"test", LJ_PART_TEST},   {"none", LJ_PART_NONE}};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strcasecmp(words[i].word, word) == 0)
            return (int)words[i].part;
    return -1;
}

static lj_status split_column(const lj_frame *frame, const lj_split_options *o, uint8_t *parts)
{
    const lj_column *column = NULL;
    if (o->column == NULL)
        return lj_fail(LJ_ECONFIG, "split: by column needs a column");
    LJ_TRY(lj_frame_need(frame, o->column, &column));
    if (column->type != LJ_COLUMN_TEXT)
        return lj_fail(LJ_EDATA, "split: column '%s' holds %ss, expected the words train, valid and test", o->column,
                       lj_column_type_name(column->type));
    for (int64_t row = 0; row < lj_frame_row_count(frame); row++) {
        const char *word = lj_column_word(column, row);
        const int part = word != NULL ? part_of_word(word) : (int)LJ_PART_NONE;
        if (part < 0)
            return lj_fail(LJ_EDATA, "split: row %" PRId64 ": column '%s' says '%s', expected train, valid or test",
                           row + 1, o->column, word);
        parts[row] = (uint8_t)part;
    }
    return LJ_OK;
}

/* ---- folds ---- */

static lj_status folds_by_column(const lj_frame *frame, const lj_split_options *o, int64_t folds, int32_t *fold)
{
    const lj_column *column = NULL;
    LJ_TRY(need_whole(frame, o, "folds", &column));
    if (column->type != LJ_COLUMN_NUMBER)
        return lj_fail(LJ_EDATA, "split: column '%s' is %s, expected fold numbers", o->column,
                       lj_column_type_name(column->type));
    for (int64_t row = 0; row < lj_frame_row_count(frame); row++) {
        const double x = column->number[row];
        if (!(x >= 0 && x < (double)folds && x == floor(x)))
            return lj_fail(LJ_EDATA, "split: row %" PRId64 ": fold %g of column '%s' is not among 0 to %" PRId64,
                           row + 1, x, o->column, folds - 1);
        fold[row] = (int32_t)x;
    }
    return LJ_OK;
}

static lj_status check_folds(const int32_t *fold, int64_t n, int64_t folds)
{
    int64_t *sizes = lj_new_array(folds, sizeof(*sizes));
    if (sizes == NULL)
        return no_memory(folds);
    lj_status status = LJ_OK;
    for (int64_t row = 0; row < n; row++)
        sizes[fold[row]]++;
    for (int64_t f = 0; f < folds && status == LJ_OK; f++)
        if (sizes[f] == 0)
            status = lj_fail(LJ_EDATA, "split: fold %" PRId64 " of %" PRId64 " has no rows", f, folds);
    lj_free(sizes);
    return status;
}

lj_status lj_split_folds(const lj_frame *frame, const lj_split_options *o, int32_t *fold)
{
    const int64_t n = lj_frame_row_count(frame);
    const int64_t folds = o->folds > 0 ? o->folds : FOLDS_DEFAULT;
    if (folds < 2 || folds > n)
        return lj_fail(LJ_ECONFIG, "split: expected 2 to %" PRId64 " folds, found %" PRId64, n, folds);
    if (o->column != NULL) {
        LJ_TRY(folds_by_column(frame, o, folds, fold));
        return check_folds(fold, n, folds);
    }
    ranking r;
    const lj_status status = rank_rows(frame, o, 0, &r);
    int64_t begin = 0; /* each class goes on where the last one ended, so that folds differ by one row at most */
    for (int64_t k = 0; status == LJ_OK && k < r.class_count; k++) {
        r.seen[k] = begin;
        begin += r.sizes[k];
    }
    for (int64_t i = 0; status == LJ_OK && i < n; i++)
        fold[r.order[i].row] = (int32_t)(r.seen[r.classes[r.order[i].row]]++ % folds);
    ranking_free(&r);
    return status == LJ_OK ? check_folds(fold, n, folds) : status;
}

static lj_status split_folds(const lj_frame *frame, const lj_split_options *o, uint8_t *parts)
{
    const int64_t n = lj_frame_row_count(frame);
    int32_t *fold = lj_new_array(n, sizeof(*fold));
    if (fold == NULL)
        return no_memory(n);
    const lj_status status = lj_split_folds(frame, o, fold);
    for (int64_t row = 0; row < n; row++)
        parts[row] = fold[row] == 0 ? LJ_PART_TEST : fold[row] == 1 ? LJ_PART_VALID : LJ_PART_TRAIN;
    lj_free(fold);
    return status;
}

static lj_status check_parts(const uint8_t *parts, int64_t n)
{
    int64_t sizes[LJ_PART_COUNT] = {0};
    for (int64_t row = 0; row < n; row++)
        sizes[parts[row]]++;
    for (int part = 0; part < LJ_PART_NONE; part++)
        if (sizes[part] == 0)
            return lj_fail(
                LJ_EDATA,
                "split: no row is in the part '%s' (train %" PRId64 ", valid %" PRId64 ", test %" PRId64 " rows)",
                lj_part_name((lj_part)part), sizes[LJ_PART_TRAIN], sizes[LJ_PART_VALID], sizes[LJ_PART_TEST]);
    return LJ_OK;
}

lj_status lj_split_parts(const lj_frame *frame, const lj_split_options *o, uint8_t *parts)
{
    static lj_status (*const splits[])(const lj_frame *, const lj_split_options *, uint8_t *) = {
        [LJ_SPLIT_RANDOM] = split_random, [LJ_SPLIT_STRATIFIED] = split_stratified, [LJ_SPLIT_GROUP] = split_group,
        [LJ_SPLIT_TIME] = split_time,     [LJ_SPLIT_COLUMN] = split_column,         [LJ_SPLIT_FOLDS] = split_folds};
    if (!(share(o->test) + share(o->valid) < 1))
        return lj_fail(LJ_ECONFIG, "split: test %g and valid %g leave nothing to train", share(o->test),
                       share(o->valid));
    if ((unsigned)o->by >= LJ_SPLIT_COUNT)
        return lj_fail(LJ_EINVAL, "split: there is no kind %d", (int)o->by);
    LJ_TRY(splits[o->by](frame, o, parts));
    return check_parts(parts, lj_frame_row_count(frame));
}
