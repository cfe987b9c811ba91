// SPDX-License-Identifier: MIT
/* The line gives what one flow after the other gives. */
#include "support/check.h"

#include "base/alloc.h"
#include "base/attr.h"
#include "pairs.h"
#include "support/sweep.h"
#include "watch/flow_line.h"

enum { W = 104, H = 60, PICTURES = 23, CELLS = 13 * 7 };

typedef struct film {
    uint8_t *picture[PICTURES];
} film;

static snq_flow_cfg cfg_of(snq_flow_preset preset, uint32_t threads)
{
    snq_flow_cfg cfg = snq_flow_cfg_default(W, H);
    cfg.preset = preset;
    cfg.threads = threads;
    cfg.cells_x = 13;
    cfg.cells_y = 7;
    return cfg;
}

/* No pair moves as another does; in the middle the light changes. */
static film make_film(void)
{
    film f;
    texture t;
    texture_init(&t, 3);
    for (int i = 0; i < PICTURES; i++) {
        affine a = { W / 2.0, H / 2.0, 0.002 * i, 1, 0.04 * i * i, 1.5 * (i % 5) };
        f.picture[i] = make_picture(&t, W, H, affine_back, &a, 1, (uint64_t)i);
        for (int k = 0; i == PICTURES / 2 && k < W * H; k++)
            f.picture[i][k] = (uint8_t)(f.picture[i][k] * 3 / 4);
    }
    return f;
}

static void free_film(film *f)
{
    for (int i = 0; i < PICTURES; i++)
        snq_free(f->picture[i]);
}

static void one_by_one(const film *f, const snq_flow_cfg *cfg, snq_flow_cell (*out)[CELLS])
{
    snq_flow *flow;
    check_ok(snq_flow_new(cfg, &flow));
    for (int i = 0; i < PICTURES; i++) {
        const snq_picture p = picture_of(f->picture[i], W, H);
        check_status(snq_flow_push(flow, &p), i ? SNQ_OK : SNQ_AGAIN);
        if (i)
            check_ok(snq_flow_get_cells(flow, out[i - 1]));
    }
    snq_flow_free(flow);
}

/* Pulls when `most` pairs wait; the picture that was pushed is spoilt. */
static void by_line(const film *f, const snq_flow_cfg *cfg, uint32_t most,
                    snq_flow_cell (*out)[CELLS])
{
    static uint8_t pixels[W * H];
    snq_flow_line *l;
    size_t pulled = 0;
    check_ok(snq_flow_line_new(cfg, &l));
    most = most < snq_flow_line_room(l) ? most : snq_flow_line_room(l);
    for (int i = 0; i < PICTURES; i++) {
        const snq_picture p = picture_of(pixels, W, H);
        while (snq_flow_line_waiting(l) >= most)
            check_ok(snq_flow_line_pull(l, out[pulled++]));
        memcpy(pixels, f->picture[i], sizeof pixels);
        check_status(snq_flow_line_push(l, &p), i ? SNQ_OK : SNQ_AGAIN);
        memset(pixels, 0, sizeof pixels);
    }
    while (snq_flow_line_waiting(l))
        check_ok(snq_flow_line_pull(l, out[pulled++]));
    assert_int_equal(pulled, PICTURES - 1);
    snq_flow_line_free(l);
}

static void the_line_changes_nothing(void **state)
{
    static snq_flow_cell want[PICTURES - 1][CELLS], got[PICTURES - 1][CELLS];
    film f = make_film();
    for (snq_flow_preset p = SNQ_FLOW_FAST; p <= SNQ_FLOW_FINE; p++) {
        snq_flow_cfg cfg = cfg_of(p, 1);
        one_by_one(&f, &cfg, want);
        for (uint32_t threads = 1; threads <= 5; threads += 2)
            for (uint32_t most = 1; most <= 2 * threads; most += 3) {
                cfg = cfg_of(p, threads);
                memset(got, 0xA5, sizeof got);
                by_line(&f, &cfg, most, got);
                assert_memory_equal(got, want, sizeof want);
            }
    }
    free_film(&f);
}

static void order_is_kept(void **state)
{
    static const uint8_t grey[W * H * 3];
    const snq_flow_cfg cfg = cfg_of(SNQ_FLOW_FAST, 2);
    const snq_picture p = picture_of(grey, W, H), other = picture_of(grey, W, H - 1),
                      colours = { grey, W, H, 3, (size_t)W * 3 };
    snq_flow_cell cells[CELLS];
    snq_flow_line *l;
    check_ok(snq_flow_line_new(&cfg, &l));
    assert_int_equal(snq_flow_line_room(l), 4);
    check_status(snq_flow_line_pull(l, cells), SNQ_ERR_STATE);
    check_status(snq_flow_line_push(l, &other), SNQ_ERR_ARG);
    check_status(snq_flow_line_push(l, &colours), SNQ_ERR_ARG);
    assert_int_equal(snq_flow_line_waiting(l), 0);
    check_status(snq_flow_line_push(l, &p), SNQ_AGAIN);
    check_status(snq_flow_line_pull(l, cells), SNQ_ERR_STATE);
    for (uint32_t i = 1; i <= 4; i++) {
        check_ok(snq_flow_line_push(l, &p));
        assert_int_equal(snq_flow_line_waiting(l), i);
    }
    check_status(snq_flow_line_push(l, &p), SNQ_ERR_STATE);
    check_ok(snq_flow_line_pull(l, cells));
    for (int i = 0; i < CELLS; i++)
        assert_true(cells[i].u == 0 && cells[i].v == 0);
    check_ok(snq_flow_line_push(l, &p));
    assert_int_equal(snq_flow_line_waiting(l), 4);
    snq_flow_line_free(l); /* with pairs under way */
    snq_flow_line_free(NULL);
}

static void bad_configurations_are_refused(void **state)
{
    snq_flow_cfg cfg = cfg_of(SNQ_FLOW_FAST, 0);
    snq_flow_line *l = (snq_flow_line *)&cfg;
    check_status(snq_flow_line_new(&cfg, &l), SNQ_ERR_RANGE);
    assert_null(l);
    cfg = cfg_of(SNQ_FLOW_FAST, 1);
    cfg.width = 15;
    check_status(snq_flow_line_new(&cfg, &l), SNQ_ERR_RANGE);
}

static snq_status make(void *user, void **object)
{
    const snq_flow_cfg cfg = cfg_of(SNQ_FLOW_DEFAULT, 3);
    snq_flow_line *l;
    const snq_status st = snq_flow_line_new(&cfg, &l);
    *object = l;
    return st;
}

static void unmake(void *object)
{
    snq_flow_line_free(object);
}

static void allocations_may_fail(void **state)
{
    assert_true(snq_sweep(make, unmake, NULL) > 30);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_line_changes_nothing),
        cmocka_unit_test(order_is_kept),
        cmocka_unit_test(bad_configurations_are_refused),
        cmocka_unit_test(allocations_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
