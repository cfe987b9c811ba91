// SPDX-License-Identifier: MIT
/* STEPS  ask    tempo, metre, key of the first recording that has one (key: not of drums), where the brief says
 *               none. A range of tempos: the level (half, as it is, double) that lies in it. A mode alone: the
 *               tonic whose scale in that mode is the recording's
 *        seat   the track of its name, else the first of its kind, else one of its own; a name that is no kind of
 *               track's is a texture
 *        level  -22 LUFS and the track's place in the mix, as tracks that are made; no peak over -0.5 dBFS
 *        notes  at each onset where it lies in the piece: drums by what they sound like (hit_kind.h), others on the
 *               tonic; as long as until the next one, drums half a step. None heard: one note that lasts
 *        chords of the first harmony or pad, as heard, on the beats; where there is none, of the first bass: the scale's
 *               triads over what is heard as their roots
 * LIMITS What is said about two recordings with one trouble, is said of the first (warnings.h). */
#include "jobs/lock_plan.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "compose/mix_wish.h"
#include "compose/theory.h"
#include "compose/track_kind.h"
#include "jobs/hit_kind.h"
#include "mix/engine/loud_slots.h"

#define SAME_TEMPO  0.005
#define WANDERS_S   0.040
#define CUT_S       0.5
#define PEAK_MAX    0.944f /* -0.5 dBFS */
#define GAIN_MAX_DB 24.0
enum { DRUM_CHANNEL = 9, ENDING_MAX = 8, BASS_LOW = 28, HARMONY_LOW = 48, OTHERS_LOW = 60 };

/* The kind of track that a name says. */
static const snq_track_kind *kind_of(const char *name)
{
    size_t n;
    const snq_track_kind *const *all = snq_track_kinds(&n);
    for (size_t i = 0; i < n; i++)
        if (strcasecmp(all[i]->id, name) == 0)
            return all[i];
    return snq_track_kind_find("texture");
}

static int is_tonal(const snq_locked_recording *r)
{
    return r->tonic >= 0 && kind_of(r->name)->part != SNQ_PART_drums;
}

/* ---------------------------------------------------------------- what they ask for */

/* bpm, its double or its half within lo .. hi; 0: none is. */
static double level_within(double bpm, double lo, double hi)
{
    static const double level[] = { 1.0, 2.0, 0.5 };
    for (int i = 0; i < 3; i++)
        if (level[i] * bpm >= lo && level[i] * bpm <= hi)
            return level[i] * bpm;
    return 0.0;
}

static void ask_tempo(const snq_locked_recording *r, snq_brief *b)
{
    const double bpm = round(1e4 * snq_locked_recording_bpm(r)) / 1e4;
    if (b->bpm > 0.0 || bpm <= 0.0)
        return;
    const int ranged = b->min_bpm > 0.0 || b->max_bpm > 0.0;
    const double hi = b->max_bpm > 0.0 ? b->max_bpm : SNQ_BRIEF_BPM_MAX;
    b->bpm = ranged ? level_within(bpm, b->min_bpm, hi) : bpm;
    if (b->bpm > 0.0)
        b->min_bpm = b->max_bpm = 0.0;
}

static void ask_key(const snq_locked_recording *r, snq_brief *b)
{
    if (b->tonic >= 0 || !is_tonal(r))
        return;
    if (b->mode < 0)
        b->mode = (int8_t)r->mode;
    for (int8_t tonic = 0; tonic < 12; tonic++)
        if (snq_scale_set(tonic, b->mode) == snq_scale_set(r->tonic, r->mode))
            b->tonic = tonic;
}

