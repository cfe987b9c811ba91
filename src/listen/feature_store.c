// SPDX-License-Identifier: MIT
/* IDEA   Walk over each block of samples once for each kind of feature, cut at the edges of hops, and
 *        keep the results in rings until every analyser has seen them.
 * STEPS  block -> levels, K-weighted energy, true peak: sums over each hop's part of the block, added
 *                 to the hop (a hop may span blocks)
 *        block -> fine spectra of all channels -> ring of frames
 *        block -> mono mean -> mel powers (mel_track.c)
 *        ready = hops whose samples are complete, whose mel powers are there and behind which the
 *                next fine spectrum's centre lies
 *        silence: a chunk of zeros leaves all sums as they are; filters that have come to rest are
 *                 not run, windows of zeros have no power. The answers are those of running all.
 * CONST  Fine window: the least power of two that lasts 75 ms: 4096 at 44.1 and 48 kHz (85 to 93 ms,
 *        bins of 11 to 12 Hz), half overlapped, so that each sample weighs the same within 3 dB.
 * COST   See `make bench`.
 * LIMITS The mono stream is the mean of the channels: what is in antiphase is missing from mel, not
 *        from levels and fine. */
#include "listen/feature_store.h"

#include <string.h>

#include "base/alloc.h"
#include "dsp/kweight.h"
#include "dsp/levels.h"
#include "dsp/silence.h"
#include "dsp/stft.h"
#include "dsp/truepeak.h"
#include "listen/mel_track_impl.h"
#include "listen/pitch_track_impl.h"

enum {
    CHUNK = SNQ__MEL_CHUNK, /* frames that are worked on at once: stays in the cache */
    HOPS_MIN = 64,          /* rooms that the rings begin with: */
    FINE_MIN = 8,           /* most files are short */
    VIEW_HOPS = 256,        /* hops in one view */
    VIEW_FINE = 128,        /* fine frames in one view: 2.56 s at 27 a second, with room */
    VIEW_PITCH = 32,        /* pitch frames in one view: 2.56 s at 10 a second, with room */
    PITCH_MIN = 8,
};

#define LOW_HZ 120.0

struct snq_features {
    snq_features_cfg cfg;
    snq_timegrid grid;
    double gain[SNQ_CHANNELS_MAX];
    uint32_t window, fine_hop, bins, low_bins, fine_size; /* fine_size: floats a frame */

    snq_levels *levels;
    snq_kweight *kweight;
    snq_truepeak *truepeak;
    snq_stft *stft;
    snq__mel_track *mel_track;
    snq__pitch_track *pitch_track;

    int64_t frames;  /* pushed */
    int64_t dropped; /* first hop kept */
    int ended;

    snq_hop *hop;      /* ring (hop_room,) by hop number */
    float *mel;        /* ring (hop_room, SNQ_MEL_BANDS) */
    uint32_t hop_room; /* power of two */
    float *fine;       /* ring (fine_room, fine_size) by frame number; what is silent isn't in it */
    uint8_t *fine_silent; /* ring (fine_room,) */
    float *fine_zero;     /* (fine_size,) a silent frame */
    uint32_t fine_room;
    int64_t fine_done, fine_dropped;

    snq_pitch_frame *pitch; /* ring (pitch_room,) by frame number */
    uint32_t pitch_room;
    int64_t pitch_dropped;

    /* S: hops that a chunk touches at most */
    uint32_t *segment;    /* (S,) frames of the chunk in each hop */
    snq_level *seg_level; /* (S, channels) */
    double *seg_k;        /* (S, channels) */
    double *seg_cross;    /* (S,) */
    float *seg_peak;      /* (S,) */
    float *seg_floor;     /* (S,) */
    snq_fine_frame view[VIEW_FINE];
    const snq_pitch_frame *pitch_view[VIEW_PITCH];
};

static uint32_t fine_window(uint32_t rate_hz)
{
    uint32_t n = 64;
    while (n < 0.075 * rate_hz)
        n *= 2;
    return n;
}

static snq_status push_pitch(void *user, const float *samples, size_t n);

