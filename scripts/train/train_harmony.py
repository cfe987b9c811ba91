#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Train the harmony network: the pitch spectrum, read in the recording's tuning, in; chords, bass and key out.

usage: train_harmony.py --train WEIGHT:DIR[,DIR]… --valid DIR… --dumper PROGRAM --out NET.pt [--init NET.pt] [--minutes M]

The network is that of src/listen/harmony_net.h; export_net.py writes its weights as C. Every pitch class is
treated alike: what it learns of C major it knows of F# major."""
import argparse
import math
import random
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F

import corpus

SEMITONES, STEP = 72, 2          # frames of 0.1 s averaged
CROP = 220                       # steps of 0.2 s
QUALITY = {"maj": 0, "min": 1, "7": 2, "maj7": 3, "min7": 4, "dim": 5, "aug": 6, "sus2": 7, "sus4": 8, "hdim7": 5, "dim7": 5,
           "maj6": 0, "min6": 1, "9": 2, "maj9": 3, "min9": 4, "minmaj7": 1}
NONE = 108
C1, C2, C3 = 12, 24, 32
WINDOWS = (41, 101, 221)         # steps of the local key
KEY_EVERY = 10


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.note = torch.nn.Conv1d(2, C1, 41)                    # -12 .. +28 semitones
        self.fold = torch.nn.Linear(6 * C1, C2)
        self.time1 = torch.nn.Conv1d(C2, C2, 5, padding=2)
        self.circle = torch.nn.Linear(12 * C2, C3)
        self.time2 = torch.nn.Conv1d(C3, C3, 5, padding=2)
        self.head = torch.nn.Linear(C3, 10)                       # nine qualities and bass
        self.none = torch.nn.Linear(C3, 1)
        self.key = torch.nn.Linear(12 * C3, 2)

    @staticmethod
    def around(layer, x):
        """LAYER on the twelve pitch classes upwards from each: (N, T, 12, C) → (N, T, 12, O), as one product."""
        n, t, p, c = x.shape
        w = layer.weight.reshape(-1, 12, c)                       # (O, upwards, C)
        up = (torch.arange(12)[None, :] - torch.arange(12)[:, None]) % 12
        w = w[:, up].permute(1, 0, 2, 3).reshape(-1, 12 * c)      # (class, O), (class, C)
        return F.linear(x.flatten(2), w).reshape(n, t, 12, -1) + layer.bias

    @staticmethod
    def over_time(layer, x):
        """A convolution over five steps, as one product (much faster on a CPU)."""
        n, t = x.shape[:2]
        y = F.pad(x, (0, 0, 0, 0, 2, 2))
        y = torch.stack([y[:, k:k + t] for k in range(5)], -1)    # (n, t, p, c, 5)
        return F.linear(y.flatten(3), layer.weight.flatten(1), layer.bias)

    def features(self, x):
        """(N, T, 72, 2) → (N, T, 12, C3); pitch class 0 is E, the lowest semitone."""
        n, t = x.shape[:2]
        y = F.pad(x.reshape(n * t, SEMITONES, 2), (0, 0, 12, 28)).unfold(1, 41, 1)    # (n t, 72, 2, 41)
        y = F.relu(F.linear(y.flatten(2), self.note.weight.flatten(1), self.note.bias))
        y = y.reshape(n, t, 6, 12, C1)                            # octaves, classes
        y = F.relu(self.fold(y.permute(0, 1, 3, 2, 4).reshape(n, t, 12, 6 * C1)))
        y = y + self.over_time(self.time1, y)
        y = F.relu(self.around(self.circle, F.relu(y)))
        return F.relu(y + self.over_time(self.time2, y))

    def chords(self, y):
        """logits (N, T, 109) and bass (N, T, 12)"""
        h = self.head(y)
        none = self.none(y.mean(2))
        return torch.cat([h[..., :9].flatten(2), none], 2), h[..., 9]

    def keys(self, y):
        """(N, T, 12, C3), averaged over time as wanted → (N, T, 24): tonic, mode"""
        return self.around(self.key, y).flatten(2)


