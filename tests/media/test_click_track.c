// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/alloc.h"
#include "base/rng.h"
#include "media/click_track.h"
#include "support/sweep.h"

enum { RATE = 8000, FRAMES = 3 * RATE, CHANNELS = 3, CLICK = RATE / 40 };

static float x[CHANNELS][FRAMES], y[CHANNELS][FRAMES];
/* 0.1 is not a number of frames' quotient, two are closer than a click is long, the last is beyond the end */
static const double beat_s[] = { 0.0, 0.10003, 0.5, 0.51, 1.00004, 2.9999, 3.5 };
static const double downbeat_s[] = { 0.10003, 1.00004 };

static snq_click_track_cfg standard(void)
{
    return (snq_click_track_cfg) { .rate_hz = RATE,
                                   .channels = CHANNELS,
                                   .block_frames = FRAMES,
                                   .peak = 1.0,
                                   .beat_s = beat_s,
                                   .downbeat_s = downbeat_s,
                                   .beats = SNQ_COUNT(beat_s),
                                   .downbeats = SNQ_COUNT(downbeat_s) };
}

/* Noise up to `peak`, which is reached in both directions. */
static void make_noise(double peak)
{
    snq_rng rng;
    snq_rng_init(&rng, 9);
    for (int c = 0; c < CHANNELS; c++)
        for (int i = 0; i < FRAMES; i++)
            x[c][i] = (float)(peak * (2 * snq_rng_uniform(&rng) - 1));
    x[0][17] = (float)peak;
    x[1][18] = (float)-peak;
}

/* Everything into y, in blocks of `step` frames. */
static void mix(const snq_click_track_cfg *cfg, size_t step)
{
    snq_click_track *t;
    snq_audio block = { .channels = CHANNELS, .rate_hz = RATE, .frames = FRAMES }, mixed;
    for (int c = 0; c < CHANNELS; c++)
        block.channel[c] = x[c];
    check_ok(snq_click_track_new(cfg, &t));
    for (size_t i = 0; i < FRAMES; i += step) {
        const snq_audio part = snq_audio_part(&block, i, step);
        check_ok(snq_click_track_push(t, &part, &mixed));
        assert_int_equal(mixed.frames, part.frames);
        assert_int_equal(mixed.channels, CHANNELS);
        assert_int_equal(mixed.rate_hz, RATE);
        for (int c = 0; c < CHANNELS; c++)
            memcpy(y[c] + i, mixed.channel[c], part.frames * sizeof(float));
    }
    snq_click_track_free(t);
}

/* The click as the header and the essay say, at frame i of one that begins a bar or not. */
static double click_at(int i, int high)
{
    double most = 0, v = 0;
    const double hz = high ? 1500 : 1000;
    for (int k = 0; k < CLICK; k++) {
        const double t = (double)k / RATE;
        const double w = sin(2 * M_PI * hz * t) * exp(-t / 0.006) * (1 - t / 0.025);
        most = fmax(most, fabs(w));
        if (k == i)
            v = w;
    }
    return v / most * (high ? 1 : 0.63);
}

/* What each frame must hold, by the definition: the last beat that is not later. */
static double wanted(int c, int i, double gain, double peak)
{
    int start = -1, high = 0;
    for (size_t k = 0; k < SNQ_COUNT(beat_s); k++)
        if ((int)lround(beat_s[k] * RATE) <= i) {
            start = (int)lround(beat_s[k] * RATE);
            high = k == 1 || k == 4;
        }
    const int age = i - start;
    const double click = start >= 0 && age < CLICK ? click_at(age, high) : 0;
    return gain * ((double)x[c][i] + peak * click);
}

static void it_is_what_is_defined(void **state)
{
    static const struct {
        double peak, gain;
    } tab[] = { { 0.25, 0.5 }, { 1.0, 0.5 }, { 3.0, 0.5 / 3 } };
    snq_click_track_cfg cfg = standard();
    for (size_t k = 0; k < SNQ_COUNT(tab); k++) {
        make_noise(tab[k].peak);
        cfg.peak = tab[k].peak;
        mix(&cfg, FRAMES);
        for (int c = 0; c < CHANNELS; c++)
            for (int i = 0; i < FRAMES; i += i < 1200 ? 1 : 7)
                check_near((double)y[c][i], wanted(c, i, tab[k].gain, tab[k].peak), 1e-6);
    }
}

/* Even where the recording is at its peak during a click. */
static void nothing_clips(void **state)
{
    static const double peaks[] = { 1e-6, 0.1, 0.9999, 1.0, 1.7, 1e6 };
    snq_click_track_cfg cfg = standard();
    for (size_t k = 0; k < SNQ_COUNT(peaks); k++) {
        for (int c = 0; c < CHANNELS; c++)
            for (int i = 0; i < FRAMES; i++)
                x[c][i] = (float)(i % 2 ? -peaks[k] : peaks[k]);
        cfg.peak = (double)(float)peaks[k];
        mix(&cfg, 1024);
        double most = 0;
        for (int c = 0; c < CHANNELS; c++)
            for (int i = 0; i < FRAMES; i++)
                most = fmax(most, fabs((double)y[c][i]));
        assert_true(most <= fmin(peaks[k] * 1.000001, 1 - 0x1p-24));
        assert_true(most > 0.9 * fmin(peaks[k], 1)); /* and no more is lost than needed */
    }
}

