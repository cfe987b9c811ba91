// SPDX-License-Identifier: MIT
/* drum_parts -- what every drum is put together of, and the machine that plays it.
 *
 * A recipe is data: swept tones, bands of noise (or of squares), modes of a struck body, what is done to
 * their sum. One hit is one recipe; a sound is a recipe that is being played. A hit's bytes depend on its
 * recipe alone, not on how it is cut into runs.
 *
 * Times named decay_s are to -60 dB. Threads: one sound belongs to one thread at a time. */
#ifndef SNQ_SYNTH_DRUM_PARTS_IMPL_H
#define SNQ_SYNTH_DRUM_PARTS_IMPL_H

#include <stdint.h>

#include "base/attr.h"
#include "base/rng.h"

enum {
    SNQ__DRUM_TONES = 4,
    SNQ__DRUM_BANDS = 8, /* a multiple of SNQ__DRUM_BAND_LANES */
    SNQ__DRUM_BAND_LANES = 4,
    SNQ__DRUM_MODES = 64, /* a multiple of SNQ__DRUM_LANES */
    SNQ__DRUM_LANES = 8,
    SNQ__DRUM_SQUARES = 6,
    SNQ__DRUM_CLUSTER = 8,  /* lanes of a cluster of squares */
    SNQ__DRUM_CLUSTERS = 2, /* of four bands at most */
    SNQ__DRUM_RUN = 64,     /* most frames of one run */
};

/* A sine that comes down to hz from above (or up from below), twice over: quickly and slowly. */
typedef struct snq__drum_tone {
    float level;
    float hz;               /* where it settles */
    float above[2];         /* Hz above that it begins; negative: below */
    float drop_s[2];        /* time to 1/e of that */
    float decay_s, hold_s;  /* hold: before the decay begins */
    float attack_s, late_s; /* late: when it begins */
    float shape;            /* 0 sine .. 1 a soft square: odd overtones */
    int fixed;              /* leaves decay_s as it is */
} snq__drum_tone;

/* Noise, or the sum of squares, between two edges of 12 dB an octave. */
typedef struct snq__drum_band {
    float level;
    float low_hz, high_hz; /* edges; low 0, high 0: none */
    float q;               /* of both edges; 0: 0.707 */
    float attack_s, decay_s, hold_s, late_s;
    float tooth_s;   /* > 0: comes in teeth of this spacing (guiro, vibraslap) */
    uint8_t steep;   /* low edge of 24 dB an octave */
    uint8_t squares; /* 0: noise */
    uint8_t fixed;   /* leaves decay_s as it is */
    float square_hz[SNQ__DRUM_CLUSTER];
} snq__drum_band;

typedef struct snq__drum_mode {
    float hz, level, decay_s; /* begins as a sine at 0; the level's sign counts */
} snq__drum_mode;

typedef struct snq__drum_recipe {
    uint32_t tones, bands, modes;
    snq__drum_tone tone[SNQ__DRUM_TONES];
    snq__drum_band band[SNQ__DRUM_BANDS];
    snq__drum_mode mode[SNQ__DRUM_MODES];
    float modes_attack_s;
    float norm;    /* times the sum: its peak is then about 1 */
    float drive;   /* 0..1 saturation behind that */
    float hold_hz; /* 0: none; else samples are held at this rate */
    float steps;   /* 0: none; else values are rounded to 1 / steps */
    uint32_t seed; /* of its noise */
    uint32_t rate_hz;
} snq__drum_recipe;

/* Next free part, set to zero but for the level; the last one again when all are in use. */
snq__drum_tone *snq__drum_add_tone(snq__drum_recipe *r, float hz, float level, float decay_s);
snq__drum_band *snq__drum_add_band(snq__drum_recipe *r, float low_hz, float high_hz, float level,
                                   float decay_s);
void snq__drum_add_mode(snq__drum_recipe *r, float hz, float level, float decay_s);

/* ---- playing ---- */

