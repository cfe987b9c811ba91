// SPDX-License-Identifier: MIT
#include "watch/flo_file.h"

#include <string.h>

enum { HEAD = 12 };

static const uint32_t MAGIC = 0x48454950; /* 202021.25f */

static void put32(uint8_t *p, uint32_t v)
{
    for (int i = 0; i < 4; i++)
        p[i] = (uint8_t)(v >> 8 * i);
}

static uint32_t get32(const uint8_t *p)
{
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

size_t snq_flo_file_bytes(uint32_t width, uint32_t height)
{
    return HEAD + (size_t)width * height * 8;
}

void snq_flo_file_write(uint8_t *bytes, const float *flow, uint32_t width, uint32_t height)
{
    put32(bytes, MAGIC);
    put32(bytes + 4, width);
    put32(bytes + 8, height);
    for (size_t i = 0; i < (size_t)width * height * 2; i++) {
        uint32_t v;
        memcpy(&v, flow + i, sizeof v);
        put32(bytes + HEAD + 4 * i, v);
    }
}

snq_status snq_flo_file_size(const uint8_t *bytes, size_t n, uint32_t *width, uint32_t *height)
{
    *width = *height = 0;
    if (n < HEAD || get32(bytes) != MAGIC)
        return SNQ_FAIL(SNQ_ERR_FORMAT, "flo: no .flo file");
    const uint32_t w = get32(bytes + 4), h = get32(bytes + 8);
    if (!w || !h)
        return SNQ_FAIL(SNQ_ERR_FORMAT, "flo: %u x %u", w, h);
    if (w > SNQ_FLO_FILE_SIDE_MAX || h > SNQ_FLO_FILE_SIDE_MAX)
        return SNQ_FAIL(SNQ_ERR_TOO_BIG, "flo: %u x %u, at most %d", w, h, SNQ_FLO_FILE_SIDE_MAX);
    if (n != snq_flo_file_bytes(w, h))
        return SNQ_FAIL(SNQ_ERR_FORMAT, "flo: %zu bytes for %u x %u", n, w, h);
    *width = w;
    *height = h;
    return SNQ_OK;
}

void snq_flo_file_read(const uint8_t *bytes, float *flow, uint32_t width, uint32_t height)
{
    for (size_t i = 0; i < (size_t)width * height * 2; i++) {
        const uint32_t v = get32(bytes + HEAD + 4 * i);
        memcpy(flow + i, &v, sizeof v);
    }
}
