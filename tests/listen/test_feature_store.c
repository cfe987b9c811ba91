// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/alloc.h"
#include "dsp/kweight.h"
#include "dsp/levels.h"
#include "dsp/stft.h"
#include "dsp/truepeak.h"
#include "listen/feature_store.h"
#include "listen/mel_track_impl.h"
#include "listen/pitch_track_impl.h"
#include "support/make_audio.h"
#include "support/sweep.h"

enum {
    ALL = SNQ_NEED_LEVELS | SNQ_NEED_KWEIGHT | SNQ_NEED_TRUE_PEAK | SNQ_NEED_FINE | SNQ_NEED_MEL |
          SNQ_NEED_PITCH
};

typedef struct seen {
    int64_t hops, fine, pitch;
    double energy, frames, mel[SNQ_MEL_BANDS], power, pitch_power, checksum;
    float peak, true_peak;
} seen;

static void take(seen *s, const snq_hop_block *b)
{
    assert_int_equal(b->first, s->hops);
    for (uint32_t i = 0; i < b->hops; i++) {
        s->energy += b->hop[i].energy;
        s->frames += b->hop[i].frames;
        s->peak = fmaxf(s->peak, b->hop[i].peak);
        s->true_peak = fmaxf(s->true_peak, b->hop[i].true_peak);
        s->checksum += (double)(s->hops + i) * b->hop[i].k_energy;
        for (int m = 0; b->mel && m < SNQ_MEL_BANDS; m++) {
            const float v = b->mel[i * SNQ_MEL_BANDS + (uint32_t)m];
            s->mel[m] += v;
            s->checksum += (double)((s->hops + i) * (m + 1)) * v;
        }
    }
    for (uint32_t i = 0; i < b->fine_frames; i++)
        for (uint32_t k = 0; k < b->bins; k++) {
            s->power += b->fine[i].power[k];
            s->checksum += (double)(s->fine + i) * k * b->fine[i].power[k];
        }
    for (uint32_t i = 0; i < b->pitch_frames; i++) {
        const int64_t number = b->pitch_first + i;
        const int64_t centre = number * SNQ_PITCH_HOPS + SNQ_PITCH_HOPS / 2;
        assert_int_equal(number, s->pitch + i);
        /* of these hops; the very last may lie behind the end */
        assert_true(centre >= b->first &&
                    (centre < b->first + b->hops || i + 1 == b->pitch_frames));
        for (int k = 0; k < SNQ_PITCH_BANDS; k++)
            s->checksum += (double)((number + 1) * (k + 1)) * b->pitch[i]->band[k];
        for (uint32_t k = 0; k < b->pitch[i]->peaks; k++)
            s->checksum += (double)(number * b->pitch[i]->peak[k].hz * b->pitch[i]->peak[k].power);
        s->pitch_power += b->pitch[i]->power;
    }
    s->hops += b->hops;
    s->fine += b->fine_frames;
    s->pitch += b->pitch_frames;
}

static void drain(snq_features *f, seen *s)
{
    const int64_t ready = snq_features_ready(f);
    while (s->hops < ready) {
        snq_hop_block b;
        snq_features_view(f, s->hops, ready, &b);
        assert_true(b.hops > 0);
        take(s, &b);
    }
    snq_features_drop(f, s->hops);
}

static seen run(const snq_audio *a, uint32_t needs, size_t block)
{
    seen s = { 0 };
    snq_features *f;
    const snq_features_cfg cfg = { .rate_hz = a->rate_hz, .channels = a->channels, .needs = needs };
    check_ok(snq_features_new(&cfg, &f));
    for (size_t at = 0; at < a->frames; at += block) {
        const snq_audio part = snq_audio_part(a, at, block);
        check_ok(snq_features_push(f, &part));
        drain(f, &s);
    }
    check_ok(snq_features_finish(f));
    drain(f, &s);
    assert_int_equal(snq_features_frames(f), a->frames);
    snq_features_free(f);
    return s;
}

