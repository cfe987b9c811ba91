// SPDX-License-Identifier: MIT
/* IDEA   A key is a note and a mode, in one of the ways musicians write it; what could be an ordinary word
 *        ("a", "am", "in") is a key only where something beside it says so. (Rule 7.)
 * STEPS  at a word, the first that fits:
 *        1. Camelot: 1..12 and A (minor) or B (major); nB's tonic is C + 7 (n - 8), nA's A + 7 (n - 8) mod 12
 *        2. German: h, b, a..g with -is, -es and "moll" or "dur" after it
 *        3. a note, with an accidental or without, and a mode: any case ("b minor", "c sharp minor"); yet
 *           "a minor" before key, scale, mode is an article
 *        4. compact, "Am", "F#m", "Bbmaj": with a capital or an accidental, or after "in" or "key"
 *        5. a capital with an accidental: anywhere; a bare capital after "in"; any after "key of", "key"
 * LIMITS A capital that begins a sentence looks like a note: "A flat" there is A flat.
 * REFS   Camelot wheel: Mark Davis, mixedinkey.com (8B = C major, 8A = A minor, one step is a fifth). */
#include <string.h>

#include "compose/prompt_impl.h"

/* A note at the beginning of a text: letters used, tonic; 0: there is none. h: German's B. */
static size_t note_of(const char *s, int *tonic, int *accidental)
{
    static const int8_t semitones[] = { 9, 11, 0, 2, 4, 5, 7 };
    const int c = s[0] | 32;
    *accidental = 0;
    if (c < 'a' || c > 'g')
        return 0;
    *tonic = semitones[c - 'a'];
    if (s[1] == '#' || s[1] == 'b') {
        *tonic = (*tonic + (s[1] == '#' ? 1 : 11)) % 12;
        *accidental = 1;
        return 2;
    }
    return 1;
}

static int camelot(const snq_prompt_reader *r, uint32_t t, snq_item *key)
{
    const snq_token *k = &r->token[t];
    const char *s = snq_str_text(&r->pool) + k->at;
    if (k->type != SNQ_TOKEN_WORD || k->length < 2 || k->length > 3 || s[0] < '1' || s[0] > '9')
        return 0;
    const char letter = s[k->length - 1];
    const int hour = k->length == 2 ? s[0] - '0' : 10 * (s[0] - '0') + s[1] - '0';
    if (hour > 12 || (letter != 'a' && letter != 'b'))
        return 0;
    key->tonic = (int8_t)(((letter == 'a' ? 9 : 0) + 7 * (hour + 4)) % 12);
    key->mode = letter == 'a' ? SNQ_MODE_minor : SNQ_MODE_major;
    return 1;
}

/* fis, es, as, h … : the tonic, or -1 */
static int german_note(const char *s)
{
    static const int8_t semitones[] = { 9, 10, 0, 2, 4, 5, 7, 11 };
    if (*s < 'a' || *s > 'h')
        return -1;
    const int tonic = semitones[*s - 'a'];
    if (!s[1])
        return tonic;
    if (strcmp(s, "as") == 0 || strcmp(s, "es") == 0)
        return tonic - 1;
    if (*s != 'b' && strcmp(s + 1, "is") == 0)
        return (tonic + 1) % 12;
    if (*s != 'b' && strcmp(s + 1, "es") == 0)
        return (tonic + 11) % 12;
    return -1;
}

static int mode_at(const snq_prompt_reader *r, uint32_t t)
{
    const snq_meaning *m = snq__token_meaning(r, t, SNQ_WORD_MODE);
    return m ? m->value : -1;
}

/* Behind a note that has a capital or an accidental, min and maj are modes, too. */
static int short_mode_at(const snq_prompt_reader *r, uint32_t t)
{
    return snq__token_is(r, t, "min")   ? SNQ_MODE_minor
           : snq__token_is(r, t, "maj") ? SNQ_MODE_major
                                        : mode_at(r, t);
}

