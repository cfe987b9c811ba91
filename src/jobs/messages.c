// SPDX-License-Identifier: MIT
#include "jobs/messages.h"

#include <string.h>

#include "score/hearing_pack.h"
#include "score/sight_pack.h"

enum { WITH_PORTRAIT = 1, WITH_TIMINGS = 2, WITH_PEAK = 4 };
enum { IN_FRAMES = 1, STABILIZE = 2, WITH_WINDOWS = 4, TIMED = 8, WITH_LOOK = 16 };
/* Bound on the lists of a click request (bytes); what an arena adds included. */
enum { CLICK_LISTS_MAX = 2 * SNQ_BEATS_MAX * (int)sizeof(double) + (1 << 20) };

/* A status as it travels; what is not in the list came from somebody who makes things up. */
static snq_status unpack_status(snq_unpack *u)
{
    const int32_t v = (int32_t)snq_unpack_u32(u);
    if (v == SNQ_OK || strcmp(snq_status_name((snq_status)v), "UNKNOWN") != 0)
        return v <= 0 ? (snq_status)v : SNQ_ERR_INTERNAL;
    return SNQ_ERR_INTERNAL;
}

void snq_outcome_pack(snq_str *to, snq_status st, uint32_t needs, const char *error)
{
    snq_pack_u32(to, (uint32_t)st);
    snq_pack_u32(to, needs);
    snq_pack_text(to, error);
}

void snq_outcome_unpack(snq_unpack *u, snq_status *st, uint32_t *needs, char error[SNQ_ERROR_MAX])
{
    *st = unpack_status(u);
    *needs = snq_unpack_u32(u);
    snq_unpack_name(u, error, SNQ_ERROR_MAX);
}

void snq_hello_pack(snq_str *to, const snq_confinement *c)
{
    snq_pack_u32(to, SNQ_MESSAGES_VERSION);
    snq_pack_u32(to, c->layers);
    snq_pack_u32(to, c->landlock_abi);
    snq_pack_text(to, c->missing);
}

snq_status snq_hello_unpack(const void *bytes, size_t n, snq_confinement *c)
{
    snq_unpack u;
    *c = (snq_confinement) { 0 };
    snq_unpack_init(&u, bytes, n);
    const uint32_t version = snq_unpack_u32(&u);
    c->layers = snq_unpack_u32(&u) & SNQ_CONFINE_ALL;
    c->landlock_abi = snq_unpack_u32(&u);
    snq_unpack_text(&u, c->missing, sizeof c->missing);
    SNQ_TRY(snq_unpack_finish(&u));
    if (version != SNQ_MESSAGES_VERSION)
        return SNQ_FAIL(SNQ_ERR_FORMAT, "a worker that speaks version %u", version);
    return SNQ_OK;
}

void snq_listen_request_pack(snq_str *to, const snq_listen_request *r)
{
    snq_pack_text(to, r->name);
    snq_pack_u8(to, (uint8_t)((r->portrait ? WITH_PORTRAIT : 0) | (r->timings ? WITH_TIMINGS : 0) |
                              (r->peak ? WITH_PEAK : 0)));
    snq_pack_u8(to, (uint8_t)r->waveform);
    snq_pack_u32(to, r->zoom);
    snq_pack_u32(to, r->only_count);
    for (uint32_t i = 0; i < r->only_count; i++)
        snq_pack_text(to, r->only[i]);
}

snq_status snq_listen_request_unpack(const void *bytes, size_t n, snq_listen_request *r)
{
    snq_unpack u;
    memset(r, 0, sizeof *r);
    snq_unpack_init(&u, bytes, n);
    snq_unpack_name(&u, r->name, sizeof r->name);
    const uint8_t flags = snq_unpack_u8(&u), waveform = snq_unpack_u8(&u);
    r->portrait = (flags & WITH_PORTRAIT) != 0;
    r->timings = (flags & WITH_TIMINGS) != 0;
    r->peak = (flags & WITH_PEAK) != 0;
    r->waveform = (snq_waveform_format)waveform;
    r->zoom = snq_unpack_u32(&u);
    r->only_count = snq_unpack_count(&u, 4, SNQ_PLUGINS_MAX);
    for (uint32_t i = 0; i < r->only_count; i++)
        snq_unpack_text(&u, r->only[i], sizeof r->only[i]);
    SNQ_TRY(snq_unpack_finish(&u));
    if (waveform > SNQ_WAVEFORM_JSON)
        return SNQ_FAIL(SNQ_ERR_FORMAT, "waveform format %u", waveform);
    return SNQ_OK;
}

