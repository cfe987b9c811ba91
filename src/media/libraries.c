// SPDX-License-Identifier: MIT
#include "media/libraries.h"

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/avutil.h>
#include <nettle/version.h>
#include <stdio.h>

const char *snq_media_library(unsigned i, const char **purpose, const char **version)
{
    static _Thread_local char text[32];
    static const struct {
        const char *name, *purpose;
        unsigned (*version)(void);
    } tab[] = { { "libavformat", "containers", avformat_version },
                { "libavcodec", "codecs", avcodec_version },
                { "libavutil", "Fourier transforms", avutil_version } };
    *version = text;
    if (i < sizeof tab / sizeof tab[0]) {
        const unsigned v = tab[i].version();
        *purpose = tab[i].purpose;
        snprintf(text, sizeof text, "%u.%u.%u", v >> 16, v >> 8 & 255, v & 255);
        return tab[i].name;
    }
    if (i > sizeof tab / sizeof tab[0])
        return NULL;
    *purpose = "SHA-256";
    snprintf(text, sizeof text, "%d.%d", nettle_version_major(), nettle_version_minor());
    return "nettle";
}
