// SPDX-License-Identifier: MIT
/* drum_keys -- what the keys of a drum track mean: General MIDI's percussion map (RP-003, keys 35..81, and
 * the four edges that GS and XG agree on). */
#ifndef SNQ_SCORE_DRUM_KEYS_H
#define SNQ_SCORE_DRUM_KEYS_H

enum {
    SNQ_DRUM_KICK_2 = 35,
    SNQ_DRUM_KICK = 36,
    SNQ_DRUM_RIM = 37,
    SNQ_DRUM_SNARE = 38,
    SNQ_DRUM_CLAP = 39,
    SNQ_DRUM_SNARE_2 = 40,
    SNQ_DRUM_TOM_LOW = 41,
    SNQ_DRUM_HAT_CLOSED = 42,
    SNQ_DRUM_HAT_PEDAL = 44,
    SNQ_DRUM_TOM_MID = 45,
    SNQ_DRUM_HAT_OPEN = 46,
    SNQ_DRUM_TOM_HIGH = 48,
    SNQ_DRUM_CRASH = 49,
    SNQ_DRUM_RIDE = 51,
    SNQ_DRUM_TAMBOURINE = 54,
    SNQ_DRUM_COWBELL = 56,
    SNQ_DRUM_CONGA_HIGH = 63,
    SNQ_DRUM_CONGA_LOW = 64,
    SNQ_DRUM_SHAKER = 70,
};

/* A short name of its own for each key 0 .. 127 ("kick", "hat_closed", "key_90"). Static. */
const char *snq_drum_name(int key);
/* The key of a name, -1 when there is none. */
int snq_drum_key(const char *name);

#endif
