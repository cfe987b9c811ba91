// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/alloc.h"
#include "synth/render.h"

enum { RATE = 48000, TRACKS = 5, FRAMES_MAX = 12 * RATE };

typedef struct stage {
    snq_score score;
    snq_patch patch;
    snq_bank *bank;
    snq_render_part part[TRACKS];
    float *stem[TRACKS][2], *sum[2]; /* (FRAMES_MAX,) */
    int64_t frames[TRACKS], sum_frames;
    double told_s;
    int cancel_after; /* calls of progress; -1 never */
    int fail_part;    /* whose taker fails; -1 none */
} stage;

static void add_setting(snq_patch *p, const char *id, float value)
{
    snq_patch_setting *s = &p->setting[p->settings++];
    snprintf(s->id, sizeof s->id, "%s", id);
    s->value = value;
}

static int begin(void **state)
{
    stage *s = calloc(1, sizeof *s);
    snq_score_init(&s->score);
    check_ok(snq_score_add_tempo(&s->score, 0, 120.0));
    check_ok(snq_score_add_metre(&s->score, 0, 4, 4));
    for (int t = 0; t < TRACKS; t++) {
        snq_track *track;
        char name[16];
        snprintf(name, sizeof name, "track %d", t);
        check_ok(snq_score_add_track(&s->score, name, &track));
        for (int i = 0; i < 8 * (t + 1); i++) {
            const snq_note n = { .tick = i * 8 * SNQ_SCORE_TICKS / (8 * (t + 1)),
                                 .length = SNQ_SCORE_TICKS / 5,
                                 .pitch = (uint8_t)(40 + 5 * t + i % 7),
                                 .velocity = 100,
                                 .release = 64 };
            check_ok(snq_track_add_note(track, &n));
        }
        s->part[t] =
            (snq_render_part) { .track = (uint32_t)t, .only_pitch = -1, .patch = &s->patch };
        for (int c = 0; c < 2; c++)
            s->stem[t][c] = calloc(FRAMES_MAX, sizeof(float));
    }
    for (int c = 0; c < 2; c++)
        s->sum[c] = calloc(FRAMES_MAX, sizeof(float));
    s->score.track[1].gain_db = -6.0206f;
    s->score.track[2].pan = -1.0f;
    s->score.length = 8 * SNQ_SCORE_TICKS;
    check_ok(snq_score_sort(&s->score));
    strcpy(s->patch.id, "plain");
    strcpy(s->patch.engine, "voice");
    strcpy(s->patch.source[0], "wave");
    s->patch.high_note = 127;
    add_setting(&s->patch, "amp_release_s", 0.3f);
    add_setting(&s->patch, "osc1_unison", 3);
    add_setting(&s->patch, "osc1_detune_cents", 20);
    check_ok(snq_bank_new(RATE, &s->bank));
    s->cancel_after = s->fail_part = -1;
    *state = s;
    return 0;
}

static int end(void **state)
{
    stage *s = *state;
    for (int t = 0; t < TRACKS; t++)
        for (int c = 0; c < 2; c++)
            free(s->stem[t][c]);
    free(s->sum[0]);
    free(s->sum[1]);
    snq_score_clear(&s->score);
    snq_bank_free(s->bank);
    free(s);
    return 0;
}

static snq_status take_stem(void *user, uint32_t part, const snq_audio *block)
{
    stage *s = user;
    assert_true(block->channels == 2 && block->rate_hz == RATE &&
                block->frames <= SNQ_RENDER_CHUNK);
    assert_true(s->frames[part] + (int64_t)block->frames <= FRAMES_MAX);
    for (int c = 0; c < 2; c++)
        memcpy(s->stem[part][c] + s->frames[part], block->channel[c],
               block->frames * sizeof(float));
    s->frames[part] += (int64_t)block->frames;
    return (int)part == s->fail_part ? SNQ_FAIL(SNQ_ERR_IO, "the disk is full") : SNQ_OK;
}

static snq_status take_sum(void *user, const snq_audio *block)
{
    stage *s = user;
    for (int c = 0; c < 2; c++)
        memcpy(s->sum[c] + s->sum_frames, block->channel[c], block->frames * sizeof(float));
    s->sum_frames += (int64_t)block->frames;
    return SNQ_OK;
}

static int progress(void *user, double done_s, double of_s)
{
    stage *s = user;
    assert_true(done_s >= s->told_s);
    check_near(of_s, 4.0, 1e-9);
    s->told_s = done_s;
    return s->cancel_after >= 0 && s->cancel_after-- == 0;
}

