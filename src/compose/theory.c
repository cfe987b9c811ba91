// SPDX-License-Identifier: MIT
/* IDEA  A scale and a chord are sets of pitch classes, so "does it fit" is one AND. A Roman numeral is read
 *       from left to right: where the root stands in the key, which third, what more; a label of Harte's is
 *       the same with the root by name.
 * CONST Modes: semitones over the tonic, the seven rotations of the major scale.
 *       Shorthands and degrees of labels: Harte, Sandler, Abdallah, Gomez, "Symbolic representation of
 *       musical chords", ISMIR 2005, with 11 and 13 chords and sus2 as later users added them.
 *       A diminished chord on VII stands on the leading tone in every mode ("viio" in a minor key is B in
 *       C minor), as usage has it.
 * LIMITS A set of pitch classes does not tell a ninth from a second: labels name the usual one. */
#include "compose/theory.h"

#include <stdio.h>
#include <string.h>

#include "compose/brief.h"

enum { STEPS = 7, OCTAVE = 12, ALL = 0xFFF };

static const uint8_t mode_tab[SNQ_MODES][STEPS] = {
    [SNQ_MODE_major] = { 0, 2, 4, 5, 7, 9, 11 },   [SNQ_MODE_minor] = { 0, 2, 3, 5, 7, 8, 10 },
    [SNQ_MODE_dorian] = { 0, 2, 3, 5, 7, 9, 10 },  [SNQ_MODE_phrygian] = { 0, 1, 3, 5, 7, 8, 10 },
    [SNQ_MODE_lydian] = { 0, 2, 4, 6, 7, 9, 11 },  [SNQ_MODE_mixolydian] = { 0, 2, 4, 5, 7, 9, 10 },
    [SNQ_MODE_locrian] = { 0, 1, 3, 5, 6, 8, 10 },
};

#define T(i)     (1u << (i))
#define TR(a, b) (T(0) | T(a) | T(b))

int snq_mode_step(int mode, int step)
{
    const int octave = step >= 0 ? step / STEPS : -((STEPS - 1 - step) / STEPS);
    return mode_tab[mode][step - octave * STEPS] + octave * OCTAVE;
}

static uint16_t turn(uint16_t set, int by)
{
    by = (by % OCTAVE + OCTAVE) % OCTAVE;
    return (uint16_t)(((unsigned)set << by | (unsigned)set >> (OCTAVE - by)) & ALL);
}

uint16_t snq_mode_tones(int mode)
{
    unsigned set = 0;
    for (int i = 0; i < STEPS; i++)
        set |= T(mode_tab[mode][i]);
    return (uint16_t)set;
}

uint16_t snq_scale_set(int tonic, int mode)
{
    return turn(snq_mode_tones(mode), tonic);
}

uint16_t snq_chord_set(const snq_chord *c)
{
    return turn(c->tones, c->root);
}

int snq_pitch_nearest(uint16_t set, int pitch)
{
    for (int d = 0; d < OCTAVE && set != 0; d++) {
        if (snq_pitch_in(set, pitch - d))
            return pitch - d;
        if (snq_pitch_in(set, pitch + d))
            return pitch + d;
    }
    return pitch;
}

int snq_pitch_next(uint16_t set, int pitch, int up)
{
    for (int d = 1; d <= OCTAVE && set != 0; d++)
        if (snq_pitch_in(set, up > 0 ? pitch + d : pitch - d))
            return up > 0 ? pitch + d : pitch - d;
    return pitch;
}

/* ---- numerals ---- */

