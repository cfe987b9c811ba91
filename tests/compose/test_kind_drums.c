// SPDX-License-Identifier: MIT
/* What the kit plays, by property: over all styles, seeds, metres; then each rule by a style made for it. */
#include "support/check.h"
#include "support/same_notes.h"

#include "compose/drum_impl.h"
#include "drum_piece.h"
#include "score/drum_keys.h"
#include "support/sweep.h"

enum { SEEDS = 6 };
static const int metres[][2] = { { 4, 4 }, { 3, 4 }, { 6, 8 }, { 5, 4 }, { 7, 8 } };
enum { METRES = sizeof metres / sizeof *metres };

/* ---- all styles ---- */

static int by_tick(const void *a, const void *b)
{
    const snq_note *p = a, *q = b;
    return p->tick != q->tick ? (p->tick > q->tick) - (p->tick < q->tick) : p->pitch - q->pitch;
}

static void check_notes(drum_piece *p, const char *id)
{
    const int64_t bar = snq_intent_bar_ticks(&p->intent), end = bar * DRUM_BARS;
    qsort(p->track->note, p->track->notes, sizeof *p->track->note, by_tick);
    assert_true(p->track->notes > DRUM_BARS);
    for (size_t i = 0; i < p->track->notes; i++) {
        const snq_note *n = &p->track->note[i];
        if (n->tick < 0 || n->tick + n->length > end || n->pitch < 27 || n->pitch > 87 ||
            n->velocity < 1)
            fail_msg("%s: note %d of key %d at %d", id, (int)i, n->pitch, (int)n->tick);
        if (i > 0 && n->tick == n[-1].tick && n->pitch == n[-1].pitch)
            fail_msg("%s: key %d twice in bar %d at %d", id, n->pitch, (int)(n->tick / bar),
                     (int)(n->tick % bar));
        if (n->tick >= end - bar)
            assert_int_equal(n->tick, end - bar); /* one blow on the last one */
    }
}

static void every_style_plays_in_every_metre(void **state)
{
    for (int i = 0; i < DRUM_STYLES; i++)
        for (int m = 0; m < METRES; m++)
            for (uint64_t seed = 1; seed <= 3; seed++) {
                drum_piece p;
                drum_begin(&p, drum_styles[i], seed, metres[m][0], metres[m][1]);
                drum_make(&p, "drums");
                check_notes(&p, drum_styles[i]);
                drum_end(&p);
            }
}

static int class_hits(const drum_piece *p, int bar, snq__drum_class c, int step)
{
    for (int key = 27; key <= 87; key++)
        if (drum_at(p, bar, key, step) && snq__drum_class_of(key) == c)
            return 1;
    return 0;
}

/* Bars of verse and drop: kick, snare and closed hat as 48 cells; onsets as 16. */
typedef struct bar_counts {
    double bars, hits, ones, alike, pairs;
} bar_counts;

static void count_bars(const drum_piece *p, bar_counts *c)
{
    uint32_t before = 0;
    for (int bar = 8; bar < 72; bar++) {
        const int section = (int)snq_form_at(&p->form, bar),
                  kind = p->form.section[section].section;
        uint32_t onsets = 0;
        if (kind != SNQ_SECTION_verse && kind != SNQ_SECTION_drop) {
            before = 0;
            continue;
        }
        for (int s = 0; s < 16; s++) {
            for (int key = 27; key <= 87; key++)
                onsets |= (uint32_t)drum_at(p, bar, key, s) << s;
            c->hits += class_hits(p, bar, SNQ__DRUM_KICKS, s) +
                       class_hits(p, bar, SNQ__DRUM_SNARES, s) +
                       drum_at(p, bar, SNQ_DRUM_HAT_CLOSED, s);
        }
        c->bars++;
        c->ones += class_hits(p, bar, SNQ__DRUM_KICKS, 0);
        for (uint32_t x = before ^ onsets; before; x &= x - 1u) {
            if (!x)
                break;
            c->alike -= 1.0 / 16.0;
        }
        c->pairs += before != 0;
        c->alike += before != 0;
        before = onsets;
    }
}

