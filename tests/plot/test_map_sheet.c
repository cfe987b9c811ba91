// SPDX-License-Identifier: MIT
/* The sheet of a mapping: what is on it and where, what is missing, what is too much, errors. With SNQ_WRITE_PICTURES
 * set to a folder the picture of the stand lies there afterwards. */
#include "support/check.h"

#include "base/alloc.h"
#include "closed_door.h"
#include "map_stand.h"
#include "plot/map_sheet_impl.h"

static void keep(const picture *p, const char *name)
{
    char path[512];
    const char *folder = getenv("SNQ_WRITE_PICTURES");
    if (!folder)
        return;
    snprintf(path, sizeof path, "%s/%s.png", folder, name);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(p->png, 1, p->bytes, f), p->bytes);
    assert_int_equal(fclose(f), 0);
}

static void size_and_repeat(void **state)
{
    static const uint32_t width[] = { 800, 1600, 4000 };
    map_stand m;
    picture p, again;
    map_stand_init(&m);
    const double height = snq__map_sheet_layout(&m.sheet).height;
    for (size_t i = 0; i < SNQ_COUNT(width); i++) {
        m.film.fonts.cfg.width_px = width[i];
        map_picture_draw(&p, &m);
        map_picture_draw(&again, &m);
        assert_int_equal(p.width, width[i]);
        assert_int_equal(p.height, (uint32_t)lround(height * width[i] / 1600));
        assert_int_equal(p.bytes, again.bytes);
        assert_memory_equal(p.png, again.png, p.bytes);
        assert_int_equal(picture_at(&p, 1, 1), SNQ__INK_PAPER >> 8);
        if (width[i] == 1600)
            keep(&p, "map_sheet");
        picture_clear(&p);
        picture_clear(&again);
    }
    map_stand_clear(&m);
}

/* ---- what is where ---- */

/* x of a time of the ten seconds at 1600 px. */
static uint32_t x_of(double t_s)
{
    return (uint32_t)(SNQ__PANEL_X0 + (SNQ__PANEL_X1 - SNQ__PANEL_X0) * t_s / 10);
}

static int is_ink(const picture *p, uint32_t x, double y, snq__ink ink)
{
    return picture_differs(picture_at(p, x, (uint32_t)y), ink >> 8) < 40;
}

/* Whether a column of a box has this ink somewhere from `lo` to `hi` of its height, 0 the bottom. */
static int has_ink(const picture *p, snq__box b, double t_s, double lo, double hi, snq__ink ink)
{
    const double h = b.y1 - b.y0;
    for (double y = ceil(b.y1 - hi * h); y < b.y1 - lo * h; y++)
        if (is_ink(p, x_of(t_s), y, ink))
            return 1;
    return 0;
}

static void thumbs_show_their_stretch(void **state)
{
    map_stand m;
    picture p;
    map_stand_init(&m);
    const snq__map_layout at = snq__map_sheet_layout(&m.sheet);
    map_picture_draw(&p, &m);
    const uint32_t y = (uint32_t)(at.strip.y0 + at.strip.y1) / 2;
    assert_true(at.thumbs >= 8);
    for (double t_s = 0.35; t_s < 10; t_s += 0.7) {
        /* within a thumb's width of the change either is right */
        if (fabs(t_s - 5) < 10.0 / at.thumbs)
            continue;
        const uint32_t rgb = picture_at(&p, x_of(t_s), y);
        assert_int_equal((rgb >> 16) > 200, t_s < 5);
        assert_int_equal((rgb & 255) > 200, t_s > 5);
    }
    picture_clear(&p);
    map_stand_clear(&m);
}

static void curves_stand_where_they_should(void **state)
{
    map_stand m;
    picture p;
    map_stand_init(&m);
    const snq__map_layout at = snq__map_sheet_layout(&m.sheet);
    map_picture_draw(&p, &m);
    const snq__ink sound = snq__map_ink(SNQ_MAP_SHEET_SOUND);
    const snq__ink notes = snq__map_ink(SNQ_MAP_SHEET_COMPOSITION);
    /* logarithmic, at its lower end and at its upper; grey while the default stands in */
    assert_true(has_ink(&p, at.lane[0], 1.3, -0.03, 0.06, sound));
    assert_false(has_ink(&p, at.lane[0], 1.3, 0.2, 1, sound));
    assert_true(has_ink(&p, at.lane[0], 2.3, -0.03, 0.06, SNQ__INK_FAINT));
    assert_false(has_ink(&p, at.lane[0], 2.3, 0, 1, sound));
    assert_true(has_ink(&p, at.lane[0], 7.3, 0.94, 1, sound));
    /* straight up */
    for (double t_s = 1.3; t_s < 10; t_s += 1.1) {
        assert_true(has_ink(&p, at.lane[1], t_s, t_s / 10 - 0.06, t_s / 10 + 0.06, notes));
        assert_false(has_ink(&p, at.lane[1], t_s, t_s / 10 + 0.1, 1, notes));
    }
    /* the first third, then the last */
    assert_true(has_ink(&p, at.lane[2], 4.3, 0.1, 0.23, snq__map_ink(SNQ_MAP_SHEET_GLOBAL)));
    assert_true(has_ink(&p, at.lane[2], 5.6, 0.77, 0.9, snq__map_ink(SNQ_MAP_SHEET_GLOBAL)));
    /* a line of words */
    assert_true(at.lane[3].y1 - at.lane[3].y0 < 30);
    picture_clear(&p);
    map_stand_clear(&m);
}

