// SPDX-License-Identifier: MIT
/* The object as a whole: bounds, cuts, repeated pictures, confidence, spilling, memory. */
#include "support/check.h"

#include <unistd.h>

#include "base/alloc.h"
#include "base/str.h"
#include "support/sweep.h"
#include "watch/made_motion.h"

static void configurations_are_checked(void **state)
{
    snq_motion *m;
    const snq_motion_cfg good = snq_motion_cfg_default(30, 320, 240, 64, 48);
    snq_motion_cfg c = good;
    c.fps = 0;
    check_status(snq_motion_new(&c, &m), SNQ_ERR_RANGE);
    assert_null(m);
    c = good;
    c.fps = NAN;
    check_status(snq_motion_new(&c, &m), SNQ_ERR_RANGE);
    c = good;
    c.across = 0;
    check_status(snq_motion_new(&c, &m), SNQ_ERR_RANGE);
    c = good;
    c.down = 257;
    check_status(snq_motion_new(&c, &m), SNQ_ERR_RANGE);
    c = good;
    c.width = 0;
    check_status(snq_motion_new(&c, &m), SNQ_ERR_RANGE);
    c = good;
    c.scale = -1;
    check_status(snq_motion_new(&c, &m), SNQ_ERR_RANGE);
    snq_motion_free(NULL);
}

static void few_frames_are_no_motion(void **state)
{
    for (int frames = 0; frames < 6; frames++) {
        const snq_motion_cfg c = snq_motion_cfg_default(30, 320, 240, 8, 6);
        float lattice[8 * 6 * 3] = { 0 };
        snq_motion *m;
        snq_sight s;
        check_ok(snq_motion_new(&c, &m));
        for (int t = 0; t < frames; t++)
            check_ok(snq_motion_push(m, lattice, 0));
        snq_sight_init(&s);
        check_ok(snq_motion_finish(m, NULL, 0, &s));
        if (frames < 4)
            assert_non_null(s.motion_reason);
        else {
            assert_null(s.motion_reason);
            assert_int_equal(s.motion.type, SNQ_SIGHT_STATIC);
            assert_non_null(s.band[SNQ_SIGHT_LF].unobservable);
        }
        snq_sight_clear(&s);
        snq_motion_free(m);
    }
}

static void odd_lattices_are_legal(void **state)
{
    static const uint32_t sizes[][2] = { { 1, 1 }, { 2, 1 }, { 1, 9 }, { 256, 1 }, { 7, 5 } };
    for (size_t i = 0; i < SNQ_COUNT(sizes); i++) {
        const made m = { .kind = MADE_OSC,
                         .fps = 30,
                         .seconds = 6,
                         .hz = 2,
                         .amp = 3,
                         .across = sizes[i][0],
                         .down = sizes[i][1],
                         .width = 16,
                         .height = 16 };
        snq_sight s;
        made_look(&m, &s);
        assert_int_equal(s.motion.type, SNQ_SIGHT_OSCILLATORY);
        assert_int_equal(s.motion.shape, SNQ_SIGHT_LINEAR);
        snq_sight_clear(&s);
    }
}

/* Results are in the source's pixels. */
static void scale_is_applied(void **state)
{
    const made m = { .kind = MADE_OSC, .fps = 30, .seconds = 6, .hz = 2, .amp = 3, .speed = 20 };
    snq_motion_cfg c = made_cfg(&m);
    snq_sight a, b;
    made_see(&m, &c, NULL, 0, &a);
    c.scale = 4;
    c.width *= 4;
    c.height *= 4;
    made_see(&m, &c, NULL, 0, &b);
    const snq_sight_band *x = &a.band[SNQ_SIGHT_MF], *y = &b.band[SNQ_SIGHT_MF];
    check_near(y->mean_magnitude.value, 4 * x->mean_magnitude.value, 1e-6);
    check_near(y->mean_magnitude_norm.value, x->mean_magnitude_norm.value, 1e-9);
    check_near(y->energy.value, 16 * x->energy.value, 1e-3);
    check_near(y->region[0].width, 4 * x->region[0].width, 1e-9);
    check_near(b.drift.mean_velocity.value, 4 * a.drift.mean_velocity.value, 1e-6);
    check_near(y->property[SNQ_SIGHT_AMPLITUDE_MEAN].value,
               4 * x->property[SNQ_SIGHT_AMPLITUDE_MEAN].value, 1e-6);
    snq_sight_clear(&a);
    snq_sight_clear(&b);
}

