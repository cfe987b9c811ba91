// SPDX-License-Identifier: MIT
#include "support/check.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/json_read.h"
#include "films.h"
#include "jobs/data_folders.h"
#include "jobs/sonify_job.h"
#include "watch/flow.h"

static snq_sonification made;
static snq_brief words;

static int begin(void **state)
{
    snq_brief_init(&words);
    words.bpm = 130.0;
    return films_begin(state);
}

static int end(void **state)
{
    snq_brief_clear(&words);
    return films_end(state);
}

/* ---- a run ---- */

typedef struct job {
    snq_sonify_cfg cfg;
    char video[256], out[256];
    const char *at_fault;
    volatile int cancel;
    double stop_at, part; /* cancel when it is so far; how far it was */
    char doing[8][32];
    int doings;
} job;

static void follow(void *user, double part, double media_s, const char *doing)
{
    job *j = user;
    assert_true(part >= 0 && part <= 1 && media_s >= 0);
    j->part = part;
    if (!j->doings || strcmp(j->doing[j->doings - 1], doing) != 0) {
        assert_true(j->doings < 8);
        snprintf(j->doing[j->doings++], sizeof *j->doing, "%s", doing);
    }
    if (part >= j->stop_at)
        j->cancel = 1;
}

static void doubt(void *user, const snq_confinement *c)
{
    (void)user, (void)c;
}

static void job_init(job *j, const char *video, const char *out)
{
    memset(j, 0, sizeof *j);
    films_path(j->video, video);
    films_path(j->out, out);
    j->stop_at = 2;
    j->cfg = (snq_sonify_cfg) { .video = j->video,
                                .out = j->out,
                                .prompt = "",
                                .brief = &words,
                                .style = "techno",
                                .map = "techno",
                                .original = SNQ_ORIGINAL_DUCK,
                                .preset = SNQ_FLOW_FAST,
                                .seed = 3,
                                .threads = 2,
                                .cancel = &j->cancel,
                                .progress = follow,
                                .unconfined = doubt,
                                .user = j };
}

static snq_status run(job *j)
{
    snq_error_clear();
    return snq_sonify_run(&j->cfg, &made, &j->at_fault);
}

static void make_film(void)
{
    films_make("film.mp4", "testsrc2=s=64x48:r=20",
               "-f lavfi -i sine=f=440:r=48000 -t 3 -c:v libx264 -c:a aac");
}

/* Entries of the films' folder, hidden ones too. */
static int entries(void)
{
    char path[256];
    int n = 0;
    films_path(path, "");
    DIR *d = opendir(path);
    assert_non_null(d);
    while (readdir(d))
        n++;
    closedir(d);
    return n;
}

static int is_there(const char *name)
{
    char path[256];
    films_path(path, name);
    return access(path, F_OK) == 0;
}

static snq_text_file file_of(const char *name)
{
    char path[256];
    snq_text_file f;
    films_path(path, name);
    check_ok(snq_text_file_read(path, 64 << 20, &f));
    return f;
}

/* ---- what comes of it ---- */

