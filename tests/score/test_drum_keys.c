// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "score/drum_keys.h"

/* Each key has a name that leads back to it and to no other. */
static void names_lead_back(void **state)
{
    for (int key = 0; key < 128; key++) {
        const char *name = snq_drum_name(key);
        assert_true(*name && strlen(name) < 32);
        assert_int_equal(snq_drum_key(name), key);
    }
    assert_int_equal(snq_drum_key("spoon"), -1);
    assert_int_equal(snq_drum_key(""), -1);
}

/* General MIDI's percussion map (RP-003), some of each kind; what is out of range is the nearest. */
static void they_are_general_midis(void **state)
{
    assert_string_equal(snq_drum_name(SNQ_DRUM_KICK), "kick");
    assert_string_equal(snq_drum_name(SNQ_DRUM_SNARE), "snare");
    assert_string_equal(snq_drum_name(SNQ_DRUM_HAT_CLOSED), "hat_closed");
    assert_string_equal(snq_drum_name(SNQ_DRUM_COWBELL), "cowbell");
    assert_string_equal(snq_drum_name(90), "key_90");
    assert_string_equal(snq_drum_name(-5), snq_drum_name(0));
    assert_string_equal(snq_drum_name(999), snq_drum_name(127));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_lead_back),
        cmocka_unit_test(they_are_general_midis),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
