#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""How fast a thing in a video sways, from grey levels alone: no optical flow, no spectrum, nothing of ours.

usage: rate_of_pixels.py VIDEO FPS LOWEST HIGHEST

For each rate from LOWEST to HIGHEST Hz, a thousandth apart, every pixel of the picture (at 160 px across) is fitted
with a constant and one sinusoid by least squares; the rate is the one that leaves the least, over the twentieth of
pixels that change most. It holds the eyes' answers on recordings whose truth nobody measured (docs/rooms/watch.md).
"""
import subprocess
import sys

import numpy

ACROSS = 160


def grey(path):
    words = ["ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries", "stream=width,height", "-of", "csv=p=0", path]
    width, height = map(int, subprocess.run(words, capture_output=True, check=True, text=True).stdout.strip().split(",")[:2])
    down = max(2, round(ACROSS * height / width / 2) * 2)
    words = ["ffmpeg", "-v", "fatal", "-nostdin", "-i", path, "-vf", f"scale={ACROSS}:{down}:flags=area", "-pix_fmt", "gray",
             "-vsync", "passthrough", "-f", "rawvideo", "-"]
    raw = subprocess.run(words, capture_output=True, check=True).stdout
    return numpy.frombuffer(raw, numpy.uint8).reshape(-1, down * ACROSS).astype(numpy.float64)


def left_by(pixels, times, rate):
    """The part of the pixels' variance that a constant and a sinusoid of this rate leave."""
    basis = numpy.stack([numpy.ones_like(times), numpy.cos(2 * numpy.pi * rate * times), numpy.sin(2 * numpy.pi * rate * times)], 1)
    orthonormal, _ = numpy.linalg.qr(basis)
    return 1 - (numpy.square(orthonormal.T @ pixels).sum()) / numpy.square(pixels).sum()


def main(path, fps, lowest, highest):
    pixels = grey(path)
    pixels -= pixels.mean(0)
    change = pixels.std(0)
    pixels = pixels[:, change >= numpy.quantile(change, .95)]
    times = numpy.arange(len(pixels)) / float(fps)
    rates = numpy.arange(float(lowest), float(highest), .001)
    left = [left_by(pixels, times, rate) for rate in rates]
    best = int(numpy.argmin(left))
    print(f"{rates[best]:.3f} Hz leaves {left[best]:.4f} of the change; {len(pixels)} pictures, lines are {float(fps) / len(pixels):.3f} Hz wide")


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    main(*sys.argv[1:])
