// SPDX-License-Identifier: MIT
/* drums -- the engine "drums": what its files share.
 *
 *     drums.c          the engine: voices, choking, gain; what is rendered beforehand
 *     drum_params.c    its parameter table
 *     drum_key_tab.c   which drum each key is, in what group, how loud
 *     drum_hit.c       a note -> the hit -> a recipe
 *     drum_{kick,snare,hat,tom,cymbal,hand,wood,bell,shaker}.c   recipes, a family a file
 *     drum_parts.c     plays recipes */
#ifndef SNQ_SYNTH_DRUMS_IMPL_H
#define SNQ_SYNTH_DRUMS_IMPL_H

#include "synth/drum_parts_impl.h"
#include "synth/engine_impl.h"

enum { SNQ__DRUM_KEY_FIRST = 27, SNQ__DRUM_KEY_LAST = 87, SNQ__DRUM_MANNERS = 3 };
typedef enum snq__drum_manner { DM_808 = 0, DM_909, DM_ACOUSTIC } snq__drum_manner;

/* Drums that are set together. */
typedef enum snq__drum_group {
    DG_KICK = 0,
    DG_SNARE,
    DG_CLAP,
    DG_RIM,
    DG_HAT,
    DG_TOM,
    DG_CRASH,
    DG_RIDE,
    DG_HAND,
    DG_WOOD,
    DG_BELL,
    DG_SHAKER,
    DG_GROUPS,
} snq__drum_group;

/* Parameters of every group, at DP_GROUP + group * DP_EACH. */
enum {
    DP_TUNE = 0,
    DP_DECAY,
    DP_TONE,
    DP_LEVEL,
    DP_PAN,
    DP_MANNER,
    DP_EACH,
};
/* All parameters, in the order of the table. */
enum {
    DP_KIT_MANNER = 0,
    DP_GAIN,
    DP_SENSITIVITY,
    DP_VELOCITY_TO_TONE,
    DP_HUMANISE,
    DP_HOLD_HZ,
    DP_BITS,
    DP_KICK_SWEEP,
    DP_KICK_CLICK,
    DP_KICK_DRIVE,
    DP_SNARE_SNAPPY,
    DP_SNARE_BRUSH,
    DP_SNARE_DRIVE,
    DP_CLAP_SPREAD,
    DP_HAT_OPEN_DECAY,
    DP_HAT_METAL,
    DP_TOM_SWEEP,
    DP_GROUP,
    DP_PARAMS = DP_GROUP + DG_GROUPS * DP_EACH,
};
const snq_param *snq__drum_param_tab(void); /* (DP_PARAMS,), static */

/* ---- keys ---- */

/* What recipe makes of a hit. */
typedef struct snq__drum_hit {
    uint8_t kind;   /* of the family: the key's row */
    uint8_t manner; /* snq__drum_manner */
    float hard;     /* 0..1: velocity as it acts on the tone */
    float bright;   /* octaves that edges move up, of tone and velocity */
    float special[2];
    float loose; /* 0..1: how much one hit differs from another; 0 in exact manners */
    snq_rng rng; /* of this variant */
} snq__drum_hit;

typedef void (*snq__drum_family)(snq__drum_hit *h, snq__drum_recipe *r);
void snq__drum_kick(snq__drum_hit *h, snq__drum_recipe *r);
void snq__drum_snare(snq__drum_hit *h, snq__drum_recipe *r);
void snq__drum_clap(snq__drum_hit *h, snq__drum_recipe *r);
void snq__drum_rim(snq__drum_hit *h, snq__drum_recipe *r);
void snq__drum_hat(snq__drum_hit *h, snq__drum_recipe *r);
void snq__drum_tom(snq__drum_hit *h, snq__drum_recipe *r);
void snq__drum_cymbal(snq__drum_hit *h, snq__drum_recipe *r);
void snq__drum_hand(snq__drum_hit *h, snq__drum_recipe *r);
void snq__drum_wood(snq__drum_hit *h, snq__drum_recipe *r);
void snq__drum_bell(snq__drum_hit *h, snq__drum_recipe *r);
void snq__drum_shaker(snq__drum_hit *h, snq__drum_recipe *r);

