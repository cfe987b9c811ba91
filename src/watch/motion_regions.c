// SPDX-License-Identifier: MIT
/* motion_regions -- where in the frame a band moves.
 *
 * IDEA   Cells that move and touch each other are one thing, unless they swing at clearly different
 *        rates. What is only just over the noise belongs to a thing but does not make one.
 *
 * STEPS  Components (4 neighbours) of active cells that hold at least one cell twice over the noise
 *        floor; two neighbours whose lines are both significant and more than max(2/T, 15 %) apart
 *        are not joined. A component keeps the cells that have at least KEEP of the power of its
 *        upper decile (flow smears motion over the edges of things), and counts when it has
 *        least_cells of them.
 *        dominant_hz: of the lines of its cells, the 1/T wide group that has the most power; their
 *        mean, weighted by power.
 *        Echoes: where a thing passes, a place at its edge sees it come and go, which has harmonics. A cell
 *        is such a place for f when within REACH cells of it some cell has a sure line F, f is k F (k 2 ..
 *        HARMONICS, folded at half the frame rate) within 1/T, the line's power is over LOUDER times
 *        the cell's, and falls under FALL of itself within REACH, so that a thing ends there, or the frame does. A region
 *        that has ECHO of its power in such cells, f being its own frequency, is none.
 *        uniformity = 1/(1 + cv^2) of the speed over all cells that could be measured.
 *
 * CONST  KEEP 0.1 of the power, a third of the speed. Least cells: max(3, 1/600 of the frame): a
 *        disk of a 20th of the frame's width. REACH 2 cells: how far flow smears an edge, with a sway of
 *        a cell. HARMONICS 5, LOUDER 4, FALL 0.25, ECHO 0.75: set by hand on boxes and disks that
 *        swing (synth_video), whose echoes have 1/50 to 1/4 of the power and are 1 to 4 cells wide.
 *
 * COST   A visit of each cell, a sort of a region's lines, 25 neighbours of each cell of a region.
 *
 * LIMITS A thing under five cells wide that really swings at a multiple of what it is fixed to is taken for
 *        an echo. Echoes of sways longer than two cells, and of what is no sure line, stay.
 *
 * REFS   J. Canny, "A computational approach to edge detection", IEEE PAMI 8(6), 1986 (hysteresis). */
#include "watch/motion_impl.h"

#include <math.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "dsp/median.h"

#define KEEP       0.1f
#define RATE_APART 0.15f
#define LOUDER     4.0f
#define FALL       0.25f
#define ECHO       0.75
enum { LEAST = 3, LEAST_PART = 600, REACH = 2, HARMONICS = 5 };

typedef struct line {
    float hz, power;
} line;

typedef struct flood {
    uint8_t *done;   /* (cells,) */
    uint32_t *queue; /* (cells,) */
    float *power;    /* (cells,) scratch */
    line *lines;     /* (cells,) */
} flood;

uint32_t snq__motion_least_cells(const snq_motion *m)
{
    return m->cells / LEAST_PART > LEAST ? m->cells / LEAST_PART : m->cells < LEAST ? 1 : LEAST;
}

static int joined(const snq_motion *m, uint32_t band, uint32_t a, uint32_t b)
{
    const snq__cell_band *x = &m->cell[a].band[band], *y = &m->cell[b].band[band];
    if (!y->active)
        return 0;
    if (!x->line_sure || !y->line_sure)
        return 1;
    const float least = (float)(2 * m->cfg.fps / m->window_n);
    return fabsf(x->hz - y->hz) <= fmaxf(least, RATE_APART * fmaxf(x->hz, y->hz));
}

/* All cells that hang together with `seed`, into f->queue. */
static uint32_t component(const snq_motion *m, uint32_t band, flood *f, uint32_t seed)
{
    const uint32_t across = m->cfg.across, down = m->cfg.down;
    uint32_t n = 0;
    f->queue[n++] = seed;
    f->done[seed] = 1;
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t c = f->queue[i], x = c % across, y = c / across;
        const uint32_t next[4] = { x ? c - 1 : c, x + 1 < across ? c + 1 : c, y ? c - across : c,
                                   y + 1 < down ? c + across : c };
        for (int k = 0; k < 4; k++)
            if (!f->done[next[k]] && joined(m, band, c, next[k])) {
                f->done[next[k]] = 1;
                f->queue[n++] = next[k];
            }
    }
    return n;
}

