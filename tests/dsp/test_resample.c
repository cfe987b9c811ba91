// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/attr.h"
#include "dsp/resample.h"
#include "support/sweep.h"

enum { OUT_MAX = 1000000 };

typedef struct taken {
    size_t n;
    size_t stop_at;
    float x[OUT_MAX];
} taken;

static snq_status take(void *user, const float *out, size_t n)
{
    taken *t = user;
    assert_true(n > 0 && t->n + n <= OUT_MAX);
    memcpy(t->x + t->n, out, n * sizeof(float));
    t->n += n;
    return t->stop_at && t->n >= t->stop_at ? SNQ_ERR_CANCELLED : SNQ_OK;
}

static void run(snq_resample *r, const float *x, size_t n, size_t block, taken *t)
{
    t->n = 0;
    for (size_t at = 0; at < n; at += block)
        check_ok(snq_resample_push(r, x + at, n - at < block ? n - at : block, take, t));
    check_ok(snq_resample_finish(r, take, t));
}

static void test_sine_keeps_time(void **state)
{
    (void)state;
    static const uint32_t rate[][2] = { { 44100, 22050 }, { 48000, 22050 }, { 44100, 48000 },
                                        { 8000, 22050 },  { 96000, 11025 }, { 1000, 768000 } };
    enum { N = 40000 };
    static float x[N];
    taken *t = calloc(1, sizeof(*t));
    for (size_t i = 0; i < SNQ_COUNT(rate); i++) {
        const uint32_t in = rate[i][0], out = rate[i][1];
        const size_t n = out > in * 4 ? 300 : N;
        const double f = 0.1 * (in < out ? in : out);
        for (size_t k = 0; k < n; k++)
            x[k] = (float)(0.5 * sin(2 * M_PI * f * (double)k / in));
        snq_resample *r;
        check_ok(snq_resample_new(&(snq_resample_cfg) { .in_hz = in, .out_hz = out }, &r));
        run(r, x, n, 1000, t);
        assert_int_equal(t->n, (n * (uint64_t)out + in - 1) / in);
        const size_t edge = t->n / 3; /* away from the ends: the same sine at the new rate */
        for (size_t k = edge; k < t->n - edge; k++)
            check_near(t->x[k], 0.5 * sin(2 * M_PI * f * (double)k / out), 2e-5);
        snq_resample_free(r);
    }
    free(t);
}

/* What the new rate can't carry is gone, not folded back. */
static void test_no_alias(void **state)
{
    (void)state;
    enum { N = 44100 };
    static float x[N];
    taken *t = calloc(1, sizeof(*t));
    for (int k = 0; k < N; k++)
        x[k] = (float)sin(2 * M_PI * 15000 * k / 44100.0);
    snq_resample *r;
    check_ok(snq_resample_new(&(snq_resample_cfg) { .in_hz = 44100, .out_hz = 22050 }, &r));
    run(r, x, N, N, t);
    double sum = 0;
    for (size_t k = 2000; k < t->n - 2000; k++)
        sum += (double)t->x[k] * t->x[k];
    assert_true(10 * log10(sum / (double)(t->n - 4000) / 0.5 + 1e-30) < -100);
    snq_resample_free(r);
    free(t);
}

static void test_length_and_pieces(void **state)
{
    (void)state;
    static const size_t length[] = { 0, 1, 2, 3, 17, 100, 4095, 4097, 10007 };
    static const uint32_t rate[][2] = {
        { 44100, 22050 }, { 22050, 48000 }, { 48000, 44100 }, { 44100, 44100 }, { 192000, 8000 }
    };
    static float x[10007];
    for (int k = 0; k < 10007; k++)
        x[k] = (float)sin(0.01 * k * (1 + 0.0001 * k));
    taken *want = calloc(1, sizeof(*want)), *t = calloc(1, sizeof(*t));
    for (size_t i = 0; i < SNQ_COUNT(rate); i++) {
        const uint32_t in = rate[i][0], out = rate[i][1];
        snq_resample *r;
        check_ok(snq_resample_new(&(snq_resample_cfg) { .in_hz = in, .out_hz = out }, &r));
        for (size_t k = 0; k < SNQ_COUNT(length); k++) {
            const size_t n = length[k];
            run(r, x, n, n + 1, want);
            assert_int_equal(want->n, (n * (uint64_t)out + in - 1) / in);
            for (size_t block = 1; block < n; block = block * 7 + 1) {
                run(r, x, n, block, t);
                assert_int_equal(t->n, want->n);
                assert_memory_equal(t->x, want->x, t->n * sizeof(float));
            }
        }
        check_ok(snq_resample_push(r, x, 500, take, t));
        snq_resample_reset(r); /* what was pushed is forgotten */
        run(r, x, 10007, 10007, t);
        assert_memory_equal(t->x, want->x, t->n * sizeof(float));
        if (in == out)
            assert_memory_equal(t->x, x, sizeof(x));
        snq_resample_free(r);
    }
    free(want);
    free(t);
}