static void a_film_and_its_report(void **state)
{
    job j;
    make_film();
    const int64_t live = snq_alloc_live();
    const int before = entries();
    job_init(&j, "film.mp4", "out.mp4");
    check_ok(snq_sonify_check(&j.cfg));
    check_ok(run(&j));
    assert_int_equal(entries(), before + 2); /* the film, its report, nothing else */
    assert_true(is_there("out.mp4"));
    assert_true(made.is_film && made.film.pictures == 60);
    check_near(made.film.length_s, 3, 1e-6);
    assert_true(made.why.count > 0 && made.traits.duration_s > 2.9);
    assert_non_null(made.composition.session.film);
    assert_string_equal(made.composition.session.film->video, "film.mp4");
    check_near(j.part, 1, 0.15);
    assert_string_equal(j.doing[0], "looking at the film");
    assert_string_equal(j.doing[1], "watching");
    assert_string_equal(j.doing[j.doings - 1], "writing the film");
    /* the report: on the disk as in memory, and of the film */
    snq_text_file f = file_of("out.report.json");
    assert_int_equal(f.length, made.report.length);
    assert_memory_equal(f.bytes, made.report.text, f.length);
    snq_json_doc *doc;
    snq_json_ref film, at;
    check_ok(snq_json_parse("report", f.bytes, f.length, &doc));
    const snq_json_ref root = snq_json_root(doc);
    check_ok(snq_json_get(&root, "film", SNQ_JSON_OBJECT, &film));
    check_ok(snq_json_get(&film, "traits", SNQ_JSON_OBJECT, &at));
    check_ok(snq_json_get(&film, "why", SNQ_JSON_ARRAY, &at));
    check_ok(snq_json_get(&film, "destinations", SNQ_JSON_ARRAY, &at));
    assert_int_equal(snq_json_count(&at), 8);
    check_ok(snq_json_get(&film, "output", SNQ_JSON_OBJECT, &at));
    check_ok(snq_json_get(&at, "original", SNQ_JSON_OBJECT, &at));
    snq_json_doc_free(doc);
    snq_free(f.bytes);
    snq_sonification_clear(&made);
    snq_sonification_clear(&made);
    /* they are there now: neither is touched, unless by force, and then the bytes are the same */
    snq_text_file first = file_of("out.mp4");
    check_status(snq_sonify_check(&j.cfg), SNQ_ERR_EXISTS);
    check_status(run(&j), SNQ_ERR_EXISTS);
    assert_ptr_equal(j.at_fault, j.out);
    snq_sonification_clear(&made);
    job_init(&j, "film.mp4", "out.mp4");
    j.cfg.force = 1;
    j.cfg.threads = 1;
    j.cfg.progress = NULL;
    j.cfg.unconfined = NULL;
    check_ok(run(&j));
    snq_text_file second = file_of("out.mp4");
    assert_int_equal(first.length, second.length);
    assert_memory_equal(first.bytes, second.bytes, first.length);
    snq_free(first.bytes);
    snq_free(second.bytes);
    snq_sonification_clear(&made);
    assert_int_equal(entries(), before + 2);
    assert_int_equal(snq_alloc_live(), live);
}

/* A session, what moved it, and a picture; without words the picture decides the genre, and that the template. */
static void a_session(void **state)
{
    static const char *const file[] = { "mapping.json", "curves.csv", "curves.png", "session.json",
                                        "report.json",  "mix.wav",    "score.json", "stems" };
    job j;
    char name[64];
    make_film();
    const int before = entries();
    job_init(&j, "film.mp4", "piece");
    j.cfg.style = NULL;
    j.cfg.map = NULL;
    j.cfg.original = SNQ_ORIGINAL_REPLACE;
    check_ok(run(&j));
    assert_int_equal(entries(), before + 1);
    assert_int_equal(made.is_film, 0);
    for (size_t i = 0; i < SNQ_COUNT(file); i++) {
        snprintf(name, sizeof name, "piece/%s", file[i]);
        assert_true(is_there(name));
    }
    snq_text_file f = file_of("piece/mapping.json");
    snq_map_template *t;
    check_ok(snq_map_template_parse("mapping", f.bytes, f.length, NULL, &t));
    assert_string_equal(t->id, made.composition.session.film->map);
    snq_map_template_free(t);
    snq_free(f.bytes);
    assert_null(strstr(snq_str_text(&made.report), "\"output\":"));
    snq_sonification_clear(&made);
    /* it is there now */
    check_status(snq_sonify_check(&j.cfg), SNQ_ERR_EXISTS);
    j.cfg.force = 1;
    check_ok(snq_sonify_check(&j.cfg));
    /* a folder whose name ends as a film's does is a folder */
    films_path(j.out, "dir.mp4");
    mkdir(j.out, 0755);
    check_ok(snq_sonify_check(&j.cfg));
}

#define LOUD                                                                                      \
    "{\"id\": \"loud\", \"name\": \"Loud\", \"metadata\": {\"targetGenre\": \"house\"}, "         \
    "\"mappings\": [{\"id\": \"a\", \"source\": \"sound.loudness\", \"destination\": "            \
    "\"global.energy\", \"transferFunction\": {\"type\": \"linear\", \"inputRange\": [-40, -5], " \
    "\"outputRange\": [0, 1]}}]}"

