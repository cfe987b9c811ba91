// SPDX-License-Identifier: MIT
/* IDEA   Cairo comes with more than twenty shared objects. They are behind a module, which is loaded
 *        when a picture is wanted; this file is the door to it.
 * STEPS  linked in   a program that has the module's objects (the tests) uses those
 *        module      else it is looked for and loaded as base/module.c tells
 *        keep        the table's address, for good
 * LIMITS The first call must come before a sandbox closes. */
#include "plot/sheet.h"

#include <stdatomic.h>
#include <string.h>

#include "base/module.h"
#include "plot/map_sheet.h"
#include "plot/sheet_module_impl.h"
#include "plot/watch_sheet.h"

/* Defined where the module's objects are linked into the program. */
extern const snq__sheet_module snq_plot __attribute__((weak));

/* Written once with the address of constant data; two threads that load at once write the same. */
static _Atomic(const snq__sheet_module *) sheet_module;

snq_sheet_cfg snq_sheet_cfg_default(void)
{
    /* -23 LUFS: EBU R 128, the only target that is a standard and not one service's habit */
    return (snq_sheet_cfg) { .width_px = 1600, .target_lufs = -23.0 };
}

const char *snq_sheet_font_path(unsigned i, int bold)
{
    static const char *const path[][2] = {
        /* Debian, Ubuntu (fonts-dejavu-core); Arch; Fedora, openSUSE; Alpine */
        { "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
          "/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf" },
        { "/usr/share/fonts/TTF/DejaVuSans.ttf", "/usr/share/fonts/TTF/DejaVuSans-Bold.ttf" },
        { "/usr/share/fonts/dejavu-sans-fonts/DejaVuSans.ttf",
          "/usr/share/fonts/dejavu-sans-fonts/DejaVuSans-Bold.ttf" },
        { "/usr/share/fonts/dejavu/DejaVuSans.ttf", "/usr/share/fonts/dejavu/DejaVuSans-Bold.ttf" },
        /* where there is no DejaVu: wide coverage first */
        { "/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf",
          "/usr/share/fonts/truetype/noto/NotoSans-Bold.ttf" },
        { "/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf",
          "/usr/share/fonts/truetype/liberation/LiberationSans-Bold.ttf" },
    };
    return i < SNQ_COUNT(path) ? path[i][bold != 0] : NULL;
}

static int same_build(const void *table)
{
    static const snq__sheet_module ours = { SNQ__SHEET_MODULE_TAG };
    const snq__sheet_module *m = table;
    return m->module_bytes == ours.module_bytes && m->portrait_bytes == ours.portrait_bytes &&
           m->hearing_bytes == ours.hearing_bytes && m->sight_bytes == ours.sight_bytes &&
           m->look_bytes == ours.look_bytes && m->map_bytes == ours.map_bytes &&
           m->lane_bytes == ours.lane_bytes && m->cfg_bytes == ours.cfg_bytes &&
           strncmp(m->version, ours.version, sizeof ours.version) == 0;
}

static snq_status load(const snq__sheet_module **out)
{
    static const snq_module module = { SNQ__SHEET_MODULE_FILE, SNQ__SHEET_MODULE_SYMBOL, same_build,
                                       "a picture", "the packages libcairo2 and libfreetype6" };
    const void *table = &snq_plot;
    *out = atomic_load_explicit(&sheet_module, memory_order_acquire);
    if (*out)
        return SNQ_OK;
    if (!table)
        SNQ_TRY(snq_module_load(&module, &table));
    *out = table;
    atomic_store_explicit(&sheet_module, *out, memory_order_release);
    return SNQ_OK;
}

snq_status snq_sheet_preload(void)
{
    const snq__sheet_module *m;
    return load(&m);
}

