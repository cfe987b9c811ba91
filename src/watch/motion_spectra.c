// SPDX-License-Identifier: MIT
/* motion_spectra -- how much each cell moves in each band, along which axis, and with which line.
 *
 * IDEA   A cell's velocity is an arrow; as a complex number, its spectrum holds the turns to the left
 *        at positive frequencies and those to the right at negative ones, and nothing of its sign
 *        is lost. A window takes the ends away, so that a pure sway is one narrow hump, and what
 *        stands left and right of a band's edge is no leakage.
 *
 * STEPS  z[t] = u + i v;  windows of L frames within a shot, half overlapping, evenly laid
 *        Focus: sixteenths at either end that hold REST of the cell's motion at most are left out, so
 *        that what begins or ends within a window is tapered as well; then the mean taken away is
 *        that of all time.
 *        z' = w (z - sum w z / sum w),  w Hann;   Z = FFT_P z',  P >= 1.5 L
 *        p[k] = (|Z[k]|^2 + |Z[-k]|^2)/2        power at |f| = k fps/P,   k in [1, P/2)
 *        spin[k] = (|Z[k]|^2 - |Z[-k]|^2)/2      > 0: counter-clockwise
 *        axis[k] = Z[k] Z[-k] = (|U|^2 - |V|^2) + 2 i Re(U V*):  its angle is twice the axis'
 *        Each window's p is scaled to the power that the shot has in time, so that the bands' powers
 *        add up to the mean square of the velocity (without its mean), whatever the window.
 *        A shot tells of a band when it holds two of its longest periods, or is over half as long as
 *        the longest shot.
 *        Edges: a band begins at its edge, or, when a spectral line stands within a main lobe
 *        (2 P/L bins) of it, at the foot of that line: the whole line goes to the band that its peak is
 *        in.
 *        Line of a band: its largest local maximum above 1.5 periods a window; share = power within
 *        2 P/L bins / power of the band; frequency by a parabola through the logarithms. It is
 *        significant when share > max(0.4, 1 - exp(-22/M)), M = (hi - lo) T.
 *        Active: power > floor^2 max(B/(fps/2), 1/16), B the band's part of 0 .. fps/2;
 *        floor = FLOOR (1 + 2 (1 - confidence)).
 *
 * CONST  1 - exp(-22/M): 99.5 % point of the share of the highest peak in white noise of M resolution
 *        cells, both for noise along a line and in the plane (simulated, 1500 draws for each of 14 M
 *        from 3 to 200, 2026-11; within 0.03 of it from M = 5). 0.4: a line that has less than
 *        that is not what one sees. FLOOR 0.04 px: flow of still pictures with noise of 1 .. 4 grey
 *        levels has 0.005 .. 0.04 px rms a frame in all (DIS on 320 px, averaged over cells of 5 px,
 *        2026-11). 1/16: noise of flow is not quite white. Longest window 400 s: two periods of the
 *        slowest band's middle and half overlap, with transforms of 65536 at most.
 *
 * COST   One complex transform and 20 operations a bin, for each cell and window.
 *
 * LIMITS Lines nearer than 2/T are one. What jumps in mid-motion, or moves for less than 3/16
 *        of a window, has skirts in the neighbouring bands: some percent.
 *
 * REFS   P. D. Welch, "The use of fast Fourier transform for the estimation of power spectra", IEEE
 *        Trans. Audio and Electroacoustics 15(2), 1967; J. Gonella, "A rotary-component method for
 *        analysing meteorological and oceanographic vector time series", Deep-Sea Research 19, 1972. */
#include "watch/motion_impl.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "dsp/fft.h"
#include "dsp/peaks.h"
#include "watch/motion_rhythm.h"

