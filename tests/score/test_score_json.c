// SPDX-License-Identifier: MIT
/* tests/golden/score.json and score_any.json are what is written of two made scores; the checks of the
 * schema read them, too. With SNQ_WRITE_SEEDS set they are written instead of compared:
 *     SNQ_WRITE_SEEDS=1 SNQ_ROOT=$PWD build/tests/score/test_score_json */
#include "support/check.h"

#include <float.h>
#include <time.h>

#include "base/alloc.h"
#include "base/attr.h"
#include "base/rng.h"
#include "base/str.h"
#include "made_score.h"
#include "score/score_json.h"
#include "support/sweep.h"

static snq_str written(const snq_score *s)
{
    snq_str out;
    snq_json j;
    snq_str_init(&out, SNQ_JSON_BYTES_MAX);
    snq_json_init(&j, snq_json_to_str, &out);
    snq_score_json(&j, s);
    check_ok(snq_json_finish(&j));
    return out;
}

static snq_status read_text(const char *text, size_t n, snq_score *s)
{
    snq_json_doc *doc;
    snq_status st = snq_json_parse("s.json", text, n, &doc);
    if (st < 0)
        return st;
    const snq_json_ref root = snq_json_root(doc);
    st = snq_score_from_json(&root, s);
    snq_json_doc_free(doc);
    return st;
}

/* Written, read and written: the same score, and the same bytes. */
static void there_and_back(const snq_score *s)
{
    snq_score back;
    snq_str a = written(s);
    check_ok(read_text(a.text, a.length, &back));
    check_ok(snq_score_check(&back));
    assert_true(made_equal(s, &back));
    snq_str b = written(&back);
    assert_string_equal(a.text, b.text);
    snq_str_clear(&a);
    snq_str_clear(&b);
    snq_score_clear(&back);
}

static void comes_back(void **state)
{
    snq_score s;
    check_ok(made_small(&s));
    there_and_back(&s);
    snq_score_clear(&s);
    snq_score_init(&s);
    check_ok(snq_score_sort(&s));
    there_and_back(&s);
    snq_score_clear(&s);
}

static void any_score_comes_back(void **state)
{
    for (uint64_t seed = 0; seed < 400; seed++) {
        snq_score s;
        made_any(&s, seed);
        there_and_back(&s);
        snq_score_clear(&s);
    }
}

/* Every grid, at both ends of what a place can be. */
static void every_tick_comes_back(void **state)
{
    snq_rng r;
    snq_rng_init(&r, 11);
    for (int32_t grid = SNQ_SCORE_TICKS_MIN; grid <= SNQ_SCORE_TICKS_MAX;
         grid += grid < 1100 ? check_extent(1, 7) : 613) {
        snq_score s, back;
        snq_track *t;
        snq_score_init(&s);
        s.ticks_per_quarter = grid;
        check_ok(snq_score_add_track(&s, "x", &t));
        for (int i = 0; i < 200; i++) {
            const int64_t tick = i % 2 ? i : SNQ_SCORE_TICK_MAX - 1 - snq_rng_below(&r, 100000);
            check_ok(snq_track_add_note(
                t, &(snq_note) { .tick = tick, .length = i % 2, .velocity = 1 }));
        }
        check_ok(snq_score_sort(&s));
        snq_str a = written(&s);
        check_ok(read_text(a.text, a.length, &back));
        for (size_t i = 0; i < t->notes; i++)
            assert_true(back.track[0].note[i].tick == t->note[i].tick);
        snq_str_clear(&a);
        snq_score_clear(&s);
        snq_score_clear(&back);
    }
}

static void places_are_short(void **state)
{
    snq_score s;
    snq_track *t;
    snq_score_init(&s);
    check_ok(snq_score_add_track(&s, "x", &t));
    check_ok(snq_track_add_note(
        t, &(snq_note) { .tick = 1440, .length = 320, .pitch = 60, .velocity = 9, .release = 64 }));
    check_ok(snq_score_sort(&s));
    snq_str a = written(&s);
    assert_non_null(
        strstr(a.text, "\"notes\":[{\"at\":1.5,\"length\":0.333,\"pitch\":60,\"velocity\":9}]"));
    snq_str_clear(&a);
    snq_score_clear(&s);
}

