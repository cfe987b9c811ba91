// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/alloc.h"
#include "base/rng.h"
#include "map/map_run.h"
#include "support/sweep.h"

static snq_map_template *template_of(const char *mappings)
{
    char text[4096];
    snq_map_template *t;
    snprintf(text, sizeof text, "{\"id\":\"t\",\"name\":\"T\",\"mappings\":[%s]}", mappings);
    check_ok(snq_map_template_parse("t", text, strlen(text), NULL, &t));
    return t;
}

/* One mapping; `more` are further members. */
#define MAP(id, from, to, transfer, more)                              \
    "{\"id\":\"" id "\",\"source\":\"" from "\",\"destination\":\"" to \
    "\",\"transferFunction\":{" transfer "}" more "}"
#define UNIT         "\"type\":\"linear\",\"inputRange\":[0,1],\"outputRange\":[0,1]"
#define AT_ONCE      ",\"attack_s\":0,\"release_s\":0"
#define ENERGY(more) MAP("e", "picture.luma_mean", "global.energy", UNIT, more)

static snq_feature *add_column(snq_feature_set *f, const char *type, const char *property, int band)
{
    snq_feature *c;
    check_ok(snq_feature_set_add(
        f, (snq_map_source) { (uint16_t)snq_source_find(type, property), (int8_t)band }, NULL, &c));
    return c;
}

/* luma: what `value` gives, every 0.25 s. */
static void light(snq_feature_set *f, size_t n, double (*value)(double t_s))
{
    check_ok(snq_feature_set_init(f, 0.25, n));
    snq_feature *c = add_column(f, "picture", "luma_mean", -1);
    for (size_t i = 0; i < n; i++)
        c->value[i] = (float)value(0.25 * (double)i);
}

static double ramp(double t_s)
{
    return t_s / 10;
}

static double jump(double t_s)
{
    return t_s < 2 ? 0 : t_s < 12 ? 1 : 0;
}

static double sway(double t_s)
{
    return 0.5 + 0.4 * sin(t_s);
}

static double gone(double t_s)
{
    return t_s >= 3 && t_s < 6 ? NAN : 1;
}

static double half(double t_s)
{
    return 0.5;
}

static snq_map_result run(const char *mappings, const snq_feature_set *f, double duration_s)
{
    snq_map_template *t = template_of(mappings);
    snq_map_run_cfg cfg = snq_map_run_cfg_default();
    snq_map_result r;
    cfg.map = t;
    cfg.features = f;
    cfg.duration_s = duration_s;
    check_ok(snq_map_run(&cfg, &r));
    snq_map_template_free(t);
    for (size_t i = 0; i < r.outputs; i++)
        check_ok(snq_curve_check(&r.output[i].curve));
    return r;
}

static void a_line_is_two_points(void **state)
{
    snq_feature_set f;
    light(&f, 41, ramp);
    snq_map_result r = run(ENERGY(AT_ONCE), &f, 10);
    assert_int_equal(r.outputs, 1);
    const snq_map_output *o = snq_map_result_find(&r, "global.energy");
    assert_non_null(o);
    assert_string_equal(o->curve.target, "global.energy");
    assert_true(o->mappings == 1 && o->covered == 1 && !o->reason[0]);
    assert_int_equal(o->curve.points, 2);
    assert_int_equal(o->curve.point[0].shape, SNQ_CURVE_LINEAR);
    check_near(o->curve.point[1].at, 20, 1e-9); /* 10 s at 120 BPM */
    check_near((double)snq_map_result_at(&r, "global.energy", 5), 0.25, 1e-3);
    check_near((double)snq_map_result_mean(&r, "global.energy", 4, 8), 0.3, 1e-3);
    check_near((double)snq_map_result_mean(&r, "global.energy", 4, 4), 0.2, 1e-3);
    check_near((double)snq_map_result_at(&r, "global.bpm", 4), 140, 0); /* nobody sets it */
    assert_true(isnan(snq_map_result_at(&r, "no.such", 4)));
    snq_map_result_clear(&r);
    snq_map_result_clear(&r);
    snq_feature_set_clear(&f);
}

