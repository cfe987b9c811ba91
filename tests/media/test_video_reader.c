// SPDX-License-Identifier: MIT
/* Files made by ffmpeg; what must come out of them is computed from ffmpeg's own decoding to raw
 * planes, by the definition of the mean over an area. */
#include "support/check.h"

#include <fcntl.h>
#include <unistd.h>

#include <nettle/sha2.h>

#include "base/alloc.h"
#include "base/attr.h"
#include "files.h"
#include "media/libraries.h"
#include "media/video_reader.h"
#include "support/sweep.h"

/* A video read to its end. */
typedef struct film {
    snq_status opened;
    snq_video_info info;
    snq_warnings warnings;
    uint8_t *luma, *cb, *cr; /* (pictures, h, w) owned */
    uint8_t *flags;          /* (pictures,) owned */
    float *difference;
    double first_s;
    int64_t first, pictures;
    int truncated;
    char hex[65];
} film;

static void forget(film *f)
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

static film watch_as(const char *path, const snq_video_cfg *cfg)
{
    film f = { 0 };
    const int fd = open(path, O_RDONLY);
    assert_true(fd >= 0);
    watch_fd(&f, fd, path, cfg);
    close(fd);
    return f;
}

static film watch(const char *name, const snq_video_cfg *cfg)
{
    return watch_as(files_path(name), cfg);
}

static film watch_well(const char *name, const snq_video_cfg *cfg)
{
    film f = watch(name, cfg);
    if (f.opened < 0)
        fail_msg("%s: %s", name, snq_last_error());
    return f;
}

static int warned(const film *f, const char *code)
{
    return snq_warnings_find(&f->warnings, code) != NULL;
}

static void check_quiet(const film *f)
{
    if (f->warnings.count)
        fail_msg("warns: %s: %s", f->warnings.item[0].code, f->warnings.item[0].message);
}

static void need_ffmpeg(void)
{
    if (!files_have("ffmpeg"))
        skip();
}

/* "ffmpeg ... <words> name" in the folder. */
static void make(const char *words, const char *name)
{
    char command[1024];
    snprintf(command, sizeof command, "ffmpeg -v error -nostdin -y %s '%s'", words, name);
    if (files_run(command) != 0)
        fail_msg("%s", command);
}

#define PICTURES(size, rate, seconds) "-f lavfi -i testsrc2=s=" size ":r=" rate ":d=" seconds " "

/* ---- the pixels ---- */

/* Rounded mean over the area of byte planes, 0..255 from black and white. */
static int mean_of(const uint8_t *plane, int w, int h, int to_w, int to_h, int k, int j, int black,
                   int white)
{
    int64_t sum = 0;
    for (int y = 0; y < h; y++) {
        const int64_t y0 = (int64_t)y * to_h > (int64_t)j * h ? (int64_t)y * to_h : (int64_t)j * h;
        const int64_t y1 = (int64_t)(y + 1) * to_h < (int64_t)(j + 1) * h ? (int64_t)(y + 1) * to_h
                                                                          : (int64_t)(j + 1) * h;
        if (y1 <= y0)
            continue;
        for (int x = k * w / to_w; x < w; x++) {
            const int64_t x0 =
                (int64_t)x * to_w > (int64_t)k * w ? (int64_t)x * to_w : (int64_t)k * w;
            const int64_t x1 = (int64_t)(x + 1) * to_w < (int64_t)(k + 1) * w
                                   ? (int64_t)(x + 1) * to_w
                                   : (int64_t)(k + 1) * w;
            if (x1 <= x0)
                break;
            sum += (x1 - x0) * (y1 - y0) * plane[y * w + x];
        }
    }
    const double v = ((double)sum / ((double)w * h) - black) * 255 / (white - black);
    return v < 0 ? 0 : v > 254.5 ? 255 : (int)floor(v + 0.5 + 1e-9);
}

/* The luma of `f` against raw planes in `name`: `each` bytes a picture, the luma first. */
static void check_luma(const film *f, const char *name, int w, int h, size_t each, int black,
                       int white)
{
    size_t n;
    uint8_t *raw = files_read(name, &n);
    const int to_w = (int)f->info.working_width, to_h = (int)f->info.working_height;
    assert_int_equal(n, each * (size_t)f->pictures);
    for (int64_t i = 0; i < f->pictures; i += 1 + f->pictures / 4)
        for (int j = 0; j < to_h; j++)
            for (int k = 0; k < to_w; k++) {
                const int got =
                    f->luma[((size_t)i * (size_t)to_h + (size_t)j) * (size_t)to_w + (size_t)k];
                const int want =
                    mean_of(raw + (size_t)i * each, w, h, to_w, to_h, k, j, black, white);
                if (got != want)
                    fail_msg("%s: picture %d (%d, %d) is %d, want %d", name, (int)i, k, j, got,
                             want);
            }
    free(raw);
}

