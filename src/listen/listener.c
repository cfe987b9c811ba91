// SPDX-License-Identifier: MIT
/* IDEA   Make the shared features, find the regions some seconds behind, and hand the features to the
 *        analysers in runs that never cross the edge of a region.
 * STEPS  push: features -> ready hops -> region finder -> decided hops -> analysers -> dropped
 *        Without a need for regions every ready hop is decided at once. */
#include "listen/listener.h"

#include <stdio.h>
#include <time.h>

#include "base/alloc.h"
#include "dsp/denormals.h"
#include "listen/feature_store.h"
#include "listen/music.h"
#include "listen/region_finder.h"

/* Regions longer than this have a tempo, a key and patterns of their own (seconds). */
#define MUSIC_LEAST_S 5.0

typedef struct runner {
    const snq_analyser *analyser;
    void *state;
    int failed;
    snq_plugin_outcome outcome;
} runner;

struct snq_listener {
    snq_listener_cfg cfg;
    snq_hearing *h;
    snq_features *features;
    snq_music *music;          /* NULL when nobody needs it */
    snq_region_finder *finder; /* NULL when nobody needs regions */
    uint32_t runners;
    runner runner[SNQ_PLUGINS_MAX];
    int64_t fed;  /* hops given to the finder */
    int64_t done; /* hops given to the analysers */
    int has_edge; /* `edge` is the next one */
    snq_region_edge edge;
    int64_t region_first; /* of the open region */
    int list_regions;     /* the regions themselves are wanted */
    int finished;
    int starved; /* an analyser was short of memory */
};

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec * 1e-6;
}

static double time_from(const snq_listener *l)
{
    return l->cfg.timings ? now_ms() : 0.0;
}

/* Book the time of a call and what it said; a failure takes the runner out. */
static void book(snq_listener *l, runner *r, double from_ms, snq_status st)
{
    if (l->cfg.timings)
        r->outcome.ms += now_ms() - from_ms;
    if (st >= 0)
        return;
    r->failed = 1;
    l->starved |= st == SNQ_ERR_NOMEM;
    r->outcome.status = "failed";
    snprintf(r->outcome.message, sizeof r->outcome.message, "%s", snq_last_error());
}

#define FAILED "its analyser failed"

static uint32_t all_needs(const snq_listener_cfg *cfg)
{
    uint32_t needs = 0;
    for (uint32_t i = 0; i < cfg->analysers; i++)
        needs |= cfg->analyser[i]->needs;
    if (needs & SNQ_NEED_MUSIC)
        needs |= SNQ_NEED_MEL | SNQ_NEED_PITCH;
    return needs;
}

static snq_status build(snq_listener *l)
{
    const uint32_t needs = all_needs(&l->cfg);
    const snq_features_cfg fc = { .rate_hz = l->cfg.rate_hz,
                                  .channels = l->cfg.channels,
                                  .position = l->cfg.position,
                                  .needs = needs };
    SNQ_TRY(snq_features_new(&fc, &l->features));
    if (needs & SNQ_NEED_REGIONS)
        SNQ_TRY(snq_region_finder_new(l->cfg.channels, &l->finder));
    snq_analyser_setup setup = snq_features_setup(l->features);
    if (needs & SNQ_NEED_MUSIC)
        SNQ_TRY(snq_music_new(&l->music));
    setup.music = l->music;
    for (uint32_t i = 0; i < l->cfg.analysers; i++) {
        runner *r = &l->runner[l->runners++];
        r->analyser = l->cfg.analyser[i];
        r->outcome = (snq_plugin_outcome) { .id = r->analyser->id,
                                            .version = r->analyser->version,
                                            .status = "ok" };
        l->list_regions |= r->analyser == &snq_regions_analyser;
        const double from = time_from(l);
        const snq_status st = r->analyser->begin(&setup, &r->state);
        if (st == SNQ_ERR_NOMEM)
            return st;
        book(l, r, from, st);
    }
    return SNQ_OK;
}

