// SPDX-License-Identifier: MIT
/* Where something must be is told by the times of the stand's music and the boxes of the layout alone. */
#include "support/check.h"

#include "base/alloc.h"
#include "plot/sheet_impl.h"
#include "sheet_stand.h"

enum {
    PAPER = SNQ__INK_PAPER >> 8,
    PANEL = SNQ__INK_PANEL >> 8,
    ALL = SNQ__LANE_BARS | SNQ__LANE_CHORDS | SNQ__LANE_KEYS
};

/* The pixel of a time on a stand of 8 s. */
static uint32_t x_of(double t_s)
{
    const snq__box b = snq__sheet_layout(0, ALL).bars;
    return (uint32_t)lround(b.x0 + (b.x1 - b.x0) * t_s / 8);
}

static void lanes_are_for_what_was_heard(void **state)
{
    stand s;
    stand_init(&s);
    snq_hearing *h = &s.hearing;
    assert_int_equal(snq__sheet_lanes(h), 0);
    stand_music(&s);
    assert_int_equal(snq__sheet_lanes(h), ALL);
    h->beats.beats = 0; /* no pulse: no bars */
    assert_int_equal(snq__sheet_lanes(h), SNQ__LANE_CHORDS | SNQ__LANE_KEYS);
    h->key.reason = "no tones";
    assert_int_equal(snq__sheet_lanes(h), SNQ__LANE_CHORDS);
    static const snq_heard_chord none[] = { { { 0, 8 }, 0, 0, SNQ_CHORD_NONE } };
    h->chords = (snq_chords) { none, 1 };
    assert_int_equal(snq__sheet_lanes(h), 0);
    stand_music(&s);
    h->key.mode = SNQ_MODE_ATONAL;
    h->key.spans = 0;
    h->beats_reason = "not selected";
    assert_int_equal(snq__sheet_lanes(h), SNQ__LANE_CHORDS);
    /* too many to see any */
    snq_heard_chord *many = snq_calloc(451, sizeof *many);
    h->chords = (snq_chords) { many, 450 };
    assert_int_equal(snq__sheet_lanes(h), SNQ__LANE_CHORDS);
    h->chords.chords = 451;
    assert_int_equal(snq__sheet_lanes(h), 0);
    snq_free(many);
    stand_clear(&s);
}

/* From the spectrogram down, nothing on top of something else, and no room for what isn't there. */
static void lanes_stack(void **state)
{
    const snq__layout none = snq__sheet_layout(0, 0);
    for (unsigned lanes = 0; lanes <= ALL; lanes++) {
        const snq__layout at = snq__sheet_layout(0, lanes);
        const snq__box lane[] = { at.bars, at.chords, at.keys };
        double y = at.spectrum.y1;
        for (unsigned i = 0; i < 3; i++) {
            assert_true(lane[i].y0 >= y && lane[i].y1 >= lane[i].y0);
            assert_int_equal(lane[i].y1 > lane[i].y0, lanes >> i & 1);
            check_near(lane[i].x0, at.spectrum.x0, 0);
            check_near(lane[i].x1, at.spectrum.x1, 0);
            y = lane[i].y1;
        }
        check_near(at.loudness.y0 - y, none.loudness.y0 - none.spectrum.y1, 0);
        check_near(at.height - at.loudness.y1, none.height - none.loudness.y1, 0);
        check_near(at.loudness.y1 - at.loudness.y0, none.loudness.y1 - none.loudness.y0, 0);
    }
}

static void check_words(const snq_hearing *h, const char *want)
{
    snq_str text;
    snq_str_init(&text, 4096);
    snq__sheet_music_words(h, &text);
    assert_string_equal(snq_str_text(&text), want);
    snq_str_clear(&text);
}

