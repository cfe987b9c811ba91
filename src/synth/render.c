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

typedef struct part {
    snq_player *player;
    float *channel[2]; /* (CHUNK,) */
    float gain[2];     /* of the track's strip: level and pan */
    size_t sounding;   /* frames of this chunk that may hold sound */
    snq_status st;
    char error[SNQ_ERROR_MAX];
} part;

typedef struct render {
    const snq_render_cfg *cfg;
    part *part;
    uint32_t *order; /* (parts,) the busiest first */
    size_t frames;   /* of the chunk that is handed out */
    float *sum[2];
} render;

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
    for (int c = 0; c < 2; c++)
        if (!(p->channel[c] = snq_calloc(CHUNK, sizeof **p->channel)))
            return SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for part %u", i);
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
    if (!r->part)
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
        snq_free(r->part[i].channel[0]);
        snq_free(r->part[i].channel[1]);
    }
    snq_free(r->part);
    snq_free(r->order);
    snq_free(r->sum[0]);
    snq_free(r->sum[1]);
}

/* ---------------------------------------------------------------- a chunk */

static void play(void *user, uint32_t index)
{
    render *r = user;
    part *p = &r->part[r->order[index]];
    const int64_t before = snq_player_frames(p->player);
    snq_player_run(p->player, p->channel[0], p->channel[1], CHUNK);
    p->sounding = (size_t)(snq_player_frames(p->player) - before);
    for (int c = 0; c < 2; c++)
        for (size_t i = 0; p->sounding && i < CHUNK; i++)
            p->channel[c][i] *= p->gain[c];
}

static snq_audio view(const render *r, float *const channel[2])
{
    return (snq_audio) { .channel = { channel[0], channel[1] },
                         .channels = 2,
                         .rate_hz = r->cfg->rate_hz,
                         .frames = r->frames };
}

static void hand_out(void *user, uint32_t index)
{
    render *r = user;
    const uint32_t i = r->order[index];
    const snq_audio block = view(r, r->part[i].channel);
    r->part[i].st = r->cfg->stem(r->cfg->user, i, &block);
    if (r->part[i].st < 0)
        snprintf(r->part[i].error, sizeof r->part[i].error, "%s", snq_last_error());
}

/* The parts that are whole tracks, added in order: the same sum for any number of threads. */
static void add_up(render *r, float *peak)
{
    for (int c = 0; c < 2; c++) {
        memset(r->sum[c], 0, CHUNK * sizeof **r->sum);
        for (uint32_t p = 0; p < r->cfg->parts; p++)
            for (size_t i = 0; r->cfg->part[p].only_pitch < 0 && i < r->frames; i++)
                r->sum[c][i] += r->part[p].channel[c][i];
        for (size_t i = 0; i < r->frames; i++)
            *peak = fmaxf(*peak, fabsf(r->sum[c][i]));
    }
}

static snq_status first_failure(const render *r)
{
    for (uint32_t i = 0; i < r->cfg->parts; i++)
        if (r->part[i].st < 0)
            return SNQ_FAIL(r->part[i].st, "%s", r->part[i].error);
    return SNQ_OK;
}

/* Frames of this chunk: all of it, unless the piece ends in it. */
static size_t chunk_frames(const render *r, int64_t at, int64_t length, int *last)
{
    int64_t end = length;
    *last = at + CHUNK >= length;
    for (uint32_t i = 0; i < r->cfg->parts; i++) {
        const int64_t until = at + (int64_t)r->part[i].sounding;
        end = until > end ? until : end;
        *last = *last && snq_player_done(r->part[i].player);
    }
    return *last && end - at < CHUNK ? (size_t)(end - at) : CHUNK;
}

static snq_status run(render *r, snq_parallel *team, snq_render_result *out)
{
    const snq_render_cfg *cfg = r->cfg;
    const double length_s = snq_score_length_s(cfg->score);
    const int64_t length = llround(length_s * cfg->rate_hz);
    for (int last = 0; !last;) {
        snq_parallel_run(team, cfg->parts, play, r);
        r->frames = chunk_frames(r, out->frames, length, &last);
        snq_parallel_run(team, cfg->parts, hand_out, r);
        SNQ_TRY(first_failure(r));
        add_up(r, &out->peak);
        if (cfg->sum) {
            const snq_audio block = view(r, r->sum);
            SNQ_TRY(cfg->sum(cfg->user, &block));
        }
        out->frames += (int64_t)r->frames;
        if (cfg->progress && cfg->progress(cfg->user, (double)out->frames / cfg->rate_hz, length_s))
            return SNQ_FAIL(SNQ_ERR_CANCELLED, "cancelled");
    }
    return SNQ_OK;
}

snq_status snq_render_run(const snq_render_cfg *cfg, snq_warnings *warnings, snq_render_result *out)
{
    *out = (snq_render_result) { 0 };
    if (!cfg->score || !cfg->bank || !cfg->stem || (cfg->parts && !cfg->part))
        return SNQ_FAIL(SNQ_ERR_ARG, "rendering needs a score, a bank, parts and a taker");
    render r = { .cfg = cfg };
    snq_parallel *team = NULL;
    snq_status st = make(&r, warnings);
    if (st >= 0)
        st = snq_parallel_new(cfg->threads, &team);
    if (st >= 0)
        st = run(&r, team, out);
    snq_parallel_free(team);
    unmake(&r);
    return st;
}
