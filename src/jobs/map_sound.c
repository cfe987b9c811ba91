// SPDX-License-Identifier: MIT
/* IDEA   The matrix says what each parameter does over time, in the terms of no instrument; here it meets the piece that
 *        was composed: which tracks play what, and what an engineer would change with it so that it is heard.
 *
 * STEPS  bass tracks, where any wobble_bass destination is set:
 *          patch      = wobble_bass, unless its instrument was named; curves of the patch that it had are gone
 *          lfo_rate   set: notes held (bass_hold.h), the oscillator one for all notes (lfo_mode free): its phase goes on
 *                     when the rate moves. A curve of steps, each a note value at its tempo: lfo_sync instead, by
 *                     which the oscillator stands where the beat says
 *                     not set: the oscillator rests (lfo_depth 0)
 *          gain_db    = the patch's - QUALITY log2(Q / 5) + by the filter's type
 *          others     as they are, by the destination's target
 *        pads:        modulation_depth to both of their oscillators
 *        every track: reverb_size to what it sends to hall and room
 *        levels:      map_levels.h
 *
 * CONST  IN_TIME 0.001: a rate that a template holds to a note value is that to rounding; what would be faster than the
 *        destination's 20 Hz stands there at 20.
 *        3 dB of ducking: with 3 the wobble is the strongest motion of the bass's envelope in techno, dubstep and drum
 *        and bass, with the 5 to 7 that those have it is the kick (2026).
 *        QUALITY 1 dB an octave, types 0, 2, 14, 1 dB: what wobble_bass.json gains and loses by them (A1 for 8 s at cutoffs
 *        of 200 and 1000 Hz, Q 0.5 .. 20: 6.6 and 4.3 LU; 2026), so that a filter is heard as colour, not as a fader. In
 *        the patch, not on the fader: so the level that is measured of it is the one that it keeps.
 * LIMITS A bass whose instrument was named has the curves that bear the same names there, or none. */
#include "jobs/map_sound.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "jobs/bass_hold.h"
#include "jobs/map_levels.h"

#define WOBBLE      "wobble_bass"
#define WOBBLE_RATE WOBBLE ".lfo_rate"
#define MIX         "mix."
enum { LFO_SYNC_QUARTER = 7 };
static const float duck_db = 3;
static const double in_time = 0.001, rate_max_hz = 20, gain_db = -11.2, quality_db = 1;

typedef struct work {
    const snq_map_result *map;
    const snq_map_sound_cfg *cfg;
    snq_score *score;
    snq_warnings *warnings;
} work;

snq_map_sound_cfg snq_map_sound_cfg_default(void)
{
    return (snq_map_sound_cfg) { 0 };
}

static int in_set(uint64_t set, size_t i)
{
    return i < 64 && (set >> i & 1);
}

/* ---------------------------------------------------------------- curves of a track */

static void drop_curve(snq_track *t, size_t i)
{
    snq_curve_clear(&t->curve[i]);
    memmove(&t->curve[i], &t->curve[i + 1], (t->curves - i - 1) * sizeof *t->curve);
    t->curves--;
}

static void drop_target(snq_track *t, const char *target)
{
    for (size_t i = t->curves; i-- > 0;)
        if (strcmp(t->curve[i].target, target) == 0)
            drop_curve(t, i);
}

/* An empty curve of this target: the only one. */
static snq_status fresh_curve(snq_track *t, const char *target, snq_curve **out)
{
    drop_target(t, target);
    return snq_track_add_curve(t, target, out);
}

static snq_status put_value(snq_track *t, const char *target, float value)
{
    snq_curve *c;
    SNQ_TRY(fresh_curve(t, target, &c));
    return snq_curve_push(c, 0.0, value, SNQ_CURVE_STEP);
}

/* What the output says, by the name `target`. */
static snq_status put_output(snq_track *t, const char *target, const snq_map_output *o)
{
    snq_curve made = { 0 }, *c;
    SNQ_TRY(snq_map_automation(o, &made));
    snq_status st = fresh_curve(t, target, &c);
    for (size_t i = 0; i < made.points && st >= 0; i++)
        st = snq_curve_push(c, made.point[i].at, made.point[i].value,
                            (snq_curve_shape)made.point[i].shape);
    snq_curve_clear(&made);
    return st;
}

/* ---------------------------------------------------------------- the bass */

