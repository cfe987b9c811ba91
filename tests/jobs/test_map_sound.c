// SPDX-License-Identifier: MIT
/* Which curves a score gets; what is heard of them: test_map_heard.c. */
#include "support/check.h"
#include "support/sweep.h"

#include "base/alloc.h"
#include "jobs/map_rig.h"
#include "jobs/map_sound.h"
#include "jobs/patch_library.h"
#include "score/score_copy.h"
#include "synth/instrument.h"

static void band(snq_score *s)
{
    map_rig_score(s, 140, 32);
    snq_track *t = map_rig_track(s, "bass", "bass", "acid_bass");
    for (int i = 0; i < 64; i++)
        map_rig_note(s, t, i / 2.0, 0.25, 33);
    snq_curve *c;
    check_ok(snq_track_add_curve(t, "filter_cutoff", &c));
    check_ok(snq_curve_push(c, 0, 300, SNQ_CURVE_LINEAR));
    check_ok(snq_track_add_curve(t, "filter_drive", &c));
    check_ok(snq_curve_push(c, 0, 0.3f, SNQ_CURVE_LINEAR));
    check_ok(snq_track_add_curve(t, "mix.pan", &c));
    check_ok(snq_curve_push(c, 0, 0.1f, SNQ_CURVE_LINEAR));
    map_rig_note(s, map_rig_track(s, "pad", "pad", "warm_pad"), 0, 32, 60);
    map_rig_note(s, map_rig_track(s, "drums", "drums", "kit_909"), 0, 1, 36);
    check_ok(snq_score_sort(s));
}

static double value(const snq_track *t, const char *target, double beat)
{
    const snq_curve *c = map_rig_curve(t, target);
    return c ? (double)snq_curve_at(c, beat, NULL, NAN) : NAN;
}

static void bass_becomes_a_wobble(void **state)
{
    static const double rate[][2] = { { 0, 2 }, { 32, 6 } };
    snq_score s;
    snq_map_result r = { 0 };
    band(&s);
    map_rig_put(&r, "wobble_bass.lfo_rate", SNQ_CURVE_EXPONENTIAL, rate, 2);
    map_rig_put_one(&r, "wobble_bass.filter_cutoff", 700);
    map_rig_put_one(&r, "wobble_bass.waveform", 3);
    map_rig_put_one(&r, "wobble_bass.distortion_amount", 0.5);
    map_rig_apply(&r, &s);
    const snq_track *t = &s.track[0];
    assert_string_equal(t->patch, "wobble_bass");
    check_near(value(t, "lfo_rate", 16), sqrt(12), 0.001);
    check_near(value(t, "filter_cutoff", 16), 700, 0.001);
    check_near(value(t, "waveform", 16), 3, 0);
    check_near(value(t, "distortion_amount", 16), 0.5, 1e-6);
    check_near(value(t, "lfo_mode", 0), 1, 0); /* free */
    check_near(value(t, "lfo_sync", 0), 0, 0);
    assert_true(isnan(value(t, "filter_drive", 0))); /* the old patch's */
    check_near(value(t, "mix.pan", 0), 0.1, 1e-6);
    assert_true(isnan(value(t, "lfo_depth", 0)) && isnan(value(t, "gain_db", 0)));
    assert_int_equal(t->notes, 4); /* held, struck every two bars */
    assert_string_equal(s.track[1].patch, "warm_pad");
    assert_int_equal(s.track[1].curves + s.track[2].curves, 0);
    map_rig_clear(&r);
    snq_score_clear(&s);
}

/* Without a rate it opens and shuts, and does not wobble; its notes stay. */
static void without_a_rate(void **state)
{
    snq_score s;
    snq_map_result r = { 0 };
    band(&s);
    map_rig_put_one(&r, "wobble_bass.filter_cutoff", 700);
    map_rig_apply(&r, &s);
    assert_string_equal(s.track[0].patch, "wobble_bass");
    check_near(value(&s.track[0], "lfo_depth", 0), 0, 0);
    assert_int_equal(s.track[0].notes, 64);
    map_rig_clear(&r);
    snq_score_clear(&s);
}

