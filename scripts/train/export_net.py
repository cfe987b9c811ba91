#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Write a trained network's weights as a constant table in C (src/listen/net_tab_impl.h says how it is read).

usage: export_net.py rhythm NET.pt OUT.c
       export_net.py harmony NET.pt OUT.c

Weights are rounded to 16 bits with a scale for each output channel: the error is 3e-5 of the largest."""
import re
import sys

import numpy as np
import torch

RHYTHM = [  # name, dilation, stride, relu_in, residual
    ("front.0", 1, 1, 0, 0), ("front.1", 1, 1, 1, 1), ("front.2", 2, 1, 1, 1), ("onset.0", 1, 1, 1, 1), ("onset.1", 1, 1, 1, 0),
    ("down", 1, 2, 1, 0), ("mix", 1, 1, 0, 0), *[(f"body.{i}", 1 << i, 1, 1, 1) for i in range(9)],
    ("beat", 1, 1, 1, 0), ("slow", 1, 1, 1, 0),
    ("expect", 1, 1, 1, 0), ("tone.0", 1, 1, 0, 0), ("tone.1", 1, 1, 1, 1), ("tone.2", 2, 1, 1, 1)]

# name, dilation, stride, relu_in, residual; then how the weights lie: conv, or dense over so many taps of rows
HARMONY = [("note", 1, 1, 0, 0, 0), ("fold", 12, 1, 1, 0, 6), ("time1", 12, 1, 0, 1, 0), ("circle", 1, 1, 0, 0, 12),
           ("time2", 12, 1, 0, 1, 0), ("head", 1, 1, 0, 0, 1), ("none", 1, 1, 0, 0, 1), ("key", 1, 1, 0, 0, 12)]


def laid_out(w, taps):
    """Weights of a layer as (taps, in, out); a dense layer over TAPS rows gets a tap of zeros where they are even."""
    if not taps:
        return w.transpose(2, 1, 0)
    w = w.reshape(len(w), taps, -1).transpose(1, 2, 0)
    return w if taps % 2 else np.concatenate([w, np.zeros((1,) + w.shape[1:], w.dtype)])


def wrapped(values, form):
    text = ", ".join(form(v) for v in values)
    return re.sub(r"(.{1,96})(?:, |$)", r"    \1,\n", text)


def main():
    kind, source, target = sys.argv[1:]
    state = torch.load(source, map_location="cpu")
    lines, rows = [], []
    for name, dilation, stride, relu, residual, *dense in {"rhythm": RHYTHM, "harmony": HARMONY}[kind]:
        w = laid_out(state[name + ".weight"].numpy(), dense[0] if dense else 0)
        scale = np.maximum(np.abs(w).max((0, 1)), 1e-9) / 32767
        value = np.rint(w / scale).astype(int)
        tag = name.replace(".", "_")
        lines.append(f"static const int16_t {tag}_value[] = {{\n{wrapped(value.ravel(), str)}}};\n")
        lines.append(f"static const float {tag}_scale[] = {{\n{wrapped(scale, lambda v: f'{v:.6e}f')}}};\n")
        lines.append(f"static const float {tag}_bias[] = {{\n{wrapped(state[name + '.bias'].numpy(), lambda v: f'{v:.6e}f')}}};\n")
        rows.append(f"    {{ {w.shape[1]}, {w.shape[2]}, {w.shape[0]}, {dilation}, {stride}, {relu}, {residual}, "
                    f"{tag}_value, {tag}_scale, {tag}_bias }},")
    with open(target, "w", encoding="ascii") as f:
        f.write("// SPDX-License-Identifier: MIT\n// clang-format off\n")
        f.write(f"/* Weights of the {kind} network, written by scripts/train/export_net.py: don't edit. */\n")
        f.write('#include "listen/net_tab_impl.h"\n\n' + "\n".join(lines))
        f.write(f"\nconst snq__net_layer snq__{kind}_tab[] = {{\n" + "\n".join(rows) + "\n};\n")


if __name__ == "__main__":
    main()
