// SPDX-License-Identifier: MIT
/* style -- what a genre does, as data: `sonique/style/1` (schemas/style-1.schema.json, styles/ID.json;
 * docs/formats/style.md).
 *
 * Styles arrive as text and are checked here; who opens files is no business of this room. Each part of a
 * style has its own header (style_drums.h …) and its own reader.
 *
 * Threads: reading [any]; a style that nobody frees is only read. */
#ifndef SNQ_COMPOSE_STYLE_H
#define SNQ_COMPOSE_STYLE_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/json_read.h"
#include "base/status.h"
#include "compose/brief.h"
#include "compose/groove.h"
#include "compose/intent.h"
#include "compose/style_bass.h"
#include "compose/style_drums.h"
#include "compose/style_form.h"
#include "compose/style_harmony.h"
#include "compose/style_melody.h"

#define SNQ_STYLE_SCHEMA "sonique/style/1"
enum {
    SNQ_STYLE_ID_MAX = 64,
    SNQ_STYLE_TEXT_MAX = 400,
    SNQ_STYLE_TRACKS_MAX = 12,
    SNQ_STYLE_SOUNDS_MAX = 16, /* patches to choose from, of a track */
    SNQ_STYLE_BYTES_MAX = 1 << 20,
    SNQ_STYLES_MAX = 512,
};

/* A patch that a track may have. */
typedef struct snq_style_sound {
    char patch[SNQ_SCORE_NAME_MAX];
    float weight;              /* > 0 (1) */
    uint32_t moods, qualities; /* sets: each that is asked for makes it likelier (times 4) */
} snq_style_sound;

typedef struct snq_style_track {
    char name[SNQ_SCORE_NAME_MAX], kind[SNQ_SCORE_NAME_MAX];
    float chance; /* 0 .. 1 that the piece has it (1); asked for by name: always */
    snq_style_sound sound[SNQ_STYLE_SOUNDS_MAX];
    uint32_t sounds;
    snq_mix_wish mix;
    snq_human human;
    float density, complexity, variation; /* as of snq_track_intent */
} snq_style_track;

struct snq_style {
    char id[SNQ_STYLE_ID_MAX], name[SNQ_STYLE_ID_MAX];
    char about[SNQ_STYLE_TEXT_MAX];
    int pulse;                    /* 0: there is no beat to tap to */
    double bpm, bpm_min, bpm_max; /* usual, and how far it goes */
    float swing, swing_min, swing_max;
    uint8_t swing_step;
    float mode_weight[SNQ_MODES];
    uint8_t beats_per_bar, beat_unit;
    float energy;             /* 0 .. 1 of an ordinary piece */
    uint8_t chord_complexity; /* 1 .. 5 */
    int32_t bars;             /* usual length */
    float target_lufs;
    float dynamics_db; /* 0 .. 24: how much quieter energy 0 is played than energy 1 (0) */
    snq_mix_wish mix;
    snq_style_track track[SNQ_STYLE_TRACKS_MAX];
    uint32_t tracks;
    snq_style_drums drums;
    snq_style_bass bass;
    snq_style_harmony harmony;
    snq_style_melody melody;
    snq_style_form form;
};

/* On success *out is owned by the caller (free); on error NULL. ERR_FORMAT, ERR_RANGE (naming the place),
 * ERR_TOO_BIG, ERR_NOMEM. Patches are names here: who has the patches looks whether they are there. */
SNQ_MUST_USE snq_status snq_style_from_json(const snq_json_ref *at, snq_style **out);
void snq_style_free(snq_style *s); /* NULL is legal */

/* A style that is `main` but for its drums: grooves, swing, and the drums' tracks are those of `lends` ("jazz
 * techno": jazz over techno's drums). Where either has no track of drums, or they differ in metre, nothing is
 * lent. Ownership and errors as above. */
SNQ_MUST_USE snq_status snq_style_blend(const snq_style *main, const snq_style *lends,
                                        snq_style **out);

/* Which patches play what a prompt names: `sonique/sounds/1` (styles/tables/sounds.json). Lists go from the
 * plainest on; of those, the one that a style's track has among its own sounds is taken first. */
enum { SNQ_SOUNDS_MAX = 8 };
typedef struct snq_sound_list {
    char patch[SNQ_SOUNDS_MAX][SNQ_SCORE_NAME_MAX];
    uint32_t patches;
} snq_sound_list;
struct snq_sound_table {
    snq_sound_list played[SNQ_PLAYED][SNQ_PARTS]; /* an instrument, in each part that it may play */
    uint8_t home[SNQ_PLAYED];                     /* the part that is named first (drums: none) */
    char kind[SNQ_PLAYED][SNQ_SCORE_NAME_MAX]; /* of the track at home: "pad"; "": the part's own */
    snq_sound_list part[SNQ_PARTS]; /* of a part that is asked for, and the style has none */
    snq_sound_list era[SNQ_ERAS];   /* likelier then (times 4) */
};
SNQ_MUST_USE snq_status snq_sound_table_from_json(const snq_json_ref *at, snq_sound_table *out);

/* How well a style suits a brief that names no genre: by tempo, instruments, moods, energy. More is better. */
float snq_style_fit(const snq_style *s, const snq_sound_table *sounds, const snq_brief *brief);

#endif
