// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "made_piece.h"

#include "base/alloc.h"
#include "base/str.h"

const char *const made_styles[MADE_STYLES] = {
    "techno",  "house",     "deep_house", "trance", "dubstep",   "drum_and_bass",
    "garage",  "trap",      "boom_bap",   "lofi",   "synthwave", "electro",
    "ambient", "reggaeton", "rock",       "funk",   "jazz",      "cinematic",
};

static const struct {
    const char *id;
    double bpm;
    int mode;
    float swing;
    int swing_step;
} facts[] = {
    { "techno", 130, SNQ_MODE_minor, 0.5f, 1 },
    { "house", 124, SNQ_MODE_minor, 0.54f, 1 },
    { "deep_house", 121, SNQ_MODE_dorian, 0.55f, 1 },
    { "trance", 138, SNQ_MODE_minor, 0.5f, 1 },
    { "dubstep", 140, SNQ_MODE_minor, 0.5f, 1 },
    { "drum_and_bass", 174, SNQ_MODE_minor, 0.5f, 1 },
    { "garage", 132, SNQ_MODE_minor, 0.6f, 1 },
    { "trap", 142, SNQ_MODE_minor, 0.5f, 1 },
    { "boom_bap", 90, SNQ_MODE_minor, 0.58f, 1 },
    { "lofi", 80, SNQ_MODE_major, 0.58f, 1 },
    { "synthwave", 104, SNQ_MODE_minor, 0.5f, 1 },
    { "electro", 126, SNQ_MODE_minor, 0.5f, 1 },
    { "ambient", 70, SNQ_MODE_lydian, 0.5f, 1 },
    { "reggaeton", 94, SNQ_MODE_minor, 0.5f, 1 },
    { "rock", 120, SNQ_MODE_major, 0.5f, 1 },
    { "funk", 106, SNQ_MODE_mixolydian, 0.53f, 1 },
    { "jazz", 140, SNQ_MODE_major, 0.62f, 2 },
    { "cinematic", 84, SNQ_MODE_minor, 0.5f, 1 },
};

int made_read_part(const char *id, const char *part, void *style_part,
                   snq_status (*read)(const snq_json_ref *at, void *out))
{
    const char *const folder = getenv("SNQ_STYLES");
    char path[512];
    snprintf(path, sizeof path, "%s/%s.json", folder ? folder : "styles", id);
    FILE *const f = fopen(path, "rb");
    if (!f)
        return 0;
    static char text[1 << 20];
    const size_t n = fread(text, 1, sizeof text, f);
    fclose(f);
    snq_json_doc *doc;
    snq_json_ref at;
    check_ok(snq_json_parse(path, text, n, &doc));
    const snq_json_ref root = snq_json_root(doc);
    const int there = snq_json_find(&root, part, &at);
    if (there)
        check_ok(read(&at, style_part));
    snq_json_doc_free(doc);
    return there;
}

static snq_status bass_part(const snq_json_ref *at, void *out)
{
    return snq__style_bass_read(at, out);
}

static snq_status melody_part(const snq_json_ref *at, void *out)
{
    return snq__style_melody_read(at, out);
}

static snq_status harmony_part(const snq_json_ref *at, void *out)
{
    return snq__style_harmony_read(at, out);
}

static snq_status drums_part(const snq_json_ref *at, void *out)
{
    return snq__style_drums_read(at, out);
}

void made_style(const char *id, snq_style *s)
{
    snq__style_bass_default(&s->bass);
    snq__style_melody_default(&s->melody);
    snq__style_drums_default(&s->drums);
    snq__style_harmony_default(&s->harmony);
    if (!id)
        return;
    made_read_part(id, "bass", &s->bass, bass_part);
    made_read_part(id, "melody", &s->melody, melody_part);
    made_read_part(id, "drums", &s->drums, drums_part);
    made_read_part(id, "harmony", &s->harmony, harmony_part);
}

static void add_section(snq_form *f, const char *name, int kind, int material, int time, int bars,
                        float energy)
{
    snq_form_section *const s = &f->section[f->sections++];
    snprintf(s->name, sizeof s->name, "%s", name);
    s->section = (uint8_t)kind;
    s->material = (uint8_t)material;
    s->time = (uint8_t)time;
    s->bar = f->bars;
    s->bars = bars;
    s->energy = s->energy_end = energy;
    s->active = 0xFFFF;
    f->bars += bars;
}

static void add_chords(made_piece *p)
{
    static const char *const loops[SNQ_MODES][4] = {
        [SNQ_MODE_major] = { "Imaj7", "V7", "vi7", "IVmaj7" },
        [SNQ_MODE_minor] = { "i", "VI", "III", "VII" },
        [SNQ_MODE_dorian] = { "i7", "IV7", "i7", "VII" },
        [SNQ_MODE_phrygian] = { "i", "II", "i", "vii" },
        [SNQ_MODE_lydian] = { "Imaj7", "II", "Imaj7", "V" },
        [SNQ_MODE_mixolydian] = { "I7", "IV9", "I7", "VII" },
        [SNQ_MODE_locrian] = { "io", "II", "io", "v" },
    };
    const int32_t bar = p->context.bar_steps;
    for (int32_t b = 0; b < MADE_BARS; b++) {
        snq_chord c;
        const char *const numeral =
            b == MADE_BARS - 1 ? loops[p->intent.mode][0] : loops[p->intent.mode][b % 4];
        check_ok(snq_chord_from_numeral(numeral, p->intent.tonic, p->intent.mode, &c));
        check_ok(snq_context_add_chord(&p->context, bar, &c, b % 4 == 3));
    }
}

