// SPDX-License-Identifier: MIT
/* Any bytes as a video, through the whole of media/video_reader.h. It must end in a refusal with a
 * sentence, or in pictures where
 *
 *   numbers   go up by one, times are theirs
 *   planes    have the sizes that info tells, and every byte of them is there
 *   shares    are 0 .. 1, rates and sizes within their bounds
 *   warnings  are well-formed
 *   memory    of our own is all freed, whatever the outcome
 *
 * By the input's own bytes it is read in another size, and again: as a range, at another rate, or with
 * an allocation that fails.
 *
 * libav is not instrumented: the corpus (a small file of each container and codec) and mutate.c make up
 * for it. */
#include "fuzz_input.h"

#include <math.h>
#include <sys/mman.h>
#include <unistd.h>

#include <libavutil/mem.h>

#include "base/alloc.h"
#include "base/str.h"
#include "media/video_reader.h"

enum { WATCHED_MAX = 60, ALLOCATIONS = 40 };

int LLVMFuzzerInitialize(int *argc, char ***argv);

/* As fuzz_listen_av.c: sizes that libavformat believes without using them. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    av_max_alloc((size_t)256 << 20);
    return 0;
}

/* FNV-1a, 64 bits: what is done with an input hangs on nothing but its bytes. */
static uint64_t hash_of(const uint8_t *p, size_t n, uint64_t h)
{
    for (size_t i = 0; i < n; i++)
        h = (h ^ p[i]) * 0x100000001B3u;
    return h;
}

static void check_info(const snq_video_info *v)
{
    must(v->width >= SNQ_VIDEO_SIDE_MIN && v->width <= SNQ_VIDEO_SIDE_MAX);
    must(v->height >= SNQ_VIDEO_SIDE_MIN && v->height <= SNQ_VIDEO_SIDE_MAX);
    must(v->working_width >= SNQ_VIDEO_SIDE_MIN && v->working_width <= v->width);
    must(v->working_height >= SNQ_VIDEO_SIDE_MIN && v->working_height <= v->height);
    must(v->chroma_width <= v->working_width && v->chroma_height <= v->working_height);
    must(v->fps_hz >= 0.01 && v->fps_hz <= 1e5 && v->file_fps_hz >= 0.01 && v->file_fps_hz <= 1e5);
    must(v->rotation_deg % 90 == 0 && v->rotation_deg < 360);
    must(v->pulldown >= 0 && v->pulldown <= 1 && v->cadence <= 30);
    must(v->pixel_aspect > 0 && isfinite(v->pixel_aspect));
    must(v->frames >= -1 && (v->frames < 0) == (isnan(v->duration_s) != 0));
    must(v->codec[0] && v->container[0] && v->pixels[0] && v->bits >= 1 && v->bits <= 16);
}

static void check_words(const snq_warnings *w)
{
    for (uint32_t i = 0; i < w->count; i++)
        must(w->item[i].code[0] && w->item[i].times > 0 && snq_utf8_check(w->item[i].message));
}

static uint64_t hash_plane(const snq_picture *p, uint64_t h)
{
    for (uint32_t y = 0; y < p->height; y++)
        h = hash_of(snq_picture_row(p, y), p->width, h);
    return h;
}

/* What was seen. */
typedef struct seen {
    snq_status st;
    int64_t first, count;
    uint64_t hash; /* of all pictures */
} seen;

static snq_status watch_all(snq_video_reader *r, seen *s)
{
    snq_video_picture p;
    snq_status st;
    char hex[65];
    const snq_video_info *v = snq_video_reader_info(r);
    while ((st = snq_video_reader_pull(r, &p)) == SNQ_OK) {
        must(p.luma.width == v->working_width && p.luma.height == v->working_height);
        must(p.cb.width == v->chroma_width && p.cr.height == v->chroma_height);
        must(p.difference >= 0 && p.difference <= 255);
        must(p.t_s == (double)p.number / v->fps_hz);
        if (s->count == 0)
            s->first = p.number;
        must(p.number == s->first + s->count && s->count < WATCHED_MAX);
        s->hash = hash_plane(&p.cr, hash_plane(&p.cb, hash_plane(&p.luma, s->hash)));
        s->count++;
    }
    check_info(v);
    check_words(snq_video_reader_warnings(r));
    if (st == SNQ_END)
        st = snq_video_reader_sha256(r, hex);
    return st;
}

static seen watch(int fd, const snq_video_cfg *cfg)
{
    seen s = { .first = -1 };
    snq_video_reader *r = NULL;
    const int64_t live = snq_alloc_live();
    s.st = snq_video_reader_open(fd, "x.mp4", cfg, &r);
    must((s.st < 0) == (r == NULL));
    if (r)
        s.st = watch_all(r, &s);
    must(s.st >= 0 || *snq_last_error() != '\0');
    snq_video_reader_free(r);
    must(snq_alloc_live() == live);
    return s;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    const uint64_t hash = hash_of(p, n, 0xCBF29CE484222325u), dice = hash >> 8;
    snq_video_cfg cfg = snq_video_cfg_default();
    const int fd = memfd_create("fuzz", 0);
    must(fd >= 0 && write(fd, p, n) == (ssize_t)n);
    cfg.max_pictures = WATCHED_MAX;
    cfg.long_side_px = hash & 1 ? 64 : 0;
    const seen whole = watch(fd, &cfg);
    if (hash % 16 == 2) {
        cfg.fps_hz = 0.01 + (double)(dice % 100000);
        cfg.start = 1;
        watch(fd, &cfg);
    } else if (hash % 16 == 4) {
        snq_alloc_fail_after((int64_t)(dice % ALLOCATIONS));
        const seen starved = watch(fd, &cfg);
        must(starved.st != SNQ_ERR_NOMEM || whole.st == SNQ_ERR_NOMEM || snq_alloc_refused());
        snq_alloc_fail_after(-1);
    } else if (hash % 16 == 6) {
        cfg.start = (double)(dice % 300);
        cfg.range_in_frames = 1;
        watch(fd, &cfg);
    }
    must(close(fd) == 0);
    return 0;
}
