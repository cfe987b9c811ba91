// SPDX-License-Identifier: MIT
#include "support/check.h"
#include "support/same_notes.h"

#include "base/alloc.h"
#include "base/attr.h"
#include "compose/chord_part.h"
#include "compose/progression.h"
#include "harmony_piece.h"

static harmony_piece piece, again;

static const snq_chord_at *chord_at(const harmony_piece *p, int64_t tick)
{
    return snq_context_chord(&p->context, (int32_t)(tick / SNQ_TICKS_PER_STEP), NULL);
}

/* Does the chord's set hold the note? A suspended or bass note may be a pedal. */
static int fits(const snq_chord *c, int pitch)
{
    return snq_pitch_in((uint16_t)(snq_chord_set(c) | 1u << c->bass), pitch);
}

/* Each note is of the chord it begins in, or of the next one, which it anticipates; lies within the piece; no two
 * of one pitch sound at once. */
static void check_notes(const harmony_piece *p, const snq_track *t)
{
    static int64_t until[128];
    const int64_t end = (int64_t)p->context.steps * SNQ_TICKS_PER_STEP;
    memset(until, 0, sizeof until);
    assert_true(t->notes > 0);
    for (size_t i = 0; i < t->notes; i++) {
        const snq_note *const n = &t->note[i];
        const snq_chord_at *const at = chord_at(p, n->tick);
        assert_true(n->tick >= 0 && n->length > 0 && n->tick + n->length <= end);
        assert_in_range(n->velocity, 30, 127);
        if (!fits(&at->chord, n->pitch)) {
            const int32_t next = at->step + at->steps;
            assert_true(next < p->context.steps &&
                        next * (int64_t)SNQ_TICKS_PER_STEP - n->tick <= 8 * SNQ_TICKS_PER_STEP);
            assert_true(fits(&snq_context_chord(&p->context, next, NULL)->chord, n->pitch));
        }
        assert_true(n->tick >= until[n->pitch]);
        until[n->pitch] = n->tick + n->length;
    }
}

static snq_track *track(harmony_piece *p)
{
    check_ok(snq_score_sort(&p->score));
    return &p->score.track[HARMONY_CHORDS];
}

static void all_styles_and_metres(void **state)
{
    static const int metres[][2] = { { 4, 4 }, { 3, 4 }, { 6, 8 }, { 5, 4 }, { 7, 8 }, { 1, 16 } };
    for (int i = 0; i <= HARMONY_STYLES; i++)
        for (size_t m = 0; m < SNQ_COUNT(metres); m++)
            for (uint64_t s = 0; s < 3; s++) {
                harmony_begin(&piece, i ? harmony_styles[i - 1] : NULL, s * 3 + m, -1);
                harmony_metre(&piece, metres[m][0], metres[m][1]);
                harmony_make(&piece);
                check_notes(&piece, track(&piece));
                harmony_end(&piece);
            }
}

/* Onsets by bar; how many notes sound where any does. */
static double measure(const harmony_piece *p, double *polyphony)
{
    const snq_track *const t = &p->score.track[HARMONY_CHORDS];
    static int sounding[HARMONY_BARS * 32];
    double onsets = 0, sum = 0, full = 0;
    memset(sounding, 0, sizeof sounding);
    for (size_t i = 0; i < t->notes; i++) {
        onsets += i == 0 || t->note[i].tick - t->note[i - 1].tick > 60;
        for (int64_t k = t->note[i].tick / 120; k < (t->note[i].tick + t->note[i].length) / 120;
             k++)
            sounding[k]++;
    }
    for (int k = 0; k < p->context.steps * 2; k++) {
        sum += sounding[k];
        full += sounding[k] > 0;
    }
    if (polyphony)
        *polyphony = sum / full;
    return onsets / p->form.bars;
}

static double onsets_with(uint32_t qualities, float density, double *polyphony)
{
    double sum = 0, all = 0;
    for (int i = 0; i < HARMONY_STYLES; i++)
        for (uint64_t s = 0; s < 3; s++) {
            double poly = 0;
            harmony_begin(&piece, harmony_styles[i], s, -1);
            piece.intent.track[HARMONY_CHORDS].qualities = qualities;
            piece.intent.track[HARMONY_CHORDS].density = density;
            harmony_make(&piece);
            track(&piece);
            sum += measure(&piece, &poly) / (HARMONY_STYLES * 3);
            all += poly / (HARMONY_STYLES * 3);
            harmony_end(&piece);
        }
    if (polyphony)
        *polyphony = all;
    return sum;
}

