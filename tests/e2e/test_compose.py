#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""`sonique compose --brief-only` as a user runs it: briefs, flags that win, hostile prompts, refusals."""
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


def compose(*arguments, env=None):
    if not os.access(PROGRAM, os.X_OK):
        raise tap.Skip("the program is not built")
    return subprocess.run([str(PROGRAM), "compose", *arguments], capture_output=True, stdin=subprocess.DEVNULL, check=False,
                          timeout=250, env={**ENV, **(env or {})})


def briefs(*arguments):
    done = compose("--brief-only", "--json", *arguments)
    assert done.returncode == 0, done.stderr
    assert not done.stderr, done.stderr
    return [json.loads(line)["brief"] for line in done.stdout.splitlines()]


def without_schema(brief):
    return {key: value for key, value in brief.items() if key != "schema"}


def test_a_brief_for_each_prompt():
    one, two = briefs("dark techno at 128", "no drums")
    assert without_schema(one) == {"genres": ["techno"], "moods": ["dark"], "tempo": {"bpm": 128}}
    assert without_schema(two) == {"tracks": {"exclude": ["drums"]}}
    assert compose("--brief-only", "--json", "dark techno").stdout == compose("--brief-only", "--json", "dark techno").stdout


def test_a_prompt_that_begins_with_a_dash():
    assert without_schema(briefs("--", "-dark")[0]) == {"moods": ["dark"]}


def test_flags_win():
    got = briefs("--bpm", "90.5", "--key", "F# minor", "--style", "jazz", "--bars", "16", "--tracks", "drums,bass",
                 "techno at 128 in C, no drums, 3 minutes")[0]
    assert without_schema(got) == {"genres": ["jazz"], "tempo": {"bpm": 90.5}, "key": {"tonic": "F#", "mode": "minor"},
                                   "length": {"bars": 16}, "tracks": {"only": ["drums", "bass"]}}, got
    assert briefs("--duration", "45", "8 bars")[0]["length"] == {"seconds": 45}


def test_a_table_for_people():
    said = compose("--brief-only", "dark techno, fnord").stdout.decode()
    for word in ("dark techno, fnord\n", "genre", "mood", "not used", "fnord"):
        assert word in said, said


def test_hostile_prompts():
    for prompt in ("", " ", "🎵🎵", "\x01\x02", "at 9999 bpm", "fnord grault", 16000 * "deep, ", b"\xff\xfe\xc0", 120000 * "x"):
        got = briefs("--", prompt)[0]
        assert got["schema"] == "sonique/brief/1"
    assert briefs("at 9999 bpm")[0]["unknown"] == ["9999"]
    assert without_schema(briefs("")[0]) == {}


def test_wrong_usage():
    wrong = ([], ["--brief-only"], ["x"], ["--brief-only", "--bpm", "19", "x"], ["--brief-only", "--bpm", "fast", "x"],
             ["--brief-only", "--key", "H#", "x"], ["--brief-only", "--style", "polka", "x"],
             ["--brief-only", "--tracks", "kazoo", "x"], ["--brief-only", "--bars", "0", "x"],
             ["--brief-only", "--bars", "8", "--duration", "9", "x"], ["--brief-only", "--lock", "x", "x"],
             ["--brief-only", "--variations", "0", "x"], ["-o", "d", "x", "y"], ["--brief-only", "--duration", "nan", "x"])
    for arguments in wrong:
        done = compose(*arguments)
        assert done.returncode == 2 and done.stderr and not done.stdout, (arguments, done.returncode, done.stderr)


def test_without_the_lexicon():
    with tempfile.TemporaryDirectory() as folder:
        done = compose("--brief-only", "x", env={"SNQ_DATA": folder})
    assert done.returncode == 3 and b"lexicon" in done.stderr, done.stderr


if __name__ == "__main__":
    sys.exit(tap.run(tap.tests_of(globals())))
