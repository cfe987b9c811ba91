// SPDX-License-Identifier: MIT
/* The two kinds that mark the form: effects and textures. */
#include "support/check.h"

#include "base/alloc.h"
#include "base/attr.h"
#include "compose/track_kind.h"
#include "support/sweep.h"
#include "whole_piece.h"

/* An intent of one track of the kind, and what it plays over a form of four sections of eight bars. */
typedef struct rig {
    snq_style *style;
    snq_intent in;
    snq_form form;
    snq_context context;
    snq_score score;
    snq_track *track;
    snq_track_job job;
} rig;

static void set_up(rig *r, const char *kind, const char *patch, const float energy[4], uint8_t end)
{
    memset(r, 0, sizeof *r);
    r->style = style_of_tree("techno");
    r->in = (snq_intent) { .style = r->style,
                           .bpm = 120.0,
                           .beats_per_bar = 4,
                           .beat_unit = 4,
                           .tonic = 9,
                           .mode = SNQ_MODE_minor,
                           .swing = 0.5f,
                           .swing_step = 1,
                           .chord_complexity = 1,
                           .bars = 32,
                           .tracks = 1 };
    snprintf(r->in.track[0].name, sizeof r->in.track[0].name, "it");
    snprintf(r->in.track[0].kind, sizeof r->in.track[0].kind, "%s", kind);
    snprintf(r->in.track[0].patch, sizeof r->in.track[0].patch, "%s", patch);
    r->in.track[0].density = 0.8f;
    r->form.sections = 4;
    r->form.bars = 32;
    for (int i = 0; i < 4; i++) {
        r->form.section[i] = (snq_form_section) {
            .section = (uint8_t)(i % 2 ? SNQ_SECTION_drop : SNQ_SECTION_break),
            .material = (uint8_t)(i % 2),
            .bar = i * 8,
            .bars = 8,
            .energy = energy[i],
            .energy_end = energy[i],
            .active = 1,
            .end = i == 3 ? SNQ_END_FINAL : end,
        };
    }
    check_ok(snq_context_init(&r->context, &r->in, &r->form));
    snq_score_init(&r->score);
    check_ok(snq_score_add_track(&r->score, "it", &r->track));
    r->job = (snq_track_job) { &r->context, &r->in.track[0], 0, 11 };
}

static void play(rig *r)
{
    const snq_track_kind *kind = snq_track_kind_find(r->in.track[0].kind);
    assert_non_null(kind);
    assert_int_equal(kind->part, SNQ_PART_mix);
    check_ok(kind->make(&r->job, r->track));
}

static void take_down(rig *r)
{
    snq_score_clear(&r->score);
    snq_context_clear(&r->context);
    snq_style_free(r->style);
}

static const float up_and_down[4] = { 0.4f, 0.9f, 0.4f, 0.9f };
enum { BAR = 4 * SNQ_SCORE_TICKS };

/* Two seconds a bar: four bars are 8 s, eight would be 16: the riser lasts four and ends where the drop begins. */
static void risers_lead_into_what_is_louder(void **state)
{
    rig r;
    set_up(&r, "effects", "riser", up_and_down, SNQ_END_PLAIN);
    play(&r);
    assert_int_equal(r.track->notes, 2);
    for (int i = 0; i < 2; i++) {
        const snq_note *n = &r.track->note[i];
        assert_int_equal(n->tick + n->length, (8 + 16 * i) * BAR);
        assert_int_equal(n->length, 4 * BAR);
        assert_int_equal(n->pitch % 12, 9);
        assert_in_range(n->pitch, 36, 72);
    }
    /* its envelopes are as long as the note */
    assert_int_equal(r.track->curves, 2);
    assert_string_equal(r.track->curve[0].target, "env3_attack_s");
    check_near(r.track->curve[0].point[0].value, 8.0, 1e-6);
    check_near(r.track->curve[0].point[0].at, 4 * 4.0, 1e-9);
    take_down(&r);
    /* not into what is no louder, unless it is built up */
    static const float flat[4] = { 0.6f, 0.6f, 0.6f, 0.6f };
    set_up(&r, "effects", "riser", flat, SNQ_END_PLAIN);
    play(&r);
    assert_int_equal(r.track->notes, 0);
    take_down(&r);
    set_up(&r, "effects", "riser", flat, SNQ_END_BUILD);
    play(&r);
    assert_int_equal(r.track->notes, 3);
    take_down(&r);
    /* a stranger does as the riser does, without its envelopes */
    set_up(&r, "effects", "my_noise", up_and_down, SNQ_END_PLAIN);
    play(&r);
    assert_true(r.track->notes == 2 && r.track->curves == 0);
    take_down(&r);
}

static void sweeps_last_two_seconds_at_most(void **state)
{
    rig r;
    set_up(&r, "effects", "sweep_up", up_and_down, SNQ_END_PLAIN);
    play(&r);
    assert_int_equal(r.track->notes, 2);
    assert_int_equal(r.track->note[0].tick + r.track->note[0].length, 8 * BAR);
    assert_int_equal(r.track->note[0].length, BAR);
    take_down(&r);
    set_up(&r, "effects", "sweep_up", up_and_down, SNQ_END_PLAIN);
    r.in.bpm = 50.0;
    play(&r);
    assert_int_equal(r.track->note[0].length, SNQ_SCORE_TICKS); /* 1.2 s a beat */
    take_down(&r);
}