/* Two shots; the flow over the cut is nonsense and must not be seen. */
static void cuts_part_the_analysis(void **state)
{
    enum { W = 8, H = 6, CUT = 170, FRAMES = 299 };
    const made m = {
        .kind = MADE_OSC, .fps = 30, .seconds = 10, .hz = 2, .amp = 3, .across = W, .down = H
    };
    const snq_motion_cfg c = made_cfg(&m);
    const uint64_t cut[] = { 0, CUT, CUT, 100, 5000 }; /* those that make no sense are left out */
    float lattice[W * H * 3];
    for (int with = 0; with < 2; with++) {
        snq_motion *motion;
        snq_sight s;
        check_ok(snq_motion_new(&c, &motion));
        for (uint32_t t = 0; t < FRAMES; t++) {
            made_frame(&m, t, lattice);
            for (int i = 0; t == CUT - 1 && i < W * H; i++)
                lattice[3 * i] = (float)(40 * (i % 3 - 1));
            check_ok(snq_motion_push(motion, lattice, 0));
        }
        snq_sight_init(&s);
        check_ok(snq_motion_finish(motion, with ? cut : NULL, with ? SNQ_COUNT(cut) : 0, &s));
        const double energy = 3 * 3 * 0.5 * pow(2 * 30 * sin(M_PI * 2 / 30), 2);
        const snq_sight_band *mf = &s.band[SNQ_SIGHT_MF];
        if (with) {
            check_near(mf->energy.value, energy, 0.02 * energy);
            check_near(mf->property[SNQ_SIGHT_PRIMARY_FREQUENCY].value, 2, 0.03);
            assert_non_null(s.band[SNQ_SIGHT_HF].still);
            /* the longest shot lasts 5.7 s */
            check_near(s.band[SNQ_SIGHT_LF].effective_hz[0], 2 / (170 / 30.0), 1e-6);
            assert_int_equal(mf->changes, 0);
        } else
            assert_null(s.band[SNQ_SIGHT_HF].still);
        snq_sight_clear(&s);
        snq_motion_free(motion);
    }
}

/* 24 pictures a second shown at 30, every fifth the one before: a steady shift stays steady. */
static void repeated_pictures_are_bridged(void **state)
{
    enum { W = 8, H = 6 };
    const snq_motion_cfg c = snq_motion_cfg_default(30, 320, 240, W, H);
    for (int flagged = 0; flagged < 2; flagged++) {
        snq_motion *m;
        snq_sight s;
        check_ok(snq_motion_new(&c, &m));
        for (int t = 0; t < 300; t++) {
            float lattice[W * H * 3];
            const int same = t % 5 == 4;
            for (int i = 0; i < W * H; i++) {
                lattice[3 * i] = same ? 0 : 2;
                lattice[3 * i + 1] = 0;
                lattice[3 * i + 2] = 1;
            }
            check_ok(snq_motion_push(m, lattice, same && flagged ? SNQ_MOTION_REPEATED : 0));
        }
        snq_sight_init(&s);
        check_ok(snq_motion_finish(m, NULL, 0, &s));
        check_near(s.drift.mean_velocity.value, 2 * 24, 0.3);
        if (flagged)
            assert_non_null(s.band[SNQ_SIGHT_HF].still);
        else /* false lines at 6 and 12 Hz */
            check_near(s.band[SNQ_SIGHT_HF].period_s.value, 1 / 6.0, 0.005);
        snq_sight_clear(&s);
        snq_motion_free(m);
    }
}

