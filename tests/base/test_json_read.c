// SPDX-License-Identifier: MIT
#include "support/check.h"

#include <float.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/json_read.h"
#include "base/rng.h"
#include "base/str.h"
#include "support/sweep.h"

static snq_json_doc *parse(const char *text)
{
    snq_json_doc *doc;
    check_ok(snq_json_parse("a.json", text, strlen(text), &doc));
    return doc;
}

static void says(const char *want)
{
    assert_string_equal(snq_last_error(), want);
}

/* ---- parsing ---- */

static const char song[] =
    "{\"title\":\"Gr\\u00fc\\u00dfe\",\"bpm\":120.5,\"loud\":true,\"soft\":false,\"none\":null,"
    "\"count\":12,\"whole\":3e2,\"tracks\":[{\"name\":\"a\"},{\"name\":\"b\",\"notes\":[1,2.5,-3]}]"
    "}";

static void finds_what_is_there(void **state)
{
    snq_json_doc *doc = parse(song);
    const snq_json_ref root = snq_json_root(doc);
    snq_json_ref tracks, track, notes, note, other;
    assert_int_equal(snq_json_kind_of(&root), SNQ_JSON_OBJECT);
    assert_int_equal(snq_json_count(&root), 8);
    check_ok(snq_json_get(&root, "tracks", SNQ_JSON_ARRAY, &tracks));
    assert_int_equal(snq_json_count(&tracks), 2);
    snq_json_item(&tracks, 1, &track);
    check_ok(snq_json_get(&track, "notes", SNQ_JSON_ANY, &notes));
    assert_int_equal(snq_json_count(&notes), 3);
    const double want[] = { 1, 2.5, -3 };
    for (size_t i = 0; i < 3; i++) {
        double v;
        snq_json_item(&notes, i, &note);
        assert_int_equal(snq_json_kind_of(&note), SNQ_JSON_NUMBER);
        check_ok(snq_json_as_real(&note, -3, 3, &v));
        assert_true(v == want[i]);
    }
    assert_int_equal(snq_json_find(&track, "name", &other), 1);
    assert_int_equal(snq_json_kind_of(&other), SNQ_JSON_STRING);
    assert_int_equal(snq_json_count(&other), 0);
    assert_int_equal(snq_json_find(&track, "nothing", &other), 0);
    assert_int_equal(snq_json_find(&notes, "name", &other), 0); /* in no object */
    check_ok(snq_json_get(&root, "none", SNQ_JSON_NULL, &other));
    check_ok(snq_json_get(&root, "loud", SNQ_JSON_BOOL, &other));
    snq_json_doc_free(doc);
    snq_json_doc_free(NULL);
}

static void goes_through_members_in_order(void **state)
{
    static const char *const keys[] = { "title", "bpm",   "loud",  "soft",
                                        "none",  "count", "whole", "tracks" };
    snq_json_doc *doc = parse(song);
    const snq_json_ref root = snq_json_root(doc);
    snq_json_ref member = { 0 }, item, tracks;
    size_t n = 0;
    for (; snq_json_next(&root, &member); n++) {
        assert_string_equal(member.key, keys[n]);
        assert_ptr_equal(member.parent, &root);
        snq_json_item(&root, n, &item);
        assert_string_equal(item.key, keys[n]);
        assert_ptr_equal(item.value, member.value);
    }
    assert_int_equal(n, SNQ_COUNT(keys));
    check_ok(snq_json_only(&root, keys, n));
    check_status(snq_json_only(&root, keys, n - 1), SNQ_ERR_FORMAT);
    says("a.json: unknown key \"tracks\"");
    check_ok(snq_json_get(&root, "tracks", SNQ_JSON_ARRAY, &tracks));
    check_status(snq_json_only(&tracks, keys, n), SNQ_ERR_FORMAT);
    says("a.json: tracks: is an array, not an object");
    member = (snq_json_ref) { 0 };
    assert_int_equal(snq_json_next(&tracks, &member), 0);
    snq_json_doc_free(doc);
    doc = parse("{}");
    const snq_json_ref empty = snq_json_root(doc);
    assert_int_equal(snq_json_next(&empty, &member), 0);
    check_ok(snq_json_only(&empty, keys, 0));
    snq_json_doc_free(doc);
}

