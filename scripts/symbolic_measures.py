#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Symbolic measures of scores, by role, beside the bands of human music.

    scripts/symbolic_measures.py [--json] [--patterns FILE] [--each] SCORE.json ...

Definitions are MusPy's (muspy/metrics/metrics.py) where it has them; bars are the score's own. Bands are the
5th to 95th percentile of POP909's melodies and piano (docs/rooms/compose.md). What is measured of a track are
the bars from its first note of a run of bars that it plays in to the last one: the sections where it rests as
a whole are the arrangement's business. Swing is taken out by rounding to sixteenths.

A score is labelled by its file's name, or its folder's where the file is called score.json, without digits at
its end: techno-3/score.json counts for "techno". Repetition is measured for all, and judged only where the label
is no loop's (LOOPS).

--patterns: a JSON list of {"BD": "x---...", "SD": ..., "CH": ...} of 16 steps: distance of each drum bar to the
nearest of them, of 48 cells."""
import argparse
import json
import math
import os
import re
import sys

TONICS = {n: i for i, n in enumerate("C C# D D# E F F# G G# A A# B".split())}
TONICS.update({"Db": 1, "Eb": 3, "Gb": 6, "Ab": 8, "Bb": 10, "Cb": 11, "Fb": 4, "E#": 5, "B#": 0})
MODES = {"major": (0, 2, 4, 5, 7, 9, 11), "minor": (0, 2, 3, 5, 7, 8, 10), "dorian": (0, 2, 3, 5, 7, 9, 10),
         "phrygian": (0, 1, 3, 5, 7, 8, 10), "lydian": (0, 2, 4, 6, 7, 9, 11),
         "mixolydian": (0, 2, 4, 5, 7, 9, 10), "locrian": (0, 1, 3, 5, 6, 8, 10)}
QUALITIES = {"": (0, 4, 7), "maj": (0, 4, 7), "min": (0, 3, 7), "dim": (0, 3, 6), "aug": (0, 4, 8), "5": (0, 7), "1": (0,),
             "maj7": (0, 4, 7, 11), "min7": (0, 3, 7, 10), "7": (0, 4, 7, 10), "dim7": (0, 3, 6, 9),
             "hdim7": (0, 3, 6, 10), "minmaj7": (0, 3, 7, 11), "maj6": (0, 4, 7, 9), "6": (0, 4, 7, 9),
             "min6": (0, 3, 7, 9), "9": (0, 4, 7, 10, 2), "maj9": (0, 4, 7, 11, 2), "min9": (0, 3, 7, 10, 2),
             "sus4": (0, 5, 7), "sus2": (0, 2, 7), "11": (0, 4, 7, 10, 2, 5), "maj11": (0, 4, 7, 11, 2, 5),
             "min11": (0, 3, 7, 10, 2, 5), "13": (0, 4, 7, 10, 2, 9), "maj13": (0, 4, 7, 11, 2, 9),
             "min13": (0, 3, 7, 10, 2, 9)}
DEGREES = {"1": 0, "2": 2, "3": 4, "4": 5, "5": 7, "6": 9, "7": 11, "8": 0, "9": 2, "10": 4, "11": 5, "12": 7, "13": 9}
# Genres whose material is a loop: that their bars repeat is what they are.
LOOPS = {"techno", "house", "deep_house", "trance", "trap", "boom_bap", "lofi", "electro", "garage", "reggaeton",
         "dubstep", "drum_and_bass"}
REPETITION = {"bar exact repeat", "bar best match"}
BANDS = {
    "melody": {"pitch classes": (5, 11), "pitch range": (12, 25), "pitch-class entropy": (2.26, 3.10),
               "scale consistency": (.86, 1), "in key": (.86, 1), "chord-tone ratio": (.48, .84),
               "polyphony": (1, 1.05), "empty beats": (.14, .41), "groove consistency": (.62, .87),
               "notes per beat": (.56, 1.65), "steps": (.51, .81), "leaps": (0, .11),
               "bar best match": (.61, .94), "bar exact repeat": (.40, .91)},
    "harmony": {"pitch-class entropy": (2.4, 3.1), "scale consistency": (.86, 1), "in key": (.86, 1),
                "polyphony": (2.25, 3.53)},
    "drums": {"hits per bar": (4, 21), "groove consistency": (.64, .98), "nearest pattern": (3, 12)},
}


def degree(text):
    flats = len(text) - len(text.lstrip("b#"))
    return (DEGREES[text[flats:]] + text[:flats].count("#") - text[:flats].count("b")) % 12


def chord_set(label):
    """Pitch classes of a Harte label; an empty set for N and what isn't understood."""
    m = re.match(r"^([A-G][b#]*)(?::([a-z0-9]*)(?:\(([^)]*)\))?)?(?:/([b#]*\d+))?$", label)
    if not m:
        return frozenset()
    root = TONICS[m.group(1)[0]] + m.group(1).count("#") - m.group(1).count("b")
    tones = set(QUALITIES.get(m.group(2) or ("" if m.group(3) is None else "1"), (0, 4, 7)))
    for d in filter(None, (m.group(3) or "").split(",")):
        if d.startswith("*"):
            tones.discard(degree(d[1:]))
        else:
            tones.add(degree(d))
    if m.group(4):
        tones.add(degree(m.group(4)))
    return frozenset((root + t) % 12 for t in tones)


