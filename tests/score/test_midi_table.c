// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/alloc.h"
#include "base/rng.h"
#include "score/midi_impl.h"

enum { KEYS = 5000 };

/* Keys of three kinds: in a row, with equal low bits, random. */
static uint64_t key_of(uint64_t i)
{
    snq_rng r;
    snq_rng_init(&r, i);
    return i % 3 == 0 ? i + 1 : i % 3 == 1 ? i << 40 | 1u << 20 : snq_rng_next(&r);
}

static void test_what_was_put_is_found(void **state)
{
    snq__midi_table t = { 0 };
    snq__midi_slot *slot;
    int is_new;
    assert_null(snq__midi_table_find(&t, 1));
    for (uint32_t i = 0; i < KEYS; i++) {
        assert_null(snq__midi_table_find(&t, key_of(i)));
        check_ok(snq__midi_table_get(&t, key_of(i), &slot, &is_new));
        assert_true(is_new && slot->key == key_of(i) && slot->value == 0);
        slot->value = i;
        assert_true(2 * t.used <= t.room + 1 && t.used == i + 1);
    }
    for (uint32_t i = 0; i < KEYS; i++) {
        slot = snq__midi_table_find(&t, key_of(i));
        assert_true(slot && slot->value == i);
        check_ok(snq__midi_table_get(&t, key_of(i), &slot, &is_new));
        assert_true(!is_new && slot->value == i && t.used == KEYS);
        assert_null(snq__midi_table_find(&t, key_of(i) + (1ull << 50)));
    }
    snq_free(t.slot);
}

static void test_texts(void **state)
{
    static const char *const texts[] = { "",         "a",         "b",         "aa",
                                         "12345678", "123456789", "12345678a", "12345678aa" };
    snq__midi_table t = { 0 };
    snq__midi_slot *slot;
    int is_new;
    check_ok(snq__midi_table_get(&t, 1, &slot, &is_new));
    for (int64_t tick = 0; tick < 100; tick++)
        for (size_t i = 0; i < SNQ_COUNT(texts); i++) {
            const uint64_t key = snq__midi_table_key(&t, tick, texts[i]);
            check_ok(snq__midi_table_get(&t, key, &slot, &is_new));
            assert_true(is_new);
            assert_true(key == snq__midi_table_key(&t, tick, texts[i]));
        }
    snq_free(t.slot);
}

static void test_out_of_memory(void **state)
{
    snq__midi_table t = { 0 };
    snq__midi_slot *slot;
    int is_new;
    snq_status st = SNQ_OK;
    snq_alloc_fail_after(2);
    uint64_t n = 0;
    while (st == SNQ_OK)
        st = snq__midi_table_get(&t, ++n, &slot, &is_new);
    snq_alloc_fail_after(-1);
    assert_int_equal(st, SNQ_ERR_NOMEM);
    assert_true(t.used == n - 1 && n > 64);
    for (uint64_t i = 1; i < n; i++)
        assert_non_null(snq__midi_table_find(&t, i));
    assert_null(snq__midi_table_find(&t, n));
    snq_free(t.slot);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_was_put_is_found),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
