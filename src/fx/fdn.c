// SPDX-License-Identifier: MIT
#include "fx/fdn_impl.h"

#include <string.h>

#include "base/cpu.h"

void snq__fdn_kernels_init(snq__fdn_kernels *k, unsigned cpu_flags)
{
    *k = (snq__fdn_kernels) { .lines = snq__fdn_lines_c,
                              .cut = snq__fdn_cut_c,
                              .weigh = snq__fdn_weigh_c,
                              .mix = snq__fdn_mix_c };
#ifdef SNQ_HAVE_AVX2
    if (cpu_flags & SNQ_CPU_AVX2)
        *k = (snq__fdn_kernels) { .lines = snq__fdn_lines_avx2,
                                  .cut = snq__fdn_cut_avx2,
                                  .weigh = snq__fdn_weigh_avx2,
                                  .mix = snq__fdn_mix_avx2 };
#endif
#ifdef SNQ_HAVE_AVX512
    if (cpu_flags & SNQ_CPU_AVX512)
        *k = (snq__fdn_kernels) { .lines = snq__fdn_lines_avx512,
                                  .cut = snq__fdn_cut_avx512,
                                  .weigh = snq__fdn_weigh_avx512,
                                  .mix = snq__fdn_mix_avx512 };
#endif
    (void)cpu_flags;
}

/* Eight frames from states s and a first sample x; of every frame what comes out and the states after it. */
static void answer(const float from[4], float low, float high, float x, float out[8],
                   float state[8][4])
{
    float s[4];
    memcpy(s, from, sizeof s);
    for (int i = 0; i < 8; i++) {
        out[i] = snq__fdn_cut_step(s, low, high, i ? 0 : x);
        memcpy(state[i], s, sizeof s);
    }
}

void snq__fdn_cut_prepare(snq__fdn_cut *c)
{
    snq__fdn_cut_block *b = &c->block;
    const float none[4] = { 0 };
    float out[8], state[8][4];
    if (b->low == c->low && b->high == c->high)
        return;
    b->low = c->low;
    b->high = c->high;
    answer(none, c->low, c->high, 1, out, state);
    for (int j = 0; j < 8; j++) {
        for (int i = 0; i < 8; i++)
            b->h[j][i] = i < j ? 0 : out[i - j];
        memcpy(b->from_in[j], state[7 - j], sizeof state[0]);
    }
    for (int k = 0; k < 4; k++) {
        const float one[4] = { k == 0, k == 1, k == 2, k == 3 };
        answer(one, c->low, c->high, 0, b->from_state[k], state);
        memcpy(b->keep[k], state[7], sizeof state[7]);
    }
}
