// SPDX-License-Identifier: MIT
/* mix_plan -- a mix as data: a strip a track, buses, the master.
 *
 *     track ─► polarity ─► inserts ─► ducking ─► fader, pan ─┬──────────────► group or mix ─► pre-master ─► master
 *                                                            └─ sends ─► bus ─────┘
 *
 * Buses are linear (eq, filter, delay, reverb, chorus, width), the master is not: so what a track adds to
 * the pre-master can be told apart from what the others add, its share of each bus among it. That is its
 * stem.
 *
 * In JSON: `sonique/mix/1` (schemas/mix-1.schema.json). Plain data; a plan owns its strips.
 * Names are compared without regard to case. Threads: one at a time; many may read. */
#ifndef SNQ_MIX_ENGINE_MIX_PLAN_H
#define SNQ_MIX_ENGINE_MIX_PLAN_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/json.h"
#include "base/json_read.h"
#include "base/status.h"
#include "base/warnings.h"
#include "fx/chain.h"

enum {
    SNQ_MIX_NAME_MAX = 64,
    SNQ_MIX_SENDS_MAX = 4,
    SNQ_MIX_DUCKS_MAX = 4,
    SNQ_MIX_BUSES_MAX = 16,
    SNQ_MIX_STRIPS_MAX = 512, /* of a plan as JSON */
};

typedef struct snq_mix_send {
    char bus[SNQ_MIX_NAME_MAX];
    float level_db; /* -120 .. 12; -120 is nothing */
    int pre_fader;
} snq_mix_send;

/* The strip makes room while another one sounds. */
typedef struct snq_mix_duck {
    char by
        [SNQ_MIX_NAME_MAX]; /* the strip that it makes room for: its sound before its own inserts */
    float depth_db;         /* 0 .. 36: most that it steps back */
    float threshold_db;     /* -80 .. 0 dBFS (peak envelope): from here up, over `range_db` */
    float range_db;         /* 1 .. 40: how far above the threshold the depth is reached */
    float attack_ms;        /* 0.1 .. 200 */
    float release_ms;       /* 5 .. 2000 */
    float freq_hz;          /* 0: all of it; else only around here: a spectral slot */
    float q;                /* 0.3 .. 10, of the slot */
    float key_below_hz; /* listens only to what lies below this: a kick among drums; 0: to all */
} snq_mix_duck;

typedef struct snq_strip_plan {
    char name[SNQ_MIX_NAME_MAX]; /* of the track */
    float gain_db;               /* -120 .. 24 */
    float pan;                   /* -1 .. 1: see mixer.h for the law */
    int invert;                  /* polarity */
    int mute;                    /* nothing of it is heard; others still duck by it */
    char side_chain
        [SNQ_MIX_NAME_MAX]; /* strip that compressor and gate of the inserts listen to, where
                                          they are told to: its sound before its own inserts; "": none */
    snq_chain_plan inserts;
    snq_mix_duck duck[SNQ_MIX_DUCKS_MAX];
    uint32_t ducks;
    snq_mix_send send[SNQ_MIX_SENDS_MAX];
    uint32_t sends;
    char group[SNQ_MIX_NAME_MAX]; /* bus that it goes through; "": straight to the mix */
} snq_strip_plan;

/* A bus: what is sent to it goes through its chain; group or effect, it is the same. */
typedef struct snq_bus_plan {
    char name[SNQ_MIX_NAME_MAX];
    float gain_db;
    snq_chain_plan inserts; /* linear effects only */
} snq_bus_plan;

typedef struct snq_master_plan {
    snq_chain_plan inserts; /* before the limiter: anything */
    float target_lufs;      /* -40 .. -5 (-14); NaN: no loudness target, gain 0 dB */
    float ceiling_dbtp;     /* -12 .. 0 (-1) */
    float bass_mono_hz;     /* below this the mix is mono: 0 .. 300 (120) */
} snq_master_plan;

typedef struct snq_mix_plan {
    snq_strip_plan *strip; /* (strips,), owned: snq_mix_plan_clear */
    uint32_t strips;
    snq_bus_plan bus[SNQ_MIX_BUSES_MAX];
    uint32_t buses;
    snq_master_plan master;
} snq_mix_plan;

/* An empty plan with room for `strips` strips, each at 0 dB in the middle, master as its defaults. ERR_NOMEM,
 * ERR_TOO_BIG. The caller clears. */
SNQ_MUST_USE snq_status snq_mix_plan_init(snq_mix_plan *p, uint32_t strips);
void snq_mix_plan_clear(snq_mix_plan *p);
/* Ranges, names that lead nowhere, effects on a bus that are not linear, a strip that ducks by itself
 * (by each other they may: they listen to what was played, not to what is left of it): ERR_RANGE, ERR_NOT_FOUND, ERR_FORMAT, naming the place ("strip \"bass\": duck 0: …"). */
SNQ_MUST_USE snq_status snq_mix_plan_check(const snq_mix_plan *p);
int snq_mix_plan_strip(const snq_mix_plan *p, const char *name); /* index, -1 */
int snq_mix_plan_bus(const snq_mix_plan *p, const char *name);   /* index, -1 */

void snq_mix_plan_json(snq_json *j, const snq_mix_plan *p);
/* A plan for just these tracks, in this order: strips of `from` where it has one of the name, else a plain
 * one with the given level, place and chain. Strips that are left over are dropped, with a warning (NULL: none),
 * as is what listens to them. *out is initialised; on success the caller clears it, on error it is clear.
 * ERR_NOMEM, ERR_TOO_BIG. */
typedef struct snq_mix_part {
    const char *name; /* of the track; borrowed */
    const char
        *family; /* "bass", "lead", "pad", "keys", "pluck", "texture", "effect", "voice", "drums" */
    float gain_db, pan;          /* as the score has them */
    const snq_chain_plan *chain; /* effects of the sound, before all others; borrowed; NULL: none */
} snq_mix_part;
SNQ_MUST_USE snq_status snq_mix_plan_fit(const snq_mix_plan *from, const snq_mix_part *part,
                                         uint32_t parts, snq_warnings *warnings, snq_mix_plan *out);
/* *out is initialised; on success the caller clears it, on error it is clear. Checked. */
SNQ_MUST_USE snq_status snq_mix_plan_from_json(const snq_json_ref *at, snq_mix_plan *out);

#endif
