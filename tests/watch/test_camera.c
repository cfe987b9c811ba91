// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/alloc.h"
#include "base/rng.h"
#include "support/sweep.h"
#include "watch/camera.h"
#include "watch/motion.h"

enum { W = 320, H = 180, ACROSS = 64, DOWN = 36, CELLS = ACROSS * DOWN };

/* right, down, counter-clockwise, ln scale */
typedef struct made {
    double shift[2], turn, zoom;
} made;

static snq_camera_cfg cfg_30(void)
{
    return snq_camera_cfg_default(30, W, H, ACROSS, DOWN);
}

static snq_camera *make(const snq_camera_cfg *cfg)
{
    snq_camera *c;
    check_ok(snq_camera_new(cfg, &c));
    return c;
}

/* By the definition: each place is turned about the middle, grown and shifted. */
static void fill(float *lattice, made m, double noise, snq_rng *r)
{
    for (int j = 0; j < DOWN; j++)
        for (int i = 0; i < ACROSS; i++) {
            const double x = (i + 0.5) * W / ACROSS - W / 2.0, y = (j + 0.5) * H / DOWN - H / 2.0;
            const double s = exp(m.zoom), c = cos(m.turn), q = sin(m.turn);
            float *f = lattice + 3 * (j * ACROSS + i);
            /* y is down: counter-clockwise takes (1, 0) to (cos, -sin) */
            f[0] = (float)(s * (c * x + q * y) - x + m.shift[0] + noise * snq_rng_normal(r));
            f[1] = (float)(s * (-q * x + c * y) - y + m.shift[1] + noise * snq_rng_normal(r));
            f[2] = 1;
        }
}

/* Another motion within x0 .. x1, y0 .. y1 (shares of the picture). */
static void lay(float *lattice, double x0, double x1, double y0, double y1, float u, float v)
{
    for (int j = 0; j < DOWN; j++)
        for (int i = 0; i < ACROSS; i++)
            if (i >= x0 * ACROSS && i < x1 * ACROSS && j >= y0 * DOWN && j < y1 * DOWN) {
                lattice[3 * (j * ACROSS + i)] = u;
                lattice[3 * (j * ACROSS + i) + 1] = v;
            }
}

static void check_fit(const snq_camera_fit *f, made m, double tolerance)
{
    assert_true(f->good);
    check_near(f->shift[0], m.shift[0], tolerance);
    check_near(f->shift[1], m.shift[1], tolerance);
    check_near(f->turn, m.turn, tolerance / 50);
    check_near(f->zoom, m.zoom, tolerance / 50);
}

static void similarities_are_found_and_taken_away(void **state)
{
    static const made tab[] = { { { 0, 0 }, 0, 0 },         { { 2.5, -1.25 }, 0, 0 },
                                { { 0, 0 }, 0.02, 0 },      { { 0, 0 }, 0, -0.01 },
                                { { -30, 12 }, 0.3, 0.15 }, { { 0.03, 0.01 }, 0.0004, 0 } };
    float lattice[3 * CELLS];
    snq_rng r;
    snq_rng_init(&r, 1);
    const snq_camera_cfg cfg = cfg_30();
    snq_camera *c = make(&cfg);
    for (size_t k = 0; k < SNQ_COUNT(tab); k++)
        for (int noisy = 0; noisy < 2; noisy++) {
            snq_camera_fit fit;
            fill(lattice, tab[k], 0.05 * noisy, &r);
            check_ok(snq_camera_push(c, lattice, 0, &fit));
            check_fit(&fit, tab[k], noisy ? 0.01 : 1e-4);
            check_near(fit.share, 1, 0.1);
            check_near(fit.power[1], noisy ? 2 * 0.05 * 0.05 : 0, noisy ? 4e-4 : 1e-8);
            snq_camera_subtract(c, &fit, lattice);
            for (int i = 0; i < CELLS; i++)
                assert_true(hypotf(lattice[3 * i], lattice[3 * i + 1]) < (noisy ? 0.35f : 1e-3f));
        }
    snq_camera_free(c);
}

static void what_moves_on_its_own_is_left_out(void **state)
{
    float lattice[3 * CELLS];
    snq_rng r;
    const snq_camera_cfg cfg = cfg_30();
    snq_camera *c = make(&cfg);
    const made pan = { { 1.5, -0.5 }, 0.004, 0.003 }, still = { { 0, 0 }, 0, 0 };
    for (uint64_t seed = 0; seed < 20; seed++) {
        snq_camera_fit fit;
        snq_rng_init(&r, seed);
        /* 40 % of the picture, wherever it is */
        const double x0 = 0.36 * snq_rng_uniform(&r), y0 = 0.37 * snq_rng_uniform(&r);
        fill(lattice, pan, 0.03, &r);
        lay(lattice, x0, x0 + 0.64, y0, y0 + 0.625, -4, 3);
        check_ok(snq_camera_push(c, lattice, 0, &fit));
        check_fit(&fit, pan, 0.02);
        check_near(fit.share, 0.6, 0.07);
        fill(lattice, still, 0.02, &r);
        lay(lattice, x0, x0 + 0.3, y0, y0 + 0.3, 5, 0);
        check_ok(snq_camera_push(c, lattice, 0, &fit));
        check_fit(&fit, still, 0.005);
        check_near(fit.power[1] / fit.power[0], 1, 0.01);
    }
    snq_camera_free(c);
}

