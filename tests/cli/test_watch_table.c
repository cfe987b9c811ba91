// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "cli/watch_table.h"

static void check_shows(const snq_sight *s, const char *const *lines, size_t n)
{
    char *text = NULL;
    size_t length;
    FILE *to = open_memstream(&text, &length);
    assert_non_null(to);
    snq_watch_table(to, s);
    assert_int_equal(fclose(to), 0);
    for (size_t i = 0; i < n; i++)
        if (!strstr(text, lines[i]))
            fail_msg("no \"%s\" in\n%s", lines[i], text);
    free(text);
}

static snq_sight_region region[4];
static snq_sight_event event[9];

static void make(snq_sight *s)
{
    snq_sight_init(s);
    s->video = (snq_sight_video) { "a\x1b.mp4", 640, 360, 29.97, 300, 10.01, { 1, 2.5 } };
    s->motion_reason = s->camera_reason = s->jitter_reason = s->picture_reason = s->events_reason =
        NULL;
    s->motion = (snq_sight_motion) { SNQ_SIGHT_OSCILLATORY, SNQ_SIGHT_LINEAR, 0.9 };
    s->drift = (snq_sight_drift) { snq_measured(3.5), snq_measured(0.01), snq_measured(270) };
    s->camera = (snq_sight_camera) { { 1.5, -2.25 }, 0.5, -0.01, 0.25 };
    s->jitter = (snq_sight_jitter) { 0.75, snq_unmeasured("no shake"), NULL, 0 };
    s->picture = (snq_sight_picture) { snq_measured(0.5), snq_measured(0.25), snq_measured(0.1),
                                       snq_unmeasured("grey") };
    for (uint32_t i = 0; i < 9; i++)
        event[i] = (snq_sight_event) { i, 0.5, i % 2 ? SNQ_SIGHT_CUT : SNQ_SIGHT_FLASH };
    s->event = event;
    s->events = 9;
    for (uint32_t b = 0; b < SNQ_SIGHT_BANDS; b++) {
        s->band[b].lo_hz = snq_sight_band_lo_hz(b);
        s->band[b].hi_hz = snq_sight_band_hi_hz(b);
        s->band[b].mean_magnitude = snq_measured(0);
        s->band[b].still = "nothing moves in this band";
    }
    s->band[SNQ_SIGHT_ULF].unobservable = "the recording is too short for this band";
    snq_sight_band *mf = &s->band[SNQ_SIGHT_MF];
    mf->still = NULL;
    mf->mean_magnitude = snq_measured(23.844);
    mf->type[SNQ_SIGHT_OSCILLATORY].percentage = 0.75;
    mf->property[SNQ_SIGHT_PRIMARY_FREQUENCY] = snq_measured(2);
    mf->trend = SNQ_SIGHT_TREND_INCREASING;
    mf->changes = 2;
    mf->region = region;
    mf->regions = 4;
    region[0] = (snq_sight_region) { 10, 20, 30, 40, 25, 40, 5.5, snq_measured(2.125) };
    region[1].dominant_hz = snq_unmeasured("none stands out");
    snq_warnings_add(&s->warnings, "aliasing", -1, "a faster one");
    s->ms = 12;
}

static void all_is_shown(void **state)
{
    static const char *const lines[] = {
        "a\\x1B.mp4\n  Video     640 x 360   29.97 frames/s   300 frames   0:10.01   seen from "
        "0:01.00 to "
        "0:02.50\n",
        "\n  Motion    oscillatory, linear   confidence 90 %\n  Drift     mean 3.50 px/s   towards "
        "270 "
        "deg   "
        "\n",
        "\n  Camera    right 1.50 px/s   up -2.25 px/s   turn 0.50 deg/s   zoom -1.00 %/s   leaves "
        "25 "
        "%   \n  Jitter    0.75 px   at -   \n",
        "\n  Bands     ulf  0.01 - 0.1 Hz   - (the recording is too short for this band)\n",
        "mean 23.84 px/s   oscillatory 75 %   2.00 Hz   rising   2 changes\n",
        "at 10, 20   30 x 40 px   5.50 px/s   2.12 Hz\n",
        "and 1 more place\n",
        "mean 0.00 px/s   - (nothing moves in this band)\n",
        "\n  Picture   luma 0.50   contrast 0.25   saturation 0.10   hue -   \n",
        "\n  Events    flash 0:00.00, cut 0:01.00, ",
        "cut 0:07.00, and 1 more\n",
        "\n  Warnings  a faster one [aliasing]\n",
        "\n  Time      12 ms\n",
    };
    snq_sight s;
    make(&s);
    check_shows(&s, lines, SNQ_COUNT(lines));
    snq_sight_clear(&s);
}

static void what_is_missing_is_a_dash_with_its_reason(void **state)
{
    static const char *const lines[] = {
        "1 frame   0:00.04\n",
        "\n  Motion    - (a single picture)\n  Camera    - (a single picture)\n",
        "\n  Events    -\n",
    };
    snq_sight s;
    snq_sight_init(&s);
    s.video = (snq_sight_video) { "x", 64, 48, 25, 1, 0.04, { 0, 0.04 } };
    s.motion_reason = s.camera_reason = "a single picture";
    s.events_reason = NULL;
    check_shows(&s, lines, SNQ_COUNT(lines));
    snq_sight_clear(&s);
}

static void a_full_turn_is_none(void **state)
{
    static const char *const lines[] = { "towards 0 deg   \n", "hue 359 deg   \n" };
    snq_sight s;
    make(&s);
    s.drift.direction_deg = snq_measured(359.5);
    s.picture.hue_deg = snq_measured(359.4);
    check_shows(&s, lines, SNQ_COUNT(lines));
    snq_sight_clear(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_is_shown),
        cmocka_unit_test(a_full_turn_is_none),
        cmocka_unit_test(what_is_missing_is_a_dash_with_its_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
