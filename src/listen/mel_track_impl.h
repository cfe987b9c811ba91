// SPDX-License-Identifier: MIT
/* mel_track -- the shared mono stream at SNQ_MONO_RATE_HZ and the mel powers of each hop
 * (listen/hops.h).
 *
 * Threads: one object belongs to one thread at a time. Algorithm: top of mel_track.c. */
#ifndef SNQ_LISTEN_MEL_TRACK_IMPL_H
#define SNQ_LISTEN_MEL_TRACK_IMPL_H

#include "base/attr.h"
#include "base/audio.h"
#include "base/status.h"
#include "listen/hops.h"

typedef struct snq__mel_track snq__mel_track;

/* Frames of a chunk at most. */
enum { SNQ__MEL_CHUNK = 8192 };

/* Gets the powers of hop after hop: mel (SNQ_MEL_BANDS,), borrowed for the call. A negative status
 * stops the push and is returned by it. */
typedef snq_status (*snq__mel_sink)(void *user, int64_t hop, const float *mel);

/* On success *out is owned by the caller (free); on error NULL. ERR_RANGE, ERR_NOMEM. */
SNQ_MUST_USE snq_status snq__mel_track_new(uint32_t rate_hz, snq__mel_track **out);
void snq__mel_track_free(snq__mel_track *t); /* NULL is legal */
/* Let `tap` see the mono stream at SNQ_MONO_RATE_HZ too, in order, from the next push on. */
typedef snq_status (*snq__mono_tap)(void *user, const float *samples, size_t n);
void snq__mel_track_tap(snq__mel_track *t, snq__mono_tap tap, void *user);
/* Take a chunk of at most SNQ__MEL_CHUNK frames, borrowed for the call; `silent`: it holds nothing
 * but zeros. ERR_NOMEM, or what the sink said. */
SNQ_MUST_USE snq_status snq__mel_track_push(snq__mel_track *t, const snq_audio *chunk, int silent,
                                            snq__mel_sink sink, void *user);
/* The stream has ended with that many hops: hand on what is left of them. */
SNQ_MUST_USE snq_status snq__mel_track_finish(snq__mel_track *t, int64_t hops, snq__mel_sink sink,
                                              void *user);
/* Hops handed on so far. */
int64_t snq__mel_track_done(const snq__mel_track *t);

#endif
