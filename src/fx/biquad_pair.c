// SPDX-License-Identifier: MIT
/* biquad_pair -- a filter that may move.
 *
 * IDEA   Two integrators in a loop make every filter of second order; input, band and low in the right
 *        mixture make low-pass, shelf or bell of it. Each frame waits for the one before, which takes
 *        the processor eight cycles however little there is to do: so while nothing moves, four frames
 *        are worked out at once from the state before them.
 *
 * STEPS  g = tan(pi f / rate) (shelves: / sqrt(A) low, * sqrt(A) high), k = 1/q (bell: 1/(q A)),
 *        A = 10^(gain_db / 40)
 *            a1 = 1 / (1 + g (g + k)),  a2 = g a1,  a3 = g a2
 *            low 0 0 1 | high 1 -k -1 | band 0 k 0 | notch 1 -k 0 | bell 1 k(A^2-1) 0
 *            low shelf 1 k(A-1) A^2-1 | high shelf A^2 k(1-A)A 1-A^2               = m0 m1 m2
 *            v3 = x - s2;  v1 = a1 s1 + a2 v3;  v2 = s2 + a2 s1 + a3 v3
 *            s1' = 2 v1 - s1;  s2' = 2 v2 - s2;  y = m0 x + m1 v1 + m2 v2
 *        which is s' = A s + b x, y = c s + d x. Four frames:
 *            y_k = c A^k s + sum over j < k of c A^(k-1-j) b x_j + d x_k
 *            s'  = A^4 s + sum over j of A^(3-j) b x_j
 *        Cells of 64 frames (AVX-512), as four parts of sixteen, of both sides at once, in halves of H = 8 frames:
 *            u_h   = sum over j of A^(H-1-j) b x_j       what each half leaves behind, had it begun at rest
 *            u     = A^H u_1 + u_2                       and each part
 *            s_p   = u_(p-1) + M u_(p-2) + M^2 u_(p-3),  M = A^16, the first with M s of the cell before
 *            y_k   = (what the half gives alone) + c A^k s
 *        What a half gives alone: y = d x + t1, t1' = e1 x - a1 t1 + t2, t2' = e2 x - a2 t1, which is safe for eight
 *        frames, however slow the filter. A filter alone: in float, as a sum over what came in (8 terms) and the
 *        states, which stay in double; so what comes out is as exact as floats are.
 *        Moving: the six coefficients in straight lines. Any mixture of two stable sets is stable: the
 *        matrix {a1 a2; a2 a3} of a set is positive, and so is that of a mixture, and the loop's
 *        determinant 2 (a1 + a3) - 1 - 4 (a1 a3 - a2^2) and trace 2 (a1 - a3) stay inside.
 *
 * COST   Still: 16 multiply-adds of four doubles for four stereo frames; cells: 170 of eight for 64, alone 80 of eight
 *        and 52 of sixteen floats, and as many again for turning floats to their places and back. Moving: some 25
 *        operations of two doubles a frame.
 *
 * LIMITS The block's powers lose digits with A's condition: none that matter in double.
 *
 * REFS   A. Simper, "Linear trapezoidal integrated state variable filter", 2013 (the form);
 *        R. Bristow-Johnson, "Cookbook formulae for audio EQ biquad filter coefficients", 1998;
 *        K. K. Parhi, "VLSI digital signal processing systems", 1999, ch. 10 (look-ahead). */
#include "fx/biquad_pair.h"

#include <math.h>
#include <string.h>

#include "base/cpu.h"
#include "fx/effect_impl.h"

static double within(double v, double lo, double hi)
{
    return v > lo ? v < hi ? v : hi : lo;
}

snq__svf snq__svf_design(snq_rbj_kind kind, double f_hz, double q, double gain_db, double rate_hz)
{
    const double a = pow(10, within(gain_db, -120, 120) / 40);
    double g = tan(M_PI * within(f_hz, 1, 0.497 * rate_hz) / rate_hz);
    double k = 1 / within(q, 0.01, 1000);
    snq__svf s = { .m0 = 0 };
    switch (kind) {
    case SNQ_RBJ_LOWPASS:
        s.m2 = 1;
        break;
    case SNQ_RBJ_HIGHPASS:
        s.m0 = 1, s.m1 = -k, s.m2 = -1;
        break;
    case SNQ_RBJ_BANDPASS:
        s.m1 = k;
        break;
    case SNQ_RBJ_NOTCH:
        s.m0 = 1, s.m1 = -k;
        break;
    case SNQ_RBJ_PEAK:
        k /= a;
        s.m0 = 1, s.m1 = k * (a * a - 1);
        break;
    case SNQ_RBJ_LOW_SHELF:
        g /= sqrt(a);
        s.m0 = 1, s.m1 = k * (a - 1), s.m2 = a * a - 1;
        break;
    case SNQ_RBJ_HIGH_SHELF:
        g *= sqrt(a);
        s.m0 = a * a, s.m1 = k * (1 - a) * a, s.m2 = 1 - a * a;
        break;
    }
    s.a1 = 1 / (1 + g * (g + k));
    s.a2 = g * s.a1;
    s.a3 = g * s.a2;
    return s;
}

