// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/alloc.h"
#include "base/attr.h"
#include "base/rng.h"
#include "compose/mix_wish.h"
#include "compose/track_kind.h"
#include "support/sweep.h"
#include "whole_piece.h"

#define TRACK "{\"name\":\"drums\",\"kind\":\"drums\",\"sounds\":[{\"patch\":\"kit_808\"}]}"
#define HEAD                       \
    "{\"schema\":\"sonique/style/" \
    "1\",\"id\":\"mine\",\"name\":\"Mine\",\"tempo\":{\"bpm\":100},\"modes\":{\"minor\":1},"
#define SMALL HEAD "\"tracks\":[" TRACK "]}"

static void all_of_the_tree_are_good(void **state)
{
    for (int g = 0; g < SNQ_GENRES; g++) {
        snq_style *s = style_of_tree(snq_genre_names[g]);
        assert_string_equal(s->id, snq_genre_names[g]);
        assert_true(s->about[0] && s->bpm_min < s->bpm_max);
        assert_true(s->tracks >= 5 && s->tracks <= SNQ_STYLE_TRACKS_MAX);
        assert_true(s->target_lufs >= -16.0f && s->target_lufs <= -9.0f);
        int bass = 0, ducked = 0;
        float usual = 0.0f;
        for (uint32_t t = 0; t < s->tracks; t++) {
            assert_non_null(snq_track_kind_find(s->track[t].kind));
            bass |= strcmp(s->track[t].kind, "bass") == 0;
            ducked |= s->track[t].mix.duck_db > 0.0f;
            usual += s->track[t].chance;
        }
        assert_true(bass && usual >= 4.0f && usual <= 9.0f);
        assert_true(ducked || g == SNQ_GENRE_rock || g == SNQ_GENRE_jazz || g == SNQ_GENRE_funk ||
                    g == SNQ_GENRE_ambient || g == SNQ_GENRE_cinematic || g == SNQ_GENRE_lofi);
        assert_int_equal(s->pulse, g != SNQ_GENRE_ambient);
        snq_style_free(s);
    }
    snq_style_free(NULL);
}

static void little_is_enough(void **state)
{
    snq_style *s = style_of_text(SMALL);
    assert_true(s->pulse && s->swing == 0.5f && s->swing_step == 1);
    assert_int_equal(s->beats_per_bar, 4);
    assert_int_equal(s->beat_unit, 4);
    check_near(s->bpm_min, 100.0, 0.0);
    assert_true(s->track[0].chance == 1.0f && s->track[0].mix.width == 1.0f);
    assert_true(s->track[0].mix.delay_db == -60.0f && s->track[0].human.force_by_step[3] == 1.0f);
    assert_true(s->form.shapes == 1 && s->form.shape[0].sections == 6);
    snq_sound_table *sounds = sounds_of_tree();
    snq_brief b = brief_of("{}");
    snq_intent in;
    snq_score score;
    check_ok(snq_intent_decide(&b, s, sounds, 1, &in));
    const snq_compose_cfg cfg = compose_cfg(&b, &in, 1);
    check_ok(snq_compose(&cfg, &score));
    check_score(&score, &in);
    snq_score_clear(&score);
    snq_brief_clear(&b);
    snq_free(sounds);
    snq_style_free(s);
}

