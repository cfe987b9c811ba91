// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/alloc.h"
#include "base/attr.h"
#include "base/rng.h"
#include "listen/harmony.h"
#include "made_hops.h"
#include "support/sweep.h"

static const snq_beat_path no_beats;
static const snq_metre_path no_bars;

static double note_hz(double note)
{
    return 440 * exp2((note - 69) / 12);
}

static snq_status push(void *h, const snq_hop_block *b)
{
    return snq_harmony_push(h, b);
}

static double length_s(const made_hops *f)
{
    return (double)f->hops / SNQ_HOPS_PER_S;
}

static snq_harmony *run(const made_hops *f, const snq_beat_path *beats, const snq_metre_path *bars)
{
    snq_harmony *h;
    check_ok(snq_harmony_new(&h));
    check_ok(made_hops_feed(f, 256, push, h));
    check_ok(snq_harmony_run(h, length_s(f), beats, bars));
    return h;
}

/* ---- tuning ----------------------------------------------------------------------------------- */

static void add_peak(snq_pitch_frame *f, double hz, double power)
{
    f->peak[f->peaks++] = (snq_pitch_peak) { (float)hz, (float)power };
}

static double tuning_cents(const made_hops *f)
{
    snq_harmony *h = run(f, &no_beats, &no_bars);
    const snq_measure m = snq_harmony_tuning_hz(h);
    assert_null(m.reason);
    snq_harmony_free(h);
    return 1200 * log2(m.value / 440);
}

/* The distance of two tunings, which come again after a semitone. */
static double cents_off(double a, double b)
{
    return fabs(a - b - 100 * round((a - b) / 100));
}

/* Notes all off by so many cents; what strays lies evenly around. */
static void the_tuning_is_that_of_the_peaks(void **state)
{
    for (double cents = -49.7; cents < 50; cents += 1.3)
        for (int stray = 0; stray < 2; stray++) {
            made_hops f = made_hops_new(400);
            for (int64_t k = 0; k < f.frames; k++)
                for (int i = 0; i < 6; i++)
                    add_peak(&f.pitch[k],
                             note_hz(45 + (double)((5 * k + 7 * i) % 36) +
                                     (cents + 6 * stray * (i % 3 - 1)) / 100),
                             0.01);
            check_near(cents_off(tuning_cents(&f), cents), 0, 0.5);
            made_hops_clear(&f);
        }
}

/* Near the half of a semitone both names are as good: the tuning is one of them. */
static void half_a_semitone_has_two_names(void **state)
{
    made_hops f = made_hops_new(300);
    for (int64_t k = 0; k < f.frames; k++)
        add_peak(&f.pitch[k], note_hz(60.5), 0.1);
    check_near(fabs(tuning_cents(&f)), 50, 0.2);
    made_hops_clear(&f);
}

/* Only peaks in 80 .. 1500 Hz within 40 dB of the frame's strongest count. */
static void what_does_not_count_for_the_tuning(void **state)
{
    static const struct {
        double note, power;
        int counts;
    } tab[] = { { 39.2, 1, 0 }, { 40.2, 1, 1 },    { 90.2, 1, 1 },
                { 91.2, 1, 0 }, { 60.2, 9e-6, 0 }, { 60.2, 1.2e-5, 1 } };
    for (size_t i = 0; i < SNQ_COUNT(tab); i++) {
        made_hops f = made_hops_new(300);
        for (int64_t k = 0; k < f.frames; k++) {
            add_peak(&f.pitch[k], note_hz(tab[i].note), tab[i].power);
            if (tab[i].power < 1) /* the strongest lies where none counts */
                add_peak(&f.pitch[k], note_hz(100), 0.1);
        }
        snq_harmony *h = run(&f, &no_beats, &no_bars);
        const snq_measure m = snq_harmony_tuning_hz(h);
        assert_int_equal(m.reason == NULL, tab[i].counts);
        if (m.reason)
            assert_string_equal(m.reason, "no tones to tell a tuning by");
        else
            check_near(m.value, 440 * exp2(0.2 / 12), 0.05);
        snq_harmony_free(h);
        made_hops_clear(&f);
    }
}

