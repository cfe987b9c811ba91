// SPDX-License-Identifier: MIT
/* hops -- the shared features: what is computed once over the stream and read by every analyser.
 *
 * The stream is cut into hops of 10 ms (score/timegrid.h). Each hop carries sample statistics,
 * K-weighted energy and true peak at the native rate, and the mel powers of a short spectrum of the
 * shared mono stream at 22 050 Hz, taken at the hop's middle. Beside them runs a finer spectrum of all channels, one frame each
 * half of its window; a frame belongs to the hop in which its centre lies.
 * A block is a run of consecutive hops; every pointer in it is borrowed for the call. */
#ifndef SNQ_LISTEN_HOPS_H
#define SNQ_LISTEN_HOPS_H

#include <stdint.h>

#include "base/limits.h"
#include "score/timegrid.h"

/* The rate of the shared mono stream (Hz), its short window (frames) and the number of mel bands.
 * Band 0 is the bin at 43 Hz alone, freed of what an offset leaks into it; bands 1 .. 40 are Slaney
 * triangles from 30 Hz to 11 025 Hz over the bins from 86 Hz on. */
enum { SNQ_MONO_RATE_HZ = 22050, SNQ_MEL_WINDOW = 512, SNQ_MEL_BANDS = 41 };

typedef struct snq_hop {
    uint32_t frames;              /* 0 only past the end of the stream */
    uint32_t clipped;             /* samples at full scale in runs of three or more, all channels */
    float peak;                   /* largest |x|, all channels */
    float true_peak;              /* largest |x| between the samples too, all channels (linear) */
    double energy;                /* sum of x^2, all channels */
    double k_energy;              /* sum of K-weighted y^2, channels weighted as BS.1770 says */
    double left, right, cross;    /* sums of l^2, r^2 and l*r of the first two channels */
    double sum[SNQ_CHANNELS_MAX]; /* sum of x a channel */
} snq_hop;

/* One frame of the fine spectrum. */
typedef struct snq_fine_frame {
    const float *power;   /* (bins,) mean over channels; the sum over bins is the mean square */
    const float *cross;   /* (low_bins,) Re(L conj R) of the first two channels; NULL for mono */
    const float *balance; /* (low_bins,) |L|^2 - |R|^2, at the scale of `cross`; NULL for mono */
    int silent;           /* known to be 0 throughout: nothing to add up */
} snq_fine_frame;

/* The pitch spectrum: one frame each SNQ_PITCH_HOPS hops, of a window of 372 ms of the shared mono stream
 * (4096 frames at 11 025 Hz) centred on the middle of those hops. SNQ_PITCH_STEPS bands a semitone,
 * equally spaced in pitch: band b lies at MIDI note SNQ_PITCH_LOWEST + (b - 1) / SNQ_PITCH_STEPS at
 * A4 = 440 Hz, so that every third from band 1 on is a semitone. */
enum {
    SNQ_PITCH_HOPS = 10,
    SNQ_PITCH_STEPS = 3,
    SNQ_PITCH_LOWEST = 28, /* E1, 41.2 Hz */
    SNQ_PITCH_SEMITONES = 72,
    SNQ_PITCH_BANDS = SNQ_PITCH_STEPS * SNQ_PITCH_SEMITONES,
    SNQ_PITCH_PEAKS_MAX = 32,
};

/* The tone spectrum: each two hops one of a window of 93 ms (1024 frames at 11 025 Hz) centred on their
 * middle, a band a semitone from MIDI note SNQ_TONE_LOWEST on. Notes that begin softly under drums show
 * here; low ones by their overtones. */
enum {
    SNQ_TONE_HOPS = 2,
    SNQ_TONE_ROWS = SNQ_PITCH_HOPS / SNQ_TONE_HOPS, /* of a pitch frame */
    SNQ_TONE_LOWEST = 42,                           /* F#2, 92.5 Hz */
    SNQ_TONE_BANDS = 64,                            /* to A7, 3520 Hz */
};

typedef struct snq_pitch_peak {
    float hz, power; /* of a sinusoid: half its amplitude squared */
} snq_pitch_peak;

typedef struct snq_pitch_frame {
    float power;                 /* mean square in 40 .. 5000 Hz */
    uint32_t peaks;              /* */
    float band[SNQ_PITCH_BANDS]; /* powers */
    snq_pitch_peak
        peak[SNQ_PITCH_PEAKS_MAX]; /* by frequency; the strongest within 60 dB, 40 .. 4000 Hz */
    float tone[SNQ_TONE_ROWS][SNQ_TONE_BANDS]; /* powers */
} snq_pitch_frame;

typedef struct snq_hop_block {
    snq_timegrid grid;
    uint32_t channels;
    int64_t first; /* number of the first hop */
    uint32_t hops;
    const snq_hop *hop;   /* (hops,) */
    const float *mel;     /* (hops, SNQ_MEL_BANDS) mel powers, or NULL when nobody needs them */
    uint32_t window;      /* frames of the fine spectrum's window */
    uint32_t bins;        /* window / 2 + 1 */
    uint32_t low_bins;    /* bins below 120 Hz, in `cross` and `balance` */
    uint32_t fine_frames; /* fine spectra whose centre lies in these hops */
    const snq_fine_frame *fine; /* (fine_frames,) */
    int64_t pitch_first;   /* number of the first pitch frame: it is of hops 10 n .. 10 n + 9 */
    uint32_t pitch_frames; /* pitch frames whose centre lies in these hops */
    const snq_pitch_frame *const *pitch; /* (pitch_frames,) */
} snq_hop_block;

#endif
