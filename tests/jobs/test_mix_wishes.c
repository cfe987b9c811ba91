// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/alloc.h"
#include "compose/mix_wish.h"
#include "jobs/mix_wishes.h"
#include "jobs/session_rig.h"
#include "mix/engine/mix_defaults.h"
#include "support/sweep.h"

enum { PARTS = 4, BASS = 1 };

static const snq_mix_part part[PARTS] = {
    { .name = "drums", .family = "drums", .gain_db = -2.0f },
    { .name = "bass", .family = "bass", .gain_db = -5.0f },
    { .name = "keys", .family = "keys", .gain_db = -9.0f },
    { .name = "\x1f lane", .family = "drums", .gain_db = 0.0f },
};

static snq_intent in;
static snq_mix_plan plain, got; /* without wishes, with */

static int begin(void **state)
{
    snq_session s;
    if (session_rig_begin(state))
        return -1;
    rig_session(&s);
    in = s.intent;
    snq_session_clear(&s);
    in.mix = snq_mix_wish_none();
    for (uint32_t i = 0; i < in.tracks; i++)
        in.track[i].mix = snq_mix_wish_none();
    check_ok(snq_mix_wishes_plan(&in, part, PARTS, &plain));
    return 0;
}

static int end(void **state)
{
    snq_mix_plan_clear(&plain);
    snq_mix_plan_clear(&got);
    return session_rig_end(state);
}

static void wish(void)
{
    snq_mix_plan_clear(&got);
    check_ok(snq_mix_wishes_plan(&in, part, PARTS, &got));
    check_ok(snq_mix_plan_check(&got));
}

/* The one link that a chain has more than the plain one, which must be of this kind; NULL: as many. */
static const snq_chain_link *more(const snq_chain_plan *now, const snq_chain_plan *before,
                                  const char *kind)
{
    if (now->links == before->links)
        return NULL;
    assert_int_equal(now->links, before->links + 1);
    for (uint32_t i = 0; i < now->links; i++)
        if (strcmp(now->link[i].kind, kind) == 0 &&
            (i >= before->links || memcmp(&now->link[i], &before->link[i], sizeof *now->link) != 0))
            return &now->link[i];
    fail_msg("no %s was added", kind);
    return NULL;
}

/* A parameter, as the chain's document has it: NaN, its default. */
static double param(const snq_chain_link *l, const char *id)
{
    snq_chain_plan one = { .link = { *l }, .links = 1 };
    char key[64];
    snq_str text;
    snq_json j;
    snq_str_init(&text, 1 << 16);
    snq_json_init(&j, snq_json_to_str, &text);
    snq_chain_json(&j, &one);
    check_ok(snq_json_finish(&j));
    snprintf(key, sizeof key, "\"%s\":", id);
    const char *at = strstr(snq_str_text(&text), key);
    const double v = at ? strtod(at + strlen(key), NULL) : NAN;
    snq_str_clear(&text);
    return v;
}

static const snq_chain_link *bass_more(const char *kind)
{
    wish();
    return more(&got.strip[BASS].inserts, &plain.strip[BASS].inserts, kind);
}

static void without_wishes_it_is_the_defaults(void **state)
{
    snq_mix_plan defaults;
    check_ok(snq_mix_defaults(part, PARTS, &defaults));
    assert_int_equal(plain.strips, PARTS);
    assert_int_equal(plain.buses, defaults.buses);
    for (uint32_t i = 0; i < PARTS; i++) {
        assert_string_equal(plain.strip[i].name, part[i].name);
        assert_memory_equal(&plain.strip[i], &defaults.strip[i], sizeof plain.strip[i]);
    }
    check_near(plain.master.target_lufs, in.target_lufs, 0.0);
    check_near(plain.master.ceiling_dbtp, in.ceiling_dbtp, 0.0);
    assert_int_equal(plain.master.inserts.links, defaults.master.inserts.links);
    snq_mix_plan_clear(&defaults);
}

