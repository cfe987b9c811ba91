// SPDX-License-Identifier: MIT
/* IDEA   Where the kick hits, the bass steps back for a moment; where the lead sings, the pad leaves it its
 *        octave. One mechanism for both: a gain that follows another track's level, on all of the sound
 *        or on one band of it.
 *
 * STEPS  level   L = 20 log10 of the key's largest sample in 16 frames (both sides)
 *        lows    where only the key's lows are listened to: L of the mean of both sides' 16 frames behind two
 *                one-pole low-passes (12 dB an octave)
 *        wanted  D = depth * clamp((L - threshold) / range, 0, 1)       dB
 *        follow  d += (D - d) * a      a = 1 - exp(-16 / (rate * time)), attack when D > d, else release
 *        gain    g = 10^(-d / 20), straight lines from step to step, delayed as the sound is
 *        all     y = g x
 *        slot    y = x + (g - 1) b(x)  b: band-pass of two poles, 0 dB at its centre (trapezoidal state
 *                variable filter, Zavalishin 2012): a bell that is flat where nothing is wanted, its
 *                depth at the centre exactly d
 *
 * CONST  16 frames (0.33 ms at 48 kHz): shorter than any attack that is allowed is heard as smooth.
 *        The lower end of "attack": 63 % of the way in the time given (one pole).
 *
 * COST   2 ns a frame and ducking, 5 with a slot.
 *
 * LIMITS The detector has no look-ahead: within the attack the key's first moment is not made room for.
 *        A slot's centre is at most 0.45 of the rate.
 * REFS   V. Zavalishin, The Art of VA Filter Design, 2012, section 3.10. */
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/cpu.h"
#include "mix/engine/strip_impl.h"

enum { STEP = SNQ__DUCK_STEP };
#define STILL_DB 1e-4f /* less is nothing */

static float follow(double ms, uint32_t rate_hz)
{
    return (float)(1.0 - exp(-STEP / (rate_hz * ms * 1e-3)));
}

snq_status snq__duck_init(snq__duck *d, const snq_mix_duck *plan, uint32_t key, uint32_t latency,
                          uint32_t rate_hz)
{
    *d = (snq__duck) { .plan = *plan, .key = key, .latency = latency, .gain = 1.0f };
    d->attack = follow(plan->attack_ms, rate_hz);
    d->release = follow(plan->release_ms, rate_hz);
    d->floor = powf(10.0f, plan->threshold_db / 20.0f);
    d->low_a = plan->key_below_hz > 0.0f
                   ? (float)(1.0 - exp(-2.0 * M_PI * STEP * plan->key_below_hz / rate_hz))
                   : 1.0f;
    if (plan->freq_hz > 0.0f) {
        const double centre = fmin((double)plan->freq_hz, 0.45 * rate_hz);
        const snq__svf band =
            snq__svf_design(SNQ_RBJ_BANDPASS, centre, (double)plan->q, 0.0, rate_hz);
        d->biquad = snq__biquad_pick(snq_cpu_flags());
        snq__biquad_pair_set(&d->band, &band);
    }
    if (!latency)
        return SNQ_OK;
    d->ring = snq_calloc(latency, sizeof *d->ring);
    if (!d->ring)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for ducking");
    for (uint32_t i = 0; i < latency; i++)
        d->ring[i] = 1.0f;
    return SNQ_OK;
}

void snq__duck_clear(snq__duck *d)
{
    snq_free(d->ring);
    *d = (snq__duck) { 0 };
}

/* The gain at the end of the step whose peak is known. */
static float next_gain(snq__duck *d)
{
    float wanted = 0.0f;
    if (d->peak > d->floor) {
        const float over = (20.0f * log10f(d->peak) - d->plan.threshold_db) / d->plan.range_db;
        wanted = d->plan.depth_db * fminf(fmaxf(over, 0.0f), 1.0f);
    } else if (d->depth_db == 0.0f)
        return 1.0f;
    d->depth_db += (wanted - d->depth_db) * (wanted > d->depth_db ? d->attack : d->release);
    if (wanted == 0.0f && d->depth_db < STILL_DB)
        d->depth_db = 0.0f;
    d->deepest_db = fminf(d->deepest_db, -d->depth_db);
    return d->depth_db == 0.0f ? 1.0f : expf(d->depth_db * -0.115129255f); /* ln 10 / 20 */
}

