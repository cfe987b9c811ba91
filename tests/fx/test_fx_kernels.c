// SPDX-License-Identifier: MIT
/* biquad_pair, gain_tools, fine_peaks, the reverb's cuts -- every variant against plain C and against what is known. */
#include "support/check.h"

#include "base/cpu.h"
#include "base/rng.h"
#include "dsp/sos.h"
#include "fx/biquad_pair.h"
#include "fx/fdn_impl.h"
#include "fx/gain_tools.h"
#include "fx/fine_peaks.h"
#include "fx/loudest.h"

enum { N = SNQ_EFFECT_BLOCK };

static unsigned variants(unsigned flags[3])
{
    const unsigned has = snq_cpu_detect();
    unsigned n = 1;
    flags[0] = 0;
    if (has & SNQ_CPU_AVX2)
        flags[n++] = SNQ_CPU_AVX2;
    if (has & SNQ_CPU_AVX512)
        flags[n++] = has;
    return n;
}

static void fill(float *x, size_t n, uint64_t seed)
{
    snq_rng r;
    snq_rng_init(&r, seed);
    for (size_t i = 0; i < n; i++)
        x[i] = (float)snq_rng_normal(&r);
}

/* Any number of frames, still and moving, against the section of dsp/sos.h. */
static void biquads_are_the_sections(void **state)
{
    unsigned flags[3];
    const unsigned n_variants = variants(flags);
    for (unsigned v = 0; v < n_variants; v++) {
        const snq__biquad *k = snq__biquad_pick(flags[v]);
        snq_sos sos;
        check_ok(snq_sos_rbj(SNQ_RBJ_PEAK, 25, 3, 12, 48000, &sos));
        const snq__svf f = snq__svf_design(SNQ_RBJ_PEAK, 25, 3, 12, 48000);
        snq__biquad_pair p = { .left = 0 };
        snq__biquad_pair_set(&p, &f);
        snq_sos_filter want[2];
        for (int c = 0; c < 2; c++)
            snq_sos_filter_init(&want[c], &sos, 1);
        for (uint32_t n = 0; n <= N; n++) {
            float x[2][N], y[2][N];
            _Alignas(64) double z[2 * N + 2];
            z[2 * n] = z[2 * n + 1] = 77;
            fill(x[0], n, n);
            fill(x[1], n, n + 1000);
            k->join(z, x[0], x[1], n);
            snq__biquad_pair_run(&p, k, z, n);
            k->part(y[0], y[1], z, n);
            assert_true(z[2 * n] == 77 && z[2 * n + 1] == 77);
            for (int c = 0; c < 2; c++) {
                snq_sos_filter_run(&want[c], x[c], x[c], n);
                for (uint32_t i = 0; i < n; i++)
                    check_near(y[c][i], x[c][i], 2e-6);
            }
        }
        assert_false(snq__biquad_pair_is_at_rest(&p));
        snq__biquad_pair_reset(&p);
        assert_true(snq__biquad_pair_is_at_rest(&p));
    }
}

static const struct {
    snq_rbj_kind kind;
    double hz, q, db;
} some_filters[] = {
    { SNQ_RBJ_PEAK, 25, 3, 12 },          { SNQ_RBJ_PEAK, 1000, 1, 0 },
    { SNQ_RBJ_LOWPASS, 20, 0.7, 0 },      { SNQ_RBJ_HIGHPASS, 30, 0.7, 0 },
    { SNQ_RBJ_NOTCH, 50, 20, 0 },         { SNQ_RBJ_LOW_SHELF, 120, 0.7, -24 },
    { SNQ_RBJ_HIGH_SHELF, 8000, 0.7, 9 }, { SNQ_RBJ_LOWPASS, 23800, 0.7, 0 },
    { SNQ_RBJ_BANDPASS, 12000, 0.1, 0 },  { SNQ_RBJ_PEAK, 440, 1000, 24 },
};

