// SPDX-License-Identifier: MIT
/* matrix -- a mapping from what is seen to what is heard, and a template: a list of them with a name.
 *
 * JSON by the published field names (docs/formats/map.md, schemas/map-template-1.schema.json):
 *
 *     mapping   {id, source: {type, band, property}, destination: "wobble_bass.lfo_rate",
 *                transferFunction: {type, inputRange, outputRange, …},
 *                modulation?: {source, amount 0..1, type}, enabled}
 *     template  {id, name, description, author, created, mappings, metadata: {targetGenre, bpm, tags}}
 *
 * Ours in addition: `scale`, `clamp`, `exponent`, `base`, `steepness`, `midpoint`, `expression`, `slope` of a transfer
 * function; `attack_s`, `release_s`, `default`, `sync` of a mapping; `schema` of a template. Any other key is refused.
 *
 * A template is plain data of fixed size but for its mappings, which it owns. Threads: reading [any]; then many may read. */
#ifndef SNQ_MAP_MATRIX_H
#define SNQ_MAP_MATRIX_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/json.h"
#include "base/json_read.h"
#include "base/status.h"
#include "base/warnings.h"
#include "map/destination_table.h"
#include "map/source_table.h"
#include "map/transfer.h"

#define SNQ_MAP_TEMPLATE_SCHEMA "sonique/map-template/1"
enum {
    SNQ_MAP_ID_MAX = 64, /* bytes with the NUL, each */
    SNQ_MAP_NAME_MAX = 128,
    SNQ_MAP_TEXT_MAX = 1024,
    SNQ_MAP_TAGS_MAX = 32,
    SNQ_MAP_MAPPINGS_MAX = 256,
    SNQ_MAP_BYTES_MAX = 1 << 20, /* of a template's file */
    SNQ_MAP_SYNCS = 12,
};
#define SNQ_MAP_SMOOTHING_MAX_S 60.0

typedef enum snq_modulation_type {
    SNQ_MODULATION_ADDITIVE = 0,   /* y + amount m, of the destination's range */
    SNQ_MODULATION_MULTIPLICATIVE, /* y (1 + amount (2 m - 1)) */
    SNQ_MODULATION_FREQUENCY,      /* y 2^(amount (2 m - 1)): octaves */
    SNQ_MODULATION_AMPLITUDE,      /* default + (y - default) (1 - amount (1 - m)) */
    SNQ_MODULATIONS
} snq_modulation_type;
extern const char *const snq_modulation_names[SNQ_MODULATIONS];

/* Note values that a rate may be held to: "1/4", "1/4d", "1/4t" … "1/32t"; d dotted, t triplet. */
extern const char *const snq_map_sync_names[SNQ_MAP_SYNCS];
/* Quarter notes that one cycle takes. */
double snq_map_sync_beats(uint32_t sync);

typedef struct snq_map_modulation {
    int used;
    snq_map_source source;
    snq_modulation_type type;
    double amount; /* 0 .. 1 */
} snq_map_modulation;

typedef struct snq_mapping {
    char id[SNQ_MAP_ID_MAX]; /* not empty, unlike the others' */
    snq_map_source source;
    uint16_t destination; /* index in snq_destinations */
    snq_transfer transfer;
    char formula[SNQ_EXPRESSION_TEXT_MAX]; /* as written; "" */
    double slope;                          /* as written; NaN */
    double output_as_read[2];              /* outputRange as written, before it was brought up */
    snq_map_modulation modulation;
    double attack_s, release_s; /* 0 .. 60: time to 63 % of a step up, down (0.1, 0.3) */
    float fallback;             /* where the source has no value; NaN: the destination's default */
    uint16_t sync;              /* set of syncs that an LFO's rate is held to; 0: free */
    int enabled;                /* (1) */
} snq_mapping;

typedef struct snq_map_template {
    char id[SNQ_MAP_ID_MAX];
    char name[SNQ_MAP_NAME_MAX], author[SNQ_MAP_NAME_MAX], created[SNQ_MAP_NAME_MAX];
    char description[SNQ_MAP_TEXT_MAX];
    char target_genre[SNQ_MAP_NAME_MAX]; /* metadata; "" */
    double bpm;                          /* 20 .. 400; NaN: not said */
    char tag[SNQ_MAP_TAGS_MAX][SNQ_MAP_ID_MAX];
    uint32_t tags;
    snq_mapping *mapping; /* (mappings,), owned */
    uint32_t mappings;
} snq_map_template;

/* On success *out is owned by the caller (free); on error NULL. `warnings` (may be NULL): what is odd and can be used:
 * "slope" (it disagrees with the ranges), "quality" (a Q below 0.5 is brought up). ERR_FORMAT, ERR_RANGE (naming the
 * place), ERR_TOO_BIG, ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_map_template_from_json(const snq_json_ref *at, snq_warnings *warnings,
                                                   snq_map_template **out);
/* The same of bytes (n,), borrowed for the call; more than SNQ_MAP_BYTES_MAX is ERR_TOO_BIG before anything is read. */
SNQ_MUST_USE snq_status snq_map_template_parse(const char *name, const char *bytes, size_t n,
                                               snq_warnings *warnings, snq_map_template **out);
void snq_map_template_free(snq_map_template *t); /* NULL is legal */
void snq_map_template_json(snq_json *j, const snq_map_template *t);
void snq_mapping_json(snq_json *j, const snq_mapping *m);

/* What a mapping says without its film: y of a source's value x, in the destination's unit, modulated by m (0 .. 1; NaN:
 * not at all), within the destination's range. NaN for NaN. Of a discrete destination the place of the choice among all,
 * 0 .. 1 (see snq_mapping_choice). */
double snq_mapping_at(const snq_mapping *m, double x, double by);
/* The choice at place s (0 .. 1) of a discrete destination; `last` (< 0: none) stays where s is just beyond its edge. */
int snq_mapping_choice(const snq_mapping *m, double s, int last);

#endif
