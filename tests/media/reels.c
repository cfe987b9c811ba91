// SPDX-License-Identifier: MIT
#include "reels.h"

#include "support/check.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/alloc.h"
#include "files.h"

void forget(film *f)
{
    free(f->luma);
    free(f->cb);
    free(f->cr);
    free(f->flags);
    free(f->difference);
}

static void keep(void **to, int64_t count, size_t each, const void *from)
{
    if ((count & (count - 1)) == 0) /* room for twice as many */
        *to = realloc(*to, (size_t)(count ? 2 * count : 1) * each + 1);
    assert_non_null(*to);
    memcpy((uint8_t *)*to + (size_t)count * each, from, each);
}

static void keep_picture(film *f, const snq_video_picture *p)
{
    const size_t luma = (size_t)p->luma.width * p->luma.height;
    const size_t chroma = (size_t)p->cb.width * p->cb.height;
    const uint8_t flags = (uint8_t)p->flags;
    assert_int_equal(p->luma.width, f->info.working_width);
    assert_int_equal(p->luma.height, f->info.working_height);
    assert_int_equal(p->cb.width, f->info.chroma_width);
    assert_int_equal(p->cr.height, f->info.chroma_height);
    assert_int_equal(p->luma.stride_bytes, p->luma.width);
    check_near(p->t_s, (double)p->number / f->info.fps_hz, 0);
    if (f->pictures == 0) {
        f->first = p->number;
        f->first_s = p->t_s;
    }
    assert_int_equal(p->number, f->first + f->pictures);
    keep((void **)&f->luma, f->pictures, luma, p->luma.pixels);
    if (chroma) {
        keep((void **)&f->cb, f->pictures, chroma, p->cb.pixels);
        keep((void **)&f->cr, f->pictures, chroma, p->cr.pixels);
    }
    keep((void **)&f->flags, f->pictures, 1, &flags);
    keep((void **)&f->difference, f->pictures, sizeof(float), &p->difference);
    f->pictures++;
}

static void watch_fd(film *f, int fd, const char *name, const snq_video_cfg *cfg)
{
    snq_video_reader *r = (snq_video_reader *)1;
    snq_video_picture p;
    snq_status st;
    const int64_t live = snq_alloc_live();
    f->opened = snq_video_reader_open(fd, name, cfg, &r);
    assert_true((f->opened < 0) == (r == NULL));
    if (f->opened < 0) {
        assert_true(*snq_last_error() != '\0');
        assert_int_equal(snq_alloc_live(), live);
        return;
    }
    f->info = *snq_video_reader_info(r);
    check_status(snq_video_reader_sha256(r, f->hex), SNQ_ERR_STATE);
    while ((st = snq_video_reader_pull(r, &p)) == SNQ_OK)
        keep_picture(f, &p);
    check_status(st, SNQ_END);
    assert_null(p.luma.pixels);
    assert_int_equal(snq_video_reader_pull(r, &p), SNQ_END);
    assert_int_equal(snq_video_reader_pictures(r), f->pictures);
    f->info = *snq_video_reader_info(r);
    f->warnings = *snq_video_reader_warnings(r);
    f->truncated = snq_video_reader_truncated(r);
    check_ok(snq_video_reader_sha256(r, f->hex));
    snq_video_reader_free(r);
    assert_int_equal(snq_alloc_live(), live);
}

film watch_as(const char *path, const snq_video_cfg *cfg)
{
    film f = { 0 };
    const int fd = open(path, O_RDONLY);
    assert_true(fd >= 0);
    watch_fd(&f, fd, path, cfg);
    close(fd);
    return f;
}

film watch(const char *name, const snq_video_cfg *cfg)
{
    return watch_as(files_path(name), cfg);
}

film watch_well(const char *name, const snq_video_cfg *cfg)
{
    film f = watch(name, cfg);
    if (f.opened < 0)
        fail_msg("%s: %s", name, snq_last_error());
    return f;
}

int warned(const film *f, const char *code)
{
    return snq_warnings_find(&f->warnings, code) != NULL;
}

void check_quiet(const film *f)
{
    if (f->warnings.count)
        fail_msg("warns: %s: %s", f->warnings.item[0].code, f->warnings.item[0].message);
}

void need_ffmpeg(void)
{
    if (!files_have("ffmpeg"))
        skip();
}

void make(const char *words, const char *name)
{
    char command[1024];
    snprintf(command, sizeof command, "ffmpeg -v error -nostdin -y %s '%s'", words, name);
    if (files_run(command) != 0)
        fail_msg("%s", command);
}
