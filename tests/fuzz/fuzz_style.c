// SPDX-License-Identifier: MIT
/* Any bytes as a style: a failure with a word, or a style of which pieces can be made that pass every check; and as a
 * table of what suits films: a failure with a word, or briefs that a style's intent can be decided of. */
#include "fuzz_input.h"

#include <math.h>

#include "base/alloc.h"
#include "base/json_read.h"
#include "compose/composer.h"
#include "compose/film_brief.h"
#include "compose/style.h"

static snq_status read_style(const char *bytes, size_t n, snq_style **out)
{
    snq_json_doc *doc;
    *out = NULL;
    snq_error_clear();
    snq_status st = snq_json_parse("style.json", bytes, n, &doc);
    if (st < 0)
        return st;
    const snq_json_ref root = snq_json_root(doc);
    st = snq_style_from_json(&root, out);
    snq_json_doc_free(doc);
    return st;
}

static void play(const snq_style *style, uint64_t seed, int beats, int unit)
{
    static const snq_sound_table sounds;
    static snq_intent in;
    snq_brief b;
    snq_score score;
    snq_brief_init(&b);
    b.bars = 1 + (int32_t)(seed % 11);
    b.beats_per_bar = (uint8_t)beats;
    b.beat_unit = (uint8_t)unit;
    if (snq_intent_decide(&b, style, &sounds, seed, &in) >= 0) {
        const snq_compose_cfg cfg = { .brief = &b, .intent = &in };
        if (snq_compose(&cfg, &score) >= 0) {
            must(snq_score_check(&score) == SNQ_OK);
            snq_score_clear(&score);
        } else {
            must(snq_last_error()[0] != '\0');
        }
    } else {
        must(snq_last_error()[0] != '\0');
    }
    snq_brief_clear(&b);
}

static void read_films(const char *bytes, size_t n)
{
    static snq_film_table table;
    snq_json_doc *doc;
    if (snq_json_parse("film.json", bytes, n, &doc) < 0)
        return;
    const snq_json_ref root = snq_json_root(doc);
    snq_error_clear();
    if (snq_film_table_from_json(&root, &table) >= 0) {
        const snq_film_traits f = { 60.0, 0.2, 0.9, 12.0, 2.0, 120.0, 0.8,
                                    0.1,  0.4, 0.1, NAN,  NAN, 12,    20 };
        snq_brief b;
        snq_brief_init(&b);
        snq_film_brief(&table, &f, NULL, &b, NULL);
        must(b.genres == 1 && b.energy && b.seconds > 0.0);
        snq_brief_clear(&b);
    } else {
        must(snq_last_error()[0] != '\0');
    }
    snq_json_doc_free(doc);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    snq_style *style;
    const int64_t live = snq_alloc_live();
    read_films((const char *)bytes, n);
    if (read_style((const char *)bytes, n, &style) < 0) {
        must(snq_last_error()[0] != '\0' && !style);
    } else {
        play(style, n, 4, 4);
        play(style, n + 1, 7, 8);
        snq_style_free(style);
    }
    must(snq_alloc_live() == live);
    return 0;
}