static void music_stands_where_it_should(void **state)
{
    map_stand m;
    picture p;
    map_stand_init(&m);
    m.film.fonts.cfg.target_lufs = NAN;
    const snq__map_layout at = snq__map_sheet_layout(&m.sheet);
    map_picture_draw(&p, &m);
    /* a quarter full, and full */
    const snq__box s = at.sections;
    const uint32_t low = picture_at(&p, x_of(4.5), (uint32_t)(s.y1 - 3));
    const uint32_t high = picture_at(&p, x_of(4.5), (uint32_t)(s.y0 + 3));
    assert_true(picture_differs(low, high) > 20);
    assert_int_equal(picture_at(&p, x_of(9.2), (uint32_t)(s.y0 + 3)),
                     picture_at(&p, x_of(9.2), (uint32_t)(s.y1 - 3)));
    /* -12 LUFS is three quarters of the way up; silence none */
    assert_true(has_ink(&p, at.loudness, 2.6, 0.7, 0.8, SNQ__INK_MOMENTARY));
    assert_false(has_ink(&p, at.loudness, 7.6, 0.1, 1, SNQ__INK_MOMENTARY));
    /* downbeats each two seconds, beats between */
    const double y = at.bars.y0 + 4;
    for (double t_s = 0.5; t_s < 9.9; t_s += 0.5) {
        int light = 0;
        for (uint32_t x = x_of(t_s) - 2; x <= x_of(t_s) + 2; x++)
            light = light || picture_light(&p, x, (uint32_t)y) > 200;
        assert_true(light);
        assert_false(picture_light(&p, x_of(t_s + 0.25), (uint32_t)y) > 200);
    }
    /* the one that is missed is red */
    const uint32_t red = picture_at(&p, x_of(5) + 4, (uint32_t)(at.hits.y1 - 30));
    assert_true((red >> 16) > 200 && (red & 255) < 140);
    picture_clear(&p);
    /* the film begins a second into the music: what was at 2 s is at 1 s */
    m.sheet.lead_s = 1;
    map_picture_draw(&p, &m);
    assert_true(has_ink(&p, at.lane[0], 4.5, 0.94, 1, snq__map_ink(SNQ_MAP_SHEET_SOUND)));
    picture_clear(&p);
    map_stand_clear(&m);
}

static int apart(snq__box a, snq__box b)
{
    return a.x1 <= b.x0 || b.x1 <= a.x0 || a.y1 <= b.y0 || b.y1 <= a.y0;
}

static void nothing_is_on_top_of_something_else(void **state)
{
    map_stand m;
    map_stand_init(&m);
    for (unsigned without = 0; without < 64; without++) {
        snq_map_sheet s = m.sheet;
        snq_watch_look look = m.film.look;
        s.look = &look;
        s.score = without & 1 ? NULL : s.score;
        s.hits = without & 2 ? 0 : s.hits;
        s.loudness = without & 4 ? 0 : s.loudness;
        s.lanes = without & 8 ? 0 : s.lanes;
        look.strip.thumbs = without & 16 ? 0 : look.strip.thumbs;
        look.strip.width = without & 32 ? 40 : look.strip.width;
        look.strip.height = without & 32 ? 110 : look.strip.height;
        const snq__map_layout at = snq__map_sheet_layout(&s);
        snq__box all[7 + MAP_STAND_LANES] = { at.strip, at.events, at.motion,  at.sections,
                                              at.bars,  at.hits,   at.loudness };
        uint32_t n = 7;
        for (uint32_t i = 0; i < s.lanes; i++) {
            all[n++] = at.lane[i];
            assert_true(at.words_y[i] < at.lane[i].y0 && at.words_y[i] > at.lanes_y);
        }
        for (uint32_t i = 0; i < n; i++) {
            if (all[i].y1 <= all[i].y0)
                continue;
            assert_true(all[i].x0 >= SNQ__PAGE_X0 && all[i].x1 <= SNQ__PAGE_X1);
            assert_true(all[i].y0 > SNQ__FORMAT_Y && all[i].y1 < at.height - 20);
            for (uint32_t k = 0; k < i; k++)
                assert_true(apart(all[i], all[k]));
        }
    }
    map_stand_clear(&m);
}

