// SPDX-License-Identifier: MIT
/* From the mapper's result to a picture: that there is one, what it differs by, files that are there or not, memory. What
 * stands where on it: tests/plot/test_map_sheet.c. */
#include "support/check.h"

#include <unistd.h>

#include "base/alloc.h"
#include "films.h"
#include "jobs/map_plot.h"

static const char mappings[] =
    "{\"id\":\"t\",\"name\":\"A name\",\"description\":\"What it does.\",\"mappings\":["
    "{\"id\":\"a\",\"source\":\"picture.luma_mean\",\"destination\":\"global.energy\","
    "\"transferFunction\":"
    "{\"type\":\"sigmoid\",\"inputRange\":[0,1],\"outputRange\":[0.9,0.1]}},"
    "{\"id\":\"b\",\"source\":\"picture.saturation_mean\",\"destination\":\"global.energy\","
    "\"transferFunction\":"
    "{\"type\":\"exponential\",\"inputRange\":[0,1],\"outputRange\":[0,0.5]},"
    "\"modulation\":{\"source\":\"picture.luma_mean\",\"amount\":0.5,\"type\":\"additive\"}},"
    "{\"id\":\"c\",\"source\":\"oscillatory.mf.primary_frequency\",\"destination\":\"wobble_bass."
    "lfo_rate\","
    "\"transferFunction\":{\"type\":\"logarithmic\",\"inputRange\":[1,5],\"outputRange\":[1,8],"
    "\"scale\":\"log\"},"
    "\"sync\":[\"1/4\",\"1/8\"]},"
    "{\"id\":\"d\",\"source\":\"picture.luma_mean\",\"destination\":\"harmony.progression_type\","
    "\"transferFunction\":"
    "{\"type\":\"custom\",\"expression\":\"x < 0.3 ? 1/0 : x\",\"inputRange\":[0,1],"
    "\"outputRange\":[\"simple\",\"complex\"]}},"
    "{\"id\":\"e\",\"source\":\"jitter.rms\",\"destination\":\"atmosphere.pad_intensity\","
    "\"transferFunction\":"
    "{\"type\":\"linear\",\"inputRange\":[0,1],\"outputRange\":[0,1]},\"enabled\":false}]}";

/* A film of `seconds` that grows light, as the eyes would tell of it. */
typedef struct rig {
    snq_map_template *map;
    snq_feature_set features;
    snq_map_result curves;
    snq_sight sight;
    snq_map_plot_cfg cfg;
} rig;

static snq_feature *column(snq_feature_set *f, const char *type, const char *property, int band,
                           const char *reason)
{
    snq_feature *c;
    const snq_map_source s = { (uint16_t)snq_source_find(type, property), (int8_t)band };
    check_ok(snq_feature_set_add(f, s, reason, &c));
    return c;
}

static void rig_init(rig *r, double seconds)
{
    const size_t steps = (size_t)(4 * seconds) + 1;
    memset(r, 0, sizeof *r);
    check_ok(snq_map_template_parse("t", mappings, strlen(mappings), NULL, &r->map));
    check_ok(snq_feature_set_init(&r->features, 0.25, steps));
    for (int k = 0; k < 2; k++) {
        snq_feature *c =
            column(&r->features, "picture", k ? "saturation_mean" : "luma_mean", -1, NULL);
        for (size_t i = 0; i < steps; i++)
            c->value[i] = (float)i / (float)steps;
    }
    column(&r->features, "oscillatory", "primary_frequency", SNQ_SIGHT_MF, "4 s are too short");
    snq_sight_init(&r->sight);
    r->sight.video = (snq_sight_video) { .path = "a film.mp4",
                                         .width = 320,
                                         .height = 180,
                                         .fps = 25,
                                         .frames = (uint64_t)(25 * seconds),
                                         .duration_s = seconds,
                                         .range = { 0, seconds } };
    snq_map_run_cfg run = snq_map_run_cfg_default();
    run.map = r->map;
    run.features = &r->features;
    run.duration_s = seconds;
    check_ok(snq_map_run(&run, &r->curves));
    r->cfg = snq_map_plot_cfg_default();
    r->cfg.map = r->map;
    r->cfg.features = &r->features;
    r->cfg.result = &r->curves;
    r->cfg.sight = &r->sight;
    r->cfg.width_px = 800;
}

static void rig_clear(rig *r)
{
    snq_map_template_free(r->map);
    snq_feature_set_clear(&r->features);
    snq_map_result_clear(&r->curves);
    snq_sight_clear(&r->sight);
}

