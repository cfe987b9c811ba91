// SPDX-License-Identifier: MIT
/* IDEA   Every picture goes through three stations: the decoder hands it out with its time, the clock
 *        says which tick it belongs to, and it is made small. Between the ticks that have a picture and
 *        those that are asked for there is always one in hand and one ahead.
 * STEPS  open    decoder (opens, reads all time stamps, decodes one picture) -> clock (video_clock.c)
 *                -> range as numbers -> sizes -> buffers; seek when the range begins over 2 s into it
 *        fetch   decode, place, shrink (video_luma.c), turn: a picture with its slot
 *        load    the next picture, and the one ahead of it; two for the same slot: the nearer one stays
 *        pull    as long as the next picture's slot is not beyond the number asked for, it is the one at
 *                hand; compare it with the one before (video_repeat.c); a number without one: filled
 *        end     warnings with their counts
 * CONST  2^24 pictures are 19 hours at 240 a second: no file makes us go on for ever.
 *        Less than 2 s are decoded sooner than sought.
 * COST   bigbuckbunny_720p25, one thread: 0.87 of `ffmpeg -threads 1 -i X -f null -`, 0.93 of it without
 *        the sound (best of 5, user + system, 2026-11-21); luma, chroma and comparison are 10 % of ours.
 * LIMITS a time stamp that leaps before the range is not known of when it is sought.
 *
 * States: OPEN --pull--> OPEN | ENDED (END for good) | FAILED (the same error for good) */
#include "media/video_reader.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "media/av_loader_impl.h"
#include "media/container_impl.h"
#include "media/decoder_impl.h"
#include "media/libraries.h"
#include "media/source_impl.h"
#include "media/video_clock_impl.h"
#include "media/video_luma_impl.h"
#include "media/video_repeat_impl.h"

enum { HELD = 3, NONE = -1, PICTURES_MAX = 1 << 24 };
#define SEEK_S 2.0

/* A picture made small; `luma`, `cb`, `cr` point into the reader's pixels. */
typedef struct held {
    uint8_t *luma, *cb, *cr;
    int64_t slot;
    double off; /* slots, from where it belongs */
} held;

struct snq_video_reader {
    snq_video_cfg cfg;
    snq__source source;
    snq_video_info info;
    snq_warnings warnings;
    const snq__video_decoder_kind *kind;
    void *decoder;
    snq__video_track track;
    snq__video_clock clock;
    snq__video_repeat repeat;
    snq__video_shrink shrink, shrink_chroma;
    uint32_t raw_w, raw_h; /* px, what the shrinkers are made for */
    uint8_t *pixels;       /* of all that is held, and one plane to turn; owned */
    uint8_t *unturned;
    held held[HELD];
    int now, next, ahead; /* indices of held, NONE */
    int over;             /* the decoder has no more */
    int is_repeat;        /* the one at hand */
    float difference;
    int64_t number; /* the next to hand out */
    int64_t pictures, dropped;
    int truncated;
    snq_status st;           /* OK, END, or the error that ended it */
    char why[SNQ_ERROR_MAX]; /* text of that error */
};

snq_video_cfg snq_video_cfg_default(void)
{
    return (snq_video_cfg) { .long_side_px = 320,
                             .chroma_side_px = 80,
                             .end = -1,
                             .threads = 1,
                             .max_pictures = PICTURES_MAX };
}

/* ---- opening ---- */

static snq_status check_side(const char *what, uint32_t side)
{
    if (side && (side < SNQ_VIDEO_SIDE_MIN || side > SNQ_VIDEO_SIDE_MAX))
        return SNQ_FAIL(SNQ_ERR_RANGE, "%s %u is not 0 and not in %d .. %d", what, side,
                        SNQ_VIDEO_SIDE_MIN, SNQ_VIDEO_SIDE_MAX);
    return SNQ_OK;
}

