// SPDX-License-Identifier: MIT
/* theory -- scales, chords and Roman numerals as sets of pitch classes.
 *
 * A pitch class is 0 (C) .. 11 (B); a set of them, or of intervals over a root, is a mask of 12 bits (bit i:
 * i semitones). Modes are those of brief.h. Chord labels are Harte's (Harte et al., ISMIR 2005).
 *
 * Threads: [any]; nothing is kept. */
#ifndef SNQ_COMPOSE_THEORY_H
#define SNQ_COMPOSE_THEORY_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"

typedef struct snq_chord {
    uint8_t root;   /* pitch class */
    uint8_t bass;   /* pitch class that sounds lowest; the root unless inverted or over a pedal */
    uint16_t tones; /* intervals over the root; bit 0 is set. 0: no chord (N) */
} snq_chord;

/* Intervals over the tonic of a mode (SNQ_MODE_*). */
uint16_t snq_mode_tones(int mode);
/* Semitones over the tonic of scale step 0 .. 6 (others wrap, with octaves: 7 is 12, -1 is an octave down). */
int snq_mode_step(int mode, int step);
/* Pitch classes of a scale, of a chord. */
uint16_t snq_scale_set(int tonic, int mode);
uint16_t snq_chord_set(const snq_chord *c);
static inline int snq_pitch_in(uint16_t set, int pitch)
{
    return set >> (((pitch % 12) + 12) % 12) & 1;
}
/* The pitch of `set` nearest to `pitch` (the lower of two), `pitch` itself if set is empty. */
int snq_pitch_nearest(uint16_t set, int pitch);
/* The next one above (up > 0) or below `pitch`, never `pitch` itself unless the set is empty. */
int snq_pitch_next(uint16_t set, int pitch, int up);

/* A Roman numeral in a key: an accidental (b, #) or none, I .. VII in capitals (major third) or small (minor
 * third), then nothing, o (diminished), +, 5, sus2, sus4, 6, 7, maj7, 9, maj9, 11, 13, add9, m7b5 …, then
 * /2 … /7: that scale step of the chord's key in the bass. Accidentals count from the major scale of the tonic
 * ("bVI" in C is A flat whatever the mode; "VI" in a minor key is the scale's own sixth step when `mode`
 * has one, as usage has it: a numeral without accidental stands on the step of the mode). ERR_FORMAT names what
 * was not understood. */
SNQ_MUST_USE snq_status snq_chord_from_numeral(const char *text, int tonic, int mode,
                                               snq_chord *out);
/* Harte label of a chord ("A:min7/b3", "N") into to[room] (SNQ_SCORE_LABEL_MAX is enough), and back.
 * from: ERR_FORMAT. */
void snq_chord_label(const snq_chord *c, char *to, size_t room);
SNQ_MUST_USE snq_status snq_chord_from_label(const char *label, snq_chord *out);

#endif