void snq_lock_plan_ask(const snq_locked_recording *r, uint32_t n, snq_brief *b)
{
    for (uint32_t i = 0; i < n; i++) {
        const snq_track_kind *kind = kind_of(r[i].name);
        const uint8_t bit = (uint8_t)(1u << kind->part);
        if (strcmp(kind->id, snq_part_names[kind->part]) == 0) { /* a pad comes by itself */
            b->exclude &= (uint8_t)~bit;
            b->only |= b->only ? bit : 0;
            b->include |= b->only ? 0 : bit;
        }
        if (!b->beat_unit && r[i].metre.beat_unit) {
            b->beats_per_bar = (uint8_t)r[i].metre.beats_per_bar;
            b->beat_unit = (uint8_t)r[i].metre.beat_unit;
        }
        ask_tempo(&r[i], b);
        ask_key(&r[i], b);
    }
}

void snq_lock_plan_fit(const snq_style *style, snq_brief *b)
{
    const double bpm = level_within(b->bpm, style->bpm_min, style->bpm_max);
    if (bpm > 0.0)
        b->bpm = bpm;
}

/* ---------------------------------------------------------------- their places */

/* The session's name of the file: "locked/bass.flac". */
static void name_original(const snq_locked_recording *r, char to[SNQ_SESSION_FILE_MAX])
{
    const char *slash = strrchr(r->path, '/'), *dot = strrchr(slash ? slash : r->path, '.');
    size_t n = dot ? 1 : 0;
    while (dot && isalnum((unsigned char)dot[n]))
        n++;
    const int good = dot && n > 1 && n <= ENDING_MAX && !dot[n];
    snprintf(to, SNQ_SESSION_FILE_MAX, "locked/%s%s", r->name, good ? dot : "");
}

static uint8_t style_track_of(const snq_style *style, const char *kind)
{
    for (uint32_t i = 0; i < style->tracks; i++)
        if (strcmp(style->track[i].kind, kind) == 0)
            return (uint8_t)i;
    return 0;
}

/* A track that the intent has not. */
static snq_status add_track(const snq_track_kind *kind, const char *name,
                            const snq_sound_table *sounds, snq_intent *in)
{
    if (in->tracks == SNQ_INTENT_TRACKS_MAX)
        return SNQ_FAIL(SNQ_ERR_RANGE, "no track is free for \"%s\": a piece has at most %d", name,
                        SNQ_INTENT_TRACKS_MAX);
    snq_track_intent *t = &in->track[in->tracks++];
    const snq_sound_list *list = &sounds->part[kind->part];
    *t = (snq_track_intent) { .part = kind->part,
                              .style_track = style_track_of(in->style, kind->id),
                              .density = 0.5f,
                              .complexity = 0.5f,
                              .variation = 0.4f,
                              .mix = snq_mix_wish_none() };
    snprintf(t->kind, sizeof t->kind, "%s", kind->id);
    snprintf(t->patch, sizeof t->patch, "%s",
             list->patches ? list->patch[0] : in->style->track[t->style_track].sound[0].patch);
    return SNQ_OK;
}

static snq_status seat(const snq_locked_recording *r, const snq_sound_table *sounds, uint32_t taken,
                       snq_session *s, uint32_t *at)
{
    snq_intent *in = &s->intent;
    const snq_track_kind *kind = kind_of(r->name);
    int found = snq_session_find(s, r->name);
    for (uint32_t i = 0; found < 0 && kind->part != SNQ_PART_mix && i < in->tracks; i++)
        if (!(taken >> i & 1) && strcmp(in->track[i].kind, kind->id) == 0)
            found = (int)i;
    if (found >= 0 && (taken >> found & 1))
        return SNQ_FAIL(SNQ_ERR_RANGE, "two recordings are to be \"%s\"", r->name);
    if (found < 0) {
        SNQ_TRY(add_track(kind, r->name, sounds, in));
        found = (int)in->tracks - 1;
    }
    *at = (uint32_t)found;
    snprintf(in->track[found].name, sizeof in->track[found].name, "%s", r->name);
    s->track[found].locked = 1;
    name_original(r, s->track[found].recording);
    return SNQ_OK;
}

/* ---------------------------------------------------------------- their sound */

