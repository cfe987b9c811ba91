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
 *        fader = level * trim, a send's alike: two curves on one level, of whom neither knows the other
 *        fader, balance and levels move in straight lines across a block (to where: moves.c); they wait
 *        for as long as the inserts delay the sound
 *
 * CONST  -120 dB counts as nothing. 64 frames (1.3 ms at 48 kHz): shorter than a fader can be heard to step.
 *        20 ms: an insert's parameter is told so early where its curve goes, as it takes that long to get
 *        there (fx/effect.c).
 *
 * COST   4 ns a frame and strip without effects; a strip in which nothing sounds or rings costs nothing.
 *
 * LIMITS A bus's effects run once for each strip that goes there. Calls, but the last, must be of whole
 *        blocks. Latencies are taken when the mixer is made. While a strip rests, its effects rest: what
 *        swings in them goes on from where it stopped. */
#include "mix/engine/mixer.h"

#include <math.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "dsp/denormals.h"
#include "mix/engine/strip_impl.h"

enum { BLOCK = SNQ__STRIP_BLOCK, SENDS = SNQ_MIX_SENDS_MAX, SIDE = SNQ__MOVE_SIDE };
#define PREFIX        "mix."
#define TRIM          "trim."
#define INSERT_LEAD_S 0.02

/* A value on its way: where it is, where it goes by the end of the block. */
typedef struct smooth {
    float now, to;
} smooth;

/* A way from the strip to the mix through a bus; without a chain straight. */
typedef struct way {
    snq_chain *chain; /* owned; NULL */
    float bus_gain;   /* linear */
    int pre_fader;
    float factor;     /* level as set or moved */
    float trim;       /* beside it */
    smooth level;     /* what it is, where it goes in this block */
    uint32_t latency; /* of the chain */
    snq__strip_delay delay;
} way;

typedef struct strip {
    snq_chain *inserts; /* owned; NULL: none */
    uint32_t late;      /* frames that they take */
    snq__duck duck[SNQ_MIX_DUCKS_MAX];
    uint32_t ducks;
    int side_chain; /* strip that the inserts listen to; -1: itself */
    int mute;
    float polarity, factor, trim, pan; /* as set or moved */
    smooth side[2];                    /* fader and balance, linear */
    way direct, send[SENDS];
    uint32_t sends;
    snq__move *move; /* (moves,) owned */
    size_t moves;
    int moves_inserts; /* then it never rests: its effects would lag behind their curves */
    int64_t frame;     /* of the next block */
    int64_t ready;     /* frame for which moves and lines are */
    uint32_t ringing;  /* frames until all that was put in has come out, at most */
} strip;

struct snq_mixer {
    const snq_score *score;
    uint32_t rate_hz;
    strip *strip; /* (strips,) owned */
    uint32_t strips;
    uint32_t latency;
};

/* ---------------------------------------------------------------- making */

static snq_status make_chain(const snq_mixer_cfg *cfg, const snq_chain_plan *plan, uint64_t salt,
                             snq_chain **out)
{
    *out = NULL;
    return plan->links ? snq_chain_new(plan, cfg->rate_hz, cfg->seed ^ salt, out) : SNQ_OK;
}

/* FNV-1a: what is random in a strip does not depend on which others there are. */
static uint64_t name_seed(const char *name)
{
    uint64_t h = 0xcbf29ce484222325u;
    for (; *name; name++)
        h = (h ^ (unsigned char)*name) * 0x100000001b3u;
    return h;
}

/* The way through bus `index` (-1: straight to the mix). Copies of a bus share its seed: what is random or
 * moves in it must be the same for all, or they would not add up to the bus. */
static snq_status make_way(const snq_mixer_cfg *cfg, int index, way *w)
{
    w->bus_gain = 1.0f;
    if (index < 0)
        return SNQ_OK;
    const snq_bus_plan *b = &cfg->plan->bus[index];
    w->bus_gain = snq__linear(b->gain_db);
    SNQ_TRY(make_chain(cfg, &b->inserts, name_seed(b->name), &w->chain));
    w->latency = w->chain ? snq_chain_latency(w->chain) : 0;
    return SNQ_OK;
}

