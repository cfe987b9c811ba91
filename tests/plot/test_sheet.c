// SPDX-License-Identifier: MIT
/* With the module's objects linked in, so that failing allocations reach them. Where something must
 * be is told by the portrait's numbers and the boxes of the layout alone. */
#include "support/check.h"

#include "base/alloc.h"
#include "plot/heat_impl.h"
#include "plot/sheet_impl.h"
#include "closed_door.h"
#include "sheet_stand.h"

enum { PAPER = SNQ__INK_PAPER >> 8, PANEL = SNQ__INK_PANEL >> 8, REGION = SNQ__INK_REGION >> 8 };

static void test_size_and_repeat(void **state)
{
    static const uint32_t width[] = { 800, 1237, 1600, 4000 };
    stand s;
    picture p, again;
    stand_init(&s);
    for (size_t i = 0; i < SNQ_COUNT(width); i++) {
        s.cfg.width_px = width[i];
        picture_draw(&p, &s);
        picture_draw(&again, &s);
        assert_int_equal(p.width, width[i]);
        assert_int_equal(p.height,
                         (uint32_t)lround(snq__sheet_layout(0, 0).height * width[i] / 1600));
        assert_int_equal(p.bytes, again.bytes);
        assert_memory_equal(p.png, again.png, p.bytes);
        assert_int_equal(picture_at(&p, 1, 1), PAPER);
        picture_clear(&p);
        picture_clear(&again);
    }
    /* and with all lanes */
    stand_music(&s);
    s.cfg.width_px = 1600;
    picture_draw(&p, &s);
    assert_int_equal(p.height, (uint32_t)lround(snq__sheet_layout(0, 7).height));
    picture_clear(&p);
    stand_clear(&s);
}

/* Pixels of row y between x0 and x1 that have this ink. */
static uint32_t inked(const picture *p, uint32_t y, double x0, double x1, uint32_t ink)
{
    uint32_t n = 0;
    for (uint32_t x = (uint32_t)x0; x < (uint32_t)x1; x++)
        n += picture_differs(picture_at(p, x, y), ink) < 24;
    return n;
}

static void check_across(const picture *p, snq__box b, double y, uint32_t ink, double least)
{
    const uint32_t row = (uint32_t)lround(y);
    const double width = b.x1 - b.x0;
    uint32_t most = 0;
    for (uint32_t at = row - 1; at <= row + 1; at++)
        most = inked(p, at, b.x0, b.x1, ink) > most ? inked(p, at, b.x0, b.x1, ink) : most;
    if (most < least * width)
        fail_msg("%u of %.0f pixels of %06X at row %u", most, width, ink, row);
    assert_true(inked(p, row - 6, b.x0, b.x1, ink) < 0.05 * width);
    assert_true(inked(p, row + 6, b.x0, b.x1, ink) < 0.05 * width);
}

/* The axis holds -18 (all readings) and the target: 5 * ceil((-18 + 1.5) / 5) = -15 down to -45. */
static void test_loudness_lines(void **state)
{
    stand s;
    picture p;
    double lo, hi;
    const snq__layout at = snq__sheet_layout(0, 0);
    const snq__box b = at.loudness;
    stand_init(&s);
    const snq__sheet sheet = { .at = at, .p = &s.portrait, .h = &s.hearing, .cfg = &s.cfg };
    snq__sheet_loudness_range(&sheet, &lo, &hi);
    check_near(hi, -15, 0);
    check_near(lo, -45, 0);
    picture_draw(&p, &s);
    check_across(&p, b, b.y1 - (b.y1 - b.y0) * (-23 - lo) / (hi - lo), SNQ__INK_TARGET >> 8, 0.4);
    picture_clear(&p);
    s.cfg.target_lufs = -30;
    picture_draw(&p, &s);
    check_across(&p, b, b.y1 - (b.y1 - b.y0) * 0.5, SNQ__INK_TARGET >> 8, 0.4);
    picture_clear(&p);
    /* the short-term line is where the readings are; the integrated value, dashed, elsewhere */
    s.cfg.target_lufs = NAN;
    s.hearing.loudness.integrated_lufs = snq_measured(-40);
    picture_draw(&p, &s);
    check_across(&p, b, b.y1 - (b.y1 - b.y0) * 0.9, SNQ__INK_SHORT_TERM >> 8, 0.5);
    check_across(&p, b, b.y1 - (b.y1 - b.y0) * 5 / 30, SNQ__INK_TEXT >> 8, 0.4);
    picture_clear(&p);
    stand_clear(&s);
}

