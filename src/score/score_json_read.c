// SPDX-License-Identifier: MIT
#include "score/score_json.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/base64.h"
#include "score/score_impl.h"
#include "score/score_json_impl.h"

/* What is being read. */
typedef struct reader {
    snq_score *s;
    snq_track *t;                     /* the last one, which notes, curves and messages go to */
    size_t notes_left, messages_left; /* that the piece may yet have */
} reader;

/* Reads one item of a list. */
typedef snq_status (*read_item)(reader *r, const snq_json_ref *at);

/* Forward a failure of the score with the place in the document before it. */
static snq_status blame(const snq_json_ref *at, snq_status st)
{
    return st < 0 ? snq_json_fail(at, st, "%s", snq_last_error()) : st;
}

/* Every item of the list, which may be missing; at most `max`. */
static snq_status each(reader *r, const snq_json_ref *at, const char *key, size_t max,
                       read_item read)
{
    snq_json_ref list, item;
    if (!snq_json_find(at, key, &list))
        return SNQ_OK;
    SNQ_TRY(snq_json_get(at, key, SNQ_JSON_ARRAY, &list));
    const size_t n = snq_json_count(&list);
    if (n > max)
        return snq_json_fail(&list, SNQ_ERR_TOO_BIG, "%zu items, over %zu", n, max);
    for (size_t i = 0; i < n; i++) {
        snq_json_item(&list, i, &item);
        SNQ_TRY(read(r, &item));
    }
    return SNQ_OK;
}

/* Quarter notes as ticks. */
static snq_status read_place(const reader *r, const snq_json_ref *at, const char *key,
                             int64_t *ticks)
{
    const double per_quarter = r->s->ticks_per_quarter;
    double v;
    SNQ_TRY(snq_json_real_of(at, key, 0.0, (double)SNQ_SCORE_TICK_MAX / per_quarter, &v));
    *ticks = llround(v * per_quarter);
    return SNQ_OK;
}

/* "at" and "length" */
static snq_status read_span(const reader *r, const snq_json_ref *at, int64_t *start, int64_t *end)
{
    int64_t length;
    SNQ_TRY(read_place(r, at, "at", start));
    SNQ_TRY(read_place(r, at, "length", &length));
    *end = *start + length;
    return SNQ_OK;
}

static snq_status read_float_if(const snq_json_ref *at, const char *key, double lo, double hi,
                                float *v)
{
    double wide = (double)*v;
    SNQ_TRY(snq_json_real_if(at, key, lo, hi, &wide));
    *v = (float)wide;
    return SNQ_OK;
}

static snq_status read_small_if(const snq_json_ref *at, const char *key, int64_t max, uint8_t *v)
{
    int64_t wide = *v;
    SNQ_TRY(snq_json_int_if(at, key, 0, max, &wide));
    *v = (uint8_t)wide;
    return SNQ_OK;
}

/* Index of the member's text among names. */
static snq_status read_choice(const snq_json_ref *at, const char *key, const char *const *names,
                              size_t n, uint8_t *v)
{
    snq_json_ref member;
    size_t index;
    SNQ_TRY(snq_json_get(at, key, SNQ_JSON_STRING, &member));
    SNQ_TRY(snq_json_as_choice(&member, names, n, &index));
    *v = (uint8_t)index;
    return SNQ_OK;
}

#define ONLY(at, ...)                                          \
    snq_json_only((at), (const char *const[]) { __VA_ARGS__ }, \
                  sizeof((const char *const[]) { __VA_ARGS__ }) / sizeof(char *))

/* ---- the piece ----------------------------------------------------------------------------- */

/* A mark must stand after the one before it: silently keeping one of two would lose the other. */
static snq_status follows(const snq_json_ref *at, size_t n, int64_t tick, int64_t before)
{
    if (n && tick <= before)
        return snq_json_fail(at, SNQ_ERR_FORMAT, "is not after the one before it");
    return SNQ_OK;
}

