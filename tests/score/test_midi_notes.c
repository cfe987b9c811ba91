// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "midi_checks.h"
#include "base/alloc.h"
#include "base/rng.h"
#include "score/midi_impl.h"

/* One track of one channel, whose notes must be these: "tick+length/velocity:release …" of one pitch. */
static void notes_are(const char *hex, const char *codes, const char *want)
{
    smf *f = smf_new(0, 1, 480);
    snq_score s;
    char got[512] = "";
    smf_track(f, hex);
    smf_read(f, &s, codes);
    assert_int_equal(s.tracks, 1);
    for (size_t i = 0; i < s.track[0].notes; i++) {
        const snq_note *n = &s.track[0].note[i];
        sprintf(got + strlen(got), "%s%lld+%lld/%d:%d", i ? " " : "", (long long)n->tick,
                (long long)n->length, n->velocity, n->release);
    }
    assert_string_equal(got, want);
    snq_score_clear(&s);
    smf_free(f);
}

static void test_an_end_is_a_note_off_or_velocity_0(void **state)
{
    notes_are("00 90 3C 40  0A 80 3C 20", "", "0+10/64:32");
    notes_are("00 90 3C 40  0A 3C 00", "", "0+10/64:64");
    notes_are("05 90 3C 7F  00 80 3C 00", "", "5+0/127:0");
}

static void test_first_in_first_out(void **state)
{
    notes_are("00 90 3C 01  0A 3C 02  0A 80 3C 03  0A 80 3C 04", "", "0+20/1:3 10+20/2:4");
    notes_are("00 90 3C 01  00 3C 02  0A 80 3C 03  0A 80 3C 04", "", "0+10/1:3 0+20/2:4");
    /* an end and a beginning at one tick: what the file says first */
    notes_are("00 90 3C 01  0A 80 3C 03  00 90 3C 02  0A 80 3C 04", "", "0+10/1:3 10+10/2:4");
    notes_are("00 90 3C 01  0A 90 3C 02  00 80 3C 03  0A 80 3C 04", "", "0+10/1:3 10+10/2:4");
}

static void test_ends_that_are_missing(void **state)
{
    /* no other: to the end of the track; else to the next of the pitch */
    notes_are("00 90 3C 01  0A B0 00 00  0A 00 00", "midi_note_unended", "0+20/1:64");
    notes_are("00 90 3C 01  0A 3C 02  0A 80 3C 03", "midi_note_unended", "0+10/1:64 10+10/2:3");
    notes_are("00 90 3C 01  0A 3C 02  0A 3C 03  0A B0 00 00", "midi_note_unended",
              "0+10/1:64 10+10/2:64 20+10/3:64");
    /* one that hangs does not make the others longer */
    notes_are("00 90 3C 01  0A 3C 02  0A 3C 00  0A 3C 03  0A 3C 00  0A 3C 04  0A 3C 00",
              "midi_note_unended", "0+10/1:64 10+10/2:64 30+10/3:64 50+10/4:64");
    /* overlapping ones after it end in their order */
    notes_are("00 90 3C 01  0A 3C 02  0A 3C 03  0A 80 3C 05  0A 3C 06", "midi_note_unended",
              "0+10/1:64 10+20/2:5 20+20/3:6");
    /* struck twice at one tick */
    notes_are("00 90 3C 01  00 3C 02  0A 80 3C 05", "midi_note_unended", "0+0/1:64 0+10/2:5");
}

static void test_ends_that_have_no_beginning(void **state)
{
    notes_are("00 80 3C 01  0A 90 3C 02  0A 80 3C 03  0A 80 3C 04", "midi_note_unbegun",
              "10+10/2:3");
    /* a note of no length, its end written first */
    notes_are("00 90 3C 00  00 3C 01  0A 3C 02  0A 3C 00", "midi_note_unbegun midi_note_unended",
              "0+0/1:64 10+10/2:64");
}

static void test_pitches_and_channels_apart(void **state)
{
    smf *f = smf_new(0, 1, 480);
    snq_score s;
    smf_track(f, "00 90 3C 01  00 91 3C 02  00 90 3D 03  05 90 3D 00  05 90 3C 00  05 91 3C 00");
    smf_read(f, &s, "");
    assert_int_equal(s.tracks, 2);
    assert_int_equal(s.track[0].notes, 2);
    assert_int_equal(s.track[0].note[0].length, 10);
    assert_int_equal(s.track[0].note[1].length, 5);
    assert_int_equal(s.track[1].note[0].length, 15);
    snq_score_clear(&s);
    smf_free(f);
}

/* ---- against the definition ---- */

enum { STEPS = 200, PITCH = 60 };

typedef struct step {
    int is_on, ended; /* ended: an on whose off is known to be its own */
    int64_t tick;
} step;

