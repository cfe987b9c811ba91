// SPDX-License-Identifier: MIT
#include "support/check.h"

#include <pthread.h>

#include "base/alloc.h"
#include "support/sweep.h"
#include "synth/bank_impl.h"

static snq_bank *bank_of(void)
{
    snq_bank *b;
    check_ok(snq_bank_new(48000, &b));
    return b;
}

static snq_recording recording_of(const char *name, const float *x, size_t frames)
{
    return (snq_recording) { .name = name,
                             .channels = 1,
                             .rate_hz = 44100,
                             .frames = frames,
                             .channel = { x },
                             .root_note = 60 };
}

static snq_status make(void *user, void **out)
{
    (void)user;
    return snq_bank_new(48000, (snq_bank **)out);
}

static void unmake(void *b)
{
    snq_bank_free(b);
}

static void test_new(void **state)
{
    (void)state;
    snq_bank *b;
    snq_sweep(make, unmake, NULL);
    check_status(snq_bank_new(999, &b), SNQ_ERR_RANGE);
    assert_null(b);
    check_status(snq_bank_new(768001, &b), SNQ_ERR_RANGE);
    snq_bank_free(NULL);
    b = bank_of();
    assert_int_equal(snq_bank_recordings(b), 0);
    assert_null(snq_bank_find(b, "kick"));
    snq_bank_free(b);
}

static void test_add(void **state)
{
    (void)state;
    snq_bank *b = bank_of();
    float x[4] = { 0.5f, NAN, INFINITY, -INFINITY }, y[4] = { 1, 2, 3, 4 };
    char name[] = "Kick 01";
    snq_recording r = recording_of(name, x, 4);
    r.channels = 2;
    r.channel[1] = y;
    r.loop_start = 1;
    r.loop_end = 4;
    check_ok(snq_bank_add(b, &r));
    r = recording_of("snare", y, 3);
    r.channel[1] = x; /* of no account: one channel */
    r.root_note = NAN;
    check_ok(snq_bank_add(b, &r));
    name[0] = 'X'; /* all was copied */
    x[0] = y[0] = 9;
    assert_int_equal(snq_bank_recordings(b), 2);
    const snq_recording *got = snq_bank_find(b, "KICK 01");
    assert_ptr_equal(got, snq_bank_recording(b, 0));
    assert_string_equal(got->name, "Kick 01");
    assert_int_equal(got->rate_hz, 44100);
    assert_int_equal(got->loop_start, 1);
    assert_int_equal(got->loop_end, 4);
    check_near(got->root_note, 60, 0);
    const float want[2][4] = { { 0.5f, 0, 1e6f, -1e6f }, { 1, 2, 3, 4 } };
    for (int c = 0; c < 2; c++)
        for (int i = 0; i < 4; i++)
            assert_true(got->channel[c][i] == want[c][i]);
    got = snq_bank_find(b, "snare");
    assert_int_equal(got->channels, 1);
    assert_null(got->channel[1]);
    assert_true(isnan(got->root_note));
    snq_bank_free(b);
}

static void test_add_refuses(void **state)
{
    (void)state;
    snq_bank *b = bank_of();
    const float x[2] = { 1, 2 };
    snq_recording r = recording_of("a", x, 2);
    check_ok(snq_bank_add(b, &r));
    check_status(snq_bank_add(b, &r), SNQ_ERR_EXISTS);
    r.name = "A";
    check_status(snq_bank_add(b, &r), SNQ_ERR_EXISTS);
    r = recording_of("", x, 2);
    check_status(snq_bank_add(b, &r), SNQ_ERR_RANGE);
    char longest[SNQ_BANK_NAME_MAX + 1];
    memset(longest, 'n', SNQ_BANK_NAME_MAX);
    longest[SNQ_BANK_NAME_MAX] = 0;
    r = recording_of(longest, x, 2);
    check_status(snq_bank_add(b, &r), SNQ_ERR_RANGE);
    r.name = longest + 1;
    check_ok(snq_bank_add(b, &r));
    r = recording_of("b", x, 0);
    check_status(snq_bank_add(b, &r), SNQ_ERR_RANGE);
    r = recording_of("b", x, SIZE_MAX / 2);
    check_status(snq_bank_add(b, &r), SNQ_ERR_TOO_BIG);
    for (int i = 0; i < 7; i++) {
        r = recording_of("b", x, 2);
        if (i == 0)
            r.channels = 0;
        if (i == 1)
            r.channels = 3;
        if (i == 2)
            r.rate_hz = 100;
        if (i == 3)
            r.rate_hz = 1000000;
        if (i == 4)
            r.loop_end = 3;
        if (i == 5)
            r.loop_start = 1;
        if (i == 6)
            r.root_note = INFINITY;
        check_status(snq_bank_add(b, &r), SNQ_ERR_RANGE);
    }
    assert_int_equal(snq_bank_recordings(b), 2);
    r = recording_of("b", x, 2);
    for (int left = 0; left < 3; left++) {
        snq_alloc_fail_after(left);
        const snq_status st = snq_bank_add(b, &r);
        snq_alloc_fail_after(-1);
        check_status(st, SNQ_ERR_NOMEM);
    }
    check_ok(snq_bank_add(b, &r));
    char name[16];
    for (int i = 3; i < SNQ_BANK_RECORDINGS_MAX; i++) {
        snprintf(name, sizeof(name), "r%d", i);
        r = recording_of(name, x, 1);
        check_ok(snq_bank_add(b, &r));
    }
    r = recording_of("one too many", x, 1);
    check_status(snq_bank_add(b, &r), SNQ_ERR_TOO_BIG);
    snq_bank_free(b);
}

