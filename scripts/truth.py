#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Accuracy against the truth sets beside the tree; a score under its floor fails.

usage: truth.py

  regions   the scores of ../shared/truth/score_regions.py on the mixes of known content
  loudness  integrated loudness, range and true peak of every recording there against libebur128

Without ../shared it says so and ends with status 0: there is nothing to hold the answers against.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

ROOT = pathlib.Path(__file__).resolve().parent.parent
SHARED = pathlib.Path(os.environ.get("SNQ_SHARED", ROOT.parent / "shared"))
SONIQUE = ROOT / "build" / "sonique"
# Frame F1 by the level of the noise bed (dBFS), and onset F1 over all.
REGION_FLOORS = {"-120": 0.99, "-90": 0.99, "-70": 0.99, "-60": 0.94, "-50": 0.97, "-40": 0.92}
ONSET_FLOOR = 0.90
LOUDNESS_LU, TRUE_PEAK_DB = 0.1, 0.2


def listen(paths, only):
    done = subprocess.run([SONIQUE, "listen", "--json", "--quiet", "--only", only, *paths],
                          capture_output=True, check=False)
    return [json.loads(line) for line in done.stdout.splitlines()]


def regions():
    paths = sorted((SHARED / "data/sounds/regions_syn").glob("*.flac"))
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as predictions:
        for document in listen(paths, "regions"):
            predictions.write(json.dumps(document) + "\n")
        predictions.flush()
        scores = json.loads(subprocess.run(
            ["/usr/bin/python3", SHARED / "truth/score_regions.py",
             SHARED / "data/sounds/regions.json", predictions.name],
            check=True, capture_output=True).stdout)
    good = True
    print("regions     bed dBFS   frame F1   floor")
    for bed, floor in REGION_FLOORS.items():
        value = scores["by_bed_dbfs"][bed]["frame_F"]
        good &= value >= floor
        print(f"            {bed:>8} {value:10.4f} {floor:7.2f}{'' if value >= floor else '  LOW'}")
    good &= scores["onset_F"] >= ONSET_FLOOR
    print(f"            onset F1 pooled {scores['onset_F']:.4f}, floor {ONSET_FLOOR}; "
          f"offset F1 {scores['offset_F']:.4f}, {scores['files']} files")
    return good


def reference(path):
    """(integrated, range, true peak) by libebur128 on ffmpeg's decoding, or None."""
    probe = json.loads(subprocess.run(
        ["ffprobe", "-v", "error", "-select_streams", "a:0", "-show_entries",
         "stream=sample_rate,channels", "-of", "json", path],
        check=True, capture_output=True).stdout)["streams"][0]
    with tempfile.NamedTemporaryFile(suffix=".f32") as raw:
        subprocess.run(["ffmpeg", "-v", "fatal", "-y", "-i", path, "-map", "0:a:0", "-f", "f32le",
                        raw.name], check=True, stdin=subprocess.DEVNULL)
        if not os.path.getsize(raw.name):
            return None
        row = json.loads(subprocess.run(
            [ROOT / "build/bench/bench_loudness", raw.name, probe["sample_rate"],
             str(probe["channels"])], check=True, capture_output=True,
        ).stdout.replace(b"-inf", b"-1e9").replace(b"inf", b"1e9").replace(b"nan", b"-1e9"))
    return [row[key][1] for key in ("integrated_lufs", "range_lu", "true_peak_dbtp")]


def loudness():
    paths = sorted(p for p in (SHARED / "data").rglob("*") if p.suffix in (".flac", ".ogg", ".opus", ".wav")
                   and p.relative_to(SHARED / "data").parts[0] in ("music", "sounds"))
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        theirs = list(pool.map(reference, paths))
    ours = {d["file"]["path"]: d["loudness"] for d in listen(paths, "loudness")}
    worst = {"integrated_lufs": (0, ""), "range_lu": (0, ""), "true_peak_dbtp": (0, "")}
    compared = 0
    for path, want in zip(paths, theirs):
        got = ours.get(str(path))
        if not got or not want:
            continue
        compared += 1
        for key, value in zip(worst, want):
            # libebur128 gives -inf where we give null and say why
            if got[key] is not None and value > -1e8:
                worst[key] = max(worst[key], (abs(got[key] - value), path.name))
    limits = (LOUDNESS_LU, LOUDNESS_LU, TRUE_PEAK_DB)
    print(f"loudness    largest difference from libebur128 over {compared} recordings")
    good = compared > 0
    for (key, (most, name)), limit in zip(worst.items(), limits):
        good &= most <= limit
        print(f"            {key:<16} {most:.4f} (at most {limit}) in {name}")
    return good


def main():
    if not (SHARED / "truth").is_dir():
        print("truth: no shared folder beside the tree; nothing to compare with")
        return 0
    results = [regions(), loudness()]
    print("truth:", "all floors held" if all(results) else "UNDER A FLOOR")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
