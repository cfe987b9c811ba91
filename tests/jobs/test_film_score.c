// SPDX-License-Identifier: MIT
/* The middle of sonify, with films that are made by hand. */
#include "support/check.h"

#include "../compose/whole_piece.h"
#include "base/alloc.h"
#include "film_stand.h"
#include "jobs/film_score.h"
#include "jobs/film_taste.h"
#include "jobs/session_open_impl.h"

static snq_film_table table;

static int begin(void **state)
{
    return snq_film_taste_load(&table) < 0 ? -1 : 0;
}

#define MAP(id, from, to, in, out, more)                                                      \
    "{\"id\":\"" id "\",\"source\":\"" from "\",\"destination\":\"" to                        \
    "\",\"transferFunction\":{\"type\":\"linear\",\"inputRange\":" in ",\"outputRange\":" out \
    "}" more "}"
#define OFF          ",\"enabled\":false"
#define ENERGY(more) MAP("e", "motion.mean_speed", "global.energy", "[0,1]", "[0,1]", more)

static snq_map_template *template_of(const char *mappings)
{
    char text[4096];
    snq_map_template *t;
    snprintf(text, sizeof text, "{\"id\":\"made\",\"name\":\"T\",\"mappings\":[%s]}", mappings);
    check_ok(snq_map_template_parse("t", text, strlen(text), NULL, &t));
    return t;
}

/* All that comes of a film. */
typedef struct piece {
    snq_map_template *map;
    snq_film_view view;
    snq_brief brief;
    snq_composition c;
    snq_film_score made;
    snq_film_words why;
    snq_warnings warnings;
    snq_film_score_cfg cfg;
} piece;

/* `brief`: "{…}", what words say. */
static void open_piece(piece *p, const film_stand_cfg *film, const char *mappings,
                       const char *brief)
{
    *p = (piece) { .map = template_of(mappings), .brief = brief_of(brief) };
    film_stand_view(film, &p->view);
    check_ok(snq__composition_open(&p->c));
    check_ok(snq_film_taste_brief(&table, p->c.styles, &p->view.traits, &p->brief, &p->why));
    p->cfg = (snq_film_score_cfg) { .view = &p->view,
                                    .table = &table,
                                    .map = p->map,
                                    .brief = &p->brief,
                                    .style = "techno",
                                    .prompt = "",
                                    .seed = 7 };
}

static snq_status make(piece *p)
{
    return snq_film_score_make(&p->cfg, &p->c, &p->made, &p->why, &p->warnings);
}

static void close_piece(piece *p)
{
    snq_film_score_clear(&p->made);
    snq_film_score_clear(&p->made);
    snq_composition_clear(&p->c);
    snq_film_view_clear(&p->view);
    snq_brief_clear(&p->brief);
    snq_map_template_free(p->map);
}

static double rising(double part)
{
    return part;
}

static double falling(double part)
{
    return 1.0 - part;
}

static double one(double part)
{
    return 1.0;
}

static const film_stand_cfg half_minute = {
    .duration_s = 30, .cut_from_s = 3, .cut_every_s = 6, .speed_norm = rising
};

/* ---- what it is ---- */

static void a_piece_for_a_film(void **state)
{
    piece p;
    const int64_t live = snq_alloc_live();
    open_piece(&p, &half_minute, ENERGY(""), "{}");
    p.cfg.prompt = "as the picture";
    check_ok(make(&p));
    const snq_session *s = &p.c.session;
    const snq_film_plan *f = s->film;
    assert_non_null(f);
    assert_string_equal(f->video, "made.mkv"); /* not where it lies */
    assert_string_equal(f->map, "made");
    assert_string_equal(s->style, "techno");
    assert_string_equal(s->prompt, "as the picture");
    assert_int_equal(s->steps, 1);
    assert_string_equal(s->step[0].did, "sonify");
    assert_string_equal(s->step[0].prompt, "as the picture");
    assert_int_equal(s->intent.bars, f->fit.bars);
    check_near(s->intent.bpm, f->fit.bpm, 0);
    check_near(f->fit.end_s, 30, 0);
    check_near(f->fade_s, 1, 0);
    assert_true(s->intent.target_lufs <= -14.0f);
    /* the film lies within the piece */
    check_ok(snq_score_check(&p.made.score));
    const double whole_s = snq_score_time_s(&p.made.score, (double)p.made.score.length);
    check_near(whole_s, f->fit.lead_s + 30 + f->fit.tail_s, 1e-3);
    for (uint32_t i = 0; i < s->intent.tracks; i++)
        assert_int_equal(s->track[i].seed, snq_session_track_seed(7, s->intent.track[i].name, 1));
    close_piece(&p);
    /* a short film fades for a tenth of it; nothing said is nobody's words; the style is the brief's */
    static const film_stand_cfg brief_film = { .duration_s = 4 };
    open_piece(&p, &brief_film, ENERGY(""), "{\"tempo\":{\"bpm\":120}}");
    p.cfg.style = NULL;
    check_ok(make(&p));
    check_near(p.c.session.film->fade_s, 0.4, 1e-12);
    check_near(p.c.session.film->fit.bpm, 120, 1e-6);
    assert_null(p.c.session.step[0].prompt);
    assert_string_equal(p.c.session.style, snq_genre_names[p.brief.genre[0]]);
    close_piece(&p);
    assert_int_equal(snq_alloc_live(), live);
}

