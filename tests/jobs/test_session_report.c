// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/alloc.h"
#include "compose/composer.h"
#include "film_stand.h"
#include "jobs/session_report.h"
#include "jobs/session_rig.h"
#include "media/wav_writer.h"
#include "support/make_audio.h"
#include "support/sweep.h"

enum { RATE = 48000, N = 2 * RATE };

typedef struct stage {
    snq_session s;
    snq_score score;
    float *low, *high; /* (N,) two sounds that don't meet */
    snq_str text;
} stage;

static int begin(void **state)
{
    if (session_rig_begin(state))
        return -1;
    stage *t = snq_calloc(1, sizeof *t);
    rig_session(&t->s);
    const snq_compose_cfg cfg = { .brief = &t->s.brief, .intent = &t->s.intent };
    check_ok(snq_compose(&cfg, &t->score));
    t->low = make_silence(N);
    t->high = make_silence(N);
    add_sine(t->low, 0, N, RATE, 60.0, 0.3, 0.0);
    add_sine(t->high, 0, N, RATE, 3000.0, 0.3, 0.0);
    snq_str_init(&t->text, 1 << 20);
    snq_wav_writer *w;
    const snq_wav_writer_cfg wav = snq_wav_writer_cfg_default();
    const snq_audio a = { { t->low, t->high }, 2, RATE, N };
    check_ok(snq_wav_writer_open(rig_path("work/mix.wav"), &wav, 1, &w));
    check_ok(snq_wav_writer_push(w, &a));
    check_ok(snq_wav_writer_close(w));
    *state = t;
    return 0;
}

static int end(void **state)
{
    stage *t = *state;
    snq_session_clear(&t->s);
    snq_score_clear(&t->score);
    snq_free(t->low);
    snq_free(t->high);
    snq_str_clear(&t->text);
    snq_free(t);
    return session_rig_end(state);
}

static snq_status push(snq_session_report *r, const char *track, const float *x)
{
    const snq_audio a = { { x, x }, 2, RATE, N };
    return snq_session_report_push(r, track, &a);
}

static const char *write(stage *t, snq_session_report *r)
{
    snq_str_clear(&t->text);
    snq_str_init(&t->text, 1 << 20);
    check_ok(snq_session_report_write(r, rig_path("work/mix.wav"), "mix.wav", NULL, &t->text));
    snq_session_report_free(r);
    return snq_str_text(&t->text);
}

static double number(const char *text, const char *what)
{
    const char *at = strstr(text, what);
    if (!at)
        fail_msg("no %s in %s", what, text);
    return strtod(at + strlen(what), NULL);
}

static void what_is_measured(void **state)
{
    stage *t = *state;
    snq_session_report *r;
    check_ok(snq_session_report_new(&t->s.intent, &t->score, NULL, RATE, &r));
    check_ok(push(r, "drums", t->high));
    check_ok(push(r, "bass", t->low));
    check_ok(push(r, "keys", t->low)); /* not asked about */
    const char *text = write(t, r);
    assert_non_null(strstr(text, "\"schema\":\"sonique/report/1\""));
    check_near(number(text, "\"tempo_bpm\":"), 120.0, 1e-6);
    assert_non_null(strstr(text, "\"beats_s\":[0,0.5,1,1.5]"));
    assert_non_null(strstr(text, "\"downbeats_s\":[0]"));
    assert_non_null(
        strstr(text, "\"rhythmic_coherence\":{\"track\":\"bass\",\"with\":\"drums\",\"value\":"));
    assert_true(number(text, "\"with\":\"drums\",\"value\":") >= 0.0);
    const char *separation = strstr(text, "\"frequency_separation\":{");
    assert_non_null(separation);
    assert_true(number(separation, "\"value\":") > 0.95);
    assert_non_null(strstr(text, "\"path\":\"mix.wav\""));
    assert_int_equal(text[strlen(text) - 1], '\n');
}

static void the_same_sound_is_not_apart(void **state)
{
    stage *t = *state;
    snq_session_report *r;
    check_ok(snq_session_report_new(&t->s.intent, &t->score, NULL, RATE, &r));
    check_ok(push(r, "drums", t->low));
    check_ok(push(r, "bass", t->low));
    assert_true(number(strstr(write(t, r), "\"frequency_separation\""), "\"value\":") < 0.05);
}

