// SPDX-License-Identifier: MIT
#include "support/check.h"

#include <stdatomic.h>

#include "support/sweep.h"
#include "watch/flow_team_impl.h"

enum { MOST = 6, ROUNDS = 3000 };

typedef struct tally {
    atomic_uint runs[MOST];
    uint32_t count, plain[MOST];
} tally;

static void count_share(void *user, uint32_t index, uint32_t count)
{
    tally *t = user;
    assert_int_equal(count, t->count);
    assert_true(index < count);
    atomic_fetch_add(&t->runs[index], 1);
    t->plain[index]++;
}

/* Each share once a run, and what they wrote is seen behind it. */
static void test_every_share_runs_once(void **state)
{
    for (uint32_t members = 1; members <= MOST; members += members < 2 ? 1 : 2) {
        snq__flow_team *team;
        check_ok(snq__flow_team_new(members, &team));
        assert_int_equal(snq__flow_team_members(team), members);
        tally t = { .count = 0 };
        uint32_t want[MOST] = { 0 };
        for (uint32_t round = 0; round < ROUNDS; round++) {
            t.count = round % (members + 1);
            snq__flow_team_run(team, t.count, count_share, &t);
            for (uint32_t i = 0; i < t.count; i++)
                want[i]++;
            for (uint32_t i = 0; i < MOST; i++) {
                assert_int_equal(t.plain[i], want[i]);
                assert_int_equal(atomic_load(&t.runs[i]), want[i]);
            }
        }
        snq__flow_team_free(team);
    }
    snq__flow_team_free(NULL);
}

static snq_status make(void *user, void **object)
{
    snq__flow_team *team;
    const snq_status st = snq__flow_team_new(3, &team);
    *object = team;
    return st;
}

static void unmake(void *object)
{
    snq__flow_team_free(object);
}

static void test_sweep(void **state)
{
    assert_int_equal(snq_sweep(make, unmake, NULL), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_share_runs_once),
        cmocka_unit_test(test_sweep),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