/* What follows a numeral in capitals (large) and in small letters; 0: makes no sense there. */
static const struct {
    const char *text;
    uint16_t large, small;
} suffix_tab[] = {
    { "", TR(4, 7), TR(3, 7) },
    { "5", T(0) | T(7), T(0) | T(7) },
    { "o", TR(3, 6), TR(3, 6) },
    { "o7", TR(3, 6) | T(9), TR(3, 6) | T(9) },
    { "m7b5", TR(3, 6) | T(10), TR(3, 6) | T(10) },
    { "7b5", TR(4, 6) | T(10), TR(3, 6) | T(10) },
    { "+", TR(4, 8), 0 },
    { "+7", TR(4, 8) | T(10), 0 },
    { "7#5", TR(4, 8) | T(10), 0 },
    { "sus2", TR(2, 7), TR(2, 7) },
    { "sus4", TR(5, 7), TR(5, 7) },
    { "7sus4", TR(5, 7) | T(10), TR(5, 7) | T(10) },
    { "9sus4", TR(5, 7) | T(10) | T(2), TR(5, 7) | T(10) | T(2) },
    { "13sus4", TR(5, 7) | T(10) | T(2) | T(9), 0 },
    { "6", TR(4, 7) | T(9), TR(3, 7) | T(9) },
    { "69", TR(4, 7) | T(9) | T(2), TR(3, 7) | T(9) | T(2) },
    { "7", TR(4, 7) | T(10), TR(3, 7) | T(10) },
    { "9", TR(4, 7) | T(10) | T(2), TR(3, 7) | T(10) | T(2) },
    { "11", TR(4, 7) | T(10) | T(2) | T(5), TR(3, 7) | T(10) | T(2) | T(5) },
    { "13", TR(4, 7) | T(10) | T(2) | T(9), TR(3, 7) | T(10) | T(2) | T(9) },
    { "maj7", TR(4, 7) | T(11), TR(3, 7) | T(11) },
    { "maj9", TR(4, 7) | T(11) | T(2), TR(3, 7) | T(11) | T(2) },
    { "maj13", TR(4, 7) | T(11) | T(2) | T(9), 0 },
    { "maj7#11", TR(4, 7) | T(11) | T(6), 0 },
    { "maj9#11", TR(4, 7) | T(11) | T(2) | T(6), 0 },
    { "add9", TR(4, 7) | T(2), TR(3, 7) | T(2) },
    { "add11", TR(4, 7) | T(5), TR(3, 7) | T(5) },
    { "7b9", TR(4, 7) | T(10) | T(1), 0 },
    { "7#9", TR(4, 7) | T(10) | T(3), 0 },
    { "7#11", TR(4, 7) | T(10) | T(6), 0 },
    { "7b13", TR(4, 7) | T(10) | T(8), 0 },
    { "13b9", TR(4, 7) | T(10) | T(1) | T(9), 0 },
    { "7alt", TR(4, 8) | T(10) | T(3), 0 },
};

/* Reads I .. VII or i .. vii: 0 .. 6 and *large, moving *p; -1: there is none. */
static int read_roman(const char **p, int *large)
{
    static const char *const roman[STEPS] = { "I", "II", "III", "IV", "V", "VI", "VII" };
    static const char *const small[STEPS] = { "i", "ii", "iii", "iv", "v", "vi", "vii" };
    int best = -1;
    size_t longest = 0;
    for (int i = 0; i < STEPS; i++) {
        const size_t n = strlen(roman[i]);
        const int is_large = strncmp(*p, roman[i], n) == 0;
        if (n > longest && (is_large || strncmp(*p, small[i], n) == 0)) {
            best = i;
            longest = n;
            *large = is_large;
        }
    }
    *p += longest;
    return best;
}

static const char major_steps[STEPS] = { 0, 2, 4, 5, 7, 9, 11 };

/* Accidental and numeral: the root in semitones over the tonic; -1: none. */
static int read_root(const char **p, int mode, int *step, int *large)
{
    int accidental = 0, marked = 0;
    for (; **p == 'b' || **p == '#'; (*p)++) {
        accidental += **p == '#' ? 1 : -1;
        marked = 1;
    }
    *step = read_roman(p, large);
    if (*step < 0 || accidental < -2 || accidental > 2)
        return -1;
    const int from = marked ? major_steps[*step] + accidental : mode_tab[mode][*step];
    return (from + OCTAVE) % OCTAVE;
}

static snq_status bad_numeral(const char *text, const char *why)
{
    return SNQ_FAIL(SNQ_ERR_FORMAT, "\"%.31s\" is no numeral: %s", text, why);
}

