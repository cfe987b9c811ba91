// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/alloc.h"
#include "base/rng.h"
#include "dsp/sos.h"
#include "hear.h"
#include "listen/analyser.h"
#include "support/make_audio.h"

enum { RATE = 44100 };

static snq_spectrum of(const float *x, size_t n, uint32_t rate)
{
    snq_hearing h;
    const snq_audio a = { { x }, 1, rate, n };
    hear(&a, "spectrum", &h);
    assert_null(h.spectrum_reason);
    snq_hearing_clear(&h);
    return h.spectrum;
}

static double share_sum(const snq_spectrum *s)
{
    double sum = 0;
    for (int b = 0; b < SNQ_SPECTRUM_BANDS; b++)
        sum += s->band[b].share.reason ? 0 : s->band[b].share.value;
    return sum;
}

static void each_tone_falls_into_its_band(void **state)
{
    static const double hz[SNQ_SPECTRUM_BANDS] = { 41.2, 110, 330, 1000, 3000, 6000, 12000 };
    const size_t n = 3 * RATE;
    for (int b = 0; b < SNQ_SPECTRUM_BANDS; b++) {
        float *x = make_silence(n);
        add_sine(x, 0, n, RATE, hz[b], 0.1, 0.3);
        const snq_spectrum s = of(x, n, RATE);
        assert_true(s.band[b].share.value > 0.98);
        check_near(s.band[b].level_dbfs.value, -23.01, 0.1);
        check_near(share_sum(&s), 1.0, 1e-6);
        assert_int_equal(s.dominants, 1);
        check_near(s.dominant_hz[0], hz[b], 0.3);
        check_near(s.centroid_hz.value, hz[b], 2.0);
        snq_free(x);
    }
}

/* Tones between bins, strongest first. */
static void finds_tones_between_bins(void **state)
{
    static const double hz[4] = { 440.0, 1318.51, 3322.44, 277.18 },
                        level[4] = { -12, -18, -24, -30 };
    const size_t n = 4 * RATE;
    float *x = make_silence(n);
    for (int i = 0; i < 4; i++)
        add_sine(x, 0, n, RATE, hz[i], sine_amplitude(level[i]), i);
    add_noise(x, 0, n, 0.001, 5);
    const snq_spectrum s = of(x, n, RATE);
    assert_int_equal(s.dominants, 4);
    for (int i = 0; i < 4; i++)
        check_near(s.dominant_hz[i], hz[i], 0.1);
    snq_free(x);
}

static void white_noise_is_flat(void **state)
{
    const size_t n = 20 * RATE;
    float *x = make_silence(n);
    add_noise(x, 0, n, 0.1, 1);
    const snq_spectrum s = of(x, n, RATE);
    assert_true(s.flatness.value > 0.95);
    check_near(s.tilt_db_per_octave.value, 0.0, 0.2);
    check_near(s.centroid_hz.value, 10010, 100);
    assert_int_equal(s.dominants, 0);
    assert_null(s.dominant_reason);
    check_near(s.cutoff_hz.value, RATE / 2.0, 1);
    for (uint32_t b = 0; b < SNQ_SPECTRUM_BANDS; b++) {
        const double width = snq_spectrum_band_hi_hz(b) - snq_spectrum_band_lo_hz(b);
        check_near(s.band[b].share.value, width / 19980, 0.02 * width / 19980 + 0.0002);
    }
    snq_free(x);
}

/* A first-order slope: each octave 6.02 dB lower. */
static void tilt_reads_a_known_slope(void **state)
{
    const size_t n = 20 * RATE;
    float *x = make_silence(n);
    add_noise(x, 0, n, 0.1, 2);
    double y = 0;
    for (size_t i = 0; i < n; i++) {
        y += 0.0035 * (x[i] - y); /* corner at 25 Hz */
        x[i] = (float)(100 * y);
    }
    const snq_spectrum s = of(x, n, RATE);
    check_near(s.tilt_db_per_octave.value, -6.0, 0.35);
    snq_free(x);
}

static void sees_where_the_spectrum_ends(void **state)
{
    const size_t n = 10 * RATE;
    float *x = make_silence(n);
    add_noise(x, 0, n, 0.1, 3);
    snq_sos low[SNQ_SOS_SECTIONS_MAX];
    snq_sos_filter filter;
    uint32_t sections;
    check_ok(snq_sos_lowpass(12, 15800, RATE, low, &sections));
    for (int pass = 0; pass < 4; pass++) {
        snq_sos_filter_init(&filter, low, sections);
        snq_sos_filter_run(&filter, x, x, n);
    }
    add_noise(x, 0, n, 1e-6, 4);
    /* 50 dB down, the least that counts as an end, lies at 16.4 kHz */
    check_near(of(x, n, RATE).cutoff_hz.value, 16300, 300);
    snq_free(x);
}