/* A template of one's own: its genre where none is said, and the film's sound where it reads it. */
static void a_template_of_ones_own(void **state)
{
    job j;
    char map[256];
    int listened = 0;
    make_film();
    films_write("loud.json", LOUD);
    films_path(map, "loud.json");
    job_init(&j, "film.mp4", "loud.mp4");
    words.bpm = 0.0;
    j.cfg.style = NULL;
    j.cfg.map = map;
    j.cfg.original = SNQ_ORIGINAL_KEEP;
    j.cfg.tempo_changes = 1;
    check_ok(run(&j));
    words.bpm = 130.0;
    for (int i = 0; i < j.doings; i++)
        listened |= strcmp(j.doing[i], "listening") == 0;
    assert_true(listened);
    assert_string_equal(made.composition.session.style, "house");
    assert_string_equal(made.composition.session.film->map, "loud");
    assert_non_null(strstr(made.why.text[0], "house: what the template \"loud\" is made for"));
    assert_non_null(strstr(snq_str_text(&made.report), "\"how\":\"keep\""));
    assert_non_null(made.composition.session.film->wish);
    snq_sonification_clear(&made);
}

/* ---- what can't be ---- */

/* Each names its place, and nothing is left. */
static void what_is_wrong_is_said(void **state)
{
    make_film();
    films_write("text.mp4", "no film\n");
    films_write("there.mp4", "x");
    films_write("taken.report.json", "x");
    films_write("file", "x");
    films_write("bad.json", "{\"id\": \"bad\", \"name\": \"Bad\", \"mappings\": [7]}");
    films_make("raw.mkv", "testsrc2=s=64x48:r=20", "-t 1 -c:v ffv1");
    char bad[256];
    films_path(bad, "bad.json");
    enum { VIDEO, OUT, MAP };
    const struct {
        const char *video, *out, *map, *style;
        snq_status st;
        int at;
        const char *says;
    } row[] = {
        { "none.mp4", "o.mp4", "techno", "techno", SNQ_ERR_NOT_FOUND, VIDEO, "No such file" },
        { "text.mp4", "o.mp4", "techno", "techno", SNQ_ERR_FORMAT, VIDEO, "" },
        { "text.mp4", "o", "techno", "techno", SNQ_ERR_FORMAT, VIDEO, "" },
        { ".", "o.mp4", "techno", "techno", SNQ_ERR_FORMAT, VIDEO, "" },
        { ".", "o", "techno", "techno", SNQ_ERR_ARG, VIDEO, "not a folder" },
        { "film.mp4", "there.mp4", "techno", "techno", SNQ_ERR_EXISTS, OUT, "exists" },
        { "film.mp4", "taken.mp4", "techno", "techno", SNQ_ERR_EXISTS, OUT, "exists" },
        { "film.mp4", "file", "techno", "techno", SNQ_ERR_EXISTS, OUT, "exists" },
        { "film.mp4", "film.mp4", "techno", "techno", SNQ_ERR_EXISTS, OUT, "" },
        { "film.mp4", "o.avi", "techno", "techno", SNQ_ERR_ARG, OUT, ".mp4" },
        { "film.mp4", "o.wav", "techno", "techno", SNQ_ERR_ARG, OUT, ".mp4" },
        { "film.mp4", "no/o.mp4", "techno", "techno", SNQ_ERR_IO, OUT, "" },
        { "film.mp4", "o.mp4", "polka", "techno", SNQ_ERR_NOT_FOUND, MAP, "polka" },
        { "film.mp4", "o.mp4", "no/such.json", "techno", SNQ_ERR_NOT_FOUND, MAP, "" },
        { "film.mp4", "o.mp4", bad, "techno", SNQ_ERR_FORMAT, MAP, "mappings[0]" },
        { "film.mp4", "o.mp4", "techno", "polka", SNQ_ERR_NOT_FOUND, VIDEO, "polka" },
        { "raw.mkv", "o.mp4", "techno", "techno", SNQ_ERR_FORMAT, VIDEO, "ffv1" },
    };
    const int before = entries();
    const int64_t live = snq_alloc_live();
    for (size_t i = 0; i < SNQ_COUNT(row); i++) {
        job j;
        job_init(&j, row[i].video, row[i].out);
        j.cfg.map = row[i].map;
        j.cfg.style = row[i].style;
        const snq_status st = run(&j);
        const char *place = row[i].at == VIDEO ? j.video : row[i].at == OUT ? j.out : row[i].map;
        if (st != row[i].st || !*snq_last_error() || !strstr(snq_last_error(), row[i].says))
            fail_msg("row %zu: %s, %s", i, snq_status_name(st), snq_last_error());
        if (strcmp(j.at_fault, place) != 0)
            fail_msg("row %zu: it is about %s, not %s", i, j.at_fault, place);
        snq_sonification_clear(&made);
        assert_int_equal(entries(), before);
        assert_int_equal(snq_alloc_live(), live);
    }
}