/* A largest |sample|; others than those that samples can have are a failure. */
static double unpack_peak(snq_unpack *u)
{
    const double peak = snq_unpack_f64(u);
    if (u->st >= 0 && !(peak >= 0.0 && peak <= (double)SNQ_SAMPLE_MAX))
        u->st = SNQ_FAIL(SNQ_ERR_FORMAT, "a peak of %g", peak);
    return u->st < 0 ? 0.0 : peak;
}

void snq_heard_reply_pack(snq_str *to, const snq_heard_reply *r)
{
    snq_outcome_pack(to, r->st, r->needs, r->error);
    if (r->st < 0)
        return;
    snq_pack_u8(to, r->has_portrait ? 1 : 0);
    snq_pack_f64(to, r->peak);
    snq_hearing_pack(to, &r->hearing);
    if (r->has_portrait)
        snq_portrait_pack(to, &r->portrait);
}

snq_status snq_heard_reply_unpack(const void *bytes, size_t n, snq_heard_reply *r)
{
    snq_unpack u;
    memset(r, 0, sizeof *r);
    snq_unpack_init(&u, bytes, n);
    snq_outcome_unpack(&u, &r->st, &r->needs, r->error);
    snq_status st = SNQ_OK;
    if (r->st >= 0) {
        const uint8_t has_portrait = snq_unpack_u8(&u);
        r->peak = unpack_peak(&u);
        st = snq_hearing_unpack(&u, &r->hearing);
        if (st >= 0 && has_portrait) {
            st = snq_portrait_unpack(&u, &r->portrait);
            r->has_portrait = st >= 0;
        }
    }
    const snq_status rest = snq_unpack_finish(&u);
    st = st < 0 ? st : rest;
    if (st < 0)
        snq_heard_reply_clear(r);
    return st;
}

void snq_heard_reply_clear(snq_heard_reply *r)
{
    snq_hearing_clear(&r->hearing);
    snq_portrait_clear(&r->portrait);
    r->has_portrait = 0;
}

void snq_draw_request_pack(snq_str *to, const snq_draw_request *r)
{
    snq_pack_text(to, r->name);
    snq_hearing_pack(to, r->hearing);
    snq_portrait_pack(to, r->portrait);
}

snq_status snq_draw_request_unpack(const void *bytes, size_t n, char name[SNQ_PATH_MAX],
                                   snq_hearing *h, snq_portrait *p)
{
    snq_unpack u;
    snq_unpack_init(&u, bytes, n);
    snq_unpack_name(&u, name, SNQ_PATH_MAX);
    SNQ_TRY(snq_hearing_unpack(&u, h));
    h->file.path = name;
    snq_status st = snq_portrait_unpack(&u, p);
    if (st >= 0) {
        st = snq_unpack_finish(&u);
        if (st < 0)
            snq_portrait_clear(p);
    }
    if (st < 0)
        snq_hearing_clear(h);
    return st;
}

void snq_drawn_pack(snq_str *to, snq_status st, const char *error)
{
    snq_pack_u32(to, (uint32_t)st);
    snq_pack_text(to, error);
}

snq_status snq_drawn_unpack(const void *bytes, size_t n, snq_status *st, char error[SNQ_ERROR_MAX])
{
    snq_unpack u;
    snq_unpack_init(&u, bytes, n);
    *st = unpack_status(&u);
    snq_unpack_name(&u, error, SNQ_ERROR_MAX);
    return snq_unpack_finish(&u);
}