static void the_same_film_the_same_piece(void **state)
{
    uint64_t hash[3];
    for (int i = 0; i < 3; i++) {
        piece p;
        open_piece(&p, &half_minute, ENERGY(""), "{}");
        p.cfg.seed = i == 2 ? 8 : 7;
        check_ok(make(&p));
        hash[i] = score_hash(&p.made.score);
        close_piece(&p);
    }
    assert_int_equal(hash[0], hash[1]);
    assert_int_not_equal(hash[0], hash[2]);
}

/* ---- what it meets ---- */

/* Cuts four beats of 128 BPM apart: at that tempo each can be met; at a random offset a sixth of them or so. */
static void cuts_fall_on_beats(void **state)
{
    piece p;
    static const film_stand_cfg film = { .duration_s = 40,
                                         .cut_from_s = 1.3,
                                         .cut_every_s = 1.875 };
    open_piece(&p, &film, ENERGY(""), "{\"tempo\":{\"min\":120,\"max\":136}}");
    check_ok(make(&p));
    const snq_film_plan *f = p.c.session.film;
    assert_int_equal(f->hits.hits, 21);
    assert_true(f->fit.got.beat >= 0.95);
    assert_true(f->fit.chance.beat < 0.4);
    assert_true(f->fit.bpm >= 120 && f->fit.bpm <= 136);
    /* in the score's own time, too */
    for (uint32_t i = 0; i < f->hits.hits; i++) {
        double best = 1.0;
        const int64_t beat = p.made.score.ticks_per_quarter;
        for (int64_t at = 0; at <= p.made.score.length; at += beat)
            best = fmin(best, fabs(snq_score_time_s(&p.made.score, (double)at) - f->fit.lead_s -
                                   f->hits.hit[i].t_s));
        assert_true(best <= f->fit.tolerance_s + 1e-3);
    }
    close_piece(&p);
}

/* Where one tempo can't, a few may. */
static void the_tempo_may_change(void **state)
{
    piece p;
    static const film_stand_cfg film = { .duration_s = 40,
                                         .cut_from_s = 1.37,
                                         .cut_every_s = 5.23 };
    double met[2];
    for (int changes = 0; changes < 2; changes++) {
        open_piece(&p, &film, ENERGY(""), "{\"tempo\":{\"min\":118,\"max\":124}}");
        p.cfg.tempo_changes = changes;
        check_ok(make(&p));
        met[changes] = p.c.session.film->fit.got.beat;
        assert_true(changes || p.c.session.film->fit.steps == 1);
        assert_int_equal(p.made.score.tempos, p.c.session.film->fit.steps);
        close_piece(&p);
    }
    assert_true(met[1] >= met[0]);
}

/* ---- what it wishes ---- */

static void bars_wish_what_the_film_says(void **state)
{
    piece p;
    open_piece(
        &p, &half_minute,
        ENERGY("") "," MAP("h", "motion.mean_speed", "rhythm.hat_density", "[0,1]", "[1,0]", ""),
        "{}");
    check_ok(make(&p));
    const snq_film_plan *f = p.c.session.film;
    assert_non_null(f->wish);
    check_ok(snq_bar_wish_check(f->wish, f->fit.bars));
    for (int32_t b = 0; b < f->fit.bars; b++) {
        const double from = fmax(snq_hit_fit_bar_s(&f->fit, b), 0);
        const double to = fmin(snq_hit_fit_bar_s(&f->fit, b + 1), 30);
        check_near((double)f->wish[b].energy, (from + to) / 2 / 30, 0.05);
        check_near((double)f->wish[b].hat_density, 1 - (from + to) / 2 / 30, 0.05);
        assert_true(isnan(f->wish[b].swing) && isnan(f->wish[b].kick));
    }
    close_piece(&p);
}

