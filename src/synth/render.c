// SPDX-License-Identifier: MIT
#include "synth/render.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/parallel.h"
#include "synth/player.h"

enum { CHUNK = SNQ_RENDER_CHUNK };

/* What is heard of a stem in a file of 24 bits. */
#define HEARD 0x1p-24f

/* Of everything there are two: of an even and of an odd chunk. */
typedef struct part {
    snq_player *player;
    float *played[2][2]; /* (CHUNK,) sides */
    float *stem[2][2];   /* (CHUNK,) sides */
    size_t sounding[2];  /* frames of the played chunk, then of the stem, that may hold sound */
    int done[2];         /* the player has nothing more to play, its stem does not ring on */
    float gain[2];       /* level and pan of the track, where there is no desk */
    float peak;
    snq_status st;
    char error[SNQ_ERROR_MAX];
} part;

typedef struct render {
    const snq_render_cfg *cfg;
    part *part;
    uint32_t *order;              /* (parts,) the busiest first */
    const float *(*played[2])[2]; /* (parts, 2) of an even, of an odd chunk */
    int64_t chunk;                /* that is played now; the desk works on the one before */
    int64_t
        ahead; /* frames before the first that is handed out: the latency, and what lies before `from` */
    size_t first, frames; /* of the chunk that is handed out: what of it */
    float *sum[2];
    float peak;
    snq_status st; /* of handing out the sum */
    char error[SNQ_ERROR_MAX];
} render;

/* Largest magnitude; the bits of floats without sign are in the order of their values. */
static float peak_of(const float *x, size_t n, float peak)
{
    int32_t most; /* signed: what every vector unit can compare */
    memcpy(&most, &peak, sizeof most);
    for (size_t i = 0; i < n; i++) {
        int32_t bits;
        memcpy(&bits, &x[i], sizeof bits);
        bits &= 0x7fffffff;
        most = bits > most ? bits : most;
    }
    memcpy(&peak, &most, sizeof peak);
    return peak;
}

static void add(const float *restrict x, float *restrict to, size_t n)
{
    for (size_t i = 0; i < n; i++)
        to[i] += x[i];
}

static void scale(float *x, float gain, size_t n)
{
    for (size_t i = 0; i < n; i++)
        x[i] *= gain;
}

snq_render_cfg snq_render_cfg_default(void)
{
    return (snq_render_cfg) { .rate_hz = 48000, .threads = 1, .tail_max_s = 30.0 };
}

/* Balance of a stereo sound: the side turned away from falls, the other stays (sin/cos law scaled to 1 in
 * the middle would lift a hard-panned side by 3 dB). */
static void strip_gain(const snq_track *t, float gain[2])
{
    const float level = powf(10.0f, t->gain_db / 20.0f);
    gain[0] = level * (t->pan > 0.0f ? cosf(t->pan * (float)M_PI_2) : 1.0f);
    gain[1] = level * (t->pan < 0.0f ? cosf(t->pan * (float)M_PI_2) : 1.0f);
}

static snq_status make_part(render *r, uint32_t i, snq_warnings *warnings)
{
    const snq_render_part *from = &r->cfg->part[i];
    part *p = &r->part[i];
    if (from->track >= r->cfg->score->tracks)
        return SNQ_FAIL(SNQ_ERR_RANGE, "part %u: the score has no track %u", i, from->track);
    const snq_track *track = &r->cfg->score->track[from->track];
    strip_gain(track, p->gain);
    for (int c = 0; c < 4; c++) {
        p->played[c / 2][c % 2] = snq_calloc(CHUNK, sizeof(float));
        p->stem[c / 2][c % 2] = snq_calloc(CHUNK, sizeof(float));
        if (!p->played[c / 2][c % 2] || !p->stem[c / 2][c % 2])
            return SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for part %u", i);
        r->played[c / 2][i][c % 2] = p->played[c / 2][c % 2];
    }
    const snq_player_cfg cfg = { .rate_hz = r->cfg->rate_hz,
                                 .seed = r->cfg->seed,
                                 .score = r->cfg->score,
                                 .track = track,
                                 .patch = from->patch,
                                 .bank = r->cfg->bank,
                                 .only_pitch = from->only_pitch,
                                 .tail_max_s = r->cfg->tail_max_s };
    return snq_player_new(&cfg, from->only_pitch < 0 ? warnings : NULL, &p->player);
}

/* Notes' seconds of a part: what its playing costs, roughly. */
static double business(const render *r, uint32_t i)
{
    const snq_track *t = &r->cfg->score->track[r->cfg->part[i].track];
    double ticks = 0.0;
    for (size_t n = 0; n < t->notes; n++)
        ticks += (double)t->note[n].length;
    return ticks;
}

static snq_status put_in_order(render *r)
{
    r->order = snq_calloc(r->cfg->parts, sizeof *r->order);
    double *busy = snq_calloc(r->cfg->parts, sizeof *busy);
    if (!r->order || !busy) {
        snq_free(busy);
        return SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for %u parts", r->cfg->parts);
    }
    for (uint32_t i = 0; i < r->cfg->parts; i++) {
        busy[i] = business(r, i);
        uint32_t at = i;
        for (; at > 0 && busy[r->order[at - 1]] < busy[i]; at--)
            r->order[at] = r->order[at - 1];
        r->order[at] = i;
    }
    snq_free(busy);
    return SNQ_OK;
}

