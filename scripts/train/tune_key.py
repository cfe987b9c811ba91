#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Fit the harmony network's key layer anew on means over long stretches, all else held fast.

usage: tune_key.py --train DIR[,DIR]… --valid DIR[,DIR]… --init NET.pt --out NET.pt

The key of a recording is read from the mean of half a minute to several minutes, longer than what train_harmony.py
shows at once. Four stretches of each piece in one key: the whole and its thirds. Fitted with the layer: what it is
worth that the piece's first chord is the tonic triad (KEY_FIRST in src/listen/harmony.c; printed). Pieces in other
modes than major and minor, which songs seldom are in, count for less."""
import argparse

import numpy as np
import torch
import torch.nn.functional as F

import corpus
import train_harmony as H

MINOR = (1, 4, 5)      # qualities with a minor third
CHANGE = 4.0           # as CHANGE_FREE in src/listen/harmony.c


def chord_path(log_p):
    """The sequence of chords (T,) that agrees best with log p (T, 109) at CHANGE a change."""
    score, back = log_p[0].copy(), np.zeros(log_p.shape, int)
    stay = np.arange(log_p.shape[1])
    for i in range(1, len(log_p)):
        best = score.argmax()
        jump = score[best] - CHANGE
        back[i] = np.where(jump > score, best, stay)
        score = np.maximum(score, jump) + log_p[i]
    path = [score.argmax()]
    for i in range(len(log_p) - 1, 0, -1):
        path.append(back[i][path[-1]])
    return path[::-1]


def stretches(net, folder, other_modes):
    """means (4 K, 12, C3), first (4 K, 24), keys (4 K,), weights (4 K,); classes counted from E."""
    rows = []
    for piece in corpus.load([folder]):
        t = piece.truth
        if not t.get("key") or len(t.get("key_spans") or []) > 1 or t.get("atonal"):
            continue
        e = H.Example(piece)
        with torch.no_grad():
            y = net.features(torch.from_numpy(H.scaled(*H.tuned(e.pitch, e.cents)))[None])
            log_p = net.chords(y)[0][0].log_softmax(1).numpy()
        tonal = np.flatnonzero(log_p[:, H.NONE] < np.log(.5))
        if len(tonal) < 20:
            continue
        y = y[0].numpy()
        parts = [tonal] + [tonal[len(tonal) * k // 3:len(tonal) * (k + 1) // 3] for k in range(3)]
        chords = [c for c in chord_path(log_p) if c != H.NONE]
        first = np.zeros((4, 24), np.float32)
        if chords:
            root, quality = divmod(chords[0], 9)
            first[:2, 2 * root + (quality in MINOR)] = 1
        tonic, mode = t["key"].split()
        key = (corpus.PITCH_CLASS[tonic] - 4) % 12 * 2 + (mode == "minor")
        weight = 1.0 if t.get("mode", mode) in ("major", "minor") else other_modes
        rows += [(y[p].mean(0), f, key, weight) for p, f in zip(parts, first)]
    stack = lambda k, kind: torch.from_numpy(np.array([r[k] for r in rows], kind))
    return stack(0, np.float32), stack(1, np.float32), stack(2, np.int64), stack(3, np.float32)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--train", required=True)
    p.add_argument("--valid", required=True)
    p.add_argument("--init", required=True)
    p.add_argument("--out", required=True)
    p.add_argument("--decay", type=float, default=3e-3)
    p.add_argument("--other-modes", type=float, default=.2, help="weight of pieces in them")
    a = p.parse_args()
    torch.set_num_threads(1)
    net = H.Net()
    net.load_state_dict(torch.load(a.init))
    net.eval()
    parts = [stretches(net, d, a.other_modes) for d in a.train.split(",")]
    means, first, keys, weights = (torch.cat([q[k] for q in parts]) for k in range(4))
    valid = {d: stretches(net, d, 1.0) for d in a.valid.split(",")}
    worth = torch.nn.Parameter(torch.tensor(.5))
    logits = lambda m, f: net.keys(m[:, None])[:, 0] + worth * f
    optimiser = torch.optim.LBFGS([*net.key.parameters(), worth], max_iter=200, history_size=20,
                                  line_search_fn="strong_wolfe")

    def closure():
        optimiser.zero_grad()
        loss = F.cross_entropy(logits(means, first), keys, reduction="none") @ weights / weights.sum()
        loss = loss + a.decay * (net.key.weight ** 2).sum()
        loss.backward()
        return loss

    optimiser.step(closure)
    print(f"{len(keys) // 4} pieces, the first chord is worth {float(worth):.2f}")
    for name, (m, f, k, _) in valid.items():
        with torch.no_grad():
            whole = logits(m, f)[::4]
        print(f"{name}: {float((whole.argmax(1) == k[::4]).float().mean()):.3f} of {len(whole)} right, "
              f"loss {float(F.cross_entropy(whole, k[::4])):.3f}")
    torch.save(net.state_dict(), a.out)


if __name__ == "__main__":
    main()
