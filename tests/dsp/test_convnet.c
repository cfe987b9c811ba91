// SPDX-License-Identifier: MIT
#include "support/check.h"

#include <malloc.h>

#include "base/alloc.h"
#include "base/attr.h"
#include "base/cpu.h"
#include "base/rng.h"
#include "dsp/convnet.h"
#include "support/sweep.h"

static const unsigned variant[] = { 0, SNQ_CPU_AVX2, SNQ_CPU_AVX2 | SNQ_CPU_AVX512 };

/* Runs `body` once for each variant of the kernels that this machine has. */
#define EACH_VARIANT(body)                                       \
    do {                                                         \
        const unsigned was_ = snq_cpu_flags();                   \
        for (size_t v_ = 0; v_ < SNQ_COUNT(variant); v_++) {     \
            if ((variant[v_] & snq_cpu_detect()) != variant[v_]) \
                continue;                                        \
            snq_cpu_force(variant[v_]);                          \
            body;                                                \
        }                                                        \
        snq_cpu_force(was_);                                     \
    } while (0)

static float *noise(size_t n, uint64_t seed)
{
    snq_rng rng;
    snq_rng_init(&rng, seed);
    float *x = snq_calloc(n, sizeof *x);
    assert_non_null(x);
    for (size_t i = 0; i < n; i++)
        x[i] = (float)(2 * snq_rng_uniform(&rng) - 1);
    return x;
}

/* A layer with weights of noise; owned by the caller: clear. */
static snq_conv_layer layer(uint32_t in, uint32_t out, uint32_t taps, uint32_t dilation,
                            uint32_t stride, int relu_in, int residual)
{
    const snq_conv_layer l = { .in = in,
                               .out = out,
                               .taps = taps,
                               .dilation = dilation,
                               .stride = stride,
                               .relu_in = relu_in,
                               .residual = residual,
                               .weight = noise((size_t)taps * in * out, in + 100 * taps),
                               .bias = noise(out, out) };
    return l;
}

static void clear(snq_conv_layer *l, uint32_t layers)
{
    for (uint32_t i = 0; i < layers; i++) {
        snq_free((float *)l[i].weight);
        snq_free((float *)l[i].bias);
    }
}

/* y[t][o] by the header's formula, x (rows, in) between rows of zeros; *size: sum of magnitudes. */
static double definition(const snq_conv_layer *l, const float *x, int64_t rows, int64_t t,
                         uint32_t o, double *size)
{
    double y = l->bias[o];
    *size = fabs(y);
    for (uint32_t k = 0; k < l->taps; k++) {
        const int64_t at = t * l->stride + ((int64_t)k - (l->taps - 1) / 2) * (int64_t)l->dilation;
        if (at < 0 || at >= rows)
            continue;
        for (uint32_t i = 0; i < l->in; i++) {
            const double v = x[at * l->in + i], f = l->relu_in ? fmax(0, v) : v;
            const double term = l->weight[((size_t)k * l->in + i) * l->out + o] * f;
            y += term;
            *size += fabs(term);
        }
    }
    if (l->residual) {
        const double r = x[t * l->stride * l->in + o];
        y += r;
        *size += fabs(r);
    }
    return y;
}

/* ---- one layer on a buffer */

/* Every row of snq_conv_run is that of the definition in the middle of the buffer. */
static void check_conv(const snq_conv_layer *l, uint32_t rows)
{
    snq_conv *c;
    const uint32_t span = (l->taps - 1) * l->dilation, y_step = l->out + rows % 3;
    const uint32_t given = rows ? (rows - 1) * l->stride + span + 1 : 0;
    float *x = noise((size_t)given * l->in, rows), *y = noise((size_t)rows * y_step + 1, 3);
    float *was = noise((size_t)rows * y_step + 1, 3);
    check_ok(snq_conv_new(l, &c));
    for (int again = 0; again < 2; again++)
        snq_conv_run(c, y, y_step, x, rows);
    /* row 0 of the run is where the stream has its first rows of the taps behind it */
    snq_conv_layer mid = *l;
    mid.stride = 1;
    for (uint32_t t = 0; t < rows; t++) {
        for (uint32_t o = 0; o < l->out; o++) {
            double size;
            const double want =
                definition(&mid, x, given, (int64_t)t * l->stride + span / 2, o, &size);
            check_near(y[(size_t)t * y_step + o], want, 1e-5 * size);
        }
        for (uint32_t o = l->out; o < y_step; o++) /* between the rows nothing is written */
            assert_true(y[(size_t)t * y_step + o] == was[(size_t)t * y_step + o]);
    }
    assert_true(y[(size_t)rows * y_step] == was[(size_t)rows * y_step]);
    snq_conv_free(c);
    snq_free(x);
    snq_free(y);
    snq_free(was);
}

