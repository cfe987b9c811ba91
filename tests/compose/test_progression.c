// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/alloc.h"
#include "base/attr.h"
#include "compose/progression.h"
#include "harmony_piece.h"

static harmony_piece piece, again;

static void plan(harmony_piece *p)
{
    check_ok(snq_context_init(&p->context, &p->intent, &p->form));
    check_ok(snq_progression_plan(&p->intent, &p->context));
}

static void check_cover(const harmony_piece *p)
{
    const snq_context *const c = &p->context;
    int32_t at = 0;
    for (size_t i = 0; i < c->chords; i++) {
        assert_int_equal(c->chord[i].step, at);
        assert_true(c->chord[i].steps >= 1);
        at += c->chord[i].steps;
        assert_true(c->chord[i].chord.tones & 1);
        if (c->chord[i].phrase_end)
            assert_int_equal(at % c->bar_steps, 0);
    }
    assert_int_equal(at, c->steps);
    /* home first and last, in the piece's own mode */
    const snq_chord *const first = &c->chord[0].chord, *const last = &c->chord[c->chords - 1].chord;
    assert_int_equal(last->root, p->intent.tonic);
    assert_int_equal(last->bass, p->intent.tonic);
    if (last->tones & 0x18) /* a third of its mode */
        assert_int_equal(last->tones >> 3 & 1, snq_mode_tones(p->intent.mode) >> 3 & 1);
    assert_int_equal(first->root, p->intent.tonic);
    assert_true(c->chord[c->chords - 1].phrase_end);
}

/* Sections of one material have the same chords, but where the piece ends. */
static void check_returns(const harmony_piece *p)
{
    const snq_context *const c = &p->context;
    for (uint32_t a = 0; a < p->form.sections; a++)
        for (uint32_t b = a + 1; b + 1 < p->form.sections; b++) {
            const snq_form_section *const x = &p->form.section[a], *const y = &p->form.section[b];
            if (x->material != y->material || x->bars != y->bars)
                continue;
            for (int32_t s = 0; s < x->bars * c->bar_steps; s++)
                assert_memory_equal(&snq_context_chord(c, x->bar * c->bar_steps + s, NULL)->chord,
                                    &snq_context_chord(c, y->bar * c->bar_steps + s, NULL)->chord,
                                    sizeof(snq_chord));
        }
}

static void all_styles_modes_metres(void **state)
{
    static const int metres[][2] = { { 4, 4 }, { 3, 4 }, { 6, 8 },  { 5, 4 }, { 7, 8 },  { 12, 8 },
                                     { 2, 4 }, { 1, 4 }, { 1, 16 }, { 5, 8 }, { 11, 16 } };
    for (int i = 0; i <= HARMONY_STYLES; i++)
        for (int m = 0; m < SNQ_MODES; m++)
            for (size_t k = 0; k < SNQ_COUNT(metres); k++) {
                harmony_begin(&piece, i ? harmony_styles[i - 1] : NULL, (uint64_t)(i * 7 + m) + k,
                              m);
                harmony_metre(&piece, metres[k][0], metres[k][1]);
                plan(&piece);
                check_cover(&piece);
                check_returns(&piece);
                harmony_end(&piece);
            }
}

/* From one bar up. */
static void short_and_long_pieces(void **state)
{
    for (int bars = 1; bars <= 40; bars++) {
        harmony_begin(&piece, harmony_styles[bars % HARMONY_STYLES], (uint64_t)bars, -1);
        piece.form.sections = 1;
        piece.form.section[0].bars = piece.form.bars = bars;
        piece.form.section[0].end = SNQ_END_FINAL;
        plan(&piece);
        check_cover(&piece);
        harmony_end(&piece);
    }
}

