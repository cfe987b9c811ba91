// SPDX-License-Identifier: MIT
/* bench_synth -- sixteen sawtooth voices, each through a filter whose cutoff an oscillator of its own
 * sweeps from 100 to 5000 Hz, placed between two sides: the sound that scripts/bench_synth.py also
 * asks csound and scsynth for.
 *
 *     bench_synth speed [RUNS]                       nanoseconds a voice-sample as one JSON object: of
 *                                                    each kernel alone, of voices (the best of RUNS)
 *     bench_synth render none|svf|ladder SECONDS OUT.wav
 *     bench_synth saw HZ SECONDS OUT.wav             one bare sawtooth
 *
 * 48 kHz, one thread, control values every 64 frames; CPU time, not the clock's. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/cpu.h"
#include "dsp/denormals.h"
#include "media/wav_writer.h"
#include "synth/bank.h"
#include "synth/envelope_impl.h"
#include "synth/lane_filter_impl.h"
#include "synth/voice_source_impl.h"
#include "synth/voice_mix_impl.h"

enum { RATE_HZ = 48000, GROUPS = 2, VOICES = GROUPS * SNQ_LANES, N = SNQ_SYNTH_BLOCK };
enum { SAW = 1, SVF = 2, LADDER = 4, LFO = 8, MIX = 16 };
static const float svf_q = 4, ladder_resonance = 0.6f, level = 0.05f;

typedef struct group {
    void *saw;
    snq__lane_svf svf;
    snq__lane_ladder ladder;
    snq__lfo lfo[SNQ_LANES];
    double lfo_hz[SNQ_LANES];
    snq__lanes hz, cutoff_hz, resonance, side[2], one, mix_state;
} group;

typedef struct choir {
    snq_bank *bank;
    group g[GROUPS];
} choir;

static void must(snq_status st)
{
    if (st < 0) {
        fprintf(stderr, "bench_synth: %s\n", snq_last_error());
        exit(1);
    }
}

static void *make_saw(const snq_bank *bank, const snq__lanes *hz, uint32_t voices)
{
    float value[SNQ__SOURCE_PARAMS_MAX];
    for (uint32_t i = 0; i < snq__source_wave.params; i++)
        value[i] = snq__source_wave.param[i].value;
    const snq__source_cfg cfg = {
        .rate_hz = RATE_HZ, .value = value, .bank = bank, .recording = ""
    };
    void *saw;
    must(snq__source_wave.make(&cfg, &saw));
    for (uint32_t l = 0; l < voices; l++) {
        const snq__source_note note = { .hz = hz->v[l], .velocity = 1, .seed = l };
        snq__source_wave.start(saw, l, &note);
    }
    return saw;
}

/* Voice v of scripts/bench_synth.py. */
static void choir_init(choir *c, int ladder)
{
    memset(c, 0, sizeof *c);
    must(snq_bank_new(RATE_HZ, &c->bank));
    for (uint32_t v = 0; v < VOICES; v++) {
        group *g = &c->g[v / SNQ_LANES];
        const uint32_t l = v % SNQ_LANES;
        const double place = (double)v / (VOICES - 1);
        g->hz.v[l] = (float)(55 * pow(2, v / 4.0));
        g->lfo_hz[l] = 0.1 + 0.3 * v;
        g->cutoff_hz.v[l] = 707;
        g->resonance.v[l] = ladder ? ladder_resonance : svf_q;
        g->side[0].v[l] = (float)cos(M_PI / 2 * place);
        g->side[1].v[l] = (float)sin(M_PI / 2 * place);
        g->one.v[l] = 1;
        g->mix_state.v[l] = 1;
        snq__lfo_start(&g->lfo[l], 0, v);
    }
    for (int i = 0; i < GROUPS; i++)
        c->g[i].saw = make_saw(c->bank, &c->g[i].hz, SNQ_LANES);
}

static void choir_clear(choir *c)
{
    for (int i = 0; i < GROUPS; i++)
        snq__source_wave.free(c->g[i].saw);
    snq_bank_free(c->bank);
}

/* One block of the parts asked for; what is not asked for is taken as it is in x. */
static void run_group(group *g, unsigned parts, snq__lanes *x, float *left, float *right)
{
    snq__ramp cutoff = { g->cutoff_hz, g->cutoff_hz };
    if (parts & LFO) {
        for (int l = 0; l < SNQ_LANES; l++) {
            const float at =
                snq__lfo_advance(&g->lfo[l], SNQ__LFO_SINE, g->lfo_hz[l], (double)N / RATE_HZ);
            cutoff.to.v[l] = 707.10678f * exp2f(2.8219281f * at); /* 100 .. 5000 */
        }
        g->cutoff_hz = cutoff.to;
    }
    if (parts & SAW) {
        const snq__source_block b = {
            .n = N, .active = 255, .hz = { g->hz, g->hz }, .level = { g->one, g->one }
        };
        memset(x, 0, N * sizeof *x);
        snq__source_wave.run(g->saw, &b, x, NULL);
    }
    const snq__lane_filter_block f = {
        .n = N, .rate_hz = RATE_HZ, .cutoff_hz = cutoff, .resonance = { g->resonance, g->resonance }
    };
    if (parts & SVF)
        snq__lane_svf_run(&g->svf, &f, x);
    if (parts & LADDER)
        snq__lane_ladder_run(&g->ladder, &f, x);
    if (parts & MIX) {
        const snq__voice_mix m = { .n = N,
                                   .x = { x, x },
                                   .amp = { g->one, g->one },
                                   .side = { { g->side[0], g->side[0] },
                                             { g->side[1], g->side[1] } },
                                   .smooth = 1 };
        snq__voice_mix_pick(snq_cpu_flags())(&m, &g->mix_state, left, right);
    }
}

