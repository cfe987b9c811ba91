// SPDX-License-Identifier: MIT
/* score_json -- writes the document `sonique/score/1`; score_json_read.c reads it.
 *
 * A place of t ticks is t / q quarter notes (q ticks a quarter), written with the fewest decimals d
 * for which 10^d is over q by 2 % or more: the rounding is then under 0.49 tick, what double adds (places
 * are below 2^40 / 24) under 0.001, so that the nearest tick of what is read is the one that was
 * written. Other numbers have as many digits as bring the same float or double back. */
#include "score/score_json.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/base64.h"
#include "base/str.h"
#include "score/score_json_impl.h"

const char *const snq__tonic_names[12] = { "C",  "C#", "D",  "D#", "E",  "F",
                                           "F#", "G",  "G#", "A",  "A#", "B" };

typedef struct writer {
    snq_json *j;
    double ticks_per_quarter;
    int decimals; /* of a place */
} writer;

static int decimals_of(int32_t ticks_per_quarter)
{
    int decimals = 0;
    for (int64_t power = 1; 50 * power < 51 * (int64_t)ticks_per_quarter; power *= 10)
        decimals++;
    return decimals;
}

static void put_place(const writer *w, const char *key, int64_t ticks)
{
    snq_json_put_real(w->j, key, (double)ticks / w->ticks_per_quarter, w->decimals);
}

static void put_span(const writer *w, int64_t start, int64_t end)
{
    put_place(w, "at", start);
    put_place(w, "length", end - start);
}

static void put_float(const writer *w, const char *key, float v)
{
    snq_json_key(w->j, key);
    snq_json_float(w->j, v);
}

/* Seconds as milliseconds, with as many digits as bring the same float back when they are read. */
static void put_ms(const writer *w, const char *key, float seconds)
{
    const double ms = 1e3 * (double)seconds;
    char text[32];
    int digits = FLT_DIG;
    do
        snprintf(text, sizeof text, "%.*g", digits, ms);
    while (snq__seconds_of_ms(strtod(text, NULL)) != seconds && ++digits < DBL_DECIMAL_DIG);
    snq_json_key(w->j, key);
    snq_json_digits(w->j, ms, digits);
}

static void open_list(const writer *w, const char *key)
{
    snq_json_key(w->j, key);
    snq_json_array(w->j);
}

/* ---- the piece ----------------------------------------------------------------------------- */

static void put_marks(const writer *w, const snq_score *s)
{
    snq_json *j = w->j;
    open_list(w, "tempo");
    for (size_t i = 0; i < s->tempos; i++) {
        snq_json_object(j);
        put_place(w, "at", s->tempo[i].tick);
        snq_json_key(j, "bpm");
        snq_json_double(j, s->tempo[i].bpm);
        snq_json_end(j);
    }
    snq_json_end(j);
    open_list(w, "metre");
    for (size_t i = 0; i < s->metres; i++) {
        snq_json_object(j);
        put_place(w, "at", s->metre[i].tick);
        snq_json_put_int(j, "beats_per_bar", s->metre[i].beats_per_bar);
        snq_json_put_int(j, "beat_unit", s->metre[i].beat_unit);
        snq_json_end(j);
    }
    snq_json_end(j);
    open_list(w, "keys");
    for (size_t i = 0; i < s->keys; i++) {
        const snq_key_mark *k = &s->key[i];
        snq_json_object(j);
        put_place(w, "at", k->tick);
        snq_json_put_string(j, "tonic", snq__tonic_names[k->tonic % 12]);
        snq_json_put_string(j, "mode", snq_key_mode_names[k->mode % SNQ_KEY_MODES]);
        snq_json_put_int(j, "fifths", k->fifths);
        snq_json_end(j);
    }
    snq_json_end(j);
}

static void put_spans(const writer *w, const snq_score *s)
{
    snq_json *j = w->j;
    open_list(w, "chords");
    for (size_t i = 0; i < s->chords; i++) {
        snq_json_object(j);
        put_span(w, s->chord[i].start, s->chord[i].end);
        snq_json_put_string(j, "label", s->chord[i].label);
        snq_json_end(j);
    }
    snq_json_end(j);
    open_list(w, "sections");
    for (size_t i = 0; i < s->sections; i++) {
        snq_json_object(j);
        put_span(w, s->section[i].start, s->section[i].end);
        snq_json_put_string(j, "name", s->section[i].name);
        if (!isnan(s->section[i].energy))
            put_float(w, "energy", s->section[i].energy);
        snq_json_end(j);
    }
    snq_json_end(j);
}

