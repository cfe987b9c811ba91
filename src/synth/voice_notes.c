// SPDX-License-Identifier: MIT
/* voice_notes -- which lane plays which note.
 *
 * IDEA   A note takes the lowest free lane, so that voices crowd into few groups and empty groups cost
 *        nothing. When too many sound, one is taken away: it fades in a few ms where it is while the new
 *        note begins at once in a spare lane.
 *
 * STEPS  Who is taken: of the released ones the one whose key went up first; if none is released, the
 *        quietest, in steps of 6 dB; of equals, the oldest.
 *        Without a free lane (over SNQ__VOICE_SPARE thefts in 4 ms) the note waits for the fading voice
 *        that has least left: 7 ms at most, 1.3 when that one has not sounded yet.
 *        mono    one line: the last key down sounds, back to the one before when it goes up. A new key
 *                starts the envelopes again from where they are; sources that are struck (string, sample,
 *                FM …) begin in a new lane and the old one fades.
 *        legato  the same, but a key pressed while another is down only moves the pitch.
 *        glide   straight in semitones, the same time for every distance.
 *        pedal   what is let go while it is down sounds on until it goes up.
 *
 * COST   A note looks at all lanes, at most 40.
 *
 * LIMITS mono remembers 64 keys; of more, the oldest are forgotten. */
#include <math.h>
#include <string.h>

#include "synth/voice_impl.h"

typedef struct place {
    snq__voice_group *g;
    uint32_t lane;
} place;

static place lane_at(snq__voice_engine *e, uint32_t lane)
{
    return (place) { &e->group[lane / SNQ_LANES], lane % SNQ_LANES };
}

static snq__voice *voice_at(snq__voice_engine *e, uint32_t lane)
{
    return &e->group[lane / SNQ_LANES].voice[lane % SNQ_LANES];
}

static uint32_t lanes(const snq__voice_engine *e)
{
    return e->groups * SNQ_LANES;
}

/* --- one voice --- */

/* Sources that sound as long as they are fed can go on with another pitch; all others are struck. */
static int goes_on(const snq__source_type *t)
{
    return !strcmp(t->name, "wave") || !strcmp(t->name, "noise") || !strcmp(t->name, "formant");
}

static int is_struck(const snq__voice_engine *e)
{
    for (uint32_t o = 0; o < SNQ__VOICE_OSCS; o++)
        if (e->osc[o] && !goes_on(e->osc[o]))
            return 1;
    return 0;
}

static void start_lfos(snq__voice_engine *e, snq__voice *v)
{
    for (uint32_t l = 0; l < SNQ__VOICE_LFOS; l++) {
        const uint32_t slot = VP_LFO_PHASE + l * VP_LFO_SIZE;
        float phase = e->value[slot].now;
        for (uint32_t r = 0; r < e->routes; r++)
            if (e->route[r].slot == slot)
                phase += e->route[r].amount * v->from[e->route[r].from];
        snq__lfo_start(&v->lfo[l], (double)phase, snq_rng_next(&e->rng));
    }
    v->age_s = 0;
}

static void note_inputs(const snq__voice_engine *e, snq__voice *v)
{
    v->from[FROM_WHEEL] = e->value[VP_WHEEL].now;
    v->from[FROM_PRESSURE] = e->value[VP_PRESSURE].now;
    v->from[FROM_VELOCITY] = v->key.velocity;
    v->from[FROM_KEY] = (v->key.note - 60) / 12;
    v->from[FROM_RANDOM] = v->random;
}

static void start_sources(snq__voice_engine *e, place at)
{
    const snq__voice *v = &at.g->voice[at.lane];
    for (uint32_t o = 0; o < SNQ__VOICE_OSCS; o++) {
        if (!e->osc[o])
            continue;
        const snq__voice_value *of = &e->value[VP_OSC + o * VP_OSC_SIZE];
        const float track = of[VP_OSC_KEYTRACK - VP_OSC].now;
        const float pitch = 60 + (v->pitch - 60 + e->value[VP_TRANSPOSE].now) * track +
                            of[VP_OSC_SEMITONES - VP_OSC].now + of[VP_OSC_CENTS - VP_OSC].now / 100;
        const float hz = 440 * exp2f((pitch - 69) / 12);
        const snq__source_note note = { .hz = fminf(hz, 0.49f * (float)e->rate_hz),
                                        .note = v->key.note,
                                        .velocity = v->key.velocity,
                                        .seed = snq_rng_next(&e->rng) };
        for (uint32_t g = 0; e->osc[o]->begins && g < e->groups; g++)
            e->osc[o]->begins(e->group[g].source[o], &note);
        e->osc[o]->start(at.g->source[o], at.lane, &note);
    }
}