/* The human bands: 4 .. 21 hits a bar (5 .. 95 % of 387 patterns), groove consistency .64 .. .98 (Groove MIDI). */
static void styles_with_a_pulse_lie_where_people_play(void **state)
{
    double ones = 0.0, styles = 0.0;
    for (int i = 0; i < DRUM_STYLES; i++) {
        bar_counts c = { 0 };
        if (strcmp(drum_styles[i], "ambient") == 0 || strcmp(drum_styles[i], "cinematic") == 0)
            continue;
        for (uint64_t seed = 1; seed <= SEEDS; seed++) {
            drum_piece p;
            drum_begin(&p, drum_styles[i], seed, 4, 4);
            drum_make(&p, "drums");
            count_bars(&p, &c);
            drum_end(&p);
        }
        const double hits = c.hits / c.bars, alike = c.alike / c.pairs;
        if (hits < 4.0 || hits > 21.0 || alike < 0.64 || alike > 0.98 || c.ones / c.bars < 0.7)
            fail_msg("%s: %g hits, consistency %g, kick on one %g", drum_styles[i], hits, alike,
                     c.ones / c.bars);
        ones += c.ones / c.bars;
        styles++;
    }
    check_near(ones / styles, 0.9, 0.1);
}

static size_t differences(const drum_piece *a, const drum_piece *b)
{
    size_t n = 0;
    for (int bar = 0; bar < DRUM_BARS; bar++)
        for (int s = 0; s < 16; s++)
            for (int k = 35; k < 60; k++)
                n += (size_t)(drum_at(a, bar, k, s) != drum_at(b, bar, k, s));
    return n;
}

static void the_same_seed_is_the_same_piece_and_another_is_another(void **state)
{
    for (int i = 0; i < DRUM_STYLES; i += 5) {
        drum_piece a, b, c;
        drum_begin(&a, drum_styles[i], 11, 4, 4);
        drum_begin(&b, drum_styles[i], 11, 4, 4);
        drum_begin(&c, drum_styles[i], 12, 4, 4);
        drum_make(&a, "drums");
        drum_make(&b, "drums");
        drum_make(&c, "drums");
        assert_int_equal(a.track->notes, b.track->notes);
        check_same_notes(a.track->note, b.track->note, a.track->notes);
        assert_true(differences(&a, &c) > 60);
        drum_end(&a);
        drum_end(&b);
        drum_end(&c);
    }
}

static void a_change_in_one_section_leaves_the_others(void **state)
{
    drum_piece a, b;
    drum_begin(&a, "funk", 5, 4, 4);
    drum_begin(&b, "funk", 5, 4, 4);
    b.form.section[3].energy = b.form.section[3].energy_end = 0.5f;
    drum_make(&a, "drums");
    drum_make(&b, "drums");
    int changed = 0;
    for (int bar = 0; bar < DRUM_BARS; bar++)
        for (int k = 35; k < 60; k++) {
            const int same = drum_count(&a, bar, k, 0, 16) == drum_count(&b, bar, k, 0, 16);
            changed += !same;
            assert_true(same || snq_form_at(&a.form, bar) == 3);
        }
    assert_true(changed > 0);
    drum_end(&a);
    drum_end(&b);
}

static void who_is_not_active_is_silent(void **state)
{
    drum_piece p;
    drum_begin(&p, "rock", 1, 4, 4);
    p.form.section[1].active = 0;
    drum_make(&p, "drums");
    for (int bar = 8; bar < 16; bar++)
        assert_int_equal(drum_count(&p, bar, -1, 0, 16), 0);
    assert_true(drum_count(&p, 16, -1, 0, 16) > 0);
    drum_end(&p);
}

/* ---- what comes back ---- */

static void what_comes_back_is_nearly_what_it_was(void **state)
{
    double again = 0.0, other = 0.0;
    for (uint64_t seed = 1; seed <= 10; seed++) {
        drum_piece p;
        drum_begin(&p, "drum_and_bass", seed, 4, 4);
        p.style->drums.loyalty = 0.0f;
        for (int i = 0; i < DRUM_SECTIONS; i++)
            p.form.section[i].energy = p.form.section[i].energy_end = 0.7f;
        p.form.section[5].section =
            SNQ_SECTION_verse; /* material 2 becomes a verse that is not like material 1 */
        p.form.section[5].end = SNQ_END_PLAIN;
        drum_make(&p, "drums");
        for (int bar = 0; bar < 2; bar++)
            for (int s = 0; s < 16; s++)
                for (int k = 35; k < 60; k++) {
                    if (k == SNQ_DRUM_CRASH)
                        continue;
                    again += drum_at(&p, 24 + bar, k, s) != drum_at(&p, 52 + bar, k, s);
                    other += drum_at(&p, 24 + bar, k, s) != drum_at(&p, 48 + bar, k, s);
                }
        drum_end(&p);
    }
    assert_true(again > 0.0);
    assert_true(other > 2.0 * again);
}

