// SPDX-License-Identifier: MIT
/* Every variant of the sources' inner loops against plain C: all sizes of a block, guards around the
 * buffers. They must agree to the bit. With --bench: nanoseconds a voice and sample, of the loops alone
 * and of whole sources. */
#include "support/check.h"

#include <time.h>

#include "base/alloc.h"
#include "base/cpu.h"
#include "base/rng.h"
#include "synth/bank_impl.h"
#include "synth/simd/fm_impl.h"
#include "synth/simd/noise_impl.h"
#include "synth/simd/wave_impl.h"
#include "synth/voice_source_impl.h"

enum { GUARD = 4, ROOM = SNQ_SYNTH_BLOCK + 2 * GUARD };
static const float guard_value = 1e30f;

static int lacks_avx2(void)
{
    return !(snq_cpu_detect() & SNQ_CPU_AVX2);
}

static float draw(snq_rng *rng)
{
    return (float)(2 * snq_rng_uniform(rng) - 1);
}

static void draw_lanes(snq_rng *rng, snq__lanes *to, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        for (int l = 0; l < SNQ_LANES; l++)
            to[i].v[l] = draw(rng);
}

static void draw_words(snq_rng *rng, snq__lane_words *to, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        for (int l = 0; l < SNQ_LANES; l++)
            to[i].v[l] = (uint32_t)(snq_rng_next(rng) >> 32);
}

/* Two equal buffers of `n` frames inside guards. */
typedef struct pair {
    snq__lanes c[ROOM], k[ROOM];
} pair;

static void fence(pair *p, snq_rng *rng, uint32_t n)
{
    for (uint32_t i = 0; i < ROOM; i++)
        for (int l = 0; l < SNQ_LANES; l++)
            p->c[i].v[l] = i >= GUARD && i < GUARD + n ? draw(rng) : guard_value;
    memcpy(p->k, p->c, sizeof(p->c));
}

/* The same bits, and nothing but the n frames touched. */
static void same(const pair *p, uint32_t n)
{
    assert_memory_equal(p->c, p->k, sizeof(p->c));
    for (uint32_t i = 0; i < ROOM; i++)
        for (int l = 0; l < SNQ_LANES && !(i >= GUARD && i < GUARD + n); l++)
            assert_true(p->c[i].v[l] == guard_value);
}

static void test_wave(void **state)
{
    (void)state;
    if (lacks_avx2())
        skip();
    enum { PIECES = 1 << 15 };
    snq_rng rng;
    snq_rng_init(&rng, 1);
    float *piece = snq_calloc(PIECES, 2 * sizeof(float));
    for (int i = 0; i < 2 * PIECES; i++)
        piece[i] = draw(&rng);
    snq__wave_kernels c, k;
    snq__wave_kernels_init(&c, 0);
    snq__wave_kernels_init(&k, SNQ_CPU_AVX2);
    assert_true(c.one != k.one);
    for (uint32_t n = 0; n <= SNQ_SYNTH_BLOCK; n++) {
        snq__wave_run r = { .piece = piece, .n = n };
        draw_words(&rng, r.phase, 2);
        draw_words(&rng, r.inc, 2);
        draw_words(&rng, &r.more, 1);
        draw_lanes(&rng, r.weight, 2);
        draw_lanes(&rng, r.weight_step, 2);
        draw_lanes(&rng, r.gain, 2);
        draw_lanes(&rng, r.gain_step, 2);
        for (int l = 0; l < SNQ_LANES; l++) {
            r.bits.v[l] = 8 + (n + (uint32_t)l) % 7;
            r.first[0].v[l] = (uint32_t)snq_rng_below(&rng, PIECES / 2 + 1);
            r.first[1].v[l] = (uint32_t)snq_rng_below(&rng, PIECES / 2 + 1);
        }
        pair left, right;
        for (int reads = 1; reads <= 2; reads++) {
            for (int sides = 1; sides <= 2; sides++) {
                fence(&left, &rng, n);
                fence(&right, &rng, n);
                (reads == 1 ? c.one : c.two)(&r, left.c + GUARD,
                                             sides > 1 ? right.c + GUARD : NULL);
                (reads == 1 ? k.one : k.two)(&r, left.k + GUARD,
                                             sides > 1 ? right.k + GUARD : NULL);
                same(&left, n);
                same(&right, n);
            }
        }
    }
    snq_free(piece);
}

