// SPDX-License-Identifier: MIT
/* voice_block -- the sound of eight voices, a block of it.
 *
 * IDEA   Eight voices are one vector a frame; sources, filters and the sum are loops over such vectors.
 *
 * STEPS  sources (add) -> first filter -> second filter -> amplitude, place, sum of the lanes
 *        on one side, or on two when the patch's channels are stereo.
 *        filter_resonance is the gain at the cutoff over that far below it, for both circuits.
 *        Another filter chosen while there is sound: the old one goes on beside it, with a state of its
 *        own (the ladder's depends on its type), and over FADE the sound goes from the one to the other
 *        along 3 t^2 - 2 t^3. A change during that waits for its end.
 *
 * CONST  FADE 5 ms: a filter that comes in starts from rest, and most of its settling is over before it is
 *        heard (ours, tests/synth/test_voice_block.c).
 *
 * COST   What the sources and filters cost (theirs; filters for all eight lanes, whether in use or not), and
 *        0.15 to 0.25 ns a voice-sample for the sum with AVX-512, 0.25 to 0.4 with AVX2.
 *
 * LIMITS filter_drive is one for all voices. */
#include <string.h>

#include "synth/voice_impl.h"

static const float fade_s = 0.005f;

int snq__voice_any(const snq__voice_engine *e)
{
    for (uint32_t g = 0; g < e->groups; g++)
        if (e->group[g].active)
            return 1;
    return 0;
}

/* --- which filters --- */

static snq__voice_stage wanted(const snq__voice_engine *e, uint32_t s)
{
    if (s == 0)
        return (snq__voice_stage) { .model = (uint8_t)snq__voice_choice(e, VP_FILTER_MODEL),
                                    .type = (uint8_t)snq__voice_choice(e, VP_FILTER_TYPE) };
    const uint32_t type = snq__voice_choice(e, VP_FILTER2_TYPE);
    if (!type)
        return (snq__voice_stage) { .model = SNQ__MODEL_OFF };
    return (snq__voice_stage) { .model = SNQ__MODEL_SVF, .type = (uint8_t)(type - 1) };
}

static int same(snq__voice_stage a, snq__voice_stage b)
{
    return a.model == b.model && (a.type == b.type || a.model == SNQ__MODEL_OFF);
}

/* The old filter goes on in `fading`; one of the other circuit starts from rest. */
static void change(snq__voice_engine *e, uint32_t s)
{
    const int anew = e->filter[s].before.model != e->filter[s].now.model;
    for (uint32_t k = 0; k < e->groups; k++) {
        snq__voice_group *g = &e->group[k];
        g->fading[s] = g->filter[s];
        if (anew)
            g->filter[s] = (snq__voice_filter) { 0 };
    }
}

void snq__voice_switches_begin(snq__voice_engine *e)
{
    for (uint32_t s = 0; s < 2; s++) {
        snq__voice_switch *w = &e->filter[s];
        const snq__voice_stage to = wanted(e, s);
        if (w->left || same(to, w->now))
            continue;
        w->before = w->now;
        w->now = to;
        change(e, s);
        if (snq__voice_any(e))
            w->left = (uint32_t)(fade_s * (float)e->rate_hz);
    }
}

void snq__voice_switches_end(snq__voice_engine *e, uint32_t n)
{
    for (uint32_t s = 0; s < 2; s++)
        e->filter[s].left -= n < e->filter[s].left ? n : e->filter[s].left;
}

/* --- filters --- */

/* The ladder's feedback at this Q. With k = 4 r its gain at the cutoff is 1 / (4 - k), far below it
 * 1 / (1 + k): their ratio is Q, as the other filter's is, for r = (4 Q - 1) / (4 Q + 4). */
static void ladder_resonance(snq__lanes *to, const snq__lanes *q)
{
    for (int k = 0; k < SNQ_LANES; k++)
        to->v[k] = 1 - 1.25f / (q->v[k] + 1);
}

