// SPDX-License-Identifier: MIT
/* heat -- the colours of the spectrogram, dark to bright (private to plot). */
#ifndef SNQ_PLOT_HEAT_IMPL_H
#define SNQ_PLOT_HEAT_IMPL_H

#include <stdint.h>

enum { SNQ__HEAT_COLOURS = 128 };

/* 0xRRGGBB, even steps to the eye */
extern const uint32_t snq__heat[SNQ__HEAT_COLOURS];

#endif
