// SPDX-License-Identifier: MIT
/* bank_impl -- wave tables as sources read them: one period of a sound at many degrees of brightness.
 *
 * A table is (cycles, levels) periods; level k holds the harmonics 1 .. harmonics[k] of its cycle and no
 * others, so that a note takes the brightest level that fits under the band's end. A period is cut
 * into 2^bits[k] pieces; each is a straight line, kept as (value in its middle, slope over its length)
 * so that one load of 64 bits gives both. How it is made, and how exact it is: wave_table.c.
 *
 * Threads: made [control]; reading [any]. */
#ifndef SNQ_SYNTH_BANK_IMPL_H
#define SNQ_SYNTH_BANK_IMPL_H

#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"
#include "synth/bank.h"

enum {
    SNQ__TABLE_LEVELS_MAX = 48,
    SNQ__TABLE_HARMONICS_MAX = 1024,
    SNQ__TABLE_CYCLES_MAX = 256,
    SNQ__TABLE_BITS_MIN = 8,
    SNQ__TABLE_BITS_MAX = 14,
};

typedef struct snq__table {
    uint32_t cycles, levels;
    uint32_t harmonics[SNQ__TABLE_LEVELS_MAX]; /* ascending, from 1 */
    uint8_t bits[SNQ__TABLE_LEVELS_MAX];       /* a period of this level has 2^bits pieces */
    uint32_t first[SNQ__TABLE_LEVELS_MAX];     /* piece where cycle 0 begins; the next cycle is
                                                  2^bits further on */
    uint8_t
        level_of[SNQ__TABLE_HARMONICS_MAX + 1]; /* brightest level of at most this many harmonics */
    size_t pieces;
    float *piece; /* (pieces, 2) value, slope */
} snq__table;

typedef struct snq__table_cfg {
    uint32_t cycles;    /* 1 .. SNQ__TABLE_CYCLES_MAX */
    uint32_t harmonics; /* 1 .. SNQ__TABLE_HARMONICS_MAX */
    const float
        *partial; /* (cycles, harmonics, 2): a, b of a cos(2 pi h x) + b sin(2 pi h x), h from 1 */
    uint32_t per_octave; /* levels an octave, 1 .. 4 */
    double noise_db;     /* of the straight lines, below the cycle's power: 60 .. 120 */
} snq__table_cfg;

/* On success *out is owned by the caller (free); on error NULL. ERR_NOMEM. */
SNQ_MUST_USE snq_status snq__table_new(const snq__table_cfg *cfg, snq__table **out);
void snq__table_free(snq__table *t); /* NULL is legal */

/* What every bank has: full sine, saw (rising, through 0 at phase 0) and the saw's integral, which
 * triangles are made of. Borrowed for the bank's life. */
typedef enum snq__basic_wave {
    SNQ__BASIC_SINE = 0,
    SNQ__BASIC_SAW,
    SNQ__BASIC_PARABOLA,
} snq__basic_wave;
enum { SNQ__BASIC_WAVES = 3 };
const snq__table *snq__bank_basic(const snq_bank *b, snq__basic_wave wave);

/* What players of recordings share (sampling_impl.h): made and freed with the bank. */
struct snq__sampling *snq__bank_sampling(const snq_bank *b);

/* A table by name, without regard to case: one that was added, or a built-in one, which is made when it
 * is first asked for (under a lock: [control], any number of threads). On success *out is borrowed for
 * the bank's life; on error NULL. ERR_NOT_FOUND (listing the names), ERR_NOMEM. */
SNQ_MUST_USE snq_status snq__bank_table(const snq_bank *b, const char *name,
                                        const snq__table **out);

/* The built-in tables (wave_cycles.c): name i, NULL past the last; and its partials. */
typedef struct snq__cycles {
    const char *name, *what;
    uint32_t cycles;
    /* Amplitudes of harmonic h (from 1) at position x 0..1 of the table: a cosine, b sine. */
    void (*partial)(double x, uint32_t h, double *a, double *b);
} snq__cycles;
const snq__cycles *snq__cycles_at(size_t i);
SNQ_MUST_USE snq_status snq__cycles_table(const snq__cycles *c, snq__table **out);

/* From a user's samples (cycles, length): constant part taken away, peak of the whole scaled to 1 (silence
 * stays), what is not finite taken as 0 (wave_samples.c). ERR_NOMEM. */
SNQ_MUST_USE snq_status snq__cycles_of_samples(const float *sample, uint32_t cycles,
                                               uint32_t length, snq__table **out);

#endif
