// SPDX-License-Identifier: MIT
/* IDEA   Syllables come four or so a second: a voice grows and fades in that rhythm in all of its bands at once,
 *        which rain and engines never do, and music less. How strongly the sound's bands swing at 3 to 8 Hz says how
 *        much like speech it is, how loud it is says whether there is something to make room for. Together they say
 *        how far the music steps back; it is told early enough that the music is down when the word begins.
 *
 * STEPS  t counts hops of 10 ms, b bands; means over W hops around t, which shrink at the ends.
 *        bands    P_b(t): power in five octaves, 200 to 6400 Hz; P(t): from 100 Hz up to 16 kHz (stft.h)
 *        swing    e_b = sqrt(P_b);   m_b = sqrt(2 mean(f(e_b)^2)) / mean(e_b), f a band-pass without delay: 1 for
 *                 a sine that swings to nothing. M, N: mean of m_b over the bands, weighted by mean(e_b), for f of
 *                 3 .. 8 Hz and of 16 .. 40 Hz
 *        speech   s = rise(M, .45, .70) (1 - rise(N / (M + .05), .5, .8)): clicks swing in all rates alike
 *        level    l = 10 log10 of the mean of P over 0.2 s; R: the same of the mean of all hops over FLOOR_DB
 *        present  p = rise(l, max(R - 24, FLOOR_DB), max(R - 12, FLOOR_DB + 6))
 *        wanted   d = p (content + (speech - content) s)                                             dB
 *        hold     the least of d from `hold` before to `ahead` + `attack` behind
 *        release  up by a pole of release / 3 (95 % after `release`), down at once
 *        attack   mean of the last `attack`: straight down, there `ahead` before the sound
 *        rise(x, a, b) = u^2 (3 - 2 u), u = (x - a) / (b - a) cut to 0 .. 1
 *
 * CONST  3 .. 8 Hz: where the modulation spectrum of running speech has its maximum, in all languages (Houtgast &
 *        Steeneken 1985); energy at 4 Hz as a feature of speech: Scheirer & Slaney 1997. W = 1.5 s: a few syllables.
 *        Thresholds of s: our own, 2026-11-21, on clips of telephone prompts, meetings, 65 pieces of music, 26
 *        of ambience and 80 of single noises (../shared/data/sounds, /music). Mean s: prompts .92, meetings with their
 *        pauses .61, music .16, bands .03, piano .06, ambience .04, rain, sea, engines, fire 0; clocks .6, barking .9,
 *        sneezing .97. Speech and music in turns (29 stretches each, half a second off the edges): .92 and .17; AUC
 *        of 1.5 s stretches .91.
 *        R - 24: a voice's pauses are 25 to 40 dB down, its weak consonants 20 (own measurement).
 *
 * COST   16 ms a minute for the spectra, 2 for all else; 60 bytes a hop at the end.
 * LIMITS Barking, sneezing, a clock in silence pass for speech, singing half of it; drums alone may. A voice far below
 *        steady noise does not swing, and is not found.
 * REFS   T. Houtgast, H. J. M. Steeneken, A review of the MTF concept in room acoustics and its use for estimating
 *        speech intelligibility in auditoria, JASA 77 (3), 1985. E. Scheirer, M. Slaney, Construction and evaluation
 *        of a robust multifeature speech/music discriminator, ICASSP 1997. */
#include "mix/engine/speech_duck.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/audio.h"
#include "dsp/sos.h"
#include "dsp/stft.h"

enum { BANDS = 5, ROOM_FIRST = 4096 };

#define BAND_FIRST_HZ 200.0
#define LEVEL_LOW_HZ  100.0
#define LEVEL_HIGH_HZ 16000.0
#define SWING_S       1.5
#define LEVEL_S       0.2
#define FLOOR_DB      (-65.0f)
#define QUIET         1e-9f /* added to what is divided by: -90 dBFS */

struct snq_speech_duck {
    snq_speech_duck_cfg cfg;
    uint32_t hop;
    uint32_t edge[BANDS + 1], low, high; /* bins */
    snq_stft *stft;
    float *power[BANDS + 1]; /* (room,) of each band, of all; owned */
    size_t count, room;      /* hops */
};

/* ---- opening ---- */

snq_speech_duck_cfg snq_speech_duck_cfg_default(void)
{
    return (snq_speech_duck_cfg) { .rate_hz = 48000,
                                   .speech_db = -12.0f,
                                   .content_db = -3.0f,
                                   .ahead_s = 0.1f,
                                   .attack_s = 0.08f,
                                   .hold_s = 0.35f,
                                   .release_s = 0.6f };
}

static snq_status check(const char *field, float v, float least, float most)
{
    return v >= least && v <= most ? SNQ_OK
                                   : SNQ_FAIL(SNQ_ERR_RANGE, "%s %g is not in %g .. %g", field,
                                              (double)v, (double)least, (double)most);
}

