// SPDX-License-Identifier: MIT
#include "jobs/render_names.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { TRACK_ROOM = 48, LANE_ROOM = 32, NUMBER_MAX = 99999 };

static void file_name(const char *name, char *to, size_t room)
{
    size_t n = 0;
    for (; *name && n + 1 < room; name++) {
        const unsigned char c = (unsigned char)*name;
        const int plain = c < 0x80 && (isalnum(c) || (n && strchr("._-", c)));
        if ((c & 0xC0) != 0x80) /* one for each character */
            to[n++] = plain ? *name : '_';
    }
    to[n] = '\0';
}

static int is_taken(const snq_render_report *r, const char *file)
{
    for (uint32_t i = 0; i + 1 < r->stems; i++)
        if (strcasecmp(r->stem[i].file, file) == 0)
            return 1;
    return 0;
}

void snq_render_name_stem(snq_render_report *r, snq_audio_format format)
{
    snq_render_stem *s = &r->stem[r->stems - 1];
    char track[TRACK_ROOM], lane[LANE_ROOM], number[8] = "";
    file_name(s->name, track, sizeof track);
    file_name(s->lane, lane, sizeof lane);
    /* there are fewer stems than numbers: one is free */
    for (int k = 2; k <= NUMBER_MAX; k++) {
        snprintf(s->file, sizeof s->file, "stems/%s%s%s%s%s%s", *lane ? "lanes/" : "", track,
                 *lane ? "." : "", lane, number, snq_audio_format_ending(format));
        if (!is_taken(r, s->file))
            return;
        snprintf(number, sizeof number, "_%d", k);
    }
}

void snq_render_name_whole(snq_render_stem *s, const char *name, snq_audio_format format)
{
    snprintf(s->name, sizeof s->name, "%s", name);
    snprintf(s->file, sizeof s->file, "%s%s", name, snq_audio_format_ending(format));
}
