// SPDX-License-Identifier: MIT
/* motion_signals -- the bands' signals over time, of a sample of the moving cells.
 *
 * IDEA   Spectra tell how much moves; when it moves, how even, how orderly, and whether places move
 *        together, is in the signals themselves. The filters run over a sample of the moving cells,
 *        spread evenly over them, each with a partner an eighth of the frame away.
 *
 * STEPS  sample: SNQ__SAMPLES of the active cells, spread evenly over their list; partner: across/8
 *            cells to the right, or to the left where the frame ends
 *        v_b[t]: zero-phase filter of the band (bands.c), each shot by itself
 *        Gathered: speed, rms and largest speed of each cell; e[t] = sum over the sample |v_b|^2; each
 *            cell's energy in eighths of the video; v_b.v_b' of partners; patterns of v_b along the
 *            band's axis (motion_rhythm.h), 1/(4 hi) apart; and each cell's complex amplitude at the
 *            band's strongest frequency, A = sum over t of hann v_b e^(-2 pi i f t), as sums of A.A
 *            and of (A_x +- i A_y)^2
 *        What they mean: motion_measures.c; over time: motion_windows.c.
 *
 * CONST  SNQ__SAMPLES 128 and their partners: means over that many are within some percent of those
 *        over all.
 *
 * COST   16 lanes at a time: 8 section steps a lane and frame; see bands.c. Memory: (frames + pads)
 *        times 256 bytes.
 *
 * LIMITS A sample may miss a region of a handful of cells among thousands that move. */
#include "watch/motion_signals_impl.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"

enum { HALF_GROUP = SNQ__GROUP / 2 };
#define PARTNER_PART 8
#define PLASTIC      0.7548776662466927 /* 1 / the plastic number: far from any fraction */

typedef struct work {
    uint32_t *list;   /* (cells,) active ones */
    float *u, *v, *c; /* (frames,) */
    double *x;        /* (frames + 2 pad, 16) */
    double *all;      /* (frames, 16) the whole band signal */
    double *energy;   /* (frames,) */
    float *turn;      /* (frames, 2) hann times e^(-2 pi i f t) */
    float *line;      /* (frames,) a projection */
    float *top;       /* (frames,) that of the fastest cell */
    uint8_t *told;
    snq__gathered g;
} work;

uint32_t snq__band_stride(const snq_motion *m, uint32_t band, double per_period)
{
    const double n = m->cfg.fps / (per_period * snq_sight_band_hi_hz(band));
    return n > 1 ? (uint32_t)(n + 0.5) : 1;
}

static void work_clear(work *w)
{
    snq_free(w->list);
    snq_free(w->u);
    snq_free(w->x);
    snq_free(w->all);
    snq_free(w->energy);
    snq_free(w->told);
}

static snq_status work_init(const snq_motion *m, work *w)
{
    uint32_t pad = 0;
    for (uint32_t b = 0; b < SNQ__BANDS; b++)
        if (!m->view[b].unobservable) {
            const uint32_t p = snq_band_padding(b, m->cfg.fps, m->longest);
            pad = p > pad ? p : pad;
        }
    const size_t n = m->frames;
    w->list = snq_calloc(m->cells, sizeof *w->list);
    w->u = snq_calloc(n, 7 * sizeof *w->u);
    w->x = snq_calloc(((size_t)m->longest + 2 * (size_t)pad) * SNQ_BAND_LANES, sizeof *w->x);
    w->all = snq_calloc(n * SNQ_BAND_LANES, sizeof *w->all);
    w->energy = snq_calloc(n, sizeof *w->energy);
    w->told = snq_calloc(n, 1);
    if (!w->list || !w->u || !w->x || !w->all || !w->energy || !w->told)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for the signals of %u frames", m->frames);
    w->v = w->u + n;
    w->c = w->v + n;
    w->turn = w->c + n;
    w->line = w->turn + 2 * n;
    w->top = w->line + n;
    return SNQ_OK;
}