/* As s' = a s + b x, y = c s + d x. */
static void state_space(snq__biquad_block *k, const snq__svf *f)
{
    k->a[0][0] = 2 * f->a1 - 1;
    k->a[0][1] = -2 * f->a2;
    k->a[1][0] = 2 * f->a2;
    k->a[1][1] = 1 - 2 * f->a3;
    k->b[0] = 2 * f->a2;
    k->b[1] = 2 * f->a3;
    k->c[0] = f->m1 * f->a1 + f->m2 * f->a2;
    k->c[1] = f->m2 * (1 - f->a3) - f->m1 * f->a2;
    k->d = f->m0 + f->m1 * f->a2 + f->m2 * f->a3;
}

static void multiply(double a[2][2], double b[2][2], double ab[2][2])
{
    for (int r = 0; r < 2; r++)
        for (int c = 0; c < 2; c++)
            ab[r][c] = a[r][0] * b[0][c] + a[r][1] * b[1][c];
}

static void prepare_cell(snq__biquad_cell *k, const snq__svf *f)
{
    enum { HALF = SNQ__BIQUAD_PART / 2 };
    snq__biquad_block s;
    state_space(&s, f);
    double b[2] = { s.b[0], s.b[1] }, c[2] = { s.c[0], s.c[1] }, h[2], two[2][2], four[2][2];
    double before = s.d;
    for (int j = 0; j < HALF; j++) {
        const double ab[2] = { s.a[0][0] * b[0] + s.a[0][1] * b[1],
                               s.a[1][0] * b[0] + s.a[1][1] * b[1] };
        const double ca[2] = { c[0] * s.a[0][0] + c[1] * s.a[1][0],
                               c[0] * s.a[0][1] + c[1] * s.a[1][1] };
        for (int i = 0; i < 2; i++) {
            k->in_to_state[i][HALF - 1 - j] = b[i];
            k->out_of_state[i][j] = c[i];
            k->far[i][j] = (float)c[i];
        }
        const double cb = s.c[0] * b[0] + s.c[1] * b[1];
        if (j < 2)
            h[j] = cb;
        k->near[j] = (float)before;
        before = cb;
        memcpy(b, ab, sizeof b);
        memcpy(c, ca, sizeof c);
    }
    multiply(s.a, s.a, two);
    multiply(two, two, four);
    multiply(four, four, k->over_half);
    multiply(k->over_half, k->over_half, k->over_part);
    multiply(k->over_part, k->over_part, k->over_two);
    k->a[0] = -(s.a[0][0] + s.a[1][1]);
    k->a[1] = s.a[0][0] * s.a[1][1] - s.a[0][1] * s.a[1][0];
    k->d = s.d;
    k->e[0] = h[0];
    k->e[1] = h[1] + k->a[0] * h[0];
}

static void twice(double row[4], double first, double second)
{
    row[0] = row[1] = first;
    row[2] = row[3] = second;
}

static void prepare(snq__biquad_block *k, const snq__svf *f)
{
    state_space(k, f);
    double h[4] = { k->d }, ca[4][2] = { { k->c[0], k->c[1] } }, ab[4][2];
    double power[2][2] = { { 1, 0 }, { 0, 1 } };
    for (int i = 0; i < 4; i++) {
        for (int r = 0; r < 2; r++)
            ab[i][r] = power[r][0] * k->b[0] + power[r][1] * k->b[1];
        for (int r = 0; r < 2; r++)
            ca[i][r] = k->c[0] * power[0][r] + k->c[1] * power[1][r];
        if (i < 3)
            h[i + 1] = k->c[0] * ab[i][0] + k->c[1] * ab[i][1];
        double next[2][2];
        for (int r = 0; r < 2; r++)
            for (int c = 0; c < 2; c++)
                next[r][c] = k->a[r][0] * power[0][c] + k->a[r][1] * power[1][c];
        memcpy(power, next, sizeof power);
    }
    twice(k->from_in[0], h[0], h[1]);
    twice(k->from_in[1], 0, h[0]);
    twice(k->from_in[2], h[2], h[3]);
    twice(k->from_in[3], h[1], h[2]);
    for (int r = 0; r < 2; r++) {
        twice(k->from_state[2 * r], ca[0][r], ca[1][r]);
        twice(k->from_state[2 * r + 1], ca[2][r], ca[3][r]);
    }
    for (int i = 0; i < 4; i++)
        twice(k->in_to_state[i], ab[3 - i][0], ab[3 - i][1]);
    twice(k->keep, power[0][0], power[1][1]);
    twice(k->swap, power[0][1], power[1][0]);
}

const snq__biquad *snq__biquad_pick(unsigned cpu_flags)
{
#ifdef SNQ_HAVE_AVX512
    if (cpu_flags & SNQ_CPU_AVX512)
        return &snq__biquad_avx512;
#endif
#ifdef SNQ_HAVE_AVX2
    if (cpu_flags & SNQ_CPU_AVX2)
        return &snq__biquad_avx2;
#endif
    (void)cpu_flags;
    return &snq__biquad_c;
}

