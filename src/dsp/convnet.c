// SPDX-License-Identifier: MIT
/* convnet -- small convolutional networks over time.
 *
 * IDEA   Each layer looks at a few moments around the present one and draws conclusions that the
 *        next layer looks at in turn. Where the moments lie further and further apart from layer
 *        to layer, ten small layers overlook minutes. On a stream a layer need only remember the
 *        rows that its taps still have to see.
 *
 * STEPS  span = (taps - 1) dilation rows, pad = span / 2. Rows are numbered with pad rows of zeros
 *        in front, so that no number is negative: y[t] takes rows t stride + k dilation, k in
 *        [0, taps), and its residual is row t stride + pad. When `in` rows are written and t made,
 *            (in - t stride - span - 1) / stride + 1     (0 while in <= t stride + span)
 *        more can be made.
 *        ring:   a layer keeps its rows with f applied, once for all taps, in a ring whose first
 *                `mirror` rows stand behind its last once more: wherever a tap's rows for a block
 *                begin, they lie in one piece. Where f is relu and there is a residual, a second
 *                ring keeps the rows as they came.
 *        push:   rows go to the first layer; then the last layer that can make a whole block makes
 *                it and hands it to the next, until none can. So a layer holds no more than
 *                (BLOCK - 1) stride + span rows when up to BLOCK new ones come.
 *        finish: from first to last, a layer gets pad rows of zeros and makes what is left.
 *        kernel: takes sixteen outputs at a time (kernels_impl.h), and so weights are stored in
 *                tiles, (tile, tap, in, 16). Taps of dilation 1 are neighbours, and serve as one
 *                tap of taps x in inputs. Each output is one chain of additions in the order of the
 *                formula, alike for all rows: so blocks and pushes leave no trace.
 *
 * CONST  BLOCK 96: a multiple of the rows that the kernels work on at once (6, 12, 24); of 32
 *        channels 12 kB, which stay in the first cache beside the weights (32 to 32, 5 taps:
 *        20 kB). 48 is as fast, 192 takes 8 % longer. (our own measurement, 2026-11-21)
 *
 * COST   in taps out multiplications a row, out rounded up to a multiple of 16. A stack of layers
 *        of 32 channels and 5 taps runs at 0.7 of the machine's peak with AVX-512, 0.8 with AVX2
 *        (the kernel alone: 0.85 and 0.9); copying rows takes an eighth of the time. (2026-11-21,
 *        Xeon of the Sapphire Rapids kind)
 *        Memory: span + (2 stride + 1) BLOCK rows for each layer, not quite twice that where there
 *        are two rings.
 *
 * LIMITS The error of one long chain may grow with taps in. Weights of one tile that exceed the
 *        second cache (taps in > 8000) are read from memory again for every dozen rows. Nothing
 *        comes out before a block is full: who must answer row by row uses layers on a buffer.
 *
 * REFS   A. van den Oord et al., "WaveNet: a generative model for raw audio", arXiv:1609.03499,
 *        2016 (dilated convolutions); S. Bai, J. Z. Kolter, V. Koltun, "An empirical evaluation of
 *        generic convolutional and recurrent networks for sequence modeling", arXiv:1803.01271,
 *        2018. */
#include "dsp/convnet.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/cpu.h"
#include "dsp/denormals.h"
#include "dsp/simd/kernels_impl.h"

enum { BLOCK = 96, TILE = SNQ__CONV_TILE, DILATION_MAX = 4096, STRIDE_MAX = 16 };

/* Rows by number: row n stands at n mod cap, and behind the end once more if that is < mirror. */
typedef struct ring {
    float *row; /* (cap + mirror, width) */
    uint32_t cap, mirror, width;
} ring;

struct snq_conv {
    snq_conv_layer cfg; /* what new only borrowed is NULL */
    uint32_t span;      /* rows between first and last tap */
    snq__conv_plan plan;
    snq__conv_fn *run;
    float *weight, *bias; /* the plan's */
    ring seen;            /* f(x); none in a layer on a buffer without relu_in */
};

