// SPDX-License-Identifier: MIT
/* IDEA   A kick is nearly all body, a hi-hat has none, a snare is between: a drum and its rattle.
 *
 * STEPS  m = (L + R) / 2 over 80 ms;  body: behind two one-poles at 400 Hz;  share = E_body / E
 *        share >= 0.65 -> kick;  share < 0.1 -> hi-hat;  else snare
 * CONST  80 ms: the ears put an onset up to 10 ms before the attack, and a sixteenth at 180 BPM lasts 83 ms. Made
 *        drums: kicks 0.8 and up, with a hi-hat on them too; snares 0.15 .. 0.5; hi-hats below 0.01.
 * LIMITS Toms are kicks; brushes are hi-hats. */
#include "jobs/hit_kind.h"

#include <math.h>

#define WINDOW_S 0.080
#define BODY_HZ  400.0
#define KICK     0.65
#define HAT      0.1

int snq_drum_hit_kind(const float *const x[2], size_t frames, uint32_t rate_hz, size_t at)
{
    const double a = 1.0 - exp(-2.0 * M_PI * BODY_HZ / rate_hz);
    const size_t n = (size_t)(WINDOW_S * rate_hz);
    double low[2] = { 0.0 }, all = 0.0, body = 0.0;
    for (size_t i = at; i < frames && i - at < n; i++) {
        const double m = 0.5 * ((double)x[0][i] + (double)x[1][i]);
        low[0] += a * (m - low[0]);
        low[1] += a * (low[0] - low[1]);
        all += m * m;
        body += low[1] * low[1];
    }
    return all <= 0.0 || body < HAT * all ? SNQ_HIT_HAT
           : body >= KICK * all           ? SNQ_HIT_KICK
                                          : SNQ_HIT_SNARE;
}