/* What is wrong is refused, and the place is named. */
static void damaged_styles_are_refused(void **state)
{
    static const struct {
        const char *text, *word;
    } row[] = {
        { "{}", "schema" },
        { "{\"schema\":\"sonique/style/2\"}", "sonique/style/2" },
        { "{\"schem\":1}", "schem" },
        { HEAD "\"tracks\":[]}", "0 tracks" },
        { HEAD "\"tracks\":3}", "tracks" },
        { HEAD "\"tracks\":[" TRACK "," TRACK "]}", "twice" },
        { HEAD "\"tracks\":[{\"name\":\"x\",\"kind\":\"kazoo\",\"sounds\":[{\"patch\":\"a\"}]}]}",
          "kazoo" },
        { HEAD "\"tracks\":[{\"name\":\"\",\"kind\":\"bass\",\"sounds\":[{\"patch\":\"a\"}]}]}",
          "empty" },
        { HEAD "\"tracks\":[{\"name\":\"x\",\"kind\":\"bass\",\"sounds\":[]}]}", "0 sounds" },
        { HEAD "\"tracks\":[{\"name\":\"x\",\"kind\":\"bass\",\"sounds\":[{\"patch\":\"\"}]}]}",
          "sounds[0]" },
        { HEAD "\"tracks\":[{\"name\":\"x\",\"kind\":\"bass\",\"sounds\":[{\"patch\":\"a\","
               "\"weight\":0}]}]}",
          "weight" },
        { HEAD "\"tracks\":[{\"name\":\"x\",\"kind\":\"bass\",\"sounds\":[{\"patch\":\"a\","
               "\"moods\":[\"odd\"]}]}]}",
          "moods[0]" },
        { HEAD "\"tracks\":[{\"name\":\"x\",\"kind\":\"bass\",\"chance\":2,\"sounds\":[{\"patch\":"
               "\"a\"}]}]}",
          "chance" },
        { HEAD "\"tracks\":[{\"name\":\"x\",\"kind\":\"bass\",\"sounds\":[{\"patch\":\"a\"}],"
               "\"mix\":{\"pan\":2}}]}",
          "mix.pan" },
        { HEAD "\"tracks\":[{\"name\":\"x\",\"kind\":\"bass\",\"sounds\":[{\"patch\":\"a\"}],"
               "\"mix\":{\"pun\":2}}]}",
          "pun" },
        { HEAD "\"tracks\":[{\"name\":\"x\",\"kind\":\"bass\",\"sounds\":[{\"patch\":\"a\"}],"
               "\"human\":{\"timing_ms\":99}}]}",
          "timing_ms" },
        { HEAD "\"tracks\":[{\"name\":\"x\",\"kind\":\"bass\",\"sounds\":[{\"patch\":\"a\"}],"
               "\"human\":{\"force_by_step\":[1]}}]}",
          "four numbers" },
        { HEAD "\"meter\":\"4\",\"tracks\":[" TRACK "]}", "no metre" },
        { HEAD "\"meter\":\"4/5\",\"tracks\":[" TRACK "]}", "no metre" },
        { HEAD "\"energy\":3,\"tracks\":[" TRACK "]}", "energy" },
        { HEAD "\"bars\":0,\"tracks\":[" TRACK "]}", "bars" },
        { HEAD "\"loudness_lufs\":0,\"tracks\":[" TRACK "]}", "loudness_lufs" },
        { HEAD "\"dynamics_db\":25,\"tracks\":[" TRACK "]}", "dynamics_db" },
        { HEAD "\"swing\":{\"usual\":0.9},\"tracks\":[" TRACK "]}", "usual" },
        { HEAD "\"swing\":{\"usual\":0.6,\"range\":[0.5]},\"tracks\":[" TRACK "]}", "[from, to]" },
        { HEAD "\"swing\":{\"usual\":0.6,\"range\":[0.62,0.7]},\"tracks\":[" TRACK "]}",
          "not within" },
        { HEAD "\"form\":{},\"tracks\":[" TRACK "]}", "shapes" },
        { HEAD "\"form\":{\"phrase\":3,\"shapes\":[]},\"tracks\":[" TRACK "]}",
          "1, 2, 4, 8 or 16" },
        { HEAD "\"form\":{\"shapes\":[]},\"tracks\":[" TRACK "]}", "0 shapes" },
        { HEAD "\"form\":{\"shapes\":[{\"sections\":[]}]},\"tracks\":[" TRACK "]}", "0 sections" },
        { HEAD "\"form\":{\"shapes\":[{\"sections\":[{\"section\":\"solo\",\"bars\":4,\"energy\":1,"
               "\"tracks\":[]}]}]},\"tracks\":[" TRACK "]}",
          "shapes[0].sections[0].section" },
        { HEAD "\"form\":{\"shapes\":[{\"again\":[1,0],\"sections\":[{\"section\":\"drop\","
               "\"bars\":4,\"energy\":1,\"tracks\":[]}]}]},\"tracks\":[" TRACK "]}",
          "again" },
        { HEAD "\"form\":{\"shapes\":[{\"again\":1,\"sections\":[{\"section\":\"drop\",\"bars\":4,"
               "\"energy\":1,\"tracks\":[]}]}]},\"tracks\":[" TRACK "]}",
          "again" },
        { HEAD "\"form\":{\"shapes\":[{\"sections\":[{\"section\":\"drop\",\"bars\":4,\"energy\":["
               "1],\"tracks\":[]}]}]},\"tracks\":[" TRACK "]}",
          "[from, to]" },
        { HEAD "\"form\":{\"shapes\":[{\"sections\":[{\"section\":\"drop\",\"bars\":4,\"energy\":["
               "0,2],\"tracks\":[]}]}]},\"tracks\":[" TRACK "]}",
          "energy[1]" },
        { HEAD "\"form\":{\"shapes\":[{\"sections\":[{\"section\":\"drop\",\"bars\":4,\"energy\":1,"
               "\"tracks\":[\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\","
               "\"a\",\"a\"]}]}]},\"tracks\":[" TRACK "]}",
          "more than 12" },
        { "{\"schema\":\"sonique/style/1\",\"id\":\"Mine!\",\"name\":\"M\"}", "a .. z" },
        { "{\"schema\":\"sonique/style/1\",\"id\":\"m\",\"name\":\"M\",\"tempo\":{\"bpm\":1}}",
          "bpm" },
        { "{\"schema\":\"sonique/style/"
          "1\",\"id\":\"m\",\"name\":\"M\",\"tempo\":{\"bpm\":100},\"modes\":{}}",
          "no mode" },
        { HEAD "\"drums\":{\"x\":1},\"tracks\":[" TRACK "]}", "drums" },
        { HEAD "\"bass\":{\"x\":1},\"tracks\":[" TRACK "]}", "bass" },
        { HEAD "\"harmony\":{\"x\":1},\"tracks\":[" TRACK "]}", "harmony" },
        { HEAD "\"melody\":{\"x\":1},\"tracks\":[" TRACK "]}", "melody" },
    };
    for (size_t i = 0; i < SNQ_COUNT(row); i++) {
        style_fails(row[i].text);
        if (!strstr(snq_last_error(), row[i].word))
            fail_msg("%s: \"%s\" has no \"%s\"", row[i].text, snq_last_error(), row[i].word);
    }
}

