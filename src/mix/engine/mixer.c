// SPDX-License-Identifier: MIT
/* IDEA   A mixing desk in which every track has the whole desk to itself. Buses are linear, so a reverb
 *        that eight tracks share is the same as eight reverbs with a track each, added up: and then it is
 *        known what each track adds to the record.
 *
 * STEPS  a strip, in blocks of 64 frames:
 *        x = played, turned over where asked ─► inserts ─► ducking (keys: what other tracks played)
 *        pre = x                             ─► sends before the fader
 *        x = x * fader * balance             ─► sends behind the fader
 *        out = delayed(group(x) * group's gain) + sum over sends of delayed(bus(send * level) * bus's gain)
 *        delays make all ways of all strips equally long
 *        fader, balance and levels move in straight lines across a block
 *
 * CONST  -120 dB counts as nothing. 64 frames (1.3 ms at 48 kHz): shorter than a fader can be heard to step.
 *
 * COST   4 ns a frame and strip without effects; a strip in which nothing sounds or rings costs nothing.
 *
 * LIMITS A bus's effects run once for each strip that goes there. Calls, but the last, must be of whole
 *        blocks. Latencies are taken when the mixer is made. */
#include "mix/engine/mixer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "mix/engine/strip_impl.h"

enum { BLOCK = SNQ__STRIP_BLOCK, SENDS = SNQ_MIX_SENDS_MAX };
#define NOTHING_DB (-120.0f)
#define PREFIX     "mix."

/* A value on its way: where it is, where it goes by the end of the block. */
typedef struct smooth {
    float now, to;
} smooth;

/* A way from the strip to the mix through a bus; without a chain straight. */
typedef struct way {
    snq_chain *chain; /* owned; NULL */
    float bus_gain;   /* linear */
    int pre_fader;
    float level_db;   /* as set or automated */
    smooth level;     /* linear */
    uint32_t latency; /* of the chain */
    snq__delay_pair delay;
} way;

typedef enum move_kind { MOVE_GAIN = 0, MOVE_PAN, MOVE_SEND, MOVE_INSERT } move_kind;

typedef struct move {
    const snq_curve *curve;
    move_kind kind;
    int index; /* of the send, or of the chain's parameter */
    size_t hint;
} move;

typedef struct strip {
    snq_chain *inserts; /* owned; NULL: none */
    snq__duck duck[SNQ_MIX_DUCKS_MAX];
    uint32_t ducks;
    float gain_db, pan, polarity; /* polarity 0: mute */
    smooth side[2];               /* fader and balance, linear */
    way direct, send[SENDS];
    uint32_t sends;
    move *move; /* (moves,) owned */
    size_t moves;
    int begun;
    int64_t frame;    /* of the next block */
    uint32_t ringing; /* frames until all that was put in has come out, at most */
} strip;

struct snq_mixer {
    const snq_score *score;
    uint32_t rate_hz;
    strip *strip; /* (strips,) owned */
    uint32_t strips;
    uint32_t latency;
};

static float linear(float db)
{
    return db <= NOTHING_DB ? 0.0f : powf(10.0f, db / 20.0f);
}

/* ---------------------------------------------------------------- making */

static snq_status make_chain(const snq_mixer_cfg *cfg, const snq_chain_plan *plan, uint64_t salt,
                             snq_chain **out)
{
    *out = NULL;
    return plan->links ? snq_chain_new(plan, cfg->rate_hz, cfg->seed ^ salt, out) : SNQ_OK;
}

/* The way through bus `index` (-1: straight to the mix). Copies of a bus share its seed: what is random or
 * moves in it must be the same for all, or they would not add up to the bus. */
static snq_status make_way(const snq_mixer_cfg *cfg, int index, way *w)
{
    w->bus_gain = 1.0f;
    if (index < 0)
        return SNQ_OK;
    const snq_bus_plan *b = &cfg->plan->bus[index];
    w->bus_gain = linear(b->gain_db);
    SNQ_TRY(make_chain(cfg, &b->inserts, 0x9e3779b97f4a7c15u * (uint64_t)(index + 1), &w->chain));
    w->latency = w->chain ? snq_chain_latency(w->chain) : 0;
    return SNQ_OK;
}

