// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/alloc.h"
#include "base/rng.h"
#include "hear.h"
#include "listen/region_finder.h"
#include "support/make_audio.h"
#include "support/sweep.h"

/* ---- made signals, through the ears ---------------------------------------------------------- */

enum { RATE = 22050, S = RATE, LONG = 100 * RATE, PEAKS_MAX = 8 };

typedef struct want {
    int regions;
    double from_s[PEAKS_MAX], to_s[PEAKS_MAX];
    double within_s; /* 0: only the number counts */
    const char *reason;
} want;

static double rms(double dbfs)
{
    return pow(10, dbfs / 20);
}

static void quantise(float *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        x[i] = (float)(round(x[i] * 32768.0) / 32768.0);
}

static void add_offset(float *x, size_t n, float dc)
{
    for (size_t i = 0; i < n; i++)
        x[i] += dc;
}

static void add_hum(float *x, size_t n, double hz, double dbfs)
{
    double power = 0;
    for (int h = 1; h < 16; h++)
        power += 0.5 / (h * h);
    for (int h = 1; h < 16; h++)
        add_sine(x, 0, n, RATE, hz * h, rms(dbfs) / sqrt(power) / h, 2.4 * h * h);
}

/* Pink noise by Voss's way: 14 generators, each at half the rate of the one before. */
static void add_pink(float *x, size_t n, double dbfs, uint64_t seed)
{
    enum { ROWS = 14 };
    double row[ROWS] = { 0 };
    snq_rng r;
    snq_rng_init(&r, seed);
    for (size_t i = 0; i < n; i++) {
        int k = 0;
        while (k < ROWS - 1 && !(i >> k & 1))
            k++;
        row[k] = snq_rng_normal(&r);
        double sum = snq_rng_normal(&r);
        for (k = 0; k < ROWS; k++)
            sum += row[k];
        x[i] += (float)(sum * rms(dbfs) / sqrt(ROWS + 1.0));
    }
}

/* What stands for speech: 2.4 s of syllables of 0.2 s, vowels and hisses in turn, edges of 5 ms. */
static void add_speech(float *x, size_t at, double amplitude, uint64_t seed)
{
    snq_rng r;
    snq_rng_init(&r, seed);
    for (size_t t = 0; t < 12 * (size_t)S / 5; t++) {
        const size_t syllable = t / (S / 5), in = t % (S / 5);
        double edge = (double)(in < S / 5 - in ? in : S / 5 - in) / (0.005 * S);
        edge = 0.4 + 0.6 * (edge < 1 ? edge : 1);
        const double hz = 110 + 12 * (double)(syllable * 5 % 7);
        double y = 0;
        for (int h = 1; h < 12; h++)
            y += sin(2 * M_PI * hz * h * (double)t / S) / (1 + abs(h - 2 - (int)syllable % 5));
        if (syllable % 3 == 2)
            y = 2 * snq_rng_uniform(&r) - 1;
        x[at + t] += (float)(amplitude * 0.4 * edge * y);
    }
}

static void check_regions(const char *name, const snq_hearing *h, const want *w)
{
    if ((int)h->regions != w->regions)
        fail_msg("%s: %u regions, want %d; the first from %g to %g", name, h->regions, w->regions,
                 h->regions ? h->region[0].span.start_s : 0.0,
                 h->regions ? h->region[0].span.end_s : 0.0);
    for (int i = 0; i < w->regions && w->within_s > 0; i++) {
        const snq_span *s = &h->region[i].span;
        if (fabs(s->start_s - w->from_s[i]) > w->within_s ||
            fabs(s->end_s - w->to_s[i]) > w->within_s)
            fail_msg("%s: region %d from %g to %g, want %g to %g", name, i, s->start_s, s->end_s,
                     w->from_s[i], w->to_s[i]);
    }
    if (w->reason)
        assert_string_equal(h->no_regions_reason, w->reason);
}