static snq_status check_cfg(const snq_speech_duck_cfg *c)
{
    if (c->rate_hz < 16000 || c->rate_hz > 192000 || c->rate_hz % SNQ_DUCK_HOPS_PER_S)
        return SNQ_FAIL(SNQ_ERR_RANGE, "rate_hz %u is not in 16000 .. 192000, or no multiple of %d",
                        c->rate_hz, SNQ_DUCK_HOPS_PER_S);
    SNQ_TRY(check("speech_db", c->speech_db, -40.0f, 0.0f));
    SNQ_TRY(check("content_db", c->content_db, c->speech_db, 0.0f));
    SNQ_TRY(check("ahead_s", c->ahead_s, 0.0f, 1.0f));
    SNQ_TRY(check("attack_s", c->attack_s, 0.01f, 1.0f));
    SNQ_TRY(check("hold_s", c->hold_s, 0.0f, 2.0f));
    return check("release_s", c->release_s, 0.01f, 5.0f);
}

static uint32_t bin_of(double hz, uint32_t window, uint32_t rate_hz)
{
    const double bin = ceil(hz * window / rate_hz);
    return bin < window / 2 + 1 ? (uint32_t)bin : window / 2 + 1;
}

snq_status snq_speech_duck_new(const snq_speech_duck_cfg *cfg, snq_speech_duck **out)
{
    snq_status st;
    *out = NULL;
    SNQ_TRY(check_cfg(cfg));
    snq_speech_duck *d = snq_calloc(1, sizeof *d);
    if (!d)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for a duck");
    d->cfg = *cfg;
    d->hop = cfg->rate_hz / SNQ_DUCK_HOPS_PER_S;
    snq_stft_cfg stft = { .channels = 2, .window = 16, .hop = d->hop };
    while (stft.window < 2 * d->hop)
        stft.window *= 2;
    for (int b = 0; b <= BANDS; b++)
        d->edge[b] = bin_of(ldexp(BAND_FIRST_HZ, b), stft.window, cfg->rate_hz);
    d->low = bin_of(LEVEL_LOW_HZ, stft.window, cfg->rate_hz);
    d->high = bin_of(LEVEL_HIGH_HZ, stft.window, cfg->rate_hz);
    SNQ_GOTO(snq_stft_new(&stft, &d->stft));
    *out = d;
    return SNQ_OK;
fail:
    snq_speech_duck_free(d);
    return st;
}

void snq_speech_duck_free(snq_speech_duck *d)
{
    if (!d)
        return;
    for (int b = 0; b <= BANDS; b++)
        snq_free(d->power[b]);
    snq_stft_free(d->stft);
    snq_free(d);
}

/* ---- measuring ---- */

static snq_status make_room(snq_speech_duck *d)
{
    const size_t room = d->room ? 2 * d->room : ROOM_FIRST;
    if (d->count < d->room)
        return SNQ_OK;
    for (int b = 0; b <= BANDS; b++) {
        float *p = snq_regrow(d->power[b], d->room, room, sizeof *p);
        if (!p)
            return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for %zu hops", room);
        d->power[b] = p;
    }
    d->room = room;
    return SNQ_OK;
}

static float sum_of(const float *power, uint32_t from, uint32_t to)
{
    float sum = 0.0f;
    for (uint32_t i = from; i < to; i++)
        sum += power[i];
    return sum;
}

static snq_status take(void *user, const snq_stft_frame *f)
{
    snq_speech_duck *d = user;
    SNQ_TRY(make_room(d));
    for (int b = 0; b < BANDS; b++)
        d->power[b][d->count] = sum_of(f->power, d->edge[b], d->edge[b + 1]);
    d->power[BANDS][d->count] = sum_of(f->power, d->low, d->high);
    d->count++;
    return SNQ_OK;
}

snq_status snq_speech_duck_push(snq_speech_duck *d, const float *left, const float *right, size_t n)
{
    const snq_audio block = {
        .channel = { left, right }, .channels = 2, .rate_hz = d->cfg.rate_hz, .frames = n
    };
    return snq_stft_push(d->stft, &block, take, d);
}

/* ---- how much like speech ---- */

static size_t hops_of(double s)
{
    return (size_t)(s * SNQ_DUCK_HOPS_PER_S + 0.5);
}

/* out = mean of x (n,) over `hops` around each; sum (n + 1,) is room. */
static void mean_around(const float *x, size_t n, size_t hops, double *sum, float *out)
{
    const size_t before = hops / 2, behind = hops - before;
    sum[0] = 0.0;
    for (size_t i = 0; i < n; i++)
        sum[i + 1] = sum[i] + (double)x[i];
    for (size_t i = 0; i < n; i++) {
        const size_t from = i > before ? i - before : 0, to = i + behind < n ? i + behind : n;
        out[i] = (float)((sum[to] - sum[from]) / (double)(to - from));
    }
}