/* ---- what is kept in the tree ---- */

static char *file_text(const char *path, size_t *n)
{
    char name[512];
    const char *root = getenv("SNQ_ROOT");
    if (!root)
        skip();
    snprintf(name, sizeof name, "%s/%s", root, path);
    FILE *f = fopen(name, "rb");
    if (!f)
        fail_msg("no %s", name);
    char *text = calloc(1, 1 << 20);
    assert_non_null(text);
    *n = fread(text, 1, (1 << 20) - 1, f);
    fclose(f);
    return text;
}

static void check_golden(const char *path, const snq_score *s)
{
    snq_str a = written(s);
    snq_str_put(&a, "\n");
    const char *root = getenv("SNQ_ROOT");
    if (root && getenv("SNQ_WRITE_SEEDS")) {
        char name[512];
        snprintf(name, sizeof name, "%s/%s", root, path);
        FILE *f = fopen(name, "wb");
        assert_non_null(f);
        assert_int_equal(fwrite(a.text, 1, a.length, f), a.length);
        fclose(f);
    }
    size_t n;
    char *text = file_text(path, &n);
    assert_string_equal(text, a.text);
    free(text);
    snq_str_clear(&a);
}

static void writes_what_it_wrote(void **state)
{
    snq_score s;
    check_ok(made_small(&s));
    check_golden("tests/golden/score.json", &s);
    snq_score_clear(&s);
    made_any(&s, 30);
    check_golden("tests/golden/score_any.json", &s);
    snq_score_clear(&s);
}

/* The worked example of the page is what it says. */
static void reads_the_example_of_the_page(void **state)
{
    size_t n;
    snq_score s;
    char *page = file_text("docs/formats/score.md", &n);
    char *from = strstr(page, "```json\n");
    assert_non_null(from);
    char *to = strstr(from + 8, "```");
    assert_non_null(to);
    check_ok(read_text(from + 8, (size_t)(to - from - 8), &s));
    assert_string_equal(s.title, "Two bars");
    assert_int_equal(s.tracks, 2);
    assert_int_equal(s.ticks_per_quarter, 960);
    assert_int_equal(s.length, 7680);
    check_near(snq_score_length_s(&s), 8 * 60.0 / 140, 1e-12);
    assert_int_equal(s.track[0].notes, 3);
    assert_int_equal(s.track[0].note[1].tick, 1440);
    assert_int_equal(s.track[0].note[2].length, 320); /* a third of a quarter, written 0.333 */
    assert_int_equal(s.key[0].fifths, 0);
    check_near((double)s.track[0].note[1].offset_s, -0.0085, 1e-9);
    there_and_back(&s);
    snq_score_clear(&s);
    free(page);
}

/* ---- what a person leaves out ---- */

static void fills_in_what_is_not_said(void **state)
{
    static const char text[] =
        "{\"schema\":\"sonique/score/1\",\"keys\":[{\"at\":0,\"tonic\":\"D\",\"mode\":\"dorian\"},"
        "{\"at\":1,\"tonic\":\"G#\",\"mode\":\"minor\"}],\"tracks\":[{\"name\":\"a\",\"notes\":["
        "{\"at\":1,\"length\":0.5,\"pitch\":60,\"velocity\":64},"
        "{\"at\":0.25,\"length\":1e0,\"pitch\":61.0,\"velocity\":65}]}]}";
    snq_score s;
    check_ok(read_text(text, sizeof text - 1, &s));
    assert_int_equal(s.ticks_per_quarter, 960);
    assert_true(s.tempos == 1 && s.tempo[0].bpm == 120);
    assert_true(s.metres == 1 && s.metre[0].beats_per_bar == 4);
    assert_int_equal(s.key[0].fifths, 0);
    assert_int_equal(s.key[1].fifths, 5);
    assert_int_equal(s.length, 1440);
    const snq_track *t = &s.track[0];
    assert_true(t->program == -1 && t->gain_db == 0 && t->pan == 0 && t->port == 0);
    assert_true(t->note[0].tick == 240 && t->note[0].pitch == 61 && t->note[0].release == 64);
    assert_true(t->note[1].tick == 960);
    snq_score_clear(&s);
}

