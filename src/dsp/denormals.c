// SPDX-License-Identifier: MIT
#include "dsp/denormals.h"

#if defined(__SSE2__)
#include <immintrin.h>

/* Intel SDM volume 1, 10.2.3: MXCSR bit 15 flushes results to zero, bit 6 takes operands as zero */
enum { FTZ_DAZ = 1 << 15 | 1 << 6 };

snq_denormals snq_denormals_off(void)
{
    const unsigned was = _mm_getcsr();
    _mm_setcsr(was | FTZ_DAZ);
    return (snq_denormals) { .word = was };
}

void snq_denormals_restore(snq_denormals was)
{
    _mm_setcsr((unsigned)was.word);
}

#elif defined(__aarch64__)

/* Arm ARM, FPCR bit 24 (FZ) */
snq_denormals snq_denormals_off(void)
{
    uint64_t was;
    __asm__ volatile("mrs %0, fpcr" : "=r"(was));
    __asm__ volatile("msr fpcr, %0" : : "r"(was | (uint64_t)1 << 24));
    return (snq_denormals) { .word = was };
}

void snq_denormals_restore(snq_denormals was)
{
    __asm__ volatile("msr fpcr, %0" : : "r"(was.word));
}

#else

snq_denormals snq_denormals_off(void)
{
    return (snq_denormals) { 0 };
}

void snq_denormals_restore(snq_denormals was)
{
    (void)was;
}

#endif