static void nothing_is_lost_at_any_rate(void **state)
{
    static const uint32_t rates[] = { 1000, 8000, 11025, 22050, 44100, 96000, 384000 };
    for (size_t r = 0; r < SNQ_COUNT(rates); r++) {
        const size_t n = (size_t)(rates[r] * 1.2345);
        float *x = make_silence(n);
        add_noise(x, 0, n, 0.1, r);
        double energy = 0;
        for (size_t i = 0; i < n; i++)
            energy += (double)x[i] * x[i];
        const snq_audio a = { { x, x }, 2, rates[r], n };
        const seen s = run(&a, ALL, 777);
        assert_int_equal(s.hops, 124);
        check_near(s.frames, (double)n, 0);
        check_near(s.energy, 2 * energy, 1e-6 * energy);
        assert_true(s.true_peak >= s.peak && s.peak > 0.15f);
        uint32_t window = 64;
        while (window < 0.075 * rates[r])
            window *= 2;
        assert_int_equal(s.fine, (n + window / 2 - 1) / (window / 2));
        assert_int_equal(s.pitch, 13);
        snq_free(x);
    }
}

static void block_sizes_do_not_matter(void **state)
{
    const size_t n = 150001;
    float *l = make_silence(n), *r = make_silence(n);
    add_noise(l, 0, n, 0.1, 1);
    add_sine(r, 0, n, 44100, 440, 0.5, 0);
    const snq_audio a = { { l, r }, 2, 44100, n };
    const seen want = run(&a, ALL, 8192);
    static const size_t blocks[] = { 64, 441, 1000, 65536, 150001 };
    for (size_t i = 0; i < SNQ_COUNT(blocks); i++) {
        const seen got = run(&a, ALL, blocks[i]);
        assert_int_equal(got.hops, want.hops);
        assert_int_equal(got.fine, want.fine);
        assert_int_equal(got.pitch, want.pitch);
        check_near(got.pitch_power, want.pitch_power, 0);
        check_near(got.checksum, want.checksum, 1e-7 * fabs(want.checksum));
        check_near(got.true_peak, want.true_peak, 0);
        check_near(got.power, want.power, 1e-9 * want.power);
    }
    snq_free(l);
    snq_free(r);
}

/* A stationary tone: its mel bands add up to its mean square; antiphase cancels in mel alone. */
static void mel_powers_add_up(void **state)
{
    const size_t n = 2 * 44100;
    float *x = make_silence(n), *y = make_silence(n);
    add_sine(x, 0, n, 44100, 1234, 0.5, 0.1);
    for (size_t i = 0; i < n; i++)
        y[i] = -x[i];
    const snq_audio mono = { { x }, 1, 44100, n }, anti = { { x, y }, 2, 44100, n };
    seen s = run(&mono, SNQ_NEED_MEL, 4096);
    double sum = 0;
    for (int m = 0; m < SNQ_MEL_BANDS; m++)
        sum += s.mel[m] / (double)s.hops;
    check_near(10 * log10(sum), 10 * log10(0.125), 0.2);
    s = run(&anti, ALL, 4096);
    check_near(s.pitch_power, 0, 1e-9);
    for (int m = 0; m < SNQ_MEL_BANDS; m++)
        check_near(s.mel[m], 0, 1e-9);
    check_near(s.energy, 2 * 0.125 * (double)n, 0.01 * (double)n);
    snq_free(x);
    snq_free(y);
}

/* The pitch spectrum alone needs the mono stream, which comes with mel; a tone has its power there. Frames
 * of ten hops: as many as have begun. */
static void pitch_frames_cover_the_stream(void **state)
{
    static const struct {
        size_t frames;
        int64_t pitch;
    } tab[] = { { 1, 1 },      { 4410, 1 },          { 4411, 2 },    { 4851, 2 },
                { 44100, 10 }, { 44100 + 2204, 11 }, { 132300, 30 }, { 1000, 1 } };
    for (size_t i = 0; i < SNQ_COUNT(tab); i++) {
        const size_t n = tab[i].frames;
        float *x = make_silence(n);
        add_sine(x, 0, n, 44100, 440, 0.5, 0);
        const snq_audio a = { { x }, 1, 44100, n };
        const seen s = run(&a, SNQ_NEED_PITCH, 1000);
        assert_int_equal(s.pitch, tab[i].pitch);
        if (n == 132300) /* two windows' halves at the ends are missing */
            check_near(s.pitch_power / 30, 0.125, 0.125 * 2 / 30);
        snq_free(x);
    }
}

