// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/alloc.h"
#include "compose/bar_fit.h"
#include "compose/coherence.h"
#include "made_piece.h"
#include "support/sweep.h"

static snq_track *make(made_piece *p, const char *id, uint64_t seed, int beats, int unit)
{
    made_begin(p, id, seed, beats, unit, -1);
    made_add(p, "drums", seed);
    made_add(p, "bass", seed);
    return made_track(p, "bass");
}

static int32_t step_of(const snq_note *n)
{
    return (int32_t)(n->tick / SNQ_TICKS_PER_STEP);
}

/* A bass piece with words, without drums. */
static snq_track *make_with(made_piece *p, const char *id, uint64_t seed, uint32_t qualities,
                            const char *patch)
{
    made_begin(p, id, seed, 4, 4, -1);
    snq_track_intent *const t = &p->intent.track[0];
    snprintf(t->name, sizeof t->name, "bass");
    snprintf(t->patch, sizeof t->patch, "%s", patch);
    t->density = t->complexity = 0.5f;
    t->variation = 0.4f;
    t->qualities = qualities;
    made_add(p, "bass", seed);
    return made_track(p, "bass");
}

static void check_line(const made_piece *p, const snq_track *t)
{
    const snq_style_bass *const s = &p->style->bass;
    const int64_t end = (int64_t)p->context.steps * SNQ_TICKS_PER_STEP;
    /* a bar of an eighth cuts most patterns away */
    assert_true(t->notes > (p->context.bar_steps < 8 ? 0 : MADE_BARS / 4));
    for (size_t i = 0; i < t->notes; i++) {
        const snq_note *const n = &t->note[i];
        assert_in_range(n->pitch, s->low, s->high);
        assert_true(n->tick % SNQ_TICKS_PER_STEP == 0 && n->tick + n->length <= end);
        if (i + 1 == t->notes)
            break;
        const int64_t over = n->tick + n->length - n[1].tick; /* a slide runs into the next */
        assert_true(n[1].tick > n->tick && over < SNQ_TICKS_PER_STEP / 2);
    }
}

/* Onsets lie on the style's grid or where a drum hits; the last bar has one note, on its one. */
static void check_places(const made_piece *p, const snq_track *t)
{
    const int32_t bar = p->context.bar_steps;
    for (size_t i = 0; i < t->notes; i++) {
        const int32_t s = step_of(&t->note[i]);
        if (s % bar == 0)
            continue; /* a chord begins */
        const int home = p->style->bass.grid[snq_bar_fit(&p->intent, s % bar)] ||
                         p->context.hit[SNQ_HITS_KICK][s] > 0 ||
                         p->context.hit[SNQ_HITS_SNARE][s] > 0 ||
                         p->context.hit[SNQ_HITS_DRUMS][s] > 0;
        if (!home)
            fail_msg("a note at step %d of bar %d", (int)(s % bar), (int)(s / bar));
    }
    const snq_note *const last = &t->note[t->notes - 1];
    assert_int_equal(step_of(last), (MADE_BARS - 1) * bar);
    assert_int_equal(last->pitch % 12, p->context.chord[p->context.chords - 1].chord.bass);
}

static void test_all_styles_and_metres(void **state)
{
    static const int metres[][2] = { { 4, 4 }, { 3, 4 },  { 6, 8 }, { 5, 4 },
                                     { 7, 8 }, { 12, 8 }, { 2, 4 }, { 1, 8 } };
    (void)state;
    for (size_t i = 0; i <= MADE_STYLES; i++)
        for (size_t m = 0; m < SNQ_COUNT(metres); m++)
            for (uint64_t seed = 1; seed <= 3; seed++) {
                made_piece p;
                const snq_track *const t = make(&p, i < MADE_STYLES ? made_styles[i] : NULL, seed,
                                                metres[m][0], metres[m][1]);
                check_line(&p, t);
                check_places(&p, t);
                made_end(&p);
            }
}

/* On strong beats it stands on what the chord stands on. */
static void test_roots(void **state)
{
    (void)state;
    for (size_t i = 0; i < MADE_STYLES; i++) {
        int strong = 0, roots = 0;
        for (uint64_t seed = 1; seed <= 6; seed++) {
            made_piece p;
            const snq_track *const t = make(&p, made_styles[i], seed, 4, 4);
            for (size_t k = 0; k < t->notes; k++) {
                const int32_t s = step_of(&t->note[k]);
                if (s % 16 != 0)
                    continue;
                strong++;
                roots +=
                    t->note[k].pitch % 12 == snq_context_chord(&p.context, s, NULL)->chord.bass;
            }
            made_end(&p);
        }
        if (roots * 10 < strong * 7)
            fail_msg("%s: %d of %d", made_styles[i], roots, strong);
    }
}

