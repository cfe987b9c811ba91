# SPDX-License-Identifier: MIT
"""From a film of which is known what it does to what is heard of it: a measure for each destination of the matrix.

Each measure is numpy's alone, of the stems and the mix that `sonique sonify VIDEO -o DIR` writes. The films: sways of known
frequency (../shared/truth/synth_video.py), and `scenes`, in which brightness, colour and speed go their own ways, each in steps.
"""
import csv
import functools
import json
import pathlib
import subprocess
import wave
from dataclasses import dataclass

# ---- films

SCENE_S = 4
SIZE = 192, 108
FPS = 25
# Scene by scene; no two of them have a rank correlation over .3, and none rises with the piece.
LUMA = .5, .2, .8, .35, .65, .12
SATURATION = .25, .65, .1, .8, .45, .0
SPEED = .2, .32, .0, .05, .5, .13  # heights a second


def noise(height, width, seed):
    """A picture of soft grains of one mean, periodic both ways: -1 .. 1."""
    import numpy
    rng = numpy.random.default_rng(seed)
    fy, fx = numpy.meshgrid(numpy.fft.fftfreq(height), numpy.fft.fftfreq(width), indexing="ij")
    rho = numpy.hypot(fx, fy)
    shape = numpy.where((rho > .01) & (rho < .15), 1 / numpy.maximum(rho, 1e-6) ** .8, 0)
    grain = numpy.fft.ifft2(shape * numpy.exp(2j * numpy.pi * rng.random((height, width)))).real
    return numpy.clip(grain / grain.std() / 3, -1, 1)


def moved(picture, across):
    """Periodic, by any part of a pixel."""
    import numpy
    phase = numpy.exp(-2j * numpy.pi * numpy.fft.fftfreq(picture.shape[1]) * across)
    return numpy.fft.ifft(numpy.fft.fft(picture, axis=1) * phase, axis=1).real


def scenes(path):
    """Six scenes, 24 s: each has its own brightness, colour and speed (a pan)."""
    import numpy
    width, height = SIZE
    maker = subprocess.Popen(
        ["ffmpeg", "-v", "error", "-nostdin", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}", "-r", str(FPS),
         "-i", "-", "-c:v", "libx264", "-preset", "veryfast", "-crf", "12", "-pix_fmt", "yuv444p", "-colorspace", "bt709",
         "-vf", "scale=out_color_matrix=bt709", str(path)], stdin=subprocess.PIPE)
    at = 0.0
    for scene, (luma, saturation, speed) in enumerate(zip(LUMA, SATURATION, SPEED)):
        grain = noise(height, width, scene)
        for _ in range(SCENE_S * FPS):
            at += speed * height / FPS
            value = luma * (1 + .5 * moved(grain, at))
            picture = numpy.stack([value, value, value * (1 - saturation)], -1)  # yellow: as light as grey, nearly
            maker.stdin.write((picture.clip(0, 1) * 255 + .5).astype(numpy.uint8).tobytes())
    maker.stdin.close()
    if maker.wait():
        raise RuntimeError("ffmpeg could not write the film of scenes")
    return path


# ---- matrices

LUMA_SOURCE, SATURATION_SOURCE, SPEED_SOURCE = "picture.luma_mean", "picture.saturation_mean", "motion.mean_speed"
USUAL = {LUMA_SOURCE: (0, 1), SATURATION_SOURCE: (0, 1), SPEED_SOURCE: (0, .5)}


def follows(source, destination, to, **more):
    """A mapping: straight from the source's usual range to `to`."""
    return {"id": destination.replace(".", "_"), "source": source, "destination": destination, "enabled": True,
            "attack_s": 0, "release_s": 0, "transferFunction": {"type": "linear", "inputRange": USUAL[source], "outputRange": to,
                                                                 **more}}


def stands(destination, value, other):
    """A destination held at a value; `other` is any other one, since a range has two ends."""
    return follows(LUMA_SOURCE, destination, [other, value], type="custom", expression="1")


def matrix(path, mappings, genre):
    path.write_text(json.dumps({"schema": "sonique/map-template/1", "id": path.stem, "name": path.stem, "mappings": mappings,
                                "metadata": {"targetGenre": genre}}))
    return path


# ---- what is heard

def read(path):
    """(samples, channels' mean; rate)"""
    import numpy
    with wave.open(str(path)) as file:
        width, channels, rate = file.getsampwidth(), file.getnchannels(), file.getframerate()
        raw = numpy.frombuffer(file.readframes(file.getnframes()), numpy.uint8).reshape(-1, width)
    whole = numpy.zeros(len(raw), numpy.int32)
    for k in range(width):
        whole |= raw[:, k].astype(numpy.int32) << (8 * (4 - width + k))
    return (whole / 2 ** 31).reshape(-1, channels).mean(1), rate


def spectra(sound, length, hop):
    """(power (looks, bins), frequencies, middle of each look)"""
    import numpy
    x, rate = sound
    looks = (len(x) - length) // hop + 1
    cut = numpy.arange(length) + hop * numpy.arange(looks)[:, None]
    power = numpy.abs(numpy.fft.rfft(x[cut] * numpy.hanning(length))) ** 2
    return power, numpy.fft.rfftfreq(length, 1 / rate), (numpy.arange(looks) * hop + length / 2) / rate


def by_scene(sound, measure, skip_s=.8):
    """measure(part of the sound) of each scene but its beginning, in which the curve still moves."""
    x, rate = sound
    return [measure((x[int((k * SCENE_S + skip_s) * rate):int(((k + 1) * SCENE_S - .2) * rate)], rate))
            for k in range(len(LUMA))]


def decibels(power):
    import numpy
    return float(10 * numpy.log10(power + 1e-12))


def level(sound):
    """dB of mean power."""
    return decibels((sound[0] ** 2).mean())


def share_over(sound, hz, below=None):
    """dB: power over a frequency beside all, or beside what is below another."""
    power, at, _ = spectra(sound, 4096, 2048)
    mean = power.mean(0)
    return decibels(mean[at > hz].sum()) - decibels(mean[at < below].sum() if below else mean.sum())


def brightness(sound):
    """Centre of the spectrum in Hz."""
    power, at, _ = spectra(sound, 4096, 2048)
    mean = power.mean(0)
    return float((mean * at).sum() / (mean.sum() + 1e-12))


def strokes(sound, low_hz, high_hz, rise=4.0):
    """A second: how often a band gets `rise` times as strong within 20 ms and is at least 1/100 of its strongest."""
    import numpy
    power, at, _ = spectra(sound, 512, 256)
    band = power[:, (at >= low_hz) & (at <= high_hz)].sum(1)
    before = numpy.array([band[max(0, i - 4):max(1, i - 1)].min() for i in range(len(band))])
    up = (band > rise * before) & (band > band.max() / 100)
    count, last = 0, -100
    for i in numpy.flatnonzero(up):
        count += i - last > 10
        last = i
    return count / (len(sound[0]) / sound[1])
