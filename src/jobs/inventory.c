// SPDX-License-Identifier: MIT
#include "jobs/inventory.h"

#include <stdio.h>

#include "base/attr.h"
#include "dsp/kernels.h"
#include "listen/analyser.h"
#include "media/audio_writer.h"
#include "media/libraries.h"
#include "plot/sheet.h"
#include "synth/kernel_names.h"
#include "synth/soundfont.h"
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
    static const struct {
        const char *(*kernel)(unsigned i, const char **picked);
        const char *title;
    } room_tab[] = {
        { snq_dsp_kernels, "inner loop" },
        { snq_watch_kernels, "inner loop of the optical flow" },
        { snq_synth_kernels, "inner loop of the instruments" },
    };
    for (size_t r = 0; r < SNQ_COUNT(room_tab); r++) {
        const char *picked = "c", *name = room_tab[r].kernel(i, &picked);
        if (name) {
            *out = (snq_inventory_item) { name, room_tab[r].title, picked };
            return 1;
        }
        uint32_t count = 0;
        while (room_tab[r].kernel(count, &picked))
            count++;
        i -= count;
    }
    return 0;
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

static void put_problem(snq_inventory_part *part, snq_status st)
{
    snprintf(part->problem, sizeof part->problem, "%s", st < 0 ? snq_last_error() : "");
}

int snq_inventory_encoder(uint32_t i, snq_inventory_part *out)
{
    static const struct {
        const char *id, *title;
    } format_tab[] = {
        [SNQ_AUDIO_FORMAT_WAV] = { "wav", "PCM of 24 bits" },
        [SNQ_AUDIO_FORMAT_FLAC] = { "flac", "lossless, 24 bits" },
        [SNQ_AUDIO_FORMAT_MP3] = { "mp3", "MPEG layer III, 256 kbit/s" },
        [SNQ_AUDIO_FORMAT_M4A] = { "m4a", "AAC in MP4, 256 kbit/s" },
        [SNQ_AUDIO_FORMAT_OPUS] = { "opus", "Opus in Ogg, 160 kbit/s" },
    };
    if (i >= SNQ_COUNT(format_tab))
        return 0;
    const snq_audio_writer_cfg cfg = snq_audio_writer_cfg_default((snq_audio_format)i);
    *out = (snq_inventory_part) { .id = format_tab[i].id, .title = format_tab[i].title };
    put_problem(out, snq_audio_writer_check(&cfg));
    return 1;
}

int snq_inventory_engine(uint32_t i, snq_inventory_part *out)
{
    const char *bank;
    if (i > 0)
        return 0;
    *out = (snq_inventory_part) { .id = "soundfont",
                                  .title = "recorded instruments, played by FluidSynth" };
    put_problem(out, snq_soundfont_find(&bank));
    snprintf(out->detail, sizeof out->detail, "%s", bank ? bank : "");
    return 1;
}
