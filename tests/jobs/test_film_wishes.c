// SPDX-License-Identifier: MIT
#include "support/check.h"

#include <math.h>

#include "../compose/whole_piece.h"
#include "base/alloc.h"
#include "base/attr.h"
#include "base/rng.h"
#include "base/str.h"
#include "compose/theory.h"
#include "jobs/film_wishes.h"

enum { BARS = 8 };

/* ---- results of the matrix ---- */

static snq_map_template *template_of(const char *mappings)
{
    char text[8192];
    snq_map_template *t;
    snprintf(text, sizeof text, "{\"id\":\"t\",\"name\":\"T\",\"mappings\":[%s]}", mappings);
    check_ok(snq_map_template_parse("t", text, strlen(text), NULL, &t));
    return t;
}

#define MAP(id, to, range, more)                                                               \
    "{\"id\":\"" id "\",\"source\":\"picture.luma_mean\",\"destination\":\"" to                \
    "\",\"transferFunction\":{\"type\":\"linear\",\"inputRange\":[0,1],\"outputRange\":" range \
    "},\"attack_s\":0,\"release_s\":0" more "}"

/* Brightness by `value`, every 0.25 s; 120 BPM: a bar of four quarters lasts 2 s. */
static snq_map_result run(const char *mappings, double (*value)(double t_s), double duration_s)
{
    snq_map_template *t = template_of(mappings);
    snq_map_run_cfg cfg = snq_map_run_cfg_default();
    snq_feature_set f;
    snq_feature *c;
    snq_map_result r;
    const size_t n = (size_t)(duration_s * 4) + 1;
    check_ok(snq_feature_set_init(&f, 0.25, n));
    const snq_map_source luma = { (uint16_t)snq_source_find("picture", "luma_mean"), -1 };
    check_ok(snq_feature_set_add(&f, luma, NULL, &c));
    for (size_t i = 0; i < n; i++)
        c->value[i] = (float)value(0.25 * (double)i);
    cfg.map = t;
    cfg.features = &f;
    cfg.duration_s = duration_s;
    check_ok(snq_map_run(&cfg, &r));
    snq_feature_set_clear(&f);
    snq_map_template_free(t);
    return r;
}

static double ramp(double t_s)
{
    return t_s / 16;
}

static double one(double t_s)
{
    return 1;
}

static double nothing(double t_s)
{
    return NAN;
}

/* 0 for 1.2 of each 2 s, else 1 */
static double mostly_low(double t_s)
{
    return fmod(t_s, 2) < 1.2 ? 0 : 1;
}

#define ALL                                                                                     \
    MAP("a", "global.energy", "[0,1]", "")                                                      \
    "," MAP("b", "rhythm.hat_density", "[1,0]", "") "," MAP(                                    \
        "c", "rhythm.percussion_complexity", "[0,0.5]",                                         \
        "") "," MAP("d", "harmony.chord_complexity", "[1,5]",                                   \
                    "") "," MAP("e", "rhythm.swing_amount", "[0,0.5]",                          \
                                "") "," MAP("f", "rhythm.kick_pattern", "[\"style\",\"none\"]", \
                                            "") "," MAP("g", "harmony.progression_type",        \
                                                        "[\"simple\",\"chromatic\"]", "")

/* ---- bars ---- */

static void a_bar_is_the_mean_of_its_time(void **state)
{
    snq_bar_wish w[BARS];
    snq_map_result r = run(ALL, ramp, 16);
    snq_film_wishes(&r, BARS, 4, w);
    check_ok(snq_bar_wish_check(w, BARS));
    for (int b = 0; b < BARS; b++) {
        const double middle = (b + 0.5) / BARS;
        check_near((double)w[b].energy, middle, 0.004);
        check_near((double)w[b].hat_density, 1 - middle, 0.004);
        check_near((double)w[b].percussion, 0.5 * middle, 0.004);
        check_near((double)w[b].swing, 0.5 * middle, 0.004);
        assert_true(isnan(w[b].melody_density));
        assert_true(fabs((double)w[b].chord_complexity - (0.5 + 5 * middle)) < 0.7);
        assert_true(fabs((double)w[b].kick - (7 * middle - 0.5)) < 1);
        assert_true(fabs((double)w[b].progression - (4 * middle - 0.5)) < 0.8);
    }
    snq_map_result_clear(&r);
}

