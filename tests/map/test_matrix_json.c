// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/alloc.h"
#include "base/str.h"
#include "map/matrix.h"
#include "support/sweep.h"

#define FROM \
    "\"source\":{\"type\":\"oscillatory\",\"band\":\"mf\",\"property\":\"primary_frequency\"},"
#define ONTO "\"destination\":\"wobble_bass.lfo_rate\","
#define LINE \
    "\"transferFunction\":{\"type\":\"linear\",\"inputRange\":[0.5,5],\"outputRange\":[0.25,8]}"
#define GOOD "{\"id\":\"a\"," FROM ONTO LINE ",\"enabled\":true}"
#define HEAD                                                                                      \
    "{\"id\":\"t\",\"name\":\"T\",\"description\":\"d\",\"author\":\"me\",\"created\":\"2020-01-" \
    "01\","
#define ALL(m)              \
    HEAD "\"mappings\":[" m \
         "],\"metadata\":{\"targetGenre\":\"dubstep\",\"bpm\":140,\"tags\":[\"x\"]}}"
#define TF(s) ALL("{\"id\":\"a\"," FROM ONTO "\"transferFunction\":{" s "}}")
#define Q(s)                                                                      \
    ALL("{\"id\":\"a\"," FROM "\"destination\":\"wobble_bass.filter_resonance\"," \
        "\"transferFunction\":{\"type\":\"linear\",\"inputRange\":[0,1]," s "}}")
#define ANY(s) ALL("{\"id\":\"a\"," FROM ONTO LINE "," s "}")
#define WAVE(s)                                                                                 \
    ALL("{\"id\":\"a\"," FROM "\"destination\":\"wobble_bass.waveform\",\"transferFunction\":{" \
        "\"type\":\"linear\",\"inputRange\":[0,1],\"outputRange\":" s "}}")
#define RANGES "\"inputRange\":[0,1],\"outputRange\":[1,8]"

static snq_status read_text(const char *text, snq_warnings *w, snq_map_template **out)
{
    return snq_map_template_parse("t.json", text, strlen(text), w, out);
}

static void put_text(const snq_map_template *t, snq_str *text)
{
    snq_json j;
    snq_str_init(text, 1 << 20);
    snq_json_init(&j, snq_json_to_str, text);
    snq_map_template_json(&j, t);
    check_ok(snq_json_finish(&j));
}

static void as_published(void **state)
{
    snq_map_template *t;
    snq_warnings w = { 0 };
    check_ok(read_text(ALL(GOOD), &w, &t));
    assert_int_equal(w.count, 0);
    assert_string_equal(t->author, "me");
    assert_string_equal(t->target_genre, "dubstep");
    assert_true(t->bpm == 140 && t->tags == 1 && t->mappings == 1);
    const snq_mapping *m = t->mapping;
    assert_true(m->enabled && !m->modulation.used && isnan(m->fallback) && !m->sync);
    assert_true(m->transfer.clamp && !m->transfer.log_scale && m->attack_s == 0.1 &&
                m->release_s == 0.3);
    check_near(snq_mapping_at(m, 2.75, NAN), 4.125, 1e-12);
    snq_map_template_free(t);
    snq_map_template_free(NULL);
    check_ok(read_text(HEAD "\"mappings\":[]}", NULL, &t)); /* little is enough */
    assert_true(isnan(t->bpm) && !t->tags && !t->mappings);
    snq_map_template_free(t);
}