/* Energy of each section; how many. */
static size_t energies(const film_stand_cfg *film, const char *mappings, float *to, size_t room,
                       uint64_t *hash)
{
    piece p;
    open_piece(&p, film, mappings, "{\"tempo\":{\"bpm\":128}}");
    check_ok(make(&p));
    const size_t n = p.made.score.sections;
    assert_true(n >= 2 && n <= room);
    for (size_t i = 0; i < n; i++)
        to[i] = p.made.score.section[i].energy;
    *hash = score_hash(&p.made.score);
    close_piece(&p);
    return n;
}

/* A matrix that is switched off: whatever moves, the piece is the same; else it follows. */
static void switched_off_it_knows_nothing_of_the_motion(void **state)
{
    film_stand_cfg up = {
        .duration_s = 64, .cut_from_s = 8, .cut_every_s = 8, .speed_norm = rising
    };
    film_stand_cfg down = up;
    float a[64], b[64];
    uint64_t one_way, other_way;
    down.speed_norm = falling;
    size_t n = energies(&up, ENERGY(OFF), a, 64, &one_way);
    assert_int_equal(energies(&down, ENERGY(OFF), b, 64, &other_way), n);
    assert_memory_equal(a, b, n * sizeof *a);
    assert_int_equal(one_way, other_way);
    n = energies(&up, ENERGY(""), a, 64, &one_way);
    energies(&down, ENERGY(""), b, 64, &other_way);
    assert_true(a[n - 1] > a[0] + 0.2f && b[n - 1] < b[0] - 0.2f);
    assert_int_not_equal(one_way, other_way);
}

/* Sections are as strong as the matrix says that energy is, whatever moves it; as the picture moves, where that has no value. */
static void strong_where_the_matrix_says_so(void **state)
{
    const film_stand_cfg film = {
        .duration_s = 64, .cut_from_s = 8, .cut_every_s = 8, .speed_norm = rising, .luma = falling
    };
    float e[64];
    uint64_t hash;
    size_t n = energies(&film, MAP("e", "picture.luma_mean", "global.energy", "[0,1]", "[0,1]", ""),
                        e, 64, &hash);
    assert_true(e[n - 1] < e[0] - 0.2f);
    n = energies(&film, MAP("e", "motion.mean_speed", "global.energy", "[0,1]", "[1,0]", ""), e, 64,
                 &hash);
    assert_true(e[n - 1] < e[0] - 0.2f);
    n = energies(&film, MAP("e", "sound.loudness", "global.energy", "[-40,0]", "[0,1]", ""), e, 64,
                 &hash); /* nobody has listened */
    assert_true(e[n - 1] > e[0] + 0.2f);
}

/* Bars in which a track of a kind has a note that begins or goes on, of all. */
static double plays(const char *style, const char *kind, const char *mappings)
{
    const film_stand_cfg film = {
        .duration_s = 64, .cut_from_s = 8, .cut_every_s = 8, .speed_norm = rising, .luma = falling
    };
    piece p;
    open_piece(&p, &film, mappings, "{}");
    p.cfg.style = style;
    check_ok(make(&p));
    const snq_score *s = &p.made.score;
    const int64_t bar = (int64_t)s->ticks_per_quarter * 4;
    double heard = 0, bars = 0;
    for (int64_t at = 0; at + bar <= s->length; at += bar, bars++) {
        int any = 0;
        for (size_t i = 0; i < s->tracks; i++)
            for (size_t k = 0; k < s->track[i].notes && strcmp(s->track[i].kind, kind) == 0; k++)
                any |= s->track[i].note[k].tick < at + bar &&
                       s->track[i].note[k].tick + s->track[i].note[k].length > at;
        heard += any;
    }
    close_piece(&p);
    return heard / bars;
}

static void who_is_moved_does_not_rest(void **state)
{
    static const char wobble[] =
        ENERGY("") "," MAP("r", "picture.luma_mean", "wobble_bass.lfo_rate", "[0,1]", "[1,8]", "");
    static const char unheard[] =
        ENERGY("") "," MAP("r", "sound.loudness", "wobble_bass.lfo_rate", "[-40,0]", "[1,8]", "");
    const double usual = plays("dubstep", "bass", ENERGY(""));
    assert_true(usual < 0.7);
    check_near(plays("dubstep", "bass", unheard), usual, 0.15); /* the bass holds its notes */
    assert_true(plays("dubstep", "bass", wobble) > 0.95);
    assert_true(plays("drum_and_bass", "bass", wobble) > 0.9);
    assert_true(plays("dubstep", "pad",
                      MAP("p", "picture.luma_mean", "atmosphere.pad_intensity", "[0,1]", "[0,1]",
                          "")) > 0.9);
}

