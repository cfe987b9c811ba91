// SPDX-License-Identifier: MIT
/* IDEA   A file's own bytes are kept beside what the score made of them, where we would write other ones:
 *        a name of another coding, a metre with another click. Written again, the same thing must not be
 *        said twice; and where the score was changed since, what was kept is no longer true.
 * STEPS  name       the first one kept reads as the name, or as it was before it was made unlike others
 *        metre      the same beats at the same tick, in the first chunk
 *        marker     the same text at the same tick, in any chunk; each event for one section
 *        contrary   a tempo, metre or key that a reader would take for the score's and is not: at a tick
 *                   where the score has none; another one in the first chunk; another tempo anywhere
 * COST   linear in messages and marks; a table of the sections (midi_table.c). */
#include <string.h>

#include "base/alloc.h"
#include "score/midi_impl.h"

/* Whether the score's name is the text of a kept event, or that text with a number behind it, as
 * snq_score_add_track makes names unlike. */
static int is_named_after(const char *got, const char *text)
{
    const size_t n = strlen(text);
    if (strncmp(got, text, n) != 0)
        return 0;
    return !got[n] || (got[n] == ' ' && got[n + 1] &&
                       strspn(got + n + 1, "0123456789") == strlen(got + n + 1));
}

int snq__midi_keeps_name(const snq_track *t, int is_conductor, const char *got, size_t room)
{
    char text[SNQ_SCORE_TEXT_MAX];
    for (size_t i = 0; i < t->messages && !t->message[i].tick; i++) {
        const snq_message *m = &t->message[i];
        if (is_conductor && m->status == SNQ__MIDI_META && m->a == SNQ__META_CHANNEL)
            return 0; /* what follows is no title */
        if (m->status != SNQ__MIDI_META || m->a != SNQ__META_NAME || !m->length)
            continue;
        snq__midi_text(t->bytes + m->at, m->length, text, room);
        if (*text)
            return is_named_after(got, text);
    }
    return 0;
}

static void find_metre(const snq_score *s, const snq__midi_event *e, size_t *from, uint8_t *said)
{
    int beats, unit;
    if (!snq__midi_get_metre(e, &beats, &unit))
        return;
    while (*from < s->metres && s->metre[*from].tick < e->tick)
        ++*from;
    if (*from < s->metres && s->metre[*from].tick == e->tick &&
        s->metre[*from].beats_per_bar == beats && s->metre[*from].beat_unit == unit)
        said[*from] = 1;
}

static snq__midi_event event_of(const snq_track *t, const snq_message *m)
{
    return (snq__midi_event) { .tick = m->tick,
                               .bytes = m->length ? t->bytes + m->at : NULL,
                               .length = m->length };
}

static void find_metres(const snq_score *s, const snq_track *conductor, uint8_t *metre)
{
    size_t from = 0;
    for (size_t i = 0; conductor && i < conductor->messages; i++) {
        const snq_message *m = &conductor->message[i];
        const snq__midi_event e = event_of(conductor, m);
        if (m->status == SNQ__MIDI_META && m->a == SNQ__META_METRE)
            find_metre(s, &e, &from, metre);
    }
}

/* Counts in the table, which has a slot for each section's place and name, the markers of a track. */
static void count_markers(const snq_track *t, const snq__midi_table *table)
{
    char text[SNQ_SCORE_TEXT_MAX];
    for (size_t i = 0; i < t->messages; i++) {
        const snq_message *m = &t->message[i];
        const snq__midi_event e = event_of(t, m);
        if (m->status != SNQ__MIDI_META || m->a != SNQ__META_MARKER)
            continue;
        snq__midi_text(e.bytes, e.length, text, sizeof text);
        snq__midi_slot *slot =
            snq__midi_table_find(table, snq__midi_table_key(table, m->tick, text));
        if (slot)
            slot->value++;
    }
}

/* Of sections of one place and name, those at the end are what messages say: messages stand behind. */
static snq_status find_markers(const snq_score *s, uint8_t *section, snq__midi_table *table)
{
    snq__midi_slot *slot = NULL;
    int is_new;
    SNQ_TRY(snq__midi_table_get(table, 1, &slot, &is_new)); /* so that there is a seed */
    for (size_t i = 0; i < s->sections; i++) {
        const snq_section *of = &s->section[i];
        SNQ_TRY(snq__midi_table_get(table, snq__midi_table_key(table, of->start, of->name), &slot,
                                    &is_new));
    }
    for (size_t i = 0; i < s->tracks; i++)
        count_markers(&s->track[i], table);
    for (size_t i = s->sections; i-- > 0;) {
        const snq_section *of = &s->section[i];
        slot = snq__midi_table_find(table, snq__midi_table_key(table, of->start, of->name));
        if (slot && slot->value) {
            slot->value--;
            section[i] = 1;
        }
    }
    return SNQ_OK;
}

snq_status snq__midi_find_kept(const snq_score *s, const snq_track *conductor, uint8_t *metre,
                               uint8_t *section)
{
    snq__midi_table table = { 0 };
    find_metres(s, conductor, metre);
    const snq_status st = find_markers(s, section, &table);
    snq_free(table.slot);
    return st;
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