static snq_render_cfg cfg_of(stage *s, uint32_t threads)
{
    snq_render_cfg cfg = snq_render_cfg_default();
    cfg.score = &s->score;
    cfg.bank = s->bank;
    cfg.part = s->part;
    cfg.parts = TRACKS;
    cfg.threads = threads;
    cfg.seed = 5;
    cfg.user = s;
    cfg.stem = take_stem;
    cfg.sum = take_sum;
    cfg.progress = progress;
    memset(s->frames, 0, sizeof s->frames);
    s->sum_frames = 0;
    s->told_s = 0.0;
    return cfg;
}

static void stems_add_up(void **state)
{
    stage *s = *state;
    snq_render_result result;
    const snq_render_cfg cfg = cfg_of(s, 2);
    check_ok(snq_render_run(&cfg, NULL, &result));
    float peak = 0.0f;
    for (int64_t i = 0; i < result.frames; i++)
        for (int c = 0; c < 2; c++) {
            float sum = 0.0f;
            for (int t = 0; t < TRACKS; t++)
                sum += s->stem[t][c][i];
            assert_true(fabsf(sum - s->sum[c][i]) <= 1e-6f);
            peak = fmaxf(peak, fabsf(s->sum[c][i]));
        }
    assert_true(peak == result.peak && peak > 0.05f);
    for (int t = 0; t < TRACKS; t++)
        assert_int_equal(s->frames[t], result.frames);
    assert_int_equal(s->sum_frames, result.frames);
    /* the last note ends at 4 s, its release 0.3 s after that */
    assert_in_range(result.frames, (uint64_t)(4.2 * RATE), (uint64_t)(4.36 * RATE));
    check_near(s->told_s, (double)result.frames / RATE, 1e-9);
}

static double power(const float *x, int64_t n)
{
    double sum = 0.0;
    for (int64_t i = 0; i < n; i++)
        sum += (double)x[i] * x[i];
    return sum;
}

/* Level and balance are the track's. */
static void strips_are_applied(void **state)
{
    stage *s = *state;
    snq_render_result result;
    snq_render_cfg cfg = cfg_of(s, 1);
    check_ok(snq_render_run(&cfg, NULL, &result));
    const double quiet = power(s->stem[1][0], result.frames);
    assert_true(power(s->stem[2][0], result.frames) > 1.0);
    assert_true(power(s->stem[2][1], result.frames) < 1e-9);
    s->score.track[1].gain_db = 0.0f;
    cfg = cfg_of(s, 1);
    check_ok(snq_render_run(&cfg, NULL, &result));
    check_near(power(s->stem[1][0], result.frames) / quiet, 4.0, 1e-3);
}

static void threads_change_nothing(void **state)
{
    stage *s = *state;
    snq_render_result result, again;
    snq_render_cfg cfg = cfg_of(s, 1);
    check_ok(snq_render_run(&cfg, NULL, &result));
    float *kept = malloc(FRAMES_MAX * sizeof *kept);
    memcpy(kept, s->sum[0], FRAMES_MAX * sizeof *kept);
    for (uint32_t threads = 2; threads <= 6; threads += 2) {
        cfg = cfg_of(s, threads);
        check_ok(snq_render_run(&cfg, NULL, &again));
        assert_int_equal(again.frames, result.frames);
        assert_memory_equal(kept, s->sum[0], FRAMES_MAX * sizeof *kept);
    }
    cfg.seed = 6; /* free phases of the voices are another's */
    cfg.threads = 1;
    s->sum_frames = 0;
    memset(s->frames, 0, sizeof s->frames);
    s->told_s = 0.0;
    check_ok(snq_render_run(&cfg, NULL, &again));
    assert_memory_not_equal(kept, s->sum[0], (size_t)result.frames * sizeof *kept);
    free(kept);
}

/* A lane has a stem of its own and is not in the sum. */
static void lanes_stand_apart(void **state)
{
    stage *s = *state;
    snq_render_result result;
    snq_render_part part[2] = { s->part[0], s->part[0] };
    part[1].only_pitch = 41;
    snq_render_cfg cfg = cfg_of(s, 2);
    cfg.part = part;
    cfg.parts = 2;
    check_ok(snq_render_run(&cfg, NULL, &result));
    const double whole = power(s->stem[0][0], result.frames),
                 lane = power(s->stem[1][0], result.frames);
    assert_true(lane > 0.0 && lane < whole / 2.0);
    assert_memory_equal(s->stem[0][0], s->sum[0], (size_t)result.frames * sizeof(float));
}

