// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/alloc.h"
#include "base/attr.h"
#include "base/rng.h"
#include "compose/lexicon_impl.h"
#include "prompt_checks.h"
#include "support/sweep.h"

/* ---- distances ---- */

/* The definition: optimal string alignment by the whole table. */
static int slow_edits(const uint32_t *a, int n, const uint32_t *b, int m)
{
    int d[32][32];
    for (int i = 0; i <= n; i++)
        for (int j = 0; j <= m; j++) {
            if (!i || !j) {
                d[i][j] = i + j;
                continue;
            }
            int v = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
            v = d[i - 1][j] + 1 < v ? d[i - 1][j] + 1 : v;
            v = d[i][j - 1] + 1 < v ? d[i][j - 1] + 1 : v;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                d[i - 2][j - 2] + 1 < v)
                v = d[i - 2][j - 2] + 1;
            d[i][j] = v;
        }
    return d[n][m];
}

static void edits_are_those_of_the_definition(void **state)
{
    snq_rng r;
    uint32_t a[SNQ_MEND_LETTERS_MAX], b[SNQ_MEND_LETTERS_MAX];
    snq_rng_init(&r, 3);
    for (int round = 0; round < 60000; round++) {
        const int n = (int)snq_rng_below(&r, SNQ_MEND_LETTERS_MAX + 1);
        int m = 0;
        for (int i = 0; i < n; i++)
            a[i] = 'a' + (uint32_t)snq_rng_below(&r, 3);
        for (int i = 0; i < n && m < SNQ_MEND_LETTERS_MAX; i++) {
            const uint64_t what = snq_rng_below(&r, 12);
            if (what == 0)
                continue;
            if (what == 1 && i + 1 < n && m + 1 < SNQ_MEND_LETTERS_MAX) {
                b[m++] = a[i + 1];
                b[m++] = a[i++];
            } else
                b[m++] = what == 2 ? 'x' : a[i];
        }
        const int want = slow_edits(a, n, b, m);
        for (int limit = 0; limit <= 3; limit++)
            assert_int_equal(snq_edits(a, n, b, m, limit), want > limit ? limit + 1 : want);
    }
}

/* ---- a small lexicon ---- */

#define EMPTY                                                                                      \
    "\"schema\":\"sonique/lexicon/"                                                                \
    "1\",\"language\":\"test\",\"moods\":{},\"qualities\":{},\"tracks\":{},"                       \
    "\"instruments\":{},\"section_lengths\":{},\"energy\":{},\"swing\":{},\"feel\":{},\"eras\":{}" \
    ","                                                                                            \
    "\"modes\":{},\"units\":{},\"about\":[],\"about_after\":[],\"at_most\":[],\"at_least\":[],"    \
    "\"negators\":[],\"predicate_negators\":[],\"restrictors\":[],\"restrictors_after\":[],"       \
    "\"solo\":[],"                                                                                 \
    "\"carry_on\":[],\"and\":[],\"link\":[],\"corrections\":[],\"fillers\":[],\"articles\":[]"
#define TAIL(genres, sections, tempo, metre, combined, numbers, qhome, kept, function)  \
    "{" EMPTY ",\"genres\":" genres ",\"sections\":" sections ",\"tempo_words\":" tempo \
    ",\"meter_words\":" metre ",\"combined\":" combined ",\"numbers\":" numbers         \
    ",\"quality_home\":" qhome ",\"instrument_home\":{},\"never_corrected\":" kept      \
    ",\"function\":" function "}"
#define WITH(genres) TAIL(genres, "{}", "{}", "{}", "{}", "{}", "{}", "[]", "[]")

static int32_t word(const snq_lexicon *l, const char *text)
{
    return snq_lexicon_word(l, text, strlen(text));
}

static int32_t mended(const snq_lexicon *l, const char *text)
{
    return snq_lexicon_mend(l, text, strlen(text));
}