#define FLOOR_PX        0.04f
#define DRIFT_FLOOR_PX  0.02f
#define LEAST_BAND_PART (1.0 / 16)
#define LEAST_LINE      0.4
#define LINE_CELLS      22.0
#define LEAST_GOOD      0.4f
#define WINDOW_MAX_S    400.0
#define REST            0.02 /* of the motion that a window may leave out at each end */
enum { WINDOW_MAX = 65536, FFT_MAX = SNQ_FFT_MAX };
enum { PARTS = 16, PARTS_MIN = 3, PARTS_WHOLE = 15 };

typedef struct window {
    uint32_t start, count, shot;
    uint32_t from_band; /* it tells of this band and those above */
} window;

typedef struct work {
    float *part; /* (frames,) Hann window over a part of a shot */
    uint32_t part_n;
    window *win;
    uint32_t wins;
    float *hann; /* (frames,) each shot's window at its start, (min(count, longest),) */
    float *u, *v, *c;
    float *in, *out;                     /* (P, 2) */
    float *p, *spin, *axis_re, *axis_im; /* (P/2 + 1,) */
    float *seen;                         /* (bands,) frames that tell of it */
    snq_fft *fft;
    uint32_t edge[SNQ__BANDS + 1]; /* first bin of each band, and end of the last */
    double lobe;                   /* half a main lobe, bins */
} work;

static uint32_t window_max(const snq_motion *m)
{
    const double most = WINDOW_MAX_S * m->cfg.fps;
    return most < WINDOW_MAX ? (uint32_t)most : WINDOW_MAX;
}

static uint32_t lowest_band(const snq_motion *m, const snq__shot *s)
{
    uint32_t b = 0;
    while (b < SNQ__BANDS && !snq__shot_tells(m, s, b))
        b++;
    return b;
}

static snq_status lay_windows(const snq_motion *m, work *w)
{
    const uint32_t most = window_max(m);
    uint32_t room = 0;
    for (uint32_t i = 0; i < m->shots; i++)
        room += 1 + 2 * (m->shot[i].count / most);
    w->win = snq_calloc(room, sizeof *w->win);
    if (!w->win)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for %u windows", room);
    for (uint32_t i = 0; i < m->shots; i++) {
        const snq__shot *s = &m->shot[i];
        const uint32_t from = lowest_band(m, s);
        if (from == SNQ__BANDS)
            continue;
        const uint32_t count = s->count < most ? s->count : most, rest = s->count - count;
        const uint32_t n = rest ? (2 * rest + count - 1) / count + 1 : 1;
        for (uint32_t k = 0; k < n; k++)
            w->win[w->wins++] =
                (window) { .start =
                               s->start + (n > 1 ? (uint32_t)((uint64_t)rest * k / (n - 1)) : 0),
                           .count = count,
                           .shot = i,
                           .from_band = from };
    }
    return SNQ_OK;
}

/* Half a frame in: no zero is wasted on the ends. */
static void hann(float *to, uint32_t n)
{
    for (uint32_t t = 0; t < n; t++)
        to[t] = (float)(0.5 - 0.5 * cos(2 * M_PI * (t + 0.5) / n));
}

static void work_clear(work *w)
{
    snq_free(w->win);
    snq_free(w->part);
    snq_free(w->hann);
    snq_free(w->u);
    snq_free(w->in);
    snq_free(w->p);
    snq_free(w->seen);
    snq_fft_free(w->fft);
}

