// SPDX-License-Identifier: MIT
#include "plot/sheet_module_impl.h"

#include <cairo.h>
#include <ft2build.h>
#include <png.h>
#include <stdio.h>

#include FT_FREETYPE_H

#include "plot/map_sheet_impl.h"
#include "plot/sheet_impl.h"
#include "plot/watch_sheet_impl.h"

/* In the order of snq_sheet_library. */
static void library_version(unsigned i, char to[SNQ__SHEET_VERSION_BYTES])
{
    if (i == 0)
        snprintf(to, SNQ__SHEET_VERSION_BYTES, "%s", cairo_version_string());
    else if (i == 1)
        snprintf(to, SNQ__SHEET_VERSION_BYTES, "%d.%d.%d", FREETYPE_MAJOR, FREETYPE_MINOR,
                 FREETYPE_PATCH);
    else
        snprintf(to, SNQ__SHEET_VERSION_BYTES, "%s", png_get_libpng_ver(NULL));
}

const snq__sheet_module snq_plot = { SNQ__SHEET_MODULE_TAG,
                                     .draw = snq__sheet_draw,
                                     .draw_watch = snq__watch_sheet_draw,
                                     .draw_map = snq__map_sheet_draw,
                                     .last_error = snq_last_error,
                                     .library_version = library_version };
