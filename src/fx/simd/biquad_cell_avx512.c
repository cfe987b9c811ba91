// SPDX-License-Identifier: MIT
#include "fx/biquad_pair.h"

#include <immintrin.h>

#define ALL(x)        _mm512_set1_pd(x)
#define MUL(a, b)     _mm512_mul_pd(a, b)
#define FMA(a, b, c)  _mm512_fmadd_pd(a, b, c)
#define LESS(a, b, c) _mm512_fnmadd_pd(a, b, c) /* c - a b */

enum { PARTS = SNQ__BIQUAD_PARTS, LONG = SNQ__BIQUAD_PART, HALF = LONG / 2 };

static __m512d pick_pairs(__m512d a, __m512d b, __m512i of)
{
    return _mm512_permutex2var_pd(a, of, b);
}

static __m512d as_pairs(__m512 x)
{
    return _mm512_castps_pd(x);
}

static __m512 as_floats(__m512d x)
{
    return _mm512_castpd_ps(x);
}

/* x[side and part] of sixteen frames to y[j] of frames j and j + 8 of eight sides and parts: pairs, fours, eights. */
static inline void turn(const __m512 x[8], __m512 y[8])
{
    const __m512i low = _mm512_setr_epi32(0, 16, 8, 24, 1, 17, 9, 25, 2, 18, 10, 26, 3, 19, 11, 27);
    const __m512i high =
        _mm512_setr_epi32(4, 20, 12, 28, 5, 21, 13, 29, 6, 22, 14, 30, 7, 23, 15, 31);
    const __m512i two_low = _mm512_setr_epi64(0, 8, 1, 9, 2, 10, 3, 11);
    const __m512i two_high = _mm512_setr_epi64(4, 12, 5, 13, 6, 14, 7, 15);
    const __m512i four_low = _mm512_setr_epi64(0, 1, 8, 9, 2, 3, 10, 11);
    const __m512i four_high = _mm512_setr_epi64(4, 5, 12, 13, 6, 7, 14, 15);
    __m512d a[8], b[8];
    for (int i = 0; i < 4; i++) {
        a[i] = as_pairs(_mm512_permutex2var_ps(x[2 * i], low, x[2 * i + 1]));
        a[i + 4] = as_pairs(_mm512_permutex2var_ps(x[2 * i], high, x[2 * i + 1]));
    }
    for (int h = 0; h < 8; h += 4)
        for (int i = 0; i < 2; i++) {
            b[h + i] = pick_pairs(a[h + 2 * i], a[h + 2 * i + 1], two_low);
            b[h + 2 + i] = pick_pairs(a[h + 2 * i], a[h + 2 * i + 1], two_high);
        }
    for (int q = 0; q < 8; q += 2) {
        y[q] = as_floats(pick_pairs(b[q], b[q + 1], four_low));
        y[q + 1] = as_floats(pick_pairs(b[q], b[q + 1], four_high));
    }
}

static inline void turn_back(const __m512 y[8], __m512 x[8])
{
    const __m512i even =
        _mm512_setr_epi32(0, 4, 8, 12, 16, 20, 24, 28, 2, 6, 10, 14, 18, 22, 26, 30);
    const __m512i odd =
        _mm512_setr_epi32(1, 5, 9, 13, 17, 21, 25, 29, 3, 7, 11, 15, 19, 23, 27, 31);
    const __m512i two_even = _mm512_setr_epi64(0, 2, 4, 6, 8, 10, 12, 14);
    const __m512i two_odd = _mm512_setr_epi64(1, 3, 5, 7, 9, 11, 13, 15);
    const __m512i four_first = _mm512_setr_epi64(0, 1, 4, 5, 8, 9, 12, 13);
    const __m512i four_last = _mm512_setr_epi64(2, 3, 6, 7, 10, 11, 14, 15);
    __m512d a[8], b[8];
    for (int q = 0; q < 8; q += 2) {
        b[q] = pick_pairs(as_pairs(y[q]), as_pairs(y[q + 1]), four_first);
        b[q + 1] = pick_pairs(as_pairs(y[q]), as_pairs(y[q + 1]), four_last);
    }
    for (int h = 0; h < 8; h += 4)
        for (int i = 0; i < 2; i++) {
            a[h + 2 * i] = pick_pairs(b[h + i], b[h + 2 + i], two_even);
            a[h + 2 * i + 1] = pick_pairs(b[h + i], b[h + 2 + i], two_odd);
        }
    for (int i = 0; i < 4; i++) {
        x[2 * i] = _mm512_permutex2var_ps(as_floats(a[i]), even, as_floats(a[i + 4]));
        x[2 * i + 1] = _mm512_permutex2var_ps(as_floats(a[i]), odd, as_floats(a[i + 4]));
    }
}

