// SPDX-License-Identifier: MIT
/* dynamics -- how much the level moves.
 *
 * IDEA   The crest factor compares the highest sample with the average: how spiky. The dynamic range
 *        looks at the level of each 400 ms while something plays and says how far apart the loud and
 *        the quiet ones lie: how much it swells.
 * STEPS  power = mean over samples and channels of (x - mean of the channel)^2
 *        rms = 10 log10 power; peak = 20 log10 max |x|; crest = peak - rms            dB
 *        window k (400 ms, each 100 ms, wholly inside a region): level_k = 10 log10 power
 *        dynamic range = P95 - P10 of all level_k                                     dB
 *        offset = mean of the channel where its magnitude is largest
 * CONST  400 ms each 100 ms: the momentary window of EBU R 128, about a note or a syllable. P10 and
 *        P95: as the loudness range of EBU Tech 3342, so that one pause or one hit doesn't decide.
 *        Percentiles: linear interpolation between ranks (Hyndman and Fan 1996, type 7).
 * COST   Some additions a hop; 4 bytes of memory each 100 ms.
 * LIMITS A digitally silent window has no level and is left out. Clipped samples are those of runs of
 *        three or more at full scale (dsp/levels.h): a limiter's ceiling below it is not seen. */
#include <math.h>

#include "base/alloc.h"
#include "dsp/stats.h"
#include "listen/analyser.h"
#include "listen/tally.h"

/* Between the noise of 14 bits and the level under which regions hear silence (region_finder.c):
 * sound that somebody meant to record, far below what a recorder should be set to. */
#define QUIET_BELOW_DBFS (-70.0)
#define QUIET_ABOVE_DBFS (-85.0)

enum { SLOT_HOPS = SNQ_HOPS_PER_S / 10, WINDOW_SLOTS = 4, LEVELS_MAX = 1 << 24 };

typedef struct state {
    uint32_t channels;
    snq_tally file, region;
    int in_region, any_region;
    snq_tally slot[WINDOW_SLOTS]; /* ring: the last slots of this region */
    uint32_t slots;               /* begun in this region; the newest is slot[(slots - 1) % 4] */
    uint32_t slot_hops;           /* in the newest */
    float *level;                 /* (levels,) dBFS of each window in a region so far */
    uint32_t levels, room;
    uint32_t region_from; /* first level of this region */
} state;

static snq_status begin(const snq_analyser_setup *setup, void **out)
{
    state *s = snq_calloc(1, sizeof *s);
    *out = s;
    if (!s)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for the dynamics analyser");
    s->channels = setup->channels;
    return SNQ_OK;
}

/* A window is full: append its level. */
static snq_status window_done(state *s)
{
    snq_tally sum = { 0 };
    for (uint32_t i = 0; i < WINDOW_SLOTS; i++)
        snq_tally_join(&sum, &s->slot[i], s->channels);
    const double power = snq_tally_power(&sum, s->channels);
    if (power <= 0.0)
        return SNQ_OK;
    if (s->levels == s->room) {
        const uint32_t room = s->room ? 2 * s->room : 256;
        float *level =
            room > LEVELS_MAX ? NULL : snq_regrow(s->level, s->levels, room, sizeof *level);
        if (!level)
            return SNQ_FAIL(SNQ_ERR_NOMEM, "dynamics: no memory for %u windows", room);
        s->level = level;
        s->room = room;
    }
    s->level[s->levels++] = (float)(10.0 * log10(power));
    return SNQ_OK;
}

static snq_status region_hop(state *s, const snq_hop *hop)
{
    snq_tally_add(&s->region, hop, s->channels);
    if (s->slots == 0 || s->slot_hops == SLOT_HOPS) {
        s->slot[s->slots++ % WINDOW_SLOTS] = (snq_tally) { 0 };
        s->slot_hops = 0;
    }
    snq_tally_add(&s->slot[(s->slots - 1) % WINDOW_SLOTS], hop, s->channels);
    if (++s->slot_hops == SLOT_HOPS && s->slots >= WINDOW_SLOTS)
        return window_done(s);
    return SNQ_OK;
}

static snq_status block(void *p, const snq_hop_block *b)
{
    state *s = p;
    for (uint32_t i = 0; i < b->hops; i++) {
        snq_tally_add(&s->file, &b->hop[i], s->channels);
        /* before the first region too: perhaps the whole stream turns out to be one */
        if (s->in_region || !s->any_region)
            SNQ_TRY(region_hop(s, &b->hop[i]));
    }
    return SNQ_OK;
}

