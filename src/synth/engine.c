// SPDX-License-Identifier: MIT
#include "synth/engine_impl.h"

#include <string.h>

/* The engines of this build. */
static const snq__engine *const engines[] = {
    &snq__engine_voice,
    &snq__engine_drums,
    &snq__engine_soundfont,
};

const snq__engine *snq__engine_find(const char *name)
{
    for (size_t i = 0; i < SNQ_COUNT(engines); i++)
        if (!strcmp(engines[i]->name, name))
            return engines[i];
    return NULL;
}
