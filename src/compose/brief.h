// SPDX-License-Identifier: MIT
/* brief -- what a prompt asks for, as plain data: only what the words say, nothing that a genre implies.
 *
 * Names and meaning are those of schemas/brief-1.schema.json. Sets are bit masks over the enums below (bit
 * i: value i); a field at its default (0, none) says nothing. Tonic 0 is C, 11 is B, -1 is none.
 *
 * A brief owns one thing, the words that were not understood: init before use, clear after. Threads: an
 * object belongs to one thread at a time; a brief that nobody changes may be read by many. */
#ifndef SNQ_COMPOSE_BRIEF_H
#define SNQ_COMPOSE_BRIEF_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/json.h"
#include "base/json_read.h"
#include "base/status.h"
#include "base/str.h"

#define SNQ_BRIEF_SCHEMA "sonique/brief/1"

/* X(name) where the name is one of C's, else X(name, "text") */
/* clang-format off */
#define SNQ_GENRE_MAP(X)                                                                     \
    X(techno) X(house) X(deep_house) X(trance) X(dubstep) X(drum_and_bass) X(garage) X(trap) \
    X(boom_bap) X(lofi) X(synthwave) X(electro) X(ambient) X(reggaeton) X(rock) X(funk)      \
    X(jazz) X(cinematic)
#define SNQ_MOOD_MAP(X)                                                                      \
    X(angry) X(calm) X(dark) X(dreamy) X(eerie) X(epic) X(euphoric) X(groovy) X(happy)       \
    X(hopeful) X(hypnotic) X(melancholic) X(mysterious) X(nostalgic) X(playful) X(romantic)  \
    X(sad) X(tense)
#define SNQ_QUALITY_MAP(X)                                                                   \
    X(aggressive) X(arpeggiated) X(bright) X(broken) X(busy) X(catchy) X(chopped) X(clean)   \
    X(deep) X(distorted) X(driving) X(dusty) X(filtered) X(four_on_floor) X(funky)           \
    X(glitchy) X(gritty) X(heavy) X(lush) X(punchy) X(resonant) X(rolling) X(soft)           \
    X(spacious) X(sparse) X(syncopated) X(warm) X(wobbling)
#define SNQ_PART_MAP(X) X(drums) X(bass) X(harmony) X(melody) X(vocal) X(mix)
#define SNQ_SECTION_MAP(X)                                                                   \
    X(intro) X(build) X(drop) X(break) X(verse) X(chorus) X(bridge) X(outro)
#define SNQ_MODE_MAP(X)                                                                      \
    X(major) X(minor) X(dorian) X(phrygian) X(lydian) X(mixolydian) X(locrian)
#define SNQ_INSTRUMENT_MAP(X)                                                                \
    X(piano, "piano") X(rhodes, "rhodes") X(organ, "organ") X(strings, "strings")            \
    X(brass, "brass") X(guitar, "guitar") X(acid, "acid") X(tr808, "808") X(tr909, "909")    \
    X(pad, "pad") X(pluck, "pluck") X(choir, "choir") X(bells, "bells") X(flute, "flute")    \
    X(sax, "sax") X(harp, "harp") X(marimba, "marimba") X(synth, "synth")                    \
    X(supersaw, "supersaw") X(vinyl, "vinyl")
#define SNQ_ERA_MAP(X)                                                                       \
    X(50s, "50s") X(60s, "60s") X(70s, "70s") X(80s, "80s") X(90s, "90s")                    \
    X(2000s, "2000s") X(2010s, "2010s")
/* clang-format on */

#define X(name)          SNQ_GENRE_##name,
enum { SNQ_GENRE_MAP(X) SNQ_GENRES };
#undef X
#define X(name) SNQ_MOOD_##name,
enum { SNQ_MOOD_MAP(X) SNQ_MOODS };
#undef X
#define X(name) SNQ_QUALITY_##name,
enum { SNQ_QUALITY_MAP(X) SNQ_QUALITIES };
#undef X
/* Who plays; the mix, the whole piece, plays no part of its own. */
#define X(name) SNQ_PART_##name,
enum { SNQ_PART_MAP(X) SNQ_PARTS };
#undef X
#define X(name) SNQ_SECTION_##name,
enum { SNQ_SECTION_MAP(X) SNQ_SECTIONS };
#undef X
#define X(name) SNQ_MODE_##name,
enum { SNQ_MODE_MAP(X) SNQ_MODES };
#undef X
#define X(name, text) SNQ_PLAYED_##name,
enum { SNQ_INSTRUMENT_MAP(X) SNQ_PLAYED };
#undef X
#define X(name, text) SNQ_ERA_##name,
enum { SNQ_ERA_MAP(X) SNQ_ERAS };
#undef X
/* In these, 0 says nothing. */
enum { SNQ_SWING_UNSAID, SNQ_SWING_NONE, SNQ_SWING_LIGHT, SNQ_SWING_HEAVY, SNQ_SWINGS };
enum { SNQ_ENERGY_UNSAID, SNQ_ENERGY_LOW, SNQ_ENERGY_MEDIUM, SNQ_ENERGY_HIGH, SNQ_ENERGIES };
enum { SNQ_FEEL_NORMAL, SNQ_FEEL_HALF, SNQ_FEEL_DOUBLE, SNQ_FEELS };