static void reset_filters(place at)
{
    for (uint32_t s = 0; s < 2; s++)
        for (uint32_t side = 0; side < 2; side++) {
            snq__lane_svf_reset(&at.g->filter[s].svf[side], at.lane);
            snq__lane_svf_reset(&at.g->fading[s].svf[side], at.lane);
            snq__lane_ladder_reset(&at.g->filter[s].ladder[side], at.lane);
            snq__lane_ladder_reset(&at.g->fading[s].ladder[side], at.lane);
        }
}

static void begin(snq__voice_engine *e, place at, const snq__voice_note *key)
{
    snq__voice *v = &at.g->voice[at.lane];
    *v = (snq__voice) { .state = SNQ__VOICE_HELD, .fresh = 1, .key = *key, .order = ++e->order };
    const int glides = e->value[VP_GLIDE].now > 0 && !isnan(e->last_pitch);
    v->pitch = v->glide_from = glides ? e->last_pitch : key->note;
    v->random = (float)(2 * snq_rng_uniform(&e->rng) - 1);
    note_inputs(e, v);
    for (uint32_t k = 0; k < SNQ__VOICE_ENVELOPES; k++)
        snq__envelope_start(&v->env[k], 1);
    start_lfos(e, v);
    start_sources(e, at);
    reset_filters(at);
    at.g->amp_state.v[at.lane] = 0;
    at.g->active |= 1u << at.lane;
    e->last_pitch = key->note;
}

static void release(snq__voice_engine *e, place at)
{
    snq__voice *v = &at.g->voice[at.lane];
    v->state = SNQ__VOICE_RELEASED;
    v->ended = ++e->order;
    for (uint32_t k = 0; k < SNQ__VOICE_ENVELOPES; k++)
        snq__envelope_release(&v->env[k]);
    for (uint32_t o = 0; o < SNQ__VOICE_OSCS; o++)
        if (e->osc[o] && e->osc[o]->release)
            e->osc[o]->release(at.g->source[o], at.lane);
}

static void cut(snq__voice *v)
{
    v->state = SNQ__VOICE_CUT;
    snq__envelope_cut(&v->env[0]);
}

/* The key went up: release, or the pedal holds. */
static void let_go(snq__voice_engine *e, uint32_t lane)
{
    if (e->pedal)
        voice_at(e, lane)->state = SNQ__VOICE_SUSTAINED;
    else
        release(e, lane_at(e, lane));
}

/* --- which lane --- */

static int sounds(const snq__voice *v)
{
    return v->state != SNQ__VOICE_FREE && v->state != SNQ__VOICE_CUT;
}

/* Notes that sound or wait. */
static uint32_t sounding(snq__voice_engine *e)
{
    uint32_t n = 0;
    for (uint32_t l = 0; l < lanes(e); l++)
        n += (uint32_t)sounds(voice_at(e, l)) + voice_at(e, l)->waiting;
    return n;
}

/* 6 dB steps: 0 is full level */
static int quietness(const snq__voice *v)
{
    int exponent = 0;
    frexpf(v->level, &exponent);
    return v->level > 0 ? -exponent : 127;
}

/* Whether a is to be taken before b. */
static int goes_first(const snq__voice *a, const snq__voice *b)
{
    const int ra = a->state == SNQ__VOICE_RELEASED, rb = b->state == SNQ__VOICE_RELEASED;
    if (ra != rb)
        return ra;
    if (ra)
        return a->ended < b->ended;
    const int qa = quietness(a), qb = quietness(b);
    /* one that began since the last block has had no time to be loud */
    if (a->fresh != b->fresh)
        return b->fresh;
    return qa != qb ? qa > qb : a->order < b->order;
}

/* One note less: of those that sound, or, where all only wait, of these. */
static void steal(snq__voice_engine *e)
{
    snq__voice *victim = NULL, *waiter = NULL;
    for (uint32_t l = 0; l < lanes(e); l++) {
        snq__voice *v = voice_at(e, l);
        if (sounds(v) && (!victim || goes_first(v, victim)))
            victim = v;
        if (v->waiting && (!waiter || v->next_ended > waiter->next_ended))
            waiter = v;
    }
    if (victim)
        cut(victim);
    else if (waiter)
        waiter->waiting = 0;
}

/* The lane that a new note gets, or, when all are in use, the fading one that is nearest to its end:
 * one in which nothing waits yet, if there is one. */
static uint32_t pick_lane(snq__voice_engine *e)
{
    uint32_t best = 0;
    const snq__voice *b = NULL;
    for (uint32_t l = 0; l < lanes(e); l++) {
        const snq__voice *v = voice_at(e, l);
        if (v->state == SNQ__VOICE_FREE)
            return l;
        if (v->state != SNQ__VOICE_CUT)
            continue;
        if (!b || v->waiting < b->waiting || (v->waiting == b->waiting && v->level < b->level)) {
            best = l;
            b = v;
        }
    }
    return best;
}