static void pack_times(snq_str *to, const double *time_s, uint32_t n)
{
    snq_pack_u32(to, n);
    for (uint32_t i = 0; i < n; i++)
        snq_pack_f64(to, time_s[i]);
}

/* Times >= 0 that don't fall. */
static const double *unpack_times(snq_unpack *u, snq_arena *lists, uint32_t *n)
{
    *n = snq_unpack_count(u, sizeof(double), SNQ_BEATS_MAX);
    double *time_s = snq_arena_get(lists, *n, sizeof *time_s), last = 0.0;
    if (!time_s && *n && u->st >= 0)
        u->st = SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for %u beats", *n);
    for (uint32_t i = 0; time_s && i < *n; i++) {
        time_s[i] = snq_unpack_f64(u);
        if (u->st >= 0 && time_s[i] < last)
            u->st = SNQ_FAIL(SNQ_ERR_FORMAT, "a beat at %g s", time_s[i]);
        last = time_s[i];
    }
    return time_s;
}

void snq_click_request_pack(snq_str *to, const snq_click_request *r)
{
    snq_pack_text(to, r->name);
    snq_pack_f64(to, r->peak);
    pack_times(to, r->beats.beat_s, r->beats.beats);
    pack_times(to, r->beats.downbeat_s, r->beats.downbeats);
}

snq_status snq_click_request_unpack(const void *bytes, size_t n, snq_click_request *r)
{
    snq_unpack u;
    memset(r, 0, sizeof *r);
    snq_arena_init(&r->lists, CLICK_LISTS_MAX);
    snq_unpack_init(&u, bytes, n);
    snq_unpack_name(&u, r->name, sizeof r->name);
    r->peak = unpack_peak(&u);
    r->beats.beat_s = unpack_times(&u, &r->lists, &r->beats.beats);
    r->beats.downbeat_s = unpack_times(&u, &r->lists, &r->beats.downbeats);
    const snq_status st = snq_unpack_finish(&u);
    if (st < 0)
        snq_click_request_clear(r);
    return st;
}

void snq_click_request_clear(snq_click_request *r)
{
    snq_arena_clear(&r->lists);
    r->beats = (snq_beats) { 0 };
}

void snq_done_reply_pack(snq_str *to, const snq_done_reply *r)
{
    snq_outcome_pack(to, r->st, r->needs, r->error);
}

snq_status snq_done_reply_unpack(const void *bytes, size_t n, snq_done_reply *r)
{
    snq_unpack u;
    snq_unpack_init(&u, bytes, n);
    snq_outcome_unpack(&u, &r->st, &r->needs, r->error);
    return snq_unpack_finish(&u);
}

void snq_watch_request_pack(snq_str *to, const snq_watch_request *r)
{
    snq_pack_text(to, r->name);
    snq_pack_u8(to, (uint8_t)((r->range_in_frames ? IN_FRAMES : 0) |
                              (r->stabilize ? STABILIZE : 0) | (r->windows ? WITH_WINDOWS : 0) |
                              (r->timings ? TIMED : 0) | (r->look ? WITH_LOOK : 0)));
    snq_pack_i64(to, r->size_bytes);
    snq_pack_f64(to, r->start);
    snq_pack_f64(to, r->end);
    snq_pack_f64(to, r->fps_hz);
    snq_pack_u32(to, r->preset);
    snq_pack_u32(to, r->threads);
}

snq_status snq_watch_request_unpack(const void *bytes, size_t n, snq_watch_request *r)
{
    snq_unpack u;
    memset(r, 0, sizeof *r);
    snq_unpack_init(&u, bytes, n);
    snq_unpack_name(&u, r->name, sizeof r->name);
    const uint8_t flags = snq_unpack_u8(&u);
    r->range_in_frames = (flags & IN_FRAMES) != 0;
    r->stabilize = (flags & STABILIZE) != 0;
    r->windows = (flags & WITH_WINDOWS) != 0;
    r->timings = (flags & TIMED) != 0;
    r->look = (flags & WITH_LOOK) != 0;
    r->size_bytes = snq_unpack_i64(&u);
    r->start = snq_unpack_f64(&u);
    r->end = snq_unpack_f64(&u);
    r->fps_hz = snq_unpack_f64(&u);
    r->preset = snq_unpack_u32(&u);
    r->threads = snq_unpack_u32(&u);
    return snq_unpack_finish(&u);
}