static int german(const snq_prompt_reader *r, uint32_t t, snq_item *key)
{
    char note[8];
    const snq_token *k = &r->token[t];
    if (k->length >= sizeof note ||
        (!snq__token_is(r, t + 1, "moll") && !snq__token_is(r, t + 1, "dur")))
        return 0;
    memcpy(note, snq_str_text(&r->pool) + k->at, k->length);
    note[k->length] = '\0';
    key->tonic = (int8_t)german_note(note);
    key->mode = (int8_t)mode_at(r, t + 1);
    return key->tonic >= 0;
}

/* m, min, maj, minor … right behind a note; -1: something else */
static int suffix_mode(const char *s)
{
    static const struct {
        const char *text;
        int8_t mode;
    } tab[] = { { "m", SNQ_MODE_minor },
                { "min", SNQ_MODE_minor },
                { "maj", SNQ_MODE_major },
                { "minor", SNQ_MODE_minor },
                { "major", SNQ_MODE_major } };
    for (size_t i = 0; i < SNQ_COUNT(tab); i++)
        if (strcmp(s, tab[i].text) == 0)
            return tab[i].mode;
    return -1;
}

/* What stands before token t: 0 nothing, 1 "in", 2 "key" or "key of" */
static int announced(const snq_prompt_reader *r, uint32_t t)
{
    uint32_t at = t;
    if (at && snq__token_is(r, at - 1, "in"))
        return 1;
    if (at > 1 && (snq__token_is(r, at - 1, "of") || r->token[at - 1].stop == ':'))
        at--;
    return at && snq__token_is(r, at - 1, "key") ? 2 : 0;
}

static int is_article(const snq_prompt_reader *r, uint32_t t)
{
    return snq__token_is(r, t, "a") &&
           (snq__token_is(r, t + 2, "key") || snq__token_is(r, t + 2, "scale") ||
            snq__token_is(r, t + 2, "mode"));
}

/* The note of a token by itself, and "sharp" or "flat" behind it: tokens used, or 0 */
static uint32_t note_at(const snq_prompt_reader *r, uint32_t t, snq_item *key, int *accidental)
{
    int tonic;
    const char *s = r->token[t].raw;
    const size_t n = note_of(s, &tonic, accidental);
    if (!n || s[n])
        return 0;
    const int up = snq__token_is(r, t + 1, "sharp"), down = snq__token_is(r, t + 1, "flat");
    if ((up || down) && !*accidental) {
        tonic = (tonic + (up ? 1 : 11)) % 12;
        *accidental = 1;
        key->tonic = (int8_t)tonic;
        return 2;
    }
    key->tonic = (int8_t)tonic;
    return 1;
}

uint32_t snq__prompt_key_at(const snq_prompt_reader *r, uint32_t t, snq_item *key)
{
    int accidental, tonic;
    const char *s = r->token[t].raw, first = snq_str_text(&r->pool)[r->token[t].at];
    key->mode = -1;
    if (r->token[t].type != SNQ_TOKEN_WORD || first > 'h')
        return 0;
    if (camelot(r, t, key))
        return 1;
    if (german(r, t, key))
        return 2;
    const int capital = *s >= 'A' && *s <= 'G', before = announced(r, t);
    const uint32_t used = note_at(r, t, key, &accidental);
    if (used) {
        const int plain = !accidental && !capital;
        const int mode = plain ? mode_at(r, t + used) : short_mode_at(r, t + used);
        if (mode >= 0 && !is_article(r, t)) {
            key->mode = (int8_t)mode;
            return used + 1;
        }
        if (mode >= 0)
            return 0;
        if ((capital && (accidental || before)) || before == 2 || (accidental && before))
            return used;
        return 0;
    }
    const size_t n = note_of(s, &tonic, &accidental);
    const int mode = n ? suffix_mode(s + n) : -1;
    if (mode < 0 || !(capital || accidental || before))
        return 0;
    key->tonic = (int8_t)tonic;
    key->mode = (int8_t)mode;
    return 1;
}
