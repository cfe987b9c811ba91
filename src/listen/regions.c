// SPDX-License-Identifier: MIT
/* regions -- reports the content regions and their level.
 *
 * IDEA   The listener finds the regions for everybody (region_finder.c) and tells each analyser where
 *        they begin and end; this one writes down how loud each is.
 * STEPS  level = 10 log10 of the mean square of the region's samples, offset removed (tally.h). */
#include "base/alloc.h"
#include "listen/analyser.h"
#include "listen/tally.h"

typedef struct state {
    uint32_t channels;
    int in_region;
    snq_tally region;
    snq_tally file; /* what lies in no region */
} state;

static snq_status begin(const snq_analyser_setup *setup, void **out)
{
    state *s = snq_calloc(1, sizeof *s);
    *out = s;
    if (!s)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for the regions analyser");
    s->channels = setup->channels;
    return SNQ_OK;
}

static snq_status block(void *p, const snq_hop_block *b)
{
    state *s = p;
    for (uint32_t i = 0; i < b->hops; i++)
        snq_tally_add(s->in_region ? &s->region : &s->file, &b->hop[i], s->channels);
    return SNQ_OK;
}

static snq_status region_begin(void *p, int64_t first_hop)
{
    state *s = p;
    s->region = (snq_tally) { 0 };
    s->in_region = 1;
    return SNQ_OK;
}

static snq_status region_end(void *p, int64_t end_hop, snq_region *region)
{
    state *s = p;
    s->in_region = 0;
    region->level_dbfs =
        snq_measured_power_db(snq_tally_power(&s->region, s->channels), "digital silence");
    return SNQ_OK;
}

static snq_status finish(void *p, snq_hearing *h)
{
    h->regions_reason = NULL;
    return SNQ_OK;
}

/* The whole stream is one region: no hop was in another. */
static snq_status whole(void *p, snq_hearing *h, snq_region *region)
{
    const state *s = p;
    region->level_dbfs =
        snq_measured_power_db(snq_tally_power(&s->file, s->channels), "digital silence");
    return SNQ_OK;
}

static void refuse(snq_hearing *h, snq_region *region, const char *reason)
{
    if (region)
        region->level_dbfs = snq_unmeasured(reason);
    else
        h->regions_reason = reason;
}

static void adopt(snq_hearing *h, snq_region *region, const snq_hearing *from,
                  const snq_region *from_region)
{
    if (region)
        region->level_dbfs = from_region->level_dbfs;
    else
        h->regions_reason = from->regions_reason;
}

const snq_analyser snq_regions_analyser = {
    .id = "regions",
    .title = "content between silences",
    .version = "1",
    .needs = SNQ_NEED_LEVELS | SNQ_NEED_MEL | SNQ_NEED_REGIONS,
    .begin = begin,
    .block = block,
    .region_begin = region_begin,
    .region_end = region_end,
    .finish = finish,
    .whole = whole,
    .refuse = refuse,
    .adopt = adopt,
    .free = snq_free,
};
