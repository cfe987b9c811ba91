#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""`sonique sonify` as a user runs it: a film with music, or a session that follows a film and can be worked on.

The film is made once with ffmpeg: scenes of different motion with cuts at known times.
"""
import csv
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import wave

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path[:0] = [str(ROOT / "tests" / "checks")]
import schemas  # noqa: E402
import tap  # noqa: E402

PROGRAM = pathlib.Path(os.environ.get("SNQ_PROGRAM", ROOT / "build" / "sonique"))
SHARED = pathlib.Path(os.environ.get("SNQ_SHARED", ROOT.parent / "shared"))
ENV = {**os.environ, "SNQ_MODULES": str(PROGRAM.parent), "SNQ_DATA": os.environ.get("SNQ_DATA", str(ROOT))}
WORK = tempfile.TemporaryDirectory()
FOLDER = pathlib.Path(WORK.name)
CUTS_S = (4.0, 7.0, 11.0)
LENGTH_S = 14.0


def sonique(*arguments, env=None):
    if not os.access(PROGRAM, os.X_OK):
        raise tap.Skip("the program is not built")
    return subprocess.run([str(PROGRAM), *map(str, arguments)], capture_output=True, stdin=subprocess.DEVNULL,
                          check=False, timeout=300, env={**ENV, **(env or {})})


def good(*arguments, env=None):
    done = sonique(*arguments, env=env)
    assert done.returncode == 0, (arguments, done.returncode, done.stderr.decode())
    return done.stdout.decode()


def refused(code, words, *arguments):
    done = sonique(*arguments)
    text = done.stderr.decode()
    assert done.returncode == code, (arguments, done.returncode, text)
    for word in words:
        assert word in text, (word, text)
    assert len(text.strip().splitlines()) <= 3, text


def ffmpeg(*arguments):
    if shutil.which("ffmpeg") is None:
        raise tap.Skip("ffmpeg is not installed")
    done = subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-y", *map(str, arguments)], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def once(make):
    kept = []

    def get():
        if not kept:
            kept.append(make())
        return kept[0]
    return get


@once
def film():
    """Four scenes: a slow sway, a quick one, stillness, a pan."""
    path = FOLDER / "film.mp4"
    scenes = (("4*sin(6.283*T)", 7, 9, 128), ("14*sin(12.566*T)", 3, 17, 80), ("0", 21, 5, 170), ("30*T", 11, 13, 110))
    lum = ""
    for (motion, across, down, mean), cut in zip(reversed(scenes), (0, *reversed(CUTS_S))):
        scene = f"{mean}+60*sin((X+{motion})/{across})*cos(Y/{down})"
        lum = f"if(lt(T,{cut}),{scene},{lum})" if lum else scene
    ffmpeg("-f", "lavfi", "-i", "nullsrc=s=192x108:r=25", "-f", "lavfi", "-i", "sine=f=440:r=48000", "-vf",
           f"geq=lum='{lum}':cb=128:cr=128", "-t", LENGTH_S, "-c:v", "libx264", "-preset", "veryfast",
           "-pix_fmt", "yuv420p", "-c:a", "aac", "-shortest", path)
    return path


@once
def session():
    path = FOLDER / "session"
    good("sonify", film(), "-o", path, "--template", "techno", "--quiet")
    return path


def copy_of(path, name):
    to = FOLDER / name
    shutil.copytree(path, to)
    return to


def digest(path):
    return hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()


def load(path):
    return json.loads(pathlib.Path(path).read_text())


def frames(path):
    with wave.open(str(path)) as w:
        return w.getnframes(), w.getframerate()


# ---- a session

def test_the_folder():
    path = session()
    names = {"session.json", "score.json", "score.mid", "mix.json", "mix.wav", "report.json", "stems", "mapping.json",
             "curves.csv", "curves.png"}
    assert {p.name for p in path.iterdir()} == names, sorted(p.name for p in path.iterdir())
    for name, schema in (("session", "session-1"), ("report", "report-1"), ("mapping", "map-template-1")):
        rules = schemas.validator(f"{schema}.schema.json")
        document = load(path / f"{name}.json")
        assert rules.is_valid(document), next(rules.iter_errors(document)).message[:300]
    assert (path / "curves.png").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    said = load(path / "session.json")
    assert said["film"]["video"] == "film.mp4" and said["film"]["template"] == "techno"
    assert said["style"] == "techno" and said["history"][0]["did"] == "sonify"
    assert load(path / "mapping.json") == {**load(ROOT / "templates" / "techno.json"),
                                           **{"mappings": load(path / "mapping.json")["mappings"]}}


def test_it_is_as_long_as_the_film():
    for path in [session() / "mix.wav", *(session() / "stems").iterdir()]:
        n, rate = frames(path)
        assert abs(n - LENGTH_S * rate) <= 1, (path, n / rate)


def test_the_cuts_are_known_and_rated():
    report = load(session() / "report.json")
    cuts = [hit for hit in report["hits"] if hit["kind"] == "cut"]
    assert [round(hit["t_s"], 1) for hit in cuts] == list(CUTS_S), cuts
    beats = report["beats_s"]
    for hit in report["hits"]:
        near = min((hit["t_s"] - beat for beat in beats), key=abs)
        assert abs(near - hit["beat_error_s"]) < 2e-3 or abs(hit["beat_error_s"]) < abs(near), (hit, near)
    on = sum(hit["weight"] for hit in report["hits"] if abs(hit["beat_error_s"]) <= report["hit_points"]["tolerance_s"])
    share = on / sum(hit["weight"] for hit in report["hits"])
    assert abs(share - report["hit_points"]["on"]["beat"]) < 0.01
    assert share > 2 * report["hit_points"]["random_offset"]["beat"]
    assert all(0 <= beat <= LENGTH_S for beat in beats) and report["film"]["why"]


def test_the_curves_as_a_table():
    """Time from 0 to the film's end; a destination of the template a column; beats rise by the tempo."""
    rows = list(csv.DictReader((session() / "curves.csv").open(newline="")))
    assert float(rows[0]["time_s"]) == 0 and abs(float(rows[-1]["time_s"]) - LENGTH_S) < 0.06
    wanted = {mapping["destination"] for mapping in load(session() / "mapping.json")["mappings"] if mapping["enabled"]}
    assert {key.split(" (")[0] for key in rows[0]} == wanted | {"time_s", "beat"}
    bpm = load(session() / "report.json")["tempo_bpm"]
    (t0, b0), (t1, b1) = ((float(row["time_s"]), float(row["beat"])) for row in (rows[20], rows[-1]))
    assert abs((b1 - b0) * 60 / bpm - (t1 - t0)) < 0.01
    energy = [(float(row["time_s"]), float(row["global.energy"])) for row in rows]
    still = [e for t, e in energy if 9.5 < t < 11]
    quick = [e for t, e in energy if 5.5 < t < 7]
    assert min(quick) > max(still) + 0.2, (quick, still)


