// SPDX-License-Identifier: MIT
/* Portraits of signals with known answers, of every length that is gathered in a way of its own:
 * SHORT streams are kept whole, MIDDLE ones have columns under a tile, LONG ones let one tile speak for
 * several (spectral_rows.c). */
#include "support/check.h"

#include "base/alloc.h"
#include "base/limits.h"
#include "plot/portrait.h"
#include "support/make_audio.h"
#include "support/sweep.h"

/* Four channels are kept for 524 288 frames, sixteen for 131 072, and at 8 kHz a tile has 2048 frames:
 * so these lengths reach each of the ways at little cost. One is kept for 2 097 152. */
enum {
    CHANNELS = 4,
    WIDE = 16,
    RATE = 8000,
    SHORT = 100000,
    MIDDLE = 1 << 20,
    LONG = 3072 * 4096 * 2 + 12345,
    SLOW_RATE =
        SNQ_RATE_MIN_HZ, /* a tile has 256 frames: LONG is 7 hours, and one tile in 8 speaks */
};

/* One channel for all; the stream repeats x (n,) until there are enough frames. */
typedef struct source {
    uint32_t rate_hz, channels;
    const float *x;
    size_t n;
    int64_t frames;
    const snq_position *position;
    int antiphase; /* odd channels are inverted */
} source;

static snq_portrait portrait_of(const source *s, size_t block)
{
    snq_portraitist *p;
    snq_portrait out;
    float *inverse = make_silence(s->n);
    for (size_t i = 0; i < s->n; i++)
        inverse[i] = -s->x[i];
    check_ok(snq_portraitist_new(s->rate_hz, s->channels, s->position, &p));
    for (int64_t at = 0; at < s->frames;) {
        const size_t from = (size_t)at % s->n;
        size_t n = s->n - from < block ? s->n - from : block;
        n = (int64_t)n < s->frames - at ? n : (size_t)(s->frames - at);
        snq_audio a = { .channels = s->channels, .rate_hz = s->rate_hz, .frames = n };
        for (uint32_t c = 0; c < s->channels; c++)
            a.channel[c] = (s->antiphase && c % 2 ? inverse : s->x) + from;
        check_ok(snq_portraitist_push(p, &a));
        at += (int64_t)n;
    }
    check_ok(snq_portraitist_pull(p, &out));
    snq_portraitist_free(p);
    snq_free(inverse);
    assert_int_equal(out.frames, s->frames);
    assert_int_equal(out.rate_hz, s->rate_hz);
    assert_int_equal(out.channels, s->channels);
    return out;
}

/* Enough is enough. */
static uint32_t channels_for(int64_t frames)
{
    return frames > MIDDLE ? 1 : CHANNELS;
}

static snq_str packed(const snq_portrait *p)
{
    snq_str s;
    snq_str_init(&s, SNQ_PORTRAIT_PACKED_MAX);
    snq_portrait_pack(&s, p);
    assert_int_equal(s.st, SNQ_OK);
    return s;
}

/* What comes out is a portrait that would be let in. */
static void check_legal(const snq_portrait *p)
{
    snq_str s = packed(p);
    snq_portrait back;
    snq_unpack u;
    snq_unpack_init(&u, s.text, s.length);
    check_ok(snq_portrait_unpack(&u, &back));
    snq_portrait_clear(&back);
    snq_str_clear(&s);
}

static double power_at(const snq_portrait *p, uint32_t column, uint32_t row)
{
    const uint8_t level = p->level[(size_t)column * p->rows + row];
    return level ? pow(10.0, snq_portrait_level_db(p, level) / 10.0) : 0.0;
}

/* Mean level (dBFS) of a row over the columns [from, to). */
static double row_db(const snq_portrait *p, uint32_t row, uint32_t from, uint32_t to)
{
    double sum = 0.0;
    for (uint32_t i = from; i < to; i++)
        sum += power_at(p, i, row);
    return 10.0 * log10(sum / (to - from) + 1e-30);
}

static uint32_t row_of_hz(double f_hz)
{
    return (uint32_t)lround(snq_portrait_hz_row(f_hz));
}

