// SPDX-License-Identifier: MIT
#include "support/check.h"

#include <unistd.h>

#include "base/alloc.h"
#include "base/rng.h"
#include "support/sweep.h"
#include "watch/motion_store.h"

enum { CELLS = 37, FRAMES = 700 };

/* Speeds that differ from frame to frame by three orders of magnitude. */
static void make_frame(uint32_t t, float lattice[CELLS * 3])
{
    snq_rng r;
    snq_rng_init(&r, t + 1);
    for (int i = 0; i < CELLS; i++) {
        const double loud = pow(10, (double)(t % 4) - 2);
        lattice[3 * i] = (float)(loud * snq_rng_normal(&r));
        lattice[3 * i + 1] = (float)(loud * snq_rng_normal(&r));
        lattice[3 * i + 2] = (float)snq_rng_uniform(&r);
    }
}

static int open_spill(void)
{
    FILE *f = tmpfile();
    assert_non_null(f);
    const int fd = dup(fileno(f));
    fclose(f);
    return fd;
}

static snq_motion_store *filled(size_t memory_max, int fd, uint32_t frames)
{
    const snq_motion_store_cfg cfg = {
        .cells = CELLS, .frames_max = 10000, .memory_max = memory_max, .spill_fd = fd
    };
    snq_motion_store *s;
    float lattice[CELLS * 3];
    check_ok(snq_motion_store_new(&cfg, &s));
    for (uint32_t t = 0; t < frames; t++) {
        make_frame(t, lattice);
        check_ok(snq_motion_store_push(s, lattice));
    }
    assert_int_equal(snq_motion_store_frames(s), frames);
    return s;
}

static void check_cells(snq_motion_store *s, uint32_t frames)
{
    static float u[FRAMES], v[FRAMES], c[FRAMES];
    float lattice[CELLS * 3];
    for (uint32_t k = 0; k < CELLS; k++) {
        const uint32_t cell = k * 5 % CELLS; /* not in order */
        check_ok(snq_motion_store_read(s, cell, u, v, c));
        for (uint32_t t = 0; t < frames; t++) {
            make_frame(t, lattice);
            float most = 0;
            for (int i = 0; i < CELLS; i++)
                most = fmaxf(most, fmaxf(fabsf(lattice[3 * i]), fabsf(lattice[3 * i + 1])));
            check_near((double)u[t], (double)lattice[3 * cell], (double)most / 65000);
            check_near((double)v[t], (double)lattice[3 * cell + 1], (double)most / 65000);
            check_near((double)c[t], (double)lattice[3 * cell + 2], 0.5 / 255 + 1e-6);
        }
    }
}

static void rows_come_back_as_columns(void **state)
{
    static const uint32_t lengths[] = { 1, 127, 128, 129, 256, FRAMES };
    for (size_t i = 0; i < SNQ_COUNT(lengths); i++) {
        snq_motion_store *s = filled(1 << 20, -1, lengths[i]);
        check_cells(s, lengths[i]);
        check_ok(snq_motion_store_read(s, 3, NULL, NULL, NULL));
        snq_motion_store_free(s);
    }
}

static void a_spilt_store_reads_the_same(void **state)
{
    static const size_t memory[] = { 0, 30000, 60000 };
    for (size_t i = 0; i < SNQ_COUNT(memory); i++) {
        const int fd = open_spill();
        snq_motion_store *s = filled(memory[i], fd, FRAMES);
        check_cells(s, FRAMES);
        float lattice[CELLS * 3], u[FRAMES + 200];
        for (uint32_t t = FRAMES; t < FRAMES + 100; t++) { /* more after reading */
            make_frame(t, lattice);
            check_ok(snq_motion_store_push(s, lattice));
        }
        check_ok(snq_motion_store_read(s, 0, u, NULL, NULL));
        check_near((double)u[FRAMES + 99], (double)lattice[0], 0.02);
        snq_motion_store_free(s);
        close(fd);
    }
}

/* Far more blocks than there was room for when it spilt. */
static void a_long_film_is_freed_whole(void **state)
{
    enum { LONG = 40 * 128 };
    static float u[LONG];
    float lattice[CELLS * 3];
    const int fd = open_spill();
    snq_motion_store *s = filled(60000, fd, LONG);
    check_ok(snq_motion_store_read(s, 1, u, NULL, NULL));
    make_frame(LONG - 1, lattice);
    check_near((double)u[LONG - 1], (double)lattice[3], 0.02);
    snq_motion_store_free(s);
    close(fd);
}

