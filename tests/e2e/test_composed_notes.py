#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Composed notes as others see them: python3-mido on score.mid, the same notes with every kernel, every style's tempo,
key, length and tracks as asked for. Only notes are made (--score-only) but for one short piece."""
import hashlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path[:0] = [str(ROOT / "tests" / "checks")]
import tap  # noqa: E402

PROGRAM = pathlib.Path(os.environ.get("SNQ_PROGRAM", ROOT / "build" / "sonique"))
ENV = {**os.environ, "SNQ_MODULES": str(PROGRAM.parent), "SNQ_DATA": os.environ.get("SNQ_DATA", str(ROOT))}
STYLES = sorted(p.stem for p in (ROOT / "styles").glob("*.json"))
WORK = tempfile.TemporaryDirectory()


def compose(name, *arguments, **env):
    if not os.access(PROGRAM, os.X_OK):
        raise tap.Skip("the program is not built")
    out = pathlib.Path(WORK.name) / name
    done = subprocess.run([str(PROGRAM), "compose", *map(str, arguments), "-o", str(out), "--quiet"], capture_output=True,
                          stdin=subprocess.DEVNULL, check=False, timeout=250, env={**ENV, **env})
    assert done.returncode == 0, (arguments, done.stderr.decode())
    return out


def read(path, name):
    return json.loads((path / name).read_text())


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_mido_agrees_with_the_score():
    try:
        import mido
    except ImportError:
        raise tap.Skip("python3-mido is not installed") from None
    path = compose("mido", "funk in F# minor at 101.5 bpm, 16 bars", "--score-only")
    score, midi = read(path, "score.json"), mido.MidiFile(path / "score.mid")
    assert midi.type == 1 and midi.ticks_per_beat == score["ticks_per_quarter"]
    metas = {m.type: m for m in midi.tracks[0]}
    assert abs(mido.tempo2bpm(metas["set_tempo"].tempo) - 101.5) < .001
    assert metas["key_signature"].key == "F#m", metas["key_signature"]
    assert (metas["time_signature"].numerator, metas["time_signature"].denominator) == (4, 4)
    markers = [m.text for m in midi.tracks[0] if m.type == "marker"]
    assert markers == [s["name"] for s in score["sections"]], markers
    names = [m.name for t in midi.tracks[1:] for m in t if m.type == "track_name"]
    assert names == [t["name"] for t in score["tracks"]], names
    for track, want in zip(midi.tracks[1:], score["tracks"]):
        at, got = 0, []
        for message in track:
            at += message.time
            if message.type == "note_on" and message.velocity:
                got.append((at / midi.ticks_per_beat, message.note, message.velocity))
        wanted = sorted((n["pitch"], max(n["at"] + n.get("timing_ms", 0) * 1e-3 * 101.5 / 60, 0), n["velocity"]) for n in want["notes"])
        got = sorted((pitch, at, velocity) for at, pitch, velocity in got)
        assert [n[0] for n in got] == [n[0] for n in wanted], want["name"]
        for a, b in zip(got, wanted):  # a tick is a 960th of a quarter
            assert abs(a[1] - b[1]) < .002 and a[2] == b[2], (want["name"], a, b)


def test_every_kernel_makes_the_same_session():
    kept = None
    for cpu in ("c", "avx2", "avx512"):
        path = compose(f"cpu-{cpu}", "house, 2 bars", SNQ_CPU=cpu)
        now = [digest(path / name) for name in ("session.json", "score.json", "score.mid")]
        kept = kept or now
        assert now == kept, cpu


def test_every_style_does_what_it_is_asked():
    for style in STYLES:
        path = compose(f"asked-{style}", "x", "--style", style, "--bpm", "97", "--key", "C# minor", "--bars", "12",
                       "--tracks", "drums,bass,harmony,melody", "--score-only", "--seed", "3")
        context, score = read(path, "session.json")["context"], read(path, "score.json")
        assert context["bpm"] == 97 and (context["tonic"], context["mode"]) == ("C#", "minor"), style
        assert context["bars"] == 12 and score["tempo"] == [{"at": 0, "bpm": 97}], style
        beats, unit = map(int, context["meter"].split("/"))
        assert score["length"] == 12 * beats * 4 / unit, style
        assert {t["kind"] for t in score["tracks"]} <= {"drums", "percussion", "bass", "harmony", "pad", "arpeggio", "melody"}, style
        assert all(n["at"] + n["length"] <= score["length"] + 1e-9 for t in score["tracks"] for n in t["notes"]), style


def test_seeds_make_different_pieces():
    """Every two of 20 seeds differ in more than a quarter of what drums, bass and chords do."""
    def cells(path):
        score = read(path, "score.json")
        return {(t["name"], round(n["at"] * 4), n["pitch"]) for t in score["tracks"] for n in t["notes"]} | {
            (c["at"], c["label"]) for c in score["chords"]}
    pieces = [cells(compose(f"seed-{seed}", "techno in A minor, 16 bars", "--seed", seed, "--score-only")) for seed in range(20)]
    closest = min(1 - len(a & b) / len(a | b) for i, a in enumerate(pieces) for b in pieces[:i])
    assert closest > .25, closest


if __name__ == "__main__":
    sys.exit(tap.run(tap.tests_of(globals())))
