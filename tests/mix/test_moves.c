// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "mix/engine/strip_impl.h"

static float step_at(snq__move *m, double block)
{
    return snq__move_step(m, snq__move_read(m, block + SNQ__MOVE_SIDE));
}

static void follow(snq_curve *c, snq__move_kind kind, double blocks, float *to)
{
    snq__move m = { .curve = c, .kind = kind };
    for (double b = -2 * SNQ__MOVE_SIDE; b < blocks; b += 1.0) {
        const float v = step_at(&m, b);
        if (b >= 0.0)
            to[(int)b] = v;
    }
}

static void straight_lines_stay(void **state)
{
    snq_curve c = { .target = "mix.pan" };
    float v[100];
    check_ok(snq_curve_push(&c, 0.0, -1.0f, SNQ_CURVE_LINEAR));
    check_ok(snq_curve_push(&c, 100.0, 1.0f, SNQ_CURVE_LINEAR));
    follow(&c, SNQ__MOVE_PAN, 100.0, v);
    for (int i = 8; i < 92; i++)
        check_near((double)v[i], -1.0 + i * 0.02, 1e-6);
    snq_curve_clear(&c);
}

/* A jump becomes a rising way, half of it before, half behind. */
static void jumps_are_rounded(void **state)
{
    snq_curve c = { .target = "mix.gain_db" };
    float v[100];
    check_ok(snq_curve_push(&c, 0.0, -200.0f, SNQ_CURVE_STEP));
    check_ok(snq_curve_push(&c, 50.0, 6.0206f, SNQ_CURVE_STEP));
    follow(&c, SNQ__MOVE_GAIN, 100.0, v);
    for (int i = 0; i < 43; i++)
        assert_true(v[i] == 0.0f);
    for (int i = 43; i < 58; i++)
        assert_true(v[i] > v[i - 1]);
    for (int i = 58; i < 100; i++)
        assert_true(v[i] == v[57] && fabsf(v[i] - 2.0f) < 1e-5f);
    for (int i = 1; i < 8; i++)
        check_near((double)(v[49 - i] + v[50 + i]), 2.0, 1e-5);
    snq_curve_clear(&c);
}

static void ranges(void **state)
{
    snq_curve c = { .target = "x" };
    check_ok(snq_curve_push(&c, 0.0, 100.0f, SNQ_CURVE_STEP));
    snq__move m = { .curve = &c, .kind = SNQ__MOVE_GAIN };
    check_near((double)snq__move_read(&m, 0.0), pow(10.0, 24.0 / 20.0), 1e-4);
    m.kind = SNQ__MOVE_SEND;
    check_near((double)snq__move_read(&m, 0.0), pow(10.0, 12.0 / 20.0), 1e-4);
    m.kind = SNQ__MOVE_PAN;
    assert_true(snq__move_read(&m, 0.0) == 1.0f);
    m.kind = SNQ__MOVE_INSERT;
    assert_true(snq__move_read(&m, 0.0) == 100.0f);
    assert_true(snq__linear(-120.0f) == 0.0f && snq__linear(0.0f) == 1.0f);
    snq_curve_clear(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(straight_lines_stay),
        cmocka_unit_test(jumps_are_rounded),
        cmocka_unit_test(ranges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
