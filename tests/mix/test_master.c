// SPDX-License-Identifier: MIT
#include "support/check.h"
#include "support/make_audio.h"
#include "support/sweep.h"

#include <time.h>

#include "base/alloc.h"
#include "dsp/truepeak.h"
#include "mix/engine/loud_slots.h"
#include "mix/engine/master.h"
#include "pieces.h"

enum { RATE = PIECE_RATE };

static snq_master_plan plan_of(float lufs, int compressed)
{
    snq_master_plan p = { .target_lufs = lufs, .ceiling_dbtp = -1.0f, .bass_mono_hz = 120.0f };
    if (compressed) {
        snq_chain_link *l = snq_chain_add(&p.inserts, "compressor");
        check_ok(snq_chain_set(l, "threshold_db", -18.0f));
        check_ok(snq_chain_set(l, "ratio", 1.5f));
    }
    return p;
}

static double loudness(const piece *p)
{
    snq_loud_slots s;
    check_ok(snq_loud_slots_init(&s, RATE));
    snq_loud_slots_push(&s, p->side[0], p->side[1], (size_t)p->frames);
    const double lufs = snq_loud_integrated(s.power, s.count);
    snq_loud_slots_clear(&s);
    return lufs;
}

static snq_status read_piece(void *user, int64_t from, size_t n, float *left, float *right)
{
    const piece *p = user;
    assert_true(from >= 0 && from + (int64_t)n <= p->frames);
    memcpy(left, p->side[0] + from, n * sizeof *left);
    memcpy(right, p->side[1] + from, n * sizeof *right);
    return SNQ_OK;
}

/* x in place, moved back by the latency */
static void move_back(piece *p, uint32_t latency)
{
    for (int c = 0; c < 2; c++) {
        memmove(p->side[c], p->side[c] + latency, ((size_t)p->frames - latency) * sizeof(float));
        memset(p->side[c] + p->frames - latency, 0, latency * sizeof(float));
    }
}

typedef struct record {
    snq_master_found found;
    snq_reduction reduction;
    float dynamics_db;
    double own_lufs;
    piece_measures measures;
} record;

static void run_master(const snq_master_plan *plan, piece *p, double gain_db, float *dynamics_db)
{
    const snq_master_cfg cfg = { .plan = plan, .rate_hz = RATE, .gain_db = gain_db };
    snq_master *m;
    check_ok(snq_master_new(&cfg, &m));
    const uint32_t late = snq_master_latency(m);
    snq_master_run(m, p->side[0], p->side[1], (size_t)p->frames);
    *dynamics_db = snq_master_reduction_db(m);
    snq_master_free(m);
    move_back(p, late);
}

static record make_record(const snq_master_plan *plan, piece *p, uint32_t threads)
{
    record r;
    snq_parallel *team;
    snq_ceiling *c;
    run_master(plan, p, snq_master_bring_db(plan, loudness(p)), &r.dynamics_db);
    const snq_master_search search = { .plan = plan,
                                       .rate_hz = RATE,
                                       .frames = p->frames,
                                       .lufs = loudness(p),
                                       .read = read_piece,
                                       .user = p };
    check_ok(snq_parallel_new(threads, &team));
    check_ok(snq_master_find_gain(&search, team, &r.found));
    snq_parallel_free(team);
    const snq_master_cfg cfg = {
        .plan = plan, .rate_hz = RATE, .gain_db = r.found.gain_db, .bends = r.found.bends
    };
    check_ok(snq_ceiling_new(&cfg, &c));
    const uint32_t late = snq_ceiling_latency(c);
    snq_ceiling_run(c, p->side[0], p->side[1], (size_t)p->frames);
    r.reduction = snq_ceiling_reduction(c);
    snq_ceiling_free(c);
    move_back(p, late);
    r.own_lufs = loudness(p);
    r.measures = piece_measure(p);
    return r;
}

