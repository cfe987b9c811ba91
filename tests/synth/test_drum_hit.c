// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "score/drum_keys.h"
#include "synth/drums_impl.h"

static float value[DP_PARAMS];

static int defaults(void **state)
{
    for (int i = 0; i < DP_PARAMS; i++)
        value[i] = snq__drum_param_tab()[i].value;
    return 0;
}

static void test_velocity_law(void **state)
{
    assert_true(snq__drum_velocity_gain(0, 1) == 0);
    assert_true(snq__drum_velocity_gain(1, 0.3f) == 1);
    check_near(20 * log10((double)snq__drum_velocity_gain(64 / 127.0f, 1)), 40 * log10(64 / 127.0),
               1e-4);
    check_near(20 * log10((double)snq__drum_velocity_gain(0.25f, 0.5f)), 20 * log10(0.25), 1e-4);
}

/* In each round of four each once; none twice in a row; not the same order all the time. */
static void test_variants_go_round(void **state)
{
    for (uint32_t key = 0; key < 8; key++) {
        uint32_t last = 99, changes = 0, orders[2] = { 0 };
        for (uint32_t round = 0; round < 200; round++) {
            uint32_t seen = 0, order = 0;
            for (uint32_t i = 0; i < SNQ__DRUM_VARIANTS; i++) {
                const uint32_t v = snq__drum_variant(3, key, round * SNQ__DRUM_VARIANTS + i);
                assert_true(v != last);
                last = v;
                seen |= 1u << v;
                order = order * 4 + v;
            }
            assert_int_equal(seen, 15);
            orders[round % 2] = order;
            changes += orders[0] != orders[1];
        }
        assert_true(changes > 150);
    }
}

static void spec(snq__drum_spec *s, uint32_t key, float velocity, uint32_t variant)
{
    snq__drum_spec_init(s, key, velocity, variant, value);
}

static void test_layers_and_manners(void **state)
{
    snq__drum_spec a, b;
    spec(&a, SNQ_DRUM_SNARE, 0.001f, 0);
    assert_int_equal(a.layer, 1);
    spec(&a, SNQ_DRUM_SNARE, 1, 2);
    assert_int_equal(a.layer, 16);
    assert_int_equal(a.manner, DM_ACOUSTIC);
    assert_int_equal(a.variant, 2);
    spec(&b, SNQ_DRUM_SNARE, 0.98f, 2);
    assert_memory_equal(&a, &b, sizeof a);
    spec(&b, SNQ_DRUM_SNARE, 0.9f, 2);
    assert_memory_not_equal(&a, &b, sizeof a);
    /* a group's own manner comes before the kit's */
    value[DP_GROUP + DP_EACH * DG_SNARE + DP_MANNER] = 1 + DM_909;
    spec(&a, SNQ_DRUM_SNARE, 1, 2);
    assert_int_equal(a.manner, DM_909);
    assert_int_equal(a.variant, 2);
    value[DP_HUMANISE] = 0;
    spec(&a, SNQ_DRUM_SNARE, 1, 2);
    assert_int_equal(a.variant, 0);
    defaults(state);
}

/* What is exact in the originals is so here; what is not has its variants. */
static void test_exact_ones(void **state)
{
    static const struct {
        uint32_t key;
        int manner, exact;
    } rows[] = {
        { SNQ_DRUM_KICK, DM_808, 1 },         { SNQ_DRUM_SNARE, DM_808, 0 },
        { SNQ_DRUM_CLAP, DM_808, 0 },         { SNQ_DRUM_HAT_CLOSED, DM_808, 0 },
        { SNQ_DRUM_COWBELL, DM_808, 1 },      { SNQ_DRUM_HAT_CLOSED, DM_909, 1 },
        { SNQ_DRUM_CRASH, DM_909, 1 },        { SNQ_DRUM_SNARE, DM_909, 0 },
        { SNQ_DRUM_KICK, DM_ACOUSTIC, 0 },    { SNQ_DRUM_HAT_OPEN, DM_ACOUSTIC, 0 },
        { SNQ_DRUM_TOM_LOW, DM_ACOUSTIC, 0 },
    };
    for (size_t i = 0; i < SNQ_COUNT(rows); i++) {
        snq__drum_spec a, b;
        value[DP_KIT_MANNER] = (float)rows[i].manner;
        spec(&a, rows[i].key, 0.8f, 1);
        spec(&b, rows[i].key, 0.8f, 3);
        assert_int_equal(!memcmp(&a, &b, sizeof a), rows[i].exact);
    }
    defaults(state);
}

