// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/alloc.h"
#include "jobs/analyse.h"
#include "jobs/messages.h"

static void a_request_comes_back_equal(void **state)
{
    snq_listen_request a, b;
    snq_str s;
    snq_str_init(&s, 65536);
    check_ok(snq_listen_request_default("caf\xe9/\xff.wav", &a)); /* names need not be UTF-8 */
    a.waveform = SNQ_WAVEFORM_JSON;
    a.zoom = 512;
    a.portrait = 1;
    snq_listen_request_pack(&s, &a);
    check_ok(snq_listen_request_unpack(s.text, s.length, &b));
    assert_string_equal(a.name, b.name);
    assert_int_equal(b.only_count, 5);
    assert_string_equal(b.only[1], "loudness");
    assert_int_equal(b.zoom, 512);
    assert_int_equal(b.waveform, SNQ_WAVEFORM_JSON);
    assert_true(b.portrait && !b.timings);
    for (size_t n = 0; n < s.length; n++)
        check_status(snq_listen_request_unpack(s.text, n, &b), SNQ_ERR_FORMAT);
    s.text[4 + strlen(a.name) + 1] = 3;
    check_status(snq_listen_request_unpack(s.text, s.length, &b), SNQ_ERR_FORMAT);
    snq_str_clear(&s);
}

static void a_refusal_comes_back_equal(void **state)
{
    snq_heard_reply a = { .st = SNQ_ERR_FORMAT, .needs = 1, .error = "not audio: \xff" }, b;
    snq_str s;
    snq_str_init(&s, 65536);
    snq_heard_reply_pack(&s, &a);
    check_ok(snq_heard_reply_unpack(s.text, s.length, &b));
    assert_int_equal(b.st, SNQ_ERR_FORMAT);
    assert_int_equal(b.needs, 1);
    assert_string_equal(b.error, a.error);
    snq_heard_reply_clear(&b);
    snq_str_clear(&s);
}

static void a_hearing_comes_back_and_nothing_leaks(void **state)
{
    snq_heard_reply a = { .st = SNQ_OK }, b;
    snq_region *r;
    snq_str s;
    snq_str_init(&s, 65536);
    snq_hearing_init(&a.hearing);
    check_ok(snq_hearing_add_region(&a.hearing, &r));
    r->span.end_s = 1.0;
    snq_heard_reply_pack(&s, &a);
    check_ok(snq_heard_reply_unpack(s.text, s.length, &b));
    assert_int_equal(b.has_portrait, 0);
    snq_heard_reply_clear(&b);
    for (size_t n = 0; n < s.length; n++)
        check_status(snq_heard_reply_unpack(s.text, n, &b), SNQ_ERR_FORMAT);
    snq_heard_reply_clear(&a);
    snq_str_clear(&s);
    assert_int_equal(snq_alloc_live(), 0);
}

/* A worker that makes statuses up is taken for one that failed. */
static void statuses_are_checked(void **state)
{
    static const int32_t made_up[] = { 1, 2, 77, -99, INT32_MIN, INT32_MAX };
    for (size_t i = 0; i < SNQ_COUNT(made_up); i++) {
        snq_str s;
        snq_status st;
        char error[SNQ_ERROR_MAX];
        snq_str_init(&s, 64);
        snq_drawn_pack(&s, (snq_status)made_up[i], "x");
        check_ok(snq_drawn_unpack(s.text, s.length, &st, error));
        assert_int_equal(st, SNQ_ERR_INTERNAL);
        snq_str_clear(&s);
    }
}

static void hello_and_tried(void **state)
{
    snq_confinement a = { .layers = SNQ_CONFINE_limits, .landlock_abi = 7, .missing = "x" }, b;
    uint32_t refused;
    snq_str s;
    snq_str_init(&s, 256);
    snq_hello_pack(&s, &a);
    check_ok(snq_hello_unpack(s.text, s.length, &b));
    assert_int_equal(b.layers, SNQ_CONFINE_limits);
    assert_int_equal(b.landlock_abi, 7);
    assert_string_equal(b.missing, "x");
    s.text[0]++;
    check_status(snq_hello_unpack(s.text, s.length, &b), SNQ_ERR_FORMAT);
    snq_str_clear(&s);
    snq_tried_pack(&s, ~0u);
    check_ok(snq_tried_unpack(s.text, s.length, &refused));
    assert_int_equal(refused, (1u << SNQ_CONFINE_TRIES) - 1);
    snq_str_clear(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_comes_back_equal),
        cmocka_unit_test(a_refusal_comes_back_equal),
        cmocka_unit_test(a_hearing_comes_back_and_nothing_leaks),
        cmocka_unit_test(statuses_are_checked),
        cmocka_unit_test(hello_and_tried),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
