// SPDX-License-Identifier: MIT
/* The state machine alone: no process, no file. */
#include "support/check.h"

#include <signal.h>

#include "base/alloc.h"
#include "jobs/analyse.h"
#include "jobs/listen_job.h"

/* Places in the registry. */
enum { REGIONS, LOUDNESS, DYNAMICS, SPECTRUM, STEREO, ONSETS, BEATS };

static int analysers(void)
{
    uint32_t count;
    snq_analysers(&count);
    return (int)count;
}

static const snq_loss segv = {
    .cause = SNQ_LOSS_SIGNAL, .number = SIGSEGV, .offset = 10, .size_bytes = 100
};
static const snq_loss killed = { .cause = SNQ_LOSS_SIGNAL, .number = SIGKILL };
static const snq_loss stalled = { .cause = SNQ_LOSS_STALLED };

/* What a worker would answer to what is asked: each analyser writes its own sections. */
static snq_heard_reply answer(const snq_listen_job *j, int *asked)
{
    snq_heard_reply r = { .st = SNQ_OK };
    snq_listen_request q = { 0 };
    snq_listen_job_ask(j, &q);
    snq_hearing_init(&r.hearing);
    memset(asked, 0, SNQ_PLUGINS_MAX * sizeof *asked);
    for (uint32_t i = 0; i < q.only_count; i++) {
        uint32_t count, k = 0;
        const snq_analyser *const *all = snq_analysers(&count);
        while (strcmp(all[k]->id, q.only[i]) != 0)
            k++;
        asked[k] = 1;
        r.hearing.plugin[r.hearing.plugins++] =
            (snq_plugin_outcome) { .id = all[k]->id, .version = "1", .status = "ok" };
    }
    snq_region *region = NULL;
    if (asked[REGIONS]) {
        r.hearing.regions_reason = NULL;
        for (int i = 0; i < 2; i++) {
            check_ok(snq_hearing_add_region(&r.hearing, &region));
            region->span = (snq_span) { i, i + 0.5 };
            region->level_dbfs = snq_measured(-10 - i);
            if (asked[LOUDNESS])
                region->loudness_reason = NULL;
            region->loudness.integrated_lufs = snq_measured(-20 - i);
        }
    }
    if (asked[LOUDNESS]) {
        r.hearing.loudness_reason = NULL;
        r.hearing.loudness.integrated_lufs = snq_measured(-23);
    }
    if (asked[DYNAMICS]) {
        r.hearing.dynamics_reason = NULL;
        snq_warnings_add(&r.hearing.warnings, "clipped", -1, "clipped");
    }
    if (asked[STEREO])
        r.hearing.stereo_reason = NULL;
    if (asked[BEATS]) {
        static const double beat_s[] = { 0.5, 1.0, 1.5 };
        r.hearing.beats_reason = NULL;
        r.hearing.beats =
            (snq_beats) { .beat_s = beat_s, .downbeat_s = beat_s, .beats = 3, .downbeats = 1 };
    }
    /* only who sees the whole stream for the first time is asked for its peak */
    r.peak = q.peak ? 0.75 : 0;
    return r;
}

static void begin(snq_listen_job *j)
{
    snq_listen_request q;
    check_ok(snq_listen_request_default("x.wav", &q));
    check_ok(snq_listen_job_init(j, &q, "x.wav"));
}

/* Let all go well but for `guilty`, which is lost as `loss` in WHOLE and alone. */
static void salvage(snq_listen_job *j, int guilty, const snq_loss *loss)
{
    int asked[SNQ_PLUGINS_MAX];
    begin(j);
    for (int steps = 0; j->stage < SNQ_LISTEN_DRAWING; steps++) {
        snq_heard_reply r = answer(j, asked);
        assert_true(steps < 20);
        if (asked[guilty]) {
            snq_heard_reply_clear(&r);
            snq_listen_job_lost(j, loss);
        } else
            snq_listen_job_heard(j, &r);
    }
}

static void all_well_is_one_step(void **state)
{
    snq_listen_job j;
    int asked[SNQ_PLUGINS_MAX];
    begin(&j);
    snq_heard_reply r = answer(&j, asked);
    for (int i = 0; i < analysers(); i++)
        assert_true(asked[i]);
    snq_listen_job_heard(&j, &r);
    assert_int_equal(j.stage, SNQ_LISTEN_FINISHED);
    assert_string_equal(j.hearing.file.path, "x.wav");
    assert_int_equal(j.hearing.regions, 2);
    snq_listen_job_clear(&j);
    assert_int_equal(snq_alloc_live(), 0);
}