static void words_are_those_of_the_title(void **state)
{
    static const snq_tempo_span tempo[] = { { { 0, 4 }, 118.04 }, { { 4, 8 }, 121 } };
    static const snq_meter_span meter[] = { { { 0, 2 }, { 3, 4, 3 } },
                                            { { 2, 4 }, { 4, 4, 4 } },
                                            { { 4, 5 }, { 3, 4, 3 } },
                                            { { 5, 6 }, { 6, 8, 2 } },
                                            { { 6, 7 }, { 5, 4, 5 } } };
    stand s;
    stand_init(&s);
    snq_hearing *h = &s.hearing;
    check_words(h, "");
    stand_music(&s);
    check_words(h, "120.0 BPM  \xC2\xB7  4/4  \xC2\xB7  E minor?");
    h->tempo.span = tempo;
    h->tempo.spans = 2;
    h->tempo.confidence = 0.4;
    h->key.confidence = 0.5;
    h->key.mode = SNQ_MODE_MAJOR;
    h->meter.span = meter;
    h->meter.spans = 3;
    check_words(h, "120.0 BPM? (118.0\xE2\x80\x93"
                   "121.0)  \xC2\xB7  4/4, 3/4  \xC2\xB7  E major");
    h->meter.spans = 5;
    h->tempo.bpm = snq_unmeasured("no steady pulse");
    h->key.mode = SNQ_MODE_ATONAL;
    check_words(h, "4/4, 3/4, 6/8 \xE2\x80\xA6  \xC2\xB7  atonal");
    h->meter.reason = "no bars";
    check_words(h, "atonal");
    stand_clear(&s);
}

/* A tick on each beat, longer ones on downbeats, and none between; words under the downbeats alone. */
static void ticks_are_on_beats(void **state)
{
    stand s;
    picture p;
    const snq__box lane = snq__sheet_layout(0, ALL).bars;
    stand_init(&s);
    stand_music(&s);
    picture_draw(&p, &s);
    for (int half = 1; half < 16; half++) {
        const uint32_t x = x_of(half / 2.0), between = x_of(half / 2.0 + 0.25);
        const int bar = half % 4 == 2;
        const uint32_t y = (uint32_t)lane.y0;
        uint32_t shown = 0, low = 0, words = 0;
        for (uint32_t at = x - 1; at <= x + 1; at++) {
            shown += picture_light(&p, at, y + 3) > 350;
            low += picture_light(&p, at, y + 11) > 350;
        }
        for (uint32_t at = x - 8; at <= x + 8; at++)
            for (uint32_t down = y + 18; down < lane.y1; down++)
                words += picture_light(&p, at, down) > 300;
        assert_true(shown >= 1 && shown <= 2);
        assert_int_equal(low > 0, bar);
        assert_int_equal(words > 10, bar);
        assert_int_equal(picture_at(&p, between, y + 3), PAPER);
    }
    picture_clear(&p);
    stand_clear(&s);
}

/* Over the spectrogram a line on each downbeat that leaves what is under it. */
static void lines_are_on_downbeats(void **state)
{
    stand s;
    picture p, without;
    const snq__box b = snq__sheet_layout(0, ALL).spectrum;
    stand_init(&s);
    s.hearing.regions = 0;
    picture_draw(&without, &s);
    stand_music(&s);
    picture_draw(&p, &s);
    uint32_t lines = 0;
    for (uint32_t x = (uint32_t)b.x0 + 3, y = (uint32_t)b.y0 + 20; x < b.x1 - 3; x++) {
        const uint32_t more = picture_light(&p, x, y) - picture_light(&without, x, y);
        if (!more)
            continue;
        const double t_s = (x + 0.5 - b.x0) / (b.x1 - b.x0) * 8;
        check_near(t_s, 2 * round((t_s - 1) / 2) + 1, 0.01);
        assert_true(more > 40 && more < 250);
        lines++;
    }
    assert_int_equal(lines, 4);
    picture_clear(&p);
    picture_clear(&without);
    stand_clear(&s);
}

/* Columns of the lane's ruler that hold a tick; neighbours count once. */
static uint32_t ticks_of(const picture *p)
{
    const snq__box lane = snq__sheet_layout(0, SNQ__LANE_BARS).bars;
    uint32_t n = 0;
    int before = 0;
    for (uint32_t x = (uint32_t)lane.x0 - 3; x < lane.x1 + 3; x++) {
        const int tick = picture_light(p, x, (uint32_t)lane.y0 + 3) > 250;
        n += tick && !before;
        before = tick;
    }
    return n;
}

