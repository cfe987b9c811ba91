// SPDX-License-Identifier: MIT
/* IDEA   A fader that jumps clicks, one that lags behind its curve is late. What moves a strip is known before
 *        it happens, so each value is the mean of what is shortly before and shortly after it: jumps
 *        become ways of 20 ms, half before and half behind, and straight ways stay where they are.
 *
 * STEPS  at each block end b (64 frames):  v(b) = sum over j = -7 .. 7 of w(j) u(b + j)
 *        u: the curve's value, of levels as a factor (so a fader comes from nothing in a line)
 *        w(j) = (1 + cos(pi j / 8)) / 16,  their sum is 1 and they are even: straight lines pass unchanged
 *        within a block straight lines (mixer.c)
 *
 * CONST  7 blocks: +-10 ms at 48 kHz, as long as effects take to move (fx/effect.c).
 * COST   one look into the curve and 15 products a block.
 * LIMITS Corners are rounded by up to 10 ms; a value that stands for less than 10 ms is not reached. */
#include <math.h>

#include "mix/engine/strip_impl.h"

#define GAIN_MOST_DB 24.0f
#define SEND_MOST_DB 12.0f

/* w(j), j = -7 .. 7 */
static const float weight_tab[SNQ__MOVE_TAPS] = {
    0.004757529f, 0.018305826f, 0.038582285f, 0.0625f,      0.086417715f,
    0.106694174f, 0.120242471f, 0.125f,       0.120242471f, 0.106694174f,
    0.086417715f, 0.0625f,      0.038582285f, 0.018305826f, 0.004757529f,
};

float snq__linear(float db)
{
    return db <= SNQ__NOTHING_DB ? 0.0f : powf(10.0f, db / 20.0f);
}

float snq__move_read(snq__move *m, double beat)
{
    const float v = snq_curve_at(m->curve, beat, &m->hint, 0.0f);
    switch (m->kind) {
    case SNQ__MOVE_GAIN:
    case SNQ__MOVE_TRIM:
    case SNQ__MOVE_TRIM_SEND:
        return snq__linear(fminf(v, GAIN_MOST_DB));
    case SNQ__MOVE_SEND:
        return snq__linear(fminf(v, SEND_MOST_DB));
    case SNQ__MOVE_PAN:
        return fminf(fmaxf(v, -1.0f), 1.0f);
    default:
        return v;
    }
}

float snq__move_step(snq__move *m, float ahead)
{
    float sum = 0.0f;
    m->value[m->at] = ahead;
    m->at = m->at + 1 < SNQ__MOVE_TAPS ? m->at + 1 : 0;
    /* where nothing moves the value is the curve's own, to the bit */
    int still = 1;
    for (uint32_t i = 0; i < SNQ__MOVE_TAPS; i++)
        still &= m->value[i] == ahead;
    if (still)
        return ahead;
    for (uint32_t i = 0; i < SNQ__MOVE_TAPS; i++) {
        const uint32_t k = m->at + i;
        sum += weight_tab[i] * m->value[k < SNQ__MOVE_TAPS ? k : k - SNQ__MOVE_TAPS];
    }
    return sum;
}
