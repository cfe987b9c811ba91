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

static snq_hearing hear_song(const song_cfg *c, double gain)
{
    float *own;
    snq_hearing h;
    const snq_audio a = song_make(c, RATE, &own);
    for (size_t i = 0; i < a.frames; i++)
        own[i] *= (float)gain;
    hear(&a, "beats", &h);
    check_legal(&h);
    snq_free(own);
    return h;
}

static double nearest(const double *list, uint32_t n, double t_s)
{
    double best = INFINITY;
    for (uint32_t i = 0; i < n; i++)
        if (fabs(list[i] - t_s) < fabs(best - t_s))
            best = list[i];
    return best;
}

/* Every beat of the song within 30 ms, every one too, and no more but what counts on before and behind. */
static void check_beats(const snq_hearing *h, const song_cfg *c)
{
    const double beat_s = 60 / c->bpm;
    const int n = song_beats(c);
    uint32_t inside = 0, ones = 0;
    int bars = 0;
    for (int k = 0; k < n; k++) {
        const double t = song_beat_s(c, k);
        check_near(nearest(h->beats.beat_s, h->beats.beats, t), t, 0.03);
        if (song_is_downbeat(c, k)) {
            check_near(nearest(h->beats.downbeat_s, h->beats.downbeats, t), t, 0.03);
            bars++;
        }
    }
    const double from_s = c->lead_s - 0.3 * beat_s, to_s = song_bar_s(c, c->bars) - 0.3 * beat_s;
    for (uint32_t k = 0; k < h->beats.beats; k++)
        inside += h->beats.beat_s[k] > from_s && h->beats.beat_s[k] < to_s;
    for (uint32_t k = 0; k < h->beats.downbeats; k++)
        ones += h->beats.downbeat_s[k] > from_s && h->beats.downbeat_s[k] < to_s;
    assert_int_equal(inside, n);
    assert_int_equal(ones, bars);
}

static void hears_tempo_beats_and_bars(void **state)
{
    static const struct {
        double bpm;
        int pulses;
    } tab[] = { { 88, 4 }, { 120, 4 }, { 150, 4 }, { 104, 3 }, { 132, 3 } };
    for (size_t i = 0; i < SNQ_COUNT(tab); i++) {
        song_cfg c = song_cfg_default();
        c.bpm = tab[i].bpm;
        c.pulses = tab[i].pulses;
        c.bars = 12;
        c.tonic = (int)(5 * i) % 12;
        c.minor = i % 2;
        snq_hearing h = hear_song(&c, 1);
        check_near(h.tempo.bpm.value, c.bpm, 0.1);
        assert_true(h.tempo.confidence > 0.5);
        assert_int_equal(h.tempo.spans, 1);
        check_near(h.tempo.candidate[0].bpm, h.tempo.bpm.value, 0);
        assert_int_equal(h.meter.metre.beats_per_bar, c.pulses);
        assert_int_equal(h.meter.metre.beat_unit, 4);
        assert_int_equal(h.meter.metre.pulses_per_bar, c.pulses);
        assert_true(h.meter.confidence > 0.5);
        assert_int_equal(h.meter.spans, 1);
        check_beats(&h, &c);
        assert_null(h.groove_reason);
        snq_hearing_clear(&h);
    }
}

static void drums_are_not_needed(void **state)
{
    song_cfg c = song_cfg_default();
    c.drums = 0;
    c.bpm = 112;
    snq_hearing h = hear_song(&c, 1);
    check_near(h.tempo.bpm.value, 112, 0.1);
    assert_int_equal(h.meter.metre.beats_per_bar, 4);
    snq_hearing_clear(&h);
}

