// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/alloc.h"
#include "score/drum_keys.h"
#include "support/sweep.h"
#include "synth/kit.h"
#include "synth/sampling_impl.h"

static void add(snq_bank *b, const char *name)
{
    static const float x[4] = { 1 };
    const snq_recording r = { .name = name,
                              .channels = 1,
                              .rate_hz = 48000,
                              .frames = 4,
                              .channel = { x, NULL },
                              .root_note = NAN };
    check_ok(snq_bank_add(b, &r));
}

typedef struct made {
    snq_bank *bank;
    snq_kit *kit;
} made;

static made kit_of(const char *const *name, size_t n)
{
    made m;
    check_ok(snq_bank_new(48000, &m.bank));
    for (size_t i = 0; i < n; i++)
        add(m.bank, name[i]);
    check_ok(snq_kit_make(m.bank, name, n, &m.kit));
    assert_int_equal(m.kit->entries, n);
    return m;
}

static void unmake(made *m)
{
    snq_kit_free(m->kit);
    snq_bank_free(m->bank);
}

static const snq_kit_entry *entry_of(const made *m, const char *name)
{
    for (size_t i = 0; i < m->kit->entries; i++)
        if (strcmp(m->kit->entry[i].recording, name) == 0)
            return &m->kit->entry[i];
    fail_msg("no entry %s", name);
    return NULL;
}

/* Names as they are found on disks, and the drums that people would say they are. */
static void test_words(void **state)
{
    static const struct {
        const char *name, *drum;
    } tab[] = {
        { "kick", "kick" },
        { "Kick-808 long", "kick" },
        { "BD_01", "kick" },
        { "fischer808_bd0025", "kick" },
        { "sonicpi_elec_soft_kick", "kick" },
        { "DrumBass", "kick" },
        { "SD0075", "snare" },
        { "8bit_snare", "snare" },
        { "garage_city_snare_snappy", "snare" },
        { "sonicpi_sn_dub", "snare" },
        { "Rimshot 3", "rim" },
        { "SideStick", "rim" },
        { "LM-2_stick-h", "rim" },
        { "fischer808_cp", "clap" },
        { "HandClap-2", "clap" },
        { "hh_closed", "hat_closed" },
        { "ClosedHat01", "hat_closed" },
        { "CH", "hat_closed" },
        { "CR-78_hihat-metal", "hat_closed" },
        { "sonicpi_drum_cymbal_closed", "hat_closed" },
        { "OH10", "hat_open" },
        { "minorr__hhat_paiste_302_14_open_p", "hat_open" },
        { "OpenHat", "hat_open" },
        { "Hat Pedal", "hat_pedal" },
        { "LM-2_hihat-closed-short", "hat_closed" },
        { "tomh", "tom_high" },
        { "HiTom", "tom_high" },
        { "LM-2_tom-hh", "tom_high" },
        { "sonicpi_drum_tom_mid_soft", "tom_mid" },
        { "tom_low", "tom_low" },
        { "FloorTom", "tom_low" },
        { "LT10", "tom_low" },
        { "Tom 1", "tom_high" },
        { "Tom 2", "tom_mid" },
        { "Tom 3", "tom_low" },
        { "connersaw8__crash", "crash" },
        { "cy2510", "crash" },
        { "CR-78_cymbal", "crash" },
        { "LM-2_ride", "ride" },
        { "RideBell", "ride_bell" },
        { "splash_soft", "splash" },
        { "China 16", "china" },
        { "LM-2_cowb", "cowbell" },
        { "CB", "cowbell" },
        { "CR-78_tamb-short", "tambourine" },
        { "Shaker", "shaker" },
        { "maracas", "shaker" },
        { "LM-2_cabasa", "cabasa" },
        { "CR-78_bongo-h", "bongo_high" },
        { "CR-78_bongo-l", "bongo_low" },
        { "LM-2_conga-hh", "conga_high" },
        { "LM-2_conga-lll", "conga_low" },
        { "conga slap", "conga_mute" },
        { "fischer808_hc00", "conga_high" },
        { "lc25", "conga_low" },
        { "CR-78_guiro-long", "guiro_long" },
        { "guiro", "guiro_short" },
        { "claves", "claves" },
        { "wood_block_lo", "wood_block_low" },
        { "sonicpi_elec_triangle", "triangle" },
        { "agogo", "agogo_high" },
        { "timbale low", "timbale_low" },
        { "vibra-slap", "vibraslap" },
        { "sleigh bells", "jingle_bell" },
        { "cuica mute", "cuica_mute" },
        { "surdo", "surdo" },
        { "castanets", "castanets" },
        { "whistle", "whistle_short" },
        { "wind chimes", "bell_tree" },
    };
    (void)state;
    for (size_t i = 0; i < SNQ_COUNT(tab); i++) {
        made m = kit_of(&tab[i].name, 1);
        const snq_kit_entry *e = m.kit->entry;
        if (e->fate != SNQ_KIT_KNOWN || strcmp(snq_drum_name(e->key), tab[i].drum) != 0)
            fail_msg("%s is %s, want %s", tab[i].name,
                     e->fate == SNQ_KIT_KNOWN ? snq_drum_name(e->key) : "unknown", tab[i].drum);
        assert_int_equal(e->velocity_low, 0);
        assert_int_equal(e->velocity_high, 127);
        assert_int_equal(e->turns, 1);
        unmake(&m);
    }
}

