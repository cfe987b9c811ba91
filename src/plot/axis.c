// SPDX-License-Identifier: MIT
#include "plot/axis_impl.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/attr.h"

#define MINUS "\xE2\x88\x92"

char *snq__put_number(char to[SNQ__LABEL_BYTES], double value, int decimals)
{
    char digits[SNQ__LABEL_BYTES - 4];
    snprintf(digits, sizeof digits, "%.*f", decimals, fabs(value));
    const int zero = strspn(digits, "0.") == strlen(digits);
    snprintf(to, SNQ__LABEL_BYTES, "%s%s", value < 0 && !zero ? MINUS : "", digits);
    return to;
}

char *snq__put_duration(char to[SNQ__LABEL_BYTES], double seconds)
{
    const double ms = round(seconds * 1000);
    const double s = fmod(ms, 60000) / 1000, m = floor(fmod(ms, 3600000) / 60000);
    const double h = floor(ms / 3600000);
    if (seconds < 0.01)
        snprintf(to, SNQ__LABEL_BYTES, "%.3g ms", seconds * 1000);
    else if (ms < 60000)
        snprintf(to, SNQ__LABEL_BYTES, "%.3f s", s);
    else if (ms < 3600000)
        snprintf(to, SNQ__LABEL_BYTES, "%.0f:%06.3f", m, s);
    else
        snprintf(to, SNQ__LABEL_BYTES, "%.0f:%02.0f:%02.0f", h, m, floor(s));
    return to;
}

/* ---- time ---- */

/* Under a second: 1, 2, 5 times a power of ten. */
static double time_step(double least)
{
    static const double step[] = { 1,   2,   5,    10,   15,   30,    60,    120,   300,
                                   600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400 };
    if (least <= 0.5) {
        const double ten = pow(10, floor(log10(least) + 1e-9)), r = least / ten;
        return ten * (r <= 1 + 1e-9 ? 1 : r <= 2 + 1e-9 ? 2 : r <= 5 + 1e-9 ? 5 : 10);
    }
    for (size_t i = 0; i < SNQ_COUNT(step); i++)
        if (step[i] >= least * (1 - 1e-9))
            return step[i];
    return 86400 * ceil(least / 86400);
}

/* Decimals that a multiple of step needs. */
static int decimals_of(double step)
{
    return step >= 1 ? 0 : (int)ceil(-log10(step) - 1e-9);
}

/* to_s: the end of the axis, which says how times are written. */
static void time_label(double t, double step, double to_s, char to[SNQ__LABEL_BYTES])
{
    if (to_s < 1) {
        snq__put_number(to, t * 1000, decimals_of(step * 1000));
    } else if (to_s < 60) {
        snq__put_number(to, t, decimals_of(step));
    } else if (to_s >= 3600 && step < 60) {
        const double n = round(t);
        snprintf(to, SNQ__LABEL_BYTES, "%.0f:%02.0f:%02.0f", floor(n / 3600),
                 floor(fmod(n, 3600) / 60), fmod(n, 60));
    } else if (step < 1) {
        const int decimals = decimals_of(step);
        const double ten = pow(10, decimals), n = round(t * ten) / ten;
        snprintf(to, SNQ__LABEL_BYTES, "%.0f:%0*.*f", floor(n / 60), decimals + 3, decimals,
                 fmod(n, 60));
    } else {
        const double small = to_s < 3600 ? 1 : 60, n = round(t / small);
        snprintf(to, SNQ__LABEL_BYTES, "%.0f:%02.0f", floor(n / 60), fmod(n, 60));
    }
}

void snq__time_axis_between(double from_s, double to_s, uint32_t most, snq__axis *out)
{
    memset(out, 0, sizeof *out);
    out->unit = to_s < 1 ? "ms" : to_s < 60 ? "s" : to_s < 3600 ? "min:s" : "h:min";
    if (!(to_s > from_s) || !isfinite(to_s) || !isfinite(from_s))
        return;
    const double step = time_step((to_s - from_s) / most);
    if (to_s >= 3600 && step < 60)
        out->unit = "h:min:s";
    const double first = ceil(from_s / step - 1e-9);
    for (uint32_t i = 0; i < SNQ__TICKS_MAX && (first + i) * step <= to_s * (1 + 1e-9); i++) {
        snq__tick *t = &out->tick[out->ticks++];
        t->value = (first + i) * step;
        time_label(t->value, step, to_s, t->label);
    }
}

void snq__time_axis(double duration_s, uint32_t most, snq__axis *out)
{
    snq__time_axis_between(0, duration_s, most, out);
}

/* ---- level, frequency, amplitude ---- */

void snq__db_axis(double lo, double hi, uint32_t most, snq__axis *out)
{
    static const double step[] = { 1, 2, 5, 10, 20, 50, 100, 200, 500 };
    size_t i = 0;
    memset(out, 0, sizeof *out);
    out->unit = "dB";
    if (!(hi > lo))
        return;
    while (i + 1 < SNQ_COUNT(step) && (hi - lo) / step[i] > most)
        i++;
    for (double n = ceil(lo / step[i] - 1e-9);
         n * step[i] <= hi + 1e-9 && out->ticks < SNQ__TICKS_MAX; n++) {
        snq__tick *t = &out->tick[out->ticks++];
        t->value = n * step[i];
        snq__put_number(t->label, t->value, 0);
    }
}

void snq__hz_axis(double lo_hz, double hi_hz, snq__axis *out)
{
    static const double at[] = { 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000 };
    memset(out, 0, sizeof *out);
    out->unit = "Hz";
    for (size_t i = 0; i < SNQ_COUNT(at); i++) {
        if (at[i] < lo_hz * 0.999 || at[i] > hi_hz * 1.001)
            continue;
        snq__tick *t = &out->tick[out->ticks++];
        t->value = at[i];
        snprintf(t->label, sizeof t->label, at[i] < 1000 ? "%.0f" : "%.0fk",
                 at[i] < 1000 ? at[i] : at[i] / 1000);
    }
}

double snq__amplitude_scale(double peak)
{
    static const double part[] = { 1.0, 0.7, 0.5, 0.4, 0.3, 0.2, 0.15 };
    double ten = 1.0, scale = 1.0;
    if (peak > 1.0)
        return peak;
    /* down to what 24 bits hold */
    for (size_t i = 0; i < 6 * SNQ_COUNT(part); i++) {
        if (i && i % SNQ_COUNT(part) == 0)
            ten /= 10;
        const double next = ten * part[i % SNQ_COUNT(part)];
        if (peak > next)
            break;
        scale = next;
    }
    return scale;
}