static void words_are_heard(void **state)
{
    double poly, lush, sparse_poly;
    const double usual = onsets_with(0, 0.5f, &poly);
    const double busy = onsets_with(1u << SNQ_QUALITY_busy, 0.5f, NULL);
    const double sparse = onsets_with(1u << SNQ_QUALITY_sparse, 0.5f, &sparse_poly);
    const double dense = onsets_with(0, 1.0f, NULL), thin = onsets_with(0, 0.0f, NULL);
    onsets_with(1u << SNQ_QUALITY_lush, 0.5f, &lush);
    printf(
        "onsets a bar: %.2f, busy %.2f, sparse %.2f, dense %.2f, thin %.2f; polyphony %.2f, lush "
        "%.2f, sparse %.2f\n",
        usual, busy, sparse, dense, thin, poly, lush, sparse_poly);
    assert_true(busy > usual * 1.1 && sparse < usual * 0.8);
    assert_true(dense > usual * 1.05 && thin < usual * 0.95);
    assert_true(poly > 2.4 && poly < 3.5);
    assert_true(lush > poly && sparse_poly < poly);
}

/* Loud where the energy is: the drop over the intro. */
static void energy_is_heard(void **state)
{
    for (int i = 0; i < HARMONY_STYLES; i++) {
        double mean[2] = { 0 }, n[2] = { 0 };
        harmony_begin(&piece, harmony_styles[i], 3, -1);
        harmony_make(&piece);
        const snq_track *const t = track(&piece);
        for (size_t k = 0; k < t->notes; k++) {
            const int64_t bar = t->note[k].tick / (16 * SNQ_TICKS_PER_STEP);
            const int drop = bar >= 36 && bar < 44;
            if (bar < 8 || drop) {
                mean[drop] += t->note[k].velocity;
                n[drop]++;
            }
        }
        assert_true(n[0] > 0 && n[1] > 0 && mean[1] / n[1] > mean[0] / n[0] + 6);
        harmony_end(&piece);
    }
}

/* The last bar is one chord that rings to the end; before the stop there is silence. */
static void endings(void **state)
{
    for (int i = 0; i < HARMONY_STYLES; i++) {
        harmony_begin(&piece, harmony_styles[i], (uint64_t)i, -1);
        harmony_make(&piece);
        const snq_track *const t = track(&piece);
        const int64_t bar = 16 * SNQ_TICKS_PER_STEP, end = HARMONY_BARS * bar;
        const int64_t stop = 36 * bar - bar / 4; /* the bridge's last beat */
        size_t last = 0;
        for (size_t k = 0; k < t->notes; k++) {
            const snq_note *const n = &t->note[k];
            if (n->tick >= end - bar) {
                assert_int_equal(n->tick, end - bar);
                assert_int_equal(n->length, bar);
                last++;
            }
            assert_true(n->tick < stop || n->tick >= 36 * bar);
            assert_true(n->tick >= stop || n->tick + n->length <= stop);
        }
        assert_true(last >= 2);
        harmony_end(&piece);
    }
}

static void silent_where_it_does_not_play(void **state)
{
    harmony_begin(&piece, "house", 1, -1);
    piece.form.section[1].active = 0;
    harmony_make(&piece);
    const snq_track *const t = track(&piece);
    for (size_t k = 0; k < t->notes; k++) {
        const int64_t bar = t->note[k].tick / (16 * SNQ_TICKS_PER_STEP);
        assert_true(bar < 8 || bar >= 16);
    }
    harmony_end(&piece);
}