static snq_status make_all(snq_features *f)
{
    const uint32_t needs = f->cfg.needs, channels = f->cfg.channels;
    if (needs & SNQ_NEED_LEVELS)
        SNQ_TRY(snq_levels_new(&(snq_levels_cfg) { .channels = channels }, &f->levels));
    if (needs & SNQ_NEED_KWEIGHT)
        SNQ_TRY(snq_kweight_new(
            &(snq_kweight_cfg) { .rate_hz = f->cfg.rate_hz, .channels = channels }, &f->kweight));
    if (needs & SNQ_NEED_TRUE_PEAK)
        SNQ_TRY(snq_truepeak_new(
            &(snq_truepeak_cfg) { .rate_hz = f->cfg.rate_hz, .channels = channels }, &f->truepeak));
    if (needs & SNQ_NEED_FINE) {
        SNQ_TRY(snq_stft_new(&(snq_stft_cfg) { .channels = channels,
                                               .window = f->window,
                                               .hop = f->fine_hop,
                                               .cross_bins = channels == 2 ? f->low_bins : 0 },
                             &f->stft));
        f->fine_zero = snq_calloc(f->fine_size, sizeof *f->fine_zero);
        if (!f->fine_zero)
            return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for a silent spectrum");
    }
    if (needs & SNQ_NEED_MEL)
        SNQ_TRY(snq__mel_track_new(f->cfg.rate_hz, &f->mel_track));
    if (needs & SNQ_NEED_PITCH) {
        SNQ_TRY(snq__pitch_track_new(&f->pitch_track));
        snq__mel_track_tap(f->mel_track, push_pitch, f);
    }
    const size_t most = CHUNK / (f->cfg.rate_hz / SNQ_HOPS_PER_S) + 2; /* S */
    f->segment = snq_calloc(most, sizeof *f->segment);
    f->seg_level = snq_calloc(most * channels, sizeof *f->seg_level);
    f->seg_k = snq_calloc(most * channels, sizeof *f->seg_k);
    f->seg_cross = snq_calloc(most, sizeof *f->seg_cross);
    f->seg_peak = snq_calloc(most, sizeof *f->seg_peak);
    f->seg_floor = snq_calloc(most, sizeof *f->seg_floor);
    if (!f->segment || !f->seg_level || !f->seg_k || !f->seg_cross || !f->seg_peak || !f->seg_floor)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for the features of a chunk");
    return SNQ_OK;
}

snq_status snq_features_new(const snq_features_cfg *cfg, snq_features **out)
{
    *out = NULL;
    if (cfg->channels < 1 || cfg->channels > SNQ_CHANNELS_MAX)
        return SNQ_FAIL(SNQ_ERR_RANGE, "%u channels, must be 1 .. %d", cfg->channels,
                        SNQ_CHANNELS_MAX);
    if (cfg->rate_hz < SNQ_RATE_MIN_HZ || cfg->rate_hz > SNQ_RATE_MAX_HZ)
        return SNQ_FAIL(SNQ_ERR_RANGE, "%u Hz, must be %d .. %d", cfg->rate_hz, SNQ_RATE_MIN_HZ,
                        SNQ_RATE_MAX_HZ);
    snq_features *f = snq_calloc(1, sizeof *f);
    if (!f)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for the features");
    f->cfg = *cfg;
    f->cfg.position = NULL;
    if (cfg->needs & SNQ_NEED_REGIONS)
        f->cfg.needs |= SNQ_NEED_LEVELS | SNQ_NEED_MEL;
    if (cfg->needs & SNQ_NEED_PITCH)
        f->cfg.needs |= SNQ_NEED_MEL; /* it has the mono stream */
    f->grid = (snq_timegrid) { .rate_hz = cfg->rate_hz, .hops_per_s = SNQ_HOPS_PER_S };
    f->window = fine_window(cfg->rate_hz);
    f->fine_hop = f->window / 2;
    f->bins = f->window / 2 + 1;
    f->low_bins = (uint32_t)(LOW_HZ * f->window / cfg->rate_hz) + 1;
    f->fine_size = f->bins + 2 * f->low_bins;
    const snq_position unknown[SNQ_CHANNELS_MAX] = { SNQ_POSITION_UNKNOWN };
    snq_kweight_gains(cfg->position ? cfg->position : unknown, cfg->channels, f->gain);
    const snq_status st = make_all(f);
    if (st < 0) {
        snq_features_free(f);
        return st;
    }
    *out = f;
    return SNQ_OK;
}

