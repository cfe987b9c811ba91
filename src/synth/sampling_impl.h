// SPDX-License-Identifier: MIT
/* sampling -- what sources share through the bank: zones, kernels, the seed sound, the glottis.
 *
 * A bank keeps one of these. Zone sets are added by name (bank_zones.h); all else is made when it is first asked
 * for, under a lock, and then only read.
 *
 * Threads: asking [control], any number of threads; reading what came [any]. */
#ifndef SNQ_SYNTH_SAMPLING_IMPL_H
#define SNQ_SYNTH_SAMPLING_IMPL_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"
#include "synth/bank_impl.h"
#include "synth/bank_zones.h"
#include "synth/simd/sinc_impl.h"

enum {
    SNQ__SINC_TAPS = 32, /* at ratios up to 1 */
    SNQ__SINC_STEPS = 6, /* levels an octave */
    SNQ__SINC_OCTAVES = 4,
    SNQ__SINC_LEVELS = SNQ__SINC_STEPS * SNQ__SINC_OCTAVES + 1,
    SNQ__SINC_TAPS_MAX = SNQ__SINC_TAPS << SNQ__SINC_OCTAVES,
    SNQ__GLOTTIS_CYCLES = 5,
    SNQ__SEED_FRAMES = 65536,
    SNQ__SEED_RATE_HZ = 24000,
};

/* Kernels for reading between frames, at a pitch up to so many times the recorded one: sinc_table.c. */
typedef struct snq__sinc {
    snq__sinc_level level[SNQ__SINC_LEVELS]; /* of ratio 2^(k / SNQ__SINC_STEPS) */
    snq__sinc_fn *read;
    float *all;
} snq__sinc;

SNQ_MUST_USE snq_status snq__sinc_new(snq__sinc **out);
void snq__sinc_free(snq__sinc *s); /* NULL is legal */
snq__sinc_fn *snq__sinc_pick_read(unsigned cpu_flags);
/* The level for this ratio of pitch. */
SNQ_RT const snq__sinc_level *snq__sinc_pick(const snq__sinc *s, float ratio);
/* A zone ready to be played: positions run from 0; when they reach `wrap`, `loop` is taken off. Frames before
 * 0 and from `frames` on are silent. */
typedef struct snq__zone {
    uint8_t key_low, key_high, velocity_low, velocity_high, choke;
    uint32_t channels;
    const float *channel[2]; /* (frames,) */
    size_t frames;
    double wrap, loop; /* loop 0: none */
    double per_hz;     /* pitch times this: frames of the recording a second */
    float gain;
    const snq_recording *recording;
    float *
        own; /* (channels, frames) of a loop whose end is faded into its begin; NULL: the recording's */
} snq__zone;

typedef struct snq__zone_set {
    char name[SNQ_BANK_NAME_MAX];
    int whole; /* made of one recording, looped from end to begin */
    uint32_t zones;
    snq__zone *zone; /* (zones,) */
} snq__zone_set;

typedef struct snq__sampling snq__sampling;

SNQ_MUST_USE snq_status snq__sampling_new(snq__sampling **out);
void snq__sampling_free(snq__sampling *s); /* NULL is legal */

/* Borrowed for the bank's life. ERR_NOMEM. */
SNQ_MUST_USE snq_status snq__bank_sinc(const snq_bank *b, const snq__sinc **out);
/* The set of this name; else the recording of this name as a set of one zone, `whole` looped altogether. ERR_NOT_FOUND,
 * ERR_NOMEM. */
SNQ_MUST_USE snq_status snq__bank_zones(const snq_bank *b, const char *name, int whole,
                                        const snq__zone_set **out);
/* (SNQ__SEED_FRAMES,) at SNQ__SEED_RATE_HZ, its end joins its begin; what grains are cut from where there is no
 * recording: seed_sound.c. ERR_NOMEM. */
SNQ_MUST_USE snq_status snq__bank_seed(const snq_bank *b, const float **out);
SNQ_MUST_USE snq_status snq__seed_sound_new(float **out); /* owned by the caller: snq_free */
/* The pulse that a voice's folds give the throat, a cycle for each of SNQ__GLOTTIS_CYCLES efforts: glottis.c.
 * ERR_NOMEM. */
SNQ_MUST_USE snq_status snq__bank_glottis(const snq_bank *b, const snq__table **out);
SNQ_MUST_USE snq_status
snq__glottis_new(snq__table **out); /* owned by the caller: snq__table_free */
/* Share of the period for which the folds are open in cycle i. */
double snq__glottis_open(uint32_t i);

#endif
