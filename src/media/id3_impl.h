// SPDX-License-Identifier: MIT
/* id3 -- how long ID3v2 tags are, and whether their texts are texts (private to media).
 *
 * Tags are not used; but a tag with broken text is worth a warning, since other programs show it. */
#ifndef SNQ_MEDIA_ID3_IMPL_H
#define SNQ_MEDIA_ID3_IMPL_H

#include <stddef.h>
#include <stdint.h>

#include "base/warnings.h"
#include "media/source_impl.h"

/* Bytes of the ID3v2 tag at p (10 bytes) with its header and footer, 0 when there is none. */
uint32_t snq__id3_bytes(const uint8_t *p);
/* Whether every text frame of the tag at p (n bytes, as much as there is) is well-formed in its
 * encoding and free of control characters. */
int snq__id3_texts_fine(const uint8_t *p, size_t n);
/* The same for one NUL-terminated UTF-8 text. */
int snq__text_fine(const char *text);

/* End of the ID3v2 tags that the file begins with, 0: none; -1: one runs past the end of the file. */
int64_t snq__id3_end(snq__source *source);
/* Warn (`bad_tags`) of those whose text is no text; looks at the first 64 KiB of each. ERR_NOMEM. */
SNQ_MUST_USE snq_status snq__id3_check(snq__source *source, snq_warnings *warnings);

#endif
