// SPDX-License-Identifier: MIT
/* The sheet as a whole: places, sizes, what is missing, errors. What is on it: test_watch_sheet_parts.c. */
#include "support/check.h"

#include "base/alloc.h"
#include "closed_door.h"
#include "plot/watch_sheet_impl.h"
#include "watch_stand.h"

static void size_and_repeat(void **state)
{
    static const uint32_t width[] = { 800, 1237, 1600, 4000 };
    watch_stand w;
    picture p, again;
    watch_stand_init(&w);
    const double height = snq__watch_sheet_layout(&w.sight, &w.look).height;
    for (size_t i = 0; i < SNQ_COUNT(width); i++) {
        w.fonts.cfg.width_px = width[i];
        watch_picture_draw(&p, &w);
        watch_picture_draw(&again, &w);
        assert_int_equal(p.width, width[i]);
        assert_int_equal(p.height, (uint32_t)lround(height * width[i] / 1600));
        assert_int_equal(p.bytes, again.bytes);
        assert_memory_equal(p.png, again.png, p.bytes);
        assert_int_equal(picture_at(&p, 1, 1), SNQ__INK_PAPER >> 8);
        picture_clear(&p);
        picture_clear(&again);
    }
    watch_stand_clear(&w);
}

static int apart(snq__box a, snq__box b)
{
    return a.x1 <= b.x0 || b.x1 <= a.x0 || a.y1 <= b.y0 || b.y1 <= a.y0;
}

static void check_layout(const snq_sight *s, const snq_watch_look *l)
{
    const snq__watch_layout at = snq__watch_sheet_layout(s, l);
    snq__box all[2 * SNQ__WATCH_LAYERS + 8] = { at.figures, at.no_maps,  at.events, at.picture,
                                                at.light,   at.spectrum, at.types };
    uint32_t n = 7;
    for (uint32_t i = 0; i < at.maps; i++) {
        const snq__box m = at.map[i];
        all[n++] = m;
        assert_true(m.y1 - m.y0 >= 50 && m.x1 - m.x0 >= 50);
        /* in the proportions of the frame, within 1 to 6 */
        const double want = fmin(fmax((double)s->video.width / s->video.height, 1.0 / 6), 6);
        check_near((m.x1 - m.x0) / (m.y1 - m.y0), want, 0.01 * want);
    }
    for (int i = 0; i < SNQ__WATCH_LAYERS; i++)
        all[n++] = at.lane[i];
    for (uint32_t i = 0; i < n; i++) {
        if (all[i].y1 <= all[i].y0)
            continue;
        assert_true(all[i].x0 >= SNQ__PAGE_X0 && all[i].x1 <= SNQ__PAGE_X1 + 1e-6);
        assert_true(all[i].y0 > SNQ__FORMAT_Y && all[i].y1 < at.height - 20);
        for (uint32_t k = 0; k < i; k++)
            assert_true(apart(all[i], all[k]));
    }
}

static void nothing_is_on_top_of_something_else(void **state)
{
    static const uint32_t size[][2] = { { 16, 16 },   { 1920, 1080 }, { 1080, 1920 }, { 8192, 16 },
                                        { 16, 4000 }, { 640, 480 },   { 2048, 858 } };
    watch_stand w;
    watch_stand_init(&w);
    for (size_t i = 0; i < SNQ_COUNT(size); i++)
        for (unsigned bands = 0; bands < 1u << SNQ_SIGHT_BANDS; bands++) {
            w.sight.video.width = size[i][0];
            w.sight.video.height = size[i][1];
            for (int k = 0; k < SNQ_SIGHT_BANDS; k++)
                w.sight.band[k].unobservable = bands >> k & 1 ? NULL : "no";
            check_layout(&w.sight, &w.look);
        }
    snq_watch_look nothing;
    snq_watch_look_init(&nothing);
    check_layout(&w.sight, &nothing);
    w.sight.motion_reason = "one picture";
    check_layout(&w.sight, &nothing);
    check_layout(&w.sight, &w.look);
    watch_stand_clear(&w);
}

