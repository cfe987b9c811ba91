// SPDX-License-Identifier: MIT
/* Every variant of the flow's kernels against plain C, within the tolerances that
 * watch/simd/flow_kernels_impl.h states; rows stand between guards. --bench prints their speed. */
#include "support/check.h"

#include <time.h>

#include "base/alloc.h"
#include "base/attr.h"
#include "base/cpu.h"
#include "base/rng.h"
#include "watch/simd/flow_kernels_impl.h"

enum { LANES = SNQ__FLOW_LANES, MARGIN = SNQ__FLOW_MARGIN, W = 75, H = 40, N = 96 };
enum { STRIDE = N + 2 * MARGIN + 96, HALF = N / 2 + 16, BLOCK = 2 * SNQ__FLOW_HALVES * HALF };

static const float GUARD = -12345.5f;

static struct variants {
    snq__flow_kernels k[3];
    const char *name[3];
    int count;
} all;

static void find_variants(void)
{
    static const unsigned flags[] = { 0, SNQ_CPU_AVX2, SNQ_CPU_AVX2 | SNQ_CPU_AVX512 };
    for (size_t i = 0; i < SNQ_COUNT(flags); i++)
        if ((flags[i] & snq_cpu_detect()) == flags[i]) {
            snq__flow_kernels_init(&all.k[all.count], flags[i]);
            all.name[all.count++] = snq_cpu_name(flags[i]);
        }
}

/* n floats in [low, high]. */
static void fill(float *x, size_t n, double low, double high, uint64_t seed)
{
    snq_rng rng;
    snq_rng_init(&rng, seed);
    for (size_t i = 0; i < n; i++)
        x[i] = (float)(low + (high - low) * snq_rng_uniform(&rng));
}

/* A smooth picture with its margins; owned by the caller: snq_free(*pixels). */
static snq__flow_image image_of(int16_t **pixels, double phase)
{
    *pixels = snq_calloc((size_t)STRIDE * (H + 2 * MARGIN), sizeof **pixels);
    assert_non_null(*pixels);
    int16_t *at = *pixels + MARGIN * STRIDE + MARGIN;
    for (int y = -MARGIN; y < H + MARGIN; y++)
        for (int x = -MARGIN; x < STRIDE - MARGIN; x++)
            at[y * STRIDE + x] = (int16_t)(8000 + 5000 * sin(0.31 * x + phase) * cos(0.23 * y) +
                                           1500 * sin(0.9 * x - 0.7 * y));
    return (snq__flow_image) { at, STRIDE, W, H };
}

static void compare_rows(const char *what, int variant, const float *got, const float *want,
                         size_t n, double relative, double absolute)
{
    for (size_t i = 0; i < n; i++)
        if (!(fabs((double)got[i] - want[i]) <= relative * fabs((double)want[i]) + absolute))
            fail_msg("%s %s [%zu]: %.9g, want %.9g", what, all.name[variant], i, got[i], want[i]);
}

static void check_guards(const char *what, int variant, const float *row, size_t n)
{
    for (int i = 1; i <= LANES; i++)
        if (row[-i] != GUARD || row[n + (size_t)i - 1] != GUARD)
            fail_msg("%s %s writes outside, %d", what, all.name[variant], i);
}

/* A row of n floats between guards. */
typedef float guarded[LANES + 4 * N + LANES];
static float *guard(float *row, size_t n)
{
    for (size_t i = 0; i < n + 2 * LANES; i++)
        row[i] = GUARD;
    return row + LANES;
}