static void nonsense_is_still_and_unsure(void **state)
{
    const snq_motion_store_cfg cfg = {
        .cells = 4, .frames_max = 2, .memory_max = 9999, .spill_fd = -1
    };
    const float lattice[12] = { NAN, 1, 1, 1e9f, 0, 1, 1, 2, -1, 0.5f, -0.5f, 7 };
    snq_motion_store *s;
    float u, v, c;
    check_ok(snq_motion_store_new(&cfg, &s));
    check_ok(snq_motion_store_push(s, lattice));
    for (uint32_t i = 0; i < 3; i++) {
        check_ok(snq_motion_store_read(s, i, &u, &v, &c));
        assert_true(u == 0 && v == 0 && c == 0);
    }
    check_ok(snq_motion_store_read(s, 3, &u, &v, &c));
    check_near((double)u, 0.5, 1e-4);
    check_near((double)v, -0.5, 1e-4);
    check_near((double)c, 1, 0);
    check_ok(snq_motion_store_push(s, lattice));
    check_status(snq_motion_store_push(s, lattice), SNQ_ERR_TOO_BIG);
    snq_motion_store_free(s);
}

static void bounds_and_broken_files(void **state)
{
    snq_motion_store_cfg cfg = { .cells = 0, .frames_max = 9999, .memory_max = 0, .spill_fd = -1 };
    snq_motion_store *s;
    check_status(snq_motion_store_new(&cfg, &s), SNQ_ERR_RANGE);
    assert_null(s);
    cfg.cells = CELLS;
    for (int broken = 0; broken < 2; broken++) {
        float lattice[CELLS * 3] = { 0 };
        snq_status st = SNQ_OK;
        int ends[2] = { -1, -1 };
        if (broken) {
            assert_int_equal(pipe(ends), 0); /* cannot seek */
            cfg.spill_fd = ends[1];
        }
        check_ok(snq_motion_store_new(&cfg, &s));
        for (int t = 0; t < 200 && st >= 0; t++)
            st = snq_motion_store_push(s, lattice);
        assert_int_equal(st, broken ? SNQ_ERR_IO : SNQ_ERR_TOO_BIG);
        snq_motion_store_free(s);
        if (broken) {
            close(ends[0]);
            close(ends[1]);
        }
    }
    const int fd = open_spill();
    float u[FRAMES];
    s = filled(0, fd, 300);
    assert_int_equal(ftruncate(fd, 100), 0);
    check_status(snq_motion_store_read(s, 5, u, NULL, NULL), SNQ_ERR_IO);
    snq_motion_store_free(s);
    close(fd);
    snq_motion_store_free(NULL);
}

static snq_status make_spilt(void *user, void **object)
{
    const snq_motion_store_cfg cfg = {
        .cells = CELLS, .frames_max = 1000, .memory_max = 30000, .spill_fd = *(int *)user
    };
    snq_motion_store *s;
    float lattice[CELLS * 3], u[FRAMES];
    snq_status st = snq_motion_store_new(&cfg, &s);
    *object = NULL;
    for (uint32_t t = 0; st >= 0 && t < 400; t++) {
        make_frame(t, lattice);
        st = snq_motion_store_push(s, lattice);
    }
    if (st >= 0)
        st = snq_motion_store_read(s, 7, u, NULL, NULL);
    if (st < 0) {
        snq_motion_store_free(s);
        return st;
    }
    *object = s;
    return SNQ_OK;
}

static void unmake(void *object)
{
    snq_motion_store_free(object);
}

static void failing_memory_is_survived(void **state)
{
    int fd = open_spill();
    snq_sweep(make_spilt, unmake, &fd);
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_come_back_as_columns),
        cmocka_unit_test(a_spilt_store_reads_the_same),
        cmocka_unit_test(a_long_film_is_freed_whole),
        cmocka_unit_test(nonsense_is_still_and_unsure),
        cmocka_unit_test(bounds_and_broken_files),
        cmocka_unit_test(failing_memory_is_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