/* ---- axes ---- */

static void axes_hold_all_that_a_curve_does(void **state)
{
    map_stand m;
    map_stand_init(&m);
    snq_map_sheet_lane *l = &m.lane[1];
    snq__map_axis a = snq__map_axis_of(l);
    check_near(a.lo, 0, 0);
    check_near(a.hi, 1, 0);
    /* what the mappings reach, and what the curve reached beyond that */
    l->out[0] = 0.4f, l->out[1] = 0.6f;
    snq_curve_clear(&m.curve[1]);
    check_ok(snq_curve_push(&m.curve[1], 0, 0.3f, SNQ_CURVE_LINEAR));
    a = snq__map_axis_of(l);
    check_near(a.lo, 0.3, 1e-6);
    check_near(a.hi, 0.6, 1e-6);
    check_near(snq__map_place(&a, 0.45), 0.5, 1e-6);
    check_near(snq__map_place(&a, -7), 0, 0);
    /* not told: the whole range; and that of choices in any case */
    l->out[0] = l->out[1] = 0;
    a = snq__map_axis_of(l);
    check_near(a.hi, 1, 0);
    m.lane[2].out[1] = 1;
    a = snq__map_axis_of(&m.lane[2]);
    check_near(a.hi, 2, 0);
    check_near(snq__map_place(&a, 1), 0.5, 0);
    a = snq__map_axis_of(&m.lane[0]);
    check_near(snq__map_place(&a, 1000), 0.5, 1e-9);
    check_near(snq__map_place(&a, 0), 0, 0);
    map_stand_clear(&m);
}

/* ---- little, much ---- */

static void little(void **state)
{
    map_stand m;
    picture p;
    for (unsigned without = 0; without < 256; without++) {
        map_stand_init(&m);
        if (without & 1)
            snq_film_strip_clear(&m.film.look.strip);
        if (without & 2)
            m.film.look.steps = 0;
        if (without & 4)
            m.film.sight.motion_reason = m.film.sight.events_reason = "one picture";
        if (without & 8)
            m.sheet.score = NULL, m.sheet.bpm = 120;
        if (without & 16)
            m.sheet.hits = m.sheet.loudness = 0;
        if (without & 32)
            m.sheet.lanes = 0;
        if (without & 64)
            m.film.sight.video = (snq_sight_video) { 0 };
        if (without & 128) {
            m.sheet.name = m.sheet.what = NULL;
            for (int i = 0; i < MAP_STAND_LANES; i++) {
                snq_curve_clear(&m.curve[i]);
                m.lane[i].sources = 0;
            }
        }
        m.film.fonts.cfg.width_px = 800;
        map_picture_draw(&p, &m);
        assert_int_equal(p.width, 800);
        picture_clear(&p);
        map_stand_clear(&m);
    }
}

static const char long_text[] =
    "\xFF\xFE bad \x1B[2J \xE6\x97\xA5\xE6\x9C\xAC a text that is much longer than the sheet is "
    "wide, and that goes on for "
    "a while, and then for another while, and yet another, and one more, until it is at its end, "
    "which is not yet, not by far, "
    "since texts of users may be as long as they like, and this one is, by now, as long as I like.";

static void much(void **state)
{
    enum { HITS = 4000, RESTS = 500 };
    static snq_map_sheet_hit hit[HITS];
    static snq_span rest[RESTS];
    static snq_map_sheet_lane lane[SNQ_MAP_SHEET_LANES_MAX];
    static const char *const lines[] = { long_text, long_text, long_text,
                                         long_text, long_text, long_text };
    map_stand m;
    picture p;
    map_stand_init(&m);
    for (uint32_t i = 0; i < HITS; i++)
        hit[i] = (snq_map_sheet_hit) { i / 400.0 - 1, (float)i, (uint8_t)i, (uint8_t)(i * 7) };
    for (uint32_t i = 0; i < RESTS; i++)
        rest[i] = (snq_span) { i / 50.0, i / 50.0 + 0.01 };
    for (uint32_t i = 0; i < SNQ_MAP_SHEET_LANES_MAX; i++) {
        lane[i] = m.lane[i % 3];
        lane[i].source = lines;
        lane[i].sources = 40;
        lane[i].reason = long_text;
        lane[i].rest = rest;
        lane[i].rests = RESTS;
        lane[i].acts = (uint8_t)i;
    }
    m.film.fonts.cfg.title = m.sheet.name = m.sheet.what = long_text;
    m.sheet.lane = lane;
    m.sheet.lanes = SNQ_MAP_SHEET_LANES_MAX;
    m.sheet.hit = hit;
    m.sheet.hits = HITS;
    memset(m.score.section[0].name, 'x', sizeof m.score.section[0].name - 1);
    m.score.section[1].energy = NAN;
    map_picture_draw(&p, &m);
    keep(&p, "map_sheet_much");
    picture_clear(&p);
    /* one hit in the middle of the film of each kind; words that don't break */
    m.sheet.hits = 5;
    for (uint8_t i = 0; i < 5; i++)
        hit[i] = (snq_map_sheet_hit) { 5, 1, i, i };
    m.sheet.what =
        "onewordthatgoesonandonandonandonandonandonandonandonandonandonandonandonandonandonandon"
        "andonandonandonandonandonandonandonandonandonandonandonandonandonandonandonandonandon"
        "andonandonandonandonandonandonandonandonandonandonandonandonandonandonandonandonandon";
    map_picture_draw(&p, &m);
    picture_clear(&p);
    map_stand_clear(&m);
}