/* Level and lead-in are nothing to the tempo. */
static void level_and_place_do_not_matter(void **state)
{
    static const struct {
        double gain, lead_s;
    } tab[] = { { 0.3, 0.37 }, { 3, 0.37 }, { 1, 0.05 }, { 1, 0.83 }, { 0.5, 2.9 } };
    for (size_t i = 0; i < SNQ_COUNT(tab); i++) {
        song_cfg c = song_cfg_default();
        c.bpm = 127;
        c.bars = 8;
        c.lead_s = tab[i].lead_s;
        snq_hearing h = hear_song(&c, tab[i].gain);
        check_near(h.tempo.bpm.value, 127, 0.1);
        check_beats(&h, &c);
        snq_hearing_clear(&h);
    }
}

/* Kick on 1 and 3 (the snare's tone is low, too), hats on each eighth, on beats louder. */
static void the_groove_is_the_bar_played(void **state)
{
    song_cfg c = song_cfg_default();
    c.bpm = 96;
    c.tones = 0.2;
    snq_hearing h = hear_song(&c, 1);
    const double *low = h.groove.band[0].hits, *high = h.groove.band[2].hits;
    assert_null(h.groove_reason);
    for (int s = 0; s < 16; s++) {
        if (s % 8 == 0)
            assert_true(low[s] > 0.4 && low[s] > 1.1 * low[(s + 4) % 16]);
        if (s % 2)
            assert_true(low[s] < 0.15 && high[s] < 0.15);
        if (s % 4 == 0)
            assert_true(high[s] > 0.7);
        if (s % 4 == 2)
            assert_true(high[s] > 0.25);
        for (int b = 0; b < SNQ_GROOVE_BANDS; b++)
            if (h.groove.band[b].hits[s] > 0.5)
                check_near(h.groove.band[b].timing_ms[s], 0, 12);
    }
    snq_hearing_clear(&h);
}

/* From where all is heard down to where nothing is: a groove is the first to go, and says why. */
static void a_whisper(void **state)
{
    int soft = 0;
    for (double gain = 8e-3; gain > 2e-5; gain *= 0.6) {
        song_cfg c = song_cfg_default();
        c.bars = 6;
        snq_hearing h = hear_song(&c, gain);
        if (!h.tempo.bpm.reason && h.groove_reason) {
            assert_string_equal(h.groove_reason, "no hits in any bar");
            soft++;
        }
        snq_hearing_clear(&h);
    }
    assert_true(soft > 0);
}

/* A jump from one tempo to another: two stretches, and that of the longer. */
static void a_tempo_may_change(void **state)
{
    song_cfg c = song_cfg_default();
    c.bars = 24;
    c.bpm_from_half = 92;
    snq_hearing h = hear_song(&c, 1);
    assert_int_equal(h.tempo.spans, 2);
    check_near(h.tempo.span[0].bpm, 120, 0.3);
    check_near(h.tempo.span[1].bpm, 92, 0.3);
    check_near(h.tempo.span[1].span.start_s, song_bar_s(&c, 12), 2.5);
    check_near(h.tempo.bpm.value, 92, 0.3);
    snq_hearing_clear(&h);
}

/* Whatever is said of the second half: the first half's bars are counted rightly. */
static void a_metre_may_change(void **state)
{
    song_cfg c = song_cfg_default();
    c.bars = 24;
    c.pulses_from_half = 3;
    snq_hearing h = hear_song(&c, 1);
    check_near(h.tempo.bpm.value, 120, 0.1);
    assert_true(h.meter.spans >= 1);
    assert_int_equal(h.meter.metre.beats_per_bar, 4);
    assert_int_equal(h.meter.span[0].metre.beats_per_bar, 4);
    for (int bar = 0; bar < 11; bar++) {
        const double t = song_bar_s(&c, bar);
        check_near(nearest(h.beats.downbeat_s, h.beats.downbeats, t), t, 0.03);
    }
    snq_hearing_clear(&h);
}

