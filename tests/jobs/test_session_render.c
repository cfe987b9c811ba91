// SPDX-License-Identifier: MIT
#include "support/check.h"

#include <unistd.h>

#include "film_stand.h"
#include "jobs/render_plan.h"
#include "jobs/session_rig.h"

static int begin(void **state)
{
    if (session_rig_begin(state))
        return -1;
    check_ok(rig_compose("s", 3));
    return 0;
}

typedef struct piece {
    snq_session_folder folder;
    snq_composition c; /* only its session */
    snq_score score;
    snq_render_report report;
} piece;

static void open_piece(piece *p)
{
    snq_warnings warnings = { 0 };
    *p = (piece) { 0 };
    check_ok(snq_session_read(rig_path("work/s"), &p->c));
    check_ok(snq_session_folder_open(rig_path("work/s"), &p->folder));
    check_ok(snq_score_load(rig_path("work/s/score.json"), &p->score, &warnings));
    check_ok(snq_score_sort(&p->score));
}

static void close_piece(piece *p)
{
    snq_session_folder_close(&p->folder);
    snq_score_clear(&p->score);
    snq_render_report_clear(&p->report);
    snq_composition_clear(&p->c);
}

static snq_session_render_cfg cfg_of(piece *p)
{
    return (snq_session_render_cfg) { .session = &p->c.session,
                                      .score = &p->score,
                                      .out = rig_path("work/s"),
                                      .force = 1,
                                      .in = &p->folder,
                                      .mix = rig_path("work/s/mix.json"),
                                      .run = { .threads = 1 } };
}

static snq_status run(piece *p, const snq_session_render_cfg *cfg)
{
    snq_render_report_clear(&p->report);
    return snq_session_render(cfg, &p->report);
}

static snq_mix_plan mix_of(const char *name)
{
    snq_mix_plan m;
    check_ok(snq_mix_plan_load(rig_path(name), &m));
    return m;
}

/* A mix that somebody changed holds; strips of fresh tracks, and only they, are made anew. */
static void a_mix_changed_by_hand(void **state)
{
    piece p;
    open_piece(&p);
    snq_mix_plan m = mix_of("work/s/mix.json");
    const float bass = m.strip[snq_mix_plan_strip(&m, "bass")].pan;
    for (uint32_t i = 0; i < m.strips; i++)
        m.strip[i].pan = 0.75f;
    m.bus[m.buses] = m.bus[0];
    snprintf(m.bus[m.buses++].name, SNQ_MIX_NAME_MAX, "mine");
    m.master.target_lufs = -20.0f;
    snq_str text;
    snq_json j;
    snq_str_init(&text, 1 << 20);
    snq_json_init(&j, snq_json_to_str, &text);
    snq_mix_plan_json(&j, &m);
    check_ok(snq_json_finish(&j));
    rig_put_text("work/s/mix.json", snq_str_text(&text));
    snq_str_clear(&text);
    snq_mix_plan_clear(&m);
    snq_session_render_cfg cfg = cfg_of(&p);
    cfg.fresh = 1u << 1;
    check_ok(run(&p, &cfg));
    m = mix_of("work/s/mix.json");
    check_near(m.strip[snq_mix_plan_strip(&m, "drums")].pan, 0.75, 0.0);
    check_near(m.strip[snq_mix_plan_strip(&m, "keys")].pan, 0.75, 0.0);
    check_near(m.strip[snq_mix_plan_strip(&m, "bass")].pan, bass, 0.0);
    assert_true(snq_mix_plan_bus(&m, "mine") >= 0);
    check_near(m.master.target_lufs, -20.0, 0.0);
    check_near(p.report.figures.lufs, -20.0, 0.3);
    snq_mix_plan_clear(&m);
    close_piece(&p);
}

