// SPDX-License-Identifier: MIT
/* midi -- standard MIDI files (MIDI 1.0, RP-001): format 0 and 1 in, 1 out.
 *
 * In: every event is kept. Each (track chunk, channel) that has events becomes a track; tempo, metre,
 * key and markers (as sections) become the score's; a program at the start becomes the track's; all
 * other messages are kept as messages. SMPTE time bases are read as 120 BPM. A note without an end
 * lasts to the track's end; an end without a beginning is dropped (both are warned of).
 * Out: a conductor track, then a track each, running status unused, program first, micro-timing rounded
 * to ticks. Where two notes of a pitch would overlap, the earlier ends where the later begins.
 *
 * Errors name the offset of the byte that is wrong. The parser is fuzzed.
 * Threads: [any], each with its own objects. */
#ifndef SNQ_SCORE_MIDI_H
#define SNQ_SCORE_MIDI_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"
#include "base/str.h"
#include "base/warnings.h"
#include "score/score.h"

/* Whether bytes (n,) begin as a MIDI file does ("MThd", or RIFF RMID). */
int snq_midi_is(const void *bytes, size_t n);
/* *out is initialised here; on success the caller clears it, on error it is clear. `warnings` (may be
 * NULL) gets what was odd. Errors: ERR_FORMAT ("offset 123: …"), ERR_UNSUPPORTED (format 2),
 * ERR_TOO_BIG, ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_midi_read(const void *bytes, size_t n, snq_score *out,
                                      snq_warnings *warnings);
/* Appends the file to `to`. Errors: ERR_TOO_BIG (a tick beyond the format's reach), ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_midi_write(const snq_score *s, snq_str *to);

#endif
