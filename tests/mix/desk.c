// SPDX-License-Identifier: MIT
#include "support/check.h"
#include "support/make_audio.h"

#include "base/alloc.h"
#include "base/parallel.h"
#include "base/rng.h"
#include "desk.h"

desk *desk_new(uint32_t strips)
{
    desk *d = snq_calloc(1, sizeof *d);
    snq_score_init(&d->score);
    check_ok(snq_score_add_tempo(&d->score, 0, 120.0));
    check_ok(snq_score_add_metre(&d->score, 0, 4, 4));
    check_ok(snq_mix_plan_init(&d->plan, strips));
    for (uint32_t s = 0; s < strips; s++) {
        snprintf(d->plan.strip[s].name, sizeof d->plan.strip[s].name, "s%u", s);
        check_ok(snq_score_add_track(&d->score, d->plan.strip[s].name, NULL));
        for (int c = 0; c < 2; c++) {
            d->played[s][c] = make_silence(DESK_FRAMES);
            d->stem[s][c] = make_silence(DESK_FRAMES);
        }
    }
    d->sum[0] = make_silence(DESK_FRAMES);
    d->sum[1] = make_silence(DESK_FRAMES);
    return d;
}

void desk_free(desk *d)
{
    for (uint32_t s = 0; s < DESK_STRIPS; s++)
        for (int c = 0; c < 2; c++) {
            snq_free(d->played[s][c]);
            snq_free(d->stem[s][c]);
        }
    snq_free(d->sum[0]);
    snq_free(d->sum[1]);
    snq_mix_plan_clear(&d->plan);
    snq_score_clear(&d->score);
    snq_free(d);
}

void desk_fill(desk *d, uint32_t strip, uint64_t seed)
{
    snq_rng r;
    snq_rng_init(&r, seed);
    for (int i = 0; i < 12; i++) {
        const size_t from = snq_rng_below(&r, DESK_FRAMES - 30000);
        const size_t to = from + 5000 + snq_rng_below(&r, 25000);
        const double hz = 50.0 * pow(2.0, 7.0 * snq_rng_uniform(&r));
        for (int c = 0; c < 2; c++)
            add_sine(d->played[strip][c], from, to, DESK_RATE, hz, 0.1 + 0.1 * c, 0.0);
    }
    for (int c = 0; c < 2; c++)
        add_noise(d->played[strip][c], DESK_FRAMES / 8, DESK_FRAMES / 2, 0.05, seed + (uint64_t)c);
}

snq_curve *desk_curve(desk *d, uint32_t strip, const char *target)
{
    snq_curve *c;
    check_ok(snq_track_add_curve(&d->score.track[strip], target, &c));
    return c;
}

void desk_point(snq_curve *c, double at, float value, snq_curve_shape shape)
{
    check_ok(snq_curve_push(c, at, value, shape));
}

typedef struct desk_round {
    snq_mixer *mixer;
    desk *d;
    const float *const (*played)[2];
    size_t at, n;
} desk_round;

static void strip(void *user, uint32_t i)
{
    const desk_round *r = user;
    snq_mixer_strip(r->mixer, i, r->played, r->n, r->d->stem[i][0] + r->at,
                    r->d->stem[i][1] + r->at);
}

void desk_run(desk *d, size_t chunk, uint32_t threads)
{
    const snq_mixer_cfg cfg = {
        .plan = &d->plan, .score = &d->score, .rate_hz = DESK_RATE, .seed = 4
    };
    snq_mixer *m;
    snq_parallel *team;
    check_ok(snq_mix_plan_check(&d->plan));
    check_ok(snq_mixer_new(&cfg, NULL, &m));
    check_ok(snq_parallel_new(threads, &team));
    d->latency = snq_mixer_latency(m);
    for (size_t at = 0; at < DESK_FRAMES; at += chunk) {
        const float *played[DESK_STRIPS][2];
        for (uint32_t s = 0; s < d->plan.strips; s++)
            for (int c = 0; c < 2; c++)
                played[s][c] = d->played[s][c] + at;
        desk_round r = { m, d, (const float *const(*)[2])played, at,
                         DESK_FRAMES - at < chunk ? DESK_FRAMES - at : chunk };
        snq_parallel_run(team, d->plan.strips, strip, &r);
    }
    for (uint32_t s = 0; s < d->plan.strips; s++)
        d->ducked_db[s] = snq_mixer_ducked_db(m, s);
    for (int c = 0; c < 2; c++)
        for (size_t i = 0; i < DESK_FRAMES; i++) {
            float sum = 0.0f;
            for (uint32_t s = 0; s < d->plan.strips; s++)
                sum += d->stem[s][c][i];
            d->sum[c][i] = sum;
        }
    snq_parallel_free(team);
    snq_mixer_free(m);
}

snq_chain_link *desk_insert(snq_chain_plan *p, const char *kind)
{
    snq_chain_link *l = snq_chain_add(p, kind);
    if (!l)
        fail_msg("there is no %s", kind);
    return l;
}

void desk_set(snq_chain_link *l, const char *id, float value)
{
    check_ok(snq_chain_set(l, id, value));
}
