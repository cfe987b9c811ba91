// SPDX-License-Identifier: MIT
/* patterns -- what kind of sound it is: rhythmic, tonal, percussive; with the measures behind that.
 *
 * IDEA   A pulse is onsets that repeat from beat to beat; tone is power in narrow peaks of the spectrum;
 *        percussion is what stands out of the spectrum for a moment only, and begins at once.
 * STEPS  pulse: pulse_strength.c over the beats (beat_path.c) of the stretch
 *        hnr, f0: note_pitch.c; up to FILE_FRAMES and REGION_FRAMES pitch frames
 *        sounds: hops within SOUNDS_CB of the loudest and over SILENT_CB, and pauses of less than a second
 *          between them
 *        transients: onsets (onset_pick.c); when there is none but the stretch begins with sound (its first
 *          START_HOPS reach within START_CB of its loudest hop), its start: the network knows no onset without a
 *          before. Per second that sounds, which is taken for one second at least
 *        attack: median over them (attack.c)
 *        hits: pieces of 40 ms, amplitude A_tb = square root of the sum of mel band b's powers
 *          part of hits = sum of max(0, A_tb - max(A_(t-2)b, A_(t+2)b)) / sum of A_tb: what a median of three
 *          over time takes away
 *        rhythmic: pulse >= RHYTHMIC_LEAST; tonal: hnr >= TONAL_LEAST_DB
 *        percussive: part of hits >= PERCUSSIVE_A_MS times the attack, which counts as ATTACK_LEAST_MS at least
 * CONST  Chosen on the recordings beside the tree, 2026-11. Share that gets each label (%):
 *                                          rhythmic  tonal  percussive
 *          60 songs, as band and as piano       100    100        0
 *          31 pieces of music                    61     71       10
 *          9 drum loops, most of some beats      33      0       56
 *          150 single drums                       0     35       73   (congas are tonal, long cymbals nothing)
 *          32 ticking clocks                     47      0       84
 *          261 of speech, most of one word        0      3       26
 *          26 of ambience                         0      0        0
 * COST   41 additions and a square root a hop, some 20 us for each of up to 100 pitch frames; see `make bench`.
 * LIMITS Labels are thresholds on these numbers: speech with hard consonants may pass for percussion, a cymbal not.
 *        Memory: 2 bytes a hop, 8 a second.
 * REFS   D. Fitzgerald, "Harmonic/percussive separation using median filtering", DAFx 2010. */
#include <math.h>

#include "base/alloc.h"
#include "dsp/median.h"
#include "listen/analyser.h"
#include "listen/attack.h"
#include "listen/music.h"
#include "listen/note_pitch.h"
#include "listen/onset_pick.h"
#include "listen/pulse_strength.h"

enum {
    FILE_FRAMES = SNQ_NOTE_FRAMES_MAX,
    REGION_FRAMES = 64,
    BANDS = SNQ_MEL_BANDS,
    PIECE = 4, /* hops */
    ASIDE = 2, /* pieces between the one in the middle and those beside it */
    RING = 2 * ASIDE + 1,
    HOPS_MAX = SNQ_MUSIC_HOURS_MAX * 3600 * SNQ_HOPS_PER_S,
    LEVELS_AT_ONCE = 64,
    SOUNDS_CB = 5000, /* 50 dB in levels (attack.h) */
    SILENT_CB = 3000, /* -90 dBFS */
    START_CB = 1000,  /* 10 dB */
    START_HOPS = 10,
    PAUSE_HOPS = 100,
    ATTACKS_MAX = 1 << 16, /* of a stretch: their median doesn't change any more */
};

#define RHYTHMIC_LEAST  0.45
#define TONAL_LEAST_DB  5.0
#define PERCUSSIVE_A_MS 0.013
#define ATTACK_LEAST_MS 8.0

/* Sums of amplitudes over the bands and the pieces of a second. */
typedef struct second {
    float hits, all;
} second;

typedef struct state {
    uint32_t channels;
    snq_music *music;
    snq_note_pitch *file, *region;
    int in_region;
    uint16_t *level; /* (hops,) see attack.h */
    int64_t hops, room;
    second *second; /* (second_room,) */
    int64_t second_room;
    float piece[RING][BANDS]; /* amplitudes of the last pieces */
    float sum[BANDS];         /* powers of the piece at hand */
} state;

