// SPDX-License-Identifier: MIT
/* IDEA   Every sample format becomes float by one multiplication; only what was float already can
 *        hold values that are no numbers, and a first look over the block finds whether it does.
 * STEPS  y = x * 2^-(b-1), b bits, x integer (exact in float for b <= 24)
 *        U8: x - 128 first. S24: three bytes in the upper part of a word, as if b = 32.
 *        F32, F64: bad = any !(|x| <= M); y = |x| < FLT_MIN ? 0 : x; if bad, repair one by one
 * CONST  M = SNQ_SAMPLE_MAX (base/limits.h). FLT_MIN = 2^-126: below it arithmetic is slow on many
 *        machines and the level is under -758 dBFS.
 * COST   memory bound; interleaved stereo has its own loop, since nearly everything is stereo.
 *        Measured figures: bench of the reader.
 * LIMITS little-endian machines. */
#include "media/convert_impl.h"

#include <float.h>
#include <math.h>
#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "sample loads assume little-endian");

static inline int32_t load_s24(const uint8_t *p)
{
    uint32_t word;
    memcpy(&word, p, 4);
    return (int32_t)(word << 8);
}

/* One channel with a stride; stride 1 gets its own loop, which vectorises. */
#define SNQ__MONO(name, type, expression)                                              \
    static void mono_##name(const uint8_t *bytes, size_t stride, size_t n, float *out) \
    {                                                                                  \
        const type *p = (const type *)(const void *)bytes;                             \
        if (stride == 1)                                                               \
            for (size_t i = 0; i < n; i++) {                                           \
                const type x = p[i];                                                   \
                out[i] = (expression);                                                 \
            }                                                                          \
        else                                                                           \
            for (size_t i = 0; i < n; i++) {                                           \
                const type x = p[i * stride];                                          \
                out[i] = (expression);                                                 \
            }                                                                          \
    }                                                                                  \
    static void pair_##name(const uint8_t *bytes, size_t n, float *restrict left,      \
                            float *restrict right)                                     \
    {                                                                                  \
        const type *p = (const type *)(const void *)bytes;                             \
        for (size_t i = 0; i < n; i++) {                                               \
            type x = p[2 * i];                                                         \
            left[i] = (expression);                                                    \
            x = p[2 * i + 1];                                                          \
            right[i] = (expression);                                                   \
        }                                                                              \
    }

typedef int16_t snq__s16 __attribute__((aligned(1), may_alias));
typedef int32_t snq__s32 __attribute__((aligned(1), may_alias));
typedef int64_t snq__s64 __attribute__((aligned(1), may_alias));
typedef float snq__f32 __attribute__((aligned(1), may_alias));
typedef double snq__f64 __attribute__((aligned(1), may_alias));

SNQ__MONO(u8, uint8_t, (float)((int)x - 128) * 0x1p-7f)
SNQ__MONO(s8, int8_t, (float)x * 0x1p-7f)
SNQ__MONO(s16, snq__s16, (float)x * 0x1p-15f)
SNQ__MONO(s32, snq__s32, (float)x * 0x1p-31f)
SNQ__MONO(s64, snq__s64, (float)x * 0x1p-63f)
SNQ__MONO(f32, snq__f32, fabsf(x) < FLT_MIN ? 0.0f : x)
SNQ__MONO(f64, snq__f64, fabs(x) < (double)FLT_MIN ? 0.0f : (float)x)

static void mono_s24(const uint8_t *p, size_t stride, size_t n, float *out)
{
    for (size_t i = 0; i < n; i++)
        out[i] = (float)load_s24(p + i * stride * 3) * 0x1p-31f;
}

static void pair_s24(const uint8_t *p, size_t n, float *restrict left, float *restrict right)
{
    for (size_t i = 0; i < n; i++) {
        left[i] = (float)load_s24(p + i * 6) * 0x1p-31f;
        right[i] = (float)load_s24(p + i * 6 + 3) * 0x1p-31f;
    }
}

