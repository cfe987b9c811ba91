#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""`make truth`: a score that falls fails, one that rises is said, and nothing that is missing passes."""
import json
import math
import os
import pathlib
import random
import struct
import sys
import tempfile

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent.parent / "scripts")]
import tap  # noqa: E402
import truth  # noqa: E402
import truth_sonify  # noqa: E402
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


class Instead:
    """Attributes of truth, replaced for a while."""

    def __init__(self, **values):
        self.values = values

    def __enter__(self):
        self.was = {name: getattr(truth, name) for name in self.values}
        for name, value in self.values.items():
            setattr(truth, name, value)

    def __exit__(self, *_):
        for name, value in self.was.items():
            setattr(truth, name, value)


def test_what_is_near_enough_counts_once():
    expect(truth.hits([1, 2, 9], [1, 2, 9], 0), 3)
    expect(truth.hits([1.9, 2.1], [2], 1), 1)
    expect(truth.hits([2], [1.5, 2.5], 1), 1)
    expect(truth.hits([0, 4], [1, 2.5], 1), 1)
    expect(truth.hits([3.04 * 25], [75], 1), 1)
    expect((truth.hits([], [1], 1), truth.hits([1], [], 1)), (0, 0))
    expect((truth.f_score(2, 3, 2), truth.f_score(0, 0, 0), truth.f_score(0, 1, 0)), (.8, 1, 0))


def film(folder, k, cuts, accents=()):
    (folder / f"film_{k:03}.json").write_text(json.dumps({"fps": 25, "cuts": [{"frame": frame} for frame in cuts], "accents": [
        {"frame": frame, "kind": kind} for frame, kind in accents]}), encoding="utf-8")


def seen(name, **events):
    return {"video": {"path": f"x/{name}.mp4"}, "events": [{"t_s": frame / 25, "kind": kind} for kind, frames in events.items()
                                                           for frame in frames]}


def test_films():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        film(folder, 0, [50, 100], [(60, "flash"), (70, "jolt")])
        film(folder, 1, [80])
        right = [seen("film_000", cut=[51, 99], flash=[60], accent=[71, 90]), seen("film_001", cut=[80])]
        scores = truth.score_films(folder, right)
        expect({key: score.value for key, score in scores.items()},
               {"films": 2, "predicted": 2, "cuts": 3, "cut_F": 1, "flash_F": 1, "jolt_recall": 1})
        assert not any(score.low() for score in scores.values())
        # two frames off, one too many, and a film that nobody looked at
        scores = truth.score_films(folder, [seen("film_000", cut=[52, 100, 101])])
        expect((scores["cut_F"].value, scores["flash_F"].value, scores["jolt_recall"].value), (round(2 / 6, 4), 0, 0))
        assert scores["cut_F"].low() and scores["predicted"].low()