static void test_conv_is_the_definition(void **state)
{
    (void)state;
    static const struct {
        uint32_t in, out, taps, dilation, stride;
    } shape[] = {
        { 1, 1, 1, 1, 1 },     { 1, 16, 41, 1, 1 },  { 3, 16, 41, 1, 1 },  { 41, 32, 5, 1, 1 },
        { 32, 32, 5, 2, 1 },   { 32, 32, 5, 40, 1 }, { 40, 32, 1, 1, 1 },  { 32, 64, 1, 1, 1 },
        { 7, 5, 3, 1, 2 },     { 5, 17, 3, 4, 3 },   { 16, 33, 1, 1, 16 }, { 2, 47, 7, 3, 16 },
        { 48, 48, 3, 300, 2 }, { 1, 15, 127, 1, 1 }, { 2, 31, 127, 2, 1 },
    };
    static const uint32_t rows[] = { 0, 1, 2, 7, 84, 95, 96, 97, 131, 200 };
    for (size_t s = 0; s < SNQ_COUNT(shape); s++)
        for (int relu = 0; relu < 2; relu++) {
            const int residual = shape[s].in == shape[s].out;
            snq_conv_layer l = layer(shape[s].in, shape[s].out, shape[s].taps, shape[s].dilation,
                                     shape[s].stride, relu, residual);
            for (size_t r = 0; r < SNQ_COUNT(rows); r++)
                EACH_VARIANT(check_conv(&l, rows[r]));
            clear(&l, 1);
        }
}

/* The same rows, cut in any way, are the same bits. */
static void check_cuts(const snq_conv_layer *l)
{
    enum { ROWS = 150 };
    snq_conv *c;
    const uint32_t span = (l->taps - 1) * l->dilation;
    float *x = noise(((ROWS - 1) * l->stride + span + 1) * (size_t)l->in, 5);
    float *whole = noise((size_t)ROWS * l->out, 6), *cut = noise((size_t)ROWS * l->out, 7);
    check_ok(snq_conv_new(l, &c));
    snq_conv_run(c, whole, l->out, x, ROWS);
    for (uint32_t most = 1; most < ROWS; most += 1 + most / 2) {
        for (uint32_t t = 0; t < ROWS; t += most)
            snq_conv_run(c, cut + (size_t)t * l->out, l->out, x + (size_t)t * l->stride * l->in,
                         ROWS - t < most ? ROWS - t : most);
        assert_memory_equal(cut, whole, (size_t)ROWS * l->out * sizeof *cut);
    }
    snq_conv_free(c);
    snq_free(x);
    snq_free(whole);
    snq_free(cut);
}

static void test_conv_may_be_cut(void **state)
{
    (void)state;
    static const uint32_t outs[] = { 1, 16, 17, 32, 40, 64 };
    for (size_t i = 0; i < SNQ_COUNT(outs); i++)
        for (int relu = 0; relu < 2; relu++) {
            snq_conv_layer l = layer(outs[i], outs[i], 5, 3, 1 + (uint32_t)i % 2, relu, 1);
            EACH_VARIANT(check_cuts(&l));
            clear(&l, 1);
        }
}

/* ---- a stack of layers on a stream */

typedef struct taken {
    float *y;
    uint32_t width, rows, room;
    snq_status say; /* what the sink says from row `say_at` on */
    uint32_t say_at;
} taken;

static snq_status take(void *user, const float *y, uint32_t rows)
{
    taken *t = user;
    if (t->say < 0 && t->rows >= t->say_at)
        return t->say;
    assert_true(rows > 0 && t->rows + rows <= t->room);
    memcpy(t->y + (size_t)t->rows * t->width, y, (size_t)rows * t->width * sizeof *y);
    t->rows += rows;
    return SNQ_OK;
}

static taken take_room(uint32_t rows, uint32_t width)
{
    return (taken) { .y = noise((size_t)rows * width, 9), .width = width, .room = rows };
}

