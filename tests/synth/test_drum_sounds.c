// SPDX-License-Identifier: MIT
/* What the drums sound like: each against what its file says of it. */
#include "support/check.h"

#include "dsp/denormals.h"
#include "dsp/fft.h"
#include "dsp/kweight.h"
#include "score/drum_keys.h"
#include "synth/drums_impl.h"

enum { RATE = 48000, ROOM = 1 << 21, FFT = 65536 };
static float value[DP_PARAMS];
static float x[ROOM];
static double power[FFT / 2 + 1];

static int defaults(void **state)
{
    for (int i = 0; i < DP_PARAMS; i++)
        value[i] = snq__drum_param_tab()[i].value;
    return 0;
}

static uint32_t strike_at(uint32_t key, int manner, float velocity, uint32_t variant,
                          uint32_t rate_hz)
{
    static snq__drum_sound s;
    snq__drum_spec spec;
    snq__drum_recipe r;
    value[DP_KIT_MANNER] = (float)manner;
    snq__drum_spec_init(&spec, key, velocity, variant, value);
    snq__drum_recipe_of(&spec, 1, rate_hz, &r);
    snq__drum_sound_begin(&s, &r);
    assert_true(s.length + 64 < ROOM);
    const snq_denormals was = snq_denormals_off();
    memset(x, 0, sizeof x);
    for (uint32_t at = 0; at < s.length; at += 64)
        snq__drum_sound_run(&s, x + at, 64);
    snq_denormals_restore(was);
    return s.length;
}

/* A hit into x; returns its length. */
static uint32_t strike(uint32_t key, int manner, float velocity)
{
    return strike_at(key, manner, velocity, 0, RATE);
}

static double peak(uint32_t from, uint32_t to)
{
    double p = 0;
    for (uint32_t i = from; i < to; i++)
        p = fmax(p, fabs((double)x[i]));
    return p;
}

/* Powers of x from its beginning, by bin of RATE / FFT Hz. */
static void spectrum(void)
{
    snq_rfft *fft;
    static float out[FFT + 2];
    check_ok(snq_rfft_new(FFT, &fft));
    snq_rfft_run(fft, out, x);
    for (uint32_t k = 0; k <= FFT / 2; k++)
        power[k] = (double)out[2 * k] * (double)out[2 * k] +
                   (double)out[2 * k + 1] * (double)out[2 * k + 1];
    snq_rfft_free(fft);
}

static double share(double low_hz, double high_hz)
{
    double in = 0, all = 0;
    for (uint32_t k = 0; k <= FFT / 2; k++) {
        const double hz = (double)k * RATE / FFT;
        in += hz >= low_hz && hz < high_hz ? power[k] : 0;
        all += power[k];
    }
    return in / all;
}

static double centroid_hz(void)
{
    double sum = 0, all = 0;
    for (uint32_t k = 0; k <= FFT / 2; k++) {
        sum += power[k] * k * RATE / FFT;
        all += power[k];
    }
    return sum / all;
}

static double strongest_hz(double low_hz, double high_hz)
{
    uint32_t best = (uint32_t)(low_hz * FFT / RATE);
    for (uint32_t k = best; k < high_hz * FFT / RATE; k++)
        best = power[k] > power[best] ? k : best;
    return (double)best * RATE / FFT;
}

/* Seconds until the 10 ms round a frame are for good this far under the loudest. */
static double time_to_db(uint32_t length, double db)
{
    enum { STEP = 480 };
    double loudest = 0, last = 0;
    for (int pass = 0; pass < 2; pass++)
        for (uint32_t at = 0; at + STEP <= length; at += STEP / 4) {
            double e = 0;
            for (uint32_t i = at; i < at + STEP; i++)
                e += (double)x[i] * (double)x[i];
            if (!pass)
                loudest = fmax(loudest, e);
            else if (10 * log10(e / loudest + 1e-30) > db)
                last = (double)(at + STEP / 2) / RATE;
        }
    return last;
}

/* Hz by zero crossings from `at` s on, over one period. */
static double pitch_at(double at_s)
{
    double at[3] = { 0 };
    int n = 0;
    for (uint32_t i = (uint32_t)(at_s * RATE) + 1; n < 3; i++)
        if ((x[i - 1] < 0) != (x[i] < 0))
            at[n++] = i - (double)x[i] / ((double)x[i] - (double)x[i - 1]);
    return RATE / (at[2] - at[0]);
}

