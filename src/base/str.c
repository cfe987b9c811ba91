// SPDX-License-Identifier: MIT
#include "base/str.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"

void snq_str_init(snq_str *s, size_t max)
{
    *s = (snq_str) { .max = max };
}

void snq_str_clear(snq_str *s)
{
    snq_free(s->text);
    *s = (snq_str) { .max = s->max };
}

/* Make room for n further bytes and the terminator; 0 when that can't be. */
static int reserve(snq_str *s, size_t n)
{
    if (s->st < 0)
        return 0;
    if (n > s->max - s->length) {
        s->st = SNQ_FAIL(SNQ_ERR_TOO_BIG, "text of more than %zu bytes", s->max);
        return 0;
    }
    const size_t need = s->length + n + 1;
    if (need <= s->room)
        return 1;
    size_t room = s->room ? s->room : 64;
    while (room < need)
        room *= 2;
    char *text = snq_regrow(s->text, s->room, room, 1);
    if (!text) {
        s->st = SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for %zu bytes of text", room);
        return 0;
    }
    s->text = text;
    s->room = room;
    return 1;
}

void snq_str_put_bytes(snq_str *s, const void *bytes, size_t n)
{
    if (!reserve(s, n))
        return;
    if (n)
        memcpy(s->text + s->length, bytes, n);
    s->length += n;
    s->text[s->length] = '\0';
}

void snq_str_put(snq_str *s, const char *text)
{
    snq_str_put_bytes(s, text, strlen(text));
}

void snq_str_putf(snq_str *s, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    const int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    if (n < 0 || !reserve(s, (size_t)n))
        return;
    va_start(ap, fmt);
    vsnprintf(s->text + s->length, (size_t)n + 1, fmt, ap);
    va_end(ap);
    s->length += (size_t)n;
}

const char *snq_str_text(const snq_str *s)
{
    return s->text ? s->text : "";
}

size_t snq_utf8_get(const char *p, size_t n, uint32_t *point)
{
    const unsigned char *u = (const unsigned char *)p;
    static const uint32_t least[5] = { 0, 0, 0x80, 0x800, 0x10000 };
    *point = 0xFFFD;
    if (u[0] < 0x80) {
        *point = u[0];
        return 1;
    }
    const size_t length = u[0] >= 0xF0 && u[0] < 0xF5   ? 4
                          : u[0] >= 0xE0 && u[0] < 0xF0 ? 3
                          : u[0] >= 0xC2 && u[0] < 0xE0 ? 2
                                                        : 0;
    if (!length || length > n)
        return 1;
    uint32_t v = u[0] & (0xFFu >> (length + 1));
    for (size_t i = 1; i < length; i++) {
        if ((u[i] & 0xC0) != 0x80)
            return 1;
        v = v << 6 | (u[i] & 0x3F);
    }
    if (v < least[length] || v > 0x10FFFF || (v >= 0xD800 && v < 0xE000))
        return 1;
    *point = v;
    return length;
}

int snq_utf8_check(const char *text)
{
    size_t n = strlen(text);
    while (n) {
        uint32_t point;
        const size_t k = snq_utf8_get(text, n, &point);
        if (point == 0xFFFD && k == 1)
            return 0;
        text += k;
        n -= k;
    }
    return 1;
}

/* Code points that would move the cursor, break the line or reorder what follows. */
static int unprintable(uint32_t c)
{
    return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x2028 || c == 0x2029 ||
           (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0x200E ||
           c == 0x200F || c == 0xFEFF;
}

void snq_str_put_printable(snq_str *s, const char *text)
{
    size_t n = strlen(text);
    while (n) {
        uint32_t point;
        const size_t k = snq_utf8_get(text, n, &point);
        if (k == 1 && (point == 0xFFFD || point < 0x80) && (point == 0xFFFD || unprintable(point)))
            snq_str_putf(s, "\\x%02X", (unsigned char)text[0]);
        else if (unprintable(point))
            snq_str_putf(s, "\\u{%X}", (unsigned)point);
        else
            snq_str_put_bytes(s, text, k);
        text += k;
        n -= k;
    }
}