static void check_layer(const made *m, const char *name, int low, int high, int turn, int turns)
{
    const snq_kit_entry *e = entry_of(m, name);
    if (e->velocity_low != low || e->velocity_high != high || e->turn != turn || e->turns != turns)
        fail_msg("%s: velocity %d-%d turn %d of %d, want %d-%d, %d of %d", name, e->velocity_low,
                 e->velocity_high, e->turn, e->turns, low, high, turn, turns);
}

static void test_layers_and_turns(void **state)
{
    static const char *const names[] = {
        "kick_10", "kick_2",       "kick_1",  "Snare soft 2", "Snare soft 1", "Snare hard",
        "Snare",   "hat_v100",     "hat_v30", "ride v1",      "ride v2",      "ride v3",
        "OH loud", "crash-accent", "crash",   "tomtom",
    };
    (void)state;
    made m = kit_of(names, SNQ_COUNT(names));
    check_layer(&m, "kick_1", 0, 127, 0, 3);
    check_layer(&m, "kick_2", 0, 127, 1, 3);
    check_layer(&m, "kick_10", 0, 127, 2, 3);
    check_layer(&m, "Snare soft 1", 0, 52, 0, 2);
    check_layer(&m, "Snare soft 2", 0, 52, 1, 2);
    check_layer(&m, "Snare", 53, 92, 0, 1);
    check_layer(&m, "Snare hard", 93, 127, 0, 1);
    check_layer(&m, "hat_v30", 0, 65, 0, 1);
    check_layer(&m, "hat_v100", 66, 127, 0, 1);
    check_layer(&m, "ride v1", 0, 42, 0, 1); /* 21, 64, 106 */
    check_layer(&m, "ride v2", 43, 85, 0, 1);
    check_layer(&m, "ride v3", 86, 127, 0, 1);
    check_layer(&m, "OH loud", 0, 127, 0, 1);
    check_layer(&m, "crash", 0, 92, 0, 1);
    check_layer(&m, "crash-accent", 93, 127, 0, 1);
    assert_int_equal(entry_of(&m, "OH loud")->choke, entry_of(&m, "hat_v30")->choke);
    assert_int_equal(entry_of(&m, "OH loud")->choke, 1);
    assert_int_equal(entry_of(&m, "crash")->choke, 0);
    unmake(&m);
}

static void test_unknown_and_stand_ins(void **state)
{
    static const char *const names[] = { "zap_1", "zap_2", "bongo", "laser",
                                         "kick",  "crash", "hh",    "zap soft" };
    (void)state;
    made m = kit_of(names, SNQ_COUNT(names));
    assert_int_equal(entry_of(&m, "bongo")->key, 60);
    assert_int_equal(entry_of(&m, "zap_1")->key, 61);
    assert_int_equal(entry_of(&m, "zap_2")->key, 61);
    assert_int_equal(entry_of(&m, "zap soft")->key, 61);
    assert_int_equal(entry_of(&m, "laser")->key, 62);
    assert_int_equal(entry_of(&m, "laser")->fate, SNQ_KIT_FREE_KEY);
    const uint8_t *plays = m.kit->plays;
    assert_int_equal(plays[36], 36);
    assert_int_equal(plays[35], 36);
    assert_int_equal(plays[57], 49);
    assert_int_equal(plays[46], 42);
    assert_int_equal(plays[44], 42);
    assert_int_equal(plays[38], 255);
    assert_int_equal(plays[61], 61); /* the zap, not the low bongo's stand-in */
    /* the zones say the same, and stand-ins choke as what they stand for */
    const snq__zone_set *set;
    check_ok(snq__bank_zones(m.bank, SNQ_KIT_NAME, 0, &set));
    int open = 0, second = 0;
    for (uint32_t i = 0; i < set->zones; i++) {
        const snq__zone *z = &set->zone[i];
        assert_int_equal(z->key_low, z->key_high);
        open += z->key_low == 46 && strcmp(z->recording->name, "hh") == 0 && z->choke == 1;
        second += z->key_low == 35 && strcmp(z->recording->name, "kick") == 0;
        /* as recorded at its own key */
        check_near(z->per_hz * 440 * exp2((z->key_low - 69) / 12.0), 48000, 0.01);
    }
    assert_int_equal(open, 1);
    assert_int_equal(second, 1);
    unmake(&m);
}

