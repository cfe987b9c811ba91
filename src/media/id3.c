// SPDX-License-Identifier: MIT
/* ID3v2.3 and v2.4 (id3.org, informal standard 2.3.0 3.3, 2.4.0-structure 4): header of 10 bytes, then
 * frames: id 4, size 4 (v2.4: 7 bits a byte), flags 2, body. Text frames are called T..., their body is
 * an encoding (0 Latin-1, 1 UTF-16 with byte order mark, 2 UTF-16BE, 3 UTF-8) and a text. v2.2, with
 * ids of three letters, is not looked into. */
#include "media/id3_impl.h"

#include <string.h>

#include "base/alloc.h"
#include "base/str.h"

enum { TAGS_MAX = 16 };

uint32_t snq__id3_bytes(const uint8_t *p)
{
    if (memcmp(p, "ID3", 3) != 0 || p[3] == 0xFF || p[4] == 0xFF ||
        (p[6] | p[7] | p[8] | p[9]) & 0x80)
        return 0;
    const uint32_t body = (uint32_t)p[6] << 21 | (uint32_t)p[7] << 14 | (uint32_t)p[8] << 7 | p[9];
    return body + 10 + (p[5] & 0x10 ? 10 : 0);
}

static int control(uint32_t c)
{
    return (c < 0x20 && c != 0 && c != '\t' && c != '\n' && c != '\r') || c == 0x7F;
}

int snq__text_fine(const char *text)
{
    int fine = snq_utf8_check(text) && !strstr(text, "\xEF\xBF\xBD");
    for (const char *p = text; *p; p++)
        fine &= !control((uint8_t)*p);
    return fine;
}

static int utf16_fine(const uint8_t *p, size_t n, int big)
{
    int pending = 0;
    if (n >= 2 && ((p[0] == 0xFF && p[1] == 0xFE) || (p[0] == 0xFE && p[1] == 0xFF))) {
        big = p[0] == 0xFE;
        p += 2;
        n -= 2;
    }
    for (size_t i = 0; i + 2 <= n; i += 2) {
        const uint32_t unit = big ? (uint32_t)p[i] << 8 | p[i + 1] : (uint32_t)p[i + 1] << 8 | p[i];
        const int low = unit >= 0xDC00 && unit < 0xE000;
        if (low != pending || control(unit))
            return 0;
        pending = unit >= 0xD800 && unit < 0xDC00;
    }
    return !pending;
}

static int text_body_fine(const uint8_t *p, size_t n)
{
    if (n == 0)
        return 1;
    if (p[0] == 1 || p[0] == 2)
        return utf16_fine(p + 1, n - 1, p[0] == 2);
    size_t at = 1;
    while (at < n) {
        uint32_t point = p[at];
        size_t step = 1;
        if (p[0] == 3) {
            step = snq_utf8_get((const char *)p + at, n - at, &point);
            if (point == 0xFFFD)
                return 0;
        }
        if (control(point))
            return 0;
        at += step;
    }
    return 1;
}

int snq__id3_texts_fine(const uint8_t *p, size_t n)
{
    if (n < 20 || p[3] < 3 || p[5] & 0x40) /* an extended header: leave it */
        return 1;
    size_t at = 10;
    while (at + 10 <= n && p[at] >= 'A' && p[at] <= 'Z') {
        const uint8_t *s = p + at + 4;
        const uint32_t size =
            p[3] >= 4 ? (uint32_t)s[0] << 21 | (uint32_t)s[1] << 14 | (uint32_t)s[2] << 7 | s[3]
                      : (uint32_t)s[0] << 24 | (uint32_t)s[1] << 16 | (uint32_t)s[2] << 8 | s[3];
        if (size > n - at - 10)
            return 1;
        if (p[at] == 'T' && !text_body_fine(p + at + 10, size))
            return 0;
        at += 10 + (size_t)size;
    }
    return 1;
}

int64_t snq__id3_end(snq__source *source)
{
    int64_t at = 0;
    uint8_t head[10];
    for (int tags = 0; tags < TAGS_MAX; tags++) {
        if (snq__source_peek(source, at, head, 10) < 10 || !snq__id3_bytes(head))
            break;
        at += snq__id3_bytes(head);
        if (at >= source->size_bytes)
            return -1;
    }
    return at;
}

snq_status snq__id3_check(snq__source *source, snq_warnings *warnings)
{
    uint8_t head[10];
    uint8_t *tag = snq_calloc(SNQ__SOURCE_BUFFER, 1);
    if (!tag)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory to look at tags");
    int64_t at = 0;
    for (int tags = 0; tags < TAGS_MAX; tags++) {
        if (snq__source_peek(source, at, head, 10) < 10 || !snq__id3_bytes(head))
            break;
        const int64_t bytes = snq__id3_bytes(head);
        const int64_t n = snq__source_peek(
            source, at, tag, bytes < SNQ__SOURCE_BUFFER ? (size_t)bytes : SNQ__SOURCE_BUFFER);
        if (n > 0 && !snq__id3_texts_fine(tag, (size_t)n))
            snq_warnings_add(warnings, "bad_tags", at,
                             "a tag holds text that is not valid; tags are not used");
        at += bytes;
    }
    snq_free(tag);
    return SNQ_OK;
}
