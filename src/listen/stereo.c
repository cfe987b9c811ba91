// SPDX-License-Identifier: MIT
/* stereo -- how wide the image is, and whether a mono player would lose it.
 *
 * IDEA   Split left and right into what they share (mid) and what sets them apart (side), and compare
 *        their power. The bass is looked at by itself: it should be shared.
 * STEPS  all sums over the file, means removed:
 *          M = sum ((l + r) / 2)^2, S = sum ((l - r) / 2)^2; width = S / (M + S)
 *          correlation = sum l r / sqrt(sum l^2 sum r^2)
 *        below 120 Hz, from the fine spectrum's bins k >= 2:
 *          ll, rr = (total +- balance) / 2, lr = cross; low correlation = lr / sqrt(ll rr)
 *        antiphase when width > 3/4
 * CONST  120 Hz: where crossovers to one subwoofer lie and vinyl wants mono. 3/4: the mono mix is then
 *        6 dB or more below the two channels' power, twice what independent channels lose.
 * COST   Nothing a sample beyond the shared sums.
 * LIMITS One figure for the whole file. A delay between the channels lowers the correlation as
 *        different content would. */
#include <math.h>

#include "base/alloc.h"
#include "listen/analyser.h"
#include "listen/tally.h"

typedef struct state {
    snq_analyser_setup setup;
    snq_tally tally;
    double low_total, low_balance, low_cross;
} state;

static snq_status begin(const snq_analyser_setup *setup, void **out)
{
    state *s = snq_calloc(1, sizeof *s);
    *out = s;
    if (!s)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for the stereo analyser");
    s->setup = *setup;
    return SNQ_OK;
}

static snq_status block(void *p, const snq_hop_block *b)
{
    state *s = p;
    for (uint32_t i = 0; i < b->hops; i++)
        snq_tally_add(&s->tally, &b->hop[i], b->channels);
    for (uint32_t i = 0; i < b->fine_frames; i++) {
        const snq_fine_frame *f = &b->fine[i];
        if (!f->cross || f->silent)
            continue;
        /* bins 0 and 1 hold what is left of an offset */
        for (uint32_t k = 2; k < b->low_bins; k++) {
            s->low_total += 2.0 * (double)f->power[k]; /* mean of two channels -> sum */
            s->low_balance += (double)f->balance[k];
            s->low_cross += (double)f->cross[k];
        }
    }
    return SNQ_OK;
}

static snq_measure low_correlation(const state *s)
{
    const double ll = 0.5 * (s->low_total + s->low_balance);
    const double rr = 0.5 * (s->low_total - s->low_balance);
    const double floor = 1e-9 * s->low_total; /* one side is silent but for rounding */
    if (!(ll > floor && rr > floor))
        return snq_unmeasured("no sound below 120 Hz in one of the channels");
    const double r = s->low_cross / sqrt(ll * rr);
    return snq_measured(r > 1.0 ? 1.0 : r < -1.0 ? -1.0 : r);
}

static snq_status finish(void *p, snq_hearing *h)
{
    const state *s = p;
    const snq_tally *t = &s->tally;
    if (s->setup.channels != 2) {
        h->stereo_reason = s->setup.channels == 1 ? "mono" : "not two channels";
        return SNQ_OK;
    }
    const double n = t->frames ? (double)t->frames : 1.0;
    const double ll = t->left - t->sum[0] * t->sum[0] / n;
    const double rr = t->right - t->sum[1] * t->sum[1] / n;
    const double lr = t->cross - t->sum[0] * t->sum[1] / n;
    const double floor = 1e-10 * (t->left + t->right); /* rounding of the sums: see tally.h */
    if (!(ll + rr > floor)) {
        h->stereo_reason = "digital silence";
        return SNQ_OK;
    }
    snq_stereo *out = &h->stereo;
    h->stereo_reason = NULL;
    const double width = 0.5 - lr / (ll + rr);
    out->width = snq_measured(width < 0.0 ? 0.0 : width > 1.0 ? 1.0 : width);
    if (ll > floor && rr > floor) {
        const double r = lr / sqrt(ll * rr);
        out->correlation = snq_measured(r > 1.0 ? 1.0 : r < -1.0 ? -1.0 : r);
    } else
        out->correlation = snq_unmeasured("one channel is silent");
    out->low_correlation = low_correlation(s);
    out->antiphase = out->width.value > 0.75;
    if (out->antiphase)
        snq_warnings_add(&h->warnings, "antiphase", -1,
                         "the channels cancel: a mono mix loses %.1f dB",
                         -10.0 * log10(1.0 - out->width.value + 1e-12));
    return SNQ_OK;
}

static void refuse(snq_hearing *h, snq_region *region, const char *reason)
{
    h->stereo_reason = reason;
}

static void adopt(snq_hearing *h, snq_region *region, const snq_hearing *from,
                  const snq_region *from_region)
{
    h->stereo = from->stereo;
    h->stereo_reason = from->stereo_reason;
}

const snq_analyser snq_stereo_analyser = {
    .id = "stereo",
    .title = "width, correlation, antiphase",
    .version = "1",
    .needs = SNQ_NEED_LEVELS | SNQ_NEED_FINE,
    .begin = begin,
    .block = block,
    .finish = finish,
    .refuse = refuse,
    .adopt = adopt,
    .free = snq_free,
};
