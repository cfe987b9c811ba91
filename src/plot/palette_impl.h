// SPDX-License-Identifier: MIT
/* palette -- a picture of any colours as one of 256 (private to plot). How they are chosen: top of
 * palette.c. */
#ifndef SNQ_PLOT_PALETTE_IMPL_H
#define SNQ_PLOT_PALETTE_IMPL_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"

enum { SNQ__PALETTE_MAX = 256 };

typedef struct snq__palette {
    uint32_t colours;
    uint32_t rgb[SNQ__PALETTE_MAX]; /* 0x00RRGGBB */
    uint8_t *index;                 /* (height, width), owned */
} snq__palette;

/* `pixel` (height, stride) as 0x??RRGGBB, borrowed; `given` (givens,) colours that are in the palette in
 * any case, at most 200. On error *out is cleared. ERR_NOMEM. */
SNQ_MUST_USE snq_status snq__palette_init(snq__palette *out, const uint32_t *pixel, size_t stride,
                                          uint32_t width, uint32_t height, const uint32_t *given,
                                          uint32_t givens);
void snq__palette_clear(snq__palette *p);

#endif
