// SPDX-License-Identifier: MIT
/* bench_fx -- what each effect costs, in nanoseconds of CPU a stereo frame.
 *
 *     bench_fx speed [RUNS [NAME]]   each setting below (or that alone) on noise at 48 kHz whose level swings,
 *                                    ten times a second of it, as one JSON object (the best of RUNS);
 *                                    "ghz": how fast the core was meanwhile (dependent sums, a cycle each)
 *
 * "master chain": five biquads, the compressor, bass in the middle and the limiter, one after another.
 *
 * One thread; blocks of 1000 frames that lie in the cache, as in a mixer. A new kind adds its rows to `row`. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/attr.h"
#include "base/cpu.h"
#include "base/rng.h"
#include "dsp/denormals.h"
#include "fx/chain.h"
#include "fx/effect.h"

enum { RATE_HZ = 48000, TIMES = 10, BLOCK = 1000 };

static const struct {
    const char *name, *kind, *settings;
} row[] = {
    { "eq, nothing on", "eq", "" }, /* what being an effect costs, and this program's copying */
    { "eq 1 biquad", "eq", "peak1_on=1 peak1_db=6" },
    { "eq 5 biquads", "eq",
      "low_cut_on=1 peak1_on=1 peak1_db=3 peak2_on=1 peak2_db=-3 peak3_on=1 peak3_db=2 "
      "high_shelf_on=1 high_shelf_db=3" },
    { "filter 24 dB", "filter", "slope=1 cutoff_hz=2000" },
    { "compressor", "compressor", "threshold_db=-24 ratio=4" },
    { "compressor, unlinked, look-ahead", "compressor",
      "threshold_db=-24 ratio=4 link=0.5 lookahead_ms=5" },
    { "limiter", "limiter", "gain_db=6" },
    { "gate", "gate", "threshold_db=-20" },
    { "transient", "transient", "attack=0.5 sustain=-0.5" },
    { "width", "width", "width=1.5" },
    { "width, bass in the middle", "width", "bass_mono=1" },
    { "bitcrusher", "bitcrusher", "bits=6 rate_hz=11025 dither=1" },
    { "reverb", "reverb", "mix=0.3" },
    { "reverb, still", "reverb", "mix=0.3 modulation=0" },
    { "delay", "delay", "feedback=0.5 low_cut_hz=100 high_cut_hz=6000" },
    { "delay, modulated", "delay", "feedback=0.5 mod_depth_ms=2" },
    { "chorus, 2 voices", "chorus", "voices=2" },
    { "chorus, 4 voices", "chorus", "voices=4" },
    { "saturation, soft", "saturation", "kind=2" },
    { "saturation, tape", "saturation", "kind=0" },
    { "saturation, hard", "saturation", "kind=3" },
    { "saturation, fold", "saturation", "kind=4" },
    { "vinyl", "vinyl", "noise=0.5 crackle=0.5 wow_cents=10" },
    { "master chain", NULL, NULL },
};
/* By their names in `row`. */
static const char *const master[] = { "eq 5 biquads", "compressor", "width, bass in the middle",
                                      "limiter" };

static float source[2][RATE_HZ], left[BLOCK + 24], right[BLOCK];

static void must(snq_status st)
{
    if (st < 0) {
        fprintf(stderr, "bench_fx: %s\n", snq_last_error());
        exit(1);
    }
}

/* Noise at -12 dBFS whose level swings by 20 dB, three times a second: every part is at work. */
static void make_source(void)
{
    snq_rng r;
    snq_rng_init(&r, 1);
    for (int i = 0; i < RATE_HZ; i++) {
        const double level = pow(10, (-12 + 10 * sin(2 * M_PI * 3 * i / RATE_HZ)) / 20);
        for (int c = 0; c < 2; c++)
            source[c][i] = (float)(level * snq_rng_normal(&r) / 2);
    }
}

/* `settings` of a link: "id=number id=number". */
static void set(snq_chain_link *link, const char *settings)
{
    char id[64];
    float value;
    int used;
    for (; sscanf(settings, " %63[^=]=%f%n", id, &value, &used) == 2; settings += used)
        must(snq_chain_set(link, id, value));
}

static void add(snq_chain_plan *plan, size_t i)
{
    snq_chain_link *link = snq_chain_add(plan, row[i].kind);
    if (!link) {
        fprintf(stderr, "bench_fx: no effect %s\n", row[i].kind);
        exit(1);
    }
    set(link, row[i].settings);
}

static snq_chain *chain_of(size_t i)
{
    snq_chain_plan plan = { .links = 0 };
    snq_chain *chain;
    if (row[i].kind)
        add(&plan, i);
    for (size_t k = 0; k < SNQ_COUNT(master) && !row[i].kind; k++)
        for (size_t j = 0; j < SNQ_COUNT(row); j++)
            if (strcmp(row[j].name, master[k]) == 0)
                add(&plan, j);
    must(snq_chain_new(&plan, RATE_HZ, 1, &chain));
    return chain;
}

static double cpu_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return 1e9 * (double)t.tv_sec + (double)t.tv_nsec;
}

static double once_ns(size_t row_i)
{
    snq_chain *chain = chain_of(row_i);
    const double from = cpu_ns();
    for (int i = 0; i < TIMES * RATE_HZ; i += BLOCK) {
        memcpy(left, source[0] + i % RATE_HZ, BLOCK * sizeof *left);
        memcpy(right, source[1] + i % RATE_HZ, BLOCK * sizeof *right);
        snq_chain_run(chain, NULL, left, right, BLOCK);
    }
    const double took = cpu_ns() - from;
    snq_chain_free(chain);
    return took / (TIMES * RATE_HZ);
}

/* Cycles in a nanosecond. */
static double ghz(void)
{
    enum { TURNS = 100000, SUMS = 8 };
    const double from = cpu_ns();
    uint64_t x = 1;
    for (uint64_t i = 0; i < TURNS; i++)
        for (int k = 0; k < SUMS; k++) {
            x += i;
            __asm__ volatile("" : "+r"(x));
        }
    return TURNS * SUMS / (cpu_ns() - from);
}

int main(int argc, char **argv)
{
    if (argc < 2 || strcmp(argv[1], "speed") != 0) {
        fprintf(stderr, "usage: bench_fx speed [RUNS [NAME]]\n");
        return 2;
    }
    const int runs = argc > 2 ? atoi(argv[2]) : 5;
    const char *only = argc > 3 ? argv[3] : NULL;
    double best[SNQ_COUNT(row)], fastest = 0;
    const snq_denormals was = snq_denormals_off();
    make_source();
    for (int run = 0; run < runs; run++) { /* in turns */
        fastest = fmax(fastest, ghz());
        for (size_t i = 0; i < SNQ_COUNT(row); i++) {
            if (only && strcmp(only, row[i].name) != 0)
                continue;
            const double ns = once_ns(i);
            best[i] = run && best[i] < ns ? best[i] : ns;
        }
    }
    snq_denormals_restore(was);
    printf("{\"kernels\": \"%s\", \"ghz\": %.2f", snq_cpu_name(snq_cpu_flags()), fastest);
    for (size_t i = 0; i < SNQ_COUNT(row); i++)
        if (!only || strcmp(only, row[i].name) == 0)
            printf(", \"%s\": %.3f", row[i].name, best[i]);
    printf("}\n");
    return 0;
}
