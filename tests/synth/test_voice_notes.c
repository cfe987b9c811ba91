// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "synth/voice_inside.h"

#define WAVE(params) PATCH_HEAD "\"sources\":[\"wave\"],\"params\":{" params "}}"

static void on(inside *in, uint32_t id, float note)
{
    snq__voice_note_on(in->e, id, note, 0.8f);
}

static void off(inside *in, uint32_t id)
{
    snq__voice_note_off(in->e, id);
}

static void test_lowest_free_lane(void **state)
{
    inside in;
    inside_open(&in, WAVE("\"voices\":16,\"amp_release_s\":0.002"));
    for (uint32_t k = 0; k < 10; k++)
        on(&in, k, 60);
    for (uint32_t l = 0; l < 10; l++)
        assert_int_equal(inside_voice(&in, l)->key.id, l);
    inside_run(&in, 0.05);
    off(&in, 3);
    off(&in, 8);
    inside_run(&in, 0.1);
    assert_int_equal(inside_voice(&in, 3)->state, SNQ__VOICE_FREE);
    assert_int_equal(in.e->group[0].active, 0xf7);
    on(&in, 20, 60);
    on(&in, 21, 60);
    assert_int_equal(inside_voice(&in, 3)->key.id, 20);
    assert_int_equal(inside_voice(&in, 8)->key.id, 21);
    inside_close(&in);
}

static void test_off_ends_the_older_of_an_id(void **state)
{
    inside in;
    inside_open(&in, WAVE("\"voices\":8"));
    on(&in, 5, 60);
    on(&in, 5, 64);
    off(&in, 5);
    assert_int_equal(inside_voice(&in, 0)->state, SNQ__VOICE_RELEASED);
    assert_int_equal(inside_voice(&in, 1)->state, SNQ__VOICE_HELD);
    off(&in, 5);
    assert_int_equal(inside_voice(&in, 1)->state, SNQ__VOICE_RELEASED);
    off(&in, 5); /* nothing left: nothing happens */
    assert_int_equal(inside_count(&in, SNQ__VOICE_RELEASED), 2);
    inside_close(&in);
}

static void test_released_are_taken_first(void **state)
{
    inside in;
    inside_open(&in, WAVE("\"voices\":4,\"amp_release_s\":5"));
    for (uint32_t k = 0; k < 4; k++)
        on(&in, k, 60);
    inside_run(&in, 0.1);
    off(&in, 2);
    off(&in, 1);
    inside_run(&in, 0.1);
    on(&in, 10, 60);
    assert_int_equal(inside_voice(&in, 2)->state, SNQ__VOICE_CUT); /* let go before 1 */
    assert_int_equal(inside_voice(&in, 4)->key.id, 10);            /* at once, in a spare lane */
    on(&in, 11, 60);
    assert_int_equal(inside_voice(&in, 1)->state, SNQ__VOICE_CUT);
    inside_run(&in, 0.1);
    assert_int_equal(inside_count(&in, SNQ__VOICE_CUT), 0);
    assert_int_equal(inside_count(&in, SNQ__VOICE_HELD), 4);
    inside_close(&in);
}

static void test_then_the_quietest_then_the_oldest(void **state)
{
    inside in;
    inside_open(&in, WAVE("\"voices\":4,\"velocity_sensitivity\":1"));
    for (uint32_t k = 0; k < 4; k++)
        snq__voice_note_on(in.e, k, 60, k == 2 ? 0.2f : 0.9f);
    inside_run(&in, 0.1);
    on(&in, 10, 60);
    assert_int_equal(inside_voice(&in, 2)->state, SNQ__VOICE_CUT);
    inside_run(&in, 0.1);
    on(&in, 11, 60);
    assert_int_equal(inside_voice(&in, 0)->state, SNQ__VOICE_CUT);
    /* one that has just begun is not the quietest */
    on(&in, 12, 60);
    assert_int_equal(inside_voice(&in, 1)->state, SNQ__VOICE_CUT);
    inside_close(&in);
}

static void test_notes_wait_when_all_lanes_are_taken(void **state)
{
    inside in;
    inside_open(&in, WAVE("\"voices\":8,\"amp_release_s\":0.002"));
    for (uint32_t k = 0; k < 8; k++)
        on(&in, k, 60);
    inside_run(&in, 0.1);
    for (uint32_t k = 0; k < 10; k++)
        on(&in, 100 + k, 62); /* eight thefts fill the spare lanes */
    uint32_t waiting = 0;
    for (uint32_t l = 0; l < in.e->groups * SNQ_LANES; l++)
        waiting += inside_voice(&in, l)->waiting;
    assert_int_equal(waiting, 2);
    off(&in, 109); /* its note has not even begun */
    inside_run(
        &in, 0.003); /* the last two were stolen before they sounded: their lanes are free first */
    assert_int_equal(inside_count(&in, SNQ__VOICE_CUT), 8);
    inside_run(&in, 0.005);
    assert_int_equal(inside_count(&in, SNQ__VOICE_CUT), 0);
    /* 109 had its end before its begin */
    assert_int_equal(inside_count(&in, SNQ__VOICE_HELD), 7);
    inside_close(&in);
}

