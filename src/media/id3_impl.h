// SPDX-License-Identifier: MIT
/* id3 -- how long ID3v2 tags are, and whether their texts are texts (private to media).
 *
 * Tags are not used; but a tag with broken text is worth a warning, since other programs show it. */
#ifndef SNQ_MEDIA_ID3_IMPL_H
#define SNQ_MEDIA_ID3_IMPL_H

#include <stddef.h>
#include <stdint.h>

/* Bytes of the ID3v2 tag at p (10 bytes) with its header and footer, 0 when there is none. */
uint32_t snq__id3_bytes(const uint8_t *p);
/* Whether every text frame of the tag at p (n bytes, as much as there is) is well-formed in its
 * encoding and free of control characters. */
int snq__id3_texts_fine(const uint8_t *p, size_t n);
/* The same for one NUL-terminated UTF-8 text. */
int snq__text_fine(const char *text);

#endif