static uint32_t active_cells(const snq_motion *m, uint32_t b, uint32_t *list)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < m->cells; i++)
        if (m->cell[i].band[b].active)
            list[n++] = i;
    return n;
}

/* Which shots tell of the band, and the turning table of its strongest frequency. */
static void prepare(const snq_motion *m, work *w, uint32_t b)
{
    memset(w->told, 0, m->frames);
    memset(w->energy, 0, m->frames * sizeof *w->energy);
    memset(w->turn, 0, (size_t)m->frames * 2 * sizeof *w->turn);
    memset(&w->g, 0, sizeof w->g);
    const snq__shot *longest = m->shot;
    for (uint32_t i = 0; i < m->shots; i++) {
        if (snq__shot_tells(m, &m->shot[i], b))
            memset(w->told + m->shot[i].start, 1, m->shot[i].count);
        longest = m->shot[i].count > longest->count ? &m->shot[i] : longest;
    }
    const double step = 2 * M_PI * m->sum[b].primary_hz / m->cfg.fps;
    for (uint32_t t = 0; t < longest->count; t++) {
        const double hann = 0.5 - 0.5 * cos(2 * M_PI * (t + 0.5) / longest->count);
        w->turn[2 * (longest->start + (size_t)t)] = (float)(hann * cos(step * t));
        w->turn[2 * (longest->start + (size_t)t) + 1] = (float)(-hann * sin(step * t));
    }
}

/* Read and filter eight cells: w->all (frames, 16). */
static snq_status filter_group(snq_motion *m, work *w, const snq__group *g, uint32_t b,
                               const snq_sos *sections, uint32_t n)
{
    for (uint32_t l = 0; l < SNQ__GROUP; l++) {
        if (g->cell[l] == UINT32_MAX) {
            for (uint32_t t = 0; t < m->frames; t++)
                w->all[(size_t)t * SNQ_BAND_LANES + l] =
                    w->all[(size_t)t * SNQ_BAND_LANES + SNQ__GROUP + l] = 0;
            continue;
        }
        SNQ_TRY(snq__motion_series(m, g->cell[l], w->u, w->v, w->c, NULL, NULL));
        for (uint32_t t = 0; t < m->frames; t++) {
            w->all[(size_t)t * SNQ_BAND_LANES + l] = (double)w->u[t];
            w->all[(size_t)t * SNQ_BAND_LANES + SNQ__GROUP + l] = (double)w->v[t];
        }
    }
    for (uint32_t i = 0; i < m->shots; i++) {
        const snq__shot *s = &m->shot[i];
        double *to = w->all + (size_t)s->start * SNQ_BAND_LANES;
        if (!w->told[s->start])
            continue;
        const uint32_t pad = snq_band_padding(b, m->cfg.fps, s->count);
        double *in = w->x + (size_t)pad * SNQ_BAND_LANES;
        memcpy(in, to, (size_t)s->count * SNQ_BAND_LANES * sizeof *to);
        snq_band_run(sections, n, w->x, s->count, pad);
        memcpy(to, in, (size_t)s->count * SNQ_BAND_LANES * sizeof *to);
    }
    for (uint32_t t = 0; t < m->frames; t++)
        if (!w->told[t])
            memset(w->all + (size_t)t * SNQ_BAND_LANES, 0, SNQ_BAND_LANES * sizeof *w->all);
    return SNQ_OK;
}

