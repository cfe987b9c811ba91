// SPDX-License-Identifier: MIT
/* voice_control -- what each voice is told for the coming block.
 *
 * IDEA   Once a block, each voice looks at its envelopes, its slow oscillators and at what routes add to
 *        its parameters, and says where pitch, cutoff, level and place shall be at the block's end. The
 *        sound then goes there in straight lines from where the last block ended.
 *
 * STEPS  for every voice, dt = the block's length:
 *          from      = lfo, lfo2 (x depth x fade), envelopes, velocity, key = (note - 60) / 12, wheel,
 *                      pressure, random
 *          mod[p]    = sum of amount x from over the routes to p; octaves where p is logarithmic
 *          p         = clamp(slot + mod)
 *          pitch     = glide + transpose + tune + bend
 *          hz_o      = 440 2^((60 + (pitch - 60) keytrack_o + semitones_o + cents_o - 69) / 12)
 *          cutoff    = 2^(slot + keytrack (pitch - 60) / 12 + env2 env_octaves + velocity velocity_octaves)
 *          amplitude = env1 level (1 - s + s velocity^2),   s: velocity_sensitivity
 *          sides     = sqrt(1 -+ pan): equal power, 1 in the middle
 *        Routes to envelopes and LFOs are worked out before these with the block before's `from`.
 *        What belongs to the sum (gain, width, distortion), filter_drive and what sources have for
 *        themselves is moved by the newest voice's `from`; where an LFO begins, by what a note begins with.
 *        An LFO whose wave, rhythm or start was changed goes on from the value that it had, and the
 *        difference dies away with MEND.
 *
 *        2^x = 2^round(x) 2^r, r in -1/2 .. 1/2 by a polynomial, for eight lanes at once.
 *
 * CONST  MEND 5 ms (ours). velocity^2: 40 log10 v dB, as General MIDI's volume. The polynomial of 2^r goes
 *        through it at the seven Chebyshev points of -1/2 .. 1/2: 3e-9; in float 2e-7, or 0.0004 cents.
 *
 * COST   About 60 ns a voice and block with two envelopes, an LFO and four routes.
 *
 * LIMITS Control is as fine as the blocks, 64 frames: LFOs over 50 Hz are what FM is for. */
#include <math.h>
#include <string.h>

#include "synth/voice_impl.h"

static const double mend_s = 0.005;

/* --- values with what routes add --- */

static void add_routes(snq__voice_engine *e, const float *from)
{
    for (uint32_t r = 0; r < e->routes; r++)
        e->mod[e->route[r].slot] = 0;
    for (uint32_t r = 0; r < e->routes; r++)
        e->mod[e->route[r].slot] += e->route[r].amount * from[e->route[r].from];
}

static float limited(const snq__voice_value *v, float add)
{
    const float x = v->now + add;
    return x < v->min ? v->min : x > v->max ? v->max : x;
}

/* Slot of the voice at hand: log2 where it is logarithmic. */
static inline float slot(const snq__voice_engine *e, uint32_t s)
{
    return e->routed[s] ? limited(&e->value[s], e->mod[s]) : e->value[s].now;
}

float snq__voice_sum_value(const snq__voice_engine *e, uint32_t s)
{
    return limited(&e->value[s], e->mod_sum[s]);
}

/* --- envelopes and slow oscillators --- */

float snq__voice_power(snq__voice_engine *e, uint32_t s, float x)
{
    if (x != e->power_of[s]) {
        e->power_of[s] = x;
        e->power[s] = exp2f(x);
    }
    return e->power[s];
}

static float raised(snq__voice_engine *e, uint32_t s)
{
    return snq__voice_power(e, s, slot(e, s));
}

static void read_envelope(snq__voice_engine *e, uint32_t k, snq__envelope_cfg *cfg)
{
    const uint32_t at = VP_ENV + k * VP_ENV_SIZE - VP_ENV;
    *cfg = (snq__envelope_cfg) {
        .attack_s = raised(e, at + VP_ENV_ATTACK),
        .hold_s = slot(e, at + VP_ENV_HOLD),
        .decay_s = raised(e, at + VP_ENV_DECAY),
        .sustain = slot(e, at + VP_ENV_SUSTAIN),
        .release_s = raised(e, at + VP_ENV_RELEASE),
        .curve = slot(e, at + VP_ENV_CURVE),
    };
}