static inline void load(const float *left, const float *right, __m512 y[8])
{
    __m512 x[8];
    for (int i = 0; i < PARTS; i++) {
        x[i] = _mm512_loadu_ps(left + LONG * i);
        x[PARTS + i] = _mm512_loadu_ps(right + LONG * i);
    }
    turn(x, y);
}

static inline void store(float *left, float *right, const __m512 y[8])
{
    __m512 x[8];
    turn_back(y, x);
    for (int i = 0; i < PARTS; i++) {
        _mm512_storeu_ps(left + LONG * i, x[i]);
        _mm512_storeu_ps(right + LONG * i, x[PARTS + i]);
    }
}

/* y to memory, and to be read from there: conversions of what lies in memory spare the one port that shuffles. */
static inline void put_rows(const __m512 y[8], float rows[16 * HALF])
{
    for (int j = 0; j < HALF; j++)
        _mm512_store_ps(rows + 16 * j, y[j]);
    __asm__("" : "+m"(*(float(*)[16 * HALF]) rows));
}

static inline __m512d wide_row(const float rows[16 * HALF], int j)
{
    return _mm512_cvtps_pd(_mm256_load_ps(rows + 16 * (j % HALF) + 8 * (j / HALF)));
}

static void join(double *z, const float *left, const float *right)
{
    _Alignas(64) float rows[16 * HALF];
    __m512 y[8];
    load(left, right, y);
    put_rows(y, rows);
    for (int j = 0; j < LONG; j++)
        _mm512_store_pd(z + 8 * j, wide_row(rows, j));
    _mm256_zeroupper();
}

static inline __m512 narrow(__m512d low, __m512d high)
{
    return _mm512_insertf32x8(_mm512_castps256_ps512(_mm512_cvtpd_ps(low)), _mm512_cvtpd_ps(high),
                              1);
}

static void part(float *left, float *right, const double *z)
{
    __m512 y[8];
    for (int j = 0; j < HALF; j++)
        y[j] = narrow(_mm512_load_pd(z + 8 * j), _mm512_load_pd(z + 8 * (HALF + j)));
    store(left, right, y);
    _mm256_zeroupper();
}

/* u + m s */
static inline __m512d carry(__m512d u, const double m[2], const __m512d s[2])
{
    return FMA(ALL(m[1]), s[1], FMA(ALL(m[0]), s[0], u));
}

/* What each half of each part would leave behind if it began at rest; behind the last halves, what goes over their
 * parts from `first` as well. */
static inline void halves_alone(const snq__biquad_cell *k, const double *z, const __m512d first[2],
                                __m512d one[2], __m512d two[2])
{
    for (int s = 0; s < 2; s++) {
        const __m512d by = ALL(k->in_to_state[s][0]);
        one[s] = MUL(_mm512_load_pd(z), by);
        two[s] = carry(MUL(_mm512_load_pd(z + 8 * HALF), by), k->over_part[s], first);
    }
    for (int j = 1; j < HALF; j++)
        for (int s = 0; s < 2; s++) {
            const __m512d by = ALL(k->in_to_state[s][j]);
            one[s] = FMA(_mm512_load_pd(z + 8 * j), by, one[s]);
            two[s] = FMA(_mm512_load_pd(z + 8 * (HALF + j)), by, two[s]);
        }
}

