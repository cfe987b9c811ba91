// SPDX-License-Identifier: MIT
/* beats -- tempo, beats, metre, downbeats and groove.
 *
 * IDEA   beat_path.c finds the pulse and metre_path.c counts it; here their answers are put into numbers that a
 *        musician asks for, with an honest word on how sure they are.
 * STEPS  tempo: stretches of steady tempo (tempo_fit.c); the file's is that of the longest
 *        pulse: logistic of the mean pulse logit times that of the mean beat logit on the beats; under
 *          PULSE_LEAST there is no tempo, no beat and no metre, and `pulse` is all the confidence
 *        confidence: that the tempo is right within 4 %: a logistic of the mean beat logit and of the logarithm of
 *          the tempo's share among the candidates
 *        candidates: the network's tempo probabilities, averaged over the seconds, within 6 % of 1, 2, 3, 1/2,
 *          1/3, 3/2 and 2/3 times the tempo
 *        metre: the one that holds longest; confidence its weight (metre_path.c)
 *        groove: see groove()
 * CONST  Pulse: slopes and offset set by hand, 2026-11: it ranks recordings by pulse (`make truth`).
 *        Confidence: fitted on 491 recordings (made music, accompaniments, sounds, metronomes) that the network
 *        was mostly not trained on, 2026-11. Of those said to be right with .98, .91, .78, .62 were right .98,
 *        .90, .61, .71; on made music of seed 100: 1.00, .92, .75, 1.00 of .98, .90, .81, .70. Beside these the
 *        pulse logit adds nothing (its weight came out as .003).
 * LIMITS A recording has one groove, over all its bars of the commonest metre. */
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "listen/analyser.h"
#include "listen/music.h"
#include "listen/tempo_fit.h"

enum { BEATS_LEAST = 4 };

#define PULSE_LEAST     0.15
#define CANDIDATE_LEAST 0.01
/* logit of the confidence */
#define SURE_OFFSET     1.57
#define SURE_BEAT       0.90
#define SURE_LEVEL      2.87
#define NO_PULSE        "no steady pulse"
#define TOO_SHORT       "too short for a pulse"

static double sigmoid(double x)
{
    return 1.0 / (1.0 + exp(-x));
}

/* Beats [from, to) of those within a span. */
static void beats_within(const snq_beat_path *b, snq_span span, uint32_t *from, uint32_t *to)
{
    uint32_t k = 0;
    while (k < b->beats && b->time_s[k] < span.start_s)
        k++;
    *from = k;
    while (k < b->beats && b->time_s[k] < span.end_s)
        k++;
    *to = k;
}

/* Seconds [from, to) of the rows. */
static void seconds_within(const snq_rhythm_rows *r, snq_span span, int64_t *from, int64_t *to)
{
    *from = (int64_t)span.start_s;
    *to = (int64_t)ceil(span.end_s);
    *to = *to < r->seconds ? *to : r->seconds;
    *from = *from < *to ? *from : *to;
}

/* What speaks for a pulse, means over a span: logits. */
typedef struct evidence {
    double pulse, beat;
    int any; /* there are seconds and beats */
} evidence;

static evidence evidence_of(const snq_rhythm_rows *r, const snq_beat_path *b, snq_span span,
                            uint32_t from, uint32_t to)
{
    int64_t s, end;
    evidence e = { 0 };
    seconds_within(r, span, &s, &end);
    if (end <= s || to <= from)
        return e;
    for (int64_t i = s; i < end; i++)
        e.pulse += (double)r->second[i].pulse / (double)(end - s);
    for (uint32_t k = from; k < to; k++)
        e.beat += (double)b->logit[k] / (to - from);
    e.any = 1;
    return e;
}

static double pulse_of(const evidence *e)
{
    return e->any ? sigmoid(0.5 * e->pulse) * sigmoid(1.5 + e->beat) : 0.0;
}

/* Probability of tempi within 6 % of bpm, averaged over the span. */
static double mass_at(const snq_rhythm_rows *r, snq_span span, double bpm)
{
    int64_t s, end;
    seconds_within(r, span, &s, &end);
    return end > s ? snq_tempo_mass(r, s, end, bpm) / (double)(end - s) : 0.0;
}

