// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/alloc.h"
#include "base/attr.h"
#include "base/rng.h"
#include "compose/progression.h"
#include "compose/voicing.h"
#include "harmony_piece.h"

enum { MANY = 64 };
static harmony_piece piece;

static snq_chord chord_of(const char *label)
{
    snq_chord c;
    check_ok(snq_chord_from_label(label, &c));
    return c;
}

static uint16_t set_of(const snq_voicing *v)
{
    unsigned set = 0;
    for (int i = 0; i < v->notes; i++)
        set |= 1u << v->pitch[i] % 12;
    return (uint16_t)set;
}

static void check_voicing(const snq_voicing *v, const snq_chord *c, int low, int high)
{
    assert_true(v->notes > 0);
    assert_int_equal(set_of(v) & ~(snq_chord_set(c) | 1u << c->bass), 0);
    for (int i = 0; i < v->notes; i++) {
        assert_in_range(v->pitch[i], low, high);
        assert_true(i == 0 || v->pitch[i] > v->pitch[i - 1]);
    }
}

/* A chord's third, and with enough voices its seventh, are always there; the root is unless the layout leaves it
 * to the bass; nothing is doubled while something is missing. */
static void tones_by_priority(void **state)
{
    static const char *const labels[] = { "C:maj",   "C:min",   "C:7",     "C:maj9",
                                          "C:min11", "C:hdim7", "C:dim7",  "C:aug",
                                          "C:sus4",  "C:7(b9)", "C:9(13)", "C:(1,5)",
                                          "C:maj6",  "C:(1)",   "C:sus2",  "C:maj9(#11)" };
    for (size_t i = 0; i < SNQ_COUNT(labels); i++)
        for (int kind = 0; kind < SNQ_VOICINGS; kind++)
            for (int voices = 1; voices <= 6; voices++) {
                const snq_chord c = chord_of(labels[i]);
                uint8_t tone[SNQ_VOICING_NOTES_MAX];
                const size_t n = snq__voicing_tones(&c, kind, voices, tone);
                unsigned set = 0, doubled = 0, all = 0;
                assert_in_range(n, 1, (size_t)voices);
                for (size_t k = 0; k < n; k++) {
                    doubled += set >> tone[k] & 1;
                    set |= 1u << tone[k];
                }
                assert_int_equal(set & ~(unsigned)c.tones, 0);
                for (unsigned t = c.tones; t != 0; t &= t - 1)
                    all++;
                const int rootless = kind == SNQ_VOICING_rootless || kind == SNQ_VOICING_shell;
                if (kind == SNQ_VOICING_power)
                    continue;
                if (c.tones & 0x18)
                    assert_true(set & 0x18);
                if (voices >= 4 && (c.tones & 0xC00))
                    assert_true(set & 0xC00);
                if (voices >= 4 && !rootless)
                    assert_true(set & 1);
                if (doubled)
                    assert_true(n > all || set == c.tones);
                if (voices >= (int)all && !rootless)
                    assert_int_equal(set, c.tones);
            }
}

/* Every kind of every chord in every register: its tones, in the register, no more voices than asked. */
static void within_the_register(void **state)
{
    snq_rng r;
    snq_rng_init(&r, 5);
    for (int round = 0; round < 400; round++) {
        const snq_voicing_cfg cfg = { .low = (uint8_t)(40 + snq_rng_below(&r, 20)),
                                      .high = (uint8_t)(76 + snq_rng_below(&r, 10)),
                                      .voices = (uint8_t)(1 + snq_rng_below(&r, 6)),
                                      .kind = (uint8_t)snq_rng_below(&r, SNQ_VOICINGS) };
        snq_voicing_job job[MANY];
        snq_voicing out[MANY], before = { .notes = 0 };
        for (int i = 0; i < MANY; i++) {
            const uint8_t root = (uint8_t)snq_rng_below(&r, 12);
            job[i] =
                (snq_voicing_job) { { root, root, (uint16_t)(1 | snq_rng_below(&r, 2048) << 1) },
                                    127 };
        }
        check_ok(snq_voicing_run(&cfg, job, MANY, &before, out));
        for (int i = 0; i < MANY; i++) {
            check_voicing(&out[i], &job[i].chord, cfg.low, cfg.high);
            assert_true(out[i].notes <= cfg.voices);
        }
    }
}

