// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/alloc.h"
#include "base/attr.h"
#include "base/rng.h"
#include "listen/mel_track_impl.h"
#include "listen/pitch_track_impl.h"
#include "support/make_audio.h"
#include "support/sweep.h"

enum { RATE = SNQ_MONO_RATE_HZ, HALF_RATE = RATE / 2, WINDOW = 4096, FRAMES_MAX = 300 };

typedef struct seen {
    int64_t frames, stop_at;
    snq_pitch_frame frame[FRAMES_MAX];
} seen;

static snq_status take(void *user, int64_t number, const snq_pitch_frame *frame)
{
    seen *s = user;
    assert_true(number == s->frames && number < FRAMES_MAX);
    s->frame[s->frames++] = *frame;
    return s->stop_at && s->frames == s->stop_at ? SNQ_ERR_CANCELLED : SNQ_OK;
}

/* x (n,) in blocks; the caller frees what comes. */
static seen *run(const float *x, size_t n, size_t block)
{
    seen *s = calloc(1, sizeof *s);
    snq__pitch_track *t;
    check_ok(snq__pitch_track_new(&t));
    for (size_t at = 0; at < n; at += block) {
        check_ok(snq__pitch_track_push(t, x + at, n - at < block ? n - at : block, take, s));
        assert_int_equal(snq__pitch_track_done(t), s->frames);
    }
    const int64_t frames = snq__pitch_frames((int64_t)((n * 100 + RATE - 1) / RATE));
    check_ok(snq__pitch_track_finish(t, frames, take, s));
    assert_int_equal(s->frames, frames);
    snq__pitch_track_free(t);
    return s;
}

static snq_pitch_peak strongest(const snq_pitch_frame *f)
{
    snq_pitch_peak best = { 0 };
    for (uint32_t i = 0; i < f->peaks; i++)
        if (f->peak[i].power > best.power)
            best = f->peak[i];
    return best;
}

static int loudest_band(const snq_pitch_frame *f)
{
    int best = 0;
    for (int b = 1; b < SNQ_PITCH_BANDS; b++)
        best = f->band[b] > f->band[best] ? b : best;
    return best;
}

static int loudest_tone(const float tone[SNQ_TONE_BANDS])
{
    int best = 0;
    for (int b = 1; b < SNQ_TONE_BANDS; b++)
        best = tone[b] > tone[best] ? b : best;
    return best;
}

static double note_hz(double note)
{
    return 440 * exp2((note - 69) / 12);
}

/* Every semitone is where the header says; its peak is the sine itself. Below 139 Hz (C#3) two bins lie
 * further apart than two bands, and a band shows the nearest bin. */
static void a_sine_is_found_in_its_band(void **state)
{
    const size_t n = RATE;
    for (int semitone = 0; semitone < SNQ_PITCH_SEMITONES; semitone++) {
        const double hz = note_hz(SNQ_PITCH_LOWEST + semitone), a = 0.3 - 0.003 * semitone;
        float *x = make_silence(n);
        add_sine(x, 0, n, RATE, hz, a, 0.5 * semitone);
        seen *s = run(x, n, 5000);
        for (int k = 2; k < 8; k++) { /* whose windows lie inside */
            const snq_pitch_frame *f = &s->frame[k];
            const snq_pitch_peak peak = strongest(f);
            const int band = loudest_band(f);
            if (hz > 139)
                assert_int_equal(band, 1 + SNQ_PITCH_STEPS * semitone);
            else
                check_near(note_hz(SNQ_PITCH_LOWEST + (band - 1) / 3.0), hz,
                           0.51 * HALF_RATE / WINDOW + 0.01 * hz);
            check_near(f->power, a * a / 2, 0.03 * a * a / 2);
            for (int r = 0; r < SNQ_TONE_ROWS && hz > 370 && hz < 3500;
                 r++) /* two bins a semitone */
                assert_int_equal(loudest_tone(f->tone[r]),
                                 SNQ_PITCH_LOWEST + semitone - SNQ_TONE_LOWEST);
            if (hz > 3000) /* where the half-band filter begins to fall */
                continue;
            check_near(peak.hz, hz, 0.1);
            check_near(peak.power, a * a / 2, 0.03 * a * a / 2);
        }
        free(s);
        snq_free(x);
    }
}