/* A step is followed to 63 % in the stated time, up and down. */
static void attack_and_release(void **state)
{
    snq_feature_set f;
    light(&f, 81, jump);
    snq_map_result r = run(ENERGY(",\"attack_s\":0.5,\"release_s\":2"), &f, 20);
    const double from = 2 * 2, down = 12 * 2; /* beats; the way of 0.25 s before it is straight */
    const double slow = (double)snq_map_result_at(&r, "global.energy", from + 2 * 0.5);
    assert_true(slow > 0.63 && slow < 0.76);
    check_near((double)snq_map_result_at(&r, "global.energy", from + 2 * 4), 1, 2e-3);
    const double falling = (double)snq_map_result_at(&r, "global.energy", down + 2 * 2);
    assert_true(falling > 0.32 && falling < 0.37);
    snq_map_result_clear(&r);
    snq_feature_set_clear(&f);
}

/* Whatever is left out differs by less than the promised part of the range, at each sample. */
static void thinning_keeps_its_promise(void **state)
{
    snq_feature_set f;
    snq_rng rng;
    snq_rng_init(&rng, 3);
    light(&f, 241, sway);
    for (int noisy = 0; noisy < 2; noisy++) {
        snq_feature *c = &f.item[0];
        for (size_t i = 0; noisy && i < f.length; i++)
            c->value[i] = (float)snq_rng_uniform(&rng);
        static const char *const map[] = {
            ENERGY(""),
            MAP("a", "picture.luma_mean", "wobble_bass.filter_cutoff",
                "\"type\":\"linear\",\"inputRange\":[0,1],\"outputRange\":[100,5000],\"scale\":"
                "\"log\"",
                ""),
        };
        for (int m = 0; m < 2; m++) {
            snq_map_template *t = template_of(map[m]);
            snq_map_run_cfg cfg = snq_map_run_cfg_default();
            snq_map_result thin, full;
            cfg.map = t;
            cfg.features = &f;
            cfg.duration_s = 60;
            check_ok(snq_map_run(&cfg, &thin));
            cfg.thin = 0;
            check_ok(snq_map_run(&cfg, &full));
            const snq_curve *a = &thin.output[0].curve, *b = &full.output[0].curve;
            size_t all;
            const snq_param *p = &snq_destinations(&all)[thin.output[0].destination].param;
            assert_int_equal(a->point[0].shape, m ? SNQ_CURVE_EXPONENTIAL : SNQ_CURVE_LINEAR);
            if (!(a->points < b->points && b->points <= 1201 &&
                  (noisy || a->points < b->points / 3)))
                fail_msg("%zu of %zu points", a->points, b->points);
            for (int k = 0; k <= 1200; k++) {
                const double beat = k / 20.0 * 2;
                check_near((double)snq_param_to_norm(p, snq_curve_at(a, beat, NULL, 0)),
                           (double)snq_param_to_norm(p, snq_curve_at(b, beat, NULL, 0)), 1.01e-3);
            }
            snq_map_result_clear(&thin);
            snq_map_result_clear(&full);
            snq_map_template_free(t);
        }
    }
    snq_feature_set_clear(&f);
}

static void the_default_and_why(void **state)
{
    static const char freq[] =
        MAP("a", "oscillatory.mf.primary_frequency", "wobble_bass.lfo_rate",
            "\"type\":\"linear\",\"inputRange\":[0,5],\"outputRange\":[2,8]", "");
    snq_feature_set f;
    light(&f, 41, gone);
    snq_map_result r = run(freq, &f, 10);
    assert_int_equal(r.output[0].curve.points, 1);
    check_near((double)r.output[0].curve.point[0].value, 1, 0);
    assert_string_equal(r.output[0].reason,
                        "oscillatory.mf.primary_frequency: it was not looked for");
    assert_true(r.output[0].covered == 0);
    snq_map_result_clear(&r);
    check_ok(snq_feature_set_add(
        &f,
        (snq_map_source) { (uint16_t)snq_source_find("oscillatory", "primary_frequency"),
                           SNQ_SIGHT_MF },
        "4 s are too short", NULL));
    r = run(freq, &f, 10);
    assert_string_equal(r.output[0].reason, "oscillatory.mf.primary_frequency: 4 s are too short");
    snq_map_result_clear(&r);
    /* partly: the hand goes to the mapping's own default and comes back */
    r = run(ENERGY(",\"default\":0.25,\"attack_s\":0.1,\"release_s\":0.1"), &f, 10);
    assert_non_null(strstr(r.output[0].reason, "no value for 3"));
    check_near((double)snq_map_result_at(&r, "global.energy", 10), 0.25, 5e-3);
    check_near((double)snq_map_result_at(&r, "global.energy", 18), 1, 5e-3);
    check_near(r.output[0].covered, 0.68, 0.03);
    snq_map_result_clear(&r);
    add_column(&f, "picture", "luma_std", -1); /* never a value */
    r = run(MAP("a", "picture.luma_std", "global.energy", UNIT, ""), &f, 1);
    assert_non_null(strstr(r.output[0].reason, "no value anywhere"));
    check_near((double)snq_map_result_at(&r, "global.energy", 1), 0.7, 1e-6);
    snq_map_result_clear(&r);
    snprintf(f.item[0].note, sizeof f.item[0].note, "something stands in");
    for (size_t i = 0; i < f.length; i++)
        f.item[0].value[i] = 1;
    r = run(ENERGY(""), &f, 1);
    assert_non_null(strstr(r.output[0].reason, "stands in"));
    snq_map_result_clear(&r);
    f.item[0].note[0] = '\0';
    r = run(ENERGY(",\"modulation\":{\"source\":\"picture.hue\",\"amount\":1,\"type\":"
                   "\"multiplicative\"}"),
            &f, 1);
    assert_non_null(strstr(r.output[0].reason, "picture.hue (modulation): it was not looked for"));
    check_near((double)snq_map_result_at(&r, "global.energy", 1), 1, 0); /* unmodulated */
    snq_map_result_clear(&r);
    snq_feature_set_clear(&f);
}