static void test_loudness_range(void **state)
{
    double lo, hi;
    stand s;
    stand_init(&s);
    const snq__sheet sheet = { .p = &s.portrait, .h = &s.hearing, .cfg = &s.cfg };
    /* a sixteenth of the readings far down: they count; a twentieth doesn't */
    for (uint32_t i = 0; i < 50; i++)
        s.portrait.momentary_hi[i] = -55.5f;
    snq__sheet_loudness_range(&sheet, &lo, &hi);
    check_near(lo, -60, 0);
    for (uint32_t i = 0; i < 11; i++)
        s.portrait.momentary_hi[i] = -18.0f;
    snq__sheet_loudness_range(&sheet, &lo, &hi);
    check_near(lo, -45, 0);
    /* silence and no target: some axis all the same */
    for (uint32_t i = 0; i < s.portrait.ticks; i++)
        s.portrait.momentary_hi[i] = SNQ_PORTRAIT_SILENT;
    s.cfg.target_lufs = NAN;
    s.hearing.loudness_reason = "not selected";
    snq__sheet_loudness_range(&sheet, &lo, &hi);
    check_near(hi, -55, 0);
    check_near(lo, -85, 0);
    stand_clear(&s);
}

/* Rows 119 to 121 of 240 are a line; its middle is half a row above the panel's. */
static void test_spectrogram(void **state)
{
    stand s;
    picture p;
    const snq__box b = snq__sheet_layout(0, 0).spectrum;
    stand_init(&s);
    s.hearing.regions = 0;
    picture_draw(&p, &s);
    const double want = b.y1 - (b.y1 - b.y0) * 120.5 / 240;
    for (uint32_t x = (uint32_t)b.x0 + 3; x < b.x1 - 3; x += 97) {
        uint32_t sum = 0, n = 0;
        for (uint32_t y = (uint32_t)b.y0; y < (uint32_t)b.y1; y++)
            if (picture_light(&p, x, y) > 650) {
                sum += y;
                n++;
            }
        assert_true(n >= 3 && n <= 6);
        check_near((double)sum / n + 0.5, want, 0.8);
    }
    picture_clear(&p);
    /* a level that is too high to be told from noise by one cell stays out of the scale */
    memset(s.portrait.level, 150, (size_t)s.portrait.columns * s.portrait.rows);
    s.portrait.level[5] = 255;
    picture_draw(&p, &s);
    const uint32_t plain = picture_at(&p, (uint32_t)b.x1 - 20, (uint32_t)b.y0 + 100);
    uint32_t places = 0;
    for (uint32_t i = 0; i < SNQ__HEAT_COLOURS; i++)
        places += picture_differs(plain, snq__heat[i]) <= 2;
    assert_true(places > 0); /* a colour of the scale, and a bright one */
    assert_true((plain >> 16) + (plain >> 8 & 255) + (plain & 255) > 450);
    picture_clear(&p);
    stand_clear(&s);
}

/* Two dots a second, many columns a pixel and few: the same place. */
static void test_time_places(void **state)
{
    stand s;
    picture p;
    const snq__box b = snq__sheet_layout(0, 0).spectrum;
    stand_init(&s);
    s.hearing.regions = 0;
    for (uint32_t columns = 60; columns <= 3000; columns *= 50) {
        snq_portrait *q = &s.portrait;
        snq_free(q->level);
        snq_free(q->band);
        q->columns = columns;
        q->column_frames = q->frames / columns;
        q->level = snq_calloc((size_t)columns * q->rows, 1);
        q->band = snq_calloc((size_t)columns * SNQ_PORTRAIT_BANDS, sizeof *q->band);
        for (uint32_t r = 0; r < q->rows; r++)
            for (uint32_t i = columns / 4; i < columns / 4 + columns / 30; i++)
                q->level[(size_t)i * q->rows + r] = 255;
        picture_draw(&p, &s);
        const uint32_t y = (uint32_t)b.y0 + 31;
        uint32_t first = 0, last = 0;
        for (uint32_t x = (uint32_t)b.x0; x < b.x1; x++)
            if (picture_light(&p, x, y) > 350) {
                first = first ? first : x;
                last = x;
            }
        const double cell = (b.x1 - b.x0) / columns;
        check_near(first, b.x0 + (b.x1 - b.x0) / 4, cell + 1);
        check_near(last + 1, b.x0 + (b.x1 - b.x0) * (1.0 / 4 + 1.0 / 30), cell + 1);
        picture_clear(&p);
    }
    stand_clear(&s);
}