/* A style with one of its bytes changed is refused with a word, or makes pieces all the same. */
static void any_byte_may_be_wrong(void **state)
{
    snq_sound_table *sounds = sounds_of_tree();
    snq_brief b = brief_of("{\"length\":{\"bars\":5}}");
    snq_rng rng;
    size_t n, taken = 0;
    snq_rng_init(&rng, 4);
    for (int round = 0; round < 600; round++) {
        static const char odd[] = "0123456789.-e,:{}[]\"xA ";
        char *text = style_text(snq_genre_names[round % SNQ_GENRES], &n);
        const uint32_t hits = 1 + snq_rng_below(&rng, 3);
        for (uint32_t i = 0; i < hits; i++) {
            size_t at = snq_rng_below(&rng, (uint32_t)n);
            /* every other round numbers only: more of these are styles still */
            while (round % 2 && at + 1 < n && (text[at] < '0' || text[at] > '9'))
                at++;
            text[at] = odd[snq_rng_below(&rng, round % 2 ? 10 : sizeof odd - 1)];
        }
        snq_json_doc *doc;
        const int64_t live = snq_alloc_live();
        if (snq_json_parse("style.json", text, n, &doc) >= 0) {
            const snq_json_ref at = snq_json_root(doc);
            snq_style *s;
            snq_intent in;
            if (snq_style_from_json(&at, &s) >= 0) {
                snq_score score;
                taken++;
                check_ok(snq_intent_decide(&b, s, sounds, (uint64_t)round, &in));
                const snq_compose_cfg cfg = compose_cfg(&b, &in, 1);
                check_ok(snq_compose(&cfg, &score));
                snq_score_clear(&score);
            }
            snq_style_free(s);
            snq_json_doc_free(doc);
        }
        assert_int_equal(snq_alloc_live(), live);
        free(text);
    }
    assert_true(taken > 20);
    snq_brief_clear(&b);
    snq_free(sounds);
}

/* ---------------------------------------------------------------- two styles */

