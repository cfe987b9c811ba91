// SPDX-License-Identifier: MIT
#include "source_sound.h"

#include "support/check.h"

#include "base/alloc.h"
#include "base/cpu.h"
#include "support/sweep.h"

enum { N = 1 << 16, ALGORITHMS = 12 };
static const double pi2 = 2 * M_PI;

static sound fm_of(const char *algorithm, uint32_t rate)
{
    sound s = sound_of(&snq__source_fm, rate);
    for (int i = 0; i < ALGORITHMS; i++)
        if (strcmp(snq__source_fm.param[0].choices[i], algorithm) == 0)
            sound_set(&s, "algorithm", (float)i);
    sound_set(&s, "key_scale", 0);
    for (int k = 1; k <= 4; k++) {
        char id[32];
        snprintf(id, sizeof(id), "op%d_sustain", k);
        sound_set(&s, id, 1);
    }
    return s;
}

static double value_of(const sound *s, int op, const char *what)
{
    char id[32];
    snprintf(id, sizeof(id), "op%d_%s", op, what);
    for (uint32_t i = 0; i < s->type->params; i++)
        if (strcmp(s->type->param[i].id, id) == 0)
            return (double)s->value[i];
    fail_msg("no %s", id);
    return 0;
}

/* The algorithms as they are written in the essay: "4>3" modulates, "1" is heard. */
static const char *const drawing[ALGORITHMS][2] = {
    { "stack_4", "4>3 3>2 2>1 1" },       { "pair_on_stack", "4>2 3>2 2>1 1" },
    { "stack_and_one", "4>1 3>2 2>1 1" }, { "one_and_stack", "4>3 3>1 2>1 1" },
    { "two_stacks", "4>3 2>1 1 3" },      { "4_on_three", "4>3 4>2 4>1 1 2 3" },
    { "stack_and_two", "4>3 1 2 3" },     { "organ", "1 2 3 4" },
    { "stack_3", "3>2 2>1 1" },           { "pair_on_1", "3>1 2>1 1" },
    { "3_on_pair", "3>2 3>1 1 2" },       { "stack_2", "2>1 1" },
};

/* Frame i of an algorithm without feedback or decay, in double. */
static double slow_fm(const sound *s, const char *text, double hz, double shape, size_t i)
{
    double y[5] = { 0 }, sum = 0, modulation[5] = { 0 };
    int heard = 0;
    for (int k = 4; k >= 1; k--) {
        const double turns = fmod(value_of(s, k, "ratio") * hz * (double)i / s->rate_hz, 1);
        y[k] = sin(pi2 * turns + modulation[k]);
        for (const char *at = text; *at; at++) {
            const double level = value_of(s, k, "level");
            if (at[1] == '>' && at[0] == '0' + k)
                modulation[at[2] - '0'] += 12 * level * level * shape * y[k];
            if ((at == text || at[-1] == ' ') && at[0] == '0' + k && at[1] != '>') {
                sum += level * y[k];
                heard++;
            }
        }
    }
    return sum / heard;
}

static void test_algorithms(void **state)
{
    (void)state;
    for (int a = 0; a < ALGORITHMS; a++) {
        sound s = fm_of(drawing[a][0], 48000);
        double error = 0, power = 0;
        sound_set(&s, "op1_level", 0.9f);
        sound_set(&s, "op2_level", 0.45f);
        sound_set(&s, "op3_level", 0.3f);
        sound_set(&s, "op4_level", 0.4f);
        sound_set(&s, "op2_ratio", 2);
        sound_set(&s, "op3_ratio", 3);
        sound_set(&s, "op4_ratio", 1.5f);
        sound_make(&s, "");
        sound_start(&s, 4, 110, 1);
        sound_start(&s, 5, 200, 1);
        sound_shape(&s, 0.7f);
        float *x = sound_play(&s, 4, 20000, 0);
        for (size_t i = 0; i < 20000; i++) {
            const double want = slow_fm(&s, drawing[a][1], 110, (double)0.7f, i);
            error += pow((double)x[i] - want, 2);
            power += want * want;
            assert_true(fabs((double)x[i]) <= 1);
        }
        assert_true(10 * log10(error / power) < -90);
        snq_free(x);
        sound_free(&s);
    }
}

