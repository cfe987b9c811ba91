// SPDX-License-Identifier: MIT
/* sheet_stand -- portraits and hearings with known content, fonts, and a decoder of what is drawn. */
#ifndef SNQ_TESTS_PLOT_SHEET_STAND_H
#define SNQ_TESTS_PLOT_SHEET_STAND_H

#include "base/str.h"
#include "plot/sheet.h"

typedef struct stand {
    snq_portrait portrait;
    snq_hearing hearing;
    snq_sheet_cfg cfg;
    snq_sheet_font font[2]; /* owned; regular and bold, as in the cfg */
} stand;

/* 8 s of 48 kHz: the middle band alone, amplitude 0.5 in the first half and 0.25 in the second; rows
 * 119 to 121 of the spectrum alone, at -20 dBFS; momentary and short-term -18 LUFS; one region from 2 to 4 s;
 * integrated -18 LUFS. Skips the test where there is no font. */
void stand_init(stand *s);
void stand_clear(stand *s);
/* Music: a beat each half second, bars of four from 1 s on; C until 2 s, nothing until 4 s, Am7 over G until
 * 6 s, then F# diminished; the key is E minor, from 4 s on G major. */
void stand_music(stand *s);

typedef struct picture {
    uint32_t width, height;
    uint8_t *rgb; /* (height, width, 3) owned */
    char *png;    /* (bytes,) owned */
    size_t bytes;
} picture;

/* Takes bytes into a snq_str, which is `user`. */
snq_status picture_sink(void *user, const char *bytes, size_t n);
/* Decodes what a sink got, by libpng, and owns its bytes from then on; fails the test unless it succeeds. */
void picture_take(picture *p, const snq_str *png);
/* Draw and decode; fails the test unless both succeed. */
void picture_draw(picture *p, const stand *s);
void picture_clear(picture *p);
/* 0xRRGGBB */
uint32_t picture_at(const picture *p, uint32_t x, uint32_t y);
/* Largest difference of a channel. */
uint32_t picture_differs(uint32_t a, uint32_t b);
/* Sum of the channels of a pixel. */
uint32_t picture_light(const picture *p, uint32_t x, uint32_t y);

#endif
