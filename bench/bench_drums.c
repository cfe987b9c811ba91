// SPDX-License-Identifier: MIT
/* bench_drums -- a minute of drums: 808 hits at 128 bpm on one kit, 48 kHz stereo, one thread.
 *
 *     bench_drums [RUNS]    one JSON object: CPU seconds and times real time of each manner (best of RUNS),
 *                           from the making of the player to its last frame
 *
 * The pattern: kick on the quarters, snare on 2 and 4, ghost notes between, sixteenth hats of
 * changing velocity (the bar's last open), a crash every eighth bar; it ends after 808 hits. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "score/drum_keys.h"
#include "synth/player.h"

enum { RATE_HZ = 48000, BPM = 128, HITS = 808, SECONDS = 60, CHUNK = 4096 };

static void must(snq_status st)
{
    if (st < 0) {
        fprintf(stderr, "bench_drums: %s\n", snq_last_error());
        exit(1);
    }
}

static void hit(snq_track *t, int sixteenth, int key, int velocity, int *hits)
{
    if (*hits >= HITS)
        return;
    const snq_note n = { .tick = (int64_t)sixteenth * SNQ_SCORE_TICKS / 4,
                         .length = SNQ_SCORE_TICKS / 8,
                         .pitch = (uint8_t)key,
                         .velocity = (uint8_t)velocity };
    must(snq_track_add_note(t, &n));
    ++*hits;
}

static void compose(snq_score *s)
{
    static const uint8_t swell[4] = { 100, 58, 80, 64 };
    snq_track *t;
    int hits = 0;
    snq_score_init(s);
    must(snq_score_add_tempo(s, 0, BPM));
    must(snq_score_add_metre(s, 0, 4, 4));
    must(snq_score_add_track(s, "drums", &t));
    t->channel = 9;
    for (int i = 0; i < SECONDS * BPM / 60 * 4; i++) {
        const int step = i % 16;
        if (step % 4 == 0)
            hit(t, i, SNQ_DRUM_KICK, 112, &hits);
        if (step % 8 == 4)
            hit(t, i, SNQ_DRUM_SNARE, 106, &hits);
        if (step == 2 || step == 7 || step == 9 || step == 15)
            hit(t, i, SNQ_DRUM_SNARE, 30 + i % 9, &hits);
        if (i % 128 == 0)
            hit(t, i, SNQ_DRUM_CRASH, 100, &hits);
        hit(t, i, step == 15 ? SNQ_DRUM_HAT_OPEN : SNQ_DRUM_HAT_CLOSED, swell[i % 4] + i / 16 % 5,
            &hits);
    }
    if (hits != HITS) {
        fprintf(stderr, "bench_drums: %d hits\n", hits);
        exit(1);
    }
    must(snq_score_sort(s));
}

static double cpu_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double play(const snq_score *s, const snq_bank *bank, int manner)
{
    static float left[CHUNK], right[CHUNK];
    snq_patch patch = { .id = "bench", .engine = "drums", .high_note = 127 };
    snq_player_cfg cfg = snq_player_cfg_default();
    snq_player *p;
    strcpy(patch.setting[0].id, "manner");
    patch.setting[0].value = (float)manner;
    patch.settings = 1;
    cfg.score = s;
    cfg.track = &s->track[0];
    cfg.patch = &patch;
    cfg.bank = bank;
    const double from = cpu_s();
    must(snq_player_new(&cfg, NULL, &p));
    for (int at = 0; at < SECONDS * RATE_HZ; at += CHUNK)
        snq_player_run(p, left, right, CHUNK);
    const double took = cpu_s() - from;
    snq_player_free(p);
    return took;
}

int main(int argc, char **argv)
{
    static const char *const names[] = { "808", "909", "acoustic" };
    const int runs = argc > 1 ? atoi(argv[1]) : 5;
    snq_score score;
    snq_bank *bank;
    compose(&score);
    must(snq_bank_new(RATE_HZ, &bank));
    for (int m = 0; m < 3; m++) {
        double best = INFINITY;
        for (int r = 0; r < runs; r++)
            best = fmin(best, play(&score, bank, m));
        printf("%s\"%s\": {\"cpu_s\": %.5f, \"times_real_time\": %.0f}", m ? ", " : "{", names[m],
               best, SECONDS / best);
    }
    printf("}\n");
    snq_bank_free(bank);
    snq_score_clear(&score);
    return 0;
}
