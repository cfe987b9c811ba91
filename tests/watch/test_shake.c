// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/alloc.h"
#include "base/attr.h"
#include "base/rng.h"
#include "watch/shake.h"

enum { MOST = 4096 };

/* A path d(t) in px, and what its velocity is. */
typedef struct path {
    float v[3][MOST];
    uint32_t frames;
    double fps;
} path;

static void sway(path *p, int i, double hz, double amp)
{
    for (uint32_t t = 0; t < p->frames; t++) {
        const double a = 2 * M_PI * hz / p->fps;
        p->v[i][t] += (float)(amp * (sin(a * (t + 1)) - sin(a * t)));
    }
}

static void look(const path *p, const snq_shake_shot *shot, size_t shots, snq_sight *s)
{
    const snq_shake_shot all = { 0, p->frames };
    const snq_shake_in in = { .fps = p->fps,
                              .floor_px = 0.05,
                              .motion = { p->v[0], p->v[1], p->v[2] },
                              .shot = shot ? shot : &all,
                              .shots = shot ? shots : 1 };
    snq_sight_init(s);
    check_ok(snq_shake_run(&in, s));
}

static double sum_of(const snq_sight_jitter *j)
{
    double sum = 0;
    for (uint32_t i = 0; i < j->bins; i++)
        sum += (double)j->spectrum[i];
    return sum;
}

static void a_shake_has_its_size_and_frequency(void **state)
{
    static const struct {
        double fps, hz;
        uint32_t frames, bins;
    } tab[] = { { 30, 2, 300, 65 },   { 30, 7.3, 300, 65 },  { 60, 11.1, 300, 129 },
                { 30, 2.5, 75, 65 },  { 250, 9, 2000, 256 }, { 24, 3.7, 240, 65 },
                { 30, 1.6, 1200, 65 } };
    static path p;
    for (size_t k = 0; k < SNQ_COUNT(tab); k++) {
        memset(&p, 0, sizeof p);
        p.fps = tab[k].fps;
        p.frames = tab[k].frames;
        sway(&p, (int)k % 3, tab[k].hz, 3);
        snq_sight s;
        look(&p, NULL, 0, &s);
        assert_null(s.jitter_reason);
        check_near(s.jitter.rms_px, 3 / sqrt(2), 0.08);
        check_near(s.jitter.shake_hz.value, tab[k].hz, 0.06);
        assert_null(s.jitter.shake_hz.reason);
        assert_int_equal(s.jitter.bins, tab[k].bins);
        check_near(sum_of(&s.jitter), 1, 1e-5);
        uint32_t top = 0;
        for (uint32_t i = 1; i < s.jitter.bins; i++)
            if (s.jitter.spectrum[i] > s.jitter.spectrum[top])
                top = i;
        const double step = p.fps / 2 / (s.jitter.bins - 1);
        check_near(top * step, tab[k].hz, step);
        snq_sight_clear(&s);
    }
}

static void camera_work_is_no_shake(void **state)
{
    static path p;
    for (int kind = 0; kind < 3; kind++) {
        memset(&p, 0, sizeof p);
        p.fps = 30;
        p.frames = 600;
        if (kind == 0) /* a pan that gets faster */
            for (uint32_t t = 0; t < p.frames; t++)
                p.v[0][t] = 3 + 0.01f * (float)t;
        else if (kind == 1) /* a slow sway of 60 px */
            sway(&p, 1, 0.1, 30);
        snq_sight s;
        look(&p, NULL, 0, &s);
        assert_null(s.jitter_reason);
        assert_true(s.jitter.rms_px < 0.05);
        assert_string_equal(s.jitter.shake_hz.reason, "no shake");
        if (kind == 2) {
            check_near(sum_of(&s.jitter), 0, 0);
        }
        snq_sight_clear(&s);
    }
}

