// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/alloc.h"
#include "base/attr.h"
#include "watch/flo_file.h"

static void test_example_of_the_header(void **state)
{
    static const uint8_t want[] = { 0x50, 0x49, 0x45, 0x48, 1,    0,    0, 0, 1, 0,
                                    0,    0,    0,    0,    0x80, 0x3f, 0, 0, 0, 0xc0 };
    const float flow[] = { 1, -2 };
    uint8_t bytes[sizeof want];
    assert_int_equal(snq_flo_file_bytes(1, 1), sizeof want);
    snq_flo_file_write(bytes, flow, 1, 1);
    assert_memory_equal(bytes, want, sizeof want);
    float magic = 202021.25f;
    assert_memory_equal(want, &magic, 4);
}

static void test_round_trip(void **state)
{
    enum { W = 7, H = 5 };
    float flow[W * H * 2], back[W * H * 2];
    for (int i = 0; i < W * H * 2; i++)
        flow[i] = (float)(i * i) * 0.37f - 100;
    uint8_t *bytes = snq_calloc(snq_flo_file_bytes(W, H), 1);
    assert_non_null(bytes);
    snq_flo_file_write(bytes, flow, W, H);
    uint32_t w, h;
    check_ok(snq_flo_file_size(bytes, snq_flo_file_bytes(W, H), &w, &h));
    assert_int_equal(w, W);
    assert_int_equal(h, H);
    snq_flo_file_read(bytes, back, w, h);
    assert_memory_equal(flow, back, sizeof flow);
    snq_free(bytes);
}

static void test_what_is_refused(void **state)
{
    static const uint8_t good[20] = { 0x50, 0x49, 0x45, 0x48, 1, 0, 0, 0, 1 };
    const struct {
        size_t at;
        uint8_t value;
        size_t n;
        snq_status want;
    } bad[] = { { 0, 0x51, 20, SNQ_ERR_FORMAT },   { 4, 0, 20, SNQ_ERR_FORMAT },
                { 8, 0, 20, SNQ_ERR_FORMAT },      { 7, 1, 20, SNQ_ERR_TOO_BIG },
                { 11, 0x80, 20, SNQ_ERR_TOO_BIG }, { 4, 2, 20, SNQ_ERR_FORMAT },
                { 4, 1, 19, SNQ_ERR_FORMAT },      { 4, 1, 11, SNQ_ERR_FORMAT },
                { 4, 1, 0, SNQ_ERR_FORMAT } };
    uint32_t w, h;
    check_ok(snq_flo_file_size(good, sizeof good, &w, &h));
    for (size_t i = 0; i < SNQ_COUNT(bad); i++) {
        uint8_t bytes[sizeof good];
        memcpy(bytes, good, sizeof good);
        bytes[bad[i].at] = bad[i].value;
        check_status(snq_flo_file_size(bytes, bad[i].n, &w, &h), bad[i].want);
        assert_int_equal(w, 0);
        assert_int_equal(h, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_example_of_the_header),
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_what_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
