// SPDX-License-Identifier: MIT
/* sheet_impl -- one sheet while it is drawn: where its panels are, and who draws them (private to
 * plot; part of the module). */
#ifndef SNQ_PLOT_SHEET_IMPL_H
#define SNQ_PLOT_SHEET_IMPL_H

#include <stdint.h>

#include "base/str.h"
#include "plot/axis_impl.h"
#include "plot/canvas_impl.h"
#include "plot/portrait.h"
#include "plot/sheet.h"
#include "score/hearing.h"

/* Where what is, in units; the panels share their left and right edge, which is the time axis. */
typedef struct snq__layout {
    double height;
    double title_y, format_y;          /* baselines */
    snq__box figures;                  /* key figures */
    snq__box regions;                  /* lane of the regions; empty on a sheet without sound */
    snq__box wave, spectrum, loudness; /* panels */
    snq__box bars, chords, keys;       /* lanes under the spectrogram; empty where there is none */
    double legend_y;                   /* from a panel's top up to the baseline above it */
} snq__layout;

/* What of music has a lane. */
enum { SNQ__LANE_BARS = 1, SNQ__LANE_CHORDS = 2, SNQ__LANE_KEYS = 4 };

/* `empty`: the recording has no sample; `lanes`: SNQ__LANE_*. */
snq__layout snq__sheet_layout(int empty, unsigned lanes);

typedef struct snq__sheet {
    snq__canvas canvas;
    snq__layout at;
    const snq_portrait *p;
    const snq_hearing *h;
    const snq_sheet_cfg *cfg;
    double duration_s;
    snq__axis time;
} snq__sheet;

/* Everything on paper: 0xRRGGBBAA. Low, mid and high differ in lightness and along the axis from
 * blue to yellow, which every kind of colour vision but total blindness keeps, and that keeps the
 * lightness. */
#define SNQ__INK_PAPER      0x0D1017FFu
#define SNQ__INK_PANEL      0x10141DFFu
#define SNQ__INK_CARD       0x171C27FFu
#define SNQ__INK_REGION     0x1A2231FFu
#define SNQ__INK_EDGE       0xC8D8F038u
#define SNQ__INK_GRID       0xFFFFFF14u
#define SNQ__INK_BAR        0xFFFFFF30u
#define SNQ__INK_TICK       0xA4AFBFFFu
#define SNQ__INK_TEXT       0xEEF1F6FFu
#define SNQ__INK_LOW        0x2F6FE4FFu
#define SNQ__INK_MID        0xF29A2EFFu
#define SNQ__INK_HIGH       0xFFF6DCFFu
#define SNQ__INK_MOMENTARY  0x6FA5F5FFu
#define SNQ__INK_SHORT_TERM 0xFFC24AFFu
#define SNQ__INK_TARGET     0x63E0C4FFu
#define SNQ__INK_WARN       0xFFB454FFu

/* Text sizes (units). */
#define SNQ__SIZE_TITLE     36.0
#define SNQ__SIZE_FIGURE    33.0
#define SNQ__SIZE_TEXT      20.0
#define SNQ__SIZE_TICK      18.0
#define SNQ__SIZE_SMALL     16.0

/* x of a time; y of a level in a panel from lo (bottom) to hi. */
double snq__sheet_x(const snq__sheet *s, double t_s);
double snq__sheet_y(snq__box panel, double lo, double hi, double value);

/* sheet_head.c */
void snq__sheet_head(snq__sheet *s);
/* sheet_regions.c: the lane, and a shade behind the panels; and lines in front of them */
void snq__sheet_regions(snq__sheet *s);
void snq__sheet_region_edges(snq__sheet *s);
/* sheet_wave.c */
void snq__sheet_wave(snq__sheet *s);
/* sheet_spectrum.c: ERR_NOMEM */
SNQ_MUST_USE snq_status snq__sheet_spectrum(snq__sheet *s);
/* sheet_music.c: which lanes a hearing has; bars, chords and keys; tempo, metre and key in words, "" when there
 * is none */
unsigned snq__sheet_lanes(const snq_hearing *h);
void snq__sheet_music(snq__sheet *s);
void snq__sheet_music_words(const snq_hearing *h, snq_str *to);
/* sheet_loudness.c; the range of the axis for tests */
void snq__sheet_loudness(snq__sheet *s);
void snq__sheet_loudness_range(const snq__sheet *s, double *lo, double *hi);

/* sheet_panels.c: what all panels have */
void snq__sheet_panel(snq__sheet *s, snq__box panel, const char *title, const char *unit,
                      const char *unit_right);
void snq__sheet_time_axis(snq__sheet *s);
/* A tick's label left of the panel, and its line across unless on its edge. */
void snq__sheet_tick(snq__sheet *s, snq__box panel, double y, const char *label);
/* Swatches with words, right-aligned above the panel; the last is rightmost. */
typedef struct snq__key {
    const char *text;
    snq__ink ink;
    double width, dash; /* of the stroke; width 0: a square, ink 0: words alone */
} snq__key;
void snq__sheet_legend(snq__sheet *s, snq__box panel, const snq__key *key, uint32_t keys);
/* One line of words in the middle of a panel. */
void snq__sheet_say(snq__sheet *s, snq__box panel, const char *text);

/* sheet_draw.c: see snq_sheet_draw */
SNQ_MUST_USE snq_status snq__sheet_draw(const snq_portrait *p, const snq_hearing *h,
                                        const snq_sheet_cfg *cfg, snq_sheet_sink sink, void *user);
/* sheet_png.c: rows of 0x??RRGGBB, `stride` pixels each, as a PNG of 256 colours into the sink.
 * ERR_NOMEM, what the sink said. */
SNQ_MUST_USE snq_status snq__sheet_png(const uint32_t *pixel, size_t stride, uint32_t width,
                                       uint32_t height, snq_sheet_sink sink, void *user);

#endif