/* Documents that the standard does not allow, or that mean two things. */
static const char *const broken[] = {
    "",
    " ",
    "{",
    "[1,2",
    "[1,]",
    "{\"a\":1,}",
    "{\"a\":1,\"a\":2}",
    "{\"a\":{\"b\":1,\"c\":2,\"b\":3}}",
    "{a:1}",
    "{'a':1}",
    "[01]",
    "[+1]",
    "[.5]",
    "[1.]",
    "[0x10]",
    "[NaN]",
    "[Infinity]",
    "[1e400]",
    "[-1e400]",
    "[99999999999999999999]",
    "[\"\\ud800\"]",
    "[\"\\udc00\"]",
    "[\"\\ud800\\u0041\"]",
    "[\"\\u0000\"]",
    "{\"a\\u0000b\":1}",
    "[\"\xC3\"]",
    "[\"\xED\xA0\x80\"]",
    "[\"\xC0\xAF\"]",
    "[\"\xF5\x80\x80\x80\"]",
    "[\"\t\"]",
    "[\"a\nb\"]",
    "[\"\\x\"]",
    "[\"open]",
    "[1] 2",
    "[1],",
    "[/* note */1]",
    "tru",
    "\xEF\xBB\xBF[1]",
};

static void refuses_what_is_no_json(void **state)
{
    const int64_t live = snq_alloc_live();
    for (size_t i = 0; i < SNQ_COUNT(broken); i++) {
        snq_json_doc *doc = (snq_json_doc *)&doc;
        const snq_status st = snq_json_parse("b.json", broken[i], strlen(broken[i]), &doc);
        if (st != SNQ_ERR_FORMAT || doc)
            fail_msg("read %s: %s", broken[i], snq_status_name(st));
        if (strncmp(snq_last_error(), "b.json: line ", 13) != 0)
            fail_msg("%s: says %s", broken[i], snq_last_error());
    }
    snq_json_doc *doc;
    check_status(snq_json_parse("b.json", "[\0]", 3, &doc), SNQ_ERR_FORMAT);
    check_status(snq_json_parse("b.json", "{\"a\":\n 1,\n \"a\":2}", 18, &doc), SNQ_ERR_FORMAT);
    says("b.json: line 3, column 4: duplicate object key near '\"a\"'");
    assert_int_equal(snq_alloc_live(), live);
}

static void reads_any_value_as_a_document(void **state)
{
    static const struct {
        const char *text;
        snq_json_kind kind;
    } docs[] = {
        { "null", SNQ_JSON_NULL },         { "true", SNQ_JSON_BOOL },   { "-0", SNQ_JSON_NUMBER },
        { "\"a\\\"b\"", SNQ_JSON_STRING }, { " [ ] ", SNQ_JSON_ARRAY }, { "{}\n", SNQ_JSON_OBJECT },
    };
    for (size_t i = 0; i < SNQ_COUNT(docs); i++) {
        snq_json_doc *doc = parse(docs[i].text);
        const snq_json_ref root = snq_json_root(doc);
        assert_int_equal(snq_json_kind_of(&root), docs[i].kind);
        assert_int_equal(snq_json_count(&root), 0);
        snq_json_doc_free(doc);
    }
}

/* n times `piece`, in `open` and `close`; the caller frees */
static char *repeat(const char *open, const char *piece, size_t n, const char *close,
                    size_t *length)
{
    const size_t size = strlen(piece), head = strlen(open), tail = strlen(close);
    char *text = snq_alloc(head + n * size + tail + 1, 1);
    assert_non_null(text);
    memcpy(text, open, head);
    for (size_t i = 0; i < n; i++)
        memcpy(text + head + i * size, piece, size);
    memcpy(text + head + n * size, close, tail + 1);
    *length = head + n * size + tail;
    return text;
}

static snq_status try_repeat(const char *open, const char *piece, size_t n, const char *close)
{
    snq_json_doc *doc;
    size_t length;
    char *text = repeat(open, piece, n, close, &length);
    const snq_status st = snq_json_parse("c.json", text, length, &doc);
    snq_free(text);
    snq_json_doc_free(doc);
    return st;
}

