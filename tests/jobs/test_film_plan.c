// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/alloc.h"
#include "film_stand.h"
#include "jobs/film_plan.h"
#include "support/sweep.h"

enum { BARS = 4 };

/* snq_str_clear. */
static void text_of(const snq_film_plan *p, snq_str *to)
{
    snq_json j;
    snq_str_init(to, 1 << 24);
    snq_json_init(&j, snq_json_to_str, to);
    snq_film_plan_json(&j, p);
    check_ok(snq_json_finish(&j));
}

static snq_status read_text(const char *text, int32_t bars, snq_film_plan **out)
{
    snq_json_doc *doc;
    *out = NULL;
    SNQ_TRY(snq_json_parse("film", text, strlen(text), &doc));
    const snq_json_ref root = snq_json_root(doc);
    const snq_status st = snq_film_plan_from_json(&root, bars, out);
    snq_json_doc_free(doc);
    return st;
}

static void check_there_and_back(const snq_film_plan *p, int32_t bars)
{
    snq_film_plan *back;
    snq_str first, second;
    text_of(p, &first);
    check_ok(read_text(snq_str_text(&first), bars, &back));
    text_of(back, &second);
    assert_string_equal(snq_str_text(&second), snq_str_text(&first));
    assert_string_equal(back->video, p->video);
    assert_string_equal(back->map, p->map);
    assert_int_equal(back->fit.bars, bars);
    assert_int_equal(back->fit.end, p->fit.end);
    assert_int_equal(back->fit.steps, p->fit.steps);
    check_near(back->fit.lead_s, p->fit.lead_s, 0);
    check_near(back->fit.end_s, p->fit.end_s, 0);
    check_near(back->fade_s, p->fade_s, 0);
    assert_int_equal(back->hits.hits, p->hits.hits);
    assert_int_equal(!back->wish, !p->wish);
    snq_film_plan_free(back);
    snq_str_clear(&first);
    snq_str_clear(&second);
}

static void there_and_back(void **state)
{
    const int64_t live = snq_alloc_live();
    snq_film_plan *p = film_stand_plan(BARS);
    check_there_and_back(p, BARS);
    for (int end = SNQ_FILM_END_BAR; end <= SNQ_FILM_END_CUT; end++) {
        p->fit.end = (snq_film_end)end;
        p->fit.lead_s = end ? 0.0 : -0.02; /* the film may begin first */
        check_there_and_back(p, BARS);
    }
    snq_free(p->wish); /* a matrix that says nothing; a film without moments */
    p->wish = NULL;
    p->hits.hits = 0;
    check_there_and_back(p, BARS);
    snq_film_plan_free(p);
    snq_film_plan_free(NULL);
    assert_int_equal(snq_alloc_live(), live);
}

/* How well it meets its film is not written: it follows from the rest. */
static void what_is_met_is_found_again(void **state)
{
    snq_hit_shares got, chance;
    snq_film_plan *p = film_stand_plan(BARS), *back;
    snq_str text;
    text_of(p, &text);
    check_ok(read_text(snq_str_text(&text), BARS, &back));
    snq_hit_fit_score(&p->fit, &p->hits, &got, &chance);
    assert_true(got.eighth > 0.0 && chance.eighth > 0.0);
    check_near(back->fit.got.eighth, got.eighth, 0);
    check_near(back->fit.got.beat, got.beat, 0);
    check_near(back->fit.chance.downbeat, chance.downbeat, 0);
    check_near(back->wish[1].energy, 0.25, 0);
    assert_true(isnan(back->wish[1].kick) && isnan(back->wish[0].swing));
    check_near(back->wish[2].kick, SNQ_KICK_half_time, 0);
    snq_film_plan_free(p);
    snq_film_plan_free(back);
    snq_str_clear(&text);
}