static void what_is_off_does_nothing(void **state)
{
    snq_feature_set f;
    light(&f, 41, half);
    snq_map_result r = run(ENERGY(",\"enabled\":false"), &f, 10);
    assert_int_equal(r.outputs, 0);
    assert_null(snq_map_result_find(&r, "global.energy"));
    snq_map_result_clear(&r);
    snq_feature_set_clear(&f);
}

static void modulated_by_another(void **state)
{
    snq_feature_set f;
    light(&f, 41, half);
    snq_feature *c = add_column(&f, "picture", "saturation_mean", -1);
    for (size_t i = 0; i < f.length; i++)
        c->value[i] = 1;
    snq_map_result r = run(ENERGY(",\"modulation\":{\"source\":\"picture.saturation_mean\","
                                  "\"amount\":0.3,\"type\":\"additive\"}"),
                           &f, 10);
    check_near((double)snq_map_result_at(&r, "global.energy", 5), 0.8, 1e-6);
    snq_map_result_clear(&r);
    snq_feature_set_clear(&f);
}

static void several_are_averaged(void **state)
{
    snq_feature_set f;
    light(&f, 41, gone);
    snq_feature *c = add_column(&f, "picture", "saturation_mean", -1);
    for (size_t i = 0; i < f.length; i++)
        c->value[i] = 0.5f;
    snq_map_result r =
        run(ENERGY(AT_ONCE) "," MAP("b", "picture.saturation_mean", "global.energy", UNIT, AT_ONCE),
            &f, 10);
    assert_int_equal(r.outputs, 1);
    assert_int_equal(r.output[0].mappings, 2);
    check_near((double)snq_map_result_at(&r, "global.energy", 2), 0.75, 1e-3);
    check_near((double)snq_map_result_at(&r, "global.energy", 9), 0.5,
               1e-3); /* the one that has a value */
    snq_map_result_clear(&r);
    snq_feature_set_clear(&f);
}

#define WAVES(more)                                       \
    MAP("a", "picture.luma_mean", "wobble_bass.waveform", \
        "\"type\":\"linear\",\"inputRange\":[0,1],\"outputRange\":[\"sine\",\"square\"]", more)

