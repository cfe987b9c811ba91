// SPDX-License-Identifier: MIT
/* IDEA   Each chunk is a list of things with a tick; put them in order and write them down with the time
 *        from one to the next. What a MIDI file can't tell apart is made unlike before.
 * STEPS  conductor  title, then metre, key, tempo, markers, messages. A metre or a marker that a kept
 *                   message says already (with other bytes than ours) is not said twice; a kept tempo,
 *                   metre or key that contradicts the score's is left out
 *        notes      on, off = place and end, by way of seconds and back where there is micro-timing
 *        overlaps   from the last note backwards, a before b of one pitch, a.off > b.on: stays when the
 *                   score itself has it and a ends no later than b, since a reader that ends the
 *                   earliest first finds the same two notes; else a.off = b.on
 *        order      within a tick: ends, messages, beginnings, ends of what began here; so that a pedal
 *                   that goes down where a chord ends does not catch it, and one pitch played again is
 *                   not ended at once
 *        program    the track's, in place of the last one said up to the first note, else at tick 0
 *        gaps       over 2^28 - 1 ticks are bridged by empty text events
 * CONST  as in midi_event.c.
 * COST   n log n in the events of a track; 56 bytes of scratch a note, 16 a message.
 * LIMITS Two tracks of one channel and port stay so, and share what is set on it. */
#include "score/midi.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "score/midi_impl.h"

/* What an entry is, in the order in which they stand within a tick. */
enum { NOTE_OFF, METRE, KEY, TEMPO, MARKER, MESSAGE, NOTE_ON, NOTE_OFF_AT_ONCE };

typedef struct entry {
    int64_t tick;
    uint32_t what, index;
} entry;

/* A note as it will be written. */
typedef struct plan {
    int64_t on, off;
    uint32_t note;
} plan;

typedef struct writer {
    const snq_score *s;
    snq_str *to;
    int64_t tick;
    size_t chunk; /* where its size stands */
    int is_first_chunk;
} writer;

/* ---- bytes ---- */

static void put_byte(writer *w, int byte)
{
    const uint8_t b = (uint8_t)byte;
    snq_str_put_bytes(w->to, &b, 1);
}

static void put_number(writer *w, uint32_t v)
{
    uint8_t bytes[4];
    int n = 0;
    bytes[3 - n++] = v & 0x7F;
    while (v >>= 7)
        bytes[3 - n++] = 0x80 | (v & 0x7F);
    snq_str_put_bytes(w->to, bytes + 4 - n, (size_t)n);
}

static void put_delta(writer *w, int64_t tick)
{
    static const uint8_t nothing[] = { SNQ__MIDI_META, SNQ__META_TEXT, 0 };
    for (; tick - w->tick > SNQ__MIDI_VLQ_MAX; w->tick += SNQ__MIDI_VLQ_MAX) {
        put_number(w, SNQ__MIDI_VLQ_MAX);
        snq_str_put_bytes(w->to, nothing, sizeof nothing);
    }
    put_number(w, (uint32_t)(tick - w->tick));
    w->tick = tick;
}

static void put_meta(writer *w, int64_t tick, int type, const void *bytes, size_t n)
{
    put_delta(w, tick);
    put_byte(w, SNQ__MIDI_META);
    put_byte(w, type);
    put_number(w, (uint32_t)n);
    snq_str_put_bytes(w->to, bytes, n);
}

static void begin_chunk(writer *w)
{
    snq_str_put_bytes(w->to, "MTrk\0\0\0\0", 8);
    w->chunk = w->to->length - 4;
    w->tick = 0;
}

/* At the end of the piece, where a delta time reaches it; the first chunk's always does. */
static void end_chunk(writer *w)
{
    int64_t end = w->s->length > w->tick ? w->s->length : w->tick;
    if (!w->is_first_chunk && end - w->tick > SNQ__MIDI_VLQ_MAX)
        end = w->tick + SNQ__MIDI_VLQ_MAX;
    put_meta(w, end, SNQ__META_END, "", 0);
    if (w->to->st < 0)
        return;
    const size_t n = w->to->length - w->chunk - 4;
    for (int i = 0; i < 4; i++)
        w->to->text[w->chunk + (size_t)i] = (char)(n >> (24 - 8 * i) & 0xFF);
}

