// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "map/matrix.h"

static snq_mapping onto(const char *destination, double lo, double hi)
{
    snq_mapping m = {
        .id = "m", .transfer = snq_transfer_default(), .enabled = 1, .fallback = NAN
    };
    const int d = snq_destination_find(destination);
    assert_true(d >= 0);
    m.destination = (uint16_t)d;
    m.transfer.out[0] = lo;
    m.transfer.out[1] = hi;
    return m;
}

static double with(snq_mapping m, snq_modulation_type type, double amount, double x, double by)
{
    m.modulation = (snq_map_modulation) { .used = 1, .type = type, .amount = amount };
    return snq_mapping_at(&m, x, by);
}

static void four_kinds_of_modulation(void **state)
{
    const snq_mapping level =
        onto("atmosphere.texture_density", 0.2, 0.8); /* 0 .. 1, default 0.3 */
    for (double by = 0; by <= 1; by += 0.25)
        for (double x = 0; x <= 1; x += 0.25) {
            const double y = 0.2 + 0.6 * x;
            check_near(with(level, SNQ_MODULATION_ADDITIVE, 0.4, x, by), fmin(y + 0.4 * by, 1),
                       1e-12);
            check_near(with(level, SNQ_MODULATION_MULTIPLICATIVE, 0.4, x, by),
                       fmin(y * (1 + 0.4 * (2 * by - 1)), 1), 1e-12);
            check_near(with(level, SNQ_MODULATION_FREQUENCY, 0.4, x, by),
                       fmin(y * pow(2, 0.4 * (2 * by - 1)), 1), 1e-12);
            check_near(with(level, SNQ_MODULATION_AMPLITUDE, 0.4, x, by),
                       0.3 + (y - 0.3) * (1 - 0.4 * (1 - by)), 1e-7);
            check_near(with(level, SNQ_MODULATION_ADDITIVE, 0, x, by), y, 1e-12);
            check_near(with(level, SNQ_MODULATION_ADDITIVE, 0.4, x, NAN), y,
                       1e-12); /* no modulator */
        }
    const snq_mapping rate = onto("wobble_bass.lfo_rate", 1, 4);
    check_near(with(rate, SNQ_MODULATION_FREQUENCY, 1, 1, 1), 8, 1e-12);
    check_near(with(rate, SNQ_MODULATION_FREQUENCY, 1, 1, 0), 2, 1e-12);
    /* of a logarithmic range, half of it up is a factor of its square root */
    check_near(with(rate, SNQ_MODULATION_ADDITIVE, 0.5, 0, 1), sqrt(20 / 0.1), 1e-4);
}

static void the_range_holds(void **state)
{
    snq_mapping m = onto("wobble_bass.filter_cutoff", 100, 10000);
    assert_true(with(m, SNQ_MODULATION_MULTIPLICATIVE, 1, 1, 1) == 10000);
    assert_true(with(m, SNQ_MODULATION_MULTIPLICATIVE, 1, 1, 0) == 80);
    m.transfer.clamp = 0;
    assert_true(snq_mapping_at(&m, 5, NAN) == 10000 && snq_mapping_at(&m, -5, NAN) == 80);
    assert_true(isnan(snq_mapping_at(&m, NAN, 0.5)));
    m = onto("wobble_bass.filter_resonance", 0, 20);
    assert_true(snq_mapping_at(&m, 0, NAN) == 0.5); /* a quality of 0 is none */
}

static void choices(void **state)
{
    snq_mapping m = onto("wobble_bass.waveform", 1, 3);
    const double s[] = { 0, 0.2, 0.34, 0.5, 0.66, 0.67, 1 };
    const int want[] = { 1, 1, 2, 2, 2, 3, 3 };
    for (int i = 0; i < 7; i++)
        assert_int_equal(snq_mapping_choice(&m, s[i], -1), want[i]);
    assert_int_equal(snq_mapping_choice(&m, 0.35, 1), 1); /* just beyond the edge: stays */
    assert_int_equal(snq_mapping_choice(&m, 0.32, 2), 2);
    assert_int_equal(snq_mapping_choice(&m, 0.4, 1), 2);
    assert_int_equal(snq_mapping_choice(&m, 0.5, 0), 2); /* what it was is none of these */
    m = onto("wobble_bass.waveform", 3, 1);
    assert_int_equal(snq_mapping_choice(&m, 0, -1), 3);
    assert_int_equal(snq_mapping_choice(&m, 1, -1), 1);
    check_near(with(m, SNQ_MODULATION_ADDITIVE, 0.5, 0.25, 1), 0.75,
               1e-12); /* of a discrete one: places */
    check_near(with(m, SNQ_MODULATION_MULTIPLICATIVE, 1, 0.75, 1), 1, 1e-12);
}

static void note_values(void **state)
{
    static const double beats[] = { 1,    1.5,   2.0 / 3, 0.5,   0.75,   1.0 / 3,
                                    0.25, 0.375, 1.0 / 6, 0.125, 0.1875, 1.0 / 12 };
    for (uint32_t i = 0; i < SNQ_MAP_SYNCS; i++)
        check_near(snq_map_sync_beats(i), beats[i], 1e-12);
    assert_string_equal(snq_map_sync_names[5], "1/8t");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(four_kinds_of_modulation),
        cmocka_unit_test(the_range_holds),
        cmocka_unit_test(choices),
        cmocka_unit_test(note_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
