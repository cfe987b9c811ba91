// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/alloc.h"
#include "base/attr.h"
#include "hear.h"
#include "legal.h"
#include "listen/analyser.h"
#include "song.h"
#include "support/make_audio.h"

enum { RATE = 22050, TIMES_MAX = 1000 };

/* Every eighth of a song: there the hats are. */
static int eighths(const song_cfg *c, double t_s[TIMES_MAX])
{
    int n = 0;
    for (int k = 0; k < song_beats(c); k++) {
        t_s[n++] = song_beat_s(c, k);
        t_s[n++] = song_beat_s(c, k) + 0.5 * 60 / c->bpm;
    }
    return n;
}

/* How many times of `want` have an onset of their own within `near_s`; *mean_s: how late those are. */
static int hits(const snq_onsets *o, const double *want, int n, double near_s, double *mean_s)
{
    int found = 0;
    uint32_t from = 0;
    *mean_s = 0;
    for (int k = 0; k < n; k++)
        for (uint32_t i = from; i < o->onsets; i++)
            if (fabs(o->onset[i].t_s - want[k]) <= near_s) {
                *mean_s += o->onset[i].t_s - want[k];
                from = i + 1;
                found++;
                break;
            }
    *mean_s /= found ? found : 1;
    return found;
}

static snq_hearing hear_song(const song_cfg *c, double gain)
{
    float *own;
    snq_hearing h;
    const snq_audio a = song_make(c, RATE, &own);
    for (size_t i = 0; i < a.frames; i++)
        own[i] *= (float)gain;
    hear(&a, "onsets", &h);
    check_legal(&h);
    snq_free(own);
    return h;
}

static void finds_the_notes_of_a_song(void **state)
{
    static const double bpm[] = { 83, 120, 149 };
    for (size_t i = 0; i < SNQ_COUNT(bpm); i++) {
        double want[TIMES_MAX], late_s;
        song_cfg c = song_cfg_default();
        c.bpm = bpm[i];
        c.bars = 8;
        snq_hearing h = hear_song(&c, 1);
        const int n = eighths(&c, want);
        const int found = hits(&h.onsets, want, n, 0.03, &late_s);
        assert_null(h.onsets_reason);
        assert_true(found > 0.95 * n);
        assert_true(found > 0.85 * h.onsets.onsets); /* and little else */
        check_near(late_s, 0, 0.012);
        /* the others were not asked */
        assert_non_null(h.key_reason);
        assert_non_null(h.tempo_reason);
        snq_hearing_clear(&h);
    }
}

/* Notes of a struck string, alone. */
static void finds_notes_without_drums(void **state)
{
    double want[TIMES_MAX], late_s;
    song_cfg c = song_cfg_default();
    c.bars = 8;
    c.drums = 0;
    snq_hearing h = hear_song(&c, 1);
    int n = 0;
    for (int k = 0; k < song_beats(&c); k++) /* the bass plays quarters */
        want[n++] = song_beat_s(&c, k);
    assert_true(hits(&h.onsets, want, n, 0.04, &late_s) > 0.75 * n);
    snq_hearing_clear(&h);
}

/* Half as loud, or some hops later: the same notes. */
static void level_and_place_do_not_matter(void **state)
{
    song_cfg c = song_cfg_default();
    c.bars = 6;
    snq_hearing want = hear_song(&c, 1);
    for (int how = 0; how < 2; how++) {
        const double shift_s = how ? 0.25 : 0;
        double t_s[TIMES_MAX], late_s;
        song_cfg d = c;
        d.lead_s += shift_s;
        snq_hearing h = hear_song(&d, how ? 1 : 0.5);
        for (uint32_t i = 0; i < want.onsets.onsets; i++)
            t_s[i] = want.onsets.onset[i].t_s + shift_s;
        const int n = (int)want.onsets.onsets;
        check_near(h.onsets.onsets, n, 0.1 * n);
        assert_true(hits(&h.onsets, t_s, n, 0.008, &late_s) > 0.9 * n);
        check_near(late_s, 0, 0.001);
        snq_hearing_clear(&h);
    }
    snq_hearing_clear(&want);
}

/* One hit in silence is one onset at its time. */
static void a_single_hit(void **state)
{
    const size_t n = 4 * RATE;
    float *x = make_silence(n);
    snq_hearing h;
    for (size_t i = 0; i < RATE / 4; i++) /* 2.13 s */
        x[(size_t)(2.13 * RATE) + i] =
            (float)(0.5 * exp(-(double)i / (0.06 * RATE)) * sin(2 * M_PI * 180 * (double)i / RATE));
    add_noise(x, (size_t)(2.13 * RATE), (size_t)(2.16 * RATE), 0.1, 1);
    const snq_audio a = { { x }, 1, RATE, n };
    hear(&a, "onsets", &h);
    check_legal(&h);
    double late_s;
    const double want = 2.13;
    assert_int_equal(hits(&h.onsets, &want, 1, 0.03, &late_s), 1);
    assert_true(h.onsets.onsets <= 2); /* the noise's end may be one */
    snq_hearing_clear(&h);
    snq_free(x);
}

static void is_refused_and_adopted(void **state)
{
    song_cfg c = song_cfg_default();
    snq_region region = { 0 };
    snq_hearing h;
    c.bars = 2;
    snq_hearing from = hear_song(&c, 1);
    snq_hearing_init(&h);
    snq_onsets_analyser.adopt(&h, NULL, &from, NULL);
    snq_onsets_analyser.adopt(&h, &region, &from, &region); /* nothing of a region */
    assert_null(h.onsets_reason);
    assert_int_equal(h.onsets.onsets, from.onsets.onsets);
    assert_true(h.onsets.onset == from.onsets.onset && h.onsets.onsets > 5);
    snq_onsets_analyser.refuse(&h, &region, "why");
    assert_null(h.onsets_reason);
    snq_onsets_analyser.refuse(&h, NULL, "why");
    assert_string_equal(h.onsets_reason, "why");
    assert_int_equal(h.onsets.onsets, 0);
    snq_hearing_clear(&h);
    snq_hearing_clear(&from);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_notes_of_a_song),
        cmocka_unit_test(finds_notes_without_drums),
        cmocka_unit_test(level_and_place_do_not_matter),
        cmocka_unit_test(a_single_hit),
        cmocka_unit_test(is_refused_and_adopted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
