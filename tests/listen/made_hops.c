// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "made_hops.h"

#include "base/rng.h"
#include "listen/feature_store.h"

made_hops made_hops_new(int64_t hops)
{
    made_hops f = { .hops = hops, .frames = (hops + SNQ_PITCH_HOPS - 1) / SNQ_PITCH_HOPS };
    f.mel = calloc((size_t)hops + 1, SNQ_MEL_BANDS * sizeof *f.mel);
    f.pitch = calloc((size_t)f.frames + 1, sizeof *f.pitch);
    return f;
}

static float power(snq_rng *r)
{
    return (float)pow(10, 8 * snq_rng_uniform(r) - 9);
}

made_hops made_hops_random(int64_t hops, int hold, uint64_t seed)
{
    made_hops f = made_hops_new(hops);
    snq_rng r;
    snq_rng_init(&r, seed);
    for (int64_t i = 0; i < hops * SNQ_MEL_BANDS; i++)
        f.mel[i] = power(&r);
    for (int64_t k = 0; k < f.frames; k++) {
        if (k % hold) {
            f.pitch[k] = f.pitch[k - 1];
            continue;
        }
        f.pitch[k].peaks = 2;
        f.pitch[k].peak[0] = (snq_pitch_peak) { 100 + (float)(100 * snq_rng_uniform(&r)), 0.01f };
        f.pitch[k].peak[1] = (snq_pitch_peak) { 300 + (float)(800 * snq_rng_uniform(&r)), 0.02f };
        for (int b = 0; b < SNQ_PITCH_BANDS; b++)
            f.pitch[k].power += f.pitch[k].band[b] = power(&r);
        for (int b = 0; b < SNQ_TONE_ROWS * SNQ_TONE_BANDS; b++)
            f.pitch[k].tone[b / SNQ_TONE_BANDS][b % SNQ_TONE_BANDS] = power(&r);
    }
    return f;
}

static void keep(made_hops *f, snq_features *store, int64_t *done)
{
    while (*done < snq_features_ready(store)) {
        snq_hop_block b;
        snq_features_view(store, *done, snq_features_ready(store), &b);
        memcpy(f->mel + *done * SNQ_MEL_BANDS, b.mel, b.hops * SNQ_MEL_BANDS * sizeof *f->mel);
        for (uint32_t i = 0; i < b.pitch_frames; i++)
            f->pitch[b.pitch_first + i] = *b.pitch[i];
        *done += b.hops;
    }
    snq_features_drop(store, *done);
}

made_hops made_hops_of(const snq_audio *a)
{
    const snq_features_cfg cfg = { .rate_hz = a->rate_hz,
                                   .channels = a->channels,
                                   .needs = SNQ_NEED_MEL | SNQ_NEED_PITCH };
    made_hops f =
        made_hops_new((int64_t)(a->frames * SNQ_HOPS_PER_S + a->rate_hz - 1) / a->rate_hz);
    snq_features *store;
    int64_t done = 0;
    check_ok(snq_features_new(&cfg, &store));
    for (size_t at = 0; at < a->frames; at += a->rate_hz) {
        const snq_audio part = snq_audio_part(a, at, a->rate_hz);
        check_ok(snq_features_push(store, &part));
        keep(&f, store, &done);
    }
    check_ok(snq_features_finish(store));
    keep(&f, store, &done);
    assert_int_equal(done, f.hops);
    snq_features_free(store);
    return f;
}

void made_hops_clear(made_hops *f)
{
    free(f->mel);
    free(f->pitch);
    *f = (made_hops) { 0 };
}

snq_status made_hops_feed(const made_hops *f, uint32_t step, made_hops_take take, void *user)
{
    int64_t pitch = 0;
    for (int64_t at = 0; at < f->hops; at += step) {
        const snq_pitch_frame *view[32];
        const int64_t end = at + step < f->hops ? at + step : f->hops;
        snq_hop_block b = { .grid = { SNQ_MONO_RATE_HZ, SNQ_HOPS_PER_S },
                            .channels = 1,
                            .first = at,
                            .hops = (uint32_t)(end - at),
                            .mel = f->mel + at * SNQ_MEL_BANDS,
                            .pitch_first = pitch,
                            .pitch = view };
        while (pitch < f->frames &&
               (pitch * SNQ_PITCH_HOPS + SNQ_PITCH_HOPS / 2 < end || end == f->hops))
            view[b.pitch_frames++] = &f->pitch[pitch++];
        const snq_status st = take(user, &b);
        if (st != SNQ_OK)
            return st;
    }
    return SNQ_OK;
}
