// SPDX-License-Identifier: MIT
/* lane_svf -- the state-variable filter, eight voices at once.
 *
 * IDEA   Two integrators in a ring, as in the analog circuit: the first holds the band between the
 *        highs and the lows, the second the lows, and what is left of the input is the highs. Each
 *        integrator adds areas of trapezoids, and the ring is solved as a whole at every sample, so
 *        that nothing comes a sample late. Then cutoff and resonance are independent, and may jump
 *        at every sample without the filter ever gaining energy by it.
 *
 * STEPS  g = tan(pi cutoff / rate), k = 1 / q; x input, s1, s2 the integrators (one a lane)
 *            hp = x - k bp - lp,    bp = s1 + g hp,    lp = s2 + g bp
 *            s1' = bp + g hp,       s2' = lp + g bp
 *        Solved, with h = 2 g / (1 + g (g + k)):
 *            s1' = (1 - h (g + k)) s1 - h s2 + h x
 *            s2' = h s1 + (1 - g h) s2 + g h x
 *            bp = (s1 + s1') / 2,   lp = (s2 + s2') / 2
 *        which has eight cycles from sample to sample instead of the sixteen of the first form.
 *        Outputs: lp; k bp (0 dB at the centre); x - k bp - lp; notch x - k bp.
 *        Transfer function: that of the analog low-pass 1 / (1 + k s + s^2), band-pass
 *        k s / (..), high-pass s^2 / (..), notch (1 + s^2) / (..), at s = i tan(pi f / rate) / g.
 *        g and k run in straight lines across a block, or g is found for every sample.
 *
 *        Stability. Without input, hp = -k bp - lp, so that
 *            s1'^2 - s1^2 = 4 g bp hp,   s2'^2 - s2^2 = 4 g bp lp,   together -4 g k bp^2 <= 0:
 *        the energy s1^2 + s2^2 never grows, whatever g > 0 and k > 0 do from sample to sample; and
 *        over two samples it shrinks by a share that the ranges of g and k bound from below. So
 *        bounded input gives bounded output under any modulation.
 *
 *        tan(pi r) = S(r) / S(1/2 - r), S(r) = sin(pi r) as a polynomial of seventh degree.
 *
 * CONST  S: least largest relative error on [0, 1/2], 9.4e-7 (our fit, 2026); tan within 2e-6.
 *        Cutoff 5 Hz .. 0.49 rate; q 0.5 (no resonance) .. 40.
 *        SNQ__LANE_INPUT_MAX 1e9: times the greatest gain, squared, it is still a float.
 *
 * COST   AVX2 0.6 ns a voice-sample, plain C 1.2; with a cutoff a frame 1.1 and 3.0; of both sides at once,
 *        which share their coefficients, 0.4 and 1.1; less where nothing moves (Sapphire Rapids
 *        at about 2.6 GHz, shared, 2026; tests/kernels/test_lane_filter_kernels --bench).
 *
 * LIMITS What the bilinear transform does to the analog curve above all: it squeezes 0 .. infinity
 *        into 0 .. rate / 2. At 48 kHz, over q 0.5 .. 40 and frequencies up to 4 kHz where the analog
 *        filter is over -80 dB, the two are apart by at most (dB; by the formulas)
 *            cutoff       1 kHz  2 kHz  4 kHz  6 kHz  8 kHz  12 kHz  20 kHz
 *            low-pass      0.40   0.40   0.34   0.40   0.39    0.38    0.31
 *            high-pass     0.02   0.10   0.40   0.93   1.70    4.20   18.2
 *            band-pass     0.21   0.25   0.36   0.66   1.04    2.27    9.2
 *            notch         0.05   0.16   0.40   0.55   0.64    0.69    0.61
 *        and at 44.1 kHz by 1.2 times that: within 0.5 dB for low-passes with any cutoff, and for the
 *        others with cutoffs up to 4 kHz. High- and band-passes with higher cutoffs let less through
 *        far below their cutoff. Above 4 kHz a low-pass falls faster than the analog one, to nothing
 *        at rate / 2, where that would alias.
 *        A sweep inside a block is straight in g, which is nearly straight in Hz: an octave in 64
 *        frames strays from a geometric sweep by 6 % in the middle of the block.
 *
 * REFS   V. Zavalishin, "The art of VA filter design", 2.1.2 (2018), ch. 3-4. A. Simper, "Linear
 *        trapezoidal integrated SVF", Cytomic technical papers (2013). J. Laroche, "On the stability
 *        of time-varying recursive filters", JAES 55(6), 2007. */
#include <stddef.h>

#include "base/cpu.h"
#include "synth/lane_filter_impl.h"
#include "synth/simd/lane_filter_kernels_impl.h"

snq__lane_svf_fn *snq__lane_svf_pick(unsigned flags)
{
#ifdef SNQ_HAVE_AVX512
    if (flags & SNQ_CPU_AVX512)
        return snq__lane_svf_avx512;
#endif
#ifdef SNQ_HAVE_AVX2
    if (flags & SNQ_CPU_AVX2)
        return snq__lane_svf_avx2;
#endif
    (void)flags;
    return snq__lane_svf_c;
}

void snq__lane_svf_reset(snq__lane_svf *f, uint32_t lane)
{
    f->s1.v[lane] = 0;
    f->s2.v[lane] = 0;
}

void snq__lane_svf_run(snq__lane_svf *f, const snq__lane_filter_block *b, snq__lanes *x)
{
    snq__lane_svf_pick(snq_cpu_flags())(f, b, x, NULL);
}

void snq__lane_svf_run_pair(snq__lane_svf *f, const snq__lane_filter_block *b, snq__lanes *x,
                            snq__lanes *y)
{
    snq__lane_svf_pick(snq_cpu_flags())(f, b, x, y);
}
