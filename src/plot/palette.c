// SPDX-License-Identifier: MIT
/* IDEA   A sheet is the 128 colours of the spectrogram, some inks, and the mixtures at the edges of
 *        letters. With 256 well-chosen colours it looks the same, has a third of the bytes and takes a
 *        third of the time to compress.
 * STEPS  count     how often each colour occurs (a hash table)
 *        choose    the given ones; those of more than a thousandth of the picture; then by frequency
 *                  what is far from all that was chosen, what is less far, and so on until full
 *        map       every other colour to the nearest, (dr, dg, db) weighted 2, 4, 3
 * CONST  far: weighted square distance of 2400, 600, 120, 1: some 16, 8, 4 and no steps of 255 a channel.
 *        Weights: a common rule of thumb for what the eye tells apart in RGB. After 40 000 colours
 *        further ones are counted by the upper five bits of each channel.
 * COST   one table lookup a pixel; 256 distances a colour: 25 ms for 1600 x 1388 pixels.
 * LIMITS A photograph would show steps. */
#include "plot/palette_impl.h"

#include <string.h>

#include "base/alloc.h"

enum { SLOT_BITS = 17, SLOTS = 1 << SLOT_BITS, EXACT_MAX = 40000 };

typedef struct slot {
    uint32_t rgb;
    uint32_t count; /* 0: free */
    uint32_t index; /* in the palette */
} slot;

typedef struct census {
    slot *slot;     /* (SLOTS,) */
    uint32_t *used; /* (n,) slots in use */
    uint32_t n;
} census;

static uint32_t distance(uint32_t a, uint32_t b)
{
    const int r = (int)(a >> 16 & 255) - (int)(b >> 16 & 255);
    const int g = (int)(a >> 8 & 255) - (int)(b >> 8 & 255);
    const int bl = (int)(a & 255) - (int)(b & 255);
    return (uint32_t)(2 * r * r + 4 * g * g + 3 * bl * bl);
}

/* The slot of a colour, or the free one where it belongs. */
static uint32_t find(const census *c, uint32_t rgb)
{
    uint32_t i = rgb * 2654435761u >> (32 - SLOT_BITS);
    while (c->slot[i].count && c->slot[i].rgb != rgb)
        i = (i + 1) % SLOTS;
    return i;
}

/* The slot of a colour in either form, counted; at most EXACT_MAX + 2^15 are ever used. */
static uint32_t look_up(census *c, uint32_t rgb, uint32_t times)
{
    uint32_t i = find(c, rgb);
    if (!c->slot[i].count && c->n >= EXACT_MAX) {
        rgb &= 0xF8F8F8;
        i = find(c, rgb);
    }
    if (!c->slot[i].count && times) {
        c->slot[i].rgb = rgb;
        c->used[c->n++] = i;
    }
    c->slot[i].count += times;
    return i;
}

/* Whether a comes before b: more frequent, then by colour. */
static int before(const slot *a, const slot *b)
{
    return a->count != b->count ? a->count > b->count : a->rgb < b->rgb;
}

/* Heap sort: qsort of the C library asks the system how much memory there is, which a confined
 * process may not. */
static void sift(slot *s, uint32_t i, uint32_t n)
{
    const slot moved = s[i];
    for (uint32_t child; (child = 2 * i + 1) < n; i = child) {
        if (child + 1 < n && before(&s[child], &s[child + 1]))
            child++;
        if (!before(&moved, &s[child]))
            break;
        s[i] = s[child];
    }
    s[i] = moved;
}

static void sort(slot *s, uint32_t n)
{
    for (uint32_t i = n / 2; i-- > 0;)
        sift(s, i, n);
    for (uint32_t last = n; last-- > 1;) {
        const slot first = s[0];
        s[0] = s[last];
        s[last] = first;
        sift(s, 0, last);
    }
}

static uint32_t nearest(const snq__palette *p, uint32_t rgb, uint32_t *far)
{
    uint32_t best = 0;
    *far = UINT32_MAX;
    for (uint32_t i = 0; i < p->colours && *far; i++) {
        const uint32_t d = distance(p->rgb[i], rgb);
        if (d < *far) {
            *far = d;
            best = i;
        }
    }
    return best;
}

/* `sorted` by frequency; colours that occur `often` stay as they are. */
static void choose(snq__palette *p, const slot *sorted, uint32_t n, uint32_t often)
{
    static const uint32_t apart[] = { 2400, 600, 120, 1 };
    for (size_t pass = 0; pass < SNQ_COUNT(apart); pass++)
        for (uint32_t i = 0; i < n && p->colours < SNQ__PALETTE_MAX; i++) {
            uint32_t far;
            nearest(p, sorted[i].rgb, &far);
            if (far >= (sorted[i].count > often ? 1 : apart[pass]))
                p->rgb[p->colours++] = sorted[i].rgb;
        }
}

static void count(census *c, const uint32_t *pixel, size_t stride, uint32_t width, uint32_t height)
{
    for (uint32_t y = 0; y < height; y++) {
        const uint32_t *row = pixel + y * stride;
        for (uint32_t x = 0; x < width;) {
            uint32_t run = 1;
            while (x + run < width && row[x + run] == row[x])
                run++;
            look_up(c, row[x] & 0xFFFFFF, run);
            x += run;
        }
    }
}

static void map(snq__palette *p, census *c, const uint32_t *pixel, size_t stride, uint32_t width,
                uint32_t height)
{
    for (uint32_t i = 0; i < c->n; i++) {
        uint32_t far;
        slot *s = &c->slot[c->used[i]];
        s->index = nearest(p, s->rgb, &far);
    }
    for (uint32_t y = 0; y < height; y++)
        for (uint32_t x = 0; x < width; x++) {
            const uint32_t rgb = pixel[y * stride + x] & 0xFFFFFF;
            const int same = x && rgb == (pixel[y * stride + x - 1] & 0xFFFFFF);
            uint8_t *to = p->index + (size_t)y * width + x;
            *to = same ? to[-1] : (uint8_t)c->slot[look_up(c, rgb, 0)].index;
        }
}

snq_status snq__palette_init(snq__palette *out, const uint32_t *pixel, size_t stride,
                             uint32_t width, uint32_t height, const uint32_t *given,
                             uint32_t givens)
{
    memset(out, 0, sizeof *out);
    census c = { .slot = snq_calloc(SLOTS, sizeof *c.slot),
                 .used = snq_calloc(SLOTS, sizeof *c.used) };
    slot *sorted = NULL;
    snq_status st = SNQ_OK;
    out->index = snq_calloc((size_t)height, width);
    if (c.slot && c.used && out->index) {
        count(&c, pixel, stride, width, height);
        sorted = snq_calloc(c.n, sizeof *sorted);
    }
    if (!sorted) {
        st = SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for a picture of %u x %u pixels", width, height);
        snq__palette_clear(out);
        goto end;
    }
    for (uint32_t i = 0; i < c.n; i++)
        sorted[i] = c.slot[c.used[i]];
    sort(sorted, c.n);
    for (uint32_t i = 0; i < givens; i++)
        out->rgb[out->colours++] = given[i];
    choose(out, sorted, c.n, width * height / 1000);
    map(out, &c, pixel, stride, width, height);
end:
    snq_free(c.slot);
    snq_free(c.used);
    snq_free(sorted);
    return st;
}

void snq__palette_clear(snq__palette *p)
{
    snq_free(p->index);
    memset(p, 0, sizeof *p);
}