/* The same of rows, even and odd frames apart: half as long a chain, where nothing else is to be done meanwhile. */
static inline void halves_at_once(const snq__biquad_cell *k, const float rows[16 * HALF],
                                  const __m512d first[2], __m512d one[2], __m512d two[2])
{
    __m512d odd[2][2];
    for (int s = 0; s < 2; s++) {
        const __m512d by = ALL(k->in_to_state[s][0]), and = ALL(k->in_to_state[s][1]);
        one[s] = MUL(wide_row(rows, 0), by);
        two[s] = carry(MUL(wide_row(rows, HALF), by), k->over_part[s], first);
        odd[0][s] = MUL(wide_row(rows, 1), and);
        odd[1][s] = MUL(wide_row(rows, HALF + 1), and);
    }
    for (int j = 2; j < HALF; j += 2)
        for (int s = 0; s < 2; s++) {
            const __m512d by = ALL(k->in_to_state[s][j]), and = ALL(k->in_to_state[s][j + 1]);
            one[s] = FMA(wide_row(rows, j), by, one[s]);
            two[s] = FMA(wide_row(rows, HALF + j), by, two[s]);
            odd[0][s] = FMA(wide_row(rows, j + 1), and, odd[0][s]);
            odd[1][s] = FMA(wide_row(rows, HALF + j + 1), and, odd[1][s]);
        }
    for (int s = 0; s < 2; s++) {
        one[s] = _mm512_add_pd(one[s], odd[0][s]);
        two[s] = _mm512_add_pd(two[s], odd[1][s]);
    }
}

/* The states s that the parts begin with, from u, which they leave behind alone (those of the first, in all):
 *     s[k] = u[k - 1] + M (u[k - 2] + M u[k - 3]),   M over a part
 * state goes on to the end of the last. */
static inline void chain_parts(const snq__biquad_cell *k, const __m512d u[2],
                               const __m512d first[2], __m512d s[2], double state[4])
{
    const __m512i one_on = _mm512_setr_epi64(0, 0, 1, 2, 4, 4, 5, 6);
    const __m512i two_on = _mm512_setr_epi64(0, 0, 0, 1, 4, 4, 4, 5);
    const __m512i last = _mm512_setr_epi64(3, 7, 11, 15, 3, 7, 11, 15);
    const __m512i three_on = _mm512_setr_epi64(0, 0, 0, 0, 4, 4, 4, 4);
    __m512d near[2], far[2], end[2];
    for (int i = 0; i < 2; i++) {
        s[i] = _mm512_mask_permutexvar_pd(first[i], 0xee, one_on, u[i]);
        near[i] = _mm512_maskz_permutexvar_pd(0xcc, two_on, u[i]);
        far[i] = _mm512_maskz_permutexvar_pd(0x88, three_on, u[i]);
    }
    for (int i = 0; i < 2; i++) {
        const double *m = k->over_two[i];
        const __m512d more = FMA(ALL(m[1]), far[1], MUL(ALL(m[0]), far[0]));
        s[i] = _mm512_add_pd(carry(s[i], k->over_part[i], near), more);
    }
    for (int i = 0; i < 2; i++)
        end[i] = carry(u[i], k->over_part[i], s);
    /* of the first part, u has it already */
    _mm256_store_pd(state, _mm512_castpd512_pd256(_mm512_permutex2var_pd(end[0], last, end[1])));
}

