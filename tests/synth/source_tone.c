// SPDX-License-Identifier: MIT
#include "source_tone.h"

#include <time.h>

#include "support/check.h"

#include "base/alloc.h"
#include "dsp/denormals.h"
#include "dsp/fft.h"

double complex tone_at(const float *x, size_t n, double rate, double hz)
{
    /* phasors that turn, set anew every so often: a cosine and an exponential a sample take ten times as long */
    enum { ANEW = 256 };
    const double turn = 2 * M_PI * hz / rate, hann = 2 * M_PI / (double)n;
    const double tc = cos(turn), ts = -sin(turn), hc = cos(hann), hs = sin(hann);
    double re = 0, im = 0, a = 1, b = 0, c = 1, d = 0;
    for (size_t i = 0; i < n; i++) {
        if (i % ANEW == 0) {
            const double phase = -2 * M_PI * fmod(hz * (double)i / rate, 1);
            a = cos(phase), b = sin(phase);
            c = cos(hann * (double)i), d = sin(hann * (double)i);
        }
        const double y = (double)x[i] * (1 - c), a_next = a * tc - b * ts, c_next = c * hc - d * hs;
        re += y * a;
        im += y * b;
        b = a * ts + b * tc;
        a = a_next;
        d = c * hs + d * hc;
        c = c_next;
    }
    return 2 * (re + I * im) / (double)n;
}

double tone_hz(const float *x, size_t n, double rate, double hz)
{
    const size_t step = n / 4;
    const double complex a = tone_at(x, n / 2, rate, hz), b = tone_at(x + step, n / 2, rate, hz);
    const double turn = carg(b / a) - 2 * M_PI * fmod(hz * (double)step / rate, 1);
    return hz + remainder(turn, 2 * M_PI) * rate / (2 * M_PI * (double)step);
}

double tone_decay_s(const float *x, size_t n, size_t window, double rate, double hz)
{
    double st = 0, sy = 0, stt = 0, sty = 0, m = 0;
    for (size_t at = 0; at + window <= n; at += window, m++) {
        const double t = (double)at / rate, y = log10(cabs(tone_at(x + at, window, rate, hz)));
        st += t;
        sy += y;
        stt += t * t;
        sty += t * y;
    }
    return -3 / ((m * sty - st * sy) / (m * stt - st * st));
}

double tone_power_above(const float *x, size_t n, double rate, double hz)
{
    uint32_t size = SNQ_FFT_MIN;
    while (size < n)
        size *= 2;
    float *in = snq_calloc(size, sizeof(float)), *out = snq_calloc(size + 2, sizeof(float));
    double sum = 0;
    snq_rfft *fft;
    check_ok(snq_rfft_new(size, &fft));
    for (size_t i = 0; i < n; i++)
        in[i] = x[i] * (float)(0.5 - 0.5 * cos(2 * M_PI * (double)i / (double)n));
    snq_rfft_run(fft, out, in);
    for (uint32_t k = (uint32_t)ceil(hz * size / rate); k <= size / 2; k++)
        sum += (double)out[2 * k] * (double)out[2 * k] +
               (double)out[2 * k + 1] * (double)out[2 * k + 1];
    snq_rfft_free(fft);
    snq_free(in);
    snq_free(out);
    return sum * 16 / 3 / ((double)n * size);
}

void source_chord(sound *s, double hz)
{
    for (uint32_t l = 0; l < SNQ_LANES; l++)
        sound_start(s, l, hz * exp2(l * 5 / 12.0), 7 + l);
}

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

double source_ns(sound *s, float vibrato)
{
    enum { BLOCKS = 1000, ROUNDS = 7 };
    double best = 1e9;
    snq__lanes left[SNQ_SYNTH_BLOCK], right[SNQ_SYNTH_BLOCK];
    const snq_denormals was = snq_denormals_off();
    s->block.n = SNQ_SYNTH_BLOCK;
    s->block.active = s->active;
    for (int round = 0; round < ROUNDS; round++) {
        const double begin = seconds();
        for (int i = 0; i < BLOCKS; i++) {
            memset(left, 0, sizeof(left));
            memset(right, 0, sizeof(right));
            s->block.hz.from = s->block.hz.to;
            for (int l = 0; vibrato > 0 && l < SNQ_LANES; l++)
                s->block.hz.to.v[l] *= i % 2 ? 1 + vibrato : 1 / (1 + vibrato);
            s->type->run(s->source, &s->block, left, s->stereo ? right : NULL);
        }
        best = fmin(best, seconds() - begin);
    }
    snq_denormals_restore(was);
    return best * 1e9 / ((double)BLOCKS * SNQ_SYNTH_BLOCK * SNQ_LANES);
}