/* Speeds, energies and partners. */
static void add_speeds(const snq_motion *m, work *w, const snq__group *grp)
{
    snq__gathered *g = &w->g;
    double speed[SNQ__GROUP] = { 0 }, square[SNQ__GROUP] = { 0 }, peak[SNQ__GROUP] = { 0 };
    double eighth[SNQ__GROUP][SNQ__EIGHTHS] = { { 0 } }, told = 0;
    double both[HALF_GROUP] = { 0 };
    for (uint32_t t = 0; t < m->frames; t++) {
        const double *u = w->all + (size_t)t * SNQ_BAND_LANES, *v = u + SNQ__GROUP;
        const uint32_t part = (uint32_t)((uint64_t)t * SNQ__EIGHTHS / m->frames);
        double sq[SNQ__GROUP], sum = 0;
        if (!w->told[t])
            continue;
        told += 1;
        for (uint32_t l = 0; l < SNQ__GROUP; l++) {
            sq[l] = u[l] * u[l] + v[l] * v[l];
            square[l] += sq[l];
            speed[l] += sqrt(sq[l]);
            peak[l] = sq[l] > peak[l] ? sq[l] : peak[l];
            sum += (double)grp->weight[l] * sq[l];
        }
        for (uint32_t l = 0; l < SNQ__GROUP; l++)
            eighth[l][part] += sq[l];
        for (uint32_t l = 0; l < HALF_GROUP; l++)
            both[l] += u[l] * u[l + HALF_GROUP] + v[l] * v[l + HALF_GROUP];
        w->energy[t] += sum;
    }
    for (uint32_t l = 0; l < SNQ__GROUP && told > 0; l++) {
        if (!(grp->weight[l] > 0) || g->cells == 2 * SNQ__SAMPLES)
            continue;
        g->speed += speed[l] / told;
        g->rms += sqrt(square[l] / told);
        g->peak[g->cells] = (float)sqrt(peak[l]);
        for (int k = 0; k < SNQ__EIGHTHS; k++)
            g->eighth[g->cells][k] = (float)eighth[l][k];
        g->cells++;
    }
    for (uint32_t l = 0; l < HALF_GROUP; l++)
        if (grp->pair[l]) {
            g->together += both[l];
            g->first += square[l];
            g->second += square[l + HALF_GROUP];
        }
}

/* Each cell's complex amplitude at the band's strongest frequency. */
static void add_phases(const snq_motion *m, work *w, const snq__group *grp)
{
    double re[SNQ_BAND_LANES] = { 0 }, im[SNQ_BAND_LANES] = { 0 };
    snq__gathered *g = &w->g;
    for (uint32_t t = 0; t < m->frames; t++) {
        const double *x = w->all + (size_t)t * SNQ_BAND_LANES;
        const double c = (double)w->turn[2 * (size_t)t], s = (double)w->turn[2 * (size_t)t + 1];
        for (uint32_t l = 0; l < SNQ_BAND_LANES; l++) {
            re[l] += c * x[l];
            im[l] += s * x[l];
        }
    }
    for (uint32_t l = 0; l < SNQ__GROUP; l++) {
        const double complex au = re[l] + I * im[l],
                             av = re[l + SNQ__GROUP] + I * im[l + SNQ__GROUP];
        const double complex left = au + I * av, right = au - I * av;
        const double weight = (double)grp->weight[l];
        g->dot += weight * (au * au + av * av);
        g->dot_all += weight * (creal(au * conj(au)) + creal(av * conj(av)));
        g->left += weight * left * left;
        g->left_all += weight * creal(left * conj(left));
        g->right += weight * right * right;
        g->right_all += weight * creal(right * conj(right));
    }
}

/* Order of values, and the fastest cell's series. */
static void add_order(const snq_motion *m, work *w, const snq__group *grp, uint32_t b)
{
    const double angle = 0.5 * atan2(m->sum[b].axis[1], m->sum[b].axis[0]);
    const double cx = cos(angle), cy = sin(angle);
    const uint32_t delay = snq__band_stride(m, b, 4);
    for (uint32_t l = 0; l < HALF_GROUP; l++) {
        if (!(grp->weight[l] > 0))
            continue;
        for (uint32_t t = 0; t < m->frames; t++) {
            const double *x = w->all + (size_t)t * SNQ_BAND_LANES + l;
            w->line[t] = (float)(cx * x[0] + cy * x[SNQ__GROUP]);
        }
        for (uint32_t i = 0; i < m->shots; i++)
            if (w->told[m->shot[i].start])
                snq_motion_count_patterns(w->line + m->shot[i].start, m->shot[i].count, delay,
                                          w->g.patterns);
        const float power = m->cell[grp->cell[l]].band[b].power;
        if (power > w->g.top_power) {
            w->g.top_power = power;
            memcpy(w->top, w->line, m->frames * sizeof *w->top);
        }
    }
}