static void drums_are_lent(void **state)
{
    snq_style *jazz = style_of_tree("jazz"), *techno = style_of_tree("techno"), *both;
    check_ok(snq_style_blend(jazz, techno, &both));
    assert_string_equal(both->id, "jazz");
    assert_memory_equal(&both->drums, &techno->drums, sizeof both->drums);
    assert_memory_equal(&both->harmony, &jazz->harmony, sizeof both->harmony);
    assert_true(both->swing == techno->swing && both->swing_step == techno->swing_step);
    assert_string_equal(both->track[0].name, "drums");
    assert_string_equal(both->track[0].sound[0].patch, techno->track[0].sound[0].patch);
    snq_style_free(both);
    /* nothing to lend, another metre, nobody to lend to */
    snq_style *ambient = style_of_tree("ambient");
    check_ok(snq_style_blend(techno, ambient, &both));
    assert_memory_equal(both, techno, sizeof *both);
    snq_style_free(both);
    check_ok(snq_style_blend(ambient, techno, &both));
    assert_memory_equal(both, ambient, sizeof *both);
    snq_style_free(both);
    techno->beats_per_bar = 3;
    check_ok(snq_style_blend(jazz, techno, &both));
    assert_memory_equal(both, jazz, sizeof *both);
    snq_style_free(both);
    snq_style_free(ambient);
    snq_style_free(techno);
    snq_style_free(jazz);
}

static void without_a_genre_the_words_choose(void **state)
{
    static const struct {
        const char *brief, *among;
    } row[] = {
        { "{\"moods\":[\"sad\"],\"instruments\":[\"piano\"]}",
          "ambient cinematic lofi trap boom_bap" },
        { "{\"tempo\":{\"bpm\":174},\"energy\":\"high\"}", "drum_and_bass" },
        { "{\"instruments\":[\"supersaw\",\"909\"],\"tempo\":{\"bpm\":138}}", "trance" },
        { "{\"moods\":[\"calm\"],\"tracks\":{\"exclude\":[\"drums\"]},\"energy\":\"low\"}",
          "ambient" },
        { "{\"moods\":[\"tense\",\"epic\"],\"instruments\":[\"strings\",\"brass\"]}", "cinematic" },
        { "{\"instruments\":[\"sax\",\"piano\"],\"tempo\":{\"bpm\":180}}", "jazz" },
        { "{\"instruments\":[\"guitar\"],\"modifiers\":[{\"track\":\"drums\",\"quality\":\"heavy\"}"
          "],"
          "\"tempo\":{\"bpm\":160},\"energy\":\"high\"}",
          "rock" },
    };
    snq_sound_table *sounds = sounds_of_tree();
    for (size_t i = 0; i < SNQ_COUNT(row); i++) {
        snq_brief b = brief_of(row[i].brief);
        const char *best = "";
        float most = -1e9f;
        for (int g = 0; g < SNQ_GENRES; g++) {
            snq_style *s = style_of_tree(snq_genre_names[g]);
            const float fit = snq_style_fit(s, sounds, &b);
            if (fit > most) {
                most = fit;
                best = snq_genre_names[g];
            }
            snq_style_free(s);
        }
        if (!strstr(row[i].among, best))
            fail_msg("%s: %s", row[i].brief, best);
        snq_brief_clear(&b);
    }
    snq_free(sounds);
}

/* ---------------------------------------------------------------- sounds */

static snq_status read_sounds(const char *text)
{
    static snq_sound_table t;
    snq_json_doc *doc;
    check_ok(snq_json_parse("sounds.json", text, strlen(text), &doc));
    const snq_json_ref at = snq_json_root(doc);
    const snq_status st = snq_sound_table_from_json(&at, &t);
    snq_json_doc_free(doc);
    return st;
}

