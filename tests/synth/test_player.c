// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/alloc.h"
#include "base/rng.h"
#include "support/sweep.h"
#include "synth/player.h"

enum { RATE = 48000, FRAMES = 3 * RATE };

typedef struct stage {
    snq_score score;
    snq_track *track;
    snq_patch patch;
    snq_bank *bank;
    float *left, *right, *other[2]; /* (FRAMES,) */
} stage;

static void add_setting(snq_patch *p, const char *id, float value)
{
    snq_patch_setting *s = &p->setting[p->settings++];
    snprintf(s->id, sizeof s->id, "%s", id);
    s->value = value;
}

/* One sine, in at once, out at once: levels are easy to tell. */
static int begin(void **state)
{
    stage *s = calloc(1, sizeof *s);
    snq_score_init(&s->score);
    check_ok(snq_score_add_tempo(&s->score, 0, 120.0));
    check_ok(snq_score_add_metre(&s->score, 0, 4, 4));
    check_ok(snq_score_add_track(&s->score, "lead", &s->track));
    strcpy(s->patch.id, "plain");
    strcpy(s->patch.engine, "voice");
    strcpy(s->patch.source[0], "wave");
    s->patch.high_note = 127;
    add_setting(&s->patch, "osc1_waveform", 0);
    add_setting(&s->patch, "osc1_phase", 1);
    add_setting(&s->patch, "filter_model", 2);
    add_setting(&s->patch, "amp_attack_s", 0.002f);
    add_setting(&s->patch, "amp_release_s", 0.01f);
    add_setting(&s->patch, "amp_sustain", 1);
    add_setting(&s->patch, "velocity_sensitivity", 0);
    check_ok(snq_bank_new(RATE, &s->bank));
    for (int i = 0; i < 4; i++) {
        float *f = calloc(FRAMES, sizeof *f);
        *(i == 0 ? &s->left : i == 1 ? &s->right : &s->other[i - 2]) = f;
    }
    *state = s;
    return 0;
}

static int end(void **state)
{
    stage *s = *state;
    snq_score_clear(&s->score);
    snq_bank_free(s->bank);
    free(s->left);
    free(s->right);
    free(s->other[0]);
    free(s->other[1]);
    free(s);
    return 0;
}

static void add(stage *s, double at_quarters, double quarters, int pitch)
{
    const snq_note n = { .tick = llround(at_quarters * SNQ_SCORE_TICKS),
                         .length = llround(quarters * SNQ_SCORE_TICKS),
                         .pitch = (uint8_t)pitch,
                         .velocity = 100,
                         .release = 64 };
    check_ok(snq_track_add_note(s->track, &n));
}

static void tell(stage *s, double at_quarters, int status, int a, int b)
{
    const snq_message m = { .tick = llround(at_quarters * SNQ_SCORE_TICKS),
                            .status = (uint8_t)status,
                            .a = (uint8_t)a,
                            .b = (uint8_t)b };
    check_ok(snq_track_add_message(s->track, m, NULL));
}

static snq_player_cfg cfg_of(stage *s)
{
    snq_player_cfg cfg = snq_player_cfg_default();
    check_ok(snq_score_sort(&s->score));
    s->track = snq_score_find_track(&s->score, "lead");
    cfg.score = &s->score;
    cfg.track = s->track;
    cfg.patch = &s->patch;
    cfg.bank = s->bank;
    return cfg;
}

/* Plays FRAMES frames in calls of `step` frames (0: of changing length). */
static void play(stage *s, size_t step, float *left, float *right)
{
    snq_player *p;
    snq_warnings w = { 0 };
    const snq_player_cfg cfg = cfg_of(s);
    check_ok(snq_player_new(&cfg, &w, &p));
    snq_rng r;
    snq_rng_init(&r, 3);
    for (size_t at = 0; at < FRAMES;) {
        size_t n = step ? step : 1 + snq_rng_below(&r, 999);
        n = n < FRAMES - at ? n : FRAMES - at;
        snq_player_run(p, left + at, right + at, n);
        at += n;
    }
    snq_player_free(p);
}

static double rms(const float *x, double from_s, double to_s)
{
    double sum = 0.0;
    const size_t a = (size_t)(from_s * RATE), b = (size_t)(to_s * RATE);
    for (size_t i = a; i < b; i++)
        sum += (double)x[i] * x[i];
    return sqrt(sum / (double)(b - a));
}

