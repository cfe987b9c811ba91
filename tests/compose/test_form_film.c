// SPDX-License-Identifier: MIT
#include "support/check.h"
#include "support/sweep.h"

#include "base/alloc.h"
#include "compose/form_film.h"
#include "whole_piece.h"

static snq_sound_table *sounds;

static int begin(void **state)
{
    sounds = sounds_of_tree();
    return 0;
}

static int end(void **state)
{
    snq_free(sounds);
    return 0;
}

static snq_intent intent_of(const snq_style *style, const snq_hit_fit *fit)
{
    const snq_brief b = brief_of("{}");
    snq_intent in;
    check_ok(snq_intent_decide(&b, style, sounds, 7, &in));
    in.bpm = fit->bpm;
    in.bars = fit->bars;
    in.energy = style->energy;
    in.beats_per_bar = (uint8_t)(fit->bar_steps / 4);
    in.beat_unit = 4;
    return in;
}

static snq_hit_fit fit_of(double end_s)
{
    snq_hit_fit f;
    const snq_fit_cfg c = snq_fit_cfg_default(120.0, 120.0, end_s);
    check_ok(snq_hit_fit_find(&c, NULL, &f));
    return f;
}

/* 64 s, bars of 2 s: calm, wild from 16 s, calm from 32 s, wilder from 48 s; a volley of cuts at 32 s. */
static const snq_sight_event cuts[] = {
    { 5.0, 0.3, SNQ_SIGHT_CUT },   { 16.1, 1.0, SNQ_SIGHT_CUT },    { 20.9, 1.0, SNQ_SIGHT_FLASH },
    { 31.9, 0.9, SNQ_SIGHT_CUT },  { 32.4, 0.9, SNQ_SIGHT_CUT },    { 33.1, 0.9, SNQ_SIGHT_CUT },
    { 48.0, 0.8, SNQ_SIGHT_FADE }, { 55.3, 0.4, SNQ_SIGHT_ACCENT }, { 63.9, 1.0, SNQ_SIGHT_CUT },
};

static double speed_at(double t)
{
    return t < 16.0 ? 0.05 : t < 32.0 ? 0.5 : t < 48.0 ? 0.1 : 0.8;
}

static snq_series motion(double end_s, int known)
{
    snq_series s;
    check_ok(snq_series_init(&s, "speed", "", 0.0, 0.25, 4000));
    for (int i = 0; i * 0.25 < end_s; i++)
        check_ok(snq_series_push(&s, known ? (float)speed_at(i * 0.25) : NAN));
    return s;
}

/* The section that begins within half a bar of a time. */
static int begins(const snq_form *f, const snq_hit_fit *fit, double t_s)
{
    for (uint32_t i = 0; i < f->sections; i++)
        if (fabs(snq_hit_fit_bar_s(fit, f->section[i].bar) - t_s) < 1.0)
            return 1;
    return 0;
}

static void sections_begin_at_scenes(void **state)
{
    snq_series s = motion(64.0, 1);
    const snq_hit_fit fit = fit_of(64.0);
    const snq_form_film film = { &fit, cuts, 9, &s, 0 };
    for (int g = 0; g < SNQ_GENRES; g++) {
        snq_style *style = style_of_tree(snq_genre_names[g]);
        const snq_intent in = intent_of(style, &fit);
        snq_form f;
        check_ok(snq_form_from_film(&in, &film, &f));
        check_form(&f, &in);
        assert_int_equal(f.bars, 32);
        assert_true(begins(&f, &fit, 16.0) && begins(&f, &fit, 32.0) && begins(&f, &fit, 48.0));
        /* energies in the order of the motion */
        const float calm = snq_form_energy(&f, 4), wild = snq_form_energy(&f, 12);
        const float low = snq_form_energy(&f, 20), high = snq_form_energy(&f, 28);
        if (!(calm < low && low < wild && wild < high && high - calm > 0.4f))
            fail_msg("%s: energies %.2f %.2f %.2f %.2f", style->id, (double)calm, (double)wild,
                     (double)low, (double)high);
        for (uint32_t i = 0; i < f.sections; i++)
            assert_true(f.section[i].section != SNQ_SECTION_intro || f.section[i].bar < 8);
        snq_style_free(style);
    }
    snq_series_clear(&s);
}

static void what_moves_alike_stays_alike(void **state)
{
    const snq_hit_fit fit = fit_of(64.0);
    snq_style *style = style_of_tree("techno");
    const snq_intent in = intent_of(style, &fit);
    snq_series unknown = motion(64.0, 0);
    const snq_series *series[] = { NULL, &unknown };
    for (int i = 0; i < 2; i++) {
        const snq_form_film film = { &fit, NULL, 0, series[i], 0 };
        snq_form f;
        check_ok(snq_form_from_film(&in, &film, &f));
        check_form(&f, &in);
        for (int32_t bar = 0; bar < f.bars; bar++)
            check_near(snq_form_energy(&f, bar), 0.6, 1e-5);
        for (uint32_t k = 0; k < f.sections; k++)
            assert_true(f.section[k].bar % 4 == 0);
    }
    snq_series_clear(&unknown);
    snq_style_free(style);
}

