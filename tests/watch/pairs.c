// SPDX-License-Identifier: MIT
#include "support/check.h"

#include <png.h>

#include "base/alloc.h"
#include "base/rng.h"
#include "pairs.h"
#include "watch/flo_file.h"

void texture_init(texture *t, uint64_t seed)
{
    snq_rng rng;
    snq_rng_init(&rng, seed);
    for (int i = 0; i < PAIR_WAVES; i++) {
        /* from 1/60 to 1/7 of a cycle a pixel, more of the slow ones */
        const double f = 1 / (7 * pow(60.0 / 7, snq_rng_uniform(&rng)));
        const double angle = 2 * M_PI * snq_rng_uniform(&rng);
        t->fx[i] = f * cos(angle);
        t->fy[i] = f * sin(angle);
        t->phase[i] = 2 * M_PI * snq_rng_uniform(&rng);
        t->amplitude[i] = 30 * sqrt(2.0 / PAIR_WAVES);
    }
}

double texture_at(const texture *t, double x, double y)
{
    double sum = 128;
    for (int i = 0; i < PAIR_WAVES; i++)
        sum += t->amplitude[i] * cos(2 * M_PI * (t->fx[i] * x + t->fy[i] * y) + t->phase[i]);
    return sum;
}

void affine_back(void *user, double *x, double *y)
{
    const affine *a = user;
    if (!a)
        return;
    const double px = *x - a->dx - a->centre_x, py = *y - a->dy - a->centre_y;
    *x = a->centre_x + (cos(a->angle) * px + sin(a->angle) * py) / a->scale;
    *y = a->centre_y + (-sin(a->angle) * px + cos(a->angle) * py) / a->scale;
}

uint8_t *make_picture(const texture *t, uint32_t width, uint32_t height, way_back *back, void *user,
                      double noise, uint64_t seed)
{
    snq_rng rng;
    snq_rng_init(&rng, seed);
    uint8_t *p = snq_calloc((size_t)width * height, 1);
    assert_non_null(p);
    for (uint32_t j = 0; j < height; j++)
        for (uint32_t i = 0; i < width; i++) {
            double x = i, y = j;
            back(user, &x, &y);
            double v = texture_at(t, x, y);
            if (noise > 0)
                v += noise * snq_rng_normal(&rng);
            p[(size_t)j * width + i] = (uint8_t)lrint(fmin(255, fmax(0, v)));
        }
    return p;
}

float *true_flow(uint32_t width, uint32_t height, const affine *a)
{
    float *flow = snq_calloc((size_t)width * height * 2, sizeof *flow);
    assert_non_null(flow);
    for (uint32_t j = 0; j < height; j++)
        for (uint32_t i = 0; i < width; i++) {
            const double x = i - a->centre_x, y = j - a->centre_y;
            float *f = flow + 2 * ((size_t)j * width + i);
            f[0] = (float)(a->scale * (cos(a->angle) * x - sin(a->angle) * y) + a->dx - x);
            f[1] = (float)(a->scale * (sin(a->angle) * x + cos(a->angle) * y) + a->dy - y);
        }
    return flow;
}

snq_picture picture_of(const uint8_t *pixels, uint32_t width, uint32_t height)
{
    return (snq_picture) { pixels, width, height, 1, width };
}

float *flow_of(const snq_flow_cfg *cfg, const uint8_t *first, const uint8_t *second)
{
    const snq_picture a = picture_of(first, cfg->width, cfg->height);
    const snq_picture b = picture_of(second, cfg->width, cfg->height);
    snq_flow *f;
    check_ok(snq_flow_new(cfg, &f));
    check_status(snq_flow_push(f, &a), SNQ_AGAIN);
    check_status(snq_flow_push(f, &b), SNQ_OK);
    float *out = snq_calloc((size_t)cfg->width * cfg->height * 2, sizeof *out);
    assert_non_null(out);
    check_ok(snq_flow_get_dense(f, out));
    snq_flow_free(f);
    return out;
}

double end_error(const float *flow, const float *truth, uint32_t width, uint32_t height,
                 uint32_t border)
{
    double sum = 0, n = 0;
    for (uint32_t j = border; j + border < height; j++)
        for (uint32_t i = border; i + border < width; i++) {
            const size_t k = 2 * ((size_t)j * width + i);
            if (fabsf(truth[k]) > 1e9f || fabsf(truth[k + 1]) > 1e9f)
                continue;
            sum += hypot((double)flow[k] - truth[k], (double)flow[k + 1] - truth[k + 1]);
            n++;
        }
    return sum / n;
}

uint8_t *load_png(const char *path, uint32_t *width, uint32_t *height)
{
    png_image image = { .version = PNG_IMAGE_VERSION };
    if (!png_image_begin_read_from_file(&image, path))
        fail_msg("%s: %s", path, image.message);
    image.format = PNG_FORMAT_RGB;
    uint8_t *rgb = snq_calloc(PNG_IMAGE_SIZE(image), 1);
    const size_t n = (size_t)image.width * image.height;
    uint8_t *grey = snq_calloc(n, 1);
    assert_true(rgb && grey);
    if (!png_image_finish_read(&image, NULL, rgb, 0, NULL))
        fail_msg("%s: %s", path, image.message);
    for (size_t i = 0; i < n; i++)
        grey[i] =
            (uint8_t)lrint(0.299 * rgb[3 * i] + 0.587 * rgb[3 * i + 1] + 0.114 * rgb[3 * i + 2]);
    snq_free(rgb);
    *width = image.width;
    *height = image.height;
    return grey;
}

float *load_flo(const char *path, uint32_t *width, uint32_t *height)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    fseek(file, 0, SEEK_END);
    const size_t n = (size_t)ftell(file);
    rewind(file);
    uint8_t *bytes = snq_calloc(n, 1);
    assert_non_null(bytes);
    assert_int_equal(fread(bytes, 1, n, file), n);
    fclose(file);
    check_ok(snq_flo_file_size(bytes, n, width, height));
    float *flow = snq_calloc((size_t)*width * *height * 2, sizeof *flow);
    assert_non_null(flow);
    snq_flo_file_read(bytes, flow, *width, *height);
    snq_free(bytes);
    return flow;
}

const char *shared_file(char *path, size_t size, const char *name)
{
    const char *folder = getenv("SNQ_SHARED");
    if (!folder)
        skip();
    snprintf(path, size, "%s/%s", folder, name);
    return path;
}