static void tables_of_sounds_are_checked(void **state)
{
#define S "\"schema\":\"sonique/sounds/1\","
    static const struct {
        const char *text, *word;
    } row[] = {
        { "{}", "schema" },
        { "{\"schema\":\"x\"}", "\"x\"" },
        { "{" S "\"piano\":1}", "piano" },
        { "{" S "\"instruments\":{\"kazoo\":{}},\"parts\":{},\"eras\":{}}", "kazoo" },
        { "{" S "\"instruments\":{\"piano\":{}},\"parts\":{},\"eras\":{}}", "no part" },
        { "{" S "\"instruments\":{\"piano\":{\"kind\":\"pad\"}},\"parts\":{},\"eras\":{}}",
          "no part" },
        { "{" S "\"instruments\":{\"piano\":{\"hands\":[\"a\"]}},\"parts\":{},\"eras\":{}}",
          "hands" },
        { "{" S "\"instruments\":{\"piano\":{\"harmony\":[]}},\"parts\":{},\"eras\":{}}",
          "1 .. 8" },
        { "{" S "\"instruments\":{\"piano\":{\"harmony\":[\"\"]}},\"parts\":{},\"eras\":{}}",
          "empty" },
        { "{" S "\"instruments\":{\"piano\":{\"harmony\":[4]}},\"parts\":{},\"eras\":{}}",
          "harmony[0]" },
        { "{" S "\"instruments\":{},\"parts\":{\"feet\":[\"a\"]},\"eras\":{}}", "feet" },
        { "{" S "\"instruments\":{},\"parts\":{},\"eras\":{\"1750s\":[\"a\"]}}", "1750s" },
        { "{" S "\"instruments\":{},\"parts\":{}}", "eras" },
    };
    for (size_t i = 0; i < SNQ_COUNT(row); i++) {
        assert_true(read_sounds(row[i].text) < 0);
        if (!strstr(snq_last_error(), row[i].word))
            fail_msg("%s: \"%s\" has no \"%s\"", row[i].text, snq_last_error(), row[i].word);
    }
    check_ok(read_sounds("{" S "\"instruments\":{},\"parts\":{},\"eras\":{}}"));
    snq_sound_table *t = sounds_of_tree();
    for (int i = 0; i < SNQ_PLAYED; i++)
        assert_true(t->played[i][t->home[i]].patches > 0);
    for (int p = 0; p < SNQ_PARTS; p++)
        assert_true(t->part[p].patches > 0);
    snq_free(t);
}

/* ---------------------------------------------------------------- wishes of the mix */

static void wishes_come_back(void **state)
{
    snq_mix_wish w = snq_mix_wish_none(), back = snq_mix_wish_none();
    snq_str text;
    snq_json j;
    snq_json_doc *doc;
    w.gain_db = -7.25f;
    w.delay_db = -12.0f;
    w.width = 0.0f;
    w.vinyl = 0.3f;
    snq_str_init(&text, 1 << 12);
    snq_json_init(&j, snq_json_to_str, &text);
    snq_mix_wish_json(&j, &w);
    check_ok(snq_json_finish(&j));
    assert_non_null(strstr(text.text, "\"width\":0"));
    assert_null(strstr(text.text, "pan"));
    check_ok(snq_json_parse("w", text.text, text.length, &doc));
    const snq_json_ref at = snq_json_root(doc);
    check_ok(snq_mix_wish_read(&at, &back));
    assert_memory_equal(&w, &back, sizeof w);
    snq_json_doc_free(doc);
    snq_str_clear(&text);
    w.gain_db = 99.0f;
    w.drive = -3.0f;
    snq_mix_wish_clamp(&w);
    assert_true(w.gain_db == 12.0f && w.drive == 0.0f && w.delay_db == -12.0f);
}

/* ---------------------------------------------------------------- memory */

static snq_status make(void *user, void **object)
{
    return snq_style_from_json(user, (snq_style **)object);
}

static void unmake(void *object)
{
    snq_style_free(object);
}

static snq_status blend(void *user, void **object)
{
    return snq_style_blend(user, user, (snq_style **)object);
}

static void memory_may_end(void **state)
{
    snq_json_doc *doc;
    check_ok(snq_json_parse("style.json", SMALL, strlen(SMALL), &doc));
    snq_json_ref at = snq_json_root(doc);
    snq_sweep(make, unmake, &at);
    snq_style *s = style_of_text(SMALL);
    snq_sweep(blend, unmake, s);
    snq_style_free(s);
    snq_json_doc_free(doc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_of_the_tree_are_good),
        cmocka_unit_test(little_is_enough),
        cmocka_unit_test(damaged_styles_are_refused),
        cmocka_unit_test(any_byte_may_be_wrong),
        cmocka_unit_test(drums_are_lent),
        cmocka_unit_test(without_a_genre_the_words_choose),
        cmocka_unit_test(tables_of_sounds_are_checked),
        cmocka_unit_test(wishes_come_back),
        cmocka_unit_test(memory_may_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
