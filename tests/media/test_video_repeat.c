// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/alloc.h"
#include "base/rng.h"
#include "media/video_repeat_impl.h"
#include "support/sweep.h"

enum { W = 96, H = 64 };

/* A texture at (dx, dy) px, in steps of 255, with a codec's noise of +-`grain`. */
static void draw(uint8_t *out, double dx, double dy, int grain, snq_rng *rng)
{
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++) {
            const double u = x - dx, v = y - dy;
            const double t = 128 + 40 * sin(0.31 * u + 0.2 * v) +
                             30 * sin(0.17 * u - 0.42 * v + 1) + 25 * sin(0.7 * u + 0.9 * v + 2);
            const int noise = grain ? (int)snq_rng_below(rng, 40) == 0 : 0;
            out[y * W + x] = (uint8_t)(t + noise * grain);
        }
}

/* Where the picture is at frame n. */
typedef double path(int n);

static double run(path *at, int frames, int grain, uint32_t *cadence, int *repeats)
{
    static uint8_t picture[2][W * H];
    snq__video_repeat r;
    snq_rng rng;
    float d;
    snq_rng_init(&rng, 1);
    check_ok(snq__video_repeat_init(&r, W, H));
    *repeats = 0;
    for (int n = 0; n < frames; n++) {
        draw(picture[n & 1], at(n), 0.3 * at(n), grain, &rng);
        *repeats += snq__video_repeat_push(&r, picture[n & 1], n ? picture[~n & 1] : NULL, &d);
    }
    const double share = snq__video_repeat_share(&r, cadence);
    snq__video_repeat_clear(&r);
    return share;
}

static double film_at_30(int n)
{
    return 1.3 * (n * 4 / 5);
}
static double film_at_25(int n)
{
    return 1.3 * (n * 24 / 25);
}
static double twos(int n)
{
    return 0.8 * (n / 2);
}
static double twelve_at_60(int n)
{
    return 2.1 * (n / 5);
}
static double steady(int n)
{
    return 0.7 * n;
}
static double still(int n)
{
    return 3 + 0 * n;
}
static double stop_and_go(int n)
{
    return n < 60 ? 0.9 * n : n < 120 ? 54 : 0.9 * (n - 59);
}

/* 3 Hz at 30 pictures a second turns every fifth picture, as pulldown stops. */
static double swing_3_of_30(int n)
{
    return 4 * cos(2 * M_PI * 3 * (n + 0.5) / 30);
}
static double swing_2_of_60(int n)
{
    return 4 * sin(2 * M_PI * 2 * n / 60 + 0.3);
}

static void test_pulldown(void **state)
{
    static const struct {
        path *at;
        uint32_t cadence;
        double share;
    } films[] = {
        { film_at_30, 5, 0.2 }, { film_at_25, 25, 0.04 }, { twos, 2, 0.5 }, { twelve_at_60, 5, 0.8 }
    };
    uint32_t cadence;
    int repeats;
    for (size_t i = 0; i < SNQ_COUNT(films); i++)
        for (int grain = 0; grain < 3; grain++) {
            const double share = run(films[i].at, 250, grain, &cadence, &repeats);
            assert_int_equal(cadence, films[i].cadence);
            check_near(share, films[i].share, 0.02);
            check_near(repeats / 250.0, films[i].share, 0.02);
        }
}

static void test_no_pulldown(void **state)
{
    uint32_t cadence;
    int repeats;
    check_near(run(steady, 200, 1, &cadence, &repeats), 0, 0);
    assert_int_equal(repeats, 0);
    check_near(run(still, 200, 0, &cadence, &repeats), 0, 0);
    assert_int_equal(cadence, 0);
    assert_int_equal(repeats, 199);
    check_near(run(stop_and_go, 200, 0, &cadence, &repeats), 0, 0);
    assert_int_equal(repeats, 59);
    run(swing_3_of_30, 300, 0, &cadence, &repeats);
    assert_int_equal(cadence, 0);
    assert_true(repeats > 40); /* they do look the same */
    run(swing_2_of_60, 300, 0, &cadence, &repeats);
    assert_int_equal(cadence, 0);
}

/* The difference is the mean by its definition; nothing follows from few pictures. */
static void test_difference(void **state)
{
    static uint8_t a[W * H], b[W * H];
    snq__video_repeat r;
    snq_rng rng;
    float d = -1;
    uint32_t cadence = 9;
    double sum = 0;
    snq_rng_init(&rng, 3);
    for (int i = 0; i < W * H; i++) {
        a[i] = (uint8_t)snq_rng_next(&rng);
        b[i] = (uint8_t)snq_rng_next(&rng);
        sum += abs(a[i] - b[i]);
    }
    check_ok(snq__video_repeat_init(&r, W, H));
    check_near(snq__video_repeat_share(&r, &cadence), 0, 0);
    assert_int_equal(cadence, 0);
    assert_int_equal(snq__video_repeat_push(&r, a, NULL, &d), 0);
    check_near(d, 0, 0);
    assert_int_equal(snq__video_repeat_push(&r, b, a, &d), 0);
    check_near(d, sum / (W * H), 1e-4);
    assert_int_equal(snq__video_repeat_push(&r, b, b, &d), 1);
    check_near(d, 0, 0);
    snq__video_repeat_clear(&r);
}

static snq_status make(void *user, void **object)
{
    snq__video_repeat *r = calloc(1, sizeof *r);
    assert_non_null(r);
    const snq_status st = snq__video_repeat_init(r, 16, 16);
    if (st < 0) {
        free(r);
        r = NULL;
    }
    *object = r;
    return st;
}

static void unmake(void *object)
{
    snq__video_repeat_clear(object);
    free(object);
}

static void test_memory(void **state)
{
    assert_int_equal(snq_sweep(make, unmake, NULL), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pulldown),
        cmocka_unit_test(test_no_pulldown),
        cmocka_unit_test(test_difference),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
