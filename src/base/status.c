/* The failure of a thread: one message, kept until the next one. */
#include "lianjin/status.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "lianjin/limits.h"

static _Thread_local char message[LJ_MESSAGE_MAX];

static const struct {
    const char *name;
    int exit_code;
    int http;
} codes[] = {
#define X(code, name, exit_code, http) [LJ_##code] = {name, exit_code, http},
    LJ_STATUS_LIST(X)
#undef X
};

lj_status lj_fail(lj_status status, const char *format, ...)
{
    assert(status > LJ_OK && status < LJ_STATUS_COUNT && format != NULL);
    char text[LJ_MESSAGE_MAX]; /* an argument may be the message that stands */
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    memcpy(message, text, sizeof(message));
    return status;
}

lj_status lj_fail_context(lj_status status, const char *format, ...)
{
    assert(status > LJ_OK && status < LJ_STATUS_COUNT && format != NULL);
    char text[LJ_MESSAGE_MAX];
    va_list arguments;
    va_start(arguments, format);
    const int written = vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    const size_t used = written < 0 ? 0 : strlen(text);
    snprintf(text + used, sizeof(text) - used, ": %.*s", (int)(sizeof(text) - used), message);
    memcpy(message, text, sizeof(message));
    return status;
}

const char *lj_error_message(void)
{
    return message;
}

const char *lj_status_name(lj_status status)
{
    return status >= LJ_OK && status < LJ_STATUS_COUNT ? codes[status].name : "unknown";
}

int lj_status_exit_code(lj_status status)
{
    return status >= LJ_OK && status < LJ_STATUS_COUNT ? codes[status].exit_code : 1;
}

int lj_status_http(lj_status status)
{
    return status >= LJ_OK && status < LJ_STATUS_COUNT ? codes[status].http : 500;
}
