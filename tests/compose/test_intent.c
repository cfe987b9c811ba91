// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/alloc.h"
#include "base/attr.h"
#include "base/str.h"
#include "compose/mix_wish.h"
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

static snq_intent decide(const snq_style *style, const char *brief, uint64_t seed)
{
    snq_brief b = brief_of(brief);
    snq_intent in;
    const snq_status st = snq_intent_decide(&b, style, sounds, seed, &in);
    if (st < 0)
        fail_msg("%s: %s: %s", style->id, brief, snq_last_error());
    snq_brief_clear(&b);
    return in;
}

static const snq_track_intent *track_of(const snq_intent *in, const char *kind)
{
    for (uint32_t i = 0; i < in->tracks; i++)
        if (strcmp(in->track[i].kind, kind) == 0)
            return &in->track[i];
    return NULL;
}

static int plays(const snq_intent *in, const char *patch)
{
    for (uint32_t i = 0; i < in->tracks; i++)
        if (strcmp(in->track[i].patch, patch) == 0)
            return 1;
    return 0;
}

static uint32_t parts_of(const snq_intent *in)
{
    uint32_t set = 0;
    for (uint32_t i = 0; i < in->tracks; i++)
        set |= 1u << in->track[i].part;
    return set;
}

/* ---------------------------------------------------------------- what is said */

/* What of a brief is obeyed to the letter. */
static void check_obeyed(const snq_brief *b, const snq_intent *in, const char *prompt)
{
    const snq_style *s = in->style;
    int wrong = 0;
    wrong |= b->bpm > 0.0 && in->bpm != b->bpm;
    if (b->bpm <= 0.0 && (b->min_bpm > 0.0 || b->max_bpm > 0.0))
        wrong |= in->bpm < b->min_bpm || (b->max_bpm > 0.0 && in->bpm > b->max_bpm);
    else if (b->bpm <= 0.0)
        wrong |= in->bpm < s->bpm_min || in->bpm > s->bpm_max;
    wrong |= (b->tonic >= 0 && in->tonic != b->tonic) || (b->mode >= 0 && in->mode != b->mode);
    wrong |=
        b->beat_unit && (in->beat_unit != b->beat_unit || in->beats_per_bar != b->beats_per_bar);
    wrong |= b->bars && in->bars != b->bars;
    wrong |= in->feel != b->feel;
    if (b->seconds > 0.0) {
        const double off = fabs(in->bars * snq_intent_bar_s(in) - b->seconds);
        wrong |= off > (b->bpm > 0.0 ? 0.5001 * snq_intent_bar_s(in) : 1e-6);
    }
    for (uint32_t i = 0; i < in->tracks; i++) {
        const uint32_t bit = 1u << in->track[i].part;
        wrong |= (b->exclude & bit) != 0;
        wrong |= b->only && !(b->only & bit);
    }
    const uint32_t wanted = (uint32_t)(b->only | b->include) & ~b->exclude;
    wrong |= b->only ? (wanted & b->only & ~parts_of(in)) != 0 : (wanted & ~parts_of(in)) != 0;
    if (wrong)
        fail_msg("%s: \"%s\": %g bpm, %d bars, %d/%d, parts %x", s->id, prompt, in->bpm, in->bars,
                 in->beats_per_bar, in->beat_unit, parts_of(in));
}

static void every_prompt_is_obeyed_in_every_style(void **state)
{
    snq_style *style[SNQ_GENRES];
    for (int g = 0; g < SNQ_GENRES; g++)
        style[g] = style_of_tree(snq_genre_names[g]);
    brief_list list = brief_list_open();
    snq_brief b;
    while (brief_list_next(&list, &b)) {
        for (int g = 0; g < SNQ_GENRES; g++) {
            snq_intent in;
            if (b.only && !(b.only & ~b.exclude))
                continue;
            if (snq_intent_decide(&b, style[g], sounds, (uint64_t)g, &in) < 0)
                fail_msg("%s: \"%s\": %s", style[g]->id, list.prompt, snq_last_error());
            check_obeyed(&b, &in, list.prompt);
            /* instruments that may play do */
            for (int i = 0; i < SNQ_PLAYED; i++) {
                int has = 0, may = 0;
                if (!(b.instruments >> i & 1) || (b.avoid_instruments >> i & 1))
                    continue;
                for (int p = 0; p < SNQ_PARTS; p++) {
                    may |= sounds->played[i][p].patches && !(b.exclude >> p & 1) &&
                           (!b.only || (b.only >> p & 1));
                    for (uint32_t k = 0; k < sounds->played[i][p].patches; k++)
                        has |= plays(&in, sounds->played[i][p].patch[k]);
                }
                if (may && !has)
                    fail_msg("%s: \"%s\": nobody plays %s", style[g]->id, list.prompt,
                             snq_played_names[i]);
            }
        }
        snq_brief_clear(&b);
    }
    brief_list_close(&list);
    for (int g = 0; g < SNQ_GENRES; g++)
        snq_style_free(style[g]);
}