static snq_status find_gain(const snq_samples *x, double place_db, float *gain)
{
    snq_loud_slots slots;
    float peak = 0.0f;
    *gain = 1.0f;
    snq_status st = snq_loud_slots_init(&slots, x->rate_hz);
    if (st >= 0) {
        snq_loud_slots_push(&slots, x->channel[0], x->channel[1], x->frames);
        st = slots.st;
    }
    const double lufs = st >= 0 ? snq_loud_integrated(slots.power, slots.count) : 0.0;
    snq_loud_slots_clear(&slots);
    SNQ_TRY(st);
    if (isfinite(lufs))
        *gain = (float)pow(10.0, fmin(SNQ_SESSION_TRACK_LUFS + place_db - lufs, GAIN_MAX_DB) / 20);
    for (size_t i = 0; i < x->frames; i++)
        peak = fmaxf(peak, fmaxf(fabsf(x->channel[0][i]), fabsf(x->channel[1][i])));
    if (peak * *gain > PEAK_MAX)
        *gain = PEAK_MAX / peak;
    return SNQ_OK;
}

static void read_stem(const void *user, int64_t from, size_t n, float *left, float *right)
{
    snq_conform_read(user, from, n, left, right);
}

static snq_status lay(const snq_locked_recording *r, const snq_intent *in, uint32_t at,
                      snq_lock_plan *p)
{
    const snq_samples *x = &r->samples.item[0];
    snq_conform_cfg cfg = { .channel = { x->channel[0], x->channel[1] },
                            .frames = x->frames,
                            .rate_hz = x->rate_hz,
                            .first_s = r->pulse.pulse_s > 0.0 ? r->pulse.first_s : NAN,
                            .bar_s = snq_intent_bar_s(in),
                            .bars = in->bars };
    SNQ_TRY(find_gain(x, (double)in->track[at].mix.gain_db, &cfg.gain));
    snq_conform_init(&cfg, &p->conform[at]);
    p->sound[at] = (snq_frozen_sound) { &p->conform[at], p->conform[at].length, read_stem };
    p->recorded[at] = (snq_session_recorded) { &p->sound[at], r->path };
    p->set |= 1u << at;
    return SNQ_OK;
}

/* ---------------------------------------------------------------- what others hear of them */

typedef struct writer {
    const snq_locked_recording *r;
    const snq_intent *in;
    const snq_conform *conform;
    int part;
    snq_track *to;
    int64_t end; /* ticks */
} writer;

static int64_t tick_of(const snq_intent *in, double t_s)
{
    return llround(t_s * in->bpm / 60.0 * SNQ_SCORE_TICKS);
}

static int key_of(const writer *w, double t_s)
{
    const snq_samples *x = &w->r->samples.item[0];
    const float *const side[2] = { x->channel[0], x->channel[1] };
    const int low = w->part == SNQ_PART_bass      ? BASS_LOW
                    : w->part == SNQ_PART_harmony ? HARMONY_LOW
                                                  : OTHERS_LOW;
    if (w->part == SNQ_PART_drums)
        return snq_drum_hit_kind(side, x->frames, x->rate_hz, (size_t)(t_s * x->rate_hz));
    return low + (w->in->tonic - low % 12 + 12) % 12;
}

static snq_status put_note(const writer *w, int64_t tick, int64_t next, int key, double velocity)
{
    const int64_t half = SNQ_TICKS_PER_STEP / 2;
    int64_t length = w->part == SNQ_PART_drums ? half : next - tick;
    length = length < 1 ? 1 : tick + length > w->end ? w->end - tick : length;
    const snq_note note = { .tick = tick,
                            .length = length,
                            .pitch = (uint8_t)key,
                            .velocity = (uint8_t)lround(fmin(fmax(velocity, 1.0), 127.0)),
                            .release = 64 };
    return snq_track_add_note(w->to, &note);
}

