// SPDX-License-Identifier: MIT
/* loudness -- how loud a programme is to the ear: EBU R 128 in full.
 *
 * IDEA   Weigh the sound as the head and the ear do (K-weighting, done in dsp/kweight.c), measure
 *        its power in short windows, and average those windows in which something plays: first
 *        without the silences, then without the passages far below the average.
 * STEPS  All from 100 ms slots s_k = sum of G_c y^2 over the slot's frames (G: channel weight).
 *          z over w slots = (s_k + … + s_(k+w-1)) / w
 *          L(z) = -0.691 + 10 log10 z                                     LUFS
 *          integrated, w = 4 (400 ms) each 100 ms: G1 = mean of z with L > -70;
 *                      I = L(mean of z with L > max(-70, L(G1) - 10))
 *          maxima of momentary (400 ms) and short-term (3 s): running sums, each 10 ms
 *          range: short-term z each 1 s; gate at -70, then at L(mean) - 20; LRA = P95 - P10 in LU
 *          PLR = true peak - I
 * CONST  -0.691, gates -70 and -10, blocks of 400 ms each 100 ms: ITU-R BS.1770-5 section 5.
 *        3 s, -70, -20, P10 and P95: EBU Tech 3342 section 3. Short-term blocks each 1 s: its least
 *        overlap of 2/3, which the common implementations use too, so that figures agree on short
 *        files. Rank of a percentile p of n values: round((n - 1) p), as the same document's code.
 *        Maxima each 10 ms: a tone of 400 ms must read its full level wherever it starts (Tech 3341,
 *        case 13); at 100 ms it could read 0.6 LU low.
 * COST   A few additions a hop; 8 bytes of memory each 100 ms (2.9 MB for 10 hours).
 * LIMITS Slots start at the first frame of the file, or of the region: another start moves the
 *        integrated loudness of short files by hundredths of a LU. A part of a slot at the end is not
 *        counted in it.
 * REFS   ITU-R BS.1770-5 (2023); EBU R 128 (2023), Tech 3341 (2016), Tech 3342 (2016);
 *        PLR: AES TD1008.1.21-9. */
#include <math.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "listen/analyser.h"

enum {
    SLOT_HOPS = SNQ_HOPS_PER_S / 10, /* 100 ms */
    MOMENTARY = 4,                   /* slots in 400 ms */
    SHORT_TERM = 30,                 /* slots in 3 s */
    RECENT = SHORT_TERM * SLOT_HOPS, /* hops in 3 s */
    RANGE_STEP = 10,                 /* slots in 1 s */
    SLOTS_MAX = 1 << 24,             /* 19 days */
};

#define GATE_ABSOLUTE_LUFS (-70.0)
#define GATE_INTEGRATED_LU (-10.0)
#define GATE_RANGE_LU      (-20.0)
#define LUFS_OFFSET        (-0.691)

/* The loudest window of so many hops. The running sum keeps the rounding of what has left it: 1e-16
 * of the loudest hop each, nothing to a maximum. */
typedef struct loudest {
    uint32_t window; /* hops */
    double energy;   /* in the window */
    int64_t frames;
    double most; /* largest mean power so far */
} loudest;

/* A meter measures one stretch of time: the file, or a region. */
typedef struct meter {
    double *slot; /* (slots,) mean weighted power of each 100 ms */
    uint32_t slots, room;
    double energy;         /* of the slot that is being filled */
    uint32_t frames, hops; /* in that slot */
    float true_peak;
    double recent_energy[RECENT]; /* ring of the last hops, by number */
    uint32_t recent_frames[RECENT];
    uint64_t count; /* hops so far */
    loudest momentary, short_term;
} meter;

typedef struct state {
    meter file, region;
    int in_region;
    uint32_t hop_frames; /* least frames of a whole hop */
} state;

static double lufs(double z)
{
    return LUFS_OFFSET + 10.0 * log10(z);
}

static double power(double lufs_value)
{
    return pow(10.0, (lufs_value - LUFS_OFFSET) / 10.0);
}

static void meter_reset(meter *m)
{
    m->slots = m->frames = m->hops = 0;
    m->energy = 0.0;
    m->true_peak = 0.0f;
    m->count = 0;
    m->momentary = (loudest) { .window = MOMENTARY * SLOT_HOPS };
    m->short_term = (loudest) { .window = SHORT_TERM * SLOT_HOPS };
}

