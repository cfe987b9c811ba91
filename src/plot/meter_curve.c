// SPDX-License-Identifier: MIT
/* IDEA   A meter shows each 10 ms how loud the last 400 ms were, and the last 3 s. A picture has no
 *        room for a hundred readings a second, so neighbours are joined: of the quick needle the
 *        range that it swept stays, of the slow one the mean.
 * STEPS  e[h] = sum over the frames of hop h of sum_c G_c y_c^2       y: K-weighted, G: channel weight
 *        z_w[h] = (e[h] + e[h-1] + … + e[h-w+1]) / (w rate / 100)     w = 40 and 300 hops; e[<0] = 0
 *        tick of 2^k hops: min and max of z_40, mean of z_300; when CELLS_MAX ticks are full each two
 *        neighbours become one and k grows by one
 *        L(z) = -0.691 + 10 log10 z LUFS, never below SNQ_PORTRAIT_SILENT
 *        The sums run on from hop to hop; each RESUM hops they are taken afresh, so that the rounding
 *        of a loud passage doesn't outlive it by more than 3 s.
 * CONST  400 ms, 3 s, -0.691, weights: ITU-R BS.1770-5 annex 1; EBU Tech 3341 section 2. A reading each
 *        10 ms: ten times what Tech 3341 asks of a live meter; it is the grid of the ears.
 * COST   The K filter: dsp/kweight.c; a few additions a hop. 96 kB.
 * LIMITS A window's frames are counted as w rate / 100 even where hops differ by one: below 0.02 LU.
 *        A hop that the end of the stream cuts gives no reading. A running sum is off by 1e-16 of the
 *        loudest hop of its last 3 s, 150 dB under it.
 * REFS   ITU-R BS.1770-5 (2023); EBU Tech 3341 (2016). */
#include "plot/meter_curve_impl.h"

#include <math.h>

#include "base/alloc.h"
#include "dsp/kweight.h"
#include "score/timegrid.h"

enum {
    MOMENTARY = 40,   /* hops */
    SHORT_TERM = 300, /* hops */
    RESUM = SHORT_TERM,
    SEGMENTS = 64, /* pieces of hops that are weighted in one go */
};

#define LUFS_OFFSET (-0.691)

typedef struct tick {
    double lo, hi; /* momentary, mean power */
    double sum;    /* of the short-term readings */
    uint64_t readings;
} tick;

struct snq__meter_curve {
    snq_kweight *kweight;
    snq_timegrid grid;
    uint32_t channels;
    double gain[SNQ_CHANNELS_MAX];
    int64_t hop;   /* that is being filled */
    int64_t left;  /* frames that it still lacks */
    double energy; /* of it, so far */
    double recent[SHORT_TERM];
    double momentary, short_term; /* sums over the last hops */
    uint32_t used;                /* ticks begun */
    uint32_t shift;               /* a tick holds 2^shift hops */
    tick ticks[SNQ_PORTRAIT_CELLS_MAX];
};

static int64_t hop_frames(const snq__meter_curve *m)
{
    return snq_timegrid_frame(m->grid, m->hop + 1) - snq_timegrid_frame(m->grid, m->hop);
}

snq_status snq__meter_curve_new(uint32_t rate_hz, uint32_t channels, const snq_position *position,
                                snq__meter_curve **out)
{
    static const snq_position unknown[SNQ_CHANNELS_MAX];
    snq_status st;
    *out = NULL;
    snq__meter_curve *m = snq_calloc(1, sizeof *m);
    if (!m)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for a loudness curve");
    const snq_kweight_cfg cfg = { .rate_hz = rate_hz, .channels = channels };
    SNQ_GOTO(snq_kweight_new(&cfg, &m->kweight));
    m->grid = (snq_timegrid) { rate_hz, SNQ_HOPS_PER_S };
    m->channels = channels;
    m->left = hop_frames(m);
    snq_kweight_gains(position ? position : unknown, channels, m->gain);
    *out = m;
    return SNQ_OK;
fail:
    snq__meter_curve_free(m);
    return st;
}

void snq__meter_curve_free(snq__meter_curve *m)
{
    if (!m)
        return;
    snq_kweight_free(m->kweight);
    snq_free(m);
}

static tick join(tick a, tick b)
{
    return (tick) { fmin(a.lo, b.lo), fmax(a.hi, b.hi), a.sum + b.sum, a.readings + b.readings };
}

