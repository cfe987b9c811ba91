// SPDX-License-Identifier: MIT
/* Every variant of every kernel against plain C: odd sizes, unaligned starts, guards around every
 * buffer. With --bench: nanoseconds per element of each variant. */
#include "support/check.h"

#include <time.h>

#ifdef SNQ_HAVE_AV_TX
#include <libavutil/tx.h>
#endif

#include "base/alloc.h"
#include "base/cpu.h"
#include "base/rng.h"
#include "dsp/fft.h"
#include "dsp/fft_plan_impl.h"
#include "dsp/kernels.h"
#include "dsp/kweight.h"
#include "dsp/simd/kernels_impl.h"

enum { GUARD = 64 };
/* Large, so that a kernel that reads outside of its shape gives another answer. */
static const float guard_value = 1e30f;

static const struct {
    const char *name;
    unsigned flags;
} rows[] = {
    { "c", 0 },
    { "avx2", SNQ_CPU_AVX2 },
    { "avx512", SNQ_CPU_AVX2 | SNQ_CPU_AVX512 },
};

static const size_t sizes[] = { 0,   1,   2,   3,   4,   5,   7,   8,   9,   11,  12,  15,  16,
                                17,  23,  31,  32,  33,  47,  63,  64,  65,  96,  127, 128, 129,
                                135, 200, 255, 256, 257, 271, 300, 511, 512, 513, 699 };

/* x (n,) inside guards, `shift` floats off a 64-byte boundary. */
typedef struct fenced {
    float *base, *x;
    size_t n, shift;
} fenced;

static fenced fence(size_t n, size_t shift)
{
    fenced f = { .n = n, .shift = shift };
    f.base = snq_calloc(n + 2 * GUARD + shift, sizeof(float));
    assert_non_null(f.base);
    for (size_t i = 0; i < n + 2 * GUARD + shift; i++)
        f.base[i] = guard_value;
    f.x = f.base + GUARD + shift;
    return f;
}

static fenced fence_noise(snq_rng *rng, size_t n, size_t shift)
{
    fenced f = fence(n, shift);
    for (size_t i = 0; i < n; i++)
        f.x[i] = (float)(2 * snq_rng_uniform(rng) - 1);
    return f;
}

static void unfence(fenced *f)
{
    for (size_t i = 0; i < GUARD + f->shift; i++)
        assert_true(f->base[i] == guard_value);
    for (size_t i = 0; i < GUARD; i++)
        assert_true(f->x[f->n + i] == guard_value);
    snq_free(f->base);
}

typedef void kernel_check(const snq__kernels *c, const snq__kernels *k, snq_rng *rng, size_t n,
                          size_t shift);

static void every_of(kernel_check *check, const size_t *size, size_t count, size_t multiple)
{
    snq__kernels c;
    snq_rng rng;
    snq_rng_init(&rng, 1);
    snq__kernels_init(&c, 0);
    for (size_t r = 1; r < SNQ_COUNT(rows); r++) {
        if ((rows[r].flags & snq_cpu_detect()) != rows[r].flags) {
            print_message("%s: this machine lacks it, skipped\n", rows[r].name);
            continue;
        }
        snq__kernels k;
        snq__kernels_init(&k, rows[r].flags);
        for (size_t i = 0; i < count; i++)
            for (size_t shift = 0; shift < 4; shift++)
                check(&c, &k, &rng, size[i] * multiple, shift);
    }
}

static void every_size(kernel_check *check, size_t multiple)
{
    every_of(check, sizes, SNQ_COUNT(sizes), multiple);
}

static void same(const fenced *a, const fenced *b, double tolerance)
{
    for (size_t i = 0; i < a->n; i++)
        check_near(a->x[i], b->x[i], tolerance);
}