/* Each voice moves little; the whole moves less than blocks in root position do. */
static void voices_lead(void **state)
{
    double moved = 0, blocks = 0, voices = 0;
    for (int i = 0; i < HARMONY_STYLES; i++)
        for (uint64_t s = 0; s < 6; s++) {
            harmony_begin(&piece, harmony_styles[i], s, -1);
            check_ok(snq_context_init(&piece.context, &piece.intent, &piece.form));
            check_ok(snq_progression_plan(&piece.intent, &piece.context));
            const size_t n = piece.context.chords;
            const snq_voicing_style *const style = &piece.style->harmony.pad.voicing;
            snq_voicing_cfg cfg = { style->low, style->high, 4, SNQ_VOICING_close, 0 };
            snq_voicing *const out = snq_calloc(n, sizeof *out);
            const snq_voicing before = { .notes = 0 };
            assert_non_null(out);
            check_ok(snq__voicing_of_context(&piece.context, 0, n, &cfg, &before, out));
            for (size_t k = 1; k < n; k++) {
                const snq_voicing *const a = &out[k - 1], *const b = &out[k];
                if (a->notes != b->notes)
                    continue;
                for (int v = 0; v < a->notes; v++) {
                    const int d = abs(a->pitch[v] - b->pitch[v]);
                    assert_true(d <= 12);
                    moved += d;
                    voices++;
                }
                blocks += a->notes * abs(60 + piece.context.chord[k].chord.root -
                                         (60 + piece.context.chord[k - 1].chord.root));
            }
            snq_free(out);
            harmony_end(&piece);
        }
    printf("a voice moves %.2f semitones a chord, a block %.2f\n", moved / voices, blocks / voices);
    assert_true(moved / voices < 2.5 && moved < 0.6 * blocks);
}

/* The search finds what trying all pairs finds: two chords, each of the cheapest layouts. */
static void the_path_is_the_cheapest(void **state)
{
    static const char *const labels[] = { "C:maj", "A:min7", "F:maj9", "G:7", "D:min", "B:hdim7" };
    const snq_voicing_cfg cfg = { 52, 76, 3, SNQ_VOICING_close, 0 };
    for (size_t i = 0; i < SNQ_COUNT(labels); i++)
        for (size_t k = 0; k < SNQ_COUNT(labels); k++) {
            const snq_voicing none = { .notes = 0 };
            const snq_voicing_job two[2] = { { chord_of(labels[i]), 127 },
                                             { chord_of(labels[k]), 127 } };
            snq_voicing a, b[2], c;
            check_ok(snq_voicing_run(&cfg, two, 2, &none, b));
            /* step by step from each chord's own favourite it can't be nearer in motion and place together */
            check_ok(snq_voicing_run(&cfg, two, 1, &none, &a));
            check_ok(snq_voicing_run(&cfg, two + 1, 1, &a, &c));
            check_ok(snq_voicing_run(&cfg, two + 1, 1, &b[0], &c));
            assert_memory_equal(&c, &b[1], sizeof c); /* the second follows from the first */
            check_near((double)snq__voicing_motion(&b[0], &b[0]), 0, 0);
            check_near((double)snq__voicing_motion(&b[0], &b[1]),
                       (double)snq__voicing_motion(&b[1], &b[0]), 1e-6);
        }
}

