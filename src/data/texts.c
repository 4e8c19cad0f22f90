/* Texts as codes that grow at their end. */
#include "lianjin/texts.h"

#include <inttypes.h>
#include <string.h>

#include "lianjin/memory.h"

#define FIRST_TEXTS 64
#define FIRST_CODES 4096

void lj_texts_free(lj_texts *texts)
{
    lj_free(texts->begin);
    lj_free(texts->code);
    *texts = (lj_texts){0};
}

void lj_texts_clear(lj_texts *texts)
{
    texts->n = 0;
}

static lj_status no_memory(int64_t count)
{
    return lj_fail(LJ_ENOMEM, "no memory for %" PRId64 " tokens of texts", count);
}

/* Room for one text more and `count` codes in all. */
static lj_status make_room(lj_texts *texts, int64_t count)
{
    if (texts->n + 2 > texts->text_capacity) {
        const int64_t capacity = texts->text_capacity > 0 ? 2 * texts->text_capacity : FIRST_TEXTS;
        int64_t *begin = lj_resize_array(texts->begin, texts->text_capacity, capacity, sizeof(*begin));
        if (begin == NULL)
            return no_memory(count);
        texts->begin = begin;
        texts->text_capacity = capacity;
    }
    if (count > texts->code_capacity) {
        int64_t capacity = texts->code_capacity > 0 ? 2 * texts->code_capacity : FIRST_CODES;
        capacity = capacity < count ? count : capacity;
        int32_t *code = lj_resize_array(texts->code, texts->code_capacity, capacity, sizeof(*code));
        if (code == NULL)
            return no_memory(count);
        texts->code = code;
        texts->code_capacity = capacity;
    }
    return LJ_OK;
}

lj_status lj_texts_add(lj_texts *texts, const int32_t *codes, int64_t count)
{
    const int64_t at = texts->n > 0 ? texts->begin[texts->n] : 0;
    LJ_TRY(make_room(texts, at + count + 2));
    texts->begin[texts->n] = at;
    texts->code[at] = 0;
    if (count > 0)
        memcpy(texts->code + at + 1, codes, (size_t)count * sizeof(*codes));
    texts->begin[++texts->n] = at + 1 + count;
    texts->code[at + 1 + count] = 0;
    return LJ_OK;
}

lj_status lj_texts_take(const lj_texts *from, const int64_t *rows, int64_t n, lj_texts *out)
{
    for (int64_t i = 0; i < n; i++) {
        const int64_t begin = from->begin[rows[i]], end = from->begin[rows[i] + 1];
        LJ_TRY(lj_texts_add(out, from->code + begin + 1, end - begin - 1));
    }
    return LJ_OK;
}