static void check_stereo(const char *name, const float *l, const float *r, size_t n, uint32_t rate,
                         const want *w)
{
    snq_hearing h;
    const snq_audio a = { { l, r }, r ? 2 : 1, rate, n };
    hear(&a, "regions", &h);
    check_regions(name, &h, w);
    snq_hearing_clear(&h);
}

static void check_mono(const char *name, const float *x, size_t n, const want *w)
{
    check_stereo(name, x, NULL, n, RATE, w);
}

static const want none = { .regions = 0 };
static const want whole = { .regions = 1, .from_s = { 0 }, .to_s = { 10 }, .within_s = 0.011 };
static const want twice = { 2, { 2, 6 }, { 4.4, 8.4 }, 0.05, NULL };

static float *two_words(double amplitude)
{
    float *x = make_silence(10 * S);
    add_speech(x, 2 * S, amplitude, 7);
    add_speech(x, 6 * S, amplitude, 8);
    return x;
}

static void silence_of_every_kind(void **state)
{
    const want digital = { .regions = 0, .reason = "digital silence" };
    const want below = { .regions = 0, .reason = "below -82 dBFS" };
    const want no_samples = { .regions = 0, .reason = "no samples" };
    const size_t n = 10 * S;
    float *x = make_silence(n);
    check_mono("zeros", x, n, &digital);
    check_mono("nothing", x, 0, &no_samples);
    check_mono("one sample", x, 1, &digital);
    for (size_t i = 0; i < n; i++)
        x[i] = i & 1 ? 1 / 32768.0f : -1 / 32768.0f;
    check_mono("one bit up and down", x, n, &below);
    memset(x, 0, n * sizeof *x);
    add_noise(x, 0, n, 1 / 32768.0 / sqrt(6), 1);
    add_noise(x, 0, n, 1 / 32768.0 / sqrt(6), 2);
    quantise(x, n);
    check_mono("dither", x, n, &below);
    add_offset(x, n, 0.3f);
    check_mono("dither and offset", x, n, &none);
    memset(x, 0, n * sizeof *x);
    add_offset(x, n, 0.3f);
    check_mono("offset", x, n, &none);
    snq_free(x);
}

static void what_never_changes_is_content(void **state)
{
    const size_t n = 10 * S;
    float *x = make_silence(n);
    add_noise(x, 0, n, rms(-20), 1);
    check_mono("noise at -20", x, n, &whole);
    for (size_t i = 0; i < n; i++)
        x[i] *= 0.01f;
    check_mono("noise at -60", x, n, &whole);
    memset(x, 0, n * sizeof *x);
    add_sine(x, 0, n, RATE, 440, rms(-78) * sqrt(2), 0);
    check_mono("tone at -78", x, n, &whole);
    memset(x, 0, n * sizeof *x);
    add_hum(x, n, 50, -20);
    check_mono("hum at -20", x, n, &whole);
    snq_free(x);
}

static void sounds_between_zeros(void **state)
{
    const size_t n = 10 * S;
    const want tone = { 1, { 3 }, { 3.5 }, 0.011, NULL };
    const want click = { 1, { 4 }, { 4.01 }, 0.011, NULL };
    const want far = { 1, { 300 }, { 301 }, 0.011, NULL };
    float *x = make_silence(n);
    add_sine(x, 3 * S, 3 * S + S / 2, RATE, 1000, 0.3, 0);
    check_mono("tone", x, n, &tone);
    memset(x, 0, n * sizeof *x);
    x[4 * S] = 0.5f;
    check_mono("click", x, n, &click);
    snq_free(x);
    x = make_silence(600 * (size_t)S);
    add_sine(x, 300 * (size_t)S, 301 * (size_t)S, RATE, 440, 0.1, 0);
    check_mono("tone in ten minutes", x, 600 * (size_t)S, &far);
    snq_free(x);
}