typedef struct layer {
    snq_conv *conv;
    ring raw;     /* x, where relu_in and residual: numbered without the pad rows */
    uint64_t in;  /* rows written, pad rows included */
    uint64_t out; /* rows made */
} layer;

struct snq_convnet {
    uint32_t layers;
    layer layer[SNQ_CONVNET_LAYERS_MAX];
    float *block; /* (BLOCK, widest out) what a layer has made */
};

/* ---- rings */

static snq_status ring_init(ring *r, uint32_t cap, uint32_t mirror, uint32_t width)
{
    *r = (ring) { .cap = cap, .mirror = mirror, .width = width };
    r->row = snq_alloc((size_t)cap + mirror, width * sizeof *r->row);
    return r->row ? SNQ_OK : SNQ_FAIL(SNQ_ERR_NOMEM, "convnet: %u rows of %u", cap + mirror, width);
}

static const float *ring_at(const ring *r, uint64_t number)
{
    return r->row + number % r->cap * r->width;
}

static void copy(float *y, const float *x, size_t n, int relu)
{
    if (!x)
        memset(y, 0, n * sizeof *y);
    else if (!relu)
        memcpy(y, x, n * sizeof *y);
    else
        for (size_t i = 0; i < n; i++)
            y[i] = x[i] > 0 ? x[i] : 0;
}

/* Rows number .. number + rows - 1 = x (rows, width), NULL: zeros; rows <= cap. */
static void ring_put(ring *r, uint64_t number, const float *x, uint32_t rows, int relu)
{
    while (rows) {
        const uint32_t at = (uint32_t)(number % r->cap), end = r->cap - at;
        const uint32_t n = rows < end ? rows : end;
        float *to = r->row + (size_t)at * r->width;
        copy(to, x, (size_t)n * r->width, relu);
        if (at < r->mirror) {
            const uint32_t twice = n < r->mirror - at ? n : r->mirror - at;
            memcpy(to + (size_t)r->cap * r->width, to, (size_t)twice * r->width * sizeof *to);
        }
        number += n;
        rows -= n;
        x = x ? x + (size_t)n * r->width : NULL;
    }
}

/* ---- one layer */

static snq_status check_layer(const snq_conv_layer *l)
{
    const struct {
        const char *name;
        uint32_t value, max;
    } field[] = {
        { "in", l->in, SNQ_CONVNET_CHANNELS_MAX }, { "out", l->out, SNQ_CONVNET_CHANNELS_MAX },
        { "taps", l->taps, SNQ_CONVNET_TAPS_MAX }, { "dilation", l->dilation, DILATION_MAX },
        { "stride", l->stride, STRIDE_MAX },
    };
    for (size_t i = 0; i < SNQ_COUNT(field); i++)
        if (field[i].value < 1 || field[i].value > field[i].max)
            return SNQ_FAIL(SNQ_ERR_RANGE, "%s %u is not in 1 .. %u", field[i].name, field[i].value,
                            field[i].max);
    if (l->taps % 2 == 0)
        return SNQ_FAIL(SNQ_ERR_RANGE, "taps %u is even", l->taps);
    if (l->residual && l->in != l->out)
        return SNQ_FAIL(SNQ_ERR_RANGE, "residual: in %u is not out %u", l->in, l->out);
    /* what is not finite would spoil what zeros make of the rows outside */
    const size_t weights = (size_t)l->taps * l->in * l->out;
    for (size_t i = 0; l->weight && i < weights; i++)
        if (!isfinite(l->weight[i]))
            return SNQ_FAIL(SNQ_ERR_RANGE, "weight %zu is not finite", i);
    for (uint32_t o = 0; !l->weight && o < l->out; o++)
        if (!isfinite(l->scale[o] * (float)INT16_MIN))
            return SNQ_FAIL(SNQ_ERR_RANGE, "scale %u is out of range", o);
    for (uint32_t o = 0; o < l->out; o++)
        if (!isfinite(l->bias[o]))
            return SNQ_FAIL(SNQ_ERR_RANGE, "bias %u is not finite", o);
    return SNQ_OK;
}