static void test_add_table(void **state)
{
    (void)state;
    snq_bank *b = bank_of();
    const snq__table *t, *again;
    float x[32];
    for (int i = 0; i < 32; i++)
        x[i] = (float)sin(2 * M_PI * i / 16) + 0.25f;
    check_ok(snq_bank_add_table(b, "Mine", x, 2, 16));
    check_ok(snq__bank_table(b, "mine", &t));
    assert_int_equal(t->cycles, 2);
    assert_int_equal(t->harmonics[t->levels - 1], 1); /* no other is there */
    check_status(snq_bank_add_table(b, "MINE", x, 1, 16), SNQ_ERR_EXISTS);
    check_status(snq_bank_add_table(b, "vowels", x, 1, 16), SNQ_ERR_EXISTS);
    check_status(snq_bank_add_table(b, "", x, 1, 16), SNQ_ERR_RANGE);
    check_status(snq_bank_add_table(b, "b", x, 0, 16), SNQ_ERR_RANGE);
    check_status(snq_bank_add_table(b, "b", x, 257, 16), SNQ_ERR_RANGE);
    check_status(snq_bank_add_table(b, "b", x, 1, 15), SNQ_ERR_RANGE);
    check_status(snq_bank_add_table(b, "b", x, 1, 8193), SNQ_ERR_RANGE);
    int failed = 0;
    for (int left = 0;; left++) {
        const int64_t live = snq_alloc_live();
        snq_alloc_fail_after(left);
        const snq_status st = snq_bank_add_table(b, "b", x, 1, 32);
        snq_alloc_fail_after(-1);
        if (st == SNQ_OK)
            break;
        check_status(st, SNQ_ERR_NOMEM);
        assert_int_equal(snq_alloc_live(), live); /* the list grew in place, at most */
        check_status(snq__bank_table(b, "b", &again), SNQ_ERR_NOT_FOUND);
        failed++;
    }
    assert_true(failed > 4);
    check_ok(snq__bank_table(b, "b", &again));
    check_ok(snq__bank_table(b, "mine", &again));
    assert_ptr_equal(t, again); /* stays where it was */
    char name[16];
    for (int i = 2; i < 256; i++) {
        snprintf(name, sizeof(name), "t%d", i);
        check_ok(snq_bank_add_table(b, name, x, 1, 16));
    }
    check_status(snq_bank_add_table(b, "more", x, 1, 16), SNQ_ERR_TOO_BIG);
    snq_bank_free(b);
}

static void test_built_in(void **state)
{
    (void)state;
    snq_bank *b = bank_of();
    const snq__table *t, *again;
    size_t n = 0;
    for (; snq__cycles_at(n); n++) {
        const snq__cycles *c = snq__cycles_at(n);
        assert_true(strlen(c->what) > 3);
        if (n > 2)
            continue;
        check_ok(snq__bank_table(b, c->name, &t));
        check_ok(snq__bank_table(b, c->name, &again));
        assert_ptr_equal(t, again);
        assert_int_equal(t->cycles, c->cycles);
    }
    assert_true(n >= 5);
    const float x[16] = { 1 };
    check_ok(snq_bank_add_table(b, "mine", x, 1, 16));
    check_status(snq__bank_table(b, "none", &t), SNQ_ERR_NOT_FOUND);
    assert_null(t);
    assert_non_null(strstr(snq_last_error(), "vowels"));
    assert_non_null(strstr(snq_last_error(), "mine"));
    snq_alloc_fail_after(3);
    const snq_status st = snq__bank_table(b, "resonance", &t);
    snq_alloc_fail_after(-1);
    check_status(st, SNQ_ERR_NOMEM);
    assert_null(t);
    check_ok(snq__bank_table(b, "resonance", &t)); /* a failure is not for good */
    snq_bank_free(b);
}

static void *ask(void *bank)
{
    const snq__table *t;
    return snq__bank_table(bank, "drawbars", &t) < 0 ? NULL : (void *)(uintptr_t)t;
}

static void test_built_in_from_threads(void **state)
{
    (void)state;
    snq_bank *b = bank_of();
    pthread_t thread[4];
    void *got[4];
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&thread[i], NULL, ask, b), 0);
    for (int i = 0; i < 4; i++)
        pthread_join(thread[i], &got[i]);
    for (int i = 0; i < 4; i++) {
        assert_non_null(got[i]);
        assert_ptr_equal(got[i], got[0]);
    }
    snq_bank_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_new),         cmocka_unit_test(test_add),
        cmocka_unit_test(test_add_refuses), cmocka_unit_test(test_add_table),
        cmocka_unit_test(test_built_in),    cmocka_unit_test(test_built_in_from_threads),
    };
    return cmocka_run_group_tests_name("bank", tests, NULL, NULL);
}