/* Thirds of a semitone between. */
static void bands_are_thirds_of_a_semitone(void **state)
{
    const size_t n = RATE / 2;
    for (int band = 36; band < 190; band += 7) { /* wider than a bin */
        float *x = make_silence(n);
        add_sine(x, 0, n, RATE, note_hz(SNQ_PITCH_LOWEST + (band - 1) / 3.0), 0.2, 0);
        seen *s = run(x, n, n);
        assert_int_equal(loudest_band(&s->frame[2]), band);
        free(s);
        snq_free(x);
    }
}

/* The window's place, from its shape: an impulse at an even sample comes through the half-band filter as
 * one sample of half its height, which every frame weighs by its own window there. */
static void frames_lie_where_they_should(void **state)
{
    static const int64_t at_tab[] = { 0, 551, 2048, 3000, 8193, 12000 }; /* at 11 025 Hz */
    const size_t n = 3 * RATE / 2;
    const double energy = 3.0 / 8 * WINDOW; /* sum of the squared window */
    /* of a flat spectrum, what lies in 40 .. 5000 Hz */
    const double part = (5000.0 - 40.0) / (HALF_RATE / 2.0);
    for (size_t i = 0; i < SNQ_COUNT(at_tab); i++) {
        float *x = make_silence(n);
        x[2 * at_tab[i]] = 1;
        seen *s = run(x, n, 999);
        for (int64_t k = 0; k < s->frames; k++) {
            const int64_t from = (2 * k + 1) * HALF_RATE / 20 - WINDOW / 2;
            const int64_t p = at_tab[i] - from;
            const double w = p < 0 || p >= WINDOW ? 0 : 0.5 - 0.5 * cos(2 * M_PI * p / WINDOW);
            check_near(s->frame[k].power, 0.25 * w * w / energy * part, 2e-3 * 0.25 / energy);
            if (w == 0)
                check_near(s->frame[k].power, 0, 1e-12);
        }
        free(s);
        snq_free(x);
    }
}

/* The same of the tone rows: an impulse's flat spectrum, times the window's square there. */
static void tone_rows_lie_where_they_should(void **state)
{
    enum { TONE_WINDOW = 1024 };
    static const int64_t at_tab[] = { 551, 2048, 3000, 8193 }; /* at 11 025 Hz */
    const size_t n = 3 * RATE / 2;
    for (size_t i = 0; i < SNQ_COUNT(at_tab); i++) {
        float *x = make_silence(n);
        x[2 * at_tab[i]] = 1;
        seen *s = run(x, n, 999);
        /* 0.5 of the impulse, 2 / (N sum of w^2) a bin; band 40 lies at 880 Hz and is 2 * 51 Hz wide */
        const double whole = 0.25 * 2 / (TONE_WINDOW * 3.0 / 8 * TONE_WINDOW);
        const double area = (note_hz(SNQ_TONE_LOWEST + 41) - note_hz(SNQ_TONE_LOWEST + 39)) / 2 /
                            (HALF_RATE / (double)TONE_WINDOW);
        int seen_some = 0;
        for (int64_t row = 0; row < s->frames * SNQ_TONE_ROWS; row++) {
            const float *tone = s->frame[row / SNQ_TONE_ROWS].tone[row % SNQ_TONE_ROWS];
            const int64_t p = at_tab[i] - ((2 * row + 1) * HALF_RATE / 100 - TONE_WINDOW / 2);
            const double w =
                p < 0 || p >= TONE_WINDOW ? 0 : 0.5 - 0.5 * cos(2 * M_PI * p / TONE_WINDOW);
            check_near(tone[40], whole * area * w * w, 0.02 * whole * area);
            seen_some += w > 0.5;
        }
        assert_true(seen_some >= 2);
        free(s);
        snq_free(x);
    }
}