snq_status snq_listener_new(const snq_listener_cfg *cfg, snq_hearing *h, snq_listener **out)
{
    *out = NULL;
    snq_listener *l = snq_calloc(1, sizeof *l);
    if (!l)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for a listener");
    l->cfg = *cfg;
    l->h = h;
    if (!cfg->analyser)
        l->cfg.analyser = snq_analysers(&l->cfg.analysers);
    snq_status st = SNQ_OK;
    if (l->cfg.analysers > SNQ_PLUGINS_MAX)
        st = SNQ_FAIL(SNQ_ERR_RANGE, "%u analysers, at most %d", l->cfg.analysers, SNQ_PLUGINS_MAX);
    if (st >= 0)
        st = build(l);
    if (st < 0) {
        snq_listener_free(l);
        return st;
    }
    *out = l;
    return SNQ_OK;
}

void snq_listener_free(snq_listener *l)
{
    if (!l)
        return;
    for (uint32_t i = 0; i < l->runners; i++)
        l->runner[i].analyser->free(l->runner[i].state);
    snq_music_free(l->music);
    snq_region_finder_free(l->finder);
    snq_features_free(l->features);
    snq_free(l);
}

int snq_listener_starved(const snq_listener *l)
{
    return l->starved;
}

static void send_block(snq_listener *l, const snq_hop_block *b)
{
    for (uint32_t i = 0; i < l->runners; i++) {
        runner *r = &l->runner[i];
        if (r->failed)
            continue;
        const double from = time_from(l);
        book(l, r, from, r->analyser->block(r->state, b));
    }
}

static void open_region(snq_listener *l, int64_t hop)
{
    l->region_first = hop;
    for (uint32_t i = 0; i < l->runners; i++) {
        runner *r = &l->runner[i];
        if (r->failed || !r->analyser->region_begin)
            continue;
        const double from = time_from(l);
        book(l, r, from, r->analyser->region_begin(r->state, hop));
    }
}

static snq_status close_region(snq_listener *l, int64_t hop)
{
    snq_region unlisted = { 0 }, *region = &unlisted;
    if (l->list_regions)
        SNQ_TRY(snq_hearing_add_region(l->h, &region));
    const double rate = l->cfg.rate_hz;
    const double end_s = (double)hop / SNQ_HOPS_PER_S;
    const double stream_s = (double)snq_features_frames(l->features) / rate;
    region->span.start_s = (double)l->region_first / SNQ_HOPS_PER_S;
    region->span.end_s = end_s < stream_s ? end_s : stream_s;
    region->has_music = snq_span_length(region->span) > MUSIC_LEAST_S;
    for (uint32_t i = 0; i < l->runners; i++) {
        runner *r = &l->runner[i];
        if (!r->analyser->region_end)
            continue;
        if (!r->failed) {
            const double from = time_from(l);
            book(l, r, from, r->analyser->region_end(r->state, hop, region));
        }
        if (r->failed)
            r->analyser->refuse(l->h, region, FAILED);
    }
    return SNQ_OK;
}

/* Hand the hops below `end` to the analysers, in runs between edges. */
static snq_status dispatch(snq_listener *l, int64_t end)
{
    for (;;) {
        if (l->finder && !l->has_edge)
            l->has_edge = snq_region_finder_pull(l->finder, &l->edge);
        const int64_t to = l->has_edge && l->edge.hop < end ? l->edge.hop : end;
        while (l->done < to) {
            snq_hop_block b;
            snq_features_view(l->features, l->done, to, &b);
            if (l->music)
                SNQ_TRY(snq_music_push(l->music, &b));
            send_block(l, &b);
            l->done += b.hops;
        }
        if (!l->has_edge || l->edge.hop > end)
            break;
        l->has_edge = 0;
        if (l->edge.is_start)
            open_region(l, l->edge.hop);
        else
            SNQ_TRY(close_region(l, l->edge.hop));
    }
    snq_features_drop(l->features, l->done);
    return SNQ_OK;
}