static void shapes(void **state)
{
    static const char *const labels[] = {
        "C:min", "F:min7", "G#:maj7", "G:7", "D#:maj9", "A#:7(#9)"
    };
    const snq_voicing none = { .notes = 0 };
    for (size_t i = 0; i < SNQ_COUNT(labels); i++)
        for (int kind = 0; kind < SNQ_VOICINGS; kind++) {
            const snq_voicing_job job = { chord_of(labels[i]), 127 };
            const snq_voicing_cfg cfg = { 48, 79, 4, (uint8_t)kind, 0 };
            snq_voicing v;
            check_ok(snq_voicing_run(&cfg, &job, 1, &none, &v));
            const int span = v.pitch[v.notes - 1] - v.pitch[0], first = v.pitch[1] - v.pitch[0];
            const int lowest = (v.pitch[0] - job.chord.root + 120) % 12;
            switch (kind) {
            case SNQ_VOICING_close:
                assert_true(span <= 12);
                break;
            case SNQ_VOICING_open:
                assert_in_range(span, 12, 20);
                break;
            case SNQ_VOICING_spread:
                assert_in_range(first, 6, 12);
                assert_true(span >= 12);
                break;
            case SNQ_VOICING_rootless:
                if (job.chord.tones & 0xC00)
                    assert_true(lowest == 3 || lowest == 4 || lowest == 10 || lowest == 11);
                break;
            case SNQ_VOICING_power:
                assert_int_equal(lowest, 0);
                assert_int_equal(first, 7);
                break;
            default:
                assert_true(span <= 24);
                break;
            }
            /* no mud */
            for (int k = 1; k < v.notes; k++)
                assert_true(v.pitch[k - 1] >= 50 || v.pitch[k] - v.pitch[k - 1] >= 3);
        }
}

static void under_a_ceiling(void **state)
{
    const snq_voicing none = { .notes = 0 };
    const snq_voicing_cfg cfg = { 52, 79, 3, SNQ_VOICING_close, 0 };
    for (int root = 0; root < 12; root++) {
        snq_voicing_job job = { { (uint8_t)root, (uint8_t)root, 0x91 }, 67 };
        snq_voicing v;
        check_ok(snq_voicing_run(&cfg, &job, 1, &none, &v));
        assert_true(v.pitch[v.notes - 1] <= 67);
    }
}

static void the_bass_where_nobody_plays_it(void **state)
{
    const snq_voicing none = { .notes = 0 };
    for (int bass = 0; bass < 12; bass++) {
        const snq_voicing_job job = { { 0, (uint8_t)bass, 0x91 }, 127 };
        const snq_voicing_cfg cfg = { 40, 60, 4, SNQ_VOICING_close, 1 };
        snq_voicing v;
        check_ok(snq_voicing_run(&cfg, &job, 1, &none, &v));
        assert_int_equal(v.pitch[0] % 12, bass);
        assert_in_range(v.pitch[0], 36, 47);
        assert_int_equal(v.notes, 4);
        check_voicing(&v, &job.chord, 36, 70);
    }
}

static void silences(void **state)
{
    const snq_voicing none = { .notes = 0 };
    const snq_voicing_cfg cfg = { 52, 76, 3, SNQ_VOICING_close, 0 };
    const snq_voicing_job job[] = { { chord_of("C"), 127 },
                                    { chord_of("N"), 127 },
                                    { chord_of("F"), 127 },
                                    { chord_of("N"), 127 } };
    snq_voicing v[4];
    check_ok(snq_voicing_run(&cfg, job, 4, &none, v));
    assert_int_equal(v[0].notes, 3);
    assert_int_equal(v[1].notes, 0);
    assert_int_equal(v[2].notes, 3);
    assert_int_equal(v[3].notes, 0);
    check_ok(snq_voicing_run(&cfg, job, 0, &none, v));
    check_ok(snq__voicing_of_context(&piece.context, 0, 0, &cfg, &none, v));
    snq_alloc_fail_after(0);
    check_status(snq_voicing_run(&cfg, job, 4, &none, v), SNQ_ERR_NOMEM);
    snq_alloc_fail_after(-1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tones_by_priority),
        cmocka_unit_test(within_the_register),
        cmocka_unit_test(voices_lead),
        cmocka_unit_test(the_path_is_the_cheapest),
        cmocka_unit_test(shapes),
        cmocka_unit_test(under_a_ceiling),
        cmocka_unit_test(the_bass_where_nobody_plays_it),
        cmocka_unit_test(silences),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