/* Frames without confidence, and bad ones, are bridged; cells without any flow are left out. */
static void unsure_flow_is_bridged(void **state)
{
    enum { W = 8, H = 6 };
    const made m = {
        .kind = MADE_OSC, .fps = 60, .seconds = 6, .hz = 2, .amp = 5, .across = W, .down = H
    };
    const snq_motion_cfg c = made_cfg(&m);
    snq_motion *motion;
    snq_sight s;
    float lattice[W * H * 3];
    check_ok(snq_motion_new(&c, &motion));
    for (uint32_t t = 0; t < made_frames(&m); t++) {
        made_frame(&m, t, lattice);
        for (uint32_t i = 0; i < W * H; i++) {
            if (i % 2 || (t + i) % 7 == 0) {
                lattice[3 * i] = 30;
                lattice[3 * i + 2] = 0;
            }
            if (t % 50 == 20)
                lattice[3 * i + 1] = -20;
        }
        check_ok(snq_motion_push(motion, lattice, t % 50 == 20 ? SNQ_MOTION_BAD : 0));
    }
    snq_sight_init(&s);
    check_ok(snq_motion_finish(motion, NULL, 0, &s));
    const snq_sight_band *mf = &s.band[SNQ_SIGHT_MF];
    check_near(mf->mean_magnitude.value, 4 * 5 * 2, 0.03 * 40);
    check_near(mf->property[SNQ_SIGHT_DIRECTION_COHERENCE].value, 1, 0.01);
    assert_int_equal(s.motion.type, SNQ_SIGHT_OSCILLATORY);
    snq_sight_clear(&s);
    snq_motion_free(motion);
}

static void text_of(const made *m, const snq_motion_cfg *cfg, snq_str *out)
{
    snq_sight s;
    snq_json j;
    made_see(m, cfg, NULL, 0, &s);
    s.video.path = "x";
    s.has_windows = cfg->windows;
    snq_str_init(out, 1 << 22);
    snq_json_init(&j, snq_json_to_str, out);
    snq_sight_json(&j, &s);
    check_ok(snq_json_finish(&j));
    snq_sight_clear(&s);
}

static void spilling_changes_nothing(void **state)
{
    const made m = { .kind = MADE_TWO,
                     .fps = 30,
                     .seconds = 40,
                     .hz = 0.7,
                     .amp = 6,
                     .hz2 = 6,
                     .amp2 = 2,
                     .noise = 0.02 };
    snq_motion_cfg c = made_cfg(&m);
    snq_str kept, spilt;
    c.windows = 1;
    text_of(&m, &c, &kept);
    FILE *f = tmpfile();
    assert_non_null(f);
    c.spill_fd = fileno(f);
    c.memory_max = 500000;
    text_of(&m, &c, &spilt);
    assert_string_equal(snq_str_text(&kept), snq_str_text(&spilt));
    snq_str_clear(&kept);
    snq_str_clear(&spilt);
    fclose(f);
}

typedef struct user {
    int fd;
    const made *m;
} user;

static snq_status make(void *data, void **object)
{
    const user *u = data;
    snq_motion_cfg c = made_cfg(u->m);
    float lattice[8 * 6 * 3];
    snq_motion *motion;
    snq_sight *s = snq_calloc(1, sizeof *s);
    *object = NULL;
    if (!s)
        return SNQ_ERR_NOMEM;
    snq_sight_init(s);
    c.spill_fd = u->fd;
    c.memory_max = 100000;
    c.windows = 1;
    snq_status st = snq_motion_new(&c, &motion);
    for (uint32_t t = 0; st >= 0 && t < made_frames(u->m); t++) {
        made_frame(u->m, t, lattice);
        st = snq_motion_push(motion, lattice, 0);
    }
    if (st >= 0)
        st = snq_motion_finish(motion, NULL, 0, s);
    snq_motion_free(motion);
    if (st >= 0) {
        assert_null(s->motion_reason);
        *object = s;
        return SNQ_OK;
    }
    assert_non_null(s->motion_reason); /* as it was */
    snq_sight_clear(s);
    snq_free(s);
    return st;
}

static void unmake(void *object)
{
    snq_sight_clear(object);
    snq_free(object);
}

static void failing_memory_is_survived(void **state)
{
    const made m = { .kind = MADE_OSC,
                     .fps = 60,
                     .seconds = 12,
                     .hz = 2,
                     .amp = 3,
                     .onset_s = 5,
                     .across = 8,
                     .down = 6 };
    FILE *f = tmpfile();
    assert_non_null(f);
    user u = { fileno(f), &m };
    snq_sweep(make, unmake, &u);
    fclose(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(configurations_are_checked),
        cmocka_unit_test(few_frames_are_no_motion),
        cmocka_unit_test(odd_lattices_are_legal),
        cmocka_unit_test(scale_is_applied),
        cmocka_unit_test(cuts_part_the_analysis),
        cmocka_unit_test(repeated_pictures_are_bridged),
        cmocka_unit_test(unsure_flow_is_bridged),
        cmocka_unit_test(spilling_changes_nothing),
        cmocka_unit_test(failing_memory_is_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
