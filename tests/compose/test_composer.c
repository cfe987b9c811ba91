// SPDX-License-Identifier: MIT
#include "support/check.h"

#include <time.h>

#include "base/alloc.h"
#include "base/attr.h"
#include "support/sweep.h"
#include "whole_piece.h"

static snq_sound_table *sounds;

static int begin(void **state)
{
    sounds = sounds_of_tree();
    return 0;
}

static int end(void **state)
{
    snq_free(sounds);
    return 0;
}

static snq_score make(const snq_brief *b, const snq_style *style, uint64_t seed, snq_intent *in)
{
    snq_score s;
    check_ok(snq_intent_decide(b, style, sounds, seed, in));
    const snq_compose_cfg cfg = compose_cfg(b, in, seed);
    const snq_status st = snq_compose(&cfg, &s);
    if (st < 0)
        fail_msg("%s, seed %llu, %d bars: %s", style->id, (unsigned long long)seed, in->bars,
                 snq_last_error());
    check_score(&s, in);
    return s;
}

/* Ten seeds of each style: pieces of their own, every one what was decided, the same when made again. */
static void every_style_makes_pieces(void **state)
{
    for (int g = 0; g < SNQ_GENRES; g++) {
        snq_style *style = style_of_tree(snq_genre_names[g]);
        snq_brief b = brief_of("{}");
        uint64_t seen[10];
        for (uint64_t seed = 0; seed < 10; seed++) {
            snq_intent in;
            snq_score s = make(&b, style, seed, &in);
            seen[seed] = score_hash(&s);
            for (uint64_t k = 0; k < seed; k++)
                assert_true(seen[k] != seen[seed]);
            const double length_s = snq_score_length_s(&s);
            if (length_s < 75.0 || length_s > 230.0)
                fail_msg("%s lasts %g s", style->id, length_s);
            snq_score_clear(&s);
            if (seed < 2) {
                snq_score again = make(&b, style, seed, &in);
                assert_true(score_hash(&again) == seen[seed]);
                snq_score_clear(&again);
            }
        }
        snq_brief_clear(&b);
        snq_style_free(style);
    }
}

static void of_any_length_from_a_bar_on(void **state)
{
    static const int32_t lengths[] = { 1, 2, 3, 4, 5, 7, 8, 11, 16, 23, 32, 48, 61, 100, 256 };
    for (int g = 0; g < SNQ_GENRES; g++) {
        snq_style *style = style_of_tree(snq_genre_names[g]);
        for (size_t i = 0; i < SNQ_COUNT(lengths); i++) {
            snq_brief b = brief_of("{}");
            snq_intent in;
            b.bars = lengths[i];
            snq_score s = make(&b, style, 100 + i, &in);
            assert_int_equal(in.bars, lengths[i]);
            snq_score_clear(&s);
            snq_brief_clear(&b);
        }
        snq_style_free(style);
    }
}

static void in_any_metre(void **state)
{
    static const char *const briefs[] = {
        "{\"meter\":\"3/4\"}",
        "{\"meter\":\"6/8\"}",
        "{\"meter\":\"5/4\"}",
        "{\"meter\":\"7/8\"}",
        "{\"meter\":\"12/8\"}",
        "{\"meter\":\"2/2\"}",
        "{\"meter\":\"1/16\"}",
        "{\"meter\":\"99/2\",\"length\":{\"bars\":2}}",
        "{\"meter\":\"11/16\",\"length\":{\"bars\":9}}",
    };
    for (int g = 0; g < SNQ_GENRES; g++) {
        snq_style *style = style_of_tree(snq_genre_names[g]);
        for (size_t i = 0; i < SNQ_COUNT(briefs); i++) {
            snq_brief b = brief_of(briefs[i]);
            snq_intent in;
            snq_score s = make(&b, style, i, &in);
            snq_score_clear(&s);
            snq_brief_clear(&b);
        }
        snq_style_free(style);
    }
}

/* A wish a bar reaches the context; a piece of wishes is a piece. */
static void with_wishes_of_every_bar(void **state)
{
    snq_style *style = style_of_tree("cinematic");
    snq_brief b = brief_of("{\"length\":{\"bars\":24}}");
    snq_intent in;
    snq_bar_wish wish[24];
    check_ok(snq_intent_decide(&b, style, sounds, 7, &in));
    snq_compose_cfg cfg = compose_cfg(&b, &in, 7);
    for (int i = 0; i < 24; i++)
        wish[i] = (snq_bar_wish) { .energy = (float)(i % 5) / 4.0f,
                                   .hat_density = i & 1 ? NAN : 1.0f,
                                   .percussion = 0.0f,
                                   .chord_complexity = NAN,
                                   .melody_density = 0.3f,
                                   .swing = NAN,
                                   .kick = SNQ_KICK_sparse,
                                   .progression = NAN };
    snq_score plain, wished;
    check_ok(snq_compose(&cfg, &plain));
    cfg.wish = wish;
    check_ok(snq_compose(&cfg, &wished));
    check_score(&wished, &in);
    assert_true(score_hash(&plain) != score_hash(&wished));
    snq_score_clear(&plain);
    snq_score_clear(&wished);
    snq_brief_clear(&b);
    snq_style_free(style);
}

