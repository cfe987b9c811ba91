// SPDX-License-Identifier: MIT
#include <string.h>

#include "synth/voice_source_impl.h"

const snq__source_type *snq__source_find(const char *name)
{
    static const snq__source_type *const all[] = {
        &snq__source_fm,     &snq__source_formant, &snq__source_grain, &snq__source_noise,
        &snq__source_sample, &snq__source_string,  &snq__source_wave,
    };
    for (size_t i = 0; i < SNQ_COUNT(all); i++)
        if (strcmp(all[i]->name, name) == 0)
            return all[i];
    return NULL;
}
