// SPDX-License-Identifier: MIT
#include "mutate.h"

#include <string.h>

#include "base/attr.h"
#include "base/rng.h"

enum { OGG_HEAD = 27, FLAC_HEAD_MAX = 16 };

typedef struct input {
    uint8_t *p;
    size_t n, room;
    snq_rng rng;
} input;

static size_t below(input *in, size_t n)
{
    return snq_rng_below(&in->rng, (uint32_t)n);
}

/* ---- checksums ---- */

/* A CRC that starts at 0, highest bit first; `bits` 8, 16 or 32. */
static uint32_t crc_of(const uint8_t *p, size_t n, unsigned bits, uint32_t polynomial)
{
    const uint32_t top = 1u << (bits - 1);
    uint32_t crc = 0;
    for (size_t i = 0; i < n; i++) {
        crc ^= (uint32_t)p[i] << (bits - 8);
        for (int k = 0; k < 8; k++)
            crc = crc << 1 ^ (crc & top ? polynomial : 0);
    }
    return bits == 32 ? crc : crc & ((1u << bits) - 1);
}

void mend_ogg(uint8_t *p, size_t n)
{
    for (size_t i = 0; i + OGG_HEAD <= n; i++) {
        if (memcmp(p + i, "OggS", 4) != 0 || i + OGG_HEAD + p[i + 26] > n)
            continue;
        size_t bytes = OGG_HEAD + (size_t)p[i + 26];
        for (size_t k = 0; k < p[i + 26]; k++)
            bytes += p[i + OGG_HEAD + k];
        if (bytes > n - i)
            continue;
        memset(p + i + 22, 0, 4);
        const uint32_t crc = crc_of(p + i, bytes, 32, 0x04C11DB7);
        for (int k = 0; k < 4; k++)
            p[i + 22 + (size_t)k] = (uint8_t)(crc >> 8 * k);
        i += bytes - 1;
    }
}

/* Bytes of the FLAC frame header at p without its CRC, 0 when it is none (RFC 9639, 9.1). */
static size_t flac_head(const uint8_t *p, size_t n)
{
    if (n < FLAC_HEAD_MAX || p[0] != 0xFF || (p[1] & 0xFE) != 0xF8 || p[3] & 1)
        return 0;
    const unsigned block = p[2] >> 4, rate = p[2] & 15;
    size_t number = 1; /* coded as UTF-8 */
    while (number < 7 && p[4] & 0x80 >> number && p[4] & 0x80)
        number++;
    if (block == 0 || rate == 15 || p[3] >> 4 > 10)
        return 0;
    return 4 + number +
           (block == 6   ? 1u
            : block == 7 ? 2u
                         : 0u) +
           (rate == 12   ? 1u
            : rate >= 13 ? 2u
                         : 0u);
}

/* Whether a frame begins at p: its header's CRC is right, or it begins as the first one does. */
static int flac_begins(const uint8_t *p, size_t head, const uint8_t *first)
{
    return head && (!first || memcmp(p, first, 4) == 0 || p[head] == crc_of(p, head, 8, 0x07));
}

void mend_flac(uint8_t *p, size_t n)
{
    const uint8_t *first = NULL;
    size_t open = n; /* where the frame at hand starts */
    for (size_t i = 0; i <= n; i++) {
        const size_t head = i < n ? flac_head(p + i, n - i) : 0;
        if (i < n && !flac_begins(p + i, head, first))
            continue;
        if (open < i && i - open > FLAC_HEAD_MAX) {
            const uint32_t crc = crc_of(p + open, i - open - 2, 16, 0x8005);
            p[i - 2] = (uint8_t)(crc >> 8);
            p[i - 1] = (uint8_t)crc;
        }
        if (i < n)
            p[i + head] = (uint8_t)crc_of(p + i, head, 8, 0x07);
        first = first ? first : p + i;
        open = i;
    }
}

/* ---- what is done to an input ---- */

/* The place of a four-letter name, or any place when there is none near a random one. */
static size_t find_name(input *in)
{
    const size_t start = below(in, in->n);
    for (size_t i = start; i + 4 <= in->n; i++) {
        int letters = 0;
        for (size_t k = 0; k < 4; k++)
            letters += (in->p[i + k] >= 'a' && in->p[i + k] <= 'z') ||
                       (in->p[i + k] >= 'A' && in->p[i + k] <= 'Z') || in->p[i + k] == ' ' ||
                       (in->p[i + k] >= '0' && in->p[i + k] <= '9');
        if (letters == 4)
            return i;
    }
    return start;
}

