// SPDX-License-Identifier: MIT
/* Where something must be is told by the stand's numbers and the boxes of the layout alone. */
#include "support/check.h"

#include "base/alloc.h"
#include "plot/heat_impl.h"
#include "plot/watch_sheet_impl.h"
#include "watch_stand.h"

enum { PANEL = SNQ__INK_PANEL >> 8, GREY = 68 * 0x010101 /* 0.6 * 100 + 8 */ };

static watch_stand W;
static snq__watch_layout At;

static int set_up(void **state)
{
    watch_stand_init(&W);
    At = snq__watch_sheet_layout(&W.sight, &W.look);
    return 0;
}

static int tear_down(void **state)
{
    watch_stand_clear(&W);
    return 0;
}

/* The pixel at a part of a box. */
static uint32_t in(const picture *p, snq__box b, double x, double y)
{
    return picture_at(p, (uint32_t)(b.x0 + x * (b.x1 - b.x0)),
                      (uint32_t)(b.y0 + y * (b.y1 - b.y0)));
}

/* The upper end of the heat, on whatever grey. */
static int hot(uint32_t rgb)
{
    return (rgb >> 16 & 255) > 200 && (rgb >> 8 & 255) > 200 && (rgb & 255) < 225;
}

static void maps_glow_where_it_moves(void **state)
{
    picture p;
    watch_picture_draw(&p, &W);
    const snq__box drift = At.map[0], lf = At.map[1], mf = At.map[2], hf = At.map[3];
    /* beside the region's box and its words */
    assert_true(hot(in(&p, mf, 0.05, 0.9)) && hot(in(&p, mf, 0.45, 0.1)));
    assert_true(picture_differs(in(&p, mf, 0.95, 0.5), GREY) <= 1);
    assert_true(hot(in(&p, hf, 0.9, 0.5)));
    assert_true(picture_differs(in(&p, hf, 0.1, 0.5), GREY) <= 1);
    for (int i = 1; i < 10; i++) /* below the words "nothing moves" */
        assert_true(picture_differs(in(&p, lf, i / 10.0, 0.6), GREY) <= 1);
    /* all of the drift's map is hot but for its arrows */
    uint32_t glows = 0;
    for (int i = 0; i < 400; i++)
        glows += (uint32_t)hot(in(&p, drift, i % 20 / 20.0 + 0.01, i / 20 / 20.0 + 0.01));
    assert_true(glows > 240);
    picture_clear(&p);
}

/* The region (40, 40) + 80 x 80 of 320 x 160: an eighth to three eighths, a quarter to three quarters. */
static void regions_are_boxes(void **state)
{
    picture p, none;
    watch_picture_draw(&p, &W);
    W.sight.band[SNQ_SIGHT_MF].regions = 0;
    watch_picture_draw(&none, &W);
    const snq__box m = At.map[2];
    static const double edge[][2] = {
        { 0.125, 0.5 }, { 0.375, 0.5 }, { 0.25, 0.25 }, { 0.25, 0.75 }
    };
    for (size_t i = 0; i < SNQ_COUNT(edge); i++) {
        const double x = m.x0 + edge[i][0] * (m.x1 - m.x0), y = m.y0 + edge[i][1] * (m.y1 - m.y0);
        uint32_t most = 0;
        for (int d = -2; d <= 2; d++) {
            const uint32_t px = (uint32_t)lround(x) + (uint32_t)(i < 2 ? d : 0);
            const uint32_t py = (uint32_t)lround(y) + (uint32_t)(i < 2 ? 0 : d);
            const uint32_t differs =
                picture_differs(picture_at(&p, px, py), picture_at(&none, px, py));
            most = differs > most ? differs : most;
        }
        assert_true(most > 40);
    }
    assert_true(picture_differs(in(&p, m, 0.25, 0.5), in(&none, m, 0.25, 0.5)) <= 1);
    picture_clear(&p);
    picture_clear(&none);
}