static snq_status check_cfg(const snq_video_cfg *cfg)
{
    SNQ_TRY(check_side("long_side_px", cfg->long_side_px));
    SNQ_TRY(check_side("chroma_side_px", cfg->chroma_side_px));
    if (cfg->fps_hz != 0 && !(cfg->fps_hz >= SNQ__VIDEO_HZ_MIN && cfg->fps_hz <= SNQ__VIDEO_HZ_MAX))
        return SNQ_FAIL(SNQ_ERR_RANGE, "%g pictures a second (%g to %g are possible)", cfg->fps_hz,
                        SNQ__VIDEO_HZ_MIN, SNQ__VIDEO_HZ_MAX);
    if (cfg->threads < 1 || cfg->threads > SNQ_VIDEO_THREADS_MAX)
        return SNQ_FAIL(SNQ_ERR_RANGE, "%u threads are not in 1 .. %d", cfg->threads,
                        SNQ_VIDEO_THREADS_MAX);
    if (cfg->max_pictures < 1)
        return SNQ_FAIL(SNQ_ERR_RANGE, "max_pictures %lld is not positive",
                        (long long)cfg->max_pictures);
    if (!(cfg->start >= 0 && cfg->start < 1e9) || !(cfg->end < 1e9))
        return SNQ_FAIL(SNQ_ERR_RANGE, "the range %g:%g is not within 0 .. 1e9", cfg->start,
                        cfg->end);
    if (cfg->end >= 0 && cfg->end <= cfg->start)
        return SNQ_FAIL(SNQ_ERR_RANGE, "the range %g:%g is empty", cfg->start, cfg->end);
    return SNQ_OK;
}

/* The first number that is not before `at`. */
static int64_t number_at(const snq_video_reader *r, double at)
{
    return (int64_t)ceil(at * (r->cfg.range_in_frames ? 1 : r->info.fps_hz) - 1e-6);
}

static snq_status find_clock(snq_video_reader *r)
{
    snq_video_info *info = &r->info;
    const double told[2] = { r->track.base_hz, r->track.average_hz };
    SNQ_TRY(snq__video_clock_init(&r->clock, r->track.times, r->track.times_count, r->track.tick_s,
                                  told));
    if (r->track.has_first_ticks)
        r->clock.zero = r->track.first_ticks; /* the times of packets may be those of decoding */
    info->variable = r->clock.mode >= SNQ__CLOCK_UNEVEN;
    info->file_fps_hz = r->clock.hz;
    info->fps_hz = r->cfg.fps_hz > 0 ? r->cfg.fps_hz : r->clock.hz;
    if (r->cfg.fps_hz > 0 && r->clock.mode == SNQ__CLOCK_VARIABLE)
        snq__video_clock_count(&r->clock);
    info->frames = r->clock.mode == SNQ__CLOCK_COUNT ? r->track.packets : r->clock.frames;
    if (r->track.packets < 0)
        info->frames = -1;
    info->duration_s = info->frames < 0 ? (double)NAN : (double)info->frames / info->fps_hz;
    info->first = number_at(r, r->cfg.start);
    info->end = r->cfg.end < 0 ? -1 : number_at(r, r->cfg.end);
    if (info->variable)
        snq_warnings_add(&r->warnings, "variable_rate", -1,
                         "the time stamps keep no regular clock (%.4g to %.4g pictures a second); "
                         "laid on one of %.6g a second%s",
                         r->clock.slowest_hz, r->clock.fastest_hz, info->fps_hz,
                         r->clock.mode == SNQ__CLOCK_VARIABLE ? ", each at the nearest tick"
                                                              : ", one picture a tick");
    return SNQ_OK;
}

/* Make w x h small: the long side `side` (0: as it is), the short one at least SIDE_MIN. */
static void shrink_size(uint32_t w, uint32_t h, uint32_t side, uint32_t *to_w, uint32_t *to_h)
{
    const double longest = w > h ? w : h, shortest = w > h ? h : w;
    double scale = side ? side / longest : 1;
    scale = scale * shortest < SNQ_VIDEO_SIDE_MIN ? SNQ_VIDEO_SIDE_MIN / shortest : scale;
    scale = scale > 1 ? 1 : scale;
    *to_w = (uint32_t)floor(w * scale + 0.5);
    *to_h = (uint32_t)floor(h * scale + 0.5);
}

static int across(const snq_video_reader *r)
{
    return (r->track.turn & SNQ__TURN_TRANSPOSE) != 0;
}

