// SPDX-License-Identifier: MIT
/* bank_zones -- multisamples: which recording sounds for which key and velocity.
 *
 * A set of zones has a name, which a patch gives as its recording. Zones that hold the same key and velocity take
 * turns, in the order given (round robin). A note of a choke group ends the sounding ones of the group.
 *
 * Threads: add [control]; reading [any]. */
#ifndef SNQ_SYNTH_BANK_ZONES_H
#define SNQ_SYNTH_BANK_ZONES_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"
#include "synth/bank.h"

enum { SNQ_ZONES_MAX = 4096 };

typedef struct snq_zone {
    const char *recording;               /* in the bank */
    uint8_t key_low, key_high;           /* 0 .. 127, inclusive */
    uint8_t velocity_low, velocity_high; /* 0 .. 127, inclusive */
    uint8_t choke;                       /* group 1 .. 255; 0: none */
    uint8_t loops;    /* whether the recording's loop is played; 0: it is a one-shot */
    float root_note;  /* MIDI note that plays it as recorded; NaN: the recording's, else 60 */
    float tune_cents; /* -1200 .. 1200, added to the pitch */
    float gain_db;    /* -60 .. 24 */
} snq_zone;

/* Add a set: all is copied but the recordings, which the bank has already. ERR_EXISTS (a set or recording of that
 * name), ERR_NOT_FOUND (a zone's recording), ERR_RANGE, ERR_TOO_BIG, ERR_NOMEM: nothing is added then. */
SNQ_MUST_USE snq_status snq_bank_add_zones(snq_bank *b, const char *name, const snq_zone *zone,
                                           size_t n);

#endif
