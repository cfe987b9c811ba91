// SPDX-License-Identifier: MIT
#include "fx_rig.h"

#include "base/alloc.h"
#include "base/rng.h"
#include "dsp/denormals.h"
#include "dsp/sos.h"
#include "support/sweep.h"

static const double two_pi = 6.283185307179586;

rig_sound rig_sound_new(size_t n)
{
    rig_sound s = { snq_calloc(n, sizeof(float)), snq_calloc(n, sizeof(float)), n };
    assert_non_null(s.left);
    assert_non_null(s.right);
    return s;
}

void rig_sound_free(rig_sound *s)
{
    snq_free(s->left);
    snq_free(s->right);
    *s = (rig_sound) { NULL, NULL, 0 };
}

void rig_sine(rig_sound *s, double hz, double rate_hz, double amplitude)
{
    for (size_t i = 0; i < s->n; i++)
        s->left[i] = s->right[i] = (float)(amplitude * sin(two_pi * hz * (double)i / rate_hz));
}

void rig_noise(rig_sound *s, double rms, uint64_t seed)
{
    snq_rng r;
    snq_rng_init(&r, seed);
    for (size_t i = 0; i < s->n; i++) {
        s->left[i] = (float)(rms * snq_rng_normal(&r));
        s->right[i] = (float)(rms * snq_rng_normal(&r));
    }
}

uint32_t rig_param(const char *kind, const char *id)
{
    size_t n;
    const snq_param *p = snq_effect_params(kind, &n);
    const int i = snq_param_find(p, n, id);
    if (i < 0)
        fail_msg("%s has no %s", kind, id);
    return (uint32_t)i;
}

void rig_set(snq_effect *e, const char *kind, const char *settings)
{
    char text[512];
    snprintf(text, sizeof text, "%s", settings);
    size_t n;
    const snq_param *p = snq_effect_params(kind, &n);
    char *rest = NULL;
    for (char *at = strtok_r(text, " ", &rest); at; at = strtok_r(NULL, " ", &rest)) {
        char *is = strchr(at, '=');
        assert_non_null(is);
        *is = 0;
        const uint32_t i = rig_param(kind, at);
        const int choice = snq_param_choice(&p[i], is + 1);
        snq_effect_set(e, i, choice >= 0 ? (float)choice : (float)atof(is + 1));
    }
}

snq_effect *rig_effect(const char *kind, uint32_t rate_hz, uint64_t seed, const char *settings)
{
    const snq_effect_cfg cfg = { rate_hz, kind, seed };
    snq_effect *e;
    check_ok(snq_effect_new(&cfg, &e));
    rig_set(e, kind, settings);
    return e;
}

void rig_run_part(snq_effect *e, rig_sound *s, size_t from, size_t to, size_t block)
{
    const snq_denormals was = snq_denormals_off();
    for (size_t at = from; at < to; at += block) {
        const size_t n = to - at < block ? to - at : block;
        snq_effect_run(e, NULL, s->left + at, s->right + at, n);
    }
    snq_denormals_restore(was);
}

void rig_run(snq_effect *e, rig_sound *s, size_t block)
{
    rig_run_part(e, s, 0, s->n, block);
}

double rig_rms(const float *x, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (double)x[i] * x[i];
    return n ? sqrt(sum / (double)n) : 0;
}

double rig_db(double ratio)
{
    return 20 * log10(ratio > 1e-15 ? ratio : 1e-15);
}

double rig_tone(const float *x, size_t n, double hz, double rate_hz)
{
    double re = 0, im = 0, sum = 0;
    for (size_t i = 0; i < n; i++) {
        const double w = 0.5 - 0.5 * cos(two_pi * ((double)i + 0.5) / (double)n);
        re += w * x[i] * cos(two_pi * hz * (double)i / rate_hz);
        im += w * x[i] * sin(two_pi * hz * (double)i / rate_hz);
        sum += w;
    }
    return 2 * hypot(re, im) / sum;
}

double rig_apart(const float *a, const float *b, size_t n)
{
    double most = 0;
    for (size_t i = 0; i < n; i++)
        most = fmax(most, fabs((double)a[i] - b[i]));
    return most;
}

/* Most energy (RMS) of any `window` of x from .. to. */
static double most_rms(const float *x, size_t from, size_t to, size_t window)
{
    double most = 0;
    for (size_t i = from; i + window <= to; i += window / 4)
        most = fmax(most, rig_rms(x + i, window));
    return most;
}

double rig_click_db(const rig_sound *s, size_t at, double rate_hz)
{
    return rig_jump_db(s, at, 0, rate_hz);
}

double rig_jump_db(const rig_sound *s, size_t at, size_t later, double rate_hz)
{
    snq_sos sections[SNQ_SOS_SECTIONS_MAX];
    uint32_t sections_n;
    check_ok(snq_sos_highpass(8, 8000, rate_hz, sections, &sections_n));
    const size_t window = (size_t)(0.005 * rate_hz);
    double worst = -1000;
    float *high = snq_calloc(s->n, sizeof *high);
    assert_non_null(high);
    for (int c = 0; c < 2; c++) {
        snq_sos_filter f;
        snq_sos_filter_init(&f, sections, sections_n);
        snq_sos_filter_run(&f, high, c ? s->right : s->left, s->n);
        const size_t before = (size_t)(0.05 * rate_hz), after = (size_t)(0.1 * rate_hz);
        assert_true(at >= before && at + after + window <= s->n);
        double was = most_rms(high, at - before, at, window);
        if (later)
            was = fmax(was, most_rms(high, later, later + before, window));
        const double is = most_rms(high, at - window / 2, at + after, window);
        worst = fmax(worst, rig_db(fmax(is, 1e-5) / fmax(was, 1e-5)));
    }
    snq_free(high);
    return worst;
}