/* Any cut of the hops into views gives each pitch frame once, at the hop of its centre. */
static void views_share_pitch_frames_out(void **state)
{
    float *x = make_silence(3 * 22050);
    add_noise(x, 0, 3 * 22050, 0.1, 3);
    const snq_audio a = { { x }, 1, 22050, 3 * 22050 };
    const snq_features_cfg cfg = { .rate_hz = 22050, .channels = 1, .needs = SNQ_NEED_PITCH };
    for (int64_t step = 1; step < 40; step += 3) {
        snq_features *f;
        int64_t next = 0;
        check_ok(snq_features_new(&cfg, &f));
        check_ok(snq_features_push(f, &a));
        assert_true(snq_features_ready(f) < 300); /* the last windows are not complete */
        check_ok(snq_features_finish(f));
        assert_int_equal(snq_features_ready(f), 300);
        for (int64_t hop = 0; hop < 300;) {
            snq_hop_block b;
            const int64_t end = hop + step < 300 ? hop + step : 300;
            snq_features_view(f, hop, end, &b);
            for (uint32_t i = 0; i < b.pitch_frames; i++, next++) {
                assert_int_equal(b.pitch_first + i, next);
                assert_int_equal((next * 10 + 5 - hop) / b.hops, 0);
            }
            hop += b.hops;
        }
        assert_int_equal(next, 30);
        snq_features_free(f);
    }
    snq_free(x);
}

/* A constant is no sound: band 0 is freed of it, the others leave its bins out. */
static void an_offset_is_not_in_mel(void **state)
{
    const size_t n = 2 * 22050;
    float *x = make_silence(n);
    for (size_t i = 0; i < n; i++)
        x[i] = 0.5f;
    const snq_audio a = { { x }, 1, 22050, n };
    const seen s = run(&a, SNQ_NEED_MEL, 1000);
    for (int m = 0; m < SNQ_MEL_BANDS; m++)
        assert_true(s.mel[m] / (double)s.hops < 1e-10);
    snq_free(x);
}

static void short_and_empty_streams(void **state)
{
    float x[100] = { 0.5f };
    snq_audio a = { { x }, 1, 44100, 1 };
    seen s = run(&a, ALL, 10);
    assert_int_equal(s.hops, 1);
    assert_int_equal(s.fine, 1);
    assert_int_equal(s.pitch, 1);
    check_near(s.frames, 1, 0);
    assert_true(s.mel[5] >= 0);
    a.frames = 0;
    s = run(&a, ALL, 10);
    assert_int_equal(s.hops, 0);
    assert_int_equal(s.fine, 0);
}

static void refuses_bad_settings_and_hoarding(void **state)
{
    snq_features *f;
    snq_features_cfg cfg = { .rate_hz = 44100, .channels = 0 };
    check_status(snq_features_new(&cfg, &f), SNQ_ERR_RANGE);
    cfg = (snq_features_cfg) { .rate_hz = 999, .channels = 1 };
    check_status(snq_features_new(&cfg, &f), SNQ_ERR_RANGE);
    assert_null(f);
    cfg = (snq_features_cfg) { .rate_hz = 1000, .channels = 1, .needs = SNQ_NEED_LEVELS };
    check_ok(snq_features_new(&cfg, &f));
    float *x = make_silence(60000);
    const snq_audio a = { { x }, 1, 1000, 60000 };
    check_ok(snq_features_push(f, &a));
    check_ok(snq_features_push(f, &a));
    check_status(snq_features_push(f, &a), SNQ_ERR_TOO_BIG); /* 180 s and nothing dropped */
    snq_features_free(f);
    snq_features_free(NULL);
    snq_free(x);
}