/* Those that the picture moves play in every section; the others as without them. */
static void who_is_moved_does_not_rest(void **state)
{
    snq_series s = motion(64.0, 1);
    const snq_hit_fit fit = fit_of(64.0);
    uint32_t rested = 0;
    for (int g = 0; g < SNQ_GENRES; g++) {
        snq_style *style = style_of_tree(snq_genre_names[g]);
        const snq_intent in = intent_of(style, &fit);
        snq_form_film film = { &fit, cuts, 9, &s, 0 };
        snq_form f, with;
        check_ok(snq_form_from_film(&in, &film, &f));
        for (uint32_t t = 0; t < in.tracks; t++) {
            film.throughout = 1u << t | 1u << in.tracks; /* one that there isn't */
            check_ok(snq_form_from_film(&in, &film, &with));
            check_form(&with, &in);
            assert_int_equal(with.sections, f.sections);
            for (uint32_t i = 0; i < f.sections; i++) {
                rested += !(f.section[i].active >> t & 1);
                assert_int_equal(with.section[i].active, f.section[i].active | 1u << t);
                assert_int_equal(with.section[i].entering >> t & 1, i == 0);
            }
        }
        snq_style_free(style);
    }
    assert_true(rested > 100); /* of all tracks in all sections of all styles */
    snq_series_clear(&s);
}

static void any_length_has_a_form(void **state)
{
    snq_style *style = style_of_tree("cinematic");
    for (double length = 0.4; length < 8100.0; length *= check_extent(1.23, 3.1)) {
        const snq_hit_fit fit = fit_of(length);
        const snq_intent in = intent_of(style, &fit);
        snq_series s = motion(length < 900.0 ? length : 900.0, 1);
        const snq_form_film film = { &fit, cuts, 9, &s, 0 };
        snq_form f;
        check_ok(snq_form_from_film(&in, &film, &f));
        check_form(&f, &in);
        snq_series_clear(&s);
    }
    snq_style_free(style);
}

static void another_length_is_refused(void **state)
{
    snq_style *style = style_of_tree("house");
    const snq_hit_fit fit = fit_of(64.0);
    const snq_form_film film = { &fit, NULL, 0, NULL, 0 };
    snq_intent in = intent_of(style, &fit);
    snq_form f;
    in.bars++;
    check_status(snq_form_from_film(&in, &film, &f), SNQ_ERR_RANGE);
    in.bars--;
    in.beats_per_bar = 3;
    check_status(snq_form_from_film(&in, &film, &f), SNQ_ERR_RANGE);
    snq_style_free(style);
}

/* The composer takes the form and the tempos, and each cut lies where the fit says. */
static void a_piece_is_made_of_it(void **state)
{
    static snq_hit hit[9];
    snq_hit_list hits = { hit, 0 };
    const snq_brief brief = brief_of("{}");
    snq_series s = motion(64.0, 1);
    snq_style *style = style_of_tree("techno");
    snq_fit_cfg c = snq_fit_cfg_default(118.0, 136.0, 64.0);
    snq_hit_fit fit;
    snq_form f;
    snq_score score;
    for (int i = 0; i < 9; i++)
        hit[hits.hits++] =
            (snq_hit) { .t_s = cuts[i].t_s, .weight = 1.0f, .kind = (uint8_t)cuts[i].kind };
    c.changes = 1;
    check_ok(snq_hit_fit_find(&c, &hits, &fit));
    assert_true(fit.steps > 1);
    const snq_intent in = intent_of(style, &fit);
    const snq_form_film film = { &fit, cuts, 9, &s, 0 };
    check_ok(snq_form_from_film(&in, &film, &f));
    snq_compose_cfg cfg = compose_cfg(&brief, &in, 3);
    cfg.form = &f;
    cfg.fit = &fit;
    check_ok(snq_compose(&cfg, &score));
    check_ok(snq_score_check(&score));
    assert_int_equal(score.tempos, fit.steps);
    assert_int_equal(score.sections, f.sections);
    const double start = snq_hit_fit_time_s(&fit, 0.0);
    for (int32_t q = 0; q < fit.bars * 4; q++)
        check_near(start + snq_score_time_s(&score, (double)q * SNQ_SCORE_TICKS),
                   snq_hit_fit_time_s(&fit, q), 1e-6);
    snq_score_clear(&score);
    snq_series_clear(&s);
    snq_style_free(style);
}

typedef struct sweep_case {
    snq_intent in;
    snq_form_film film;
} sweep_case;

static snq_status make_form(void *user, void **object)
{
    static snq_form f;
    const sweep_case *c = user;
    const snq_status st = snq_form_from_film(&c->in, &c->film, &f);
    *object = st < 0 ? NULL : &f;
    return st;
}

static void unmake_form(void *object)
{
    (void)object;
}

static void memory_may_fail(void **state)
{
    snq_style *style = style_of_tree("techno");
    const snq_hit_fit fit = fit_of(64.0);
    sweep_case c = { intent_of(style, &fit), { &fit, cuts, 9, NULL, 0 } };
    assert_int_equal(snq_sweep(make_form, unmake_form, &c), 5);
    snq_style_free(style);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sections_begin_at_scenes),
        cmocka_unit_test(what_moves_alike_stays_alike),
        cmocka_unit_test(who_is_moved_does_not_rest),
        cmocka_unit_test(any_length_has_a_form),
        cmocka_unit_test(another_length_is_refused),
        cmocka_unit_test(a_piece_is_made_of_it),
        cmocka_unit_test(memory_may_fail),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
