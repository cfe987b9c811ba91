// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/alloc.h"
#include "base/str.h"
#include "compose/film_brief.h"
#include "whole_piece.h"

static snq_film_table table;
static snq_sound_table *sounds;
static snq_style *styles[SNQ_GENRES];

static char *table_text(size_t *n)
{
    char path[512];
    snprintf(path, sizeof path, "%s/styles/tables/film.json", getenv("SNQ_ROOT"));
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    char *text = malloc(1 << 16);
    assert_non_null(text);
    *n = fread(text, 1, (1 << 16) - 1, f);
    text[*n] = '\0';
    fclose(f);
    return text;
}

static snq_status read_table(const char *text, size_t n, snq_film_table *out)
{
    snq_json_doc *doc;
    check_ok(snq_json_parse("film.json", text, n, &doc));
    const snq_json_ref at = snq_json_root(doc);
    const snq_status st = snq_film_table_from_json(&at, out);
    snq_json_doc_free(doc);
    return st;
}

static int begin(void **state)
{
    size_t n;
    char *text = table_text(&n);
    const snq_status st = read_table(text, n, &table);
    free(text);
    sounds = sounds_of_tree();
    for (int g = 0; g < SNQ_GENRES; g++)
        styles[g] = style_of_tree(snq_genre_names[g]);
    return st;
}

static int end(void **state)
{
    for (int g = 0; g < SNQ_GENRES; g++)
        snq_style_free(styles[g]);
    snq_free(sounds);
    return 0;
}

/* A whole film of which nothing moves, 60 s of grey. */
static snq_film_traits grey(void)
{
    return (snq_film_traits) { .duration_s = 60.0,
                               .sway_hz = NAN,
                               .sway_bpm = NAN,
                               .luma = 0.45,
                               .contrast = 0.15,
                               .saturation = 0.1,
                               .hue_deg = NAN };
}

static snq_film_traits unseen(void)
{
    return (snq_film_traits) { NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, 0, 0 };
}

static snq_brief briefed(const snq_film_traits *f, const char *said, snq_film_words *why)
{
    snq_brief b = brief_of(said);
    const snq_film_styles all = { (const snq_style *const *)styles, SNQ_GENRES, sounds };
    snq_film_brief(&table, f, &all, &b, why);
    return b;
}

static int main_genre(const snq_film_traits *f, const char *said)
{
    snq_brief b = briefed(f, said, NULL);
    const int genre = b.genre[0];
    assert_true(b.genres >= 1);
    snq_brief_clear(&b);
    return genre;
}

static int says(const snq_film_words *w, const char *text)
{
    for (uint32_t i = 0; i < w->count; i++)
        if (strstr(w->text[i], text))
            return 1;
    return 0;
}

/* ---------------------------------------------------------------- traits */

/* 320 x 240, 20 s of it looked at; every band there and still. */
static void begin_sight(snq_sight *s)
{
    snq_sight_init(s);
    s->video = (snq_sight_video) {
        .width = 320, .height = 240, .fps = 25, .frames = 500, .duration_s = 30, .range = { 5, 25 }
    };
    s->motion_reason = s->camera_reason = s->jitter_reason = NULL;
    s->picture_reason = s->events_reason = NULL;
    for (int b = 0; b < SNQ_SIGHT_BANDS; b++) {
        s->band[b].still = "nothing moves in this band";
        s->band[b].energy = snq_measured(0);
        for (int p = 0; p < SNQ_SIGHT_PROPERTIES; p++)
            s->band[b].property[p] = snq_unmeasured("nothing moves in this band");
    }
}

static void sway(snq_sight *s, int band, double hz, double share, double coherence, double px_s)
{
    snq_sight_band *b = &s->band[band];
    b->still = NULL;
    b->energy = snq_measured(px_s * px_s);
    b->type[SNQ_SIGHT_OSCILLATORY].percentage = share;
    b->property[SNQ_SIGHT_PRIMARY_FREQUENCY] = snq_measured(hz);
    b->property[SNQ_SIGHT_FREQUENCY_COHERENCE] = snq_measured(coherence);
}

