// SPDX-License-Identifier: MIT
#include "support/check.h"
#include "support/sweep.h"

#include "base/alloc.h"
#include "mix/engine/mix_defaults.h"

static const snq_mix_part band[] = {
    { "kit", "drums", -3.0f, 0.0f, NULL },  { "sub", "bass", 0.0f, 0.0f, NULL },
    { "solo", "lead", -6.0f, 0.2f, NULL },  { "wash", "pad", -6.0f, -0.2f, NULL },
    { "choir", "voice", 0.0f, 0.0f, NULL }, { "odd", "no such family", 1.0f, 0.0f, NULL },
};

static const snq_mix_duck *duck_by(const snq_strip_plan *s, const char *by)
{
    for (uint32_t i = 0; i < s->ducks; i++)
        if (strcmp(s->duck[i].by, by) == 0)
            return &s->duck[i];
    return NULL;
}

static void a_band(void **state)
{
    snq_mix_plan p;
    check_ok(snq_mix_defaults(band, 6, &p));
    check_ok(snq_mix_plan_check(&p));
    assert_int_equal(p.strips, 6);
    for (uint32_t i = 0; i < 6; i++) {
        assert_string_equal(p.strip[i].name, band[i].name);
        assert_true(p.strip[i].gain_db == band[i].gain_db && p.strip[i].pan == band[i].pan);
    }
    /* the bass makes room for the drums, in its lows; nobody else does */
    assert_true(duck_by(&p.strip[1], "kit")->freq_hz < 120.0f);
    assert_null(duck_by(&p.strip[0], "sub"));
    /* the pad for what leads, in the middle */
    assert_true(duck_by(&p.strip[3], "solo")->freq_hz > 1000.0f);
    assert_non_null(duck_by(&p.strip[3], "choir"));
    assert_null(duck_by(&p.strip[2], "choir"));
    /* weight below belongs to drums and bass; they stay out of the hall */
    for (uint32_t i = 0; i < 6; i++)
        assert_int_equal(p.strip[i].inserts.links > 0, i >= 2);
    assert_int_equal(p.strip[1].sends, 0);
    assert_true(p.strip[3].sends == 1 && strcmp(p.strip[3].send[0].bus, "hall") == 0);
    assert_true(p.master.target_lufs == -14.0f && p.master.ceiling_dbtp == -1.0f);
    assert_true(p.buses == 2 && p.master.inserts.links > 0);
    snq_mix_plan_clear(&p);
}

/* More of what leads than a strip can make room for: the first ones. */
static void many_and_none(void **state)
{
    snq_mix_part part[20];
    char name[20][8];
    snq_mix_plan p;
    for (int i = 0; i < 20; i++) {
        snprintf(name[i], sizeof name[i], "t%d", i);
        part[i] = (snq_mix_part) { name[i], i ? "lead" : "pad", 0.0f, 0.0f, NULL };
    }
    check_ok(snq_mix_defaults(part, 20, &p));
    assert_int_equal(p.strip[0].ducks, SNQ_MIX_DUCKS_MAX);
    assert_non_null(duck_by(&p.strip[0], "t1"));
    snq_mix_plan_clear(&p);
    check_ok(snq_mix_defaults(NULL, 0, &p));
    assert_int_equal(p.strips, 0);
    snq_mix_plan_clear(&p);
    part[3].gain_db = 99.0f;
    check_status(snq_mix_defaults(part, 20, &p), SNQ_ERR_RANGE);
    assert_null(p.strip);
}

static snq_status make(void *user, void **out)
{
    static snq_mix_plan p;
    *out = NULL;
    SNQ_TRY(snq_mix_defaults(band, 6, &p));
    *out = &p;
    return SNQ_OK;
}

static void unmake(void *p)
{
    snq_mix_plan_clear(p);
}

static void out_of_memory(void **state)
{
    assert_true(snq_sweep(make, unmake, NULL) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_band),
        cmocka_unit_test(many_and_none),
        cmocka_unit_test(out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
