// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/alloc.h"
#include "map/feature_set.h"
#include "support/sweep.h"

enum { STEPS = 33 }; /* 8 s */

static snq_map_source source(const char *type, const char *property, int band)
{
    const int row = snq_source_find(type, property);
    assert_true(row >= 0);
    return (snq_map_source) { (uint16_t)row, (int8_t)band };
}

static double at(const snq_feature_set *f, const char *type, const char *property, int band,
                 double t_s)
{
    const snq_feature *c = snq_feature_set_find(f, source(type, property, band));
    assert_non_null(c);
    return snq_feature_set_at(f, c, t_s);
}

static void push(snq_sight *s, int band, const char *name, float a, float b, int hole_from,
                 int hole_end)
{
    snq_series *series;
    check_ok(snq_sight_add_column(s, band, name, "", 0, 0.25, &series));
    for (int i = 0; i < STEPS; i++)
        check_ok(snq_series_push(series, i >= hole_from && i < hole_end ? NAN : a + b * (float)i));
}

/* A film of 8 s: mf moves, ulf can't be seen, two cuts, one flash. */
static void make_sight(snq_sight *s)
{
    static const snq_sight_event events[] = { { 1, 0.5, SNQ_SIGHT_CUT },
                                              { 2, 0.9, SNQ_SIGHT_FLASH },
                                              { 7, 1, SNQ_SIGHT_CUT } };
    snq_sight_init(s);
    s->motion_reason = s->jitter_reason = s->picture_reason = s->events_reason = NULL;
    s->video =
        (snq_sight_video) { .width = 400, .height = 200, .range = { 0, 8 }, .duration_s = 8 };
    s->drift.mean_velocity_norm = snq_measured(0.125);
    s->drift.direction_deg = snq_measured(90);
    s->jitter.rms_px = 2;
    s->jitter.shake_hz = snq_unmeasured("it is steady");
    s->picture.luma_mean = snq_measured(0.5);
    s->picture.luma_std = snq_measured(0.1);
    s->picture.saturation_mean = snq_unmeasured("grey");
    s->picture.hue_deg = snq_unmeasured("grey");
    s->event = events;
    s->events = 3;
    for (int b = 0; b < SNQ_SIGHT_BANDS; b++) {
        s->band[b].unobservable = b == SNQ_SIGHT_ULF ? "too short" : NULL;
        for (int p = 0; p < SNQ_SIGHT_PROPERTIES; p++)
            s->band[b].property[p] = snq_measured(p);
    }
    push(s, SNQ_SIGHT_MF, "directional.mean_velocity_norm", 0, 0.01f, 0, 0);
    push(s, SNQ_SIGHT_MF, "oscillatory.amplitude_mean_norm", 1, 0, 10, 20);
    push(s, SNQ_SIGHT_MF, "oscillatory.primary_frequency", 2, 0.1f, 4,
         7);                                                      /* three steps: crossed */
    push(s, SNQ_SIGHT_MF, "ambient.homogeneity", 0.5f, 0, 4, 12); /* eight: a gap */
    push(s, SNQ_SIGHT_MF, "energy", 1600, 0, 0, 0);               /* 40 px/s */
    push(s, SNQ_SIGHT_HF, "energy", 900, 0, 8, 20);
    push(s, -1, "luma_mean", 0, 0.03f, 0, 0);
    push(s, -1, "mean_speed", 20, 2, 0, 0);
    push(s, -1, "mean_speed_norm", 0.1f, 0.01f, 4, 7);
    s->has_windows = 1;
}