static void traits_are_what_was_seen(void **state)
{
    static const snq_sight_event event[] = { { 6, 1, SNQ_SIGHT_CUT },
                                             { 9, 1, SNQ_SIGHT_FLASH },
                                             { 12, 1, SNQ_SIGHT_CUT } };
    snq_sight s;
    snq_film_traits f;
    begin_sight(&s);
    sway(&s, SNQ_SIGHT_MF, 1.5, 1, 0.9, 24); /* .1 heights/s */
    sway(&s, SNQ_SIGHT_HF, 7, 0.5, 0.3, 48); /* stronger, and not regular */
    sway(&s, SNQ_SIGHT_UHF, 32, 1, 1, 24);   /* too fast for a rhythm */
    s.drift.mean_velocity_norm = snq_measured(0.2);
    s.event = event, s.events = 3;
    s.jitter.rms_px = 2.4;
    s.picture = (snq_sight_picture) { snq_measured(0.4), snq_measured(0.2), snq_measured(0.3),
                                      snq_unmeasured("none") };
    snq_film_traits_of(&s, &f);
    check_near(f.duration_s, 20, 0);
    check_near(f.speed_norm, sqrt(0.01 + 0.04 + 0.01 + 0.04), 1e-9);
    check_near(f.moving, 1, 0); /* the drift alone */
    check_near(f.sway_hz, 1.5, 0);
    check_near(f.sway_bpm, 90, 1e-9);
    check_near(f.pulse, 0.9, 1e-9);
    check_near(f.cuts_per_min, 6, 1e-9);
    assert_int_equal(f.cuts, 2);
    assert_int_equal(f.events, 3);
    check_near(f.shake_norm, 0.01, 1e-12);
    check_near(f.luma, 0.4, 0);
    assert_true(isnan(f.hue_deg));
    snq_sight_clear(&s);
}

/* A turning and a growing picture move although no point of them sways, nor the mean of all. */
static void the_whole_may_turn_and_grow(void **state)
{
    snq_sight s;
    snq_film_traits f;
    begin_sight(&s);
    s.camera.rotation_deg_s = 45;
    snq_film_traits_of(&s, &f);
    const double turn = f.speed_norm, r = sqrt((16.0 / 9 + 1) / 12);
    check_near(turn, 3.14159265 / 4 * r, 1e-6);
    s.camera.zoom_per_s = 3.14159265 / 4;
    snq_film_traits_of(&s, &f);
    check_near(f.speed_norm, turn * sqrt(2), 1e-6);
    s.camera_reason = "no";
    snq_film_traits_of(&s, &f);
    check_near(f.speed_norm, 0, 0);
    snq_sight_clear(&s);
}

static void a_half_moves_half_the_time(void **state)
{
    snq_sight s;
    snq_series *e;
    snq_film_traits f;
    begin_sight(&s);
    snq_film_traits_of(&s, &f);
    assert_true(isnan(f.moving)); /* no windows */
    check_ok(snq_sight_add_column(&s, SNQ_SIGHT_MF, "energy", "", 5, 0.25, &e));
    for (int i = 0; i < 90; i++)
        check_ok(snq_series_push(e, i < 40 ? 0.0f : i < 80 ? 100.0f : NAN));
    snq_film_traits_of(&s, &f);
    check_near(f.moving, 0.5, 1e-9);
    snq_sight_clear(&s);
}

static void tempos_fold_by_octaves(void **state)
{
    snq_film_traits f;
    for (double hz = 0.1; hz <= 10; hz *= 1.07) {
        snq_sight s;
        begin_sight(&s);
        sway(&s, SNQ_SIGHT_MF, hz, 1, 1, 10);
        snq_film_traits_of(&s, &f);
        const double octaves = log2(f.sway_bpm / (60 * hz));
        assert_true(f.sway_bpm >= 85 && f.sway_bpm < 170);
        check_near(octaves, round(octaves), 1e-9);
        snq_sight_clear(&s);
    }
}

