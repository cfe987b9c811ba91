// SPDX-License-Identifier: MIT
/* IDEA   Under the spectrogram, on its time axis, what a musician would pencil in: bars with their
 *        numbers and the beats between them, chords, keys. Only what was heard has a lane; without a
 *        pulse there are no bars.
 * STEPS  bars     a tick a downbeat, a shorter one a beat; where they would stand closer than TICK_LEAST,
 *                 every 2nd, 4th, 8th ... bar alone; a number where one has room, again every 2nd, 4th ...
 *                 and, over the spectrogram, a faint line for each tick that is LINE_LEAST from the next
 *        chords,  what sounds in the middle of each pixel column; columns of the same item are a block.
 *        keys     The longest of its labels that a block has room for, upright where it is high enough
 *                 but not wide enough, else none
 *        colour   by root: neighbours on the circle of fifths look alike; minor is darker
 * CONST  Colours: OkLCH with hue 250 + 30 k degrees, k fifths above C; lightness and chroma 0.50 and 0.083 for
 *        major (and all that isn't minor), 0.37 and 0.062 for minor (and diminished). They help the eye
 *        to find repetitions; that chords can be told apart hangs on their labels alone.
 * COST   one step a pixel column and item; at most a tick every TICK_LEAST units.
 * LIMITS Bars are counted from the first downbeat of the recording, through gaps without a pulse. */
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "plot/sheet_impl.h"

/* Units. */
#define TICK_LEAST   6.0
#define LINE_LEAST   16.0
#define NUMBER_SPACE 16.0
#define BLOCK_SPACE  5.0
#define SIZE_LABEL   17.0
#define SIZE_NARROW  14.0
#define SIZE_UPRIGHT 13.0

/* More of them than this, three units each on average, say nothing any more. */
enum { CHORDS_SHOWN_MAX = 450 };

static int has_chords(const snq_hearing *h)
{
    if (h->chords_reason || h->chords.chords > CHORDS_SHOWN_MAX)
        return 0;
    for (uint32_t i = 0; i < h->chords.chords; i++)
        if (h->chords.chord[i].quality != SNQ_CHORD_NONE)
            return 1;
    return 0;
}

unsigned snq__sheet_lanes(const snq_hearing *h)
{
    unsigned lanes = 0;
    if (!h->beats_reason && h->beats.beats)
        lanes |= SNQ__LANE_BARS;
    if (has_chords(h))
        lanes |= SNQ__LANE_CHORDS;
    if (!h->key_reason && !h->key.reason && h->key.spans)
        lanes |= SNQ__LANE_KEYS;
    return lanes;
}

/* ---- words ---- */

/* "", or "?" for what is less likely than not. */
static const char *doubt(double confidence)
{
    return confidence < 0.5 ? "?" : "";
}

static void put_tempo(snq_str *to, const snq_tempo *t)
{
    double lo = t->bpm.value, hi = lo;
    for (uint32_t i = 0; i < t->spans; i++) {
        lo = fmin(lo, t->span[i].bpm);
        hi = fmax(hi, t->span[i].bpm);
    }
    snq_str_putf(to, "%.1f BPM%s", t->bpm.value, doubt(t->confidence));
    if (hi - lo >= 0.05)
        snq_str_putf(to, " (%.1f\xE2\x80\x93%.1f)", lo, hi);
}

/* The commonest metre first, then others in the order in which they come. */
static void put_metre(snq_str *to, const snq_meter *m)
{
    enum { SHOWN_MAX = 3 };
    snq_metre shown[SHOWN_MAX] = { m->metre };
    uint32_t n = 1, more = 0;
    for (uint32_t i = 0; i < m->spans; i++) {
        const snq_metre next = m->span[i].metre;
        uint32_t k = 0;
        while (k < n && (shown[k].beats_per_bar != next.beats_per_bar ||
                         shown[k].beat_unit != next.beat_unit))
            k++;
        if (k == n && n < SHOWN_MAX)
            shown[n++] = next;
        else if (k == n)
            more = 1;
    }
    for (uint32_t k = 0; k < n; k++)
        snq_str_putf(to, "%s%u/%u", k ? ", " : "", shown[k].beats_per_bar, shown[k].beat_unit);
    snq_str_putf(to, "%s%s", more ? " \xE2\x80\xA6" : "", doubt(m->confidence));
}

