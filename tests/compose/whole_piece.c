// SPDX-License-Identifier: MIT
#include "whole_piece.h"

#include "support/check.h"

#include "base/alloc.h"
#include "base/attr.h"
#include "base/str.h"
#include "score/score_json.h"

static char *file_text(const char *path, size_t *n)
{
    FILE *f = fopen(path, "rb");
    if (!f)
        fail_msg("%s can't be opened", path);
    char *text = malloc(1 << 21);
    assert_non_null(text);
    *n = fread(text, 1, (1 << 21) - 1, f);
    text[*n] = '\0';
    fclose(f);
    return text;
}

static const char *root(void)
{
    const char *r = getenv("SNQ_ROOT");
    return r ? r : ".";
}

char *style_text(const char *id, size_t *n)
{
    char path[512];
    snprintf(path, sizeof path, "%s/styles/%s.json", root(), id);
    return file_text(path, n);
}

snq_style *style_of_text(const char *text)
{
    snq_json_doc *doc;
    snq_style *s;
    check_ok(snq_json_parse("style.json", text, strlen(text), &doc));
    const snq_json_ref at = snq_json_root(doc);
    check_ok(snq_style_from_json(&at, &s));
    snq_json_doc_free(doc);
    return s;
}

snq_style *style_of_tree(const char *id)
{
    size_t n;
    char *text = style_text(id, &n);
    snq_style *s = style_of_text(text);
    free(text);
    return s;
}

snq_status style_fails(const char *text)
{
    snq_json_doc *doc;
    snq_style *s = NULL;
    const int64_t live = snq_alloc_live();
    check_ok(snq_json_parse("style.json", text, strlen(text), &doc));
    const snq_json_ref at = snq_json_root(doc);
    snq_error_clear();
    const snq_status st = snq_style_from_json(&at, &s);
    assert_true(st < 0);
    assert_null(s);
    assert_string_not_equal(snq_last_error(), "");
    snq_json_doc_free(doc);
    assert_int_equal(snq_alloc_live(), live);
    return st;
}

snq_sound_table *sounds_of_tree(void)
{
    char path[512];
    size_t n;
    snq_json_doc *doc;
    snprintf(path, sizeof path, "%s/styles/tables/sounds.json", root());
    char *text = file_text(path, &n);
    snq_sound_table *t = snq_calloc(1, sizeof *t);
    assert_non_null(t);
    check_ok(snq_json_parse("sounds.json", text, n, &doc));
    const snq_json_ref at = snq_json_root(doc);
    check_ok(snq_sound_table_from_json(&at, t));
    snq_json_doc_free(doc);
    free(text);
    return t;
}

snq_brief brief_of(const char *json)
{
    snq_json_doc *doc;
    snq_brief b;
    check_ok(snq_json_parse("brief.json", json, strlen(json), &doc));
    const snq_json_ref at = snq_json_root(doc);
    check_ok(snq_brief_from_json(&at, &b));
    snq_json_doc_free(doc);
    return b;
}

brief_list brief_list_open(void)
{
    char path[512];
    size_t n;
    const char *shared = getenv("SNQ_SHARED");
    if (shared)
        snprintf(path, sizeof path, "%s/truth/prompts.jsonl", shared);
    else
        snprintf(path, sizeof path, "%s/tests/compose/prompts.jsonl", root());
    brief_list l = { .text = file_text(path, &n) };
    l.next = l.text;
    return l;
}

int brief_list_next(brief_list *l, snq_brief *b)
{
    const size_t n = strcspn(l->next, "\n");
    snq_json_doc *doc;
    snq_json_ref brief;
    if (!n)
        return 0;
    check_ok(snq_json_parse("prompts.jsonl", l->next, n, &doc));
    const snq_json_ref at = snq_json_root(doc);
    check_ok(snq_json_text_of(&at, "prompt", l->prompt, sizeof l->prompt));
    check_ok(snq_json_get(&at, "brief", SNQ_JSON_OBJECT, &brief));
    check_ok(snq_brief_from_json(&brief, b));
    snq_json_doc_free(doc);
    l->next += n + (l->next[n] == '\n');
    return 1;
}

void brief_list_close(brief_list *l)
{
    free(l->text);
}

/* ---------------------------------------------------------------- what holds */