/* Scale 0.5 (the peak): full height in the first half, half in the second, all in the middle's ink. */
static void test_waveform(void **state)
{
    stand s;
    picture p;
    const snq__box b = snq__sheet_layout(0, 0).wave;
    const double middle = (b.y0 + b.y1) / 2, half = (b.y1 - b.y0) / 2;
    stand_init(&s);
    s.hearing.regions = 0;
    picture_draw(&p, &s);
    const uint32_t x0 = (uint32_t)(b.x0 + (b.x1 - b.x0) / 4) + 3,
                   x1 = (uint32_t)(b.x0 + (b.x1 - b.x0) * 3 / 4) + 5;
    assert_int_equal(picture_at(&p, x0, (uint32_t)b.y0 + 2), SNQ__INK_MID >> 8);
    assert_int_equal(picture_at(&p, x0, (uint32_t)b.y1 - 3), SNQ__INK_MID >> 8);
    assert_int_equal(picture_at(&p, x1, (uint32_t)(middle - half / 2) + 2), SNQ__INK_MID >> 8);
    assert_int_equal(picture_at(&p, x1, (uint32_t)(middle - half / 2) - 3), PANEL);
    assert_int_equal(picture_at(&p, x1, (uint32_t)(middle + half / 2) + 3), PANEL);
    picture_clear(&p);
    /* equal parts: from outside low, mid, high, a third of the height each */
    for (uint32_t i = 0; i < s.portrait.columns * SNQ_PORTRAIT_BANDS; i++)
        s.portrait.band[i] = 0.1f;
    picture_draw(&p, &s);
    assert_int_equal(picture_at(&p, x0, (uint32_t)(middle - half * 5 / 6)), SNQ__INK_LOW >> 8);
    assert_int_equal(picture_at(&p, x0, (uint32_t)(middle - half * 3 / 6)), SNQ__INK_MID >> 8);
    assert_int_equal(picture_at(&p, x0, (uint32_t)(middle - half * 1 / 6)), SNQ__INK_HIGH >> 8);
    assert_int_equal(picture_at(&p, x0, (uint32_t)(middle + half * 5 / 6)), SNQ__INK_LOW >> 8);
    picture_clear(&p);
    stand_clear(&s);
}

/* The region from 2 to 4 s of 8: shade within, panel without, a lighter line on each edge. */
static void check_region(const picture *p)
{
    const snq__box b = snq__sheet_layout(0, 0).loudness;
    const uint32_t y = (uint32_t)b.y1 - 9;
    const uint32_t x0 = (uint32_t)lround(b.x0 + (b.x1 - b.x0) / 4),
                   x1 = (uint32_t)lround(b.x0 + (b.x1 - b.x0) / 2);
    assert_int_equal(picture_at(p, x0 - 3, y), PANEL);
    assert_int_equal(picture_at(p, x0 + 3, y), REGION);
    assert_int_equal(picture_at(p, x1 - 3, y), REGION);
    assert_int_equal(picture_at(p, x1 + 3, y), PANEL);
}

