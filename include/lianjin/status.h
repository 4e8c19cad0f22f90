/*
 * Status codes and the error context of a thread.
 *
 * Every function that can fail returns lj_status. The place that fails calls
 * lj_fail() once, with a message that says what was expected, what was found
 * and where. The message belongs to the calling thread and is that of its last
 * failure: read it at once, on that thread (lj_error_message), and copy it to
 * cross threads.
 */
#ifndef LIANJIN_STATUS_H
#define LIANJIN_STATUS_H

#include <stdarg.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * X(code, name, exit code of the program, HTTP status)
 * One list for the codes, their names, exit codes and HTTP statuses.
 */
#define LJ_STATUS_LIST(X)                      \
    X(OK, "ok", 0, 200)                        \
    X(EINVAL, "invalid", 1, 400)               \
    X(EUSAGE, "usage", 2, 400)                 \
    X(ECONFIG, "config", 2, 422)               \
    X(EDATA, "data", 1, 422)                   \
    X(ESHAPE, "shape", 1, 422)                 \
    X(ENOTFOUND, "not-found", 1, 404)          \
    X(EIO, "io", 1, 500)                       \
    X(ENOMEM, "no-memory", 1, 503)             \
    X(ECORRUPT, "corrupt", 1, 422)             \
    X(EVERSION, "version", 1, 422)             \
    X(EDIVERGED, "diverged", 1, 422)           \
    X(EINTERRUPTED, "interrupted", 1, 503)     \
    X(EUNSUPPORTED, "unsupported", 1, 501)

typedef enum lj_status {
#define X(code, name, exit_code, http) LJ_##code,
    LJ_STATUS_LIST(X)
#undef X
        LJ_STATUS_COUNT
} lj_status;

#if defined(__GNUC__)
#define LJ_CHECKED __attribute__((warn_unused_result))
#define LJ_PRINTF(text, first) __attribute__((format(printf, text, first)))
#else
#define LJ_CHECKED
#define LJ_PRINTF(text, first)
#endif

/* Passes a failure up. */
#define LJ_TRY(expr)                     \
    do {                                 \
        const lj_status lj_try_ = (expr); \
        if (lj_try_ != LJ_OK)            \
            return lj_try_;              \
    } while (0)

/* Passes a failure to the clean-up of this function: needs `status` and a label `done`. */
#define LJ_TRY_DONE(expr)     \
    do {                      \
        status = (expr);      \
        if (status != LJ_OK)  \
            goto done;        \
    } while (0)

/* The only maker of a failure: keeps the message and returns `status` (never LJ_OK). */
LJ_CHECKED lj_status lj_fail(lj_status status, const char *format, ...) LJ_PRINTF(2, 3);

/*
 * Puts "<context>: " before the message of the failure that was just made, and
 * returns `status` unchanged. For callers that know where (a file, a column).
 */
LJ_CHECKED lj_status lj_fail_context(lj_status status, const char *format, ...) LJ_PRINTF(2, 3);

/* The message of this thread's last failure, "" before the first. Borrowed until the next one. */
const char *lj_error_message(void);

/* "ok", "config", ... Never NULL. */
const char *lj_status_name(lj_status status);

/* Exit code of the program: 0 done, 1 failed, 2 bad usage or bad config. */
int lj_status_exit_code(lj_status status);

/* HTTP status that tells a client of this failure. */
int lj_status_http(lj_status status);

#ifdef __cplusplus
}
#endif
#endif
