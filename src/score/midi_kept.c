// SPDX-License-Identifier: MIT
/* IDEA   A file's own bytes are kept beside what the score made of them, where we would write other ones:
 *        a name of another coding, a metre with another click. Written again, the same thing must not be
 *        said twice; and where the score was changed since, what was kept is no longer true.
 * STEPS  name       the first one kept reads as the name, or as it was before it was made unlike others
 *        metre      the same beats at the same tick, in the first chunk, of other bytes than ours
 *        marker     the same text at the same tick, in any chunk; each event for one section
 *        contrary   a tempo, metre or key that a reader would take for the score's and is not: at a tick
 *                   where the score has none; another one in the first chunk; another tempo anywhere
 * COST   linear in messages and marks; of markers at one tick 64 are looked through.
 * LIMITS Of more than 64 markers at one tick some may be said twice. */
#include <string.h>

#include "score/midi_impl.h"

enum { SAME_TICK_LOOK = 64 };

/* Whether the score's name is the text of a kept event (n bytes), or that text with a number behind it,
 * as snq_score_add_track makes names unlike. No when that event has the very bytes of the name: then a
 * name was said twice. */
static int is_named_after(const char *got, const char *text, const uint8_t *bytes, size_t n)
{
    const size_t k = strlen(text);
    if (!k || strncmp(got, text, k) != 0)
        return 0;
    if (!got[k])
        return k != n || memcmp(bytes, text, n) != 0;
    return got[k] == ' ' && got[k + 1] && strspn(got + k + 1, "0123456789") == strlen(got + k + 1);
}

int snq__midi_keeps_name(const snq_track *t, const char *got, size_t room)
{
    char text[SNQ_SCORE_TEXT_MAX];
    for (size_t i = 0; i < t->messages && !t->message[i].tick; i++) {
        const snq_message *m = &t->message[i];
        if (m->status == SNQ__MIDI_META && m->a == SNQ__META_CHANNEL)
            return 0; /* what follows may be another's */
        if (m->status != SNQ__MIDI_META || m->a != SNQ__META_NAME || !m->length)
            continue;
        const uint8_t *bytes = t->bytes + m->at;
        snq__midi_text(bytes, m->length, text, room);
        if (*text)
            return is_named_after(got, text, bytes, m->length);
    }
    return 0;
}

static void find_metre(const snq_score *s, const snq__midi_event *e, size_t *from, uint8_t *said)
{
    int beats, unit;
    uint8_t ours[4];
    if (!snq__midi_get_metre(e, &beats, &unit))
        return;
    snq__midi_put_metre(beats, unit, ours);
    while (*from < s->metres && s->metre[*from].tick < e->tick)
        ++*from;
    if (*from < s->metres && s->metre[*from].tick == e->tick &&
        s->metre[*from].beats_per_bar == beats && s->metre[*from].beat_unit == unit)
        said[*from] |= memcmp(e->bytes, ours, sizeof ours) != 0;
}

static void find_marker(const snq_score *s, const snq__midi_event *e, size_t *from, uint8_t *said)
{
    char text[SNQ_SCORE_TEXT_MAX];
    snq__midi_text(e->bytes, e->length, text, sizeof text);
    while (*from < s->sections && s->section[*from].start < e->tick)
        ++*from;
    for (size_t i = *from; i < s->sections && s->section[i].start == e->tick; i++) {
        if (i - *from == SAME_TICK_LOOK)
            return;
        if (!said[i] && strcmp(s->section[i].name, text) == 0) {
            said[i] = 1;
            *from = i + 1;
            return;
        }
    }
}

static snq__midi_event event_of(const snq_track *t, const snq_message *m)
{
    return (snq__midi_event) { .tick = m->tick,
                               .bytes = m->length ? t->bytes + m->at : NULL,
                               .length = m->length };
}

void snq__midi_find_kept(const snq_score *s, const snq_track *conductor, uint8_t *metre,
                         uint8_t *section)
{
    for (size_t k = 0; k < s->tracks; k++) {
        const snq_track *t = &s->track[k];
        size_t metre_from = 0, section_from = 0;
        for (size_t i = 0; i < t->messages; i++) {
            const snq__midi_event e = event_of(t, &t->message[i]);
            if (t->message[i].status != SNQ__MIDI_META)
                continue;
            if (t->message[i].a == SNQ__META_METRE && t == conductor)
                find_metre(s, &e, &metre_from, metre);
            else if (t->message[i].a == SNQ__META_MARKER)
                find_marker(s, &e, &section_from, section);
        }
    }
}

/* The mark (tempo, metre, key) at this tick in list (n,) of `size` bytes each, or NULL. */
static const void *mark_at(const void *list, size_t n, size_t size, int64_t tick)
{
    size_t from = 0, to = n; /* the first one after the tick is here */
    int64_t found;
    while (from < to) {
        const size_t middle = from + (to - from) / 2;
        memcpy(&found, (const char *)list + middle * size, sizeof found);
        if (found <= tick)
            from = middle + 1;
        else
            to = middle;
    }
    if (!from)
        return NULL;
    const char *last = (const char *)list + (from - 1) * size;
    memcpy(&found, last, sizeof found);
    return found == tick ? last : NULL;
}

static int is_wrong_tempo(const snq_score *s, const snq__midi_event *e)
{
    const snq_tempo_mark *m = mark_at(s->tempo, s->tempos, sizeof *m, e->tick);
    uint8_t ours[3];
    double bpm;
    if (!snq__midi_get_tempo(e, &bpm))
        return 0;
    if (m)
        snq__midi_put_tempo(m->bpm, ours);
    return !m || memcmp(ours, e->bytes, sizeof ours) != 0;
}

static int is_wrong_metre(const snq_score *s, const snq__midi_event *e, int is_first_chunk)
{
    const snq_metre_mark *m = mark_at(s->metre, s->metres, sizeof *m, e->tick);
    int beats, unit;
    if (!snq__midi_get_metre(e, &beats, &unit))
        return 0;
    return !m || (is_first_chunk && (m->beats_per_bar != beats || m->beat_unit != unit));
}

static int is_wrong_key(const snq_score *s, const snq__midi_event *e, int is_first_chunk)
{
    const snq_key_mark *m = mark_at(s->key, s->keys, sizeof *m, e->tick);
    uint8_t ours[2];
    snq_key_mark key;
    if (!snq__midi_get_key(e, &key))
        return 0;
    if (m)
        snq__midi_put_key(m, ours);
    return !m || (is_first_chunk && memcmp(ours, e->bytes, sizeof ours) != 0);
}

int snq__midi_is_contrary(const snq_score *s, const snq_track *t, const snq_message *m,
                          int is_first_chunk)
{
    const snq__midi_event e = event_of(t, m);
    if (m->status != SNQ__MIDI_META)
        return 0;
    switch (m->a) {
    case SNQ__META_TEMPO:
        return is_wrong_tempo(s, &e);
    case SNQ__META_METRE:
        return is_wrong_metre(s, &e, is_first_chunk);
    case SNQ__META_KEY:
        return is_wrong_key(s, &e, is_first_chunk);
    default:
        return 0;
    }
}
