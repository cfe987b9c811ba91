// SPDX-License-Identifier: MIT
/* IDEA   The recording at half its level, and a metronome that is as loud: together they reach what the
 *        recording alone reached, so nothing clips, and the click is heard over any music.
 * STEPS  p       largest |sample| of the recording
 *        g       0.5 min(1, F / p)                                    [gain; F: largest of 24 bits]
 *        b(t)    sin(2 pi f t) exp(-t / TAU) (1 - t / LENGTH), scaled so that its largest is 1
 *        y[n]    g x[n] + g p a b((n - s) / rate)                     [s: start of the last beat]
 *                |y| <= g p + g p a <= min(p, F)
 *        s       round(beat_s rate); f, a are HIGH on a downbeat, else LOW
 * CONST  1.5 kHz and 1 kHz, a fifth apart: as usual in sequencers, above most of what drums and voices
 *        fill, below what small loudspeakers lose. At rates under 6 kHz a quarter of the rate, and two
 *        thirds of that. TAU 6 ms: attack at once, heard as one stroke; LENGTH 25 ms is shorter than
 *        half of the shortest distance of beats (60 ms at 1000 BPM).
 *        a: 1 and 0.63 (-4 dB): the downbeat stands out by pitch and by level.
 * COST   two operations a sample.
 * LIMITS As loud as the recording's loudest moment: over a quiet passage of a piece that is loud elsewhere
 *        clicks are loud. A recording with one crack has clicks as loud as that. */
#include "media/click_track.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"

#define FULL_SCALE (8388607.0 / 8388608.0)
#define HIGH_HZ    1500.0
#define LOW_OF     (2.0 / 3.0) /* of the high one's frequency */
#define LOW_GAIN   0.63
#define TAU_S      0.006
#define LENGTH_S   0.025
/* Frames beyond this are never reached. */
#define FRAMES_MAX 0x1p62

typedef enum voice { LOW, HIGH, VOICES } voice;

struct snq_click_track {
    snq_click_track_cfg cfg;
    float gain;
    uint32_t length;              /* of a click, frames */
    float *click[VOICES];         /* (length,) each, as they are added */
    float *out[SNQ_CHANNELS_MAX]; /* (channels,) of (block_frames,) */
    int64_t at;                   /* frames pushed */
    uint32_t beat;                /* first that may sound from `at` on */
    uint32_t downbeat;            /* first that is not before `beat` */
};

static snq_status check_cfg(const snq_click_track_cfg *cfg)
{
    if (cfg->rate_hz < SNQ_RATE_MIN_HZ || cfg->rate_hz > SNQ_RATE_MAX_HZ)
        return SNQ_FAIL(SNQ_ERR_RANGE, "rate_hz %u is not in %d .. %d", cfg->rate_hz,
                        SNQ_RATE_MIN_HZ, SNQ_RATE_MAX_HZ);
    if (cfg->channels < 1 || cfg->channels > SNQ_CHANNELS_MAX)
        return SNQ_FAIL(SNQ_ERR_RANGE, "channels %u is not in 1 .. %d", cfg->channels,
                        SNQ_CHANNELS_MAX);
    if (cfg->block_frames < 1)
        return SNQ_FAIL(SNQ_ERR_RANGE, "block_frames is 0");
    if (!(cfg->peak >= 0.0 && cfg->peak <= (double)SNQ_SAMPLE_MAX))
        return SNQ_FAIL(SNQ_ERR_RANGE, "peak %g is not in 0 .. %g", cfg->peak,
                        (double)SNQ_SAMPLE_MAX);
    return SNQ_OK;
}

static void make_click(float *to, uint32_t length, double rate_hz, double hz, double gain)
{
    double most = 0.0;
    for (int pass = 0; pass < 2; pass++)
        for (uint32_t i = 0; i < length; i++) {
            const double t = i / rate_hz;
            const double v =
                sin(2.0 * M_PI * hz * t) * exp(-t / TAU_S) * (1.0 - (double)i / length);
            if (pass == 0)
                most = fmax(most, fabs(v));
            else
                to[i] = (float)(gain * v / most);
        }
}

