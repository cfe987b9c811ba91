// SPDX-License-Identifier: MIT
#include "support/check.h"
#include "support/make_audio.h"

#include <ebur128.h>

#include "base/alloc.h"
#include "base/rng.h"
#include "dsp/sos.h"
#include "pieces.h"

static void add_drum(piece *p, size_t at, double amplitude, double hz, snq_rng *r)
{
    const size_t n = PIECE_RATE / 4;
    for (size_t i = 0; i < n && at + i < (size_t)p->frames; i++) {
        const double t = (double)i / PIECE_RATE, fall = exp(-t * 18.0);
        const double x = amplitude * fall *
                         (sin(2 * M_PI * hz * t) + 0.4 * exp(-t * 60) * (snq_rng_uniform(r) - 0.5));
        p->side[0][at + i] += (float)x;
        p->side[1][at + i] += (float)x;
    }
}

static void add_tone(piece *p, size_t at, size_t n, double amplitude, double hz, double pan,
                     double apart)
{
    for (size_t i = 0; i < n && at + i < (size_t)p->frames; i++) {
        const double t = (double)i / PIECE_RATE,
                     e = fmin(fmin(t * 50.0, 1.0), (double)(n - i) / 2000.0);
        const double turn = 2 * M_PI * hz * t, two_cos = 2 * cos(turn);
        double x = 0.0,
               y = 0.0; /* sums of sin(k turn) / k and sin(k turn + apart) / k, by recurrence */
        double sx = sin(turn), sx1 = 0.0, sy = sin(turn + apart), sy1 = sin(apart);
        for (int k = 1; k < 6; k++) {
            x += sx / k;
            y += sy / k;
            const double nx = two_cos * sx - sx1, ny = two_cos * sy - sy1;
            sx1 = sx, sx = nx;
            sy1 = sy, sy = ny;
        }
        p->side[0][at + i] += (float)(amplitude * e * x * (1.0 - pan));
        p->side[1][at + i] += (float)(amplitude * e * y * pan);
    }
}

piece piece_new(uint64_t seed, double seconds)
{
    snq_rng r;
    snq_rng_init(&r, seed * 77 + 5);
    piece p = { .frames = (int64_t)(seconds * PIECE_RATE) };
    const double density = pow(2.0, (double)(seed % 7) - 1.0); /* sounds a second: 0.5 .. 32 */
    const double level = pow(10.0, -(double)(seed * 13 % 40) / 20.0);
    for (int c = 0; c < 2; c++)
        p.side[c] = make_silence((size_t)p.frames);
    for (double t = 0.0; t < seconds; t += (0.5 + snq_rng_uniform(&r)) / density) {
        const size_t at = (size_t)(t * PIECE_RATE);
        if (snq_rng_below(&r, 3) == 0) {
            add_drum(&p, at, level, 50.0 + 200.0 * snq_rng_uniform(&r), &r);
        } else { /* drawn one after the other: compilers differ in the order of arguments */
            const double apart = 3.0 * snq_rng_uniform(&r), pan = snq_rng_uniform(&r);
            const double hz = 40.0 * pow(2.0, 6.0 * snq_rng_uniform(&r));
            const double amplitude = level * 0.3 * snq_rng_uniform(&r);
            const size_t n = PIECE_RATE / 8 + snq_rng_below(&r, PIECE_RATE / 2);
            add_tone(&p, at, n, amplitude, hz, pan, apart);
        }
    }
    if (seed % 3 == 0)
        for (int c = 0; c < 2; c++)
            add_noise(p.side[c], 0, (size_t)p.frames, level * 0.2, seed + (uint64_t)c);
    for (int c = 0; c < 2 && seed % 4 == 1; c++)
        for (int64_t i = 0; i < p.frames; i++)
            p.side[c][i] += (float)(0.05 * level);
    return p;
}

void piece_free(piece *p)
{
    snq_free(p->side[0]);
    snq_free(p->side[1]);
}

static double low_ratio(const piece *p)
{
    snq_sos low[2];
    double mean[2] = { 0.0, 0.0 };
    for (int64_t i = 0; i < p->frames; i++)
        for (int k = 0; k < 2; k++)
            mean[k] += ((double)p->side[0][i] + (k ? -1.0 : 1.0) * (double)p->side[1][i]) / 2.0 /
                       (double)p->frames;
    double power[2] = { 0.0, 0.0 }, all = 0.0, state[2][2][2] = { { { 0.0 } } };
    for (int i = 0; i < 2; i++)
        check_ok(snq_sos_rbj(SNQ_RBJ_LOWPASS, 60.0, i ? 1.3066 : 0.5412, 0.0, PIECE_RATE, &low[i]));
    for (int64_t i = 0; i < p->frames; i++)
        for (int k = 0; k < 2; k++) { /* middle, side */
            double x =
                ((double)p->side[0][i] + (k ? -1.0 : 1.0) * (double)p->side[1][i]) / 2.0 - mean[k];
            all += x * x;
            for (int s = 0; s < 2; s++) {
                double *z = state[k][s];
                const double y = low[s].b0 * x + z[0];
                z[0] = low[s].b1 * x - low[s].a1 * y + z[1];
                z[1] = low[s].b2 * x - low[s].a2 * y;
                x = y;
            }
            power[k] += x * x;
        }
    if (power[0] + power[1] < 0.02 * all)
        return -99.0; /* no bass */
    return 10.0 * log10((power[1] + 1e-12) / (power[0] + 1e-12));
}

piece_measures piece_measure(const piece *p)
{
    piece_measures m = { 0 };
    float *both = snq_calloc((size_t)p->frames * 2 + 2, sizeof *both);
    ebur128_state *e = ebur128_init(2, PIECE_RATE, EBUR128_MODE_I | EBUR128_MODE_TRUE_PEAK);
    double peak[2], sum[2] = { 0.0, 0.0 };
    for (int64_t i = 0; i < p->frames; i++)
        for (int c = 0; c < 2; c++) {
            both[2 * i + c] = p->side[c][i];
            sum[c] += i < 2 * PIECE_RATE ? 0.0 : (double)p->side[c][i];
        }
    assert_int_equal(ebur128_add_frames_float(e, both, (size_t)p->frames), 0);
    ebur128_loudness_global(e, &m.lufs);
    ebur128_true_peak(e, 0, &peak[0]);
    ebur128_true_peak(e, 1, &peak[1]);
    ebur128_destroy(&e);
    snq_free(both);
    m.true_peak_dbtp = 20.0 * log10(fmax(peak[0], peak[1]));
    m.dc = fmax(fabs(sum[0]), fabs(sum[1])) / (double)p->frames;
    m.low_ratio = low_ratio(p);
    return m;
}