static snq_status make(render *r, snq_warnings *warnings)
{
    r->part = snq_calloc(r->cfg->parts, sizeof *r->part);
    r->played[0] = snq_calloc(r->cfg->parts, sizeof *r->played[0]);
    r->played[1] = snq_calloc(r->cfg->parts, sizeof *r->played[1]);
    if (!r->part || !r->played[0] || !r->played[1])
        return SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for %u parts", r->cfg->parts);
    for (uint32_t i = 0; i < r->cfg->parts; i++)
        SNQ_TRY(make_part(r, i, warnings));
    for (int c = 0; c < 2; c++)
        if (!(r->sum[c] = snq_calloc(CHUNK, sizeof **r->sum)))
            return SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for the sum");
    return put_in_order(r);
}

static void unmake(render *r)
{
    for (uint32_t i = 0; r->part && i < r->cfg->parts; i++) {
        snq_player_free(r->part[i].player);
        for (int c = 0; c < 4; c++) {
            snq_free(r->part[i].played[c / 2][c % 2]);
            snq_free(r->part[i].stem[c / 2][c % 2]);
        }
    }
    snq_free(r->played[0]);
    snq_free(r->played[1]);
    snq_free(r->part);
    snq_free(r->order);
    snq_free(r->sum[0]);
    snq_free(r->sum[1]);
}

/* ---------------------------------------------------------------- a chunk */

static void play(render *r, uint32_t index)
{
    part *p = &r->part[r->order[index]];
    const snq_render_desk *desk = r->cfg->desk;
    const int even = r->chunk & 1;
    if (desk && desk->play) {
        const int64_t n =
            desk->play(desk->user, r->order[index], CHUNK, p->played[even][0], p->played[even][1]);
        if (n >= 0) {
            p->sounding[even] = (size_t)n;
            p->done[even] = n < CHUNK;
            return;
        }
    }
    const int64_t before = snq_player_frames(p->player);
    snq_player_run(p->player, p->played[even][0], p->played[even][1], CHUNK);
    for (int c = 0; !r->cfg->desk && c < 2; c++)
        scale(p->played[even][c], p->gain[c], CHUNK); /* while it is at hand */
    p->sounding[even] = (size_t)(snq_player_frames(p->player) - before);
    p->done[even] = snq_player_done(p->player);
}

/* Frames until the last that is heard. */
static size_t heard(float *const side[2], size_t n)
{
    for (; n; n--)
        if (fabsf(side[0][n - 1]) >= HEARD || fabsf(side[1][n - 1]) >= HEARD)
            return n;
    return 0;
}

/* The stem of the chunk that was played in the round before. */
static void mix(render *r, uint32_t i)
{
    part *p = &r->part[i];
    const int even = (r->chunk - 1) & 1;
    const snq_render_desk *desk = r->cfg->desk;
    if (desk) {
        desk->strip(desk->user, i, (const float *const(*)[2])r->played[even], CHUNK,
                    p->stem[even][0], p->stem[even][1]);
        p->sounding[even] = heard(p->stem[even], CHUNK);
        p->done[even] = p->done[even] && desk->silent(desk->user, i);
        return;
    }
    for (int c = 0; c < 2; c++) { /* it has its level already */
        float *played = p->played[even][c];
        p->played[even][c] = p->stem[even][c];
        p->stem[even][c] = played;
    }
}

static snq_audio view(const render *r, float *const channel[2])
{
    return (snq_audio) { .channel = { channel[0] + r->first, channel[1] + r->first },
                         .channels = 2,
                         .rate_hz = r->cfg->rate_hz,
                         .frames = r->frames };
}

static void hand_out(render *r, uint32_t i)
{
    part *p = &r->part[i];
    const snq_audio block = view(r, p->stem[r->chunk & 1]);
    for (int c = 0; c < 2; c++)
        p->peak = peak_of(block.channel[c], r->frames, p->peak);
    p->st = r->cfg->stem(r->cfg->user, i, &block);
    if (p->st < 0)
        snprintf(p->error, sizeof p->error, "%s", snq_last_error());
}

/* The parts that are whole tracks, added in order: the same sum for any number of threads. */
static void add_up(render *r)
{
    const snq_audio block = view(r, r->sum);
    for (int c = 0; c < 2; c++) {
        memset(r->sum[c], 0, CHUNK * sizeof **r->sum);
        for (uint32_t p = 0; p < r->cfg->parts; p++)
            if (r->cfg->part[p].only_pitch < 0)
                add(r->part[p].stem[r->chunk & 1][c], r->sum[c], CHUNK);
        r->peak = peak_of(block.channel[c], r->frames, r->peak);
    }
    if (!r->cfg->sum)
        return;
    r->st = r->cfg->sum(r->cfg->user, &block);
    if (r->st < 0)
        snprintf(r->error, sizeof r->error, "%s", snq_last_error());
}