static void test_noise(void **state)
{
    (void)state;
    if (lacks_avx2())
        skip();
    snq_rng rng;
    snq_rng_init(&rng, 2);
    snq__noise_kernels c, k;
    snq__noise_kernels_init(&c, 0);
    snq__noise_kernels_init(&k, SNQ_CPU_AVX2);
    assert_true(c.draw != k.draw);
    for (uint32_t n = 0; n <= SNQ_SYNTH_BLOCK; n++) {
        snq__lane_words a[4], b[4];
        snq__lanes memory[2][4], line[2];
        const float pole[4] = { 0.9f, -0.3f, 0.5f, 0.99f }, zero[4] = { 0.2f, 0.4f, -0.1f, 0 };
        pair x, to;
        draw_words(&rng, a, 4);
        memcpy(b, a, sizeof(a));
        fence(&x, &rng, n);
        c.draw(a, x.c + GUARD, n);
        k.draw(b, x.k + GUARD, n);
        assert_memory_equal(a, b, sizeof(a));
        same(&x, n);
        draw_lanes(&rng, memory[0], 4);
        memcpy(memory[1], memory[0], sizeof(memory[0]));
        c.tint(pole, zero, memory[0], x.c + GUARD, n);
        k.tint(pole, zero, memory[1], x.k + GUARD, n);
        assert_memory_equal(memory[0], memory[1], sizeof(memory[0]));
        same(&x, n);
        fence(&to, &rng, n);
        draw_lanes(&rng, line, 2);
        c.add(&line[0], &line[1], x.c + GUARD, to.c + GUARD, n);
        k.add(&line[0], &line[1], x.k + GUARD, to.k + GUARD, n);
        same(&to, n);
    }
}

static void draw_line(snq_rng *rng, snq__fm_line *to)
{
    draw_lanes(rng, &to->value, 1);
    draw_lanes(rng, &to->step, 1);
    for (int l = 0; l < SNQ_LANES; l++)
        to->step.v[l] *= 0.01f;
}

static void test_fm(void **state)
{
    (void)state;
    if (lacks_avx2())
        skip();
    snq_rng rng;
    snq_rng_init(&rng, 3);
    assert_true(snq__fm_pick(0) != snq__fm_pick(SNQ_CPU_AVX2));
    for (uint32_t n = 0; n <= 3 * SNQ_SYNTH_BLOCK; n++) {
        snq__fm_run r = { .n = n % (SNQ_SYNTH_BLOCK + 1), .operators = 2 + n % 3 };
        snq__fm_state a, b;
        pair to;
        draw_words(&rng, a.phase, 4);
        draw_lanes(&rng, a.d, 4);
        draw_lanes(&rng, a.last[0], 8);
        b = a;
        draw_words(&rng, r.inc, 4);
        draw_words(&rng, r.more, 4);
        draw_lanes(&rng, r.decay, 4);
        r.edges = snq_rng_below(&rng, 64);
        r.loops = snq_rng_below(&rng, 16);
        r.heard = snq_rng_below(&rng, 16);
        for (int i = 0; i < SNQ__FM_EDGES; i++)
            draw_line(&rng, &r.edge[i]);
        for (int i = 0; i < SNQ__FM_OPERATORS; i++) {
            draw_line(&rng, &r.carrier[i]);
            draw_line(&rng, &r.feedback[i]);
            r.held[i][0] = draw(&rng);
            r.held[i][1] = 0.01f * draw(&rng);
            r.falling[i][0] = draw(&rng);
            r.falling[i][1] = 0.01f * draw(&rng);
        }
        draw_line(&rng, &r.level);
        fence(&to, &rng, r.n);
        snq__fm_pick(0)(&r, &a, to.c + GUARD);
        snq__fm_pick(SNQ_CPU_AVX2)(&r, &b, to.k + GUARD);
        same(&to, r.n);
        assert_memory_equal(&a, &b, sizeof(a));
    }
}

static double now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return 1e9 * (double)t.tv_sec + (double)t.tv_nsec;
}

enum { ROUNDS = 15, BLOCKS = 2000, EACH = BLOCKS * SNQ_SYNTH_BLOCK * SNQ_LANES };

static snq__lanes left[SNQ_SYNTH_BLOCK], right[SNQ_SYNTH_BLOCK];

/* A source at `hz` and other pitches up to 3.6 times that; all lanes; best of several rounds. */
static double bench_source(const snq__source_type *t, const snq_bank *bank, const float *value,
                           int stereo, float hz)
{
    const snq__source_cfg cfg = {
        .rate_hz = 48000, .value = value, .bank = bank, .recording = "", .stereo = stereo
    };
    snq__source_block b = { .n = SNQ_SYNTH_BLOCK, .active = 255 };
    void *s;
    double best = INFINITY;
    check_ok(t->make(&cfg, &s));
    for (uint32_t l = 0; l < SNQ_LANES; l++) {
        const snq__source_note note = { .hz = hz, .note = 60, .velocity = 1, .seed = l };
        b.hz.from.v[l] = b.hz.to.v[l] = hz * (1 + 0.37f * (float)l);
        b.shape.from.v[l] = b.shape.to.v[l] = 0.5f;
        b.level.from.v[l] = b.level.to.v[l] = 1;
        t->start(s, l, &note);
    }
    for (int round = 0; round < ROUNDS; round++) {
        const double start = now_ns();
        for (int i = 0; i < BLOCKS; i++)
            t->run(s, &b, left, stereo ? right : NULL);
        best = fmin(best, (now_ns() - start) / EACH);
    }
    t->free(s);
    return best;
}