/* As luma's, but not larger than what the file has. */
static void chroma_size(snq_video_reader *r)
{
    snq_video_info *info = &r->info;
    const uint32_t has_w = across(r) ? r->track.chroma_height : r->track.chroma_width;
    const uint32_t has_h = across(r) ? r->track.chroma_width : r->track.chroma_height;
    if (!r->cfg.chroma_side_px)
        return;
    shrink_size(info->working_width, info->working_height, r->cfg.chroma_side_px,
                &info->chroma_width, &info->chroma_height);
    info->chroma_width = info->chroma_width < has_w ? info->chroma_width : has_w;
    info->chroma_height = info->chroma_height < has_h ? info->chroma_height : has_h;
}

static void describe(snq_video_reader *r)
{
    static const uint16_t degrees[8] = { 0, 270, 0, 90, 180, 270, 180, 90 };
    snq_video_info *info = &r->info;
    const snq__video_track *t = &r->track;
    const unsigned turn = t->turn;
    snprintf(info->container, sizeof info->container, "%s", t->container);
    snprintf(info->codec, sizeof info->codec, "%s", t->codec);
    snprintf(info->pixels, sizeof info->pixels, "%s", t->pixels);
    info->bits = t->bits;
    info->full_range = t->full_range;
    info->width = across(r) ? t->height : t->width;
    info->height = across(r) ? t->width : t->height;
    /* an odd number of transposition and flips mirrors; along x, before it is turned */
    info->mirrored = ((turn & 1) ^ (turn >> 1 & 1) ^ (turn >> 2 & 1)) != 0;
    info->rotation_deg = degrees[turn & 7];
    info->pixel_aspect =
        across(r) ? (double)t->aspect_den / t->aspect_num : (double)t->aspect_num / t->aspect_den;
    info->video_tracks = t->video_tracks;
    info->audio_tracks = t->audio_tracks;
    info->interlaced = t->interlaced;
    shrink_size(info->width, info->height, r->cfg.long_side_px, &info->working_width,
                &info->working_height);
    chroma_size(r);
}

static void warn_track(snq_video_reader *r, const char *name)
{
    char extension[16];
    const snq__container *c = snq__container_named(r->info.container);
    snq__extension(name, extension, sizeof extension);
    if (c && snq__extension_lies(c, extension))
        snq_warnings_add(&r->warnings, "extension_mismatch", -1,
                         "the name ends in .%s, the content is %s (%s)", extension,
                         r->info.container, r->info.codec);
    if (r->info.video_tracks > 1)
        snq_warnings_add(&r->warnings, "several_video_tracks", -1,
                         "%u video tracks; the first one is read", r->info.video_tracks);
    if (fabs(r->info.pixel_aspect - 1) > 0.01)
        snq_warnings_add(&r->warnings, "pixel_aspect", -1,
                         "pixels are %.4g times as wide as high; directions are those of pixels",
                         r->info.pixel_aspect);
}

static snq_status make_buffers(snq_video_reader *r)
{
    const snq_video_info *info = &r->info;
    const size_t luma = (size_t)info->working_width * info->working_height;
    const size_t chroma = (size_t)info->chroma_width * info->chroma_height;
    const size_t each = luma + 2 * chroma, spare = luma > chroma ? luma : chroma;
    r->pixels = snq_calloc(HELD * each + spare, 1);
    if (!r->pixels)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for pictures of %u x %u px", info->working_width,
                        info->working_height);
    for (int i = 0; i < HELD; i++) {
        r->held[i].luma = r->pixels + (size_t)i * each;
        r->held[i].cb = r->held[i].luma + luma;
        r->held[i].cr = r->held[i].cb + chroma;
    }
    r->unturned = r->pixels + HELD * each;
    r->now = r->next = r->ahead = NONE;
    return snq__video_repeat_init(&r->repeat, info->working_width, info->working_height);
}

static snq_status open_decoder(snq_video_reader *r)
{
    const snq__video_request request = { .threads = r->cfg.threads };
    if (r->cfg.no_loading && !snq_media_loaded()) {
        const snq_status st = snq__not_for_av(&r->source, 1);
        return st == SNQ_ERR_FORMAT
                   ? st
                   : SNQ_FAIL(SNQ_ERR_STATE, "videos need libavformat, which is not loaded");
    }
    r->kind = &snq__av_video;
    return r->kind->open(&r->source, &request, &r->track, &r->warnings, &r->decoder);
}