/* Pieces of one round: play a chunk, mix the one before, hand out the one before that. */
enum { PLAYING = 1, MIXING = 2, HANDING = 4 };
typedef struct snq__round {
    render *r;
    int does;
} snq__round;

static void work(void *user, uint32_t index)
{
    const snq__round *round = user;
    render *r = round->r;
    const uint32_t parts = r->cfg->parts;
    if (round->does & PLAYING) {
        if (index < parts) {
            play(r, index);
            return;
        }
        index -= parts;
    }
    if (round->does & MIXING) {
        if (index < parts) {
            mix(r, r->order[index]);
            return;
        }
        index -= parts;
    }
    if (!index)
        add_up(r);
    else
        hand_out(r, index - 1);
}

static void run_round(render *r, snq_parallel *team, int does)
{
    snq__round round = { r, does };
    const uint32_t parts = r->cfg->parts;
    snq_parallel_run(team,
                     (does & PLAYING ? parts : 0) + (does & MIXING ? parts : 0) +
                         (does & HANDING ? parts + 1 : 0),
                     work, &round);
}

static snq_status first_failure(const render *r)
{
    for (uint32_t i = 0; i < r->cfg->parts; i++)
        if (r->part[i].st < 0)
            return SNQ_FAIL(r->part[i].st, "%s", r->part[i].error);
    return r->st < 0 ? SNQ_FAIL(r->st, "%s", r->error) : SNQ_OK;
}

/* What of the chunk that was mixed last is handed out: all of it, but for what lies ahead at the beginning and
 * where the piece ends in it. */
static void cut_chunk(render *r, int64_t length, int64_t *quiet, int *last)
{
    const int even = (r->chunk - 1) & 1;
    const int64_t at = (r->chunk - 1) * CHUNK - r->ahead; /* in what is handed out */
    int64_t end = length > at ? length : at;
    int playing = 0;
    const int cut = r->cfg->to > r->cfg->from;
    *last = at + CHUNK >= length;
    for (uint32_t i = 0; i < r->cfg->parts; i++) {
        const part *p = &r->part[i];
        const int64_t until = at + (int64_t)p->sounding[even];
        end = until > end && !cut ? until : end;
        playing |= !p->done[even] && !cut;
    }
    *quiet = *last ? *quiet + CHUNK : 0;
    if (playing && (double)*quiet < (2.0 * r->cfg->tail_max_s + 1.0) * r->cfg->rate_hz)
        *last = 0;
    r->first = at >= 0 ? 0 : -at < CHUNK ? (size_t)-at : CHUNK;
    const size_t stop = *last && end - at < CHUNK ? (size_t)(end - at) : CHUNK;
    r->frames = stop > r->first ? stop - r->first : 0;
}

static snq_status run(render *r, snq_parallel *team, snq_render_result *out)
{
    const snq_render_cfg *cfg = r->cfg;
    const int64_t to =
        cfg->to > cfg->from ? cfg->to : llround(snq_score_length_s(cfg->score) * cfg->rate_hz);
    const int64_t length = to > cfg->from ? to - cfg->from : 0;
    const double length_s = (double)length / cfg->rate_hz;
    int64_t quiet = 0;
    int last = 0;
    run_round(r, team, PLAYING);
    r->chunk = 1;
    run_round(r, team, PLAYING | MIXING);
    cut_chunk(r, length, &quiet, &last);
    for (r->chunk = 2;; r->chunk++) {
        const int was_last = last;
        run_round(r, team, was_last ? HANDING : PLAYING | MIXING | HANDING);
        SNQ_TRY(first_failure(r));
        out->frames += (int64_t)r->frames;
        if (cfg->progress && cfg->progress(cfg->user, (double)out->frames / cfg->rate_hz, length_s))
            return SNQ_FAIL(SNQ_ERR_CANCELLED, "cancelled");
        if (was_last)
            return SNQ_OK;
        cut_chunk(r, length, &quiet, &last);
    }
}

snq_status snq_render_run(const snq_render_cfg *cfg, snq_warnings *warnings, snq_render_result *out)
{
    *out = (snq_render_result) { 0 };
    if (!cfg->score || !cfg->bank || !cfg->stem || (cfg->parts && !cfg->part))
        return SNQ_FAIL(SNQ_ERR_ARG, "rendering needs a score, a bank, parts and a taker");
    if (cfg->from < 0 || (cfg->to && cfg->to <= cfg->from))
        return SNQ_FAIL(SNQ_ERR_RANGE, "from frame %lld to frame %lld is no part of a piece",
                        (long long)cfg->from, (long long)cfg->to);
    render r = { .cfg = cfg, .ahead = cfg->from + (cfg->desk ? cfg->desk->latency : 0) };
    snq_parallel *team = NULL;
    snq_status st = make(&r, warnings);
    if (st >= 0)
        st = snq_parallel_new(cfg->threads, &team);
    if (st >= 0)
        st = run(&r, team, out);
    out->peak = r.peak;
    for (uint32_t i = 0; st >= 0 && cfg->peak && i < cfg->parts; i++)
        cfg->peak[i] = r.part[i].peak;
    snq_parallel_free(team);
    unmake(&r);
    return st;
}