typedef struct snq__drum_tone_state {
    double phase, step, bend[2]; /* cycles, cycles a frame */
    double fall[2];
    float amp, keep, missing, rise, level, shape; /* missing: of the attack, 1 .. 0 */
    uint32_t begin, decay_from, end;
} snq__drum_tone_state;

/* four lanes; every machine has these, if need be as scalars */
typedef float snq__drum_four __attribute__((vector_size(16)));
typedef uint32_t snq__drum_words __attribute__((vector_size(16)));
typedef int32_t snq__drum_whole __attribute__((vector_size(16)));

typedef struct snq__drum_filter {
    snq__drum_four a1, a2, a3, m0, m1, m2, s1, s2;
} snq__drum_filter;

typedef struct snq__drum_cluster { /* of squares; level 0: off */
    snq__drum_four phase[2], step[2], width[2], level[2];
} snq__drum_cluster;

typedef struct snq__drum_bands { /* four bands side by side */
    snq__drum_filter filter[3];
    snq__drum_cluster cluster[SNQ__DRUM_CLUSTERS];
    snq__drum_four level, amp, keep, missing, rise, tooth_amp, tooth_keep;
    snq__drum_words noise, tooth;
    uint32_t begin[SNQ__DRUM_BAND_LANES], decay_from[SNQ__DRUM_BAND_LANES],
        end[SNQ__DRUM_BAND_LANES];
    uint8_t cluster_of[SNQ__DRUM_BAND_LANES]; /* UINT8_MAX: noise */
    uint32_t clusters, end_of_all;
    int steep; /* whether filter 1 does anything */
} snq__drum_bands;

typedef struct snq__drum_sound {
    snq__drum_tone_state tone[SNQ__DRUM_TONES];
    snq__drum_bands band[SNQ__DRUM_BANDS / SNQ__DRUM_BAND_LANES];
    /* modes as turning pointers, decaying, eight side by side */
    snq__drum_four re[SNQ__DRUM_MODES / 4], im[SNQ__DRUM_MODES / 4];
    snq__drum_four turn_re[SNQ__DRUM_MODES / 4], turn_im[SNQ__DRUM_MODES / 4];
    uint32_t group_end[SNQ__DRUM_MODES / SNQ__DRUM_LANES];
    uint32_t tones, bands, groups;
    uint32_t at, length, fade; /* frames done, of all, of the end's fade */
    float modes_missing, modes_rise, norm, drive, steps, hold_step, hold_phase, held;
    float dc_keep, dc_in, dc_out;
} snq__drum_sound;

/* Begin; frames that it will sound are in s->length. */
SNQ_RT void snq__drum_sound_begin(snq__drum_sound *s, const snq__drum_recipe *r);
/* WRITES n <= SNQ__DRUM_RUN frames to out; zeros behind its end. Denormals are off (dsp/denormals.h). */
SNQ_RT void snq__drum_sound_run(snq__drum_sound *s, float *out, uint32_t n);

/* ---- shared by the parts' files ---- */

uint32_t snq__drum_frames(float seconds, uint32_t rate_hz);
/* Factor a frame of a decay by 60 dB in decay_s. */
float snq__drum_keep(float decay_s, uint32_t rate_hz);
/* What is missing of the level shrinks by this a frame while a part rises; 0: it is there at once. */
float snq__drum_rise(float attack_s, uint32_t rate_hz);
/* Frame at which a part that decays from `decay_from` on is not missed any more. */
uint32_t snq__drum_end(uint32_t decay_from, float decay_s, uint32_t rate_hz);
/* The four bands of a recipe from `first` on. */
SNQ_RT void snq__drum_bands_begin(snq__drum_bands *s, const snq__drum_recipe *r, uint32_t first);
/* ADDS frames at .. at + n of the sound, n <= SNQ__DRUM_RUN, to out. */
SNQ_RT void snq__drum_bands_run(snq__drum_bands *s, uint32_t at, float *out, uint32_t n);

#endif
