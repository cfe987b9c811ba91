// SPDX-License-Identifier: MIT
/* The connection between engine and worker, both ways: any bytes, in pieces whose sizes the first
 * bytes tell; each frame that comes out is unpacked as its receiver would. Nothing that is unpacked
 * may be illegal, and no frame may hold more than came. */
#include "fuzz_input.h"

#include "base/alloc.h"
#include "base/str.h"
#include "jobs/film_messages.h"
#include "jobs/frames.h"
#include "jobs/messages.h"

static void unpack_listen(const snq_frame *f)
{
    snq_listen_request q;
    if (snq_listen_request_unpack(f->payload, f->length, &q) < 0)
        return;
    must(strlen(q.name) < sizeof q.name && q.only_count <= SNQ_PLUGINS_MAX);
    must(q.waveform <= SNQ_WAVEFORM_JSON);
    for (uint32_t i = 0; i < q.only_count; i++)
        must(strlen(q.only[i]) < SNQ_ID_MAX);
    /* what was understood is said again in the same bytes */
    snq_str s;
    snq_listen_request again;
    snq_str_init(&s, 1 << 20);
    snq_listen_request_pack(&s, &q);
    must(s.st >= 0 && snq_listen_request_unpack(s.text, s.length, &again) == SNQ_OK);
    must(memcmp(&q, &again, sizeof q) == 0);
    snq_str_clear(&s);
}

static void unpack_heard(const snq_frame *f)
{
    snq_heard_reply r;
    if (snq_heard_reply_unpack(f->payload, f->length, &r) < 0)
        return;
    must(r.st <= 0 && strlen(r.error) < sizeof r.error);
    must(r.peak >= 0.0 && r.peak <= (double)SNQ_SAMPLE_MAX);
    snq_heard_reply_clear(&r);
}

static void unpack_draw(const snq_frame *f)
{
    char name[SNQ_PATH_MAX];
    snq_hearing h;
    snq_portrait p;
    if (snq_draw_request_unpack(f->payload, f->length, name, &h, &p) < 0)
        return;
    must(h.file.path == name && strlen(name) < sizeof name);
    snq_hearing_clear(&h);
    snq_portrait_clear(&p);
}

static void must_ascend(const double *time_s, uint32_t n)
{
    must(n <= SNQ_BEATS_MAX);
    for (uint32_t i = 0; i < n; i++)
        must(time_s[i] >= (i ? time_s[i - 1] : 0.0));
}

static void unpack_click(const snq_frame *f)
{
    snq_click_request q;
    if (snq_click_request_unpack(f->payload, f->length, &q) < 0)
        return;
    must(strlen(q.name) < sizeof q.name && q.peak >= 0.0 && q.peak <= (double)SNQ_SAMPLE_MAX);
    must_ascend(q.beats.beat_s, q.beats.beats);
    must_ascend(q.beats.downbeat_s, q.beats.downbeats);
    snq_click_request_clear(&q);
}

static void unpack_watch(const snq_frame *f)
{
    snq_watch_request q, again;
    if (snq_watch_request_unpack(f->payload, f->length, &q) < 0)
        return;
    must(strlen(q.name) < sizeof q.name);
    snq_str s;
    snq_str_init(&s, 1 << 20);
    snq_watch_request_pack(&s, &q);
    must(s.st >= 0 && snq_watch_request_unpack(s.text, s.length, &again) == SNQ_OK);
    must(memcmp(&q, &again, sizeof q) == 0);
    snq_str_clear(&s);
}

static void unpack_seen(const snq_frame *f)
{
    snq_seen_reply r;
    if (snq_seen_reply_unpack(f->payload, f->length, &r) < 0)
        return;
    must(r.st <= 0 && strlen(r.error) < sizeof r.error);
    snq_seen_reply_clear(&r);
}

static void unpack_sketch(const snq_frame *f)
{
    char name[SNQ_PATH_MAX];
    snq_sight s;
    snq_watch_look l;
    if (snq_sketch_request_unpack(f->payload, f->length, name, &s, &l) < 0)
        return;
    must(s.video.path == name && strlen(name) < sizeof name);
    snq_sight_clear(&s);
    snq_watch_look_clear(&l);
}

static void unpack_flow(const snq_frame *f)
{
    snq_flow_request q;
    if (snq_flow_request_unpack(f->payload, f->length, &q) >= 0)
        must(strlen(q.name[0]) < sizeof q.name[0] && strlen(q.name[1]) < sizeof q.name[1]);
}

static void unpack_sample(const snq_frame *f)
{
    snq_sample_request q;
    if (snq_sample_request_unpack(f->payload, f->length, &q) >= 0)
        must(strlen(q.name) < sizeof q.name && q.rate_hz >= SNQ_RATE_MIN_HZ && q.channels <= 2 &&
             q.max_frames >= 1 && q.max_frames <= SNQ_SAMPLE_FRAMES_MAX);
}