snq_status snq_click_track_new(const snq_click_track_cfg *cfg, snq_click_track **out)
{
    *out = NULL;
    SNQ_TRY(check_cfg(cfg));
    snq_click_track *t = snq_calloc(1, sizeof *t);
    if (!t)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for clicks");
    const double gain = 0.5 * (cfg->peak > FULL_SCALE ? FULL_SCALE / cfg->peak : 1.0);
    const double high_hz = fmin(HIGH_HZ, cfg->rate_hz / 4.0);
    int short_of = 0;
    t->cfg = *cfg;
    t->gain = (float)gain;
    t->length = (uint32_t)lround(LENGTH_S * cfg->rate_hz);
    for (int v = 0; v < VOICES; v++)
        short_of |= !(t->click[v] = snq_calloc(t->length, sizeof(float)));
    for (uint32_t c = 0; c < cfg->channels; c++)
        short_of |= !(t->out[c] = snq_calloc(cfg->block_frames, sizeof(float)));
    if (short_of) {
        snq_click_track_free(t);
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for clicks in blocks of %u frames",
                        cfg->block_frames);
    }
    make_click(t->click[HIGH], t->length, cfg->rate_hz, high_hz, gain * cfg->peak);
    make_click(t->click[LOW], t->length, cfg->rate_hz, high_hz * LOW_OF,
               LOW_GAIN * gain * cfg->peak);
    *out = t;
    return SNQ_OK;
}

void snq_click_track_free(snq_click_track *t)
{
    if (!t)
        return;
    for (int v = 0; v < VOICES; v++)
        snq_free(t->click[v]);
    for (uint32_t c = 0; c < t->cfg.channels; c++)
        snq_free(t->out[c]);
    snq_free(t);
}

static int64_t frame_of(const snq_click_track *t, double time_s)
{
    return (int64_t)llround(fmin(time_s * t->cfg.rate_hz, FRAMES_MAX));
}

/* Whether the beat that starts there begins a bar. Asked in ascending order. */
static voice voice_at(snq_click_track *t, int64_t start)
{
    while (t->downbeat < t->cfg.downbeats && frame_of(t, t->cfg.downbeat_s[t->downbeat]) < start)
        t->downbeat++;
    return t->downbeat < t->cfg.downbeats && frame_of(t, t->cfg.downbeat_s[t->downbeat]) == start
               ? HIGH
               : LOW;
}

/* What of the click [start, end) falls into the n frames from t->at on. */
static void add_click(snq_click_track *t, const float *click, int64_t start, int64_t end, size_t n)
{
    const int64_t from = start > t->at ? start : t->at;
    const int64_t to = end < t->at + (int64_t)n ? end : t->at + (int64_t)n;
    for (uint32_t c = 0; c < t->cfg.channels; c++) {
        float *out = t->out[c];
        for (int64_t i = from; i < to; i++)
            out[i - t->at] += click[i - start];
    }
}

static void add_clicks(snq_click_track *t, size_t n)
{
    while (t->beat < t->cfg.beats) {
        const int64_t start = frame_of(t, t->cfg.beat_s[t->beat]);
        if (start >= t->at + (int64_t)n)
            return;
        int64_t end = start + t->length;
        if (t->beat + 1 < t->cfg.beats) {
            const int64_t next = frame_of(t, t->cfg.beat_s[t->beat + 1]);
            end = next < end ? next : end;
        }
        add_click(t, t->click[voice_at(t, start)], start, end, n);
        if (end > t->at + (int64_t)n)
            return; /* it goes on in the next block */
        t->beat++;
    }
}

snq_status snq_click_track_push(snq_click_track *t, const snq_audio *block, snq_audio *mixed)
{
    if (block->channels != t->cfg.channels)
        return SNQ_FAIL(SNQ_ERR_ARG, "%u channels, not %u", block->channels, t->cfg.channels);
    if (block->frames > t->cfg.block_frames)
        return SNQ_FAIL(SNQ_ERR_TOO_BIG, "a block of %zu frames, at most %u", block->frames,
                        t->cfg.block_frames);
    *mixed = (snq_audio) { .channels = block->channels,
                           .rate_hz = block->rate_hz,
                           .frames = block->frames };
    for (uint32_t c = 0; c < block->channels; c++) {
        for (size_t i = 0; i < block->frames; i++)
            t->out[c][i] = t->gain * block->channel[c][i];
        mixed->channel[c] = t->out[c];
    }
    add_clicks(t, block->frames);
    t->at += (int64_t)block->frames;
    return SNQ_OK;
}