static void same_seed_same_chords(void **state)
{
    int different = 0;
    for (uint64_t s = 0; s < 20; s++) {
        harmony_begin(&piece, "jazz", s, SNQ_MODE_major);
        harmony_begin(&again, "jazz", s, SNQ_MODE_major);
        plan(&piece);
        plan(&again);
        assert_int_equal(piece.context.chords, again.context.chords);
        assert_memory_equal(piece.context.chord, again.context.chord,
                            piece.context.chords * sizeof *piece.context.chord);
        harmony_end(&again);
        harmony_begin(&again, "jazz", s + 1, SNQ_MODE_major);
        again.intent.tonic = piece.intent.tonic;
        again.intent.chord_complexity = piece.intent.chord_complexity;
        plan(&again);
        different += piece.context.chords != again.context.chords ||
                     memcmp(piece.context.chord, again.context.chord,
                            piece.context.chords * sizeof *piece.context.chord) != 0;
        harmony_end(&again);
        harmony_end(&piece);
    }
    assert_true(different >= 18);
}

/* Tones a chord, and how many chords leave the scale, by complexity. */
static void complexity_adds(void **state)
{
    double tones[6] = { 0 }, away[6] = { 0 };
    for (int c = 1; c <= 5; c++)
        for (int i = 0; i < HARMONY_STYLES; i++)
            for (uint64_t s = 0; s < 6; s++) {
                harmony_begin(&piece, harmony_styles[i], s,
                              s % 2 ? SNQ_MODE_major : SNQ_MODE_minor);
                piece.intent.chord_complexity = (uint8_t)c;
                plan(&piece);
                const uint16_t scale = snq_scale_set(piece.intent.tonic, piece.intent.mode);
                for (size_t k = 0; k < piece.context.chords; k++) {
                    const snq_chord *const h = &piece.context.chord[k].chord;
                    const double share = (double)piece.context.chord[k].steps / piece.context.steps;
                    for (int t = 0; t < 12; t++)
                        tones[c] += (h->tones >> t & 1) * share / (HARMONY_STYLES * 6);
                    away[c] += ((snq_chord_set(h) & ~scale) != 0) * share / (HARMONY_STYLES * 6);
                }
                harmony_end(&piece);
            }
    for (int c = 2; c <= 5; c++)
        assert_true(tones[c] > tones[c - 1]);
    assert_true(tones[1] < 3.6 && tones[5] > 4.5);
    assert_true(away[5] > away[1] + 0.02 && away[5] < 0.45);
}

/* A bar's wish bends its chords. */
static void wishes_for_bars(void **state)
{
    static snq_bar_wish wish[HARMONY_BARS];
    double tones[2] = { 0 };
    for (int i = 0; i < HARMONY_BARS; i++) {
        wish[i] = snq_bar_wish_none();
        wish[i].chord_complexity = i < 8 ? 1 : i < 16 ? 5 : NAN;
    }
    for (uint64_t s = 0; s < 20; s++) {
        harmony_begin(&piece, "house", s, SNQ_MODE_minor);
        piece.intent.chord_complexity = 3;
        check_ok(snq_context_init(&piece.context, &piece.intent, &piece.form));
        piece.context.wish = wish;
        check_ok(snq_progression_plan(&piece.intent, &piece.context));
        for (int32_t step = 0; step < 16 * 16; step++)
            for (int t = 0; t < 12; t++)
                tones[step / 128] +=
                    snq_context_chord(&piece.context, step, NULL)->chord.tones >> t & 1;
        harmony_end(&piece);
    }
    assert_true(tones[1] > tones[0] * 1.15);
}