static void tone(void **state)
{
    snq_mix_wish *w = &in.track[BASS].mix;
    w->highpass_hz = 90.0f;
    const snq_chain_link *l = bass_more("filter");
    assert_non_null(l);
    check_near(param(l, "cutoff_hz"), 90.0, 1e-3);
    *w = snq_mix_wish_none();
    w->lowpass_hz = 2000.0f;
    l = bass_more("filter");
    check_near(param(l, "cutoff_hz"), 2000.0, 1e-3);
    assert_true(isnan(param(l, "type"))); /* low-pass is what a filter is by itself */
    *w = snq_mix_wish_none();
    w->highpass_hz = 1.0f; /* lower than a filter goes */
    check_near(param(bass_more("filter"), "cutoff_hz"), 20.0, 1e-3);
    *w = snq_mix_wish_none();
    w->bright_db = 3.0f;
    l = bass_more("eq");
    check_near(param(l, "high_shelf_db"), 3.0, 1e-6);
    *w = snq_mix_wish_none();
    w->low_db = -4.0f;
    check_near(param(bass_more("eq"), "low_shelf_db"), -4.0, 1e-6);
}

static void colour(void **state)
{
    snq_mix_wish *w = &in.track[BASS].mix;
    w->drive = 0.5f;
    const snq_chain_link *l = bass_more("saturation");
    check_near(param(l, "drive_db"), 9.0, 1e-5);
    check_near(param(l, "output_db"), -4.5, 1e-5);
    *w = snq_mix_wish_none();
    w->crush = 1.0f;
    l = bass_more("bitcrusher");
    check_near(param(l, "bits"), 5.0, 1e-5);
    check_near(param(l, "rate_hz"), 6000.0, 0.1);
    *w = snq_mix_wish_none();
    w->chorus = 0.6f;
    check_near(param(bass_more("chorus"), "mix"), 0.3, 1e-6);
    *w = snq_mix_wish_none();
    w->vinyl = 1.0f;
    check_near(param(bass_more("vinyl"), "crackle"), 0.6, 1e-6);
    *w = snq_mix_wish_none();
    w->width = 1.6f;
    check_near(param(bass_more("width"), "width"), 1.6, 1e-6);
    *w = snq_mix_wish_none();
    w->drive = w->crush = w->chorus = w->vinyl = 0.005f; /* too little to be heard */
    assert_null(bass_more("none"));
}

static void room(void **state)
{
    in.track[2].mix.reverb_db = 4.0f;
    in.mix.reverb_db = 1.0f;
    wish();
    assert_true(plain.strip[2].sends > 0 && got.strip[2].sends == plain.strip[2].sends);
    for (uint32_t i = 0; i < got.strip[2].sends; i++)
        check_near(got.strip[2].send[i].level_db, plain.strip[2].send[i].level_db + 5.0f, 1e-4);
    check_near(got.strip[0].send[0].level_db, plain.strip[0].send[0].level_db + 1.0f, 1e-4);
    in.track[2].mix.reverb_db = in.mix.reverb_db = 24.0f;
    wish();
    for (uint32_t i = 0; i < got.strip[2].sends; i++)
        assert_true(got.strip[2].send[i].level_db <= 6.0f);
}

static void ducking(void **state)
{
    in.track[BASS].mix.duck_db = 8.0f;
    wish();
    const snq_strip_plan *s = &got.strip[BASS], *was = &plain.strip[BASS];
    assert_int_equal(s->ducks, was->ducks + 2); /* by the drums and by the drums' lane */
    assert_string_equal(s->duck[was->ducks].by, "drums");
    assert_string_equal(s->duck[was->ducks + 1].by, part[3].name);
    check_near(s->duck[was->ducks].depth_db, 8.0, 0.0);
    check_near(s->duck[was->ducks].key_below_hz, 150.0, 0.0);
    assert_int_equal(got.strip[0].ducks, plain.strip[0].ducks);
    in.track[0].mix.duck_db = 40.0f; /* never by itself, never deeper than there is */
    wish();
    for (uint32_t i = 0; i < got.strip[0].ducks; i++) {
        assert_string_not_equal(got.strip[0].duck[i].by, "drums");
        assert_true(got.strip[0].duck[i].depth_db <= 24.0f);
    }
}