static void tones_that_agree_on_nothing(void **state)
{
    made_hops f = made_hops_new(20000);
    for (int64_t k = 0; k < f.frames; k++)
        for (int i = 0; i < 8; i++)
            add_peak(&f.pitch[k], note_hz(50 + 4 * i + (double)((61 * k + 7 * i) % 100) / 100),
                     0.1);
    snq_harmony *h = run(&f, &no_beats, &no_bars);
    assert_string_equal(snq_harmony_tuning_hz(h).reason, "the tones agree on no tuning");
    snq_harmony_free(h);
    made_hops_clear(&f);
}

/* ---- chords ----------------------------------------------------------------------------------- */

/* Notes with eight overtones, pure in their bands, from pitch frame to frame. */
static void play(made_hops *f, int64_t from, int64_t to, const int *note, int notes)
{
    for (int64_t k = from; k < to && k < f->frames; k++)
        for (int i = 0; i < notes; i++)
            for (int o = 1; o <= 8; o++) {
                const double at = 1 + SNQ_PITCH_STEPS * (note[i] - SNQ_PITCH_LOWEST + 12 * log2(o));
                const int band = (int)(at + 0.5);
                const float power = 0.01f / (float)(o * o);
                if (band < 1 || band >= SNQ_PITCH_BANDS - 1)
                    continue;
                f->pitch[k].band[band] += power;
                f->pitch[k].band[band - 1] += 0.1f * power;
                f->pitch[k].band[band + 1] += 0.1f * power;
                if (o == 1)
                    add_peak(&f->pitch[k], note_hz(note[i]), 0.01);
            }
}

/* C F G C, two seconds each, then rest. */
static const int c_f_g[4][4] = {
    { 36, 60, 64, 67 }, { 41, 60, 65, 69 }, { 43, 59, 62, 67 }, { 36, 60, 64, 67 }
};
static const uint8_t c_f_g_root[4] = { 0, 5, 7, 0 };

static made_hops cadences(int bars, int rest_frames)
{
    made_hops f = made_hops_new(bars * 200 + rest_frames * SNQ_PITCH_HOPS);
    for (int b = 0; b < bars; b++)
        play(&f, b * 20, b * 20 + 20, c_f_g[b % 4], 4);
    return f;
}

static void check_tiles(const snq_harmony *h, double end_s)
{
    const snq_chords c = snq_harmony_chords(h);
    double at_s = 0;
    for (uint32_t i = 0; i < c.chords; i++) {
        check_near(c.chord[i].span.start_s, at_s, 0);
        assert_true(c.chord[i].span.end_s > at_s);
        at_s = c.chord[i].span.end_s;
        assert_true(c.chord[i].quality < SNQ_CHORD_QUALITIES && c.chord[i].root < 12 &&
                    c.chord[i].bass < 12);
    }
    check_near(at_s, c.chords ? end_s : 0, 0);
}

static void reads_cadences(void **state)
{
    made_hops f = cadences(80, 60); /* more chords than the list begins with */
    snq_harmony *h = run(&f, &no_beats, &no_bars);
    const snq_chords c = snq_harmony_chords(h);
    check_tiles(h, length_s(&f));
    assert_int_equal(c.chords, 62); /* each fourth C is the next one's C, and there is the rest */
    double from_s = 0;
    for (uint32_t i = 0; i < 61; i++) {
        const int at = i == 0 ? 0 : (int)((i - 1) % 3) + 1; /* F G C-C F G C-C … */
        assert_int_equal(c.chord[i].quality, SNQ_CHORD_MAJ);
        assert_int_equal(c.chord[i].root, c_f_g_root[at]);
        assert_int_equal(c.chord[i].bass, c_f_g_root[at]);
        check_near(c.chord[i].span.start_s, from_s, 0.4);
        from_s += at == 3 ? 4 : 2;
    }
    assert_int_equal(c.chord[61].quality, SNQ_CHORD_NONE);
    check_near(snq_harmony_tuning_hz(h).value, 440, 0.1);
    snq_harmony_free(h);
    made_hops_clear(&f);
}