def tuned(pitch, cents, up=0):
    """(frames, 216) int16 → (frames / 2, 72, 2) level and contrast of each semitone, 0 .. 1 or so.
    CENTS: A4 above 440; UP: transpose by so many semitones."""
    power = 10 ** (pitch.astype(np.float32) / 1000)
    n = len(power) // STEP * STEP
    power = power[:n].reshape(-1, STEP, power.shape[1]).mean(1)
    power = np.pad(power, ((0, 0), (30, 30)), mode="constant", constant_values=1e-12)
    at = 30 + 3 * (np.arange(SEMITONES) - up) + 1 + cents * 3 / 100
    lo = np.floor(at).astype(int)
    f = (at - lo).astype(np.float32)
    pick = lambda k: power[:, np.clip(lo + k, 0, 275)] * (1 - f) + power[:, np.clip(lo + k + 1, 0, 275)] * f
    left, mid, right = pick(-1), pick(0), pick(1)
    level = 10 * np.log10(left + mid + right + 1e-11)
    contrast = 10 * np.log10((mid + 1e-11) / (.5 * (left + right) + 1e-11))
    return level, contrast


def scaled(level, contrast):
    """Level against the loudest semitone within two seconds."""
    top = level.max(1)
    padded = np.pad(top, 10, mode="edge")
    top = np.max(np.stack([padded[i:i + len(top)] for i in range(21)]), 0)
    top = np.maximum(top, -70)
    x = np.maximum(1 + (level - top[:, None]) / 50, 0)
    return np.stack([x, np.clip(contrast / 15, -1, 1) * (x > 0)], -1).astype(np.float32)


class Example:
    def __init__(self, piece):
        t = piece.truth
        self.pitch = piece.pitch
        self.cents = 1200 * math.log2(t["tuning_hz"] / 440) if t.get("tuning_hz") else 0.0
        steps = len(piece.pitch) // STEP
        self.steps = steps
        time_s = (np.arange(steps) + .5) * .1 * STEP
        self.root = np.full(steps, -1)          # -1 unknown, else pitch class with C = 0
        self.quality = np.full(steps, -1)
        self.bass = np.full(steps, -1)
        self.key = np.full(steps, -1)           # tonic * 2 + mode
        if t.get("chords"):
            for c in t["chords"]:
                on = (time_s >= c["start_s"]) & (time_s < c["end_s"])
                if c["label"] in ("N", "X"):
                    self.quality[on] = 9 if c["label"] == "N" else -1
                    continue
                root, _, quality = c["label"].partition(":")
                quality = quality.split("/")[0].split("(")[0] or "maj"
                if quality not in QUALITY:
                    continue
                self.root[on], self.quality[on] = corpus.PITCH_CLASS[root], QUALITY[quality]
                if c.get("bass"):
                    self.bass[on] = corpus.PITCH_CLASS[c["bass"]]
        elif t.get("atonal") or t.get("key") is None and not t.get("key_spans"):
            self.quality[:] = 9
        for k in t.get("key_spans") or []:
            on = (time_s >= k["start_s"]) & (time_s < k["end_s"])
            self.key[on] = corpus.PITCH_CLASS[k["tonic"]] * 2 + (k["mode"] == "minor")
        silent = piece.pitch[:steps * STEP].max(1).reshape(-1, STEP).max(1) < -8000
        self.quality[silent] = 9


