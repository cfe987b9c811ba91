// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/alloc.h"
#include "base/str.h"
#include "score/sight.h"

static const char *document(const snq_sight *s, snq_str *out)
{
    snq_json j;
    snq_str_init(out, 1 << 20);
    snq_json_init(&j, snq_json_to_str, out);
    snq_sight_json(&j, s);
    check_ok(snq_json_finish(&j));
    return snq_str_text(out);
}

static void check_parts(const snq_sight *s, const char *const *parts, size_t n)
{
    snq_str out;
    const char *text = document(s, &out);
    for (size_t i = 0; i < n; i++)
        if (!strstr(text, parts[i]))
            fail_msg("no %s in %s", parts[i], text);
    snq_str_clear(&out);
}

static void nothing_seen_is_null_with_reasons(void **state)
{
    static const char *const parts[] = {
        "{\"schema\":\"sonique/watch/1\",\"video\":{\"path\":\"a.mp4\"",
        "\"motion\":null,\"motion_reason\":\"not selected\",\"drift\":null,\"drift_reason\":",
        "\"camera\":null,\"camera_reason\":\"not selected\"",
        "\"jitter\":null",
        "\"bands\":null,\"bands_reason\":\"not selected\"",
        "\"picture\":null",
        "\"events\":null,\"events_reason\":\"not selected\"}",
    };
    snq_sight s;
    snq_sight_init(&s);
    s.video.path = "a.mp4";
    check_parts(&s, parts, SNQ_COUNT(parts));
    snq_sight_clear(&s);
}

static void fill(snq_sight *s, snq_sight_region *region, const double *change)
{
    snq_sight_init(s);
    s->video = (snq_sight_video) { "b.mp4", 640, 360, 29.97, 300, 10.01, { 1, 2.5 } };
    s->motion_reason = NULL;
    s->motion = (snq_sight_motion) { SNQ_SIGHT_OSCILLATORY, SNQ_SIGHT_LINEAR, 0.9 };
    s->drift.mean_velocity = s->drift.mean_velocity_norm = snq_measured(0);
    s->drift.direction_deg = snq_unmeasured("no drift");
    for (uint32_t b = 0; b < SNQ_SIGHT_BANDS; b++) {
        s->band[b].lo_hz = snq_sight_band_lo_hz(b);
        s->band[b].hi_hz = snq_sight_band_hi_hz(b);
        s->band[b].effective_hz[0] = s->band[b].lo_hz;
        s->band[b].effective_hz[1] = s->band[b].hi_hz;
        s->band[b].still = "nothing moves in this band";
        s->band[b].aliasing_risk = snq_unmeasured("nothing moves in this band");
    }
    snq_sight_band *mf = &s->band[SNQ_SIGHT_MF];
    mf->still = NULL;
    mf->aliasing_risk = snq_measured(0);
    mf->mean_magnitude = snq_measured(24);
    mf->type[SNQ_SIGHT_OSCILLATORY] = (snq_sight_share) { 0.75, 0.5 };
    mf->property[SNQ_SIGHT_PRIMARY_FREQUENCY] = snq_measured(2.00004);
    mf->property[SNQ_SIGHT_LYAPUNOV_EXPONENT] = snq_unmeasured("under ten periods");
    mf->region = region;
    mf->regions = 1;
    mf->trend = SNQ_SIGHT_TREND_INCREASING;
    mf->change_s = change;
    mf->changes = 1;
    snq_sight_band *uhf = &s->band[SNQ_SIGHT_UHF];
    uhf->unobservable = "the frame rate is too low for this band";
    uhf->effective_hz[1] = 13;
}

