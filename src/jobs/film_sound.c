// SPDX-License-Identifier: MIT
/* STEPS  scan    zero, length, where the sound begins, where it leaps (media/film_mux.h)
 *        decode  by the reader, which puts silence where packets are broken; to two channels, to 48 kHz; sample k
 *                of that belongs to frame k + start + (all leaps before it)
 *        place   what lies before zero or behind the picture is left out, gaps are holes in the file, what comes
 *                twice is the later one
 * LIMITS where a leap goes back, the edge is a step. */
#include "jobs/film_sound.h"

#include <math.h>

#include "base/alloc.h"
#include "dsp/resample.h"
#include "jobs/film_planes.h"
#include "jobs/two_channels.h"
#include "media/reader.h"

/* Everything that one run holds. */
typedef struct run {
    const snq_film_sound_cfg *cfg;
    const snq_film_info *film;
    int64_t frames; /* of the film */
    snq_reader *reader;
    float *mixed; /* (2, block) */
    snq_resample *resample[2];
    int64_t decoded[2]; /* frames so far */
    int64_t placed;     /* frames that lie within the film */
} run;

/* A channel on its way out. */
typedef struct plane {
    run *r;
    int c;
} plane;

static int64_t frames_of(double s)
{
    return (int64_t)llround(s * SNQ_FILM_RATE_HZ);
}

/* Where decoded frame k belongs, and up to which frame that rule holds. */
static int64_t place_of(const run *r, int64_t k, int64_t *until)
{
    int64_t at = k + frames_of(r->film->sound_start_s);
    *until = INT64_MAX;
    for (uint32_t i = 0; i < r->film->gaps; i++) {
        const int64_t from = frames_of(r->film->gap[i].at_s);
        if (from > k) {
            *until = from;
            break;
        }
        at += frames_of(r->film->gap[i].jump_s);
    }
    return at;
}

static snq_status place(void *user, const float *x, size_t n)
{
    const plane *p = user;
    run *r = p->r;
    while (n) {
        int64_t until;
        const int64_t at = place_of(r, r->decoded[p->c], &until);
        const int64_t room = until - r->decoded[p->c];
        const size_t k = (int64_t)n < room ? n : (size_t)room;
        const size_t skip = at >= 0 ? 0 : (uint64_t)-at < k ? (size_t)-at : k;
        const int64_t left = r->frames - (at + (int64_t)skip);
        const size_t take = left <= 0 ? 0 : (int64_t)(k - skip) < left ? k - skip : (size_t)left;
        if (take)
            SNQ_TRY(snq_film_plane_write(
                r->cfg->out_fd, (uint64_t)(p->c * r->frames + at + (int64_t)skip), x + skip, take));
        r->placed += (int64_t)take;
        r->decoded[p->c] += (int64_t)k;
        x += k;
        n -= k;
    }
    return SNQ_OK;
}

static snq_status open_all(run *r)
{
    snq_reader_cfg read = snq_reader_cfg_default();
    read.cancel = r->cfg->cancel;
    read.no_loading = r->cfg->no_loading;
    SNQ_TRY(snq_reader_open(r->cfg->fd, r->cfg->request->name, &read, &r->reader));
    r->mixed = snq_alloc(2 * (size_t)SNQ_READER_BLOCK_DEFAULT, sizeof *r->mixed);
    if (!r->mixed)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for a block of samples");
    const snq_resample_cfg cfg = { snq_reader_info(r->reader)->rate_hz, SNQ_FILM_RATE_HZ };
    for (int c = 0; c < 2; c++)
        SNQ_TRY(snq_resample_new(&cfg, &r->resample[c]));
    return SNQ_OK;
}

static snq_status stream(run *r)
{
    const uint32_t rate_hz = snq_reader_info(r->reader)->rate_hz;
    snq_audio block;
    snq_status st;
    while ((st = snq_reader_pull(r->reader, &block)) == SNQ_OK) {
        const float *x[2];
        const double sound_s = (double)snq_reader_frames(r->reader) / rate_hz;
        snq_two_channels(snq_reader_info(r->reader), &block, 2, r->mixed, x);
        for (int c = 0; c < 2; c++) {
            plane p = { r, c };
            SNQ_TRY(snq_resample_push(r->resample[c], x[c], block.frames, place, &p));
        }
        snq_pulse_set(r->cfg->pulse, snq_reader_offset(r->reader), snq_reader_size(r->reader),
                      (int64_t)(sound_s * 1e6));
    }
    SNQ_TRY(st);
    for (int c = 0; c < 2; c++) {
        plane p = { r, c };
        SNQ_TRY(snq_resample_finish(r->resample[c], place, &p));
    }
    return SNQ_OK;
}

/* Whether a film is not to fail because of this. */
static int is_unreadable(snq_status st)
{
    return st == SNQ_ERR_FORMAT || st == SNQ_ERR_UNSUPPORTED || st == SNQ_ERR_RANGE;
}

static snq_status take_sound(const snq_film_sound_cfg *cfg, snq_filmed_reply *reply)
{
    run r = { .cfg = cfg, .film = &reply->film, .frames = (int64_t)reply->frames };
    snq_status st = open_all(&r);
    if (st >= 0)
        st = stream(&r);
    reply->has_sound = r.placed > 0;
    if (is_unreadable(st)) {
        snq_warnings_add(
            &reply->warnings, "original_unreadable", -1, "its original sound can't be read%s: %s",
            r.placed ? " to the end" : ", there will be music alone", snq_last_error());
        st = SNQ_OK;
    } else if (st >= 0) {
        snq_warnings_join(&reply->warnings, snq_reader_warnings(r.reader));
    }
    for (int c = 0; c < 2; c++)
        snq_resample_free(r.resample[c]);
    snq_free(r.mixed);
    snq_reader_free(r.reader);
    return st;
}

snq_status snq_film_sound_run(const snq_film_sound_cfg *cfg, snq_filmed_reply *reply)
{
    const int keeps = cfg->request->keeps_sound;
    SNQ_TRY(snq_film_scan(cfg->fd, cfg->no_loading, cfg->cancel, &reply->film, &reply->warnings));
    const int64_t frames = frames_of(reply->film.length_s);
    reply->frames = frames > 0 ? (uint64_t)frames : 1;
    return keeps && reply->film.audio_codec[0] ? take_sound(cfg, reply) : SNQ_OK;
}