static void check_record(uint64_t seed, float target, double seconds, int print)
{
    const snq_master_plan plan = plan_of(target, seed & 1);
    piece p = piece_new(seed, seconds);
    const double wide = piece_measure(&p).low_ratio;
    const record r = make_record(&plan, &p, 2);
    const piece_measures *m = &r.measures;
    if (print)
        print_message(
            "  seed %2d to %3g: %6.2f LUFS %5.2f dBTP, gain %5.1f in %u, limiter deepest "
            "%5.1f mean %5.2f over 1 dB %3.0f %% at %4.1f dB/s, dc %.0e, low side %.0f dB\n",
            (int)seed, (double)target, m->lufs, m->true_peak_dbtp, r.found.gain_db, r.found.tries,
            (double)r.reduction.deepest_db, (double)r.reduction.mean_db,
            (double)r.reduction.share_over_1 * 100.0, (double)r.reduction.pumping_db_s, m->dc,
            m->low_ratio);
    assert_true(m->true_peak_dbtp <= -1.0 + 0.005);
    check_near(m->lufs, (double)target, 0.3);
    if (target < -10.0f && seed % 7 >= 3) /* where there is something to hear it pump */
        assert_true(r.reduction.mean_db > -3.0f);
    /* found on stretches; among single hits the gate may take in a block more or less */
    check_near(r.found.lufs, m->lufs, seed % 7 < 3 ? 0.25 : 0.05);
    check_near(r.own_lufs, m->lufs, 0.01);
    assert_true(m->dc <
                5e-4); /* measured over parts of a bass's cycles, too: those of files are whole */
    if (seed % 7 >= 3) /* a few sounds alone may have all their bass at the cutoff */
        assert_true(m->low_ratio < -15.0 || m->low_ratio < wide - 8.0);
    piece_free(&p);
}

/* SNQ_SEEDS in the environment asks for more: 50 for the truth's table. */
static void loudness_and_true_peak(void **state)
{
    const char *more = getenv("SNQ_SEEDS");
    const uint64_t seeds = more ? (uint64_t)atoll(more) : check_extent(6, 2);
    for (uint64_t seed = 0; seed < seeds; seed++) {
        check_record(seed, -14.0f, 12.0, 1);
        check_record(seed, -9.0f, 12.0, 1);
    }
}

/* Measured in stretches, by threads, or as a whole: the same. */
static void stretches_and_threads_agree(void **state)
{
    const snq_master_plan plan = plan_of(-10.0f, 0);
    double gain = 0.0;
    for (uint32_t threads = 1; threads <= 4; threads += check_extent(1, 3)) {
        piece p = piece_new(4, check_extent(47.3, 27.3)); /* stretches are of 10 s */
        const record r = make_record(&plan, &p, threads);
        check_near(r.found.lufs, r.measures.lufs, 0.02);
        assert_true(threads == 1 || r.found.gain_db == gain);
        gain = r.found.gain_db;
        piece_free(&p);
    }
}

static void blocks_change_nothing(void **state)
{
    const snq_master_plan plan = plan_of(-9.0f, 1);
    const snq_master_cfg cfg = { .plan = &plan, .rate_hz = RATE, .gain_db = 12.0 };
    piece p = piece_new(5, 2.0), q = piece_new(5, 2.0);
    for (int k = 0; k < 2; k++) {
        snq_master *m;
        snq_ceiling *c;
        piece *x = k ? &q : &p;
        const size_t block = k ? 640 : 16384;
        check_ok(snq_master_new(&cfg, &m));
        check_ok(snq_ceiling_new(&cfg, &c));
        for (size_t at = 0; at < (size_t)x->frames; at += block) {
            const size_t n = (size_t)x->frames - at < block ? (size_t)x->frames - at : block;
            snq_master_run(m, x->side[0] + at, x->side[1] + at, n);
            snq_ceiling_run(c, x->side[0] + at, x->side[1] + at, n);
        }
        snq_master_free(m);
        snq_ceiling_free(c);
    }
    assert_memory_equal(p.side[0], q.side[0], (size_t)p.frames * sizeof(float));
    assert_memory_equal(p.side[1], q.side[1], (size_t)p.frames * sizeof(float));
    piece_free(&p);
    piece_free(&q);
}

/* Loudness and true peaks of each slot, as the search may be told them. */
static void know(const piece *p, snq_loud_slots *loud, float *peak)
{
    const snq_truepeak_cfg cfg = { .rate_hz = RATE, .channels = 2 };
    const uint32_t slot = RATE / SNQ_LOUD_SLOTS_PER_S;
    snq_truepeak *t;
    check_ok(snq_loud_slots_init(loud, RATE));
    snq_loud_slots_push(loud, p->side[0], p->side[1], (size_t)p->frames);
    check_ok(snq_truepeak_new(&cfg, &t));
    for (size_t i = 0; i < loud->count; i++) {
        const snq_audio block = { .channel = { p->side[0] + i * slot, p->side[1] + i * slot },
                                  .channels = 2,
                                  .rate_hz = RATE,
                                  .frames = slot };
        snq_truepeak_push(t, &block, &slot, 1, &peak[i]);
    }
    snq_truepeak_free(t);
}

