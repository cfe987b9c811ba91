// SPDX-License-Identifier: MIT
/* From a film's pictures to control curves: what the eyes see is what the matrix reads. */
#include "support/check.h"

#include <unistd.h>

#include "base/alloc.h"
#include "films.h"
#include "jobs/film_view.h"
#include "jobs/map_film.h"
#include "jobs/map_library.h"
#include "map/map_run.h"

static void watch(const char *path, snq_feature_set *f, double *duration_s)
{
    snq_film_view v;
    const snq_film_view_cfg cfg = { .path = path, .preset = snq_map_film_cfg_default().preset };
    check_ok(snq_film_view_open(&cfg, &v));
    *duration_s = v.sight.video.duration_s;
    *f = v.features;
    v.features = (snq_feature_set) { 0 };
    snq_film_view_clear(&v);
}

static snq_map_result sound_of(const char *id, const snq_feature_set *f, double duration_s)
{
    char path[512];
    snq_map_template *t;
    snq_map_result r;
    snq_map_run_cfg cfg = snq_map_run_cfg_default();
    snprintf(path, sizeof path, "%s/templates/%s.json", getenv("SNQ_ROOT"), id);
    check_ok(snq_map_library_read(path, NULL, &t));
    cfg.map = t, cfg.features = f, cfg.duration_s = duration_s, cfg.bpm = t->bpm;
    check_ok(snq_map_run(&cfg, &r));
    snq_map_template_free(t);
    return r;
}

/* Two hertz to and fro: the bass wobbles as the published mapping says. */
static void two_hertz_wobble(void **state)
{
    char path[512];
    snq_feature_set f;
    double duration_s;
    const char *shared = getenv("SNQ_SHARED");
    if (!shared)
        skip();
    snprintf(path, sizeof path, "%s/data/synth_video/osc_2hz_320x240_30.mp4", shared);
    watch(path, &f, &duration_s);
    snq_map_result r = sound_of("basic_dubstep", &f, duration_s);
    const double want = 0.25 + pow(1.5 / 4.5, 1.5) * 7.75, beats = duration_s * 140 / 60;
    for (int i = 1; i < 16; i++)
        check_near((double)snq_map_result_at(&r, "wobble_bass.lfo_rate", beats * i / 16), want,
                   0.02 * want);
    const snq_map_output *o = snq_map_result_find(&r, "wobble_bass.lfo_rate");
    assert_true(o->covered > 0.95);
    /* ulf can't be seen in a few seconds: the drift stands in, and is said to */
    assert_non_null(strstr(snq_map_result_find(&r, "global.energy")->reason, "drift stands in"));
    snq_map_result_clear(&r);
    snq_feature_set_clear(&f);
}

/* Pictures that stand still, then move: energy follows. */
static void energy_follows(void **state)
{
    char path[256];
    snq_feature_set f;
    double duration_s;
    films_make(
        "halves.mkv", "nullsrc=s=160x96:r=20",
        "-vf geq=lum='128+60*sin((X+if(gt(T\\,6)\\,5*sin(12.6*T)\\,0))/7)*cos(Y/9)':cb=128:cr=128 "
        "-t "
        "12 -c:v ffv1");
    films_path(path, "halves.mkv");
    watch(path, &f, &duration_s);
    check_near(duration_s, 12, 0.1);
    snq_map_result r = sound_of("techno", &f, duration_s);
    const double still = (double)snq_map_result_mean(&r, "global.energy", 0, 4 * 130 / 60.0);
    const double moved =
        (double)snq_map_result_mean(&r, "global.energy", 8 * 130 / 60.0, 12 * 130 / 60.0);
    if (!(moved > still + 0.2))
        fail_msg("energy %g still, %g moving", still, moved);
    snq_map_result_clear(&r);
    snq_feature_set_clear(&f);
}

/* One picture: every curve is there, none moves far, each says why. */
static void one_picture_is_enough(void **state)
{
    char path[256];
    snq_feature_set f;
    double duration_s;
    films_make("one.mkv", "color=c=gray:s=64x48:r=10", "-frames:v 1 -c:v ffv1");
    films_path(path, "one.mkv");
    watch(path, &f, &duration_s);
    static const char *const id[] = { "basic_dubstep", "techno", "drum_and_bass", "ambient",
                                      "cinematic" };
    for (int i = 0; i < 5; i++) {
        snq_map_result r = sound_of(id[i], &f, fmin(duration_s, 1));
        assert_true(r.outputs >= 5);
        for (size_t k = 0; k < r.outputs; k++)
            assert_true(r.output[k].curve.points >= 1 &&
                        (r.output[k].reason[0] || r.output[k].covered > 0));
        snq_map_result_clear(&r);
    }
    snq_feature_set_clear(&f);
}

/* ---- the whole of `map plot` ---- */

