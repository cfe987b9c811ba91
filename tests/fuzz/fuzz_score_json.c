// SPDX-License-Identifier: MIT
/* Any bytes as a document, and as a score: a failure with a word, or a score that passes the check, whose
 * times are in order, and that is the same, and the same bytes, when it has been written and read. */
#include "fuzz_input.h"

#include <math.h>

#include "base/alloc.h"
#include "base/json_read.h"
#include "base/str.h"
#include "score/score_json.h"

enum { WRITTEN_MAX = 256 << 20 };

/* Every value is of a kind, is asked every question, and has a place that can be told. */
static void walk(const snq_json_ref *at, int depth)
{
    static const char *const names[] = { "major", "step" };
    snq_json_ref item = { 0 };
    char text[8];
    const char *borrowed;
    double v = 0;
    int64_t i = 0;
    int yes = 0;
    size_t n = 0;
    const snq_json_kind kind = snq_json_kind_of(at);
    must(depth <= SNQ_JSON_READ_DEPTH_MAX && kind < SNQ_JSON_ANY);
    must(snq_json_as_real(at, -1e3, 1e3, &v) < 0 || (v >= -1e3 && v <= 1e3));
    must(snq_json_as_int(at, -9, 9, &i) < 0 || (i >= -9 && i <= 9));
    must((snq_json_as_bool(at, &yes) == SNQ_OK) == (kind == SNQ_JSON_BOOL));
    must(snq_json_as_text(at, text, sizeof text) < 0 || strlen(text) < sizeof text);
    must(snq_json_as_choice(at, names, 2, &n) < 0 || n < 2);
    must((snq_json_text(at, &borrowed, &n) == SNQ_OK) == (kind == SNQ_JSON_STRING));
    must(kind != SNQ_JSON_STRING || (strlen(borrowed) == n && snq_utf8_check(borrowed)));
    must(snq_json_fail(at, SNQ_ERR_RANGE, "odd") == SNQ_ERR_RANGE &&
         strstr(snq_last_error(), "odd"));
    if (kind == SNQ_JSON_ARRAY)
        for (size_t k = 0; k < snq_json_count(at); k++) {
            snq_json_item(at, k, &item);
            walk(&item, depth + 1);
        }
    n = 0;
    while (kind == SNQ_JSON_OBJECT && snq_json_next(at, &item)) {
        walk(&item, depth + 1);
        n++;
    }
    must(kind != SNQ_JSON_OBJECT || n == snq_json_count(at));
}

static snq_str written(const snq_score *s)
{
    snq_json j;
    snq_str out;
    snq_str_init(&out, WRITTEN_MAX);
    snq_json_init(&j, snq_json_to_str, &out);
    snq_score_json(&j, s);
    must(snq_json_finish(&j) == SNQ_OK);
    return out;
}

static void check_times(const snq_score *s)
{
    double before_s = 0.0;
    for (size_t i = 0; i < s->tempos; i++) {
        const double tick = (double)s->tempo[i].tick, time_s = snq_score_time_s(s, tick);
        must(isfinite(time_s) && time_s >= before_s);
        /* what double loses of a time is up to 10^6 ticks a second at the fastest tempo */
        must(fabs(snq_score_tick_at(s, time_s) - tick) <=
             1e-3 + 1e-15 * time_s * s->ticks_per_quarter * SNQ_SCORE_BPM_MAX / 60.0);
        before_s = time_s;
    }
    must(snq_score_length_s(s) >= 0.0);
    for (size_t i = 0; i < s->tracks; i++)
        for (size_t k = 0; k < s->track[i].notes; k++) {
            const snq_note *n = &s->track[i].note[k];
            const double start_s = snq_note_start_s(s, n);
            int64_t within;
            must(start_s >= 0.0 && isfinite(start_s) && snq_note_end_s(s, n) >= start_s);
            const int64_t bar = snq_score_bar_at(s, n->tick, &within);
            must(bar >= 0 && within >= 0 && snq_score_bar_tick(s, bar) == n->tick - within);
        }
}

static void again(const snq_score *s)
{
    snq_json_doc *doc;
    snq_score back;
    must(snq_score_check(s) == SNQ_OK);
    check_times(s);
    snq_str a = written(s);
    must(snq_json_parse("b", a.text, a.length, &doc) == SNQ_OK);
    const snq_json_ref root = snq_json_root(doc);
    must(snq_score_from_json(&root, &back) == SNQ_OK);
    snq_str b = written(&back);
    must(a.length == b.length && memcmp(a.text, b.text, a.length) == 0);
    snq_str_clear(&a);
    snq_str_clear(&b);
    snq_score_clear(&back);
    snq_json_doc_free(doc);
}

/* With some allocation refused: ERR_NOMEM, or what would have been without. */
static void starved(const snq_json_ref *root, int64_t allowed, snq_status want)
{
    snq_score s;
    snq_alloc_fail_after(allowed);
    const snq_status st = snq_score_from_json(root, &s);
    const int refused = snq_alloc_refused();
    snq_alloc_fail_after(-1);
    must(st == (refused ? SNQ_ERR_NOMEM : want));
    snq_score_clear(&s);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    snq_json_doc *doc;
    snq_score s;
    snq_error_clear();
    const snq_status parsed = snq_json_parse("a", (const char *)p, n, &doc);
    if (parsed < 0) {
        must(!doc && *snq_last_error() && snq_alloc_live() == 0);
        must(parsed == SNQ_ERR_FORMAT || parsed == SNQ_ERR_TOO_BIG);
        return 0;
    }
    const snq_json_ref root = snq_json_root(doc);
    walk(&root, 0);
    snq_error_clear();
    const snq_status st = snq_score_from_json(&root, &s);
    if (st < 0)
        must(strncmp(snq_last_error(), "a: ", 3) == 0 && !s.track && !s.tempo);
    else
        again(&s);
    snq_score_clear(&s);
    starved(&root, (int64_t)(n % 23), st);
    snq_json_doc_free(doc);
    must(snq_alloc_live() == 0);
    return 0;
}