void snq_seen_reply_pack(snq_str *to, const snq_seen_reply *r)
{
    snq_outcome_pack(to, r->st, r->needs, r->error);
    if (r->st < 0)
        return;
    snq_pack_u8(to, r->has_look ? 1 : 0);
    snq_sight_pack(to, &r->sight);
    if (r->has_look)
        snq_watch_look_pack(to, &r->look);
}

snq_status snq_seen_reply_unpack(const void *bytes, size_t n, snq_seen_reply *r)
{
    snq_unpack u;
    snq_status st = SNQ_OK;
    memset(r, 0, sizeof *r);
    snq_unpack_init(&u, bytes, n);
    snq_outcome_unpack(&u, &r->st, &r->needs, r->error);
    if (r->st >= 0) {
        const uint8_t has_look = snq_unpack_u8(&u);
        st = snq_sight_unpack(&u, &r->sight);
        if (st >= 0 && has_look) {
            st = snq_watch_look_unpack(&u, &r->look);
            r->has_look = st >= 0;
        }
    }
    const snq_status rest = snq_unpack_finish(&u);
    st = st < 0 ? st : rest;
    if (st < 0)
        snq_seen_reply_clear(r);
    return st;
}

void snq_seen_reply_clear(snq_seen_reply *r)
{
    snq_sight_clear(&r->sight);
    snq_watch_look_clear(&r->look);
    r->has_look = 0;
}

void snq_sketch_request_pack(snq_str *to, const snq_sketch_request *r)
{
    snq_pack_text(to, r->name);
    snq_sight_pack(to, r->sight);
    snq_watch_look_pack(to, r->look);
}

snq_status snq_sketch_request_unpack(const void *bytes, size_t n, char name[SNQ_PATH_MAX],
                                     snq_sight *s, snq_watch_look *l)
{
    snq_unpack u;
    snq_unpack_init(&u, bytes, n);
    snq_unpack_name(&u, name, SNQ_PATH_MAX);
    SNQ_TRY(snq_sight_unpack(&u, s));
    s->video.path = name;
    snq_status st = snq_watch_look_unpack(&u, l);
    if (st >= 0) {
        st = snq_unpack_finish(&u);
        if (st < 0)
            snq_watch_look_clear(l);
    }
    if (st < 0)
        snq_sight_clear(s);
    return st;
}

void snq_flow_request_pack(snq_str *to, const snq_flow_request *r)
{
    snq_pack_text(to, r->name[0]);
    snq_pack_text(to, r->name[1]);
    snq_pack_u32(to, r->preset);
    snq_pack_u32(to, r->threads);
}

snq_status snq_flow_request_unpack(const void *bytes, size_t n, snq_flow_request *r)
{
    snq_unpack u;
    memset(r, 0, sizeof *r);
    snq_unpack_init(&u, bytes, n);
    snq_unpack_name(&u, r->name[0], sizeof r->name[0]);
    snq_unpack_name(&u, r->name[1], sizeof r->name[1]);
    r->preset = snq_unpack_u32(&u);
    r->threads = snq_unpack_u32(&u);
    return snq_unpack_finish(&u);
}

void snq_sample_request_pack(snq_str *to, const snq_sample_request *r)
{
    snq_pack_text(to, r->name);
    snq_pack_u32(to, r->rate_hz);
    snq_pack_u32(to, r->channels);
    snq_pack_u64(to, r->max_frames);
}

