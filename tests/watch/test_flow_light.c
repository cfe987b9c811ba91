// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/alloc.h"
#include "pairs.h"
#include "watch/flow.h"

enum { W = 320, H = 180 };

/* p under light that differs: gain + lean x, x from -1 to 1, and offset. */
static void relight(uint8_t *p, double gain, double lean, double offset)
{
    for (int j = 0; j < H; j++)
        for (int i = 0; i < W; i++) {
            const double g = gain + lean * (2.0 * i / (W - 1) - 1);
            p[j * W + i] = (uint8_t)lrint(fmin(255, fmax(0, g * p[j * W + i] + offset)));
        }
}

/* Error of a motion of (0.6, -0.3) under changed light, by `cfg`. */
static double error_in(const snq_flow_cfg *cfg, double gain, double lean, double offset)
{
    texture t;
    texture_init(&t, 21);
    for (int i = 0; i < PAIR_WAVES; i++) /* soft: where light matters */
        t.amplitude[i] *= 0.5;
    affine a = { 0, 0, 0, 1, 0.6, -0.3 };
    uint8_t *first = make_picture(&t, W, H, affine_back, NULL, 1, 1);
    uint8_t *second = make_picture(&t, W, H, affine_back, &a, 1, 2);
    relight(second, gain, lean, offset);
    float *flow = flow_of(cfg, first, second), *truth = true_flow(W, H, &a);
    const double error = end_error(flow, truth, W, H, 4);
    snq_free(first);
    snq_free(second);
    snq_free(flow);
    snq_free(truth);
    return error;
}

static void test_flicker_is_undone(void **state)
{
    static const double light[][3] = { { 0.95, 0, 0 }, { 1.1, 0, -6 }, { 1, 0, 5 },
                                       { 0.8, 0, 20 }, { 1, 0.08, 0 }, { 0.9, -0.08, 3 } };
    snq_flow_cfg cfg = snq_flow_cfg_default(W, H);
    const double still = error_in(&cfg, 1, 0, 0);
    for (size_t i = 0; i < sizeof light / sizeof *light; i++) {
        const double error = error_in(&cfg, light[i][0], light[i][1], light[i][2]);
        if (!(error < 2 * still + 0.02))
            fail_msg("light %zu: %.3f px, %.3f in steady light", i, error, still);
    }
    /* and without the correction it is not */
    cfg.steady_light = 1;
    check_near(error_in(&cfg, 1, 0, 0), still, 0.003);
    assert_true(error_in(&cfg, 0.8, 0, 20) > 1.4 * still);
}

/* What is no flicker of a lamp: another scene. */
static void test_dark_and_bright_stay_finite(void **state)
{
    static uint8_t dark[W * H], bright[W * H];
    texture t;
    texture_init(&t, 4);
    uint8_t *scene = make_picture(&t, W, H, affine_back, NULL, 0, 0);
    memset(bright, 255, sizeof bright);
    const snq_flow_cfg cfg = snq_flow_cfg_default(W, H);
    const uint8_t *const pair[][2] = {
        { dark, bright }, { bright, dark }, { scene, dark }, { dark, scene }, { scene, bright }
    };
    for (size_t k = 0; k < sizeof pair / sizeof *pair; k++) {
        float *flow = flow_of(&cfg, pair[k][0], pair[k][1]);
        for (size_t i = 0; i < 2 * W * H; i++)
            assert_true(isfinite(flow[i]) && fabsf(flow[i]) < 1e4f);
        snq_free(flow);
    }
    snq_free(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_flicker_is_undone),
        cmocka_unit_test(test_dark_and_bright_stay_finite),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