static double cpu_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return 1e9 * (double)t.tv_sec + (double)t.tv_nsec;
}

/* A second of sixteen voices; x is made new for each block, as a source would leave it. */
static double once_ns(unsigned parts)
{
    static snq__lanes fresh[N], x[N];
    static float left[N], right[N];
    choir c;
    choir_init(&c, (parts & LADDER) != 0);
    for (int i = 0; i < N; i++)
        for (int l = 0; l < SNQ_LANES; l++)
            fresh[i].v[l] = (float)((i * 37 + l * 11) % 64) / 32 - 1;
    const double from = cpu_ns();
    for (int at = 0; at < RATE_HZ; at += N)
        for (int i = 0; i < GROUPS; i++) {
            if ((parts & (SVF | LADDER)) && !(parts & SAW))
                memcpy(x, fresh, sizeof x);
            run_group(&c.g[i], parts, x, left, right);
        }
    const double took = cpu_ns() - from;
    choir_clear(&c);
    return took / ((double)RATE_HZ * VOICES);
}

static int speed(int runs)
{
    static const struct {
        const char *name;
        unsigned parts;
    } row[] = { { "saw", SAW },
                { "svf", SVF },
                { "ladder", LADDER },
                { "lfo", LFO },
                { "mix", MIX },
                { "saw+svf+lfo", SAW | SVF | LFO },
                { "saw+ladder+lfo", SAW | LADDER | LFO },
                { "saw+svf+lfo+mix", SAW | SVF | LFO | MIX },
                { "saw+ladder+lfo+mix", SAW | LADDER | LFO | MIX } };
    double best[SNQ_COUNT(row)];
    for (int run = 0; run < runs; run++) /* in turns */
        for (size_t i = 0; i < SNQ_COUNT(row); i++) {
            const double ns = once_ns(row[i].parts);
            best[i] = run && best[i] < ns ? best[i] : ns;
        }
    printf("{\"kernels\": \"%s\"", snq_cpu_name(snq_cpu_flags()));
    for (size_t i = 0; i < SNQ_COUNT(row); i++)
        printf(", \"%s\": %.4f", row[i].name, best[i]);
    printf("}\n");
    return 0;
}

static snq_wav_writer *open_wav(uint32_t channels, const char *path)
{
    const snq_wav_writer_cfg cfg = { .rate_hz = RATE_HZ,
                                     .channels = channels,
                                     .format = SNQ_WAV_F32 };
    snq_wav_writer *w;
    must(snq_wav_writer_open(path, &cfg, 1, &w));
    return w;
}

static void push_wav(snq_wav_writer *w, uint32_t channels, size_t frames, const float *left,
                     const float *right)
{
    const snq_audio a = {
        .channels = channels, .rate_hz = RATE_HZ, .frames = frames, .channel = { left, right }
    };
    must(snq_wav_writer_push(w, &a));
}

static int render(unsigned filter, double seconds, const char *path)
{
    static float left[RATE_HZ], right[RATE_HZ];
    choir c;
    snq__lanes x[N];
    choir_init(&c, filter == LADDER);
    snq_wav_writer *w = open_wav(2, path);
    for (double s = 0; s < seconds; s += 1) {
        memset(left, 0, sizeof left);
        memset(right, 0, sizeof right);
        for (int at = 0; at < RATE_HZ; at += N)
            for (int i = 0; i < GROUPS; i++)
                run_group(&c.g[i], SAW | filter | (filter ? LFO : 0) | MIX, x, left + at,
                          right + at);
        for (int i = 0; i < RATE_HZ; i++) {
            left[i] *= level;
            right[i] *= level;
        }
        push_wav(w, 2, RATE_HZ, left, right);
    }
    must(snq_wav_writer_close(w));
    choir_clear(&c);
    return 0;
}

static int saw(double hz, double seconds, const char *path)
{
    snq_bank *bank;
    must(snq_bank_new(RATE_HZ, &bank));
    const snq__lanes pitch = { { (float)hz } }, one = { { 1 } };
    void *source = make_saw(bank, &pitch, 1);
    snq_wav_writer *w = open_wav(1, path);
    for (double at = 0; at < seconds * RATE_HZ; at += N) {
        snq__lanes x[N] = { { { 0 } } };
        float out[N];
        const snq__source_block b = {
            .n = N, .active = 1, .hz = { pitch, pitch }, .level = { one, one }
        };
        snq__source_wave.run(source, &b, x, NULL);
        for (int i = 0; i < N; i++)
            out[i] = x[i].v[0];
        push_wav(w, 1, N, out, NULL);
    }
    must(snq_wav_writer_close(w));
    snq__source_wave.free(source);
    snq_bank_free(bank);
    return 0;
}

static int usage(void)
{
    fprintf(stderr, "usage: bench_synth speed [RUNS] | render none|svf|ladder SECONDS OUT.wav | "
                    "saw HZ SECONDS OUT.wav\n");
    return 2;
}

int main(int argc, char **argv)
{
    const snq_denormals was = snq_denormals_off();
    int status;
    if (argc >= 2 && strcmp(argv[1], "speed") == 0)
        status = speed(argc > 2 ? atoi(argv[2]) : 10);
    else if (argc == 5 && strcmp(argv[1], "render") == 0)
        status = render(strcmp(argv[2], "svf") == 0      ? SVF
                        : strcmp(argv[2], "ladder") == 0 ? LADDER
                                                         : 0,
                        atof(argv[3]), argv[4]);
    else if (argc == 5 && strcmp(argv[1], "saw") == 0)
        status = saw(atof(argv[2]), atof(argv[3]), argv[4]);
    else
        status = usage();
    snq_denormals_restore(was);
    return status;
}