static void of_choices_what_holds_longest(void **state)
{
    snq_bar_wish w[BARS];
    snq_map_result r = run(ALL, mostly_low, 16);
    snq_film_wishes(&r, BARS, 4, w);
    for (int b = 0; b < BARS; b++) {
        check_near((double)w[b].kick, SNQ_KICK_style, 0);
        check_near((double)w[b].progression, SNQ_PROGRESSION_simple, 0);
        check_near((double)w[b].chord_complexity, 1, 0);
        assert_true(w[b].energy > 0.2f && w[b].energy < 0.6f);
    }
    snq_map_result_clear(&r);
}

static void what_nobody_says_is_not_wished(void **state)
{
    snq_bar_wish w[BARS];
    snq_map_result r = run(ALL, nothing, 16); /* no value: the curves have the defaults */
    assert_true(r.outputs > 0);
    snq_film_wishes(&r, BARS, 4, w);
    for (int b = 0; b < BARS; b++)
        for (int i = 0; i < SNQ_BAR_WISH_FIELDS; i++)
            assert_true(isnan(snq_bar_wish_get(&w[b], &snq_bar_wish_fields[i])));
    snq_map_result_clear(&r);
    r = run(MAP("a", "global.energy", "[0,1]",
                ",\"enabled\":false") "," MAP("b", "rhythm.hat_density", "[0,1]", ""),
            one, 16);
    snq_film_wishes(&r, BARS, 4, w);
    assert_true(isnan(w[0].energy));
    check_near((double)w[0].hat_density, 1, 1e-6);
    snq_film_wishes(&r, 0, 4, NULL);
    snq_map_result_clear(&r);
}

/* Bars behind the film's end: what was there last. */
static void behind_the_end_the_last_holds(void **state)
{
    snq_bar_wish w[BARS];
    snq_map_result r = run(ALL, ramp, 6);
    snq_film_wishes(&r, BARS, 4, w);
    for (int b = 3; b < BARS; b++)
        check_near((double)w[b].energy, 6.0 / 16, 0.002);
    snq_map_result_clear(&r);
}

/* The wishes' choices are the destinations'. */
static void names_are_the_destinations(void **state)
{
    static const struct {
        const char *id;
        const char *const *names;
        int n;
    } row[] = { { "rhythm.kick_pattern", snq_kick_names, SNQ_KICKS },
                { "harmony.progression_type", snq_progression_names, SNQ_PROGRESSIONS },
                { "harmony.key", snq_tonic_names, 12 },
                { "harmony.scale", snq_brief_mode_names, SNQ_MODES } };
    size_t n;
    for (size_t i = 0; i < SNQ_COUNT(row); i++) {
        const snq_param *param = &snq_destinations(&n)[snq_destination_find(row[i].id)].param;
        assert_int_equal((int)param->max + 1, row[i].n);
        for (int k = 0; k < row[i].n; k++)
            assert_string_equal(param->choices[k], row[i].names[k]);
    }
}

/* ---- the whole piece ---- */

#define KEY MAP("a", "harmony.key", "[\"C\",\"D\"]", "")
#define WHOLE                                                                                  \
    KEY "," MAP("b", "harmony.scale", "[\"major\",\"dorian\"]", "") "," MAP("c", "global.bpm", \
                                                                            "[80,100]", "")

static void key_scale_and_tempo_where_they_are_open(void **state)
{
    static const struct {
        const char *brief;
        int tonic, mode;
        double bpm, min, max;
    } row[] = {
        { "{}", 2, SNQ_MODE_dorian, 0, 94, 106 },
        { "{\"key\":{\"tonic\":\"A\",\"mode\":\"major\"}}", 9, SNQ_MODE_major, 0, 94, 106 },
        { "{\"key\":{\"tonic\":null,\"mode\":\"minor\"}}", 2, SNQ_MODE_minor, 0, 94, 106 },
        { "{\"tempo\":{\"bpm\":133}}", 2, SNQ_MODE_dorian, 133, 0, 0 },
        { "{\"tempo\":{\"min\":70}}", 2, SNQ_MODE_dorian, 0, 70, 0 },
        { "{\"tempo\":{\"max\":70}}", 2, SNQ_MODE_dorian, 0, 0, 70 },
    };
    snq_map_result r = run(WHOLE, one, 16);
    for (size_t i = 0; i < SNQ_COUNT(row); i++) {
        snq_brief b = brief_of(row[i].brief);
        snq_film_wishes_brief(&r, 32, &b);
        assert_int_equal(b.tonic, row[i].tonic);
        assert_int_equal(b.mode, row[i].mode);
        check_near(b.bpm, row[i].bpm, 0);
        check_near(b.min_bpm, row[i].min, 0);
        check_near(b.max_bpm, row[i].max, 0);
        snq_brief_clear(&b);
    }
    snq_map_result_clear(&r);
}