static void test_sink_stops_it(void **state)
{
    (void)state;
    static float x[9000];
    taken *t = calloc(1, sizeof(*t));
    for (uint32_t out = 22050; out <= 44100; out += 22050) {
        snq_resample *r;
        check_ok(snq_resample_new(&(snq_resample_cfg) { .in_hz = 44100, .out_hz = out }, &r));
        t->n = 0;
        t->stop_at = 1;
        check_status(snq_resample_push(r, x, 9000, take, t), SNQ_ERR_CANCELLED);
        snq_resample_reset(r);
        if (out == 22050) { /* so few that all come out at the end */
            t->n = t->stop_at = 0;
            check_ok(snq_resample_push(r, x, 10, take, t));
            assert_int_equal(t->n, 0);
            t->stop_at = 1;
            check_status(snq_resample_finish(r, take, t), SNQ_ERR_CANCELLED);
        }
        snq_resample_free(r);
    }
    free(t);
}

/* A stream of stretches, sound and silence in turn, silence first: each sample pushed. */
typedef struct plan {
    uint32_t in, out;
    double seconds[6];
} plan;

static size_t stretch(const plan *p, int i)
{
    return (size_t)(p->seconds[i] * p->in);
}

/* told: silence is told as such. */
static void play(const plan *p, int told, size_t block, taken *t)
{
    static float x[1 << 16];
    snq_resample *r;
    uint32_t seed = 1;
    t->n = 0;
    check_ok(snq_resample_new(&(snq_resample_cfg) { .in_hz = p->in, .out_hz = p->out }, &r));
    for (int round = 0; round < 2; round++) { /* what was learnt stays, what was heard doesn't */
        for (int i = 0; i < 6; i++) {
            size_t left = stretch(p, i);
            while (left) {
                const size_t n = left < block ? left : block;
                for (size_t k = 0; k < n; k++) {
                    seed = seed * 1664525u + 1013904223u;
                    x[k] = i & 1 ? (float)((double)seed / 4294967296.0 - 0.5) : 0;
                }
                if (told && !(i & 1))
                    check_ok(snq_resample_push_silence(r, n, take, t));
                else
                    check_ok(snq_resample_push(r, x, n, take, t));
                left -= n;
            }
        }
        check_ok(snq_resample_finish(r, take, t));
    }
    snq_resample_free(r);
}

/* Whatever is skipped, the samples are the same to the last bit. */
static void test_silence_changes_nothing(void **state)
{
    (void)state;
    static const plan plans[] = {
        { 8000, 22050, { 1.5, 0.1, 8.3, 0.01, 2.5, 0.2 } },
        { 11025, 22050, { 0, 0.1, 3.7, 0.2, 2.9, 0 } },
        { 16000, 22050, { 6.01, 0.1, 0.9, 0.2, 1.3, 0.1 } },
        { 22050, 22050, { 1, 0.1, 1, 0.2, 1, 0 } },
        { 32000, 22050, { 2.2, 0.1, 4.1, 0.2, 8.7, 0.001 } },
        { 37800, 22050, { 0, 0.1, 5.3, 0.2, 1, 0 } },
        { 44056, 22050, { 2.9, 0.1, 2.1, 0.2, 0.1, 0.1 } },
        { 44100, 22050, { 3.33, 0.1, 1.7, 0.0001, 6.1, 0.1 } },
        { 44100, 22050, { 0, 0.001, 2.10001, 0.2, 9.5, 0 } },
        { 48000, 22050, { 8.1, 0.1, 5.77, 0.3, 0.7, 0.1 } },
        { 48000, 22050, { 0, 0.01, 0.999, 0.01, 9.3, 0.1 } },
        { 88200, 22050, { 0, 0.1, 4.4, 0.1, 4.1, 0.1 } },
        { 96000, 22050, { 1.01, 0.1, 6.2, 0.05, 2.1, 0.1 } },
        { 192000, 22050, { 0, 0.1, 5.9, 0.02, 3.3, 0.1 } },
        { 768000, 22050, { 0, 0.02, 4.1, 0.02, 1.7, 0.1 } },
    };
    static const size_t block[] = { 1, 333, 8192, 60000 };
    taken *want = calloc(1, sizeof(*want)), *t = calloc(1, sizeof(*t));
    for (size_t i = 0; i < SNQ_COUNT(plans); i++) {
        play(&plans[i], 0, 4096, want);
        for (size_t b = plans[i].in > 48000; b < SNQ_COUNT(block); b++) {
            play(&plans[i], 1, block[b], t);
            assert_int_equal(t->n, want->n);
            for (size_t k = 0; k < t->n; k++) /* by value: zeros have signs */
                if (t->x[k] != want->x[k])
                    fail_msg("plan %zu, sample %zu: %.9g, want %.9g", i, k, (double)t->x[k],
                             (double)want->x[k]);
        }
    }
    free(want);
    free(t);
}