static snq_status pump(snq_listener *l, int last)
{
    const int64_t ready = snq_features_ready(l->features);
    if (!l->finder)
        return dispatch(l, ready);
    while (l->fed < ready) {
        snq_hop_block b;
        snq_features_view(l->features, l->fed, ready, &b);
        SNQ_TRY(snq_region_finder_push(l->finder, b.hop, b.mel, b.hops));
        l->fed += b.hops;
    }
    if (last)
        SNQ_TRY(snq_region_finder_finish(l->finder));
    return dispatch(l, last ? ready : snq_region_finder_decided(l->finder));
}

/* Feed the features in pieces of at most two seconds: what is kept stays small whatever the size of
 * the block. */
static size_t piece_frames(const snq_listener *l)
{
    return 2 * (size_t)l->cfg.rate_hz;
}

snq_status snq_listener_push(snq_listener *l, const snq_audio *block)
{
    if (l->finished)
        return SNQ_FAIL(SNQ_ERR_STATE, "the listener has finished");
    const snq_denormals was = snq_denormals_off();
    snq_status st = SNQ_OK;
    for (size_t at = 0; at < block->frames && st >= 0; at += piece_frames(l)) {
        const snq_audio piece = snq_audio_part(block, at, piece_frames(l));
        st = snq_features_push(l->features, &piece);
        if (st >= 0)
            st = pump(l, 0);
    }
    snq_denormals_restore(was);
    return st;
}

static void finish_runner(snq_listener *l, runner *r)
{
    if (!r->failed) {
        const double from = time_from(l);
        book(l, r, from, r->analyser->finish(r->state, l->h));
    }
    if (r->failed) {
        r->analyser->refuse(l->h, NULL, FAILED);
        /* who speaks of regions at the end only has not come to all of them */
        for (uint32_t i = 0; i < l->h->regions && !r->analyser->region_end; i++)
            r->analyser->refuse(l->h, &l->h->region[i], FAILED);
    }
    l->h->plugin[l->h->plugins++] = r->outcome;
}

/* The whole stream is one region: what is known of the file is known of it. */
static snq_status whole_region(snq_listener *l)
{
    snq_region unlisted = { 0 }, *region = &unlisted;
    if (l->list_regions)
        SNQ_TRY(snq_hearing_add_region(l->h, &region));
    region->span.end_s = (double)snq_features_frames(l->features) / l->cfg.rate_hz;
    region->has_music = snq_span_length(region->span) > MUSIC_LEAST_S;
    for (uint32_t i = 0; i < l->runners; i++) {
        runner *r = &l->runner[i];
        if (!r->analyser->whole)
            continue;
        if (r->failed || r->analyser->whole(r->state, l->h, region) < 0)
            r->analyser->refuse(l->h, region, FAILED);
    }
    return SNQ_OK;
}

snq_status snq_listener_finish(snq_listener *l)
{
    if (l->finished)
        return SNQ_FAIL(SNQ_ERR_STATE, "the listener has finished");
    l->finished = 1;
    const snq_denormals was = snq_denormals_off();
    snq_status st = snq_features_finish(l->features);
    if (st >= 0)
        st = pump(l, 1);
    if (st >= 0 && l->music)
        st = snq_music_finish(l->music, (double)snq_features_frames(l->features) / l->cfg.rate_hz);
    if (st >= 0) {
        for (uint32_t i = 0; i < l->runners; i++)
            finish_runner(l, &l->runner[i]);
        l->h->no_regions_reason = l->finder ? snq_region_finder_reason(l->finder) : NULL;
        if (l->finder && snq_region_finder_unbroken(l->finder))
            st = whole_region(l);
    }
    snq_denormals_restore(was);
    return st;
}