/* `by` in place of `what` is refused, with the place. */
static const struct {
    const char *what, *by;
    snq_status st;
    const char *says;
} wrong_tab[] = {
    { "\"video\":", "\"videos\":", SNQ_ERR_FORMAT, "videos" },
    { "\"template\":\"techno\"", "\"template\":7", SNQ_ERR_FORMAT, "template" },
    { "\"length_s\":7.5", "\"length_s\":0", SNQ_ERR_RANGE, "length_s" },
    { "\"length_s\":7.5", "\"length_s\":1e99", SNQ_ERR_RANGE, "length_s" },
    { "\"length_s\":7.5,", "", SNQ_ERR_FORMAT, "length_s" },
    { "\"lead_s\":0.25", "\"lead_s\":-2", SNQ_ERR_RANGE, "lead_s" },
    { "\"tail_s\":0.2", "\"tail_s\":-0.1", SNQ_ERR_RANGE, "tail_s" },
    { "\"fade_s\":0.125", "\"fade_s\":61", SNQ_ERR_RANGE, "fade_s" },
    { "\"fade_s\":0.125", "\"fade_s\":\"1\"", SNQ_ERR_FORMAT, "fade_s" },
    { "\"tolerance_s\":0.04", "\"tolerance_s\":0", SNQ_ERR_RANGE, "tolerance_s" },
    { "\"bpm\":120,\"ends\"", "\"bpm\":0,\"ends\"", SNQ_ERR_RANGE, "bpm" },
    { "\"ends\":\"cut\"", "\"ends\":\"never\"", SNQ_ERR_FORMAT, "ends" },
    { "\"ends\":\"cut\"", "\"ends\":2", SNQ_ERR_FORMAT, "ends" },
    { "\"bar_steps\":16", "\"bar_steps\":100", SNQ_ERR_RANGE, "bar_steps" },
    { "\"bar_steps\":16", "\"bar_steps\":1.5", SNQ_ERR_RANGE, "bar_steps" },
    { "\"bars\":4", "\"bars\":0", SNQ_ERR_RANGE, "bars" },
    { "\"bars\":4", "\"bars\":5000", SNQ_ERR_RANGE, "bars" },
    { "\"bars\":4", "\"bars\":3", SNQ_ERR_FORMAT, "bars: the context has 4 bars" },
    { "\"tempo\":[", "\"tempo\":[],\"tempi\":[", SNQ_ERR_FORMAT, "tempi" },
    { "\"quarter\":0,", "\"quarter\":1,", SNQ_ERR_FORMAT, "tempo[0]: it is not at quarter 0" },
    { "\"quarter\":2,", "\"quarter\":0,", SNQ_ERR_FORMAT, "tempo[1]: it is not after" },
    { "\"quarter\":2,", "\"quarter\":1e8,", SNQ_ERR_RANGE, "tempo[1].quarter" },
    { "\"quarter\":2,", "\"quarters\":2,", SNQ_ERR_FORMAT, "quarters" },
    { "\"t_s\":1,\"bpm\"", "\"t_s\":-1,\"bpm\"", SNQ_ERR_FORMAT, "tempo[1]: it is not after" },
    { "\"t_s\":1,\"bpm\"", "\"t_s\":1e6,\"bpm\"", SNQ_ERR_RANGE, "tempo[1].t_s" },
    { "\"bpm\":122.5", "\"bpm\":1001", SNQ_ERR_RANGE, "tempo[1].bpm" },
    { "\"hits\":[{", "\"hits\":[7,{", SNQ_ERR_FORMAT, "hits[0]" },
    { "\"hits\":[", "\"hits\":{},\"hit\":[", SNQ_ERR_FORMAT, "hit" },
    { "\"t_s\":0.25", "\"t_s\":-0.25", SNQ_ERR_RANGE, "hits[0].t_s" },
    { "\"t_s\":0.25", "\"t_s\":7.75", SNQ_ERR_RANGE, "hits[0].t_s" },
    { "\"t_s\":0.25", "\"t_s\":0.75", SNQ_ERR_FORMAT, "hits[1]: it is before" },
    { "\"kind\":\"motion\"", "\"kind\":\"bang\"", SNQ_ERR_FORMAT, "hits[1].kind" },
    { "\"kind\":\"motion\"", "\"kind\":null", SNQ_ERR_FORMAT, "hits[1].kind" },
    { "\"weight\":0.5", "\"weight\":101", SNQ_ERR_RANGE, "hits[2].weight" },
    { "\"strength\":0.75", "\"strength\":-1", SNQ_ERR_RANGE, "hits[1].strength" },
    { "\"strength\":0.75", "\"force\":1", SNQ_ERR_FORMAT, "hits[1]" },
    { "\"energy\":[", "\"energy\":[0,", SNQ_ERR_FORMAT, "wishes.energy" },
    { "\"wishes\":{", "\"wishes\":{\"joy\":[],", SNQ_ERR_FORMAT, "wishes" },
};