/* ---------------------------------------------------------------- kicks */

static void test_kicks_fall_into_their_pitch(void **state)
{
    static const double ends[] = { 49.6, 50, 55 };
    for (int m = 0; m < 3; m++)
        for (int up = 0; up < 2; up++) {
            value[DP_GROUP + DP_TUNE] = up ? 5 : 0;
            value[DP_HUMANISE] = 0;
            const double want = ends[m] * (up ? pow(2, 5 / 12.0) : 1);
            strike(SNQ_DRUM_KICK, m, 1);
            check_near(pitch_at(0.16) / want, 1, m == DM_ACOUSTIC ? 0.06 : 0.05);
            if (pitch_at(0.006) < 1.08 * pitch_at(0.16))
                fail_msg("manner %d: %.1f Hz, then %.1f", m, pitch_at(0.006), pitch_at(0.16));
        }
    defaults(state);
}

/* An 808's: where recordings of one have their zero crossings, and how they die. */
static void test_kick_808_is_one(void **state)
{
    const uint32_t length = strike(SNQ_DRUM_KICK, DM_808, 1);
    check_near(pitch_at(0.0058), 58, 5);
    check_near(pitch_at(0.0217), 55, 3.5);
    check_near(pitch_at(0.3), 49.7, 0.4);
    check_near(time_to_db(length, -20), 0.481, 0.06);
    check_near(time_to_db(length, -40), 1.025, 0.06);
    value[DP_GROUP + DP_DECAY] = 0.5f;
    check_near(time_to_db(strike(SNQ_DRUM_KICK, DM_808, 1), -40), 0.51, 0.05);
    value[DP_GROUP + DP_DECAY] = 1;
    value[DP_KICK_SWEEP] = 0;
    value[DP_KICK_CLICK] = 0;
    strike(SNQ_DRUM_KICK, DM_808, 1);
    check_near(pitch_at(0.005), 49.6, 2.5); /* the block of DC bends the first half wave */
    check_near(pitch_at(0.05), 49.6, 0.4);
    defaults(state);
}

static void test_kick_click_is_high(void **state)
{
    for (int m = 0; m < 3; m++) {
        value[DP_KICK_CLICK] = 0;
        strike(SNQ_DRUM_KICK, m, 1);
        spectrum();
        const double without = share(1500, 6000);
        value[DP_KICK_CLICK] = 2;
        strike(SNQ_DRUM_KICK, m, 1);
        spectrum();
        assert_true(share(1500, 6000) > 4 * without);
        assert_true(share(30, 250) > 0.85);
    }
    defaults(state);
}

/* ---------------------------------------------------------------- snares, claps */

static void test_snares_have_shell_and_wires(void **state)
{
    static const double shell[] = { 172, 187, 186 };
    for (int m = 0; m < 3; m++) {
        strike(SNQ_DRUM_SNARE, m, 1);
        spectrum();
        check_near(strongest_hz(120, 260) / shell[m], 1, m == DM_909 ? 0.2 : 0.06);
        const double wires = share(1500, 16000);
        assert_true(wires > 0.06 && wires < 0.6);
        value[DP_SNARE_SNAPPY] = 0;
        strike(SNQ_DRUM_SNARE, m, 1);
        spectrum();
        assert_true(share(1500, 16000) < 0.4 * wires);
        value[DP_SNARE_SNAPPY] = 2;
        strike(SNQ_DRUM_SNARE, m, 1);
        spectrum();
        assert_true(share(1500, 16000) > 1.6 * wires);
        value[DP_SNARE_SNAPPY] = 1;
    }
}

/* A brush swells: its loudest moment comes later, and the stick's click is gone. */
static void test_brush_swells(void **state)
{
    double half[2];
    for (int brush = 0; brush < 2; brush++) {
        value[DP_SNARE_BRUSH] = (float)brush;
        const uint32_t length = strike(SNQ_DRUM_SNARE, DM_ACOUSTIC, 1);
        double sum = 0, all = 0;
        for (uint32_t i = 0; i < length; i++)
            all += (double)x[i] * (double)x[i];
        uint32_t i = 0;
        for (; sum < 0.5 * all; i++)
            sum += (double)x[i] * (double)x[i];
        half[brush] = (double)i / RATE;
    }
    assert_true(half[1] > 2 * half[0]);
    defaults(state);
}