/* Levels: tracks that are levelled stand where their intent wants them, others where they stood. */
static void levels(void **state)
{
    piece p;
    open_piece(&p);
    snq_session_render_cfg cfg = cfg_of(&p);
    p.c.session.intent.track[1].mix.gain_db = 6.0f;
    p.score.track[0].gain_db = -7.0f;
    cfg.mix = NULL;
    cfg.level = 1u << 1;
    snq_score before;
    snq_warnings warnings = { 0 };
    check_ok(snq_score_load(rig_path("work/s/score.json"), &before, &warnings));
    check_ok(run(&p, &cfg));
    snq_score after;
    check_ok(snq_score_load(rig_path("work/s/score.json"), &after, &warnings));
    check_near(after.track[0].gain_db, -7.0, 0.0);
    check_near(after.track[1].gain_db - before.track[1].gain_db, 6.0, 0.02);
    snq_score_clear(&before);
    snq_score_clear(&after);
    close_piece(&p);
}

static void the_past_is_kept(void **state)
{
    piece p;
    open_piece(&p);
    snq_session_render_cfg cfg = cfg_of(&p);
    cfg.keep = 1;
    check_ok(snq_session_did(&p.c.session, "render", "", NULL));
    p.c.session.step[1].number = 105;
    check_ok(run(&p, &cfg));
    assert_int_equal(rig_entries("work/s/history/0105"), 3);
    p.c.session.step[1].number = 205; /* the 105th is the 101st before: forgotten */
    check_ok(run(&p, &cfg));
    assert_int_equal(rig_entries("work/s/history"), 1);
    assert_int_equal(rig_entries("work/s/history/0205"), 3);
    close_piece(&p);
}

static void locked_stems_are_read(void **state)
{
    piece p;
    open_piece(&p);
    const uint64_t bass = rig_digest("work/s/stems/bass.wav");
    const uint64_t mix = rig_digest("work/s/mix.wav");
    p.c.session.track[1].locked = 1;
    p.score.track[1].note[0].velocity = 9; /* other notes: the stem is the file's all the same */
    snq_session_render_cfg cfg = cfg_of(&p);
    check_ok(run(&p, &cfg));
    assert_int_equal(rig_digest("work/s/stems/bass.wav"), bass);
    assert_true(isfinite(p.report.stem[1].peak_dbfs));
    (void)mix;
    p.c.session.track[1].locked = 0;
    check_ok(run(&p, &cfg));
    assert_int_not_equal(rig_digest("work/s/stems/bass.wav"), bass);
    close_piece(&p);
}

static int calls;

static void count(void *user, double done_s, double of_s)
{
    assert_ptr_equal(user, &calls);
    assert_true(done_s >= 0.0 && of_s > 0.0);
    calls++;
}

static void progress_is_told(void **state)
{
    piece p;
    open_piece(&p);
    snq_session_render_cfg cfg = cfg_of(&p);
    cfg.run.progress = count;
    cfg.run.user = &calls;
    cfg.run.lanes = cfg.run.premaster = 1;
    check_ok(run(&p, &cfg));
    assert_true(calls > 0);
    assert_int_equal(access(rig_path("work/s/premaster.wav"), F_OK), 0);
    assert_true(rig_entries("work/s/stems/lanes") > 0);
    assert_string_equal(p.c.session.track[0].stem, "stems/drums.wav"); /* not a lane's */
    close_piece(&p);
}

/* ---- for a film ---- */

typedef struct told {
    int mixed, told, reported;
    snq_status mixed_st, reported_st;
} told;

static snq_status on_mixed(void *user, snq_folder_output *folder, const char *path)
{
    told *t = user;
    assert_true(folder && !t->told && !t->reported);
    assert_int_equal(access(path, R_OK), 0);
    t->mixed++;
    return t->mixed_st < 0 ? SNQ_FAIL(t->mixed_st, "mixed") : SNQ_OK;
}

static void on_tell(void *user, snq_json *j)
{
    told *t = user;
    assert_true(t->mixed);
    t->told++;
    snq_json_put_int(j, "told", 7);
}