static snq_status make(void *user, void **out)
{
    const snq_features_cfg cfg = { .rate_hz = 44100, .channels = 2, .needs = ALL };
    return snq_features_new(&cfg, (snq_features **)out);
}

static void unmake(void *f)
{
    snq_features_free(f);
}

/* The features made by running everything over everything, chunk by chunk as the store does. */
typedef struct plain {
    snq_levels *levels;
    snq_kweight *kweight;
    snq_truepeak *truepeak;
    snq_stft *stft;
    snq__mel_track *mel_track;
    snq__pitch_track *pitch_track;
    int64_t frames, hops, spectra;
    snq_hop *hop;           /* (hops,) */
    snq_pitch_frame *pitch; /* (hops / SNQ_PITCH_HOPS + 1,) */
    float *mel, *fine;      /* (hops, SNQ_MEL_BANDS), (spectra, bins + 2 low_bins) */
    uint32_t bins, low;
} plain;

static snq_status plain_mel(void *user, int64_t hop, const float *mel)
{
    plain *p = user;
    memcpy(p->mel + hop * SNQ_MEL_BANDS, mel, SNQ_MEL_BANDS * sizeof *mel);
    return SNQ_OK;
}

static snq_status plain_pitch(void *user, int64_t number, const snq_pitch_frame *frame)
{
    plain *p = user;
    p->pitch[number] = *frame;
    return SNQ_OK;
}

static snq_status plain_mono(void *user, const float *samples, size_t n)
{
    plain *p = user;
    return snq__pitch_track_push(p->pitch_track, samples, n, plain_pitch, p);
}

static snq_status plain_fine(void *user, const snq_stft_frame *f)
{
    plain *p = user;
    float *to = p->fine + p->spectra++ * (p->bins + 2 * p->low);
    assert_false(f->silent);
    memcpy(to, f->power, p->bins * sizeof *to);
    if (f->cross) {
        memcpy(to + p->bins, f->cross, p->low * sizeof *to);
        memcpy(to + p->bins + p->low, f->balance, p->low * sizeof *to);
    }
    return SNQ_OK;
}

enum { SEGMENTS = 1000 };

/* What the samples of one segment, all in this hop, add to it. */
static void plain_segment(snq_hop *hop, uint32_t channels, uint32_t n, const snq_level *level,
                          const double *k, double cross, float peak)
{
    hop->frames += n;
    for (uint32_t c = 0; c < channels; c++) {
        hop->sum[c] += level[c].sum;
        hop->energy += level[c].sum_sq;
        hop->clipped += level[c].clipped;
        hop->k_energy += k[c];
        hop->peak = fmaxf(hop->peak, fmaxf(-level[c].min, level[c].max));
    }
    hop->true_peak = fmaxf(hop->true_peak, peak);
    hop->left += level[0].sum_sq;
    hop->right += channels > 1 ? level[1].sum_sq : 0;
    hop->cross += cross;
}

static void plain_chunk(plain *p, const snq_audio *chunk)
{
    static uint32_t segment[SEGMENTS];
    static snq_level level[SEGMENTS * 3];
    static double k[SEGMENTS * 3], cross[SEGMENTS];
    static float floor[SEGMENTS], peak[SEGMENTS];
    const snq_timegrid g = { chunk->rate_hz, SNQ_HOPS_PER_S };
    const int64_t first = snq_timegrid_hop(g, p->frames), end = p->frames + (int64_t)chunk->frames;
    uint32_t n = 0;
    for (int64_t at = p->frames; at < end; n++) {
        const int64_t to = snq_timegrid_frame(g, first + n + 1);
        segment[n] = (uint32_t)((to < end ? to : end) - at);
        at += segment[n];
    }
    snq_levels_push(p->levels, chunk, segment, n, level, cross);
    snq_kweight_push(p->kweight, chunk, segment, n, k);
    for (uint32_t i = 0; i < n; i++) {
        floor[i] = 0;
        for (uint32_t c = i * chunk->channels; c < (i + 1) * chunk->channels; c++)
            floor[i] = fmaxf(floor[i], fmaxf(-level[c].min, level[c].max));
    }
    snq_truepeak_push_over(p->truepeak, chunk, segment, n, floor, peak);
    for (uint32_t i = 0; i < n; i++)
        plain_segment(&p->hop[first + i], chunk->channels, segment[i], &level[i * chunk->channels],
                      &k[i * chunk->channels], cross[i], peak[i]);
    check_ok(snq_stft_push(p->stft, chunk, plain_fine, p));
    snq__mel_track_tap(p->mel_track, plain_mono, p);
    check_ok(snq__mel_track_push(p->mel_track, chunk, 0, plain_mel, p));
    p->frames = end;
    p->hops = first + n;
}

