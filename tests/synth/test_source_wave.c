// SPDX-License-Identifier: MIT
#include "source_sound.h"

#include "support/check.h"

#include "base/alloc.h"
#include "base/cpu.h"
#include "support/sweep.h"
#include "synth/bank_impl.h"

enum { N = 1 << 16 };
static const double pi2 = 2 * M_PI;

enum { SINE = 0, TRIANGLE, SAWTOOTH, SQUARE, TABLE };

static sound wave_of(int waveform, uint32_t rate)
{
    sound s = sound_of(&snq__source_wave, rate);
    sound_set(&s, "waveform", (float)waveform);
    sound_set(&s, "phase", 1);
    return s;
}

static double db(double power)
{
    return 10 * log10(power);
}

/* The bar is -70 dB for the saw at 5 kHz; lines within a few Hz of an overtone count as it. */
static void test_aliases(void **state)
{
    (void)state;
    static const double hz[] = {
        30, 41.2, 55, 82.4, 100, 440, 1000, 2500, 5000, 5003.7, 7000, 7600
    };
    for (int wave = SINE; wave <= SQUARE; wave++) {
        for (size_t i = 0; i < SNQ_COUNT(hz); i++) {
            sound s = wave_of(wave, 48000);
            const double bin = hz[i] * N / 48000;
            sound_make(&s, "");
            sound_start(&s, 0, hz[i], 1);
            float *x = sound_play(&s, 0, N, 64);
            double *p = sound_spectrum(x, N);
            const double line = sound_line(p, N, bin);
            assert_true(db(sound_between(p, N, bin, 0, 10000.0 * N / 48000) / line) < -90);
            assert_true(db(sound_between(p, N, bin, 0, N / 2) / line) < -86);
            snq_free(x);
            snq_free(p);
            sound_free(&s);
        }
    }
}

/* Every overtone up to 19 kHz is there and has its strength. */
static void test_overtones(void **state)
{
    (void)state;
    static const double hz[] = { 25, 110, 523.25, 1000, 2500, 4700 };
    for (size_t i = 0; i < SNQ_COUNT(hz); i++) {
        for (int wave = TRIANGLE; wave <= SQUARE; wave++) {
            for (int narrow = 0; narrow < 2; narrow++) {
                sound s = wave_of(wave, 48000);
                const double bin = hz[i] * N / 48000, d = narrow ? 0.05 + 0.9 * 0.2 : 0.5;
                sound_make(&s, "");
                sound_shape(&s, narrow ? 0.2f : 0.5f);
                sound_start(&s, 0, hz[i], 1);
                float *x = sound_play(&s, 0, N, 64);
                double *p = sound_spectrum(x, N);
                for (int h = 1; h * hz[i] < 18900 && bin > 2 * SPECTRUM_HALF; h++) {
                    const double saw = 2 / (M_PI * h), part = 2 * sin(M_PI * h * d);
                    const double want = wave == SAWTOOTH ? saw
                                        : wave == SQUARE ? saw * part
                                                         : saw * part / (pi2 * h * d * (1 - d));
                    const double got = sqrt(2 * sound_line(p, N, bin * h));
                    check_near(got, fabs(want), 0.003 * fabs(want) + 1e-5);
                }
                check_near(p[0], 0, 1e-9); /* no constant part */
                snq_free(x);
                snq_free(p);
                sound_free(&s);
            }
        }
    }
}

/* Ten seconds against the sine itself: 0.002 cents (1e-6) and no more. */
static void test_pitch(void **state)
{
    (void)state;
    static const double hz[] = { 27.5, 440.1, 3951.07 };
    static const uint32_t rates[] = { 8000, 44100, 192000 };
    for (size_t i = 0; i < 9; i++) {
        const uint32_t rate = rates[i / 3];
        const double f = (double)(float)hz[i % 3];
        const size_t n = 10 * (size_t)rate;
        sound s = wave_of(SINE, rate);
        if (f > 0.4 * rate) {
            sound_free(&s);
            continue;
        }
        sound_make(&s, "");
        sound_start(&s, 3, f, 1);
        float *x = sound_play(&s, 3, n, 0);
        for (size_t k = 0; k < n; k += 997)
            check_near(x[k], sin(pi2 * fmod(f * (double)k / rate, 1)),
                       1e-6 * pi2 * f * (double)k / rate + 3e-5);
        for (size_t k = 0; k < 100; k++)
            check_near(x[k], sin(pi2 * f * (double)k / rate), 3e-5);
        snq_free(x);
        sound_free(&s);
    }
}