/* What the limiter leaves alone need not be tried: the same gain is found without. */
static void what_is_known_is_not_tried(void **state)
{
    (void)state;
    snq_parallel *team;
    check_ok(snq_parallel_new(2, &team));
    for (uint64_t seed = 0; seed < 5; seed++)
        for (int target = -24; target <= -14; target += 10) {
            const snq_master_plan plan = plan_of((float)target, 0);
            piece p = piece_new(seed, 25.0);
            float dynamics, peak[256];
            snq_loud_slots loud;
            snq_master_found found[2];
            run_master(&plan, &p, snq_master_bring_db(&plan, loudness(&p)), &dynamics);
            know(&p, &loud, peak);
            snq_master_search search = { .plan = &plan,
                                         .rate_hz = RATE,
                                         .frames = p.frames,
                                         .lufs = loudness(&p),
                                         .read = read_piece,
                                         .user = &p };
            check_ok(snq_master_find_gain(&search, team, &found[0]));
            search.power = loud.power;
            search.peak = peak;
            check_ok(snq_master_find_gain(&search, team, &found[1]));
            check_near(found[1].lufs, found[0].lufs, 0.01);
            check_near(found[1].gain_db, found[0].gain_db, 0.03);
            assert_int_equal(found[1].bends, found[0].bends);
            snq_loud_slots_clear(&loud);
            piece_free(&p);
        }
    snq_parallel_free(team);
}

static void without_a_target_nothing_moves(void **state)
{
    snq_master_plan plan = plan_of(NAN, 0);
    plan.bass_mono_hz = 0.0f;
    piece p = piece_new(3, 3.0), was = piece_new(3, 3.0);
    for (int c = 0; c < 2; c++)
        for (int64_t i = 0; i < p.frames; i++)
            was.side[c][i] = p.side[c][i] *= 0.1f;
    const record r = make_record(&plan, &p, 1);
    assert_true(r.found.gain_db == 0.0 && isnan(r.found.lufs) && r.found.tries == 0);
    assert_true(r.reduction.deepest_db == 0.0f && r.reduction.share_over_1 == 0.0f &&
                r.dynamics_db == 0.0f);
    double power = 0.0, difference = 0.0; /* but for what lies under 5 Hz */
    for (int64_t i = 0; i < p.frames - 1000; i++) {
        power += (double)was.side[0][i] * (double)was.side[0][i];
        difference += pow((double)was.side[0][i] - (double)p.side[0][i], 2.0);
    }
    assert_true(difference < 0.05 * power);
    piece_free(&p);
    piece_free(&was);
}

static void silence_and_nothing(void **state)
{
    const snq_master_plan plan = plan_of(-14.0f, 1);
    for (int frames = 0; frames <= 96000; frames += 48000) {
        piece p = { .side = { make_silence((size_t)frames + 2000),
                              make_silence((size_t)frames + 2000) },
                    .frames = frames + 1000 };
        const record r = make_record(&plan, &p, 1);
        assert_true(r.found.gain_db == 0.0 && r.found.tries == 0);
        for (int64_t i = 0; i < p.frames; i++)
            assert_true(p.side[0][i] == 0.0f && p.side[1][i] == 0.0f);
        piece_free(&p);
    }
    assert_true(snq_master_bring_db(&plan, -INFINITY) == 0.0);
    assert_true(snq_master_bring_db(&plan, -20.0) == 6.0);
    assert_true(snq_master_bring_db(&plan, -500.0) == 60.0);
}

/* A target that no limiter reaches: it ends, loud, under the ceiling. */
static void out_of_reach(void **state)
{
    snq_master_plan plan = plan_of(-5.0f, 0);
    plan.ceiling_dbtp = -12.0f;
    piece p = { .side = { make_silence(RATE * 5), make_silence(RATE * 5) }, .frames = RATE * 5 };
    for (int c = 0; c < 2; c++)
        for (size_t i = 0; i < (size_t)p.frames;
             i += 4800) /* clicks: the loudest they can be is soft */
            p.side[c][i] = 0.5f;
    const record r = make_record(&plan, &p, 2);
    assert_true(isfinite(r.found.lufs) && r.found.tries <= 14);
    assert_true(r.measures.true_peak_dbtp <= -12.0 + 0.005);
    assert_true(r.reduction.deepest_db < -10.0f);
    piece_free(&p);
}