static uint32_t strongest_row(const snq_portrait *p, uint32_t column)
{
    const uint8_t *level = p->level + (size_t)column * p->rows; /* the more, the stronger */
    uint32_t best = 0;
    for (uint32_t r = 1; r < p->rows; r++)
        if (level[r] > level[best])
            best = r;
    return best;
}

static void test_empty(void **state)
{
    const float none[1] = { 0 };
    const source s = { RATE, 2, none, 1, 0, NULL, 0 };
    snq_portrait p = portrait_of(&s, 1);
    assert_int_equal(p.points + p.columns + p.rows + p.ticks, 0);
    assert_null(p.min);
    assert_null(p.level);
    assert_null(p.band);
    assert_null(p.short_term);
    check_legal(&p);
    snq_portrait_clear(&p);
}

static void test_refuses(void **state)
{
    snq_portraitist *p;
    snq_portrait out;
    const float x[4] = { 0 };
    snq_audio a = { .channel = { x, x }, .channels = 2, .rate_hz = RATE, .frames = 4 };
    check_status(snq_portraitist_new(SNQ_RATE_MIN_HZ - 1, 1, NULL, &p), SNQ_ERR_RANGE);
    assert_null(p);
    check_status(snq_portraitist_new(SNQ_RATE_MAX_HZ + 1, 1, NULL, &p), SNQ_ERR_RANGE);
    check_status(snq_portraitist_new(RATE, 0, NULL, &p), SNQ_ERR_RANGE);
    check_status(snq_portraitist_new(RATE, SNQ_CHANNELS_MAX + 1, NULL, &p), SNQ_ERR_RANGE);
    check_ok(snq_portraitist_new(RATE, 1, NULL, &p));
    check_status(snq_portraitist_push(p, &a), SNQ_ERR_ARG);
    a.channels = 1;
    check_ok(snq_portraitist_push(p, &a));
    check_ok(snq_portraitist_pull(p, &out));
    assert_int_equal(out.frames, 4);
    snq_portrait_clear(&out);
    check_status(snq_portraitist_push(p, &a), SNQ_ERR_STATE);
    check_status(snq_portraitist_pull(p, &out), SNQ_ERR_STATE);
    assert_null(out.min);
    snq_portraitist_free(p);
    snq_portraitist_free(NULL);
}

static snq_status make(void *user, void **object)
{
    return snq_portraitist_new(RATE, 2, NULL, (snq_portraitist **)object);
}

static void unmake(void *object)
{
    snq_portraitist_free(object);
}

static void test_sweep(void **state)
{
    assert_true(snq_sweep(make, unmake, NULL) > 10);
}

static void test_pull_without_memory(void **state)
{
    float *x = make_silence(2000);
    add_noise(x, 0, 2000, 0.1, 1);
    const snq_audio a = { .channel = { x }, .channels = 1, .rate_hz = RATE, .frames = 2000 };
    int failures = 0;
    for (int done = 0; !done; failures++) {
        snq_portraitist *p;
        snq_portrait out;
        check_ok(snq_portraitist_new(RATE, 1, NULL, &p));
        check_ok(snq_portraitist_push(p, &a));
        const int64_t live = snq_alloc_live();
        snq_alloc_fail_after(failures);
        const snq_status st = snq_portraitist_pull(p, &out);
        done = !snq_alloc_refused();
        snq_alloc_fail_after(-1);
        assert_int_equal(st, done ? SNQ_OK : SNQ_ERR_NOMEM);
        if (!done)
            assert_int_equal(snq_alloc_live(), live);
        snq_portrait_clear(&out);
        snq_portraitist_free(p);
    }
    assert_int_equal(failures, 8);
    snq_free(x);
}