void snq__sheet_music_words(const snq_hearing *h, snq_str *to)
{
    static const char dot[] = "  \xC2\xB7  ";
    const char *between = "";
    if (!h->tempo_reason && !h->tempo.bpm.reason) {
        put_tempo(to, &h->tempo);
        between = dot;
    }
    if (!h->meter_reason && !h->meter.reason) {
        snq_str_put(to, between);
        put_metre(to, &h->meter);
        between = dot;
    }
    if (!h->key_reason && !h->key.reason) {
        snq_str_put(to, between);
        if (h->key.mode == SNQ_MODE_ATONAL)
            snq_str_put(to, "atonal");
        else
            snq_str_putf(to, "%s %s", snq_pitch_class_name(h->key.tonic),
                         h->key.mode == SNQ_MODE_MAJOR ? "major" : "minor");
        snq_str_put(to, doubt(h->key.confidence));
    }
}

/* ---- bars ---- */

/* Every which one of n items between x0 and x1 is drawn, so that they are `least` apart: 1, 2, 4 ... */
static uint32_t step_of(double x0, double x1, uint32_t n, double least)
{
    const double each = n > 1 ? (x1 - x0) / (n - 1) : least;
    uint32_t step = 1;
    while (step < 1u << 24 && step * each < least)
        step *= 2;
    return step;
}

static void draw_number(snq__sheet *s, double x, uint32_t number)
{
    char text[16];
    const snq__box lane = s->at.bars;
    snq__type type = { .size = SNQ__SIZE_SMALL, .ink = SNQ__INK_TICK, .anchor = 0.5 };
    snprintf(text, sizeof text, "%u", number);
    const double half = snq__text_width(&s->canvas, &type, text) / 2;
    x = fmin(fmax(x, lane.x0 + half), lane.x1 - half);
    snq__text(&s->canvas, &type, x, lane.y1 - 2, text);
}

static void draw_downbeats(snq__sheet *s, const double *t_s, uint32_t n)
{
    char last[16];
    const snq__box lane = s->at.bars, above = s->at.spectrum;
    const snq__type type = { .size = SNQ__SIZE_SMALL };
    const double x0 = snq__sheet_x(s, t_s[0]), x1 = snq__sheet_x(s, t_s[n - 1]);
    snprintf(last, sizeof last, "%u", n);
    const double wide = snq__text_width(&s->canvas, &type, last) + NUMBER_SPACE;
    const uint32_t ticks = step_of(x0, x1, n, TICK_LEAST), lines = step_of(x0, x1, n, LINE_LEAST);
    const uint32_t numbers = step_of(x0, x1, n, wide);
    double free_x = -1e9; /* beyond the last number: bars are not all of the same length */
    for (uint32_t i = 0; i < n; i += ticks) {
        const double x = snq__sheet_x(s, t_s[i]);
        const int numbered = i % numbers == 0;
        snq__line(&s->canvas, (snq__box) { x, lane.y0, x, lane.y0 + (numbered ? 15 : 12) },
                  numbered ? 2 : 1.4, 0, SNQ__INK_TEXT);
        if (i % lines == 0 && x > above.x0 + 2 && x < above.x1 - 2)
            snq__line(&s->canvas, (snq__box) { x, above.y0, x, above.y1 }, 1, 0, SNQ__INK_BAR);
        if (numbered && x >= free_x) {
            draw_number(s, x, i + 1);
            free_x = x + wide - 4;
        }
    }
}

static void draw_bars(snq__sheet *s)
{
    char text[32];
    const snq_beats *b = &s->h->beats;
    const snq__box lane = s->at.bars;
    snq__type type = { .size = SNQ__SIZE_SMALL, .ink = SNQ__INK_TICK, .anchor = 1 };
    const uint32_t step = step_of(snq__sheet_x(s, b->beat_s[0]),
                                  snq__sheet_x(s, b->beat_s[b->beats - 1]), b->beats, TICK_LEAST);
    /* beats that are thinned are of use only where there are no bars */
    for (uint32_t i = 0; i < b->beats && (step == 1 || !b->downbeats); i += step) {
        const double x = snq__sheet_x(s, b->beat_s[i]);
        snq__line(&s->canvas, (snq__box) { x, lane.y0, x, lane.y0 + 7 }, 1.4, 0, SNQ__INK_TICK);
    }
    if (b->downbeats)
        draw_downbeats(s, b->downbeat_s, b->downbeats);
    snq__text(&s->canvas, &type, lane.x0 - 12, lane.y1 - 2, b->downbeats ? "Bars" : "Beats");
    const uint32_t n = b->downbeats ? b->downbeats : b->beats;
    snprintf(text, sizeof text, "%u %s%s", n, b->downbeats ? "bar" : "beat", n == 1 ? "" : "s");
    type.anchor = 0;
    type.most = SNQ__CANVAS_UNITS - lane.x1 - 20;
    snq__text(&s->canvas, &type, lane.x1 + 12, lane.y1 - 2, text);
}

