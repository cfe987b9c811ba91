// SPDX-License-Identifier: MIT
/* IDEA   A strip of film for the eye to find its way by: a picture now and then, and never too many.
 * STEPS  size    w, h = W f, H f, f = min(1, SIDE / max(W, H), sqrt(PIXELS / (W H))), rounded, at least 1
 *        keep    picture n stays if n is a multiple of `every`; with MAX of them thumbs 1, 3, 5 ... go first,
 *                and `every` doubles: n = MAX every is a multiple of the new one, as MAX is even
 *        pixel   mean of the samples that lie on it, of each plane by itself; to R G B by BT.601, whatever
 *                the file says: on a thumb nobody sees which
 * COST   a pass over the pictures that stay, MAX log2(pictures / MAX) of them: 60 us each (320 x 180).
 *
 * A packed strip (base/pack.h; little-endian, no padding):
 *
 *   offset      size     meaning
 *   0           4        width
 *   4           4        height
 *   8           4        N thumbs; 0 with width and height 0
 *   12          8 N      t_s
 *   12 + 8 N    3 w h N  rgb
 *
 * Example: one without a thumb is 12 zero bytes. */
#include "score/film_strip.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"

/* A thousand years (s). */
#define TIME_MAX_S 3.2e10

void snq_film_strip_init(snq_film_strip *s)
{
    *s = (snq_film_strip) { 0 };
}

void snq_film_strip_clear(snq_film_strip *s)
{
    snq_free(s->rgb);
    snq_film_strip_init(s);
}

/* ---- a thumb ---- */

static uint32_t side(uint32_t from, double by)
{
    const double n = round(from * by);
    return n < 1 ? 1 : (uint32_t)n;
}

static void size_of(uint32_t width, uint32_t height, uint32_t *w, uint32_t *h)
{
    const double longest = width > height ? width : height;
    const double most = sqrt(SNQ_FILM_STRIP_PIXELS_MAX / ((double)width * height));
    const double by = fmin(fmin(1, SNQ_FILM_STRIP_SIDE_MAX / longest), most);
    *w = side(width, by);
    *h = side(height, by);
    /* rounding up may bring it over */
    while (*w * *h > SNQ_FILM_STRIP_PIXELS_MAX)
        --*(*w > *h ? w : h);
}

/* Mean of what of a plane lies on pixel (x, y) of w x h. */
static double mean_on(const snq_picture *p, uint32_t x, uint32_t y, uint32_t w, uint32_t h)
{
    const uint32_t x0 = (uint32_t)((uint64_t)x * p->width / w);
    const uint32_t x1 = (uint32_t)((uint64_t)(x + 1) * p->width / w);
    const uint32_t y0 = (uint32_t)((uint64_t)y * p->height / h);
    const uint32_t y1 = (uint32_t)((uint64_t)(y + 1) * p->height / h);
    const snq_picture part =
        snq_picture_part(p, x0, y0, x1 > x0 ? x1 - x0 : 1, y1 > y0 ? y1 - y0 : 1);
    uint64_t sum = 0;
    for (uint32_t j = 0; j < part.height; j++) {
        const uint8_t *row = snq_picture_row(&part, j);
        for (uint32_t i = 0; i < part.width; i++)
            sum += row[i];
    }
    return (double)sum / ((double)part.width * part.height);
}

static uint8_t byte_of(double v)
{
    return (uint8_t)(fmin(fmax(v, 0), 255) + 0.5);
}

static void paint(const snq_film_strip *s, const snq_picture *luma, const snq_picture *cb,
                  const snq_picture *cr, uint8_t *to)
{
    const int grey = !cb->pixels || !cr->pixels;
    for (uint32_t y = 0; y < s->height; y++)
        for (uint32_t x = 0; x < s->width; x++, to += 3) {
            const double v = mean_on(luma, x, y, s->width, s->height);
            const double b = grey ? 0 : mean_on(cb, x, y, s->width, s->height) - 128;
            const double r = grey ? 0 : mean_on(cr, x, y, s->width, s->height) - 128;
            to[0] = byte_of(v + 1.402 * r);
            to[1] = byte_of(v - 0.344136 * b - 0.714136 * r);
            to[2] = byte_of(v + 1.772 * b);
        }
}

/* ---- which stay ---- */

/* Every other one goes. */
static void thin_out(snq_film_strip *s)
{
    const size_t bytes = (size_t)3 * s->width * s->height;
    for (uint32_t i = 1; i < s->thumbs / 2; i++) {
        memcpy(s->rgb + i * bytes, s->rgb + 2 * i * bytes, bytes);
        s->t_s[i] = s->t_s[2 * i];
    }
    s->thumbs /= 2;
    s->every *= 2;
}

static int is_plane(const snq_picture *p)
{
    return p->pixels && p->width && p->height && p->channels == 1;
}