/* Beginnings and ends, each at a tick of its own, at no time more ends than beginnings. */
static size_t random_steps(snq_rng *r, int balanced, step *to)
{
    int64_t tick = 0;
    int level = 0;
    size_t n = 0;
    while (n < STEPS || (balanced && level)) {
        const int is_on = !level || (n < STEPS && snq_rng_below(r, 2));
        tick += 1 + snq_rng_below(r, 5);
        level += is_on ? 1 : -1;
        to[n++] = (step) { is_on, 0, tick };
    }
    return n;
}

static void read_steps(const step *p, size_t n, snq_score *s, const char *codes)
{
    smf *f = smf_new(0, 1, 480);
    int64_t tick = 0;
    smf_begin(f, "MTrk");
    for (size_t i = 0; i < n; i++) {
        smf_put_number(f, (uint32_t)(p[i].tick - tick));
        tick = p[i].tick;
        smf_put_byte(f, p[i].is_on ? 0x90 : 0x80);
        smf_put_byte(f, PITCH);
        smf_put_byte(f, 1 + (int)(i % 100));
    }
    smf_put(f, "00 FF 2F 00");
    smf_close(f);
    smf_read(f, s, codes);
    smf_free(f);
}

static void test_balanced_notes_are_a_queue(void **state)
{
    snq_rng r;
    snq_rng_init(&r, 6);
    for (int round = 0; round < 50; round++) {
        static step p[2 * STEPS];
        snq_score s;
        const size_t n = random_steps(&r, 1, p);
        read_steps(p, n, &s, "");
        const snq_track *t = &s.track[0];
        size_t off = 0, k = 0;
        for (size_t i = 0; i < n; i++) {
            if (!p[i].is_on)
                continue;
            while (p[off].is_on)
                off++;
            assert_int_equal(t->note[k].tick, p[i].tick);
            assert_int_equal(t->note[k].length, p[off].tick - p[i].tick);
            assert_int_equal(t->note[k].release, 1 + (int)(off % 100));
            off++;
            k++;
        }
        assert_int_equal(t->notes, k);
        snq_score_clear(&s);
    }
}

/* By a stack: which beginnings have an end; those and the ends are paired in their order. */
static void test_unbalanced_notes(void **state)
{
    snq_rng r;
    snq_rng_init(&r, 7);
    for (int round = 0; round < 200; round++) {
        static step p[2 * STEPS];
        size_t stack[STEPS], level = 0, off = 0, k = 0;
        snq_score s;
        const size_t n = random_steps(&r, 0, p);
        for (size_t i = 0; i < n; i++)
            if (p[i].is_on)
                stack[level++] = i;
            else
                p[stack[--level]].ended = 1;
        read_steps(p, n, &s, level ? "midi_note_unended" : "");
        const snq_track *t = &s.track[0];
        for (size_t i = 0; i < n; i++) {
            if (!p[i].is_on)
                continue;
            int64_t end = p[n - 1].tick;
            if (p[i].ended) {
                while (p[off].is_on)
                    off++;
                end = p[off++].tick;
            } else
                for (size_t m = n - 1; m > i; m--)
                    end = p[m].is_on ? p[m].tick : end;
            assert_int_equal(t->note[k].tick, p[i].tick);
            assert_int_equal(t->note[k].tick + t->note[k].length, end);
            k++;
        }
        assert_int_equal(t->notes, k);
        snq_score_clear(&s);
    }
}

static void test_out_of_memory(void **state)
{
    static snq__midi_open open;
    snq_track t = { 0 };
    const snq__midi_event on = { .status = 0x90, .a = PITCH, .b = 1 };
    snq__midi_open_init(&open);
    snq_alloc_fail_after(0);
    check_status(snq__midi_note_on(&open, &t, &on), SNQ_ERR_NOMEM);
    snq_alloc_fail_after(-1);
    assert_int_equal(open.open, 0);
    check_ok(snq__midi_note_on(&open, &t, &on));
    snq_alloc_fail_after(0);
    check_status(snq__midi_notes_end(&open, &t, 10), SNQ_ERR_NOMEM);
    snq_alloc_fail_after(-1);
    check_ok(snq__midi_notes_end(&open, &t, 10));
    assert_int_equal(t.note[0].length, 10);
    snq_free(t.note);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_end_is_a_note_off_or_velocity_0),
        cmocka_unit_test(test_first_in_first_out),
        cmocka_unit_test(test_ends_that_are_missing),
        cmocka_unit_test(test_ends_that_have_no_beginning),
        cmocka_unit_test(test_pitches_and_channels_apart),
        cmocka_unit_test(test_balanced_notes_are_a_queue),
        cmocka_unit_test(test_unbalanced_notes),
        cmocka_unit_test(test_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