/* P95 - P10 of n levels; sorts them in place. One window alone has no spread. */
static snq_measure spread(float *level, uint32_t n)
{
    if (n < 2)
        return snq_unmeasured("no region lasts half a second");
    snq_sort(level, n);
    return snq_measured(snq_quantile_sorted(level, n, 0.95) - snq_quantile_sorted(level, n, 0.10));
}

static void result(const snq_tally *t, uint32_t channels, snq_dynamics *d)
{
    const double power = snq_tally_power(t, channels);
    const char *none = t->frames == 0   ? "no samples"
                       : t->peak > 0.0f ? "a constant: silence but for its offset"
                                        : "digital silence";
    d->rms_dbfs = snq_measured_power_db(power, none);
    d->peak_dbfs = snq_measured_power_db((double)t->peak * t->peak, none);
    d->crest_factor_db = d->rms_dbfs.reason ? snq_unmeasured(none)
                                            : snq_measured(d->peak_dbfs.value - d->rms_dbfs.value);
    d->clipped_samples = t->clipped;
    d->dc_offset = t->frames ? snq_measured(snq_tally_offset(t, channels)) : snq_unmeasured(none);
}

static snq_status region_begin(void *p, int64_t first_hop)
{
    state *s = p;
    s->in_region = 1;
    s->region = (snq_tally) { 0 };
    s->slots = s->slot_hops = 0;
    if (!s->any_region)
        s->levels = 0;
    s->any_region = 1;
    s->region_from = s->levels;
    return SNQ_OK;
}

static snq_status region_end(void *p, int64_t end_hop, snq_region *region)
{
    state *s = p;
    s->in_region = 0;
    region->dynamics_reason = NULL;
    result(&s->region, s->channels, &region->dynamics);
    /* sorting this region's part in place leaves the file's set of levels as it was */
    region->dynamics.dynamic_range_db =
        s->levels > s->region_from + 1
            ? spread(s->level + s->region_from, s->levels - s->region_from)
            : snq_unmeasured("shorter than half a second");
    return SNQ_OK;
}

static snq_status finish(void *p, snq_hearing *h)
{
    state *s = p;
    h->dynamics_reason = NULL;
    result(&s->file, s->channels, &h->dynamics);
    h->dynamics.dynamic_range_db = s->any_region ? spread(s->level, s->levels)
                                                 : snq_unmeasured("no region lasts half a second");
    if (s->file.clipped)
        snq_warnings_add(&h->warnings, "clipped", -1, "%lld samples are clipped at full scale",
                         (long long)s->file.clipped);
    if (s->file.peak > 0.0f && h->dynamics.rms_dbfs.reason)
        snq_warnings_add(&h->warnings, "dc_only", -1,
                         "a constant of %.4f and nothing else: silence once its offset is removed",
                         h->dynamics.dc_offset.value);
    const snq_measure rms = h->dynamics.rms_dbfs;
    if (!rms.reason && rms.value < QUIET_BELOW_DBFS && rms.value > QUIET_ABOVE_DBFS)
        snq_warnings_add(&h->warnings, "very_quiet", -1,
                         "%.1f dBFS on average: was the gain set right?", rms.value);
    return SNQ_OK;
}

static snq_status whole(void *p, snq_hearing *h, snq_region *region)
{
    state *s = p;
    h->dynamics.dynamic_range_db = spread(s->level, s->levels);
    region->dynamics_reason = NULL;
    region->dynamics = h->dynamics;
    return SNQ_OK;
}

static void refuse(snq_hearing *h, snq_region *region, const char *reason)
{
    if (region)
        region->dynamics_reason = reason;
    else
        h->dynamics_reason = reason;
}

static void adopt(snq_hearing *h, snq_region *region, const snq_hearing *from,
                  const snq_region *from_region)
{
    if (region) {
        region->dynamics = from_region->dynamics;
        region->dynamics_reason = from_region->dynamics_reason;
    } else {
        h->dynamics = from->dynamics;
        h->dynamics_reason = from->dynamics_reason;
    }
}

static void state_free(void *p)
{
    state *s = p;
    if (!s)
        return;
    snq_free(s->level);
    snq_free(s);
}

const snq_analyser snq_dynamics_analyser = {
    .id = "dynamics",
    .title = "level, crest factor, dynamic range, clipping",
    .version = "1",
    .needs = SNQ_NEED_LEVELS | SNQ_NEED_REGIONS,
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
