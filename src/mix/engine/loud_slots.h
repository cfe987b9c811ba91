// SPDX-License-Identifier: MIT
/* loud_slots -- integrated loudness (ITU-R BS.1770-5) of a stereo pair that streams by: K-weighted power
 * in slots of 100 ms, which may be gathered elsewhere and side by side, and what follows from them.
 *
 * An object belongs to one thread at a time. */
#ifndef SNQ_MIX_ENGINE_LOUD_SLOTS_H
#define SNQ_MIX_ENGINE_LOUD_SLOTS_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"
#include "dsp/kweight.h"

enum { SNQ_LOUD_SLOTS_PER_S = 10 };

typedef struct snq_loud_slots {
    snq_kweight *weight; /* owned */
    uint32_t slot, into; /* frames of a slot, of the one that is not complete */
    double sum;          /* of that one */
    double *power;       /* (room,) mean square of each slot, both sides added; owned */
    size_t count, room;  /* complete ones */
    snq_status st;       /* ERR_NOMEM: one that was lost */
} snq_loud_slots;

/* The caller clears, also after an error. ERR_RANGE, ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_loud_slots_init(snq_loud_slots *l, uint32_t rate_hz);
void snq_loud_slots_clear(snq_loud_slots *l);
/* left, right (n,), borrowed. Failures are kept: see st. */
void snq_loud_slots_push(snq_loud_slots *l, const float *left, const float *right, size_t n);

/* Integrated loudness of power (n,), in LUFS: blocks of four slots, gates at -70 LUFS and 10 LU below the
 * mean of what is over that. -inf: nothing is. What is shorter than a block counts as one. */
double snq_loud_integrated(const double *power, size_t n);

#endif