/* Take in the hop that is about to enter the ring of the last ones. */
static void loudest_push(loudest *l, const meter *m, const snq_hop *hop)
{
    if (m->count >= l->window) {
        const uint64_t leaving = (m->count - l->window) % RECENT;
        l->energy -= m->recent_energy[leaving];
        l->frames -= m->recent_frames[leaving];
    }
    l->energy += hop->k_energy;
    l->frames += hop->frames;
    if (m->count + 1 >= l->window && l->frames > 0) {
        const double z = l->energy / (double)l->frames;
        l->most = z > l->most ? z : l->most;
    }
}

static snq_status meter_push(const state *s, meter *m, const snq_hop *hop)
{
    m->true_peak = hop->true_peak > m->true_peak ? hop->true_peak : m->true_peak;
    if (hop->frames < s->hop_frames)
        return SNQ_OK; /* the end of the stream cut it: it completes no window */
    loudest_push(&m->momentary, m, hop);
    loudest_push(&m->short_term, m, hop);
    m->recent_energy[m->count % RECENT] = hop->k_energy;
    m->recent_frames[m->count % RECENT] = hop->frames;
    m->count++;
    m->energy += hop->k_energy;
    m->frames += hop->frames;
    if (++m->hops < SLOT_HOPS)
        return SNQ_OK;
    if (m->slots == m->room) {
        const uint32_t room = m->room ? 2 * m->room : 256;
        double *slot = room > SLOTS_MAX ? NULL : snq_regrow(m->slot, m->slots, room, sizeof *slot);
        if (!slot)
            return SNQ_FAIL(SNQ_ERR_NOMEM, "loudness: no memory for %u slots of 100 ms", room);
        m->slot = slot;
        m->room = room;
    }
    m->slot[m->slots++] = m->frames ? m->energy / m->frames : 0.0;
    m->energy = 0.0;
    m->frames = m->hops = 0;
    return SNQ_OK;
}

/* Mean power of the window of w slots that starts at slot k. Summed afresh each time: a running sum
 * would leave the rounding of a loud passage behind in the silence after it. */
static double window_power(const meter *m, uint32_t k, uint32_t w)
{
    double sum = 0.0;
    for (uint32_t i = 0; i < w; i++)
        sum += m->slot[k + i];
    return sum / w;
}

/* Mean of the momentary powers above `threshold`; 0 when there is none. */
static double gated_mean(const meter *m, double threshold)
{
    double sum = 0.0;
    uint32_t n = 0;
    for (uint32_t k = 0; k + MOMENTARY <= m->slots; k++) {
        const double z = window_power(m, k, MOMENTARY);
        if (z > threshold) {
            sum += z;
            n++;
        }
    }
    return n ? sum / n : 0.0;
}

static snq_measure integrated(const meter *m)
{
    if (m->slots < MOMENTARY)
        return snq_unmeasured("shorter than 400 ms");
    const double floor = power(GATE_ABSOLUTE_LUFS);
    const double first = gated_mean(m, floor);
    if (first <= 0.0)
        return snq_unmeasured("never above the gate of -70 LUFS");
    const double relative = first * pow(10.0, GATE_INTEGRATED_LU / 10.0);
    return snq_measured(lufs(gated_mean(m, relative > floor ? relative : floor)));
}

static snq_measure largest(const meter *m, const loudest *l, const char *too_short)
{
    if (m->count < l->window)
        return snq_unmeasured(too_short);
    return l->most > 0.0 ? snq_measured(lufs(l->most)) : snq_unmeasured("digital silence");
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The short-term powers above `threshold`, into z; returns how many. */
static uint32_t short_term_above(const meter *m, double threshold, double *z, double *mean)
{
    uint32_t n = 0;
    double sum = 0.0;
    for (uint32_t k = 0; k + SHORT_TERM <= m->slots; k += RANGE_STEP) {
        const double p = window_power(m, k, SHORT_TERM);
        if (p >= threshold) {
            z[n++] = p;
            sum += p;
        }
    }
    *mean = n ? sum / n : 0.0;
    return n;
}

static snq_status range(const meter *m, snq_measure *out)
{
    *out = snq_unmeasured("shorter than 3 s");
    if (m->slots < SHORT_TERM)
        return SNQ_OK;
    double *z = snq_calloc(m->slots / RANGE_STEP + 1, sizeof *z), mean;
    if (!z)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "loudness: no memory for the loudness range");
    const double floor = power(GATE_ABSOLUTE_LUFS);
    *out = snq_unmeasured("never above the gate of -70 LUFS");
    if (short_term_above(m, floor, z, &mean)) {
        const double relative = mean * pow(10.0, GATE_RANGE_LU / 10.0);
        const uint32_t n = short_term_above(m, relative > floor ? relative : floor, z, &mean);
        qsort(z, n, sizeof *z, ascending);
        const uint32_t low = (uint32_t)((n - 1) * 0.10 + 0.5);
        const uint32_t high = (uint32_t)((n - 1) * 0.95 + 0.5);
        *out = snq_measured(lufs(z[high]) - lufs(z[low]));
    }
    snq_free(z);
    return SNQ_OK;
}