/* Two songs with a rest between: two regions, each with its own tempo. */
static void regions_have_their_own_tempo(void **state)
{
    song_cfg c = song_cfg_default(), d = song_cfg_default();
    float *one, *two;
    snq_hearing h;
    c.bars = d.bars = 10;
    c.tail_s = 4;
    d.bpm = 93;
    d.pulses = 3;
    const snq_audio a = song_make(&c, RATE, &one), b = song_make(&d, RATE, &two);
    float *x = make_silence(a.frames + b.frames);
    memcpy(x, one, a.frames * sizeof *x);
    memcpy(x + a.frames, two, b.frames * sizeof *x);
    const snq_audio both = { { x }, 1, RATE, a.frames + b.frames };
    hear(&both, NULL, &h);
    check_legal(&h);
    assert_int_equal(h.regions, 2);
    for (int i = 0; i < 2; i++) {
        assert_true(h.region[i].has_music);
        assert_null(h.region[i].tempo_reason);
    }
    check_near(h.region[0].tempo.bpm.value, 120, 0.3);
    check_near(h.region[1].tempo.bpm.value, 93, 0.3);
    snq_hearing_clear(&h);
    snq_free(x);
    snq_free(one);
    snq_free(two);
}

/* Where the whole stream is one region, it has the file's tempo. */
static void one_region_is_the_file(void **state)
{
    song_cfg c = song_cfg_default();
    float *own;
    snq_hearing h;
    c.lead_s = c.tail_s = 0;
    c.bars = 8;
    const snq_audio a = song_make(&c, RATE, &own);
    add_noise(own, 0, a.frames, 1e-4, 1);
    hear(&a, NULL, &h);
    check_legal(&h);
    assert_int_equal(h.regions, 1);
    check_near(h.region[0].tempo.bpm.value, 120, 0.1);
    check_near(h.region[0].tempo.bpm.value, h.tempo.bpm.value, 0.05);
    snq_hearing_clear(&h);
    snq_free(own);
}

/* The table's functions by themselves. */
static void is_refused_and_adopted(void **state)
{
    song_cfg c = song_cfg_default();
    snq_region region = { 0 }, to = { 0 };
    snq_hearing h;
    c.bars = 6;
    snq_hearing from = hear_song(&c, 1);
    check_ok(snq_beats_analyser.whole(NULL, &from, &region));
    check_near(region.tempo.bpm.value, from.tempo.bpm.value, 0);
    assert_null(region.tempo_reason);
    snq_hearing_init(&h);
    snq_beats_analyser.adopt(&h, NULL, &from, NULL);
    snq_beats_analyser.adopt(&h, &to, &from, &region);
    check_near(to.tempo.bpm.value, from.tempo.bpm.value, 0);
    h.file.path = "test";
    h.file.duration_s = from.file.duration_s;
    check_legal(&h);
    assert_true(!h.tempo_reason && !h.meter_reason && !h.beats_reason && !h.groove_reason);
    assert_int_equal(h.beats.beats, from.beats.beats);
    assert_int_equal(h.meter.metre.beats_per_bar, 4);
    snq_beats_analyser.refuse(&h, &to, "why");
    assert_string_equal(to.tempo_reason, "why");
    assert_null(h.tempo_reason);
    snq_beats_analyser.refuse(&h, NULL, "why");
    assert_string_equal(h.tempo_reason, "why");
    assert_string_equal(h.meter_reason, "why");
    assert_string_equal(h.beats_reason, "why");
    assert_string_equal(h.groove_reason, "why");
    snq_hearing_clear(&h);
    snq_hearing_clear(&from);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hears_tempo_beats_and_bars),
        cmocka_unit_test(drums_are_not_needed),
        cmocka_unit_test(level_and_place_do_not_matter),
        cmocka_unit_test(the_groove_is_the_bar_played),
        cmocka_unit_test(a_whisper),
        cmocka_unit_test(a_tempo_may_change),
        cmocka_unit_test(a_metre_may_change),
        cmocka_unit_test(regions_have_their_own_tempo),
        cmocka_unit_test(one_region_is_the_file),
        cmocka_unit_test(is_refused_and_adopted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
