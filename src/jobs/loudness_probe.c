// SPDX-License-Identifier: MIT
/* IDEA   An engineer brings the faders up while the fullest bars play. So do we: play the bars in which a
 *        track does most, and look at the meter.
 *
 * STEPS  fullest  max over b of sum over notes in bars b .. b + 3 of velocity^2 * seconds sounding
 *        excerpt  those notes, moved to 0 with what the curves do there, at that place's tempo
 *        level    integrated loudness of the excerpt and a second of its tail
 *
 * COST   4 of some 100 bars are played twice: about 4 % of a rendering.
 * LIMITS A track that is loud for a moment and soft elsewhere is set by that moment: what a limiter would
 *        see, too. */
#include "jobs/loudness_probe.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/parallel.h"
#include "fx/chain.h"
#include "mix/engine/loud_slots.h"
#include "score/score_copy.h"
#include "synth/player.h"

enum { BLOCK = 4096 };
#define TAIL_S 1.0

typedef struct probe {
    snq_score excerpt;
    snq_player *player;
    snq_chain *chain; /* of the patch */
    snq_loud_slots slots;
    int64_t frames; /* to be played */
    double lufs;
    snq_status st;
} probe;

typedef struct work {
    const snq_score *score;
    const snq_render_part *part;
    const snq_bank *bank;
    uint32_t rate_hz;
    uint64_t seed;
    probe *of; /* (parts,) */
} work;

static int belongs(const snq_render_part *p, const snq_note *n)
{
    return p->only_pitch < 0 || n->pitch == p->only_pitch;
}

/* First of the bars in which the part does most. */
static int64_t fullest_bar(const snq_score *s, const snq_render_part *p)
{
    const snq_track *t = &s->track[p->track];
    double sum = 0.0, most = -1.0;
    int64_t best = 0;
    size_t from = 0;
    for (size_t i = 0; i < t->notes; i++) { /* the window that ends with the bar of note i */
        const snq_note *n = &t->note[i];
        const int64_t bar = snq_score_bar_at(s, n->tick, NULL);
        const int64_t first = bar < SNQ_PROBE_BARS ? 0 : bar - SNQ_PROBE_BARS + 1;
        if (!belongs(p, n))
            continue;
        sum += (double)n->velocity * n->velocity * (0.1 + (double)n->length / s->ticks_per_quarter);
        for (; from < i && snq_score_bar_at(s, t->note[from].tick, NULL) < first; from++)
            if (belongs(p, &t->note[from]))
                sum -= (double)t->note[from].velocity * t->note[from].velocity *
                       (0.1 + (double)t->note[from].length / s->ticks_per_quarter);
        if (sum > most) {
            most = sum;
            best = first;
        }
    }
    return best;
}

static snq_status move_curves(snq_track *t, double start)
{
    for (size_t i = 0; i < t->curves; i++) {
        snq_curve moved = { 0 }, *c = &t->curve[i];
        memcpy(moved.target, c->target, sizeof moved.target);
        snq_status st = SNQ_OK;
        if (c->points)
            st = snq_curve_push(&moved, 0.0, snq_curve_at(c, start, NULL, 0.0f), SNQ_CURVE_LINEAR);
        for (size_t k = 0; k < c->points && st >= 0; k++)
            if (c->point[k].at > start)
                st = snq_curve_push(&moved, c->point[k].at - start, c->point[k].value,
                                    (snq_curve_shape)c->point[k].shape);
        snq_curve_clear(c);
        *c = moved;
        SNQ_TRY(st);
    }
    return SNQ_OK;
}

/* The notes that begin within [start, end), moved to 0. */
static void move_notes(snq_track *t, const snq_render_part *p, int64_t start, int64_t end)
{
    size_t kept = 0;
    for (size_t i = 0; i < t->notes; i++) {
        snq_note n = t->note[i];
        if (n.tick < start || n.tick >= end || !belongs(p, &n))
            continue;
        n.tick -= start;
        n.length = n.length < end - start - n.tick ? n.length : end - start - n.tick;
        t->note[kept++] = n;
    }
    t->notes = kept;
    t->messages = 0;
}

