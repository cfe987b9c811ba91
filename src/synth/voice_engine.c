// SPDX-License-Identifier: MIT
/* voice_engine -- sources, filters, envelopes and a matrix, for up to 32 notes at once.
 *
 * IDEA   Voices stand side by side, eight in a group, and everything is done to eight at once, a block
 *        of at most 64 frames at a time. What changes slowly is worked out once a block and a voice; what
 *        is fast runs in vectors. A group without voices costs nothing.
 *
 * STEPS  a block:
 *          slots move (voice_params.c)
 *          for each group with voices:
 *            envelopes, LFOs, routes, glide -> straight lines     voice_control.c
 *            sources -> filter -> filter -> amplitude, place      voice_block.c
 *          sum of all -> distortion -> width -> gain              voice_drive.c, here
 *          voices that are over give their lanes back             voice_notes.c
 *        gain = 10^(gain_db / 20) volume^2 expression^2, and the player's pan by equal power.
 *
 * COST   A voice-sample of 32 voices of two saws, a state variable filter, two envelopes and an LFO is
 *        3.5 ns with AVX2, 7 in plain C (Sapphire Rapids, shared, 2026; tests/synth/test_voice_engine
 *        --bench). One voice alone costs what eight do, 35 ns a frame; silence 1.5 ns.
 *
 * LIMITS What is set while nothing sounds is there at once. LFOs that run free stand still while the
 *        player does not run a silent instrument, unless they are synced. */
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/cpu.h"
#include "dsp/denormals.h"
#include "synth/voice_impl.h"

static const float rest_hz = 440, rest_cutoff_hz = 1000;
/* of amplitudes' and gains' corners, 12 frames at 48 kHz: a corner of a straight line is 22 dB quieter
 * above 8 kHz, and a note begins a quarter of a ms later */
static const float smooth_s = 0.00025f;

static void voice_free(void *self)
{
    snq__voice_engine *e = self;
    if (!e)
        return;
    for (uint32_t g = 0; e->group && g < e->groups; g++)
        for (uint32_t o = 0; o < SNQ__VOICE_OSCS; o++)
            if (e->osc[o])
                e->osc[o]->free(e->group[g].source[o]);
    snq_free(e->group);
    snq_free(e->param);
    snq_free(e->address);
    snq_free(e);
}

static void rest_lanes(snq__voice_group *g)
{
    for (int k = 0; k < SNQ_LANES; k++) {
        snq__voice_ramps *r = &g->ramps;
        for (uint32_t o = 0; o < SNQ__VOICE_OSCS; o++)
            r->hz[o].to.v[k] = rest_hz;
        r->cutoff.to.v[k] = r->cutoff2.to.v[k] = rest_cutoff_hz;
        r->resonance.to.v[k] = r->resonance2.to.v[k] = 1;
    }
}

static snq_status make_sources(snq__voice_engine *e, const snq_instrument_cfg *cfg)
{
    for (uint32_t o = 0; o < SNQ__VOICE_OSCS; o++) {
        if (!e->osc[o])
            continue;
        float value[SNQ__SOURCE_PARAMS_MAX];
        snq__voice_source_values(e, cfg->patch, o, value);
        const snq__source_cfg source = { .rate_hz = cfg->rate_hz,
                                         .value = value,
                                         .bank = cfg->bank,
                                         .recording = cfg->patch->recording[o],
                                         .stereo = e->stereo };
        for (uint32_t g = 0; g < e->groups; g++)
            SNQ_TRY(e->osc[o]->make(&source, &e->group[g].source[o]));
    }
    return SNQ_OK;
}

/* Gain of a side of the sum. */
static float side_gain(snq__voice_engine *e, int right)
{
    const float pan = e->value[VP_PERFORM_PAN].now;
    const float by_hand = e->value[VP_VOLUME].now * e->value[VP_EXPRESSION].now;
    const float level = snq__voice_sum_value(e, VP_GAIN) * 0.16609640f; /* log2(10) / 20 */
    return snq__voice_power(e, VP_GAIN, level) * by_hand * by_hand *
           sqrtf(right ? 1 + pan : 1 - pan);
}

/* While nothing sounds, what is done to the sum is where it shall be. */
static void settle(snq__voice_engine *e)
{
    snq__voice_drive_reset(&e->drive, snq__voice_sum_value(e, VP_DISTORTION), e->rate_hz / 200);
    e->width = snq__voice_sum_value(e, VP_WIDTH);
    for (int s = 0; s < 2; s++)
        e->gain[s].line = e->gain[s].now = side_gain(e, s);
}

static snq_status voice_make(const snq_instrument_cfg *cfg, void **out)
{
    *out = NULL;
    snq_status st;
    snq__voice_engine *e = snq_calloc(1, sizeof *e);
    if (!e)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for a voice engine");
    e->rate_hz = cfg->rate_hz;
    e->mono_lane = -1;
    e->last_pitch = NAN;
    e->bpm = 120;
    e->smooth = 1 - expf(-1 / (smooth_s * (float)cfg->rate_hz));
    e->mix = snq__voice_mix_pick(snq_cpu_flags());
    snq_rng_init(&e->rng, cfg->seed);
    for (uint32_t s = 0; s < VP_SLOTS; s++)
        e->power_of[s] = NAN; /* which is no number's equal */
    SNQ_GOTO(snq__voice_params_init(e, cfg->patch));
    e->voices_made = snq__voice_choice(e, VP_VOICES);
    e->stereo = (int)snq__voice_choice(e, VP_CHANNELS);
    e->groups = (e->voices_made + SNQ__VOICE_SPARE + SNQ_LANES - 1) / SNQ_LANES;
    e->group = snq_calloc(e->groups, sizeof *e->group);
    if (!e->group) {
        st = SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for %u voices", e->voices_made);
        goto fail;
    }
    for (uint32_t g = 0; g < e->groups; g++)
        rest_lanes(&e->group[g]);
    SNQ_GOTO(make_sources(e, cfg));
    for (uint32_t l = 0; l < SNQ__VOICE_LFOS; l++)
        snq__lfo_start(&e->lfo[l], (double)e->value[VP_LFO_PHASE + l * VP_LFO_SIZE].now,
                       snq_rng_next(&e->rng));
    snq__voice_switches_begin(e);
    settle(e);
    *out = e;
    return SNQ_OK;
fail:
    voice_free(e);
    return st;
}

