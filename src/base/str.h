// SPDX-License-Identifier: MIT
/* str -- a growing byte string with a bound.
 *
 * After the first failure (out of memory, bound reached) every append is ignored and the status is
 * kept, so that a caller may append many times and look once.
 * Also: what the outside calls text is not always UTF-8; snq_utf8_* make it so. */
#ifndef SNQ_BASE_STR_H
#define SNQ_BASE_STR_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"

typedef struct snq_str {
    char *text;    /* always 0-terminated once something was appended; NULL before */
    size_t length; /* bytes without the terminator */
    size_t room;   /* bytes allocated */
    size_t max;    /* bound on length */
    snq_status st; /* first failure */
} snq_str;

void snq_str_init(snq_str *s, size_t max);
void snq_str_clear(snq_str *s);
void snq_str_put(snq_str *s, const char *text);
void snq_str_put_bytes(snq_str *s, const void *bytes, size_t n);
void snq_str_putf(snq_str *s, const char *fmt, ...) SNQ_PRINTF(2, 3);
/* Text so far, "" when nothing; returns borrowed until the next append or clear. */
const char *snq_str_text(const snq_str *s);

/* Decode one code point at p (n bytes left, n > 0): returns the bytes it takes and sets *point; a
 * malformed byte takes 1 and gives U+FFFD. Overlong forms, surrogates and values over U+10FFFF are
 * malformed (Unicode 15, table 3-7). */
size_t snq_utf8_get(const char *p, size_t n, uint32_t *point);
/* Whether all of text is well-formed UTF-8. */
int snq_utf8_check(const char *text);
/* Append `text` fit for one terminal line: malformed bytes, C0/C1 controls, line separators and
 * bidirectional overrides are written as \xHH or \u{HHHH}, so that a file name can't forge output. */
void snq_str_put_printable(snq_str *s, const char *text);

#endif