/* Same seed, same notes; another seed of the track, others; without a bass the bass is there. */
static void seeds(void **state)
{
    int differ = 0, low = 0;
    for (int i = 0; i < HARMONY_STYLES; i++) {
        harmony_begin(&piece, harmony_styles[i], 2, SNQ_MODE_minor);
        harmony_begin(&again, harmony_styles[i], 2, SNQ_MODE_minor);
        harmony_make(&piece);
        harmony_make(&again);
        const snq_track *const a = track(&piece), *const b = track(&again);
        assert_int_equal(a->notes, b->notes);
        check_same_notes(a->note, b->note, a->notes);
        const snq_track_job other = { &piece.context, &piece.intent.track[0], 0, 77 };
        snq_track t = { 0 };
        check_ok(snq__kind_harmony.make(&other, &t));
        differ += t.notes != a->notes;
        snq_free(t.note);
        for (uint32_t s = 0; s < again.form.sections; s++)
            again.form.section[s].active = again.context.form.section[s].active = 1;
        memset(&t, 0, sizeof t);
        const snq_track_job alone = { &again.context, &again.intent.track[0], 0, 2 };
        check_ok(snq__kind_harmony.make(&alone, &t));
        int lowest = 127;
        for (size_t k = 0; k < t.notes; k++)
            lowest = t.note[k].pitch < lowest ? t.note[k].pitch : lowest;
        low += lowest < 48;
        snq_free(t.note);
        harmony_end(&again);
        harmony_end(&piece);
    }
    assert_true(differ > HARMONY_STYLES / 2);
    assert_int_equal(low, HARMONY_STYLES);
}

/* What the letters mean, one by one, on one chord and on two. */
static void letters(void **state)
{
    static const struct {
        const char *pattern;
        int notes; /* of a bar */
    } tab[] = {
        { "x---............", 3 }, { "X...x...o...x...", 12 }, { "u---d-----------", 6 },
        { "b---t---b---t---", 6 }, { "1-2-3-4-5-6-1-2-", 8 },  { "a---............", 3 },
    };
    for (size_t i = 0; i < SNQ_COUNT(tab); i++) {
        harmony_begin(&piece, NULL, 1, SNQ_MODE_major);
        snq_harmony_chords *const h = &piece.style->harmony.chords;
        h->rhythms = 1;
        h->rhythm[0] = (snq_chord_rhythm) {
            .steps = 16, .energy_max = 1, .gate = 1, .strum = 0.2f, .weight = 1
        };
        strcpy(h->rhythm[0].step, tab[i].pattern);
        piece.intent.track[0].variation = 0;
        piece.intent.chord_complexity = 1;
        piece.form.sections = 1;
        harmony_make(&piece);
        const snq_track *const t = track(&piece);
        int n = 0;
        for (size_t k = 0; k < t->notes; k++)
            n += t->note[k].tick < 16 * SNQ_TICKS_PER_STEP;
        assert_int_equal(n, tab[i].notes);
        if (i == 0)
            assert_int_equal(t->note[0].length, 4 * SNQ_TICKS_PER_STEP);
        if (i == 1) /* accented over soft */
            assert_true(t->note[0].velocity > t->note[6].velocity + 10);
        if (i == 2) { /* strings one after the other, up then down */
            assert_int_equal(t->note[0].tick, 0);
            assert_true(t->note[1].tick > 0 && t->note[1].pitch > t->note[0].pitch);
            assert_true(t->note[3].pitch > t->note[4].pitch);
        }
        if (i == 3) /* the low one rings on under the others */
            assert_int_equal(t->note[0].length, 8 * SNQ_TICKS_PER_STEP);
        harmony_end(&piece);
    }
}

static void no_memory(void **state)
{
    snq_status st = SNQ_ERR_NOMEM;
    harmony_begin(&piece, "lofi", 4, -1);
    check_ok(snq_context_init(&piece.context, &piece.intent, &piece.form));
    check_ok(snq_progression_plan(&piece.intent, &piece.context));
    const int64_t before = snq_alloc_live();
    for (int n = 0; st == SNQ_ERR_NOMEM; n++) {
        const snq_track_job job = { &piece.context, &piece.intent.track[0], 0, 4 };
        snq_track t = { 0 };
        snq_alloc_fail_after(n);
        st = snq__kind_harmony.make(&job, &t);
        snq_alloc_fail_after(-1);
        snq_free(t.note);
        assert_int_equal(snq_alloc_live(), before);
        assert_true(n < 100);
    }
    check_ok(st);
    harmony_end(&piece);
}