/* The topmost pixel of a column that is no panel's, grid's or edge's; the box's bottom when none. */
static double top_at(const picture *p, snq__box b, double x)
{
    for (uint32_t y = (uint32_t)b.y0 + 1; y < (uint32_t)b.y1; y++)
        if (picture_differs(picture_at(p, (uint32_t)x, y), PANEL) > 60)
            return y;
    return b.y1;
}

static void lanes_show_the_root_of_the_mean_square(void **state)
{
    picture p;
    const snq__box b = At.lane[SNQ_SIGHT_MF], all = At.lane[SNQ__WATCH_ALL];
    check_near(snq__watch_lane_top(&W.look, SNQ_SIGHT_MF), 10.8, 1e-4);
    /* all motion is 40 px/s: a 20th of it is the least that a lane may show */
    check_near(snq__watch_lane_top(&W.look, SNQ_SIGHT_HF), 2, 1e-4);
    check_near(snq__watch_lane_top(&W.look, SNQ__WATCH_ALL), 43.2, 1e-3);
    watch_picture_draw(&p, &W);
    /* between the ticks */
    check_near(top_at(&p, b, b.x0 + 0.23 * (b.x1 - b.x0)), b.y1 - 1.6, 1.5);
    check_near(top_at(&p, b, b.x0 + 0.83 * (b.x1 - b.x0)), b.y1 - (b.y1 - b.y0) / 1.08, 1.5);
    check_near(top_at(&p, all, all.x0 + 0.23 * (b.x1 - b.x0)), all.y1 - (b.y1 - b.y0) / 1.08, 1.5);
    picture_clear(&p);
    /* what could not be measured is a gap */
    for (uint32_t i = 240; i < 270; i++)
        W.look.energy[SNQ_SIGHT_MF * W.look.steps + i] = SNQ_WATCH_LOOK_NONE;
    watch_picture_draw(&p, &W);
    check_near(top_at(&p, b, b.x0 + 0.83 * (b.x1 - b.x0)), b.y1, 0);
    check_near(top_at(&p, b, b.x0 + 0.93 * (b.x1 - b.x0)), b.y1 - (b.y1 - b.y0) / 1.08, 1.5);
    picture_clear(&p);
}

/* The axis is the range: what lies outside of it is cut off. */
static void lanes_follow_the_range(void **state)
{
    picture p;
    const snq__box b = At.lane[SNQ_SIGHT_MF];
    W.sight.video.range = (snq_span) { 4, 6 };
    watch_picture_draw(&p, &W);
    check_near(top_at(&p, b, b.x0 + 0.47 * (b.x1 - b.x0)), b.y1 - 1.6, 1.5);
    check_near(top_at(&p, b, b.x0 + 0.53 * (b.x1 - b.x0)), b.y1 - (b.y1 - b.y0) / 1.08, 1.5);
    picture_clear(&p);
    /* and beyond the curves there is nothing */
    W.sight.video.range = (snq_span) { 5, 20 };
    watch_picture_draw(&p, &W);
    check_near(top_at(&p, b, b.x0 + 0.31 * (b.x1 - b.x0)), b.y1 - (b.y1 - b.y0) / 1.08, 1.5);
    check_near(top_at(&p, b, b.x0 + 0.51 * (b.x1 - b.x0)), b.y1, 0);
    picture_clear(&p);
}

/* Between the middles of two steps the curve is a line, but at a cut it jumps. */
static void no_line_leads_over_a_cut(void **state)
{
    picture p;
    const snq__box b = At.lane[SNQ_SIGHT_MF];
    const double high = (b.y1 - b.y0) / 1.08;
    W.sight.video.range = (snq_span) { 4.9, 5.1 }; /* six steps */
    watch_picture_draw(&p, &W);
    check_near(top_at(&p, b, b.x0 + 0.47 * (b.x1 - b.x0)), b.y1 - 1.6, 1.5);
    check_near(top_at(&p, b, b.x0 + 0.53 * (b.x1 - b.x0)), b.y1 - high, 1.5);
    picture_clear(&p);
    W.sight.events = 0;
    watch_picture_draw(&p, &W);
    check_near(top_at(&p, b, b.x0 + 0.47 * (b.x1 - b.x0)), b.y1 - high * sqrt(0.32), 2.5);
    picture_clear(&p);
}

