// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/alloc.h"
#include "base/attr.h"
#include "base/cpu.h"
#include "base/rng.h"
#include "pairs.h"
#include "support/sweep.h"
#include "watch/flow.h"

enum { W = 176, H = 120, PRESETS = SNQ_FLOW_FINE + 1 };

static const unsigned variant[] = { 0, SNQ_CPU_AVX2, SNQ_CPU_AVX2 | SNQ_CPU_AVX512 };

static snq_flow_cfg cfg_of(uint32_t width, uint32_t height, snq_flow_preset preset,
                           uint32_t threads)
{
    snq_flow_cfg cfg = snq_flow_cfg_default(width, height);
    cfg.preset = preset;
    cfg.threads = threads;
    return cfg;
}

/* End error of a motion; noise of one grey level. */
static double error_of(snq_flow_preset preset, affine *a, uint64_t seed)
{
    texture t;
    texture_init(&t, seed);
    uint8_t *first = make_picture(&t, W, H, affine_back, NULL, 1, seed);
    uint8_t *second = make_picture(&t, W, H, affine_back, a, 1, seed + 1);
    const snq_flow_cfg cfg = cfg_of(W, H, preset, 1);
    float *flow = flow_of(&cfg, first, second), *truth = true_flow(W, H, a);
    const double error = end_error(flow, truth, W, H, 8);
    snq_free(first);
    snq_free(second);
    snq_free(flow);
    snq_free(truth);
    return error;
}

static void test_known_motions(void **state)
{
    affine motion[] = {
        { W / 2.0, H / 2.0, 0, 1, 0, 0 },       { W / 2.0, H / 2.0, 0, 1, 0.3, -0.2 },
        { W / 2.0, H / 2.0, 0, 1, -1.5, 0.7 },  { W / 2.0, H / 2.0, 0, 1, 6.3, -4.1 },
        { W / 2.0, H / 2.0, 0.02, 1, 0, 0 },    { W / 2.0, H / 2.0, -0.01, 1.015, 1, 2 },
        { W / 2.0, H / 2.0, 0, 0.985, -2, -1 },
    };
    static const double most[PRESETS] = { 0.12, 0.05, 0.04 };
    const unsigned was = snq_cpu_flags();
    for (size_t v = 0; v < SNQ_COUNT(variant); v++) {
        if ((variant[v] & snq_cpu_detect()) != variant[v])
            continue;
        snq_cpu_force(variant[v]);
        for (size_t i = 0; i < SNQ_COUNT(motion); i++)
            for (int p = 0; p < PRESETS; p++) {
                const double error = error_of((snq_flow_preset)p, &motion[i], i + 1);
                if (!(error < most[p]))
                    fail_msg("motion %zu preset %d variant %zu: %.3f px", i, p, v, error);
            }
    }
    snq_cpu_force(was);
}

/* Mean flow along x of a picture that has moved by dx. */
static double mean_u(snq_flow_preset preset, double dx)
{
    texture t;
    texture_init(&t, 5);
    affine a = { 0, 0, 0, 1, dx, 0 };
    uint8_t *first = make_picture(&t, W, H, affine_back, NULL, 0, 0);
    uint8_t *second = make_picture(&t, W, H, affine_back, &a, 0, 0);
    const snq_flow_cfg cfg = cfg_of(W, H, preset, 1);
    float *flow = flow_of(&cfg, first, second);
    double sum = 0;
    for (size_t i = 0; i < (size_t)W * H; i++)
        sum += flow[2 * i];
    snq_free(first);
    snq_free(second);
    snq_free(flow);
    return sum / (W * H);
}

static void test_small_sway_has_gain_one(void **state)
{
    static const double shift[] = { 0.05, -0.1, 0.2, 0.35, -0.5 };
    for (size_t i = 0; i < SNQ_COUNT(shift); i++) {
        check_near(mean_u(SNQ_FLOW_FINE, shift[i]) / shift[i], 1, 0.02);
        check_near(mean_u(SNQ_FLOW_DEFAULT, shift[i]) / shift[i], 1, 0.03);
    }
}

/* A square that moves over a background that moves another way. */
typedef struct layers {
    double x0, y0, side, dx, dy, back_dx;
} layers;

