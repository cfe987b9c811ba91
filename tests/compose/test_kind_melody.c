// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/alloc.h"
#include "made_piece.h"
#include "support/sweep.h"

static snq_track *make_with(made_piece *p, const char *id, uint64_t seed, int beats, int unit,
                            uint32_t qualities)
{
    made_begin(p, id, seed, beats, unit, -1);
    snq_track_intent *const t = &p->intent.track[0];
    snprintf(t->name, sizeof t->name, "melody");
    t->density = t->complexity = 0.5f;
    t->variation = 0.4f;
    t->qualities = qualities;
    made_add(p, "melody", seed);
    return made_track(p, "melody");
}

static int32_t step_of(const snq_note *n)
{
    return (int32_t)(n->tick / SNQ_TICKS_PER_STEP);
}

/* One voice, in its range, within the piece; the last note is the last bar's, on its one, at home. */
static void test_all_styles_and_metres(void **state)
{
    static const int metres[][2] = { { 4, 4 }, { 3, 4 },  { 6, 8 }, { 5, 4 },
                                     { 7, 8 }, { 12, 8 }, { 2, 4 }, { 1, 8 } };
    (void)state;
    for (size_t i = 0; i <= MADE_STYLES; i++)
        for (size_t m = 0; m < SNQ_COUNT(metres); m++)
            for (uint64_t seed = 1; seed <= 3; seed++) {
                made_piece p;
                const snq_track *const t = make_with(&p, i < MADE_STYLES ? made_styles[i] : NULL,
                                                     seed, metres[m][0], metres[m][1], 0);
                const int64_t end = (int64_t)p.context.steps * SNQ_TICKS_PER_STEP;
                assert_true(t->notes >= MADE_BARS / 4);
                for (size_t k = 0; k < t->notes; k++) {
                    const snq_note *const n = &t->note[k];
                    assert_in_range(n->pitch, p.style->melody.low, p.style->melody.high);
                    assert_true(n->tick + n->length <= end + SNQ_TICKS_PER_STEP / 4);
                    if (k + 1 < t->notes) {
                        assert_true(n[1].tick > n->tick);
                        assert_true(n->tick + n->length <= n[1].tick + SNQ_TICKS_PER_STEP / 4);
                    }
                }
                const snq_note *const last = &t->note[t->notes - 1];
                assert_int_equal(step_of(last), (MADE_BARS - 1) * p.context.bar_steps);
                assert_true(snq_pitch_in(
                    snq_chord_set(&p.context.chord[p.context.chords - 1].chord), last->pitch));
                made_end(&p);
            }
}

typedef struct sums {
    double chord, sounding, steps, moves, leaps, notes, beats, in_scale;
} sums;

static void add_up(const made_piece *p, const snq_track *t, sums *s)
{
    const uint16_t scale = snq_scale_set(p->intent.tonic, p->intent.mode);
    for (size_t i = 0; i < t->notes; i++) {
        const snq_note *const n = &t->note[i];
        const snq_chord *const c = &snq_context_chord(&p->context, step_of(n), NULL)->chord;
        s->sounding += (double)n->length;
        s->chord += snq_pitch_in(snq_chord_set(c), n->pitch) ? (double)n->length : 0.0;
        s->in_scale += snq_pitch_in(scale, n->pitch);
        s->notes += 1.0;
        if (i > 0) {
            const int by = abs(n->pitch - n[-1].pitch);
            s->moves += 1.0;
            s->steps += by <= 2;
            s->leaps += by > 7;
        }
    }
    s->beats += MADE_BARS * 4.0;
}

/* As people sing, for each style over its seeds: chord tones, steps and leaps, density, scale. The bands are those of
 * docs/rooms/compose.md, wider by what a style's own taste may ask for. */
