// SPDX-License-Identifier: MIT
/* Any bytes as a mapping template: refused with a word; or written and read again as itself, and run over features to
 * curves that pass every check and stay in their ranges. */
#include "fuzz_input.h"

#include <math.h>

#include "base/alloc.h"
#include "base/str.h"
#include "map/map_run.h"

static void write_text(const snq_map_template *t, snq_str *to)
{
    snq_json j;
    snq_str_init(to, 16 << 20);
    snq_json_init(&j, snq_json_to_str, to);
    snq_map_template_json(&j, t);
    must(snq_json_finish(&j) >= 0);
}

static void round_trip(const snq_map_template *t)
{
    snq_str one, two;
    snq_map_template *again;
    write_text(t, &one);
    if (one.length > SNQ_MAP_BYTES_MAX) { /* it may be longer than it was written */
        snq_str_clear(&one);
        return;
    }
    must(snq_map_template_parse("again", snq_str_text(&one), one.length, NULL, &again) >= 0);
    write_text(again, &two);
    must(strcmp(snq_str_text(&one), snq_str_text(&two)) == 0);
    snq_str_clear(&one);
    snq_str_clear(&two);
    snq_map_template_free(again);
}

/* Every source that the template names, with values inside, outside and none. */
static void make_features(const snq_map_template *t, snq_feature_set *f)
{
    static const float value[] = { 0, 1, -1, NAN, NAN, NAN, NAN, NAN, NAN, 0.5f, 1e30f, 3 };
    must(snq_feature_set_init(f, 0.25, SNQ_COUNT(value)) >= 0);
    for (uint32_t i = 0; i < t->mappings && f->items < SNQ_FEATURE_SET_MAX; i++) {
        snq_feature *c;
        if (i % 3 == 2)
            continue; /* some are missing */
        must(snq_feature_set_add(f, t->mapping[i].source, i % 5 == 4 ? "it can't be seen" : NULL,
                                 &c) >= 0);
        for (size_t k = 0; c->value && k < f->length; k++)
            c->value[k] = value[(k + i) % SNQ_COUNT(value)];
        snq_feature_bridge(f, c);
    }
}

static void run_map(const snq_map_template *t)
{
    snq_feature_set f;
    snq_map_result r;
    size_t n;
    snq_map_run_cfg cfg = snq_map_run_cfg_default();
    make_features(t, &f);
    cfg.map = t, cfg.features = &f, cfg.duration_s = 3, cfg.rate_hz = 10;
    must(snq_map_run(&cfg, &r) >= 0);
    for (size_t i = 0; i < r.outputs; i++) {
        const snq_map_output *o = &r.output[i];
        const snq_param *p = &snq_destinations(&n)[o->destination].param;
        must(snq_curve_check(&o->curve) >= 0 && o->curve.points >= 1);
        for (size_t k = 0; k < o->curve.points; k++)
            must(o->curve.point[k].value >= p->min && o->curve.point[k].value <= p->max);
    }
    snq_map_result_clear(&r);
    snq_feature_set_clear(&f);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    snq_map_template *t;
    snq_warnings odd = { 0 };
    const int64_t live = snq_alloc_live();
    snq_error_clear();
    if (snq_map_template_parse("map.json", (const char *)bytes, n, &odd, &t) < 0) {
        must(snq_last_error()[0] != '\0' && !t);
    } else {
        round_trip(t);
        run_map(t);
        snq_map_template_free(t);
    }
    must(snq_alloc_live() == live);
    return 0;
}
