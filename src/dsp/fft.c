// SPDX-License-Identifier: MIT
/* fft -- the transform: complex, real, and its passes (which stand in simd/fft_passes.inc).
 *
 * IDEA   A transform of length r m is r transforms of length m whose results are turned and summed;
 *        doing that again and again leaves n log n steps where the definition has n^2. Real and
 *        imaginary parts stand in vectors of their own, so that 8 or 16 numbers are turned at once
 *        without any shuffling. All passes but the last work in place, in an array that the first
 *        cache can hold; the last one fetches its numbers from wherever they ended up and writes
 *        the result in its natural order.
 *
 * STEPS  Pass i of radix r (4 or 8): m = product of the earlier radices, stride s = n / (m r).
 *        y[p + m j][q] = sum over k in [0, r) of e^(-2 pi i j k / r) w^k x[r p + k][q]
 *                        w = e^(-2 pi i p / (m r)),  p in [0, m), j in [0, r), q in [0, s)
 *        Result j is stored where x[r p + j] was: so before a pass, p stands at the position g
 *        whose digits are those of p in reverse. Roots are kept by position.
 *        First:  m = 1, no w. It reads the caller's samples, of either layout, and multiplies them
 *                by the window while it is at it. Vectors run over q.
 *        Middle: vectors run over q, one w for all lanes. Beyond 4096 numbers the passes over large
 *                blocks are done first, then each block that fits the cache gets all its passes.
 *        Last:   s = 1. Vectors run over p: the loads turn rows into columns.
 *        A butterfly is radix-2 steps (a + u b, a - u b) in six multiply-adds: c = a + u b takes
 *        four, 2 a - c two. u is w^4, w^2, w, w e^(-i pi/4) or -i times one of them: half the roots
 *        of the usual arrangement.
 *
 *        Real: two real samples fit into one complex number, so n real samples are transformed as
 *        m = n/2 complex ones, and the interleaved halves are told apart by their symmetry.
 *        z[t] = x[2t] + i x[2t + 1]                                        t in [0, m)
 *        Z[k] = complex transform of z                                     k in [0, m)
 *        a = Z[k], b = conj Z[m - k]                                       (Z[m] = Z[0])
 *        s = (a + b)/2, t = v[k] (a - b),                v[k] = -i/2 e^(-i pi k / m)
 *        X[k] = s + t, X[m - k] = conj(s - t)
 *        X[0] = Re Z[0] + Im Z[0],  X[m] = Re Z[0] - Im Z[0]
 *        The inverse runs the same equations backwards: with p = X[k], q = conj X[m - k],
 *        Z[k] = (p + q)/2 + u[k] (p - q),  u[k] = i/2 e^(i pi k / m) = conj v[k];
 *        the inverse transform is the forward one with the roles of re and im exchanged.
 *
 * CONST  Radices: eights from the end, fours in front as the length needs them (the first pass,
 *        which has no roots to load, minds a short butterfly least). Tile of 16 roots: the widest
 *        vector.
 *        4096 numbers are 32 KiB: the first cache of most machines.
 *
 * COST   3 operations a number and factor of 2 in the length, nearly all multiply-adds.
 *        4096 numbers: 11 us in C, 5.6 in AVX2, 4.0 in AVX-512, where FFmpeg 5.1's av_tx takes 8
 *        (2.7 GHz Sapphire Rapids shared with others, 2026). In AVX2 the middle passes run at the
 *        machine's arithmetic limit; the first and the last wait for the second cache.
 *
 * LIMITS Float throughout: relative error (RMS) 1.3e-7 at 4096, growing slowly with log n. Under 64
 *        numbers (AVX-512: 128) plain C runs whatever the machine, under 32 it is the definition.
 *
 * REFS   C. Van Loan, Computational Frameworks for the Fast Fourier Transform, SIAM 1992, chapter
 *        1: passes as operations on arrays, and their orders. E. Linzer, E. Feig, "Implementation
 *        of efficient FFT algorithms on fused multiply-add architectures", IEEE Trans. Signal
 *        Processing 41(1), 1993. H. V. Sorensen et al., "Real-valued fast Fourier transform
 *        algorithms", IEEE Trans. ASSP 35(6), 1987. */
#include "dsp/fft.h"

#include "base/alloc.h"
#include "base/cpu.h"
#include "dsp/fft_plan_impl.h"

struct snq_fft {
    snq__fft_plan plan;
    snq__fft_fn *run;
    float *re, *im; /* (n,) each, one block */
};