/* ---- what is wrong ---- */

#define HEAD       "{\"schema\":\"sonique/score/1\","
#define TRACK(x)   HEAD "\"tracks\":[{\"name\":\"a\"," x "}]}"
#define NOTE(x)    TRACK("\"notes\":[{" x "}]")
#define BODY       "\"at\":0,\"length\":1,\"pitch\":60,\"velocity\":64"
#define NOTED(x)   NOTE(BODY x)
#define WITH(x)    HEAD x ",\"tracks\":[]}"
#define POINT(x)   TRACK("\"curves\":[{\"target\":\"c\",\"points\":[{" x "}]}]")
#define MESSAGE(x) TRACK("\"messages\":[{" x "}]")

static const struct {
    const char *text;
    snq_status st;
    const char *says;
} wrongs[] = {
    { "[]", SNQ_ERR_FORMAT, "s.json: is an array, not an object" },
    { "7", SNQ_ERR_FORMAT, "s.json: is a number, not an object" },
    { "{}", SNQ_ERR_FORMAT, "s.json: has no \"schema\"" },
    { "{\"schema\":1}", SNQ_ERR_FORMAT, "s.json: schema: is a number, not a string" },
    { "{\"schema\":\"sonique/score/2\"}", SNQ_ERR_FORMAT,
      "s.json: schema: \"sonique/score/2\" is none of sonique/score/1" },
    { "{\"schema\":\"sonique/score/1\"}", SNQ_ERR_FORMAT, "s.json: has no \"tracks\"" },
    { HEAD "\"tracks\":{}}", SNQ_ERR_FORMAT, "s.json: tracks: is an object, not an array" },
    { WITH("\"more\":1"), SNQ_ERR_FORMAT, "s.json: unknown key \"more\"" },
    { WITH("\"title\":null"), SNQ_ERR_FORMAT, "s.json: title: is null, not a string" },
    { WITH("\"ticks_per_quarter\":23"), SNQ_ERR_RANGE,
      "s.json: ticks_per_quarter: 23 is under 24" },
    { WITH("\"ticks_per_quarter\":-960"), SNQ_ERR_RANGE,
      "s.json: ticks_per_quarter: -960 is under 24" },
    { WITH("\"ticks_per_quarter\":99.5"), SNQ_ERR_RANGE,
      "s.json: ticks_per_quarter: 99.5 is not a whole number" },
    { WITH("\"length\":-1"), SNQ_ERR_RANGE, "s.json: length: -1 is under 0" },
    { WITH("\"length\":1e300"), SNQ_ERR_RANGE, "s.json: length: 1e+300 is over 1145324612" },
    { WITH("\"length\":1e400"), SNQ_ERR_FORMAT, NULL },
    { WITH("\"length\":1,\"length\":2"), SNQ_ERR_FORMAT, NULL },
    { WITH("\"title\":\"\\ud800\""), SNQ_ERR_FORMAT, NULL },
    { WITH("\"title\":\"\\u0000\""), SNQ_ERR_FORMAT, NULL },
    { WITH("\"tempo\":120"), SNQ_ERR_FORMAT, "s.json: tempo: is a number, not an array" },
    { WITH("\"tempo\":[120]"), SNQ_ERR_FORMAT, "s.json: tempo[0]: is a number, not an object" },
    { WITH("\"tempo\":[{\"at\":0}]"), SNQ_ERR_FORMAT, "s.json: tempo[0]: has no \"bpm\"" },
    { WITH("\"tempo\":[{\"bpm\":99}]"), SNQ_ERR_FORMAT, "s.json: tempo[0]: has no \"at\"" },
    { WITH("\"tempo\":[{\"at\":0,\"bpm\":0}]"), SNQ_ERR_RANGE,
      "s.json: tempo[0].bpm: 0 is under 3.5" },
    { WITH("\"tempo\":[{\"at\":0,\"bpm\":9,\"x\":1}]"), SNQ_ERR_FORMAT,
      "s.json: tempo[0]: unknown key \"x\"" },
    { WITH("\"tempo\":[{\"at\":1,\"bpm\":9},{\"at\":1.0001,\"bpm\":9}]"), SNQ_ERR_FORMAT,
      "s.json: tempo[1]: is not after the one before it" },
    { WITH("\"metre\":[{\"at\":0,\"beats_per_bar\":0,\"beat_unit\":4}]"), SNQ_ERR_RANGE,
      "s.json: metre[0].beats_per_bar: 0 is under 1" },
    { WITH("\"metre\":[{\"at\":0,\"beats_per_bar\":4,\"beat_unit\":6}]"), SNQ_ERR_RANGE,
      "s.json: metre[0]: beat_unit 6 is no power of two" },
    { WITH("\"metre\":[{\"at\":0,\"beats_per_bar\":4,\"beat_unit\":256}]"), SNQ_ERR_RANGE,
      "s.json: metre[0].beat_unit: 256 is over 128" },
    { WITH("\"metre\":[{\"at\":0,\"beats_per_bar\":4,\"beat_unit\":4},"
           "{\"at\":0,\"beats_per_bar\":4,\"beat_unit\":4}]"),
      SNQ_ERR_FORMAT, "s.json: metre[1]: is not after the one before it" },
    { WITH("\"keys\":[{\"at\":0,\"tonic\":\"Bb\",\"mode\":\"major\"}]"), SNQ_ERR_FORMAT,
      "s.json: keys[0].tonic: \"Bb\" is none of C, C#, D, D#, E, F, F#, G, G#, A, A#, B" },
    { WITH("\"keys\":[{\"at\":0,\"tonic\":\"B\",\"mode\":\"dur\"}]"), SNQ_ERR_FORMAT,
      "s.json: keys[0].mode: \"dur\" is none of major, minor, dorian, phrygian, lydian, "
      "mixolydian, "
      "locrian" },
    { WITH("\"keys\":[{\"at\":0,\"tonic\":\"B\",\"mode\":\"major\",\"fifths\":8}]"), SNQ_ERR_RANGE,
      "s.json: keys[0].fifths: 8 is over 7" },
    { WITH("\"keys\":[{\"at\":1,\"tonic\":\"B\",\"mode\":\"major\"},"
           "{\"at\":0,\"tonic\":\"B\",\"mode\":\"major\"}]"),
      SNQ_ERR_FORMAT, "s.json: keys[1]: is not after the one before it" },
    { WITH("\"chords\":[{\"at\":0,\"length\":-1,\"label\":\"N\"}]"), SNQ_ERR_RANGE,
      "s.json: chords[0].length: -1 is under 0" },
    { WITH("\"chords\":[{\"at\":0,\"length\":1}]"), SNQ_ERR_FORMAT,
      "s.json: chords[0]: has no \"label\"" },
    { WITH("\"chords\":[{\"at\":0,\"length\":1,\"label\":\"\"}]"), SNQ_ERR_FORMAT,
      "s.json: chord 0: its label is no text" },
    { WITH("\"chords\":[{\"at\":0,\"length\":2,\"label\":\"N\"},{\"at\":1,\"length\":2,\"label\":"
           "\"C\"}]"),
      SNQ_ERR_FORMAT,
      "s.json: chord 1: begins at tick 960, before the end of the one before it at 1920" },
    { WITH("\"chords\":[{\"at\":0,\"length\":1,\"label\":\"12345678901234567890123456789012\"}]"),
      SNQ_ERR_TOO_BIG, "s.json: chords[0].label: 32 bytes of text, over 31" },
    { WITH("\"sections\":[{\"at\":0,\"length\":1,\"name\":7}]"), SNQ_ERR_FORMAT,
      "s.json: sections[0].name: is a number, not a string" },
    { WITH("\"sections\":[{\"at\":0,\"length\":1,\"name\":\"a\",\"energy\":2}]"), SNQ_ERR_RANGE,
      "s.json: sections[0].energy: 2 is over 1" },
    { WITH("\"sections\":[{\"at\":1145324612,\"length\":1145324612,\"name\":\"a\"}]"),
      SNQ_ERR_RANGE, "s.json: section 0: ticks 1099511627520 .. 2199023255040" },
    { HEAD "\"tracks\":[7]}", SNQ_ERR_FORMAT, "s.json: tracks[0]: is a number, not an object" },
    { HEAD "\"tracks\":[{}]}", SNQ_ERR_FORMAT, "s.json: tracks[0]: has no \"name\"" },
    { HEAD "\"tracks\":[{\"name\":\"\"}]}", SNQ_ERR_FORMAT,
      "s.json: tracks[0]: its name is empty" },
    { HEAD "\"tracks\":[{\"name\":\"a\"},{\"name\":\"A\"}]}", SNQ_ERR_FORMAT,
      "s.json: tracks[1]: the name \"A\" is taken" },
    { TRACK("\"kind\":1"), SNQ_ERR_FORMAT, "s.json: tracks[0].kind: is a number, not a string" },
    { TRACK("\"patch\":1"), SNQ_ERR_FORMAT, "s.json: tracks[0].patch: is a number, not a string" },
    { TRACK("\"program\":128"), SNQ_ERR_RANGE, "s.json: tracks[0].program: 128 is over 127" },
    { TRACK("\"channel\":-1"), SNQ_ERR_RANGE, "s.json: tracks[0].channel: -1 is under 0" },
    { TRACK("\"port\":128"), SNQ_ERR_RANGE, "s.json: tracks[0].port: 128 is over 127" },
    { TRACK("\"gain_db\":25"), SNQ_ERR_RANGE, "s.json: tracks[0].gain_db: 25 is over 24" },
    { TRACK("\"pan\":\"left\""), SNQ_ERR_FORMAT,
      "s.json: tracks[0].pan: is a string, not a number" },
    { TRACK("\"volume\":1"), SNQ_ERR_FORMAT, "s.json: tracks[0]: unknown key \"volume\"" },
    { TRACK("\"notes\":{}"), SNQ_ERR_FORMAT,
      "s.json: tracks[0].notes: is an object, not an array" },
    { NOTE("\"at\":0"), SNQ_ERR_FORMAT, "s.json: tracks[0].notes[0]: has no \"length\"" },
    { NOTE("\"at\":\"0\""), SNQ_ERR_FORMAT,
      "s.json: tracks[0].notes[0].at: is a string, not a number" },
    { NOTE("\"at\":-0.001,\"length\":1"), SNQ_ERR_RANGE,
      "s.json: tracks[0].notes[0].at: -0.001 is under 0" },
    { NOTE("\"at\":0,\"length\":1,\"velocity\":9"), SNQ_ERR_FORMAT,
      "s.json: tracks[0].notes[0]: has no \"pitch\"" },
    { NOTE("\"at\":0,\"length\":1,\"pitch\":128,\"velocity\":9"), SNQ_ERR_RANGE,
      "s.json: tracks[0].notes[0].pitch: 128 is over 127" },
    { NOTE("\"at\":0,\"length\":1,\"pitch\":60,\"velocity\":0"), SNQ_ERR_RANGE,
      "s.json: tracks[0].notes[0].velocity: 0 is under 1" },
    { NOTED(",\"timing_ms\":1001"), SNQ_ERR_RANGE,
      "s.json: tracks[0].notes[0].timing_ms: 1001 is over 1000" },
    { NOTED(",\"cents\":-101"), SNQ_ERR_RANGE,
      "s.json: tracks[0].notes[0].cents: -101 is under -100" },
    { NOTED(",\"release\":128"), SNQ_ERR_RANGE,
      "s.json: tracks[0].notes[0].release: 128 is over 127" },
    { NOTED(",\"lyric\":\"la\""), SNQ_ERR_FORMAT,
      "s.json: tracks[0].notes[0]: unknown key \"lyric\"" },
    { NOTE("\"at\":1145324612,\"length\":1,\"pitch\":60,\"velocity\":64"), SNQ_ERR_RANGE,
      "s.json: length 1099511628480 is not in 0 .. 1099511627776" },
    { TRACK("\"curves\":[{\"points\":[]}]"), SNQ_ERR_FORMAT,
      "s.json: tracks[0].curves[0]: has no \"target\"" },
    { TRACK("\"curves\":[{\"target\":\"\"}]"), SNQ_ERR_FORMAT,
      "s.json: track \"a\": curve 0: target: not a text of 1 .. 63 bytes" },
    { TRACK("\"curves\":[{\"target\":\"c\",\"points\":[],\"unit\":\"hz\"}]"), SNQ_ERR_FORMAT,
      "s.json: tracks[0].curves[0]: unknown key \"unit\"" },
    { POINT("\"at\":0,\"value\":1e39,\"shape\":\"step\""), SNQ_ERR_RANGE,
      "s.json: tracks[0].curves[0].points[0].value: 1e+39 is over 3.402823568e+38" },
    { POINT("\"at\":0,\"value\":1,\"shape\":\"spline\""), SNQ_ERR_FORMAT,
      "s.json: tracks[0].curves[0].points[0].shape: \"spline\" is none of step, linear, "
      "exponential, "
      "smooth" },
    { POINT("\"at\":2e12,\"value\":1,\"shape\":\"step\""), SNQ_ERR_RANGE,
      "s.json: tracks[0].curves[0].points[0].at: 2e+12 is over 1.099511628e+12" },
    { POINT("\"at\":1,\"value\":1,\"shape\":\"step\"},{\"at\":0,\"value\":1,\"shape\":\"step\""),
      SNQ_ERR_RANGE,
      "s.json: tracks[0].curves[0].points[1]: point at 0: must be 1 .. 1.09951e+12" },
    { MESSAGE("\"at\":0"), SNQ_ERR_FORMAT, "s.json: tracks[0].messages[0]: has no \"status\"" },
    { MESSAGE("\"at\":0,\"status\":256"), SNQ_ERR_RANGE,
      "s.json: tracks[0].messages[0].status: 256 is over 255" },
    { MESSAGE("\"at\":0,\"status\":144"), SNQ_ERR_RANGE,
      "s.json: track \"a\": message 0: status 0x90" },
    { MESSAGE("\"at\":0,\"status\":176,\"a\":128"), SNQ_ERR_RANGE,
      "s.json: tracks[0].messages[0].a: 128 is over 127" },
    { MESSAGE("\"at\":0,\"status\":176,\"b\":1.5"), SNQ_ERR_RANGE,
      "s.json: tracks[0].messages[0].b: 1.5 is not a whole number" },
    { MESSAGE("\"at\":0,\"status\":240,\"bytes\":7"), SNQ_ERR_FORMAT,
      "s.json: tracks[0].messages[0].bytes: is a number, not a string" },
    { MESSAGE("\"at\":0,\"status\":240,\"bytes\":\"a?==\""), SNQ_ERR_FORMAT,
      "s.json: tracks[0].messages[0].bytes: letter 1 is no base64" },
    { MESSAGE("\"at\":0,\"status\":176,\"bytes\":\"AAAA\""), SNQ_ERR_FORMAT,
      "s.json: track \"a\": message 0: bytes in a message of a channel" },
    { MESSAGE("\"at\":0,\"status\":240,\"data\":\"\""), SNQ_ERR_FORMAT,
      "s.json: tracks[0].messages[0]: unknown key \"data\"" },
};