def test_speed():
    expect(list(truth.means_over([1, 3, None, 5, 9], .25, .5)), [2, 5])
    expect(round(truth.rank_correlation([1, 2, 3, 4], [1, 4, 9, 16, 5]), 9), 1)
    expect(round(truth.rank_correlation([1, 1, 2], [2, 2, 1]), 9), -1)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        moved = [k // 16 % 5 + k // 80 for k in range(240)]
        documents = []
        for k in range(truth.FILMS):
            (folder / f"film_{k:03}.json").write_text(json.dumps({"motion_curve": {"rate_hz": 4, "mean_speed": moved}}), encoding="utf-8")
            documents.append({"video": {"path": f"x/film_{k:03}.mp4"}, "windows": {
                "t_s": [.25 * i for i in range(241)], "picture": {"mean_speed_norm": [None, *moved[1:], 0]}}})
        right = [{"step_s": .05, "values": [value ** .5 for value in moved for _ in range(5)]}] * truth.FILMS
        scores = truth.score_speed(folder, documents, right)
        expect({key: score.value for key, score in scores.items()},
               {"films": truth.FILMS, "eyes": 1, "eyes_worst": 1, "size": 1, "energy": 1, "energy_worst": 1})
        # one film's energy falls when its picture moves
        against = {"step_s": .05, "values": [-value for value in right[0]["values"]]}
        scores = truth.score_speed(folder, documents[1:], [against, *right[2:]])
        expect([key for key, score in scores.items() if score.low()], ["films", "energy_worst"])


def test_fair_frequencies():
    expect([truth.is_fair(*row) for row in ((2, 30, 5), (.61, 30, 7), (.61, 30, 5), (20, 60, 5), (16, 50, 5), (20, 60, .2))],
           [True, True, False, True, False, True])
    expect([truth.is_fair(hz, 60, 10) for hz in (1.1, 4.5, 4.9, 5.1, 6, 14.5, 26.9, 27.1)],
           [False, False, False, False, True, False, True, False])


def test_clips_are_fair():
    specs = truth.clip_specs(random.Random(truth.CLIP_SEED))
    expect(specs, truth.clip_specs(random.Random(truth.CLIP_SEED)))
    expect(len({spec["name"] for spec in specs}), len(specs))
    expect({spec["motion"] for spec in specs}, {"osc", "circ", "trans", "rot", "zoom", "jitter", "two", "static"})
    rng = random.Random(1)
    for _ in range(20):
        for spec in truth.clip_specs(rng):
            for key in ("freq", "freqL", "freqR"):
                hz = spec.get(key, 2.0)
                moving_s = spec["seconds"] - spec.get("onset_s", 0)
                assert hz * moving_s >= 2 and truth.is_fair(hz, spec["fps"], spec["seconds"]), spec
            if spec["motion"] in ("osc", "circ"):
                step = 2 * spec["amp"] * math.sin(math.pi * spec["freq"] / spec["fps"])
                assert .3 < step < 3.1, spec
            if spec["motion"] == "zoom":
                expect(spec["name"].startswith("zoom_-"), spec["rate_s"] < 0)
    assert {60, 30} <= {spec["fps"] for spec in specs if spec["motion"] == "osc"}


SAID = {"files": 2, "predicted": 2, **dict.fromkeys(truth.WATCH_PERFECT, 1.0), "leak_worst": .001, "false_changes": 0,
        "freq_err_hz": .001, "onset_err_s": .01, "magnitude_ok": .9, "magnitude_ratio": .99}


def clips_scored(said, unbound=()):
    asked = []

    def scorer(_script, folder, _documents):
        asked.append(sorted(path.name for path in pathlib.Path(folder).glob("*.gt.json")))
        return said
    with tempfile.TemporaryDirectory() as name, Instead(ask_scorer=scorer):
        for fps, clip in ((30, "a"), (30, "b"), (60, "c")):
            (pathlib.Path(name) / f"{clip}.gt.json").write_text(json.dumps({"fps": fps}), encoding="utf-8")
        return truth.score_clips(pathlib.Path(name), [], unbound), asked


def test_clips():
    scores, asked = clips_scored(SAID)
    expect(asked, [["a.gt.json", "b.gt.json", "c.gt.json"], ["a.gt.json", "b.gt.json"], ["c.gt.json"]])
    assert not any(score.low() for score in scores.values())
    expect([scores[key].value for key in ("magnitude_off", "magnitude_off 30 fps", "magnitude_off 60 fps")], [.01] * 3)
    expect(sorted(key for key, score in clips_scored({**SAID, "magnitude_ratio": 1.03})[0].items() if score.low()),
           ["magnitude_off", "magnitude_off 30 fps", "magnitude_off 60 fps"])
    expect(sorted(key for key, score in clips_scored({**SAID, "magnitude_ratio": 1.03}, truth.UNBOUND)[0].items() if score.low()),
           ["magnitude_off", "magnitude_off 30 fps"])
    for key in truth.WATCH_PERFECT:
        assert clips_scored({**SAID, key: .99})[0][key].low()


def test_what_nobody_predicted_is_not_right():
    scores = clips_scored({key: value for key, value in SAID.items() if key not in ("magnitude_ratio", "onset_err_s")})[0]
    assert scores["magnitude_off"].low() and math.isnan(scores["onset_err_s"].value)
    assert scores["onset_err_s"].fell(.01)


def write_flow(path, width, height, at):
    path.write_bytes(struct.pack("<fii", 202021.25, width, height)
                     + b"".join(struct.pack("<2f", *at(x, y)) for y in range(height) for x in range(width)))


def test_mean_flow_leaves_the_edges_out():
    with tempfile.TemporaryDirectory() as name:
        path = pathlib.Path(name) / "x.flo"
        write_flow(path, 40, 20, lambda x, y: (.25, -.5) if 2 <= x < 38 and 2 <= y < 18 else (9.0, 9.0))
        expect(truth.mean_flow(path), (.25, -.5))
    expect([path.name for path in truth.pictures_of(pathlib.Path("d/flow10.flo"))], ["frame10.png", "frame11.png"])
    expect(truth.pictures_of(pathlib.Path("d/x_y.flo")), [pathlib.Path("d/x_y_a.png"), pathlib.Path("d/x_y_b.png")])


def swayed(gain):
    """truth.sway() with a flow that sees so much of the shift."""
    def make(specs, folder, *_options):
        for spec in specs:
            step = spec["speed"] / spec["fps"]
            angle = math.radians(spec["direction_deg"])
            write_flow(folder / f"{spec['name']}_320x240_10.flo", 20, 10,
                       lambda x, y, s=step, a=angle: (s * math.cos(a), -s * math.sin(a)))

    def see(preset, first, _second, out):
        true = truth.mean_flow(first.with_name(first.name.replace("_a.png", ".flo")))
        scale = gain if preset == "fine" else 1
        write_flow(out, 20, 10, lambda x, y: (scale * true[0], scale * true[1]))
    with Instead(make_clips=make, flow_between=see, need_opencv=lambda: None, there=pathlib.Path):
        return truth.sway()


def test_sway():
    expect(swayed(1.01)["fine gain_off"].value, .01)
    assert not swayed(.985)["fine gain_off"].low() and swayed(.97)["fine gain_off"].low() and swayed(-1)["fine gain_off"].low()
    expect(swayed(.5)["default gain_off"].value, 0)


def footage_of(fork_hz, codes=("aliasing",), cuts=0):
    def document(path):
        hz = {"fork32hz_true250fps": fork_hz, "cooler_true240fps": 31.96}.get(pathlib.Path(path).stem)
        types = {"oscillatory": {"properties": {"primary_frequency": hz}}}
        return {"video": {"path": str(path)}, "warnings": [{"code": code} for code in codes], "events": [{"kind": "cut"}] * cuts,
                "bands": {"uhf": {"motion_types": types}}}
    with Instead(there=pathlib.Path, watch_all=lambda paths: [document(path) for path in paths]):
        return {key for key, score in truth.footage().items() if score.low()}


def test_footage():
    expect(footage_of(32.09), set())
    expect(footage_of(32.11), {"fork32hz_true250fps off_hz"})
    expect(footage_of(None), {"fork32hz_true250fps off_hz"})
    expect(footage_of(32, codes=("truncated",), cuts=1), {"cooler_true60fps warned", "false_cuts"})


def test_without_opencv_the_makers_are_skipped():
    def none():
        raise truth.Skip("no cv2")
    with Instead(need_opencv=none, there=pathlib.Path):
        for scorer in (truth.watch_made, truth.sway, truth.films, truth.hits_of_films):
            try:
                scorer()
            except truth.Skip:
                continue
            raise AssertionError(scorer.__name__)


def test_rank_correlation():
    expect(round(truth_sonify.spearman([1, 2, 3, 4], [1, 4, 9, 16]), 9), 1.0)
    expect(round(truth_sonify.spearman([1, 2, 2, 4], [4, 3, 3, 1]), 9), -1.0)
    expect(round(truth_sonify.spearman([1, 2, 3, 4], [2, 1, 4, 3]), 9), .6)
    expect(truth_sonify.spearman([1, 1, 1], [1, 2, 3]), 0.0)


def test_loudness_that_follows_is_found():
    def loud(curve):
        # 400 ms before its end: 0.2 s before that is its middle
        times = [k / 10 for k in range(600)]
        return times, [-40 + 20 * curve[min(int(t * 4), 239)] for t in times]

    dice = random.Random(7)
    speed, other = ([dice.random() for _ in range(240)] for _ in range(2))
    was, follows = truth_sonify.momentary, []
    try:
        for curve in (speed, other):
            truth_sonify.momentary = lambda _path, curve=curve: loud(curve)
            follows.append(truth_sonify.energy_follows(None, speed))
    finally:
        truth_sonify.momentary = was
    assert follows[0] > .95 and abs(follows[1]) < .5, follows


def test_a_matrix_is_switched_off():
    with tempfile.TemporaryDirectory() as name:
        off = json.loads(truth_sonify.without_mappings("techno", pathlib.Path(name) / "off.json").read_text())
    whole = json.loads((ROOT / "templates" / "techno.json").read_text())
    expect([mapping["enabled"] for mapping in off["mappings"]], [False] * len(whole["mappings"]))


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
