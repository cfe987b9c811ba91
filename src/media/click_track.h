// SPDX-License-Identifier: MIT
/* click_track -- a recording with a metronome on top, so that a person hears whether beats are right.
 *
 * The recording is made 6 dB quieter (half; when its peak is above full scale, by that much more) and
 * gets a click at each beat that is as loud as its peak then is, so the sum never exceeds full scale
 * and no sample is clipped. A click is a sine of 25 ms that decays, 1 kHz at -4 dB, on downbeats
 * 1.5 kHz at 0 dB, the same in every channel. It begins exactly with frame round(beat_s * rate_hz),
 * with a phase of 0; the next beat ends it, and so does the recording.
 *
 * The result doesn't depend on the sizes of blocks. Threads: one object belongs to one thread at a
 * time. Formulas: top of click_track.c. */
#ifndef SNQ_MEDIA_CLICK_TRACK_H
#define SNQ_MEDIA_CLICK_TRACK_H

#include <stdint.h>

#include "base/attr.h"
#include "base/audio.h"
#include "base/status.h"

typedef struct snq_click_track snq_click_track;

typedef struct snq_click_track_cfg {
    uint32_t rate_hz;      /* SNQ_RATE_MIN_HZ .. SNQ_RATE_MAX_HZ */
    uint32_t channels;     /* 1 .. SNQ_CHANNELS_MAX */
    uint32_t block_frames; /* longest block that is pushed, > 0 */
    double peak;           /* largest |sample| of the recording, 0 .. SNQ_SAMPLE_MAX */
    const double *beat_s;  /* (beats,) seconds, >= 0, ascending; borrowed until free */
    const double
        *downbeat_s; /* (downbeats,) those of the beats that begin a bar; borrowed until free */
    uint32_t beats, downbeats;
} snq_click_track_cfg;

/* On success *out is owned by the caller (snq_click_track_free), on error NULL. `cfg` is copied but for
 * its lists. Errors: ERR_RANGE (names the field), ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_click_track_new(const snq_click_track_cfg *cfg, snq_click_track **out);
void snq_click_track_free(snq_click_track *t); /* NULL is legal */
/* The next block of the recording, borrowed for the call, and *mixed, the same frames with clicks:
 * borrowed until the next push or free. Zero frames are legal. Errors: ERR_ARG (another number of
 * channels), ERR_TOO_BIG (longer than block_frames). */
SNQ_MUST_USE snq_status snq_click_track_push(snq_click_track *t, const snq_audio *block,
                                             snq_audio *mixed);

#endif