static void impacts_open_and_downlifters_close(void **state)
{
    rig r;
    set_up(&r, "effects", "impact", up_and_down, SNQ_END_PLAIN);
    play(&r);
    assert_int_equal(r.track->notes, 3);
    assert_int_equal(r.track->note[0].tick, 8 * BAR);
    assert_int_equal(r.track->note[1].tick, 24 * BAR);
    assert_int_equal(r.track->note[2].tick, 31 * BAR); /* the last bar's one */
    take_down(&r);
    /* a quiet end has no blow */
    static const float calm_end[4] = { 0.4f, 0.9f, 0.4f, 0.44f };
    set_up(&r, "effects", "impact", calm_end, SNQ_END_PLAIN);
    play(&r);
    assert_int_equal(r.track->notes, 1);
    take_down(&r);
    set_up(&r, "effects", "downlifter", up_and_down, SNQ_END_PLAIN);
    play(&r);
    assert_int_equal(r.track->notes, 1);
    assert_int_equal(r.track->note[0].tick, 16 * BAR);
    take_down(&r);
}

static void lasers_answer_at_the_ends_of_eights(void **state)
{
    rig r;
    set_up(&r, "effects", "laser", up_and_down, SNQ_END_PLAIN);
    play(&r);
    assert_int_equal(r.track->notes, 4);
    for (int i = 0; i < 4; i++) {
        const int64_t before = (8 + 8 * i) * BAR - r.track->note[i].tick;
        assert_true(before >= SNQ_SCORE_TICKS / 2 && before <= 3 * SNQ_SCORE_TICKS / 2);
    }
    take_down(&r);
    /* who rests does nothing */
    set_up(&r, "effects", "laser", up_and_down, SNQ_END_PLAIN);
    for (int i = 0; i < 4; i++)
        r.form.section[i].active = r.context.form.section[i].active = 0;
    play(&r);
    assert_int_equal(r.track->notes, 0);
    take_down(&r);
}

static void textures_are_held(void **state)
{
    rig r;
    set_up(&r, "texture", "vinyl_texture", up_and_down, SNQ_END_PLAIN);
    play(&r);
    assert_int_equal(r.track->notes, 1);
    assert_int_equal(r.track->note[0].length, 32 * BAR);
    assert_int_equal(r.track->note[0].pitch, 69);
    take_down(&r);
    /* a gap is a gap; a drone is low, and goes to the fifth where it varies */
    set_up(&r, "texture", "drone", up_and_down, SNQ_END_PLAIN);
    r.in.track[0].variation = 1.0f;
    r.context.form.section[2].active = 0;
    play(&r);
    assert_int_equal(r.track->notes, 3);
    assert_int_equal(r.track->note[0].pitch, 45);
    assert_int_equal(r.track->note[1].pitch, 40);
    assert_int_equal(r.track->note[1].tick + r.track->note[1].length, 16 * BAR);
    take_down(&r);
    /* no fifth above the tonic of a locrian scale */
    set_up(&r, "texture", "drone", up_and_down, SNQ_END_PLAIN);
    r.in.track[0].variation = 1.0f;
    r.in.mode = SNQ_MODE_locrian;
    play(&r);
    assert_int_equal(r.track->notes, 1);
    take_down(&r);
}

static rig swept;

static snq_status make(void *user, void **object)
{
    snq_score *s = calloc(1, sizeof *s);
    snq_track *t;
    snq_score_init(s);
    snq_status st = snq_score_add_track(s, "it", &t);
    if (st >= 0)
        st = snq_track_kind_find(user)->make(&swept.job, t);
    if (st < 0) {
        snq_score_clear(s);
        free(s);
        return st;
    }
    *object = s;
    return st;
}

static void unmake(void *object)
{
    snq_score_clear(object);
    free(object);
}

static void memory_may_end(void **state)
{
    static const char *const patches[] = { "riser", "sweep_up", "impact", "downlifter", "laser" };
    char kind[] = "effects", texture[] = "texture";
    for (size_t i = 0; i < SNQ_COUNT(patches); i++) {
        set_up(&swept, kind, patches[i], up_and_down, SNQ_END_PLAIN);
        snq_sweep(make, unmake, kind);
        take_down(&swept);
    }
    set_up(&swept, texture, "drone", up_and_down, SNQ_END_PLAIN);
    snq_sweep(make, unmake, texture);
    take_down(&swept);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(risers_lead_into_what_is_louder),
        cmocka_unit_test(sweeps_last_two_seconds_at_most),
        cmocka_unit_test(impacts_open_and_downlifters_close),
        cmocka_unit_test(lasers_answer_at_the_ends_of_eights),
        cmocka_unit_test(textures_are_held),
        cmocka_unit_test(memory_may_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