/* Every length is covered by cells of equal size, and enough of them. */
static void test_grids(void **state)
{
    static const int64_t lengths[] = { 1,     2,     79,     80,     3072,   3073,
                                       24576, 24577, 131072, 131073, 393216, 400001 };
    float *x = make_silence(65536);
    for (size_t i = 0; i < SNQ_COUNT(lengths); i++) {
        const source s = { RATE, WIDE, x, 65536, lengths[i], NULL, 0 };
        snq_portrait p = portrait_of(&s, 65536);
        assert_int_equal(p.points, (lengths[i] + p.point_frames - 1) / p.point_frames);
        assert_int_equal(p.columns, (lengths[i] + p.column_frames - 1) / p.column_frames);
        const int64_t hops = lengths[i] / (RATE / 100);
        assert_int_equal(p.ticks, (hops + p.tick_hops - 1) / p.tick_hops);
        assert_true(p.points <= SNQ_PORTRAIT_CELLS_MAX && p.columns <= SNQ_PORTRAIT_CELLS_MAX);
        assert_true(p.point_frames == 1 || p.points > SNQ_PORTRAIT_CELLS_MAX / 2);
        assert_true(p.column_frames == 8 || p.columns > SNQ_PORTRAIT_CELLS_MAX / 2);
        assert_true(p.tick_hops == 1 || p.ticks >= SNQ_PORTRAIT_CELLS_MAX / 2);
        check_legal(&p);
        snq_portrait_clear(&p);
    }
    snq_free(x);
}

static void check_silence(int64_t frames)
{
    float *x = make_silence(65536);
    const source s = { RATE, channels_for(frames), x, 65536, frames, NULL, 0 };
    snq_portrait p = portrait_of(&s, 65536);
    check_near(p.top_db, SNQ_PORTRAIT_SILENT, 0.0);
    for (size_t i = 0; i < (size_t)p.columns * p.rows; i++)
        assert_int_equal(p.level[i], 0);
    for (uint32_t i = 0; i < p.columns * SNQ_PORTRAIT_BANDS; i++)
        check_near(p.band[i], 0.0, 0.0);
    for (uint32_t i = 0; i < p.points; i++) {
        check_near(p.min[i], 0.0, 0.0);
        check_near(p.max[i], 0.0, 0.0);
    }
    for (uint32_t i = 0; i < p.ticks; i++) {
        check_near(p.momentary_lo[i], SNQ_PORTRAIT_SILENT, 0.0);
        check_near(p.momentary_hi[i], SNQ_PORTRAIT_SILENT, 0.0);
        check_near(p.short_term[i], SNQ_PORTRAIT_SILENT, 0.0);
    }
    snq_portrait_clear(&p);
    snq_free(x);
}

static void test_silence(void **state)
{
    check_silence(SHORT);
    check_silence(MIDDLE);
    check_silence(LONG);
}

/* A sine of -20 dBFS lies in its row, with -23 dBFS of power, in every column but those at the ends. */
static void check_sine(uint32_t rate_hz, uint32_t channels, int64_t frames, double f_hz,
                       int antiphase)
{
    const size_t n = rate_hz; /* a second: whole periods of whole frequencies */
    float *x = make_silence(n);
    add_sine(x, 0, n, rate_hz, f_hz, 0.1, 0.0);
    const source s = { rate_hz, channels, x, n, frames, NULL, antiphase };
    snq_portrait p = portrait_of(&s, n);
    const uint32_t row = row_of_hz(f_hz), edge = p.columns / 8;
    uint32_t band = f_hz < SNQ_PORTRAIT_MID_HZ ? 0 : f_hz < SNQ_PORTRAIT_HIGH_HZ ? 1 : 2;
    for (uint32_t i = edge; i < p.columns - edge; i++) {
        const uint32_t r = strongest_row(&p, i);
        if (r + 1 < row || r > row + 1)
            fail_msg("%g Hz in row %u of column %u, must be %u", f_hz, r, i, row);
        check_near(10.0 * log10(power_at(&p, i, row)), -23.0, 1.3);
        check_near(10.0 * log10(p.band[i * SNQ_PORTRAIT_BANDS + band]), -23.0, 0.5);
        for (uint32_t b = 0; b < SNQ_PORTRAIT_BANDS; b++)
            if (b != band)
                assert_true(p.band[i * SNQ_PORTRAIT_BANDS + b] < 1e-4f);
    }
    /* three semitones off there is nothing worth a colour */
    const uint32_t middle = p.columns / 2;
    assert_true(row_db(&p, row + 12, middle, middle + 1) < -55.0);
    assert_true(row_db(&p, row - 12, middle, middle + 1) < -55.0);
    if ((double)p.point_frames * f_hz > 4.0 * rate_hz) {
        check_near(p.min[p.points / 2], -0.1, 5e-3);
        check_near(p.max[p.points / 2], 0.1, 5e-3);
    }
    check_legal(&p);
    snq_portrait_clear(&p);
    snq_free(x);
}