static void a_length_in_seconds_is_exact(void **state)
{
    for (int g = 0; g < SNQ_GENRES; g++) {
        snq_style *style = style_of_tree(snq_genre_names[g]);
        for (int s = 20; s <= 400; s += 19) {
            char text[128];
            snprintf(text, sizeof text, "{\"length\":{\"seconds\":%d}}", s);
            const snq_intent in = decide(style, text, (uint64_t)s);
            check_near(in.bars * snq_intent_bar_s(&in), s, 1e-6);
            assert_true(in.bpm >= style->bpm_min && in.bpm <= style->bpm_max);
        }
        const snq_intent odd =
            decide(style, "{\"tempo\":{\"bpm\":121.7},\"length\":{\"seconds\":61}}", 1);
        assert_true(fabs(odd.bars * snq_intent_bar_s(&odd) - 61.0) <=
                    snq_intent_bar_s(&odd) / 2 + 1e-9);
        const snq_intent blink = decide(style, "{\"length\":{\"seconds\":0.01}}", 1);
        assert_int_equal(blink.bars, 1);
        snq_style_free(style);
    }
}

static void too_long_is_said(void **state)
{
    snq_style *style = style_of_tree("techno");
    static const char *const briefs[] = {
        "{\"length\":{\"bars\":4097}}", "{\"length\":{\"seconds\":1000000000}}",
        "{\"length\":{\"seconds\":20000},\"tempo\":{\"bpm\":130}}"
    };
    for (size_t i = 0; i < SNQ_COUNT(briefs); i++) {
        snq_brief b = brief_of(briefs[i]);
        snq_intent in;
        check_status(snq_intent_decide(&b, style, sounds, 1, &in), SNQ_ERR_RANGE);
        assert_non_null(strstr(snq_last_error(), "4096"));
        snq_brief_clear(&b);
    }
    snq_brief nobody = brief_of(
        "{\"tracks\":{\"exclude\":[\"drums\",\"bass\",\"harmony\",\"melody\",\"vocal\"]}}");
    snq_intent in;
    check_status(snq_intent_decide(&nobody, style, sounds, 1, &in), SNQ_ERR_RANGE);
    assert_non_null(strstr(snq_last_error(), "no track"));
    snq_brief_clear(&nobody);
    snq_style_free(style);
}

/* ---------------------------------------------------------------- what words lean to */

static void moods_lean(void **state)
{
    snq_style *style = style_of_tree("synthwave");
    int bright[2] = { 0, 0 };
    double bpm[2] = { 0.0, 0.0 }, energy[2] = { 0.0, 0.0 };
    for (uint64_t seed = 0; seed < 200; seed++) {
        const snq_intent sad = decide(style, "{\"moods\":[\"sad\"]}", seed);
        const snq_intent glad = decide(style, "{\"moods\":[\"euphoric\"]}", seed);
        bright[0] += sad.mode == SNQ_MODE_major || sad.mode == SNQ_MODE_mixolydian;
        bright[1] += glad.mode == SNQ_MODE_major || glad.mode == SNQ_MODE_mixolydian;
        bpm[0] += sad.bpm;
        bpm[1] += glad.bpm;
        energy[0] += (double)sad.energy;
        energy[1] += (double)glad.energy;
        assert_true(sad.valence < 0.0f && glad.valence > 0.0f);
    }
    assert_true(bright[1] > 3 * bright[0] + 20);
    assert_true(bpm[1] > bpm[0] + 200 * 5);
    assert_true(energy[1] > energy[0] + 200 * 0.2);
    /* away from what is to be avoided */
    const snq_intent not_sad = decide(style, "{\"avoid\":{\"moods\":[\"sad\"]}}", 1);
    assert_true(not_sad.valence > 0.0f);
    snq_style_free(style);
}

