// SPDX-License-Identifier: MIT
/* IDEA   A track chunk may speak for up to sixteen channels: each becomes a track of its own. What a
 *        score has a field for goes there; the rest is kept as it came, so that the file can be written
 *        again.
 * STEPS  survey     a first walk (midi_event.c): which channels, what names, which port, where it ends
 *        tracks     one for each channel, in the order in which they appear; before those of the first
 *                   chunk the conductor's
 *        fill       a second walk: notes, tempo, metre, key, markers; else messages. A name or a
 *                   marker that we would write with other bytes is kept as a message besides
 *        program    that of the first note; a message as well where it is not the first one, at tick 0
 * CONST  as in midi_read.c. Channel prefix and port (FF 20, FF 21): the same standard's draft of 1988,
 *        and common use.
 * COST   two walks, and 32 bytes a note, 24 a message (midi_event.c has the time).
 * LIMITS A port that is said after tick 0 is kept as a message and changes nothing. The order of a
 *        message and a note at one tick is not kept. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "score/midi.h"
#include "score/midi_impl.h"

#define NONE UINT32_MAX

typedef snq__midi_reader reader;

typedef struct name {
    size_t at; /* of its event; 0: none */
    const uint8_t *bytes;
    uint32_t length;
    int64_t tick;
    int others;  /* more of them at tick 0 */
    int is_said; /* a field of the score says it exactly: no message is needed */
} name;

typedef struct chunk {
    size_t index;     /* among the track chunks */
    size_t from, end; /* in the file */
    int64_t end_tick;
    uint8_t order[SNQ__MIDI_CHANNELS]; /* (channels,), as they appear */
    int channels;
    name first;                               /* of all */
    name own, of_channel[SNQ__MIDI_CHANNELS]; /* without and with a channel prefix */
    size_t port_at;                           /* of the event that is the tracks' port; 0: none */
    uint8_t port;
    uint32_t main; /* index of the track of what has no channel; NONE: not yet */
    uint32_t track[SNQ__MIDI_CHANNELS];    /* index of a channel's track, or NONE */
    uint32_t programs[SNQ__MIDI_CHANNELS]; /* said before the first note is over */
} chunk;

/* ---- survey of a chunk ---- */

static snq__midi_cursor walk(const reader *r, const chunk *c, snq_warnings *w)
{
    return (snq__midi_cursor) {
        .file = r->file, .at = c->from, .end = c->end, .scale = r->scale, .warnings = w
    };
}

/* The channel that a prefix event speaks for, -1 when it is none. */
static int prefix_of(const snq__midi_event *e)
{
    return e->length == 1 && e->bytes[0] < SNQ__MIDI_CHANNELS ? e->bytes[0] : -1;
}

static void note_name(name *n, const snq__midi_event *e)
{
    char text[SNQ_SCORE_NAME_MAX];
    snq__midi_text(e->bytes, e->length, text, sizeof text);
    if (!*text)
        return;
    if (n->at)
        n->others += !e->tick;
    else
        *n = (name) { .at = e->at, .bytes = e->bytes, .length = e->length, .tick = e->tick };
}

static void survey_meta(chunk *c, const snq__midi_event *e, int *prefix)
{
    if (e->a == SNQ__META_CHANNEL)
        *prefix = prefix_of(e);
    else if (e->a == SNQ__META_NAME) {
        note_name(&c->first, e);
        note_name(*prefix < 0 ? &c->own : &c->of_channel[*prefix], e);
    } else if (e->a == SNQ__META_PORT && !c->port_at && !e->tick && e->length == 1 &&
               e->bytes[0] > 0 && e->bytes[0] < 128) {
        c->port_at = e->at;
        c->port = e->bytes[0];
    }
}

