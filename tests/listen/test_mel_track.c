// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/alloc.h"
#include "base/attr.h"
#include "dsp/mel.h"
#include "listen/mel_track_impl.h"
#include "support/make_audio.h"
#include "support/sweep.h"

enum { HOPS_MAX = 4000, BANDS = SNQ_MEL_BANDS };

typedef struct rows {
    int64_t hops, stop_at;
    float mel[HOPS_MAX][BANDS];
} rows;

static snq_status take(void *user, int64_t hop, const float *mel)
{
    rows *r = user;
    assert_true(hop == r->hops && hop < HOPS_MAX);
    memcpy(r->mel[r->hops++], mel, sizeof r->mel[0]);
    return r->stop_at && r->hops == r->stop_at ? SNQ_ERR_CANCELLED : SNQ_OK;
}

static int is_quiet(const snq_audio *a)
{
    for (uint32_t c = 0; c < a->channels; c++)
        for (size_t i = 0; i < a->frames; i++)
            if (a->channel[c][i] != 0)
                return 0;
    return 1;
}

/* told: silent chunks are told as such. */
static rows *run(const snq_audio *a, size_t chunk, int told)
{
    rows *r = calloc(1, sizeof *r);
    snq__mel_track *t;
    check_ok(snq__mel_track_new(a->rate_hz, &t));
    for (size_t at = 0; at < a->frames; at += chunk) {
        const snq_audio part = snq_audio_part(a, at, chunk);
        check_ok(snq__mel_track_push(t, &part, told && is_quiet(&part), take, r));
        assert_int_equal(snq__mel_track_done(t), r->hops);
    }
    const int64_t hops =
        ((int64_t)a->frames * SNQ_HOPS_PER_S + a->rate_hz - 1) / (int64_t)a->rate_hz;
    check_ok(snq__mel_track_finish(t, hops, take, r));
    assert_int_equal(r->hops, hops);
    snq__mel_track_free(t);
    return r;
}

/* A tone in the middle of a band is in that band, in hops that hear it and in no others; its bands
 * add up to its mean square. */
static void tells_when_and_where(void **state)
{
    static const uint32_t rate[] = { 8000, 22050, 44100, 48000 };
    for (size_t i = 0; i < SNQ_COUNT(rate); i++) {
        const size_t n = rate[i];
        float *x = make_silence(n);
        add_sine(x, n / 2, n, rate[i], 1000, 0.5, 0);
        const snq_audio a = { { x }, 1, rate[i], n };
        rows *r = run(&a, 1000, 1);
        assert_int_equal(r->hops, 100);
        for (int h = 0; h < 100; h++) {
            double sum = 0;
            int best = 0;
            for (int b = 0; b < BANDS; b++) {
                sum += (double)r->mel[h][b];
                best = r->mel[h][b] > r->mel[h][best] ? b : best;
            }
            if (h < 45)
                check_near(sum, 0, 1e-9);
            if (h < 52 || h > 97)
                continue;
            check_near(sum, 0.125, 0.01);
            /* band b's centre: b parts of 41 from 30 Hz to 11 025 Hz in mel */
            const double lo = snq_mel_from_hz(SNQ_MEL_SLANEY, 30);
            const double hi = snq_mel_from_hz(SNQ_MEL_SLANEY, 11025);
            const double at = snq_mel_from_hz(SNQ_MEL_SLANEY, 1000);
            check_near(best, (at - lo) / (hi - lo) * 41, 1);
        }
        free(r);
        snq_free(x);
    }
}

/* Whoever says that a chunk is silent gets the same powers. */
static void silence_changes_nothing(void **state)
{
    static const struct {
        uint32_t rate;
        double sound_s[4]; /* from, to, from, to */
        double end_s;
    } row[] = {
        { 44100, { 0, 0.5, 8.1, 8.2 }, 17 },         { 48000, { 12.3, 12.31, 13, 13.1 }, 13.1 },
        { 22050, { 0.2, 0.3, 1.7, 1.9 }, 3 },        { 11025, { 0, 0, 9.01, 9.02 }, 9.4 },
        { 96000, { 0.001, 0.002, 6, 6.0001 }, 6.5 }, { 8000, { 0, 0, 0, 0 }, 0.02 },
        { 44056, { 0, 0.5, 4.1, 4.2 }, 5 },          { 192000, { 0, 0, 0, 0 }, 8 },
    };
    static const size_t chunk[] = { 97, 441, 8192 };
    for (size_t i = 0; i < SNQ_COUNT(row); i++) {
        const double rate = row[i].rate;
        const size_t n = (size_t)(row[i].end_s * rate);
        float *x = make_silence(n + 1), *y = make_silence(n + 1);
        for (int k = 0; k < 4; k += 2) {
            const size_t from = (size_t)(row[i].sound_s[k] * rate);
            add_noise(x, from, (size_t)(row[i].sound_s[k + 1] * rate), 0.1, i + (size_t)k);
        }
        const snq_audio a = { { x, y }, 2, row[i].rate, n };
        rows *want = run(&a, 8192, 0);
        for (size_t c = 0; c < SNQ_COUNT(chunk); c++) {
            rows *got = run(&a, chunk[c], 1);
            assert_int_equal(got->hops, want->hops);
            for (int64_t h = 0; h < want->hops; h++)
                for (int b = 0; b < BANDS; b++) /* by value: zeros have signs */
                    if (got->mel[h][b] != want->mel[h][b])
                        fail_msg("%g Hz, chunk %zu, hop %lld, band %d: %g, want %g", rate, chunk[c],
                                 (long long)h, b, (double)got->mel[h][b], (double)want->mel[h][b]);
            free(got);
        }
        free(want);
        snq_free(x);
        snq_free(y);
    }
}

static void a_sink_stops_it(void **state)
{
    float *x = make_silence(44100);
    rows *r = calloc(1, sizeof *r);
    const snq_audio a = { { x }, 1, 44100, 8000 };
    for (int silent = 0; silent < 2; silent++)
        for (r->stop_at = 1; r->stop_at <= 18; r->stop_at += 17) {
            snq__mel_track *t;
            r->hops = 0;
            check_ok(snq__mel_track_new(44100, &t));
            const snq_status st = snq__mel_track_push(t, &a, silent, take, r);
            assert_int_equal(st, r->stop_at == 1 ? SNQ_ERR_CANCELLED : SNQ_OK);
            if (st == SNQ_OK)
                check_status(snq__mel_track_finish(t, 19, take, r), SNQ_ERR_CANCELLED);
            snq__mel_track_free(t);
        }
    free(r);
    snq_free(x);
}

static snq_status make(void *user, void **out)
{
    return snq__mel_track_new(48000, (snq__mel_track **)out);
}

static void unmake(void *t)
{
    snq__mel_track_free(t);
}

static void refuses_and_survives(void **state)
{
    snq__mel_track *t;
    check_status(snq__mel_track_new(10, &t), SNQ_ERR_RANGE);
    assert_null(t);
    snq_sweep(make, unmake, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_when_and_where),
        cmocka_unit_test(silence_changes_nothing),
        cmocka_unit_test(a_sink_stops_it),
        cmocka_unit_test(refuses_and_survives),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