struct snq_rfft {
    snq__fft_plan plan; /* of m = half the length */
    snq__fft_fn *run;
    snq__rfft_unpack_fn *unpack;
    float *v;       /* (2, m/2 + 1) */
    float *re, *im; /* (m,) each, one block */
    float *packed;  /* (2, m): what the inverse transforms */
};

snq_status snq_fft_new(uint32_t n, snq_fft **out)
{
    snq_status st;
    *out = NULL;
    SNQ_TRY(snq__fft_check_length(n));
    snq_fft *f = snq_calloc(1, sizeof(*f));
    if (!f)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "fft");
    SNQ_GOTO(snq__fft_plan_init(&f->plan, n));
    f->re = snq_calloc(n, 2 * sizeof(float));
    if (!f->re) {
        st = SNQ_FAIL(SNQ_ERR_NOMEM, "buffers of a transform of %u", n);
        goto fail;
    }
    f->im = f->re + n;
    snq__kernels kernels;
    snq__kernels_init(&kernels, snq_cpu_flags());
    f->run = kernels.fft;
    *out = f;
    return SNQ_OK;
fail:
    snq_fft_free(f);
    return st;
}

void snq_fft_free(snq_fft *f)
{
    if (!f)
        return;
    snq__fft_plan_clear(&f->plan);
    snq_free(f->re);
    snq_free(f);
}

static void interleave(float *restrict out, const float *restrict re, const float *restrict im,
                       size_t n)
{
    for (size_t k = 0; k < n; k++) {
        out[2 * k] = re[k];
        out[2 * k + 1] = im[k];
    }
}

void snq_fft_run(snq_fft *f, float *out_re_im, const float *in_re_im)
{
    f->run(&f->plan, f->re, f->im, &(snq__fft_source) { .re = in_re_im });
    interleave(out_re_im, f->re, f->im, f->plan.n);
}

snq_status snq_rfft_new(uint32_t n, snq_rfft **out)
{
    snq_status st;
    *out = NULL;
    SNQ_TRY(snq__fft_check_length(n));
    snq_rfft *f = snq_calloc(1, sizeof(*f));
    if (!f)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "rfft");
    const uint32_t m = n / 2;
    SNQ_GOTO(snq__fft_plan_init(&f->plan, m));
    f->v = snq__rfft_roots(m);
    f->re = snq_calloc(m, 2 * sizeof(float));
    f->packed = snq_calloc(m, 2 * sizeof(float));
    if (!f->v || !f->re || !f->packed) {
        st = SNQ_FAIL(SNQ_ERR_NOMEM, "buffers of a real transform of %u", n);
        goto fail;
    }
    f->im = f->re + m;
    snq__kernels kernels;
    snq__kernels_init(&kernels, snq_cpu_flags());
    f->run = kernels.fft;
    f->unpack = kernels.rfft_unpack;
    *out = f;
    return SNQ_OK;
fail:
    snq_rfft_free(f);
    return st;
}

void snq_rfft_free(snq_rfft *f)
{
    if (!f)
        return;
    snq__fft_plan_clear(&f->plan);
    snq_free(f->v);
    snq_free(f->re);
    snq_free(f->packed);
    snq_free(f);
}

void snq_rfft_run(snq_rfft *f, float *out_re_im, const float *in)
{
    f->run(&f->plan, f->re, f->im, &(snq__fft_source) { .re = in });
    f->unpack(out_re_im, f->re, f->im, f->v, f->plan.n);
}

void snq_rfft_inverse(snq_rfft *f, float *out, const float *in_re_im)
{
    const uint32_t m = f->plan.n;
    const float scale = 1.0f / (float)m;
    const float first = in_re_im[0], last = in_re_im[2 * (size_t)m];
    float *re = f->packed, *im = f->packed + m;
    re[0] = 0.5f * scale * (first + last);
    im[0] = 0.5f * scale * (first - last);
    for (uint32_t k = 1; k <= m / 2; k++) {
        const float *p = in_re_im + 2 * (size_t)k, *q = in_re_im + 2 * (size_t)(m - k);
        const float sr = 0.5f * (p[0] + q[0]), si = 0.5f * (p[1] - q[1]);
        const float dr = p[0] - q[0], di = p[1] + q[1];
        const float ur = f->v[k], ui = -f->v[m / 2 + 1 + k];
        const float tr = ur * dr - ui * di, ti = ur * di + ui * dr;
        re[k] = scale * (sr + tr);
        im[k] = scale * (si + ti);
        re[m - k] = scale * (sr - tr);
        im[m - k] = scale * (ti - si);
    }
    f->run(&f->plan, f->im, f->re, &(snq__fft_source) { .re = im, .im = re });
    interleave(out, f->re, f->im, m);
}
