// SPDX-License-Identifier: MIT
#include "dsp/levels.h"

#include <math.h>

#include "base/alloc.h"
#include "base/cpu.h"
#include "dsp/denormals.h"
#include "dsp/simd/kernels_impl.h"

struct snq_levels {
    uint32_t channels;
    snq__levels_fn *sums;
    snq__levels_dot_fn *dot;
    snq__levels_find_fn *find;
    uint32_t run[SNQ_CHANNELS_MAX]; /* length of the run that is open at the end, cut to RUN */
};

snq_status snq_levels_new(const snq_levels_cfg *cfg, snq_levels **out)
{
    *out = NULL;
    if (cfg->channels < 1 || cfg->channels > SNQ_CHANNELS_MAX)
        return SNQ_FAIL(SNQ_ERR_RANGE, "channels %u is not in 1 .. %d", cfg->channels,
                        SNQ_CHANNELS_MAX);
    snq_levels *l = snq_calloc(1, sizeof(*l));
    if (!l)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "levels");
    snq__kernels kernels;
    snq__kernels_init(&kernels, snq_cpu_flags());
    l->channels = cfg->channels;
    l->sums = kernels.levels;
    l->dot = kernels.levels_dot;
    l->find = kernels.levels_find;
    *out = l;
    return SNQ_OK;
}

void snq_levels_free(snq_levels *l)
{
    snq_free(l);
}

void snq_levels_reset(snq_levels *l)
{
    for (uint32_t c = 0; c < l->channels; c++)
        l->run[c] = 0;
}

/* Samples of x (n,) that are in runs at the ceiling; *run goes on from and to the neighbours. */
static uint32_t count_clipped(const snq_levels *l, const float *x, size_t n, uint32_t *run)
{
    uint32_t count = 0;
    size_t t = 0;
    while (t < n) {
        const float size = fabsf(x[t]);
        if (size > 1.0f) { /* beyond full scale: whoever wrote this float did not clip */
            *run = 0;
            t++;
        } else if (size >= SNQ_LEVELS_CEILING) {
            if (*run == SNQ_LEVELS_RUN)
                count++;
            else if (++*run == SNQ_LEVELS_RUN)
                count += SNQ_LEVELS_RUN;
            t++;
        } else {
            *run = 0;
            t += l->find(x + t, n - t, SNQ_LEVELS_CEILING);
        }
    }
    return count;
}

static snq_level level_of(snq_levels *l, uint32_t channel, const float *x, size_t n)
{
    snq_level v = { .min = n ? x[0] : 0, .max = n ? x[0] : 0 };
    l->sums(x, n, &v.sum, &v.sum_sq, &v.min, &v.max);
    if (v.max >= SNQ_LEVELS_CEILING || v.min <= -SNQ_LEVELS_CEILING)
        v.clipped = count_clipped(l, x, n, &l->run[channel]);
    else if (n)
        l->run[channel] = 0;
    return v;
}

void snq_levels_push(snq_levels *l, const snq_audio *block, const uint32_t *segment_frames,
                     uint32_t segments, snq_level *out, double *cross_lr)
{
    const snq_denormals was = snq_denormals_off();
    size_t at = 0;
    for (uint32_t s = 0; s < segments; s++) {
        const size_t n = segment_frames[s];
        for (uint32_t c = 0; c < l->channels; c++)
            out[(size_t)s * l->channels + c] = level_of(l, c, block->channel[c] + at, n);
        if (cross_lr)
            cross_lr[s] =
                l->channels > 1 ? l->dot(block->channel[0] + at, block->channel[1] + at, n) : 0;
        at += n;
    }
    snq_denormals_restore(was);
}
