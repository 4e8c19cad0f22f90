/* A growing text. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "lianjin/memory.h"

/* Room for `more` bytes and the NUL; 0 when there is none. */
static int reserve(lj_text *text, size_t more)
{
    if (text->failed)
        return 0;
    if (text->data != NULL && text->capacity - text->size > more)
        return 1;
    size_t capacity = text->capacity < 128 ? 128 : text->capacity * 2;
    if (more > (size_t)PTRDIFF_MAX / 4 || capacity > (size_t)PTRDIFF_MAX / 4) {
        text->failed = 1;
        return 0;
    }
    if (capacity < text->size + more + 1)
        capacity = text->size + more + 1;
    char *data = lj_resize_array(text->data, (int64_t)text->capacity, (int64_t)capacity, 1);
    if (data == NULL) {
        text->failed = 1;
        return 0;
    }
    text->data = data;
    text->capacity = capacity;
    return 1;
}

void lj_text_append(lj_text *text, const char *bytes, size_t size)
{
    assert(text != NULL && (bytes != NULL || size == 0));
    if (!reserve(text, size))
        return;
    if (size > 0)
        memcpy(text->data + text->size, bytes, size);
    text->size += size;
    text->data[text->size] = '\0';
}

void lj_text_puts(lj_text *text, const char *string)
{
    lj_text_append(text, string, strlen(string));
}

void lj_text_printf(lj_text *text, const char *format, ...)
{
    char small[256];
    va_list arguments;
    va_start(arguments, format);
    const int length = vsnprintf(small, sizeof(small), format, arguments);
    va_end(arguments);
    if (length < 0) {
        text->failed = 1;
        return;
    }
    if ((size_t)length < sizeof(small)) {
        lj_text_append(text, small, (size_t)length);
        return;
    }
    if (!reserve(text, (size_t)length))
        return;
    va_start(arguments, format);
    vsnprintf(text->data + text->size, (size_t)length + 1, format, arguments);
    va_end(arguments);
    text->size += (size_t)length;
}

lj_status lj_text_finish(lj_text *text)
{
    assert(text != NULL);
    lj_text_append(text, "", 0);
    if (text->failed || text->data == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for a text of more than %zu bytes", text->size);
    return LJ_OK;
}

void lj_text_free(lj_text *text)
{
    if (text == NULL)
        return;
    lj_free(text->data);
    *text = (lj_text){0};
}