/* rhythmic_coherence: as promised, and well above its control. */
static void test_coherence(void **state)
{
    (void)state;
    for (size_t i = 0; i < MADE_STYLES; i++) {
        double share = 0.0, control = 0.0;
        for (uint64_t seed = 1; seed <= 4; seed++) {
            made_piece p;
            snq_coherence c;
            const snq_track *const t = make(&p, made_styles[i], seed, 4, 4);
            check_ok(snq_coherence_measure(&p.score, t, made_track(&p, "drums"), &p.intent, NULL,
                                           p.style->bass.grid, &c));
            share += c.share / 4;
            control += c.control / 4;
            made_end(&p);
        }
        if (share < 0.8 || share - control < 0.2)
            fail_msg("%s: %.2f, control %.2f", made_styles[i], share, control);
    }
}

static int same(const snq_track *a, const snq_track *b)
{
    if (a->notes != b->notes)
        return 0;
    for (size_t i = 0; i < a->notes; i++)
        if (a->note[i].tick != b->note[i].tick || a->note[i].pitch != b->note[i].pitch ||
            a->note[i].velocity != b->note[i].velocity || a->note[i].length != b->note[i].length)
            return 0;
    return 1;
}

/* The same seed gives the same notes, another one others, mostly: a style has few bass lines. */
static void test_seeds(void **state)
{
    int others = 0, tries = 0;
    (void)state;
    for (size_t i = 0; i < MADE_STYLES; i++)
        for (uint64_t seed = 1; seed <= 4; seed++, tries++) {
            made_piece a, b, c;
            const snq_track *const x = make_with(&a, made_styles[i], seed, 0, "");
            assert_true(same(x, make_with(&b, made_styles[i], seed, 0, "")));
            made_begin(&c, made_styles[i], seed, 4, 4, -1);
            made_add(&c, "bass", seed + 1000);
            others += !same(x, made_track(&c, "bass"));
            made_end(&a);
            made_end(&b);
            made_end(&c);
        }
    assert_true(others * 10 >= tries * 8);
}

/* Twenty pieces of a style have more than the handful of figures that it is written with; none of them leaves the
 * style's grid (check_places says so). */
static void test_invention(void **state)
{
    static const char *const ids[] = { "house", "funk", "garage", "techno", "electro" };
    (void)state;
    for (size_t i = 0; i < SNQ_COUNT(ids); i++) {
        uint32_t seen[20];
        int kinds = 0;
        for (uint64_t seed = 0; seed < 20; seed++) {
            made_piece p;
            const snq_track *const t = make_with(&p, ids[i], seed, 0, "");
            uint32_t bar = 0; /* the steps of the second bar of the chorus */
            int known = 0;
            for (size_t k = 0; k < t->notes; k++)
                if (step_of(&t->note[k]) / 16 == 9)
                    bar |= 1u << step_of(&t->note[k]) % 16;
            for (int k = 0; k < kinds; k++)
                known |= seen[k] == bar;
            if (!known)
                seen[kinds++] = bar;
            made_end(&p);
        }
        if (kinds < 9)
            fail_msg("%s: %d figures in 20 pieces", ids[i], kinds);
    }
}

static double mean_of(const snq_track *t, int what)
{
    double sum = 0.0;
    for (size_t i = 0; i < t->notes; i++)
        sum += what ? t->note[i].velocity : t->note[i].pitch;
    return sum / (double)t->notes;
}

/* Words: their effect, summed over styles and seeds, has the right sign. */
static void test_words(void **state)
{
    double busy = 0, sparse = 0, soft = 0, loud = 0, deep = 0, plain = 0;
    (void)state;
    for (size_t i = 0; i < MADE_STYLES; i++)
        for (uint64_t seed = 1; seed <= 4; seed++) {
            made_piece p;
            busy += (double)make_with(&p, made_styles[i], seed, 1u << SNQ_QUALITY_busy, "")->notes;
            made_end(&p);
            sparse +=
                (double)make_with(&p, made_styles[i], seed, 1u << SNQ_QUALITY_sparse, "")->notes;
            made_end(&p);
            soft += mean_of(make_with(&p, made_styles[i], seed, 1u << SNQ_QUALITY_soft, ""), 1);
            made_end(&p);
            loud +=
                mean_of(make_with(&p, made_styles[i], seed, 1u << SNQ_QUALITY_aggressive, ""), 1);
            made_end(&p);
            deep += mean_of(make_with(&p, made_styles[i], seed, 1u << SNQ_QUALITY_deep, ""), 0);
            made_end(&p);
            plain += mean_of(make_with(&p, made_styles[i], seed, 0, ""), 0);
            made_end(&p);
            make_with(&p, made_styles[i], seed, ~0u, ""); /* all at once */
            made_end(&p);
        }
    assert_true(busy > 1.25 * sparse);
    assert_true(loud > soft + 10.0 * MADE_STYLES * 4);
    assert_true(deep < plain);
}