/* One sine alone: its error below -100 dB, its pitch within 0.002 cents. */
static void test_sine(void **state)
{
    (void)state;
    static const double hz[] = { 20, 997, 9001 };
    for (size_t i = 0; i < SNQ_COUNT(hz); i++) {
        sound s = fm_of("stack_2", 48000);
        double error = 0;
        sound_set(&s, "op2_level", 0);
        sound_make(&s, "");
        sound_start(&s, 0, hz[i], 1);
        float *x = sound_play(&s, 0, 480000, 0);
        for (size_t k = 0; k < 480000; k++) {
            const double want = sin(pi2 * fmod(hz[i] * (double)k / 48000, 1));
            if (k < 4800)
                error += pow((double)x[k] - want, 2) / 4800;
            check_near(x[k], want, 1e-6 * pi2 * hz[i] * (double)k / 48000 + 1e-4);
        }
        if (hz[i] < 1000) /* a higher one has turned on by more than that in a tenth of a second */
            assert_true(10 * log10(2 * error) < -100);
        snq_free(x);
        sound_free(&s);
    }
}

/* y = sin(2 pi p + b (y' + y'') / 2) */
static void test_feedback(void **state)
{
    (void)state;
    static const char *const of[] = { "organ", "3_on_pair", "stack_2" };
    for (int a = 0; a < 3; a++) {
        sound s = fm_of(of[a], 48000);
        const int top = 4 - a;
        char id[32];
        for (int k = 1; k <= 4; k++) {
            snprintf(id, sizeof(id), "op%d_level", k);
            sound_set(&s, id, k == top ? 0.5f : k == 1 ? 1 : 0);
        }
        snprintf(id, sizeof(id), "op%d_ratio", top);
        sound_set(&s, id, 2);
        sound_set(&s, "feedback", 0.4f);
        sound_make(&s, "");
        sound_start(&s, 0, 110, 1);
        float *x = sound_play(&s, 0, 3000, 0);
        double y = 0, before = 0;
        for (size_t i = 0; i < 3000; i++) {
            const double now = sin(pi2 * 220 * (double)i / 48000 + 0.4 * M_PI * (y + before) / 2);
            before = y;
            y = now;
            const double one = pi2 * 110 * (double)i / 48000, index = 12 * 0.25 * 0.5;
            const double want = a == 0   ? (sin(one) + 0.5 * y) / 4
                                : a == 1 ? 0.5 * sin(one + index * y)
                                         : sin(one + index * y);
            check_near(x[i], want, 3e-4);
        }
        snq_free(x);
        sound_free(&s);
    }
}

/* An operator falls by 60 dB in its time, to its sustain. */
static void test_decay(void **state)
{
    (void)state;
    for (int held = 0; held < 2; held++) {
        sound s = fm_of("stack_2", 48000);
        sound_set(&s, "op2_level", 0);
        sound_set(&s, "op1_decay_s", 0.5f);
        sound_set(&s, "op1_sustain", held ? 0.25f : 0);
        sound_make(&s, "");
        sound_start(&s, 0, 1000, 1);
        float *x = sound_play(&s, 0, 60000, 0);
        for (size_t i = 0; i + 48 < 36000; i += 480) {
            double peak = 0;
            for (size_t k = i; k < i + 48; k++)
                peak = fmax(peak, fabs((double)x[k]));
            const double d = pow(10, -3 * ((double)i + 12) / 24000);
            const double want = held ? 0.25 + 0.75 * d : d;
            check_near(peak / want, 1, 0.005);
        }
        snq_free(x);
        sound_free(&s);
    }
}

/* High notes are milder and shorter: index halves an octave up, decay by the root of that. */
static void test_key_scale(void **state)
{
    (void)state;
    double index[2];
    for (int high = 0; high < 2; high++) {
        sound s = fm_of("stack_2", 48000);
        sound_set(&s, "key_scale", 1);
        sound_set(&s, "op2_level", 0.3f);
        sound_make(&s, "");
        const double hz = 440 * exp2(-9 / 12.0 + high); /* notes 60, 72 */
        sound_start(&s, 0, hz, 1);
        float *x = sound_play(&s, 0, N, 64);
        double *p = sound_spectrum(x, N);
        /* sin(z + I sin z): the second harmonic is J1(I) + J3(I) */
        index[high] = 2 * sqrt(2 * sound_line(p, N, 2 * hz * N / 48000));
        snq_free(x);
        snq_free(p);
        sound_free(&s);
    }
    check_near(index[0], 2 * (j1(0.54) + jn(3, 0.54)), 0.002);
    check_near(index[1], 2 * (j1(0.27) + jn(3, 0.27)), 0.002);
}

