// SPDX-License-Identifier: MIT
/* Files made by ffmpeg; what must come out of them is computed from ffmpeg's own decoding to raw
 * planes, by the definition of the mean over an area. */
#include "support/check.h"

#include "base/attr.h"
#include "files.h"
#include "reels.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_luma),
        cmocka_unit_test(test_chroma),
        cmocka_unit_test(test_layouts),
        cmocka_unit_test(test_turned),
    };
    return cmocka_run_group_tests(tests, NULL, files_remove);
}