def test_a_track_anew_still_follows():
    """Its bars' wishes and its curves are the session's; the film is not needed for it, and its ends stay."""
    path = copy_of(session(), "anew")
    before, curves = load(path / "score.json"), {}
    good("lock", path, "bass")
    locked = digest(path / "stems" / "bass.wav")
    good("regenerate", path, "--track", "drums", "--quiet")
    after = load(path / "score.json")
    for score, key in ((before, "before"), (after, "after")):
        drums = next(track for track in score["tracks"] if track["name"] == "drums")
        curves[key] = drums.get("curves"), drums["notes"]
    assert curves["before"][0] and curves["before"][0] == curves["after"][0]
    assert curves["before"][1] != curves["after"][1]
    assert digest(path / "stems" / "bass.wav") == locked
    n, rate = frames(path / "mix.wav")
    assert abs(n - LENGTH_S * rate) <= 1
    assert load(path / "report.json")["hits"] == load(session() / "report.json")["hits"]
    assert load(path / "session.json")["film"] == load(session() / "session.json")["film"]
    good("undo", path, "--quiet")
    assert load(path / "score.json") == before
    assert digest(path / "stems" / "drums.wav") == digest(session() / "stems" / "drums.wav")


def test_a_damaged_film_in_a_session():
    for name, change in (("bars", {"bars": 1}), ("lead", {"lead_s": -2}), ("tempo", {"tempo": []}), ("more", {"more": 1}),
                         ("hits", {"hits": [{"t_s": 1, "kind": "bang", "weight": 1, "strength": 1}]}),
                         ("wishes", {"wishes": {"energy": [2]}}), ("ends", {"ends": "never"})):
        path = copy_of(session(), f"damaged_{name}")
        document = load(path / "session.json")
        document["film"].update(change)
        (path / "session.json").write_text(json.dumps(document))
        was = digest(path / "mix.wav")
        refused(1, ["session.json", "film", name], "regenerate", path, "--track", "drums", "--quiet")
        assert digest(path / "mix.wav") == was


# ---- a film

def picture_hash(path):
    return ffmpeg("-i", path, "-map", "0:v", "-c", "copy", "-f", "streamhash", "-hash", "md5", "-")


def test_a_film():
    path = FOLDER / "out.mp4"
    table = good("sonify", film(), "-o", path, "--prompt", "dark techno in A minor", "--original", "replace")
    assert "A minor" in table and "techno" in table and "moments to meet" in table
    assert picture_hash(path) == picture_hash(film())
    assert ffmpeg("-i", path, "-f", "null", "-") == ""
    assert sorted(p.name for p in FOLDER.iterdir() if p.name.startswith((".", "out"))) == ["out.mp4", "out.report.json"]
    report = load(FOLDER / "out.report.json")
    rules = schemas.validator("report-1.schema.json")
    assert rules.is_valid(report), next(rules.iter_errors(report)).message[:300]
    out = report["film"]["output"]
    assert abs(out["sound_s"] - out["length_s"]) <= 0.04 and out["original"]["how"] == "replace"
    style = load(ROOT / "styles" / "techno.json")
    assert abs(out["lufs"] - min(style["loudness_lufs"], -14)) <= 0.3, out
    assert out["true_peak_dbtp"] <= -0.5