/* ---- rules, one by one ---- */

static const char ladder[] =
    "{\"loyalty\": 1, \"fills\": [], \"crash\": {\"chance\": 0}, \"dropout\": {\"chance\": 0}, "
    "\"grooves\": ["
    "{\"lanes\": [{\"key\": \"kick\", \"chance\": [1, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]},"
    "{\"key\": \"hat_closed\", \"chance\": [0.5]}]}]}";

static void more_density_adds_and_moves_nothing(void **state)
{
    static const float density[4] = { 0.5f, 0.6f, 0.8f, 1.0f };
    drum_piece p[4];
    for (int i = 0; i < 4; i++) {
        drum_begin(&p[i], ladder, 3, 4, 4);
        p[i].intent.track[0].density = density[i];
        drum_make(&p[i], "drums");
        for (int bar = 0; i > 0 && bar < 16; bar++)
            for (int s = 0; s < 16; s++)
                assert_true(drum_at(&p[i], bar, SNQ_DRUM_KICK, s) >=
                            drum_at(&p[i - 1], bar, SNQ_DRUM_KICK, s));
        if (i > 0)
            assert_true(p[i].track->notes > p[i - 1].track->notes);
    }
    for (int i = 0; i < 4; i++)
        drum_end(&p[i]);
}

static size_t notes_with(const char *style, uint32_t qualities, uint32_t shunned, double *velocity)
{
    size_t n = 0;
    double sum = 0.0;
    for (uint64_t seed = 1; seed <= 4; seed++) {
        drum_piece p;
        drum_begin(&p, style, seed, 4, 4);
        p.intent.track[0].qualities = qualities;
        p.intent.track[0].shunned = shunned;
        drum_make(&p, "drums");
        n += p.track->notes;
        for (size_t i = 0; i < p.track->notes; i++)
            sum += p.track->note[i].velocity;
        drum_end(&p);
    }
    *velocity = sum / (double)n;
    return n;
}

static void words_are_heard(void **state)
{
    double v, soft, hard;
    const size_t plain = notes_with("funk", 0, 0, &v);
    assert_true(notes_with("funk", 1u << SNQ_QUALITY_busy, 0, &v) > plain + plain / 20);
    assert_true(notes_with("funk", 1u << SNQ_QUALITY_sparse, 0, &v) < plain - plain / 10);
    assert_true(notes_with("funk", 0, 1u << SNQ_QUALITY_busy, &v) < plain);
    assert_true(notes_with("funk", 1u << SNQ_QUALITY_funky, 0, &v) > plain);
    assert_true(notes_with("techno", 1u << SNQ_QUALITY_driving, 0, &v) >
                notes_with("techno", 0, 0, &v));
    (void)notes_with("rock", 1u << SNQ_QUALITY_soft, 0, &soft);
    (void)notes_with("rock", 1u << SNQ_QUALITY_heavy, 0, &hard);
    assert_true(hard > soft + 15.0);
    (void)notes_with("rock", 0, 1u << SNQ_QUALITY_soft, &hard);
    assert_true(hard > soft + 10.0);
}

static int bars_with_four_kicks(const char *style, uint32_t qualities, uint32_t shunned)
{
    int n = 0;
    for (uint64_t seed = 1; seed <= 4; seed++) {
        drum_piece p;
        drum_begin(&p, style, seed, 4, 4);
        p.intent.track[0].qualities = qualities;
        p.intent.track[0].shunned = shunned;
        drum_make(&p, "drums");
        for (int bar = 24; bar < 38; bar++)
            n += class_hits(&p, bar, SNQ__DRUM_KICKS, 0) &&
                 class_hits(&p, bar, SNQ__DRUM_KICKS, 4) &&
                 class_hits(&p, bar, SNQ__DRUM_KICKS, 8) &&
                 class_hits(&p, bar, SNQ__DRUM_KICKS, 12);
        drum_end(&p);
    }
    return n; /* of 56 */
}

