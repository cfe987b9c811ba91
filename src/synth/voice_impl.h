// SPDX-License-Identifier: MIT
/* voice -- inside of the voice engine: what its files share. The tour is at the top of voice_engine.c.
 *
 *     voice_engine.c   making, the table of functions, a block from its begin to its end
 *     voice_params.c   the parameters: table, addresses, how they move
 *     voice_notes.c    notes to voices: allocation, stealing, mono and legato, pedal
 *     voice_control.c  what a voice's envelopes, oscillators and routes say, once a block
 *     voice_block.c    eight voices' sound: sources, filters, sum
 *     voice_drive.c    distortion of the sum
 *
 * States of a voice (functions on the edges):
 *
 *              snq__voice_begin            snq__voice_release
 *     FREE ─────────────────────► HELD ─────────────────────► RELEASED ──► FREE   envelope ended (retire)
 *      ▲                           │  ▲ note off, pedal down      │
 *      │                           ▼  │ snq__voice_pedal          │ snq__voice_cut
 *      │                        SUSTAINED                         ▼
 *      └─────────────────────────────────── retire ───────────── CUT ──► HELD   a note waited (begin)
 *
 * Invariants:
 *  1  lane l of a group is in `active` exactly when its voice is not FREE.
 *  2  a lane that is not active has level 0 at both ends of every ramp.
 *  3  at most `voices` are HELD, SUSTAINED or RELEASED; CUT ones come on top.
 *  4  only CUT voices have a note waiting. */
#ifndef SNQ_SYNTH_VOICE_IMPL_H
#define SNQ_SYNTH_VOICE_IMPL_H

#include "base/rng.h"
#include "synth/engine_impl.h"
#include "synth/envelope_impl.h"
#include "synth/lane_filter_impl.h"
#include "synth/lanes_impl.h"
#include "synth/voice_source_impl.h"
#include "synth/voice_mix_impl.h"

enum {
    SNQ__VOICES_MAX = 32,
    SNQ__VOICE_SPARE = 8, /* lanes in which stolen voices fade out */
    SNQ__VOICE_GROUPS_MAX = (SNQ__VOICES_MAX + SNQ__VOICE_SPARE) / SNQ_LANES,
    SNQ__VOICE_HELD_MAX = 64, /* keys that mono and legato remember */
    SNQ__VOICE_OSCS = SNQ_PATCH_SOURCES,
    SNQ__VOICE_ENVELOPES = 3,
    SNQ__VOICE_LFOS = 2,
    SNQ__VOICE_PARAMS_MAX = 192, /* of a table */
};

/* Slots: every value that the engine itself reads. Performance inputs are slots too, without a place in
 * the table. VP_OSC + 5 o, VP_ENV + 6 e, VP_LFO + 7 l begin the blocks of the o-th, e-th, l-th. */
enum snq__voice_slot {
    VP_TRANSPOSE = 0,
    VP_TUNE,
    VP_GLIDE,
    VP_MODE,
    VP_VOICES,
    VP_CHANNELS,
    VP_OSC,
    VP_OSC_LEVEL = VP_OSC,
    VP_OSC_SEMITONES,
    VP_OSC_CENTS,
    VP_OSC_SHAPE,
    VP_OSC_KEYTRACK,
    VP_OSC_ENDS,
    VP_OSC_SIZE = VP_OSC_ENDS - VP_OSC,
    VP_FILTER_MODEL = VP_OSC + VP_OSC_SIZE * SNQ__VOICE_OSCS,
    VP_FILTER_TYPE,
    VP_CUTOFF,
    VP_RESONANCE,
    VP_FILTER_KEYTRACK,
    VP_FILTER_ENV,
    VP_FILTER_VELOCITY,
    VP_FILTER_DRIVE,
    VP_FILTER2_TYPE,
    VP_CUTOFF2,
    VP_RESONANCE2,
    VP_ENV,
    VP_ENV_ATTACK = VP_ENV,
    VP_ENV_HOLD,
    VP_ENV_DECAY,
    VP_ENV_SUSTAIN,
    VP_ENV_RELEASE,
    VP_ENV_CURVE,
    VP_ENV_ENDS,
    VP_ENV_SIZE = VP_ENV_ENDS - VP_ENV,
    VP_LFO = VP_ENV + VP_ENV_SIZE * SNQ__VOICE_ENVELOPES,
    VP_LFO_RATE = VP_LFO,
    VP_LFO_SYNC,
    VP_LFO_WAVEFORM,
    VP_LFO_PHASE,
    VP_LFO_FADE,
    VP_LFO_MODE,
    VP_LFO_DEPTH,
    VP_LFO_ENDS,
    VP_LFO_SIZE = VP_LFO_ENDS - VP_LFO,
    VP_VELOCITY = VP_LFO + VP_LFO_SIZE * SNQ__VOICE_LFOS,
    VP_AMP_LEVEL,
    VP_PAN,
    VP_GAIN, /* from here on of the sum, not of each voice */
    VP_WIDTH,
    VP_DISTORTION,
    VP_TABLE_SLOTS, /* those above are parameters */
    VP_BEND = VP_TABLE_SLOTS,
    VP_WHEEL,
    VP_PRESSURE,
    VP_EXPRESSION,
    VP_VOLUME,
    VP_PERFORM_PAN,
    VP_SLOTS,
};