static void bounds_depth_and_size_beforehand(void **state)
{
    check_ok(try_repeat("", "[", 64,
                        "]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]"));
    check_status(try_repeat("", "[", 65, ""), SNQ_ERR_TOO_BIG);
    says("c.json: offset 64: nested deeper than 64");
    check_status(try_repeat("", "[", 1 << 20, ""), SNQ_ERR_TOO_BIG);
    check_status(try_repeat("", "{\"a\":", 1 << 20, ""), SNQ_ERR_TOO_BIG);
    /* what closes more than was open is malformed, not deep; brackets in strings are letters */
    check_status(try_repeat("[", "]", 100, "[[[["), SNQ_ERR_FORMAT);
    check_ok(try_repeat("[\"", "[{\\\"", 1000, "\"]"));
    check_status(try_repeat("[", "{},", 4 << 20, "0]"), SNQ_ERR_TOO_BIG);
    says("c.json: too many values for one document");
    check_status(try_repeat("\"", "a", SNQ_JSON_BYTES_MAX, "\""), SNQ_ERR_TOO_BIG);
    says("c.json: 67108866 bytes, over 67108864");
    check_ok(try_repeat("\"", "a", SNQ_JSON_BYTES_MAX - 2, "\""));
}

/* ---- values ---- */

static snq_json_ref ref_of(snq_json_doc *doc, const snq_json_ref *root, size_t i)
{
    snq_json_ref at;
    (void)doc;
    snq_json_item(root, i, &at);
    return at;
}

static void keeps_numbers_within_bounds(void **state)
{
    snq_json_doc *doc =
        parse("[3,3.5,300.0,1e300,-9007199254740992,9223372036854775807,\"3\",1e-320]");
    const snq_json_ref root = snq_json_root(doc);
    int64_t n = 77;
    double v = 7.5;
    snq_json_ref at = ref_of(doc, &root, 0);
    check_ok(snq_json_as_int(&at, 3, 3, &n));
    assert_int_equal(n, 3);
    check_status(snq_json_as_int(&at, 4, 9, &n), SNQ_ERR_RANGE);
    says("a.json: [0]: 3 is under 4");
    check_status(snq_json_as_int(&at, -9, 2, &n), SNQ_ERR_RANGE);
    says("a.json: [0]: 3 is over 2");
    check_status(snq_json_as_real(&at, 3.5, 9, &v), SNQ_ERR_RANGE);
    says("a.json: [0]: 3 is under 3.5");
    check_status(snq_json_as_real(&at, -9, 2.25, &v), SNQ_ERR_RANGE);
    says("a.json: [0]: 3 is over 2.25");
    at = ref_of(doc, &root, 1);
    check_status(snq_json_as_int(&at, -9, 9, &n), SNQ_ERR_RANGE);
    says("a.json: [1]: 3.5 is not a whole number");
    assert_int_equal(n, 3);
    assert_true(v == 7.5);
    at = ref_of(doc, &root, 2);
    check_ok(snq_json_as_int(&at, -9, 300, &n));
    assert_int_equal(n, 300);
    at = ref_of(doc, &root, 3);
    check_status(snq_json_as_int(&at, INT64_MIN, INT64_MAX, &n), SNQ_ERR_RANGE);
    check_ok(snq_json_as_real(&at, -DBL_MAX, DBL_MAX, &v));
    assert_true(v == 1e300);
    at = ref_of(doc, &root, 4);
    check_ok(snq_json_as_int(&at, INT64_MIN, 0, &n));
    assert_int_equal(n, -9007199254740992);
    at = ref_of(doc, &root, 5);
    check_ok(snq_json_as_int(&at, 0, INT64_MAX, &n));
    assert_true(n == INT64_MAX);
    at = ref_of(doc, &root, 6);
    check_status(snq_json_as_int(&at, 0, 9, &n), SNQ_ERR_FORMAT);
    says("a.json: [6]: is a string, not a number");
    check_status(snq_json_as_real(&at, 0, 9, &v), SNQ_ERR_FORMAT);
    snq_json_doc_free(doc);
}