/* No sight makes a trait that is out of its range; what is not there is not a number. */
static void hostile_sights(void **state)
{
    static const double odd[] = { NAN, INFINITY, -INFINITY, -1, 0, 1e308, 5e-324 };
    snq_sight s;
    snq_film_traits f;
    snq_sight_init(&s);
    snq_film_traits_of(&s, &f);
    assert_true(isnan(f.duration_s) && isnan(f.speed_norm) && isnan(f.moving) && isnan(f.pulse) &&
                isnan(f.cuts_per_min) && isnan(f.shake_norm) && isnan(f.luma) && isnan(f.hue_deg));
    snq_sight_clear(&s);
    for (size_t i = 0; i < SNQ_COUNT(odd); i++)
        for (uint32_t height = 0; height <= 240; height += 240) {
            const snq_measure m = { odd[i], NULL };
            const snq_sight_event event = { odd[i], odd[i], SNQ_SIGHT_CUT };
            snq_series *e;
            begin_sight(&s);
            s.video.height = height, s.video.duration_s = odd[i];
            s.video.range = (snq_span) { odd[i], odd[i] };
            s.drift.mean_velocity_norm = m;
            s.camera = (snq_sight_camera) { { odd[i], odd[i] }, odd[i], odd[i], odd[i] };
            s.jitter.rms_px = odd[i];
            s.picture = (snq_sight_picture) { m, m, m, m };
            s.event = &event, s.events = 1;
            for (int b = 0; b < SNQ_SIGHT_BANDS; b++)
                sway(&s, b, odd[i], odd[i], odd[i], odd[i]);
            check_ok(snq_sight_add_column(&s, 0, "energy", "", 0, 0.25, &e));
            check_ok(snq_series_push(e, (float)odd[i]));
            snq_film_traits_of(&s, &f);
            assert_true(isnan(f.duration_s) || f.duration_s > 0);
            assert_true(isnan(f.speed_norm) || f.speed_norm >= 0);
            assert_true(isnan(f.moving) || (f.moving >= 0 && f.moving <= 1));
            assert_true(isnan(f.sway_bpm) || (f.sway_bpm >= 85 && f.sway_bpm < 170));
            assert_true(f.pulse >= 0 && f.pulse <= 1);
            assert_true(isnan(f.luma) || (f.luma >= 0 && f.luma <= 1));
            assert_true(isnan(f.shake_norm) || f.shake_norm >= 0);
            snq_brief b = briefed(&f, "{}", NULL);
            assert_true(b.genres == 1 && b.energy && b.moods);
            snq_brief_clear(&b);
            snq_sight_clear(&s);
        }
}

static void short_clips_say_nothing_by_having_no_cut(void **state)
{
    snq_sight s;
    snq_film_traits f;
    begin_sight(&s);
    s.video.range = (snq_span) { 0, 0.04 };
    snq_film_traits_of(&s, &f);
    assert_true(isnan(f.cuts_per_min));
    s.video.range.end_s = 10;
    snq_film_traits_of(&s, &f);
    check_near(f.cuts_per_min, 0, 0);
    snq_sight_clear(&s);
}

/* ---------------------------------------------------------------- briefs */

static void films_get_what_suits_them(void **state)
{
    snq_film_words why = { 0 };
    snq_film_traits f = grey();
    assert_int_equal(main_genre(&f, "{}"), SNQ_GENRE_ambient);
    f.speed_norm = 0.3, f.cuts_per_min = 25, f.luma = 0.35;
    assert_int_equal(main_genre(&f, "{}"), SNQ_GENRE_drum_and_bass);
    /* dark, sways hard and regularly */
    f = grey();
    f.speed_norm = 0.35, f.cuts_per_min = 18, f.pulse = 0.8, f.luma = 0.2, f.saturation = 0.1;
    f.shake_norm = 0.02;
    assert_int_equal(main_genre(&f, "{}"), SNQ_GENRE_dubstep);
    /* a warm, light, calm day */
    f = grey();
    f.speed_norm = 0.07, f.luma = 0.55, f.saturation = 0.25, f.hue_deg = 40;
    assert_int_equal(main_genre(&f, "{}"), SNQ_GENRE_lofi);
    /* the worked example of docs/formats/film.md */
    f = grey();
    f.speed_norm = 0.21, f.cuts_per_min = 18, f.luma = 0.22, f.saturation = 0.2, f.hue_deg = 220;
    snq_brief b = briefed(&f, "{}", &why);
    assert_true(
        says(&why, "arousal 0.72 of 0 to 1, valence -0.66 of -1 to 1: electro (fits 0.86)"));
    assert_int_equal(b.energy, SNQ_ENERGY_HIGH);
    assert_int_equal(b.mode, SNQ_MODE_minor);
    assert_true(says(&why, "18 cuts a minute and fast motion (0.21 heights/s): high energy"));
    assert_true(says(&why, "dark picture (luma 0.22), moderate colours (saturation 0.20), cold"));
    assert_true(says(&why, "as long as the film: 60.00 s"));
    check_near(b.seconds, 60, 0);
    snq_brief_clear(&b);
}