/* No chords (a context nobody planned): no notes, no harm. */
static void no_chords(void **state)
{
    harmony_begin(&piece, NULL, 4, SNQ_MODE_major);
    check_ok(snq_context_init(&piece.context, &piece.intent, &piece.form));
    snq_track t = { 0 };
    for (uint32_t i = 0; i < 3; i++) {
        const snq_track_job job = { &piece.context, &piece.intent.track[i], i, 4 };
        check_ok(snq_track_kind_find(piece.intent.track[i].kind)->make(&job, &t));
    }
    assert_int_equal(t.notes, 0);
    harmony_end(&piece);
}

/* A rhythm that is for other sections, shunned or for other energies stays away; so does what is above a melody
 * that is there. */
static void choices(void **state)
{
    for (int way = 0; way < 3; way++) {
        harmony_begin(&piece, NULL, 1, SNQ_MODE_major);
        snq_harmony_chords *const h = &piece.style->harmony.chords;
        h->rhythms = 2;
        h->rhythm[0] = (snq_chord_rhythm) {
            .step = "x.x.x.x.x.x.x.x.", .steps = 16, .energy_max = 1, .gate = 1, .weight = 1
        };
        h->rhythm[1] = (snq_chord_rhythm) {
            .step = "x---............", .steps = 16, .energy_max = 1, .gate = 1, .weight = 1
        };
        if (way == 0)
            h->rhythm[0].sections = 1u << SNQ_SECTION_break;
        if (way == 1) {
            h->rhythm[0].qualities = 1u << SNQ_QUALITY_driving;
            piece.intent.track[0].shunned = 1u << SNQ_QUALITY_driving;
        }
        if (way == 2)
            h->rhythm[0].energy_max = 0.1f;
        piece.intent.track[0].variation = 0;
        piece.intent.track[0].density = 0;
        harmony_make(&piece);
        const snq_track *const t = track(&piece);
        for (size_t k = 0; k < t->notes; k++)
            assert_int_equal(t->note[k].tick % (16 * SNQ_TICKS_PER_STEP), 0);
        harmony_end(&piece);
    }
}

/* "Arpeggiated": one note after the other, whatever rhythms the style has. */
static void broken_chords(void **state)
{
    for (int i = 0; i < HARMONY_STYLES; i++) {
        size_t alone = 0;
        harmony_begin(&piece, harmony_styles[i], 2, -1);
        piece.intent.track[0].qualities = 1u << SNQ_QUALITY_arpeggiated;
        harmony_make(&piece);
        const snq_track *const t = track(&piece);
        for (size_t k = 0; k < t->notes; k++)
            alone += (k == 0 || t->note[k].tick != t->note[k - 1].tick) &&
                     (k + 1 == t->notes || t->note[k].tick != t->note[k + 1].tick);
        assert_true(alone * 10 > t->notes * 8);
        harmony_end(&piece);
    }
}

static void below_a_melody(void **state)
{
    double top[2] = { 0 };
    for (int there = 0; there < 2; there++) {
        harmony_begin(&piece, "house", 1, SNQ_MODE_minor);
        check_ok(snq_context_init(&piece.context, &piece.intent, &piece.form));
        check_ok(snq_progression_plan(&piece.intent, &piece.context));
        for (int32_t b = 0; there && b < piece.form.bars; b++) {
            piece.context.range[SNQ_PART_melody][b] = (snq_register) { 66, 80 };
            piece.context.range[SNQ_PART_vocal][b] = (snq_register) { 65, 80 };
        }
        const snq_track_job job = { &piece.context, &piece.intent.track[0], 0, 4 };
        snq_track t = { 0 };
        check_ok(snq__kind_harmony.make(&job, &t));
        for (size_t k = 0; k < t.notes; k++)
            top[there] += (t.note[k].pitch > 66) / (double)t.notes;
        snq_free(t.note);
        harmony_end(&piece);
    }
    assert_true(top[1] < 0.5 * top[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_styles_and_metres),
        cmocka_unit_test(words_are_heard),
        cmocka_unit_test(energy_is_heard),
        cmocka_unit_test(endings),
        cmocka_unit_test(silent_where_it_does_not_play),
        cmocka_unit_test(seeds),
        cmocka_unit_test(letters),
        cmocka_unit_test(no_memory),
        cmocka_unit_test(no_chords),
        cmocka_unit_test(choices),
        cmocka_unit_test(broken_chords),
        cmocka_unit_test(below_a_melody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