/* Frequency by the zero crossings between two moments. */
static double pitch_hz(const float *x, double from_s, double to_s)
{
    double first = -1.0, last = 0.0;
    int crossings = -1;
    for (size_t i = (size_t)(from_s * RATE); i < (size_t)(to_s * RATE); i++)
        if (x[i] <= 0.0f && x[i + 1] > 0.0f) {
            last = (double)i + x[i] / (double)(x[i] - x[i + 1]);
            first = crossings < 0 ? last : first;
            crossings++;
        }
    return crossings * (double)RATE / (last - first);
}

static void begins_on_its_frame(void **state)
{
    stage *s = *state;
    add(s, 1.0, 1.0, 69);
    s->track->note[0].offset_s = 0.0103f;
    play(s, 64, s->left, s->right);
    const size_t first = (size_t)llround((0.5 + (double)0.0103f) * RATE);
    for (size_t i = 0; i < first; i++)
        assert_true(s->left[i] == 0.0f && s->right[i] == 0.0f);
    assert_true(rms(s->left, 0.5104, 0.5124) > 0.001);
    check_near(pitch_hz(s->left, 0.6, 0.9), 440.0, 0.02);
    assert_true(rms(s->left, 0.6, 1.0) > 0.01);
    assert_true(rms(s->left, 1.05, 3.0) == 0.0);
}

static void calls_may_be_cut_anywhere(void **state)
{
    stage *s = *state;
    snq_curve *c;
    for (int i = 0; i < 12; i++)
        add(s, i * 0.37, 0.31, 50 + i);
    check_ok(snq_track_add_curve(s->track, "osc1_level", &c));
    check_ok(snq_curve_push(c, 0.0, 1.0f, SNQ_CURVE_LINEAR));
    check_ok(snq_curve_push(c, 4.0, 0.2f, SNQ_CURVE_LINEAR));
    play(s, FRAMES, s->left, s->right);
    play(s, 0, s->other[0], s->other[1]);
    assert_memory_equal(s->left, s->other[0], FRAMES * sizeof(float));
    assert_memory_equal(s->right, s->other[1], FRAMES * sizeof(float));
    play(s, 1, s->other[0], s->other[1]);
    assert_memory_equal(s->left, s->other[0], FRAMES * sizeof(float));
}

static void a_curve_moves_its_parameter(void **state)
{
    stage *s = *state;
    snq_curve *c;
    add(s, 0.0, 5.0, 69);
    check_ok(snq_track_add_curve(s->track, "osc1_level", &c));
    check_ok(snq_curve_push(c, 0.0, 1.0f, SNQ_CURVE_STEP));
    check_ok(snq_curve_push(c, 2.0, 0.25f, SNQ_CURVE_STEP));
    play(s, 512, s->left, s->right);
    check_near(rms(s->left, 1.1, 1.9) / rms(s->left, 0.1, 0.9), 0.25, 0.003);
}

static void a_stranger_is_warned_of(void **state)
{
    stage *s = *state;
    snq_curve *c;
    snq_player *p;
    snq_warnings w = { 0 };
    add(s, 0.0, 1.0, 69);
    tell(s, 0.5, 0xC0, 5, 0);
    check_ok(snq_track_add_curve(s->track, "no_such_thing", &c));
    check_ok(snq_curve_push(c, 0.0, 1.0f, SNQ_CURVE_STEP));
    const snq_player_cfg cfg = cfg_of(s);
    check_ok(snq_player_new(&cfg, &w, &p));
    assert_non_null(snq_warnings_find(&w, "no_such_parameter"));
    assert_non_null(snq_warnings_find(&w, "program_change"));
    snq_player_free(p);
}