static void the_guilty_one_is_named_and_all_others_come_out(void **state)
{
    uint32_t count;
    const snq_analyser *const *all = snq_analysers(&count);
    for (int guilty = LOUDNESS; guilty < analysers(); guilty++)
        for (int late = 0; late < 2; late++) {
            snq_listen_job j;
            salvage(&j, guilty, late ? &stalled : &segv);
            assert_int_equal(j.stage, SNQ_LISTEN_FINISHED);
            assert_int_equal(j.hearing.plugins, analysers());
            for (int i = 0; i < analysers(); i++) {
                assert_string_equal(j.hearing.plugin[i].id, all[i]->id);
                assert_string_equal(j.hearing.plugin[i].status, i != guilty ? "ok"
                                                                : late      ? "timeout"
                                                                            : "crashed");
            }
            if (!late)
                assert_non_null(strstr(j.hearing.plugin[guilty].message, "SIGSEGV"));
            assert_int_equal(j.hearing.regions, 2);
            check_near(j.hearing.region[1].level_dbfs.value, -11, 0);
            if (guilty == LOUDNESS) {
                assert_non_null(strstr(j.hearing.loudness_reason, late ? "too long" : "crashed"));
                assert_non_null(j.hearing.region[0].loudness_reason);
            } else {
                assert_null(j.hearing.loudness_reason);
                check_near(j.hearing.loudness.integrated_lufs.value, -23, 0);
                assert_null(j.hearing.region[1].loudness_reason);
                check_near(j.hearing.region[1].loudness.integrated_lufs.value, -21, 0);
            }
            assert_int_equal(j.hearing.warnings.count, guilty != DYNAMICS);
            snq_listen_job_clear(&j);
            assert_int_equal(snq_alloc_live(), 0);
        }
}

static void without_regions_the_files_answers_stay(void **state)
{
    snq_listen_job j;
    salvage(&j, REGIONS, &segv);
    assert_int_equal(j.stage, SNQ_LISTEN_FINISHED);
    assert_string_equal(j.hearing.plugin[REGIONS].status, "crashed");
    assert_non_null(strstr(j.hearing.regions_reason, "crashed"));
    assert_int_equal(j.hearing.regions, 0);
    assert_null(j.hearing.loudness_reason);
    snq_listen_job_clear(&j);
}

static void a_decoder_that_dies_refuses_with_the_place(void **state)
{
    snq_listen_job j;
    begin(&j);
    snq_listen_job_lost(&j, &segv);
    assert_int_equal(j.stage, SNQ_LISTEN_STREAM);
    snq_listen_job_lost(&j, &segv);
    assert_int_equal(j.stage, SNQ_LISTEN_REFUSED);
    assert_string_equal(j.error, "the decoder crashed (SIGSEGV, signal 11), near byte 10 of 100");
    snq_listen_job_clear(&j);
}

static void each_loss_has_its_words(void **state)
{
    static const struct {
        snq_loss loss;
        const char *words;
    } tab[] = {
        { { .cause = SNQ_LOSS_EXIT, .number = 3 }, "exit status 3" },
        { { .cause = SNQ_LOSS_STALLED }, "without coming forward" },
        { { .cause = SNQ_LOSS_SILENT }, "waited" },
        { { .cause = SNQ_LOSS_BUDGET }, "CPU time" },
        { { .cause = SNQ_LOSS_NONSENSE }, "no answer" },
        { { .cause = SNQ_LOSS_SIGNAL, .number = 63 }, "unknown, signal 63" },
    };
    for (size_t i = 0; i < SNQ_COUNT(tab); i++) {
        snq_listen_job j;
        begin(&j);
        snq_listen_job_lost(&j, &tab[i].loss);
        snq_listen_job_lost(&j, &tab[i].loss);
        assert_int_equal(j.stage, SNQ_LISTEN_REFUSED);
        if (!strstr(j.error, tab[i].words))
            fail_msg("%s", j.error);
        snq_listen_job_clear(&j);
    }
}