void snq_features_free(snq_features *f)
{
    if (!f)
        return;
    snq_levels_free(f->levels);
    snq_kweight_free(f->kweight);
    snq_truepeak_free(f->truepeak);
    snq_stft_free(f->stft);
    snq__mel_track_free(f->mel_track);
    snq__pitch_track_free(f->pitch_track);
    void *const own[] = { f->hop,       f->mel,      f->fine,      f->fine_silent,
                          f->fine_zero, f->segment,  f->seg_level, f->seg_k,
                          f->seg_cross, f->seg_peak, f->seg_floor, f->pitch };
    for (size_t i = 0; i < SNQ_COUNT(own); i++)
        snq_free(own[i]);
    snq_free(f);
}

snq_analyser_setup snq_features_setup(const snq_features *f)
{
    return (snq_analyser_setup) { .rate_hz = f->cfg.rate_hz,
                                  .channels = f->cfg.channels,
                                  .grid = f->grid,
                                  .window = f->window,
                                  .bins = f->bins,
                                  .low_bins = f->low_bins };
}

/* ---- rings ------------------------------------------------------------------------------------ */

/* Room in the hop ring for all hops below `end`: those kept move to where their number belongs. */
static snq_status reserve_hops(snq_features *f, int64_t end)
{
    if (end - f->dropped <= f->hop_room)
        return SNQ_OK;
    if (end - f->dropped > SNQ_FEATURES_HOPS_MAX)
        return SNQ_FAIL(SNQ_ERR_TOO_BIG, "more than %d hops kept", SNQ_FEATURES_HOPS_MAX);
    uint32_t room = f->hop_room ? f->hop_room : HOPS_MIN;
    while (room < end - f->dropped)
        room *= 2;
    snq_hop *hop = snq_calloc(room, sizeof *hop);
    const int with_mel = f->mel_track != NULL;
    float *mel = with_mel ? snq_calloc((size_t)room * SNQ_MEL_BANDS, sizeof *mel) : NULL;
    if (!hop || (with_mel && !mel)) {
        snq_free(hop);
        snq_free(mel);
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for %u hops of features", room);
    }
    for (int64_t i = f->dropped; f->hop_room && i < f->dropped + f->hop_room; i++) {
        hop[i % room] = f->hop[i % f->hop_room];
        if (with_mel)
            memcpy(mel + i % room * SNQ_MEL_BANDS, f->mel + i % f->hop_room * SNQ_MEL_BANDS,
                   SNQ_MEL_BANDS * sizeof *mel);
    }
    snq_free(f->hop);
    snq_free(f->mel);
    f->hop = hop;
    f->mel = mel;
    f->hop_room = room;
    return SNQ_OK;
}

static snq_status reserve_fine(snq_features *f)
{
    if (f->fine_done - f->fine_dropped < f->fine_room)
        return SNQ_OK;
    const uint32_t room = f->fine_room ? 2 * f->fine_room : FINE_MIN;
    float *fine = snq_calloc((size_t)room * f->fine_size, sizeof *fine);
    uint8_t *silent = snq_calloc(room, sizeof *silent);
    if (!fine || !silent) {
        snq_free(fine);
        snq_free(silent);
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for %u spectra", room);
    }
    for (int64_t i = f->fine_dropped; i < f->fine_done; i++) {
        memcpy(fine + i % room * f->fine_size, f->fine + i % f->fine_room * f->fine_size,
               f->fine_size * sizeof *fine);
        silent[i % room] = f->fine_silent[i % f->fine_room];
    }
    snq_free(f->fine);
    snq_free(f->fine_silent);
    f->fine = fine;
    f->fine_silent = silent;
    f->fine_room = room;
    return SNQ_OK;
}

/* The hop in which the centre of fine frame k lies. */
static int64_t fine_hop_of(const snq_features *f, int64_t k)
{
    return snq_timegrid_hop(f->grid, k * f->fine_hop + f->fine_hop / 2);
}