static snq_status survey(reader *r, chunk *c)
{
    snq__midi_cursor at = walk(r, c, r->warnings);
    snq__midi_event e;
    snq_status st;
    int prefix = -1;
    while ((st = snq__midi_next(&at, &e)) == SNQ_OK) {
        if (e.status == SNQ__MIDI_META)
            survey_meta(c, &e, &prefix);
        if (e.status >= SNQ__MIDI_SYSEX)
            continue;
        prefix = -1;
        if (c->track[e.channel] == NONE) {
            c->track[e.channel] = 0; /* seen; the index comes with make_tracks */
            snq__midi_open_init(&r->open[e.channel]);
            c->order[c->channels++] = e.channel;
        }
    }
    if (st < 0)
        return st;
    c->end_tick = e.tick;
    if (c->index && c->channels <= 1) { /* as we write chunks: the first name is the one */
        c->own = c->first;
        memset(c->of_channel, 0, sizeof c->of_channel);
    }
    if (!at.ended)
        snq__midi_warn(r->warnings, "midi_end_missing", at.at,
                       "a track chunk has no end-of-track event");
    else if (at.at < at.end)
        snq__midi_warn(r->warnings, "midi_after_end", at.at,
                       "%zu bytes after the end of a track are ignored", at.end - at.at);
    return SNQ_OK;
}

/* ---- its tracks ---- */

/* A track called `wish`; *index is its place. */
static snq_status add_track(reader *r, const char *wish, const char *kind, int channel, int port,
                            uint32_t *index)
{
    snq_score *s = r->score;
    snq_track *t;
    SNQ_TRY(snq_score_add_track(s, wish, &t));
    snprintf(t->kind, sizeof t->kind, "%s", kind);
    t->channel = (uint8_t)channel;
    t->port = (uint8_t)port;
    t->program = -1;
    *index = (uint32_t)(s->tracks - 1);
    return SNQ_OK;
}

/* What the tracks of a chunk are called after: its name, else its number; "" for the first. */
static void base_name(chunk *c, char to[SNQ_SCORE_NAME_MAX])
{
    to[0] = '\0';
    if (c->own.at)
        snq__midi_text(c->own.bytes, c->own.length, to, SNQ_SCORE_NAME_MAX);
    else if (c->index)
        snprintf(to, SNQ_SCORE_NAME_MAX, "track %zu", c->index);
}

/* "NAME channel 3", NAME cut at a character so that all of it fits. */
static void channel_name(const char *base, int channel, char to[SNQ_SCORE_NAME_MAX])
{
    char tail[24];
    if (!*base && channel == SNQ__MIDI_DRUMS) {
        snprintf(to, SNQ_SCORE_NAME_MAX, "drums");
        return;
    }
    const int n = snprintf(tail, sizeof tail, "%schannel %d", *base ? " " : "", channel + 1);
    snq__midi_text((const uint8_t *)base, strlen(base), to, SNQ_SCORE_NAME_MAX - (size_t)n);
    memcpy(to + strlen(to), tail, (size_t)n + 1);
}

/* Whether a name of ours says what the file said, and nothing else there can be taken for it. */
static void settle_name(name *n, const char *got)
{
    if (n->at && !n->tick && !n->others && n->length == strlen(got) &&
        memcmp(n->bytes, got, n->length) == 0)
        n->is_said = 1;
}

static snq_status make_channel_track(reader *r, chunk *c, int i, const char *base)
{
    const int channel = c->order[i];
    const int takes_own = *base && i == 0 && (c->index || c->channels == 1);
    name *of = &c->of_channel[channel];
    char text[SNQ_SCORE_NAME_MAX];
    if (of->at)
        snq__midi_text(of->bytes, of->length, text, sizeof text);
    else if (takes_own)
        memcpy(text, base, sizeof text);
    else
        channel_name(c->index ? base : "", channel, text);
    SNQ_TRY(add_track(r, text, channel == SNQ__MIDI_DRUMS ? "drums" : "", channel, c->port,
                      &c->track[channel]));
    if (!of->at || i > 0 || !c->own.at || !c->index)
        settle_name(of->at ? of : &c->own, r->score->track[c->track[channel]].name);
    return SNQ_OK;
}