void check_form(const snq_form *f, const snq_intent *in)
{
    int32_t bar = 0;
    assert_in_range(f->sections, 1, SNQ_FORM_SECTIONS_MAX);
    assert_int_equal(f->bars, in->bars);
    for (uint32_t i = 0; i < f->sections; i++) {
        const snq_form_section *s = &f->section[i];
        if (s->bar != bar || s->bars < 1)
            fail_msg("section %u \"%s\" at bar %d (want %d), %d bars", i, s->name, s->bar, bar,
                     s->bars);
        bar += s->bars;
        assert_true(s->section < SNQ_SECTIONS && s->material < 8);
        assert_true(s->energy >= 0.0f && s->energy <= 1.0f);
        assert_true(s->energy_end >= 0.0f && s->energy_end <= 1.0f);
        if (!s->active || s->active >> in->tracks)
            fail_msg("section %u \"%s\": active %x of %u tracks", i, s->name, s->active,
                     in->tracks);
        assert_int_equal(s->entering, i ? s->active & ~f->section[i - 1].active : s->active);
        assert_int_equal(s->end == SNQ_END_FINAL, i + 1 == f->sections);
        assert_true(snq_form_at(f, s->bar) == i && snq_form_at(f, s->bar + s->bars - 1) == i);
        for (uint32_t k = 0; k < i; k++)
            if (strcmp(f->section[k].name, s->name) == 0)
                fail_msg("the name \"%s\" is there twice", s->name);
    }
    assert_int_equal(bar, f->bars);
    uint32_t plays = 0;
    for (uint32_t i = 0; i < f->sections; i++)
        plays |= f->section[i].active;
    if (plays != (1u << in->tracks) - 1)
        fail_msg("tracks %x of %u play somewhere", plays, in->tracks);
}

void check_score(const snq_score *s, const snq_intent *in)
{
    check_ok(snq_score_check(s));
    assert_int_equal(s->ticks_per_quarter, SNQ_SCORE_TICKS);
    assert_int_equal(s->length, (int64_t)in->bars * snq_intent_bar_ticks(in));
    check_near(snq_score_length_s(s), in->bars * snq_intent_bar_s(in), 1e-6);
    assert_int_equal(s->tempos, 1);
    check_near(s->tempo[0].bpm, in->bpm, 1e-12);
    assert_int_equal(s->metres, 1);
    assert_int_equal(s->metre[0].beats_per_bar, in->beats_per_bar);
    assert_int_equal(s->metre[0].beat_unit, in->beat_unit);
    assert_int_equal(s->keys, 1);
    assert_int_equal(s->key[0].tonic, in->tonic);
    assert_int_equal(s->key[0].mode, in->mode);
    assert_int_equal(s->tracks, in->tracks);
    size_t notes = 0;
    for (size_t t = 0; t < s->tracks; t++) {
        const snq_track *track = &s->track[t];
        assert_string_equal(track->name, in->track[t].name);
        assert_string_equal(track->patch, in->track[t].patch);
        assert_int_equal(track->channel == 9, in->track[t].part == SNQ_PART_drums);
        for (size_t i = 0; i < track->notes; i++) {
            const snq_note *n = &track->note[i];
            assert_true(n->tick >= 0 && n->tick + n->length <= s->length);
        }
        notes += track->notes;
    }
    assert_true(notes > 0);
    assert_int_equal(s->chord[0].start, 0);
    assert_int_equal(s->chord[s->chords - 1].end, s->length);
    assert_int_equal(s->section[0].start, 0);
    assert_int_equal(s->section[s->sections - 1].end, s->length);
}

snq_compose_cfg compose_cfg(const snq_brief *b, const snq_intent *in, uint64_t seed)
{
    snq_compose_cfg cfg = { .brief = b, .intent = in };
    for (uint32_t i = 0; i < SNQ_INTENT_TRACKS_MAX; i++)
        cfg.track_seed[i] = seed * 1000 + i;
    return cfg;
}

uint64_t score_hash(const snq_score *s)
{
    snq_str text;
    snq_json j;
    uint64_t h = 0xcbf29ce484222325ULL;
    snq_str_init(&text, 1 << 26);
    snq_json_init(&j, snq_json_to_str, &text);
    snq_score_json(&j, s);
    check_ok(snq_json_finish(&j));
    for (size_t i = 0; i < text.length; i++)
        h = (h ^ (uint8_t)text.text[i]) * 0x100000001b3ULL;
    snq_str_clear(&text);
    return h;
}