static int by_hz(const void *a, const void *b)
{
    const float x = ((const line *)a)->hz, y = ((const line *)b)->hz;
    return (x > y) - (x < y);
}

/* Mean of the heaviest group of lines no wider than `width`; 0 without lines. */
static double heaviest(line *lines, uint32_t n, double width)
{
    double best = 0, hz = 0, weight = 0, sum = 0;
    qsort(lines, n, sizeof *lines, by_hz);
    for (uint32_t a = 0, b = 0; b < n; b++) {
        weight += (double)lines[b].power;
        sum += (double)lines[b].power * (double)lines[b].hz;
        while ((double)(lines[b].hz - lines[a].hz) > width) {
            weight -= (double)lines[a].power;
            sum -= (double)lines[a].power * (double)lines[a].hz;
            a++;
        }
        if (weight > best) {
            best = weight;
            hz = sum / weight;
        }
    }
    return hz;
}

/* Keep the strong cells of a component; returns how many, moved to the front of the queue. */
static uint32_t trim(const snq_motion *m, uint32_t band, flood *f, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        f->power[i] = m->cell[f->queue[i]].band[band].power;
    const float least = KEEP * snq_quantile_of(f->power, n, 0.9, f->power);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < n; i++)
        if (m->cell[f->queue[i]].band[band].power >= least)
            f->queue[kept++] = f->queue[i];
    return kept;
}

/* Is f a harmonic of F, folded at half the frame rate? */
static int is_harmonic(const snq_motion *m, double f, double of)
{
    const double fps = m->cfg.fps;
    for (int k = 2; k <= HARMONICS; k++)
        if (fabs(fabs(k * of - fps * floor(k * of / fps + 0.5)) - f) <= fps / m->window_n)
            return 1;
    return 0;
}

/* Is what cell (x, y) does at f in the band the coming and going of something louder? */
static int is_echo(const snq_motion *m, uint32_t band, uint32_t x, uint32_t y, double f)
{
    const uint32_t x0 = x > REACH ? x - REACH : 0, y0 = y > REACH ? y - REACH : 0;
    const int at_rim =
        x < REACH || y < REACH || x + REACH >= m->cfg.across || y + REACH >= m->cfg.down;
    const float own = m->cell[y * m->cfg.across + x].band[band].power;
    for (uint32_t b = 0; b < SNQ__BANDS; b++) {
        float loudest = 0, least = at_rim ? 0 : INFINITY, hz = 0;
        for (uint32_t j = y0; j <= y + REACH && j < m->cfg.down; j++)
            for (uint32_t i = x0; i <= x + REACH && i < m->cfg.across; i++) {
                const snq__cell_band *cb = &m->cell[j * m->cfg.across + i].band[b];
                least = fminf(least, cb->power);
                if (cb->line_sure && cb->active && cb->power > loudest) {
                    loudest = cb->power;
                    hz = cb->hz;
                }
            }
        if (loudest > LOUDER * own && least < FALL * loudest && is_harmonic(m, f, (double)hz))
            return 1;
    }
    return 0;
}

/* Is a region, n cells of the queue, at f an echo as a whole? */
static int all_echo(const snq_motion *m, uint32_t band, const flood *f, uint32_t n, double hz)
{
    double power = 0, echo = 0;
    for (uint32_t i = 0; i < n && hz > 0; i++) {
        const uint32_t c = f->queue[i];
        const double p = (double)m->cell[c].band[band].power;
        power += p;
        echo += is_echo(m, band, c % m->cfg.across, c / m->cfg.across, hz) ? p : 0;
    }
    return power > 0 && echo >= ECHO * power;
}