static snq_status make_strip(snq_mixer *m, const snq_mixer_cfg *cfg, uint32_t index)
{
    const snq_strip_plan *p = &cfg->plan->strip[index];
    strip *s = &m->strip[index];
    s->gain_db = p->gain_db;
    s->pan = p->pan;
    s->polarity = p->mute ? 0.0f : p->invert ? -1.0f : 1.0f;
    SNQ_TRY(make_chain(cfg, &p->inserts, 0xd1342543de82ef95u * (index + 1), &s->inserts));
    const uint32_t late = s->inserts ? snq_chain_latency(s->inserts) : 0;
    for (; s->ducks < p->ducks; s->ducks++) {
        const snq_mix_duck *d = &p->duck[s->ducks];
        const int key = snq_mix_plan_strip(cfg->plan, d->by);
        SNQ_TRY(snq__duck_init(&s->duck[s->ducks], d, (uint32_t)key, late, cfg->rate_hz));
    }
    SNQ_TRY(make_way(cfg, snq_mix_plan_bus(cfg->plan, p->group), &s->direct));
    for (; s->sends < p->sends; s->sends++) {
        way *w = &s->send[s->sends];
        w->level_db = p->send[s->sends].level_db;
        w->pre_fader = p->send[s->sends].pre_fader;
        SNQ_TRY(make_way(cfg, snq_mix_plan_bus(cfg->plan, p->send[s->sends].bus), w));
    }
    return SNQ_OK;
}

static uint32_t latency_of(const strip *s)
{
    uint32_t most = s->direct.latency;
    for (uint32_t i = 0; i < s->sends; i++)
        most = s->send[i].latency > most ? s->send[i].latency : most;
    return most + (s->inserts ? snq_chain_latency(s->inserts) : 0);
}

/* All ways take as long as the longest. */
static snq_status align(snq_mixer *m)
{
    for (uint32_t i = 0; i < m->strips; i++) {
        const uint32_t l = latency_of(&m->strip[i]);
        m->latency = l > m->latency ? l : m->latency;
    }
    for (uint32_t i = 0; i < m->strips; i++) {
        strip *s = &m->strip[i];
        const uint32_t left = m->latency - (s->inserts ? snq_chain_latency(s->inserts) : 0);
        SNQ_TRY(snq__delay_pair_init(&s->direct.delay, left - s->direct.latency));
        for (uint32_t k = 0; k < s->sends; k++)
            SNQ_TRY(snq__delay_pair_init(&s->send[k].delay, left - s->send[k].latency));
    }
    return SNQ_OK;
}

/* What a curve's target means in this strip; 0: nothing. */
static int find_move(const snq_strip_plan *p, const strip *s, const char *target, move *out)
{
    if (strcmp(target, "gain_db") == 0)
        out->kind = MOVE_GAIN;
    else if (strcmp(target, "pan") == 0)
        out->kind = MOVE_PAN;
    else if (strncmp(target, "send.", 5) == 0) {
        out->kind = MOVE_SEND;
        for (out->index = 0; out->index < (int)p->sends; out->index++)
            if (strcmp(p->send[out->index].bus, target + 5) == 0)
                return 1;
        return 0;
    } else {
        out->kind = MOVE_INSERT;
        out->index = s->inserts ? snq_chain_find(s->inserts, target) : -1;
        return out->index >= 0;
    }
    return 1;
}

static snq_status find_moves(const snq_mixer_cfg *cfg, const snq_strip_plan *p, strip *s,
                             snq_warnings *warnings)
{
    const snq_track *t = cfg->score ? snq_score_find_track(cfg->score, p->name) : NULL;
    if (!t || !t->curves)
        return SNQ_OK;
    s->move = snq_calloc(t->curves, sizeof *s->move);
    if (!s->move)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for %zu curves", t->curves);
    for (size_t i = 0; i < t->curves; i++) {
        const char *target = t->curve[i].target;
        move found = { .curve = &t->curve[i] };
        if (strncmp(target, PREFIX, strlen(PREFIX)) != 0)
            continue;
        if (find_move(p, s, target + strlen(PREFIX), &found))
            s->move[s->moves++] = found;
        else if (warnings)
            snq_warnings_add(warnings, "no_such_parameter", -1,
                             "track \"%s\": its strip has no \"%s\": the curve moves nothing",
                             p->name, target);
    }
    return SNQ_OK;
}

