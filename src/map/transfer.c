// SPDX-License-Identifier: MIT
#include "map/transfer.h"

#include <math.h>

const char *const snq_transfer_names[SNQ_TRANSFERS] = { "linear", "exponential", "logarithmic",
                                                        "sigmoid", "custom" };

snq_transfer snq_transfer_default(void)
{
    return (snq_transfer) { .in = { 0, 1 },
                            .out = { 0, 1 },
                            .clamp = 1,
                            .exponent = 2,
                            .base = 10,
                            .steepness = 10,
                            .midpoint = NAN };
}

static double logistic(double k, double v)
{
    return 1 / (1 + exp(-k * v));
}

static double sigmoid(const snq_transfer *t, double u)
{
    const double middle =
        isnan(t->midpoint) ? 0.5 : (t->midpoint - t->in[0]) / (t->in[1] - t->in[0]);
    const double lo = logistic(t->steepness, -middle), hi = logistic(t->steepness, 1 - middle);
    return (logistic(t->steepness, u - middle) - lo) / (hi - lo);
}

/* A shape that is known from 0 on goes on the same way, turned over, below it. */
static double odd(const snq_transfer *t, double u)
{
    const double v = fabs(u);
    const double s = t->type == SNQ_TRANSFER_EXPONENTIAL ? pow(v, t->exponent)
                                                         : log1p((t->base - 1) * v) / log(t->base);
    return copysign(s, u);
}

double snq_transfer_shape(const snq_transfer *t, double x)
{
    if (isnan(x))
        return NAN;
    double u = (x - t->in[0]) / (t->in[1] - t->in[0]);
    if (t->clamp)
        u = fmin(fmax(u, 0), 1);
    double s = u;
    switch (t->type) {
    case SNQ_TRANSFER_EXPONENTIAL:
    case SNQ_TRANSFER_LOGARITHMIC:
        s = odd(t, u);
        break;
    case SNQ_TRANSFER_SIGMOID:
        s = sigmoid(t, u);
        break;
    case SNQ_TRANSFER_CUSTOM:
        s = snq_expression_at(&t->formula, u);
        break;
    default:
        break;
    }
    if (!isfinite(s))
        return NAN;
    return t->clamp ? fmin(fmax(s, 0), 1) : s;
}

double snq_transfer_place(const snq_transfer *t, double s)
{
    if (s == 0 || s == 1) /* the ends are met exactly */
        return t->out[s == 1];
    const double y = t->log_scale ? t->out[0] * pow(t->out[1] / t->out[0], s)
                                  : t->out[0] + s * (t->out[1] - t->out[0]);
    return isfinite(y) ? y : NAN;
}

double snq_transfer_at(const snq_transfer *t, double x)
{
    return snq_transfer_place(t, snq_transfer_shape(t, x));
}
