// SPDX-License-Identifier: MIT
/* status -- the one list of outcomes, and the text that goes with a failure.
 *
 * Sign rule: negative is an error, 0 success, positive success with information.
 * A function that fails records what was wrong in a text of its thread, naming the
 * value and the bound it broke; snq_last_error() reads it.
 *
 * Threads: the text is thread-local; everything here may be called on any thread. */
#ifndef SNQ_BASE_STATUS_H
#define SNQ_BASE_STATUS_H

#include "base/attr.h"

/* X(name, value, English text) */
#define SNQ_STATUS_MAP(X)                          \
    X(AGAIN, 2, "more input is needed first")      \
    X(END, 1, "end of stream")                     \
    X(OK, 0, "success")                            \
    X(ERR_NOMEM, -1, "out of memory")              \
    X(ERR_ARG, -2, "invalid argument")             \
    X(ERR_RANGE, -3, "value out of range")         \
    X(ERR_NOT_FOUND, -4, "not found")              \
    X(ERR_FORMAT, -5, "malformed input")           \
    X(ERR_UNSUPPORTED, -6, "not supported")        \
    X(ERR_IO, -7, "input/output error")            \
    X(ERR_TOO_BIG, -8, "input exceeds a limit")    \
    X(ERR_CANCELLED, -9, "cancelled")              \
    X(ERR_STATE, -10, "called in the wrong state") \
    X(ERR_EXISTS, -11, "exists already")           \
    X(ERR_INTERNAL, -12, "internal error")

typedef enum snq_status {
#define X(name, value, text) SNQ_##name = (value),
    SNQ_STATUS_MAP(X)
#undef X
} snq_status;

/* "ERR_NOMEM" / "out of memory". Static text, never NULL; unknown values give "UNKNOWN". */
const char *snq_status_name(snq_status s);
const char *snq_status_text(snq_status s);

/* Record what was wrong in this thread and return `s`, so that it can be returned in one line.
 * The text is cut at SNQ_ERROR_MAX bytes. */
enum { SNQ_ERROR_MAX = 512 };
snq_status snq_fail_at(const char *file, int line, snq_status s, const char *fmt, ...)
    SNQ_PRINTF(4, 5);
#define SNQ_FAIL(s, ...) snq_fail_at(__FILE__, __LINE__, (s), __VA_ARGS__)

/* Last recorded text of this thread, "" when none; returns borrowed, valid until the next
 * failure on this thread. */
const char *snq_last_error(void);
/* "src/room/file.c:12" where it was recorded, for --verbose and bug reports; returns borrowed. */
const char *snq_last_error_place(void);
void snq_error_clear(void);

/* Forward an error; only legal in functions that own nothing yet. */
#define SNQ_TRY(call)                      \
    do {                                   \
        const snq_status snq_st_ = (call); \
        if (snq_st_ < 0)                   \
            return snq_st_;                \
    } while (0)

/* Forward an error through the function's one `fail` label. Needs `snq_status st`. */
#define SNQ_GOTO(call) \
    do {               \
        st = (call);   \
        if (st < 0)    \
            goto fail; \
    } while (0)

#endif