/* The instrument that was named stays, with the curves that bear names it may have. */
static void named_kept_plain(void **state)
{
    snq_score s;
    snq_map_result r = { 0 };
    snq_warnings w = { 0 };
    snq_map_sound_cfg cfg = snq_map_sound_cfg_default();
    map_rig_put_one(&r, "wobble_bass.lfo_rate", 3);
    map_rig_put_one(&r, "wobble_bass.filter_resonance", 3);
    band(&s);
    cfg.named = 1;
    check_ok(snq_map_sound_apply(&r, &cfg, &s, &w));
    assert_string_equal(s.track[0].patch, "acid_bass");
    check_near(value(&s.track[0], "lfo_rate", 0), 3, 1e-6);
    check_near(value(&s.track[0], "filter_cutoff", 0), 300, 1e-3);
    assert_true(isnan(value(&s.track[0], "gain_db", 0)));
    assert_int_equal(s.track[0].notes, 64);
    assert_int_equal(w.count, 1);
    assert_string_equal(w.item[0].code, "map_instrument");
    check_ok(snq_map_sound_apply(&r, &cfg, &s, NULL)); /* twice is as once, and silent */
    snq_score_clear(&s);
    band(&s);
    cfg = (snq_map_sound_cfg) { .kept = 1 };
    check_ok(snq_map_sound_apply(&r, &cfg, &s, NULL));
    assert_int_equal(s.track[0].curves, 3);
    cfg = (snq_map_sound_cfg) { .plain = 1 };
    check_ok(snq_map_sound_apply(&r, &cfg, &s, NULL));
    assert_string_equal(s.track[0].patch, "wobble_bass");
    assert_int_equal(s.track[0].notes, 64);
    map_rig_clear(&r);
    snq_score_clear(&s);
}

/* A rate of note values is said in note values, as the instrument names them. */
static void rates_that_keep_time(void **state)
{
    snq_patch_library l;
    if (!getenv("SNQ_ROOT"))
        skip();
    check_ok(snq_patch_library_load(&l));
    const snq_patch *patch = snq_patch_library_find(&l, "wobble_bass");
    size_t n;
    snq_bank *bank;
    snq_instrument *i;
    check_ok(snq_bank_new(48000, &bank));
    const snq_instrument_cfg cfg = { .rate_hz = 48000, .patch = patch, .bank = bank };
    check_ok(snq_instrument_new(&cfg, &i));
    const snq_param *param = snq_instrument_params(i, &n);
    const int sync = snq_param_find(param, n, "lfo_sync"),
              mode = snq_param_find(param, n, "lfo_mode");
    assert_true(sync >= 0 && mode >= 0);
    assert_int_equal(snq_param_choice(&param[mode], "free"), 1);
    for (uint32_t k = 0; k < SNQ_MAP_SYNCS; k++) {
        snq_score s;
        snq_map_result r = { 0 };
        const double hz = fmin(140.0 / 60 / snq_map_sync_beats(k), 20); /* as map_run has it */
        const double rate[][2] = { { 0, hz }, { 8, 140.0 / 60 }, { 9, hz } };
        band(&s);
        map_rig_put(&r, "wobble_bass.lfo_rate", SNQ_CURVE_STEP, rate, 3);
        map_rig_apply(&r, &s);
        check_near(value(&s.track[0], "lfo_sync", 4),
                   snq_param_choice(&param[sync], snq_map_sync_names[k]), 0);
        check_near(value(&s.track[0], "lfo_sync", 8.5), snq_param_choice(&param[sync], "1/4"), 0);
        check_near(value(&s.track[0], "lfo_rate", 4), hz, 1e-3);
        map_rig_clear(&r);
        snq_score_clear(&s);
    }
    snq_instrument_free(i);
    snq_bank_free(bank);
    snq_patch_library_clear(&l);
}