static void cells_without_trust_do_not_count(void **state)
{
    float lattice[3 * CELLS];
    snq_rng r;
    snq_rng_init(&r, 3);
    const snq_camera_cfg cfg = cfg_30();
    snq_camera *c = make(&cfg);
    const made pan = { { 2, 0 }, 0, 0 };
    fill(lattice, pan, 0, &r);
    for (int i = 0; i < CELLS; i++)
        if (i % 4) {
            lattice[3 * i] = i % 3 ? 7 : i % 2 ? NAN : INFINITY;
            lattice[3 * i + 2] = i % 3 ? 0.05f : 1;
        }
    snq_camera_fit fit;
    check_ok(snq_camera_push(c, lattice, 0, &fit));
    check_fit(&fit, pan, 1e-4);
    check_near(fit.share, 1, 0);
    snq_camera_free(c);
}

static void without_a_common_motion_there_is_no_fit(void **state)
{
    float lattice[3 * CELLS];
    snq_rng r;
    snq_rng_init(&r, 4);
    const snq_camera_cfg cfg = cfg_30();
    snq_camera *c = make(&cfg);
    const made still = { { 0, 0 }, 0, 0 };
    snq_camera_fit fit;
    fill(lattice, still, 3, &r); /* each cell its own way */
    check_ok(snq_camera_push(c, lattice, 0, &fit));
    assert_false(fit.good);
    check_near(fit.shift[0], 0, 0);
    check_near(fit.power[1], fit.power[0], 0);
    fill(lattice, still, 0, &r);
    for (int i = 0; i < CELLS; i++)
        lattice[3 * i + 2] = i < 100; /* too little of the picture to speak for it */
    check_ok(snq_camera_push(c, lattice, 0, &fit));
    assert_false(fit.good);
    for (int i = 0; i < CELLS; i++)
        lattice[3 * i + 2] = 0;
    check_ok(snq_camera_push(c, lattice, 0, &fit));
    assert_false(fit.good);
    snq_sight s;
    snq_sight_init(&s);
    check_ok(snq_camera_finish(c, NULL, 0, &s));
    assert_string_equal(s.camera_reason, "no motion that most of the picture follows");
    assert_string_equal(s.jitter_reason, s.camera_reason);
    snq_sight_clear(&s);
    snq_camera_free(c);
}

static void finish_tells_means_of_the_source(void **state)
{
    float lattice[3 * CELLS];
    snq_rng r;
    snq_rng_init(&r, 5);
    snq_camera_cfg cfg = cfg_30();
    cfg.scale = 2;
    snq_camera *c = make(&cfg);
    const made pan = { { 1, 0.5 }, 0.01, -0.002 }, wild = { { 40, 40 }, 0, 0 };
    const uint64_t cut[] = { 31, 31, 500 };
    for (int t = 0; t < 90; t++) {
        fill(lattice, t == 30 ? wild : pan, 0, &r);
        check_ok(snq_camera_push(c, lattice, t == 40 ? SNQ_MOTION_BAD : 0, NULL));
    }
    snq_sight s;
    snq_sight_init(&s);
    check_ok(snq_camera_finish(c, cut, 3, &s));
    assert_null(s.camera_reason);
    check_near(s.camera.translation_px_s[0], 60, 1e-3);
    check_near(s.camera.translation_px_s[1], -30, 1e-3);
    check_near(s.camera.rotation_deg_s, 0.3 * 180 / M_PI, 1e-3);
    check_near(s.camera.zoom_per_s, -0.06, 1e-5);
    check_near(s.camera.residual_share, 0, 1e-6);
    assert_null(s.jitter_reason);
    check_near(s.jitter.rms_px, 0, 1e-3);
    assert_string_equal(s.jitter.shake_hz.reason, "no shake");
    snq_sight_clear(&s);
    snq_camera_free(c);
}