/* ---------------------------------------------------------------- of a piece that is there */

static int same_track(const snq_track *a, const snq_track *b)
{
    if (a->notes != b->notes || a->curves != b->curves || strcmp(a->patch, b->patch) != 0)
        return 0;
    for (size_t i = 0; i < a->notes; i++) {
        const snq_note *x = &a->note[i], *y = &b->note[i];
        if (x->tick != y->tick || x->length != y->length || x->pitch != y->pitch ||
            x->velocity != y->velocity || x->offset_s != y->offset_s)
            return 0;
    }
    for (size_t i = 0; i < a->curves; i++)
        if (a->curve[i].points != b->curve[i].points)
            return 0;
    return 1;
}

static uint32_t index_of(const snq_intent *in, const char *kind)
{
    uint32_t i = 0;
    while (i < in->tracks && strcmp(in->track[i].kind, kind) != 0)
        i++;
    assert_true(i < in->tracks);
    return i;
}

static void one_track_anew_beside_the_others(void **state)
{
    static const char *const ids[] = { "techno", "jazz", "trap", "funk", "dubstep" };
    for (size_t g = 0; g < SNQ_COUNT(ids); g++) {
        snq_style *style = style_of_tree(ids[g]);
        snq_brief b = brief_of("{}");
        snq_intent in;
        snq_score first = make(&b, style, 3, &in), second;
        const uint32_t bass = index_of(&in, "bass");
        snq_compose_cfg cfg = compose_cfg(&b, &in, 3);
        cfg.kept = &first;
        cfg.anew = 1u << bass;
        cfg.track_seed[bass] = 424242;
        check_ok(snq_compose(&cfg, &second));
        check_score(&second, &in);
        for (uint32_t i = 0; i < in.tracks; i++)
            if (same_track(&first.track[i], &second.track[i]) != (i != bass))
                fail_msg("%s: track %s", ids[g], in.track[i].name);
        assert_int_equal(first.chords, second.chords);
        for (size_t i = 0; i < first.chords; i++)
            assert_string_equal(first.chord[i].label, second.chord[i].label);
        assert_int_equal(first.sections, second.sections);
        snq_score_clear(&first);
        snq_score_clear(&second);
        snq_brief_clear(&b);
        snq_style_free(style);
    }
}

static void what_was_edited_by_hand_stays(void **state)
{
    snq_style *style = style_of_tree("synthwave");
    snq_brief b = brief_of("{\"length\":{\"bars\":40}}");
    snq_intent in;
    snq_score piece = make(&b, style, 5, &in), again;
    const int64_t bar = snq_intent_bar_ticks(&in);
    /* three sections of one's own, a track of one's own, one less */
    piece.sections = 3;
    piece.section[0].end = piece.section[1].start = 10 * bar + 3; /* next to a bar */
    piece.section[1].end = piece.section[2].start = 30 * bar;
    piece.section[2].end = piece.length;
    piece.section[1].energy = NAN;
    snprintf(piece.section[0].name, sizeof piece.section[0].name, "Something");
    snprintf(piece.section[1].name, sizeof piece.section[1].name, "Chorus 9");
    snprintf(piece.section[2].name, sizeof piece.section[2].name, "outro");
    snprintf(piece.title, sizeof piece.title, "Mine");
    const uint32_t pad = index_of(&in, "pad"), bass = index_of(&in, "bass");
    snprintf(piece.track[pad].name, sizeof piece.track[pad].name, "my own");
    check_ok(snq_track_add_message(&piece.track[pad],
                                   (snq_message) { .status = 0xB0, .a = 1, .b = 2 }, NULL));
    snq_compose_cfg cfg = compose_cfg(&b, &in, 5);
    cfg.kept = &piece;
    cfg.anew = 1u << bass;
    check_ok(snq_compose(&cfg, &again));
    assert_string_equal(again.title, "Mine");
    assert_int_equal(again.sections, 3);
    assert_int_equal(again.section[1].start, 10 * bar);
    assert_string_equal(again.section[1].name, "Chorus 9");
    assert_int_equal(again.tracks, in.tracks);
    assert_null(snq_score_find_track(&again, in.track[pad].name));
    const snq_track *mine = snq_score_find_track(&again, "my own");
    assert_non_null(mine);
    assert_true(same_track(&piece.track[pad], mine) && mine->messages == 1);
    assert_int_equal(again.length, piece.length);
    check_ok(snq_score_check(&again));
    snq_score_clear(&again);

    /* no sections at all: those that are planned */
    piece.sections = 0;
    check_ok(snq_compose(&cfg, &again));
    assert_true(again.sections > 3);
    snq_score_clear(&again);
    /* sections behind the end are none */
    piece.sections = 3;
    piece.section[2].start = piece.section[1].end = 400 * bar;
    check_ok(snq_compose(&cfg, &again));
    assert_int_equal(again.sections, 2);
    snq_score_clear(&again);
    piece.ticks_per_quarter = 480;
    check_status(snq_compose(&cfg, &again), SNQ_ERR_RANGE);
    assert_non_null(strstr(snq_last_error(), "480"));
    assert_null(again.track);
    piece.ticks_per_quarter = SNQ_SCORE_TICKS;
    snprintf(piece.chord[2].label, sizeof piece.chord[2].label, "H?");
    check_status(snq_compose(&cfg, &again), SNQ_ERR_FORMAT);
    snprintf(in.track[bass].kind, sizeof in.track[bass].kind, "kazoo");
    cfg.kept = NULL;
    check_status(snq_compose(&cfg, &again), SNQ_ERR_RANGE);
    assert_non_null(strstr(snq_last_error(), "kazoo"));
    snq_score_clear(&piece);
    snq_brief_clear(&b);
    snq_style_free(style);
}