/* Sums of sines, which a reading must come near to. */
static double saw_at(double phase, int harmonics)
{
    double sum = 0;
    for (int h = 1; h <= harmonics; h++)
        sum += (h % 2 ? 2 : -2) / (M_PI * h) * sin(pi2 * h * phase);
    return sum;
}

/* A glide over one border between levels: one is heard before, the other after, both for 64 frames. */
static void test_levels_cross_over(void **state)
{
    (void)state;
    sound s = wave_of(SAWTOOTH, 48000);
    const double from = 490, to = 510; /* 22800 / 45 = 506.7 Hz: 45 harmonics, then 38 */
    const size_t n = 20 * SNQ_SYNTH_BLOCK;
    sound_make(&s, "");
    sound_start(&s, 0, from, 1);
    double phase = 0;
    size_t border = 0;
    for (size_t at = 0; at < n; at += SNQ_SYNTH_BLOCK) {
        const double now = from + (to - from) * (double)at / (double)n;
        const double then = from + (to - from) * (double)(at + SNQ_SYNTH_BLOCK) / (double)n;
        s.block.hz.from.v[0] = (float)now;
        s.block.hz.to.v[0] = (float)then;
        float *x = sound_play(&s, 0, SNQ_SYNTH_BLOCK, 64);
        if (!border && then > 22800.0 / 45)
            border = at + 1;
        for (int i = 0; i < SNQ_SYNTH_BLOCK; i++) {
            const double w = !border ? 1 : border == at + 1 ? 1 - i / 64.0 : 0;
            check_near(x[i], w * saw_at(phase, 45) + (1 - w) * saw_at(phase, 38), 2e-4);
            phase += (now + (then - now) * i / 64.0) / 48000;
        }
        snq_free(x);
    }
    assert_true(border > 10 * SNQ_SYNTH_BLOCK);
    /* down again over the border by less than 3 %: nothing changes */
    sound_pitch(&s, 0, 505);
    float *x = sound_play(&s, 0, N, 64);
    double *p = sound_spectrum(x, N);
    assert_true(sound_line(p, N, 505.0 * N / 48000 * 38) > 1e-5);
    assert_true(sound_line(p, N, 505.0 * N / 48000 * 39) < 1e-9);
    snq_free(x);
    snq_free(p);
    sound_pitch(&s, 0, 485);
    x = sound_play(&s, 0, N, 64);
    p = sound_spectrum(x + 128, N / 2);
    assert_true(sound_line(p, N / 2, 485.0 * N / 2 / 48000 * 45) > 1e-5);
    snq_free(x);
    snq_free(p);
    sound_free(&s);
}

/* However blocks are cut, the bits are the same; while something fades, all but the rounding. */
static void test_blocks(void **state)
{
    (void)state;
    static const uint32_t cuts[] = { 64, 0, 7 };
    for (int wave = SINE; wave <= TABLE; wave++) {
        sound s[3];
        for (int i = 0; i < 3; i++) {
            s[i] = wave_of(wave, 48000);
            s[i].stereo = 1;
            sound_set(&s[i], "unison", 3);
            sound_make(&s[i], "resonance");
            sound_start(&s[i], 1, 110, 7);
            sound_start(&s[i], 6, 3000, 8);
            sound_shape(&s[i], 0.31f);
        }
        for (int part = 0; part < 3; part++) {
            for (int settled = part == 0; settled < 2; settled++) {
                float *x[3];
                const size_t n = settled ? 1000 : 96;
                for (int i = 0; i < 3; i++)
                    x[i] = sound_play_both(&s[i], 1, n, cuts[i]);
                for (size_t k = 0; k < 2 * n; k++) {
                    check_near(x[1][k], x[0][k], settled ? 0 : 3e-5);
                    check_near(x[2][k], x[0][k], settled ? 0 : 3e-5);
                }
                for (int i = 0; i < 3; i++)
                    snq_free(x[i]);
            }
            for (int i = 0; i < 3; i++) {
                if (part == 0)
                    sound_set(&s[i], "waveform", (float)((wave + 1) % 5));
                else
                    sound_set(&s[i], "unison", 5);
            }
        }
        for (int i = 0; i < 3; i++)
            sound_free(&s[i]);
    }
}

