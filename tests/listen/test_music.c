// SPDX-License-Identifier: MIT
/* The object, and the four musical analysers together. */
#include "support/check.h"

#include "base/alloc.h"
#include "base/attr.h"
#include "hear.h"
#include "legal.h"
#include "listen/analyser.h"
#include "listen/listener.h"
#include "listen/music.h"
#include "listen/rhythm_net.h"
#include "made_hops.h"
#include "song.h"
#include "support/make_audio.h"
#include "support/sweep.h"

enum { RATE = 22050 };

static snq_status push(void *m, const snq_hop_block *b)
{
    return snq_music_push(m, b);
}

static snq_status push_net(void *n, const snq_hop_block *b)
{
    return snq_rhythm_net_push(n, b);
}

static snq_music *run(const made_hops *f)
{
    snq_music *m;
    check_ok(snq_music_new(&m));
    check_ok(made_hops_feed(f, 100, push, m));
    check_ok(snq_music_finish(m, (double)f->hops / SNQ_HOPS_PER_S));
    return m;
}

static made_hops song_hops(double bpm, int bars)
{
    song_cfg c = song_cfg_default();
    float *own;
    c.bpm = bpm;
    c.bars = bars;
    const snq_audio a = song_make(&c, RATE, &own);
    const made_hops f = made_hops_of(&a);
    snq_free(own);
    return f;
}

/* ---- the object ------------------------------------------------------------------------------- */

static double band_db(const made_hops *f, int64_t hop, int band)
{
    static const int from[] = { 0, 3, 20, SNQ_MEL_BANDS };
    double sum = 0;
    for (int b = from[band]; b < from[band + 1]; b++)
        sum += (double)f->mel[hop * SNQ_MEL_BANDS + b];
    return 10 * log10(fmax(sum, 1e-7));
}

/* How much louder than the loudest of the three hops before, by definition. */
static void rises_are_what_they_say(void **state)
{
    made_hops f = made_hops_random(1500, 1, 1);
    for (int64_t i = 0; i < f.hops * SNQ_MEL_BANDS; i++)
        f.mel[i] *= i / SNQ_MEL_BANDS % 13 ? 1e-3f : 1; /* hits */
    snq_music *m = run(&f);
    const uint8_t *rise = snq_music_rises(m);
    assert_non_null(rise);
    for (int64_t h = 0; h < f.hops; h++)
        for (int b = 0; b < SNQ_GROOVE_BANDS; b++) {
            double before = -INFINITY;
            for (int64_t k = h > 3 ? h - 3 : 0; k < h; k++)
                before = fmax(before, band_db(&f, k, b));
            const double want = h ? 10 * (band_db(&f, h, b) - before) : 0;
            check_near(rise[h * SNQ_GROOVE_BANDS + b], fmin(255, fmax(0, want)), 1.02);
        }
    snq_music_free(m);
    made_hops_clear(&f);
}

/* It adds nothing of its own: rows are the network's, beats those of the rows, and so on; each is reckoned
 * once, whatever is asked first. */
static void answers_are_those_of_its_parts(void **state)
{
    made_hops f = song_hops(120, 8);
    snq_rhythm_net *net;
    snq_beat_path beats;
    snq_metre_path bars;
    check_ok(snq_rhythm_net_new(&net));
    check_ok(made_hops_feed(&f, 256, push_net, net));
    check_ok(snq_rhythm_net_finish(net));
    const snq_rhythm_rows want = snq_rhythm_net_rows(net);
    check_ok(snq_beat_path_run(&want, &beats));
    check_ok(snq_metre_path_run(&want, &beats, &bars));
    for (int order = 0; order < 2; order++) {
        snq_music *m = run(&f);
        const snq_beat_path *b, *again;
        const snq_metre_path *p;
        snq_harmony *h, *same;
        snq_rhythm_rows rows;
        if (order)
            check_ok(snq_music_harmony(m, &h));
        check_ok(snq_music_bars(m, &p));
        check_ok(snq_music_beats(m, &b));
        check_ok(snq_music_harmony(m, &h));
        check_ok(snq_music_rhythm(m, &rows));
        assert_int_equal(rows.hops, want.hops);
        assert_memory_equal(rows.onset, want.onset, (size_t)want.hops * sizeof *want.onset);
        assert_memory_equal(rows.beat, want.beat, (size_t)want.rows * sizeof *want.beat);
        assert_int_equal(b->beats, beats.beats);
        assert_true(b->beats > 30);
        assert_memory_equal(b->time_s, beats.time_s, beats.beats * sizeof *beats.time_s);
        assert_memory_equal(p->position, bars.position, bars.beats);
        check_near(snq_music_duration_s(m), (double)f.hops / 100, 0);
        check_ok(snq_music_beats(m, &again));
        check_ok(snq_music_harmony(m, &same));
        assert_true(b == again && h == same);
        assert_true(snq_harmony_chords(h).chords >= 8);
        snq_music_free(m);
    }
    snq_rhythm_net_free(net);
    snq_beat_path_clear(&beats);
    snq_metre_path_clear(&bars);
    made_hops_clear(&f);
}