/* All lengths, all four kinds of source; n is a length here. */
static void check_fft(const snq__kernels *c, const snq__kernels *k, snq_rng *rng, size_t n,
                      size_t shift)
{
    snq__fft_plan plan;
    check_ok(snq__fft_plan_init(&plan, (uint32_t)n));
    fenced x = fence_noise(rng, 2 * n, shift), w = fence_noise(rng, 2 * n, 3 - shift);
    fenced apart = fence_noise(rng, n, 1);
    const snq__fft_source source[] = {
        { .re = x.x },
        { .re = x.x, .window = w.x },
        { .re = x.x, .im = apart.x },
        { .re = x.x, .im = apart.x, .window = w.x },
    };
    for (size_t s = 0; s < SNQ_COUNT(source); s++) {
        fenced a = fence(n, 0), b = fence(n, 1), d = fence(n, shift), e = fence(n, shift);
        c->fft(&plan, a.x, b.x, &source[s]);
        k->fft(&plan, d.x, e.x, &source[s]);
        double sum = 0;
        for (size_t i = 0; i < n; i++) /* that of |x|^2, by Parseval */
            sum += ((double)a.x[i] * a.x[i] + (double)b.x[i] * b.x[i]) / (double)n;
        same(&a, &d, 1e-6 * sqrt(sum));
        same(&b, &e, 1e-6 * sqrt(sum));
        unfence(&a);
        unfence(&b);
        unfence(&d);
        unfence(&e);
    }
    unfence(&x);
    unfence(&w);
    unfence(&apart);
    snq__fft_plan_clear(&plan);
}

/* Against C's transform and pairing, which is another way. */
static void check_stft_power(const snq__kernels *c, const snq__kernels *k, snq_rng *rng, size_t n,
                             size_t shift)
{
    snq__fft_plan plan;
    check_ok(snq__fft_plan_init(&plan, (uint32_t)n));
    fenced l = fence_noise(rng, n, shift), r = fence_noise(rng, n, 1), w = fence_noise(rng, n, 2);
    const snq__fft_source source = { .re = l.x, .im = r.x, .window = w.x };
    fenced re = fence(n, 0), im = fence(n, 1), want = fence(n / 2 + 1, 0);
    c->fft(&plan, re.x, im.x, &source);
    memset(want.x, 0, want.n * sizeof(float));
    c->stft_pair(want.x, re.x, im.x, (uint32_t)n, 0.3f);
    double sum = 0;
    for (size_t i = 0; i <= n / 2; i++)
        sum += want.x[i] / (double)n;
    const uint32_t some[] = { 0, 1, (uint32_t)n / 100, (uint32_t)n / 16, (uint32_t)n / 2 + 1 };
    const snq__kernels *row[] = { c, k };
    for (size_t i = 0; i < 2 * SNQ_COUNT(some); i++) {
        const uint32_t bins = some[i / 2];
        fenced a = fence(n + 1, shift), b = fence(n + 1, 0), power = fence(n / 2 + 1, shift);
        row[i % 2]->stft_power(&plan, a.x, b.x, power.x, bins, &source, 0.3f);
        for (size_t q = 0; q <= n / 2; q++)
            check_near(power.x[q], want.x[q], 4e-6 * sqrt(sum * want.x[q]) + 1e-9 * sum);
        for (size_t q = 0; q < bins; q++) {
            const size_t m = q ? n - q : 0;
            check_near(hypot(a.x[q] - re.x[q], b.x[q] - im.x[q]), 0, 2e-6 * sqrt(sum));
            check_near(hypot(a.x[m] - re.x[m], b.x[m] - im.x[m]), 0, 2e-6 * sqrt(sum));
        }
        unfence(&a);
        unfence(&b);
        unfence(&power);
    }
    unfence(&l);
    unfence(&r);
    unfence(&w);
    unfence(&re);
    unfence(&im);
    unfence(&want);
    snq__fft_plan_clear(&plan);
}

static void check_stft_pair(const snq__kernels *c, const snq__kernels *k, snq_rng *rng, size_t n,
                            size_t shift)
{
    if (n == 0)
        return;
    fenced re = fence_noise(rng, n, shift), im = fence_noise(rng, n, 3);
    fenced a = fence(n / 2 + 1, 0), b = fence(n / 2 + 1, shift);
    for (size_t i = 0; i <= n / 2; i++)
        a.x[i] = b.x[i] = (float)i;
    c->stft_pair(a.x, re.x, im.x, (uint32_t)n, 0.3f);
    k->stft_pair(b.x, re.x, im.x, (uint32_t)n, 0.3f);
    for (size_t i = 0; i <= n / 2; i++)
        check_near(b.x[i], a.x[i], 1e-6 * fabsf(a.x[i]));
    unfence(&a);
    unfence(&b);
    unfence(&re);
    unfence(&im);
}