static void low_rates_say_what_they_cannot_know(void **state)
{
    const size_t n = 8000 * 3;
    float *x = make_silence(n);
    add_noise(x, 0, n, 0.1, 6);
    const snq_spectrum s = of(x, n, 8000);
    assert_string_equal(s.band[6].share.reason, "above half the sample rate");
    assert_null(s.band[4].share.reason);
    check_near(share_sum(&s), 1.0, 1e-6);
    check_near(s.cutoff_hz.value, 4000, 1);
    snq_free(x);
}

static void short_silent_and_infrasonic(void **state)
{
    snq_hearing h;
    float *x = make_silence(8 * RATE);
    x[0] = 0.5f;
    snq_audio a = { { x }, 1, RATE, 1 };
    hear(&a, "spectrum", &h);
    assert_non_null(snq_warnings_find(&h.warnings, "too_short"));
    check_near(share_sum(&h.spectrum), 1.0, 1e-6);
    snq_hearing_clear(&h);
    x[0] = 0.0f;
    a.frames = RATE;
    hear(&a, "spectrum", &h);
    assert_string_equal(h.spectrum.centroid_hz.reason, "no sound between 20 and 20 000 Hz");
    assert_string_equal(h.spectrum.dominant_reason, "no sound between 20 and 20 000 Hz");
    assert_int_equal(h.warnings.count, 0);
    snq_hearing_clear(&h);
    a.frames = 0;
    hear(&a, "spectrum", &h);
    assert_string_equal(h.spectrum.flatness.reason, "shorter than one frame of the spectrum");
    snq_hearing_clear(&h);
    a.frames = 8 * RATE;
    add_sine(x, 0, a.frames, RATE, 5, 0.5, 0);
    hear(&a, "spectrum", &h);
    assert_non_null(snq_warnings_find(&h.warnings, "infrasound"));
    snq_hearing_clear(&h);
    snq_free(x);
}

enum { BINS = 2049 };