static snq_status put_turn(const writer *w, uint32_t turn)
{
    for (uint32_t i = 0; i < w->r->onsets; i++) {
        const snq_onset *o = &w->r->onset[i];
        const double at_s = snq_conform_place_s(w->conform, turn, o->t_s);
        const double next_s = i + 1 < w->r->onsets ? at_s + w->r->onset[i + 1].t_s - o->t_s
                                                   : at_s + w->conform->cfg.bar_s;
        const int64_t tick = isnan(at_s) ? w->end : tick_of(w->in, at_s);
        if (tick < w->end)
            SNQ_TRY(put_note(w, tick, tick_of(w->in, next_s), key_of(w, o->t_s),
                             127.0 * (double)o->strength));
    }
    return SNQ_OK;
}

static snq_status put_notes(const writer *w)
{
    const uint32_t turns = snq_conform_turns(w->conform);
    for (uint32_t turn = 0; turn < turns; turn++)
        SNQ_TRY(put_turn(w, turn));
    return w->to->notes ? SNQ_OK : put_note(w, 0, w->end, key_of(w, 0.0), 64.0);
}

/* The triad of the piece's scale over a root: "min"; NULL: the root is not in it. */
static const char *triad_over(const snq_intent *in, int root)
{
    const uint16_t scale = snq_scale_set(in->tonic, in->mode);
    if (!snq_pitch_in(scale, root))
        return NULL;
    return snq_pitch_in(scale, root + 4) ? "maj" : snq_pitch_in(scale, root + 7) ? "min" : "dim";
}

static snq_status put_chord(const writer *w, uint32_t turn, const snq_heard_chord *c,
                            snq_score *kept)
{
    const int64_t beat = (int64_t)SNQ_SCORE_TICKS * 4 / w->in->beat_unit;
    const double from_s = snq_conform_place_s(w->conform, turn, c->span.start_s);
    const double to_s = snq_conform_place_s(w->conform, turn, c->span.end_s - 1e-3);
    const char *quality =
        w->part == SNQ_PART_bass ? triad_over(w->in, c->root) : snq_chord_quality_name(c->quality);
    snq_chord_span span = { 0 };
    if (isnan(to_s) || c->quality == SNQ_CHORD_NONE || !quality)
        return SNQ_OK;
    span.start = isnan(from_s) ? 0 : (tick_of(w->in, from_s) + beat / 2) / beat * beat;
    span.end = (tick_of(w->in, to_s) + beat / 2) / beat * beat;
    if (span.end <= span.start || span.start >= w->end)
        return SNQ_OK; /* shorter than a beat */
    snprintf(span.label, sizeof span.label, "%s:%s", snq_pitch_class_name(c->root), quality);
    return snq_score_add_chord(kept, &span);
}

static snq_status put_chords(const writer *w, snq_score *kept)
{
    const uint32_t turns = snq_conform_turns(w->conform);
    for (uint32_t turn = 0; turn < turns; turn++)
        for (uint32_t i = 0; i < w->r->chords; i++)
            SNQ_TRY(put_chord(w, turn, &w->r->chord[i], kept));
    return SNQ_OK;
}

/* Of the first recording of that part that has some. */
static snq_status find_chords(const snq_locked_recording *r, uint32_t n, const snq_intent *in,
                              int part, snq_lock_plan *p)
{
    for (uint32_t i = 0; i < n && !p->kept.chords; i++) {
        writer w = { .r = &r[i], .in = in, .part = part };
        w.end = (int64_t)in->bars * snq_intent_bar_ticks(in);
        for (uint32_t k = 0; k < in->tracks; k++)
            if (in->track[k].part == part && (p->set >> k & 1) &&
                strcmp(in->track[k].name, r[i].name) == 0)
                w.conform = &p->conform[k];
        if (w.conform && is_tonal(&r[i]))
            SNQ_TRY(put_chords(&w, &p->kept));
    }
    return SNQ_OK;
}

