// SPDX-License-Identifier: MIT
/* The object: its configuration, threads, memory; and recordings. */
#include "support/check.h"

#include <fcntl.h>
#include <unistd.h>

#include <nettle/sha2.h>

#include "base/alloc.h"
#include "base/attr.h"
#include "files.h"
#include "reels.h"
#include "support/sweep.h"

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
        cmocka_unit_test(test_cfg),        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_cancel),     cmocka_unit_test(test_memory),
        cmocka_unit_test(test_recordings),
    };
    return cmocka_run_group_tests(tests, NULL, files_remove);
}