/* Choice of the voices' lfo_sync for a rate at a place, 0: none. Choices are off, 1/1, 1/1d, 1/1t, 1/2 … */
static uint32_t sync_of(const snq_score *s, double beat, double hz)
{
    const double at_s = snq_score_time_s(s, beat * s->ticks_per_quarter);
    const double per_s = (snq_score_tick_at(s, at_s + 0.01) - beat * s->ticks_per_quarter) / 0.01 /
                         s->ticks_per_quarter;
    uint32_t found = SNQ_MAP_SYNCS; /* the slowest that is no slower */
    for (uint32_t i = 0; i < SNQ_MAP_SYNCS; i++)
        if (hz * snq_map_sync_beats(i) / per_s <= 1 + in_time &&
            (found == SNQ_MAP_SYNCS || snq_map_sync_beats(i) > snq_map_sync_beats(found)))
            found = i;
    if (found == SNQ_MAP_SYNCS)
        return 0;
    const double ratio = hz * snq_map_sync_beats(found) / per_s;
    const int there = ratio >= 1 - in_time || hz >= rate_max_hz * (1 - in_time);
    return there ? LFO_SYNC_QUARTER + found
                 : 0; /* from 1/4 on both have the same in the same order */
}

static int keeps_time(const snq_score *s, const snq_curve *c)
{
    for (size_t i = 0; i < c->points; i++)
        if (c->point[i].shape != SNQ_CURVE_STEP ||
            !sync_of(s, c->point[i].at, (double)c->point[i].value))
            return 0;
    return c->points > 0;
}

static snq_status put_rate(const work *w, snq_track *t, const snq_map_output *o)
{
    const int locked = keeps_time(w->score, &o->curve);
    snq_curve *sync;
    SNQ_TRY(put_output(t, "lfo_rate", o));
    SNQ_TRY(put_value(t, "lfo_mode", 1.0f)); /* free */
    if (!locked)
        return put_value(t, "lfo_sync", 0.0f);
    SNQ_TRY(fresh_curve(t, "lfo_sync", &sync));
    for (size_t i = 0; i < o->curve.points; i++) {
        const snq_curve_point *p = &o->curve.point[i];
        SNQ_TRY(snq_curve_push(sync, p->at, (float)sync_of(w->score, p->at, (double)p->value),
                               SNQ_CURVE_STEP));
    }
    return SNQ_OK;
}

/* What the filter gives and takes, taken back in the patch's own gain. */
static float made_up(const snq_map_output *quality, const snq_map_output *type, double at)
{
    static const double by_type[] = { 0, 2, 14, 1 }; /* lowpass, highpass, bandpass, notch */
    double db = gain_db;
    if (quality)
        db -= quality_db * log2((double)snq_curve_at(&quality->curve, at, NULL, 5.0f) / 5);
    if (type) {
        const long k = lrintf(snq_curve_at(&type->curve, at, NULL, 0.0f));
        db += k >= 0 && k < (long)SNQ_COUNT(by_type) ? by_type[k] : 0;
    }
    return (float)db;
}

/* Points where either has one, lines between; where the type changes the line is broken. */
static snq_status put_gain(const work *w, snq_track *t)
{
    const snq_map_output *q = snq_map_result_find(w->map, WOBBLE ".filter_resonance");
    const snq_map_output *y = snq_map_result_find(w->map, WOBBLE ".filter_type");
    const size_t qs = q ? q->curve.points : 0, ys = y ? y->curve.points : 0;
    float before = 0;
    snq_curve *c;
    if (!q && !y)
        return SNQ_OK;
    SNQ_TRY(fresh_curve(t, "gain_db", &c));
    for (size_t i = 0, k = 0; i < qs || k < ys;) {
        const double at_q = i < qs ? q->curve.point[i].at : INFINITY;
        const double at_y = k < ys ? y->curve.point[k].at : INFINITY;
        const double at = fmin(at_q, at_y);
        const int steps = at_y <= at && k > 0;
        i += at_q <= at;
        k += at_y <= at;
        const float now = made_up(q, y, at);
        if (steps) /* where it was until now, but for how the quality moved on the way */
            SNQ_TRY(snq_curve_push(c, at, before + made_up(q, NULL, at), SNQ_CURVE_LINEAR));
        before = now - made_up(q, NULL, at);
        SNQ_TRY(snq_curve_push(c, at, now, SNQ_CURVE_LINEAR));
    }
    return SNQ_OK;
}

static void change_patch(snq_track *t)
{
    for (size_t i = t->curves; i-- > 0;)
        if (strncmp(t->curve[i].target, MIX, strlen(MIX)) != 0)
            drop_curve(t, i);
    snprintf(t->patch, sizeof t->patch, WOBBLE);
}

static int is_wobble(const snq_destination *d)
{
    return d->patch && strcmp(d->patch, WOBBLE) == 0;
}

static int any_wobble(const snq_map_result *r)
{
    size_t n;
    const snq_destination *d = snq_destinations(&n);
    for (size_t i = 0; i < r->outputs; i++)
        if (is_wobble(&d[r->output[i].destination]))
            return 1;
    return 0;
}