/* Sums of sines that begin and end: power by the definition, in the time domain. */
static void power_is_that_of_the_windowed_signal(void **state)
{
    const size_t n = 2 * RATE + 777;
    float *x = make_silence(n);
    add_sine(x, 0, n, RATE, 311, 0.2, 0);
    add_sine(x, 0, n, RATE, 1500, 0.1, 1);
    add_sine(x, 0, n, RATE, 2711, 0.05, 2);
    for (size_t i = 0; i < n;
         i++) { /* a swell between 0.4 s and 1.7 s, smooth: no energy elsewhere */
        const double t = ((double)i / RATE - 0.4) / 1.3;
        x[i] *= t < 0 || t > 1 ? 0 : (float)pow(sin(M_PI * t), 2);
    }
    seen *s = run(x, n, 4410);
    for (int64_t k = 0; k < s->frames; k++) {
        const int64_t from = (2 * k + 1) * HALF_RATE / 20 - WINDOW / 2;
        double want = 0;
        for (int64_t i = 0; i < WINDOW; i++) {
            const double w = 0.5 - 0.5 * cos(2 * M_PI * (double)i / WINDOW);
            const int64_t at = 2 * (from + i);
            const double y = at >= 0 && at < (int64_t)n ? (double)x[at] : 0;
            want += w * w * y * y;
        }
        want /= 3.0 / 8 * WINDOW;
        check_near(s->frame[k].power, want, 0.003 * want + 1e-7);
    }
    free(s);
    snq_free(x);
}

/* What the half-band filter must keep from folding down: a tone of 9 kHz would be one of 2025 Hz. */
static void nothing_folds_below_3_khz(void **state)
{
    static const double hz_tab[] = { 8100, 9000, 9950, 10500, 11000 };
    const size_t n = RATE;
    const double a = 0.5;
    for (size_t i = 0; i < SNQ_COUNT(hz_tab); i++) {
        float *x = make_silence(n);
        add_sine(x, 0, n, RATE, hz_tab[i], a, 0);
        seen *s = run(x, n, 8192);
        double sum = 0;
        for (int b = 0; b < SNQ_PITCH_BANDS; b++)
            if (note_hz(SNQ_PITCH_LOWEST + (b - 1) / 3.0) < 2900)
                sum += (double)s->frame[5].band[b];
        assert_true(sum < 1e-6 * a * a / 2);
        free(s);
        snq_free(x);
    }
}

static int same_frame(const snq_pitch_frame *a, const snq_pitch_frame *b)
{
    return a->power == b->power && a->peaks == b->peaks &&
           memcmp(a->band, b->band, sizeof a->band) == 0 &&
           memcmp(a->peak, b->peak, a->peaks * sizeof a->peak[0]) == 0;
}

static void block_sizes_do_not_matter(void **state)
{
    static const size_t blocks[] = { 1, 2, 3, 97, 2047, 2048, 4095, 4097, 10000 };
    const size_t n = RATE + 4567;
    float *x = make_silence(n);
    add_noise(x, 0, n, 0.1, 1);
    add_sine(x, 3000, 20000, RATE, 500, 0.2, 0);
    seen *want = run(x, n, n);
    for (size_t i = 0; i < SNQ_COUNT(blocks); i++) {
        seen *got = run(x, n, blocks[i]);
        assert_int_equal(got->frames, want->frames);
        for (int64_t k = 0; k < got->frames; k++)
            assert_true(same_frame(&got->frame[k], &want->frame[k]));
        free(got);
    }
    free(want);
    snq_free(x);
}

/* Property: twice as loud is four times the power, and the same peaks. */
static void gain_moves_powers_alone(void **state)
{
    const size_t n = RATE;
    float *x = make_silence(n), *y = make_silence(n);
    add_noise(x, 0, n, 0.1, 2);
    add_sine(x, 0, n, RATE, 333, 0.2, 0);
    for (size_t i = 0; i < n; i++)
        y[i] = 2 * x[i];
    seen *one = run(x, n, n), *two = run(y, n, n);
    for (int64_t k = 0; k < one->frames; k++) {
        const snq_pitch_frame *a = &one->frame[k], *b = &two->frame[k];
        check_near(b->power, 4 * a->power, 0);
        assert_int_equal(a->peaks, b->peaks);
        for (int i = 0; i < SNQ_PITCH_BANDS; i++)
            check_near(b->band[i], 4 * a->band[i], 0);
        for (uint32_t i = 0; i < a->peaks; i++) {
            check_near(b->peak[i].hz, a->peak[i].hz, 0);
            check_near(b->peak[i].power, 4 * a->peak[i].power, 0);
        }
    }
    free(one);
    free(two);
    snq_free(x);
    snq_free(y);
}