#define EVERYTHING                                                                                 \
    ALL("{\"id\":\"a\"," FROM ONTO "\"transferFunction\":{\"type\":\"sigmoid\",\"inputRange\":[0," \
        "5],\"outputRange\":[0.5,8],\"scale\":\"log\","                                            \
        "\"clamp\":false,\"exponent\":3,\"base\":4,\"steepness\":7.5,\"midpoint\":1,\"slope\":1."  \
        "5},"                                                                                      \
        "\"modulation\":{\"source\":\"picture.luma_mean\",\"amount\":0.3,\"type\":\"frequency\"}," \
        "\"attack_s\":0,"                                                                          \
        "\"release_s\":2,\"default\":3,\"sync\":[\"1/8\",\"1/16t\"],\"enabled\":false},"           \
        "{\"id\":\"b\"," FROM                                                                      \
        "\"destination\":\"harmony.scale\",\"transferFunction\":{\"type\":\"custom\","             \
        "\"inputRange\":[0,1],\"outputRange\":[\"major\",\"dorian\"],\"expression\":\"x^2\"},"     \
        "\"default\":\"locrian\"},"                                                                \
        "{\"id\":\"c\"," FROM ONTO LINE ",\"sync\":true,\"modulation\":null},"                     \
        "{\"id\":\"d\"," FROM                                                                      \
        "\"destination\":\"harmony.chord_complexity\",\"transferFunction\":{\"type\":"             \
        "\"logarithmic\",\"inputRange\":[0,1],\"outputRange\":[5,1]},\"default\":2}")

static void round_trips(void **state)
{
    static const char *const text[] = { ALL(GOOD), EVERYTHING, Q("\"outputRange\":[0,10]") };
    for (size_t i = 0; i < SNQ_COUNT(text); i++) {
        snq_map_template *a, *b;
        snq_str one, two;
        check_ok(read_text(text[i], NULL, &a));
        put_text(a, &one);
        check_ok(read_text(snq_str_text(&one), NULL, &b));
        put_text(b, &two);
        assert_string_equal(snq_str_text(&one), snq_str_text(&two));
        assert_int_equal(a->mappings, b->mappings);
        for (uint32_t k = 0; k < a->mappings; k++) {
            const snq_mapping *p = &a->mapping[k], *q = &b->mapping[k];
            assert_true(p->sync == q->sync && p->destination == q->destination &&
                        p->enabled == q->enabled);
            assert_true(p->modulation.amount == q->modulation.amount &&
                        p->modulation.type == q->modulation.type);
            for (double x = -1; x < 6; x += 0.5) {
                const double u = snq_mapping_at(p, x, 0.7), v = snq_mapping_at(q, x, 0.7);
                assert_true(u == v || (isnan(u) && isnan(v)));
            }
        }
        snq_str_clear(&one);
        snq_str_clear(&two);
        snq_map_template_free(a);
        snq_map_template_free(b);
    }
}

static void what_is_odd_is_said(void **state)
{
    snq_map_template *t;
    snq_warnings w = { 0 };
    check_ok(read_text(TF("\"type\":\"linear\"," RANGES ",\"slope\":7.01"), &w,
                       &t)); /* as the ranges say */
    assert_int_equal(w.count, 0);
    snq_map_template_free(t);
    check_ok(read_text(TF("\"type\":\"linear\"," RANGES ",\"slope\":3"), &w, &t));
    assert_non_null(strstr(snq_warnings_find(&w, "slope")->message,
                           "mapping \"a\": transferFunction.slope: 3"));
    snq_map_template_free(t);
    check_ok(read_text(Q("\"outputRange\":[0,20]"), &w, &t)); /* the published range */
    assert_non_null(strstr(snq_warnings_find(&w, "quality")->message, "outputRange"));
    assert_true(t->mapping->transfer.out[0] == 0.5 && t->mapping->transfer.out[1] == 20);
    snq_map_template_free(t);
    check_ok(read_text(Q("\"outputRange\":[20,0]"), NULL, &t));
    assert_true(t->mapping->transfer.out[1] == 0.5);
    snq_map_template_free(t);
}

