#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Train the rhythm network: mel powers, tones and harmonic novelty in; onsets, beats, downbeats, tempo, metre and pulse out.

usage: train_rhythm.py --train WEIGHT:DIR[,DIR]… --valid DIR… --dumper PROGRAM --out NET.pt [--init NET.pt] [--minutes M]
  --train   groups of folders, drawn from in proportion to their weights; what is new in them is taken up
            every few minutes

The network is that of src/listen/rhythm_net.h; export_net.py writes its weights as C."""
import argparse
import math
import random
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F

import corpus

LOW_BPM, HIGH_BPM, TEMPI = 34.0, 250.0, 64
METRES = {(2, 4): 0, (3, 4): 1, (4, 4): 2, (5, 4): 3, (6, 8): 4}
OTHER = 5
CROP_S = 30
ROWS = CROP_S * 50
DILATIONS = [1, 2, 4, 8, 16, 32, 64, 128, 256]
LAGS = (2, 5, 10, 20)
IGNORE = -1.0


class Net(torch.nn.Module):
    def __init__(self, wide=32):
        super().__init__()
        conv = lambda i, o, k, d=1, s=1: torch.nn.Conv1d(i, o, k, stride=s, dilation=d, padding=d * (k - 1) // 2)
        self.front = torch.nn.ModuleList([conv(41, 32, 5), conv(32, 32, 5), conv(32, 32, 5, 2)])
        self.onset = torch.nn.ModuleList([conv(32, 32, 5), conv(32, 1, 5)])
        self.down = conv(32, wide, 5, 1, 2)
        self.tone = torch.nn.ModuleList([conv(64, 32, 3), conv(32, 32, 5), conv(32, 32, 5, 2)])
        self.mix = conv(wide + 8 + 32, wide, 1)
        self.body = torch.nn.ModuleList([conv(wide, wide, 5, d) for d in DILATIONS])
        self.expect = conv(wide + 32, 64, 1)
        torch.nn.init.zeros_(self.expect.weight)
        torch.nn.init.zeros_(self.expect.bias)
        self.beat = conv(wide, 2, 1)
        self.slow = conv(wide, TEMPI + 6 + 1, 1)

    def forward(self, mel, tone, novelty):
        """mel (N, 41, 2 R), tone (N, 64, R), novelty (N, 8, R) → onset (N, 2 R), beat (N, 2, R), slow (N, 71, R / 5)"""
        x = self.front[0](mel)
        for layer in self.front[1:]:
            x = x + layer(F.relu(x))
        near = x + self.onset[0](F.relu(x))
        t = self.tone[0](tone)
        for layer in self.tone[1:]:
            t = t + layer(F.relu(t))
        t = F.relu(t)
        y = self.mix(torch.cat([F.relu(self.down(F.relu(x))), novelty, t], 1))
        for layer in self.body:
            y = y + layer(F.relu(y))
        y = F.relu(y)
        e = self.expect(torch.cat([y, t], 1))                     # what the pattern leads to expect of both hops
        e = torch.stack([e[:, :32], e[:, 32:]], 3).flatten(2)
        onset = self.onset[1](F.relu(near + e))[:, 0]
        return onset, self.beat(y), self.slow(y[:, :, 2::5])


def novelty(pitch):
    """(frames, 216) int16 → (frames + 1, 8): how much the harmony differs on both sides of each frame's start."""
    v = np.maximum(pitch.astype(np.float32) / 100, -80) / 20 + 4
    parts = []
    for a, b in ((72, 216), (0, 72)):
        c = v[:, a:b].reshape(len(v), -1, 36).sum(1)
        parts.append(c - c.mean(1, keepdims=True))
    out = np.zeros((len(v) + 1, 8), np.float32)
    for j, c in enumerate(parts):
        total = np.concatenate([np.zeros((1, 36), np.float32), np.cumsum(c, 0, dtype=np.float64).astype(np.float32)])
        at = np.arange(len(v) + 1)
        for i, lag in enumerate(LAGS):
            left = total[at] - total[np.maximum(at - lag, 0)]
            right = total[np.minimum(at + lag, len(v))] - total[at]
            gap = np.linalg.norm(right - left, axis=1)
            out[:, j * 4 + i] = gap / (np.linalg.norm(left, axis=1) + np.linalg.norm(right, axis=1) + lag)
    return out


def spread(out, times, rate, offset=0.0):
    """Mark times in OUT: 1 on the nearest row, 0.5 beside it."""
    rows = np.round(np.asarray(times) * rate - offset).astype(int)
    for shift, value in ((-1, .5), (1, .5), (0, 1.0)):
        r = rows + shift
        r = r[(r >= 0) & (r < len(out))]
        out[r] = np.maximum(out[r], value)