/* ---- in order ---- */

static int compare_entries(const void *x, const void *y)
{
    const entry *a = x, *b = y;
    if (a->tick != b->tick)
        return a->tick < b->tick ? -1 : 1;
    if (a->what != b->what)
        return a->what < b->what ? -1 : 1;
    return a->index < b->index ? -1 : a->index > b->index;
}

static int compare_plans(const void *x, const void *y)
{
    const plan *a = x, *b = y;
    if (a->on != b->on)
        return a->on < b->on ? -1 : 1;
    return a->note < b->note ? -1 : a->note > b->note;
}

static int64_t nearest_tick(const snq_score *s, double time_s)
{
    const double tick = round(snq_score_tick_at(s, time_s));
    return tick < (double)SNQ_SCORE_TICK_MAX ? (int64_t)tick : SNQ_SCORE_TICK_MAX;
}

static int overlap_in_score(const snq_note *a, const snq_note *b)
{
    return a->tick <= b->tick && b->tick < a->tick + a->length;
}

/* Where each note begins and ends, as (notes,) in the order of their beginnings. */
static void plan_notes(const snq_score *s, const snq_track *t, plan *p)
{
    uint32_t later[128]; /* the next note of a pitch */
    memset(later, 0xFF, sizeof later);
    for (size_t i = 0; i < t->notes; i++) {
        const snq_note *n = &t->note[i];
        p[i] = (plan) { n->tick, n->tick + n->length, (uint32_t)i };
        if (n->offset_s != 0.0f) {
            p[i].on = nearest_tick(s, snq_note_start_s(s, n));
            p[i].off = nearest_tick(s, snq_note_end_s(s, n));
        }
        if (p[i].off < p[i].on)
            p[i].off = p[i].on;
    }
    qsort(p, t->notes, sizeof *p, compare_plans);
    for (size_t i = t->notes; i-- > 0;) {
        const snq_note *n = &t->note[p[i].note];
        const uint32_t next = later[n->pitch];
        later[n->pitch] = (uint32_t)i;
        if (next == UINT32_MAX || p[i].off <= p[next].on)
            continue;
        if (p[i].off > p[next].off || !overlap_in_score(n, &t->note[p[next].note]))
            p[i].off = p[next].on;
    }
}

static void put_message(writer *w, const snq_track *t, const snq_message *m)
{
    if (snq__midi_is_contrary(w->s, t, m, w->is_first_chunk))
        return;
    put_delta(w, m->tick);
    if (m->status < SNQ__MIDI_SYSEX) {
        put_byte(w, m->status | t->channel);
        put_byte(w, m->a);
        if (m->status != SNQ__MIDI_PROGRAM && m->status != 0xD0)
            put_byte(w, m->b);
        return;
    }
    put_byte(w, m->status);
    if (m->status == SNQ__MIDI_META)
        put_byte(w, m->a);
    put_number(w, m->length);
    if (m->length)
        snq_str_put_bytes(w->to, t->bytes + m->at, m->length);
}

/* ---- the conductor's chunk ---- */

/* Whether its messages can stand in the first chunk: nothing there that has a channel. */
static int is_conductor(const snq_track *t)
{
    if (strcmp(t->kind, SNQ_MIDI_CONDUCTOR) != 0 || t->notes)
        return 0;
    for (size_t i = 0; i < t->messages; i++)
        if (t->message[i].status < SNQ__MIDI_SYSEX)
            return 0;
    return 1;
}

/* The track whose messages stand in the first chunk, or NULL. */
static const snq_track *find_conductor(const snq_score *s)
{
    for (size_t i = 0; i < s->tracks; i++)
        if (is_conductor(&s->track[i]))
            return &s->track[i];
    return NULL;
}

