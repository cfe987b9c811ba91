// SPDX-License-Identifier: MIT
#include "score/score.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/str.h"
#include "score/score_impl.h"

const char *const snq_key_mode_names[SNQ_KEY_MODES] = {
    "major", "minor", "dorian", "phrygian", "lydian", "mixolydian", "locrian",
};

void snq_score_init(snq_score *s)
{
    *s = (snq_score) { .ticks_per_quarter = SNQ_SCORE_TICKS };
}

static void clear_track(snq_track *t)
{
    for (size_t i = 0; i < t->curves; i++)
        snq_curve_clear(&t->curve[i]);
    snq_free(t->note);
    snq_free(t->message);
    snq_free(t->bytes);
    snq_free(t->curve);
}

void snq_score_clear(snq_score *s)
{
    for (size_t i = 0; i < s->tracks; i++)
        clear_track(&s->track[i]);
    snq_free(s->tempo);
    snq_free(s->metre);
    snq_free(s->key);
    snq_free(s->chord);
    snq_free(s->section);
    snq_free(s->track);
    snq_score_init(s);
}

/* ---- appending ----------------------------------------------------------------------------- */

typedef struct list_kind {
    size_t size, max; /* bytes of an element; bound on their number */
    const char *what;
} list_kind;

/* Make room for `more` elements beside the n of *list, which doubles it; bounds are powers of two. */
static snq_status grow(const list_kind *kind, size_t n, size_t more, size_t *room, void **list)
{
    if (n > kind->max || more > kind->max - n)
        return SNQ_FAIL(SNQ_ERR_TOO_BIG, "more than %zu %s", kind->max, kind->what);
    if (n + more <= *room)
        return SNQ_OK;
    size_t to = *room ? *room : 8;
    while (to < n + more)
        to *= 2;
    void *p = snq_regrow(*list, *room, to, kind->size);
    if (!p)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for %zu %s", to, kind->what);
    *list = p;
    *room = to;
    return SNQ_OK;
}

snq_status snq_score_add_tempo(snq_score *s, int64_t tick, double bpm)
{
    static const list_kind kind = { sizeof *s->tempo, SNQ_SCORE_SPANS_MAX, "tempos" };
    void *list = s->tempo;
    SNQ_TRY(grow(&kind, s->tempos, 1, &s->tempo_room, &list));
    s->tempo = list;
    const snq_tempo_mark *before = s->tempos ? &s->tempo[s->tempos - 1] : NULL;
    s->tempo[s->tempos] = (snq_tempo_mark) { tick, bpm, snq__scaled_s(before, tick) };
    s->tempos++;
    return SNQ_OK;
}

snq_status snq_score_add_metre(snq_score *s, int64_t tick, int beats, int unit)
{
    static const list_kind kind = { sizeof *s->metre, SNQ_SCORE_SPANS_MAX, "metres" };
    if (beats < 0 || beats > UINT8_MAX || unit < 0 || unit > UINT8_MAX)
        return SNQ_FAIL(SNQ_ERR_RANGE, "metre %d/%d", beats, unit);
    void *list = s->metre;
    SNQ_TRY(grow(&kind, s->metres, 1, &s->metre_room, &list));
    s->metre = list;
    s->metre[s->metres++] = (snq_metre_mark) { tick, (uint8_t)beats, (uint8_t)unit };
    return SNQ_OK;
}

snq_status snq_score_add_key(snq_score *s, snq_key_mark key)
{
    static const list_kind kind = { sizeof *s->key, SNQ_SCORE_SPANS_MAX, "keys" };
    void *list = s->key;
    SNQ_TRY(grow(&kind, s->keys, 1, &s->key_room, &list));
    s->key = list;
    s->key[s->keys++] = key;
    return SNQ_OK;
}

snq_status snq_score_add_chord(snq_score *s, const snq_chord_span *chord)
{
    static const list_kind kind = { sizeof *s->chord, SNQ_SCORE_SPANS_MAX, "chords" };
    const snq_chord_span copy = *chord; /* it may be one of this list */
    void *list = s->chord;
    SNQ_TRY(grow(&kind, s->chords, 1, &s->chord_room, &list));
    s->chord = list;
    s->chord[s->chords++] = copy;
    return SNQ_OK;
}

snq_status snq_score_add_section(snq_score *s, const snq_section *section)
{
    static const list_kind kind = { sizeof *s->section, SNQ_SCORE_SPANS_MAX, "sections" };
    const snq_section copy = *section;
    void *list = s->section;
    SNQ_TRY(grow(&kind, s->sections, 1, &s->section_room, &list));
    s->section = list;
    s->section[s->sections++] = copy;
    return SNQ_OK;
}

/* ---- tracks -------------------------------------------------------------------------------- */