def mean(v):
    v = list(v)
    return sum(v) / len(v) if v else math.nan


class Track:
    """Notes of a track on a grid of sixteenths, in the bars where it plays."""

    def __init__(self, score, track):
        metre = score["metre"][0]
        self.bar = metre["beats_per_bar"] * 16 // metre["beat_unit"]
        self.beat = 6 if metre["beat_unit"] == 8 and metre["beats_per_bar"] % 3 == 0 else 4
        self.notes = sorted((int(n["at"] * 4 + .5), max(1, int(n["length"] * 4 + .5)), n["pitch"]) for n in track["notes"])
        sections = [(s["at"], s["at"] + s["length"]) for s in score.get("sections", [])] or \
            [(b * self.bar / 4, (b + 8) * self.bar / 4) for b in range(0, int(score["length"] * 4 / self.bar), 8)]
        self.bars = []
        for start, end in sections:
            first, last = round(start * 4 / self.bar), round(end * 4 / self.bar)
            if any(first * self.bar <= n[0] < last * self.bar for n in self.notes):
                self.bars += [b for b in range(first, last) if b not in self.bars]
        self.chords = [(c["at"] * 4, (c["at"] + c["length"]) * 4, chord_set(c["label"])) for c in score.get("chords", [])]
        keys = score.get("keys") or []
        self.key = {(TONICS[keys[0]["tonic"]] + i) % 12 for i in MODES[keys[0]["mode"]]} if keys else None

    def at_bar(self, b):
        return [n for n in self.notes if b * self.bar <= n[0] < (b + 1) * self.bar]


def pitch_measures(t):
    out, pc = {}, [n[2] % 12 for n in t.notes]
    share = [pc.count(i) / len(pc) for i in range(12)]
    out["pitch classes"] = len(set(pc))
    out["pitch range"] = max(n[2] for n in t.notes) - min(n[2] for n in t.notes)
    out["pitch-class entropy"] = -sum(p * math.log2(p) for p in share if p)
    out["scale consistency"] = max(sum(share[(k + i) % 12] for i in MODES[m])
                                   for k in range(12) for m in ("major", "minor"))
    if t.key:
        out["in key"] = sum(share[p] for p in t.key)
    return out


def polyphony(t):
    sounding = {}
    for at, length, _ in t.notes:
        for s in range(at, at + length):
            sounding[s] = sounding.get(s, 0) + 1
    return mean(sounding.values()), sounding


def chord_tone_ratio(t):
    good = total = 0
    for at, length, p in t.notes:
        for a, b, tones in t.chords:
            d = min(at + length, b) - max(at, a)
            if d > 0 and tones:
                total += d
                good += d * (p % 12 in tones)
    return good / total if total else math.nan


def groove_consistency(t, keep=lambda n: True):
    rows = [frozenset(n[0] % t.bar for n in t.at_bar(b) if keep(n)) for b in t.bars]
    pairs = [(a, b) for i, (a, b) in enumerate(zip(rows, rows[1:])) if t.bars[i + 1] == t.bars[i] + 1]
    return 1 - mean(len(a ^ b) / t.bar for a, b in pairs)


def repetition(t):
    seen, exact, best = [], [], []
    for b in t.bars:
        now = frozenset((n[2] % 12, n[0] % t.bar) for n in t.at_bar(b))
        if now and seen:
            exact.append(now in seen)
            best.append(max(len(now & s) / len(now | s) for s in seen))
        if now:
            seen.append(now)
    return mean(exact), mean(best)


def measure_melody(t):
    out = pitch_measures(t)
    out["polyphony"], sounding = polyphony(t)
    out["chord-tone ratio"] = chord_tone_ratio(t)
    beats = [s for b in t.bars for s in range(b * t.bar, (b + 1) * t.bar, t.beat)]
    out["empty beats"] = mean(not any(s + i in sounding for i in range(t.beat)) for s in beats)
    out["notes per beat"] = sum(len(t.at_bar(b)) for b in t.bars) / len(beats)
    moves = [abs(b[2] - a[2]) for a, b in zip(t.notes, t.notes[1:])]
    if moves:
        out["steps"], out["leaps"] = mean(m <= 2 for m in moves), mean(m > 7 for m in moves)
    out["groove consistency"] = groove_consistency(t)
    out["bar exact repeat"], out["bar best match"] = repetition(t)
    return out