static void copies_texts_that_fit(void **state)
{
    snq_json_doc *doc = parse("[\"Gr\xC3\xBC\xC3\x9F\",\"\",true,false,null]");
    const snq_json_ref root = snq_json_root(doc);
    char text[8] = "before";
    const char *borrowed;
    size_t n;
    int yes = 7;
    snq_json_ref at = ref_of(doc, &root, 0);
    check_status(snq_json_as_text(&at, text, 6), SNQ_ERR_TOO_BIG);
    says("a.json: [0]: 6 bytes of text, over 5");
    assert_string_equal(text, "before");
    check_ok(snq_json_as_text(&at, text, 7));
    assert_string_equal(text, "Grüß");
    check_ok(snq_json_text(&at, &borrowed, &n));
    assert_string_equal(borrowed, "Grüß");
    assert_int_equal(n, 6);
    check_status(snq_json_as_bool(&at, &yes), SNQ_ERR_FORMAT);
    says("a.json: [0]: is a string, not true or false");
    at = ref_of(doc, &root, 1);
    check_ok(snq_json_as_text(&at, text, 1));
    assert_string_equal(text, "");
    at = ref_of(doc, &root, 2);
    check_ok(snq_json_as_bool(&at, &yes));
    assert_int_equal(yes, 1);
    check_status(snq_json_as_text(&at, text, 8), SNQ_ERR_FORMAT);
    check_status(snq_json_text(&at, &borrowed, &n), SNQ_ERR_FORMAT);
    at = ref_of(doc, &root, 3);
    check_ok(snq_json_as_bool(&at, &yes));
    assert_int_equal(yes, 0);
    at = ref_of(doc, &root, 4);
    check_status(snq_json_as_bool(&at, &yes), SNQ_ERR_FORMAT);
    says("a.json: [4]: is null, not true or false");
    snq_json_doc_free(doc);
}

static void chooses_among_names(void **state)
{
    static const char *const names[] = { "step", "linear", "smooth" };
    const char *many[100];
    size_t v = 9;
    snq_json_doc *doc = parse("[\"smooth\",\"Smooth\",3]");
    const snq_json_ref root = snq_json_root(doc);
    snq_json_ref at = ref_of(doc, &root, 0);
    check_ok(snq_json_as_choice(&at, names, 3, &v));
    assert_int_equal(v, 2);
    at = ref_of(doc, &root, 1);
    check_status(snq_json_as_choice(&at, names, 3, &v), SNQ_ERR_FORMAT);
    says("a.json: [1]: \"Smooth\" is none of step, linear, smooth");
    for (size_t i = 0; i < SNQ_COUNT(many); i++)
        many[i] = "something";
    check_status(snq_json_as_choice(&at, many, SNQ_COUNT(many), &v), SNQ_ERR_FORMAT);
    assert_non_null(strstr(snq_last_error(), "is none of something, something, "));
    at = ref_of(doc, &root, 2);
    check_status(snq_json_as_choice(&at, names, 3, &v), SNQ_ERR_FORMAT);
    says("a.json: [2]: is a number, not a string");
    assert_int_equal(v, 2);
    snq_json_doc_free(doc);
}

static void asks_for_members(void **state)
{
    snq_json_doc *doc = parse(song);
    const snq_json_ref root = snq_json_root(doc);
    snq_json_ref tracks;
    double v = 1;
    int64_t n = 1;
    int yes = 5;
    char text[16] = "";
    check_ok(snq_json_real_of(&root, "bpm", 1, 200, &v));
    assert_true(v == 120.5);
    check_ok(snq_json_int_of(&root, "whole", 1, 300, &n));
    assert_int_equal(n, 300);
    check_ok(snq_json_text_of(&root, "title", text, sizeof text));
    assert_string_equal(text, "Grüße");
    check_status(snq_json_real_of(&root, "title", 0, 1, &v), SNQ_ERR_FORMAT);
    says("a.json: title: is a string, not a number");
    check_status(snq_json_int_of(&root, "loud", 0, 1, &n), SNQ_ERR_FORMAT);
    check_status(snq_json_text_of(&root, "bpm", text, sizeof text), SNQ_ERR_FORMAT);
    check_status(snq_json_int_of(&root, "no", 0, 1, &n), SNQ_ERR_FORMAT);
    says("a.json: has no \"no\"");
    check_ok(snq_json_get(&root, "tracks", SNQ_JSON_ARRAY, &tracks));
    check_status(snq_json_real_of(&tracks, "no", 0, 1, &v), SNQ_ERR_FORMAT);
    says("a.json: tracks: is an array, not an object");
    check_ok(snq_json_real_if(&root, "no", 0, 1, &v));
    check_ok(snq_json_int_if(&root, "no", 0, 1, &n));
    check_ok(snq_json_bool_if(&root, "no", &yes));
    check_ok(snq_json_text_if(&root, "no", text, sizeof text));
    assert_true(v == 120.5 && n == 300 && yes == 5);
    assert_string_equal(text, "Grüße");
    check_ok(snq_json_real_if(&root, "count", 0, 12, &v));
    check_ok(snq_json_int_if(&root, "count", 0, 12, &n));
    check_ok(snq_json_bool_if(&root, "soft", &yes));
    assert_true(v == 12 && n == 12 && yes == 0);
    check_status(snq_json_real_if(&root, "count", 0, 11, &v), SNQ_ERR_RANGE);
    check_status(snq_json_int_if(&root, "none", 0, 11, &n), SNQ_ERR_FORMAT);
    check_status(snq_json_bool_if(&root, "count", &yes), SNQ_ERR_FORMAT);
    check_status(snq_json_text_if(&root, "title", text, 3), SNQ_ERR_TOO_BIG);
    snq_json_doc_free(doc);
}