/* Largest magnitude of x (n,) and what was before; the bits of floats without sign are in the order of
 * their values, and what is no number counts as the largest that there is. */
static float peak_of(const float *x, uint32_t n, float peak)
{
    int32_t most; /* signed: what every vector unit can compare */
    memcpy(&most, &peak, sizeof most);
    for (uint32_t i = 0; i < n; i++) {
        int32_t bits;
        memcpy(&bits, &x[i], sizeof bits);
        bits &= 0x7fffffff;
        most = bits > most ? bits : most;
    }
    most = most > 0x7f7fffff ? 0x7f7fffff : most;
    memcpy(&peak, &most, sizeof peak);
    return peak;
}

/* The key of a step's k frames is heard: what of it counts is kept in d->peak, at the step's end the
 * level that it has. */
static void hear(snq__duck *d, const float *left, const float *right, uint32_t k)
{
    if (d->low_a >= 1.0f) {
        d->peak = peak_of(right, k, peak_of(left, k, d->peak));
        return;
    }
    for (uint32_t i = 0; i < k; i++)
        d->low_sum += left[i] + right[i];
    if (d->into + k < STEP)
        return;
    const float x = fabsf(d->low_sum) < 1e6f ? d->low_sum * (0.5f / STEP) : 0.0f; /* no number */
    d->low[0] += d->low_a * (x - d->low[0]);
    d->low[1] += d->low_a * (d->low[0] - d->low[1]);
    for (int i = 0; i < 2; i++)
        d->low[i] = fabsf(d->low[i]) > 1e-12f ? d->low[i] : 0.0f;
    d->peak = fabsf(d->low[1]);
    d->low_sum = 0.0f;
}

/* Gains of n frames: from the last step's gain towards the new one, a step at a time. Whether one of them
 * is not 1. */
static int find_gains(snq__duck *d, const float *const key[2], float *gain, uint32_t n)
{
    int moves = 0;
    for (uint32_t at = 0; at < n;) {
        const uint32_t k = n - at < STEP - d->into ? n - at : STEP - d->into;
        hear(d, key[0] + at, key[1] + at, k);
        d->into += k;
        const float from = d->gain, to = d->into == STEP ? next_gain(d) : from;
        const float step = (to - from) / STEP;
        for (uint32_t i = 0; i < k; i++)
            gain[at + i] = from + step * (float)(int32_t)(i + 1);
        if (k == STEP)
            gain[at + k - 1] = to;
        moves |= from != 1.0f || to != 1.0f;
        at += k;
        if (d->into < STEP)
            break;
        d->gain = to;
        d->peak = 0.0f;
        d->into = 0;
    }
    for (uint32_t i = 0; d->latency && i < n; i++) {
        const float late = d->ring[d->ring_at];
        d->ring[d->ring_at] = gain[i];
        gain[i] = late;
        d->ring_at = d->ring_at + 1 < d->latency ? d->ring_at + 1 : 0;
    }
    return moves || d->latency;
}

/* y = x + (gain - 1) b(x), in place; while nothing moves b goes on listening. */
static void run_slot(snq__duck *d, int moves, const float *gain, float *left, float *right,
                     uint32_t n)
{
    _Alignas(64) double z[2 * SNQ__STRIP_BLOCK];
    float band[2][SNQ__STRIP_BLOCK];
    d->biquad->join(z, left, right, n);
    snq__biquad_pair_run(&d->band, d->biquad, z, n);
    if (!moves)
        return;
    d->biquad->part(band[0], band[1], z, n);
    for (uint32_t i = 0; i < n; i++) {
        left[i] += (gain[i] - 1.0f) * band[0][i];
        right[i] += (gain[i] - 1.0f) * band[1][i];
    }
}

void snq__duck_run(snq__duck *d, const float *const key[2], float *left, float *right, uint32_t n)
{
    float gain[SNQ__STRIP_BLOCK];
    const int moves = find_gains(d, key, gain, n);
    if (d->biquad)
        run_slot(d, moves, gain, left, right, n);
    else if (moves)
        for (uint32_t i = 0; i < n; i++) {
            left[i] *= gain[i];
            right[i] *= gain[i];
        }
}

int snq__duck_silent(const snq__duck *d)
{
    return snq__biquad_pair_is_at_rest(&d->band);
}