static snq_status work_init(snq_motion *m, work *w)
{
    const uint32_t most = window_max(m);
    m->window_n = m->longest < most ? m->longest : most;
    m->fft_n = SNQ_FFT_MIN;
    while (m->fft_n < 1.5 * m->window_n && m->fft_n < FFT_MAX)
        m->fft_n *= 2;
    const uint32_t bins = m->fft_n / 2 + 1;
    w->lobe = 2.0 * m->fft_n / m->window_n;
    SNQ_TRY(lay_windows(m, w));
    w->hann = snq_calloc(m->frames, sizeof *w->hann);
    w->part = snq_calloc(m->frames, sizeof *w->part);
    w->u = snq_calloc((size_t)3 * m->frames, sizeof *w->u);
    w->in = snq_calloc((size_t)4 * m->fft_n, sizeof *w->in);
    w->p = snq_calloc((size_t)4 * bins, sizeof *w->p);
    w->seen = snq_calloc(SNQ__BANDS, sizeof *w->seen);
    m->spectrum = snq_calloc(bins, sizeof *m->spectrum);
    m->cell = snq_calloc(m->cells, sizeof *m->cell);
    if (!w->hann || !w->part || !w->u || !w->in || !w->p || !w->seen || !m->spectrum || !m->cell)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for the spectra of %u frames", m->frames);
    w->v = w->u + m->frames;
    w->c = w->v + m->frames;
    w->out = w->in + (size_t)2 * m->fft_n;
    w->spin = w->p + bins;
    w->axis_re = w->spin + bins;
    w->axis_im = w->axis_re + bins;
    SNQ_TRY(snq_fft_new(m->fft_n, &w->fft));
    for (uint32_t i = 0; i < m->shots; i++)
        hann(w->hann + m->shot[i].start, m->shot[i].count < most ? m->shot[i].count : most);
    for (uint32_t i = 0; i < w->wins; i++)
        for (uint32_t b = w->win[i].from_band; b < SNQ__BANDS; b++)
            w->seen[b] += (float)w->win[i].count;
    for (uint32_t b = 0; b <= SNQ__BANDS; b++) {
        const double hz = b < SNQ__BANDS ? snq_sight_band_lo_hz(b) : snq_sight_band_hi_hz(b - 1);
        const double bin = ceil(hz * m->fft_n / m->cfg.fps - 1e-6);
        w->edge[b] = bin < bins - 1 ? (uint32_t)bin : bins - 1;
        w->edge[b] = w->edge[b] ? w->edge[b] : 1;
    }
    return SNQ_OK;
}

/* The part of a window's frames that holds nearly all of the cell's motion, in sixteenths. */
static window focus(const work *w, const window *win, const float mean[2])
{
    double part[PARTS] = { 0 }, all = 0;
    for (uint32_t t = 0; t < win->count; t++) {
        const float x = w->u[win->start + t] - mean[0], y = w->v[win->start + t] - mean[1];
        part[(uint64_t)t * PARTS / win->count] += (double)(x * x + y * y);
    }
    for (int i = 0; i < PARTS; i++)
        all += part[i];
    uint32_t from = 0, end = PARTS;
    for (double sum = part[0]; sum <= REST * all && from + PARTS_MIN < end; sum += part[from])
        from++;
    for (double sum = part[end - 1]; sum <= REST * all && from + PARTS_MIN < end;
         sum += part[end - 1])
        end--;
    window f = *win;
    if (end - from < PARTS_WHOLE && win->count >= PARTS * PARTS_MIN) {
        f.start += (uint32_t)((uint64_t)from * win->count / PARTS);
        f.count = (uint32_t)((uint64_t)(end - from) * win->count / PARTS);
    }
    return f;
}

/* Window a part of a stretch into w->in; returns the mean square of the whole of it. */
static double load(work *w, const window *win, const window *part, const float mean[2],
                   const float *taper, uint32_t fft_n)
{
    const float *u = w->u + win->start, *v = w->v + win->start;
    double sum = 0, su = 0, sv = 0, square = 0;
    float mu = mean[0], mv = mean[1];
    if (part->count == win->count) { /* the mean as the taper sees it: nothing stays at 0 Hz */
        for (uint32_t t = 0; t < win->count; t++) {
            const double h = (double)taper[t];
            sum += h;
            su += h * (double)u[t];
            sv += h * (double)v[t];
        }
        mu = (float)(su / sum);
        mv = (float)(sv / sum);
    }
    for (uint32_t t = 0; t < win->count; t++) {
        const float x = u[t] - mu, y = v[t] - mv;
        square += (double)(x * x + y * y);
    }
    const uint32_t skip = part->start - win->start;
    for (uint32_t t = 0; t < part->count; t++) {
        w->in[2 * t] = taper[t] * (u[skip + t] - mu);
        w->in[2 * t + 1] = taper[t] * (v[skip + t] - mv);
    }
    memset(w->in + 2 * (size_t)part->count, 0, (size_t)(fft_n - part->count) * 2 * sizeof(float));
    return square / win->count;
}

