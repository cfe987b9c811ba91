#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Random scores of every density, mixed and mastered to -14 and to -9 LUFS: the records keep what they promise.

Six of them; SNQ_SCORES in the environment asks for more (50 for the report, with a line for each). Loudness and
true peak are read by ffmpeg's ebur128, the rest by numpy."""
import concurrent.futures
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path[:0] = [str(ROOT / "tests" / "checks"), str(ROOT / "scripts")]
import tap  # noqa: E402

try:
    import numpy as np
    import patch_pages as pages
except ImportError:
    np = pages = None

PROGRAM = pathlib.Path(os.environ.get("SNQ_PROGRAM", ROOT / "build" / "sonique"))
ENV = {**os.environ, "SNQ_MODULES": str(PROGRAM.parent), "SNQ_DATA": os.environ.get("SNQ_DATA", str(ROOT))}
SCORES = int(os.environ.get("SNQ_SCORES", "6"))
TARGETS = (-14, -9)
LU, CEILING_DBTP, LOW_HZ, DC = 0.3, -1, 120, 1e-4
FAMILIES = {"drums": (1, 0.9), "bass": (1, 0.8), "lead": (1, 0.6), "keys": (1, 0.5), "pluck": (1, 0.5), "pad": (3, 0.5), "voice": (3, 0.2),
            "texture": (1, 0.2)}
KEYS = (36, 38, 42, 46, 39, 51, 49, 56)


def random_score(seed):
    """From a note in two seconds to a wall: density, tracks, levels, patches and tempo by chance."""
    rng = random.Random(seed)
    listed = [p for p in pages.patches() if pages.plays_by_itself(p)]
    density = 0.25 * 2**(6 * (seed % 6 + rng.random()) / 6)  # notes a quarter, of a track
    bpm, length, tracks = rng.uniform(70, 170), rng.choice((16, 24, 32)), []
    for family, (voices, chance) in FAMILIES.items():
        if rng.random() > chance and not (family == "keys" and not tracks):
            continue
        patch = rng.choice([p for p in listed if p["family"] == family])
        low, high = patch.get("range", (36, 84))
        notes, at = [], rng.choice((0, 0, 4))
        while at < length - 1:
            for _ in range(rng.randint(1, voices)):
                pitch = rng.choice(KEYS) if family == "drums" else rng.randint(max(low, 26), max(27, min(high, low + 30, 96)))
                notes.append({"at": round(at, 3), "length": round(rng.choice((0.2, 0.5, 1, 2)) * (4 if voices > 1 else 1), 3), "pitch": pitch,
                              "velocity": rng.randint(30, 127)})
            at += max(0.12, rng.expovariate(density / (4 if voices > 1 or family == "texture" else 1)))
        tracks.append({"name": family, "kind": "drums" if family == "drums" else "melody", "patch": patch["id"],
                       "channel": 9 if family == "drums" else 0, "gain_db": round(rng.uniform(-14, 2), 1), "pan": round(rng.uniform(-0.6, 0.6), 2),
                       "notes": notes})
    return {"schema": "sonique/score/1", "title": f"random {seed}", "length": length, "tempo": [{"at": 0, "bpm": round(bpm, 1)}],
            "tracks": tracks}


def render(score, out, *more):
    done = subprocess.run([PROGRAM, "render", score, "-o", out, "-q", "--json", "--threads", "1", *more], env=ENV, capture_output=True, text=True,
                          check=False, timeout=250)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["master"]


def meter(path):
    """(LUFS, dBTP) as ffmpeg hears it."""
    said = subprocess.run(["ffmpeg", "-nostats", "-hide_banner", "-i", path, "-af", "ebur128=peak=true", "-f", "null", "-"],
                          capture_output=True, text=True, check=True).stderr
    said = said[said.rindex("Summary:"):]
    return float(re.search(r"I:\s+(\S+) LUFS", said)[1]), float(re.search(r"Peak:\s+(\S+) dBFS", said)[1])


def listen(path):
    """(correlation of the sides below LOW_HZ, DC)"""
    x = pages.read_wav(path)
    low = pages.filtered(x, lambda hz: (hz < LOW_HZ).astype(float))
    power = np.sqrt((low[:, 0]**2).sum() * (low[:, 1]**2).sum())
    return (low[:, 0] * low[:, 1]).sum() / power if power > 1e-9 * len(x) else 1.0, np.abs(x.mean(axis=0)).max()


def complaints_of(seed):
    wrong, lines = [], []
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "score.json").write_text(json.dumps(random_score(seed)))
        made = {}
        for target in TARGETS:
            out = folder / f"at{-target}"
            if not made:
                made = render(folder / "score.json", out)
            else:
                plan = json.loads((folder / f"at{-TARGETS[0]}" / "mix.json").read_text())
                plan["master"]["target_lufs"] = target
                (folder / "plan.json").write_text(json.dumps(plan))
                made = render(folder / "score.json", out, "--mix", folder / "plan.json")
            lufs, peak = meter(out / "mix.wav")
            correlation, dc = listen(out / "mix.wav")
            line = (f"score {seed} to {target}: {lufs:.1f} LUFS ({made['integrated_lufs']:.2f}), {peak:.1f} dBTP, correlation below {LOW_HZ} Hz "
                    f"{correlation:.3f}, DC {dc:.0e}, limiter {made['limiter']['deepest_db']:.1f} / {made['limiter']['mean_db']:.2f} dB"
                    f"{', bent' if made['bends'] else ''}")
            lines.append(line)
            # ffmpeg prints a tenth
            if abs(lufs - target) > LU + 0.05 or abs(made["integrated_lufs"] - target) > LU or peak > CEILING_DBTP + 0.05 or correlation < 0 or dc >= DC:
                wrong.append(line)
    if SCORES > 6:
        print("\n".join("# " + line for line in lines), flush=True)
    return wrong


def test_loudness_peaks_lows_and_dc():
    for thing, name in ((np, "numpy"), (shutil.which("ffmpeg"), "ffmpeg"), (os.access(PROGRAM, os.X_OK), "the program")):
        if not thing:
            raise tap.Skip(f"{name} is not there")
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        wrong = [line for row in pool.map(complaints_of, range(SCORES)) for line in row]
    assert not wrong, "\n".join(wrong)


if __name__ == "__main__":
    sys.exit(tap.run(tap.tests_of(globals())))