static void test_regions(void **state)
{
    static const uint32_t many[] = { 20, 200, 5000 };
    stand s;
    picture p;
    const snq__box b = snq__sheet_layout(0, 0).loudness;
    stand_init(&s);
    picture_draw(&p, &s);
    check_region(&p);
    const uint32_t x0 = (uint32_t)lround(b.x0 + (b.x1 - b.x0) / 4);
    uint32_t most = 0;
    for (uint32_t x = x0 - 2; x <= x0 + 2; x++) {
        const uint32_t light = picture_light(&p, x, (uint32_t)b.y1 - 9);
        most = light > most ? light : most;
    }
    assert_true(most > picture_light(&p, x0 + 3, (uint32_t)b.y1 - 9) + 30);
    picture_clear(&p);
    /* the same seconds covered by many that touch each other */
    for (size_t k = 0; k < SNQ_COUNT(many); k++) {
        snq_region *r;
        s.hearing.regions = 0;
        for (uint32_t i = 0; i < many[k]; i++) {
            check_ok(snq_hearing_add_region(&s.hearing, &r));
            r->span = (snq_span) { 2 + 2.0 * i / many[k], 2 + 2.0 * (i + 1) / many[k] };
            r->level_dbfs = i % 2 ? snq_measured(-12.3) : snq_unmeasured("because");
        }
        picture_draw(&p, &s);
        if (many[k] != 20) /* with lines between them otherwise */
            check_region(&p);
        picture_clear(&p);
    }
    stand_clear(&s);
}

/* Nothing measured, nothing found, no band, no tick, names that are no text: a sheet all the same. */
static void test_little(void **state)
{
    stand s;
    picture p, plain;
    stand_init(&s);
    picture_draw(&plain, &s);
    snq_region *const region = s.hearing.region;
    const snq_heard_file file = s.hearing.file;
    snq_hearing_init(&s.hearing);
    s.hearing.region = region;
    s.hearing.file = file;
    s.hearing.file.truncated = 1;
    s.cfg.title = "\xFF\xFE bad \x1B[2J \xE6\x97\xA5\xE6\x9C\xAC a name that is much longer than "
                  "the sheet is "
                  "wide, and that goes on for a while, and then for another while, to its end.wav";
    picture_draw(&p, &s);
    assert_int_equal(p.height, plain.height);
    assert_true(p.bytes != plain.bytes || memcmp(p.png, plain.png, p.bytes) != 0);
    picture_clear(&p);
    s.hearing.no_regions_reason = "digital silence";
    s.hearing.regions_reason = NULL;
    s.hearing.file.path = NULL;
    s.cfg.title = NULL;
    s.cfg.bold.bytes = NULL;
    s.portrait.ticks = 0;
    s.portrait.rows = 0;
    picture_draw(&p, &s);
    assert_int_equal(p.height, plain.height);
    picture_clear(&p);
    picture_clear(&plain);
    stand_clear(&s);
}

static void test_empty(void **state)
{
    stand s;
    picture p;
    stand_init(&s);
    snq_portrait_clear(&s.portrait);
    s.hearing.file.duration_s = 0;
    picture_draw(&p, &s);
    assert_int_equal(p.width, 1600);
    assert_int_equal(p.height, (uint32_t)snq__sheet_layout(1, 0).height);
    const snq__box b = snq__sheet_layout(1, 0).wave;
    uint32_t words = 0;
    for (uint32_t x = (uint32_t)b.x0; x < b.x1; x++)
        for (uint32_t y = (uint32_t)b.y0; y < b.y1; y++)
            words += picture_light(&p, x, y) > 300;
    assert_true(words > 500);
    picture_clear(&p);
    stand_clear(&s);
}

