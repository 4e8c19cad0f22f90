#include "words/pair_runs.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/spill.h"
#include "base/system.h"
#include "lianjin/memory.h"

enum { DIGIT_BITS = 11, DIGITS = 1 << DIGIT_BITS, FIRST = 1 << 16, READ_AHEAD = 4096 };

/* A sorted part of the temporary file. */
typedef struct run {
    int64_t at, end;    /* entries of the file that were not read yet */
    lj_keyed *ahead;    /* [READ_AHEAD] */
    int64_t next, have; /* of `ahead` */
} run;

struct lj_pair_runs {
    lj_keyed *entries;
    int64_t count, capacity, limit;
    int passes; /* of the sort */
    FILE *file; /* NULL while all is in memory */
    run *runs;
    int64_t n_runs;
};

lj_status lj_pair_runs_create(uint64_t keys, int64_t limit, lj_pair_runs **out)
{
    lj_pair_runs *r = lj_new_array(1, sizeof(*r));
    *out = r;
    if (r == NULL)
        return lj_fail(LJ_ENOMEM, "no memory to count pairs");
    r->limit = limit;
    r->passes = 1;
    for (uint64_t rest = (keys - 1) >> DIGIT_BITS; rest > 0; rest >>= DIGIT_BITS)
        r->passes++;
    return LJ_OK;
}

void lj_pair_runs_destroy(lj_pair_runs *r)
{
    if (r == NULL)
        return;
    for (int64_t i = 0; i < r->n_runs; i++)
        lj_free(r->runs[i].ahead);
    if (r->file != NULL)
        (void)fclose(r->file);
    lj_free(r->runs);
    lj_free(r->entries);
    lj_free(r);
}

/* Radix sort from the lowest digit, then equal keys become one. */
static lj_status compact(lj_pair_runs *r)
{
    lj_keyed *room = lj_new_array(r->count, sizeof(*room));
    if (room == NULL)
        return lj_fail(LJ_ENOMEM, "no memory to sort %" PRId64 " pairs", r->count);
    lj_keyed *from = r->entries, *to = room;
    for (int pass = 0; pass < r->passes; pass++) {
        int64_t place[DIGITS] = {0}, sum = 0;
        const int shift = pass * DIGIT_BITS;
        for (int64_t i = 0; i < r->count; i++)
            place[(from[i].key >> shift) % DIGITS]++;
        for (int d = 0; d < DIGITS; d++) {
            const int64_t n = place[d];
            place[d] = sum;
            sum += n;
        }
        for (int64_t i = 0; i < r->count; i++)
            to[place[(from[i].key >> shift) % DIGITS]++] = from[i];
        lj_keyed *const swap = from;
        from = to;
        to = swap;
    }
    int64_t n = 0;
    for (int64_t i = 0; i < r->count; i++) {
        if (n > 0 && r->entries[n - 1].key == from[i].key)
            r->entries[n - 1].sum += from[i].sum;
        else
            r->entries[n++] = from[i];
    }
    r->count = n;
    lj_free(room);
    return LJ_OK;
}

static lj_status open_file(lj_pair_runs *r)
{
    int descriptor = -1;
    LJ_TRY(lj_spill_open("/tmp", "cannot make a temporary file for counts (TMPDIR says where)", &descriptor));
    r->file = fdopen(descriptor, "w+b");
    if (r->file == NULL) {
        close(descriptor);
        return lj_fail(LJ_ENOMEM, "no memory for a temporary file");
    }
    return LJ_OK;
}