/* Put c among n sorted ones, heaviest first, of which at most `most` stay; the number then. */
static uint32_t put_candidate(snq_tempo_candidate *list, uint32_t n, uint32_t most,
                              snq_tempo_candidate c)
{
    uint32_t at = n;
    while (at && list[at - 1].weight < c.weight)
        at--;
    if (at == most)
        return n;
    n = n < most ? n + 1 : n;
    memmove(list + at + 1, list + at, (n - at - 1) * sizeof *list);
    list[at] = c;
    return n;
}

/* The tempo itself and others that are not far-fetched. Returns the tempo's own share. */
static double add_candidates(const snq_rhythm_rows *r, snq_span span, snq_tempo *t)
{
    static const double level[] = { 2.0, 0.5, 3.0, 1.0 / 3, 1.5, 2.0 / 3 };
    const double own = mass_at(r, span, t->bpm.value);
    double sum = own + 1e-9;
    for (size_t i = 0; i < SNQ_COUNT(level); i++) {
        const double bpm = t->bpm.value * level[i];
        if (bpm < SNQ_TEMPO_LOW_BPM || bpm > SNQ_TEMPO_HIGH_BPM)
            continue;
        const snq_tempo_candidate c = { bpm, mass_at(r, span, bpm) };
        sum += c.weight;
        if (c.weight >= CANDIDATE_LEAST)
            t->candidates =
                put_candidate(t->candidate, t->candidates, SNQ_TEMPO_CANDIDATES_MAX - 1, c);
    }
    t->candidates = put_candidate(t->candidate, t->candidates, SNQ_TEMPO_CANDIDATES_MAX,
                                  (snq_tempo_candidate) { t->bpm.value, own });
    for (uint32_t i = 0; i < t->candidates; i++)
        t->candidate[i].weight /= sum > 1.0 ? sum : 1.0;
    return own / sum;
}

/* Tempo of a span; beats [from, to) are in it. Lists go to `h`. */
static snq_status tempo_of(snq_hearing *h, const snq_rhythm_rows *r, const snq_beat_path *b,
                           snq_span span, uint32_t from, uint32_t to, snq_tempo *t)
{
    *t = (snq_tempo) { .bpm = snq_unmeasured(to - from < BEATS_LEAST ? TOO_SHORT : NO_PULSE) };
    if (to - from < BEATS_LEAST)
        return SNQ_OK;
    const evidence e = evidence_of(r, b, span, from, to);
    t->confidence = pulse_of(&e);
    if (t->confidence < PULSE_LEAST)
        return SNQ_OK;
    const uint32_t n = to - from;
    double *scratch = snq_calloc(2 * (size_t)n, sizeof *scratch);
    snq_tempo_span *spans = snq_calloc(n, sizeof *spans);
    snq_status st = SNQ_OK;
    if (!scratch || !spans)
        st = SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for the tempo of %u beats", n);
    if (st >= 0) {
        const uint32_t found = snq_tempo_fit_spans(b->time_s + from, n, span, scratch, spans);
        snq_tempo_span *list = snq_hearing_list(h, found, sizeof *list);
        if (!list)
            st = SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for %u tempi", found);
        else {
            memcpy(list, spans, found * sizeof *list);
            t->span = list;
            t->spans = found;
        }
    }
    snq_free(scratch);
    snq_free(spans);
    if (st < 0)
        return st;
    uint32_t longest = 0;
    for (uint32_t i = 1; i < t->spans; i++)
        if (snq_span_length(t->span[i].span) > snq_span_length(t->span[longest].span))
            longest = i;
    t->bpm = snq_measured(t->span[longest].bpm);
    const double share = add_candidates(r, span, t);
    t->confidence = sigmoid(SURE_OFFSET + SURE_BEAT * e.beat + SURE_LEVEL * log(share + 1e-3));
    return SNQ_OK;
}

