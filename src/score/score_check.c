// SPDX-License-Identifier: MIT
#include "score/score.h"

#include <math.h>
#include <string.h>
#include <strings.h>

#include "base/str.h"
#include "score/score_impl.h"

/* Whether a text ends within its room and is UTF-8. */
static int is_text(const char *text, size_t room)
{
    return memchr(text, 0, room) && snq_utf8_check(text);
}

static int in_reach(int64_t tick)
{
    return tick >= 0 && tick <= SNQ_SCORE_TICK_MAX;
}

/* [start, end) within reach, end not before start. */
static int is_stretch(int64_t start, int64_t end)
{
    return in_reach(start) && in_reach(end) && end >= start;
}

static int is_between(float v, float lo, float hi)
{
    return v >= lo && v <= hi; /* false for NaN */
}

/* ---- the marks ----------------------------------------------------------------------------- */

/* Whether mark i stands where invariant 1 wants it: the first at tick 0 (where it must be there), each
 * after the one before it. */
static snq_status check_place(const char *what, size_t i, int64_t tick, int64_t before,
                              int first_at_0)
{
    if (!in_reach(tick))
        return SNQ_FAIL(SNQ_ERR_RANGE, "%s %zu: tick %lld is not in 0 .. %lld", what, i,
                        (long long)tick, (long long)SNQ_SCORE_TICK_MAX);
    if (i == 0 && first_at_0 && tick != 0)
        return SNQ_FAIL(SNQ_ERR_FORMAT, "%s 0: at tick %lld, not 0", what, (long long)tick);
    if (i > 0 && tick <= before)
        return SNQ_FAIL(SNQ_ERR_FORMAT, "%s %zu: tick %lld is not after %lld", what, i,
                        (long long)tick, (long long)before);
    return SNQ_OK;
}

static snq_status check_count(const char *what, size_t n, size_t max)
{
    return n <= max ? SNQ_OK : SNQ_FAIL(SNQ_ERR_TOO_BIG, "%zu %s, over %zu", n, what, max);
}

static snq_status check_tempos(const snq_score *s)
{
    SNQ_TRY(check_count("tempos", s->tempos, SNQ_SCORE_SPANS_MAX));
    if (!s->tempos)
        return SNQ_FAIL(SNQ_ERR_FORMAT, "no tempo");
    for (size_t i = 0; i < s->tempos; i++) {
        const snq_tempo_mark *m = &s->tempo[i], *before = i ? m - 1 : NULL;
        SNQ_TRY(check_place("tempo", i, m->tick, i ? before->tick : 0, 1));
        if (!(m->bpm >= SNQ_SCORE_BPM_MIN && m->bpm <= SNQ_SCORE_BPM_MAX))
            return SNQ_FAIL(SNQ_ERR_RANGE, "tempo %zu: %g BPM is not in %g .. %g", i, m->bpm,
                            SNQ_SCORE_BPM_MIN, SNQ_SCORE_BPM_MAX);
        if (m->scaled_s != snq__scaled_s(before, m->tick))
            return SNQ_FAIL(SNQ_ERR_FORMAT, "tempo %zu: its time is out of date", i);
    }
    return SNQ_OK;
}

static snq_status check_metres(const snq_score *s)
{
    SNQ_TRY(check_count("metres", s->metres, SNQ_SCORE_SPANS_MAX));
    if (!s->metres)
        return SNQ_FAIL(SNQ_ERR_FORMAT, "no metre");
    for (size_t i = 0; i < s->metres; i++) {
        const snq_metre_mark *m = &s->metre[i];
        SNQ_TRY(check_place("metre", i, m->tick, i ? m[-1].tick : 0, 1));
        const unsigned unit = m->beat_unit;
        if (!m->beats_per_bar || !unit || (unit & (unit - 1)))
            return SNQ_FAIL(SNQ_ERR_RANGE, "metre %zu: %u/%u", i, m->beats_per_bar, unit);
    }
    return SNQ_OK;
}

static snq_status check_keys(const snq_score *s)
{
    SNQ_TRY(check_count("keys", s->keys, SNQ_SCORE_SPANS_MAX));
    for (size_t i = 0; i < s->keys; i++) {
        const snq_key_mark *k = &s->key[i];
        SNQ_TRY(check_place("key", i, k->tick, i ? k[-1].tick : 0, 0));
        if (k->tonic > 11 || k->mode >= SNQ_KEY_MODES || k->fifths < -7 || k->fifths > 7)
            return SNQ_FAIL(SNQ_ERR_RANGE, "key %zu: tonic %u, mode %u, %d fifths", i, k->tonic,
                            k->mode, k->fifths);
    }
    return SNQ_OK;
}

/* ---- the spans ----------------------------------------------------------------------------- */