/* Up to SNQ__SAMPLES of list (active,), in order; returns how many. One in each equal part of the list, at
 * a place within it that never gets in step with the columns of the lattice. */
static uint32_t draw(const uint32_t *list, uint32_t active, uint32_t sample[SNQ__SAMPLES])
{
    const uint32_t n = active < SNQ__SAMPLES ? active : SNQ__SAMPLES;
    for (uint32_t i = 0; i < n; i++) {
        const double turn = i * PLASTIC;
        sample[i] = list[(uint32_t)((i + turn - floor(turn)) * active / n)];
    }
    return n;
}

/* The sampled cells, eight at a time. */
static snq_status gather_band(snq_motion *m, work *w, uint32_t b, snq__windows *windows)
{
    snq_sos sections[SNQ_SOS_SECTIONS_MAX];
    uint32_t n;
    const uint32_t active = active_cells(m, b, w->list);
    uint32_t sample[SNQ__SAMPLES];
    const uint32_t samples = draw(w->list, active, sample);
    const uint32_t away = m->cfg.across / PARTNER_PART, across = m->cfg.across;
    SNQ_TRY(snq_band_filter(b, m->cfg.fps, sections, &n));
    prepare(m, w, b);
    for (uint32_t i = 0; i < samples; i += HALF_GROUP) {
        snq__group g = { .signal = w->all };
        for (uint32_t l = 0; l < HALF_GROUP; l++) {
            g.cell[l] = g.cell[l + HALF_GROUP] = UINT32_MAX;
            if (i + l >= samples)
                continue;
            const uint32_t c = sample[i + l], x = c % across;
            const uint32_t partner = !away ? c : x + away < across ? c + away : c - away;
            g.cell[l] = c;
            g.weight[l] = 1;
            if (!away || !m->cell[partner].usable)
                continue;
            g.cell[l + HALF_GROUP] = partner;
            g.weight[l + HALF_GROUP] = m->cell[partner].band[b].active ? 1 : 0;
            g.pair[l] = 1;
        }
        SNQ_TRY(filter_group(m, w, &g, b, sections, n));
        add_speeds(m, w, &g);
        add_phases(m, w, &g);
        add_order(m, w, &g, b);
        SNQ_TRY(snq__windows_add(windows, &g));
    }
    return SNQ_OK;
}

static snq_status one_band(snq_motion *m, work *w, uint32_t b, snq_sight *sight,
                           snq__windows *windows)
{
    const snq_sight_band *out = &sight->band[b];
    SNQ_TRY(snq__windows_begin(windows, b));
    if (out->still && !out->unobservable)
        snq__motion_still(&sight->band[b]);
    else if (!out->unobservable) {
        SNQ_TRY(gather_band(m, w, b, windows));
        w->g.energy = w->energy;
        w->g.told = w->told;
        w->g.top = w->top;
        SNQ_TRY(snq__motion_measures(m, &w->g, b, sight));
    }
    return snq__windows_end(windows, sight);
}

snq_status snq__motion_signals(snq_motion *m, snq_sight *sight)
{
    work w = { 0 };
    snq__windows *windows = NULL;
    snq_status st;
    SNQ_GOTO(work_init(m, &w));
    SNQ_GOTO(snq__windows_new(m, &windows));
    for (uint32_t b = 0; b < SNQ__BANDS; b++)
        SNQ_GOTO(one_band(m, &w, b, sight, windows));
fail:
    snq__windows_free(windows);
    work_clear(&w);
    return st;
}