/* Between frames no step is larger than the sounds' own and a fade's; with sines of 100 Hz. */
static void test_changes_are_soft(void **state)
{
    (void)state;
    sound s = wave_of(SINE, 48000);
    sound_make(&s, "");
    sound_start(&s, 0, 100, 1);
    static const struct {
        const char *id;
        float value;
    } change[] = { { "waveform", TRIANGLE }, { "unison", 4 },      { "unison", 9 },
                   { "detune_cents", 50 },   { "waveform", SINE }, { "spread", 0 },
                   { "unison", 1 },          { "phase", 0 },       { "waveform", TRIANGLE },
                   { "waveform", SINE } };
    float last = 0;
    for (size_t i = 0; i < SNQ_COUNT(change); i++) {
        float *x = sound_play(&s, 0, 777, 50);
        for (int k = 0; k < 777; k++) {
            check_near(x[k], last, 3 * pi2 * 100 / 48000 + 3.0 / 64);
            last = x[k];
        }
        snq_free(x);
        sound_set(&s, change[i].id, change[i].value);
        x = sound_play(&s, 0, i % 2 ? 20 : 100, 9); /* the next change comes into this one */
        for (int k = 0; k < (i % 2 ? 20 : 100); k++) {
            check_near(x[k], last, 3 * pi2 * 100 / 48000 + 3.0 / 64);
            last = x[k];
        }
        snq_free(x);
    }
    sound_free(&s);
}

static void test_levels_and_lanes(void **state)
{
    (void)state;
    sound s = wave_of(SAWTOOTH, 48000), one = wave_of(SAWTOOTH, 48000);
    sound_make(&s, "");
    sound_make(&one, "");
    for (uint32_t l = 0; l < 8; l++)
        sound_start(&s, l, 100.0 * (l + 1), l);
    s.active &= ~(1u << 5); /* has ended, whatever its inputs say */
    sound_start(&one, 0, 300, 2);
    s.block.level.from.v[2] = 0.5f;
    s.block.level.to.v[2] = -0.25f;
    snq__lanes sum[64], apart[64];
    for (int i = 0; i < 64; i++) {
        memset(&apart[i], 0, sizeof(apart[i]));
        for (int l = 0; l < 8; l++)
            sum[i].v[l] = 10;
    }
    s.block.n = one.block.n = 64;
    s.block.active = s.active;
    one.block.active = 1;
    s.type->run(s.source, &s.block, sum, NULL);
    one.type->run(one.source, &one.block, apart, NULL);
    for (int i = 0; i < 64; i++) {
        const double level = 0.5 - 0.75 * i / 64;
        check_near(sum[i].v[2] - 10, level * (double)apart[i].v[0], 3e-6);
        assert_true(sum[i].v[5] == 10);
    }
    s.block.active = 0; /* nothing sounds: nothing is added */
    const snq__lanes was = sum[3];
    s.type->run(s.source, &s.block, sum, NULL);
    assert_memory_equal(&was, &sum[3], sizeof(was));
    sound_free(&s);
    sound_free(&one);
}

static void test_damaged_inputs(void **state)
{
    (void)state;
    static const float bad[] = { NAN, INFINITY, -INFINITY, -5, 1e30f };
    for (int wave = SINE; wave <= TABLE; wave++) {
        sound s = wave_of(wave, 48000);
        s.stereo = 1;
        sound_set(&s, "unison", 2);
        sound_make(&s, "");
        sound_start(&s, 0, 440, 1);
        sound_start(&s, 1, 440, 1);
        for (size_t i = 0; i < 3 * SNQ_COUNT(bad); i++) {
            snq__ramp *r = i % 3 == 0 ? &s.block.hz : i % 3 == 1 ? &s.block.shape : &s.block.level;
            if (i % 3 == 2 && bad[i / 3] > 0 && isfinite(bad[i / 3]))
                continue; /* a loud one is no damage */
            const float kept = r->from.v[0];
            r->from.v[0] = bad[i / 3];
            r->to.v[0] = bad[(i / 3 + 1) % 4];
            float *x = sound_play_both(&s, 0, 64, 64);
            for (int k = 0; k < 128; k++)
                assert_true(isfinite(x[k]) && fabsf(x[k]) < 200);
            snq_free(x);
            r->from.v[0] = r->to.v[0] = kept;
        }
        float *x = sound_play_both(&s, 0, 640, 64); /* and it goes on as if nothing had been */
        double sum = 0;
        for (int k = 0; k < 640; k++)
            sum += (double)x[k] * (double)x[k] / 640;
        assert_true(sum > 0.05 && sum < 2);
        snq_free(x);
        sound_free(&s);
    }
}