void made_begin(made_piece *p, const char *id, uint64_t seed, int beats, int unit, int mode)
{
    memset(p, 0, sizeof *p);
    p->style = snq_calloc(1, sizeof *p->style);
    assert_non_null(p->style);
    made_style(id, p->style);
    snq_intent *const in = &p->intent;
    in->style = p->style;
    in->seed = seed;
    in->bpm = 120;
    in->beats_per_bar = (uint8_t)beats;
    in->beat_unit = (uint8_t)unit;
    in->tonic = (int8_t)(seed * 7 % 12);
    in->mode = (int8_t)(mode < 0 ? SNQ_MODE_minor : mode);
    in->swing = 0.5f;
    in->swing_step = 1;
    in->chord_complexity = 2;
    in->energy = 0.6f;
    in->bars = MADE_BARS;
    for (size_t i = 0; id && i < MADE_STYLES; i++)
        if (strcmp(facts[i].id, id) == 0) {
            in->bpm = facts[i].bpm;
            in->mode = (int8_t)(mode < 0 ? facts[i].mode : mode);
            in->swing = facts[i].swing;
            in->swing_step = (uint8_t)facts[i].swing_step;
        }
    add_section(&p->form, "Verse", SNQ_SECTION_verse, 0, 0, 8, 0.5f);
    add_section(&p->form, "Chorus", SNQ_SECTION_drop, 1, 0, 8, 0.85f);
    add_section(&p->form, "Verse 2", SNQ_SECTION_verse, 0, 1, 8, 0.55f);
    add_section(&p->form, "Chorus 2", SNQ_SECTION_drop, 1, 1, 8, 0.9f);
    add_section(&p->form, "Break", SNQ_SECTION_break, 2, 0, 4, 0.25f);
    add_section(&p->form, "Outro", SNQ_SECTION_outro, 0, 2, 4, 0.3f);
    p->form.section[0].end = SNQ_END_FILL;
    p->form.section[2].end = SNQ_END_BUILD;
    p->form.section[3].end = SNQ_END_STOP;
    p->form.section[5].end = SNQ_END_FINAL;
    check_ok(snq_context_init(&p->context, in, &p->form));
    add_chords(p);
    snq_score_init(&p->score);
    check_ok(snq_score_add_tempo(&p->score, 0, in->bpm));
    check_ok(snq_score_add_metre(&p->score, 0, beats, unit));
    check_ok(snq_score_add_key(
        &p->score, (snq_key_mark) { .tonic = (uint8_t)in->tonic,
                                    .mode = (uint8_t)in->mode,
                                    .fifths = (int8_t)snq_key_fifths(in->tonic, in->mode) }));
    for (size_t i = 0; i < p->context.chords; i++) {
        snq_chord_span span = { .start = (int64_t)p->context.chord[i].step * SNQ_TICKS_PER_STEP };
        span.end = span.start + (int64_t)p->context.chord[i].steps * SNQ_TICKS_PER_STEP;
        snq_chord_label(&p->context.chord[i].chord, span.label, sizeof span.label);
        check_ok(snq_score_add_chord(&p->score, &span));
    }
}

uint32_t made_add(made_piece *p, const char *kind, uint64_t seed)
{
    snq_track_intent *const t = &p->intent.track[p->intent.tracks];
    const snq_track_kind *const k = snq_track_kind_find(kind);
    assert_non_null(k);
    if (t->name[0] == '\0') { /* the test may have set it up */
        snprintf(t->name, sizeof t->name, "%s", kind);
        t->density = t->complexity = 0.5f;
        t->variation = 0.4f;
    }
    snprintf(t->kind, sizeof t->kind, "%s", kind);
    t->part = k->part;
    const snq_track_job job = { &p->context, t, p->intent.tracks, seed };
    snq_track *out;
    check_ok(snq_score_add_track(&p->score, t->name, &out));
    snprintf(out->kind, sizeof out->kind, "%s", kind);
    check_ok(k->make(&job, out));
    check_ok(snq_score_sort(&p->score));
    out = snq_score_find_track(&p->score, t->name);
    snq_context_read_track(&p->context, k->part, out);
    return p->intent.tracks++;
}

snq_track *made_track(made_piece *p, const char *name)
{
    return snq_score_find_track(&p->score, name);
}

void made_end(made_piece *p)
{
    snq_context_clear(&p->context);
    snq_score_clear(&p->score);
    snq_free(p->style);
}
