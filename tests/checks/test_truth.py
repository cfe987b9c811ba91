#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""`make truth`: a score that falls fails, one that rises is said, and nothing that is missing passes."""
import json
import os
import pathlib
import sys
import tempfile

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent.parent / "scripts")]
import tap  # noqa: E402
import truth  # noqa: E402
from truth import Score  # noqa: E402

ROOT = HERE.parent.parent


def expect(got, want):
    assert got == want, f"got {got!r}, want {want!r}"


def verdict(score, before):
    return truth.judge({"k": score}, {} if before is None else {"k": before})[0][3]


def test_more_is_better():
    expect([verdict(Score(v), 0.9) for v in (0.9, 0.8996, 0.8994, 0.9004, 0.9006)],
           ["", "", "FELL", "", "risen"])


def test_less_is_better():
    expect([verdict(Score(v, less_is_better=True), 0.5) for v in (0.5, 0.5004, 0.5006, 0.4994)],
           ["", "", "FELL", "risen"])
    assert Score(1, limit=2).less_is_better


def test_tolerance_of_its_own():
    expect([verdict(Score(v, tolerance=0.02), 0.9) for v in (0.881, 0.879)], ["", "FELL"])


def test_bounds_hold_whatever_is_stored():
    expect(verdict(Score(0.89, floor=0.9), 0.89), "LOW")
    expect(verdict(Score(0.89, floor=0.9), None), "LOW")
    expect(verdict(Score(0.9, floor=0.9), 0.9), "")
    expect(verdict(Score(0.11, limit=0.1), 0.11), "LOW")
    expect(verdict(Score(0.1, limit=0.1), 0.1), "")


def test_no_number_is_no_score():
    nan = float("nan")
    expect([verdict(Score(nan), 0.9), verdict(Score(nan, floor=0.5), None),
            verdict(Score(nan, limit=0.5), 0.1)], ["FELL", "LOW", "LOW"])


def test_new_and_gone():
    expect(truth.judge({"a": Score(1)}, {"b": 0.5}),
           [("a", Score(1), None, "new"), ("b", None, 0.5, "GONE")])


class Bench:
    """truth.main() with scorers of its own, and scores stored in a folder of its own."""

    def __init__(self, **scorers):
        self.scorers = scorers

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory()
        root = pathlib.Path(self.folder.name)
        (root / "truth").mkdir()
        self.was = {name: getattr(truth, name) for name in ("ROOT", "SHARED", "STORED", "SCORERS")}
        truth.ROOT = truth.SHARED = root
        truth.STORED = root / "tests" / "scores.json"
        truth.SCORERS = self.scorers
        return self

    def __exit__(self, *_):
        for name, value in self.was.items():
            setattr(truth, name, value)
        self.folder.cleanup()

    def run(self, *arguments):
        """(exit status, what it said)."""
        said = pathlib.Path(self.folder.name) / "said"
        before = sys.argv, sys.stdout
        with said.open("w", encoding="utf-8") as out:
            sys.argv, sys.stdout = ["truth.py", *arguments], out
            try:
                status = truth.main()
            finally:
                sys.argv, sys.stdout = before
        return status, said.read_text(encoding="utf-8")

    @property
    def stored(self):
        return truth.load()


def skipping():
    raise truth.Skip("no data")


def test_store_then_hold_then_fall():
    with Bench(ear=lambda: {"F": Score(0.9), "off": Score(0.01, limit=0.1)}) as b:
        status, said = b.run()
        assert status == 0 and "2 new" in said and "--store" in said, said
        expect(b.stored, {})
        expect(b.run("--store")[0], 0)
        expect(b.stored, {"ear.F": 0.9, "ear.off": 0.01})
        status, said = b.run()
        assert status == 0 and "2 held" in said and "--store" not in said, said
        truth.SCORERS["ear"] = lambda: {"F": Score(0.899), "off": Score(0.01, limit=0.1)}
        status, said = b.run()
        assert status == 1 and "FELL" in said and "1 failed" in said, said
        expect(b.stored, {"ear.F": 0.9, "ear.off": 0.01})


def test_a_rise_passes_and_is_not_kept_by_itself():
    with Bench(ear=lambda: {"F": Score(0.9)}) as b:
        b.run("--store")
        truth.SCORERS["ear"] = lambda: {"F": Score(0.95)}
        status, said = b.run()
        assert status == 0 and "1 risen" in said and "--store" in said, said
        expect(b.stored, {"ear.F": 0.9})


def test_a_score_that_vanished_fails():
    with Bench(ear=lambda: {"F": Score(0.9), "G": Score(1)}) as b:
        b.run("--store")
        truth.SCORERS["ear"] = lambda: {"F": Score(0.9)}
        status, said = b.run()
        assert status == 1 and "GONE" in said, said
        truth.SCORERS["nose"] = truth.SCORERS.pop("ear")
        status, said = b.run()
        assert status == 1 and said.count("GONE") == 2, said
        expect(b.run("--store")[0], 0)
        expect(b.stored, {"nose.F": 0.9})


def test_a_score_under_its_floor_is_not_stored():
    with Bench(ear=lambda: {"F": Score(0.5, floor=0.9)}) as b:
        status, said = b.run("--store")
        assert status == 1 and "LOW" in said, said
        expect(b.stored, {})


def test_a_skip_is_counted_and_keeps_what_was_stored():
    with Bench(ear=lambda: {"F": Score(0.9)}, eye=lambda: {"F": Score(0.8)}) as b:
        b.run("--store")
        truth.SCORERS["eye"] = skipping
        status, said = b.run()
        assert status == 0 and "SKIPPED: no data" in said, said
        assert "1 of 2 scorers skipped: eye" in said and "1 held" in said, said
        b.run("--store")
        expect(b.stored, {"ear.F": 0.9, "eye.F": 0.8})


def test_only_leaves_the_others_alone():
    with Bench(ear=lambda: {"F": Score(0.9)}, eye=lambda: {"F": Score(0.8)}) as b:
        b.run("--store")
        truth.SCORERS["eye"] = lambda: {"F": Score(0.1)}
        expect(b.run("--only", "ear")[0], 0)
        expect(b.run("--only", "ear", "--store")[0], 0)
        expect(b.stored, {"ear.F": 0.9, "eye.F": 0.8})


def test_without_the_shared_folder():
    with Bench(ear=lambda: {"F": Score(0.9)}) as b:
        (truth.SHARED / "truth").rmdir()
        status, said = b.run()
        assert status == 0 and "SKIPPED" in said, said


def test_the_stored_scores_are_those_of_the_scorers():
    path = ROOT / "tests" / "truth" / "scores.json"
    if not path.is_file():
        raise tap.Skip("no scores are stored yet")
    stored = json.loads(path.read_text(encoding="utf-8"))
    expect({key.split(".")[0] for key in stored} - set(truth.SCORERS), set())
    assert all(isinstance(value, (int, float)) for value in stored.values()), stored


if __name__ == "__main__":
    os.chdir(ROOT)
    sys.exit(tap.run(tap.tests_of(globals())))
