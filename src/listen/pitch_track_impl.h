// SPDX-License-Identifier: MIT
/* pitch_track -- the pitch spectrum of listen/hops.h from the shared mono stream.
 *
 * Threads: one object belongs to one thread at a time. Algorithm: top of pitch_track.c. */
#ifndef SNQ_LISTEN_PITCH_TRACK_IMPL_H
#define SNQ_LISTEN_PITCH_TRACK_IMPL_H

#include <stddef.h>

#include "base/attr.h"
#include "base/status.h"
#include "listen/hops.h"

typedef struct snq__pitch_track snq__pitch_track;

/* Gets frame after frame, borrowed for the call. A negative status stops the push and is returned by
 * it. */
typedef snq_status (*snq__pitch_sink)(void *user, int64_t number, const snq_pitch_frame *frame);

/* On success *out is owned by the caller (free); on error NULL. ERR_NOMEM. */
SNQ_MUST_USE snq_status snq__pitch_track_new(snq__pitch_track **out);
void snq__pitch_track_free(snq__pitch_track *t); /* NULL is legal */
/* Take n samples of the mono stream at SNQ_MONO_RATE_HZ, borrowed for the call. What the sink said. */
SNQ_MUST_USE snq_status snq__pitch_track_push(snq__pitch_track *t, const float *samples, size_t n,
                                              snq__pitch_sink sink, void *user);
/* The stream has ended with that many frames: hand on what is left of them. */
SNQ_MUST_USE snq_status snq__pitch_track_finish(snq__pitch_track *t, int64_t frames,
                                                snq__pitch_sink sink, void *user);
/* Frames handed on so far. */
int64_t snq__pitch_track_done(const snq__pitch_track *t);
/* Frames of a stream of that many hops. */
int64_t snq__pitch_frames(int64_t hops);

#endif