static void check_rfft(const snq__kernels *c, const snq__kernels *k, snq_rng *rng, size_t m,
                       size_t shift)
{
    if (m == 0)
        return;
    fenced re = fence_noise(rng, m, shift), im = fence_noise(rng, m, 1);
    fenced v = fence_noise(rng, 2 * (m / 2 + 1), shift);
    fenced a = fence(2 * (m + 1), 0), b = fence(2 * (m + 1), shift);
    c->rfft_unpack(a.x, re.x, im.x, v.x, (uint32_t)m);
    k->rfft_unpack(b.x, re.x, im.x, v.x, (uint32_t)m);
    same(&a, &b, 1e-6);
    unfence(&a);
    unfence(&b);
    a = fence(m + 1, 0);
    b = fence(m + 1, shift);
    c->rfft_power(a.x, re.x, im.x, v.x, (uint32_t)m, 0.3f);
    k->rfft_power(b.x, re.x, im.x, v.x, (uint32_t)m, 0.3f);
    same(&a, &b, 1e-6);
    unfence(&a);
    unfence(&b);
    unfence(&re);
    unfence(&im);
    unfence(&v);
}

/* n tiles dealt out to n/3 + 1 bands, some of which get none. */
static void check_mel(const snq__kernels *c, const snq__kernels *k, snq_rng *rng, size_t n,
                      size_t shift)
{
    enum { BINS = 40 };
    uint32_t at[300], first[700];
    fenced w = fence_noise(rng, n * SNQ__MEL_TILE, shift), power = fence_noise(rng, BINS, shift);
    const snq__mel_bank bank = {
        .bands = (uint32_t)n / 3 + 1, .at = at, .first = first, .weight = w.x
    };
    for (size_t i = 0; i < n * SNQ__MEL_TILE; i++)
        w.x[i] = fabsf(w.x[i]);
    for (size_t i = 0; i < BINS; i++)
        power.x[i] = fabsf(power.x[i]);
    for (uint32_t i = 0; i < n; i++)
        first[i] = i % (BINS - SNQ__MEL_TILE + 1);
    for (uint32_t b = 0; b <= bank.bands; b++)
        at[b] = 4 * b < n ? 4 * b : (uint32_t)n;
    fenced a = fence(bank.bands, 0), b = fence(bank.bands, shift);
    c->mel(a.x, &bank, power.x);
    k->mel(b.x, &bank, power.x);
    for (size_t i = 0; i < bank.bands; i++)
        check_near(b.x[i], a.x[i], 1e-6 * a.x[i]);
    unfence(&a);
    unfence(&b);
    unfence(&w);
    unfence(&power);
}

/* A convolution with each tap's inputs in a fence of its own. */
static void check_conv_of(const snq__kernels *c, const snq__kernels *k, snq_rng *rng,
                          const snq__conv_plan *shape, uint32_t n, size_t shift)
{
    const uint32_t tiles = (shape->out + SNQ__CONV_TILE - 1) / SNQ__CONV_TILE;
    fenced w = fence_noise(rng, (size_t)tiles * SNQ__CONV_TILE * shape->taps * shape->in, shift);
    fenced bias = fence_noise(rng, (size_t)tiles * SNQ__CONV_TILE, shift), x[5];
    const float *tap[5];
    for (uint32_t i = 0; i < shape->taps; i++) {
        x[i] = fence_noise(rng, n ? (n - 1) * (size_t)shape->hop + shape->in : 0, shift + i);
        tap[i] = x[i].x;
    }
    fenced add = fence_noise(rng, n ? (n - 1) * (size_t)shape->hop + shape->out : 0, shift);
    snq__conv_plan p = *shape;
    p.weight = w.x;
    p.bias = bias.x;
    /* all magnitudes are below 1 */
    const double tolerance = (p.taps * p.in + 2) * (p.taps * p.in + 3) * ldexp(1, -23);
    for (uint32_t gap = 0; gap < 2; gap++) {
        const size_t step = p.out + gap, room = n ? (n - 1) * step + p.out : 0;
        fenced a = fence(room, 0), b = fence(room, shift), one = fence(room, shift);
        c->conv(&p, a.x, step, tap, gap ? add.x : NULL, n);
        k->conv(&p, b.x, step, tap, gap ? add.x : NULL, n);
        same(&a, &b, tolerance);           /* what lies between the rows, too */
        for (uint32_t t = 0; t < n; t++) { /* row by row: the same bits */
            const float *at[5];
            for (uint32_t i = 0; i < p.taps; i++)
                at[i] = tap[i] + (size_t)t * p.hop;
            k->conv(&p, one.x + t * step, step, at, gap ? add.x + (size_t)t * p.hop : NULL, 1);
        }
        assert_memory_equal(one.x, b.x, room * sizeof *b.x);
        unfence(&a);
        unfence(&b);
        unfence(&one);
    }
    for (uint32_t i = 0; i < p.taps; i++)
        unfence(&x[i]);
    unfence(&w);
    unfence(&bias);
    unfence(&add);
}

