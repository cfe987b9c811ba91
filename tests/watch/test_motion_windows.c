// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "watch/made_motion.h"

static const snq_series *column(const snq_sight *s, int band, const char *name)
{
    for (uint32_t i = 0; i < s->columns; i++)
        if (s->column[i].band == band && !strcmp(s->column[i].series.name, name))
            return &s->column[i].series;
    fail_msg("no column %s of band %d", name, band);
    return NULL;
}

static void see(const made *m, snq_sight *s)
{
    snq_motion_cfg c = made_cfg(m);
    c.windows = 1;
    made_see(m, &c, NULL, 0, s);
}

static void steady_motion_gives_steady_columns(void **state)
{
    const made m = { .kind = MADE_OSC, .fps = 30, .seconds = 12, .hz = 2.2, .amp = 3, .deg = 45 };
    snq_sight s;
    see(&m, &s);
    const snq_series *f = column(&s, SNQ_SIGHT_MF, "oscillatory.primary_frequency");
    const snq_series *a = column(&s, SNQ_SIGHT_MF, "oscillatory.amplitude_mean");
    const snq_series *d = column(&s, SNQ_SIGHT_MF, "directional.primary_direction");
    const snq_series *c = column(&s, SNQ_SIGHT_MF, "oscillatory.frequency_coherence");
    const snq_series *e = column(&s, SNQ_SIGHT_MF, "energy");
    assert_int_equal(f->length, 49); /* 0 .. 12 s */
    check_near(f->step_s, 0.25, 0);
    for (size_t i = 0; i < f->length; i++) {
        assert_true(f->valid[i] && a->valid[i] && d->valid[i]);
        check_near((double)f->value[i], 2.2, 0.2);
        check_near((double)a->value[i], 3, 0.3);
        check_near((double)d->value[i], 45, 1);
        assert_true(c->value[i] > 0.9f);
        check_near((double)e->value[i], s.band[SNQ_SIGHT_MF].energy.value,
                   0.2 * s.band[SNQ_SIGHT_MF].energy.value);
    }
    const snq_series *still = column(&s, SNQ_SIGHT_HF, "directional.mean_velocity");
    const snq_series *none = column(&s, SNQ_SIGHT_HF, "oscillatory.primary_frequency");
    for (size_t i = 0; i < still->length; i++) {
        assert_true(still->valid[i] && still->value[i] == 0);
        assert_false(none->valid[i]);
    }
    for (uint32_t i = 0; i < s.columns; i++)
        assert_int_not_equal(s.column[i].band, SNQ_SIGHT_UHF); /* not observable */
    snq_sight_clear(&s);
}

static void an_onset_is_seen_in_time(void **state)
{
    const made m = {
        .kind = MADE_OSC, .fps = 60, .seconds = 10, .hz = 3, .amp = 2, .onset_s = 6, .noise = 0.01
    };
    snq_sight s;
    see(&m, &s);
    const snq_series *f = column(&s, SNQ_SIGHT_MF, "oscillatory.primary_frequency");
    const snq_series *v = column(&s, SNQ_SIGHT_MF, "directional.mean_velocity_norm");
    for (size_t i = 0; i < f->length; i++) {
        const double t = snq_series_time_s(f, i);
        if (t < 4.5) {
            assert_false(f->valid[i]);
            assert_true((double)v->value[i] < 0.002);
        } else if (t > 7.25) {
            assert_true(f->valid[i]);
            check_near((double)f->value[i], 3, 0.2);
            check_near((double)v->value[i], 4 * 2 * 3 / 240.0, 0.01);
        }
    }
    snq_sight_clear(&s);
}

/* Circles, waves and noise differ in their columns as they do in the whole. */
static void columns_agree_with_the_whole(void **state)
{
    static const made kinds[] = {
        { .kind = MADE_CIRCLE, .fps = 30, .seconds = 8, .hz = 2, .amp = 3 },
        { .kind = MADE_WAVE, .fps = 30, .seconds = 8, .hz = 2, .amp = 3 },
        { .kind = MADE_JITTER, .fps = 30, .seconds = 8, .amp = 2 },
        { .kind = MADE_ROTATION, .fps = 30, .seconds = 8, .speed = 30 },
    };
    static const struct {
        snq_sight_property property;
        double tolerance;
    } same[] = { { SNQ_SIGHT_PHASE_COHERENCE, 0.15 },
                 { SNQ_SIGHT_DIRECTION_COHERENCE, 0.35 },
                 { SNQ_SIGHT_SPATIAL_CORRELATION, 0.15 },
                 { SNQ_SIGHT_HOMOGENEITY, 0.1 },
                 { SNQ_SIGHT_TEMPORAL_CONSISTENCY, 0.1 } };
    for (size_t k = 0; k < SNQ_COUNT(kinds); k++) {
        snq_sight s;
        see(&kinds[k], &s);
        const snq_sight_band *mf = &s.band[SNQ_SIGHT_MF];
        for (size_t i = 0; !mf->still && i < SNQ_COUNT(same); i++) {
            const snq_series *c =
                column(&s, SNQ_SIGHT_MF, snq_sight_property_path(same[i].property));
            double sum = 0, n = 0;
            for (size_t t = 0; t < c->length; t++)
                if (c->valid[t]) {
                    sum += (double)c->value[t];
                    n += 1;
                }
            check_near(sum / n, mf->property[same[i].property].value, same[i].tolerance);
        }
        snq_sight_clear(&s);
    }
}