/* However many bars there are, ticks stand apart, and so do numbers. */
static void many_bars_are_thinned(void **state)
{
    enum { MOST = 20000 };
    static const uint32_t tab[] = { 1, 2, 50, 200, 400, 3000, MOST };
    static double beat_s[MOST];
    stand s;
    picture p;
    stand_init(&s);
    stand_music(&s);
    s.hearing.chords_reason = s.hearing.key_reason = "not selected";
    s.hearing.beats = (snq_beats) { .beat_s = beat_s, .downbeat_s = beat_s };
    const snq__box lane = snq__sheet_layout(0, SNQ__LANE_BARS).bars;
    for (size_t k = 0; k < SNQ_COUNT(tab); k++)
        for (int bars = 0; bars < 2; bars++) {
            const uint32_t n = tab[k];
            for (uint32_t i = 0; i < n; i++)
                beat_s[i] = 8.0 * (i + 0.5) / n;
            s.hearing.beats.beats = n;
            s.hearing.beats.downbeats = bars ? n : 0;
            picture_draw(&p, &s);
            const uint32_t ticks = ticks_of(&p);
            if (n <= 200)
                assert_int_equal(ticks, n);
            else
                assert_true(ticks <= (lane.x1 - lane.x0) / 6 + 1 && ticks >= 100);
            /* numbers: gaps between them */
            uint32_t blank = 0;
            for (uint32_t x = (uint32_t)lane.x0; x < lane.x1; x++) {
                uint32_t ink = 0;
                for (uint32_t y = (uint32_t)lane.y0 + 18; y < lane.y1; y++)
                    ink += picture_light(&p, x, y) > 200;
                blank += !ink;
            }
            assert_true(blank > (lane.x1 - lane.x0) / 3);
            assert_int_equal(blank == (uint32_t)(lane.x1 - lane.x0), !bars);
            picture_clear(&p);
        }
    stand_clear(&s);
}

/* The colour that fills most of a lane's part between two times. */
static uint32_t fill_of(const picture *p, snq__box lane, double from_s, double to_s)
{
    const uint32_t y = (uint32_t)lane.y0 + 3, x0 = x_of(from_s) + 6, x1 = x_of(to_s) - 6;
    const uint32_t first = picture_at(p, x0, y);
    for (uint32_t x = x0; x < x1; x++)
        assert_int_equal(picture_at(p, x, y),
                         first); /* one block, and nothing written at its rim */
    return first;
}

/* Pixels within a block that are lighter than it by far. */
static uint32_t letters_in(const picture *p, snq__box lane, double from_s, double to_s)
{
    uint32_t n = 0;
    for (uint32_t x = x_of(from_s) + 3; x + 3 < x_of(to_s); x++)
        for (uint32_t y = (uint32_t)lane.y0 + 2; y < lane.y1 - 2; y++)
            n += picture_light(p, x, y) > 600;
    return n;
}

static uint32_t light(uint32_t rgb)
{
    return (rgb >> 16) + (rgb >> 8 & 255) + (rgb & 255);
}

static void chords_and_keys_are_blocks(void **state)
{
    stand s;
    picture p;
    const snq__layout at = snq__sheet_layout(0, ALL);
    stand_init(&s);
    stand_music(&s);
    picture_draw(&p, &s);
    const uint32_t c = fill_of(&p, at.chords, 0, 2), none = fill_of(&p, at.chords, 2, 4);
    const uint32_t am7 = fill_of(&p, at.chords, 4, 6), dim = fill_of(&p, at.chords, 6, 8);
    assert_int_equal(none, PANEL);
    assert_true(picture_differs(c, PANEL) > 40 && picture_differs(am7, PANEL) > 30);
    assert_true(picture_differs(c, am7) > 20 && picture_differs(dim, am7) > 10);
    assert_true(light(am7) < light(c) - 60 && light(dim) < light(c) - 60); /* minor is darker */
    assert_int_equal(letters_in(&p, at.chords, 2, 4), 0);
    assert_true(letters_in(&p, at.chords, 0, 2) > 20);
    /* "Am7/G" is more than "C" */
    assert_true(letters_in(&p, at.chords, 4, 6) > 2 * letters_in(&p, at.chords, 0, 2));
    const uint32_t e = fill_of(&p, at.keys, 0, 4), g = fill_of(&p, at.keys, 4, 8);
    assert_true(light(e) < light(g) - 60 && picture_differs(e, PANEL) > 30);
    assert_true(letters_in(&p, at.keys, 0, 4) > 60 && letters_in(&p, at.keys, 4, 8) > 60);
    picture_clear(&p);
    stand_clear(&s);
}