static snq_status read_tempo(reader *r, const snq_json_ref *at)
{
    const snq_score *s = r->s;
    int64_t tick;
    double bpm;
    SNQ_TRY(ONLY(at, "at", "bpm"));
    SNQ_TRY(read_place(r, at, "at", &tick));
    SNQ_TRY(snq_json_real_of(at, "bpm", SNQ_SCORE_BPM_MIN, SNQ_SCORE_BPM_MAX, &bpm));
    SNQ_TRY(follows(at, s->tempos, tick, s->tempos ? s->tempo[s->tempos - 1].tick : 0));
    return blame(at, snq_score_add_tempo(r->s, tick, bpm));
}

static snq_status read_metre(reader *r, const snq_json_ref *at)
{
    const snq_score *s = r->s;
    int64_t tick, beats, unit;
    SNQ_TRY(ONLY(at, "at", "beats_per_bar", "beat_unit"));
    SNQ_TRY(read_place(r, at, "at", &tick));
    SNQ_TRY(snq_json_int_of(at, "beats_per_bar", 1, UINT8_MAX, &beats));
    SNQ_TRY(snq_json_int_of(at, "beat_unit", 1, 128, &unit));
    if (unit & (unit - 1))
        return snq_json_fail(at, SNQ_ERR_RANGE, "beat_unit %d is no power of two", (int)unit);
    SNQ_TRY(follows(at, s->metres, tick, s->metres ? s->metre[s->metres - 1].tick : 0));
    return blame(at, snq_score_add_metre(r->s, tick, (int)beats, (int)unit));
}

static snq_status read_key(reader *r, const snq_json_ref *at)
{
    const snq_score *s = r->s;
    snq_key_mark key;
    SNQ_TRY(ONLY(at, "at", "tonic", "mode", "fifths"));
    SNQ_TRY(read_place(r, at, "at", &key.tick));
    SNQ_TRY(read_choice(at, "tonic", snq__tonic_names, SNQ_COUNT(snq__tonic_names), &key.tonic));
    SNQ_TRY(read_choice(at, "mode", snq_key_mode_names, SNQ_KEY_MODES, &key.mode));
    int64_t fifths = snq_key_fifths(key.tonic, (snq_key_mode)key.mode);
    SNQ_TRY(snq_json_int_if(at, "fifths", -7, 7, &fifths));
    key.fifths = (int8_t)fifths;
    SNQ_TRY(follows(at, s->keys, key.tick, s->keys ? s->key[s->keys - 1].tick : 0));
    return blame(at, snq_score_add_key(r->s, key));
}

static snq_status read_chord(reader *r, const snq_json_ref *at)
{
    snq_chord_span chord;
    SNQ_TRY(ONLY(at, "at", "length", "label"));
    SNQ_TRY(read_span(r, at, &chord.start, &chord.end));
    SNQ_TRY(snq_json_text_of(at, "label", chord.label, sizeof chord.label));
    return blame(at, snq_score_add_chord(r->s, &chord));
}

static snq_status read_section(reader *r, const snq_json_ref *at)
{
    snq_section section = { .energy = NAN };
    SNQ_TRY(ONLY(at, "at", "length", "name", "energy"));
    SNQ_TRY(read_span(r, at, &section.start, &section.end));
    SNQ_TRY(snq_json_text_of(at, "name", section.name, sizeof section.name));
    SNQ_TRY(read_float_if(at, "energy", 0.0, 1.0, &section.energy));
    return blame(at, snq_score_add_section(r->s, &section));
}

/* ---- a track ------------------------------------------------------------------------------- */