static void echoes(void **state)
{
    assert_int_equal(snq_mix_plan_bus(&plain, "echo"), -1);
    in.track[2].mix.delay_db = -12.0f;
    wish();
    const int bus = snq_mix_plan_bus(&got, "echo");
    assert_true(bus >= 0);
    assert_string_equal(got.bus[bus].inserts.link[0].kind, "delay");
    assert_int_equal(got.buses, plain.buses + 1);
    const snq_strip_plan *s = &got.strip[2];
    assert_int_equal(s->sends, plain.strip[2].sends + 1);
    assert_string_equal(s->send[s->sends - 1].bus, "echo");
    check_near(s->send[s->sends - 1].level_db, -12.0, 0.0);
    assert_int_equal(got.strip[BASS].sends, plain.strip[BASS].sends);
}

/* Colour of the whole comes before the glue, which stays last. */
static void master(void **state)
{
    const snq_chain_plan *before = &plain.master.inserts;
    in.mix.drive = 1.0f;
    in.mix.vinyl = 0.5f;
    in.mix.width = 0.8f;
    in.mix.bright_db = -2.0f;
    in.target_lufs = -9.0f;
    in.ceiling_dbtp = -2.0f;
    wish();
    const snq_chain_plan *now = &got.master.inserts;
    static const char *const kinds[] = { "eq", "saturation", "vinyl", "width" };
    assert_int_equal(now->links, before->links + SNQ_COUNT(kinds));
    for (size_t i = 0; i < SNQ_COUNT(kinds); i++)
        assert_string_equal(now->link[i].kind, kinds[i]);
    assert_memory_equal(&now->link[SNQ_COUNT(kinds)], &before->link[0],
                        before->links * sizeof *before->link);
    check_near(got.master.target_lufs, -9.0, 0.0);
    check_near(got.master.ceiling_dbtp, -2.0, 0.0);
    assert_int_equal(got.strip[BASS].inserts.links, plain.strip[BASS].inserts.links);
}

/* More than a chain holds is left out, and the plan is good all the same. */
static void full_chains(void **state)
{
    static snq_chain_plan long_one;
    snq_mix_part parts[PARTS];
    memcpy(parts, part, sizeof parts);
    long_one.links = 0;
    for (int i = 0; i < SNQ_CHAIN_LINKS_MAX - 2; i++)
        assert_non_null(snq_chain_add(&long_one, "width"));
    parts[BASS].chain = &long_one;
    snq_mix_wish *w = &in.track[BASS].mix;
    w->highpass_hz = 50.0f;
    w->lowpass_hz = 9000.0f;
    w->drive = w->crush = w->chorus = w->vinyl = 1.0f;
    w->width = 0.0f;
    w->low_db = 1.0f;
    snq_mix_plan_clear(&got);
    check_ok(snq_mix_wishes_plan(&in, parts, PARTS, &got));
    assert_int_equal(got.strip[BASS].inserts.links, SNQ_CHAIN_LINKS_MAX);
    in.mix = *w;
    check_ok((snq_mix_plan_clear(&got), snq_mix_wishes_plan(&in, part, PARTS, &got)));
    assert_string_equal(got.master.inserts.link[got.master.inserts.links - 1].kind, "compressor");
}

static snq_status make(void *user, void **object)
{
    static snq_mix_plan p;
    const snq_status st = snq_mix_wishes_plan(user, part, PARTS, &p);
    if (st < 0)
        assert_null(p.strip);
    else
        *object = &p;
    return st;
}

static void unmake(void *object)
{
    snq_mix_plan_clear(object);
}

static void memory_may_end(void **state)
{
    in.mix.drive = 1.0f;
    in.track[BASS].mix.delay_db = -3.0f;
    snq_sweep(make, unmake, &in);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(without_wishes_it_is_the_defaults),
        TEST(tone),
        TEST(colour),
        TEST(room),
        TEST(ducking),
        TEST(echoes),
        TEST(master),
        TEST(full_chains),
        TEST(memory_may_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