static void names_the_place(void **state)
{
    snq_json_doc *doc = parse(song);
    const snq_json_ref root = snq_json_root(doc);
    snq_json_ref tracks, track, notes, note;
    check_ok(snq_json_get(&root, "tracks", SNQ_JSON_ARRAY, &tracks));
    snq_json_item(&tracks, 1, &track);
    check_ok(snq_json_get(&track, "notes", SNQ_JSON_ARRAY, &notes));
    snq_json_item(&notes, 2, &note);
    check_status(snq_json_fail(&note, SNQ_ERR_RANGE, "%d is over %d", 140, 127), SNQ_ERR_RANGE);
    says("a.json: tracks[1].notes[2]: 140 is over 127");
    check_status(snq_json_fail(&root, SNQ_ERR_FORMAT, "odd"), SNQ_ERR_FORMAT);
    says("a.json: odd");
    snq_json_doc_free(doc);
}

static void cuts_long_places(void **state)
{
    char name[400], text[2000] = "";
    snq_json_doc *doc;
    snq_json_ref at[41];
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    for (int i = 0; i < 40; i++)
        strcat(text, i % 2 ? "[" : "{\"a_rather_long_key_that_goes_on_and_on_and_on\":");
    strcat(text, "1");
    for (int i = 39; i >= 0; i--)
        strcat(text, i % 2 ? "]" : "}");
    check_ok(snq_json_parse(name, text, strlen(text), &doc));
    at[0] = snq_json_root(doc);
    for (int i = 0; i < 40; i++)
        snq_json_item(&at[i], 0, &at[i + 1]);
    check_status(snq_json_fail(&at[40], SNQ_ERR_RANGE, "%s", "wrong"), SNQ_ERR_RANGE);
    const char *said = snq_last_error();
    assert_true(strlen(said) < 350);
    assert_string_equal(said + strlen(said) - 10, "[0]: wrong");
    assert_memory_equal(said, name, 128);
    assert_memory_equal(said + 128, ": ", 2);
    snq_json_doc_free(doc);
}

/* ---- memory, and the way there and back ---- */

static snq_status make(void *user, void **object)
{
    snq_json_doc *doc;
    const snq_status st = snq_json_parse("a.json", user, strlen(user), &doc);
    *object = doc;
    return st;
}

static void unmake(void *object)
{
    snq_json_doc_free(object);
}

static void cleans_up_without_memory(void **state)
{
    char text[sizeof song];
    memcpy(text, song, sizeof song);
    snq_sweep(make, unmake, text);
}

/* What the writer's shortest numbers say is what was meant. */
static void numbers_come_back(void **state)
{
    snq_rng r;
    snq_str out;
    snq_json j;
    static double wide[2000];
    static float narrow[2000];
    snq_rng_init(&r, 3);
    snq_str_init(&out, 1 << 20);
    snq_json_init(&j, snq_json_to_str, &out);
    snq_json_array(&j);
    for (size_t i = 0; i < SNQ_COUNT(wide); i++) {
        uint64_t bits = snq_rng_next(&r);
        uint32_t half = (uint32_t)snq_rng_next(&r);
        memcpy(&wide[i], &bits, sizeof bits);
        memcpy(&narrow[i], &half, sizeof half);
        if (i % 3 == 0) {
            wide[i] = floor(snq_rng_uniform(&r) * 1e6) / 1e3;
            narrow[i] = (float)wide[i];
        }
        wide[i] = fabs(wide[i]) < 1e300 ? wide[i] : 0.1; /* NaN, too */
        narrow[i] = isfinite(narrow[i]) ? narrow[i] : FLT_MAX;
        snq_json_double(&j, wide[i]);
        snq_json_float(&j, narrow[i]);
    }
    snq_json_end(&j);
    check_ok(snq_json_finish(&j));
    snq_json_doc *doc = parse(snq_str_text(&out));
    const snq_json_ref root = snq_json_root(doc);
    assert_int_equal(snq_json_count(&root), 2 * SNQ_COUNT(wide));
    for (size_t i = 0; i < SNQ_COUNT(wide); i++) {
        double v, w;
        snq_json_ref at;
        snq_json_item(&root, 2 * i, &at);
        check_ok(snq_json_as_real(&at, -DBL_MAX, DBL_MAX, &v));
        snq_json_item(&root, 2 * i + 1, &at);
        check_ok(snq_json_as_real(&at, -DBL_MAX, DBL_MAX, &w));
        assert_true(v == wide[i] && (float)w == narrow[i]);
    }
    snq_json_doc_free(doc);
    snq_str_clear(&out);
}

