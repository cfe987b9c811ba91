// SPDX-License-Identifier: MIT
/* STEPS  along the stream: hops -> rhythm network; pitch frames -> harmony's history
 *        when asked: rows -> beats -> bars; rows, beats -> onsets; beats, bars, history -> tuning, chords, keys */
#include "listen/music.h"

#include <string.h>

#include "base/alloc.h"
#include "dsp/decibel.h"
#include "listen/analyser.h"
#include "listen/onset_grid.h"
#include "listen/rhythm_net.h"

enum { BANDS = SNQ_GROOVE_BANDS, BEFORE = 3 };

/* First mel band of low, mid and high, and the end: 86 Hz .. 205 Hz, .. 2 kHz, .. 11 kHz. */
static const int band_from[BANDS + 1] = { 0, 3, 20, SNQ_MEL_BANDS };

/* What is softer than this is no rise. */
#define FLOOR_POWER 1e-7f

/* Something that is reckoned once. */
typedef struct once {
    int done;
    snq_status st;
} once;

struct snq_music {
    snq_rhythm_net *rhythm;
    snq_harmony *harmony;
    double duration_s;
    int64_t hops;
    uint8_t *rise; /* (hops, BANDS) */
    int64_t rise_room;
    float level[BEFORE][BANDS]; /* dB of the hops before */
    int too_long;
    once beats_once, bars_once, onsets_once, harmony_once;
    float *onset; /* (rows.hops,) */
    snq_beat_path beats;
    snq_metre_path bars;
};

snq_status snq_music_new(snq_music **out)
{
    *out = NULL;
    snq_music *m = snq_calloc(1, sizeof *m);
    if (!m)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for the music");
    snq_status st = snq_rhythm_net_new(&m->rhythm);
    if (st >= 0)
        st = snq_harmony_new(&m->harmony);
    if (st < 0) {
        snq_music_free(m);
        return st;
    }
    *out = m;
    return SNQ_OK;
}

void snq_music_free(snq_music *m)
{
    if (!m)
        return;
    snq_rhythm_net_free(m->rhythm);
    snq_harmony_free(m->harmony);
    snq_beat_path_clear(&m->beats);
    snq_metre_path_clear(&m->bars);
    snq_free(m->rise);
    snq_free(m->onset);
    snq_free(m);
}

static snq_status reserve_rises(snq_music *m, int64_t hops)
{
    if (hops <= m->rise_room)
        return SNQ_OK;
    int64_t room = m->rise_room ? m->rise_room : 1024;
    while (room < hops)
        room *= 2;
    uint8_t *rise = snq_regrow(m->rise, (size_t)m->hops, (size_t)room, BANDS);
    if (!rise)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for %lld hops of rhythm", (long long)hops);
    m->rise = rise;
    m->rise_room = room;
    return SNQ_OK;
}

static void note_rise(snq_music *m, int64_t hop, const float *mel)
{
    float power[BANDS], db[BANDS];
    for (int b = 0; b < BANDS; b++) {
        power[b] = 0.0f;
        for (int k = band_from[b]; k < band_from[b + 1]; k++)
            power[b] += mel[k];
    }
    snq_decibel_run(db, power, BANDS, FLOOR_POWER);
    for (int b = 0; b < BANDS; b++) {
        float before = m->level[0][b];
        for (int k = 1; k < BEFORE; k++)
            before = m->level[k][b] > before ? m->level[k][b] : before;
        const float rise = hop ? 10.0f * (db[b] - before) : 0.0f;
        m->rise[hop * BANDS + b] = rise > 255.0f ? 255 : rise > 0.0f ? (uint8_t)rise : 0;
        for (int k = 0; !hop && k < BEFORE; k++)
            m->level[k][b] = db[b];
        m->level[hop % BEFORE][b] = db[b];
    }
}

snq_status snq_music_push(snq_music *m, const snq_hop_block *b)
{
    if (m->hops + b->hops > SNQ_MUSIC_HOURS_MAX * 3600LL * SNQ_HOPS_PER_S)
        m->too_long = 1;
    if (m->too_long)
        return SNQ_OK;
    SNQ_TRY(reserve_rises(m, m->hops + b->hops));
    for (uint32_t i = 0; i < b->hops; i++)
        note_rise(m, m->hops + i, b->mel + (size_t)i * SNQ_MEL_BANDS);
    m->hops += b->hops;
    SNQ_TRY(snq_rhythm_net_push(m->rhythm, b));
    return snq_harmony_push(m->harmony, b);
}