static void a_full_sight_is_written_whole(void **state)
{
    static const char *const parts[] = {
        "\"width\":640,\"height\":360,\"fps\":29.97,\"frames\":300,\"duration_s\":10.01,"
        "\"range\":{\"start_s\":1,\"end_s\":2.5}}",
        "\"warnings\":[{\"code\":\"aliasing\",\"message\":\"risky\"},"
        "{\"code\":\"truncated\",\"message\":\"cut\",\"offset_bytes\":7}]",
        "\"motion\":{\"type\":\"oscillatory\",\"shape\":\"linear\",\"confidence\":0.9}",
        "\"direction_deg\":null,\"direction_deg_reason\":\"no drift\"}",
        "\"camera\":{\"model\":\"similarity\",\"translation_px_s\":[1,-2],\"rotation_deg_s\":3,"
        "\"zoom_per_s\":0.1,\"residual_share\":0.5}",
        "\"jitter\":{\"rms_px\":0.3,\"shake_hz\":8,\"spectrum\":[0.25,0.75]}",
        "\"mf\":{\"range_hz\":[1,5],\"effective_hz\":[1,5],\"observable\":true,\"aliasing_risk\":0,"
        "\"global_statistics\":{\"mean_magnitude\":24,",
        "\"motion_types\":{\"directional\":{\"percentage\":0,\"confidence\":0,\"properties\":{",
        "\"oscillatory\":{\"percentage\":0.75,\"confidence\":0.5,\"properties\":"
        "{\"primary_frequency\":2,",
        "\"lyapunov_exponent\":null,\"lyapunov_exponent_reason\":\"under ten periods\"",
        "\"regions\":[{\"id\":1,\"x\":1,\"y\":2,\"width\":3,\"height\":4,\"cx\":2.5,\"cy\":4,"
        "\"strength\":9,\"dominant_hz\":2}]",
        "\"temporal_evolution\":{\"trend\":\"increasing\",",
        "\"change_points_s\":[4.5]",
        "\"percentage\":null,\"percentage_reason\":\"nothing moves in this band\"",
        "\"uhf\":{\"range_hz\":[15,50],\"effective_hz\":null,\"effective_hz_reason\":"
        "\"the frame rate is too low for this band\",\"observable\":false,\"observable_reason\":"
        "\"the frame rate is too low for this band\"",
        "\"global_statistics\":null,\"global_statistics_reason\":\"the frame rate",
        "\"picture\":{\"luma_mean\":0.5,\"luma_std\":0.1,\"saturation_mean\":0.2,\"hue_deg\":null,"
        "\"hue_deg_reason\":\"grey\"}",
        "\"events\":[{\"t_s\":1.5,\"kind\":\"flash\",\"strength\":0.5}]",
        "\"windows\":{\"t_s\":[0,0.25],\"mf\":{\"oscillatory.primary_frequency\":[2,null]},"
        "\"picture\":{\"luma_mean\":[0.5,0.25]}}}",
    };
    static const float spectrum[] = { 0.25f, 0.75f };
    static const snq_sight_event event = { 1.5, 0.5, SNQ_SIGHT_FLASH };
    snq_sight_region region = { 1, 2, 3, 4, 2.5, 4, 9, { 2, NULL } };
    const double change = 4.5;
    snq_series *column;
    snq_sight s;
    fill(&s, &region, &change);
    snq_warnings_add(&s.warnings, "aliasing", -1, "risky");
    snq_warnings_add(&s.warnings, "truncated", 7, "cut");
    s.camera_reason = s.jitter_reason = s.picture_reason = s.events_reason = NULL;
    s.camera = (snq_sight_camera) { { 1, -2 }, 3, 0.1, 0.5 };
    s.jitter = (snq_sight_jitter) { 0.3, { 8, NULL }, spectrum, 2 };
    s.picture = (snq_sight_picture) { { 0.5, NULL }, { 0.1, NULL }, { 0.2, NULL }, { 0, "grey" } };
    s.event = &event;
    s.events = 1;
    s.has_windows = 1;
    check_ok(snq_sight_add_column(&s, SNQ_SIGHT_MF,
                                  snq_sight_property_path(SNQ_SIGHT_PRIMARY_FREQUENCY), "hz", 0,
                                  0.25, &column));
    check_ok(snq_series_push(column, 2));
    check_ok(snq_series_push(column, NAN));
    check_ok(snq_sight_add_column(&s, -1, "luma_mean", "norm", 0, 0.25, &column));
    check_ok(snq_series_push(column, 0.5f));
    check_ok(snq_series_push(column, 0.25f));
    check_parts(&s, parts, SNQ_COUNT(parts));
    snq_sight_clear(&s);
}

