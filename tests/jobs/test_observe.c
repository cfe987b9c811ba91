// SPDX-License-Identifier: MIT
#include "support/check.h"

#include <fcntl.h>
#include <math.h>
#include <unistd.h>

#include "base/alloc.h"
#include "films.h"
#include "jobs/flow_pair.h"
#include "jobs/observe.h"
#include "jobs/spill.h"
#include "watch/flo_file.h"
#include "watch/flow.h"

static int open_film(const char *name)
{
    char path[256];
    films_path(path, name);
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    return fd;
}

static snq_status observe(const char *name, snq_watch_request *request, snq_observe_cfg *cfg,
                          snq_sight *s)
{
    cfg->request = request;
    cfg->fd = open_film(name);
    const snq_status st = snq_observe_run(cfg, s);
    close(cfg->fd);
    return st;
}

static void a_film_becomes_a_sight(void **state)
{
    snq_watch_request request;
    snq_observe_cfg cfg = snq_observe_cfg_default();
    snq_pulse pulse;
    snq_sight s;
    snq_watch_look look = { 0 };
    films_make("a.mkv", "mandelbrot=s=160x96:r=20", "-t 3 -c:v ffv1");
    const int64_t live = snq_alloc_live();
    check_ok(snq_watch_request_default("a.mkv", &request));
    request.size_bytes = 1000;
    request.look = request.timings = 1;
    snq_pulse_reset(&pulse);
    cfg.pulse = &pulse;
    cfg.look = &look;
    check_ok(observe("a.mkv", &request, &cfg, &s));
    assert_string_equal(s.video.path, "a.mkv");
    assert_int_equal(s.video.width, 160);
    assert_int_equal(s.video.frames, 60);
    check_near(s.video.fps, 20, 1e-9);
    check_near(s.video.range.end_s, 3, 1e-9);
    assert_null(s.motion_reason);
    assert_true(s.ms > 0 && look.across > 0);
    assert_int_equal(pulse.pictures, 60);
    assert_int_equal(pulse.offset, 1000);
    assert_int_equal(pulse.media_us, 3000000);
    assert_true(pulse.beat >= 60);
    snq_watch_look_clear(&look);
    snq_sight_clear(&s);
    assert_int_equal(snq_alloc_live(), live);
}

static void a_range_is_all_that_is_seen(void **state)
{
    snq_watch_request request;
    snq_observe_cfg cfg = snq_observe_cfg_default();
    snq_sight s;
    check_ok(snq_watch_request_default("a.mkv", &request));
    request.start = 20;
    request.end = 50;
    request.range_in_frames = 1;
    check_ok(observe("a.mkv", &request, &cfg, &s));
    check_near(s.video.range.start_s, 1, 1e-9);
    check_near(s.video.range.end_s, 2.5, 1e-9);
    assert_int_equal(s.video.frames, 60);
    snq_sight_clear(&s);
    request.start = 100;
    request.end = 120;
    check_status(observe("a.mkv", &request, &cfg, &s), SNQ_ERR_RANGE);
}

static void what_is_no_film_is_refused(void **state)
{
    char longest[SNQ_PATH_MAX + 1];
    snq_watch_request request;
    snq_observe_cfg cfg = snq_observe_cfg_default();
    snq_sight s;
    films_write("text.mp4", "no film, far from it\n");
    memset(longest, 'a', sizeof longest - 1);
    longest[SNQ_PATH_MAX] = '\0';
    check_status(snq_watch_request_default(longest, &request), SNQ_ERR_TOO_BIG);
    check_ok(snq_watch_request_default("text.mp4", &request));
    check_status(observe("text.mp4", &request, &cfg, &s), SNQ_ERR_FORMAT);
    check_ok(snq_watch_request_default("a.mkv", &request));
    request.preset = 77;
    check_status(observe("a.mkv", &request, &cfg, &s), SNQ_ERR_RANGE);
    static const volatile int now = 1;
    request.preset = SNQ_FLOW_FAST;
    cfg.cancel = &now;
    check_status(observe("a.mkv", &request, &cfg, &s), SNQ_ERR_CANCELLED);
}