/* ---------------------------------------------------------------- prompts */

static void every_prompt_gets_what_it_asks_for(void **state)
{
    brief_list list = brief_list_open();
    snq_style *style[SNQ_GENRES] = { NULL };
    snq_brief b;
    uint64_t seed = 0;
    int pieces = 0;
    while (brief_list_next(&list, &b)) {
        const int genre = b.genres ? b.genre[0] : (int)(seed % SNQ_GENRES);
        if (!style[genre])
            style[genre] = style_of_tree(snq_genre_names[genre]);
        snq_intent in;
        if (snq_intent_decide(&b, style[genre], sounds, seed, &in) < 0) {
            /* only what can't be: nobody left */
            assert_non_null(strstr(snq_last_error(), "no track"));
            assert_true(b.only && !(b.only & ~b.exclude));
        } else {
            snq_score s = make(&b, style[genre], seed, &in);
            snq_score_clear(&s);
            pieces++;
        }
        seed++;
        snq_brief_clear(&b);
    }
    assert_true(pieces >= 70);
    for (int g = 0; g < SNQ_GENRES; g++)
        snq_style_free(style[g]);
    brief_list_close(&list);
}

/* ---------------------------------------------------------------- cost, memory */

#if !defined(__SANITIZE_ADDRESS__) && !defined(SNQ_INSTRUMENTED)
static double cpu_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}
#endif

static void the_score_of_three_minutes_is_there_at_once(void **state)
{
#if defined(__SANITIZE_ADDRESS__) || defined(SNQ_INSTRUMENTED)
    skip(); /* measures the sanitizer */
#else
    snq_style *style = style_of_tree("trance");
    snq_brief b = brief_of("{\"length\":{\"seconds\":180}}");
    snq_intent in;
    double best = 1e9;
    for (uint64_t seed = 0; seed < 5; seed++) {
        const double at = cpu_s();
        check_ok(snq_intent_decide(&b, style, sounds, seed, &in));
        const snq_compose_cfg cfg = compose_cfg(&b, &in, seed);
        snq_score s;
        check_ok(snq_compose(&cfg, &s));
        const double took = cpu_s() - at;
        best = took < best ? took : best;
        snq_score_clear(&s);
    }
    print_message("a score of 3 minutes: %.1f ms\n", best * 1e3);
    assert_true(best < 0.05);
    snq_brief_clear(&b);
    snq_style_free(style);
#endif
}

static snq_status make_one(void *user, void **object)
{
    snq_score *s = calloc(1, sizeof *s);
    const snq_status st = snq_compose(user, s);
    if (st < 0) {
        free(s);
        return st;
    }
    *object = s;
    return st;
}

static void unmake_one(void *object)
{
    snq_score_clear(object);
    free(object);
}

static void memory_may_end_anywhere(void **state)
{
    snq_style *style = style_of_tree("house");
    snq_brief b = brief_of("{\"length\":{\"bars\":4}}");
    snq_intent in;
    snq_score first;
    check_ok(snq_intent_decide(&b, style, sounds, 1, &in));
    snq_compose_cfg cfg = compose_cfg(&b, &in, 1);
    snq_sweep(make_one, unmake_one, &cfg);
    check_ok(snq_compose(&cfg, &first));
    cfg.kept = &first;
    cfg.anew = 2;
    snq_sweep(make_one, unmake_one, &cfg);
    snq_score_clear(&first);
    snq_brief_clear(&b);
    snq_style_free(style);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_style_makes_pieces),
        cmocka_unit_test(of_any_length_from_a_bar_on),
        cmocka_unit_test(in_any_metre),
        cmocka_unit_test(with_wishes_of_every_bar),
        cmocka_unit_test(one_track_anew_beside_the_others),
        cmocka_unit_test(what_was_edited_by_hand_stays),
        cmocka_unit_test(every_prompt_gets_what_it_asks_for),
        cmocka_unit_test(the_score_of_three_minutes_is_there_at_once),
        cmocka_unit_test(memory_may_end_anywhere),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