static void four_on_the_floor_and_broken_are_what_they_say(void **state)
{
    assert_true(bars_with_four_kicks("techno", 0, 0) >= 36);
    assert_true(bars_with_four_kicks("rock", 0, 0) <= 10);
    assert_true(bars_with_four_kicks("rock", 1u << SNQ_QUALITY_four_on_floor, 0) >= 45);
    assert_true(bars_with_four_kicks("drum_and_bass", 1u << SNQ_QUALITY_four_on_floor, 0) >= 45);
    assert_true(bars_with_four_kicks("techno", 1u << SNQ_QUALITY_broken, 0) <= 20);
    assert_true(bars_with_four_kicks("trance", 1u << SNQ_QUALITY_broken, 0) <= 14);
    assert_true(bars_with_four_kicks("trance", 0, 1u << SNQ_QUALITY_four_on_floor) <= 14);
}

static void chopped_and_glitchy_cut_bars_up(void **state)
{
    drum_piece a, b, c;
    drum_begin(&a, "boom_bap", 2, 4, 4);
    drum_begin(&b, "boom_bap", 2, 4, 4);
    drum_begin(&c, "boom_bap", 2, 4, 4);
    b.intent.track[0].qualities = 1u << SNQ_QUALITY_chopped;
    c.intent.track[0].qualities = 1u << SNQ_QUALITY_glitchy;
    drum_make(&a, "drums");
    drum_make(&b, "drums");
    drum_make(&c, "drums");
    assert_true(differences(&a, &b) > 40);
    assert_true(differences(&a, &c) > 40);
    check_notes(&b, "chopped");
    check_notes(&c, "glitchy");
    for (int bar = 8; bar < 15; bar++) /* the one stays */
        assert_true(drum_at(&b, bar, SNQ_DRUM_KICK, 0));
    drum_end(&a);
    drum_end(&b);
    drum_end(&c);
}

static const char backbeat[] =
    "{\"loyalty\": 1, \"fills\": [], \"crash\": {\"chance\": 0}, \"grooves\": [{\"lanes\": ["
    "{\"key\": \"kick\", \"chance\": [1,0,0,0, 0,0,0,0, 1,0,0,0, 0,0,0,0]},"
    "{\"key\": \"snare\", \"chance\": [0,0,0,0, 1,0,0,0]}, {\"key\": \"hat_closed\", \"chance\": "
    "[1, 0]}]}]}";

static void check_bar(const drum_piece *p, int bar, int key, const char *steps)
{
    for (int s = 0; steps[s]; s++)
        if (drum_at(p, bar, key, s) != (steps[s] == 'x'))
            fail_msg("bar %d, %s, step %d of %s", bar, snq_drum_name(key), s, steps);
}

static void half_and_double_feel_change_kick_and_snare_alone(void **state)
{
    drum_piece p;
    drum_begin(&p, backbeat, 1, 4, 4);
    p.intent.feel = SNQ_FEEL_HALF;
    drum_make(&p, "drums");
    check_bar(&p, 8, SNQ_DRUM_KICK, "x...............");
    check_bar(&p, 8, SNQ_DRUM_SNARE, "........x.......");
    check_bar(&p, 9, SNQ_DRUM_KICK, "x...............");
    check_bar(&p, 9, SNQ_DRUM_HAT_CLOSED, "x.x.x.x.x.x.x.x.");
    p.style->drums.feel = SNQ_FEEL_HALF; /* it counts half already */
    drum_make(&p, "drums");
    check_bar(&p, 8, SNQ_DRUM_SNARE, "....x.......x...");
    p.style->drums.feel = SNQ_FEEL_NORMAL;
    p.intent.feel = SNQ_FEEL_DOUBLE;
    drum_make(&p, "drums");
    check_bar(&p, 8, SNQ_DRUM_KICK, "x...x...x...x...");
    check_bar(&p, 8, SNQ_DRUM_SNARE, "..x...x...x...x.");
    check_bar(&p, 8, SNQ_DRUM_HAT_CLOSED, "x.x.x.x.x.x.x.x.");
    drum_end(&p);
}