/* -- what every kind owes */

static snq_status sweep_make(void *user, void **object)
{
    const snq_effect_cfg cfg = { 48000, user, 1 };
    snq_effect *e;
    const snq_status st = snq_effect_new(&cfg, &e);
    *object = e;
    return st;
}

static void sweep_free(void *object)
{
    snq_effect_free(object);
}

static void check_cuts(const char *kind, const char *settings, double apart)
{
    enum { N = 24000, RATE = 48000 };
    rig_sound whole = rig_sound_new(N), cut = rig_sound_new(N);
    rig_noise(&whole, 0.1, 5);
    rig_noise(&cut, 0.1, 5);
    snq_effect *e = rig_effect(kind, RATE, 7, settings);
    rig_run(e, &whole, 64);
    snq_effect_reset(e);
    for (size_t at = 0, k = 0; at < N; k++) {
        static const size_t step[] = { 1, 63, 7, 130, 64, 17, 16, 3, 8, 200 };
        const size_t n = step[k % SNQ_COUNT(step)];
        rig_run_part(e, &cut, at, at + n < N ? at + n : N, n);
        at += n;
    }
    const double got =
        fmax(rig_apart(whole.left, cut.left, N), rig_apart(whole.right, cut.right, N));
    if (got > apart)
        fail_msg("%s: blocks cut otherwise differ by %g", kind, got);
    snq_effect_free(e);
    rig_sound_free(&whole);
    rig_sound_free(&cut);
}

static void check_extremes(const char *kind)
{
    enum { N = 4096 };
    static const uint32_t rate[] = { 8000, 44100, 192000 };
    size_t n;
    const snq_param *p = snq_effect_params(kind, &n);
    for (uint32_t round = 0; round < 24; round++) {
        const snq_effect_cfg cfg = { rate[round % 3], kind, round };
        snq_effect *e;
        check_ok(snq_effect_new(&cfg, &e));
        snq_rng r;
        snq_rng_init(&r, round);
        rig_sound s = rig_sound_new(N);
        rig_noise(&s, 0.3, round);
        s.left[100] = NAN;
        s.right[200] = INFINITY;
        s.left[300] = -1e30f;
        for (size_t at = 0; at < N; at += 256) {
            for (uint32_t i = 0; i < n; i++)
                if (at == 0 || snq_rng_below(&r, 4) == 0)
                    snq_effect_set(e, i, snq_rng_below(&r, 2) ? p[i].min : p[i].max);
            rig_run_part(e, &s, at, at + 256, 1 + snq_rng_below(&r, 100));
        }
        for (size_t i = 0; i < N; i++)
            if (!isfinite(s.left[i]) || !isfinite(s.right[i]))
                fail_msg("%s, round %u: no number at %zu", kind, round, i);
        rig_sound_free(&s);
        snq_effect_free(e);
    }
}

static void check_tail(const char *kind, const char *settings, double tail_s)
{
    enum { RATE = 48000, SOUND = 9600 };
    snq_effect *e = rig_effect(kind, RATE, 3, settings);
    assert_true(snq_effect_silent(e));
    rig_sound s = rig_sound_new(SOUND);
    rig_noise(&s, 0.2, 9);
    rig_run(e, &s, 512);
    if (tail_s > 0) /* else the kind keeps no sound */
        assert_false(snq_effect_silent(e));
    rig_sound quiet = rig_sound_new(RATE / 10);
    double waited = 0;
    while (!snq_effect_silent(e) && waited < tail_s) {
        memset(quiet.left, 0, quiet.n * sizeof(float));
        memset(quiet.right, 0, quiet.n * sizeof(float));
        rig_run(e, &quiet, 512);
        waited += 0.1;
    }
    if (!snq_effect_silent(e))
        fail_msg("%s: not silent after %g s", kind, waited);
    for (int k = 0; k < 5; k++) {
        memset(quiet.left, 0, quiet.n * sizeof(float));
        memset(quiet.right, 0, quiet.n * sizeof(float));
        rig_run(e, &quiet, 512);
        for (size_t i = 0; i < quiet.n; i++)
            assert_true(quiet.left[i] == 0 && quiet.right[i] == 0);
    }
    assert_true(snq_effect_silent(e));
    rig_sound_free(&quiet);
    rig_sound_free(&s);
    snq_effect_free(e);
}

void rig_check_kind(const char *kind, const char *settings, double apart, double tail_s)
{
    char name[32];
    snprintf(name, sizeof name, "%s", kind);
    snq_sweep(sweep_make, sweep_free, name);
    check_cuts(kind, settings, apart);
    check_extremes(kind);
    check_tail(kind, settings, tail_s);
}