/* One filter and some, whole cells and pieces of them in turns, against one frame after another. */
static void cells_are_the_sections(void **state)
{
    enum { CELLS = 40, MOST = SNQ_COUNT(some_filters) };
    unsigned flags[3];
    const unsigned n_variants = variants(flags);
    for (unsigned v = 0; v < n_variants; v++)
        for (uint32_t pairs = 0; pairs <= MOST; pairs++)
            for (uint32_t first = 0; first + pairs <= MOST; first += pairs > 1 ? MOST : 1) {
                const snq__biquad *k = snq__biquad_pick(flags[v]);
                snq__biquad_pair one[MOST] = { { .left = 0 } }, want[MOST] = { { .left = 0 } };
                snq__biquad_pair *p[MOST];
                for (uint32_t i = 0; i < pairs; i++) {
                    const snq__svf f = snq__svf_design(
                        some_filters[first + i].kind, some_filters[first + i].hz,
                        some_filters[first + i].q, some_filters[first + i].db, 48000);
                    snq__biquad_pair_set(&one[i], &f);
                    snq__biquad_pair_set(&want[i], &f);
                    p[i] = &one[i];
                }
                for (uint32_t cell = 0; cell < CELLS; cell++) {
                    float x[2][N + 2], y[2][N];
                    double z[2 * N];
                    fill(x[0] + 1, N, cell);
                    fill(x[1] + 1, N, cell + 1000);
                    x[0][0] = x[1][0] = x[0][N + 1] = x[1][N + 1] = 77;
                    snq__biquad_c.join(z, x[0] + 1, x[1] + 1, N);
                    for (uint32_t i = 0; i < pairs; i++)
                        snq__biquad_pair_run(&want[i], &snq__biquad_c, z, N);
                    snq__biquad_c.part(y[0], y[1], z, N);
                    const uint32_t cut = cell % 3 == 2 ? 20 : 0; /* odd starts, too */
                    for (uint32_t at = 0, n = cut ? cut : N; at < N; at += n, n = N - at) {
                        float *const io[2] = { x[0] + 1 + at, x[1] + 1 + at };
                        if (cell % 7 == 6) /* nobody listens */
                            snq__biquad_pairs_run(p, pairs, k, (const float *const *)io, NULL, n);
                        else
                            snq__biquad_pairs_run(p, pairs, k, (const float *const *)io, io, n);
                    }
                    double most = 1;
                    for (uint32_t i = 0; i < N; i++)
                        most = fmax(most, fmax(fabsf(y[0][i]), fabsf(y[1][i])));
                    for (int c = 0; c < 2 && cell % 7 != 6; c++)
                        for (uint32_t i = 0; i < N; i++)
                            check_near(x[c][i + 1], y[c][i], 1e-6 * most);
                    assert_true(x[0][0] == 77 && x[1][0] == 77);
                    assert_true(x[0][N + 1] == 77 && x[1][N + 1] == 77);
                    for (uint32_t i = 0; i < pairs; i++)
                        for (int j = 0; j < 4; j++)
                            check_near(one[i].state[j], want[i].state[j],
                                       1e-9 * (1 + fabs(want[i].state[j])));
                }
            }
}

/* From one filter to another, and to rest: whole cells begin again where the gliding has ended. */
static void cells_go_on_after_a_glide(void **state)
{
    unsigned flags[3];
    const unsigned n_variants = variants(flags);
    const snq__svf a = snq__svf_design(SNQ_RBJ_PEAK, 300, 1, 6, 48000);
    const snq__svf b = snq__svf_design(SNQ_RBJ_PEAK, 3000, 2, -6, 48000);
    for (unsigned v = 0; v < n_variants; v++) {
        snq__biquad_pair one = { .left = 0 }, want = { .left = 0 };
        snq__biquad_pair_set(&one, &a);
        snq__biquad_pair_set(&want, &a);
        for (uint32_t cell = 0; cell < 2000; cell++) {
            float x[2][N] = { { 0 } }, y[2][N] = { { 0 } };
            float *const io[2] = { x[0], x[1] }, *const wanted[2] = { y[0], y[1] };
            for (int c = 0; c < 2 && cell < 40; c++) {
                fill(x[c], N, cell + 99 * (unsigned)c);
                memcpy(y[c], x[c], sizeof x[c]);
            }
            if (cell % 10 == 5) {
                snq__biquad_pair_aim(&one, cell % 20 == 5 ? &b : &a, N);
                snq__biquad_pair_aim(&want, cell % 20 == 5 ? &b : &a, N);
            }
            snq__biquad_pairs_run((snq__biquad_pair *const[]) { &one }, 1,
                                  snq__biquad_pick(flags[v]), (const float *const *)io, io, N);
            snq__biquad_pairs_run((snq__biquad_pair *const[]) { &want }, 1, &snq__biquad_c,
                                  (const float *const *)wanted, wanted, N);
            for (int c = 0; c < 2; c++)
                for (uint32_t i = 0; i < N; i++)
                    check_near(x[c][i], y[c][i], 4e-6);
        }
        assert_true(snq__biquad_pair_is_at_rest(&one));
    }
}