/* n is how many rows. */
static void check_conv(const snq__kernels *c, const snq__kernels *k, snq_rng *rng, size_t n,
                       size_t shift)
{
    static const snq__conv_plan shape[] = {
        { .in = 1, .out = 1, .taps = 1, .hop = 1 },   { .in = 3, .out = 16, .taps = 5, .hop = 3 },
        { .in = 5, .out = 23, .taps = 2, .hop = 10 }, { .in = 7, .out = 32, .taps = 3, .hop = 7 },
        { .in = 2, .out = 41, .taps = 4, .hop = 2 },  { .in = 4, .out = 79, .taps = 1, .hop = 1 },
    };
    for (size_t i = 0; i < SNQ_COUNT(shape); i++)
        check_conv_of(c, k, rng, &shape[i], (uint32_t)n, shift);
}

static void check_mixdown(const snq__kernels *c, const snq__kernels *k, snq_rng *rng, size_t n,
                          size_t shift)
{
    fenced ch[3] = { fence_noise(rng, n, shift), fence_noise(rng, n, 0), fence_noise(rng, n, 2) };
    const float *channel[3] = { ch[0].x, ch[1].x, ch[2].x };
    for (uint32_t channels = 1; channels <= 3; channels++) {
        fenced a = fence(n, 0), b = fence(n, shift);
        c->mixdown(a.x, channel, channels, 1.0f / (float)channels, n);
        k->mixdown(b.x, channel, channels, 1.0f / (float)channels, n);
        same(&a, &b, 0);
        unfence(&a);
        unfence(&b);
    }
    for (int i = 0; i < 3; i++)
        unfence(&ch[i]);
}

static void check_levels(const snq__kernels *c, const snq__kernels *k, snq_rng *rng, size_t n,
                         size_t shift)
{
    fenced x = fence_noise(rng, n, shift), y = fence_noise(rng, n, 1);
    double sum[2] = { 0.5, 0.5 }, sum_sq[2] = { 2, 2 };
    float min[2] = { 0, 0 }, max[2] = { 0, 0 };
    c->levels(x.x, n, &sum[0], &sum_sq[0], &min[0], &max[0]);
    k->levels(x.x, n, &sum[1], &sum_sq[1], &min[1], &max[1]);
    check_near(sum[1], sum[0], 1e-12 * (double)(n + 1));
    check_near(sum_sq[1], sum_sq[0], 1e-12 * sum_sq[0]);
    assert_true(min[0] == min[1] && max[0] == max[1]);
    check_near(k->levels_dot(x.x, y.x, n), c->levels_dot(x.x, y.x, n), 1e-12 * (double)(n + 1));
    for (float at = 0.9f; at < 1.01f; at += 0.02f)
        assert_int_equal(k->levels_find(x.x, n, at), c->levels_find(x.x, n, at));
    for (size_t i = 0; i < n; i += 1 + n / 7) {
        const float was = x.x[i];
        x.x[i] = i % 2 ? -1.5f : 1.5f;
        assert_int_equal(k->levels_find(x.x, n, 1.2f), i);
        x.x[i] = was;
    }
    unfence(&x);
    unfence(&y);
}

static void check_truepeak(const snq__kernels *c, const snq__kernels *k, snq_rng *rng, size_t n,
                           size_t shift)
{
    static const uint32_t rate[] = { 48000, 96000, 192000 };
    fenced x = fence_noise(rng, n + SNQ__TRUEPEAK_BACK, shift);
    const float *from = x.x + SNQ__TRUEPEAK_BACK;
    for (size_t i = 0; i < SNQ_COUNT(rate); i++) {
        snq__truepeak_coef coef;
        snq__truepeak_coef_fill(&coef, rate[i]);
        for (float floor = 0; floor < 1.6f; floor += 0.3f) {
            const float want = c->truepeak(&coef, from, n, floor);
            check_near(k->truepeak(&coef, from, n, floor), want, 1e-6 * want);
        }
    }
    unfence(&x);
}