static void events_have_marks(void **state)
{
    picture p;
    const snq__box b = At.events;
    const uint32_t y = (uint32_t)((b.y0 + b.y1) / 2);
    watch_picture_draw(&p, &W);
    const uint32_t cut = (uint32_t)((b.x0 + b.x1) / 2);
    assert_true(picture_light(&p, cut, y) > 600);
    assert_true(picture_differs(picture_at(&p, (uint32_t)(b.x0 + 0.75 * (b.x1 - b.x0)), y),
                                SNQ__INK_SHORT_TERM >> 8) < 16);
    for (uint32_t x = cut + 8; x < cut + 300; x += 7)
        assert_int_equal(picture_at(&p, x, y), PANEL);
    /* the cut goes on through the lanes */
    const snq__box hf = At.lane[SNQ_SIGHT_HF];
    const uint32_t under = (uint32_t)hf.y0 + 5;
    uint32_t most = 0;
    for (uint32_t x = cut - 1; x <= cut + 1; x++)
        most = picture_light(&p, x, under) > most ? picture_light(&p, x, under) : most;
    assert_true(most > picture_light(&p, cut + 9, under) + 60);
    picture_clear(&p);
}

/* More than marks have room for: columns of the lane, each where there is one. */
static void many_events_are_columns(void **state)
{
    static snq_sight_event event[400];
    picture p;
    const snq__box b = At.events;
    for (uint32_t i = 0; i < SNQ_COUNT(event); i++)
        event[i] = (snq_sight_event) { 5 + i / 100.0, 1, SNQ_SIGHT_ACCENT };
    W.sight.event = event;
    W.sight.events = SNQ_COUNT(event);
    watch_picture_draw(&p, &W);
    const uint32_t y = (uint32_t)b.y1 - 8;
    uint32_t before = 0, within = 0;
    for (uint32_t x = (uint32_t)b.x0; x < (uint32_t)b.x1; x++) {
        const int inked = picture_differs(picture_at(&p, x, y), SNQ__INK_TARGET >> 8) < 16;
        *(x < (uint32_t)(b.x0 + b.x1) / 2 ? &before : &within) += (uint32_t)inked;
    }
    assert_int_equal(before, 0);
    assert_true(within > 380 && within <= 400);
    picture_clear(&p);
}

/* HSL of 240 degrees, 0.5, 0.25: (32, 32, 96). */
static void picture_has_its_colours(void **state)
{
    picture p;
    watch_picture_draw(&p, &W);
    assert_true(picture_differs(in(&p, At.picture, 0.3, 0.5), 0x202060) <= 1);
    /* brightness is a line at a quarter, saturation at a half */
    const snq__box b = At.light;
    const uint32_t x = (uint32_t)(b.x0 + 0.23 * (b.x1 - b.x0));
    assert_true(picture_light(&p, x, (uint32_t)lround(b.y1 - 0.25 * (b.y1 - b.y0))) > 450);
    assert_true(
        picture_differs(picture_at(&p, x, (uint32_t)lround(b.y1 - 0.5 * (b.y1 - b.y0) - 0.5)),
                        SNQ__INK_MID >> 8) < 70);
    picture_clear(&p);
    /* no colour: grey */
    for (uint32_t i = 0; i < W.look.steps; i++)
        W.look.hue_deg[i] = SNQ_WATCH_LOOK_NONE;
    watch_picture_draw(&p, &W);
    assert_true(picture_differs(in(&p, At.picture, 0.3, 0.5), 0x404040) <= 1);
    picture_clear(&p);
}