static void names_what_is_wrong(void **state)
{
    const int64_t live = snq_alloc_live();
    for (size_t i = 0; i < SNQ_COUNT(wrongs); i++) {
        snq_score s;
        const snq_status st = read_text(wrongs[i].text, strlen(wrongs[i].text), &s);
        if (st != wrongs[i].st || (wrongs[i].says && strcmp(snq_last_error(), wrongs[i].says) != 0))
            fail_msg("%s: %s: %s", wrongs[i].text, snq_status_name(st), snq_last_error());
        if (wrongs[i].says) /* else the parser has refused it, and there is no score */
            assert_true(!s.tracks && !s.track && !s.tempo);
    }
    assert_int_equal(snq_alloc_live(), live);
}

/* ---- limits ---- */

/* head, n times piece with commas, tail; the caller clears */
static snq_str many(const char *head, const char *piece, size_t n, const char *tail)
{
    snq_str s;
    snq_str_init(&s, SNQ_JSON_BYTES_MAX);
    snq_str_put(&s, head);
    for (size_t i = 0; i < n; i++) {
        if (i)
            snq_str_put(&s, ",");
        snq_str_put(&s, piece);
    }
    snq_str_put(&s, tail);
    assert_int_equal(s.st, SNQ_OK);
    return s;
}