/* Each ratio is a zero of a Bessel function over the lowest of J0's. */
static void test_membrane_is_bessels(void **state)
{
    const double lowest = 2.404825557695773;
    snq__drum_recipe r = { .rate_hz = 48000 };
    snq__drum_add_membrane(&r, 100, 16, 1, 1, -6.0206f, 1);
    assert_int_equal(r.modes, 16);
    for (uint32_t i = 0; i < 16; i++) {
        const double zero = (double)r.mode[i].hz / 100 * lowest;
        int found = 0;
        for (int m = 0; m < 10; m++)
            found |= fabs(jn(m, zero)) < 2e-4;
        assert_true(found);
        assert_true(!i || r.mode[i].hz > r.mode[i - 1].hz);
        /* 6 dB an octave and a decay as long as the period */
        check_near((double)r.mode[i].level * (double)r.mode[i].hz, 100, 0.1);
        check_near((double)r.mode[i].decay_s * (double)r.mode[i].hz, 100, 0.1);
    }
}

static void test_plate_is_scattered(void **state)
{
    snq__drum_recipe r = { .rate_hz = 48000 };
    snq_rng rng;
    snq_rng_init(&rng, 1);
    const snq__drum_plate p = { 40, 400, 12800, 0.1f, 0, 2, 0.5f };
    snq__drum_add_plate(&r, &rng, &p);
    assert_int_equal(r.modes, 40);
    int up = 0;
    for (uint32_t i = 0; i < 40; i++) {
        const double hz = (double)r.mode[i].hz;
        assert_true(hz > 400 && hz < 12800);
        assert_true(!i || r.mode[i].hz > r.mode[i - 1].hz);
        check_near((double)r.mode[i].decay_s, 2 * sqrt(1000 / fmax(hz, 700)), 1e-4);
        up += r.mode[i].level > 0;
    }
    assert_in_range(up, 10, 30);
}

/* Ids are there once, defaults within their range, texts there. */
static void test_table_is_sound(void **state)
{
    const snq_param *p = snq__drum_param_tab();
    for (size_t i = 0; i < DP_PARAMS; i++) {
        assert_int_equal(snq_param_find(p, DP_PARAMS, p[i].id), i);
        assert_true(p[i].min < p[i].max);
        assert_true(snq_param_clamp(&p[i], p[i].value) == p[i].value);
        assert_true(p[i].scale != SNQ_PARAM_LOG || p[i].min > 0);
        assert_true(p[i].what[0] != '\0' && p[i].unit);
    }
}

/* Each key of the map is some drum, and a known number of them are in each group. */
static void test_keys_are_all_there(void **state)
{
    for (int key = SNQ__DRUM_KEY_FIRST; key <= SNQ__DRUM_KEY_LAST; key++) {
        const snq__drum_key *k = &snq__drum_key_tab[key - SNQ__DRUM_KEY_FIRST];
        assert_non_null(k->family);
        assert_true(k->group < DG_GROUPS);
        assert_true(k->peak_db <= -6 && k->peak_db >= -24);
    }
    static const int hats[] = { SNQ_DRUM_HAT_CLOSED, SNQ_DRUM_HAT_PEDAL, SNQ_DRUM_HAT_OPEN };
    for (int i = 0; i < 3; i++)
        assert_int_equal(snq__drum_key_tab[hats[i] - SNQ__DRUM_KEY_FIRST].choke, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_velocity_law),        cmocka_unit_test(test_variants_go_round),
        cmocka_unit_test(test_layers_and_manners),  cmocka_unit_test(test_exact_ones),
        cmocka_unit_test(test_membrane_is_bessels), cmocka_unit_test(test_plate_is_scattered),
        cmocka_unit_test(test_table_is_sound),      cmocka_unit_test(test_keys_are_all_there),
    };
    return cmocka_run_group_tests(tests, defaults, NULL);
}