static void check_kweight(const snq__kernels *c, const snq__kernels *k, snq_rng *rng, size_t n,
                          size_t shift)
{
    static const uint32_t rate[] = { 1000, 8000, 44100, 768000 };
    static const float silence[500];
    fenced x = fence_noise(rng, n, shift);
    for (size_t i = 0; i < SNQ_COUNT(rate); i++) {
        snq_kweight *object;
        check_ok(
            snq_kweight_new(&(snq_kweight_cfg) { .rate_hz = rate[i], .channels = 1 }, &object));
        const snq__kweight_coef *coef = snq__kweight_coef_of(object);
        double a[4] = { 1, 0.7, 90, 80 }, b[4] = { 1, 0.7, 90, 80 };
        const double want = c->kweight(coef, a, x.x, n), got = k->kweight(coef, b, x.x, n);
        check_near(got, want, 1e-11 * want);
        /* the states must lead to the same future: sound, then decay */
        for (int round = 0; round < 2; round++) {
            const double next = c->kweight(coef, a, round ? silence : x.x, round ? 500 : n);
            check_near(c->kweight(coef, b, round ? silence : x.x, round ? 500 : n), next,
                       1e-9 * next);
        }
        snq_kweight_free(object);
    }
    unfence(&x);
}

#define EACH(name, multiple)                \
    static void test_##name(void **state)   \
    {                                       \
        (void)state;                        \
        every_size(check_##name, multiple); \
    }
EACH(stft_pair, 2)
EACH(rfft, 2)
EACH(mel, 1)
EACH(conv, 1)
EACH(mixdown, 1)
EACH(levels, 1)
EACH(truepeak, 1)

static void test_fft(void **state)
{
    (void)state;
    static const size_t lengths[] = { 8,    16,   32,   64,   128,   256,   512,
                                      1024, 2048, 4096, 8192, 16384, 32768, 131072 };
    every_of(check_fft, lengths, SNQ_COUNT(lengths), 1);
    every_of(check_stft_power, lengths + 1, SNQ_COUNT(lengths) - 1, 1);
}

static void test_kweight(void **state)
{
    (void)state;
    every_size(check_kweight, 1);
    every_size(check_kweight, 61); /* past the longest lane of every row */
}

static void test_listing(void **state)
{
    (void)state;
    unsigned n = 0;
    const char *picked = NULL, *name;
    while ((name = snq_dsp_kernels(n, &picked)) != NULL) {
        assert_true(!strcmp(picked, "c") || !strcmp(picked, "avx2") || !strcmp(picked, "avx512"));
        assert_ptr_equal(snq_dsp_kernels(n, NULL), name);
        n++;
    }
    assert_true(n >= 10);
    const unsigned was = snq_cpu_flags();
    snq_cpu_force(0);
    for (unsigned i = 0; i < n; i++) {
        snq_dsp_kernels(i, &picked);
        assert_string_equal(picked, "c");
    }
    snq_cpu_force(SNQ_CPU_AVX2);
    snq_dsp_kernels(n - 1, &picked);
    assert_string_equal(picked, snq_cpu_detect() & SNQ_CPU_AVX2 ? "avx2" : "c");
    snq_cpu_force(was);
}

static double now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

enum { BENCH_N = 4096, BENCH_RUNS = 400, BENCH_TRIES = 7 };

/* Nanoseconds per element of the best of several tries. */
#define TIME(call)                                              \
    do {                                                        \
        double best = 1e99;                                     \
        for (int t = 0; t < BENCH_TRIES; t++) {                 \
            const double from = now_ns();                       \
            for (int i = 0; i < BENCH_RUNS; i++)                \
                call;                                           \
            const double each = (now_ns() - from) / BENCH_RUNS; \
            best = each < best ? each : best;                   \
        }                                                       \
        printf(" %8.3f", best / BENCH_N);                       \
    } while (0)

/* Music-like: noise with a 1/f tilt, most samples well under the peak. */
static void fill_bench(float *x, size_t n, uint64_t seed)
{
    snq_rng rng;
    snq_rng_init(&rng, seed);
    double low = 0;
    for (size_t i = 0; i < n; i++) {
        low = 0.95 * low + 0.1 * snq_rng_normal(&rng);
        x[i] = (float)(low + 0.05 * snq_rng_normal(&rng));
    }
}

#ifdef SNQ_HAVE_AV_TX
/* Nanoseconds of FFmpeg's transform of n, for comparison. */
static double bench_av_tx(uint32_t n, float *out, float *in)
{
    const float one = 1.0f;
    AVTXContext *tx = NULL;
    av_tx_fn run;
    if (av_tx_init(&tx, &run, AV_TX_FLOAT_FFT, 0, (int)n, &one, 0) < 0)
        return 0;
    double best = 1e99;
    for (int t = 0; t < BENCH_TRIES; t++) {
        const uint32_t runs = 1 + 400000 / n;
        const double from = now_ns();
        for (uint32_t i = 0; i < runs; i++)
            run(tx, out, in, 2 * sizeof(float));
        const double each = (now_ns() - from) / runs;
        best = each < best ? each : best;
    }
    av_tx_uninit(&tx);
    return best;
}
#endif

/* Nanoseconds of whole transforms. */
static void bench_transforms(void)
{
    static _Alignas(64) float x[2 * SNQ_FFT_MAX], out[2 * SNQ_FFT_MAX + 16];
    fill_bench(x, SNQ_COUNT(x), 5);
    printf("\n%-12s %8s %8s %8s %8s   ns per complex transform\n", "length", "c", "avx2", "avx512",
           "(av_tx)");
    for (uint32_t n = SNQ_FFT_MIN; n <= SNQ_FFT_MAX; n *= 2) {
        const snq__fft_source source = { .re = x };
        snq__fft_plan plan;
        if (snq__fft_plan_init(&plan, n) < 0)
            return;
        printf("%-12u", n);
        for (size_t r = 0; r < SNQ_COUNT(rows); r++) {
            if ((rows[r].flags & snq_cpu_detect()) != rows[r].flags)
                continue;
            snq__kernels k;
            snq__kernels_init(&k, rows[r].flags);
            double best = 1e99;
            for (int t = 0; t < BENCH_TRIES; t++) {
                const uint32_t runs = 1 + 400000 / n;
                const double from = now_ns();
                for (uint32_t i = 0; i < runs; i++)
                    k.fft(&plan, out, out + n + 16, &source);
                const double each = (now_ns() - from) / runs;
                best = each < best ? each : best;
            }
            printf(" %8.0f", best);
        }
#ifdef SNQ_HAVE_AV_TX
        printf(" %8.0f", bench_av_tx(n, out, x));
#endif
        printf("\n");
        snq__fft_plan_clear(&plan);
    }
}

/* Layers of networks over music: thousand millions of multiplications a second. */
static void bench_layers(void)
{
    static const struct {
        uint32_t in, out, taps, rows;
    } shape[] = { { 41, 32, 5, 96 }, { 32, 32, 5, 96 }, { 40, 32, 1, 96 },
                  { 32, 64, 1, 96 }, { 1, 16, 41, 84 }, { 3, 16, 41, 84 } };
    static _Alignas(64) float x[100 * 41 + 16], w[16 * 1024], bias[64], y[96 * 64];
    fill_bench(x, SNQ_COUNT(x), 6);
    fill_bench(w, SNQ_COUNT(w), 7);
    printf("\n%-12s %8s %8s %8s   products a nanosecond\n", "layer", "c", "avx2", "avx512");
    for (size_t i = 0; i < SNQ_COUNT(shape); i++) {
        const uint32_t in = shape[i].in, out = shape[i].out, taps = shape[i].taps;
        const snq__conv_plan plan = {
            .in = in * taps, .out = out, .taps = 1, .hop = in, .weight = w, .bias = bias
        };
        const float *tap[] = { x };
        printf("%2u %2u x%-6u", in, out, taps);
        for (size_t r = 0; r < SNQ_COUNT(rows); r++) {
            if ((rows[r].flags & snq_cpu_detect()) != rows[r].flags)
                continue;
            snq__kernels k;
            snq__kernels_init(&k, rows[r].flags);
            double best = 1e99;
            for (int t = 0; t < BENCH_TRIES; t++) {
                const double from = now_ns();
                for (int run = 0; run < BENCH_RUNS; run++)
                    k.conv(&plan, y, out, tap, NULL, shape[i].rows);
                const double each = (now_ns() - from) / BENCH_RUNS;
                best = each < best ? each : best;
            }
            printf(" %8.1f", in * out * taps * shape[i].rows / best);
        }
        printf("\n");
    }
}

static int bench(void)
{
    static float x[BENCH_N + 16], y[BENCH_N + 16], z[2 * BENCH_N + 2], out[2 * BENCH_N + 32];
    static float w[BENCH_N + 2], power[BENCH_N / 2 + 1];
    fill_bench(x, SNQ_COUNT(x), 1);
    fill_bench(y, SNQ_COUNT(y), 2);
    fill_bench(z, SNQ_COUNT(z), 3);
    fill_bench(w, SNQ_COUNT(w), 4);
    const snq__fft_source source = { .re = x, .im = y, .window = w };
    snq__fft_plan plan;
    if (snq__fft_plan_init(&plan, BENCH_N) < 0)
        return 1;
    /* 40 bands of 20 bins and more */
    uint32_t at[41], first[40 * 3];
    for (uint32_t i = 0; i < 40 * 3; i++)
        first[i] = 8 * i;
    for (uint32_t i = 0; i <= 40; i++)
        at[i] = 3 * i;
    const snq__mel_bank bank = { .bands = 40, .at = at, .first = first, .weight = z };
    const float *channel[2] = { x, y };
    /* 128 rows of 32 from 32: so many outputs */
    const snq__conv_plan conv = {
        .in = 32, .out = 32, .taps = 1, .hop = 32, .weight = z, .bias = w
    };
    const float *tap[1] = { x };
    snq_kweight *object;
    if (snq_kweight_new(&(snq_kweight_cfg) { .rate_hz = 44100, .channels = 1 }, &object) < 0)
        return 1;
    snq__truepeak_coef tp;
    snq__truepeak_coef_fill(&tp, 44100);
    printf("%-12s %8s %8s %8s   ns per element (%d elements)\n", "kernel", "c", "avx2", "avx512",
           BENCH_N);
    double state[4] = { 0 }, sum = 0, sum_sq = 0;
    volatile double sink = 0;
    float min = 0, max = 0;
#define X(kernel)                                                \
    printf("%-12s", #kernel);                                    \
    for (size_t r = 0; r < SNQ_COUNT(rows); r++) {               \
        if ((rows[r].flags & snq_cpu_detect()) != rows[r].flags) \
            continue;                                            \
        snq__kernels k;                                          \
        snq__kernels_init(&k, rows[r].flags);                    \
        TIME(BENCH_##kernel);                                    \
    }                                                            \
    printf("\n");
#define BENCH_fft         k.fft(&plan, out, out + BENCH_N + 16, &source)
#define BENCH_stft_pair   k.stft_pair(out, z, z + BENCH_N, BENCH_N, 1e-9f)
#define BENCH_stft_power  k.stft_power(&plan, out, out + BENCH_N + 16, power, 12, &source, 1e-9f)
#define BENCH_rfft_unpack k.rfft_unpack(out, z, z + BENCH_N, w, BENCH_N)
#define BENCH_rfft_power  k.rfft_power(out, z, z + BENCH_N, w, BENCH_N, 1)
#define BENCH_mel         k.mel(out, &bank, y)
#define BENCH_conv        k.conv(&conv, out, 32, tap, NULL, BENCH_N / 32)
#define BENCH_mixdown     k.mixdown(out, channel, 2, 0.5f, BENCH_N)
#define BENCH_levels      k.levels(x, BENCH_N, &sum, &sum_sq, &min, &max)
#define BENCH_levels_dot  sink = sink + k.levels_dot(x, y, BENCH_N)
#define BENCH_levels_find sink = sink + (double)k.levels_find(x, BENCH_N, 100)
#define BENCH_truepeak    sink = sink + k.truepeak(&tp, x + 16, BENCH_N, 0)
#define BENCH_kweight     sink = sink + k.kweight(snq__kweight_coef_of(object), state, x, BENCH_N)
    SNQ__KERNEL_MAP(X)
#undef X
    bench_transforms();
    bench_layers();
    snq__fft_plan_clear(&plan);
    snq_kweight_free(object);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "--bench") == 0)
        return bench();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fft),     cmocka_unit_test(test_stft_pair),
        cmocka_unit_test(test_rfft),    cmocka_unit_test(test_mel),
        cmocka_unit_test(test_conv),    cmocka_unit_test(test_mixdown),
        cmocka_unit_test(test_levels),  cmocka_unit_test(test_truepeak),
        cmocka_unit_test(test_kweight), cmocka_unit_test(test_listing),
    };
    return cmocka_run_group_tests_name("kernels", tests, NULL, NULL);
}