snq_status snq_music_finish(snq_music *m, double duration_s)
{
    m->duration_s = duration_s;
    return m->too_long ? SNQ_OK : snq_rhythm_net_finish(m->rhythm);
}

double snq_music_duration_s(const snq_music *m)
{
    return m->duration_s;
}

snq_status snq_music_rhythm(snq_music *m, snq_rhythm_rows *rows)
{
    *rows = (snq_rhythm_rows) { 0 };
    if (m->too_long)
        return SNQ_FAIL(SNQ_ERR_TOO_BIG, "longer than %d hours", SNQ_MUSIC_HOURS_MAX);
    *rows = snq_rhythm_net_rows(m->rhythm);
    return SNQ_OK;
}

snq_status snq_music_beats(snq_music *m, const snq_beat_path **beats)
{
    *beats = &m->beats;
    if (!m->beats_once.done) {
        snq_rhythm_rows rows;
        m->beats_once.done = 1;
        m->beats_once.st = snq_music_rhythm(m, &rows);
        if (m->beats_once.st >= 0)
            m->beats_once.st = snq_beat_path_run(&rows, &m->beats);
        /* the last hop may be cut short: behind the end there is no beat */
        while (m->beats.beats && m->beats.time_s[m->beats.beats - 1] >= m->duration_s)
            m->beats.beats--;
    }
    return m->beats_once.st;
}

static snq_status weigh_onsets(snq_music *m)
{
    const snq_beat_path *beats;
    snq_rhythm_rows rows;
    SNQ_TRY(snq_music_beats(m, &beats));
    SNQ_TRY(snq_music_rhythm(m, &rows));
    m->onset = snq_calloc((size_t)rows.hops + 1, sizeof *m->onset);
    if (!m->onset)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for the onsets of %lld hops",
                        (long long)rows.hops);
    return snq_onset_grid_run(&rows, beats, m->onset);
}

snq_status snq_music_onsets(snq_music *m, snq_rhythm_rows *rows)
{
    SNQ_TRY(snq_music_rhythm(m, rows));
    if (!m->onsets_once.done) {
        m->onsets_once.done = 1;
        m->onsets_once.st = weigh_onsets(m);
    }
    rows->onset = m->onset;
    return m->onsets_once.st;
}

snq_status snq_music_bars(snq_music *m, const snq_metre_path **bars)
{
    *bars = &m->bars;
    if (!m->bars_once.done) {
        const snq_beat_path *beats;
        snq_rhythm_rows rows;
        m->bars_once.done = 1;
        m->bars_once.st = snq_music_beats(m, &beats);
        if (m->bars_once.st >= 0)
            m->bars_once.st = snq_music_rhythm(m, &rows);
        if (m->bars_once.st >= 0)
            m->bars_once.st = snq_metre_path_run(&rows, beats, &m->bars);
    }
    return m->bars_once.st;
}

snq_status snq_music_harmony(snq_music *m, snq_harmony **harmony)
{
    *harmony = m->harmony;
    if (!m->harmony_once.done) {
        const snq_beat_path *beats;
        const snq_metre_path *bars;
        m->harmony_once.done = 1;
        m->harmony_once.st = snq_music_beats(m, &beats);
        if (m->harmony_once.st >= 0)
            m->harmony_once.st = snq_music_bars(m, &bars);
        if (m->harmony_once.st >= 0)
            m->harmony_once.st = snq_harmony_run(m->harmony, m->duration_s, beats, bars);
    }
    return m->harmony_once.st;
}

const uint8_t *snq_music_rises(const snq_music *m)
{
    return m->hops ? m->rise : NULL;
}

snq_status snq_music_begin(const snq_analyser_setup *setup, void **state)
{
    *state = setup->music;
    return setup->music ? SNQ_OK : SNQ_FAIL(SNQ_ERR_STATE, "nobody listens to the music");
}

snq_status snq_music_block(void *state, const snq_hop_block *b)
{
    return SNQ_OK;
}

void snq_music_leave(void *state)
{
}