static void test_curves(void **state)
{
    made_piece p;
    (void)state;
    const snq_track *t = make_with(&p, "dubstep", 1, 0, "wobble_bass");
    assert_int_equal(t->curves, 1);
    assert_string_equal(t->curve[0].target, "lfo_rate");
    assert_true(t->curve[0].points >= MADE_BARS);
    check_ok(snq_curve_check(&t->curve[0]));
    for (size_t i = 0; i < t->curve[0].points; i++) { /* cycles a beat at 140 bpm */
        const double cycles = (double)t->curve[0].point[i].value * 60.0 / 140.0;
        int known = 0;
        for (uint32_t k = 0; k < p.style->bass.wobbles; k++)
            known |= fabs(cycles - (double)p.style->bass.wobble[k]) < 1e-4;
        assert_true(known);
    }
    made_end(&p);
    t = make_with(&p, "dubstep", 1, 0, "sub_bass");
    assert_int_equal(t->curves, 0);
    made_end(&p);
    t = make_with(&p, "rock", 1, 1u << SNQ_QUALITY_wobbling, "wobble_bass");
    assert_int_equal(t->curves, 1);
    made_end(&p);
    t = make_with(&p, "techno", 1, 0, "acid_bass");
    assert_int_equal(t->curves, 1);
    assert_string_equal(t->curve[0].target, "filter_cutoff");
    for (size_t i = 0; i < t->curve[0].points; i++) {
        assert_true(t->curve[0].point[i].value >= p.style->bass.move[0].low);
        assert_true(t->curve[0].point[i].value <= p.style->bass.move[0].high);
    }
    made_end(&p);
}

/* A trap bass comes with the kick; a rumble never does. */
static void test_kick(void **state)
{
    int with = 0, notes = 0, played = 0;
    (void)state;
    for (uint64_t seed = 1; seed <= 6; seed++) {
        made_piece p;
        const snq_track *t = make(&p, "trap", seed, 4, 4);
        for (size_t i = 0; i < t->notes; i++, notes++)
            with += p.context.hit[SNQ_HITS_KICK][step_of(&t->note[i])] > 0;
        made_end(&p);
        made_begin(&p, "techno", seed, 4, 4, -1);
        p.style->bass.pattern[0].energy_min = 0.0f; /* the rumble alone */
        p.style->bass.patterns = 1;
        p.style->bass.fill = p.style->bass.vary = 0.0f;
        made_add(&p, "drums", seed);
        made_add(&p, "bass", seed);
        t = made_track(&p, "bass");
        for (size_t i = 0; i + 1 < t->notes; i++) { /* the last one ends the piece */
            assert_false(p.context.hit[SNQ_HITS_KICK][step_of(&t->note[i])] > 0);
            played++;
        }
        made_end(&p);
    }
    assert_true(with * 2 > notes && played > 0);
}

/* Where it is not in the arrangement it is silent; a stop leaves its last beat empty. */
static void test_form(void **state)
{
    made_piece p;
    (void)state;
    made_begin(&p, "house", 3, 4, 4, -1);
    p.context.form.section[1].active = 0;
    made_add(&p, "bass", 3);
    const snq_track *const t = made_track(&p, "bass");
    int verse = 0;
    for (size_t i = 0; i < t->notes; i++) {
        const int32_t bar = step_of(&t->note[i]) / 16, s = step_of(&t->note[i]) % 16;
        assert_false(bar >= 8 && bar < 16);
        verse += bar < 8;
        assert_false(bar == 31 && s >= 12);
        if (bar == 31)
            assert_true(t->note[i].tick + t->note[i].length <= 512 * SNQ_TICKS_PER_STEP);
    }
    assert_true(verse > 0);
    made_end(&p);
}

/* No chords at all: the tonic. */
static void test_no_chords(void **state)
{
    made_piece p;
    (void)state;
    made_begin(&p, "rock", 2, 4, 4, -1);
    for (size_t i = 0; i < p.context.chords; i++)
        p.context.chord[i].chord.tones = 0;
    made_add(&p, "bass", 2);
    const snq_track *const t = made_track(&p, "bass");
    assert_int_equal(t->note[0].pitch % 12, p.intent.tonic);
    made_end(&p);
}

typedef struct made_score {
    snq_score s;
} made_score;

static snq_status make_score(void *user, void **object)
{
    const snq_track_job *const job = user;
    snq_track *t;
    made_score *const m = snq_calloc(1, sizeof *m);
    if (!m)
        return SNQ_ERR_NOMEM;
    snq_score_init(&m->s);
    snq_status st = snq_score_add_track(&m->s, "bass", &t);
    if (st >= 0)
        st = snq__kind_bass.make(job, t);
    if (st < 0) {
        snq_score_clear(&m->s);
        snq_free(m);
        return st;
    }
    *object = m;
    return SNQ_OK;
}

static void unmake_score(void *object)
{
    made_score *const m = object;
    if (!m)
        return;
    snq_score_clear(&m->s);
    snq_free(m);
}

static void test_no_memory(void **state)
{
    made_piece p;
    (void)state;
    make_with(&p, "dubstep", 1, 0, "wobble_bass");
    const snq_track_job job = { &p.context, &p.intent.track[0], 0, 1 };
    snq_sweep(make_score, unmake_score, (void *)&job);
    made_end(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_styles_and_metres),
        cmocka_unit_test(test_roots),
        cmocka_unit_test(test_coherence),
        cmocka_unit_test(test_seeds),
        cmocka_unit_test(test_invention),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_curves),
        cmocka_unit_test(test_kick),
        cmocka_unit_test(test_form),
        cmocka_unit_test(test_no_chords),
        cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