snq_status snq_chord_from_numeral(const char *text, int tonic, int mode, snq_chord *out)
{
    const char *p = text;
    int step, large, over, over_large;
    int root = read_root(&p, mode, &step, &large);
    if (root < 0)
        return bad_numeral(text, "I .. VII is wanted");
    const char *slash = strchr(p, '/');
    const size_t n = slash ? (size_t)(slash - p) : strlen(p);
    size_t i = 0;
    while (i < SNQ_COUNT(suffix_tab) &&
           !(strlen(suffix_tab[i].text) == n && strncmp(suffix_tab[i].text, p, n) == 0))
        i++;
    const uint16_t tones = i == SNQ_COUNT(suffix_tab) ? 0
                           : large                    ? suffix_tab[i].large
                                                      : suffix_tab[i].small;
    if (tones == 0)
        return bad_numeral(text, "what follows it is not known");
    if (p[0] == 'o' && step == 6 && text[0] == 'v')
        root = 11;
    *out = (snq_chord) { 0, 0, tones };
    int bass = root;
    if (slash && slash[1] >= '2' && slash[1] <= '7' && slash[2] == '\0') {
        bass = mode_tab[mode][slash[1] - '1'];
    } else if (slash) { /* V7/ii: as if that step were the tonic of a major key */
        const char *q = slash + 1;
        int at, base = read_root(&q, mode, &at, &over_large);
        over = text[0] == 'b' || text[0] == '#' || (p[0] == 'o' && step == 6) ? root
                                                                              : major_steps[step];
        if (base < 0 || *q != '\0')
            return bad_numeral(text, "after / comes 2 .. 7, or I .. VII");
        bass = root = (base + over) % OCTAVE;
    }
    out->root = (uint8_t)((root + tonic) % OCTAVE);
    out->bass = (uint8_t)((bass + tonic) % OCTAVE);
    return SNQ_OK;
}

/* ---- labels ---- */

/* Shorthands, fullest first where one holds another. */
static const struct {
    const char *text;
    uint16_t tones;
} label_tab[] = {
    { "min13", TR(3, 7) | T(10) | T(2) | T(5) | T(9) },
    { "13", TR(4, 7) | T(10) | T(2) | T(5) | T(9) },
    { "maj13", TR(4, 7) | T(11) | T(2) | T(5) | T(9) },
    { "min11", TR(3, 7) | T(10) | T(2) | T(5) },
    { "11", TR(4, 7) | T(10) | T(2) | T(5) },
    { "maj11", TR(4, 7) | T(11) | T(2) | T(5) },
    { "min9", TR(3, 7) | T(10) | T(2) },
    { "9", TR(4, 7) | T(10) | T(2) },
    { "maj9", TR(4, 7) | T(11) | T(2) },
    { "min7", TR(3, 7) | T(10) },
    { "7", TR(4, 7) | T(10) },
    { "maj7", TR(4, 7) | T(11) },
    { "minmaj7", TR(3, 7) | T(11) },
    { "hdim7", TR(3, 6) | T(10) },
    { "dim7", TR(3, 6) | T(9) },
    { "maj6", TR(4, 7) | T(9) },
    { "min6", TR(3, 7) | T(9) },
    { "maj", TR(4, 7) },
    { "min", TR(3, 7) },
    { "aug", TR(4, 8) },
    { "dim", TR(3, 6) },
    { "sus4", TR(5, 7) },
    { "sus2", TR(2, 7) },
};

/* By semitones over the root: as an addition to a shorthand, as a plain degree. */
static const char *const added_name[OCTAVE] = { "1",   "b9", "9",   "#9", "3",  "11",
                                                "#11", "5",  "b13", "13", "b7", "7" };
static const char *const degree_name[OCTAVE] = { "1",  "b2", "2",  "b3", "3",  "4",
                                                 "b5", "5",  "b6", "6",  "b7", "7" };

static unsigned bits(unsigned set)
{
    unsigned n = 0;
    for (; set != 0; set &= set - 1)
        n++;
    return n;
}

static void append(char *to, size_t room, const char *text)
{
    const size_t n = strlen(to);
    if (n + 1 < room)
        snprintf(to + n, room - n, "%s", text);
}