static void bends_and_its_range(void **state)
{
    stage *s = *state;
    add(s, 0.0, 6.0, 69);
    tell(s, 1.0, 0xE0, 127, 127); /* 2 semitones up */
    tell(s, 2.0, 0xB0, 101, 0);   /* bend range: 12 semitones, 0 cents */
    tell(s, 2.0, 0xB0, 100, 0);
    tell(s, 2.0, 0xB0, 6, 12);
    tell(s, 2.0, 0xB0, 38, 0);
    tell(s, 3.0, 0xB0, 101, 127); /* nothing is registered: the data is not for us */
    tell(s, 3.0, 0xB0, 100, 127);
    tell(s, 3.0, 0xB0, 6, 1);
    tell(s, 4.0, 0xB0, 121, 0); /* all controllers as they were */
    play(s, 480, s->left, s->right);
    check_near(pitch_hz(s->left, 0.1, 0.45), 440.0, 0.05);
    check_near(pitch_hz(s->left, 0.6, 0.95), 440.0 * pow(2.0, 2.0 / 12 * 8191 / 8192), 0.1);
    check_near(pitch_hz(s->left, 1.1, 1.45), 440.0 * pow(2.0, 8191.0 / 8192), 0.3);
    check_near(pitch_hz(s->left, 1.6, 1.95), 440.0 * pow(2.0, 8191.0 / 8192), 0.3);
    check_near(pitch_hz(s->left, 2.1, 2.45), 440.0, 0.05);
}

static void volumes_and_pedals(void **state)
{
    stage *s = *state;
    add(s, 0.0, 1.0, 69); /* held by the pedal until 4.0 */
    tell(s, 0.5, 0xB0, 64, 127);
    tell(s, 2.0, 0xB0, 7, 127); /* General MIDI's 100 until now */
    tell(s, 4.0, 0xB0, 64, 0);
    play(s, 480, s->left, s->right);
    assert_true(rms(s->left, 0.6, 0.9) > 0.01);
    check_near(20.0 * log10(rms(s->left, 1.2, 1.9) / rms(s->left, 0.6, 0.9)),
               40.0 * log10(127.0 / 100.0), 0.1);
    assert_true(rms(s->left, 2.05, 3.0) == 0.0);
}

static void add_route(snq_patch *p, const char *from, const char *to, float amount)
{
    snq_patch_route *r = &p->route[p->routes++];
    snprintf(r->from, sizeof r->from, "%s", from);
    snprintf(r->to, sizeof r->to, "%s", to);
    r->amount = amount;
}

/* What controllers a patch listens to, and how far; each as it was after a reset. */
static void wheel_pressure_expression_pan(void **state)
{
    stage *s = *state;
    add_route(&s->patch, "wheel", "tune_cents", 100);
    add_route(&s->patch, "pressure", "tune_cents", -100);
    add(s, 0.0, 6.0, 69);
    tell(s, 1.0, 0xB0, 1, 127);
    tell(s, 2.0, 0xB0, 1, 0);
    tell(s, 2.0, 0xD0, 127, 0);
    tell(s, 3.0, 0xB0, 11, 64);
    tell(s, 4.0, 0xB0, 121, 0);
    tell(s, 5.0, 0xB0, 10, 0); /* all to the left */
    tell(s, 5.5, 0xB0, 10, 127);
    tell(s, 5.75, 0xB0, 3, 99); /* nobody's */
    play(s, 480, s->left, s->right);
    check_near(1200 * log2(pitch_hz(s->left, 0.1, 0.45) / 440), 0.0, 0.3);
    check_near(1200 * log2(pitch_hz(s->left, 0.6, 0.95) / 440), 100.0, 0.5);
    check_near(1200 * log2(pitch_hz(s->left, 1.1, 1.45) / 440), -100.0, 0.5);
    check_near(20 * log10(rms(s->left, 1.6, 1.95) / rms(s->left, 1.1, 1.45)),
               40 * log10(64.0 / 127), 0.1);
    check_near(20 * log10(rms(s->left, 2.1, 2.45) / rms(s->left, 0.1, 0.45)), 0.0, 0.1);
    check_near(1200 * log2(pitch_hz(s->left, 2.1, 2.45) / 440), 0.0, 0.3);
    assert_true(rms(s->left, 2.6, 2.72) > 0.01 && rms(s->right, 2.6, 2.72) < 1e-5);
    assert_true(rms(s->right, 2.85, 2.99) > 0.01 && rms(s->left, 2.85, 2.99) < 1e-5);
}