/* More motion, more cuts: never less arousal. More light: never less valence. */
static void places_rise_with_their_traits(void **state)
{
    double a = -1, v = -1;
    for (int i = 0; i <= 40; i++) {
        double place[SNQ_FILM_AXES];
        snq_film_traits f = grey();
        f.speed_norm = 0.02 * i, f.cuts_per_min = i, f.luma = 0.025 * i;
        snq_film_places(&table, &f, place);
        assert_true(place[SNQ_FILM_AROUSAL] >= a && place[SNQ_FILM_VALENCE] >= v);
        a = place[SNQ_FILM_AROUSAL], v = place[SNQ_FILM_VALENCE];
        for (int k = 0; k < SNQ_FILM_AXES; k++)
            assert_true(isnan(place[k]) ||
                        (place[k] >= (k == SNQ_FILM_VALENCE ? -1 : 0) && place[k] <= 1));
        for (int g = 0; g < SNQ_GENRES; g++) {
            const double fit = snq_film_genre_fit(&table, place, g);
            assert_true(fit >= 0 && fit <= 1);
        }
    }
    assert_true(a > 0.7 && v > 0.3);
}

/* Made traits of all kinds: each gets a whole brief, whose tempos are the style's; every genre is some film's. */
static void any_film_has_a_brief(void **state)
{
    uint32_t chosen = 0, set;
    static const double speed[] = { 0, 0.03, 0.1, 0.3, 2 }, cuts[] = { NAN, 0, 4, 15, 90 };
    static const double luma[] = { 0.05, 0.3, 0.5, 0.9 }, hue[] = { NAN, 40, 120, 230 };
    static const double pulse[] = { 0, 0.5, 1 }, shake[] = { NAN, 0, 0.05 };
    for (uint32_t i = 0; i < 5 * 5 * 4 * 4 * 3 * 3; i++) {
        snq_film_traits f = grey();
        uint32_t k = i;
        f.speed_norm = speed[k % 5], k /= 5;
        f.cuts_per_min = cuts[k % 5], k /= 5;
        f.luma = luma[k % 4], k /= 4;
        f.hue_deg = hue[k % 4], k /= 4;
        f.saturation = isnan(f.hue_deg) ? 0 : 0.4;
        f.pulse = pulse[k % 3], k /= 3;
        f.sway_hz = f.pulse > 0 ? 0.2 + 0.01 * i : NAN;
        f.sway_bpm = f.pulse > 0 ? 85 + i % 85 : NAN;
        f.shake_norm = shake[k % 3];
        f.events = i % 7;
        snq_brief b = briefed(&f, "{}", NULL), again = briefed(&f, "{}", NULL);
        assert_true(b.genres == 1 && b.energy && b.moods && snq_brief_equal(&b, &again));
        chosen |= 1u << b.genre[0];
        const snq_style *s = styles[b.genre[0]];
        const snq_film_tempo t = snq_film_tempo_of(&table, &f, &b, s, NULL);
        assert_true(t.bpm_min >= s->bpm_min && t.bpm_max <= s->bpm_max && t.bpm_min <= t.bpm &&
                    t.bpm <= t.bpm_max);
        snq_brief_clear(&b);
        snq_brief_clear(&again);
    }
    for (set = 0; chosen; chosen &= chosen - 1)
        set++;
    if (set < 14)
        fail_msg("only %u genres are ever chosen", set);
}