class Example:
    def __init__(self, piece):
        t = piece.truth
        hops = len(piece.mel) // 10 * 10
        self.mel = piece.mel[:hops]
        self.tone = piece.tone[:hops // 2]
        self.novelty = novelty(piece.pitch)
        self.rows = hops // 2
        self.onset = np.zeros(hops, np.float32)
        self.beat = np.zeros((2, self.rows), np.float32)
        self.tempo = np.full(self.rows // 5, IGNORE, np.float32)
        self.pulse = float(t.get("pulse", 1))
        self.metre = OTHER
        if not t.get("beats"):
            self.pulse = 0.0
            if t.get("onsets") is None:
                self.onset[:] = IGNORE
            else:
                spread(self.onset, t["onsets"], 100, .5)
            return
        spread(self.onset, t["onsets"], 100, .5)
        beats = np.asarray(t["beats"])
        spread(self.beat[0], beats, 50, .25)
        if t.get("downbeats"):
            spread(self.beat[1], t["downbeats"], 50, .25)
        else:
            self.beat[1] = IGNORE
        self.metre = METRES.get((t.get("beats_per_bar"), t.get("beat_unit")), OTHER) if t.get("beats_per_bar") else -100
        # local tempo: over four beats around
        for i in range(len(beats) - 1):
            a, b = max(0, i - 2), min(len(beats) - 1, i + 3)
            bpm = 60 * (b - a) / (beats[b] - beats[a])
            x = (math.log(bpm / LOW_BPM)) / math.log(HIGH_BPM / LOW_BPM) * (TEMPI - 1)
            lo, hi = int(beats[i] * 10), int(math.ceil(beats[i + 1] * 10))
            self.tempo[max(lo, 0):hi] = min(max(x, 0), TEMPI - 1)


def crop(example, rng, augment, start=None):
    """Arrays of CROP_S seconds from a random place on, padded with silence."""
    spare = max(0, example.rows // 5 - ROWS // 5)
    at = (rng.randint(0, spare) if start is None else min(start, spare)) * 5
    n = min(ROWS, example.rows - at)
    mel = np.full((2 * ROWS, 41), -12000, np.int16)
    mel[:2 * n] = example.mel[2 * at:2 * (at + n)]
    tone = np.full((ROWS, 64), -12000, np.int16)
    tone[:n] = example.tone[at:at + n]
    x, t = mel.astype(np.float32) / 100, tone.astype(np.float32) / 100
    if augment:
        gain = rng.uniform(-30, 8)
        x, t = x + gain, t + gain
        up = rng.randint(-2, 2)
        t = np.roll(t, up, 1)
        if rng.random() < .5:
            k = rng.randint(2, 5)
            knots = [rng.gauss(0, 4) for _ in range(k)]
            x = x + np.interp(np.arange(41), np.linspace(0, 40, k), knots).astype(np.float32)
            t = t + np.interp(np.arange(64), np.linspace(0, 80, k), knots).astype(np.float32)
        if rng.random() < .25:
            floor, random = rng.uniform(-85, -50), np.random.default_rng(rng.randrange(1 << 30))
            noise = lambda shape, db: db + random.standard_normal(shape).astype(np.float32) * 2
            x = np.logaddexp(x * .2303, noise(x.shape, floor) * .2303) / .2303
            t = np.logaddexp(t * .2303, noise(t.shape, floor - 6) * .2303) / .2303
    x = np.maximum(x, -90) / 20 + 4.5
    t = np.maximum(t, -80) / 20 + 4
    u = (2 * (at + np.arange(ROWS)) + .5) / 10
    i = np.minimum(u.astype(int), len(example.novelty) - 2)
    f = np.clip(u - i, 0, 1)[:, None].astype(np.float32)
    nov = example.novelty[i] * (1 - f) + example.novelty[i + 1] * f
    nov[n:] = 0
    onset = np.full(2 * ROWS, IGNORE, np.float32)
    onset[:2 * n] = example.onset[2 * at:2 * (at + n)]
    beat = np.full((2, ROWS), IGNORE, np.float32)
    beat[:, :n] = example.beat[:, at:at + n]
    tempo = np.full(ROWS // 5, IGNORE, np.float32)
    tempo[:n // 5] = example.tempo[at // 5:(at + n) // 5]
    known = np.zeros(ROWS // 5, np.float32)
    known[:n // 5] = 1
    return x.T, t.T, nov.T, onset, beat, tempo, known, example.metre, example.pulse


def batch(examples, rng, augment, starts=None):
    rows = [crop(e, rng, augment, None if starts is None else starts) for e in examples]
    stack = lambda k, kind=np.float32: torch.from_numpy(np.stack([np.ascontiguousarray(r[k], kind) for r in rows]))
    return [stack(k) for k in range(7)] + [torch.tensor([r[7] for r in rows]), torch.tensor([r[8] for r in rows])]


def losses(net, data):
    mel, tone, nov, onset, beat, tempo, known, metre, pulse = data
    o, b, slow = net(mel, tone, nov)
    def bce(x, y, weight=1.0):
        mask = (y >= 0).float()
        loss = F.binary_cross_entropy_with_logits(x, y.clamp(min=0), reduction="none", pos_weight=torch.tensor(weight))
        return (loss * mask).sum() / mask.sum().clamp(min=1)
    musical = pulse[:, None, None].expand_as(beat)
    l_onset = bce(o, onset, 2.0)
    l_beat, l_down = bce(b[:, 0], beat[:, 0], 2.0), bce(b[:, 1], beat[:, 1], 3.0)
    has = (tempo >= 0).float()
    grid = torch.arange(TEMPI)[None, :, None]
    soft = torch.exp(-.5 * ((grid - tempo[:, None, :]) / .7) ** 2)
    soft = soft / soft.sum(1, keepdim=True).clamp(min=1e-6)
    l_tempo = (-(soft * F.log_softmax(slow[:, :TEMPI], 1)).sum(1) * has).sum() / has.sum().clamp(min=1)
    n = known.shape[1]
    target = metre[:, None].expand(-1, n).clone()
    target[known == 0] = -100
    target[(pulse == 0)[:, None].expand(-1, n)] = -100
    l_metre = F.cross_entropy(slow[:, TEMPI:TEMPI + 6], target)
    l_pulse = (F.binary_cross_entropy_with_logits(slow[:, TEMPI + 6], pulse[:, None].expand(-1, n).float(), reduction="none") * known).sum() / known.sum()
    return l_onset, l_beat, l_down, l_tempo, l_metre, l_pulse


WEIGHTS = (3.0, 1.5, 1.5, .06, .06, .1)


def validate(net, examples):
    net.eval()
    total, count, right = np.zeros(6), 0, np.zeros(3)
    rng = random.Random(1)
    with torch.no_grad():
        for i in range(0, len(examples), 16):
            part = examples[i:i + 16]
            data = batch(part, rng, False, 50)
            total += np.array([float(x) for x in losses(net, data)]) * len(part)
            _, _, slow = net(*data[:3])
            tempo = torch.log_softmax(slow[:, :TEMPI], 1).mean(2).argmax(1)
            truth = torch.tensor([np.median(t[t >= 0]) if (t >= 0).any() else -9 for t in data[5].numpy()])
            metre = torch.log_softmax(slow[:, TEMPI:TEMPI + 6], 1).mean(2).argmax(1)
            right += [float(((tempo - truth).abs() < 1.5).sum()), float((metre == data[7]).sum()), 0]
            count += len(part)
    net.train()
    return total / count, right / count


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--train", nargs="+", required=True)
    p.add_argument("--valid", nargs="+", required=True)
    p.add_argument("--dumper", required=True)
    p.add_argument("--out", required=True)
    p.add_argument("--init")
    p.add_argument("--wide", type=int, default=32)
    p.add_argument("--minutes", type=float, default=30)
    p.add_argument("--rate", type=float, default=3e-3)
    p.add_argument("--threads", type=int, default=3)
    a = p.parse_args()
    torch.set_num_threads(a.threads)
    torch.manual_seed(1)
    rng = random.Random(1)
    groups = corpus.Groups(a.train, a.dumper, Example)
    valid = [[Example(x) for x in corpus.load([d], a.dumper)] for d in a.valid]
    print(groups.sizes(), "pieces,", [len(v) for v in valid], "to validate", flush=True)
    net = Net(a.wide)
    if a.init:
        net.load_state_dict(torch.load(a.init))
    optimiser = torch.optim.AdamW(net.parameters(), lr=a.rate, weight_decay=1e-3)
    begin, step, mean = time.time(), 0, np.zeros(6)
    last_report = begin
    while True:
        part = (time.time() - begin) / 60 / a.minutes
        if part >= 1:
            break
        rate = a.rate * min(1, (step + 1) / 100) * (.5 + .5 * math.cos(math.pi * part)) + 1e-5
        for group in optimiser.param_groups:
            group["lr"] = rate
        parts = losses(net, batch([groups.draw(rng) for _ in range(12)], rng, True))
        loss = sum(w * x for w, x in zip(WEIGHTS, parts))
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        step += 1
        mean = .98 * mean + .02 * np.array([float(x) for x in parts])
        if time.time() - last_report > 150:
            last_report = time.time()
            print(f"{(time.time() - begin) / 60:5.1f} min, step {step}, rate {rate:.5f}, train", mean.round(4), flush=True)
            for v in valid:
                print("   valid", *[x.round(4) for x in validate(net, v)], flush=True)
            torch.save(net.state_dict(), a.out)
            groups.refresh()
    torch.save(net.state_dict(), a.out)
    for v in valid:
        print("   final", *[x.round(4) for x in validate(net, v)], flush=True)


if __name__ == "__main__":
    sys.exit(main())