static void a_key_from_the_matrix(void **state)
{
    static const char key[] =
        MAP("k", "picture.luma_mean", "harmony.key", "[0,1]", "[\"C\",\"D\"]", "") "," MAP(
            "m", "picture.luma_mean", "harmony.scale", "[0,1]", "[\"major\",\"dorian\"]", "");
    piece p;
    film_stand_cfg film = half_minute;
    film.luma = one;
    open_piece(&p, &film, key, "{}");
    check_ok(make(&p));
    assert_int_equal(p.c.session.intent.tonic, 2);
    assert_int_equal(p.c.session.intent.mode, SNQ_MODE_dorian);
    assert_true(p.made.score.keys >= 1);
    assert_int_equal(p.made.score.key[0].tonic, 2);
    close_piece(&p);
    open_piece(&p, &film, key,
               "{\"key\":{\"tonic\":\"A\",\"mode\":\"minor\"}}"); /* words count more */
    check_ok(make(&p));
    assert_int_equal(p.c.session.intent.tonic, 9);
    assert_int_equal(p.c.session.intent.mode, SNQ_MODE_minor);
    close_piece(&p);
}

/* What acts on sound is in the tracks, and the instrument it needs is the session's. */
static void sound_follows_in_the_tracks(void **state)
{
    piece p;
    open_piece(
        &p, &half_minute,
        MAP("c", "motion.mean_speed", "wobble_bass.filter_cutoff", "[0,1]", "[200,6000]", ""),
        "{}");
    check_ok(make(&p));
    size_t curves = 0;
    for (uint32_t i = 0; i < p.c.session.intent.tracks; i++) {
        const snq_track_intent *in = &p.c.session.intent.track[i];
        const snq_track *t = snq_score_find_track(&p.made.score, in->name);
        if (!t)
            continue;
        curves += t->curves;
        assert_true(!*t->patch || strcmp(t->patch, in->patch) == 0);
    }
    assert_true(curves >= 1);
    close_piece(&p);
}

/* ---- what can't be ---- */

static void a_film_that_is_too_long(void **state)
{
    piece p;
    static const film_stand_cfg film = { .duration_s = 6 * 3600.0, .step_s = 60 };
    open_piece(&p, &film, ENERGY(""), "{\"tempo\":{\"bpm\":128}}");
    check_status(make(&p), SNQ_ERR_RANGE);
    assert_non_null(strstr(snq_last_error(), "at most 4096"));
    close_piece(&p);
}

static void words_that_cant_be(void **state)
{
    piece p;
    open_piece(&p, &half_minute, ENERGY(""), "{}");
    p.cfg.style = "polka";
    check_status(make(&p), SNQ_ERR_NOT_FOUND);
    assert_non_null(strstr(snq_last_error(), "polka"));
    assert_int_equal(p.made.score.tracks, 0);
    close_piece(&p);
}

/* Memory may end anywhere: nothing is left but what its owners clear. */
static void memory_may_end(void **state)
{
    piece p;
    static const film_stand_cfg film = {
        .duration_s = 8, .cut_from_s = 2, .cut_every_s = 2, .speed_norm = rising
    };
    const int64_t live = snq_alloc_live();
    int done = 0, refusals = 0;
    for (int64_t n = 0; !done; n += 1 + n / check_extent(16, 4)) {
        open_piece(&p, &film, ENERGY(""), "{}");
        snq_alloc_fail_after(n);
        const snq_status st = make(&p);
        done = !snq_alloc_refused();
        snq_alloc_fail_after(-1);
        if (!done && st != SNQ_ERR_NOMEM)
            fail_msg("allocation %d: %s", (int)n, snq_status_name(st));
        if (done)
            check_ok(st);
        refusals += !done;
        close_piece(&p);
        assert_int_equal(snq_alloc_live(), live);
    }
    assert_true(refusals > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_piece_for_a_film),
        cmocka_unit_test(the_same_film_the_same_piece),
        cmocka_unit_test(cuts_fall_on_beats),
        cmocka_unit_test(the_tempo_may_change),
        cmocka_unit_test(bars_wish_what_the_film_says),
        cmocka_unit_test(switched_off_it_knows_nothing_of_the_motion),
        cmocka_unit_test(strong_where_the_matrix_says_so),
        cmocka_unit_test(who_is_moved_does_not_rest),
        cmocka_unit_test(a_key_from_the_matrix),
        cmocka_unit_test(sound_follows_in_the_tracks),
        cmocka_unit_test(a_film_that_is_too_long),
        cmocka_unit_test(words_that_cant_be),
        cmocka_unit_test(memory_may_end),
    };
    return cmocka_run_group_tests(tests, begin, NULL);
}
