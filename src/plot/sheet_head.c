// SPDX-License-Identifier: MIT
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "plot/sheet_impl.h"

/* ---- name and format ---- */

static const char *title_of(const snq__sheet *s)
{
    if (s->cfg->title)
        return s->cfg->title;
    const char *path = s->h->file.path ? s->h->file.path : "";
    const char *slash = strrchr(path, '/');
    return slash && slash[1] ? slash + 1 : path;
}

/* "stereo", "5 channels" */
static void put_channels(snq_str *to, uint32_t channels)
{
    if (channels <= 2)
        snq_str_put(to, channels == 1 ? "mono" : "stereo");
    else
        snq_str_putf(to, "%u channels", channels);
}

static void put_format(snq_str *to, const snq__sheet *s)
{
    static const char dot[] = "  \xC2\xB7  ";
    const snq_heard_file *f = &s->h->file;
    char text[SNQ__LABEL_BYTES];
    snq_str_put(to, snq__put_duration(text, f->duration_s));
    snq_str_putf(to, "%s%g kHz%s", dot, f->rate_hz / 1000.0, dot);
    put_channels(to, f->channels);
    snq_str_putf(to, "%s%s", dot, f->container);
    if (strcmp(f->container, f->codec) != 0)
        snq_str_putf(to, " (%s)", f->codec);
}

/* Tempo, metre and key at the right end of the line of the format; returns where they begin. */
static double draw_music(snq__sheet *s)
{
    snq_str text;
    const snq__box f = s->at.figures;
    const snq__type type = { .size = SNQ__SIZE_TEXT, .bold = 1, .ink = SNQ__INK_TEXT, .anchor = 1 };
    snq_str_init(&text, 1 << 12);
    snq__sheet_music_words(s->h, &text);
    const double width = snq__text(&s->canvas, &type, f.x1, s->at.format_y, snq_str_text(&text));
    snq_str_clear(&text);
    return f.x1 - width - (width > 0 ? 40 : 0);
}

static void draw_name(snq__sheet *s)
{
    snq_str text;
    const snq__type brand = { .size = SNQ__SIZE_SMALL, .ink = SNQ__INK_TICK, .anchor = 1 };
    snq__type title = { .size = SNQ__SIZE_TITLE, .bold = 1, .ink = SNQ__INK_TEXT, .middle = 1 };
    snq__type format = { .size = SNQ__SIZE_TEXT, .ink = SNQ__INK_TICK };
    const snq__box f = s->at.figures;
    const double music_x = draw_music(s);
    const double words = snq__text(&s->canvas, &brand, f.x1, s->at.title_y, "sonique listen");
    title.most = f.x1 - f.x0 - words - 40;
    snq_str_init(&text, 1 << 16);
    snq_str_put_printable(&text, title_of(s));
    snq__text(&s->canvas, &title, f.x0, s->at.title_y, snq_str_text(&text));
    snq_str_clear(&text);
    snq_str_init(&text, 1 << 12);
    put_format(&text, s);
    format.most = music_x - f.x0;
    const double x =
        f.x0 + snq__text(&s->canvas, &format, f.x0, s->at.format_y, snq_str_text(&text));
    snq_str_clear(&text);
    if (s->h->file.truncated && music_x - x > 80) {
        format.ink = SNQ__INK_WARN;
        format.most = music_x - x;
        snq__text(&s->canvas, &format, x, s->at.format_y,
                  "  \xC2\xB7  cut off: the data ended before its end");
    }
}

/* ---- key figures ---- */

enum { FIGURES_A_ROW = 6, FIGURE_ROWS = 2 };

typedef struct figure {
    const char *name, *unit;
    int decimals;
    const char *reason; /* of its section, or NULL */
    snq_measure measure;
} figure;

static snq_measure kilo(snq_measure m)
{
    m.value /= 1000;
    return m;
}