static void the_loudest_is_found(void **state)
{
    unsigned flags[3];
    const unsigned n_variants = variants(flags);
    for (unsigned v = 0; v < n_variants; v++)
        for (uint32_t n = 0; n <= N; n++)
            for (uint32_t at = 0; at < 2 * n + 1; at++) {
                static const float odd[] = { -0.0f, -3, 1e9f, -INFINITY, NAN, 1e-40f };
                float x[2][N + 1] = { { 0 } };
                for (size_t k = 0; k < SNQ_COUNT(odd); k++) {
                    float *one = at < 2 * n ? &x[at % 2][at / 2] : NULL;
                    uint32_t want = 0;
                    x[0][n] = x[1][n] = NAN; /* behind the end */
                    if (one) {
                        *one = odd[k];
                        memcpy(&want, one, sizeof want);
                    }
                    assert_int_equal(snq__loudest_pick(flags[v])(x[0], x[1], n),
                                     want & 0x7fffffffu);
                }
            }
}

static void a_glide_arrives(void **state)
{
    const snq__biquad *k = snq__biquad_pick(snq_cpu_flags());
    const snq__svf a = snq__svf_design(SNQ_RBJ_LOWPASS, 100, 1, 0, 48000);
    const snq__svf b = snq__svf_design(SNQ_RBJ_HIGHPASS, 9000, 4, 0, 48000);
    snq__biquad_pair p = { .left = 0 };
    _Alignas(64) double z[2 * N] = { 1, 1 };
    snq__biquad_pair_set(&p, &a);
    snq__biquad_pair_aim(&p, &b, 40);
    snq__biquad_pair_run(&p, k, z, 30);
    assert_int_equal(p.left, 10);
    snq__biquad_pair_aim(&p, &b, 0); /* there at once */
    assert_int_equal(p.left, 0);
    assert_memory_equal(&p.now, &b, sizeof b);
    snq__biquad_pair_aim(&p, &a, 10);
    snq__biquad_pair_run(&p, k, z, N);
    assert_memory_equal(&p.now, &a, sizeof a);
    snq__biquad_pair_aim(&p, &a, 10); /* nothing to do */
    assert_int_equal(p.left, 0);
    /* what is out of range is brought in */
    const snq__svf odd = snq__svf_design(SNQ_RBJ_NOTCH, 1e9, -1, NAN, 48000);
    assert_true(isfinite(odd.a1) && isfinite(odd.m1));
}

static void levels_of_sines_stand_still(void **state)
{
    unsigned flags[3];
    const unsigned n_variants = variants(flags);
    for (unsigned v = 0; v < n_variants; v++)
        for (double hz = 25; hz < 23000; hz *= 1.3) {
            const snq__gain_tools *d = snq__gain_tools_pick(flags[v]);
            snq__level l = { .last = { 0 } };
            float x[2][N], power[2][SNQ__GAIN_TOOLS_ROOM];
            for (uint32_t at = 0, n = 1; at < 24000; at += n, n = n % 61 + 3) {
                for (uint32_t i = 0; i < n; i++) {
                    x[0][i] = (float)(0.5 * sin(2 * M_PI * hz * (at + i) / 48000));
                    x[1][i] = (float)(0.25 * cos(2 * M_PI * hz * (at + i) / 48000));
                }
                d->level(&l, x[0], x[1], power[0], power[1], n, 0);
                for (uint32_t i = 0; i < n && at > 12000; i++) {
                    check_near(10 * log10(power[0][i]), -6.02, 0.12);
                    check_near(10 * log10(power[1][i]), -12.04, 0.12);
                }
            }
        }
}