/* A SIGKILL from outside is nobody's fault: the same step again, but not for ever. */
static void kills_from_outside_are_forgiven(void **state)
{
    snq_listen_job j;
    int asked[SNQ_PLUGINS_MAX], kills = 0;
    begin(&j);
    snq_listen_job_lost(&j, &killed);
    assert_int_equal(j.stage, SNQ_LISTEN_WHOLE);
    snq_heard_reply r = answer(&j, asked);
    snq_listen_job_heard(&j, &r);
    assert_int_equal(j.stage, SNQ_LISTEN_FINISHED);
    snq_listen_job_clear(&j);
    begin(&j);
    for (; j.stage != SNQ_LISTEN_REFUSED; kills++)
        snq_listen_job_lost(&j, &killed);
    assert_true(kills > 6 && kills < 30);
    snq_listen_job_clear(&j);
}

static void want_of_memory_is_looked_into(void **state)
{
    snq_listen_job j;
    int asked[SNQ_PLUGINS_MAX];
    begin(&j);
    snq_heard_reply r = { .st = SNQ_ERR_NOMEM, .error = "out of memory" };
    snq_listen_job_heard(&j, &r);
    for (int steps = 0; j.stage < SNQ_LISTEN_DRAWING; steps++) {
        r = answer(&j, asked);
        assert_true(steps < 20);
        if (asked[SPECTRUM]) {
            snq_heard_reply_clear(&r);
            r = (snq_heard_reply) { .st = SNQ_ERR_NOMEM, .error = "out of memory" };
        }
        snq_listen_job_heard(&j, &r);
    }
    assert_int_equal(j.stage, SNQ_LISTEN_FINISHED);
    assert_string_equal(j.hearing.plugin[SPECTRUM].status, "failed");
    assert_string_equal(j.hearing.plugin[SPECTRUM].message, "out of memory");
    assert_string_equal(j.hearing.plugin[LOUDNESS].status, "ok");
    snq_listen_job_clear(&j);
}

static void a_refusal_is_a_refusal(void **state)
{
    snq_listen_job j;
    snq_listen_request q;
    begin(&j);
    snq_heard_reply r = { .st = SNQ_ERR_FORMAT, .error = "not audio" };
    snq_listen_job_heard(&j, &r);
    assert_int_equal(j.stage, SNQ_LISTEN_REFUSED);
    assert_int_equal(j.st, SNQ_ERR_FORMAT);
    assert_string_equal(j.error, "not audio");
    snq_listen_job_clear(&j);
    check_ok(snq_listen_request_default("x", &q));
    strcpy(q.only[0], "tempi");
    check_status(snq_listen_job_init(&j, &q, "x"), SNQ_ERR_NOT_FOUND);
    snq_listen_job_clear(&j);
}

static void pictures_are_drawn_last(void **state)
{
    snq_listen_job j;
    snq_listen_request q;
    int asked[SNQ_PLUGINS_MAX];
    for (int how = 0; how < 3; how++) {
        check_ok(snq_listen_request_default("x.wav", &q));
        q.portrait = 1;
        check_ok(snq_listen_job_init(&j, &q, "x.wav"));
        snq_listen_job_ask(&j, &q);
        assert_true(q.portrait);
        snq_heard_reply r = answer(&j, asked);
        r.has_portrait = 1;
        snq_listen_job_heard(&j, &r);
        assert_int_equal(j.stage, SNQ_LISTEN_DRAWING);
        if (how == 0)
            snq_listen_job_drawn(&j, SNQ_OK, "");
        else if (how == 1)
            snq_listen_job_drawn(&j, SNQ_ERR_IO, "disk full");
        else
            snq_listen_job_lost(&j, &segv);
        assert_int_equal(j.stage, how == 0 ? SNQ_LISTEN_FINISHED : SNQ_LISTEN_REFUSED);
        if (how)
            assert_non_null(
                strstr(j.error, how == 1 ? "disk full" : "drawing the picture crashed"));
        snq_listen_job_clear(&j);
    }
    assert_int_equal(snq_alloc_live(), 0);
}

static void begin_clicking(snq_listen_job *j, int picture)
{
    snq_listen_request q;
    check_ok(snq_listen_request_default("x.wav", &q));
    q.peak = 1;
    q.portrait = picture;
    check_ok(snq_listen_job_init(j, &q, "x.wav"));
}