static void members_into_smaller_types(void **state)
{
    static const char *const names[] = { "red", "green", "blue" };
    snq_json_doc *doc =
        parse("{\"f\":1.5,\"b\":200,\"c\":\"blue\",\"s\":[\"red\",\"blue\"],\"none\":[],"
              "\"r\":[0.25,1],\"turned\":[1,0.5],\"three\":[1,2,3],\"pink\":[\"pink\"]}");
    const snq_json_ref root = snq_json_root(doc);
    float f = 7.0f, a = 8.0f, b = 9.0f;
    uint8_t byte = 7, choice = 1;
    uint32_t set = 2;
    check_ok(snq_json_float_if(&root, "missing", 0, 1, &f));
    check_ok(snq_json_byte_if(&root, "missing", 0, 1, &byte));
    check_ok(snq_json_choice_if(&root, "missing", names, 3, &choice));
    check_ok(snq_json_set_if(&root, "missing", names, 3, &set));
    check_ok(snq_json_range_if(&root, "missing", 0, 1, &a, &b));
    assert_true(f == 7.0f && byte == 7 && choice == 1 && set == 2 && a == 8.0f && b == 9.0f);
    check_ok(snq_json_float_if(&root, "f", 0, 2, &f));
    check_ok(snq_json_byte_if(&root, "b", 0, 255, &byte));
    check_ok(snq_json_choice_if(&root, "c", names, 3, &choice));
    check_ok(snq_json_set_if(&root, "s", names, 3, &set));
    check_ok(snq_json_range_if(&root, "r", 0, 1, &a, &b));
    assert_true(f == 1.5f && byte == 200 && choice == 2 && set == 5 && a == 0.25f && b == 1.0f);
    check_ok(snq_json_set_if(&root, "none", names, 3, &set));
    assert_int_equal(set, 0);
    check_status(snq_json_float_if(&root, "f", 0, 1, &f), SNQ_ERR_RANGE);
    check_status(snq_json_byte_if(&root, "b", 0, 100, &byte), SNQ_ERR_RANGE);
    check_status(snq_json_choice_if(&root, "c", names, 2, &choice), SNQ_ERR_FORMAT);
    check_status(snq_json_set_if(&root, "pink", names, 3, &set), SNQ_ERR_FORMAT);
    check_status(snq_json_set_if(&root, "c", names, 3, &set), SNQ_ERR_FORMAT);
    check_status(snq_json_range_if(&root, "turned", 0, 1, &a, &b), SNQ_ERR_RANGE);
    check_status(snq_json_range_if(&root, "three", 0, 9, &a, &b), SNQ_ERR_FORMAT);
    check_status(snq_json_range_if(&root, "r", 0, 0.5, &a, &b), SNQ_ERR_RANGE);
    snq_json_doc_free(doc);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_into_smaller_types),
        cmocka_unit_test(finds_what_is_there),
        cmocka_unit_test(goes_through_members_in_order),
        cmocka_unit_test(refuses_what_is_no_json),
        cmocka_unit_test(reads_any_value_as_a_document),
        cmocka_unit_test(bounds_depth_and_size_beforehand),
        cmocka_unit_test(keeps_numbers_within_bounds),
        cmocka_unit_test(copies_texts_that_fit),
        cmocka_unit_test(chooses_among_names),
        cmocka_unit_test(asks_for_members),
        cmocka_unit_test(names_the_place),
        cmocka_unit_test(cuts_long_places),
        cmocka_unit_test(cleans_up_without_memory),
        cmocka_unit_test(numbers_come_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
