// SPDX-License-Identifier: MIT
/* Four lanes at a time, in vectors that GCC and Clang know on every machine. */
#include "synth/voice_mix_impl.h"

#include <string.h>

enum { FOUR = 4 };
typedef float four __attribute__((vector_size(FOUR * sizeof(float))));

/* A straight line, four lanes. */
typedef struct line {
    four at, step;
} line;

static four load(const float *p)
{
    four v;
    memcpy(&v, p, sizeof v);
    return v;
}

static line line_of(const snq__ramp *r, int lane, float per)
{
    const four from = load(r->from.v + lane);
    return (line) { from, (load(r->to.v + lane) - from) * per };
}

static float sum(four v)
{
    return (v[0] + v[2]) + (v[1] + v[3]);
}

void snq__voice_mix_c(const snq__voice_mix *m, snq__lanes *state, float *left, float *right)
{
    const float per = 1.0f / (float)m->n, smooth = m->smooth, keep = 1.0f - m->smooth;
    four both[2][SNQ_SYNTH_BLOCK];
    for (int k = 0; k < SNQ_LANES; k += FOUR) {
        const line amp = line_of(&m->amp, k, per);
        const line l = line_of(&m->side[0], k, per), r = line_of(&m->side[1], k, per);
        four a = load(state->v + k);
        for (uint32_t i = 0; i < m->n; i++) {
            const float t = (float)i;
            a = a * keep + (amp.at + amp.step * t) * smooth;
            const four x = load(m->x[0][i].v + k) * a * (l.at + l.step * t);
            const four y = load(m->x[1][i].v + k) * a * (r.at + r.step * t);
            both[0][i] = k ? both[0][i] + x : x;
            both[1][i] = k ? both[1][i] + y : y;
        }
        memcpy(state->v + k, &a, sizeof a);
    }
    for (uint32_t i = 0; i < m->n; i++) {
        left[i] += sum(both[0][i]);
        right[i] += sum(both[1][i]);
    }
}
