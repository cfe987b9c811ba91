// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/alloc.h"
#include "listen/feature_store.h"
#include "support/make_audio.h"
#include "support/sweep.h"

enum {
    ALL = SNQ_NEED_LEVELS | SNQ_NEED_KWEIGHT | SNQ_NEED_TRUE_PEAK | SNQ_NEED_FINE | SNQ_NEED_MEL
};

typedef struct seen {
    int64_t hops, fine;
    double energy, frames, mel[SNQ_MEL_BANDS], power, checksum;
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
    s->hops += b->hops;
    s->fine += b->fine_frames;
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
    for (int m = 0; m < SNQ_MEL_BANDS; m++)
        check_near(s.mel[m], 0, 1e-9);
    check_near(s.energy, 2 * 0.125 * (double)n, 0.01 * (double)n);
    snq_free(x);
    snq_free(y);
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
        cmocka_unit_test(an_offset_is_not_in_mel),
        cmocka_unit_test(short_and_empty_streams),
        cmocka_unit_test(refuses_bad_settings_and_hoarding),
        cmocka_unit_test(survives_lack_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
