// SPDX-License-Identifier: MIT
/* When pictures are: rates, repeats, ranges. Files made by ffmpeg. */
#include "support/check.h"

#include "base/attr.h"
#include "files.h"
#include "reels.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_regular),  cmocka_unit_test(test_high_speed),
        cmocka_unit_test(test_variable), cmocka_unit_test(test_pulldown),
        cmocka_unit_test(test_range),
    };
    return cmocka_run_group_tests(tests, NULL, files_remove);
}