static void test_luma(void **state)
{
    snq_video_cfg cfg = snq_video_cfg_default();
    need_ffmpeg();
    make(PICTURES("384x216", "25", "0.4") "-c:v libx264 -pix_fmt yuv420p", "y.mp4");
    make("-i y.mp4 -f rawvideo -pix_fmt yuv420p", "y.raw");
    static const uint32_t sides[] = { 0, 320, 96, 100, 16 };
    for (size_t i = 0; i < SNQ_COUNT(sides); i++) {
        cfg.long_side_px = sides[i];
        film f = watch_well("y.mp4", &cfg);
        check_quiet(&f);
        assert_int_equal(f.pictures, 10);
        check_luma(&f, "y.raw", 384, 216, 384 * 216 * 3 / 2, 16, 235);
        if (!sides[i])
            assert_int_equal(f.info.working_height, 216);
        if (sides[i] == 16) /* the short side keeps 16 */
            assert_int_equal(f.info.working_width, 28);
        forget(&f);
    }
    make(PICTURES("160x120", "25", "0.2") "-c:v mjpeg -q:v 3", "j.avi"); /* full range */
    make("-i j.avi -f rawvideo -pix_fmt yuvj420p", "j.raw");
    film f = watch_well("j.avi", NULL);
    assert_int_equal(f.info.full_range, 1);
    assert_string_equal(f.info.pixels, "yuvj420p");
    check_luma(&f, "j.raw", 160, 120, 160 * 120 * 3 / 2, 0, 255);
    forget(&f);
}

/* Chroma: the mean of the whole plane stays, and it can be left out. */
static void test_chroma(void **state)
{
    snq_video_cfg cfg = snq_video_cfg_default();
    need_ffmpeg();
    make("-f lavfi -i color=c=0xC04020:s=128x96:r=10:d=0.5 -c:v ffv1 -pix_fmt yuv420p", "c.mkv");
    film f = watch_well("c.mkv", &cfg);
    assert_int_equal(f.info.chroma_width, 64);
    assert_int_equal(f.info.chroma_height, 48);
    const double r = 0xC0 / 255.0, g = 0x40 / 255.0, b = 0x20 / 255.0;
    const double y = 0.299 * r + 0.587 * g + 0.114 * b;
    for (int i = 0; i < 64 * 48; i++) {
        check_near(f.cb[i], 128 + 255 * (b - y) / 1.772, 1.6);
        check_near(f.cr[i], 128 + 255 * (r - y) / 1.402, 1.6);
        check_near(f.luma[i], 255 * y, 1.6);
    }
    forget(&f);
    cfg.chroma_side_px = 16;
    f = watch_well("c.mkv", &cfg);
    assert_int_equal(f.info.chroma_width, 21); /* so that the short side keeps 16 */
    assert_int_equal(f.info.chroma_height, 16);
    forget(&f);
    cfg.chroma_side_px = 0;
    f = watch_well("c.mkv", &cfg);
    assert_int_equal(f.info.chroma_width, 0);
    assert_null(f.cb);
    forget(&f);
}

/* The same picture in every layout: luma within what their depth allows. */
static void test_layouts(void **state)
{
    static const struct {
        const char *format, *codec, *name;
        uint32_t bits;
        double slack;
    } kinds[] = {
        { "yuv420p", "ffv1", "a.mkv", 8, 1 },
        { "yuv444p", "ffv1", "a.mkv", 8, 1 },
        { "yuv422p10le", "ffv1", "a.mkv", 10, 1 },
        { "yuv420p12le", "ffv1", "a.mkv", 12, 1 },
        { "yuv444p16le", "ffv1", "a.mkv", 16, 1 },
        { "gray", "ffv1", "a.mkv", 8, 1.6 },
        { "gray10le", "ffv1", "a.mkv", 10, 1.6 },
        { "gray16le", "ffv1", "a.mkv", 16, 1.6 },
        { "bgr0", "ffv1", "a.mkv", 8, 1.6 },
        { "gbrp10le", "ffv1", "a.mkv", 10, 1.6 },
        { "rgb24", "png", "a.mkv", 8, 1.6 },
        { "rgb48be", "png", "a.mkv", 16, 1.6 },
        { "gray16be", "png", "a.mkv", 16, 1.6 },
        { "ya8", "png", "a.mkv", 8, 1.6 },
        { "rgba", "png", "a.mkv", 8, 1.6 },
        { "nv12", "rawvideo", "a.nut", 8, 1 },
        { "nv21", "rawvideo", "a.nut", 8, 1 },
        { "yuyv422", "rawvideo", "a.nut", 8, 1 },
        { "uyvy422", "rawvideo", "a.nut", 8, 1 },
        { "rgb565le", "rawvideo", "a.nut", 5, 7 },
        { "bgr24", "rawvideo", "a.nut", 8, 1.6 },
        { "argb", "rawvideo", "a.nut", 8, 1.6 },
        { "yuv420p", "libx264 -qp 0", "a.mp4", 8, 1 },
        { "yuv420p10le", "libx264 -qp 0", "a.mp4", 10, 1 },
        { "monob", "rawvideo", "a.nut", 1, 256 },
    };
    film first = { 0 };
    char words[256];
    need_ffmpeg();
    for (size_t i = 0; i < SNQ_COUNT(kinds); i++) {
        snprintf(words, sizeof words,
                 "-f lavfi -i testsrc=s=96x64:r=10:d=0.3 -vf format=rgb24,"
                 "scale=out_color_matrix=bt601,format=%s -c:v %s -pix_fmt %s",
                 kinds[i].format, kinds[i].codec, kinds[i].format);
        make(words, kinds[i].name);
        film f = watch_well(kinds[i].name, NULL);
        assert_int_equal(f.pictures, 3);
        if (f.info.bits != kinds[i].bits)
            fail_msg("%s: %u bits", kinds[i].format, f.info.bits);
        if (!i)
            first = f;
        for (int k = 0; k < 96 * 64 * 3; k++)
            if (abs(f.luma[k] - first.luma[k]) > (i ? kinds[i].slack + 1 : 0))
                fail_msg("%s: %d is %d, want %d", kinds[i].format, k, f.luma[k], first.luma[k]);
        if (i)
            forget(&f);
    }
    forget(&first);
}