/* Lanes and maps are for what can be seen. */
static void bands_that_are_seen(void **state)
{
    watch_stand w;
    watch_stand_init(&w);
    snq__watch_layout at = snq__watch_sheet_layout(&w.sight, &w.look);
    assert_int_equal(at.maps, 4);
    assert_int_equal(at.layer[0], SNQ__WATCH_DRIFT);
    assert_int_equal(at.layer[1], SNQ_SIGHT_LF);
    assert_int_equal(at.layer[3], SNQ_SIGHT_HF);
    const double high = at.lane[SNQ_SIGHT_MF].y1 - at.lane[SNQ_SIGHT_MF].y0;
    assert_true(high > 2 * (at.lane[SNQ_SIGHT_UHF].y1 - at.lane[SNQ_SIGHT_UHF].y0));
    assert_true(snq__watch_swings(&w.sight, SNQ_SIGHT_MF));
    assert_true(snq__watch_swings(&w.sight, SNQ_SIGHT_HF));
    assert_false(snq__watch_swings(&w.sight, SNQ_SIGHT_LF));
    assert_false(snq__watch_swings(&w.sight, SNQ_SIGHT_UHF));
    w.sight.band[SNQ_SIGHT_HF].type[SNQ_SIGHT_OSCILLATORY].percentage = 0.19;
    assert_false(snq__watch_swings(&w.sight, SNQ_SIGHT_HF));
    /* one picture: the frame alone, no bands */
    w.sight.motion_reason = "one picture";
    at = snq__watch_sheet_layout(&w.sight, &w.look);
    assert_int_equal(at.maps, 1);
    assert_int_equal(at.layer[0], -1);
    check_near(at.spectrum.y1, 0, 0);
    watch_stand_clear(&w);
}

static void numbers(void **state)
{
    static const struct {
        double value;
        const char *text;
    } table[] = { { 0, "0" },
                  { 0.031, "0.03" },
                  { 4.2, "4.20" },
                  { 9.994, "9.99" },
                  { 9.996, "10.0" },
                  { 38.04, "38.0" },
                  { 99.94, "99.9" },
                  { 99.96, "100" },
                  { 512.4, "512" },
                  { -7.5, "\xE2\x88\x92"
                          "7.50" } };
    char text[SNQ__LABEL_BYTES];
    for (size_t i = 0; i < SNQ_COUNT(table); i++)
        assert_string_equal(snq__put_three(text, table[i].value), table[i].text);
    assert_string_equal(snq__put_band(text, SNQ_SIGHT_ULF), "0.01\xE2\x80\x93"
                                                            "0.1 Hz");
    assert_string_equal(snq__put_band(text, SNQ_SIGHT_MF), "1\xE2\x80\x93"
                                                           "5 Hz");
}

/* Whatever is missing, alone and all together: a sheet. */
static void little(void **state)
{
    watch_stand w;
    picture p;
    for (unsigned without = 0; without < 128; without++) {
        watch_stand_init(&w);
        snq_watch_look *l = &w.look;
        if (without & 1)
            l->still_width = l->still_height = 0;
        if (without & 2)
            l->across = l->down = 0;
        if (without & 4)
            l->steps = 0;
        if (without & 8)
            l->points = 0;
        if (without & 16)
            w.sight.motion_reason = "one picture";
        if (without & 32)
            w.sight.events_reason = w.sight.camera_reason = w.sight.jitter_reason =
                w.sight.picture_reason = "not selected";
        if (without & 64)
            w.sight.video = (snq_sight_video) { 0 };
        w.fonts.cfg.width_px = 800;
        watch_picture_draw(&p, &w);
        assert_int_equal(p.width, 800);
        picture_clear(&p);
        watch_stand_clear(&w);
    }
}

/* Names that are no text, everything at its bound. */
static void much(void **state)
{
    static snq_sight_event event[3000];
    static snq_sight_region region[SNQ_SIGHT_REGIONS_MAX];
    static double change_s[SNQ_SIGHT_CHANGES_MAX];
    watch_stand w;
    picture p;
    watch_stand_init(&w);
    for (uint32_t i = 0; i < SNQ_COUNT(event); i++)
        event[i] = (snq_sight_event) { i / 300.0, 1, (snq_sight_event_kind)(i % 4) };
    for (uint32_t i = 0; i < SNQ_COUNT(region); i++)
        region[i] = (snq_sight_region) { .x = i * 20,
                                         .y = i % 16 * 10,
                                         .width = 1 + i,
                                         .height = 300,
                                         .dominant_hz = snq_measured(i) };
    for (uint32_t i = 0; i < SNQ_COUNT(change_s); i++)
        change_s[i] = i / 26.0;
    w.fonts.cfg.title = "\xFF\xFE bad \x1B[2J \xE6\x97\xA5\xE6\x9C\xAC a name that is much longer "
                        "than the sheet is wide, and that goes on for a while, and then for "
                        "another while, and yet another, to its end.mkv";
    w.sight.event = event;
    w.sight.events = SNQ_COUNT(event);
    w.sight.video.range = (snq_span) { 3, 8 };
    for (int i = 0; i < SNQ_SIGHT_BANDS; i++) {
        snq_sight_band *b = &w.sight.band[i];
        b->region = region;
        b->regions = SNQ_COUNT(region);
        b->change_s = change_s;
        b->changes = SNQ_COUNT(change_s) >> i;
        b->aliasing_risk = snq_measured(1);
        b->unobservable = b->still = NULL;
        b->type[SNQ_SIGHT_OSCILLATORY].percentage = 7; /* beyond what there is */
        b->property[SNQ_SIGHT_PRIMARY_FREQUENCY] = snq_measured(100);
    }
    for (uint32_t i = 0; i < w.look.steps; i += 3)
        w.look.motion[i] = w.look.luma[i] = w.look.hue_deg[i] = SNQ_WATCH_LOOK_NONE;
    watch_picture_draw(&p, &w);
    picture_clear(&p);
    watch_stand_clear(&w);
}