void snq_chord_label(const snq_chord *c, char *to, size_t room)
{
    size_t best = SNQ_COUNT(label_tab);
    snprintf(to, room, "%s", c->tones == 0 ? "N" : snq_tonic_names[c->root % OCTAVE]);
    if (c->tones == 0)
        return;
    for (size_t i = 0; i < SNQ_COUNT(label_tab); i++)
        if ((label_tab[i].tones & ~c->tones) == 0 &&
            !((label_tab[i].tones & T(3)) && (c->tones & T(4))) && /* beside a third it is a #9 */
            (best == SNQ_COUNT(label_tab) ||
             bits(label_tab[i].tones) > bits(label_tab[best].tones)))
            best = i;
    /* nothing that has a name, or so much beside it that the degrees alone are shorter */
    const int plain = best == SNQ_COUNT(label_tab) || bits(c->tones & ~label_tab[best].tones) > 5;
    unsigned rest = plain ? c->tones : c->tones & ~(unsigned)label_tab[best].tones;
    append(to, room, ":");
    if (!plain)
        append(to, room, label_tab[best].text);
    for (int i = 0, first = 1; i < OCTAVE && rest != 0; i++)
        if (rest >> i & 1) {
            append(to, room, first ? "(" : ",");
            append(to, room, plain ? degree_name[i] : added_name[i]);
            first = 0;
        }
    append(to, room, rest != 0 ? ")" : "");
    if (c->bass != c->root) {
        append(to, room, "/");
        append(to, room, degree_name[(c->bass + OCTAVE - c->root) % OCTAVE]);
    }
}

/* "b3", "13" … -> semitones 0 .. 11, moving *p; -1: none. */
static int read_degree(const char **p)
{
    int at = 0, n = 0;
    for (; **p == 'b' || **p == '#'; (*p)++)
        at += **p == '#' ? 1 : -1;
    for (; **p >= '0' && **p <= '9' && n < 100; (*p)++)
        n = n * 10 + (**p - '0');
    if (n < 1 || n > 13)
        return -1;
    return ((at + major_steps[(n - 1) % STEPS]) % OCTAVE + OCTAVE) % OCTAVE;
}

/* "(b9,*5)" onto tones. 0: malformed. */
static int read_additions(const char **p, uint16_t *tones)
{
    do {
        (*p)++;
        const int away = **p == '*';
        *p += away;
        const int at = read_degree(p);
        if (at < 0)
            return 0;
        *tones = (uint16_t)(away ? *tones & ~T(at) : *tones | T(at));
    } while (**p == ',');
    return *(*p)++ == ')';
}

static uint16_t read_shorthand(const char **p)
{
    const size_t n = strcspn(*p, "(/");
    for (size_t i = 0; i < SNQ_COUNT(label_tab); i++)
        if (strlen(label_tab[i].text) == n && strncmp(label_tab[i].text, *p, n) == 0) {
            *p += n;
            return label_tab[i].tones;
        }
    return n == 0 ? 1 : 0;
}

snq_status snq_chord_from_label(const char *label, snq_chord *out)
{
    static const char letters[] = "CDEFGAB";
    const char *p = label, *letter = label[0] != '\0' ? strchr(letters, label[0]) : NULL;
    *out = (snq_chord) { 0, 0, 0 };
    if (strcmp(label, "N") == 0 || strcmp(label, "X") == 0)
        return SNQ_OK;
    if (!letter)
        goto fail;
    int root = major_steps[letter - letters];
    for (p++; *p == 'b' || *p == '#'; p++)
        root += *p == '#' ? 1 : OCTAVE - 1;
    uint16_t tones = TR(4, 7);
    if (*p == ':') {
        p++;
        tones = read_shorthand(&p);
        if (tones == 0 || (*p == '(' && !read_additions(&p, &tones)) || (tones & T(0)) == 0)
            goto fail;
    }
    int bass = 0;
    if (*p == '/') {
        p++;
        bass = read_degree(&p);
    }
    if (bass < 0 || *p != '\0')
        goto fail;
    out->root = (uint8_t)(root % OCTAVE);
    out->bass = (uint8_t)((root + bass) % OCTAVE);
    out->tones = tones;
    return SNQ_OK;
fail:
    return SNQ_FAIL(SNQ_ERR_FORMAT, "\"%.40s\" is no chord label", label);
}