/* What can't be measured is null, with the reason beside it. */
static void reasons(void **state)
{
    stage *t = *state;
    snq_session_report *r;
    check_ok(snq_session_report_new(&t->s.intent, &t->score, NULL, RATE, &r)); /* nothing sounds */
    assert_non_null(
        strstr(write(t, r), "\"frequency_separation\":null,\"frequency_separation_reason\""));
    snq_score_find_track(&t->score, "bass");
    t->score.track[1].notes = 0;
    check_ok(snq_session_report_new(&t->s.intent, &t->score, NULL, RATE, &r));
    assert_non_null(strstr(
        write(t, r),
        "\"rhythmic_coherence\":null,\"rhythmic_coherence_reason\":\"the bass plays nothing\""));
    t->s.intent.tracks = 1; /* drums alone */
    check_ok(snq_session_report_new(&t->s.intent, &t->score, NULL, RATE, &r));
    check_ok(push(r, "bass", t->low));
    const char *text = write(t, r);
    assert_non_null(strstr(text, "there are no drums and bass\""));
    assert_non_null(strstr(text, "there are no drums and bass that sound\""));
}

/* Beats are those of the metre's unit. */
static void another_metre(void **state)
{
    stage *t = *state;
    snq_session_report *r;
    t->s.intent.beats_per_bar = 6;
    t->s.intent.beat_unit = 8;
    check_ok(snq_session_report_new(&t->s.intent, &t->score, NULL, RATE, &r));
    assert_non_null(strstr(write(t, r), "\"beats_s\":[0,0.25,0.5,"));
}

static void tell(void *user, snq_json *j)
{
    snq_json_put_int(j, "told", *(int *)user);
}

/* Times are the film's: it begins a quarter of a second into the piece, and ends before it. */
static void a_piece_for_a_film(void **state)
{
    stage *t = *state;
    snq_session_report *r;
    int seven = 7;
    snq_film_plan *plan = film_stand_plan(1);
    const snq_session_report_film film = { .plan = plan, .tell = tell, .user = &seven };
    plan->fit.bpm = 119.5;
    plan->fit.end_s = 1.25;
    check_ok(snq_session_report_new(&t->s.intent, &t->score, &film, RATE, &r));
    const char *text = write(t, r);
    check_near(number(text, "\"tempo_bpm\":"), 119.5, 1e-6);
    assert_non_null(strstr(text, "\"beats_s\":[0.25,0.75,1.25]")); /* the last at its very end */
    assert_non_null(strstr(text, "\"downbeats_s\":[]"));
    assert_non_null(strstr(text, "\"hits\":[{\"t_s\":0.25,\"kind\":\"cut\""));
    assert_non_null(strstr(text, "\"hit_points\":{"));
    assert_non_null(strstr(text, "\"film\":{\"video\":\"the \\\"film\\\".mkv\",\"template\":"
                                 "\"techno\",\"length_s\":1.25,\"told\":7}"));
    plan->fit.lead_s = -0.02; /* the film begins first; nobody has more to tell */
    const snq_session_report_film mute = { .plan = plan };
    check_ok(snq_session_report_new(&t->s.intent, &t->score, &mute, RATE, &r));
    text = write(t, r);
    assert_non_null(strstr(text, "\"beats_s\":[0.02,0.52,1.02]"));
    assert_non_null(strstr(text, "\"downbeats_s\":[0.02]"));
    assert_non_null(strstr(text, "\"length_s\":1.25}"));
    snq_film_plan_free(plan);
}

static void a_mix_that_cant_be_heard(void **state)
{
    stage *t = *state;
    snq_session_report *r;
    rig_put_text("work/bad.wav", "no sound");
    check_ok(snq_session_report_new(&t->s.intent, &t->score, NULL, RATE, &r));
    const snq_status st =
        snq_session_report_write(r, rig_path("work/bad.wav"), "mix.wav", NULL, &t->text);
    assert_true(st < 0);
    assert_non_null(strstr(snq_last_error(), "listening to the mix"));
    snq_session_report_free(r);
    snq_session_report_free(NULL);
}

static snq_status make(void *user, void **object)
{
    stage *t = user;
    return snq_session_report_new(&t->s.intent, &t->score, NULL, RATE,
                                  (snq_session_report **)object);
}

static void unmake(void *object)
{
    snq_session_report_free(object);
}

static void memory_may_end(void **state)
{
    snq_sweep(make, unmake, *state);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_measured), TEST(the_same_sound_is_not_apart), TEST(reasons),
        TEST(another_metre),    TEST(a_piece_for_a_film),          TEST(a_mix_that_cant_be_heard),
        TEST(memory_may_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
