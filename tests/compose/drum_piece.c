// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "drum_piece.h"

#include "base/alloc.h"

const char *const drum_styles[DRUM_STYLES] = {
    "techno",  "house",     "deep_house", "trance", "dubstep",   "drum_and_bass",
    "garage",  "trap",      "boom_bap",   "lofi",   "synthwave", "electro",
    "ambient", "reggaeton", "rock",       "funk",   "jazz",      "cinematic",
};

static void read_drums(const char *name, const char *text, size_t n, int whole,
                       snq_style_drums *out)
{
    snq_json_doc *doc;
    snq_json_ref drums;
    check_ok(snq_json_parse(name, text, n, &doc));
    const snq_json_ref root = snq_json_root(doc);
    if (whole)
        check_ok(snq_json_get(&root, "drums", SNQ_JSON_OBJECT, &drums));
    else
        drums = root;
    check_ok(snq__style_drums_read(&drums, out));
    snq_json_doc_free(doc);
}

static void read_file(const char *id, snq_style_drums *out)
{
    const char *folder = getenv("SNQ_STYLES"), *root = getenv("SNQ_ROOT");
    char path[512];
    snprintf(path, sizeof path, "%s/%s%s.json",
             folder ? folder
             : root ? root
                    : ".",
             folder ? "" : "styles/", id);
    FILE *f = fopen(path, "rb");
    if (!f)
        fail_msg("no %s", path);
    const size_t room = 1 << 20;
    char *text = malloc(room);
    const size_t n = fread(text, 1, room, f);
    fclose(f);
    read_drums(path, text, n, 1, out);
    free(text);
}

static void plan(snq_form *f)
{
    static const struct {
        uint8_t section, material, time, end;
        int bars;
        float energy, energy_end;
    } tab[DRUM_SECTIONS] = {
        { SNQ_SECTION_intro, 0, 0, SNQ_END_PLAIN, 8, 0.3f, 0.45f },
        { SNQ_SECTION_verse, 1, 0, SNQ_END_FILL, 8, 0.5f, 0.55f },
        { SNQ_SECTION_build, 2, 0, SNQ_END_BUILD, 8, 0.55f, 0.8f },
        { SNQ_SECTION_drop, 3, 0, SNQ_END_FILL, 16, 0.95f, 0.95f },
        { SNQ_SECTION_break, 4, 0, SNQ_END_PLAIN, 8, 0.3f, 0.35f },
        { SNQ_SECTION_build, 2, 1, SNQ_END_BUILD, 4, 0.6f, 0.85f },
        { SNQ_SECTION_drop, 3, 1, SNQ_END_STOP, 16, 0.95f, 0.95f },
        { SNQ_SECTION_outro, 5, 0, SNQ_END_FINAL, 8, 0.4f, 0.3f },
    };
    memset(f, 0, sizeof *f);
    for (uint32_t i = 0; i < DRUM_SECTIONS; i++) {
        snq_form_section *s = &f->section[i];
        s->section = tab[i].section;
        s->material = tab[i].material;
        s->time = tab[i].time;
        s->end = tab[i].end;
        s->bars = tab[i].bars;
        s->energy = tab[i].energy;
        s->energy_end = tab[i].energy_end;
        s->active = 1;
        s->bar = f->bars;
        snprintf(s->name, sizeof s->name, "%u", i);
        f->bars += s->bars;
    }
    f->sections = DRUM_SECTIONS;
    assert_int_equal(f->bars, DRUM_BARS);
}

void drum_begin(drum_piece *p, const char *id, uint64_t seed, int beats, int unit)
{
    memset(p, 0, sizeof *p);
    p->style = calloc(1, sizeof *p->style);
    assert_non_null(p->style);
    snq__style_drums_default(&p->style->drums);
    if (id && id[0] == '{')
        read_drums("made up", id, strlen(id), 0, &p->style->drums);
    else if (id)
        read_file(id, &p->style->drums);
    p->seed = seed;
    p->intent.style = p->style;
    p->intent.bpm = 120.0;
    p->intent.beats_per_bar = (uint8_t)beats;
    p->intent.beat_unit = (uint8_t)unit;
    p->intent.swing = 0.5f;
    p->intent.swing_step = 1;
    p->intent.bars = DRUM_BARS;
    p->intent.tracks = 1;
    snprintf(p->intent.track[0].name, SNQ_SCORE_NAME_MAX, "drums");
    p->intent.track[0].density = 0.5f;
    p->intent.track[0].complexity = 0.5f;
    p->intent.track[0].variation = 0.4f;
    plan(&p->form);
    snq_score_init(&p->score);
    p->grid = calloc(DRUM_BARS, sizeof *p->grid);
    assert_non_null(p->grid);
}

static void draw_grid(drum_piece *p)
{
    const int64_t bar = snq_intent_bar_ticks(&p->intent);
    memset(p->grid, 0, DRUM_BARS * sizeof *p->grid);
    for (size_t i = 0; i < p->track->notes; i++) {
        const snq_note *n = &p->track->note[i];
        const int64_t step = n->tick % bar / SNQ_TICKS_PER_STEP;
        if (n->tick % SNQ_TICKS_PER_STEP == 0 && n->tick / bar < DRUM_BARS && step < DRUM_STEPS)
            p->grid[n->tick / bar][n->pitch][step] = 1;
    }
}

void drum_make(drum_piece *p, const char *kind)
{
    snq_context_clear(&p->context);
    snq_score_clear(&p->score);
    check_ok(snq_context_init(&p->context, &p->intent, &p->form));
    check_ok(snq_score_add_track(&p->score, "drums", &p->track));
    const snq_track_job job = { &p->context, &p->intent.track[0], 0, p->seed };
    check_ok(snq_track_kind_find(kind)->make(&job, p->track));
    draw_grid(p);
}

void drum_end(drum_piece *p)
{
    snq_context_clear(&p->context);
    snq_score_clear(&p->score);
    free(p->grid);
    free(p->style);
}

int drum_count(const drum_piece *p, int bar, int key, double from, double to)
{
    const double begin = (double)bar * snq_intent_bar_steps(&p->intent);
    int n = 0;
    for (size_t i = 0; i < p->track->notes; i++) {
        const snq_note *note = &p->track->note[i];
        const double at = (double)note->tick / SNQ_TICKS_PER_STEP - begin;
        n += at >= from && at < to && (key < 0 || note->pitch == key);
    }
    return n;
}

int drum_at(const drum_piece *p, int bar, int key, int step)
{
    return p->grid[bar][key][step];
}
