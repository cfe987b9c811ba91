// SPDX-License-Identifier: MIT
/* bench_loudness -- our EBU R 128 against libebur128, on the same samples in memory.
 *
 * usage: bench_loudness FILE.f32 RATE CHANNELS [RUNS]
 *
 * FILE holds interleaved 32 bit floats, as ffmpeg -f f32le writes them. Prints one JSON object: CPU
 * seconds of each (best of RUNS, 3 unless given, taken in turns), speed over real time, and both
 * tools' answers. */
#include <ebur128.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/alloc.h"
#include "listen/listener.h"

static double cpu_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

typedef struct answer {
    double s, integrated, range, peak_db;
} answer;

static answer theirs(const float *mixed, size_t frames, unsigned rate, unsigned channels)
{
    answer a = { .s = cpu_s() };
    double peak = 0.0;
    ebur128_state *e =
        ebur128_init(channels, rate, EBUR128_MODE_I | EBUR128_MODE_LRA | EBUR128_MODE_TRUE_PEAK);
    if (!e || ebur128_add_frames_float(e, mixed, frames))
        exit(3);
    ebur128_loudness_global(e, &a.integrated);
    ebur128_loudness_range(e, &a.range);
    for (unsigned c = 0; c < channels; c++) {
        double p = 0.0;
        ebur128_true_peak(e, c, &p);
        peak = p > peak ? p : peak;
    }
    ebur128_destroy(&e);
    a.peak_db = 20.0 * log10(peak);
    a.s = cpu_s() - a.s;
    return a;
}

static answer ours(const snq_audio *audio)
{
    answer a = { .s = cpu_s() };
    const snq_analyser *const only[] = { &snq_loudness_analyser };
    const snq_listener_cfg cfg = {
        .rate_hz = audio->rate_hz, .channels = audio->channels, .analyser = only, .analysers = 1
    };
    snq_hearing h;
    snq_listener *l;
    snq_hearing_init(&h);
    if (snq_listener_new(&cfg, &h, &l) < 0)
        exit(3);
    for (size_t at = 0; at < audio->frames; at += 8192) {
        const snq_audio part = snq_audio_part(audio, at, 8192);
        if (snq_listener_push(l, &part) < 0)
            exit(3);
    }
    if (snq_listener_finish(l) < 0)
        exit(3);
    snq_listener_free(l);
    a.integrated = h.loudness.integrated_lufs.value;
    a.range = h.loudness.range_lu.value;
    a.peak_db = h.loudness.true_peak_dbtp.value;
    a.s = cpu_s() - a.s;
    return a;
}

int main(int argc, char **argv)
{
    if (argc != 4 && argc != 5) {
        fprintf(stderr, "usage: bench_loudness FILE.f32 RATE CHANNELS [RUNS]\n");
        return 2;
    }
    const unsigned rate = (unsigned)atoi(argv[2]), channels = (unsigned)atoi(argv[3]);
    const int runs = argc == 5 ? atoi(argv[4]) : 3;
    FILE *in = fopen(argv[1], "rb");
    if (!in || channels < 1 || channels > SNQ_CHANNELS_MAX || fseek(in, 0, SEEK_END) != 0)
        return 3;
    const size_t frames = (size_t)ftell(in) / sizeof(float) / channels;
    rewind(in);
    float *mixed = snq_calloc(frames * channels, sizeof *mixed);
    if (!mixed || fread(mixed, sizeof *mixed * channels, frames, in) != frames)
        return 3;
    fclose(in);
    snq_audio audio = { .channels = channels, .rate_hz = rate, .frames = frames };
    for (unsigned c = 0; c < channels; c++) {
        float *x = snq_calloc(frames, sizeof *x);
        if (!x)
            return 3;
        for (size_t i = 0; i < frames; i++)
            x[i] = mixed[i * channels + c];
        audio.channel[c] = x;
    }
    answer a = { .s = INFINITY }, b = { .s = INFINITY };
    for (int i = 0; i < runs; i++) {
        const answer x = ours(&audio), y = theirs(mixed, frames, rate, channels);
        a = x.s < a.s ? x : a;
        b = y.s < b.s ? y : b;
    }
    const double sound_s = (double)frames / rate;
    printf("{\"sound_s\": %.3f, \"ours_s\": %.4f, \"ours_x\": %.0f, \"libebur128_s\": %.4f, "
           "\"libebur128_x\": %.0f, \"faster\": %.2f, \"integrated_lufs\": [%.3f, %.3f], "
           "\"range_lu\": [%.3f, %.3f], \"true_peak_dbtp\": [%.3f, %.3f]}\n",
           sound_s, a.s, sound_s / a.s, b.s, sound_s / b.s, b.s / a.s, a.integrated, b.integrated,
           a.range, b.range, a.peak_db, b.peak_db);
    for (unsigned c = 0; c < channels; c++)
        snq_free((void *)(uintptr_t)audio.channel[c]);
    snq_free(mixed);
    return 0;
}