typedef struct told {
    int results, progress, stop;
    size_t outputs;
    double bpm, duration_s, covered; /* of the first output, as the reason */
    char map[SNQ_MAP_ID_MAX], reason[SNQ_MAP_REASON_MAX];
} told;

static snq_status take(void *user, const snq_map_film_result *r)
{
    told *t = user;
    t->results++;
    t->outputs = r->curves->outputs;
    t->bpm = r->bpm;
    t->duration_s = r->duration_s;
    t->covered = r->curves->outputs ? r->curves->output[0].covered : 0;
    snprintf(t->reason, sizeof t->reason, "%s",
             r->curves->outputs ? r->curves->output[0].reason : "");
    snprintf(t->map, sizeof t->map, "%s", r->map->id);
    assert_true(r->sight->has_windows);
    return t->stop ? SNQ_ERR_CANCELLED : SNQ_OK;
}

static void on_progress(void *user, const snq_batch_progress *p)
{
    ((told *)user)->progress++;
}

typedef struct job {
    snq_inputs inputs;
    told told;
    snq_map_film_cfg cfg;
    char plot[256], csv[256], error[SNQ_ERROR_MAX];
    int refused;
} job;

static void job_init(job *j, const char *map, const char *film)
{
    char path[256];
    memset(j, 0, sizeof *j);
    j->inputs.videos = 1;
    films_path(path, film);
    check_ok(snq_inputs_add(&j->inputs, path));
    films_path(j->plot, "out.png");
    films_path(j->csv, "out.csv");
    unlink(j->plot);
    unlink(j->csv);
    j->cfg = snq_map_film_cfg_default();
    j->cfg.map = map;
    j->cfg.inputs = &j->inputs;
    j->cfg.plot_path = j->plot;
    j->cfg.csv_path = j->csv;
    j->cfg.threads = 2;
    j->cfg.result = take;
    j->cfg.hooks = (snq_batch_hooks) { .progress = on_progress, .user = &j->told };
}

static int is_there(const char *path)
{
    return access(path, F_OK) == 0;
}

static void use_templates(void)
{
    check_near(setenv("SNQ_DATA", getenv("SNQ_ROOT"), 1), 0, 0);
}

static void make_swing(void)
{
    films_make("swing.mkv", "testsrc2=s=160x96:r=20", "-t 3 -c:v ffv1");
}

static void a_picture_and_a_table(void **state)
{
    job j;
    use_templates();
    make_swing();
    const int64_t live = snq_alloc_live();
    job_init(&j, "techno", "swing.mkv");
    check_ok(snq_map_film_check(&j.cfg));
    check_ok(snq_map_film_run(&j.cfg, &j.refused, j.error));
    assert_int_equal(j.refused, SNQ_MAP_FILM_GOOD);
    assert_int_equal(j.told.results, 1);
    assert_int_equal(j.told.outputs, 8);
    check_near(j.told.bpm, 130, 0);
    check_near(j.told.duration_s, 3, 0.05);
    assert_string_equal(j.told.map, "techno");
    assert_true(is_there(j.plot) && is_there(j.csv));
    /* they are there: refused before anything is watched, unless by force */
    j.told = (told) { 0 };
    check_ok(snq_map_film_run(&j.cfg, &j.refused, j.error));
    assert_int_equal(j.refused, SNQ_MAP_FILM_REFUSED);
    assert_non_null(strstr(j.error, "out.png exists already"));
    assert_int_equal(j.told.results, 0);
    j.cfg.force = 1;
    check_ok(snq_map_film_run(&j.cfg, &j.refused, j.error));
    assert_int_equal(j.refused, SNQ_MAP_FILM_GOOD);
    /* a table alone, by the template's file */
    char path[512];
    snprintf(path, sizeof path, "%s/templates/ambient.json", getenv("SNQ_ROOT"));
    unlink(j.plot);
    j.cfg.map = path;
    j.cfg.plot_path = NULL;
    j.cfg.hooks.progress = NULL;
    check_ok(snq_map_film_run(&j.cfg, &j.refused, j.error));
    assert_true(!is_there(j.plot) && is_there(j.csv));
    assert_string_equal(j.told.map, "ambient");
    snq_inputs_clear(&j.inputs);
    assert_int_equal(snq_alloc_live(), live);
}