def test_same_bytes():
    """For the same seed, for any number of threads; another seed is another piece."""
    made = {}
    for name, more in (("a", ("--threads", 1)), ("b", ("--threads", 4)), ("c", ("--seed", 7))):
        path = FOLDER / f"same_{name}.mp4"
        good("sonify", film(), "-o", path, "--template", "techno", "--quiet", *more)
        made[name] = digest(path)
    assert made["a"] == made["b"] != made["c"]


def test_json_is_the_report():
    printed = json.loads(good("sonify", film(), "-o", FOLDER / "json.mp4", "--json", "--quiet"))
    assert printed == load(FOLDER / "json.report.json")


def test_tempo_changes():
    """They never make it worse, and the score has them."""
    path = FOLDER / "changes"
    good("sonify", film(), "-o", path, "--template", "techno", "--tempo-changes", "--quiet")
    one, many = load(session() / "report.json"), load(path / "report.json")
    assert many["hit_points"]["on"]["beat"] >= one["hit_points"]["on"]["beat"] - 1e-9
    tempos = many["hit_points"]["tempos"]
    assert all(abs(b["bpm"] / a["bpm"] - 1) <= 0.031 for a, b in zip(tempos, tempos[1:]))
    n, rate = frames(path / "mix.wav")
    assert abs(n - LENGTH_S * rate) <= 1


# ---- what is refused

def test_usage():
    refused(2, ["VIDEO"], "sonify", "-o", FOLDER / "x.mp4")
    refused(2, ["-o OUT"], "sonify", film())
    refused(2, ["one video"], "sonify", film(), film(), "-o", FOLDER / "x.mp4")
    refused(2, ["keep", "duck", "replace"], "sonify", film(), "-o", FOLDER / "x.mp4", "--original", "mute")
    refused(2, ["fast", "fine"], "sonify", film(), "-o", FOLDER / "x.mp4", "--preset", "quick")


def test_what_is_refused():
    out = FOLDER / "no.mp4"
    refused(1, ["polka", "techno"], "sonify", film(), "-o", out, "--template", "polka")
    refused(1, ["mp4", "mkv"], "sonify", film(), "-o", FOLDER / "no.avi")
    refused(1, [str(FOLDER / "none.mp4")], "sonify", FOLDER / "none.mp4", "-o", out)
    (FOLDER / "noise.mp4").write_bytes(bytes(range(256)) * 64)
    refused(1, ["noise.mp4"], "sonify", FOLDER / "noise.mp4", "-o", out)
    bad = load(ROOT / "templates" / "techno.json")
    bad["mappings"][0]["transferFunction"]["inputRange"] = [1, 1]
    (FOLDER / "bad.json").write_text(json.dumps(bad))
    refused(1, ["bad.json", "inputRange"], "sonify", film(), "-o", out, "--template", FOLDER / "bad.json")
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=160x96:r=25", "-t", 3, "-c:v", "ffv1", FOLDER / "ffv1.mkv")
    refused(1, ["ffv1.mkv", "name the output .mkv"], "sonify", FOLDER / "ffv1.mkv", "-o", out)
    (FOLDER / "there.report.json").write_text("mine")
    refused(1, ["there.report.json"], "sonify", film(), "-o", FOLDER / "there.mp4")
    assert (FOLDER / "there.report.json").read_text() == "mine"
    refused(1, ["no style", "polka"], "sonify", film(), "-o", out, "--style", "polka")
    assert not out.exists() and not (FOLDER / "there.mp4").exists()
    assert not [p for p in FOLDER.iterdir() if p.name.startswith(".")]


# ---- the shared clips

def test_shared_clips():
    """Each synthetic clip: its packets untouched, sound as long as the picture, level on target."""
    clips = sorted((SHARED / "data" / "synth_video").glob("*.mp4"))
    if not clips:
        raise tap.Skip("there are no shared clips")
    for clip in clips:
        path = FOLDER / f"clip_{clip.name}"
        good("sonify", clip, "-o", path, "--quiet")
        assert picture_hash(path) == picture_hash(clip), clip.name
        out = load(path.with_suffix(".report.json"))["film"]["output"]
        assert abs(out["sound_s"] - out["length_s"]) <= 1 / 30, (clip.name, out)
        assert out["true_peak_dbtp"] is None or out["true_peak_dbtp"] <= -0.5, (clip.name, out)


if __name__ == "__main__":
    sys.exit(tap.run(tap.tests_of(globals())))