static snq_sight_region describe(const snq_motion *m, uint32_t band, flood *f, uint32_t n)
{
    const uint32_t across = m->cfg.across;
    const double w = (double)m->cfg.width / across, h = (double)m->cfg.height / m->cfg.down;
    uint32_t x0 = across, x1 = 0, y0 = m->cfg.down, y1 = 0, lines = 0;
    double sx = 0, sy = 0, weight = 0, power = 0;
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t c = f->queue[i], x = c % across, y = c / across;
        const snq__cell_band *cb = &m->cell[c].band[band];
        const double s = sqrt((double)cb->power);
        x0 = x < x0 ? x : x0;
        x1 = x > x1 ? x : x1;
        y0 = y < y0 ? y : y0;
        y1 = y > y1 ? y : y1;
        sx += s * (x + 0.5);
        sy += s * (y + 0.5);
        weight += s;
        power += (double)cb->power;
        if (cb->hz > 0)
            f->lines[lines++] = (line) { cb->hz, cb->power * cb->line };
    }
    const double hz = heaviest(f->lines, lines, m->cfg.fps / m->window_n);
    return (snq_sight_region) {
        .x = x0 * w,
        .y = y0 * h,
        .width = (x1 + 1 - x0) * w,
        .height = (y1 + 1 - y0) * h,
        .cx = sx / weight * w,
        .cy = sy / weight * h,
        .strength = sqrt(power / n) * snq__motion_px_s(m),
        .dominant_hz = hz > 0 ? snq_measured(hz) : snq_unmeasured("no spectral line"),
    };
}

static int by_strength(const void *a, const void *b)
{
    const snq_sight_region *x = a, *y = b;
    if (x->strength != y->strength)
        return x->strength < y->strength ? 1 : -1;
    return x->y != y->y ? (x->y > y->y) - (x->y < y->y) : (x->x > y->x) - (x->x < y->x);
}

static snq_measure uniformity(const snq_motion *m, uint32_t band)
{
    double sum = 0, squares = 0;
    uint32_t n = 0;
    for (uint32_t i = 0; i < m->cells; i++) {
        if (!m->cell[i].usable)
            continue;
        const snq__cell_band *cb = &m->cell[i].band[band];
        const double power = cb->active ? (double)cb->power : 0;
        sum += sqrt(power);
        squares += power;
        n++;
    }
    if (!(sum > 0))
        return snq_unmeasured("nothing moves in this band");
    return snq_measured(sum * sum / (n * squares)); /* = 1/(1 + cv^2) */
}

snq_status snq__motion_regions(snq_motion *m, uint32_t band, snq_sight *sight)
{
    snq_sight_region found[SNQ_SIGHT_REGIONS_MAX];
    uint32_t n = 0;
    uint8_t *memory = snq_calloc(m->cells, 1 + sizeof(uint32_t) + sizeof(float) + sizeof(line));
    if (!memory)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for the regions of %u cells", m->cells);
    flood f = { .lines = (line *)memory };
    f.queue = (uint32_t *)(f.lines + m->cells);
    f.power = (float *)(f.queue + m->cells);
    f.done = (uint8_t *)(f.power + m->cells);
    m->sum[band].regions = m->sum[band].region_cells = 0;
    for (uint32_t i = 0; i < m->cells; i++) {
        if (f.done[i] || m->cell[i].band[band].active < 2)
            continue;
        const uint32_t kept = trim(m, band, &f, component(m, band, &f, i));
        if (kept < snq__motion_least_cells(m))
            continue;
        const snq_sight_region r = describe(m, band, &f, kept);
        if (!r.dominant_hz.reason && all_echo(m, band, &f, kept, r.dominant_hz.value))
            continue;
        m->sum[band].regions++;
        m->sum[band].region_cells += kept;
        if (n < SNQ_SIGHT_REGIONS_MAX)
            found[n++] = r;
        else if (r.strength > found[n - 1].strength)
            found[n - 1] = r;
        qsort(found, n, sizeof *found, by_strength);
    }
    snq_free(memory);
    snq_sight_band *out = &sight->band[band];
    out->uniformity = uniformity(m, band);
    snq_sight_region *list = snq_sight_list(sight, n, sizeof *list);
    if (!list)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for %u regions", n);
    for (uint32_t i = 0; i < n; i++)
        list[i] = found[i];
    out->region = list;
    out->regions = n;
    return SNQ_OK;
}