static void odd_rates_are_free(void **state)
{
    static const double rate[][2] = { { 0, 140.0 / 60 }, { 8, 3.1 } };
    snq_score s;
    snq_map_result r = { 0 };
    band(&s);
    map_rig_put(&r, "wobble_bass.lfo_rate", SNQ_CURVE_STEP, rate, 2);
    map_rig_apply(&r, &s);
    check_near(value(&s.track[0], "lfo_sync", 4), 0, 0);
    check_near(value(&s.track[0], "lfo_mode", 4), 1, 0);
    map_rig_clear(&r);
    snq_score_clear(&s);
}

static double gain_of_the_patch(void)
{
    snq_patch_library l;
    double gain = NAN;
    if (!getenv("SNQ_ROOT"))
        skip();
    check_ok(snq_patch_library_load(&l));
    const snq_patch *p = snq_patch_library_find(&l, "wobble_bass");
    assert_non_null(p);
    for (uint32_t i = 0; i < p->settings; i++)
        if (strcmp(p->setting[i].id, "gain_db") == 0)
            gain = (double)p->setting[i].value;
    snq_patch_library_clear(&l);
    return gain;
}

/* Gain follows what the filter takes: lines by quality, jumps by type. */
static void filters_keep_their_level(void **state)
{
    static const double q[][2] = { { 0, 5 }, { 16, 20 }, { 32, 5 } };
    static const double type[][2] = { { 0, 0 }, { 8, 2 }, { 24, 0 } };
    snq_score s;
    snq_map_result r = { 0 };
    band(&s);
    map_rig_put(&r, "wobble_bass.filter_resonance", SNQ_CURVE_EXPONENTIAL, q, 3);
    map_rig_put(&r, "wobble_bass.filter_type", SNQ_CURVE_STEP, type, 3);
    map_rig_apply(&r, &s);
    const snq_track *t = &s.track[0];
    const double base = gain_of_the_patch();
    check_near(value(t, "gain_db", 0), base, 1e-5);
    check_near(value(t, "gain_db", 7.999), base - 1, 0.01);
    check_near(value(t, "gain_db", 8), base - 1 + 14, 0.01);
    check_near(value(t, "gain_db", 16), base - 2 + 14, 0.01);
    check_near(value(t, "gain_db", 23.999), base - 1 + 14, 0.01);
    check_near(value(t, "gain_db", 24), base - 1, 0.01);
    map_rig_clear(&r);
    map_rig_put(&r, "wobble_bass.filter_type", SNQ_CURVE_STEP, type, 3);
    map_rig_apply(&r, &s);
    check_near(value(t, "gain_db", 7.999), base, 0.01);
    check_near(value(t, "gain_db", 20), base + 14, 0.01);
    map_rig_clear(&r);
    snq_score_clear(&s);
}

static void atmosphere(void **state)
{
    snq_score s;
    snq_map_result r = { 0 };
    band(&s);
    map_rig_put_one(&r, "atmosphere.reverb_size", 1);
    map_rig_put_one(&r, "atmosphere.modulation_depth", 0.7);
    map_rig_put_one(&r, "atmosphere.pad_intensity", 0);
    map_rig_apply(&r, &s);
    for (size_t i = 0; i < s.tracks; i++) {
        check_near(value(&s.track[i], "mix.trim.hall", 3), 12, 1e-4);
        check_near(value(&s.track[i], "mix.trim.room", 3), 12, 1e-4);
        assert_true(isnan(value(&s.track[i], "lfo_depth", 3)) == (i != 1));
    }
    check_near(value(&s.track[1], "lfo_depth", 3), 0.7, 1e-6);
    check_near(value(&s.track[1], "lfo2_depth", 3), 0.7, 1e-6);
    check_near(value(&s.track[1], "mix.trim_db", 3), -18, 0.01);
    assert_string_equal(s.track[0].patch, "acid_bass");
    map_rig_clear(&r);
    snq_score_clear(&s);
}