static snq_status make_strip(snq_mixer *m, const snq_mixer_cfg *cfg, uint32_t index)
{
    const snq_strip_plan *p = &cfg->plan->strip[index];
    strip *s = &m->strip[index];
    s->factor = snq__linear(p->gain_db);
    s->trim = 1.0f;
    s->pan = p->pan;
    s->polarity = p->invert ? -1.0f : 1.0f;
    s->mute = p->mute;
    s->side_chain = snq_mix_plan_strip(cfg->plan, p->side_chain);
    s->ready = -1;
    SNQ_TRY(make_chain(cfg, &p->inserts, name_seed(p->name), &s->inserts));
    s->late = s->inserts ? snq_chain_latency(s->inserts) : 0;
    for (; s->ducks < p->ducks; s->ducks++) {
        const snq_mix_duck *d = &p->duck[s->ducks];
        const int key = snq_mix_plan_strip(cfg->plan, d->by);
        SNQ_TRY(snq__duck_init(&s->duck[s->ducks], d, (uint32_t)key, s->late, cfg->rate_hz));
    }
    SNQ_TRY(make_way(cfg, snq_mix_plan_bus(cfg->plan, p->group), &s->direct));
    for (; s->sends < p->sends; s->sends++) {
        way *w = &s->send[s->sends];
        w->factor = snq__linear(p->send[s->sends].level_db);
        w->trim = 1.0f;
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
    return most + s->late;
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
        const uint32_t left = m->latency - s->late;
        SNQ_TRY(snq__strip_delay_init(&s->direct.delay, left - s->direct.latency));
        for (uint32_t k = 0; k < s->sends; k++)
            SNQ_TRY(snq__strip_delay_init(&s->send[k].delay, left - s->send[k].latency));
    }
    return SNQ_OK;
}