static void from_a_sight(void **state)
{
    snq_sight s;
    snq_feature_set f;
    make_sight(&s);
    check_ok(snq_feature_set_from_sight(&f, &s));
    snq_sight_clear(&s); /* all is copied */
    assert_int_equal(f.length, STEPS);
    check_near(f.step_s, 0.25, 0);
    check_near(at(&f, "directional", "mean_velocity", SNQ_SIGHT_MF, 1), 0.04, 1e-6);
    check_near(at(&f, "directional", "mean_velocity", SNQ_SIGHT_MF, 1.125), 0.045,
               1e-6); /* between */
    check_near(at(&f, "directional", "mean_velocity", SNQ_SIGHT_MF, 99), 0.32,
               1e-6); /* the end holds */
    check_near(at(&f, "directional", "mean_velocity", SNQ_SIGHT_MF, -1), 0, 0);
    check_near(at(&f, "oscillatory", "amplitude_mean", SNQ_SIGHT_MF, 3), 0, 0); /* nothing swings */
    check_near(at(&f, "oscillatory", "amplitude_mean", SNQ_SIGHT_MF, 1), 1, 0);
    check_near(at(&f, "oscillatory", "primary_frequency", SNQ_SIGHT_MF, 1.25), 2.5, 1e-6);
    assert_true(isnan(at(&f, "ambient", "homogeneity", SNQ_SIGHT_MF, 2)));
    check_near(at(&f, "ambient", "homogeneity", SNQ_SIGHT_MF, 0.5), 0.5, 0);
    /* a number a film where the eyes have no column */
    check_near(at(&f, "chaotic", "lyapunov_exponent", SNQ_SIGHT_MF, 5), SNQ_SIGHT_LYAPUNOV_EXPONENT,
               0);
    check_near(at(&f, "motion", "rms_speed", SNQ_SIGHT_MF, 1), 0.2, 1e-6);
    check_near(at(&f, "motion", "rms_speed", -1, 1), 50.0 / 200, 1e-6);
    check_near(at(&f, "motion", "rms_speed", -1, 3), 0.2, 1e-6);
    check_near(at(&f, "motion", "mean_speed", -1, 1.25), 0.15, 1e-6); /* a gap, crossed */
    assert_string_equal(snq_feature_set_find(&f, source("motion", "mean_speed", -1))->note, "");
    check_near(at(&f, "jitter", "rms", -1, 3), 0.01, 1e-9);
    check_near(at(&f, "picture", "luma_mean", -1, 2), 0.24, 1e-6);
    check_near(at(&f, "picture", "luma_std", -1, 2), 0.1, 1e-6); /* no column: the film's */
    snq_feature_set_clear(&f);
    snq_feature_set_clear(&f);
}

static void what_is_missing_says_why(void **state)
{
    snq_sight s;
    snq_feature_set f;
    make_sight(&s);
    check_ok(snq_feature_set_from_sight(&f, &s));
    const snq_feature *c =
        snq_feature_set_find(&f, source("oscillatory", "primary_frequency", SNQ_SIGHT_ULF));
    assert_string_equal(c->reason, "too short");
    assert_true(!c->value && isnan(snq_feature_set_at(&f, c, 1)));
    c = snq_feature_set_find(
        &f, source("directional", "mean_velocity", SNQ_SIGHT_ULF)); /* the drift stands in */
    check_near(snq_feature_set_at(&f, c, 1), 0.125, 1e-9);
    assert_non_null(strstr(c->note, "drift stands in: too short"));
    check_near(at(&f, "directional", "primary_direction", SNQ_SIGHT_ULF, 1), 90, 0);
    c = snq_feature_set_find(&f, source("directional", "direction_coherence", SNQ_SIGHT_ULF));
    assert_string_equal(c->reason, "too short");
    assert_string_equal(snq_feature_set_find(&f, source("jitter", "shake_frequency", -1))->reason,
                        "it is steady");
    assert_string_equal(snq_feature_set_find(&f, source("picture", "hue", -1))->reason, "grey");
    assert_string_equal(
        snq_feature_set_find(&f, source("motion", "rms_speed", SNQ_SIGHT_LF))->reason,
        "there are no windows");
    assert_null(snq_feature_set_find(&f, source("sound", "loudness", -1)));
    snq_feature_set_clear(&f);
    snq_sight_clear(&s);
}

