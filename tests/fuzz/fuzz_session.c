// SPDX-License-Identifier: MIT
/* Any bytes as session.json, with one style: a failure with a word, or a session that is the same after it was written
 * and read again, and of which a piece can be made anew that passes every check, after its film where it has one. */
#include "fuzz_input.h"

#include "base/alloc.h"
#include "base/json_read.h"
#include "compose/composer.h"
#include "jobs/session.h"
#include "json_check.h"

enum { BARS_MAX = 12 }; /* longer ones are only read */

#define TRACK(name, kind) \
    "{\"name\": \"" name "\", \"kind\": \"" kind "\", \"sounds\": [{\"patch\": \"sub_bass\"}]}"

#define TRACKS              \
    TRACK("drums", "drums") \
    ", " TRACK("bass", "bass") ", " TRACK("keys", "harmony") ", " TRACK("lead", "melody")

static const char style_text[] =
    "{\"schema\": \"sonique/style/1\", \"id\": \"house\", \"name\": \"A\", "
    "\"tempo\": {\"bpm\": 120, \"range\": [100, 140]}, \"modes\": "
    "{\"minor\": 1, \"dorian\": 1}, \"tracks\": [" TRACKS "]}";

static snq_style *style;

static snq_status find_style(void *user, const char *id, const snq_style **out)
{
    (void)user;
    *out = strcmp(id, style->id) == 0 ? style : NULL;
    return *out ? SNQ_OK : SNQ_FAIL(SNQ_ERR_NOT_FOUND, "there is no style \"%s\"", id);
}

static void read_fixed_style(void)
{
    snq_json_doc *doc;
    must(snq_json_parse("style.json", style_text, sizeof style_text - 1, &doc) == SNQ_OK);
    const snq_json_ref root = snq_json_root(doc);
    must(snq_style_from_json(&root, &style) == SNQ_OK);
    snq_json_doc_free(doc);
}

static snq_status read_session(const char *bytes, size_t n, snq_session *out)
{
    snq_json_doc *doc;
    *out = (snq_session) { 0 };
    snq_error_clear();
    snq_status st = snq_json_parse("session.json", bytes, n, &doc);
    if (st < 0)
        return st;
    const snq_json_ref root = snq_json_root(doc);
    st = snq_session_from_json(&root, find_style, NULL, out);
    snq_json_doc_free(doc);
    return st;
}

static void write_session(const snq_session *s, snq_str *to)
{
    snq_json j;
    snq_str_init(to, 1 << 28);
    snq_json_init(&j, snq_json_to_str, to);
    snq_session_json(&j, s, NULL);
    must(snq_json_finish(&j) == SNQ_OK);
}

static void round_trip(const snq_session *s)
{
    static snq_session back;
    snq_str first, second;
    write_session(s, &first);
    must_be_json(snq_str_text(&first));
    must(read_session(snq_str_text(&first), first.length, &back) == SNQ_OK);
    write_session(&back, &second);
    must(strcmp(snq_str_text(&first), snq_str_text(&second)) == 0);
    snq_str_clear(&first);
    snq_str_clear(&second);
    snq_session_clear(&back);
}

static void play(const snq_session *s)
{
    snq_compose_cfg cfg = { .brief = &s->brief, .intent = &s->intent };
    snq_score score;
    if (s->intent.bars > BARS_MAX)
        return;
    if (s->film) {
        cfg.wish = s->film->wish;
        cfg.fit = &s->film->fit;
    }
    for (uint32_t i = 0; i < s->intent.tracks; i++)
        cfg.track_seed[i] = s->track[i].seed;
    snq_error_clear();
    if (snq_compose(&cfg, &score) >= 0) {
        must(snq_score_check(&score) == SNQ_OK);
        snq_score_clear(&score);
    } else {
        must(snq_last_error()[0] != '\0');
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static snq_session s;
    if (!style)
        read_fixed_style();
    const int64_t live = snq_alloc_live();
    if (read_session((const char *)bytes, n, &s) < 0) {
        must(snq_last_error()[0] != '\0' && !s.prompt && !s.step);
    } else {
        must(s.steps >= 1 && s.intent.tracks >= 1);
        round_trip(&s);
        play(&s);
        must(snq_session_did(&s, "lock", "bass", NULL) == SNQ_OK ||
             s.step[s.steps - 1].number == SNQ_SESSION_NUMBER_MAX);
        snq_session_clear(&s);
    }
    must(snq_alloc_live() == live);
    return 0;
}