static void decibels_and_back(void **state)
{
    unsigned flags[3];
    const unsigned n_variants = variants(flags);
    for (unsigned v = 0; v < n_variants; v++) {
        const snq__gain_tools *d = snq__gain_tools_pick(flags[v]);
        for (double db = -199; db < 200; db += 0.37) {
            float x[SNQ__GAIN_TOOLS_ROOM], y[SNQ__GAIN_TOOLS_ROOM];
            for (int i = 0; i < 8; i++)
                x[i] = (float)pow(10, (db + 0.04 * i) / 10);
            d->db(y, x, 8);
            for (int i = 0; i < 8; i++)
                check_near(y[i], 10 * log10(x[i]), 1e-4);
            d->gain(x, y, 8);
            for (int i = 0; i < 8; i++)
                check_near(x[i] / pow(10, y[i] / 20.0), 1, 2e-6 + 1e-7 * fabs(db));
        }
        float none[SNQ__GAIN_TOOLS_ROOM] = { 0 };
        d->db(none, none, 1);
        check_near(none[0], -200, 1e-3);
        none[0] = 0;
        d->gain(none, none, 1);
        assert_true(none[0] == 1);
    }
}

static void following_is_two_one_poles(void **state)
{
    unsigned flags[3];
    const unsigned n_variants = variants(flags);
    static const float pole[][2] = { { 0.3f, 0.01f }, { 0.02f, 0.2f }, { 1, 0.5f } };
    for (unsigned v = 0; v < n_variants; v++)
        for (int k = 0; k < 3; k++)
            for (uint32_t n = 0; n <= N; n++) {
                float x[SNQ__GAIN_TOOLS_ROOM];
                fill(x, N, n);
                double y = 0.5;
                float want[N];
                for (uint32_t i = 0; i < n; i++) {
                    y += (double)(x[i] < y ? pole[k][0] : pole[k][1]) * (x[i] - y);
                    want[i] = (float)y;
                }
                const float last =
                    snq__gain_tools_pick(flags[v])->follow(x, n, 0.5f, pole[k][0], pole[k][1]);
                check_near(last, y, 1e-5);
                for (uint32_t i = 0; i < n; i++)
                    check_near(x[i], want[i], 1e-5);
            }
    assert_true(snq__one_pole(0, 48000) == 1);
    check_near(pow(1 - snq__one_pole(10, 48000), 480), exp(-1), 1e-5);
}

static void recovering_is_a_peak_and_two_one_poles(void **state)
{
    unsigned flags[3];
    const unsigned n_variants = variants(flags);
    for (unsigned v = 0; v < n_variants; v++)
        for (int both = 0; both < 2; both++) {
            const snq__recovery r = { .fall = 0.2f, .in = 0.05f, .out = 0.01f, .both = both };
            float y[2] = { 0.3f, 0.4f };
            double quick = 0.3f, slow = 0.4f;
            for (uint32_t n = 0; n <= N; n++) {
                float x[SNQ__GAIN_TOOLS_ROOM], got[SNQ__GAIN_TOOLS_ROOM];
                fill(x, N, n + 5);
                for (uint32_t i = 0; i < n; i++)
                    got[i] = x[i] = fmaxf(x[i], 0);
                snq__gain_tools_pick(flags[v])->recover(got, n, y, &r);
                for (uint32_t i = 0; i < n; i++) {
                    quick = x[i] > quick ? x[i] : quick + 0.2 * (x[i] - quick);
                    slow += (quick > slow ? 0.05 : 0.01) * (quick - slow);
                    check_near(got[i], both ? fmax(quick, slow) : quick, 1e-5);
                }
                check_near(y[0], quick, 1e-5);
                check_near(y[1], slow, 1e-5);
            }
        }
}

static void ramps_are_straight_lines(void **state)
{
    unsigned flags[3];
    const unsigned n_variants = variants(flags);
    static const float gain[] = { 1, 0.5f, 0.75f, 0, 1 };
    for (unsigned v = 0; v < n_variants; v++)
        for (uint32_t n = 0; n <= 4; n++) {
            float x[2][33];
            for (int i = 0; i < 33; i++) {
                x[0][i] = 1;
                x[1][i] = -2;
            }
            snq__gain_tools_pick(flags[v])->ramps(x[0], x[1], gain, n);
            for (uint32_t i = 0; i < 8 * n; i++) {
                const float part = (float)(i % 8) / 8;
                const float want = (1 - part) * gain[i / 8] + part * gain[i / 8 + 1];
                check_near(x[0][i], want, 1e-6);
                check_near(x[1][i], -2 * want, 2e-6);
            }
            assert_true(x[0][8 * n] == 1 && x[1][8 * n] == -2);
        }
}