static void what_the_film_leaves_open_stays_open(void **state)
{
    snq_brief b = brief_of("{}");
    snq_map_result r = run(WHOLE, nothing, 16);
    snq_film_wishes_brief(&r, 32, &b);
    assert_int_equal(b.tonic, -1);
    assert_int_equal(b.mode, -1);
    check_near(b.min_bpm, 0, 0);
    snq_map_result_clear(&r);
    r = run(KEY, mostly_low, 16); /* 0 longest; a tonic has a mode */
    snq_film_wishes_brief(&r, 32, &b);
    assert_int_equal(b.tonic, 0);
    assert_int_equal(b.mode, SNQ_MODE_minor);
    snq_map_result_clear(&r);
    snq_brief_clear(&b);
}

/* Key and scale in the notes: every style, major to locrian. */
static void the_notes_are_in_the_key(void **state)
{
    snq_sound_table *sounds = sounds_of_tree();
    double worst = 1;
    for (int g = 0; g < SNQ_GENRES; g++) {
        snq_style *style = style_of_tree(snq_genre_names[g]);
        char text[512];
        snprintf(text, sizeof text,
                 MAP("a", "harmony.key", "[0,%d]", "") "," MAP("b", "harmony.scale", "[%d,%d]", ""),
                 g % 11 + 1, 0, g % 6 + 1);
        snq_map_result r = run(text, one, 16);
        snq_brief b = brief_of("{\"length\":{\"bars\":32}}");
        snq_film_wishes_brief(&r, 32, &b);
        snq_intent in;
        snq_score s;
        check_ok(snq_intent_decide(&b, style, sounds, 5, &in));
        assert_int_equal(in.tonic, g % 11 + 1);
        assert_int_equal(in.mode, g % 6 + 1);
        const snq_compose_cfg cfg = compose_cfg(&b, &in, 5);
        check_ok(snq_compose(&cfg, &s));
        double inside = 0, all = 0;
        for (size_t t = 0; t < s.tracks; t++)
            for (size_t i = 0; i < s.track[t].notes && s.track[t].channel != 9; i++) {
                all += 1;
                inside += snq_pitch_in(snq_scale_set(in.tonic, in.mode), s.track[t].note[i].pitch);
            }
        worst = inside / all < worst ? inside / all : worst;
        if (inside < 0.85 * all)
            fail_msg("%s: %.2f of the notes are in the key", style->id, inside / all);
        snq_score_clear(&s);
        snq_brief_clear(&b);
        snq_map_result_clear(&r);
        snq_style_free(style);
    }
    print_message("notes in the key: %.3f and more\n", worst);
    snq_free(sounds);
}

/* ---- JSON ---- */

static char *text_of(const snq_bar_wish *w, int32_t bars)
{
    snq_str text;
    snq_json j;
    snq_str_init(&text, 1 << 20);
    snq_json_init(&j, snq_json_to_str, &text);
    snq_film_wishes_json(&j, w, bars);
    check_ok(snq_json_finish(&j));
    char *copy = malloc(text.length + 1);
    assert_non_null(copy);
    memcpy(copy, text.text, text.length);
    copy[text.length] = '\0';
    snq_str_clear(&text);
    return copy;
}

static snq_status read_text(const char *text, int32_t bars, snq_bar_wish *w)
{
    snq_json_doc *doc;
    check_ok(snq_json_parse("film.json", text, strlen(text), &doc));
    const snq_json_ref at = snq_json_root(doc);
    const snq_status st = snq_film_wishes_from_json(&at, bars, w);
    snq_json_doc_free(doc);
    return st;
}