/* ---- turned ---- */

/* Write the display matrix of an MP4's track. */
static void set_matrix(const char *name, double a, double b, double c, double d)
{
    size_t n;
    uint8_t *p = files_read(name, &n);
    bytes to = { p, n, n, 1 };
    uint8_t *at = memmem(p, n, "tkhd", 4);
    assert_non_null(at);
    const size_t m = (size_t)(at - p) + 4 + 40;
    const double v[5] = { a, b, 0, c, d };
    for (size_t i = 0; i < 5; i++)
        set_uint(&to, m + 4 * i, (uint32_t)(int32_t)(v[i] * 65536), 4);
    files_write("turned.mp4", p, n);
    free(p);
}

static void test_turned(void **state)
{
    static const struct {
        double a, b, c, d;
        uint32_t deg;
        int mirrored;
    } turns[] = {
        { 1, 0, 0, 1, 0, 0 },    { 0, 1, -1, 0, 90, 0 },  { -1, 0, 0, -1, 180, 0 },
        { 0, -1, 1, 0, 270, 0 }, { -1, 0, 0, 1, 0, 1 },   { 1, 0, 0, -1, 180, 1 },
        { 0, 1, 1, 0, 270, 1 },  { 0, -1, -1, 0, 90, 1 }, { 0.96, 0.28, -0.28, 0.96, 0, 0 },
        { 0, 0, 0, 0, 0, 0 },
    };
    need_ffmpeg();
    make(PICTURES("96x64", "10", "0.3") "-c:v libx264 -pix_fmt yuv444p", "up.mp4");
    film up = watch_well("up.mp4", NULL);
    for (size_t t = 0; t < SNQ_COUNT(turns); t++) {
        set_matrix("up.mp4", turns[t].a, turns[t].b, turns[t].c, turns[t].d);
        film f = watch_well("turned.mp4", NULL);
        const int across = turns[t].deg % 180 == 90;
        assert_int_equal(f.info.rotation_deg, turns[t].deg);
        assert_int_equal(f.info.mirrored, turns[t].mirrored);
        assert_int_equal(f.info.width, across ? 64 : 96);
        assert_int_equal(f.info.working_height, across ? 96 : 64);
        assert_int_equal(f.info.chroma_height, across ? 80 : 53);
        assert_int_equal(warned(&f, "odd_rotation"), t == 8);
        /* mirror along x, then turn clockwise, pixel by pixel */
        for (int y = 0; y < 64; y++)
            for (int x = 0; x < 96; x++) {
                const int u = turns[t].mirrored ? 95 - x : x;
                const int to_x = turns[t].deg == 0     ? u
                                 : turns[t].deg == 90  ? 63 - y
                                 : turns[t].deg == 180 ? 95 - u
                                                       : y;
                const int to_y = turns[t].deg == 0     ? y
                                 : turns[t].deg == 90  ? u
                                 : turns[t].deg == 180 ? 63 - y
                                                       : 95 - u;
                assert_int_equal(f.luma[to_y * (across ? 64 : 96) + to_x], up.luma[y * 96 + x]);
            }
        forget(&f);
    }
    forget(&up);
}

/* ---- time ---- */

static void test_regular(void **state)
{
    static const struct {
        const char *rate, *words, *name;
        double hz;
        int pictures;
    } files[] = {
        { "25", "-c:v libx264", "r.mp4", 25, 50 },
        { "30000/1001", "-c:v libx264 -bf 3", "r.mkv", 30000 / 1001.0, 60 },
        { "24000/1001", "-c:v libvpx-vp9 -speed 8 -deadline realtime", "r.webm", 24000 / 1001.0,
          48 },
        { "25", "-c:v mpeg2video -bf 2", "r.ts", 25, 50 },
        { "25", "-c:v mpeg2video -bf 2", "r.mpg", 25, 50 },
        { "30", "-c:v mpeg4 -bf 2", "r.avi", 30, 60 },
        { "30", "-c:v flv", "r.flv", 30, 60 },
        { "25", "-c:v wmv2", "r.wmv", 25, 50 },
        { "25", "-c:v libtheora", "r.ogv", 25, 50 },
        { "60", "-c:v libx264", "r.mov", 60, 120 },
        { "25", "-c:v libx264", "r.h264", 25, 50 },
        { "25", "-pix_fmt yuv420p", "r.y4m", 25, 50 },
        { "250", "-c:v libx264", "high.mp4", 250, 500 },
        { "240", "-c:v libx264 -bf 0", "high.mkv", 240, 480 },
        { "20", "", "r.gif", 20, 40 },
    };
    char words[256];
    need_ffmpeg();
    for (size_t i = 0; i < SNQ_COUNT(files); i++) {
        snprintf(words, sizeof words, "-f lavfi -i testsrc2=s=160x96:r=%s:d=2 %s", files[i].rate,
                 files[i].words);
        make(words, files[i].name);
        film f = watch_well(files[i].name, NULL);
        check_quiet(&f);
        check_near(f.info.fps_hz, files[i].hz, 1e-9 * files[i].hz);
        check_near(f.info.file_fps_hz, files[i].hz, 1e-9 * files[i].hz);
        if (f.pictures != files[i].pictures || f.info.frames != files[i].pictures || f.first)
            fail_msg("%s: %d of %d pictures from %d on", files[i].name, (int)f.pictures,
                     (int)f.info.frames, (int)f.first);
        check_near(f.info.duration_s, files[i].pictures / files[i].hz, 1e-9);
        assert_int_equal(f.info.variable, 0);
        assert_int_equal(f.info.still, 0);
        for (int64_t k = 0; k < f.pictures; k++)
            assert_int_equal(f.flags[k] & SNQ_VIDEO_FILLED, 0);
        forget(&f);
    }
}

