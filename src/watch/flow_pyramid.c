// SPDX-License-Identifier: MIT
/* flow_pyramid -- pictures and flow at several scales.
 *
 * STEPS  A picture of level l + 1 is that of level l under the filter (1 3 3 1)/8 in both
 *        directions, taken at every second place: pixel x of level l + 1 lies at 2 x + 1/2 of
 *        level l. Numbers are 1/64 of a grey level, rounded. Every picture repeats its edges MARGIN
 *        pixels outwards, so that no reader looks where it is.
 *        Spline numbers of the finest levels: those through which a cubic B-spline passes through
 *        the pixels, by a filter of 13 taps in each direction in place of the exact recursion (M.
 *        Unser; the rest is 4e-4 of a number). Half the scale, for they may be nine times as large
 *        as the pixels' contrast; a checkerboard of single pixels in full contrast is clipped.
 *        The flow of level l from that of level l + 1: twice the value at x / 2 - 1/4, linear. */
#include "watch/flow_impl.h"

#include <string.h>

#include "base/alloc.h"

enum { MARGIN = SNQ__FLOW_MARGIN, SLACK = 96 };

static snq_status image_new(snq__flow_image *image, int16_t **pixels, uint32_t width,
                            uint32_t height)
{
    /* SLACK: kernels write and read whole vectors behind the last pixel */
    const uint32_t stride = (width + 2 * MARGIN + SLACK) / 32 * 32;
    const size_t rows = (size_t)height + 2 * MARGIN;
    *pixels = snq_calloc(rows * stride + SLACK, sizeof **pixels);
    if (!*pixels)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "flow: a picture of %u x %u", width, height);
    *image = (snq__flow_image) { .at = *pixels + (size_t)MARGIN * stride + MARGIN,
                                 .stride = stride,
                                 .width = width,
                                 .height = height };
    return SNQ_OK;
}

snq_status snq__flow_pyramid_new(snq__flow_pyramid *p, uint32_t width, uint32_t height,
                                 uint32_t levels, uint32_t splines)
{
    for (uint32_t l = 0; l < levels; l++) {
        SNQ_TRY(image_new(&p->level[l], &p->pixels[l], width, height));
        if (l < splines)
            SNQ_TRY(image_new(&p->spline[l], &p->spline_pixels[l], width, height));
        width = (width + 1) / 2;
        height = (height + 1) / 2;
    }
    return SNQ_OK;
}

void snq__flow_pyramid_clear(snq__flow_pyramid *p)
{
    for (int l = 0; l < SNQ__FLOW_LEVELS; l++) {
        snq_free(p->pixels[l]);
        snq_free(p->spline_pixels[l]);
    }
    memset(p, 0, sizeof *p);
}

static int16_t *pixel_row(const snq__flow_image *p, int16_t *pixels, int64_t y)
{
    return pixels + (y + MARGIN) * p->stride + MARGIN;
}

/* Repeats the edges of row y sideways, and the whole row upwards or downwards when it is an edge. */
static void extend_picture(const snq__flow_image *p, int16_t *pixels, uint32_t y)
{
    const uint32_t w = p->width, h = p->height;
    int16_t *row = pixel_row(p, pixels, y);
    for (int i = 1; i <= MARGIN; i++) {
        row[-i] = row[0];
        row[w - 1 + (uint32_t)i] = row[w - 1];
    }
    const size_t bytes = (w + 2 * MARGIN) * sizeof *row;
    for (int j = 1; j <= MARGIN; j++) {
        if (y == 0)
            memcpy(pixel_row(p, pixels, -j) - MARGIN, row - MARGIN, bytes);
        if (y == h - 1)
            memcpy(pixel_row(p, pixels, (int64_t)y + j) - MARGIN, row - MARGIN, bytes);
    }
}

typedef struct take_job {
    const snq_flow *f;
    snq__flow_pyramid *picture;
    const snq_picture *luma;
    uint32_t level;
} take_job;