/* From a thirtieth of a second to a day, in slow and fast music. */
static void lengths(void **state)
{
    static const double length_s[] = { 1.0 / 30, 4, 1800, 86400 };
    static const double bpm[] = { 4, 120, 1000 };
    map_stand m;
    picture p;
    map_stand_init(&m);
    for (size_t i = 0; i < SNQ_COUNT(length_s); i++)
        for (size_t k = 0; k < SNQ_COUNT(bpm); k++) {
            m.film.sight.video.range.end_s = m.film.sight.video.duration_s = length_s[i];
            m.score.tempos = 0;
            check_ok(snq_score_add_tempo(&m.score, 0, bpm[k]));
            check_ok(snq_score_sort(&m.score));
            m.sheet.loudness_step_s = length_s[i] / MAP_STAND_LOUDNESS;
            map_picture_draw(&p, &m);
            picture_clear(&p);
        }
    /* a range that begins later */
    m.film.sight.video.range = (snq_span) { 4, 8 };
    map_picture_draw(&p, &m);
    picture_clear(&p);
    map_stand_clear(&m);
}

/* ---- errors ---- */

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
    map_stand m;
    map_stand_init(&m);
    snq_sheet_cfg cfg = m.film.fonts.cfg;
    snq_map_sheet s = m.sheet;
#define DRAW(sink, user) snq_map_sheet_draw(&s, &cfg, sink, user)
    cfg.width_px = 799;
    check_status(DRAW(swallow, NULL), SNQ_ERR_RANGE);
    cfg = m.film.fonts.cfg;
    s.lanes = SNQ_MAP_SHEET_LANES_MAX + 1;
    check_status(DRAW(swallow, NULL), SNQ_ERR_RANGE);
    assert_non_null(strstr(snq_last_error(), "65 lanes"));
    s = m.sheet;
    s.score = NULL;
    check_status(DRAW(swallow, NULL), SNQ_ERR_RANGE);
    assert_non_null(strstr(snq_last_error(), "bpm 0"));
    s = m.sheet;
    s.lead_s = -2;
    check_status(DRAW(swallow, NULL), SNQ_ERR_RANGE);
    s = m.sheet;
    s.loudness_step_s = NAN;
    check_status(DRAW(swallow, NULL), SNQ_ERR_RANGE);
    s = m.sheet;
    cfg.regular = (snq_sheet_font) { "no font", 7 };
    check_status(DRAW(swallow, NULL), SNQ_ERR_FORMAT);
    cfg = m.film.fonts.cfg;
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
    map_stand_clear(&m);
}

static int draw_stand(void *user)
{
    const map_stand *m = user;
    return snq_map_sheet_draw(&m->sheet, &m->film.fonts.cfg, swallow, NULL) < 0;
}

/* The first drawing of the process. */
static void confined(void **state)
{
    map_stand m;
    if (!closed_door_works())
        skip();
    map_stand_init(&m);
    closed_door_run(draw_stand, &m);
    map_stand_clear(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(confined), /* first: nothing is warm yet */
        cmocka_unit_test(size_and_repeat),
        cmocka_unit_test(thumbs_show_their_stretch),
        cmocka_unit_test(curves_stand_where_they_should),
        cmocka_unit_test(music_stands_where_it_should),
        cmocka_unit_test(nothing_is_on_top_of_something_else),
        cmocka_unit_test(axes_hold_all_that_a_curve_does),
        cmocka_unit_test(little),
        cmocka_unit_test(much),
        cmocka_unit_test(lengths),
        cmocka_unit_test(errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