/* The weights of `width` outputs from o on: tile (taps in, TILE), the rest of each row zero. */
static void pack_tile(const snq_conv_layer *l, uint32_t o, uint32_t width, float *restrict tile)
{
    const size_t steps = (size_t)l->taps * l->in;
    float scale[TILE] = { 0.0f };
    if (!l->weight)
        memcpy(scale, l->scale + o, width * sizeof *scale);
    for (size_t s = 0; s < steps; s++, tile += TILE) {
        int16_t value[TILE] = { 0 };
        if (l->weight) {
            memset(tile + width, 0, (TILE - width) * sizeof *tile);
            memcpy(tile, l->weight + s * l->out + o, width * sizeof *tile);
            continue;
        }
        if (width == TILE) /* a length that is known is two moves */
            memcpy(value, l->value + s * l->out + o, TILE * sizeof *value);
        else
            memcpy(value, l->value + s * l->out + o, width * sizeof *value);
        for (uint32_t i = 0; i < TILE; i++)
            tile[i] = scale[i] * (float)value[i];
    }
}

/* Weights and biases in tiles. */
static snq_status pack(snq_conv *c, const snq_conv_layer *l)
{
    const size_t tiles = (l->out + TILE - 1) / TILE, steps = (size_t)l->taps * l->in;
    c->weight = snq_alloc(tiles * steps, TILE * sizeof *c->weight);
    c->bias = snq_calloc(tiles, TILE * sizeof *c->bias);
    if (!c->weight || !c->bias)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "convnet: %zu weights", tiles * steps * TILE);
    for (uint32_t o = 0; o < l->out; o += TILE)
        pack_tile(l, o, l->out - o < TILE ? l->out - o : TILE, c->weight + o * steps);
    memcpy(c->bias, l->bias, l->out * sizeof *c->bias);
    return SNQ_OK;
}

/* Rows that a block needs at most: those held when it can't be made yet, and BLOCK new ones. */
static uint32_t rows_held(const snq_conv *c)
{
    return c->span + BLOCK * c->cfg.stride + BLOCK;
}

/* As snq_conv_new; with the ring if on a stream. */
static snq_status make(const snq_conv_layer *l, int stream, snq_conv **out)
{
    snq_status st;
    *out = NULL;
    SNQ_TRY(check_layer(l));
    snq_conv *c = snq_calloc(1, sizeof *c);
    if (!c)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "convnet");
    c->cfg = *l;
    c->cfg.weight = c->cfg.scale = c->cfg.bias = NULL;
    c->cfg.value = NULL;
    c->span = (l->taps - 1) * l->dilation;
    SNQ_GOTO(pack(c, l));
    const int joined = l->dilation == 1; /* all taps' inputs lie in a piece */
    const uint32_t beside = joined ? l->taps - 1 : 0;
    if (stream || l->relu_in)
        SNQ_GOTO(ring_init(&c->seen, rows_held(c), (BLOCK - 1) * l->stride + beside, l->in));
    c->plan = (snq__conv_plan) { .in = joined ? l->taps * l->in : l->in,
                                 .out = l->out,
                                 .taps = joined ? 1 : l->taps,
                                 .hop = l->in * l->stride,
                                 .weight = c->weight,
                                 .bias = c->bias };
    snq__kernels kernels;
    snq__kernels_init(&kernels, snq_cpu_flags());
    c->run = kernels.conv;
    *out = c;
    return SNQ_OK;
fail:
    snq_conv_free(c);
    return st;
}

snq_status snq_conv_new(const snq_conv_layer *l, snq_conv **out)
{
    return make(l, 0, out);
}

