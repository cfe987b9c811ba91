#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""`sonique map` as a user runs it: what there is, whether a template is good, what is wrong with a hostile one, what it makes of a film."""
import copy
import csv
import json
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path[:0] = [str(ROOT / "tests" / "checks")]
import schemas  # noqa: E402
import tap  # noqa: E402

PROGRAM = pathlib.Path(os.environ.get("SNQ_PROGRAM", ROOT / "build" / "sonique"))
ENV = {**os.environ, "SNQ_MODULES": str(PROGRAM.parent), "SNQ_DATA": os.environ.get("SNQ_DATA", str(ROOT))}
DUBSTEP = ROOT / "templates" / "basic_dubstep.json"


def command(*arguments, data=None):
    if not os.access(PROGRAM, os.X_OK):
        raise tap.Skip("the program is not built")
    env = {**ENV, **({"SNQ_DATA": str(data)} if data else {})}
    return subprocess.run([str(PROGRAM), "map", *arguments], capture_output=True, text=True, check=False, timeout=60,
                          stdin=subprocess.DEVNULL, env=env)


def test_everything_is_listed():
    done = command("list")
    assert done.returncode == 0 and not done.stderr, done.stderr
    for word in ("oscillatory.BAND.primary_frequency", "wobble_bass.lfo_rate", "0.1 .. 20 (1) hz", "locrian", "basic_dubstep", "cinematic"):
        assert word in done.stdout, word
    document = json.loads(command("list", "--json").stdout)
    assert {entry["template"]["id"] for entry in document["templates"]} == {path.stem for path in (ROOT / "templates").glob("*.json")}
    assert len(document["destinations"]) == 22


def test_ours_are_good_and_round_trip():
    for path in sorted((ROOT / "templates").glob("*.json")):
        done = command("check", "--json", str(path))
        assert done.returncode == 0 and not done.stderr, done.stderr
        document = json.loads(done.stdout)
        assert document["warnings"] == []
        with tempfile.NamedTemporaryFile("w", suffix=".json") as again:
            json.dump(document["template"], again)
            again.flush()
            assert json.loads(command("check", "--json", again.name).stdout)["template"] == document["template"]
    said = command("check", str(DUBSTEP)).stdout
    assert "wobble_rate: oscillatory.mf.primary_frequency 0.5 .. 5 -> wobble_bass.lfo_rate 0.25 .. 8 hz, exponential" in said, said


def changed(path, value):
    template = json.loads(DUBSTEP.read_text())
    at = template
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    return template


def test_hostile_ones_name_the_place():
    tf = ("mappings", 1, "transferFunction")
    rows = [
        (("mappings", 0, "source", "property"), "velocity", "mappings[0].source.property"),
        (("mappings", 0, "destination"), "wobble_bass.speed", "mappings[0].destination"),
        ((*tf, "inputRange"), [1, 1], "mappings[1].transferFunction.inputRange"),
        ((*tf, "outputRange"), [100, 100], "mappings[1].transferFunction.outputRange"),
        (tf, {"type": "custom", "inputRange": [0, 1], "outputRange": [100, 200], "expression": "x ** 2"}, "transferFunction.expression: character 4"),
        (tf, {"type": "custom", "inputRange": [0, 1], "outputRange": [100, 200], "expression": "(" * 400}, "transferFunction.expression: character"),
        (tf, {"type": "custom", "inputRange": [0, 1], "outputRange": [100, 200], "expression": "x" * 5000}, "transferFunction.expression"),
        (("mappings", 2), {**json.loads(DUBSTEP.read_text())["mappings"][1], "id": "q", "destination": "wobble_bass.filter_resonance",
                           "transferFunction": {"type": "linear", "inputRange": [0, 1], "outputRange": [0, 0]}}, "mappings[2].transferFunction.outputRange"),
    ]
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "hostile.json"
        for path, value, words in rows:
            file.write_text(json.dumps(changed(path, value)))
            done = command("check", str(file))
            assert done.returncode == 1 and not done.stdout, (path, done)
            assert len(done.stderr.splitlines()) == 1 and "hostile.json" in done.stderr and words in done.stderr, done.stderr
        file.write_bytes(b" " * (10 << 20))
        done = command("check", str(file), str(DUBSTEP))
        assert done.returncode == 1 and "10485760 bytes" in done.stderr and "Basic Dubstep" in done.stdout, done.stderr