static void test_text(void **state)
{
    static const char *const names[] = { "snare_2", "snare_1", "snare hard", "mystery" };
    (void)state;
    made m = kit_of(names, SNQ_COUNT(names));
    snq_str s;
    snq_str_init(&s, 4096);
    snq_kit_text(m.kit, &s);
    assert_string_equal(snq_str_text(&s), "  snare_1     snare (38), velocity 1-92, turn 1 of 2\n"
                                          "  snare_2     snare (38), velocity 1-92, turn 2 of 2\n"
                                          "  snare hard  snare (38), velocity 93-127\n"
                                          "  mystery     free key (60)\n"
                                          "  snare_2 (40) is played by snare (38)\n");
    snq_str_clear(&s);
    unmake(&m);
}

static void test_too_many(void **state)
{
    enum { MANY = 80 };
    char text[MANY][16];
    const char *name[MANY];
    (void)state;
    for (int i = 0; i < MANY; i++) {
        snprintf(text[i], sizeof(text[i]), "q%c%c", 'a' + i / 26, 'a' + i % 26);
        name[i] = text[i];
    }
    made m = kit_of(name, MANY);
    int played = 0, left = 0;
    for (size_t i = 0; i < MANY; i++) {
        played += m.kit->entry[i].fate == SNQ_KIT_FREE_KEY;
        left += m.kit->entry[i].fate == SNQ_KIT_NO_KEY;
    }
    assert_int_equal(played, 68); /* keys 60 .. 127 */
    assert_int_equal(left, 12);
    assert_int_equal(m.kit->entry[MANY - 1].fate, SNQ_KIT_NO_KEY); /* last in the list */
    snq_str s;
    snq_str_init(&s, 1 << 16);
    snq_kit_text(m.kit, &s);
    assert_non_null(strstr(snq_str_text(&s), "qdb  no free key: not played\n"));
    snq_str_clear(&s);
    unmake(&m);
}

static void test_refusals(void **state)
{
    static const char *const names[] = { "kick", "nowhere" };
    (void)state;
    snq_bank *b;
    snq_kit *k;
    check_ok(snq_bank_new(48000, &b));
    add(b, "kick");
    check_status(snq_kit_make(b, names, 2, &k), SNQ_ERR_NOT_FOUND);
    assert_null(k);
    check_status(snq_kit_make(b, names, SNQ_BANK_RECORDINGS_MAX + 1, &k), SNQ_ERR_TOO_BIG);
    assert_null(k);
    check_ok(snq_kit_make(b, names, 1, &k));
    snq_kit_free(k);
    check_status(snq_kit_make(b, names, 1, &k), SNQ_ERR_EXISTS);
    assert_null(k);
    snq_kit_free(NULL);
    snq_bank_free(b);
    check_ok(snq_bank_new(48000, &b)); /* a kit of nothing is silent */
    check_ok(snq_kit_make(b, NULL, 0, &k));
    snq_kit_free(k);
    snq_bank_free(b);
}

/* Names of any bytes. */
static void test_odd_names(void **state)
{
    static const char *const names[] = {
        "-",
        "___",
        "1",
        "v",
        "v0",
        "v999999999999999999",
        "99999999999999999999",
        "\xff\xfe\x80",
        "v1v2v3",
        "softsofthardv5v",
        "aA1bB2cC3dD4eE5fF6gG7hH8iI9jJ0kK1lL2mM3nN4oO5pP6qQ7rR8sS9tT0uU1",
    };
    (void)state;
    made m = kit_of(names, SNQ_COUNT(names));
    for (size_t i = 0; i < m.kit->entries; i++)
        assert_int_equal(m.kit->entry[i].fate, SNQ_KIT_FREE_KEY);
    unmake(&m);
}

static snq_status make_all(void *user, void **out)
{
    static const char *const names[] = { "r", "kick" };
    const float one[4] = { 1 };
    snq_status st;
    snq_bank *b;
    snq_kit *k = NULL;
    *out = NULL;
    (void)user;
    SNQ_TRY(snq_bank_new(48000, &b));
    for (int i = 0; i < 2; i++) {
        const snq_recording r = { .name = names[i],
                                  .channels = 1,
                                  .rate_hz = 48000,
                                  .frames = 4,
                                  .channel = { one, NULL },
                                  .root_note = NAN };
        SNQ_GOTO(snq_bank_add(b, &r));
    }
    SNQ_GOTO(snq_kit_make(b, names, 2, &k));
    snq_kit_free(k);
    *out = b;
    return SNQ_OK;
fail:
    snq_bank_free(b);
    return st;
}

static void unmake_all(void *b)
{
    snq_bank_free(b);
}

static void test_sweep(void **state)
{
    (void)state;
    snq_sweep(make_all, unmake_all, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_layers_and_turns),
        cmocka_unit_test(test_unknown_and_stand_ins),
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_too_many),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_odd_names),
        cmocka_unit_test(test_sweep),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
