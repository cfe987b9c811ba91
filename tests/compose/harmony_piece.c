// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "harmony_piece.h"

#include "base/alloc.h"
#include "compose/progression.h"

const char *const harmony_styles[HARMONY_STYLES] = {
    "techno",  "house",     "deep_house", "trance", "dubstep",   "drum_and_bass",
    "garage",  "trap",      "boom_bap",   "lofi",   "synthwave", "electro",
    "ambient", "reggaeton", "rock",       "funk",   "jazz",      "cinematic",
};

/* ---- styles ---- */

static char text[1 << 20];

/* The member "harmony" of styles/ID.json below SNQ_STYLES; 0: there is none. */
static int read_style(const char *id, snq_style_harmony *out)
{
    const char *const folder = getenv("SNQ_STYLES");
    char path[512];
    snprintf(path, sizeof path, "%s/%s.json", folder ? folder : "styles", id);
    FILE *const f = fopen(path, "rb");
    if (!f)
        return 0;
    const size_t n = fread(text, 1, sizeof text, f);
    fclose(f);
    snq_json_doc *doc;
    snq_json_ref at;
    check_ok(snq_json_parse(path, text, n, &doc));
    const snq_json_ref root = snq_json_root(doc);
    const int there = snq_json_find(&root, "harmony", &at);
    if (there)
        check_ok(snq__style_harmony_read(&at, out));
    snq_json_doc_free(doc);
    return there;
}

/* Charts that complete() added stand behind the style's own and are for one mode each. */
static unsigned own_modes(const snq_style_harmony *h)
{
    snq_style_harmony plain;
    unsigned modes = 0;
    snq__style_harmony_default(&plain);
    for (size_t i = 0; i < h->progressions; i++) {
        int foreign = 1;
        for (size_t k = 0; k < plain.progressions; k++)
            if (memcmp(h->progression[i].step, plain.progression[k].step,
                       sizeof plain.progression[k].step) == 0 &&
                h->progression[i].modes == plain.progression[k].modes)
                foreign = 0;
        modes |= foreign ? h->progression[i].modes : 0;
    }
    return modes ? modes : 1u << SNQ_MODE_major | 1u << SNQ_MODE_minor;
}

unsigned harmony_modes(const char *id)
{
    snq_style_harmony h;
    snq__style_harmony_default(&h);
    if (id)
        read_style(id, &h);
    return own_modes(&h);
}

/* ---- pieces ---- */

static void add_section(snq_form *f, int kind, int material, int time, int bars, float energy)
{
    snq_form_section *const s = &f->section[f->sections];
    snprintf(s->name, sizeof s->name, "%s %d", snq_section_names[kind], (int)f->sections);
    *s = (snq_form_section) { .section = (uint8_t)kind,
                              .material = (uint8_t)material,
                              .time = (uint8_t)time,
                              .bar = f->bars,
                              .bars = bars,
                              .energy = energy,
                              .energy_end = energy,
                              .active = (1u << HARMONY_TRACKS) - 1 };
    f->sections++;
    f->bars += bars;
}

static void add_track(snq_intent *in, const char *kind, int part)
{
    snq_track_intent *const t = &in->track[in->tracks++];
    snprintf(t->name, sizeof t->name, "%s", kind);
    snprintf(t->kind, sizeof t->kind, "%s", kind);
    t->part = (uint8_t)part;
    t->density = t->complexity = 0.5f;
    t->variation = 0.4f;
}