static void other_metres_keep_strong_beats_and_backbeats(void **state)
{
    static const struct {
        int beats, unit;
        const char *kick, *snare, *hat;
    } tab[] = {
        { 3, 4, "x...x.......", "........x...", "x.x.x.x.x.x." },
        { 5, 4, "x...x.......x.......", "........x.......x...", "x.x.x.x.x.x.x.x.x.x." },
        { 6, 8, "x...........", "......x.....", "x.x.x.x.x.x." },
        { 7, 8, "x...x.........", "........x.....", "x.x.x.x.x.x.x." },
    };
    for (size_t i = 0; i < sizeof tab / sizeof *tab; i++) {
        drum_piece p;
        drum_begin(&p, backbeat, 1, tab[i].beats, tab[i].unit);
        drum_make(&p, "drums");
        check_bar(&p, 8, SNQ_DRUM_KICK, tab[i].kick);
        check_bar(&p, 8, SNQ_DRUM_SNARE, tab[i].snare);
        check_bar(&p, 8, SNQ_DRUM_HAT_CLOSED, tab[i].hat);
        drum_end(&p);
    }
}

static void a_groove_in_the_metre_itself_is_preferred(void **state)
{
    drum_piece p;
    drum_begin(&p,
               "{\"grooves\": [{\"weight\": 1000, \"lanes\": [{\"key\": \"kick\", \"chance\": "
               "[1]}]}, {\"metre\": \"3/4\","
               "\"sections\": [\"verse\"], \"lanes\": [{\"key\": \"rim\", \"chance\": [1,0,0,0, "
               "0,0,0,0, 0,0,0,0]}]}]}",
               1, 3, 4);
    drum_make(&p, "drums");
    for (int bar = 0; bar < DRUM_BARS - 1; bar++)
        assert_int_equal(drum_count(&p, bar, SNQ_DRUM_RIM, 0, 12),
                         p.form.section[snq_form_at(&p.form, bar)].section != SNQ_SECTION_build ||
                             drum_at(&p, bar, SNQ_DRUM_RIM, 0));
    assert_true(drum_at(&p, 0, SNQ_DRUM_RIM, 0));
    drum_end(&p);
}

static void open_hats_close_closed_ones_and_rolls_take_their_place(void **state)
{
    drum_piece p;
    drum_begin(
        &p,
        "{\"fills\": [], \"crash\": {\"chance\": 0}, \"grooves\": [{\"lanes\": [{\"key\": "
        "\"hat_closed\", \"chance\": [1], \"roll\": [0,0,0,0,0,0,0,0,1,0,0,0,0,0,0,0],"
        "\"roll_steps\": 4, \"roll_parts\": [6]}, {\"key\": \"hat_open\", \"chance\": [0,0,1,0]},"
        "{\"key\": \"hat_closed\", \"chance\": [1], \"velocity\": 20}, {\"key\": \"snare\", "
        "\"chance\": [1,0,0,0,0,0,0,0]}, {\"key\": \"clap\", \"doubles\": \"snare\", \"late\": "
        "0.25}]}]}",
        1, 4, 4);
    drum_make(&p, "drums");
    check_bar(&p, 8, SNQ_DRUM_HAT_OPEN, "..x...x...x...x.");
    for (int s = 0; s < 8; s++)
        assert_int_equal(drum_count(&p, 8, SNQ_DRUM_HAT_CLOSED, s, s + 0.99), s % 4 != 2);
    assert_int_equal(drum_count(&p, 8, SNQ_DRUM_HAT_CLOSED, 8, 12), 6);
    assert_int_equal(drum_count(&p, 8, SNQ_DRUM_CLAP, 0.2, 0.3), 1);
    assert_int_equal(drum_count(&p, 8, SNQ_DRUM_CLAP, 0, 16), 2);
    drum_end(&p);
}

static void energy_lets_lanes_in(void **state)
{
    drum_piece p;
    drum_begin(&p,
               "{\"crash\": {\"chance\": 0}, \"fills\": [], \"grooves\": [{\"lanes\": [{\"key\": "
               "\"kick\", \"chance\": [1,0,0,0]}, {\"key\": \"ride\", \"chance\": [1,0], "
               "\"energy\": [0.7, 1]},"
               "{\"key\": \"rim\", \"chance\": [0,1], \"energy\": [0, 0.6]}]}]}",
               1, 4, 4);
    drum_make(&p, "drums");
    assert_int_equal(drum_count(&p, 9, SNQ_DRUM_RIDE, 0, 16), 0);
    assert_int_equal(drum_count(&p, 9, SNQ_DRUM_RIM, 0, 16), 8);
    assert_int_equal(drum_count(&p, 25, SNQ_DRUM_RIDE, 0, 16), 8);
    assert_int_equal(drum_count(&p, 25, SNQ_DRUM_RIM, 0, 16), 0);
    drum_end(&p);
}

