// SPDX-License-Identifier: MIT
/* effect -- what all kinds have in common: the registry, smoothing, bypass, what is no number. */
#include "fx_rig.h"

#include "score/param.h"

enum { RATE = 48000 };

static void every_kind_is_described(void **state)
{
    unsigned kinds = 0;
    for (const char *kind; (kind = snq_effect_kind(kinds)); kinds++) {
        size_t n;
        const snq_param *p = snq_effect_params(kind, &n);
        assert_non_null(p);
        assert_true(n > 0 && n <= SNQ_EFFECT_PARAMS_MAX);
        assert_true(strlen(snq_effect_what(kind)) > 10);
        assert_true(strlen(kind) < 24);
        for (size_t i = 0; i < n; i++) {
            assert_int_equal(snq_param_find(p, n, p[i].id), i); /* once */
            assert_true(p[i].min < p[i].max);
            assert_true(p[i].value >= p[i].min && p[i].value <= p[i].max);
            assert_true(p[i].scale != SNQ_PARAM_LOG || p[i].min > 0);
            assert_non_null(p[i].what);
            assert_true(snq_param_clamp(&p[i], p[i].value) == p[i].value);
        }
    }
    assert_true(kinds >= 8);
    size_t n = 5;
    assert_null(snq_effect_params("harmoniser", &n));
    assert_int_equal(n, 0);
    assert_null(snq_effect_what("harmoniser"));
    assert_null(snq_effect_params(NULL, &n));
}

static void bad_wishes_are_refused(void **state)
{
    snq_effect *e = (snq_effect *)&e;
    check_status(snq_effect_new(&(snq_effect_cfg) { 48000, "harmoniser", 0 }, &e),
                 SNQ_ERR_NOT_FOUND);
    assert_null(e);
    assert_non_null(strstr(snq_last_error(), "harmoniser"));
    check_status(snq_effect_new(&(snq_effect_cfg) { 48000, NULL, 0 }, &e), SNQ_ERR_NOT_FOUND);
    check_status(snq_effect_new(&(snq_effect_cfg) { 7999, "eq", 0 }, &e), SNQ_ERR_RANGE);
    check_status(snq_effect_new(&(snq_effect_cfg) { 192001, "eq", 0 }, &e), SNQ_ERR_RANGE);
    snq_effect_free(NULL);
    e = rig_effect("width", RATE, 0, "");
    float l[4] = { 1, 1, 1, 1 }, r[4] = { 0 };
    snq_effect_set(e, 1000, 0);
    snq_effect_set(e, 0, NAN);
    snq_effect_run(e, NULL, l, r, 4);
    assert_true(l[3] == 1 && r[3] == 0);
    snq_effect_run(e, NULL, l, r, 0);
    assert_true(snq_effect_reduction_db(e) == 0);
    snq_effect_free(e);
}

/* What is set before the first run holds at once; a jump later takes some 20 ms, without an edge. */
static void jumps_are_spread(void **state)
{
    snq_effect *e = rig_effect("filter", RATE, 0, "gain_db=-20");
    rig_sound s = rig_sound_new(9600);
    for (size_t i = 0; i < s.n; i++)
        s.left[i] = s.right[i] = 1;
    rig_run_part(e, &s, 0, 4800, 64);
    check_near(s.left[4799], 0.1, 1e-4);
    rig_set(e, "filter", "gain_db=0");
    rig_run_part(e, &s, 4800, 9600, 64);
    for (size_t i = 4801; i < s.n; i++) {
        assert_true(s.left[i] >= s.left[i - 1] - 1e-4f);
        assert_true(s.left[i] - s.left[i - 1] < 0.003f);
    }
    size_t there = 4800;
    while (s.left[there] < 0.63f)
        there++;
    check_near((double)(there - 4800) / 48, 25, 10);
    check_near(s.left[s.n - 1], 1, 1e-3);
    snq_effect_free(e);
    rig_sound_free(&s);
}

