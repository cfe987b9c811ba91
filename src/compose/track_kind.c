// SPDX-License-Identifier: MIT
#include "compose/track_kind.h"

#include <math.h>
#include <string.h>

/* In the order they are made. */
static const snq_track_kind *const kind_tab[] = {
    &snq__kind_drums,
    &snq__kind_percussion,
    &snq__kind_bass,
    &snq__kind_harmony,
    &snq__kind_pad,
    &snq__kind_arpeggio,
    &snq__kind_melody,
    &snq__kind_vocal,
    &snq__kind_effects,
    &snq__kind_texture,
};
enum { KINDS = sizeof kind_tab / sizeof *kind_tab };

const snq_track_kind *const *snq_track_kinds(size_t *n)
{
    *n = KINDS;
    return kind_tab;
}

const snq_track_kind *snq_track_kind_find(const char *id)
{
    for (size_t i = 0; i < KINDS; i++)
        if (strcmp(kind_tab[i]->id, id) == 0)
            return kind_tab[i];
    return NULL;
}

/* ---- random numbers ---- */

/* Fowler, Noll and Vo's hash, 1a, over the bytes of a word. */
static uint64_t hash_word(uint64_t h, const char *word)
{
    for (; *word; word++)
        h = (h ^ (uint8_t)*word) * 0x100000001B3u;
    return h;
}

static uint64_t stir(uint64_t z)
{
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

snq_rng snq_track_rng(const snq_track_job *job, const char *what, uint32_t a, uint32_t b)
{
    uint64_t h = stir(job->seed + 0x9E3779B97F4A7C15u);
    h = stir(hash_word(h ^ 0xCBF29CE484222325u, what));
    h = stir(h + ((uint64_t)a << 32 | b));
    snq_rng r;
    snq_rng_init(&r, h);
    return r;
}

uint32_t snq_rng_choose(snq_rng *r, const float *weight, uint32_t n)
{
    double sum = 0.0;
    for (uint32_t i = 0; i < n; i++)
        sum += weight[i];
    double left = snq_rng_uniform(r) * sum;
    uint32_t last = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (!(weight[i] > 0.0f))
            continue;
        last = i;
        left -= weight[i];
        if (left < 0.0)
            break;
    }
    return last;
}

/* ---- notes ---- */

snq_status snq_track_put(snq_track *t, double step, double steps, int pitch, double velocity)
{
    if (pitch < 0 || pitch > 127 || !(step >= 0.0))
        return SNQ_OK;
    const double length = floor(steps * SNQ_TICKS_PER_STEP + 0.5), v = floor(velocity + 0.5);
    const snq_note note = {
        .tick = (int64_t)floor(step * SNQ_TICKS_PER_STEP + 0.5),
        .length = length > 1.0 ? (int64_t)length : 1,
        .pitch = (uint8_t)pitch,
        .velocity = (uint8_t)(v > 127.0 ? 127.0
                              : v > 1.0 ? v
                                        : 1.0),
        .release = 64,
    };
    return snq_track_add_note(t, &note);
}
