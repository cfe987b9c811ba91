#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Does the sound do what the picture does: from a film of which that is known to what is measured of the stems, by numpy alone.

The measures are scripts/truth_heard.py's; what takes longer is left to `scripts/truth.py --only heard`.
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path[:0] = [str(ROOT / "tests" / "checks"), str(ROOT / "scripts")]
import tap  # noqa: E402
import truth_heard  # noqa: E402

PROGRAM = pathlib.Path(os.environ.get("SNQ_PROGRAM", ROOT / "build" / "sonique"))
SHARED = pathlib.Path(os.environ.get("SNQ_SHARED", ROOT.parent / "shared"))
ENV = {**os.environ, "SNQ_MODULES": str(PROGRAM.parent), "SNQ_DATA": os.environ.get("SNQ_DATA", str(ROOT))}
WORK = tempfile.TemporaryDirectory()
FOLDER = pathlib.Path(WORK.name)


def needed():
    try:
        import numpy  # noqa: F401  pylint: disable=unused-import,import-outside-toplevel
    except ImportError as why:
        raise tap.Skip("numpy is not installed") from why
    if shutil.which("ffmpeg") is None:
        raise tap.Skip("ffmpeg is not installed")
    if not os.access(PROGRAM, os.X_OK):
        raise tap.Skip("the program is not built")


def session(film, template, name):
    done = subprocess.run([str(PROGRAM), "sonify", str(film), "-o", str(FOLDER / name), "--template", str(template), "--quiet"],
                          capture_output=True, stdin=subprocess.DEVNULL, check=False, timeout=300, env=ENV)
    assert done.returncode == 0, done.stderr.decode()
    return FOLDER / name


def test_a_sway_of_2_hz_wobbles_the_bass_as_the_mapping_says():
    needed()
    films = [(SHARED / "data" / "synth_video" / f"osc_2hz_320x240_{fps}.mp4", 2) for fps in (30, 60)]
    if not all(film.exists() for film, _ in films):
        raise tap.Skip("needs ../shared/data/synth_video")
    for w in truth_heard.wobbles(session, films):
        assert abs(w.heard / w.told - 1) <= .02 and abs(w.heard / w.wanted - 1) <= .02, w
        assert w.plays > .9, w


def test_other_sways_follow_the_transfer_function():
    needed()
    if not (SHARED / "truth" / "synth_video.py").exists():
        raise tap.Skip("needs ../shared/truth/synth_video.py")
    films = [(truth_heard.sway_film(SHARED, FOLDER, hz, 6), hz) for hz in (1.2, 2.9, 4.8)]
    made = truth_heard.wobbles(session, films)
    assert truth_heard.correlation([w.wanted for w in made], [w.heard for w in made]) >= .98, made
    for w in made:
        assert abs(w.heard / w.told - 1) <= .02 and w.plays > .9, w


def test_destinations_are_heard():
    """Rank correlations with what six scenes do, and values where the table names some."""
    needed()
    rows = truth_heard.heard(session, truth_heard.scenes(FOLDER / "scenes.mp4"), FOLDER, truth_heard.QUICK)
    assert len({row.destination.split(".")[1] for row in rows}) >= 12, rows
    for row in rows:
        assert row.value >= row.floor, row


if __name__ == "__main__":
    sys.exit(tap.run(tap.tests_of(globals())))