/* 24 pictures a second shown as 30: each fifth is a copy; a shake of 3 Hz stays one of 3 Hz. */
static void repeated_pictures_are_bridged(void **state)
{
    float lattice[3 * CELLS];
    snq_rng r;
    snq_rng_init(&r, 6);
    const snq_camera_cfg cfg = cfg_30();
    snq_camera *c = make(&cfg);
    double before = 0;
    const double step = 24.0 / 30;
    for (int t = 0, real = 0; t < 240; t++) {
        const int again = t % 5 == 4;
        real += !again;
        const double now = 3 * sin(2 * M_PI * 3 * real / 24) + real;
        fill(lattice, again ? (made) { 0 } : (made) { { now - before, 0 }, 0, 0 }, 0, &r);
        before = now;
        check_ok(snq_camera_push(c, lattice, again ? SNQ_MOTION_REPEATED : 0, NULL));
    }
    snq_sight s;
    snq_sight_init(&s);
    check_ok(snq_camera_finish(c, NULL, 0, &s));
    check_near(s.camera.translation_px_s[0], step * 30, 0.3);
    check_near(s.jitter.shake_hz.value, 3, 0.1);
    check_near(s.jitter.rms_px, 3 / sqrt(2), 0.35);
    snq_sight_clear(&s);
    snq_camera_free(c);
}

static snq_status make_new(void *user, void **object)
{
    return snq_camera_new(user, (snq_camera **)object);
}

static void unmake(void *object)
{
    snq_camera_free(object);
}

static void bounds_are_kept(void **state)
{
    const snq_camera_cfg good = cfg_30();
    snq_camera *c;
    snq_sweep(make_new, unmake, (void *)&good);
    snq_camera_cfg bad[7];
    for (size_t i = 0; i < SNQ_COUNT(bad); i++)
        bad[i] = good;
    bad[0].fps = NAN;
    bad[1].fps = 2e5;
    bad[2].width = 0;
    bad[3].height = 9000;
    bad[4].across = 0;
    bad[5].down = 2000;
    bad[6].scale = 0;
    for (size_t i = 0; i < SNQ_COUNT(bad); i++) {
        check_status(snq_camera_new(&bad[i], &c), SNQ_ERR_RANGE);
        assert_null(c);
    }
    float lattice[3 * CELLS] = { 0 };
    snq_camera_cfg few = good;
    few.frames_max = 1;
    c = make(&few);
    check_ok(snq_camera_push(c, lattice, 0, NULL));
    check_status(snq_camera_push(c, lattice, 0, NULL), SNQ_ERR_TOO_BIG);
    snq_camera_free(c);
    snq_camera_free(NULL);
}

static void without_memory_nothing_is_lost(void **state)
{
    float lattice[3 * CELLS];
    snq_rng r;
    snq_rng_init(&r, 7);
    const snq_camera_cfg cfg = cfg_30();
    snq_camera *c = make(&cfg);
    const int64_t live = snq_alloc_live();
    fill(lattice, (made) { { 1, 0 }, 0, 0 }, 0, &r);
    for (int n = 0; n < 2; n++) {
        snq_alloc_fail_after(n);
        check_status(snq_camera_push(c, lattice, 0, NULL), SNQ_ERR_NOMEM);
        snq_alloc_fail_after(-1);
    }
    for (int t = 0; t < 60; t++)
        check_ok(snq_camera_push(c, lattice, 0, NULL));
    int refused = 0;
    for (int n = 0;; n++) {
        snq_sight s;
        snq_sight_init(&s);
        const char *camera = s.camera_reason;
        snq_alloc_fail_after(n);
        const snq_status st = snq_camera_finish(c, NULL, 0, &s);
        snq_alloc_fail_after(-1);
        if (st == SNQ_OK) {
            snq_sight_clear(&s);
            break;
        }
        assert_int_equal(st, SNQ_ERR_NOMEM);
        assert_ptr_equal(s.camera_reason, camera);
        assert_ptr_equal(s.jitter_reason, camera);
        refused++;
        snq_sight_clear(&s);
    }
    assert_true(refused >= 8);
    snq_camera_free(c);
    assert_true(snq_alloc_live() < live);
}

static void of_no_frame_nothing_is_said(void **state)
{
    const snq_camera_cfg cfg = cfg_30();
    snq_camera *c = make(&cfg);
    snq_sight s;
    snq_sight_init(&s);
    check_ok(snq_camera_finish(c, NULL, 0, &s));
    assert_string_equal(s.camera_reason, "too few pictures to see motion");
    assert_string_equal(s.jitter_reason, "too few pictures to see motion");
    snq_sight_clear(&s);
    snq_camera_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(similarities_are_found_and_taken_away),
        cmocka_unit_test(what_moves_on_its_own_is_left_out),
        cmocka_unit_test(cells_without_trust_do_not_count),
        cmocka_unit_test(without_a_common_motion_there_is_no_fit),
        cmocka_unit_test(finish_tells_means_of_the_source),
        cmocka_unit_test(repeated_pictures_are_bridged),
        cmocka_unit_test(bounds_are_kept),
        cmocka_unit_test(without_memory_nothing_is_lost),
        cmocka_unit_test(of_no_frame_nothing_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