enum { SNQ__VOICE_POLY = 0, SNQ__VOICE_MONO, SNQ__VOICE_LEGATO };
enum { SNQ__MODEL_SVF = 0, SNQ__MODEL_LADDER, SNQ__MODEL_OFF };
enum { SNQ__LFO_NOTE = 0, SNQ__LFO_FREE };

/* What a route reads; names in snq__voice_route_sources. */
enum snq__voice_from {
    FROM_LFO = 0,
    FROM_LFO2,
    FROM_ENV1,
    FROM_ENV2,
    FROM_ENV3,
    FROM_VELOCITY,
    FROM_KEY,
    FROM_WHEEL,
    FROM_PRESSURE,
    FROM_RANDOM,
    FROM_SOURCES,
};

/* Where a parameter of the table lives: in a slot (osc SNQ__VOICE_OSCS), or in a source's own table. */
typedef struct snq__voice_address {
    uint8_t osc, index;
} snq__voice_address;

/* A parameter on its way. Logarithmic ones are log2 of their value, so that routes add octaves. */
typedef struct snq__voice_value {
    float now, goal;
    float step;    /* a frame */
    uint32_t left; /* frames to the goal */
    float min, max, span;
    uint8_t scale; /* snq_param_scale */
} snq__voice_value;

typedef struct snq__voice_route {
    uint8_t from;
    uint8_t slot; /* that it moves; for a source's own parameter, VP_SLOTS + its place in `own` */
    float amount;
} snq__voice_route;

/* A source's own parameter that routes move: worked out with the newest voice. */
typedef struct snq__voice_own {
    uint8_t osc, index;
    float base; /* what was set; log2 when logarithmic */
    float last; /* what the source was told */
    const snq_param *param;
} snq__voice_own;

typedef struct snq__voice_note {
    uint32_t id;
    float note, velocity;
} snq__voice_note;

enum snq__voice_state {
    SNQ__VOICE_FREE = 0,
    SNQ__VOICE_HELD,
    SNQ__VOICE_SUSTAINED,
    SNQ__VOICE_RELEASED,
    SNQ__VOICE_CUT,
};

typedef struct snq__voice {
    uint8_t state;
    uint8_t fresh;             /* began since the last block */
    uint8_t waiting;           /* a note waits for the lane: `next` */
    uint8_t next_ended;        /* ... whose end has come already */
    snq__voice_note key, next; /* of `key`, note is where a glide goes */
    uint64_t order;            /* of its begin: a later one's is larger */
    uint64_t ended;            /* order of its release */
    float glide_from, pitch;   /* semitones; pitch is where it is now */
    double glide_s;            /* since the glide began */
    double age_s;              /* since the note began */
    float random;              /* -1..1 */
    float level;               /* of the amplitude at the end of the last block */
    snq__envelope env[SNQ__VOICE_ENVELOPES];
    snq__lfo lfo[SNQ__VOICE_LFOS];
    float lfo_last[SNQ__VOICE_LFOS]; /* what it said last */
    float lfo_mend[SNQ__VOICE_LFOS]; /* what is left of a jump that was not to be heard */
    float from[FROM_SOURCES];        /* what routes read, at the end of the last block */
} snq__voice;