/* Each of the prompts' briefs goes through a film unharmed. */
static void what_is_said_stays(void **state)
{
    brief_list l = brief_list_open();
    snq_brief said;
    snq_film_traits f = grey();
    f.speed_norm = 0.3, f.cuts_per_min = 25, f.luma = 0.2;
    while (brief_list_next(&l, &said)) {
        snq_brief b;
        check_ok(snq_brief_copy(&said, &b));
        const snq_film_styles all = { (const snq_style *const *)styles, SNQ_GENRES, sounds };
        snq_film_brief(&table, &f, &all, &b, NULL);
        assert_true(b.genres >= 1);
        if (said.genres)
            assert_true(b.genres == said.genres && b.genre[0] == said.genre[0]);
        assert_false(b.avoid_genres >> b.genre[0] & 1 && !said.genres);
        assert_false(b.moods & b.avoid_moods & ~said.moods);
        assert_true(!said.moods || (b.moods == said.moods && b.energy == said.energy));
        assert_true(!said.energy || b.energy == said.energy);
        assert_true(said.mode < 0 || (b.mode == said.mode && b.tonic == said.tonic));
        assert_true(said.seconds <= 0 || b.seconds == said.seconds);
        assert_true(!said.bars || (b.bars == said.bars && b.seconds <= 0));
        /* the rest is as it was */
        snq_brief c = b;
        c.genres = said.genres, c.moods = said.moods, c.energy = said.energy, c.mode = said.mode;
        memcpy(c.genre, said.genre, sizeof c.genre);
        c.seconds = said.seconds;
        assert_true(snq_brief_equal(&c, &said));
        snq_brief_clear(&b);
        snq_brief_clear(&said);
    }
    brief_list_close(&l);
}

static void words_weigh_with_the_picture(void **state)
{
    snq_film_traits f = grey();
    f.speed_norm = 0.3, f.cuts_per_min = 25, f.luma = 0.35;
    /* 174 BPM can be no ambient, whatever the picture */
    assert_int_equal(main_genre(&f, "{\"tempo\": {\"bpm\": 174}}"), SNQ_GENRE_drum_and_bass);
    snq_film_traits still = grey();
    const int g = main_genre(&still, "{\"tempo\": {\"bpm\": 174}}");
    assert_true(styles[g]->bpm_max >= 174);
    assert_int_not_equal(main_genre(&f, "{\"avoid\": {\"genres\": [\"drum_and_bass\"]}}"),
                         SNQ_GENRE_drum_and_bass);
}

static void nothing_known_is_enough(void **state)
{
    snq_film_words why = { 0 };
    const snq_film_traits f = unseen();
    snq_brief b = briefed(&f, "{}", &why);
    assert_true(b.genres == 1 && b.moods && b.energy == SNQ_ENERGY_LOW && b.seconds <= 0);
    assert_true(says(&why, "motion could not be measured") &&
                says(&why, "the picture could not be measured"));
    const snq_film_tempo t = snq_film_tempo_of(&table, &f, &b, styles[b.genre[0]], &why);
    assert_true(t.bpm >= t.bpm_min && t.bpm <= t.bpm_max);
    snq_brief_clear(&b);
}

static void everything_avoided_leaves_the_genre_open(void **state)
{
    const snq_film_traits f = grey();
    snq_brief b;
    snq_brief_init(&b);
    b.avoid_genres = (1u << SNQ_GENRES) - 1;
    b.avoid_moods = (1u << SNQ_MOODS) - 1;
    snq_film_brief(&table, &f, NULL, &b, NULL);
    assert_true(!b.genres && !b.moods && b.energy);
    snq_brief_clear(&b);
}

/* ---------------------------------------------------------------- tempo */

static void the_sway_sets_the_tempo(void **state)
{
    snq_film_words why = { 0 };
    snq_film_traits f = grey();
    snq_brief b = brief_of("{}");
    f.sway_hz = 1.05, f.sway_bpm = 126, f.pulse = 0.9, f.events = 0;
    const snq_style *s = styles[SNQ_GENRE_techno];
    snq_film_tempo t = snq_film_tempo_of(&table, &f, &b, s, &why);
    check_near(t.bpm, 126, 1e-9);
    assert_true(t.bpm_max / t.bpm_min < 1.07);
    assert_true(says(&why, "what moves most sways 1.05 times a second, regular to 0.90: 126 BPM"));
    f.events = 12; /* then the cuts choose */
    t = snq_film_tempo_of(&table, &f, &b, s, NULL);
    assert_true(t.bpm == 126 && t.bpm_min == s->bpm_min && t.bpm_max == s->bpm_max);
    f.sway_bpm = 88; /* folds to 176 in drum and bass, nowhere in techno */
    t = snq_film_tempo_of(&table, &f, &b, styles[SNQ_GENRE_drum_and_bass], NULL);
    check_near(t.bpm, 176, 1e-9);
    t = snq_film_tempo_of(&table, &f, &b, s, NULL);
    assert_true(t.bpm >= s->bpm_min && t.bpm <= s->bpm_max);
    b.bpm = 99;
    t = snq_film_tempo_of(&table, &f, &b, s, NULL);
    assert_true(t.bpm == 99 && t.bpm_min == 99 && t.bpm_max == 99);
    snq_brief_clear(&b);
}