static void words_over_beds(void **state)
{
    const size_t n = 10 * S;
    float *x = two_words(0.3);
    check_mono("zeros", x, n, &twice);
    add_offset(x, n, 0.3f);
    check_mono("offset", x, n, &twice);
    add_noise(x, 0, n, rms(-50), 1);
    check_mono("offset and hiss", x, n, &twice);
    snq_free(x);
    for (int hz = 50; hz <= 60; hz += 10) {
        x = two_words(0.3);
        add_hum(x, n, hz, -40);
        check_mono("hum", x, n, &twice);
        snq_free(x);
    }
    x = two_words(0.3);
    add_noise(x, 0, n, rms(-45), 1);
    check_mono("hiss", x, n, &twice);
    snq_free(x);
    x = two_words(0.3);
    add_pink(x, n, -55, 1);
    check_mono("pink", x, n, &twice);
    snq_free(x);
    x = two_words(rms(-62));
    add_noise(x, 0, n, rms(-85), 3);
    const want field = { 2, { 2, 6 }, { 4.4, 8.4 }, 0.1, NULL };
    check_mono("faint words over faint hiss", x, n, &field);
    snq_free(x);
}

static void a_click_in_noise(void **state)
{
    const size_t n = 10 * S;
    const want click = { 1, { 4 }, { 4.01 }, 0.021, NULL };
    float *x = make_silence(n);
    x[4 * S] = 0.5f;
    add_noise(x, 0, n, rms(-60), 5);
    check_mono("click over -60", x, n, &click);
    memset(x, 0, n * sizeof *x);
    x[4 * S] = 0.5f;
    add_noise(x, 0, n, rms(-90), 6);
    quantise(x, n);
    check_mono("click over -90", x, n, &click);
    snq_free(x);
}

/* A tone falls by 20 dB a second into noise: it ends where it reaches it. */
static void fades_are_followed(void **state)
{
    const size_t n = 10 * S;
    const want fade = { 1, { 0 }, { 5.1 }, 0.5, NULL };
    float *x = make_silence(n);
    add_sine(x, 0, n, RATE, 440, 0.3, 0);
    for (size_t i = 2 * S; i < n; i++)
        x[i] *= (float)rms(-20 * ((double)i / S - 2));
    add_noise(x, 0, n, rms(-60), 4);
    check_mono("fade", x, n, &fade);
    snq_free(x);
}

static void antiphase_is_heard(void **state)
{
    const size_t n = 10 * S;
    const want tone = { 1, { 3 }, { 6 }, 0.011, NULL };
    float *l = make_silence(n), *r = make_silence(n);
    add_sine(l, 3 * S, 6 * S, RATE, 440, 0.2, 0);
    add_sine(r, 3 * S, 6 * S, RATE, 440, -0.2, 0);
    check_stereo("antiphase", l, r, n, RATE, &tone);
    add_noise(l, 0, n, rms(-60), 9);
    add_noise(r, 0, n, rms(-60), 9);
    check_stereo("antiphase over mono noise", l, r, n, RATE, &tone);
    snq_free(l);
    snq_free(r);
}

static void beds_that_change(void **state)
{
    const size_t n = 20 * S;
    const want steps = { 4, { 2, 6, 12, 16 }, { 4.4, 8.4, 14.4, 18.4 }, 0.1, NULL };
    /* the lower bed is in view from the start: what lies above it is content */
    const want down = { 3, { 0, 12, 16 }, { 10, 14.4, 18.4 }, 0.1, NULL };
    const want late = { 2, { 2.5, 6.5 }, { 4.9, 8.9 }, 0.06, NULL };
    float *x = make_silence(n);
    for (int i = 0; i < 4; i++)
        add_speech(x, (size_t)steps.from_s[i] * S, 0.3, (uint64_t)i);
    add_noise(x, 0, 10 * S, rms(-55), 1);
    add_noise(x, 10 * S, n, rms(-47), 2);
    check_mono("a bed that steps up", x, n, &steps);
    snq_free(x);
    x = make_silence(n);
    for (int i = 0; i < 4; i++)
        add_speech(x, (size_t)steps.from_s[i] * S, 0.3, (uint64_t)i);
    add_noise(x, 0, 10 * S, rms(-47), 1);
    add_noise(x, 10 * S, n, rms(-60), 2);
    check_mono("a bed that steps down", x, n, &down);
    snq_free(x);
    x = make_silence(n);
    add_speech(x, 5 * S / 2, 0.3, 1);
    add_speech(x, 13 * S / 2, 0.3, 2);
    add_noise(x, S / 2, 21 * S / 2, rms(-55), 1);
    check_mono("zeros before the bed", x, 21 * S / 2, &late);
    snq_free(x);
}