static void hostile_ones_name_the_place(void **state)
{
    static const char *const row[][2] = {
        { "[]", "an object" },
        { "{", "t.json" },
        { "{\"schema\":\"sonique/style/1\"}", "schema" },
        { "{\"schema\":1}", "schema" },
        { HEAD "\"mappings\":[],\"more\":1}", "more" },
        { "{\"id\":\"\",\"name\":\"T\",\"mappings\":[]}", "id: it is empty" },
        { "{\"id\":\"t\",\"mappings\":[]}", "name" },
        { HEAD "\"mappings\":{}}", "mappings" },
        { HEAD "\"mappings\":[3]}", "mappings[0]" },
        { HEAD "\"mappings\":[],\"metadata\":3}", "metadata" },
        { HEAD "\"mappings\":[],\"metadata\":{\"bpm\":0}}", "metadata.bpm" },
        { HEAD "\"mappings\":[],\"metadata\":{\"x\":0}}", "metadata" },
        { HEAD "\"mappings\":[],\"metadata\":{\"tags\":3}}", "metadata.tags" },
        { HEAD "\"mappings\":[],\"metadata\":{\"tags\":[3]}}", "metadata.tags[0]" },
        { ALL(GOOD "," GOOD), "mappings[1].id: mappings[0] has the same" },
        { ALL("{\"id\":\"a\",\"source\":{\"type\":\"oscillatory\",\"band\":\"mf\",\"property\":"
              "\"wobble\"}," ONTO LINE "}"),
          "mappings[0].source.property: there is no property \"wobble\"" },
        { ALL("{\"id\":\"a\"," FROM "\"destination\":\"bass.wobble\"," LINE "}"),
          "mappings[0].destination: there is no" },
        { ALL("{\"id\":\"a\"," FROM "\"destination\":\"\\u001b[2J\"," LINE "}"), "\\x1B" },
        { ALL("{\"id\":\"a\"," FROM ONTO "\"transferFunction\":3}"),
          "mappings[0].transferFunction" },
        { TF("\"type\":\"cubic\"," RANGES), "transferFunction.type" },
        { TF("\"type\":\"linear\",\"inputRange\":[1,1],\"outputRange\":[1,8]"),
          "inputRange: 1 .. 1 is empty" },
        { TF("\"type\":\"linear\",\"inputRange\":[5,1],\"outputRange\":[1,8]"),
          "inputRange: 5 .. 1 is empty" },
        { TF("\"type\":\"linear\",\"inputRange\":[],\"outputRange\":[1,8]"),
          "inputRange: [from, to]" },
        { TF("\"type\":\"linear\",\"inputRange\":[0,1e300],\"outputRange\":[1,8]"),
          "inputRange[1]" },
        { TF("\"type\":\"linear\",\"inputRange\":[0,1],\"outputRange\":[2,2]"),
          "outputRange: 2 .. 2 is empty" },
        { TF("\"type\":\"linear\",\"inputRange\":[0,1],\"outputRange\":[1,30]"),
          "outputRange[1]: 30" },
        { TF("\"type\":\"linear\",\"inputRange\":[0,1],\"outputRange\":[0,3]"),
          "outputRange[0]: 0" },
        { TF("\"type\":\"linear\",\"inputRange\":[0,1]"), "outputRange" },
        { TF("\"type\":\"linear\"," RANGES ",\"scale\":\"cubic\""), "scale" },
        { TF("\"type\":\"linear\"," RANGES ",\"clamp\":1"), "clamp" },
        { TF("\"type\":\"exponential\"," RANGES ",\"exponent\":0"), "exponent" },
        { TF("\"type\":\"logarithmic\"," RANGES ",\"base\":1"), "base" },
        { TF("\"type\":\"sigmoid\"," RANGES ",\"steepness\":0"), "steepness" },
        { TF("\"type\":\"sigmoid\"," RANGES ",\"midpoint\":2"), "midpoint" },
        { TF("\"type\":\"custom\"," RANGES), "expression" },
        { TF("\"type\":\"linear\"," RANGES ",\"expression\":\"x\""), "only a custom" },
        { TF("\"type\":\"custom\"," RANGES ",\"expression\":\"x +* 2\""),
          "expression: character 4" },
        { TF("\"type\":\"custom\"," RANGES
             ",\"expression\":\"((((((((((((((((((((((((((((((((((((((((((((x))\""),
          "deeper" },
        { TF("\"type\":\"linear\"," RANGES ",\"slope\":\"x\""), "slope" },
        { TF("\"type\":\"linear\"," RANGES ",\"run\":1"), "run" },
        { Q("\"outputRange\":[0,0]"), "outputRange" },
        { Q("\"outputRange\":[0,0.4]"), "a quality of 0 .. 0.4" },
        { Q("\"outputRange\":[-1,4]"), "outputRange[0]" },
        { ALL("{\"id\":\"a\"," FROM "\"destination\":\"global.energy\",\"transferFunction\":{"
              "\"type\":\"linear\",\"inputRange\":[0,1],"
              "\"outputRange\":[0,1],\"scale\":\"log\"}}"),
          "a log scale has no 0" },
        { WAVE("[\"sine\",\"noise\"]"), "outputRange[1]" },
        { WAVE("[0,9]"), "outputRange[1]" },
        { WAVE("[0.5,1]"), "outputRange[0]" },
        { WAVE("[1]"), "outputRange: [from, to]" },
        { ANY("\"modulation\":3"), "modulation" },
        { ANY("\"modulation\":{\"source\":\"picture.luma_mean\",\"amount\":2,\"type\":"
              "\"additive\"}"),
          "modulation.amount" },
        { ANY("\"modulation\":{\"source\":\"picture.luma_mean\",\"amount\":1,\"type\":\"ring\"}"),
          "modulation.type" },
        { ANY("\"modulation\":{\"source\":\"picture.x\",\"amount\":1,\"type\":\"additive\"}"),
          "modulation.source" },
        { ANY("\"modulation\":{\"more\":1}"), "more" },
        { ANY("\"attack_s\":-1"), "attack_s" },
        { ANY("\"release_s\":61"), "release_s" },
        { ANY("\"default\":99"), "default" },
        { ANY("\"enabled\":1"), "enabled" },
        { ANY("\"sync\":3"), "sync" },
        { ANY("\"sync\":[\"1/5\"]"), "sync[0]" },
        { Q("\"outputRange\":[1,2]},\"sync\":true,\"x\":{"), "x" },
    };
    for (size_t i = 0; i < SNQ_COUNT(row); i++) {
        snq_map_template *t = (void *)1;
        snq_error_clear();
        const snq_status st = read_text(row[i][0], NULL, &t);
        if (st >= 0 || t)
            fail_msg("accepted: %s", row[i][0]);
        if (!strstr(snq_last_error(), row[i][1]) || !strstr(snq_last_error(), "t.json"))
            fail_msg("%s: \"%s\" lacks \"%s\"", row[i][0], snq_last_error(), row[i][1]);
    }
}

