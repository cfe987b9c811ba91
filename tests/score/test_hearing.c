// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/alloc.h"
#include "base/str.h"
#include "score/hearing.h"

static const char *document(const snq_hearing *h, int timings, snq_str *out)
{
    snq_json j;
    snq_str_init(out, 1 << 20);
    snq_json_init(&j, snq_json_to_str, out);
    snq_hearing_json(&j, h, timings);
    check_ok(snq_json_finish(&j));
    return snq_str_text(out);
}

static void nothing_heard_is_null_with_reasons(void **state)
{
    snq_hearing h;
    snq_str out;
    snq_hearing_init(&h);
    h.file.path = "a \"b\".wav";
    const char *text = document(&h, 0, &out);
    assert_memory_equal(
        text, "{\"schema\":\"sonique/listen/1\",\"file\":{\"path\":\"a \\\"b\\\".wav\"", 57);
    assert_non_null(strstr(text, "\"regions\":null,\"regions_reason\":\"not selected\""));
    assert_non_null(strstr(text, "\"loudness\":null,\"loudness_reason\":\"not selected\""));
    assert_non_null(strstr(text, "\"tempo\":{\"bpm\":null,\"bpm_reason\":"));
    assert_non_null(strstr(text, "\"plugins\":[]}"));
    snq_str_clear(&out);
    snq_hearing_clear(&h);
}

static void a_full_hearing_is_written_whole(void **state)
{
    snq_hearing h;
    snq_region *r;
    snq_str out;
    snq_hearing_init(&h);
    h.file.path = "x.wav";
    h.loudness_reason = h.dynamics_reason = h.spectrum_reason = h.stereo_reason = NULL;
    h.regions_reason = NULL;
    h.loudness.integrated_lufs = snq_measured(-23.00049);
    h.loudness.range_lu = snq_unmeasured("shorter than 3 s");
    h.spectrum.dominants = 2;
    h.spectrum.dominant_hz[0] = 440.0;
    h.spectrum.dominant_hz[1] = 880.0626;
    h.stereo.antiphase = 1;
    snq_warnings_add(&h.warnings, "truncated", 99, "cut");
    snq_warnings_add(&h.warnings, "antiphase", -1, "cancels");
    check_ok(snq_hearing_add_region(&h, &r));
    r->span = (snq_span) { 0.25, 1.5 };
    r->loudness_reason = NULL;
    h.plugin[h.plugins++] = (snq_plugin_outcome) {
        .id = "loudness", .version = "1", .status = "failed", .message = "why", .ms = 1.25
    };
    const char *text = document(&h, 1, &out);
    static const char *const parts[] = {
        "\"warnings\":[{\"code\":\"truncated\",\"message\":\"cut\",\"offset_bytes\":99},"
        "{\"code\":\"antiphase\",\"message\":\"cancels\"}]",
        "\"regions\":[{\"start_s\":0.25,\"end_s\":1.5,\"kind\":\"content\",\"level_dbfs\":null",
        "\"integrated_lufs\":-23,\"range_lu\":null,\"range_lu_reason\":\"shorter than 3 s\"",
        "\"dominant_hz\":[440,880.063]",
        "\"sub_bass\":{\"share\":0,\"level_dbfs\":0}",
        "\"antiphase\":true",
        "\"plugins\":[{\"id\":\"loudness\",\"version\":\"1\",\"status\":\"failed\","
        "\"message\":\"why\",\"ms\":1.25}]",
    };
    for (size_t i = 0; i < SNQ_COUNT(parts); i++)
        if (!strstr(text, parts[i]))
            fail_msg("no %s in %s", parts[i], text);
    snq_str_clear(&out);
    assert_null(strstr(document(&h, 0, &out), "\"ms\""));
    snq_str_clear(&out);
    snq_hearing_clear(&h);
}

static void an_empty_list_says_why(void **state)
{
    snq_hearing h;
    snq_str out;
    snq_hearing_init(&h);
    h.file.path = "x.wav";
    h.regions_reason = NULL;
    h.no_regions_reason = "digital silence";
    assert_non_null(
        strstr(document(&h, 0, &out), "\"regions\":[],\"regions_reason\":\"digital silence\""));
    snq_str_clear(&out);
}

static void regions_grow_and_fail_cleanly(void **state)
{
    snq_hearing h;
    snq_region *r;
    const int64_t live = snq_alloc_live();
    snq_hearing_init(&h);
    for (int i = 0; i < 100; i++) {
        check_ok(snq_hearing_add_region(&h, &r));
        r->span.start_s = i;
    }
    check_near(h.region[77].span.start_s, 77, 0);
    while (h.regions < h.regions_room)
        check_ok(snq_hearing_add_region(&h, &r));
    snq_alloc_fail_after(0);
    check_status(snq_hearing_add_region(&h, &r), SNQ_ERR_NOMEM);
    snq_alloc_fail_after(-1);
    h.regions = SNQ_REGIONS_MAX;
    check_status(snq_hearing_add_region(&h, &r), SNQ_ERR_TOO_BIG);
    snq_hearing_clear(&h);
    assert_int_equal(snq_alloc_live(), live);
}

static void bands_join(void **state)
{
    for (uint32_t b = 0; b + 1 < SNQ_SPECTRUM_BANDS; b++)
        check_near(snq_spectrum_band_hi_hz(b), snq_spectrum_band_lo_hz(b + 1), 0);
    assert_string_equal(snq_spectrum_band_id(0), "sub_bass");
    check_near(snq_spectrum_band_lo_hz(0), 20, 0);
    check_near(snq_spectrum_band_hi_hz(SNQ_SPECTRUM_BANDS - 1), 20000, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_heard_is_null_with_reasons),
        cmocka_unit_test(a_full_hearing_is_written_whole),
        cmocka_unit_test(an_empty_list_says_why),
        cmocka_unit_test(regions_grow_and_fail_cleanly),
        cmocka_unit_test(bands_join),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