static void finds_phrases(void **state)
{
    static const char text[] =
        TAIL("{\"house\":[\"house\",\"house "
             "music\"],\"rock\":[\"metal\"],\"jazz\":[\"medal\"],\"funk\":[\"petal\",\"petals\"]}",
             "{\"drop\":{\"one\":[\"dropping\"],\"many\":[\"droppings\"]}}",
             "{\"allegro\":[120,156]}", "{\"waltz\":\"3/4\"}",
             "{\"arpeggio\":{\"include\":[\"melody\"]},\"arpeggios\":{\"include\":[\"melody\"]}}",
             "{\"two\":2}", "{\"warm\":\"bass\"}", "[\"kept\",\"hause\"]", "[\"house\"]");
    snq_lexicon *l;
    size_t n;
    check_ok(read_lexicon(text, sizeof text - 1, &l));
    const uint32_t one = snq_lexicon_step(l, 0, word(l, "house"));
    const snq_meaning *m = snq_lexicon_meanings(l, one, &n);
    assert_int_equal(n, 2);
    assert_true(m[0].kind == SNQ_WORD_GENRE && m[1].kind == SNQ_WORD_FUNCTION);
    const uint32_t two = snq_lexicon_step(l, one, word(l, "music"));
    m = snq_lexicon_meanings(l, two, &n);
    assert_true(n == 1 && m[0].value == SNQ_GENRE_house);
    assert_int_equal(snq_lexicon_step(l, two, word(l, "music")), 0);
    assert_int_equal(snq_lexicon_step(l, 0, word(l, "music")), 0);
    assert_int_equal(snq_lexicon_step(l, 0, -1), 0);
    snq_lexicon_meanings(l, 0, &n);
    assert_int_equal(n, 0);
    assert_true(word(l, "kept") >= 0);
    assert_int_equal(word(l, "keep"), -1);
    assert_int_equal(snq_lexicon_quality_home(l, SNQ_QUALITY_warm), SNQ_PART_bass);
    assert_int_equal(snq_lexicon_quality_home(l, SNQ_QUALITY_deep), SNQ_PART_mix);
    /* metal and medal: equally near and different; petal and petals mean the same */
    assert_int_equal(mended(l, "meral"), -1);
    assert_int_equal(mended(l, "metall"), word(l, "metal"));
    assert_true(mended(l, "petalt") >= 0);
    assert_int_equal(mended(l, "dropping"), word(l, "dropping"));
    assert_int_equal(mended(l, "droppingx"), -1); /* one of them, several */
    assert_true(mended(l, "arpegios") >= 0);
    assert_int_equal(mended(l, "walzt"), word(l, "waltz"));
    assert_int_equal(mended(l, "alegro"), word(l, "allegro"));
    assert_int_equal(mended(l, "alerzo"), -1);
    assert_int_equal(mended(l, "two"), -1);
    assert_int_equal(mended(l, "houseabcdefghijklmnopqrstuvwx"), -1);
    snq_lexicon_free(l);
    snq_lexicon_free(NULL);
}

static void english_is_sound(void **state)
{
    const snq_lexicon *l = *state;
    static const char *const never[] = { "bass", "deep", "drop", "hous", "spring" };
    if (!l)
        skip();
    for (size_t i = 0; i < 3; i++)
        assert_true(word(l, never[i]) >= 0);
    assert_int_equal(mended(l, "ambinet"), word(l, "ambient"));
    assert_int_equal(mended(l, "hous"), -1);
    assert_true(word(l, "spring") >= 0);
    assert_int_equal(snq_lexicon_instrument_home(l, SNQ_PLAYED_tr808), SNQ_PART_drums);
    assert_int_equal(snq_lexicon_instrument_home(l, SNQ_PLAYED_vinyl), SNQ_PART_mix);
    assert_int_equal(snq_lexicon_quality_home(l, SNQ_QUALITY_wobbling), SNQ_PART_bass);
    /* every target is a phrase of one word, 5 letters or more */
    assert_true(l->targets > 200);
    for (size_t i = 0; i < l->targets; i++) {
        size_t n;
        snq_lexicon_meanings(l, snq_lexicon_step(l, 0, l->target[i].word), &n);
        assert_true(n > 0 && l->target[i].letters >= SNQ_MEND_LETTERS_MIN);
    }
}

/* ---- what is wrong ---- */