/* The first fine frame kept whose centre lies in hop `first` or behind. */
static int64_t first_fine(const snq_features *f, int64_t first)
{
    /* centre floor((k + 1/2) fine_hop) >= start of the hop: near by division, then exactly */
    int64_t k = snq_timegrid_frame(f->grid, first) / f->fine_hop - 1;
    k = k > f->fine_dropped ? k : f->fine_dropped;
    while (k < f->fine_done && fine_hop_of(f, k) < first)
        k++;
    return k;
}

static snq_status fine_sink(void *user, const snq_stft_frame *frame)
{
    snq_features *f = user;
    SNQ_TRY(reserve_fine(f));
    f->fine_silent[f->fine_done % f->fine_room] = frame->silent != 0;
    if (frame->silent) {
        f->fine_done++;
        return SNQ_OK;
    }
    float *to = f->fine + f->fine_done % f->fine_room * f->fine_size;
    memcpy(to, frame->power, f->bins * sizeof *to);
    if (frame->cross) {
        memcpy(to + f->bins, frame->cross, f->low_bins * sizeof *to);
        memcpy(to + f->bins + f->low_bins, frame->balance, f->low_bins * sizeof *to);
    }
    f->fine_done++;
    return SNQ_OK;
}

static snq_status mel_sink(void *user, int64_t hop, const float *mel)
{
    snq_features *f = user;
    SNQ_TRY(reserve_hops(f, hop + 1));
    memcpy(f->mel + hop % f->hop_room * SNQ_MEL_BANDS, mel, SNQ_MEL_BANDS * sizeof *mel);
    return SNQ_OK;
}

static snq_status pitch_sink(void *user, int64_t number, const snq_pitch_frame *frame)
{
    snq_features *f = user;
    if (number - f->pitch_dropped >= f->pitch_room) {
        const uint32_t room = f->pitch_room ? 2 * f->pitch_room : PITCH_MIN;
        snq_pitch_frame *pitch = snq_calloc(room, sizeof *pitch);
        if (!pitch)
            return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for %u pitch spectra", room);
        for (int64_t i = f->pitch_dropped; i < number; i++)
            pitch[i % room] = f->pitch[i % f->pitch_room];
        snq_free(f->pitch);
        f->pitch = pitch;
        f->pitch_room = room;
    }
    f->pitch[number % f->pitch_room] = *frame;
    return SNQ_OK;
}

static snq_status push_pitch(void *user, const float *samples, size_t n)
{
    snq_features *f = user;
    return snq__pitch_track_push(f->pitch_track, samples, n, pitch_sink, f);
}

/* ---- stream ----------------------------------------------------------------------------------- */

/* Cut [frames, frames + n) at hop edges: segment lengths; returns how many. */
static uint32_t cut(snq_features *f, size_t n)
{
    uint32_t segments = 0;
    int64_t at = f->frames, hop = snq_timegrid_hop(f->grid, at);
    const int64_t end = at + (int64_t)n;
    while (at < end) {
        int64_t to = snq_timegrid_frame(f->grid, ++hop);
        to = to < end ? to : end;
        f->segment[segments++] = (uint32_t)(to - at);
        at = to;
    }
    return segments;
}

/* Largest magnitude. */
static float level_peak(const snq_level *l)
{
    return -l->min > l->max ? -l->min : l->max;
}

static void add_levels(const snq_features *f, snq_hop *hop, uint32_t i)
{
    const uint32_t channels = f->cfg.channels;
    for (uint32_t c = 0; c < channels; c++) {
        const snq_level *l = &f->seg_level[i * channels + c];
        const float peak = level_peak(l);
        hop->sum[c] += l->sum;
        hop->energy += l->sum_sq;
        hop->clipped += l->clipped;
        hop->peak = peak > hop->peak ? peak : hop->peak;
    }
    hop->left += f->seg_level[i * channels].sum_sq;
    hop->right += channels > 1 ? f->seg_level[i * channels + 1].sum_sq : 0.0;
    hop->cross += f->seg_cross[i];
}