/* ---- ends ---- */

static const char ends[] =
    "{\"crash\": {\"keys\": [\"crash\"], \"energy\": 0.5}, \"fill_chance\": 0, \"grooves\": "
    "[{\"lanes\": [{\"key\": \"kick\", \"chance\": [1,0,0,0]},"
    "{\"key\": \"snare\", \"chance\": [0,0,0,0,1,0,0,0]}, {\"key\": \"hat_closed\", \"chance\": "
    "[1, 0]}]}],"
    "\"fills\": [{\"steps\": 20, \"keep\": [\"kick\"], \"lanes\": [{\"key\": \"tom_low\", "
    "\"chance\": [1], \"velocity\": 120, \"rise\": 0.5, \"parts\": 2}]}],"
    "\"build\": {\"keys\": [\"clap\"], \"spacing\": [4, 2, 1, 0.5], \"velocity\": 40, "
    "\"velocity_end\": 120, \"kick_until\": 0.5, \"gap_steps\": 2},"
    "\"final\": {\"keys\": [\"kick\", \"crash_2\"]}}";

static void fills_lie_over_the_end_of_a_section(void **state)
{
    drum_piece p;
    drum_begin(&p, ends, 1, 4, 4);
    drum_make(&p, "drums");
    assert_int_equal(drum_count(&p, 14, SNQ_DRUM_TOM_LOW, 0, 16), 8); /* 20 steps: 4 and 16 */
    assert_int_equal(drum_count(&p, 14, SNQ_DRUM_TOM_LOW, 0, 12), 0);
    assert_int_equal(drum_count(&p, 15, SNQ_DRUM_TOM_LOW, 0, 16), 32);
    assert_int_equal(drum_count(&p, 15, SNQ_DRUM_SNARE, 0, 16), 0);
    check_bar(&p, 15, SNQ_DRUM_KICK, "x...x...x...x...");
    assert_int_equal(drum_count(&p, 14, SNQ_DRUM_HAT_CLOSED, 0, 16), 6);
    int before = 0;
    for (size_t i = 0; i < p.track->notes; i++) {
        const snq_note *n = &p.track->note[i];
        if (n->pitch != SNQ_DRUM_TOM_LOW || n->tick >= 16 * 3840 || n->tick % 240)
            continue;
        assert_true(n->velocity >= before); /* louder and louder, as the whole piece is here */
        before = n->velocity;
    }
    assert_true(before > 100);
    drum_end(&p);
}

static void builds_come_closer_and_closer(void **state)
{
    for (int m = 0; m < METRES; m++) {
        drum_piece p;
        drum_begin(&p, ends, 1, metres[m][0], metres[m][1]);
        drum_make(&p, "drums");
        const int steps = snq_intent_bar_steps(&p.intent);
        int before = 0;
        for (int half = 0; half < 3; half++) { /* bars 16 .. 19, 20 .. 21, 22: the stages */
            static const int from[4] = { 16, 20, 22, 23 };
            int n = 0;
            for (int bar = from[half]; bar < from[half + 1]; bar++)
                n += drum_count(&p, bar, SNQ_DRUM_CLAP, 0, steps);
            const double each = (double)n / (from[half + 1] - from[half]);
            assert_true(each >= before);
            check_near(each, steps / (double)(4 >> half), 1.01);
            before = (int)each;
        }
        assert_int_equal(drum_count(&p, 23, SNQ_DRUM_CLAP, 0, steps), 2 * (steps - 2));
        assert_int_equal(drum_count(&p, 23, -1, steps - 2, steps), 0); /* the gap */
        assert_int_equal(drum_count(&p, 20, SNQ_DRUM_KICK, 0, steps), 0);
        assert_true(drum_count(&p, 19, SNQ_DRUM_KICK, 0, steps) > 0);
        assert_int_equal(drum_count(&p, 18, SNQ_DRUM_SNARE, 0, steps), 0);
        drum_end(&p);
    }
}