/* Where only slow bands can be observed, the highest of them stands for all. */
static void slow_bands_stand_in(void **state)
{
    snq_sight s;
    snq_feature_set f;
    snq_sight_init(&s);
    s.motion_reason = NULL;
    s.video = (snq_sight_video) { .width = 400, .height = 200, .range = { 0, 8 } };
    push(&s, SNQ_SIGHT_ULF, "energy", 400, 0, 0, 0);
    push(&s, SNQ_SIGHT_LF, "energy", 900, 0, 0, 0);
    check_ok(snq_feature_set_from_sight(&f, &s));
    check_near(at(&f, "motion", "rms_speed", -1, 4), 30.0 / 200, 1e-6);
    check_near(at(&f, "motion", "mean_speed", -1, 4), 30.0 / 200, 1e-6);
    assert_non_null(
        strstr(snq_feature_set_find(&f, source("motion", "mean_speed", -1))->note, "rms_speed"));
    check_near(at(&f, "motion", "rms_speed", SNQ_SIGHT_ULF, 4), 20.0 / 200, 1e-6);
    snq_feature_set_clear(&f);
    push(&s, SNQ_SIGHT_MF, "energy", 100, 0, 0, 0);
    check_ok(snq_feature_set_from_sight(&f, &s));
    check_near(at(&f, "motion", "rms_speed", -1, 4), 10.0 / 200, 1e-6);
    snq_feature_set_clear(&f);
    snq_sight_clear(&s);
}

static void events(void **state)
{
    snq_sight s;
    snq_feature_set f;
    make_sight(&s);
    check_ok(snq_feature_set_from_sight(&f, &s));
    check_near(at(&f, "cuts", "rate", -1, 4), 2.0 / 8, 1e-6);
    check_near(at(&f, "cuts", "rate", -1, 0), 1.0 / 4, 1e-6);
    check_near(at(&f, "cuts", "rate", -1, 8), 1.0 / 4, 1e-6);
    check_near(at(&f, "cuts", "event_strength", -1, 0.75), 0, 0);
    check_near(at(&f, "cuts", "event_strength", -1, 1.5), 0.5, 1e-6);
    check_near(at(&f, "cuts", "event_strength", -1, 2.25), 0.9, 1e-6);
    check_near(at(&f, "cuts", "event_strength", -1, 3), 0, 0);
    snq_feature_set_clear(&f);
    snq_sight_clear(&s);
}

static void nothing_seen(void **state)
{
    snq_sight s;
    snq_feature_set f;
    snq_sight_init(&s);
    check_ok(snq_feature_set_from_sight(&f, &s));
    assert_int_equal(f.length, 1);
    for (size_t i = 0; i < f.items; i++)
        assert_true(f.item[i].reason[0] && isnan(snq_feature_set_at(&f, &f.item[i], 0)));
    assert_string_equal(snq_feature_set_find(&f, source("motion", "mean_speed", -1))->reason,
                        "not selected");
    snq_feature_set_clear(&f);
    s.picture_reason = s.motion_reason = NULL; /* numbers, but no windows */
    s.video.range = (snq_span) { 0, 3 };
    s.picture.hue_deg = snq_measured(10);
    for (int b = 0; b < SNQ_SIGHT_BANDS; b++)
        s.band[b].still = "nothing moves";
    check_ok(snq_feature_set_from_sight(&f, &s));
    assert_int_equal(f.length, 13);
    check_near(at(&f, "picture", "hue", -1, 2), 10, 0);
    assert_string_equal(snq_feature_set_find(&f, source("chaotic", "entropy", 2))->reason,
                        "nothing moves");
    snq_feature_set_clear(&f);
}

static void an_angle_is_not_averaged(void **state)
{
    snq_feature_set f;
    snq_feature *c;
    check_ok(snq_feature_set_init(&f, 1, 4));
    check_ok(snq_feature_set_add(&f, source("picture", "hue", -1), NULL, &c));
    c->value[0] = 350, c->value[1] = 10, c->value[3] = 20;
    snq_feature_bridge(&f, c);
    check_near(snq_feature_set_at(&f, c, 0.4), 350, 0);
    check_near(snq_feature_set_at(&f, c, 0.6), 10, 0);
    assert_true(isnan(snq_feature_set_at(&f, c, 2)));
    check_ok(snq_feature_set_add(&f, source("picture", "hue", -1), "gone", &c)); /* in its place */
    assert_int_equal(f.items, 1);
    snq_feature_set_clear(&f);
    check_status(snq_feature_set_init(&f, 0, 4), SNQ_ERR_RANGE);
    check_status(snq_feature_set_init(&f, NAN, 4), SNQ_ERR_RANGE);
    check_status(snq_feature_set_init(&f, 1, (size_t)SNQ_FEATURE_SET_STEPS_MAX + 1), SNQ_ERR_RANGE);
    check_ok(snq_feature_set_init(&f, 1, 0));
    check_ok(snq_feature_set_add(&f, source("picture", "hue", -1), NULL, &c));
    assert_true(isnan(snq_feature_set_at(&f, c, 0)));
    for (int i = 0; i < SNQ_FEATURE_SET_MAX - 1; i++) /* any two numbers name a column */
        check_ok(snq_feature_set_add(
            &f, (snq_map_source) { (uint16_t)(i / 100), (int8_t)(i % 100 + 10) }, "x", NULL));
    check_status(snq_feature_set_add(&f, (snq_map_source) { 9, 9 }, "x", NULL), SNQ_ERR_TOO_BIG);
    snq_feature_set_clear(&f);
}