/* Both sides, or with right NULL the left one. */
static void run_filter(snq__voice_filter *f, snq__voice_stage stage,
                       const snq__lane_filter_block *cfg, snq__lanes *left, snq__lanes *right)
{
    snq__lane_filter_block b = *cfg;
    b.type = stage.type;
    if (stage.model == SNQ__MODEL_SVF) {
        snq__lane_svf_run_pair(f->svf, &b, left, right);
    } else if (stage.model == SNQ__MODEL_LADDER) {
        ladder_resonance(&b.resonance.from, &cfg->resonance.from);
        ladder_resonance(&b.resonance.to, &cfg->resonance.to);
        snq__lane_ladder_run_pair(f->ladder, &b, left, right);
    }
}

/* x = before + (now - before) t, t smoothly from how much of the fade is over */
static void cross(const snq__voice_engine *e, uint32_t left, uint32_t n, const snq__lanes *before,
                  snq__lanes *x)
{
    const float whole = fade_s * (float)e->rate_hz;
    for (uint32_t i = 0; i < n; i++) {
        const float u = left > i ? 1 - (float)(left - i) / whole : 1, t = u * u * (3 - 2 * u);
        for (int k = 0; k < SNQ_LANES; k++)
            x[i].v[k] = before[i].v[k] + (x[i].v[k] - before[i].v[k]) * t;
    }
}

static void filter(snq__voice_engine *e, snq__voice_group *g, uint32_t s, uint32_t n)
{
    const snq__voice_switch *w = &e->filter[s];
    snq__lanes *left = e->buffer[0], *right = e->stereo ? e->buffer[1] : NULL;
    const snq__lane_filter_block cfg = {
        .n = n,
        .rate_hz = (float)e->rate_hz,
        .cutoff_hz = s ? g->ramps.cutoff2 : g->ramps.cutoff,
        .resonance = s ? g->ramps.resonance2 : g->ramps.resonance,
        .drive = snq__voice_sum_value(e, VP_FILTER_DRIVE),
    };
    if (!w->left) {
        run_filter(&g->filter[s], w->now, &cfg, left, right);
        return;
    }
    for (uint32_t side = 0; side < (right ? 2u : 1u); side++)
        memcpy(e->spare[side], e->buffer[side], n * sizeof e->spare[0][0]);
    run_filter(&g->fading[s], w->before, &cfg, e->spare[0], right ? e->spare[1] : NULL);
    run_filter(&g->filter[s], w->now, &cfg, left, right);
    cross(e, w->left, n, e->spare[0], left);
    if (right)
        cross(e, w->left, n, e->spare[1], right);
}

/* --- a block --- */

static int is_heard(const snq__ramp *level)
{
    float any = 0;
    for (int k = 0; k < SNQ_LANES; k++)
        any += level->from.v[k] + level->to.v[k];
    return any > 0;
}

static void run_sources(snq__voice_engine *e, snq__voice_group *g, uint32_t n)
{
    const uint32_t sides = e->stereo ? 2 : 1;
    for (uint32_t side = 0; side < sides; side++)
        memset(e->buffer[side], 0, n * sizeof e->buffer[0][0]);
    for (uint32_t o = 0; o < SNQ__VOICE_OSCS; o++) {
        if (!e->osc[o] || !is_heard(&g->ramps.level[o]))
            continue;
        const snq__source_block b = { .n = n,
                                      .active = g->active,
                                      .hz = g->ramps.hz[o],
                                      .shape = g->ramps.shape[o],
                                      .level = g->ramps.level[o] };
        e->osc[o]->run(g->source[o], &b, e->buffer[0], e->stereo ? e->buffer[1] : NULL);
    }
}

void snq__voice_group_run(snq__voice_engine *e, snq__voice_group *g, uint32_t n, float *left,
                          float *right)
{
    run_sources(e, g, n);
    for (uint32_t s = 0; s < 2; s++)
        if (e->filter[s].now.model != SNQ__MODEL_OFF || e->filter[s].left)
            filter(e, g, s, n);
    const snq__voice_mix m = { .n = n,
                               .x = { e->buffer[0], e->buffer[e->stereo ? 1 : 0] },
                               .amp = g->ramps.amp,
                               .side = { g->ramps.left, g->ramps.right },
                               .smooth = e->smooth };
    e->mix(&m, &g->amp_state, left, right);
}
