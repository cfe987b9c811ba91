// SPDX-License-Identifier: MIT
/* kweight -- K-weighted energy, fast.
 *
 * IDEA   Loudness meters weigh sound with two gentle filters: a shelf that lifts what the head
 *        collects above 2 kHz, and a high-pass that takes away what lies under 40 Hz. Written as
 *        two filters side by side instead of one behind the other, each needs only its own two last
 *        values; then the stretch can be cut into lanes that run at once.
 *
 * STEPS  Cascade (standard):  H(z) = shelf(z) highpass(z)
 *        Side by side:
 *            H = b0 + (fast_c1 z^-1 + fast_c2 z^-2) / (1 + fast_a1 z^-1 + fast_a2 z^-2)
 *                   + (slow_c1 z^-1 + slow_c2 z^-2) / (1 + slow_a1 z^-1 + slow_a2 z^-2)
 *        Partial fractions: equal coefficients of z^-1 .. z^-4 give four equations in the four c.
 *        Each section keeps   w[t] = x[t] - a1 w[t-1] - a2 w[t-2],   out = c1 w[t-1] + c2 w[t-2].
 *
 *        Lanes (SIMD kernels): a stretch is cut into equal lanes. Let h be the response of the
 *        recursion alone to one unit sample (h[-1] = 0, h[0] = 1). A lane of n frames that starts
 *        at rest ends in
 *            w[n-1] = sum h[n-1-t] x[t],     w[n-2] = sum h[n-2-t] x[t],
 *        and one that starts from w[-1], w[-2] without input ends in
 *            w[n-1] = h[n] w[-1] - a2 h[n-1] w[-2],     w[n-2] = h[n-1] w[-1] - a2 h[n-2] w[-2].
 *        By superposition the true start of every lane is known before any lane has run: two inner
 *        products a section, then a few multiplications from lane to lane. Then all lanes run
 *        together from their true starts. This is exact, not an approximation. The fast section
 *        has forgotten after fast_frames what was before, so its products are that short.
 *
 * CONST  The analogue prototypes that reproduce the standard's tables at 48 kHz, and so give the
 *        filters of any rate by the bilinear transform:
 *            shelf      f0 1681.974450955533 Hz, gain 3.999843853973347 dB, Q 0.7071752369554196
 *            high-pass  f0 38.13547087602444 Hz, Q 0.5003270373238773
 *        with the shelf's middle gain at the power 0.4996667741545416 of its full one
 *        (B. De Man, "Evaluation of implementations of the EBU R128 loudness measurement", AES
 *        145th Convention, 2018, eng. brief; tested against BS.1770-5 tables 1 and 2.)
 *        LANE_MAX 2048 frames (ours, 2026): 4 to 8 lanes of it stay within the second cache.
 *        Decay 1e-16: the last bit of double at full scale.
 *        REST 1e-180: what the filters keep of a sound decays for ever, or circles at the least
 *        number that there is. From here on it can't be seen: its square is 0 in double, and added
 *        to a sample, 1e-38 at least, it is lost in the rounding. So it is 0.
 *
 * COST   C: 10 multiplications a sample, 4 ns. AVX2 0.7 ns, AVX-512 0.6 ns a sample (Sapphire
 *        Rapids at about 2.6 GHz, shared, 2026; tests/kernels --bench).
 *
 * LIMITS Under 3800 Hz the shelf's corner is at or over half the rate: it is left out. At 768 kHz
 *        all poles crowd around 1 and energies are right to 4e-8 only (2e-10 at 192 kHz, 4e-12 at
 *        44.1).
 *
 * REFS   ITU-R BS.1770-5 (2023), annex 1. Block processing of recursive filters: C. S. Burrus,
 *        "Block realization of digital filters", IEEE Trans. Audio Electroacoust. 20(4), 1972. */
#include "dsp/kweight.h"

#include <math.h>

#include "base/alloc.h"
#include "base/cpu.h"
#include "dsp/denormals.h"
#include "dsp/simd/kernels_impl.h"

enum { LANE_MAX = 2048 };
static const double rate_with_shelf_hz = 3800;
static const double decayed = 1e-16;
#define REST 1e-180

struct snq_kweight {
    uint32_t channels;
    snq__kweight_fn *run;
    snq__kweight_coef coef;
    double *table; /* fast_h and slow_h */
    double state[SNQ_CHANNELS_MAX][4];
};

