// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "watch/made_motion.h"

static void two_boxes_are_two_regions(void **state)
{
    snq_sight s;
    const made m = { .kind = MADE_TWO,
                     .fps = 30,
                     .seconds = 10,
                     .hz = 0.5,
                     .amp = 8,
                     .hz2 = 7,
                     .amp2 = 1.5,
                     .noise = 0.01,
                     .seed = 2 };
    made_look(&m, &s);
    const snq_sight_band *lf = &s.band[SNQ_SIGHT_LF], *hf = &s.band[SNQ_SIGHT_HF];
    assert_int_equal(lf->regions, 1);
    assert_int_equal(hf->regions, 1);
    check_near(lf->region[0].dominant_hz.value, 0.5, 1.0 / 40);
    check_near(hf->region[0].dominant_hz.value, 7, 1.0 / 40);
    check_near(lf->region[0].x, 0.08 * 320, 10);
    check_near(lf->region[0].width, 0.34 * 320, 20);
    check_near(lf->region[0].y, 0.2 * 240, 10);
    check_near(lf->region[0].height, 0.6 * 240, 20);
    check_near(lf->region[0].cx, 0.25 * 320, 5);
    check_near(hf->region[0].cx, 0.75 * 320, 5);
    check_near(hf->region[0].cy, 0.5 * 240, 3);
    snq_sight_clear(&s);
}

/* In the same band they are told apart by place, and each keeps its own rate. */
static void regions_keep_their_rates(void **state)
{
    snq_sight s;
    const made m = {
        .kind = MADE_TWO, .fps = 30, .seconds = 8, .hz = 1.2, .amp = 5, .hz2 = 4.1, .amp2 = 2
    };
    made_look(&m, &s);
    const snq_sight_band *mf = &s.band[SNQ_SIGHT_MF];
    assert_int_equal(mf->regions, 2);
    for (int i = 0; i < 2; i++)
        check_near(mf->region[i].dominant_hz.value, mf->region[i].cx < 160 ? 1.2 : 4.1, 1.0 / 32);
    assert_true(mf->region[0].strength > mf->region[1].strength);
    snq_sight_clear(&s);
}

static void even_motion_is_one_region(void **state)
{
    snq_sight s;
    const made m = { .kind = MADE_OSC, .fps = 30, .seconds = 10, .hz = 2, .amp = 3, .noise = 0.02 };
    made_look(&m, &s);
    const snq_sight_band *mf = &s.band[SNQ_SIGHT_MF];
    assert_int_equal(mf->regions, 1);
    check_near(mf->region[0].x, 0, 0);
    check_near(mf->region[0].width, 320, 1e-9);
    check_near(mf->region[0].height, 240, 1e-9);
    assert_true(mf->uniformity.value > 0.99);
    /* RMS speed of a sine: 2 pi f A / sqrt 2 */
    check_near(mf->region[0].strength, 2 * M_PI * 2 * 3 * M_SQRT1_2, 0.4);
    for (int b = 0; b < SNQ_SIGHT_BANDS; b++)
        if (b != SNQ_SIGHT_MF)
            assert_int_equal(s.band[b].regions, 0);
    snq_sight_clear(&s);
}

static void a_disk_is_small_and_uneven(void **state)
{
    snq_sight s;
    const made m = { .kind = MADE_DISK,
                     .fps = 30,
                     .seconds = 10,
                     .hz = 2,
                     .amp = 3,
                     .across = 64,
                     .down = 48,
                     .noise = 0.02 };
    made_look(&m, &s);
    const snq_sight_band *mf = &s.band[SNQ_SIGHT_MF];
    assert_int_equal(mf->regions, 1);
    check_near(mf->region[0].cx, 160, 2);
    check_near(mf->region[0].cy, 120, 2);
    check_near(mf->region[0].width, 0.4 * 240, 12);
    check_near(mf->uniformity.value, M_PI * 48 * 48 / (320 * 240),
               0.02); /* share that moves evenly */
    snq_sight_clear(&s);
}