static void halve(snq__meter_curve *m)
{
    for (uint32_t i = 0; i < SNQ_PORTRAIT_CELLS_MAX / 2; i++)
        m->ticks[i] = join(m->ticks[2 * i], m->ticks[2 * i + 1]);
    m->used = SNQ_PORTRAIT_CELLS_MAX / 2;
    m->shift++;
}

static double sum_recent(const snq__meter_curve *m, int64_t hops)
{
    double sum = 0.0;
    for (int64_t h = m->hop < hops ? 0 : m->hop - hops + 1; h <= m->hop; h++)
        sum += m->recent[h % SHORT_TERM];
    return sum;
}

/* Hop m->hop is complete: take its readings. */
static void read_meter(snq__meter_curve *m)
{
    const int64_t h = m->hop;
    const double leaves_short = h >= SHORT_TERM ? m->recent[h % SHORT_TERM] : 0.0;
    const double leaves_momentary = h >= MOMENTARY ? m->recent[(h - MOMENTARY) % SHORT_TERM] : 0.0;
    m->recent[h % SHORT_TERM] = m->energy;
    m->momentary = fmax(m->momentary + m->energy - leaves_momentary, 0.0);
    m->short_term = fmax(m->short_term + m->energy - leaves_short, 0.0);
    if (h % RESUM == 0) {
        m->momentary = sum_recent(m, MOMENTARY);
        m->short_term = sum_recent(m, SHORT_TERM);
    }
    if (m->used == 0 || m->ticks[m->used - 1].readings == (uint64_t)1 << m->shift) {
        if (m->used == SNQ_PORTRAIT_CELLS_MAX)
            halve(m);
        m->ticks[m->used++] = (tick) { INFINITY, -INFINITY, 0.0, 0 };
    }
    const double hop_mean = (double)m->grid.rate_hz / SNQ_HOPS_PER_S;
    const double z = m->momentary / (MOMENTARY * hop_mean);
    tick *last = &m->ticks[m->used - 1];
    *last = join(*last, (tick) { z, z, m->short_term / (SHORT_TERM * hop_mean), 1 });
    m->hop++;
    m->energy = 0.0;
    m->left = hop_frames(m);
}

void snq__meter_curve_push(snq__meter_curve *m, const snq_audio *block)
{
    size_t at = 0;
    while (at < block->frames) {
        uint32_t frames[SEGMENTS], segments = 0;
        double sum_sq[SEGMENTS * SNQ_CHANNELS_MAX];
        const size_t from = at;
        int64_t hop = m->hop, left = m->left;
        while (at < block->frames && segments < SEGMENTS) {
            const size_t n = block->frames - at < (size_t)left ? block->frames - at : (size_t)left;
            frames[segments++] = (uint32_t)n;
            at += n;
            hop++;
            left = snq_timegrid_frame(m->grid, hop + 1) - snq_timegrid_frame(m->grid, hop);
        }
        const snq_audio part = snq_audio_part(block, from, at - from);
        snq_kweight_push(m->kweight, &part, frames, segments, sum_sq);
        for (uint32_t s = 0; s < segments; s++) {
            for (uint32_t c = 0; c < m->channels; c++)
                m->energy += m->gain[c] * sum_sq[s * m->channels + c];
            m->left -= frames[s];
            if (m->left == 0)
                read_meter(m);
        }
    }
}

static float lufs(double z)
{
    const double l = z > 0.0 ? LUFS_OFFSET + 10.0 * log10(z) : SNQ_PORTRAIT_SILENT;
    return l > SNQ_PORTRAIT_SILENT ? (float)l : SNQ_PORTRAIT_SILENT;
}

snq_status snq__meter_curve_pull(const snq__meter_curve *m, snq_portrait *to)
{
    to->tick_hops = (int64_t)1 << m->shift;
    if (!m->used)
        return SNQ_OK;
    to->momentary_lo = snq_calloc(m->used, sizeof(float));
    to->momentary_hi = snq_calloc(m->used, sizeof(float));
    to->short_term = snq_calloc(m->used, sizeof(float));
    if (!to->momentary_lo || !to->momentary_hi || !to->short_term)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for a loudness curve of %u ticks", m->used);
    to->ticks = m->used;
    for (uint32_t i = 0; i < m->used; i++) {
        to->momentary_lo[i] = lufs(m->ticks[i].lo);
        to->momentary_hi[i] = lufs(m->ticks[i].hi);
        to->short_term[i] = lufs(m->ticks[i].sum / (double)m->ticks[i].readings);
    }
    return SNQ_OK;
}