/* Where the last hop is cut short, a beat in its middle would lie behind the end. */
static void no_beat_lies_behind_the_end(void **state)
{
    made_hops f = song_hops(120, 6);
    snq_music *m = run(&f);
    const snq_beat_path *all, *some;
    check_ok(snq_music_beats(m, &all));
    for (uint32_t k = 1; k <= 8; k++) {
        const double end_s = all->time_s[k];
        snq_music *cut;
        check_ok(snq_music_new(&cut));
        check_ok(made_hops_feed(&f, 100, push, cut));
        check_ok(snq_music_finish(cut, end_s));
        check_ok(snq_music_beats(cut, &some));
        assert_int_equal(some->beats, k);
        assert_true(some->time_s[k - 1] < end_s);
        snq_music_free(cut);
    }
    snq_music_free(m);
    made_hops_clear(&f);
}

/* A whole day has music, and an hop more has none: nothing is kept of it, and all who ask are told why. */
static void a_day_is_the_most(void **state)
{
    made_hops f = made_hops_new(300);
    const snq_hop_block day = { .hops =
                                    24 * 3600 * SNQ_HOPS_PER_S }; /* its features won't be read */
    snq_music *m;
    snq_rhythm_rows rows;
    const snq_beat_path *beats;
    const snq_metre_path *bars;
    snq_harmony *harmony;
    snq_hearing h;
    check_ok(snq_music_new(&m));
    check_ok(made_hops_feed(&f, 1, push, m));
    const int64_t live = snq_alloc_live();
    check_ok(snq_music_push(m, &day));
    check_ok(made_hops_feed(&f, 100, push, m)); /* and nothing comes back */
    check_ok(snq_music_finish(m, 86403));
    assert_int_equal(snq_alloc_live(), live);
    check_near(snq_music_duration_s(m), 86403, 0);
    for (int twice = 0; twice < 2; twice++) {
        check_status(snq_music_rhythm(m, &rows), SNQ_ERR_TOO_BIG);
        assert_non_null(strstr(snq_last_error(), "24 hours"));
        check_status(snq_music_beats(m, &beats), SNQ_ERR_TOO_BIG);
        check_status(snq_music_bars(m, &bars), SNQ_ERR_TOO_BIG);
        check_status(snq_music_harmony(m, &harmony), SNQ_ERR_TOO_BIG);
    }
    snq_hearing_init(&h);
    check_status(snq_onsets_analyser.finish(m, &h), SNQ_ERR_TOO_BIG);
    check_status(snq_beats_analyser.finish(m, &h), SNQ_ERR_TOO_BIG);
    check_status(snq_key_analyser.finish(m, &h), SNQ_ERR_TOO_BIG);
    check_status(snq_chords_analyser.finish(m, &h), SNQ_ERR_TOO_BIG);
    snq_hearing_clear(&h);
    snq_music_free(m);
    /* the bound itself: a day less what is there already still counts */
    check_ok(snq_music_new(&m));
    check_ok(snq_music_push(m, &(snq_hop_block) { .hops = 0 }));
    check_ok(snq_music_finish(m, 0));
    check_ok(snq_music_rhythm(m, &rows));
    assert_null(snq_music_rises(m));
    snq_music_free(m);
    made_hops_clear(&f);
}

static void nobody_begins_without_it(void **state)
{
    static const snq_analyser *const all[] = { &snq_onsets_analyser, &snq_beats_analyser,
                                               &snq_key_analyser, &snq_chords_analyser };
    for (size_t i = 0; i < SNQ_COUNT(all); i++) {
        const snq_analyser_setup setup = { .rate_hz = RATE, .channels = 1 };
        void *state_of = &i;
        assert_true(all[i]->needs & SNQ_NEED_MUSIC);
        check_status(all[i]->begin(&setup, &state_of), SNQ_ERR_STATE);
        assert_null(state_of);
        all[i]->free(NULL);
    }
}