/* Bypassed, the output is the input, as late as the effect; there and back without a click. */
static void bypass_shifts_nothing_and_does_not_click(void **state)
{
    static const struct {
        const char *kind, *settings;
    } c[] = { { "limiter", "gain_db=3" },
              { "compressor", "lookahead_ms=10 makeup_db=6" },
              { "eq", "low_shelf_on=1 low_shelf_db=12" },
              { "filter", "cutoff_hz=500" } };
    for (size_t k = 0; k < SNQ_COUNT(c); k++) {
        enum { N = 48000, OFF = 12000, BACK = 30000 };
        rig_sound s = rig_sound_new(N), dry = rig_sound_new(N);
        rig_sine(&s, 220, RATE, 0.3);
        rig_sine(&dry, 220, RATE, 0.3);
        snq_effect *e = rig_effect(c[k].kind, RATE, 1, c[k].settings);
        const size_t late = snq_effect_latency(e);
        rig_run_part(e, &s, 0, OFF, 200);
        snq_effect_bypass(e, 1);
        rig_run_part(e, &s, OFF, BACK, 200);
        for (size_t i = OFF + 1000; i < BACK; i++)
            assert_true(s.left[i] == dry.left[i - late]);
        assert_true(snq_effect_reduction_db(e) == 0);
        snq_effect_bypass(e, 0);
        rig_run_part(e, &s, BACK, N, 200);
        assert_true(fabs(rig_db(rig_rms(s.left + N - 4800, 4800) / rig_rms(dry.left, 4800))) > 0.1);
        const double off = rig_click_db(&s, OFF, RATE), back = rig_click_db(&s, BACK, RATE);
        if (off > 6 || back > 6)
            fail_msg("%s: clicks of %.1f, %.1f dB", c[k].kind, off, back);
        snq_effect_free(e);
        rig_sound_free(&s);
        rig_sound_free(&dry);
    }
}

static void bypassed_from_the_start(void **state)
{
    rig_sound s = rig_sound_new(1000), dry = rig_sound_new(1000);
    rig_noise(&s, 0.3, 1);
    rig_noise(&dry, 0.3, 1);
    snq_effect *e = rig_effect("limiter", RATE, 1, "gain_db=20");
    const size_t late = snq_effect_latency(e);
    snq_effect_bypass(e, 1);
    rig_run(e, &s, 50);
    assert_memory_equal(s.left + late, dry.left, (1000 - late) * sizeof(float));
    assert_false(snq_effect_silent(e)); /* the delayed input is still there */
    rig_sound quiet = rig_sound_new(late);
    rig_run(e, &quiet, 64);
    assert_true(snq_effect_silent(e));
    snq_effect_free(e);
    rig_sound_free(&quiet);
    rig_sound_free(&s);
    rig_sound_free(&dry);
}

/* What comes in that is no number counts as 0 and leaves no trace. */
static void no_numbers_leave_no_trace(void **state)
{
    rig_sound s = rig_sound_new(4800), want = rig_sound_new(4800);
    rig_noise(&s, 0.1, 1);
    rig_noise(&want, 0.1, 1);
    static const float odd[] = { NAN, INFINITY, -INFINITY };
    for (size_t i = 0; i < 60; i++) {
        s.left[37 * i] = odd[i % 3];
        want.left[37 * i] = 0;
    }
    s.right[500] = 3e38f;
    want.right[500] = 1e6f;
    s.right[600] = -3e38f;
    want.right[600] = -1e6f;
    snq_effect *e = rig_effect("filter", RATE, 1, "cutoff_hz=900");
    rig_run(e, &s, 64);
    snq_effect_reset(e);
    rig_run(e, &want, 64);
    assert_memory_equal(s.left, want.left, s.n * sizeof(float));
    assert_memory_equal(s.right, want.right, s.n * sizeof(float));
    /* the side-chain too, and a tempo that is none */
    snq_effect *c = rig_effect("compressor", RATE, 1, "sidechain=on");
    rig_sound side = rig_sound_new(4800);
    side.left[10] = NAN;
    side.right[20] = INFINITY;
    const snq_effect_context ctx = { { side.left, side.right }, NAN, INFINITY };
    rig_noise(&s, 0.1, 1);
    rig_noise(&want, 0.1, 1);
    snq_effect_run(c, &ctx, s.left, s.right, s.n);
    assert_memory_equal(s.left, want.left, s.n * sizeof(float));
    snq_effect_free(c);
    snq_effect_free(e);
    rig_sound_free(&side);
    rig_sound_free(&s);
    rig_sound_free(&want);
}