/* ---- pairs ---- */

static snq_status pair(const char *a, const char *b, int out)
{
    static snq_flow_request request;
    memset(&request, 0, sizeof request);
    snprintf(request.name[0], sizeof request.name[0], "%s", a);
    snprintf(request.name[1], sizeof request.name[1], "%s", b);
    request.preset = SNQ_FLOW_DEFAULT;
    request.threads = 1;
    const snq_flow_pair_cfg cfg = { .request = &request,
                                    .fd = { open_film(a), open_film(b) },
                                    .out_fd = out };
    const snq_status st = snq_flow_pair_run(&cfg);
    close(cfg.fd[0]);
    close(cfg.fd[1]);
    return st;
}

static void a_pair_becomes_a_flow(void **state)
{
    enum { W = 96, H = 64 };
    static uint8_t bytes[12 + 8 * W * H];
    static float flow[2 * W * H];
    uint32_t w, h;
    int fd;
    films_make("a.png", "mandelbrot=s=120x80", "-frames:v 1 -vf crop=96:64:8:8");
    films_make("b.png", "mandelbrot=s=120x80", "-frames:v 1 -vf crop=96:64:6:8");
    check_ok(snq_spill_open(&fd));
    check_ok(pair("a.png", "b.png", fd));
    assert_int_equal(pread(fd, bytes, sizeof bytes, 0), sizeof bytes);
    check_ok(snq_flo_file_size(bytes, sizeof bytes, &w, &h));
    assert_true(w == W && h == H);
    snq_flo_file_read(bytes, flow, w, h);
    const float *middle = flow + 2 * (H / 2 * W + W / 2);
    check_near((double)middle[0], 2, 0.2);
    check_near((double)middle[1], 0, 0.2);
    close(fd);
}

static void who_is_to_blame_is_named(void **state)
{
    int fd;
    films_make("other.png", "testsrc2=s=32x32", "-frames:v 1");
    check_ok(snq_spill_open(&fd));
    check_status(pair("a.png", "other.png", fd), SNQ_ERR_RANGE);
    assert_non_null(strstr(snq_last_error(), "other.png: 32 x 32 px"));
    check_status(pair("a.png", "text.mp4", fd), SNQ_ERR_FORMAT);
    assert_non_null(strstr(snq_last_error(), "text.mp4: "));
    check_status(pair("text.mp4", "a.png", fd), SNQ_ERR_FORMAT);
    check_status(pair("a.png", "a.png", -1), SNQ_ERR_IO);
    close(fd);
}

/* ---- the spill file ---- */

static void spill_files_are_empty_and_nameless(void **state)
{
    char text[8] = "";
    int fd;
    check_ok(snq_spill_open(&fd));
    assert_int_equal(lseek(fd, 0, SEEK_END), 0);
    assert_int_equal(write(fd, "abcd", 4), 4);
    assert_int_equal(pread(fd, text, 4, 0), 4);
    assert_string_equal(text, "abcd");
    check_ok(snq_spill_reset(fd));
    assert_int_equal(lseek(fd, 0, SEEK_END), 0);
    close(fd);
    check_status(snq_spill_reset(fd), SNQ_ERR_IO);
    /* where the folder of choice can't be written to, another serves */
    const char *was = getenv("TMPDIR");
    char *kept = was ? strdup(was) : NULL;
    setenv("TMPDIR", "/proc", 1);
    check_ok(snq_spill_open(&fd));
    close(fd);
    if (kept)
        setenv("TMPDIR", kept, 1);
    else
        unsetenv("TMPDIR");
    free(kept);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_film_becomes_a_sight),
        cmocka_unit_test(a_range_is_all_that_is_seen),
        cmocka_unit_test(what_is_no_film_is_refused),
        cmocka_unit_test(a_pair_becomes_a_flow),
        cmocka_unit_test(who_is_to_blame_is_named),
        cmocka_unit_test(spill_files_are_empty_and_nameless),
    };
    return cmocka_run_group_tests(tests, films_begin, films_end);
}
