// SPDX-License-Identifier: MIT
/* music -- what the musical analysers share: the rhythm network's rows, the history of the pitch spectrum,
 * and what follows from both: tuning, beats, bars, chords. Each is reckoned once, when first asked for.
 *
 * The listener makes one when an analyser needs SNQ_NEED_MUSIC, feeds it beside the analysers and
 * finishes it before them; they get it in snq_analyser_setup. What a getter returns is borrowed until free.
 *
 * Threads: one object belongs to one thread at a time. */
#ifndef SNQ_LISTEN_MUSIC_H
#define SNQ_LISTEN_MUSIC_H

#include "base/attr.h"
#include "base/status.h"
#include "listen/beat_path.h"
#include "listen/harmony.h"
#include "listen/hops.h"
#include "listen/metre_path.h"
#include "listen/rhythm_rows.h"

typedef struct snq_music snq_music;

/* Recordings longer than this have no musical sections (hours). */
enum { SNQ_MUSIC_HOURS_MAX = 24 };

/* On success *out is owned by the caller (free); on error NULL. ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_music_new(snq_music **out);
void snq_music_free(snq_music *m); /* NULL is legal */
/* Take the next hops, borrowed for the call. ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_music_push(snq_music *m, const snq_hop_block *b);
/* The stream has ended; it lasted that long. ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_music_finish(snq_music *m, double duration_s);

/* ---- after finish. An error is returned again each time. ERR_NOMEM, ERR_TOO_BIG (over 24 hours). */

double snq_music_duration_s(const snq_music *m);
SNQ_MUST_USE snq_status snq_music_rhythm(snq_music *m, snq_rhythm_rows *rows);
/* The rows with their onsets weighed by the beat (onset_grid.h). */
SNQ_MUST_USE snq_status snq_music_onsets(snq_music *m, snq_rhythm_rows *rows);
SNQ_MUST_USE snq_status snq_music_beats(snq_music *m, const snq_beat_path **beats);
/* How much louder each band is in a hop than in the three before, u8 (hops, SNQ_GROOVE_BANDS), tenths of a
 * decibel; NULL when there are no hops. */
const uint8_t *snq_music_rises(const snq_music *m);
SNQ_MUST_USE snq_status snq_music_bars(snq_music *m, const snq_metre_path **bars);
SNQ_MUST_USE snq_status snq_music_harmony(snq_music *m, snq_harmony **harmony);

/* ---- for the analysers' tables: their state is the music itself, which they neither feed nor free. */

struct snq_analyser_setup;
snq_status snq_music_begin(const struct snq_analyser_setup *setup, void **state);
snq_status snq_music_block(void *state, const snq_hop_block *b);
void snq_music_leave(void *state);

#endif