/* Add one window's spectrum, scaled to `power`, from bin `first` on. */
static void add_spectrum(const snq_motion *m, work *w, double power, uint32_t first)
{
    const uint32_t half = m->fft_n / 2;
    const float *z = w->out;
    double total = 0;
    for (uint32_t k = 1; k < half; k++) {
        const float *a = z + 2 * (size_t)k, *b = z + 2 * (size_t)(m->fft_n - k);
        total += (double)(a[0] * a[0] + a[1] * a[1] + b[0] * b[0] + b[1] * b[1]);
    }
    total += (double)(z[2 * half] * z[2 * half] + z[2 * half + 1] * z[2 * half + 1]);
    if (!(total > 0))
        return;
    const float g = (float)(power / total);
    for (uint32_t k = first; k < half; k++) {
        const float *a = z + 2 * (size_t)k, *b = z + 2 * (size_t)(m->fft_n - k);
        const float left = a[0] * a[0] + a[1] * a[1], right = b[0] * b[0] + b[1] * b[1];
        w->p[k] += g * (left + right);
        w->spin[k] += g * (left - right);
        w->axis_re[k] += 2 * g * (a[0] * b[0] - a[1] * b[1]);
        w->axis_im[k] += 2 * g * (a[0] * b[1] + a[1] * b[0]);
    }
    const float last = z[2 * half] * z[2 * half] + z[2 * half + 1] * z[2 * half + 1];
    w->p[half] += g * last;
}

/* Mean, mean speed and power of a cell in time. */
static void moments(const snq_motion *m, const work *w, snq__cell *c)
{
    double u = 0, v = 0, speed = 0, square = 0, n = 0;
    for (uint32_t i = 0; i < m->shots; i++)
        for (uint32_t t = m->shot[i].start; t < m->shot[i].start + m->shot[i].count; t++) {
            const float s = w->u[t] * w->u[t] + w->v[t] * w->v[t];
            u += (double)w->u[t];
            v += (double)w->v[t];
            square += (double)s;
            speed += (double)sqrtf(s);
            n += 1;
        }
    c->mean[0] = (float)(u / n);
    c->mean[1] = (float)(v / n);
    c->speed = (float)(speed / n);
    const double power = square / n - (u * u + v * v) / (n * n);
    c->power = power > 0 ? (float)power : 0;
}

/* Where a band really begins: at the foot of a line that stands near its edge. */
static uint32_t foot(const work *w, uint32_t edge, uint32_t bins)
{
    const uint32_t lobe = (uint32_t)ceil(w->lobe);
    const uint32_t from = edge > lobe ? edge - lobe : 1;
    const uint32_t end = edge + lobe < bins - 1 ? edge + lobe : bins - 2;
    uint32_t top = from;
    for (uint32_t k = from; k <= end && k < bins; k++)
        if (w->p[k] > w->p[top])
            top = k;
    if (top <= from || top >= end || edge <= 1)
        return edge;
    uint32_t k = top;
    if (top >= edge)
        while (k > from && w->p[k - 1] < w->p[k])
            k--;
    else
        while (k < end && w->p[k + 1] < w->p[k])
            k++;
    return top >= edge ? (k < edge ? k : edge) : (k > edge ? k : edge);
}

static double parabola_hz(const snq_motion *m, const float *p, uint32_t k)
{
    double at = 0;
    if (p[k - 1] > 0 && p[k + 1] > 0)
        at = snq_peak_parabola(log((double)p[k - 1]), log((double)p[k]), log((double)p[k + 1]),
                               NULL);
    return (k + at) * m->cfg.fps / m->fft_n;
}

