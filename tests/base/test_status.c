// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/attr.h"

static void names_every_status(void **state)
{
#define X(name, value, text)                                 \
    assert_string_equal(snq_status_name(SNQ_##name), #name); \
    assert_string_equal(snq_status_text(SNQ_##name), text);  \
    assert_int_equal(SNQ_##name, value);
    SNQ_STATUS_MAP(X)
#undef X
    assert_string_equal(snq_status_name((snq_status)-999), "UNKNOWN");
    assert_string_equal(snq_status_text((snq_status)-999), "unknown status");
}

static void keeps_the_last_error(void **state)
{
    snq_error_clear();
    assert_string_equal(snq_last_error(), "");
    assert_int_equal(SNQ_FAIL(SNQ_ERR_RANGE, "rate of %d Hz", 7), SNQ_ERR_RANGE);
    assert_string_equal(snq_last_error(), "rate of 7 Hz");
    assert_non_null(strstr(snq_last_error_place(), "test_status.c:"));
    /* the old text may be an argument of the new one */
    (void)SNQ_FAIL(SNQ_ERR_IO, "file: %s", snq_last_error());
    assert_string_equal(snq_last_error(), "file: rate of 7 Hz");
}

static void cuts_long_texts(void **state)
{
    char big[2000];
    memset(big, 'x', sizeof big - 1);
    big[sizeof big - 1] = '\0';
    (void)SNQ_FAIL(SNQ_ERR_IO, "%s", big);
    assert_int_equal(strlen(snq_last_error()), SNQ_ERROR_MAX - 1);
}

static snq_status forwards(snq_status s)
{
    SNQ_TRY(s);
    return SNQ_AGAIN;
}

static void try_forwards_errors_alone(void **state)
{
    assert_int_equal(forwards(SNQ_ERR_IO), SNQ_ERR_IO);
    assert_int_equal(forwards(SNQ_END), SNQ_AGAIN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_every_status),
        cmocka_unit_test(keeps_the_last_error),
        cmocka_unit_test(cuts_long_texts),
        cmocka_unit_test(try_forwards_errors_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
