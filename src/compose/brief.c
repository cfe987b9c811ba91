// SPDX-License-Identifier: MIT
#include "compose/brief.h"

#include <string.h>

#define X(name)       #name,
#define TEXT(name, t) t,
const char *const snq_genre_names[SNQ_GENRES] = { SNQ_GENRE_MAP(X) };
const char *const snq_mood_names[SNQ_MOODS] = { SNQ_MOOD_MAP(X) };
const char *const snq_quality_names[SNQ_QUALITIES] = { SNQ_QUALITY_MAP(X) };
const char *const snq_part_names[SNQ_PARTS] = { SNQ_PART_MAP(X) };
const char *const snq_section_names[SNQ_SECTIONS] = { SNQ_SECTION_MAP(X) };
const char *const snq_brief_mode_names[SNQ_MODES] = { SNQ_MODE_MAP(X) };
const char *const snq_played_names[SNQ_PLAYED] = { SNQ_INSTRUMENT_MAP(TEXT) };
const char *const snq_era_names[SNQ_ERAS] = { SNQ_ERA_MAP(TEXT) };
const char *const snq_tonic_names[12] = { "C",  "C#", "D",  "D#", "E",  "F",
                                          "F#", "G",  "G#", "A",  "A#", "B" };
const char *const snq_swing_names[SNQ_SWINGS] = { "", "none", "light", "heavy" };
const char *const snq_energy_names[SNQ_ENERGIES] = { "", "low", "medium", "high" };
const char *const snq_feel_names[SNQ_FEELS] = { "normal", "half", "double" };
#undef X

void snq_brief_init(snq_brief *b)
{
    *b = (snq_brief) { .tonic = -1, .mode = -1, .era = -1 };
    snq_str_init(&b->unknown, SNQ_BRIEF_UNKNOWN_BYTES_MAX);
}

void snq_brief_clear(snq_brief *b)
{
    snq_str_clear(&b->unknown);
    snq_brief_init(b);
}

snq_status snq_brief_copy(const snq_brief *from, snq_brief *to)
{
    *to = *from;
    snq_str_init(&to->unknown, SNQ_BRIEF_UNKNOWN_BYTES_MAX);
    snq_str_put_bytes(&to->unknown, from->unknown.text, from->unknown.length);
    const snq_status st = to->unknown.st;
    if (st < 0)
        snq_brief_clear(to);
    return st;
}

void snq_brief_add_genre(snq_brief *b, uint8_t genre)
{
    for (unsigned i = 0; i < b->genres; i++)
        if (b->genre[i] == genre)
            return;
    b->genre[b->genres++] = genre;
}

static int has_wish(const snq_brief *b, snq_section_wish w)
{
    for (uint32_t i = 0; i < b->wishes; i++)
        if (b->wish[i].section == w.section && b->wish[i].kind == w.kind && b->wish[i].n == w.n)
            return 1;
    return 0;
}

int snq_brief_add_wish(snq_brief *b, snq_section_wish wish)
{
    if (has_wish(b, wish))
        return 1;
    if (b->wishes == SNQ_BRIEF_WISHES_MAX)
        return 0;
    b->wish[b->wishes++] = wish;
    return 1;
}

snq_status snq_brief_add_unknown(snq_brief *b, const char *word, size_t n)
{
    snq_str_put_bytes(&b->unknown, word, n);
    snq_str_put(&b->unknown, "\n");
    b->unknowns++;
    if (b->unknown.st < 0)
        return SNQ_FAIL(b->unknown.st, "%s for the words that were not understood",
                        snq_status_text(b->unknown.st));
    return SNQ_OK;
}

/* The same words in any order; both lists have none twice. */
static int same_words(const snq_brief *a, const snq_brief *b)
{
    const char *w = snq_str_text(&a->unknown);
    if (a->unknowns != b->unknowns || a->unknown.length != b->unknown.length)
        return 0;
    while (*w) {
        const size_t n = strcspn(w, "\n") + 1;
        const char *at = snq_str_text(&b->unknown);
        while (*at && strncmp(at, w, n) != 0)
            at += strcspn(at, "\n") + 1;
        if (!*at)
            return 0;
        w += n;
    }
    return 1;
}

static int same_wishes(const snq_brief *a, const snq_brief *b)
{
    if (a->wishes != b->wishes)
        return 0;
    for (uint32_t i = 0; i < a->wishes; i++)
        if (!has_wish(b, a->wish[i]))
            return 0;
    return 1;
}

static int same_key(const snq_brief *a, const snq_brief *b)
{
    return a->tonic == b->tonic && a->mode == b->mode;
}

static int same_time(const snq_brief *a, const snq_brief *b)
{
    return a->bpm == b->bpm && a->min_bpm == b->min_bpm && a->max_bpm == b->max_bpm &&
           a->feel == b->feel && a->beats_per_bar == b->beats_per_bar &&
           a->beat_unit == b->beat_unit && a->seconds == b->seconds && a->bars == b->bars;
}

static int same_sets(const snq_brief *a, const snq_brief *b)
{
    return a->moods == b->moods && a->instruments == b->instruments && a->only == b->only &&
           a->include == b->include && a->exclude == b->exclude &&
           a->avoid_genres == b->avoid_genres && a->avoid_moods == b->avoid_moods &&
           a->avoid_instruments == b->avoid_instruments &&
           memcmp(a->modifiers, b->modifiers, sizeof a->modifiers) == 0 &&
           memcmp(a->avoid_modifiers, b->avoid_modifiers, sizeof a->avoid_modifiers) == 0;
}

int snq_brief_equal(const snq_brief *a, const snq_brief *b)
{
    return a->genres == b->genres && memcmp(a->genre, b->genre, a->genres) == 0 &&
           a->swing == b->swing && a->energy == b->energy && a->era == b->era && same_key(a, b) &&
           same_time(a, b) && same_sets(a, b) && same_wishes(a, b) && same_words(a, b);
}

snq_brief_flags snq_brief_flags_none(void)
{
    return (snq_brief_flags) { .tonic = -1, .mode = -1, .genre = -1 };
}

void snq_brief_override(snq_brief *b, const snq_brief_flags *flags)
{
    if (flags->bpm > 0.0) {
        b->bpm = flags->bpm;
        b->min_bpm = b->max_bpm = 0.0;
    }
    if (flags->seconds > 0.0 || flags->bars > 0) {
        b->bars = flags->bars;
        b->seconds = flags->bars > 0 ? 0.0 : flags->seconds;
    }
    if (flags->tonic >= 0 || flags->mode >= 0) {
        b->tonic = (int8_t)flags->tonic;
        b->mode = (int8_t)(flags->mode >= 0 ? flags->mode : SNQ_MODE_major);
    }
    if (flags->genre >= 0) {
        b->genre[0] = (uint8_t)flags->genre;
        b->genres = 1;
        b->avoid_genres &= ~(1u << flags->genre);
    }
    if (flags->only) {
        b->only = flags->only;
        b->include = 0;
        b->exclude &= (uint8_t)~flags->only;
    }
}