enum { DK_KICK = 0, DK_KICK_2 };
enum { DK_SNARE = 0, DK_SNARE_2, DK_SLAP };
enum { DK_HAT_CLOSED = 0, DK_HAT_PEDAL, DK_HAT_OPEN };
/* a tom's kind is semitones above the lowest; surdo and timbales besides */
enum { DK_SURDO = 64, DK_SURDO_MUTE, DK_TIMBALE_LOW, DK_TIMBALE_HIGH };
enum { DK_CRASH = 0, DK_CRASH_2, DK_CHINA, DK_SPLASH, DK_RIDE, DK_RIDE_2, DK_RIDE_BELL };
enum {
    DK_CONGA_LOW = 0,
    DK_CONGA_HIGH,
    DK_CONGA_MUTE,
    DK_BONGO_LOW,
    DK_BONGO_HIGH,
    DK_CUICA_MUTE,
    DK_CUICA_OPEN
};
enum {
    DK_CLAVES = 0,
    DK_BLOCK_LOW,
    DK_BLOCK_HIGH,
    DK_CASTANETS,
    DK_STICKS,
    DK_CLICK,
    DK_METRONOME
};
enum {
    DK_COWBELL = 0,
    DK_AGOGO_LOW,
    DK_AGOGO_HIGH,
    DK_TRIANGLE,
    DK_TRIANGLE_MUTE,
    DK_BELL_TREE,
    DK_METRONOME_BELL,
    DK_HIGH_Q,
    DK_WHISTLE_SHORT,
    DK_WHISTLE_LONG
};
enum {
    DK_SHAKER = 0,
    DK_MARACAS,
    DK_CABASA,
    DK_TAMBOURINE,
    DK_JINGLE_BELL,
    DK_VIBRASLAP,
    DK_GUIRO_SHORT,
    DK_GUIRO_LONG,
    DK_SCRATCH_PUSH,
    DK_SCRATCH_PULL
};

typedef struct snq__drum_key {
    snq__drum_family family;       /* NULL: nothing sounds */
    uint8_t kind, group;           /* group: snq__drum_group */
    uint8_t choke;                 /* > 0: a hit ends those of its number */
    float peak_db;                 /* of a hit as hard as can be, dBFS */
    float norm[SNQ__DRUM_MANNERS]; /* brings the recipe's peak to 1 */
} snq__drum_key;
extern const snq__drum_key snq__drum_key_tab[SNQ__DRUM_KEY_LAST - SNQ__DRUM_KEY_FIRST + 1];

/* ---- hits ---- */

enum { SNQ__DRUM_LAYERS = 16, SNQ__DRUM_VARIANTS = 4, SNQ__DRUM_SPEC_VALUES = 10 };

/* All that a hit's sound depends on, at one rate and seed: equal specs are equal bytes. */
typedef struct snq__drum_spec {
    uint8_t key, manner, layer, variant; /* layer 1 .. LAYERS */
    float value[SNQ__DRUM_SPEC_VALUES];
} snq__drum_spec;

/* value (DP_PARAMS,): as the parameters are when the note begins. Key within the table. */
SNQ_RT void snq__drum_spec_init(snq__drum_spec *s, uint32_t key, float velocity, uint32_t variant,
                                const float *value);
SNQ_RT void snq__drum_recipe_of(const snq__drum_spec *s, uint64_t seed, uint32_t rate_hz,
                                snq__drum_recipe *r);
/* Variant of the key's count-th hit: all come equally often, none twice in a row. */
SNQ_RT uint32_t snq__drum_variant(uint64_t seed, uint32_t key, uint32_t count);
/* Gain of a velocity (0..1): 40 log10(velocity) dB times the sensitivity; 0 at 0. */
SNQ_RT float snq__drum_velocity_gain(float velocity, float sensitivity);

/* ---- of the recipes ---- */

/* Modes of a circular membrane on hz (its lowest), struck off its middle: levels fall by tilt_db an octave,
 * decays as (hz / mode)^damp. */
void snq__drum_add_membrane(snq__drum_recipe *r, float hz, uint32_t modes, float level,
                            float decay_s, float tilt_db, float damp);
/* A plate's modes: scattered evenly in octaves from low to high, signs, places and levels by chance of
 * `rng`; levels rise by tilt_db an octave. Decay at 1 kHz is decay_s, elsewhere (1 kHz / hz)^damp times
 * it, under 700 Hz as there. */
typedef struct snq__drum_plate {
    uint32_t modes;
    float low_hz, high_hz, level, tilt_db, decay_s, damp;
} snq__drum_plate;
void snq__drum_add_plate(snq__drum_recipe *r, snq_rng *rng, const snq__drum_plate *p);
/* Six squares of the 808's cluster, times `times`. */
void snq__drum_squares(snq__drum_band *b, float times);
float snq__drum_spread(snq_rng *rng, float most); /* -most .. most */

#endif
