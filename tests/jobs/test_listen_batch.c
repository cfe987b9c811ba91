// SPDX-License-Identifier: MIT
#include "support/check.h"

#include <sys/stat.h>

#include "base/alloc.h"
#include "base/str.h"
#include "jobs/listen_batch.h"
#include "sounds.h"
#include "support/misbehave.h"

typedef struct results {
    uint32_t count;
    int bad_order;
    snq_str text;        /* all documents */
    char status[64][16]; /* of "misbehave" */
    char unmade[64][1024];
    snq_status st[64];
    snq_status stop_with;
    uint32_t stop_after;
} results;

static snq_status take(void *user, const snq_listen_batch_result *r)
{
    results *all = user;
    all->bad_order |= r->index != all->count;
    all->st[all->count] = r->st;
    snprintf(all->unmade[all->count], sizeof all->unmade[0], "%s", r->hearing ? r->unmade : "");
    if (r->hearing) {
        snq_json j;
        snq_json_init(&j, snq_json_to_str, &all->text);
        snq_hearing_json(&j, r->hearing, 0);
        check_ok(snq_json_finish(&j));
        for (uint32_t i = 0; i < r->hearing->plugins; i++)
            if (strcmp(r->hearing->plugin[i].id, "misbehave") == 0)
                snprintf(all->status[all->count], 16, "%s", r->hearing->plugin[i].status);
    }
    all->count++;
    return all->stop_after && all->count == all->stop_after ? all->stop_with : SNQ_OK;
}

static snq_status listen(const snq_inputs *in, uint32_t threads, results *all,
                         const snq_listen_batch_cfg *more)
{
    snq_listen_batch_cfg cfg = more ? *more : snq_listen_batch_cfg_default();
    *all = (results) { .stop_with = all->stop_with, .stop_after = all->stop_after };
    snq_str_init(&all->text, 1 << 24);
    cfg.inputs = in;
    cfg.threads = threads;
    cfg.result = take;
    cfg.hooks.user = all;
    check_ok(snq_listen_batch_check(&cfg));
    return snq_listen_batch_run(&cfg);
}

static void add(snq_inputs *in, const char *name)
{
    char path[256];
    sounds_path(path, name);
    check_ok(snq_inputs_add(in, path));
}

static void threads_do_not_change_a_byte(void **state)
{
    snq_inputs in = { 0 };
    results one = { 0 }, four = { 0 };
    for (int i = 0; i < 12; i++) {
        char name[32];
        snprintf(name, sizeof name, "ok%02d.wav", i);
        sounds_write(name, 0, i % 3 ? 0.3 : 9.0); /* long before short: they end out of order */
        add(&in, name);
    }
    add(&in, "missing.wav");
    check_ok(listen(&in, 1, &one, NULL));
    check_ok(listen(&in, 4, &four, NULL));
    assert_int_equal(one.count, 13);
    assert_int_equal(four.count, 13);
    assert_false(one.bad_order || four.bad_order);
    assert_string_equal(one.text.text, four.text.text);
    assert_int_equal(four.st[12], SNQ_ERR_IO);
    snq_str_clear(&one.text);
    snq_str_clear(&four.text);
    snq_inputs_clear(&in);
    assert_int_equal(snq_alloc_live(), 0);
}

static void only_the_guilty_is_missing(void **state)
{
    static const struct {
        const char *name, *status;
        int deed;
    } tab[] = {
        { "abort.wav", "crashed", MISBEHAVE_abort },
        { "leave.wav", "crashed", MISBEHAVE_leave },
        { "babble.wav", "crashed", MISBEHAVE_babble },
        { "fail.wav", "failed", MISBEHAVE_fail },
        { "segfault.wav", "crashed", MISBEHAVE_segfault },
#ifndef SNQ_INSTRUMENTED
        { "starve.wav", "failed", MISBEHAVE_starve },
        { "hoard.wav", "crashed", MISBEHAVE_hoard },
        { "loop.wav", "timeout", MISBEHAVE_loop },
#endif
    };
    snq_inputs in = { 0 };
    results all = { 0 };
    for (size_t i = 0; i < SNQ_COUNT(tab); i++) {
        sounds_write(tab[i].name, tab[i].deed, 6);
        add(&in, tab[i].name);
        add(&in, "ok00.wav");
    }
    check_ok(listen(&in, 4, &all, NULL));
    assert_int_equal(all.count, 2 * SNQ_COUNT(tab));
    for (size_t i = 0; i < SNQ_COUNT(tab); i++) {
        check_ok(all.st[2 * i]);
        assert_string_equal(all.status[2 * i], tab[i].status);
        assert_string_equal(all.status[2 * i + 1], "ok");
    }
    assert_null(strstr(all.text.text, "\"loudness\":null"));
    snq_str_clear(&all.text);
    snq_inputs_clear(&in);
}

