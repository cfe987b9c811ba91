// SPDX-License-Identifier: MIT
/* midi -- standard MIDI files (MIDI 1.0, RP-001): format 0 and 1 in, 1 out. docs/formats/midi.md says
 * event by event what is read, written and kept.
 *
 * In: every event is kept. Each (track chunk, channel) that has events becomes a track; tempo, metre,
 * key and markers (as sections) become the score's; the name and the program at the start become the
 * track's; all else is kept as messages. What the first chunk says without a channel (copyright, system
 * exclusive …) becomes a track without notes of the kind SNQ_MIDI_CONDUCTOR, where there is any; what
 * another chunk says goes to the track of its first channel. Channel 10 (9 here) has the kind "drums".
 * SMPTE time bases are read at 120 BPM, or as near to it as whole ticks allow. Notes of
 * one pitch that overlap end in the order in which they began. A note without an end lasts to the next of
 * its pitch, or to the chunk's end; an end without a beginning is dropped (both are warned of).
 * Out: a conductor chunk, then a chunk for each track, without running status: name, port, program
 * first; within a tick ends of notes, messages, beginnings of notes. Micro-timing is rounded to ticks.
 * Where micro-timing makes two notes of a pitch overlap, or one lies within another, the earlier ends
 * where the later begins. Not written: kind, patch, gain, pan, cents, chords, curves, energy.
 * Read, written and read again, a score is the same but for the order of what stands at one tick.
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

/* The kind of a track without notes whose messages stand in the first chunk: nothing to play. */
#define SNQ_MIDI_CONDUCTOR "conductor"

/* Whether bytes (n,) begin as a MIDI file does ("MThd", or RIFF RMID). */
int snq_midi_is(const void *bytes, size_t n);
/* *out is initialised here; on success the caller clears it, on error it is clear. On success it passes
 * snq_score_check. `warnings` (may be NULL) gets what was odd. Errors: ERR_FORMAT ("offset 123: …"),
 * ERR_UNSUPPORTED (format 2), ERR_TOO_BIG (the limits of score.h), ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_midi_read(const void *bytes, size_t n, snq_score *out,
                                      snq_warnings *warnings);
/* Appends the file to `to`, nothing on an error of the score. Errors: those of snq_score_check,
 * ERR_TOO_BIG (a message of 2^28 bytes, a file longer than `to` may be), ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_midi_write(const snq_score *s, snq_str *to);

#endif