static void plain_push(plain *p, const snq_audio *block)
{
    for (size_t at = 0; at < block->frames; at += 8192) {
        const snq_audio chunk = snq_audio_part(block, at, 8192);
        plain_chunk(p, &chunk);
    }
}

static plain plain_new(uint32_t rate, uint32_t channels, size_t frames, uint32_t window)
{
    const size_t hops = frames * SNQ_HOPS_PER_S / rate + 2;
    plain p = { .bins = window / 2 + 1, .low = (uint32_t)(120.0 * window / rate) + 1 };
    check_ok(snq_levels_new(&(snq_levels_cfg) { channels }, &p.levels));
    check_ok(snq_kweight_new(&(snq_kweight_cfg) { rate, channels }, &p.kweight));
    check_ok(snq_truepeak_new(&(snq_truepeak_cfg) { rate, channels }, &p.truepeak));
    check_ok(snq_stft_new(
        &(snq_stft_cfg) { channels, window, window / 2, channels == 2 ? p.low : 0 }, &p.stft));
    check_ok(snq__mel_track_new(rate, &p.mel_track));
    check_ok(snq__pitch_track_new(&p.pitch_track));
    p.pitch = snq_calloc(hops / SNQ_PITCH_HOPS + 2, sizeof *p.pitch);
    p.hop = snq_calloc(hops, sizeof *p.hop);
    p.mel = snq_calloc(hops, SNQ_MEL_BANDS * sizeof *p.mel);
    p.fine = snq_calloc(frames / (window / 2) + 2, (p.bins + 2 * p.low) * sizeof *p.fine);
    assert_true(p.hop && p.mel && p.fine && p.pitch);
    return p;
}

static void plain_finish(plain *p)
{
    if (p->hops) {
        snq_hop *last = &p->hop[p->hops - 1];
        last->true_peak = fmaxf(last->true_peak, snq_truepeak_finish(p->truepeak));
    }
    check_ok(snq_stft_finish(p->stft, plain_fine, p));
    snq__mel_track_tap(p->mel_track, plain_mono, p);
    check_ok(snq__mel_track_finish(p->mel_track, p->hops, plain_mel, p));
    check_ok(snq__pitch_track_finish(p->pitch_track, snq__pitch_frames(p->hops), plain_pitch, p));
}

static void plain_clear(plain *p)
{
    snq_levels_free(p->levels);
    snq_kweight_free(p->kweight);
    snq_truepeak_free(p->truepeak);
    snq_stft_free(p->stft);
    snq__mel_track_free(p->mel_track);
    snq__pitch_track_free(p->pitch_track);
    snq_free(p->pitch);
    snq_free(p->hop);
    snq_free(p->mel);
    snq_free(p->fine);
}

/* Equal by value: zeros have signs. */
static void same_floats(const float *got, const float *want, size_t n, const char *what, int64_t at)
{
    for (size_t i = 0; i < n; i++)
        if (got[i] != want[i])
            fail_msg("%s %lld [%zu]: %.9g, want %.9g", what, (long long)at, i, (double)got[i],
                     (double)want[i]);
}

