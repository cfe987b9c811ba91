// SPDX-License-Identifier: MIT
#include "support/check.h"
#include "support/make_audio.h"

#include <ebur128.h>

#include "base/alloc.h"
#include "jobs/mix_down.h"

enum { RATE = 48000, N = 5 * RATE };

typedef struct stage {
    snq_mix_plan plan;
    snq_score score;
    float *side[2]; /* (N,) the pre-master */
    float *record[2];
    int64_t frames;
    int fail_after; /* blocks of the record; -1 never */
} stage;

static int begin(void **state)
{
    stage *s = snq_calloc(1, sizeof *s);
    snq_score_init(&s->score);
    check_ok(snq_mix_plan_init(&s->plan, 1));
    snprintf(s->plan.strip[0].name, sizeof s->plan.strip[0].name, "one");
    for (int c = 0; c < 2; c++) {
        s->side[c] = make_silence(N);
        s->record[c] = make_silence(N);
        add_noise(s->side[c], RATE, N, 0.02, 3 + (uint64_t)c);
        add_sine(s->side[c], 0, 4 * RATE, RATE, 60.0, 0.2, 0.5 * c);
        s->side[c][2 * RATE] = 0.9f;
    }
    s->fail_after = -1;
    *state = s;
    return 0;
}

static int end(void **state)
{
    stage *s = *state;
    for (int c = 0; c < 2; c++) {
        snq_free(s->side[c]);
        snq_free(s->record[c]);
    }
    snq_mix_plan_clear(&s->plan);
    snq_score_clear(&s->score);
    snq_free(s);
    return 0;
}

static snq_status take(void *user, const snq_audio *block)
{
    stage *s = user;
    assert_true(s->frames + (int64_t)block->frames <= N);
    for (int c = 0; c < 2; c++)
        memcpy(s->record[c] + s->frames, block->channel[c], block->frames * sizeof(float));
    s->frames += (int64_t)block->frames;
    return s->fail_after >= 0 && s->fail_after-- == 0 ? SNQ_FAIL(SNQ_ERR_IO, "the disk is full")
                                                      : SNQ_OK;
}

static snq_mix_down_cfg cfg_of(stage *s, uint32_t threads)
{
    s->frames = 0;
    return (snq_mix_down_cfg) {
        .plan = &s->plan, .score = &s->score, .rate_hz = RATE, .threads = threads, .seed = 3
    };
}

static snq_status run(stage *s, const snq_mix_down_cfg *cfg, size_t n, size_t block, int bits,
                      snq_mix_figures *figures)
{
    snq_mix_down *m;
    SNQ_TRY(snq_mix_down_new(cfg, NULL, &m));
    snq_status st = SNQ_OK;
    for (size_t at = 0; at < n && st >= 0; at += block) {
        const snq_audio a = { .channel = { s->side[0] + at, s->side[1] + at },
                              .channels = 2,
                              .rate_hz = RATE,
                              .frames = n - at < block ? n - at : block };
        st = snq_mix_down_take(m, &a);
    }
    if (st >= 0)
        st = snq_mix_down_finish(m, bits, take, s, figures);
    snq_mix_down_free(m);
    return st;
}

static void measure(const stage *s, double *lufs, double *peak)
{
    float *both = snq_calloc(2 * N, sizeof *both);
    double p[2];
    ebur128_state *e = ebur128_init(2, RATE, EBUR128_MODE_I | EBUR128_MODE_TRUE_PEAK);
    for (size_t i = 0; i < 2 * N; i++)
        both[i] = s->record[i % 2][i / 2];
    assert_int_equal(ebur128_add_frames_float(e, both, N), 0);
    ebur128_loudness_global(e, lufs);
    ebur128_true_peak(e, 0, &p[0]);
    ebur128_true_peak(e, 1, &p[1]);
    *peak = 20.0 * log10(fmax(p[0], p[1]));
    ebur128_destroy(&e);
    snq_free(both);
}