static void test_widen_and_halve(void **state)
{
    uint8_t in[N];
    int16_t *pixels;
    const snq__flow_image image = image_of(&pixels, 0.4);
    for (int i = 0; i < N; i++)
        in[i] = (uint8_t)(i * 37);
    for (int v = 0; v < all.count; v++) {
        int16_t out[N + 32] = { 0 };
        all.k[v].widen(out, in, W);
        for (int i = 0; i < W; i++)
            assert_int_equal(out[i], 64 * in[i]);
        assert_int_equal(out[W], 0);
        float work[2 * N + 4 * LANES];
        const int16_t *const row[4] = { image.at - STRIDE, image.at, image.at + STRIDE,
                                        image.at + 2 * STRIDE };
        all.k[v].halve(out, row, work, (W + 1) / 2);
        static const double tap[4] = { 0.125, 0.375, 0.375, 0.125 };
        for (int i = 0; i < (W + 1) / 2; i++) {
            double want = 0;
            for (int j = 0; j < 4; j++)
                for (int k = 0; k < 4; k++)
                    want += tap[j] * tap[k] * row[k][2 * i - 1 + j];
            check_near(out[i], want, 0.51);
        }
    }
    snq_free(pixels);
}

static void test_twice(void **state)
{
    guarded a, b, c;
    float *near = guard(a, N / 2), *far = guard(b, N / 2);
    fill(near - 1, N / 2 + 2, -5, 5, 1);
    fill(far - 1, N / 2 + 2, -5, 5, 2);
    for (int v = 0; v < all.count; v++) {
        float work[N / 2 + 4 * LANES], *out = guard(c, N);
        all.k[v].twice(out, near, far, work, N);
        check_guards("twice", v, out, N);
        for (int x = 0; x < N; x++) {
            const int i = x / 2, side = x & 1 ? i + 1 : i - 1;
            const double here = 0.75 * near[i] + 0.25 * far[i];
            const double there = 0.75 * near[side] + 0.25 * far[side];
            check_near(out[x], 2 * (0.75 * here + 0.25 * there), 1e-5);
        }
    }
}

static void test_ramp(void **state)
{
    for (int v = 0; v < all.count; v++)
        for (uint32_t n = 1; n < N; n += 13) {
            guarded a;
            float *out = guard(a, N);
            all.k[v].ramp(out, 1.25f, -0.03f, n);
            for (uint32_t i = 0; i < n; i++)
                check_near(out[i], 1.25 - 0.03 * i, 1e-6 * (1.25 + 0.03 * n));
            assert_true(out[-1] == GUARD && out[n + LANES - 1] == GUARD);
        }
}

static void test_sample(void **state)
{
    int16_t *pixels[2];
    const snq__flow_image first = image_of(&pixels[0], 0), second = image_of(&pixels[1], 0.5);
    float u[N], v[N], gain[N], offset[N];
    fill(u, N, -12, 12, 3); /* some lead out of the picture */
    fill(v, N, -12, 12, 4);
    fill(gain, N, 0.8, 1.2, 5);
    fill(offset, N, -5, 5, 6);
    for (int mode = 0; mode < 4; mode++) {
        snq__flow_sample s = {
            .first = &first, .second = &second, .u = u, .v = v, .y = 7, .n = N, .cubic = mode & 1
        };
        if (mode & 2)
            s.light = (snq__flow_light) { gain, offset };
        guarded m0, d0, m, d;
        float *mean0 = guard(m0, N), *diff0 = guard(d0, N);
        all.k[0].sample(&s, mean0, diff0);
        for (int k = 0; k < all.count; k++) {
            float *mean = guard(m, N), *diff = guard(d, N);
            all.k[k].sample(&s, mean, diff);
            compare_rows("sample", k, mean, mean0, W, 0, 1e-3);
            compare_rows("sample", k, diff, diff0, W, 0, 1e-3);
            check_guards("sample", k, mean, N);
            check_guards("sample", k, diff, N);
        }
    }
    snq_free(pixels[0]);
    snq_free(pixels[1]);
}

