// SPDX-License-Identifier: MIT
/* What destinations do, measured in the sound that comes of them: played by the product's patches, mixed by its mixer. */
#include "support/check.h"

#include "base/alloc.h"
#include "jobs/map_rig.h"

enum { RATE = MAP_RIG_RATE, STEP = RATE / 100, SECONDS = 12 };
static const double bpm = 140;

/* ---------------------------------------------------------------- a bass note, and how it is measured */

typedef struct heard {
    float *x;
    size_t n;
    double bright[100 * SECONDS]; /* each 10 ms: ln of the mean frequency (Hz) */
    double level[100 * SECONDS];  /* dB */
    size_t steps;
} heard;

/* Centre of the power spectrum, as the slope tells it: sqrt of the mean of (x')^2 / x^2. */
static void look(heard *h)
{
    for (h->steps = 0; h->steps < SNQ_COUNT(h->bright) && (h->steps + 4) * STEP < h->n;
         h->steps++) {
        double a = 0, b = 0;
        for (size_t i = h->steps * STEP + 1; i < (h->steps + 3) * STEP; i++) {
            const double d = (double)h->x[i] - (double)h->x[i - 1];
            a += d * d;
            b += (double)h->x[i] * (double)h->x[i];
        }
        h->bright[h->steps] = 0.5 * log(a / (b + 1e-12) + 1e-9) + log(RATE / (2 * M_PI));
        h->level[h->steps] = 10 * log10(b / (2 * STEP) + 1e-12);
    }
}

/* An A1 from `from` quarter notes on for SECONDS, composed for another bass. */
static void play(const snq_map_result *r, double from, heard *h)
{
    snq_score s;
    const double quarters = SECONDS * bpm / 60;
    map_rig_score(&s, bpm, quarters);
    map_rig_note(&s, map_rig_track(&s, "bass", "bass", "saw_bass"), from, quarters - from, 33);
    map_rig_apply(r, &s);
    h->x = map_rig_stem(&s, "bass", 1, &h->n);
    assert_true(h->n >= (size_t)SECONDS * RATE);
    look(h);
    snq_score_clear(&s);
}

static void clear(heard *h)
{
    snq_free(h->x);
}

/* Part of v (steps from .. to, 100 a second) that swings at hz, under a Hann window; its phase in cycles. */
static double swing(const double *v, size_t from, size_t to, double hz, double *phase)
{
    double mean = 0, re = 0, im = 0;
    const double n = (double)(to - from);
    for (size_t i = from; i < to; i++)
        mean += v[i] / n;
    for (size_t i = from; i < to; i++) {
        const double w = 1 - cos(2 * M_PI * ((double)(i - from) + 0.5) / n);
        const double p = 2 * M_PI * hz * ((double)i + 1.5) / 100; /* a look's middle */
        re += w * (v[i] - mean) * cos(p);
        im += w * (v[i] - mean) * sin(p);
    }
    if (phase)
        *phase = atan2(im, re) / (2 * M_PI);
    return 2 * sqrt(re * re + im * im) / n;
}

/* The strongest swing from 0.5 to 14 Hz. */
static double rate_of(const double *v, size_t from, size_t to)
{
    double most = 0, best = 0;
    for (double hz = 0.5; hz < 14; hz += 0.01) {
        const double a = swing(v, from, to, hz, NULL);
        if (a > most) {
            most = a;
            best = hz;
        }
    }
    return best;
}

/* ---------------------------------------------------------------- the wobble */

static void rates_are_those_asked(void **state)
{
    static const double hz[] = { 1.2, 1.7, 2.4, 3.3, 4.8, 6.1, 8 };
    double xy = 0, xx = 0, yy = 0, mx = 0, my = 0;
    const size_t n = SNQ_COUNT(hz);
    double got[SNQ_COUNT(hz)];
    for (size_t i = 0; i < n; i++) {
        snq_map_result r = { 0 };
        heard h;
        map_rig_put_one(&r, "wobble_bass.lfo_rate", hz[i]);
        play(&r, 0, &h);
        got[i] = rate_of(h.bright, 50, h.steps - 50);
        check_near(got[i], hz[i], 0.02 * hz[i]);
        check_near(rate_of(h.level, 50, h.steps - 50), hz[i],
                   0.02 * hz[i]); /* and in its loudness */
        mx += hz[i] / (double)n;
        my += got[i] / (double)n;
        clear(&h);
        map_rig_clear(&r);
    }
    for (size_t i = 0; i < n; i++) {
        xy += (hz[i] - mx) * (got[i] - my);
        xx += (hz[i] - mx) * (hz[i] - mx);
        yy += (got[i] - my) * (got[i] - my);
    }
    assert_true(xy / sqrt(xx * yy) >= 0.999);
}