def test_odd_ones_are_good_with_a_word():
    template = copy.deepcopy(json.loads(DUBSTEP.read_text()))
    template["mappings"][1].update(destination="wobble_bass.filter_resonance")
    template["mappings"][1]["transferFunction"] = {"type": "linear", "inputRange": [0, 1], "outputRange": [0, 20], "slope": 3}
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "odd.json"
        file.write_text(json.dumps(template))
        done = command("check", "--json", str(file))
        assert done.returncode == 0, done.stderr
        assert {w["code"] for w in json.loads(done.stdout)["warnings"]} == {"slope", "quality"}, done.stdout
        assert "slope" in command("check", str(file)).stdout


def test_one_s_own_and_usage():
    for wrong in ((), ("plot",), ("check",), ("list", "x"), ("--loud",), ("plot", "techno"), ("plot", "techno", "a.mp4", "b.mp4"),
                  ("plot", "techno", "a.mp4", "-o", "a.jpg"), ("plot", "techno", "a.mp4", "--preset", "best")):
        assert command(*wrong).returncode == 2, wrong
    assert command("check", "/nowhere.json").returncode == 1
    with tempfile.TemporaryDirectory() as folder:
        data = pathlib.Path(folder)
        assert command("list", data=data).returncode == 3
        shutil.copytree(ROOT / "templates", data / "templates")
        (data / "templates" / "mine.json").write_text('{"id": "mine", "name": "Mine", "mappings": [1]}')
        done = command("list", data=data)
        assert done.returncode == 1 and "mappings[0]" in done.stderr and "techno" in done.stdout, done.stderr


def film(folder, name, source, *options):
    """A film by ffmpeg's own generators."""
    path = pathlib.Path(folder) / name
    try:
        subprocess.run(["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", source, *options, "-c:v", "ffv1", str(path)], check=True, timeout=60,
                       stdin=subprocess.DEVNULL)
    except (OSError, subprocess.CalledProcessError) as error:
        raise tap.Skip(f"no ffmpeg that makes {source}") from error
    return str(path)


SWAY = "nullsrc=s=160x96:r=20", "-vf", "geq=lum='128+60*sin((X+5*sin(12.6*T))/7)*cos(Y/9)*(0.4+0.06*T)':cb=128:cr=128", "-t", "8"


def size_of(png):
    """Width and height, after a look at the file's marks."""
    bytes_ = pathlib.Path(png).read_bytes()
    assert bytes_[:8] == b"\x89PNG\r\n\x1a\n" and bytes_[-8:-4] == b"IEND", png
    return struct.unpack(">II", bytes_[16:24])


def test_a_film_over_its_curves():
    with tempfile.TemporaryDirectory() as folder:
        video = film(folder, "sway.mkv", *SWAY)
        picture, table = f"{folder}/out.png", f"{folder}/out.csv"
        for template in sorted(path.stem for path in (ROOT / "templates").glob("*.json")):
            done = command("plot", template, video, "-o", picture, "--csv", table, "--json", "--quiet", "--force")
            assert done.returncode == 0 and not done.stderr, done.stderr
            document = json.loads(done.stdout)
            assert not schemas.errors(document, "map-plot-1.schema.json"), schemas.errors(document, "map-plot-1.schema.json")
            width, height = size_of(picture)
            assert width == 1600 and height > 500 + 40 * len(document["outputs"]), (width, height)
            check_table(table, document)
        again = pathlib.Path(folder) / "again.png"
        assert command("plot", template, video, "-o", str(again), "--threads", "1").returncode == 0
        assert again.read_bytes() == pathlib.Path(picture).read_bytes(), "the same picture from the same film"