/* What is tuned anywhere between two semitones is read by interpolation. */
static void reads_them_in_any_tuning(void **state)
{
    for (int third = -1; third <= 1; third++) {
        made_hops f = cadences(8, 0), g = cadences(8, 0);
        for (int64_t k = 0; k < f.frames; k++) {
            for (int b = 1; b < SNQ_PITCH_BANDS - 1; b++)
                g.pitch[k].band[b] = f.pitch[k].band[b - third];
            for (uint32_t i = 0; i < g.pitch[k].peaks; i++)
                g.pitch[k].peak[i].hz *= (float)exp2(third / 36.0);
        }
        snq_harmony *h = run(&g, &no_beats, &no_bars);
        const snq_chords c = snq_harmony_chords(h);
        check_near(snq_harmony_tuning_hz(h).value, 440 * exp2(third / 36.0), 0.1);
        assert_int_equal(c.chords, 7);
        for (uint32_t i = 0; i < 7; i++)
            assert_int_equal(c.chord[i].quality, SNQ_CHORD_MAJ);
        assert_int_equal(c.chord[1].root, 5);
        snq_harmony_free(h);
        made_hops_clear(&f);
        made_hops_clear(&g);
    }
}

/* A pulse of 0.45 s in bars of four; the first beats are left out. */
typedef struct grid {
    snq_beat_path beats;
    snq_metre_path bars;
} grid;

static grid grid_new(double from_s, double to_s)
{
    grid g = { .beats.beats = (uint32_t)((to_s - from_s) / 0.45) };
    g.beats.time_s = calloc(g.beats.beats, sizeof *g.beats.time_s);
    g.bars.position = calloc(g.beats.beats, 1);
    g.bars.metre = calloc(g.beats.beats, 1);
    g.bars.beats = g.beats.beats;
    for (uint32_t k = 0; k < g.beats.beats; k++) {
        g.beats.time_s[k] = from_s + 0.45 * k;
        g.bars.position[k] = k % 4;
        g.bars.metre[k] = 2;
    }
    return g;
}

static void grid_clear(grid *g)
{
    free(g->beats.time_s);
    free(g->bars.position);
    free(g->bars.metre);
}

/* Chords end on beats where there is one within 200 ms, and nowhere else. */
static void chords_end_on_beats(void **state)
{
    for (uint64_t seed = 0; seed < 3; seed++) {
        made_hops f = seed ? made_hops_random(3000, 9, seed) : cadences(15, 0);
        grid g = grid_new(5.03, 25);
        snq_harmony *h = run(&f, &g.beats, &g.bars);
        const snq_chords c = snq_harmony_chords(h);
        check_tiles(h, 30);
        for (uint32_t i = 0; i + 1 < c.chords; i++) {
            const double t = c.chord[i].span.end_s;
            double gap = INFINITY;
            for (uint32_t k = 0; k < g.beats.beats; k++)
                gap = fmin(gap, fabs(g.beats.time_s[k] - t));
            if (gap != 0 && (gap < 0.2 || fabs(5 * t - round(5 * t)) > 1e-9))
                fail_msg("a chord ends at %g s, %g s from a beat", t, gap);
        }
        snq_harmony_free(h);
        grid_clear(&g);
        made_hops_clear(&f);
    }
}

/* A chord so short that both its ends belong to one beat is left out; what stays has no gaps. Beats may lie
 * behind the end. */
static void short_chords_leave_no_gap(void **state)
{
    for (int64_t at = 60; at < 90; at += 3) {
        made_hops f = made_hops_new(1500);
        grid g = grid_new(0.2, 16);
        play(&f, 0, f.frames, c_f_g[0], 4);
        for (int64_t k = at; k < at + 4; k++)
            f.pitch[k] = (snq_pitch_frame) { 0 };
        play(&f, at, at + 4, (const int[]) { 42, 61, 66, 70 }, 4);
        for (int64_t k = f.frames - 4; k < f.frames; k++)
            f.pitch[k] = (snq_pitch_frame) { 0 };
        play(&f, f.frames - 4, f.frames, c_f_g[1], 4);
        snq_harmony *h = run(&f, &g.beats, &g.bars);
        check_tiles(h, 15);
        assert_true(snq_harmony_chords(h).chords >= 1);
        snq_harmony_free(h);
        grid_clear(&g);
        made_hops_clear(&f);
    }
}

/* ---- keys ------------------------------------------------------------------------------------- */