extern const char *const snq_genre_names[SNQ_GENRES];
extern const char *const snq_mood_names[SNQ_MOODS];
extern const char *const snq_quality_names[SNQ_QUALITIES];
extern const char *const snq_part_names[SNQ_PARTS];
extern const char *const snq_section_names[SNQ_SECTIONS];
extern const char *const snq_brief_mode_names[SNQ_MODES];
extern const char *const snq_played_names[SNQ_PLAYED];
extern const char *const snq_era_names[SNQ_ERAS];
extern const char *const snq_tonic_names[12];
extern const char *const snq_swing_names[SNQ_SWINGS]; /* [0] is "" */
extern const char *const snq_energy_names[SNQ_ENERGIES];
extern const char *const snq_feel_names[SNQ_FEELS];

#define SNQ_BRIEF_BPM_MIN 20.0
#define SNQ_BRIEF_BPM_MAX 400.0
enum {
    SNQ_BRIEF_COUNT_MAX = 99,           /* of a section */
    SNQ_BRIEF_BARS_MAX = 1000000,       /* of a piece, of a section */
    SNQ_BRIEF_SECONDS_MAX = 1000000000, /* of a piece */
    SNQ_BRIEF_WISHES_MAX = 256,         /* about sections */
    SNQ_BRIEF_UNKNOWN_BYTES_MAX = 1 << 20
};

typedef enum snq_wish_kind {
    SNQ_WISH_LONG,
    SNQ_WISH_SHORT,
    SNQ_WISH_NONE,  /* there shall be none */
    SNQ_WISH_COUNT, /* so many of them */
    SNQ_WISH_BARS,  /* each so long */
} snq_wish_kind;

typedef struct snq_section_wish {
    uint8_t section, kind;
    int32_t n; /* COUNT, BARS */
} snq_section_wish;

typedef struct snq_brief {
    uint8_t genre[SNQ_GENRES]; /* (genres,), in the order of mention; the first is the main one */
    uint8_t genres;
    uint32_t moods, instruments;      /* sets */
    double bpm, min_bpm, max_bpm;     /* 0: not said; bpm excludes the others */
    uint8_t feel;                     /* beside the number as written */
    int8_t tonic, mode;               /* -1: not said; a tonic has a mode */
    uint8_t beats_per_bar, beat_unit; /* 0: not said */
    double seconds;                   /* length; 0: not said */
    int32_t bars;                     /* length; 0: not said; excludes seconds */
    uint8_t only, include, exclude;   /* sets of parts, without mix */
    uint32_t modifiers[SNQ_PARTS];    /* set of qualities of each part */
    uint32_t avoid_genres, avoid_moods, avoid_instruments;
    uint32_t avoid_modifiers[SNQ_PARTS];
    uint8_t swing, energy;
    int8_t era; /* -1: not said */
    snq_section_wish wish[SNQ_BRIEF_WISHES_MAX];
    uint32_t wishes; /* no two alike */
    snq_str
        unknown; /* words that were not understood or had no effect, each with a line feed after it */
    uint32_t unknowns;
} snq_brief;

void snq_brief_init(snq_brief *b);
void snq_brief_clear(snq_brief *b);
/* *to, not initialised, becomes like `from`; on error it is cleared. ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_brief_copy(const snq_brief *from, snq_brief *to);

/* Add to a set; what is there already changes nothing. wish: what is over WISHES_MAX is dropped, 0 then. */
void snq_brief_add_genre(snq_brief *b, uint8_t genre);
int snq_brief_add_wish(snq_brief *b, snq_section_wish wish);
/* word (n,), UTF-8 without line feeds, that is not there yet. ERR_NOMEM, ERR_TOO_BIG. */
SNQ_MUST_USE snq_status snq_brief_add_unknown(snq_brief *b, const char *word, size_t n);

/* Do they mean the same? Sets have no order, genres have. */
int snq_brief_equal(const snq_brief *a, const snq_brief *b);

/* What flags say beside the prompt; a member at 0 (NULL, -1) is not said. What is said wins. */
typedef struct snq_brief_flags {
    double bpm, seconds;
    int32_t bars;
    int tonic, mode; /* -1; a tonic without a mode is major */
    int genre;       /* -1; it alone takes the place of all genres */
    uint8_t only;    /* set of parts */
} snq_brief_flags;

snq_brief_flags snq_brief_flags_none(void);
void snq_brief_override(snq_brief *b, const snq_brief_flags *flags);

/* A document of schemas/brief-1.schema.json. Fields at their default are left out, `schema` is there. */
void snq_brief_json(snq_json *j, const snq_brief *b);
/* b, not initialised, becomes what the document says; on error it is cleared. ERR_FORMAT, ERR_RANGE,
 * ERR_TOO_BIG name the place; ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_brief_from_json(const snq_json_ref *at, snq_brief *b);

#endif