/* Of more sines than there is room for the strongest stay, in order of frequency. */
static void the_strongest_peaks_stay(void **state)
{
    enum { SINES = 60 };
    const size_t n = RATE;
    float *x = make_silence(n);
    double hz[SINES], a[SINES];
    for (int i = 0; i < SINES; i++) {
        hz[i] =
            (56 + 17 * i) * (double)HALF_RATE / WINDOW; /* on bins: as high as they are strong */
        a[i] = 0.01 + 0.0005 * (i * 37 % SINES);        /* all different, in no order */
        add_sine(x, 0, n, RATE, hz[i], a[i], i);
    }
    seen *s = run(x, n, n);
    const snq_pitch_frame *f = &s->frame[5];
    assert_int_equal(f->peaks, SNQ_PITCH_PEAKS_MAX);
    uint32_t at = 0;
    for (int i = 0; i < SINES; i++) {
        int louder = 0;
        for (int k = 0; k < SINES; k++)
            louder += a[k] > a[i];
        if (louder >= SNQ_PITCH_PEAKS_MAX)
            continue;
        check_near(f->peak[at].hz, hz[i], 0.2);
        check_near(f->peak[at++].power, a[i] * a[i] / 2, 0.03 * a[i] * a[i] / 2);
    }
    assert_int_equal(at, SNQ_PITCH_PEAKS_MAX);
    free(s);
    snq_free(x);
}

/* A peak may be up to 60 dB under the highest, and lies in 40 .. 4000 Hz. */
static void peaks_have_bounds(void **state)
{
    static const struct {
        double hz, db;
        int found;
    } tab[] = { { 2500, -55, 1 }, { 2500, -65, 0 }, { 45, -50, 1 },
                { 30, -20, 0 },   { 3900, -50, 1 }, { 4100, -20, 0 } };
    const size_t n = RATE;
    for (size_t i = 0; i < SNQ_COUNT(tab); i++) {
        float *x = make_silence(n);
        add_sine(x, 0, n, RATE, 1000, 0.5, 0);
        add_sine(x, 0, n, RATE, tab[i].hz, 0.5 * pow(10, tab[i].db / 20), 0);
        seen *s = run(x, n, n);
        const snq_pitch_frame *f = &s->frame[5];
        int found = 0;
        for (uint32_t k = 0; k < f->peaks; k++)
            found |= fabs((double)f->peak[k].hz - tab[i].hz) < 1;
        assert_int_equal(found, tab[i].found);
        free(s);
        snq_free(x);
    }
}

static void silence_is_nothing(void **state)
{
    const size_t n = 2 * RATE;
    float *x = make_silence(n);
    seen *s = run(x, n, 1000);
    static const snq_pitch_frame none;
    assert_int_equal(s->frames, 20);
    for (int64_t k = 0; k < s->frames; k++)
        assert_memory_equal(&s->frame[k], &none, sizeof none);
    free(s);
    /* once the window has left a sound behind, there is nothing of it */
    add_noise(x, 0, RATE / 10, 0.3, 1);
    s = run(x, n, 1000);
    for (int64_t k = 0; k < s->frames; k++)
        assert_int_equal(s->frame[k].power > 0, k <= 2);
    free(s);
    s = run(x, 0, 1);
    assert_int_equal(s->frames, 0);
    free(s);
    snq_free(x);
}

static snq_status pass_mono(void *user, const float *samples, size_t n)
{
    void **both = user;
    return snq__pitch_track_push(both[0], samples, n, take, both[1]);
}

static snq_status no_mel(void *user, int64_t hop, const float *mel)
{
    return SNQ_OK;
}