/* ---------------------------------------------------------------- table, words */

static void templates_go_with_genres(void **state)
{
    assert_string_equal(snq_film_template_for(&table, "dubstep"), "basic_dubstep");
    assert_string_equal(snq_film_template_for(&table, "garage"), "drum_and_bass");
    assert_string_equal(snq_film_template_for(&table, "lofi"), "ambient");
    assert_string_equal(snq_film_template_for(&table, "trance"), "techno");
    assert_string_equal(snq_film_template_for(&table, "jazz"), "cinematic");
    assert_string_equal(snq_film_template_for(&table, "polka"), "cinematic");
    assert_string_equal(snq_film_template_for(&table, NULL), "cinematic");
}

/* The tree's table with one piece of its text changed. */
static void changed(const char *from, const char *to, snq_status want, const char *says_so)
{
    size_t n;
    char *text = table_text(&n), *at = strstr(text, from);
    snq_film_table t;
    snq_str made;
    if (!at)
        fail_msg("the table has no %s", from);
    snq_str_init(&made, 1 << 17);
    snq_str_put_bytes(&made, text, (size_t)(at - text));
    snq_str_put(&made, to);
    snq_str_put(&made, at + strlen(from));
    const int64_t live = snq_alloc_live();
    snq_error_clear();
    const snq_status st = read_table(snq_str_text(&made), made.length, &t);
    if (st != want || (says_so && !strstr(snq_last_error(), says_so)))
        fail_msg("%s for %s: %s (%s)", to, from, snq_status_name(st), snq_last_error());
    assert_int_equal(snq_alloc_live(), live);
    snq_str_clear(&made);
    free(text);
}

static void wrong_tables_are_named(void **state)
{
    changed("sonique/film/1", "sonique/film/2", SNQ_ERR_FORMAT, "schema");
    changed("\"axes\"", "\"axis\"", SNQ_ERR_FORMAT, "axis");
    changed("\"range\": [0.01, 0.4]", "\"range\": [0.01]", SNQ_ERR_FORMAT, "axes.speed.range");
    changed("\"range\": [0.01, 0.4]", "\"range\": [0, 0.4]", SNQ_ERR_RANGE, "axes.speed.range[0]");
    changed("\"range\": [0.01, 0.4]", "\"range\": [0.4, 0.4]", SNQ_ERR_RANGE, "axes.speed.range");
    changed("\"range\": [0.01, 0.4]", "\"from\": 1", SNQ_ERR_FORMAT, "axes.speed");
    changed("\"scale\": \"log\"", "\"scale\": \"mel\"", SNQ_ERR_FORMAT, "axes.speed.scale");
    changed("\"speed\": {\"range\"", "\"spede\": {\"range\"", SNQ_ERR_FORMAT, "spede");
    changed("{\"speed\": 0.5, \"cuts\": 0.35, \"shake\": 0.05, \"colour\": 0.1}", "{}",
            SNQ_ERR_RANGE, "arousal");
    changed("\"speed\": 0.5", "\"speed\": -1", SNQ_ERR_RANGE, "arousal.speed");
    changed("\"valence\": {", "\"valence\": {\"arousal\": 1, ", SNQ_ERR_FORMAT, "valence");
    changed("\"low\": 0.35", "\"low\": 0.9", SNQ_ERR_RANGE, "energy.high");
    changed("\"minor_below\": -0.25", "\"minor_below\": -2", SNQ_ERR_RANGE, "minor_below");
    changed("\"calm\"", "\"hungry\"", SNQ_ERR_FORMAT, "moods");
    changed("\"unknown\": {", "\"unknown\": {\"x\": 0, ", SNQ_ERR_FORMAT, "unknown");
    changed("\"ambient\": {", "\"polka\": {", SNQ_ERR_FORMAT, "polka");
    changed("\"ambient\": {", "\"ambient\": 3, \"tence\": {", SNQ_ERR_FORMAT, "genres.ambient");
    changed("\"valence\": -0.2", "\"valence\": -1.2", SNQ_ERR_RANGE, "genres.cinematic.valence");
    changed("\"valence\": -0.2", "\"valance\": -0.2", SNQ_ERR_FORMAT, "valance");
    changed("\"pulse\": 0,", "", SNQ_OK, NULL);
}