static void discrete_ones_step(void **state)
{
    snq_feature_set f;
    light(&f, 41, ramp);
    snq_map_result r = run(WAVES(AT_ONCE), &f, 10);
    const snq_curve *c = &r.output[0].curve;
    assert_int_equal(c->points, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_true(c->point[i].shape == SNQ_CURVE_STEP && c->point[i].value == (float)i);
        check_near(c->point[i].at, 2 * 2.5 * (double)i, 2 * 0.3); /* some friction */
    }
    check_near((double)snq_map_result_mean(&r, "wobble_bass.waveform", 12, 16), 2, 0);
    snq_map_result_clear(&r);
    snq_feature *l = &f.item[0];
    for (size_t i = 0; i < f.length; i++) /* noise on an edge */
        l->value[i] = 0.5f + (i & 1 ? 0.02f : -0.02f);
    r = run(WAVES(AT_ONCE), &f, 10);
    assert_int_equal(r.output[0].curve.points, 1);
    snq_map_result_clear(&r);
    for (size_t i = 0; i < f.length; i++)
        l->value[i] = i < 20 ? 0.0f : NAN;
    r = run(WAVES(AT_ONCE ",\"default\":\"square\""), &f, 10);
    check_near((double)snq_map_result_at(&r, "wobble_bass.waveform", 18), 3, 0);
    snq_map_result_clear(&r);
    r = run(WAVES(AT_ONCE), &f, 10);
    check_near((double)snq_map_result_at(&r, "wobble_bass.waveform", 18), 2,
               0); /* the destination's: sawtooth */
    snq_map_result_clear(&r);
    snq_feature_set_clear(&f);
}

static void rates_keep_time(void **state)
{
    snq_feature_set f;
    light(&f, 41, ramp);
    snq_map_result r =
        run(MAP("a", "picture.luma_mean", "wobble_bass.lfo_rate",
                "\"type\":\"linear\",\"inputRange\":[0,1],\"outputRange\":[1,16],\"scale\":\"log\"",
                AT_ONCE ",\"sync\":[\"1/4\",\"1/8\",\"1/16\"]"),
            &f, 10);
    const snq_curve *c = &r.output[0].curve; /* 2, 4, 8 Hz at 120 BPM */
    assert_int_equal(c->points, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(c->point[i].shape, SNQ_CURVE_STEP);
        check_near((double)c->point[i].value, 2 << i, 1e-5);
    }
    /* where the rates are nearest to two: half way in octaves */
    check_near(c->point[1].at / 2, 10 * log2(sqrt(8)) / 4, 0.06);
    check_near(c->point[2].at / 2, 10 * log2(sqrt(32)) / 4, 0.06);
    snq_map_result_clear(&r);
    snq_feature_set_clear(&f);
}

static void by_a_score_s_tempo(void **state)
{
    snq_feature_set f;
    snq_score s;
    snq_map_result r;
    light(&f, 41, jump);
    snq_score_init(&s);
    check_ok(snq_score_add_tempo(&s, 0, 60));
    check_ok(snq_score_add_tempo(&s, 4 * SNQ_SCORE_TICKS, 120)); /* from 4 s on */
    check_ok(snq_score_sort(&s));
    snq_map_template *t = template_of(ENERGY(AT_ONCE));
    snq_map_run_cfg cfg = snq_map_run_cfg_default();
    cfg.map = t, cfg.features = &f, cfg.duration_s = 10, cfg.score = &s;
    check_ok(snq_map_run(&cfg, &r));
    const snq_curve *c = &r.output[0].curve;
    check_near(c->point[c->points - 1].at, 4 + 6 * 2, 1e-9);
    check_near((double)snq_curve_at(c, 1.7, NULL, 0), 0, 1e-3);
    check_near((double)snq_curve_at(c, 2.1, NULL, 0), 1, 1e-3);
    snq_map_result_clear(&r);
    snq_map_template_free(t);
    snq_score_clear(&s);
    snq_feature_set_clear(&f);
}

static void as_automation(void **state)
{
    snq_feature_set f;
    snq_curve c;
    light(&f, 41, ramp);
    snq_map_result r =
        run(MAP("a", "picture.luma_mean", "atmosphere.pad_intensity", UNIT, AT_ONCE) "," ENERGY(""),
            &f, 10);
    const snq_map_output *pad = snq_map_result_find(&r, "atmosphere.pad_intensity");
    check_ok(snq_map_automation(pad, &c));
    assert_string_equal(c.target, "mix.trim_db");
    assert_int_equal(c.points, pad->curve.points);
    check_near((double)snq_curve_at(&c, 10, NULL, 0), -6, 0.05);
    snq_curve_clear(&c);
    check_status(snq_map_automation(snq_map_result_find(&r, "global.energy"), &c), SNQ_ERR_ARG);
    snq_alloc_fail_after(0);
    check_status(snq_map_automation(pad, &c), SNQ_ERR_NOMEM);
    snq_alloc_fail_after(-1);
    assert_null(c.point);
    snq_map_result_clear(&r);
    snq_feature_set_clear(&f);
}

