// SPDX-License-Identifier: MIT
/* song -- a small piece for drums, bass and keys whose every answer is known.
 *
 * Bars of `pulses` quarters at a steady tempo. Drums: kick on the one (and in the middle of four), snare on
 * the others, hats on eighths. Keys play the bar's chord on the one and again in its middle, bass its root
 * on each quarter. Chords, one a bar: I vi IV V in major, i VI iv V in minor. All sounds decay; tones have
 * overtones. */
#ifndef SNQ_TESTS_SONG_H
#define SNQ_TESTS_SONG_H

#include "base/audio.h"

typedef struct song_cfg {
    double bpm;
    int pulses, bars;     /* pulses: 3 or 4 */
    double lead_s;        /* silence before the first beat */
    double tail_s;        /* and behind the last bar */
    double a4_hz;         /* tuning */
    int tonic, minor;     /* tonic: pitch class, C = 0 */
    double drums, tones;  /* levels; 0: they don't play */
    int pulses_from_half; /* metre of the second half; 0: the same */
    double bpm_from_half; /* the same for the tempo */
} song_cfg;

/* 120 BPM, 4/4, 16 bars, C major, 440 Hz, all playing. */
song_cfg song_cfg_default(void);
/* Mono; *own is the caller's: snq_free. */
snq_audio song_make(const song_cfg *c, uint32_t rate_hz, float **own);
double song_length_s(const song_cfg *c);
int song_beats(const song_cfg *c);
/* Time of beat k; whether it is a downbeat. */
double song_beat_s(const song_cfg *c, int k);
int song_is_downbeat(const song_cfg *c, int k);
/* Start of a bar; root (pitch class) and quality (snq_chord_quality) of its chord. */
double song_bar_s(const song_cfg *c, int bar);
int song_root(const song_cfg *c, int bar);
int song_quality(const song_cfg *c, int bar);

#endif
