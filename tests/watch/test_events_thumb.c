// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/attr.h"
#include "base/rng.h"
#include "watch/events_impl.h"

enum { SIDE = 640 };

typedef struct made {
    uint8_t y[SIDE * SIDE], cb[64 * 64], cr[64 * 64];
    int16_t cell[SNQ__THUMB_CELLS];
    uint16_t line[SIDE];
    snq_picture luma, blue, red;
    snq__thumb thumb;
} made;

/* Smooth noise of a seed, moved by (dx, dy) px: mean + contrast * (sum of waves). */
static void paint(made *m, uint32_t w, uint32_t h, uint64_t seed, double dx, double dy, double mean,
                  double contrast)
{
    enum { WAVES = 12 };
    double kx[WAVES], ky[WAVES], phase[WAVES];
    snq_rng r;
    snq_rng_init(&r, seed);
    for (int i = 0; i < WAVES; i++) {
        const double k = 2 * M_PI / (w * (0.1 + 0.5 * snq_rng_uniform(&r)));
        const double way = 2 * M_PI * snq_rng_uniform(&r);
        kx[i] = k * cos(way);
        ky[i] = k * sin(way);
        phase[i] = 2 * M_PI * snq_rng_uniform(&r);
    }
    for (uint32_t y = 0; y < h; y++)
        for (uint32_t x = 0; x < w; x++) {
            double v = 0;
            for (int i = 0; i < WAVES; i++)
                v += sin(kx[i] * (x - dx) + ky[i] * (y - dy) + phase[i]);
            v = mean + contrast * v / sqrt(WAVES / 2.0);
            m->y[y * w + x] = (uint8_t)fmin(fmax(lrint(v), 0), 255);
        }
    m->luma = (snq_picture) { m->y, w, h, 1, w };
    m->blue = (snq_picture) { m->cb, 64, 64, 1, 64 };
    m->red = (snq_picture) { m->cr, 64, 64, 1, 64 };
    memset(m->cb, 128, sizeof m->cb);
    memset(m->cr, 128, sizeof m->cr);
    m->thumb.cell = m->cell;
}

static void make(made *m, const snq__thumb_plan *p)
{
    snq__thumb_make(p, &m->luma, &m->blue, &m->red, m->line, &m->thumb);
}

static made a, b, c;

static void cells_are_means(void **state)
{
    static const uint32_t tab[][2] = { { 320, 180 }, { 321, 179 }, { 16, 16 },   { 180, 320 },
                                       { 1, 1 },     { 640, 16 },  { 640, 400 }, { 3, 640 } };
    for (size_t k = 0; k < SNQ_COUNT(tab); k++) {
        const uint32_t w = tab[k][0], h = tab[k][1];
        const snq__thumb_plan p = snq__thumb_look(w, h);
        assert_true(p.across >= 1 && p.across <= 64 && p.down >= 1 && p.down <= 64);
        assert_true(p.block >= 1 && p.block <= p.across && p.block <= p.down);
        assert_true(p.blocks_x >= 1 && p.blocks_y >= 1);
        paint(&a, w, h, k, 0, 0, 120, 40);
        make(&a, &p);
        double sum = 0;
        for (uint32_t j = 0; j < p.down; j++)
            for (uint32_t i = 0; i < p.across; i++) {
                double mean = 0, n = 0;
                for (uint32_t y = j * h / p.down; y < (j + 1) * h / p.down; y++)
                    for (uint32_t x = i * w / p.across; x < (i + 1) * w / p.across; x++, n++)
                        mean += a.y[y * w + x];
                check_near(a.cell[j * p.across + i] / 8.0, mean / n, 1.0 / 16 + 1e-9);
                sum += a.cell[j * p.across + i] / 8.0;
            }
        check_near(a.thumb.mean, sum / (p.across * p.down), 1e-3);
        double shares = 0;
        for (int i = 0; i < SNQ__HIST_LUMA; i++)
            shares += (double)a.thumb.luma[i];
        check_near(shares, 1, 1e-5);
        check_near(a.thumb.cb[16], 0.5, 1e-6);
        const snq__match m = snq__thumb_match(&p, &a.thumb, &a.thumb);
        check_near(m.broken, 0, 1e-5);
        check_near(m.change, 0, 0);
        check_near(m.tone + m.colour, 0, 0);
    }
}