static float rise(float x, float a, float b)
{
    const float u = fminf(fmaxf((x - a) / (b - a), 0.0f), 1.0f);
    return u * u * (3.0f - 2.0f * u);
}

/* What a finish needs; all (n,). */
typedef struct workshop {
    size_t n;
    double *sum;                       /* (n + 1,) */
    float *envelope, *mean, *filtered; /* of a band */
    float *slow, *fast, *weight;       /* sums over the bands */
} workshop;

static snq_status swing_in(workshop *r, double lo_hz, double hi_hz, float *to)
{
    snq_sos section[SNQ_SOS_SECTIONS_MAX];
    uint32_t sections;
    SNQ_TRY(snq_sos_bandpass(2, lo_hz, hi_hz, SNQ_DUCK_HOPS_PER_S, section, &sections));
    SNQ_TRY(snq_sos_filtfilt(section, sections, r->filtered, r->envelope, r->n));
    for (size_t i = 0; i < r->n; i++)
        r->filtered[i] *= r->filtered[i];
    mean_around(r->filtered, r->n, hops_of(SWING_S), r->sum, r->filtered);
    for (size_t i = 0; i < r->n; i++) /* m_b times its weight */
        to[i] += sqrtf(2.0f * fmaxf(r->filtered[i], 0.0f)) / (r->mean[i] + QUIET) * r->mean[i];
    return SNQ_OK;
}

static snq_status find_speech(const snq_speech_duck *d, workshop *r, float *speech)
{
    for (int b = 0; b < BANDS; b++) {
        for (size_t i = 0; i < r->n; i++)
            r->envelope[i] = sqrtf(d->power[b][i]);
        mean_around(r->envelope, r->n, hops_of(SWING_S), r->sum, r->mean);
        for (size_t i = 0; i < r->n; i++)
            r->weight[i] += r->mean[i];
        SNQ_TRY(swing_in(r, 3.0, 8.0, r->slow));
        SNQ_TRY(swing_in(r, 16.0, 40.0, r->fast));
    }
    for (size_t i = 0; i < r->n; i++) {
        const float w = r->weight[i] + QUIET, m = r->slow[i] / w, n = r->fast[i] / w;
        speech[i] = rise(m, 0.45f, 0.70f) * (1.0f - rise(n / (m + 0.05f), 0.5f, 0.8f));
    }
    return SNQ_OK;
}

/* ---- how far down ---- */

/* How much there is to make room for, 0 .. 1, into to (n,). */
static void find_presence(const snq_speech_duck *d, workshop *r, float *to)
{
    const float *power = d->power[BANDS], floor = powf(10.0f, FLOOR_DB / 10.0f);
    double sum = 0.0;
    size_t heard = 0;
    for (size_t i = 0; i < r->n; i++)
        if (power[i] > floor) {
            sum += (double)power[i];
            heard++;
        }
    const float all_db = heard ? (float)(10.0 * log10(sum / (double)heard)) : FLOOR_DB;
    mean_around(power, r->n, hops_of(LEVEL_S), r->sum, to);
    for (size_t i = 0; i < r->n; i++) {
        const float level_db = 10.0f * log10f(fmaxf(to[i], 1e-12f));
        to[i] =
            rise(level_db, fmaxf(all_db - 24.0f, FLOOR_DB), fmaxf(all_db - 12.0f, FLOOR_DB + 6.0f));
    }
}

/* to[i] = least of x[i - before .. i + behind]; queue (n,) is room. */
static void least_around(const float *x, size_t n, size_t before, size_t behind, size_t *queue,
                         float *to)
{
    size_t head = 0, tail = 0, next = 0;
    for (size_t i = 0; i < n; i++) {
        for (; next < n && next <= i + behind; next++) {
            while (tail > head && x[queue[tail - 1]] >= x[next])
                tail--;
            queue[tail++] = next;
        }
        while (queue[head] + before < i)
            head++;
        to[i] = x[queue[head]];
    }
}

static void move(const snq_speech_duck_cfg *c, workshop *r, const float *wanted, size_t *queue,
                 float *gain)
{
    const size_t attack = hops_of((double)c->attack_s), ahead = hops_of((double)c->ahead_s);
    const float up = 1.0f - expf(-3.0f / (c->release_s * SNQ_DUCK_HOPS_PER_S));
    least_around(wanted, r->n, hops_of((double)c->hold_s), ahead + attack, queue, gain);
    for (size_t i = 1; i < r->n; i++)
        if (gain[i] > gain[i - 1])
            gain[i] = gain[i - 1] + (gain[i] - gain[i - 1]) * up;
    r->sum[0] = 0.0;
    for (size_t i = 0; i < r->n; i++)
        r->sum[i + 1] = r->sum[i] + (double)gain[i];
    for (size_t i = 0; i < r->n; i++) {
        const size_t from = i + 1 > attack ? i + 1 - attack : 0;
        gain[i] = (float)((r->sum[i + 1] - r->sum[from]) / (double)(i + 1 - from));
    }
}

