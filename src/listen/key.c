// SPDX-License-Identifier: MIT
/* key -- tuning, and key with its changes; of the file and of regions. How: top of harmony.c. */
#include "listen/analyser.h"
#include "listen/music.h"

static snq_status finish(void *music, snq_hearing *h)
{
    snq_harmony *harmony;
    SNQ_TRY(snq_music_harmony(music, &harmony));
    const snq_span whole = { 0.0, snq_music_duration_s(music) };
    SNQ_TRY(snq_harmony_key(harmony, whole, h, &h->key));
    h->key_reason = NULL;
    for (uint32_t i = 0; i < h->regions; i++) {
        snq_region *region = &h->region[i];
        if (!region->has_music)
            continue;
        SNQ_TRY(snq_harmony_key(harmony, region->span, h, &region->key));
        region->key_reason = NULL;
    }
    return SNQ_OK;
}

static snq_status whole(void *music, snq_hearing *h, snq_region *region)
{
    region->key_reason = h->key_reason;
    region->key = h->key;
    return SNQ_OK;
}

static void refuse(snq_hearing *h, snq_region *region, const char *reason)
{
    if (region)
        region->key_reason = reason;
    else
        h->key_reason = reason;
}

static void adopt(snq_hearing *h, snq_region *region, const snq_hearing *from,
                  const snq_region *from_region)
{
    if (region) {
        region->key = from_region->key;
        region->key_reason = from_region->key_reason;
        return;
    }
    h->key = from->key;
    h->key_reason = from->key_reason;
}

const snq_analyser snq_key_analyser = {
    .id = "key",
    .title = "key and tuning",
    .version = "1",
    .needs = SNQ_NEED_MUSIC,
    .begin = snq_music_begin,
    .block = snq_music_block,
    .finish = finish,
    .whole = whole,
    .refuse = refuse,
    .adopt = adopt,
    .free = snq_music_leave,
};