static void state_free(void *p)
{
    state *s = p;
    if (!s)
        return;
    snq_note_pitch_free(s->file);
    snq_note_pitch_free(s->region);
    snq_free(s->level);
    snq_free(s->second);
    snq_free(s);
}

static snq_status begin(const snq_analyser_setup *setup, void **out)
{
    *out = NULL;
    if (!setup->music)
        return SNQ_FAIL(SNQ_ERR_STATE, "nobody listens to the music");
    state *s = snq_calloc(1, sizeof *s);
    if (!s)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for the patterns analyser");
    s->channels = setup->channels;
    s->music = setup->music;
    snq_status st = snq_note_pitch_new(FILE_FRAMES, &s->file);
    if (st >= 0)
        st = snq_note_pitch_new(REGION_FRAMES, &s->region);
    if (st < 0) {
        state_free(s);
        return st;
    }
    *out = s;
    return SNQ_OK;
}

/* ---- along the stream ------------------------------------------------------------------------- */

static snq_status reserve(state *s, int64_t hops)
{
    if (hops > s->room) {
        int64_t room = s->room ? s->room : 1024;
        while (room < hops)
            room *= 2;
        uint16_t *level = snq_regrow(s->level, (size_t)s->room, (size_t)room, sizeof *level);
        if (!level)
            return SNQ_FAIL(SNQ_ERR_NOMEM, "patterns: no memory for %lld hops", (long long)hops);
        s->level = level;
        s->room = room;
    }
    const int64_t seconds = hops / SNQ_HOPS_PER_S + 1;
    if (seconds > s->second_room) {
        const size_t room = 2 * (size_t)seconds;
        second *list = snq_regrow(s->second, (size_t)s->second_room, room, sizeof *list);
        if (!list)
            return SNQ_FAIL(SNQ_ERR_NOMEM, "patterns: no memory for %lld s", (long long)seconds);
        s->second = list;
        s->second_room = (int64_t)room;
    }
    return SNQ_OK;
}

/* A piece is complete: what of the one ASIDE before it stands out of those beside it? */
static void piece_done(state *s, int64_t number)
{
    float *now = s->piece[number % RING];
    for (int b = 0; b < BANDS; b++) {
        now[b] = sqrtf(s->sum[b]);
        s->sum[b] = 0.0f;
    }
    const int64_t at = number - ASIDE;
    if (at < 0)
        return;
    const float *mid = s->piece[at % RING];
    const float *before = s->piece[(number + 1) % RING]; /* zeros at the very first */
    float hits = 0.0f, all = 0.0f;
    for (int b = 0; b < BANDS; b++) {
        const float over = mid[b] - (before[b] > now[b] ? before[b] : now[b]);
        hits += over > 0.0f ? over : 0.0f;
        all += mid[b];
    }
    second *to = &s->second[at * PIECE / SNQ_HOPS_PER_S];
    to->hits += hits;
    to->all += all;
}

static void take_levels(state *s, const snq_hop *hop, uint32_t n)
{
    float power[LEVELS_AT_ONCE];
    for (uint32_t i = 0; i < n; i++) {
        const double samples = (double)hop[i].frames * s->channels;
        power[i] = hop[i].frames ? (float)(hop[i].energy / samples) : 0.0f;
    }
    snq_attack_levels(power, n, s->level + s->hops);
}

static snq_status block(void *p, const snq_hop_block *b)
{
    state *s = p;
    for (uint32_t i = 0; i < b->pitch_frames; i++) {
        snq_note_pitch_push(s->file, b->pitch[i]);
        if (s->in_region)
            snq_note_pitch_push(s->region, b->pitch[i]);
    }
    if (s->hops + b->hops > HOPS_MAX)
        return SNQ_OK; /* the music refuses it in the end */
    SNQ_TRY(reserve(s, s->hops + b->hops));
    for (uint32_t from = 0, n; from < b->hops; from += n) {
        n = b->hops - from < LEVELS_AT_ONCE ? b->hops - from : LEVELS_AT_ONCE;
        take_levels(s, b->hop + from, n);
        for (uint32_t i = 0; i < n; i++, s->hops++) {
            const float *mel = b->mel + (size_t)(from + i) * BANDS;
            for (int k = 0; k < BANDS; k++)
                s->sum[k] += mel[k];
            if (s->hops % PIECE == PIECE - 1)
                piece_done(s, s->hops / PIECE);
        }
    }
    return SNQ_OK;
}