static void compare(snq_features *f, const plain *p, int64_t *hop, int64_t *spectrum)
{
    const int64_t ready = snq_features_ready(f);
    while (*hop < ready) {
        snq_hop_block b;
        snq_features_view(f, *hop, ready, &b);
        for (uint32_t i = 0; i < b.hops; i++) {
            const snq_hop *got = &b.hop[i], *want = &p->hop[*hop + i];
            assert_int_equal(got->frames, want->frames);
            assert_int_equal(got->clipped, want->clipped);
            assert_true(got->energy == want->energy && got->k_energy == want->k_energy);
            assert_true(got->left == want->left && got->right == want->right);
            assert_true(got->cross == want->cross);
            same_floats(&got->peak, &want->peak, 1, "peak", *hop + i);
            same_floats(&got->true_peak, &want->true_peak, 1, "true peak", *hop + i);
            for (uint32_t c = 0; c < b.channels; c++)
                assert_true(got->sum[c] == want->sum[c]);
            same_floats(b.mel + i * SNQ_MEL_BANDS, p->mel + (*hop + i) * SNQ_MEL_BANDS,
                        SNQ_MEL_BANDS, "mel of hop", *hop + i);
        }
        for (uint32_t i = 0; i < b.fine_frames; i++, ++*spectrum) {
            const float *want = p->fine + *spectrum * (p->bins + 2 * p->low);
            same_floats(b.fine[i].power, want, p->bins, "spectrum", *spectrum);
            if (b.fine[i].cross) {
                same_floats(b.fine[i].cross, want + p->bins, p->low, "cross", *spectrum);
                same_floats(b.fine[i].balance, want + p->bins + p->low, p->low, "balance",
                            *spectrum);
            }
        }
        for (uint32_t i = 0; i < b.pitch_frames; i++) {
            const snq_pitch_frame *got = b.pitch[i], *want = &p->pitch[b.pitch_first + i];
            same_floats(&got->power, &want->power, 1, "pitch power", b.pitch_first + i);
            same_floats(got->band, want->band, SNQ_PITCH_BANDS, "pitch", b.pitch_first + i);
            assert_int_equal(got->peaks, want->peaks);
        }
        *hop += b.hops;
    }
    snq_features_drop(f, *hop);
}

/* Silence before, between and behind sounds, of awkward lengths and in awkward blocks: not a bit of
 * any feature differs from what running everything over it gives. */
static void silence_changes_nothing(void **state)
{
    static const struct {
        uint32_t rate, channels, window;
        size_t block;
        double seconds[6]; /* silence and sound in turn */
    } row[] = {
        { 44100, 2, 4096, 8192, { 3.7, 0.5, 9.01, 0.0003, 5.5, 0 } },
        { 48000, 2, 4096, 4097, { 0, 0.2, 8.7, 0.1, 4.33, 0.01 } },
        { 48000, 1, 4096, 65536, { 12.1, 0.01, 0.7, 0.1, 3.9, 0.2 } },
        { 22050, 3, 2048, 441, { 2.2, 0.07, 4.9, 0.1, 2.3, 0 } },
        { 8000, 2, 1024, 100, { 0.5, 0.1, 9.7, 0.03, 1.9, 0.3 } },
        { 96000, 2, 8192, 12345, { 0.1, 0.2, 4.2, 0.01, 0.3, 0 } },
        { 1000, 1, 128, 77, { 4.1, 0.1, 6.3, 0.1, 0.01, 0.1 } },
        { 44100, 2, 4096, 1000, { 2.5, 0, 0, 0, 0, 0 } },
    };
    for (size_t r = 0; r < SNQ_COUNT(row); r++) {
        size_t n = 0, from[6];
        for (int i = 0; i < 6; i++) {
            from[i] = n;
            n += (size_t)(row[r].seconds[i] * row[r].rate);
        }
        float *x = make_silence(n + 1), *y = make_silence(n + 1), *z = make_silence(n + 1);
        for (int i = 1; i < 6; i += 2) {
            const size_t end = i < 5 ? from[i + 1] : n;
            add_noise(x, from[i], end, 0.1, r);
            add_sine(y, from[i], end, row[r].rate, 80, i == 3 ? 1e-5 : 1.4, 1);
            for (size_t k = from[i]; k < end; k++) /* runs at the ceiling, also at the very end */
                y[k] = y[k] > 1 ? 1 : y[k] < -1 ? -1 : y[k];
        }
        const snq_audio a = { { x, y, z }, row[r].channels, row[r].rate, n };
        const snq_features_cfg cfg = { .rate_hz = a.rate_hz, .channels = a.channels, .needs = ALL };
        plain p = plain_new(a.rate_hz, a.channels, n, row[r].window);
        snq_features *f;
        int64_t hop = 0, spectrum = 0;
        check_ok(snq_features_new(&cfg, &f));
        for (size_t at = 0, i = 0; at < n; i++) {
            const snq_audio part = snq_audio_part(&a, at, row[r].block * (i % 4 == 3 ? 12 : 1));
            at += part.frames;
            plain_push(&p, &part);
            check_ok(snq_features_push(f, &part));
            compare(f, &p, &hop, &spectrum);
        }
        plain_finish(&p);
        check_ok(snq_features_finish(f));
        compare(f, &p, &hop, &spectrum);
        assert_int_equal(hop, p.hops);
        assert_int_equal(spectrum, p.spectra);
        snq_features_free(f);
        plain_clear(&p);
        snq_free(x);
        snq_free(y);
        snq_free(z);
    }
}