static void energy_words_hold(void **state)
{
    for (int g = 0; g < SNQ_GENRES; g++) {
        snq_style *style = style_of_tree(snq_genre_names[g]);
        assert_true(decide(style, "{\"energy\":\"low\",\"moods\":[\"angry\"]}", 1).energy <= 0.35f);
        const float middle = decide(style, "{\"energy\":\"medium\"}", 1).energy;
        assert_true(middle >= 0.45f && middle <= 0.65f);
        assert_true(decide(style, "{\"energy\":\"high\",\"moods\":[\"calm\"]}", 1).energy >= 0.75f);
        snq_style_free(style);
    }
}

static void swing_words_hold(void **state)
{
    for (int g = 0; g < SNQ_GENRES; g++) {
        snq_style *style = style_of_tree(snq_genre_names[g]);
        const float none = decide(style, "{\"swing\":\"none\"}", 3).swing;
        const float light = decide(style, "{\"swing\":\"light\"}", 3).swing;
        const float heavy = decide(style, "{\"swing\":\"heavy\"}", 3).swing;
        const float own = decide(style, "{}", 3).swing;
        assert_true(none == 0.5f && light >= 0.56f && heavy >= 0.62f && heavy > light);
        assert_true(own >= style->swing_min && own <= style->swing_max);
        snq_style_free(style);
    }
}

static void qualities_go_to_their_track(void **state)
{
    snq_style *style = style_of_tree("house");
    const snq_intent plain = decide(style, "{\"tracks\":{\"include\":[\"bass\"]}}", 5);
    const snq_intent bent = decide(style,
                                   "{\"tracks\":{\"include\":[\"bass\"]},\"modifiers\":["
                                   "{\"track\":\"bass\",\"quality\":\"distorted\"},"
                                   "{\"track\":\"bass\",\"quality\":\"busy\"},"
                                   "{\"track\":\"mix\",\"quality\":\"spacious\"}]}",
                                   5);
    const snq_track_intent *a = track_of(&plain, "bass"), *b = track_of(&bent, "bass");
    assert_true(b->density > a->density && b->mix.drive > a->mix.drive + 0.3f);
    assert_true(b->qualities >> SNQ_QUALITY_busy & 1 && b->qualities >> SNQ_QUALITY_spacious & 1);
    const snq_track_intent *d = track_of(&bent, "drums");
    assert_true(d->mix.drive <= track_of(&plain, "drums")->mix.drive + 1e-6f);
    assert_true(!(d->qualities >> SNQ_QUALITY_busy & 1));
    assert_true(bent.mix.reverb_db > plain.mix.reverb_db + 3.0f);
    const snq_intent shunned =
        decide(style, "{\"avoid\":{\"modifiers\":[{\"track\":\"bass\",\"quality\":\"busy\"}]}}", 5);
    assert_true(track_of(&shunned, "bass")->density < a->density);
    assert_true(track_of(&shunned, "bass")->shunned >> SNQ_QUALITY_busy & 1);
    /* dusty vinyl; none of it where it is to be avoided */
    const snq_intent dusty = decide(
        style,
        "{\"instruments\":[\"vinyl\"],\"modifiers\":[{\"track\":\"mix\",\"quality\":\"dusty\"}]}",
        5);
    assert_true(dusty.mix.vinyl >= 0.4f && dusty.mix.lowpass_hz == 9000.0f);
    assert_true(plays(&dusty, "vinyl_texture"));
    snq_style *lofi = style_of_tree("lofi");
    const snq_intent clean = decide(lofi, "{\"avoid\":{\"instruments\":[\"vinyl\"]}}", 5);
    assert_true(clean.mix.vinyl == 0.0f && !plays(&clean, "vinyl_texture"));
    snq_style_free(lofi);
    snq_style_free(style);
}