/* The range of the bend in cents too; what is said of a parameter that is not registered is not for us. */
static void fine_ranges_and_strangers_data(void **state)
{
    stage *s = *state;
    add(s, 0.0, 6.0, 69);
    tell(s, 0.0, 0xB0, 101, 0);
    tell(s, 0.0, 0xB0, 100, 0);
    tell(s, 0.0, 0xB0, 6, 1);
    tell(s, 0.0, 0xB0, 38, 50);
    tell(s, 1.0, 0xE0, 127, 127);
    tell(s, 2.0, 0xB0, 99, 1);
    tell(s, 2.0, 0xB0, 98, 8);
    tell(s, 2.0, 0xB0, 6, 24);
    tell(s, 2.0, 0xB0, 38, 1);
    tell(s, 3.0, 0xB0, 101, 0); /* the fine tuning: registered, but not the bend */
    tell(s, 3.0, 0xB0, 100, 1);
    tell(s, 3.0, 0xB0, 6, 24);
    tell(s, 3.0, 0xE0, 127, 127);
    play(s, 480, s->left, s->right);
    for (int q = 1; q < 4; q++)
        check_near(1200 * log2(pitch_hz(s->left, 0.5 * q + 0.1, 0.5 * q + 0.45) / 440),
                   150.0 * 8191 / 8192, 0.3);
}

/* Drums make their hits ready beforehand, as their curves will have them then. */
static void curves_move_drums(void **state)
{
    stage *s = *state;
    snq_curve *c;
    strcpy(s->patch.engine, "drums");
    s->patch.settings = 0;
    s->patch.source[0][0] = '\0';
    add_setting(&s->patch, "humanise", 0);
    add(s, 0.0, 0.5, 36);
    add(s, 2.0, 0.5, 36);
    add(s, 4.0, 0.5, 36);
    check_ok(snq_track_add_curve(s->track, "kick_decay", &c));
    check_ok(snq_curve_push(c, 0.0, 1.0f, SNQ_CURVE_STEP));
    check_ok(snq_curve_push(c, 1.0, 0.2f, SNQ_CURVE_STEP));
    check_ok(snq_curve_push(c, 3.0, 1.0f, SNQ_CURVE_STEP));
    play(s, 480, s->left, s->right);
    assert_true(rms(s->left, 0.0, 0.05) > 0.01);
    assert_true(rms(s->left, 1.1, 1.4) < 0.2 * rms(s->left, 0.1, 0.4)); /* the short one */
    for (size_t i = 0; i < RATE / 2; i++)
        check_near((double)s->left[2 * RATE + i], (double)s->left[i], 1e-6);
}

/* Where one track says how loud it is, one that doesn't has General MIDI's 100. */
static void another_tracks_volume(void **state)
{
    stage *s = *state;
    snq_track *t;
    add(s, 0.0, 4.0, 69);
    play(s, 480, s->left, s->right);
    check_ok(snq_score_add_track(&s->score, "other", &t));
    const snq_message m = { .tick = 0, .status = 0xB0, .a = 7, .b = 90 };
    check_ok(snq_track_add_message(t, m, NULL));
    s->track = snq_score_find_track(&s->score, "lead");
    play(s, 480, s->other[0], s->other[1]);
    check_near(20 * log10(rms(s->other[0], 0.5, 1.5) / rms(s->left, 0.5, 1.5)),
               40 * log10(100.0 / 127), 0.1);
}

static void silence_at_once_and_notes_off(void **state)
{
    stage *s = *state;
    add(s, 0.0, 6.0, 69);
    add(s, 2.0, 4.0, 69);
    tell(s, 1.0, 0xB0, 120, 0);
    tell(s, 3.0, 0xB0, 123, 0);
    play(s, 480, s->left, s->right);
    assert_true(rms(s->left, 0.1, 0.5) > 0.01 && rms(s->left, 0.51, 1.0) == 0.0);
    assert_true(rms(s->left, 1.1, 1.5) > 0.01 && rms(s->left, 1.55, 3.0) == 0.0);
}

static void only_one_pitch(void **state)
{
    stage *s = *state;
    snq_player *p;
    add(s, 0.0, 1.0, 60);
    add(s, 2.0, 1.0, 72);
    snq_player_cfg cfg = cfg_of(s);
    cfg.only_pitch = 72;
    check_ok(snq_player_new(&cfg, NULL, &p));
    snq_player_run(p, s->left, s->right, FRAMES);
    assert_true(snq_player_done(p));
    assert_in_range(snq_player_frames(p), (uint64_t)(1.5 * RATE), (uint64_t)(1.53 * RATE));
    assert_true(rms(s->left, 0.0, 1.0) == 0.0 && rms(s->left, 1.1, 1.4) > 0.01);
    snq_player_free(p);
    cfg.only_pitch = 1;
    check_ok(snq_player_new(&cfg, NULL, &p));
    assert_true(snq_player_done(p) && snq_player_frames(p) == 0);
    snq_player_free(p);
}