/* The largest sample of each segment, all channels; NULL when levels are not computed. */
static const float *sample_peaks(const snq_features *f, uint32_t segments)
{
    if (!f->levels)
        return NULL;
    for (uint32_t i = 0; i < segments; i++) {
        float most = 0.0f;
        for (uint32_t c = 0; c < f->cfg.channels; c++) {
            const float peak = level_peak(&f->seg_level[i * f->cfg.channels + c]);
            most = peak > most ? peak : most;
        }
        f->seg_floor[i] = most;
    }
    return f->seg_floor;
}

/* Sums over each of the chunk's segments, added to its hop. */
static void measure(snq_features *f, const snq_audio *chunk, uint32_t segments, int64_t first)
{
    const uint32_t channels = f->cfg.channels;
    if (f->levels)
        snq_levels_push(f->levels, chunk, f->segment, segments, f->seg_level, f->seg_cross);
    if (f->kweight)
        snq_kweight_push(f->kweight, chunk, f->segment, segments, f->seg_k);
    if (f->truepeak)
        snq_truepeak_push_over(f->truepeak, chunk, f->segment, segments, sample_peaks(f, segments),
                               f->seg_peak);
    for (uint32_t i = 0; i < segments; i++) {
        snq_hop *hop = &f->hop[(first + i) % f->hop_room];
        if (f->levels)
            add_levels(f, hop, i);
        for (uint32_t c = 0; f->kweight && c < channels; c++)
            hop->k_energy += f->gain[c] * f->seg_k[i * channels + c];
        if (f->truepeak && f->seg_peak[i] > hop->true_peak)
            hop->true_peak = f->seg_peak[i];
    }
}

/* Do the filters keep nothing of what they have heard? Then silence adds nothing to any hop. */
static int at_rest(const snq_features *f)
{
    return (!f->kweight || snq_kweight_is_at_rest(f->kweight)) &&
           (!f->truepeak || snq_truepeak_is_at_rest(f->truepeak));
}

static snq_status push_chunk(snq_features *f, const snq_audio *chunk)
{
    const uint32_t segments = cut(f, chunk->frames);
    const int64_t first = snq_timegrid_hop(f->grid, f->frames);
    const int silent = snq_audio_is_silent(chunk);
    SNQ_TRY(reserve_hops(f, first + segments));
    for (uint32_t i = 0; i < segments; i++) {
        snq_hop *hop = &f->hop[(first + i) % f->hop_room];
        if (snq_timegrid_frame(f->grid, first + i) >= f->frames)
            *hop = (snq_hop) { 0 }; /* a new hop: the slot may hold a dropped one */
        hop->frames += f->segment[i];
    }
    if (!silent || !at_rest(f))
        measure(f, chunk, segments, first);
    else if (f->levels)
        snq_levels_reset(f->levels); /* silence ends a run at the ceiling */
    f->frames += (int64_t)chunk->frames;
    if (f->stft && silent)
        SNQ_TRY(snq_stft_push_silence(f->stft, chunk->frames, fine_sink, f));
    else if (f->stft)
        SNQ_TRY(snq_stft_push(f->stft, chunk, fine_sink, f));
    return f->mel_track ? snq__mel_track_push(f->mel_track, chunk, silent, mel_sink, f) : SNQ_OK;
}

snq_status snq_features_push(snq_features *f, const snq_audio *block)
{
    for (size_t at = 0; at < block->frames; at += CHUNK) {
        const snq_audio chunk = snq_audio_part(block, at, CHUNK);
        SNQ_TRY(push_chunk(f, &chunk));
    }
    return SNQ_OK;
}

/* Hops that the samples so far touch. */
static int64_t hops_begun(const snq_features *f)
{
    return f->frames ? snq_timegrid_hop(f->grid, f->frames - 1) + 1 : 0;
}

snq_status snq_features_finish(snq_features *f)
{
    const int64_t hops = hops_begun(f);
    if (f->truepeak && hops) {
        snq_hop *last = &f->hop[(hops - 1) % f->hop_room];
        const float peak = snq_truepeak_finish(f->truepeak);
        last->true_peak = peak > last->true_peak ? peak : last->true_peak;
    }
    if (f->stft)
        SNQ_TRY(snq_stft_finish(f->stft, fine_sink, f));
    if (f->mel_track)
        SNQ_TRY(snq__mel_track_finish(f->mel_track, hops, mel_sink, f));
    if (f->pitch_track)
        SNQ_TRY(snq__pitch_track_finish(f->pitch_track, snq__pitch_frames(hops), pitch_sink, f));
    f->ended = 1;
    return SNQ_OK;
}

