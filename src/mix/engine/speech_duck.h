// SPDX-License-Identifier: MIT
/* speech_duck -- how far music should step back for the sound that a film already has.
 *
 * Speech takes it down deeply, other content a little, silence not at all. The sound is pushed in blocks and
 * measured in hops of 10 ms; at the end there is one gain a hop, which was known before it was needed: music is
 * down when the word begins, not after.
 *
 * Memory: some 30 bytes a hop, 11 MB an hour. The same for blocks of any size.
 *
 * Threads: one object belongs to one thread at a time. How, and how well: top of speech_duck.c. */
#ifndef SNQ_MIX_ENGINE_SPEECH_DUCK_H
#define SNQ_MIX_ENGINE_SPEECH_DUCK_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"

enum { SNQ_DUCK_HOPS_PER_S = 100 };

typedef struct snq_speech_duck snq_speech_duck;

typedef struct snq_speech_duck_cfg {
    uint32_t rate_hz; /* 16000 .. 192000, a multiple of 100 (default 48000) */
    float speech_db;  /* gain under speech, -40 .. 0 (default -12) */
    float content_db; /* gain under other content, speech_db .. 0 (default -3) */
    float ahead_s;    /* the gain has come that much before the sound, 0 .. 1 (default 0.1) */
    float attack_s;   /* to go down, 0.01 .. 1 (default 0.08) */
    float hold_s;     /* to stay down, 0 .. 2 (default 0.35) */
    float release_s;  /* to come up again, 0.01 .. 5 (default 0.6) */
} snq_speech_duck_cfg;

/* One value a hop. */
typedef struct snq_duck_curve {
    float *gain_db; /* (hops,) <= 0; owned: snq_duck_curve_clear */
    float *speech;  /* (hops,) 0 .. 1: how much like speech; owned */
    size_t hops;
    uint32_t hop_frames;
    float deepest_db;   /* 0: never */
    float share;        /* of the time below -1 dB */
    float speech_share; /* of the time that was taken for speech */
} snq_duck_curve;

snq_speech_duck_cfg snq_speech_duck_cfg_default(void);
/* On success *out is owned by the caller (free); on error NULL. ERR_RANGE names the field; ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_speech_duck_new(const snq_speech_duck_cfg *cfg, snq_speech_duck **out);
void snq_speech_duck_free(snq_speech_duck *d); /* NULL is legal */
/* The next frames of the sound; left, right (n,) borrowed. ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_speech_duck_push(snq_speech_duck *d, const float *left,
                                             const float *right, size_t n);
/* All has been pushed; once. On success *out is owned by the caller (clear); on error it is cleared. ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_speech_duck_finish(snq_speech_duck *d, snq_duck_curve *out);
void snq_duck_curve_clear(snq_duck_curve *c);
/* Multiply left, right (n,), which begin at `frame`, by the gain: straight lines between hops. Beyond the end
 * the last one stays; an empty curve does nothing. */
void snq_duck_curve_apply(const snq_duck_curve *c, int64_t frame, float *left, float *right,
                          size_t n);

#endif
