// SPDX-License-Identifier: MIT
/* IDEA   An MPEG audio frame begins with 11 set bits and says how long it is; where it ends the next
 *        one must begin, with the same version, layer and rate. Chance does not do that three times.
 * STEPS  length = (layer I) 4 (12 B / f + pad), else (576 or 1152) / 8 B / f + pad [bytes]
 *        with B the bit rate [bit/s], f the sample rate [Hz], 576 for layer III of MPEG-2 and 2.5
 * CONST  bit rates and sample rates: ISO/IEC 11172-3 2.4.2.3, ISO/IEC 13818-3 2.4.2.3; MPEG-2.5 (half
 *        the rates of MPEG-2) is Fraunhofer's extension.
 *        Chain of 3: a random position passes the first test with 1.5e-4, each further one with
 *        about 3e-5, so 10^6 random bytes hold a chain of three once in 10^7 files.
 * COST   one pass; LIMITS free-format streams are not recognised. */
#include "media/mpeg_scan_impl.h"

uint32_t snq__mpeg_layer(const uint8_t *p)
{
    return 4 - (p[1] >> 1 & 3);
}

uint32_t snq__mpeg_frame_bytes(const uint8_t *p)
{
    /* (version 1 or not, layer I, II, III; index), kbit/s */
    static const uint16_t kbps[2][3][15] = {
        { { 0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448 },
          { 0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384 },
          { 0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320 } },
        { { 0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256 },
          { 0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160 },
          { 0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160 } },
    };
    static const uint16_t rates[3] = { 44100, 48000, 32000 };
    const uint32_t version = p[1] >> 3 & 3; /* 0: 2.5, 1: none, 2: 2, 3: 1 */
    const uint32_t layer = snq__mpeg_layer(p);
    const uint32_t bit = p[2] >> 4, rate = p[2] >> 2 & 3, pad = p[2] >> 1 & 1;
    if (p[0] != 0xFF || (p[1] & 0xE0) != 0xE0 || version == 1 || layer == 4 || bit == 0 ||
        bit == 15 || rate == 3)
        return 0;
    const uint32_t bps = 1000u * kbps[version != 3][layer - 1][bit];
    const uint32_t hz = (uint32_t)rates[rate] >> (version == 3 ? 0 : version == 2 ? 1 : 2);
    if (layer == 1)
        return 4 * (12 * bps / hz + pad);
    const uint32_t frames = layer == 3 && version != 3 ? 576 : 1152;
    return frames / 8 * bps / hz + pad;
}

/* Same version, layer and sample rate. */
static int same_stream(const uint8_t *a, const uint8_t *b)
{
    return (a[1] & 0xFE) == (b[1] & 0xFE) && (a[2] & 0x0C) == (b[2] & 0x0C);
}

int64_t snq__mpeg_find(const uint8_t *p, size_t n, int whole)
{
    for (size_t i = 0; i + 4 <= n; i++) {
        uint32_t length = p[i] == 0xFF ? snq__mpeg_frame_bytes(p + i) : 0;
        size_t at = i;
        int chain = 0;
        while (length) {
            at += length;
            if (++chain == SNQ__MPEG_CHAIN)
                return (int64_t)i;
            if (whole && at >= n && chain >= 2)
                return (int64_t)i;
            length = at + 4 <= n && same_stream(p + i, p + at) ? snq__mpeg_frame_bytes(p + at) : 0;
        }
    }
    return -1;
}