/* Bursts 10.5 ms apart (808): each begins louder than what is before it. */
static void test_clap_has_its_bursts(void **state)
{
    for (int spread = 1; spread < 3; spread++) {
        value[DP_CLAP_SPREAD] = (float)spread;
        strike(SNQ_DRUM_CLAP, DM_808, 1);
        const double gap = 0.0105 * spread;
        for (int b = 1; b < 4; b++) {
            const uint32_t at = (uint32_t)(gap * b * RATE);
            double after = 0, before = 0;
            for (uint32_t i = 0; i < 140; i++) {
                after += fabs((double)x[at + 20 + i]);
                before += fabs((double)x[at - 150 + i]);
            }
            assert_true(after > 1.8 * before);
        }
    }
    defaults(state);
    spectrum();
    assert_true(share(700, 4000) > 0.6);
}

/* ---------------------------------------------------------------- hats, cymbals */

static void test_hats_are_high(void **state)
{
    static const uint32_t hats[] = { SNQ_DRUM_HAT_CLOSED, SNQ_DRUM_HAT_PEDAL, SNQ_DRUM_HAT_OPEN };
    for (int m = 0; m < 3; m++) {
        double t20[3];
        for (int i = 0; i < 3; i++) {
            t20[i] = time_to_db(strike(hats[i], m, 1), -20);
            spectrum();
            assert_true(share(5000, 24000) > 0.8);
            assert_true(share(0, 1500) < 0.01);
            assert_true(centroid_hz() > 7000 && centroid_hz() < 11000);
        }
        assert_true(t20[0] < 0.1 && t20[1] < 0.1 && t20[2] > 0.2);
        value[DP_HAT_OPEN_DECAY] = 0.5f;
        const double shorter = time_to_db(strike(SNQ_DRUM_HAT_OPEN, m, 1), -20);
        check_near(shorter / t20[2], m == DM_808 ? 0.65 : 0.5, 0.12);
        value[DP_HAT_OPEN_DECAY] = 1;
    }
}

static void test_cymbals(void **state)
{
    for (int m = 0; m < 3; m++) {
        const double crash = time_to_db(strike(SNQ_DRUM_CRASH, m, 1), -20);
        spectrum();
        const double crash_hz = centroid_hz();
        const double splash = time_to_db(strike(55, m, 1), -20);
        spectrum();
        assert_true(crash > 0.35 && splash < 0.6 * crash);
        assert_true(crash_hz > 4000 && crash_hz < 10500);
        strike(SNQ_DRUM_RIDE, m, 1);
        spectrum();
        assert_true(centroid_hz() < crash_hz);
        strike(53, m, 1); /* the bell has a pitch */
        spectrum();
        const double bell = share(500, 1300);
        strike(SNQ_DRUM_RIDE, m, 1);
        spectrum();
        assert_true(bell > 1.5 * share(500, 1300));
    }
}

/* ---------------------------------------------------------------- all others */

static void test_toms_go_up(void **state)
{
    static const uint32_t toms[] = { 41, 43, 45, 47, 48, 50 };
    for (int m = 0; m < 3; m++) {
        double before = 0;
        for (int i = 0; i < 6; i++) {
            const uint32_t length = strike(toms[i], m, 1);
            const double hz = pitch_at(0.15);
            if (before > 0)
                check_near(12 * log2(hz / before), 3, 1.1);
            before = hz;
            assert_true(time_to_db(length, -40) > 0.2);
        }
        assert_true(before > 180 && before < 260);
    }
}

static void test_pitched_ones(void **state)
{
    static const struct {
        uint32_t key;
        double low_hz, high_hz, hz;
    } rows[] = { { 75, 1000, 5000, 2500 }, { 64, 100, 500, 189 },  { 63, 100, 500, 252 },
                 { 61, 200, 900, 392 },    { 60, 200, 900, 560 },  { 67, 500, 1500, 880 },
                 { 68, 500, 1500, 660 },   { 76, 500, 1500, 905 }, { 77, 500, 1500, 640 },
                 { 72, 1500, 4000, 2390 } };
    for (int m = 0; m < 3; m++) {
        for (size_t i = 0; i < SNQ_COUNT(rows); i++) {
            value[DP_HUMANISE] = 0;
            strike(rows[i].key, m, 1);
            spectrum();
            check_near(strongest_hz(rows[i].low_hz, rows[i].high_hz) / rows[i].hz, 1, 0.025);
        }
        strike(SNQ_DRUM_COWBELL, m, 1);
        spectrum();
        check_near(strongest_hz(300, 700), m == DM_ACOUSTIC ? 562 : 540, 8);
    }
    defaults(state);
}