static snq_status read_note(reader *r, const snq_json_ref *at)
{
    snq_note note = { .release = SNQ__RELEASE_USUAL };
    int64_t pitch, velocity;
    double ms = 0.0;
    SNQ_TRY(ONLY(at, "at", "length", "pitch", "velocity", "timing_ms", "cents", "release"));
    SNQ_TRY(read_place(r, at, "at", &note.tick));
    SNQ_TRY(read_place(r, at, "length", &note.length));
    SNQ_TRY(snq_json_int_of(at, "pitch", 0, 127, &pitch));
    SNQ_TRY(snq_json_int_of(at, "velocity", 1, 127, &velocity));
    SNQ_TRY(snq_json_real_if(at, "timing_ms", -1e3, 1e3, &ms));
    SNQ_TRY(read_float_if(at, "cents", -100.0, 100.0, &note.cents));
    SNQ_TRY(read_small_if(at, "release", 127, &note.release));
    note.pitch = (uint8_t)pitch;
    note.velocity = (uint8_t)velocity;
    note.offset_s = snq__seconds_of_ms(ms);
    return blame(at, snq_track_add_note(r->t, &note));
}

/* Add the message with the bytes that the text stands for. */
static snq_status add_long(reader *r, const snq_json_ref *at, snq_message m, const char *text,
                           size_t n)
{
    size_t count = 0;
    uint8_t *bytes = snq_alloc(n / 4 + 1, 3);
    if (!bytes)
        return snq_json_fail(at, SNQ_ERR_NOMEM, "no memory for a message of %zu bytes", n);
    snq_status st = snq_base64_get(text, n, bytes, &count);
    m.length = (uint32_t)count;
    if (st >= 0)
        st = snq_track_add_message(r->t, m, bytes);
    snq_free(bytes);
    return blame(at, st);
}

static snq_status read_message(reader *r, const snq_json_ref *at)
{
    snq_message m = { 0 };
    snq_json_ref bytes;
    const char *text;
    size_t n;
    int64_t status;
    SNQ_TRY(ONLY(at, "at", "status", "a", "b", "bytes"));
    SNQ_TRY(read_place(r, at, "at", &m.tick));
    SNQ_TRY(snq_json_int_of(at, "status", 0, UINT8_MAX, &status));
    m.status = (uint8_t)status;
    SNQ_TRY(read_small_if(at, "a", 127, &m.a));
    SNQ_TRY(read_small_if(at, "b", 127, &m.b));
    if (!snq_json_find(at, "bytes", &bytes))
        return blame(at, snq_track_add_message(r->t, m, NULL));
    SNQ_TRY(snq_json_text(&bytes, &text, &n));
    return add_long(r, &bytes, m, text, n);
}

static snq_status read_point(reader *r, const snq_json_ref *at)
{
    /* halfway to what would be 2^128: all that rounds to a float */
    const double most = (double)FLT_MAX * (1.0 + 0.25 * FLT_EPSILON);
    snq_curve *c = &r->t->curve[r->t->curves - 1];
    double place, value;
    uint8_t shape;
    SNQ_TRY(ONLY(at, "at", "value", "shape"));
    SNQ_TRY(snq_json_real_of(at, "at", 0.0, SNQ_CURVE_AT_MAX, &place));
    SNQ_TRY(snq_json_real_of(at, "value", -most, most, &value));
    SNQ_TRY(read_choice(at, "shape", snq_curve_shape_names, SNQ_CURVE_SHAPES, &shape));
    return blame(at, snq_curve_push(c, place, (float)value, (snq_curve_shape)shape));
}

static snq_status read_curve(reader *r, const snq_json_ref *at)
{
    char target[SNQ_CURVE_TARGET_MAX];
    SNQ_TRY(ONLY(at, "target", "points"));
    SNQ_TRY(snq_json_text_of(at, "target", target, sizeof target));
    SNQ_TRY(blame(at, snq_track_add_curve(r->t, target, NULL)));
    return each(r, at, "points", SNQ_CURVE_POINTS_MAX, read_point);
}

/* A track by its name; another name than the one written would be a silent change. */
static snq_status add_track(reader *r, const snq_json_ref *at)
{
    char name[SNQ_SCORE_NAME_MAX];
    SNQ_TRY(snq_json_text_of(at, "name", name, sizeof name));
    if (!name[0])
        return snq_json_fail(at, SNQ_ERR_FORMAT, "its name is empty");
    if (snq_score_find_track(r->s, name))
        return snq_json_fail(at, SNQ_ERR_FORMAT, "the name \"%s\" is taken", name);
    return blame(at, snq_score_add_track(r->s, name, &r->t));
}