/* Whole steps find the pixel itself, linear and through the spline numbers of every variant. */
static void test_sample_of_whole_steps(void **state)
{
    enum { DX = 3, DY = -2, Y = 7, REACH = SNQ__FLOW_SPLINE_REACH };
    int16_t *pixels[2], *numbers;
    const snq__flow_image first = image_of(&pixels[0], 0), second = image_of(&pixels[1], 0.5);
    const snq__flow_image spline = image_of(&numbers, 0);
    float u[N], v[N], mean[N], diff[N], gain[N], offset[N], work[N + 4 * LANES];
    for (int i = 0; i < N; i++) {
        u[i] = DX;
        v[i] = DY;
    }
    fill(gain, N, 0.8, 1.2, 5);
    fill(offset, N, -5, 5, 6);
    for (int mode = 0; mode < 4; mode++)
        for (int k = 0; k < all.count; k++) {
            for (int y = Y - 8; y < Y + 8; y++) {
                const int16_t *row[2 * REACH + 1];
                for (int j = -REACH; j <= REACH; j++)
                    row[j + REACH] = second.at + (y + j) * STRIDE - 8;
                all.k[k].spline(numbers + (MARGIN + y) * STRIDE + MARGIN - 8, row, work, W + 16);
            }
            const snq__flow_sample s = { .first = &first,
                                         .second = mode & 1 ? &spline : &second,
                                         .u = u,
                                         .v = v,
                                         .y = Y,
                                         .n = N,
                                         .cubic = mode & 1,
                                         .light = { mode & 2 ? gain : NULL,
                                                    mode & 2 ? offset : NULL } };
            all.k[k].sample(&s, mean, diff);
            for (int i = 0; i + DX < W; i++) {
                double w = second.at[(Y + DY) * STRIDE + i + DX] / 64.0;
                if (mode & 2)
                    w = w * gain[i] + offset[i];
                const double a = first.at[Y * STRIDE + i] / 64.0;
                /* sums of sixteen numbers that were rounded to 1/32 */
                const double tolerance = mode & 1 ? 0.03 : 1e-3;
                check_near(diff[i], w - a, tolerance);
                check_near(mean[i], (w + a) / 2, tolerance);
            }
        }
    snq_free(pixels[0]);
    snq_free(pixels[1]);
    snq_free(numbers);
}

static void test_looseness_and_couple(void **state)
{
    guarded row[5];
    float *u[2] = { guard(row[0], N), guard(row[1], N) };
    float *v[2] = { guard(row[2], N), guard(row[3], N) };
    for (int i = 0; i < 2; i++) {
        fill(u[i], N + 1, -1, 1, 10 + (uint64_t)i);
        fill(v[i], N + 1, -1, 1, 20 + (uint64_t)i);
    }
    int16_t *pixels;
    const snq__flow_image image = image_of(&pixels, 0);
    const int16_t *const at[2] = { image.at, image.at + STRIDE };
    for (int k = 0; k < all.count; k++) {
        float *out = guard(row[4], N);
        all.k[k].looseness(out, (const float *const *)u, (const float *const *)v, 20, 1e-4f, N);
        check_guards("looseness", k, out, N);
        for (int i = 0; i < N; i++) {
            const double ux = u[0][i + 1] - u[0][i], uy = u[1][i] - u[0][i];
            const double vx = v[0][i + 1] - v[0][i], vy = v[1][i] - v[0][i];
            const double want = 20 / sqrt(ux * ux + uy * uy + vx * vx + vy * vy + 1e-4);
            check_near(out[i] / want, 1, 4e-4);
        }
        guarded r, d;
        float *right = guard(r, N), *down = guard(d, N);
        all.k[k].couple(right, down, (const float *const *)u, at, 0.005f, N);
        check_guards("couple", k, right, N);
        check_guards("couple", k, down, N);
        for (int i = 0; i < N; i++) {
            const double dx = (at[0][i + 1] - at[0][i]) / 64.0, dy = (at[1][i] - at[0][i]) / 64.0;
            check_near(right[i], 0.5 * (u[0][i] + u[0][i + 1]) / (1 + 0.005 * dx * dx), 1e-3);
            check_near(down[i], 0.5 * (u[0][i] + u[1][i]) / (1 + 0.005 * dy * dy), 1e-3);
        }
    }
    snq_free(pixels);
}

