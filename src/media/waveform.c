// SPDX-License-Identifier: MIT
/* IDEA   A screen has a thousand columns, a song ten million samples: for each column keep how far
 *        the signal went down and up.
 * STEPS  s = clip(rint(32768 x), -32768, 32767)                                 [16-bit sample]
 *        m = trunc(sum over channels of s / channels)                           [mono mix]
 *        pixel p: min and max of s (or m) over frames [p z, (p + 1) z), z = samples_per_pixel
 *        stored: the extremum, or trunc(extremum / 256) with 8 bits
 *        Rounding is monotone, so a split channel looks for its extrema before it rounds.
 * CONST  the format and its integer arithmetic are those of BBC audiowaveform (doc/DataFormat.md and
 *        its documented behaviour on 16-bit input: sum divided by the channels, 8 bits by 256).
 * COST   bound by memory reads; 4 bytes kept a pixel and channel.
 * LIMITS samples beyond full scale are drawn at full scale. */
#include "media/waveform.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"

enum { ROW = 1024, FIRST_VALUES = 4096 };

struct snq_waveform {
    snq_waveform_cfg cfg;
    uint32_t rows;                                       /* channels that are kept */
    int16_t *value;                                      /* (pixels, rows, 2) min, max; owned */
    size_t room, used;                                   /* values */
    uint32_t in_pixel;                                   /* frames in the unfinished pixel */
    float low[SNQ_CHANNELS_MAX], high[SNQ_CHANNELS_MAX]; /* of it, in units of 16-bit samples */
    float mix[ROW];
};

snq_waveform_cfg snq_waveform_cfg_default(uint32_t rate_hz, uint32_t channels)
{
    return (snq_waveform_cfg) {
        .rate_hz = rate_hz, .channels = channels, .samples_per_pixel = 256, .bits = 16
    };
}

static snq_status check_cfg(const snq_waveform_cfg *cfg)
{
    if (cfg->rate_hz < SNQ_RATE_MIN_HZ || cfg->rate_hz > SNQ_RATE_MAX_HZ)
        return SNQ_FAIL(SNQ_ERR_RANGE, "rate_hz %u is not in %d .. %d", cfg->rate_hz,
                        SNQ_RATE_MIN_HZ, SNQ_RATE_MAX_HZ);
    if (cfg->channels < 1 || cfg->channels > SNQ_CHANNELS_MAX)
        return SNQ_FAIL(SNQ_ERR_RANGE, "channels %u is not in 1 .. %d", cfg->channels,
                        SNQ_CHANNELS_MAX);
    if (cfg->samples_per_pixel < 2 || cfg->samples_per_pixel > INT32_MAX)
        return SNQ_FAIL(SNQ_ERR_RANGE, "samples_per_pixel %u is not in 2 .. %d",
                        cfg->samples_per_pixel, INT32_MAX);
    if (cfg->bits != 8 && cfg->bits != 16)
        return SNQ_FAIL(SNQ_ERR_RANGE, "bits %u is neither 8 nor 16", cfg->bits);
    return SNQ_OK;
}

snq_status snq_waveform_new(const snq_waveform_cfg *cfg, snq_waveform **out)
{
    *out = NULL;
    SNQ_TRY(check_cfg(cfg));
    snq_waveform *w = snq_calloc(1, sizeof *w);
    if (!w)
        goto fail;
    w->cfg = *cfg;
    w->rows = cfg->split_channels ? cfg->channels : 1;
    w->room = FIRST_VALUES;
    w->value = snq_calloc(w->room, sizeof *w->value);
    if (!w->value)
        goto fail;
    *out = w;
    return SNQ_OK;
fail:
    snq_waveform_free(w);
    return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for a waveform");
}

void snq_waveform_free(snq_waveform *w)
{
    if (w)
        snq_free(w->value);
    snq_free(w);
}

/* To a whole 16-bit sample, kept as float; NaN becomes -32768. */
static inline float to_16(float x)
{
    const float magic = 0x1.8p23f; /* adding it leaves no fraction bits: ties to even */
    float v = x * 32768.0f;
    v = v > -32768.0f ? v : -32768.0f;
    v = v < 32767.0f ? v : 32767.0f;
    return (v + magic) - magic;
}

/* The mono mix of n <= ROW frames into w->mix. Sums stay under 2^19, so float is exact, and a
 * quotient that is not whole is at least 1/16 away from being so: truncating it is exact too. */
static void mix_row(snq_waveform *w, const snq_audio *block, size_t from, size_t n)
{
    const float channels = (float)block->channels;
    for (size_t i = 0; i < n; i++)
        w->mix[i] = to_16(block->channel[0][from + i]);
    for (uint32_t c = 1; c < block->channels; c++) {
        const float *x = block->channel[c] + from;
        for (size_t i = 0; i < n; i++)
            w->mix[i] += to_16(x[i]);
    }
    if (block->channels > 1)
        for (size_t i = 0; i < n; i++)
            w->mix[i] = (float)(int32_t)(w->mix[i] / channels);
}

static void extremes(const float *x, size_t n, float *low, float *high)
{
    float a = *low, b = *high;
    for (size_t i = 0; i < n; i++) {
        a = x[i] < a ? x[i] : a;
        b = x[i] > b ? x[i] : b;
    }
    *low = a;
    *high = b;
}