/* ---- lack of memory --------------------------------------------------------------------------- */

static snq_status make(void *user, void **out)
{
    return snq_music_new((snq_music **)out);
}

static void unmake(void *m)
{
    snq_music_free(m);
}

static snq_status ask(snq_music *m, int what)
{
    snq_rhythm_rows rows;
    const snq_beat_path *beats;
    const snq_metre_path *bars;
    snq_harmony *harmony;
    return what == 0   ? snq_music_rhythm(m, &rows)
           : what == 1 ? snq_music_beats(m, &beats)
           : what == 2 ? snq_music_bars(m, &bars)
           : what == 3 ? snq_music_harmony(m, &harmony)
                       : snq_music_onsets(m, &rows);
}

static void survives_lack_of_memory(void **state)
{
    snq_sweep(make, unmake, NULL);
    snq_music_free(NULL);
    made_hops f = song_hops(150, 8);
    const int64_t live = snq_alloc_live();
    for (int n = 0, refused = 1; refused; n++) { /* on the way */
        snq_music *m;
        check_ok(snq_music_new(&m));
        snq_alloc_fail_after(n);
        snq_status st = made_hops_feed(&f, 256, push, m);
        if (st >= 0)
            st = snq_music_finish(m, 1);
        refused = snq_alloc_refused();
        snq_alloc_fail_after(-1);
        assert_int_equal(st, refused ? SNQ_ERR_NOMEM : SNQ_OK);
        assert_true(refused || n > 5);
        snq_music_free(m);
        assert_int_equal(snq_alloc_live(), live);
    }
    for (int what = 1; what <= 4; what++)
        for (int n = 0, refused = 1; refused; n++) { /* when asked: the same answer each time */
            snq_music *m = run(&f);
            snq_alloc_fail_after(n);
            const snq_status st = ask(m, what);
            refused = snq_alloc_refused();
            snq_alloc_fail_after(-1);
            assert_int_equal(st, refused ? SNQ_ERR_NOMEM : SNQ_OK);
            assert_int_equal(ask(m, what), st);
            if (st < 0 && what < 3)
                assert_int_equal(ask(m, what + 1), st); /* what follows from it fails, too */
            check_ok(ask(m, 0));
            snq_music_free(m);
            assert_int_equal(snq_alloc_live(), live);
        }
    made_hops_clear(&f);
}

/* A hearing with one region that has music and one that has none, in whose lists there is room for so many
 * bytes before they must grow. */
static void prepare(snq_hearing *h, double length_s, size_t room)
{
    enum { CHUNK = 65536 };
    snq_region *region;
    snq_hearing_init(h);
    h->file.path = "test";
    h->file.duration_s = length_s;
    assert_non_null(snq_hearing_list(h, CHUNK - room, 1));
    for (int r = 0; r < 2; r++) {
        check_ok(snq_hearing_add_region(h, &region));
        region->span = (snq_span) { 10 * r, 10 * r + 9 };
        region->has_music = r == 0;
    }
}

/* Each analyser, when all that they share is there: an error, and nothing half-written is kept. */
static void each_analyser_survives_lack_of_memory(void **state)
{
    static const snq_analyser *const all[] = { &snq_onsets_analyser, &snq_beats_analyser,
                                               &snq_key_analyser, &snq_chords_analyser };
    made_hops f = song_hops(130, 12);
    const int64_t none = snq_alloc_live();
    snq_music *m = run(&f);
    check_ok(ask(m, 3));
    check_ok(ask(m, 4));
    const int64_t live = snq_alloc_live();
    for (size_t i = 0; i < SNQ_COUNT(all); i++)
        for (size_t room = 0; room <= 1536; room += 64)
            for (int n = 0, refused = 1; refused; n++) {
                snq_hearing h;
                prepare(&h, (double)f.hops / 100, room);
                snq_alloc_fail_after(n);
                const snq_status st = all[i]->finish(m, &h);
                refused = snq_alloc_refused();
                snq_alloc_fail_after(-1);
                assert_int_equal(st, refused ? SNQ_ERR_NOMEM : SNQ_OK);
                assert_true(refused || n > 0 || room > 64);
                for (uint32_t r = 0; refused && r < h.regions; r++) /* as the listener does */
                    all[i]->refuse(&h, &h.region[r], "no memory");
                if (refused)
                    all[i]->refuse(&h, NULL, "no memory");
                check_legal(&h);
                snq_hearing_clear(&h);
                assert_int_equal(snq_alloc_live(), live);
            }
    snq_music_free(m);
    assert_int_equal(snq_alloc_live(), none);
    made_hops_clear(&f);
}