/* From 2 to 6 Hz: each second has its own rate, and no cycle is cut. */
static void a_rate_that_moves(void **state)
{
    const double end = SECONDS * bpm / 60;
    const double rate[][2] = { { 0, 2 }, { end, 6 } };
    snq_map_result r = { 0 };
    heard h;
    map_rig_put(&r, "wobble_bass.lfo_rate", SNQ_CURVE_LINEAR, rate, 2);
    play(&r, 0, &h);
    for (int s = 1; s < SECONDS - 2; s++) {
        const double want = 2 + 4 * (s + 1.0) / SECONDS;
        check_near(rate_of(h.bright, 100 * (size_t)s, 100 * (size_t)s + 200), want, 0.08 * want);
    }
    /* tops of the wobble: as far apart as the rate there says */
    double before = 0;
    int tops = 0;
    for (size_t i = 20; i + 20 < h.steps; i++) {
        int top = 1;
        for (size_t k = i - 6; k <= i + 6; k++)
            top &= k == i || h.bright[k] < h.bright[i] || (k > i && h.bright[k] == h.bright[i]);
        const double t = (double)i / 100;
        if (!top)
            continue;
        if (before > 0)
            check_near((t - before) * (2 + 4 * (t + before) / 2 / SECONDS), 1, 0.25);
        before = t;
        tops++;
    }
    check_near(tops, 48, 2); /* the integral of the rate */
    clear(&h);
    map_rig_clear(&r);
}

/* A rate in note values stands where the beat says, whenever the note began. */
static void in_time_with_the_beat(void **state)
{
    const double hz = bpm / 60 * 2;
    const double rate[][2] = { { 0, hz / 2 }, { 8, hz } };
    double phase[2];
    for (int late = 0; late < 2; late++) {
        snq_map_result r = { 0 };
        heard h;
        map_rig_put(&r, "wobble_bass.lfo_rate", SNQ_CURVE_STEP, rate, 2);
        play(&r, late ? 0.37 : 0, &h);
        check_near(rate_of(h.bright, 50, 340), hz / 2, 0.02 * hz);
        check_near(rate_of(h.bright, 400, h.steps - 50), hz, 0.02 * hz);
        swing(h.bright, 400, h.steps - 50, hz, &phase[late]);
        clear(&h);
        map_rig_clear(&r);
    }
    /* at the beat in the middle of a rising sine, as its phase 0 says: within a twentieth of a cycle */
    check_near(phase[0], 0.25, 0.06);
    check_near(phase[1], phase[0], 0.02);
}

/* One after the other of many short notes: the wobble goes on through all of them. */
static void short_notes_are_held(void **state)
{
    snq_score s;
    snq_map_result r = { 0 };
    heard h;
    map_rig_score(&s, bpm, SECONDS * bpm / 60);
    snq_track *t = map_rig_track(&s, "bass", "bass", "saw_bass");
    for (double at = 0; at < SECONDS * bpm / 60 - 1; at += 0.5)
        map_rig_note(&s, t, at, 0.2, (int)at % 8 < 4 ? 33 : 36);
    map_rig_put_one(&r, "wobble_bass.lfo_rate", 1.7);
    map_rig_apply(&r, &s);
    h.x = map_rig_stem(&s, "bass", 1, &h.n);
    look(&h);
    check_near(rate_of(h.bright, 50, h.steps - 100), 1.7, 0.034);
    check_near(rate_of(h.level, 50, h.steps - 100), 1.7, 0.034);
    clear(&h);
    map_rig_clear(&r);
    snq_score_clear(&s);
}

/* ---------------------------------------------------------------- the sound of it */

