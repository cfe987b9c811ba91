// SPDX-License-Identifier: MIT
/* base64 -- bytes as text (RFC 4648, section 4: the usual alphabet, padded with '='). */
#ifndef SNQ_BASE_BASE64_H
#define SNQ_BASE_BASE64_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"
#include "base/str.h"

/* Appends bytes (n,) as 4 * ceil(n / 3) letters; look at to->st. */
void snq_base64_put(snq_str *to, const void *bytes, size_t n);
/* Bytes of text (n,), at most n / 4 * 3, to `to`; *count says how many. Only the one text that put
 * writes is read: no blanks, padded, no stray bits. ERR_FORMAT ("letter 12: ..."). */
SNQ_MUST_USE snq_status snq_base64_get(const char *text, size_t n, uint8_t *to, size_t *count);

#endif
