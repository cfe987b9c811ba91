// SPDX-License-Identifier: MIT
#include "support/check.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "films.h"
#include "jobs/film_view.h"
#include "watch/flow.h"

typedef struct hooks {
    volatile int cancel;
    int calls;
} hooks;

static void count(void *user, const snq_batch_progress *p)
{
    hooks *h = user;
    assert_true(p->part >= 0 && p->part <= 1);
    h->calls++;
}

static void stop(void *user, const snq_batch_progress *p)
{
    ((hooks *)user)->cancel = 1;
}

static void doubt(void *user, const snq_confinement *c)
{
    assert_non_null(user);
    (void)c;
}

/* The path is good until the next call. */
static snq_film_view_cfg cfg_of(const char *film, hooks *h)
{
    static char path[256];
    films_path(path, film);
    *h = (hooks) { 0 };
    return (snq_film_view_cfg) {
        .path = path,
        .preset = SNQ_FLOW_FAST,
        .threads = 2,
        .hooks = { .cancel = &h->cancel, .progress = count, .unconfined = doubt, .user = h }
    };
}

static void make_films(void)
{
    films_make("seen.mkv", "testsrc2=s=96x64:r=20",
               "-f lavfi -i sine=f=440:r=48000 -t 3 -c:v ffv1 -c:a flac");
    films_make("mute.mkv", "testsrc2=s=96x64:r=20", "-t 3 -c:v ffv1");
}

static const snq_feature *column(const snq_film_view *v, const char *type, const char *property)
{
    return snq_feature_set_find(
        &v->features,
        (snq_map_source) { (uint16_t)snq_source_find(type, property), SNQ_SOURCE_NO_BAND });
}

static void what_is_seen_and_heard(void **state)
{
    hooks h;
    snq_film_view v;
    make_films();
    const int64_t live = snq_alloc_live();
    snq_film_view_cfg cfg = cfg_of("seen.mkv", &h);
    cfg.look = 1;
    check_ok(snq_film_view_open(&cfg, &v));
    assert_true(h.calls > 0);
    assert_ptr_equal(v.sight.video.path, cfg.path);
    assert_true(v.sight.has_windows);
    assert_int_equal(v.sight.video.height, 64);
    check_near(v.traits.duration_s, 3, 0.06);
    assert_true(v.traits.speed_norm > 0 && v.look.still_width > 0);
    /* the motion is the features' own, step for step */
    const snq_feature *speed = column(&v, "motion", "mean_speed");
    assert_true(speed && speed->value);
    assert_int_equal(v.motion.length, v.features.length);
    check_near(v.motion.step_s, v.features.step_s, 0);
    for (size_t i = 0; i < v.motion.length; i++)
        if (v.motion.valid[i])
            check_near((double)v.motion.value[i], (double)speed->value[i], 0);
    assert_null(column(&v, "sound", "loudness")); /* nobody listened yet */
    const int watched = h.calls;
    check_ok(snq_film_view_listen(&cfg, &v));
    assert_true(h.calls >= watched);
    const snq_feature *loud = column(&v, "sound", "loudness");
    assert_true(loud && loud->value && !*loud->reason);
    double heard = NAN;
    for (size_t i = 0; i < v.features.length; i++)
        heard = isnan(loud->value[i]) ? heard : (double)loud->value[i];
    assert_true(heard > -40 && heard < -5);
    snq_film_view_clear(&v);
    snq_film_view_clear(&v);
    assert_int_equal(snq_alloc_live(), live);
}

/* Without a look, without hooks, without sound. */
static void nothing_that_is_not_asked_for(void **state)
{
    hooks h;
    snq_film_view v;
    make_films();
    snq_film_view_cfg cfg = cfg_of("mute.mkv", &h);
    cfg.hooks = (snq_batch_hooks) { 0 };
    check_ok(snq_film_view_open(&cfg, &v));
    assert_int_equal(v.look.still_width, 0);
    check_ok(snq_film_view_listen(&cfg, &v));
    static const char *const property[] = { "loudness", "onset_rate", "centroid", "flatness" };
    for (size_t i = 0; i < SNQ_COUNT(property); i++) {
        const snq_feature *f = column(&v, "sound", property[i]);
        assert_true(f && !f->value && *f->reason);
    }
    snq_film_view_clear(&v);
}

/* A film of one picture: nothing is said of motion, and nothing is made up. */
static void one_picture(void **state)
{
    hooks h;
    snq_film_view v;
    films_make("one.mkv", "color=c=gray:s=64x48:r=10", "-frames:v 1 -c:v ffv1");
    const snq_film_view_cfg cfg = cfg_of("one.mkv", &h);
    check_ok(snq_film_view_open(&cfg, &v));
    for (size_t i = 0; i < v.motion.length; i++)
        assert_true(!v.motion.valid[i] || v.motion.value[i] == 0);
    assert_true(v.traits.duration_s > 0);
    snq_film_view_clear(&v);
}

#define MAP(source, more)                                                             \
    "{\"id\":\"t\",\"name\":\"T\",\"mappings\":[{\"id\":\"a\",\"source\":\"" source   \
    "\",\"destination\":\"global.energy\",\"transferFunction\":{\"type\":\"linear\"," \
    "\"inputRange\":[0,1],\"outputRange\":[0,1]}" more "}]}"