static void check_many(const char *head, const char *piece, size_t n, const char *tail,
                       const char *says)
{
    snq_score s;
    snq_str text = many(head, piece, n, tail);
    check_status(read_text(text.text, text.length, &s), SNQ_ERR_TOO_BIG);
    assert_string_equal(snq_last_error(), says);
    snq_str_clear(&text);
}

static void is_bounded(void **state)
{
    check_many(HEAD "\"tracks\":[", "0", 513, "]}", "s.json: tracks: 513 items, over 512");
    check_many(HEAD "\"tracks\":[],\"chords\":[", "0", 65537, "]}",
               "s.json: chords: 65537 items, over 65536");
    check_many(HEAD "\"tracks\":[{\"name\":\"a\",\"curves\":[", "0", 257, "]}]}",
               "s.json: tracks[0].curves: 257 items, over 256");
    check_many(HEAD "\"tracks\":[{\"name\":\"a\",\"curves\":[{\"target\":\"x\",\"points\":[", "0",
               SNQ_CURVE_POINTS_MAX + 1, "]}]}]}",
               "s.json: tracks[0].curves[0].points: 1048577 items, over 1048576");
    check_many(HEAD "\"tracks\":[{\"name\":\"a\",\"notes\":[", "0", SNQ_SCORE_NOTES_MAX + 1, "]}]}",
               "s.json: tracks[0].notes: 4194305 items, over 4194304");
    if (!check_extent(1, 0)) /* the others count as that does */
        return;
    check_many(HEAD "\"tracks\":[{\"name\":\"a\",\"messages\":[", "0", SNQ_SCORE_MESSAGES_MAX + 1,
               "]}]}", "s.json: tracks[0].messages: 8388609 items, over 8388608");
    /* of all tracks together */
    check_many(
        HEAD "\"tracks\":[{\"name\":\"a\",\"notes\":[{" BODY "}]},{\"name\":\"b\",\"notes\":[", "0",
        SNQ_SCORE_NOTES_MAX, "]}]}", "s.json: tracks[1].notes: 4194304 items, over 4194303");
    check_many(HEAD "\"tracks\":[{\"name\":\"a\",\"messages\":[{\"at\":0,\"status\":176}]},"
                    "{\"name\":\"b\",\"messages\":[",
               "0", SNQ_SCORE_MESSAGES_MAX, "]}]}",
               "s.json: tracks[1].messages: 8388608 items, over 8388607");
}