static snq_status meter_result(const meter *m, snq_loudness *l)
{
    l->integrated_lufs = integrated(m);
    l->max_momentary_lufs = largest(m, &m->momentary, "shorter than 400 ms");
    l->max_short_term_lufs = largest(m, &m->short_term, "shorter than 3 s");
    l->true_peak_dbtp = m->true_peak > 0.0f ? snq_measured(20.0 * log10((double)m->true_peak))
                                            : snq_unmeasured("digital silence");
    l->plr_db = l->integrated_lufs.reason ? snq_unmeasured(l->integrated_lufs.reason)
                : l->true_peak_dbtp.reason
                    ? snq_unmeasured(l->true_peak_dbtp.reason)
                    : snq_measured(l->true_peak_dbtp.value - l->integrated_lufs.value);
    return range(m, &l->range_lu);
}

static snq_status begin(const snq_analyser_setup *setup, void **out)
{
    state *s = snq_calloc(1, sizeof *s);
    *out = s;
    if (!s)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for the loudness analyser");
    s->hop_frames = setup->rate_hz / SNQ_HOPS_PER_S;
    meter_reset(&s->file);
    meter_reset(&s->region);
    return SNQ_OK;
}

static snq_status block(void *p, const snq_hop_block *b)
{
    state *s = p;
    for (uint32_t i = 0; i < b->hops; i++) {
        SNQ_TRY(meter_push(s, &s->file, &b->hop[i]));
        if (s->in_region)
            SNQ_TRY(meter_push(s, &s->region, &b->hop[i]));
    }
    return SNQ_OK;
}

static snq_status region_begin(void *p, int64_t first_hop)
{
    state *s = p;
    meter_reset(&s->region);
    s->in_region = 1;
    return SNQ_OK;
}

static snq_status region_end(void *p, int64_t end_hop, snq_region *region)
{
    state *s = p;
    s->in_region = 0;
    region->loudness_reason = NULL;
    return meter_result(&s->region, &region->loudness);
}

static snq_status finish(void *p, snq_hearing *h)
{
    h->loudness_reason = NULL;
    return meter_result(&((state *)p)->file, &h->loudness);
}

static snq_status whole(void *p, snq_hearing *h, snq_region *region)
{
    region->loudness_reason = NULL;
    region->loudness = h->loudness;
    return SNQ_OK;
}

static void refuse(snq_hearing *h, snq_region *region, const char *reason)
{
    if (region)
        region->loudness_reason = reason;
    else
        h->loudness_reason = reason;
}

static void adopt(snq_hearing *h, snq_region *region, const snq_hearing *from,
                  const snq_region *from_region)
{
    if (region) {
        region->loudness = from_region->loudness;
        region->loudness_reason = from_region->loudness_reason;
    } else {
        h->loudness = from->loudness;
        h->loudness_reason = from->loudness_reason;
    }
}

static void state_free(void *p)
{
    state *s = p;
    if (!s)
        return;
    snq_free(s->file.slot);
    snq_free(s->region.slot);
    snq_free(s);
}

const snq_analyser snq_loudness_analyser = {
    .id = "loudness",
    .title = "loudness, range and true peak (EBU R 128)",
    .version = "1",
    .needs = SNQ_NEED_KWEIGHT | SNQ_NEED_TRUE_PEAK | SNQ_NEED_LEVELS,
    .begin = begin,
    .block = block,
    .region_begin = region_begin,
    .region_end = region_end,
    .finish = finish,
    .whole = whole,
    .refuse = refuse,
    .adopt = adopt,
    .free = state_free,
};