/* Where nothing can reach the limit nothing is worked out, and what is worked out is as without one. */
static void peaks_under_the_limit_may_be_left_out(void **state)
{
    unsigned flags[3];
    const unsigned n_variants = variants(flags);
    static const uint32_t finest[] = { 8, 4, 2 };
    for (unsigned v = 0; v < n_variants; v++)
        for (int f = 0; f < 3; f++) {
            snq__fine_peaks all = { .lacking = 0 }, some = { .lacking = 0 };
            snq__fine_peaks_fn *run = snq__fine_peaks_pick(flags[v]);
            const float limit = 0.5f;
            unsigned left_out = 0;
            snq_rng r;
            snq_rng_init(&r, 3);
            for (uint32_t cell = 0; cell < 300; cell++) {
                const double level = cell % 9 < 3 ? 0.02 : cell % 5 == 0 ? 0.3 : 0.1;
                for (int c = 0; c < 2; c++)
                    for (uint32_t i = 0; i < N; i++)
                        all.side[c].x[SNQ__FINE_PEAKS_PAST + i] =
                            some.side[c].x[SNQ__FINE_PEAKS_PAST + i] =
                                (float)(level * snq_rng_normal(&r));
                for (uint32_t g = 0, n; g < 8; g += n) {
                    float want[8], got[8];
                    n = 1 + snq_rng_below(&r, 8 - g);
                    run(&all, g, n, finest[f], 0, want);
                    run(&some, g, n, finest[f], limit, got);
                    for (uint32_t i = 0; i < n; i++) {
                        left_out += got[i] == 0 && want[i] != 0;
                        if (got[i] != 0 || want[i] >= limit)
                            check_near(got[i], want[i], 1e-6);
                    }
                }
                snq__fine_peaks_next(&all);
                snq__fine_peaks_next(&some);
            }
            assert_in_range(left_out, 300, 2000);
        }
}

/* The reverb's cuts, frame by frame, however they are cut into pieces; and while they move. */
static void cuts_are_four_one_poles(void **state)
{
    unsigned flags[3];
    const unsigned n_variants = variants(flags);
    for (unsigned v = 0; v < n_variants; v++) {
        snq__fdn_kernels k;
        snq__fdn_kernels_init(&k, flags[v]);
        snq__fdn_cut c = { .low = 0 };
        float want_s[2][4] = { { 0 } };
        for (uint32_t n = 0; n <= N; n++) {
            float x[2][N], y[2][N + 1];
            fill(x[0], N, n);
            fill(x[1], N, n + 100);
            c.low = 0.002f + 0.01f * (float)(n / 20);
            c.high = 0.9f - 0.1f * (float)(n / 20);
            c.low_slope = n % 7 == 3 ? 1e-5f : 0;
            c.high_slope = n % 7 == 3 ? -1e-3f : 0;
            y[0][n] = y[1][n] = 77;
            k.cut(&c, (const float *const[2]) { x[0], x[1] }, (float *const[2]) { y[0], y[1] }, n);
            for (int s = 0; s < 2; s++) {
                for (uint32_t i = 0; i < n; i++)
                    check_near(y[s][i],
                               snq__fdn_cut_step(want_s[s], c.low + c.low_slope * (float)i,
                                                 c.high + c.high_slope * (float)i, x[s][i]),
                               1e-5);
                assert_true(y[s][n] == 77);
            }
        }
    }
}