static void test_sine(void **state)
{
    static const double f_hz[] = { 180.0, 330.0, 1000.0, 2000.0, 3300.0 };
    for (size_t i = 0; i < SNQ_COUNT(f_hz); i++) {
        check_sine(RATE, 1, 16000, f_hz[i], 0);
        if (i > 1 && !check_extent(1, 0))
            continue;
        check_sine(RATE, CHANNELS, SHORT, f_hz[i], 0);
        check_sine(RATE, CHANNELS, MIDDLE, f_hz[i], 0);
    }
    check_sine(RATE, 1, LONG, 1000.0, 0);
    check_sine(SLOW_RATE, 1, LONG, 180.0, 0);
    check_sine(44100, 1, 44100, 1000.0, 0);
    check_sine(48000, 2, 48000, 12000.0, 1); /* antiphase is as strong */
    check_sine(192000, 2, 96000, 5000.0, 0);
}

/* White noise of so much power has  power * width / half the rate  in a semitone. */
static void check_noise(uint32_t rate_hz, int64_t frames, double tolerance_db)
{
    static const double f_hz[] = { 150.0, 370.0, 700.0, 2000.0, 3000.0 };
    const size_t n = 1 << 20;
    float *x = make_silence(n);
    add_noise(x, 0, n, 0.1, 7);
    const source s = { rate_hz, channels_for(frames), x, n, frames, NULL, 0 };
    snq_portrait p = portrait_of(&s, n);
    for (size_t i = 0; i < SNQ_COUNT(f_hz) && f_hz[i] < 0.4 * rate_hz; i++) {
        const uint32_t row = row_of_hz(f_hz[i]);
        const double width_hz = snq_portrait_row_hz(row + 1.0) - snq_portrait_row_hz(row - 1.0);
        check_near(row_db(&p, row, p.columns / 16, p.columns - p.columns / 16),
                   -20.0 + 10.0 * log10(width_hz / (rate_hz / 2.0)), tolerance_db);
    }
    double sum = 0.0;
    for (uint32_t i = 0; i < p.columns * SNQ_PORTRAIT_BANDS; i++)
        sum += p.band[i];
    check_near(10.0 * log10(sum / p.columns), -20.0, tolerance_db);
    check_legal(&p);
    snq_portrait_clear(&p);
    snq_free(x);
}

static void test_noise(void **state)
{
    check_noise(RATE, SHORT, 1.3);
    check_noise(RATE, MIDDLE, 0.7);
    check_noise(RATE, LONG, 0.7);
    check_noise(SLOW_RATE, LONG, 0.7);
}

/* A burst of 10 ms in a stream of any length shows: its outline to the value, its column with its
 * energy. */
static void check_burst(int64_t frames)
{
    const size_t n = (size_t)frames, at = n / 3, burst = RATE / 100;
    float *x = make_silence(n);
    add_noise(x, 0, n, 1e-5, 3);
    add_sine(x, at, at + burst, RATE, 3000.0, 0.5, 0.0);
    x[at + 10] = 0.9f;
    x[at + 30] = -0.8f;
    const source s = { RATE, channels_for(frames), x, n, frames, NULL, 0 };
    snq_portrait p = portrait_of(&s, 100000);
    float most = 0.0f, least = 0.0f;
    for (uint32_t i = 0; i < p.points; i++) {
        const int here = (int64_t)at + (int64_t)burst > i * p.point_frames &&
                         (int64_t)at < (i + 1) * p.point_frames;
        assert_true(here || (p.max[i] < 1e-4f && p.min[i] > -1e-4f));
        most = fmaxf(most, p.max[i]);
        least = fminf(least, p.min[i]);
    }
    check_near(most, 0.9, 1e-6);
    check_near(least, -0.8, 1e-6);
    const double energy = 0.125 * (double)burst;
    double sum = 0.0;
    for (uint32_t i = 0; i < p.columns; i++)
        sum += p.band[i * SNQ_PORTRAIT_BANDS + 2] * (double)p.column_frames;
    check_near(10.0 * log10(sum / energy), 0.0, 2.5);
    const uint32_t column = (uint32_t)(((int64_t)at + (int64_t)burst / 2) / p.column_frames);
    const uint32_t row = row_of_hz(3000.0);
    assert_true(row_db(&p, row, column, column + 1) > row_db(&p, row, 10, 20) + 15.0);
    snq_portrait_clear(&p);
    snq_free(x);
}