static void hiss_before_the_first_word(void **state)
{
    const want word = { 1, { 90 }, { 92.4 }, 0.06, NULL };
    const want minutes = { 1, { 300 }, { 301 }, 0.03, NULL };
    float *x = make_silence(LONG);
    add_speech(x, 90 * S, 0.3, 1);
    add_noise(x, 0, LONG, rms(-50), 1);
    check_mono("a minute and a half", x, LONG, &word);
    snq_free(x);
    const size_t n = 600 * (size_t)S;
    x = make_silence(n);
    add_sine(x, n / 2, n / 2 + S, RATE, 440, 0.1, 0);
    add_pink(x, n, -45, 1);
    check_mono("five minutes", x, n, &minutes);
    snq_free(x);
}

static void low_and_high_rates(void **state)
{
    static const uint32_t rates[] = { 1000, 8000, 96000 };
    const want tone = { 2, { 2, 6 }, { 3, 7 }, 0.05, NULL };
    for (size_t i = 0; i < SNQ_COUNT(rates); i++) {
        const size_t s = rates[i];
        float *x = make_silence(10 * s);
        add_sine(x, 2 * s, 3 * s, rates[i], 310, 0.1, 0);
        add_sine(x, 6 * s, 7 * s, rates[i], 230, 0.1, 0);
        add_noise(x, 0, 10 * s, rms(-50), 1);
        check_stereo("rate", x, NULL, 10 * s, rates[i], &tone);
        snq_free(x);
    }
}

/* ---- made hops, straight into the finder ----------------------------------------------------- */

/* Hops of noise of a few degrees of freedom a band, by number: the same however they are asked
 * for. */
typedef struct maker {
    snq_rng rng;
    double (*level)(int64_t i); /* mean square of hop i; sound has its power in the lower half */
    double bed;
} maker;

static void make_hop(maker *m, int64_t i, snq_hop *hop, float *mel)
{
    double sum = 0;
    const double sound = m->level(i);
    snq_rng_init(&m->rng, (uint64_t)i);
    for (int b = 0; b < SNQ_MEL_BANDS; b++) {
        const double wobble =
            -0.5 * log((snq_rng_uniform(&m->rng) + 1e-9) * (snq_rng_uniform(&m->rng) + 1e-9));
        const double mean = m->bed + (b < 20 ? 2 : 0.01) * sound;
        mel[b] = (float)(mean / SNQ_MEL_BANDS * wobble);
        sum += mel[b];
    }
    *hop = (snq_hop) { .frames = 441, .energy = 441 * sum };
}

typedef struct heard {
    int64_t edge[4096];
    int edges;
    int64_t lag, live; /* most */
} heard;

static void take(snq_region_finder *f, heard *h, int64_t decided)
{
    snq_region_edge edge;
    while (snq_region_finder_pull(f, &edge)) {
        assert_true(edge.is_start == !(h->edges & 1));
        assert_true(!h->edges || edge.hop > h->edge[h->edges - 1]);
        assert_true(edge.hop >= decided); /* as told before */
        assert_true(h->edges < (int)SNQ_COUNT(h->edge));
        h->edge[h->edges++] = edge.hop;
    }
}