/* ---- a track ------------------------------------------------------------------------------- */

static void put_note(const writer *w, const snq_note *n)
{
    snq_json *j = w->j;
    snq_json_object(j);
    put_place(w, "at", n->tick);
    put_place(w, "length", n->length);
    snq_json_put_int(j, "pitch", n->pitch);
    snq_json_put_int(j, "velocity", n->velocity);
    if (n->offset_s != 0.0f)
        put_ms(w, "timing_ms", n->offset_s);
    if (n->cents != 0.0f)
        put_float(w, "cents", n->cents);
    if (n->release != SNQ__RELEASE_USUAL)
        snq_json_put_int(j, "release", n->release);
    snq_json_end(j);
}

static void put_message(const writer *w, const snq_track *t, const snq_message *m)
{
    snq_json *j = w->j;
    snq_json_object(j);
    put_place(w, "at", m->tick);
    snq_json_put_int(j, "status", m->status);
    if (m->a)
        snq_json_put_int(j, "a", m->a);
    if (m->b)
        snq_json_put_int(j, "b", m->b);
    if (m->length) {
        snq_str text;
        snq_str_init(&text, SNQ_SCORE_BYTES_MAX / 3 * 4 + 4);
        snq_base64_put(&text, t->bytes + m->at, m->length);
        if (text.st < 0 && j->st >= 0)
            j->st = text.st;
        snq_json_put_string(j, "bytes", snq_str_text(&text));
        snq_str_clear(&text);
    }
    snq_json_end(j);
}

static void put_curve(const writer *w, const snq_curve *c)
{
    snq_json *j = w->j;
    snq_json_object(j);
    snq_json_put_string(j, "target", c->target);
    open_list(w, "points");
    for (size_t i = 0; i < c->points; i++) {
        snq_json_object(j);
        snq_json_key(j, "at");
        snq_json_double(j, c->point[i].at);
        put_float(w, "value", c->point[i].value);
        snq_json_put_string(j, "shape",
                            snq_curve_shape_names[c->point[i].shape % SNQ_CURVE_SHAPES]);
        snq_json_end(j);
    }
    snq_json_end(j);
    snq_json_end(j);
}

static void put_track(const writer *w, const snq_track *t)
{
    snq_json *j = w->j;
    snq_json_object(j);
    snq_json_put_string(j, "name", t->name);
    snq_json_put_string(j, "kind", t->kind);
    if (t->patch[0])
        snq_json_put_string(j, "patch", t->patch);
    if (t->program >= 0)
        snq_json_put_int(j, "program", t->program);
    snq_json_put_int(j, "channel", t->channel);
    if (t->port)
        snq_json_put_int(j, "port", t->port);
    put_float(w, "gain_db", t->gain_db);
    put_float(w, "pan", t->pan);
    open_list(w, "notes");
    for (size_t i = 0; i < t->notes; i++)
        put_note(w, &t->note[i]);
    snq_json_end(j);
    open_list(w, "curves");
    for (size_t i = 0; i < t->curves; i++)
        put_curve(w, &t->curve[i]);
    snq_json_end(j);
    open_list(w, "messages");
    for (size_t i = 0; i < t->messages; i++)
        put_message(w, t, &t->message[i]);
    snq_json_end(j);
    snq_json_end(j);
}

void snq_score_json(snq_json *j, const snq_score *s)
{
    const writer w = { j, s->ticks_per_quarter, decimals_of(s->ticks_per_quarter) };
    snq_json_object(j);
    snq_json_put_string(j, "schema", SNQ__SCORE_SCHEMA);
    snq_json_put_string(j, "title", s->title);
    snq_json_put_int(j, "ticks_per_quarter", s->ticks_per_quarter);
    put_place(&w, "length", s->length);
    put_marks(&w, s);
    put_spans(&w, s);
    open_list(&w, "tracks");
    for (size_t i = 0; i < s->tracks; i++)
        put_track(&w, &s->track[i]);
    snq_json_end(j);
    snq_json_end(j);
}
