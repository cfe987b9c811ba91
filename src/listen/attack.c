// SPDX-License-Identifier: MIT
/* IDEA   From the quietest moment just before an onset the level climbs to a peak; the time that it needs from a
 *        tenth to nine tenths of the way is the attack.
 * STEPS  amplitude a_i = square root of hop i's mean square, i in steps of 10 ms
 *        peak: the highest a_i from the onset on, before the next one and within RISE_HOPS, until a_i falls under
 *          PAST_PEAK of the highest so far
 *        low: the last lowest a_i before the peak, from BEFORE_HOPS before the onset on
 *        attack = t(low + 0.9 (peak - low)) - t(low + 0.1 (peak - low)), going down from the peak, linear between
 *          the hops
 * CONST  RISE_HOPS: bowed strings and pads take up to 300 ms. PAST_PEAK: 3 dB, more than the level of a bass
 *        wavers from hop to hop.
 * COST   Some 50 powers an onset.
 * LIMITS Hops are 10 ms: a click reads 8 to 16 ms, what is faster can't be told from it. */
#include "listen/attack.h"

#include <math.h>

#include "dsp/decibel.h"

enum { RISE_HOPS = 30, BEFORE_HOPS = 5 };

#define PAST_PEAK     0.7
#define LEVEL_LOW_DB  (-120.0f)
#define LEVEL_HIGH_DB 60.0f
#define HOP_MS        10.0

void snq_attack_levels(float *power, size_t n, uint16_t *level)
{
    snq_decibel_run(power, power, n, 1e-12f);
    for (size_t i = 0; i < n; i++) {
        const float db = power[i] < LEVEL_HIGH_DB ? power[i] : LEVEL_HIGH_DB;
        level[i] = (uint16_t)(100.0f * (db > LEVEL_LOW_DB ? db - LEVEL_LOW_DB : 0.0f) + 0.5f);
    }
}

typedef struct track {
    const uint16_t *level;
    int64_t hops;
} track;

static double amplitude(const track *t, int64_t i)
{
    if (i < 0 || i >= t->hops || !t->level[i])
        return 0.0;
    return pow(10.0, 0.0005 * t->level[i] - 6.0);
}

/* Where, going down from the peak, the amplitude falls under a value; hops. */
static double crossing(const track *t, int64_t low, int64_t peak, double value)
{
    int64_t i = peak;
    while (i - 1 > low && amplitude(t, i - 1) >= value)
        i--;
    const double a = amplitude(t, i - 1), b = amplitude(t, i);
    return (double)(i - 1) + (b > a ? (value - a) / (b - a) : 0.0);
}

double snq_attack_ms(const uint16_t *level, int64_t hops, int64_t onset, int64_t next)
{
    const track t = { level, hops };
    int64_t peak = onset;
    for (int64_t i = onset + 1; i < onset + RISE_HOPS && (i < next || i <= onset + 2); i++) {
        const double a = amplitude(&t, i), most = amplitude(&t, peak);
        if (a > most)
            peak = i;
        if (a < PAST_PEAK * most)
            break;
    }
    int64_t low = onset - BEFORE_HOPS;
    for (int64_t i = low; i < peak; i++)
        if (amplitude(&t, i) <= amplitude(&t, low))
            low = i;
    const double base = amplitude(&t, low), rise = amplitude(&t, peak) - base;
    if (!(rise > 0.0))
        return -1.0;
    return HOP_MS * (crossing(&t, low, peak, base + 0.9 * rise) -
                     crossing(&t, low, peak, base + 0.1 * rise));
}
