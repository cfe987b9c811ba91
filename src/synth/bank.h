// SPDX-License-Identifier: MIT
/* bank -- what instruments share and only read: wave tables and recordings.
 *
 * Made once before rendering, then read by all threads; it must outlive every instrument made with
 * it. Recordings arrive as samples: who opens files is no business of this room.
 *
 * Threads: new, add, free [control]; reading [any]. */
#ifndef SNQ_SYNTH_BANK_H
#define SNQ_SYNTH_BANK_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/audio.h"
#include "base/status.h"

enum { SNQ_BANK_RECORDINGS_MAX = 1024, SNQ_BANK_NAME_MAX = 64 };

typedef struct snq_bank snq_bank;

/* A recording as an instrument sees it. */
typedef struct snq_recording {
    const char *name;  /* file name without folder and ending */
    uint32_t channels; /* 1 or 2 */
    uint32_t rate_hz;
    size_t frames;
    const float *channel[2];     /* (channels,) pointers to (frames,) */
    double root_note;            /* MIDI note number of its pitch; NaN: not known */
    size_t loop_start, loop_end; /* frames, half open; equal: no loop */
} snq_recording;

/* A bank with the built-in wave tables (sine, triangle, saw, square …). On success *out is owned by the
 * caller (free); on error NULL. ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_bank_new(uint32_t rate_hz, snq_bank **out);
void snq_bank_free(snq_bank *b); /* NULL is legal */
/* Add a recording: name and samples are copied. ERR_EXISTS (name), ERR_RANGE, ERR_TOO_BIG, ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_bank_add(snq_bank *b, const snq_recording *r);
/* Add a wave table of `cycles` single cycles of `length` samples one after another (a WAV of e.g.
 * 2048-sample cycles); mip-mapped here. ERR_EXISTS, ERR_RANGE (cycles 1 .. 256, length 16 .. 8192),
 * ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_bank_add_table(snq_bank *b, const char *name, const float *cycle,
                                           uint32_t cycles, uint32_t length);
size_t snq_bank_recordings(const snq_bank *b);
const snq_recording *snq_bank_recording(const snq_bank *b, size_t i); /* i < recordings; borrowed */
/* By name, without regard to case; NULL when there is none. */
const snq_recording *snq_bank_find(const snq_bank *b, const char *name);

#endif
