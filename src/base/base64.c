// SPDX-License-Identifier: MIT
#include "base/base64.h"

static const char letters[64] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void snq_base64_put(snq_str *to, const void *bytes, size_t n)
{
    const uint8_t *p = bytes;
    char text[256];
    size_t used = 0;
    for (size_t i = 0; i < n; i += 3) {
        const size_t left = n - i;
        const uint32_t v = (uint32_t)p[i] << 16 | (left > 1 ? (uint32_t)p[i + 1] << 8 : 0) |
                           (left > 2 ? p[i + 2] : 0);
        text[used++] = letters[v >> 18];
        text[used++] = letters[v >> 12 & 63];
        text[used++] = left > 1 ? letters[v >> 6 & 63] : '=';
        text[used++] = left > 2 ? letters[v & 63] : '=';
        if (used == sizeof text) {
            snq_str_put_bytes(to, text, used);
            used = 0;
        }
    }
    snq_str_put_bytes(to, text, used);
}

/* 0 .. 63, or -1 */
static int value_of(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

snq_status snq_base64_get(const char *text, size_t n, uint8_t *to, size_t *count)
{
    size_t used = 0;
    *count = 0;
    if (n % 4)
        return SNQ_FAIL(SNQ_ERR_FORMAT, "base64 of %zu letters, not a multiple of 4", n);
    for (size_t i = 0; i < n; i += 4) {
        const size_t pads = i + 4 < n || text[i + 3] != '=' ? 0 : text[i + 2] == '=' ? 2 : 1;
        uint32_t v = 0;
        for (size_t k = 0; k < 4; k++) {
            const int digit = k >= 4 - pads ? 0 : value_of(text[i + k]);
            if (digit < 0)
                return SNQ_FAIL(SNQ_ERR_FORMAT, "letter %zu is no base64", i + k);
            v = v << 6 | (uint32_t)digit;
        }
        if (v & (pads == 2 ? 0xFFFFu : pads == 1 ? 0xFFu : 0u))
            return SNQ_FAIL(SNQ_ERR_FORMAT, "letter %zu: stray bits in base64", i + 3 - pads);
        for (size_t k = 0; k < 3 - pads; k++)
            to[used++] = (uint8_t)(v >> (16 - 8 * k));
    }
    *count = used;
    return SNQ_OK;
}