static double lfo_hz(snq__voice_engine *e, uint32_t l)
{
    const double beats = snq__voice_sync_beats(snq__voice_choice(e, VP_LFO_SYNC + l * VP_LFO_SIZE));
    if (beats > 0)
        return e->bpm / 60 / beats;
    return (double)raised(e, VP_LFO_RATE + l * VP_LFO_SIZE);
}

static void read_shared(snq__voice_engine *e, snq__voice_shared *s)
{
    for (uint32_t k = 0; k < SNQ__VOICE_ENVELOPES; k++)
        if (e->env_used[k])
            read_envelope(e, k, &s->env[k]);
    for (uint32_t l = 0; l < SNQ__VOICE_LFOS; l++)
        if (e->lfo_used[l])
            s->lfo_hz[l] = lfo_hz(e, l);
}

static int is_free(const snq__voice_engine *e, uint32_t l)
{
    return snq__voice_choice(e, VP_LFO_MODE + l * VP_LFO_SIZE) == SNQ__LFO_FREE;
}

/* The oscillators that all voices hear alike: synced ones stand where the beat says. */
static void run_free_lfo(snq__voice_engine *e, uint32_t l)
{
    const uint32_t at = l * VP_LFO_SIZE;
    const snq__lfo_wave wave = (snq__lfo_wave)snq__voice_choice(e, VP_LFO_WAVEFORM + at);
    const double beats = snq__voice_sync_beats(snq__voice_choice(e, VP_LFO_SYNC + at));
    double dt = e->shared.dt_s;
    if (beats > 0) {
        const double cycles = e->beat / beats + (double)snq__voice_sum_value(e, VP_LFO_PHASE + at);
        e->lfo[l].cycle = (int64_t)floor(cycles);
        e->lfo[l].phase = cycles - floor(cycles);
        dt = 0;
    }
    e->lfo_value[l] = snq__lfo_advance(&e->lfo[l], wave, e->shared.lfo_hz[l], dt);
}

void snq__voice_control_begin(snq__voice_engine *e, uint32_t n)
{
    e->newest = NULL;
    e->shared.dt_s = (double)n / e->rate_hz;
    for (uint32_t r = 0; r < e->routes; r++)
        if (e->route[r].slot < VP_SLOTS)
            e->mod[e->route[r].slot] = e->mod_sum[e->route[r].slot];
    read_shared(e, &e->shared);
    e->beat += e->shared.dt_s * e->bpm / 60;
    for (uint32_t l = 0; l < SNQ__VOICE_LFOS; l++)
        if (e->lfo_used[l] && is_free(e, l))
            run_free_lfo(e, l);
}

static float run_lfo(const snq__voice_engine *e, const snq__voice_shared *s, snq__voice *v,
                     uint32_t l)
{
    const uint32_t at = l * VP_LFO_SIZE;
    const snq__lfo_wave wave = (snq__lfo_wave)snq__voice_choice(e, VP_LFO_WAVEFORM + at);
    float x =
        is_free(e, l) ? e->lfo_value[l] : snq__lfo_advance(&v->lfo[l], wave, s->lfo_hz[l], s->dt_s);
    if ((e->lfo_jump[l] && !v->fresh) || isnan(v->lfo_mend[l]))
        v->lfo_mend[l] = v->lfo_last[l] - x;
    v->lfo_mend[l] *= s->dt_s < mend_s ? (float)(1 - s->dt_s / mend_s) : 0;
    if (fabsf(v->lfo_mend[l]) < 1e-6f)
        v->lfo_mend[l] = 0;
    x += v->lfo_mend[l];
    v->lfo_last[l] = x;
    const float fade = slot(e, VP_LFO_FADE + at);
    if ((double)fade > v->age_s)
        x *= (float)(v->age_s / (double)fade);
    return x * slot(e, VP_LFO_DEPTH + at);
}

static void run_inner(snq__voice_engine *e, snq__voice *v)
{
    const snq__voice_shared *s = &e->shared;
    snq__voice_shared own;
    if (e->routes_inner) {
        add_routes(e, v->from);
        own = e->shared;
        read_shared(e, &own);
        s = &own;
    }
    v->age_s += s->dt_s;
    for (uint32_t k = 0; k < SNQ__VOICE_ENVELOPES; k++)
        if (e->env_used[k])
            v->from[FROM_ENV1 + k] = snq__envelope_advance(&v->env[k], &s->env[k], s->dt_s);
    for (uint32_t l = 0; l < SNQ__VOICE_LFOS; l++)
        if (e->lfo_used[l])
            v->from[FROM_LFO + l] = run_lfo(e, s, v, l);
    v->from[FROM_WHEEL] = e->value[VP_WHEEL].now;
    v->from[FROM_PRESSURE] = e->value[VP_PRESSURE].now;
}

