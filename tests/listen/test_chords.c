// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/alloc.h"
#include "base/attr.h"
#include "hear.h"
#include "legal.h"
#include "listen/analyser.h"
#include "song.h"
#include "support/make_audio.h"

enum { RATE = 22050 };

static snq_hearing hear_song(const song_cfg *c)
{
    float *own;
    snq_hearing h;
    const snq_audio a = song_make(c, RATE, &own);
    hear(&a, "chords", &h);
    check_legal(&h);
    snq_free(own);
    return h;
}

static const snq_heard_chord *chord_at(const snq_hearing *h, double t_s)
{
    for (uint32_t i = 0; i < h->chords.chords; i++)
        if (snq_span_holds(h->chords.chord[i].span, t_s))
            return &h->chords.chord[i];
    fail_msg("no chord at %g s", t_s);
    return NULL;
}

/* In all keys: the chord of each bar in its middle, and for nearly all of the time. */
static void reads_the_chords_of_a_song(void **state)
{
    for (int tonic = 0; tonic < 12; tonic++) {
        song_cfg c = song_cfg_default();
        int right = 0, steps = 0;
        c.bars = 8;
        c.tonic = tonic;
        c.minor = tonic % 2;
        c.pulses = tonic % 3 ? 4 : 3;
        c.bpm = 100 + 3 * tonic;
        c.drums = tonic % 4 != 0;
        snq_hearing h = hear_song(&c);
        assert_null(h.chords_reason);
        for (int bar = 0; bar < c.bars; bar++) {
            const double from_s = song_bar_s(&c, bar), to_s = song_bar_s(&c, bar + 1);
            const snq_heard_chord *mid = chord_at(&h, (from_s + to_s) / 2);
            assert_int_equal(mid->root, song_root(&c, bar));
            assert_int_equal(mid->quality, song_quality(&c, bar));
            assert_int_equal(mid->bass, song_root(&c, bar));
            for (double t = from_s; t < to_s; t += 0.01, steps++) {
                const snq_heard_chord *at = chord_at(&h, t);
                right += at->root == song_root(&c, bar) && at->quality == song_quality(&c, bar);
            }
        }
        assert_true(right > 0.95 * steps);
        snq_hearing_clear(&h);
    }
}

/* A chord changes on a beat: within 30 ms of the bar's first. */
static void chords_change_on_beats(void **state)
{
    song_cfg c = song_cfg_default();
    c.bpm = 108;
    snq_hearing h = hear_song(&c);
    for (int bar = 1; bar < c.bars; bar++) {
        const double t = song_bar_s(&c, bar);
        double gap = INFINITY;
        for (uint32_t i = 0; i < h.chords.chords; i++)
            gap = fmin(gap, fabs(h.chords.chord[i].span.start_s - t));
        check_near(gap, 0, 0.03);
    }
    snq_hearing_clear(&h);
}

/* What sounds before and behind the music is no chord. */
static void rests_are_no_chord(void **state)
{
    song_cfg c = song_cfg_default();
    c.bars = 6;
    c.lead_s = 5;
    c.tail_s = 6;
    snq_hearing h = hear_song(&c);
    assert_int_equal(chord_at(&h, 2)->quality, SNQ_CHORD_NONE);
    assert_int_equal(chord_at(&h, song_length_s(&c) - 2)->quality, SNQ_CHORD_NONE);
    assert_int_equal(chord_at(&h, 5 + 1)->quality, SNQ_CHORD_MAJ);
    snq_hearing_clear(&h);
}

static void drums_are_no_chord(void **state)
{
    song_cfg c = song_cfg_default();
    double none_s = 0;
    c.tones = 0;
    c.bars = 8;
    snq_hearing h = hear_song(&c);
    for (uint32_t i = 0; i < h.chords.chords; i++)
        if (h.chords.chord[i].quality == SNQ_CHORD_NONE)
            none_s += snq_span_length(h.chords.chord[i].span);
    assert_true(none_s > 0.8 * h.file.duration_s);
    snq_hearing_clear(&h);
}

static void is_refused_and_adopted(void **state)
{
    song_cfg c = song_cfg_default();
    snq_region region = { 0 };
    snq_hearing h;
    c.bars = 4;
    snq_hearing from = hear_song(&c);
    snq_hearing_init(&h);
    snq_chords_analyser.adopt(&h, NULL, &from, NULL);
    snq_chords_analyser.adopt(&h, &region, &from, &region); /* nothing of a region */
    assert_null(h.chords_reason);
    assert_true(h.chords.chord == from.chords.chord && h.chords.chords >= 4);
    snq_chords_analyser.refuse(&h, &region, "why");
    assert_null(h.chords_reason);
    snq_chords_analyser.refuse(&h, NULL, "why");
    assert_string_equal(h.chords_reason, "why");
    snq_hearing_clear(&h);
    snq_hearing_clear(&from);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_the_chords_of_a_song), cmocka_unit_test(chords_change_on_beats),
        cmocka_unit_test(rests_are_no_chord),         cmocka_unit_test(drums_are_no_chord),
        cmocka_unit_test(is_refused_and_adopted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
