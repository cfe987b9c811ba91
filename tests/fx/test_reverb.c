// SPDX-License-Identifier: MIT
#include "fx_rig.h"

#include "base/alloc.h"
#include "base/cpu.h"
#include "dsp/fft.h"
#include "dsp/sos.h"
#include "fx/fdn_impl.h"
#include "fx/reverb_plan_impl.h"

enum { RATE = 48000 };

/* The room's answer to an impulse on one side or both, mix 1. */
static rig_sound impulse(const char *settings, double seconds, int both)
{
    char all[512];
    snprintf(all, sizeof all, "mix=1 %s", settings);
    rig_sound s = rig_sound_new((size_t)(seconds * RATE));
    s.left[0] = 1;
    s.right[0] = both ? 1 : 0;
    snq_effect *e = rig_effect("reverb", RATE, 1, all);
    rig_run(e, &s, 512);
    snq_effect_free(e);
    return s;
}

/* T60 from the straight line through the decay curve (Schroeder's backward integral) from -5 to -35 dB. */
static double t60_of(const double *energy, size_t n, double step_s)
{
    double *curve = snq_calloc(n + 1, sizeof *curve);
    assert_non_null(curve);
    for (size_t i = n; i-- > 0;)
        curve[i] = curve[i + 1] + energy[i];
    double sx = 0, sy = 0, sxx = 0, sxy = 0, k = 0;
    for (size_t i = 0; i < n; i++) {
        const double db = 10 * log10(curve[i] / curve[0] + 1e-30), t = (double)i * step_s;
        if (db > -5 || db < -35)
            continue;
        k++;
        sx += t;
        sy += db;
        sxx += t * t;
        sxy += t * db;
    }
    snq_free(curve);
    return -60 * (k * sxx - sx * sx) / (k * sxy - sx * sy);
}

static double t60_band(const rig_sound *s, double centre_hz)
{
    snq_sos sections[SNQ_SOS_SECTIONS_MAX];
    uint32_t sections_n;
    check_ok(
        snq_sos_bandpass(4, centre_hz / sqrt(2), centre_hz * sqrt(2), RATE, sections, &sections_n));
    double *energy = snq_calloc(s->n, sizeof *energy);
    float *band = snq_calloc(s->n, sizeof *band);
    assert_true(energy && band);
    for (int c = 0; c < 2; c++) {
        snq_sos_filter f;
        snq_sos_filter_init(&f, sections, sections_n);
        snq_sos_filter_run(&f, band, c ? s->right : s->left, s->n);
        for (size_t i = 0; i < s->n; i++)
            energy[i] += (double)band[i] * band[i];
    }
    const double t60 = t60_of(energy, s->n, 1.0 / RATE);
    snq_free(band);
    snq_free(energy);
    return t60;
}

/* The same of what is asked: the octave's frequencies, each with its decay. */
static double t60_asked(const snq__reverb_decay *d, double centre_hz, double seconds)
{
    enum { STEPS = 4000, PARTS = 64 };
    double *energy = snq_calloc(STEPS, sizeof *energy);
    assert_non_null(energy);
    for (int p = 0; p < PARTS; p++) {
        const double hz = centre_hz * (1 / sqrt(2) + (p + 0.5) / PARTS * (sqrt(2) - 1 / sqrt(2)));
        const double t60 = snq__reverb_t60(d, hz, RATE);
        for (int i = 0; i < STEPS; i++)
            energy[i] += pow(10, -6 * i * seconds / STEPS / t60);
    }
    const double t60 = t60_of(energy, STEPS, seconds / STEPS);
    snq_free(energy);
    return t60;
}

typedef struct decay_case {
    const char *settings;
    snq__reverb_decay d;
} decay_case;

