// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/alloc.h"
#include "film_stand.h"
#include "jobs/session_rig.h"
#include "support/sweep.h"

/* One with everything in it. */
static void make_full(snq_session *s)
{
    rig_session(s);
    snprintf(s->track[0].stem, sizeof s->track[0].stem, "stems/drums.wav");
    snprintf(s->track[1].recording, sizeof s->track[1].recording, "locked/b a s s.flac");
    s->track[1].locked = 1;
    s->track[2].seed = SNQ_SESSION_SEED_MAX - 1;
    s->track[2].made = 1 << 30;
    check_ok(snq_session_did(s, "regenerate", "bass, keys", "louder \"please\"\n"));
    s->step[1].number = SNQ_SESSION_NUMBER_MAX;
}

static void there_and_back(void **state)
{
    const int64_t live = snq_alloc_live();
    snq_session s, back;
    make_full(&s);
    char *first = strdup(rig_session_text(&s, NULL));
    check_ok(rig_session_read(first, &back));
    assert_string_equal(rig_session_text(&back, NULL), first);
    assert_string_equal(back.prompt, s.prompt);
    assert_string_equal(back.style, "house");
    assert_ptr_equal(back.intent.style, rig_style());
    assert_memory_equal(back.track, s.track, sizeof s.track);
    assert_int_equal(back.steps, 2);
    assert_string_equal(back.step[1].prompt, s.step[1].prompt);
    assert_string_equal(back.step[1].track, "bass, keys");
    assert_int_equal(back.step[1].number, SNQ_SESSION_NUMBER_MAX);
    free(first);
    snq_session_clear(&s);
    snq_session_clear(&back);
    assert_true(snq_alloc_live() >= live);
}

/* What a piece's film asks of it, the bars of which are the piece's. */
static void a_film_is_kept(void **state)
{
    static char other[1 << 16];
    snq_session s, back;
    make_full(&s);
    s.film = film_stand_plan(s.intent.bars);
    char *first = strdup(rig_session_text(&s, NULL));
    check_ok(rig_session_read(first, &back));
    assert_non_null(back.film);
    assert_string_equal(back.film->video, s.film->video);
    assert_string_equal(rig_session_text(&back, NULL), first);
    snq_session_clear(&back);
    char *at = strstr(first, "\"bar_steps\":16,\"bars\":1");
    assert_non_null(at);
    snprintf(other, sizeof other, "%.*s\"bar_steps\":16,\"bars\":2%s", (int)(at - first), first,
             at + strlen("\"bar_steps\":16,\"bars\":1"));
    check_status(rig_session_read(other, &back), SNQ_ERR_FORMAT);
    assert_non_null(strstr(snq_last_error(), "film.bars: the context has 1 bars"));
    assert_null(back.film);
    free(first);
    snq_session_clear(&s);
}

/* Chains are shown, and read over. */
static void chains_are_told(void **state)
{
    snq_session s, back;
    snq_mix_plan mix;
    make_full(&s);
    check_ok(snq_mix_plan_init(&mix, 1));
    snprintf(mix.strip[0].name, sizeof mix.strip[0].name, "BASS");
    assert_non_null(snq_chain_add(&mix.strip[0].inserts, "width"));
    char *with = strdup(rig_session_text(&s, &mix));
    const char *chain = strstr(with, "\"chain\":[{\"effect\":\"width\"");
    assert_non_null(chain);
    assert_null(strstr(chain + 1, "\"chain\"")); /* the other tracks have no strip */
    check_ok(rig_session_read(with, &back));
    assert_null(strstr(rig_session_text(&back, NULL), "\"chain\""));
    snq_mix_plan_clear(&mix);
    snq_session_clear(&s);
    snq_session_clear(&back);
    free(with);
}

