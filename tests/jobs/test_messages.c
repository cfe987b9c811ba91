// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/alloc.h"
#include "jobs/analyse.h"
#include "jobs/messages.h"

static void a_request_comes_back_equal(void **state)
{
    snq_listen_request a, b;
    snq_str s;
    snq_str_init(&s, 65536);
    check_ok(snq_listen_request_default("caf\xe9/\xff.wav", &a)); /* names need not be UTF-8 */
    a.waveform = SNQ_WAVEFORM_JSON;
    a.zoom = 512;
    a.portrait = a.peak = 1;
    snq_listen_request_pack(&s, &a);
    check_ok(snq_listen_request_unpack(s.text, s.length, &b));
    assert_string_equal(a.name, b.name);
    assert_int_equal(b.only_count, a.only_count);
    assert_true(b.only_count > 5);
    assert_string_equal(b.only[1], "loudness");
    assert_int_equal(b.zoom, 512);
    assert_int_equal(b.waveform, SNQ_WAVEFORM_JSON);
    assert_true(b.portrait && b.peak && !b.timings);
    for (size_t n = 0; n < s.length; n++)
        check_status(snq_listen_request_unpack(s.text, n, &b), SNQ_ERR_FORMAT);
    s.text[4 + strlen(a.name) + 1] = 3;
    check_status(snq_listen_request_unpack(s.text, s.length, &b), SNQ_ERR_FORMAT);
    snq_str_clear(&s);
}

static void a_refusal_comes_back_equal(void **state)
{
    snq_heard_reply a = { .st = SNQ_ERR_FORMAT, .needs = 1, .error = "not audio: \xff" }, b;
    snq_str s;
    snq_str_init(&s, 65536);
    snq_heard_reply_pack(&s, &a);
    check_ok(snq_heard_reply_unpack(s.text, s.length, &b));
    assert_int_equal(b.st, SNQ_ERR_FORMAT);
    assert_int_equal(b.needs, 1);
    assert_string_equal(b.error, a.error);
    snq_heard_reply_clear(&b);
    snq_str_clear(&s);
}

static void a_hearing_comes_back_and_nothing_leaks(void **state)
{
    snq_heard_reply a = { .st = SNQ_OK, .peak = 0.75 }, b;
    snq_region *r;
    snq_str s;
    snq_str_init(&s, 65536);
    snq_hearing_init(&a.hearing);
    check_ok(snq_hearing_add_region(&a.hearing, &r));
    r->span.end_s = 1.0;
    snq_heard_reply_pack(&s, &a);
    check_ok(snq_heard_reply_unpack(s.text, s.length, &b));
    assert_int_equal(b.has_portrait, 0);
    check_near(b.peak, 0.75, 0);
    snq_heard_reply_clear(&b);
    for (size_t n = 0; n < s.length; n++)
        check_status(snq_heard_reply_unpack(s.text, n, &b), SNQ_ERR_FORMAT);
    snq_heard_reply_clear(&a);
    snq_str_clear(&s);
    assert_int_equal(snq_alloc_live(), 0);
}

/* No sample is that large, and none is negative. */
static void peaks_are_checked(void **state)
{
    static const double bad[] = { -1, 2e6, 1e300 };
    for (size_t i = 0; i < SNQ_COUNT(bad); i++) {
        snq_heard_reply a = { .st = SNQ_OK, .peak = bad[i] }, b;
        snq_click_request c = { .name = "x", .peak = bad[i] }, d;
        snq_str s;
        snq_str_init(&s, 65536);
        snq_hearing_init(&a.hearing);
        snq_heard_reply_pack(&s, &a);
        check_status(snq_heard_reply_unpack(s.text, s.length, &b), SNQ_ERR_FORMAT);
        snq_str_clear(&s);
        snq_str_init(&s, 65536);
        snq_click_request_pack(&s, &c);
        check_status(snq_click_request_unpack(s.text, s.length, &d), SNQ_ERR_FORMAT);
        snq_str_clear(&s);
    }
    assert_int_equal(snq_alloc_live(), 0);
}