static snq_status make_tracks(reader *r, chunk *c)
{
    char base[SNQ_SCORE_NAME_MAX];
    base_name(c, base);
    if (!c->index) {
        if (c->own.at)
            snq__midi_text(c->own.bytes, c->own.length, r->score->title, sizeof r->score->title);
        settle_name(&c->own, r->score->title);
        SNQ_TRY(add_track(r, SNQ_MIDI_CONDUCTOR, SNQ_MIDI_CONDUCTOR, 0, 0, &c->main));
    }
    for (int i = 0; i < c->channels; i++)
        SNQ_TRY(make_channel_track(r, c, i, base));
    if (c->index && c->channels)
        c->main = c->track[c->order[0]];
    else if (c->index && (c->own.at || c->port_at)) {
        SNQ_TRY(add_track(r, base, "", 0, c->port, &c->main));
        settle_name(&c->own, r->score->track[c->main].name);
    }
    return SNQ_OK;
}

/* The track of what a chunk says without a channel. */
static snq_status main_track(reader *r, chunk *c, snq_track **out)
{
    if (c->main == NONE) {
        char base[SNQ_SCORE_NAME_MAX];
        base_name(c, base);
        SNQ_TRY(add_track(r, base, "", 0, 0, &c->main));
    }
    *out = &r->score->track[c->main];
    return SNQ_OK;
}

/* The conductor's track, the first one, goes when there is nothing in it. */
static void drop_idle_conductor(snq_score *s)
{
    if (s->track[0].messages)
        return;
    s->tracks--;
    memmove(s->track, s->track + 1, s->tracks * sizeof *s->track);
}

/* ---- what the events say ---- */

snq_status snq__midi_keep(reader *r, snq_track *t, const snq__midi_event *e)
{
    if (r->messages == SNQ_SCORE_MESSAGES_MAX)
        return SNQ_FAIL(SNQ_ERR_TOO_BIG, "more than %d messages", SNQ_SCORE_MESSAGES_MAX);
    r->messages++;
    const snq_message m = {
        .tick = e->tick, .status = e->status, .a = e->a, .b = e->b, .length = e->length
    };
    return snq_track_add_message(t, m, e->bytes);
}

static snq_status take_note(reader *r, snq_track *t, const snq__midi_event *e)
{
    snq__midi_open *open = &r->open[e->channel];
    if (e->status == SNQ__MIDI_ON && e->b) {
        if (r->notes == SNQ_SCORE_NOTES_MAX)
            return SNQ_FAIL(SNQ_ERR_TOO_BIG, "more than %d notes", SNQ_SCORE_NOTES_MAX);
        r->notes++;
        return snq__midi_note_on(open, t, e);
    }
    if (!snq__midi_note_off(open, t, e))
        snq__midi_warn(r->warnings, "midi_note_unbegun", e->at,
                       "the end of a note (pitch %d, channel %d) that has not begun is dropped",
                       e->a, e->channel + 1);
    return SNQ_OK;
}

static snq_status take_channel_message(reader *r, chunk *c, const snq__midi_event *e)
{
    snq_track *t = &r->score->track[c->track[e->channel]];
    if (e->status == SNQ__MIDI_ON || e->status == SNQ__MIDI_OFF)
        return take_note(r, t, e);
    /* what the first note sounds with; at its tick, messages count as before it */
    if (e->status == SNQ__MIDI_PROGRAM && (!t->notes || t->note[0].tick == e->tick)) {
        t->program = e->a;
        c->programs[e->channel]++;
    }
    return snq__midi_keep(r, t, e);
}

static snq_status take_marker(reader *r, const snq__midi_event *e, int *taken)
{
    snq_section at = { .start = e->tick, .end = e->tick, .energy = NAN };
    *taken = snq__midi_text(e->bytes, e->length, at.name, sizeof at.name);
    return snq_score_add_section(r->score, &at);
}

static int is_said_by_name(const name *n, const snq__midi_event *e)
{
    return n->at == e->at && n->is_said;
}