/* `what` of the full one's text in place of which `by` is refused. */
static const struct {
    const char *what, *by;
    snq_status st;
    const char *says; /* with the place */
} wrong_tab[] = {
    { "{\"schema\"", "[{\"schema\"", SNQ_ERR_FORMAT, "session.json" },
    { "\"prompt\":", "\"more\":1,\"prompt\":", SNQ_ERR_FORMAT, "unknown key \"more\"" },
    { "sonique/session/1", "sonique/session/2", SNQ_ERR_FORMAT,
      "schema: \"sonique/session/2\" is not" },
    { "\"schema\":\"sonique/session/1\"", "\"schema\":1", SNQ_ERR_FORMAT, "schema: " },
    { "\"schema\":\"sonique/session/1\",", "", SNQ_ERR_FORMAT, "schema" },
    { "\"prompt\":\"a", "\"prompt\":0,\"x\":\"a", SNQ_ERR_FORMAT, "unknown key" },
    { "\"brief\":{", "\"brief\":{\"genres\":[\"polka\"],", SNQ_ERR_FORMAT, "brief.genres[0]" },
    { "\"style\":\"house\"", "\"style\":\"polka\"", SNQ_ERR_NOT_FOUND,
      "style: nobody plays \"polka\"" },
    { "\"style\":\"house\"", "\"style\":7", SNQ_ERR_FORMAT, "style: " },
    { "\"feel\":\"normal\"", "\"feel\":\"odd\"", SNQ_ERR_FORMAT, "context.feel: " },
    { "\"bars\":1,\"target", "\"bars\":0,\"target", SNQ_ERR_RANGE, "context.bars: " },
    { "\"tracks\":[{\"name\":\"drums\",\"kind\":\"drums\",\"patch\":\"kit\",\"seed\"",
      "\"tracks\":[{\"name\":\"bass\",\"kind\":\"drums\",\"patch\":\"kit\",\"seed\"",
      SNQ_ERR_FORMAT, "tracks[0].name: track 0 of the context is \"drums\"" },
    { "\"tracks\":[{\"name\":\"drums\",\"kind\":\"drums\",\"patch\":\"kit\",\"seed\"",
      "\"tracks\":[{},{\"name\":\"drums\",\"kind\":\"drums\",\"patch\":\"kit\",\"seed\"",
      SNQ_ERR_FORMAT, "tracks: 4 tracks; the context has 3" },
    { "\"made\":1,\"stem\"", "\"made\":-1,\"stem\"", SNQ_ERR_RANGE, "tracks[0].made: " },
    { "\"made\":1,\"stem\"", "\"mad\":1,\"stem\"", SNQ_ERR_FORMAT, "unknown key \"mad\"" },
    { "\"made\":1,\"stem\"", "\"stem\"", SNQ_ERR_FORMAT, "made" },
    { "9007199254740991", "9007199254740992", SNQ_ERR_RANGE, "tracks[2].seed: " },
    { "stems/drums.wav", "stems/../drums.wav", SNQ_ERR_FORMAT, "tracks[0].stem: a file in stems/" },
    { "stems/drums.wav", "stems/", SNQ_ERR_FORMAT, "tracks[0].stem" },
    { "stems/drums.wav", "stems/.drums.wav", SNQ_ERR_FORMAT, "tracks[0].stem" },
    { "stems/drums.wav", "/etc/passwd", SNQ_ERR_FORMAT, "tracks[0].stem" },
    { "stems/drums.wav", "locked/drums.wav", SNQ_ERR_FORMAT, "tracks[0].stem" },
    { "\"stems/drums.wav\"", "null", SNQ_ERR_FORMAT, "tracks[0].stem" },
    { "locked/b a s s.flac", "stems/b.wav", SNQ_ERR_FORMAT,
      "tracks[1].recording: a file in locked/" },
    { "\"locks\":[\"bass\"]", "\"locks\":[\"bass\",\"tuba\"]", SNQ_ERR_NOT_FOUND,
      "locks[1]: there is no track \"tuba\"" },
    { "\"locks\":[\"bass\"]", "\"locks\":[1]", SNQ_ERR_FORMAT, "locks[0]: " },
    { "\"locks\":[\"bass\"]", "\"locks\":{}", SNQ_ERR_FORMAT, "locks" },
    { "\"history\":[", "\"history\":[],\"x\":[", SNQ_ERR_FORMAT, "unknown key \"x\"" },
    { "{\"step\":1,", "{\"step\":0,", SNQ_ERR_RANGE, "history[0].step: " },
    { "{\"step\":1,", "{\"more\":0,\"step\":1,", SNQ_ERR_FORMAT,
      "history[0]: unknown key \"more\"" },
    { "{\"step\":1,", "{\"step\":99999999,", SNQ_ERR_RANGE, "history[1].step: " },
    { "{\"step\":99999999,", "{\"step\":100000000,", SNQ_ERR_RANGE, "history[1].step: " },
    { "\"did\":\"compose\"", "\"did\":\"a word that is too long\"", SNQ_ERR_TOO_BIG,
      "history[0].did: " },
    { "\"did\":\"compose\"", "\"do\":\"compose\"", SNQ_ERR_FORMAT, "history[0]" },
    { "\"track\":\"bass, keys\"", "\"track\":3", SNQ_ERR_FORMAT, "history[1].track: " },
    { "\"prompt\":\"louder", "\"prompt\":{},\"x\":\"louder", SNQ_ERR_FORMAT, "history[1]" },
};