/* The waveform survives an analyser's crash, and nothing unfinished is left. */
static void outputs_are_whole_or_not_there(void **state)
{
    snq_inputs in = { 0 };
    results all = { 0 };
    char out[256];
    struct stat info;
    snq_listen_batch_cfg cfg = snq_listen_batch_cfg_default();
    sounds_path(out, "w/");
    cfg.waveform_path = out;
    add(&in, "abort.wav");
    add(&in, "text.wav");
    add(&in, "ok00.wav");
    char path[256];
    sounds_path(path, "text.wav");
    FILE *f = fopen(path, "w");
    fputs("no sound in here", f);
    fclose(f);
    snq_inputs_clear(&in);
    add(&in, "abort.wav");
    add(&in, "text.wav");
    add(&in, "ok00.wav");
    const int before = sounds_count();
    check_ok(listen(&in, 2, &all, &cfg));
    assert_int_equal(all.st[0], SNQ_OK);
    assert_int_equal(all.st[1], SNQ_ERR_FORMAT);
    assert_int_equal(sounds_count(), before + 1);
    sounds_path(path, "w/abort.dat");
    assert_int_equal(stat(path, &info), 0);
    assert_true(info.st_size > 1000);
    sounds_path(path, "w/text.dat");
    assert_int_equal(stat(path, &info), -1);
    snq_str_clear(&all.text);
    /* once more: what is there is kept */
    check_ok(listen(&in, 2, &all, &cfg));
    assert_int_equal(all.st[0], SNQ_ERR_EXISTS);
    snq_str_clear(&all.text);
    snq_inputs_clear(&in);
}

static int64_t size_of(const char *name)
{
    char path[256];
    struct stat info;
    sounds_path(path, name);
    return stat(path, &info) == 0 ? (int64_t)info.st_size : -1;
}

/* A recording with a pulse gets its clicks, also when an analyser has crashed; one without gets its result
 * and a sentence. */
static void clicks_are_written_where_there_is_a_pulse(void **state)
{
    snq_inputs in = { 0 };
    results all = { 0 };
    char out[256];
    snq_listen_batch_cfg cfg = snq_listen_batch_cfg_default();
    sounds_path(out, "c/");
    cfg.click_path = out;
    sounds_write_beat("beat.wav", 0, 12);
    sounds_write_beat("crash.wav", MISBEHAVE_abort, 12);
    sounds_write("tone.wav", 0, 6);
    add(&in, "beat.wav");
    add(&in, "crash.wav");
    add(&in, "tone.wav");
    check_ok(listen(&in, 2, &all, &cfg));
    for (int i = 0; i < 3; i++)
        check_ok(all.st[i]);
    assert_string_equal(all.status[1], "crashed");
    assert_int_equal(size_of("c/beat.wav"), size_of("beat.wav")); /* both have 24 bits */
    assert_int_equal(size_of("c/crash.wav"), size_of("crash.wav"));
    assert_int_equal(size_of("c/tone.wav"), -1);
    assert_true(!*all.unmade[0] && !*all.unmade[1]);
    assert_true(strncmp(all.unmade[2], "no pulse: ", 10) == 0);
    assert_non_null(strstr(all.unmade[2], "tone.wav not written ("));
    snq_str_clear(&all.text);
    /* the inputs' own folder: none of them is replaced */
    sounds_path(out, "");
    cfg.force = 1;
    check_ok(listen(&in, 2, &all, &cfg));
    for (int i = 0; i < 3; i++)
        check_status(all.st[i], SNQ_ERR_EXISTS);
    snq_str_clear(&all.text);
    snq_inputs_clear(&in);
    assert_int_equal(snq_alloc_live(), 0);
}

