// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "notes.h"

#include "base/alloc.h"
#include "listen/feature_store.h"
#include "support/make_audio.h"

float *note_make(size_t n, double hz, const partial *partials, double decay_s)
{
    float *x = make_silence(n);
    for (const partial *p = partials; p->ratio > 0; p++)
        if (p->ratio * hz < 20000)
            add_sine(x, 0, n, NOTES_RATE, p->ratio * hz, p->amplitude, 0.7 * p->ratio);
    for (size_t i = 0; i < n && decay_s > 0; i++)
        x[i] *= (float)exp(-(double)i / NOTES_RATE / decay_s);
    return x;
}

void add_saw(float *x, size_t n, double hz, double amplitude)
{
    for (int h = 1; h * hz < 8000; h++)
        add_sine(x, 0, n, NOTES_RATE, h * hz, amplitude / h, 0);
}

void pitch_frames(const float *x, size_t n, void (*take)(void *user, const snq_pitch_frame *f),
                  void *user)
{
    const snq_features_cfg cfg = { .rate_hz = NOTES_RATE,
                                   .channels = 1,
                                   .needs = SNQ_NEED_PITCH | SNQ_NEED_MEL };
    snq_features *f;
    check_ok(snq_features_new(&cfg, &f));
    int64_t at = 0;
    for (size_t from = 0; from <= n; from += NOTES_RATE) {
        const snq_audio all = { { x }, 1, NOTES_RATE, n };
        const snq_audio part = snq_audio_part(&all, from, NOTES_RATE);
        check_ok(snq_features_push(f, &part));
        if (from + NOTES_RATE > n)
            check_ok(snq_features_finish(f));
        while (at < snq_features_ready(f)) {
            snq_hop_block b;
            snq_features_view(f, at, snq_features_ready(f), &b);
            for (uint32_t i = 0; i < b.pitch_frames; i++)
                take(user, b.pitch[i]);
            at += b.hops;
        }
        snq_features_drop(f, at);
    }
    snq_features_free(f);
}