static void test_unison(void **state)
{
    (void)state;
    sound s = wave_of(SINE, 48000);
    s.stereo = 1;
    sound_set(&s, "unison", 5);
    sound_set(&s, "detune_cents", 100);
    sound_set(&s, "spread", 1);
    sound_make(&s, "");
    sound_start(&s, 0, 4000, 1);
    float *x = sound_play_both(&s, 0, N, 64);
    double *p = sound_spectrum(x, N), *q = sound_spectrum(x + N, N);
    /* places of the five: pairs crossed over */
    static const double place[] = { -1, 0.5, 0, -0.5, 1 };
    for (int j = 0; j < 5; j++) {
        const double hz = 4000 * exp2((j / 4.0 - 0.5) * 100 / 1200), bin = hz * N / 48000;
        const double angle = M_PI / 4 * (1 + place[j]);
        check_near(sound_line(p, N, bin), pow(cos(angle), 2) / 5, 1e-5);
        check_near(sound_line(q, N, bin), pow(sin(angle), 2) / 5, 1e-5);
    }
    snq_free(x);
    snq_free(p);
    snq_free(q);
    sound_free(&s);
    for (int n = 1; n <= 9; n++) { /* as loud with any number */
        double sum = 0;
        s = wave_of(SAWTOOTH, 48000);
        sound_set(&s, "unison", (float)n);
        sound_set(&s, "phase", 0);
        sound_set(&s, "detune_cents", 100);
        sound_make(&s, "");
        sound_start(&s, 0, 880, 5);
        x = sound_play(&s, 0, 4 * N, 64);
        for (int i = 0; i < 4 * N; i++)
            sum += (double)x[i] * (double)x[i] / (4 * N);
        check_near(db(sum), db(1 / 3.0), 0.4);
        snq_free(x);
        sound_free(&s);
    }
}

/* In the middle both sides are what mono is; a spread of 0 too. */
static void test_sides(void **state)
{
    (void)state;
    for (int n = 1; n <= 3; n += 2) {
        float *x[2];
        for (int stereo = 0; stereo < 2; stereo++) {
            sound s = wave_of(SQUARE, 48000);
            s.stereo = stereo;
            sound_set(&s, "unison", (float)n);
            sound_set(&s, "spread", 0);
            sound_make(&s, "");
            sound_start(&s, 0, 200, 1);
            x[stereo] = sound_play_both(&s, 0, 500, 64);
            sound_free(&s);
        }
        assert_memory_equal(x[0], x[1], 500 * sizeof(float));
        assert_memory_equal(x[1], x[1] + 500, 500 * sizeof(float));
        snq_free(x[0]);
        snq_free(x[1]);
    }
}

static void test_phases(void **state)
{
    (void)state;
    float first[4];
    for (int i = 0; i < 4; i++) { /* free: by the seed, 1 2 1; reset: 0 */
        sound s = wave_of(SINE, 48000);
        sound_set(&s, "phase", i == 3);
        sound_make(&s, "");
        sound_start(&s, 0, 100, i == 1 ? 2 : 1);
        float *x = sound_play(&s, 0, 8, 8);
        first[i] = x[0];
        snq_free(x);
        sound_free(&s);
    }
    assert_true(first[0] == first[2] && first[0] != first[1]);
    check_near(first[3], 0, 1e-5);
}