/* From end to end, as `map list` prints them: 0.1 is as good as 0.1f. */
static void whole_ranges_are_legal(void **state)
{
    size_t n;
    const snq_destination *d = snq_destinations(&n);
    for (size_t i = 0; i < n; i++) {
        const snq_param *p = &d[i].param;
        char text[1024];
        snq_map_template *t;
        if (snq_destination_is_discrete(&d[i]))
            continue;
        snprintf(text, sizeof text,
                 HEAD "\"mappings\":[{\"id\":\"a\"," FROM "\"destination\":\"%s\",\"default\":%g,"
                      "\"transferFunction\":{\"type\":\"linear\",\"inputRange\":[0,1],"
                      "\"outputRange\":[%g,%g]}}]}",
                 p->id, (double)p->min, (double)p->min, (double)p->max);
        check_ok(read_text(text, NULL, &t));
        assert_true(snq_mapping_at(t->mapping, 0, NAN) == (double)p->min);
        assert_true(snq_mapping_at(t->mapping, 1, NAN) == (double)p->max);
        assert_true(t->mapping->fallback == p->min);
        snq_map_template_free(t);
    }
}

static void sync_is_the_wobbles_alone(void **state)
{
    snq_map_template *t;
    static const char text[] = ALL(
        "{\"id\":\"a\"," FROM "\"destination\":\"global.energy\",\"transferFunction\":{\"type\":"
        "\"linear\",\"inputRange\":[0,1],\"outputRange\":[0,1]},\"sync\":true}");
    check_status(read_text(text, NULL, &t), SNQ_ERR_FORMAT);
    assert_non_null(strstr(snq_last_error(), "sync: only wobble_bass.lfo_rate"));
}

