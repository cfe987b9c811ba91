// SPDX-License-Identifier: MIT
/* IDEA   What sounds together adds up in power. A track's own power is that of its notes: how many, how hard, how long;
 *        its scale is known, since the mix brings each track to one loudness where it plays most.
 *
 * STEPS  a(t) = sum over notes that sound at t of weight velocity^2
 *        f    = max over b of the mean of a in bars b .. b + 3
 *        P(t) = sum over tracks of 10^((gain_db + fader(t)) / 10) a(t) / f
 *        db   = 10 log10 of P under a window 1 + cos of SNQ_SCORE_LOUDNESS_S in all
 *
 * CONST  velocity^2 and four bars: as loudness_probe.c looks for the fullest. A hit of drums sounds for 0.15 s.
 *        weights of drums: kick 1, snare and toms 0.6, cymbals and the rest 0.1: of a kit's loudness hats make a tenth.
 * COST   notes and steps, once.
 * LIMITS It knows no sounds: a pad that swells or a string that dies away is a bar of one height. */
#include "jobs/score_loudness.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "jobs/loudness_probe.h"

static const double hit_s = 0.15, nothing_db = -120;

static double weight_of(const snq_track *t, int pitch)
{
    const int kit = strcmp(t->kind, "drums") == 0 || strcmp(t->kind, "percussion") == 0;
    if (!kit || pitch == 35 || pitch == 36)
        return 1;
    switch (pitch) {
    case 37: /* rim */
        return 0.3;
    case 38:
    case 39:
    case 40: /* snares, clap */
    case 41:
    case 43:
    case 45:
    case 47:
    case 48:
    case 50: /* toms */
        return 0.6;
    default:
        return 0.1;
    }
}

typedef struct grid {
    const snq_score *score;
    double dt_s;
    size_t steps;
    double *track, *sum; /* (steps + 1,) each */
    snq_score_loudness_fader *fader;
    void *user;
} grid;

/* Adds v to the steps from one time to another, in parts where it covers a part. */
static void cover(const grid *g, double from_s, double to_s, double v)
{
    const double from = fmax(from_s / g->dt_s, 0), to = fmin(to_s / g->dt_s, (double)g->steps);
    for (size_t k = (size_t)from; (double)k < to; k++)
        g->track[k] += v * (fmin((double)k + 1, to) - fmax((double)k, from));
}

/* Mean of the fullest bars. */
static double fullest(const grid *g)
{
    double most = 0;
    const double end = (double)g->steps * g->dt_s;
    const int64_t bars = snq_score_bar_at(g->score, g->score->length, NULL) + 1;
    for (int64_t b = 0; b < bars; b++) {
        const double from = snq_score_time_s(g->score, (double)snq_score_bar_tick(g->score, b));
        const double until =
            snq_score_time_s(g->score, (double)snq_score_bar_tick(g->score, b + SNQ_PROBE_BARS));
        const double to = fmin(until, end); /* a piece may be shorter */
        double sum = 0;
        if (b && until > end)
            break;
        for (size_t k = (size_t)(from / g->dt_s); k < g->steps && (double)k * g->dt_s < to; k++)
            sum += g->track[k];
        most = to > from ? fmax(most, sum * g->dt_s / (to - from)) : most;
    }
    return most;
}

static void add_track(const grid *g, size_t index)
{
    const snq_track *t = &g->score->track[index];
    const int kit = strcmp(t->kind, "drums") == 0 || strcmp(t->kind, "percussion") == 0;
    memset(g->track, 0, (g->steps + 1) * sizeof *g->track);
    for (size_t i = 0; i < t->notes; i++) {
        const snq_note *n = &t->note[i];
        const double from = snq_note_start_s(g->score, n);
        const double to = kit ? from + hit_s : fmax(snq_note_end_s(g->score, n), from + 0.05);
        cover(g, from, to, weight_of(t, n->pitch) * (double)n->velocity * (double)n->velocity);
    }
    const double most = fullest(g);
    const double scale = most > 0 ? pow(10, (double)t->gain_db / 10) / most : 0;
    for (size_t k = 0; k < g->steps; k++) {
        const double db = g->fader && scale > 0 ? g->fader(g->user, index, k) : 0;
        g->sum[k] += scale * g->track[k] * (db == 0 ? 1 : pow(10, db / 10));
    }
}

static void window(const grid *g, double *db)
{
    const int64_t side = (int64_t)(SNQ_SCORE_LOUDNESS_S / 2 / g->dt_s), n = (int64_t)g->steps;
    for (int64_t k = 0; k < n; k++) {
        double sum = 0, weights = 0;
        for (int64_t j = -side; j <= side; j++) {
            if (k + j < 0 || k + j >= n)
                continue;
            const double w = 1 + cos(M_PI * (double)j / (double)(side + 1));
            sum += w * g->sum[k + j];
            weights += w;
        }
        db[k] = sum > 0 ? fmax(10 * log10(sum / weights), nothing_db) : nothing_db;
    }
}

snq_status snq_score_loudness(const snq_score *score, double dt_s, size_t steps,
                              snq_score_loudness_fader *fader, void *user, double *db)
{
    grid g = { .score = score, .dt_s = dt_s, .steps = steps, .fader = fader, .user = user };
    double *room = snq_calloc(2 * (steps + 1), sizeof *room);
    if (!room)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for %zu steps of loudness", steps);
    g.track = room;
    g.sum = room + steps + 1;
    for (size_t i = 0; i < score->tracks; i++)
        add_track(&g, i);
    window(&g, db);
    snq_free(room);
    return SNQ_OK;
}
