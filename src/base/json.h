// SPDX-License-Identifier: MIT
/* json -- a streaming JSON writer (RFC 8259): one compact document, any length.
 *
 * Output goes to a sink in pieces; nothing is kept but a small buffer and the nesting. The writer
 * puts the commas. Numbers are written in fixed point with a stated number of decimals and trailing
 * zeros cut, so that the same value is the same bytes everywhere. Strings that are not UTF-8 get
 * U+FFFD in place of malformed bytes.
 *
 * The null rule: JSON has no NaN and we never make a number up. A value that is not finite is
 * written as null, and snq_json_null_because writes the sibling `<key>_reason` that must go with it.
 *
 * An object belongs to one thread at a time. Errors are kept: look at finish(). */
#ifndef SNQ_BASE_JSON_H
#define SNQ_BASE_JSON_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

/* Takes n bytes (borrowed for the call); a negative status stops the writer. */
typedef snq_status (*snq_json_sink)(void *user, const char *bytes, size_t n);

enum { SNQ_JSON_DEPTH_MAX = 32, SNQ_JSON_BUFFER = 4096 };

typedef struct snq_json {
    snq_json_sink sink;
    void *user;
    snq_status st;                     /* first failure */
    uint32_t depth;                    /* open objects and arrays */
    uint8_t items[SNQ_JSON_DEPTH_MAX]; /* whether a comma is due */
    char closer[SNQ_JSON_DEPTH_MAX];   /* '}' or ']' */
    uint8_t after_key;                 /* a value must follow */
    uint8_t failed_balance;            /* misuse seen: closed too often, key outside an object */
    size_t used;
    char buffer[SNQ_JSON_BUFFER];
} snq_json;

void snq_json_init(snq_json *j, snq_json_sink sink, void *user);
/* Flush; the first failure of all. ERR_STATE when something is still open or was misused. */
snq_status snq_json_finish(snq_json *j);

void snq_json_object(snq_json *j);
void snq_json_array(snq_json *j);
void snq_json_end(snq_json *j); /* of the innermost object or array */
void snq_json_key(snq_json *j, const char *key);

void snq_json_string(snq_json *j, const char *text); /* NULL writes null */
void snq_json_int(snq_json *j, int64_t v);
void snq_json_bool(snq_json *j, int v);
void snq_json_null(snq_json *j);
/* v with at most `decimals` (0 .. 12) decimals; null when it is not finite. -0 is 0. */
void snq_json_real(snq_json *j, double v, int decimals);
/* v with at most `digits` (1 .. 17) significant digits, trailing zeros cut, with an exponent where that
 * is shorter (1e-07); null when it is not finite. -0 is 0. */
void snq_json_digits(snq_json *j, double v, int digits);
/* With as few digits as bring the same number back. */
void snq_json_float(snq_json *j, float v);
void snq_json_double(snq_json *j, double v);

/* key and value in one call */
void snq_json_put_string(snq_json *j, const char *key, const char *text);
void snq_json_put_int(snq_json *j, const char *key, int64_t v);
void snq_json_put_bool(snq_json *j, const char *key, int v);
void snq_json_put_real(snq_json *j, const char *key, double v, int decimals);
/* "key": null, "key_reason": reason */
void snq_json_put_null(snq_json *j, const char *key, const char *reason);

/* A sink that appends to a snq_str (user: snq_str *). */
snq_status snq_json_to_str(void *user, const char *bytes, size_t n);
/* A sink that writes to a FILE * (user). ERR_IO with the system's reason. */
snq_status snq_json_to_file(void *user, const char *bytes, size_t n);

#endif