/* The record is as loud as asked, of the same length, and nothing of it is moved; figures are true. */
static void a_record(void **state)
{
    stage *s = *state;
    snq_mix_figures f;
    snq_mix_down_cfg cfg = cfg_of(s, 2);
    double lufs, peak;
    check_ok(run(s, &cfg, N, 16384, 24, &f));
    assert_int_equal(s->frames, N);
    measure(s, &lufs, &peak);
    check_near(lufs, -14.0, 0.3);
    check_near(f.lufs, lufs, 0.02);
    check_near(f.true_peak_dbtp, peak, 0.1);
    assert_true(peak <= -0.995 && f.peak_dbfs <= peak + 0.01);
    assert_true(f.limiter.deepest_db < -1.0f && f.inserts_db == 0.0);
    assert_true(f.gain_db > 0.0);
    size_t at = 0; /* the click is where it was */
    for (size_t i = 0; i < N; i++)
        at = fabsf(s->record[0][i]) > fabsf(s->record[0][at]) ? i : at;
    assert_int_equal(at, 2 * RATE);
}

static void threads_and_blocks_change_nothing(void **state)
{
    stage *s = *state;
    snq_mix_figures f;
    float *want[2];
    snq_chain_link *l = snq_chain_add(&s->plan.master.inserts, "compressor");
    check_ok(snq_chain_set(l, "lookahead_ms", 5.0f));
    snq_mix_down_cfg cfg = cfg_of(s, 1);
    check_ok(run(s, &cfg, N, 16384, 24, &f));
    assert_true(f.inserts_db < -0.5);
    for (int c = 0; c < 2; c++) {
        want[c] = s->record[c];
        s->record[c] = make_silence(N);
    }
    static const size_t block[] = { 1000, 50000, N };
    for (uint32_t k = 0; k < 3; k++) {
        cfg = cfg_of(s, k + 2);
        check_ok(run(s, &cfg, N, block[k], 24, &f));
        for (int c = 0; c < 2; c++)
            assert_memory_equal(want[c], s->record[c], N * sizeof(float));
    }
    cfg = cfg_of(s, 1);
    check_ok(run(s, &cfg, N, N, 0, &f)); /* dither is all that differs */
    double most = 0.0;
    for (size_t i = 0; i < N; i++)
        most = fmax(most, fabs((double)want[0][i] - (double)s->record[0][i]));
    assert_true(most > 0.0 && most <= 1.01 * 0x1p-23);
    snq_free(want[0]);
    snq_free(want[1]);
}

static void nothing_and_silence(void **state)
{
    stage *s = *state;
    snq_mix_figures f;
    snq_mix_down_cfg cfg = cfg_of(s, 2);
    check_ok(run(s, &cfg, 0, 1, 24, &f));
    assert_true(s->frames == 0 && isinf(f.lufs) && isinf(f.true_peak_dbtp) && f.gain_db == 0.0);
    for (int c = 0; c < 2; c++)
        memset(s->side[c], 0, N * sizeof(float));
    cfg = cfg_of(s, 2);
    check_ok(run(s, &cfg, N - 77, 16384, 24, &f));
    assert_int_equal(s->frames, N - 77);
    for (size_t i = 0; i < N; i++)
        assert_true(s->record[0][i] == 0.0f && s->record[1][i] == 0.0f);
    assert_true(isinf(f.lufs) && isinf(f.peak_dbfs));
    cfg = cfg_of(s, 2);
    check_ok(run(s, &cfg, 100, 7, 24, &f)); /* shorter than what the limiter looks ahead */
    assert_int_equal(s->frames, 100);
}

static void failures_are_told(void **state)
{
    stage *s = *state;
    snq_mix_figures f;
    snq_mix_down *m;
    snq_mix_down_cfg cfg = cfg_of(s, 2);
    s->fail_after = 3;
    check_status(run(s, &cfg, N, 16384, 24, &f), SNQ_ERR_IO);
    assert_non_null(strstr(snq_last_error(), "disk is full"));
    s->fail_after = -1;
    const volatile int cancel = 1;
    cfg = cfg_of(s, 2);
    cfg.cancel = &cancel;
    check_status(run(s, &cfg, N, 16384, 24, &f), SNQ_ERR_CANCELLED);
    cfg = cfg_of(s, 0);
    check_status(snq_mix_down_new(&cfg, NULL, &m), SNQ_ERR_RANGE);
    assert_null(m);
    const char *was = getenv("TMPDIR");
    char *kept = was ? strdup(was) : NULL;
    setenv("TMPDIR", "/nonexistent", 1); /* others are tried */
    cfg = cfg_of(s, 1);
    check_ok(snq_mix_down_new(&cfg, NULL, &m));
    assert_true(snq_mix_down_desk(m)->latency == 0 && snq_mix_down_ducked_db(m, 0) == 0.0f);
    snq_mix_down_free(m);
    if (kept)
        setenv("TMPDIR", kept, 1);
    else
        unsetenv("TMPDIR");
    free(kept);
    snq_mix_down_free(NULL);
}