static void beginnings_stops_and_ends_are_marked(void **state)
{
    drum_piece p;
    drum_begin(&p, ends, 1, 4, 4);
    drum_make(&p, "drums");
    assert_false(drum_at(&p, 0, SNQ_DRUM_CRASH, 0)); /* too quiet */
    assert_true(drum_at(&p, 8, SNQ_DRUM_CRASH, 0));
    assert_true(drum_at(&p, 24, SNQ_DRUM_CRASH, 0));
    assert_false(drum_at(&p, 25, SNQ_DRUM_CRASH, 0));
    assert_int_equal(drum_count(&p, 67, -1, 12, 16), 0); /* STOP */
    assert_true(drum_count(&p, 67, -1, 0, 4) > 0);
    assert_int_equal(drum_count(&p, 75, -1, 0, 16), 2);
    assert_true(drum_at(&p, 75, SNQ_DRUM_KICK, 0) && drum_at(&p, 75, 57, 0));
    assert_int_equal(drum_count(&p, 74, SNQ_DRUM_TOM_LOW, 0, 16),
                     0); /* 20 steps are too many there */
    drum_end(&p);
}

static void a_short_loop_has_no_end(void **state)
{
    drum_piece p;
    drum_begin(&p, ends, 1, 4, 4);
    p.form.sections = 1;
    p.form.bars = p.form.section[0].bars = 2;
    p.form.section[0].end = SNQ_END_FINAL;
    p.intent.bars = 2;
    drum_make(&p, "drums");
    check_bar(&p, 1, SNQ_DRUM_KICK, "x...x...x...x...");
    drum_end(&p);
}

static void phrases_end_in_short_fills_and_dropouts(void **state)
{
    drum_piece p;
    drum_begin(&p,
               "{\"crash\": {\"chance\": 0}, \"fill_every\": 4, \"fill_chance\": 1, \"grooves\": "
               "[{\"lanes\": [{\"key\": \"kick\", \"chance\": [1,0]}]}],"
               "\"fills\": [{\"steps\": 4, \"lanes\": [{\"key\": \"tom_low\", \"chance\": [1]}]}, "
               "{\"steps\": 16, \"lanes\": [{\"key\": \"tom_high\", \"chance\": [1]}]}],"
               "\"dropout\": {\"keys\": [\"kick\"], \"steps\": 6, \"every\": 2, \"chance\": 1}}",
               1, 4, 4);
    p.intent.track[0].variation = 1.0f;
    drum_make(&p, "drums");
    assert_int_equal(drum_count(&p, 27, SNQ_DRUM_TOM_LOW, 12, 16), 4);
    for (int bar = 24; bar < 39; bar++) {
        assert_int_equal(drum_count(&p, bar, 48, 0, 16), 0); /* a bar long: not here */
        assert_int_equal(drum_count(&p, bar, SNQ_DRUM_KICK, 10, 16), bar % 2 && bar % 4 != 3 ? 0
                                                                     : bar % 4 == 3          ? 1
                                                                                             : 3);
    }
    p.style->drums.dropout.keys = 0;
    drum_make(&p, "drums");
    assert_int_equal(drum_count(&p, 25, -1, 10, 16), 0);
    drum_end(&p);
}

static void a_style_without_a_roll_builds_with_a_fill(void **state)
{
    drum_piece p;
    drum_begin(&p,
               "{\"build\": {\"keys\": []}, \"grooves\": [{\"lanes\": [{\"key\": \"kick\", "
               "\"chance\": [1,0,0,0]}]}],"
               "\"fills\": [{\"steps\": 4, \"energy\": [0.7, 1], \"lanes\": [{\"key\": \"snare\", "
               "\"chance\": [1]}]}]}",
               1, 4, 4);
    drum_make(&p, "drums");
    assert_int_equal(drum_count(&p, 23, SNQ_DRUM_SNARE, 12, 16), 4);
    assert_int_equal(drum_count(&p, 15, SNQ_DRUM_SNARE, 0, 16), 0); /* too quiet there */
    drum_end(&p);
}

/* ---- films ---- */