static void there_and_back(void **state)
{
    snq_bar_wish w[BARS], back[BARS];
    snq_rng rng;
    snq_rng_init(&rng, 7);
    for (int time = 0; time < 200; time++) {
        for (int b = 0; b < BARS; b++) {
            w[b] = snq_bar_wish_none();
            for (int i = 0; i < SNQ_BAR_WISH_FIELDS; i++) {
                const snq_bar_wish_field *f = &snq_bar_wish_fields[i];
                const float v = f->min + (float)snq_rng_uniform(&rng) * (f->max - f->min);
                if (snq_rng_below(&rng, 4) && i != time % SNQ_BAR_WISH_FIELDS)
                    *snq_bar_wish_at(&w[b], f) = f->choice ? floorf(v + 0.5f) : v;
            }
        }
        char *text = text_of(w, BARS);
        check_ok(read_text(text, BARS, back));
        for (int b = 0; b < BARS; b++)
            for (int i = 0; i < SNQ_BAR_WISH_FIELDS; i++) {
                const float x = snq_bar_wish_get(&w[b], &snq_bar_wish_fields[i]);
                const float y = snq_bar_wish_get(&back[b], &snq_bar_wish_fields[i]);
                assert_true(x == y || (isnan(x) && isnan(y)));
            }
        assert_null(strstr(text, snq_bar_wish_fields[time % SNQ_BAR_WISH_FIELDS].name));
        free(text);
    }
}

static void as_it_is_written(void **state)
{
    snq_bar_wish w[2] = { snq_bar_wish_none(), snq_bar_wish_none() };
    char *text = text_of(w, 2);
    assert_string_equal(text, "{}");
    free(text);
    w[0].hat_density = 0.9f;
    w[1].kick = SNQ_KICK_four_on_floor;
    text = text_of(w, 2);
    assert_string_equal(text, "{\"hat_density\":[0.9,null],\"kick\":[null,\"four_on_floor\"]}");
    free(text);
    text = text_of(NULL, 0);
    assert_string_equal(text, "{}");
    check_ok(read_text(text, 0, NULL));
    free(text);
}

static void what_is_no_wish_is_refused(void **state)
{
    static const struct {
        const char *text, *says;
    } row[] = {
        { "[]", "object" },
        { "3", "object" },
        { "{\"hats\":[0,0]}", "unknown key \"hats\"" },
        { "{\"energy\":0.5}", "energy" },
        { "{\"energy\":[0.5]}", "energy: has 1 bars, not 2" },
        { "{\"energy\":[0.5,0.5,0.5]}", "energy: has 3 bars, not 2" },
        { "{\"energy\":[0.5,1.01]}", "energy[1]" },
        { "{\"energy\":[-0.01,1]}", "energy[0]" },
        { "{\"energy\":[\"loud\",1]}", "energy[0]" },
        { "{\"chord_complexity\":[0.9,1]}", "chord_complexity[0]" },
        { "{\"swing\":[0.51,0]}", "swing[0]" },
        { "{\"kick\":[null,\"four\"]}", "kick[1]" },
        { "{\"kick\":[null,1]}", "kick[1]" },
        { "{\"progression\":[\"simple\",true]}", "progression[1]" },
        { "{\"melody_density\":{\"0\":1}}", "melody_density" },
        { "{\"percussion\":[1e300,0]}", "percussion[0]" },
    };
    snq_bar_wish w[2];
    for (size_t i = 0; i < SNQ_COUNT(row); i++) {
        snq_error_clear();
        const snq_status st = read_text(row[i].text, 2, w);
        if (st >= 0 || !strstr(snq_last_error(), row[i].says))
            fail_msg("%s: %d, %s", row[i].text, st, snq_last_error());
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bar_is_the_mean_of_its_time),
        cmocka_unit_test(of_choices_what_holds_longest),
        cmocka_unit_test(what_nobody_says_is_not_wished),
        cmocka_unit_test(behind_the_end_the_last_holds),
        cmocka_unit_test(names_are_the_destinations),
        cmocka_unit_test(key_scale_and_tempo_where_they_are_open),
        cmocka_unit_test(what_the_film_leaves_open_stays_open),
        cmocka_unit_test(the_notes_are_in_the_key),
        cmocka_unit_test(there_and_back),
        cmocka_unit_test(as_it_is_written),
        cmocka_unit_test(what_is_no_wish_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
