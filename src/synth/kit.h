// SPDX-License-Identifier: MIT
/* kit -- a folder of one-shots as a drum kit: which recording goes to which key, from their names.
 *
 *   words      "BD", "kick", "Snare", "HH open", "ClosedHat", "tom-low", "rim", "cowbell" … name a drum of General MIDI's
 *              percussion map (score/drum_keys.h). Toms without a word for their height: 1, 2, 3 are high to low.
 *   layers     soft, ghost, light; medium; hard, loud, accent; or v1 .. v127: velocities if any is above 16, else ranks.
 *              Recordings without such a word count as medium. Limits lie halfway between neighbours.
 *   turns      what has the same key and layer takes turns, in order of the last number in the name, then of the
 *              name: kick_1, kick_2, kick_10.
 *   unknown    names go to free keys from 60 (C4) up, one key for names that differ only in number or layer.
 *   stand-ins  a drum that the kit lacks is played by its nearest relative (crash 2 by crash, pedal hat by closed hat …).
 * Hats choke each other, as do the other pairs that General MIDI Level 2 names (guiros, whistles, cuicas, triangles).
 * Each key plays its recordings as they are.
 *
 * Threads: [control]. */
#ifndef SNQ_SYNTH_KIT_H
#define SNQ_SYNTH_KIT_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"
#include "base/str.h"
#include "synth/bank.h"

#define SNQ_KIT_NAME "kit" /* of the set of zones: what patches give as recording */

typedef enum snq_kit_fate {
    SNQ_KIT_KNOWN = 0, /* its name says which drum it is */
    SNQ_KIT_FREE_KEY,  /* it does not: it has the next free key */
    SNQ_KIT_NO_KEY,    /* and there is none left: it is not played */
} snq_kit_fate;

typedef struct snq_kit_entry {
    const char *recording; /* in the bank, borrowed */
    uint8_t fate;          /* snq_kit_fate */
    uint8_t key;           /* 0 .. 127; with NO_KEY 0 */
    uint8_t velocity_low, velocity_high;
    uint8_t choke;        /* group, 0: none */
    uint16_t turn, turns; /* from 0; of how many that share its key and layer */
} snq_kit_entry;

typedef struct snq_kit {
    snq_kit_entry *entry; /* (entries,) by key, velocity, turn; those without a key last; owned */
    size_t entries;
    uint8_t plays
        [128]; /* key whose recordings a key plays: itself, or what it stands in with; 255: none */
} snq_kit;

/* Make the set of zones SNQ_KIT_NAME in the bank of these recordings of it (n,). On success *out is owned by the caller
 * (free) and borrows names from the bank; on error NULL and the bank is as it was. ERR_NOT_FOUND (a recording),
 * ERR_EXISTS (there is a set of that name), ERR_TOO_BIG, ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_kit_make(snq_bank *b, const char *const *name, size_t n, snq_kit **out);
void snq_kit_free(snq_kit *k); /* NULL is legal */
/* What became of each file, a line each: "  kick_01   kick (36)   velocity 1-127   turn 1 of 2". */
void snq_kit_text(const snq_kit *k, snq_str *out);

#endif
