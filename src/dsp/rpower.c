// SPDX-License-Identifier: MIT
#include "dsp/rpower.h"

#include <string.h>

#include "base/alloc.h"
#include "base/cpu.h"
#include "dsp/fft_plan_impl.h"

struct snq_rpower {
    snq__fft_plan plan; /* of m = half the length */
    snq__fft_fn *fft;
    snq__rfft_power_fn *power;
    float *window;  /* (2m,) or NULL */
    float *v;       /* (2, m/2 + 1) */
    float *re, *im; /* (m,) each, one block */
};

snq_status snq_rpower_new(uint32_t n, const float *window, snq_rpower **out)
{
    snq_status st;
    *out = NULL;
    SNQ_TRY(snq__fft_check_length(n));
    snq_rpower *r = snq_calloc(1, sizeof(*r));
    if (!r)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "rpower");
    SNQ_GOTO(snq__fft_plan_init(&r->plan, n / 2));
    r->v = snq__rfft_roots(n / 2);
    r->re = snq_calloc(n, sizeof(float));
    r->window = window ? snq_calloc(n, sizeof(float)) : NULL;
    if (!r->v || !r->re || (window && !r->window)) {
        st = SNQ_FAIL(SNQ_ERR_NOMEM, "power spectrum of %u", n);
        goto fail;
    }
    r->im = r->re + n / 2;
    if (window)
        memcpy(r->window, window, n * sizeof(float));
    snq__kernels kernels;
    snq__kernels_init(&kernels, snq_cpu_flags());
    r->fft = kernels.fft;
    r->power = kernels.rfft_power;
    *out = r;
    return SNQ_OK;
fail:
    snq_rpower_free(r);
    return st;
}

void snq_rpower_free(snq_rpower *r)
{
    if (!r)
        return;
    snq__fft_plan_clear(&r->plan);
    snq_free(r->window);
    snq_free(r->v);
    snq_free(r->re);
    snq_free(r);
}

void snq_rpower_run(snq_rpower *r, float *power, const float *in, float scale)
{
    r->fft(&r->plan, r->re, r->im, &(snq__fft_source) { .re = in, .window = r->window });
    r->power(power, r->re, r->im, r->v, r->plan.n, scale);
}

void snq_rpower_bin(const snq_rpower *r, uint32_t k, float *re_im)
{
    const uint32_t m = r->plan.n, l = k <= m / 2 ? k : m - k; /* l and m - l come together */
    const uint32_t j = l ? m - l : 0;
    const float sr = 0.5f * (r->re[l] + r->re[j]), si = 0.5f * (r->im[l] - r->im[j]);
    const float dr = r->re[l] - r->re[j], di = r->im[l] + r->im[j];
    const float vr = r->v[l], vi = r->v[m / 2 + 1 + l];
    const float tr = vr * dr - vi * di, ti = vr * di + vi * dr;
    re_im[0] = k == l ? sr + tr : sr - tr;
    re_im[1] = k == l ? si + ti : ti - si;
}