/* The strongest line of p in [from, end): its bin, 0 without. */
static uint32_t find_line(const work *w, const float *p, uint32_t from, uint32_t end)
{
    const uint32_t least = (uint32_t)ceil(0.75 * w->lobe);
    uint32_t top = 0;
    for (uint32_t k = from > least ? from : least; k < end; k++)
        if (k > 0 && p[k] > p[k - 1] && p[k] >= p[k + 1] && (!top || p[k] > p[top]))
            top = k;
    return top;
}

static double sum_of(const float *x, uint32_t from, uint32_t end)
{
    double sum = 0;
    for (uint32_t k = from; k < end; k++)
        sum += (double)x[k];
    return sum;
}

static double around(const work *w, const float *p, uint32_t top, uint32_t from, uint32_t end)
{
    const uint32_t lobe = (uint32_t)ceil(w->lobe);
    const uint32_t a = top > from + lobe ? top - lobe : from;
    const uint32_t b = top + lobe + 1 < end ? top + lobe + 1 : end;
    return sum_of(p, a, b);
}

/* Share that a line needs in a band of white noise. */
static double line_needed(const work *w, uint32_t from, uint32_t end)
{
    const double cells = (double)(end - from) * 2 / w->lobe;
    const double chance = 1.0 - exp(-LINE_CELLS / fmax(cells, 1.0));
    return chance > LEAST_LINE ? chance : LEAST_LINE;
}

static void cell_band(snq_motion *m, work *w, snq__cell *c, uint32_t b, uint32_t from, uint32_t end)
{
    snq__cell_band *cb = &c->band[b];
    if (!(w->seen[b] > 0) || from >= end)
        return;
    const double per = 1.0 / (double)w->seen[b];
    const double power = sum_of(w->p, from, end);
    const double part = (double)(w->edge[b + 1] - w->edge[b]) / (0.5 * m->fft_n);
    const double noise = (double)c->floor * (double)c->floor * fmax(part, LEAST_BAND_PART);
    cb->power = (float)(power * per);
    cb->active = (uint8_t)((power * per > noise) + (power * per > 4 * noise));
    if (!(power > 0))
        return;
    cb->axis[0] = (float)(sum_of(w->axis_re, from, end) * per);
    cb->axis[1] = (float)(sum_of(w->axis_im, from, end) * per);
    cb->spin = (float)(sum_of(w->spin, from, end) * per);
    const uint32_t top = find_line(w, w->p, from, end);
    if (top) {
        cb->line = (float)(around(w, w->p, top, from, end) / power);
        cb->hz = (float)parabola_hz(m, w->p, top);
        cb->line_sure = (double)cb->line > line_needed(w, from, end);
    }
    if (!cb->active)
        return;
    snq__band_sum *s = &m->sum[b];
    const uint32_t alias = (uint32_t)(SNQ__ALIAS_FROM * m->fft_n);
    s->active++;
    s->power += power * per;
    s->axis[0] += (double)cb->axis[0];
    s->axis[1] += (double)cb->axis[1];
    s->spin += (double)cb->spin;
    s->line_power += cb->line_sure ? power * per * (double)cb->line : 0;
    s->alias_power += end > alias ? per * sum_of(w->p, from > alias ? from : alias, end) : 0;
    for (uint32_t k = from; k < end; k++)
        m->spectrum[k] += w->p[k] * (float)(per / m->cells);
}

