// SPDX-License-Identifier: MIT
/* Any bytes as a packed portrait: a failure that leaves nothing behind, or a portrait that keeps every
 * limit and packs again to the very bytes that were read.
 *
 * The seeds in corpus_portrait_pack/ are made by tests/plot/test_portrait.c, which compares them with
 * what it packs. After a change of the format:
 *     SNQ_WRITE_SEEDS=1 SNQ_ROOT=$PWD build/tests/plot/test_portrait */
#include "fuzz_input.h"

#include <math.h>

#include "base/alloc.h"
#include "plot/portrait.h"

static void check_limits(const snq_portrait *p)
{
    must(p->points <= SNQ_PORTRAIT_CELLS_MAX && p->columns <= SNQ_PORTRAIT_CELLS_MAX);
    must(p->ticks <= SNQ_PORTRAIT_CELLS_MAX && p->rows <= SNQ_PORTRAIT_ROWS_MAX);
    must(p->frames >= 0 && isfinite(p->top_db));
    must(!p->points == !p->min && !p->points == !p->max && !p->columns == !p->band);
    must((p->columns && p->rows) == !!p->level);
    must(!p->ticks == !p->momentary_lo && !p->ticks == !p->momentary_hi);
    must(!p->ticks == !p->short_term);
    must((int64_t)p->points * p->point_frames >= p->frames);
    must((int64_t)p->columns * p->column_frames >= p->frames);
    for (uint32_t i = 0; i < p->points; i++)
        must(p->min[i] <= p->max[i] && isfinite(p->min[i]) && isfinite(p->max[i]));
    for (uint32_t i = 0; i < p->columns * SNQ_PORTRAIT_BANDS; i++)
        must(p->band[i] >= 0.0f && isfinite(p->band[i]));
    for (uint32_t i = 0; i < p->ticks; i++)
        must(p->momentary_lo[i] >= SNQ_PORTRAIT_SILENT &&
             p->momentary_lo[i] <= p->momentary_hi[i] && isfinite(p->momentary_hi[i]) &&
             isfinite(p->short_term[i]));
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    snq_unpack u;
    snq_portrait portrait;
    snq_error_clear();
    snq_unpack_init(&u, p, n);
    const snq_status st = snq_portrait_unpack(&u, &portrait);
    if (st < 0) {
        must(st == SNQ_ERR_FORMAT && u.st == st && *snq_last_error());
        must(!portrait.min && !portrait.level && !portrait.short_term);
    } else {
        snq_str again;
        check_limits(&portrait);
        snq_str_init(&again, SNQ_PORTRAIT_PACKED_MAX);
        snq_portrait_pack(&again, &portrait);
        must(again.st == SNQ_OK && again.length == n - u.left);
        must(memcmp(again.text, p, again.length) == 0);
        snq_str_clear(&again);
    }
    snq_portrait_clear(&portrait);
    must(snq_alloc_live() == 0);
    return 0;
}