/* Rows for the equations, from images that differ a little. */
static void make_terms(snq__flow_terms *t, guarded *row, uint32_t y)
{
    *t = (snq__flow_terms) { .delta = 7,
                             .gamma = 10,
                             .zeta = 0.0095f,
                             .epsilon_d = 0.4f,
                             .epsilon_g = 0.09f,
                             .omega = 1.8f,
                             .y = y,
                             .n = N,
                             .width = W,
                             .height = H };
    for (int k = 0; k < 8; k++) {
        float *r = guard(row[k], N);
        for (int i = -2; i < N + 2; i++)
            r[i] = (float)(k < 5 ? 100 + 40 * sin(0.3 * i + 0.2 * k) * cos(0.17 * i - 0.4 * k)
                                 : 3 * sin(0.5 * i + 0.3 * k));
        *(k < 5 ? &t->mean[k] : &t->diff[k - 5]) = r;
    }
    float *u = guard(row[8], N), *v = guard(row[9], N);
    fill(u, N, -3, 3, 30);
    fill(v, N, -3, 3, 31);
    for (int k = 10; k < 13; k++)
        fill(guard(row[k], N) - 1, N + 1, 0, 50, (uint64_t)k);
    t->u = u;
    t->v = v;
    t->right = row[10] + LANES;
    t->down = row[11] + LANES;
    t->down_above = row[12] + LANES;
}

/* What the header says of the data terms of pixel x, in double: the residuals' squares, each
 * divided by its slopes' squares, and weighted by how large they are. */
static void data_by_definition(const snq__flow_terms *t, int x, double a[3], double c[2])
{
    const float *const *m = t->mean;
    const float *const *d = t->diff;
    const double g[3][3] = {
        { 0.5 * (m[2][x + 1] - m[2][x - 1]), 0.5 * (m[3][x] - m[1][x]), d[1][x] },
        { 0.25 * (m[2][x + 2] - 2 * m[2][x] + m[2][x - 2]),
          0.25 * (m[3][x + 1] - m[3][x - 1] - m[1][x + 1] + m[1][x - 1]),
          0.5 * (d[1][x + 1] - d[1][x - 1]) },
        { 0.25 * (m[3][x + 1] - m[3][x - 1] - m[1][x + 1] + m[1][x - 1]),
          0.25 * (m[4][x] - 2 * m[2][x] + m[0][x]), 0.5 * (d[2][x] - d[0][x]) },
    };
    double norm[3], k[3];
    for (int i = 0; i < 3; i++)
        norm[i] = 1 / (g[i][0] * g[i][0] + g[i][1] * g[i][1] + t->zeta);
    k[0] = t->delta / sqrt(norm[0] * g[0][2] * g[0][2] + t->epsilon_d);
    k[1] = k[2] =
        t->gamma / sqrt(norm[1] * g[1][2] * g[1][2] + norm[2] * g[2][2] * g[2][2] + t->epsilon_g);
    const double px = x + (double)t->u[x], py = t->y + (double)t->v[x];
    const int in = px >= 0 && py >= 0 && px <= W - 1 && py <= H - 1;
    a[0] = a[1] = a[2] = c[0] = c[1] = 0;
    for (int i = 0; in && i < 3; i++) {
        const double w = k[i] * norm[i], r = g[i][0] * t->u[x] + g[i][1] * t->v[x] - g[i][2];
        a[0] += w * g[i][0] * g[i][0];
        a[1] += w * g[i][0] * g[i][1];
        a[2] += w * g[i][1] * g[i][1];
        c[0] += w * g[i][0] * r;
        c[1] += w * g[i][1] * r;
    }
}