/* Energy has one meaning: of the cells where flow could be measured, over all time and over a window. */
static void energy_is_that_of_the_whole(void **state)
{
    enum { W = 16, H = 12, FRAMES = 299 };
    const made m = { .kind = MADE_TWO,
                     .fps = 30,
                     .seconds = 10,
                     .hz = 2,
                     .amp = 3,
                     .hz2 = 2,
                     .amp2 = 3,
                     .across = W,
                     .down = H };
    for (int rows = H; rows >= H / 2; rows -= H / 2) { /* of which there is a confidence */
        snq_motion_cfg c = made_cfg(&m);
        float lattice[W * H * 3];
        snq_motion *motion;
        snq_sight s;
        c.windows = 1;
        check_ok(snq_motion_new(&c, &motion));
        for (uint32_t t = 0; t < FRAMES; t++) {
            made_frame(&m, t, lattice);
            for (int i = rows * W; i < W * H; i++)
                lattice[3 * i + 2] = 0;
            check_ok(snq_motion_push(motion, lattice, 0));
        }
        snq_sight_init(&s);
        check_ok(snq_motion_finish(motion, NULL, 0, &s));
        const snq_series *e = column(&s, SNQ_SIGHT_MF, "energy");
        const double whole = s.band[SNQ_SIGHT_MF].energy.value;
        double sum = 0;
        for (size_t i = 0; i < e->length; i++)
            sum += (double)e->value[i];
        assert_true(whole > 10);
        check_near(sum / (double)e->length, whole, 0.1 * whole);
        snq_sight_clear(&s);
        snq_motion_free(motion);
    }
}

/* Shots of 6 s at 2.2 Hz, of 6 s at 4 Hz, of 1 s at 2.2 Hz, and a still one; the flow over a cut is wild. */
static void cuts_part_the_windows(void **state)
{
    enum { W = 16, H = 12, FPS = 30, FRAMES = 18 * FPS - 1 };
    static const uint64_t cut[] = { 6 * FPS, 12 * FPS, 13 * FPS };
    made m = { .kind = MADE_OSC, .fps = FPS, .seconds = 18, .amp = 3, .across = W, .down = H };
    snq_motion_cfg c = made_cfg(&m);
    float lattice[W * H * 3];
    snq_motion *motion;
    snq_sight s;
    c.windows = 1;
    check_ok(snq_motion_new(&c, &motion));
    for (uint32_t t = 0; t < FRAMES; t++) {
        m.hz = t >= cut[0] && t < cut[1] ? 4 : 2.2;
        m.kind = t >= cut[2] ? MADE_STATIC : MADE_OSC;
        made_frame(&m, t, lattice);
        for (int i = 0; i < W * H && (t + 1 == cut[0] || t + 1 == cut[1] || t + 1 == cut[2]); i++)
            lattice[3 * i] = 60;
        check_ok(snq_motion_push(motion, lattice, 0));
    }
    snq_sight_init(&s);
    check_ok(snq_motion_finish(motion, cut, SNQ_COUNT(cut), &s));
    const snq_series *f = column(&s, SNQ_SIGHT_MF, "oscillatory.primary_frequency");
    const snq_series *a = column(&s, SNQ_SIGHT_MF, "oscillatory.amplitude_mean");
    const snq_series *v = column(&s, SNQ_SIGHT_MF, "directional.mean_velocity");
    const snq_series *e = column(&s, SNQ_SIGHT_MF, "energy");
    assert_int_equal(f->length, 73);
    for (size_t i = 0; i < f->length; i++) {
        const int shot = i < 24 ? 0 : i < 48 ? 1 : i < 52 ? 2 : 3;
        const double hz = shot == 1 ? 4 : 2.2;
        const double energy = 9 * 0.5 * pow(2 * FPS * sin(M_PI * hz / FPS), 2);
        if (shot == 2) { /* too short for this band beside the others */
            assert_false(f->valid[i] || v->valid[i] || e->valid[i]);
            continue;
        }
        assert_true(v->valid[i] && e->valid[i]);
        if (shot == 3) {
            assert_true((double)e->value[i] < 1e-3 * energy && (double)v->value[i] < 0.5);
            assert_false(f->valid[i]);
            continue;
        }
        check_near((double)f->value[i], hz, 0.25);
        check_near((double)a->value[i], 3, 0.4);
        check_near((double)e->value[i], energy, 0.25 * energy);
    }
    snq_sight_clear(&s);
    snq_motion_free(motion);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steady_motion_gives_steady_columns),
        cmocka_unit_test(an_onset_is_seen_in_time),
        cmocka_unit_test(columns_agree_with_the_whole),
        cmocka_unit_test(energy_is_that_of_the_whole),
        cmocka_unit_test(cuts_part_the_windows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