static void frequencies_are_on_a_logarithm(void **state)
{
    static const struct {
        double hz, part;
    } table[] = { { 0.01, 0 }, { 50, 1 }, { 0.7071068, 0.5 }, { 1, 0.540683 }, { 5, 0.729658 } };
    const snq__box b = At.spectrum;
    for (size_t i = 0; i < SNQ_COUNT(table); i++)
        check_near(snq__watch_hz_x(b, table[i].hz), b.x0 + table[i].part * (b.x1 - b.x0), 0.01);
}

/* The peak is at 0 dB, the rest 30 dB under it. */
static void spectrum_has_its_peak(void **state)
{
    picture p;
    const snq__box b = At.spectrum;
    const double db = (b.y1 - b.y0) / 62; /* 45 under and 17 over */
    W.sight.band[SNQ_SIGHT_MF].property[SNQ_SIGHT_PRIMARY_FREQUENCY] = snq_unmeasured("so be it");
    W.sight.band[SNQ_SIGHT_HF].property[SNQ_SIGHT_PRIMARY_FREQUENCY] = snq_unmeasured("so be it");
    watch_picture_draw(&p, &W);
    const snq__box under = { b.x0, b.y0 + 26, b.x1, b.y1 }; /* the bands' names */
    check_near(top_at(&p, under, snq__watch_hz_x(b, 2.0)), b.y1 - 45 * db, 2);
    check_near(top_at(&p, under, snq__watch_hz_x(b, 3.0)), b.y1 - 15 * db, 2);
    check_near(top_at(&p, under, snq__watch_hz_x(b, 9.0)), b.y1 - 15 * db, 2);
    picture_clear(&p);
    /* no spectrum: a bar a band; hf has 1 / 50 of mf's energy */
    W.look.points = 0;
    watch_picture_draw(&p, &W);
    check_near(top_at(&p, under, snq__watch_hz_x(b, 3.0)), b.y1 - 45 * db, 2);
    check_near(top_at(&p, under, snq__watch_hz_x(b, 9.0)), b.y1 - (45 - 16.99) * db, 2);
    picture_clear(&p);
}

static void types_are_shares(void **state)
{
    static const snq__ink ink[] = { SNQ__INK_DIRECTIONAL, SNQ__INK_OSCILLATORY, SNQ__INK_CHAOTIC,
                                    SNQ__INK_AMBIENT };
    picture p;
    const snq__box b = At.types;
    const double each = (b.y1 - b.y0) / SNQ_SIGHT_BANDS;
    watch_picture_draw(&p, &W);
    for (int t = 0; t < 4; t++)
        assert_int_equal(picture_at(&p, (uint32_t)(b.x0 + (t + 0.06) * 0.25 * (b.x1 - b.x0)),
                                    (uint32_t)(b.y0 + 3 * each + 10)),
                         ink[t] >> 8);
    assert_int_equal(picture_at(&p, (uint32_t)b.x1 - 5, (uint32_t)(b.y0 + 2 * each + 10)),
                     SNQ__INK_OSCILLATORY >> 8);
    /* lf, which is still, and uhf */
    assert_int_equal(picture_at(&p, (uint32_t)b.x1 - 5, (uint32_t)(b.y0 + 1 * each + 10)), PANEL);
    assert_int_equal(picture_at(&p, (uint32_t)b.x1 - 5, (uint32_t)(b.y0 + 4 * each + 10)), PANEL);
    picture_clear(&p);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(maps_glow_where_it_moves),
        TEST(regions_are_boxes),
        TEST(lanes_show_the_root_of_the_mean_square),
        TEST(lanes_follow_the_range),
        TEST(no_line_leads_over_a_cut),
        TEST(events_have_marks),
        TEST(many_events_are_columns),
        TEST(picture_has_its_colours),
        TEST(frequencies_are_on_a_logarithm),
        TEST(spectrum_has_its_peak),
        TEST(types_are_shares),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