static void test_noisy_ones_are_high(void **state)
{
    static const uint32_t keys[] = { 54, 69, 70, 73, 74, 82, 83 };
    for (size_t i = 0; i < SNQ_COUNT(keys); i++) {
        strike(keys[i], DM_ACOUSTIC, 1);
        spectrum();
        assert_true(share(2500, 20000) > 0.85);
    }
    assert_true(time_to_db(strike(74, DM_ACOUSTIC, 1), -20) >
                2.5 * time_to_db(strike(73, DM_ACOUSTIC, 1), -20));
}

/* Every key: it sounds, ends, has no DC, peaks where the table's norm brings it, and is harder when
 * struck harder. At any rate. */
static void test_every_key_is_sound(void **state)
{
    for (uint32_t key = SNQ__DRUM_KEY_FIRST; key <= SNQ__DRUM_KEY_LAST; key++)
        for (int m = 0; m < 3; m++) {
            double mean = 0;
            for (uint32_t v = 0; v < 4; v++) {
                const uint32_t length = strike_at(key, m, 1, v, RATE);
                double sum = 0;
                for (uint32_t i = 0; i < length; i++) {
                    assert_true(isfinite(x[i]));
                    sum += (double)x[i];
                }
                mean += 20 * log10(peak(0, length)) / 4;
                assert_true(length > 0.03 * RATE && length < 8 * RATE);
                if (fabs(sum) / fmax(length, RATE / 4) > 1e-4)
                    fail_msg("key %u manner %d: DC %g", key, m, sum / length);
                assert_true(peak(length - 48, length) < 2e-3);
                assert_true(peak(0, 1) < 0.7);
            }
            if (fabs(mean) > 1.5)
                fail_msg("key %u manner %d peaks at %.2f dB", key, m, mean);
        }
}

static void test_rates_sound_alike(void **state)
{
    static const uint32_t rates[] = { 8000, 44100, 192000 };
    for (size_t i = 0; i < SNQ_COUNT(rates); i++)
        for (uint32_t key = SNQ__DRUM_KEY_FIRST; key <= SNQ__DRUM_KEY_LAST; key += 3) {
            const uint32_t at_48 = strike(key, DM_ACOUSTIC, 1);
            const uint32_t n = strike_at(key, DM_ACOUSTIC, 1, 0, rates[i]);
            if (rates[i] > 8000)
                check_near((double)n / rates[i], (double)at_48 / RATE, 0.002);
            assert_true(peak(0, n) < 4);
        }
}

static void test_harder_is_brighter(void **state)
{
    static const uint32_t keys[] = { SNQ_DRUM_KICK,
                                     SNQ_DRUM_SNARE,
                                     SNQ_DRUM_CLAP,
                                     SNQ_DRUM_HAT_CLOSED,
                                     SNQ_DRUM_CRASH,
                                     SNQ_DRUM_TOM_LOW,
                                     SNQ_DRUM_RIDE,
                                     64,
                                     70 };
    for (size_t i = 0; i < SNQ_COUNT(keys); i++) {
        const uint32_t soft = strike(keys[i], DM_ACOUSTIC, 0.2f);
        spectrum();
        const double soft_hz = centroid_hz();
        const uint32_t hard = strike(keys[i], DM_ACOUSTIC, 1);
        spectrum();
        if (!(centroid_hz() > 1.02 * soft_hz && hard > soft))
            fail_msg("key %u: %.0f Hz, soft %.0f", keys[i], centroid_hz(), soft_hz);
    }
}

/* Repeats differ in the acoustic manner, but are the same drum. */
static void test_variants_differ_a_little(void **state)
{
    static float before[ROOM];
    strike_at(SNQ_DRUM_SNARE, DM_ACOUSTIC, 0.8f, 0, RATE);
    for (uint32_t v = 1; v < 4; v++) {
        spectrum();
        const double hz = centroid_hz();
        memcpy(before, x, sizeof x);
        const uint32_t n = strike_at(SNQ_DRUM_SNARE, DM_ACOUSTIC, 0.8f, v, RATE);
        double same = 0, a = 0, b = 0;
        for (uint32_t i = 0; i < n; i++) {
            same += (double)x[i] * (double)before[i];
            a += (double)x[i] * (double)x[i];
            b += (double)before[i] * (double)before[i];
        }
        assert_true(same / sqrt(a * b) < 0.97);
        spectrum();
        check_near(centroid_hz() / hz, 1, 0.3);
    }
}