/* Returns the lane in which the note begins or waits. */
static uint32_t play(snq__voice_engine *e, const snq__voice_note *key)
{
    const uint32_t most = snq__voice_choice(e, VP_VOICES);
    const uint32_t room = most < e->voices_made ? most : e->voices_made;
    for (uint32_t n = sounding(e); n >= room; n--)
        steal(e);
    const uint32_t lane = pick_lane(e);
    snq__voice *v = voice_at(e, lane);
    if (v->state == SNQ__VOICE_FREE) {
        begin(e, lane_at(e, lane), key);
    } else {
        v->waiting = 1;
        v->next_ended = 0;
        v->next = *key;
    }
    return lane;
}

/* --- mono and legato --- */

/* The voice of the line, NULL when it has none that sounds. */
static snq__voice *line(snq__voice_engine *e)
{
    if (e->mono_lane < 0)
        return NULL;
    snq__voice *v = voice_at(e, (uint32_t)e->mono_lane);
    return sounds(v) && v->order == e->mono_order ? v : NULL;
}

static void move_pitch(snq__voice_engine *e, snq__voice *v, const snq__voice_note *key)
{
    v->glide_from = v->pitch;
    v->glide_s = 0;
    v->key.id = key->id;
    v->key.note = key->note;
    v->from[FROM_KEY] = (key->note - 60) / 12;
    e->last_pitch = key->note;
}

static void start_again(snq__voice_engine *e, snq__voice *v, const snq__voice_note *key)
{
    move_pitch(e, v, key);
    v->state = SNQ__VOICE_HELD;
    v->key.velocity = key->velocity;
    v->random = (float)(2 * snq_rng_uniform(&e->rng) - 1);
    note_inputs(e, v);
    for (uint32_t k = 0; k < SNQ__VOICE_ENVELOPES; k++)
        snq__envelope_start(&v->env[k], 0);
    start_lfos(e, v);
    for (uint32_t l = 0; l < SNQ__VOICE_LFOS; l++)
        v->lfo_mend[l] = NAN; /* to be found: voice_control.c */
}

static void line_on(snq__voice_engine *e, const snq__voice_note *key)
{
    int others = 0;
    for (uint32_t i = 0; i < e->helds; i++)
        others |= !e->held_up[i];
    if (e->helds == SNQ__VOICE_HELD_MAX) {
        memmove(e->held, e->held + 1, (SNQ__VOICE_HELD_MAX - 1) * sizeof e->held[0]);
        memmove(e->held_up, e->held_up + 1, SNQ__VOICE_HELD_MAX - 1);
        e->helds--;
    }
    e->held[e->helds] = *key;
    e->held_up[e->helds++] = 0;
    snq__voice *v = line(e);
    const int slurs = snq__voice_choice(e, VP_MODE) == SNQ__VOICE_LEGATO && others;
    if (v && slurs && v->state != SNQ__VOICE_RELEASED) {
        move_pitch(e, v, key);
        v->state = SNQ__VOICE_HELD;
        return;
    }
    if (v && !is_struck(e)) {
        start_again(e, v, key);
        return;
    }
    if (v) {
        e->last_pitch = v->pitch;
        cut(v);
    }
    e->mono_lane = (int)play(e, key);
    const snq__voice *now = voice_at(e, (uint32_t)e->mono_lane);
    e->mono_order = now->waiting ? 0 : now->order;
}

static void forget(snq__voice_engine *e, uint32_t i)
{
    memmove(&e->held[i], &e->held[i + 1], (e->helds - i - 1) * sizeof e->held[0]);
    memmove(&e->held_up[i], &e->held_up[i + 1], e->helds - i - 1);
    e->helds--;
}

/* The line goes to the last key that is down; without one it ends. */
static void line_return(snq__voice_engine *e)
{
    snq__voice *v = line(e);
    if (!v || v->state == SNQ__VOICE_RELEASED)
        return;
    if (!e->helds) {
        release(e, lane_at(e, (uint32_t)e->mono_lane));
        return;
    }
    const snq__voice_note *last = &e->held[e->helds - 1];
    if (last->id != v->key.id || last->note != v->key.note)
        move_pitch(e, v, last);
}

/* Returns whether the key was one of the line's. */
static int line_off(snq__voice_engine *e, uint32_t id)
{
    for (uint32_t i = 0; i < e->helds; i++) {
        if (e->held[i].id != id || e->held_up[i])
            continue;
        if (e->pedal) {
            e->held_up[i] = 1;
        } else {
            forget(e, i);
            line_return(e);
        }
        return 1;
    }
    return 0;
}

/* --- from outside --- */

