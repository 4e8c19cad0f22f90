/*
 * Fitting a byte pair encoding. How often each pair is seen is kept as words change; a heap has the pair that is seen
 * most often first. Its entries may be out of date: then the right number takes the entry's place.
 */
#include <inttypes.h>
#include <string.h>

#include "prep/text/bpe.h"
#include "prep/text/bpe_inside.h"

/* A word that has the pair, in a list. */
typedef struct holder {
    int32_t word, next; /* index + 1; 0: the last one */
} holder;

typedef struct pair {
    int32_t left, right;
    int32_t holders; /* index + 1 of the first */
    int64_t seen;
} pair;

typedef struct candidate {
    int64_t seen;
    int32_t left, right;
    int32_t pair; /* index */
} candidate;

typedef struct fitting {
    const lj_bpe_counts *counts;
    int32_t *symbols;       /* of all words; those of a word stand where its bytes stood */
    int32_t *sizes;         /* [words] symbols of a word */
    pair *pairs;
    int64_t pair_count, pair_capacity;
    int32_t *slots;         /* [mask + 1] index of a pair + 1, open addressing */
    uint64_t mask;
    holder *holders;
    int64_t holder_count, holder_capacity;
    candidate *heap;
    int64_t heap_count, heap_capacity;
    int failed;
} fitting;

/* Room for one more in *array; 0: there is none. */
static int make_room(void *array, int64_t count, int64_t *capacity, size_t size)
{
    void *old = NULL;
    memcpy(&old, array, sizeof(old));
    if (count < *capacity)
        return 1;
    if (*capacity > INT32_MAX / 4)
        return 0;
    const int64_t wanted = *capacity > 0 ? 2 * *capacity : 4096;
    void *grown = lj_resize_array(old, count, wanted, size);
    if (grown == NULL)
        return 0;
    memcpy(array, &grown, sizeof(grown));
    *capacity = wanted;
    return 1;
}

/* ---- pairs ---- */

static int index_pairs(fitting *f)
{
    const uint64_t size = 2 * (uint64_t)f->pair_capacity;
    int32_t *slots = lj_new_array((int64_t)size, sizeof(*slots));
    if (slots == NULL)
        return 0;
    lj_free(f->slots);
    f->slots = slots;
    f->mask = size - 1;
    for (int64_t i = 0; i < f->pair_count; i++) {
        uint64_t slot = lj_bpe_hash_pair(f->pairs[i].left, f->pairs[i].right) & f->mask;
        while (slots[slot] != 0)
            slot = (slot + 1) & f->mask;
        slots[slot] = (int32_t)(i + 1);
    }
    return 1;
}

/* Index of the pair, which is made if there is none; -1: no memory. */
static int64_t pair_of(fitting *f, int32_t left, int32_t right)
{
    const int64_t capacity = f->pair_capacity;
    if (!make_room(&f->pairs, f->pair_count, &f->pair_capacity, sizeof(*f->pairs)) ||
        (f->pair_capacity > capacity && !index_pairs(f))) {
        f->failed = 1;
        return -1;
    }
    uint64_t slot = lj_bpe_hash_pair(left, right) & f->mask;
    for (; f->slots[slot] != 0; slot = (slot + 1) & f->mask) {
        const pair *p = &f->pairs[f->slots[slot] - 1];
        if (p->left == left && p->right == right)
            return f->slots[slot] - 1;
    }
    f->pairs[f->pair_count++] = (pair){.left = left, .right = right};
    f->slots[slot] = (int32_t)f->pair_count;
    return f->pair_count - 1;
}

/* ---- heap ---- */

static int is_before(const candidate *a, const candidate *b)
{
    if (a->seen != b->seen)
        return a->seen > b->seen;
    return a->left != b->left ? a->left < b->left : a->right < b->right;
}

static void sift_down(candidate *heap, int64_t count, candidate last)
{
    int64_t i = 0;
    for (int64_t child = 1; child < count; child = 2 * i + 1) {
        child += child + 1 < count && is_before(&heap[child + 1], &heap[child]);
        if (!is_before(&heap[child], &last))
            break;
        heap[i] = heap[child];
        i = child;
    }
    heap[i] = last;
}

static void push(fitting *f, int64_t index)
{
    const pair *p = &f->pairs[index];
    const candidate new = {p->seen, p->left, p->right, (int32_t)index};
    if (!make_room(&f->heap, f->heap_count, &f->heap_capacity, sizeof(*f->heap))) {
        f->failed = 1;
        return;
    }
    int64_t i = f->heap_count++;
    for (; i > 0 && is_before(&new, &f->heap[(i - 1) / 2]); i = (i - 1) / 2)
        f->heap[i] = f->heap[(i - 1) / 2];
    f->heap[i] = new;
}