void snq_map_sound_intend(const snq_map_result *r, const snq_map_sound_cfg *cfg, snq_intent *in)
{
    const int rate = snq_map_result_find(r, WOBBLE_RATE) != NULL;
    for (uint32_t i = 0; i < in->tracks && any_wobble(r); i++) {
        snq_track_intent *t = &in->track[i];
        if (strcmp(t->kind, "bass") != 0 || in_set(cfg->kept | cfg->named, i))
            continue;
        snprintf(t->patch, sizeof t->patch, WOBBLE);
        if (rate) {
            t->qualities |= 1u << SNQ_QUALITY_wobbling;
            t->mix.duck_db = fminf(t->mix.duck_db, duck_db);
        }
    }
}

static snq_status wobble(const work *w, size_t track)
{
    size_t n;
    const snq_destination *d = snq_destinations(&n);
    snq_track *t = &w->score->track[track];
    if (!any_wobble(w->map))
        return SNQ_OK;
    const int named = in_set(w->cfg->named, track) && strcmp(t->patch, WOBBLE) != 0;
    if (named && w->warnings)
        snq_warnings_add(w->warnings, "map_instrument", -1,
                         "track \"%s\" plays \"%s\", which was asked for: wobble_bass destinations "
                         "move only what has the same name there",
                         t->name, t->patch);
    if (!named && strcmp(t->patch, WOBBLE) != 0)
        change_patch(t);
    for (size_t i = 0; i < w->map->outputs; i++) {
        const snq_map_output *o = &w->map->output[i];
        if (!is_wobble(&d[o->destination]))
            continue;
        if (strcmp(d[o->destination].param.id, WOBBLE_RATE) != 0)
            SNQ_TRY(put_output(t, d[o->destination].target, o));
        else
            SNQ_TRY(put_rate(w, t, o));
    }
    if (named)
        return SNQ_OK;
    SNQ_TRY(put_gain(w, t));
    if (!snq_map_result_find(w->map, WOBBLE_RATE))
        return put_value(t, "lfo_depth", 0.0f); /* it opens and shuts, and stands where it is */
    if (!w->cfg->plain)
        snq_bass_hold(w->score, t);
    return SNQ_OK;
}

/* ---------------------------------------------------------------- the others */

static snq_status add_space(const work *w, size_t track)
{
    const snq_map_output *o = snq_map_result_find(w->map, "atmosphere.reverb_size");
    if (!o)
        return SNQ_OK;
    SNQ_TRY(put_output(&w->score->track[track], "mix.trim.hall", o));
    return put_output(&w->score->track[track], "mix.trim.room", o);
}

static snq_status add_depth(const work *w, size_t track)
{
    const snq_map_output *o = snq_map_result_find(w->map, "atmosphere.modulation_depth");
    if (!o)
        return SNQ_OK;
    SNQ_TRY(put_output(&w->score->track[track], "lfo_depth", o));
    return put_output(&w->score->track[track], "lfo2_depth", o);
}

/* Destinations of which something is said, of a kind of track that the piece has none of. */
static void say_what_is_missing(const work *w)
{
    size_t n;
    const snq_destination *d = snq_destinations(&n);
    for (size_t i = 0; w->warnings && i < w->map->outputs; i++) {
        const snq_destination *to = &d[w->map->output[i].destination];
        int there = to->acts != SNQ_ACTS_SOUND || !*to->kind || w->map->output[i].covered <= 0;
        for (size_t k = 0; k < w->score->tracks; k++)
            there |= to->kind && strcmp(w->score->track[k].kind, to->kind) == 0;
        if (!there)
            snq_warnings_add(w->warnings, "map_no_track", -1,
                             "%s moves nothing: the piece has no track of the kind \"%s\"",
                             to->param.id, to->kind);
    }
}

snq_status snq_map_sound_apply(const snq_map_result *r, const snq_map_sound_cfg *cfg,
                               snq_score *score, snq_warnings *warnings)
{
    const work w = { .map = r, .cfg = cfg, .score = score, .warnings = warnings };
    for (size_t i = 0; i < score->tracks; i++) {
        if (in_set(cfg->kept, i))
            continue;
        if (strcmp(score->track[i].kind, "bass") == 0)
            SNQ_TRY(wobble(&w, i));
        if (strcmp(score->track[i].kind, "pad") == 0)
            SNQ_TRY(add_depth(&w, i));
        SNQ_TRY(add_space(&w, i));
    }
    SNQ_TRY(snq_map_levels_apply(r, cfg->kept, score));
    say_what_is_missing(&w);
    return SNQ_OK;
}