/* What a curve's target means in this strip; 0: nothing. */
static int find_move(const snq_strip_plan *p, const strip *s, const char *target, snq__move *out)
{
    if (strcmp(target, "gain_db") == 0)
        out->kind = SNQ__MOVE_GAIN;
    else if (strcmp(target, "pan") == 0)
        out->kind = SNQ__MOVE_PAN;
    else if (strcmp(target, "trim_db") == 0)
        out->kind = SNQ__MOVE_TRIM;
    else if (strncmp(target, "send.", 5) == 0 || strncmp(target, TRIM, strlen(TRIM)) == 0) {
        out->kind = *target == 's' ? SNQ__MOVE_SEND : SNQ__MOVE_TRIM_SEND;
        for (out->index = 0; out->index < (int)p->sends; out->index++)
            if (strcasecmp(p->send[out->index].bus, strchr(target, '.') + 1) == 0)
                return 1;
        return 0;
    } else {
        out->kind = SNQ__MOVE_INSERT;
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
        snq__move found = { .curve = &t->curve[i] };
        if (strncmp(target, PREFIX, strlen(PREFIX)) != 0 || !t->curve[i].points)
            continue;
        if (find_move(p, s, target + strlen(PREFIX), &found)) {
            s->moves_inserts |= found.kind == SNQ__MOVE_INSERT;
            s->move[s->moves++] = found;
        } else if (warnings && found.kind != SNQ__MOVE_TRIM_SEND)
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
    snq__strip_delay_clear(&w->delay);
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

static void move(strip *s, const snq__move *v, float to)
{
    if (v->kind == SNQ__MOVE_GAIN)
        s->factor = to;
    else if (v->kind == SNQ__MOVE_PAN)
        s->pan = to;
    else if (v->kind == SNQ__MOVE_SEND)
        s->send[v->index].factor = to;
    else if (v->kind == SNQ__MOVE_TRIM)
        s->trim = to;
    else if (v->kind == SNQ__MOVE_TRIM_SEND)
        s->send[v->index].trim = to;
    else
        snq_chain_move(s->inserts, v->index, to);
}

/* Where faders go in this block. */
static void aim(strip *s)
{
    const float turn = fabsf(s->pan) < 1.0f ? cosf(fabsf(s->pan) * (float)M_PI_2) : 0.0f;
    const float factor = s->factor * s->trim;
    s->side[0].to = factor * (s->pan > 0.0f ? turn : 1.0f);
    s->side[1].to = factor * (s->pan < 0.0f ? turn : 1.0f);
    for (uint32_t i = 0; i < s->sends; i++)
        s->send[i].level.to = s->send[i].factor * s->send[i].trim;
}

static void arrive(strip *s)
{
    for (int c = 0; c < 2; c++)
        s->side[c].now = s->side[c].to;
    for (uint32_t i = 0; i < s->sends; i++)
        s->send[i].level.now = s->send[i].level.to;
}

/* Beat of a frame as the faders hear it: the sound that reaches them is older. */
static double fader_beat(const snq_mixer *m, const strip *s, int64_t frame)
{
    return beat_at(m, frame > (int64_t)s->late ? frame - s->late : 0);
}

/* A block begins that does not go on from the one before: everything is where it should be. */
static void prime(const snq_mixer *m, strip *s)
{
    for (size_t i = 0; i < s->moves; i++)
        for (int k = -SIDE; k <= SIDE && s->move[i].kind != SNQ__MOVE_INSERT; k++) {
            const double beat = fader_beat(m, s, s->frame + k * BLOCK);
            move(s, &s->move[i], snq__move_step(&s->move[i], snq__move_read(&s->move[i], beat)));
        }
    aim(s);
    arrive(s);
}

static void follow_curves(const snq_mixer *m, strip *s)
{
    if (s->ready != s->frame)
        prime(m, s);
    s->ready = s->frame + BLOCK;
    if (!s->moves)
        return;
    const double ahead = fader_beat(m, s, s->frame + (SIDE + 1) * BLOCK);
    const double early = beat_at(m, s->frame + (int64_t)(INSERT_LEAD_S * m->rate_hz));
    for (size_t i = 0; i < s->moves; i++) {
        snq__move *v = &s->move[i];
        if (v->kind == SNQ__MOVE_INSERT)
            move(s, v, snq__move_read(v, early));
        else
            move(s, v, snq__move_step(v, snq__move_read(v, ahead)));
    }
    aim(s);
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
    snq__strip_delay_run(&w->delay, x[0], x[1], n);
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

static void duck(strip *s, const float *const (*played)[2], size_t at, uint32_t n, float *left,
                 float *right)
{
    for (uint32_t i = 0; i < s->ducks; i++) {
        const float *const *from = played[s->duck[i].key];
        const float *const key[2] = { from[0] + at, from[1] + at };
        snq__duck_run(&s->duck[i], key, left, right, n);
    }
}

static void run_block(snq_mixer *m, strip *s, uint32_t index, const float *const (*played)[2],
                      size_t at, uint32_t n, float *left, float *right)
{
    float x[2][BLOCK];
    const double beat = beat_at(m, s->frame), after = beat_at(m, s->frame + BLOCK);
    snq_effect_context ctx = { .bpm = (after - beat) * 60.0 * m->rate_hz / BLOCK, .beat = beat };
    for (int c = 0; c < 2; c++)
        for (uint32_t i = 0; i < n; i++)
            x[c][i] = s->polarity * played[index][c][at + i];
    for (int c = 0; c < 2 && s->side_chain >= 0; c++)
        ctx.side[c] = played[s->side_chain][c] + at;
    follow_curves(m, s);
    if (s->inserts)
        snq_chain_run(s->inserts, &ctx, x[0], x[1], n);
    ctx.side[0] = ctx.side[1] = NULL;
    duck(s, played, at, n, x[0], x[1]);
    memset(left, 0, n * sizeof *left);
    memset(right, 0, n * sizeof *right);
    send(s, 1, &ctx, x, n, left, right);
    for (int c = 0; c < 2; c++)
        fade(&s->side[c], x[c], x[c], n);
    send(s, 0, &ctx, x, n, left, right);
    go(&s->direct, &ctx, x, n, left, right);
    arrive(s);
}

/* Nothing comes in and nothing rings: keys are listened to all the same, or a ducking would be late. */
static void rest(strip *s, const float *const (*played)[2], size_t at, uint32_t n, float *left,
                 float *right)
{
    memset(left, 0, n * sizeof *left);
    memset(right, 0, n * sizeof *right);
    duck(s, played, at, n, left, right);
}

void snq_mixer_strip(snq_mixer *m, uint32_t index, const float *const (*played)[2], size_t n,
                     float *left, float *right)
{
    strip *s = &m->strip[index];
    if (s->mute) {
        memset(left, 0, n * sizeof *left);
        memset(right, 0, n * sizeof *right);
        return;
    }
    const snq_denormals was = snq_denormals_off();
    for (size_t at = 0; at < n; at += BLOCK) {
        const uint32_t k = n - at < BLOCK ? (uint32_t)(n - at) : BLOCK;
        const int sounds = !is_zero(played[index][0] + at, k) || !is_zero(played[index][1] + at, k);
        if (sounds || rings(s))
            s->ringing = m->latency + BLOCK;
        if (s->ringing || s->moves_inserts) {
            run_block(m, s, index, played, at, k, left + at, right + at);
            s->ringing = s->ringing > k ? s->ringing - k : 0;
        } else
            rest(s, played, at, k, left + at, right + at);
        s->frame += k;
    }
    snq_denormals_restore(was);
}

uint32_t snq_mixer_latency(const snq_mixer *m)
{
    return m->latency;
}

int snq_mixer_silent(const snq_mixer *m, uint32_t index)
{
    const strip *s = &m->strip[index];
    return s->mute || (!s->ringing && !rings(s));
}

float snq_mixer_ducked_db(const snq_mixer *m, uint32_t index)
{
    float deepest = 0.0f;
    for (uint32_t i = 0; i < m->strip[index].ducks; i++)
        deepest = fminf(deepest, m->strip[index].duck[i].deepest_db);
    return deepest;
}