snq_status snq_sample_request_unpack(const void *bytes, size_t n, snq_sample_request *r)
{
    snq_unpack u;
    memset(r, 0, sizeof *r);
    snq_unpack_init(&u, bytes, n);
    snq_unpack_name(&u, r->name, sizeof r->name);
    r->rate_hz = snq_unpack_u32(&u);
    r->channels = snq_unpack_u32(&u);
    r->max_frames = snq_unpack_u64(&u);
    SNQ_TRY(snq_unpack_finish(&u));
    if (r->rate_hz < SNQ_RATE_MIN_HZ || r->rate_hz > SNQ_RATE_MAX_HZ || r->channels > 2 ||
        r->max_frames < 1 || r->max_frames > SNQ_SAMPLE_FRAMES_MAX)
        return SNQ_FAIL(SNQ_ERR_FORMAT, "samples of %u Hz, %u channels, %llu frames", r->rate_hz,
                        r->channels, (unsigned long long)r->max_frames);
    return SNQ_OK;
}

void snq_sampled_reply_pack(snq_str *to, const snq_sampled_reply *r)
{
    snq_outcome_pack(to, r->st, r->needs, r->error);
    if (r->st < 0)
        return;
    snq_pack_u32(to, r->channels);
    snq_pack_u64(to, r->frames);
    snq_pack_u8(to, r->keyed ? 1 : 0);
    snq_pack_u32(to, r->key);
    snq_pack_f64(to, r->cents);
    snq_pack_u8(to, (uint8_t)r->loop);
    snq_pack_f64(to, r->loop_start);
    snq_pack_f64(to, r->loop_end);
}

/* What can't be was made up. */
static snq_status check_sampled(const snq_sampled_reply *r)
{
    const int looped = r->loop != SNQ_RIFF_LOOP_NONE;
    if (r->channels < 1 || r->channels > 2 || r->frames < 1 || r->frames > SNQ_SAMPLE_FRAMES_MAX)
        return SNQ_FAIL(SNQ_ERR_FORMAT, "%u channels of %llu frames", r->channels,
                        (unsigned long long)r->frames);
    if (r->key > 127 || !(r->cents >= 0.0 && r->cents < 100.0))
        return SNQ_FAIL(SNQ_ERR_FORMAT, "key %u and %g cents", r->key, r->cents);
    if (r->loop > SNQ_RIFF_LOOP_BACKWARD ||
        (looped && !(r->loop_start >= 0.0 && r->loop_start < r->loop_end &&
                     r->loop_end <= (double)r->frames)))
        return SNQ_FAIL(SNQ_ERR_FORMAT, "a loop %d from %g to %g", (int)r->loop, r->loop_start,
                        r->loop_end);
    return SNQ_OK;
}

snq_status snq_sampled_reply_unpack(const void *bytes, size_t n, snq_sampled_reply *r)
{
    snq_unpack u;
    memset(r, 0, sizeof *r);
    snq_unpack_init(&u, bytes, n);
    snq_outcome_unpack(&u, &r->st, &r->needs, r->error);
    if (r->st >= 0) {
        r->channels = snq_unpack_u32(&u);
        r->frames = snq_unpack_u64(&u);
        r->keyed = snq_unpack_u8(&u) != 0;
        r->key = snq_unpack_u32(&u);
        r->cents = snq_unpack_f64(&u);
        r->loop = (snq_riff_loop)snq_unpack_u8(&u);
        r->loop_start = snq_unpack_f64(&u);
        r->loop_end = snq_unpack_f64(&u);
    }
    SNQ_TRY(snq_unpack_finish(&u));
    return r->st < 0 ? SNQ_OK : check_sampled(r);
}

void snq_tried_pack(snq_str *to, uint32_t refused)
{
    snq_pack_u32(to, refused);
}

snq_status snq_tried_unpack(const void *bytes, size_t n, uint32_t *refused)
{
    snq_unpack u;
    snq_unpack_init(&u, bytes, n);
    *refused = snq_unpack_u32(&u) & ((1u << SNQ_CONFINE_TRIES) - 1);
    return snq_unpack_finish(&u);
}