snq_status snq_mixer_new(const snq_mixer_cfg *cfg, snq_warnings *warnings, snq_mixer **out)
{
    snq_status st;
    *out = NULL;
    snq_mixer *m = snq_calloc(1, sizeof *m);
    if (!m || !(m->strip = snq_calloc(cfg->plan->strips, sizeof *m->strip))) {
        snq_free(m);
        return SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for %u strips", cfg->plan->strips);
    }
    m->score = cfg->score;
    m->rate_hz = cfg->rate_hz;
    m->strips = cfg->plan->strips;
    for (uint32_t i = 0; i < m->strips; i++) {
        SNQ_GOTO(make_strip(m, cfg, i));
        SNQ_GOTO(find_moves(cfg, &cfg->plan->strip[i], &m->strip[i], warnings));
    }
    SNQ_GOTO(align(m));
    *out = m;
    return SNQ_OK;
fail:
    snq_mixer_free(m);
    return st;
}

static void clear_way(way *w)
{
    snq_chain_free(w->chain);
    snq__delay_pair_clear(&w->delay);
}

void snq_mixer_free(snq_mixer *m)
{
    if (!m)
        return;
    for (uint32_t i = 0; i < m->strips; i++) {
        strip *s = &m->strip[i];
        snq_chain_free(s->inserts);
        for (uint32_t k = 0; k < s->ducks; k++)
            snq__duck_clear(&s->duck[k]);
        clear_way(&s->direct);
        for (uint32_t k = 0; k < s->sends; k++)
            clear_way(&s->send[k]);
        snq_free(s->move);
    }
    snq_free(m->strip);
    snq_free(m);
}

/* ---------------------------------------------------------------- a block */

static double beat_at(const snq_mixer *m, int64_t frame)
{
    return m->score ? snq_score_tick_at(m->score, (double)frame / m->rate_hz) /
                          m->score->ticks_per_quarter
                    : 0.0;
}

static void follow_curves(strip *s, double beat)
{
    for (size_t i = 0; i < s->moves; i++) {
        move *v = &s->move[i];
        const float to = snq_curve_at(v->curve, beat, &v->hint, NAN);
        if (!isfinite(to))
            continue;
        if (v->kind == MOVE_GAIN)
            s->gain_db = fminf(fmaxf(to, NOTHING_DB), 24.0f);
        else if (v->kind == MOVE_PAN)
            s->pan = fminf(fmaxf(to, -1.0f), 1.0f);
        else if (v->kind == MOVE_SEND)
            s->send[v->index].level_db = fminf(fmaxf(to, NOTHING_DB), 12.0f);
        else
            snq_chain_move(s->inserts, v->index, to);
    }
}

/* Where faders go in this block. */
static void aim(strip *s)
{
    const float level = linear(s->gain_db), turn = cosf(fabsf(s->pan) * (float)M_PI_2);
    s->side[0].to = level * (s->pan > 0.0f ? turn : 1.0f);
    s->side[1].to = level * (s->pan < 0.0f ? turn : 1.0f);
    if (s->pan >= 1.0f)
        s->side[0].to = 0.0f;
    if (s->pan <= -1.0f)
        s->side[1].to = 0.0f;
    for (uint32_t i = 0; i < s->sends; i++)
        s->send[i].level.to = linear(s->send[i].level_db);
    if (s->begun)
        return;
    s->begun = 1;
    for (int c = 0; c < 2; c++)
        s->side[c].now = s->side[c].to;
    for (uint32_t i = 0; i < s->sends; i++)
        s->send[i].level.now = s->send[i].level.to;
}

/* to (n,) = from * the line from v->now to v->to, which it then is. */
static void fade(const smooth *v, const float *from, float *to, uint32_t n)
{
    const float step = (v->to - v->now) / (float)n;
    if (step == 0.0f)
        for (uint32_t i = 0; i < n; i++)
            to[i] = from[i] * v->now;
    else
        for (uint32_t i = 0; i < n; i++)
            to[i] = from[i] * (v->now + step * (float)(i + 1));
}

/* A way's share of the block, added to left and right; x is what goes in (changed). */
static void go(way *w, const snq_effect_context *ctx, float x[2][BLOCK], uint32_t n, float *left,
               float *right)
{
    if (w->chain)
        snq_chain_run(w->chain, ctx, x[0], x[1], n);
    snq__delay_pair_run(&w->delay, x[0], x[1], n);
    for (uint32_t i = 0; i < n; i++) {
        left[i] += w->bus_gain * x[0][i];
        right[i] += w->bus_gain * x[1][i];
    }
}