/* Amplitude of a sine of hz in the held part, by a window of a whole number of its periods near a second. */
static double tone(const heard *h, double hz)
{
    const size_t from = 2 * RATE, n = (size_t)(round(hz * 4) / hz * RATE);
    double re = 0, im = 0;
    for (size_t i = 0; i < n; i++) {
        const double w = 1 - cos(2 * M_PI * ((double)i + 0.5) / (double)n);
        re += w * (double)h->x[from + i] * cos(2 * M_PI * hz * (double)i / RATE);
        im += w * (double)h->x[from + i] * sin(2 * M_PI * hz * (double)i / RATE);
    }
    return 20 * log10(2 * sqrt(re * re + im * im) / (double)n + 1e-9);
}

/* A still tone without dirt, so that the wave is what is heard. */
static void still(const char *a, double va, const char *b, double vb, heard *h)
{
    snq_map_result r = { 0 };
    map_rig_put_one(&r, "wobble_bass.distortion_amount",
                    strcmp(a, "wobble_bass.distortion_amount") == 0 ? va : 0);
    if (strcmp(a, "wobble_bass.distortion_amount") != 0)
        map_rig_put_one(&r, a, va);
    if (b)
        map_rig_put_one(&r, b, vb);
    play(&r, 0, h);
    map_rig_clear(&r);
}

static double mean_bright(const heard *h)
{
    double sum = 0;
    for (size_t i = 100; i < h->steps - 100; i++)
        sum += h->bright[i] / (double)(h->steps - 200);
    return sum;
}

static void cutoff_opens(void **state)
{
    enum { N = 12 };
    double hz[N], bright[N], level[N];
    for (int i = 0; i < N; i++) {
        heard h;
        hz[i] = 80 * pow(10000.0 / 80, (double)i / (N - 1));
        still("wobble_bass.filter_cutoff", hz[i], "wobble_bass.filter_resonance", 1, &h);
        bright[i] = mean_bright(&h);
        level[i] = map_rig_db(h.x, RATE, 10 * RATE);
        clear(&h);
        assert_true(level[i] > -30); /* never shut to silence */
    }
    assert_true(map_rig_spearman(hz, bright, N) >= 0.95);
    assert_true(bright[N - 1] - bright[0] > log(4));
}

/* The partial at the cutoff stands above the bass by Q, in decibels. */
static void resonance_stands_out(void **state)
{
    enum { N = 8 };
    double q[N], peak[N];
    for (int i = 0; i < N; i++) {
        heard h;
        q[i] = 0.7 * pow(20 / 0.7, (double)i / (N - 1));
        still("wobble_bass.filter_cutoff", 640, "wobble_bass.filter_resonance", q[i], &h);
        peak[i] = -200;
        for (int p = 5; p < 40; p++) /* partials of 27.5 Hz */
            peak[i] = fmax(peak[i], tone(&h, 27.5 * p) - tone(&h, 55) + 20 * log10(p / 2.0));
        clear(&h);
    }
    assert_true(map_rig_spearman(q, peak, N) >= 0.95);
    assert_true(peak[N - 1] - peak[0] > 15); /* 29 dB between cutoffs that hit a partial */
}

static void types_let_through(void **state)
{
    double low[4], mid[4], high[4];
    for (int type = 0; type < 4; type++) {
        heard h;
        still("wobble_bass.filter_cutoff", 640, "wobble_bass.filter_type", type, &h);
        low[type] = tone(&h, 55);
        mid[type] = fmax(tone(&h, 880), tone(&h, 825)); /* velocity opens it by half an octave */
        high[type] = tone(&h, 5500);
        clear(&h);
    }
    /* lowpass 0, highpass 1, bandpass 2, notch 3, against the saw's own 40 dB a factor of 100 */
    assert_true(low[0] - high[0] > 60 && low[0] - low[1] > 25);
    assert_true(high[1] - high[0] > 15 && low[1] < mid[1]);
    assert_true(mid[2] - low[2] > 0 && mid[2] - high[2] > 25);
    assert_true(mid[3] < mid[0] - 10 && high[3] - high[0] > 15 && fabs(low[3] - low[0]) < 3);
}