static void samples_come_back_equal(void **state)
{
    snq_sample_request a = { "caf\xe9.wav", 48000, 2, 77 }, b;
    snq_sampled_reply c = { .channels = 2,
                            .frames = 1000,
                            .keyed = 1,
                            .key = 60,
                            .cents = 12.5,
                            .loop = SNQ_RIFF_LOOP_ALTERNATING,
                            .loop_start = 1.25,
                            .loop_end = 1000.0 },
                      d;
    snq_str s;
    snq_str_init(&s, 65536);
    snq_sample_request_pack(&s, &a);
    check_ok(snq_sample_request_unpack(s.text, s.length, &b));
    assert_memory_equal(&a, &b, sizeof a);
    for (size_t n = 0; n < s.length; n++)
        check_status(snq_sample_request_unpack(s.text, n, &b), SNQ_ERR_FORMAT);
    snq_str_clear(&s);
    snq_str_init(&s, 65536);
    snq_sampled_reply_pack(&s, &c);
    check_ok(snq_sampled_reply_unpack(s.text, s.length, &d));
    assert_true(d.st == SNQ_OK && d.channels == 2 && d.frames == 1000 && d.keyed && d.key == 60);
    assert_true(d.cents == 12.5 && d.loop == SNQ_RIFF_LOOP_ALTERNATING);
    assert_true(d.loop_start == 1.25 && d.loop_end == 1000.0);
    for (size_t n = 0; n < s.length; n++)
        check_status(snq_sampled_reply_unpack(s.text, n, &d), SNQ_ERR_FORMAT);
    snq_str_clear(&s);
    c.st = SNQ_ERR_STATE;
    c.needs = 1;
    snprintf(c.error, sizeof c.error, "no libav");
    snq_str_init(&s, 65536);
    snq_sampled_reply_pack(&s, &c);
    check_ok(snq_sampled_reply_unpack(s.text, s.length, &d));
    assert_true(d.st == SNQ_ERR_STATE && d.needs == 1 && d.frames == 0);
    assert_string_equal(d.error, "no libav");
    snq_str_clear(&s);
}

/* What no worker of ours would say, and no engine would ask. */
static void impossible_samples_are_refused(void **state)
{
    static const snq_sample_request bad_request[] = {
        { "x", 999, 2, 77 },
        { "x", 768001, 2, 77 },
        { "x", 48000, 3, 77 },
        { "x", 48000, 2, 0 },
        { "x", 48000, 2, SNQ_SAMPLE_FRAMES_MAX + 1 },
    };
    static const snq_sampled_reply good = {
        .channels = 2, .frames = 1000, .loop = SNQ_RIFF_LOOP_FORWARD, .loop_end = 1000.0
    };
    snq_sampled_reply bad[10], back;
    snq_sample_request b;
    snq_str s;
    for (size_t i = 0; i < SNQ_COUNT(bad_request); i++) {
        snq_str_init(&s, 65536);
        snq_sample_request_pack(&s, &bad_request[i]);
        check_status(snq_sample_request_unpack(s.text, s.length, &b), SNQ_ERR_FORMAT);
        snq_str_clear(&s);
    }
    for (size_t i = 0; i < SNQ_COUNT(bad); i++)
        bad[i] = good;
    bad[0].channels = 0;
    bad[1].channels = 3;
    bad[2].frames = 0;
    bad[3].frames = SNQ_SAMPLE_FRAMES_MAX + UINT64_C(1);
    bad[4].key = 128;
    bad[5].cents = 100.0;
    bad[6].loop = (snq_riff_loop)4;
    bad[7].loop_start = -1.0;
    bad[8].loop_start = 1000.0;
    bad[9].loop_end = 1000.5;
    for (size_t i = 0; i < SNQ_COUNT(bad); i++) {
        snq_str_init(&s, 65536);
        snq_sampled_reply_pack(&s, &bad[i]);
        check_status(snq_sampled_reply_unpack(s.text, s.length, &back), SNQ_ERR_FORMAT);
        snq_str_clear(&s);
    }
    assert_int_equal(snq_alloc_live(), 0);
}