/* Writes what is in memory behind the other runs. */
static lj_status spill(lj_pair_runs *r)
{
    if (r->file == NULL)
        LJ_TRY(open_file(r));
    run *runs = lj_resize_array(r->runs, r->n_runs, r->n_runs + 1, sizeof(*runs));
    if (runs == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for %" PRId64 " runs of pairs", r->n_runs + 1);
    r->runs = runs;
    const int64_t at = r->n_runs > 0 ? runs[r->n_runs - 1].end : 0;
    runs[r->n_runs++] = (run){.at = at, .end = at + r->count};
    errno = 0;
    if (fwrite(r->entries, sizeof(*r->entries), (size_t)r->count, r->file) != (size_t)r->count)
        return lj_system_fail(errno != 0 ? errno : EIO, "cannot write", "the temporary file for counts");
    r->count = 0;
    return LJ_OK;
}

static lj_status make_room(lj_pair_runs *r)
{
    if (r->capacity < r->limit) {
        int64_t capacity = r->capacity == 0 ? FIRST : 2 * r->capacity;
        capacity = capacity < r->limit ? capacity : r->limit;
        lj_keyed *entries = lj_resize_array(r->entries, r->capacity, capacity, sizeof(*entries));
        if (entries == NULL)
            return lj_fail(LJ_ENOMEM, "no memory for %" PRId64 " pairs", capacity);
        r->entries = entries;
        r->capacity = capacity;
        return LJ_OK;
    }
    LJ_TRY(compact(r));
    return r->count > r->capacity / 2 ? spill(r) : LJ_OK;
}

lj_status lj_pair_runs_add(lj_pair_runs *r, uint64_t key, uint32_t weight)
{
    if (r->count == r->capacity)
        LJ_TRY(make_room(r));
    r->entries[r->count++] = (lj_keyed){key, weight};
    return LJ_OK;
}

/* ---- merging ---- */

static lj_status refill(lj_pair_runs *r, run *one)
{
    const int64_t left = one->end - one->at;
    one->next = 0;
    one->have = left < READ_AHEAD ? left : READ_AHEAD;
    if (one->have == 0)
        return LJ_OK;
    if (fseeko(r->file, (off_t)one->at * (off_t)sizeof(lj_keyed), SEEK_SET) != 0 ||
        fread(one->ahead, sizeof(lj_keyed), (size_t)one->have, r->file) != (size_t)one->have)
        return lj_system_fail(errno != 0 ? errno : EIO, "cannot read", "the temporary file for counts");
    one->at += one->have;
    return LJ_OK;
}

/* The run whose next key is the lowest, NULL at the end. */
static run *lowest(lj_pair_runs *r)
{
    run *best = NULL;
    for (int64_t i = 0; i < r->n_runs; i++) {
        run *one = &r->runs[i];
        if (one->next < one->have && (best == NULL || one->ahead[one->next].key < best->ahead[best->next].key))
            best = one;
    }
    return best;
}

static lj_status append(lj_keyed **sums, int64_t *count, int64_t *capacity, lj_keyed one)
{
    if (*count > 0 && (*sums)[*count - 1].key == one.key) {
        (*sums)[*count - 1].sum += one.sum;
        return LJ_OK;
    }
    if (*count == *capacity) {
        const int64_t larger = *capacity == 0 ? FIRST : *capacity + *capacity / 2;
        lj_keyed *grown = lj_resize_array(*sums, *capacity, larger, sizeof(**sums));
        if (grown == NULL)
            return lj_fail(LJ_ENOMEM, "no memory for %" PRId64 " different pairs; raise the minimum count", larger);
        *sums = grown;
        *capacity = larger;
    }
    (*sums)[(*count)++] = one;
    return LJ_OK;
}

static lj_status merge(lj_pair_runs *r, lj_keyed **sums, int64_t *count)
{
    int64_t capacity = 0;
    for (int64_t i = 0; i < r->n_runs; i++) {
        r->runs[i].ahead = lj_new_array(READ_AHEAD, sizeof(lj_keyed));
        if (r->runs[i].ahead == NULL)
            return lj_fail(LJ_ENOMEM, "no memory to merge %" PRId64 " runs of pairs", r->n_runs);
        LJ_TRY(refill(r, &r->runs[i]));
    }
    for (run *one = lowest(r); one != NULL; one = lowest(r)) {
        LJ_TRY(append(sums, count, &capacity, one->ahead[one->next]));
        if (++one->next == one->have)
            LJ_TRY(refill(r, one));
    }
    return LJ_OK;
}

lj_status lj_pair_runs_finish(lj_pair_runs *r, lj_keyed **sums, int64_t *count)
{
    *sums = NULL;
    *count = 0;
    LJ_TRY(compact(r));
    if (r->n_runs == 0) {
        *sums = r->entries;
        *count = r->count;
        r->entries = NULL;
        return LJ_OK;
    }
    LJ_TRY(spill(r));
    lj_free(r->entries);
    r->entries = NULL;
    const lj_status status = merge(r, sums, count);
    if (status != LJ_OK) {
        lj_free(*sums);
        *sums = NULL;
    }
    return status;
}
