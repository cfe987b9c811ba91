#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Fit the harmony network's key layer anew on means over long stretches, all else held fast.

usage: tune_key.py --train DIR[,DIR]… --valid DIR[,DIR]… --init NET.pt --out NET.pt

The key of a recording is read from the mean of half a minute to several minutes, longer than what train_harmony.py
shows at once. One stretch of a key each piece, its mean features, and the same over random parts of it."""
import argparse
import random

import numpy as np
import torch
import torch.nn.functional as F

import corpus
import train_harmony as H


def stretches(net, folders, rng, parts):
    """(K, 12, C3) means and keys (K,), counted from E."""
    means, keys = [], []
    for piece in corpus.load(folders):
        e = H.Example(piece)
        if not (e.key >= 0).any():
            continue
        x = H.scaled(*H.tuned(e.pitch, e.cents + rng.gauss(0, 2)))
        with torch.no_grad():
            y = net.features(torch.from_numpy(x)[None])
            none = net.chords(y)[0].softmax(2)[0, :, H.NONE].numpy()
        y = y[0].numpy()
        for key in sorted(set(e.key[e.key >= 0])):
            at = np.flatnonzero((e.key[:len(y)] == key) & (none[:len(e.key)] < .5))
            if len(at) < 20:
                continue
            for k in range(parts):
                if k == 0:
                    some = at
                else:
                    n = rng.randint(min(40, len(at)), len(at))
                    first = rng.randint(0, len(at) - n)
                    some = at[first:first + n]
                means.append(y[some].mean(0))
                keys.append((key // 2 - 4) % 12 * 2 + key % 2)
    return torch.from_numpy(np.stack(means)), torch.tensor(np.array(keys))


def logits(net, means):
    return net.keys(means[:, None])[:, 0]


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--train", required=True)
    p.add_argument("--valid", required=True)
    p.add_argument("--init", required=True)
    p.add_argument("--out", required=True)
    p.add_argument("--decay", type=float, default=3e-3)
    a = p.parse_args()
    torch.set_num_threads(2)
    rng = random.Random(1)
    net = H.Net()
    net.load_state_dict(torch.load(a.init))
    net.eval()
    train = stretches(net, a.train.split(","), rng, 3)
    valid = [stretches(net, [d], rng, 1) for d in a.valid.split(",")]
    right = lambda d: round(float((logits(net, d[0]).argmax(1) == d[1]).float().mean()), 4)
    print("before: train", right(train), "valid", [right(v) for v in valid], flush=True)
    weights = list(net.key.parameters())
    optimiser = torch.optim.LBFGS(weights, max_iter=200, history_size=20, line_search_fn="strong_wolfe")

    def closure():
        optimiser.zero_grad()
        loss = F.cross_entropy(logits(net, train[0]), train[1]) + a.decay * (net.key.weight ** 2).sum()
        loss.backward()
        return loss

    optimiser.step(closure)
    print("after: train", right(train), "valid", [right(v) for v in valid], "loss",
          [round(float(F.cross_entropy(logits(net, v[0]), v[1])), 4) for v in valid])
    torch.save(net.state_dict(), a.out)


if __name__ == "__main__":
    main()
