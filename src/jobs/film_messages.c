// SPDX-License-Identifier: MIT
#include "jobs/film_messages.h"

#include <math.h>
#include <string.h>

#include "jobs/messages.h"

/* A loudness as it travels where there is none. */
#define SILENT_LUFS (-1000.0)

/* ---- FILM ---- */

void snq_film_request_pack(snq_str *to, const snq_film_request *r)
{
    snq_pack_text(to, r->name);
    snq_pack_u8(to, r->keeps_sound ? 1 : 0);
}

snq_status snq_film_request_unpack(const void *bytes, size_t n, snq_film_request *r)
{
    snq_unpack u;
    memset(r, 0, sizeof *r);
    snq_unpack_init(&u, bytes, n);
    snq_unpack_name(&u, r->name, sizeof r->name);
    r->keeps_sound = snq_unpack_u8(&u) != 0;
    return snq_unpack_finish(&u);
}

/* ---- FILMED ---- */

static void pack_warnings(snq_str *to, const snq_warnings *w)
{
    snq_pack_u32(to, w->count);
    for (uint32_t i = 0; i < w->count; i++) {
        snq_pack_text(to, w->item[i].code);
        snq_pack_text(to, w->item[i].message);
        snq_pack_i64(to, w->item[i].offset_bytes);
        snq_pack_u32(to, w->item[i].times);
    }
}

static void unpack_warnings(snq_unpack *u, snq_warnings *w)
{
    w->count = snq_unpack_count(u, 20, SNQ_WARNINGS_MAX);
    for (uint32_t i = 0; i < w->count; i++) {
        snq_unpack_text(u, w->item[i].code, sizeof w->item[i].code);
        snq_unpack_text(u, w->item[i].message, sizeof w->item[i].message);
        w->item[i].offset_bytes = snq_unpack_i64(u);
        w->item[i].times = snq_unpack_u32(u);
    }
}

void snq_filmed_reply_pack(snq_str *to, const snq_filmed_reply *r)
{
    const snq_film_info *f = &r->film;
    snq_outcome_pack(to, r->st, r->needs, r->error);
    if (r->st < 0)
        return;
    snq_pack_text(to, f->container);
    snq_pack_text(to, f->video_codec);
    snq_pack_text(to, f->audio_codec);
    snq_pack_u32(to, f->width);
    snq_pack_u32(to, f->height);
    snq_pack_u8(to, f->turned ? 1 : 0);
    snq_pack_u32(to, f->video_tracks);
    snq_pack_u32(to, f->audio_tracks);
    snq_pack_u32(to, f->fits);
    snq_pack_i64(to, f->pictures);
    snq_pack_f64(to, f->length_s);
    snq_pack_f64(to, f->picture_s);
    snq_pack_f64(to, f->sound_start_s);
    snq_pack_u64(to, r->frames);
    snq_pack_u8(to, r->has_sound ? 1 : 0);
    pack_warnings(to, &r->warnings);
}

static void unpack_film(snq_unpack *u, snq_film_info *f)
{
    snq_unpack_text(u, f->container, sizeof f->container);
    snq_unpack_text(u, f->video_codec, sizeof f->video_codec);
    snq_unpack_text(u, f->audio_codec, sizeof f->audio_codec);
    f->width = snq_unpack_u32(u);
    f->height = snq_unpack_u32(u);
    f->turned = snq_unpack_u8(u) != 0;
    f->video_tracks = snq_unpack_u32(u);
    f->audio_tracks = snq_unpack_u32(u);
    f->fits = snq_unpack_u32(u);
    f->pictures = snq_unpack_i64(u);
    f->length_s = snq_unpack_f64(u);
    f->picture_s = snq_unpack_f64(u);
    f->sound_start_s = snq_unpack_f64(u);
}