static const struct {
    const char *text, *says;
} wrongs[] = {
    { "[]", "l.json" },
    { "{\"schema\":\"sonique/lexicon/2\"}", "schema is" },
    { "{" EMPTY "}", "has no \"genres\"" },
    { "{" EMPTY ",\"more\":1}", "unknown key \"more\"" },
    { WITH("{\"polka\":[\"polka\"]}"), "genres.polka: is no name" },
    { WITH("{\"jazz\":\"jazz\"}"), "an array of phrases" },
    { WITH("{\"jazz\":[\"\"]}"), "is no phrase" },
    { WITH("{\"jazz\":[\" jazz\"]}"), "is no phrase" },
    { WITH("{\"jazz\":[\"jazz \"]}"), "ends with a space" },
    { WITH("{\"jazz\":[\"a  b\"]}"), "is no phrase" },
    { WITH("{\"jazz\":[\"a b c d e f g\"]}"), "is no phrase" },
    { WITH("{\"jazz\":[\"abcdefghijabcdefghijabcdefghijabcdefghijabcdefghij\"]}"), "is no phrase" },
    { WITH("{\"jazz\":[\"x\",\"x\",\"x\"]}"), "too many things" },
    { WITH("{\"jazz\":[7]}"), "genres.jazz[0]" },
    { TAIL("{}", "{\"coda\":{}}", "{}", "{}", "{}", "{}", "{}", "[]", "[]"), "sections.coda" },
    { TAIL("{}", "{\"drop\":{\"one\":[]}}", "{}", "{}", "{}", "{}", "{}", "[]", "[]"), "\"many\"" },
    { TAIL("{}", "{\"drop\":{\"few\":[]}}", "{}", "{}", "{}", "{}", "{}", "[]", "[]"), "\"few\"" },
    { TAIL("{}", "{}", "{\"x\":[60]}", "{}", "{}", "{}", "{}", "[]", "[]"), "[from, to]" },
    { TAIL("{}", "{}", "{\"x\":[60,50]}", "{}", "{}", "{}", "{}", "[]", "[]"), "under 60" },
    { TAIL("{}", "{}", "{}", "{\"x\":\"3/5\"}", "{}", "{}", "{}", "[]", "[]"), "is no metre" },
    { TAIL("{}", "{}", "{}", "{\"x\":\"3\"}", "{}", "{}", "{}", "[]", "[]"), "is no metre" },
    { TAIL("{}", "{}", "{}", "{}", "{\"x\":{\"y\":1}}", "{}", "{}", "[]", "[]"), "\"y\"" },
    { TAIL("{}", "{}", "{}", "{}", "{\"x\":{\"only\":[\"mix\"]}}", "{}", "{}", "[]", "[]"),
      "only[0]" },
    { TAIL("{}", "{}", "{}", "{}", "{\"x\":{\"modifiers\":[[\"bass\"]]}}", "{}", "{}", "[]", "[]"),
      "[track, quality]" },
    { TAIL("{}", "{}", "{}", "{}", "{\"x\":{\"modifiers\":[[\"bass\",\"x\"]]}}", "{}", "{}", "[]",
           "[]"),
      "modifiers[0][1]" },
    { TAIL("{}", "{}", "{}", "{}", "{}", "{\"x\":0}", "{}", "[]", "[]"), "under 1" },
    { TAIL("{}", "{}", "{}", "{}", "{}", "{}", "{\"x\":\"bass\"}", "[]", "[]"), "quality_home.x" },
    { TAIL("{}", "{}", "{}", "{}", "{}", "{}", "{\"warm\":\"x\"}", "[]", "[]"),
      "quality_home.warm" },
    { TAIL("{}", "{}", "{}", "{}", "{}", "{}", "{}", "[1]", "[]"), "never_corrected[0]" },
    { TAIL("{}", "{}", "{}", "{}", "{}", "{}", "{}", "[]", "7"), "function" },
};

static void refuses_what_is_none(void **state)
{
    for (size_t i = 0; i < SNQ_COUNT(wrongs); i++) {
        snq_lexicon *l;
        const snq_status st = read_lexicon(wrongs[i].text, strlen(wrongs[i].text), &l);
        if (st >= 0 || !strstr(snq_last_error(), wrongs[i].says) || l)
            fail_msg("%s: %s: %s", wrongs[i].text, snq_status_name(st), snq_last_error());
    }
    assert_int_equal(snq_alloc_live(), 0);
}

static void has_bounds(void **state)
{
    static const char text[] = WITH("{\"jazz\":[\"jazz\"]}");
    snq_str s;
    snq_lexicon *l;
    const char *at = strstr(text, "[\"jazz\"]");
    snq_str_init(&s, 4 << 20);
    snq_str_put_bytes(&s, text, (size_t)(at - text));
    for (int i = 0; i <= SNQ_LEXICON_PHRASES_MAX; i++)
        snq_str_putf(&s, "%s\"w%d\"", i ? "," : "[", i);
    snq_str_put(&s, "]");
    snq_str_put(&s, at + 8);
    check_status(read_lexicon(s.text, s.length, &l), SNQ_ERR_TOO_BIG);
    snq_str_clear(&s);
    static const char none[] = TAIL("{}", "{}", "{}", "{}", "{}", "{}", "{}", "[]", "[]");
    at = strstr(none, "\"combined\":{}");
    snq_str_init(&s, 4 << 20);
    snq_str_put_bytes(&s, none, (size_t)(at - none) + 12);
    for (int i = 0; i <= SNQ_LEXICON_COMBINED_MAX; i++)
        snq_str_putf(&s, "%s\"w%d\":{}", i ? "," : "", i);
    snq_str_put(&s, at + 12);
    check_status(read_lexicon(s.text, s.length, &l), SNQ_ERR_TOO_BIG);
    snq_str_clear(&s);
}

static snq_status make(void *user, void **object)
{
    const snq_json_ref root = snq_json_root(user);
    return snq_lexicon_new(&root, (snq_lexicon **)object);
}

static void unmake(void *object)
{
    snq_lexicon_free(object);
}

static void survives_failing_allocations(void **state)
{
    size_t n;
    snq_json_doc *doc;
    char *text = tree_file("lexicon/english.json", &n);
    check_ok(snq_json_parse("l", text, n, &doc));
    assert_true(snq_sweep(make, unmake, doc) > 10);
    snq_json_doc_free(doc);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(edits_are_those_of_the_definition),
        cmocka_unit_test(finds_phrases),
        cmocka_unit_test_setup_teardown(english_is_sound, load_english, free_english),
        cmocka_unit_test(refuses_what_is_none),
        cmocka_unit_test(has_bounds),
        cmocka_unit_test(survives_failing_allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