/* Pushes x (rows,) in pieces of `most` rows, 0: of 1 .. 200 as dice fall, and finishes. */
static void stream(snq_convnet *n, uint32_t in, const float *x, uint32_t rows, uint32_t most,
                   taken *t)
{
    snq_rng rng;
    snq_rng_init(&rng, rows);
    t->rows = 0;
    for (uint32_t at = 0; at < rows;) {
        uint32_t some = most ? most : 1 + snq_rng_below(&rng, 200);
        some = some < rows - at ? some : rows - at;
        check_ok(snq_convnet_push(n, x + (size_t)at * in, some, take, t));
        check_ok(snq_convnet_push(n, NULL, 0, take, t));
        at += some;
    }
    check_ok(snq_convnet_finish(n, take, t));
}

static void check_single(const snq_conv_layer *l, uint32_t rows)
{
    snq_convnet *n;
    float *x = noise((size_t)rows * l->in, rows + 1);
    taken t = take_room(rows, l->out);
    check_ok(snq_convnet_new(l, 1, &n));
    stream(n, l->in, x, rows, 0, &t);
    assert_int_equal(t.rows, (rows + l->stride - 1) / l->stride);
    for (uint32_t r = 0; r < t.rows; r++)
        for (uint32_t o = 0; o < l->out; o++) {
            double size;
            const double want = definition(l, x, rows, r, o, &size);
            check_near(t.y[(size_t)r * l->out + o], want, 1e-5 * size);
        }
    snq_convnet_free(n);
    snq_free(x);
    snq_free(t.y);
}

static void test_stream_is_the_definition(void **state)
{
    (void)state;
    static const struct {
        uint32_t in, out, taps, dilation, stride;
    } shape[] = {
        { 1, 1, 1, 1, 1 },   { 4, 9, 5, 1, 1 },   { 8, 8, 5, 1, 2 },     { 6, 6, 3, 100, 1 },
        { 3, 3, 7, 64, 3 },  { 2, 20, 9, 1, 16 }, { 5, 5, 1, 9, 16 },    { 3, 3, 3, 4096, 1 },
        { 1, 1, 127, 5, 1 }, { 8, 8, 127, 1, 4 }, { 33, 33, 3, 31, 16 },
    };
    static const uint32_t rows[] = { 0, 1, 2, 17, 96, 100, 500, 1700 };
    for (size_t s = 0; s < SNQ_COUNT(shape); s++)
        for (int relu = 0; relu < 2; relu++) {
            snq_conv_layer l = layer(shape[s].in, shape[s].out, shape[s].taps, shape[s].dilation,
                                     shape[s].stride, relu, shape[s].in == shape[s].out);
            for (size_t r = 0; r < SNQ_COUNT(rows); r++)
                EACH_VARIANT(check_single(&l, rows[r]));
            clear(&l, 1);
        }
}

/* What a stack should make of x (rows,), by layers on a buffer; owned by the caller. */
static float *by_buffers(const snq_conv_layer *l, uint32_t layers, const float *x, uint32_t rows,
                         uint32_t *out_rows)
{
    float *y = NULL;
    for (uint32_t i = 0; i < layers; i++) {
        const uint32_t span = (l[i].taps - 1) * l[i].dilation;
        const uint32_t made = (rows + l[i].stride - 1) / l[i].stride;
        const uint32_t before = span / 2;
        float *padded = snq_calloc((size_t)rows + span + l[i].stride, l[i].in * sizeof *padded);
        assert_non_null(padded);
        memcpy(padded + (size_t)before * l[i].in, i ? y : x,
               (size_t)rows * l[i].in * sizeof *padded);
        snq_free(y);
        y = snq_calloc(made, l[i].out * sizeof *y);
        assert_non_null(y);
        snq_conv *c;
        check_ok(snq_conv_new(&l[i], &c));
        snq_conv_run(c, y, l[i].out, padded, made);
        snq_conv_free(c);
        snq_free(padded);
        rows = made;
    }
    *out_rows = rows;
    return y;
}

/* A network of every kind of layer; returns how many. Owned by the caller: clear. */
static uint32_t network(snq_conv_layer *l)
{
    uint32_t n = 0;
    l[n++] = layer(7, 24, 5, 1, 1, 0, 0);
    for (uint32_t dilation = 1; dilation <= 64; dilation *= 2)
        l[n++] = layer(24, 24, 5, dilation, 1, 1, 1);
    l[n++] = layer(24, 40, 3, 2, 3, 1, 0);
    l[n++] = layer(40, 40, 3, 7, 1, 0, 1);
    l[n++] = layer(40, 40, 3, 1, 2, 1, 1);
    l[n++] = layer(40, 3, 1, 1, 1, 1, 0);
    for (uint32_t i = 0; i < n; i++) /* small, so that nothing grows without bound */
        for (size_t k = 0; k < (size_t)l[i].taps * l[i].in * l[i].out; k++)
            ((float *)l[i].weight)[k] *= 0.05f;
    return n;
}

