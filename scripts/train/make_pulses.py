#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Make bare pulses whose beats are known: metronomes, claps and knocks of many timbres, plain or with accents.

usage: make_pulses.py OUTDIR --count N --seed S [--seconds 30]

They show the networks what music rarely does: one sound alone, again and again, at every tempo from 34 to 250 BPM.
Writes NNN.flac and NNN.json (beats, onsets, and with accents downbeats and metre), as make_music.py does."""
import argparse
import json
import math
import os
import random
import subprocess

import numpy as np

RATE = 44100


def burst(rng, noise):
    """One click of a timbre that RNG chooses; a function of the accent."""
    kind = rng.choice(("sine", "modes", "noise", "noise", "noise", "sweep", "band"))
    length = rng.uniform(.01, .2)
    t = np.arange(int(length * RATE)) / RATE
    decay = length / rng.uniform(2, 7)
    envelope = np.exp(-t / decay) * np.minimum(1, t / rng.choice((.0005, .002, .005)) + .1)
    f = 2 ** rng.uniform(math.log2(150), math.log2(5000))
    partials = [(f * rng.uniform(.5, 4), rng.uniform(.2, 1), rng.uniform(.3, 1)) for _ in range(4)]
    up = rng.choice((1, 1, 1.2, 4 / 3, 1.5, 2))
    colour = rng.uniform(-.95, .95)
    still = rng.random() < .3
    fixed = noise.uniform(-1, 1, len(t))

    def make(accent):
        g = up if accent else 1.0
        if kind == "sine":
            y = np.sin(2 * np.pi * f * g * t)
        elif kind == "modes":
            y = sum(a * np.sin(2 * np.pi * p * g * t) * np.exp(-t / (decay * d)) for p, a, d in partials)
        elif kind == "sweep":
            y = np.sin(2 * np.pi * (f / 8 * g * t + f * .02 * (1 - np.exp(-t / .02))))
        else:
            y = fixed.copy() if still else noise.uniform(-1, 1, len(t))
            if kind == "band":
                y = y * np.sin(2 * np.pi * f * t)
            for i in range(1, len(y)):
                y[i] += colour * .9 * y[i - 1] if abs(colour) > .3 else 0
        return y / max(1e-9, np.abs(y).max()) * envelope

    return make


def piece(index, seed, seconds):
    rng = random.Random(f"{seed}/{index}")
    noise = np.random.default_rng(rng.randrange(1 << 31))
    bpm = 34 * (250 / 34) ** rng.random()
    metre = rng.choice((0, 0, 2, 3, 3, 4, 4, 4, 5, 6))
    pulses = 2 if metre == 6 else metre
    make, second = burst(rng, noise), burst(rng, noise)
    drift = rng.choice((0, 0, 0, 0, .03))
    jitter = rng.choice((0, 0, 0, .004))
    gain_db = rng.uniform(3, 9)
    first = rng.uniform(.05, 60 / bpm)
    times, t = [], first
    while t < seconds - .3:
        times.append(t)
        t += 60 / bpm / (1 + drift * math.sin(2 * math.pi * t / seconds))
    parts = 3 if metre == 6 else rng.choice((1, 1, 1, 1, 2, 3)) if bpm < 130 else 1
    x = np.zeros(int(seconds * RATE))
    onsets = []

    def put(at, sound, level):
        at += rng.gauss(0, jitter) if jitter else 0
        k = max(0, round(at * RATE))
        n = min(len(sound), len(x) - k)
        if n > 0:
            x[k:k + n] += level * sound[:n]
            onsets.append(at)

    for i, at in enumerate(times):
        accent = pulses and i % pulses == 0
        put(at, make(accent), 10 ** (gain_db / 20) if accent else 1.0)
        period = (times[i + 1] if i + 1 < len(times) else at + 60 / bpm) - at
        for k in range(1, parts):
            put(at + period * k / parts, second(False), .35)
    x *= 10 ** (-rng.uniform(1, 30) / 20) / np.abs(x).max()
    if rng.random() < .4:
        x += noise.standard_normal(len(x)) * 10 ** (-rng.uniform(45, 80) / 20)
    truth = {"bpm": round(bpm, 4), "beats": [round(t, 6) for t in times], "onsets": [round(t, 6) for t in sorted(onsets)],
             "key": None, "chords": None, "atonal": True, "traits": ["pulse"], "duration_s": seconds}
    if metre:
        truth.update(downbeats=truth["beats"][::pulses], beats_per_bar=metre, beat_unit=8 if metre == 6 else 4, pulses_per_bar=pulses)
    return np.clip(x, -1, 1), truth


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("out")
    p.add_argument("--count", type=int, required=True)
    p.add_argument("--seed", type=int, required=True)
    p.add_argument("--seconds", type=float, default=30)
    a = p.parse_args()
    os.makedirs(a.out, exist_ok=True)
    for i in range(a.count):
        x, truth = piece(i, a.seed, a.seconds)
        stem = os.path.join(a.out, f"{i:03d}")
        raw = (x * 32767).astype("<i2").tobytes()
        subprocess.run(["ffmpeg", "-loglevel", "error", "-y", "-f", "s16le", "-ar", str(RATE), "-ac", "1", "-i", "-", stem + ".flac"],
                       input=raw, check=True)
        with open(stem + ".json", "w", encoding="ascii") as f:
            json.dump(truth, f)


if __name__ == "__main__":
    main()