/* Entries (returned,) of all that stands in the conductor's chunk; room for all of it. */
static size_t list_conductor(const snq_score *s, const snq_track *conductor, const uint8_t *metre,
                             const uint8_t *section, entry *e)
{
    size_t n = 0;
    for (uint32_t i = 0; conductor && i < conductor->messages; i++)
        e[n++] = (entry) { conductor->message[i].tick, MESSAGE, i };
    for (uint32_t i = 0; i < s->metres; i++)
        if (!metre[i])
            e[n++] = (entry) { s->metre[i].tick, METRE, i };
    for (uint32_t i = 0; i < s->keys; i++)
        e[n++] = (entry) { s->key[i].tick, KEY, i };
    for (uint32_t i = 0; i < s->tempos; i++)
        e[n++] = (entry) { s->tempo[i].tick, TEMPO, i };
    for (uint32_t i = 0; i < s->sections; i++)
        if (!section[i])
            e[n++] = (entry) { s->section[i].start, MARKER, i };
    qsort(e, n, sizeof *e, compare_entries);
    return n;
}

static void put_conductor_entry(writer *w, const snq_track *conductor, const entry *e)
{
    const snq_score *s = w->s;
    uint8_t bytes[4];
    switch (e->what) {
    case METRE:
        snq__midi_put_metre(s->metre[e->index].beats_per_bar, s->metre[e->index].beat_unit, bytes);
        put_meta(w, e->tick, SNQ__META_METRE, bytes, 4);
        break;
    case KEY:
        snq__midi_put_key(&s->key[e->index], bytes);
        put_meta(w, e->tick, SNQ__META_KEY, bytes, 2);
        break;
    case TEMPO:
        snq__midi_put_tempo(s->tempo[e->index].bpm, bytes);
        put_meta(w, e->tick, SNQ__META_TEMPO, bytes, 3);
        break;
    case MARKER:
        put_meta(w, e->tick, SNQ__META_MARKER, s->section[e->index].name,
                 strlen(s->section[e->index].name));
        break;
    default:
        put_message(w, conductor, &conductor->message[e->index]);
    }
}

static snq_status write_conductor(writer *w, const snq_track *conductor)
{
    const snq_score *s = w->s;
    const size_t room =
        s->metres + s->keys + s->tempos + s->sections + (conductor ? conductor->messages : 0);
    entry *list = snq_alloc(room, sizeof *list);
    uint8_t *said = snq_calloc(s->metres + s->sections, 1);
    snq_status st = SNQ_OK;
    if (!list || !said)
        SNQ_GOTO(SNQ_FAIL(SNQ_ERR_NOMEM, "no memory to write a MIDI file"));
    SNQ_GOTO(snq__midi_find_kept(s, conductor, said, said + s->metres));
    const size_t n = list_conductor(s, conductor, said, said + s->metres, list);
    begin_chunk(w);
    w->is_first_chunk = 1;
    if (s->title[0] &&
        !(conductor && snq__midi_keeps_name(conductor, 1, s->title, sizeof s->title)))
        put_meta(w, 0, SNQ__META_NAME, s->title, strlen(s->title));
    for (size_t i = 0; i < n; i++)
        put_conductor_entry(w, conductor, &list[i]);
    end_chunk(w);
fail:
    snq_free(list);
    snq_free(said);
    return st;
}

/* ---- a track's chunk ---- */

/* Index of the program change that is the track's program, or `messages` when there is none. */
static size_t find_program(const snq_track *t)
{
    size_t found = t->messages;
    for (size_t i = 0; i < t->messages; i++) {
        if (t->notes && t->message[i].tick > t->note[0].tick)
            break;
        if (t->message[i].status == SNQ__MIDI_PROGRAM)
            found = i;
    }
    return found;
}

static size_t list_track(const snq_track *t, const plan *p, entry *e)
{
    size_t n = 0;
    for (uint32_t i = 0; i < t->messages; i++)
        e[n++] = (entry) { t->message[i].tick, MESSAGE, i };
    for (uint32_t i = 0; i < t->notes; i++) {
        e[n++] = (entry) { p[i].on, NOTE_ON, i };
        e[n++] = (entry) { p[i].off, p[i].off > p[i].on ? NOTE_OFF : NOTE_OFF_AT_ONCE, i };
    }
    qsort(e, n, sizeof *e, compare_entries);
    return n;
}