static snq_status list_beats(snq_hearing *h, const snq_beat_path *b, const snq_metre_path *bars)
{
    double *beat = snq_hearing_list(h, b->beats, sizeof *beat);
    double *down = snq_hearing_list(h, b->beats, sizeof *down);
    if (!beat || !down)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for %u beats", b->beats);
    uint32_t n = 0;
    for (uint32_t k = 0; k < b->beats; k++) {
        beat[k] = b->time_s[k];
        if (bars->position[k] == 0)
            down[n++] = b->time_s[k];
    }
    h->beats = (snq_beats) { beat, down, b->beats, n };
    return SNQ_OK;
}

/* The metre that holds for the most time. */
static uint8_t main_metre(const snq_beat_path *b, const snq_metre_path *bars)
{
    double length[SNQ_METRES] = { 0.0 };
    uint8_t best = 0;
    for (uint32_t k = 0; k + 1 < b->beats; k++)
        length[bars->metre[k]] += b->time_s[k + 1] - b->time_s[k];
    for (uint8_t m = 1; m < SNQ_METRES; m++)
        best = length[m] > length[best] ? m : best;
    return best;
}

static snq_status list_metres(snq_hearing *h, const snq_beat_path *b, const snq_metre_path *bars,
                              double duration_s)
{
    uint32_t n = 1;
    for (uint32_t k = 1; k < b->beats; k++)
        n += bars->metre[k] != bars->metre[k - 1];
    snq_meter_span *span = snq_hearing_list(h, n, sizeof *span);
    if (!span)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for %u metres", n);
    uint32_t at = 0;
    span[0] = (snq_meter_span) { { 0.0, duration_s }, snq_metre_of(bars->metre[0]) };
    for (uint32_t k = 1; k < b->beats; k++) {
        if (bars->metre[k] == bars->metre[k - 1])
            continue;
        span[at++].span.end_s = b->time_s[k];
        span[at] = (snq_meter_span) { { b->time_s[k], duration_s }, snq_metre_of(bars->metre[k]) };
    }
    h->meter.span = span;
    h->meter.spans = n;
    return SNQ_OK;
}

/* IDEA   Lay all bars of the commonest metre over each other, sixteen steps each.
 * For each bar and step the largest rise of each band (music.h) within half a step, at most 60 ms, of the
 * step's place, which lies between the beats by proportion; hits: means over the bars, the largest of all 1;
 * timing: mean of the rises' distances from the step, weighted by the rises. */
static void groove(snq_hearing *h, const snq_beat_path *b, const snq_metre_path *bars,
                   const uint8_t *rise, int64_t hops, uint8_t metre)
{
    enum { STEPS = SNQ_GROOVE_STEPS, BANDS = SNQ_GROOVE_BANDS };
    double sum[BANDS][STEPS] = { { 0 } }, late[BANDS][STEPS] = { { 0 } }, most = 0.0;
    const uint32_t pulses = snq_metre_of(metre).pulses_per_bar;
    uint32_t found = 0;
    for (uint32_t k = 0; k + pulses < b->beats; k++) {
        if (bars->position[k] || bars->metre[k] != metre || bars->position[k + pulses])
            continue;
        found++;
        for (int s = 0; s < STEPS; s++) {
            const double at = (double)s * pulses / STEPS;
            const uint32_t i = k + (uint32_t)at;
            const double gap = b->time_s[i + 1] - b->time_s[i];
            const double t = b->time_s[i] + (at - floor(at)) * gap;
            double reach = 0.5 * gap * pulses / STEPS;
            reach = reach < 0.06 ? reach : 0.06;
            for (int band = 0; band < BANDS; band++) {
                int best = 0;
                double when = t;
                for (int64_t hop = (int64_t)((t - reach) * SNQ_HOPS_PER_S);
                     hop <= (int64_t)((t + reach) * SNQ_HOPS_PER_S); hop++)
                    if (hop >= 0 && hop < hops && rise[hop * BANDS + band] > best) {
                        best = rise[hop * BANDS + band];
                        when = snq_onset_time_s((double)hop);
                    }
                sum[band][s] += best;
                late[band][s] += best * (when - t);
            }
        }
    }
    for (int band = 0; band < BANDS; band++)
        for (int s = 0; s < STEPS; s++)
            most = sum[band][s] > most ? sum[band][s] : most;
    if (!(most > 0.0)) {
        h->groove_reason = found ? "no hits in any bar" : "no whole bar";
        return;
    }
    h->groove_reason = NULL;
    for (int band = 0; band < BANDS; band++)
        for (int s = 0; s < STEPS; s++) {
            h->groove.band[band].hits[s] = sum[band][s] / most;
            h->groove.band[band].timing_ms[s] =
                sum[band][s] > 0.0 ? 1e3 * late[band][s] / sum[band][s] : 0.0;
        }
}

