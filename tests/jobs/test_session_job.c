// SPDX-License-Identifier: MIT
#include "support/check.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "film_stand.h"
#include "jobs/render_plan.h"
#include "jobs/session_rig.h"
#include "score/score_json.h"

static const snq_session_run once = { .threads = 1 };
static snq_composition c;

/* work/s is a session of two bars. */
static int begin(void **state)
{
    if (session_rig_begin(state))
        return -1;
    check_ok(rig_compose("s", 3));
    return 0;
}

static int end(void **state)
{
    snq_composition_clear(&c);
    return session_rig_end(state);
}

static snq_status regenerate(const char *track, uint64_t seed, const snq_brief *brief)
{
    snq_composition_clear(&c);
    const snq_regenerate_cfg cfg = { .path = rig_path("work/s"),
                                     .track = &track,
                                     .tracks = track ? 1 : 0,
                                     .prompt = brief ? "said now" : NULL,
                                     .brief = brief,
                                     .seed = seed,
                                     .run = once };
    return snq_regenerate_run(&cfg, &c);
}

static snq_status lock(const char *track, int on)
{
    snq_composition_clear(&c);
    return snq_lock_run(rig_path("work/s"), &track, 1, on, &c);
}

static snq_status undo(void)
{
    snq_composition_clear(&c);
    return snq_undo_run(rig_path("work/s"), &once, &c);
}

static uint64_t digest_of(const char *file)
{
    char name[64];
    snprintf(name, sizeof name, "work/s/%s", file);
    return rig_digest(name);
}

static void a_track_anew(void **state)
{
    const uint64_t drums = digest_of("stems/drums.wav"), bass = digest_of("stems/bass.wav");
    check_ok(lock("DRUMS", 1));
    assert_int_equal(c.session.track[0].locked, 1);
    assert_int_equal(c.render.stems, 0); /* nothing was rendered */
    check_ok(regenerate("Bass", 77, NULL));
    assert_int_equal(digest_of("stems/drums.wav"), drums);
    assert_int_not_equal(digest_of("stems/bass.wav"), bass);
    assert_int_equal(c.session.track[1].made, 2);
    assert_int_equal(c.session.track[1].seed, 77);
    assert_int_equal(c.session.steps, 3);
    assert_string_equal(c.session.step[2].did, "regenerate");
    assert_string_equal(c.session.step[2].track, "bass");
    check_ok(regenerate("bass", SNQ_SESSION_SEED_MAX, NULL));
    assert_int_equal(c.session.track[1].seed, snq_session_track_seed(3, "bass", 3));
    assert_true(isfinite(c.render.stem[0].peak_dbfs)); /* of the frozen one, too */
}

static void only_rendered_again(void **state)
{
    const uint64_t mix = digest_of("mix.wav"), score = digest_of("score.json");
    check_ok(regenerate(NULL, 0, NULL));
    assert_int_equal(digest_of("mix.wav"), mix);
    assert_int_equal(digest_of("score.json"), score);
    assert_string_equal(c.session.step[1].did, "render");
    assert_string_equal(c.session.step[1].track, "");
}

static void back_again(void **state)
{
    const uint64_t before = rig_digest("work/s");
    check_status(undo(), SNQ_ERR_STATE);
    assert_non_null(strstr(snq_last_error(), "no step"));
    check_ok(lock("keys", 1));
    check_ok(regenerate("bass", SNQ_SESSION_SEED_MAX, NULL));
    assert_int_equal(rig_entries("work/s/history"), 2);
    check_ok(undo());
    assert_int_equal(c.session.track[2].locked, 1);
    check_ok(undo());
    assert_int_equal(c.session.track[2].locked, 0);
    assert_int_equal(rmdir(rig_path("work/s/history")), 0); /* empty */
    assert_int_equal(rig_digest("work/s"), before);
}

/* What a prompt says of one track changes that track's part of the context, and no other's. */
static void words_for_one_track(void **state)
{
    snq_brief b;
    snq_track_intent keys;
    snq_brief_init(&b);
    b.modifiers[SNQ_PART_bass] = 1u << SNQ_QUALITY_soft;
    b.avoid_modifiers[SNQ_PART_bass] = 1u << SNQ_QUALITY_busy;
    b.moods = 1u << SNQ_MOOD_dark;
    b.energy = 1;
    snq_composition before;
    check_ok(snq_session_read(rig_path("work/s"), &before));
    keys = before.session.intent.track[2];
    snq_composition_clear(&before);
    check_ok(regenerate("bass", SNQ_SESSION_SEED_MAX, &b));
    assert_true(c.session.intent.track[1].qualities >> SNQ_QUALITY_soft & 1);
    assert_true(c.session.intent.track[1].shunned >> SNQ_QUALITY_busy & 1);
    assert_string_equal(c.session.step[1].prompt, "said now");
    assert_memory_equal(&c.session.intent.track[2], &keys, sizeof keys);
    snq_brief_clear(&b);
}