static void clicks_come_back_equal(void **state)
{
    static const double beat_s[] = { 0, 0.5, 0.5, 1e9 }, falling[] = { 0.5, 0.4 };
    snq_click_request a = { .name = "caf\xe9.wav", .peak = 0.5 }, b;
    snq_str s;
    snq_str_init(&s, 65536);
    a.beats = (snq_beats) { beat_s, beat_s + 1, 4, 2 };
    snq_click_request_pack(&s, &a);
    check_ok(snq_click_request_unpack(s.text, s.length, &b));
    assert_string_equal(a.name, b.name);
    check_near(b.peak, 0.5, 0);
    assert_int_equal(b.beats.beats, 4);
    assert_int_equal(b.beats.downbeats, 2);
    assert_memory_equal(b.beats.beat_s, beat_s, sizeof beat_s);
    assert_memory_equal(b.beats.downbeat_s, beat_s + 1, 2 * sizeof *beat_s);
    snq_click_request_clear(&b);
    for (size_t n = 0; n < s.length; n++)
        check_status(snq_click_request_unpack(s.text, n, &b), SNQ_ERR_FORMAT);
    snq_alloc_fail_after(0);
    check_status(snq_click_request_unpack(s.text, s.length, &b), SNQ_ERR_NOMEM);
    snq_alloc_fail_after(-1);
    snq_str_clear(&s);
    snq_str_init(&s, 65536);
    a.beats = (snq_beats) { falling, falling, 2, 0 };
    snq_click_request_pack(&s, &a);
    check_status(snq_click_request_unpack(s.text, s.length, &b), SNQ_ERR_FORMAT);
    snq_str_clear(&s);
    assert_int_equal(snq_alloc_live(), 0);
}

static void clicked_comes_back_equal(void **state)
{
    snq_done_reply a = { .st = SNQ_ERR_IO, .needs = 1, .error = "disk full \xff" }, b;
    snq_str s;
    snq_str_init(&s, 4096);
    snq_done_reply_pack(&s, &a);
    check_ok(snq_done_reply_unpack(s.text, s.length, &b));
    assert_int_equal(b.st, SNQ_ERR_IO);
    assert_int_equal(b.needs, 1);
    assert_string_equal(b.error, a.error);
    for (size_t n = 0; n < s.length; n++)
        check_status(snq_done_reply_unpack(s.text, n, &b), SNQ_ERR_FORMAT);
    snq_str_clear(&s);
    a.st = (snq_status)-99; /* made up */
    snq_str_init(&s, 4096);
    snq_done_reply_pack(&s, &a);
    check_ok(snq_done_reply_unpack(s.text, s.length, &b));
    assert_int_equal(b.st, SNQ_ERR_INTERNAL);
    snq_str_clear(&s);
}

static void watch_and_flow_requests_come_back_equal(void **state)
{
    static snq_watch_request a = { .name = "caf\xE9.mp4",
                                   .size_bytes = INT64_C(1) << 40,
                                   .start = 1.5,
                                   .end = -1.0,
                                   .range_in_frames = 1,
                                   .fps_hz = 250.0,
                                   .preset = 2,
                                   .threads = 7,
                                   .windows = 1,
                                   .look = 1 },
                             b;
    static snq_flow_request f = { .name = { "a.png", "b.png" }, .preset = 1, .threads = 3 }, g;
    snq_str s;
    for (int flags = 0; flags < 2; flags++) {
        a.stabilize = a.timings = flags;
        snq_str_init(&s, 65536);
        snq_watch_request_pack(&s, &a);
        check_ok(snq_watch_request_unpack(s.text, s.length, &b));
        assert_memory_equal(&a, &b, sizeof a);
        for (size_t n = 0; n < s.length; n++)
            check_status(snq_watch_request_unpack(s.text, n, &b), SNQ_ERR_FORMAT);
        snq_str_clear(&s);
    }
    snq_str_init(&s, 65536);
    snq_flow_request_pack(&s, &f);
    check_ok(snq_flow_request_unpack(s.text, s.length, &g));
    assert_memory_equal(&f, &g, sizeof f);
    for (size_t n = 0; n < s.length; n++)
        check_status(snq_flow_request_unpack(s.text, n, &g), SNQ_ERR_FORMAT);
    snq_str_clear(&s);
}

static void make_look(snq_watch_look *l)
{
    snq_watch_look_init(l);
    check_ok(snq_watch_look_make_maps(l, 3, 2));
    l->drift[1] = 2.5f;
}

