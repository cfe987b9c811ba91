// SPDX-License-Identifier: MIT
#include "support/check.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "jobs/session_rig.h"

typedef struct stage {
    snq_brief brief;
    snq_compose_job_cfg cfg;
    snq_composition c;
} stage;

static int begin(void **state)
{
    if (session_rig_begin(state))
        return -1;
    stage *s = calloc(1, sizeof *s);
    snq_brief_init(&s->brief);
    s->brief.bars = 1;
    s->cfg = (snq_compose_job_cfg) { .prompt = "a test",
                                     .brief = &s->brief,
                                     .style = "house",
                                     .out = rig_path("work/out"),
                                     .run = { .threads = 1 } };
    *state = s;
    return 0;
}

static int end(void **state)
{
    stage *s = *state;
    snq_composition_clear(&s->c);
    snq_composition_clear(&s->c);
    snq_brief_clear(&s->brief);
    free(s);
    return session_rig_end(state);
}

static snq_status run(stage *s)
{
    snq_composition_clear(&s->c);
    return snq_compose_job_run(&s->cfg, &s->c);
}

static void a_session_is_made(void **state)
{
    static const char *const files[] = { "session.json",    "score.json",     "score.mid",
                                         "mix.json",        "mix.wav",        "report.json",
                                         "stems/drums.wav", "stems/bass.wav", "stems/keys.wav" };
    stage *s = *state;
    s->cfg.seed = 9;
    check_ok(run(s));
    for (size_t i = 0; i < SNQ_COUNT(files); i++) {
        char name[64];
        snprintf(name, sizeof name, "work/out/%s", files[i]);
        if (access(rig_path(name), R_OK) != 0)
            fail_msg("no %s", name);
    }
    assert_int_equal(rig_entries("work/out"), 7);
    assert_int_equal(s->c.session.intent.seed, 9);
    assert_string_equal(s->c.session.style, "house");
    assert_string_equal(s->c.session.prompt, "a test");
    assert_string_equal(s->c.session.track[1].stem, "stems/bass.wav");
    assert_int_equal(s->c.render.stems, 3);
    assert_int_equal(s->c.session.steps, 1);
    check_near(s->c.render.figures.lufs, s->c.session.intent.target_lufs, 0.3);
    snq_composition back;
    check_ok(snq_session_read(s->cfg.out, &back));
    assert_memory_equal(back.session.track, s->c.session.track, sizeof back.session.track);
    snq_composition_clear(&back);
}

static void the_same_again_and_another(void **state)
{
    stage *s = *state;
    size_t n, m;
    check_ok(run(s));
    char *first = rig_bytes("work/out/mix.wav", &n);
    s->cfg.out = rig_path("work/again");
    s->cfg.run.threads = 3;
    check_ok(run(s));
    char *again = rig_bytes("work/again/mix.wav", &m);
    assert_true(n == m && memcmp(first, again, n) == 0);
    free(again);
    s->cfg.out = rig_path("work/other");
    s->cfg.seed = 2;
    check_ok(run(s));
    again = rig_bytes("work/other/mix.wav", &m);
    assert_true(n != m || memcmp(first, again, n) != 0);
    free(again);
    free(first);
}

static void styles_that_there_are_not(void **state)
{
    stage *s = *state;
    s->cfg.style = "polka";
    check_status(run(s), SNQ_ERR_NOT_FOUND);
    assert_non_null(strstr(snq_last_error(), "there is no style \"polka\""));
    rig_put_text("data/styles/polka.json", "{\"schema\": 1}");
    check_status(run(s), SNQ_ERR_FORMAT);
    assert_non_null(strstr(snq_last_error(), "polka.json: "));
    s->cfg.style = NULL; /* the brief's */
    snq_brief_add_genre(&s->brief, SNQ_GENRE_techno);
    check_status(run(s), SNQ_ERR_NOT_FOUND);
    assert_int_equal(rig_entries("work"), 0);
    snq_brief_clear(&s->brief);
    snq_brief_init(&s->brief);
    s->brief.bars = 1;
    check_ok(run(s));
    assert_string_equal(s->c.session.style, "house");
}

static void what_cant_be(void **state)
{
    stage *s = *state;
    s->brief.bars = SNQ_INTENT_BARS_MAX + 1;
    check_status(run(s), SNQ_ERR_RANGE);
    s->brief.bars = 1;
    remove(rig_path("data/patches/sub_bass.json"));
    assert_true(run(s) < 0);
    assert_non_null(strstr(snq_last_error(), "sub_bass"));
    unsetenv("SNQ_DATA");
    setenv("SNQ_DATA", rig_path("work"), 1);
    check_status(run(s), SNQ_ERR_UNSUPPORTED);
    setenv("SNQ_DATA", rig_path("data"), 1);
    assert_int_equal(rig_entries("work"), 0);
}

static void asked_to_stop(void **state)
{
    static const volatile int stop = 1;
    stage *s = *state;
    s->cfg.run.cancel = &stop;
    check_status(run(s), SNQ_ERR_CANCELLED);
    assert_int_equal(rig_entries("work"), 0);
}

static void over_what_is_there(void **state)
{
    stage *s = *state;
    snq_session_run once = { .threads = 1 };
    snq_composition c;
    const char *track = "bass";
    check_ok(run(s));
    check_status(run(s), SNQ_ERR_EXISTS);
    check_ok(snq_lock_run(s->cfg.out, &track, 1, 1, &c));
    snq_composition_clear(&c);
    assert_int_equal(rig_entries("work/out/history"), 1);
    rig_put_text("work/out/mine.txt", "mine");
    s->cfg.force = 1;
    const int fd = open(s->cfg.out, O_RDONLY | O_DIRECTORY);
    assert_int_equal(flock(fd, LOCK_EX), 0);
    const uint64_t before = rig_digest("work/out");
    check_status(run(s), SNQ_ERR_STATE); /* somebody works in it */
    assert_int_equal(rig_digest("work/out"), before);
    close(fd);
    s->cfg.style = "polka";
    check_status(run(s), SNQ_ERR_NOT_FOUND);
    assert_int_equal(rig_digest("work/out"), before); /* nothing is lost by a failure */
    s->cfg.style = "house";
    check_ok(run(s));
    assert_int_equal(rig_entries("work/out/history"), 0);
    assert_int_equal(access(rig_path("work/out/mine.txt"), F_OK), 0);
    check_status(snq_undo_run(s->cfg.out, &once, &c), SNQ_ERR_STATE);
    snq_composition_clear(&c);
    assert_int_equal(s->c.session.track[1].locked, 0);
    rig_put_text("work/file", "a file");
    s->cfg.out = rig_path("work/file");
    check_status(run(s), SNQ_ERR_EXISTS);
}

static void memory_may_end(void **state)
{
    stage *s = *state;
    const int64_t live = snq_alloc_live();
    const int64_t step = check_extent(7, 61); /* the renderer's own tests try each one */
    for (int64_t n = 0; n < 400; n += step) {
        snq_composition c;
        snq_alloc_fail_after(n);
        const snq_status st = snq_compose_job_run(&s->cfg, &c);
        snq_alloc_fail_after(-1);
        snq_composition_clear(&c);
        check_status(st, SNQ_ERR_NOMEM);
        assert_int_equal(snq_alloc_live(), live);
        assert_int_equal(rig_entries("work"), 0);
    }
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_session_is_made),
        TEST(the_same_again_and_another),
        TEST(styles_that_there_are_not),
        TEST(what_cant_be),
        TEST(asked_to_stop),
        TEST(over_what_is_there),
        TEST(memory_may_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