static const snq_param *voice_params(const void *self, size_t *n)
{
    const snq__voice_engine *e = self;
    *n = e->params;
    return e->param;
}

static void voice_note_on(void *self, uint32_t id, float note, float velocity)
{
    snq__voice_note_on(self, id, note, velocity);
}

static void voice_note_off(void *self, uint32_t id, float release_velocity)
{
    (void)release_velocity;
    snq__voice_note_off(self, id);
}

static void voice_set(void *self, uint32_t index, float value)
{
    snq__voice_set(self, index, value);
}

static void voice_perform(void *self, snq_perform what, double value)
{
    static const uint8_t slots[] = {
        [SNQ_PERFORM_BEND] = VP_BEND,         [SNQ_PERFORM_WHEEL] = VP_WHEEL,
        [SNQ_PERFORM_PRESSURE] = VP_PRESSURE, [SNQ_PERFORM_EXPRESSION] = VP_EXPRESSION,
        [SNQ_PERFORM_VOLUME] = VP_VOLUME,     [SNQ_PERFORM_PAN] = VP_PERFORM_PAN,
    };
    snq__voice_engine *e = self;
    if (what == SNQ_PERFORM_SUSTAIN) {
        snq__voice_pedal(e, value >= 0.5);
    } else if (what == SNQ_PERFORM_BPM) {
        e->bpm = fmin(fmax(value, 0), 1000);
    } else if (what == SNQ_PERFORM_BEAT) {
        e->beat = fmin(fmax(value, 0), 1e9);
    } else {
        snq__voice_slot_set(e, slots[what], (float)value);
    }
}

static void voice_all_off(void *self, int at_once)
{
    snq__voice_all_off(self, at_once);
}

/* side -> side width */
static void widen(float from, float to, float *left, float *right, uint32_t n)
{
    const float step = (to - from) / (float)n;
    for (uint32_t i = 0; i < n; i++) {
        const float middle = 0.5f * (left[i] + right[i]);
        const float side = 0.5f * (left[i] - right[i]) * (from + step * (float)(i + 1));
        left[i] = middle + side;
        right[i] = middle - side;
    }
}

/* x times a gain that goes straight to `to`, its corners rounded. */
static void amplify(const snq__voice_engine *e, snq__voice_gain *g, float to, float *x, uint32_t n)
{
    if (g->line == to && g->now == to) {
        for (uint32_t i = 0; i < n; i++)
            x[i] *= to;
        return;
    }
    const float step = (to - g->line) / (float)n;
    float now = g->now;
    for (uint32_t i = 0; i < n; i++) {
        now += (g->line + step * (float)(i + 1) - now) * e->smooth;
        x[i] *= now;
    }
    g->line = to;
    g->now = fabsf(now - to) > 1e-6f * to ? now : to;
}

/* What is done to the sum. */
static void finish(snq__voice_engine *e, float *left, float *right, uint32_t n)
{
    snq__voice_drive_run(&e->drive, snq__voice_sum_value(e, VP_DISTORTION), left, right, n);
    const float width = snq__voice_sum_value(e, VP_WIDTH);
    if (width != 1 || e->width != 1)
        widen(e->width, width, left, right, n);
    e->width = width;
    float *const x[2] = { left, right };
    for (int s = 0; s < 2; s++)
        amplify(e, &e->gain[s], side_gain(e, s), x[s], n);
}

static int voice_silent(const void *self)
{
    const snq__voice_engine *e = self;
    return e->drive.rest && !snq__voice_any(e);
}

static void voice_run(void *self, float *left, float *right, uint32_t n)
{
    snq__voice_engine *e = self;
    if (!n)
        return;
    memset(left, 0, n * sizeof *left);
    memset(right, 0, n * sizeof *right);
    const snq_denormals was = snq_denormals_off();
    snq__voice_slots_advance(e, n);
    snq__voice_switches_begin(e);
    snq__voice_control_begin(e, n);
    const int sounds = !voice_silent(e);
    for (uint32_t g = 0; g < e->groups; g++) {
        if (!e->group[g].active)
            continue;
        snq__voice_control(e, &e->group[g]);
        snq__voice_group_run(e, &e->group[g], n, left, right);
        snq__voice_retire(e, &e->group[g]);
    }
    snq__voice_control_end(e);
    snq__voice_switches_end(e, n);
    if (sounds)
        finish(e, left, right, n);
    if (!snq__voice_any(e) && e->drive.rest)
        settle(e);
    snq_denormals_restore(was);
}

const snq__engine snq__engine_voice = {
    .name = "voice",
    .make = voice_make,
    .free = voice_free,
    .params = voice_params,
    .note_on = voice_note_on,
    .note_off = voice_note_off,
    .set = voice_set,
    .perform = voice_perform,
    .all_off = voice_all_off,
    .run = voice_run,
    .silent = voice_silent,
    .table = snq__voice_table,
    .route_sources = snq__voice_route_sources,
    .sources = SNQ__VOICE_OSCS,
};
