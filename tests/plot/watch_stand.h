// SPDX-License-Identifier: MIT
/* watch_stand -- a sight and a look with known content. */
#ifndef SNQ_TESTS_PLOT_WATCH_STAND_H
#define SNQ_TESTS_PLOT_WATCH_STAND_H

#include "plot/watch_sheet.h"
#include "sheet_stand.h"

typedef struct watch_stand {
    stand fonts; /* and the cfg */
    snq_sight sight;
    snq_watch_look look;
} watch_stand;

/* 320 x 160 px, 10 s at 30 fps. Frame: grey 100. Bands: ulf and uhf unobservable, lf still; mf 20 px/s in the left
 * half of the frame, energy 0 until 5 s and 100 from then on, all oscillatory at 2 Hz, one region at (40, 40)
 * of 80 x 80 px; hf 5 px/s in the right half, energy 1 throughout, of four types in equal shares. Drift 40 px/s
 * to the right. Spectrum: 1 at 1.9 to 2.1 Hz, else 0.001. Luma 0.25, blue of saturation 0.5. A cut at 5 s, a
 * flash at 7.5 s. Skips the test where there is no font. */
void watch_stand_init(watch_stand *w);
void watch_stand_clear(watch_stand *w);
/* As picture_draw. */
void watch_picture_draw(picture *p, const watch_stand *w);

#endif