/* ---- blocks ---- */

static snq__ink ink_of(uint32_t root, int dark)
{
    static const snq__ink tab[2][12] = {
        { 0x3C6691FF, 0x6E6426FF, 0x725587FF, 0x327253FF, 0x8C4E58FF, 0x1A6E84FF, 0x815A29FF,
          0x5A5E92FF, 0x536D38FF, 0x835072FF, 0x0E726EFF, 0x8B523EFF },
        { 0x25425FFF, 0x474015FF, 0x4A3658FF, 0x1D4A34FF, 0x5C3138FF, 0x0C4756FF, 0x553917FF,
          0x393C60FF, 0x354622FF, 0x55324AFF, 0x054A47FF, 0x5B3426FF },
    };
    return tab[dark != 0][root % 12];
}

/* Pixel columns that show the same item of a list whose elements begin with their span. */
typedef struct walk {
    const char *list;
    size_t stride;
    uint32_t n;
    uint32_t column; /* next to look at */
    uint32_t item;   /* of the block found, n: none */
    uint32_t from;   /* items before it are over */
    snq__box block;
} walk;

static const snq_span *span_of(const walk *w, uint32_t item)
{
    return (const snq_span *)(const void *)(w->list + item * w->stride);
}

/* What sounds at a time; times must ascend. */
static uint32_t item_at(walk *w, double t_s)
{
    while (w->from < w->n && span_of(w, w->from)->end_s <= t_s)
        w->from++;
    return w->from < w->n && span_of(w, w->from)->start_s <= t_s ? w->from : w->n;
}

/* The next block; 0: no more. */
static int next_block(const snq__sheet *s, snq__box lane, walk *w)
{
    const double px = 1 / s->canvas.scale;
    const uint32_t columns = (uint32_t)lround((lane.x1 - lane.x0) / px), first = w->column;
    const double s_a_px = s->duration_s / columns;
    if (first >= columns)
        return 0;
    w->item = item_at(w, (first + 0.5) * s_a_px);
    do
        w->column++;
    while (w->column < columns && item_at(w, (w->column + 0.5) * s_a_px) == w->item);
    w->block = (snq__box) { lane.x0 + first * px, lane.y0, lane.x0 + w->column * px, lane.y1 };
    return 1;
}

static void draw_block(snq__sheet *s, snq__box b, snq__ink ink)
{
    /* a gap of a pixel to the next, where that leaves something */
    if (b.x1 - b.x0 > 4)
        b.x1 -= 1 / s->canvas.scale;
    if (b.x1 - b.x0 > 12)
        snq__fill_round(&s->canvas, b, 4, ink);
    else
        snq__fill(&s->canvas, b, ink);
}

/* The first of the labels that fits, as wide as it is or upright; 0 when none does. */
static int draw_label(snq__sheet *s, snq__box b, const char *const *label, uint32_t labels,
                      double size, int upwards)
{
    const snq__type type = {
        .size = size, .ink = SNQ__INK_TEXT, .anchor = 0.5, .upwards = upwards
    };
    const double x = (b.x0 + b.x1) / 2, y = (b.y0 + b.y1) / 2;
    const double along = upwards ? b.y1 - b.y0 : b.x1 - b.x0;
    if (upwards && b.x1 - b.x0 < 0.82 * size)
        return 0;
    for (uint32_t i = 0; i < labels; i++) {
        if (snq__text_width(&s->canvas, &type, label[i]) + BLOCK_SPACE > along)
            continue;
        snq__text(&s->canvas, &type, upwards ? x + 0.36 * size : x, upwards ? y : y + 0.36 * size,
                  label[i]);
        return 1;
    }
    return 0;
}

