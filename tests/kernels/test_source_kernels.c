// SPDX-License-Identifier: MIT
/* Every variant of the sources' inner loops against plain C: all sizes of a block, guards around the
 * buffers. They must agree to the bit, but for waves, whose loops are held against the definition. With
 * --bench: nanoseconds a voice and sample, of the loops alone and of whole sources. */
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

enum { PIECES = 1 << 15 };

static void draw_wave(snq_rng *rng, snq__wave_run *r, uint32_t n)
{
    r->n = n;
    draw_words(rng, r->offset, 2);
    draw_words(rng, r->offset_step, 2);
    memset(&r->offset[0], 0, sizeof r->offset[0]);
    memset(&r->offset_step[0], 0, sizeof r->offset_step[0]);
    draw_lanes(rng, r->weight, 2);
    draw_lanes(rng, r->weight_step, 2);
    draw_lanes(rng, &r->hz_from, 1);
    draw_lanes(rng, &r->hz_to, 1);
    draw_lanes(rng, &r->level_from, 1);
    draw_lanes(rng, &r->level_to, 1);
    r->lanes = n % 3 ? snq_rng_below(rng, 256) : 255;
    for (int l = 0; l < SNQ_LANES; l++) {
        r->bits.v[l] = 8 + (n + (uint32_t)l) % 7;
        r->first[0].v[l] = (uint32_t)snq_rng_below(rng, PIECES / 2 + 1);
        r->first[1].v[l] = (uint32_t)snq_rng_below(rng, PIECES / 2 + 1);
        r->hz_from.v[l] = 20000 * fabsf(r->hz_from.v[l]);
        r->hz_to.v[l] = n % 2 ? r->hz_from.v[l] : 20000 * fabsf(r->hz_to.v[l]);
        r->weight_step[0].v[l] *= 0.01f;
        r->weight_step[1].v[l] *= 0.01f;
        if (!(r->lanes >> l & 1))
            r->level_from.v[l] = r->level_to.v[l] = 0;
    }
    r->voices = 1 + n % SNQ__WAVE_VOICES_MAX;
    for (uint32_t j = 0; j < r->voices; j++) {
        r->scale[j] = 4294967296.0f / 48000 * (1 + 0.01f * (float)j);
        for (int s = 0; s < 2; s++) {
            r->side_from[j][s] = draw(rng);
            r->side_to[j][s] = draw(rng);
        }
    }
}

/* The definition, of one lane: its sum on both sides, of the magnitudes as well. */
static void slow_wave(const snq__wave_run *r, uint32_t i, int l, uint32_t reads, double y[2],
                      double size[2])
{
    y[0] = y[1] = size[0] = size[1] = 0;
    for (uint32_t j = 0; j < r->voices; j++) {
        const float from = fminf(r->hz_from.v[l] * r->scale[j], 2147483392.0f);
        const float to = fminf(r->hz_to.v[l] * r->scale[j], 2147483392.0f);
        const uint32_t inc = (uint32_t)(int32_t)(from + 0.5f);
        const uint32_t more = (uint32_t)(int32_t)((to - from) * (1 / (float)r->n));
        double sum = 0, all = 0;
        for (uint32_t k = 0; k < reads; k++) {
            uint32_t phase = r->phase[j].v[l] + i * inc + i * (i - 1) / 2 * more;
            if (reads > 1)
                phase += r->offset[k].v[l] + i * r->offset_step[k].v[l];
            const uint32_t down = 32 - r->bits.v[l];
            const float *piece = r->piece + 2 * (r->first[k].v[l] + (phase >> down));
            const double at = (double)(phase & ((1u << down) - 1)) / (1u << down) - 0.5;
            const double read = (double)piece[0] + (double)piece[1] * at;
            const double weight =
                reads < 2 ? 1 : (double)r->weight[k].v[l] + i * (double)r->weight_step[k].v[l];
            sum += weight * read;
            all += fabs(weight * read);
        }
        for (int s = 0; s < 2; s++) {
            const double begin = (double)r->side_from[j][s] * (double)r->level_from.v[l];
            const double end = (double)r->side_to[j][s] * (double)r->level_to.v[l];
            const double gain = begin + (end - begin) * i / r->n;
            y[s] += gain * sum;
            size[s] += (fabs(begin) + fabs(end)) * all;
        }
    }
}

static void check_wave(const snq__wave_kernels *k, const snq__wave_run *r, const pair *was,
                       uint32_t sides)
{
    pair side[2] = { was[0], was[1] };
    snq__lane_words phase[SNQ__WAVE_VOICES_MAX];
    k->play(r, side[0].k + GUARD, sides > 1 ? side[1].k + GUARD : NULL);
    for (uint32_t s = 0; s < 2; s++)
        for (uint32_t i = 0; i < ROOM; i++)
            for (int l = 0; l < SNQ_LANES; l++) {
                const int in = i >= GUARD && i < GUARD + r->n && s < sides && r->lanes >> l & 1;
                double y[2] = { 0 }, size[2] = { 0 };
                if (in)
                    slow_wave(r, i - GUARD, l, r->reads, y, size);
                /* a gain's 64 steps are rounded, and pieces' places to 2^-14 of a slope that is not steep */
                check_near((double)side[s].k[i].v[l], (double)side[s].c[i].v[l] + y[s],
                           (in ? 2e-6 : 0) * (1 + size[s]));
            }
    memcpy(phase, r->phase, r->voices * sizeof *phase);
    k->move(r, phase);
    for (uint32_t j = 0; j < r->voices; j++) {
        snq__wave_run alone = *r;
        alone.scale[0] = r->scale[j];
        alone.voices = 1;
        snq__lane_words to = r->phase[j];
        snq__wave_move_c(&alone, &to);
        assert_memory_equal(&to, &phase[j], sizeof to);
    }
}