void harmony_begin(harmony_piece *p, const char *id, uint64_t seed, int mode)
{
    memset(p, 0, sizeof *p);
    p->style = snq_calloc(1, sizeof *p->style);
    assert_non_null(p->style);
    snq__style_harmony_default(&p->style->harmony);
    if (id)
        read_style(id, &p->style->harmony);
    const unsigned modes = own_modes(&p->style->harmony);
    snq_intent *const in = &p->intent;
    in->style = p->style;
    in->seed = seed;
    in->bpm = 120;
    in->beats_per_bar = in->beat_unit = 4;
    in->tonic = (int8_t)(seed * 7 % 12);
    in->mode = (int8_t)mode;
    for (uint64_t n = seed; in->mode < 0;) /* the style's modes in turn */
        for (int m = 0; m < SNQ_MODES && in->mode < 0; m++)
            if ((modes >> m & 1) && n-- == 0)
                in->mode = (int8_t)m;
    in->chord_complexity = (uint8_t)(1 + seed % 5);
    in->energy = 0.6f;
    in->swing = 0.5f;
    in->swing_step = 1;
    in->bars = HARMONY_BARS;
    add_track(in, "harmony", SNQ_PART_harmony);
    add_track(in, "pad", SNQ_PART_harmony);
    add_track(in, "arpeggio", SNQ_PART_harmony);
    add_track(in, "bass", SNQ_PART_bass);
    add_section(&p->form, SNQ_SECTION_intro, 0, 0, 8, 0.3f);
    add_section(&p->form, SNQ_SECTION_verse, 0, 1, 8, 0.5f);
    add_section(&p->form, SNQ_SECTION_chorus, 1, 0, 8, 0.8f);
    add_section(&p->form, SNQ_SECTION_verse, 0, 2, 8, 0.6f);
    add_section(&p->form, SNQ_SECTION_bridge, 2, 0, 4, 0.4f);
    add_section(&p->form, SNQ_SECTION_drop, 1, 1, 8, 0.95f);
    add_section(&p->form, SNQ_SECTION_outro, 0, 3, 8, 0.4f);
    p->form.section[4].end = SNQ_END_STOP;
    p->form.section[6].end = SNQ_END_FINAL;
}

void harmony_metre(harmony_piece *p, int beats, int unit)
{
    p->intent.beats_per_bar = (uint8_t)beats;
    p->intent.beat_unit = (uint8_t)unit;
}

static void play_bass(harmony_piece *p, snq_track *t)
{
    for (size_t i = 0; i < p->context.chords; i++) {
        const snq_chord_at *const at = &p->context.chord[i];
        check_ok(snq_track_put(t, at->step, at->steps, 36 + at->chord.bass, 90));
    }
}

void harmony_make(harmony_piece *p)
{
    check_ok(snq_context_init(&p->context, &p->intent, &p->form));
    check_ok(snq_progression_plan(&p->intent, &p->context));
    snq_score_init(&p->score);
    for (uint32_t i = 0; i < p->intent.tracks; i++) {
        const snq_track_job job = { &p->context, &p->intent.track[i], i, p->intent.seed };
        const snq_track_kind *const kind = snq_track_kind_find(p->intent.track[i].kind);
        snq_track *t;
        check_ok(snq_score_add_track(&p->score, p->intent.track[i].name, &t));
        if (i == HARMONY_BASS)
            play_bass(p, t);
        else
            check_ok(kind->make(&job, t));
    }
}

void harmony_end(harmony_piece *p)
{
    snq_score_clear(&p->score);
    snq_context_clear(&p->context);
    snq_free(p->style);
}

/* ---- keys ---- */

void harmony_histogram(const harmony_piece *p, double share[12])
{
    double sum = 0;
    memset(share, 0, 12 * sizeof *share);
    for (size_t t = 0; t < p->score.tracks; t++)
        for (size_t i = 0; i < p->score.track[t].notes; i++) {
            const snq_note *const n = &p->score.track[t].note[i];
            share[n->pitch % 12] += (double)n->length;
            sum += (double)n->length;
        }
    for (int i = 0; i < 12; i++)
        share[i] /= sum > 0 ? sum : 1;
}

int harmony_key(const double share[12])
{
    static const double profile[2][12] = {
        { 6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88 },
        { 6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17 },
    };
    double best = -2;
    int key = 0;
    for (int k = 0; k < 24; k++) {
        const double *const q = profile[k / 12];
        double mean = 0, xy = 0, xx = 0, yy = 0;
        for (int i = 0; i < 12; i++)
            mean += q[i] / 12;
        for (int i = 0; i < 12; i++) {
            const double x = share[(i + k) % 12] - 1.0 / 12, y = q[i] - mean;
            xy += x * y;
            xx += x * x;
            yy += y * y;
        }
        const double r = xx > 0 ? xy / sqrt(xx * yy) : 0;
        if (r > best) {
            best = r;
            key = k;
        }
    }
    return key;
}