/* ---------------------------------------------------------------- who plays what */

static void instruments_find_their_track(void **state)
{
    static const struct {
        const char *style, *brief, *kind, *patch;
    } row[] = {
        { "trap", "{\"instruments\":[\"808\"]}", "drums", "kit_808" },
        { "trap", "{\"instruments\":[\"808\"]}", "bass", "boom_bass" },
        { "house", "{\"instruments\":[\"808\"],\"tracks\":{\"include\":[\"bass\"]}}", "bass",
          "boom_bass" },
        { "techno", "{\"instruments\":[\"acid\"]}", "bass", "acid_bass" },
        { "rock", "{\"instruments\":[\"acid\"]}", "bass", "acid_bass" },
        { "techno", "{\"instruments\":[\"909\"]}", "drums", "kit_909" },
        { "lofi", "{\"instruments\":[\"rhodes\"]}", "harmony", "electric_piano" },
        { "house", "{\"instruments\":[\"piano\"]}", "harmony", "bright_piano" },
        { "techno", "{\"instruments\":[\"sax\"]}", "melody", "saxophone" },
        { "cinematic", "{\"instruments\":[\"strings\"]}", "pad", "string_ensemble" },
        { "funk", "{\"instruments\":[\"strings\"]}", "pad", "string_ensemble" },
        { "ambient", "{\"instruments\":[\"choir\"]}", "pad", "choir_pad" },
        { "jazz", "{\"instruments\":[\"flute\"]}", "melody", "flute" },
        { "trance", "{\"instruments\":[\"supersaw\"]}", "harmony", "supersaw_lead" },
        { "dubstep", "{\"tracks\":{\"include\":[\"vocal\"]}}", "vocal", NULL },
        { "jazz", "{\"tracks\":{\"include\":[\"vocal\"]}}", "vocal", NULL },
        { "ambient", "{\"tracks\":{\"include\":[\"drums\"]}}", "drums", NULL },
        { "synthwave", "{\"modifiers\":[{\"track\":\"melody\",\"quality\":\"arpeggiated\"}]}",
          "arpeggio", NULL },
    };
    for (size_t i = 0; i < SNQ_COUNT(row); i++) {
        snq_style *style = style_of_tree(row[i].style);
        for (uint64_t seed = 0; seed < 8; seed++) {
            const snq_intent in = decide(style, row[i].brief, seed);
            int found = 0;
            for (uint32_t t = 0; t < in.tracks; t++)
                found |= strcmp(in.track[t].kind, row[i].kind) == 0 &&
                         (!row[i].patch || strcmp(in.track[t].patch, row[i].patch) == 0);
            if (!found)
                fail_msg("%s: %s: no %s on %s", row[i].style, row[i].brief,
                         row[i].patch ? row[i].patch : "sound", row[i].kind);
        }
        snq_style_free(style);
    }
}

static void a_crowd_is_seated(void **state)
{
    snq_str text;
    snq_str_init(&text, 1 << 16);
    snq_str_put(&text, "{\"instruments\":[");
    for (int i = 0; i < SNQ_PLAYED; i++) {
        snq_str_put(&text, i ? ",\"" : "\"");
        snq_str_put(&text, snq_played_names[i]);
        snq_str_put(&text, "\"");
    }
    snq_str_put(
        &text, "],\"tracks\":{\"include\":[\"drums\",\"bass\",\"harmony\",\"melody\",\"vocal\"]}}");
    for (int g = 0; g < SNQ_GENRES; g++) {
        snq_style *style = style_of_tree(snq_genre_names[g]);
        const snq_intent in = decide(style, text.text, 1);
        assert_true(in.tracks <= SNQ_INTENT_TRACKS_MAX && in.tracks >= 8);
        for (uint32_t i = 0; i < in.tracks; i++)
            for (uint32_t k = 0; k < i; k++)
                assert_string_not_equal(in.track[i].name, in.track[k].name);
        snq_style_free(style);
    }
    snq_str_clear(&text);
}

