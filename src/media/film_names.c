// SPDX-License-Identifier: MIT
#include "media/film_mux.h"

#include <string.h>

#include "media/container_impl.h"

static const char *const ending_tab[] = {
#define X(name, number, ending) [number] = "." ending,
    SNQ_FILM_CONTAINER_MAP(X)
#undef X
};

const char *snq_film_ending(snq_film_container container)
{
    return ending_tab[container];
}

snq_status snq_film_container_of(const char *path, snq_film_container *out)
{
    char ending[8];
    snq__extension(path, ending, sizeof ending);
    for (int i = 0; i < SNQ_FILM_CONTAINERS; i++)
        if (strcmp(ending, ending_tab[i] + 1) == 0) {
            *out = (snq_film_container)i;
            return SNQ_OK;
        }
    return SNQ_FAIL(SNQ_ERR_ARG,
                    "a film's name ends in .mp4, .m4v, .mov, .mkv or .webm, not \"%s\"", path);
}

snq_status snq_film_fits(const snq_film_info *info, snq_film_container container)
{
    if (info->fits >> container & 1)
        return SNQ_OK;
    return SNQ_FAIL(SNQ_ERR_UNSUPPORTED, "%s pictures can't be put into %s: name the output %s",
                    info->video_codec, ending_tab[container],
                    info->fits >> SNQ_FILM_MKV & 1 ? ".mkv" : ".mov");
}
