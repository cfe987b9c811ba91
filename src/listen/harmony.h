// SPDX-License-Identifier: MIT
/* harmony -- tuning, chords and keys of a recording, from the history of its pitch spectrum.
 *
 * Fed along the stream; run once at the end, when the tuning and the beats are known.
 *
 * Threads: one object belongs to one thread at a time. Algorithm: top of harmony.c. */
#ifndef SNQ_LISTEN_HARMONY_H
#define SNQ_LISTEN_HARMONY_H

#include "base/attr.h"
#include "base/status.h"
#include "listen/beat_path.h"
#include "listen/harmony_net.h"
#include "listen/hops.h"
#include "listen/metre_path.h"
#include "score/hearing.h"

typedef struct snq_harmony snq_harmony;

enum { SNQ_HARMONY_STEPS_PER_S = 5, SNQ_HARMONY_BIN_S = 2 };

/* On success *out is owned by the caller (free); on error NULL. ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_harmony_new(snq_harmony **out);
void snq_harmony_free(snq_harmony *h); /* NULL is legal */
/* Take the next hops' pitch spectra, borrowed for the call. ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_harmony_push(snq_harmony *h, const snq_hop_block *b);
/* The stream has ended: reckon chords and keys with these beats and bars, borrowed for the call.
 * ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_harmony_run(snq_harmony *h, double duration_s,
                                        const snq_beat_path *beats, const snq_metre_path *bars);

/* ---- after run */

/* A4 in Hz, 427.47 .. 452.89, or why not. */
snq_measure snq_harmony_tuning_hz(const snq_harmony *h);
/* Borrowed until free. */
snq_chords snq_harmony_chords(const snq_harmony *h);
/* Key of a span of time; the spans of `key` lie side by side in it and live in `to`'s lists (to NULL: no
 * spans). ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_harmony_key(snq_harmony *h, snq_span span, snq_hearing *to,
                                        snq_key *key);
/* Share of the steps of a span that have a chord, weighted with nothing; 0 without steps. */
double snq_harmony_tonal_share(const snq_harmony *h, snq_span span);

#endif
