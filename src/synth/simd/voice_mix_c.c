// SPDX-License-Identifier: MIT
#include "synth/voice_mix_impl.h"

/* Lane by lane into separate arrays, so that the compiler may take as many at once as it can. */
void snq__voice_mix_c(const snq__voice_mix *m, snq__lanes *state, float *left, float *right)
{
    const float per = 1.0f / (float)m->n, smooth = m->smooth, keep = 1.0f - m->smooth;
    float a[SNQ_LANES], amp[SNQ_LANES], amp_step[SNQ_LANES];
    float side[2][SNQ_LANES], step[2][SNQ_LANES];
    for (int k = 0; k < SNQ_LANES; k++) {
        a[k] = state->v[k];
        amp[k] = m->amp.from.v[k];
        amp_step[k] = (m->amp.to.v[k] - amp[k]) * per;
        for (int s = 0; s < 2; s++) {
            side[s][k] = m->side[s].from.v[k];
            step[s][k] = (m->side[s].to.v[k] - side[s][k]) * per;
        }
    }
    for (uint32_t i = 0; i < m->n; i++) {
        const float t = (float)i;
        const float *x = m->x[0][i].v, *y = m->x[1][i].v;
        float l[SNQ_LANES], r[SNQ_LANES];
        for (int k = 0; k < SNQ_LANES; k++) {
            a[k] = a[k] * keep + (amp[k] + amp_step[k] * t) * smooth;
            l[k] = x[k] * a[k] * (side[0][k] + step[0][k] * t);
            r[k] = y[k] * a[k] * (side[1][k] + step[1][k] * t);
        }
        left[i] += ((l[0] + l[4]) + (l[2] + l[6])) + ((l[1] + l[5]) + (l[3] + l[7]));
        right[i] += ((r[0] + r[4]) + (r[2] + r[6])) + ((r[1] + r[5]) + (r[3] + r[7]));
    }
    for (int k = 0; k < SNQ_LANES; k++)
        state->v[k] = a[k];
}