/* A tail without end is cut. */
static void a_tail_is_bounded(void **state)
{
    stage *s = *state;
    snq_player *p;
    add(s, 0.0, 1.0, 60);
    add_setting(&s->patch, "amp_release_s", 20.0f);
    snq_player_cfg cfg = cfg_of(s);
    cfg.tail_max_s = 1.0;
    check_ok(snq_player_new(&cfg, NULL, &p));
    snq_player_run(p, s->left, s->right, FRAMES);
    assert_true(snq_player_done(p));
    assert_in_range(snq_player_frames(p), (uint64_t)(1.5 * RATE), (uint64_t)(1.53 * RATE));
    assert_true(rms(s->left, 1.3, 1.49) > 0.001 && rms(s->left, 1.53, 3.0) == 0.0);
    snq_player_free(p);
}

static void the_audio_path_allocates_nothing(void **state)
{
    stage *s = *state;
    snq_player *p;
    snq_curve *c;
    for (int i = 0; i < 100; i++)
        add(s, i * 0.05, 0.2, 40 + i % 40);
    check_ok(snq_track_add_curve(s->track, "osc1_level", &c));
    check_ok(snq_curve_push(c, 0.0, 1.0f, SNQ_CURVE_LINEAR));
    check_ok(snq_curve_push(c, 4.0, 0.2f, SNQ_CURVE_LINEAR));
    const snq_player_cfg cfg = cfg_of(s);
    check_ok(snq_player_new(&cfg, NULL, &p));
    const int64_t live = snq_alloc_live();
    snq_alloc_fail_after(0);
    snq_player_run(p, s->left, s->right, FRAMES);
    const int refused = snq_alloc_refused();
    snq_alloc_fail_after(-1);
    assert_false(refused);
    assert_int_equal(snq_alloc_live(), live);
    snq_player_free(p);
}

static void refuses_what_it_cannot_play(void **state)
{
    stage *s = *state;
    snq_player *p;
    snq_player_cfg cfg = cfg_of(s);
    cfg.rate_hz = 1000;
    check_status(snq_player_new(&cfg, NULL, &p), SNQ_ERR_RANGE);
    cfg = cfg_of(s);
    cfg.tail_max_s = NAN;
    check_status(snq_player_new(&cfg, NULL, &p), SNQ_ERR_RANGE);
    cfg = cfg_of(s);
    cfg.patch = NULL;
    check_status(snq_player_new(&cfg, NULL, &p), SNQ_ERR_ARG);
    cfg = cfg_of(s);
    strcpy(s->patch.engine, "no_such");
    check_status(snq_player_new(&cfg, NULL, &p), SNQ_ERR_NOT_FOUND);
    assert_null(p);
    snq_player_free(NULL);
}

static snq_status make(void *user, void **out)
{
    const snq_player_cfg cfg = cfg_of(user);
    return snq_player_new(&cfg, NULL, (snq_player **)out);
}

static void unmake(void *object)
{
    snq_player_free(object);
}

static void survives_the_sweep(void **state)
{
    stage *s = *state;
    snq_curve *c;
    add(s, 0.0, 1.0, 60);
    check_ok(snq_track_add_curve(s->track, "osc1_level", &c));
    check_ok(snq_curve_push(c, 0.0, 1.0f, SNQ_CURVE_LINEAR));
    snq_sweep(make, unmake, s);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(begins_on_its_frame),
        TEST(calls_may_be_cut_anywhere),
        TEST(a_curve_moves_its_parameter),
        TEST(a_stranger_is_warned_of),
        TEST(bends_and_its_range),
        TEST(volumes_and_pedals),
        TEST(wheel_pressure_expression_pan),
        TEST(fine_ranges_and_strangers_data),
        TEST(curves_move_drums),
        TEST(another_tracks_volume),
        TEST(silence_at_once_and_notes_off),
        TEST(only_one_pitch),
        TEST(a_tail_is_bounded),
        TEST(the_audio_path_allocates_nothing),
        TEST(refuses_what_it_cannot_play),
        TEST(survives_the_sweep),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
