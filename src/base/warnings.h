// SPDX-License-Identifier: MIT
/* warnings -- what was odd about an input that could still be used: a bounded list.
 *
 * `code` is a stable identifier for programs (snake_case), `message` a sentence for people. The same
 * code is kept once: the first message stays, `times` counts. */
#ifndef SNQ_BASE_WARNINGS_H
#define SNQ_BASE_WARNINGS_H

#include <stdint.h>

#include "base/attr.h"
#include "base/json.h"

enum { SNQ_WARNINGS_MAX = 32, SNQ_WARNING_CODE_MAX = 32, SNQ_WARNING_TEXT_MAX = 240 };

typedef struct snq_warning {
    char code[SNQ_WARNING_CODE_MAX];
    char message[SNQ_WARNING_TEXT_MAX]; /* always well-formed UTF-8 */
    int64_t offset_bytes;               /* where in the file; -1: nowhere in particular */
    uint32_t times;                     /* how often it was raised */
} snq_warning;

typedef struct snq_warnings {
    snq_warning item[SNQ_WARNINGS_MAX];
    uint32_t count;
} snq_warnings;

/* Add one; a list that is full drops it. */
void snq_warnings_add(snq_warnings *w, const char *code, int64_t offset_bytes, const char *fmt, ...)
    SNQ_PRINTF(4, 5);
/* Add those of `from` whose code `w` doesn't have yet. */
void snq_warnings_join(snq_warnings *w, const snq_warnings *from);
/* The one with this code, or NULL; returns borrowed. */
const snq_warning *snq_warnings_find(const snq_warnings *w, const char *code);
/* "warnings": [{"code", "message", "offset_bytes"?}, …] into the object that is open; NULL: none. */
void snq_warnings_json(snq_json *j, const snq_warnings *w);

#endif