static void what_is_wrong_is_refused_at_its_place(void **state)
{
    static char changed[1 << 16];
    const int64_t live = snq_alloc_live();
    snq_session s, back;
    make_full(&s);
    char *good = strdup(rig_session_text(&s, NULL));
    snq_session_clear(&s);
    const int64_t before = snq_alloc_live();
    assert_true(before >= live);
    for (size_t i = 0; i < SNQ_COUNT(wrong_tab); i++) {
        const char *at = strstr(good, wrong_tab[i].what);
        if (!at)
            fail_msg("row %zu: no %s in %s", i, wrong_tab[i].what, good);
        snprintf(changed, sizeof changed, "%.*s%s%s", (int)(at - good), good, wrong_tab[i].by,
                 at + strlen(wrong_tab[i].what));
        const snq_status st = rig_session_read(changed, &back);
        if (st != wrong_tab[i].st || !strstr(snq_last_error(), wrong_tab[i].says))
            fail_msg("row %zu (%s): %s: %s", i, wrong_tab[i].by, snq_status_name(st),
                     snq_last_error());
        assert_null(back.prompt);
        assert_null(back.step);
        assert_int_equal(snq_alloc_live(), before);
    }
    free(good);
}

/* 1000 steps are read, 1001 and none are not. */
static void history_is_bounded(void **state)
{
    static char long_one[1 << 20];
    snq_session s, back;
    rig_session(&s);
    char *good = strdup(rig_session_text(&s, NULL));
    const char *list = strstr(good, "\"history\":[");
    for (int steps = 0; steps <= SNQ_SESSION_STEPS_MAX + 1;
         steps += steps ? 1 : SNQ_SESSION_STEPS_MAX) {
        size_t n = (size_t)snprintf(long_one, sizeof long_one, "%.*s\"history\":[",
                                    (int)(list - good), good);
        for (int i = 0; i < steps; i++)
            n += (size_t)snprintf(long_one + n, sizeof long_one - n,
                                  "%s{\"step\":%d,\"did\":\"lock\"}", i ? "," : "", i + 1);
        snprintf(long_one + n, sizeof long_one - n, "]}");
        const int fits = steps == SNQ_SESSION_STEPS_MAX;
        check_status(rig_session_read(long_one, &back), fits ? SNQ_OK : SNQ_ERR_RANGE);
        if (!fits)
            assert_non_null(strstr(snq_last_error(), "history: "));
        assert_int_equal(back.steps, fits ? steps : 0);
        snq_session_clear(&back);
    }
    free(good);
    snq_session_clear(&s);
}

/* A style that has lost the track: another one stands for it. */
static void a_style_that_has_changed(void **state)
{
    static char changed[1 << 16];
    static const struct {
        const char *kind, *as, *is;
    } row[] = { { "harmony", "gone", "keys" },
                { "bass", "gone", "bass" },
                { "vocal", "gone", "drums" },
                { "harmony", "bass", "bass" } };
    snq_session s, back;
    rig_session(&s);
    char *good = strdup(rig_session_text(&s, NULL));
    snq_session_clear(&s);
    const char *was =
        "\"name\":\"keys\",\"kind\":\"harmony\",\"patch\":\"soft_keys\",\"as\":\"keys\"";
    const char *at = strstr(good, was);
    assert_non_null(at);
    for (size_t i = 0; i < SNQ_COUNT(row); i++) {
        snprintf(changed, sizeof changed,
                 "%.*s\"name\":\"keys\",\"kind\":\"%s\",\"patch\":\"soft_keys\",\"as\":\"%s\"%s",
                 (int)(at - good), good, row[i].kind, row[i].as, at + strlen(was));
        check_ok(rig_session_read(changed, &back));
        assert_string_equal(back.intent.style->track[back.intent.track[2].style_track].name,
                            row[i].is);
        snq_session_clear(&back);
    }
    free(good);
}

static char *swept;

static snq_status make(void *user, void **object)
{
    snq_session *s = calloc(1, sizeof *s);
    (void)user;
    const snq_status st = rig_session_read(swept, s);
    if (st < 0)
        free(s);
    else
        *object = s;
    return st;
}

static void unmake(void *object)
{
    snq_session_clear(object);
    free(object);
}

static void memory_may_end(void **state)
{
    snq_session s;
    make_full(&s);
    swept = strdup(rig_session_text(&s, NULL));
    snq_session_clear(&s);
    snq_sweep(make, unmake, NULL);
    free(swept);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, session_rig_begin, session_rig_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(there_and_back),     TEST(a_film_is_kept),
        TEST(chains_are_told),    TEST(what_is_wrong_is_refused_at_its_place),
        TEST(history_is_bounded), TEST(a_style_that_has_changed),
        TEST(memory_may_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
