// SPDX-License-Identifier: MIT
/* pieces -- for tests: pre-masters of every density, and a record measured by libebur128. */
#ifndef SNQ_TESTS_MIX_PIECES_H
#define SNQ_TESTS_MIX_PIECES_H

#include <stddef.h>
#include <stdint.h>

enum { PIECE_RATE = 48000 };

typedef struct piece {
    float *side[2]; /* (frames,) owned */
    int64_t frames;
} piece;

/* Random music-like sound: drums, bass, chords and noise, from one sound a second to a wall of them, at any
 * level; with DC and wide basses now and then. */
piece piece_new(uint64_t seed, double seconds);
void piece_free(piece *p);

typedef struct piece_measures {
    double lufs, true_peak_dbtp;
    double dc;        /* largest mean of a side, but for the first two seconds */
    double low_ratio; /* power of side over middle below 60 Hz, dB; -99: no bass */
} piece_measures;

piece_measures piece_measure(const piece *p);

#endif