#define BY(source) \
    ",\"modulation\":{\"source\":\"" source "\",\"amount\":0.5,\"type\":\"additive\"}"

static void who_wants_sound(void **state)
{
    static const struct {
        const char *text;
        int wants;
    } row[] = {
        { MAP("picture.luma_mean", ""), 0 },
        { MAP("sound.flatness", ""), 1 },
        { MAP("sound.flatness", ",\"enabled\":false"), 0 },
        { MAP("picture.luma_mean", BY("motion.mean_speed")), 0 },
        { MAP("picture.luma_mean", BY("sound.onset_rate")), 1 },
        { MAP("picture.luma_mean", BY("sound.onset_rate") ",\"enabled\":false"), 0 },
        { "{\"id\":\"t\",\"name\":\"T\",\"mappings\":[]}", 0 },
    };
    for (size_t i = 0; i < SNQ_COUNT(row); i++) {
        snq_map_template *t;
        check_ok(snq_map_template_parse("t", row[i].text, strlen(row[i].text), NULL, &t));
        assert_int_equal(snq_film_view_wants_sound(t), row[i].wants);
        snq_map_template_free(t);
    }
}

static void check_clear(const snq_film_view *v)
{
    assert_true(!v->features.item && !v->motion.value && !v->sight.column && !v->look.still);
}

static void what_is_no_film(void **state)
{
    hooks h;
    char path[256];
    snq_film_view v;
    make_films();
    films_write("text.mkv", "no film\n");
    films_make("tone.mkv", "sine=f=440:r=48000", "-t 1 -c:a flac");
    films_path(path, "empty");
    mkdir(path, 0755);
    static const struct {
        const char *film;
        snq_status st;
        const char *says;
    } row[] = {
        { "text.mkv", SNQ_ERR_FORMAT, "" }, { "missing.mkv", SNQ_ERR_FORMAT, "No such file" },
        { "tone.mkv", SNQ_ERR_FORMAT, "" }, { ".", SNQ_ERR_ARG, "not a folder" },
        { "empty", SNQ_ERR_FORMAT, "" },
    };
    const int64_t live = snq_alloc_live();
    for (size_t i = 0; i < SNQ_COUNT(row); i++) {
        const snq_film_view_cfg cfg = cfg_of(row[i].film, &h);
        snq_error_clear();
        const snq_status st = snq_film_view_open(&cfg, &v);
        if (st != row[i].st || !*snq_last_error() || !strstr(snq_last_error(), row[i].says))
            fail_msg("%s: %s, %s", row[i].film, snq_status_name(st), snq_last_error());
        check_clear(&v);
        assert_int_equal(snq_alloc_live(), live);
    }
}

static void it_may_be_stopped(void **state)
{
    hooks h;
    snq_film_view v;
    make_films();
    const int64_t live = snq_alloc_live();
    snq_film_view_cfg cfg = cfg_of("seen.mkv", &h);
    h.cancel = 1;
    check_status(snq_film_view_open(&cfg, &v), SNQ_ERR_CANCELLED);
    check_clear(&v);
    cfg = cfg_of("seen.mkv", &h);
    cfg.hooks.progress = stop; /* it may first be told when all is seen */
    const snq_status st = snq_film_view_open(&cfg, &v);
    assert_true(st == SNQ_ERR_CANCELLED || (st == SNQ_OK && v.sight.video.frames > 0));
    snq_film_view_clear(&v);
    cfg = cfg_of("seen.mkv", &h);
    check_ok(snq_film_view_open(&cfg, &v));
    h.cancel = 1;
    check_status(snq_film_view_listen(&cfg, &v), SNQ_ERR_CANCELLED);
    snq_film_view_clear(&v);
    assert_int_equal(snq_alloc_live(), live);
}

/* Wherever memory ends, here or in a worker, it is said and nothing is left. */
static void memory_may_end(void **state)
{
    hooks h;
    snq_film_view v;
    films_make("short.mkv", "testsrc2=s=32x32:r=10", "-t 1 -c:v ffv1");
    const int64_t live = snq_alloc_live();
    int done = 0, refusals = 0;
    for (int64_t n = 0; !done; n += 1 + n / check_extent(16, 4)) {
        snq_film_view_cfg cfg = cfg_of("short.mkv", &h);
        cfg.look = 1;
        snq_alloc_fail_after(n);
        snq_status st = snq_film_view_open(&cfg, &v);
        const int opened = st >= 0;
        if (opened)
            st = snq_film_view_listen(&cfg, &v);
        done = !snq_alloc_refused() && st >= 0;
        snq_alloc_fail_after(-1);
        refusals += st < 0;
        if (st < 0)
            assert_true(*snq_last_error());
        if (!opened)
            check_clear(&v);
        snq_film_view_clear(&v);
        if (snq_alloc_live() != live)
            fail_msg("allocation %d: something is left", (int)n);
    }
    assert_true(refusals > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_seen_and_heard),
        cmocka_unit_test(nothing_that_is_not_asked_for),
        cmocka_unit_test(one_picture),
        cmocka_unit_test(who_wants_sound),
        cmocka_unit_test(what_is_no_film),
        cmocka_unit_test(it_may_be_stopped),
        cmocka_unit_test(memory_may_end),
    };
    return cmocka_run_group_tests(tests, films_begin, films_end);
}