static void bounds_and_edges(void **state)
{
    snq_feature_set f;
    snq_map_result r;
    light(&f, 41, ramp);
    snq_map_template *t = template_of(ENERGY(""));
    const snq_map_run_cfg good = {
        .map = t, .features = &f, .bpm = 120, .duration_s = 1, .rate_hz = 20
    };
    snq_map_run_cfg bad[6] = { good, good, good, good, good, good };
    static const char *const word[] = {
        "rate_hz", "duration_s", "bpm", "thin", "steps", "rate_hz"
    };
    bad[0].rate_hz = 0, bad[1].duration_s = -1, bad[2].bpm = 0, bad[3].thin = 1,
    bad[5].rate_hz = NAN;
    bad[4].duration_s = 86400, bad[4].rate_hz = 200;
    for (int i = 0; i < 6; i++) {
        check_status(snq_map_run(&bad[i], &r), i == 4 ? SNQ_ERR_TOO_BIG : SNQ_ERR_RANGE);
        assert_non_null(strstr(snq_last_error(), word[i]));
        assert_true(!r.output && !r.outputs);
    }
    snq_map_run_cfg none = good;
    none.duration_s = 0;
    check_ok(snq_map_run(&none, &r));
    assert_int_equal(r.output[0].curve.points, 1);
    snq_map_result_clear(&r);
    snq_map_template_free(t);
    t = template_of("");
    none.map = t;
    check_ok(snq_map_run(&none, &r));
    assert_int_equal(r.outputs, 0);
    snq_map_result_clear(&r);
    snq_map_template_free(t);
    snq_feature_set_clear(&f);
}

/* Control rates agree where their samples meet; the same input gives the same bytes. */
static void the_rate_changes_little(void **state)
{
    snq_feature_set f;
    light(&f, 121, sway);
    snq_map_template *t = template_of(ENERGY(""));
    snq_map_run_cfg cfg = snq_map_run_cfg_default();
    snq_map_result r[3];
    cfg.map = t, cfg.features = &f, cfg.duration_s = 30;
    for (int i = 0; i < 3; i++) {
        cfg.rate_hz = i == 2 ? 100 : 20;
        check_ok(snq_map_run(&cfg, &r[i]));
    }
    const snq_curve *a = &r[0].output[0].curve, *b = &r[1].output[0].curve;
    assert_int_equal(a->points, b->points);
    assert_memory_equal(a->point, b->point, a->points * sizeof *a->point);
    for (double beat = 0; beat < 60; beat += 0.3)
        check_near((double)snq_curve_at(a, beat, NULL, 0),
                   (double)snq_curve_at(&r[2].output[0].curve, beat, NULL, 0), 0.02);
    for (int i = 0; i < 3; i++)
        snq_map_result_clear(&r[i]);
    snq_map_template_free(t);
    snq_feature_set_clear(&f);
}

static snq_status make(void *user, void **object)
{
    snq_map_result *r = snq_calloc(1, sizeof *r);
    *object = NULL;
    if (!r)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory");
    const snq_status st = snq_map_run(user, r);
    if (st < 0)
        snq_free(r);
    else
        *object = r;
    return st;
}

static void unmake(void *object)
{
    snq_map_result_clear(object);
    snq_free(object);
}

static void survives_every_allocation(void **state)
{
    snq_feature_set f;
    light(&f, 41, sway);
    snq_map_template *t = template_of(ENERGY("") "," WAVES(""));
    snq_map_run_cfg cfg = snq_map_run_cfg_default();
    cfg.map = t, cfg.features = &f, cfg.duration_s = 10;
    assert_true(snq_sweep(make, unmake, &cfg) >= 4);
    snq_map_template_free(t);
    snq_feature_set_clear(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_is_two_points),
        cmocka_unit_test(attack_and_release),
        cmocka_unit_test(thinning_keeps_its_promise),
        cmocka_unit_test(the_default_and_why),
        cmocka_unit_test(what_is_off_does_nothing),
        cmocka_unit_test(modulated_by_another),
        cmocka_unit_test(several_are_averaged),
        cmocka_unit_test(discrete_ones_step),
        cmocka_unit_test(rates_keep_time),
        cmocka_unit_test(by_a_score_s_tempo),
        cmocka_unit_test(as_automation),
        cmocka_unit_test(bounds_and_edges),
        cmocka_unit_test(the_rate_changes_little),
        cmocka_unit_test(survives_every_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