/* n hops in pushes of `piece`. */
static void feed(maker *m, int64_t n, uint32_t piece, heard *h, const char **reason)
{
    snq_region_finder *f;
    snq_hop *hop = calloc(piece, sizeof *hop);
    float *mel = calloc((size_t)piece * SNQ_MEL_BANDS, sizeof *mel);
    int64_t decided = 0;
    *h = (heard) { 0 };
    check_ok(snq_region_finder_new(1, &f));
    for (int64_t at = 0; at < n; at += piece) {
        const uint32_t k = n - at < piece ? (uint32_t)(n - at) : piece;
        for (uint32_t i = 0; i < k; i++)
            make_hop(m, at + i, &hop[i], mel + (size_t)i * SNQ_MEL_BANDS);
        check_ok(snq_region_finder_push(f, hop, mel, k));
        take(f, h, decided);
        assert_true(snq_region_finder_decided(f) >= decided);
        decided = snq_region_finder_decided(f);
        assert_true(decided <= at + k);
        h->lag = at + k - decided > h->lag ? at + k - decided : h->lag;
        h->live = snq_alloc_live() > h->live ? snq_alloc_live() : h->live;
    }
    check_ok(snq_region_finder_finish(f));
    take(f, h, decided);
    assert_int_equal(snq_region_finder_decided(f), n);
    assert_false(h->edges & 1);
    *reason = snq_region_finder_reason(f);
    snq_region_finder_free(f);
    free(hop);
    free(mel);
}

/* Three hours: a call of 3 s each minute; from 1:00 to 1:40 it goes on all the time, up and
 * down. */
static double calls(int64_t i)
{
    if (i >= 360000 && i < 600000)
        return 1e-3 * (1 + (double)(i / 37 % 11));
    return i % 6000 >= 3000 && i % 6000 < 3300 ? 1e-3 : 0;
}

static void hours_with_bounded_lag_and_memory(void **state)
{
    static heard h;
    maker m = { .level = calls, .bed = 1e-6 };
    const char *reason;
    const int64_t live = snq_alloc_live();
    const int64_t end = check_extent(1080000, 660000);
    feed(&m, end, 500, &h, &reason);
    assert_true(h.lag <= 5013);
    assert_true(h.live - live < 30);
    assert_int_equal(snq_alloc_live(), live);
    int i = 0;
    for (int64_t at = 3000; at < end; at += 6000) {
        if (at >= 360000 && at < 600000)
            continue;
        if (at > 600000 && i / 2 == 60) { /* the long one comes first */
            assert_true(llabs(h.edge[i] - 360000) <= 2 && llabs(h.edge[i + 1] - 600000) <= 2);
            i += 2;
        }
        if (llabs(h.edge[i] - at) > 2 || llabs(h.edge[i + 1] - (at + 300)) > 2)
            fail_msg("from %lld to %lld, want %lld", (long long)h.edge[i], (long long)h.edge[i + 1],
                     (long long)at);
        i += 2;
    }
    assert_int_equal(i, h.edges);
}

/* Mixed: calls of every length, gaps from 40 ms to 70 s. */
static double mixed(int64_t i)
{
    snq_rng r;
    snq_rng_init(&r, (uint64_t)(i / 700) + 77);
    const uint32_t from = snq_rng_below(&r, 690), some = snq_rng_below(&r, 300);
    const int64_t in = i % 700;
    const double level = 1e-6 * pow(10, 4 * snq_rng_uniform(&r));
    return i % 30000 > 20000 ? 0 : in >= from && in < from + some && in % 60 > 8 ? level : 0;
}

static void pushes_of_any_size(void **state)
{
    static const uint32_t piece[] = { 1, 7, 499, 40000 };
    static heard first, other;
    maker m = { .level = mixed, .bed = 1e-6 };
    const char *reason;
    feed(&m, 40000, 500, &first, &reason);
    assert_true(first.edges > 40);
    for (size_t k = 0; k < SNQ_COUNT(piece); k++) {
        feed(&m, 40000, piece[k], &other, &reason);
        assert_int_equal(other.edges, first.edges);
        assert_memory_equal(other.edge, first.edge, sizeof first.edge);
    }
}

