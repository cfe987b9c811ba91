// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/attr.h"
#include "base/cpu.h"
#include "base/rng.h"
#include "dsp/levels.h"
#include "support/sweep.h"

static snq_levels *make_levels(uint32_t channels)
{
    snq_levels *l;
    check_ok(snq_levels_new(&(snq_levels_cfg) { .channels = channels }, &l));
    return l;
}

static void test_sums(void **state)
{
    (void)state;
    enum { N = 2000 };
    static const uint32_t segment[] = { 1, 0, 999, 1000 };
    float x[2][N];
    snq_rng rng;
    snq_rng_init(&rng, 2);
    for (int t = 0; t < N; t++)
        for (int c = 0; c < 2; c++)
            x[c][t] = (float)(0.1 + 0.2 * snq_rng_normal(&rng));
    const unsigned was = snq_cpu_flags();
    for (int row = 0; row < 3; row++) {
        snq_cpu_force(row == 0 ? 0 : row == 1 ? SNQ_CPU_AVX2 : was);
        snq_levels *l = make_levels(2);
        const snq_audio a = { .channel = { x[0], x[1] }, .channels = 2, .rate_hz = 1, .frames = N };
        snq_level out[SNQ_COUNT(segment)][2];
        double cross[SNQ_COUNT(segment)];
        snq_levels_push(l, &a, segment, SNQ_COUNT(segment), out[0], cross);
        for (size_t s = 0, at = 0; s < SNQ_COUNT(segment); at += segment[s++]) {
            double lr = 0;
            for (int c = 0; c < 2; c++) {
                double sum = 0, sum_sq = 0;
                float min = segment[s] ? INFINITY : 0, max = segment[s] ? -INFINITY : 0;
                for (size_t t = at; t < at + segment[s]; t++) {
                    sum += x[c][t];
                    sum_sq += (double)x[c][t] * x[c][t];
                    min = fminf(min, x[c][t]);
                    max = fmaxf(max, x[c][t]);
                    lr += c ? 0 : (double)x[0][t] * x[1][t];
                }
                check_near(out[s][c].sum, sum, 1e-10);
                check_near(out[s][c].sum_sq, sum_sq, 1e-10);
                assert_true(out[s][c].min == min && out[s][c].max == max);
                assert_int_equal(out[s][c].clipped, 0);
            }
            check_near(cross[s], lr, 1e-10);
        }
        snq_levels_push(l, &a, segment, SNQ_COUNT(segment), out[0], NULL);
        snq_levels_free(l);
    }
    snq_cpu_force(was);
}

static void test_mono_has_no_cross(void **state)
{
    (void)state;
    const float x[3] = { 1, 2, 3 };
    const uint32_t n = 3;
    snq_levels *l = make_levels(1);
    const snq_audio a = { .channel = { x }, .channels = 1, .rate_hz = 1, .frames = 3 };
    snq_level out;
    double cross = 9;
    snq_levels_push(l, &a, &n, 1, &out, &cross);
    check_near(cross, 0, 0);
    check_near(out.sum, 6, 0);
    snq_levels_free(l);
}

/* Runs of ones in a string: '1' full scale, 'o' over it, 'm' minus full scale, 'c' exactly the ceiling, '.' just
 * below it, '|' a border between segments, '/' one between blocks (and segments). */
static void check_runs(const char *text, const uint32_t *want)
{
    snq_levels *l = make_levels(1);
    float x[64];
    uint32_t segment[32], segments = 0, n = 0, in_segment = 0, done = 0;
    for (const char *p = text;; p++) {
        if (*p == '|' || *p == '/' || *p == 0) {
            segment[segments++] = in_segment;
            in_segment = 0;
            if (*p == '|')
                continue;
            snq_level out[32];
            const snq_audio a = { .channel = { x }, .channels = 1, .rate_hz = 1, .frames = n };
            snq_levels_push(l, &a, segment, segments, out, NULL);
            for (uint32_t s = 0; s < segments; s++, done++)
                if (out[s].clipped != want[done])
                    fail_msg("%s: segment %u has %u, want %u", text, done, out[s].clipped,
                             want[done]);
            n = segments = 0;
            if (*p == 0)
                break;
            continue;
        }
        in_segment++;
        x[n++] = *p == '1'   ? 1.0f
                 : *p == 'm' ? -1.0f
                 : *p == 'c' ? 32767.0f / 32768
                 : *p == 'o' ? 1.25f
                             : 0.99996f;
    }
    snq_levels_free(l);
}

static void test_clipping(void **state)
{
    (void)state;
    const unsigned was = snq_cpu_flags();
    for (int row = 0; row < 2; row++) {
        snq_cpu_force(row ? was : 0);
        check_runs("....11......1..", (uint32_t[]) { 0 });
        check_runs("....111....1111", (uint32_t[]) { 7 });
        check_runs("1m1.ccc.11.1", (uint32_t[]) { 6 });
        check_runs("..11|1...", (uint32_t[]) { 0, 3 });
        check_runs("..11/1...", (uint32_t[]) { 0, 3 });
        check_runs("..1|1|1|1|.1", (uint32_t[]) { 0, 0, 3, 1, 0 });
        check_runs("111/111/./11", (uint32_t[]) { 3, 3, 0, 0 });
        check_runs("ooooo..11o1..1o11", (uint32_t[]) { 0 });
        check_runs("ooo111ooo", (uint32_t[]) { 3 });
        check_runs("11||1", (uint32_t[]) { 0, 0, 3 });
        check_runs("11/................/1", (uint32_t[]) { 0, 0, 0 });
        check_runs("..........................111.............................1111",
                   (uint32_t[]) { 7 });
    }
    snq_cpu_force(was);
    snq_levels *l = make_levels(1);
    const float x[2] = { 1, 1 };
    const uint32_t n = 2;
    const snq_audio a = { .channel = { x }, .channels = 1, .rate_hz = 1, .frames = 2 };
    snq_level out;
    snq_levels_push(l, &a, &n, 1, &out, NULL);
    snq_levels_reset(l); /* the open run of two is forgotten */
    snq_levels_push(l, &a, &n, 1, &out, NULL);
    assert_int_equal(out.clipped, 0);
    snq_levels_free(l);
}

static void test_refuses(void **state)
{
    (void)state;
    snq_levels *l = (snq_levels *)&state;
    check_status(snq_levels_new(&(snq_levels_cfg) { .channels = 0 }, &l), SNQ_ERR_RANGE);
    assert_null(l);
    check_status(snq_levels_new(&(snq_levels_cfg) { .channels = 17 }, &l), SNQ_ERR_RANGE);
    snq_levels_free(NULL);
}

static snq_status make(void *user, void **object)
{
    (void)user;
    return snq_levels_new(&(snq_levels_cfg) { .channels = 2 }, (snq_levels **)object);
}

static void unmake(void *object)
{
    snq_levels_free(object);
}

static void test_sweep(void **state)
{
    (void)state;
    snq_sweep(make, unmake, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sums),     cmocka_unit_test(test_mono_has_no_cross),
        cmocka_unit_test(test_clipping), cmocka_unit_test(test_refuses),
        cmocka_unit_test(test_sweep),
    };
    return cmocka_run_group_tests_name("levels", tests, NULL, NULL);
}