/* ---- a stretch of time ------------------------------------------------------------------------ */

/* Hops [from, to). */
typedef struct stretch {
    int64_t from, to;
} stretch;

static stretch stretch_of(const state *s, snq_span span)
{
    stretch x = { (int64_t)(span.start_s * SNQ_HOPS_PER_S + 0.5),
                  (int64_t)ceil(span.end_s * SNQ_HOPS_PER_S - 0.5) };
    x.to = x.to < s->hops ? x.to : s->hops;
    x.from = x.from < x.to ? x.from : x.to;
    return x;
}

static uint16_t top_level(const state *s, stretch x)
{
    uint16_t top = 0;
    for (int64_t i = x.from; i < x.to; i++)
        top = s->level[i] > top ? s->level[i] : top;
    return top;
}

/* Seconds that sound, pauses under PAUSE_HOPS included; 0 is silence. */
static double sounding_s(const state *s, stretch x)
{
    const int least = top_level(s, x) - SOUNDS_CB;
    int64_t n = 0, last = INT64_MIN / 2;
    for (int64_t i = x.from; i < x.to; i++) {
        if (s->level[i] <= (least > SILENT_CB ? least : SILENT_CB))
            continue;
        n += i - last < PAUSE_HOPS ? i - last : 1;
        last = i;
    }
    return (double)n / SNQ_HOPS_PER_S;
}

static int starts_with_sound(const state *s, stretch x)
{
    const stretch start = { x.from, x.from + START_HOPS < x.to ? x.from + START_HOPS : x.to };
    return top_level(s, start) + START_CB > top_level(s, x);
}

/* Onsets of the stretch: their number. ms (ATTACKS_MAX,): the attacks of those where the level rises, *rises. */
static uint32_t attacks_of(const state *s, const snq_rhythm_rows *rows, stretch x, float *ms,
                           uint32_t *rises)
{
    uint32_t n = 0;
    *rises = 0;
    int64_t at = snq_onset_first(rows, x.from);
    const int64_t end = x.to < rows->hops ? x.to : rows->hops;
    if (at >= end && starts_with_sound(s, x))
        at = x.from;
    for (int64_t next; at < end; at = next, n++) {
        next = snq_onset_next(rows, at);
        const double rise = snq_attack_ms(s->level, s->hops, at, next);
        if (rise >= 0.0 && *rises < ATTACKS_MAX)
            ms[(*rises)++] = (float)rise;
    }
    return n;
}

static double hits_of(const state *s, stretch x)
{
    double hits = 0.0, all = 0.0;
    for (int64_t i = x.from / SNQ_HOPS_PER_S; i * SNQ_HOPS_PER_S < x.to; i++) {
        hits += (double)s->second[i].hits;
        all += (double)s->second[i].all;
    }
    return all > 0.0 ? hits / all : 0.0;
}