void snq__voice_note_on(snq__voice_engine *e, uint32_t id, float note, float velocity)
{
    const snq__voice_note key = { id, fminf(fmaxf(note, -24), 151), velocity };
    if (snq__voice_choice(e, VP_MODE) == SNQ__VOICE_POLY)
        play(e, &key);
    else
        line_on(e, &key);
}

void snq__voice_note_off(snq__voice_engine *e, uint32_t id)
{
    int lane = -1;
    for (uint32_t l = 0; l < lanes(e); l++) {
        snq__voice *v = voice_at(e, l);
        if (v->state == SNQ__VOICE_HELD && v->key.id == id &&
            (lane < 0 || v->order < voice_at(e, (uint32_t)lane)->order))
            lane = (int)l;
    }
    const int of_line = line_off(e, id);
    if (lane >= 0 && !(of_line && lane == e->mono_lane)) {
        let_go(e, (uint32_t)lane);
        return;
    }
    if (lane >= 0)
        return;
    for (uint32_t l = 0; l < lanes(e); l++) {
        snq__voice *v = voice_at(e, l);
        if (v->waiting && !v->next_ended && v->next.id == id) {
            v->next_ended = 1;
            return;
        }
    }
}

void snq__voice_pedal(snq__voice_engine *e, int down)
{
    if (e->pedal && !down) {
        for (uint32_t l = 0; l < lanes(e); l++)
            if (voice_at(e, l)->state == SNQ__VOICE_SUSTAINED)
                release(e, lane_at(e, l));
        int some = 0;
        for (uint32_t i = e->helds; i-- > 0;)
            if (e->held_up[i]) {
                forget(e, i);
                some = 1;
            }
        if (some)
            line_return(e);
    }
    e->pedal = down;
}

void snq__voice_all_off(snq__voice_engine *e, int at_once)
{
    e->helds = 0;
    for (uint32_t l = 0; l < lanes(e); l++) {
        snq__voice *v = voice_at(e, l);
        if (at_once)
            v->waiting = 0;
        else if (v->waiting)
            v->next_ended = 1;
        if (!sounds(v))
            continue;
        if (at_once)
            cut(v);
        else if (v->state != SNQ__VOICE_RELEASED)
            release(e, lane_at(e, l));
    }
}

/* --- the end --- */

static int sources_ended(const snq__voice_engine *e, const snq__voice_group *g, uint32_t lane)
{
    for (uint32_t o = 0; o < SNQ__VOICE_OSCS; o++)
        if (e->osc[o] && !(e->osc[o]->ended && e->osc[o]->ended(g->source[o], lane)))
            return 0;
    return 1;
}

/* Whether nothing of the voice will be heard any more. An envelope that has decayed to nothing does not
 * come back, whether the key is down or not. */
static int is_over(const snq__voice_engine *e, const snq__voice_group *g, uint32_t lane)
{
    static const float inaudible = 1e-5f; /* -100 dB */
    const snq__voice *v = &g->voice[lane];
    if (sources_ended(e, g, lane))
        return 1;
    if (g->amp_state.v[lane] > inaudible || v->fresh)
        return 0;
    const snq__envelope *env = &v->env[0];
    const int decayed = env->stage == SNQ__ENVELOPE_SUSTAIN && env->level <= 0 &&
                        e->value[VP_ENV_SUSTAIN].goal <= 0 && !e->routed[VP_ENV_SUSTAIN];
    return decayed || env->stage == SNQ__ENVELOPE_IDLE ||
           (env->stage == SNQ__ENVELOPE_CUT && env->level <= 0);
}

static void clear_lane(snq__voice_group *g, uint32_t lane)
{
    snq__ramp *r = g->ramps.level;
    for (uint32_t o = 0; o < SNQ__VOICE_OSCS; o++)
        r[o].from.v[lane] = r[o].to.v[lane] = 0;
    g->ramps.amp.from.v[lane] = g->ramps.amp.to.v[lane] = 0;
    g->amp_state.v[lane] = 0;
}

void snq__voice_retire(snq__voice_engine *e, snq__voice_group *g)
{
    for (uint32_t bits = g->active; bits; bits &= bits - 1) {
        const uint32_t lane = (uint32_t)__builtin_ctz(bits);
        if (!is_over(e, g, lane))
            continue;
        const snq__voice was = g->voice[lane];
        clear_lane(g, lane);
        g->voice[lane].state = SNQ__VOICE_FREE;
        g->voice[lane].waiting = 0;
        g->active &= ~(1u << lane);
        if (!was.waiting)
            continue;
        const uint32_t all = (uint32_t)(g - e->group) * SNQ_LANES + lane;
        begin(e, (place) { g, lane }, &was.next);
        if (e->mono_lane == (int)all && !e->mono_order)
            e->mono_order = g->voice[lane].order;
        if (was.next_ended)
            let_go(e, all);
    }
}