static void without(snq_hearing *h, const char *reason)
{
    h->meter = (snq_meter) { .reason = reason };
    h->beats = (snq_beats) { 0 };
    h->groove_reason = reason;
}

static snq_status region_tempi(snq_hearing *h, const snq_rhythm_rows *rows, const snq_beat_path *b)
{
    for (uint32_t i = 0; i < h->regions; i++) {
        snq_region *region = &h->region[i];
        if (!region->has_music)
            continue;
        uint32_t from, to;
        beats_within(b, region->span, &from, &to);
        SNQ_TRY(tempo_of(h, rows, b, region->span, from, to, &region->tempo));
        region->tempo_reason = NULL;
    }
    return SNQ_OK;
}

static snq_status finish(void *state, snq_hearing *h)
{
    snq_music *music = state;
    snq_rhythm_rows rows;
    const snq_beat_path *b;
    const snq_metre_path *bars;
    SNQ_TRY(snq_music_rhythm(music, &rows));
    SNQ_TRY(snq_music_beats(music, &b));
    SNQ_TRY(snq_music_bars(music, &bars));
    const snq_span whole = { 0.0, snq_music_duration_s(music) };
    SNQ_TRY(tempo_of(h, &rows, b, whole, 0, b->beats, &h->tempo));
    SNQ_TRY(region_tempi(h, &rows, b));
    h->tempo_reason = h->meter_reason = h->beats_reason = h->groove_reason = NULL;
    if (h->tempo.bpm.reason) {
        without(h, h->tempo.bpm.reason);
        return SNQ_OK;
    }
    SNQ_TRY(list_beats(h, b, bars));
    const uint8_t metre = main_metre(b, bars);
    h->meter =
        (snq_meter) { .metre = snq_metre_of(metre), .confidence = (double)bars->weight[metre] };
    SNQ_TRY(list_metres(h, b, bars, whole.end_s));
    groove(h, b, bars, snq_music_rises(music), rows.hops, metre);
    return SNQ_OK;
}

static snq_status whole(void *state, snq_hearing *h, snq_region *region)
{
    region->tempo_reason = h->tempo_reason;
    region->tempo = h->tempo;
    return SNQ_OK;
}

static void refuse(snq_hearing *h, snq_region *region, const char *reason)
{
    if (region) {
        region->tempo_reason = reason;
        return;
    }
    h->tempo_reason = h->meter_reason = h->beats_reason = h->groove_reason = reason;
}

static void adopt(snq_hearing *h, snq_region *region, const snq_hearing *from,
                  const snq_region *from_region)
{
    if (region) {
        region->tempo = from_region->tempo;
        region->tempo_reason = from_region->tempo_reason;
        return;
    }
    h->tempo = from->tempo;
    h->tempo_reason = from->tempo_reason;
    h->meter = from->meter;
    h->meter_reason = from->meter_reason;
    h->beats = from->beats;
    h->beats_reason = from->beats_reason;
    h->groove = from->groove;
    h->groove_reason = from->groove_reason;
}

const snq_analyser snq_beats_analyser = {
    .id = "beats",
    .title = "tempo, beats, metre, groove",
    .version = "1",
    .needs = SNQ_NEED_MUSIC,
    .begin = snq_music_begin,
    .block = snq_music_block,
    .finish = finish,
    .whole = whole,
    .refuse = refuse,
    .adopt = adopt,
    .free = snq_music_leave,
};
