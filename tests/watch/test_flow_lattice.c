// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/alloc.h"
#include "pairs.h"
#include "watch/flow.h"

enum { W = 200, H = 150 };

static snq_flow_cell *cells_of(const snq_flow_cfg *cfg, const uint8_t *first, const uint8_t *second,
                               float *dense)
{
    const snq_picture a = picture_of(first, cfg->width, cfg->height);
    const snq_picture b = picture_of(second, cfg->width, cfg->height);
    snq_flow *f;
    check_ok(snq_flow_new(cfg, &f));
    snq_flow_cell *out = snq_calloc((size_t)cfg->cells_x * cfg->cells_y, sizeof *out);
    assert_non_null(out);
    check_status(snq_flow_get_cells(f, out), SNQ_ERR_STATE);
    check_status(snq_flow_push(f, &a), SNQ_AGAIN);
    check_status(snq_flow_get_cells(f, out), SNQ_ERR_STATE);
    check_status(snq_flow_push(f, &b), SNQ_OK);
    check_ok(snq_flow_get_cells(f, out));
    check_ok(snq_flow_get_dense(f, dense));
    snq_flow_free(f);
    return out;
}

static void test_cells_are_means(void **state)
{
    static const uint32_t lattice[][2] = { { 1, 1 }, { 7, 5 }, { 64, 48 }, { W, H } };
    static float dense[W * H * 2];
    texture t;
    texture_init(&t, 31);
    affine a = { 100, 75, 0.02, 1.01, 2, -1 };
    uint8_t *first = make_picture(&t, W, H, affine_back, NULL, 1, 1);
    uint8_t *second = make_picture(&t, W, H, affine_back, &a, 1, 2);
    for (int preset = 0; preset <= SNQ_FLOW_FINE; preset++)
        for (size_t k = 0; k < sizeof lattice / sizeof *lattice; k++) {
            snq_flow_cfg cfg = snq_flow_cfg_default(W, H);
            cfg.preset = (snq_flow_preset)preset;
            cfg.cells_x = lattice[k][0];
            cfg.cells_y = lattice[k][1];
            snq_flow_cell *cell = cells_of(&cfg, first, second, dense);
            for (uint32_t j = 0; j < cfg.cells_y; j++)
                for (uint32_t i = 0; i < cfg.cells_x; i++) {
                    double u = 0, v = 0, n = 0;
                    for (uint32_t y = j * H / cfg.cells_y; y < (j + 1) * H / cfg.cells_y; y++)
                        for (uint32_t x = i * W / cfg.cells_x; x < (i + 1) * W / cfg.cells_x; x++) {
                            u += dense[2 * (y * W + x)];
                            v += dense[2 * (y * W + x) + 1];
                            n++;
                        }
                    /* at half the size, cells are whole pixels there */
                    const double tolerance = preset ? 2e-4 : 0.2;
                    const snq_flow_cell *c = &cell[j * cfg.cells_x + i];
                    check_near(c->u, u / n, tolerance);
                    check_near(c->v, v / n, tolerance);
                    assert_true(c->confidence >= 0 && c->confidence <= 1);
                }
            snq_free(cell);
        }
    snq_free(first);
    snq_free(second);
}

static double mean_confidence(const snq_flow_cfg *cfg, const snq_flow_cell *cell)
{
    double sum = 0;
    for (uint32_t i = 0; i < cfg->cells_x * cfg->cells_y; i++)
        sum += cell[i].confidence;
    return sum / (cfg->cells_x * cfg->cells_y);
}