static void test_tables(void **state)
{
    (void)state;
    sound s = wave_of(TABLE, 48000);
    float cycle[3 * 64];
    for (int i = 0; i < 64; i++) {
        cycle[i] = (float)sin(pi2 * i / 64);
        cycle[64 + i] = (float)sin(2 * pi2 * i / 64);
        cycle[128 + i] = (float)sin(3 * pi2 * i / 64);
    }
    check_ok(snq_bank_add_table(s.bank, "three", cycle, 3, 64));
    check_ok(snq_bank_add_table(s.bank, "one", cycle + 64, 1, 64));
    sound_make(&s, "Three");
    sound_start(&s, 0, 1000, 1);
    for (int at = 0; at <= 8; at++) { /* shape walks through the cycles in straight mixtures */
        sound_shape(&s, (float)at / 8);
        float *x = sound_play(&s, 0, 256 + 480, 64);
        for (int h = 1; h <= 3; h++) {
            double a = 0, b = 0;
            for (int i = 0; i < 480; i++) {
                a += (double)x[256 + i] * cos(pi2 * h * i / 48) / 240;
                b += (double)x[256 + i] * sin(pi2 * h * i / 48) / 240;
            }
            check_near(hypot(a, b), fmax(0, 1 - fabs(2 * at / 8.0 - (h - 1))), 1e-3);
        }
        snq_free(x);
    }
    /* a fast walk over a cycle's border stays within the neighbours' mixtures: no step */
    float last = NAN;
    for (int i = 0; i < 20; i++) {
        for (int l = 0; l < 8; l++)
            s.block.shape.to.v[l] = i % 2 ? 0.1f : 0.9f;
        float *x = sound_play(&s, 0, 64, 64);
        for (int k = 0; k < 64; k++) {
            if (!isnan(last))
                check_near(x[k], last, 0.6);
            last = x[k];
        }
        snq_free(x);
    }
    sound_free(&s);

    s = wave_of(SINE, 48000);
    check_ok(snq_bank_add_table(s.bank, "one", cycle + 64, 1, 64));
    sound_make(&s, "one"); /* a table that is not in use yet */
    sound_start(&s, 0, 1000, 1);
    snq_free(sound_play(&s, 0, 64, 64));
    sound_set(&s, "waveform", TABLE);
    float *x = sound_play(&s, 0, 64 + 480, 64);
    for (int i = 64; i < 64 + 480; i++)
        check_near(x[i], sin(2 * pi2 * (i + 64) / 48), 1e-3);
    snq_free(x);
    sound_free(&s);
}

static void test_make(void **state)
{
    (void)state;
    sound s = wave_of(TABLE, 48000);
    void *out = &s;
    snq__source_cfg cfg = { .rate_hz = 48000, .value = s.value, .bank = s.bank, .recording = "no" };
    check_status(snq__source_wave.make(&cfg, &out), SNQ_ERR_NOT_FOUND);
    assert_null(out);
    assert_ptr_equal(snq__source_find("wave"), &snq__source_wave);
    assert_null(snq__source_find("waves"));
    snq__source_wave.free(NULL);
    sound_make(&s, NULL); /* the first of the built-in ones */
    sound_start(&s, 0, 100, 1);
    snq_free(sound_play(&s, 0, 10, 10));
    sound_free(&s);
}

static snq_status make(void *cfg, void **out)
{
    return snq__source_wave.make(cfg, out);
}

static void test_sweep(void **state)
{
    (void)state;
    sound s = wave_of(SAWTOOTH, 48000);
    snq__source_cfg cfg = { .rate_hz = 48000, .value = s.value, .bank = s.bank, .recording = "" };
    snq_sweep(make, snq__source_wave.free, &cfg);
    s.source = NULL;
    sound_free(&s);
}

/* Tables are drawn by other transforms, so bits may differ: 90 dB are asked for. */
static void test_variants_agree(void **state)
{
    (void)state;
    double error = 0, power = 0;
    float *x[2];
    const unsigned was = snq_cpu_flags();
    for (int i = 0; i < 2; i++) {
        snq_cpu_force(i ? snq_cpu_detect() : 0);
        sound s = wave_of(SQUARE, 48000);
        sound_set(&s, "unison", 3);
        sound_make(&s, "");
        sound_start(&s, 0, 200, 1);
        x[i] = sound_play(&s, 0, 5000, 0);
        sound_free(&s);
    }
    snq_cpu_force(was);
    for (int i = 0; i < 5000; i++) {
        error += pow((double)x[1][i] - (double)x[0][i], 2);
        power += pow((double)x[0][i], 2);
    }
    assert_true(db(error / power) < -110);
    snq_free(x[0]);
    snq_free(x[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_aliases),
        cmocka_unit_test(test_overtones),
        cmocka_unit_test(test_pitch),
        cmocka_unit_test(test_levels_cross_over),
        cmocka_unit_test(test_blocks),
        cmocka_unit_test(test_changes_are_soft),
        cmocka_unit_test(test_levels_and_lanes),
        cmocka_unit_test(test_damaged_inputs),
        cmocka_unit_test(test_unison),
        cmocka_unit_test(test_sides),
        cmocka_unit_test(test_phases),
        cmocka_unit_test(test_tables),
        cmocka_unit_test(test_make),
        cmocka_unit_test(test_sweep),
        cmocka_unit_test(test_variants_agree),
    };
    return cmocka_run_group_tests_name("source_wave", tests, NULL, NULL);
}
