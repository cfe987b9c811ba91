// SPDX-License-Identifier: MIT
/* film_brief -- what a film asks of its music: what the eyes saw, in a few numbers, and from these what a prompt leaves open
 * (explained in film_brief.c).
 *
 *     sight ─► traits ─┬─► brief (genre, moods, energy, mode, length) ─► intent
 *     table ───────────┘└─► range of tempos for hit_fit
 *
 * Which places genres have is data, `sonique/film/1` (styles/tables/film.json, docs/formats/film.md). What is told in words
 * is kept as sentences, with the numbers. Nothing here draws lots: the same film has the same brief.
 *
 * Plain data, no memory of its own. Threads: [any]. */
#ifndef SNQ_COMPOSE_FILM_BRIEF_H
#define SNQ_COMPOSE_FILM_BRIEF_H

#include <stdint.h>

#include "base/attr.h"
#include "base/json.h"
#include "base/json_read.h"
#include "base/status.h"
#include "compose/brief.h"
#include "compose/style.h"
#include "score/sight.h"

#define SNQ_FILM_SCHEMA "sonique/film/1"

/* Of the whole film; NaN: not known. */
typedef struct snq_film_traits {
    double duration_s; /* > 0, of what was looked at */
    double
        speed_norm; /* >= 0 frame heights/s, root mean square of all motion: bands, drift, zoom, rotation */
    double moving;       /* 0 .. 1 of the time, that something moves (needs windows) */
    double cuts_per_min; /* >= 0; of a film under 10 s only when it has any */
    double sway_hz;      /* .1 .. 10, the most regular motion to and fro */
    double sway_bpm;     /* the same, folded by octaves into 85 .. 170 */
    double pulse;        /* 0 .. 1 how regular it is; 0: nothing sways */
    double shake_norm;   /* >= 0 frame heights, how far the camera shakes */
    double luma, contrast, saturation; /* 0 .. 1 */
    double hue_deg;                    /* 0 .. 360 */
    uint32_t cuts, events;             /* events: all kinds together */
} snq_film_traits;

void snq_film_traits_of(const snq_sight *s, snq_film_traits *out);
/* An object; what is not known is null. */
void snq_film_traits_json(snq_json *j, const snq_film_traits *f);

/* X(ID, id): what traits are held against, each 0 (little, dark, cold) .. 1, valence -1 .. 1. The last two are made of the
 * others. */
#define SNQ_FILM_AXIS_MAP(X) \
    X(SPEED, speed)          \
    X(CUTS, cuts)            \
    X(SHAKE, shake)          \
    X(PULSE, pulse)          \
    X(LIGHT, light)          \
    X(CONTRAST, contrast)    \
    X(COLOUR, colour)        \
    X(WARMTH, warmth)        \
    X(AROUSAL, arousal)      \
    X(VALENCE, valence)

typedef enum snq_film_axis {
#define X(ID, id) SNQ_FILM_##ID,
    SNQ_FILM_AXIS_MAP(X)
#undef X
        SNQ_FILM_AXES,
    SNQ_FILM_SEEN = SNQ_FILM_AROUSAL /* so many are read off the traits */
} snq_film_axis;

enum { SNQ_FILM_TEMPLATE_MAX = 64 };

/* Where a genre feels at home. */
typedef struct snq_film_genre {
    int listed;                              /* else never chosen */
    float place[SNQ_FILM_AXES];              /* NaN: it does not care */
    char template_id[SNQ_FILM_TEMPLATE_MAX]; /* "": the table's */
} snq_film_genre;

typedef struct snq_film_table {
    double lo[SNQ_FILM_SEEN],
        hi[SNQ_FILM_SEEN]; /* of a trait: axis 0 and 1; on a log scale where log_scale */
    uint8_t log_scale[SNQ_FILM_SEEN];
    float arousal[SNQ_FILM_SEEN], valence[SNQ_FILM_SEEN]; /* weights >= 0 */
    float unknown_arousal, unknown_valence; /* where nothing is known that they are made of */
    float energy_low, energy_high;          /* arousal under, over which a film is called so */
    float minor_below;                      /* valence */
    uint32_t moods;                         /* set of those that a picture may have */
    snq_film_genre genre[SNQ_GENRES];
    uint8_t order[SNQ_GENRES]; /* (genres,), as listed: of equals the first */
    uint32_t genres;
    char template_id[SNQ_FILM_TEMPLATE_MAX]; /* for any other genre */
} snq_film_table;

/* ERR_FORMAT, ERR_RANGE, ERR_TOO_BIG, naming the place. */
SNQ_MUST_USE snq_status snq_film_table_from_json(const snq_json_ref *at, snq_film_table *out);
/* The mapping template that goes with a genre (an id of any style; NULL: none is known). Borrowed from the table. */
const char *snq_film_template_for(const snq_film_table *t, const char *genre);
/* Each axis of a film; NaN: not known (arousal and valence always are). */
void snq_film_places(const snq_film_table *t, const snq_film_traits *f,
                     double place[SNQ_FILM_AXES]);
/* 0 .. 1 how near a genre of the table is; .5 where nothing is known that it cares for; below 0: it is not listed. */
double snq_film_genre_fit(const snq_film_table *t, const double place[SNQ_FILM_AXES], int genre);

/* Sentences for a report, in the order of what was decided. */
enum { SNQ_FILM_WORDS_MAX = 12, SNQ_FILM_WORD_BYTES = 240 };
typedef struct snq_film_words {
    char text[SNQ_FILM_WORDS_MAX][SNQ_FILM_WORD_BYTES];
    uint32_t count;
} snq_film_words;

/* One more; a list that is full drops it. */
void snq_film_words_add(snq_film_words *w, const char *fmt, ...) SNQ_PRINTF(2, 3);
void snq_film_words_json(snq_json *j, const snq_film_words *w); /* an array */

/* Which styles there are, and who plays: what the prompt says then counts in choosing a genre. */
typedef struct snq_film_styles {
    const snq_style *const *style; /* (styles,), borrowed */
    uint32_t styles;
    const snq_sound_table *sounds; /* borrowed */
} snq_film_styles;

/* Complete a brief that holds what prompt and flags say; that is never changed. `styles` NULL: every genre of the table may
 * be chosen. `why` (added to) may be NULL. */
void snq_film_brief(const snq_film_table *t, const snq_film_traits *f,
                    const snq_film_styles *styles, snq_brief *b, snq_film_words *why);

/* Tempos for a film's hit_fit, quarter notes a minute. */
typedef struct snq_film_tempo {
    double bpm_min, bpm_max; /* where it may lie: the style's range, cut to what the brief says */
    double
        bpm; /* what the motion asks for, within; without a sway the style's usual one, by arousal */
} snq_film_tempo;

/* A film that has hardly any hit points (under 4 events) and sways regularly: the range is 3 % about `bpm`. */
snq_film_tempo snq_film_tempo_of(const snq_film_table *t, const snq_film_traits *f,
                                 const snq_brief *b, const snq_style *s, snq_film_words *why);

#endif