snq_status snq_filmed_reply_unpack(const void *bytes, size_t n, snq_filmed_reply *r)
{
    snq_unpack u;
    memset(r, 0, sizeof *r);
    snq_unpack_init(&u, bytes, n);
    snq_outcome_unpack(&u, &r->st, &r->needs, r->error);
    if (r->st >= 0) {
        unpack_film(&u, &r->film);
        r->frames = snq_unpack_u64(&u);
        r->has_sound = snq_unpack_u8(&u) != 0;
        unpack_warnings(&u, &r->warnings);
    }
    SNQ_TRY(snq_unpack_finish(&u));
    const snq_film_info *f = &r->film;
    if (r->st >= 0 && (r->frames < 1 || r->frames > SNQ_FILM_FRAMES_MAX || f->pictures < 1 ||
                       !(f->length_s >= 0.0 && f->length_s <= SNQ_FILM_LENGTH_MAX_S)))
        return SNQ_FAIL(SNQ_ERR_FORMAT, "a film of %llu frames, %g s",
                        (unsigned long long)r->frames, f->length_s);
    return SNQ_OK;
}

/* ---- MUX ---- */

void snq_mux_request_pack(snq_str *to, const snq_mux_request *r)
{
    snq_pack_text(to, r->name);
    snq_pack_text(to, r->title);
    snq_pack_u8(to, (uint8_t)r->container);
    snq_pack_u64(to, r->frames);
}

snq_status snq_mux_request_unpack(const void *bytes, size_t n, snq_mux_request *r)
{
    snq_unpack u;
    memset(r, 0, sizeof *r);
    snq_unpack_init(&u, bytes, n);
    snq_unpack_name(&u, r->name, sizeof r->name);
    snq_unpack_text(&u, r->title, sizeof r->title);
    const uint32_t container = snq_unpack_u8(&u);
    r->frames = snq_unpack_u64(&u);
    SNQ_TRY(snq_unpack_finish(&u));
    if (container >= SNQ_FILM_CONTAINERS || r->frames < 1 || r->frames > SNQ_FILM_FRAMES_MAX)
        return SNQ_FAIL(SNQ_ERR_FORMAT, "a film in container %u with %llu frames of sound",
                        container, (unsigned long long)r->frames);
    r->container = (snq_film_container)container;
    return SNQ_OK;
}

/* ---- MUXED ---- */

void snq_muxed_reply_pack(snq_str *to, const snq_muxed_reply *r)
{
    snq_outcome_pack(to, r->st, r->needs, r->error);
    if (r->st < 0)
        return;
    snq_pack_text(to, r->film.audio_codec);
    snq_pack_i64(to, r->film.pictures);
    snq_pack_i64(to, r->film.mended);
    snq_pack_u64(to, r->film.frames);
    snq_pack_u64(to, r->film.clipped);
    snq_pack_f64(to, isinf(r->lufs) ? SILENT_LUFS : r->lufs);
    snq_pack_f64(to, r->true_peak);
}

snq_status snq_muxed_reply_unpack(const void *bytes, size_t n, snq_muxed_reply *r)
{
    snq_unpack u;
    memset(r, 0, sizeof *r);
    snq_unpack_init(&u, bytes, n);
    snq_outcome_unpack(&u, &r->st, &r->needs, r->error);
    if (r->st >= 0) {
        snq_unpack_text(&u, r->film.audio_codec, sizeof r->film.audio_codec);
        r->film.pictures = snq_unpack_i64(&u);
        r->film.mended = snq_unpack_i64(&u);
        r->film.frames = snq_unpack_u64(&u);
        r->film.clipped = snq_unpack_u64(&u);
        r->lufs = snq_unpack_f64(&u);
        r->true_peak = snq_unpack_f64(&u);
    }
    SNQ_TRY(snq_unpack_finish(&u));
    if (r->lufs <= SILENT_LUFS)
        r->lufs = -INFINITY;
    if (!(r->true_peak >= 0.0) || r->film.pictures < 0)
        return SNQ_FAIL(SNQ_ERR_FORMAT, "a film of %lld pictures that peaks at %g",
                        (long long)r->film.pictures, r->true_peak);
    return SNQ_OK;
}
