// SPDX-License-Identifier: MIT
#include "base/pack.h"

#include <string.h>

/* Values of an array that are turned into bytes at a time. */
enum { CHUNK = 256 };

/* All bits of the exponent set: an infinity or a NaN (IEEE 754, 3.4). */
static int is_finite_f64(uint64_t bits)
{
    return (bits >> 52 & 0x7FF) != 0x7FF;
}

static int is_finite_f32(uint32_t bits)
{
    return (bits >> 23 & 0xFF) != 0xFF;
}

static void store_u32(uint8_t *to, uint32_t v)
{
    for (int i = 0; i < 4; i++)
        to[i] = (uint8_t)(v >> 8 * i);
}

static uint32_t load_u32(const uint8_t *p)
{
    uint32_t v = 0;
    for (int i = 0; i < 4; i++)
        v |= (uint32_t)p[i] << 8 * i;
    return v;
}

void snq_pack_u8(snq_str *to, uint8_t v)
{
    snq_str_put_bytes(to, &v, 1);
}

void snq_pack_u32(snq_str *to, uint32_t v)
{
    uint8_t b[4];
    store_u32(b, v);
    snq_str_put_bytes(to, b, sizeof b);
}

void snq_pack_u64(snq_str *to, uint64_t v)
{
    uint8_t b[8];
    for (int i = 0; i < 8; i++)
        b[i] = (uint8_t)(v >> 8 * i);
    snq_str_put_bytes(to, b, sizeof b);
}

void snq_pack_i64(snq_str *to, int64_t v)
{
    snq_pack_u64(to, (uint64_t)v);
}

void snq_pack_f64(snq_str *to, double v)
{
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    if (is_finite_f64(bits))
        snq_pack_u64(to, bits);
    else if (to->st >= 0)
        to->st = SNQ_FAIL(SNQ_ERR_RANGE, "%g can't be packed: not a finite number", v);
}

void snq_pack_f32s(snq_str *to, const float *v, uint32_t n)
{
    uint8_t b[4 * CHUNK];
    snq_pack_u32(to, n);
    while (n) {
        const uint32_t k = n < CHUNK ? n : CHUNK;
        int bad = 0;
        for (uint32_t i = 0; i < k; i++) {
            uint32_t bits;
            memcpy(&bits, &v[i], sizeof bits);
            bad |= !is_finite_f32(bits);
            store_u32(b + 4 * i, bits);
        }
        if (bad && to->st >= 0)
            to->st = SNQ_FAIL(SNQ_ERR_RANGE, "values can't be packed: not all are finite");
        if (to->st < 0)
            return;
        snq_str_put_bytes(to, b, 4 * (size_t)k);
        v += k;
        n -= k;
    }
}

void snq_pack_text(snq_str *to, const char *text)
{
    const size_t n = text ? strlen(text) : 0;
    snq_pack_u32(
        to, (uint32_t)n); /* if that cuts it, n is over SNQ_ALLOC_MAX and the next line fails */
    snq_str_put_bytes(to, text, n);
}

void snq_unpack_init(snq_unpack *u, const void *bytes, size_t n)
{
    *u = (snq_unpack) { .at = bytes, .left = n };
}

/* The next n bytes; NULL after a failure, which too few bytes are. */
static const uint8_t *take(snq_unpack *u, size_t n)
{
    if (u->st < 0)
        return NULL;
    if (n > u->left) {
        u->st =
            SNQ_FAIL(SNQ_ERR_FORMAT, "packed bytes end early: %zu wanted, %zu left", n, u->left);
        return NULL;
    }
    const uint8_t *p = u->at;
    u->at += n;
    u->left -= n;
    return p;
}

uint8_t snq_unpack_u8(snq_unpack *u)
{
    const uint8_t *p = take(u, 1);
    return p ? *p : 0;
}

uint32_t snq_unpack_u32(snq_unpack *u)
{
    const uint8_t *p = take(u, 4);
    return p ? load_u32(p) : 0;
}

uint64_t snq_unpack_u64(snq_unpack *u)
{
    const uint8_t *p = take(u, 8);
    return p ? load_u32(p) | (uint64_t)load_u32(p + 4) << 32 : 0;
}

int64_t snq_unpack_i64(snq_unpack *u)
{
    return (int64_t)snq_unpack_u64(u);
}