static void test_equate(void **state)
{
    static guarded row[13];
    float *block = snq_calloc(BLOCK, sizeof *block);
    assert_non_null(block);
    for (uint32_t y = 0; y < 2; y++)
        for (int k = 0; k < all.count; k++) {
            snq__flow_terms t;
            make_terms(&t, row, y);
            for (int i = 0; i < BLOCK; i++)
                block[i] = GUARD;
            all.k[k].equate(&t, block, HALF);
            for (int x = 0; x < W; x++) {
                double a[3], c[2];
                data_by_definition(&t, x, a, c);
                const double sum =
                    (double)t.right[x] + t.right[x - 1] + t.down[x] + t.down_above[x] + 1e-6;
                const double want[SNQ__FLOW_HALVES] = { t.u[x],
                                                        t.v[x],
                                                        t.right[x],
                                                        t.down[x],
                                                        a[1],
                                                        1.8 / (sum + a[0]),
                                                        1.8 / (sum + a[2]),
                                                        c[0],
                                                        c[1] };
                const size_t colour = (size_t)(x + (int)y) & 1;
                for (size_t h = 0; h < SNQ__FLOW_HALVES; h++) {
                    const double got = block[(2 * h + colour) * HALF + (size_t)x / 2];
                    const double scale = h == SNQ__FLOW_CROSS ? a[0] + a[2]
                                         : h == SNQ__FLOW_CU || h == SNQ__FLOW_CV
                                             ? 6 * (a[0] + a[2])
                                             : fabs(want[h]);
                    if (!(fabs(got - want[h]) <= 2e-3 * scale + 5e-6))
                        fail_msg("equate %s x %d half %zu: %.9g, want %.9g", all.name[k], x, h, got,
                                 want[h]);
                }
            }
            for (size_t h = 0; h < 2 * SNQ__FLOW_HALVES; h++)
                for (size_t i = N / 2; i < HALF; i++)
                    assert_true(block[h * HALF + i] == GUARD);
            float u[N], v[N];
            all.k[k].join(u, v, block, HALF, y, N);
            assert_memory_equal(u, t.u, sizeof u);
            assert_memory_equal(v, t.v, sizeof v);
        }
    snq_free(block);
}

static void test_relax(void **state)
{
    enum { FLOATS = 3 * BLOCK + 2 * LANES };
    float *start = snq_calloc(FLOATS, sizeof *start), *work = snq_calloc(FLOATS, sizeof *work);
    assert_true(start && work);
    fill(start, FLOATS, 0, 1, 77);
    for (uint32_t y = 0; y < 2; y++)
        for (uint32_t colour = 0; colour < 2; colour++)
            for (int k = 0; k < all.count; k++) {
                memcpy(work, start, FLOATS * sizeof *work);
                float *const block[3] = { work + LANES, work + LANES + BLOCK,
                                          work + LANES + 2 * BLOCK };
                all.k[k].relax(block, HALF, y, colour, 1.8f, N);
                const float *from = start + LANES + BLOCK;
#define HERE(array, c, i) ((double)from[(2 * (array) + (c)) * HALF + (i)])
#define OVER(row, array)  ((double)(from + (row)*BLOCK)[(2 * (array) + (colour ^ 1)) * HALF + i])
                for (ptrdiff_t i = 0; i < N / 2; i++) {
                    const ptrdiff_t l = (y + colour) & 1 ? i : i - 1;
                    const uint32_t o = colour ^ 1;
                    double next[2];
                    for (int c = 0; c < 2; c++) {
                        const double other = c ? next[0] : HERE(SNQ__FLOW_V, colour, i);
                        const double s = HERE(SNQ__FLOW_CU + c, colour, i) -
                                         HERE(SNQ__FLOW_CROSS, colour, i) * other +
                                         HERE(SNQ__FLOW_RIGHT, o, l) * HERE(c, o, l) +
                                         HERE(SNQ__FLOW_RIGHT, colour, i) * HERE(c, o, l + 1) +
                                         OVER(-1, SNQ__FLOW_DOWN) * OVER(-1, c) +
                                         HERE(SNQ__FLOW_DOWN, colour, i) * OVER(1, c);
                        next[c] = -0.8 * HERE(c, colour, i) + HERE(SNQ__FLOW_IU + c, colour, i) * s;
                        check_near(block[1][(2 * (size_t)c + colour) * HALF + (size_t)i], next[c],
                                   1e-5);
                    }
                }
                /* nothing else is touched */
                for (size_t h = 0; h < 4; h++)
                    if (h % 2 == colour)
                        memcpy(block[1] + h * HALF, from + h * HALF, N / 2 * sizeof *from);
                assert_memory_equal(work, start, FLOATS * sizeof *work);
            }
    snq_free(start);
    snq_free(work);
}

