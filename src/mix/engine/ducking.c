// SPDX-License-Identifier: MIT
/* IDEA   Where the kick hits, the bass steps back for a moment; where the lead sings, the pad leaves it its
 *        octave. One mechanism for both: a gain that follows another track's level, on all of the sound
 *        or on one band of it.
 *
 * STEPS  level   L = 20 log10 of the key's largest sample in 16 frames (both sides)
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
    if (plan->freq_hz > 0.0f) {
        const double centre = fmin(plan->freq_hz, 0.45 * rate_hz);
        d->g = (float)tan(M_PI * centre / rate_hz);
        d->k = 1.0f / plan->q;
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
    const float level = d->peak > 1e-6f ? 20.0f * log10f(d->peak) : -120.0f;
    const float over = (level - d->plan.threshold_db) / d->plan.range_db;
    const float wanted = d->plan.depth_db * fminf(fmaxf(over, 0.0f), 1.0f);
    d->depth_db += (wanted - d->depth_db) * (wanted > d->depth_db ? d->attack : d->release);
    if (wanted == 0.0f && d->depth_db < STILL_DB)
        d->depth_db = 0.0f;
    d->deepest_db = fminf(d->deepest_db, -d->depth_db);
    return d->depth_db == 0.0f ? 1.0f : powf(10.0f, -d->depth_db / 20.0f);
}

/* Gains of n frames: from the last step's gain towards the new one, a step at a time. */
static void find_gains(snq__duck *d, const float *const key[2], float *gain, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        d->peak = fmaxf(d->peak, fmaxf(fabsf(key[0][i]), fabsf(key[1][i])));
        gain[i] = d->gain;
        if (++d->into < STEP)
            continue;
        const float to = next_gain(d), from = d->gain;
        const uint32_t first = i + 1 > STEP ? i + 1 - STEP : 0;
        for (uint32_t k = first; k <= i; k++)
            gain[k] = from + (to - from) * (float)(STEP - (i - k)) / STEP;
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
}

/* y = x + (gain - 1) b(x), x in place. */
static void run_slot(const snq__duck *d, float state[2], const float *gain, float *x, uint32_t n)
{
    const float g = d->g, k = d->k, a1 = 1.0f / (1.0f + g * (g + k)), a2 = g * a1;
    float s1 = state[0], s2 = state[1];
    for (uint32_t i = 0; i < n; i++) {
        const float v3 = x[i] - s2, v1 = a1 * s1 + a2 * v3, v2 = s2 + g * v1;
        s1 = 2.0f * v1 - s1;
        s2 = 2.0f * v2 - s2;
        x[i] += (gain[i] - 1.0f) * k * v1;
    }
    state[0] = fabsf(s1) > 1e-9f ? s1 : 0.0f;
    state[1] = fabsf(s2) > 1e-9f ? s2 : 0.0f;
}

void snq__duck_run(snq__duck *d, const float *const key[2], float *left, float *right, uint32_t n)
{
    float gain[SNQ__STRIP_BLOCK];
    find_gains(d, key, gain, n);
    if (d->plan.freq_hz > 0.0f) {
        run_slot(d, d->state[0], gain, left, n);
        run_slot(d, d->state[1], gain, right, n);
        return;
    }
    for (uint32_t i = 0; i < n; i++) {
        left[i] *= gain[i];
        right[i] *= gain[i];
    }
}

int snq__duck_silent(const snq__duck *d)
{
    return d->state[0][0] == 0.0f && d->state[0][1] == 0.0f && d->state[1][0] == 0.0f &&
           d->state[1][1] == 0.0f;
}