/* Whatever is asked for, what folds back stays low; indices up to 7.7 each. */
static void test_aliases(void **state)
{
    (void)state;
    static const double hz[] = { 310.7, 1013, 1511, 2011, 3700, 5903 };
    for (int a = 0; a < ALGORITHMS; a++) {
        for (size_t i = 0; i < SNQ_COUNT(hz); i++) {
            sound s = fm_of(drawing[a][0], 48000);
            for (int k = 1; k <= 4; k++) {
                char id[32];
                snprintf(id, sizeof(id), "op%d_level", k);
                sound_set(&s, id, 0.8f);
                snprintf(id, sizeof(id), "op%d_ratio", k);
                sound_set(&s, id, k == 4 ? 3 : 1);
            }
            sound_make(&s, "");
            sound_start(&s, 0, hz[i], 1);
            sound_shape(&s, 1);
            float *x = sound_play(&s, 0, N, 64);
            double *p = sound_spectrum(x, N);
            const double bin = hz[i] * N / 48000;
            double all = 0;
            for (int k = 1; k * hz[i] < 24000; k++)
                all += sound_line(p, N, k * bin);
            assert_true(10 * log10(sound_between(p, N, bin, 0, N / 2) / all) < -32);
            assert_true(10 * log10(all) > -25); /* and still there is a sound */
            snq_free(x);
            snq_free(p);
            sound_free(&s);
        }
    }
    sound s = fm_of("stack_2", 48000); /* an operator past the band's end is not heard at all */
    sound_set(&s, "op1_ratio", 32);
    sound_make(&s, "");
    sound_start(&s, 0, 1000, 1);
    float *x = sound_play(&s, 0, 500, 64);
    for (int i = 0; i < 500; i++)
        assert_true(x[i] == 0);
    snq_free(x);
    sound_free(&s);
}

static void test_blocks(void **state)
{
    (void)state;
    float *x[3];
    for (int i = 0; i < 3; i++) {
        sound s = fm_of("stack_4", 48000);
        sound_set(&s, "feedback", 1); /* the last bit of all is heard in this */
        sound_set(&s, "op3_sustain", 0);
        sound_make(&s, "");
        sound_start(&s, 2, 110, 1);
        sound_start(&s, 6, 220, 1);
        x[i] = sound_play(&s, 2, 5000, i == 0 ? 64 : i == 1 ? 0 : 5);
        sound_free(&s);
    }
    assert_memory_equal(x[0], x[1], 5000 * sizeof(float));
    assert_memory_equal(x[0], x[2], 5000 * sizeof(float));
    for (int i = 0; i < 3; i++)
        snq_free(x[i]);
}

/* Every change, of algorithms above all, is a straight line of 64 frames: no step. */
static void test_changes_are_soft(void **state)
{
    (void)state;
    sound s = fm_of("organ", 48000);
    for (int k = 1; k <= 4; k++) {
        char id[32];
        snprintf(id, sizeof(id), "op%d_level", k);
        sound_set(&s, id, 0.5f);
        snprintf(id, sizeof(id), "op%d_ratio", k);
        sound_set(&s, id, 1);
    }
    sound_set(&s, "feedback", 0.2f);
    sound_make(&s, "");
    sound_start(&s, 0, 50, 1);
    float last = 0;
    for (int a = 0; a < 3 * ALGORITHMS; a++) {
        sound_set(&s, "algorithm", (float)(a * 5 % ALGORITHMS));
        if (a % 3 == 0)
            sound_set(&s, "feedback", a % 2 ? 0.3f : 0.1f);
        if (a % 4 == 0)
            sound_set(&s, "op2_level", a % 8 ? 0.6f : 0.3f);
        if (a % 5 == 0)
            sound_set(&s, "op1_sustain", a % 2 ? 1 : 0.7f);
        float *x = sound_play(&s, 0, a % 2 ? 500 : 30, a % 3 ? 64 : 9);
        for (int i = 0; i < (a % 2 ? 500 : 30); i++) {
            check_near(x[i], last, 0.09); /* index 1.5 of 50 Hz thrice, and 1/64 of a few things */
            last = x[i];
        }
        snq_free(x);
    }
    sound_free(&s);
}

/* Operators that an algorithm leaves out decay meanwhile. */
static void test_left_out_decays(void **state)
{
    (void)state;
    sound s = fm_of("stack_2", 48000);
    sound_set(&s, "op2_level", 0);
    sound_set(&s, "op1_level", 0);
    sound_set(&s, "op4_level", 1);
    sound_set(&s, "op4_decay_s", 0.3f);
    sound_set(&s, "op4_sustain", 0);
    sound_set(&s, "op4_ratio", 1);
    sound_make(&s, "");
    sound_start(&s, 0, 1000, 1);
    snq_free(sound_play(&s, 0, 4800, 64)); /* 0.1 s: -20 dB */
    for (int i = 0; i < ALGORITHMS; i++)
        if (strcmp(drawing[i][0], "organ") == 0)
            sound_set(&s, "algorithm", (float)i);
    sound_set(&s, "op3_level", 0);
    float *x = sound_play(&s, 0, 64 + 48, 64);
    double peak = 0;
    for (int i = 64; i < 64 + 48; i++)
        peak = fmax(peak, fabs((double)x[i]));
    check_near(4 * peak, 0.1, 0.008);
    snq_free(x);
    sound_free(&s);
}