static double bench_wave_loop(unsigned flags, int reads)
{
    snq__wave_run r = { .n = SNQ_SYNTH_BLOCK };
    snq__wave_kernels k;
    double best = INFINITY;
    float *piece = snq_calloc((size_t)8 << 11, 2 * sizeof(float));
    r.piece = piece;
    snq__wave_kernels_init(&k, flags);
    for (uint32_t l = 0; l < SNQ_LANES; l++) {
        r.bits.v[l] = 11;
        r.first[0].v[l] = r.first[1].v[l] = l << 11;
        r.inc[0].v[l] = r.inc[1].v[l] = 20000000u + 3000000u * l;
        r.gain[0].v[l] = r.weight[0].v[l] = 1;
    }
    for (int round = 0; round < ROUNDS; round++) {
        const double start = now_ns();
        for (int i = 0; i < BLOCKS; i++)
            (reads == 1 ? k.one : k.two)(&r, left, NULL);
        best = fmin(best, (now_ns() - start) / EACH);
    }
    snq_free(piece);
    return best;
}

static int bench(void)
{
    static const unsigned flags[] = { 0, SNQ_CPU_AVX2 };
    static const char *const colours[] = { "white", "pink", "brown" };
    snq_bank *bank;
    float value[SNQ__SOURCE_PARAMS_MAX];
    check_ok(snq_bank_new(48000, &bank));
    printf("ns a voice-sample                     c   avx2\n");
    for (int reads = 1; reads <= 2; reads++)
        printf("loop alone, %d read(s)           %6.2f %6.2f\n", reads, bench_wave_loop(0, reads),
               bench_wave_loop(SNQ_CPU_AVX2, reads));
    static const struct {
        const char *name;
        float waveform, unison, hz;
        int stereo;
    } wave[] = {
        { "sawtooth, 40 Hz up", 2, 1, 40, 0 },     { "sawtooth, 220 Hz up", 2, 1, 220, 0 },
        { "sawtooth, 2000 Hz up", 2, 1, 2000, 0 }, { "square, 220 Hz up", 3, 1, 220, 0 },
        { "table, 220 Hz up", 4, 1, 220, 0 },      { "sawtooth, unison 7, stereo", 2, 7, 110, 1 },
    };
    for (size_t i = 0; i < SNQ_COUNT(wave); i++) {
        printf("wave: %-27s", wave[i].name);
        for (size_t f = 0; f < SNQ_COUNT(flags); f++) {
            const float v[] = { wave[i].waveform, wave[i].unison, 20, 0.5f, 0 };
            snq_cpu_force(flags[f]);
            printf(" %6.2f", bench_source(&snq__source_wave, bank, v, wave[i].stereo, wave[i].hz));
        }
        printf("\n");
    }
    for (int i = 0; i < 3; i++) {
        printf("noise: %-26s", colours[i]);
        for (size_t f = 0; f < SNQ_COUNT(flags); f++) {
            value[0] = (float)i;
            snq_cpu_force(flags[f]);
            printf(" %6.2f", bench_source(&snq__source_noise, bank, value, 0, 220));
        }
        printf("\n");
    }
    for (int i = 0; i < 12; i += 4) {
        for (int feedback = 0; feedback < 2; feedback++) {
            printf("fm: %-16s%-13s", snq__source_fm.param[0].choices[i],
                   feedback ? "feedback" : "");
            for (size_t f = 0; f < SNQ_COUNT(flags); f++) {
                for (uint32_t p = 0; p < snq__source_fm.params; p++)
                    value[p] = snq__source_fm.param[p].value;
                value[0] = (float)i;
                value[1] = 0.5f * (float)feedback;
                snq_cpu_force(flags[f]);
                printf(" %6.2f", bench_source(&snq__source_fm, bank, value, 0, 220));
            }
            printf("\n");
        }
    }
    snq_bank_free(bank);
    return 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wave),
        cmocka_unit_test(test_noise),
        cmocka_unit_test(test_fm),
    };
    if (argc > 1 && strcmp(argv[1], "--bench") == 0)
        return bench();
    return cmocka_run_group_tests_name("source_kernels", tests, NULL, NULL);
}