def crop(e, rng, augment):
    up = rng.randint(-6, 6) if augment else 0
    level, contrast = tuned(e.pitch, e.cents + (rng.gauss(0, 4) if augment else 0), up)
    if augment:
        k = rng.randint(2, 6)
        level = level + np.interp(np.arange(SEMITONES), np.linspace(0, SEMITONES - 1, k), [rng.gauss(0, 5) for _ in range(k)])[None, :]
    x = scaled(level, contrast)
    spare = max(0, e.steps - CROP)
    at = rng.randint(0, spare) if augment else 0
    n = min(CROP, e.steps - at)
    out = np.zeros((CROP, SEMITONES, 2), np.float32)
    out[:n] = x[at:at + n]
    # classes counted from E
    turn = lambda v: np.where(v >= 0, (v - 4 + up) % 12, -1)
    root, quality = turn(e.root[at:at + n]), e.quality[at:at + n]
    chord = np.full(CROP, -1)
    chord[:n] = np.where(quality == 9, NONE, np.where((root >= 0) & (quality >= 0), root * 9 + quality, -1))
    bass = np.full(CROP, -1)
    bass[:n] = turn(e.bass[at:at + n])
    key = np.full(CROP, -1)
    k = e.key[at:at + n]
    key[:n] = np.where(k >= 0, turn(k // 2) * 2 + k % 2, -1)
    return out, chord, bass, key


def window_mean(y, known, width):
    """Mean over WIDTH steps around each KEY_EVERYth step, of those that are known."""
    m = known.float()[:, :, None, None]
    pad = lambda x: F.pad(torch.cumsum(x, 1), (0, 0, 0, 0, 1, 0))
    total, count = pad(y * m), pad(m)
    at = torch.arange(0, y.shape[1], KEY_EVERY)
    lo, hi = (at - width // 2).clamp(min=0), (at + width // 2 + 1).clamp(max=y.shape[1])
    return (total[:, hi] - total[:, lo]) / (count[:, hi] - count[:, lo]).clamp(min=1)


def losses(net, rows):
    x = torch.from_numpy(np.stack([r[0] for r in rows]))
    chord, bass, key = (torch.from_numpy(np.stack([r[k] for r in rows])) for k in (1, 2, 3))
    y = net.features(x)
    logits, low = net.chords(y)
    l_chord = F.cross_entropy(logits.flatten(0, 1), chord.flatten(), ignore_index=-1)
    l_bass = F.cross_entropy(low.flatten(0, 1), bass.flatten(), ignore_index=-1)
    l_key = 0.0
    known = key >= 0
    key = key[:, ::KEY_EVERY]
    right = []
    for w in WINDOWS:
        k = net.keys(window_mean(y, known, w))
        l_key = l_key + F.cross_entropy(k.flatten(0, 1), key.flatten(), ignore_index=-1) / len(WINDOWS)
        right.append(((k.argmax(2) == key) & (key >= 0)).sum() / (key >= 0).sum().clamp(min=1))
    ok = chord >= 0
    right = [((logits.argmax(2) == chord) & ok).sum() / ok.sum()] + right
    return l_chord, l_bass, l_key, [float(r) for r in right]


def validate(net, examples):
    net.eval()
    rng, out = random.Random(1), []
    with torch.no_grad():
        for i in range(0, len(examples), 16):
            a, b, c, right = losses(net, [crop(e, rng, False) for e in examples[i:i + 16]])
            out.append([float(a), float(b), float(c)] + right)
    net.train()
    return np.mean(out, 0)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--train", nargs="+", required=True)
    p.add_argument("--valid", nargs="+", required=True)
    p.add_argument("--dumper", required=True)
    p.add_argument("--out", required=True)
    p.add_argument("--init")
    p.add_argument("--minutes", type=float, default=20)
    p.add_argument("--rate", type=float, default=3e-3)
    p.add_argument("--threads", type=int, default=2)
    a = p.parse_args()
    torch.set_num_threads(a.threads)
    torch.manual_seed(1)
    rng = random.Random(1)
    groups = corpus.Groups(a.train, a.dumper, Example, lambda e: (e.quality >= 0).any() or (e.key >= 0).any())
    valid = [[Example(x) for x in corpus.load([d], a.dumper)] for d in a.valid]
    print(groups.sizes(), "pieces", flush=True)
    net = Net()
    if a.init:
        net.load_state_dict(torch.load(a.init))
    optimiser = torch.optim.AdamW(net.parameters(), lr=a.rate, weight_decay=1e-3)
    begin, step, mean, last = time.time(), 0, np.zeros(3), time.time()
    while (part := (time.time() - begin) / 60 / a.minutes) < 1:
        rate = a.rate * min(1, (step + 1) / 100) * (.5 + .5 * math.cos(math.pi * part)) + 1e-5
        for group in optimiser.param_groups:
            group["lr"] = rate
        *parts, _ = losses(net, [crop(groups.draw(rng), rng, True) for _ in range(8)])
        loss = parts[0] + .3 * parts[1] + .3 * parts[2]
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        step += 1
        mean = .98 * mean + .02 * np.array([float(x) for x in parts])
        if time.time() - last > 120:
            last = time.time()
            print(f"{(last - begin) / 60:5.1f} min, step {step}, train", mean.round(4), flush=True)
            for v in valid:
                print("   valid", validate(net, v).round(4), flush=True)
            torch.save(net.state_dict(), a.out)
            groups.refresh()
    torch.save(net.state_dict(), a.out)
    for v in valid:
        print("   final", validate(net, v).round(4), flush=True)


if __name__ == "__main__":
    sys.exit(main())
