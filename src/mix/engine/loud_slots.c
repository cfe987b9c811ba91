// SPDX-License-Identifier: MIT
#include "mix/engine/loud_slots.h"

#include <math.h>

#include "base/alloc.h"
#include "base/audio.h"

enum { BLOCK_SLOTS = 4, ROOM_FIRST = 2048 };
/* ITU-R BS.1770-5, annex 1 */
#define GATE_LUFS   (-70.0)
#define GATE_LU     10.0
#define OFFSET_LUFS (-0.691)

snq_status snq_loud_slots_init(snq_loud_slots *l, uint32_t rate_hz)
{
    const snq_kweight_cfg cfg = { .rate_hz = rate_hz, .channels = 2 };
    *l = (snq_loud_slots) { .slot = rate_hz / SNQ_LOUD_SLOTS_PER_S };
    return snq_kweight_new(&cfg, &l->weight);
}

void snq_loud_slots_clear(snq_loud_slots *l)
{
    snq_kweight_free(l->weight);
    snq_free(l->power);
    *l = (snq_loud_slots) { 0 };
}

static void keep(snq_loud_slots *l, double power)
{
    if (l->count == l->room) {
        const size_t room = l->room ? 2 * l->room : ROOM_FIRST;
        double *p = snq_regrow(l->power, l->room, room, sizeof *p);
        if (!p) {
            l->st = SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for %zu measures of loudness", room);
            return;
        }
        l->power = p;
        l->room = room;
    }
    l->power[l->count++] = power;
}

void snq_loud_slots_push(snq_loud_slots *l, const float *left, const float *right, size_t n)
{
    for (size_t done = 0; done < n && l->st >= 0;) {
        const size_t room = l->slot - l->into;
        const uint32_t k = (uint32_t)(n - done < room ? n - done : room);
        const snq_audio block = { .channel = { (float *)left + done, (float *)right + done },
                                  .channels = 2,
                                  .rate_hz = l->slot * SNQ_LOUD_SLOTS_PER_S,
                                  .frames = k };
        double sum[2];
        snq_kweight_push(l->weight, &block, &k, 1, sum);
        l->sum += sum[0] + sum[1];
        l->into += k;
        done += k;
        if (l->into < l->slot)
            continue;
        keep(l, l->sum / l->slot);
        l->sum = 0.0;
        l->into = 0;
    }
}

static double block_power(const double *power, size_t n)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++)
        sum += power[i];
    return sum / (double)n;
}

/* Mean power of the blocks that are over the gate. */
static double gated(const double *power, size_t n, double gate)
{
    const size_t slots = n < BLOCK_SLOTS ? n : BLOCK_SLOTS;
    double sum = 0.0;
    size_t blocks = 0;
    for (size_t i = 0; slots && i + slots <= n; i++) {
        const double p = block_power(power + i, slots);
        if (p > gate) {
            sum += p;
            blocks++;
        }
    }
    return blocks ? sum / (double)blocks : 0.0;
}

double snq_loud_integrated(const double *power, size_t n)
{
    const double floor = pow(10.0, (GATE_LUFS - OFFSET_LUFS) / 10.0);
    const double relative = gated(power, n, floor) * pow(10.0, -GATE_LU / 10.0);
    return OFFSET_LUFS + 10.0 * log10(gated(power, n, relative > floor ? relative : floor));
}