static void films_wish_for_hats(void **state)
{
    snq_bar_wish wish[DRUM_BARS];
    drum_piece p;
    drum_begin(&p, backbeat, 1, 4, 4);
    for (int i = 0; i < DRUM_BARS; i++) {
        wish[i] = snq_bar_wish_none();
        wish[i].hat_density = i < 40 ? 0.0f : 1.0f;
    }
    snq_score_clear(&p.score);
    check_ok(snq_context_init(&p.context, &p.intent, &p.form));
    p.context.wish = wish;
    check_ok(snq_score_add_track(&p.score, "drums", &p.track));
    const snq_track_job job = { &p.context, &p.intent.track[0], 0, 1 };
    check_ok(snq_track_kind_find("drums")->make(&job, p.track));
    int quiet = 0, busy = 0;
    for (int bar = 8; bar < 16; bar++)
        quiet += drum_count(&p, bar, SNQ_DRUM_HAT_CLOSED, 0, 16);
    for (int bar = 52; bar < 60; bar++)
        busy += drum_count(&p, bar, SNQ_DRUM_HAT_CLOSED, 0, 16);
    assert_true(busy >= 60);
    assert_true(quiet < busy - 8);
    drum_end(&p);
}

/* ---- bounds ---- */

static snq_status make_it(void *user, void **object)
{
    drum_piece *p = user;
    snq_score *s = malloc(sizeof *s);
    snq_track *t;
    snq_score_init(s);
    snq_status st = snq_score_add_track(s, "drums", &t);
    const snq_track_job job = { &p->context, &p->intent.track[0], 0, 1 };
    if (st >= 0)
        st = snq_track_kind_find("drums")->make(&job, t);
    *object = st < 0 ? NULL : s;
    if (st < 0) {
        snq_score_clear(s);
        free(s);
    }
    return st;
}

static void drop_it(void *object)
{
    snq_score_clear(object);
    free(object);
}

static void no_memory_is_said(void **state)
{
    drum_piece p;
    drum_begin(&p, ends, 1, 4, 4);
    check_ok(snq_context_init(&p.context, &p.intent, &p.form));
    assert_true(snq_sweep(make_it, drop_it, &p) > 3);
    drum_end(&p);
}

static void impossible_bars_are_silent(void **state)
{
    drum_piece p;
    drum_begin(&p, NULL, 1, 4, 4);
    check_ok(snq_context_init(&p.context, &p.intent, &p.form));
    check_ok(snq_score_add_track(&p.score, "drums", &p.track));
    const snq_track_job job = { &p.context, &p.intent.track[0], 0, 1 };
    p.intent.beats_per_bar = 0;
    check_ok(snq_track_kind_find("drums")->make(&job, p.track));
    p.intent.beats_per_bar = 255;
    p.intent.beat_unit = 2;
    check_ok(snq_track_kind_find("drums")->make(&job, p.track));
    assert_int_equal(p.track->notes, 0);
    drum_end(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_style_plays_in_every_metre),
        cmocka_unit_test(styles_with_a_pulse_lie_where_people_play),
        cmocka_unit_test(the_same_seed_is_the_same_piece_and_another_is_another),
        cmocka_unit_test(a_change_in_one_section_leaves_the_others),
        cmocka_unit_test(who_is_not_active_is_silent),
        cmocka_unit_test(what_comes_back_is_nearly_what_it_was),
        cmocka_unit_test(more_density_adds_and_moves_nothing),
        cmocka_unit_test(words_are_heard),
        cmocka_unit_test(four_on_the_floor_and_broken_are_what_they_say),
        cmocka_unit_test(chopped_and_glitchy_cut_bars_up),
        cmocka_unit_test(half_and_double_feel_change_kick_and_snare_alone),
        cmocka_unit_test(other_metres_keep_strong_beats_and_backbeats),
        cmocka_unit_test(a_groove_in_the_metre_itself_is_preferred),
        cmocka_unit_test(open_hats_close_closed_ones_and_rolls_take_their_place),
        cmocka_unit_test(energy_lets_lanes_in),
        cmocka_unit_test(fills_lie_over_the_end_of_a_section),
        cmocka_unit_test(builds_come_closer_and_closer),
        cmocka_unit_test(beginnings_stops_and_ends_are_marked),
        cmocka_unit_test(a_short_loop_has_no_end),
        cmocka_unit_test(phrases_end_in_short_fills_and_dropouts),
        cmocka_unit_test(a_style_without_a_roll_builds_with_a_fill),
        cmocka_unit_test(films_wish_for_hats),
        cmocka_unit_test(no_memory_is_said),
        cmocka_unit_test(impossible_bars_are_silent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