def check_table(path, document):
    """Each cell is a moment of its curve: within what the document says of that, each choice one that it names."""
    with open(path, newline="") as file:
        head, *rows = csv.reader(file)
    outputs = document["outputs"]
    assert head == ["time_s", "beat", *(f"{o['destination']} ({o['unit']})" if o["unit"] else o["destination"] for o in outputs)], head
    assert abs(len(rows) - (20 * document["duration_s"] + 1)) < 2, len(rows)
    for i, row in enumerate(rows):
        assert len(row) == len(head)
        assert abs(float(row[0]) - i / 20) < 1e-9 and abs(float(row[1]) - i / 20 * document["bpm"] / 60) < 1e-7, row
        for cell, output in zip(row[2:], outputs):
            if "choices" in output:
                assert cell in output["choices"], (cell, output)
            else:
                slack = 0.02 * (output["max"] - output["min"]) + 1e-6 * abs(output["max"])
                assert output["min"] - slack <= float(cell) <= output["max"] + slack, (cell, output)
    for k, output in enumerate(outputs):
        if "mean" in output and len(rows) > 40:
            mean = sum(float(row[2 + k]) for row in rows) / len(rows)
            assert abs(mean - output["mean"]) <= 0.02 * (output["max"] - output["min"]) + 1e-6 * abs(mean), (mean, output)


def test_little_to_see_is_a_picture_too():
    with tempfile.TemporaryDirectory() as folder:
        rows = [("one.mkv", "color=c=gray:s=64x48:r=10", "-frames:v", "1"), ("still.mkv", "color=c=gray:s=320x180:r=25", "-t", "4"),
                ("upright.mkv", "mandelbrot=s=90x160:r=10", "-t", "3"), ("flat.mkv", "testsrc2=s=640x32:r=10", "-t", "2")]
        for name, *made in rows:
            done = command("plot", str(DUBSTEP), film(folder, name, *made), "-o", f"{folder}/{name}.png", "--csv", f"{folder}/{name}.csv", "--json")
            assert done.returncode == 0, done.stderr
            document = json.loads(done.stdout)
            assert size_of(f"{folder}/{name}.png")[0] == 1600
            check_table(f"{folder}/{name}.csv", document)
            if name == "one.mkv":
                assert all(o["covered"] == 0 and "single picture" in o["reason"] for o in document["outputs"]), document
        said = command("plot", "basic_dubstep", f"{folder}/one.mkv", "--csv", f"{folder}/again.csv").stdout
        assert "Basic Dubstep on" in said and "a single picture" in said and not pathlib.Path("one.map.png").exists(), said


def test_what_can_t_be_drawn_says_why():
    with tempfile.TemporaryDirectory() as folder:
        video = film(folder, "sway.mkv", *SWAY[:-1], "1")
        text, out = pathlib.Path(folder) / "text.mkv", f"{folder}/out.png"
        text.write_text("no film")
        (pathlib.Path(folder) / "bad.json").write_text('{"id": "bad", "name": "Bad", "mappings": [{"id": "a"}]}')
        for template, path, words in (("techno", str(text), "text.mkv: "), ("techno", f"{folder}/none.mp4", "none.mp4: "), ("polka", video, "there are: ambient"),
                                      (f"{folder}/bad.json", video, "bad.json: mappings[0]"), (f"{folder}/none.json", video, "none.json")):
            done = command("plot", template, path, "-o", out, "--quiet")
            assert done.returncode == 1 and not done.stdout, (template, done)
            assert len(done.stderr.splitlines()) == 1 and words in done.stderr, done.stderr
            assert not os.path.exists(out)
        assert command("plot", "techno", folder, "-o", out).returncode == 2, "a folder of films is not one"
        # without a name of its own, here; not over a file that is there, not over the film
        at = {"cwd": folder, "env": {**ENV, "SNQ_MODULES": str(PROGRAM.parent.resolve())}}
        run = [str(PROGRAM.resolve()), "map", "plot", "ambient", "sway.mkv", "--quiet"]
        assert subprocess.run(run, capture_output=True, check=False, timeout=60, **at).returncode == 0
        assert size_of(f"{folder}/sway.map.png")[0] == 1600
        again = subprocess.run(run, capture_output=True, text=True, check=False, timeout=60, **at)
        assert again.returncode == 1 and "--force" in again.stderr, again.stderr
        film_again = subprocess.run([*run, "--force", "--csv", "sway.mkv"], capture_output=True, text=True, check=False, timeout=60, **at)
        assert film_again.returncode == 1 and "is an input" in film_again.stderr, film_again.stderr
        assert pathlib.Path(video).stat().st_size > 1000
        assert sorted(os.listdir(folder)) == ["bad.json", "sway.map.png", "sway.mkv", "text.mkv"]


if __name__ == "__main__":
    sys.exit(tap.run(tap.tests_of(globals())))