static snq_status gather(void *user, const char *bytes, size_t n)
{
    snq_str_put_bytes(user, bytes, n);
    return ((const snq_str *)user)->st;
}

static snq_status draw(const rig *r, snq_str *png)
{
    snq_str_init(png, 16 << 20);
    return snq_map_plot_draw(&r->cfg, gather, png);
}

static uint32_t height_of(const snq_str *png)
{
    const uint8_t *p = (const uint8_t *)png->text + 20;
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void a_picture_is_drawn(void **state)
{
    rig r;
    snq_str png, again;
    rig_init(&r, 8);
    check_ok(draw(&r, &png));
    assert_memory_equal(png.text, "\x89PNG\r\n\x1A\n", 8);
    check_ok(draw(&r, &again));
    assert_int_equal(png.length, again.length);
    assert_memory_equal(png.text, again.text, png.length);
    snq_str_clear(&again);
    /* with its music it is higher, and says more when the grid is told */
    snq_score score;
    snq_section section = { 0, 960, "one", 0.5f };
    snq_hit hit[] = { { 0.5, 1, 1, SNQ_HIT_CUT },
                      { 1.3, 0.4f, 1, SNQ_HIT_MOTION },
                      { 4, 1, 1, SNQ_HIT_ACCENT },
                      { 0.75, 1, 1, SNQ_HIT_FLASH } };
    snq_hit_list hits = { hit, SNQ_COUNT(hit) };
    snq_hit_fit fit = { .step = { { 0, 0, 120 } },
                        .steps = 1,
                        .bar_steps = 16,
                        .bars = 4,
                        .end_s = 8,
                        .tolerance_s = 0.04,
                        .bpm = 120 };
    static const float lufs[] = { -20, -12, -70 };
    snq_score_init(&score);
    check_ok(snq_score_add_tempo(&score, 0, 120));
    check_ok(snq_score_add_section(&score, &section));
    check_ok(snq_score_sort(&score));
    r.cfg.score = &score;
    r.cfg.hits = &hits;
    r.cfg.loudness_lufs = lufs;
    r.cfg.loudness = 3;
    r.cfg.loudness_step_s = 1;
    check_ok(draw(&r, &again));
    assert_true(height_of(&again) > height_of(&png) + 60);
    snq_str_clear(&png);
    r.cfg.fit = &fit;
    check_ok(draw(&r, &png));
    assert_int_equal(height_of(&png), height_of(&again));
    assert_true(png.length != again.length || memcmp(png.text, again.text, png.length) != 0);
    snq_str_clear(&png);
    snq_str_clear(&again);
    snq_score_clear(&score);
    rig_clear(&r);
}

static void files_appear_whole(void **state)
{
    rig r;
    char path[256];
    rig_init(&r, 4);
    films_path(path, "map.png");
    check_ok(snq_map_plot_write(&r.cfg, path, 0));
    assert_int_equal(access(path, R_OK), 0);
    check_status(snq_map_plot_write(&r.cfg, path, 0), SNQ_ERR_EXISTS);
    check_ok(snq_map_plot_write(&r.cfg, path, 1));
    /* nothing where it can't be drawn */
    films_path(path, "none.png");
    r.cfg.width_px = 1;
    check_status(snq_map_plot_write(&r.cfg, path, 0), SNQ_ERR_RANGE);
    assert_int_not_equal(access(path, F_OK), 0);
    r.cfg.width_px = 800;
    films_path(path, "no/such/folder.png");
    check_status(snq_map_plot_write(&r.cfg, path, 0), SNQ_ERR_IO);
    rig_clear(&r);
}

static void memory_may_end(void **state)
{
    rig r;
    rig_init(&r, 4);
    const int64_t live = snq_alloc_live();
    int n = 0;
    for (snq_status st = SNQ_ERR_NOMEM; st < 0; n++) {
        snq_str png;
        snq_alloc_fail_after(n);
        st = draw(&r, &png);
        const int refused = snq_alloc_refused();
        snq_alloc_fail_after(-1);
        if (st < 0 && st != SNQ_ERR_NOT_FOUND) /* of a font that could not be read */
            check_status(st, SNQ_ERR_NOMEM);
        else if (st >= 0 && refused)
            st = SNQ_ERR_NOMEM; /* a bold font that is left out */
        snq_str_clear(&png);
        assert_int_equal(snq_alloc_live(), live);
    }
    assert_true(n > 8);
    rig_clear(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_picture_is_drawn),
        cmocka_unit_test(files_appear_whole),
        cmocka_unit_test(memory_may_end),
    };
    return cmocka_run_group_tests(tests, films_begin, films_end);
}