void snq__biquad_pair_reset(snq__biquad_pair *p)
{
    memset(p->state, 0, sizeof p->state);
}

void snq__biquad_pair_set(snq__biquad_pair *p, const snq__svf *at_once)
{
    p->now = p->goal = *at_once;
    p->left = 0;
    p->ready = p->cell_ready = 0;
}

void snq__biquad_pair_aim(snq__biquad_pair *p, const snq__svf *goal, uint32_t frames)
{
    if (memcmp(&p->now, goal, sizeof *goal) == 0 || frames == 0) {
        if (p->left || frames == 0)
            snq__biquad_pair_set(p, goal);
        return;
    }
    const double part = 1.0 / frames;
    p->goal = *goal;
    p->left = frames;
    p->ready = p->cell_ready = 0;
    p->step = (snq__svf) { .a1 = (goal->a1 - p->now.a1) * part,
                           .a2 = (goal->a2 - p->now.a2) * part,
                           .a3 = (goal->a3 - p->now.a3) * part,
                           .m0 = (goal->m0 - p->now.m0) * part,
                           .m1 = (goal->m1 - p->now.m1) * part,
                           .m2 = (goal->m2 - p->now.m2) * part };
}

/* Frames on the way to the goal. */
static void glide(snq__biquad_pair *p, double *z, uint32_t n)
{
    typedef double pair __attribute__((vector_size(16), aligned(8)));
    pair s1 = { p->state[0], p->state[1] }, s2 = { p->state[2], p->state[3] };
    snq__svf f = p->now;
    const snq__svf *d = &p->step;
    for (uint32_t i = 0; i < n; i++) {
        f.a1 += d->a1, f.a2 += d->a2, f.a3 += d->a3;
        f.m0 += d->m0, f.m1 += d->m1, f.m2 += d->m2;
        pair *at = (pair *)(void *)(z + 2 * i);
        const pair v0 = *at, v3 = v0 - s2;
        const pair v1 = f.a1 * s1 + f.a2 * v3, v2 = s2 + f.a2 * s1 + f.a3 * v3;
        s1 = 2.0 * v1 - s1;
        s2 = 2.0 * v2 - s2;
        *at = f.m0 * v0 + f.m1 * v1 + f.m2 * v2;
    }
    p->left -= n;
    p->now = p->left ? f : p->goal;
    p->state[0] = s1[0], p->state[1] = s1[1];
    p->state[2] = s2[0], p->state[3] = s2[1];
}

/* What is left of a sound that has ended becomes 0. */
static void settle(snq__biquad_pair *p)
{
    for (int i = 0; i < 4; i++)
        if (fabs(p->state[i]) > (double)SNQ__EFFECT_NOTHING)
            return;
    snq__biquad_pair_reset(p);
}

void snq__biquad_pair_run(snq__biquad_pair *p, const snq__biquad *kernels, double *z, uint32_t n)
{
    const uint32_t moving = n < p->left ? n : p->left;
    if (moving)
        glide(p, z, moving);
    if (moving < n) {
        if (!p->ready)
            prepare(&p->block, &p->now);
        p->ready = 1;
        kernels->run(&p->block, p->state, z + 2 * moving, n - moving);
    }
    settle(p);
}

/* Each of them through a whole cell. */
static void run_cell(snq__biquad_pair *const *p, uint32_t pairs, const snq__biquad_cells *cells,
                     const float *const in[2], float *const out[2])
{
    _Alignas(64) double z[2 * SNQ_EFFECT_BLOCK];
    const int alone = pairs == 1 && out;
    if (!alone)
        cells->join(z, in[0], in[1]);
    for (uint32_t i = 0; i < pairs; i++) {
        if (!p[i]->cell_ready)
            prepare_cell(&p[i]->cell, &p[i]->now);
        p[i]->cell_ready = 1;
        if (alone)
            cells->one(&p[i]->cell, p[i]->state, in, out);
        else
            cells->run(&p[i]->cell, p[i]->state, z);
        settle(p[i]);
    }
    if (!alone && out)
        cells->part(out[0], out[1], z);
}

void snq__biquad_pairs_run(snq__biquad_pair *const *p, uint32_t pairs, const snq__biquad *kernels,
                           const float *const in[2], float *const out[2], uint32_t n)
{
    _Alignas(64) double z[2 * SNQ_EFFECT_BLOCK];
    int still = 1;
    for (uint32_t i = 0; i < pairs; i++)
        still &= p[i]->left == 0;
    if (still && kernels->cells && n == SNQ_EFFECT_BLOCK) {
        run_cell(p, pairs, kernels->cells, in, out);
        return;
    }
    kernels->join(z, in[0], in[1], n);
    for (uint32_t i = 0; i < pairs; i++)
        snq__biquad_pair_run(p[i], kernels, z, n);
    if (out)
        kernels->part(out[0], out[1], z, n);
}

int snq__biquad_pair_is_at_rest(const snq__biquad_pair *p)
{
    return p->state[0] == 0 && p->state[1] == 0 && p->state[2] == 0 && p->state[3] == 0;
}