static void put_track_entry(writer *w, const snq_track *t, const plan *p, size_t program,
                            const entry *e)
{
    if (e->what == MESSAGE) {
        snq_message m = t->message[e->index];
        if (e->index == program && t->program >= 0)
            m.a = (uint8_t)t->program;
        put_message(w, t, &m);
        return;
    }
    const snq_note *n = &t->note[p[e->index].note];
    const int is_on = e->what == NOTE_ON;
    put_delta(w, e->tick);
    put_byte(w, (is_on ? SNQ__MIDI_ON : SNQ__MIDI_OFF) | t->channel);
    put_byte(w, n->pitch);
    put_byte(w, is_on ? n->velocity : n->release);
}

static void put_head(writer *w, const snq_track *t, int has_program)
{
    if (!snq__midi_keeps_name(t, 0, t->name, sizeof t->name))
        put_meta(w, 0, SNQ__META_NAME, t->name, strlen(t->name));
    if (t->port)
        put_meta(w, 0, SNQ__META_PORT, &t->port, 1);
    if (t->program >= 0 && !has_program) {
        put_delta(w, 0);
        put_byte(w, SNQ__MIDI_PROGRAM | t->channel);
        put_byte(w, t->program);
    }
}

static snq_status write_track(writer *w, const snq_track *t)
{
    plan *p = snq_alloc(t->notes, sizeof *p);
    entry *list = snq_alloc(2 * t->notes + t->messages, sizeof *list);
    snq_status st = SNQ_OK;
    if (!p || !list)
        SNQ_GOTO(SNQ_FAIL(SNQ_ERR_NOMEM, "no memory to write %zu notes", t->notes));
    plan_notes(w->s, t, p);
    const size_t n = list_track(t, p, list), program = find_program(t);
    begin_chunk(w);
    w->is_first_chunk = 0;
    put_head(w, t, program < t->messages);
    for (size_t i = 0; i < n; i++)
        put_track_entry(w, t, p, program, &list[i]);
    end_chunk(w);
fail:
    snq_free(p);
    snq_free(list);
    return st;
}

/* ---- the file ---- */

/* What a score may hold and a MIDI file may not. */
static snq_status check_messages(const snq_score *s)
{
    for (size_t i = 0; i < s->tracks; i++)
        for (size_t k = 0; k < s->track[i].messages; k++) {
            const snq_message *m = &s->track[i].message[k];
            if (m->length > SNQ__MIDI_VLQ_MAX)
                return SNQ_FAIL(SNQ_ERR_TOO_BIG, "track \"%s\": message %zu of %u bytes",
                                s->track[i].name, k, m->length);
            if (m->status == SNQ__MIDI_META && m->a == SNQ__META_END)
                return SNQ_FAIL(SNQ_ERR_FORMAT, "track \"%s\": message %zu is an end of the track",
                                s->track[i].name, k);
        }
    return SNQ_OK;
}

static snq_status write_chunks(writer *w)
{
    const snq_score *s = w->s;
    const snq_track *conductor = find_conductor(s);
    const size_t chunks = 1 + s->tracks - (conductor ? 1 : 0);
    const int32_t ticks = s->ticks_per_quarter;
    const uint8_t header[] = { 'M',
                               'T',
                               'h',
                               'd',
                               0,
                               0,
                               0,
                               6,
                               0,
                               1,
                               (uint8_t)(chunks >> 8),
                               (uint8_t)chunks,
                               (uint8_t)(ticks >> 8),
                               (uint8_t)ticks };
    snq_str_put_bytes(w->to, header, sizeof header);
    SNQ_TRY(write_conductor(w, conductor));
    for (size_t i = 0; i < s->tracks; i++)
        if (&s->track[i] != conductor)
            SNQ_TRY(write_track(w, &s->track[i]));
    return w->to->st;
}

snq_status snq_midi_write(const snq_score *s, snq_str *to)
{
    writer w = { .s = s, .to = to };
    const size_t from = to->length;
    SNQ_TRY(snq_score_check(s));
    SNQ_TRY(check_messages(s));
    const snq_status st = write_chunks(&w);
    if (st < 0 && to->text) {
        to->length = from;
        to->text[from] = '\0';
    }
    return st;
}