static uint8_t *make_layers(const layers *l, int moved)
{
    texture front, back;
    texture_init(&front, 11);
    texture_init(&back, 12);
    uint8_t *p = snq_calloc((size_t)W * H, 1);
    assert_non_null(p);
    for (uint32_t j = 0; j < H; j++)
        for (uint32_t i = 0; i < W; i++) {
            const double x = i - moved * l->dx, y = j - moved * l->dy;
            const int in = x >= l->x0 && x < l->x0 + l->side && y >= l->y0 && y < l->y0 + l->side;
            const double v =
                in ? texture_at(&front, x, y) : texture_at(&back, i - moved * l->back_dx, j);
            p[j * W + i] = (uint8_t)lrint(fmin(255, fmax(0, v)));
        }
    return p;
}

static void test_object_over_background(void **state)
{
    const layers l = { 60, 40, 44, 4, -3, -1 };
    uint8_t *first = make_layers(&l, 0), *second = make_layers(&l, 1);
    static const double most[PRESETS] = { 0.9, 0.45, 0.4 };
    for (int p = 0; p < PRESETS; p++) {
        const snq_flow_cfg cfg = cfg_of(W, H, (snq_flow_preset)p, 1);
        float *flow = flow_of(&cfg, first, second), *truth = snq_calloc(2 * W * H, sizeof *truth);
        assert_non_null(truth);
        for (int j = 0; j < H; j++)
            for (int i = 0; i < W; i++) {
                const int in = i >= 60 && i < 104 && j >= 40 && j < 84;
                truth[2 * (j * W + i)] = (float)(in ? l.dx : l.back_dx);
                truth[2 * (j * W + i) + 1] = (float)(in ? l.dy : 0);
            }
        const double error = end_error(flow, truth, W, H, 8);
        if (!(error < most[p]))
            fail_msg("preset %d: %.3f px", p, error);
        const float *middle = flow + 2 * (62 * W + 82), *corner = flow + 2 * (20 * W + 20);
        check_near(middle[0], l.dx, 0.15);
        check_near(middle[1], l.dy, 0.15);
        check_near(corner[0], l.back_dx, 0.15);
        snq_free(flow);
        snq_free(truth);
    }
    snq_free(first);
    snq_free(second);
}

static void test_still_pictures_do_not_move(void **state)
{
    texture t;
    texture_init(&t, 3);
    uint8_t *a = make_picture(&t, W, H, affine_back, NULL, 0, 0);
    uint8_t *noisy = make_picture(&t, W, H, affine_back, NULL, 2, 1);
    uint8_t *noisy2 = make_picture(&t, W, H, affine_back, NULL, 2, 2);
    uint8_t *flat = snq_calloc((size_t)W * H, 1);
    float *zero = snq_calloc(2 * W * H, sizeof *zero);
    assert_true(flat && zero);
    for (int p = 0; p < PRESETS; p++) {
        const snq_flow_cfg cfg = cfg_of(W, H, (snq_flow_preset)p, 1);
        float *same = flow_of(&cfg, a, a), *grey = flow_of(&cfg, flat, flat);
        float *noise = flow_of(&cfg, noisy, noisy2);
        check_near(end_error(same, zero, W, H, 0), 0, 2e-3);
        check_near(end_error(grey, zero, W, H, 0), 0, 1e-6);
        check_near(end_error(noise, zero, W, H, 0), 0, 0.05);
        snq_free(same);
        snq_free(grey);
        snq_free(noise);
    }
    snq_free(a);
    snq_free(noisy);
    snq_free(noisy2);
    snq_free(flat);
    snq_free(zero);
}

/* Any picture: noise with a few blocks in it. */
static uint8_t *any_picture(uint32_t width, uint32_t height, uint64_t seed)
{
    snq_rng rng;
    snq_rng_init(&rng, seed);
    uint8_t *p = snq_calloc((size_t)width * height, 1);
    assert_non_null(p);
    for (uint32_t i = 0; i < width * height; i++)
        p[i] = (uint8_t)(snq_rng_below(&rng, 64) + (i / width / 8 + i % width / 8) % 3 * 90);
    return p;
}

static void test_any_number_of_threads_gives_the_same_bits(void **state)
{
    static const uint32_t size[][2] = { { 16, 16 },  { 17, 33 },   { 65, 48 },  { 320, 17 },
                                        { 33, 200 }, { 321, 181 }, { 200, 350 } };
    for (size_t s = 0; s < SNQ_COUNT(size); s++) {
        const uint32_t w = size[s][0], h = size[s][1];
        uint8_t *a = any_picture(w, h, 1), *b = any_picture(w, h, 2);
        for (int p = 0; p < PRESETS; p++) {
            const snq_flow_cfg one = cfg_of(w, h, (snq_flow_preset)p, 1);
            float *want = flow_of(&one, a, b);
            for (size_t i = 0; i < (size_t)w * h * 2; i++)
                assert_true(isfinite(want[i]));
            for (uint32_t threads = 2; threads <= 7; threads += threads < 4 ? 1 : 3) {
                const snq_flow_cfg cfg = cfg_of(w, h, (snq_flow_preset)p, threads);
                float *got = flow_of(&cfg, a, b);
                assert_memory_equal(got, want, (size_t)w * h * 2 * sizeof *got);
                snq_free(got);
            }
            snq_free(want);
        }
        snq_free(a);
        snq_free(b);
    }
}

