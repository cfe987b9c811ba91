// SPDX-License-Identifier: MIT
/* video_clock -- the regular clock of a video, from its time stamps, and where on it a picture belongs
 * (private to media).
 *
 * Slots are counted from the first picture of the file. Algorithm and constants: top of
 * video_clock.c. Belongs to one thread at a time. */
#ifndef SNQ_MEDIA_VIDEO_CLOCK_IMPL_H
#define SNQ_MEDIA_VIDEO_CLOCK_IMPL_H

#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"

/* Pictures a second that a file may have, or be said to have. */
#define SNQ__VIDEO_HZ_MIN 0.01
#define SNQ__VIDEO_HZ_MAX 100000.0

typedef enum snq__clock_mode {
    SNQ__CLOCK_COUNT,   /* no times: every picture is the next one */
    SNQ__CLOCK_REGULAR, /* a regular clock with gaps and slips */
    SNQ__CLOCK_UNEVEN,  /* no gap like the other, yet every picture in a slot of its own */
    SNQ__CLOCK_VARIABLE /* each picture goes to the nearest slot */
} snq__clock_mode;

typedef struct snq__video_clock {
    snq__clock_mode mode;
    double hz;                     /* slots a second */
    double period_ticks;           /* ticks a slot */
    int64_t zero;                  /* ticks of slot 0 */
    int64_t frames;                /* slots from the first to the last time stamp, -1: unknown */
    double slowest_hz, fastest_hz; /* of 5 and 95 of 100 gaps */
    /* while pictures are placed */
    double offset; /* slots; grows where the time stamps leap */
    int64_t last, last_ticks;
    uint64_t leaps; /* of the time stamps, too long to be bridged or backwards */
} snq__video_clock;

/* From `count` ascending times of tick_s seconds each; count may be 0. told_hz: rates that the file
 * tells, the better one first, 0 for none. ERR_RANGE: a rate that is not possible. */
SNQ_MUST_USE snq_status snq__video_clock_init(snq__video_clock *c, const int64_t *times,
                                              uint32_t count, double tick_s,
                                              const double told_hz[2]);
/* Every picture counts, whatever the times say; the rate stays. */
void snq__video_clock_count(snq__video_clock *c);
/* The slot of the next picture in the order of showing; may be that of the picture before, or an
 * earlier one. *off, in slots: how far it lies from where it belongs. */
int64_t snq__video_clock_place(snq__video_clock *c, int has_ticks, int64_t ticks, double *off);
/* Ticks of a slot; only where mode is not SNQ__CLOCK_COUNT. */
int64_t snq__video_clock_ticks(const snq__video_clock *c, int64_t slot);
/* Placing goes on at an earlier or later picture of the file. */
void snq__video_clock_reset(snq__video_clock *c);

#endif