static void from_a_hearing(void **state)
{
    static const snq_onset onsets[] = { { 0.5, 1 }, { 1.5, 1 }, { 1.75, 1 }, { 6, 1 } };
    snq_hearing h;
    snq_region *r;
    snq_feature_set f;
    snq_hearing_init(&h);
    check_ok(snq_feature_set_init(&f, 0.25, STEPS));
    check_ok(snq_feature_set_add_hearing(&f, &h));
    assert_string_equal(snq_feature_set_find(&f, source("sound", "loudness", -1))->reason,
                        "not selected");
    h.regions_reason = h.onsets_reason = NULL;
    check_ok(snq_feature_set_add_hearing(&f, &h));
    assert_non_null(
        strstr(snq_feature_set_find(&f, source("sound", "centroid", -1))->reason, "sound"));
    check_ok(snq_hearing_add_region(&h, &r));
    r->span = (snq_span) { 1, 3 };
    r->loudness_reason = NULL;
    r->loudness.integrated_lufs = snq_measured(-20);
    r->spectrum_reason = "not selected";
    check_ok(snq_hearing_add_region(&h, &r));
    r->span = (snq_span) { 5, 99 };
    r->loudness_reason = r->spectrum_reason = NULL;
    r->loudness.integrated_lufs = snq_unmeasured("too short");
    r->spectrum.centroid_hz = snq_measured(900);
    r->spectrum.flatness = snq_measured(0.25);
    h.onsets = (snq_onsets) { onsets, 4 };
    check_ok(snq_feature_set_add_hearing(&f, &h));
    check_near(at(&f, "sound", "loudness", -1, 2), -20, 0);
    assert_true(isnan(at(&f, "sound", "loudness", -1, 4)) &&
                isnan(at(&f, "sound", "loudness", -1, 6)));
    assert_true(isnan(at(&f, "sound", "centroid", -1, 2)));
    check_near(at(&f, "sound", "centroid", -1, 6), 900, 0);
    check_near(at(&f, "sound", "flatness", -1, 8), 0.25, 0);
    check_near(at(&f, "sound", "onset_rate", -1, 1), 1.5, 1e-6);
    check_near(at(&f, "sound", "onset_rate", -1, 0), 1, 1e-6);
    check_near(at(&f, "sound", "onset_rate", -1, 4), 0, 0);
    snq_feature_set_clear(&f);
    snq_hearing_clear(&h);
}

static snq_status make(void *user, void **object)
{
    snq_feature_set *f = snq_calloc(1, sizeof *f);
    *object = NULL;
    if (!f)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory");
    const snq_status st = snq_feature_set_from_sight(f, user);
    if (st < 0)
        snq_free(f);
    else
        *object = f;
    return st;
}

static void unmake(void *object)
{
    snq_feature_set_clear(object);
    snq_free(object);
}

static void survives_every_allocation(void **state)
{
    snq_sight s;
    make_sight(&s);
    const int n = snq_sweep(make, unmake, &s);
    assert_true(n > 40);
    snq_sight_clear(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(from_a_sight),        cmocka_unit_test(what_is_missing_says_why),
        cmocka_unit_test(slow_bands_stand_in), cmocka_unit_test(events),
        cmocka_unit_test(nothing_seen),        cmocka_unit_test(an_angle_is_not_averaged),
        cmocka_unit_test(from_a_hearing),      cmocka_unit_test(survives_every_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