static void test_decay(void **state)
{
    (void)state;
    static const decay_case cases[] = {
        { "decay_s=0.6 damping_ratio=1", { 0.6, 1, 5000, 1, 200 } },
        { "decay_s=2 damping_ratio=1 modulation=0", { 2, 1, 5000, 1, 200 } },
        { "decay_s=2 damping_ratio=1 modulation=1", { 2, 1, 5000, 1, 200 } },
        { "decay_s=5 damping_ratio=1 size=0.8 modulation=1", { 5, 1, 5000, 1, 200 } },
        { "decay_s=1.8", { 1.8, 0.5, 5000, 1, 200 } },
        { "decay_s=3 damping_ratio=0.3 damping_hz=3000", { 3, 0.3, 3000, 1, 200 } },
        { "decay_s=2.5 low_ratio=1.6 low_hz=300", { 2.5, 0.5, 5000, 1.6, 300 } },
        { "decay_s=2 low_ratio=0.5 low_hz=400 damping_ratio=0.7", { 2, 0.7, 5000, 0.5, 400 } },
        { "decay_s=1.2 size=0.1 damping_ratio=0.6", { 1.2, 0.6, 5000, 1, 200 } },
        { "decay_s=4 size=1 damping_ratio=0.5", { 4, 0.5, 5000, 1, 200 } },
    };
    for (size_t i = 0; i < SNQ_COUNT(cases); i++) {
        const double seconds = 1.5 * fmax(1, cases[i].d.low_ratio) * cases[i].d.decay_s;
        rig_sound s = impulse(cases[i].settings, seconds, 1);
        for (double hz = 250; hz <= 4000; hz *= 2) {
            const double got = t60_band(&s, hz), want = t60_asked(&cases[i].d, hz, seconds);
            print_message("%-60s %5.0f Hz: %.3f s, asked %.3f (%+.1f %%)\n", cases[i].settings, hz,
                          got, want, 100 * (got / want - 1));
            check_near(got / want, 1, 0.05);
        }
        rig_sound_free(&s);
    }
}

/* Abel and Huang, "A simple, robust measure of reverberation echo density", AES 121, 2006: the part of
 * samples beyond one deviation in a window of 20 ms, over what it is of a Gaussian. */
static double echo_density(const float *x, size_t from, size_t n)
{
    double sum = 0, weight = 0, beyond = 0;
    for (size_t i = 0; i < n; i++) {
        const double w = 0.5 - 0.5 * cos(6.283185307 * ((double)i + 0.5) / (double)n);
        weight += w;
        sum += w * x[from + i] * x[from + i];
    }
    const double deviation = sqrt(sum / weight);
    for (size_t i = 0; i < n; i++)
        if (fabs(x[from + i]) > deviation)
            beyond += 0.5 - 0.5 * cos(6.283185307 * ((double)i + 0.5) / (double)n);
    return beyond / weight / erfc(1 / sqrt(2));
}

static void test_echo_density(void **state)
{
    (void)state;
    rig_sound s = impulse("size=0.5 pre_delay_ms=0", 1, 1);
    const size_t window = RATE / 50;
    for (int c = 0; c < 2; c++) {
        const float *x = c ? s.right : s.left;
        size_t first = 0;
        for (size_t at = 0; at + window < s.n && !first; at += window / 8)
            if (rig_rms(x + at, window) > 0 && echo_density(x, at, window) >= 1)
                first = at + window / 2;
        print_message("side %d: echo density 1 after %.0f ms\n", c, 1000.0 * (double)first / RATE);
        assert_in_range(first, 1, RATE / 10);
        /* and stays there */
        double mean = 0;
        int k = 0;
        for (size_t at = RATE / 10; at + window < s.n; at += window, k++)
            mean += echo_density(x, at, window);
        check_near(mean / k, 1, 0.07);
    }
    rig_sound_free(&s);
}

/* Late sound without a ring: nothing repeats. The largest autocorrelation of the flattened late part,
 * between 1 and 150 ms, over its power; Gaussian noise of that length has about 0.02. */
static double repeats(const rig_sound *s, const float *x, size_t from, double t60_s, double *at_ms)
{
    enum { N = 65536 };
    snq_fft *f;
    check_ok(snq_fft_new(N, &f));
    float *a = snq_calloc(2 * N, sizeof *a), *b = snq_calloc(2 * N, sizeof *b);
    assert_true(a && b);
    const size_t n = s->n - from < N / 2 ? s->n - from : N / 2;
    for (size_t i = 0; i < n; i++) /* the decay taken out */
        a[2 * i] = (float)(x[from + i] * pow(10, 3.0 * (double)i / RATE / t60_s));
    snq_fft_run(f, b, a);
    for (size_t k = 0; k < N; k++) {
        const double hz = (double)(k < N / 2 ? k : N - k) * RATE / N;
        const double power = (double)b[2 * k] * b[2 * k] + (double)b[2 * k + 1] * b[2 * k + 1];
        a[2 * k] = hz > 100 && hz < 4000 ? (float)power : 0;
        a[2 * k + 1] = 0;
    }
    snq_fft_run(f, b, a);
    double most = 0;
    for (size_t lag = RATE / 1000; lag < RATE * 15 / 100; lag++)
        if (fabs(b[2 * lag] / b[0]) > most) {
            most = fabs(b[2 * lag] / b[0]);
            *at_ms = 1000.0 * (double)lag / RATE;
        }
    snq_free(a);
    snq_free(b);
    snq_fft_free(f);
    return most;
}