static void seen_and_sketch_come_back(void **state)
{
    for (int has_look = 0; has_look < 2; has_look++) {
        static snq_seen_reply a, b;
        snq_str s;
        a = (snq_seen_reply) { .has_look = has_look };
        snq_sight_init(&a.sight);
        a.sight.video.frames = 17;
        if (has_look)
            make_look(&a.look);
        snq_str_init(&s, 1 << 20);
        snq_seen_reply_pack(&s, &a);
        check_ok(snq_seen_reply_unpack(s.text, s.length, &b));
        assert_int_equal(b.sight.video.frames, 17);
        assert_int_equal(b.has_look, has_look);
        assert_true(!has_look || b.look.drift[1] == 2.5f);
        snq_seen_reply_clear(&b);
        for (size_t n = 0; n < s.length; n++)
            check_status(snq_seen_reply_unpack(s.text, n, &b), SNQ_ERR_FORMAT);
        snq_str_clear(&s);
        snq_seen_reply_clear(&a);
    }
    assert_int_equal(snq_alloc_live(), 0);
}

static void a_sketch_request_comes_back(void **state)
{
    char name[SNQ_PATH_MAX];
    snq_sight a, b;
    snq_watch_look l, m;
    snq_str s;
    snq_sight_init(&a);
    a.video.width = 640;
    make_look(&l);
    const snq_sketch_request r = { "caf\xE9.mp4", &a, &l };
    snq_str_init(&s, 1 << 20);
    snq_sketch_request_pack(&s, &r);
    check_ok(snq_sketch_request_unpack(s.text, s.length, name, &b, &m));
    assert_string_equal(b.video.path, "caf\xE9.mp4");
    assert_int_equal(b.video.width, 640);
    assert_int_equal(m.across, 3);
    snq_sight_clear(&b);
    snq_watch_look_clear(&m);
    for (size_t n = 0; n < s.length; n++)
        check_status(snq_sketch_request_unpack(s.text, n, name, &b, &m), SNQ_ERR_FORMAT);
    snq_str_put(&s, "x");
    check_status(snq_sketch_request_unpack(s.text, s.length, name, &b, &m), SNQ_ERR_FORMAT);
    snq_str_clear(&s);
    snq_watch_look_clear(&l);
    assert_int_equal(snq_alloc_live(), 0);
}

/* A worker that makes statuses up is taken for one that failed. */
static void statuses_are_checked(void **state)
{
    static const int32_t made_up[] = { 1, 2, 77, -99, INT32_MIN, INT32_MAX };
    for (size_t i = 0; i < SNQ_COUNT(made_up); i++) {
        snq_str s;
        snq_status st;
        char error[SNQ_ERROR_MAX];
        snq_str_init(&s, 64);
        snq_drawn_pack(&s, (snq_status)made_up[i], "x");
        check_ok(snq_drawn_unpack(s.text, s.length, &st, error));
        assert_int_equal(st, SNQ_ERR_INTERNAL);
        snq_str_clear(&s);
    }
}

static void hello_and_tried(void **state)
{
    snq_confinement a = { .layers = SNQ_CONFINE_limits, .landlock_abi = 7, .missing = "x" }, b;
    uint32_t refused;
    snq_str s;
    snq_str_init(&s, 256);
    snq_hello_pack(&s, &a);
    check_ok(snq_hello_unpack(s.text, s.length, &b));
    assert_int_equal(b.layers, SNQ_CONFINE_limits);
    assert_int_equal(b.landlock_abi, 7);
    assert_string_equal(b.missing, "x");
    s.text[0]++;
    check_status(snq_hello_unpack(s.text, s.length, &b), SNQ_ERR_FORMAT);
    snq_str_clear(&s);
    snq_tried_pack(&s, ~0u);
    check_ok(snq_tried_unpack(s.text, s.length, &refused));
    assert_int_equal(refused, (1u << SNQ_CONFINE_TRIES) - 1);
    snq_str_clear(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_comes_back_equal),
        cmocka_unit_test(a_refusal_comes_back_equal),
        cmocka_unit_test(a_hearing_comes_back_and_nothing_leaks),
        cmocka_unit_test(peaks_are_checked),
        cmocka_unit_test(clicks_come_back_equal),
        cmocka_unit_test(samples_come_back_equal),
        cmocka_unit_test(impossible_samples_are_refused),
        cmocka_unit_test(clicked_comes_back_equal),
        cmocka_unit_test(watch_and_flow_requests_come_back_equal),
        cmocka_unit_test(seen_and_sketch_come_back),
        cmocka_unit_test(a_sketch_request_comes_back),
        cmocka_unit_test(statuses_are_checked),
        cmocka_unit_test(hello_and_tried),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
