// SPDX-License-Identifier: MIT
/* sheet -- the picture of a recording on one sheet, as a PNG.
 *
 * From top to bottom: name and format, with tempo, metre and key; key figures, regions, waveform coloured
 * by frequency band, spectrogram on a logarithmic axis, under it lanes for bars, chords and keys
 * where there are any, loudness over time with the integrated value and a target; one time axis for
 * all. What could not be measured is a dash with its reason. A recording without
 * a sample gives a sheet that says so.
 *
 * Drawing needs cairo and FreeType. They are not linked with the program: they are behind the shared
 * module libsnq_plot.so, which snq_sheet_preload (or else the first snq_sheet_draw) loads; where it
 * is looked for: base/module.h. After the module is loaded, drawing opens no file, starts no thread
 * and keeps nothing: it may happen in a process that has been confined, or forked, since. So the
 * font comes as the bytes of its file, which the caller reads beforehand (snq_sheet_font_path).
 *
 * Same input, same bytes, on one machine. Threads: [any]. */
#ifndef SNQ_PLOT_SHEET_H
#define SNQ_PLOT_SHEET_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"
#include "plot/portrait.h"
#include "score/hearing.h"

/* Takes n bytes (borrowed for the call); a negative status stops the drawing, which returns it. The
 * same type as snq_json_sink. */
typedef snq_status (*snq_sheet_sink)(void *user, const char *bytes, size_t n);

enum { SNQ_SHEET_WIDTH_MIN_PX = 800, SNQ_SHEET_WIDTH_MAX_PX = 4000 };

typedef struct snq_sheet_font {
    const void *bytes; /* of a TrueType or OpenType file; borrowed */
    size_t n;
} snq_sheet_font;

typedef struct snq_sheet_cfg {
    uint32_t width_px;  /* 800 .. 4000; the height follows (default 1600) */
    double target_lufs; /* -70 .. 0: a line in the loudness panel; NaN: none (default -23) */
    const char *title;  /* UTF-8, usually the file's name; any bytes are legal; NULL: the last part
                           of the hearing's path (default); borrowed */
    snq_sheet_font regular; /* needed (default none) */
    snq_sheet_font bold;    /* bytes NULL: regular serves (default) */
} snq_sheet_cfg;

snq_sheet_cfg snq_sheet_cfg_default(void);

/* Where the font lies on usual systems: path i (static), NULL past the last; `bold` is 0 or 1. The
 * caller takes the first that is there. */
const char *snq_sheet_font_path(unsigned i, int bold);

/* Load the module now: before a sandbox is closed or a child is forked. [any] May be called again.
 * ERR_UNSUPPORTED: missing or of another build; the text names the packages. */
SNQ_MUST_USE snq_status snq_sheet_preload(void);
/* Libraries of the module: name of i (static), NULL past the last; *purpose and *version static, or
 * valid until the next call on this thread; "missing" when the module can't be loaded. Loads it. */
const char *snq_sheet_library(unsigned i, const char **purpose, const char **version);

/* Draw; all borrowed for the call. The hearing and the portrait are of the same recording. Errors:
 * ERR_UNSUPPORTED (module), ERR_RANGE (cfg, names the field), ERR_FORMAT (the font), ERR_NOMEM, what
 * the sink said. */
SNQ_MUST_USE snq_status snq_sheet_draw(const snq_portrait *p, const snq_hearing *h,
                                       const snq_sheet_cfg *cfg, snq_sheet_sink sink, void *user);

#endif