static void test_all_off(void **state)
{
    inside in;
    inside_open(&in, WAVE("\"voices\":4,\"amp_release_s\":0.5"));
    for (uint32_t k = 0; k < 3; k++)
        on(&in, k, 60);
    inside_run(&in, 0.1);
    snq__voice_all_off(in.e, 0);
    assert_int_equal(inside_count(&in, SNQ__VOICE_RELEASED), 3);
    inside_run(&in, 0.3);
    assert_false(snq__engine_voice.silent(in.e));
    snq__voice_all_off(in.e, 1);
    inside_run(&in, 0.008);
    assert_true(snq__engine_voice.silent(in.e));
    /* waiting notes never sound */
    for (uint32_t k = 0; k < 40; k++)
        on(&in, k, 60);
    snq__voice_all_off(in.e, 1);
    inside_run(&in, 0.02);
    assert_true(snq__engine_voice.silent(in.e));
    for (uint32_t k = 0; k < 40; k++)
        on(&in, k, 60);
    snq__voice_all_off(in.e, 0);
    inside_run(&in, 0.6);
    assert_true(snq__engine_voice.silent(in.e));
    inside_close(&in);
}

static void test_pedal(void **state)
{
    inside in;
    inside_open(&in, WAVE("\"voices\":4"));
    on(&in, 1, 60);
    snq__voice_pedal(in.e, 1);
    off(&in, 1);
    inside_run(&in, 0.5);
    assert_int_equal(inside_count(&in, SNQ__VOICE_SUSTAINED), 1);
    on(&in, 2, 64);
    snq__voice_pedal(in.e, 0);
    assert_int_equal(inside_count(&in, SNQ__VOICE_RELEASED), 1);
    assert_int_equal(inside_count(&in, SNQ__VOICE_HELD), 1);
    inside_close(&in);
}

static void test_mono_goes_back_to_the_last_key(void **state)
{
    inside in;
    inside_open(&in, WAVE("\"voices\":4,\"voice_mode\":\"mono\""));
    on(&in, 1, 48);
    on(&in, 2, 52);
    on(&in, 3, 55);
    inside_run(&in, 0.1);
    assert_int_equal(inside_count(&in, SNQ__VOICE_HELD), 1);
    snq__voice *v = inside_voice(&in, 0);
    check_near((double)v->pitch, 55, 0);
    off(&in, 2); /* not the one that sounds */
    inside_run(&in, 0.01);
    check_near((double)v->pitch, 55, 0);
    off(&in, 3);
    inside_run(&in, 0.01);
    check_near((double)v->pitch, 48, 0);
    assert_int_equal(v->state, SNQ__VOICE_HELD);
    off(&in, 1);
    assert_int_equal(v->state, SNQ__VOICE_RELEASED);
    off(&in, 1);
    inside_close(&in);
}

static void test_mono_starts_again_legato_does_not(void **state)
{
    for (int legato = 0; legato < 2; legato++) {
        inside in;
        inside_open(&in, legato
                             ? WAVE("\"voices\":2,\"voice_mode\":\"legato\",\"env2_decay_s\":0.1")
                             : WAVE("\"voices\":2,\"voice_mode\":\"mono\",\"env2_decay_s\":0.1"));
        on(&in, 1, 48);
        inside_run(&in, 0.3);
        const snq__voice *v = inside_voice(&in, 0);
        const uint64_t order = v->order;
        check_near((double)v->from[FROM_ENV2], 0, 0);
        on(&in, 2, 50);
        inside_run(&in, 0.004);
        assert_int_equal(v->order, order); /* the same voice goes on */
        assert_true(v->from[FROM_ENV1] > 0.99f);
        if (legato)
            check_near((double)v->from[FROM_ENV2], 0, 0);
        else
            assert_true(v->from[FROM_ENV2] > 0.5f);
        /* without a key down, legato starts again too */
        off(&in, 1);
        off(&in, 2);
        inside_run(&in, 0.002);
        on(&in, 3, 53);
        inside_run(&in, 0.004);
        assert_true(v->from[FROM_ENV2] > 0.5f);
        inside_close(&in);
    }
}