static void test_patches(void **state)
{
    int16_t *pixels[2];
    const snq__flow_image first = image_of(&pixels[0], 0), second = image_of(&pixels[1], 0.5);
    for (int k = 0; k < all.count; k++)
        for (int32_t at = -4; at < 30; at += 3) {
            snq__flow_template t, want = { 0 };
            snq__flow_match m, match = { 0 };
            double size = 0;
            all.k[k].cut(&t, &first, at, at + 1);
            const int16_t *p = second.at + (at + 2) * STRIDE + at;
            all.k[k].compare(&m, &t, p, STRIDE, 0.3f, 0.8f, 1.1f);
            for (int i = 0; i < 64; i++) {
                const int x = i % 8, y = i / 8;
                const int16_t *a = first.at + (at + 1 + y) * STRIDE + at + x;
                const float dx = 0.5f * (float)(a[1] - a[-1]);
                const float dy = 0.5f * (float)(a[STRIDE] - a[-STRIDE]);
                assert_true(t.grey[i] == *a && t.dx[i] == dx && t.dy[i] == dy);
                want.sx += dx;
                want.sy += dy;
                want.sxx += dx * dx;
                want.sxy += dx * dy;
                want.syy += dy * dy;
                const int16_t *b = p + y * STRIDE + x;
                const double w =
                    0.2 * (0.7 * b[0] + 0.3 * b[1]) + 0.8 * (0.7 * b[STRIDE] + 0.3 * b[STRIDE + 1]);
                const float r = (float)(1.1 * w - *a);
                match.r += r;
                match.rr += r * r;
                match.rx += r * dx;
                match.ry += r * dy;
                size += fabs((double)r * dx) + fabs((double)r * dy) + r * r;
            }
            check_near(t.sx, want.sx, 0.5);
            check_near(t.sy, want.sy, 0.5);
            check_near(t.sxx / want.sxx, 1, 1e-5);
            check_near(t.sxy, want.sxy, 1e-5 * (want.sxx + want.syy));
            check_near(t.syy / want.syy, 1, 1e-5);
            check_near(m.r, match.r, 1e-5 * size);
            check_near(m.rr, match.rr, 1e-5 * size);
            check_near(m.rx, match.rx, 1e-5 * size);
            check_near(m.ry, match.ry, 1e-5 * size);
        }
    snq_free(pixels[0]);
    snq_free(pixels[1]);
}

/* A patch of a picture that is `second` moved by whole pixels is found there, from nearby; one that is
 * everywhere alike stays. */