static void test_wave(void **state)
{
    (void)state;
    static const unsigned flags[] = { 0, SNQ_CPU_AVX2, SNQ_CPU_AVX2 | SNQ_CPU_AVX512 };
    snq_rng rng;
    snq_rng_init(&rng, 1);
    float *piece = snq_calloc(PIECES, 2 * sizeof(float));
    for (int i = 0; i < PIECES; i++) {
        piece[2 * i] = draw(&rng);
        piece[2 * i + 1] = 0.01f * draw(&rng);
    }
    for (uint32_t n = 0; n <= SNQ_SYNTH_BLOCK; n++) {
        snq__lane_words phase[SNQ__WAVE_VOICES_MAX];
        snq__wave_run r = { .piece = piece, .phase = phase };
        pair side[2];
        draw_words(&rng, phase, SNQ__WAVE_VOICES_MAX);
        draw_wave(&rng, &r, n);
        fence(&side[0], &rng, n);
        fence(&side[1], &rng, n);
        for (size_t f = 0; f < SNQ_COUNT(flags); f++) {
            snq__wave_kernels k;
            if ((flags[f] & snq_cpu_detect()) != flags[f])
                continue;
            snq__wave_kernels_init(&k, flags[f]);
            for (r.reads = 1; r.reads <= 2; r.reads++)
                for (uint32_t sides = 1; sides <= 2; sides++)
                    check_wave(&k, &r, side, sides);
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

static _Alignas(64) snq__lanes left[SNQ_SYNTH_BLOCK], right[SNQ_SYNTH_BLOCK];

/* A source at `hz` and other pitches up to 3.6 times that; all lanes; best of several rounds. */
static double bench_source(const snq__source_type *t, const snq_bank *bank, const float *value,
                           int stereo, float hz, uint32_t lanes)
{
    const snq__source_cfg cfg = {
        .rate_hz = 48000, .value = value, .bank = bank, .recording = "", .stereo = stereo
    };
    snq__source_block b = { .n = SNQ_SYNTH_BLOCK, .active = lanes };
    void *s;
    double best = INFINITY;
    check_ok(t->make(&cfg, &s));
    for (uint32_t l = 0; l < SNQ_LANES; l++) {
        const snq__source_note note = { .hz = hz, .note = 60, .velocity = 1, .seed = l };
        b.hz.from.v[l] = b.hz.to.v[l] = hz * (1 + 0.37f * (float)l);
        b.shape.from.v[l] = b.shape.to.v[l] = 0.5f;
        b.level.from.v[l] = b.level.to.v[l] = lanes >> l & 1 ? 1 : 0;
        t->start(s, l, &note);
    }
    for (int round = 0; round < ROUNDS; round++) {
        const double start = now_ns();
        for (int i = 0; i < BLOCKS; i++)
            t->run(s, &b, left, stereo ? right : NULL);
        best = fmin(best, (now_ns() - start) / (EACH / SNQ_LANES * __builtin_popcount(lanes)));
    }
    t->free(s);
    return best;
}

static int bench(void)
{
    static const unsigned flags[] = { 0, SNQ_CPU_AVX2, SNQ_CPU_AVX2 | SNQ_CPU_AVX512 };
    static const char *const colours[] = { "white", "pink", "brown" };
    snq_bank *bank;
    float value[SNQ__SOURCE_PARAMS_MAX];
    check_ok(snq_bank_new(48000, &bank));
    printf("ns a voice-sample                     c   avx2 avx512\n");
    static const struct {
        const char *name;
        float waveform, unison, hz;
        int stereo;
    } wave[] = {
        { "sawtooth, 40 Hz up", 2, 1, 40, 0 },
        { "sawtooth, 220 Hz up", 2, 1, 220, 0 },
        { "sawtooth, 2000 Hz up", 2, 1, 2000, 0 },
        { "square, 220 Hz up", 3, 1, 220, 0 },
        { "table, 220 Hz up", 4, 1, 220, 0 },
        { "sawtooth, unison 7, stereo", 2, 7, 110, 1 },
        { "the same, one lane alone", 2, 7, 110, 1 },
    };
    for (size_t i = 0; i < SNQ_COUNT(wave); i++) {
        printf("wave: %-27s", wave[i].name);
        for (size_t f = 0; f < SNQ_COUNT(flags); f++) {
            const float v[] = { wave[i].waveform, wave[i].unison, 20, 0.5f, 0 };
            snq_cpu_force(flags[f]);
            printf(" %6.2f", bench_source(&snq__source_wave, bank, v, wave[i].stereo, wave[i].hz,
                                          i + 1 < SNQ_COUNT(wave) ? 255 : 1));
        }
        printf("\n");
    }
    for (int i = 0; i < 3; i++) {
        printf("noise: %-26s", colours[i]);
        for (size_t f = 0; f < SNQ_COUNT(flags); f++) {
            value[0] = (float)i;
            snq_cpu_force(flags[f]);
            printf(" %6.2f", bench_source(&snq__source_noise, bank, value, 0, 220, 255));
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
                printf(" %6.2f", bench_source(&snq__source_fm, bank, value, 0, 220, 255));
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