static void check_key_spans(const snq_key *k, double end_s)
{
    for (uint32_t i = 0; i < k->spans; i++) {
        check_near(k->span[i].span.start_s, i ? k->span[i - 1].span.end_s : 0, 0);
        assert_true(k->span[i].span.end_s > k->span[i].span.start_s);
        assert_true(k->span[i].tonic < 12 && k->span[i].mode < SNQ_MODE_ATONAL);
        assert_true(!i || k->span[i].tonic != k->span[i - 1].tonic ||
                    k->span[i].mode != k->span[i - 1].mode);
    }
    if (k->spans)
        check_near(k->span[k->spans - 1].span.end_s, end_s, 0);
}

/* C major for 40 s, then the same in F#: two spans, and the key is that of the longer. */
static void a_key_may_change(void **state)
{
    for (int first = 12; first <= 28; first += 16) {
        made_hops f = made_hops_new(40 * 200);
        for (int b = 0; b < 40; b++) {
            int note[4];
            for (int i = 0; i < 4; i++)
                note[i] = c_f_g[b % 4][i] + (b < first ? 0 : 6);
            play(&f, b * 20, b * 20 + 20, note, 4);
        }
        snq_harmony *h = run(&f, &no_beats, &no_bars);
        snq_hearing to;
        snq_key key;
        snq_hearing_init(&to);
        check_ok(snq_harmony_key(h, (snq_span) { 0, 80 }, &to, &key));
        assert_null(key.reason);
        assert_int_equal(key.spans, 2);
        check_key_spans(&key, 80);
        check_near(key.span[0].span.end_s, 2 * first, 4);
        assert_int_equal(key.span[0].tonic, 0);
        assert_int_equal(key.span[1].tonic, 6);
        assert_int_equal(key.tonic, first > 20 ? 0 : 6);
        assert_int_equal(key.mode, SNQ_MODE_MAJOR);
        check_near(key.tuning_hz.value, 440, 0.1);
        /* of a part, and without spans */
        check_ok(snq_harmony_key(h, (snq_span) { 60, 80 }, NULL, &key));
        assert_int_equal(key.tonic, 6);
        assert_true(key.confidence > 0.5 && key.spans == 0);
        check_near(snq_harmony_tonal_share(h, (snq_span) { 0, 80 }), 1, 0.05);
        snq_hearing_clear(&to);
        snq_harmony_free(h);
        made_hops_clear(&f);
    }
}

/* All twelve tones at once name no key, or hardly one: what is said must be legal. */
static void clusters_and_noise(void **state)
{
    for (int kind = 0; kind < 3; kind++) {
        made_hops f = kind ? made_hops_random(2000, kind, 5) : made_hops_new(2000);
        for (int n = 48; !kind && n < 60; n++)
            play(&f, 0, f.frames, &n, 1);
        snq_harmony *h = run(&f, &no_beats, &no_bars);
        snq_hearing to;
        snq_key key;
        snq_hearing_init(&to);
        check_tiles(h, 20);
        check_ok(snq_harmony_key(h, (snq_span) { 0, 20 }, &to, &key));
        assert_true(key.confidence >= 0 && key.confidence <= 1);
        if (!key.reason && key.mode == SNQ_MODE_ATONAL)
            assert_true(key.confidence < 0.2 && key.spans == 0);
        check_key_spans(&key, 20);
        snq_hearing_clear(&to);
        snq_harmony_free(h);
        made_hops_clear(&f);
    }
}

static void silence_has_a_reason(void **state)
{
    static const int64_t hops[] = { 0, 1, 15, 20, 21, 500 };
    for (size_t i = 0; i < SNQ_COUNT(hops); i++) {
        made_hops f = made_hops_new(hops[i]);
        snq_harmony *h = run(&f, &no_beats, &no_bars);
        snq_hearing to;
        snq_key key;
        snq_hearing_init(&to);
        check_tiles(h, length_s(&f));
        const snq_chords c = snq_harmony_chords(h);
        assert_int_equal(c.chords, hops[i] > 10); /* a step is two frames */
        if (c.chords)
            assert_int_equal(c.chord[0].quality, SNQ_CHORD_NONE);
        check_ok(snq_harmony_key(h, (snq_span) { 0, length_s(&f) }, &to, &key));
        assert_string_equal(key.reason, "no tones to tell a key by");
        assert_string_equal(key.tuning_hz.reason, "no tones to tell a tuning by");
        check_near(snq_harmony_tonal_share(h, (snq_span) { 0, length_s(&f) }), 0, 0);
        snq_hearing_clear(&to);
        snq_harmony_free(h);
        made_hops_clear(&f);
    }
}

