// SPDX-License-Identifier: MIT
/* bench_flow -- time and results of watch/flow on given pictures, for bench/peer_flow.py.
 *
 *     bench_flow speed FRAMES WIDTH HEIGHT PRESET THREADS ROUNDS
 *         FRAMES: raw grey pictures one after another. A JSON line: milliseconds of each pair, the
 *         best of its rounds. `cpu_ms`, `wall_ms`: push and dense flow, what another program gives
 *         as well (CPU time is that of all threads); `push_ms`, wall: the push alone; `cells_ms`,
 *         CPU: the lattice with its way back.
 *     bench_flow line FRAMES WIDTH HEIGHT PRESET THREADS ROUNDS
 *         A JSON line: `wall_ms` and `cpu_ms` of a pair on the lattice, all pairs of a round together,
 *         the best of the rounds.
 *     bench_flow pair FIRST SECOND WIDTH HEIGHT PRESET OUT.flo
 *         FIRST, SECOND: raw grey pictures. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "watch/flo_file.h"
#include "watch/flow.h"
#include "watch/flow_line.h"

static double clock_ms(clockid_t which)
{
    struct timespec t;
    clock_gettime(which, &t);
    return 1e3 * (double)t.tv_sec + 1e-6 * (double)t.tv_nsec;
}

static void fail(const char *what)
{
    fprintf(stderr, "bench_flow: %s: %s\n", what, snq_last_error());
    exit(1);
}

/* Up to `most` bytes of a file; the caller owns them: snq_free. */
static uint8_t *load(const char *path, size_t most, size_t *got)
{
    FILE *file = fopen(path, "rb");
    uint8_t *p = file ? snq_calloc(most, 1) : NULL;
    if (!p)
        fail(path);
    *got = fread(p, 1, most, file);
    fclose(file);
    return p;
}

static snq_flow_cfg cfg_of(char **arg, const char *preset, const char *threads)
{
    snq_flow_cfg cfg = snq_flow_cfg_default((uint32_t)strtoul(arg[0], NULL, 10),
                                            (uint32_t)strtoul(arg[1], NULL, 10));
    cfg.preset = !strcmp(preset, "fast")   ? SNQ_FLOW_FAST
                 : !strcmp(preset, "fine") ? SNQ_FLOW_FINE
                                           : SNQ_FLOW_DEFAULT;
    cfg.threads = (uint32_t)strtoul(threads, NULL, 10);
    return cfg;
}

enum { CPU, WALL, PUSH, CELLS, KINDS, FRAMES_MAX = 250 };

typedef struct best {
    double ms[KINDS][FRAMES_MAX];
    size_t pairs;
} best;

static void keep(double *best_ms, double ms)
{
    if (!(*best_ms > 0.0 && *best_ms < ms))
        *best_ms = ms;
}

static void print_best(const best *b)
{
    static const char *const name[KINDS] = { "cpu_ms", "wall_ms", "push_ms", "cells_ms" };
    for (int k = 0; k < KINDS; k++) {
        printf("%s\"%s\": [", k ? ", " : "{", name[k]);
        for (size_t i = 0; i < b->pairs; i++)
            printf("%s%.4f", i ? ", " : "", b->ms[k][i]);
        printf("]");
    }
    printf("}\n");
}

/* One pair: the picture pushed, and what follows from it. */
static void time_pair(snq_flow *f, const snq_picture *p, snq_flow_cell *cells, float *dense,
                      best *b)
{
    const double cpu = clock_ms(CLOCK_PROCESS_CPUTIME_ID);
    const double wall = clock_ms(CLOCK_MONOTONIC);
    const snq_status st = snq_flow_push(f, p);
    if (st == SNQ_AGAIN)
        return;
    const double pushed = clock_ms(CLOCK_MONOTONIC);
    if (st < 0 || snq_flow_get_dense(f, dense) < 0)
        fail("push");
    keep(&b->ms[PUSH][b->pairs], pushed - wall);
    keep(&b->ms[WALL][b->pairs], clock_ms(CLOCK_MONOTONIC) - wall);
    const double then = clock_ms(CLOCK_PROCESS_CPUTIME_ID);
    keep(&b->ms[CPU][b->pairs], then - cpu);
    if (snq_flow_get_cells(f, cells) < 0)
        fail("cells");
    keep(&b->ms[CELLS][b->pairs++], clock_ms(CLOCK_PROCESS_CPUTIME_ID) - then);
}