static snq_status on_reported(void *user, const snq_str *report)
{
    told *t = user;
    assert_true(t->told);
    t->reported++;
    assert_non_null(strstr(snq_str_text(report), "\"length_s\":1.5,\"told\":7"));
    return t->reported_st < 0 ? SNQ_FAIL(t->reported_st, "reported") : SNQ_OK;
}

static snq_session_render_cfg cfg_for_film(piece *p, told *t)
{
    snq_session_render_cfg cfg = cfg_of(p);
    *t = (told) { 0 };
    if (!p->c.session.film)
        p->c.session.film = film_stand_plan(p->c.session.intent.bars);
    p->c.session.film->fit.end_s = 1.5;
    cfg.mixed = on_mixed;
    cfg.tell = on_tell;
    cfg.reported = on_reported;
    cfg.user = t;
    return cfg;
}

/* The mix is the film's length; whoever is told may take it elsewhere, and then nothing is left. */
static void for_a_film(void **state)
{
    piece p;
    told t;
    open_piece(&p);
    const uint64_t before = rig_digest("work");
    snq_session_render_cfg cfg = cfg_for_film(&p, &t);
    cfg.out = rig_path("work/film.session");
    cfg.in = NULL;
    cfg.mix = NULL;
    cfg.discard = 1;
    check_ok(run(&p, &cfg));
    assert_int_equal(p.report.frames, 72000);
    assert_true(t.mixed == 1 && t.told == 1 && t.reported == 1);
    assert_int_equal(rig_digest("work"), before);
    t = (told) { .mixed_st = SNQ_ERR_IO };
    check_status(run(&p, &cfg), SNQ_ERR_IO);
    assert_true(t.mixed == 1 && !t.reported);
    t = (told) { .reported_st = SNQ_ERR_TOO_BIG };
    check_status(run(&p, &cfg), SNQ_ERR_TOO_BIG);
    assert_int_equal(rig_digest("work"), before);
    /* in its own folder it is kept, with the film */
    cfg = cfg_for_film(&p, &t);
    t.mixed_st = SNQ_ERR_IO;
    check_status(run(&p, &cfg), SNQ_ERR_IO);
    assert_int_equal(rig_digest("work"), before);
    t = (told) { 0 };
    check_ok(run(&p, &cfg));
    assert_int_not_equal(rig_digest("work"), before);
    close_piece(&p);
    snq_composition back;
    check_ok(snq_session_read(rig_path("work/s"), &back));
    assert_non_null(back.session.film);
    check_near(back.session.film->fit.end_s, 1.5, 0);
    snq_composition_clear(&back);
}

static void failures_change_nothing(void **state)
{
    static const volatile int stop = 1;
    piece p;
    open_piece(&p);
    const uint64_t before = rig_digest("work/s");
    snq_session_render_cfg cfg = cfg_of(&p);
    cfg.run.cancel = &stop;
    check_status(run(&p, &cfg), SNQ_ERR_CANCELLED);
    cfg = cfg_of(&p);
    rig_put_text("work/mix.json", "{}");
    cfg.mix = rig_path("work/mix.json");
    check_status(run(&p, &cfg), SNQ_ERR_FORMAT);
    cfg = cfg_of(&p);
    cfg.force = 0;
    check_status(run(&p, &cfg), SNQ_ERR_EXISTS);
    assert_int_equal(rig_digest("work/s"), before);
    snq_str text;
    snq_str_init(&text, 1 << 20);
    check_status(snq_session_text(&p.c.session, rig_path("work/none.json"), &text),
                 SNQ_ERR_NOT_FOUND);
    snq_str_clear(&text);
    close_piece(&p);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, session_rig_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_mix_changed_by_hand),   TEST(levels),           TEST(the_past_is_kept),
        TEST(locked_stems_are_read),   TEST(progress_is_told), TEST(for_a_film),
        TEST(failures_change_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