static void unpack_sampled(const snq_frame *f)
{
    snq_sampled_reply r;
    if (snq_sampled_reply_unpack(f->payload, f->length, &r) < 0)
        return;
    must(r.st <= 0 && strlen(r.error) < sizeof r.error);
    if (r.st == 0)
        must(r.channels >= 1 && r.channels <= 2 && r.frames >= 1 && r.key < 128);
    if (r.loop)
        must(r.loop_start >= 0 && r.loop_start < r.loop_end && r.loop_end <= (double)r.frames);
}

static void unpack_film(const snq_frame *f)
{
    snq_film_request film;
    snq_mux_request mux;
    snq_muxed_reply muxed;
    static snq_filmed_reply filmed;
    if (f->kind == SNQ_FRAME_FILM && snq_film_request_unpack(f->payload, f->length, &film) >= 0)
        must(strlen(film.name) < sizeof film.name);
    if (f->kind == SNQ_FRAME_MUX && snq_mux_request_unpack(f->payload, f->length, &mux) >= 0)
        must(mux.container < SNQ_FILM_CONTAINERS && mux.frames >= 1 &&
             mux.frames <= SNQ_FILM_FRAMES_MAX);
    if (f->kind == SNQ_FRAME_FILMED && snq_filmed_reply_unpack(f->payload, f->length, &filmed) >= 0)
        must(filmed.st < 0 || (filmed.frames >= 1 && filmed.frames <= SNQ_FILM_FRAMES_MAX &&
                               filmed.warnings.count <= SNQ_WARNINGS_MAX));
    if (f->kind == SNQ_FRAME_MUXED && snq_muxed_reply_unpack(f->payload, f->length, &muxed) >= 0)
        must(muxed.true_peak >= 0.0 && strlen(muxed.film.audio_codec) < 32);
}

static void unpack(const snq_frame *f)
{
    char error[SNQ_ERROR_MAX];
    snq_confinement c;
    snq_status st;
    snq_done_reply done;
    uint32_t refused;
    switch (f->kind) {
    case SNQ_FRAME_HELLO:
        if (snq_hello_unpack(f->payload, f->length, &c) >= 0)
            must((c.layers & ~(uint32_t)SNQ_CONFINE_ALL) == 0 &&
                 strlen(c.missing) < sizeof c.missing);
        break;
    case SNQ_FRAME_LISTEN:
        unpack_listen(f);
        break;
    case SNQ_FRAME_HEARD:
        unpack_heard(f);
        break;
    case SNQ_FRAME_DRAW:
        unpack_draw(f);
        break;
    case SNQ_FRAME_DRAWN:
        if (snq_drawn_unpack(f->payload, f->length, &st, error) >= 0)
            must(st <= 0 && strlen(error) < sizeof error);
        break;
    case SNQ_FRAME_TRY:
        must(f->length == 0);
        break;
    case SNQ_FRAME_TRIED:
        if (snq_tried_unpack(f->payload, f->length, &refused) >= 0)
            must(refused < 1u << SNQ_CONFINE_TRIES);
        break;
    case SNQ_FRAME_CLICK:
        unpack_click(f);
        break;
    case SNQ_FRAME_WATCH:
        unpack_watch(f);
        break;
    case SNQ_FRAME_SEEN:
        unpack_seen(f);
        break;
    case SNQ_FRAME_SKETCH:
        unpack_sketch(f);
        break;
    case SNQ_FRAME_FLOW:
        unpack_flow(f);
        break;
    case SNQ_FRAME_SAMPLE:
        unpack_sample(f);
        break;
    case SNQ_FRAME_SAMPLED:
        unpack_sampled(f);
        break;
    case SNQ_FRAME_FILM:
    case SNQ_FRAME_FILMED:
    case SNQ_FRAME_MUX:
    case SNQ_FRAME_MUXED:
        unpack_film(f);
        break;
    case SNQ_FRAME_CLICKED:
    case SNQ_FRAME_FLOWN:
        if (snq_done_reply_unpack(f->payload, f->length, &done) >= 0)
            must(done.st <= 0 && strlen(done.error) < sizeof done.error);
        break;
    default:
        must(0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    if (n < 2)
        return 0;
    snq_frame_reader r;
    const size_t piece = 1 + p[0];
    size_t total = 0;
    snq_frame_reader_init(&r, p[1] & 1);
    snq_status st = SNQ_OK;
    for (size_t at = 2; at < n && st >= 0; at += piece) {
        snq_frame f;
        st = snq_frame_reader_push(&r, p + at, piece < n - at ? piece : n - at);
        while (st >= 0 && (st = snq_frame_reader_pull(&r, &f)) == SNQ_OK) {
            total += SNQ_FRAME_HEAD + f.length;
            must(total <= n);
            unpack(&f);
        }
        must(r.bytes.room <= 2 * n + 4096);
    }
    if (st < 0)
        must(*snq_last_error() != '\0');
    snq_frame_reader_clear(&r);
    must(snq_alloc_live() == 0);
    return 0;
}
