// SPDX-License-Identifier: MIT
/* Stills, giants, what is broken, and what is no video. Files made by ffmpeg. */
#include "support/check.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/attr.h"
#include "files.h"
#include "reels.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stills),         cmocka_unit_test(test_refused),
        cmocka_unit_test(test_largest),        cmocka_unit_test(test_truncated),
        cmocka_unit_test(test_damaged),        cmocka_unit_test(test_size_change),
        cmocka_unit_test(test_several_tracks),
    };
    return cmocka_run_group_tests(tests, NULL, files_remove);
}