/* A single frame, a tenth of a second, ten hours: counts and times at the ends of what there is. */
static void test_lengths(void **state)
{
    static const struct {
        int64_t frames, point, column;
        uint32_t points, columns, ticks;
    } table[] = { { 1, 1, 16, 1, 1, 0 },
                  { 4800, 4, 16, 1200, 300, 10 },
                  { 36000 * (int64_t)48000, 1 << 20, 1 << 20, 1500, 1500, 800 } };
    stand s;
    picture p;
    for (size_t i = 0; i < SNQ_COUNT(table); i++) {
        stand_init(&s);
        s.portrait.frames = table[i].frames;
        s.portrait.point_frames = table[i].point;
        s.portrait.column_frames = table[i].column;
        s.portrait.points = table[i].points;
        s.portrait.columns = table[i].columns;
        s.portrait.ticks = table[i].ticks;
        s.portrait.tick_hops = i == 2 ? 4500 : 1;
        s.hearing.region[0].span = (snq_span) { 0, (double)table[i].frames / 48000 };
        picture_draw(&p, &s);
        assert_int_equal(p.width, 1600);
        picture_clear(&p);
        stand_clear(&s);
    }
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

static void test_errors(void **state)
{
    stand s;
    size_t left;
    stand_init(&s);
    stand_music(&s);
    snq_sheet_cfg cfg = s.cfg;
#define DRAW(sink, user) snq_sheet_draw(&s.portrait, &s.hearing, &cfg, sink, user)
    cfg.width_px = 799;
    check_status(DRAW(swallow, NULL), SNQ_ERR_RANGE);
    assert_non_null(strstr(snq_last_error(), "width_px 799"));
    cfg.width_px = 4001;
    check_status(DRAW(swallow, NULL), SNQ_ERR_RANGE);
    cfg = s.cfg;
    cfg.target_lufs = 0.5;
    check_status(DRAW(swallow, NULL), SNQ_ERR_RANGE);
    assert_non_null(strstr(snq_last_error(), "target_lufs"));
    cfg.target_lufs = -70.5;
    check_status(DRAW(swallow, NULL), SNQ_ERR_RANGE);
    cfg = s.cfg;
    cfg.regular.bytes = NULL;
    check_status(DRAW(swallow, NULL), SNQ_ERR_FORMAT);
    cfg.regular = (snq_sheet_font) { "no font", 7 };
    check_status(DRAW(swallow, NULL), SNQ_ERR_FORMAT);
    assert_non_null(strstr(snq_last_error(), "regular"));
    cfg = s.cfg;
    cfg.bold = (snq_sheet_font) { "no font", 7 };
    check_status(DRAW(swallow, NULL), SNQ_ERR_FORMAT);
    assert_non_null(strstr(snq_last_error(), "bold"));
    cfg = s.cfg;
    for (left = 0; left < 12000; left += 4000) {
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
        assert_int_equal(snq_alloc_live(), live);
    }
    snq_alloc_fail_after(-1);
    assert_true(n > 4);
#undef DRAW
    stand_clear(&s);
}

static void test_interface(void **state)
{
    const char *name, *purpose, *version;
    unsigned n = 0;
    const snq_sheet_cfg cfg = snq_sheet_cfg_default();
    assert_int_equal(cfg.width_px, 1600);
    check_near(cfg.target_lufs, -23, 0);
    check_ok(snq_sheet_preload());
    for (; (name = snq_sheet_library(n, &purpose, &version)); n++)
        assert_true(*name && *purpose && version[0] >= '1' && version[0] <= '9');
    assert_int_equal(n, 3);
    for (unsigned i = 0; i < 100; i++) {
        const char *regular = snq_sheet_font_path(i, 0), *bold = snq_sheet_font_path(i, 1);
        assert_int_equal(regular == NULL, bold == NULL);
        if (!regular)
            return;
        assert_true(regular[0] == '/' && strcmp(regular, bold) != 0);
    }
    fail_msg("a list without end");
}

/* The first drawing of the process. */
static int draw_stand(void *user)
{
    const stand *s = user;
    return snq_sheet_draw(&s->portrait, &s->hearing, &s->cfg, swallow, NULL) < 0;
}

static void test_confined(void **state)
{
    stand s;
    if (!closed_door_works())
        skip();
    stand_init(&s);
    stand_music(&s);
    closed_door_run(draw_stand, &s);
    stand_clear(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_confined), /* first: nothing is warm yet */
        cmocka_unit_test(test_size_and_repeat), cmocka_unit_test(test_loudness_lines),
        cmocka_unit_test(test_loudness_range),  cmocka_unit_test(test_spectrogram),
        cmocka_unit_test(test_time_places),     cmocka_unit_test(test_waveform),
        cmocka_unit_test(test_regions),         cmocka_unit_test(test_little),
        cmocka_unit_test(test_empty),           cmocka_unit_test(test_lengths),
        cmocka_unit_test(test_errors),          cmocka_unit_test(test_interface),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