static void what_is_wrong_is_said(void **state)
{
    job j;
    use_templates();
    make_swing();
    films_write("text.mkv", "no film\n");
    films_write("bad.json", "{\"id\": \"bad\", \"name\": \"Bad\", \"mappings\": [7]}");
    char bad[256];
    films_path(bad, "bad.json");
    const struct {
        const char *map, *film;
        int refused;
        const char *words;
    } table[] = {
        { "polka", "swing.mkv", SNQ_MAP_FILM_TEMPLATE_REFUSED, "basic_dubstep" },
        { "no/such.json", "swing.mkv", SNQ_MAP_FILM_TEMPLATE_REFUSED, "no/such.json" },
        { bad, "swing.mkv", SNQ_MAP_FILM_TEMPLATE_REFUSED, "mappings[0]" },
        { "techno", "text.mkv", SNQ_MAP_FILM_REFUSED, "" },
        { "techno", "missing.mkv", SNQ_MAP_FILM_REFUSED, "" },
    };
    for (size_t i = 0; i < SNQ_COUNT(table); i++) {
        job_init(&j, table[i].map, table[i].film);
        check_ok(snq_map_film_run(&j.cfg, &j.refused, j.error));
        assert_int_equal(j.refused, table[i].refused);
        assert_true(*j.error);
        assert_non_null(strstr(j.error, table[i].words));
        assert_true(!is_there(j.plot) && !is_there(j.csv) && !j.told.results);
        snq_inputs_clear(&j.inputs);
    }
    /* whoever is told may stop it: nothing is written */
    job_init(&j, "techno", "swing.mkv");
    j.told.stop = 1;
    check_status(snq_map_film_run(&j.cfg, &j.refused, j.error), SNQ_ERR_CANCELLED);
    assert_true(!is_there(j.plot) && !is_there(j.csv));
    /* no templates at all: the product lacks a part */
    check_near(setenv("SNQ_DATA", "/nowhere", 1), 0, 0);
    check_status(snq_map_film_run(&j.cfg, &j.refused, j.error), SNQ_ERR_UNSUPPORTED);
    use_templates();
    /* requests that make no sense */
    j.cfg.plot_path = "picture.jpg";
    check_status(snq_map_film_check(&j.cfg), SNQ_ERR_ARG);
    j.cfg.plot_path = NULL;
    check_ok(snq_inputs_add(&j.inputs, "other.mkv"));
    check_status(snq_map_film_check(&j.cfg), SNQ_ERR_ARG);
    assert_non_null(strstr(snq_last_error(), "not 2"));
    snq_inputs_clear(&j.inputs);
}

/* One picture, and pictures that stand: a picture of the curves all the same. */
static void little_to_see(void **state)
{
    static const char *const film[] = { "one.mkv", "still.mkv" };
    job j;
    use_templates();
    films_make("one.mkv", "color=c=gray:s=64x48:r=10", "-frames:v 1 -c:v ffv1");
    films_make("still.mkv", "color=c=gray:s=64x48:r=10", "-t 4 -c:v ffv1");
    for (size_t i = 0; i < SNQ_COUNT(film); i++) {
        job_init(&j, "basic_dubstep", film[i]);
        check_ok(snq_map_film_run(&j.cfg, &j.refused, j.error));
        assert_int_equal(j.refused, SNQ_MAP_FILM_GOOD);
        assert_true(is_there(j.plot) && is_there(j.csv));
        assert_int_equal(j.told.outputs, 5);
        snq_inputs_clear(&j.inputs);
    }
}

#define LOUD                                                                                    \
    "{\"id\": \"loud\", \"name\": \"Loud\", \"mappings\": [{\"id\": \"a\", \"source\": "        \
    "\"sound.loudness\", \"destination\": \"global.energy\", \"transferFunction\": {\"type\": " \
    "\"linear\", \"inputRange\": [-40, -5], \"outputRange\": [0, 1]}}]}"

/* A template that reads the film's own sound has it listened to; without sound it says why there is nothing. */
static void its_own_sound(void **state)
{
    static const char *const film[] = { "tone.mkv", "mute.mkv" };
    char map[256];
    job j;
    films_make("tone.mkv", "testsrc2=s=64x48:r=10",
               "-f lavfi -i sine=f=440:r=48000 -t 4 -c:v ffv1 -c:a flac");
    films_make("mute.mkv", "testsrc2=s=64x48:r=10", "-t 4 -c:v ffv1");
    films_write("loud.json", LOUD);
    films_path(map, "loud.json");
    const int64_t live = snq_alloc_live();
    for (size_t i = 0; i < SNQ_COUNT(film); i++) {
        job_init(&j, map, film[i]);
        check_ok(snq_map_film_run(&j.cfg, &j.refused, j.error));
        assert_string_equal(j.error, "");
        assert_int_equal(j.told.outputs, 1);
        assert_true(i ? j.told.covered == 0 : j.told.covered > 0.5);
        if (i && !strstr(j.told.reason, "sound"))
            fail_msg("%s: %s", film[i], j.told.reason);
        snq_inputs_clear(&j.inputs);
    }
    assert_int_equal(snq_alloc_live(), live);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(its_own_sound),         cmocka_unit_test(two_hertz_wobble),
        cmocka_unit_test(energy_follows),        cmocka_unit_test(one_picture_is_enough),
        cmocka_unit_test(a_picture_and_a_table), cmocka_unit_test(what_is_wrong_is_said),
        cmocka_unit_test(little_to_see),
    };
    return cmocka_run_group_tests(tests, films_begin, films_end);
}