const char *snq_sheet_library(unsigned i, const char **purpose, const char **version)
{
    static _Thread_local char text[SNQ__SHEET_VERSION_BYTES];
    static const struct {
        const char *name, *purpose, *missing;
    } tab[SNQ__SHEET_LIBRARIES] = {
        { "cairo", "pictures", "pictures: needs the module " SNQ__SHEET_MODULE_FILE },
        { "FreeType", "text on pictures",
          "text on pictures: needs the module " SNQ__SHEET_MODULE_FILE },
        { "libpng", "PNG", "PNG: needs the module " SNQ__SHEET_MODULE_FILE },
    };
    const snq__sheet_module *m;
    if (i >= SNQ__SHEET_LIBRARIES)
        return NULL;
    if (load(&m) < 0) {
        *purpose = tab[i].missing;
        *version = "missing";
    } else {
        m->library_version(i, text);
        *purpose = tab[i].purpose;
        *version = text;
    }
    return tab[i].name;
}

/* NaN, no target, is legal. */
static snq_status check_cfg(const snq_sheet_cfg *cfg)
{
    if (cfg->width_px < SNQ_SHEET_WIDTH_MIN_PX || cfg->width_px > SNQ_SHEET_WIDTH_MAX_PX)
        return SNQ_FAIL(SNQ_ERR_RANGE, "width_px %u is not within %d .. %d", cfg->width_px,
                        SNQ_SHEET_WIDTH_MIN_PX, SNQ_SHEET_WIDTH_MAX_PX);
    if (cfg->target_lufs < -70.0 || cfg->target_lufs > 0.0)
        return SNQ_FAIL(SNQ_ERR_RANGE, "target_lufs %g is not within -70 .. 0", cfg->target_lufs);
    return SNQ_OK;
}

/* The module's words become ours. */
static snq_status say_again(const snq__sheet_module *m, snq_status st)
{
    return st < 0 && m != &snq_plot ? SNQ_FAIL(st, "%s", m->last_error()) : st;
}

snq_status snq_sheet_draw(const snq_portrait *p, const snq_hearing *h, const snq_sheet_cfg *cfg,
                          snq_sheet_sink sink, void *user)
{
    const snq__sheet_module *m;
    SNQ_TRY(check_cfg(cfg));
    SNQ_TRY(load(&m));
    return say_again(m, m->draw(p, h, cfg, sink, user));
}

snq_status snq_watch_sheet_draw(const snq_sight *sight, const snq_watch_look *look,
                                const snq_sheet_cfg *cfg, snq_sheet_sink sink, void *user)
{
    const snq__sheet_module *m;
    SNQ_TRY(check_cfg(cfg));
    SNQ_TRY(load(&m));
    return say_again(m, m->draw_watch(sight, look, cfg, sink, user));
}

static snq_status check_map(const snq_map_sheet *m)
{
    if (m->lanes > SNQ_MAP_SHEET_LANES_MAX)
        return SNQ_FAIL(SNQ_ERR_RANGE, "%u lanes, at most %d are possible", m->lanes,
                        SNQ_MAP_SHEET_LANES_MAX);
    if (!m->score && !(m->bpm > 0 && m->bpm <= 1e6))
        return SNQ_FAIL(SNQ_ERR_RANGE, "bpm %g is no tempo", m->bpm);
    if (!(m->lead_s >= 0 && m->lead_s <= 1e6))
        return SNQ_FAIL(SNQ_ERR_RANGE, "lead_s %g is not within 0 .. 1e6", m->lead_s);
    if (m->loudness && !(m->loudness_step_s > 0))
        return SNQ_FAIL(SNQ_ERR_RANGE, "loudness_step_s %g is not above 0", m->loudness_step_s);
    return SNQ_OK;
}

snq_status snq_map_sheet_draw(const snq_map_sheet *map, const snq_sheet_cfg *cfg,
                              snq_sheet_sink sink, void *user)
{
    const snq__sheet_module *m;
    SNQ_TRY(check_cfg(cfg));
    SNQ_TRY(check_map(map));
    SNQ_TRY(load(&m));
    return say_again(m, m->draw_map(map, cfg, sink, user));
}
