// SPDX-License-Identifier: MIT
/* onsets -- when notes begin, and how strongly.
 *
 * STEPS  onset_pick.c says which hops; strength: 1 / (1 + e^-logit) */
#include <math.h>

#include "listen/analyser.h"
#include "listen/music.h"
#include "listen/onset_pick.h"

static snq_status finish(void *music, snq_hearing *h)
{
    snq_rhythm_rows rows;
    SNQ_TRY(snq_music_onsets(music, &rows));
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
        for (int64_t i = snq_onset_first(&rows, 0); i < rows.hops && n < SNQ_ONSETS_MAX;
             i = snq_onset_next(&rows, i)) {
            if (list)
                list[n] = (snq_onset) { snq_onset_refined_s(&rows, i),
                                        1.0f / (1.0f + expf(-rows.onset[i])) };
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