/* High-speed footage with the time stamps of slow playing: the same pictures, true times. */
static void test_high_speed(void **state)
{
    snq_video_cfg cfg = snq_video_cfg_default();
    need_ffmpeg();
    make(PICTURES("64x48", "50", "2") "-c:v libx264", "slow.mp4");
    film played = watch_well("slow.mp4", NULL);
    cfg.fps_hz = 500;
    film f = watch_well("slow.mp4", &cfg);
    check_near(f.info.fps_hz, 500, 0);
    check_near(f.info.file_fps_hz, 50, 0);
    check_near(f.info.duration_s, 0.2, 1e-12);
    assert_int_equal(f.pictures, played.pictures);
    assert_memory_equal(f.luma, played.luma, 64 * 48 * 100);
    forget(&f);
    cfg.start = 0.1; /* true seconds */
    cfg.end = 0.15;
    f = watch_well("slow.mp4", &cfg);
    assert_int_equal(f.first, 50);
    assert_int_equal(f.pictures, 25);
    assert_memory_equal(f.luma, played.luma + 64 * 48 * 50, 64 * 48 * 25);
    forget(&f);
    forget(&played);
}

/* Where the rate changes midway the faster clock stays, the slow pictures are repeated. */
static void test_variable(void **state)
{
    snq_video_cfg cfg = snq_video_cfg_default();
    need_ffmpeg();
    make(PICTURES("64x48", "30", "4") "-vf select='if(lt(t\\,2)\\,1\\,mod(n\\,2))' -vsync vfr "
                                      "-c:v libx264",
         "vfr.mp4");
    film f = watch_well("vfr.mp4", NULL);
    assert_int_equal(f.info.variable, 1);
    check_near(f.info.fps_hz, 30, 1e-9);
    assert_true(warned(&f, "variable_rate"));
    assert_true(f.pictures >= 119 && f.pictures <= 120);
    int filled = 0;
    for (int64_t i = 0; i < f.pictures; i++) {
        if (!(f.flags[i] & SNQ_VIDEO_FILLED))
            continue;
        filled++;
        assert_true(i > 59 && f.flags[i] & SNQ_VIDEO_REPEATED);
        check_near(f.difference[i], 0, 0);
        assert_memory_equal(f.luma + i * 64 * 48, f.luma + (i - 1) * 64 * 48, 64 * 48);
    }
    assert_true(filled >= 29 && filled <= 30);
    assert_int_equal(f.info.cadence, 0);
    forget(&f);
    cfg.fps_hz = 100; /* each of its own pictures once */
    f = watch_well("vfr.mp4", &cfg);
    assert_int_equal(f.pictures, 90);
    assert_int_equal(f.info.frames, 90);
    for (int64_t i = 0; i < f.pictures; i++)
        assert_int_equal(f.flags[i] & SNQ_VIDEO_FILLED, 0);
    forget(&f);
    /* three pictures left out of a regular film: the clock is regular, the gap bridged */
    make(PICTURES("64x48", "25", "4") "-vf select='not(between(n\\,40\\,42))' -vsync vfr "
                                      "-c:v libx264",
         "gap.mkv");
    f = watch_well("gap.mkv", NULL);
    assert_int_equal(f.info.variable, 0);
    assert_int_equal(f.pictures, 100);
    for (int64_t i = 0; i < f.pictures; i++)
        assert_int_equal((f.flags[i] & SNQ_VIDEO_FILLED) != 0, i >= 40 && i <= 42);
    forget(&f);
}

static void test_pulldown(void **state)
{
    need_ffmpeg();
    make(PICTURES("160x120", "24", "5") "-vf fps=30 -c:v libx264 -crf 23", "pull.mp4");
    film f = watch_well("pull.mp4", NULL);
    assert_int_equal(f.info.cadence, 5);
    check_near(f.info.pulldown, 0.2, 0.02);
    assert_true(warned(&f, "pulldown"));
    int repeats = 0;
    for (int64_t i = 0; i < f.pictures; i++)
        repeats += f.flags[i] == SNQ_VIDEO_REPEATED;
    assert_true(repeats >= 28 && repeats <= 30);
    forget(&f);
    /* nothing moves: that is no pulldown */
    make("-f lavfi -i color=gray:s=160x120:r=30:d=2 -c:v ffv1", "still.mkv");
    f = watch_well("still.mkv", NULL);
    check_quiet(&f);
    assert_true(f.pictures > 50);
    for (int64_t i = 1; i < f.pictures; i++)
        assert_int_equal(f.flags[i], SNQ_VIDEO_REPEATED);
    forget(&f);
    make(PICTURES("160x120", "25", "1") "-flags +ildct+ilme -c:v mpeg2video", "il.mpg");
    f = watch_well("il.mpg", NULL);
    assert_int_equal(f.info.interlaced, 1);
    assert_true(warned(&f, "interlaced"));
    forget(&f);
}