static uint32_t beats_before(const snq_beat_path *b, double t_s)
{
    uint32_t lo = 0, hi = b->beats;
    while (lo < hi) {
        const uint32_t mid = lo + (hi - lo) / 2;
        if (b->time_s[mid] < t_s)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

static snq_status pulse_of(state *s, const snq_rhythm_rows *rows, snq_span span, snq_measure *pulse)
{
    const snq_beat_path *beats;
    SNQ_TRY(snq_music_beats(s->music, &beats));
    const uint32_t from = beats_before(beats, span.start_s), to = beats_before(beats, span.end_s);
    *pulse = snq_pulse_strength(rows, to > from ? beats->time_s + from : NULL, to - from);
    return SNQ_OK;
}

static uint32_t labels_of(const snq_patterns *p, double hits)
{
    uint32_t labels = 0;
    if (!p->pulse.reason && p->pulse.value >= RHYTHMIC_LEAST)
        labels |= SNQ_PATTERN_RHYTHMIC;
    if (!p->hnr_db.reason && p->hnr_db.value >= TONAL_LEAST_DB)
        labels |= SNQ_PATTERN_TONAL;
    const double attack = fmax(p->attack_ms.value, ATTACK_LEAST_MS);
    if (!p->attack_ms.reason && hits >= PERCUSSIVE_A_MS * attack)
        labels |= SNQ_PATTERN_PERCUSSIVE;
    return labels;
}

/* Everything but what note_pitch says, which is there already. */
static snq_status complete(state *s, snq_span span, float *scratch, snq_patterns *p)
{
    snq_rhythm_rows rows;
    SNQ_TRY(snq_music_onsets(s->music, &rows));
    const stretch x = stretch_of(s, span);
    const double sounding = sounding_s(s, x);
    if (sounding <= 0.0) {
        p->pulse = p->transients_per_s = p->attack_ms = snq_unmeasured("silence");
        p->labels = 0;
        return SNQ_OK;
    }
    SNQ_TRY(pulse_of(s, &rows, span, &p->pulse));
    uint32_t rises;
    const uint32_t n = attacks_of(s, &rows, x, scratch, &rises);
    p->transients_per_s = snq_measured(n / fmax(sounding, 1.0));
    p->attack_ms = rises ? snq_measured((double)snq_median_of(scratch, rises, scratch))
                         : snq_unmeasured("no attacks");
    p->labels = labels_of(p, hits_of(s, x));
    return SNQ_OK;
}

static void take_note(snq_note_pitch *note, snq_patterns *p)
{
    const snq_note_answer answer = snq_note_pitch_run(note);
    p->f0_hz = answer.f0_hz;
    p->hnr_db = answer.hnr_db;
}

/* ---- the analyser ----------------------------------------------------------------------------- */

static snq_status region_begin(void *p, int64_t first_hop)
{
    state *s = p;
    s->in_region = 1;
    snq_note_pitch_reset(s->region);
    return SNQ_OK;
}

/* What the music says of it is known in the end only. */
static snq_status region_end(void *p, int64_t end_hop, snq_region *region)
{
    state *s = p;
    s->in_region = 0;
    if (region->has_music)
        take_note(s->region, &region->patterns);
    return SNQ_OK;
}

static snq_status answer(state *s, snq_hearing *h, float *scratch)
{
    const snq_span all = { 0.0, snq_music_duration_s(s->music) };
    take_note(s->file, &h->patterns);
    SNQ_TRY(complete(s, all, scratch, &h->patterns));
    h->patterns_reason = NULL;
    for (uint32_t i = 0; i < h->regions; i++) {
        snq_region *region = &h->region[i];
        if (!region->has_music)
            continue;
        SNQ_TRY(complete(s, region->span, scratch, &region->patterns));
        region->patterns_reason = NULL;
    }
    return SNQ_OK;
}

static snq_status finish(void *p, snq_hearing *h)
{
    state *s = p;
    /* the last pieces, with silence beside them */
    for (int64_t i = s->hops / PIECE, end = i + ASIDE; i <= end && s->hops; i++)
        piece_done(s, i);
    float *scratch = snq_alloc(ATTACKS_MAX, sizeof *scratch);
    if (!scratch)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for %d attacks", ATTACKS_MAX);
    const snq_status st = answer(s, h, scratch);
    snq_free(scratch);
    return st;
}

static snq_status whole(void *p, snq_hearing *h, snq_region *region)
{
    region->patterns_reason = h->patterns_reason;
    region->patterns = h->patterns;
    return SNQ_OK;
}

static void refuse(snq_hearing *h, snq_region *region, const char *reason)
{
    if (region)
        region->patterns_reason = reason;
    else
        h->patterns_reason = reason;
}

static void adopt(snq_hearing *h, snq_region *region, const snq_hearing *from,
                  const snq_region *from_region)
{
    if (region) {
        region->patterns = from_region->patterns;
        region->patterns_reason = from_region->patterns_reason;
        return;
    }
    h->patterns = from->patterns;
    h->patterns_reason = from->patterns_reason;
}

const snq_analyser snq_patterns_analyser = {
    .id = "patterns",
    .title = "rhythmic, tonal, percussive",
    .version = "1",
    .needs = SNQ_NEED_LEVELS | SNQ_NEED_PITCH | SNQ_NEED_MUSIC,
    .begin = begin,
    .block = block,
    .region_begin = region_begin,
    .region_end = region_end,
    .finish = finish,
    .whole = whole,
    .refuse = refuse,
    .adopt = adopt,
    .free = state_free,
};