/* The hop in which the centre of a pitch frame lies. */
static int64_t pitch_hop(int64_t frame)
{
    return frame * SNQ_PITCH_HOPS + SNQ_PITCH_HOPS / 2;
}

int64_t snq_features_ready(const snq_features *f)
{
    if (f->ended)
        return hops_begun(f);
    /* not the last hop, though it may be full: what the end brings (a spectrum whose centre lies just
     * behind it, the last peak between samples) belongs there */
    int64_t ready = f->frames ? snq_timegrid_hop(f->grid, f->frames - 1) : 0;
    if (f->mel_track && snq__mel_track_done(f->mel_track) < ready)
        ready = snq__mel_track_done(f->mel_track);
    if (f->pitch_track && pitch_hop(snq__pitch_track_done(f->pitch_track)) < ready)
        ready = pitch_hop(snq__pitch_track_done(f->pitch_track));
    if (f->stft && fine_hop_of(f, f->fine_done) < ready)
        ready = fine_hop_of(f, f->fine_done);
    return ready;
}

int64_t snq_features_frames(const snq_features *f)
{
    return f->frames;
}

/* The pitch frames whose centre lies in hops first .. end - 1; at the end of the stream also the one whose
 * centre lies behind it. */
static void view_pitch(snq_features *f, snq_hop_block *b, int64_t first, int64_t end)
{
    int64_t k = (first + SNQ_PITCH_HOPS / 2 - 1) / SNQ_PITCH_HOPS;
    const int64_t done = snq__pitch_track_done(f->pitch_track);
    const int last = f->ended && end == hops_begun(f);
    b->pitch = f->pitch_view;
    b->pitch_first = k;
    for (; k < done && (pitch_hop(k) < end || (last && k < snq__pitch_frames(end))); k++)
        f->pitch_view[b->pitch_frames++] = &f->pitch[k % f->pitch_room];
}

void snq_features_view(snq_features *f, int64_t first, int64_t end, snq_hop_block *b)
{
    const int64_t wrap = f->hop_room ? f->hop_room - first % f->hop_room : 0;
    int64_t hops = end - first;
    hops = hops < wrap ? hops : wrap;
    hops = hops < VIEW_HOPS ? hops : VIEW_HOPS;
    hops = hops > 0 ? hops : 0;
    *b = (snq_hop_block) { .grid = f->grid,
                           .channels = f->cfg.channels,
                           .first = first,
                           .hops = (uint32_t)hops,
                           .window = f->window,
                           .bins = f->bins,
                           .low_bins = f->low_bins,
                           .fine = f->view };
    if (!hops)
        return;
    b->hop = &f->hop[first % f->hop_room];
    b->mel = f->mel ? f->mel + first % f->hop_room * SNQ_MEL_BANDS : NULL;
    if (f->pitch_track)
        view_pitch(f, b, first, first + hops);
    int64_t k = first_fine(f, first);
    /* the last spectrum's centre may lie just behind the end of the stream */
    const int last = f->ended && first + hops == hops_begun(f);
    for (; k < f->fine_done && (last || fine_hop_of(f, k) < first + hops); k++) {
        const int two = f->cfg.channels == 2, silent = f->fine_silent[k % f->fine_room];
        const float *frame = silent ? f->fine_zero : f->fine + k % f->fine_room * f->fine_size;
        f->view[b->fine_frames++] =
            (snq_fine_frame) { .power = frame,
                               .cross = two ? frame + f->bins : NULL,
                               .balance = two ? frame + f->bins + f->low_bins : NULL,
                               .silent = silent };
    }
}

void snq_features_drop(snq_features *f, int64_t first)
{
    if (first > f->dropped)
        f->dropped = first;
    while (f->pitch_track && f->pitch_dropped < snq__pitch_track_done(f->pitch_track) &&
           pitch_hop(f->pitch_dropped) < first)
        f->pitch_dropped++;
    while (f->fine_dropped < f->fine_done && fine_hop_of(f, f->fine_dropped) < first)
        f->fine_dropped++;
}