typedef struct tally {
    uint64_t n, stop_at;
    int loud;
} tally;

static snq_status count(void *user, const float *out, size_t n)
{
    tally *t = user;
    t->n += n;
    for (size_t i = 0; i < n; i += n / 4 + 1)
        t->loud |= out[i] != 0;
    return t->stop_at && t->n >= t->stop_at ? SNQ_ERR_CANCELLED : SNQ_OK;
}

/* A week of silence: it takes no time, all of it is there, and a sink can stop it. */
static void test_long_silence(void **state)
{
    (void)state;
    static const uint32_t rate[] = { 11025, 22050, 44100, 48000, 96000, 192000 };
    const float click = 1;
    for (size_t i = 0; i < SNQ_COUNT(rate); i++) {
        tally t = { 0 };
        snq_resample *r;
        check_ok(snq_resample_new(&(snq_resample_cfg) { .in_hz = rate[i], .out_hz = 22050 }, &r));
        const uint64_t week = 7 * 86400 * (uint64_t)rate[i] + 1;
        check_ok(snq_resample_push_silence(r, 0, count, &t));
        assert_int_equal(t.n, 0);
        check_ok(snq_resample_push_silence(r, week, count, &t));
        assert_true(t.n > 7 * 86400 * 22050ull - 22050 && t.n <= (week * 22050 / rate[i]) + 1);
        assert_false(t.loud);
        check_ok(snq_resample_push(r, &click, 1, count, &t));
        check_ok(snq_resample_finish(r, count, &t));
        assert_true(t.n == ((week + 1) * 22050 + rate[i] - 1) / rate[i]);
        t = (tally) { .stop_at = 100000000 };
        check_status(snq_resample_push_silence(r, week, count, &t), SNQ_ERR_CANCELLED);
        assert_true(t.n < t.stop_at + 10000);
        snq_resample_free(r);
    }
}

static void test_refuses(void **state)
{
    (void)state;
    static const snq_resample_cfg bad[] = {
        { 0, 44100 }, { 768001, 44100 }, { 44100, 999 }, { 44100, 768001 }
    };
    for (size_t i = 0; i < SNQ_COUNT(bad); i++) {
        snq_resample *r = (snq_resample *)&state;
        check_status(snq_resample_new(&bad[i], &r), SNQ_ERR_RANGE);
        assert_null(r);
    }
    snq_resample_free(NULL);
}

static snq_status make(void *user, void **object)
{
    (void)user;
    return snq_resample_new(&(snq_resample_cfg) { .in_hz = 44100, .out_hz = 22050 },
                            (snq_resample **)object);
}

static void unmake(void *object)
{
    snq_resample_free(object);
}

static void test_sweep(void **state)
{
    (void)state;
    snq_sweep(make, unmake, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sine_keeps_time),
        cmocka_unit_test(test_no_alias),
        cmocka_unit_test(test_length_and_pieces),
        cmocka_unit_test(test_sink_stops_it),
        cmocka_unit_test(test_silence_changes_nothing),
        cmocka_unit_test(test_long_silence),
        cmocka_unit_test(test_refuses),
        cmocka_unit_test(test_sweep),
    };
    return cmocka_run_group_tests_name("resample", tests, NULL, NULL);
}
