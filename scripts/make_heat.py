#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Makes the colours of the spectrogram: prints src/plot/heat_tab.c.

    scripts/make_heat.py > src/plot/heat_tab.c
    scripts/make_heat.py --check       is the table in the tree what this script makes?

128 colours from nearly black to nearly white through blue, violet, red and orange. Lightness alone
tells the order, so that the scale reads in grey and with any kind of colour vision: in Oklab
(B. Ottosson, "A perceptual color space for image processing", 2020) L rises all the way, and the
steps are equally long along the path, so that equal differences in dB look equal. Where the path
leaves what a screen can show, chroma is lowered.
"""
import math
import pathlib
import sys

TABLE = pathlib.Path(__file__).resolve().parent.parent / "src" / "plot" / "heat_tab.c"
FINE = 4096  # points of the path before it is cut into equal steps
# the path: position 0 .. 1, hue in degrees, chroma; lightness goes straight
L_FROM, L_TO = 0.155, 0.985
KNOTS = [(0.00, 262, 0.020), (0.18, 275, 0.130), (0.36, 310, 0.185), (0.52, 360, 0.195),
         (0.68, 395, 0.180), (0.82, 430, 0.150), (0.92, 455, 0.120), (1.00, 468, 0.045)]


def linear_rgb(lightness, a, b):
    """Oklab to linear sRGB, which may lie outside 0 .. 1."""
    l_, m_, s_ = (lightness + 0.3963377774 * a + 0.2158037573 * b,
                  lightness - 0.1055613458 * a - 0.0638541728 * b,
                  lightness - 0.0894841775 * a - 1.2914855480 * b)
    l, m, s = l_ ** 3, m_ ** 3, s_ ** 3
    return (4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
            -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
            -0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s)


def shown(lightness, a, b):
    return all(-1e-4 <= c <= 1 + 1e-4 for c in linear_rgb(lightness, a, b))


def encode(c):
    c = min(max(c, 0.0), 1.0)
    return round(255 * (12.92 * c if c <= 0.0031308 else 1.055 * c ** (1 / 2.4) - 0.055))


def smooth(x, at):
    """The knots' value `at` (1 hue, 2 chroma) at x: monotone cubic (Fritsch and Carlson 1980)."""
    xs, ys = [k[0] for k in KNOTS], [k[at] for k in KNOTS]
    d = [(ys[i + 1] - ys[i]) / (xs[i + 1] - xs[i]) for i in range(len(xs) - 1)]
    m = [d[0]] + [0 if d[i - 1] * d[i] <= 0 else 2 / (1 / d[i - 1] + 1 / d[i])
                  for i in range(1, len(d))] + [d[-1]]
    i = max(j for j in range(len(d)) if xs[j] <= x)
    h = xs[i + 1] - xs[i]
    t = (x - xs[i]) / h
    return (ys[i] * (1 + 2 * t) * (1 - t) ** 2 + h * m[i] * t * (1 - t) ** 2 +
            ys[i + 1] * t * t * (3 - 2 * t) + h * m[i + 1] * t * t * (t - 1))


def point(x):
    lightness = L_FROM + (L_TO - L_FROM) * x
    hue, chroma = math.radians(smooth(x, 1)), smooth(x, 2)
    while chroma > 0 and not shown(lightness, chroma * math.cos(hue), chroma * math.sin(hue)):
        chroma -= 0.0005
    return lightness, chroma * math.cos(hue), chroma * math.sin(hue)


def colours(n=128):
    path = [point(i / (FINE - 1)) for i in range(FINE)]
    length = [0.0]
    for p, q in zip(path, path[1:]):
        length.append(length[-1] + math.dist(p, q))
    out, j = [], 0
    for i in range(n):
        want = length[-1] * i / (n - 1)
        while j < FINE - 1 and length[j] < want - 1e-12:
            j += 1
        out.append(tuple(encode(c) for c in linear_rgb(*path[j])))
    return out


def table():
    lines = ["// SPDX-License-Identifier: MIT",
             "/* Made by scripts/make_heat.py, which tells how. */",
             '#include "plot/heat_impl.h"', "",
             "/* clang-format off */",
             "const uint32_t snq__heat[SNQ__HEAT_COLOURS] = {"]
    rgb = colours()
    for i in range(0, len(rgb), 8):
        lines.append("    " + " ".join("0x%02X%02X%02X," % c for c in rgb[i:i + 8]))
    return "\n".join(lines + ["};", "/* clang-format on */", ""])


if __name__ == "__main__":
    if sys.argv[1:] == ["--check"]:
        sys.exit(0 if TABLE.read_text() == table() else "src/plot/heat_tab.c is not of this script")
    sys.stdout.write(table())