static void out_of_memory_leaves_nothing(void **state)
{
    stage *s = *state;
    snq_mix_figures f;
    const int64_t live = snq_alloc_live();
    snq_status st = SNQ_ERR_NOMEM;
    int64_t n = 0;
    for (; st == SNQ_ERR_NOMEM && n < 1000; n++) {
        const snq_mix_down_cfg cfg = cfg_of(s, 2);
        snq_alloc_fail_after(n);
        st = run(s, &cfg, RATE / 2, 16384, 24, &f);
        snq_alloc_fail_after(-1);
        assert_int_equal(snq_alloc_live(), live);
    }
    assert_int_equal(st, SNQ_OK);
    assert_true(n > 20);
}

/* ---- a piece that begins in its midst and ends with a film ---- */

enum { PIECE = 3 * SNQ_RENDER_CHUNK };

/* The stem of a part that plays 0.5, from the piece's first frame on; free. */
static float *stem_of(const snq_mix_down_cfg *cfg, size_t block)
{
    snq_mix_down *m;
    float *played = make_silence(SNQ_RENDER_CHUNK), *other = make_silence(SNQ_RENDER_CHUNK);
    float *left = make_silence(2 * PIECE);
    const float *const sides[1][2] = { { played, played } };
    check_ok(snq_mix_down_new(cfg, NULL, &m));
    const snq_render_desk *desk = snq_mix_down_desk(m);
    for (size_t i = 0; i < SNQ_RENDER_CHUNK; i++)
        played[i] = 0.5f;
    for (size_t at = 0; at < PIECE + desk->latency; at += block)
        desk->strip(desk->user, 0, sides, block, left + at, other);
    memmove(left, left + desk->latency, PIECE * sizeof *left);
    snq_mix_down_free(m);
    snq_free(played);
    snq_free(other);
    return left;
}

static double cosine(double part)
{
    return 0.5 - 0.5 * cos(M_PI * fmin(fmax(part, 0.0), 1.0));
}

/* A raised cosine, to the frame, whatever the blocks and however late the mixer is. */
static void stems_rise_and_fall(void **state)
{
    static const struct {
        int64_t rise_at, rise, fall_at, fall;
    } row[] = {
        { 0, 0, 0, 0 },
        { 1000, 480, 20000, 3000 },
        { 0, 0, 20000, 3000 },
        { 1000, 480, 0, 0 },
        { 5000, 10000, 7000, 10000 }, /* both at once */
        { -100, 480, PIECE - 10, 10 },
    };
    stage *s = *state;
    for (int late = 0; late < 2; late++) {
        snq_mix_down_cfg cfg = cfg_of(s, 1);
        float *plain = stem_of(&cfg, SNQ_RENDER_CHUNK);
        assert_true(fabsf(plain[PIECE / 2]) > 0.1f);
        for (size_t r = 0; r < SNQ_COUNT(row); r++) {
            cfg.rise_at = row[r].rise_at;
            cfg.rise = row[r].rise;
            cfg.fall_at = row[r].fall_at;
            cfg.fall = row[r].fall;
            float *x = stem_of(&cfg, r % 2 ? SNQ_RENDER_CHUNK / 8 : SNQ_RENDER_CHUNK);
            for (int64_t i = 0; i < PIECE; i++) {
                double gain =
                    row[r].rise ? cosine((double)(i - row[r].rise_at) / (double)row[r].rise) : 1.0;
                if (row[r].fall)
                    gain *= 1.0 - cosine((double)(i - row[r].fall_at) / (double)row[r].fall);
                check_near((double)x[i], gain * (double)plain[i], 1e-6);
            }
            snq_free(x);
        }
        snq_free(plain);
        if (!late) { /* an insert that looks ahead makes the mixer late */
            snq_chain_link *l = snq_chain_add(&s->plan.strip[0].inserts, "compressor");
            check_ok(snq_chain_set(l, "lookahead_ms", 5.0f));
        }
    }
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_record),          TEST(threads_and_blocks_change_nothing), TEST(nothing_and_silence),
        TEST(failures_are_told), TEST(out_of_memory_leaves_nothing),      TEST(stems_rise_and_fall),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