static void says_what_is_missing(void **state)
{
    snq_score s;
    snq_map_result r = { 0 };
    snq_warnings w = { 0 };
    const snq_map_sound_cfg cfg = snq_map_sound_cfg_default();
    band(&s);
    map_rig_put_one(&r, "atmosphere.texture_density", 1);
    map_rig_put_one(&r, "atmosphere.reverb_size", 1);
    map_rig_put_one(&r, "rhythm.hat_density", 1);
    map_rig_put_one(&r, "global.energy", 1);
    check_ok(snq_map_sound_apply(&r, &cfg, &s, &w));
    assert_int_equal(w.count, 0); /* of textures nothing is said: their source has no value */
    for (size_t i = 0; i < r.outputs; i++)
        r.output[i].covered = 0.5;
    check_ok(snq_map_sound_apply(&r, &cfg, &s, &w));
    assert_int_equal(w.count, 1);
    assert_string_equal(w.item[0].code, "map_no_track");
    assert_non_null(strstr(w.item[0].message, "texture_density"));
    map_rig_clear(&r);
    snq_score_clear(&s);
}

static void a_piece_is_told_beforehand(void **state)
{
    snq_intent in = { .tracks = 3 };
    snq_map_result r = { 0 };
    snq_map_sound_cfg cfg = snq_map_sound_cfg_default();
    strcpy(in.track[0].kind, "drums");
    for (int i = 1; i < 3; i++) {
        strcpy(in.track[i].kind, "bass");
        strcpy(in.track[i].patch, "sub_bass");
        in.track[i].mix.duck_db = 7;
    }
    cfg.named = 1u << 2;
    map_rig_put_one(&r, "global.energy", 1);
    snq_map_sound_intend(&r, &cfg, &in);
    assert_string_equal(in.track[1].patch, "sub_bass");
    map_rig_put_one(&r, "wobble_bass.filter_cutoff", 300);
    snq_map_sound_intend(&r, &cfg, &in);
    assert_string_equal(in.track[1].patch, "wobble_bass");
    assert_int_equal(in.track[1].qualities, 0);
    check_near((double)in.track[1].mix.duck_db, 7, 0);
    map_rig_put_one(&r, "wobble_bass.lfo_rate", 3);
    snq_map_sound_intend(&r, &cfg, &in);
    assert_int_equal(in.track[1].qualities, 1u << SNQ_QUALITY_wobbling);
    check_near((double)in.track[1].mix.duck_db, 3, 0);
    assert_string_equal(in.track[2].patch, "sub_bass");
    assert_string_equal(in.track[0].patch, "");
    map_rig_clear(&r);
}

static snq_map_result wishes;
static snq_score piece;

static snq_status make(void *user, void **out)
{
    const snq_map_sound_cfg cfg = snq_map_sound_cfg_default();
    snq_score *s = snq_calloc(1, sizeof *s);
    if (!s)
        return SNQ_ERR_NOMEM;
    snq_status st = snq_score_copy(&piece, s);
    if (st >= 0)
        st = snq_map_sound_apply(&wishes, &cfg, s, NULL);
    if (st < 0) {
        snq_score_clear(s);
        snq_free(s);
        return st;
    }
    *out = s;
    return SNQ_OK;
}

static void unmake(void *s)
{
    snq_score_clear(s);
    snq_free(s);
}

static void out_of_memory(void **state)
{
    static const double rate[][2] = { { 0, 140.0 / 60 }, { 8, 140.0 / 30 } };
    size_t n;
    const snq_destination *d = snq_destinations(&n);
    band(&piece);
    map_rig_put(&wishes, "wobble_bass.lfo_rate", SNQ_CURVE_STEP, rate, 2);
    for (size_t i = 1; i < n; i++)
        map_rig_put_one(&wishes, d[i].param.id, (double)d[i].param.value);
    snq_sweep(make, unmake, NULL);
    map_rig_clear(&wishes);
    snq_score_clear(&piece);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bass_becomes_a_wobble),
        cmocka_unit_test(without_a_rate),
        cmocka_unit_test(named_kept_plain),
        cmocka_unit_test(rates_that_keep_time),
        cmocka_unit_test(odd_rates_are_free),
        cmocka_unit_test(filters_keep_their_level),
        cmocka_unit_test(atmosphere),
        cmocka_unit_test(says_what_is_missing),
        cmocka_unit_test(a_piece_is_told_beforehand),
        cmocka_unit_test(out_of_memory),
    };
    return cmocka_run_group_tests(tests, map_rig_begin, map_rig_end);
}
