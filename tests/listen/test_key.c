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
    hear(&a, "key", &h);
    check_legal(&h);
    snq_free(own);
    return h;
}

static void names_all_keys(void **state)
{
    for (int tonic = 0; tonic < 12; tonic++)
        for (int minor = 0; minor < 2; minor++) {
            song_cfg c = song_cfg_default();
            c.bars = 8;
            c.bpm = 140;
            c.tonic = tonic;
            c.minor = minor;
            c.drums = tonic % 2;
            snq_hearing h = hear_song(&c);
            assert_null(h.key.reason);
            assert_int_equal(h.key.tonic, tonic);
            assert_int_equal(h.key.mode, minor ? SNQ_MODE_MINOR : SNQ_MODE_MAJOR);
            assert_int_equal(h.key.spans, 1);
            assert_true(h.key.confidence > 0.4);
            check_near(1200 * log2(h.key.tuning_hz.value / 440), 0, 1);
            snq_hearing_clear(&h);
        }
}

/* Chords of bare sines, and the song, tuned anywhere: A4 to a cent, modulo a semitone. */
static void tells_the_tuning(void **state)
{
    static const double a4[] = {
        415, 427.6, 430.54, 432, 438, 440, 442, 444, 448, 452.5, 460, 466
    };
    for (size_t i = 0; i < SNQ_COUNT(a4); i++)
        for (int sines = 0; sines < 2; sines++) {
            const double cents = 1200 * log2(a4[i] / 440);
            const double want = cents - 100 * round(cents / 100);
            snq_hearing h;
            if (sines) {
                const size_t n = 6 * RATE;
                float *x = make_silence(n);
                for (int k = 0; k < 18; k++)
                    add_sine(x, (size_t)(k / 3) * RATE, (size_t)(k / 3 + 1) * RATE, RATE,
                             a4[i] * exp2((k / 3 + 4 * (k % 3) - 9) / 12.0), 0.1, 0);
                const snq_audio a = { { x }, 1, RATE, n };
                hear(&a, "key", &h);
                check_legal(&h);
                snq_free(x);
            } else {
                song_cfg c = song_cfg_default();
                c.bars = 4;
                c.drums = 0;
                c.a4_hz = a4[i];
                h = hear_song(&c);
            }
            assert_null(h.key.tuning_hz.reason);
            const double got = 1200 * log2(h.key.tuning_hz.value / 440);
            check_near(got - want - 100 * round((got - want) / 100), 0, 1);
            snq_hearing_clear(&h);
        }
}

/* A semitone lower is a semitone lower: old pitch moves the key, not the tuning. */
static void old_pitch_moves_the_key(void **state)
{
    song_cfg c = song_cfg_default();
    c.a4_hz = 415.3; /* -100 cents */
    c.tonic = 7;
    snq_hearing h = hear_song(&c);
    assert_int_equal(h.key.tonic, 6);
    assert_int_equal(h.key.mode, SNQ_MODE_MAJOR);
    check_near(h.key.tuning_hz.value, 440, 0.3);
    snq_hearing_clear(&h);
}

/* Two songs in keys far apart, with a rest between: the file's spans and the regions' own. */
static void keys_of_parts(void **state)
{
    song_cfg c = song_cfg_default(), d = song_cfg_default();
    float *one, *two;
    snq_hearing h;
    c.bars = 8;
    c.tail_s = 3;
    d.bars = 14;
    d.tonic = 6;
    const snq_audio a = song_make(&c, RATE, &one), b = song_make(&d, RATE, &two);
    float *x = make_silence(a.frames + b.frames);
    memcpy(x, one, a.frames * sizeof *x);
    memcpy(x + a.frames, two, b.frames * sizeof *x);
    const snq_audio both = { { x }, 1, RATE, a.frames + b.frames };
    hear(&both, NULL, &h);
    check_legal(&h);
    assert_int_equal(h.key.spans, 2);
    assert_int_equal(h.key.span[0].tonic, 0);
    assert_int_equal(h.key.span[1].tonic, 6);
    check_near(h.key.span[1].span.start_s, song_length_s(&c), 5);
    assert_int_equal(h.key.tonic, 6); /* which lasts longer */
    assert_int_equal(h.regions, 2);
    for (int i = 0; i < 2; i++) {
        const snq_key *k = &h.region[i].key;
        assert_true(h.region[i].has_music && !h.region[i].key_reason);
        assert_int_equal(k->tonic, i ? 6 : 0);
        assert_int_equal(k->mode, SNQ_MODE_MAJOR);
        assert_int_equal(k->spans, 1);
    }
    snq_hearing_clear(&h);
    snq_free(x);
    snq_free(one);
    snq_free(two);
}

/* Drums have no key. */
static void drums_have_none(void **state)
{
    song_cfg c = song_cfg_default();
    c.tones = 0;
    c.bars = 10;
    snq_hearing h = hear_song(&c);
    assert_true(h.key.reason || h.key.mode == SNQ_MODE_ATONAL);
    assert_true(h.key.confidence < 0.2);
    snq_hearing_clear(&h);
}

static void is_refused_and_adopted(void **state)
{
    song_cfg c = song_cfg_default();
    snq_region region = { 0 }, to = { 0 };
    snq_hearing h;
    c.bars = 4;
    snq_hearing from = hear_song(&c);
    check_ok(snq_key_analyser.whole(NULL, &from, &region));
    assert_int_equal(region.key.spans, from.key.spans);
    assert_null(region.key_reason);
    snq_hearing_init(&h);
    snq_key_analyser.adopt(&h, NULL, &from, NULL);
    snq_key_analyser.adopt(&h, &to, &from, &region);
    assert_null(h.key_reason);
    assert_null(to.key_reason);
    assert_int_equal(h.key.tonic, from.key.tonic);
    assert_true(h.key.span == from.key.span && to.key.span == from.key.span);
    snq_key_analyser.refuse(&h, &to, "why");
    assert_string_equal(to.key_reason, "why");
    assert_null(h.key_reason);
    snq_key_analyser.refuse(&h, NULL, "why");
    assert_string_equal(h.key_reason, "why");
    snq_hearing_clear(&h);
    snq_hearing_clear(&from);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_all_keys),          cmocka_unit_test(tells_the_tuning),
        cmocka_unit_test(old_pitch_moves_the_key), cmocka_unit_test(keys_of_parts),
        cmocka_unit_test(drums_have_none),         cmocka_unit_test(is_refused_and_adopted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