static void test_burst(void **state)
{
    check_burst(SHORT);
    check_burst(MIDDLE);
    check_burst(3072 * 4096);
    check_burst(LONG);
}

/* EBU Tech 3341, test case 1: 1000 Hz at -23 dBFS in both channels reads -23 LUFS everywhere. */
static void test_loudness(void **state)
{
    const uint32_t rate = 48000;
    float *x = make_silence(rate);
    add_sine(x, 0, rate, rate, 1000.0, sine_amplitude(-23.0), 0.0);
    const source s = { rate, 2, x, rate, 20 * (int64_t)rate, NULL, 0 };
    snq_portrait p = portrait_of(&s, rate);
    assert_int_equal(p.tick_hops, 1);
    assert_int_equal(p.ticks, 2000);
    for (uint32_t i = 40; i < p.ticks; i++) {
        check_near(p.momentary_lo[i], -23.0, 0.1);
        check_near(p.momentary_hi[i], -23.0, 0.1);
        check_near(p.short_term[i], i < 300 ? -23.0 + 10.0 * log10((i + 1) / 300.0) : -23.0, 0.1);
    }
    check_near(p.momentary_hi[3], -33.0, 0.3); /* a tenth of the window */
    snq_portrait_clear(&p);
    snq_free(x);
}

/* Of two levels by turns, a tick of many hops holds the range of the quick needle and the mean of
 * the slow one. */
static void test_loudness_joined(void **state)
{
    const size_t n = 20 * RATE;
    float *x = make_silence(n);
    add_sine(x, 0, n / 2, RATE, 1000.0, sine_amplitude(-20.0), 0.0);
    add_sine(x, n / 2, n, RATE, 1000.0, sine_amplitude(-40.0), 0.0);
    const source s = { RATE, 2, x, n, 600 * (int64_t)n, NULL, 0 };
    snq_portrait p = portrait_of(&s, n);
    assert_int_equal(p.tick_hops, 512);
    float lo = 0.0f, hi = -100.0f;
    double sum = 0.0;
    for (uint32_t i = 1; i + 1 < p.ticks; i++) {
        lo = fminf(lo, p.momentary_lo[i]);
        hi = fmaxf(hi, p.momentary_hi[i]);
        sum += pow(10.0, p.short_term[i] / 10.0);
    }
    /* 1 kHz at 8 kHz: the filter's gain is that of BS.1770 within 0.1 dB */
    check_near(lo, -40.0, 0.3);
    check_near(hi, -20.0, 0.3);
    check_near(10.0 * log10(sum / (p.ticks - 2)), 10.0 * log10((0.01 + 0.0001) / 2.0), 0.3);
    snq_portrait_clear(&p);
    snq_free(x);
}

/* The low-frequency channel doesn't count, a surround counts 1.5 dB more. */
static void test_positions(void **state)
{
    const snq_position position[] = { SNQ_POSITION_LFE, SNQ_POSITION_SIDE_LEFT };
    const uint32_t rate = 48000;
    float *x = make_silence(rate);
    add_sine(x, 0, rate, rate, 1000.0, sine_amplitude(-20.0), 0.0);
    for (int i = 0; i < 2; i++) {
        const source s = { rate, 1, x, rate, rate, &position[i], 0 };
        snq_portrait p = portrait_of(&s, rate);
        check_near(p.momentary_hi[99], i == 0 ? SNQ_PORTRAIT_SILENT : -23.0 + 1.5, 0.1);
        snq_portrait_clear(&p);
    }
    snq_free(x);
}