static double no_sound(int64_t i)
{
    return 0;
}

static double late_sound(int64_t i)
{
    return i >= 40000 && i < 40300 ? 1e-3 : 0;
}

/* Steady noise: content in a short stream, the floor in a long one. */
static void steady_noise(void **state)
{
    static heard h;
    maker m = { .level = no_sound, .bed = 1e-6 };
    const char *reason;
    feed(&m, 5000, 100, &h, &reason);
    assert_int_equal(h.edges, 2);
    assert_true(h.edge[0] == 0 && h.edge[1] == 5000);
    feed(&m, 60000, 100, &h, &reason);
    assert_int_equal(h.edges, 0);
    assert_string_equal(reason, "nothing stands above the noise floor");
    assert_true(h.lag <= SNQ_REGION_LOOKAHEAD_HOPS);
    m.level = late_sound;
    feed(&m, 60000, 100, &h, &reason);
    assert_int_equal(h.edges, 2);
    assert_true(llabs(h.edge[0] - 40000) <= 2 && llabs(h.edge[1] - 40300) <= 2);
    m.level = no_sound;
    m.bed = 1e-2; /* too loud for a floor */
    feed(&m, 60000, 100, &h, &reason);
    assert_int_equal(h.edges, 2);
    assert_true(h.edge[0] == 0 && h.edge[1] == 60000);
    assert_true(h.lag <= SNQ_REGION_LOOKAHEAD_HOPS);
}

/* A sound of -84 dBFS comes and goes for minutes: never sure, until it is loud. */
static double murmur(int64_t i)
{
    const double wave = 1 + 0.25 * (double)(i / 40 % 3);
    return (i >= 50000 ? 1e-3 : 1.9e-9) * wave;
}

static void faint_sounds_do_not_hold_up(void **state)
{
    static heard h;
    maker m = { .level = murmur, .bed = 1e-12 };
    const char *reason;
    feed(&m, 52000, 250, &h, &reason);
    assert_true(h.lag <= 5013);
    assert_int_equal(h.edges, 2);
    assert_true(h.edge[0] >= 47000 && h.edge[0] <= 50000 && h.edge[1] == 52000);
    feed(&m, 40000, 250, &h, &reason);
    assert_int_equal(h.edges, 0);
    assert_string_equal(reason, "below -82 dBFS");
}

static void hostile_values(void **state)
{
    static const float bad[] = { 0,   1e-42f, 1e-30f, 1e12f,     3e38f,    -1,
                                 NAN, 1e-12f, 1,      -INFINITY, INFINITY, 1e15f };
    static heard h;
    snq_rng r;
    snq_rng_init(&r, 3);
    for (int kind = 0; kind < (int)SNQ_COUNT(bad) + 2; kind++) {
        snq_region_finder *f;
        check_ok(snq_region_finder_new(2, &f));
        h = (heard) { 0 };
        for (int i = 0; i < 9000; i++) {
            snq_hop hop = { .frames = i % 500 ? 441 : 0, .energy = 1e-6 };
            float mel[SNQ_MEL_BANDS];
            const int wild = kind >= (int)SNQ_COUNT(bad);
            for (int b = 0; b < SNQ_MEL_BANDS; b++)
                mel[b] = bad[wild ? snq_rng_below(&r, SNQ_COUNT(bad)) : (uint32_t)kind];
            if (wild && snq_rng_below(&r, 3)) {
                hop.energy = bad[snq_rng_below(&r, SNQ_COUNT(bad))];
                hop.sum[0] = bad[snq_rng_below(&r, SNQ_COUNT(bad))];
                hop.sum[1] = bad[snq_rng_below(&r, SNQ_COUNT(bad))];
            }
            const int64_t decided = snq_region_finder_decided(f);
            check_ok(snq_region_finder_push(f, &hop, mel, 1));
            take(f, &h, decided);
        }
        check_ok(snq_region_finder_finish(f));
        take(f, &h, 0);
        assert_int_equal(snq_region_finder_decided(f), 9000);
        assert_true(!h.edges || h.edge[h.edges - 1] <= 9000);
        assert_false(h.edges & 1);
        snq_region_finder_free(f);
    }
}

