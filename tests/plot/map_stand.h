// SPDX-License-Identifier: MIT
/* map_stand -- a film and its curves with known content. */
#ifndef SNQ_TESTS_PLOT_MAP_STAND_H
#define SNQ_TESTS_PLOT_MAP_STAND_H

#include "plot/map_sheet.h"
#include "watch_stand.h"

enum { MAP_STAND_LANES = 4, MAP_STAND_LOUDNESS = 100 };

typedef struct map_stand {
    watch_stand film; /* 10 s; thumbs red until 5 s, then blue */
    snq_curve curve[MAP_STAND_LANES];
    snq_map_sheet_lane lane[MAP_STAND_LANES];
    snq_score score; /* 120 BPM, 4/4: bars of 2 s; two sections of 5 s, energies 0.25 and 1 */
    snq_map_sheet_hit hit[3];
    float lufs[MAP_STAND_LOUDNESS]; /* each tenth of a second: -12 until 5 s, then silence */
    snq_map_sheet sheet;            /* all of it */
} map_stand;

/* At 120 BPM: lane 0 "cutoff" 100 .. 10000 Hz, log, at 100 until 5 s, then at 10000; its default stands in from 2 to 3 s.
 * Lane 1 "density" 0 .. 1, straight from 0 up to 1. Lane 2 "wave" of three choices: the first until 5 s, then the last.
 * Lane 3 "pad" rests wholly. Skips the test where there is no font. */
void map_stand_init(map_stand *m);
void map_stand_clear(map_stand *m);
/* As picture_draw. */
void map_picture_draw(picture *p, const map_stand *m);

#endif