/* Of the upper oscillator, an A1: the lower one has odd partials of 27.5 Hz only. */
static void waves_have_their_partials(void **state)
{
    static const char *const d = "wobble_bass.waveform";
    double p[5][4];
    for (int wave = 0; wave < 5; wave++) {
        heard h;
        snq_map_result r = { 0 };
        map_rig_put_one(&r, d, wave);
        map_rig_put_one(&r, "wobble_bass.distortion_amount", 0);
        map_rig_put_one(&r, "wobble_bass.filter_cutoff", 10000);
        map_rig_put_one(&r, "wobble_bass.filter_resonance", 0.7);
        play(&r, 0, &h);
        for (int k = 1; k <= 3; k++)
            p[wave][k] = tone(&h, 55 * k);
        clear(&h);
        map_rig_clear(&r);
    }
    assert_true(p[0][2] < p[0][1] - 50 && p[0][3] < p[0][1] - 50);
    assert_true(p[1][2] < p[1][1] - 50);
    check_near(p[1][3] - p[1][1], -19.08, 1); /* 1 / k^2 */
    check_near(p[2][2] - p[2][1], -6.02, 1);  /* 1 / k */
    check_near(p[2][3] - p[2][1], -9.54, 1);
    assert_true(p[3][2] < p[3][1] - 50);
    check_near(p[3][3] - p[3][1], -9.54, 1);
    check_near(p[4][2] - p[4][1], -6.02,
               1); /* custom: the patch's table; ours has none, a saw stands in */
}

static void dirt_adds_partials(void **state)
{
    static const double amount[] = { 0, 0.1, 0.25, 0.5, 0.75, 1 };
    double over[SNQ_COUNT(amount)];
    for (size_t i = 0; i < SNQ_COUNT(amount); i++) {
        heard h;
        double sum = 0;
        snq_map_result r = { 0 };
        map_rig_put_one(&r, "wobble_bass.waveform", 0);
        map_rig_put_one(&r, "wobble_bass.filter_cutoff", 100); /* two dull tones */
        map_rig_put_one(&r, "wobble_bass.filter_resonance", 0.7);
        map_rig_put_one(&r, "wobble_bass.distortion_amount", amount[i]);
        play(&r, 0, &h);
        for (int k = 8; k < 40; k++)
            sum += pow(10, tone(&h, 27.5 * k) / 10);
        over[i] = 10 * log10(sum) - map_rig_db(h.x, 2 * RATE, 6 * RATE);
        clear(&h);
        map_rig_clear(&r);
    }
    assert_true(map_rig_spearman(amount, over, SNQ_COUNT(amount)) >= 0.95);
    assert_true(over[5] - over[0] > 10);
}

/* ---------------------------------------------------------------- pads, space */

static void chord(snq_score *s, const char *kind, const char *patch, double quarters, double length)
{
    map_rig_score(s, 120, quarters);
    snq_track *t = map_rig_track(s, kind, kind, patch);
    map_rig_note(s, t, 0, length, 57);
    map_rig_note(s, t, 0, length, 64);
    check_ok(snq_score_sort(s));
}

/* A track's stem with a destination at a value (NaN: without). */
static float *with(const char *kind, const char *patch, const char *destination, double value,
                   int dry, size_t *n)
{
    snq_score s;
    snq_map_result r = { 0 };
    chord(&s, kind, patch, 24, 16);
    if (!isnan(value))
        map_rig_put_one(&r, destination, value);
    map_rig_apply(&r, &s);
    float *x = map_rig_stem(&s, kind, dry, n);
    map_rig_clear(&r);
    snq_score_clear(&s);
    return x;
}

static void levels_are_the_tables(void **state)
{
    static const struct {
        const char *kind, *patch, *destination;
        double value, db;
    } tab[] = {
        { "pad", "warm_pad", "atmosphere.pad_intensity", 0, -18 },
        { "pad", "warm_pad", "atmosphere.pad_intensity", 0.5, -6 },
        { "pad", "warm_pad", "atmosphere.pad_intensity", 1, 6 },
        { "texture", "noise_texture", "atmosphere.texture_density", 0, -24 },
        { "texture", "noise_texture", "atmosphere.texture_density", 1, 3 },
        { "drums", "kit_909", "global.mix_balance", 0, 6 },
        { "drums", "kit_909", "global.mix_balance", 1, -6 },
        { "melody", "saw_lead", "global.mix_balance", 0, -6 },
        { "melody", "saw_lead", "global.mix_balance", 1, 6 },
    };
    for (size_t i = 0; i < SNQ_COUNT(tab); i++) {
        size_t n, m;
        float *a = with(tab[i].kind, tab[i].patch, tab[i].destination, NAN, 0, &n);
        float *b = with(tab[i].kind, tab[i].patch, tab[i].destination, tab[i].value, 0, &m);
        check_near(map_rig_db(b, 0, 8 * RATE) - map_rig_db(a, 0, 8 * RATE), tab[i].db, 0.5);
        snq_free(a);
        snq_free(b);
    }
}