static void check_network(const snq_conv_layer *l, uint32_t layers, uint32_t rows)
{
    static const uint32_t pieces[] = { 1, 2, 95, 96, 97, 1000, 0 };
    snq_convnet *n;
    uint32_t made;
    float *x = noise((size_t)rows * l[0].in, rows), *want = by_buffers(l, layers, x, rows, &made);
    taken t = take_room(made, l[layers - 1].out);
    check_ok(snq_convnet_new(l, layers, &n));
    for (size_t p = 0; p < SNQ_COUNT(pieces); p++) { /* each stream after another has ended */
        stream(n, l[0].in, x, rows, pieces[p], &t);
        assert_int_equal(t.rows, made);
        assert_memory_equal(t.y, want, (size_t)made * t.width * sizeof *want);
    }
    for (uint32_t part = rows / 3; part < rows; part += 1 + rows / 3) { /* one that is given up */
        t.rows = 0;
        check_ok(snq_convnet_push(n, x, part, take, &t));
        snq_convnet_reset(n);
        stream(n, l[0].in, x, rows, 0, &t);
        assert_memory_equal(t.y, want, (size_t)made * t.width * sizeof *want);
    }
    snq_convnet_free(n);
    snq_free(x);
    snq_free(want);
    snq_free(t.y);
}

static void test_pushes_of_any_size_give_the_same_bits(void **state)
{
    (void)state;
    static const uint32_t rows[] = { 0, 1, 5, 96, 97, 289, 1500 };
    snq_conv_layer l[SNQ_CONVNET_LAYERS_MAX];
    const uint32_t layers = network(l);
    for (size_t r = 0; r < SNQ_COUNT(rows); r++)
        EACH_VARIANT(check_network(l, layers, rows[r]));
    clear(l, layers);
}

/* Without weights a residual layer hands through what it gets, every stride-th row. */
static void test_residual_is_the_row_itself(void **state)
{
    (void)state;
    enum { ROWS = 1000, WIDTH = 20 };
    snq_conv_layer l[2] = { layer(WIDTH, WIDTH, 5, 33, 2, 1, 1),
                            layer(WIDTH, WIDTH, 9, 5, 3, 0, 1) };
    for (int i = 0; i < 2; i++) {
        memset((float *)l[i].weight, 0, (size_t)l[i].taps * WIDTH * WIDTH * sizeof(float));
        memset((float *)l[i].bias, 0, WIDTH * sizeof(float));
    }
    float *x = noise((size_t)ROWS * WIDTH, 1);
    taken t = take_room(ROWS, WIDTH);
    snq_convnet *n;
    check_ok(snq_convnet_new(l, 2, &n));
    stream(n, WIDTH, x, ROWS, 0, &t);
    assert_int_equal(t.rows, (ROWS + 5) / 6);
    for (uint32_t r = 0; r < t.rows; r++)
        for (uint32_t o = 0; o < WIDTH; o++)
            assert_true(t.y[r * WIDTH + o] == x[(size_t)r * 6 * WIDTH + o]);
    snq_convnet_free(n);
    snq_free(x);
    snq_free(t.y);
    clear(l, 2);
}

/* What the sink says ends the push or the finish at hand; after reset all is as new. */
static void test_sink_stops_the_stream(void **state)
{
    (void)state;
    enum { ROWS = 1000 };
    snq_conv_layer l[2] = { layer(3, 3, 3, 1, 1, 1, 1), layer(3, 2, 3, 9, 1, 0, 0) };
    float *x = noise((size_t)ROWS * 3, 1), *want;
    uint32_t made;
    snq_convnet *n;
    taken t = take_room(ROWS, 2);
    want = by_buffers(l, 2, x, ROWS, &made);
    check_ok(snq_convnet_new(l, 2, &n));
    t.say = SNQ_ERR_CANCELLED;
    t.say_at = 200;
    check_status(snq_convnet_push(n, x, ROWS, take, &t), SNQ_ERR_CANCELLED);
    assert_in_range(t.rows, 200, 400);
    assert_memory_equal(t.y, want, t.rows * 2 * sizeof *want);
    snq_convnet_reset(n);
    t.rows = 0;
    t.say_at = 0;
    check_ok(snq_convnet_push(n, x, 50, take, &t)); /* less than a block: nothing to say yet */
    check_status(snq_convnet_finish(n, take, &t), SNQ_ERR_CANCELLED);
    snq_convnet_reset(n);
    t.say = SNQ_OK;
    stream(n, 3, x, ROWS, 0, &t);
    assert_memory_equal(t.y, want, (size_t)made * 2 * sizeof *want);
    snq_convnet_free(n);
    snq_free(x);
    snq_free(want);
    snq_free(t.y);
    clear(l, 2);
}

