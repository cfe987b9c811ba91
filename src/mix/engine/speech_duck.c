// SPDX-License-Identifier: MIT
/* STEPS  to come: see the header. */
#include "mix/engine/speech_duck.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"

struct snq_speech_duck {
    snq_speech_duck_cfg cfg;
    uint32_t hop, into;
    double sum;
    float *power; /* (room,) of hops */
    size_t count, room;
};

snq_speech_duck_cfg snq_speech_duck_cfg_default(void)
{
    return (snq_speech_duck_cfg) { .rate_hz = 48000,
                                   .speech_db = -12.0f,
                                   .content_db = -3.0f,
                                   .ahead_s = 0.1f,
                                   .attack_s = 0.08f,
                                   .hold_s = 0.35f,
                                   .release_s = 0.6f };
}

snq_status snq_speech_duck_new(const snq_speech_duck_cfg *cfg, snq_speech_duck **out)
{
    *out = NULL;
    if (cfg->rate_hz < 16000 || cfg->rate_hz > 192000 || cfg->rate_hz % SNQ_DUCK_HOPS_PER_S)
        return SNQ_FAIL(SNQ_ERR_RANGE, "rate_hz %u is not in 16000 .. 192000, or no multiple of %d",
                        cfg->rate_hz, SNQ_DUCK_HOPS_PER_S);
    snq_speech_duck *d = snq_calloc(1, sizeof *d);
    if (!d)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for a duck");
    d->cfg = *cfg;
    d->hop = cfg->rate_hz / SNQ_DUCK_HOPS_PER_S;
    *out = d;
    return SNQ_OK;
}

void snq_speech_duck_free(snq_speech_duck *d)
{
    if (d)
        snq_free(d->power);
    snq_free(d);
}

snq_status snq_speech_duck_push(snq_speech_duck *d, const float *left, const float *right, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        d->sum += (double)left[i] * (double)left[i] + (double)right[i] * (double)right[i];
        if (++d->into < d->hop)
            continue;
        if (d->count == d->room) {
            const size_t room = d->room ? 2 * d->room : 1024;
            float *p = snq_regrow(d->power, d->room, room, sizeof *p);
            if (!p)
                return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for a duck");
            d->power = p;
            d->room = room;
        }
        d->power[d->count++] = (float)(d->sum / d->hop);
        d->sum = 0.0;
        d->into = 0;
    }
    return SNQ_OK;
}

snq_status snq_speech_duck_finish(snq_speech_duck *d, snq_duck_curve *out)
{
    *out = (snq_duck_curve) { .hops = d->count, .hop_frames = d->hop };
    if (!d->count)
        return SNQ_OK;
    out->gain_db = snq_calloc(d->count, sizeof *out->gain_db);
    out->speech = snq_calloc(d->count, sizeof *out->speech);
    if (!out->gain_db || !out->speech) {
        snq_duck_curve_clear(out);
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for a duck");
    }
    float gain = 0.0f;
    for (size_t i = 0; i < d->count; i++) {
        const float want = d->power[i] > 1e-5f ? d->cfg.content_db : 0.0f;
        gain += (want - gain) * (want < gain ? 0.12f : 0.017f);
        out->gain_db[i] = gain;
        out->deepest_db = fminf(out->deepest_db, gain);
        out->share += (gain < -1.0f ? 1.0f : 0.0f) / (float)d->count;
    }
    return SNQ_OK;
}

void snq_duck_curve_clear(snq_duck_curve *c)
{
    snq_free(c->gain_db);
    snq_free(c->speech);
    *c = (snq_duck_curve) { 0 };
}

static float gain_at(const snq_duck_curve *c, int64_t hop)
{
    const int64_t last = (int64_t)c->hops - 1;
    return powf(10.0f, c->gain_db[hop < 0 ? 0 : hop > last ? last : hop] / 20.0f);
}

void snq_duck_curve_apply(const snq_duck_curve *c, int64_t frame, float *left, float *right,
                          size_t n)
{
    if (!c->hops)
        return;
    /* a hop's gain holds in its middle */
    const int64_t half = c->hop_frames / 2;
    for (size_t i = 0; i < n;) {
        const int64_t at = frame + (int64_t)i - half + c->hop_frames;
        const int64_t hop = at / c->hop_frames - 1, into = at % c->hop_frames;
        const size_t left_in_hop = (size_t)(c->hop_frames - into);
        const size_t k = n - i < left_in_hop ? n - i : left_in_hop;
        const float from = gain_at(c, hop), to = gain_at(c, hop + 1);
        const float step = (to - from) / (float)c->hop_frames;
        for (size_t j = 0; j < k; j++) {
            const float g = from + step * (float)(into + (int64_t)j);
            left[i + j] *= g;
            right[i + j] *= g;
        }
        i += k;
    }
}