static snq_status one_cell(snq_motion *m, work *w, uint32_t i)
{
    snq__cell *c = &m->cell[i];
    const uint32_t bins = m->fft_n / 2 + 1;
    float good, confidence;
    SNQ_TRY(snq__motion_series(m, i, w->u, w->v, w->c, &good, &confidence));
    c->usable = good >= LEAST_GOOD;
    c->floor = FLOOR_PX * (1 + 2 * (1 - confidence));
    if (!c->usable)
        return SNQ_OK;
    moments(m, w, c);
    c->drifts = hypotf(c->mean[0], c->mean[1]) > fmaxf(DRIFT_FLOOR_PX * (1 + 2 * (1 - confidence)),
                                                       c->floor / sqrtf((float)m->frames));
    if (!(c->power > 0))
        return SNQ_OK;
    memset(w->p, 0, (size_t)4 * bins * sizeof *w->p);
    uint32_t longest = 1;
    for (uint32_t k = 0; k < w->wins; k++) {
        const window *win = &w->win[k], part = focus(w, win, c->mean);
        const float *taper = w->hann + m->shot[win->shot].start;
        if (part.count != win->count) {
            if (w->part_n != part.count)
                hann(w->part, part.count);
            w->part_n = part.count;
            taper = w->part;
        }
        longest = part.count > longest ? part.count : longest;
        const double power = load(w, win, &part, c->mean, taper, m->fft_n);
        snq_fft_run(w->fft, w->out, w->in);
        const uint32_t first = win->from_band ? w->edge[win->from_band] : 1;
        add_spectrum(m, w, power * win->count,
                     first > (uint32_t)w->lobe ? first - (uint32_t)w->lobe : 1);
    }
    const double lobe = w->lobe;
    w->lobe = 2.0 * m->fft_n / longest; /* of this cell's lines */
    uint32_t edge[SNQ__BANDS + 1];
    for (uint32_t b = 0; b < SNQ__BANDS; b++)
        edge[b] = foot(w, w->edge[b], bins);
    edge[SNQ__BANDS] = w->edge[SNQ__BANDS] < bins - 1 ? w->edge[SNQ__BANDS] : bins;
    for (uint32_t b = 0; b < SNQ__BANDS; b++)
        cell_band(m, w, c, b, edge[b], edge[b + 1]);
    w->lobe = lobe;
    return SNQ_OK;
}

/* What the summed spectrum says of each band. */
static void sum_up(snq_motion *m, work *w)
{
    const uint32_t bins = m->fft_n / 2 + 1;
    const double hz_bin = m->cfg.fps / m->fft_n;
    for (uint32_t b = 0; b < SNQ__BANDS; b++) {
        snq__band_sum *s = &m->sum[b];
        memcpy(w->p, m->spectrum, bins * sizeof *w->p);
        const uint32_t from = foot(w, w->edge[b], bins);
        const uint32_t end = b + 1 < SNQ__BANDS          ? foot(w, w->edge[b + 1], bins)
                             : w->edge[b + 1] < bins - 1 ? w->edge[b + 1]
                                                         : bins;
        s->bin_from = from;
        s->bin_end = end > from ? end : from;
        s->line_needed = line_needed(w, from, s->bin_end);
        const double total = sum_of(w->p, from, s->bin_end);
        if (!(total > 0))
            continue;
        const uint32_t top = find_line(w, w->p, from, end);
        s->primary_hz = top ? parabola_hz(m, w->p, top) : 0;
        s->line_share = top ? around(w, w->p, top, from, end) / total : 0;
        double squares = 0;
        for (uint32_t k = from; k < end; k++)
            squares += (double)w->p[k] * (double)w->p[k];
        /* a line alone has the width of the Hann window's own power spectrum, 35/18 bins */
        const double wide = total * total / squares * hz_bin;
        const double alone = 35.0 / 18.0 * m->cfg.fps / m->window_n;
        s->bandwidth_hz = wide > alone ? wide - alone : 0;
        s->predictability = snq_motion_predictability(m->spectrum + from, end - from,
                                                      (double)m->window_n / m->fft_n);
    }
}

snq_status snq__motion_spectra(snq_motion *m)
{
    work w = { 0 };
    memset(m->sum, 0, sizeof m->sum);
    snq_status st = work_init(m, &w);
    m->usable = 0;
    for (uint32_t i = 0; st >= 0 && i < m->cells; i++) {
        st = one_cell(m, &w, i);
        m->usable += st >= 0 && m->cell[i].usable;
    }
    if (st >= 0)
        sum_up(m, &w);
    work_clear(&w);
    return st;
}