/* The flow is that of the last two pictures, whatever came before, wherever the rows stand. */
static void test_only_the_last_two_pictures_count(void **state)
{
    texture t;
    texture_init(&t, 8);
    affine m[3] = { { W / 2.0, H / 2.0, 0, 1, 5, 1 },
                    { W / 2.0, H / 2.0, 0.1, 1, 5, 3 },
                    { W / 2.0, H / 2.0, 0.09, 1, 4, 3 } };
    uint8_t *p[3], *wide = snq_calloc((W + 13) * H, 1);
    assert_non_null(wide);
    for (int i = 0; i < 3; i++)
        p[i] = make_picture(&t, W, H, affine_back, &m[i], 1, (uint64_t)i);
    for (int j = 0; j < H; j++)
        memcpy(wide + j * (W + 13), p[2] + j * W, W);
    const snq_flow_cfg cfg = cfg_of(W, H, SNQ_FLOW_DEFAULT, 1);
    float *want = flow_of(&cfg, p[1], p[2]), *got = snq_calloc(W * H * 2, sizeof *got);
    assert_non_null(got);
    snq_flow *f;
    check_ok(snq_flow_new(&cfg, &f));
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 3; i++) {
            snq_picture view = picture_of(p[i], W, H);
            if (i == 2)
                view = (snq_picture) { wide, W, H, 1, W + 13 };
            check_status(snq_flow_push(f, &view), i ? SNQ_OK : SNQ_AGAIN);
        }
        check_ok(snq_flow_get_dense(f, got));
        assert_memory_equal(got, want, W * H * 2 * sizeof *got);
        snq_flow_reset(f);
        check_status(snq_flow_get_dense(f, got), SNQ_ERR_STATE);
    }
    snq_flow_free(f);
    snq_flow_free(NULL);
    for (int i = 0; i < 3; i++)
        snq_free(p[i]);
    snq_free(wide);
    snq_free(want);
    snq_free(got);
}

static void test_what_is_refused(void **state)
{
    const struct {
        const char *name;
        snq_flow_cfg cfg;
    } bad[] = {
        { "width", { 15, 32, SNQ_FLOW_FAST, 1, 4, 4, 0 } },
        { "width", { 8193, 32, SNQ_FLOW_FAST, 1, 4, 4, 0 } },
        { "height", { 32, 15, SNQ_FLOW_FAST, 1, 4, 4, 0 } },
        { "preset", { 32, 32, (snq_flow_preset)3, 1, 4, 4, 0 } },
        { "threads", { 32, 32, SNQ_FLOW_FAST, 0, 4, 4, 0 } },
        { "threads", { 32, 32, SNQ_FLOW_FAST, 65, 4, 4, 0 } },
        { "cells_x", { 32, 40, SNQ_FLOW_FAST, 1, 33, 4, 0 } },
        { "cells_y", { 40, 32, SNQ_FLOW_FAST, 1, 4, 0, 0 } },
    };
    for (size_t i = 0; i < SNQ_COUNT(bad); i++) {
        snq_flow *f = (snq_flow *)&f;
        check_status(snq_flow_new(&bad[i].cfg, &f), SNQ_ERR_RANGE);
        assert_null(f);
        assert_non_null(strstr(snq_last_error(), bad[i].name));
    }
    const snq_flow_cfg cfg = snq_flow_cfg_default(64, 32);
    snq_flow *f;
    check_ok(snq_flow_new(&cfg, &f));
    static uint8_t pixels[64 * 32 * 3];
    snq_picture p = picture_of(pixels, 63, 32);
    check_status(snq_flow_push(f, &p), SNQ_ERR_ARG);
    p = picture_of(pixels, 64, 31);
    check_status(snq_flow_push(f, &p), SNQ_ERR_ARG);
    p = (snq_picture) { pixels, 64, 32, 3, 192 };
    check_status(snq_flow_push(f, &p), SNQ_ERR_ARG);
    p = picture_of(pixels, 64, 32);
    check_status(snq_flow_push(f, &p), SNQ_AGAIN);
    float out[64 * 32 * 2];
    check_status(snq_flow_get_dense(f, out), SNQ_ERR_STATE);
    snq_flow_free(f);
}

