// SPDX-License-Identifier: MIT
#include "media/libraries.h"

#include <nettle/version.h>
#include <stdio.h>

#include "media/av_loader_impl.h"
#include "media/flac_impl.h"

enum { FORMAT, CODEC, FLAC, NETTLE, COUNT };

static void dotted(char to[32], unsigned v)
{
    snprintf(to, 32, "%u.%u.%u", v >> 16, v >> 8 & 255, v & 255);
}

const char *snq_media_library(unsigned i, const char **purpose, const char **version)
{
    static _Thread_local char text[32];
    static const struct {
        const char *name, *purpose, *missing;
    } tab[COUNT] = {
        [FORMAT] = { "libavformat", "containers",
                     "containers: needs the module " SNQ__AV_MODULE_FILE },
        [CODEC] = { "libavcodec", "codecs", "codecs: needs the module " SNQ__AV_MODULE_FILE },
        [FLAC] = { "libFLAC", "FLAC", "" },
        [NETTLE] = { "nettle", "SHA-256", "" },
    };
    const snq__av_module *av = NULL;
    if (i >= COUNT)
        return NULL;
    const int missing = (i == FORMAT || i == CODEC) && snq__av_load(&av) < 0;
    *purpose = missing ? tab[i].missing : tab[i].purpose;
    *version = text;
    if (missing)
        snprintf(text, sizeof text, "missing");
    else if (i == NETTLE)
        snprintf(text, sizeof text, "%d.%d", nettle_version_major(), nettle_version_minor());
    else if (i == FLAC)
        snprintf(text, sizeof text, "%s", snq__flac_version());
    else
        dotted(text, (i == FORMAT ? av->format_version : av->codec_version)());
    return tab[i].name;
}

snq_status snq_media_preload(void)
{
    const snq__av_module *av;
    return snq__av_load(&av);
}

int snq_media_loaded(void)
{
    return snq__av_loaded();
}