/* Whole cells and pieces in turns, with and without a limit, against pieces without. */
static void whole_cells_have_the_same_peaks(void **state)
{
    unsigned flags[3];
    const unsigned n_variants = variants(flags);
    static const uint32_t finest[] = { 8, 4, 2 };
    static const float limit[] = { 0, 0.5f };
    for (unsigned v = 0; v < n_variants; v++)
        for (int f = 0; f < 6; f++) {
            snq__fine_peaks pieces = { .lacking = 0 }, cells = { .lacking = 0 };
            snq__fine_peaks_fn *run = snq__fine_peaks_pick(flags[v]);
            unsigned over = 0, under = 0;
            snq_rng r;
            snq_rng_init(&r, 5);
            for (uint32_t cell = 0; cell < 400; cell++) {
                const double level = cell % 11 < 3 ? 0.02 : cell % 7 < 2 ? 0.3 : 0.08;
                float want[8], got[8];
                for (int c = 0; c < 2; c++)
                    for (uint32_t i = 0; i < N; i++)
                        pieces.side[c].x[SNQ__FINE_PEAKS_PAST + i] =
                            cells.side[c].x[SNQ__FINE_PEAKS_PAST + i] =
                                (float)(level * (c ? 0.7 : 1) * snq_rng_normal(&r));
                for (uint32_t g = 0; g < 8; g += 4)
                    snq__fine_peaks_c(&pieces, g, 4, finest[f % 3], 0, want + g);
                for (uint32_t g = 0, n = cell % 13 == 12 ? 3 : 8; g < 8; g += n, n = 8 - g)
                    run(&cells, g, n, finest[f % 3], limit[f / 3], got + g);
                for (uint32_t g = 0; g < 8; g++) {
                    const int told = got[g] != 0 || want[g] >= limit[f / 3];
                    over += told;
                    under += !told;
                    if (told)
                        check_near(got[g], want[g], 1e-6);
                }
                snq__fine_peaks_next(&pieces);
                snq__fine_peaks_next(&cells);
            }
            assert_true(over > 500 && (limit[f / 3] > 0) == (under > 0));
        }
}

/* A sine's peak is its amplitude, wherever the samples lie. */
static void peaks_are_found_between_samples(void **state)
{
    unsigned flags[3];
    const unsigned n_variants = variants(flags);
    static const uint32_t finest[] = { 8, 4, 2 };
    static const double hidden_db[] = { 0.12, 0.25, 0.8 };
    for (unsigned v = 0; v < n_variants; v++)
        for (int f = 0; f < 3; f++)
            for (double hz = 500; hz < 21500; hz += 777) {
                snq__fine_peaks s = { .lacking = 0 };
                float most = 0;
                for (uint32_t cell = 0; cell < 20; cell++) {
                    float peak[8] = { 0 };
                    for (uint32_t i = 0; i < N; i++)
                        s.side[0].x[SNQ__FINE_PEAKS_PAST + i] =
                            (float)(0.5 * sin(2 * M_PI * hz * (cell * N + i) / 48000 + 0.4));
                    const uint32_t cut = cell % 8 + 1; /* in two parts, or one */
                    snq__fine_peaks_pick(flags[v])(&s, 0, cut, finest[f], 0, peak);
                    if (cut < 8)
                        snq__fine_peaks_pick(flags[v])(&s, cut, 8 - cut, finest[f], 0, peak + cut);
                    snq__fine_peaks_next(&s);
                    for (int g = 0; g < 8 && cell > 1; g++)
                        most = fmaxf(most, peak[g]);
                }
                const double db = 20 * log10(most / 0.5);
                if (db > 0.08 || db < -hidden_db[f])
                    fail_msg("%g Hz in %u parts: %.3f dB", hz, finest[f], db);
            }
    assert_int_equal(snq__fine_peaks_finest(44100), 8);
    assert_int_equal(snq__fine_peaks_finest(96000), 4);
    assert_int_equal(snq__fine_peaks_finest(192000), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(biquads_are_the_sections),
        cmocka_unit_test(cells_are_the_sections),
        cmocka_unit_test(cells_go_on_after_a_glide),
        cmocka_unit_test(the_loudest_is_found),
        cmocka_unit_test(whole_cells_have_the_same_peaks),
        cmocka_unit_test(a_glide_arrives),
        cmocka_unit_test(levels_of_sines_stand_still),
        cmocka_unit_test(decibels_and_back),
        cmocka_unit_test(following_is_two_one_poles),
        cmocka_unit_test(peaks_are_found_between_samples),
        cmocka_unit_test(recovering_is_a_peak_and_two_one_poles),
        cmocka_unit_test(ramps_are_straight_lines),
        cmocka_unit_test(peaks_under_the_limit_may_be_left_out),
        cmocka_unit_test(cuts_are_four_one_poles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
