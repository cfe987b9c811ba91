// SPDX-License-Identifier: MIT
#include "rows.h"

#include <math.h>
#include <stdlib.h>

#define NOTHING (-6.0f)

rows rows_new(int64_t beat_rows)
{
    const int64_t hops = 2 * beat_rows;
    const int64_t seconds = (beat_rows + SNQ_BEAT_ROWS_PER_S - 3) / SNQ_BEAT_ROWS_PER_S;
    rows r = { 0 };
    r.onset = calloc((size_t)hops + 1, sizeof *r.onset);
    r.beat = calloc((size_t)beat_rows + 1, sizeof *r.beat);
    r.downbeat = calloc((size_t)beat_rows + 1, sizeof *r.downbeat);
    r.second = calloc((size_t)seconds + 1, sizeof *r.second);
    r.in = (snq_rhythm_rows) { r.onset, r.beat, r.downbeat, r.second, hops, beat_rows, seconds };
    for (int64_t i = 0; i < hops; i++)
        r.onset[i] = NOTHING;
    for (int64_t i = 0; i < beat_rows; i++)
        r.beat[i] = r.downbeat[i] = NOTHING;
    for (int64_t s = 0; s < seconds; s++) {
        for (int i = 0; i < SNQ_TEMPO_BINS; i++)
            r.second[s].tempo[i] = -logf(SNQ_TEMPO_BINS);
        for (int i = 0; i < SNQ_METRE_CLASSES; i++)
            r.second[s].metre[i] = -logf(SNQ_METRE_CLASSES);
        r.second[s].pulse = 4;
    }
    return r;
}

void rows_clear(rows *r)
{
    free(r->onset);
    free(r->beat);
    free(r->downbeat);
    free(r->second);
    *r = (rows) { 0 };
}

static void add_bump(float *x, int64_t n, double at, double height)
{
    for (int64_t i = (int64_t)floor(at) - 1; i <= (int64_t)floor(at) + 2; i++) {
        const float v = (float)(height - 2.5 * ((double)i - at) * ((double)i - at));
        if (i >= 0 && i < n && v > x[i])
            x[i] = v;
    }
}

void rows_beat(rows *r, double t_s, double logit, double down)
{
    const double at = (t_s * SNQ_HOPS_PER_S - 0.5) / 2;
    add_bump(r->beat, r->in.rows, at, logit);
    add_bump(r->downbeat, r->in.rows, at, down);
}

void rows_onset(rows *r, double t_s, double logit)
{
    add_bump(r->onset, r->in.hops, t_s * SNQ_HOPS_PER_S - 0.5, logit);
}

void rows_tempo(rows *r, double from_s, double to_s, double bpm)
{
    const double step = log(SNQ_TEMPO_HIGH_BPM / SNQ_TEMPO_LOW_BPM) / (SNQ_TEMPO_BINS - 1);
    const double at = log(bpm / SNQ_TEMPO_LOW_BPM) / step;
    for (int64_t s = (int64_t)from_s; s < r->in.seconds && (double)s < to_s; s++) {
        double sum = 0;
        for (int i = 0; i < SNQ_TEMPO_BINS; i++)
            sum += exp(-0.5 * (i - at) * (i - at)) + 1e-4;
        for (int i = 0; i < SNQ_TEMPO_BINS; i++)
            r->second[s].tempo[i] = (float)log((exp(-0.5 * (i - at) * (i - at)) + 1e-4) / sum);
    }
}

void rows_metre(rows *r, double from_s, double to_s, int metre)
{
    for (int64_t s = (int64_t)from_s; s < r->in.seconds && (double)s < to_s; s++)
        for (int i = 0; i < SNQ_METRE_CLASSES; i++)
            r->second[s].metre[i] = logf(i == metre ? 0.9f : 0.1f / (SNQ_METRE_CLASSES - 1));
}