/* A number at the edge of something: of its type, or of this file. */
static uint64_t edge(input *in, size_t at)
{
    static const uint64_t known[] = { 0,          1,          2,          7,
                                      8,          0xFFFF,     0x7FFFFFFF, 0x80000000,
                                      0xFFFFFFFE, 0xFFFFFFFF, 1u << 16,   (uint64_t)1 << 32,
                                      INT64_MAX,  UINT64_MAX };
    const uint64_t here[] = { in->n, in->n - at, in->n - at - 4, in->n - at - 8, at };
    const uint64_t v =
        below(in, 2) ? known[below(in, SNQ_COUNT(known))] : here[below(in, SNQ_COUNT(here))];
    return v + below(in, 3) - 1;
}

static void put_number(input *in, size_t at, uint64_t v)
{
    static const size_t widths[] = { 1, 2, 3, 4, 4, 4, 8 };
    const size_t width = widths[below(in, SNQ_COUNT(widths))];
    const int big = (int)below(in, 2);
    for (size_t k = 0; k < width && at + k < in->n; k++)
        in->p[at + k] = (uint8_t)(v >> 8 * (big ? width - 1 - k : k));
}

static void put_size(input *in)
{
    const size_t name = find_name(in);
    const size_t before = name >= 4 && below(in, 2) ? name - 4 : name + 4;
    put_number(in, before, edge(in, name));
}

/* [*at, *at + the value returned): from a name to a name, or any piece. */
static size_t pick_block(input *in, size_t *at)
{
    size_t a = below(in, 4) ? find_name(in) : below(in, in->n);
    size_t b = below(in, 4) ? find_name(in) : below(in, in->n);
    if (a > b) {
        const size_t was = a;
        a = b;
        b = was;
    }
    *at = a;
    return b - a ? b - a : 1;
}

static void double_block(input *in)
{
    size_t at, n = pick_block(in, &at);
    const size_t to = below(in, in->n + 1);
    uint8_t held[4096];
    n = n < sizeof held ? n : sizeof held;
    n = n < in->room - in->n ? n : in->room - in->n;
    memcpy(held, in->p + at, n);
    memmove(in->p + to + n, in->p + to, in->n - to);
    memcpy(in->p + to, held, n);
    in->n += n;
}

static void remove_block(input *in)
{
    size_t at;
    const size_t n = pick_block(in, &at);
    if (n >= in->n)
        return;
    memmove(in->p + at, in->p + at + n, in->n - at - n);
    in->n -= n;
}

static void blank_block(input *in)
{
    static const uint8_t with[] = { 0, 0xFF, 0x80, 0x7F };
    size_t at;
    const size_t n = pick_block(in, &at);
    const size_t kind = below(in, SNQ_COUNT(with) + 1);
    for (size_t i = at; i < at + n; i++)
        in->p[i] = kind < SNQ_COUNT(with) ? with[kind] : (uint8_t)snq_rng_next(&in->rng);
}

static void mutate_once(input *in)
{
    switch (below(in, 10)) {
    case 0:
    case 1:
        put_size(in);
        break;
    case 2:
        put_number(in, below(in, in->n), edge(in, 0));
        break;
    case 3:
        double_block(in);
        break;
    case 4:
        remove_block(in);
        break;
    case 5:
        blank_block(in);
        break;
    case 6: /* cut, mostly a little */
        in->n -= below(in, below(in, 2) ? in->n : in->n / 16 + 1);
        break;
    default:
        in->n = LLVMFuzzerMutate(in->p, in->n, in->room);
        break;
    }
}

size_t LLVMFuzzerCustomMutator(uint8_t *p, size_t n, size_t room, unsigned seed)
{
    input in = { p, n, room, { { 0 } } };
    snq_rng_init(&in.rng, seed);
    for (size_t left = 1 + below(&in, 3); left; left--) {
        if (in.n < 8)
            in.n = LLVMFuzzerMutate(p, in.n, room);
        else
            mutate_once(&in);
    }
    if (below(&in, 4)) {
        mend_ogg(p, in.n);
        if (in.n > 4 && memcmp(p, "fLaC", 4) == 0)
            mend_flac(p, in.n);
    }
    return in.n;
}