static snq_status build(snq_video_reader *r, int fd, const char *name)
{
    SNQ_TRY(snq__source_init(&r->source, fd, r->cfg.cancel));
    if (r->source.size_bytes == 0)
        return SNQ_FAIL(SNQ_ERR_FORMAT, "empty file");
    SNQ_TRY(snq__source_status(&r->source));
    SNQ_TRY(open_decoder(r));
    describe(r);
    warn_track(r, name);
    SNQ_TRY(find_clock(r));
    SNQ_TRY(make_buffers(r));
    r->number = r->info.first;
    const snq__container *c = snq__container_named(r->info.container);
    r->info.still = c && c->contains == SNQ__CONTAINS_PICTURES && r->track.packets == 1;
    return SNQ_OK;
}

snq_status snq_video_reader_open(int fd, const char *name, const snq_video_cfg *cfg,
                                 snq_video_reader **out)
{
    snq_status st;
    *out = NULL;
    const snq_video_cfg use = cfg ? *cfg : snq_video_cfg_default();
    SNQ_TRY(check_cfg(&use));
    snq_video_reader *r = snq_calloc(1, sizeof *r);
    if (!r)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for a reader");
    r->cfg = use;
    SNQ_GOTO(build(r, fd, name));
    *out = r;
    return SNQ_OK;
fail:
    snq_video_reader_free(r);
    return st;
}

void snq_video_reader_free(snq_video_reader *r)
{
    if (!r)
        return;
    if (r->kind)
        r->kind->free(r->decoder);
    snq__source_clear(&r->source);
    snq__video_shrink_clear(&r->shrink);
    snq__video_shrink_clear(&r->shrink_chroma);
    snq__video_repeat_clear(&r->repeat);
    snq_free(r->pixels);
    snq_free(r);
}

/* ---- one picture ---- */

/* Shrinkers for pictures of this size. */
static snq_status fit(snq_video_reader *r, const snq__video_raw *raw)
{
    const snq_video_info *info = &r->info;
    const int turned = across(r);
    uint32_t w, h;
    snq__video_plane_size(raw, 1, &w, &h);
    if (r->shrink.sums && r->raw_w == raw->width && r->raw_h == raw->height &&
        (!info->chroma_width ||
         (r->shrink_chroma.across.from == w && r->shrink_chroma.down.from == h)))
        return SNQ_OK;
    if (r->shrink.sums)
        snq_warnings_add(&r->warnings, "size_change", -1,
                         "from %u x %u to %u x %u px midway; all are shown at one size", r->raw_w,
                         r->raw_h, raw->width, raw->height);
    SNQ_TRY(snq__video_shrink_init(&r->shrink, raw->width, raw->height,
                                   turned ? info->working_height : info->working_width,
                                   turned ? info->working_width : info->working_height));
    r->raw_w = raw->width;
    r->raw_h = raw->height;
    if (!info->chroma_width)
        return SNQ_OK;
    return snq__video_shrink_init(&r->shrink_chroma, w, h,
                                  turned ? info->chroma_height : info->chroma_width,
                                  turned ? info->chroma_width : info->chroma_height);
}

static void make_plane(snq_video_reader *r, snq__video_shrink *s, const snq__video_raw *raw,
                       int which, uint8_t *out)
{
    snq__video_shrink_run(s, raw, which, r->track.turn ? r->unturned : out);
    if (r->track.turn)
        snq__video_turn(r->unturned, s->across.to, s->down.to, r->track.turn, out);
}