static void test_no_ring(void **state)
{
    (void)state;
    static const char *const rooms[] = { "size=0.5", "size=0.5 modulation=0", "size=0.2",
                                         "size=0.9 modulation=0" };
    for (size_t i = 0; i < SNQ_COUNT(rooms); i++) {
        char settings[128];
        snprintf(settings, sizeof settings, "decay_s=2 damping_ratio=1 %s", rooms[i]);
        rig_sound s = impulse(settings, 2, 1);
        double at_ms = 0;
        const double most = repeats(&s, s.left, RATE / 4, 2, &at_ms);
        print_message("%s: repeats by %.3f at %.2f ms\n", rooms[i], most, at_ms);
        assert_true(most < 0.16);
        rig_sound_free(&s);
    }
}

static void test_level_and_sides(void **state)
{
    (void)state;
    for (double decay = 0.3; decay < 7; decay *= 2) {
        for (double size = 0; size <= 1; size += 0.5) {
            char settings[128];
            snprintf(settings, sizeof settings,
                     "mix=1 decay_s=%g size=%g damping_ratio=1 high_cut_hz=20000", decay, size);
            snq_effect *e = rig_effect("reverb", RATE, 1, settings);
            rig_sound s = rig_sound_new((size_t)(RATE * (1 + 1.5 * decay)));
            rig_noise(&s, 0.1, 3);
            rig_run(e, &s, 512);
            const size_t last = s.n - RATE / 2;
            const double db = rig_db(rig_rms(s.left + last, RATE / 2) / 0.1);
            print_message("decay %.1f size %.1f: %+.1f dB\n", decay, size, db);
            if (decay > 0.5 || size < 1) /* else the room is longer than its decay */
                check_near(db, 0, 1.5);
            snq_effect_free(e);
            rig_sound_free(&s);
        }
    }
    rig_sound wide = impulse("", 1, 1), mono = impulse("width=0", 1, 1);
    double lr = 0, ll = 0, rr = 0;
    for (size_t i = 0; i < wide.n; i++) {
        lr += (double)wide.left[i] * wide.right[i];
        ll += (double)wide.left[i] * wide.left[i];
        rr += (double)wide.right[i] * wide.right[i];
    }
    print_message("correlation of the sides %.3f\n", lr / sqrt(ll * rr));
    check_near(lr / sqrt(ll * rr), 0, 0.15);
    check_near(10 * log10(ll / rr), 0, 1);
    assert_true(rig_apart(mono.left, mono.right, mono.n) == 0);
    assert_true(rig_rms(mono.left, mono.n) > 0);
    rig_sound_free(&wide);
    rig_sound_free(&mono);
}

static void test_pre_delay_and_mix(void **state)
{
    (void)state;
    rig_sound a = impulse("pre_delay_ms=0 modulation=0", 0.5, 1);
    rig_sound b = impulse("pre_delay_ms=100 modulation=0", 0.5, 1);
    assert_true(rig_apart(a.left, b.left + 4800, a.n - 4800) == 0);
    assert_true(rig_rms(b.left, 4800) == 0);
    rig_sound_free(&a);
    rig_sound_free(&b);
    rig_sound s = rig_sound_new(4800), dry = rig_sound_new(4800);
    rig_noise(&s, 0.1, 1);
    rig_noise(&dry, 0.1, 1);
    snq_effect *e = rig_effect("reverb", RATE, 1, "mix=0");
    rig_run(e, &s, 100);
    assert_true(rig_apart(s.left, dry.left, s.n) == 0);
    assert_int_equal(snq_effect_latency(e), 0);
    snq_effect_free(e);
    rig_sound_free(&s);
    rig_sound_free(&dry);
}

