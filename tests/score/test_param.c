// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/attr.h"
#include "base/str.h"
#include "score/param.h"

static const char *const shapes[] = { "saw", "square", "triangle", "sine" };
static const snq_param tab[] = {
    { "level", "db", -60, 12, -6, SNQ_PARAM_LINEAR, NULL, "how loud" },
    { "cutoff", "hz", 20, 20000, 1000, SNQ_PARAM_LOG, NULL, "cutoff of the filter" },
    { "shape", "", 0, 3, 1, SNQ_PARAM_DISCRETE, shapes, "waveform" },
    { "voices", "", 1, 16, 8, SNQ_PARAM_DISCRETE, NULL, "voices at once" },
    { "fixed", "", 5, 5, 5, SNQ_PARAM_LINEAR, NULL, "can't be set" },
};
enum { LEVEL, CUTOFF, SHAPE, VOICES, FIXED };

static void clamps(void **state)
{
    assert_true(snq_param_clamp(&tab[LEVEL], -3.25f) == -3.25f);
    assert_true(snq_param_clamp(&tab[LEVEL], -60.01f) == -60.0f);
    assert_true(snq_param_clamp(&tab[LEVEL], INFINITY) == 12.0f);
    assert_true(snq_param_clamp(&tab[LEVEL], -INFINITY) == -60.0f);
    assert_true(snq_param_clamp(&tab[LEVEL], NAN) == -6.0f);
    assert_true(snq_param_clamp(&tab[SHAPE], 1.49f) == 1.0f);
    assert_true(snq_param_clamp(&tab[SHAPE], 1.5f) == 2.0f);
    assert_true(snq_param_clamp(&tab[SHAPE], -0.4f) == 0.0f);
    assert_true(snq_param_clamp(&tab[SHAPE], 99.0f) == 3.0f);
    assert_true(snq_param_clamp(&tab[SHAPE], INFINITY) == 3.0f);
    assert_true(snq_param_clamp(&tab[VOICES], 0.0f) == 1.0f);
    assert_true(snq_param_clamp(&tab[VOICES], NAN) == 8.0f);
}

static void scales(void **state)
{
    check_near((double)snq_param_to_norm(&tab[LEVEL], -24.0f), 0.5, 1e-7);
    check_near((double)snq_param_from_norm(&tab[LEVEL], 0.25f), -42.0, 1e-5);
    /* equal ratios are equal steps: 20, 200, 2000, 20000 Hz */
    const double hz[] = { 20, 200, 2000, 20000 };
    for (int i = 0; i < 4; i++) {
        check_near((double)snq_param_to_norm(&tab[CUTOFF], (float)hz[i]), i / 3.0, 1e-6);
        check_near((double)snq_param_from_norm(&tab[CUTOFF], (float)(i / 3.0)), hz[i],
                   1e-5 * hz[i]);
    }
    assert_true(snq_param_from_norm(&tab[CUTOFF], 1.0f) == 20000.0f);
    assert_true(snq_param_from_norm(&tab[CUTOFF], 9.0f) == 20000.0f);
    assert_true(snq_param_from_norm(&tab[CUTOFF], -9.0f) == 20.0f);
    assert_true(snq_param_from_norm(&tab[CUTOFF], NAN) == 1000.0f);
    check_near((double)snq_param_to_norm(&tab[CUTOFF], NAN), log(50.0) / log(1000.0), 1e-6);
    assert_true(snq_param_to_norm(&tab[CUTOFF], 0.0f) == 0.0f);
    assert_true(snq_param_to_norm(&tab[FIXED], 7.0f) == 0.0f);
    assert_true(snq_param_from_norm(&tab[FIXED], 0.7f) == 5.0f);
}

static void gives_choices_equal_parts(void **state)
{
    int hits[4] = { 0 };
    for (int i = 0; i < 1000; i++)
        hits[(int)snq_param_from_norm(&tab[SHAPE], (float)i / 1000.0f)]++;
    for (int i = 0; i < 4; i++)
        assert_int_equal(hits[i], 250);
    for (int choices = 2; choices <= 1000; choices++) {
        const snq_param p = { "x", "", 0, (float)(choices - 1), 0, SNQ_PARAM_DISCRETE, NULL, "" };
        for (int i = 0; i < choices; i++)
            assert_true(snq_param_from_norm(&p, snq_param_to_norm(&p, (float)i)) == (float)i);
    }
    for (int i = 1; i <= 16; i++)
        assert_true(snq_param_from_norm(&tab[VOICES], snq_param_to_norm(&tab[VOICES], (float)i)) ==
                    (float)i);
}

static void goes_there_and_back(void **state)
{
    for (int k = LEVEL; k <= CUTOFF; k++)
        for (int i = 0; i <= 1000; i++) {
            const double norm = i / 1000.0;
            const float v = snq_param_from_norm(&tab[k], (float)norm);
            check_near((double)snq_param_to_norm(&tab[k], v), norm, 2e-7);
        }
}

static void finds(void **state)
{
    assert_int_equal(snq_param_find(tab, SNQ_COUNT(tab), "shape"), SHAPE);
    assert_int_equal(snq_param_find(tab, SNQ_COUNT(tab), "Shape"), -1);
    assert_int_equal(snq_param_find(tab, 0, "shape"), -1);
    assert_int_equal(snq_param_choice(&tab[SHAPE], "sine"), 3);
    assert_int_equal(snq_param_choice(&tab[SHAPE], "sin"), -1);
    assert_int_equal(snq_param_choice(&tab[VOICES], "sine"), -1);
}

static void writes_json(void **state)
{
    snq_str out;
    snq_json j;
    snq_str_init(&out, 2000);
    snq_json_init(&j, snq_json_to_str, &out);
    snq_json_array(&j);
    snq_param_json(&j, &tab[CUTOFF]);
    snq_param_json(&j, &tab[SHAPE]);
    snq_param_json(&j, &tab[LEVEL]);
    snq_json_end(&j);
    check_ok(snq_json_finish(&j));
    assert_string_equal(snq_str_text(&out),
                        "[{\"id\":\"cutoff\",\"unit\":\"hz\",\"min\":20,\"max\":20000,"
                        "\"default\":1000,\"scale\":\"log\",\"what\":\"cutoff of the filter\"},"
                        "{\"id\":\"shape\",\"unit\":\"\",\"min\":0,\"max\":3,\"default\":1,"
                        "\"scale\":\"discrete\",\"choices\":[\"saw\",\"square\",\"triangle\","
                        "\"sine\"],\"what\":\"waveform\"},"
                        "{\"id\":\"level\",\"unit\":\"db\",\"min\":-60,\"max\":12,\"default\":-6,"
                        "\"scale\":\"linear\",\"what\":\"how loud\"}]");
    snq_str_clear(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clamps),
        cmocka_unit_test(scales),
        cmocka_unit_test(gives_choices_equal_parts),
        cmocka_unit_test(goes_there_and_back),
        cmocka_unit_test(finds),
        cmocka_unit_test(writes_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
