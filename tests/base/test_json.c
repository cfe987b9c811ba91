// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/json.h"
#include "base/str.h"

static snq_str out;

static snq_json begin(void)
{
    snq_json j;
    snq_str_clear(&out);
    snq_str_init(&out, 1 << 20);
    snq_json_init(&j, snq_json_to_str, &out);
    return j;
}

static void check_document(snq_json *j, const char *want)
{
    check_ok(snq_json_finish(j));
    assert_string_equal(snq_str_text(&out), want);
    snq_str_clear(&out);
}

static void nests_and_separates(void **state)
{
    snq_json j = begin();
    snq_json_object(&j);
    snq_json_put_int(&j, "a", -3);
    snq_json_key(&j, "b");
    snq_json_array(&j);
    snq_json_int(&j, 1);
    snq_json_object(&j);
    snq_json_end(&j);
    snq_json_array(&j);
    snq_json_end(&j);
    snq_json_bool(&j, 1);
    snq_json_null(&j);
    snq_json_end(&j);
    snq_json_put_bool(&j, "c", 0);
    snq_json_put_string(&j, "d", NULL);
    snq_json_end(&j);
    check_document(&j, "{\"a\":-3,\"b\":[1,{},[],true,null],\"c\":false,\"d\":null}");
}

static void writes_numbers_the_same_everywhere(void **state)
{
    snq_json j = begin();
    snq_json_array(&j);
    const double values[] = { 0.1, -0.0, -0.0004, 1.0, 1234.5678, 1e21, 100.0, -2.5 };
    for (size_t i = 0; i < SNQ_COUNT(values); i++)
        snq_json_real(&j, values[i], 3);
    snq_json_real(&j, 7.6, 0);
    snq_json_real(&j, 100.0, 0);
    snq_json_real(&j, 0.123456789012345, 99); /* cut to 12 */
    snq_json_real(&j, 1.5, -4);               /* raised to 0 */
    snq_json_end(&j);
    check_document(&j,
                   "[0.1,0,0,1,1234.568,1000000000000000000000,100,-2.5,8,100,0.123456789012,2]");
}

static void writes_as_few_digits_as_will_do(void **state)
{
    snq_json j = begin();
    snq_json_array(&j);
    const float floats[] = { 0.1f, -0.0f, 16777216.0f, 1e-7f, 3.40282347e38f, 0.333333343f, -2.5f };
    for (size_t i = 0; i < SNQ_COUNT(floats); i++)
        snq_json_float(&j, floats[i]);
    snq_json_double(&j, 0.1);
    snq_json_double(&j, 1.0 / 3.0);
    snq_json_double(&j, 0.1 + 0.2);
    snq_json_double(&j, NAN);
    snq_json_float(&j, INFINITY);
    snq_json_digits(&j, 1234.5678, 6);
    snq_json_digits(&j, 1234.5678, 0);  /* raised to 1 */
    snq_json_digits(&j, 1234.5678, 99); /* cut to 17 */
    snq_json_end(&j);
    check_document(&j, "[0.1,0,16777216,1e-07,3.4028235e+38,0.33333334,-2.5,"
                       "0.1,0.3333333333333333,0.30000000000000004,null,null,"
                       "1234.57,1e+03,1234.5678]");
}

static void never_writes_nan(void **state)
{
    snq_json j = begin();
    snq_json_object(&j);
    snq_json_put_real(&j, "x", NAN, 2);
    snq_json_put_real(&j, "y", INFINITY, 2);
    snq_json_put_null(&j, "bpm", "too short");
    snq_json_end(&j);
    check_document(&j, "{\"x\":null,\"y\":null,\"bpm\":null,\"bpm_reason\":\"too short\"}");
}

static void writes_the_largest_double(void **state)
{
    snq_json j = begin();
    snq_json_array(&j);
    snq_json_real(&j, -1.7976931348623157e308, 12);
    snq_json_end(&j);
    check_ok(snq_json_finish(&j));
    assert_true(strtod(snq_str_text(&out) + 1, NULL) == -1.7976931348623157e308);
    snq_str_clear(&out);
}

static void escapes(void **state)
{
    snq_json j = begin();
    snq_json_array(&j);
    snq_json_string(&j, "a\"b\\c\n\x01\x7F\xC3\xA9 \xF0\x9F\x8E\xB5");
    snq_json_string(&j, "bad \xFF\xC3( \xED\xA0\x80");
    snq_json_string(&j, "line\xE2\x80\xA8"
                        "end\xE2\x80\xA9");
    snq_json_end(&j);
    check_document(&j, "[\"a\\\"b\\\\c\\u000a\\u0001\\u007f\xC3\xA9 \xF0\x9F\x8E\xB5\","
                       "\"bad \xEF\xBF\xBD\xEF\xBF\xBD( \xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\","
                       "\"line\\u2028end\\u2029\"]");
}

static void writes_long_documents(void **state)
{
    snq_json j = begin();
    snq_json_array(&j);
    for (int i = 0; i < 20000; i++)
        snq_json_int(&j, i);
    snq_json_end(&j);
    check_ok(snq_json_finish(&j));
    assert_int_equal(out.length, 2 + 19999 + 10 + 180 + 2700 + 36000 + 50000);
    snq_str_clear(&out);
}

static void sees_misuse(void **state)
{
    snq_json j = begin();
    snq_json_object(&j);
    check_status(snq_json_finish(&j), SNQ_ERR_STATE); /* open */
    j = begin();
    snq_json_end(&j);
    check_status(snq_json_finish(&j), SNQ_ERR_STATE); /* closed too often */
    j = begin();
    snq_json_object(&j);
    snq_json_int(&j, 1);
    snq_json_end(&j);
    check_status(snq_json_finish(&j), SNQ_ERR_STATE); /* value without key */
    j = begin();
    snq_json_array(&j);
    snq_json_key(&j, "k");
    snq_json_int(&j, 1);
    snq_json_end(&j);
    check_status(snq_json_finish(&j), SNQ_ERR_STATE); /* key in an array */
    j = begin();
    snq_json_object(&j);
    snq_json_key(&j, "k");
    snq_json_end(&j);
    check_status(snq_json_finish(&j), SNQ_ERR_STATE); /* key without value */
    j = begin();
    for (int i = 0; i < SNQ_JSON_DEPTH_MAX + 3; i++)
        snq_json_array(&j);
    check_status(snq_json_finish(&j), SNQ_ERR_STATE); /* too deep */
    snq_str_clear(&out);
}

static void keeps_the_sinks_error(void **state)
{
    snq_json j;
    snq_str_init(&out, 8);
    snq_json_init(&j, snq_json_to_str, &out);
    snq_json_string(&j, "longer than eight bytes");
    check_status(snq_json_finish(&j), SNQ_ERR_TOO_BIG);
    snq_str_clear(&out);
    FILE *full = fopen("/dev/full", "w");
    if (!full)
        skip();
    setvbuf(full, NULL, _IONBF, 0);
    snq_json_init(&j, snq_json_to_file, full);
    snq_json_string(&j, "x");
    check_status(snq_json_finish(&j), SNQ_ERR_IO);
    fclose(full);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nests_and_separates),
        cmocka_unit_test(writes_numbers_the_same_everywhere),
        cmocka_unit_test(writes_as_few_digits_as_will_do),
        cmocka_unit_test(never_writes_nan),
        cmocka_unit_test(writes_the_largest_double),
        cmocka_unit_test(escapes),
        cmocka_unit_test(writes_long_documents),
        cmocka_unit_test(sees_misuse),
        cmocka_unit_test(keeps_the_sinks_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
