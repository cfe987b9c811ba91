// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "synth/voice_checks.h"

#include "base/alloc.h"
#include "base/json_read.h"

void patch_of(const char *text, snq_patch *out)
{
    snq_json_doc *doc;
    check_ok(snq_json_parse("test.json", text, strlen(text), &doc));
    const snq_json_ref root = snq_json_root(doc);
    check_ok(snq_patch_from_json(&root, out));
    snq_json_doc_free(doc);
}

void patch_file(const char *id, snq_patch *out)
{
    const char *root = getenv("SNQ_ROOT");
    if (!root)
        skip();
    char path[512];
    snprintf(path, sizeof path, "%s/patches/%s.json", root, id);
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    static char text[1 << 16];
    const size_t n = fread(text, 1, sizeof text - 1, f);
    fclose(f);
    text[n] = '\0';
    patch_of(text, out);
}

/* A second of A4 by the name of "tone", for sources that play recordings. */
static void add_tone(snq_bank *bank, uint32_t rate_hz)
{
    float *x = snq_calloc(rate_hz, sizeof *x);
    assert_non_null(x);
    for (uint32_t i = 0; i < rate_hz; i++)
        x[i] = (float)(0.5 * sin(2 * M_PI * 440 * i / rate_hz));
    const snq_recording r = { .name = "tone",
                              .channels = 1,
                              .rate_hz = rate_hz,
                              .frames = rate_hz,
                              .channel = { x },
                              .root_note = 69 };
    check_ok(snq_bank_add(bank, &r));
    snq_free(x);
}

void sound_open_patch(sound *s, const snq_patch *patch, uint32_t rate_hz, double room_s)
{
    *s = (sound) { .rate_hz = rate_hz, .room = (size_t)(room_s * rate_hz) + SNQ_INSTRUMENT_BLOCK };
    check_ok(snq_bank_new(rate_hz, &s->bank));
    add_tone(s->bank, rate_hz);
    const snq_instrument_cfg cfg = {
        .rate_hz = rate_hz, .seed = 7, .patch = patch, .bank = s->bank
    };
    check_ok(snq_instrument_new(&cfg, &s->instrument));
    s->left = snq_calloc(s->room, sizeof(float));
    s->right = snq_calloc(s->room, sizeof(float));
    assert_non_null(s->left);
    assert_non_null(s->right);
}

void sound_open(sound *s, const char *patch_text, uint32_t rate_hz, double room_s)
{
    snq_patch patch;
    patch_of(patch_text, &patch);
    sound_open_patch(s, &patch, rate_hz, room_s);
}

void sound_close(sound *s)
{
    snq_instrument_free(s->instrument);
    snq_bank_free(s->bank);
    snq_free(s->left);
    snq_free(s->right);
}

void sound_run_blocks(sound *s, size_t frames, uint32_t block)
{
    assert_true(s->n + frames <= s->room);
    while (frames) {
        const uint32_t n = frames < block ? (uint32_t)frames : block;
        snq_instrument_run(s->instrument, s->left + s->n, s->right + s->n, n);
        s->n += n;
        frames -= n;
    }
}

void sound_run(sound *s, double seconds)
{
    sound_run_blocks(s, (size_t)lround(seconds * s->rate_hz), SNQ_INSTRUMENT_BLOCK);
}

void sound_set_if(sound *s, const char *id, float value)
{
    size_t n;
    const snq_param *table = snq_instrument_params(s->instrument, &n);
    const int at = snq_param_find(table, n, id);
    if (at >= 0)
        snq_instrument_set(s->instrument, (uint32_t)at, value);
}

void sound_set(sound *s, const char *id, float value)
{
    size_t n;
    const snq_param *table = snq_instrument_params(s->instrument, &n);
    const int at = snq_param_find(table, n, id);
    if (at < 0)
        fail_msg("no parameter %s", id);
    snq_instrument_set(s->instrument, (uint32_t)at, value);
}

double rms_of(const float *x, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (double)x[i] * (double)x[i];
    return n ? sqrt(sum / (double)n) : 0;
}

double peak_of(const float *x, size_t n)
{
    double peak = 0;
    for (size_t i = 0; i < n; i++)
        peak = fmax(peak, fabs((double)x[i]));
    return peak;
}

enum { HIGH_TAPS = 255 };

static double bessel_i0(double x)
{
    double sum = 1, term = 1;
    for (int k = 1; k < 60; k++) {
        term *= x / (2 * k) * (x / (2 * k));
        sum += term;
    }
    return sum;
}

/* High-pass at 8 kHz, Kaiser's window: 95 dB down below 7 kHz (at 48 kHz). */
static void high_taps(double rate_hz, double *h)
{
    const double fc = 7500 / rate_hz, beta = 9.5;
    const int half = HIGH_TAPS / 2;
    for (int i = -half; i <= half; i++) {
        const double u = (double)i / (half + 1);
        const double w = bessel_i0(beta * sqrt(1 - u * u)) / bessel_i0(beta);
        const double low = i ? sin(2 * M_PI * fc * i) / (M_PI * i) : 2 * fc;
        h[i + half] = w * ((i == 0) - low);
    }
}

/* Mean square above 8 kHz of frames from .. to. */
static double high_power(const float *x, size_t n, size_t from, size_t to, const double *h)
{
    double sum = 0;
    for (size_t i = from; i < to; i++) {
        double y = 0;
        for (size_t k = 0; k < HIGH_TAPS; k++) {
            const size_t at = i + k;
            if (at >= HIGH_TAPS / 2 && at - HIGH_TAPS / 2 < n)
                y += h[k] * (double)x[at - HIGH_TAPS / 2];
        }
        sum += y * y;
    }
    return sum / (double)(to - from);
}

double click_db(const float *x, size_t n, size_t at, double rate_hz, double floor_dbfs)
{
    double h[HIGH_TAPS];
    high_taps(rate_hz, h);
    const size_t half = (size_t)(0.0025 * rate_hz), before = (size_t)(0.05 * rate_hz);
    assert_true(at > before + half && at + half < n);
    const double least = pow(10, floor_dbfs / 10);
    const double was = high_power(x, n, at - half - before, at - half, h);
    const double is = high_power(x, n, at - half, at + half, h);
    return 10 * log10(fmax(is, least) / fmax(was, least));
}