static void stops_when_told(void **state)
{
    static const int now = 1;
    snq_inputs in = { 0 };
    results all = { 0 };
    snq_listen_batch_cfg cfg = snq_listen_batch_cfg_default();
    for (int i = 0; i < 12; i++) {
        char name[32];
        snprintf(name, sizeof name, "ok%02d.wav", i);
        add(&in, name);
    }
    cfg.hooks.cancel = &now;
    check_status(listen(&in, 2, &all, &cfg), SNQ_ERR_CANCELLED);
    assert_int_equal(all.count, 0);
    snq_str_clear(&all.text);
    all.stop_after = 3;
    all.stop_with = SNQ_ERR_IO;
    check_status(listen(&in, 2, &all, NULL), SNQ_ERR_IO);
    assert_int_equal(all.count, 3);
    snq_str_clear(&all.text);
    snq_inputs_clear(&in);
}

static void checks_what_it_is_told(void **state)
{
    const char *const only[] = { "tempi" };
    snq_inputs in = { 0 };
    snq_listen_batch_cfg cfg = snq_listen_batch_cfg_default();
    cfg.inputs = &in;
    check_ok(snq_listen_batch_check(&cfg));
    cfg.only = only;
    cfg.only_count = 1;
    check_status(snq_listen_batch_check(&cfg), SNQ_ERR_NOT_FOUND);
    assert_non_null(strstr(snq_last_error(), "loudness"));
    check_status(snq_listen_batch_run(&cfg), SNQ_OK); /* nothing to do */
    cfg = snq_listen_batch_cfg_default();
    cfg.inputs = &in;
    cfg.waveform_path = "x.png";
    check_status(snq_listen_batch_check(&cfg), SNQ_ERR_ARG);
    cfg.waveform_path = "x.dat";
    cfg.zoom = 1;
    check_status(snq_listen_batch_check(&cfg), SNQ_ERR_RANGE);
    cfg.zoom = 256;
    cfg.plot_path = "x.jpg";
    check_status(snq_listen_batch_check(&cfg), SNQ_ERR_ARG);
    cfg.plot_path = NULL;
    cfg.click_path = "x.mp3";
    check_status(snq_listen_batch_check(&cfg), SNQ_ERR_ARG);
    cfg.click_path = "x.wav";
    check_ok(snq_listen_batch_check(&cfg));
    const char *const loudness[] = { "loudness" }, *const beats[] = { "loudness", "beats" };
    cfg.only = loudness;
    cfg.only_count = 1;
    check_status(snq_listen_batch_check(&cfg), SNQ_ERR_ARG);
    assert_non_null(strstr(snq_last_error(), "beats"));
    cfg.only = beats;
    cfg.only_count = 2;
    check_ok(snq_listen_batch_check(&cfg));
    cfg.only_count = 0;
    cfg.click_path = NULL;
    add(&in, "ok00.wav");
    add(&in, "ok01.wav");
    check_status(snq_listen_batch_check(&cfg), SNQ_ERR_ARG); /* one file for two */
    char path[256];
    sounds_path(path, "no/such/folder/");
    cfg.waveform_path = path;
    check_status(snq_listen_batch_check(&cfg), SNQ_ERR_IO);
    snq_inputs_clear(&in);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_do_not_change_a_byte),
        cmocka_unit_test(only_the_guilty_is_missing),
        cmocka_unit_test(outputs_are_whole_or_not_there),
        cmocka_unit_test(clicks_are_written_where_there_is_a_pulse),
        cmocka_unit_test(stops_when_told),
        cmocka_unit_test(checks_what_it_is_told),
    };
    return cmocka_run_group_tests(tests, sounds_begin, sounds_end);
}