/* As on a lead sheet: "Am", "G7", "Cmaj7". */
static const char *chord_suffix(uint32_t quality)
{
    static const char tab[SNQ_CHORD_QUALITIES][5] = {
        [SNQ_CHORD_MAJ] = "",      [SNQ_CHORD_MIN] = "m",     [SNQ_CHORD_DOM7] = "7",
        [SNQ_CHORD_MAJ7] = "maj7", [SNQ_CHORD_MIN7] = "m7",   [SNQ_CHORD_DIM] = "dim",
        [SNQ_CHORD_AUG] = "aug",   [SNQ_CHORD_SUS2] = "sus2", [SNQ_CHORD_SUS4] = "sus4",
    };
    return quality < SNQ_CHORD_QUALITIES ? tab[quality] : "";
}

static void draw_chord(snq__sheet *s, snq__box b, const snq_heard_chord *c)
{
    char whole[24], plain[16];
    const char *const label[] = { whole, plain };
    const char *root = snq_pitch_class_name(c->root);
    const int dark =
        c->quality == SNQ_CHORD_MIN || c->quality == SNQ_CHORD_MIN7 || c->quality == SNQ_CHORD_DIM;
    snprintf(plain, sizeof plain, "%s%s", root, chord_suffix(c->quality));
    snprintf(whole, sizeof whole, "%s/%s", plain, snq_pitch_class_name(c->bass));
    const uint32_t first = c->bass == c->root; /* no bass to name */
    draw_block(s, b, ink_of(c->root, dark));
    if (!draw_label(s, b, label + first, 2 - first, SIZE_LABEL, 0) &&
        !draw_label(s, b, label + first, 2 - first, SIZE_NARROW, 0))
        draw_label(s, b, label + first, 2 - first, SIZE_UPRIGHT, 1);
}

static void draw_key(snq__sheet *s, snq__box b, const snq_key_span *k)
{
    char whole[32], plain[24], brief[8];
    const char *const label[] = { whole, plain, brief };
    const char *tonic = snq_pitch_class_name(k->tonic);
    const int minor = k->mode == SNQ_MODE_MINOR;
    snprintf(plain, sizeof plain, "%s %s", tonic, minor ? "minor" : "major");
    snprintf(whole, sizeof whole, "%s  \xC2\xB7  %s", plain,
             snq_camelot(k->tonic, minor ? SNQ_MODE_MINOR : SNQ_MODE_MAJOR));
    snprintf(brief, sizeof brief, "%s%s", tonic, minor ? "m" : "");
    draw_block(s, b, ink_of(k->tonic, minor));
    draw_label(s, b, label, 3, SNQ__SIZE_SMALL, 0);
}

static void draw_lane(snq__sheet *s, snq__box lane, const char *name)
{
    const snq__type type = { .size = SNQ__SIZE_SMALL, .ink = SNQ__INK_TICK, .anchor = 1 };
    snq__text(&s->canvas, &type, lane.x0 - 12, (lane.y0 + lane.y1) / 2 + 0.36 * SNQ__SIZE_SMALL,
              name);
    snq__fill_round(&s->canvas, lane, 4, SNQ__INK_PANEL);
}

void snq__sheet_music(snq__sheet *s)
{
    _Static_assert(offsetof(snq_heard_chord, span) == 0 && offsetof(snq_key_span, span) == 0,
                   "walk finds spans at the beginning");
    const snq_hearing *h = s->h;
    const unsigned lanes = snq__sheet_lanes(h);
    if (lanes & SNQ__LANE_BARS)
        draw_bars(s);
    if (lanes & SNQ__LANE_CHORDS) {
        walk w = { .list = (const char *)h->chords.chord,
                   .stride = sizeof *h->chords.chord,
                   .n = h->chords.chords };
        draw_lane(s, s->at.chords, "Chords");
        while (next_block(s, s->at.chords, &w))
            if (w.item < w.n && h->chords.chord[w.item].quality != SNQ_CHORD_NONE)
                draw_chord(s, w.block, &h->chords.chord[w.item]);
    }
    if (lanes & SNQ__LANE_KEYS) {
        walk w = { .list = (const char *)h->key.span,
                   .stride = sizeof *h->key.span,
                   .n = h->key.spans };
        draw_lane(s, s->at.keys, "Key");
        while (next_block(s, s->at.keys, &w))
            if (w.item < w.n)
                draw_key(s, w.block, &h->key.span[w.item]);
    }
}
