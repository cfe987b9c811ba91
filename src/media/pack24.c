// SPDX-License-Identifier: MIT
#include "media/pack24_impl.h"

#include "base/cpu.h"
#include "media/quantise_impl.h"

uint64_t snq__pack24_c(const float *left, const float *right, size_t n, uint8_t *to)
{
    uint64_t clipped = 0;
    for (size_t i = 0; i < n; i++, to += 6) {
        const uint32_t l = (uint32_t)snq__quantise(left[i], 0x1p23, &clipped);
        const uint32_t r = (uint32_t)snq__quantise(right[i], 0x1p23, &clipped);
        for (int k = 0; k < 3; k++) {
            to[k] = (uint8_t)(l >> 8 * k);
            to[3 + k] = (uint8_t)(r >> 8 * k);
        }
    }
    return clipped;
}

snq__pack24_fn *snq__pack24_pick(unsigned cpu_flags)
{
#ifdef SNQ_HAVE_AVX2
    if (cpu_flags & SNQ_CPU_AVX2)
        return snq__pack24_avx2;
#endif
    (void)cpu_flags;
    return snq__pack24_c;
}