/* Each picture shifted at random: all frequencies alike, none leads. */
static void white_shake_has_no_frequency(void **state)
{
    static path p;
    int led = 0;
    for (uint64_t seed = 0; seed < 50; seed++) {
        snq_rng r;
        snq_rng_init(&r, seed);
        memset(&p, 0, sizeof p);
        p.fps = 30;
        p.frames = seed % 2 ? 120 : 300;
        for (int i = 0; i < 2; i++) {
            double last = 0;
            for (uint32_t t = 0; t < p.frames; t++) {
                const double d = snq_rng_normal(&r);
                p.v[i][t] = (float)(d - last);
                last = d;
            }
        }
        snq_sight s;
        look(&p, NULL, 0, &s);
        led += !s.jitter.shake_hz.reason;
        /* 1 .. 15 Hz of 0 .. 15 Hz, two motions */
        check_near(s.jitter.rms_px, sqrt(2 * 14.0 / 15), 0.3);
        snq_sight_clear(&s);
    }
    assert_int_equal(led, 0);
}

static void a_line_within_noise_leads(void **state)
{
    static path p;
    int led = 0;
    for (uint64_t seed = 0; seed < 20; seed++) {
        snq_rng r;
        snq_rng_init(&r, seed);
        memset(&p, 0, sizeof p);
        p.fps = 30;
        p.frames = 300;
        sway(&p, 0, 5.2, 2);
        double last = 0;
        for (uint32_t t = 0; t < p.frames; t++) {
            const double d = 0.5 * snq_rng_normal(&r);
            p.v[1][t] = (float)(d - last);
            last = d;
        }
        snq_sight s;
        look(&p, NULL, 0, &s);
        if (!s.jitter.shake_hz.reason) {
            check_near(s.jitter.shake_hz.value, 5.2, 0.06);
            led++;
        }
        snq_sight_clear(&s);
    }
    assert_int_equal(led, 20);
}

static void cuts_do_not_shake(void **state)
{
    static path p;
    memset(&p, 0, sizeof p);
    p.fps = 30;
    p.frames = 300;
    p.v[0][99] = 500; /* the flow over a cut */
    const snq_shake_shot two[] = { { 0, 99 }, { 100, 200 } }, brief[] = { { 0, 20 }, { 21, 29 } };
    snq_sight s;
    look(&p, two, 2, &s);
    check_near(s.jitter.rms_px, 0, 1e-9);
    snq_sight_clear(&s);
    look(&p, brief, 2, &s);
    assert_string_equal(s.jitter_reason, "no shot lasts a second");
    snq_sight_clear(&s);
}

static void bounds_are_kept(void **state)
{
    static path p;
    memset(&p, 0, sizeof p);
    p.frames = 100;
    p.fps = 2;
    snq_sight s;
    look(&p, NULL, 0, &s);
    assert_string_equal(s.jitter_reason, "too few frames a second to see shake");
    snq_sight_clear(&s);
    const snq_shake_shot all = { 0, 100 };
    snq_shake_in in = {
        .fps = NAN, .motion = { p.v[0], p.v[1], p.v[2] }, .shot = &all, .shots = 1
    };
    snq_sight_init(&s);
    check_status(snq_shake_run(&in, &s), SNQ_ERR_RANGE);
    in.fps = 30;
    const int64_t live = snq_alloc_live();
    int n = 0;
    for (;; n++) {
        snq_alloc_fail_after(n);
        const snq_status st = snq_shake_run(&in, &s);
        snq_alloc_fail_after(-1);
        if (st == SNQ_OK)
            break;
        assert_int_equal(st, SNQ_ERR_NOMEM);
        assert_int_equal(snq_alloc_live(), live);
        assert_string_equal(s.jitter_reason, "not selected");
    }
    assert_true(n >= 6);
    snq_sight_clear(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_shake_has_its_size_and_frequency),
        cmocka_unit_test(camera_work_is_no_shake),
        cmocka_unit_test(white_shake_has_no_frequency),
        cmocka_unit_test(a_line_within_noise_leads),
        cmocka_unit_test(cuts_do_not_shake),
        cmocka_unit_test(bounds_are_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
