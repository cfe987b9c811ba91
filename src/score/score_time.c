// SPDX-License-Identifier: MIT
/* score_time -- ticks, seconds and bars.
 *
 * IDEA   Between two tempo marks time runs evenly, so the time of a tick is the time of the mark before
 *        it and the rest at its tempo. The marks carry their own times, so that one search is enough.
 * STEPS  time(t) = (S_i + (t - t_i) 60 / b_i) / q       i: the last mark with t_i <= t
 *        S_0 = t_0 60 / 120, S_i = S_(i-1) + (t_i - t_(i-1)) 60 / b_(i-1)
 *        t_i tick of mark i, b_i its tempo (BPM), q ticks a quarter, S_i = scaled_s (s q)
 *        Bar k of a metre that begins at t_0 begins at t_0 + floor(k 4 q beats / unit).
 * COST   a search among n tempos, log2 n steps; bars: one step a metre.
 * LIMITS double: at 2^40 ticks of 960 a quarter, 120 BPM (18 years), 0.1 us. */
#include "score/score.h"

#include <math.h>

#include "score/score_impl.h"

/* Number of marks whose `tick` (or time) is at or before the wanted one. */
static size_t tempos_until(const snq_score *s, double wanted, int by_time)
{
    size_t lo = 0, hi = s->tempos;
    while (lo < hi) {
        const size_t mid = lo + (hi - lo) / 2;
        const snq_tempo_mark *m = &s->tempo[mid];
        if ((by_time ? m->scaled_s : (double)m->tick) <= wanted)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

/* The mark that rules there; the usual tempo from tick 0 where none does. */
static snq_tempo_mark ruling(const snq_score *s, double wanted, int by_time)
{
    const size_t n = tempos_until(s, wanted, by_time);
    return n ? s->tempo[n - 1] : (snq_tempo_mark) { 0, SNQ__BPM_USUAL, 0.0 };
}

double snq_score_time_s(const snq_score *s, double tick)
{
    if (!(tick > 0.0))
        return 0.0;
    const snq_tempo_mark m = ruling(s, tick, 0);
    return (m.scaled_s + (tick - (double)m.tick) * (60.0 / m.bpm)) / s->ticks_per_quarter;
}

double snq_score_tick_at(const snq_score *s, double time_s)
{
    if (!(time_s > 0.0))
        return 0.0;
    const double scaled_s = time_s * s->ticks_per_quarter;
    const snq_tempo_mark m = ruling(s, scaled_s, 1);
    return (double)m.tick + (scaled_s - m.scaled_s) * (m.bpm / 60.0);
}

double snq_note_start_s(const snq_score *s, const snq_note *n)
{
    const double start_s = snq_score_time_s(s, (double)n->tick) + (double)n->offset_s;
    return start_s > 0.0 ? start_s : 0.0;
}

double snq_note_end_s(const snq_score *s, const snq_note *n)
{
    const double tick = (double)n->tick, end = tick + (double)n->length;
    return snq_note_start_s(s, n) + (snq_score_time_s(s, end) - snq_score_time_s(s, tick));
}

double snq_score_length_s(const snq_score *s)
{
    return snq_score_time_s(s, (double)s->length);
}

/* ---- bars ---------------------------------------------------------------------------------- */

/* A stretch of equal bars: bar k begins at tick + floor(k * part / unit). */
typedef struct stretch {
    int64_t tick, part, unit;
    int64_t end; /* where the next one begins; SNQ_SCORE_TICK_MAX at least for the last */
} stretch;

/* Stretch i of max(1, metres + 1): what is before the first metre counts as 4/4. */
static stretch stretch_at(const snq_score *s, size_t i)
{
    const snq_metre_mark usual = { 0, SNQ__BEATS_USUAL, SNQ__UNIT_USUAL };
    const snq_metre_mark *m = i ? &s->metre[i - 1] : &usual;
    const snq_metre_mark *size = m->beats_per_bar && m->beat_unit ? m : &usual;
    return (stretch) {
        .tick = m->tick,
        .part = (int64_t)4 * s->ticks_per_quarter * size->beats_per_bar,
        .unit = size->beat_unit,
        .end = i < s->metres ? s->metre[i].tick : INT64_MAX,
    };
}

/* Bars that begin in the first d ticks of it. */
static int64_t bars_in(const stretch *r, int64_t d)
{
    /* k part / unit < d, rounded down to ticks */
    return d > 0 ? (d * r->unit + r->part - 1) / r->part : 0;
}

int64_t snq_score_bar_tick(const snq_score *s, int64_t bar)
{
    if (bar <= 0)
        return 0;
    for (size_t i = 0;; i++) {
        const stretch r = stretch_at(s, i);
        const int last = i == s->metres;
        const int64_t bars = bars_in(&r, (last ? SNQ_SCORE_TICK_MAX : r.end) - r.tick);
        if (bar < bars)
            return r.tick + bar * r.part / r.unit;
        if (last)
            return SNQ_SCORE_TICK_MAX;
        bar -= bars;
    }
}

int64_t snq_score_bar_at(const snq_score *s, int64_t tick, int64_t *within)
{
    int64_t before = 0;
    if (tick < 0)
        tick = 0;
    if (tick > SNQ_SCORE_TICK_MAX)
        tick = SNQ_SCORE_TICK_MAX;
    for (size_t i = 0;; i++) {
        const stretch r = stretch_at(s, i);
        if (i < s->metres && tick >= r.end) {
            before += bars_in(&r, r.end - r.tick);
            continue;
        }
        const int64_t k = bars_in(&r, tick - r.tick + 1) - 1;
        if (within)
            *within = tick - r.tick - k * r.part / r.unit;
        return before + k;
    }
}

/* ---- pitches ------------------------------------------------------------------------------- */

int snq_key_fifths(int tonic, snq_key_mode mode)
{
    /* steps along the circle of fifths from the mode's tonic to that of the major scale of its notes */
    static const int back[SNQ_KEY_MODES] = { 0, 3, 2, 4, -1, 1, 5 };
    const int pc = (tonic % 12 + 12) % 12;
    const int major = pc * 7 % 12; /* fifths above C, 0 .. 11 */
    const int fifths = (major - back[(unsigned)mode < SNQ_KEY_MODES ? mode : 0] + 12) % 12;
    return fifths > 6 ? fifths - 12 : fifths;
}

double snq_note_hz(double note)
{
    return 440.0 * exp2((note - 69.0) / 12.0);
}