static void test_mono_pedal(void **state)
{
    inside in;
    inside_open(&in, WAVE("\"voices\":2,\"voice_mode\":\"mono\""));
    snq__voice *v = inside_voice(&in, 0);
    on(&in, 1, 48);
    on(&in, 2, 52);
    snq__voice_pedal(in.e, 1);
    off(&in, 2);
    inside_run(&in, 0.01);
    check_near((double)v->pitch, 52, 0); /* the pedal holds it */
    snq__voice_pedal(in.e, 0);
    inside_run(&in, 0.01);
    check_near((double)v->pitch, 48, 0);
    snq__voice_pedal(in.e, 1);
    off(&in, 1);
    inside_run(&in, 0.01);
    assert_int_equal(v->state, SNQ__VOICE_HELD);
    snq__voice_pedal(in.e, 0);
    assert_int_equal(v->state, SNQ__VOICE_RELEASED);
    inside_close(&in);
}

static void test_mono_remembers_64_keys(void **state)
{
    inside in;
    inside_open(&in, WAVE("\"voices\":2,\"voice_mode\":\"mono\""));
    for (uint32_t k = 0; k < 80; k++)
        on(&in, k, 30 + (float)k / 2);
    assert_int_equal(in.e->helds, SNQ__VOICE_HELD_MAX);
    for (uint32_t k = 79; k > 16; k--)
        off(&in, k);
    inside_run(&in, 0.01);
    check_near((double)inside_voice(&in, 0)->pitch, 38, 0); /* the 17th */
    off(&in, 16);
    assert_int_equal(inside_count(&in, SNQ__VOICE_RELEASED), 1);
    inside_close(&in);
}

/* A struck source can't take another pitch and start again: the next note has its own lane. */
static void test_mono_strikes_anew(void **state)
{
    inside in;
    inside_open(&in, PATCH_HEAD
                "\"sources\":[\"fm\"],\"params\":{\"voices\":2,\"voice_mode\":\"mono\"}}");
    on(&in, 1, 48);
    inside_run(&in, 0.1);
    on(&in, 2, 50);
    assert_int_equal(inside_voice(&in, 0)->state, SNQ__VOICE_CUT);
    assert_int_equal(inside_voice(&in, 1)->state, SNQ__VOICE_HELD);
    inside_run(&in, 0.1);
    off(&in, 2);
    inside_run(&in, 0.01);
    check_near((double)inside_voice(&in, 1)->pitch, 48, 0);
    inside_close(&in);
}

/* Straight in semitones, the same time for a step and for two octaves. */
static void test_glide(void **state)
{
    inside in;
    inside_open(&in, WAVE("\"voices\":2,\"voice_mode\":\"mono\",\"glide_s\":0.2"));
    const snq__voice *v = inside_voice(&in, 0);
    on(&in, 1, 48);
    inside_run(&in, 0.1);
    check_near((double)v->pitch, 48, 1e-5); /* the first has nowhere to come from */
    static const float to[] = { 72, 70 };
    float from = 48;
    for (int i = 0; i < 2; i++) {
        on(&in, 2, to[i]);
        inside_run(&in, 0.05);
        check_near((double)v->pitch, (double)(from + (to[i] - from) * 0.25f), 1e-3);
        inside_run(&in, 0.1);
        check_near((double)v->pitch, (double)(from + (to[i] - from) * 0.75f), 1e-3);
        inside_run(&in, 0.06);
        check_near((double)v->pitch, (double)to[i], 0);
        from = to[i];
    }
    inside_close(&in);
}

static void test_poly_glides_from_the_last_note(void **state)
{
    inside in;
    inside_open(&in, WAVE("\"voices\":4,\"glide_s\":0.1"));
    on(&in, 1, 48);
    inside_run(&in, 0.2);
    on(&in, 2, 60);
    inside_run(&in, 0.05);
    check_near((double)inside_voice(&in, 1)->pitch, 54, 1e-3);
    check_near((double)inside_voice(&in, 0)->pitch, 48, 0);
    inside_close(&in);
}

/* What has decayed to nothing gives its lane back while the key is still down. */
static void test_decayed_voices_end(void **state)
{
    inside in;
    inside_open(&in, WAVE("\"amp_sustain\":0,\"amp_decay_s\":0.05"));
    on(&in, 1, 48);
    inside_run(&in, 0.04);
    assert_false(snq__engine_voice.silent(in.e));
    inside_run(&in, 0.06);
    assert_true(snq__engine_voice.silent(in.e));
    off(&in, 1);
    inside_close(&in);
}

/* ... unless a route may raise it again. */
static void test_swelling_voices_stay(void **state)
{
    inside in;
    inside_open(&in, PATCH_HEAD "\"sources\":[\"wave\"],\"params\":{\"amp_sustain\":0,"
                                "\"amp_decay_s\":0.05},\"matrix\":[{\"from\":\"wheel\",\"to\":"
                                "\"amp_sustain\",\"amount\":1}]}");
    on(&in, 1, 48);
    inside_run(&in, 0.3);
    assert_false(snq__engine_voice.silent(in.e));
    check_near((double)inside_voice(&in, 0)->level, 0, 1e-6);
    snq__engine_voice.perform(in.e, SNQ_PERFORM_WHEEL, 1);
    inside_run(&in, 0.1);
    assert_true(inside_voice(&in, 0)->level > 0.5f);
    inside_close(&in);
}

