// SPDX-License-Identifier: MIT
/* lane_ladder -- the four-pole ladder with saturation, eight voices at once.
 *
 * IDEA   Four gentle low-passes in a row, and the last one's output taken from the input: where the
 *        four together turn the sound by half a period, at the cutoff, taking away becomes adding,
 *        and the filter rings. Where input and feedback meet, a soft curve keeps the sum within
 *        bounds, as the transistors did: it rounds off loud sounds, and it is what makes the ringing
 *        stop growing.
 *
 * STEPS  g = tan(pi cutoff / rate), G = g / (1 + g), k = 4 resonance; one-poles i = 1 .. 4 with
 *        trapezoidal integrators s_i:
 *            y_i = G y_(i-1) + (1 - G) s_i,     s_i' = 2 y_i - s_i,     y_0 = u
 *        so that y_4 = G^4 u + S, S = (1 - G)(G^3 s_1 + G^2 s_2 + G s_3 + s_4), and the ring
 *        u = x - k y_4 closes without a sample's delay, and without iterating, at
 *            v = (x - k S) / (1 + k G^4),       u = sat(v)
 *            sat(v) = v (27 + v^2) / (27 + 9 v^2) for |v| <= 3, beyond it +-1
 *                   = v / 9 + (8/3) v / (v^2 + 3)
 *        u, behind a division, is what all wait for; so states are kept as s_i = p_i u + q_i, and the next
 *        sample's S is worked out but for its share of u while u is still to come.
 *        Outputs by taps, of the analog ladder with s = i at the cutoff:
 *            low-pass    y_4                              1 / ((1 + s)^4 + k)
 *            band-pass   4 (y_2 - 2 y_3 + y_4)            4 s^2 / (..)
 *            high-pass   u - 4 y_1 + 6 y_2 - 4 y_3 + y_4  s^4 / (..)
 *            notch       u - 2 y_1 + 2 y_2                (1 + s^2) (1 + s)^2 / (..)
 *        Drive: x = a input, output times c, a = 2^(4 drive - 2) = 1/4 .. 4, c so that a loud sound
 *        is about as loud at every drive: c = sat(1/4) / (1/4 sat(a)).
 *
 *        Exact: for small signals sat(v) = v, and this is the bilinear transform of the analog
 *        ladder. At k = 4 its poles are at the cutoff exactly. For large signals sat(v) stands where
 *        the solution of v + k G^4 sat(v) = x - k S should: u is then too small at high
 *        cutoffs, by at most 0.002 at 5 kHz, 0.015 at 10, 0.09 at 20 (k = 4, 48 kHz); but as all of
 *        it is without memory, the frequency of the ringing doesn't move.
 *
 *        Stability: |u| <= 1 by sat, whatever comes back; from there on there is no loop but those
 *        of the one-poles, |s'| = |2 G y + (1 - 2 G) s|, which with 0 < G < 1 are bounded by g times
 *        their input at most, under any modulation.
 *
 * CONST  sat: Pade approximant of tanh, within 0.024 of it, with slope 0 where it is cut off.
 *        1/4: full scale is then compressed by 2 %, third harmonic at -46 dB; and the ringing stays
 *        under 12 dB over full scale. 4: full scale is squared off.
 *        Makeup 1/2: resonance takes 14 dB of the bass at k = 4, half of the gain gives back 9.5 of
 *        them; all of it would let the sum of resonance and bass run into saturation (our measurement of
 *        peaks, 2026).
 *
 * COST   AVX-512 2.0 ns a voice-sample, AVX2 2.2, plain C 4.4; of both sides at once 1.45, 1.5 and 3.9 (Sapphire
 *        Rapids, busy: the plain form took 3.0 there with AVX2, 2.5 on a free one). Of one side it is waiting:
 *        31 cycles from sample to sample, a division among them.
 *
 * LIMITS No oversampling: what saturation makes over rate / 2 comes back as aliases; of a sine at
 *        full scale, whose third harmonic folds (9 kHz), they are at -47 dB at drive 0, -24 at 1/2.
 *        Rounding makes a noise 105 dB under the bass at 20 Hz, 192 kHz. A drive that jumps from 0 to 1
 *        in a block is up to 3 dB too loud in its middle: gains before and behind both go straight.
 *        The bilinear transform's limits are those of lane_svf.c. In the notch, resonance lowers the
 *        bass side as well (1 / (1 + k)).
 *
 * REFS   V. Zavalishin, "The art of VA filter design", 2.1.2 (2018), ch. 5-6. T. Stilson, J. Smith,
 *        "Analyzing the Moog VCF with considerations for digital implementation", ICMC 1996. Taps:
 *        V. Valimaki, A. Huovilainen, "Oscillator and filter algorithms for virtual analog
 *        synthesis", Computer Music Journal 30(2), 2006. */
#include <math.h>
#include <stddef.h>

#include "base/cpu.h"
#include "synth/lane_filter_impl.h"
#include "synth/simd/lane_filter_kernels_impl.h"

static const float least_gain = 0.25f;

snq__lane_ladder_fn *snq__lane_ladder_pick(unsigned flags)
{
#ifdef SNQ_HAVE_AVX512
    if (flags & SNQ_CPU_AVX512)
        return snq__lane_ladder_avx512;
#endif
#ifdef SNQ_HAVE_AVX2
    if (flags & SNQ_CPU_AVX2)
        return snq__lane_ladder_avx2;
#endif
    (void)flags;
    return snq__lane_ladder_c;
}

static float saturated(float v)
{
    return v < 3.0f ? v * (27.0f + v * v) / (27.0f + 9.0f * v * v) : 1.0f;
}

snq__ladder_gains snq__ladder_gains_for(float drive)
{
    const float d = drive > 0.0f ? fminf(drive, 1.0f) : 0.0f;
    const float in = least_gain * exp2f(4.0f * d);
    const snq__ladder_gains g = { in, saturated(least_gain) / (least_gain * saturated(in)) };
    return g;
}

void snq__lane_ladder_reset(snq__lane_ladder *f, uint32_t lane)
{
    for (uint32_t i = 0; i < SNQ_COUNT(f->s); i++)
        f->s[i].v[lane] = 0;
    f->gain_in.v[lane] = 0;
    f->gain_out.v[lane] = 0;
}

void snq__lane_ladder_run(snq__lane_ladder *f, const snq__lane_filter_block *b, snq__lanes *x)
{
    snq__lane_ladder_pick(snq_cpu_flags())(f, b, x, NULL);
}

void snq__lane_ladder_run_pair(snq__lane_ladder *f, const snq__lane_filter_block *b, snq__lanes *x,
                               snq__lanes *y)
{
    snq__lane_ladder_pick(snq_cpu_flags())(f, b, x, y);
}