/* Cut anywhere, or with any byte changed: a failure or a legal score. */
static void survives_damage(void **state)
{
    snq_rng r;
    snq_score s;
    check_ok(made_small(&s));
    snq_str good = written(&s);
    snq_score_clear(&s);
    char *text = malloc(good.length + 1);
    assert_non_null(text);
    for (size_t n = 0; n < good.length; n++)
        assert_true(read_text(good.text, n, &s) < 0);
    snq_rng_init(&r, 6);
    int read = 0;
    for (int i = 0; i < check_extent(20000, 8000); i++) {
        static const char letters[] = "0123456789-+.eE\"{}[],:ntf\\ \n\xFF";
        memcpy(text, good.text, good.length + 1);
        for (uint32_t k = 1 + snq_rng_below(&r, 2); k; k--)
            text[snq_rng_below(&r, (uint32_t)good.length)] =
                letters[snq_rng_below(&r, sizeof letters - 1)];
        if (read_text(text, good.length, &s) >= 0) {
            check_ok(snq_score_check(&s));
            there_and_back(&s);
            snq_score_clear(&s);
            read++;
        }
    }
    assert_true(read > 40);
    free(text);
    snq_str_clear(&good);
}

/* ---- memory and speed ---- */

static snq_status make(void *user, void **object)
{
    static snq_score s;
    const snq_status st = snq_score_from_json(user, &s);
    if (st >= 0)
        *object = &s;
    return st;
}