/* Straight lines of a group; `to` is where the last block ended. */
typedef struct snq__voice_ramps {
    snq__ramp hz[SNQ__VOICE_OSCS], shape[SNQ__VOICE_OSCS], level[SNQ__VOICE_OSCS];
    snq__ramp cutoff, resonance, cutoff2, resonance2;
    snq__ramp amp, left, right;
} snq__voice_ramps;
enum { SNQ__VOICE_RAMPS = sizeof(snq__voice_ramps) / sizeof(snq__ramp) };

typedef struct snq__voice_filter {
    snq__lane_svf svf[2]; /* left, right */
    snq__lane_ladder ladder[2];
} snq__voice_filter;

typedef struct snq__voice_group {
    snq__voice_ramps ramps;
    snq__voice_filter filter[2]; /* one behind the other, */
    snq__voice_filter fading[2]; /* and what is faded away from */
    snq__lanes amp_state;        /* of the smoothing of amp: voice_mix_impl.h */
    void *source[SNQ__VOICE_OSCS];
    snq__voice voice[SNQ_LANES];
    uint32_t active; /* bit a lane */
} snq__voice_group;

/* Which filter a stage is; while `left` frames last, it fades from `before` to `now`. */
typedef struct snq__voice_stage {
    uint8_t model, type;
} snq__voice_stage;
typedef struct snq__voice_switch {
    snq__voice_stage now, before;
    uint32_t left;
} snq__voice_switch;

/* Distortion: the past of a side, and of the block before. */
enum { SNQ__DRIVE_PAST = 15 };
typedef struct snq__drive_side {
    float x[SNQ__DRIVE_PAST], even[SNQ__DRIVE_PAST], odd[SNQ__DRIVE_PAST];
    float u, y;
    float in, out; /* of what keeps the mean at 0 */
} snq__drive_side;
typedef struct snq__voice_drive {
    snq__drive_side side[2];
    float amount;        /* at the end of the last block */
    float wet, wet_step; /* how far the distorted sound has faded in; a frame */
    int rest;            /* the past is silence */
} snq__voice_drive;

/* A gain at the end of the last block: the straight line, and what follows it round the corners. */
typedef struct snq__voice_gain {
    float line, now;
} snq__voice_gain;

/* What is the same for all voices of a block, unless a route moves it. */
typedef struct snq__voice_shared {
    double dt_s;
    snq__envelope_cfg env[SNQ__VOICE_ENVELOPES];
    double lfo_hz[SNQ__VOICE_LFOS];
} snq__voice_shared;

typedef struct snq__voice_engine {
    uint32_t rate_hz;
    uint32_t voices_made; /* most that can sound */
    uint32_t groups;
    int stereo;
    snq__voice_group *group; /* (groups,) */
    snq__voice_mix_fn *mix;

    const snq__source_type *osc[SNQ__VOICE_OSCS]; /* NULL: off */
    snq_param *param;                             /* (params,), owned */
    snq__voice_address *address;                  /* (params,), owned */
    size_t params;
    snq__voice_value value[VP_SLOTS];
    uint32_t moving[(VP_SLOTS + 31) / 32];     /* bit a slot that is on its way */
    float power_of[VP_SLOTS], power[VP_SLOTS]; /* what a slot was raised from last, and to */

    snq__voice_route route[SNQ_PATCH_ROUTES_MAX];
    uint32_t routes;
    snq__voice_own own[SNQ_PATCH_ROUTES_MAX];
    uint32_t owns;
    uint8_t routed[VP_SLOTS]; /* whether a route moves it */
    uint8_t routes_inner;     /* one moves an envelope or an LFO */
    uint8_t env_used[SNQ__VOICE_ENVELOPES], lfo_used[SNQ__VOICE_LFOS];
    float mod[VP_SLOTS + SNQ_PATCH_ROUTES_MAX]; /* what the routes add, of the voice at hand */
    float mod_sum[VP_SLOTS];  /* the same, of the newest voice: for what belongs to the sum */
    const snq__voice *newest; /* of this block */
    snq__voice_shared shared; /* of this block */

    snq_rng rng;
    uint64_t order;
    snq__voice_note held[SNQ__VOICE_HELD_MAX]; /* mono, legato: keys down, the latest last */
    uint8_t held_up[SNQ__VOICE_HELD_MAX];      /* let go, held by the pedal */
    uint32_t helds;
    int mono_lane;       /* that the line plays in, -1 */
    uint64_t mono_order; /* its order: whether it is still the same note there */
    float last_pitch;    /* where the next glide begins; NaN: nowhere yet */
    int pedal;

    double beat; /* quarter notes */
    double bpm;
    snq__lfo lfo[SNQ__VOICE_LFOS];     /* free ones */
    float lfo_value[SNQ__VOICE_LFOS];  /* theirs, at the end of the block */
    uint8_t lfo_jump[SNQ__VOICE_LFOS]; /* what shapes it was changed */
    snq__voice_switch filter[2];
    snq__voice_drive drive;
    snq__voice_gain gain[2]; /* of the sum, a side */
    float smooth;            /* of amplitudes and gains: voice_mix_impl.h */
    float width;

    snq__lanes buffer[2][SNQ_SYNTH_BLOCK], spare[2][SNQ_SYNTH_BLOCK];
} snq__voice_engine;