static void test_measures(void **state)
{
    (void)state;
    for (size_t i = 0; i < MADE_STYLES; i++) {
        sums s = { 0 };
        for (uint64_t seed = 1; seed <= 8; seed++) {
            made_piece p;
            add_up(&p, make_with(&p, made_styles[i], seed, 4, 4, 0), &s);
            made_end(&p);
        }
        const double chord = s.chord / s.sounding, steps = s.steps / s.moves;
        const double leaps = s.leaps / s.moves, density = s.notes / s.beats;
        const double scale = s.in_scale / s.notes;
        if (chord < 0.48 || chord > 0.93 || steps < 0.45 || steps > 0.85 || leaps > 0.11 ||
            density < 0.4 || density > 1.65 || scale < 0.86)
            fail_msg(
                "%s: chord tones %.2f, steps %.2f, leaps %.2f, notes a beat %.2f, in scale %.2f",
                made_styles[i], chord, steps, leaps, density, scale);
    }
}

static int bar_is(const snq_track *t, int32_t a, int32_t b)
{
    int n[2] = { 0 }, same = 1;
    const int32_t bar[2] = { a, b };
    snq_note note[2][64];
    for (int k = 0; k < 2; k++)
        for (size_t i = 0; i < t->notes && n[k] < 64; i++)
            if (step_of(&t->note[i]) / 16 == bar[k])
                note[k][n[k]++] = t->note[i];
    for (int i = 0; i < n[0] && n[0] == n[1]; i++)
        same &= note[0][i].pitch == note[1][i].pitch &&
                note[0][i].tick - (int64_t)a * 16 * SNQ_TICKS_PER_STEP ==
                    note[1][i].tick - (int64_t)b * 16 * SNQ_TICKS_PER_STEP;
    return n[0] == n[1] && same;
}

/* A material that comes back over the same chords is the same melody but for its end. */
static void test_comes_back(void **state)
{
    int same = 0, all = 0, other = 0;
    (void)state;
    for (size_t i = 0; i < MADE_STYLES; i++)
        for (uint64_t seed = 1; seed <= 4; seed++) {
            made_piece p;
            const snq_track *const t = make_with(&p, made_styles[i], seed, 4, 4, 0);
            for (int32_t b = 0; b < 7; b++, all++) {
                same += bar_is(t, b, b + 16);
                other += bar_is(t, b, b + 8); /* the chorus is another one */
            }
            made_end(&p);
        }
    assert_true(same * 10 >= all * 8);
    assert_true(other * 10 <= all * 4);
}

static void test_seeds(void **state)
{
    int alike = 0, all = 0;
    (void)state;
    for (size_t i = 0; i < MADE_STYLES; i++)
        for (uint64_t seed = 1; seed <= 4; seed++) {
            made_piece a, b;
            const snq_track *const x = make_with(&a, made_styles[i], seed, 4, 4, 0);
            const snq_track *const y = make_with(&b, made_styles[i], seed, 4, 4, 0);
            assert_int_equal(x->notes, y->notes);
            for (size_t k = 0; k < x->notes; k++) {
                assert_int_equal(x->note[k].tick, y->note[k].tick);
                assert_int_equal(x->note[k].pitch, y->note[k].pitch);
                assert_int_equal(x->note[k].velocity, y->note[k].velocity);
            }
            made_end(&b);
            b.style = NULL;
            made_begin(&b, made_styles[i], seed, 4, 4, -1);
            made_add(&b, "melody", seed + 77);
            const snq_track *const z = made_track(&b, "melody");
            size_t same = 0;
            for (size_t k = 0; k < x->notes && k < z->notes; k++)
                same += x->note[k].tick == z->note[k].tick && x->note[k].pitch == z->note[k].pitch;
            all++;
            alike += same * 2 > x->notes;
            made_end(&a);
            made_end(&b);
        }
    assert_true(alike * 20 <= all);
}

static double loud(const snq_track *t)
{
    double sum = 0.0;
    for (size_t i = 0; i < t->notes; i++)
        sum += t->note[i].velocity;
    return sum / (double)t->notes;
}