static void widen_share(void *user, uint32_t index, uint32_t count)
{
    const take_job *j = user;
    snq__flow_pyramid *p = j->picture;
    uint32_t from, to;
    snq__flow_part(j->luma->height, index, count, &from, &to);
    for (uint32_t y = from; y < to; y++) {
        j->f->k.widen(pixel_row(&p->level[0], p->pixels[0], y), snq_picture_row(j->luma, y),
                      j->luma->width);
        extend_picture(&p->level[0], p->pixels[0], y);
    }
}

static void halve_share(void *user, uint32_t index, uint32_t count)
{
    const take_job *j = user;
    snq__flow_pyramid *p = j->picture;
    const snq__flow_image *out = &p->level[j->level], *in = out - 1;
    uint32_t from, to;
    snq__flow_part(out->height, index, count, &from, &to);
    for (uint32_t y = from; y < to; y++) {
        const int16_t *row[4];
        for (int k = 0; k < 4; k++)
            row[k] = in->at + (2 * (ptrdiff_t)y - 1 + k) * in->stride;
        j->f->k.halve(pixel_row(out, p->pixels[j->level], y), row, j->f->scratch[index].work,
                      out->width);
        extend_picture(out, p->pixels[j->level], y);
    }
}

static void spline_share(void *user, uint32_t index, uint32_t count)
{
    enum { REACH = SNQ__FLOW_SPLINE_REACH };
    const take_job *j = user;
    snq__flow_pyramid *p = j->picture;
    const snq__flow_image *in = &p->level[j->level], *out = &p->spline[j->level];
    uint32_t from, to;
    snq__flow_part(out->height, index, count, &from, &to);
    for (uint32_t y = from; y < to; y++) {
        const int16_t *row[2 * REACH + 1];
        for (int k = -REACH; k <= REACH; k++)
            row[k + REACH] = in->at + ((ptrdiff_t)y + k) * in->stride;
        j->f->k.spline(pixel_row(out, p->spline_pixels[j->level], y), row,
                       j->f->scratch[index].work, out->width);
        extend_picture(out, p->spline_pixels[j->level], y);
    }
}

void snq__flow_take(const snq_flow *f, const snq_picture *luma, snq__flow_pyramid *p)
{
    take_job j = { .f = f, .picture = p, .luma = luma };
    snq__flow_team_run(f->team, snq__flow_shares(f, luma->height, 32), widen_share, &j);
    for (j.level = 1; j.level < f->levels; j.level++)
        snq__flow_team_run(f->team, snq__flow_shares(f, f->level[j.level].height, 32), halve_share,
                           &j);
    for (j.level = 0; j.level < f->levels && j.level < f->plan.cubic_below; j.level++)
        snq__flow_team_run(f->team, snq__flow_shares(f, f->level[j.level].height, 32), spline_share,
                           &j);
}

typedef struct enlarge_job {
    snq_flow *f;
    uint32_t level;
} enlarge_job;

static void enlarge_share(void *user, uint32_t index, uint32_t count)
{
    const enlarge_job *j = user;
    const snq__flow_level *to = &j->f->level[j->level], *from = to + 1;
    uint32_t first, end;
    snq__flow_part(to->height, index, count, &first, &end);
    for (uint32_t y = first; y < end; y++) {
        const int64_t near = y / 2;
        int64_t far = y & 1 ? near + 1 : near - 1;
        far = far < 0 ? 0 : far < from->height ? far : from->height - 1;
        for (int c = 0; c < 2; c++) {
            const snq__flow_plane *p = c ? &from->v : &from->u, *q = c ? &to->v : &to->u;
            j->f->k.twice(snq__flow_row(q, y), snq__flow_row(p, near), snq__flow_row(p, far),
                          j->f->scratch[index].work, to->n);
            snq__flow_extend(snq__flow_row(q, y), to->width, 1);
        }
    }
}

void snq__flow_enlarge(snq_flow *f, uint32_t level)
{
    enlarge_job j = { .f = f, .level = level };
    snq__flow_team_run(f->team, snq__flow_shares(f, f->level[level].height, 32), enlarge_share, &j);
}