/* Into a field of the score; *taken is 0 when the event must be kept as well. */
static snq_status take_meta(reader *r, chunk *c, const snq__midi_event *e, int prefix, int *taken)
{
    *taken = 0;
    switch (e->a) {
    case SNQ__META_NAME:
        *taken = is_said_by_name(&c->own, e) ||
                 (prefix >= 0 && is_said_by_name(&c->of_channel[prefix], e));
        return SNQ_OK;
    case SNQ__META_MARKER:
        return take_marker(r, e, taken);
    case SNQ__META_PORT:
        *taken = e->at == c->port_at && (c->channels || c->index);
        return SNQ_OK;
    case SNQ__META_TEMPO:
    case SNQ__META_METRE:
    case SNQ__META_KEY:
        return snq__midi_take_mark(r, e, taken);
    default:
        return SNQ_OK;
    }
}

/* What is of the whole piece, whatever channel it is said for. */
static int is_mark(const snq__midi_event *e)
{
    return e->status == SNQ__MIDI_META && (e->a == SNQ__META_TEMPO || e->a == SNQ__META_METRE ||
                                           e->a == SNQ__META_KEY || e->a == SNQ__META_MARKER);
}

static snq_status take_system(reader *r, chunk *c, const snq__midi_event *e, int *prefix)
{
    snq_track *t;
    if (e->status == SNQ__MIDI_META) {
        int taken;
        if (e->a == SNQ__META_CHANNEL)
            *prefix = prefix_of(e);
        SNQ_TRY(take_meta(r, c, e, *prefix, &taken));
        if (taken)
            return SNQ_OK;
    }
    if (*prefix >= 0 && c->track[*prefix] != NONE && !is_mark(e))
        t = &r->score->track[c->track[*prefix]];
    else
        SNQ_TRY(main_track(r, c, &t));
    return snq__midi_keep(r, t, e);
}

/* ---- a chunk ---- */

static snq_status end_open_notes(reader *r, chunk *c)
{
    size_t open = 0;
    for (int i = 0; i < c->channels; i++) {
        snq__midi_open *of = &r->open[c->order[i]];
        open += of->open;
        SNQ_TRY(snq__midi_notes_end(of, &r->score->track[c->track[c->order[i]]], c->end_tick));
    }
    if (open)
        snq__midi_warn(
            r->warnings, "midi_note_unended", c->end,
            "%zu notes of a track have no end: each lasts to the next of its pitch, or as "
            "long as the track",
            open);
    return SNQ_OK;
}

/* A program that the track's field says is no message: the only one, before all else. */
static void settle_program(snq_track *t, uint32_t programs)
{
    const snq_message *m = t->message;
    if (programs != 1 || m->status != SNQ__MIDI_PROGRAM || m->tick)
        return;
    t->messages--;
    memmove(t->message, t->message + 1, t->messages * sizeof *t->message);
}

/* A limit of the score that was reached at this event. */
static snq_status at_offset(size_t at, snq_status st)
{
    return st == SNQ_ERR_TOO_BIG ? SNQ_FAIL(st, "offset %zu: %s", at, snq_last_error()) : st;
}

static snq_status fill(reader *r, chunk *c)
{
    snq__midi_cursor at = walk(r, c, NULL);
    snq__midi_event e;
    snq_status st;
    int prefix = -1;
    while ((st = snq__midi_next(&at, &e)) == SNQ_OK) {
        if (e.status < SNQ__MIDI_SYSEX) {
            prefix = -1;
            SNQ_TRY(at_offset(e.at, take_channel_message(r, c, &e)));
        } else
            SNQ_TRY(at_offset(e.at, take_system(r, c, &e, &prefix)));
    }
    SNQ_TRY(end_open_notes(r, c));
    for (int i = 0; i < c->channels; i++)
        settle_program(&r->score->track[c->track[c->order[i]]], c->programs[c->order[i]]);
    if (r->score->length < c->end_tick)
        r->score->length = c->end_tick;
    if (!c->index)
        drop_idle_conductor(r->score);
    return st < 0 ? st : SNQ_OK; /* the survey found no error */
}

snq_status snq__midi_read_chunk(reader *r, size_t length)
{
    chunk all, *c = &all;
    all = (chunk) { .index = r->chunks++, .from = r->at, .end = r->at + length, .main = NONE };
    memset(c->track, 0xFF, sizeof c->track);
    SNQ_TRY(survey(r, c));
    SNQ_TRY(at_offset(c->from, make_tracks(r, c)));
    return fill(r, c);
}