/* A sine that comes without an edge, of which delays would tell later. */
static rig_sound soft_sine(size_t n)
{
    enum { RISE = 6000 };
    rig_sound s = rig_sound_new(n);
    rig_sine(&s, 330, RATE, 0.1);
    for (size_t i = 0; i < RISE && i < n; i++) {
        const float up = (float)(0.5 - 0.5 * cos(M_PI * (double)i / RISE));
        s.left[i] *= up;
        s.right[i] *= up;
    }
    return s;
}

static double jump_db(const char *kind, uint32_t index, float to)
{
    enum { N = 60000, AT = 12000, LATER = 50000 };
    rig_sound s = soft_sine(N);
    snq_effect *e = rig_effect(kind, RATE, 1, strcmp(kind, "vinyl") ? "" : "crackle=0");
    rig_run_part(e, &s, 0, AT, 256);
    snq_effect_set(e, index, to);
    rig_run_part(e, &s, AT, N, 256);
    const double db = rig_jump_db(&s, AT, LATER, RATE);
    snq_effect_free(e);
    rig_sound_free(&s);
    return db;
}

/* The crackle of vinyl is made of clicks, and so are steps of a few bits; 36 dB into a limiter are its to answer (test_limiter.c: 12). */
static int may_click(const char *kind, const char *id)
{
    const int limited = strcmp(kind, "limiter") == 0 && strcmp(id, "gain_db") == 0;
    return limited || strcmp(id, "crackle") == 0 || strcmp(id, "bits") == 0;
}

/* Every parameter, from its default to both ends. */
static void no_jump_clicks(void **state)
{
    for (unsigned k = 0; snq_effect_kind(k); k++) {
        const char *kind = snq_effect_kind(k);
        size_t n;
        const snq_param *p = snq_effect_params(kind, &n);
        for (uint32_t i = 0; i < n; i++)
            for (int end = 0; end < 2 && !may_click(kind, p[i].id); end++) {
                const double db = jump_db(kind, i, end ? p[i].max : p[i].min);
                if (db > 6)
                    fail_msg("%s.%s to its %s: a click of %.1f dB", kind, p[i].id,
                             end ? "most" : "least", db);
            }
    }
}

/* Every parameter driven along a slow curve, as automation does: no more above 8 kHz than where it stands
 * still, at either end. */
static void no_curve_clicks(void **state)
{
    enum { N = 72000, FROM = 12000, TO = 60000 };
    for (unsigned k = 0; snq_effect_kind(k); k++) {
        const char *kind = snq_effect_kind(k);
        size_t n;
        const snq_param *p = snq_effect_params(kind, &n);
        for (uint32_t i = 0; i < n; i++) {
            if (p[i].scale == SNQ_PARAM_DISCRETE || may_click(kind, p[i].id))
                continue;
            rig_sound s = soft_sine(N);
            snq_effect *e = rig_effect(kind, RATE, 1, strcmp(kind, "vinyl") ? "" : "crackle=0");
            for (size_t at = 0; at < N; at += 64) {
                const double u = at < FROM ? 0 : at > TO ? 1 : (double)(at - FROM) / (TO - FROM);
                snq_effect_set(e, i, (float)((1 - u) * (double)p[i].value + u * (double)p[i].max));
                rig_run_part(e, &s, at, at + 64 < N ? at + 64 : N, 64);
            }
            for (size_t at = FROM; at < TO; at += RATE / 10) {
                const double db = rig_jump_db(&s, at, N - RATE / 20 - 300, RATE);
                if (db > 6)
                    fail_msg("%s.%s on its way up: %.1f dB after %zu frames", kind, p[i].id, db,
                             at - FROM);
            }
            snq_effect_free(e);
            rig_sound_free(&s);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_is_described),
        cmocka_unit_test(bad_wishes_are_refused),
        cmocka_unit_test(jumps_are_spread),
        cmocka_unit_test(bypass_shifts_nothing_and_does_not_click),
        cmocka_unit_test(bypassed_from_the_start),
        cmocka_unit_test(no_numbers_leave_no_trace),
        cmocka_unit_test(no_jump_clicks),
        cmocka_unit_test(no_curve_clicks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