static void test_confidence_knows_what_can_be_known(void **state)
{
    static float dense[W * H * 2];
    static uint8_t flat[W * H], stripes[W * H];
    texture t, other;
    texture_init(&t, 41);
    texture_init(&other, 42);
    affine a = { 100, 75, 0, 1, 3, 1 };
    uint8_t *first = make_picture(&t, W, H, affine_back, NULL, 1, 1);
    uint8_t *second = make_picture(&t, W, H, affine_back, &a, 1, 2);
    uint8_t *strange = make_picture(&other, W, H, affine_back, NULL, 1, 3);
    for (int i = 0; i < W * H; i++)
        stripes[i] = (uint8_t)(128 + 100 * sin(i % W * 0.5));
    for (int preset = 0; preset <= SNQ_FLOW_FINE; preset++) {
        snq_flow_cfg cfg = snq_flow_cfg_default(W, H);
        cfg.preset = (snq_flow_preset)preset;
        cfg.threads = 2;
        const uint8_t *const pair[][2] = {
            { first, second }, { first, strange }, { flat, flat }, { stripes, stripes }
        };
        static const double least[] = { 0.7, 0, 0, 0 }, most[] = { 1, 0.3, 1e-6, 0.1 };
        for (size_t k = 0; k < sizeof pair / sizeof *pair; k++) {
            snq_flow_cell *cell = cells_of(&cfg, pair[k][0], pair[k][1], dense);
            const double c = mean_confidence(&cfg, cell);
            if (!(c >= least[k] && c <= most[k]))
                fail_msg("preset %d, pair %zu: %.3f", preset, k, c);
            snq_free(cell);
        }
    }
    snq_free(first);
    snq_free(second);
    snq_free(strange);
}

static void test_what_leaves_the_picture_is_not_trusted(void **state)
{
    static float dense[W * H * 2];
    texture t;
    texture_init(&t, 51);
    affine a = { 0, 0, 0, 1, 8, 0 };
    uint8_t *first = make_picture(&t, W, H, affine_back, NULL, 1, 1);
    uint8_t *second = make_picture(&t, W, H, affine_back, &a, 1, 2);
    const snq_flow_cfg cfg = snq_flow_cfg_default(W, H);
    snq_flow_cell *cell = cells_of(&cfg, first, second, dense);
    for (uint32_t j = 0; j < cfg.cells_y; j++) {
        assert_true(cell[(j + 1) * cfg.cells_x - 1].confidence == 0);
        assert_true(cell[j * cfg.cells_x + cfg.cells_x / 2].confidence > 0.3f);
    }
    snq_free(cell);
    snq_free(first);
    snq_free(second);
}

/* Where cells are smaller than a patch, every second one asks; nobody's flow depends on that. */
static void test_small_cells_believe_their_neighbours(void **state)
{
    static float dense[W * H * 2];
    texture t;
    texture_init(&t, 61);
    affine a = { 90, 60, 0.03, 1, 4, -2 };
    uint8_t *first = make_picture(&t, W, H, affine_back, NULL, 1, 1);
    uint8_t *second = make_picture(&t, W, H, affine_back, &a, 1, 2);
    snq_flow_cfg cfg = snq_flow_cfg_default(W, H);
    enum { ACROSS = 40, DOWN = 30 }; /* 5 px each */
    cfg.cells_x = ACROSS;
    cfg.cells_y = DOWN;
    snq_flow_cell *cell = cells_of(&cfg, first, second, dense);
    uint32_t seen = 0;
    for (uint32_t y = 1; y + 1 < DOWN; y++)
        for (uint32_t x = 1 + y % 2; x + 1 < ACROSS; x += 2) {
            const snq_flow_cell *c = cell + y * ACROSS + x;
            if (!(c->confidence > 0))
                continue;
            const float sum =
                c[-1].confidence + c[1].confidence + c[-ACROSS].confidence + c[ACROSS].confidence;
            check_near(c->confidence, sum / 4, 1e-6);
            seen++;
        }
    assert_true(seen > 400);
    snq_free(cell);
    snq_free(first);
    snq_free(second);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cells_are_means),
        cmocka_unit_test(test_confidence_knows_what_can_be_known),
        cmocka_unit_test(test_what_leaves_the_picture_is_not_trusted),
        cmocka_unit_test(test_small_cells_believe_their_neighbours),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