static int speed(char **arg)
{
    static best b;
    const snq_flow_cfg cfg = cfg_of(arg + 1, arg[3], arg[4]);
    const size_t size = (size_t)cfg.width * cfg.height;
    size_t bytes;
    uint8_t *frames = load(arg[0], FRAMES_MAX * size, &bytes);
    snq_flow_cell *cells = snq_calloc((size_t)cfg.cells_x * cfg.cells_y, sizeof *cells);
    float *dense = snq_calloc(2 * size, sizeof *dense);
    snq_flow *f;
    if (!cells || !dense || snq_flow_new(&cfg, &f) < 0)
        fail("new");
    for (long rounds = strtol(arg[5], NULL, 10); rounds > 0; rounds--) {
        snq_flow_reset(f);
        b.pairs = 0;
        for (size_t i = 0; i < bytes / size; i++) {
            const snq_picture p = { frames + i * size, cfg.width, cfg.height, 1, cfg.width };
            time_pair(f, &p, cells, dense, &b);
        }
    }
    print_best(&b);
    snq_flow_free(f);
    snq_free(frames);
    snq_free(cells);
    snq_free(dense);
    return 0;
}

/* All pictures once: every one pushed, every pair pulled. */
static void run_line(const snq_flow_cfg *cfg, snq_flow_line *l, const uint8_t *frames,
                     size_t pictures, snq_flow_cell *cells)
{
    for (size_t i = 0; i < pictures; i++) {
        const snq_picture p = { frames + i * cfg->width * cfg->height, cfg->width, cfg->height, 1,
                                cfg->width };
        if (snq_flow_line_waiting(l) >= snq_flow_line_room(l) && snq_flow_line_pull(l, cells) < 0)
            fail("pull");
        if (snq_flow_line_push(l, &p) < 0)
            fail("push");
    }
    while (snq_flow_line_waiting(l))
        if (snq_flow_line_pull(l, cells) < 0)
            fail("pull");
}

static int line(char **arg)
{
    const snq_flow_cfg cfg = cfg_of(arg + 1, arg[3], arg[4]);
    const size_t size = (size_t)cfg.width * cfg.height;
    double wall_ms = 0, cpu_ms = 0;
    size_t bytes;
    uint8_t *frames = load(arg[0], FRAMES_MAX * size, &bytes);
    snq_flow_cell *cells = snq_calloc((size_t)cfg.cells_x * cfg.cells_y, sizeof *cells);
    snq_flow_line *l;
    if (!cells || bytes / size < 2 || snq_flow_line_new(&cfg, &l) < 0)
        fail("new");
    for (long rounds = strtol(arg[5], NULL, 10); rounds > 0; rounds--) {
        const double cpu = clock_ms(CLOCK_PROCESS_CPUTIME_ID), wall = clock_ms(CLOCK_MONOTONIC);
        run_line(&cfg, l, frames, bytes / size, cells);
        keep(&wall_ms, clock_ms(CLOCK_MONOTONIC) - wall);
        keep(&cpu_ms, clock_ms(CLOCK_PROCESS_CPUTIME_ID) - cpu);
    }
    const double pairs = (double)(bytes / size - 1);
    printf("{\"wall_ms\": %.4f, \"cpu_ms\": %.4f}\n", wall_ms / pairs, cpu_ms / pairs);
    snq_flow_line_free(l);
    snq_free(frames);
    snq_free(cells);
    return 0;
}

static int pair(char **arg)
{
    const snq_flow_cfg cfg = cfg_of(arg + 2, arg[4], "1");
    const size_t size = (size_t)cfg.width * cfg.height;
    float *dense = snq_calloc(2 * size, sizeof *dense);
    uint8_t *bytes = snq_calloc(snq_flo_file_bytes(cfg.width, cfg.height), 1);
    snq_flow *f;
    if (!dense || !bytes || snq_flow_new(&cfg, &f) < 0)
        fail("new");
    for (int i = 0; i < 2; i++) {
        size_t got;
        uint8_t *grey = load(arg[i], size, &got);
        const snq_picture p = { grey, cfg.width, cfg.height, 1, cfg.width };
        if (got != size || snq_flow_push(f, &p) < 0)
            fail(arg[i]);
        snq_free(grey);
    }
    if (snq_flow_get_dense(f, dense) < 0)
        fail("dense");
    snq_flo_file_write(bytes, dense, cfg.width, cfg.height);
    FILE *file = fopen(arg[5], "wb");
    if (!file || fwrite(bytes, 1, snq_flo_file_bytes(cfg.width, cfg.height), file) < 12 ||
        fclose(file))
        fail(arg[5]);
    snq_flow_free(f);
    snq_free(dense);
    snq_free(bytes);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 8 && !strcmp(argv[1], "speed"))
        return speed(argv + 2);
    if (argc == 8 && !strcmp(argv[1], "line"))
        return line(argv + 2);
    if (argc == 8 && !strcmp(argv[1], "pair"))
        return pair(argv + 2);
    fprintf(stderr, "bench_flow speed FRAMES WIDTH HEIGHT PRESET THREADS ROUNDS\n"
                    "bench_flow line FRAMES WIDTH HEIGHT PRESET THREADS ROUNDS\n"
                    "bench_flow pair FIRST SECOND WIDTH HEIGHT PRESET OUT.flo\n");
    return 2;
}