/* The unfinished pixel's value k of row r. */
static int16_t settled(const snq_waveform *w, uint32_t r, int high)
{
    const float x = high ? w->high[r] : w->low[r];
    return (int16_t)(w->cfg.split_channels ? to_16(x) : x);
}

static snq_status make_room(snq_waveform *w)
{
    const size_t need = w->used + (size_t)w->rows * 2;
    if (need > SNQ_WAVEFORM_VALUES_MAX)
        return SNQ_FAIL(SNQ_ERR_TOO_BIG, "more than %u values; take more than %u samples a pixel",
                        SNQ_WAVEFORM_VALUES_MAX, w->cfg.samples_per_pixel);
    if (need <= w->room)
        return SNQ_OK;
    int16_t *more = snq_regrow(w->value, w->room, w->room * 2, sizeof *w->value);
    if (!more)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for %zu values of a waveform", w->room * 2);
    w->value = more;
    w->room *= 2;
    return SNQ_OK;
}

snq_status snq_waveform_push(snq_waveform *w, const snq_audio *block)
{
    if (block->channels != w->cfg.channels)
        return SNQ_FAIL(SNQ_ERR_ARG, "%u channels into a waveform of %u", block->channels,
                        w->cfg.channels);
    for (size_t at = 0; at < block->frames;) {
        if (w->in_pixel == 0) {
            SNQ_TRY(make_room(w)); /* so that this pixel can always be finished */
            for (uint32_t r = 0; r < w->rows; r++) {
                w->low[r] = INFINITY;
                w->high[r] = -INFINITY;
            }
        }
        size_t n = w->cfg.samples_per_pixel - w->in_pixel;
        n = n < block->frames - at ? n : block->frames - at;
        n = n < ROW ? n : ROW;
        if (!w->cfg.split_channels) {
            mix_row(w, block, at, n);
            extremes(w->mix, n, &w->low[0], &w->high[0]);
        } else {
            for (uint32_t r = 0; r < w->rows; r++)
                extremes(block->channel[r] + at, n, &w->low[r], &w->high[r]);
        }
        at += n;
        w->in_pixel += (uint32_t)n;
        if (w->in_pixel == w->cfg.samples_per_pixel) {
            for (uint32_t r = 0; r < w->rows; r++) {
                w->value[w->used++] = settled(w, r, 0);
                w->value[w->used++] = settled(w, r, 1);
            }
            w->in_pixel = 0;
        }
    }
    return SNQ_OK;
}

uint32_t snq_waveform_length(const snq_waveform *w)
{
    return (uint32_t)(w->used / (2 * w->rows)) + (w->in_pixel > 0);
}

/* Value i as it is stored, the unfinished pixel included. */
static int stored(const snq_waveform *w, size_t i)
{
    const size_t last = i - w->used;
    const int v = i < w->used ? w->value[i] : settled(w, (uint32_t)(last / 2), (int)(last & 1));
    return w->cfg.bits == 8 ? v / 256 : v;
}

static size_t values(const snq_waveform *w)
{
    return (size_t)snq_waveform_length(w) * w->rows * 2;
}

static void put_u32(FILE *f, uint32_t v)
{
    for (int i = 0; i < 4; i++)
        putc((int)(v >> 8 * i & 255), f);
}

static snq_status written(FILE *f)
{
    errno = 0;
    if (fflush(f) != 0 || ferror(f))
        return SNQ_FAIL(SNQ_ERR_IO, "writing the waveform: %s", strerror(errno ? errno : EIO));
    return SNQ_OK;
}

snq_status snq_waveform_write_dat(const snq_waveform *w, FILE *to)
{
    const uint32_t head[] = {
        2,       w->cfg.bits == 8, w->cfg.rate_hz, w->cfg.samples_per_pixel, snq_waveform_length(w),
        w->rows,
    };
    for (size_t i = 0; i < SNQ_COUNT(head); i++)
        put_u32(to, head[i]);
    for (size_t i = 0; i < values(w); i++) {
        const int v = stored(w, i);
        putc(v & 255, to);
        if (w->cfg.bits == 16)
            putc(v >> 8 & 255, to);
    }
    return written(to);
}

snq_status snq_waveform_write_json(const snq_waveform *w, FILE *to)
{
    snq_json j;
    snq_json_init(&j, snq_json_to_file, to);
    snq_json_object(&j);
    snq_json_put_int(&j, "version", 2);
    snq_json_put_int(&j, "channels", w->rows);
    snq_json_put_int(&j, "sample_rate", w->cfg.rate_hz);
    snq_json_put_int(&j, "samples_per_pixel", w->cfg.samples_per_pixel);
    snq_json_put_int(&j, "bits", w->cfg.bits);
    snq_json_put_int(&j, "length", snq_waveform_length(w));
    snq_json_key(&j, "data");
    snq_json_array(&j);
    for (size_t i = 0; i < values(w); i++)
        snq_json_int(&j, stored(w, i));
    snq_json_end(&j);
    snq_json_end(&j);
    SNQ_TRY(snq_json_finish(&j));
    putc('\n', to);
    return written(to);
}