static void what_has_no_trend_says_so(void **state)
{
    static const char *const parts[] = {
        "\"trend\":null,\"trend_reason\":\"too few periods\"",
        "\"change_points_s\":null,\"change_points_s_reason\":\"why\"",
        "\"shape\":null,\"shape_reason\":\"nothing moves\"",
        "\"trend\":\"stable\"",
        "\"trend\":\"decreasing\"",
        "\"windows\":{\"t_s\":[]}}",
    };
    snq_sight_region region = { 0 };
    const double change = 0;
    snq_sight s;
    fill(&s, &region, &change);
    s.motion.shape = SNQ_SIGHT_SHAPELESS;
    s.band[SNQ_SIGHT_MF].trend_reason = "too few periods";
    s.band[SNQ_SIGHT_MF].changes_reason = "why";
    s.band[SNQ_SIGHT_HF].trend = SNQ_SIGHT_TREND_DECREASING;
    s.has_windows = 1;
    check_parts(&s, parts, SNQ_COUNT(parts));
    snq_sight_clear(&s);
}

static void lists_have_bounds(void **state)
{
    const int64_t live = snq_alloc_live();
    snq_series *column;
    snq_sight s;
    snq_sight_init(&s);
    assert_non_null(snq_sight_list(&s, 0, 8));
    assert_null(snq_sight_list(&s, SNQ_SIGHT_LISTS_MAX, 2));
    check_status(snq_sight_add_column(&s, 0, "x", "", 0, 0, &column), SNQ_ERR_RANGE);
    assert_null(column);
    for (int i = 0; i < SNQ_SIGHT_COLUMNS_MAX; i++)
        check_ok(snq_sight_add_column(&s, 0, "x", "", 0, 1, &column));
    check_ok(snq_series_push(column, 1));
    check_status(snq_sight_add_column(&s, 0, "x", "", 0, 1, &column), SNQ_ERR_TOO_BIG);
    snq_sight_clear(&s);
    snq_sight_init(&s);
    snq_alloc_fail_after(0);
    check_status(snq_sight_add_column(&s, 0, "x", "", 0, 1, &column), SNQ_ERR_NOMEM);
    snq_alloc_fail_after(-1);
    snq_sight_clear(&s);
    assert_int_equal(snq_alloc_live(), live);
}

static void names_are_the_contract_s(void **state)
{
    for (uint32_t b = 0; b + 1 < SNQ_SIGHT_BANDS; b++)
        check_near(snq_sight_band_hi_hz(b), snq_sight_band_lo_hz(b + 1), 0);
    assert_string_equal(snq_sight_band_name(SNQ_SIGHT_UHF), "uhf");
    assert_string_equal(snq_sight_type_name(SNQ_SIGHT_STATIC), "static");
    assert_string_equal(snq_sight_type_name(99), "static");
    assert_string_equal(snq_sight_shape_name(SNQ_SIGHT_ISOTROPIC), "isotropic");
    assert_null(snq_sight_shape_name(SNQ_SIGHT_SHAPELESS));
    assert_string_equal(snq_sight_event_name(SNQ_SIGHT_CUT), "cut");
    assert_string_equal(snq_sight_event_name(99), "accent");
    assert_string_equal(snq_sight_property_name(SNQ_SIGHT_ENTROPY), "entropy");
    for (uint32_t p = 0; p < SNQ_SIGHT_PROPERTIES; p++) {
        char path[64];
        snprintf(path, sizeof path, "%s.%s", snq_sight_type_name(snq_sight_property_type(p)),
                 snq_sight_property_name(p));
        assert_string_equal(path, snq_sight_property_path(p));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_seen_is_null_with_reasons),
        cmocka_unit_test(a_full_sight_is_written_whole),
        cmocka_unit_test(what_has_no_trend_says_so),
        cmocka_unit_test(lists_have_bounds),
        cmocka_unit_test(names_are_the_contract_s),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
