// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "compose/track_kind.h"
#include "support/sweep.h"

static void kinds_have_names_of_their_own_and_an_order(void **state)
{
    size_t n = 0;
    const snq_track_kind *const *kind = snq_track_kinds(&n);
    assert_true(n >= 2);
    for (size_t i = 0; i < n; i++) {
        assert_ptr_equal(snq_track_kind_find(kind[i]->id), kind[i]);
        assert_true(kind[i]->part < SNQ_PARTS);
        assert_true(kind[i]->what[0] != '\0' && kind[i]->make);
        if (i > 0)
            assert_true(kind[i]->order >= kind[i - 1]->order);
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(kind[i]->id, kind[k]->id);
    }
    assert_null(snq_track_kind_find("bagpipes"));
    assert_null(snq_track_kind_find(""));
}

static uint64_t first(uint64_t seed, const char *what, uint32_t a, uint32_t b)
{
    const snq_track_job job = { .seed = seed };
    snq_rng r = snq_track_rng(&job, what, a, b);
    return snq_rng_next(&r);
}

static void streams_are_told_apart_by_all_that_names_them(void **state)
{
    assert_true(first(1, "fill", 2, 3) == first(1, "fill", 2, 3));
    assert_true(first(1, "fill", 2, 3) != first(2, "fill", 2, 3));
    assert_true(first(1, "fill", 2, 3) != first(1, "hit", 2, 3));
    assert_true(first(1, "fill", 2, 3) != first(1, "fill", 3, 2));
    assert_true(first(1, "fill", 2, 3) != first(1, "fill", 2, 4));
    assert_true(first(1, "", 0, 0) != first(0, "", 0, 0));
}

static void first_numbers_of_neighbouring_streams_are_uniform(void **state)
{
    const snq_track_job job = { .seed = 7 };
    uint32_t bin[16] = { 0 };
    double sum = 0.0, product = 0.0, before = 0.5;
    for (uint32_t i = 0; i < 16000; i++) {
        snq_rng r = snq_track_rng(&job, "hit", i >> 6, i & 63u);
        const double u = snq_rng_uniform(&r);
        bin[(int)(u * 16)]++;
        sum += u;
        product += (u - 0.5) * (before - 0.5);
        before = u;
    }
    check_near(sum / 16000, 0.5, 0.01);
    check_near(product / 16000 * 12.0, 0.0, 0.03); /* correlation of neighbours */
    for (int i = 0; i < 16; i++)
        check_near(bin[i], 1000, 150);
}

static void weights_are_kept(void **state)
{
    static const float weight[4] = { 1.0f, 0.0f, 3.0f, 4.0f };
    uint32_t n[4] = { 0 };
    snq_rng r;
    snq_rng_init(&r, 5);
    for (int i = 0; i < 8000; i++)
        n[snq_rng_choose(&r, weight, 4)]++;
    check_near(n[0], 1000, 120);
    assert_int_equal(n[1], 0);
    check_near(n[2], 3000, 200);
    static const float none[3] = { 0.0f, 0.0f, 0.0f }, last[3] = { 0.0f, 0.0f, 2.0f };
    assert_int_equal(snq_rng_choose(&r, none, 3), 0);
    assert_int_equal(snq_rng_choose(&r, last, 3), 2);
    assert_int_equal(snq_rng_choose(&r, last, 0), 0);
}

static void notes_are_put_on_the_grid(void **state)
{
    snq_score s;
    snq_track *t;
    snq_score_init(&s);
    check_ok(snq_score_add_track(&s, "t", &t));
    check_ok(snq_track_put(t, 2.0, 1.0, 36, 100.4));
    check_ok(snq_track_put(t, 1.0 / 3.0, 0.0, 0, 0.2));
    check_ok(snq_track_put(t, 0.0, 0.5, 127, 900.0));
    check_ok(snq_track_put(t, 0.0, 1.0, 128, 100.0));
    check_ok(snq_track_put(t, 0.0, 1.0, -1, 100.0));
    check_ok(snq_track_put(t, -0.1, 1.0, 60, 100.0));
    check_ok(snq_track_put(t, NAN, 1.0, 60, 100.0));
    assert_int_equal(t->notes, 3);
    assert_int_equal(t->note[0].tick, 480);
    assert_int_equal(t->note[0].length, 240);
    assert_int_equal(t->note[0].velocity, 100);
    assert_int_equal(t->note[0].release, 64);
    assert_int_equal(t->note[1].tick, 80);
    assert_int_equal(t->note[1].length, 1);
    assert_int_equal(t->note[1].velocity, 1);
    assert_int_equal(t->note[2].length, 120);
    assert_int_equal(t->note[2].velocity, 127);
    snq_score_clear(&s);
}

static snq_status put_some(void *user, void **object)
{
    (void)user;
    snq_score *s = malloc(sizeof *s);
    snq_track *t;
    snq_score_init(s);
    snq_status st = snq_score_add_track(s, "t", &t);
    for (int i = 0; i < 100 && st >= 0; i++)
        st = snq_track_put(t, i, 1.0, 60, 100.0);
    *object = st < 0 ? NULL : s;
    if (st < 0) {
        snq_score_clear(s);
        free(s);
    }
    return st;
}

static void drop_some(void *object)
{
    snq_score_clear(object);
    free(object);
}

static void no_memory_is_said(void **state)
{
    assert_true(snq_sweep(put_some, drop_some, NULL) > 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kinds_have_names_of_their_own_and_an_order),
        cmocka_unit_test(streams_are_told_apart_by_all_that_names_them),
        cmocka_unit_test(first_numbers_of_neighbouring_streams_are_uniform),
        cmocka_unit_test(weights_are_kept),
        cmocka_unit_test(notes_are_put_on_the_grid),
        cmocka_unit_test(no_memory_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