/* The decoder's next picture, made small, in held[into]. OK or END. */
static snq_status fetch(snq_video_reader *r, int into)
{
    snq__video_raw raw;
    held *h = &r->held[into];
    const snq_status st = r->over ? SNQ_END : r->kind->next(r->decoder, &raw);
    r->over |= st == SNQ_END;
    if (st != SNQ_OK)
        return st;
    SNQ_TRY(fit(r, &raw));
    h->slot = snq__video_clock_place(&r->clock, raw.has_ticks, raw.ticks, &h->off);
    r->info.interlaced |= raw.interlaced;
    make_plane(r, &r->shrink, &raw, 0, h->luma);
    if (r->info.chroma_width) {
        make_plane(r, &r->shrink_chroma, &raw, 1, h->cb);
        make_plane(r, &r->shrink_chroma, &raw, 2, h->cr);
    }
    return SNQ_OK;
}

static int other_than(int a, int b)
{
    for (int i = 0; i < HELD; i++)
        if (i != a && i != b)
            return i;
    return NONE;
}

/* r->next: the one ahead, and see what comes after it. */
static snq_status load(snq_video_reader *r)
{
    snq_status st = SNQ_OK;
    r->next = r->ahead;
    r->ahead = NONE;
    if (r->next == NONE) {
        r->next = other_than(r->now, NONE);
        st = fetch(r, r->next);
        if (st != SNQ_OK)
            r->next = NONE;
    }
    while (st == SNQ_OK) {
        const int free_one = other_than(r->now, r->next);
        st = fetch(r, free_one);
        if (st == SNQ_OK && r->held[free_one].slot > r->held[r->next].slot) {
            r->ahead = free_one;
            return SNQ_OK;
        }
        if (st == SNQ_OK) {
            r->dropped++;
            if (r->held[free_one].slot == r->held[r->next].slot &&
                r->held[free_one].off < r->held[r->next].off)
                r->next = free_one;
        }
    }
    return st < 0 ? st : SNQ_OK;
}

/* ---- the end ---- */

static void warn_cut(snq_video_reader *r, const char *why)
{
    if (r->truncated)
        return;
    r->truncated = 1;
    snq_warnings_add(&r->warnings, "truncated", r->source.size_bytes, "%s after %.3f s", why,
                     (double)r->number / r->info.fps_hz);
}

static void check_cut(snq_video_reader *r)
{
    snq__video_report report;
    r->kind->report(r->decoder, &report);
    if (report.cut & SNQ__CUT_STRUCTURE)
        warn_cut(r, "the file ends in the middle of what it holds,");
    if (r->track.promised > r->track.read && r->track.packets >= 0)
        warn_cut(r, "the file ends before its header promises,");
    if (report.cut & SNQ__CUT_TAIL && r->over && r->track.promised < 0)
        warn_cut(r, "the file ends in the middle of a picture,");
}

static void warn_cadence(snq_video_reader *r)
{
    snq_video_info *info = &r->info;
    info->pulldown = snq__video_repeat_share(&r->repeat, &info->cadence);
    if (info->cadence)
        snq_warnings_add(
            &r->warnings, "pulldown", -1,
            "%.3g %% of the pictures are shown twice, in a pattern of %u: %.5g new ones "
            "a second",
            100 * info->pulldown, info->cadence, info->fps_hz * (1 - info->pulldown));
}

static void finish(snq_video_reader *r)
{
    r->st = SNQ_END;
    check_cut(r);
    warn_cadence(r);
    if (r->info.interlaced)
        snq_warnings_add(&r->warnings, "interlaced", -1,
                         "pictures are two fields of two moments; taken as one");
    if (r->dropped)
        snq_warnings_add(&r->warnings, "pictures_dropped", -1,
                         "%lld pictures fell on a tick that had one already",
                         (long long)r->dropped);
    if (r->clock.leaps)
        snq_warnings_add(&r->warnings, "timestamp_leap", -1,
                         "the time stamps leap %llu times; the clock goes on without",
                         (unsigned long long)r->clock.leaps);
    if (r->pictures == 0)
        snq_warnings_add(&r->warnings, "empty_range", -1, "no picture is within the range");
}

/* ---- pulling ---- */

/* Near enough is decoded, not sought. */
static snq_status start(snq_video_reader *r)
{
    if (r->clock.mode != SNQ__CLOCK_COUNT && (double)r->info.first > SEEK_S * r->clock.hz)
        SNQ_TRY(r->kind->seek(r->decoder, snq__video_clock_ticks(&r->clock, r->info.first)));
    return load(r);
}

