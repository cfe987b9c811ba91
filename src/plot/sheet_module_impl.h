// SPDX-License-Identifier: MIT
/* sheet_module -- the part of plot that needs cairo, FreeType and libpng, as a shared module with one
 * symbol (private to plot). It has its own copy of base; its error text is its own too. */
#ifndef SNQ_PLOT_SHEET_MODULE_IMPL_H
#define SNQ_PLOT_SHEET_MODULE_IMPL_H

#include <stdint.h>

#include "plot/map_sheet.h"
#include "plot/sheet.h"
#include "plot/watch_sheet.h"

#define SNQ__SHEET_MODULE_FILE    "libsnq_plot.so"
#define SNQ__SHEET_MODULE_SYMBOL  "snq_plot"
#define SNQ__SHEET_MODULE_VERSION "plot 3, sonique " SNQ_VERSION

enum { SNQ__SHEET_LIBRARIES = 3, SNQ__SHEET_VERSION_BYTES = 32 };

typedef struct snq__sheet_module {
    uint32_t module_bytes; /* sizeof of this, and of what passes through it; never moves */
    uint32_t portrait_bytes, hearing_bytes, sight_bytes, look_bytes, map_bytes, lane_bytes,
        cfg_bytes;
    char version[64]; /* SNQ__SHEET_MODULE_VERSION of its build */
    snq_status (*draw)(const snq_portrait *p, const snq_hearing *h, const snq_sheet_cfg *cfg,
                       snq_sheet_sink sink, void *user);
    snq_status (*draw_watch)(const snq_sight *sight, const snq_watch_look *look,
                             const snq_sheet_cfg *cfg, snq_sheet_sink sink, void *user);
    snq_status (*draw_map)(const snq_map_sheet *m, const snq_sheet_cfg *cfg, snq_sheet_sink sink,
                           void *user);
    const char *(*last_error)(void); /* text of the thread's last failure within the module */
    void (*library_version)(unsigned i, char to[SNQ__SHEET_VERSION_BYTES]);
} snq__sheet_module;

/* What a module must say to be used; the same words fill and check the tag. */
#define SNQ__SHEET_MODULE_TAG                                                          \
    .module_bytes = sizeof(snq__sheet_module), .portrait_bytes = sizeof(snq_portrait), \
    .hearing_bytes = sizeof(snq_hearing), .sight_bytes = sizeof(snq_sight),            \
    .look_bytes = sizeof(snq_watch_look), .map_bytes = sizeof(snq_map_sheet),          \
    .lane_bytes = sizeof(snq_map_sheet_lane), .cfg_bytes = sizeof(snq_sheet_cfg),      \
    .version = SNQ__SHEET_MODULE_VERSION

extern const snq__sheet_module snq_plot __attribute__((visibility("default")));

#endif