/* Wherever it is stopped: neither film nor report nor what they were made of. */
static void stopped_it_leaves_nothing(void **state)
{
    static const double part[] = { 0, 0.5, 0.61, 0.8, 0.86, 0.99 };
    static const char *const out[] = { "never.mp4", "never" };
    make_film();
    const int before = entries();
    const int64_t live = snq_alloc_live();
    for (size_t i = 0; i < SNQ_COUNT(part); i++)
        for (size_t k = 0; k < (part[i] > 0.85 ? 1 : SNQ_COUNT(out)); k++) {
            job j;
            job_init(&j, "film.mp4", out[k]);
            j.cfg.threads = 1;
            j.stop_at = part[i];
            const snq_status st = run(&j);
            if (st != SNQ_ERR_CANCELLED)
                fail_msg("%s at %g: %s", out[k], part[i], snq_status_name(st));
            snq_sonification_clear(&made);
            assert_int_equal(entries(), before);
            assert_int_equal(snq_alloc_live(), live);
        }
}

/* What was there before stays, too, until all is done. */
static void stopped_by_force_it_replaces_nothing(void **state)
{
    job j;
    make_film();
    films_write("old.mp4", "x");
    films_write("old.report.json", "x");
    const int before = entries();
    job_init(&j, "film.mp4", "old.mp4");
    j.cfg.threads = 1;
    j.cfg.force = 1;
    j.stop_at = 0.99;
    check_status(run(&j), SNQ_ERR_CANCELLED);
    snq_sonification_clear(&made);
    assert_int_equal(entries(), before);
    static const char *const name[] = { "old.mp4", "old.report.json" };
    for (int i = 0; i < 2; i++) {
        snq_text_file f = file_of(name[i]);
        assert_int_equal(f.length, 1);
        snq_free(f.bytes);
    }
}

/* Memory may end here or in a worker. */
static void memory_may_end(void **state)
{
    films_make("short.mp4", "testsrc2=s=32x32:r=10", "-t 1 -c:v libx264");
    const int before = entries();
    const int64_t live = snq_alloc_live();
    for (int64_t n = 0; n < 20000; n += 1 + n / check_extent(8, 2)) {
        job j;
        job_init(&j, "short.mp4", "never.mp4");
        j.cfg.threads = 1;
        snq_alloc_fail_after(n);
        const snq_status st = run(&j);
        const int refused = snq_alloc_refused();
        snq_alloc_fail_after(-1);
        if (refused)
            assert_true(st < 0 && *snq_last_error());
        snq_sonification_clear(&made);
        if (snq_alloc_live() != live)
            fail_msg("allocation %d: something is left", (int)n);
        if (st >= 0)
            break;
        assert_int_equal(entries(), before);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_film_and_its_report),
        cmocka_unit_test(a_session),
        cmocka_unit_test(a_template_of_ones_own),
        cmocka_unit_test(what_is_wrong_is_said),
        cmocka_unit_test(stopped_it_leaves_nothing),
        cmocka_unit_test(stopped_by_force_it_replaces_nothing),
        cmocka_unit_test(memory_may_end),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