/* Through the listener, with a region that has music: who fails at the end says so of the regions, too. */
static void the_listener_survives_lack_of_memory_at_the_end(void **state)
{
    song_cfg c = song_cfg_default();
    float *own;
    int failures = 0;
    c.bars = 4;
    c.lead_s = c.tail_s = 1;
    const snq_audio a = song_make(&c, RATE, &own);
    const int64_t live = snq_alloc_live();
    for (int n = 0, refused = 1; refused; n++) {
        const snq_listener_cfg cfg = { .rate_hz = RATE, .channels = 1 };
        snq_hearing h;
        snq_listener *l;
        snq_hearing_init(&h);
        h.file.path = "test";
        check_ok(snq_listener_new(&cfg, &h, &l));
        check_ok(snq_listener_push(l, &a));
        snq_alloc_fail_after(n);
        const snq_status st = snq_listener_finish(l);
        refused = snq_alloc_refused();
        snq_alloc_fail_after(-1);
        check_comes_back(&h);
        for (uint32_t i = 0; st >= 0 && i < h.plugins; i++) {
            const char *id = h.plugin[i].id;
            if (strcmp(h.plugin[i].status, "failed") != 0)
                continue;
            failures++;
            assert_int_equal(h.regions, 1);
            if (strcmp(id, "beats") == 0) {
                assert_string_equal(h.tempo_reason, "its analyser failed");
                assert_string_equal(h.region[0].tempo_reason, "its analyser failed");
            }
            if (strcmp(id, "key") == 0) {
                assert_string_equal(h.key_reason, "its analyser failed");
                assert_string_equal(h.region[0].key_reason, "its analyser failed");
            }
        }
        snq_listener_free(l);
        snq_hearing_clear(&h);
        assert_int_equal(snq_alloc_live(), live);
    }
    assert_true(failures > 5);
    snq_free(own);
}

/* ---- all of them together --------------------------------------------------------------------- */

/* The whole document, whatever the blocks. */
static void block_sizes_do_not_matter(void **state)
{
    static const size_t blocks[] = { 97, 44100, 1 << 20 };
    song_cfg c = song_cfg_default();
    float *own;
    snq_hearing h;
    c.bpm = 133;
    c.bars = 10;
    c.bpm_from_half = 101;
    const snq_audio a = song_make(&c, 44100, &own);
    hear(&a, NULL, &h);
    check_legal(&h);
    assert_null(h.tempo.bpm.reason);
    assert_null(h.key.reason);
    char *want = hear_document(&h);
    snq_hearing_clear(&h);
    for (size_t i = 0; i < SNQ_COUNT(blocks); i++) {
        hear_blocks(&a, NULL, NULL, blocks[i], &h);
        char *got = hear_document(&h);
        assert_string_equal(got, want);
        free(got);
        snq_hearing_clear(&h);
    }
    free(want);
    snq_free(own);
}

static void nothing_musical(void **state)
{
    const size_t n = 20 * RATE;
    float *x = make_silence(n);
    const struct {
        const char *what;
        size_t frames;
        int kind; /* 0 silence, 1 a click, 2 noise, 3 an offset, 4 a sine */
    } tab[] = { { "empty", 0, 0 },   { "one frame", 1, 0 },
                { "30 ms", 660, 2 }, { "0.3 s", RATE * 3 / 10, 2 },
                { "silence", n, 0 }, { "a click", n, 1 },
                { "noise", n, 2 },   { "an offset", n, 3 },
                { "a sine", n, 4 },  { "2 s of silence", 2 * RATE, 0 } };
    for (size_t i = 0; i < SNQ_COUNT(tab); i++) {
        memset(x, 0, n * sizeof *x);
        if (tab[i].kind == 1)
            x[5 * RATE] = 0.9f;
        if (tab[i].kind == 2)
            add_noise(x, 0, n, 0.1, i);
        for (size_t k = 0; tab[i].kind == 3 && k < n; k++)
            x[k] = 0.5f;
        if (tab[i].kind == 4)
            add_sine(x, 0, n, RATE, 440, 0.3, 0);
        const snq_audio a = { { x }, 1, RATE, tab[i].frames };
        snq_hearing h;
        hear(&a, NULL, &h);
        print_message("%s\n", tab[i].what);
        check_no_music(&h);
        if (tab[i].kind == 0) { /* silence is not atonal: there is nothing to be it */
            assert_non_null(h.key.reason);
            assert_non_null(h.key.tuning_hz.reason);
            assert_int_equal(h.onsets.onsets, 0);
        }
        snq_hearing_clear(&h);
    }
    snq_free(x);
}