static snq_status check(const snq_film_strip *s, const snq_picture *luma, const snq_picture *cb,
                        const snq_picture *cr, double t_s)
{
    if (!is_plane(luma) || (cb->pixels && !is_plane(cb)) || (cr->pixels && !is_plane(cr)))
        return SNQ_FAIL(SNQ_ERR_ARG, "no picture: luma of %u x %u px, %u channels", luma->width,
                        luma->height, luma->channels);
    if (!(fabs(t_s) <= TIME_MAX_S) || (s->thumbs && !(t_s > s->t_s[s->thumbs - 1])))
        return SNQ_FAIL(SNQ_ERR_ARG, "a picture at %g s is not after the last", t_s);
    return SNQ_OK;
}

snq_status snq_film_strip_push(snq_film_strip *s, const snq_picture *luma, const snq_picture *cb,
                               const snq_picture *cr, double t_s)
{
    SNQ_TRY(check(s, luma, cb, cr, t_s));
    if (!s->rgb) {
        uint32_t w, h;
        size_of(luma->width, luma->height, &w, &h);
        s->rgb = snq_calloc((size_t)3 * SNQ_FILM_STRIP_MAX * w, h);
        if (!s->rgb)
            return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for thumbs of %u x %u px", w, h);
        s->width = w;
        s->height = h;
        s->every = 1;
    }
    if (s->pictures++ % s->every)
        return SNQ_OK;
    if (s->thumbs == SNQ_FILM_STRIP_MAX)
        thin_out(s);
    paint(s, luma, cb, cr, s->rgb + (size_t)3 * s->thumbs * s->width * s->height);
    s->t_s[s->thumbs++] = t_s;
    return SNQ_OK;
}

uint32_t snq_film_strip_nearest(const snq_film_strip *s, double t_s)
{
    uint32_t best = 0;
    for (uint32_t i = 1; i < s->thumbs; i++)
        if (fabs(s->t_s[i] - t_s) < fabs(s->t_s[best] - t_s))
            best = i;
    return best;
}

/* ---- packing ---- */

void snq_film_strip_pack(snq_str *to, const snq_film_strip *s)
{
    snq_pack_u32(to, s->thumbs ? s->width : 0);
    snq_pack_u32(to, s->thumbs ? s->height : 0);
    snq_pack_u32(to, s->thumbs);
    for (uint32_t i = 0; i < s->thumbs; i++)
        snq_pack_f64(to, s->t_s[i]);
    if (s->thumbs)
        snq_str_put_bytes(to, s->rgb, (size_t)3 * s->thumbs * s->width * s->height);
}

static int legal_head(const snq_film_strip *s)
{
    if (!s->thumbs)
        return !s->width && !s->height;
    return s->thumbs <= SNQ_FILM_STRIP_MAX && s->width && s->height &&
           s->width <= SNQ_FILM_STRIP_SIDE_MAX && s->height <= SNQ_FILM_STRIP_SIDE_MAX &&
           s->width * s->height <= SNQ_FILM_STRIP_PIXELS_MAX;
}

static int legal_times(const snq_film_strip *s)
{
    for (uint32_t i = 0; i < s->thumbs; i++)
        if (!(fabs(s->t_s[i]) <= TIME_MAX_S) || (i && !(s->t_s[i] > s->t_s[i - 1])))
            return 0;
    return 1;
}

static snq_status take_pixels(snq_unpack *u, snq_film_strip *s)
{
    const size_t n = (size_t)3 * s->thumbs * s->width * s->height;
    if (!n)
        return SNQ_OK;
    if (n > u->left)
        return SNQ_FAIL(SNQ_ERR_FORMAT, "a strip ends early: %zu bytes of thumbs in %zu", n,
                        u->left);
    s->rgb = snq_calloc(n, 1);
    if (!s->rgb)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for %u thumbs of %u x %u px", s->thumbs, s->width,
                        s->height);
    memcpy(s->rgb, u->at, n);
    u->at += n;
    u->left -= n;
    return SNQ_OK;
}

snq_status snq_film_strip_unpack(snq_unpack *u, snq_film_strip *s)
{
    snq_film_strip_init(s);
    s->width = snq_unpack_u32(u);
    s->height = snq_unpack_u32(u);
    s->thumbs = snq_unpack_u32(u);
    if (u->st >= 0 && !legal_head(s))
        u->st = SNQ_FAIL(SNQ_ERR_FORMAT, "a strip of %u thumbs of %u x %u px", s->thumbs, s->width,
                         s->height);
    for (uint32_t i = 0; u->st >= 0 && i < s->thumbs; i++)
        s->t_s[i] = snq_unpack_f64(u);
    if (u->st >= 0 && !legal_times(s))
        u->st = SNQ_FAIL(SNQ_ERR_FORMAT, "a strip whose thumbs are not in order");
    if (u->st >= 0)
        u->st = take_pixels(u, s);
    if (u->st < 0)
        snq_film_strip_clear(s);
    return u->st;
}