/* What is left a second after the chord's end against the chord: the hall's share. */
static double late(const char *kind, const char *patch, double size)
{
    size_t n;
    float *x = with(kind, patch, "atmosphere.reverb_size", size, 0, &n);
    const double db = map_rig_db(x, (size_t)(9.3 * RATE), (size_t)(9.8 * RATE)) -
                      map_rig_db(x, 4 * RATE, 8 * RATE);
    snq_free(x);
    return db;
}

static void reverb_grows(void **state)
{
    const double usual = late("melody", "square_lead", NAN);
    check_near(late("melody", "square_lead", 0.5), usual, 0.2);
    check_near(late("melody", "square_lead", 0), usual - 12, 1.5);
    assert_true(late("melody", "square_lead", 1) > usual + 8); /* the chord itself grows, too */
    /* keys have a room instead of a hall */
    size_t n, m;
    float *a = with("harmony", "soft_keys", "atmosphere.reverb_size", 0, 0, &n);
    float *b = with("harmony", "soft_keys", "atmosphere.reverb_size", 1, 0, &m);
    double differ = 0, all = 0;
    for (size_t i = 0; i < 8 * RATE; i++) {
        differ += ((double)a[i] - (double)b[i]) * ((double)a[i] - (double)b[i]);
        all += (double)a[i] * (double)a[i];
    }
    assert_true(10 * log10(differ / all) > -20);
    snq_free(a);
    snq_free(b);
}

/* How much of a pad moves: what differs from the same with its oscillators at rest, in dB. */
static double moved(const char *patch, double depth)
{
    size_t n, m;
    double differ = 0, all = 0;
    float *still_one = with("pad", patch, "atmosphere.modulation_depth", 0, 1, &n);
    float *x = with("pad", patch, "atmosphere.modulation_depth", depth, 1, &m);
    for (size_t i = 0; i < 8 * RATE; i++) {
        differ += ((double)x[i] - (double)still_one[i]) * ((double)x[i] - (double)still_one[i]);
        all += (double)still_one[i] * (double)still_one[i];
    }
    snq_free(still_one);
    snq_free(x);
    return 10 * log10(differ / all + 1e-12);
}

/* Those that a style has for its pads. */
static void each_pad_moves(void **state)
{
    static const char *const pad[] = { "air_pad",       "bowed_pad",       "choir_pad", "dark_pad",
                                       "glass_pad",     "halo_pad",        "metal_pad", "poly_pad",
                                       "sweep_pad",     "string_ensemble", "warm_pad",  "vowel_pad",
                                       "synth_strings", "tremolo_strings" };
    for (size_t i = 0; i < (size_t)check_extent(SNQ_COUNT(pad), 3); i++) {
        const double little = moved(pad[i], 0.1), usual = moved(pad[i], 0.4),
                     much = moved(pad[i], 1);
        if (!(little > -60 && usual >= little + 1 && much > -20))
            fail_msg("%s: %.1f, %.1f, %.1f dB moved at 0.1, 0.4, 1", pad[i], little, usual, much);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rates_are_those_asked), cmocka_unit_test(a_rate_that_moves),
        cmocka_unit_test(in_time_with_the_beat), cmocka_unit_test(short_notes_are_held),
        cmocka_unit_test(cutoff_opens),          cmocka_unit_test(resonance_stands_out),
        cmocka_unit_test(types_let_through),     cmocka_unit_test(waves_have_their_partials),
        cmocka_unit_test(dirt_adds_partials),    cmocka_unit_test(levels_are_the_tables),
        cmocka_unit_test(reverb_grows),          cmocka_unit_test(each_pad_moves),
    };
    return cmocka_run_group_tests(tests, map_rig_begin, map_rig_end);
}