/* Loudness of a hit (LUFS of its loudest 400 ms) in the mix that the table makes. */
static double lufs_of(uint32_t key, int manner)
{
    const uint32_t n = strike(key, manner, 100 / 127.0f), room = n < 19200 ? 19200 : n;
    snq_kweight *k;
    const snq_kweight_cfg cfg = { .rate_hz = RATE, .channels = 1 };
    check_ok(snq_kweight_new(&cfg, &k));
    const snq_audio a = {
        .channels = 1, .rate_hz = RATE, .frames = room < 19200 ? room : 19200, .channel = { x }
    };
    double sum;
    const uint32_t frames = (uint32_t)a.frames;
    snq_kweight_push(k, &a, &frames, 1, &sum);
    snq_kweight_free(k);
    const double gain = (double)snq__drum_key_tab[key - SNQ__DRUM_KEY_FIRST].peak_db +
                        20 * log10((double)snq__drum_velocity_gain(100 / 127.0f, 0.8f));
    return -0.691 + 10 * log10(2 * sum / frames) + gain; /* two sides */
}

/* As a kit lies in a mix: snare and clap about as loud as the kick, hats and shakers far under. */
static void test_kit_is_balanced(void **state)
{
    static const struct {
        uint32_t key;
        double low, high; /* LU over the snare */
    } rows[] = { { SNQ_DRUM_KICK, 2, 9.5 },        { SNQ_DRUM_CLAP, -7, 4 },
                 { SNQ_DRUM_RIM, -16, -3 },        { SNQ_DRUM_HAT_CLOSED, -20, -5 },
                 { SNQ_DRUM_HAT_OPEN, -12, 2 },    { SNQ_DRUM_TOM_LOW, -5, 6 },
                 { SNQ_DRUM_CRASH, -7, 6 },        { SNQ_DRUM_RIDE, -14, 0 },
                 { SNQ_DRUM_SHAKER, -25, -7 },     { SNQ_DRUM_COWBELL, -12, 3 },
                 { SNQ_DRUM_TAMBOURINE, -18, -4 }, { SNQ_DRUM_CONGA_LOW, -8, 4 } };
    for (int m = 0; m < 3; m++) {
        const double snare = lufs_of(SNQ_DRUM_SNARE, m);
        for (size_t i = 0; i < SNQ_COUNT(rows); i++) {
            const double over = lufs_of(rows[i].key, m) - snare;
            if (over < rows[i].low || over > rows[i].high)
                fail_msg("%s, manner %d: %.1f LU over the snare", snq_drum_name((int)rows[i].key),
                         m, over);
        }
    }
}

/* The table of the report: ./test_drum_sounds --table */
static int print_table(void)
{
    printf("key name            dBFS   LUFS of 808 909 acoustic, velocity 100\n");
    for (uint32_t key = SNQ__DRUM_KEY_FIRST; key <= SNQ__DRUM_KEY_LAST; key++) {
        printf("%3u %-16s %5.1f ", key, snq_drum_name((int)key),
               (double)snq__drum_key_tab[key - SNQ__DRUM_KEY_FIRST].peak_db);
        for (int m = 0; m < 3; m++)
            printf(" %6.1f", lufs_of(key, m));
        printf("\n");
    }
    return 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kicks_fall_into_their_pitch),
        cmocka_unit_test(test_kick_808_is_one),
        cmocka_unit_test(test_kick_click_is_high),
        cmocka_unit_test(test_snares_have_shell_and_wires),
        cmocka_unit_test(test_brush_swells),
        cmocka_unit_test(test_clap_has_its_bursts),
        cmocka_unit_test(test_hats_are_high),
        cmocka_unit_test(test_cymbals),
        cmocka_unit_test(test_toms_go_up),
        cmocka_unit_test(test_pitched_ones),
        cmocka_unit_test(test_noisy_ones_are_high),
        cmocka_unit_test(test_every_key_is_sound),
        cmocka_unit_test(test_rates_sound_alike),
        cmocka_unit_test(test_harder_is_brighter),
        cmocka_unit_test(test_variants_differ_a_little),
        cmocka_unit_test(test_kit_is_balanced),
    };
    if (argc > 1 && strcmp(argv[1], "--table") == 0) {
        defaults(NULL);
        return print_table();
    }
    return cmocka_run_group_tests(tests, defaults, NULL);
}
