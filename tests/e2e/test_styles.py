#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""`sonique styles` as a user runs it: the list, one in full, what is wrong with a file."""
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


def styles(*arguments, data=None):
    if not os.access(PROGRAM, os.X_OK):
        raise tap.Skip("the program is not built")
    env = {**ENV, **({"SNQ_DATA": str(data)} if data else {})}
    return subprocess.run([str(PROGRAM), "styles", *arguments], capture_output=True, text=True, check=False, timeout=60,
                          stdin=subprocess.DEVNULL, env=env)


def a_data_folder(folder):
    for name in ("patches", "lexicon", "styles"):
        shutil.copytree(ROOT / name, pathlib.Path(folder) / name)
    return pathlib.Path(folder)


def test_all_are_listed_and_good():
    done = styles()
    assert done.returncode == 0 and not done.stderr, done.stderr
    ids = {path.stem for path in (ROOT / "styles").glob("*.json")}
    assert {line.split()[0] for line in done.stdout.splitlines()} == ids, done.stdout
    assert len(ids) >= 18
    documents = [json.loads(line) for line in styles("--json").stdout.splitlines()]
    assert {d["id"] for d in documents} == ids


def test_one_in_full():
    done = styles("jazz")
    assert done.returncode == 0, done.stderr
    for word in ("Jazz (jazz)", "BPM", "4/4", "LUFS", "upright_bass", "drums (drums)"):
        assert word in done.stdout, done.stdout
    one = json.loads(styles("jazz", "--json").stdout)
    assert one["schema"] == "sonique/styles/1" and one["id"] == "jazz" and one["tracks"]


def test_what_is_no_style_is_refused():
    done = styles("polka")
    assert done.returncode == 1 and "polka" in done.stderr and not done.stdout
    assert styles("jazz", "techno").returncode == 2
    assert styles("--loud").returncode == 2


def test_one_s_own_and_what_is_wrong_with_it():
    with tempfile.TemporaryDirectory() as folder:
        data = a_data_folder(folder)
        mine = {"schema": "sonique/style/1", "id": "polka", "name": "Polka", "tempo": {"bpm": 112}, "modes": {"major": 1}, "meter": "2/4",
                "tracks": [{"name": "tuba", "kind": "bass", "sounds": [{"patch": "upright_bass"}]}]}
        path = data / "styles" / "polka.json"
        path.write_text(json.dumps(mine))
        assert styles("polka", data=data).returncode == 0
        for wrong, word in (({"tempo": {"bpm": 1}}, "tempo.bpm"), ({"id": "waltz"}, "waltz"), ({"more": 1}, "more"),
                            ({"tracks": [{"name": "t", "kind": "bass", "sounds": [{"patch": "kazoo"}]}]}, "tracks[0].sounds[0]")):
            path.write_text(json.dumps({**mine, **wrong}))
            done = styles(data=data)
            assert done.returncode == 1, wrong
            assert "polka.json" in done.stderr and word in done.stderr, done.stderr
            assert "techno" in done.stdout
        shutil.rmtree(data / "styles")
        done = styles(data=data)
        assert done.returncode == 3 and "styles" in done.stderr, done.stderr


if __name__ == "__main__":
    sys.exit(tap.main(globals()))