void snq_kweight_sections(double rate_hz, snq_sos section[2])
{
    if (rate_hz < rate_with_shelf_hz) {
        section[0] = (snq_sos) { .b0 = 1 };
    } else {
        const double k = tan(M_PI * 1681.974450955533 / rate_hz), q = 0.7071752369554196;
        const double vh = pow(10, 3.999843853973347 / 20), vb = pow(vh, 0.4996667741545416);
        const double a0 = 1 + k / q + k * k;
        section[0] = (snq_sos) {
            .b0 = (vh + vb * k / q + k * k) / a0,
            .b1 = 2 * (k * k - vh) / a0,
            .b2 = (vh - vb * k / q + k * k) / a0,
            .a1 = 2 * (k * k - 1) / a0,
            .a2 = (1 - k / q + k * k) / a0,
        };
    }
    const double k = tan(M_PI * 38.13547087602444 / rate_hz), q = 0.5003270373238773;
    const double a0 = 1 + k / q + k * k;
    section[1] = (snq_sos) {
        .b0 = 1,
        .b1 = -2,
        .b2 = 1,
        .a1 = 2 * (k * k - 1) / a0,
        .a2 = (1 - k / q + k * k) / a0,
    };
}

/* x (4,) = solution of m (4, 5), right side last; Gauss with pivots. m is overwritten. */
static void solve4(long double m[4][5], long double *x)
{
    for (int c = 0; c < 4; c++) {
        int pivot = c;
        for (int r = c + 1; r < 4; r++)
            if (fabsl(m[r][c]) > fabsl(m[pivot][c]))
                pivot = r;
        for (int i = 0; i < 5; i++) {
            const long double swap = m[c][i];
            m[c][i] = m[pivot][i];
            m[pivot][i] = swap;
        }
        for (int r = c + 1; r < 4; r++) {
            const long double f = m[r][c] / m[c][c];
            for (int i = c; i < 5; i++)
                m[r][i] -= f * m[c][i];
        }
    }
    for (int r = 3; r >= 0; r--) {
        x[r] = m[r][4];
        for (int i = r + 1; i < 4; i++)
            x[r] -= m[r][i] * x[i];
        x[r] /= m[r][r];
    }
}

/* The cascade as sections side by side: see STEPS. */
static void split(const snq_sos *s, snq__kweight_coef *c)
{
    const long double p1 = s[0].a1, p2 = s[0].a2, q1 = s[1].a1, q2 = s[1].a2;
    const long double den[5] = { 1, p1 + q1, p2 + p1 * q1 + q2, p1 * q2 + p2 * q1, p2 * q2 };
    const long double n0 = s[0].b0, n1 = s[0].b1, n2 = s[0].b2;
    const long double m0 = s[1].b0, m1 = s[1].b1, m2 = s[1].b2;
    const long double num[5] = { n0 * m0, n0 * m1 + n1 * m0, n0 * m2 + n1 * m1 + n2 * m0,
                                 n1 * m2 + n2 * m1, n2 * m2 };
    /* (fast_c1 z + fast_c2 z^2)(1 + q1 z + q2 z^2) + (slow_c1 z + slow_c2 z^2)(1 + p1 z + p2 z^2)
     * = num - num[0] den, with z for z^-1; rows: powers 1 to 4 */
    long double m[4][5] = {
        { 1, 0, 1, 0, num[1] - num[0] * den[1] },
        { q1, 1, p1, 1, num[2] - num[0] * den[2] },
        { q2, q1, p2, p1, num[3] - num[0] * den[3] },
        { 0, q2, 0, p2, num[4] - num[0] * den[4] },
    };
    long double x[4];
    solve4(m, x);
    *c = (snq__kweight_coef) {
        .b0 = (double)num[0],
        .fast_c1 = (double)x[0],
        .fast_c2 = (double)x[1],
        .fast_a1 = s[0].a1,
        .fast_a2 = s[0].a2,
        .slow_c1 = (double)x[2],
        .slow_c2 = (double)x[3],
        .slow_a1 = s[1].a1,
        .slow_a2 = s[1].a2,
        .lane_max = LANE_MAX,
    };
}

/* table (LANE_MAX + 2,): impulse response h of 1/(1 + a1 z^-1 + a2 z^-2), h[k] at [LANE_MAX - k],
 * h[-1] = 0 at the end. Returns how many of a lane's last frames matter to both inner products. */
static uint32_t fill_response(double *table, double a1, double a2)
{
    long double w1 = 0, w2 = 0; /* h[k-1], h[k-2] */
    uint32_t last = 0;
    for (uint32_t k = 0; k <= LANE_MAX; k++) {
        const long double w = (k == 0) - (long double)a1 * w1 - (long double)a2 * w2;
        table[LANE_MAX - k] = (double)w;
        if (fabsl(w) > decayed)
            last = k;
        w2 = w1;
        w1 = w;
    }
    return last + 2 < LANE_MAX ? last + 2 : LANE_MAX;
}