static void clicks_come_last(void **state)
{
    int asked[SNQ_PLUGINS_MAX];
    for (int how = 0; how < 6; how++) {
        snq_listen_job j;
        begin_clicking(&j, how > 2);
        snq_heard_reply r = answer(&j, asked);
        r.has_portrait = how > 2;
        snq_listen_job_heard(&j, &r);
        if (how > 2) {
            assert_int_equal(j.stage, SNQ_LISTEN_DRAWING);
            snq_listen_job_drawn(&j, SNQ_OK, "");
        }
        assert_int_equal(j.stage, SNQ_LISTEN_CLICKING);
        check_near(j.peak, 0.75, 0);
        snq_listen_job_lost(&j, &killed); /* from outside: once more */
        assert_int_equal(j.stage, SNQ_LISTEN_CLICKING);
        if (how % 3 == 0)
            snq_listen_job_clicked(&j, SNQ_OK, "");
        else if (how % 3 == 1)
            snq_listen_job_clicked(&j, SNQ_ERR_IO, "disk full");
        else
            snq_listen_job_lost(&j, &segv);
        assert_int_equal(j.stage, how % 3 == 0 ? SNQ_LISTEN_FINISHED : SNQ_LISTEN_REFUSED);
        assert_int_equal(j.clicked, how % 3 == 0);
        if (how % 3)
            assert_non_null(strstr(
                j.error, how % 3 == 1
                             ? "disk full"
                             : "mixing the clicks crashed (SIGSEGV, signal 11), near byte 10 of"));
        snq_listen_job_clear(&j);
    }
    assert_int_equal(snq_alloc_live(), 0);
}

/* The peak is that of the step that decodes alone; beats come from a step that nobody asks for one. */
static void clicks_after_a_loss(void **state)
{
    snq_listen_job j;
    int asked[SNQ_PLUGINS_MAX];
    begin_clicking(&j, 0);
    snq_listen_job_lost(&j, &segv);
    for (int steps = 0; j.stage < SNQ_LISTEN_DRAWING; steps++) {
        assert_true(steps < 20);
        snq_heard_reply r = answer(&j, asked);
        snq_listen_job_heard(&j, &r);
    }
    assert_int_equal(j.stage, SNQ_LISTEN_CLICKING);
    check_near(j.peak, 0.75, 0);
    assert_int_equal(j.hearing.beats.beats, 3);
    snq_listen_job_clear(&j);
    /* without the analyser of beats there is nothing to click on, and the rest comes out */
    begin_clicking(&j, 0);
    for (int steps = 0; j.stage < SNQ_LISTEN_DRAWING; steps++) {
        assert_true(steps < 20);
        snq_heard_reply r = answer(&j, asked);
        if (asked[BEATS]) {
            snq_heard_reply_clear(&r);
            snq_listen_job_lost(&j, &segv);
        } else
            snq_listen_job_heard(&j, &r);
    }
    assert_int_equal(j.stage, SNQ_LISTEN_FINISHED);
    assert_false(j.clicked);
    assert_non_null(strstr(j.hearing.beats_reason, "crashed"));
    snq_listen_job_clear(&j);
    /* no pulse */
    begin_clicking(&j, 0);
    snq_heard_reply r = answer(&j, asked);
    r.hearing.beats.beats = 0;
    snq_listen_job_heard(&j, &r);
    assert_int_equal(j.stage, SNQ_LISTEN_FINISHED);
    assert_false(j.clicked);
    snq_listen_job_clear(&j);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_well_is_one_step),
        cmocka_unit_test(the_guilty_one_is_named_and_all_others_come_out),
        cmocka_unit_test(without_regions_the_files_answers_stay),
        cmocka_unit_test(a_decoder_that_dies_refuses_with_the_place),
        cmocka_unit_test(each_loss_has_its_words),
        cmocka_unit_test(kills_from_outside_are_forgiven),
        cmocka_unit_test(want_of_memory_is_looked_into),
        cmocka_unit_test(a_refusal_is_a_refusal),
        cmocka_unit_test(pictures_are_drawn_last),
        cmocka_unit_test(clicks_come_last),
        cmocka_unit_test(clicks_after_a_loss),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