/* The zeros behind a long dilation are more than a block: the sink may speak in their midst. */
static void test_sink_stops_the_finish(void **state)
{
    (void)state;
    snq_conv_layer l = layer(1, 1, 3, 2000, 1, 0, 0);
    float *x = noise(3000, 1);
    taken t = take_room(3000, 1);
    snq_convnet *n;
    check_ok(snq_convnet_new(&l, 1, &n));
    t.say = SNQ_ERR_IO;
    t.say_at = 1900; /* 1000 of them come before the end */
    check_ok(snq_convnet_push(n, x, 3000, take, &t));
    assert_in_range(t.rows, 900, 1000);
    check_status(snq_convnet_finish(n, take, &t), SNQ_ERR_IO);
    assert_in_range(t.rows, 1900, 2000);
    snq_convnet_free(n);
    snq_free(x);
    snq_free(t.y);
    clear(&l, 1);
}

/* Numbers under 1e-38 count as zero in here, and nowhere else. */
static void test_denormals_are_zero_inside(void **state)
{
    (void)state;
    const float weight[1] = { 1 }, bias[1] = { 0 };
    const snq_conv_layer l = {
        .in = 1, .out = 1, .taps = 1, .dilation = 1, .stride = 1, .weight = weight, .bias = bias
    };
    volatile float tiny = 1e-40f;
    float x[2] = { tiny, 1 }, y[2];
    snq_conv *c;
    check_ok(snq_conv_new(&l, &c));
    snq_conv_run(c, y, 1, x, 2);
    snq_conv_free(c);
#ifdef __x86_64__
    assert_true(y[0] == 0);
#endif
    assert_true(y[1] == 1 && tiny * 2 > 0);
}

/* Whole numbers with a scale give the bits of the weights that they stand for. */
static void test_scaled_values_are_weights(void **state)
{
    (void)state;
    static const uint32_t out[] = { 1, 15, 16, 17, 48 };
    enum { ROWS = 20 };
    float *x = noise((ROWS + 4) * 7, 5);
    for (size_t k = 0; k < SNQ_COUNT(out); k++) {
        const size_t n = 3 * 7 * (size_t)out[k];
        snq_conv_layer plain = layer(7, out[k], 3, 2, 1, 0, 0), scaled = plain;
        float *weight = (float *)plain.weight, *scale = noise(out[k], 9);
        int16_t *value = snq_calloc(n, sizeof *value);
        float *want = snq_calloc(ROWS, out[k] * sizeof *want);
        float *got = snq_calloc(ROWS, out[k] * sizeof *got);
        assert_true(value && want && got);
        for (size_t i = 0; i < n; i++) {
            value[i] = (int16_t)(i == 0 ? INT16_MIN : i == 1 ? INT16_MAX : 32767 * weight[i]);
            weight[i] = scale[i % out[k]] * (float)value[i];
        }
        scaled.weight = NULL;
        scaled.value = value;
        scaled.scale = scale;
        snq_conv *a, *b;
        check_ok(snq_conv_new(&plain, &a));
        check_ok(snq_conv_new(&scaled, &b));
        snq_conv_run(a, want, out[k], x, ROWS);
        snq_conv_run(b, got, out[k], x, ROWS);
        assert_memory_equal(got, want, ROWS * out[k] * sizeof *want);
        snq_conv_free(a);
        snq_conv_free(b);
        snq_free(want);
        snq_free(got);
        snq_free(value);
        snq_free(scale);
        clear(&plain, 1);
    }
    snq_free(x);
}

/* ---- refusals and memory */

