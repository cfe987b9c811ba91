// SPDX-License-Identifier: MIT
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "plot/sheet_impl.h"

/* ---- name and format ---- */

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
    snq__type format = { .size = SNQ__SIZE_TEXT, .ink = SNQ__INK_TICK };
    const snq__box f = s->at.figures;
    const double music_x = draw_music(s);
    snq__page_title(&s->canvas, s->cfg->title, s->h->file.path, "sonique listen");
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

static snq_measure kilo(snq_measure m)
{
    m.value /= 1000;
    return m;
}

static void gather_figures(const snq_hearing *h, snq__figure to[FIGURE_ROWS * FIGURES_A_ROW])
{
    const snq_loudness *l = &h->loudness;
    const snq_dynamics *d = &h->dynamics;
    const char *no_l = h->loudness_reason, *no_d = h->dynamics_reason;
    const int high = !h->spectrum_reason && h->spectrum.centroid_hz.value >= 9999.5;
    const snq__figure all[] = {
        { "Integrated loudness", "LUFS", 1, no_l, l->integrated_lufs, NULL },
        { "Loudness range", "LU", 1, no_l, l->range_lu, NULL },
        { "True peak", "dBTP", 1, no_l, l->true_peak_dbtp, NULL },
        { "Peak to loudness", "dB", 1, no_l, l->plr_db, NULL },
        { "Max. momentary", "LUFS", 1, no_l, l->max_momentary_lufs, NULL },
        { "Max. short-term", "LUFS", 1, no_l, l->max_short_term_lufs, NULL },
        { "RMS", "dBFS", 1, no_d, d->rms_dbfs, NULL },
        { "Crest factor", "dB", 1, no_d, d->crest_factor_db, NULL },
        { "Dynamic range", "dB", 1, no_d, d->dynamic_range_db, NULL },
        { "Clipped", d->clipped_samples == 1 ? "sample" : "samples", 0, no_d,
          snq_measured((double)d->clipped_samples), NULL },
        { "Spectral centroid", high ? "kHz" : "Hz", high ? 1 : 0, h->spectrum_reason,
          high ? kilo(h->spectrum.centroid_hz) : h->spectrum.centroid_hz, NULL },
        { "Stereo correlation", "", 2, h->stereo_reason, h->stereo.correlation, NULL },
    };
    memcpy(to, all, sizeof all);
}

void snq__sheet_head(snq__sheet *s)
{
    snq__figure f[FIGURE_ROWS * FIGURES_A_ROW];
    draw_name(s);
    gather_figures(s->h, f);
    snq__figures(&s->canvas, s->at.figures, f, FIGURE_ROWS * FIGURES_A_ROW, FIGURES_A_ROW);
}