snq_status snq_kweight_new(const snq_kweight_cfg *cfg, snq_kweight **out)
{
    snq_status st;
    *out = NULL;
    if (cfg->rate_hz < SNQ_RATE_MIN_HZ || cfg->rate_hz > SNQ_RATE_MAX_HZ)
        return SNQ_FAIL(SNQ_ERR_RANGE, "rate_hz %u is not in %d .. %d", cfg->rate_hz,
                        SNQ_RATE_MIN_HZ, SNQ_RATE_MAX_HZ);
    if (cfg->channels < 1 || cfg->channels > SNQ_CHANNELS_MAX)
        return SNQ_FAIL(SNQ_ERR_RANGE, "channels %u is not in 1 .. %d", cfg->channels,
                        SNQ_CHANNELS_MAX);
    snq_kweight *k = snq_calloc(1, sizeof(*k));
    if (!k)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "kweight");
    const size_t room = LANE_MAX + 2;
    k->table = snq_calloc(2 * room, sizeof(double));
    if (!k->table) {
        st = SNQ_FAIL(SNQ_ERR_NOMEM, "tables of kweight");
        goto fail;
    }
    k->channels = cfg->channels;
    snq_sos section[2];
    snq_kweight_sections(cfg->rate_hz, section);
    split(section, &k->coef);
    k->coef.fast_frames = fill_response(k->table, k->coef.fast_a1, k->coef.fast_a2);
    fill_response(k->table + room, k->coef.slow_a1, k->coef.slow_a2);
    k->coef.fast_h = k->table;
    k->coef.slow_h = k->table + room;
    snq__kernels kernels;
    snq__kernels_init(&kernels, snq_cpu_flags());
    k->run = kernels.kweight;
    *out = k;
    return SNQ_OK;
fail:
    snq_kweight_free(k);
    return st;
}

void snq_kweight_free(snq_kweight *k)
{
    if (!k)
        return;
    snq_free(k->table);
    snq_free(k);
}

const snq__kweight_coef *snq__kweight_coef_of(const snq_kweight *k)
{
    return &k->coef;
}

void snq_kweight_reset(snq_kweight *k)
{
    for (uint32_t c = 0; c < k->channels; c++)
        for (int i = 0; i < 4; i++)
            k->state[c][i] = 0;
}

int snq_kweight_is_at_rest(const snq_kweight *k)
{
    int still = 1;
    for (uint32_t c = 0; c < k->channels; c++)
        for (int i = 0; i < 4; i++)
            still &= k->state[c][i] == 0;
    return still;
}

/* See CONST. */
static void come_to_rest(double state[4])
{
    if (fabs(state[0]) < REST && fabs(state[1]) < REST && fabs(state[2]) < REST &&
        fabs(state[3]) < REST)
        for (int i = 0; i < 4; i++)
            state[i] = 0;
}

void snq_kweight_push(snq_kweight *k, const snq_audio *block, const uint32_t *segment_frames,
                      uint32_t segments, double *sum_sq)
{
    const snq_denormals was = snq_denormals_off();
    size_t at = 0;
    for (uint32_t s = 0; s < segments; s++) {
        for (uint32_t c = 0; c < k->channels; c++) {
            sum_sq[(size_t)s * k->channels + c] =
                k->run(&k->coef, k->state[c], block->channel[c] + at, segment_frames[s]);
            come_to_rest(k->state[c]);
        }
        at += segment_frames[s];
    }
    snq_denormals_restore(was);
}

void snq_kweight_gains(const snq_position *position, uint32_t channels, double *gain)
{
    int has_side = 0;
    for (uint32_t c = 0; c < channels; c++)
        has_side |= position[c] == SNQ_POSITION_SIDE_LEFT || position[c] == SNQ_POSITION_SIDE_RIGHT;
    for (uint32_t c = 0; c < channels; c++) {
        switch (position[c]) {
        case SNQ_POSITION_LFE:
            gain[c] = 0;
            break;
        case SNQ_POSITION_SIDE_LEFT:
        case SNQ_POSITION_SIDE_RIGHT:
            gain[c] = 1.41;
            break;
        case SNQ_POSITION_BACK_LEFT:
        case SNQ_POSITION_BACK_RIGHT:
            gain[c] = has_side ? 1.0 : 1.41;
            break;
        default:
            gain[c] = 1.0;
        }
    }
}