/* Index of the pair to merge next, -1: none is seen `least` times. */
static int64_t pop(fitting *f, int64_t least)
{
    while (f->heap_count > 0) {
        candidate first = f->heap[0];
        const int64_t seen = f->pairs[first.pair].seen;
        if (first.seen == seen && seen >= least) {
            sift_down(f->heap, f->heap_count - 1, f->heap[f->heap_count - 1]);
            f->heap_count--;
            return first.pair;
        }
        if (first.seen > seen && seen >= least) {
            first.seen = seen;
            sift_down(f->heap, f->heap_count, first);
        } else { /* too rare by now */
            f->heap_count--;
            sift_down(f->heap, f->heap_count, f->heap[f->heap_count]);
        }
    }
    return -1;
}

/* ---- words ---- */

/* The pair is seen `by` times more, in the word. */
static void see(fitting *f, int32_t left, int32_t right, int64_t by, int32_t word)
{
    const int64_t index = f->failed ? -1 : pair_of(f, left, right);
    if (index < 0)
        return;
    pair *p = &f->pairs[index];
    p->seen += by;
    if (by <= 0 || (p->holders > 0 && f->holders[p->holders - 1].word == word))
        return;
    if (!make_room(&f->holders, f->holder_count, &f->holder_capacity, sizeof(*f->holders))) {
        f->failed = 1;
        return;
    }
    f->holders[f->holder_count++] = (holder){word, p->holders};
    p->holders = (int32_t)f->holder_count;
}

static void read_words(fitting *f)
{
    const lj_bpe_counts *c = f->counts;
    int32_t of_byte[LJ_BPE_BYTES];
    for (int b = 0; b < LJ_BPE_BYTES; b++)
        of_byte[b] = lj_bpe_of_byte((unsigned char)b);
    for (size_t i = 0; i < c->bytes.size; i++)
        f->symbols[i] = of_byte[(unsigned char)c->bytes.data[i]];
    for (int32_t w = 0; w < c->count && !f->failed; w++) {
        const int32_t *at = f->symbols + c->words[w].at;
        f->sizes[w] = (int32_t)c->words[w].size;
        for (int32_t i = 1; i < f->sizes[w]; i++)
            see(f, at[i - 1], at[i], c->words[w].count, w);
    }
    for (int64_t i = 0; i < f->pair_count && !f->failed; i++)
        push(f, i);
}

/* Every pair (left, right) of the word becomes the token, from the left on. */
static void merge_in(fitting *f, int32_t word, int32_t left, int32_t right, int32_t token)
{
    int32_t *at = f->symbols + f->counts->words[word].at;
    const int64_t count = f->counts->words[word].count;
    const int32_t n = f->sizes[word];
    int32_t to = 0;
    for (int32_t i = 0; i < n; to++) {
        if (i + 1 == n || at[i] != left || at[i + 1] != right) {
            at[to] = at[i++];
            continue;
        }
        see(f, left, right, -count, word);
        if (to > 0) {
            see(f, at[to - 1], left, -count, word);
            see(f, at[to - 1], token, count, word);
        }
        if (i + 2 < n) {
            see(f, right, at[i + 2], -count, word);
            see(f, token, at[i + 2], count, word);
        }
        at[to] = token;
        i += 2;
    }
    f->sizes[word] = to;
}

/* Only pairs with the new token become more, and no pair had that one before. */
static void merge_all(fitting *f, int64_t index, int32_t token)
{
    const int64_t first_new = f->pair_count;
    int32_t at = f->pairs[index].holders;
    for (; at > 0 && !f->failed; at = f->holders[at - 1].next)
        merge_in(f, f->holders[at - 1].word, f->pairs[index].left, f->pairs[index].right, token);
    for (int64_t i = first_new; i < f->pair_count && !f->failed; i++)
        push(f, i);
}

static void free_all(fitting *f)
{
    lj_free(f->symbols);
    lj_free(f->sizes);
    lj_free(f->pairs);
    lj_free(f->slots);
    lj_free(f->holders);
    lj_free(f->heap);
}

lj_status lj_bpe_fit(const lj_bpe_counts *counts, int32_t size, int64_t min_count, lj_arena *arena, lj_bpe *out)
{
    fitting f = {.counts = counts, .failed = counts->failed};
    LJ_TRY(lj_bpe_start(arena, size > LJ_BPE_BYTES ? size - LJ_BPE_BYTES : 0, out));
    f.symbols = lj_new_array((int64_t)counts->bytes.size, sizeof(*f.symbols));
    f.sizes = lj_new_array(counts->count, sizeof(*f.sizes));
    f.failed |= f.symbols == NULL || f.sizes == NULL;
    if (!f.failed)
        read_words(&f);
    for (int64_t index = 0; !f.failed && out->size < size;) {
        index = pop(&f, min_count);
        if (index < 0)
            break;
        f.failed = !lj_bpe_add(arena, out, f.pairs[index].left, f.pairs[index].right);
        if (!f.failed)
            merge_all(&f, index, out->size - 1);
    }
    const int failed = f.failed;
    free_all(&f);
    return failed ? lj_fail(LJ_ENOMEM, "no memory for the pairs of %d words", counts->count) : LJ_OK;
}