static void what_is_wrong_is_refused(void **state)
{
    static char text[1 << 16];
    snq_film_plan *p = film_stand_plan(BARS), *back;
    snq_str good;
    text_of(p, &good);
    const int64_t live = snq_alloc_live();
    for (size_t i = 0; i < SNQ_COUNT(wrong_tab); i++) {
        const char *whole = snq_str_text(&good), *at = strstr(whole, wrong_tab[i].what);
        if (!at)
            fail_msg("no %s in %s", wrong_tab[i].what, whole);
        snprintf(text, sizeof text, "%.*s%s%s", (int)(at - whole), whole, wrong_tab[i].by,
                 at + strlen(wrong_tab[i].what));
        const snq_status st = read_text(text, BARS, &back);
        if (st != wrong_tab[i].st || !strstr(snq_last_error(), wrong_tab[i].says))
            fail_msg("%s: %s, %s", wrong_tab[i].by, snq_status_name(st), snq_last_error());
        assert_null(back);
        assert_int_equal(snq_alloc_live(), live);
    }
    static const char *const other[] = { "7", "[]", "null", "{}" };
    for (size_t i = 0; i < SNQ_COUNT(other); i++)
        check_status(read_text(other[i], BARS, &back), SNQ_ERR_FORMAT);
    snq_str_clear(&good);
    snq_film_plan_free(p);
}

/* As much as there may be, and one more. */
static void lists_are_bounded(void **state)
{
    snq_film_plan *p = film_stand_plan(BARS), *back;
    snq_str text;
    snq_free(p->hits.hit);
    p->hits.hit = snq_calloc(SNQ_HIT_POINTS_MAX + 1, sizeof *p->hits.hit);
    assert_non_null(p->hits.hit);
    for (int more = 0; more < 2; more++) {
        p->hits.hits = SNQ_HIT_POINTS_MAX + (uint32_t)more;
        text_of(p, &text);
        check_status(read_text(snq_str_text(&text), BARS, &back), more ? SNQ_ERR_TOO_BIG : SNQ_OK);
        snq_film_plan_free(back);
        snq_str_clear(&text);
    }
    p->hits.hits = 0;
    static char many[1 << 16];
    size_t n = (size_t)snprintf(many, sizeof many, "\"tempo\":[");
    for (int i = 0; i <= SNQ_TEMPO_STEPS_MAX; i++)
        n += (size_t)snprintf(many + n, sizeof many - n, "%s{\"quarter\":%d,\"t_s\":%d,\"bpm\":60}",
                              i ? "," : "", i, i);
    snprintf(many + n, sizeof many - n, "],\"hits\"");
    const char *const list[] = { "\"tempo\":[],\"hits\"", many };
    for (int i = 0; i < 2; i++) {
        static char whole[1 << 17];
        text_of(p, &text);
        const char *from = strstr(snq_str_text(&text), "\"tempo\""), *to = strstr(from, "\"hits\"");
        snprintf(whole, sizeof whole, "%.*s%s%s", (int)(from - snq_str_text(&text)),
                 snq_str_text(&text), list[i], to + strlen("\"hits\""));
        check_status(read_text(whole, BARS, &back), SNQ_ERR_RANGE);
        assert_non_null(strstr(snq_last_error(), "tempo"));
        snq_str_clear(&text);
    }
    snq_film_plan_free(p);
}

static snq_status make(void *user, void **object)
{
    return snq_film_plan_from_json(user, BARS, (snq_film_plan **)object);
}

static void unmake(void *object)
{
    snq_film_plan_free(object);
}

static void memory_may_end(void **state)
{
    snq_film_plan *p = film_stand_plan(BARS);
    snq_str text;
    snq_json_doc *doc;
    text_of(p, &text);
    check_ok(snq_json_parse("film", text.text, text.length, &doc));
    snq_json_ref root = snq_json_root(doc);
    assert_int_equal(snq_sweep(make, unmake, &root), 3); /* itself, hits, wishes */
    snq_json_doc_free(doc);
    snq_str_clear(&text);
    snq_film_plan_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(there_and_back),           cmocka_unit_test(what_is_met_is_found_again),
        cmocka_unit_test(what_is_wrong_is_refused), cmocka_unit_test(lists_are_bounded),
        cmocka_unit_test(memory_may_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