static void test_refuses(void **state)
{
    (void)state;
    snq_conv_layer good = layer(4, 4, 3, 1, 1, 0, 1), bad[19];
    float weight[48] = { 0 }, bias[4] = { 0 };
    weight[47] = INFINITY;
    bias[3] = NAN;
    for (size_t i = 0; i < SNQ_COUNT(bad); i++)
        bad[i] = good;
    bad[0].in = 0;
    bad[1].in = SNQ_CONVNET_CHANNELS_MAX + 1;
    bad[2].out = 0;
    bad[3].out = SNQ_CONVNET_CHANNELS_MAX + 1;
    bad[4].taps = 0;
    bad[5].taps = 2;
    bad[6].taps = SNQ_CONVNET_TAPS_MAX + 2;
    bad[7].dilation = 0;
    bad[8].dilation = 4097;
    bad[9].stride = 0;
    bad[10].stride = 17;
    bad[11].in = 3;
    bad[12].weight = weight;
    bad[13].bias = bias;
    bad[14].in = UINT32_MAX;
    bad[15].taps = UINT32_MAX;
    bad[16].dilation = UINT32_MAX;
    static const int16_t value[48] = { 1 };
    const float wide[4] = { 1, 1, 1, 2e34f }, broken[4] = { NAN, 1, 1, 1 };
    for (int i = 17; i < 19; i++) { /* 2e34 is a number, times -32768 it is none */
        bad[i].weight = NULL;
        bad[i].value = value;
        bad[i].scale = i == 17 ? wide : broken;
    }
    for (size_t i = 0; i < SNQ_COUNT(bad); i++) {
        snq_conv *c = (snq_conv *)&state;
        snq_convnet *n = (snq_convnet *)&state;
        check_status(snq_conv_new(&bad[i], &c), SNQ_ERR_RANGE);
        assert_null(c);
        check_status(snq_convnet_new(&bad[i], 1, &n), SNQ_ERR_RANGE);
        assert_null(n);
    }
    snq_conv_free(NULL);
    clear(&good, 1);
}

static void test_refuses_stacks(void **state)
{
    (void)state;
    snq_conv_layer l[SNQ_CONVNET_LAYERS_MAX + 1];
    snq_convnet *n = (snq_convnet *)&state;
    for (size_t i = 0; i < SNQ_COUNT(l); i++)
        l[i] = layer(2, 2, 1, 1, 1, 0, 0);
    check_status(snq_convnet_new(l, 0, &n), SNQ_ERR_RANGE);
    assert_null(n);
    n = (snq_convnet *)&state;
    check_status(snq_convnet_new(l, SNQ_COUNT(l), &n), SNQ_ERR_RANGE);
    assert_null(n);
    check_ok(snq_convnet_new(l, SNQ_CONVNET_LAYERS_MAX, &n));
    snq_convnet_free(n);
    l[1].in = 3;
    check_status(snq_convnet_new(l, 2, &n), SNQ_ERR_RANGE);
    assert_null(n);
    l[1].in = 2;
    snq_convnet_free(NULL);
    clear(l, SNQ_COUNT(l));
}

static snq_status make_conv(void *user, void **object)
{
    return snq_conv_new(user, (snq_conv **)object);
}

static void unmake_conv(void *object)
{
    snq_conv_free(object);
}

static snq_status make_net(void *user, void **object)
{
    return snq_convnet_new(user, 3, (snq_convnet **)object);
}

static void unmake_net(void *object)
{
    snq_convnet_free(object);
}

static void test_sweep(void **state)
{
    (void)state;
    snq_conv_layer l[3] = { layer(2, 4, 3, 1, 1, 0, 0), layer(4, 4, 5, 8, 1, 1, 1),
                            layer(4, 1, 1, 1, 2, 1, 0) };
    for (int i = 0; i < 3; i++)
        snq_sweep(make_conv, unmake_conv, &l[i]);
    snq_sweep(make_net, unmake_net, l);
    clear(l, 3);
}

int main(void)
{
#ifdef M_PERTURB
    mallopt(M_PERTURB, 1); /* memory that nobody has written is full of -1.7e38 */
#endif
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_conv_is_the_definition),
        cmocka_unit_test(test_conv_may_be_cut),
        cmocka_unit_test(test_stream_is_the_definition),
        cmocka_unit_test(test_pushes_of_any_size_give_the_same_bits),
        cmocka_unit_test(test_residual_is_the_row_itself),
        cmocka_unit_test(test_sink_stops_the_stream),
        cmocka_unit_test(test_sink_stops_the_finish),
        cmocka_unit_test(test_denormals_are_zero_inside),
        cmocka_unit_test(test_scaled_values_are_weights),
        cmocka_unit_test(test_refuses),
        cmocka_unit_test(test_refuses_stacks),
        cmocka_unit_test(test_sweep),
    };
    return cmocka_run_group_tests_name("convnet", tests, NULL, NULL);
}
