// SPDX-License-Identifier: MIT
#include "source_sound.h"

#include "support/check.h"

#include "base/alloc.h"
#include "dsp/fft.h"

sound sound_of(const snq__source_type *type, uint32_t rate_hz)
{
    sound s = { .type = type, .rate_hz = rate_hz };
    for (uint32_t i = 0; i < type->params; i++)
        s.value[i] = type->param[i].value;
    for (int l = 0; l < SNQ_LANES; l++) {
        s.block.shape.from.v[l] = s.block.shape.to.v[l] = 0.5f;
        s.block.level.from.v[l] = s.block.level.to.v[l] = 1;
        s.block.hz.from.v[l] = s.block.hz.to.v[l] = 100;
    }
    check_ok(snq_bank_new(rate_hz, &s.bank));
    return s;
}

void sound_set(sound *s, const char *id, float value)
{
    for (uint32_t i = 0; i < s->type->params; i++) {
        if (strcmp(s->type->param[i].id, id) == 0) {
            s->value[i] = value;
            if (s->source)
                s->type->set(s->source, i, value);
            return;
        }
    }
    fail_msg("no parameter %s", id);
}

void sound_make(sound *s, const char *recording)
{
    const snq__source_cfg cfg = { .rate_hz = s->rate_hz,
                                  .value = s->value,
                                  .bank = s->bank,
                                  .recording = recording,
                                  .stereo = s->stereo };
    check_ok(s->type->make(&cfg, &s->source));
}

void sound_pitch(sound *s, uint32_t lane, double hz)
{
    s->block.hz.from.v[lane] = s->block.hz.to.v[lane] = (float)hz;
}

void sound_shape(sound *s, float shape)
{
    for (int l = 0; l < SNQ_LANES; l++)
        s->block.shape.from.v[l] = s->block.shape.to.v[l] = shape;
}

void sound_start(sound *s, uint32_t lane, double hz, uint64_t seed)
{
    const snq__source_note note = {
        .hz = (float)hz, .note = (float)(69 + 12 * log2(hz / 440)), .velocity = 0.8f, .seed = seed
    };
    sound_pitch(s, lane, hz);
    s->type->start(s->source, lane, &note);
    s->active |= 1u << lane;
}

float *sound_play_both(sound *s, uint32_t lane, size_t n, uint32_t block)
{
    static const uint32_t odd[] = { 64, 1, 17, 63, 2, 31, 5, 64, 40 };
    float *out = snq_calloc(2 * n + 1, sizeof(float));
    assert_non_null(out);
    for (size_t at = 0, i = 0; at < n; at += s->block.n, i++) {
        snq__lanes left[SNQ_SYNTH_BLOCK] = { 0 }, right[SNQ_SYNTH_BLOCK] = { 0 };
        s->block.n = block ? block : odd[i % SNQ_COUNT(odd)];
        if (s->block.n > n - at)
            s->block.n = (uint32_t)(n - at);
        s->block.active = s->active;
        s->type->run(s->source, &s->block, left, s->stereo ? right : NULL);
        for (uint32_t k = 0; k < s->block.n; k++) {
            out[at + k] = left[k].v[lane];
            out[n + at + k] = right[k].v[lane];
        }
        s->block.hz.from = s->block.hz.to;
        s->block.shape.from = s->block.shape.to;
        s->block.level.from = s->block.level.to;
    }
    return out;
}

float *sound_play(sound *s, uint32_t lane, size_t n, uint32_t block)
{
    return sound_play_both(s, lane, n, block);
}

void sound_free(sound *s)
{
    s->type->free(s->source);
    snq_bank_free(s->bank);
}

/* Modified Bessel function I0. */
static double bessel0(double x)
{
    double sum = 1, term = 1;
    for (int k = 1; k < 60 && term > 1e-9 * sum; k++) {
        term *= x * x / (4.0 * k * k);
        sum += term;
    }
    return sum;
}

/* Kaiser's window of n points; the last one asked for is kept. */
static const float *window_of(uint32_t n)
{
    static float window[SNQ_FFT_MAX];
    static uint32_t points;
    for (uint32_t i = 0; points != n && i < n; i++) {
        const double t = 2.0 * i / n - 1;
        window[i] = (float)(bessel0(20 * sqrt(fmax(1 - t * t, 0))) / 1e7);
    }
    points = n;
    return window;
}

double *sound_spectrum(const float *x, uint32_t n)
{
    const float *window = window_of(n);
    float *in = snq_calloc(n, sizeof(float)), *out = snq_calloc(n + 2, sizeof(float));
    double *power = snq_calloc(n / 2 + 1, sizeof(double)), sum = 0;
    snq_rfft *fft;
    check_ok(snq_rfft_new(n, &fft));
    for (uint32_t i = 0; i < n; i++) {
        in[i] = window[i] * x[i];
        sum += (double)window[i] * (double)window[i];
    }
    snq_rfft_run(fft, out, in);
    for (uint32_t k = 0; k <= n / 2; k++) {
        const double re = (double)out[2 * k], im = (double)out[2 * k + 1];
        power[k] = (re * re + im * im) * 2 / (sum * n);
    }
    snq_rfft_free(fft);
    snq_free(in);
    snq_free(out);
    return power;
}

double sound_line(const double *power, uint32_t n, double at)
{
    double sum = 0;
    for (long k = lround(at) - SPECTRUM_HALF; k <= lround(at) + SPECTRUM_HALF; k++)
        sum += k >= 0 && k <= (long)(n / 2) ? power[k] : 0;
    return sum;
}

double sound_between(const double *power, uint32_t n, double base, double from, double to)
{
    double sum = 0;
    for (uint32_t k = (uint32_t)fmax(from, SPECTRUM_HALF + 1); k <= to && k <= n / 2; k++) {
        const double off = fabs(k - base * round(k / base));
        if (off > SPECTRUM_HALF)
            sum += power[k];
    }
    return sum;
}