/* The next picture is the one at hand. */
static snq_status step(snq_video_reader *r)
{
    const held *h = &r->held[r->next];
    if (r->pictures > 0)
        r->is_repeat =
            snq__video_repeat_push(&r->repeat, h->luma, r->held[r->now].luma, &r->difference);
    r->now = r->next;
    return load(r);
}

/* Bring the picture of r->number to hand: OK or END. */
static snq_status reach_number(snq_video_reader *r, int *is_filled)
{
    int stepped = 0;
    if (r->info.end >= 0 && r->number >= r->info.end)
        return SNQ_END;
    if (r->pictures >= r->cfg.max_pictures) {
        snq_warnings_add(&r->warnings, "max_pictures", -1,
                         "stopped after %lld pictures, the most that are read",
                         (long long)r->cfg.max_pictures);
        return SNQ_END;
    }
    if (r->now == NONE && r->next == NONE && !r->over)
        SNQ_TRY(start(r));
    while (r->next != NONE && r->held[r->next].slot <= r->number) {
        SNQ_TRY(step(r));
        stepped = 1;
    }
    if (r->now == NONE && r->next != NONE) { /* there is none as early as that */
        r->number = r->held[r->next].slot;
        return reach_number(r, is_filled);
    }
    if (r->now == NONE || (r->next == NONE && r->held[r->now].slot < r->number))
        return SNQ_END;
    *is_filled = r->held[r->now].slot != r->number;
    if (r->pictures == 0 || !stepped)
        r->is_repeat =
            snq__video_repeat_push(&r->repeat, r->held[r->now].luma,
                                   r->pictures ? r->held[r->now].luma : NULL, &r->difference);
    return SNQ_OK;
}

static snq_picture view(const uint8_t *pixels, uint32_t w, uint32_t h)
{
    return (snq_picture) {
        .pixels = pixels, .width = w, .height = h, .channels = 1, .stride_bytes = w
    };
}

snq_status snq_video_reader_pull(snq_video_reader *r, snq_video_picture *picture)
{
    int is_filled = 0;
    *picture = (snq_video_picture) { .number = 0 };
    if (r->st < 0)
        return SNQ_FAIL(r->st, "%s", r->why);
    if (r->st == SNQ_END)
        return SNQ_END;
    const snq_status st = reach_number(r, &is_filled);
    if (st < 0) {
        r->st = st;
        snprintf(r->why, sizeof r->why, "%s", snq_last_error());
        return st;
    }
    if (st == SNQ_END) {
        finish(r);
        return SNQ_END;
    }
    const held *h = &r->held[r->now];
    const snq_video_info *info = &r->info;
    picture->luma = view(h->luma, info->working_width, info->working_height);
    if (info->chroma_width) {
        picture->cb = view(h->cb, info->chroma_width, info->chroma_height);
        picture->cr = view(h->cr, info->chroma_width, info->chroma_height);
    }
    picture->number = r->number;
    picture->t_s = (double)r->number / info->fps_hz;
    picture->difference = r->difference;
    picture->flags =
        (r->is_repeat ? SNQ_VIDEO_REPEATED : 0u) | (is_filled ? (unsigned)SNQ_VIDEO_FILLED : 0u);
    if (is_filled && r->pictures > 0)
        picture->flags |= SNQ_VIDEO_REPEATED;
    r->number++;
    r->pictures++;
    return SNQ_OK;
}

/* ---- asking ---- */

const snq_video_info *snq_video_reader_info(const snq_video_reader *r)
{
    return &r->info;
}

int64_t snq_video_reader_pictures(const snq_video_reader *r)
{
    return r->pictures;
}

int snq_video_reader_truncated(const snq_video_reader *r)
{
    return r->truncated;
}

const snq_warnings *snq_video_reader_warnings(const snq_video_reader *r)
{
    return &r->warnings;
}

snq_status snq_video_reader_sha256(snq_video_reader *r, char hex[65])
{
    hex[0] = '\0';
    if (r->st != SNQ_END)
        return SNQ_FAIL(SNQ_ERR_STATE, "the hash is known after the end only");
    return snq__source_sha256(&r->source, hex);
}