static void test_descend(void **state)
{
    int16_t *pixels;
    const snq__flow_image image = image_of(&pixels, 0);
    const snq__flow_image moved = { image.at - 2 * STRIDE - 1, STRIDE, W, H };
    for (int k = 0; k < all.count; k++)
        for (int32_t at = 1; at < 24; at += 3) {
            snq__flow_seek seek = { .first = &image,
                                    .second = &moved,
                                    .x = at,
                                    .y = at - 1,
                                    .u = 0.4f,
                                    .v = 1.3f,
                                    .gain = 1,
                                    .stop = 1e-4f,
                                    .steps = 12 };
            snq__flow_found found;
            all.k[k].descend(&found, &seek);
            check_near(found.u, 1, 0.02);
            check_near(found.v, 2, 0.02);
            assert_true(found.mean_square < 1 && found.corner > 1);
            seek.steps = 0; /* a look, no step */
            all.k[k].descend(&found, &seek);
            assert_true(found.u == 0.4f && found.v == 1.3f && found.mean_square > 1);
        }
    for (int i = 0; i < STRIDE * (H + 2 * MARGIN); i++)
        pixels[i] = 6400;
    for (int k = 0; k < all.count; k++) {
        const snq__flow_seek seek = { .first = &image,
                                      .second = &image,
                                      .x = 4,
                                      .y = 4,
                                      .u = -1.5f,
                                      .v = 0.25f,
                                      .gain = 1,
                                      .stop = 1e-4f,
                                      .steps = 12 };
        snq__flow_found found;
        all.k[k].descend(&found, &seek);
        assert_true(found.u == -1.5f && found.v == 0.25f && found.mean_square == 0);
        check_near(found.corner, 0, 1e-6);
    }
    snq_free(pixels);
}

/* ---- speed */

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

#define BENCH(what, pixels_each, call)                                                           \
    do {                                                                                         \
        double best = HUGE_VAL;                                                                  \
        for (int run_ = 0; run_ < 20; run_++) {                                                  \
            const double from_ = now();                                                          \
            for (int i_ = 0; i_ < 2000; i_++)                                                    \
                call;                                                                            \
            best = fmin(best, now() - from_);                                                    \
        }                                                                                        \
        printf("%-10s %-7s %7.3f ns a pixel\n", what, all.name[k], best / 2e-6 / (pixels_each)); \
    } while (0)

static void bench(void)
{
    int16_t *pixels[2];
    const snq__flow_image first = image_of(&pixels[0], 0), second = image_of(&pixels[1], 0.5);
    static guarded row[13], m, d;
    static float blocks[3 * BLOCK + 2 * LANES];
    for (int k = 0; k < all.count; k++) {
        snq__flow_terms t;
        make_terms(&t, row, 7);
        snq__flow_sample s = {
            .first = &first, .second = &second, .u = t.u, .v = t.v, .y = 7, .n = N
        };
        BENCH("linear", N, all.k[k].sample(&s, m + LANES, d + LANES));
        s.cubic = 1;
        BENCH("cubic", N, all.k[k].sample(&s, m + LANES, d + LANES));
        BENCH("equate", N, all.k[k].equate(&t, blocks + LANES, HALF));
        float *const block[3] = { blocks + LANES, blocks + LANES + BLOCK,
                                  blocks + LANES + 2 * BLOCK };
        BENCH("relax", N / 2, all.k[k].relax(block, HALF, 1, 0, 1.8f, N));
        snq__flow_template p;
        snq__flow_match match;
        BENCH("cut", 64, all.k[k].cut(&p, &first, 5, 5));
        const snq__flow_seek seek = {
            .first = &first, .second = &second, .x = 5, .y = 5, .gain = 1, .stop = 1e-3f, .steps = 8
        };
        snq__flow_found found;
        BENCH("descend", 64, all.k[k].descend(&found, &seek));
        BENCH("compare", 64, all.k[k].compare(&match, &p, second.at, STRIDE, 0.5f, 0.5f, 1));
    }
    snq_free(pixels[0]);
    snq_free(pixels[1]);
}

int main(int argc, char **argv)
{
    find_variants();
    if (argc > 1 && !strcmp(argv[1], "--bench")) {
        bench();
        return 0;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_widen_and_halve),
        cmocka_unit_test(test_twice),
        cmocka_unit_test(test_ramp),
        cmocka_unit_test(test_sample),
        cmocka_unit_test(test_sample_of_whole_steps),
        cmocka_unit_test(test_looseness_and_couple),
        cmocka_unit_test(test_equate),
        cmocka_unit_test(test_relax),
        cmocka_unit_test(test_patches),
        cmocka_unit_test(test_descend),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
