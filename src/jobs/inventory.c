// SPDX-License-Identifier: MIT
#include "jobs/inventory.h"

#include "dsp/kernels.h"
#include "listen/analyser.h"
#include "media/libraries.h"
#include "plot/sheet.h"
#include "watch/kernel_list.h"

int snq_inventory_analyser(uint32_t i, snq_inventory_item *out)
{
    uint32_t count;
    const snq_analyser *const *all = snq_analysers(&count);
    if (i >= count)
        return 0;
    *out = (snq_inventory_item) { all[i]->id, all[i]->title, all[i]->version };
    return 1;
}

int snq_inventory_kernel(uint32_t i, snq_inventory_item *out)
{
    const char *picked = "c";
    const char *name = snq_dsp_kernels(i, &picked), *title = "inner loop";
    if (!name) { /* past those of dsp: those of the eyes */
        uint32_t of_dsp = 0;
        while (snq_dsp_kernels(of_dsp, NULL))
            of_dsp++;
        name = snq_watch_kernels(i - of_dsp, &picked);
        title = "inner loop of the optical flow";
    }
    if (!name)
        return 0;
    *out = (snq_inventory_item) { name, title, picked };
    return 1;
}

int snq_inventory_library(uint32_t i, snq_inventory_item *out)
{
    const char *purpose = "", *version = "";
    uint32_t media = 0;
    const char *name = snq_media_library(i, &purpose, &version);
    if (!name) { /* past those of media: those of plot */
        while (media < i && snq_media_library(media, &purpose, &version))
            media++;
        name = snq_sheet_library(i - media, &purpose, &version);
    }
    if (!name)
        return 0;
    *out = (snq_inventory_item) { name, purpose, version };
    return 1;
}
