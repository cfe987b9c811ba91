// SPDX-License-Identifier: MIT
/* IDEA   Each of these formats says somewhere how long it wants to be. Ask there.
 * STEPS  Ogg       the last page must fit and carry the end-of-stream flag (header type bit 2); a page
 *                  that is cut is rebuilt with the packets that are whole: fewer lacing values, new CRC
 *        MP4       walk the top-level boxes: size, type; size 1: 64 bits follow; size 0: to the end
 *        Matroska  EBML header, then Segment: its size, unless it is the unknown one (all ones)
 * CONST  Ogg: RFC 3533 (CRC polynomial 0x04C11DB7, start 0, not reflected). MP4: ISO/IEC 14496-12 4.2;
 *        a moov inside a free box was thrown away by whoever wrote it (8.1.2: contents are irrelevant)
 *        and is not believed. Matroska: RFC 8794 (EBML), RFC 9559.
 * COST   one page; 4096 boxes at most; two headers. */
#include "media/cut_scan_impl.h"

#include <string.h>

enum { PAGE_HEAD = 27, BOXES_MAX = 4096 };

snq__ogg_tail snq__ogg_find_tail(const uint8_t *p, size_t n)
{
    snq__ogg_tail tail = { .page_at = -1 };
    for (size_t i = 0; i + PAGE_HEAD <= n; i++) {
        if (memcmp(p + i, "OggS", 5) != 0) /* with version 0 */
            continue;
        const size_t segments = p[i + 26];
        size_t end = i + PAGE_HEAD + segments;
        for (size_t k = 0; k < segments && i + PAGE_HEAD + k < n; k++)
            end += p[i + PAGE_HEAD + k];
        tail = (snq__ogg_tail) { (int64_t)i, end <= n, (p[i + 5] & 4) != 0 };
        if (end <= n)
            i = end - 1;
    }
    return tail;
}

static uint32_t ogg_crc(const uint8_t *p, size_t n)
{
    uint32_t crc = 0;
    for (size_t i = 0; i < n; i++) {
        crc ^= (uint32_t)p[i] << 24;
        for (int bit = 0; bit < 8; bit++)
            crc = crc << 1 ^ (crc >> 31 ? 0x04C11DB7u : 0);
    }
    return crc;
}

size_t snq__ogg_mend(const uint8_t *page, size_t n, uint8_t *to)
{
    if (n < PAGE_HEAD || n < PAGE_HEAD + (size_t)page[26])
        return 0;
    const size_t segments = page[26];
    size_t body = 0, kept = 0, kept_body = 0;
    for (size_t k = 0; k < segments; k++) {
        const uint8_t lacing = page[PAGE_HEAD + k];
        body += lacing;
        if (PAGE_HEAD + segments + body > n)
            break;
        if (lacing < 255) { /* a packet ends here */
            kept = k + 1;
            kept_body = body;
        }
    }
    if (kept == 0)
        return 0;
    const size_t bytes = PAGE_HEAD + kept + kept_body;
    memcpy(to, page, PAGE_HEAD + kept);
    memcpy(to + PAGE_HEAD + kept, page + PAGE_HEAD + segments, kept_body);
    to[5] &= (uint8_t)~4;
    to[26] = (uint8_t)kept;
    memset(to + 22, 0, 4);
    const uint32_t crc = ogg_crc(to, bytes);
    for (int i = 0; i < 4; i++)
        to[22 + i] = (uint8_t)(crc >> 8 * i);
    return bytes;
}

static uint64_t big(const uint8_t *p, int bytes)
{
    uint64_t v = 0;
    for (int i = 0; i < bytes; i++)
        v = v << 8 | p[i];
    return v;
}

snq__mp4_scan snq__mp4_scan_run(const snq_riff_input *in)
{
    snq__mp4_scan scan = { .is_mov = 1 };
    int64_t at = 0;
    for (int boxes = 0; boxes < BOXES_MAX; boxes++) {
        uint8_t head[16];
        const int64_t got = in->read(in->user, at, head, sizeof head);
        if (got < 8) {
            scan.cut |= got > 0;
            break;
        }
        uint64_t size = big(head, 4);
        if (size == 1)
            size = got < 16 ? 0 : big(head + 8, 8);
        else if (size == 0)
            size = (uint64_t)(in->size_bytes - at);
        if (memcmp(head + 4, "moov", 4) == 0 || memcmp(head + 4, "moof", 4) == 0)
            scan.has_moov = 1;
        if (memcmp(head + 4, "ftyp", 4) == 0 && got >= 12)
            scan.is_mov = memcmp(head + 8, "qt  ", 4) == 0;
        if (size < 8)
            break;
        if (size > (uint64_t)(in->size_bytes - at)) {
            scan.cut = 1;
            break;
        }
        at += (int64_t)size;
    }
    return scan;
}

/* An EBML number of 1 to 8 bytes at p (n bytes): its length, 0 when it is none; *unknown: all ones. */
static int ebml_size(const uint8_t *p, int64_t n, uint64_t *value, int *unknown)
{
    int length = 1;
    while (length <= 8 && !(p[0] & 0x80 >> (length - 1)))
        length++;
    if (length > 8 || length > n)
        return 0;
    const uint64_t mask = ((uint64_t)1 << 7 * length) - 1;
    *value = big(p, length) & mask;
    *unknown = *value == mask;
    return length;
}

int snq__matroska_cut(const snq_riff_input *in)
{
    uint8_t head[12];
    uint64_t size;
    int unknown;
    int64_t got = in->read(in->user, 0, head, sizeof head);
    if (got < 5 || big(head, 4) != 0x1A45DFA3)
        return 0;
    int length = ebml_size(head + 4, got - 4, &size, &unknown);
    if (!length || unknown || size > (uint64_t)in->size_bytes)
        return 0;
    int64_t at = 4 + length + (int64_t)size;
    got = in->read(in->user, at, head, sizeof head);
    if (got < 5 || big(head, 4) != 0x18538067)
        return 0;
    length = ebml_size(head + 4, got - 4, &size, &unknown);
    at += 4 + length;
    return length && !unknown && (at > in->size_bytes || size > (uint64_t)(in->size_bytes - at));
}
