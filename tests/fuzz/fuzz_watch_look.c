// SPDX-License-Identifier: MIT
/* Any bytes as a packed look: a failure that leaves nothing behind, or a look that keeps every limit and
 * packs again to the very bytes that were read.
 *
 * The seeds in corpus_watch_look/ are made by tests/score/test_watch_look.c, which compares them with what
 * it packs. After a change of the format:
 *     SNQ_WRITE_SEEDS=1 SNQ_ROOT=$PWD build/tests/score/test_watch_look */
#include "fuzz_input.h"

#include <math.h>

#include "base/alloc.h"
#include "score/watch_look.h"

static void check_limits(const snq_watch_look *l)
{
    must(l->still_width <= SNQ_WATCH_LOOK_SIDE_MAX && l->still_height <= SNQ_WATCH_LOOK_SIDE_MAX);
    must(!l->still_width == !l->still && !l->still_height == !l->still);
    must((uint64_t)l->across * l->down <= SNQ_WATCH_LOOK_CELLS_MAX);
    must(!l->across == !l->speed && !l->down == !l->drift);
    must(l->steps <= SNQ_WATCH_LOOK_STEPS_MAX && l->points <= SNQ_WATCH_LOOK_POINTS_MAX);
    must(!l->steps == !l->energy && !l->steps == !l->hue_deg && !l->points == !l->power);
    must(!l->steps || (isfinite(l->start_s) && l->step_s > 0));
    for (uint32_t i = 0; i < SNQ_SIGHT_BANDS * l->across * l->down; i++)
        must(l->speed[i] >= 0.0f && isfinite(l->speed[i]));
    for (uint32_t i = 0; i < SNQ_SIGHT_BANDS * l->steps; i++)
        must(l->energy[i] >= SNQ_WATCH_LOOK_NONE && isfinite(l->energy[i]));
    must(l->strip.thumbs <= SNQ_FILM_STRIP_MAX && !l->strip.thumbs == !l->strip.rgb);
    for (uint32_t i = 1; i < l->points; i++)
        must(l->hz[i] > l->hz[i - 1]);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    snq_unpack u;
    snq_watch_look look;
    snq_error_clear();
    snq_unpack_init(&u, p, n);
    const snq_status st = snq_watch_look_unpack(&u, &look);
    if (st < 0) {
        must(st == SNQ_ERR_FORMAT && u.st == st && *snq_last_error());
        must(!look.still && !look.speed && !look.energy && !look.hz && !look.strip.rgb);
    } else {
        snq_str again;
        check_limits(&look);
        snq_str_init(&again, SNQ_WATCH_LOOK_PACKED_MAX);
        snq_watch_look_pack(&again, &look);
        must(again.st == SNQ_OK && again.length == n - u.left);
        must(memcmp(again.text, p, again.length) == 0);
        snq_str_clear(&again);
    }
    snq_watch_look_clear(&look);
    must(snq_alloc_live() == 0);
    return 0;
}