def measure_harmony(t):
    out = pitch_measures(t)
    out["polyphony"] = polyphony(t)[0]
    return out


DRUMS = {35: "BD", 36: "BD", 37: "SD", 38: "SD", 39: "SD", 40: "SD", 42: "CH", 44: "CH"}


def measure_drums(t, patterns):
    out = {}
    bars = [frozenset((DRUMS[n[2]], n[0] % t.bar) for n in t.at_bar(b) if n[2] in DRUMS) for b in t.bars]
    out["hits per bar"] = mean(len(b) for b in bars)
    out["groove consistency"] = groove_consistency(t, lambda n: n[2] in DRUMS)
    if patterns and t.bar == 16:
        out["nearest pattern"] = mean(min(len(b ^ p) for p in patterns) for b in set(bars) if b)
    return out


def label_of(path):
    name = os.path.basename(path)
    if name == "score.json":
        name = os.path.basename(os.path.dirname(os.path.abspath(path)))
    return re.sub(r"[-_.]?\d*$", "", name.removesuffix(".json"))


def measure(path, patterns):
    """{role: {measure: value}} of a file; the first track of each role that has notes."""
    with open(path, encoding="utf-8") as f:
        score = json.load(f)
    out = {}
    for track in score["tracks"]:
        role = track.get("kind")
        if role not in BANDS or role in out or len(track["notes"]) < 8:
            continue
        t = Track(score, track)
        out[role] = {"melody": measure_melody, "harmony": measure_harmony}[role](t) if role != "drums" \
            else measure_drums(t, patterns)
    return out


def judged(role, name, label):
    return name in BANDS[role] and not (name in REPETITION and label in LOOPS)


def inside(role, name, value):
    lo, hi = BANDS[role][name]
    return lo - 1e-9 <= value <= hi + 1e-9


def table(rows, role):
    """rows: [(label, {measure: value})]"""
    print(f"\n{role}: {len(rows)} pieces")
    print(f"{'measure':22} {'mean':>7} {'p5':>7} {'p95':>7}   {'band':13} {'inside':>6}")
    total = []
    for name, (lo, hi) in BANDS[role].items():
        v = sorted((r[name], l) for l, r in rows if name in r and not math.isnan(r[name]))
        if not v:
            continue
        ok = [inside(role, name, x) for x, l in v if judged(role, name, l)]
        total += ok
        at = [v[int(q * (len(v) - 1) + .5)][0] for q in (.05, .95)]
        print(f"{name:22} {mean(x for x, _ in v):7.3f} {at[0]:7.3f} {at[1]:7.3f}   {lo:g} .. {hi:<7g} "
              f"{100 * mean(ok):5.0f}%")
    print(f"{'all':22} {'':37} {100 * mean(total):5.1f}%")


def each(rows, role):
    names = list(BANDS[role])
    print(f"\n{role}, by label (mean; * where over a third of the pieces lie outside)")
    print(f"{'':15}" + "".join(f"{''.join(w[0] for w in n.split()[:1]) + n[1:8]:>10}" for n in names))
    for label in sorted({l for l, _ in rows}):
        mine = [r for l, r in rows if l == label]
        cells = []
        for n in names:
            v = [r[n] for r in mine if n in r and not math.isnan(r[n])]
            bad = judged(role, n, label) and mean(not inside(role, n, x) for x in v) > 1 / 3
            cells.append(f"{mean(v):9.3f}{'*' if bad else ' '}" if v else " " * 10)
        print(f"{label:15}" + "".join(cells))


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("scores", nargs="+")
    ap.add_argument("--json", action="store_true", help="one line of JSON a piece instead of tables")
    ap.add_argument("--each", action="store_true", help="a table by label too")
    ap.add_argument("--patterns", help="known drum patterns")
    args = ap.parse_args()
    patterns = []
    if args.patterns:
        with open(args.patterns, encoding="utf-8") as f:
            patterns = [frozenset((k, i) for k in ("BD", "SD", "CH") for i, c in enumerate(p.get(k, "")) if c == "x")
                        for p in json.load(f)]
    roles = {r: [] for r in BANDS}
    for path in args.scores:
        found = measure(path, patterns)
        if args.json:
            print(json.dumps({"score": path, "label": label_of(path), **found}))
        for role, values in found.items():
            roles[role].append((label_of(path), values))
    if args.json:
        return 0
    for role, rows in roles.items():
        if rows:
            table(rows, role)
            if args.each:
                each(rows, role)
    return 0


if __name__ == "__main__":
    sys.exit(main())