static void the_avoided_is_avoided(void **state)
{
    snq_str text;
    snq_str_init(&text, 1 << 16);
    for (int i = 0; i < SNQ_PLAYED; i++) {
        text.length = 0;
        snq_str_put(&text, "{\"avoid\":{\"instruments\":[\"");
        snq_str_put(&text, snq_played_names[i]);
        snq_str_put(&text, "\"]}}");
        for (int g = 0; g < SNQ_GENRES; g++) {
            snq_style *style = style_of_tree(snq_genre_names[g]);
            for (uint64_t seed = 0; seed < 3; seed++) {
                const snq_intent in = decide(style, text.text, seed);
                for (int p = 0; p < SNQ_PARTS; p++)
                    for (uint32_t k = 0; k < sounds->played[i][p].patches; k++)
                        if (plays(&in, sounds->played[i][p].patch[k]))
                            fail_msg("%s: somebody plays %s", style->id,
                                     sounds->played[i][p].patch[k]);
                if (i == SNQ_PLAYED_pad)
                    assert_null(track_of(&in, "pad"));
            }
            snq_style_free(style);
        }
    }
    snq_str_clear(&text);
}

static void eras_and_moods_choose_sounds(void **state)
{
    snq_style *funk = style_of_tree("funk"), *techno = style_of_tree("techno");
    int eighties[2] = { 0, 0 }, dark[2] = { 0, 0 };
    for (uint64_t seed = 0; seed < 100; seed++) {
        const snq_intent plain = decide(funk, "{}", seed),
                         era = decide(funk, "{\"era\":\"80s\"}", seed);
        eighties[0] += plays(&plain, "fm_bass");
        eighties[1] += plays(&era, "fm_bass");
        const snq_intent a = decide(techno, "{}", seed),
                         b = decide(techno, "{\"moods\":[\"dark\"]}", seed);
        dark[0] += plays(&a, "dark_pad");
        dark[1] += plays(&b, "dark_pad");
    }
    assert_true(eighties[1] > eighties[0] + 5 && dark[1] > dark[0] + 5);
    snq_style_free(funk);
    snq_style_free(techno);
}

/* ---------------------------------------------------------------- title, seeds */

static void titles_say_what_it_is(void **state)
{
    snq_style *style = style_of_tree("techno");
    const snq_intent in =
        decide(style, "{\"moods\":[\"dark\"],\"key\":{\"tonic\":\"A\",\"mode\":\"minor\"}}", 1);
    assert_string_equal(in.title, "Dark Techno in A Minor");
    snq_style_free(style);
}

static void seeds_differ_and_repeat(void **state)
{
    for (int g = 0; g < SNQ_GENRES; g++) {
        snq_style *style = style_of_tree(snq_genre_names[g]);
        uint32_t tonics = 0, tempos = 0;
        for (uint64_t seed = 0; seed < 40; seed++) {
            const snq_intent a = decide(style, "{}", seed), b = decide(style, "{}", seed);
            assert_memory_equal(&a, &b, sizeof a);
            tonics |= 1u << a.tonic;
            tempos |= 1u << ((int)a.bpm & 31);
        }
        assert_true(__builtin_popcount(tonics) >= 8 && __builtin_popcount(tempos) >= 3);
        snq_style_free(style);
    }
}

/* ---------------------------------------------------------------- as a document */

static snq_str written(const snq_intent *in)
{
    snq_json j;
    snq_str out;
    snq_str_init(&out, 1 << 20);
    snq_json_init(&j, snq_json_to_str, &out);
    snq_intent_json(&j, in);
    check_ok(snq_json_finish(&j));
    return out;
}

static snq_status read_back(const char *text, const snq_style *style, snq_intent *out)
{
    snq_json_doc *doc;
    check_ok(snq_json_parse("session.json", text, strlen(text), &doc));
    const snq_json_ref at = snq_json_root(doc);
    snq_error_clear();
    const snq_status st = snq_intent_from_json(&at, style, out);
    snq_json_doc_free(doc);
    return st;
}

static void it_comes_back_from_its_document(void **state)
{
    brief_list list = brief_list_open();
    snq_brief b;
    uint64_t seed = UINT64_MAX;
    while (brief_list_next(&list, &b)) {
        snq_style *style = style_of_tree(snq_genre_names[b.genres ? b.genre[0] : 3]);
        snq_intent in, back;
        if (snq_intent_decide(&b, style, sounds, seed--, &in) >= 0) {
            snq_str text = written(&in);
            check_ok(read_back(text.text, style, &back));
            assert_memory_equal(&in, &back, sizeof in);
            snq_str_clear(&text);
        }
        snq_style_free(style);
        snq_brief_clear(&b);
    }
    brief_list_close(&list);
}