/* Part of a film is the same part of the whole, sought or not. */
static void test_range(void **state)
{
    static const struct {
        const char *words, *name;
    } files[] = {
        { "-c:v libx264 -g 24", "g.mp4" },
        { "-c:v libx264 -x264-params open-gop=1:keyint=30:bframes=3", "g.mkv" },
        { "-c:v mpeg2video -bf 2 -g 15", "g.mpg" },
        { "-c:v libx264 -g 24", "g.ts" },
        { "-c:v mpeg4 -bf 2", "g.avi" },
        { "-c:v flv -g 20", "g.flv" },
        { "-c:v libx264 -g 500", "g.mov" },
    };
    static const struct {
        double start, end;
        int in_frames, first, pictures;
    } ranges[] = {
        { 0, -1, 0, 0, 300 },      { 5, -1, 0, 150, 150 },   { 8.01, 8.5, 0, 241, 14 },
        { 299, -1, 1, 299, 1 },    { 100, 110, 1, 100, 10 }, { 1, 1.5, 0, 30, 15 },
        { 250, 1000, 1, 250, 50 },
    };
    char words[256];
    need_ffmpeg();
    for (size_t i = 0; i < SNQ_COUNT(files); i++) {
        snprintf(words, sizeof words, PICTURES("64x48", "30", "10") "%s", files[i].words);
        make(words, files[i].name);
        film whole = watch_well(files[i].name, NULL);
        assert_int_equal(whole.pictures, 300);
        for (size_t k = 0; k < SNQ_COUNT(ranges); k++) {
            snq_video_cfg cfg = snq_video_cfg_default();
            cfg.start = ranges[k].start;
            cfg.end = ranges[k].end;
            cfg.range_in_frames = ranges[k].in_frames;
            cfg.threads = 1 + k % 2;
            film f = watch_well(files[i].name, &cfg);
            if (f.first != ranges[k].first || f.pictures != ranges[k].pictures)
                fail_msg("%s, range %zu: %d from %d", files[i].name, k, (int)f.pictures,
                         (int)f.first);
            assert_int_equal(f.info.first, ranges[k].first);
            assert_memory_equal(f.luma, whole.luma + f.first * 64 * 48,
                                (size_t)f.pictures * 64 * 48);
            assert_string_equal(f.hex, whole.hex);
            check_quiet(&f);
            forget(&f);
        }
        snq_video_cfg cfg = snq_video_cfg_default();
        cfg.start = 11;
        film f = watch_well(files[i].name, &cfg);
        assert_int_equal(f.pictures, 0);
        assert_true(warned(&f, "empty_range"));
        forget(&f);
        forget(&whole);
    }
}

/* ---- odd files ---- */

static void test_stills(void **state)
{
    static const char *const names[] = { "s.png", "s.jpg", "s.bmp", "s.tiff", "s.webp" };
    need_ffmpeg();
    for (size_t i = 0; i < SNQ_COUNT(names); i++) {
        make(PICTURES("100x66", "25", "1") "-frames:v 1 -update 1", names[i]);
        film f = watch_well(names[i], NULL);
        check_quiet(&f);
        assert_int_equal(f.pictures, 1);
        assert_int_equal(f.info.still, 1);
        assert_int_equal(f.info.frames, 1);
        assert_int_equal(f.info.width, 100);
        forget(&f);
    }
    make(PICTURES("64x64", "25", "1") "-frames:v 1 -c:v libx264", "one.mp4");
    film f = watch_well("one.mp4", NULL);
    check_quiet(&f);
    assert_int_equal(f.pictures, 1);
    assert_int_equal(f.info.still, 0);
    check_near(f.info.fps_hz, 25, 0);
    check_near(f.difference[0], 0, 0);
    forget(&f);
    check_ok(files_run("cp s.png s.mp4"));
    f = watch_well("s.mp4", NULL);
    assert_true(warned(&f, "extension_mismatch"));
    forget(&f);
}

static void check_refused(const char *name, snq_status want, const char *words)
{
    film f = watch(name, NULL);
    if (f.opened != want || !strstr(snq_last_error(), words))
        fail_msg("%s: %s, '%s' does not say '%s'", name, snq_status_name(f.opened),
                 snq_last_error(), words);
}

