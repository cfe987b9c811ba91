// SPDX-License-Identifier: MIT
/* chords -- which chord sounds when, and its bass note. How: top of harmony.c. */
#include <string.h>

#include "listen/analyser.h"
#include "listen/music.h"

static snq_status finish(void *music, snq_hearing *h)
{
    snq_harmony *harmony;
    SNQ_TRY(snq_music_harmony(music, &harmony));
    const snq_chords found = snq_harmony_chords(harmony);
    snq_heard_chord *list = snq_hearing_list(h, found.chords, sizeof *list);
    if (!list)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for %u chords", found.chords);
    if (found.chords)
        memcpy(list, found.chord, found.chords * sizeof *list);
    h->chords = (snq_chords) { list, found.chords };
    h->chords_reason = NULL;
    return SNQ_OK;
}

static void refuse(snq_hearing *h, snq_region *region, const char *reason)
{
    if (!region)
        h->chords_reason = reason;
}

static void adopt(snq_hearing *h, snq_region *region, const snq_hearing *from,
                  const snq_region *from_region)
{
    if (!region) {
        h->chords = from->chords;
        h->chords_reason = from->chords_reason;
    }
}

const snq_analyser snq_chords_analyser = {
    .id = "chords",
    .title = "chords",
    .version = "1",
    .needs = SNQ_NEED_MUSIC,
    .begin = snq_music_begin,
    .block = snq_music_block,
    .finish = finish,
    .refuse = refuse,
    .adopt = adopt,
    .free = snq_music_leave,
};