/* A span outside of the recording, or of no length, has no key. */
static void spans_outside(void **state)
{
    made_hops f = cadences(4, 0);
    snq_harmony *h = run(&f, &no_beats, &no_bars);
    static const snq_span tab[] = { { 100, 120 }, { 8, 8 }, { -3, -2 } };
    for (size_t i = 0; i < SNQ_COUNT(tab); i++) {
        snq_key key;
        check_ok(snq_harmony_key(h, tab[i], NULL, &key));
        assert_non_null(key.reason);
        check_near(snq_harmony_tonal_share(h, tab[i]), 0, 0);
    }
    snq_harmony_free(h);
    made_hops_clear(&f);
}

/* ---- the rest --------------------------------------------------------------------------------- */

static void block_sizes_do_not_matter(void **state)
{
    made_hops f = cadences(20, 3);
    snq_harmony *one = run(&f, &no_beats, &no_bars);
    const snq_chords want = snq_harmony_chords(one);
    for (uint32_t step = 1; step < 256; step = step * 3 + 1) {
        snq_harmony *h;
        check_ok(snq_harmony_new(&h));
        check_ok(made_hops_feed(&f, step, push, h));
        check_ok(snq_harmony_run(h, length_s(&f), &no_beats, &no_bars));
        const snq_chords got = snq_harmony_chords(h);
        assert_int_equal(got.chords, want.chords);
        assert_memory_equal(got.chord, want.chord, want.chords * sizeof *want.chord);
        check_near(snq_harmony_tuning_hz(h).value, snq_harmony_tuning_hz(one).value, 0);
        snq_harmony_free(h);
    }
    snq_harmony_free(one);
    made_hops_clear(&f);
}

static snq_status make(void *user, void **out)
{
    return snq_harmony_new((snq_harmony **)out);
}

static void unmake(void *h)
{
    snq_harmony_free(h);
}

/* All of a life: hops, chords, a key with its spans. */
static snq_status live_through(snq_harmony *h, const made_hops *f, snq_hearing *to)
{
    snq_key key;
    SNQ_TRY(made_hops_feed(f, 256, push, h));
    SNQ_TRY(snq_harmony_run(h, length_s(f), &no_beats, &no_bars));
    return snq_harmony_key(h, (snq_span) { 0, length_s(f) }, to, &key);
}

static void survives_lack_of_memory(void **state)
{
    snq_sweep(make, unmake, NULL);
    snq_harmony_free(NULL);
    made_hops f = cadences(90, 0); /* steps and chords outgrow their first rooms */
    const int64_t live = snq_alloc_live();
    for (int n = 0, refused = 1; refused; n++) {
        snq_harmony *h;
        snq_hearing to;
        snq_hearing_init(&to);
        check_ok(snq_harmony_new(&h));
        snq_alloc_fail_after(n);
        const snq_status st = live_through(h, &f, &to);
        refused = snq_alloc_refused();
        snq_alloc_fail_after(-1);
        assert_int_equal(st, refused ? SNQ_ERR_NOMEM : SNQ_OK);
        assert_true(refused || n >= 9);
        snq_harmony_free(h);
        snq_hearing_clear(&to);
        assert_int_equal(snq_alloc_live(), live);
    }
    made_hops_clear(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_tuning_is_that_of_the_peaks),
        cmocka_unit_test(half_a_semitone_has_two_names),
        cmocka_unit_test(what_does_not_count_for_the_tuning),
        cmocka_unit_test(tones_that_agree_on_nothing),
        cmocka_unit_test(reads_cadences),
        cmocka_unit_test(reads_them_in_any_tuning),
        cmocka_unit_test(chords_end_on_beats),
        cmocka_unit_test(short_chords_leave_no_gap),
        cmocka_unit_test(a_key_may_change),
        cmocka_unit_test(clusters_and_noise),
        cmocka_unit_test(silence_has_a_reason),
        cmocka_unit_test(spans_outside),
        cmocka_unit_test(block_sizes_do_not_matter),
        cmocka_unit_test(survives_lack_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