static const struct {
    uint32_t bytes;
    void (*mono)(const uint8_t *p, size_t stride, size_t n, float *out);
    void (*pair)(const uint8_t *p, size_t n, float *restrict left, float *restrict right);
} table[] = {
    [SNQ__SAMPLE_U8] = { 1, mono_u8, pair_u8 },    [SNQ__SAMPLE_S8] = { 1, mono_s8, pair_s8 },
    [SNQ__SAMPLE_S16] = { 2, mono_s16, pair_s16 }, [SNQ__SAMPLE_S24] = { 3, mono_s24, pair_s24 },
    [SNQ__SAMPLE_S32] = { 4, mono_s32, pair_s32 }, [SNQ__SAMPLE_S64] = { 8, mono_s64, pair_s64 },
    [SNQ__SAMPLE_F32] = { 4, mono_f32, pair_f32 }, [SNQ__SAMPLE_F64] = { 8, mono_f64, pair_f64 },
};

uint32_t snq__sample_bytes(snq__sample format)
{
    return table[format].bytes;
}

/* Put the values that are no samples right: x is the value before it was made a float. */
static float repair(double x, float y, float limit, snq__convert_stats *stats)
{
    if (isnan(x)) {
        stats->nan++;
        return 0.0f;
    }
    if (isinf(x))
        stats->inf++;
    else if (fabs(x) > (double)limit)
        stats->over++;
    else
        return y;
    limit = isinf(x) ? SNQ_SAMPLE_MAX : limit;
    return x > 0 ? limit : -limit;
}

static int any_bad(const float *x, size_t n, float limit)
{
    int bad = 0;
    for (size_t i = 0; i < n; i++)
        bad |= !(fabsf(x[i]) <= limit);
    return bad;
}

static void repair_channel(const snq__chunk *chunk, uint32_t c, size_t from, size_t n, float *out,
                           snq__convert_stats *stats)
{
    const float limit = chunk->limit > 0 ? chunk->limit : SNQ_SAMPLE_MAX;
    if (!any_bad(out, n, limit))
        return;
    const uint32_t bytes = table[chunk->format].bytes;
    for (size_t i = 0; i < n; i++) {
        const uint8_t *p = chunk->plane[c] + (from + i) * chunk->stride * bytes;
        double x;
        if (chunk->format == SNQ__SAMPLE_F64) {
            memcpy(&x, p, sizeof x);
        } else {
            float narrow;
            memcpy(&narrow, p, sizeof narrow);
            x = (double)narrow;
        }
        out[i] = repair(x, out[i], limit, stats);
    }
}

void snq__convert(const snq__chunk *chunk, size_t from, size_t n, float *const *out,
                  snq__convert_stats *stats)
{
    const uint32_t bytes = table[chunk->format].bytes;
    const size_t skip = from * chunk->stride * bytes;
    if (chunk->channels == 2 && chunk->stride == 2)
        table[chunk->format].pair(chunk->plane[0] + skip, n, out[0], out[1]);
    else
        for (uint32_t c = 0; c < chunk->channels; c++)
            table[chunk->format].mono(chunk->plane[c] + skip, chunk->stride, n, out[c]);
    if (chunk->format == SNQ__SAMPLE_F32 || chunk->format == SNQ__SAMPLE_F64)
        for (uint32_t c = 0; c < chunk->channels; c++)
            repair_channel(chunk, c, from, n, out[c], stats);
}

void snq__swap(uint8_t *p, size_t n, uint32_t bytes)
{
    if (bytes == 2)
        for (size_t i = 0; i < n; i++, p += 2) {
            uint16_t x;
            memcpy(&x, p, 2);
            x = __builtin_bswap16(x);
            memcpy(p, &x, 2);
        }
    else if (bytes == 4)
        for (size_t i = 0; i < n; i++, p += 4) {
            uint32_t x;
            memcpy(&x, p, 4);
            x = __builtin_bswap32(x);
            memcpy(p, &x, 4);
        }
    else if (bytes > 1)
        for (size_t i = 0; i < n; i++, p += bytes)
            for (uint32_t a = 0, b = bytes - 1; a < b; a++, b--) {
                const uint8_t x = p[a];
                p[a] = p[b];
                p[b] = x;
            }
}