static snq_status check_chords(const snq_score *s)
{
    SNQ_TRY(check_count("chords", s->chords, SNQ_SCORE_SPANS_MAX));
    for (size_t i = 0; i < s->chords; i++) {
        const snq_chord_span *c = &s->chord[i];
        if (!is_stretch(c->start, c->end))
            return SNQ_FAIL(SNQ_ERR_RANGE, "chord %zu: ticks %lld .. %lld", i, (long long)c->start,
                            (long long)c->end);
        if (i && c->start < c[-1].end)
            return SNQ_FAIL(SNQ_ERR_FORMAT,
                            "chord %zu: begins at tick %lld, before the end of the"
                            " one before it at %lld",
                            i, (long long)c->start, (long long)c[-1].end);
        if (!is_text(c->label, sizeof c->label) || !c->label[0])
            return SNQ_FAIL(SNQ_ERR_FORMAT, "chord %zu: its label is no text", i);
    }
    return SNQ_OK;
}

static snq_status check_sections(const snq_score *s)
{
    SNQ_TRY(check_count("sections", s->sections, SNQ_SCORE_SPANS_MAX));
    for (size_t i = 0; i < s->sections; i++) {
        const snq_section *c = &s->section[i];
        if (!is_stretch(c->start, c->end))
            return SNQ_FAIL(SNQ_ERR_RANGE, "section %zu: ticks %lld .. %lld", i,
                            (long long)c->start, (long long)c->end);
        if (i && c->start < c[-1].start)
            return SNQ_FAIL(SNQ_ERR_FORMAT, "section %zu: begins at tick %lld, before %lld", i,
                            (long long)c->start, (long long)c[-1].start);
        if (!is_text(c->name, sizeof c->name))
            return SNQ_FAIL(SNQ_ERR_FORMAT, "section %zu: its name is no text", i);
        if (!isnan(c->energy) && !is_between(c->energy, 0.0f, 1.0f))
            return SNQ_FAIL(SNQ_ERR_RANGE, "section %zu: energy %g is not in 0 .. 1", i,
                            (double)c->energy);
    }
    return SNQ_OK;
}

/* ---- a track ------------------------------------------------------------------------------- */

#define TRACK_FAIL(t, st, fmt, ...) SNQ_FAIL(st, "track \"%s\": " fmt, (t)->name, __VA_ARGS__)

static snq_status check_note(const snq_track *t, size_t i, int64_t end)
{
    const snq_note *n = &t->note[i];
    if (!in_reach(n->tick) || !in_reach(n->length) || n->tick + n->length > end)
        return TRACK_FAIL(t, SNQ_ERR_RANGE, "note %zu: tick %lld, length %lld: not in 0 .. %lld", i,
                          (long long)n->tick, (long long)n->length, (long long)end);
    if (n->pitch > 127)
        return TRACK_FAIL(t, SNQ_ERR_RANGE, "note %zu: pitch %u is over 127", i, n->pitch);
    if (n->velocity < 1 || n->velocity > 127)
        return TRACK_FAIL(t, SNQ_ERR_RANGE, "note %zu: velocity %u is not in 1 .. 127", i,
                          n->velocity);
    if (n->release > 127)
        return TRACK_FAIL(t, SNQ_ERR_RANGE, "note %zu: release %u is over 127", i, n->release);
    if (!is_between(n->offset_s, -1.0f, 1.0f))
        return TRACK_FAIL(t, SNQ_ERR_RANGE, "note %zu: offset %g s is not in -1 .. 1", i,
                          (double)n->offset_s);
    if (!is_between(n->cents, -100.0f, 100.0f))
        return TRACK_FAIL(t, SNQ_ERR_RANGE, "note %zu: %g cents are not in -100 .. 100", i,
                          (double)n->cents);
    if (i && snq__note_order(n - 1, n) > 0)
        return TRACK_FAIL(t, SNQ_ERR_FORMAT, "note %zu: out of order (tick, pitch, length)", i);
    return SNQ_OK;
}

static int is_status(unsigned status)
{
    return status == 0xA0 || status == 0xB0 || status == 0xC0 || status == 0xD0 || status == 0xE0 ||
           status == 0xF0 || status == 0xF7 || status == 0xFF;
}

