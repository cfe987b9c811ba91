# SPDX-License-Identifier: MIT
"""corpus -- annotated recordings as the networks see them: features of dump_features, targets from the truth.

A folder of the corpus holds NAME.(flac|mp3|ogg|wav) and NAME.json, as make_music.py and
make_accompaniments.py write them; features are kept beside them as NAME.features."""
import glob
import json
import os
import subprocess
from concurrent.futures import ThreadPoolExecutor

import numpy as np

MEL, PITCH, TONE, PEAKS = 41, 216, 5 * 64, 32
AUDIO = (".flac", ".mp3", ".ogg", ".wav", ".opus", ".m4a")
PITCH_CLASS = {"C": 0, "C#": 1, "Db": 1, "D": 2, "D#": 3, "Eb": 3, "E": 4, "F": 5, "F#": 6, "Gb": 6, "G": 7, "G#": 8,
               "Ab": 8, "A": 9, "A#": 10, "Bb": 10, "B": 11}


def dump(folder, dumper, jobs=4):
    """Make the features that are missing."""
    pairs = []
    for name in sorted(os.listdir(folder)):
        stem, ext = os.path.splitext(name)
        out = os.path.join(folder, stem + ".features")
        if ext in AUDIO and not os.path.exists(out) and os.path.exists(os.path.join(folder, stem + ".json")):
            pairs.append([os.path.join(folder, name), out])
    chunks = [sum(pairs[i:i + 20], []) for i in range(0, len(pairs), 20)]
    with ThreadPoolExecutor(jobs) as pool:
        list(pool.map(lambda c: subprocess.run([dumper] + c, check=True), chunks))


class Piece:
    """mel (hops, 41), pitch (frames, 216), tone (5 frames, 64) in dB / 100 as int16; peaks (frames, 32, 2); truth as read."""

    def __init__(self, path):
        data = open(path, "rb").read()
        hops, frames = np.frombuffer(data, "<u4", 2)
        at = 8
        self.mel = np.frombuffer(data, "<i2", hops * MEL, at).reshape(hops, MEL)
        at += hops * MEL * 2
        self.pitch = np.frombuffer(data, "<i2", frames * PITCH, at).reshape(frames, PITCH)
        at += frames * PITCH * 2
        self.tone = np.frombuffer(data, "<i2", frames * TONE, at).reshape(frames * 5, TONE // 5)
        at += frames * TONE * 2
        self.peaks = np.frombuffer(data, "<f4", frames * PEAKS * 2, at).reshape(frames, PEAKS, 2)
        stem = path[:-len(".features")]
        self.name = "/".join(stem.split("/")[-2:])
        self.truth = json.load(open(stem + ".json"))


def load(folders, dumper=None, limit=None):
    pieces = []
    for folder in folders:
        if dumper:
            dump(folder, dumper)
        paths = sorted(glob.glob(os.path.join(folder, "*.features")))
        pieces += [Piece(p) for p in (paths[:limit] if limit else paths)]
    return pieces


class Groups:
    """Training examples in weighted groups: "0.4:DIR,DIR" each."""

    def __init__(self, specs, dumper, make, wanted=lambda e: True):
        self.dumper, self.make, self.wanted, self.seen = dumper, make, wanted, set()
        self.weights = [float(s.split(":", 1)[0]) for s in specs]
        self.folders = [s.split(":", 1)[1].split(",") for s in specs]
        self.examples = [[] for _ in specs]
        self.refresh()

    def refresh(self):
        """Take up what has come into the folders."""
        for folders, examples in zip(self.folders, self.examples):
            for folder in folders:
                if not os.path.isdir(folder):
                    continue
                dump(folder, self.dumper, 2)
                for path in sorted(glob.glob(os.path.join(folder, "*.features"))):
                    if path not in self.seen:
                        try:
                            e = self.make(Piece(path))
                        except (OSError, ValueError):      # still being written
                            continue
                        self.seen.add(path)
                        if self.wanted(e):
                            examples.append(e)

    def sizes(self):
        return [len(e) for e in self.examples]

    def draw(self, rng):
        return rng.choice(rng.choices(self.examples, self.weights)[0])