/* Music in antiphase is not in the mono stream: no music, with reasons, and stereo says why. */
static void antiphase_has_reasons(void **state)
{
    song_cfg c = song_cfg_default();
    float *own;
    snq_hearing h;
    c.bars = 6;
    snq_audio a = song_make(&c, RATE, &own);
    float *other = make_silence(a.frames);
    for (size_t i = 0; i < a.frames; i++)
        other[i] = -own[i];
    a.channel[1] = other;
    a.channels = 2;
    hear(&a, NULL, &h);
    check_no_music(&h);
    assert_non_null(h.key.reason);
    assert_non_null(h.key.tuning_hz.reason);
    assert_int_equal(h.onsets.onsets, 0);
    assert_true(h.stereo.antiphase);
    assert_int_equal(h.regions, 1);
    assert_non_null(h.region[0].tempo.bpm.reason);
    assert_non_null(h.region[0].key.reason);
    snq_hearing_clear(&h);
    snq_free(own);
    snq_free(other);
}

/* Whatever comes in, what comes out is legal. */
static void odd_sounds_are_legal(void **state)
{
    const size_t n = 12 * RATE + 17;
    float *x = make_silence(n);
    for (int kind = 0; kind < 7; kind++) {
        memset(x, 0, n * sizeof *x);
        for (size_t i = 0; i < n; i++) {
            const double t = (double)i / RATE;
            x[i] = kind == 0   ? (i / 50 % 2 ? 1e6f : -1e6f)      /* as loud as it gets */
                   : kind == 1 ? (float)(0.5 * sin(400 * t * t))  /* a sweep */
                   : kind == 2 ? (i % (RATE / 2) == 0 ? 0.9f : 0) /* clicks at 120 BPM */
                   : kind == 3 ? (i % 251 == 0 ? 0.5f : 0)        /* a buzz of 88 Hz */
                   : kind == 4 ? (float)(fmod(t, 0.24) < 0.12 ? sin(2000 * t) : 0)  /* 250 BPM */
                   : kind == 5 ? (float)(fmod(t, 1.7647) < 0.2 ? sin(3000 * t) : 0) /* 34 BPM */
                               : 1e-6f * (float)(i % 7);
        }
        const snq_audio a = { { x }, 1, RATE, n };
        snq_hearing h;
        hear(&a, NULL, &h);
        check_legal(&h);
        snq_hearing_clear(&h);
    }
    snq_free(x);
}

/* A song at all lengths around its first bars: legal wherever it is cut. */
static void any_length_is_legal(void **state)
{
    song_cfg c = song_cfg_default();
    float *own;
    c.bars = 4;
    snq_audio a = song_make(&c, RATE, &own);
    const size_t all = a.frames;
    for (size_t i = 0; i < 60; i++) {
        snq_hearing h;
        a.frames = i < 30 ? i * 101 : all * i / 60 + i;
        a.frames = a.frames < all ? a.frames : all;
        hear(&a, NULL, &h);
        check_legal(&h);
        snq_hearing_clear(&h);
    }
    snq_free(own);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rises_are_what_they_say),
        cmocka_unit_test(answers_are_those_of_its_parts),
        cmocka_unit_test(no_beat_lies_behind_the_end),
        cmocka_unit_test(a_day_is_the_most),
        cmocka_unit_test(nobody_begins_without_it),
        cmocka_unit_test(survives_lack_of_memory),
        cmocka_unit_test(each_analyser_survives_lack_of_memory),
        cmocka_unit_test(the_listener_survives_lack_of_memory_at_the_end),
        cmocka_unit_test(block_sizes_do_not_matter),
        cmocka_unit_test(nothing_musical),
        cmocka_unit_test(antiphase_has_reasons),
        cmocka_unit_test(odd_sounds_are_legal),
        cmocka_unit_test(any_length_is_legal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
