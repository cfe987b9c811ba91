// SPDX-License-Identifier: MIT
#include "listen/analyser.h"

#include <string.h>

static const snq_analyser *const registry[] = {
    &snq_regions_analyser, &snq_loudness_analyser, &snq_dynamics_analyser, &snq_spectrum_analyser,
    &snq_stereo_analyser,  &snq_onsets_analyser,   &snq_beats_analyser,    &snq_key_analyser,
    &snq_chords_analyser,  &snq_patterns_analyser,
};

const snq_analyser *const *snq_analysers(uint32_t *count)
{
    *count = SNQ_COUNT(registry);
    return registry;
}

const snq_analyser *snq_analyser_find(const char *id)
{
    for (size_t i = 0; i < SNQ_COUNT(registry); i++)
        if (strcmp(registry[i]->id, id) == 0)
            return registry[i];
    return NULL;
}