static void blocks_do_not_matter(void **state)
{
    static float whole[CHANNELS][FRAMES];
    const snq_click_track_cfg cfg = standard();
    make_noise(0.7);
    mix(&cfg, FRAMES);
    memcpy(whole, y, sizeof y);
    for (size_t step = 1; step < FRAMES; step = step * 3 + 4) {
        memset(y, 0, sizeof y);
        mix(&cfg, step);
        assert_memory_equal(whole, y, sizeof y);
    }
}

static void without_beats_it_is_quieter_and_nothing_else(void **state)
{
    snq_click_track_cfg cfg = standard();
    cfg.beats = cfg.downbeats = 0;
    cfg.beat_s = cfg.downbeat_s = NULL;
    cfg.peak = 0.999;
    make_noise(cfg.peak);
    mix(&cfg, 1000);
    for (int i = 0; i < FRAMES; i++)
        check_near((double)y[1][i], 0.5 * (double)x[1][i], 0);
}

/* Beats that nobody reaches, and many at one place: no harm. */
static void odd_beats(void **state)
{
    static const double odd[] = { 0.25, 0.25, 0.25, 1e17, 1e300 };
    snq_click_track_cfg cfg = standard();
    cfg.beat_s = odd;
    cfg.beats = SNQ_COUNT(odd);
    cfg.downbeat_s = odd;
    cfg.downbeats = 1;
    make_noise(0);
    mix(&cfg, 777);
    const int at = RATE / 4;
    check_near((double)y[0][at + 1], 0.5 * click_at(1, 1), 1e-6);
    check_near((double)y[2][at - 1], 0, 0);
    check_near((double)y[2][at + CLICK], 0, 0);
}

/* At the lowest rate a quarter of the rate, not an alias. */
static void low_rates(void **state)
{
    snq_click_track_cfg cfg = standard();
    cfg.rate_hz = SNQ_RATE_MIN_HZ;
    memset(x, 0, sizeof x);
    mix(&cfg, FRAMES);
    const int at = 100; /* 0.10003 s: sin(pi / 2 k), so every second frame is 0 */
    assert_true(fabs((double)y[0][at + 1]) > 0.3);
    check_near((double)y[0][at + 2], 0, 1e-6);
    assert_true((double)y[0][at + 3] < -0.2);
}

static void errors(void **state)
{
    snq_click_track *t;
    snq_audio mixed;
    snq_click_track_cfg cfg = standard();
    snq_audio block = { { x[0], x[1] }, 2, RATE, 10 };
    cfg.block_frames = 10;
    check_ok(snq_click_track_new(&cfg, &t));
    check_status(snq_click_track_push(t, &block, &mixed), SNQ_ERR_ARG);
    block.channels = 3;
    block.channel[2] = x[2];
    block.frames = 0;
    check_ok(snq_click_track_push(t, &block, &mixed));
    assert_int_equal(mixed.frames, 0);
    block.frames = 11;
    check_status(snq_click_track_push(t, &block, &mixed), SNQ_ERR_TOO_BIG);
    snq_click_track_free(t);
    snq_click_track_free(NULL);
#define REFUSED(field, value)                                                \
    do {                                                                     \
        cfg = standard();                                                    \
        cfg.field = (value);                                                 \
        check_status(snq_click_track_new(&cfg, &t), SNQ_ERR_RANGE);          \
        assert_null(t);                                                      \
        assert_true(strncmp(snq_last_error(), #field, strlen(#field)) == 0); \
    } while (0)
    REFUSED(rate_hz, 999);
    REFUSED(rate_hz, SNQ_RATE_MAX_HZ + 1);
    REFUSED(channels, 0);
    REFUSED(channels, 17);
    REFUSED(block_frames, 0);
    REFUSED(peak, -0.1);
    REFUSED(peak, 2e6);
    REFUSED(peak, NAN);
#undef REFUSED
}

static snq_status make(void *user, void **object)
{
    const snq_click_track_cfg cfg = standard();
    return snq_click_track_new(&cfg, (snq_click_track **)object);
}

static void unmake(void *object)
{
    snq_click_track_free(object);
}

static void allocation_failures_are_clean(void **state)
{
    assert_int_equal(snq_sweep(make, unmake, NULL), 1 + 2 + CHANNELS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_what_is_defined),
        cmocka_unit_test(nothing_clips),
        cmocka_unit_test(blocks_do_not_matter),
        cmocka_unit_test(without_beats_it_is_quieter_and_nothing_else),
        cmocka_unit_test(odd_beats),
        cmocka_unit_test(low_rates),
        cmocka_unit_test(errors),
        cmocka_unit_test(allocation_failures_are_clean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
