// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "support/sweep.h"

#include "base/alloc.h"
#include "base/rng.h"
#include "base/str.h"
#include "score/overview.h"

enum { LONG = 700001 };

static float *noise(size_t n, uint64_t seed)
{
    float *x = snq_calloc(n, sizeof *x);
    snq_rng r;
    snq_rng_init(&r, seed);
    for (size_t i = 0; i < n; i++)
        x[i] = (float)(2.0 * snq_rng_uniform(&r) - 1.0);
    return x;
}

/* By the definition, exact as long as a cell is one frame. */
static void agrees_with_the_definition(void **state)
{
    const size_t n = 60000;
    float *left = noise(n, 1), *right = noise(n, 2);
    snq_outliner *o;
    check_ok(snq_outliner_new(48000, &o));
    for (size_t at = 0; at < n; at += 777) {
        const snq_audio all = { { left, right }, 2, 48000, n };
        const snq_audio part = snq_audio_part(&all, at, 777);
        snq_outliner_push(o, &part);
    }
    for (uint32_t points = 1; points <= 8000; points = points * 7 + 1) {
        snq_overview v;
        check_ok(snq_outliner_pull(o, points, &v));
        assert_int_equal(v.points, points);
        assert_int_equal(v.frames, n);
        for (uint32_t i = 0; i < points; i++) {
            float min = 2, max = -2;
            double sum = 0;
            const size_t from = i * n / points, to = (i + 1) * n / points;
            for (size_t k = from; k < to; k++) {
                min = fminf(min, fminf(left[k], right[k]));
                max = fmaxf(max, fmaxf(left[k], right[k]));
                sum += (double)left[k] * left[k] + (double)right[k] * right[k];
            }
            check_near(v.point[i].min, min, 0);
            check_near(v.point[i].max, max, 0);
            check_near(v.point[i].rms, sqrt(sum / (2.0 * (double)(to - from))), 1e-5);
        }
        snq_overview_clear(&v);
    }
    snq_outliner_free(o);
    snq_free(left);
    snq_free(right);
}

/* Long streams join cells: an impulse must stay at its point, the whole's extremes too. */
static void long_streams_keep_their_shape(void **state)
{
    float *x = snq_calloc(LONG, sizeof *x);
    for (size_t i = 0; i < LONG; i++)
        x[i] = 0.25f;
    x[123456] = -0.75f;
    snq_outliner *o;
    snq_overview v;
    check_ok(snq_outliner_new(8000, &o));
    const snq_audio a = { { x }, 1, 8000, LONG };
    snq_outliner_push(o, &a);
    check_ok(snq_outliner_pull(o, 1000, &v));
    for (uint32_t i = 0; i < 1000; i++) {
        const int hit = i == 123456 * 1000u / LONG;
        check_near(v.point[i].min, hit ? -0.75 : 0.25, 0);
        check_near(v.point[i].max, 0.25, 0);
        if (!hit)
            check_near(v.point[i].rms, 0.25, 1e-5);
    }
    snq_overview_clear(&v);
    snq_outliner_free(o);
    snq_free(x);
}

static void short_and_empty_streams(void **state)
{
    const float x[3] = { 0.5f, -0.5f, 0.25f };
    snq_outliner *o;
    snq_overview v;
    check_ok(snq_outliner_new(8000, &o));
    check_ok(snq_outliner_pull(o, 1000, &v));
    assert_int_equal(v.points, 0);
    assert_null(v.point);
    const snq_audio a = { { x }, 1, 8000, 3 };
    snq_outliner_push(o, &a);
    check_ok(snq_outliner_pull(o, 6, &v));
    check_near(v.point[0].max, 0.5, 0);
    check_near(v.point[2].min, -0.5, 0);
    check_near(v.point[5].max, 0.25, 0);
    snq_str out;
    snq_json j;
    snq_str_init(&out, 10000);
    snq_json_init(&j, snq_json_to_str, &out);
    snq_overview_json(&j, &v);
    check_ok(snq_json_finish(&j));
    assert_memory_equal(snq_str_text(&out),
                        "{\"points\":6,\"rate_hz\":8000,\"duration_s\":0.000375,\"min\":[0.5,", 58);
    snq_str_clear(&out);
    snq_overview_clear(&v);
    check_status(snq_outliner_pull(o, 0, &v), SNQ_ERR_RANGE);
    check_status(snq_outliner_pull(o, SNQ_OVERVIEW_POINTS_MAX + 1, &v), SNQ_ERR_RANGE);
    snq_alloc_fail_after(0);
    check_status(snq_outliner_pull(o, 10, &v), SNQ_ERR_NOMEM);
    snq_alloc_fail_after(-1);
    snq_outliner_free(o);
    snq_outliner_free(NULL);
}

static snq_status make(void *user, void **out)
{
    return snq_outliner_new(44100, (snq_outliner **)out);
}

static void unmake(void *o)
{
    snq_outliner_free(o);
}

static void survives_lack_of_memory(void **state)
{
    snq_sweep(make, unmake, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_the_definition),
        cmocka_unit_test(long_streams_keep_their_shape),
        cmocka_unit_test(short_and_empty_streams),
        cmocka_unit_test(survives_lack_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