static snq_status make_excerpt(const work *w, uint32_t i)
{
    const snq_score *s = w->score;
    const snq_render_part *p = &w->part[i];
    snq_score *x = &w->of[i].excerpt;
    const int64_t bar = fullest_bar(s, p);
    const int64_t start = snq_score_bar_tick(s, bar),
                  end = snq_score_bar_tick(s, bar + SNQ_PROBE_BARS);
    const double from_s = snq_score_time_s(s, (double)start),
                 to_s = snq_score_time_s(s, (double)end);
    const double quarters = (double)(end - start) / s->ticks_per_quarter;
    snq_track *t;
    x->ticks_per_quarter = s->ticks_per_quarter;
    SNQ_TRY(snq_score_add_tempo(x, 0, 60.0 * quarters / (to_s - from_s)));
    SNQ_TRY(snq_score_add_metre(x, 0, 4, 4));
    SNQ_TRY(snq_score_add_track(x, s->track[p->track].name, &t));
    SNQ_TRY(snq_track_copy(&s->track[p->track], t));
    t->gain_db = t->pan = 0.0f;
    move_notes(t, p, start, end);
    SNQ_TRY(move_curves(t, (double)start / s->ticks_per_quarter));
    x->length = end - start;
    w->of[i].frames = (int64_t)((to_s - from_s + TAIL_S) * w->rate_hz);
    return snq_score_sort(x);
}

static snq_status make_probe(const work *w, uint32_t i)
{
    probe *p = &w->of[i];
    snq_player_cfg cfg = snq_player_cfg_default();
    SNQ_TRY(make_excerpt(w, i));
    cfg.rate_hz = w->rate_hz;
    cfg.seed = w->seed;
    cfg.score = &p->excerpt;
    cfg.track = &p->excerpt.track[0];
    cfg.patch = w->part[i].patch;
    cfg.bank = w->bank;
    cfg.tail_max_s = TAIL_S;
    SNQ_TRY(snq_player_new(&cfg, NULL, &p->player));
    SNQ_TRY(snq_chain_new(&w->part[i].patch->chain, w->rate_hz, w->seed, &p->chain));
    return snq_loud_slots_init(&p->slots, w->rate_hz);
}

static void play(void *user, uint32_t i)
{
    const work *w = user;
    probe *p = &w->of[i];
    float left[BLOCK], right[BLOCK];
    const double bpm = p->excerpt.tempo[0].bpm, beats = bpm / 60.0 / w->rate_hz;
    for (int64_t at = 0; at < p->frames && !snq_player_done(p->player); at += BLOCK) {
        const snq_effect_context ctx = { .bpm = bpm, .beat = (double)at * beats };
        snq_player_run(p->player, left, right, BLOCK);
        snq_chain_run(p->chain, &ctx, left, right, BLOCK);
        snq_loud_slots_push(&p->slots, left, right, BLOCK);
    }
    p->lufs = snq_loud_integrated(p->slots.power, p->slots.count);
    p->st = p->slots.st;
}

static snq_status run(work *w, uint32_t parts, uint32_t threads, double *lufs)
{
    snq_parallel *team;
    for (uint32_t i = 0; i < parts; i++)
        SNQ_TRY(make_probe(w, i));
    SNQ_TRY(snq_parallel_new(threads < parts ? threads : parts, &team));
    snq_parallel_run(team, parts, play, w);
    snq_parallel_free(team);
    for (uint32_t i = 0; i < parts; i++) {
        SNQ_TRY(w->of[i].st);
        lufs[i] = w->of[i].lufs;
    }
    return SNQ_OK;
}

snq_status snq_loudness_probe(const snq_score *score, const snq_render_part *part, uint32_t parts,
                              const snq_bank *bank, uint32_t rate_hz, uint32_t threads,
                              uint64_t seed, double *lufs)
{
    if (!parts)
        return SNQ_OK;
    work w = { .score = score, .part = part, .bank = bank, .rate_hz = rate_hz, .seed = seed };
    w.of = snq_calloc(parts, sizeof *w.of);
    if (!w.of)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for %u tracks", parts);
    for (uint32_t i = 0; i < parts; i++)
        snq_score_init(&w.of[i].excerpt);
    const snq_status st = run(&w, parts, threads, lufs);
    for (uint32_t i = 0; i < parts; i++) {
        snq_player_free(w.of[i].player);
        snq_chain_free(w.of[i].chain);
        snq_loud_slots_clear(&w.of[i].slots);
        snq_score_clear(&w.of[i].excerpt);
    }
    snq_free(w.of);
    return st;
}