static snq_status write_track(const snq_locked_recording *r, const snq_intent *in, uint32_t at,
                              snq_lock_plan *p)
{
    const snq_track_intent *t = &in->track[at];
    writer w = { .r = r, .in = in, .conform = &p->conform[at], .part = t->part };
    w.end = (int64_t)in->bars * snq_intent_bar_ticks(in);
    SNQ_TRY(snq_score_add_track(&p->kept, t->name, &w.to));
    memcpy(w.to->kind, t->kind, sizeof w.to->kind);
    memcpy(w.to->patch, t->patch, sizeof w.to->patch);
    w.to->program = -1;
    w.to->channel = (uint8_t)(t->part == SNQ_PART_drums ? DRUM_CHANNEL : at % DRUM_CHANNEL);
    return put_notes(&w);
}

/* ---------------------------------------------------------------- what doesn't suit */

static int tempo_suits(double own, double piece)
{
    static const double level[] = { 1.0, 2.0, 0.5 };
    for (int i = 0; i < 3; i++)
        if (fabs(level[i] * own / piece - 1.0) <= SAME_TEMPO)
            return 1;
    return 0;
}

static void warn(const snq_locked_recording *r, const snq_intent *in, const snq_conform *c,
                 snq_warnings *w)
{
    const double bpm = snq_locked_recording_bpm(r);
    if (bpm <= 0.0)
        snq_warnings_add(w, "lock_no_pulse", -1,
                         "%s: no pulse is heard in the recording: it begins with the piece",
                         r->name);
    else if (!tempo_suits(bpm, in->bpm))
        snq_warnings_add(w, "lock_not_stretched", -1,
                         "%s: the recording has %.5g BPM, the piece %.5g: it is not stretched",
                         r->name, bpm, in->bpm);
    else if (r->pulse.wander_s > WANDERS_S)
        snq_warnings_add(w, "lock_wanders", -1,
                         "%s: the recording's beats are up to %.0f ms away from a steady %.5g BPM",
                         r->name, 1e3 * r->pulse.wander_s, bpm);
    if (is_tonal(r) && snq_scale_set(r->tonic, r->mode) != snq_scale_set(in->tonic, in->mode))
        snq_warnings_add(w, "lock_not_transposed", -1,
                         "%s: the recording is in %s %s, the piece in %s %s: it is not transposed",
                         r->name, snq_tonic_names[r->tonic], snq_brief_mode_names[r->mode],
                         snq_tonic_names[in->tonic], snq_brief_mode_names[in->mode]);
    if (r->metre.beat_unit &&
        (r->metre.beats_per_bar != in->beats_per_bar || r->metre.beat_unit != in->beat_unit))
        snq_warnings_add(w, "lock_metre", -1, "%s: the recording is in %u/%u, the piece in %d/%d",
                         r->name, r->metre.beats_per_bar, r->metre.beat_unit, in->beats_per_bar,
                         in->beat_unit);
    if (c->lost_s > CUT_S)
        snq_warnings_add(
            w, "lock_cut", -1,
            "%s: the piece is shorter than the recording by %.1f s (--bars, --duration)", r->name,
            c->lost_s);
}

/* ---------------------------------------------------------------- all of it */

snq_status snq_lock_plan_make(const snq_locked_recording *r, uint32_t n,
                              const snq_sound_table *sounds, snq_session *s, snq_warnings *warnings,
                              snq_lock_plan *out)
{
    *out = (snq_lock_plan) { 0 };
    snq_score_init(&out->kept);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t at = 0;
        SNQ_TRY(seat(&r[i], sounds, out->set, s, &at));
        SNQ_TRY(lay(&r[i], &s->intent, at, out));
        SNQ_TRY(write_track(&r[i], &s->intent, at, out));
        warn(&r[i], &s->intent, &out->conform[at], warnings);
    }
    SNQ_TRY(find_chords(r, n, &s->intent, SNQ_PART_harmony, out));
    return find_chords(r, n, &s->intent, SNQ_PART_bass, out);
}

void snq_lock_plan_clear(snq_lock_plan *p)
{
    snq_score_clear(&p->kept);
    *p = (snq_lock_plan) { 0 };
}