/* Frames behind the mel track, which may be told that a chunk is silent. */
static seen *run_behind_mel(const snq_audio *a, size_t chunk, int told)
{
    seen *s = calloc(1, sizeof *s);
    snq__pitch_track *p;
    snq__mel_track *m;
    check_ok(snq__pitch_track_new(&p));
    check_ok(snq__mel_track_new(a->rate_hz, &m));
    void *both[] = { p, s };
    snq__mel_track_tap(m, pass_mono, both);
    for (size_t at = 0; at < a->frames; at += chunk) {
        const snq_audio part = snq_audio_part(a, at, chunk);
        int silent = told;
        for (size_t i = 0; i < part.frames; i++)
            silent &= part.channel[0][i] == 0;
        check_ok(snq__mel_track_push(m, &part, silent, no_mel, NULL));
    }
    const int64_t hops = (int64_t)((a->frames * 100 + a->rate_hz - 1) / a->rate_hz);
    check_ok(snq__mel_track_finish(m, hops, no_mel, NULL));
    check_ok(snq__pitch_track_finish(p, snq__pitch_frames(hops), take, s));
    snq__mel_track_free(m);
    snq__pitch_track_free(p);
    return s;
}

static void told_silence_changes_nothing(void **state)
{
    static const struct {
        uint32_t rate;
        double sound_s[4], end_s;
    } row[] = { { 44100, { 0.3, 0.9, 9.0, 9.02 }, 11 },
                { 48000, { 0, 0.1, 3.0, 3.5 }, 3.5 },
                { 22050, { 5.001, 5.2, 6, 6.1 }, 8 } };
    for (size_t i = 0; i < SNQ_COUNT(row); i++) {
        const double rate = row[i].rate;
        const size_t n = (size_t)(row[i].end_s * rate);
        float *x = make_silence(n);
        for (int k = 0; k < 4; k += 2)
            add_noise(x, (size_t)(row[i].sound_s[k] * rate), (size_t)(row[i].sound_s[k + 1] * rate),
                      0.1, i);
        const snq_audio a = { { x }, 1, row[i].rate, n };
        seen *want = run_behind_mel(&a, 8192, 0);
        for (size_t chunk = 441; chunk < 9000; chunk = chunk * 4 + 1) {
            seen *got = run_behind_mel(&a, chunk, 1);
            assert_int_equal(got->frames, want->frames);
            for (int64_t k = 0; k < got->frames; k++)
                if (!same_frame(&got->frame[k], &want->frame[k]))
                    fail_msg("%g Hz, chunk %zu: frame %lld", rate, chunk, (long long)k);
            free(got);
        }
        free(want);
        snq_free(x);
    }
}

static void a_sink_stops_it(void **state)
{
    float *x = make_silence(RATE);
    seen *s = calloc(1, sizeof *s);
    snq__pitch_track *t;
    s->stop_at = 3;
    check_ok(snq__pitch_track_new(&t));
    check_status(snq__pitch_track_push(t, x, RATE, take, s), SNQ_ERR_CANCELLED);
    assert_int_equal(s->frames, 3);
    snq__pitch_track_free(t);
    check_ok(snq__pitch_track_new(&t));
    s->frames = 0;
    check_ok(snq__pitch_track_push(t, x, RATE / 4, take, s));
    check_status(snq__pitch_track_finish(t, 10, take, s), SNQ_ERR_CANCELLED);
    snq__pitch_track_free(t);
    snq__pitch_track_free(NULL);
    free(s);
    snq_free(x);
}

static snq_status make(void *user, void **out)
{
    return snq__pitch_track_new((snq__pitch_track **)out);
}

static void unmake(void *t)
{
    snq__pitch_track_free(t);
}

static void survives_lack_of_memory(void **state)
{
    snq_sweep(make, unmake, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sine_is_found_in_its_band),
        cmocka_unit_test(bands_are_thirds_of_a_semitone),
        cmocka_unit_test(frames_lie_where_they_should),
        cmocka_unit_test(tone_rows_lie_where_they_should),
        cmocka_unit_test(power_is_that_of_the_windowed_signal),
        cmocka_unit_test(nothing_folds_below_3_khz),
        cmocka_unit_test(block_sizes_do_not_matter),
        cmocka_unit_test(gain_moves_powers_alone),
        cmocka_unit_test(the_strongest_peaks_stay),
        cmocka_unit_test(peaks_have_bounds),
        cmocka_unit_test(silence_is_nothing),
        cmocka_unit_test(told_silence_changes_nothing),
        cmocka_unit_test(a_sink_stops_it),
        cmocka_unit_test(survives_lack_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