/* Energy of the answer below and above the cuts. */
static void test_cuts(void **state)
{
    (void)state;
    rig_sound s = impulse("low_cut_hz=500 high_cut_hz=4000 damping_ratio=1", 2, 1);
    rig_sound open = impulse("low_cut_hz=10 high_cut_hz=20000 damping_ratio=1", 2, 1);
    static const struct {
        double hz, db, within;
    } want[] = { { 125, -17.6, 1.5 }, { 500, -3.01, 1.5 }, { 1414, 0, 1.5 }, { 4000, -3.01, 1.5 } };
    for (size_t i = 0; i < SNQ_COUNT(want); i++) {
        double energy[2] = { 0, 0 };
        for (int c = 0; c < 2; c++) {
            snq_sos sections[SNQ_SOS_SECTIONS_MAX];
            uint32_t n;
            check_ok(snq_sos_bandpass(2, want[i].hz / 1.1, want[i].hz * 1.1, RATE, sections, &n));
            snq_sos_filter f;
            snq_sos_filter_init(&f, sections, n);
            rig_sound *x = c ? &s : &open;
            float *band = snq_calloc(x->n, sizeof *band);
            assert_non_null(band);
            snq_sos_filter_run(&f, band, x->left, x->n);
            energy[c] = rig_rms(band, x->n);
            snq_free(band);
        }
        print_message("%g Hz: %.1f dB\n", want[i].hz, rig_db(energy[1] / energy[0]));
        check_near(rig_db(energy[1] / energy[0]), want[i].db, want[i].within);
    }
    rig_sound_free(&s);
    rig_sound_free(&open);
}

/* How far a steady tone spreads in a room that moves: the RMS distance of its power from its pitch, in
 * cents. */
static double spread_cents(const char *settings)
{
    enum { N = 131072 };
    const double hz = 4000;
    rig_sound s = rig_sound_new(N + RATE);
    rig_sine(&s, hz, RATE, 0.5);
    snq_effect *e = rig_effect("reverb", RATE, 1, settings);
    rig_run(e, &s, 64);
    snq_rfft *f;
    check_ok(snq_rfft_new(N, &f));
    float *x = snq_calloc(N + 2, sizeof *x);
    assert_non_null(x);
    for (size_t i = 0; i < N; i++) {
        const double u = 6.283185307179586 * (double)i / N;
        s.left[i] = s.left[i + RATE] * (float)(0.42 - 0.5 * cos(u) + 0.08 * cos(2 * u));
    }
    snq_rfft_run(f, x, s.left);
    double power = 0, apart = 0;
    for (size_t k = 0; k < N / 2; k++) {
        const double p = (double)x[2 * k] * x[2 * k] + (double)x[2 * k + 1] * x[2 * k + 1];
        const double at = (double)k * RATE / N;
        if (fabs(at - hz) > 200)
            continue;
        power += p;
        apart += p * (at - hz) * (at - hz);
    }
    snq_free(x);
    snq_rfft_free(f);
    snq_effect_free(e);
    rig_sound_free(&s);
    return 1200 * log2(1 + sqrt(apart / power) / hz);
}

static void test_wobble(void **state)
{
    (void)state;
    const double still = spread_cents("mix=1 modulation=0 decay_s=2");
    const double most = spread_cents("mix=1 modulation=1 decay_s=2");
    print_message("spread %.2f cents, of a still room %.2f\n", most, still);
    assert_true(most < 3 && most > 0.5 && still < 0.3);
}

static void test_jumps(void **state)
{
    (void)state;
    static const char *const jumps[] = { "size=0.9",     "size=0.1",          "decay_s=10",
                                         "decay_s=0.2",  "pre_delay_ms=120",  "mix=1",
                                         "width=0",      "damping_ratio=0.1", "low_ratio=3",
                                         "modulation=1", "low_cut_hz=800",    "high_cut_hz=2000" };
    for (size_t i = 0; i < SNQ_COUNT(jumps); i++) {
        rig_sound s = rig_sound_new(RATE);
        rig_sine(&s, 440, RATE, 0.5);
        snq_effect *e = rig_effect("reverb", RATE, 1, "mix=0.5");
        rig_run_part(e, &s, 0, RATE / 2, 64);
        rig_set(e, "reverb", jumps[i]);
        rig_run_part(e, &s, RATE / 2, RATE, 64);
        const double db = rig_click_db(&s, RATE / 2, RATE);
        print_message("%s: %+.1f dB\n", jumps[i], db);
        assert_true(db < 6);
        snq_effect_free(e);
        rig_sound_free(&s);
    }
}