static void what_is_refused_changes_nothing(void **state)
{
    check_ok(lock("bass", 1));
    const uint64_t before = rig_digest("work/s");
    check_status(regenerate("bass", 1, NULL), SNQ_ERR_STATE);
    assert_non_null(strstr(snq_last_error(), "bass is locked: sonique unlock"));
    check_status(regenerate("tuba", 1, NULL), SNQ_ERR_NOT_FOUND);
    check_status(lock("tuba", 1), SNQ_ERR_NOT_FOUND);
    const int fd = open(rig_path("work/s"), O_RDONLY | O_DIRECTORY);
    assert_int_equal(flock(fd, LOCK_EX), 0);
    check_status(regenerate("keys", 1, NULL), SNQ_ERR_STATE);
    check_status(lock("keys", 1), SNQ_ERR_STATE);
    check_status(undo(), SNQ_ERR_STATE);
    check_status(snq_session_read(rig_path("work/s"), &c), SNQ_ERR_STATE);
    close(fd);
    assert_int_equal(rig_digest("work/s"), before);
    check_status(snq_session_read(rig_path("work/none"), &c), SNQ_ERR_NOT_FOUND);
    snq_composition_clear(&c);
    remove(rig_path("work/s/stems/keys.wav"));
    check_status(lock("keys", 1), SNQ_ERR_STATE);
    assert_non_null(strstr(snq_last_error(), "keys has no stem"));
    check_ok(lock("bass", 0));
}

/* A recording stays what it is. */
static void recordings_stay_locked(void **state)
{
    check_ok(lock("bass", 1));
    rig_replace("work/s/session.json", "\"stem\":\"stems/bass.wav\"",
                "\"stem\":\"stems/bass.wav\",\"recording\":\"locked/bass.wav\"");
    check_status(lock("bass", 0), SNQ_ERR_STATE);
    assert_non_null(strstr(snq_last_error(), "bass is a recording"));
    check_ok(lock("bass", 1));
}

/* A damaged file is named, and all stays as it was. */
static void damaged_sessions(void **state)
{
    static const struct {
        const char *file, *what, *by, *says;
    } row[] = {
        { "session.json", "{", "[", "session.json" },
        { "session.json", "\"style\":\"house\"", "\"style\":\"polka\"",
          "there is no style \"polka\"" },
        { "session.json", "sonique/brief/1", "sonique/brief/7", "brief" },
        { "session.json", "\"made\":1", "\"made\":\"x\"", "session.json: tracks[0].made" },
        { "score.json", "\"tracks\"", "\"trucks\"", "score.json" },
        { "score.json", "\"velocity\":", "\"velocity\":-", "score.json" },
        { "mix.json", "sonique/mix/1", "sonique/mix/9", "mix.json" },
    };
    for (size_t i = 0; i < SNQ_COUNT(row); i++) {
        char name[64];
        size_t n;
        snprintf(name, sizeof name, "work/s/%s", row[i].file);
        char *good = rig_bytes(name, &n);
        rig_replace(name, row[i].what, row[i].by);
        const uint64_t before = rig_digest("work/s");
        const snq_status st = regenerate("bass", 1, NULL);
        if (st >= 0 || !strstr(snq_last_error(), row[i].says))
            fail_msg("row %zu: %s: %s", i, snq_status_name(st), snq_last_error());
        assert_int_equal(rig_digest("work/s"), before);
        rig_put(name, good, n);
        free(good);
    }
    check_ok(regenerate("bass", 1, NULL));
    rig_put_text("work/s/history/0002/score.json", "{}");
    const uint64_t before = rig_digest("work/s");
    assert_true(undo() < 0);
    assert_non_null(strstr(snq_last_error(), "history/0002/score.json"));
    assert_int_equal(rig_digest("work/s"), before);
}

/* A mix that somebody removed is made anew; a locked stem that is gone is an error. */
static void missing_files(void **state)
{
    remove(rig_path("work/s/mix.json"));
    check_ok(regenerate("bass", 1, NULL));
    assert_int_equal(access(rig_path("work/s/mix.json"), F_OK), 0);
    check_ok(lock("drums", 1));
    remove(rig_path("work/s/stems/drums.wav"));
    const uint64_t before = rig_digest("work/s");
    assert_true(regenerate("bass", 1, NULL) < 0);
    assert_non_null(strstr(snq_last_error(), "stems/drums.wav"));
    assert_int_equal(rig_digest("work/s"), before);
}

/* ---- with a film ---- */