static void send(strip *s, int pre, const snq_effect_context *ctx, float x[2][BLOCK], uint32_t n,
                 float *left, float *right)
{
    float y[2][BLOCK];
    for (uint32_t i = 0; i < s->sends; i++) {
        way *w = &s->send[i];
        if (!w->pre_fader != !pre)
            continue;
        fade(&w->level, x[0], y[0], n);
        fade(&w->level, x[1], y[1], n);
        w->level.now = w->level.to;
        go(w, ctx, y, n, left, right);
    }
}

static int is_zero(const float *x, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (x[i] != 0.0f)
            return 0;
    return 1;
}

static int rings(const strip *s)
{
    int quiet = !s->inserts || snq_chain_silent(s->inserts);
    quiet = quiet && (!s->direct.chain || snq_chain_silent(s->direct.chain));
    for (uint32_t i = 0; i < s->sends; i++)
        quiet = quiet && (!s->send[i].chain || snq_chain_silent(s->send[i].chain));
    for (uint32_t i = 0; i < s->ducks; i++)
        quiet = quiet && snq__duck_silent(&s->duck[i]);
    return !quiet;
}

static void run_block(snq_mixer *m, strip *s, uint32_t index, const float *const (*played)[2],
                      size_t at, uint32_t n, float *left, float *right)
{
    float x[2][BLOCK];
    const double beat = beat_at(m, s->frame), after = beat_at(m, s->frame + BLOCK);
    const snq_effect_context ctx = { .bpm = (after - beat) * 60.0 * m->rate_hz / BLOCK,
                                     .beat = beat };
    for (int c = 0; c < 2; c++)
        for (uint32_t i = 0; i < n; i++)
            x[c][i] = s->polarity * played[index][c][at + i];
    follow_curves(s, beat);
    aim(s);
    if (s->inserts)
        snq_chain_run(s->inserts, &ctx, x[0], x[1], n);
    for (uint32_t i = 0; i < s->ducks; i++) {
        const float *const key[2] = { played[s->duck[i].key][0] + at,
                                      played[s->duck[i].key][1] + at };
        snq__duck_run(&s->duck[i], key, x[0], x[1], n);
    }
    memset(left, 0, n * sizeof *left);
    memset(right, 0, n * sizeof *right);
    send(s, 1, &ctx, x, n, left, right);
    for (int c = 0; c < 2; c++) {
        fade(&s->side[c], x[c], x[c], n);
        s->side[c].now = s->side[c].to;
    }
    send(s, 0, &ctx, x, n, left, right);
    go(&s->direct, &ctx, x, n, left, right);
}

/* Nothing comes in and nothing rings: keys are listened to all the same, or a ducking would be late. */
static void rest(strip *s, const float *const (*played)[2], size_t at, uint32_t n, float *left,
                 float *right)
{
    memset(left, 0, n * sizeof *left);
    memset(right, 0, n * sizeof *right);
    for (uint32_t i = 0; i < s->ducks; i++) {
        const float *const key[2] = { played[s->duck[i].key][0] + at,
                                      played[s->duck[i].key][1] + at };
        snq__duck_run(&s->duck[i], key, left, right, n);
    }
}

void snq_mixer_strip(snq_mixer *m, uint32_t index, const float *const (*played)[2], size_t n,
                     float *left, float *right)
{
    strip *s = &m->strip[index];
    for (size_t at = 0; at < n; at += BLOCK) {
        const uint32_t k = n - at < BLOCK ? (uint32_t)(n - at) : BLOCK;
        const int sounds = !is_zero(played[index][0] + at, k) || !is_zero(played[index][1] + at, k);
        if (sounds || rings(s))
            s->ringing = m->latency + BLOCK;
        if (s->ringing) {
            run_block(m, s, index, played, at, k, left + at, right + at);
            s->ringing = s->ringing > k ? s->ringing - k : 0;
        } else
            rest(s, played, at, k, left + at, right + at);
        s->frame += k;
    }
}

uint32_t snq_mixer_latency(const snq_mixer *m)
{
    return m->latency;
}

int snq_mixer_silent(const snq_mixer *m, uint32_t index)
{
    return !m->strip[index].ringing && !rings(&m->strip[index]);
}

float snq_mixer_ducked_db(const snq_mixer *m, uint32_t index)
{
    float deepest = 0.0f;
    for (uint32_t i = 0; i < m->strip[index].ducks; i++)
        deepest = fminf(deepest, m->strip[index].duck[i].deepest_db);
    return deepest;
}