static void test_voices_can_be_fewer(void **state)
{
    inside in;
    inside_open(&in, WAVE("\"voices\":4"));
    snq__voice_set(in.e, inside_index(&in, "voices"), 2);
    for (uint32_t k = 0; k < 4; k++) {
        on(&in, k, 60);
        inside_run(&in, 0.02);
    }
    assert_int_equal(inside_count(&in, SNQ__VOICE_HELD), 2);
    snq__voice_set(in.e, inside_index(&in, "voices"), 32);
    for (uint32_t k = 0; k < 8; k++)
        on(&in, 10 + k, 60);
    inside_run(&in, 0.02);
    assert_int_equal(inside_count(&in, SNQ__VOICE_HELD), 4);
    inside_close(&in);
}

/* The invariants of voice_impl.h. */
static void check_invariants(inside *in, uint32_t most)
{
    uint32_t sounding = 0, waiting = 0;
    for (uint32_t l = 0; l < in->e->groups * SNQ_LANES; l++) {
        const snq__voice_group *g = &in->e->group[l / SNQ_LANES];
        const uint32_t lane = l % SNQ_LANES;
        const snq__voice *v = &g->voice[lane];
        assert_int_equal(g->active >> lane & 1, v->state != SNQ__VOICE_FREE);
        sounding += v->state != SNQ__VOICE_FREE && v->state != SNQ__VOICE_CUT;
        waiting += v->waiting;
        assert_true(!v->waiting || v->state == SNQ__VOICE_CUT);
        if (v->state == SNQ__VOICE_FREE)
            assert_true(g->ramps.amp.to.v[lane] == 0 && g->amp_state.v[lane] == 0 &&
                        g->ramps.level[0].to.v[lane] == 0);
    }
    assert_true(sounding + waiting <= most);
}

/* A player out of his mind, in every mode. */
static void test_anything_in_any_order(void **state)
{
    snq_rng r;
    snq_rng_init(&r, 5);
    for (int mode = 0; mode < 4; mode++) {
        inside in;
        inside_open(&in, PATCH_HEAD
                    "\"sources\":[\"wave\"],\"params\":{\"voices\":5,\"amp_release_s\":0.02,"
                    "\"glide_s\":0.01}}");
        const uint32_t voice_mode = inside_index(&in, "voice_mode");
        for (int step = 0; step < 6000; step++) {
            const uint32_t id = snq_rng_below(&r, 12), what = snq_rng_below(&r, 16);
            if (mode < 3)
                snq__voice_set(in.e, voice_mode, (float)mode);
            else if (!what)
                snq__voice_set(in.e, voice_mode, (float)snq_rng_below(&r, 3));
            if (what < 7)
                on(&in, id, 40 + (float)snq_rng_below(&r, 40));
            else if (what < 13)
                off(&in, id);
            else if (what == 13)
                snq__voice_pedal(in.e, (int)snq_rng_below(&r, 2));
            else if (what == 14 && !snq_rng_below(&r, 8))
                snq__voice_all_off(in.e, (int)snq_rng_below(&r, 2));
            else
                inside_run(&in, (double)snq_rng_below(&r, 300) / 48000);
            check_invariants(&in, 5);
        }
        snq__voice_pedal(in.e, 0);
        snq__voice_all_off(in.e, 0);
        inside_run(&in, 0.1);
        assert_true(snq__engine_voice.silent(in.e));
        inside_close(&in);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lowest_free_lane),
        cmocka_unit_test(test_off_ends_the_older_of_an_id),
        cmocka_unit_test(test_released_are_taken_first),
        cmocka_unit_test(test_then_the_quietest_then_the_oldest),
        cmocka_unit_test(test_notes_wait_when_all_lanes_are_taken),
        cmocka_unit_test(test_all_off),
        cmocka_unit_test(test_pedal),
        cmocka_unit_test(test_mono_goes_back_to_the_last_key),
        cmocka_unit_test(test_mono_starts_again_legato_does_not),
        cmocka_unit_test(test_mono_pedal),
        cmocka_unit_test(test_mono_remembers_64_keys),
        cmocka_unit_test(test_mono_strikes_anew),
        cmocka_unit_test(test_glide),
        cmocka_unit_test(test_poly_glides_from_the_last_note),
        cmocka_unit_test(test_decayed_voices_end),
        cmocka_unit_test(test_swelling_voices_stay),
        cmocka_unit_test(test_voices_can_be_fewer),
        cmocka_unit_test(test_anything_in_any_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
