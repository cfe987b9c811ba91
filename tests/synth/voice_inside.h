// SPDX-License-Identifier: MIT
/* voice_inside -- a voice engine to look into. */
#ifndef SNQ_TESTS_VOICE_INSIDE_H
#define SNQ_TESTS_VOICE_INSIDE_H

#include "synth/voice_checks.h"
#include "synth/voice_impl.h"

typedef struct inside {
    snq_bank *bank;
    snq__voice_engine *e;
    float left[SNQ_SYNTH_BLOCK], right[SNQ_SYNTH_BLOCK]; /* of the last block */
} inside;

static inline void inside_open(inside *in, const char *patch_text)
{
    snq_patch p;
    patch_of(patch_text, &p);
    check_ok(snq_bank_new(48000, &in->bank));
    const snq_instrument_cfg cfg = { .rate_hz = 48000, .seed = 3, .patch = &p, .bank = in->bank };
    void *self = NULL;
    check_ok(snq__engine_voice.make(&cfg, &self));
    in->e = self;
}

static inline void inside_close(inside *in)
{
    snq__engine_voice.free(in->e);
    snq_bank_free(in->bank);
}

static inline void inside_run(inside *in, double seconds)
{
    for (size_t left = (size_t)(seconds * 48000 + 0.5); left;) {
        const uint32_t n = left < SNQ_SYNTH_BLOCK ? (uint32_t)left : SNQ_SYNTH_BLOCK;
        snq__engine_voice.run(in->e, in->left, in->right, n);
        left -= n;
    }
}

static inline snq__voice *inside_voice(inside *in, uint32_t lane)
{
    return &in->e->group[lane / SNQ_LANES].voice[lane % SNQ_LANES];
}

/* Voices in this state. */
static inline uint32_t inside_count(inside *in, int state)
{
    uint32_t n = 0;
    for (uint32_t l = 0; l < in->e->groups * SNQ_LANES; l++)
        n += inside_voice(in, l)->state == state;
    return n;
}

static inline uint32_t inside_index(inside *in, const char *id)
{
    const int at = snq_param_find(in->e->param, in->e->params, id);
    assert_true(at >= 0);
    return (uint32_t)at;
}

#endif