static void noise_has_no_regions(void **state)
{
    snq_sight s;
    for (uint64_t seed = 0; seed < 5; seed++) {
        const made m = {
            .kind = MADE_STATIC, .fps = 30, .seconds = 6, .noise = 0.03, .seed = seed
        };
        made_look(&m, &s);
        for (int b = 0; b < SNQ_SIGHT_BANDS; b++)
            assert_int_equal(s.band[b].regions, 0);
        assert_non_null(s.band[SNQ_SIGHT_MF].uniformity.reason);
        snq_sight_clear(&s);
    }
}

enum { EDGE_W = 32, EDGE_H = 24, EDGE_FPS = 60 };
typedef enum edge { BARE, SWEPT, RIM, BESIDE } edge;

/* A box of 8 x 8 cells swings at 3 Hz. SWEPT: the two columns to its right see it only while it is there;
 * RIM: all but the last two columns of the frame swing, and those see it only while it is there;
 * BESIDE: the eight columns to its right swing at 6 Hz, a quarter as far. */
static void swing(edge kind, snq_sight *s)
{
    const snq_motion_cfg c = snq_motion_cfg_default(EDGE_FPS, 320, 240, EDGE_W, EDGE_H);
    static float lattice[EDGE_W * EDGE_H * 3];
    snq_motion *m;
    check_ok(snq_motion_new(&c, &m));
    for (int t = 0; t < 6 * EDGE_FPS; t++) {
        const double w = 2 * M_PI * 3 / EDGE_FPS;
        const float way = (float)sin(w * (t + 0.5)), u = (float)(2 * cos(w * (t + 0.5)));
        for (int i = 0; i < EDGE_W * EDGE_H; i++) {
            const int x = i % EDGE_W - 8, y = i / EDGE_W - 8;
            float v = x >= 0 && x < 8 ? u : 0;
            if (kind == SWEPT && (x == 8 || x == 9))
                v = way > 0 ? 0.6f * u : 0;
            else if (kind == RIM)
                v = x < EDGE_W - 10 ? u : way > 0 ? u : 0.6f * u;
            else if (kind == BESIDE && x >= 8 && x < 16)
                v = (float)cos(2 * w * (t + 0.5));
            lattice[3 * i] = (y >= 0 && y < 8) || kind == RIM ? v : 0;
            lattice[3 * i + 1] = 0;
            lattice[3 * i + 2] = 1;
        }
        check_ok(snq_motion_push(m, lattice, 0));
    }
    snq_sight_init(s);
    check_ok(snq_motion_finish(m, NULL, 0, s));
    snq_motion_free(m);
}

/* What comes and goes at the edge of a thing that swings is no thing of its own. */
static void edges_have_no_regions(void **state)
{
    for (int kind = BARE; kind <= BESIDE; kind++) {
        snq_sight s;
        swing((edge)kind, &s);
        const snq_sight_band *mf = &s.band[SNQ_SIGHT_MF], *hf = &s.band[SNQ_SIGHT_HF];
        assert_int_equal(mf->regions, 1);
        check_near(mf->region[0].dominant_hz.value, 3, 0.05);
        assert_int_equal(hf->regions, kind == BESIDE);
        assert_true(kind == BESIDE ? !hf->still : !!hf->still);
        if (kind == BESIDE) {
            check_near(hf->region[0].dominant_hz.value, 6, 0.05);
            check_near(hf->region[0].width, 80, 1);
        }
        assert_int_equal(s.band[SNQ_SIGHT_UHF].regions, 0);
        snq_sight_clear(&s);
    }
}

/* A thing that swings unevenly all over has an overtone of its own. */
static void overtones_stay(void **state)
{
    const made m = {
        .kind = MADE_OSC, .fps = 60, .seconds = 6, .hz = 3, .amp = 3, .hz2 = 6, .amp2 = 0.4
    };
    snq_sight s;
    made_look(&m, &s);
    assert_int_equal(s.band[SNQ_SIGHT_HF].regions, 1);
    check_near(s.band[SNQ_SIGHT_HF].region[0].width, 320, 1e-9);
    snq_sight_clear(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_boxes_are_two_regions),
        cmocka_unit_test(regions_keep_their_rates),
        cmocka_unit_test(even_motion_is_one_region),
        cmocka_unit_test(a_disk_is_small_and_uneven),
        cmocka_unit_test(noise_has_no_regions),
        cmocka_unit_test(edges_have_no_regions),
        cmocka_unit_test(overtones_stay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