/* One step, one cell, one point, one pixel; three hours. */
static void lengths(void **state)
{
    watch_stand w;
    picture p;
    static const uint8_t white = 255;
    const snq_picture still = {
        .pixels = &white, .width = 1, .height = 1, .channels = 1, .stride_bytes = 1
    };
    watch_stand_init(&w);
    snq_watch_look_clear(&w.look);
    check_ok(snq_watch_look_set_still(&w.look, &still, 0));
    check_ok(snq_watch_look_make_maps(&w.look, 1, 1));
    check_ok(snq_watch_look_make_curves(&w.look, 1, 0, 10));
    check_ok(snq_watch_look_make_spectrum(&w.look, 1));
    w.look.hz[0] = 2;
    watch_picture_draw(&p, &w);
    picture_clear(&p);
    w.look.step_s = w.sight.video.duration_s = w.sight.video.range.end_s = 10800;
    watch_picture_draw(&p, &w);
    picture_clear(&p);
    /* no range: the curves say how long it is; not even these: any axis */
    w.sight.video.range = (snq_span) { 0, 0 };
    watch_picture_draw(&p, &w);
    picture_clear(&p);
    snq_watch_look_clear(&w.look);
    watch_picture_draw(&p, &w);
    picture_clear(&p);
    watch_stand_clear(&w);
}

static snq_status refuse(void *user, const char *bytes, size_t n)
{
    size_t *left = user;
    if (n > *left)
        return SNQ_FAIL(SNQ_ERR_IO, "the disk is full");
    *left -= n;
    return SNQ_OK;
}

static snq_status swallow(void *user, const char *bytes, size_t n)
{
    return SNQ_OK;
}

static void errors(void **state)
{
    watch_stand w;
    watch_stand_init(&w);
    snq_sheet_cfg cfg = w.fonts.cfg;
#define DRAW(sink, user) snq_watch_sheet_draw(&w.sight, &w.look, &cfg, sink, user)
    cfg.width_px = 799;
    check_status(DRAW(swallow, NULL), SNQ_ERR_RANGE);
    assert_non_null(strstr(snq_last_error(), "width_px 799"));
    cfg = w.fonts.cfg;
    cfg.regular = (snq_sheet_font) { "no font", 7 };
    check_status(DRAW(swallow, NULL), SNQ_ERR_FORMAT);
    cfg = w.fonts.cfg;
    for (size_t left = 0; left < 12000; left += 4000) {
        size_t room = left;
        check_status(DRAW(refuse, &room), SNQ_ERR_IO);
        assert_string_equal(snq_last_error(), "the disk is full");
    }
    const int64_t live = snq_alloc_live();
    int n = 0;
    for (snq_status st = SNQ_ERR_NOMEM; st < 0; n++) {
        snq_alloc_fail_after(n);
        st = DRAW(swallow, NULL);
        if (st < 0)
            check_status(st, SNQ_ERR_NOMEM);
        else if (snq_alloc_refused())
            st = SNQ_ERR_NOMEM; /* a text that is left out */
        assert_int_equal(snq_alloc_live(), live);
    }
    snq_alloc_fail_after(-1);
    assert_true(n > 1);
#undef DRAW
    watch_stand_clear(&w);
}

static int draw_stand(void *user)
{
    const watch_stand *w = user;
    return snq_watch_sheet_draw(&w->sight, &w->look, &w->fonts.cfg, swallow, NULL) < 0;
}

/* The first drawing of the process. */
static void confined(void **state)
{
    watch_stand w;
    if (!closed_door_works())
        skip();
    watch_stand_init(&w);
    closed_door_run(draw_stand, &w);
    watch_stand_clear(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(confined), /* first: nothing is warm yet */
        cmocka_unit_test(size_and_repeat),
        cmocka_unit_test(nothing_is_on_top_of_something_else),
        cmocka_unit_test(bands_that_are_seen),
        cmocka_unit_test(numbers),
        cmocka_unit_test(little),
        cmocka_unit_test(much),
        cmocka_unit_test(lengths),
        cmocka_unit_test(errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
