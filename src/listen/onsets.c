// SPDX-License-Identifier: MIT
/* onsets -- when notes begin, and how strongly.
 *
 * IDEA   The rhythm network says of each hop how sure it is that a note begins there; a peak of that is an
 *        onset.
 * STEPS  hop i is an onset when its logit is over THRESHOLD, the highest within REACH hops to both sides (of
 *        equal ones the first), and no onset lies within APART hops before
 *        time: the parabola through the peak and its neighbours; strength: 1 / (1 + e^-logit)
 * CONST  THRESHOLD, REACH and APART: best F on seeds under 99 of the made music, 2026-11. The truth there joins
 *        notes within 30 ms.
 * LIMITS Soft attacks (strings, pads, voices) are found late or not at all. */
#include <math.h>

#include "dsp/peaks.h"
#include "listen/analyser.h"
#include "listen/music.h"

enum { REACH = 2, APART = 3 };

#define THRESHOLD 0.0f

static int is_peak(const snq_rhythm_rows *r, int64_t i)
{
    const float x = r->onset[i];
    if (x <= THRESHOLD)
        return 0;
    for (int64_t k = i - REACH; k <= i + REACH; k++)
        if (k >= 0 && k < r->hops && (k < i ? r->onset[k] >= x : r->onset[k] > x))
            return 0;
    return 1;
}

static double time_of(const snq_rhythm_rows *r, int64_t i)
{
    double at = (double)i;
    if (i > 0 && i + 1 < r->hops)
        at += snq_peak_parabola((double)r->onset[i - 1], (double)r->onset[i],
                                (double)r->onset[i + 1], NULL);
    return snq_onset_time_s(at);
}

static snq_status finish(void *music, snq_hearing *h)
{
    snq_rhythm_rows rows;
    SNQ_TRY(snq_music_rhythm(music, &rows));
    h->onsets_reason = NULL;
    h->onsets = (snq_onsets) { 0 };
    for (int pass = 0; pass < 2; pass++) {
        uint32_t n = 0;
        snq_onset *list = NULL;
        if (pass) {
            list = snq_hearing_list(h, h->onsets.onsets, sizeof *list);
            if (!list && h->onsets.onsets)
                return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for %u onsets", h->onsets.onsets);
        }
        int64_t last = -APART;
        for (int64_t i = 0; i < rows.hops && n < SNQ_ONSETS_MAX; i++) {
            if (i - last < APART || !is_peak(&rows, i))
                continue;
            last = i;
            if (list)
                list[n] = (snq_onset) { time_of(&rows, i), 1.0f / (1.0f + expf(-rows.onset[i])) };
            n++;
        }
        h->onsets = (snq_onsets) { list, n };
    }
    return SNQ_OK;
}

static void refuse(snq_hearing *h, snq_region *region, const char *reason)
{
    if (!region) {
        h->onsets_reason = reason;
        h->onsets = (snq_onsets) { 0 };
    }
}

static void adopt(snq_hearing *h, snq_region *region, const snq_hearing *from,
                  const snq_region *from_region)
{
    if (!region) {
        h->onsets_reason = from->onsets_reason;
        h->onsets = from->onsets;
    }
}

const snq_analyser snq_onsets_analyser = {
    .id = "onsets",
    .title = "note onsets",
    .version = "1",
    .needs = SNQ_NEED_MUSIC,
    .begin = snq_music_begin,
    .block = snq_music_block,
    .finish = finish,
    .refuse = refuse,
    .adopt = adopt,
    .free = snq_music_leave,
};