static snq_status fail_to_read(void *user, int64_t from, size_t n, float *left, float *right)
{
    memset(left, 0, n * sizeof *left);
    memset(right, 0, n * sizeof *right);
    return from > RATE * 12 ? SNQ_FAIL(SNQ_ERR_IO, "the disk is gone") : SNQ_OK;
}

static void failures_are_told(void **state)
{
    snq_master_plan plan = plan_of(-14.0f, 0);
    snq_parallel *team;
    snq_master_found found;
    const snq_master_search search = {
        .plan = &plan, .rate_hz = RATE, .frames = RATE * 20, .lufs = -20.0, .read = fail_to_read
    };
    check_ok(snq_parallel_new(2, &team));
    check_status(snq_master_find_gain(&search, team, &found), SNQ_ERR_IO);
    assert_non_null(strstr(snq_last_error(), "disk is gone"));
    for (int64_t n = 0; n < 8; n++) { /* before a stretch, within one */
        snq_alloc_fail_after(n);
        check_status(snq_master_find_gain(&search, team, &found), SNQ_ERR_NOMEM);
        snq_alloc_fail_after(-1);
    }
    snq_parallel_free(team);
    snprintf(plan.inserts.link[0].kind, SNQ_CHAIN_KIND_MAX, "nonsense");
    plan.inserts.links = 1;
    snq_master *m;
    const snq_master_cfg cfg = { .plan = &plan, .rate_hz = RATE };
    assert_true(snq_master_new(&cfg, &m) < 0);
    assert_null(m);
}

static snq_status make_m(void *user, void **out)
{
    snq_master *m;
    const snq_status st = snq_master_new(user, &m);
    *out = m;
    return st;
}

static void unmake_m(void *m)
{
    snq_master_free(m);
}

static snq_status make_c(void *user, void **out)
{
    snq_ceiling *c;
    const snq_status st = snq_ceiling_new(user, &c);
    *out = c;
    return st;
}

static void unmake_c(void *c)
{
    snq_ceiling_free(c);
}

static void out_of_memory(void **state)
{
    const snq_master_plan plan = plan_of(-14.0f, 1);
    snq_master_cfg cfg = { .plan = &plan, .rate_hz = RATE };
    assert_true(snq_sweep(make_m, unmake_m, &cfg) > 4);
    assert_true(snq_sweep(make_c, unmake_c, &cfg) > 2);
}

/* What the chain costs a stereo frame, and how many times real time that is. */
static void bench(void)
{
    const snq_master_plan plan = plan_of(-14.0f, 1);
    const snq_master_cfg cfg = { .plan = &plan, .rate_hz = RATE, .gain_db = 6.0 };
    double best[3] = { 1e9, 1e9, 1e9 };
    for (int round = 0; round < 9; round++) {
        piece p = piece_new(5, 20.0);
        snq_master *m;
        snq_ceiling *c;
        struct timespec t[4];
        check_ok(snq_master_new(&cfg, &m));
        check_ok(snq_ceiling_new(&cfg, &c));
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t[0]);
        snq_master_run(m, p.side[0], p.side[1], (size_t)p.frames);
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t[1]);
        snq_ceiling_run(c, p.side[0], p.side[1], (size_t)p.frames);
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t[2]);
        loudness(&p);
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t[3]);
        for (int i = 0; i < 3; i++)
            best[i] = fmin(best[i], ((double)(t[i + 1].tv_sec - t[i].tv_sec) * 1e9 +
                                     (double)(t[i + 1].tv_nsec - t[i].tv_nsec)) /
                                        (double)p.frames);
        snq_master_free(m);
        snq_ceiling_free(c);
        piece_free(&p);
    }
    printf("master (compressor, no DC, bass mono) %.1f, limiter %.1f, loudness %.1f ns a stereo "
           "frame: "
           "%.0f x real time\n",
           best[0], best[1], best[2], 1e9 / RATE / (best[0] + best[1] + best[2]));
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "--bench") == 0) {
        bench();
        return 0;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loudness_and_true_peak),
        cmocka_unit_test(stretches_and_threads_agree),
        cmocka_unit_test(blocks_change_nothing),
        cmocka_unit_test(without_a_target_nothing_moves),
        cmocka_unit_test(silence_and_nothing),
        cmocka_unit_test(out_of_reach),
        cmocka_unit_test(what_is_known_is_not_tried),
        cmocka_unit_test(failures_are_told),
        cmocka_unit_test(out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