static void tell(snq_duck_curve *c)
{
    size_t down = 0, speech = 0;
    for (size_t i = 0; i < c->hops; i++) {
        c->gain_db[i] = fminf(c->gain_db[i], 0.0f);
        c->deepest_db = fminf(c->deepest_db, c->gain_db[i]);
        down += c->gain_db[i] < -1.0f;
        speech += c->speech[i] >= 0.5f;
    }
    c->share = (float)down / (float)c->hops;
    c->speech_share = (float)speech / (float)c->hops;
}

static void clear_workshop(workshop *r)
{
    snq_free(r->sum);
    snq_free(r->envelope);
    snq_free(r->mean);
    snq_free(r->filtered);
    snq_free(r->slow);
    snq_free(r->fast);
    snq_free(r->weight);
}

static snq_status init_workshop(workshop *r, size_t n)
{
    r->n = n;
    r->sum = snq_calloc(n + 1, sizeof *r->sum);
    float **const plane[] = {
        &r->envelope, &r->mean, &r->filtered, &r->slow, &r->fast, &r->weight
    };
    for (size_t i = 0; i < SNQ_COUNT(plane); i++)
        if (!(*plane[i] = snq_calloc(n, sizeof(float))))
            return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for a duck");
    return r->sum ? SNQ_OK : SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for a duck");
}

static snq_status make_curve(const snq_speech_duck *d, workshop *r, snq_duck_curve *out)
{
    const snq_speech_duck_cfg *c = &d->cfg;
    size_t *queue = snq_calloc(r->n, sizeof *queue);
    snq_status st = find_speech(d, r, out->speech);
    if (!queue)
        st = SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for a duck");
    if (st >= 0) {
        float *wanted = r->envelope;
        find_presence(d, r, wanted);
        for (size_t i = 0; i < r->n; i++) {
            out->speech[i] *= wanted[i] > 0.0f; /* of nothing at all, nothing is said */
            wanted[i] *= c->content_db + (c->speech_db - c->content_db) * out->speech[i];
        }
        move(c, r, wanted, queue, out->gain_db);
        tell(out);
    }
    snq_free(queue);
    return st;
}

snq_status snq_speech_duck_finish(snq_speech_duck *d, snq_duck_curve *out)
{
    workshop r = { 0 };
    *out = (snq_duck_curve) { 0 };
    SNQ_TRY(snq_stft_finish(d->stft, take, d));
    out->hop_frames = d->hop;
    if (!d->count)
        return SNQ_OK;
    out->hops = d->count;
    out->gain_db = snq_calloc(d->count, sizeof *out->gain_db);
    out->speech = snq_calloc(d->count, sizeof *out->speech);
    snq_status st = out->gain_db && out->speech ? init_workshop(&r, d->count)
                                                : SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for a duck");
    if (st >= 0)
        st = make_curve(d, &r, out);
    clear_workshop(&r);
    if (st < 0)
        snq_duck_curve_clear(out);
    return st;
}

void snq_duck_curve_clear(snq_duck_curve *c)
{
    snq_free(c->gain_db);
    snq_free(c->speech);
    *c = (snq_duck_curve) { 0 };
}

/* ---- using it ---- */

static float gain_at(const snq_duck_curve *c, int64_t hop)
{
    const int64_t last = (int64_t)c->hops - 1;
    return powf(10.0f, c->gain_db[hop < 0 ? 0 : hop > last ? last : hop] / 20.0f);
}

void snq_duck_curve_apply(const snq_duck_curve *c, int64_t frame, float *left, float *right,
                          size_t n)
{
    if (!c->hops)
        return;
    /* a hop's gain is that of its middle */
    const int64_t half = c->hop_frames / 2, length = c->hop_frames;
    for (size_t i = 0; i < n;) {
        const int64_t at = frame + (int64_t)i - half + length;
        const int64_t hop = at / length - 1, into = at % length;
        const size_t rest = (size_t)(length - into), k = n - i < rest ? n - i : rest;
        const float from = gain_at(c, hop), to = gain_at(c, hop + 1);
        const float step = (to - from) / (float)length;
        for (size_t j = 0; j < k; j++) {
            const float g = from + step * (float)(into + (int64_t)j);
            left[i + j] *= g;
            right[i + j] *= g;
        }
        i += k;
    }
}
