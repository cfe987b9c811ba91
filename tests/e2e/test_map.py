#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""`sonique map` as a user runs it: what there is, whether a template is good, what is wrong with a hostile one."""
import copy
import json
import os
import pathlib
import shutil
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
    for wrong in ((), ("plot",), ("check",), ("list", "x"), ("--loud",)):
        assert command(*wrong).returncode == 2, wrong
    assert command("check", "/nowhere.json").returncode == 1
    with tempfile.TemporaryDirectory() as folder:
        data = pathlib.Path(folder)
        assert command("list", data=data).returncode == 3
        shutil.copytree(ROOT / "templates", data / "templates")
        (data / "templates" / "mine.json").write_text('{"id": "mine", "name": "Mine", "mappings": [1]}')
        done = command("list", data=data)
        assert done.returncode == 1 and "mappings[0]" in done.stderr and "techno" in done.stdout, done.stderr


if __name__ == "__main__":
    sys.exit(tap.run(tap.tests_of(globals())))