/* With no filter to wait for, a silent chunk still ends a run at the ceiling and shows what the sound
 * before it reaches between its last samples. */
static void silence_follows_at_once(void **state)
{
    static float loud[441], quiet[441], one[441] = { 1 };
    loud[439] = loud[440] = 1;
    const float *const blocks[] = { loud, quiet, one, quiet };
    for (int peaks = 0; peaks < 2; peaks++) {
        const snq_features_cfg cfg = { .rate_hz = 44100,
                                       .channels = 1,
                                       .needs =
                                           SNQ_NEED_LEVELS | (peaks ? SNQ_NEED_TRUE_PEAK : 0) };
        snq_features *f;
        snq_hop_block b;
        check_ok(snq_features_new(&cfg, &f));
        for (size_t i = 0; i < SNQ_COUNT(blocks); i++)
            check_ok(snq_features_push(f, &(snq_audio) { { blocks[i] }, 1, 44100, 441 }));
        check_ok(snq_features_finish(f));
        snq_features_view(f, 0, 4, &b);
        assert_int_equal(b.hops, 4);
        for (int i = 0; i < 4; i++)
            assert_int_equal(b.hop[i].clipped, 0); /* two and one are no run of three */
        assert_true(b.hop[1].peak == 0 && b.hop[3].peak == 0);
        if (peaks)
            assert_true(b.hop[1].true_peak > 1.05f && b.hop[3].true_peak == 0);
        snq_features_free(f);
    }
}

static void survives_lack_of_memory(void **state)
{
    snq_sweep(make, unmake, NULL);
    /* and while streaming: the rings grow */
    const int64_t live = snq_alloc_live();
    float *x = make_silence(44100);
    const snq_audio a = { { x, x }, 2, 44100, 44100 };
    int refusals = 0;
    for (int n = 0;; n++) {
        void *f;
        check_ok(make(NULL, &f));
        snq_alloc_fail_after(n);
        const snq_status st = snq_features_push(f, &a);
        const int refused = snq_alloc_refused();
        snq_alloc_fail_after(-1);
        snq_features_free(f);
        if (!refused) {
            check_ok(st);
            break;
        }
        assert_int_equal(st, SNQ_ERR_NOMEM);
        refusals++;
    }
    assert_true(refusals > 2);
    snq_free(x);
    assert_int_equal(snq_alloc_live(), live);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_lost_at_any_rate),
        cmocka_unit_test(block_sizes_do_not_matter),
        cmocka_unit_test(mel_powers_add_up),
        cmocka_unit_test(pitch_frames_cover_the_stream),
        cmocka_unit_test(views_share_pitch_frames_out),
        cmocka_unit_test(an_offset_is_not_in_mel),
        cmocka_unit_test(short_and_empty_streams),
        cmocka_unit_test(refuses_bad_settings_and_hoarding),
        cmocka_unit_test(silence_changes_nothing),
        cmocka_unit_test(silence_follows_at_once),
        cmocka_unit_test(survives_lack_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