static void test_refused(void **state)
{
    static uint8_t noise[5000];
    files_write("empty.mp4", "", 0);
    check_refused("empty.mp4", SNQ_ERR_FORMAT, "empty file");
    files_write("text.mp4", "Dear Sir or Madam,\nthis is a letter.\n", 37);
    check_refused("text.mp4", SNQ_ERR_FORMAT, "not video: this is plain text");
    for (size_t i = 0; i < sizeof noise; i++)
        noise[i] = (uint8_t)(i * i >> 3 ^ i * 37);
    files_write("noise.mkv", noise, sizeof noise);
    check_refused("noise.mkv", SNQ_ERR_FORMAT, "not video");
    const wav_spec wav = { .rate = 8000, .channels = 1, .frames = 700, .bits = 16 };
    bytes b = wav_build(&wav, NULL);
    files_write("a.wav", b.p, b.n);
    free(b.p);
    check_refused("a.wav", SNQ_ERR_UNSUPPORTED,
                  "no video track: this is a recording of sound (wav)");
    film f = watch_as(files_folder(), NULL);
    assert_int_equal(f.opened, SNQ_ERR_UNSUPPORTED);
    need_ffmpeg();
    make("-f lavfi -i sine -t 1", "a.m4a");
    check_refused("a.m4a", SNQ_ERR_UNSUPPORTED, "no video track (only sound)");
    make(PICTURES("64x64", "25", "1") "-frames:v 1", "cover.png");
    make("-i a.m4a -i cover.png -map 0 -map 1 -c copy -disposition:v attached_pic", "cover.m4a");
    check_refused("cover.m4a", SNQ_ERR_UNSUPPORTED, "a cover picture only");
    make("-i a.m4a -i cover.png -map 0 -map 1 -c:a flac", "cover.flac");
    check_refused("cover.flac", SNQ_ERR_UNSUPPORTED, "no video track");
    make(PICTURES("14x64", "25", "1") "-c:v ffv1", "thin.mkv");
    check_refused("thin.mkv", SNQ_ERR_RANGE, "14 x 64 px");
    make(PICTURES("16x16", "25", "0.2") "-c:v ffv1", "least.mkv");
    f = watch_well("least.mkv", NULL);
    assert_int_equal(f.pictures, 5);
    assert_int_equal(f.info.working_width, 16);
    forget(&f);
    make("-f lavfi -i color=s=8208x64:r=25:d=0.1 -c:v ffv1", "wide.mkv");
    check_refused("wide.mkv", SNQ_ERR_RANGE, "8208 x 64 px");
    make("-f lavfi -i color=s=64x64:r=25:d=0.1 -c:v snow -strict -2", "snow.mkv");
    check_refused("snow.mkv", SNQ_ERR_UNSUPPORTED, "codec 'snow'");
}

/* The largest: 7680 x 4320, either way. */
static void test_largest(void **state)
{
    need_ffmpeg();
    make("-f lavfi -i color=c=gray:s=7680x4320:r=25:d=0.08 -c:v mjpeg", "large.avi");
    film f = watch_well("large.avi", NULL);
    assert_int_equal(f.pictures, 2);
    assert_int_equal(f.info.working_width, 320);
    assert_int_equal(f.info.working_height, 180);
    for (int i = 0; i < 320 * 180 * 2; i++)
        check_near(f.luma[i], 128, 1);
    forget(&f);
    make("-f lavfi -i color=c=gray:s=4320x7680:r=25:d=0.04 -c:v mjpeg", "tall.avi");
    f = watch_well("tall.avi", NULL);
    assert_int_equal(f.info.working_height, 320);
    forget(&f);
}

static void cut(const char *from, const char *to, double share)
{
    size_t n;
    uint8_t *p = files_read(from, &n);
    assert_non_null(p);
    files_write(to, p, (size_t)((double)n * share));
    free(p);
}

static void test_truncated(void **state)
{
    static const struct {
        const char *words, *name;
        int is_told; /* the container can tell */
    } files[] = {
        { "-c:v libx264 -movflags +faststart", "t.mp4", 1 },
        { "-c:v libx264", "t.mkv", 1 },
        { "-c:v libtheora", "t.ogv", 1 },
        { "-c:v mpeg2video", "t.ts", 0 },
        { "-c:v mpeg4", "t.avi", 0 },
    };
    char words[256], name[32];
    need_ffmpeg();
    for (size_t i = 0; i < SNQ_COUNT(files); i++) {
        snprintf(words, sizeof words, PICTURES("160x120", "25", "4") "%s", files[i].words);
        make(words, files[i].name);
        snprintf(name, sizeof name, "cut-%s", files[i].name);
        film whole = watch_well(files[i].name, NULL);
        assert_int_equal(whole.truncated, 0);
        cut(files[i].name, name, 0.6);
        film f = watch_well(name, NULL);
        if (f.pictures < 40 || f.pictures > 75)
            fail_msg("%s: %d pictures", name, (int)f.pictures);
        assert_memory_equal(f.luma, whole.luma, 160 * 120 * 35);
        if (files[i].is_told && !f.truncated)
            fail_msg("%s: not truncated", name);
        assert_int_equal(warned(&f, "truncated"), f.truncated);
        forget(&f);
        forget(&whole);
    }
    make(PICTURES("160x120", "25", "4") "-c:v libx264", "end.mp4");
    cut("end.mp4", "cut.mp4", 0.8);
    check_refused("cut.mp4", SNQ_ERR_FORMAT, "no index (moov)");
}