/* --- where the straight lines go --- */

/* What is logarithmic while a block's ends are worked out: log2, a lane. */
typedef struct aims {
    snq__lanes pitch[SNQ__VOICE_OSCS]; /* octaves from A4 */
    snq__lanes cutoff, resonance, cutoff2, resonance2;
} aims;

/* x = 2^x times, for x from -126 to 126. Loops that compilers turn into vectors: one that is inlined into
 * a loop is not, and there the bits of a float may not be looked at. */
static __attribute__((noinline)) void raise(snq__lanes *x, float times)
{
    static const float round_it = 12582912.0f; /* 1.5 2^23 */
    int32_t bits[SNQ_LANES];
    float power[SNQ_LANES];
    for (int k = 0; k < SNQ_LANES; k++) {
        const float whole = (x->v[k] + round_it) - round_it;
        bits[k] = ((int32_t)whole + 127) * (1 << 23);
    }
    memcpy(power, bits, sizeof power);
    for (int k = 0; k < SNQ_LANES; k++) {
        const float r = x->v[k] - ((x->v[k] + round_it) - round_it);
        float y = 1.54614447e-4f;
        y = y * r + 1.34004282e-3f;
        y = y * r + 9.61805668e-3f;
        y = y * r + 5.55032723e-2f;
        y = y * r + 2.40226509e-1f;
        y = y * r + 6.93147207e-1f;
        y = y * r + 1.0f;
        x->v[k] = y * power[k] * times;
    }
}

static void move_pitch(const snq__voice_engine *e, snq__voice *v)
{
    const float takes = slot(e, VP_GLIDE);
    v->glide_s += e->shared.dt_s;
    v->pitch = v->key.note;
    if ((double)takes > v->glide_s)
        v->pitch += (v->glide_from - v->key.note) * (float)(1 - v->glide_s / (double)takes);
}

static void aim_sources(const snq__voice_engine *e, snq__voice_ramps *r, aims *to, uint32_t lane,
                        float pitch)
{
    for (uint32_t o = 0; o < SNQ__VOICE_OSCS; o++) {
        if (!e->osc[o])
            continue;
        const uint32_t at = o * VP_OSC_SIZE;
        const float track = slot(e, VP_OSC_KEYTRACK + at);
        const float p = 60 + (pitch - 60) * track + slot(e, VP_OSC_SEMITONES + at) +
                        slot(e, VP_OSC_CENTS + at) * 0.01f;
        to->pitch[o].v[lane] = (p - 69) * (1.0f / 12);
        r->shape[o].to.v[lane] = slot(e, VP_OSC_SHAPE + at);
        r->level[o].to.v[lane] = slot(e, VP_OSC_LEVEL + at);
    }
}

static float cutoff(const snq__voice_engine *e, uint32_t s, float octaves)
{
    const snq__voice_value *v = &e->value[s];
    const float x = slot(e, s) + octaves;
    return x < v->min ? v->min : x > v->max ? v->max : x;
}

static int runs(const snq__voice_switch *w)
{
    return w->now.model != SNQ__MODEL_OFF || w->left;
}

static void aim_filters(const snq__voice_engine *e, const snq__voice *v, aims *to, uint32_t lane,
                        float pitch)
{
    const float track = slot(e, VP_FILTER_KEYTRACK) * (pitch - 60) * (1.0f / 12);
    if (runs(&e->filter[0])) {
        const float octaves = track + v->from[FROM_ENV2] * slot(e, VP_FILTER_ENV) +
                              v->key.velocity * slot(e, VP_FILTER_VELOCITY);
        to->cutoff.v[lane] = cutoff(e, VP_CUTOFF, octaves);
        to->resonance.v[lane] = slot(e, VP_RESONANCE);
    }
    if (runs(&e->filter[1])) {
        to->cutoff2.v[lane] = cutoff(e, VP_CUTOFF2, track);
        to->resonance2.v[lane] = slot(e, VP_RESONANCE2);
    }
}