void snq_conv_free(snq_conv *c)
{
    if (!c)
        return;
    snq_free(c->weight);
    snq_free(c->bias);
    snq_free(c->seen.row);
    snq_free(c);
}

/* y (rows, out) from the rows of the ring, number `from` under the first tap; rows <= BLOCK. */
static void run_block(const snq_conv *c, float *y, size_t y_step, uint64_t from, const float *add,
                      uint32_t rows)
{
    const float *tap[SNQ_CONVNET_TAPS_MAX];
    for (uint32_t k = 0; k < c->plan.taps; k++)
        tap[k] = ring_at(&c->seen, from + k * c->cfg.dilation);
    c->run(&c->plan, y, y_step, tap, add, rows);
}

/* snq_conv_run through the ring: the buffer is a stream that begins anew. */
static void run_relu(snq_conv *c, float *y, size_t y_step, const float *x, const float *add,
                     uint32_t rows)
{
    const size_t hop = c->plan.hop;
    size_t written = 0;
    for (size_t t = 0; t < rows; t += BLOCK) {
        const uint32_t n = rows - t < BLOCK ? (uint32_t)(rows - t) : BLOCK;
        const size_t need = (t + n - 1) * c->cfg.stride + c->span + 1;
        ring_put(&c->seen, written, x + written * c->cfg.in, (uint32_t)(need - written), 1);
        written = need;
        run_block(c, y + t * y_step, y_step, t * c->cfg.stride, add ? add + t * hop : NULL, n);
    }
}

void snq_conv_run(snq_conv *c, float *y, size_t y_step, const float *x, uint32_t rows)
{
    const float *tap[SNQ_CONVNET_TAPS_MAX];
    const size_t width = c->cfg.in;
    const float *add = c->cfg.residual ? x + c->span / 2 * width : NULL;
    const snq_denormals was = snq_denormals_off();
    if (c->cfg.relu_in) {
        run_relu(c, y, y_step, x, add, rows);
    } else {
        for (uint32_t k = 0; k < c->plan.taps; k++)
            tap[k] = x + (size_t)k * c->cfg.dilation * width;
        c->run(&c->plan, y, y_step, tap, add, rows);
    }
    snq_denormals_restore(was);
}

/* ---- a stack of layers */

static snq_status layer_init(layer *l, const snq_conv_layer *cfg)
{
    SNQ_TRY(make(cfg, 1, &l->conv));
    if (cfg->relu_in && cfg->residual)
        SNQ_TRY(ring_init(&l->raw, rows_held(l->conv) - l->conv->span / 2,
                          (BLOCK - 1) * cfg->stride, cfg->in));
    return SNQ_OK;
}

snq_status snq_convnet_new(const snq_conv_layer *cfg, uint32_t layers, snq_convnet **out)
{
    snq_status st;
    uint32_t widest = 0;
    *out = NULL;
    if (layers < 1 || layers > SNQ_CONVNET_LAYERS_MAX)
        return SNQ_FAIL(SNQ_ERR_RANGE, "layers %u is not in 1 .. %d", layers,
                        SNQ_CONVNET_LAYERS_MAX);
    for (uint32_t i = 1; i < layers; i++)
        if (cfg[i].in != cfg[i - 1].out)
            return SNQ_FAIL(SNQ_ERR_RANGE, "in %u of layer %u is not out %u of the one before",
                            cfg[i].in, i, cfg[i - 1].out);
    snq_convnet *n = snq_calloc(1, sizeof *n);
    if (!n)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "convnet");
    n->layers = layers;
    for (uint32_t i = 0; i < layers; i++) {
        SNQ_GOTO(layer_init(&n->layer[i], &cfg[i]));
        widest = cfg[i].out > widest ? cfg[i].out : widest;
    }
    n->block = snq_alloc(BLOCK, widest * sizeof *n->block);
    if (!n->block) {
        st = SNQ_FAIL(SNQ_ERR_NOMEM, "convnet: a block of %u", widest);
        goto fail;
    }
    snq_convnet_reset(n);
    *out = n;
    return SNQ_OK;