/* Damage in the middle: the pictures stay where they belong. */
static void test_damaged(void **state)
{
    size_t n;
    need_ffmpeg();
    make(PICTURES("160x120", "25", "4") "-c:v mpeg2video -g 10", "d.ts");
    uint8_t *p = files_read("d.ts", &n);
    for (size_t i = n / 2; i < n / 2 + 188 * 40; i++)
        p[i] = (uint8_t)(i % 188 ? p[i] ^ 0x5A : p[i]);
    files_write("d.ts", p, n);
    free(p);
    film f = watch_well("d.ts", NULL);
    assert_true(f.pictures >= 98 && f.pictures <= 100);
    assert_true(warned(&f, "decode_errors"));
    forget(&f);
    make(PICTURES("160x120", "25", "2") "-c:v mjpeg", "d.avi");
    p = files_read("d.avi", &n);
    uint8_t *at = p + n / 2;
    memset(at, 0, 6000);
    files_write("d.avi", p, n);
    free(p);
    f = watch_well("d.avi", NULL);
    assert_true(f.pictures >= 40 && f.pictures <= 50);
    forget(&f);
}

/* A film that gets another size midway goes on at its first one. */
static void test_size_change(void **state)
{
    need_ffmpeg();
    make(PICTURES("160x120", "25", "1") "-c:v mpeg2video", "a.m2v");
    make(PICTURES("80x48", "25", "1") "-c:v mpeg2video", "b.m2v");
    assert_int_equal(files_run("cat a.m2v b.m2v > ab.m2v"), 0);
    film f = watch_well("ab.m2v", NULL);
    assert_true(f.pictures >= 49);
    assert_int_equal(f.info.working_width, 160);
    assert_true(warned(&f, "size_change"));
    forget(&f);
}

static void test_several_tracks(void **state)
{
    need_ffmpeg();
    make(PICTURES("64x48", "25", "1") "-f lavfi -i color=red:s=96x64:r=10:d=1 -f lavfi -i sine "
                                      "-t 1 -map 0 -map 1 -map 2 -c:v libx264 -vf setsar=2",
         "two.mkv");
    film f = watch_well("two.mkv", NULL);
    assert_int_equal(f.info.video_tracks, 2);
    assert_int_equal(f.info.audio_tracks, 1);
    assert_int_equal(f.info.width, 64);
    assert_int_equal(f.pictures, 25);
    assert_true(warned(&f, "several_video_tracks") && warned(&f, "pixel_aspect"));
    check_near(f.info.pixel_aspect, 2, 1e-9);
    forget(&f);
}

/* ---- the object ---- */

static void test_cfg(void **state)
{
    static const snq_video_cfg good = {
        .long_side_px = 320, .end = -1, .threads = 1, .max_pictures = 5
    };
    snq_video_cfg bad[12];
    for (size_t i = 0; i < SNQ_COUNT(bad); i++)
        bad[i] = good;
    bad[0].long_side_px = 15;
    bad[1].long_side_px = 8193;
    bad[2].chroma_side_px = 1;
    bad[3].fps_hz = 0.001;
    bad[4].fps_hz = (double)NAN;
    bad[5].threads = 0;
    bad[6].threads = 65;
    bad[7].max_pictures = 0;
    bad[8].start = -1;
    bad[9].start = 5, bad[9].end = 5;
    bad[10].start = (double)NAN;
    bad[11].end = 1e12;
    for (size_t i = 0; i < SNQ_COUNT(bad); i++) {
        snq_video_reader *r;
        if (snq_video_reader_open(0, "x", &bad[i], &r) != SNQ_ERR_RANGE || r)
            fail_msg("cfg %zu: %s", i, snq_last_error());
    }
    need_ffmpeg();
    make(PICTURES("64x48", "25", "1") "-c:v libx264", "m.mp4");
    film f = watch_well("m.mp4", &good);
    assert_int_equal(f.pictures, 5);
    assert_true(warned(&f, "max_pictures"));
    assert_int_equal(f.truncated, 0);
    forget(&f);
}

/* Threads change nothing; the hash is that of the file. */
static void test_threads(void **state)
{
    snq_video_cfg cfg = snq_video_cfg_default();
    struct sha256_ctx sha;
    uint8_t digest[32], *p;
    char want[65];
    size_t n;
    need_ffmpeg();
    make(PICTURES("320x240", "25", "3") "-c:v libx264 -bf 3", "th.mp4");
    film one = watch_well("th.mp4", &cfg);
    cfg.threads = 4;
    film four = watch_well("th.mp4", &cfg);
    assert_int_equal(one.pictures, four.pictures);
    assert_memory_equal(one.luma, four.luma, (size_t)one.pictures * 320 * 240);
    assert_memory_equal(one.difference, four.difference, (size_t)one.pictures * sizeof(float));
    p = files_read("th.mp4", &n);
    sha256_init(&sha);
    sha256_update(&sha, n, p);
    sha256_digest(&sha, sizeof digest, digest);
    for (int i = 0; i < 32; i++)
        snprintf(want + 2 * i, 3, "%02x", digest[i]);
    assert_string_equal(one.hex, want);
    assert_string_equal(four.hex, want);
    free(p);
    forget(&one);
    forget(&four);
}