/* What is sounded says the key: all styles in their own modes, 20 seeds. */
static void the_key_is_plain(void **state)
{
    int right = 0, all = 0;
    double in_key = 0, entropy = 0;
    for (int i = 0; i < HARMONY_STYLES; i++)
        for (uint64_t s = 0; s < 20; s++) {
            double share[12];
            harmony_begin(&piece, harmony_styles[i], s, -1);
            harmony_make(&piece);
            harmony_histogram(&piece, share);
            const uint16_t scale = snq_scale_set(piece.intent.tonic, piece.intent.mode);
            for (int p = 0; p < 12; p++) {
                in_key += snq_pitch_in(scale, p) * share[p] / (HARMONY_STYLES * 20);
                entropy -= share[p] > 0 ? share[p] * log2(share[p]) / (HARMONY_STYLES * 20) : 0;
            }
            const int minor = snq_mode_tones(piece.intent.mode) >> 3 & 1;
            right += harmony_key(share) == piece.intent.tonic + 12 * minor;
            all++;
            harmony_end(&piece);
        }
    printf("key: %d of %d; in key %.3f; entropy %.2f bits\n", right, all, in_key, entropy);
    assert_true(right >= all * 95 / 100);
    assert_true(in_key > 0.9 && in_key < 0.999);
    assert_true(entropy > 2.4 && entropy < 3.1);
}

/* ---- back from a score ---- */

static void write_chords(const harmony_piece *p, snq_score *s, int ticks)
{
    snq_score_init(s);
    s->ticks_per_quarter = ticks;
    for (size_t i = 0; i < p->context.chords; i++) {
        const snq_chord_at *const at = &p->context.chord[i];
        snq_chord_span span = { (int64_t)at->step * ticks / 4,
                                (int64_t)(at->step + at->steps) * ticks / 4, "" };
        snq_chord_label(&at->chord, span.label, sizeof span.label);
        check_ok(snq_score_add_chord(s, &span));
    }
}

static void chords_come_back(void **state)
{
    for (int i = 0; i < HARMONY_STYLES; i++) {
        snq_score s;
        harmony_begin(&piece, harmony_styles[i], (uint64_t)i, -1);
        plan(&piece);
        write_chords(&piece, &s, i % 2 ? 960 : 480);
        snq_context back;
        check_ok(snq_context_init(&back, &piece.intent, &piece.form));
        check_ok(snq_progression_from_score(&s, &back));
        assert_int_equal(back.chords, piece.context.chords);
        for (size_t k = 0; k < back.chords; k++) {
            assert_memory_equal(&back.chord[k].chord, &piece.context.chord[k].chord,
                                sizeof(snq_chord));
            assert_int_equal(back.chord[k].step, piece.context.chord[k].step);
            assert_int_equal(back.chord[k].phrase_end, piece.context.chord[k].phrase_end);
        }
        snq_context_clear(&back);
        snq_score_clear(&s);
        harmony_end(&piece);
    }
}

static void scores_of_others(void **state)
{
    static const snq_chord_span spans[] = {
        { 960, 1920, "C:maj" },  { 1920, 3840, "N" }, { 5000, 6000, "G:7" },
        { 7680, 7690, "A:min" }, { 7690, 7700, "E" }, { 999999999, 1000000000, "F:maj" },
    };
    snq_score s;
    harmony_begin(&piece, NULL, 1, SNQ_MODE_major);
    snq_score_init(&s);
    for (size_t i = 0; i < SNQ_COUNT(spans); i++)
        check_ok(snq_score_add_chord(&s, &spans[i]));
    check_ok(snq_context_init(&piece.context, &piece.intent, &piece.form));
    check_ok(snq_progression_from_score(&s, &piece.context));
    const snq_context *const c = &piece.context;
    assert_int_equal(c->chords,
                     3); /* C from the start, G, E for what is left: A was no step long */
    assert_int_equal(c->chord[0].chord.root, 0);
    assert_int_equal(c->chord[1].chord.root, 7);
    assert_int_equal(c->chord[1].step, 21);
    assert_int_equal(c->chord[2].chord.root, 4);
    assert_int_equal(c->chord[2].step + c->chord[2].steps, c->steps);
    snq_context_clear(&piece.context);
    strcpy(s.chord[2].label, "G:foo");
    check_ok(snq_context_init(&piece.context, &piece.intent, &piece.form));
    check_status(snq_progression_from_score(&s, &piece.context), SNQ_ERR_FORMAT);
    snq_context_clear(&piece.context);
    s.chords = 0; /* none: planned */
    check_ok(snq_context_init(&piece.context, &piece.intent, &piece.form));
    check_ok(snq_progression_from_score(&s, &piece.context));
    check_cover(&piece);
    snq_score_clear(&s);
    harmony_end(&piece);
}