/* text with the first `from` replaced by `to` */
static void swapped(const char *text, const char *from, const char *to, char *out, size_t room)
{
    const char *at = strstr(text, from);
    if (!at)
        fail_msg("\"%s\" is not there", from);
    snprintf(out, room, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
}

static void damaged_documents_are_refused(void **state)
{
    static const char *const row[][2] = {
        { "\"seed\":\"9\"", "\"seed\":\"x\"" },
        { "\"seed\":\"9\"", "\"seed\":\"\"" },
        { "\"seed\":\"9\"", "\"seed\":9" },
        { "\"seed\":\"9\"", "\"Seed\":\"9\"" },
        { "\"meter\":\"4/4\"", "\"meter\":\"4\"" },
        { "\"meter\":\"4/4\"", "\"meter\":\"4/3\"" },
        { "\"meter\":\"4/4\"", "\"meter\":\"0/4\"" },
        { "\"meter\":\"4/4\"", "\"meter\":4" },
        { "\"feel\":\"normal\"", "\"feel\":\"odd\"" },
        { "\"bpm\":", "\"bpm\":1e9,\"x\":" },
        { "\"kind\":\"drums\"", "\"kind\":\"kazoo\"" },
        { "\"as\":\"drums\"", "\"as\":7" },
        { "\"name\":\"drums\"", "\"name\":\"\"" },
        { "\"name\":\"bass\"", "\"name\":\"drums\"" },
        { "\"swing_step\":1", "\"swing_step\":3" },
        { "\"bars\":", "\"bars\":0,\"y\":" },
        { "\"bars\":88", "\"bars\":4097" },
        { "\"ceiling_dbtp\":-1", "\"ceiling_dbtp\":1" },
        { "\"density\":", "\"density\":2,\"z\":" },
        { "\"moods\":[]", "\"moods\":[\"grumpy\"]" },
        { "\"moods\":[]", "\"moods\":[\"sad\"],\"era\":\"1750s\"" },
        { "\"tracks\":[", "\"tracks\":3,\"w\":[" },
    };
    snq_style *style = style_of_tree("house");
    snq_intent in = decide(style, "{}", 9), back;
    snq_str text = written(&in);
    char *bad = malloc(1 << 20);
    for (size_t i = 0; i < SNQ_COUNT(row); i++) {
        swapped(text.text, row[i][0], row[i][1], bad, 1 << 20);
        if (read_back(bad, style, &back) >= 0)
            fail_msg("%s is taken", row[i][1]);
        assert_string_not_equal(snq_last_error(), "");
    }
    swapped(text.text, "\"moods\":[]", "\"moods\":[\"sad\"],\"era\":\"80s\"", bad, 1 << 20);
    check_ok(read_back(bad, style, &back));
    assert_int_equal(back.era, SNQ_ERA_80s);
    free(bad);
    snq_str_clear(&text);
    in.tracks = 0;
    text = written(&in);
    check_status(read_back(text.text, style, &back), SNQ_ERR_RANGE);
    snq_str_clear(&text);
    snq_style_free(style);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_prompt_is_obeyed_in_every_style),
        cmocka_unit_test(a_length_in_seconds_is_exact),
        cmocka_unit_test(too_long_is_said),
        cmocka_unit_test(moods_lean),
        cmocka_unit_test(energy_words_hold),
        cmocka_unit_test(swing_words_hold),
        cmocka_unit_test(qualities_go_to_their_track),
        cmocka_unit_test(instruments_find_their_track),
        cmocka_unit_test(a_crowd_is_seated),
        cmocka_unit_test(the_avoided_is_avoided),
        cmocka_unit_test(eras_and_moods_choose_sounds),
        cmocka_unit_test(titles_say_what_it_is),
        cmocka_unit_test(seeds_differ_and_repeat),
        cmocka_unit_test(it_comes_back_from_its_document),
        cmocka_unit_test(damaged_documents_are_refused),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