/* Copy text to `to`, well-formed UTF-8, as many whole code points as fit in room - 1 bytes. */
static void copy_text(char *to, size_t room, const char *text)
{
    size_t n = strlen(text), used = 0;
    while (n) {
        uint32_t point;
        const size_t k = snq_utf8_get(text, n, &point);
        const int bad = point == 0xFFFD && k == 1;
        const size_t bytes = bad ? 3 : k;
        if (used + bytes > room - 1)
            break;
        memcpy(to + used, bad ? "\xEF\xBF\xBD" : text, bytes);
        used += bytes;
        text += k;
        n -= k;
    }
    to[used] = '\0';
}

/* Make a name that no track has: with the first free number behind it where it is taken. */
static void make_unlike(const snq_score *s, char name[SNQ_SCORE_NAME_MAX])
{
    char base[SNQ_SCORE_NAME_MAX], ending[24];
    copy_text(base, sizeof base, *name ? name : "track");
    copy_text(name, SNQ_SCORE_NAME_MAX, base);
    for (size_t i = 2; snq_score_find_track(s, name); i++) {
        const int n = snprintf(ending, sizeof ending, " %zu", i);
        copy_text(name, SNQ_SCORE_NAME_MAX - (size_t)n, base);
        memcpy(name + strlen(name), ending, (size_t)n + 1);
    }
}

snq_status snq_score_add_track(snq_score *s, const char *name, snq_track **out)
{
    static const list_kind kind = { sizeof *s->track, SNQ_SCORE_TRACKS_MAX, "tracks" };
    snq_track track = { .program = -1 };
    copy_text(track.name, sizeof track.name, name);
    make_unlike(s, track.name);
    void *list = s->track;
    SNQ_TRY(grow(&kind, s->tracks, 1, &s->track_room, &list));
    s->track = list;
    s->track[s->tracks++] = track;
    if (out)
        *out = &s->track[s->tracks - 1];
    return SNQ_OK;
}

snq_track *snq_score_find_track(const snq_score *s, const char *name)
{
    for (size_t i = 0; i < s->tracks; i++)
        if (strcasecmp(s->track[i].name, name) == 0)
            return &s->track[i];
    return NULL;
}

snq_status snq_track_add_note(snq_track *t, const snq_note *note)
{
    static const list_kind kind = { sizeof *t->note, SNQ_SCORE_NOTES_MAX, "notes" };
    const snq_note copy = *note;
    void *list = t->note;
    SNQ_TRY(grow(&kind, t->notes, 1, &t->note_room, &list));
    t->note = list;
    t->note[t->notes++] = copy;
    return SNQ_OK;
}

snq_status snq_track_add_message(snq_track *t, snq_message m, const void *bytes)
{
    static const list_kind message_kind = { sizeof *t->message, SNQ_SCORE_MESSAGES_MAX,
                                            "messages" };
    static const list_kind byte_kind = { 1, SNQ_SCORE_BYTES_MAX, "bytes of messages" };
    void *list = t->message;
    SNQ_TRY(grow(&message_kind, t->messages, 1, &t->message_room, &list));
    t->message = list;
    m.at = 0;
    if (m.length) {
        void *store = t->bytes;
        SNQ_TRY(grow(&byte_kind, t->byte_count, m.length, &t->byte_room, &store));
        t->bytes = store;
        m.at = (uint32_t)t->byte_count;
        memcpy(t->bytes + m.at, bytes, m.length);
        t->byte_count += m.length;
    }
    t->message[t->messages++] = m;
    return SNQ_OK;
}

snq_status snq_track_add_curve(snq_track *t, const char *target, snq_curve **out)
{
    static const list_kind kind = { sizeof *t->curve, SNQ_SCORE_CURVES_MAX, "curves" };
    snq_curve curve = { 0 };
    copy_text(curve.target, sizeof curve.target, target);
    void *list = t->curve;
    SNQ_TRY(grow(&kind, t->curves, 1, &t->curve_room, &list));
    t->curve = list;
    t->curve[t->curves++] = curve;
    if (out)
        *out = &t->curve[t->curves - 1];
    return SNQ_OK;
}

static snq_status empty_curve(snq_track *t, const char *target, snq_curve **out)
{
    for (size_t i = 0; i < t->curves; i++)
        if (strcmp(t->curve[i].target, target) == 0) {
            *out = &t->curve[i];
            (*out)->points = 0;
            return SNQ_OK;
        }
    return snq_track_add_curve(t, target, out);
}

snq_status snq_track_copy_curves(const snq_track *from, snq_track *to)
{
    for (size_t i = 0; i < from->curves; i++) {
        snq_curve *curve;
        SNQ_TRY(empty_curve(to, from->curve[i].target, &curve));
        for (size_t k = 0; k < from->curve[i].points; k++) {
            const snq_curve_point *p = &from->curve[i].point[k];
            SNQ_TRY(snq_curve_push(curve, p->at, p->value, (snq_curve_shape)p->shape));
        }
    }
    return SNQ_OK;
}