static snq_status check_message(const snq_track *t, size_t i, int64_t end)
{
    const snq_message *m = &t->message[i];
    if (!in_reach(m->tick) || m->tick > end)
        return TRACK_FAIL(t, SNQ_ERR_RANGE, "message %zu: tick %lld is not in 0 .. %lld", i,
                          (long long)m->tick, (long long)end);
    if (!is_status(m->status))
        return TRACK_FAIL(t, SNQ_ERR_RANGE, "message %zu: status 0x%02X", i, m->status);
    if (m->a > 127 || m->b > 127)
        return TRACK_FAIL(t, SNQ_ERR_RANGE, "message %zu: data %u %u, over 127", i, m->a, m->b);
    if (m->length && m->status < 0xF0)
        return TRACK_FAIL(t, SNQ_ERR_FORMAT, "message %zu: bytes in a message of a channel", i);
    if (m->length > t->byte_count || m->at > t->byte_count - m->length)
        return TRACK_FAIL(t, SNQ_ERR_RANGE, "message %zu: bytes %u .. %llu of %zu", i, m->at,
                          (unsigned long long)m->at + m->length, t->byte_count);
    if (i && m->tick < m[-1].tick)
        return TRACK_FAIL(t, SNQ_ERR_FORMAT, "message %zu: out of order", i);
    return SNQ_OK;
}

static snq_status check_track_head(const snq_score *s, size_t i)
{
    const snq_track *t = &s->track[i];
    if (!is_text(t->name, sizeof t->name) || !t->name[0])
        return SNQ_FAIL(SNQ_ERR_FORMAT, "track %zu: its name is no text", i);
    for (size_t k = 0; k < i; k++)
        if (strcasecmp(s->track[k].name, t->name) == 0)
            return SNQ_FAIL(SNQ_ERR_FORMAT, "track %zu: the name \"%s\" is taken", i, t->name);
    if (!is_text(t->kind, sizeof t->kind) || !is_text(t->patch, sizeof t->patch))
        return TRACK_FAIL(t, SNQ_ERR_FORMAT, "%s is no text",
                          is_text(t->kind, sizeof t->kind) ? "patch" : "kind");
    if (t->program < -1 || t->program > 127 || t->channel > 15 || t->port > 127)
        return TRACK_FAIL(t, SNQ_ERR_RANGE, "program %d, channel %u, port %u", t->program,
                          t->channel, t->port);
    if (!is_between(t->gain_db, -120.0f, 24.0f) || !is_between(t->pan, -1.0f, 1.0f))
        return TRACK_FAIL(t, SNQ_ERR_RANGE, "gain %g dB, pan %g", (double)t->gain_db,
                          (double)t->pan);
    return SNQ_OK;
}

static snq_status check_track(const snq_score *s, size_t i)
{
    const snq_track *t = &s->track[i];
    SNQ_TRY(check_track_head(s, i));
    for (size_t k = 0; k < t->notes; k++)
        SNQ_TRY(check_note(t, k, s->length));
    for (size_t k = 0; k < t->messages; k++)
        SNQ_TRY(check_message(t, k, s->length));
    if (t->curves > SNQ_SCORE_CURVES_MAX)
        return TRACK_FAIL(t, SNQ_ERR_TOO_BIG, "%zu curves, over %d", t->curves,
                          SNQ_SCORE_CURVES_MAX);
    for (size_t k = 0; k < t->curves; k++) {
        const snq_status st = snq_curve_check(&t->curve[k]);
        if (st < 0)
            return TRACK_FAIL(t, st, "curve %zu: %s", k, snq_last_error());
    }
    return SNQ_OK;
}

snq_status snq_score_check(const snq_score *s)
{
    size_t notes = 0, messages = 0;
    if (!is_text(s->title, sizeof s->title))
        return SNQ_FAIL(SNQ_ERR_FORMAT, "the title is no text");
    if (s->ticks_per_quarter < SNQ_SCORE_TICKS_MIN || s->ticks_per_quarter > SNQ_SCORE_TICKS_MAX)
        return SNQ_FAIL(SNQ_ERR_RANGE, "%d ticks a quarter are not in %d .. %d",
                        s->ticks_per_quarter, SNQ_SCORE_TICKS_MIN, SNQ_SCORE_TICKS_MAX);
    if (!in_reach(s->length))
        return SNQ_FAIL(SNQ_ERR_RANGE, "length %lld is not in 0 .. %lld", (long long)s->length,
                        (long long)SNQ_SCORE_TICK_MAX);
    SNQ_TRY(check_tempos(s));
    SNQ_TRY(check_metres(s));
    SNQ_TRY(check_keys(s));
    SNQ_TRY(check_chords(s));
    SNQ_TRY(check_sections(s));
    SNQ_TRY(check_count("tracks", s->tracks, SNQ_SCORE_TRACKS_MAX));
    for (size_t i = 0; i < s->tracks; i++) {
        notes += s->track[i].notes;
        messages += s->track[i].messages;
    }
    SNQ_TRY(check_count("notes", notes, SNQ_SCORE_NOTES_MAX));
    SNQ_TRY(check_count("messages", messages, SNQ_SCORE_MESSAGES_MAX));
    for (size_t i = 0; i < s->tracks; i++)
        SNQ_TRY(check_track(s, i));
    return SNQ_OK;
}
