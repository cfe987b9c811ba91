// SPDX-License-Identifier: MIT
/* mpeg_scan -- finds where an MPEG audio stream (MP1, MP2, MP3) really begins (private to media). */
#ifndef SNQ_MEDIA_MPEG_SCAN_IMPL_H
#define SNQ_MEDIA_MPEG_SCAN_IMPL_H

#include <stddef.h>
#include <stdint.h>

enum { SNQ__MPEG_CHAIN = 3 };

/* Bytes of the frame whose header begins at p (4 bytes), 0 when it is no header or of free format. */
uint32_t snq__mpeg_frame_bytes(const uint8_t *p);
/* Layer (1 to 3) of the frame whose header begins at p. */
uint32_t snq__mpeg_layer(const uint8_t *p);
/* Offset of the first of SNQ__MPEG_CHAIN consistent frames in a row within (n,) bytes; two that end
 * exactly with the bytes will do when `whole`. -1 when there are none. */
int64_t snq__mpeg_find(const uint8_t *p, size_t n, int whole);

#endif