static int ascending(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* dB of bin k over the median of its neighbours within 8 to 64 bins, by sorting them. */
static double over_median(const float *power, int k)
{
    float near[129];
    int reach = (int)(0.122 * k), n = 0;
    reach = reach < 8 ? 8 : reach > 64 ? 64 : reach;
    for (int i = k - reach > 1 ? k - reach : 1; i <= k + reach && i < BINS; i++)
        near[n++] = power[i];
    qsort(near, (size_t)n, sizeof *near, ascending);
    const float median = (float)(near[(n - 1) / 2] / 2.0 + near[n / 2] / 2.0);
    return median > 0 ? 10 * log10((double)power[k] / median) : INFINITY;
}

/* The strongest of all bins that the definition lets through. */
static uint32_t dominant_bins(const float *power, double bin_hz, int *best)
{
    float most = 0;
    uint32_t n = 0;
    const int lo = (int)ceil(20 / bin_hz), hi = (int)(20000 / bin_hz);
    for (int k = lo; k <= hi; k++)
        most = fmaxf(most, power[k]);
    while (n < SNQ_DOMINANTS_MAX) {
        int top = 0;
        for (int k = lo; k <= hi; k++) {
            int taken = 0;
            for (uint32_t i = 0; i < n; i++)
                taken |= best[i] == k;
            if (!taken && power[k] > power[k - 1] && power[k] >= power[k + 1] &&
                power[k] >= 1e-4f * most && (!top || power[k] > power[top]) &&
                over_median(power, k) >= 12)
                top = k;
        }
        if (!top)
            break;
        best[n++] = top;
    }
    return n;
}

/* Spectra of one frame: noise, with lines of about 12 dB over the median, with holes. */
static void dominants_are_the_definition(void **state)
{
    const snq_analyser_setup setup = { .rate_hz = RATE,
                                       .channels = 1,
                                       .grid = { RATE, SNQ_HOPS_PER_S },
                                       .window = 4096,
                                       .bins = BINS,
                                       .low_bins = 12 };
    static float power[BINS];
    snq_rng rng;
    uint32_t found = 0;
    snq_rng_init(&rng, 3);
    for (int round = 0; round < 300; round++) {
        const double bin_hz = RATE / 4096.0, swing = round % 3 ? 0.02 : 1, hole = round % 5 / 6.0;
        double sum = 0;
        for (int k = 0; k < BINS; k++) {
            const double u = snq_rng_uniform(&rng);
            power[k] = (float)(1e-6 * exp(swing * 2 * snq_rng_normal(&rng)));
            if (k % 40 == 20)
                power[k] *= (float)(15.8489319 * (1 + 1e-4 * (u - 0.5)));
            if (snq_rng_uniform(&rng) < hole)
                power[k] = 0;
            sum += (double)power[k];
        }
        const snq_hop hop = { .frames = 441, .energy = 441 * sum };
        const snq_fine_frame frame = { .power = power };
        const snq_hop_block b = { .grid = setup.grid,
                                  .channels = 1,
                                  .hops = 1,
                                  .hop = &hop,
                                  .window = setup.window,
                                  .bins = BINS,
                                  .low_bins = setup.low_bins,
                                  .fine_frames = 1,
                                  .fine = &frame };
        void *analyser;
        snq_hearing h;
        snq_hearing_init(&h);
        check_ok(snq_spectrum_analyser.begin(&setup, &analyser));
        check_ok(snq_spectrum_analyser.block(analyser, &b));
        check_ok(snq_spectrum_analyser.finish(analyser, &h));
        int best[SNQ_DOMINANTS_MAX];
        const uint32_t n = dominant_bins(power, bin_hz, best);
        assert_int_equal(h.spectrum.dominants, n);
        for (uint32_t i = 0; i < n; i++)
            check_near(h.spectrum.dominant_hz[i], best[i] * bin_hz, bin_hz);
        found += n;
        snq_spectrum_analyser.free(analyser);
        snq_hearing_clear(&h);
    }
    assert_true(found > 300);
}

/* Feed "r" (a region begins), "e" (it ends), and the digits: a hop whose power lies in that tenth of
 * the bins. Returns the file's spectrum; *of_region: the last region's. */
static snq_spectrum told(const char *events, snq_spectrum *of_region)
{
    const snq_analyser_setup setup = { .rate_hz = RATE,
                                       .channels = 1,
                                       .grid = { RATE, SNQ_HOPS_PER_S },
                                       .window = 4096,
                                       .bins = BINS,
                                       .low_bins = 12 };
    float power[BINS];
    const snq_hop hop = { .frames = 441, .energy = 441 * 1e-3 };
    const snq_fine_frame frame = { .power = power };
    const snq_hop_block b = { .grid = setup.grid,
                              .channels = 1,
                              .hops = 1,
                              .hop = &hop,
                              .window = setup.window,
                              .bins = BINS,
                              .low_bins = setup.low_bins,
                              .fine_frames = 1,
                              .fine = &frame };
    snq_region region = { 0 };
    void *analyser;
    snq_hearing h;
    snq_hearing_init(&h);
    check_ok(snq_spectrum_analyser.begin(&setup, &analyser));
    for (const char *e = events; *e; e++) {
        if (*e == 'r')
            check_ok(snq_spectrum_analyser.region_begin(analyser, 0));
        else if (*e == 'e')
            check_ok(snq_spectrum_analyser.region_end(analyser, 0, &region));
        else {
            for (int k = 0; k < BINS; k++)
                power[k] = 1e-6f + (k / 205 == *e - '0' ? 1e-3f * (float)(1 + k % 7) : 0.0f);
            check_ok(snq_spectrum_analyser.block(analyser, &b));
        }
    }
    check_ok(snq_spectrum_analyser.finish(analyser, &h));
    const snq_spectrum all = h.spectrum;
    *of_region = region.spectrum;
    snq_spectrum_analyser.free(analyser);
    snq_hearing_clear(&h);
    return all;
}

/* Figure for figure, within `relative`. */
static int alike(const snq_spectrum *a, const snq_spectrum *b, double relative)
{
    int same = a->dominants == b->dominants;
    for (uint32_t i = 0; same && i < a->dominants; i++)
        same = fabs(a->dominant_hz[i] - b->dominant_hz[i]) <= relative * b->dominant_hz[i];
    for (int i = 0; same && i < SNQ_SPECTRUM_BANDS; i++)
        same = fabs(a->band[i].share.value - b->band[i].share.value) <=
               relative * b->band[i].share.value;
    return same &&
           fabs(a->centroid_hz.value - b->centroid_hz.value) <= relative * b->centroid_hz.value &&
           fabs(a->flatness.value - b->flatness.value) <= relative * b->flatness.value &&
           fabs(a->tilt_db_per_octave.value - b->tilt_db_per_octave.value) <=
               relative * fabs(b->tilt_db_per_octave.value) &&
           a->cutoff_hz.value == b->cutoff_hz.value;
}

/* A region that is all of the file says what the file says, to the bit; any other doesn't. */
static void the_file_is_more_than_its_first_region(void **state)
{
    static const struct {
        const char *events, *plain;
        int is_region;
    } all[] = { { "r123e", "123", 1 },   { "r12e3", "123", 0 },   { "1r23e", "123", 0 },
                { "r12er3e", "123", 0 }, { "rer123e", "123", 1 }, { "re123", "123", 0 } };
    for (size_t i = 0; i < SNQ_COUNT(all); i++) {
        snq_spectrum region, none;
        const snq_spectrum file = told(all[i].events, &region), plain = told(all[i].plain, &none);
        assert_true(alike(&file, &plain, 1e-12));
        assert_int_equal(alike(&file, &region, 1e-12), all[i].is_region);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_tone_falls_into_its_band),
        cmocka_unit_test(finds_tones_between_bins),
        cmocka_unit_test(white_noise_is_flat),
        cmocka_unit_test(dominants_are_the_definition),
        cmocka_unit_test(tilt_reads_a_known_slope),
        cmocka_unit_test(sees_where_the_spectrum_ends),
        cmocka_unit_test(low_rates_say_what_they_cannot_know),
        cmocka_unit_test(short_silent_and_infrasonic),
        cmocka_unit_test(the_file_is_more_than_its_first_region),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
