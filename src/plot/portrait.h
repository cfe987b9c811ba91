// SPDX-License-Identifier: MIT
/* portrait -- all that a picture of a recording is drawn from, in bounded memory.
 *
 * Three things over time, each on its own grid of cells that grew with the stream (so that a hand clap
 * is as sharp as ten hours are whole), and each at least 1536 and at most 3072 cells once the stream
 * is long enough:
 *
 *   outline    point i covers the frames [i * point_frames, (i + 1) * point_frames)
 *   spectrum   column i covers the frames [i * column_frames, (i + 1) * column_frames); row r is centred
 *              on snq_portrait_row_hz(r) and a semitone wide: level in dBFS, the power that a band of a
 *              semitone holds there (a sine of full scale has -3 dBFS in all; white noise rises 3 dB an
 *              octave, pink noise is level)
 *   loudness   tick i covers tick_hops hops of 10 ms; what a meter shows that was switched on with the
 *              first frame (ITU-R BS.1770-5, EBU Tech 3341): momentary 400 ms, short-term 3 s
 *
 * The last cell of each may be cut by the end of the stream. An object belongs to one thread at a
 * time. How it is gathered: tops of portraitist.c, spectral_rows.c and meter_curve.c. */
#ifndef SNQ_PLOT_PORTRAIT_H
#define SNQ_PLOT_PORTRAIT_H

#include <stdint.h>

#include "base/attr.h"
#include "base/audio.h"
#include "base/pack.h"
#include "base/status.h"

enum {
    SNQ_PORTRAIT_CELLS_MAX = 3072, /* of each grid */
    SNQ_PORTRAIT_ROWS_MAX = 240,   /* 24 an octave, ten octaves */
    SNQ_PORTRAIT_BANDS = 3,        /* low, mid, high */
    /* Bound on a packed portrait (bytes). */
    SNQ_PORTRAIT_PACKED_MAX = 1 << 20,
};

/* Edges of the rows: 20 Hz to 20 kHz, or to half the rate (Hz). */
#define SNQ_PORTRAIT_LO_HZ      20.0
#define SNQ_PORTRAIT_HI_HZ      20000.0
/* Edges of the bands that colour the outline (Hz). */
#define SNQ_PORTRAIT_MID_HZ     250.0
#define SNQ_PORTRAIT_HIGH_HZ    2500.0
/* Loudness is never below this (LUFS): it stands for silence. */
#define SNQ_PORTRAIT_SILENT     (-120.0f)
/* One step of `level` (dB). */
#define SNQ_PORTRAIT_LEVEL_STEP 0.5

typedef struct snq_portrait {
    uint32_t rate_hz;
    uint32_t channels;
    int64_t frames; /* of the stream; 0: all counts below are 0 and all arrays NULL */

    int64_t point_frames; /* a power of two */
    uint32_t points;
    float *min, *max; /* (points,) over all channels, owned */

    int64_t column_frames; /* a power of two */
    uint32_t columns;
    uint32_t rows; /* 0: the rate leaves nothing above 20 Hz */
    double top_db; /* dBFS in a semitone of level 255, the strongest of all */
    /* (columns, rows) from low to high, see snq_portrait_level_db; 0: at least 127 dB below the
     * strongest; owned */
    uint8_t *level;
    /* (columns, SNQ_PORTRAIT_BANDS) mean power below MID, between, above HIGH; owned */
    float *band;

    int64_t tick_hops;                  /* a power of two; hops of 10 ms: score/timegrid.h */
    uint32_t ticks;                     /* 0: shorter than a hop */
    float *momentary_lo, *momentary_hi; /* (ticks,) LUFS, range of the readings; owned */
    /* (ticks,) LUFS of the mean of the readings; means little before 3 s; owned */
    float *short_term;
} snq_portrait;

void snq_portrait_clear(snq_portrait *p);

/* Centre of row r (Hz); rows are 24 an octave from SNQ_PORTRAIT_LO_HZ on. */
double snq_portrait_row_hz(double r);
/* The row, with its fraction, that is centred on f_hz > 0; may lie outside 0 .. rows - 1. */
double snq_portrait_hz_row(double f_hz);
/* dBFS in a semitone that a level stands for. */
static inline double snq_portrait_level_db(const snq_portrait *p, uint8_t level)
{
    return p->top_db - SNQ_PORTRAIT_LEVEL_STEP * (255 - level);
}

/* Appends; look at to->st. At most SNQ_PORTRAIT_PACKED_MAX bytes. Layout: top of portrait.c. */
void snq_portrait_pack(snq_str *to, const snq_portrait *p);
/* Whatever the bytes are: on success *p is a legal portrait (every array as long as its count says,
 * every value finite and in range), owned by the caller; on error it is cleared. Leaves `u` behind
 * it. ERR_FORMAT, ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_portrait_unpack(snq_unpack *u, snq_portrait *p);

typedef struct snq_portraitist snq_portraitist; /* draws portraits of streams */

/* `position` (channels,) borrowed for the call; NULL: unknown. On success *out is owned by the
 * caller; on error NULL. ERR_RANGE (rate, channels), ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_portraitist_new(uint32_t rate_hz, uint32_t channels,
                                            const snq_position *position, snq_portraitist **out);
void snq_portraitist_free(snq_portraitist *p); /* NULL is legal */
/* Borrows the block for the call; zero frames are legal; the answer doesn't depend on the sizes of
 * blocks. Allocates nothing. ERR_ARG (another number of channels), ERR_STATE after pull. */
SNQ_MUST_USE snq_status snq_portraitist_push(snq_portraitist *p, const snq_audio *block);
/* The stream has ended. On success *out is owned by the caller (snq_portrait_clear); on error it is
 * cleared. Once only: then ERR_STATE. ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_portraitist_pull(snq_portraitist *p, snq_portrait *out);

#endif
