// SPDX-License-Identifier: MIT
/* From a film's pictures to control curves: what the eyes see is what the matrix reads. */
#include "support/check.h"

#include <fcntl.h>
#include <unistd.h>

#include "films.h"
#include "jobs/map_library.h"
#include "jobs/observe.h"
#include "map/map_run.h"

static void watch(const char *path, snq_feature_set *f, double *duration_s)
{
    snq_watch_request request;
    snq_observe_cfg cfg = snq_observe_cfg_default();
    snq_sight s;
    check_ok(snq_watch_request_default("film", &request));
    request.windows = 1;
    cfg.request = &request;
    cfg.fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_true(cfg.fd >= 0);
    check_ok(snq_observe_run(&cfg, &s));
    close(cfg.fd);
    check_ok(snq_feature_set_from_sight(f, &s));
    *duration_s = s.video.duration_s;
    snq_sight_clear(&s);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_hertz_wobble),
        cmocka_unit_test(energy_follows),
        cmocka_unit_test(one_picture_is_enough),
    };
    return cmocka_run_group_tests(tests, films_begin, films_end);
}
