// SPDX-License-Identifier: MIT
/* From films to briefs: what the eyes see of real and made ones, and what is asked for then. */
#include "support/check.h"

#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "compose/intent.h"
#include "films.h"
#include "jobs/film_taste.h"
#include "jobs/film_view.h"
#include "jobs/watch_batch.h"

static snq_film_table table;
static snq_style_library styles;

static int begin(void **state)
{
    if (snq_film_taste_load(&table) < 0 || snq_style_library_load(NULL, &styles) < 0)
        return -1;
    return films_begin(state);
}

static int end(void **state)
{
    snq_style_library_clear(&styles);
    return films_end(state);
}

static snq_film_traits traits_of(const char *path)
{
    snq_film_view v;
    const snq_film_view_cfg cfg = { .path = path, .preset = snq_watch_batch_cfg_default().preset };
    check_ok(snq_film_view_open(&cfg, &v));
    const snq_film_traits f = v.traits;
    snq_film_view_clear(&v);
    return f;
}

/* A whole brief that any style's intent can be decided of; twice the same. */
static snq_brief brief_for(const snq_film_traits *f, snq_film_words *why, snq_film_tempo *tempo)
{
    snq_brief b, again;
    const snq_style *s;
    snq_intent in;
    snq_brief_init(&b);
    snq_brief_init(&again);
    *why = (snq_film_words) { 0 };
    check_ok(snq_film_taste_brief(&table, &styles, f, &b, why));
    check_ok(snq_film_taste_brief(&table, &styles, f, &again, NULL));
    assert_true(snq_brief_equal(&b, &again));
    assert_int_equal(b.genres, 1);
    check_ok(snq_style_library_choose(&styles, &b, &s));
    *tempo = snq_film_tempo_of(&table, f, &b, s, why);
    assert_true(tempo->bpm_min >= s->bpm_min && tempo->bpm_max <= s->bpm_max);
    assert_true(tempo->bpm >= tempo->bpm_min && tempo->bpm <= tempo->bpm_max);
    check_ok(snq_intent_decide(&b, s, styles.sounds, 1, &in));
    assert_true(in.bpm >= s->bpm_min && in.bpm <= s->bpm_max);
    snq_brief_clear(&again);
    return b;
}

static const char *const clip[] = {
    "bigbuckbunny_720p25.mp4", "book.mkv",
    "bottle-detection.mp4",    "car-detection.mp4",
    "cooler_true240fps.mp4",   "cooler_true60fps.mp4",
    "fork32hz_true250fps.mp4",
};

static void clips_have_briefs(void **state)
{
    char path[512];
    const char *shared = getenv("SNQ_SHARED");
    if (!shared)
        skip();
    for (size_t i = 0; i < check_extent(SNQ_COUNT(clip), 2); i++) {
        snq_film_words why;
        snq_film_tempo tempo;
        snprintf(path, sizeof path, "%s/data/video/%s", shared, clip[i]);
        const snq_film_traits f = traits_of(path);
        snq_brief b = brief_for(&f, &why, &tempo);
        assert_true(why.count >= 4 && b.energy && b.moods);
        check_near(b.seconds, f.duration_s, 1e-9);
        /* what vibrates is no rhythm */
        assert_true(isnan(f.sway_hz) || f.sway_hz <= 10.0);
        snq_brief_clear(&b);
    }
}

/* A folder of data of our own for as long as a test lasts. */
static char folder[64];

static void put(const char *name, const char *text)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static void make_folder(const char *name)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_int_equal(mkdir(path, 0755), 0);
}

static int remove_one(const char *path, const struct stat *info, int flag, struct FTW *at)
{
    (void)info, (void)flag, (void)at;
    return remove(path);
}

static void tables_are_looked_for(void **state)
{
    static snq_film_table t;
    const char *data = getenv("SNQ_DATA");
    char before[512];
    snprintf(before, sizeof before, "%s", data ? data : "");
    strcpy(folder, "/tmp/snq_taste.XXXXXX");
    assert_non_null(mkdtemp(folder));
    setenv("SNQ_DATA", folder, 1);
    const int64_t live = snq_alloc_live();
    check_status(snq_film_taste_load(&t), SNQ_ERR_UNSUPPORTED);
    make_folder("styles");
    make_folder("styles/tables");
    put("styles/tables/sounds.json", "{}");
    check_status(snq_film_taste_load(&t), SNQ_ERR_UNSUPPORTED);
    assert_non_null(strstr(snq_last_error(), "film.json"));
    put("styles/tables/film.json", "{");
    check_status(snq_film_taste_load(&t), SNQ_ERR_FORMAT);
    put("styles/tables/film.json", "{\"schema\": \"sonique/film/9\"}");
    check_status(snq_film_taste_load(&t), SNQ_ERR_FORMAT);
    assert_non_null(strstr(snq_last_error(), "film.json"));
    assert_int_equal(snq_alloc_live(), live);
    setenv("SNQ_DATA", before, 1);
    check_ok(snq_film_taste_load(&t));
    nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void templates_say_whose_they_are(void **state)
{
    snq_map_library l;
    const snq_map_template *t;
    check_ok(snq_map_library_load(&l));
    for (int g = 0; g < SNQ_GENRES; g++)
        check_ok(snq_film_taste_template(&table, &l, snq_genre_names[g], &t));
    check_ok(snq_film_taste_template(&table, &l, "dubstep", &t));
    assert_string_equal(t->id, "basic_dubstep");
    check_ok(snq_film_taste_template(&table, &l, "house", &t));
    assert_string_equal(t->id, "techno");
    check_ok(snq_film_taste_template(&table, &l, NULL, &t));
    assert_string_equal(t->id, "cinematic");
    /* one that says it is for house goes before what the table says */
    for (size_t i = 0; i < l.entries; i++)
        if (strcmp(l.entry[i].map->id, "ambient") == 0)
            strcpy(l.entry[i].map->target_genre, "house");
    check_ok(snq_film_taste_template(&table, &l, "house", &t));
    assert_string_equal(t->id, "ambient");
    const snq_map_library none = { 0 };
    check_status(snq_film_taste_template(&table, &none, "house", &t), SNQ_ERR_NOT_FOUND);
    assert_null(t);
    snq_map_library_clear(&l);
}

/* Without memory there is no brief, and nothing is left. */
static void memory_may_fail(void **state)
{
    const snq_film_traits f = { .duration_s = 10, .luma = 0.5 };
    snq_brief b;
    snq_brief_init(&b);
    const int64_t live = snq_alloc_live();
    snq_alloc_fail_after(0);
    check_status(snq_film_taste_brief(&table, &styles, &f, &b, NULL), SNQ_ERR_NOMEM);
    snq_alloc_fail_after(-1);
    assert_int_equal(b.genres, 0);
    assert_int_equal(snq_alloc_live(), live);
    snq_brief_clear(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clips_have_briefs),
        cmocka_unit_test(tables_are_looked_for),
        cmocka_unit_test(templates_say_whose_they_are),
        cmocka_unit_test(memory_may_fail),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