static void what_moved_or_was_lit_is_found(void **state)
{
    enum { SEEDS = 5 };
    const snq__thumb_plan p = snq__thumb_look(320, 180);
    double broken = 0;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        paint(&a, 320, 180, seed, 0, 0, 120, 30);
        make(&a, &p);
        paint(&b, 320, 180, seed, 10, -15, 120, 30);
        make(&b, &p);
        snq__match m = snq__thumb_match(&p, &a.thumb, &b.thumb);
        assert_true(m.broken < 0.3f);                  /* some of it has left the picture */
        assert_true(m.shift > 0.8f && m.shift < 4.5f); /* the nearest place that will do */
        paint(&b, 320, 180, seed, 0, 0, 170, 18);      /* brighter, with less contrast */
        make(&b, &p);
        m = snq__thumb_match(&p, &a.thumb, &b.thumb);
        assert_true(m.broken < 0.05f);
        assert_true(m.tone > 0.5f);
        check_near(m.change, 51, 3);
        check_near(m.reshape, 12, 3);
        paint(&b, 320, 180, seed + 100, 0, 0, 120, 30);
        make(&b, &p);
        m = snq__thumb_match(&p, &a.thumb, &b.thumb);
        assert_true(m.broken > 0.35f);
        broken += (double)m.broken / SEEDS;
        memset(b.cr, 160, sizeof b.cr);
        make(&b, &p);
        m = snq__thumb_match(&p, &a.thumb, &b.thumb);
        check_near(m.colour, 1, 1e-5);
    }
    assert_true(broken > 0.5);
}

static void grey_pictures_have_no_chroma(void **state)
{
    const snq__thumb_plan p = snq__thumb_look(64, 64);
    paint(&a, 64, 64, 1, 0, 0, 100, 20);
    a.blue.pixels = a.red.pixels = NULL;
    make(&a, &p);
    for (int i = 0; i < SNQ__HIST_CHROMA; i++)
        check_near(a.thumb.cb[i] + a.thumb.cr[i], 0, 0);
}

static void a_blend_lies_on_the_way(void **state)
{
    const snq__thumb_plan p = snq__thumb_look(320, 180);
    paint(&a, 320, 180, 1, 0, 0, 90, 30);
    paint(&b, 320, 180, 2, 0, 0, 150, 30);
    c = a;
    for (int i = 0; i < 320 * 180; i++)
        c.y[i] = (uint8_t)lrint(0.7 * a.y[i] + 0.3 * b.y[i]);
    c.luma.pixels = c.y;
    c.thumb.cell = c.cell;
    make(&a, &p);
    make(&b, &p);
    make(&c, &p);
    float way, left;
    const float change = snq__thumb_blend(&p, &a.thumb, &c.thumb, &b.thumb, &way, &left);
    check_near(way, 0.3, 0.002);
    check_near(left, 0, 1e-4);
    check_near(change, hypot(60, hypot(a.thumb.spread, b.thumb.spread)), 8);
    check_near(snq__thumb_uneven(&p, &a.thumb, &c.thumb, &b.thumb, way), 0, 0.01);
    /* one half is there already, the other not yet */
    for (int y = 0; y < 180; y++)
        memcpy(c.y + y * 320, (y < 90 ? a.y : b.y) + y * 320, 320);
    make(&c, &p);
    snq__thumb_blend(&p, &a.thumb, &c.thumb, &b.thumb, &way, &left);
    assert_true(snq__thumb_uneven(&p, &a.thumb, &c.thumb, &b.thumb, way) > 0.3f);
    /* a third picture isn't on the way at all */
    paint(&c, 320, 180, 3, 0, 0, 120, 30);
    make(&c, &p);
    snq__thumb_blend(&p, &a.thumb, &c.thumb, &b.thumb, &way, &left);
    assert_true(left > 0.15f);
    snq__thumb_blend(&p, &a.thumb, &c.thumb, &a.thumb, &way, &left);
    check_near(way + left, 0, 0);
    check_near(snq__thumb_uneven(&p, &a.thumb, &c.thumb, &a.thumb, way), 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cells_are_means),
        cmocka_unit_test(what_moved_or_was_lit_is_found),
        cmocka_unit_test(grey_pictures_have_no_chroma),
        cmocka_unit_test(a_blend_lies_on_the_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