static void gather_figures(const snq_hearing *h, figure to[FIGURE_ROWS * FIGURES_A_ROW])
{
    const snq_loudness *l = &h->loudness;
    const snq_dynamics *d = &h->dynamics;
    const char *no_l = h->loudness_reason, *no_d = h->dynamics_reason;
    const int high = !h->spectrum_reason && h->spectrum.centroid_hz.value >= 9999.5;
    const figure all[] = {
        { "Integrated loudness", "LUFS", 1, no_l, l->integrated_lufs },
        { "Loudness range", "LU", 1, no_l, l->range_lu },
        { "True peak", "dBTP", 1, no_l, l->true_peak_dbtp },
        { "Peak to loudness", "dB", 1, no_l, l->plr_db },
        { "Max. momentary", "LUFS", 1, no_l, l->max_momentary_lufs },
        { "Max. short-term", "LUFS", 1, no_l, l->max_short_term_lufs },
        { "RMS", "dBFS", 1, no_d, d->rms_dbfs },
        { "Crest factor", "dB", 1, no_d, d->crest_factor_db },
        { "Dynamic range", "dB", 1, no_d, d->dynamic_range_db },
        { "Clipped", d->clipped_samples == 1 ? "sample" : "samples", 0, no_d,
          snq_measured((double)d->clipped_samples) },
        { "Spectral centroid", high ? "kHz" : "Hz", high ? 1 : 0, h->spectrum_reason,
          high ? kilo(h->spectrum.centroid_hz) : h->spectrum.centroid_hz },
        { "Stereo correlation", "", 2, h->stereo_reason, h->stereo.correlation },
    };
    memcpy(to, all, sizeof all);
}

/* In one line, or broken at a space into two. */
static void draw_reason(snq__sheet *s, double x, double y, double most, const char *text)
{
    char first[128];
    snq__type type = { .size = SNQ__SIZE_SMALL, .ink = SNQ__INK_TICK };
    size_t cut = strlen(text);
    if (cut >= sizeof first)
        cut = sizeof first - 1;
    memcpy(first, text, cut);
    first[cut] = '\0';
    while (snq__text_width(&s->canvas, &type, first) > most) {
        char *space = strrchr(first, ' ');
        if (!space)
            break;
        *space = '\0';
    }
    type.most = most;
    cut = strlen(first);
    if (!text[cut]) {
        snq__text(&s->canvas, &type, x, y, first);
        return;
    }
    snq__text(&s->canvas, &type, x, y - 18, first);
    snq__text(&s->canvas, &type, x, y + 3, text + cut + (text[cut] == ' '));
}

static void draw_figure(snq__sheet *s, snq__box card, const figure *f)
{
    char text[SNQ__LABEL_BYTES];
    const char *why = f->reason ? f->reason : f->measure.reason;
    const snq__type name = { .size = SNQ__SIZE_SMALL, .ink = SNQ__INK_TICK };
    const snq__type unit = { .size = SNQ__SIZE_TEXT, .ink = SNQ__INK_TICK };
    snq__type value = { .size = SNQ__SIZE_FIGURE, .bold = 1, .ink = SNQ__INK_TEXT };
    const double x = card.x0 + 16, y = card.y1 - 18;
    snq__fill_round(&s->canvas, card, 8, SNQ__INK_CARD);
    snq__text(&s->canvas, &name, x, card.y0 + 26, f->name);
    if (why) {
        value.ink = SNQ__INK_TICK;
        const double used = snq__text(&s->canvas, &value, x, y, "\xE2\x80\x93") + 12;
        draw_reason(s, x + used, y, card.x1 - 10 - x - used, why);
        return;
    }
    const double used =
        snq__text(&s->canvas, &value, x, y, snq__put_number(text, f->measure.value, f->decimals));
    snq__text(&s->canvas, &unit, x + used + 8, y, f->unit);
}

void snq__sheet_head(snq__sheet *s)
{
    const double gap = 12;
    const snq__box all = s->at.figures;
    const double w = (all.x1 - all.x0 + gap) / FIGURES_A_ROW;
    const double h = (all.y1 - all.y0 + gap) / FIGURE_ROWS;
    figure f[FIGURE_ROWS * FIGURES_A_ROW];
    draw_name(s);
    gather_figures(s->h, f);
    for (int i = 0; i < FIGURE_ROWS * FIGURES_A_ROW; i++) {
        const double x = all.x0 + w * (i % FIGURES_A_ROW), y = all.y0 + h * (i / FIGURES_A_ROW);
        draw_figure(s, (snq__box) { x, y, x + w - gap, y + h - gap }, &f[i]);
    }
}