static void a_table_needs_genres(void **state)
{
    size_t n;
    snq_film_table t;
    char *text = table_text(&n);
    char *at = strstr(text, "\"genres\"");
    strcpy(at, "\"genres\": {}}");
    check_status(read_table(text, strlen(text), &t), SNQ_ERR_RANGE);
    strcpy(at, "\"genres\": {\"house\": {}}}");
    check_ok(read_table(text, strlen(text), &t));
    const snq_film_traits f = grey();
    snq_brief b;
    double place[SNQ_FILM_AXES];
    snq_brief_init(&b);
    snq_film_brief(&t, &f, NULL, &b, NULL);
    assert_int_equal(b.genre[0], SNQ_GENRE_house);
    snq_film_places(&t, &f, place);
    check_near(snq_film_genre_fit(&t, place, SNQ_GENRE_house), 0.5, 0); /* it cares for nothing */
    assert_true(snq_film_genre_fit(&t, place, SNQ_GENRE_techno) < 0);
    snq_brief_clear(&b);
    free(text);
}

static snq_status to_str(void *user, const char *bytes, size_t n)
{
    snq_str_put_bytes(user, bytes, n);
    return SNQ_OK;
}

static void words_and_traits_are_printed(void **state)
{
    snq_film_words w = { 0 };
    snq_str text;
    snq_json j;
    const snq_film_traits f = unseen();
    for (int i = 0; i < SNQ_FILM_WORDS_MAX + 3; i++)
        snq_film_words_add(&w, "%d %300s", i, "long");
    snq_film_words_add(NULL, "nobody listens");
    assert_int_equal(w.count, SNQ_FILM_WORDS_MAX);
    assert_int_equal(strlen(w.text[0]), SNQ_FILM_WORD_BYTES - 1);
    w.count = 1;
    snprintf(w.text[0], sizeof w.text[0], "one");
    snq_str_init(&text, 1 << 16);
    snq_json_init(&j, to_str, &text);
    snq_json_array(&j);
    snq_film_words_json(&j, &w);
    snq_film_traits_json(&j, &f);
    snq_json_end(&j);
    check_ok(snq_json_finish(&j));
    assert_non_null(strstr(snq_str_text(&text), "[[\"one\"],{\"duration_s\":null"));
    assert_non_null(strstr(snq_str_text(&text), "\"sway_hz\":null,\"sway_hz_reason\":\"motion"));
    snq_str_clear(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(traits_are_what_was_seen),
        cmocka_unit_test(the_whole_may_turn_and_grow),
        cmocka_unit_test(a_half_moves_half_the_time),
        cmocka_unit_test(tempos_fold_by_octaves),
        cmocka_unit_test(hostile_sights),
        cmocka_unit_test(short_clips_say_nothing_by_having_no_cut),
        cmocka_unit_test(films_get_what_suits_them),
        cmocka_unit_test(places_rise_with_their_traits),
        cmocka_unit_test(any_film_has_a_brief),
        cmocka_unit_test(what_is_said_stays),
        cmocka_unit_test(words_weigh_with_the_picture),
        cmocka_unit_test(nothing_known_is_enough),
        cmocka_unit_test(everything_avoided_leaves_the_genre_open),
        cmocka_unit_test(the_sway_sets_the_tempo),
        cmocka_unit_test(templates_go_with_genres),
        cmocka_unit_test(wrong_tables_are_named),
        cmocka_unit_test(a_table_needs_genres),
        cmocka_unit_test(words_and_traits_are_printed),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
