# SPDX-License-Identifier: MIT
"""What is measured of composed pieces: by our own ears, by aubio, by libebur128, by the notes themselves.

Pieces are composed into a temporary folder, a few at a time; of each only figures are kept.
"""
import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor

STYLES = ("techno", "house", "deep_house", "trance", "dubstep", "drum_and_bass", "garage", "trap", "boom_bap", "lofi",
          "synthwave", "electro", "ambient", "reggaeton", "rock", "funk", "jazz", "cinematic")
STYLE_FOLDER = pathlib.Path(__file__).resolve().parent.parent / "styles"
LEVELS = (1, 2, .5, 3, 1 / 3, 1.5, 2 / 3, 4, .25)
SPECTRUM = ("sub_bass", "bass", "low_mids", "mids", "upper_mids", "highs", "air")
TONICS = "C C# D D# E F F# G G# A A# B".split()


def says(style):
    """The genre as a person would write it."""
    return style.replace("_", " ")


def is_at_a_level(bpm, truth, tolerance):
    return bpm is not None and any(abs(bpm / (truth * level) - 1) <= tolerance for level in LEVELS)


def by_ebur128(path):
    said = subprocess.run(["ffmpeg", "-hide_banner", "-nostats", "-i", str(path), "-af", "ebur128=peak=true:framelog=verbose",
                           "-f", "null", "-"], capture_output=True, check=True).stderr.decode()
    summary = said[said.rindex("Summary:"):]
    return tuple(float(re.search(rf"{key}:\s+(-?[\d.]+|-inf)", summary)[1]) for key in ("I", "Peak"))


def by_aubio(path):
    """From the median of the intervals between the beats that aubio hears (the tempo that its other program prints is that of
    a hop's moment)."""
    if not shutil.which("aubiotrack"):
        return None
    beats = [float(t) for t in subprocess.run(["aubiotrack", "-i", str(path)], capture_output=True, check=False).stdout.split()]
    return 60 / statistics.median(b - a for a, b in zip(beats, beats[1:])) if len(beats) > 4 else 0.0


def off_the_grid_s(heard, report):
    """Median distance of the beats that were heard to the nearest eighth of the score's grid."""
    beats = report["beats_s"]
    grid = sorted(beats + [(a + b) / 2 for a, b in zip(beats, beats[1:])])
    heard = [t for t in heard if t <= grid[-1]]
    if not heard:
        return None
    distances = sorted(min(abs(t - g) for g in grid) for t in heard)
    return distances[len(distances) // 2]


class Piece:
    """A session's figures."""

    def __init__(self, folder, style, peers=False):
        report = json.loads((folder / "report.json").read_text())
        session = json.loads((folder / "session.json").read_text())
        score = json.loads((folder / "score.json").read_text())
        context, heard = session["context"], report["listen"]
        self.style = style
        self.context = context
        self.pulse = json.loads((STYLE_FOLDER / f"{style}.json").read_text()).get("pulse", True)
        self.bpm = report["tempo_bpm"]
        self.heard_bpm = heard["tempo"]["bpm"]
        self.tempo_ok = is_at_a_level(self.heard_bpm, self.bpm, .005)
        self.off_grid_s = off_the_grid_s(heard.get("beats_s") or [], report)
        minor = context["mode"] in ("minor", "dorian", "phrygian", "locrian")
        self.key = (context["tonic"], "minor" if minor else "major")
        self.heard_key = (heard["key"]["tonic"], heard["key"]["mode"])
        self.key_ok = self.key == self.heard_key
        beats, unit = map(int, context["meter"].split("/"))
        self.length_ok = abs(score["length"] - context["bars"] * beats * 4 / unit) < 1e-9 \
            and len(report["downbeats_s"]) == context["bars"]
        self.coherence, self.separation = report["rhythmic_coherence"], report["frequency_separation"]
        self.target_lufs = context["target_lufs"]
        self.lufs, self.true_peak = by_ebur128(folder / "mix.wav") if peers else (None, None)
        self.aubio_bpm = by_aubio(folder / "mix.wav") if peers else None
        self.aubio_ok = is_at_a_level(self.aubio_bpm, self.bpm, .02)
        self.features = features(heard, score, context)


def features(heard, score, context):
    """What tells genres apart: tempo, groove, spectrum, dynamics, harmony. Plain numbers."""
    bpm = heard["tempo"]["bpm"] or 0
    row = [bpm / 100, (heard["tempo"]["confidence"] or 0)]
    for band in ("low", "mid", "high"):
        groove = ((heard.get("groove") or {}).get("bands") or {}).get(band) or {}
        row += [h or 0 for h in groove.get("hits") or [0] * 16]
    bands = heard["spectrum"]["bands"]
    row += [(bands[b]["level_dbfs"] or -90) / 20 for b in SPECTRUM]
    row += [heard["spectrum"]["tilt_db_per_octave"] or 0, (heard["loudness"]["integrated_lufs"] or -70) / 10,
            (heard["loudness"]["range_lu"] or 0) / 5, (heard["loudness"]["plr_db"] or 0) / 5,
            heard["stereo"]["width"] or 0]
    labels = [c["label"] for c in score["chords"]]
    several = max(len(labels), 1)
    row += [sum(":min" in x for x in labels) / several, sum("7" in x or "9" in x or "13" in x for x in labels) / several,
            len(labels) / max(context["bars"], 1), len(set(labels)) / several]
    row += [len(heard["onsets_s"]) / max(heard["file"]["duration_s"], 1) / 5]
    return row


def compose(program, jobs, peers=False):
    """[Piece] of [(style, prompt, seed, bars)], in order."""
    with tempfile.TemporaryDirectory() as work:
        def one(item):
            number, (style, prompt, seed, bars) = item
            folder = pathlib.Path(work) / str(number)
            arguments = [program, "compose", prompt, "-o", folder, "--seed", str(seed), "--style", style, "--quiet",
                         "--threads", "1"]
            if bars:
                arguments += ["--bars", str(bars)]
            done = subprocess.run([str(a) for a in arguments], capture_output=True, check=False)
            if done.returncode:
                raise RuntimeError(f"{prompt!r}: {done.stderr.decode().strip()}")
            piece = Piece(folder, style, peers)
            shutil.rmtree(folder)
            return piece
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            return list(pool.map(one, enumerate(jobs)))


def told_apart(pieces):
    """Share of the pieces of odd seeds whose style linear discriminant analysis, taught with the even ones, names; and
    the confusions."""
    import numpy as np
    x = np.array([p.features for p in pieces])
    y = np.array([STYLES.index(p.style) for p in pieces])
    odd = np.array([i % 2 for i in range(len(pieces))], bool)
    mean, scale = x[~odd].mean(0), x[~odd].std(0) + 1e-3
    x = (x - mean) / scale
    centres = np.array([x[~odd & (y == k)].mean(0) for k in range(len(STYLES))])
    inside = x[~odd] - centres[y[~odd]]
    covariance = inside.T @ inside / len(inside)
    weight = np.linalg.inv(.5 * covariance + .5 * np.eye(x.shape[1]) * np.trace(covariance) / x.shape[1])
    away = x[odd][:, None, :] - centres[None]
    named = np.einsum("pki,ij,pkj->pk", away, weight, away).argmin(1)
    wrong = [(STYLES[a], STYLES[b]) for a, b in zip(y[odd], named) if a != b]
    return float((named == y[odd]).mean()), wrong