static void too_much_is_refused(void **state)
{
    snq_map_template *t;
    const size_t n = 10 << 20;
    char *text = snq_calloc(n, 1);
    assert_non_null(text);
    memset(text, ' ', n);
    check_status(snq_map_template_parse("big.json", text, n, NULL, &t), SNQ_ERR_TOO_BIG);
    assert_non_null(strstr(snq_last_error(), "big.json: 10485760 bytes"));
    snq_free(text);
    snq_str many;
    snq_str_init(&many, 1 << 20);
    snq_str_put(&many, HEAD "\"mappings\":[0");
    for (int i = 0; i < SNQ_MAP_MAPPINGS_MAX; i++)
        snq_str_put(&many, ",0");
    snq_str_put(&many, "]}");
    check_status(read_text(snq_str_text(&many), NULL, &t), SNQ_ERR_TOO_BIG);
    snq_str_clear(&many);
    snq_str_init(&many, 1 << 20);
    snq_str_put(&many, HEAD "\"mappings\":[],\"metadata\":{\"tags\":[\"\"");
    for (int i = 0; i < SNQ_MAP_TAGS_MAX; i++)
        snq_str_put(&many, ",\"\"");
    snq_str_put(&many, "]}}");
    check_status(read_text(snq_str_text(&many), NULL, &t), SNQ_ERR_TOO_BIG);
    snq_str_clear(&many);
}

/* Those of the tree load without a word, and say what they do. */
static void templates_of_the_tree(void **state)
{
    static const char *const id[] = { "basic_dubstep", "techno", "drum_and_bass", "ambient",
                                      "cinematic" };
    for (size_t i = 0; i < SNQ_COUNT(id); i++) {
        char path[512], *text = snq_calloc(1 << 16, 1);
        snprintf(path, sizeof path, "%s/templates/%s.json", getenv("SNQ_ROOT"), id[i]);
        FILE *f = fopen(path, "rb");
        assert_true(f && text);
        const size_t n = fread(text, 1, 1 << 16, f);
        fclose(f);
        snq_map_template *t;
        snq_warnings w = { 0 };
        check_ok(snq_map_template_parse(path, text, n, &w, &t));
        snq_free(text);
        assert_int_equal(w.count, 0);
        assert_string_equal(t->id, id[i]);
        assert_true(strlen(t->description) > 60 && t->mappings >= 5 && t->bpm > 0);
        size_t all;
        for (uint32_t k = 0; k < t->mappings; k++) { /* hertz in ours: in equal ratios */
            const snq_destination *d = &snq_destinations(&all)[t->mapping[k].destination];
            assert_true(!i || strcmp(d->param.unit, "hz") != 0 || t->mapping[k].transfer.log_scale);
        }
        if (!i) { /* the published figures */
            check_near(snq_mapping_at(&t->mapping[0], 5, NAN), 8, 0);
            check_near(snq_mapping_at(&t->mapping[0], 2, NAN), 0.25 + pow(1.0 / 3, 1.5) * 7.75,
                       1e-9);
            check_near(snq_mapping_at(&t->mapping[1], 0.5, NAN), 1325, 1e-9);
            check_near(snq_mapping_at(&t->mapping[2], 0.25, NAN), 0.55, 1e-9);
            check_near(snq_mapping_at(&t->mapping[4], 0.25, NAN), 0.6, 1e-9);
        }
        snq_map_template_free(t);
    }
}

static snq_status make(void *user, void **object)
{
    snq_map_template *t;
    const snq_status st = snq_map_template_from_json(user, NULL, &t);
    *object = t;
    return st;
}

static void unmake(void *object)
{
    snq_map_template_free(object);
}

static void survives_every_allocation(void **state)
{
    snq_json_doc *doc;
    check_ok(snq_json_parse("t", EVERYTHING, strlen(EVERYTHING), &doc));
    snq_json_ref root = snq_json_root(doc);
    assert_true(snq_sweep(make, unmake, &root) >= 2);
    snq_json_doc_free(doc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_published),
        cmocka_unit_test(round_trips),
        cmocka_unit_test(what_is_odd_is_said),
        cmocka_unit_test(hostile_ones_name_the_place),
        cmocka_unit_test(whole_ranges_are_legal),
        cmocka_unit_test(sync_is_the_wobbles_alone),
        cmocka_unit_test(too_much_is_refused),
        cmocka_unit_test(templates_of_the_tree),
        cmocka_unit_test(survives_every_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