/* A size that is driven back and forth all the time. */
static void test_size_in_motion(void **state)
{
    (void)state;
    rig_sound s = rig_sound_new(2 * RATE);
    rig_noise(&s, 0.1, 4);
    snq_effect *e = rig_effect("reverb", RATE, 1, "mix=1 decay_s=3");
    for (size_t at = 0; at < s.n; at += 64) {
        snq_effect_set(e, rig_param("reverb", "size"), (float)(0.5 + 0.5 * sin((double)at * 3e-4)));
        snq_effect_set(e, rig_param("reverb", "pre_delay_ms"),
                       (float)(100 + 99 * sin((double)at * 2e-4)));
        rig_run_part(e, &s, at, at + 64 < s.n ? at + 64 : s.n, 64);
    }
    const double rms = rig_rms(s.left + RATE, RATE);
    assert_true(rms > 0.02 && rms < 0.3);
    snq_effect_free(e);
    rig_sound_free(&s);
}

/* The variants against plain C, by parts of the loudest. */
static void test_variants(void **state)
{
    (void)state;
    const unsigned flags = snq_cpu_flags(), has = snq_cpu_detect();
    const unsigned variant[] = { SNQ_CPU_AVX2, SNQ_CPU_AVX2 | SNQ_CPU_AVX512 };
    static const char *const rooms[] = { "size=0.3 low_ratio=2 modulation=1", "modulation=0" };
    if (!(has & SNQ_CPU_AVX2))
        skip();
    for (size_t i = 0; i < SNQ_COUNT(rooms); i++) {
        snq_cpu_force(0);
        rig_sound want = impulse(rooms[i], 1, 0);
        double most = 0;
        for (size_t k = 0; k < want.n; k++)
            most = fmax(most, fabs(want.left[k]));
        for (size_t v = 0; v < SNQ_COUNT(variant); v++) {
            if ((has & variant[v]) != variant[v])
                continue;
            snq_cpu_force(variant[v]);
            rig_sound got = impulse(rooms[i], 1, 0);
            assert_true(rig_apart(got.left, want.left, got.n) < 1e-5 * most);
            assert_true(rig_apart(got.right, want.right, got.n) < 1e-5 * most);
            rig_sound_free(&got);
        }
        rig_sound_free(&want);
    }
    snq_cpu_force(flags);
}

static void test_lengths(void **state)
{
    (void)state;
    static const double rate[] = { 8000, 44100, 192000 };
    for (size_t i = 0; i < SNQ_COUNT(rate); i++)
        for (double size = 0; size <= 1; size += 0.01) {
            uint32_t m[SNQ__FDN_LINES];
            snq__reverb_lengths(size, rate[i], m);
            for (int l = 0; l < SNQ__FDN_LINES; l++) {
                assert_true(m[l] > SNQ__FDN_CHUNK + 20 && m[l] <= snq__reverb_longest(rate[i]));
                assert_true(l == 0 || m[l] > m[l - 1]);
                for (uint32_t k = 2; k * k <= m[l]; k++)
                    assert_int_not_equal(m[l] % k, 0);
            }
        }
}

static void test_kind(void **state)
{
    (void)state;
    rig_check_kind("reverb", "decay_s=0.5 mix=1 modulation=1", 1e-6, 3);
    rig_check_kind("reverb", "decay_s=2 mix=0.5 damping_ratio=1 pre_delay_ms=0", 1e-6, 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decay),    cmocka_unit_test(test_echo_density),
        cmocka_unit_test(test_no_ring),  cmocka_unit_test(test_level_and_sides),
        cmocka_unit_test(test_cuts),     cmocka_unit_test(test_pre_delay_and_mix),
        cmocka_unit_test(test_wobble),   cmocka_unit_test(test_jumps),
        cmocka_unit_test(test_variants), cmocka_unit_test(test_size_in_motion),
        cmocka_unit_test(test_lengths),  cmocka_unit_test(test_kind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