/* The halves frame by frame as if each began at rest, to y. */
static inline void run_halves(const snq__biquad_cell *k, const double *z, __m512d y[LONG])
{
    const __m512d d = ALL(k->d), e1 = ALL(k->e[0]), e2 = ALL(k->e[1]);
    const __m512d a1 = ALL(k->a[0]), a2 = ALL(k->a[1]);
    __m512d now[2], then[2], x[2];
    for (int h = 0; h < 2; h++) {
        const double *at = z + 8 * HALF * h;
        const __m512d first = _mm512_load_pd(at);
        x[h] = _mm512_load_pd(at + 8);
        y[HALF * h] = MUL(d, first);
        now[h] = MUL(e1, first);
        then[h] = FMA(e1, x[h], MUL(e2, first));
    }
    for (int j = 1; j < HALF; j++)
        for (int h = 0; h < 2; h++) {
            const int at = HALF * h + j;
            const __m512d was = now[h], next = _mm512_load_pd(z + 8 * (j + 1 < HALF ? at + 1 : at));
            const __m512d in = FMA(e1, next, MUL(e2, x[h]));
            y[at] = FMA(d, x[h], was);
            now[h] = LESS(a1, was, then[h]);
            then[h] = LESS(a2, was, in);
            x[h] = next;
        }
}

/* The states that the halves of the parts begin with, first and second, from what each leaves behind alone (the second of
 * the first part, in all); state goes to the end. */
static inline void find_states(const snq__biquad_cell *k, const __m512d first[2],
                               const __m512d one[2], __m512d two[2], __m512d begin[2],
                               __m512d mid[2], double state[4])
{
    for (int i = 0; i < 2; i++)
        two[i] = carry(two[i], k->over_half[i], one);
    chain_parts(k, two, first, begin, state);
    for (int i = 0; i < 2; i++)
        mid[i] = carry(one[i], k->over_half[i], begin);
}

/* The state of each side where its first part lies. */
static inline void spread(const double state[4], __m512d first[2])
{
    const __m512i to_first = _mm512_setr_epi64(0, 0, 0, 0, 1, 0, 0, 0);
    for (int i = 0; i < 2; i++) {
        const __m512d in = _mm512_castpd128_pd512(_mm_load_pd(state + 2 * i));
        first[i] = _mm512_maskz_permutexvar_pd(0x11, to_first, in);
    }
}

static void run(const snq__biquad_cell *k, double state[4], double *z)
{
    __m512d first[2], alone[2], two[2], begin[2], mid[2], y[LONG];
    spread(state, first);
    halves_alone(k, z, first, alone, two);
    run_halves(k, z, y);
    find_states(k, first, alone, two, begin, mid, state);
    for (int j = 0; j < HALF; j++) {
        const __m512d by = ALL(k->out_of_state[0][j]), and = ALL(k->out_of_state[1][j]);
        _mm512_store_pd(z + 8 * j, FMA(and, begin[1], FMA(by, begin[0], y[j])));
        _mm512_store_pd(z + 8 * (HALF + j), FMA(and, mid[1], FMA(by, mid[0], y[HALF + j])));
    }
    _mm256_zeroupper();
}

/* The states in double as ever; what comes of them and of what comes in, in float, both halves beside each other. */
static void one(const snq__biquad_cell *k, double state[4], const float *const in[2],
                float *const out[2])
{
    _Alignas(64) float rows[16 * HALF];
    __m512d first[2], alone[2], two[2], begin[2], mid[2];
    __m512 x[8], y[8], s[2];
    load(in[0], in[1], x);
    put_rows(x, rows);
    spread(state, first);
    halves_at_once(k, rows, first, alone, two);
    for (int j = 0; j < HALF; j++) {
        y[j] = _mm512_mul_ps(_mm512_set1_ps(k->near[0]), x[j]);
        for (int i = 1; i <= j; i++)
            y[j] = _mm512_fmadd_ps(_mm512_set1_ps(k->near[i]), x[j - i], y[j]);
    }
    find_states(k, first, alone, two, begin, mid, state);
    for (int i = 0; i < 2; i++)
        s[i] = narrow(begin[i], mid[i]);
    for (int j = 0; j < HALF; j++)
        for (int i = 0; i < 2; i++)
            y[j] = _mm512_fmadd_ps(_mm512_set1_ps(k->far[i][j]), s[i], y[j]);
    store(out[0], out[1], y);
    _mm256_zeroupper();
}

const snq__biquad_cells snq__biquad_cells_avx512 = {
    .run = run, .join = join, .part = part, .one = one
};