static void unmake(void *object)
{
    snq_score_clear(object);
}

static void cleans_up_without_memory(void **state)
{
    snq_json_doc *doc;
    snq_score s;
    check_ok(made_small(&s));
    snq_track *t = &s.track[0]; /* out of order, so that it is sorted */
    t->note[0].tick = 4000;
    s.length = 9999;
    snq_str text = written(&s);
    snq_score_clear(&s);
    check_ok(snq_json_parse("s.json", text.text, text.length, &doc));
    snq_json_ref root = snq_json_root(doc);
    snq_sweep(make, unmake, &root);
    snq_json_doc_free(doc);
    snq_str_clear(&text);
}

static void says_when_there_is_no_memory_to_write(void **state)
{
    snq_score s;
    snq_json j;
    check_ok(made_small(&s));
    FILE *f = tmpfile();
    assert_non_null(f);
    snq_json_init(&j, snq_json_to_file, f);
    snq_alloc_fail_after(0);
    snq_score_json(&j, &s);
    snq_alloc_fail_after(-1);
    check_status(snq_json_finish(&j), SNQ_ERR_NOMEM);
    fclose(f);
    snq_score_clear(&s);
}

static double cpu_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* 100 000 notes; the bound leaves room for sanitizers and slow machines, the figure is printed. */
static void is_fast(void **state)
{
    snq_score s, back;
    snq_track *t;
    snq_rng r;
    snq_rng_init(&r, 2);
    snq_score_init(&s);
    check_ok(snq_score_add_track(&s, "x", &t));
    for (int i = 0; i < 100000; i++) {
        const snq_note note = { .tick = 77 * i,
                                .length = 400,
                                .offset_s = (float)(0.02 * snq_rng_normal(&r)),
                                .pitch = (uint8_t)(i % 128),
                                .velocity = 100,
                                .release = 64 };
        check_ok(snq_track_add_note(t, &note));
    }
    check_ok(snq_score_sort(&s));
    const double start_s = cpu_s();
    snq_str text = written(&s);
    const double written_s = cpu_s();
    check_ok(read_text(text.text, text.length, &back));
    const double read_s = cpu_s();
    print_message("100 000 notes, %.1f MB: written in %.3f s, read in %.3f s\n",
                  1e-6 * (double)text.length, written_s - start_s, read_s - written_s);
    assert_true(made_equal(&s, &back));
    assert_true(read_s - start_s < 10.0);
    snq_str_clear(&text);
    snq_score_clear(&s);
    snq_score_clear(&back);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comes_back),
        cmocka_unit_test(any_score_comes_back),
        cmocka_unit_test(every_tick_comes_back),
        cmocka_unit_test(places_are_short),
        cmocka_unit_test(writes_what_it_wrote),
        cmocka_unit_test(reads_the_example_of_the_page),
        cmocka_unit_test(fills_in_what_is_not_said),
        cmocka_unit_test(names_what_is_wrong),
        cmocka_unit_test(is_bounded),
        cmocka_unit_test(survives_damage),
        cmocka_unit_test(cleans_up_without_memory),
        cmocka_unit_test(says_when_there_is_no_memory_to_write),
        cmocka_unit_test(is_fast),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