static void test_words(void **state)
{
    double busy = 0, sparse = 0, soft = 0, hard = 0, chopped = 0, lush = 0;
    (void)state;
    for (size_t i = 0; i < MADE_STYLES; i++)
        for (uint64_t seed = 1; seed <= 4; seed++) {
            made_piece p;
            const snq_track *t;
            busy +=
                (double)make_with(&p, made_styles[i], seed, 4, 4, 1u << SNQ_QUALITY_busy)->notes;
            made_end(&p);
            sparse +=
                (double)make_with(&p, made_styles[i], seed, 4, 4, 1u << SNQ_QUALITY_sparse)->notes;
            made_end(&p);
            soft += loud(make_with(&p, made_styles[i], seed, 4, 4, 1u << SNQ_QUALITY_soft));
            made_end(&p);
            hard += loud(make_with(&p, made_styles[i], seed, 4, 4, 1u << SNQ_QUALITY_aggressive));
            made_end(&p);
            t = make_with(&p, made_styles[i], seed, 4, 4, 1u << SNQ_QUALITY_chopped);
            for (size_t k = 0; k < t->notes; k++)
                chopped += (double)t->note[k].length / (double)t->notes;
            made_end(&p);
            t = make_with(&p, made_styles[i], seed, 4, 4, 1u << SNQ_QUALITY_lush);
            for (size_t k = 0; k < t->notes; k++)
                lush += (double)t->note[k].length / (double)t->notes;
            made_end(&p);
            make_with(&p, made_styles[i], seed, 4, 4, ~0u); /* all at once */
            made_end(&p);
        }
    assert_true(busy > 1.1 * sparse);
    assert_true(hard > soft + 10.0 * MADE_STYLES * 4);
    assert_true(lush > chopped);
}

/* What a film asks for, bar by bar. */
static void test_wishes(void **state)
{
    size_t notes[3];
    static const float much[] = { 0.0f, 0.25f, 1.0f };
    (void)state;
    for (int k = 0; k < 3; k++) {
        made_piece p;
        snq_bar_wish wish[MADE_BARS];
        made_begin(&p, "rock", 4, 4, 4, -1);
        for (int b = 0; b < MADE_BARS; b++) {
            wish[b] = snq_bar_wish_none();
            wish[b].melody_density = much[k];
        }
        p.context.wish = wish;
        made_add(&p, "melody", 4);
        notes[k] = made_track(&p, "melody")->notes;
        p.context.wish = NULL;
        made_end(&p);
    }
    assert_int_equal(notes[0], 1); /* the end alone */
    assert_true(notes[1] < notes[2]);
}

static void test_form(void **state)
{
    made_piece p;
    (void)state;
    made_begin(&p, "trance", 3, 4, 4, -1);
    p.context.form.section[1].active = 0;
    for (size_t i = 0; i < p.context.chords; i++)
        p.context.chord[i].chord.tones = 0; /* no chords: five tones of the key */
    made_add(&p, "melody", 3);
    const snq_track *const t = made_track(&p, "melody");
    for (size_t i = 0; i < t->notes; i++) {
        const int32_t bar = step_of(&t->note[i]) / 16, s = step_of(&t->note[i]) % 16;
        assert_false(bar >= 8 && bar < 16);
        assert_false(bar == 31 && s >= 12);
    }
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
    snq_status st = snq_score_add_track(&m->s, "melody", &t);
    if (st >= 0)
        st = snq__kind_melody.make(job, t);
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
    make_with(&p, "jazz", 1, 4, 4, 0);
    const snq_track_job job = { &p.context, &p.intent.track[0], 0, 1 };
    snq_sweep(make_score, unmake_score, (void *)&job);
    made_end(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_styles_and_metres),
        cmocka_unit_test(test_measures),
        cmocka_unit_test(test_comes_back),
        cmocka_unit_test(test_seeds),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_wishes),
        cmocka_unit_test(test_form),
        cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