/* Labels are level where there is room, upright where there is a little, and left out where there is none. */
static void labels_fit_their_blocks(void **state)
{
    static const struct {
        uint32_t chords;
        int labels;
    } tab[] = { { 20, 1 }, { 100, 1 }, { 300, 0 } };
    stand s;
    picture p;
    const snq__box lane = snq__sheet_layout(0, SNQ__LANE_CHORDS).chords;
    stand_init(&s);
    stand_music(&s);
    s.hearing.beats_reason = s.hearing.key_reason = "not selected";
    for (size_t k = 0; k < SNQ_COUNT(tab); k++) {
        const uint32_t n = tab[k].chords;
        snq_heard_chord *chord = snq_calloc(n, sizeof *chord);
        for (uint32_t i = 0; i < n; i++)
            chord[i] = (snq_heard_chord) {
                { 8.0 * i / n, 8.0 * (i + 1) / n }, i % 2 ? 1 : 8, i % 2 ? 1 : 8, SNQ_CHORD_MIN
            };
        s.hearing.chords = (snq_chords) { chord, n };
        picture_draw(&p, &s);
        uint32_t labelled = 0;
        for (uint32_t i = 0; i < n; i++)
            labelled += letters_in(&p, lane, chord[i].span.start_s, chord[i].span.end_s) > 4;
        assert_int_equal(labelled, tab[k].labels ? n : 0);
        picture_clear(&p);
        snq_free(chord);
    }
    stand_clear(&s);
}

/* What no analyser says but the type allows: it is drawn within its lanes, and nothing breaks. */
static void odd_music_is_drawn(void **state)
{
    static const double late[] = { 7.9, 9, 1e9 }, same[] = { 4, 4, 4 };
    static const snq_heard_chord gaps[] = { { { 1, 1 }, 0, 0, SNQ_CHORD_MAJ },
                                            { { 3, 3.5 }, 200, 200, 250 },
                                            { { 5, 1e9 }, 11, 3, SNQ_CHORD_SUS4 } };
    static const snq_key_span key[] = { { { 7, 1e9 }, 99, SNQ_MODE_ATONAL } };
    stand s;
    picture p;
    stand_init(&s);
    stand_music(&s);
    s.hearing.beats = (snq_beats) { late, late + 1, 3, 2 };
    s.hearing.chords = (snq_chords) { gaps, SNQ_COUNT(gaps) };
    s.hearing.key.span = key;
    s.hearing.key.spans = 1;
    s.hearing.file.truncated = 1;
    static const uint32_t width[] = { 800, 1237, 4000 };
    for (size_t i = 0; i < SNQ_COUNT(width); i++) {
        s.cfg.width_px = width[i];
        picture_draw(&p, &s);
        assert_int_equal(p.height,
                         (uint32_t)lround(snq__sheet_layout(0, ALL).height * width[i] / 1600));
        picture_clear(&p);
    }
    s.hearing.beats = (snq_beats) { same, same, 3, 3 };
    s.cfg.width_px = 1600;
    picture_draw(&p, &s);
    const snq__layout at = snq__sheet_layout(0, ALL);
    assert_int_equal(fill_of(&p, at.chords, 1.5, 3), PANEL);
    assert_int_equal(fill_of(&p, at.keys, 0, 7), PANEL);
    for (uint32_t y = (uint32_t)at.bars.y0 + 1; y < at.keys.y1; y++)
        assert_int_equal(picture_at(&p, (uint32_t)at.bars.x1 + 4, y), PAPER);
    picture_clear(&p);
    stand_clear(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lanes_are_for_what_was_heard), cmocka_unit_test(lanes_stack),
        cmocka_unit_test(words_are_those_of_the_title), cmocka_unit_test(ticks_are_on_beats),
        cmocka_unit_test(lines_are_on_downbeats),       cmocka_unit_test(many_bars_are_thinned),
        cmocka_unit_test(chords_and_keys_are_blocks),   cmocka_unit_test(labels_fit_their_blocks),
        cmocka_unit_test(odd_music_is_drawn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