fail:
    snq_convnet_free(n);
    return st;
}

void snq_convnet_free(snq_convnet *n)
{
    if (!n)
        return;
    for (uint32_t i = 0; i < n->layers; i++) {
        snq_conv_free(n->layer[i].conv);
        snq_free(n->layer[i].raw.row);
    }
    snq_free(n->block);
    snq_free(n);
}

void snq_convnet_reset(snq_convnet *n)
{
    for (uint32_t i = 0; i < n->layers; i++) {
        layer *l = &n->layer[i];
        const uint32_t pad = l->conv->span / 2;
        ring_put(&l->conv->seen, 0, NULL, pad, 0);
        l->in = pad;
        l->out = 0;
    }
}

/* Hand rows to a layer, NULL: zeros behind the end. */
static void layer_put(layer *l, const float *x, uint32_t rows)
{
    ring_put(&l->conv->seen, l->in, x, rows, l->conv->cfg.relu_in);
    if (x && l->raw.row)
        ring_put(&l->raw, l->in - l->conv->span / 2, x, rows, 0);
    l->in += rows;
}

/* Rows that a layer can make now. */
static uint64_t layer_ready(const layer *l)
{
    const uint64_t stride = l->conv->cfg.stride, last = l->out * stride + l->conv->span;
    return l->in > last ? (l->in - last - 1) / stride + 1 : 0;
}

static void layer_run(layer *l, float *y, uint32_t rows)
{
    const snq_conv *c = l->conv;
    const uint64_t from = l->out * c->cfg.stride;
    const float *add = !c->cfg.residual ? NULL
                       : l->raw.row     ? ring_at(&l->raw, from)
                                        : ring_at(&c->seen, from + c->span / 2);
    const snq_denormals was = snq_denormals_off();
    run_block(c, y, c->cfg.out, from, add, rows);
    snq_denormals_restore(was);
    l->out += rows;
}

/* Let layer i make rows and hand them on. */
static snq_status step(snq_convnet *n, uint32_t i, uint32_t rows, snq_convnet_sink sink, void *user)
{
    layer_run(&n->layer[i], n->block, rows);
    if (i + 1 == n->layers)
        return sink(user, n->block, rows);
    layer_put(&n->layer[i + 1], n->block, rows);
    return SNQ_OK;
}

/* Make all whole blocks that can be made. */
static snq_status drain(snq_convnet *n, snq_convnet_sink sink, void *user)
{
    for (uint32_t i = n->layers; i-- > 0;)
        if (layer_ready(&n->layer[i]) >= BLOCK) {
            SNQ_TRY(step(n, i, BLOCK, sink, user));
            i = n->layers; /* the next one may be able to now */
        }
    return SNQ_OK;
}

snq_status snq_convnet_push(snq_convnet *n, const float *x, uint32_t rows, snq_convnet_sink sink,
                            void *user)
{
    while (rows) {
        const uint32_t some = rows < BLOCK ? rows : BLOCK;
        layer_put(&n->layer[0], x, some);
        SNQ_TRY(drain(n, sink, user));
        x += (size_t)some * n->layer[0].conv->cfg.in;
        rows -= some;
    }
    return SNQ_OK;
}

snq_status snq_convnet_finish(snq_convnet *n, snq_convnet_sink sink, void *user)
{
    for (uint32_t i = 0; i < n->layers; i++) {
        layer *l = &n->layer[i];
        for (uint32_t pad = l->conv->span / 2; pad;) {
            const uint32_t some = pad < BLOCK ? pad : BLOCK;
            layer_put(l, NULL, some);
            SNQ_TRY(drain(n, sink, user));
            pad -= some;
        }
        const uint32_t left = (uint32_t)layer_ready(l);
        if (left)
            SNQ_TRY(step(n, i, left, sink, user));
        SNQ_TRY(drain(n, sink, user));
    }
    snq_convnet_reset(n);
    return SNQ_OK;
}
