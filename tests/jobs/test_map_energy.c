// SPDX-License-Identifier: MIT
/* Whether a finished record gets loud and soft as energy says, whatever its sections do: composed, levelled, mastered. */
#include "support/check.h"

#include "base/alloc.h"
#include "base/json.h"
#include "base/rng.h"
#include "base/str.h"
#include "jobs/compose_job.h"
#include "jobs/map_rig.h"
#include "jobs/map_sound.h"
#include "jobs/render_plan.h"
#include "mix/engine/loud_slots.h"
#include "score/score_json.h"

/* Seconds that are looked at: what a piece ends with, and rings with, is left out. */
enum { SECONDS = 58, LOOKS = 4 * SECONDS, MEAN = 16 };

/* Energy that holds for 3 to 14 s, then goes elsewhere, and wavers meanwhile; that knows nothing of the piece. */
static void make_energy(uint64_t seed, double e[LOOKS])
{
    snq_rng r;
    snq_rng_init(&r, seed);
    double hold = 0, to = 0, v = 0.5;
    for (int k = 0; k < LOOKS; k++) {
        if (hold <= 0) {
            hold = 12 + 44 * snq_rng_uniform(&r);
            to = snq_rng_uniform(&r);
        }
        hold--;
        v += (to + 0.3 * (snq_rng_uniform(&r) - 0.5) - v) * 0.3;
        e[k] = 0.2 + 0.8 * fmin(fmax(v, 0), 1);
    }
}

static void write_score(const snq_score *s, const char *path)
{
    snq_str text;
    snq_json j;
    snq_str_init(&text, 1 << 28);
    snq_json_init(&j, snq_json_to_str, &text);
    snq_score_json(&j, s);
    check_ok(snq_json_finish(&j));
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(text.text, 1, text.length, f), text.length);
    assert_int_equal(fclose(f), 0);
    snq_str_clear(&text);
}

/* Energy's curve into the score at `path`. */
static void put_energy(const double e[LOOKS], const char *path)
{
    snq_score s;
    snq_map_result r = { 0 };
    double(*point)[2] = snq_calloc(LOOKS, sizeof *point);
    assert_non_null(point);
    check_ok(snq_score_load(path, &s, NULL));
    for (int k = 0; k < LOOKS; k++) {
        point[k][0] = snq_score_tick_at(&s, (k + 0.5) / 4) / s.ticks_per_quarter;
        point[k][1] = e[k];
    }
    map_rig_put(&r, "global.energy", SNQ_CURVE_LINEAR, (const double(*)[2])point, LOOKS);
    map_rig_apply(&r, &s);
    write_score(&s, path);
    snq_score_clear(&s);
    map_rig_clear(&r);
    snq_free(point);
}

/* Power of each 100 ms of a stereo WAV of 24 bits, K-weighted. */
static void measure(const char *path, snq_loud_slots *slots)
{
    enum { N = 4800 };
    uint8_t head[8], raw[N * 6];
    float x[2][N];
    size_t n;
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    fseek(f, 12, SEEK_SET);
    while (fread(head, 1, 8, f) == 8 && memcmp(head, "data", 4) != 0)
        fseek(f, head[4] | head[5] << 8 | head[6] << 16, SEEK_CUR);
    check_ok(snq_loud_slots_init(slots, MAP_RIG_RATE));
    while ((n = fread(raw, 6, N, f)) > 0) {
        for (size_t i = 0; i < 2 * n; i++)
            x[i % 2][i / 2] =
                (float)((int32_t)((uint32_t)raw[3 * i] << 8 | (uint32_t)raw[3 * i + 1] << 16 |
                                  (uint32_t)raw[3 * i + 2] << 24)) /
                2147483648.0f;
        snq_loud_slots_push(slots, x[0], x[1], n);
    }
    fclose(f);
}

/* What is read at 4 Hz, averaged over 4 s. */
static void average(const double *v, double *to)
{
    for (int k = 0; k + MEAN <= LOOKS; k++) {
        to[k] = 0;
        for (int j = 0; j < MEAN; j++)
            to[k] += v[k + j] / MEAN;
    }
}

static double follows(const char *style, uint64_t seed, int mapped, double *lufs, float *target)
{
    double e[LOOKS], m[LOOKS], a[LOOKS], b[LOOKS];
    char folder[512], file[600];
    snq_composition c;
    snq_brief brief;
    snq_loud_slots slots;
    if (!getenv("SNQ_ROOT"))
        skip();
    snprintf(folder, sizeof folder, "%s", map_rig_folder("piece"));
    snq_brief_init(&brief);
    brief.seconds = 62;
    const snq_compose_job_cfg cfg = { .prompt = style,
                                      .brief = &brief,
                                      .style = style,
                                      .out = folder,
                                      .seed = seed,
                                      .score_only = 1,
                                      .run = { .threads = 1 } };
    check_ok(snq_compose_job_run(&cfg, &c));
    *target = c.session.intent.target_lufs;
    snq_composition_clear(&c);
    make_energy(seed, e);
    snprintf(file, sizeof file, "%s/score.json", folder);
    if (mapped)
        put_energy(e, file);
    const snq_regenerate_cfg again = { .path = folder,
                                       .seed = SNQ_SESSION_SEED_MAX,
                                       .run = { .threads = 2 } };
    check_ok(snq_regenerate_run(&again, &c));
    snq_composition_clear(&c);
    snprintf(file, sizeof file, "%s/mix.wav", folder);
    measure(file, &slots);
    for (int k = 0; k < LOOKS; k++) {
        double sum = 0; /* 400 ms about (k + 0.5) / 4 s, to 50 ms */
        const int first = (int)floor((k + 0.5) / 4 * 10 - 2 + 0.5);
        for (int j = 0; j < 4; j++)
            sum += first + j >= 0 && first + j < (int)slots.count ? slots.power[first + j] : 0;
        m[k] = 10 * log10(sum / 4 + 1e-9);
    }
    average(m, a);
    average(e, b);
    *lufs = snq_loud_integrated(slots.power, slots.count);
    snq_loud_slots_clear(&slots);
    snprintf(file, sizeof file, "rm -r '%s'", folder);
    assert_int_equal(system(file), 0);
    return map_rig_spearman(a, b, LOOKS - MEAN + 1);
}

static void loudness_follows_energy(void **state)
{
    const int pieces = check_extent(4, 1);
    double mean = 0;
    for (int i = 1; i <= pieces; i++) {
        double lufs;
        float target;
        const double rho = follows("techno", (uint64_t)i, 1, &lufs, &target);
        print_message("techno %d: rank correlation %.3f, %.2f LUFS\n", i, rho, lufs);
        assert_true(rho >= 0.78);
        check_near(lufs, (double)target, 0.3);
        mean += rho / pieces;
    }
    assert_true(pieces == 1 || mean >= 0.83);
}

/* Without a matrix it does not. */
static void and_not_by_chance(void **state)
{
    double mean = 0;
    const int pieces = check_extent(4, 1);
    for (int i = 1; i <= pieces; i++) {
        double lufs;
        float target;
        const double rho = follows("techno", (uint64_t)i, 0, &lufs, &target);
        print_message("techno %d without: %.3f\n", i, rho);
        mean += rho / pieces;
    }
    assert_true(mean < 0.6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loudness_follows_energy),
        cmocka_unit_test(and_not_by_chance),
    };
    return cmocka_run_group_tests(tests, map_rig_begin, map_rig_end);
}
