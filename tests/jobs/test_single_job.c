// SPDX-License-Identifier: MIT
#include "support/check.h"

#include <signal.h>

#include "jobs/single_job.h"

static void an_answer_ends_it(void **state)
{
    snq_single_job j = { 0 };
    assert_int_equal(snq_single_job_stage(&j), SNQ_BATCH_WORKING);
    snq_single_job_answered(&j, SNQ_OK, "");
    assert_int_equal(j.stage, SNQ_SINGLE_FINISHED);
    assert_int_equal(snq_single_job_stage(&j), SNQ_BATCH_FINISHED);
    j = (snq_single_job) { 0 };
    snq_single_job_answered(&j, SNQ_ERR_FORMAT, "no film");
    assert_int_equal(snq_single_job_stage(&j), SNQ_BATCH_REFUSED);
    assert_int_equal(j.st, SNQ_ERR_FORMAT);
    assert_string_equal(j.error, "no film");
}

static void a_picture_is_drawn_after_it(void **state)
{
    const snq_loss crash = { .cause = SNQ_LOSS_SIGNAL, .number = SIGSEGV };
    snq_single_job j = { .picture = 1 };
    snq_single_job_answered(&j, SNQ_OK, "");
    assert_int_equal(j.stage, SNQ_SINGLE_DRAWING);
    assert_int_equal(snq_single_job_stage(&j), SNQ_BATCH_WORKING);
    snq_single_job k = j;
    snq_single_job_answered(&j, SNQ_OK, "");
    assert_int_equal(j.stage, SNQ_SINGLE_FINISHED);
    snq_single_job_lost(&k, "watching", &crash);
    assert_int_equal(k.stage, SNQ_SINGLE_REFUSED);
    assert_string_equal(k.error, "drawing the picture crashed (SIGSEGV, signal 11)");
}

static void a_loss_says_how_far_it_was(void **state)
{
    static const struct {
        snq_loss loss;
        const char *said;
    } tab[] = {
        { { .cause = SNQ_LOSS_SIGNAL, .number = SIGABRT, .pictures = 7 },
          "watching crashed (SIGABRT, signal 6), after 7 pictures" },
        { { .cause = SNQ_LOSS_EXIT, .number = 3 },
          "watching ended without an answer (exit status 3), before the first picture" },
        { { .cause = SNQ_LOSS_STALLED },
          "watching computed without coming forward and was stopped, before the first picture" },
    };
    for (size_t i = 0; i < SNQ_COUNT(tab); i++) {
        snq_single_job j = { 0 };
        snq_single_job_lost(&j, "watching", &tab[i].loss);
        assert_int_equal(j.stage, SNQ_SINGLE_REFUSED);
        assert_string_equal(j.error, tab[i].said);
    }
}

static void kills_from_outside_are_forgiven_for_a_while(void **state)
{
    const snq_loss kill = { .cause = SNQ_LOSS_SIGNAL, .number = SIGKILL };
    snq_single_job j = { 0 };
    int n = 0;
    while (snq_single_job_stage(&j) == SNQ_BATCH_WORKING && n < 100) {
        snq_single_job_lost(&j, "watching", &kill);
        n++;
    }
    assert_true(n > 3 && n < 100);
    assert_int_equal(j.stage, SNQ_SINGLE_REFUSED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_ends_it),
        cmocka_unit_test(a_picture_is_drawn_after_it),
        cmocka_unit_test(a_loss_says_how_far_it_was),
        cmocka_unit_test(kills_from_outside_are_forgiven_for_a_while),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