static snq_status read_track(reader *r, const snq_json_ref *at)
{
    int64_t program = -1;
    SNQ_TRY(ONLY(at, "name", "kind", "patch", "program", "channel", "port", "gain_db", "pan",
                 "notes", "curves", "messages"));
    SNQ_TRY(add_track(r, at));
    snq_track *t = r->t;
    SNQ_TRY(snq_json_text_if(at, "kind", t->kind, sizeof t->kind));
    SNQ_TRY(snq_json_text_if(at, "patch", t->patch, sizeof t->patch));
    SNQ_TRY(snq_json_int_if(at, "program", 0, 127, &program));
    t->program = (int16_t)program;
    SNQ_TRY(read_small_if(at, "channel", 15, &t->channel));
    SNQ_TRY(read_small_if(at, "port", 127, &t->port));
    SNQ_TRY(read_float_if(at, "gain_db", -120.0, 24.0, &t->gain_db));
    SNQ_TRY(read_float_if(at, "pan", -1.0, 1.0, &t->pan));
    SNQ_TRY(each(r, at, "notes", r->notes_left, read_note));
    SNQ_TRY(each(r, at, "curves", SNQ_SCORE_CURVES_MAX, read_curve));
    SNQ_TRY(each(r, at, "messages", r->messages_left, read_message));
    r->notes_left -= t->notes;
    r->messages_left -= t->messages;
    return SNQ_OK;
}

/* ---- all of it ----------------------------------------------------------------------------- */

static snq_status read_score(reader *r, const snq_json_ref *at)
{
    static const char *const schema[] = { SNQ__SCORE_SCHEMA };
    snq_score *s = r->s;
    snq_json_ref tracks;
    uint8_t which;
    int64_t ticks = SNQ_SCORE_TICKS;
    SNQ_TRY(read_choice(at, "schema", schema, 1, &which));
    SNQ_TRY(ONLY(at, "schema", "title", "ticks_per_quarter", "length", "tempo", "metre", "keys",
                 "chords", "sections", "tracks"));
    SNQ_TRY(snq_json_text_if(at, "title", s->title, sizeof s->title));
    SNQ_TRY(
        snq_json_int_if(at, "ticks_per_quarter", SNQ_SCORE_TICKS_MIN, SNQ_SCORE_TICKS_MAX, &ticks));
    s->ticks_per_quarter = (int32_t)ticks;
    if (snq_json_find(at, "length", &tracks))
        SNQ_TRY(read_place(r, at, "length", &s->length));
    SNQ_TRY(each(r, at, "tempo", SNQ_SCORE_SPANS_MAX, read_tempo));
    SNQ_TRY(each(r, at, "metre", SNQ_SCORE_SPANS_MAX, read_metre));
    SNQ_TRY(each(r, at, "keys", SNQ_SCORE_SPANS_MAX, read_key));
    SNQ_TRY(each(r, at, "chords", SNQ_SCORE_SPANS_MAX, read_chord));
    SNQ_TRY(each(r, at, "sections", SNQ_SCORE_SPANS_MAX, read_section));
    SNQ_TRY(snq_json_get(at, "tracks", SNQ_JSON_ARRAY, &tracks));
    SNQ_TRY(each(r, at, "tracks", SNQ_SCORE_TRACKS_MAX, read_track));
    SNQ_TRY(blame(at, snq_score_sort(s)));
    return blame(at, snq_score_check(s));
}

snq_status snq_score_from_json(const snq_json_ref *at, snq_score *out)
{
    reader r = { out, NULL, SNQ_SCORE_NOTES_MAX, SNQ_SCORE_MESSAGES_MAX };
    snq_score_init(out);
    const snq_status st = read_score(&r, at);
    if (st < 0)
        snq_score_clear(out);
    return st;
}