static void an_empty_piece_is_silence(void **state)
{
    stage *s = *state;
    snq_render_result result;
    snq_render_cfg cfg = cfg_of(s, 2);
    cfg.parts = 0;
    check_ok(snq_render_run(&cfg, NULL, &result));
    assert_int_equal(result.frames, 4 * RATE);
    assert_true(result.peak == 0.0f && power(s->sum[0], result.frames) == 0.0);
}

static void stops_when_told(void **state)
{
    stage *s = *state;
    snq_render_result result;
    snq_render_cfg cfg = cfg_of(s, 2);
    s->cancel_after = 1;
    check_status(snq_render_run(&cfg, NULL, &result), SNQ_ERR_CANCELLED);
    assert_int_equal(result.frames, 2 * SNQ_RENDER_CHUNK);
    s->cancel_after = -1;
    s->fail_part = 3;
    cfg = cfg_of(s, 2);
    check_status(snq_render_run(&cfg, NULL, &result), SNQ_ERR_IO);
    assert_non_null(strstr(snq_last_error(), "disk is full"));
    s->fail_part = -1;
    cfg = cfg_of(s, 0);
    check_status(snq_render_run(&cfg, NULL, &result), SNQ_ERR_RANGE);
    cfg = cfg_of(s, 1);
    s->part[2].track = 99;
    check_status(snq_render_run(&cfg, NULL, &result), SNQ_ERR_RANGE);
    cfg.stem = NULL;
    check_status(snq_render_run(&cfg, NULL, &result), SNQ_ERR_ARG);
}

static void out_of_memory_leaves_nothing(void **state)
{
    stage *s = *state;
    snq_render_result result;
    const snq_render_cfg cfg = cfg_of(s, 2);
    const int64_t live = snq_alloc_live();
    snq_status st = SNQ_ERR_NOMEM;
    for (int64_t n = 0; st == SNQ_ERR_NOMEM && n < 10000; n++) {
        memset(s->frames, 0, sizeof s->frames);
        s->sum_frames = 0;
        s->told_s = 0.0;
        snq_alloc_fail_after(n);
        st = snq_render_run(&cfg, NULL, &result);
        snq_alloc_fail_after(-1);
        assert_int_equal(snq_alloc_live(), live);
    }
    assert_int_equal(st, SNQ_OK);
}

/* A part of the piece is what it is in the whole of it, cut where it is told, or lengthened by silence. */
static void a_part_of_the_piece(void **state)
{
    enum { FROM = 3 * SNQ_RENDER_CHUNK + 77, TO = 2 * RATE + 5, LONG = 8 * RATE };
    stage *s = *state;
    snq_render_cfg cfg = cfg_of(s, 2);
    snq_render_result whole, r;
    check_ok(snq_render_run(&cfg, NULL, &whole));
    float *before = malloc(FRAMES_MAX * sizeof *before);
    memcpy(before, s->stem[3][0], FRAMES_MAX * sizeof *before);
    cfg.progress = NULL;
    cfg.from = FROM;
    for (cfg.to = TO; cfg.to; cfg.to = cfg.to == TO ? LONG : 0) {
        memset(s->frames, 0, sizeof s->frames);
        s->sum_frames = 0;
        check_ok(snq_render_run(&cfg, NULL, &r));
        assert_int_equal(r.frames, cfg.to - FROM);
        assert_int_equal(s->sum_frames, cfg.to - FROM);
        for (int64_t i = 0; i < r.frames; i++)
            if (s->stem[3][0][i] != (FROM + i < whole.frames ? before[FROM + i] : 0.0f))
                fail_msg("to %lld: frame %lld", (long long)cfg.to, (long long)i);
    }
    memset(s->frames, 0, sizeof s->frames); /* to its end */
    s->sum_frames = 0;
    check_ok(snq_render_run(&cfg, NULL, &r));
    assert_int_equal(r.frames, whole.frames - FROM);
    cfg.to = FROM;
    assert_int_equal(snq_render_run(&cfg, NULL, &r), SNQ_ERR_RANGE);
    cfg.from = -1;
    assert_int_equal(snq_render_run(&cfg, NULL, &r), SNQ_ERR_RANGE);
    free(before);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_part_of_the_piece), TEST(stems_add_up),
        TEST(strips_are_applied),  TEST(threads_change_nothing),
        TEST(lanes_stand_apart),   TEST(an_empty_piece_is_silence),
        TEST(stops_when_told),     TEST(out_of_memory_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