static void test_cancel(void **state)
{
    volatile int cancel = 1;
    snq_video_cfg cfg = snq_video_cfg_default();
    snq_video_reader *r;
    snq_video_picture p;
    cfg.cancel = &cancel;
    need_ffmpeg();
    make(PICTURES("64x48", "25", "4") "-c:v libx264", "cancel.mp4");
    const int fd = open(files_path("cancel.mp4"), O_RDONLY);
    check_status(snq_video_reader_open(fd, "cancel.mp4", &cfg, &r), SNQ_ERR_CANCELLED);
    assert_null(r);
    cancel = 0;
    check_ok(snq_video_reader_open(fd, "cancel.mp4", &cfg, &r));
    assert_int_equal(snq_video_reader_pull(r, &p), SNQ_OK);
    cancel = 1;
    check_status(snq_video_reader_pull(r, &p), SNQ_ERR_CANCELLED);
    cancel = 0;
    check_status(snq_video_reader_pull(r, &p), SNQ_ERR_CANCELLED); /* for good */
    assert_string_equal(snq_last_error(), "cancelled");
    snq_video_reader_free(r);
    snq_video_reader_free(NULL);
    cfg.no_loading = 1; /* linked in: nothing to load */
    check_ok(snq_video_reader_open(fd, "cancel.mp4", &cfg, &r));
    snq_video_reader_free(r);
    close(fd);
}

static snq_status open_one(void *user, void **object)
{
    return snq_video_reader_open(*(int *)user, "x", NULL, (snq_video_reader **)object);
}

static void free_one(void *object)
{
    snq_video_reader_free(object);
}

/* Each allocation fails, in opening and then in reading a film that is sought and changes size. */
static void test_memory(void **state)
{
    need_ffmpeg();
    make(PICTURES("160x120", "25", "1") "-c:v mpeg2video", "a.m2v");
    make(PICTURES("80x48", "25", "1") "-c:v mpeg2video", "b.m2v");
    assert_int_equal(files_run("cat a.m2v b.m2v > ab.m2v"), 0);
    make(PICTURES("64x48", "25", "4") "-c:v libtheora", "o.ogv");
    int fd = open(files_path("o.ogv"), O_RDONLY);
    snq_sweep(open_one, free_one, &fd);
    close(fd);
    fd = open(files_path("ab.m2v"), O_RDONLY);
    snq_sweep(open_one, free_one, &fd);
    int refused = 0;
    for (int64_t n = 0; n < 40; n++) {
        const int64_t live = snq_alloc_live();
        snq_video_reader *r;
        snq_video_picture p;
        snq_video_cfg cfg = snq_video_cfg_default();
        cfg.start = n % 2 ? 0.5 : 0;
        check_ok(snq_video_reader_open(fd, "x", &cfg, &r));
        snq_alloc_fail_after(n);
        snq_status st;
        while ((st = snq_video_reader_pull(r, &p)) == SNQ_OK)
            ;
        refused += st == SNQ_ERR_NOMEM;
        assert_true(st == SNQ_ERR_NOMEM ? snq_alloc_refused() : st == SNQ_END);
        snq_alloc_fail_after(-1);
        snq_video_reader_free(r);
        assert_int_equal(snq_alloc_live(), live);
    }
    if (refused < 10 || refused > 30)
        fail_msg("%d of 40 refused", refused);
    close(fd);
}

/* ---- recordings ---- */

static void test_recordings(void **state)
{
    static const struct {
        const char *name;
        double hz;
        int pictures;
    } files[] = {
        { "bigbuckbunny_720p25.mp4", 25, 132 },      { "book.mkv", 30, 109 },
        { "bottle-detection.mp4", 179 / 6.0, 1189 }, { "car-detection.mp4", 12.5, 377 },
        { "cooler_true240fps.mp4", 240, 873 },       { "cooler_true60fps.mp4", 60, 219 },
        { "fork32hz_true250fps.mp4", 250, 878 },
    };
    const char *shared = getenv("SNQ_SHARED");
    char path[1024];
    if (!shared)
        skip();
    for (size_t i = 0; i < SNQ_COUNT(files); i++) {
        snprintf(path, sizeof path, "%s/data/video/%s", shared, files[i].name);
        if (access(path, R_OK) != 0)
            skip();
        film f = watch_as(path, NULL);
        check_ok(f.opened);
        check_near(f.info.fps_hz, files[i].hz, 1e-9 * files[i].hz);
        if (f.pictures != files[i].pictures || f.info.frames != files[i].pictures)
            fail_msg("%s: %d pictures", files[i].name, (int)f.pictures);
        assert_false(warned(&f, "timestamp_leap") || warned(&f, "pictures_dropped"));
        for (int64_t k = 0; k < f.pictures; k++)
            assert_int_equal(f.flags[k] & SNQ_VIDEO_FILLED, 0);
        forget(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_luma),        cmocka_unit_test(test_chroma),
        cmocka_unit_test(test_layouts),     cmocka_unit_test(test_turned),
        cmocka_unit_test(test_regular),     cmocka_unit_test(test_high_speed),
        cmocka_unit_test(test_variable),    cmocka_unit_test(test_pulldown),
        cmocka_unit_test(test_range),       cmocka_unit_test(test_stills),
        cmocka_unit_test(test_refused),     cmocka_unit_test(test_largest),
        cmocka_unit_test(test_truncated),   cmocka_unit_test(test_damaged),
        cmocka_unit_test(test_size_change), cmocka_unit_test(test_several_tracks),
        cmocka_unit_test(test_cfg),         cmocka_unit_test(test_threads),
        cmocka_unit_test(test_cancel),      cmocka_unit_test(test_memory),
        cmocka_unit_test(test_recordings),
    };
    return cmocka_run_group_tests(tests, NULL, files_remove);
}
