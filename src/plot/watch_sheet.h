// SPDX-License-Identifier: MIT
/* watch_sheet -- the picture of a video's motion on one sheet, as a PNG.
 *
 * From top to bottom: name and format; key figures; a map of where it moves for the drift and each
 * observable band, on a frame of the video, with its regions; over one time axis the events, the speed
 * of all motion and of each band, and how light and colourful the picture is; last how often it moves
 * (a spectrum with the bands' frequencies) and of what type each band is. What could not be measured
 * says why.
 *
 * Module, font, sink and threads: as plot/sheet.h says; snq_sheet_preload loads it. Same input, same
 * bytes, on one machine. */
#ifndef SNQ_PLOT_WATCH_SHEET_H
#define SNQ_PLOT_WATCH_SHEET_H

#include "base/attr.h"
#include "base/status.h"
#include "plot/sheet.h"
#include "score/sight.h"
#include "score/watch_look.h"

/* Draw; all borrowed for the call. The sight and the look are of the same video; the look may have
 * nothing in it. cfg's title: NULL, the last part of the sight's path; its target is not looked at.
 * Errors: as of snq_sheet_draw. */
SNQ_MUST_USE snq_status snq_watch_sheet_draw(const snq_sight *sight, const snq_watch_look *look,
                                             const snq_sheet_cfg *cfg, snq_sheet_sink sink,
                                             void *user);

#endif