/* Silence after the loudest noise reads as silence within the windows' length and a resumming. */
static void test_loudness_falls(void **state)
{
    const size_t n = 10 * RATE;
    float *x = make_silence(n);
    add_noise(x, 0, 3 * RATE, SNQ_SAMPLE_MAX / 4.0, 9);
    const source s = { RATE, 1, x, n, (int64_t)n, NULL, 0 };
    snq_portrait p = portrait_of(&s, n);
    assert_true(p.momentary_hi[200] > 90.0f);
    for (uint32_t i = 950; i < p.ticks; i++) {
        check_near(p.momentary_hi[i], SNQ_PORTRAIT_SILENT, 1e-3);
        check_near(p.short_term[i], SNQ_PORTRAIT_SILENT, 1e-3);
    }
    check_legal(&p);
    snq_portrait_clear(&p);
    snq_free(x);
}

/* Same stream, same bytes, however it is cut. */
static void check_blocks(uint32_t rate_hz, uint32_t channels, int64_t frames)
{
    static const size_t blocks[] = { 1000, 8191, 8192, 24577, 1u << 30 };
    const size_t n = (size_t)frames;
    float *x = make_silence(n);
    add_noise(x, 0, n, 0.1, 11);
    add_sine(x, n / 2, n, rate_hz, 440.0, 0.3, 0.0);
    const source s = { rate_hz, channels, x, n, frames, NULL, 0 };
    snq_portrait first = portrait_of(&s, frames < 50000 ? 1 : 77);
    snq_str want = packed(&first);
    for (size_t i = 0; i < SNQ_COUNT(blocks); i += check_extent(1, 3)) {
        snq_portrait p = portrait_of(&s, blocks[i]);
        snq_str got = packed(&p);
        assert_int_equal(got.length, want.length);
        assert_memory_equal(got.text, want.text, want.length);
        snq_str_clear(&got);
        snq_portrait_clear(&p);
    }
    snq_str_clear(&want);
    snq_portrait_clear(&first);
    snq_free(x);
}

static void test_blocks(void **state)
{
    check_blocks(11025, 2, 30000);
    check_blocks(RATE, WIDE, 131072);
    check_blocks(RATE, WIDE, 131073);
    check_blocks(RATE, WIDE, 600000);
}

/* The least and the highest rates, one frame, and the largest samples there are. */
static void test_corners(void **state)
{
    float *x = make_silence(1 << 18);
    add_noise(x, 0, 1 << 18, SNQ_SAMPLE_MAX / 2.0, 5);
    static const uint32_t rates[] = { SNQ_RATE_MIN_HZ, 3799, 22050, SNQ_RATE_MAX_HZ };
    for (size_t i = 0; i < SNQ_COUNT(rates); i++)
        for (int64_t frames = 1; frames <= 1 << 18; frames *= 64) {
            const source s = { rates[i], 1, x, 1 << 18, frames, NULL, 0 };
            snq_portrait p = portrait_of(&s, 10000);
            check_legal(&p);
            assert_true(p.rows > 0);
            assert_true(snq_portrait_row_hz(p.rows) <= rates[i] / 2.0);
            snq_portrait_clear(&p);
        }
    const source s = { 768000, 1, x, 1 << 18, 3 * (int64_t)(1 << 20), NULL, 0 };
    snq_portrait p = portrait_of(&s, 1 << 18);
    assert_int_equal(p.rows, SNQ_PORTRAIT_ROWS_MAX);
    check_legal(&p);
    snq_portrait_clear(&p);
    snq_free(x);
    assert_int_equal(snq_alloc_live(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_refuses),
        cmocka_unit_test(test_sweep),
        cmocka_unit_test(test_pull_without_memory),
        cmocka_unit_test(test_grids),
        cmocka_unit_test(test_silence),
        cmocka_unit_test(test_sine),
        cmocka_unit_test(test_noise),
        cmocka_unit_test(test_burst),
        cmocka_unit_test(test_loudness),
        cmocka_unit_test(test_loudness_joined),
        cmocka_unit_test(test_positions),
        cmocka_unit_test(test_loudness_falls),
        cmocka_unit_test(test_blocks),
        cmocka_unit_test(test_corners),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