static void test_default_lattice_is_square(void **state)
{
    const struct {
        uint32_t width, height, x, y;
    } want[] = { { 640, 360, 64, 36 }, { 320, 240, 64, 48 }, { 100, 100, 64, 64 },
                 { 40, 20, 40, 20 },   { 8192, 16, 64, 1 },  { 16, 8192, 16, 1024 } };
    for (size_t i = 0; i < SNQ_COUNT(want); i++) {
        const snq_flow_cfg cfg = snq_flow_cfg_default(want[i].width, want[i].height);
        assert_int_equal(cfg.cells_x, want[i].x);
        assert_int_equal(cfg.cells_y, want[i].y);
        assert_int_equal(cfg.preset, SNQ_FLOW_DEFAULT);
        assert_int_equal(cfg.threads, 1);
    }
}

static snq_status make(void *user, void **object)
{
    const snq_flow_cfg cfg = cfg_of(96, 64, *(snq_flow_preset *)user, 2);
    snq_flow *f;
    const snq_status st = snq_flow_new(&cfg, &f);
    *object = f;
    return st;
}

static void unmake(void *object)
{
    snq_flow_free(object);
}

static void test_sweep(void **state)
{
    for (snq_flow_preset p = SNQ_FLOW_FAST; p <= SNQ_FLOW_FINE; p++)
        assert_true(snq_sweep(make, unmake, &p) > 10);
}

/* Limits are a tenth above what was measured on 2026-11-21. */
static void test_published_truth(void **state)
{
    static const struct {
        const char *first, *second, *truth;
        double most[PRESETS];
    } pair[] = {
        { "frame10.png", "frame11.png", "flow10.flo", { 0.24, 0.135, 0.105 } },
        { "osc_2hz_320x240_30_a.png",
          "osc_2hz_320x240_30_b.png",
          "osc_2hz_320x240_30.flo",
          { 0.06, 0.03, 0.02 } },
        { "rot_30dps_320x240_30_a.png",
          "rot_30dps_320x240_30_b.png",
          "rot_30dps_320x240_30.flo",
          { 0.09, 0.04, 0.03 } },
        { "trans_v6_320x240_30_a.png",
          "trans_v6_320x240_30_b.png",
          "trans_v6_320x240_30.flo",
          { 0.03, 0.02, 0.02 } },
        { "two_regions_320x240_30_a.png",
          "two_regions_320x240_30_b.png",
          "two_regions_320x240_30.flo",
          { 0.08, 0.04, 0.03 } },
        { "zoom_10pct_s_320x240_30_a.png",
          "zoom_10pct_s_320x240_30_b.png",
          "zoom_10pct_s_320x240_30.flo",
          { 0.075, 0.03, 0.03 } },
    };
    for (size_t i = 0; i < SNQ_COUNT(pair); i++) {
        char path[4096], name[64];
        uint32_t w, h;
        const char *const part[] = { pair[i].first, pair[i].second, pair[i].truth };
        uint8_t *picture[2];
        for (int k = 0; k < 2; k++) {
            snprintf(name, sizeof name, "data/flow/%s", part[k]);
            picture[k] = load_png(shared_file(path, sizeof path, name), &w, &h);
        }
        snprintf(name, sizeof name, "data/flow/%s", part[2]);
        float *truth = load_flo(shared_file(path, sizeof path, name), &w, &h);
        for (int p = 0; p < PRESETS; p++) {
            const snq_flow_cfg cfg = cfg_of(w, h, (snq_flow_preset)p, 1);
            float *flow = flow_of(&cfg, picture[0], picture[1]);
            const double error = end_error(flow, truth, w, h, 0);
            if (!(error < pair[i].most[p]))
                fail_msg("%s preset %d: %.4f px", pair[i].truth, p, error);
            snq_free(flow);
        }
        snq_free(picture[0]);
        snq_free(picture[1]);
        snq_free(truth);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_motions),
        cmocka_unit_test(test_small_sway_has_gain_one),
        cmocka_unit_test(test_object_over_background),
        cmocka_unit_test(test_still_pictures_do_not_move),
        cmocka_unit_test(test_any_number_of_threads_gives_the_same_bits),
        cmocka_unit_test(test_only_the_last_two_pictures_count),
        cmocka_unit_test(test_what_is_refused),
        cmocka_unit_test(test_default_lattice_is_square),
        cmocka_unit_test(test_sweep),
        cmocka_unit_test(test_published_truth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