/* ---- the object ------------------------------------------------------------------------------ */

static snq_status make(void *user, void **object)
{
    return snq_region_finder_new(3, (snq_region_finder **)object);
}

static void unmake(void *object)
{
    snq_region_finder_free(object);
}

static double chatter(int64_t i)
{
    return i % 400 < 100 ? 1e-3 : 0;
}

/* Edges that nobody takes are kept as long as there is memory. */
static void edges_wait_for_their_taker(void **state)
{
    for (int refuse = 0; refuse < 2; refuse++) {
        maker m = { .level = chatter, .bed = 1e-14 };
        snq_region_finder *f;
        snq_hop hop;
        float mel[SNQ_MEL_BANDS];
        snq_status st = SNQ_OK;
        check_ok(snq_region_finder_new(1, &f));
        snq_alloc_fail_after(refuse ? 0 : -1);
        for (int64_t i = 0; i < 200000 && st >= 0; i++) {
            make_hop(&m, i, &hop, mel);
            st = snq_region_finder_push(f, &hop, mel, 1);
        }
        snq_alloc_fail_after(-1);
        if (refuse) {
            assert_int_equal(st, SNQ_ERR_NOMEM);
        } else {
            static heard h;
            check_ok(st);
            check_ok(snq_region_finder_finish(f));
            h = (heard) { 0 };
            take(f, &h, 0);
            assert_int_equal(h.edges, 1000);
        }
        snq_region_finder_free(f);
    }
}

static void is_strict_about_its_use(void **state)
{
    snq_region_finder *f = (void *)&f;
    snq_hop hop = { .frames = 441 };
    float mel[SNQ_MEL_BANDS] = { 0 };
    snq_sweep(make, unmake, NULL);
    check_status(snq_region_finder_new(0, &f), SNQ_ERR_RANGE);
    assert_null(f);
    check_status(snq_region_finder_new(SNQ_CHANNELS_MAX + 1, &f), SNQ_ERR_RANGE);
    snq_region_finder_free(NULL);
    check_ok(snq_region_finder_new(1, &f));
    check_ok(snq_region_finder_push(f, &hop, mel, 0));
    check_ok(snq_region_finder_finish(f));
    check_ok(snq_region_finder_finish(f));
    assert_string_equal(snq_region_finder_reason(f), "no samples");
    check_status(snq_region_finder_push(f, &hop, mel, 1), SNQ_ERR_STATE);
    snq_region_finder_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(silence_of_every_kind),
        cmocka_unit_test(what_never_changes_is_content),
        cmocka_unit_test(sounds_between_zeros),
        cmocka_unit_test(words_over_beds),
        cmocka_unit_test(a_click_in_noise),
        cmocka_unit_test(fades_are_followed),
        cmocka_unit_test(antiphase_is_heard),
        cmocka_unit_test(beds_that_change),
        cmocka_unit_test(hiss_before_the_first_word),
        cmocka_unit_test(low_and_high_rates),
        cmocka_unit_test(hours_with_bounded_lag_and_memory),
        cmocka_unit_test(pushes_of_any_size),
        cmocka_unit_test(steady_noise),
        cmocka_unit_test(faint_sounds_do_not_hold_up),
        cmocka_unit_test(hostile_values),
        cmocka_unit_test(edges_wait_for_their_taker),
        cmocka_unit_test(is_strict_about_its_use),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
