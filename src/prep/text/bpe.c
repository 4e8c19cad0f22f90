/* Tables of a byte pair encoding, and applying it. */
#include "prep/text/bpe.h"

#include <inttypes.h>
#include <string.h>

#include "prep/text/bpe_inside.h"

/* ---- tables ---- */

int lj_bpe_prints(int byte)
{
    return (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 255 && byte != 173);
}

int32_t lj_bpe_of_byte(unsigned char byte)
{
    int32_t before = 0;
    for (int b = 0; b < LJ_BPE_BYTES; b++)
        before += lj_bpe_prints(b) == lj_bpe_prints(byte) ? b < byte : lj_bpe_prints(b);
    return before;
}

static void put_token(lj_bpe *bpe, const char *bytes, int32_t length)
{
    uint64_t slot = lj_bpe_hash(bytes, length) & bpe->mask;
    while (bpe->token_slots[slot] != 0)
        slot = (slot + 1) & bpe->mask;
    bpe->bytes[bpe->size] = bytes;
    bpe->lengths[bpe->size] = length;
    bpe->token_slots[slot] = ++bpe->size;
}

lj_status lj_bpe_start(lj_arena *arena, int64_t merges, lj_bpe *bpe)
{
    uint32_t slots = 2 * LJ_BPE_BYTES;
    while (slots < 2 * (LJ_BPE_BYTES + merges))
        slots *= 2;
    *bpe = (lj_bpe){.mask = slots - 1};
    bpe->bytes = lj_arena_array(arena, LJ_BPE_BYTES + merges, sizeof(*bpe->bytes));
    bpe->lengths = lj_arena_array(arena, LJ_BPE_BYTES + merges, sizeof(*bpe->lengths));
    bpe->merges = lj_arena_array(arena, merges, sizeof(*bpe->merges));
    bpe->token_slots = lj_arena_array(arena, slots, sizeof(*bpe->token_slots));
    bpe->merge_slots = lj_arena_array(arena, slots, sizeof(*bpe->merge_slots));
    char *bytes = lj_arena_array(arena, LJ_BPE_BYTES, 1);
    if (bpe->bytes == NULL || bpe->lengths == NULL || bpe->merges == NULL || bpe->token_slots == NULL ||
        bpe->merge_slots == NULL || bytes == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for %" PRId64 " merges", merges);
    for (int b = 0; b < LJ_BPE_BYTES; b++)
        bytes[lj_bpe_of_byte((unsigned char)b)] = (char)b;
    for (int token = 0; token < LJ_BPE_BYTES; token++)
        put_token(bpe, bytes + token, 1);
    return LJ_OK;
}

int32_t lj_bpe_find(const lj_bpe *bpe, const char *bytes, int64_t size)
{
    for (uint64_t slot = lj_bpe_hash(bytes, size) & bpe->mask; bpe->token_slots[slot] != 0;
         slot = (slot + 1) & bpe->mask) {
        const int32_t token = bpe->token_slots[slot] - 1;
        if (bpe->lengths[token] == size && memcmp(bpe->bytes[token], bytes, (size_t)size) == 0)
            return token;
    }
    return -1;
}

/* The slot of the pair, or the free one where it belongs. */
static int32_t *merge_slot(const lj_bpe *bpe, int32_t left, int32_t right)
{
    uint64_t slot = lj_bpe_hash_pair(left, right) & bpe->mask;
    for (; bpe->merge_slots[slot] != 0; slot = (slot + 1) & bpe->mask) {
        const lj_bpe_merge *merge = &bpe->merges[bpe->merge_slots[slot] - LJ_BPE_BYTES];
        if (merge->left == left && merge->right == right)
            break;
    }
    return &bpe->merge_slots[slot];
}

int32_t lj_bpe_merged(const lj_bpe *bpe, int32_t left, int32_t right)
{
    return *merge_slot(bpe, left, right);
}

int lj_bpe_add(lj_arena *arena, lj_bpe *bpe, int32_t left, int32_t right)
{
    const int32_t length = bpe->lengths[left] + bpe->lengths[right];
    char *bytes = lj_arena_array(arena, length, 1);
    if (bytes == NULL)
        return 0;
    memcpy(bytes, bpe->bytes[left], (size_t)bpe->lengths[left]);
    memcpy(bytes + bpe->lengths[left], bpe->bytes[right], (size_t)bpe->lengths[right]);
    int32_t *slot = merge_slot(bpe, left, right);
    bpe->merges[bpe->size - LJ_BPE_BYTES] = (lj_bpe_merge){left, right};
    *slot = bpe->size;
    put_token(bpe, bytes, length);
    return 1;
}

/* ---- applying ---- */

/* A token of the word at hand, in a list. */
typedef struct lj_bpe_symbol {
    int32_t token;        /* -1: the one before has taken it in */
    int32_t before, next; /* index or -1 */
} lj_bpe_symbol;

/* Where a merge may be done: between a symbol and the one behind it. */
typedef struct lj_bpe_place {
    int32_t token, symbol; /* what it would make */
} lj_bpe_place;

void lj_bpe_tokens_free(lj_bpe_tokens *tokens)
{
    lj_free(tokens->at);
    lj_free(tokens->symbols);
    lj_free(tokens->places);
    *tokens = (lj_bpe_tokens){0};
}

static lj_status reserve(lj_bpe_tokens *t, int64_t size)
{
    if (t->count + size > t->capacity) {
        const int64_t capacity = 2 * (t->count + size);
        int32_t *at = lj_resize_array(t->at, t->count, capacity, sizeof(*at));
        if (at == NULL)
            return lj_fail(LJ_ENOMEM, "no memory for %" PRId64 " tokens", capacity);
        t->at = at;
        t->capacity = capacity;
    }
    if (size > t->symbol_capacity) {
        lj_free(t->symbols);
        lj_free(t->places);
        t->symbols = lj_new_array(2 * size, sizeof(*t->symbols));
        t->places = lj_new_array(6 * size, sizeof(*t->places));
        t->symbol_capacity = t->symbols != NULL && t->places != NULL ? 2 * size : 0;
        if (t->symbol_capacity == 0)
            return lj_fail(LJ_ENOMEM, "no memory for the tokens of a word of %" PRId64 " bytes", size);
    }
    return LJ_OK;
}

static int is_before(lj_bpe_place a, lj_bpe_place b)
{
    return a.token != b.token ? a.token < b.token : a.symbol < b.symbol;
}

/* The heap has the earliest merge first, of equals the leftmost place. */
static void push(lj_bpe_place *heap, int64_t *count, lj_bpe_place place)
{
    int64_t i = (*count)++;
    for (; i > 0 && is_before(place, heap[(i - 1) / 2]); i = (i - 1) / 2)
        heap[i] = heap[(i - 1) / 2];
    heap[i] = place;
}

static lj_bpe_place pop(lj_bpe_place *heap, int64_t *count)
{
    const lj_bpe_place first = heap[0], last = heap[--*count];
    int64_t i = 0;
    for (int64_t child = 1; child < *count; child = 2 * i + 1) {
        child += child + 1 < *count && is_before(heap[child + 1], heap[child]);
        if (!is_before(heap[child], last))
            break;
        heap[i] = heap[child];
        i = child;
    }
    heap[i] = last;
    return first;
}

static void push_pair(const lj_bpe *bpe, lj_bpe_tokens *t, int64_t *count, int32_t symbol)
{
    const int32_t next = symbol >= 0 ? t->symbols[symbol].next : -1;
    if (next < 0)
        return;
    const int32_t token = lj_bpe_merged(bpe, t->symbols[symbol].token, t->symbols[next].token);
    if (token > 0)
        push(t->places, count, (lj_bpe_place){token, symbol});
}

/* The symbol takes in the one behind it. */
static void merge_at(const lj_bpe *bpe, lj_bpe_tokens *t, int64_t *count, lj_bpe_place place)
{
    const lj_bpe_merge *merge = &bpe->merges[place.token - LJ_BPE_BYTES];
    lj_bpe_symbol *left = &t->symbols[place.symbol];
    if (left->token != merge->left || left->next < 0 || t->symbols[left->next].token != merge->right)
        return; /* others were merged here since */
    lj_bpe_symbol *right = &t->symbols[left->next];
    left->token = place.token;
    left->next = right->next;
    right->token = -1;
    if (left->next >= 0)
        t->symbols[left->next].before = place.symbol;
    push_pair(bpe, t, count, left->before);
    push_pair(bpe, t, count, place.symbol);
}

lj_status lj_bpe_apply(const lj_bpe *bpe, const char *word, size_t size, lj_bpe_tokens *out)
{
    if (size > INT32_MAX)
        return lj_fail(LJ_EDATA, "a word of %zu bytes has more than %d", size, INT32_MAX);
    const int32_t n = (int32_t)size;
    LJ_TRY(reserve(out, n));
    for (int32_t i = 0; i < n; i++)
        out->symbols[i] = (lj_bpe_symbol){lj_bpe_find(bpe, word + i, 1), i - 1, i + 1 < n ? i + 1 : -1};
    int64_t places = 0;
    for (int32_t i = 0; i < n; i++)
        push_pair(bpe, out, &places, i);
    while (places > 0)
        merge_at(bpe, out, &places, pop(out->places, &places));
    for (int32_t i = 0; i >= 0 && i < n; i = out->symbols[i].next)
        out->at[out->count++] = out->symbols[i].token;
    return LJ_OK;
}

typedef struct encoding {
    const lj_bpe *bpe;
    lj_bpe_tokens *out;
    lj_status status;
} encoding;

static void encode_word(void *context, const char *word, size_t size)
{
    encoding *e = context;
    if (e->status == LJ_OK)
        e->status = lj_bpe_apply(e->bpe, word, size, e->out);
}

lj_status lj_bpe_encode(const lj_bpe *bpe, const char *text, size_t size, lj_bpe_tokens *out)
{
    encoding context = {bpe, out, LJ_OK};
    lj_bpe_words(text, size, encode_word, &context);
    return context.status;
}

void lj_bpe_decode(const lj_bpe *bpe, const int32_t *tokens, int64_t count, lj_text *out)
{
    for (int64_t i = 0; i < count; i++)
        lj_text_append(out, bpe->bytes[tokens[i]], (size_t)bpe->lengths[tokens[i]]);
}