static void open_score(snq_score *s)
{
    snq_warnings warnings = { 0 };
    check_ok(snq_score_load(rig_path("work/s/score.json"), s, &warnings));
}

/* As a film moves it: a curve in bass and keys. */
static void put_curves(void)
{
    static const char *const name[] = { "bass", "keys" };
    snq_score s;
    snq_str text;
    snq_json j;
    open_score(&s);
    for (int i = 0; i < 2; i++) {
        snq_curve *curve;
        check_ok(snq_track_add_curve(snq_score_find_track(&s, name[i]), "gain_db", &curve));
        check_ok(snq_curve_push(curve, 0, -3.0f, SNQ_CURVE_LINEAR));
        check_ok(snq_curve_push(curve, 4, 0.0f, SNQ_CURVE_LINEAR));
    }
    snq_str_init(&text, 1 << 20);
    snq_json_init(&j, snq_json_to_str, &text);
    snq_score_json(&j, &s);
    check_ok(snq_json_finish(&j));
    rig_put_text("work/s/score.json", snq_str_text(&text));
    snq_str_clear(&text);
    snq_score_clear(&s);
}

static void put_film(void)
{
    snq_film_plan *film = film_stand_plan(2);
    snq_str text;
    snq_json j;
    film->fit.end_s = 1.5;
    snq_str_init(&text, 1 << 20);
    snq_str_put(&text, "\"film\":");
    snq_json_init(&j, snq_json_to_str, &text);
    snq_film_plan_json(&j, film);
    check_ok(snq_json_finish(&j));
    snq_str_put(&text, ",\"scenes\":");
    rig_replace("work/s/session.json", "\"scenes\":", snq_str_text(&text));
    snq_str_clear(&text);
    snq_film_plan_free(film);
}

static size_t curves_of(const char *track)
{
    snq_score s;
    open_score(&s);
    const snq_track *t = snq_score_find_track(&s, track);
    const size_t n = t->curves;
    for (size_t i = 0; i < n; i++)
        if (strcmp(t->curve[i].target, "gain_db") == 0) {
            assert_int_equal(t->curve[i].points, 2);
            check_near((double)t->curve[i].point[0].value, -3, 0);
        }
    snq_score_clear(&s);
    return n;
}

/* What a film moves in a track it moves in the one that is made in its place; without a film it was the old notes'. */
static void curves_stay_with_a_film(void **state)
{
    put_curves();
    check_ok(regenerate("bass", 5, NULL));
    assert_int_equal(curves_of("bass"), 0);
    assert_int_equal(curves_of("keys"), 1);
    put_curves(); /* keys has two of them now: the same twice */
    put_film();
    check_ok(regenerate("bass", 6, NULL));
    assert_int_equal(curves_of("bass"), 1);
    assert_non_null(c.session.film);
    assert_int_equal(c.render.frames, 72000);
    assert_string_equal(c.session.film->map, "techno");
    check_ok(regenerate(NULL, 0, NULL)); /* rendered again, without the film at hand */
    assert_int_equal(curves_of("bass"), 1);
    check_ok(undo());
    assert_non_null(c.session.film);
}

static void memory_may_end(void **state)
{
    const int64_t live = snq_alloc_live();
    const uint64_t before = rig_digest("work/s");
    const int64_t step = check_extent(61, 239);
    snq_status st = SNQ_ERR_NOMEM;
    for (int64_t n = 0; st < 0; n += step) { /* up to where all of it is there */
        snq_alloc_fail_after(n);
        st = regenerate("bass", 1, NULL);
        snq_alloc_fail_after(-1);
        snq_composition_clear(&c);
        assert_int_equal(snq_alloc_live(), live);
        if (st >= 0)
            break;
        if (st != SNQ_ERR_NOMEM &&
            !strstr(snq_last_error(), "listening to the mix")) /* in the worker */
            fail_msg("%s: %s", snq_status_name(st), snq_last_error());
        assert_int_equal(rig_digest("work/s"), before);
    }
    const uint64_t after = rig_digest("work/s");
    assert_int_not_equal(after, before);
    st = SNQ_ERR_NOMEM;
    for (int64_t n = 0; st < 0; n += step / 4) {
        snq_alloc_fail_after(n);
        st = lock("bass", 1);
        snq_alloc_fail_after(-1);
        snq_composition_clear(&c);
        assert_int_equal(snq_alloc_live(), live);
        assert_true(st >= 0 || (st == SNQ_ERR_NOMEM && rig_digest("work/s") == after));
    }
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_track_anew),
        TEST(only_rendered_again),
        TEST(back_again),
        TEST(words_for_one_track),
        TEST(what_is_refused_changes_nothing),
        TEST(recordings_stay_locked),
        TEST(damaged_sessions),
        TEST(missing_files),
        TEST(curves_stay_with_a_film),
        TEST(memory_may_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
