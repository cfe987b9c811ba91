// SPDX-License-Identifier: MIT
/* patch -- an instrument's sound as data: `sonique/patch/1` (schemas/patch-1.schema.json, patches/).
 *
 * A patch names its engine and sets the engine's parameters by id; what it does not set has its
 * default. A matrix says what moves what. A chain holds the effects that belong to the sound (an amplifier, a
 * room): whoever plays the patch runs it behind the engine, over the sum of its voices. Patches arrive as text and are checked here; who opens
 * files is no business of this room.
 *
 * Threads: reading [any]; a patch that nobody frees is only read. */
#ifndef SNQ_SYNTH_PATCH_H
#define SNQ_SYNTH_PATCH_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/json.h"
#include "base/json_read.h"
#include "base/status.h"
#include "fx/chain.h"

enum {
    SNQ_PATCH_ID_MAX = 64,
    SNQ_PATCH_TEXT_MAX = 400,
    SNQ_PATCH_SETTINGS_MAX = 160,
    SNQ_PATCH_ROUTES_MAX = 16,
    SNQ_PATCH_CHAIN_MAX = 12, /* effects; a mix adds its own behind them */
    SNQ_PATCH_SOURCES = 3,    /* of the voice engine: osc1, osc2, osc3 */
};

/* family of a patch */
typedef enum snq_family {
    SNQ_FAMILY_BASS = 0,
    SNQ_FAMILY_LEAD,
    SNQ_FAMILY_PAD,
    SNQ_FAMILY_KEYS,
    SNQ_FAMILY_PLUCK,
    SNQ_FAMILY_TEXTURE,
    SNQ_FAMILY_EFFECT, /* risers, impacts */
    SNQ_FAMILY_VOICE,
    SNQ_FAMILY_DRUMS,
} snq_family;
enum { SNQ_FAMILIES = 9 };
extern const char *const snq_family_names[SNQ_FAMILIES];

typedef struct snq_patch_setting {
    char id[SNQ_PATCH_ID_MAX]; /* of a parameter of the engine, e.g. "filter_cutoff" */
    float value;               /* in its unit; a choice's name is turned into its index */
} snq_patch_setting;

/* What moves what: amount is in the target's unit, for logarithmic targets in octaves. */
typedef struct snq_patch_route {
    char from
        [SNQ_PATCH_ID_MAX]; /* lfo, lfo2, env1, env2, env3, velocity, key, wheel, pressure, random */
    char to[SNQ_PATCH_ID_MAX];
    float amount;
} snq_patch_route;

typedef struct snq_patch {
    char id[SNQ_PATCH_ID_MAX];      /* snake_case, the file's name without .json */
    char name[SNQ_PATCH_ID_MAX];    /* for people */
    uint8_t family;                 /* snq_family */
    char about[SNQ_PATCH_TEXT_MAX]; /* a sentence: what it is */
    char taste[SNQ_PATCH_TEXT_MAX]; /* when to use it, and when not */
    char engine[SNQ_PATCH_ID_MAX];  /* "voice", "drums", "soundfont" */
    char source[SNQ_PATCH_SOURCES][SNQ_PATCH_ID_MAX];    /* "wave", "fm", …, "" off */
    char recording[SNQ_PATCH_SOURCES][SNQ_PATCH_ID_MAX]; /* that a source plays, "" none */
    snq_patch_setting setting[SNQ_PATCH_SETTINGS_MAX];
    uint32_t settings;
    snq_patch_route route[SNQ_PATCH_ROUTES_MAX];
    uint32_t routes;
    uint8_t low_note, high_note; /* the range that it is meant for (0, 127) */
    snq_chain_plan chain;        /* effects behind the engine; links 0: none */
} snq_patch;

/* Read and check: engine, sources, parameter ids and ranges are those of this build's tables.
 * Errors: ERR_FORMAT, ERR_RANGE (naming the place), ERR_NOT_FOUND (engine, source, parameter). */
SNQ_MUST_USE snq_status snq_patch_from_json(const snq_json_ref *at, snq_patch *out);
void snq_patch_json(snq_json *j, const snq_patch *p);

#endif
