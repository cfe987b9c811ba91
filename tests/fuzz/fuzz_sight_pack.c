// SPDX-License-Identifier: MIT
/* Any bytes as a packed sight: a failure, or a sight that keeps every limit, whose document is legal
 * JSON, and that packs again to bytes that give the same document.
 *
 * The seeds in corpus_sight_pack/ are a sight of nothing, one with all sections, and one with windows;
 * tests/score/test_sight_pack.c compares them with what it packs. After a change of the format:
 *     SNQ_WRITE_SEEDS=1 SNQ_ROOT=$PWD build/tests/score/test_sight_pack */
#include "fuzz_input.h"
#include "json_check.h"

#include <math.h>

#include "base/alloc.h"
#include "score/sight_pack.h"

static snq_str document(const snq_sight *s)
{
    snq_json j;
    snq_str out;
    snq_str_init(&out, 1 << 30);
    snq_json_init(&j, snq_json_to_str, &out);
    snq_sight_json(&j, s);
    must(snq_json_finish(&j) == SNQ_OK);
    must_be_json(out.text);
    return out;
}

static void check_share(double v)
{
    must(v >= 0.0 && v <= 1.0);
}

static void check_band(const snq_sight_band *b)
{
    must(b->regions <= SNQ_SIGHT_REGIONS_MAX && b->changes <= SNQ_SIGHT_CHANGES_MAX);
    must(b->trend >= -1 && b->trend <= 1);
    for (uint32_t t = 0; t < SNQ_SIGHT_TYPES; t++) {
        check_share(b->type[t].percentage);
        check_share(b->type[t].confidence);
    }
    for (uint32_t p = 0; p < SNQ_SIGHT_PROPERTIES; p++)
        must(isfinite(b->property[p].value));
    for (uint32_t i = 0; i < b->regions; i++)
        must(isfinite(b->region[i].x) && isfinite(b->region[i].strength));
    for (uint32_t i = 0; i < b->changes; i++)
        must(b->change_s[i] >= (i ? b->change_s[i - 1] : 0.0));
}

static void check_columns(const snq_sight *s)
{
    must(s->columns <= SNQ_SIGHT_COLUMNS_MAX && (s->has_windows || !s->columns));
    for (uint32_t i = 0; i < s->columns; i++) {
        const snq_series *c = &s->column[i].series;
        must(s->column[i].band >= -1 && s->column[i].band < SNQ_SIGHT_BANDS);
        must(c->name && c->unit && c->length <= SNQ_SIGHT_STEPS_MAX);
        must(c->length == s->column[0].series.length && c->step_s > 0.0);
        for (size_t k = 0; k < c->length; k++)
            must(isfinite(c->value[k]) && c->valid[k] <= 1);
    }
}

static void check_limits(const snq_sight *s)
{
    must(s->warnings.count <= SNQ_WARNINGS_MAX && s->lists.total_bytes <= SNQ_SIGHT_LISTS_MAX);
    must(s->video.range.start_s >= 0.0 && s->video.range.end_s >= s->video.range.start_s);
    must(s->motion.type <= SNQ_SIGHT_STATIC && s->motion.shape <= SNQ_SIGHT_SHAPELESS);
    check_share(s->motion.confidence);
    check_share(s->camera.residual_share);
    for (uint32_t b = 0; b < SNQ_SIGHT_BANDS; b++)
        check_band(&s->band[b]);
    must(s->jitter.bins <= SNQ_SIGHT_SHAKE_BINS_MAX && s->events <= SNQ_SIGHT_EVENTS_MAX);
    for (uint32_t i = 0; i < s->jitter.bins; i++)
        check_share((double)s->jitter.spectrum[i]);
    for (uint32_t i = 0; i < s->events; i++) {
        must(s->event[i].t_s >= (i ? s->event[i - 1].t_s : 0.0));
        must(s->event[i].kind <= SNQ_SIGHT_ACCENT);
        check_share(s->event[i].strength);
    }
    check_columns(s);
}

static void again(snq_sight *s)
{
    snq_sight back;
    snq_unpack u;
    snq_str bytes;
    check_limits(s);
    snq_str_init(&bytes, 1 << 30);
    snq_sight_pack(&bytes, s);
    must(bytes.st == SNQ_OK);
    snq_unpack_init(&u, bytes.text, bytes.length);
    must(snq_sight_unpack(&u, &back) == SNQ_OK && snq_unpack_finish(&u) == SNQ_OK);
    snq_str a = document(s), b = document(&back);
    must(a.length == b.length && memcmp(a.text, b.text, a.length) == 0);
    snq_str_clear(&a);
    snq_str_clear(&b);
    snq_str_clear(&bytes);
    snq_sight_clear(&back);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    snq_unpack u;
    snq_sight s;
    snq_error_clear();
    snq_unpack_init(&u, p, n);
    const snq_status st = snq_sight_unpack(&u, &s);
    if (st < 0)
        must(st == SNQ_ERR_FORMAT && u.st == st && *snq_last_error() && !s.column &&
             !s.lists.chunk);
    else {
        must(u.left <= n && u.at == p + (n - u.left));
        again(&s);
    }
    snq_sight_clear(&s);
    must(snq_alloc_live() == 0);
    return 0;
}