static void test_sides_and_levels(void **state)
{
    (void)state;
    sound s = fm_of("stack_2", 48000), t = fm_of("stack_2", 48000);
    t.stereo = 1;
    sound_make(&s, "");
    sound_make(&t, "");
    sound_start(&s, 0, 200, 1);
    sound_start(&t, 0, 200, 1);
    s.block.level.from.v[0] = 1;
    s.block.level.to.v[0] = 0;
    float *x = sound_play(&s, 0, 64, 64), *y = sound_play_both(&t, 0, 64, 64);
    for (int i = 0; i < 64; i++) {
        check_near(x[i], (1 - i / 64.0) * (double)y[i], 1e-6);
        assert_true(y[i] == y[64 + i]);
    }
    snq_free(x);
    snq_free(y);
    sound_free(&s);
    sound_free(&t);
}

static void test_damaged_inputs(void **state)
{
    (void)state;
    static const float bad[] = { NAN, INFINITY, -INFINITY, -5, 1e30f };
    sound s = fm_of("stack_4", 48000);
    sound_set(&s, "feedback", 1);
    sound_make(&s, "");
    sound_start(&s, 0, 440, 1);
    for (size_t i = 0; i < 3 * SNQ_COUNT(bad); i++) {
        snq__ramp *r = i % 3 == 0 ? &s.block.hz : i % 3 == 1 ? &s.block.shape : &s.block.level;
        if (i % 3 == 2 && isfinite(bad[i / 3]))
            continue;
        const float kept = r->from.v[0];
        r->from.v[0] = r->to.v[0] = bad[i / 3];
        float *x = sound_play(&s, 0, 64, 64);
        for (int k = 0; k < 64; k++)
            assert_true(isfinite(x[k]) && fabsf(x[k]) <= 1);
        snq_free(x);
        r->from.v[0] = r->to.v[0] = kept;
    }
    s.active = 0;
    float *x = sound_play(&s, 0, 64, 64);
    assert_true(x[9] == 0);
    snq_free(x);
    sound_free(&s);
}

static snq_status make(void *cfg, void **out)
{
    return snq__source_fm.make(cfg, out);
}

static void test_make(void **state)
{
    (void)state;
    sound s = fm_of("stack_4", 48000);
    snq__source_cfg cfg = { .rate_hz = 48000, .value = s.value, .bank = s.bank, .recording = "" };
    snq_sweep(make, snq__source_fm.free, &cfg);
    assert_ptr_equal(snq__source_find("fm"), &snq__source_fm);
    assert_true(snq__source_fm.params <= SNQ__SOURCE_PARAMS_MAX);
    sound_free(&s);
}

/* Even with the feedback that makes noise. */
static void test_variants_agree(void **state)
{
    (void)state;
    float *x[2];
    const unsigned was = snq_cpu_flags();
    for (int i = 0; i < 2; i++) {
        snq_cpu_force(i ? snq_cpu_detect() : 0);
        sound s = fm_of("stack_3", 48000);
        sound_set(&s, "feedback", 1);
        sound_make(&s, "");
        sound_start(&s, 0, 200, 1);
        x[i] = sound_play(&s, 0, 20000, 0);
        sound_free(&s);
    }
    snq_cpu_force(was);
    assert_memory_equal(x[0], x[1], 20000 * sizeof(float));
    snq_free(x[0]);
    snq_free(x[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_algorithms),      cmocka_unit_test(test_sine),
        cmocka_unit_test(test_feedback),        cmocka_unit_test(test_decay),
        cmocka_unit_test(test_key_scale),       cmocka_unit_test(test_aliases),
        cmocka_unit_test(test_blocks),          cmocka_unit_test(test_changes_are_soft),
        cmocka_unit_test(test_left_out_decays), cmocka_unit_test(test_sides_and_levels),
        cmocka_unit_test(test_damaged_inputs),  cmocka_unit_test(test_make),
        cmocka_unit_test(test_variants_agree),
    };
    return cmocka_run_group_tests_name("source_fm", tests, NULL, NULL);
}