/* voice_params.c */
snq_status snq__voice_table(const snq_patch *patch, snq_param **out, size_t *n);
const char *const *snq__voice_route_sources(size_t *n);
/* Table, addresses, values of a patch. ERR_NOMEM, ERR_NOT_FOUND, ERR_RANGE. */
snq_status snq__voice_params_init(snq__voice_engine *e, const snq_patch *p);
/* The patch's value of the o-th source's own parameters (params,). */
void snq__voice_source_values(const snq__voice_engine *e, const snq_patch *p, uint32_t o,
                              float *value);
SNQ_RT void snq__voice_set(snq__voice_engine *e, uint32_t index, float value);
/* The slot goes to `value` (in its unit). */
SNQ_RT void snq__voice_slot_set(snq__voice_engine *e, uint32_t slot, float value);
SNQ_RT void snq__voice_slots_advance(snq__voice_engine *e, uint32_t n);
SNQ_RT uint32_t snq__voice_choice(const snq__voice_engine *e, uint32_t slot);
/* Quarter notes of a cycle, 0: not synced. */
double snq__voice_sync_beats(uint32_t choice);

/* voice_notes.c */
SNQ_RT void snq__voice_note_on(snq__voice_engine *e, uint32_t id, float note, float velocity);
SNQ_RT void snq__voice_note_off(snq__voice_engine *e, uint32_t id);
SNQ_RT void snq__voice_pedal(snq__voice_engine *e, int down);
SNQ_RT void snq__voice_all_off(snq__voice_engine *e, int at_once);
/* Lanes whose sound is over become free, or begin the note that waits. */
SNQ_RT void snq__voice_retire(snq__voice_engine *e, snq__voice_group *g);

/* voice_control.c */
/* Once a block of n frames, before the groups, */
SNQ_RT void snq__voice_control_begin(snq__voice_engine *e, uint32_t n);
/* for each group that has voices, */
SNQ_RT void snq__voice_control(snq__voice_engine *e, snq__voice_group *g);
/* and after them: routes that end in the sum or in a source's own parameters, by the newest voice. */
SNQ_RT void snq__voice_control_end(snq__voice_engine *e);
/* Slot's value in its unit, of the sum: with what the routes add. */
SNQ_RT float snq__voice_sum_value(const snq__voice_engine *e, uint32_t slot);

/* 2^x, of slot s: worked out when x is not what it was. */
SNQ_RT float snq__voice_power(snq__voice_engine *e, uint32_t s, float x);

/* voice_block.c */
SNQ_RT void snq__voice_group_run(snq__voice_engine *e, snq__voice_group *g, uint32_t n, float *left,
                                 float *right);
/* Before and after the groups of a block of n frames: which filters fade into which. */
SNQ_RT void snq__voice_switches_begin(snq__voice_engine *e);
SNQ_RT void snq__voice_switches_end(snq__voice_engine *e, uint32_t n);
/* Whether any lane is in use. */
SNQ_RT int snq__voice_any(const snq__voice_engine *e);

/* voice_drive.c */
SNQ_RT void snq__voice_drive_reset(snq__voice_drive *d, float amount, uint32_t fade_frames);
SNQ_RT void snq__voice_drive_run(snq__voice_drive *d, float amount, float *left, float *right,
                                 uint32_t n);

#endif