double snq_unpack_f64(snq_unpack *u)
{
    const uint64_t bits = snq_unpack_u64(u);
    double v;
    if (!is_finite_f64(bits)) {
        u->st = SNQ_FAIL(SNQ_ERR_FORMAT, "packed number is not finite");
        return 0.0;
    }
    memcpy(&v, &bits, sizeof v);
    return v;
}

uint32_t snq_unpack_count(snq_unpack *u, size_t least_bytes, uint32_t max)
{
    const uint32_t n = snq_unpack_u32(u);
    if (n > max) {
        u->st = SNQ_FAIL(SNQ_ERR_FORMAT, "%u packed elements, at most %u are legal", n, max);
        return 0;
    }
    if (n > u->left / least_bytes) {
        u->st = SNQ_FAIL(SNQ_ERR_FORMAT, "%u packed elements in %zu bytes", n, u->left);
        return 0;
    }
    return n;
}

void snq_unpack_f32s(snq_unpack *u, float *to, uint32_t n)
{
    const uint32_t count = snq_unpack_u32(u);
    if (u->st >= 0 && count != n)
        u->st = SNQ_FAIL(SNQ_ERR_FORMAT, "%u packed values, must be %u", count, n);
    const uint8_t *p = take(u, (size_t)n * sizeof *to);
    int bad = 0;
    for (uint32_t i = 0; p && i < n; i++) {
        const uint32_t bits = load_u32(p + 4 * (size_t)i);
        bad |= !is_finite_f32(bits);
        memcpy(&to[i], &bits, sizeof bits);
    }
    if (bad)
        u->st = SNQ_FAIL(SNQ_ERR_FORMAT, "packed values are not all finite");
    if (u->st < 0 && n)
        memset(to, 0, (size_t)n * sizeof *to);
}

/* Without a zero byte and well-formed. */
static int is_text(const char *p, size_t n)
{
    if (memchr(p, 0, n))
        return 0;
    while (n) {
        uint32_t point;
        const size_t k = snq_utf8_get(p, n, &point);
        if (point == 0xFFFD && k == 1)
            return 0;
        p += k;
        n -= k;
    }
    return 1;
}

/* A text of at most `max` bytes, its length in *n; NULL after a failure. */
static const char *take_text(snq_unpack *u, size_t max, size_t *n)
{
    *n = snq_unpack_u32(u);
    if (u->st >= 0 && *n > max)
        u->st =
            SNQ_FAIL(SNQ_ERR_FORMAT, "packed text of %zu bytes, at most %zu are legal", *n, max);
    const char *p = (const char *)take(u, *n);
    if (p && !is_text(p, *n)) {
        u->st = SNQ_FAIL(SNQ_ERR_FORMAT, "packed text is not UTF-8, or holds a zero byte");
        return NULL;
    }
    return p;
}

void snq_unpack_text(snq_unpack *u, char *to, size_t room)
{
    size_t n;
    const char *p = take_text(u, room - 1, &n);
    if (p)
        memcpy(to, p, n);
    to[p ? n : 0] = '\0';
}

void snq_unpack_name(snq_unpack *u, char *to, size_t room)
{
    const size_t n = snq_unpack_u32(u);
    if (u->st >= 0 && n >= room)
        u->st = SNQ_FAIL(SNQ_ERR_FORMAT, "packed name of %zu bytes, at most %zu are legal", n,
                         room - 1);
    const uint8_t *p = take(u, n);
    if (p && memchr(p, 0, n)) {
        u->st = SNQ_FAIL(SNQ_ERR_FORMAT, "packed name holds a zero byte");
        p = NULL;
    }
    if (p)
        memcpy(to, p, n);
    to[p ? n : 0] = '\0';
}

const char *snq_unpack_arena_text(snq_unpack *u, snq_arena *arena, size_t max)
{
    size_t n;
    const char *p = take_text(u, max, &n);
    if (!p || !n)
        return "";
    char *text = snq_arena_get(arena, n + 1, 1);
    if (!text) {
        u->st = SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for a text of %zu bytes", n);
        return "";
    }
    memcpy(text, p, n);
    return text;
}

snq_status snq_unpack_finish(snq_unpack *u)
{
    if (u->st >= 0 && u->left)
        u->st = SNQ_FAIL(SNQ_ERR_FORMAT, "%zu bytes are left over", u->left);
    return u->st;
}