static void colours(void **state)
{
    static const struct {
        const char *numeral, *want;
        int colour, dominant;
    } tab[] = {
        { "I", "C:maj7", SNQ_COLOUR_seventh, 0 },
        { "ii", "D:min7", SNQ_COLOUR_seventh, 0 },
        { "V", "G:7", SNQ_COLOUR_seventh, 1 },
        { "viio", "B:hdim7", SNQ_COLOUR_seventh, 0 },
        { "iii", "E:min7", SNQ_COLOUR_ninth, 0 },
        { "ii", "D:min9", SNQ_COLOUR_ninth, 0 },
        { "ii", "D:min11", SNQ_COLOUR_eleventh, 0 },
        { "I", "C:maj9", SNQ_COLOUR_eleventh, 0 },
        { "V", "G:9(13)", SNQ_COLOUR_thirteenth, 1 },
        { "I", "C:maj6", SNQ_COLOUR_sixth, 0 },
        { "I", "C:maj(9)", SNQ_COLOUR_add9, 0 },
        { "iii", "E:min", SNQ_COLOUR_add9, 0 },
        { "I", "C:sus2", SNQ_COLOUR_sus2, 0 },
        { "IV", "F:maj", SNQ_COLOUR_sus4, 0 },
        { "V", "G:sus4", SNQ_COLOUR_sus4, 1 },
        { "I", "C:(1,5)", SNQ_COLOUR_fifth, 0 },
        { "V7/vi", "E:7(b9)", SNQ_COLOUR_ninth, 1 },
        { "IV", "F:maj9(#11)", SNQ_COLOUR_eleventh, 0 },
        { "I", "C:maj", SNQ_COLOUR_triad, 0 },
        { "bVI", "G#:maj7", SNQ_COLOUR_seventh, 0 },
    };
    for (size_t i = 0; i < SNQ_COUNT(tab); i++) {
        snq_chord c;
        char label[32];
        check_ok(snq_chord_from_numeral(tab[i].numeral, 0, SNQ_MODE_major, &c));
        c = snq__chord_coloured(&c, snq_scale_set(0, SNQ_MODE_major), tab[i].dominant,
                                tab[i].colour);
        snq_chord_label(&c, label, sizeof label);
        assert_string_equal(label, tab[i].want);
    }
}

static void no_memory(void **state)
{
    snq_status st = SNQ_ERR_NOMEM;
    const int64_t before = snq_alloc_live();
    for (int n = 0; st == SNQ_ERR_NOMEM; n++) {
        harmony_begin(&piece, "jazz", 4, SNQ_MODE_major);
        check_ok(snq_context_init(&piece.context, &piece.intent, &piece.form));
        snq_alloc_fail_after(n);
        st = snq_progression_plan(&piece.intent, &piece.context);
        snq_alloc_fail_after(-1);
        harmony_end(&piece);
        assert_int_equal(snq_alloc_live(), before);
        assert_true(n < 20);
    }
    check_ok(st);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_styles_modes_metres),
        cmocka_unit_test(short_and_long_pieces),
        cmocka_unit_test(same_seed_same_chords),
        cmocka_unit_test(complexity_adds),
        cmocka_unit_test(wishes_for_bars),
        cmocka_unit_test(the_key_is_plain),
        cmocka_unit_test(chords_come_back),
        cmocka_unit_test(scores_of_others),
        cmocka_unit_test(colours),
        cmocka_unit_test(no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
