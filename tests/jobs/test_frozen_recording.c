// SPDX-License-Identifier: MIT
/* Recordings that stand for tracks, in whole renderings: jobs/frozen_stems.h through jobs/render_job.h. */
#include "support/check.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "jobs/data_folders.h"
#include "jobs/frozen_stems.h"
#include "jobs/render_rig.h"

enum { RATE = 48000, FRAMES = 2 * RATE, HEAD = 2048, FRAME_BYTES = 6 };

/* A boom of `level` each half second, on the grid of 24 bits. */
static void boom(const void *user, int64_t from, size_t n, float *left, float *right)
{
    const double level = *(const double *)user;
    for (size_t i = 0; i < n; i++) {
        const double t = (double)((from + (int64_t)i) % (RATE / 2)) / RATE;
        const double v = level * exp(-t / 0.1) * sin(2.0 * M_PI * 60.0 * t);
        left[i] = right[i] = rintf((float)v * 0x1p23f) * 0x1p-23f;
    }
}

static char *content(const char *name, size_t *n)
{
    snq_text_file f;
    check_ok(snq_text_file_read(rig_path(name), 64 << 20, &f));
    *n = f.length;
    return f.bytes;
}

static int same(const char *a, const char *b)
{
    size_t n, k;
    char *one = content(a, &n), *two = content(b, &k);
    const int is = n == k && memcmp(one, two, n) == 0;
    snq_free(one);
    snq_free(two);
    return is;
}

/* The band into `out`, its drums being that. */
static void render(const char *out, const snq_frozen_stem *drums, uint32_t threads, int lanes)
{
    snq_render_report r;
    snq_render_job_cfg cfg = rig_cfg(rig_band());
    cfg.out = rig_path(out);
    cfg.frozen = drums;
    cfg.frozen_count = 1;
    cfg.threads = threads;
    cfg.lanes = lanes;
    check_ok(snq_render_job_run(&cfg, &r));
    snq_render_report_clear(&r);
}

static snq_frozen_stem sounding(const snq_frozen_sound *sound)
{
    return (snq_frozen_stem) { .track = "drums", .recording = 1, .sound = sound };
}

static void test_the_stem_is_the_recording(void **state)
{
    static float left[FRAMES], right[FRAMES];
    const double level = 0.5;
    const snq_frozen_sound sound = { &level, FRAMES, boom };
    const snq_frozen_stem drums = sounding(&sound);
    size_t n;
    render("out", &drums, 2, 0);
    char *bytes = content("out/stems/drums.wav", &n);
    boom(&level, 0, FRAMES, left, right);
    assert_true(n >= FRAMES * FRAME_BYTES);
    size_t head = 0; /* of the file: where "data" is */
    while (head + 8 < HEAD && memcmp(bytes + head, "data", 4) != 0)
        head++;
    const uint8_t *b = (const uint8_t *)bytes + head + 8;
    for (int i = 0; i < FRAMES; i++, b += FRAME_BYTES) {
        const int32_t v =
            (int32_t)((uint32_t)b[0] << 8 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 24);
        check_near((double)v * 0x1p-31, (double)left[i], 0.0);
    }
    for (const uint8_t *end = (const uint8_t *)bytes + n; b + FRAME_BYTES <= end; b += FRAME_BYTES)
        assert_memory_equal(b, "\0\0\0\0\0", FRAME_BYTES); /* its notes are not heard */
    snq_free(bytes);
}

/* Others hear the recording and not the notes, and all is the same when it is read from its stem. */
static void test_others_duck_by_its_sound(void **state)
{
    const double loud = 0.9, silent = 0.0;
    const snq_frozen_sound sound = { &loud, FRAMES, boom }, none = { &silent, FRAMES, boom };
    snq_frozen_stem drums = sounding(&sound), quiet = sounding(&none);
    render("loud", &drums, 1, 0);
    render("quiet", &quiet, 1, 0);
    assert_false(same("loud/stems/bass.wav", "quiet/stems/bass.wav"));
    render("four", &drums, 4, 0);
    drums.path = rig_path("loud/stems/drums.wav");
    drums.sound = NULL;
    render("again", &drums, 3, 0);
    static const char *const names[] = { "stems/bass.wav", "stems/drums.wav", "stems/keys.wav",
                                         "mix.wav" };
    for (size_t i = 0; i < SNQ_COUNT(names); i++) {
        char a[64], b[64], c[64];
        snprintf(a, sizeof a, "loud/%s", names[i]);
        snprintf(b, sizeof b, "again/%s", names[i]);
        snprintf(c, sizeof c, "four/%s", names[i]);
        if (!same(a, b) || !same(a, c))
            fail_msg("%s differs", names[i]);
    }
}

/* A stem that is frozen, and no recording: what its notes play is the key. */
static void test_a_frozen_stem_is_another_thing(void **state)
{
    const double loud = 0.9;
    const snq_frozen_sound sound = { &loud, FRAMES, boom };
    snq_frozen_stem drums = sounding(&sound);
    render("out", &drums, 1, 0);
    drums = (snq_frozen_stem) { .track = "drums", .path = rig_path("out/stems/drums.wav") };
    render("out2", &drums, 1, 0);
    assert_true(same("out/stems/drums.wav", "out2/stems/drums.wav"));
    assert_false(same("out/stems/bass.wav", "out2/stems/bass.wav"));
}

static void test_it_has_no_lanes(void **state)
{
    const double loud = 0.9;
    const snq_frozen_sound sound = { &loud, FRAMES, boom };
    const snq_frozen_stem drums = sounding(&sound);
    render("out", &drums, 1, 1);
    assert_int_equal(rig_entries("out/stems/lanes"), -1);
    assert_int_equal(rig_entries("out/stems"), 3);
}

/* The piece goes on until the recording ends; a short one is silence from there on. */
static void test_long_and_short(void **state)
{
    const double loud = 0.9;
    const snq_frozen_sound longer = { &loud, 5 * RATE, boom }, shorter = { &loud, RATE, boom };
    snq_frozen_stem drums = sounding(&longer);
    struct stat info;
    render("out", &drums, 1, 0);
    assert_int_equal(stat(rig_path("out/mix.wav"), &info), 0);
    assert_true(info.st_size >= 5 * RATE * FRAME_BYTES);
    drums = sounding(&shorter);
    render("out2", &drums, 2, 0);
    assert_int_equal(stat(rig_path("out2/mix.wav"), &info), 0);
    assert_true(info.st_size >= FRAMES * FRAME_BYTES && info.st_size < 5 * RATE * FRAME_BYTES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_the_stem_is_the_recording, render_rig_begin,
                                        render_rig_end),
        cmocka_unit_test_setup_teardown(test_others_duck_by_its_sound, render_rig_begin,
                                        render_rig_end),
        cmocka_unit_test_setup_teardown(test_a_frozen_stem_is_another_thing, render_rig_begin,
                                        render_rig_end),
        cmocka_unit_test_setup_teardown(test_it_has_no_lanes, render_rig_begin, render_rig_end),
        cmocka_unit_test_setup_teardown(test_long_and_short, render_rig_begin, render_rig_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