/* Octaves to hertz and the like, all lanes; those without a voice get ordinary numbers. */
static void raise_all(const snq__voice_engine *e, const aims *to, snq__voice_ramps *r)
{
    const float highest = 0.49f * (float)e->rate_hz;
    for (uint32_t o = 0; o < SNQ__VOICE_OSCS; o++) {
        if (!e->osc[o])
            continue;
        snq__lanes *hz = &r->hz[o].to;
        *hz = to->pitch[o];
        raise(hz, 440);
        for (int k = 0; k < SNQ_LANES; k++)
            hz->v[k] = hz->v[k] < highest ? hz->v[k] : highest;
    }
    if (runs(&e->filter[0])) {
        r->cutoff.to = to->cutoff;
        raise(&r->cutoff.to, 1);
        r->resonance.to = to->resonance;
        raise(&r->resonance.to, 1);
    }
    if (runs(&e->filter[1])) {
        r->cutoff2.to = to->cutoff2;
        raise(&r->cutoff2.to, 1);
        r->resonance2.to = to->resonance2;
        raise(&r->resonance2.to, 1);
    }
}

static void aim_amplitude(const snq__voice_engine *e, snq__voice *v, snq__voice_ramps *r,
                          uint32_t lane)
{
    const float s = slot(e, VP_VELOCITY),
                by_velocity = 1 - s + s * v->key.velocity * v->key.velocity;
    v->level = v->from[FROM_ENV1] * by_velocity * slot(e, VP_AMP_LEVEL);
    r->amp.to.v[lane] = v->level;
    const float pan = slot(e, VP_PAN);
    r->left.to.v[lane] = sqrtf(1 - pan);
    r->right.to.v[lane] = sqrtf(1 + pan);
}

/* A voice that begins has been where it goes: all but its amplitude, which starts from nothing. */
static void settle(snq__voice_ramps *ramps, uint32_t lane)
{
    snq__ramp *r = (snq__ramp *)ramps;
    for (uint32_t i = 0; i < SNQ__VOICE_RAMPS; i++)
        r[i].from.v[lane] = r[i].to.v[lane];
    ramps->amp.from.v[lane] = 0;
}

void snq__voice_control(snq__voice_engine *e, snq__voice_group *g)
{
    snq__ramp *r = (snq__ramp *)&g->ramps;
    aims to = { 0 };
    uint32_t fresh = 0;
    for (uint32_t i = 0; i < SNQ__VOICE_RAMPS; i++)
        r[i].from = r[i].to;
    for (uint32_t bits = g->active; bits; bits &= bits - 1) {
        const uint32_t lane = (uint32_t)__builtin_ctz(bits);
        snq__voice *v = &g->voice[lane];
        run_inner(e, v);
        add_routes(e, v->from);
        move_pitch(e, v);
        const float pitch =
            v->pitch + slot(e, VP_TRANSPOSE) + slot(e, VP_TUNE) * 0.01f + e->value[VP_BEND].now;
        aim_sources(e, &g->ramps, &to, lane, pitch);
        aim_filters(e, v, &to, lane, pitch);
        aim_amplitude(e, v, &g->ramps, lane);
        fresh |= (uint32_t)v->fresh << lane;
        v->fresh = 0;
        if (!e->newest || v->order > e->newest->order)
            e->newest = v;
    }
    raise_all(e, &to, &g->ramps);
    for (; fresh; fresh &= fresh - 1)
        settle(&g->ramps, (uint32_t)__builtin_ctz(fresh));
}

/* --- what belongs to all voices --- */

static void move_own(snq__voice_engine *e, uint32_t k)
{
    snq__voice_own *own = &e->own[k];
    const float moved = own->base + e->mod[VP_SLOTS + k];
    const float to =
        snq_param_clamp(own->param, own->param->scale == SNQ_PARAM_LOG ? exp2f(moved) : moved);
    if (to == own->last)
        return;
    own->last = to;
    for (uint32_t g = 0; g < e->groups; g++)
        e->osc[own->osc]->set(e->group[g].source[own->osc], own->index, to);
}

void snq__voice_control_end(snq__voice_engine *e)
{
    for (uint32_t l = 0; l < SNQ__VOICE_LFOS; l++)
        e->lfo_jump[l] = 0;
    if (!e->newest || !e->routes)
        return;
    add_routes(e, e->newest->from);
    for (uint32_t r = 0; r < e->routes; r++)
        if (e->route[r].slot < VP_SLOTS)
            e->mod_sum[e->route[r].slot] = e->mod[e->route[r].slot];
    for (uint32_t k = 0; k < e->owns; k++)
        move_own(e, k);
}
